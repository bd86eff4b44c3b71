"""A ledger that goes on under another name: where it was restored short of what had been signed.

Entries that were signed for and lost cannot be signed for again: the old name stands for a history that others hold
checkpoints of. So the entries that are left go on under a new origin and a new key, and the first entry under it is a
`succession` statement with the last checkpoint of the old origin, what was restored and what was lost
(docs/decisions/0073). The database stays one: checkpoints up to the restored size bear the old origin, later ones the
new. `Lineage` says which.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from evidence.core.statements.base import Opened, open_body
from evidence.core.statements.succession import Succession
from evidence.errors import EvidenceError, RefusesToSign
from evidence.ledger.growth import ENTRY
from evidence.ledger.note import Verifier
from evidence.ledger.submission import Prepared
from evidence.ledger.tables import StatementRow
from evidence.store.base import as_bytes, table_of

STAGED = "succession"
"""The folder of a home in which a succession is prepared; while it is there, nothing else signs."""

_STATEMENT = table_of(StatementRow)


@dataclass(frozen=True, slots=True)
class Predecessor:
    """What a writer that opens a new origin takes over: the origin and keys of the checkpoint stored last."""

    origin: str
    verifiers: tuple[Verifier, ...]


@dataclass(frozen=True, slots=True)
class Succeeded:
    """What the succession entry at `seq` states in clear.

    `size` entries with the root `root` (hexadecimal) were restored. `note` is the last checkpoint known of what went
    before, as it was signed: for `lost_to` + 1 entries, of which those from `seq` on are lost.
    """

    seq: int
    origin: str
    predecessor: str
    note: bytes
    lost_to: int
    size: int
    root: str

    @property
    def known_origin(self) -> str:
        """The origin of the last checkpoint known: another than the predecessor where that was a backup from before."""
        return self.note.partition(b"\n")[0].decode("utf-8", "replace")

    @property
    def lost(self) -> str:
        return f"{self.seq}" if self.lost_to == self.seq else f"{self.seq} to {self.lost_to}"


@dataclass(frozen=True, slots=True)
class Lineage:
    """The origins of one ledger, oldest first, each opened by a succession but the first.

    >>> Lineage("example.com/log").origin_at(3)
    'example.com/log'
    """

    first: str
    successions: tuple[Succeeded, ...] = ()

    @staticmethod
    def of(connection: Connection, origin: str) -> "Lineage":
        """The lineage of the ledger in a database, whose settings name `origin`.

        A succession entry that cannot be read opens nothing here; the check of the entries names it.
        """
        rows = connection.execute(
            select(ENTRY.c.seq, _STATEMENT.c.payload)
            .join(_STATEMENT, _STATEMENT.c.seq == ENTRY.c.seq)
            .where(ENTRY.c.kind == Succession.kind)
            .order_by(ENTRY.c.seq)
        )
        found = [one for row in rows if (one := _read(row.seq, as_bytes(row.payload))) is not None]
        return Lineage(found[0].predecessor if found else origin, tuple(found))

    @property
    def origins(self) -> tuple[str, ...]:
        return (self.first, *(one.origin for one in self.successions))

    def origin_at(self, size: int) -> str:
        """The origin that a checkpoint for `size` entries bears."""
        earlier = [one.origin for one in self.successions if one.seq < size]
        return earlier[-1] if earlier else self.first

    def succession_after(self, origin: str, size: int) -> Succeeded | None:
        """The succession under which a checkpoint of `origin` for `size` entries is one of a lost end; None if none is.

        Such a checkpoint was signed, and what it was signed for beyond the restored size is not in this ledger.
        """
        for one in self.successions:
            if origin in {one.predecessor, one.known_origin} and origin != one.origin and size > one.seq:
                return one
        return None


def _read(seq: object, payload: bytes) -> Succeeded | None:
    try:
        return succeeded(seq, open_body(payload, ()))
    except EvidenceError:
        return None


def succeeded(seq: object, opened: Opened) -> Succeeded | None:
    """What the statement of entry `seq` states, if it is a succession that can be read."""
    try:
        if opened.predicate_type != Succession.predicate_type() or not isinstance(seq, int):
            return None
        fields = opened.fields
        lines, lost_to, size = fields["checkpoint"], fields["lost_to"], fields["size"]
        if not isinstance(lost_to, int) or not isinstance(size, int) or not isinstance(lines, list):
            return None
        note = "".join(f"{line}\n" for line in lines).encode()
        origin, predecessor, root = (str(fields[name]) for name in ("origin", "predecessor", "root"))
        return Succeeded(seq, origin, predecessor, note, lost_to, size, root)
    except LookupError:
        return None


def require_none_begun(home: Path) -> None:
    """Refuse while a succession of this home's ledger is under way.

    Raises:
        RefusesToSign: it is.
    """
    if (home / STAGED).exists():
        raise RefusesToSign(
            "A succession of this ledger was begun and not finished; nothing was signed. "
            "Run `evidence ledger succeed` again: it goes on where it was."
        )


def require_succession(
    prepared: Sequence[Prepared], size: int, root: bytes, origin: str, succeeds: Predecessor | None
) -> None:
    """Refuse a succession anywhere but at the head of the batch that opens its origin, and any other batch there.

    Args:
        prepared: the batch, to follow `size` entries whose tree has the root `root`.
        origin: the origin that the batch will be signed under.
        succeeds: what went before, where the batch is to open that origin.

    Raises:
        RefusesToSign: the batch opens an origin without saying so, or says so without opening one.
    """
    said = [item.statement for item in prepared if isinstance(item.statement, Succession)]
    if not said and succeeds is None:
        return
    first = prepared[0].statement
    if (
        succeeds is None
        or len(said) != 1
        or not isinstance(first, Succession)
        or (first.origin, first.predecessor) != (origin, succeeds.origin)
        or (first.size, first.root) != (size, root.hex())
    ):
        raise RefusesToSign(
            "A succession is the first entry under a new origin and nothing else is; nothing was signed. "
            "Open one with `evidence ledger succeed`."
        )
