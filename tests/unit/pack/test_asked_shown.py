"""What does not show an item: a document about the document, a certification for other days, a part of the quantity."""

import csv
import importlib.resources
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from evidence.core.statements.claim import Claim
from evidence.core.statements.handling import Anchor
from evidence.core.statements.own import DocumentReceived
from evidence.core.statements.use import UseLine
from evidence.pack.gathered.around import Around
from evidence.pack.gathered.asked_items import documents_of, documents_wanted
from evidence.pack.gathered.exhibits import ExhibitFact
from evidence.pack.gathered.facts import EntryLine, Facts
from evidence.pack.gathered.particulars import Particulars
from evidence.register.queries import Known
from tests.unit.pack.asking import known, rows, sheet_of
from tests.unit.pack.specimen_home import OWNER, START

Gathered = tuple[Facts, dict[int, int]]


@pytest.mark.parametrize(
    ("role", "documents"),
    [
        pytest.param("commercial invoice", {"commercial invoice"}, id="its-name"),
        pytest.param("Bills of Lading", {"bill of lading"}, id="several-of-it"),
        pytest.param("manifestacio\u0301n de valor", {"manifestación de valor"}, id="an-accent-by-itself"),
        pytest.param("flow-chart", {"flow chart"}, id="a-hyphen"),
        pytest.param("certified true copy of the bill of lading no. 12", {"bill of lading"}, id="a-copy"),
        pytest.param("proof of payment for invoice CI-1", {"proof of payment"}, id="with-what-it-is-for"),
        pytest.param("supplier\u2019s invoice (copy)", {"supplier's invoice"}, id="a-printed-apostrophe"),
        pytest.param("signed qualified person certificate, FRE 902(11)", {"qualified person certificate"}, id="own"),
        pytest.param("commercial invoice; packing list", {"commercial invoice", "packing list"}, id="two-in-one-file"),
        pytest.param("refusal to give a price list", set(), id="a-refusal"),
        pytest.param("reminder that proof of payment is outstanding", set(), id="a-reminder"),
        pytest.param("missing proof of payment 2024-05-01", set(), id="what-is-missing"),
        pytest.param("bill of lading, not received", set(), id="what-did-not-come"),
        pytest.param("draft bill of lading", set(), id="a-draft"),
        pytest.param("opinion of counsel on the flow chart", set(), id="an-opinion-on-it"),
        pytest.param("", set(), id="nothing"),
    ],
)  # fmt: skip
def test_a_role_says_that_something_is_a_document_only_where_it_says_nothing_else(
    role: str, documents: set[str]
) -> None:
    assert documents_of(role) == documents


def test_every_document_that_an_item_asks_for_is_listed_with_its_own_name_and_none_besides() -> None:
    text = (importlib.resources.files("evidence.pack") / "data" / "document_roles.csv").read_text(encoding="utf-8")
    listed = [(row["document"], row["role"]) for row in csv.DictReader(text.splitlines())]
    assert {document for document, _role in listed} == documents_wanted()
    assert all((document, document) in listed for document in documents_wanted())
    assert all(document in documents_of(role) for document, role in listed)
    assert "manifest" not in documents_of("manifestación de valor")


@pytest.mark.parametrize(
    ("role", "item", "lack"),
    [
        ("reminder that proof of payment is outstanding", "common-04", "No payment for the good is on file."),
        ("refusal to give a packing list", "common-04", "No packing list is on file."),
        ("refusal to give a price list", "aftermarket_part-01", "No catalogue is on file."),
    ],
)
def test_a_letter_about_a_document_is_not_the_document(gathered: Gathered, role: str, item: str, lack: str) -> None:
    facts, _numbers = gathered
    wanted = ("proof of payment", "packing list")
    rest = [exhibit for exhibit in facts.exhibits if exhibit.receipt.value.role not in wanted]
    letter = next(exhibit for exhibit in facts.exhibits if exhibit.receipt.value.role == "packing list")
    told = {"owner": OWNER, "part": "EV-1", "use": "aftermarket", "shown_by": "catalog", "applies_from": "2023-01-01"}
    use = Known(UseLine.model_validate(told), 3, "load-1", START, 1)
    row = rows(gathered, exhibits=[*rest, _called(letter, role)], snapshots=[], around=Around(uses=(use,)))[item]
    assert row.state == "missing"
    assert lack in row.note
    paid = rows(gathered, exhibits=[*facts.exhibits, _called(letter, "payment confirmation no. 7")])["common-04"]
    assert "payment" not in paid.note


def _called(exhibit: ExhibitFact, role: str) -> ExhibitFact:
    received: DocumentReceived = exhibit.receipt.value.model_copy(update={"role": role})
    return replace(exhibit, receipt=replace(exhibit.receipt, value=received), title=role.capitalize())


