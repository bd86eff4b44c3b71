"""Three cars of the small company shipped to the United States, certified and entered: what a claim looks at."""

from datetime import date
from typing import Any

from evidence.core.statements.authority import Authority
from evidence.core.statements.certification import (
    CertificationBasis,
    CertificationOfOrigin,
    CertifiedGood,
    CertifierRole,
    Contact,
    VehicleCertificationKind,
)
from evidence.core.statements.production import ProductionLine
from evidence.core.statements.shipment import CustomsEntry, CustomsEntryLine, InvoiceLine, Shipment
from tests.unit.origin.small_company import FIRST, OWNER, PARTS, named

UNITS = ("VIN-1", "VIN-2", "VIN-3")
IMPORTED = date(2023, 7, 5)


def production(built_on: date = date(2023, 5, 2)) -> list[ProductionLine]:
    return [
        ProductionLine(owner=OWNER, part="EV1", revision="A", plant="P-MX", unit_id=unit, quantity=1, built_on=built_on)
        for unit in UNITS
    ]


def invoice_line(**update: Any) -> InvoiceLine:
    values: dict[str, Any] = {
        "invoice": "CI-1",
        "invoiced_on": date(2023, 7, 1),
        "line": 1,
        "owner": OWNER,
        "part": "EV1",
        "revision": "A",
        "description": "electric car",
        "quantity": 3,
        "unit": "EA",
        "unit_value": 6000,
        "currency": "USD",
        "units": UNITS,
        **update,
    }
    return InvoiceLine(**values)


def shipment(**update: Any) -> Shipment:
    values: dict[str, Any] = {
        "id": named("ship", "1"),
        "issuer": "self",
        "number": "S01",
        "exporter": OWNER,
        "consignee": OWNER,
        "shipped_from": "P-MX",
        "export_country": "MX",
        "import_country": "US",
        "exported_on": date(2023, 7, 2),
        "legs": ("P-MX > US, rail",),
        "transport_document": "BL-1",
        "invoice_lines": (invoice_line(),),
        **update,
    }
    return Shipment(**values)


def entry_line(**update: Any) -> CustomsEntryLine:
    values: dict[str, Any] = {
        "line": 1,
        "shipment": "S01",
        "invoice": "CI-1",
        "invoice_line": 1,
        "tariff_item": PARTS["EV1"][1],
        "hs_edition": "HS2017",
        "preference_code": "S",
        "value": 18000,
        "currency": "USD",
        "quantity": 3,
        "labour_value_id": f"{VehicleCertificationKind.LABOUR_VALUE.name}-SPECIMEN",
        "steel_id": f"{VehicleCertificationKind.STEEL.name}-SPECIMEN",
        "aluminum_id": f"{VehicleCertificationKind.ALUMINUM.name}-SPECIMEN",
        **update,
    }
    return CustomsEntryLine(**values)


def customs_entry(**update: Any) -> CustomsEntry:
    values: dict[str, Any] = {
        "id": named("centry", "1"),
        "issuer": "self",
        "number": "CE-1",
        "country": "US",
        "entry_type": "01",
        "filer": "broker",
        "importer": OWNER,
        "importer_number": "1",
        "port": "port",
        "imported_on": IMPORTED,
        "entered_on": IMPORTED,
        "lines": (entry_line(),),
        **update,
    }
    return CustomsEntry(**values)


def certification(**update: Any) -> CertificationOfOrigin:
    contact = Contact(name="Maker (SPECIMEN)", address="1 Specimen Road", country="US")
    values: dict[str, Any] = {
        "id": named("cert", "1"),
        "issuer": "self",
        "number": "COO-1",
        "certifier_role": CertifierRole.PRODUCER,
        "certifier": contact,
        "certifier_title": "Manager",
        "signer": "Authorised signer",
        "importer": contact,
        "goods": (good(),),
        "signed_on": date(2023, 4, 2),
        "statement_language": "en",
        "statement_text": "I certify",
        "carrier_document": "COO-1",
        "carrier_country": "MX",
        "certification_basis": CertificationBasis.OWN_INFORMATION,
        "received_on": date(2023, 4, 3),
        "received_basis": "mail header",
        "valid_from": FIRST,
        "valid_to": date(2024, 3, 31),
        **update,
    }
    return CertificationOfOrigin(**values)


def good(**update: Any) -> CertifiedGood:
    values: dict[str, Any] = {
        "line": 1,
        "owner": OWNER,
        "part": "EV1",
        "description": "electric car",
        "hs_edition": "HS2017",
        "hs_code": "870380",
        "criterion": "B",
        "rule": "8703.21-8703.90",
        "method": "net cost",
        **update,
    }
    return CertifiedGood(**values)


def authority(**update: Any) -> Authority:
    values: dict[str, Any] = {
        "id": named("auth", "1"),
        "issuer": "self",
        "person": "Authorised signer",
        "title": "Manager",
        "party": OWNER,
        "may_sign": ("certification of origin",),
        "granted_on": date(2022, 1, 1),
        "shown_by": "resolution",
        **update,
    }
    return Authority(**values)
