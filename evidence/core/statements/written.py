"""The canonical JSON of a record straight from its values, without the JSON values that stand between.

A large bill rests on tens of thousands of lines, each named by the digest of its canonical JSON, and its worksheet has
as many rows. Such records have plain values only: text, whole numbers, days, flags, names of a list, amounts, and lists
and records of these. orjson writes them as pydantic would, amounts apart, which it asks about. Every other kind goes
the plain way; a test holds the two together.
"""

import types
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from itertools import groupby
from typing import Annotated, Any, Final, Union, get_args, get_origin

import orjson
from pydantic import PlainSerializer

from evidence.core import canonical
from evidence.core.statements.base import Record
from evidence.core.statements.load import LATER
from evidence.core.values import decimal_to_text

_OPTIONS: Final = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER
_TEXTS: Final = (str, bool, int, date)
_MARKS: Final = (PlainSerializer,)


def records_bytes(records: Iterable[Record]) -> list[bytes]:
    """What `canonical.dumps` gives of each record's values in JSON.

    Raises:
        MalformedJson: as `canonical.dumps` has it.
    """
    found: list[bytes] = []
    for model, some in groupby(records, type):
        alike = list(some)
        try:
            if _plain(model):
                found += [orjson.dumps(values, _told, _OPTIONS) for values in _written(model, alike)]
                continue
        except orjson.JSONEncodeError:  # a lone surrogate, a number beyond bounds: the plain way words the refusal
            pass
        found += [canonical.dumps(record.model_dump(mode="json")) for record in alike]
    return found


def _written(model: type[Record], records: Sequence[Record]) -> Iterator[dict[str, Any]]:
    """The values that are written: fields that came later to a kind stand only where they are filled."""
    later = _later(model)
    for record in records:
        values = record.__dict__
        if later:
            values = values.copy()
            for name in later:
                if values[name] is None:
                    del values[name]
        yield values


@cache
def _later(model: type[Record]) -> tuple[str, ...]:
    return tuple(name for name, field in model.model_fields.items() if field.exclude_if is LATER.exclude_if)


def _told(value: object) -> object:
    """What orjson does not write by itself."""
    if isinstance(value, Decimal):
        return decimal_to_text(value)
    if isinstance(value, Record):
        return next(_written(type(value), (value,)))
    raise TypeError


@cache
def _plain(model: type[Record]) -> bool:
    """Whether every field of a model is of a plain type, and nothing of the model's own decides how it is written."""
    decorators = model.__pydantic_decorators__
    if decorators.field_serializers or decorators.model_serializers or decorators.computed_fields:
        return False
    fields = model.model_fields.values()
    return all(
        not field.exclude
        and (field.exclude_if is None or field.exclude_if is LATER.exclude_if)
        and _is_plain(Annotated[field.annotation, None, *field.metadata])
        for field in fields
    )


def _is_plain(annotation: Any) -> bool:
    if get_origin(annotation) is Annotated:
        inner, *marks = get_args(annotation)
        written = [mark for mark in marks if isinstance(mark, _MARKS)]
        if any(mark.func is not decimal_to_text for mark in written):
            return False
        return bool(written) if inner in (Decimal, Decimal | None) else _is_plain(inner)
    if get_origin(annotation) in (Union, types.UnionType):
        return all(each is type(None) or _is_plain(each) for each in get_args(annotation))
    if get_origin(annotation) is tuple:
        return all(each is Ellipsis or _is_plain(each) for each in get_args(annotation))
    if not isinstance(annotation, type):
        return False
    if issubclass(annotation, Record):
        return _plain(annotation)
    return annotation in _TEXTS or issubclass(annotation, StrEnum)
