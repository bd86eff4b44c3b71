"""What the report prints, page by page: one frozen class each.

Everything here was recorded before: a snapshot's worksheet, statements, receipts, positions in the ledger. Nothing is
calculated. Figures stay exact; templates round for display only. `Link.to` is the anchor of the place in the report
that a number comes from, empty where it is a ledger position that the report does not print.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from evidence.core.canonical import JsonValue
from evidence.core.values import decimal_to_text, moment_text


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead somewhere in the report."""

    text: str
    to: str = ""


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


class ClaimState(StrEnum):
    """What page one says of a line, in capitals."""

    CLAIMED = "CLAIMED"
    NOT_CLAIMED = "NOT CLAIMED"
    CORRECTED = "CORRECTED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRow:
    """One answer of the claim gate, as recorded."""

    check: str
    outcome: str
    found: str
    citation: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """One line of a customs entry and what was claimed on it."""

    customs_entry: str
    line: int
    country: str
    importer: str
    imported_on: date
    entered_on: date
    goods: str
    quantity: Decimal
    value: Decimal
    currency: str
    tariff_item: str
    hs_edition: str
    preference_code: str | None
    identifiers: tuple[str, ...]
    """Vehicle certification identifiers on the line, as issued on submission."""
    state: ClaimState
    decided_on: date | None
    reason: str | None
    certification: Link | None
    worksheet: Link | None
    gate: tuple[GateRow, ...]
    position: str
    """The ledger entry of the claim: ``#123``; empty where none is on record."""
    history: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Content against its threshold, as lengths in per mille of the whole, for drawing."""

    label: str
    content: Decimal
    threshold: Decimal
    content_at: int
    threshold_at: int
    met: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRow:
    """One test of the worksheet."""

    limb: str
    test: str
    outcome: str
    shown: str
    reason: str
    law: tuple[str, ...]
    rests_on: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRow:
    """What one origin analysis came to, for page one."""

    worksheet: Link
    good: str
    plant: str
    period: str
    basis: str
    day: str
    outcome: str
    words: str
    criterion: str
    summary: str
    bar: Bar | None
    former: bool = False
    """Whether a later analysis of the same good and period stands after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRow:
    """Something missing, late, open or blocking."""

    kind: str
    what: str
    owner: str
    due: date | None
    effect: str
    defeats: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningPage:
    """Page one: the claim, the result and the gaps."""

    headline: str
    reasons: tuple[str, ...]
    """Why nothing, or not everything, is claimed."""
    claims: tuple[ClaimRow, ...]
    results: tuple[ResultRow, ...]
    gaps: tuple[GapRow, ...]
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CrosswalkRow:
    """From one built unit to the line that entered it."""

    unit: str
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
    language: str
    signer: str
    title: str
    signed_on: date
    received_on: date
    received_basis: str
    recorded_at: datetime
    basis: str
    carrier_document: str
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CellRow:
    """One figure of the worksheet."""

    anchor: str
    id: str
    label: str
    value: Decimal
    unit: str
    formula: str
    rests_on: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CorePartRow:
    """One core part, tested by itself."""

    group: str
    part: str
    description: str
    way: str
    net_cost: Decimal | None
    non_originating: Decimal | None
    content: str
    bound: Decimal | None
    outcome: str
    reason: str
    rests_on: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceRow:
    """One choice that the law leaves open, as made."""

    name: str
    choice: str
    alternatives: str
    made: str
    citation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewRow:
    """The same figures under another day or reading."""

    name: str
    option: str
    outcome: str
    shown: str
    citation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRow:
    """A ledger entry that a worksheet rests on, with how many of its lines; or a run of entries alike."""

    anchors: tuple[str, ...]
    position: str
    kind: str
    lines: str
    recorded: tuple[datetime, ...]
    """The first moment and, of a run, the last."""
    exhibits: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorksheetPage:
    """One origin analysis as its snapshot recorded it."""

    anchor: str
    title: str
    snapshot: str
    position: str
    recorded_at: datetime
    result: ResultRow
    facts: tuple[tuple[str, str], ...]
    tests: tuple[TestRow, ...]
    cells: tuple[CellRow, ...]
    core_parts: tuple[CorePartRow, ...]
    choices: tuple[ChoiceRow, ...]
    views: tuple[ViewRow, ...]
    inputs: tuple[InputRow, ...]
    currency: str


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


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulePage:
    """The materials of one worksheet by descending value."""

    anchor: str
    title: str
    currency: str
    lines: tuple[MaterialLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitRow:
    """One exhibit of the index."""

    anchor: str
    number: str
    title: str
    name: str
    """The file's name as it came."""
    path: str
    """Where it lies in the pack; empty where it is withheld."""
    sha256: str
    size: int
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """A whole report."""

    pack: PackHead
    opening: OpeningPage
    crosswalk: CrosswalkPage
    certifications: tuple[CertificationPage, ...]
    vehicle_certifications: tuple[VehicleCertificationRow, ...]
    worksheets: tuple[WorksheetPage, ...]
    schedules: tuple[SchedulePage, ...]
    exhibits: tuple[ExhibitRow, ...]
    annex: AnnexPage


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
    if value is None or isinstance(value, str | bool | int):
        return value
    raise TypeError(f"{type(value).__name__} has no place in a page")
