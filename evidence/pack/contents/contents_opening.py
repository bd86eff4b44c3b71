"""What the first pages print: the claim, the result, the gaps, and the checklist of what is asked for with a claim."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from evidence.pack.words.language import marked


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead somewhere in the report."""

    text: str
    to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of page one: what it is, and what is on record, leading to where it stands."""

    name: str
    said: tuple[Link, ...]
    wide: bool = False
    """Whether it takes the whole width."""


class ClaimState(StrEnum):
    """What page one says of a line, in capitals."""

    CLAIMED = marked("CLAIMED")
    NOT_CLAIMED = marked("NOT CLAIMED")
    CORRECTED = marked("CORRECTED")
    WITHDRAWN = marked("WITHDRAWN")


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRow:
    """One answer of the claim gate, as recorded."""

    check: str
    outcome: str
    found: str
    citation: str
    mark: str
    number: str = ""
    shown_at: Link | None = None
    """Where the figures stand that the answer quotes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSet:
    """The whole gate as answered when one claim was decided."""

    title: str
    rows: tuple[GateRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One step of a correction: what is on file of it, or that nothing is."""

    what: str
    found: str
    shown_at: tuple[Link, ...] = ()
    missing: bool = False


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
    period_identifiers: tuple[str, ...] = ()
    """Those of the period of production, where the analysis rests on others than the line quotes."""
    state: ClaimState
    decided_on: date | None
    reason: str | None
    certification: Link | None
    worksheet: Link | None
    average: Link | None = None
    """Where the good is averaged, the average that the latest claim names."""
    gate: tuple[GateRow, ...]
    gates: tuple[GateSet, ...] = ()
    """The gate of every claim on the line, in their order; the last is `gate`."""
    headline: str = ""
    """What the banner says after or instead of the state: what is open, what a correction lacks."""
    by: str = ""
    """Who decided it."""
    certifier: str = ""
    confirmed: str = ""
    """That a claim on estimates was followed by actual figures, or what they came to."""
    steps: tuple[StepRow, ...] = ()
    """Of a correction or withdrawal."""
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
    stamp: str = ""
    """By which analysis it is superseded or followed, and which claim it was the basis of."""
    estimate: str = ""
    """Of estimates: from which day on actual figures decide, in words; empty for actual figures."""
    averaged: Link | None = None
    """The average that decides on its content for the claim; None where its own content decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AverageResult:
    """What an average came to that a claim rests on, for page one."""

    average: Link
    goods: str
    category: str
    units: str
    """Which units count."""
    period: str
    basis: str
    outcome: str
    words: str
    summary: str
    bar: Bar | None
    estimate: str = ""
    claims: str = ""
    """The claims that name it."""
    former: bool = False
    """Whether a later average of the same goods and period stands after it."""
    stamp: str = ""
    """By which average it is superseded or followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRow:
    """Something missing, late, open or blocking."""

    kind: str
    what: str
    owner: str
    due: date | None
    effect: str
    defeats: bool
    shown_at: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningPage:
    """Page one: the claim, the result and the gaps."""

    headline: str
    reasons: tuple[str, ...]
    """Why nothing, or not everything, is claimed."""
    claims: tuple[ClaimRow, ...]
    results: tuple[ResultRow, ...]
    averages: tuple[AverageResult, ...] = ()
    gaps: tuple[GapRow, ...]
    status: str
    rules: tuple[str, ...] = ()
    """Which edition of the rules each analysis applied."""
    facts: tuple[Fact, ...] = ()
    """The claim on one page, in the order in which it is asked after."""
    states: tuple[tuple[str, str, str], ...] = ()
    """What is claimed: the state, what it leaves open, and the lines alike."""
    first_gaps: tuple[GapRow, ...] = ()
    """Those of the gaps that page one has room for: what defeats, and what is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistRow:
    """One item that an authority asks for with claims of this kind."""

    id: str
    item: str
    state: str
    """``present``, ``missing`` or ``not applicable``."""
    shown_at: tuple[Link, ...]
    note: str
    """What is missing of it, or why it is not applicable."""
    gate: str
    citation: str
    mark: str
    owner: str = ""
    """Whose it is, of one that is missing."""
    due: date | None = None
    """The day by which it is wanted, where one is known."""
    stops: bool = False
    """Whether a claim should not be made without it."""
    by_when: str = ""
    """That day with the text or letter that sets it, or from when one will run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistPage:
    """What is asked for with a claim of this kind, and where it stands in the pack."""

    sets: tuple[str, ...]
    rows: tuple[ChecklistRow, ...]
    untold: str = ""
    """What keeps further sets from being known."""
    clocks: tuple[str, ...] = ()
    """What starts a clock for what no letter has asked for yet, country by country."""
