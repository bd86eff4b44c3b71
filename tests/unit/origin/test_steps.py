"""Worksheets followed with a calculator: what each step types in gives the figure that the worksheet states."""

import re
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from pathlib import Path

import pytest

from evidence.core.statements.cost import CostNature
from evidence.origin.citations import citation
from evidence.origin.determine import determine
from evidence.origin.snapshot import determine_in
from evidence.origin.sources import said
from evidence.origin.steps import Step, steps
from evidence.origin.worksheet import Worksheet
from evidence.rules.ruleset import RuleSet
from tests.cases.test_walkthrough import question
from tests.unit.origin.cost_books import book, pool, put, weigh, with_books
from tests.unit.origin.small_company import Company, small_company
from tests.unit.origin.small_home import make_home, record_company
from tests.unit.origin.test_booked import mould, with_exchange
from tests.unit.origin.test_core_ways import with_statements
from tests.unit.origin.test_labor import company_with_labor, heavy_truck, over_the_quarter, truck
from tests.unit.origin.test_metals import company_with
from tests.unit.origin.test_sales import engine
from tests.unit.origin.test_sales import found as sold
from tests.unit.origin.test_snapshot import QUESTION
from tests.voltera import determinations, inputs

LAW = RuleSet.load()
ARITHMETIC = re.compile(r"[0-9.()+\-x/ ]+")
CUT = 10**4


def typed(figures: str) -> Fraction:
    """What a calculator shows for a line of figures: digits, brackets, + - x /, and nothing else."""
    line = figures.partition(", ")[0]
    assert ARITHMETIC.fullmatch(line), figures
    exact = re.sub(r"[0-9]+(\.[0-9]+)?", lambda number: f"Fraction('{number[0]}')", line)
    found = eval(exact.replace(" x ", " * "), {"__builtins__": {}, "Fraction": Fraction})
    assert isinstance(found, Fraction)
    return found


def follow(step: Step) -> None:
    """Type the step in and cut as it says."""
    found = typed(step.figures)
    if "cut after four decimals" in step.formula:
        found = Fraction(floor(found * CUT), CUT)
    elif "cut upwards" in step.formula:
        found = Fraction(ceil(found * CUT), CUT)
    elif "if above zero" in step.formula:
        found = max(found, Fraction(0))
    near = Fraction(1, 10**6) if "at six decimals" in step.formula else Fraction(1, 10**9)
    assert abs(found - Fraction(step.value)) < near, step


def followed(worksheet: Worksheet) -> dict[str, Step]:
    found = {step.id: step for step in steps(worksheet)}
    for step in found.values():
        assert step.citation, step.id
        if (
            step.figures
            and "of the shares before they are cut" not in step.formula
            and "at most the cap" not in (step.formula)
        ):
            follow(step)
        elif not step.figures:
            assert step.entries or step.value == 0 or step.formula.startswith(("one credit", "least addition")), step
    return found


def in_short(company: Company) -> Worksheet:
    return determine(company.inputs(), LAW)


@pytest.mark.parametrize("good", ["ARROYO-E1", "BRK-HT-400", "SHK-AM-210"])
def test_every_figure_of_the_sample_goods_is_followed_with_a_calculator(good: str) -> None:
    step = next(each for each in determinations() if each["good"] == good)
    worksheet = determine(inputs(question(step), step["at"]), LAW)
    found = followed(worksheet)
    assert {"net_cost", "vnm", "content"} <= found.keys()
    # by hand: units made times what counts in one, and the share of net cost that is left
    net, unit, units = (found[name].value for name in ("net_cost", "vnm.unit", "units"))
    assert found["vnm"].figures == f"{unit} x {units}"
    assert found["content"].figures.startswith(f"({net} - {found['vnm'].value}) / {net} x 100, cut")


def with_thirds(route: str) -> Company:
    """The books of all goods with a cost and a currency gain of which no good has a share that ends."""
    company = with_books()
    put(company, pool("9000", 100, "lots", 3, nature=CostNature.EXCHANGE_GAIN), pool("9001", 100, "lots", 3))
    weigh(company, "lots", EV1=1, EV2=2)
    company.elect("net cost route", route)
    return company


def with_mould() -> Company:
    company = small_company()
    mould(company, "RADIO", "S-RADIO")
    book(company, 400, assist_reference="MOULD")
    return company


@pytest.mark.parametrize(
    "worksheet",
    [
        pytest.param(lambda: in_short(small_company()), id="vehicle"),
        pytest.param(lambda: in_short(company_with_labor()), id="labor"),
        pytest.param(lambda: in_short(over_the_quarter()), id="labor-by-net-cost"),
        pytest.param(lambda: truck(heavy_truck()), id="heavy-truck"),
        pytest.param(lambda: in_short(company_with("70", "20")), id="metals"),
        pytest.param(lambda: sold(engine()), id="transaction-value"),
        pytest.param(lambda: in_short(with_books()), id="costs-of-all-goods"),
        pytest.param(lambda: in_short(with_thirds("deduct then allocate")), id="costs-of-all-goods-deducted-first"),
        pytest.param(lambda: in_short(with_thirds("allocate then deduct")), id="costs-of-all-goods-allocated-first"),
        pytest.param(lambda: in_short(with_exchange()), id="currency-gains-and-losses"),
        pytest.param(lambda: in_short(with_mould()), id="an-assist"),
    ],
)
def test_every_figure_with_labor_and_metals_is_followed_with_a_calculator(worksheet: object) -> None:
    assert callable(worksheet)
    followed(worksheet())


def test_a_super_core_is_followed_with_a_calculator() -> None:
    company = with_statements()
    company.elect("core-part way", "S-ALL")
    found = followed(in_short(company))
    # body and pack by their books for ten vehicles; axle, suspension and steering as their makers state them
    assert found["super_core.vnm.net_cost"].figures == "8000 / 10 x 1 + 8000 / 10 x 1 + 380 x 1 + 280 x 1 + 190 x 1"
    assert found["super_core.vnm.counted"].figures == "0 / 10 x 1 + 2000 / 10 x 1 + 200 x 1 + 50 x 1 + 20 x 1"


def test_a_shortfall_of_the_bill_is_in_the_sum_for_one_unit() -> None:
    company = small_company()
    company.change("costs", lambda line: line.part == "EV1" and line.element == "material", amount=Decimal(60000))
    found = followed(in_short(company))
    assert found["tie.shortfall"].value > 0
    assert found["vnm.unit"].figures.endswith(f"+ {found['tie.shortfall'].value} / {found['units'].value}")


def test_a_figure_without_a_listed_text_has_none() -> None:
    assert citation("M0001.vnm.unit").endswith("s.7(3)-(4), s.8(1)-(2)")
    assert citation("of no text") == ""


def test_entries_are_told_in_their_own_words(tmp_path: Path) -> None:
    with make_home(tmp_path / "home") as home:
        record_company(home, small_company())
        worksheet = determine_in(home, QUESTION, LAW, "1").worksheet
        found = {step.id: step for step in steps(worksheet)}
        volumes = said(home, found["units"].entries)
        amounts = said(home, found["cost.material"].entries)
    assert all(text.startswith("volume: ") and "part EV1" in text for text in volumes.values())
    assert sum(Decimal(re.findall(r"made ([0-9]+)", text)[0]) for text in volumes.values()) == found["units"].value
    assert sum(Decimal(re.findall(r"amount ([0-9.]+)", text)[0]) for text in amounts.values()) == (
        found["cost.material"].value
    )
