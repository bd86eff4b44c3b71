"""The checklist: its data, which sets a claim loads, and what is present, missing or not called for."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from evidence.core.identifiers import mint
from evidence.core.statements.base import Statement
from evidence.core.statements.case import Extension, Notice, Reply
from evidence.core.statements.claim import Claim, ClaimAction
from evidence.core.statements.declaration import SupplierDeclaration
from evidence.core.statements.knowledge import KnowledgeEvent
from evidence.core.statements.opinion import Translation
from evidence.core.statements.own import DocumentReceived
from evidence.core.statements.reconciliation import Reconciliation
from evidence.core.statements.registry import KINDS
from evidence.core.statements.use import UseLine
from evidence.ledger.found import HomeHandle
from evidence.origin import worksheet as w
from evidence.pack.checklist import asked
from evidence.pack.checklist.asked_due import clocks
from evidence.pack.checklist.asked_sets import sets_of, untold
from evidence.pack.form import layout
from evidence.pack.gathered.ahead import not_entered
from evidence.pack.gathered.around import Around
from evidence.pack.gathered.asked_items import WAYS, items
from evidence.pack.gathered.facts import Facts, Subject
from evidence.pack.productions.gathering import planned
from evidence.pack.productions.plan import plan, plan_of
from evidence.register.queries import Known, Register
from evidence.store.engine import reading
from tests.unit.pack.asking import known, notice, rows, sheet_of
from tests.unit.pack.issued import Issued
from tests.unit.pack.specimen_home import OWNER, START, make

S01 = Subject(shipment="S01")
PLACES = {"opening", "exhibits", "crosswalk", "annex", "transport", "production", "corrections", "support"}
PLACES |= {"certification-1", "average-1", "authority", "schedule", "rule", "tie", "purchases"}
DUES = {"claim", "request", "correction", "year-end", "one-year"}


def test_every_item_is_dated_cited_and_marked_and_names_what_would_show_it() -> None:
    listed = items()
    assert len({item.id for item in listed}) == len(listed) == 84
    assert len({item.set for item in listed}) == 13
    for item in listed:
        assert item.citation, item.id
        assert item.mark[:1] in "PSK", item.id
        assert item.tier in ("open", "restricted", "secret", "secret+personal"), item.id
        assert item.wants, item.id
        assert item.due in DUES, item.id
        assert item.waived in {"", *asked.WAIVED}, item.id


@pytest.mark.parametrize(
    "way", sorted({way for item in items() for want in item.wants for way in want}, key=str), ids=str
)
def test_every_way_to_show_an_item_is_one_that_the_code_knows(way: Any) -> None:
    kinds = {kind.kind for kind in KINDS.values()}
    known_names = {"page": PLACES, "kind": kinds, "probe": asked.PROBES.keys()}
    assert way.sort in WAYS
    assert way.name in known_names.get(way.sort, {way.name})


def test_an_item_is_present_with_its_exhibits_or_missing_with_whose_it_is_or_not_called_for_with_the_reason(
    gathered: tuple[Facts, dict[int, int]],
) -> None:
    found = rows(gathered)
    assert found["common-02"].state == found["common-05"].state == "present"
    assert [link.text for link in found["common-02"].shown_at] == ["COO-1", "E005"]
    entry = found["common-04"]
    assert (entry.state, entry.note) == ("missing", "No entry summary is on file.")
    assert len(entry.shown_at) == 5  # the crosswalk, the invoice, the packing list, the bill of lading, the payment
    assert (entry.owner, entry.due) == ("Specimen Motors US", date(2023, 5, 19))
    assert found["vehicle_rvc-04"].state == "not applicable"
    assert found["vehicle_rvc-04"].note == "In force from 2025-03-18; the entries are of 2023-05-19."
    assert all(row.owner and row.by_when for row in found.values() if row.state == "missing")
    assert all(row.note for row in found.values() if row.state == "not applicable")
    assert all(row.shown_at and not row.note for row in found.values() if row.state == "present")


@pytest.mark.parametrize("entered", [True, False], ids=["entered", "no-entry"])
def test_with_nothing_on_record_no_item_is_present_but_the_pages_of_the_pack_itself(
    gathered: tuple[Facts, dict[int, int]], entered: bool
) -> None:
    facts, numbers = gathered
    line = replace(facts.lines[0], claims=())
    for use, vehicle_class in [("vehicle", "light_truck"), ("vehicle", "heavy_truck"), ("vehicle", None),
                               ("oe-light", None), ("aftermarket", None)]:  # fmt: skip
        told = {"owner": OWNER, "part": "EV-1", "use": use, "vehicle_class": vehicle_class, "shown_by": "contract"}
        known_use = Known(UseLine.model_validate({**told, "applies_from": "2020-07-01"}), 3, "load-1", START, 1)
        for country in ("US", "CA", "MX"):
            day = {"country": country, "entered_on": date(2025, 6, 2), "imported_on": date(2025, 6, 2)}
            entry = replace(line.entry, value=line.entry.value.model_copy(update=day))
            bare = Facts(
                subject=facts.subject, as_of=facts.as_of, moment=facts.moment, around=Around(uses=(known_use,)),
                lines=[replace(line, entry=entry)] if entered else [], shipments=facts.shipments,
            )  # fmt: skip
            rows_ = plan_of(bare, numbers, "Specimen Motors").items
            assert [row.id for row in rows_ if row.state == "present"] == ["common-01"], (use, country)


def test_a_line_without_what_another_line_has_is_never_shown_as_having_it(
    gathered: tuple[Facts, dict[int, int]],
) -> None:
    facts, _numbers = gathered
    line = facts.lines[0]
    assert line.invoice_line is not None
    other = line.invoice_line.model_copy(update={"line": 2, "part": "EV-2", "units": ("LOT-2",)})
    second = replace(line, line=line.line.model_copy(update={"line": 2}), invoice_line=other, claims=())
    found = rows(gathered, lines=[line, second])
    assert "No certification of origin covers SPC-1, line 2." in found["common-02"].note
    assert found["common-09"].note == "No origin analysis is on record for SPC-1, line 2."
    assert {found[name].state for name in ("common-10", "common-13", "core_part-05")} == {"missing"}
    assert "No production record is on file of LOT-2." in found["common-12"].note


def test_a_certification_recorded_after_the_claim_does_not_show_that_it_was_held(
    gathered: tuple[Facts, dict[int, int]],
) -> None:
    facts, _numbers = gathered
    line = facts.lines[0]
    early = [replace(claim, seq=1) for claim in line.claims]
    found = rows(gathered, lines=[replace(line, claims=tuple(early))])
    assert found["common-03"].note == "COO-1 was recorded after the claim on SPC-1, line 1."


def test_a_claim_whose_entry_bears_no_code_of_the_preference_is_named(
    gathered: tuple[Facts, dict[int, int]],
) -> None:
    line = gathered[0].lines[0]
    bare = replace(line, line=line.line.model_copy(update={"preference_code": None}))
    assert "SPC-1, line 1 was claimed" in rows(gathered, lines=[bare])["common-04"].note


def test_the_number_of_a_document_in_a_purchase_line_does_not_stand_for_the_document(
    gathered: tuple[Facts, dict[int, int]],
) -> None:
    note = rows(gathered)["common-11"].note
    assert "No purchase order is on file. Its number is recorded on 2 of 2 purchase lines used." in note
    assert "No proof of payment is on file." in note


@pytest.mark.parametrize(
    ("fields", "due", "words"),
    [
        pytest.param({}, date(2023, 10, 4), "CBP Form 28", id="by-the-table"),
        pytest.param({"reply_days": 45}, date(2023, 10, 19), "45 days", id="as-printed-in-days"),
        pytest.param({"reply_due_on": "2023-10-10"}, date(2023, 10, 10), "that it prints", id="as-printed"),
        pytest.param({"country": "MX"}, date(2023, 10, 4), "Reglas", id="another-country"),
        pytest.param({"notice_kind": "defective certification"}, date(2023, 9, 11), "art. 5.7", id="business-days"),
        pytest.param(
            {"notice_kind": "defective certification", "country": "MX"},
            date(2023, 9, 11),
            "5.7",
            id="the-same-in-mexico",
        ),
    ],
)
def test_a_letter_of_customs_sets_the_day_for_everything_that_is_missing(
    gathered: tuple[Facts, dict[int, int]], fields: dict[str, Any], due: date, words: str
) -> None:
    found = rows(gathered, around=Around(notices=(notice(**fields),)))
    row = found["common-15"]
    assert (row.state, row.due) == ("missing", due)
    assert found["common-07"].due == due  # not the day of the claim, which is over
    assert "N-1 of 2023-09-04" in row.by_when
    assert words in row.by_when
    assert found["common-19"].note.startswith("N-1 of 2023-09-04 (")


def test_a_granted_extension_moves_the_day_and_a_complete_answer_ends_it(
    gathered: tuple[Facts, dict[int, int]],
) -> None:
    letter = notice()
    more = known(Extension, notice="N-1", step="granted", dated_on="2023-09-20", until="2023-11-30", by="Customs")
    found = rows(gathered, around=Around(notices=(letter,), extensions=(more,)))
    assert found["common-15"].due == date(2023, 11, 30)
    answer = known(
        Reply, number="R-1", notice="N-1", sent_on="2023-09-30", sent_by="Desk (role)", channel="portal",
        complete="yes", document="cd" * 32,
    )  # fmt: skip
    found = rows(gathered, around=Around(notices=(letter,), replies=(answer,)))
    assert (found["common-15"].due, found["common-15"].by_when) == (None, "On request.")


def test_without_a_claim_what_one_rests_on_is_wanted_while_one_can_still_be_made(
    gathered: tuple[Facts, dict[int, int]],
) -> None:
    facts, _numbers = gathered
    found = rows(gathered, lines=[replace(line, claims=()) for line in facts.lines])
    assert found["common-07"].due == date(2024, 5, 18)  # a year from importation, 19 USC 1520(d)
    assert "19 USC 1520(d)" in found["common-07"].by_when


def test_the_page_says_until_when_customs_can_ask(gathered: tuple[Facts, dict[int, int]]) -> None:
    facts, numbers = gathered
    told = plan_of(facts, numbers, "Specimen Motors").clocks
    assert len(told) == 1
    assert "until 2028-05-18 (19 CFR 182.15(a)" in told[0]  # five years from importation


@pytest.mark.parametrize(
    ("use", "vehicle_class", "law", "sets"),
    [
        pytest.param("vehicle", "light_truck", "", ["vehicle_rvc", "core_part", "lvc", "steel_aluminium"], id="truck"),
        pytest.param("vehicle", "heavy_truck", "", ["heavy_truck", "lvc", "steel_aluminium"], id="heavy-truck"),
        pytest.param("vehicle", None, "", ["other_vehicle"], id="other-vehicle"),
        pytest.param("vehicle", "heavy_truck", "ASR-PV-RVC", ["heavy_truck", "lvc", "steel_aluminium",
                     "alternative_staging"], id="staged"),
        pytest.param("oe-light", None, "A1-NC", ["core_part"], id="core-part-alone"),
        pytest.param("oe-light", None, "B-NC", ["principal_complementary_part"], id="principal"),
        pytest.param("oe-light", None, "", ["core_part", "principal_complementary_part"], id="not-told"),
        pytest.param("oe-heavy", None, "D-NC", ["principal_complementary_part"], id="for-a-heavy-truck"),
        pytest.param("aftermarket", None, "", ["aftermarket_part"], id="aftermarket"),
        pytest.param("stationary-storage", None, "", [], id="in-no-vehicle"),
    ],
)  # fmt: skip
def test_the_sets_follow_from_what_the_good_is(
    gathered: tuple[Facts, dict[int, int]], use: str, vehicle_class: str | None, law: str, sets: list[str]
) -> None:
    facts, _numbers = gathered
    sheet = facts.snapshots[0].worksheet
    good = sheet.good.model_copy(update={"use": use, "vehicle_class": vehicle_class})
    row = sheet.findings[0]
    findings = (row.model_copy(update={"law": (row.law[0].model_copy(update={"name": law}),)}),)
    changed = sheet_of(facts, good=good, findings=findings)
    assert list(sets_of(replace(facts, **changed))) == ["common", *sets]


def test_the_sets_of_what_is_not_analysed_yet_follow_from_its_recorded_use(
    gathered: tuple[Facts, dict[int, int]],
) -> None:
    facts, _numbers = gathered
    line = {"owner": OWNER, "part": "EV-1", "use": "aftermarket", "shown_by": "catalog", "applies_from": "2023-01-01"}
    use = Known(UseLine.model_validate(line), 3, "load-1", START, 1)
    bare = replace(facts, snapshots=[], around=Around(uses=(use,)))
    assert sets_of(bare) == ("common", "aftermarket_part")
    assert untold(bare) == ""
    assert untold(replace(bare, around=Around())).startswith("Neither an analysis nor a use is on record of EV-1")


@pytest.mark.parametrize(
    ("country", "action", "decided_on", "extra"),
    [
        pytest.param("CA", ClaimAction.MADE, date(2023, 5, 19), "import_canada", id="into-canada"),
        pytest.param("MX", ClaimAction.MADE, date(2023, 5, 19), "import_mexico", id="into-mexico"),
        pytest.param("US", ClaimAction.POST_IMPORTATION, date(2024, 1, 5), "post_importation_1520d", id="later"),
        pytest.param("US", ClaimAction.MADE, date(2023, 6, 5), "post_importation_1520d", id="after-the-summary"),
    ],
)
def test_the_sets_follow_from_country_and_day_of_the_claim(
    gathered: tuple[Facts, dict[int, int]], country: str, action: ClaimAction, decided_on: date, extra: str
) -> None:
    facts, _numbers = gathered
    line = facts.lines[0]
    entry = replace(line.entry, value=line.entry.value.model_copy(update={"country": country}))
    claim: Known[Claim] = line.claims[0]
    made = replace(claim, value=claim.value.model_copy(update={"action": action, "decided_on": decided_on}))
    assert sets_of(replace(facts, lines=[replace(line, entry=entry, claims=(made,))]))[-1] == extra


def test_a_claim_after_the_year_since_importation_is_named(gathered: tuple[Facts, dict[int, int]]) -> None:
    line = gathered[0].lines[0]
    claim = line.claims[0]
    late = {"action": ClaimAction.POST_IMPORTATION, "decided_on": date(2024, 5, 19)}
    made = replace(claim, value=claim.value.model_copy(update=late))
    found = rows(gathered, lines=[replace(line, claims=(made,))])
    assert "the year since its importation ended on 2024-05-18" in found["post_importation_1520d-06"].note


def test_an_estimate_wants_a_reconciliation_of_its_year_and_a_failed_one_its_notices(
    gathered: tuple[Facts, dict[int, int]],
) -> None:
    facts, _numbers = gathered
    line = facts.lines[0]
    entered = line.entry.value.model_copy(update={"entered_on": date(2025, 5, 19)})
    changed = sheet_of(facts, basis="estimate", true_up_due=date(2026, 4, 1))
    changed["lines"] = [replace(line, entry=replace(line.entry, value=entered))]
    row = rows(gathered, **changed)["vehicle_rvc-05"]
    assert (row.state, row.due, row.by_when) == ("missing", date(2026, 4, 1), "19 CFR 182.102")
    form = {
        "number": "REC-1", "producer": "SPEC-MX", "reconciled": "regional value content", "category": "EV-1",
        "owner": OWNER, "parts": "EV-1", "plants": "MX-1", "year_from": "2023-04-01", "year_to": "2024-03-31",
        "estimated_snapshot": "snap-1", "result": "met", "completed_on": "2024-05-02", "by": "Controller (role)",
    }  # fmt: skip
    done = known(Reconciliation, **form)
    assert rows(gathered, around=Around(reconciliations=(done,)), **changed)["vehicle_rvc-05"].state == "present"
    failed = known(Reconciliation, **(form | {"result": "not met", "notices_due": "party:SPEC-US"}))
    row = rows(gathered, around=Around(reconciliations=(failed,)), **changed)["vehicle_rvc-05"]
    assert row.note == "Nobody told of the outcome: party:SPEC-US."


def test_an_inventory_method_is_asked_for_only_where_an_analysis_relies_on_it(
    gathered: tuple[Facts, dict[int, int]],
) -> None:
    facts, _numbers = gathered
    assert rows(gathered)["common-13"].state == "not applicable"
    relied = w.Choice(
        name="several suppliers", choice="inventory method", alternatives=(), is_default=False, citation="s.8"
    )
    row = rows(gathered, **sheet_of(facts, choices=(relied,)))["common-13"]
    assert row.note.startswith("No election of the inventory method is on record.")


def test_a_material_counted_as_originating_without_a_declaration_names_part_and_supplier(
    gathered: tuple[Facts, dict[int, int]],
) -> None:
    facts, _numbers = gathered
    covered, bare = facts.snapshots[0].worksheet.materials
    wrong = bare.model_copy(update={"status": w.Status.ORIGINATING, "counted": Decimal(0)})
    row = rows(gathered, **sheet_of(facts, materials=(covered, wrong)))["common-10"]
    assert row.note == "Counted as originating without a declaration that covers it: BRK-1."
    assert row.owner == facts.parties["SUP-2"].name


def test_goods_that_passed_another_country_want_their_documents_of_transit(
    gathered: tuple[Facts, dict[int, int]],
) -> None:
    facts, _numbers = gathered
    shipment = facts.shipments[0]
    assert rows(gathered)["common-06"].state == "not applicable"
    far = replace(shipment, value=shipment.value.model_copy(update={"transit_countries": ("PA",)}))
    row = rows(gathered, shipments=[far])["common-06"]
    assert (row.state, row.note) == ("missing", "No transit document is on file.")


def test_a_shipment_that_is_not_entered_is_planned_for_by_its_invoices(
    gathered: tuple[Facts, dict[int, int]],
) -> None:
    facts, numbers = gathered
    line = facts.lines[0]
    entry = not_entered(facts.shipments[0])
    ahead = replace(line, entry=entry, line=entry.value.lines[0], claims=())
    found = plan_of(replace(facts, lines=[ahead], ahead=True), numbers, "Specimen Motors")
    row = {each.id: each for each in found.items}["common-04"]
    assert row.note == "The goods are not entered yet."
    assert (row.due, row.by_when) == (None, "Wanted before a claim is made.")
    assert found.clocks == ()


def test_clocks_count_days_business_days_and_months() -> None:
    assert clocks()["D-US-01"].end(date(2023, 9, 4)) == date(2023, 10, 4)
    assert clocks()["D-US-03"].end(date(2023, 9, 1)) == date(2023, 9, 8)  # a Friday, and five working days after it
    assert clocks()["R-CA-01"].end(date(2024, 2, 29)) == date(2030, 2, 28)
    assert all(clock.citation and clock.mark in "PSK" for clock in clocks().values())


def test_what_is_on_record_around_a_claim_comes_into_the_plan(tmp_path: Path) -> None:
    """Letters, what was learned, translations, a flow chart of the good: recorded, gathered and shown."""
    with make(tmp_path / "home") as handle:
        making = _Recording(handle)
        letter = making.keep("letter.pdf", "letter of customs", "notice:N-1")
        making.say(Notice, **(notice().value.model_dump(exclude={"id", "issuer"}, mode="json") | {"document": letter}))
        making.keep("flow.pdf", "flow chart", "part:EV-1")
        making.keep("opinion.pdf", "opinion of counsel", "part:EV-1")
        translated = making.keep("SD-1-en.pdf", None, "declaration:SD-1")
        making.say(
            Translation,
            document=_declared(handle), translation=translated, from_language="es", to_language="en", method="person",
            translator="Translator (role)", translated_on="2023-04-10", certified="yes",
        )  # fmt: skip
        for reason in (True, None):
            making.say(
                KnowledgeEvent,
                what="a lot was made at another plant", about="supplier-declaration:SD-1", learned_on="2023-08-01",
                learned_basis="mail header", channel="mail", from_whom="Desk (role)", consequence="under review",
                by="Desk (role)", reason_to_believe=reason,
            )  # fmt: skip
        facts, _numbers = planned(handle, S01)
        found = {row.id: row for row in plan(handle, S01).items}
    assert [len(some) for some in (facts.around.notices, facts.around.learned)] == [1, 1]
    assert found["common-15"].state == found["common-18"].state == "present"
    assert found["common-19"].state == "missing"
    assert found["common-19"].due == date(2023, 8, 31)  # 30 days from what was learned, before those of the letter
    assert not any("opinion" in exhibit.title.lower() for exhibit in facts.exhibits)


class _Recording:
    """Records documents and statements in a home that is there."""

    def __init__(self, handle: HomeHandle) -> None:
        self._handle = handle

    def say(self, kind: type[Statement], **fields: Any) -> None:
        id_ = mint(kind.prefix, START, self._handle.random)
        self._handle.record(kind.model_validate({"id": id_, "issuer": "self", **fields}))

    def keep(self, name: str, role: str | None, *relates: str) -> str:
        """Keep a document and record its receipt; its digest."""
        stored = self._handle.documents.put(f"%PDF-1.4 {name}\n".encode())
        with reading(self._handle.engine) as connection:
            like = Register(connection).statements(DocumentReceived)[0].value
        changed = {"document": stored.sha256, "size": stored.size, "name": name, "role": role, "relates_to": relates}
        self.say(DocumentReceived, **(like.model_dump(exclude={"id", "issuer"}) | changed))
        return stored.sha256


def _declared(handle: HomeHandle) -> str:
    """The digest of the document that the specimen's declaration was read from."""
    with reading(handle.engine) as connection:
        source = Register(connection).statements(SupplierDeclaration)[0].value.source
    assert source is not None
    return source.document


def test_every_place_that_the_checklist_leads_to_is_in_the_report(issued: Issued) -> None:
    report: Any = json.loads((issued.pack.folder / layout.report_data_path("en")).read_bytes())["report"]
    wanted = {link["to"] for row in report["checklist"]["rows"] for link in row["shown_at"] if link["to"]}
    with pikepdf.open(issued.pack.report) as pdf:
        names = {str(name) for name in pikepdf.NameTree(pdf.Root.Names.Dests)}
    assert len(wanted) > 10
    assert wanted <= names
