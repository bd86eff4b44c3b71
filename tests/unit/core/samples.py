"""One statement of every kind, filled as its users would, for tests that go through all of them."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from evidence.core.statements.base import Statement
from evidence.core.statements.load import Load
from evidence.core.statements.registry import KINDS
from evidence.core.statements.versions import EARLIER
from tests.unit.core.more_samples import ADDED, ADDED_TO_LINES, DIGEST, SINGLES

_CONTACT = {
    "name": "Specimen Motors (specimen)",
    "address": "1 Example Road",
    "country": "US",
    "email": "origin@example.com",
    "telephone": "+1 555 0100",
}
_LOAD = {
    "received": DIGEST,
    "view": "cd" * 32,
    "view_root": "ef" * 32,
    "seed": "12" * 32,
    "parser": "csv/1",
    "lines": 3,
}
_SINGLES: dict[str, dict[str, Any]] = {
    "calendar": {"party": "SPEC", "year_starts": "04-01"},
    "authority": {
        "person": "Authorised signer, Specimen Motors",
        "title": "Origin manager",
        "party": "SPEC",
        "may_sign": ["certification of origin"],
        "granted_on": "2022-01-10",
        "shown_by": "board minute 2022-01",
    },
    "concordance": {
        "from_edition": "HS2017",
        "from_code": "870380",
        "to_edition": "HS2012",
        "to_code": "870390",
        "relation": "one to one",
        "condition": "electric motor only",
        "citation": "World Customs Organization correlation tables",
        "mark": "K",
        "approved_by": "Origin manager",
    },
    "election": {
        "election": "several suppliers",
        "choice": "worst case",
        "owner": "SPEC",
        "part": "EV-1",
        "plant": "MX-1",
        "made_on": "2023-03-01",
        "irrevocable": "no",
        "signer": "Origin manager",
    },
    "supplier-declaration": {
        "issuer": "SUP-001",
        "valid_from": "2023-04-01",
        "valid_to": "2024-03-31",
        "source": {"document": DIGEST, "sheet": "parts", "row": 4, "parser": "csv/1"},
        "supplier": "SUP-001",
        "reference": "D-2023-7",
        "supplier_part": "S-77",
        "owner": "SPEC",
        "part": "INV-2",
        "revision": "A",
        "description": "Traction inverter, 400 V — «specimen»",
        "hs_edition": "HS2017",
        "hs_code": "850440",
        "plant": "SUP-001-QRO",
        "country": "MX",
        "form": "accumulation s.9(2)(a)",
        "rule": "change from any other subheading",
        "criterion": "B",
        "method": "net cost",
        "net_cost": "412.50",
        "non_originating_value": "101.25",
        "currency": "USD",
        "reliance": "own records",
        "signatory": "Authorised signer, SUP-001",
        "signatory_title": "Quality manager",
        "signed_on": "2023-03-20",
        "received_on": "2023-03-22",
        "received_basis": "mail header",
        "undertakes_notice": "yes",
        "consents_to_authority": "no",
        "language": "en",
    },
    "declaration-state": {
        "declaration": "decl-018f3c1e-0000-7000-8000-000000000001",
        "state": "withdrawn",
        "effective_from": "2023-11-15",
        "reason": "the supplier moved production",
        "by": "Origin desk",
        "notice": "34" * 32,
    },
    "request": {
        "number": "RQ-12",
        "supplier": "SUP-044",
        "parts": ["CLIP-9", "CLIP-10"],
        "sent_on": "2023-01-10",
        "due_on": "2023-02-10",
        "channel": "e-mail",
    },
    "silence": {
        "request": "RQ-12",
        "supplier": "SUP-044",
        "parts": ["CLIP-9", "CLIP-10"],
        "until": "2023-06-30",
        "reminders": 3,
    },
    "certification-of-origin": {
        "valid_from": "2023-04-01",
        "valid_to": "2024-03-31",
        "number": "COO-2023-1",
        "certifier_role": "producer",
        "certifier": _CONTACT,
        "certifier_title": "Origin manager",
        "signer": "Authorised signer, Specimen Motors",
        "exporter": _CONTACT,
        "producer": _CONTACT,
        "importer": _CONTACT,
        "goods": [
            {
                "line": 1,
                "owner": "SPEC",
                "part": "EV-1",
                "description": "Electric passenger vehicle",
                "hs_edition": "HS2017",
                "hs_code": "870380",
                "criterion": "B",
                "rule": "8703.21-8703.90",
                "method": "net cost",
            }
        ],
        "signed_on": "2023-03-25",
        "statement_language": "en",
        "statement_text": "the prescribed wording",
        "carrier_document": "certification of origin",
        "carrier_country": "MX",
        "certification_basis": "own information",
        "received_on": "2023-03-28",
        "received_basis": "portal log",
        "recipients": ["SPEC-US"],
    },
    "vehicle-certification": {
        "valid_from": "2023-07-01",
        "valid_to": "2024-06-30",
        "certification_kind": "steel",
        "authority": "US",
        "producer": "SPEC-MX",
        "category": "same model line, class and plant",
        "owner": "SPEC",
        "parts": ["EV-1"],
        "plants": ["MX-1"],
        "calculated_from": "2022-04-01",
        "calculated_to": "2023-03-31",
        "figures": "72.4 percent by value of purchases",
        "submitted_on": "2023-03-15",
        "identifier": "STL-SPECIMEN-1",
        "status": "properly filed",
    },
    "shipment": {
        "number": "S01",
        "exporter": "SPEC-MX",
        "consignee": "SPEC-US",
        "shipped_from": "MX-1",
        "export_country": "MX",
        "import_country": "US",
        "exported_on": "2023-05-12",
        "legs": ["Plant > border, truck"],
        "transport_document": "BL-1",
        "invoice_lines": [
            {
                "invoice": "INV-1",
                "invoiced_on": "2023-05-11",
                "line": 1,
                "owner": "SPEC",
                "part": "EV-1",
                "revision": "A",
                "description": "Electric passenger vehicle",
                "quantity": "2",
                "unit": "pcs",
                "unit_value": "31000.00",
                "currency": "USD",
                "units": ["VIN1", "VIN2"],
            }
        ],
    },
    "customs-entry": {
        "number": "E-1",
        "country": "US",
        "entry_type": "01",
        "filer": "XXX",
        "importer": "SPEC-US",
        "importer_number": "12-3456789",
        "port": "0000",
        "imported_on": "2023-05-14",
        "entered_on": "2023-05-15",
        "lines": [
            {
                "line": 1,
                "shipment": "S01",
                "invoice": "INV-1",
                "invoice_line": 1,
                "tariff_item": "87038000",
                "hs_edition": "HS2022",
                "preference_code": "S",
                "value": "62000.00",
                "currency": "USD",
                "quantity": "2",
                "steel_id": "STL-SPECIMEN-1",
            }
        ],
    },
    "claim": {
        "customs_entry": "E-1",
        "line": 1,
        "action": "made",
        "decided_on": "2023-05-15",
        "certification": "cert-018f3c1e-0000-7000-8000-000000000001",
        "snapshot": "snap-018f3c1e-0000-7000-8000-000000000001",
        "gate": [
            {
                "check": "certification held before the claim",
                "outcome": "met",
                "found": "received 2023-03-28",
                "citation": "19 CFR 182.12(a)(3)",
                "mark": "P",
            }
        ],
        "by": "Origin desk",
    },
    "snapshot": {
        "owner": "SPEC",
        "part": "EV-1",
        "plant": "MX-1",
        "period_from": "2023-04-01",
        "period_to": "2023-06-30",
        "event": "production",
        "outcome": "met",
        "worksheet": DIGEST,
        "worksheet_root": "cd" * 32,
        "seed": "12" * 32,
        "rule_set": "ef" * 32,
        "program": "0.1.0",
        "as_of": 40,
        "worksheet_lines": 12,
    },
    "key": {
        "key": "key-0011223344556677",
        "purpose": "person",
        "state": "created",
        "public_key": "MCowBQYDK2VwAyEA",
        "holder": "Origin desk",
        "since": "2023-01-01",
    },
    "document-received": {
        "document": DIGEST,
        "size": 2048,
        "name": "declaration.pdf",
        "media_type": "application/pdf",
        "document_class": "native",
        "tier": "secret+personal",
        "personal": True,
        "channel": "e-mail",
        "holder": "Origin desk",
        "location": "home",
        "received_on": "2023-03-22",
        "received_basis": "mail header",
        "role": "letter",
        "relates_to": ["declaration:D-2023-7"],
    },
    "pack-built": {
        "number": "S01-1",
        "shipment": "S01",
        "as_of": 60,
        "manifest": DIGEST,
        "facts": "cd" * 32,
        "report_unsigned": "ef" * 32,
        "report_signed": "12" * 32,
        "archive": "34" * 32,
        "stored": [["report-en.pdf", "12" * 32]],
        "unsigned": [["report-en.pdf", "ef" * 32]],
        "seed": "56" * 32,
    },
    "pack-released": {
        "pack": "S01-1",
        "by": "Origin manager",
        "released_on": "2023-06-01",
        "decision": "no open item",
        "decisions": [
            {
                "line": 1,
                "item": "Certification: received after the claim",
                "choice": "disclose",
                "words": "disclose: the producer's letter follows",
            }
        ],
        "archives": [["authority", DIGEST]],
    },
    "hold": {"scope": "shipment:S01", "reason": "request for information"},
    "disposal": {"targets": ["#12:received", "#12:statement"], "rules": ["R-US-01"], "approved_by": "Origin manager"},
}


def sample(kind: type[Statement]) -> Statement:
    """A statement of `kind` with its fields filled."""
    return kind.model_validate(_values(kind))


def earlier_sample(kind: type[Statement], version: int) -> Statement:
    """The sample of `kind` as an earlier version had it: what came later at its default."""
    first = ADDED.get(kind.kind, {}) if version == 1 else {}
    later = {*EARLIER[f"urn:evidence:{kind.kind}:{version}"].added(), *first}
    values = {name: value for name, value in _values(kind).items() if name not in later}
    for name in ADDED_TO_LINES.get(kind.kind, ()):
        values["lines"] = [{key: value for key, value in line.items() if key != name} for line in values["lines"]]
    return kind.model_validate(values)


def _values(kind: type[Statement]) -> dict[str, Any]:
    own: dict[str, Any] = {"id": f"{kind.prefix}-018f3c1e-0000-7000-8000-0000000000aa", "issuer": "self"}
    if issubclass(kind, Load):
        return own | _LOAD
    if kind.kind in SINGLES:
        return own | SINGLES[kind.kind] | ADDED.get(kind.kind, {})
    own |= _SINGLES[kind.kind] | ADDED.get(kind.kind, {})
    if kind.kind in ADDED_TO_LINES:
        own["lines"] = [line | ADDED_TO_LINES[kind.kind] for line in own["lines"]]
    return own


def samples() -> list[Statement]:
    """One of every kind, in the registry's order."""
    return [sample(kind) for kind in KINDS.values()]


def counted(seed: str) -> Callable[[int], bytes]:
    """Randomness that is the same each time: blocks of SHA-256 over a seed and a count."""
    count = 0

    def random(length: int) -> bytes:
        nonlocal count
        count += 1
        return sha256(f"{seed}/{count}".encode()).digest()[:length]

    return random
