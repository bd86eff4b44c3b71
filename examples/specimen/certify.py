"""Certifications of origin, blanket for a fiscal year, and the producer's vehicle certifications."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from specimen.files import Row, write, write_csv
from specimen.masterdata import HOUSE, MAIL
from specimen.pdf import Page, document
from specimen.tables import OWNER

# USMCA Annex 5-A, element 9: prescribed wording, copied and never edited.
STATEMENT = {
    "en": "I certify that the goods described in this document qualify as originating and the information contained in "
    "this document is true and accurate. I assume responsibility for proving such representations and agree to "
    "maintain and present upon request or to make available during a verification visit, documentation necessary to "
    "support this certification.",
    "es": "Certifico que las mercancías descritas en este documento califican como originarias y que la información "
    "contenida en este documento es verdadera y exacta. Asumo la responsabilidad de comprobar lo aquí declarado y me "
    "comprometo a conservar y presentar en caso de ser requerido o a poner a disposición durante una visita de "
    "verificación, la documentación necesaria que soporte esta certificación.",
}
_VEHICLE = (
    "ARROYO-E1",
    "Electric passenger car Voltera Arroyo",
    "870380",
    "8703.21-8703.90, passenger vehicle: any other heading and regional value content",
)
_BRAKE = (
    "BRK-HT-400",
    "Disc brake assembly for heavy trucks",
    "870830",
    "8708.30, original equipment of heavy trucks: Table D content",
)
_DAMPER = (
    "SHK-AM-210",
    "Replacement shock absorber for vehicles of headings 87.02 to 87.04",
    "870880",
    "8708.80, aftermarket: any other heading",
)


@dataclass(frozen=True)
class Certification:
    number: str
    folder: str
    certifier: str
    importer: str
    good: tuple[str, str, str, str]
    method: str
    language: str
    signed_on: date
    received_on: date
    valid_from: date
    valid_to: date


CERTIFICATIONS = [
    Certification(
        "COO-2023-ARROYO-US",
        "2023-05-03-certifications-2023",
        "VOLTERA-MX",
        "VOLTERA-US",
        _VEHICLE,
        "net cost",
        "en",
        date(2023, 5, 2),
        date(2023, 5, 3),
        date(2023, 4, 1),
        date(2024, 3, 31),
    ),
    Certification(
        "COO-2023-ARROYO-CA",
        "2023-05-03-certifications-2023",
        "VOLTERA-MX",
        "VOLTERA-CA",
        _VEHICLE,
        "net cost",
        "en",
        date(2023, 5, 2),
        date(2023, 5, 3),
        date(2023, 4, 1),
        date(2024, 3, 31),
    ),
    Certification(
        "COO-2023-BRK-CA",
        "2024-01-16-certification-brake",
        "VOLTERA-US",
        "SPECIMEN-TRUCK",
        _BRAKE,
        "net cost",
        "en",
        date(2024, 1, 15),
        date(2024, 1, 16),
        date(2023, 4, 1),
        date(2024, 3, 31),
    ),
    Certification(
        "COO-2024-ARROYO-US",
        "2024-04-16-certifications-2024",
        "VOLTERA-MX",
        "VOLTERA-US",
        _VEHICLE,
        "net cost",
        "es",
        date(2024, 4, 15),
        date(2024, 4, 16),
        date(2024, 4, 1),
        date(2025, 3, 31),
    ),
    Certification(
        "COO-2024-SHK-US",
        "2024-04-16-certifications-2024",
        "VOLTERA-CA",
        "VOLTERA-US",
        _DAMPER,
        "tariff change",
        "en",
        date(2024, 4, 15),
        date(2024, 4, 16),
        date(2024, 4, 1),
        date(2025, 3, 31),
    ),
]


def write_certifications(root: Path) -> None:
    for folder in dict.fromkeys(one.folder for one in CERTIFICATIONS):
        here = [one for one in CERTIFICATIONS if one.folder == folder]
        write_csv(root / folder / "certifications.csv", [_row(one) for one in here])
        for one in here:
            write(root / folder / f"exhibits/{one.number}.pdf", _paper(one))
        write_csv(root / folder / "documents.csv", [_document(one) for one in here])
    write_csv(
        root / "2023-04-06-vehicle-certifications" / "vehicle-certifications.csv", [*_vehicle(2022), *_vehicle(2023)]
    )
    write_csv(root / "2024-04-02-vehicle-certifications" / "vehicle-certifications.csv", _vehicle(2024))


def _contact(role: str, party: str) -> Row:
    name, country, address, _ = HOUSE[party]
    mail = MAIL.get(party, "imports@specimen-truck.example")
    return {
        f"{role}.name": name,
        f"{role}.address": address,
        f"{role}.country": country,
        f"{role}.email": mail,
        f"{role}.telephone": "+1 555 0100",
    }


def _row(one: Certification) -> Row:
    part, description, code, rule = one.good
    return {
        "number": one.number,
        "certifier_role": "producer",
        **_contact("certifier", one.certifier),
        "certifier_title": "Trade compliance manager (role)",
        "signer": f"Authorised signer, {HOUSE[one.certifier][0]}",
        **_contact("exporter", one.certifier),
        **_contact("producer", one.certifier),
        **_contact("importer", one.importer),
        "goods.line": 1,
        "goods.owner": OWNER,
        "goods.part": part,
        "goods.buyer_part": part,
        "goods.description": description,
        "goods.hs_edition": "HS2022",
        "goods.hs_code": code,
        "goods.criterion": "B",
        "goods.rule": rule,
        "goods.method": one.method,
        "invoice_number": "",
        "signed_on": one.signed_on,
        "statement_language": one.language,
        "statement_text": STATEMENT[one.language],
        "carrier_document": f"Certification of origin {one.number}",
        "carrier_country": HOUSE[one.certifier][1],
        "certification_basis": "own information",
        "received_on": one.received_on,
        "received_basis": "mail header",
        "recipients": one.importer,
        "valid_from": one.valid_from,
        "valid_to": one.valid_to,
    }


def _document(one: Certification) -> Row:
    return {
        "file": f"exhibits/{one.number}.pdf",
        "role": "certification of origin",
        "relates_to": f"certification:{one.number}",
        "document_class": "native",
        "tier": "restricted",
        "personal": False,
        "channel": "mail",
        "holder": HOUSE[one.importer][0],
        "received_on": one.received_on,
        "received_basis": "mail header",
    }


def _paper(one: Certification) -> bytes:
    part, description, code, rule = one.good
    maker, buyer = HOUSE[one.certifier], HOUSE[one.importer]
    page = Page()
    page.box(40, 36, 515, 40, 0.93)
    page.text(52, 60, "Certification of origin", 15, bold=True)
    page.text(400, 60, one.number, 10)
    facts = [
        ("1  Certifier is", "Producer"),
        ("2  Certifier", f"{maker[0]}, {maker[2]}, {maker[1]}"),
        ("    Contact", f"{MAIL[one.certifier]}, +1 555 0100"),
        ("3  Exporter", "Same as certifier"),
        ("4  Producer", "Same as certifier"),
        ("5  Importer", f"{buyer[0]}, {buyer[2]}, {buyer[1]}"),
        ("6  Goods", f"{part}: {description}; HS {code[:4]}.{code[4:]}"),
        ("7  Criterion", f"B ({rule})"),
        ("8  Blanket period", f"{one.valid_from} to {one.valid_to}"),
        ("9  Signed", f"{one.signed_on}, authorised signer (role)"),
    ]
    for row, (label, value) in enumerate(facts):
        page.text(52, 104 + 20 * row, label, 8.5, bold=True)
        page.text(140, 104 + 20 * row, value, 8)
        page.line(40, 110 + 20 * row, 555, 110 + 20 * row, 0.2)
    y, line = 330.0, ""
    for word in [*STATEMENT[one.language].split(), ""]:
        if not word or len(line) + len(word) > 100:
            page.text(52, y, line.strip(), 9)
            y, line = y + 14, ""
        line += f" {word}"
    page.text(52, 806, "SPECIMEN - invented company, not a certification of anything.", 8, grey=0.4)
    return document(f"Certification of origin {one.number} (SPECIMEN)", [page])


def _vehicle(year: int) -> list[Row]:
    """The producer's three certifications for one fiscal year, figures of the calendar year before."""
    kinds = [
        (
            "LVC",
            "labour value content",
            "41.2 percent: high-wage material and manufacturing 26.2, technology 10, assembly 5",
        ),
        ("STL", "steel", "82.5 percent of steel purchases originate"),
        ("ALU", "aluminum", "78.0 percent of aluminum purchases originate"),
    ]
    return [
        {
            "certification_kind": kind,
            "authority": "US",
            "producer": "VOLTERA-MX",
            "category": "model line Voltera Arroyo, passenger vehicle",
            "owner": OWNER,
            "parts": "ARROYO-E1",
            "plants": "MX-SAL",
            "calculated_from": date(year - 1, 1, 1),
            "calculated_to": date(year - 1, 12, 31),
            "figures": figures,
            "submitted_on": date(year, 1, 1),
            "identifier": f"{code}-SPECIMEN-{year}-01",
            "status": "properly filed",
            "valid_from": date(year, 4, 1),
            "valid_to": date(year + 1, 3, 31),
        }
        for code, kind, figures in kinds
    ]
