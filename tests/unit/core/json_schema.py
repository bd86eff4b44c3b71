"""The part of JSON Schema that ours use, checked by itself: what a reader with any validator would find."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

_TYPES: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
_SAYS_NOTHING = {"$schema", "$id", "$defs", "title", "description"}


def faults(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any], at: str = "") -> list[str]:
    """What is wrong with a value, a line each; a word of the schema that is not known here is wrong too."""
    found: list[str] = []
    for word, wanted in schema.items():
        if word in _SAYS_NOTHING or word.startswith("x-"):
            continue
        check = _WORDS.get(word)
        found += [f"{at}: {word} is not a word known here"] if check is None else check(value, wanted, schema, root, at)
    return found


def _plain(holds: Callable[[Any, Any], bool], name: str) -> Callable[..., list[str]]:
    def check(value: Any, wanted: Any, _schema: Any, _root: Any, at: str) -> list[str]:
        return [] if holds(value, wanted) else [f"{at}: {value!r} against {name} {wanted!r}"]

    return check


def _reference(value: Any, wanted: str, _schema: Any, root: Mapping[str, Any], at: str) -> list[str]:
    return faults(value, root["$defs"][wanted.removeprefix("#/$defs/")], root, at)


def _any_of(value: Any, wanted: list[Any], _schema: Any, root: Mapping[str, Any], at: str) -> list[str]:
    tried = [faults(value, one, root, at) for one in wanted]
    return [] if [] in tried else [f"{at}: {value!r} against none of {tried}"]


def _properties(value: Any, wanted: Mapping[str, Any], schema: Any, root: Mapping[str, Any], at: str) -> list[str]:
    if not isinstance(value, dict):
        return []
    odd = [f"{at}: {name} besides" for name in value.keys() - wanted.keys() if not schema["additionalProperties"]]
    return odd + [
        each for name in value.keys() & wanted.keys() for each in faults(value[name], wanted[name], root, name)
    ]


def _items(value: Any, wanted: Any, schema: Any, root: Mapping[str, Any], at: str) -> list[str]:
    rest = value[len(schema.get("prefixItems", ())) :] if isinstance(value, list) else []
    return [each for item in rest for each in faults(item, wanted, root, at)]


def _prefix(value: Any, wanted: list[Any], _schema: Any, root: Mapping[str, Any], at: str) -> list[str]:
    pairs = zip(value, wanted, strict=False) if isinstance(value, list) else ()
    return [each for item, one in pairs for each in faults(item, one, root, at)]


def _is_day(value: Any) -> bool:
    try:
        return not isinstance(value, str) or bool(date.fromisoformat(value))
    except ValueError:
        return False


_WORDS: dict[str, Callable[..., list[str]]] = {
    "type": _plain(lambda value, wanted: _TYPES[wanted](value), "type"),
    "enum": _plain(lambda value, wanted: value in wanted, "enum"),
    "const": _plain(lambda value, wanted: value == wanted, "const"),
    "pattern": _plain(lambda v, wanted: not isinstance(v, str) or re.search(wanted, v) is not None, "pattern"),
    "format": _plain(lambda value, wanted: wanted == "date" and _is_day(value), "format"),
    "minLength": _plain(lambda value, wanted: not isinstance(value, str) or len(value) >= wanted, "minLength"),
    "maxLength": _plain(lambda value, wanted: not isinstance(value, str) or len(value) <= wanted, "maxLength"),
    "minimum": _plain(lambda value, wanted: not isinstance(value, int) or value >= wanted, "minimum"),
    "maximum": _plain(lambda value, wanted: not isinstance(value, int) or value <= wanted, "maximum"),
    "minItems": _plain(lambda value, wanted: not isinstance(value, list) or len(value) >= wanted, "minItems"),
    "maxItems": _plain(lambda value, wanted: not isinstance(value, list) or len(value) <= wanted, "maxItems"),
    "required": _plain(lambda value, wanted: not isinstance(value, dict) or set(wanted) <= value.keys(), "required"),
    "additionalProperties": _plain(lambda _value, wanted: wanted is False, "additionalProperties"),
    "properties": _properties,
    "items": _items,
    "prefixItems": _prefix,
    "anyOf": _any_of,
    "$ref": _reference,
}
