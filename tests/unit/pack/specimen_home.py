"""A small home with one shipment and everything beneath it, recorded statement by statement.

Plainly fictional: SPEC makes ten EV-1 at MX-1 from three materials and ships two of them to the United States. The
worksheet is written by hand (net cost 1000 a unit, 200 of it non-originating: 80 percent against 72), since a pack
prints what a snapshot recorded and calculates nothing.
"""

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from evidence.core import canonical
from evidence.core.disclosure import Tier, line_disclosures, table_root
from evidence.core.identifiers import mint
from evidence.core.statements import own
from evidence.core.statements.base import EvidenceClass, Record, Source, Statement
from evidence.core.statements.bill import BillLine, Bills
from evidence.core.statements.certification import CertificationOfOrigin
from evidence.core.statements.claim import Claim, ClaimAction, GateCheck, GateOutcome
from evidence.core.statements.declaration import DeclarationEvent, SupplierDeclaration
from evidence.core.statements.item import ItemLine, Items
from evidence.core.statements.load import Load
from evidence.core.statements.party import Parties, PartyLine
from evidence.core.statements.production import Production, ProductionLine
from evidence.core.statements.purchase import PurchaseLine, Purchases
from evidence.core.statements.shipment import CustomsEntry, Shipment
from evidence.core.statements.snapshot import LINE_PREFIX, Snapshot, worksheet_lines
from evidence.ledger.found import HomeHandle, open_home
from evidence.origin import worksheet as w
from evidence.register.project import Projector
from evidence.settings import Organisation
from evidence.store.documents import DocumentStore
from tests.homes import founded

START = datetime(2023, 4, 3, 9, tzinfo=UTC)
OWNER, VINS = "SPEC", ("3SPEC0000000000A1", "3SPEC0000000000A2")
UNUSED_PRICE = "55.31"  # of a purchase that the worksheet does not use
SECRET_FIGURE = "317.25"  # a supplier's own cost, which no edition of a pack may show


class Making:
    """Records one thing after another in a home of its own."""

    def __init__(self, place: Path) -> None:
        self.random: Callable[[int], bytes] = Random(str(place.name)).randbytes
        projector = Projector(DocumentStore(place / "documents"))
        founded(
            place,
            organisation=Organisation(code=OWNER, legal_name="Specimen Motors, Inc. (SPECIMEN)", country="US"),
            person="Origin desk (role)",
            passphrase=b"a passphrase for tests",
            now=START,
            random=Random(f"founding {place.name}").randbytes,
            mark=place.name,  # another name is another company, with keys of its own
        )
        self.handle: HomeHandle = open_home(place, {}, sign=True, projector=projector)

    def say(self, kind: type[Statement], **fields: Any) -> tuple[int, str]:
        """Record one statement; its entry and id."""
        id_ = mint(kind.prefix, START, self.random)
        statement = kind.model_validate({"id": id_, "issuer": "self", **fields})
        return self.handle.record(statement).seq, id_

    def receive(self, name: str, content: bytes, role: str | None, *relates: str, tier: Tier = Tier.RESTRICTED) -> str:
        """Keep a document and record its receipt; its digest."""
        stored = self.handle.documents.put(content)
        self.say(
            own.DocumentReceived,
            document=stored.sha256,
            size=stored.size,
            name=name,
            media_type="application/octet-stream",
            document_class=EvidenceClass.NATIVE,
            tier=tier,
            personal=False,
            channel="import",
            holder="trade compliance",
            location="documents",
            received_on=date(2023, 4, 3),
            received_basis="mail header",
            role=role,
            relates_to=relates,
        )
        return stored.sha256

    def load(self, kind: type[Load], name: str, *lines: Record) -> int:
        """Record a load with its received file and parsed view; its entry."""
        received = self.receive(name, f"{kind.kind} as received\n".encode(), None)
        values = [line.model_dump(mode="json") for line in lines]
        view = self.handle.documents.put(b"".join(canonical.dumps(value) + b"\n" for value in values))
        seed = self.random(32)
        seq, _ = self.say(
            kind,
            source=Source(document=received),
            received=received,
            view=view.sha256,
            view_root=table_root(line_disclosures(seed, f"{kind.kind}/", values)),
            seed=self.handle.documents.put(seed).sha256,
            parser="test/1",
            lines=len(lines),
            scale=6,
        )
        return seq


def make(place: Path, *, claimed: bool = True) -> HomeHandle:
    """The home, ready for a pack of shipment S01."""
    return made(place, claimed=claimed).handle


