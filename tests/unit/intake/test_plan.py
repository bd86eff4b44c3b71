"""What a plan holds when all is well, and what files say of each other."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from evidence.core.statements.base import EvidenceClass
from evidence.core.statements.certification import CertificationOfOrigin
from evidence.core.statements.declaration import DeclarationEvent, SupplierDeclaration
from evidence.core.statements.shipment import Shipment
from evidence.errors import UsageError
from evidence.register.queries import Register
from tests.unit.intake import making
from tests.unit.intake.making import csv_text, faults, plan_of

STATE = {
    "supplier": "SUP-001", "reference": "OD-1", "state": "accepted", "effective_from": "2024-06-01",
    "reason": "complete", "by": "Origin desk (role)",
}  # fmt: skip
INDEX = {
    "file": "invoice.txt", "role": "purchase invoice", "relates_to": "purchase:INV-1; shipment:S01",
    "tier": "secret", "channel": "mail", "received_on": "2023-05-09", "received_basis": "mail header",
}  # fmt: skip


def test_each_row_of_declarations_is_a_statement_of_its_own(folder: Path, register: Register) -> None:
    rows = [making.DECLARATION, {**making.DECLARATION, "reference": "OD-2", "part": "FRM-202"}]
    path = folder / "d.csv"
    path.write_text(csv_text(*rows))
    (file,) = plan_of(register, folder).files
    first, second = file.statements
    assert isinstance(first, SupplierDeclaration)
    assert isinstance(second, SupplierDeclaration)
    assert (first.issuer, first.reference, second.reference) == ("SUP-001", "OD-1", "OD-2")
    assert first.id != second.id
    assert second.source is not None
    assert (second.source.document, second.source.row) == (hashlib.sha256(path.read_bytes()).hexdigest(), 3)
    assert second.evidence_class is EvidenceClass.STRUCTURED


def test_a_fillable_pdf_is_a_native_declaration(folder: Path, register: Register) -> None:
    making.write_form(folder / "d.pdf", making.DECLARATION)
    (file,) = plan_of(register, folder).files
    (declaration,) = file.statements
    assert isinstance(declaration, SupplierDeclaration)
    assert declaration.source is not None
    assert (declaration.source.place, declaration.source.row) == ("AcroForm", None)
    assert (declaration.evidence_class, file.receipt.document_class) == (EvidenceClass.NATIVE, EvidenceClass.NATIVE)


def test_a_declaration_may_leave_open_what_it_does_not_say(folder: Path, register: Register) -> None:
    (folder / "d.csv").write_text(csv_text({**making.DECLARATION, "plant": "", "signatory": "", "signed_on": ""}))
    (declaration,) = plan_of(register, folder).files[0].statements
    assert isinstance(declaration, SupplierDeclaration)
    assert (declaration.plant, declaration.signatory, declaration.signed_on) == (None, None, None)


def test_a_load_is_one_view_with_a_line_for_each_row(folder: Path, register: Register) -> None:
    (folder / "i.csv").write_text(csv_text(making.ITEM, {**making.ITEM, "part": "FRM-202"}))
    (file,) = plan_of(register, folder).files
    (draft,) = file.loads
    assert (draft.kind.kind, draft.lines, file.statements) == ("item", 2, ())
    assert draft.view.read_bytes().count(b"\n") == 2
    assert file.receipt.role == "item"


def test_several_sheets_of_a_workbook_are_several_loads(folder: Path, register: Register) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(folder / "b.xlsx") as book:
        for name, row in (("Items", making.ITEM), ("Purchases", making.PURCHASE)):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, list(row))
            sheet.write_row(1, 0, list(row.values()))
        book.add_worksheet("Read me").write(0, 0, "Made by hand.")
    planned = plan_of(register, folder)
    assert [(draft.kind.kind, draft.source.sheet) for draft in planned.files[0].loads] == [
        ("item", "Items"),
        ("purchase", "Purchases"),
    ]
    assert planned.notices == ("b.xlsx: sheet Read me fits no template; its rows are not read",)


def test_rows_with_one_number_fold_into_one_shipment(folder: Path, register: Register) -> None:
    second = {**making.SHIPMENT, "invoice_lines.line": "2", "invoice_lines.units": "VIN-3"}
    other = {**making.SHIPMENT, "number": "S02"}
    (folder / "s.csv").write_text(csv_text(making.SHIPMENT, other, second))
    one, two = plan_of(register, folder).files[0].statements
    assert isinstance(one, Shipment)
    assert isinstance(two, Shipment)
    assert [line.line for line in one.invoice_lines] == [1, 2]
    assert one.invoice_lines[0].units == ("VIN-1", "VIN-2")
    assert (two.number, len(two.invoice_lines)) == ("S02", 1)


def test_contact_columns_become_contacts_and_empty_ones_none(folder: Path, register: Register) -> None:
    (folder / "c.csv").write_text(csv_text({**making.CERTIFICATION, "exporter.name": "", "exporter.country": ""}))
    (certification,) = plan_of(register, folder).files[0].statements
    assert isinstance(certification, CertificationOfOrigin)
    assert (certification.certifier.country, certification.exporter, len(certification.goods)) == ("MX", None, 1)


def test_an_index_says_how_a_file_came_and_what_it_supports(folder: Path, register: Register) -> None:
    (folder / "invoice.txt").write_text("Invoice 1")
    (folder / "documents.csv").write_text(csv_text(INDEX))
    document, index = (file.receipt for file in plan_of(register, folder).files)
    assert (document.name, document.role, document.tier.value) == ("invoice.txt", "purchase invoice", "secret")
    assert document.relates_to == ("purchase:INV-1", "shipment:S01")
    assert document.personal is None
    assert (document.channel, document.received_on) == ("mail", date(2023, 5, 9))
    assert (index.role, index.received_on) == ("document index", date(2024, 6, 3))


def test_files_named_by_an_index_come_with_it_alone(folder: Path, register: Register) -> None:
    (folder / "invoice.txt").write_text("Invoice 1")
    (folder / "documents.csv").write_text(csv_text(INDEX))
    planned = plan_of(register, folder / "documents.csv")
    assert [file.found.name for file in planned.files] == ["invoice.txt", "documents.csv"]


def test_a_table_that_fits_no_template_is_an_exhibit_where_an_index_names_it(folder: Path, register: Register) -> None:
    (folder / "ledger.csv").write_text("account,booked\n4711,1\n")
    assert [fault.file for fault in plan_of(register, folder).faults] == ["ledger.csv"]
    (folder / "documents.csv").write_text(csv_text({**INDEX, "file": "ledger.csv", "role": "cost ledger"}))
    planned = plan_of(register, folder)
    assert (planned.faults, planned.files[0].receipt.role) == ((), "cost ledger")


@pytest.mark.parametrize(
    ("row", "column", "found"),
    [
        pytest.param({"file": "other.txt"}, "file", "'other.txt', which is not there", id="missing"),
        pytest.param({"relates_to": "S01"}, "relates_to", "'S01'", id="no-kind"),
    ],
)
def test_what_an_index_cannot_say_is_a_fault(
    row: dict[str, str], column: str, found: str, folder: Path, register: Register
) -> None:
    (folder / "invoice.txt").write_text("Invoice 1")
    (folder / "documents.csv").write_text(csv_text({**INDEX, **row}))
    assert [(fault[3], fault[4]) for fault in faults(plan_of(register, folder))] == [(column, found)]


def test_two_indexes_may_not_name_one_file(folder: Path, register: Register) -> None:
    (folder / "invoice.txt").write_text("Invoice 1")
    (folder / "a.csv").write_text(csv_text(INDEX))
    (folder / "b.csv").write_text(csv_text({**INDEX, "role": "letter"}))
    assert [(fault.file, fault.wanted) for fault in plan_of(register, folder).faults] == [
        ("b.csv", "it once; row 2 of a.csv names it too")
    ]


def test_the_same_bytes_twice_are_received_once(folder: Path, register: Register) -> None:
    (folder / "a.txt").write_text("same")
    (folder / "b.txt").write_text("same")
    planned = plan_of(register, folder)
    assert [file.found.name for file in planned.files] == ["a.txt"]
    assert [(each.name, each.already) for each in planned.duplicates] == [("b.txt", "a.txt")]


def test_the_same_declaration_twice_is_a_fault(folder: Path, register: Register) -> None:
    (folder / "a.csv").write_text(csv_text(making.DECLARATION))
    (folder / "b.csv").write_text(csv_text({**making.DECLARATION, "description": "Frame"}))
    assert faults(plan_of(register, folder)) == [
        (
            "b.csv", None, 2, None,
            "the supplier-declaration OD-1 of SUP-001, which differs from the one in this import in "
            "description: Frame / Chassis frame",
            "the one that holds: ask the supplier which, or use the columns supersedes and supersedes_reason",
        )
    ]  # fmt: skip


def test_a_declaration_may_supersede_one_by_its_reference_with_a_reason(folder: Path, register: Register) -> None:
    later = {**making.DECLARATION, "description": "Frame", "supersedes": "OD-1", "supersedes_reason": "corrected"}
    (folder / "a.csv").write_text(csv_text(making.DECLARATION))
    (folder / "b.csv").write_text(csv_text(later))
    first, second = (file.statements[0] for file in plan_of(register, folder).files)
    assert second.supersedes == first.id
    (folder / "b.csv").write_text(csv_text({**later, "supersedes_reason": ""}))
    assert [fault[3:5] for fault in faults(plan_of(register, folder))] == [("supersedes_reason", "nothing")]


def test_a_line_that_would_count_twice_is_a_fault(folder: Path, register: Register) -> None:
    (folder / "a.csv").write_text(csv_text(making.PURCHASE))
    (folder / "b.csv").write_text(csv_text({**making.PURCHASE, "quantity": "7"}))
    assert [(fault.file, fault.found) for fault in plan_of(register, folder).faults] == [
        ("b.csv", "SUP-001, INV-1, 1, already in a.csv, row 2")
    ]


def test_a_state_finds_its_declaration_and_its_notice(folder: Path, register: Register) -> None:
    (folder / "d.csv").write_text(csv_text(making.DECLARATION))
    (folder / "notice.txt").write_text("We withdraw OD-1.")
    (folder / "states.csv").write_text(csv_text({**STATE, "state": "withdrawn", "notice_file": "notice.txt"}))
    notice, declarations, states = plan_of(register, folder).files
    (event,) = states.statements
    assert isinstance(event, DeclarationEvent)
    assert (event.declaration, event.notice) == (declarations.statements[0].id, notice.found.sha256)


def test_a_state_of_a_declaration_nobody_knows_is_a_fault(folder: Path, register: Register) -> None:
    (folder / "states.csv").write_text(csv_text({**STATE, "reference": "OD-9"}))
    assert faults(plan_of(register, folder)) == [
        (
            "states.csv", None, 2, "reference", "'OD-9'",
            "a declaration of SUP-001 on record or in this import",
        )
    ]  # fmt: skip


def test_what_lacks_a_needed_field_is_received_and_cannot_be_accepted(folder: Path, register: Register) -> None:
    (folder / "d.csv").write_text(csv_text({**making.DECLARATION, "signatory": ""}))
    assert plan_of(register, folder).clean
    (folder / "states.csv").write_text(csv_text(STATE))
    assert [fault[3:5] for fault in faults(plan_of(register, folder))] == [
        ("state", "acceptance of a declaration with no signatory")
    ]


def test_files_are_planned_with_what_is_named_before_what_names_it(folder: Path, register: Register) -> None:
    (folder / "a-states.csv").write_text(csv_text(STATE))
    (folder / "b-declarations.csv").write_text(csv_text(making.DECLARATION))
    (folder / "c-items.csv").write_text(csv_text(making.ITEM))
    (folder / "d.txt").write_text("a letter")
    names = [file.found.name for file in plan_of(register, folder).files]
    assert names == ["d.txt", "c-items.csv", "b-declarations.csv", "a-states.csv"]


def test_a_kind_given_by_the_user_is_held_to(folder: Path, register: Register) -> None:
    (folder / "i.csv").write_text(csv_text(making.ITEM))
    assert plan_of(register, folder, kind="document").files[0].loads == ()
    assert faults(plan_of(register, folder, kind="volume"))[0][5].startswith("the columns of volume")
    with pytest.raises(UsageError, match="No template"):
        plan_of(register, folder, kind="pastry")


def test_a_path_that_is_not_there_is_a_wrong_use(folder: Path, register: Register) -> None:
    with pytest.raises(UsageError, match="is not there"):
        plan_of(register, folder / "nothing.csv")
