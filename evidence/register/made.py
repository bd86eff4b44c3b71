"""Rows of the register as the values that they were made of, column by column.

A row says what its own type said when it was indexed (`line_rows`, `project`), so that nothing of it has to be checked
again: a name of a list becomes that name, a whole number the figure at its load's scale, and JSON the value that its
field has; text, days and flags stand as they are. What comes again in a column is looked up.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter

from evidence.core import canonical
from evidence.core.statements.base import Record, unchecked
from evidence.core.values import ON_RECORD, decimal_to_text
from evidence.errors import EvidenceError
from evidence.register.line_rows import unscaled
from evidence.register.tables import bare_type, plain_fields

T = TypeVar("T", bound=Record)
_MOST_KEPT: Final = 1 << 16


class _Kept(dict[Any, Any]):
    """What was made of the values of a column; None stays None."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__({None: None})
        self._make = make

    def __missing__(self, value: Any) -> Any:
        if len(self) > _MOST_KEPT:
            self.clear()
            self[None] = None
        made = self[value] = self._make(value)
        return made


class Made:
    """Makes values of a model from the columns of its rows."""

    def __init__(self, model: type[Record], *, scaled: bool) -> None:
        """`scaled` says that figures stand as whole numbers, as they do in lines of loads."""
        self._model = model
        self._names = tuple(plain_fields(model))
        self._kept: dict[int, _Kept] = {}
        self._figures: list[int] = []
        self._types: dict[int, frozenset[type]] = {}
        self._scales: dict[int, _Kept] = {}
        for at, (name, scalar) in enumerate(plain_fields(model).items()):
            field = model.model_fields[name]
            kind = bare_type(field.annotation)
            if not scalar:
                self._kept[at] = _Kept(_read(TypeAdapter(field.rebuild_annotation())))
            elif issubclass(kind, StrEnum):
                self._kept[at] = _Kept(kind)
            else:
                fits: list[Any] = [kind] if field.annotation is kind else [kind, type(None)]
                self._types[at] = frozenset(fits)
                self._figures += [at] if kind is Decimal and scaled else []

    def values(self, columns: Sequence[Sequence[Any]], scale: int | None = None) -> list[Any] | None:
        """The values of some rows, one at least, whose `columns` stand in the order of the model's fields.

        None where a value is one that its type would not have let in, so that somebody has altered the row.
        """
        made = list(columns)
        try:
            for at, kept in self._kept.items():
                made[at] = list(map(kept.__getitem__, made[at]))
            if self._figures and scale is not None:
                figures = self._scaled(scale)
                for at in self._figures:
                    made[at] = list(map(figures.__getitem__, made[at]))
        except (ValueError, TypeError, ArithmeticError, EvidenceError):
            return None
        if not all(kept.issuperset(map(type, made[at])) for at, kept in self._types.items()):
            return None
        names = self._names
        return unchecked(self._model, [dict(zip(names, row, strict=True)) for row in zip(*made, strict=True)])

    def _scaled(self, scale: int) -> _Kept:
        if scale not in self._scales:
            self._scales[scale] = _Kept(lambda number: Decimal(decimal_to_text(unscaled(number, scale))))
        return self._scales[scale]


def _read(adapter: TypeAdapter[Any]) -> Callable[[str], Any]:
    return lambda text: adapter.validate_python(canonical.loads(text.encode()), context=ON_RECORD)


@cache
def made(model: type[Record], *, scaled: bool) -> Made:
    """What makes values of a model; one for each, so that it remembers."""
    return Made(model, scaled=scaled)
