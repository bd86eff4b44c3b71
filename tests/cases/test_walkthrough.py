"""docs/walkthrough.md: the hand calculation, the sample company's expected figures and the engine all say the same.

The figures in the document are by hand. Each line of a table in it is compared with `examples/expected.toml`, whose
arithmetic uses nothing of the product, and with a determination on the company's files.
"""

import re
from datetime import UTC, date, datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any

import pytest

from evidence.core.statements.declaration import DeclarationEvent, DeclarationState, SupplierDeclaration
from evidence.origin.determine import determine
from evidence.origin.inputs import Fact, Inputs
from evidence.origin.question import Question
from evidence.origin.worksheet import Outcome, Worksheet
from evidence.rules.ruleset import RuleSet
from tests.voltera import ROOT, determinations, expected, inputs

LAW = RuleSet.load()
PLACES = Decimal("0.0001")
STEPS = {(step["shipment"], step["basis"], step["at"].date()): step for step in determinations()}
FIRST = {key[0]: step for key, step in reversed(STEPS.items())}


def question(step: dict[str, Any]) -> Question:
    first, last = step["period"].split("..")
    return Question.model_validate(
        {
            "owner": "VOLTERA",
            "part": step["good"],
            "period_from": first,
            "period_to": last,
            **{name: step[name] for name in ("plant", "basis", "event", "on", "importing_country")},
        }
    )


def figure(worksheet: Worksheet, name: str) -> Decimal:
    return next(cell.value for cell in worksheet.cells if cell.id == name)


def content(worksheet: Worksheet) -> Decimal:
    """Content from net cost and non-originating value, cut; the worksheet's own cell says the same."""
    net_cost, vnm = figure(worksheet, "net_cost"), figure(worksheet, "vnm")
    found = ((net_cost - vnm) / net_cost * 100).quantize(PLACES, ROUND_DOWN)
    assert found == figure(worksheet, "content")
    return found


@pytest.mark.parametrize("one", expected()["shipment"], ids=lambda one: str(one["shipment"]))
def test_the_engine_finds_the_expected_figures_of_each_shipment(one: dict[str, Any]) -> None:
    step = FIRST[one["shipment"]]
    worksheet = determine(inputs(question(step), step["at"]), LAW)
    assert worksheet.outcome is Outcome(one["outcome"])
    assert figure(worksheet, "units") == one["units_made"]
    assert figure(worksheet, "net_cost") == Decimal(one["net_cost"])
    assert figure(worksheet, "vnm") == Decimal(one["vnm"])
    assert content(worksheet) == Decimal(one["content"])
    assert figure(worksheet, "tie.shortfall") == 0
    assert [gap.open for gap in worksheet.gaps].count(True) == len(one["open_items"])
    for part in worksheet.core_parts:
        assert part.outcome is Outcome.MET, part.part
        name = part.part.lower().replace("-", "_")
        if f"core_{name}_vnm" in one:
            units = figure(worksheet, "units")
            assert part.net_cost == Decimal(one[f"core_{name}_net_cost"]) * units
            assert part.non_originating == Decimal(one[f"core_{name}_vnm"]) * units


def test_after_the_withdrawal_the_corrected_shipment_falls_short() -> None:
    step = STEPS["S08", "actual", date(2024, 5, 27)]
    after = next(one for one in expected()["shipment"] if one["shipment"] == "S08")["after_withdrawal"]
    worksheet = determine(inputs(question(step), step["at"]), LAW)
    assert worksheet.outcome is Outcome(after["outcome"])
    assert figure(worksheet, "vnm") == Decimal(after["vnm"])
    assert content(worksheet) == Decimal(after["content"])


def with_declaration(known: Inputs, declaration: SupplierDeclaration) -> Inputs:
    """`known` as it would be if `declaration` were on file and accepted."""
    event = DeclarationEvent(
        id="state-imagined",
        issuer="self",
        declaration=declaration.id,
        state=DeclarationState.ACCEPTED,
        effective_from=declaration.received_on,
        reason="imagined",
        by="imagined",
    )
    statement = Fact(ref="#900001", seq=900_001, statement=declaration.id, kind="declaration", value=declaration)
    accepted = Fact(ref="#900002", seq=900_002, statement=event.id, kind="event", value=event)
    others = tuple(fact for fact in known.declarations if fact.value.id != declaration.id)
    return known.model_copy(
        update={"declarations": (*others, statement), "events": (*known.events, accepted)},
    )


def imagined(known: Inputs, case: dict[str, Any]) -> Inputs:
    """The inputs with the declaration that was lacking."""
    if case["name"] in {"expired", "undecided"}:
        real = next(fact.value for fact in known.declarations if fact.value.reference == case["declaration"])
        changes = {"valid_to": case["period_to"]} if case["name"] == "expired" else {}
        ended = tuple(fact for fact in known.events if fact.value.declaration != real.id)
        return with_declaration(known.model_copy(update={"events": ended}), real.model_copy(update=changes))
    like = next(fact.value for fact in known.declarations if fact.value.part == "SEA-301")
    changes = {
        "id": "decl-imagined",
        "supplier": "SUP-042",
        "issuer": "SUP-042",
        "plant": "SUP-042-P1",
        "part": case["part"],
        "valid_from": date(2023, 4, 1),
        "valid_to": date(2024, 3, 31),
    }
    return with_declaration(known, like.model_copy(update=changes))


@pytest.mark.parametrize("case", expected()["what_if"], ids=lambda case: str(case["name"]))
def test_a_declaration_more_or_less_changes_the_content_as_calculated(case: dict[str, Any]) -> None:
    asked = question(
        {
            "good": case["good"],
            "plant": case["plant"],
            "period": f"{case['period_from']}..{case['period_to']}",
            "basis": "actual",
            "event": "production",
            "on": None,
            "importing_country": "US",
        }
    )
    if case["name"] == "withdrawn":
        having = inputs(asked, datetime(2024, 5, 19, tzinfo=UTC))
        lacking = inputs(asked, datetime(2024, 5, 21, tzinfo=UTC))
    else:
        lacking = inputs(asked)
        having = imagined(lacking, case)
    for known, name in ((having, "with"), (lacking, "without")):
        worksheet = determine(known, LAW)
        assert figure(worksheet, "vnm.unit") == Decimal(case[f"vnm_{name}"]), name
        assert content(worksheet) == Decimal(case[f"content_{name}"]), name


def test_the_document_prints_the_expected_figures() -> None:
    """Every row of the document's summary stands in `expected.toml`, and the other way round."""
    text = (ROOT / "docs" / "walkthrough.md").read_text(encoding="utf-8")
    pattern = r"\| (withdrawn|expired|missing|undecided) \| ([^|]+) \|" + r" ([0-9,.]+) \|" * 2 + r" ([0-9.]+) % \|" * 2
    printed = {row[0]: row[1:] for row in re.findall(pattern, text)}
    cases = {case["name"]: case for case in expected()["what_if"]}
    assert printed.keys() == cases.keys()
    for name, (part, vnm_with, vnm_without, content_with, content_without) in printed.items():
        case = cases[name]
        assert part.strip() == case["part"]
        assert Decimal(vnm_with.replace(",", "")) == Decimal(case["vnm_with"])
        assert Decimal(vnm_without.replace(",", "")) == Decimal(case["vnm_without"])
        assert Decimal(content_with) == Decimal(case["content_with"])
        assert Decimal(content_without) == Decimal(case["content_without"])
