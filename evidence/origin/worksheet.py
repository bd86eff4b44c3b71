"""The worksheet: a determination written down so that a person can follow it with a calculator.

This is the document that a snapshot records. Every figure is a cell with an id; every cell says by which formula it
came about and which cells, materials or recorded inputs it rests on. The pack prints these and calculates nothing.
Amounts are in `currency`; `total` figures are for all units made in the period, `per unit` figures are for display.
"""

from datetime import date
from enum import StrEnum

from evidence.core import canonical
from evidence.core.canonical import JsonValue
from evidence.core.statements.base import Record
from evidence.core.statements.snapshot import WORKSHEET_TABLES, WrittenWorksheet
from evidence.core.statements.written import records_bytes
from evidence.core.values import ON_RECORD, Amount


class Outcome(StrEnum):
    """What a test, a limb or the whole comes to."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_DETERMINABLE = "not_determinable"


class Status(StrEnum):
    """How a material is counted."""

    ORIGINATING = "originating"
    NON_ORIGINATING = "non-originating"
    UNDETERMINED = "undetermined, counted as non-originating"
    ROLLED_UP = "by its own materials"


class InputRef(Record):
    """One recorded thing that the worksheet rests on: a ledger entry, and a line of it where it is a load."""

    ref: str
    """``#12`` or ``#12:345``: entry sequence and line."""
    kind: str
    statement: str
    sha256: str
    """Digest of the canonical JSON of the line or statement as used."""


class LawRef(Record):
    """One dated, cited figure or text of law, with its confidence mark."""

    name: str
    text: str
    source: str
    first: date | None
    last: date | None
    checked: date | None
    mark: str


class Good(Record):
    """The good that is analysed, and the code its rule is looked up under."""

    owner: str
    part: str
    revision: str | None
    description: str
    hs_edition: str
    code: str
    rule_edition: str
    rule_code: str
    concordance: str | None
    """How `code` was read as `rule_code`, with citation and mark."""
    use: str
    vehicle_class: str | None


class Choice(Record):
    """One choice the law leaves open or to the producer, as made here."""

    name: str
    choice: str
    alternatives: tuple[str, ...]
    is_default: bool
    citation: str


class Cell(Record):
    """One figure. `formula` is in words and cell ids; `rests_on` lists cell ids, material ids and input refs."""

    id: str
    label: str
    value: Amount
    unit: str
    formula: str
    rests_on: tuple[str, ...]
    citation: str = ""
    """The text of law that asks for the figure."""


class FindingRow(Record):
    """One test: figures compared exactly; `shown` is how the pack prints the comparison."""

    limb: str
    test: str
    outcome: Outcome
    figure: Amount | None
    bound: Amount | None
    shown: str
    reason: str
    law: tuple[LawRef, ...]
    rests_on: tuple[str, ...]


class Support(Record):
    """What stands behind one purchase source of a material, or does not."""

    supplier: str
    shipped_from: str | None
    quantity: Amount
    value: Amount
    declaration: str | None
    reference: str | None
    covers: bool
    grade: str
    """none, self-stated, signed, document-backed, payment-backed, visit-verified."""
    reason: str
    rests_on: tuple[str, ...]


class MaterialRow(Record):
    """One material of the bill, at its level. Values are per unit of the finished good, exact as carried."""

    id: str
    level: int
    parent: str | None
    part: str
    revision: str
    description: str
    hs_edition: str
    code: str
    made_at: str | None
    quantity: Amount
    """Per unit of the finished good."""
    unit: str
    unit_value: Amount | None
    """None where it is not known; then nothing that needs it is determined."""
    value: Amount | None
    status: Status
    counted: Amount | None
    """What of `value` is counted as non-originating. Nothing for a line counted by its own materials: those lines
    count.
    """
    reason: str
    support: tuple[Support, ...]
    rests_on: tuple[str, ...]
    within: str | None = None
    """The part tested by itself that this line is inside of, by its number."""
    counted_within: Amount | None = None
    """What of it counts in that part's own test, per unit of that part."""
    counted_column_2: Amount | None = None
    """What of it counts there as a non-originating column 2 component; None where that part is no core part."""


