"""What a pack of a shipment would show and lack, item by item, before anything is built.

The plan is the checklist of the pack as the records stand: the same facts, the same numbers of exhibits, the same
verdict on each item. Nothing is rendered and nothing is recorded.
"""

from dataclasses import dataclass

from evidence.ledger.found import HomeHandle
from evidence.pack.checklist.asked import checklist, owners_of
from evidence.pack.contents import contents as c
from evidence.pack.contents.crosswalk import crosswalk
from evidence.pack.contents.links import Exhibits
from evidence.pack.gathered.facts import Facts, Subject
from evidence.pack.productions.gathering import planned


@dataclass(frozen=True, slots=True)
class Plan:
    """The checklist of a pack that is not built yet, as of `as_of` ledger entries."""

    subject: str
    as_of: int
    sets: tuple[str, ...]
    items: tuple[c.ChecklistRow, ...]
    untold: str
    """What keeps further sets from being known."""
    clocks: tuple[str, ...]
    """What starts a clock for what no letter has asked for yet."""

    def of(self, state: str) -> list[c.ChecklistRow]:
        """The items in a state."""
        return [row for row in self.items if row.state == state]


def plan(handle: HomeHandle, subject: Subject, at: int | None = None) -> Plan:
    """The plan of a pack; `at` is the size of a signed checkpoint, by default the latest.

    Raises:
        PackError: no such shipment or customs entry is on record.
        LedgerError: no checkpoint was signed at that size.
    """
    facts, numbers = planned(handle, subject, at)
    return plan_of(facts, numbers, handle.settings.organisation.legal_name)


def plan_of(facts: Facts, numbers: dict[int, int], organisation: str) -> Plan:
    """The plan of what was gathered."""
    exhibits = Exhibits(numbers, {exhibit.receipt.seq: exhibit.supports for exhibit in facts.exhibits})
    page = checklist(facts, crosswalk(facts, exhibits), exhibits, owners_of(facts, organisation))
    return Plan(facts.subject.words, facts.as_of, page.sets, page.rows, page.untold, page.clocks)
