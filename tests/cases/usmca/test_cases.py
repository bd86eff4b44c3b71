"""Every case file of this folder agrees with what the law prints, and a case file that is wrong says so."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.cases.usmca.case_file import BadCase, Case, cases, differences, methods, read, topics, work_out

CASES = cases()
EXAMPLES = """
DOL-810-105 DOL-810-125 DOL-810-300 DRV-CORE-A2 DRV-DEMINIMIS DRV-HT-CREDIT DRV-LVC-NC DRV-PV-RVC-BOUNDARY DRV-STEEL
UR-12-WAGE UR-16-PERIOD UR-4-EX1 UR-7-EX4 UR-7-EX5 UR-7-EX7 UR-7-EX8 UR-7-EX9 UR-8-EX2 UR-8-EX3-A UR-8-EX3-B
UR-8-EX4 UR-8-EX5 UR-8-EX6 UR-8-EX8 UR-9-EX1-0 UR-9-EX1-A UR-9-EX1-B UR-S3-MOULD UR-S5-A1 UR-S5-A2 UR-S5-A3 UR-S5-B1
UR-S5-C1 UR-S6-UNITPRICE UR-S7-FIFO UR-S8-A1-FIFO UR-S8-A3-AVERAGE UR-S8-B1-FIFO-GOODS UR-S9-FIXED UR-S9-VARIABLE-1
"""
"""The examples that the regulations print, and those worked out by hand where they print none."""


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in CASES])
def test_the_case_comes_out_as_stated(case: Case) -> None:
    found = differences(case, work_out(case))
    assert not found, "\n".join([case.id, *found])


@pytest.mark.parametrize("example", EXAMPLES.split())
def test_every_example_is_a_case(example: str) -> None:
    assert example in {case.id for case in CASES}


def test_no_two_cases_have_one_identifier() -> None:
    names = [case.id for case in CASES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("topic", topics())
def test_every_method_bears_its_topic_and_has_a_case(topic: str) -> None:
    used = {case.method for case in CASES}
    for name in methods(topic):
        assert name.startswith(f"{topic}.")
        assert name in used, f"no case uses {name}"


def judged(stated: dict[str, Any], result: dict[str, Any], derived: dict[str, Any] | None = None) -> bool:
    return not differences(Case("X", "x.y", {}, stated, derived or {}), result)


@pytest.mark.parametrize(
    ("stated", "result", "same"),
    [
        pytest.param({"a": "1.50"}, {"a": Decimal("1.5")}, True, id="a-figure-as-text"),
        pytest.param({"a": Decimal("1.50")}, {"a": Decimal("1.5001")}, False, id="a-figure-is-exact"),
        pytest.param({"a": 3}, {"a": Decimal("3.00")}, True, id="a-whole-number"),
        pytest.param({"rvc_percent": Decimal("54.5")}, {"rvc_percent": Decimal("54.5999")}, True, id="printed-near"),
        pytest.param({"rvc_percent": Decimal("54.5")}, {"rvc_percent": Decimal("54.6001")}, False, id="printed-off"),
        pytest.param({"r": "54.545454..."}, {"r": Fraction(600, 11)}, True, id="digits-of-a-ratio"),
        pytest.param({"r": "54.545455..."}, {"r": Fraction(600, 11)}, False, id="digits-are-not-rounded"),
        pytest.param({"r": "54.545454..."}, {"r": Decimal("54.5454")}, True, id="a-ratio-cut-at-four-decimals"),
        pytest.param({"r": "54.545454..."}, {"r": Decimal("54.54")}, False, id="a-ratio-cut-too-early"),
        pytest.param({"r": "-0.5..."}, {"r": Fraction(-4, 10)}, False, id="digits-below-zero"),
        pytest.param({"a": True}, {"a": 1}, False, id="truth-is-not-a-number"),
        pytest.param({"a": "unknown"}, {"a": None}, True, id="unknown"),
        pytest.param({"a": 0}, {"a": None}, False, id="unknown-is-not-nought"),
        pytest.param({"a": "met"}, {"a": "not_met"}, False, id="words"),
        pytest.param({"a": [1, 2]}, {"a": [Decimal(1), Decimal(2), Decimal(3)]}, False, id="a-list-too-long"),
        pytest.param({"a": {"O": 1}}, {"a": {"O": Decimal(1), "N": Decimal(2)}}, True, id="a-table-with-more"),
        pytest.param({"a": {"O": 1}}, {"a": {"N": Decimal(1)}}, False, id="a-table-without-it"),
        pytest.param({"a": 1}, {"b": 1}, False, id="a-figure-that-is-not-there"),
        pytest.param({"a": 1}, {"a": Decimal(1), "b": [0.1]}, False, id="a-binary-fraction-anywhere"),
    ],
)
def test_a_result_is_compared_figure_by_figure(stated: dict[str, Any], result: dict[str, Any], same: bool) -> None:
    assert judged(stated, result) is same


def test_only_what_the_text_prints_is_allowed_a_tenth() -> None:
    assert not judged({}, {"rvc_percent": Decimal("54.54")}, derived={"rvc_percent": Decimal("54.5")})


WELL_WRITTEN = """
id = "X-1"
title = "A sample"
citation = "UR s.7(2)"
source_read = ["derived"]
method = "x.y"
[inputs]
a = 1
b = 0.1
[derived]
c = "2"
[[also]]
inputs = {a = 2}
derived = {c = "3"}
"""


def written(folder: Path, text: str, name: str = "x-1.toml") -> Path:
    (folder / name).write_text(text)
    return folder / name


def test_what_stands_in_also_is_a_case_with_the_other_inputs_kept(tmp_path: Path) -> None:
    first, second = read(written(tmp_path, WELL_WRITTEN))
    assert (first.id, second.id) == ("X-1", "X-1-2")
    assert first.inputs == {"a": 1, "b": Decimal("0.1")}
    assert second.inputs == {"a": 2, "b": Decimal("0.1")}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param('citation = "UR s.7(2)"', "", "lacks citation", id="no-citation"),
        pytest.param('"UR s.7(2)"', '" "', "must say something", id="an-empty-citation"),
        pytest.param('id = "X-1"', 'id = "X-2"', r"x-2\.toml", id="another-name"),
        pytest.param("[derived]", "[derivd]", "derivd", id="a-misspelling"),
        pytest.param('["derived"]', '["hearsay"]', "source_read", id="an-unknown-source"),
        pytest.param("inputs = {a = 2}", "input = {a = 2}", r"\[\[also\]\]", id="a-misspelling-in-also"),
        pytest.param('c = "2"', "", "at least one figure", id="nothing-stated"),
        pytest.param("[inputs]", "[inputs", "TOML", id="no-toml"),
    ],
)
def test_a_case_file_that_is_wrong_says_what_to_mend(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in WELL_WRITTEN
    with pytest.raises(BadCase, match=said):
        list(read(written(tmp_path, WELL_WRITTEN.replace(old, new, 1))))


def test_a_method_that_nobody_wrote_is_named() -> None:
    with pytest.raises(BadCase, match="methods_weather"):
        work_out(Case("X", "weather.rain", {}, {}, {}))
