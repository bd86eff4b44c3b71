"""What a disposal names: a place in the ledger, never a digest, which would go on confirming guesses for ever.

``#12:statement`` is the statement of entry 12 with its disclosures; ``#12:received`` the document linked to entry 12 in
the role `received`.
"""

import re
from typing import NamedTuple

from evidence.core.statements.own import Disposal
from evidence.errors import LedgerError

STATEMENT = "statement"
"""The role that stands for an entry's statement; no document is linked in it."""

_TARGET = re.compile(r"#(0|[1-9][0-9]{0,17}):(\S(?:.*\S)?)", re.DOTALL)


class Target(NamedTuple):
    """One thing to let go: of the entry at `seq`, its statement or its document in `role`."""

    seq: int
    role: str

    def __str__(self) -> str:
        return f"#{self.seq}:{self.role}"


def parse_target(text: str) -> Target:
    """The target in its text.

    Raises:
        LedgerError: another form.
    """
    found = _TARGET.fullmatch(text)
    if found is None:
        raise LedgerError(f"{text[:80]!r} is no target of a disposal; wanted #12:statement, or #12: and a role.")
    return Target(int(found[1]), found[2])


def targets_of(disposal: Disposal) -> tuple[Target, ...]:
    """What a disposal names.

    Raises:
        LedgerError: nothing, something twice, or something in another form.
    """
    named = tuple(map(parse_target, disposal.targets))
    if not named or len(set(named)) < len(named):
        raise LedgerError("A disposal names at least one target, and each once.")
    return named
