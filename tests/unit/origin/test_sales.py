"""A heavy truck's engine by the transaction value of its recorded sales, and which method may be used for it.

The books are those of `test_determine_parts.brake`: net cost 800 of one unit, and cells counted in it. Rule 84/23 of
8408.20 needs a change from another heading and a content: of Table D 60 percent by net cost, 70 by transaction value.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evidence.core.statements.case import Notice, NoticeKind
from evidence.core.statements.sale import ADDITIONS, SaleLine
from evidence.errors import MalformedValue, RuleError
from evidence.origin.snapshot import determine_in
from evidence.origin.worksheet import Outcome, Worksheet
from tests.unit.origin.small_company import LAW, OWNER, Company, named, result
from tests.unit.origin.small_home import make_home, record_company
from tests.unit.origin.test_determine_parts import brake


def engine(counted: str = "340", **sale: Any) -> Company:
    """An engine with `counted` non-originating, sold at 1300 of which 100 is freight; changed by `sale`."""
    company = brake(counted)
    company.change("classifications", lambda line: line.part == "PACK", code="840820")
    company.change("classifications", lambda line: line.part == "CELL", code="840991")
    sell(company, **sale)
    return company


def sell(company: Company, **update: Any) -> None:
    values: dict[str, Any] = {
        "plant": "P-CA",
        "invoice": "S-1",
        "invoice_line": 1 + len(company.facts.get("sales", [])),
        "sold_on": date(2023, 5, 2),
        "buyer": "TRUCKS",
        "owner": OWNER,
        "part": "PACK",
        "quantity": Decimal(4),
        "unit": "EA",
        "price": Decimal(1300),
        "price_per": Decimal(1),
        "currency": "USD",
        "incoterm": "DAP Toledo",
        "restricted": False,
        "conditional": False,
        "proceeds_unadjusted": False,
        "related": False,
        "international_freight": Decimal(400),
        "packing": Decimal(0),
        "discounts": Decimal(0),
        **update,
    }
    company.add("sales", SaleLine(**values), "sales-1")


def elect(company: Company, choice: str, made_on: date) -> None:
    company.elect("regional value method", choice, "PACK")
    fact = company.facts["elections"][-1]
    company.change("elections", lambda each: each.id == fact.value.id, made_on=made_on)


def notify(company: Company, kind: NoticeKind, received_on: date, until: date | None = None) -> None:
    company.add(
        "notices",
        Notice(
            id=named("notice", str(received_on)),
            issuer="self",
            number=f"N-{received_on}",
            authority="customs",
            country="US",
            notice_kind=kind,
            addressee=OWNER,
            dated_on=received_on,
            received_on=received_on,
            received_basis="portal log",
            channel="portal",
            reply_due_on=until,
            language="en",
            about=("part:PACK",),
            document="ab" * 32,
        ),
    )


def found(company: Company, choice: str | None = "transaction value") -> Worksheet:
    if choice:
        elect(company, choice, date(2023, 4, 1))
    return result(company, part="PACK", plant="P-CA")


def cells(sheet: Worksheet) -> dict[str, Decimal]:
    return {cell.id: cell.value for cell in sheet.cells}


@pytest.mark.parametrize(
    ("counted", "outcome", "percent"),
    [
        pytest.param("360", Outcome.MET, "70", id="at-seventy"),  # (1200 - 360) / 1200
        pytest.param("360.1", Outcome.NOT_MET, "69.9916", id="below-seventy"),
    ],
)
def test_the_content_by_transaction_value_is_held_against_its_own_percentage(
    counted: str, outcome: Outcome, percent: str
) -> None:
    sheet = found(engine(counted))
    assert sheet.outcome is outcome
    assert sheet.method == "transaction value"
    assert cells(sheet)["tv"] == 12000
    assert cells(sheet)["content.tv"] == Decimal(percent)


def test_the_steps_from_price_to_value_stand_as_cells() -> None:
    packaging = {"packaging": Decimal(80), "packaging_in_price": False, "packaging_document": "K-1"}
    sheet = found(engine(discounts=Decimal(40), **packaging))
    shown = cells(sheet)
    assert [shown[f"tv.{number}"] for number in (1, 2, 3, 4)] == [5200, -40, 80, -400]
    assert shown["tv.unit"] == 1210  # (5200 - 40 + 80 - 400) / 4
    citations = {cell.id: cell.citation for cell in sheet.cells}
    assert all("Schedule III" in citations[name] for name in ("tv", "tv.unit", "tv.1"))


def test_the_lowest_of_several_sales_decides() -> None:
    company = engine("350")
    sell(company, price=Decimal(1250), quantity=Decimal(1), international_freight=Decimal(100))
    sheet = found(company)
    assert cells(sheet)["tv.unit"] == 1150  # 1250 - 100, below 1200
    assert sheet.outcome is Outcome.NOT_MET  # (1150 - 350) / 1150 = 69.56


def test_a_price_in_another_currency_is_converted_by_a_recorded_rate_or_leaves_the_value_open() -> None:
    sheet = found(engine(currency="CAD"))
    assert sheet.outcome is Outcome.NOT_DETERMINABLE
    assert "tv" not in cells(sheet)
    assert "CAD" in sheet.summary


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        pytest.param({"restricted": True}, Outcome.NOT_MET, id="restricted"),
        pytest.param({"restricted": None}, Outcome.NOT_DETERMINABLE, id="restriction-not-known"),
        pytest.param({"conditional": True}, Outcome.NOT_MET, id="conditional"),
        pytest.param({"related": None}, Outcome.NOT_DETERMINABLE, id="related-not-known"),
        pytest.param({"related": True, "influenced": True}, Outcome.NOT_MET, id="influenced"),
        pytest.param({"international_freight": None}, Outcome.NOT_DETERMINABLE, id="freight-in-price-not-known"),
        pytest.param({"international_freight": None, "incoterm": None}, Outcome.NOT_DETERMINABLE, id="no-term"),
        pytest.param({"packing": None}, Outcome.NOT_DETERMINABLE, id="packing-not-known"),
        pytest.param({"royalties": Decimal(8), "royalties_in_price": False}, Outcome.NOT_MET, id="no-document"),
        pytest.param({"unit": "crate"}, Outcome.NOT_DETERMINABLE, id="another-unit"),
    ],
)
def test_what_is_not_acceptable_or_not_known_leaves_no_transaction_value(
    change: dict[str, Any], outcome: Outcome
) -> None:
    assert found(engine()).outcome is Outcome.MET
    assert found(engine(**change)).outcome is outcome


FILLED: dict[str, Any] = {
    "buyer_country": "US", "revision": "A", "direct_shipment_from": "Windsor", "related": True, "influenced": False,
    "not_influenced_shown_by": "price study", "freight_in_price": True,
    "packing": Decimal(40), "packing_in_price": True,
    **{name: Decimal(4) for name in ADDITIONS},
    **{f"{name}_in_price": False for name in ADDITIONS},
    **{f"{name}_document": "D-1" for name in ADDITIONS},
}  # fmt: skip
OPTIONAL = [name for name, info in SaleLine.model_fields.items() if not info.is_required()]


def value(sheet: Worksheet) -> Decimal:
    return cells(sheet).get("tv", Decimal(0))


@pytest.mark.parametrize("left", OPTIONAL)
def test_what_is_left_out_of_a_sale_never_raises_its_value(left: str) -> None:
    whole = found(engine(**FILLED))
    assert whole.outcome is Outcome.MET
    less = FILLED | {left: None}
    if left == "not_influenced_shown_by":
        with pytest.raises(MalformedValue, match=left):
            engine(**less)
        return
    without = found(engine(**less))
    assert value(without) <= value(whole) == 11960  # (5200 - 400 - 40 + 6 x 4) / 4 x 10
    assert without.outcome is not Outcome.MET or value(without) > 0


def test_freight_that_the_buyer_pays_is_not_in_the_price() -> None:
    sheet = found(engine(incoterm="FCA Windsor", international_freight=None))
    assert cells(sheet)["tv.unit"] == 1300


def test_without_a_sale_on_file_the_value_is_open() -> None:
    company = engine()
    company.facts["sales"] = []
    sheet = found(company)
    assert sheet.outcome is Outcome.NOT_DETERMINABLE
    assert "no sale of PACK from P-CA is on file" in sheet.summary


def test_without_an_election_net_cost_decides_and_the_other_method_is_shown() -> None:
    sheet = found(engine(), None)
    assert (sheet.outcome, sheet.method) == (Outcome.NOT_MET, "net cost")  # (800 - 340) / 800 = 57.5
    view = next(each for each in sheet.views if each.name == "By the transaction value method")
    assert view.outcome is Outcome.MET
    chosen = next(each for each in sheet.choices if each.name == "regional value method")
    assert (chosen.choice, chosen.is_default) == ("net cost", True)


def test_a_rule_with_one_method_is_not_left_by_an_election() -> None:
    company = brake("320")
    sell(company)
    elect(company, "transaction value", date(2023, 4, 1))
    sheet = result(company, part="PACK", plant="P-CA")
    offered = next(each for each in sheet.choices if each.name == "regional value method")
    assert "offers no other" in offered.citation
    assert (offered.choice, sheet.method, sheet.outcome) == ("net cost", "net cost", Outcome.MET)


def _late(company: Company) -> None:
    elect(company, "transaction value", date(2023, 1, 10))
    notify(company, NoticeKind.VALUE_ADJUSTMENT, date(2023, 2, 1))
    elect(company, "net cost", date(2023, 3, 4))  # 31 days


def _in_time(company: Company) -> None:
    elect(company, "transaction value", date(2023, 1, 10))
    notify(company, NoticeKind.VALUE_ADJUSTMENT, date(2023, 2, 1))
    elect(company, "net cost", date(2023, 3, 3))  # 30 days


def _longer(company: Company) -> None:
    elect(company, "transaction value", date(2023, 1, 10))
    notify(company, NoticeKind.VALUE_ADJUSTMENT, date(2023, 2, 1), until=date(2023, 3, 20))
    elect(company, "net cost", date(2023, 3, 20))


def _back(company: Company) -> None:
    elect(company, "net cost", date(2023, 1, 10))
    elect(company, "transaction value", date(2023, 3, 1))


def _back_after_short(company: Company) -> None:
    elect(company, "net cost", date(2023, 1, 10))
    notify(company, NoticeKind.CONTENT_SHORT, date(2023, 2, 1))
    elect(company, "transaction value", date(2023, 3, 1))


@pytest.mark.parametrize(
    ("acts", "outcome"),
    [(_late, Outcome.NOT_MET), (_in_time, Outcome.MET), (_longer, Outcome.MET), (_back, Outcome.MET),
     (_back_after_short, Outcome.NOT_MET)],
)  # fmt: skip
def test_a_change_of_method_is_held_against_the_notices_on_file(
    acts: Callable[[Company], None], outcome: Outcome
) -> None:
    company = engine("300")  # net cost: (800 - 300) / 800 = 62.5; by value 75
    acts(company)
    assert found(company, None).outcome is outcome


def test_a_method_that_the_law_does_not_have_is_refused() -> None:
    with pytest.raises(RuleError, match="regional value method"):
        found(engine(), "build-down")


def test_sales_notices_and_superseded_elections_are_gathered_from_the_register(tmp_path: Path) -> None:
    """A late change stays late when the election before it is superseded: the change was made all the same."""
    company = engine("300")
    _late(company)
    earlier, later = (fact.value for fact in company.facts["elections"])
    reason = {"supersedes": earlier.id, "supersedes_reason": "elected otherwise"}
    company.change("elections", lambda each: each.id == later.id, **reason)
    question = company.inputs(part="PACK", plant="P-CA").question
    with make_home(tmp_path / "home") as handle:
        notice = handle.documents.put(b"NOTICE (SPECIMEN)").sha256
        company.change("notices", lambda each: True, document=notice)
        record_company(handle, company)
        determined = determine_in(handle, question, LAW, "1")
    assert [fact.value.invoice for fact in determined.inputs.sales] == ["S-1"]
    assert [fact.kind for fact in determined.inputs.sales] == ["sale"]
    assert [fact.value.choice for fact in determined.inputs.elections] == ["transaction value", "net cost"]
    assert determined.worksheet.outcome is Outcome.NOT_MET
    assert "from transaction value to net cost" in determined.worksheet.summary


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"discounts": Decimal(6000)}, "discounts", id="more-than-the-price"),
        pytest.param({"influenced": True}, "influenced", id="influenced-and-not-related"),
        pytest.param({"related": True, "influenced": False}, "not_influenced_shown_by", id="nothing-shows-it"),
    ],
)
def test_a_sale_that_contradicts_itself_is_refused(change: dict[str, Any], field: str) -> None:
    with pytest.raises(MalformedValue, match=field):
        engine(**change)
