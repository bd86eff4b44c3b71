"""Kinds: what their fields refuse, who may see them, and what rests on what."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest

from evidence.core import canonical
from evidence.core.disclosure import Tier
from evidence.core.statements.base import Record, Statement
from evidence.core.statements.item_link import ItemLinkLine
from evidence.core.statements.knowledge import KnowledgeEvent
from evidence.core.statements.labour import LabourInputLine
from evidence.core.statements.load import Load
from evidence.core.statements.material_import import DEDUCTIONS, MaterialImportLine
from evidence.core.statements.opinion import Ruling
from evidence.core.statements.production import VolumeLine
from evidence.core.statements.registry import KINDS
from evidence.core.statements.unit_conversion import UnitConversionLine
from evidence.core.statements.wage import WageCertificate
from evidence.errors import MalformedValue
from tests.unit.core.line_samples import LINES
from tests.unit.core.more_samples import ADDED, SINGLES
from tests.unit.core.samples import sample, samples

LOADS = {kind.kind: kind for kind in KINDS.values() if issubclass(kind, Load)}


def test_every_load_has_a_sample_line() -> None:
    assert LOADS.keys() == LINES.keys()


@pytest.mark.parametrize("name", LINES)
def test_a_line_is_written_as_it_was_read(name: str) -> None:
    line = LOADS[name].line.model_validate(LINES[name])
    assert LINES[name].keys() == type(line).model_fields.keys(), "the sample fills every field"
    assert canonical.dumps(line.model_dump(mode="json")) == canonical.dumps(LINES[name])
    assert type(line).model_validate(line.model_dump(mode="json")) == line


@pytest.mark.parametrize("name", SINGLES)
def test_a_sample_of_a_new_kind_fills_every_field_of_its_own(name: str) -> None:
    kind = next(kind for kind in KINDS.values() if kind.kind == name)
    assert kind.model_fields.keys() - Statement.model_fields.keys() <= {*SINGLES[name], *ADDED.get(name, {})}


def later_fields() -> list[tuple[str, str]]:
    found = [(name, field, info) for name, load in LOADS.items() for field, info in load.line.model_fields.items()]
    return [(name, field) for name, field, info in found if info.exclude_if is not None]


@pytest.mark.parametrize(("name", "field"), later_fields())
def test_a_line_of_an_older_view_has_its_bytes_still(name: str, field: str) -> None:
    """A field that came later is written where it is filled and not otherwise: digests of old lines go on holding."""
    older = {key: value for key, value in LINES[name].items() if key != field}
    line = LOADS[name].line.model_validate(older)
    assert getattr(line, field) is None
    assert line.model_dump(mode="json") == older
    assert type(line).model_validate({**older, field: None}).model_dump(mode="json") == older


def test_what_a_month_exported_is_nothing_said_or_a_list() -> None:
    volume = {name: value for name, value in LINES["volume"].items() if name != "exported"}
    assert VolumeLine.model_validate(volume).exported is None
    assert VolumeLine.model_validate(volume | {"exported": "US:1; CA:2"}).exported == ("US:1", "CA:2")


@pytest.mark.parametrize("left", [("factor",), ("unit",), ("other_unit",), ("factor", "unit")], ids="-".join)
def test_a_factor_between_two_numbers_stands_with_both_units(left: tuple[str, ...]) -> None:
    with pytest.raises(MalformedValue, match="all three of them"):
        ItemLinkLine.model_validate({name: v for name, v in LINES["item-link"].items() if name not in left})


@pytest.mark.parametrize("left", ["owner", "part"])
def test_a_unit_conversion_is_for_one_part_or_for_every_part(left: str) -> None:
    values = {name: value for name, value in LINES["unit-conversion"].items() if name != left}
    with pytest.raises(MalformedValue, match="both of them"):
        UnitConversionLine.model_validate(values)
    neither = {name: value for name, value in LINES["unit-conversion"].items() if name not in ("owner", "part")}
    assert UnitConversionLine.model_validate(neither).part is None


@pytest.mark.parametrize("deduction", DEDUCTIONS)
def test_nothing_is_taken_off_a_material_without_a_document(deduction: str) -> None:
    values = {name: v for name, v in LINES["material-import"].items() if name != f"{deduction}_document"}
    with pytest.raises(MalformedValue, match=f"{deduction}_document"):
        MaterialImportLine.model_validate(values)
    assert getattr(MaterialImportLine.model_validate(values | {deduction: "0"}), deduction) == Decimal(0)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param({"amount": None}, "amount: found 'nothing'", id="no-amount"),
        pytest.param({"currency": None}, "currency: found 'nothing'", id="no-currency"),
        pytest.param({"capacity": "100000", "assembles": "engines"}, "nothing for high-wage material", id="a-capacity"),
        pytest.param({"labour_input": "assembly plant capacity"}, "capacity: found 'nothing'", id="no-capacity"),
    ],
)
def test_a_figure_for_labour_value_is_an_amount_or_a_capacity(change: dict[str, Any], says: str) -> None:
    capacity = LINES["labour-value-input"]
    of_capacity = ("assembles", "capacity", "originating_capacity")
    material = {name: value for name, value in capacity.items() if name not in of_capacity}
    material |= {"labour_input": "high-wage material", "amount": "412.5", "currency": "USD"}
    with pytest.raises(MalformedValue, match=says):
        LabourInputLine.model_validate(material | change)
    assert LabourInputLine.model_validate(material).amount == Decimal("412.5")
    assert LabourInputLine.model_validate(capacity).capacity == Decimal(100000)


@pytest.mark.parametrize("left", ["decision_reason", "reviewer"])
def test_that_there_is_no_reason_to_believe_needs_a_reason_and_a_reviewer(left: str) -> None:
    values = sample(KnowledgeEvent).model_dump()
    with pytest.raises(MalformedValue, match="a decision_reason and a reviewer"):
        KnowledgeEvent.model_validate(values | {left: None})
    for decided in (True, None):
        event = KnowledgeEvent.model_validate(values | {left: None, "reason_to_believe": decided})
        assert event.reason_to_believe is decided


def test_what_a_plant_paid_and_who_keeps_its_payroll_is_secret_and_personal() -> None:
    personal = {name for name, tier in WageCertificate.tiers().items() if tier is Tier.SECRET_PERSONAL}
    assert personal >= {
        *("direct_hours", "base_wages", "average_wage", "workers", "agency_hours", "agency_wages"),
        *("payroll_custodian", "certified_by"),
    }
    assert WageCertificate.tiers()["meets_rate"] is Tier.RESTRICTED, "the result is what a buyer may see"


def test_an_opinion_shows_nothing_but_its_id() -> None:
    tiers = Ruling.tiers()
    assert {name for name, tier in tiers.items() if tier is Tier.OPEN} == {"id", "evidence_class", "supersedes"}
    assert set(tiers.values()) == {Tier.OPEN, Tier.SECRET}


OPEN = {"id", "evidence_class", "supersedes"}
OPEN_BESIDES = {
    "declaration-state": {"declaration"},
    "authority": {"key"},
    "snapshot": {"worksheet_root", "rule_set", "program", "as_of"},
    "average": {"rule_set", "program", "as_of"},
    "rule-set": {"rule_set"},
    "key": {"key", "purpose", "state", "public_key", "certificate", "replaces", "compromised_since"},
    "pack-built": {"as_of", "manifest"},
    "disposal": {"targets"},
    "review": {"of"},
    "access": {"item"},
    "anchor": {"size", "root", "anchor_kind", "renews"},
    "succession": {"origin", "key", "predecessor", "checkpoint", "size", "root", "lost_from", "lost_to"},
    "work-item-closed": {"work_item"},
}
"""What stands in clear besides the three that every kind has: ids of our own minting, digests that are salted or of
what is published, and what a reader needs before anything is opened. No name, figure, code or day, but the moment since
when a key is compromised, by which signatures are judged that anybody may hold."""


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.kind)
def test_nothing_stands_in_clear_but_what_was_thought_about(kind: type[Statement]) -> None:
    besides = {"view_root", "parser"} if issubclass(kind, Load) else OPEN_BESIDES.get(kind.kind, set())
    assert {name for name, tier in kind.tiers().items() if tier is Tier.OPEN} == OPEN | besides


@pytest.mark.parametrize("statement", samples(), ids=lambda statement: statement.kind)
def test_every_document_and_every_relation_has_a_role_and_a_target(statement: Statement) -> None:
    named = [*statement.documents(), *statement.relations()]
    assert all(role and target for role, target in named)
    roles = [role for role, _ in statement.documents()]
    assert len(roles) == len(set(roles)), "a disposal names a document by its role"


def records(kind: Any) -> Iterator[type[Record]]:
    yield kind
    if issubclass(kind, Load):
        yield kind.line


def digests(statement: Statement) -> dict[str, str]:
    """The digests that a statement's own fields hold, by field."""
    own = type(statement).model_fields.keys() - Statement.model_fields.keys()
    values = {name: getattr(statement, name) for name in own}
    return {
        n: v for n, v in values.items() if isinstance(v, str) and len(v) == 64 and set(v) <= set("0123456789abcdef")
    }


