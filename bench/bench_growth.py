"""A home that grows: the same import into an empty home, a home four times the size and one sixteen times the size.

Each import is 5,000 declarations and 200 shipments, every one an entry of its own. What an item takes, in time and in
memory, should not depend on what is on record already; the yardstick is the first import of the same run.
"""

import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from bench.homes import Figure, Taken, apart, new_home, take_in, write_csv

DECLARATIONS, SHIPMENTS = 5_000, 200
SIZES = (1, 4, 16)

DECLARATION = {
    "supplier": "SUP-001", "reference": "OD-1", "supplier_part": "001-FRM", "supplier_revision": "A",
    "owner": "SPEC", "part": "FRM-201", "description": "Chassis frame", "hs_edition": "HS2012",
    "hs_code": "870899", "plant": "SUP-001-P1", "country": "US", "form": "originating", "criterion": "B",
    "rule": "8708.99", "method": "net cost", "calculated_from": "2022-01-01", "calculated_to": "2022-12-31",
    "reliance": "own records", "signatory": "Authorised signer", "signatory_title": "Manager (role)",
    "authority_reference": "AUTH-1", "signed_on": "2023-03-01", "received_on": "2023-03-06",
    "received_basis": "mail header", "undertakes_notice": "yes", "consents_to_authority": "no", "language": "en",
    "valid_from": "2023-04-01", "valid_to": "2024-03-31",
}  # fmt: skip

SHIPMENT = {
    "number": "S01", "exporter": "SPEC-MX", "consignee": "SPEC-US", "shipped_from": "MX-SAL",
    "export_country": "MX", "import_country": "US", "exported_on": "2023-05-20", "legs": "MX-SAL > Laredo, rail",
    "transport_document": "BL-1", "invoice_lines.invoice": "CI-1", "invoice_lines.invoiced_on": "2023-05-19",
    "invoice_lines.line": "1", "invoice_lines.owner": "SPEC", "invoice_lines.part": "EV-1",
    "invoice_lines.revision": "A", "invoice_lines.description": "Electric passenger vehicle",
    "invoice_lines.quantity": "2", "invoice_lines.unit": "PCE", "invoice_lines.unit_value": "31000.00",
    "invoice_lines.currency": "USD", "invoice_lines.units": "VIN-1;VIN-2",
}  # fmt: skip


def figures() -> Iterator[Figure]:
    first: Taken | None = None
    items = DECLARATIONS + SHIPMENTS
    with tempfile.TemporaryDirectory(prefix="evidence-bench-") as folder:
        place = Path(folder)
        environ = new_home(place / "home")
        for number in range(1, max(SIZES) + 1):
            taken: Taken = apart(take_in, place / "home", environ, files(place, number))
            first = first or taken
            if number in SIZES:
                each, yardstick = taken.seconds / items, first.seconds / items
                yield Figure(f"a declaration or shipment, the home at {number}x", each, "the same at 1x", yardstick)
                what = f"memory of that import, the home at {number}x"
                yield Figure(what, taken.peak, "the same at 1x", first.peak, "MiB")


def files(place: Path, number: int) -> list[Path]:
    """The files of one import: declarations for parts of forty suppliers, shipments of a line each."""
    day = date(2023, 5, 1) + timedelta(days=number)
    declarations = (
        list(
            (
                DECLARATION
                | {
                    "supplier": f"SUP-{item % 40:03}",
                    "reference": f"OD-{number}-{item}",
                    "part": f"FRM-{number}-{item}",
                }
            ).values()
        )
        for item in range(DECLARATIONS)
    )
    shipments = (
        list(
            (
                SHIPMENT
                | {
                    "number": f"S-{number}-{item}",
                    "exported_on": day.isoformat(),
                    "invoice_lines.invoice": f"CI-{number}-{item}",
                }
            ).values()
        )
        for item in range(SHIPMENTS)
    )
    return [
        write_csv(place / f"declarations-{number}.csv", list(DECLARATION), declarations),
        write_csv(place / f"shipments-{number}.csv", list(SHIPMENT), shipments),
    ]
