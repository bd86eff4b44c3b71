"""Work items: what stands open, who has to settle it, and how it was settled.

A work item is a statement. Another owner or a day is a later item that supersedes it, with a reason; its end is a
statement of its own. Nothing closes one by itself: what was recorded since may answer it, and a person says so.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from evidence.core.crosswalk import Answer
from evidence.core.identifiers import Random, mint
from evidence.core.statements.base import EvidenceClass
from evidence.core.statements.registry import KINDS
from evidence.core.statements.work import WorkItem, WorkItemClosed, WorkTopic
from evidence.errors import IntakeError, RegisterError, UsageError
from evidence.register.queries import Known, Register

SELF = "self"
MOST_WORDS = 4000
"""A question is text of a statement; what is longer is cut, since the line it is about stands on record whole."""


@dataclass(frozen=True, slots=True)
class Item:
    """A work item as it stands: its latest form, the entry that first asked, and its end where it has one."""

    known: Known[WorkItem]
    first: Known[WorkItem]
    closed: Known[WorkItemClosed] | None

    @property
    def value(self) -> WorkItem:
        return self.known.value

    @property
    def open(self) -> bool:
        return self.closed is None

    def overdue(self, today: date) -> bool:
        return self.open and self.value.due_on is not None and self.value.due_on < today


def items(register: Register) -> list[Item]:
    """Every work item, in the order in which they were first recorded."""
    known = register.statements(WorkItem)
    by_id = {each.statement_id: each for each in known}
    closed = {each.value.work_item: each for each in register.statements(WorkItemClosed)}
    superseded = {each.value.supersedes for each in known}
    found = []
    for each in known:
        if each.statement_id in superseded:
            continue
        line = [each]
        while (earlier := by_id.get(line[-1].value.supersedes or "")) is not None and earlier not in line:
            line.append(earlier)
        end = next((closed[form.statement_id] for form in line if form.statement_id in closed), None)
        found.append(Item(each, line[-1], end))
    return sorted(found, key=lambda item: item.first.seq)


def open_questions(register: Register) -> dict[tuple[WorkTopic, str], Item]:
    """The items that stand open, by topic and by what they are about."""
    return {(item.value.topic, item.value.about): item for item in items(register) if item.open}


def find(register: Register, named: str) -> Item:
    """The item called by the id of any of its forms, or by the entry of one as ``#12``.

    Raises:
        UsageError: none is called so.
    """
    for item in items(register):
        form: Known[WorkItem] | None = item.known
        while form is not None:
            if named in (form.statement_id, form.ref, form.ref.removeprefix("#")):
                return item
            earlier = register.statements(WorkItem, id=form.value.supersedes) if form.value.supersedes else []
            form = earlier[0] if earlier else None
    raise UsageError(f"No work item is called {named!r}. See 'evidence work list --all'.")


def new_item(
    topic: WorkTopic,
    about: str,
    question: str,
    *,
    owner: str,
    now: datetime,
    random: Random,
    document: str | None = None,
    place: str | None = None,
    due_on: date | None = None,
) -> WorkItem:
    """A question that waits for its owner, to be recorded by the caller."""
    return WorkItem(
        id=mint(WorkItem.prefix, now, random),
        issuer=SELF,
        evidence_class=EvidenceClass.DERIVED,
        topic=topic,
        about=about,
        question=question if len(question) <= MOST_WORDS else question[: MOST_WORDS - 4] + " ...",
        owner=owner,
        due_on=due_on,
        document=document,
        place=place,
    )


def assigned(item: Item, *, owner: str, due_on: date | None, reason: str, now: datetime, random: Random) -> WorkItem:
    """The item with another owner or day, to be recorded by the caller.

    Raises:
        IntakeError: it is closed.
    """
    _require_open(item)
    return item.value.model_copy(
        update={
            "id": mint(WorkItem.prefix, now, random),
            "owner": owner,
            "due_on": due_on if due_on is not None else item.value.due_on,
            "evidence_class": EvidenceClass.TESTIMONY,
            "supersedes": item.known.statement_id,
            "supersedes_reason": reason,
        }
    )


def closed(
    register: Register,
    item: Item,
    *,
    outcome: str,
    by: str,
    closed_on: date,
    now: datetime,
    random: Random,
    resolved_by: str | None = None,
) -> WorkItemClosed:
    """The end of an item, to be recorded by the caller; `resolved_by` is the id or the entry (``#12``) that settles it.

    Raises:
        IntakeError: it is closed already.
        RegisterError: no statement with that id is on record.
    """
    _require_open(item)
    if resolved_by is not None:
        resolved_by = statement_id(register, resolved_by)
    return WorkItemClosed(
        id=mint(WorkItemClosed.prefix, now, random),
        issuer=SELF,
        evidence_class=EvidenceClass.TESTIMONY,
        work_item=item.known.statement_id,
        outcome=outcome,
        closed_on=closed_on,
        by=by,
        resolved_by=resolved_by,
    )


def _require_open(item: Item) -> None:
    if item.closed is not None:
        of = item.closed.value
        raise IntakeError(
            f"Work item {item.known.ref} was closed on {of.closed_on} by {of.by} ({item.closed.ref}): {of.outcome}. "
            "What is open anew is a new item."
        )


def statement_id(register: Register, named: str) -> str:
    """The id of the statement called by its id, or by its entry (``#12``, or ``#12:345`` for a line of it).

    Raises:
        RegisterError: there is none.
    """
    entry = re.fullmatch("#?([0-9]{1,18})(:[0-9]+)?", named)
    if entry is None:
        return register.by_id(named).statement_id
    for kind in KINDS.values():
        if known := register.statements(kind, seq=int(entry[1])):
            return known[0].statement_id
    raise RegisterError(f"No entry {named} states anything here. See 'evidence ledger' for the entries.")


def waiting(register: Register, today: date) -> list[str]:
    """What `evidence status` says of work that stands open; nothing where none does."""
    standing = [item for item in items(register) if item.open]
    if not standing:
        return []
    topics = Counter(item.value.topic.value for item in standing)
    told = ", ".join(f"{count} {topic}" for topic, count in topics.most_common())
    overdue = sum(item.overdue(today) for item in standing)
    late = f"; {overdue} past the day they were due" if overdue else ""
    return [f"Work items open: {told}{late}. See 'evidence work list'."]


def seems_settled(item: Item, answer: Callable[[WorkItem], Answer[str]]) -> Answer[str] | None:
    """What answers an open item by now; None where nothing does."""
    found = answer(item.value) if item.open else None
    return found if found is not None and found.matched else None


def topic_called(named: str) -> WorkTopic:
    """The topic of that name, or the one topic whose name begins so.

    Raises:
        UsageError: no topic does, or several do.
    """
    words = named.strip().casefold()
    found = [topic for topic in WorkTopic if words == topic.value] or [
        topic for topic in WorkTopic if words and topic.value.startswith(words)
    ]
    if len(found) != 1:
        may = "is no topic" if not found else "may be any of several topics"
        raise UsageError(f"{named!r} {may}. Give one of: {', '.join(found or list(WorkTopic))}.")
    return found[0]


def listed(
    register: Register, *, owner: str | None = None, topic: WorkTopic | None = None, closed_too: bool = False
) -> Sequence[Item]:
    """The items that stand open, or all of them, of one owner or topic where asked for."""
    return [
        item
        for item in items(register)
        if (closed_too or item.open) and owner in (None, item.value.owner) and topic in (None, item.value.topic)
    ]
