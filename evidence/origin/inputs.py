"""What a determination rests on: recorded things as values, each with the ledger entry and line it came from.

`determine` sees nothing else, so that equal inputs give equal worksheets. Everything is in ledger order.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, Generic, TypeVar

from evidence.core.statements.assist import AssistLine
from evidence.core.statements.average import Average
from evidence.core.statements.base import Record, unchecked
from evidence.core.statements.bill import BillLine
from evidence.core.statements.calendar import FiscalCalendar
from evidence.core.statements.case import Notice
from evidence.core.statements.certification import VehicleCertification
from evidence.core.statements.classification import ClassificationLine
from evidence.core.statements.concordance import Concordance
from evidence.core.statements.cost import AllocationBaseLine, CostLine, CostPoolLine
from evidence.core.statements.declaration import DeclarationEvent, Request, Silence, SupplierDeclaration
from evidence.core.statements.election import Election
from evidence.core.statements.inventory import InventoryLine
from evidence.core.statements.item import ItemLine
from evidence.core.statements.labour import LabourInputLine
from evidence.core.statements.loan import Loan
from evidence.core.statements.material_import import MaterialImportLine
from evidence.core.statements.material_value import MaterialValueLine
from evidence.core.statements.metal import MetalPurchaseLine
from evidence.core.statements.production import VolumeLine
from evidence.core.statements.programme import ProgrammeLine
from evidence.core.statements.purchase import PurchaseAdjustmentLine, PurchaseLine, RateLine
from evidence.core.statements.regime import StagingAuthorisation
from evidence.core.statements.relationship import Relationship
from evidence.core.statements.sale import SaleLine
from evidence.core.statements.same_as import SameAs
from evidence.core.statements.site import SiteLine
from evidence.core.statements.snapshot import Snapshot
from evidence.core.statements.unit_conversion import UnitConversionLine
from evidence.core.statements.use import UseLine
from evidence.core.statements.wage import WageCertificate
from evidence.core.statements.written import records_bytes
from evidence.origin.question import Question
from evidence.origin.worksheet import InputRef

T = TypeVar("T", bound=Record)


class Fact(Record, Generic[T]):
    """One recorded value: `ref` is ``#12`` or ``#12:345``, entry sequence and line; `statement` the statement's id."""

    ref: str
    seq: int
    statement: str
    kind: str
    value: T

    @property
    def place(self) -> tuple[int, int]:
        """Its place in the ledger: the entry, and the line in it."""
        _, found, line = self.ref.partition(":")
        return self.seq, int(line) if found else 0


class SupportingDocument(Record):
    """A document on file that relates to a purchase: what it is, and the invoices it supports."""

    document: str
    role: str | None
    relates_to: tuple[str, ...]


class Inputs(Record):
    """All that is known on a question, as of a ledger size."""

    question: Question
    as_of: int
    items: tuple[Fact[ItemLine], ...] = ()
    classifications: tuple[Fact[ClassificationLine], ...] = ()
    concordances: tuple[Fact[Concordance], ...] = ()
    uses: tuple[Fact[UseLine], ...] = ()
    bills: tuple[Fact[BillLine], ...] = ()
    volumes: tuple[Fact[VolumeLine], ...] = ()
    costs: tuple[Fact[CostLine], ...] = ()
    purchases: tuple[Fact[PurchaseLine], ...] = ()
    rates: tuple[Fact[RateLine], ...] = ()
    sites: tuple[Fact[SiteLine], ...] = ()
    calendars: tuple[Fact[FiscalCalendar], ...] = ()
    declarations: tuple[Fact[SupplierDeclaration], ...] = ()
    events: tuple[Fact[DeclarationEvent], ...] = ()
    requests: tuple[Fact[Request], ...] = ()
    silences: tuple[Fact[Silence], ...] = ()
    elections: tuple[Fact[Election], ...] = ()
    vehicle_certifications: tuple[Fact[VehicleCertification], ...] = ()
    documents: tuple[Fact[SupportingDocument], ...] = ()
    adjustments: tuple[Fact[PurchaseAdjustmentLine], ...] = ()
    assists: tuple[Fact[AssistLine], ...] = ()
    unit_conversions: tuple[Fact[UnitConversionLine], ...] = ()
    same_as: tuple[Fact[SameAs], ...] = ()
    loans: tuple[Fact[Loan], ...] = ()
    labor_inputs: tuple[Fact[LabourInputLine], ...] = ()
    wage_certificates: tuple[Fact[WageCertificate], ...] = ()
    metal_purchases: tuple[Fact[MetalPurchaseLine], ...] = ()
    material_imports: tuple[Fact[MaterialImportLine], ...] = ()
    sales: tuple[Fact[SaleLine], ...] = ()
    notices: tuple[Fact[Notice], ...] = ()
    inventories: tuple[Fact[InventoryLine], ...] = ()
    programmes: tuple[Fact[ProgrammeLine], ...] = ()
    authorisations: tuple[Fact[StagingAuthorisation], ...] = ()
    cost_pools: tuple[Fact[CostPoolLine], ...] = ()
    allocation_bases: tuple[Fact[AllocationBaseLine], ...] = ()
    material_values: tuple[Fact[MaterialValueLine], ...] = ()
    relationships: tuple[Fact[Relationship], ...] = ()
    core_averages: tuple[Fact[Average], ...] = ()
    core_determinations: tuple[Fact[Snapshot], ...] = ()
    plant_volumes: tuple[Fact[VolumeLine], ...] = ()
    plant_uses: tuple[Fact[UseLine], ...] = ()
    plant_codes: tuple[Fact[ClassificationLine], ...] = ()
    plant_programmes: tuple[Fact[ProgrammeLine], ...] = ()
    plant_costs: tuple[Fact[CostLine], ...] = ()
    labor_bills: tuple[Fact[BillLine], ...] = ()
    """Bills of other goods that name a part of which labor figures are on file."""

    def facts(self) -> "Iterator[Fact[Record]]":
        """Every fact, by kind and in ledger order."""
        for name in type(self).model_fields:
            if name not in {"question", "as_of"}:
                yield from getattr(self, name)

    def references(self) -> tuple[InputRef, ...]:
        return tuple(_references(self.facts()))


def _references(facts: "Iterable[Fact[Any]]") -> list[InputRef]:
    digest, facts = hashlib.sha256, list(facts)
    written = records_bytes(fact.value for fact in facts)
    return unchecked(
        InputRef,
        [
            {"ref": fact.ref, "kind": fact.kind, "statement": fact.statement, "sha256": digest(data).hexdigest()}
            for fact, data in zip(facts, written, strict=True)
        ],
    )
