"""What the pages of an analysis print: a worksheet as its snapshot recorded it, and an average of several goods."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from evidence.pack.contents.contents_opening import AverageResult, Link, ResultRow
from evidence.pack.contents.contents_parts import OriginBar


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
class CellRow:
    """One figure of the worksheet."""

    anchor: str
    id: str
    label: str
    value: Decimal
    unit: str
    formula: str
    rests_on: tuple[Link, ...]
    """What it rests on besides the cells that `pieces` leads to."""
    pieces: tuple[Link, ...] = ()
    """The formula in pieces, each cell in it a link."""
    of: str = ""
    """The part whose figure it is; empty for the good."""
    citation: str = ""
    """The text of law that asks for the figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WayRow:
    """A core part by one of the four ways; what all parts come to together stands with every part."""

    way: str
    outcome: str
    shown: str
    to: str = ""
    """The anchor of the cell that holds its content."""


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
    column: str = ""
    """Where Table A.2 lists it."""
    ways: tuple[WayRow, ...] = ()
    """By each way whose figures are on file, in one order for all parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftLine:
    """One input under the tariff change, or a run of inputs that did the same."""

    material: Link
    part: str
    code: str
    origin: str
    value: Decimal | None
    shifts: str
    against: bool = False
    """Whether it counts against the change: it does not shift, or its code does not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftTable:
    """The tariff change that one alternative of the product rule asks for."""

    title: str
    words: str
    outcome: str
    shown: str
    missed: Decimal | None
    base: Decimal | None
    lines: tuple[ShiftLine, ...]
    others: str
    """What is not printed line by line, in a sentence."""
    citation: str
    rests_on: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceRow:
    """One choice that the law leaves open, as made."""

    name: str
    choice: str
    alternatives: str
    made: str
    citation: str
    elected: bool = False
    """Whether somebody chose it, and not the rule set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewRow:
    """The same figures under another day or reading."""

    name: str
    option: str
    outcome: str
    shown: str
    citation: str
    to: str = ""
    """The anchor of the cell whose figure it shows, where it shows one."""


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
    shifts: tuple[ShiftTable, ...] = ()
    origin: OriginBar | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AveragedRow:
    """One good of an average. Its figures are for the units counted; `content` is its own, which decides nothing."""

    number: str
    part: str
    plant: str
    model_line: str
    vehicle_class: str
    made: Decimal
    counted: Decimal | None
    net_cost: Decimal | None
    non_originating: Decimal | None
    content: Decimal | None
    requirement: str
    reason: str
    """Why a figure is not known."""
    snapshots: tuple[Link, ...]
    """The determinations that the figures are of: a worksheet of this pack, or the ledger entry."""
    rests_on: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AveragePage:
    """An average that a claim rests on, as recorded."""

    anchor: str
    title: str
    statement: str
    position: str
    recorded_at: datetime
    result: AverageResult
    facts: tuple[tuple[str, str], ...]
    goods: tuple[AveragedRow, ...]
    currency: str
    net_cost: Decimal | None
    """The sum over the goods; None where it is not known, or where goods are averaged apart."""
    non_originating: Decimal | None
    content: Decimal | None
    formula: str
    steps: tuple[str, ...]
    tests: tuple[TestRow, ...]
    choices: tuple[ChoiceRow, ...]
    notes: tuple[str, ...]
    inputs: tuple[InputRow, ...]
