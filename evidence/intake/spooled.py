"""Rows of a parser's answer, kept as the bytes that they came in and read each time that they are gone through.

A cell of the answer is text, a number or a truth of JSON, or ``[text, sort]`` with, if need be, what was wanted.
Numbers become text here, by the digits that they carry: no binary fraction goes further
than this module.
"""

import os
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, BinaryIO

import orjson

from evidence.errors import IntakeError
from evidence.intake.table import Cell, Row, Typed

ROWS = (b"[", b'{"rows":')
"""How a line of the answer begins that holds rows: ``[number,[cell,...]]``, or many as ``{"rows":[...]}``."""
EXACT_DIGITS = 15
"""Decimal digits that every binary double carries through unchanged."""
_MOST_KNOWN = 50_000
_IN_MEMORY = 4 * 1024**2
"""Bytes of one table's rows up to which they are held in memory; the rows of larger ones stay in the answer's file."""


class SpooledRows:
    """The rows of one table."""

    def __init__(self, answer: BinaryIO, width: int) -> None:
        self._answer, self._width = answer, width
        self._lines: list[tuple[int, int]] = []
        self._held: list[bytes] = []
        self._size = 0
        self._file: BinaryIO | None = None

    def add(self, line: bytes, at: int) -> None:
        """Take a line that stands in the answer at a position."""
        self._size += len(line)
        self._lines.append((at, len(line)))
        if self._size <= _IN_MEMORY:
            self._held.append(line)
        elif self._file is None:
            self._held.clear()
            self._file = os.fdopen(os.dup(self._answer.fileno()), "rb")

    def __bool__(self) -> bool:
        return bool(self._lines)

    def __iter__(self) -> Iterator[Row]:
        """Every row.

        Raises:
            IntakeError: the parser's process answered with something else.
        """
        width = self._width
        known: dict[float, Cell] = {}
        try:
            for line in self._raw():
                found = orjson.loads(line)
                if len(known) > _MOST_KNOWN:
                    known.clear()
                for number, cells in found["rows"] if isinstance(found, dict) else (found,):
                    if len(cells) != width:
                        raise ValueError(len(cells))
                    yield Row(int(number), tuple([c if c.__class__ is str else _once(c, known) for c in cells]))
        except (ValueError, TypeError, LookupError) as error:
            raise IntakeError("A parser answered with rows that cannot be read. The file may be hostile.") from error

    def _raw(self) -> Iterator[bytes]:
        if self._file is None:
            yield from self._held
            return
        for at, size in self._lines:
            yield os.pread(self._file.fileno(), size, at)


def _once(value: Any, known: dict[float, Cell]) -> Cell:
    """As `typed`, each different number once: a column says the same ones over and over."""
    if value.__class__ is not float:
        return typed(value)
    found = known.get(value)
    if found is None:
        found = known[value] = typed(value)
    return found


def typed(value: Any) -> Cell:
    """A cell of an answer that is not text.

    >>> typed(412.5).text, typed(3.0).text, typed(True).text
    ('412.5', '3', 'yes')

    Raises:
        TypeError: it is none that a parser gives.
    """
    if value.__class__ is float:
        if value.is_integer() and -1e15 < value < 1e15:
            return Typed(str(int(value)), "number")
        text = repr(value)
        # with its point it has fewer digits; the other forms are rare and looked at more closely
        return Typed(text, "number") if len(text) <= EXACT_DIGITS and "e" not in text else _number(text)
    if isinstance(value, bool):
        return Typed("yes" if value else "no", "flag")
    if isinstance(value, list):
        text, sort, *wanted = value
        return Typed(str(text), str(sort), *map(str, wanted[:1]))
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return _number(str(value))
    if value is None:  # what JSON has for a number without end
        return Typed("a number without end", "refused")
    raise TypeError(value)


def _number(text: str) -> Typed:
    """A number that may have more digits than it carries."""
    exact = Decimal(text)
    digits = len(exact.normalize().as_tuple().digits) if exact.is_finite() else EXACT_DIGITS + 1
    if digits > EXACT_DIGITS or abs(exact) >= Decimal(10) ** EXACT_DIGITS:
        found = f"the number {text}, damaged by the spreadsheet (more than {EXACT_DIGITS} digits)"
        return Typed(found, "refused", "it as text, from where it was whole: a number carries 15 digits")
    plain = format(exact, "f")
    return Typed(plain.rstrip("0").rstrip(".") if "." in plain else plain, "number")
