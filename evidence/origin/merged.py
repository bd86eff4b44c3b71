"""Parties that are one by recorded merges, as a determination asks about them: on a day, with the entries behind."""

from collections.abc import Iterable
from datetime import date

from evidence.core.crosswalk.parties import SameParties
from evidence.core.statements.same_as import SameAs
from evidence.origin.inputs import Fact


class Merged:
    """The merges on file. Without a day asked for, each counts whatever its day."""

    def __init__(self, merges: Iterable[Fact[SameAs]]) -> None:
        self._merges = tuple(merges)
        self._on: dict[date | None, SameParties] = {}

    def kept(self, party: str, on: date | None = None) -> str:
        """The number kept for a party."""
        return self._of(on).canonical(party)

    def several(self, party: str, on: date | None = None) -> bool:
        """Whether a party has more numbers than one."""
        return len(self._of(on).group(party)) > 1

    def through(self, party: str, other: str, on: date | None = None) -> tuple[str, ...]:
        """The merges by which two numbers are one party; none where they are the same number, or two parties."""
        return self._of(on).one(party, other).through

    def _of(self, on: date | None) -> SameParties:
        if on not in self._on:
            self._on[on] = SameParties(self._merges, on)
        return self._on[on]
