"""Snapshots: a determination with all that it rested on (DESIGN.md sections 3 and 5)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, ClassVar, Final

from pydantic import Field

from evidence.core import canonical
from evidence.core.canonical import JsonValue
from evidence.core.disclosure import Tier
from evidence.core.statements.base import EvidenceClass, Statement
from evidence.core.values import Code, Sha256, Text

LINE_PREFIX: Final = "worksheet:"
"""What stands before the number in the name of each line of a worksheet's salted tree."""

WORKSHEET_TABLES: Final = (
    "choices",
    "cells",
    "findings",
    "materials",
    "core_parts",
    "shifts",
    "gaps",
    "views",
    "inputs",
)
"""The tables of a worksheet, in the order in which their rows are committed."""


def worksheet_lines(worksheet: Mapping[str, JsonValue]) -> list[JsonValue]:
    """A worksheet line by line, as committed under the snapshot's root: its head, then every row with its table's name.

    It takes the worksheet as the JSON object that is recorded, so that whoever holds that document and the seed can
    make the root again without the code that worked it out.
    """
    head: dict[str, JsonValue] = {name: value for name, value in worksheet.items() if name not in WORKSHEET_TABLES}
    lines: list[JsonValue] = [["head", head]]
    for name in WORKSHEET_TABLES:
        rows = worksheet.get(name, [])
        lines += [[name, row] for row in (rows if isinstance(rows, list | tuple) else [rows])]
    return lines


class WrittenWorksheet:
    """A worksheet in canonical JSON whose rows are written once: for the document and for the lines beneath its root.

    The canonical JSON of an object is that of its members in order between braces, and that of a list of its items
    between brackets (RFC 8785 section 3.2), so that both are put together from the same rows.
    """

    def __init__(self, head: Mapping[str, JsonValue], rows: Mapping[str, Sequence[bytes]]) -> None:
        """`rows` are those of each table, in canonical JSON; `head` is all else that the worksheet has."""
        self._head, self._rows = head, rows

    def document(self, **instead: JsonValue) -> bytes:
        """The canonical JSON of the worksheet, members of its head replaced by those of `instead`."""
        members = {name: canonical.dumps(value) for name, value in {**self._head, **instead}.items()}
        members |= {name: b"[%b]" % b",".join(rows) for name, rows in self._rows.items()}
        named = [b'"%b":%b' % (name.encode("ascii"), members[name]) for name in sorted(members)]
        return b"{%b}" % b",".join(named)

    def lines(self) -> list[bytes]:
        """The canonical JSON of each of `worksheet_lines`."""
        found = [canonical.dumps(["head", self._head])]
        for name in WORKSHEET_TABLES:
            named = b'["%b",' % name.encode("ascii")
            found += [named + row + b"]" for row in self._rows.get(name, ())]
        return found


class Snapshot(Statement):
    """A worksheet and its inputs, recorded; replaying the inputs must give the worksheet's bytes again."""

    kind: ClassVar[str] = "snapshot"
    prefix: ClassVar[str] = "snap"

    evidence_class: Annotated[EvidenceClass, Tier.OPEN] = EvidenceClass.DERIVED
    owner: Code
    part: Code
    plant: Code
    period_from: date
    period_to: date
    event: Text
    """Which date selects the threshold: production, export or entry."""
    outcome: Text
    worksheet: Sha256
    """Canonical JSON of the worksheet and its input list."""
    worksheet_root: Annotated[Sha256, Tier.OPEN]
    """Root of the worksheet's salted tree, a leaf a line."""
    worksheet_lines: Annotated[int, Field(ge=0)]
    """How many lines that tree has; without it a line could be shown at another place."""
    seed: Sha256
    rule_set: Annotated[Sha256, Tier.OPEN]
    program: Annotated[Text, Tier.OPEN]
    """The version of the code that computed it."""
    as_of: Annotated[int, Tier.OPEN]
    """How many ledger entries were known: entries 0 to as_of - 1."""

    def documents(self) -> tuple[tuple[str, str], ...]:
        return (("worksheet", self.worksheet), ("seed", self.seed))
