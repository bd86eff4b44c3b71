"""Shipments, production of what they hold, customs entries, and the papers that went with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from specimen.files import Row, write, write_csv
from specimen.masterdata import HOUSE
from specimen.papers import bill_of_lading, commercial_invoice, packing_list
from specimen.tables import OWNER, Assembly, Company, ShipmentRow
from specimen.vin import vin

LOT = {"BRK-HT-400": 20, "SHK-AM-210": 200}
PORTS = {
    ("VOLTERA-MX", "US"): (
        "Laredo, Texas",
        "MX-SAL > Laredo, Specimen Rail (SPECIMEN)",
        "Laredo > Sampleton, Specimen Rail (SPECIMEN)",
    ),
    ("VOLTERA-MX", "CA"): (
        "Windsor, Ontario",
        "MX-SAL > Detroit in bond, Specimen Rail (SPECIMEN)",
        "Detroit > Windsor, Specimen Rail (SPECIMEN)",
    ),
    ("VOLTERA-US", "CA"): (
        "Windsor, Ontario",
        "US-TOL > Windsor, Sample Freight (SPECIMEN)",
        "Windsor > Sample River, Sample Freight (SPECIMEN)",
    ),
    ("VOLTERA-CA", "US"): (
        "Detroit, Michigan",
        "CA-WIN > Detroit, Sample Freight (SPECIMEN)",
        "Detroit > Sampleton, Sample Freight (SPECIMEN)",
    ),
}
PREFERENCE = {
    ("VOLTERA-MX", "US"): "S",
    ("VOLTERA-CA", "US"): "S",
    ("VOLTERA-MX", "CA"): "11",
    ("VOLTERA-US", "CA"): "10",
}
"""The US special program indicator, and the Canadian tariff treatments for Mexico and the United States."""


@dataclass(frozen=True)
class Unit:
    """One vehicle or one lot, and the day it was built."""

    unit: str
    quantity: int
    built_on: date


@dataclass(frozen=True)
class Sent:
    """One shipment with all that its papers name."""

    row: ShipmentRow
    assembly: Assembly
    units: tuple[Unit, ...]

    @property
    def invoice(self) -> str:
        return f"CI-{self.row.shipment}"

    @property
    def bill_of_lading(self) -> str:
        return f"BL-{self.row.shipment}-{self.row.exported_on:%y%m%d}"

    @property
    def entry(self) -> str:
        return f"SPX-{self.row.imported_on:%y%m%d}-{self.row.shipment}"

    @property
    def hs(self) -> str:
        return self.assembly.hs

    @property
    def value(self) -> Decimal:
        return self.row.units * self.row.unit_value

    @property
    def legs(self) -> tuple[str, ...]:
        return PORTS[self.row.exporter, self.row.importer_country][1:]


def shipments(company: Company) -> list[Sent]:
    found = []
    serial = 1
    for row in company.shipments:
        assembly = company.assembly(row.good, company.periods[row.period].first)
        span = (row.built_last - row.built_first).days + 1
        size = LOT.get(row.good, 1)
        units = []
        for number in range(row.units // size):
            built = row.built_first + timedelta(days=number * span // (row.units // size))
            name = (
                vin(assembly.revision, serial + number)
                if size == 1
                else f"LOT-{row.good[:3]}-{built:%y%m%d}-{number + 1:02d}"
            )
            units.append(Unit(name, size, built))
        serial += 100
        found.append(Sent(row, assembly, tuple(units)))
    return found


def write_shipments(company: Company, root: Path) -> None:
    for sent in shipments(company):
        row = sent.row
        folder = root / f"{row.exported_on + timedelta(days=1)}-shipment-{row.shipment.lower()}"
        write_csv(folder / "production.csv", _production(sent))
        write_csv(folder / "shipment.csv", [_shipment(sent)])
        papers = {
            "commercial invoice": (f"exhibits/{sent.invoice}.pdf", commercial_invoice(sent)),
            "packing list": (f"exhibits/PL-{row.shipment}.pdf", packing_list(sent)),
            "bill of lading": (f"exhibits/{sent.bill_of_lading}.pdf", bill_of_lading(sent)),
        }
        for file, data in papers.values():
            write(folder / file, data)
        write_csv(folder / "documents.csv", _index(sent, ((role, file) for role, (file, _) in papers.items())))
        write_csv(root / f"{row.decided_on}-entry-{row.shipment.lower()}" / "customs-entry.csv", [_entry(sent)])


def _production(sent: Sent) -> list[Row]:
    return [
        {
            "owner": OWNER,
            "part": sent.row.good,
            "revision": sent.assembly.revision,
            "plant": sent.assembly.plant,
            "unit_id": unit.unit,
            "quantity": unit.quantity,
            "built_on": unit.built_on,
            "market": sent.row.importer_country,
        }
        for unit in sent.units
    ]


def _shipment(sent: Sent) -> Row:
    row = sent.row
    line = "invoice_lines."
    return {
        "number": row.shipment,
        "exporter": row.exporter,
        "consignee": row.consignee,
        "shipped_from": sent.assembly.plant,
        "export_country": HOUSE[row.exporter][1],
        "import_country": row.importer_country,
        "exported_on": row.exported_on,
        "legs": sent.legs,
        "transport_document": sent.bill_of_lading,
        f"{line}invoice": sent.invoice,
        f"{line}invoiced_on": row.exported_on,
        f"{line}line": 1,
        f"{line}owner": OWNER,
        f"{line}part": row.good,
        f"{line}revision": sent.assembly.revision,
        f"{line}description": sent.assembly.description,
        f"{line}quantity": row.units,
        f"{line}unit": "EA",
        f"{line}unit_value": row.unit_value,
        f"{line}currency": "USD",
        f"{line}units": [unit.unit for unit in sent.units],
    }


def identifiers(sent: Sent) -> tuple[str, str, str]:
    """The vehicle certifications' identifiers in force on the day of entry, where the entry must name them."""
    if sent.row.good != "ARROYO-E1" or sent.row.importer_country != "US":
        return ("", "", "")
    year = sent.row.imported_on.year - (sent.row.imported_on.month < 4)
    return (f"LVC-SPECIMEN-{year}-01", f"STL-SPECIMEN-{year}-01", f"ALU-SPECIMEN-{year}-01")


