"""The quick way to canonical JSON gives the very bytes of the plain way, and refuses what that refuses."""

import json
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evidence.core.canonical import MAX_DEPTH, dumps, loads, loads_canonical, read, written
from evidence.errors import MalformedJson

_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=12)  # lone surrogates too
_ODD = st.sampled_from([1.5, float("nan"), float("inf"), b"bytes", {1, 2}, 2**53, -(2**53), 2**64, 2**70])
_SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(2**60), 2**60), _TEXT, _ODD)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner),
        st.dictionaries(st.one_of(_TEXT, st.integers(), st.none()), inner, max_size=5),
    ),
    max_leaves=12,
)


class _Word(StrEnum):
    ONE = "one"


def outcome(function: Callable[[Any], object], given_: object) -> tuple[str, object]:
    try:
        return "value", function(given_)
    except MalformedJson as error:
        return "refused", str(error)


def nested(depth: int) -> object:
    value: object = "x"
    for _ in range(depth):
        value = [value]
    return value


@given(_VALUES)
@example({"\U0001f602": 1, "\ufb33": 2, "a": 3})
@example({"a": _Word.ONE, "b": True, "c": (1, 2)})
@example('\x00\x1f\x7f\u2028\u2029"\\/\b\t\n\f\r')
@example(nested(MAX_DEPTH))
@example(nested(MAX_DEPTH + 1))
@example("\ud800")
@example({"\udfff": 1})
def test_both_ways_of_writing_give_the_same_bytes_and_refuse_alike(value: Any) -> None:
    assert outcome(dumps, value) == outcome(written, value)


@given(_VALUES, st.sampled_from([None, " "]), st.booleans())
def test_both_ways_of_reading_give_the_same_value_and_refuse_alike(
    value: object, indent: str | None, escaped: bool
) -> None:
    try:
        text = json.dumps(value, ensure_ascii=escaped, indent=indent, separators=(",", ":"))
        data = text.encode("utf-8", "surrogatepass")
    except TypeError:
        return
    assert outcome(loads, data) == outcome(read, data)


def _canonical_plainly(data: bytes) -> object:
    value = read(data)
    if written(value) != data:
        raise MalformedJson("JSON text", "another spelling of its value", "canonical JSON (RFC 8785)")
    return value


@given(_VALUES.filter(lambda value: outcome(written, value)[0] == "value"))
def test_what_is_canonical_reads_back_as_what_was_written(value: Any) -> None:
    data = written(value)
    assert loads_canonical(data) == _canonical_plainly(data)
    assert written(loads_canonical(data)) == data


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b'{"a":1,"a":1}', id="a-key-twice"),
        pytest.param(b'{"a":1,"a":2}', id="a-key-twice-with-two-values"),
        pytest.param(b'{"b":1,"a":1}', id="keys-out-of-order"),
        pytest.param(b"1.0", id="a-float"),
        pytest.param(b"1.5", id="a-float-that-would-be-written-the-same"),
        pytest.param(b"1e400", id="an-infinite-float"),
        pytest.param(b"[1.5]", id="a-float-in-a-list"),
        pytest.param(b"NaN", id="not-a-number"),
        pytest.param(b"9007199254740992", id="beyond-two-to-the-53"),
        pytest.param(b"18446744073709551616", id="beyond-64-bits"),
        pytest.param(b"-0", id="minus-nought"),
        pytest.param(b"\xef\xbb\xbf1", id="byte-order-mark"),
        pytest.param(b" 1", id="a-blank-before"),
        pytest.param(b"1\n", id="a-line-feed-behind"),
        pytest.param(b'"\\u0041"', id="an-escape-that-need-not-be"),
        pytest.param(b'"\\ud800"', id="a-lone-surrogate"),
        pytest.param(b'"\xed\xa0\x80"', id="a-surrogate-in-utf-8"),
        pytest.param(b'"\\u001F"', id="capital-hexadecimal"),
        pytest.param(b'"\\/"', id="an-escaped-slash"),
        pytest.param('{"\ufb33":1,"\U0001f602":2}'.encode(), id="keys-in-the-order-of-code-points"),
        pytest.param(b"[" * 65 + b"]" * 65, id="too-deep"),
        pytest.param(b"[" * 100_000, id="very-deep"),
        pytest.param(b"", id="nothing"),
        pytest.param(b'{"a":1}{"b":2}', id="two-values"),
    ],
)
def test_what_is_not_canonical_is_refused_in_the_same_words(data: bytes) -> None:
    assert outcome(loads_canonical, data)[0] == "refused"
    assert outcome(loads_canonical, data) == outcome(_canonical_plainly, data)
