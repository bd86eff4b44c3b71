"""The part of a check that is about what stands beside the entries: what disposals name, rows that belong to nothing,
time stamps, and the triggers that should guard it all.
"""

import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, func, select, text

from evidence.ledger.check_tree import number
from evidence.ledger.findings import CheckReport
from evidence.ledger.growth import ENTRY
from evidence.ledger.tables import (
    AnchorRow,
    CheckpointRow,
    DisclosureRow,
    EntryDocumentRow,
    HeadRow,
    StatementRow,
)
from evidence.store import migrate
from evidence.store.base import table_of
from evidence.store.engine import open_engine, reading

_STATEMENT, _DISCLOSURE = table_of(StatementRow), table_of(DisclosureRow)
_LINK, _ANCHOR = table_of(EntryDocumentRow), table_of(AnchorRow)
_CHECKPOINT, _HEAD = table_of(CheckpointRow), table_of(HeadRow)
_ANCHOR_KINDS = frozenset({"tsa", "witness", "external"})
_ANCHOR_STATES = frozenset({"wanted", "done", "failed"})


def check_beside(connection: Connection, report: CheckReport) -> None:
    """Compare what is not an entry, and not a document, with the entries."""
    _check_orphans(connection, report)
    _check_anchors(connection, report)
    epoch = connection.execute(select(_HEAD.c.epoch)).scalar()
    batches = connection.execute(select(func.count()).select_from(_CHECKPOINT)).scalar_one()
    if epoch is not None and epoch != batches:
        report.fault(None, "head", f"the head counts {epoch} batches, {batches} checkpoints are stored")
    for name in sorted(missing_triggers(connection)):
        report.fault(None, "trigger", f"the trigger {name} is missing, switched off or another one")


def _check_orphans(connection: Connection, report: CheckReport) -> None:
    """Rows that no entry leads to, and ids that stand twice."""
    known = select(ENTRY.c.statement_digest)
    for column, what in ((_STATEMENT.c.digest, "statement"), (_DISCLOSURE.c.statement_digest, "disclosures")):
        for digest in connection.execute(select(column).where(column.not_in(known)).order_by(column)).scalars():
            report.fault(None, what, f"{what} {digest} belong to no entry")
    twice = select(_STATEMENT.c.statement_id).group_by(_STATEMENT.c.statement_id).having(func.count() > 1)
    for name in connection.execute(twice).scalars():
        report.fault(None, "statement", f"the id {name} is borne by more than one statement")
    stray = select(_LINK.c.seq).where(_LINK.c.seq.not_in(select(ENTRY.c.seq))).distinct()
    for seq in connection.execute(stray).scalars():
        report.fault(number(seq), "link", "documents are linked to an entry that is not there")


def _check_anchors(connection: Connection, report: CheckReport) -> None:
    sizes = set(connection.execute(select(_CHECKPOINT.c.size)).scalars())
    for row in connection.execute(select(_ANCHOR)):
        report.counts["anchors"] += 1
        if row.size not in sizes:
            report.fault(None, "anchor", f"anchor {row.id} is for size {row.size}, where no checkpoint was signed")
        if row.kind not in _ANCHOR_KINDS or row.state not in _ANCHOR_STATES:
            report.fault(None, "anchor", f"anchor {row.id} has the kind {row.kind} and the state {row.state}")
        if (row.state == "done") != (row.token is not None):
            report.fault(None, "anchor", f"anchor {row.id} is {row.state} and has {'a' if row.token else 'no'} token")


def missing_triggers(connection: Connection) -> set[str]:
    """The ledger's triggers that should be there and are not, or are off, or (on SQLite) say something else."""
    if connection.dialect.name == "sqlite":
        stored = _triggers(connection)
        return {name for name, said in _expected().items() if stored.get(name) != said}
    enabled = text(
        "SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND pg_table_is_visible(c.oid)"
    )
    found = set(connection.execute(enabled).scalars())
    tables = {name.rpartition("_")[0] for name in _expected()}
    return {name for name in (*_expected(), *(f"{table}_truncate" for table in tables)) if name not in found}


def _triggers(connection: Connection) -> dict[str, str]:
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    return {str(row.name): str(row.sql) for row in rows}


@cache
def _expected() -> dict[str, str]:
    """The triggers as the migrations make them, by name, in the words of SQLite."""
    with tempfile.TemporaryDirectory(prefix="evidence-triggers-") as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'empty.db'}")
        try:
            migrate.upgrade(engine)
            with reading(engine) as connection:
                return _triggers(connection)
        finally:
            engine.dispose()
