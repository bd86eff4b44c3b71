"""Carrying out a disposal that is on record: what it names goes, its entry and all leaves stay.

The entry comes first, so that a crash half-way leaves bytes that may still go, never a loss without a reason. Within
the carrying out, data keys and bytes go before the deletion of the rows that name them is committed: done again after a
crash, it finds what was left.
A document that an entry still names, which no disposal has named there, stays for that entry.

On PostgreSQL the rows are deleted by a function of the database, `ledger_let_go`, which the role that records may call
and which deletes as their owner, and only what a disposal on record names (docs/decisions/0072).

What goes is overwritten: SQLite deletes securely and its log is emptied. What a file system, a disk or an older backup
keeps is out of reach; content of tier ``secret+personal`` is gone from there too, since its data key is destroyed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, text

from evidence.core.statements.own import Disposal
from evidence.errors import LedgerError
from evidence.ledger.found import VAULT, HomeHandle
from evidence.ledger.inbox import FILE_NAME, Inbox
from evidence.ledger.lock import writing_turn
from evidence.ledger.tables import (
    DisclosureRow,
    DocumentRow,
    EntryDocumentRow,
    HeadRow,
    StatementRow,
)
from evidence.ledger.targets import STATEMENT, Target, targets_of
from evidence.ledger.writer import WAIT_S
from evidence.store.base import table_of
from evidence.store.engine import truncate_log, writing
from evidence.store.vault import destroy_data_key

_STATEMENT, _DISCLOSURE = table_of(StatementRow), table_of(DisclosureRow)
_DOCUMENT, _LINK, _HEAD = table_of(DocumentRow), table_of(EntryDocumentRow), table_of(HeadRow)

Forget = Callable[[Connection, int, str], None]
"""Deletes what an index above the ledger derived from an entry's statement, or from its document in a role."""


@dataclass(frozen=True, slots=True)
class Disposed:
    """How much went: statements with their disclosures, and documents; `overwritten` is False where a reader kept the
    database's log from being emptied, so that this is to be run again.
    """

    statements: int
    documents: int
    overwritten: bool


def carry_out(handle: HomeHandle, seq: int, forget: Forget) -> Disposed:
    """Let go what the disposal entry at `seq` names. Whether it may go was decided when that was recorded.

    Args:
        handle: an open home; its keys are not needed.
        seq: the disposal's position.
        forget: called for each target in the transaction that deletes it.

    Raises:
        LedgerError: the entry is not a disposal.
        RefusesToSign: another process is writing and does not stop.
    """
    entry = handle.ledger.entry(seq)
    if entry.kind != Disposal.kind:
        raise LedgerError(f"Entry {seq} is a {entry.kind}, not a disposal; nothing was let go.")
    if not isinstance(entry.statement, Disposal):
        raise LedgerError(
            f"The disposal of entry {seq} cannot be read; nothing was let go. Run `evidence ledger check`."
        )
    named = targets_of(entry.statement)
    home = handle.settings.home
    with writing_turn(home / "writer.lock", WAIT_S), writing(handle.engine) as connection:
        connection.execute(select(_HEAD.c.id).with_for_update())  # no batch may name a document while it goes
        digests, statements = _delete_rows(connection, seq, named)
        for target in named:
            forget(connection, target.seq, target.role)
        documents = sum([_destroy(handle, digest, seq) for digest in digests])
    emptied = _clear_inbox(handle, digests)
    return Disposed(statements, documents, truncate_log(handle.engine) and emptied)


def _delete_rows(connection: Connection, seq: int, named: Sequence[Target]) -> tuple[list[str], int]:
    """Delete what is named; gives the digests of documents that may go from the store, and how many statements went."""
    if connection.dialect.name == "postgresql":
        went = connection.execute(text("SELECT part, digest FROM ledger_let_go(:seq)"), {"seq": seq}).all()
        return sorted(row.digest for row in went if row.part == "document"), sum(row.part == STATEMENT for row in went)
    digests = _unlink(connection, named)
    for digest in digests:
        connection.execute(_DOCUMENT.delete().where(_DOCUMENT.c.sha256 == digest))
    return digests, sum([_delete_statement(connection, one.seq) for one in named if one.role == STATEMENT])


def _unlink(connection: Connection, named: Sequence[Target]) -> list[str]:
    """Delete the links that are named; gives the digests that no link names any more."""
    digests: set[str] = set()
    for target in named:
        here = (_LINK.c.seq == target.seq) & (_LINK.c.role == target.role)
        digests.update(connection.execute(select(_LINK.c.sha256).where(here)).scalars())
        connection.execute(_LINK.delete().where(here))
    return sorted(digest for digest in digests if not _still_linked(connection, digest))


def _still_linked(connection: Connection, digest: str) -> bool:
    return connection.execute(select(_LINK.c.seq).where(_LINK.c.sha256 == digest).limit(1)).scalar() is not None


def _destroy(handle: HomeHandle, digest: str, seq: int) -> bool:
    key = destroy_data_key(handle.settings.home / VAULT, digest)
    return handle.documents.dispose(digest, seq) or key


def _delete_statement(connection: Connection, seq: int) -> int:
    connection.execute(_DISCLOSURE.delete().where(_DISCLOSURE.c.seq == seq))
    return connection.execute(_STATEMENT.delete().where(_STATEMENT.c.seq == seq)).rowcount


def _clear_inbox(handle: HomeHandle, digests: Sequence[str]) -> bool:
    """The inbox keeps what it handed over; that goes as well."""
    if not digests or not (handle.settings.home / FILE_NAME).exists():
        return True
    inbox = Inbox(handle.settings.home)
    try:
        for digest in digests:
            inbox.forget(digest)
        return inbox.truncate_log()
    finally:
        inbox.close()