def made(place: Path, *, claimed: bool = True) -> Making:
    """The same, to go on recording in."""
    making = Making(place)
    masters = _masters(making)
    declaration, state = _declaration(making)
    certification = _certification(making)
    snapshot = _snapshot(making, masters, declaration, state)
    _shipping(making)
    gate = GateCheck(
        check="certification held before the claim",
        outcome=GateOutcome.MET if claimed else GateOutcome.BLOCKED,
        found="received 2023-04-03",
        citation="19 CFR 182.12(a)(3)",
        mark="P",
    )
    making.say(
        Claim,
        customs_entry="SPC-1",
        line=1,
        action=ClaimAction.MADE if claimed else ClaimAction.NOT_MADE,
        decided_on=date(2023, 5, 19),
        certification=certification,
        snapshot=snapshot,
        reason=None if claimed else "The certification came after the claim.",
        gate=(gate,),
        by="Origin desk (role)",
    )
    making.receive("late.pdf", b"%PDF-1.4 late\n", "proof of payment", "shipment:S01")
    return making


def _masters(making: Making) -> dict[str, int]:
    party = {"address": "1 Example Road", "country": "MX", "roles": ("supplier",)}
    names = {
        "SUP-1": "Cobre Ejemplo S.A. (SPECIMEN)",
        "SUP-2": "示例 Specimen Supply",
        "SPEC-MX": "Specimen México, S.A. de C.V.",
        "SPEC-US": "Specimen Motors US",
    }
    item = {"owner": OWNER, "part": "EV-1", "description": "Electric car", "revision": "A", "unit": "pc"}
    bill = {
        "owner": OWNER, "parent": "EV-1", "parent_revision": "A", "plant": "MX-1", "effective_from": "2023-01-01",
        "child_revision": "A", "unit": "pc", "make_or_buy": "buy",
    }  # fmt: skip
    built = {
        "owner": OWNER,
        "part": "EV-1",
        "revision": "A",
        "plant": "MX-1",
        "quantity": "1",
        "built_on": "2023-05-02",
    }
    bought = {
        "plant": "MX-1", "order": "PO-1", "invoice_line": 1, "invoiced_on": "2023-04-10", "received_on": "2023-04-14",
        "owner": OWNER, "revision": "A", "quantity": "10", "unit": "pc", "price_per": "1", "currency": "USD",
    }  # fmt: skip
    bills = [("BAT-1", "1"), ("BRK-1", "2")]
    purchases = [
        ("INV-1", "SUP-1", "BAT-1", "600.00"),
        ("INV-2", "SUP-2", "BRK-1", "100.00"),
        ("INV-3", "SUP-2", "OTHER-9", UNUSED_PRICE),
    ]
    return {
        "parties": making.load(
            Parties,
            "parties.csv",
            *(PartyLine.model_validate({"party": code, "name": name, **party}) for code, name in names.items()),
        ),
        "items": making.load(Items, "items.csv", ItemLine.model_validate(item)),
        "bills": making.load(
            Bills,
            "bill.csv",
            *(BillLine.model_validate({"child": part, "quantity": quantity, **bill}) for part, quantity in bills),
        ),
        "production": making.load(
            Production, "production.csv", *(ProductionLine.model_validate({"unit_id": vin, **built}) for vin in VINS)
        ),
        "purchases": making.load(
            Purchases,
            "purchases.csv",
            *(
                PurchaseLine.model_validate(
                    {"invoice": invoice, "seller": seller, "part": part, "price": price, **bought}
                )
                for invoice, seller, part, price in purchases
            ),
        ),
    }


def _declaration(making: Making) -> tuple[tuple[int, str], tuple[int, str]]:
    document = making.receive("SD-1.pdf", b"%PDF-1.4 declaration\n", None)
    making.receive("sealed.pdf", b"%PDF-1.4 sealed costs\n", "sealed cost sheet", "declaration:SD-1", tier=Tier.SECRET)
    making.receive("invoice.pdf", b"%PDF-1.4 invoice\n", "supplier's invoice", "purchase:INV-1")
    declaration = making.say(
        SupplierDeclaration,
        issuer="SUP-1", source=Source(document=document), valid_from="2023-04-01", valid_to="2024-03-31",
        supplier="SUP-1", reference="SD-1", supplier_part="B1", owner=OWNER, part="BAT-1", description="Battery",
        hs_edition="HS2012", hs_code="850760", plant="SUP-1-A", country="MX", form="originating",
        net_cost=SECRET_FIGURE, currency="USD", reliance="own records", signatory="Signer (role)",
        signatory_title="Export manager", signed_on="2023-03-30", received_on="2023-04-01",
        received_basis="mail header", undertakes_notice="yes",
        consents_to_authority="yes", language="es",
    )  # fmt: skip
    state = making.say(
        DeclarationEvent,
        declaration=declaration[1],
        state="accepted",
        effective_from="2023-04-02",
        reason="complete",
        by="Origin desk (role)",
    )
    return declaration, state


