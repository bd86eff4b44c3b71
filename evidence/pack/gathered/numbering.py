"""Numbers of exhibits and names of files in a pack, given once and kept for ever.

An exhibit is known by the ledger entry of its receipt. A later pack of the same subject takes over the numbers of
those before it and gives new exhibits the numbers after the last; a number whose exhibit has gone is not given again.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

_SLUG = 48


def number_exhibits(receipts: Iterable[int], earlier: Mapping[int, int]) -> dict[int, int]:
    """The number of each exhibit, by the ledger position of its receipt.

    Args:
        receipts: positions in the order in which new exhibits are to be numbered.
        earlier: the numbers that the packs before gave.
    """
    numbers: dict[int, int] = {}
    following = max(earlier.values(), default=0) + 1
    for receipt in receipts:
        if receipt in numbers:
            continue
        if receipt in earlier:
            numbers[receipt] = earlier[receipt]
        else:
            numbers[receipt] = following
            following += 1
    return numbers


def exhibit_number(number: int) -> str:
    """``E017``."""
    return f"E{number:03}"


def slug(words: str) -> str:
    """Plain ASCII for a file's name; the name as it came stands in a field that can be withheld.

    >>> slug("Factura comercial nº 12 / «S01»")
    'factura-comercial-no-12-s01'
    """
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")[:_SLUG].rstrip("-") or "document"


def exhibit_path(number: int, role: str, name: str) -> str:
    """Where an exhibit lies: its number, what it is, and the suffix of the file as it came."""
    suffix = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    kept = suffix if re.fullmatch(r"\.[a-z0-9]{1,5}", suffix) else ".bin"
    return f"exhibits/{exhibit_number(number)}-{slug(role)}{kept}"


def redacted_path(number: int, role: str, picture: bool) -> str:
    """Where the redacted copy of an exhibit lies: of a single picture a picture, of anything else a PDF."""
    return f"exhibits/{exhibit_number(number)}-{slug(role)}-redacted{'.png' if picture else '.pdf'}"


def pack_number(subject: str, ordinal: int) -> str:
    """``EP-S01-1``: the subject, and which pack of it this is, from 1."""
    return f"EP-{subject}-{ordinal}"


def ordinal_of(number: str) -> int:
    """Which pack of its subject a number names, from 1.

    >>> ordinal_of("EP-S01-2")
    2
    """
    return int(number.rpartition("-")[2])


def volume_name(number: str, place: int) -> str:
    """``EP-S01-1-V001``: the folder of a volume that a pack is delivered in."""
    return f"{number}-V{place:03}"


def is_volume(name: str, number: str) -> bool:
    """Whether a folder is called as a volume of that pack is.

    >>> is_volume("EP-S01-1-V001", "EP-S01-1")
    True
    >>> is_volume("EP-S01-12-V001", "EP-S01-1")
    False
    """
    return re.fullmatch(rf"{re.escape(number)}-V[0-9]{{3,}}", name) is not None


def pack_folder(subject: str, ordinal: int) -> str:
    """The folder of a pack: the subject, and from the second pack on its ordinal, so that none overwrites another."""
    name = re.sub("[^A-Za-z0-9._-]", "_", subject)
    return name if ordinal == 1 else f"{name}-{ordinal}"
