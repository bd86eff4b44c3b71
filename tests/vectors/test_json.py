"""RFC 8785 and strict JSON against the vectors of their authors; see README.md for what we refuse on purpose."""

import json
import math
import struct
from pathlib import Path

import pytest

from evidence.core.canonical import MAX_INTEGER, dumps, loads, loads_canonical
from evidence.errors import MalformedJson

HERE = Path(__file__).parent
JCS = HERE / "jcs-rfc8785"
PARSING = HERE / "json-parsing"
JCS_INPUTS = sorted((JCS / "input").glob("*.json"))
CASES = sorted(PARSING.glob("*.json"))


def holds_a_float_or_a_key_twice(data: bytes) -> bool:
    found = []

    def pairs(items: list[tuple[str, object]]) -> dict[str, object]:
        if len(dict(items)) != len(items):
            found.append("key twice")
        return dict(items)

    def number(text: str) -> float:
        found.append(text)
        return float(text)

    json.loads(data, object_pairs_hook=pairs, parse_float=number)
    return bool(found)


def whole_or_stand_in(text: str) -> int | str:
    number = float(text)
    return int(number) if number.is_integer() and abs(number) <= MAX_INTEGER else "float"


@pytest.mark.parametrize(
    "path", [p for p in JCS_INPUTS if not holds_a_float_or_a_key_twice(p.read_bytes())], ids=lambda p: p.stem
)
def test_a_value_is_written_as_rfc_8785_writes_it(path: Path) -> None:
    expected = (JCS / "output" / path.name).read_bytes()
    assert dumps(loads(path.read_bytes())) == expected
    assert dumps(loads_canonical(expected)) == expected


@pytest.mark.parametrize(
    "path", [p for p in JCS_INPUTS if holds_a_float_or_a_key_twice(p.read_bytes())], ids=lambda p: p.stem
)
def test_a_value_of_rfc_8785_with_floats_is_refused_and_else_written_alike(path: Path) -> None:
    with pytest.raises(MalformedJson):
        loads(path.read_bytes())
    value = json.loads(path.read_bytes(), parse_float=whole_or_stand_in)
    expected = json.loads((JCS / "output" / path.name).read_bytes(), parse_float=whole_or_stand_in)
    assert dumps(value) == dumps(expected)
    if "float" not in dumps(expected).decode():  # the floats were whole numbers: the published bytes come out
        assert dumps(value) == (JCS / "output" / path.name).read_bytes()


def test_whole_numbers_have_the_text_of_the_number_vectors_and_all_floats_are_refused() -> None:
    whole = 0
    for line in "".join(path.read_text("ascii") for path in sorted(JCS.glob("es6numbers*.txt"))).splitlines():
        bits, text = line.split(",")
        number = struct.unpack(">d", int(bits, 16).to_bytes(8, "big"))[0]
        with pytest.raises(MalformedJson):
            dumps(number)
        if math.isfinite(number) and number.is_integer() and abs(number) <= MAX_INTEGER:
            assert dumps(int(number)).decode() == text
            whole += 1
    assert whole > 0


def test_the_parsing_vectors_are_there() -> None:
    assert len(CASES) >= 150


@pytest.mark.parametrize("path", [p for p in CASES if p.name.startswith("y_")], ids=lambda p: p.stem)
def test_good_json_is_read_unless_it_holds_a_float_or_a_key_twice(path: Path) -> None:
    data = path.read_bytes()
    if holds_a_float_or_a_key_twice(data):
        with pytest.raises(MalformedJson):
            loads(data)
    else:
        value = loads(data)
        assert value == json.loads(data)
        assert loads_canonical(dumps(value)) == value


@pytest.mark.parametrize("path", [p for p in CASES if p.name.startswith("n_")], ids=lambda p: p.stem)
def test_bad_json_is_refused(path: Path) -> None:
    with pytest.raises(MalformedJson):
        loads(path.read_bytes())


@pytest.mark.parametrize("path", [p for p in CASES if p.name.startswith("i_")], ids=lambda p: p.stem)
def test_json_on_which_readers_differ_is_refused(path: Path) -> None:
    with pytest.raises(MalformedJson):
        loads(path.read_bytes())


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"":'], ids=["lists", "objects", "both"])
def test_json_nested_a_hundred_thousand_deep_is_refused(opening: bytes) -> None:
    with pytest.raises(MalformedJson):
        loads(opening * 100_000)
