"""Sealed figures: a supplier commits to figures that it shows to the authority only, and may open them to us later.

The seal is the commitment of every withheld field of this ledger: the SHA-256 of ``[salt, name, value]`` in canonical
JSON, the salt 128 random bits in unpadded URL-safe base64 (`evidence.core.disclosure`). The name is `NAME`, the value
an object of figures. What opens it, the array itself, stays with the supplier until it is handed over; any tool that
hashes a file can check it.
"""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from evidence.core import canonical
from evidence.core.canonical import JsonValue
from evidence.core.crosswalk.declared import FREE_OF_VNM, NET_COST, VNM
from evidence.core.disclosure import Disclosure, commit
from evidence.core.identifiers import Random
from evidence.core.statements.declaration import SupplierDeclaration
from evidence.core.values import decimal_from_text
from evidence.errors import IntakeError, MalformedValue

NAME = "sealed_figures"
"""The name under which figures are committed: the field that holds the commitment."""
_AMOUNTS = (NET_COST, VNM, FREE_OF_VNM)
_LARGEST = 1 << 20


def read_json(path: Path) -> JsonValue:
    """The JSON in a file of at most 1 MiB.

    Raises:
        IntakeError: it cannot be read, or is no JSON.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise IntakeError(f"{path.name} cannot be read ({error.strerror}). Check the path.") from error
    if len(content) > _LARGEST:
        raise IntakeError(f"{path.name} is longer than a file of figures; wanted at most 1 MiB of JSON.")
    try:
        return canonical.loads(content)
    except MalformedValue as error:
        raise IntakeError(
            f'{path.name} is no strict JSON. Write amounts as text: {{"net_cost": "…", "currency": "USD"}}.'
        ) from error


def figures(value: JsonValue) -> dict[str, JsonValue]:
    """Figures as they are sealed: amounts as text, and their currency.

    Raises:
        IntakeError: another shape; the message holds no figure.
    """
    wanted = f"an object of {', '.join(_AMOUNTS)} (as text) and currency"
    if not isinstance(value, Mapping) or not value or not set(value) <= {*_AMOUNTS, "currency"}:
        raise IntakeError(f"These are no figures of a declaration; wanted {wanted}.")
    for name, stated in value.items():
        text = stated if isinstance(stated, str) else ""
        try:
            sound = len(text) == 3 and text.isupper() if name == "currency" else decimal_from_text(text) >= 0
        except MalformedValue:
            sound = False
        if not sound:
            raise IntakeError(f"{name} is not what it should be; wanted {wanted}.")
    if "currency" not in value:
        raise IntakeError(f"The figures have no currency; wanted {wanted}.")
    return dict(value)


def seal(value: JsonValue, random: Random) -> Disclosure:
    """Figures under a salt of their own; its `digest` is what the declaration states as sealed_figures.

    Raises:
        IntakeError: they are no figures of a declaration.
    """
    return commit(NAME, figures(value), random)


def opening(value: JsonValue) -> Disclosure:
    """What opens a seal, as it was handed over.

    Raises:
        IntakeError: another shape, or another name.
    """
    try:
        found = Disclosure.from_json(value)
    except MalformedValue as error:
        raise IntakeError(
            f"This opens no seal: wanted a list of salt, {NAME!r} and figures, as 'declarations seal' writes it."
        ) from error
    if found.name != NAME:
        raise IntakeError(f"This opens {found.name[:40]!r}; wanted {NAME!r}.")
    figures(found.value)
    return found


def unseal(declaration: SupplierDeclaration, disclosure: Disclosure) -> dict[str, Decimal | str]:
    """The figures that a declaration was sealed with.

    Raises:
        IntakeError: it has no seal, or these are not the figures under it.
    """
    name = f"Declaration {declaration.reference} of {declaration.supplier}"
    if declaration.sealed_figures is None:
        raise IntakeError(f"{name} holds no sealed figures.")
    if disclosure.digest() != declaration.sealed_figures:
        raise IntakeError(
            f"{name} was sealed with {declaration.sealed_figures}; this opens {disclosure.digest()}. "
            "Other figures, or another salt: ask the supplier for what it kept."
        )
    opened = figures(disclosure.value)
    return {key: str(stated) if key == "currency" else decimal_from_text(str(stated)) for key, stated in opened.items()}
