"""Canonical JSON: one value, one sequence of bytes.

RFC 8785 (JCS) for the subset that signed evidence needs: strings, whole numbers within ±(2**53 - 1), true, false,
null, lists and objects. There are no floats at all: amounts are decimal strings, so that nothing is rounded on the way
through somebody else's reader. Reading is stricter than RFC 8259 where its freedom would let two readers see two
values in the same bytes: duplicate keys, NaN, lone surrogates and a byte-order mark are refused.

Text is not normalised, here or anywhere after signing: composed and decomposed letters stay different (RFC 8785
section 3.1).

There are two ways to the same bytes. The plain one, in Python, has the last word and words every refusal. The quick
one (orjson) is taken where both agree: exact types only, ASCII keys, whole numbers within bounds. It never refuses
anything by itself; what it cannot do goes the plain way. A property test holds the two together.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NoReturn, TypeAlias

import orjson

from evidence.errors import MalformedJson

JsonValue: TypeAlias = "str | int | bool | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
"""What canonical JSON carries. `loads` gives `list` and `dict`; `dumps` also takes `tuple`, and refuses `bytes`."""

MAX_INTEGER: Final = 2**53 - 1
"""The largest whole number that every JSON reader holds exactly (RFC 8785 section 3.2.2.3, RFC 7493 section 2.2)."""

MAX_DEPTH: Final = 64
MAX_BYTES: Final = 16 * 1024 * 1024

_SCALARS: Final = frozenset({str, int, bool, type(None)})
_SORTED: Final = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER
_SURROGATE_ESCAPE: Final = re.compile(r"\\u[dD][89a-fA-F]")
_WRITE: Final = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


def dumps(value: JsonValue) -> bytes:
    r"""The canonical bytes of a value.

    Keys are sorted by UTF-16 code units (RFC 8785 section 3.2.3), which is not the order of code points: U+1F602
    comes before U+FB33.

    Raises:
        MalformedJson: a float or Decimal, a number beyond ±(2**53 - 1), a key that is not text, a lone surrogate,
            another type, or nesting deeper than 64.

    >>> dumps({"b": [1, None], "a": "é"})
    b'{"a":"\xc3\xa9","b":[1,null]}'
    """
    if _plain_enough(value, MAX_DEPTH):
        try:
            return orjson.dumps(value, option=_SORTED)
        except orjson.JSONEncodeError:  # a lone surrogate
            pass
    return written(value)


def dumps_each(values: Sequence[JsonValue]) -> list[bytes]:
    """What `dumps` gives of each of many values, which are looked over together.

    Raises:
        MalformedJson: as `dumps` has it.

    >>> dumps_each([1, {"b": 2, "a": 3}])
    [b'1', b'{"a":3,"b":2}']
    """
    if _plain_enough(list(values), MAX_DEPTH + 1):
        try:
            return [orjson.dumps(value, option=_SORTED) for value in values]
        except orjson.JSONEncodeError:
            pass
    return list(map(dumps, values))


def written(value: JsonValue) -> bytes:
    """What `dumps` gives, by the plain way; for values and refusals alike.

    Raises:
        MalformedJson: as `dumps` has it.
    """
    try:
        return _WRITE(_ordered(value, MAX_DEPTH, "the value")).encode("utf-8")
    except UnicodeEncodeError as error:
        raise MalformedJson("canonical JSON", "a lone surrogate in text", "text that UTF-8 can carry") from error


def loads(data: bytes, *, limit: int = MAX_BYTES, depth: int = MAX_DEPTH) -> JsonValue:
    """The value of strict JSON bytes, in any spelling.

    Args:
        data: UTF-8, without byte-order mark.
        limit: the most bytes to read.
        depth: how many lists and objects may stand inside one another.

    Raises:
        MalformedJson: not JSON, or JSON outside the subset of this module.
    """
    found, value = _quickly(data, limit, depth)
    return value if found else read(data, limit=limit, depth=depth)


def read(data: bytes, *, limit: int = MAX_BYTES, depth: int = MAX_DEPTH) -> JsonValue:
    """What `loads` gives, by the plain way; for values and refusals alike.

    Raises:
        MalformedJson: as `loads` has it.
    """
    if len(data) > limit:
        raise MalformedJson("JSON text", f"{len(data)} bytes", f"at most {limit}")
    if data.startswith(b"\xef\xbb\xbf"):
        raise MalformedJson("JSON text", "a byte-order mark", "UTF-8 without one")
    try:
        text = data.decode("utf-8")
        value: JsonValue = json.loads(
            text, object_pairs_hook=_object, parse_int=_integer, parse_float=_no_float, parse_constant=_no_float
        )
    except UnicodeDecodeError as error:
        raise MalformedJson("JSON text", f"bytes that are not UTF-8 at {error.start}", "UTF-8") from error
    except json.JSONDecodeError as error:
        raise MalformedJson("JSON text", f"{error.msg} at character {error.pos}", "strict JSON") from error
    except RecursionError as error:
        raise MalformedJson("JSON text", "nesting beyond the reader", f"at most {depth} levels") from error
    ordered = _ordered(value, depth, "the value")
    if _SURROGATE_ESCAPE.search(text):  # raw bytes cannot carry one, since UTF-8 was decoded strictly
        try:
            _WRITE(ordered).encode("utf-8")
        except UnicodeEncodeError as error:
            raise MalformedJson("JSON text", "a lone surrogate", "surrogates in pairs") from error
    return value


def loads_whole(data: bytes) -> Any:
    """The value of strict JSON bytes, however many: of what we wrote ourselves, and of nothing from outside.

    Raises:
        MalformedJson: as `loads` has it.
    """
    return loads(data, limit=len(data))


def loads_canonical(data: bytes, *, limit: int = MAX_BYTES, depth: int = MAX_DEPTH) -> JsonValue:
    """The value of bytes that are already canonical, as everything signed is.

    Raises:
        MalformedJson: not strict JSON, or strict JSON in another spelling.
    """
    found, value = _quickly(data, limit, depth)
    if found:
        return value
    value = read(data, limit=limit, depth=depth)
    if dumps(value) != data:
        raise MalformedJson("JSON text", "another spelling of its value", "canonical JSON (RFC 8785)")
    return value


def loads_written(data: bytes) -> JsonValue:
    """The value of bytes of which it is known that they are canonical, since their digest was recorded as such.

    Raises:
        MalformedJson: no JSON at all.
    """
    try:
        value: JsonValue = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise MalformedJson("JSON text", str(error), "canonical JSON (RFC 8785)") from error
    return value


def _quickly(data: bytes, limit: int, depth: int) -> tuple[bool, JsonValue]:
    """Whether the bytes are plainly canonical, and then their value.

    orjson keeps the last of two equal keys, rounds large numbers and takes floats; but it writes such a value in other
    bytes than it was read from, or `_plain_enough` tells it, so that equal bytes of plain types are proof enough.
    """
    if len(data) > limit:
        return False, None
    try:
        value = orjson.loads(data)
        return _plain_enough(value, depth) and orjson.dumps(value, option=_SORTED) == data, value
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return False, None


def _plain_enough(value: JsonValue, depth: int) -> bool:
    """Whether a value has only what orjson writes as RFC 8785 wants it; whole numbers it bounds itself (`_SORTED`)."""
    kind = type(value)
    if kind in _SCALARS:
        return True
    if depth <= 0:
        return False
    if kind is dict:
        try:
            if not "".join(value).isascii():  # type: ignore[arg-type]  # other keys sort by UTF-16 code units
                return False
        except TypeError:  # a key that is not text
            return False
        inner = value.values()  # type: ignore[union-attr]
    elif kind is list or kind is tuple:
        if _SCALARS.issuperset(map(type, value)):  # type: ignore[arg-type]
            return True
        inner = value
    else:
        return False
    scalars, deeper = _SCALARS, depth - 1  # a loop, since a call a value is what this would spend its time on
    for item in inner:  # noqa: SIM110
        if type(item) not in scalars and not _plain_enough(item, deeper):
            return False
    return True


def _ordered(value: JsonValue, depth: int, where: str) -> JsonValue:
    """The value with its objects in canonical order, every part of it checked; `where` names the nearest key."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise MalformedJson(where, f"a number of {value.bit_length()} bits", "at most 2**53 - 1; or a string")
        return value
    if depth <= 0:
        raise MalformedJson(where, "nesting too deep", f"at most {MAX_DEPTH} levels")
    if isinstance(value, dict):
        keys: list[str] = list(value)
        for key in keys:
            if not isinstance(key, str):
                raise MalformedJson(where, f"a key of type {type(key).__name__}", "keys that are text")
        if not all(key.isascii() for key in keys):
            keys.sort(key=_utf16)
        else:
            keys.sort()  # the same order for ASCII, and quicker
        return {key: _ordered(value[key], depth - 1, key) for key in keys}
    if isinstance(value, (list, tuple)):
        return [_ordered(item, depth - 1, where) for item in value]
    raise MalformedJson(where, type(value).__name__, "what canonical JSON carries; an amount is text")


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be", "surrogatepass")  # a lone surrogate is refused when the bytes are made


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise MalformedJson("JSON object", f"the key {twice!r} twice", "each key once")
    return value


def _integer(digits: str) -> int:
    if len(digits) > 17:  # before int(), which takes quadratic time on long text
        raise MalformedJson("JSON number", f"{len(digits)} digits", "at most 2**53 - 1; or a string")
    return int(digits)


def _no_float(text: str) -> NoReturn:
    raise MalformedJson("JSON number", text[:40], "a whole number; amounts are written as text")
