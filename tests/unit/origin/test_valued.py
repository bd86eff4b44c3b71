"""Materials for which no price serves, valued by Schedule VI.

RADIO, from Japan and bought at 1000, makes 10000 of non-originating value in ten cars.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evidence.core.statements.material_value import MaterialValueLine, ValuationMethod
from evidence.core.statements.relationship import Relationship, RelationshipGround
from evidence.origin.gather import gather
from evidence.origin.worksheet import Outcome
from evidence.register.queries import Register
from evidence.store.engine import reading
from tests.unit.origin.small_company import FIRST, LAST, OWNER, Company, cell, material, named, result, small_company
from tests.unit.origin.small_home import make_home, record_company
from tests.unit.origin.test_missing_counts_against import improvements
from tests.unit.origin.test_sales import elect, engine
from tests.unit.origin.test_sales import found as sold

IDENTICAL, SIMILAR, DEDUCTIVE, COMPUTED, REASONABLE = ValuationMethod


def value(method: ValuationMethod, worth: object = None, **update: Any) -> MaterialValueLine:
    values: dict[str, Any] = {
        "owner": OWNER,
        "part": "RADIO",
        "plant": "P-MX",
        "period_from": FIRST,
        "period_to": LAST,
        "method": method,
        "value": None if worth is None else Decimal(str(worth)),
        "unit": "EA",
        "currency": "USD",
        "shown_by": "a study (SPECIMEN)",
        **update,
    }
    return MaterialValueLine(**values)


def company_with(*lines: MaterialValueLine, **purchase: Any) -> Company:
    """Radios for which nothing was paid, unless `purchase` says otherwise, and what Schedule VI gives, a load each."""
    company = small_company()
    company.change("purchases", lambda line: line.part == "RADIO", **(purchase or {"price": Decimal(0)}))
    for number, line in enumerate(lines):
        company.add("material_values", line, f"value {number}")
    return company


GREATEST = (  # Schedule VI s.8(3): 65 units at 100, 55 at 95, 80 at 90, so that 90 is the unit price
    *(value(DEDUCTIVE, 100, units_sold=5, sales=10), value(DEDUCTIVE, 100, units_sold=3, sales=5)),
    value(DEDUCTIVE, 95, units_sold=11, sales=5),
    *(value(DEDUCTIVE, 90, units_sold=30), value(DEDUCTIVE, 90, units_sold=50)),
)


@pytest.mark.parametrize(
    ("lines", "unit"),
    [
        pytest.param((value(IDENTICAL, 900), value(SIMILAR, 800)), 900, id="identical-first"),
        pytest.param((value(IDENTICAL), value(SIMILAR, 800)), 800, id="then-similar"),
        pytest.param((value(IDENTICAL), value(SIMILAR), *GREATEST), 90, id="then-the-price-of-most-units"),
        pytest.param(
            (value(IDENTICAL), value(SIMILAR), value(DEDUCTIVE, 90, units_sold=1, deductions=Decimal(15))),
            75,
            id="less-what-comes-off",
        ),
        pytest.param(
            (
                value(IDENTICAL),
                value(SIMILAR),
                value(DEDUCTIVE, 90, units_sold=1),
                value(COMPUTED, 70, computed_first=True),
            ),
            70,
            id="computed-first-where-asked-for",
        ),
        pytest.param(
            (value(IDENTICAL), value(SIMILAR), value(DEDUCTIVE), value(COMPUTED), value(REASONABLE, 60)),
            60,
            id="reasonable-means-last",
        ),
    ],
)
def test_the_first_method_that_gives_a_value_decides(lines: tuple[MaterialValueLine, ...], unit: int) -> None:
    found = result(company_with(*lines))
    assert material(found, "RADIO").unit_value == material(found, "RADIO").counted == unit
    assert cell(found, "tie.shortfall") == max(1000 - unit, 0) * 10  # the books have 1000 a car for it


def test_a_price_that_a_relationship_influenced_gives_way_to_schedule_vi() -> None:
    company = company_with(value(IDENTICAL, 1200), related=True, influenced=True)
    assert cell(result(company), "vnm") == 12000
    company.change("purchases", lambda line: line.part == "RADIO", **SHOWN)
    assert cell(result(company), "vnm") == 10000


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        pytest.param((), "no value by Schedule VI is on file", id="none"),
        pytest.param((value(SIMILAR, 800),), "no transaction value of identical", id="an-earlier-method-not-tried"),
        pytest.param((value(IDENTICAL, 800), value(IDENTICAL, 900)), "two values", id="two-by-one-method"),
        pytest.param((value(IDENTICAL, 800, currency="MXN"),), "no rate of MXN", id="no-rate"),
        pytest.param((value(IDENTICAL, 800, unit="KG"),), "valued per KG", id="another-unit"),
        pytest.param((value(IDENTICAL, 800, period_to=FIRST),), "no value by Schedule VI", id="of-other-days"),
        pytest.param((value(IDENTICAL), value(SIMILAR, 8, unit="KG")), "several units", id="two-units"),
        pytest.param(tuple(value(method) for method in ValuationMethod), "no method", id="no-method-gives-one"),
        # 50 at 1000 and 2 at 100: without the 50 the lower price would win
        pytest.param(
            (value(IDENTICAL), value(SIMILAR), value(DEDUCTIVE, 1000), value(DEDUCTIVE, 100, units_sold=2)),
            "the units sold at 1000 USD are not recorded",
            id="units-sold-not-recorded",
        ),
        pytest.param(
            (value(IDENTICAL), value(SIMILAR), value(DEDUCTIVE, 1000, units_sold=50, deductions=Decimal(1000))),
            "come to all of the price or more (entry #",
            id="deductions-of-all-of-it",
        ),
        pytest.param(
            (value(IDENTICAL), value(SIMILAR), value(DEDUCTIVE, 0, units_sold=50)), "as nothing (entry #", id="a-zero"
        ),
        pytest.param((value(IDENTICAL, 0),), "as nothing (entry #", id="a-zero-by-another-method"),
    ],
)
def test_without_a_value_by_schedule_vi_nothing_is_determined(lines: tuple[MaterialValueLine, ...], said: str) -> None:
    found = result(company_with(*lines))
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert any(said in gap.what for gap in found.gaps)


def test_withholding_any_value_improves_no_limb() -> None:
    company = company_with(value(IDENTICAL), value(SIMILAR, 800), value(DEDUCTIVE, 90, units_sold=1))
    whole = result(company)
    for name in company.statements():
        assert improvements(whole, result(company, name)) == [], name


def test_a_relationship_that_is_not_stated_stays_an_open_question() -> None:
    company = company_with(related=None)
    asked = "nothing says whether S-RADIO is related to the producer"
    assert any(gap.what.startswith(asked) and gap.open for gap in result(company).gaps)
    company.change("purchases", lambda line: line.part == "RADIO", related=False)
    assert not any(gap.what.startswith(asked) for gap in result(company).gaps)


def test_a_relationship_on_record_stands_against_a_line_that_does_not_state_it() -> None:
    company = company_with(related=None)
    company.add("relationships", relationship())
    assert result(company).outcome is Outcome.NOT_DETERMINABLE


SHOWN = {"influenced": False, "not_influenced_shown_by": "test values"}


def relationship(**update: Any) -> Relationship:
    values: dict[str, Any] = {
        "id": named("relat", str(sorted(update.items()))),
        "issuer": "self",
        "party": OWNER,
        "other_party": "S-RADIO",
        "ground": RelationshipGround.COMMON_CONTROL,
        "shown_by": "annual report (SPECIMEN)",
        **update,
    }
    return Relationship(**values)


@pytest.mark.parametrize(
    ("purchase", "update", "said"),
    [
        pytest.param({"related": True}, None, "nothing shows that this did not", id="the-line-says-so"),
        pytest.param({"related": False}, {}, "nothing shows that this did not", id="a-relationship-on-record"),
        pytest.param({"related": False}, {"party": "S-RADIO", "other_party": OWNER}, "nothing shows", id="either-way"),
        pytest.param({"related": False}, {"price_influenced": False}, "nothing shows", id="said-and-not-shown"),
        pytest.param({"related": False}, {"price_influenced": True}, "that influenced the price", id="influenced"),
        pytest.param({"related": False, **SHOWN}, {"price_influenced": True}, "that influenced", id="both"),
        pytest.param({"related": True, "influenced": False}, None, "nothing shows", id="the-line-says-not-by-nothing"),
        pytest.param(
            {"related": False}, {"price_influenced": False, "price_support": "test values"}, "", id="shown-not-to"
        ),
        pytest.param({"related": True, **SHOWN}, None, "", id="the-line-shows-not"),
        pytest.param({"related": False}, {"valid_to": date(2023, 4, 9)}, "", id="no-longer-related"),
        pytest.param({"related": False}, {"other_party": "S-SEAT"}, "", id="of-another-seller"),
        pytest.param({"related": False}, {"party": "S-SEAT"}, "", id="not-with-the-producer"),
    ],
)
def test_the_price_of_a_related_seller_serves_only_where_something_shows_that_it_was_not_influenced(
    purchase: dict[str, Any], update: dict[str, Any] | None, said: str
) -> None:
    company = company_with(**purchase)
    if update is not None:
        company.add("relationships", relationship(**update))
    if update == {"other_party": "S-SEAT"}:
        company.change("purchases", lambda line: line.part == "SEAT", **SHOWN)
    found = result(company)
    assert (found.outcome is Outcome.MET) is (said == "")
    if said:
        assert any(said in gap.what for gap in found.gaps)


@pytest.mark.parametrize(
    ("update", "outcome"),
    [
        pytest.param({}, Outcome.NOT_DETERMINABLE, id="nobody-has-looked"),
        pytest.param({"price_influenced": True}, Outcome.NOT_MET, id="influenced"),
        pytest.param({"price_influenced": False, "price_support": "test values"}, Outcome.MET, id="shown-not-to"),
    ],
)
def test_a_relationship_on_record_is_held_against_a_sale_that_does_not_say_it(
    update: dict[str, Any], outcome: Outcome
) -> None:
    company = engine()
    company.add("relationships", relationship(other_party="TRUCKS", **update))
    elect(company, "transaction value", FIRST)
    assert sold(company).outcome is outcome


def test_values_of_bought_materials_are_gathered(tmp_path: Path) -> None:
    company = company_with(value(IDENTICAL, 800), value(IDENTICAL, 5, part="OTHER"))
    company.add("relationships", relationship())
    company.add("relationships", relationship(other_party="SOMEBODY"))
    question = company.inputs().question
    with make_home(tmp_path / "home") as home:
        record_company(home, company)
        with reading(home.engine) as connection:
            found = gather(Register(connection), question)
    assert [fact.value.value for fact in found.material_values] == [800]
    assert [fact.value.other_party for fact in found.relationships] == ["S-RADIO"]
