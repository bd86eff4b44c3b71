"""The fields of a line, each checked alone: what makes a million lines affordable.

A line is a record whose fields say nothing of one another, so a table of lines may be checked column by column, and a
value that stands in ten thousand rows is checked once. What a field accepts, and the one form that it gives a value,
are those of the record itself: the field's own type and marks, under the record's settings. A type whose validators
look at several fields is not `separable`, and its lines are checked whole.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Annotated, Any, Final

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from evidence.core.canonical import JsonValue
from evidence.core.statements.base import Record
from evidence.core.values import ON_RECORD
from evidence.errors import MalformedValue

MOST_KEPT: Final = 20_000
"""Values of one column that are remembered at a time."""

_TEXT: Final = frozenset({str, bool, type(None)})
Refusals: Final = (ValidationError, MalformedValue)


@dataclass(frozen=True, slots=True)
class FieldForm:
    """One field of a record, by itself."""

    name: str
    accept_all: Callable[[list[Any]], list[Any]]
    """Gives the values that records would hold, or raises one of `Refusals` where it refuses one.

    Characters that nobody sees are for who reads a file to refuse (`intake.cells`): a view on record may hold some.
    """
    plain_all: Callable[[list[Any]], list[JsonValue]]
    """Accepted values as they stand in a view."""
    required: bool
    default: JsonValue
    """What stands in a view where it is left out, unless it is required."""
    later: bool
    """Whether it is left out of a line that does not fill it (`load.LATER`)."""

    def view_values(self, values: list[Any]) -> list[JsonValue]:
        """Values as they stand in a view, once they are accepted.

        Raises:
            ValidationError, MalformedValue: the field refuses one.
        """
        accepted = self.accept_all(values)
        return accepted if _TEXT.issuperset(map(type, accepted)) else self.plain_all(accepted)


@cache
def field_forms(record: type[Record]) -> Mapping[str, FieldForm]:
    """Every field of a record, in the record's order."""
    return {name: _form(name, info) for name, info in record.model_fields.items()}


@cache
def separable(record: type[Record]) -> bool:
    """Whether a record accepts exactly what its fields accept one by one."""
    marks = record.__pydantic_decorators__
    named = (marks.model_validators, marks.root_validators, marks.field_validators, marks.validators)
    written = (marks.field_serializers, marks.model_serializers, marks.computed_fields)
    return not any(named) and not any(written) and not record.__private_attributes__


def _form(name: str, info: FieldInfo) -> FieldForm:
    annotation: Any = info.annotation
    config = ConfigDict(**Record.model_config)
    many: TypeAdapter[Any] = TypeAdapter(list[Annotated[annotation, info]], config=config)
    plain_all = partial(many.serializer.to_python, mode="json")
    required, default = info.is_required(), None
    if not required:
        (default,) = plain_all([info.get_default(call_default_factory=True)])
    later = info.exclude_if is not None
    return FieldForm(
        name, partial(many.validator.validate_python, context=ON_RECORD), plain_all, required, default, later
    )
