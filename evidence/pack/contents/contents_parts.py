"""What the parts of a report print between page one and the exhibits, in the order in which an auditor reads them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from evidence.pack.contents.contents_opening import Link


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLine:
    """One thing on record that answers a paragraph."""

    said: str
    shown_at: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredRow:
    """One paragraph of a request, in its own numbering, with what is on record; no line where nothing is."""

    anchor: str
    paragraph: str
    asks: str
    answers: tuple[AnswerLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersPage:
    """A letter of customs, or a request read from a file, answered paragraph by paragraph."""

    anchor: str
    title: str
    about: str
    """Whose it is, its number, its days."""
    shown_at: tuple[Link, ...]
    rows: tuple[AnsweredRow, ...]
    recorded: bool
    """Whether the letter is on record; otherwise it was given when the pack was built."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityRow:
    """What is on record of somebody's authority to sign."""

    person: str
    title: str
    party: str
    may_sign: str
    granted_on: date
    valid: str
    shown_by: str
    position: str
    exhibits: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRow:
    """How long a certification was held before the claim, by the ledger's own order."""

    certification: Link
    signed_on: date
    received: str
    recorded: str
    first_claim: str
    held: str
    outside: str
    """From when somebody else has held a checkpoint over it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityPage:
    """Signers' authority, and the time that certifications were held."""

    authorities: tuple[AuthorityRow, ...]
    without: tuple[str, ...]
    """Signers of whose authority nothing is on record."""
    held: tuple[HeldRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectionRow:
    """An election as recorded."""

    election: str
    choice: str
    scope: str
    made_on: date
    filed: str
    position: str
    exhibits: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePage:
    """The rule applied to one analysis, how the good meets it, how it is made, what was elected."""

    anchor: str
    title: str
    worksheet: Link
    facts: tuple[tuple[str, str], ...]
    conditions: tuple[tuple[str, str, str, str], ...]
    """Condition, outcome, figures compared, text of law."""
    process: tuple[Link, ...]
    """Exhibits that describe the production."""
    elections: tuple[ElectionRow, ...]
    stamp: str = ""
    """By which analysis this one is superseded or followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """One line of the books that an analysis counts."""

    account: str
    description: str
    element: str
    heading: str
    """The heading under which net cost leaves it out; empty where it counts."""
    amount: Decimal
    currency: str
    figures: str
    trial_balance: str
    position: str
    exhibits: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TiePage:
    """The costs of one analysis, account by account, beside the trial balance."""

    anchor: str
    title: str
    rows: tuple[AccountRow, ...]
    sums: tuple[tuple[str, str], ...]
    """What the lines come to, beside the figures of the worksheet."""
    untied: str
    """How many lines name no account of the trial balance; empty where each does."""
    exhibits: tuple[Link, ...]
    """Trial balances and statements on file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledRow:
    """One material of a sample, and one purchase of it; a material bought several times stands in several rows."""

    material: Link
    part: str
    drawn: str
    """By which of the draws it came in."""
    supplier: str
    order: str
    invoice: str
    received: str
    amount: str
    paid: str
    exhibits: tuple[Link, ...]
    lacking: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """One way of drawing, and the lines that it drew."""

    name: str
    drawn: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePage:
    """The population of one material schedule, its frame, the samples, and their purchases from order to payment."""

    anchor: str
    title: str
    population: str
    frame: tuple[tuple[str, str], ...]
    draws: tuple[Draw, ...]
    rows: tuple[SampledRow, ...]
    earlier: tuple[int, ...] = ()
    """Earlier worksheets of the same good, plant and period, which are not sampled again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredRow:
    """A declaration that does not carry a material, or was used against it: refused, withdrawn, expired, replaced."""

    anchor: str
    supplier: str
    reference: str
    part: str
    form: str
    covers: str
    state: str
    counted: str
    """What the analyses made of it."""
    exhibits: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeRow:
    """How much of one schedule stands on one grade of support."""

    grade: str
    lines: int
    value: Decimal
    share: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportPage:
    """What suppliers gave: by grade, and every declaration that did not help."""

    graded: tuple[tuple[str, str, tuple[GradeRow, ...]], ...]
    """Of each analysis: its title, its currency, its grades."""
    against: tuple[DeclaredRow, ...]
    declarations: int
    unused: tuple[str, ...]
    """References of those that stand and that no material rests on."""
    unanswered: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltRow:
    """One unit, serial or lot as its production record has it."""

    unit: str
    good: str
    plant: str
    built_on: date
    quantity: Decimal
    bill: str
    lots: str
    rework: str
    position: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolRow:
    """One pool of materials that take each other's place, over the fiscal year of its method."""

    pool: str
    plant: str
    method: str
    year: str
    movements: str
    exhibits: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionPage:
    """Production records of the units shipped, monthly volumes, inventory."""

    rows: tuple[BuiltRow, ...]
    volumes: tuple[tuple[str, str, tuple[Link, ...]], ...]
    """Good and plant, months with units made, where they are recorded."""
    pools: tuple[PoolRow, ...]
    exhibits: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuedRow:
    """One line of a customs entry beside the invoice line that it enters."""

    customs_line: str
    invoice: str
    invoiced: str
    entered: str
    related: str
    duties: str
    agree: str
    shown_at: tuple[Link, ...] = ()
    """The ledger entry of the customs entry, and the exhibits behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PapersRow:
    """A document that the movement or the entry calls for."""

    what: str
    shown_at: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportPage:
    """How the goods moved, what they were valued and entered at, and the papers of both."""

    movements: tuple[tuple[str, str], ...]
    rows: tuple[ValuedRow, ...]
    papers: tuple[PapersRow, ...]
    value: tuple[AnswerLine, ...]
    """What else is on record of the price: relationship, additions, assists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HappenedRow:
    """One thing that happened after the claim, or about it, in the order of the ledger."""

    on: str
    what: str
    said: str
    position: str
    shown_at: tuple[Link, ...]
    against: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """Corrections, letters of customs, what was learned, reconciliation, deliveries."""

    rows: tuple[HappenedRow, ...]
    reconciliations: tuple[HappenedRow, ...]
    due: tuple[str, ...]
    """Reconciliations that estimates still call for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginBar:
    """Value by origin, of one unit, as lengths in per mille of the whole; drawn, not reckoned with."""

    title: str
    unit: str
    segments: tuple[tuple[str, str, Decimal, int, int], ...]
    """Name, class for its colour, value, where it starts and how long it is."""
    bound_at: int | None
    """Where non-originating value reaches what the threshold leaves."""
    bound: str
