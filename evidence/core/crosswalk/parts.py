"""Part numbers of two parties for one part, and of one part before and after it was superseded (RECORDS.md 7).

A link joins a number of one owner to a number of another, or a superseded number to the one in its place, from a day
on. Links chain; a chain of supersessions that comes back to where it began is refused, and so is a choice between two
numbers that nothing decides.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from evidence.core.crosswalk import Answer, Noted, in_force
from evidence.core.statements.item_link import ItemLinkLine, LinkRelation

_ONE_PART = (LinkRelation.SUPPLIERS_NUMBER, LinkRelation.CUSTOMERS_NUMBER)
_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class PartNumber:
    """A part as its owner numbers it; without a revision, each of them."""

    owner: str
    part: str
    revision: str | None = None

    @property
    def key(self) -> _Key:
        return self.owner, self.part

    def meets(self, revision: str | None) -> bool:
        """Whether a link's revision is of this number: one that names none is of each."""
        return revision is None or self.revision is None or revision == self.revision

    def __str__(self) -> str:
        return f"{self.part} of {self.owner}" + (f", revision {self.revision}" if self.revision else "")


@dataclass(frozen=True, slots=True)
class Linked:
    """The number that was reached: one `unit` of the number asked about is `factor` of its `other_unit`.

    None of the three where no link on the way names them: then both count in the same unit, or nobody has said.
    """

    number: PartNumber
    factor: Fraction | None = None
    unit: str | None = None
    other_unit: str | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    """One link, seen from one of its ends."""

    link: ItemLinkLine
    ref: str
    forward: bool

    @property
    def here(self) -> str | None:
        return self.link.revision if self.forward else self.link.other_revision

    def there(self, owner: str) -> PartNumber:
        of = self.link
        return (
            PartNumber(owner, of.other_part, of.other_revision)
            if self.forward
            else PartNumber(owner, of.part, of.revision)
        )


class PartLinks:
    """The recorded links. `same` gives the number kept for a party, so that a merged owner is one."""

    def __init__(self, links: Iterable[Noted[ItemLinkLine]], same: Callable[[str], str] = lambda party: party) -> None:
        self._same = same
        self._steps: dict[_Key, list[_Step]] = defaultdict(list)
        for each in links:
            of = each.value
            self._steps[same(of.owner), of.part].append(_Step(of, each.ref, forward=True))
            self._steps[same(of.other_owner), of.other_part].append(_Step(of, each.ref, forward=False))

    def names(self, owner: str, part: str) -> bool:
        """Whether any link, of whatever day, names this number."""
        return (self._same(owner), part) in self._steps

    def across(self, number: PartNumber, to: str, on: date | None) -> Answer[Linked]:
        """The number that the party `to` has for a part on a day, by links between owners.

        Where none leads there, numbers that were superseded, or supersede, are followed too.
        """
        to = self._same(to)
        number = PartNumber(self._same(number.owner), number.part, number.revision)
        if number.owner == to:
            return Answer(Linked(number), f"{number} on both")
        for superseded in (False, True):
            reached = self._reach(number, on, superseded=superseded)
            there = {key: found for key, found in reached.items() if key[0] == to}
            if len(there) > 1:
                names = ", ".join(sorted(f"{part} ({', '.join(found[1])})" for (_, part), found in there.items()))
                return Answer(None, f"{number} may be any of {names} of {to}")
            if there:
                ((_, (linked, refs)),) = there.items()
                how = ", across a superseded number" if superseded else ""
                return Answer(linked, f"{number} is {linked.number}{how}", refs)
        return Answer(None, f"no link on record leads from {number} to a number of {to}")

    def latest(self, number: PartNumber, on: date | None) -> Answer[PartNumber]:
        """The number at the end of the supersessions in force on a day; the number itself where there are none."""
        number = PartNumber(self._same(number.owner), number.part, number.revision)
        refs: list[str] = []
        seen = {number}
        here = number
        while True:
            steps = [step for step in self._in_force(here, on) if step.forward and _supersedes(step)]
            following = {step.there(self._same(step.link.other_owner)): step.ref for step in steps}
            if not following:
                how = f"{number} is superseded by {here}" if refs else f"{number} is not superseded"
                return Answer(here, how, tuple(refs))
            if len(following) > 1:
                told = " and by ".join(f"{each} ({ref})" for each, ref in following.items())
                return Answer(None, f"{here} is superseded by {told}", tuple(refs))
            ((here, ref),) = following.items()
            refs.append(ref)
            if here in seen:
                return Answer(None, f"the supersessions of {number} come back to {here}", tuple(refs))
            seen.add(here)

    def same_part(self, one: PartNumber, other: PartNumber, on: date | None) -> Answer[PartNumber]:
        """Whether two numbers mean one part, across owners and supersessions."""
        one, other = (PartNumber(self._same(each.owner), each.part, each.revision) for each in (one, other))
        if one.key == other.key:
            return Answer(other, f"{other.part} on both")
        found = self._reach(one, on, superseded=True).get(other.key)
        if found is None:
            return Answer(None, f"no link on record leads from {one} to {other}")
        return Answer(other, f"{one} is {other}", found[1])

    def _in_force(self, number: PartNumber, on: date | None) -> list[_Step]:
        return [
            step
            for step in self._steps.get(number.key, ())
            if number.meets(step.here) and in_force(step.link.applies_from, step.link.applies_to, on)
        ]

    def _reach(
        self, number: PartNumber, on: date | None, *, superseded: bool
    ) -> dict[_Key, tuple[Linked, tuple[str, ...]]]:
        """Every number that links lead to, each by the shortest way; revisions that ways disagree on are left open."""
        found: dict[_Key, tuple[Linked, tuple[str, ...]]] = {}
        waiting: list[tuple[Linked, tuple[str, ...]]] = [(Linked(number), ())]
        while waiting:
            here, refs = waiting.pop(0)
            for step in self._in_force(here.number, on):
                if step.link.relation not in _ONE_PART and not (superseded and _supersedes(step)):
                    continue
                owner = self._same(step.link.other_owner if step.forward else step.link.owner)
                there, way = _onward(here, step, step.there(owner)), (*refs, step.ref)
                if there.number.key == number.key:
                    continue
                if there.number.key not in found:
                    found[there.number.key] = (there, way)
                    waiting.append((there, way))
                elif found[there.number.key][0].number.revision != there.number.revision and not refs:
                    earlier, by = found[there.number.key]
                    either = PartNumber(earlier.number.owner, earlier.number.part)
                    found[there.number.key] = (Linked(either), (*by, step.ref))
        return found


def _supersedes(step: _Step) -> bool:
    return step.link.relation is LinkRelation.SUPERSEDED_BY


def _onward(here: Linked, step: _Step, there: PartNumber) -> Linked:
    """The number at the step's other end, with the factor to it; none where two links' units do not join."""
    of = step.link
    if of.factor is None:
        return Linked(there, here.factor, here.unit, here.other_unit)
    factor, unit, other = (
        (Fraction(of.factor), of.unit, of.other_unit)
        if step.forward
        else (1 / Fraction(of.factor), of.other_unit, of.unit)
    )
    if here.factor is None:
        return Linked(there, factor, unit, other)
    return Linked(there, here.factor * factor, here.unit, other) if here.other_unit == unit else Linked(there)
