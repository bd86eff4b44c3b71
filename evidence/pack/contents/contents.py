"""What the report prints, page by page: one frozen class each.

Everything here was recorded before: a snapshot's worksheet, statements, receipts, positions in the ledger. Nothing is
calculated. Figures stay exact; templates round for display only. `Link.to` is the anchor of the place in the report
that a number comes from, empty where it is a ledger position that the report does not print.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal

from evidence.core.canonical import JsonValue
from evidence.core.values import decimal_to_text, moment_text
from evidence.pack.contents.contents_analysis import (
    AveragedRow,
    AveragePage,
    CellRow,
    ChoiceRow,
    CorePartRow,
    InputRow,
    ShiftLine,
    ShiftTable,
    TestRow,
    ViewRow,
    WayRow,
    WorksheetPage,
)
from evidence.pack.contents.contents_opening import (
    AverageResult,
    Bar,
    ChecklistPage,
    ChecklistRow,
    ClaimRow,
    ClaimState,
    Fact,
    GapRow,
    GateRow,
    GateSet,
    Link,
    OpeningPage,
    ResultRow,
    StepRow,
)
from evidence.pack.contents.contents_parts import (
    AccountRow,
    AnsweredRow,
    AnswerLine,
    AnswersPage,
    AuthorityPage,
    AuthorityRow,
    BuiltRow,
    DeclaredRow,
    Draw,
    ElectionRow,
    GradeRow,
    HappenedRow,
    HeldRow,
    HistoryPage,
    OriginBar,
    PapersRow,
    PoolRow,
    ProductionPage,
    RulePage,
    SampledRow,
    SamplePage,
    SupportPage,
    TiePage,
    TransportPage,
    ValuedRow,
)

__all__ = [  # named here so that a page is had from one module, whichever of the four defines it
    "AccountRow",
    "AnswerLine",
    "AnsweredRow",
    "AnswersPage",
    "AuthorityPage",
    "AuthorityRow",
    "AveragePage",
    "AverageResult",
    "AveragedRow",
    "Bar",
    "BuiltRow",
    "CellRow",
    "ChecklistPage",
    "ChecklistRow",
    "ChoiceRow",
    "ClaimRow",
    "ClaimState",
    "CorePartRow",
    "DeclaredRow",
    "Draw",
    "ElectionRow",
    "Fact",
    "GapRow",
    "GateRow",
    "GateSet",
    "GradeRow",
    "HappenedRow",
    "HeldRow",
    "HistoryPage",
    "InputRow",
    "Link",
    "OpeningPage",
    "OriginBar",
    "PapersRow",
    "PoolRow",
    "ProductionPage",
    "ResultRow",
    "RulePage",
    "SamplePage",
    "SampledRow",
    "ShiftLine",
    "ShiftTable",
    "StepRow",
    "SupportPage",
    "TestRow",
    "TiePage",
    "TransportPage",
    "ValuedRow",
    "ViewRow",
    "WayRow",
    "WorksheetPage",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackHead:
    """What stands on every page, and what names the pack."""

    number: str
    subject: str
    """``Shipment S01`` or ``Customs entry 123``."""
    shipment: str
    edition: str
    confidentiality: str
    organisation: str
    origin: str
    """The ledger's name."""
    as_of: int
    root: str
    """Root of the ledger's tree at that size, hexadecimal."""
    moment: datetime
    """When the last entry that the pack knows of was recorded."""
    specimen: bool
    supersedes: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrosswalkRow:
    """From one built unit to the line that entered it."""

    unit: str
    quantity: Decimal | None
    """How many goods the unit, serial or lot holds by its production record."""
    built_on: date | None
    plant: str
    bill: str
    worksheet: Link | None
    certification: Link | None
    invoice: str
    customs_line: str
    subheading: str
    broken: str | None
    """What the chain lacks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentFacts:
    """A shipment in one paragraph."""

    number: str
    exporter: str
    consignee: str
    shipped_from: str
    route: str
    exported_on: date
    legs: tuple[str, ...]
    transport_document: Link
    position: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CrosswalkPage:
    """Every unit of the shipment with its chain."""

    shipments: tuple[ShipmentFacts, ...]
    rows: tuple[CrosswalkRow, ...]
    broken: int
    totals: tuple[str, ...] = ()
    """For each line: how many were invoiced, entered and made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One of the nine elements, as the certification has it."""

    number: str
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CertifiedRow:
    """One line of goods on a certification."""

    line: int
    part: str
    description: str
    code: str
    criterion: str
    rule: str
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificationPage:
    """A certification of origin, element by element."""

    anchor: str
    number: str
    elements: tuple[Element, ...]
    goods: tuple[CertifiedRow, ...]
    statement: str
    wording: str = ""
    """Whether the statement is in the official words."""
    language: str
    signer: str
    title: str
    signed_on: date
    received_on: date
    received_basis: str
    recorded_at: datetime
    basis: str
    carrier_document: str
    beside: tuple[str, ...]
    """Each analysis in the pack and whether the certification was made before it."""
    recipients: tuple[str, ...]
    position: str
    exhibits: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleCertificationRow:
    """One of the producer's vehicle certifications on file."""

    kind: str
    authority: str
    identifier: str | None
    status: str
    period: str
    submitted_on: date
    figures: str
    position: str
    exhibits: tuple[Link, ...]
    role: str = ""
    """What it is here for: quoted on the entry, of the period of production."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportRow:
    """What stands behind one source of a material."""

    supplier: str
    declaration: str | None
    grade: str
    covers: bool
    reason: str
    exhibits: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialLine:
    """One material of the schedule."""

    anchor: str
    number: int
    level: int
    part: str
    description: str
    code: str
    quantity: Decimal
    unit: str
    value: Decimal | None
    """None where it is not known."""
    status: str
    originates: bool
    counted: Decimal | None
    reason: str
    support: tuple[SupportRow, ...]
    id: str = ""
    """Its number on the worksheet, the same in every table and file."""
    parent: str | None = None
    within: str | None = None
    """The part tested by itself that it is inside of."""
    counted_within: Decimal | None = None
    """What of it counts in that part's own test, per unit of that part."""
    figures: Link | None = None
    """Of a part that was made, its own figures on the worksheet."""
    cumulative: Decimal | None = None
    """Percent of the value of all lines bought that it and those above it make up; None of a line not bought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulePage:
    """The materials of one worksheet by descending value."""

    anchor: str
    title: str
    currency: str
    lines: tuple[MaterialLine, ...]
    note: str = ""
    """How it relates to the schedule that decides, where it lists differences only."""
    totals: tuple[tuple[Link, Decimal], ...] = ()
    """Sums that the worksheet records: of what counts in the good, and in each part tested by itself."""
    population: str = ""
    """How many lines were bought and what they come to, in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitRow:
    """One exhibit of the index."""

    anchor: str
    number: str
    title: str
    about: str
    """Of whom it is and what it refers to."""
    tier: str
    name: str
    """The file's name as it came."""
    path: str
    """Where it lies in the pack; empty where it is withheld."""
    sha256: str
    """Empty where it is withheld."""
    size: int | None
    """None where it is withheld: with the name, a size can tell which file it is."""
    document_class: str
    received_on: date
    received_basis: str
    channel: str
    holder: str
    recorded_at: datetime
    position: str
    late: bool
    withheld: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyRow:
    """A ledger entry that the pack carries, or a run of entries alike."""

    position: str
    kind: str
    recorded: tuple[datetime, ...]
    actor: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """One public key that signed something in the pack."""

    key: str
    purpose: str
    role: str
    since: date
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnexPage:
    """Custody, signatures and what a checker needs."""

    custody: tuple[CustodyRow, ...]
    keys: tuple[KeyRow, ...]
    certificate: str
    certificate_fingerprint: str
    root_fingerprint: str
    checkpoint: str
    manifest_sha256: str
    rule_sets: tuple[str, ...] = ()
    """The rule sets applied, whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """A whole report."""

    pack: PackHead
    opening: OpeningPage
    checklist: ChecklistPage
    crosswalk: CrosswalkPage
    certifications: tuple[CertificationPage, ...]
    vehicle_certifications: tuple[VehicleCertificationRow, ...]
    worksheets: tuple[WorksheetPage, ...]
    averages: tuple[AveragePage, ...] = ()
    schedules: tuple[SchedulePage, ...]
    exhibits: tuple[ExhibitRow, ...]
    annex: AnnexPage
    vehicles: bool = False
    """Whether the goods are vehicles, of which vehicle certifications are asked."""
    answers: tuple[AnswersPage, ...] = ()
    authority: AuthorityPage
    rules: tuple[RulePage, ...] = ()
    ties: tuple[TiePage, ...] = ()
    samples: tuple[SamplePage, ...] = ()
    support: SupportPage
    production: ProductionPage
    transport: TransportPage
    history: HistoryPage


def to_json(value: object) -> JsonValue:
    """Pages as canonical JSON carries them: records become objects, decimals text, moments UTC text."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [to_json(inner) for inner in value]
    if isinstance(value, Mapping):
        return {str(key): to_json(inner) for key, inner in value.items()}
    if isinstance(value, Decimal):
        return decimal_to_text(value)
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return str(value)  # what a page marks as quoted is plain text here
    if value is None or isinstance(value, bool | int):
        return value
    raise TypeError(f"{type(value).__name__} has no place in a page")
