"""A home with one vehicle of many lines: what `bench_vehicle` determines, and records.

Three levels, twenty modules of ten subassemblies each, the rest bought; every bought part with its own item, code,
purchase and seller. Two in three are declared, each by a declaration of its own, with the entry that accepts it. The
modules are the core parts. Plainly fictional.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from bench.homes import opened
from evidence.core import canonical
from evidence.core.disclosure import line_disclosures, table_root
from evidence.core.statements.base import Basis, EvidenceClass, Record, Statement
from evidence.core.statements.bill import BillLine, Bills, MakeOrBuy
from evidence.core.statements.calendar import FiscalCalendar
from evidence.core.statements.classification import ClassificationBasis, ClassificationLine, Classifications
from evidence.core.statements.cost import CostElement, CostLine, Costs
from evidence.core.statements.declaration import (
    DeclarationEvent,
    DeclarationForm,
    DeclarationState,
    Reliance,
    SupplierDeclaration,
)
from evidence.core.statements.item import ItemLine, Items
from evidence.core.statements.load import Load
from evidence.core.statements.production import VolumeLine, Volumes
from evidence.core.statements.purchase import PurchaseLine, Purchases
from evidence.core.statements.site import SiteKind, SiteLine, Sites
from evidence.core.statements.use import UseClass, UseLine, Uses, VehicleClass
from evidence.ledger.found import HomeHandle
from evidence.origin.question import Event, Question
from evidence.store.documents import DocumentStore

OWNER, PLANT, GOOD = "SPEC", "MX-1", "EV-1"
FIRST, LAST = date(2023, 4, 1), date(2023, 6, 30)
SELLERS, UNITS = 200, 3_000
_MODULES, _SUBASSEMBLIES, _BATCH = 20, 10, 1_000
_CORE = ("body and chassis", "advanced battery", "axle", "suspension", "steering", "engine", "transmission")

QUESTION = Question(
    owner=OWNER, part=GOOD, plant=PLANT, period_from=FIRST, period_to=LAST, basis=Basis.ACTUAL, event=Event.PRODUCTION
)


def record_vehicle(place: Path, environ: dict[str, str], lines: int) -> None:
    """Record everything of a vehicle whose bill has `lines` lines in the home at `place`."""
    with opened(place, environ) as handle:
        loads: tuple[tuple[type[Load], Iterable[Record]], ...] = (
            (Items, _items(lines)),
            (Classifications, _codes(lines)),
            (Uses, [_use()]),
            (Bills, _bill(lines)),
            (Volumes, _volumes()),
            (Costs, _costs(lines)),
            (Purchases, _purchases(lines)),
            (Sites, _sites()),
        )
        for kind, found in loads:
            handle.record(_load(handle.documents, kind, list(found)))
        handle.record(FiscalCalendar(id=_id("cal", ""), issuer="self", party=OWNER, year_starts="04-01"))
        _record_all(handle, [each for part in _bought(lines) if part % 3 for each in _declared(part)])


def _record_all(handle: HomeHandle, statements: list[Statement]) -> None:
    for at in range(0, len(statements), _BATCH):
        handle.signer().record([(statement, ()) for statement in statements[at : at + _BATCH]])


def _load(documents: DocumentStore, kind: type[Load], lines: list[Record]) -> Load:
    values = [line.model_dump(mode="json") for line in lines]
    seed = hashlib.sha256(kind.kind.encode()).digest()
    return kind(
        id=_id("load", kind.kind),
        issuer="self",
        evidence_class=EvidenceClass.STRUCTURED,
        received=documents.put(f"{kind.kind}, as received".encode()).sha256,
        view=documents.put(b"".join(canonical.dumps(value) + b"\n" for value in values)).sha256,
        view_root=table_root(line_disclosures(seed, kind.line_prefix(), values)),
        seed=documents.put(seed).sha256,
        parser="by hand",
        lines=len(lines),
        scale=2,
    )


def _id(prefix: str, name: str) -> str:
    return f"{prefix}-{uuid5(NAMESPACE_URL, name)}"


def _made() -> Iterator[tuple[str, str]]:
    """Each made part with its parent, a module before what goes into it."""
    for module in range(_MODULES):
        yield f"MOD-{module:02}", GOOD
        for each in range(_SUBASSEMBLIES):
            yield f"SUB-{module:02}-{each}", f"MOD-{module:02}"


def _bought(lines: int) -> range:
    return range(lines - len(list(_made())))


def _parent_of(part: int) -> str:
    """What a bought part goes into: its subassembly."""
    return f"SUB-{part % _MODULES:02}-{part // _MODULES % _SUBASSEMBLIES}"


def _price(part: int) -> Decimal:
    return Decimal(100 + part % 900) / 100


def _items(lines: int) -> Iterator[ItemLine]:
    names = [GOOD, *(part for part, _ in _made()), *(f"PRT-{part:06}" for part in _bought(lines))]
    for name in names:
        number = int(name[4:6]) if name.startswith("MOD-") else len(_CORE)
        group = _CORE[number] if number < len(_CORE) else None
        yield ItemLine(owner=OWNER, part=name, revision="A", description=name, unit="EA", core_group=group)


def _codes(lines: int) -> Iterator[ClassificationLine]:
    yield _code(GOOD, "870322")
    for number, (part, _) in enumerate(_made()):
        yield _code(part, ("870829", "870850", "870880", "870894", "848310")[number % 5])
    for part in _bought(lines):
        yield _code(f"PRT-{part:06}", ("731815", "853690", "870899", "392690", "401693")[part % 5])


def _code(part: str, code: str) -> ClassificationLine:
    return ClassificationLine(
        owner=OWNER, part=part, country="any", hs_edition="HS2012", code=code,
        classified_by=ClassificationBasis.OWN, applies_from=date(2023, 1, 1),
    )  # fmt: skip


def _use() -> UseLine:
    return UseLine(
        owner=OWNER, part=GOOD, use=UseClass.VEHICLE, vehicle_class=VehicleClass.PASSENGER_VEHICLE,
        shown_by="homologation", applies_from=date(2023, 1, 1),
    )  # fmt: skip


def _bill(lines: int) -> Iterator[BillLine]:
    for part, parent in _made():
        yield _bill_line(parent, part, 1, MakeOrBuy.MAKE)
    for part in _bought(lines):
        yield _bill_line(_parent_of(part), f"PRT-{part:06}", 1 + part % 4, MakeOrBuy.BUY)


def _bill_line(parent: str, child: str, quantity: int, make_or_buy: MakeOrBuy) -> BillLine:
    return BillLine(
        owner=OWNER, parent=parent, parent_revision="A", plant=PLANT, effective_from=date(2023, 1, 1), child=child,
        child_revision="A", quantity=Decimal(quantity), unit="EA", make_or_buy=make_or_buy,
        made_at=PLANT if make_or_buy is MakeOrBuy.MAKE else None,
    )  # fmt: skip


def _volumes() -> Iterator[VolumeLine]:
    for part in (GOOD, *(part for part, _ in _made())):
        for month in ("2023-04", "2023-05", "2023-06"):
            yield VolumeLine(owner=OWNER, part=part, plant=PLANT, month=month, made=Decimal(UNITS // 3))


def _costs(lines: int) -> Iterator[CostLine]:
    """Material as the bill has it, and a quarter of that again as labor and overhead, each booked where it is spent."""
    material: dict[str, Decimal] = {}
    for part in _bought(lines):
        worth = _price(part) * (1 + part % 4)
        parent = _parent_of(part)
        material[parent] = material.get(parent, Decimal(0)) + worth
    for part, parent in reversed(list(_made())):
        material[parent] = material.get(parent, Decimal(0)) + material.get(part, Decimal(0)) * Decimal("1.25")
    for part, worth in material.items():
        spent = {CostElement.MATERIAL: worth, CostElement.LABOUR: worth / 8, CostElement.OVERHEAD: worth / 8}
        for element, amount in spent.items():
            yield CostLine(
                owner=OWNER, part=part, plant=PLANT, period_from=FIRST, period_to=LAST, account="5000",
                description=element.value, element=element, amount=(amount * UNITS).quantize(Decimal("0.01")),
                currency="USD", figures=Basis.ACTUAL,
            )  # fmt: skip


def _purchases(lines: int) -> Iterator[PurchaseLine]:
    for part in _bought(lines):
        seller = part % SELLERS
        yield PurchaseLine(
            plant=PLANT, order="PO", invoice=f"INV-{part:06}", invoice_line=1, invoiced_on=date(2023, 4, 10),
            received_on=date(2023, 4, 12), seller=f"S-{seller:03}", shipped_from=f"W-{seller:03}", owner=OWNER,
            part=f"PRT-{part:06}", revision="A", quantity=Decimal(UNITS * (1 + part % 4)), unit="EA",
            price=_price(part), price_per=Decimal(1), currency="USD",
        )  # fmt: skip


def _sites() -> Iterator[SiteLine]:
    named = [(PLANT, OWNER, "MX"), *((f"W-{each:03}", f"S-{each:03}", "US") for each in range(SELLERS))]
    for site, party, country in named:
        yield SiteLine(site=site, party=party, site_kind=SiteKind.PARTS_PLANT, name=site, address=site, country=country)


def _declared(part: int) -> tuple[Statement, Statement]:
    """A declaration of a bought part, and its acceptance."""
    seller = part % SELLERS
    declaration = SupplierDeclaration(
        id=_id("decl", str(part)), issuer=f"S-{seller:03}", supplier=f"S-{seller:03}", reference=f"OD-{part:06}",
        supplier_part=f"PRT-{part:06}", owner=OWNER, part=f"PRT-{part:06}", description="part", hs_edition="HS2012",
        hs_code="870899", plant=f"W-{seller:03}", country="US", form=DeclarationForm.ORIGINATING,
        reliance=Reliance.OWN_RECORDS, signatory="Authorised signer", signatory_title="Manager (role)",
        signed_on=date(2023, 3, 1), received_on=date(2023, 3, 5), received_basis="portal log", undertakes_notice=True,
        consents_to_authority=True, language="en", valid_from=FIRST, valid_to=date(2024, 3, 31),
    )  # fmt: skip
    accepted = DeclarationEvent(
        id=_id("state", str(part)), issuer="self", declaration=declaration.id, state=DeclarationState.ACCEPTED,
        effective_from=date(2023, 3, 10), reason="reviewed", by="reviewer",
    )  # fmt: skip
    return declaration, accepted
