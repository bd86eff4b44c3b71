"""Taking part of a file: the rows that are sound, and for every other one a line of what is wrong and a work item.

It is a choice that a person makes for a reason, and a statement of its own; nothing is left out without one. Offered
for tables whose rows stand alone: rows that fold into one statement are taken together or not at all.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from evidence.core.identifiers import mint
from evidence.core.statements.base import EvidenceClass
from evidence.core.statements.partial import PartialImport
from evidence.core.statements.work import WorkItem, WorkTopic
from evidence.intake.assemble import SELF
from evidence.intake.drafts import Reception
from evidence.intake.faults import Fault, Faults
from evidence.intake.options import Partial
from evidence.intake.read_files import ReadFile
from evidence.intake.table import Row, Rows, Table
from evidence.intake.templates import Template
from evidence.intake.work import new_item

_PASSES = 3
"""A row that is left out can only end faults of others (twice the same); it is never the cause of a new one."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Without:
    """Rows but for some, by number."""

    rows: Rows
    left: Collection[int]

    def __iter__(self) -> Iterator[Row]:
        return (row for row in self.rows if row.number not in self.left)

    def __bool__(self) -> bool:
        return next(iter(self), None) is not None


@dataclass(slots=True)
class LeftOut:
    """What was left out of one table, and how many rows were taken."""

    template: Template
    faults: list[Fault] = field(default_factory=list)
    taken: int = 0


def may_be_partial(template: Template) -> bool:
    """Whether rows of this template stand alone."""
    return template.lines is None


def sound(table: Table, left: LeftOut, faults: Faults, make: Callable[[Table, Faults], T]) -> tuple[Table, T | None]:
    """The table without the rows that have faults, and what `make` gives of it: None, with faults, if it cannot be.

    Args:
        table: as read.
        left: takes the faults of the rows left out.
        faults: takes what no leaving out of rows can mend.
        make: reads a table and puts what is wrong into the faults that it is given; called once more for each pass.
    """
    found = Faults(faults.file)
    for _ in range(_PASSES):
        found = Faults(faults.file)
        made = make(table, found)
        if not found.count:
            return table, made
        rows = {fault.row for fault in found.kept if fault.row is not None}
        if found.count > len(found.kept) or any(fault.row is None for fault in found.kept):
            break
        left.faults += found.kept
        table = replace(table, rows=_Without(table.rows, rows))
    for fault in [*left.faults, *found.kept]:
        faults.add(fault.found, fault.wanted, sheet=fault.sheet, row=fault.row, column=fault.column)
    left.faults.clear()
    return table, None


def statement(read: ReadFile, left: LeftOut, choice: Partial, reception: Reception, today: date) -> PartialImport:
    """The choice, with each fault for which a row was left."""
    return PartialImport(
        id=mint(PartialImport.prefix, reception.now, reception.random),
        issuer=SELF,
        evidence_class=EvidenceClass.TESTIMONY,
        document=read.found.sha256,
        template=left.template.name,
        rows_taken=left.taken,
        rows_left=tuple(str(fault) for fault in left.faults),
        reason=choice.reason,
        by=choice.by,
        decided_on=today,
    )


def work(read: ReadFile, left: LeftOut, owner: str, reception: Reception) -> list[WorkItem]:
    """A work item for each row left out: it is somebody's to mend, and not dropped."""
    rows: dict[tuple[str | None, int | None], list[Fault]] = {}
    for fault in left.faults:
        rows.setdefault((fault.sheet, fault.row), []).append(fault)
    return [
        new_item(
            WorkTopic.ROW_LEFT_OUT,
            f"document:{read.found.sha256}",
            "; ".join(str(fault) for fault in faults),
            owner=owner,
            now=reception.now,
            random=reception.random,
            document=read.found.sha256,
            place=", ".join([*([f"sheet {sheet}"] if sheet else []), f"row {row}"]),
        )
        for (sheet, row), faults in rows.items()
    ]