class CoreWay(Record):
    """A core part by one of the four ways; the super-core's result stands for every part."""

    way: str
    outcome: Outcome
    shown: str


class CorePart(Record):
    """One Table A.2 column 1 part of a vehicle, tested by itself."""

    group: str
    part: str
    description: str
    way: str
    net_cost: Amount | None
    non_originating: Amount | None
    content: str
    bound: Amount | None
    outcome: Outcome
    reason: str
    rests_on: tuple[str, ...]
    column: str = ""
    """Where Table A.2 lists it, as far as is recorded: ``column 1, whole part``."""
    ways: tuple[CoreWay, ...] = ()
    """By each way, where its figures are on file; one of them, or none, decided."""


class ShiftRow(Record):
    """One input of the good as the tariff change sees it; `value` is for all units made."""

    material: str
    part: str
    code: str
    """In the edition of the rules; empty where none is recorded."""
    status: Status
    value: Amount | None
    shifts: str
    """``shifts``, ``does not shift``, ``not told by its code``, or ``originates: need not shift``."""


class ShiftTest(Record):
    """The tariff change that one alternative of the product rule asks for, input by input."""

    id: str
    alternative: str
    words: str
    """The change as the rule words it."""
    decides: bool
    """Whether the alternative is open under the reading taken; one that is not is worked out besides."""
    outcome: Outcome
    rows: tuple[ShiftRow, ...]
    missed: Amount | None
    """Value for all units made of what does not shift, or may not."""
    base: Amount | None
    """Total cost, which the share is of."""
    shown: str
    citation: str
    rests_on: tuple[str, ...]


class Gap(Record):
    """Something missing, and what it costs. `defeats` says whether a limb fails or stays open because of it."""

    what: str
    owner: str
    due: date | None
    effect: str
    defeats: bool
    open: bool = False
    """Whether a person still has something to decide or to file; a gap counted against the claim is closed."""


class View(Record):
    """The same figures under another reading or another day; `option` names the day or the reading."""

    name: str
    option: str
    outcome: Outcome
    shown: str
    citation: str


class Worksheet(Record):
    """One determination. `outcome` is MET when the good originates."""

    schema_version: int = 1
    good: Good
    plant: str
    plant_country: str
    period_from: date
    period_to: date
    basis: str
    event: str
    event_day: date | None
    """The day of export or entry that selects the threshold; None where production does, whose days are the period."""
    other_day: date | None = None
    """A day of export or entry that decides nothing here and is tested besides, as a view."""
    importing_country: str | None = None
    true_up_due: date | None = None
    """Of estimates: the first day on which actual figures decide; None for actual figures, or with no calendar."""
    currency: str
    as_of: int
    rule_set: str
    program: str
    outcome: Outcome
    criterion: str
    method: str
    summary: str
    choices: tuple[Choice, ...]
    cells: tuple[Cell, ...]
    findings: tuple[FindingRow, ...]
    materials: tuple[MaterialRow, ...]
    core_parts: tuple[CorePart, ...]
    shifts: tuple[ShiftTest, ...] = ()
    gaps: tuple[Gap, ...]
    views: tuple[View, ...]
    inputs: tuple[InputRef, ...]

    def to_bytes(self) -> bytes:
        """Canonical JSON: the document that is recorded and replayed."""
        return self.written().document()

    def head(self) -> dict[str, JsonValue]:
        """What it has besides its tables, in JSON."""
        return self.model_dump(mode="json", exclude=set(WORKSHEET_TABLES))

    def written(self) -> WrittenWorksheet:
        """The document, its rows written once."""
        rows = {name: records_bytes(getattr(self, name)) for name in WORKSHEET_TABLES}
        return WrittenWorksheet(self.head(), rows)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Worksheet":
        return cls.model_validate(canonical.loads_canonical(data, limit=len(data)), context=ON_RECORD)
