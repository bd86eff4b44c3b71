"""Bills that contain themselves, and bills of too many levels, are refused with one clear fault."""

import itertools
from pathlib import Path

import pytest

from evidence.intake.bills import Made, endless
from evidence.intake.limits import Limits
from evidence.register.queries import Register
from tests.unit.intake.making import csv_text, faults, plan_of

_LINE = {
    "owner": "SPEC", "parent": "A", "parent_revision": "A", "plant": "MX-1", "effective_from": "2023-01-01",
    "child": "B", "child_revision": "A", "quantity": "1", "unit": "PCE", "make_or_buy": "make", "made_at": "",
}  # fmt: skip


def _bill(*pairs: str, **update: str) -> str:
    """Lines ``parent>child``."""
    return csv_text(*({**_LINE, "parent": pair[0], "child": pair[2], **update} for pair in pairs))


@pytest.mark.parametrize(
    ("pairs", "round_"),
    [
        pytest.param(["A>A"], "A A > A A", id="itself"),
        pytest.param(["A>B", "B>C", "C>A"], "A A > B A > C A > A A", id="three"),
        pytest.param(["X>A", "A>B", "B>A"], "A A > B A > A A", id="below-another"),
    ],
)
def test_a_bill_that_contains_itself_is_refused(
    folder: Path, register: Register, pairs: list[str], round_: str
) -> None:
    (folder / "b.csv").write_text(_bill(*pairs))
    ((file, _, row, column, found, wanted),) = faults(plan_of(register, folder))
    assert (file, column, found) == ("b.csv", "child", f"a bill that contains itself: {round_}")
    assert row == (3 if pairs[0] == "X>A" else 2), "the first row of the round"
    assert wanted == "parts that do not contain themselves"


def test_a_circle_through_two_files_is_refused(folder: Path, register: Register) -> None:
    (folder / "a.csv").write_text(_bill("A>B"))
    (folder / "b.csv").write_text(_bill("B>A"))
    ((file, _, _, _, found, _),) = faults(plan_of(register, folder))
    assert (file, found) == ("b.csv", "a bill that contains itself: B A > A A > B A")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param(_bill("A>B", "B>A", make_or_buy="buy"), "what is bought has no bill", id="bought"),
        pytest.param(_bill("A>B", "A>C", "B>D", "C>D"), "two ways to one part are no circle", id="diamond"),
        pytest.param(_bill("A>A", child_revision="B"), "an older revision may be built into a newer", id="revision"),
        pytest.param(_bill("A>A", made_at="MX-2"), "another plant makes what is built in", id="plant"),
    ],
)
def test_what_is_no_circle_is_taken(folder: Path, register: Register, text: str, why: str) -> None:
    (folder / "b.csv").write_text(text)
    assert faults(plan_of(register, folder)) == [], why


@pytest.mark.parametrize(("levels", "refused"), [(4, False), (5, True)], ids=["at-the-limit", "one-more"])
def test_a_bill_deeper_than_the_limit_is_refused(folder: Path, register: Register, levels: int, refused: bool) -> None:
    names = "ABCDEFGH"[:levels]
    (folder / "b.csv").write_text(_bill(*(f"{one}>{two}" for one, two in itertools.pairwise(names))))
    found = faults(plan_of(register, folder, limits=Limits(bill_depth=4)))
    assert bool(found) is refused
    if refused:
        assert found[0][4:] == (
            "a bill of more than 4 levels: A A > B A > C A > D A > E A",
            "at most 4 (limits.bill_depth)",
        )


def test_a_deep_bill_is_walked_without_end_of_the_stack() -> None:
    beneath: dict[Made, dict[Made, None]] = {(number,): {(number + 1,): None} for number in range(50_000)}
    path = endless(beneath, [(0,)], 50)
    assert path is not None
    assert len(path) == 51
    assert endless(beneath, [(0,)], 50_001) is None
