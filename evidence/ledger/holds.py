"""Holds: what must be kept, whatever the retention rules say, for as long as a hold is in force.

A hold is in force unless it is `lifted` or a later hold names it in `supersedes`: so a hold is lifted by a hold that
supersedes it with `lifted` set, and narrowed by one that supersedes it with another scope. Its scope is one of

- ``everything``;
- a statement's id;
- a place, ``#12``;
- ``kind:number``, such as ``shipment:S01``: the statement so numbered, and every statement that says it relates to it.

A scope in any other words stops every disposal until it is lifted: a hold errs on the side of keeping.
"""

import re
from collections.abc import Iterable

from evidence.core.statements.base import Statement
from evidence.core.statements.own import Hold

_FORMS = re.compile(
    r"#[0-9]+|[a-z][a-z0-9-]*:\S(?:.*\S)?|[a-z]+-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.DOTALL
)


def in_force(holds: Iterable[Hold]) -> list[Hold]:
    """The holds among these, all there are in order of recording, that are in force."""
    standing: dict[str, Hold] = {}
    for hold in holds:
        if hold.supersedes is not None:
            standing.pop(hold.supersedes, None)
        if not hold.lifted:
            standing[hold.id] = hold
    return list(standing.values())


def stops(hold: Hold, seq: int, statement: Statement | None) -> bool:
    """Whether a hold in force keeps what belongs to the entry at `seq`; one whose statement is unread, always."""
    if statement is None or _FORMS.fullmatch(hold.scope) is None:
        return True
    return hold.scope in _names(seq, statement)


def _names(seq: int, statement: Statement) -> set[str]:
    numbers = (getattr(statement, "number", None), getattr(statement, "reference", None))
    return {
        f"#{seq}",
        statement.id,
        *(f"{statement.kind}:{number}" for number in numbers if isinstance(number, str)),
        *(target for _, target in statement.relations()),
    }
