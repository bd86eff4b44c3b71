"""Values that fields of statements are made of: exact decimals as text, codes, days, periods.

A decimal is written with a fixed grammar (no exponent, no leading plus, no bare point), so that the same amount has one
text and a statement's bytes do not depend on the library that wrote them. What comes in with anything else is refused,
never repaired.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Final, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    PlainSerializer,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)

from evidence.errors import MalformedValue

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", re.ASCII)
_HEX = "[0-9a-f]{64}"
AMOUNT = r"^(0|-?(0\.[0-9]*[1-9]|[1-9][0-9]*(\.[0-9]*[1-9])?))$"
"""What `decimal_to_text` writes, as a published schema says it."""


def decimal_from_text(text: str) -> Decimal:
    """The exact decimal that `text` writes.

    Raises:
        MalformedValue: anything but digits with an optional minus and point: no exponent, no grouping, no NaN.

    >>> decimal_from_text("1250.50")
    Decimal('1250.50')
    """
    if len(text) > 40 or _DECIMAL.fullmatch(text) is None:
        raise MalformedValue("amount", text[:60], "a decimal such as 1250.50, without grouping or exponent")
    return Decimal(text)


def decimal_to_text(value: Decimal) -> str:
    """The one text of an exact decimal: no exponent, no trailing zeros, no minus before zero.

    >>> decimal_to_text(Decimal("1.500E+3")), decimal_to_text(Decimal("-0.00"))
    ('1500', '0')

    Raises:
        MalformedValue: a figure that is not finite.
    """
    if not value.is_finite():
        raise MalformedValue("amount", str(value), "a finite number")
    text = str(value)
    if "E" not in text and (text[-1] != "0" or "." not in text) and text != "-0":
        return text  # in its one text already: most figures
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _to_decimal(value: object) -> Decimal:
    if isinstance(value, str):
        figure = decimal_from_text(value)
        if not value.startswith("-0") and (value[-1] != "0" or "." not in value):
            return figure  # in its one text already
        value = figure
    if isinstance(value, Decimal):
        return Decimal(decimal_to_text(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    raise MalformedValue("amount", value, "a decimal as text, never a binary fraction")


Amount = Annotated[
    Decimal,
    BeforeValidator(_to_decimal),
    PlainSerializer(decimal_to_text, return_type=str),
    WithJsonSchema({"type": "string", "pattern": AMOUNT}, mode="serialization"),
]
"""A money amount, quantity or share: exact, and as its one text in JSON. What was written stays in the document."""


ON_RECORD: Final = {"on record": True}
"""The context in which a type reads what has been recorded: no rule about new text makes that unreadable."""
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def _words(text: str, info: ValidationInfo) -> str:
    """Text in its composed form; of new text, none with characters that nobody sees and PostgreSQL or XML cannot hold.

    Those are the C0 controls but tab and the ends of lines (XML 1.0, production 2; PostgreSQL takes no U+0000).
    """
    if text.isascii() and text.isprintable():
        return text
    found = _UNSEEN.search(text)
    if found is not None and info.context is not ON_RECORD:
        raise ValueError(f"the unprintable character U+{ord(found[0]):04X} stands in it")
    return unicodedata.normalize("NFC", text)


Sha256 = Annotated[str, StringConstraints(pattern=f"^{_HEX}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000), AfterValidator(_words)]
"""Words, in the composed form of Unicode (NFC): the same name has one spelling, so that it has one digest."""
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/+-]{0,63}$")]
"""A reference in the company's own systems: a part number, a supplier's number, a plant."""
_UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
StatementId = Annotated[str, StringConstraints(pattern=f"^[a-z]{{1,8}}-{_UUID}$")]
"""The id of a statement, minted here: a prefix and a UUID, which tells nothing but when and may stand in clear."""
LedgerPlace = Annotated[str, StringConstraints(pattern="^#(0|[1-9][0-9]{0,17})(:[a-z]{1,20}( [a-z]{1,20})?)?$")]
"""A place in the ledger: an entry as ``#12``, or what stands in it under a role as ``#12:received``."""
Country = Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2."""
Currency = Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")]
"""ISO 4217."""
HsEdition = Annotated[str, StringConstraints(pattern="^HS(2007|2012|2017|2022)$")]
TariffCode = Annotated[str, StringConstraints(pattern="^[0-9]{6}([0-9]{2}){0,2}$")]
"""Six, eight or ten digits without dots."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A span of days, both ends included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise MalformedValue("period", f"{self.first} to {self.last}", "a last day on or after the first")

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __str__(self) -> str:
        return f"{self.first.isoformat()}..{self.last.isoformat()}"

    def days(self) -> Iterator[date]:
        """Every day, in order."""
        for offset in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=offset)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``2023-04-01..2023-06-30``, ``2023-04`` (a month) or ``2023`` (a calendar year).

        >>> str(Period.parse("2024-02"))
        '2024-02-01..2024-02-29'
        """
        try:
            if ".." in text:
                first, last = text.split("..")
                return cls(date.fromisoformat(first), date.fromisoformat(last))
            if re.fullmatch("[0-9]{4}-[0-9]{2}", text, re.ASCII):
                first_day = date.fromisoformat(text + "-01")
                return cls(first_day, _month_end(first_day))
            if re.fullmatch("[0-9]{4}", text, re.ASCII):
                return cls(date(int(text), 1, 1), date(int(text), 12, 31))
        except ValueError as fault:
            raise MalformedValue("period", text, "2023-04-01..2023-06-30, 2023-04 or 2023") from fault
        raise MalformedValue("period", text, "2023-04-01..2023-06-30, 2023-04 or 2023")


def _month_end(first: date) -> date:
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return following - timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the last day of that month where it is shorter.

    >>> add_months(date(2023, 1, 31), 1)
    datetime.date(2023, 2, 28)
    """
    index = day.year * 12 + day.month - 1 + months
    first = date(index // 12, index % 12 + 1, 1)
    return first.replace(day=min(day.day, _month_end(first).day))


def legal_day(moment: datetime, zone: str) -> date:
    """The calendar day of `moment` where the law counts it (`zone` is an IANA name)."""
    return moment.astimezone(ZoneInfo(zone)).date()


_UTC: Final = ZoneInfo("UTC")


def moment_text(moment: datetime) -> str:
    """An aware moment as UTC text with six decimals, the one form used in leaves and statements.

    >>> from datetime import UTC
    >>> moment_text(datetime(2023, 5, 1, 12, tzinfo=UTC))
    '2023-05-01T12:00:00.000000Z'
    """
    if moment.tzinfo is None:
        raise MalformedValue("moment", moment, "an aware time")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


@lru_cache(maxsize=1024)  # lines of one load were recorded at one moment
def moment_from_text(text: str) -> datetime:
    """The moment that `moment_text` wrote.

    Raises:
        MalformedValue: any other form, a local time above all.
    """
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z", text, re.ASCII) is None:
        raise MalformedValue("moment", text, "UTC such as 2023-05-01T12:00:00.000000Z")
    try:
        return datetime.fromisoformat(text[:-1]).replace(tzinfo=_UTC)
    except ValueError as fault:
        raise MalformedValue("moment", text, "a day and time that exist") from fault
