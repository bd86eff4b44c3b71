"""From a code of a later Harmonized System edition to the one that the rules print: only by a cited row on file.

A range such as 8703.21-8703.90 matches within its own edition only, so that an electric passenger vehicle of 8703.80
(from HS 2017 on) has no rule until a row says which code of HS 2012 it was.
"""

from dataclasses import dataclass

from evidence.errors import NoRule
from evidence.rules.codes import EDITION, printed, subheading


@dataclass(frozen=True, slots=True)
class ConcordanceRow:
    """One correspondence, with the mark that is printed wherever it is used."""

    from_editions: tuple[str, ...]
    from_code: str
    to_edition: str
    to_code: str
    kind: str
    condition: str
    citation: str
    confidence: str
    checked: str
    note: str


@dataclass(frozen=True, slots=True)
class RuleCode:
    """A code in the edition of the rules, and the row that gave it (None where it was of that edition already)."""

    digits: str
    by: ConcordanceRow | None

    @property
    def note(self) -> str:
        """What is printed beside the code, or nothing."""
        if self.by is None:
            return ""
        return (
            f"{printed(self.by.from_code)} of {' or '.join(self.by.from_editions)} read as {printed(self.digits)} of "
            f"{self.by.to_edition}: {self.by.citation} [{self.by.confidence}]"
        )


@dataclass(frozen=True, slots=True)
class Concordance:
    """The rows on file."""

    rows: tuple[ConcordanceRow, ...]

    def require_known(self, code: str) -> None:
        """Refuses a code that came only with a later edition, though a printed range of the rules would enclose it.

        Raises:
            NoRule: a row on file gives `code` as one of a later edition.
        """
        digits = subheading(code)
        for row in self.rows:
            if subheading(row.from_code) == digits:
                raise NoRule(
                    f"{printed(digits)} is a code of {' or '.join(row.from_editions)} and none of {EDITION}; "
                    "name its edition, so that the concordance row on file can be applied and printed."
                )

    def to_rules(self, code: str, edition: str) -> RuleCode:
        """`code` in the edition of the rules.

        Raises:
            NoRule: it is of another edition and no single row covers it, or it is said to be of the rules' own and a
                row on file says that it came later.
            MalformedValue: `code` is no tariff code.
        """
        digits = subheading(code)
        if edition == EDITION:
            self.require_known(digits)
            return RuleCode(digits, None)
        found = [
            row
            for row in self.rows
            if edition in row.from_editions and subheading(row.from_code) == digits and row.to_edition == EDITION
        ]
        if len(found) != 1:
            raise NoRule(
                f"{printed(digits)} of {edition} has {len(found)} concordance rows to {EDITION}, wanted one; "
                "record the code in the edition of the rules, or add a row with its citation."
            )
        return RuleCode(subheading(found[0].to_code), found[0])
