"""The tariff shift: the phrases of the rules, de minimis, and what no code can tell."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from evidence.core.statements.use import UseClass
from evidence.rules.finding import Finding, Outcome
from evidence.rules.ruleset import RuleSet
from evidence.rules.tariff_shift import BATTERY_CELLS, TariffInput, read_change, tariff_shift

LAW = RuleSet.load()
DAY = date(2024, 1, 15)
LEAVING_OUT_CELLS = "any other subheading, leaving out battery cells of 8507.90"
BRAKE_PARTS = "mounted brake linings or brake parts of 8708.30 or 8708.99"


def shift(
    good: str,
    from_: str,
    *materials: tuple[Any, ...],
    except_: str = "",
    base: str | None = "1000",
) -> Finding:
    inputs = [
        TariffInput(
            f"m{index}", line[0], None if line[1] is None else Decimal(line[1]), line[2] if len(line) > 2 else ()
        )
        for index, line in enumerate(materials)
    ]
    total = None if base is None else Decimal(base)
    return tariff_shift(good, from_, except_, inputs, base=total, limit=LAW.series("DEMIN-CTC"), day=DAY)


@pytest.mark.parametrize(
    ("good", "from_", "except_", "code", "kinds", "outcome"),
    [
        pytest.param("870830", "any other heading", "", "681381", (), Outcome.MET, id="another-heading"),
        pytest.param("870830", "any other heading", "", "870899", (), Outcome.NOT_MET, id="the-same-heading"),
        pytest.param("870710", "any other chapter", "", "870899", (), Outcome.NOT_MET, id="the-same-chapter"),
        pytest.param("870710", "any other chapter", "", "721041", (), Outcome.MET, id="another-chapter"),
        pytest.param("848340", "any other subheading (also within the group)", "", "848390", (), Outcome.MET, id="sub"),
        pytest.param(
            "870850", "any other heading", "8482.10-8482.80", "848220", (), Outcome.NOT_MET, id="an-excepted-code"
        ),
        pytest.param("870850", "any other heading", "8482.10-8482.80", "848291", (), Outcome.MET, id="past-it"),
        pytest.param(
            "400912", "any other heading except 40.10-40.17", "", "401610", (), Outcome.NOT_MET, id="excepted-headings"
        ),
        pytest.param(
            "870810", "8708.99 (with or without other headings)", "", "870899", (), Outcome.MET, id="a-named-code"
        ),
        pytest.param(
            "870810", "8708.99 (with or without other headings)", "", "721041", (), Outcome.MET, id="or-other-headings"
        ),
        pytest.param(
            "870810", "8708.99 (with or without other headings)", "", "870810", (), Outcome.NOT_MET, id="its-own-code"
        ),
        pytest.param("870850", "8708.99", "", "870899", (), Outcome.MET, id="only-a-named-code"),
        pytest.param("870850", "8708.99", "", "721041", (), Outcome.NOT_DETERMINABLE, id="others-are-not-spoken-of"),
        pytest.param("850760", LEAVING_OUT_CELLS, "", "853710", (), Outcome.MET, id="battery-another-subheading"),
        pytest.param("850760", LEAVING_OUT_CELLS, "", "850760", (), Outcome.NOT_MET, id="cells-classed-in-8507.60"),
        pytest.param("850760", LEAVING_OUT_CELLS, "", "850790", (BATTERY_CELLS,), Outcome.NOT_MET, id="cells"),
        pytest.param("850760", LEAVING_OUT_CELLS, "", "850790", (), Outcome.NOT_DETERMINABLE, id="cells-or-not-unsaid"),
        pytest.param(
            "850760", LEAVING_OUT_CELLS, "", "850790", ("A.2:advanced_battery:cells",), Outcome.NOT_DETERMINABLE,
            id="another-word-than-the-rule-has-decides-nothing",
        ),
        pytest.param("850760", LEAVING_OUT_CELLS, "", "850790", (f"not {BATTERY_CELLS}",), Outcome.MET, id="no-cells"),
        pytest.param("870830", BRAKE_PARTS, "", "870830", (), Outcome.NOT_DETERMINABLE, id="a-kind-not-recorded"),
        pytest.param(
            "870830", BRAKE_PARTS, "", "870830", ("mounted brake linings or brake parts",), Outcome.MET, id="a-kind"
        ),
        pytest.param(
            "870880", "strut parts of 8708.80 or any other subheading", "", "870899", (), Outcome.MET, id="a-strut"
        ),
        pytest.param("732010", "any heading outside the group", "", "721041", (), Outcome.NOT_DETERMINABLE, id="apart"),
        pytest.param("870830", "any other heading", "", None, (), Outcome.NOT_DETERMINABLE, id="no-code"),
        pytest.param("851981", "any other good of the same subheading", "", "721041", (), Outcome.NOT_DETERMINABLE,
                     id="words-that-code-cannot-apply"),
    ],
)  # fmt: skip
def test_each_phrase_is_applied_or_not_determinable(
    good: str, from_: str, except_: str, code: str | None, kinds: tuple[str, ...], outcome: Outcome
) -> None:
    assert shift(good, from_, (code, "500", kinds), except_=except_).outcome is outcome


def test_what_cannot_be_decided_gives_the_phrase_as_reason() -> None:
    found = shift("851981", "any other good of the same subheading", ("721041", "500"))
    assert "a change to 8519.81 from any other good of the same subheading" in found.reason


def test_no_non_originating_material_is_a_shift() -> None:
    assert shift("870830", "any other heading").met


@pytest.mark.parametrize(
    ("values", "base", "outcome"),
    [
        pytest.param(("60", "40"), "1000", Outcome.MET, id="together-at-ten-per-cent"),
        pytest.param(("60", "40.01"), "1000", Outcome.NOT_MET, id="together-a-cent-over"),
        pytest.param(("60", None), "1000", Outcome.NOT_DETERMINABLE, id="a-value-not-known"),
        pytest.param(("60", "1"), None, Outcome.NOT_DETERMINABLE, id="no-base"),
    ],
)
def test_materials_that_miss_the_shift_are_tolerated_together(
    values: tuple[str, str | None], base: str | None, outcome: Outcome
) -> None:
    found = shift("870830", "any other heading", *[("870899", value) for value in values], base=base)
    assert found.outcome is outcome


@pytest.mark.parametrize(
    ("missed", "doubtful", "outcome"),
    [
        pytest.param("50", "50", Outcome.MET, id="tolerated-even-at-worst"),
        pytest.param("50", "60", Outcome.NOT_DETERMINABLE, id="tolerated-at-best-only"),
        pytest.param("101", "1", Outcome.NOT_MET, id="not-tolerated-even-at-best"),
    ],
)
def test_a_doubtful_material_is_weighed_at_its_worst_and_at_its_best(
    missed: str, doubtful: str, outcome: Outcome
) -> None:
    assert shift("870830", "any other heading", ("870899", missed), (None, doubtful)).outcome is outcome


def test_every_rule_for_parts_of_chapter_87_is_read_by_the_grammar() -> None:
    changing = [rule for rule in LAW.product_rules.rules if rule.change and rule.code.startswith("87")]
    assert len(changing) > 90
    for rule in changing:
        assert read_change(rule.from_, rule.except_, rule.code) is not None, rule.name


def test_the_rules_for_a_propulsion_battery_are_read_by_the_grammar() -> None:
    battery = LAW.product_rules.alternatives(
        "8507.60", UseClass.OE_LIGHT, ["main propulsion battery of an electric vehicle"]
    )
    assert [rule.change for rule in battery] == [True, False]
    change = read_change(battery[0].from_)
    assert change is not None
    assert change.digits == 6
