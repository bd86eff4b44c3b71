import json
from collections import OrderedDict
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.core.canonical import MAX_DEPTH, MAX_INTEGER, JsonValue, dumps, loads, loads_canonical
from evidence.errors import MalformedJson

TEXT = st.text(max_size=8)
SCALARS = st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | TEXT
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4))


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_a_value_read_back_is_the_value_written(value: JsonValue) -> None:
    assert loads_canonical(dumps(value)) == value


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60) | st.text('[]{}",:\\u0123456789abcdDfFeE.+-ntrsl \n\ud800', max_size=40))
def test_any_bytes_are_read_or_refused_with_our_own_error(data: bytes | str) -> None:
    raw = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
    try:
        value = loads(raw)
    except MalformedJson:
        return
    assert json.loads(raw) == value


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.text("ab\ue000\ufb33\uffff\U00010000\U0001f602", max_size=3), st.none(), max_size=8))
def test_keys_are_ordered_by_utf_16_code_units(value: dict[str, None]) -> None:
    written = [key for key, _ in json.loads(dumps(value), object_pairs_hook=lambda pairs: pairs)]
    assert written == sorted(value, key=lambda key: key.encode("utf-16-be"))


def test_an_emoji_sorts_before_a_hebrew_presentation_form() -> None:
    assert dumps({"\ufb33": 1, "\U0001f602": 2}) == '{"\U0001f602":2,"\ufb33":1}'.encode()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param('"', rb'"\""', id="quote"),
        pytest.param("\\", rb'"\\"', id="backslash"),
        pytest.param("/", b'"/"', id="slash-stays"),
        pytest.param("\b\t\n\f\r", rb'"\b\t\n\f\r"', id="short-forms"),
        pytest.param("\x00\x1f", rb'"\u0000\u001f"', id="lower-case-hex"),
        pytest.param("\x7f\u2028é", b'"\x7f\xe2\x80\xa8\xc3\xa9"', id="all-else-stays"),
        pytest.param("e\u0301", b'"e\xcc\x81"', id="no-normalisation"),
    ],
)
def test_text_is_escaped_as_rfc_8785_escapes_it(text: str, written: bytes) -> None:
    assert dumps(text) == written


class Word(StrEnum):
    OPEN = "open"


def test_an_enumerated_word_a_tuple_and_an_ordered_object_are_written_as_plain_ones() -> None:
    assert dumps(OrderedDict(b=(1, Word.OPEN), a=True)) == b'{"a":true,"b":[1,"open"]}'


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(1.0, id="float"),
        pytest.param(float("nan"), id="nan"),
        pytest.param(Decimal("1.0"), id="decimal"),
        pytest.param(MAX_INTEGER + 1, id="past-2**53-1"),
        pytest.param(-MAX_INTEGER - 1, id="past-minus-2**53-1"),
        pytest.param("\ud800", id="lone-surrogate"),
        pytest.param({"\udc00": 1}, id="lone-surrogate-in-a-key"),
        pytest.param({1: "a"}, id="key-that-is-a-number"),
        pytest.param({None: "a"}, id="key-that-is-null"),
        pytest.param(b"a", id="bytes"),
        pytest.param({"a"}, id="set"),
        pytest.param([{"a": [object()]}], id="nested"),
    ],
)
def test_what_canonical_json_does_not_carry_is_not_written(value: object) -> None:
    with pytest.raises(MalformedJson):
        dumps(value)  # type: ignore[arg-type]


def test_the_largest_numbers_are_written_and_read() -> None:
    assert loads_canonical(dumps([MAX_INTEGER, -MAX_INTEGER])) == [MAX_INTEGER, -MAX_INTEGER]


def test_a_list_that_holds_itself_is_refused() -> None:
    circle: list[JsonValue] = []
    circle.append(circle)
    with pytest.raises(MalformedJson):
        dumps(circle)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"1.0", id="fraction"),
        pytest.param(b"1e2", id="exponent"),
        pytest.param(b"9007199254740992", id="past-2**53-1"),
        pytest.param(b"1" * 5000, id="thousands-of-digits"),
        pytest.param(b"NaN", id="nan"),
        pytest.param(b"-Infinity", id="infinity"),
        pytest.param(b'{"a":1,"a":1}', id="key-twice"),
        pytest.param(rb'{"a":1,"\u0061":2}', id="key-twice-in-two-spellings"),
        pytest.param(rb'"\ud800"', id="lone-surrogate"),
        pytest.param(rb'{"\udc00":0}', id="lone-surrogate-in-a-key"),
        pytest.param(rb'"\ude00\ud83d"', id="surrogates-the-wrong-way-round"),
        pytest.param(b"\xef\xbb\xbf1", id="byte-order-mark"),
        pytest.param('"a"'.encode("utf-16"), id="utf-16"),
        pytest.param(b'"\xed\xa0\x80"', id="surrogate-in-utf-8"),
        pytest.param(b'"\xc0\x80"', id="overlong"),
        pytest.param(b'"\n"', id="control-character"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"1 2", id="two-values"),
    ],
)
def test_json_that_two_readers_could_read_differently_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedJson):
        loads(data)


def test_nesting_is_read_up_to_its_limit_and_no_deeper() -> None:
    assert loads(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH) is not None
    with pytest.raises(MalformedJson):
        loads(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1))
    with pytest.raises(MalformedJson):
        loads(b"[[1]]", depth=1)


def test_a_text_longer_than_its_limit_is_refused_unread() -> None:
    assert loads(b'"abc"', limit=5) == "abc"
    with pytest.raises(MalformedJson):
        loads(b'"abcd"', limit=5)


@pytest.mark.parametrize("data", [b'{"a": 1}', b'{"b":1,"a":2}', rb'"\u0061"', b"1\n", b"-0", rb'"\/"'])
def test_another_spelling_of_a_value_is_read_but_is_not_canonical(data: bytes) -> None:
    assert loads(data) == json.loads(data)
    with pytest.raises(MalformedJson):
        loads_canonical(data)