NO_DOCUMENT = {
    "view_root",
    "worksheet_root",
    "root",
    "rule_set",
    "manifest",
    "facts",
    "report_unsigned",
    "report_signed",
    "archive",
    "sealed_figures",
    "payroll_commitment",
    "contained_in",
    "signer_certificate",
    "certificate",
    "submitted",
    "renews",
}
"""Digests of what is not in our store, or is there under an entry of its own."""


@pytest.mark.parametrize("statement", samples(), ids=lambda statement: statement.kind)
def test_a_digest_of_a_document_is_one_that_the_ledger_links(statement: Statement) -> None:
    linked = {digest for _, digest in statement.documents()}
    unlinked = {name for name, digest in digests(statement).items() if digest not in linked}
    assert unlinked <= NO_DOCUMENT


def test_every_closed_list_has_values_that_differ_and_a_word_for_each() -> None:
    seen = set()
    for kind in KINDS.values():
        for record in records(kind):
            for info in record.model_fields.values():
                for option in (info.annotation, *getattr(info.annotation, "__args__", ())):
                    if isinstance(option, type) and issubclass(option, Enum):
                        seen.add(option)
    assert len(seen) > 30
    for each in seen:
        values = [str(member.value) for member in each]
        assert len({value.casefold() for value in values}) == len(values)
        assert all(value == value.strip() and value for value in values)


def test_dates_are_days_and_no_field_holds_a_binary_fraction() -> None:
    for statement in samples():
        for value in statement.model_dump().values():
            assert not isinstance(value, float)
        plain = statement.model_dump(mode="json")
        for name, value in statement.model_dump().items():
            if isinstance(value, date):
                assert plain[name] == value.isoformat()
