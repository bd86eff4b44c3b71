"""Tables whose length is not told: decoys, places, proofs, and what a checker makes of them."""

import copy
from random import Random
from typing import Any

import pytest

from evidence.core.canonical import JsonValue
from evidence.core.disclosure import line_disclosures, table_root
from evidence.errors import EvidenceError, MalformedValue, ProofError
from evidence.pack.form.tables import LEAST, Table, from_document, hidden, open_table, to_document


def rows(count: int) -> dict[str, list[JsonValue]]:
    return {name: [{"number": place} for place in range(count)] for name in LEAST}


def tables(count: int, seed: int = 1) -> dict[str, Table]:
    return hidden(Random(seed).randbytes(32), rows(count))


@pytest.mark.parametrize(
    ("count", "size"),
    [
        pytest.param(0, 256, id="none-at-all"),
        pytest.param(256, 256, id="just-as-many"),
        pytest.param(257, 512, id="one-more"),
        pytest.param(1000, 1024, id="many"),
    ],
)
def test_a_table_is_filled_up_to_a_power_of_two_and_never_shorter_than_the_least(count: int, size: int) -> None:
    table = tables(count)["exhibits"]
    assert len(table.lines) == size
    assert sorted(row["number"] for row in table.rows()) == list(range(count))


def test_decoys_stand_between_the_lines_so_that_a_place_tells_no_count() -> None:
    places = [at for at, line in enumerate(tables(4)["exhibits"].lines) if line is not None]
    assert places != [0, 1, 2, 3]
    assert places != [at for at, line in enumerate(tables(4, seed=2)["exhibits"].lines) if line is not None]


def test_a_decoy_is_committed_like_a_line_and_no_two_commitments_are_alike() -> None:
    made = [line.digest() for table in tables(3).values() for line in table.disclosures()]
    assert len(set(made)) == len(made) == sum(LEAST.values())


def test_the_root_is_that_of_the_lines_as_the_format_has_it() -> None:
    table = tables(5)["entries"]
    wanted = table_root(line_disclosures(table.seed, "entries/", table.lines))
    assert table.committed() == {"size": 1024, "root": wanted}


@pytest.mark.parametrize("size", [1, 32, 64])
def test_a_table_shorter_than_those_made_now_is_checked_as_it_was_issued(size: int) -> None:
    table = Table("entries", bytes(32), ({"number": 0}, *[None] * (size - 1)))
    openings: list[Any] = [table.opened_whole(), table.opened(table.rows())]
    for opening in openings:
        found = open_table("entries", committed(table), opening)
        assert (list(found.lines), found.size) == ([{"number": 0}], size)
    assert from_document(to_document({"entries": table})) == {"entries": table}


def test_tables_are_kept_and_read_again() -> None:
    made = tables(7)
    assert from_document(to_document(made)) == made
    with pytest.raises(MalformedValue, match="another document"):
        from_document({"format": "urn:evidence:pack-tables:9"})


def committed(table: Table) -> dict[str, Any]:
    found = table.committed()
    assert isinstance(found, dict)
    return found


def opened(table: Table, *numbers: int) -> dict[str, Any]:
    found = table.opened([{"number": number} for number in numbers])
    assert isinstance(found, dict)
    return found


def test_a_whole_table_gives_its_lines_and_says_that_it_is_whole() -> None:
    table = tables(3)["worksheets"]
    whole = table.opened_whole()
    assert isinstance(whole, dict)
    found = open_table("worksheets", committed(table), whole)
    assert (found.whole, found.size, len(found.lines)) == (True, 8, 3)


def test_lines_opened_alone_are_proved_and_nothing_is_said_of_the_others() -> None:
    table = tables(3)["worksheets"]
    found = open_table("worksheets", committed(table), opened(table, 2))
    assert (found.whole, list(found.lines)) == (False, [{"number": 2}])
    assert open_table("worksheets", committed(table), None).lines == ()


def _value(opening: Any) -> None:
    opening["opened"][0]["disclosure"][2] = {"number": 99}


def _salt(opening: Any) -> None:
    opening["opened"][0]["disclosure"][0] = "AAECAwQFBgcICQoLDA0ODw"


def _place(opening: Any) -> None:
    opening["opened"][0]["line"] = opening["opened"][0]["line"] % 8 + 1


def _place_and_name(opening: Any) -> None:
    _place(opening)
    opening["opened"][0]["disclosure"][1] = f"worksheets/{opening['opened'][0]['line'] - 1}"


def _proof(opening: Any) -> None:
    opening["opened"][0]["proof"].reverse()


def _shorter(opening: Any) -> None:
    opening["size"] = 4


@pytest.mark.parametrize("change", [_value, _salt, _place, _place_and_name, _proof, _shorter])
def test_a_line_that_is_not_the_one_committed_to_is_refused(change: Any) -> None:
    table = tables(3)["worksheets"]
    altered = copy.deepcopy(opened(table, 2))
    change(altered)
    with pytest.raises((ProofError, MalformedValue)):
        open_table("worksheets", committed(table), altered)


@pytest.mark.parametrize("change", ["a line left out", "a decoy for a line", "another seed", "the order"])
def test_a_whole_table_that_is_not_the_one_committed_to_is_refused(change: str) -> None:
    table = tables(3)["worksheets"]
    whole: Any = copy.deepcopy(table.opened_whole())
    at = next(place for place, line in enumerate(whole["lines"]) if line is not None)
    if change == "a line left out":
        del whole["lines"][at]
    elif change == "a decoy for a line":
        whole["lines"][at] = None
    elif change == "another seed":
        whole["seed"] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    else:
        whole["lines"].reverse()
    with pytest.raises(EvidenceError):
        open_table("worksheets", committed(table), whole)