def _certification(making: Making) -> str:
    contact = {"name": "Specimen México, S.A. de C.V.", "address": "Calle Ejemplo 2", "country": "MX"}
    good = {
        "line": 1, "owner": OWNER, "part": "EV-1", "description": "Electric car", "hs_edition": "HS2022",
        "hs_code": "870380", "criterion": "B", "rule": "8703", "method": "net cost",
    }  # fmt: skip
    document = making.receive("COO-1.pdf", b"%PDF-1.4 certification\n", "certification of origin")
    return making.say(
        CertificationOfOrigin,
        source=Source(document=document), number="COO-1", valid_from="2023-04-01", valid_to="2024-03-31",
        certifier_role="producer", certifier=contact, certifier_title="Origin manager", signer="Signer (role)",
        exporter=contact, goods=(good,), signed_on="2023-04-01", statement_language="en",
        statement_text="I certify that the goods described in this document qualify as originating …",
        carrier_document="letter", carrier_country="MX", certification_basis="own information",
        received_on="2023-04-03", received_basis="portal log", recipients="SPEC-US",
    )[1]  # fmt: skip


def _shipping(making: Making) -> None:
    for name, role in (("ci.pdf", "commercial invoice"), ("bl.pdf", "bill of lading"), ("pl.pdf", "packing list")):
        making.receive(name, f"%PDF-1.4 {role}\n".encode(), role, "shipment:S01")
    line = {
        "invoice": "CI-1", "invoiced_on": "2023-05-10", "line": 1, "owner": OWNER, "part": "EV-1", "revision": "A",
        "description": "Electric car", "quantity": "2", "unit": "pc", "unit_value": "1200.00", "currency": "USD",
        "units": VINS,
    }  # fmt: skip
    making.say(
        Shipment,
        number="S01", exporter="SPEC-MX", consignee="SPEC-US", shipped_from="MX-1", export_country="MX",
        import_country="US", exported_on="2023-05-12", legs="MX-1 > Laredo, Specimen Rail",
        transport_document="BL-1", invoice_lines=(line,),
    )  # fmt: skip
    entered = {
        "line": 1, "shipment": "S01", "invoice": "CI-1", "invoice_line": 1, "tariff_item": "8703800000",
        "hs_edition": "HS2022", "preference_code": "S", "value": "2400.00", "currency": "USD", "quantity": "2",
    }  # fmt: skip
    making.say(
        CustomsEntry,
        number="SPC-1", country="US", entry_type="01", filer="SPC", importer="SPEC-US", importer_number="12-3456789",
        port="Laredo", imported_on="2023-05-18", entered_on="2023-05-19", lines=(entered,),
    )  # fmt: skip


def _snapshot(making: Making, masters: dict[str, int], declaration: tuple[int, str], state: tuple[int, str]) -> str:
    sheet = _worksheet(making, masters, declaration, state)
    seed = making.random(32)
    lines = line_disclosures(seed, LINE_PREFIX, worksheet_lines(sheet.model_dump(mode="json")))
    return making.say(
        Snapshot,
        basis="actual", owner=OWNER, part="EV-1", plant="MX-1", period_from="2023-04-01", period_to="2023-06-30",
        event="production", outcome="met", worksheet=making.handle.documents.put(sheet.to_bytes()).sha256,
        worksheet_root=table_root(lines), worksheet_lines=len(lines),
        seed=making.handle.documents.put(seed).sha256, rule_set="ab" * 32, program="0", as_of=sheet.as_of,
    )[1]  # fmt: skip


