"""Lines of a view as rows of the register: column by column, figures as whole numbers at the load's scale.

A row says what the line's own type says of the view's line: a value which that type would refuse does not get in, and
one that it would hold in another form stands in that form. A figure is kept as an integer, its point moved by the
scale. Products of such figures are for Python's integers or `Decimal`, never for a column of 64 bits.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import repeat
from typing import Any, Final

from evidence.core import canonical
from evidence.core.canonical import JsonValue
from evidence.core.statements.base import Record
from evidence.core.statements.line_form import MOST_KEPT, FieldForm, Refusals, field_forms, separable
from evidence.core.values import ON_RECORD
from evidence.errors import MalformedValue, RegisterError
from evidence.register.tables import bare_type, is_scalar, storable

MAX_DIGITS: Final = 18
"""Digits that a column of 64 bits holds, whichever they are."""

_LEFT_OUT: Final = object()
"""Stands for a field that the lines of an older view do not have."""
_TEXT: Final = frozenset({str, type(None), object})

Row = tuple[Any, ...]


class LineRows:
    """Turns the lines of one view into rows: view, number, then the columns in the order of the type's fields."""

    def __init__(self, line: type[Record], view: str, scale: int) -> None:
        self._line, self._view, self._next = line, view, 1
        self._forms, self._separable = field_forms(line), separable(line)
        fields = line.model_fields
        self._columns = [
            _Column(form, bare_type(fields[name].annotation), scale, self._refusal)
            for name, form in self._forms.items()
        ]

    def rows(self, values: Sequence[Mapping[str, JsonValue]]) -> list[Row]:
        """The rows of the next lines of the view.

        Raises:
            RegisterError: a line is not of the type, or a figure does not fit the scale.
        """
        return self.numbered(self.columns(values)) if values else []

    def numbered(self, columns: Sequence[Sequence[Any]]) -> list[Row]:
        """The rows of the next lines, whose `columns` were made already."""
        first, self._next = self._next, self._next + len(columns[0])
        return list(zip(repeat(self._view), range(first, self._next), *columns))

    def columns(self, values: Sequence[Mapping[str, JsonValue]]) -> list[Sequence[Any]]:
        """The columns of some lines, one at least; which they are does not matter to it.

        Raises:
            RegisterError: as `rows` has it.
        """
        if not self._separable:
            values = [self._whole(value) for value in values]
        raw = self._raw(values)
        return [column.stored(raw.get(column.form.name), len(values)) for column in self._columns]

    def _raw(self, values: Sequence[Mapping[str, JsonValue]]) -> dict[str, list[Any]]:
        """The lines' values by field; lines of one view have, as a rule, one set of fields."""
        first = values[0].keys()
        alike = all(value.keys() == first for value in values)
        names = first if alike else {name for value in values for name in value}
        if odd := names - self._forms.keys():
            raise self._refusal(min(odd), "a field that its kind has not")
        if alike:
            return {name: [value[name] for value in values] for name in first}
        return {name: [value.get(name, _LEFT_OUT) for value in values] for name in names}

    def _whole(self, value: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
        try:
            return self._line.model_validate(dict(value), context=ON_RECORD).model_dump(mode="json")
        except Refusals as error:
            raise self._refusal("line", _first_line(error)) from error

    def _refusal(self, what: str, found: str) -> RegisterError:
        return RegisterError(
            f"A line of view {self._view[:16]}… cannot be indexed: {what}: {found}. Import the file again with this "
            "version of the program."
        )


class _Column:
    """One column of a view: its values as they are stored, each that comes again looked up."""

    def __init__(self, form: FieldForm, kind: Any, scale: int, refusal: Callable[[str, str], RegisterError]) -> None:
        self.form, self._scale, self._refusal = form, scale, refusal
        self._figure, self._scalar = kind is Decimal, is_scalar(kind)
        self._kept: dict[Any, Any] = {}

    def stored(self, raw: Sequence[Any] | None, count: int) -> Sequence[Any]:
        """What is stored for the values of some lines; None: none of them has the field."""
        if raw is None:
            raw = (_LEFT_OUT,) * count
        kept = self._kept
        try:
            fresh = set(raw).difference(kept)
        except TypeError:  # lists
            return self._made(list(raw))
        if fresh:
            if not _TEXT.issuperset(map(type, fresh)):
                return self._made(list(raw))  # whole numbers and flags: 1 and True are equal, and not the same
            if len(kept) + len(fresh) > MOST_KEPT:
                kept.clear()
                fresh = set(raw)
            values = list(fresh)
            kept.update(zip(values, self._made(values), strict=True))
        return list(map(kept.__getitem__, raw))

    def _made(self, raw: list[Any]) -> list[Any]:
        """Values accepted and as they are stored."""
        given = [self._default() if value is _LEFT_OUT else value for value in raw]
        try:
            if self._figure:
                self.form.accept_all(given)
                return [None if value is None else self._scaled(value) for value in given]
            values = self.form.view_values(given)
        except Refusals as error:
            raise self._refusal(self.form.name, _first_line(error)) from error
        if self._scalar:
            return storable(values)
        return [None if value is None else canonical.dumps(value).decode() for value in values]

    def _scaled(self, figure: Any) -> int:
        try:
            return scaled(str(figure), self._scale)
        except MalformedValue:  # zeros behind the last decimal are none
            (text,) = self.form.view_values([figure])
            return scaled(str(text), self._scale)

    def _default(self) -> JsonValue:
        if self.form.required:
            raise self._refusal(self.form.name, "nothing")
        return self.form.default


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def scaled(figure: str, scale: int) -> int:
    """A figure as a whole number, its point moved right by `scale` places.

    >>> scaled("12.5", 3)
    12500

    Raises:
        MalformedValue: it has more decimals, or more digits than a column of 64 bits holds.
    """
    whole, _, part = figure.partition(".")
    if len(part) > scale:
        raise MalformedValue("figure", figure, f"at most {scale} decimals, as its load says")
    number = int(whole + part.ljust(scale, "0"))
    if abs(number) >= 10**MAX_DIGITS:
        raise MalformedValue("figure", figure, f"at most {MAX_DIGITS} digits, {scale} decimals among them")
    return number


def unscaled(number: int, scale: int) -> Decimal:
    """The figure that `scaled` made `number` of.

    >>> unscaled(12500, 3)
    Decimal('12.500')
    """
    return Decimal(number).scaleb(-scale)
