"""Parts by themselves: a heavy-truck brake by Table D, an aftermarket part by its tariff shift."""

from decimal import Decimal

import pytest

from evidence.core.statements.use import UseClass
from evidence.origin.worksheet import Outcome
from tests.unit.origin.small_company import (
    Company,
    result,
    rvc,
    small_company,
)


def brake(radio: str = "361") -> Company:
    """PACK's books for a brake of heavy trucks: net cost 800 of one unit, and `radio` of 8708.30 counted."""
    company = small_company()
    company.change("classifications", lambda line: line.part == "PACK", code="870830")
    company.change("classifications", lambda line: line.part == "CELL", code="870830")
    company.change("uses", lambda line: True, part="PACK", use=UseClass.OE_HEAVY, vehicle_class=None)
    company.change("items", lambda item: item.part == "PACK", core_group=None)
    company.change("purchases", lambda line: line.part == "CELL", price=Decimal(radio) / 10)
    company.change(
        "costs", lambda line: line.part == "PACK" and line.element == "material", amount=(Decimal(radio) + 300) * 10
    )
    company.change(
        "costs", lambda line: line.part == "PACK" and line.element == "overhead", amount=(400 - Decimal(radio)) * 10
    )
    return company


@pytest.mark.parametrize(
    ("counted", "outcome"),
    [
        pytest.param("320", Outcome.MET, id="at-sixty"),  # (800 - 320) / 800
        pytest.param("320.1", Outcome.NOT_MET, id="below-sixty"),
    ],
)
def test_a_heavy_truck_part_must_have_the_content_of_table_d(counted: str, outcome: Outcome) -> None:
    found = result(brake(counted), part="PACK", plant="P-CA")
    assert found.outcome is outcome
    assert rvc(found).bound == 60


def test_the_reading_that_a_tariff_shift_is_enough_for_table_d_is_shown_as_a_view() -> None:
    company = brake("400")
    company.change("classifications", lambda line: line.part == "CELL", code="730711")
    found = result(company, part="PACK", plant="P-CA")
    assert found.outcome is Outcome.NOT_MET
    views = {view.option: view.outcome for view in found.views}
    assert views["shift-suffices"] is Outcome.MET


@pytest.mark.parametrize("code", ["870891", "870892"])
def test_of_two_goods_the_texts_print_other_percentages_and_both_are_worked_out(code: str) -> None:
    # other goods of these subheadings: (800 - 320) / 800 = 60, as the Canadian text has it; the US text 67.5
    company = brake("320")
    company.change("classifications", lambda line: line.part == "PACK", code=code, table_role="other goods")
    found = result(company, part="PACK", plant="P-CA")
    assert (found.outcome, rvc(found).bound) == (Outcome.MET, Decimal(60))
    choice = next(choice for choice in found.choices if choice.name == "heavy-radiator-exhaust-series")
    assert (choice.choice, choice.is_default) == ("canada", True)
    (view,) = [view for view in found.views if view.option == "united-states"]
    assert view.outcome is Outcome.NOT_MET
    assert "67.5" in view.shown
    cited = [law.source for row in found.findings for law in row.law]
    assert any(text.startswith(f"note on {code[:4]}.{code[4:]}: US text prints") for text in cited)
    company.elect("heavy-radiator-exhaust-series", "united-states", part="PACK")
    found = result(company, part="PACK", plant="P-CA")
    assert (found.outcome, rvc(found).bound) == (Outcome.NOT_MET, Decimal("67.5"))
    (view,) = [view for view in found.views if view.option == "canada"]
    assert view.outcome is Outcome.MET


@pytest.mark.parametrize("kind", ["radiators", "silencers or exhaust pipes"])
def test_what_both_texts_print_alike_has_no_such_choice(kind: str) -> None:
    company = brake("320")
    code = "870891" if kind == "radiators" else "870892"
    company.change("classifications", lambda line: line.part == "PACK", code=code, table_role=kind)
    found = result(company, part="PACK", plant="P-CA")
    assert rvc(found).bound == 60
    assert not [view for view in found.views if view.option == "united-states"]
    assert "heavy-radiator-exhaust-series" not in {choice.name for choice in found.choices}


def aftermarket(cell_code: str) -> Company:
    company = small_company()
    company.change(
        "classifications",
        lambda line: line.part == "PACK",
        code="870880",
        table_role="other goods; suspension systems incl. shock absorbers",
    )
    company.change("classifications", lambda line: line.part == "CELL", code=cell_code)
    company.change("uses", lambda line: True, part="PACK", use=UseClass.AFTERMARKET, vehicle_class=None)
    company.change("items", lambda item: item.part == "PACK", core_group=None)
    return company


@pytest.mark.parametrize(
    ("code", "price", "outcome"),
    [
        pytest.param("730711", "20", Outcome.MET, id="shifts"),
        # 10 x 8 = 80 of a total cost of 800: exactly ten per cent
        pytest.param("870880", "8", Outcome.MET, id="within-de-minimis"),
        # a change from parts of 8708.80 is enough only with 50 per cent of content
        pytest.param("870880", "45", Outcome.NOT_MET, id="neither"),
    ],
)
def test_an_aftermarket_part_originates_by_its_tariff_shift(code: str, price: str, outcome: Outcome) -> None:
    company = aftermarket(code)
    company.change("purchases", lambda line: line.part == "CELL", price=Decimal(price))
    company.change(
        "costs",
        lambda line: line.part == "PACK" and line.element == "material",
        amount=(Decimal(price) * 10 + 300) * 10,
    )
    company.change(
        "costs",
        lambda line: line.part == "PACK" and line.element == "overhead",
        amount=(400 - Decimal(price) * 10) * 10,
    )
    assert result(company, part="PACK", plant="P-CA").outcome is outcome


def test_an_aftermarket_part_that_shifts_needs_no_costs() -> None:
    found = result(aftermarket("730711"), without="costs-PACK", part="PACK", plant="P-CA")
    assert found.outcome is Outcome.MET
    assert found.method == "tariff shift"