def test_a_certification_whose_period_ended_before_the_import_covers_nothing(gathered: Gathered) -> None:
    facts, _numbers = gathered
    form = facts.certifications[0]
    ended = {"valid_from": date(2023, 1, 1), "valid_to": date(2023, 5, 17)}
    old = replace(form, value=form.value.model_copy(update=ended))
    found = rows(gathered, certifications=[old])
    told = "COO-1 is for imports from 2023-01-01 to 2023-05-17; it does not cover SPC-1, line 1"
    for item in ("common-02", "common-03", "common-05"):
        assert found[item].state == "missing", item
        assert found[item].note.startswith(told), found[item].note
    current = {"valid_from": date(2023, 5, 18), "valid_to": date(2023, 12, 31), "number": "COO-2"}
    new = replace(form, value=form.value.model_copy(update=current), seq=form.seq)
    unnamed = [_without_claims(line) for line in facts.lines]
    assert rows(gathered, certifications=[old, new], lines=unnamed)["common-02"].shown_at[0].text == "COO-2"


def test_a_certification_of_a_single_shipment_covers_its_own_invoice_alone(gathered: Gathered) -> None:
    facts, _numbers = gathered
    form, invoice = facts.certifications[0], facts.lines[0].line.invoice
    single = {"valid_from": None, "valid_to": None, "invoice_number": invoice}
    own = replace(form, value=form.value.model_copy(update=single))
    assert rows(gathered, certifications=[own])["common-02"].state == "present"
    other = replace(form, value=form.value.model_copy(update={**single, "invoice_number": "CI-OTHER"}))
    assert "invoice CI-OTHER; it does not cover" in rows(gathered, certifications=[other])["common-02"].note


def test_where_no_claim_was_made_nothing_shows_that_the_certification_was_held_before_it(gathered: Gathered) -> None:
    facts, _numbers = gathered
    assert rows(gathered)["common-03"].state == "present"
    row = rows(gathered, lines=[_without_claims(line) for line in facts.lines])["common-03"]
    words = "No claim is on record; the certification has to be held before one is made."
    assert (row.state, row.note) == ("not applicable", words)


def test_a_line_without_units_or_with_another_quantity_breaks_the_chain_whatever_another_line_has(
    gathered: Gathered,
) -> None:
    facts, _numbers = gathered
    line = facts.lines[0]
    assert line.invoice_line is not None
    assert rows(gathered)["common-05"].state == "present"
    bare = replace(
        line,
        line=line.line.model_copy(update={"line": 2}),
        invoice_line=line.invoice_line.model_copy(update={"units": ()}),
    )
    assert "SPC-1, line 2 names no unit, serial or lot." in rows(gathered, lines=[line, bare])["common-05"].note
    more = replace(line, line=line.line.model_copy(update={"quantity": line.line.quantity + 1}))
    row = rows(gathered, lines=[more])["common-05"]
    assert row.note == "The quantities of SPC-1, line 1 invoiced, entered and made do not agree."


def test_each_non_originating_material_wants_its_own_purchases(gathered: Gathered) -> None:
    facts, _numbers = gathered
    assert rows(gathered)["vehicle_rvc-03"].state == "present"
    covered, foreign = facts.snapshots[0].worksheet.materials
    bare = foreign.model_copy(update={"rests_on": (), "support": (), "part": "BRK-2", "counted": Decimal(5)})
    row = rows(gathered, **sheet_of(facts, materials=(covered, foreign, bare)))["vehicle_rvc-03"]
    assert (row.state, row.note) == ("missing", "No purchase of a non-originating material is on file: BRK-2.")
    nothing = bare.model_copy(update={"counted": Decimal(0)})
    assert rows(gathered, **sheet_of(facts, materials=(covered, nothing)))["vehicle_rvc-03"].state == "present"


@pytest.mark.parametrize(
    ("kind", "after", "told"),
    [
        pytest.param("tsa", 1, "", id="an-authority-over-it"),
        pytest.param("tsa", 0, "COO-1", id="an-authority-over-the-ledger-before-it"),
        pytest.param("witness", 1, "COO-1", id="a-witness"),
        pytest.param(None, 0, "COO-1", id="nobody"),
    ],
)
def test_time_stamps_are_asked_for_over_the_ledger_with_the_certification(
    gathered: Gathered, kind: str | None, after: int, told: str
) -> None:
    facts, _numbers = gathered
    size = facts.certifications[0].seq + after
    fields = {"size": size, "root": "ab" * 32, "anchor_kind": kind, "held_by": "authority", "anchored_on": "2023-04-04"}
    anchors = [known(Anchor, **fields)] if kind else []
    note = rows(gathered, particulars=Particulars(anchors=anchors))["common-20"].note
    wanted = f"No time stamp over the ledger with {told} is on record."
    assert (wanted in note) == bool(told)
    assert "No qualified person certificate is on file." in note


def _without_claims(line: EntryLine) -> EntryLine:
    claims: tuple[Known[Claim], ...] = ()
    return replace(line, claims=claims)