def _materials(bought: int, declaration: tuple[int, str]) -> tuple[w.MaterialRow, ...]:
    covered = w.Support(
        supplier="SUP-1", shipped_from="SUP-1-A", quantity=Decimal(10), value=Decimal(6000), declaration=declaration[1],
        reference="SD-1", covers=True, grade="document-backed", reason="covers every purchase",
        rests_on=(f"#{declaration[0]}", f"#{bought}:1"),
    )  # fmt: skip
    bare = w.Support(
        supplier="SUP-2", shipped_from=None, quantity=Decimal(10), value=Decimal(1000), declaration=None,
        reference=None, covers=False, grade="none", reason="no declaration on file", rests_on=(f"#{bought}:2",),
    )  # fmt: skip

    def material(id_: str, part: str, quantity: str, each: str, status: w.Status, support: w.Support) -> w.MaterialRow:
        value = Decimal(quantity) * Decimal(each)
        return w.MaterialRow(
            id=id_, level=1, parent="EV-1", part=part, revision="A", description=f"Part {part} → ≥ check",
            hs_edition="HS2012", code="850760", made_at=None, quantity=Decimal(quantity), unit="pc",
            unit_value=Decimal(each), value=value, status=status,
            counted=Decimal(0) if status is w.Status.ORIGINATING else value, reason=support.reason, support=(support,),
            rests_on=support.rests_on,
        )  # fmt: skip

    return (
        material("m1", "BAT-1", "1", "600.00", w.Status.ORIGINATING, covered),
        material("m2", "BRK-1", "2", "100.00", w.Status.NON_ORIGINATING, bare),
    )


def _cells(bills: int) -> tuple[w.Cell, ...]:
    def cell(id_: str, label: str, value: str, unit: str, formula: str, *rests: str) -> w.Cell:
        return w.Cell(id=id_, label=label, value=Decimal(value), unit=unit, formula=formula, rests_on=rests)

    return (
        cell("NC", "Net cost", "1000.00", "USD", "total cost − excluded", f"#{bills}:1"),
        cell("VNM", "Non-originating materials", "200.00", "USD", "sum of the schedule", "m1", "m2"),
        cell("RVC", "Regional value content", "80", "percent", "(NC − VNM) ÷ NC × 100", "NC", "VNM"),
    )


def _finding() -> w.FindingRow:
    law = w.LawRef(
        name="rvc", text="threshold 72 percent", source="Appendix article 3", first=date(2022, 7, 1),
        last=date(2023, 6, 30), checked=date(2026, 8, 1), mark="P",
    )  # fmt: skip
    return w.FindingRow(
        limb="regional value content", test="net cost", outcome=w.Outcome.MET, figure=Decimal(80), bound=Decimal(72),
        shown="80.00 ≥ 72", reason="", law=(law,), rests_on=("RVC",),
    )  # fmt: skip


def _worksheet(
    making: Making, masters: dict[str, int], declaration: tuple[int, str], state: tuple[int, str]
) -> w.Worksheet:
    bought, bills = masters["purchases"], masters["bills"]
    choice = w.Choice(
        name="several suppliers", choice="worst case", alternatives=("proration",), is_default=True, citation="s.8"
    )
    gap = w.Gap(
        what="No declaration covers BRK-1.", owner="purchasing", due=None, effect="200.00 USD counted.", defeats=False
    )
    refs = [
        (f"#{bought}:1", "purchase"), (f"#{bought}:2", "purchase"), (f"#{bills}:1", "bill-of-materials"),
        (f"#{bills}:2", "bill-of-materials"), (f"#{declaration[0]}", "supplier-declaration"),
        (f"#{state[0]}", "declaration-state"),
    ]  # fmt: skip
    return w.Worksheet(
        good=w.Good(
            owner=OWNER, part="EV-1", revision="A", description="Electric car", hs_edition="HS2022", code="870380",
            rule_edition="HS2012", rule_code="870390", concordance="read as 8703.90 (mark K)", use="vehicle",
            vehicle_class="passenger_vehicle",
        ),
        plant="MX-1", plant_country="MX", period_from=date(2023, 4, 1), period_to=date(2023, 6, 30),
        basis="actual", event="production", event_day=None, currency="USD",
        as_of=making.handle.ledger.size(), rule_set="ab" * 32, program="0",
        outcome=w.Outcome.MET, criterion="B", method="net cost", summary="80 percent; 72 required.",
        choices=(choice,), cells=_cells(bills), findings=(_finding(),), materials=_materials(bought, declaration),
        core_parts=(), gaps=(gap,), views=(), inputs=tuple(_input(making, ref, kind) for ref, kind in refs),
    )  # fmt: skip


def _input(making: Making, ref: str, kind: str) -> w.InputRef:
    seq, _, line = ref.removeprefix("#").partition(":")
    statement = making.handle.ledger.entry(int(seq)).statement
    assert statement is not None
    value: Any = statement.model_dump(mode="json")
    if line:
        assert isinstance(statement, Load)
        value = canonical.loads(making.handle.documents.read(statement.view).splitlines()[int(line) - 1])
    return w.InputRef(
        ref=ref, kind=kind, statement=statement.id, sha256=hashlib.sha256(canonical.dumps(value)).hexdigest()
    )
