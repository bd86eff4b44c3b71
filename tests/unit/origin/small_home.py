"""The small company in a home of its own: every fact recorded as the statement or load that intake would make of it."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from evidence.core import canonical
from evidence.core.disclosure import line_disclosures, table_root
from evidence.core.statements.assist import Assists
from evidence.core.statements.base import EvidenceClass, Statement
from evidence.core.statements.bill import Bills
from evidence.core.statements.classification import Classifications
from evidence.core.statements.cost import AllocationBases, CostPools, Costs
from evidence.core.statements.inventory import Inventories
from evidence.core.statements.item import Items
from evidence.core.statements.labour import LabourInputs
from evidence.core.statements.load import Load
from evidence.core.statements.material_import import MaterialImports
from evidence.core.statements.material_value import MaterialValues
from evidence.core.statements.metal import MetalPurchases
from evidence.core.statements.production import Production, ProductionLine, Volumes
from evidence.core.statements.programme import Programmes
from evidence.core.statements.purchase import PurchaseAdjustments, Purchases, Rates
from evidence.core.statements.sale import Sales
from evidence.core.statements.site import Sites
from evidence.core.statements.unit_conversion import UnitConversions
from evidence.core.statements.use import Uses
from evidence.ledger.clock import SIMULATED_CLOCK, SimulatedClock
from evidence.ledger.found import HomeHandle, open_home
from evidence.register.project import Projector
from evidence.settings import Organisation
from evidence.store.documents import DocumentStore
from tests.homes import founded
from tests.unit.origin.small_company import Company, named

STARTED = datetime(2023, 7, 5, 12, tzinfo=UTC)
LOADS: dict[str, type[Load]] = {
    "items": Items,
    "classifications": Classifications,
    "uses": Uses,
    "bills": Bills,
    "volumes": Volumes,
    "costs": Costs,
    "cost_pools": CostPools,
    "allocation_bases": AllocationBases,
    "material_values": MaterialValues,
    "purchases": Purchases,
    "rates": Rates,
    "sites": Sites,
    "production": Production,
    "adjustments": PurchaseAdjustments,
    "assists": Assists,
    "unit_conversions": UnitConversions,
    "metal_purchases": MetalPurchases,
    "programmes": Programmes,
    "labor_inputs": LabourInputs,
    "material_imports": MaterialImports,
    "sales": Sales,
    "inventories": Inventories,
}


class Bytes:
    """Random bytes of a seed, so that a failure can be looked at again."""

    def __init__(self, before: int = 0) -> None:
        self._count = before

    def __call__(self, size: int) -> bytes:
        self._count += 1
        return hashlib.shake_256(b"%d" % self._count).digest(size)


def make_home(place: Path) -> HomeHandle:
    """An empty demonstration home, open to record in."""
    organisation = Organisation(code="MAKER", legal_name="Maker Inc. (SPECIMEN)", country="MX")
    founded(place, organisation=organisation, person="Desk (role)", passphrase=b"specimen", now=STARTED, random=Bytes())
    projector = Projector(DocumentStore(place / "documents"))
    return open_home(place, {}, sign=True, projector=projector, random=Bytes(1000))


def set_clock(handle: HomeHandle, moment: datetime) -> None:
    SimulatedClock(handle.settings.home / SIMULATED_CLOCK).set(moment)


def record(handle: HomeHandle, *statements: Statement) -> None:
    set_clock(handle, handle.clock.now() + timedelta(seconds=1))
    handle.signer().record([(statement, ()) for statement in statements])


def record_company(handle: HomeHandle, company: Company, production: list[ProductionLine] | None = None) -> None:
    """Record every fact of `company`: lines of one load together, everything else by itself."""
    loads: dict[tuple[str, str], list[object]] = {}
    singles: list[Statement] = []
    for field, facts in company.facts.items():
        for fact in facts:
            if field in LOADS:
                loads.setdefault((field, fact.statement), []).append(fact.value)
            else:
                singles.append(fact.value)
    for line in production or []:
        loads.setdefault(("production", "production-1"), []).append(line)
    record(handle, *(load(handle, field, name, lines) for (field, name), lines in loads.items()), *singles)


def load(handle: HomeHandle, field: str, name: str, lines: list, **update: object) -> Load:
    """A load of lines, its documents put in the store."""
    values = [line.model_dump(mode="json") for line in lines]
    seed = hashlib.sha256(name.encode()).digest()
    return LOADS[field](
        id=named("load", name),
        issuer="self",
        evidence_class=EvidenceClass.STRUCTURED,
        received=handle.documents.put(f"{name}, as received".encode()).sha256,
        view=handle.documents.put(b"".join(canonical.dumps(value) + b"\n" for value in values)).sha256,
        view_root=table_root(line_disclosures(seed, LOADS[field].line_prefix(), values)),
        seed=handle.documents.put(seed).sha256,
        parser="by hand",
        lines=len(lines),
        scale=6,
        **update,
    )
