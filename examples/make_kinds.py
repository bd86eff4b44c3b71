"""Makes ``kinds/``: one small file for each template, from the same worked rows that the templates themselves show.

    python examples/make_kinds.py [--out DIR]

The bytes depend on the rows only. `tests/functional/test_kinds.py` makes them anew and compares.
"""

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
if str(HERE.parent) not in sys.path:
    sys.path.insert(0, str(HERE.parent))

from specimen.files import write, write_csv, write_xlsx  # noqa: E402

from evidence.intake.template_help import ordered, worked_rows  # noqa: E402
from evidence.intake.templates import Template, templates  # noqa: E402

AS_WORKBOOK = {"bill-of-materials", "item", "supplier-declaration"}
"""Kinds whose sample is a workbook, since that is how they mostly come."""
PAPERS = {
    "papers/invoice-CI-W01.txt": "COMMERCIAL INVOICE CI-W01 (SPECIMEN)\n\n"
    "Tern Vehículos S.A. de C.V. (SPECIMEN) to Tern Vehicles, Inc. (SPECIMEN)\n"
    "2024-02-20\n\n1   WREN-1   Wren, small electric passenger car   2 EA   14200.00   28400.00 USD\n",
    "papers/ruling-N000000.txt": "RULING N000000 (SPECIMEN)\n\nA drive motor of 60 kW for an electric car: 8501.32.\n",
    "papers/mail-2024-03-04.txt": "SPECIMEN\n\nThe lots of January were made at our second plant.\n",
    "papers/notice-N-2024-1.txt": "REQUEST FOR INFORMATION SPX-RFI-000001 (SPECIMEN)\n\n"
    "2(a) Send the certification of origin for line 1.\n2(b) Send records that show the origin of the drive motor.\n",
    "papers/reply-R-2024-1.txt": "REPLY TO SPX-RFI-000001 (SPECIMEN)\n\n2(a) Enclosed.\n2(b) Enclosed.\n",
    "papers/receipt-SPX-RCPT-000001.txt": "RECEIPT SPX-RCPT-000001 (SPECIMEN)\n\nReceived 2024-04-22 16:05 EDT.\n",
    "papers/acta-2023-12.txt": "ACTA (ESPÉCIMEN)\n\nSe otorga poder al firmante autorizado.\n",
    "papers/acta-2023-12-en.txt": "MINUTE (SPECIMEN)\n\nThe authorised signer is given power to sign.\n",
    "papers/samples-CELL-1.txt": "SAMPLE REPORT CELL-1 (SPECIMEN)\n\n47 of 50 within limits.\n",
    "papers/staging-ASR-SPECIMEN-1.txt": "AUTHORISATION ASR-SPECIMEN-1 (SPECIMEN)\n\nModel line Wren, as approved.\n",
}
"""The papers that rows of the sample name."""


def sample_rows(of: Template) -> list[dict[str, str]]:
    """The rows of a kind, with the columns that it needs and those that any row fills."""
    rows = worked_rows(of)
    names = [each.name for each in ordered(of) if each.required or any(each.name in row for row in rows)]
    return [{name: row.get(name, "") for name in names} for row in rows]


def make(out: Path) -> None:
    for name, of in templates().items():
        rows = sample_rows(of)
        if name in AS_WORKBOOK:
            write_xlsx(out / f"{name}.xlsx", name, rows)
        else:
            write_csv(out / f"{'documents' if name == 'document-index' else name}.csv", rows)
    for path, text in PAPERS.items():
        write(out / path, text.encode())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE / "kinds")
    make(parser.parse_args().out)
