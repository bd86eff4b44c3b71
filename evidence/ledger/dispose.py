"""Carrying out a disposal that is on record: the bytes it names go, its entry and all leaves stay.

The entry comes first, so that a crash half-way leaves bytes that may still go, never a loss without a reason. Doing it
again finishes what was left.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from evidence.core.statements.own import Disposal
from evidence.errors import LedgerError
from evidence.ledger.found import HomeHandle
from evidence.ledger.submission import DISPOSES
from evidence.ledger.tables import DisclosureRow, DocumentRow, EntryDocumentRow, StatementRow
from evidence.store.base import table_of
from evidence.store.engine import writing

_STATEMENT, _DISCLOSURE = table_of(StatementRow), table_of(DisclosureRow)
_DOCUMENT, _LINK = table_of(DocumentRow), table_of(EntryDocumentRow)


@dataclass(frozen=True, slots=True)
class Disposed:
    """How much went: statements with their disclosures, and documents."""

    statements: int
    documents: int


def carry_out(handle: HomeHandle, seq: int) -> Disposed:
    """Let go what the disposal entry at `seq` names. Whether it may go was decided when that was recorded.

    Raises:
        LedgerError: the entry is not a disposal.
    """
    entry = handle.ledger.entry(seq)
    if entry.kind != Disposal.kind:
        raise LedgerError(f"Entry {seq} is a {entry.kind}, not a disposal; nothing was let go.")
    with writing(handle.engine) as connection:
        named = sorted(
            connection.execute(select(_LINK.c.sha256).where(_LINK.c.seq == seq, _LINK.c.role == DISPOSES)).scalars()
        )
        statements = sum(_delete_statement(connection, digest) for digest in named)
        for digest in named:
            connection.execute(_DOCUMENT.delete().where(_DOCUMENT.c.sha256 == digest))
    return Disposed(statements, sum(handle.documents.dispose(digest, seq) for digest in named))


def _delete_statement(connection: Connection, digest: str) -> int:
    connection.execute(_DISCLOSURE.delete().where(_DISCLOSURE.c.statement_digest == digest))
    return connection.execute(_STATEMENT.delete().where(_STATEMENT.c.digest == digest)).rowcount
