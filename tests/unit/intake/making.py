"""Makes the files that the tests of intake read, and plans an import of them against a register of their own."""

import atexit
import csv
import io
import itertools
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pikepdf
import xlsxwriter

from evidence.intake.drafts import ImportPlan, Reception
from evidence.intake.elements import certifying_statements
from evidence.intake.limits import Limits
from evidence.intake.options import Options
from evidence.intake.plan import plan
from evidence.register.queries import Register
from evidence.store.engine import reading
from tests.homes import empty_database

NOW = datetime(2024, 6, 3, 15, 0, tzinfo=UTC)
ZONE = "America/New_York"

ITEM = {"owner": "VOLTERA", "part": "FRM-201", "revision": "A", "description": "Chassis frame", "unit": "PCE"}

PURCHASE = {
    "plant": "MX-SAL", "order": "PO-1", "invoice": "INV-1", "invoice_line": "1", "invoiced_on": "2023-05-02",
    "received_on": "2023-05-09", "seller": "SUP-001", "owner": "VOLTERA", "part": "FRM-201", "revision": "A",
    "quantity": "100", "unit": "PCE", "price": "412.50", "price_per": "1", "currency": "USD",
}  # fmt: skip

DECLARATION = {
    "supplier": "SUP-001", "reference": "OD-1", "supplier_part": "001-FRM", "supplier_revision": "A",
    "owner": "VOLTERA", "part": "FRM-201", "description": "Chassis frame", "hs_edition": "HS2012",
    "hs_code": "870899", "plant": "SUP-001-P1", "country": "US", "form": "originating", "criterion": "B",
    "rule": "8708.99", "method": "net cost", "calculated_from": "2022-01-01", "calculated_to": "2022-12-31",
    "reliance": "own records", "signatory": "Authorised signer", "signatory_title": "Manager (role)",
    "authority_reference": "AUTH-1", "signed_on": "2023-03-01", "received_on": "2023-03-06",
    "received_basis": "mail header", "undertakes_notice": "yes", "consents_to_authority": "no", "language": "en",
    "valid_from": "2023-04-01", "valid_to": "2024-03-31",
}  # fmt: skip

SHIPMENT = {
    "number": "S01", "exporter": "VOLTERA-MX", "consignee": "VOLTERA-US", "shipped_from": "MX-SAL",
    "export_country": "MX", "import_country": "US", "exported_on": "2023-05-20", "legs": "MX-SAL > Laredo, rail",
    "transport_document": "BL-1", "invoice_lines.invoice": "CI-1", "invoice_lines.invoiced_on": "2023-05-19",
    "invoice_lines.line": "1", "invoice_lines.owner": "VOLTERA", "invoice_lines.part": "ARROYO-E1",
    "invoice_lines.revision": "A", "invoice_lines.description": "Electric passenger vehicle",
    "invoice_lines.quantity": "2", "invoice_lines.unit": "PCE", "invoice_lines.unit_value": "31000.00",
    "invoice_lines.currency": "USD", "invoice_lines.units": "VIN-1;VIN-2",
}  # fmt: skip

CERTIFICATION = {
    "number": "COO-1", "certifier_role": "producer", "certifier.name": "Voltera MX (SPECIMEN)",
    "certifier.address": "1 Calle Ejemplo, Saltillo", "certifier.country": "MX", "certifier.email": "coo@example.com",
    "certifier.telephone": "+52 555 0100", "certifier_title": "Origin manager (role)", "signer": "Authorised signer",
    "importer_note": "Various", "goods.line": "1", "goods.owner": "VOLTERA", "goods.part": "ARROYO-E1",
    "goods.buyer_part": "ARROYO-E1", "goods.description": "Electric passenger vehicle", "goods.hs_edition": "HS2012",
    "goods.hs_code": "870390", "goods.criterion": "B", "goods.rule": "Appendix to Annex 4-B, Article 3",
    "goods.method": "net cost", "signed_on": "2023-03-30", "statement_language": "en",
    "statement_text": certifying_statements()["en"], "carrier_document": "certification form", "carrier_country": "MX",
    "certification_basis": "own information", "received_on": "2023-03-31", "received_basis": "portal log",
    "valid_from": "2023-04-01", "valid_to": "2024-03-31",
}  # fmt: skip


def csv_text(*rows: Mapping[str, str]) -> str:
    """Rows as CSV under the header of the first."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def write_xlsx(path: Path, rows: Sequence[Sequence[object]], sheet: str = "Data", first_row: int = 0) -> Path:
    """A workbook whose sheet holds `rows` from `first_row` on; text stays text, whatever it begins with."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows, first_row):
            for column, value in enumerate(row):
                page.write(number, column, value)
    return path


def write_form(path: Path, fields: Mapping[str, str]) -> Path:
    """A PDF of one page whose form holds `fields`."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page()
        made = [
            pdf.make_indirect(
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T=name, V=value,
                    Rect=[0, 0, 100, 20], P=page.obj,
                )
            )
            for name, value in fields.items()
        ]  # fmt: skip
        page.obj["/Annots"] = pdf.make_indirect(pikepdf.Array(made))
        pdf.Root.AcroForm = pdf.make_indirect(pikepdf.Dictionary(Fields=pikepdf.Array(made)))
        pdf.save(path, deterministic_id=True)
    return path


@contextmanager
def empty_register(folder: Path) -> Iterator[Register]:
    """The register of a ledger that holds nothing."""
    engine = empty_database(folder / "empty.db")
    with reading(engine) as connection:
        yield Register(connection)
    engine.dispose()


def reception() -> Reception:
    numbers = itertools.count()
    return Reception(
        holder="Specimen Motors, Inc.",
        received_on=date(2024, 6, 3),
        now=NOW,
        random=lambda size: next(numbers).to_bytes(size, "big"),
    )


def plan_of(
    register: Register, *paths: Path, kind: str | None = None, limits: Limits | None = None, lowered: Sequence[str] = ()
) -> ImportPlan:
    scratch = Path(tempfile.mkdtemp(prefix="evidence-scratch-"))  # what is planned lies there until it is looked at
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    return plan(
        paths,
        register,
        limits or Limits(),
        reception(),
        zone=ZONE,
        scratch=scratch,
        options=Options(kind=kind, lowered=lowered),
    )


def faults(planned: ImportPlan) -> list[tuple[str, str | None, int | None, str | None, str, str]]:
    """Faults as tuples: file, sheet, row, column, found, wanted."""
    return [(f.file, f.sheet, f.row, f.column, f.found, f.wanted) for f in planned.faults]
