"""Tables A.1 to G and S: which codes count as which kind of part.

19 CFR 182 App A and SOR/2020-155, the tables after Part 6. They print codes of HS 2012 only; a code of a later
edition is looked up through a concordance row that is on file and cited, never silently. A row marked "ex" covers
only part of its code, so that it applies only where a role recorded for the item says so.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from evidence.errors import NoRule
from evidence.rules.codes import EDITION, CodeSpan, subheading

GROUPS = (
    "engine",
    "transmission",
    "body_and_chassis",
    "axle",
    "suspension_system",
    "steering_system",
    "advanced_battery",
)
"""The column 1 groups of Table A.2, in its order."""

WHOLE_PART = "whole part"


@dataclass(frozen=True, slots=True)
class TableRow:
    """One printed row.

    `group` and `component` are set for Table A.2 only; `component` is `WHOLE_PART` for the column 1 part itself.
    """

    table: str
    column: str
    code: str
    ex: bool
    description: str
    citation: str
    confidence: str
    hs_edition: str
    checked: str
    note: str

    @property
    def group(self) -> str:
        return self.column.partition(" | ")[0] if self.table == "A.2" else ""

    @property
    def component(self) -> str:
        return self.column.partition(" | ")[2].strip("()") if self.table == "A.2" else ""

    @property
    def role(self) -> str:
        """The role that an item's classification must record for this row to apply, where the code alone does not say.

        ``A.2:advanced_battery:cells``, ``D:turbochargers and superchargers``.
        """
        if self.table == "A.2":
            return f"A.2:{self.group}:{self.component}"
        return f"{self.table}:{self.description}"

    @property
    def needs_role(self) -> bool:
        """Whether the six digits are not enough: an "ex" row, or a letter code that stands for national items."""
        return self.ex or bool(CodeSpan.parse(self.code).item)


@dataclass(frozen=True, slots=True)
class Listing:
    """Where a code is listed.

    Attributes:
        rows: the rows that apply.
        undecided: rows of part of the code, in tables for which no role of the item is recorded.
    """

    rows: tuple[TableRow, ...]
    undecided: tuple[TableRow, ...]

    @property
    def tables(self) -> frozenset[str]:
        return frozenset(row.table for row in self.rows)


@dataclass(frozen=True, slots=True)
class Tables:
    """All rows of all tables."""

    rows: tuple[TableRow, ...]
    _holding: dict[str, tuple[TableRow, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The rows whose code holds six digits, by those digits, once they were asked for: a bill has few codes."""

    def listing(self, code: str, roles: Collection[str] = (), edition: str = EDITION) -> Listing:
        """The tables that list `code`.

        Args:
            code: six, eight or ten digits.
            roles: the table roles recorded for the item, as `TableRow.role` writes them; ``"B:none"`` records that the
                item has no role in Table B, and a letter code such as ``"8708.99.aa"`` that it is of that item.
            edition: the edition of `code`.

        Raises:
            NoRule: the code is not of HS 2012: it needs a concordance row first.
            MalformedValue: `code` is no tariff code.
        """
        digits = subheading(code)
        require_edition(code, edition)
        decided = {role.partition(":")[0] for role in roles}
        applying: list[TableRow] = []
        undecided: list[TableRow] = []
        for row in self._of(digits):
            if not row.needs_role or row.role in roles or row.code in roles:
                applying.append(row)
            elif row.table not in decided:
                undecided.append(row)
        return Listing(tuple(applying), tuple(undecided))

    def _of(self, digits: str) -> tuple[TableRow, ...]:
        """The rows whose code holds these six digits."""
        held = self._holding.get(digits)
        if held is None:
            held = tuple(row for row in self.rows if row.code and CodeSpan.parse(row.code).holds(digits))
            self._holding[digits] = held
        return held


def require_edition(code: str, edition: str) -> None:
    """Refuses a code of another edition than the rules print.

    Raises:
        NoRule: `edition` is not HS 2012.
    """
    if edition != EDITION:
        raise NoRule(
            f"{code} is of {edition}, and the rules print codes of {EDITION}; "
            "look it up through a concordance row first, or record one with its citation."
        )
