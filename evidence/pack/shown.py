"""How values look in print. Rounding happens here, for display only, and is never carried on."""

import re
from datetime import UTC, date, datetime
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal


def money(value: Decimal) -> str:
    """An amount to the cent; shown only, never carried on.

    >>> money(Decimal("1234567.8"))
    '1,234,567.80'
    """
    return _signed(format(value.quantize(Decimal("0.01"), ROUND_HALF_EVEN), ",f"))


def number(value: Decimal) -> str:
    """A quantity without needless zeros, at most six decimals.

    >>> number(Decimal("10.000"))
    '10'
    """
    text = format(value.quantize(Decimal("0.000001"), ROUND_HALF_EVEN), ",f")
    return _signed(text.rstrip("0").rstrip("."))


def percent(value: Decimal) -> str:
    """A share of content, cut and never rounded up: what is printed is never better than what was compared.

    >>> percent(Decimal("74.999"))
    '74.99 percent'
    """
    return f"{_signed(format(value.quantize(Decimal('0.01'), ROUND_FLOOR), ',f'))} percent"


def figure(value: Decimal, unit: str) -> str:
    """A cell's value as its unit asks: money to the cent, shares cut at four decimals, the rest as it is."""
    if re.fullmatch("[A-Z]{3}.*", unit):
        return money(value)
    if unit in ("percent", "%"):
        return _signed(format(value.quantize(Decimal("0.0001"), ROUND_FLOOR), ",f"))
    return number(value)


def dotted(digits: str) -> str:
    """A tariff code with its dots.

    >>> dotted("8703800000")
    '8703.80.00.00'
    """
    parts = [digits[:4], *(digits[i : i + 2] for i in range(4, len(digits), 2))]
    return ".".join(part for part in parts if part)


def basis(text: str) -> str:
    """Why a day of receipt is believed. Where nobody named an earlier one it is the day of loading, not of customs."""
    return "day loaded into the records" if text.startswith("the day of import;") else text


def day(value: date) -> str:
    return value.isoformat()


def moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def size(count: int) -> str:
    return f"{count:,} bytes" if count < 10_000 else f"{(count + 512) // 1024:,} KiB"


def moment_w3c(value: datetime) -> str:
    """The form that document metadata wants."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _signed(text: str) -> str:
    return text.replace("-", "\N{MINUS SIGN}")
