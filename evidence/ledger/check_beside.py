"""The part of a check that is about what stands beside the entries: what disposals name, rows that belong to nothing,
time stamps, and the triggers that should guard it all.
"""

from sqlalchemy import Connection, func, select

from evidence.errors import LedgerError
from evidence.ledger.anchors import AnchorState, read_row, stored_rows
from evidence.ledger.check_tree import number
from evidence.ledger.findings import CheckReport
from evidence.ledger.growth import ENTRY
from evidence.ledger.guards import odd_guards
from evidence.ledger.tables import (
    CheckpointRow,
    DisclosureRow,
    EntryDocumentRow,
    HeadRow,
    StatementRow,
)
from evidence.store.base import table_of

_STATEMENT, _DISCLOSURE = table_of(StatementRow), table_of(DisclosureRow)
_LINK, _CHECKPOINT, _HEAD = table_of(EntryDocumentRow), table_of(CheckpointRow), table_of(HeadRow)


def check_beside(connection: Connection, report: CheckReport) -> None:
    """Compare what is not an entry, and not a document, with the entries."""
    _check_orphans(connection, report)
    _check_anchors(connection, report)
    epoch = connection.execute(select(_HEAD.c.epoch)).scalar()
    batches = connection.execute(select(func.count()).select_from(_CHECKPOINT)).scalar_one()
    if epoch is not None and epoch != batches:
        report.fault(None, "head", f"the head counts {epoch} batches, {batches} checkpoints are stored")
    closed = connection.execute(select(_HEAD.c.closed)).scalar()
    if closed is not None:
        report.remarks.append(f"the head is closed, so that nothing is signed in this database: {closed}")
    for name, amiss in sorted(odd_guards(connection).items()):
        report.fault(None, "trigger", f"the trigger {name} {amiss}")


def _check_orphans(connection: Connection, report: CheckReport) -> None:
    """Rows that no entry leads to, and ids that stand twice."""
    known = select(ENTRY.c.seq)
    for column, what in ((_STATEMENT.c.seq, "statement"), (_DISCLOSURE.c.seq, "disclosures")):
        for seq in connection.execute(select(column).where(column.not_in(known)).order_by(column)).scalars():
            report.fault(number(seq), what, f"{what} stored for entry {seq}, which is not there")
    again = select(func.max(ENTRY.c.seq)).group_by(ENTRY.c.statement_digest).having(func.count() > 1)
    for seq in connection.execute(again).scalars():
        report.fault(number(seq), "statement", "its statement is that of an earlier entry too")
    twice = select(_STATEMENT.c.statement_id).group_by(_STATEMENT.c.statement_id).having(func.count() > 1)
    for name in connection.execute(twice).scalars():
        report.fault(None, "statement", f"the id {name} is borne by more than one statement")
    stray = select(_LINK.c.seq).where(_LINK.c.seq.not_in(select(ENTRY.c.seq))).distinct()
    for seq in connection.execute(stray).scalars():
        report.fault(number(seq), "link", "documents are linked to an entry that is not there")


def _check_anchors(connection: Connection, report: CheckReport) -> None:
    """The queue's rows, each against the digest over it; what a token or a cosignature says is checked elsewhere."""
    for row in stored_rows(connection):
        report.counts["anchors"] += 1
        try:
            one = read_row(row)
        except LedgerError as error:
            report.fault(None, "anchor", str(error).removesuffix(" Run `evidence ledger check`."))
            continue
        at = select(_CHECKPOINT.c.size).where(_CHECKPOINT.c.size == one.size)
        if connection.execute(at).first() is None:
            report.fault(None, "anchor", f"anchor {one.id} is for size {one.size}, where no checkpoint was signed")
        if (one.state == AnchorState.DONE) != (one.token is not None):
            report.fault(None, "anchor", f"anchor {one.id} is {one.state} and has {'a' if one.token else 'no'} token")