def _entry(sent: Sent) -> Row:
    row = sent.row
    american = row.importer_country == "US"
    labour, steel, aluminum = identifiers(sent)
    scheme = "IOR" if american else "BN"
    number = next(one for one in HOUSE[row.consignee][3].split(";") if one.startswith(scheme))
    return {
        "number": sent.entry,
        "country": row.importer_country,
        "entry_type": "01 consumption" if american else "commercial accounting declaration",
        "filer": "Specimen Customs Brokers Inc. (SPECIMEN)",
        "importer": row.consignee,
        "importer_number": number.split(":")[1],
        "port": PORTS[row.exporter, row.importer_country][0],
        "imported_on": row.imported_on,
        "entered_on": row.imported_on,
        "summary_on": row.imported_on + timedelta(days=8) if american else None,
        "lines.line": 1,
        "lines.shipment": row.shipment,
        "lines.invoice": sent.invoice,
        "lines.invoice_line": 1,
        "lines.tariff_item": sent.hs,
        "lines.hs_edition": "HS2022",
        "lines.preference_code": "" if row.outcome == "not claimed" else PREFERENCE[row.exporter, row.importer_country],
        "lines.value": sent.value,
        "lines.currency": "USD",
        "lines.quantity": row.units,
        "lines.labour_value_id": labour,
        "lines.steel_id": steel,
        "lines.aluminum_id": aluminum,
    }


def _index(sent: Sent, papers: Iterable[tuple[str, str]]) -> list[Row]:
    return [
        {
            "file": file,
            "role": role,
            "relates_to": [f"shipment:{sent.row.shipment}", f"customs-entry:{sent.entry}"],
            "document_class": "native",
            "tier": "restricted",
            "personal": False,
            "channel": "dispatch system",
            "holder": HOUSE[sent.row.exporter][0],
            "received_on": sent.row.exported_on,
            "received_basis": "dispatch log",
        }
        for role, file in papers
    ]
