"""How values look in print, as the language in force writes them.

Rounding happens here, for display only, and is never carried on. The digits are those of the exact value in every
language; a locale gives the marks between them and the order of a day. French prints days as Canada's standard does
(2026-03-31), Spanish with the month in words (31 mar 2026), so that no day can be read as another.
"""

import re
from datetime import UTC, date, datetime
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from functools import cache
from typing import TYPE_CHECKING

from evidence.pack.words.language import LOCALES, spoken

if TYPE_CHECKING:
    from babel import Locale


def money(value: Decimal) -> str:
    """An amount to the cent; shown only, never carried on.

    >>> money(Decimal("1234567.8"))
    '1,234,567.80'
    """
    return _marks(format(value.quantize(Decimal("0.01"), ROUND_HALF_EVEN), ",f"))


def number(value: Decimal) -> str:
    """A quantity without needless zeros, at most six decimals.

    >>> number(Decimal("10.000"))
    '10'
    """
    text = format(value.quantize(Decimal("0.000001"), ROUND_HALF_EVEN), ",f")
    return _marks(text.rstrip("0").rstrip("."))


def percent(value: Decimal) -> str:
    """A share of content, cut and never rounded up: what is printed is never better than what was compared.

    >>> percent(Decimal("74.999"))
    '74.99 percent'
    """
    return in_percent(format(value.quantize(Decimal("0.01"), ROUND_FLOOR), ",f"))


def figure(value: Decimal, unit: str) -> str:
    """A cell's value as its unit asks: money to the cent, shares cut at four decimals, the rest as it is."""
    if re.fullmatch("[A-Z]{3}.*", unit):
        return money(value)
    if unit in ("percent", "%"):
        return _marks(format(value.quantize(Decimal("0.0001"), ROUND_FLOOR), ",f"))
    return number(value)


def in_percent(digits: str) -> str:
    """A share whose digits are settled, written as English writes them, with the sign of the language in force.

    >>> in_percent("1,074.99")
    '1,074.99 percent'
    """
    if spoken() == "en":
        return f"{_marks(digits)} percent"
    pattern = str(_locale(spoken()).percent_formats[None].pattern)
    return _marks(digits) + pattern.lstrip("#,0")


def localized(digits: str) -> str:
    """A number whose digits are settled, written as English writes them, with the marks of the language in force.

    >>> localized("-1,234.50")
    '−1,234.50'
    """
    return _marks(digits)


def dotted(digits: str) -> str:
    """A tariff code with its dots.

    >>> dotted("8703800000")
    '8703.80.00.00'
    """
    parts = [digits[:4], *(digits[i : i + 2] for i in range(4, len(digits), 2))]
    return ".".join(part for part in parts if part)


def basis(text: str) -> str:
    """Why a day of receipt is believed. Where nobody named an earlier one it is the day of loading, not of customs."""
    from evidence.pack.words.language import _
    from evidence.pack.words.recorded import recorded

    if text.startswith("the day of import;"):
        return _("day loaded into the records")
    known = {
        "mail header": _("mail header"),
        "portal log": _("portal log"),
        "dispatch log": _("dispatch log"),
        "gate log": _("gate log"),
        "stamp of receipt": _("stamp of receipt"),
    }
    return known.get(text) or recorded(text)


def day(value: date) -> str:
    """A day: ``2026-03-31``, and in Spanish ``31 mar 2026``."""
    if spoken() != "es":
        return value.isoformat()
    from babel.dates import format_date

    return format_date(value, "d MMM y", _locale(spoken()))


def moment(value: datetime) -> str:
    """A moment to the minute, in UTC."""
    utc = value.astimezone(UTC)
    return f"{day(utc.date())}{', ' if spoken() == 'es' else ' '}{utc:%H:%M} UTC"


def size(count: int) -> str:
    """How large a file is."""
    from evidence.pack.words.language import _

    if count < 10_000:
        return _("{count} bytes", count=_marks(f"{count:,}"))
    return _("{count} KiB", count=_marks(f"{(count + 512) // 1024:,}"))


def moment_w3c(value: datetime) -> str:
    """The form that document metadata wants."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _marks(text: str) -> str:
    """Digits as English groups them, with the marks of the language in force and a true minus sign."""
    text = text.replace("-", "\N{MINUS SIGN}")
    if spoken() == "en":
        return text
    from babel.numbers import get_decimal_symbol, get_group_symbol

    locale = _locale(spoken())
    between, point = get_group_symbol(locale), get_decimal_symbol(locale)
    return text.translate({ord(","): between, ord("."): point})


@cache
def _locale(language: str) -> "Locale":
    from babel import Locale

    return Locale.parse(LOCALES[language])
