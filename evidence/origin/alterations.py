"""What a what-if alters: one TOML file of changes to the law and to what is on record.

docs/what-if.md shows every table. Nothing of it is law or evidence: it says what would be determined if it were. Money
and percentages are text, so that none is a binary fraction.
"""

import hashlib
import tomllib
from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator

from evidence.core.statements.base import Record
from evidence.core.values import Amount, Code, Country, HsEdition, TariffCode, Text
from evidence.errors import MalformedValue, OriginError, UsageError
from evidence.rules.added import TABLES
from evidence.rules.codes import EDITION, CodeSpan
from evidence.rules.tables import GROUPS

LARGEST = 1 << 20
"""A file of alterations is at most 1 MiB."""

ANY_SUPPLIER = "WHAT-IF-SUPPLIER"
"""A supplier that a what-if invents where nobody is on record."""
ANY_PLANT = "WHAT-IF-PLANT"


class Figure(Record):
    """A dated figure of law that is another one from a day on; what the law sets for later days is set aside."""

    series: Text
    from_: Annotated[date, Field(alias="from")]
    amount: Amount


class Step(Record):
    """A step of a phase-in."""

    from_: Annotated[date, Field(alias="from")]
    amount: Amount


class CoreGoods(Record):
    """Codes that become column 1 parts of Table A.2, and core parts of Table A.1, from a day on.

    `contents` are the steps of their own content by net cost; without any they have that of every core part. `parts`
    are the only ones of the codes that are meant, where not all are.
    """

    codes: Annotated[tuple[Text, ...], Field(min_length=1)]
    parts: tuple[Code, ...] = ()
    group: Text
    from_: Annotated[date, Field(alias="from")]
    contents: tuple[Step, ...] = ()
    description: Text = "core part of a what-if"

    @model_validator(mode="after")
    def _can_be(self) -> Self:
        if self.group not in GROUPS:
            raise ValueError(f"found group {self.group!r}, wanted one of {', '.join(GROUPS)}")
        for code in self.codes:
            CodeSpan.parse(code)
        days = [step.from_ for step in self.contents]
        if days != sorted(set(days)):
            raise ValueError("the steps of contents overlap; wanted each one later than the one before")
        if days and days[0] > self.from_:
            raise ValueError(f"the first step is from {days[0]}, after {self.from_}; wanted one from the first day")
        return self


class Row(Record):
    """A row that a table other than A.2 gets or loses from a day on."""

    table: Text
    code: Text
    from_: Annotated[date, Field(alias="from")] = date(1994, 1, 1)
    removed: bool = False
    description: Text = "row of a what-if"

    @model_validator(mode="after")
    def _can_be(self) -> Self:
        if self.table not in TABLES or self.table == "A.2":
            wanted = ", ".join(name for name in TABLES if name != "A.2")
            raise ValueError(f"found table {self.table!r}, wanted one of {wanted}; [[core_part]] is for A.2")
        CodeSpan.parse(self.code)
        return self


class Reading(Record):
    """A reading of an open question, or an option of the producer, that is taken."""

    name: Text
    option: Text


class Agreement(Record):
    """A set of parties in the place of those of the agreement; several of them are several agreements."""

    name: Text
    parties: Annotated[tuple[Country, ...], Field(min_length=1)]


class Reclassified(Record):
    """A part under another tariff code."""

    part: Code
    owner: Code | None = None
    code: TariffCode
    hs_edition: HsEdition = EDITION
    table_role: Text | None = None


class NewSupplier(Record):
    """A part bought from another supplier; without `of` in the place of every supplier that it is bought from now.

    A material that originates is declared for the whole period; one that does not is declared not to. `price_percent`
    is the new price in percent of the old one, freight beside it in it where the old invoice records none.
    """

    part: Code
    owner: Code | None = None
    of: Code | None = None
    to: Code
    plant: Code | None = None
    country: Country
    originating: bool
    price_percent: Amount = Decimal(100)

    @model_validator(mode="after")
    def _can_be(self) -> Self:
        if self.price_percent < 0:
            raise ValueError("found a price below zero percent, wanted zero or more")
        return self


class Declared(Record):
    """A supplier's declaration that a part originates, obtained for the whole period.

    Without `supplier`, from every supplier of the part that none covers; without `plant`, from the supplier's every
    plant.
    """

    part: Code
    owner: Code | None = None
    supplier: Code | None = None
    plant: Code | None = None


class Withdrawn(Record):
    """A supplier's declaration that no longer counts from a day on; without one, that never counted."""

    supplier: Code
    reference: Text
    part: Code | None = None
    from_: Annotated[date | None, Field(alias="from")] = None


class Alterations(Record):
    """One file of alterations; `digest` is the SHA-256 of its bytes."""

    title: Text
    digest: str = ""
    figure: tuple[Figure, ...] = ()
    core_part: tuple[CoreGoods, ...] = ()
    row: tuple[Row, ...] = ()
    reading: tuple[Reading, ...] = ()
    agreement: tuple[Agreement, ...] = ()
    reclassified: tuple[Reclassified, ...] = ()
    supplier: tuple[NewSupplier, ...] = ()
    declared: tuple[Declared, ...] = ()
    withdrawn: tuple[Withdrawn, ...] = ()

    def nothing(self) -> bool:
        """Whether it alters nothing at all."""
        return not any(getattr(self, name) for name in type(self).model_fields if name not in ("title", "digest"))


def read_alterations(data: bytes) -> Alterations:
    """The alterations that a TOML file writes.

    Raises:
        UsageError: it is not such a file; the message names the entry, what was found and what is wanted.
    """
    if len(data) > LARGEST:
        raise UsageError(f"The alterations are {len(data)} bytes long, wanted at most 1 MiB.")
    try:
        document = tomllib.loads(data.decode("utf-8"), parse_float=Decimal)
    except (ValueError, RecursionError) as error:  # what tomllib raises of text that is no TOML, or is too deep
        raise UsageError(f"The alterations are not readable TOML: {error}. Correct the file.") from error
    if "digest" in document:
        raise UsageError("alterations: found digest, which is worked out; leave it out.")
    try:
        found = Alterations.model_validate({**document, "digest": hashlib.sha256(data).hexdigest()})
    except ValidationError as error:
        first = error.errors()[0]
        place = " ".join(str(at + 1) if isinstance(at, int) else f"[[{at}]]" if i == 0 else str(at)
                         for i, at in enumerate(first["loc"]))  # fmt: skip
        said = first["msg"].removeprefix("Value error, ")
        raise UsageError(f"alterations, {place}: {said}; found {str(first['input'])[:80]!r}.") from error
    except (MalformedValue, OriginError) as error:
        raise UsageError(f"alterations: {error}") from error
    if found.nothing():
        raise UsageError("The alterations alter nothing; docs/what-if.md shows what can be altered.")
    return found


def as_toml(title: str, alterations: Alterations) -> str:
    """Declarations and suppliers of a list as a file that `read_alterations` reads again."""
    lines = [f"title = {_quoted(title)}"]
    for name, entries in (("declared", alterations.declared), ("supplier", alterations.supplier)):
        for entry in entries:
            lines += ["", f"[[{name}]]"]
            for field, value in entry.model_dump(mode="json", exclude_none=True, exclude_defaults=True).items():
                lines.append(f"{field} = {_quoted(value) if isinstance(value, str) else str(value).lower()}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = "".join(
        f"\\U{ord(each):08X}" if each in '"\\' or not each.isprintable() else each for each in text
    )  # every character that a basic string of TOML cannot hold as it is
    return f'"{escaped}"'
