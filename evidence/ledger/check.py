"""Re-derive the ledger from its stored bytes and name every fault.

Nothing stored is believed: leaves are parsed and hashed anew, envelopes compared with their leaves, every signature
verified with the keys that the ledger itself brought in, commitments opened, documents read through, line trees made
again. The tree is rebuilt, and at the size of every checkpoint its root must be the signed one; from each checkpoint to
the next a proof of consistency must hold as an outsider verifies it. Checkpoints kept elsewhere (`held`) are what shows
a ledger that was cut off or rewritten as a whole.

What a fault stops is only its own item: the check goes on to the end. What is gone is `disposed` where a later disposal
entry, itself sound, names that place; otherwise it is `lost`. Where the keys come from the home itself, that the ledger
holds together is all that is shown: whose it is, only a trust folder from outside can say.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select

from evidence.core.statements.base import Opened, open_body
from evidence.core.values import moment_text
from evidence.errors import EvidenceError, LedgerError, ProofError
from evidence.ledger.actors import Actors, Signed
from evidence.ledger.any_text import any_text
from evidence.ledger.check_beside import check_beside
from evidence.ledger.check_chunk import Known, Run, RunReader, Stretch
from evidence.ledger.check_disposals import check_disposals
from evidence.ledger.check_documents import slices
from evidence.ledger.check_heads import Authority, Heads
from evidence.ledger.check_keys import check_compromised
from evidence.ledger.check_lineage import check_lineage
from evidence.ledger.check_stamps import check_stamps
from evidence.ledger.check_tree import TreeWalk, beyond, check_ends, held_checkpoints, stored_tiles
from evidence.ledger.check_trust import KeyEntry, check_trust
from evidence.ledger.check_witness import check_witnesses
from evidence.ledger.check_work import Database, InDatabase, Work, stretches, workers
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.findings import CheckReport
from evidence.ledger.growth import ENTRY
from evidence.ledger.key_history import RECORDED
from evidence.ledger.leaf import Leaf
from evidence.ledger.note import Verifier, parse_note
from evidence.ledger.policy import Policy
from evidence.ledger.stamping import note_of
from evidence.ledger.stored import LEAF_COLUMNS, envelope_of, leaf_of
from evidence.ledger.succession import Lineage
from evidence.ledger.tables import CheckpointRow, DocumentRow, StatementRow
from evidence.store.base import as_bytes, table_of
from evidence.store.documents import DocumentStore
from evidence.store.engine import reading

_STATEMENT, _CHECKPOINT, _DOCUMENT = table_of(StatementRow), table_of(CheckpointRow), table_of(DocumentRow)


def check_ledger(
    engine: Engine,
    documents: DocumentStore,
    verifiers: Sequence[Verifier],
    advance: Callable[..., None] | None = None,
    held: Sequence[bytes] = (),
    *,
    origin: str | None = None,
    trust: Path | None = None,
    policy: Policy | None = None,
    since: bytes | None = None,
    processes: int | None = None,
) -> CheckReport:
    """Check the whole ledger in a database, with its documents.

    Args:
        engine: the database.
        documents: where the documents' bytes are.
        verifiers: the ledger's public keys, from a trust folder.
        advance: called with the number of entries and documents gone through, and once with `total`.
        held: checkpoints kept outside the database, as signed notes.
        origin: the ledger's name, as the settings have it.
        trust: a trust folder whose files are compared with the key entries.
        policy: who the witnesses are whose cosignatures are kept.
        since: a checkpoint that somebody holds, as a signed note: the leaves up to its size must have its root, and
            nothing else of those entries is looked at.
        processes: how many share the work; by default one, or for a long ledger as many as there are processors.

    Raises:
        LedgerError: `since` is no checkpoint that these keys signed, or a process of the check was killed.
    """
    report = CheckReport()
    step = advance or _unheard
    start = _since(since, verifiers)
    with reading(engine) as connection, any_text(connection):
        disposals = CheckReport()
        let_go = check_disposals(connection, disposals)
        signed = _stated(connection)
        stated = {seq: one.opened for seq, one in signed.items()}
        lineage = Lineage.of(connection, origin or _first_origin(connection))
        actors = _actors(stated)
        verifiers = actors.successors(verifiers, signed)
        authority = Authority(verifiers, actors, lineage)
        known = Known(authority, documents, let_go.slipped, let_go.dropped)
        kept = [*held, *([since] if since is not None else [])]
        walk = _Walk(report, connection, known, stated, held_checkpoints(kept, verifiers, report, lineage), start)
        size, total = walk.measure(), _documents(connection)
        step(0, total=size + total)
        here, place = InDatabase(connection, walk.known), Database(engine.url, walk.known)
        with workers(here, place, size, processes) as work:
            for part, run in work.runs(stretches(size, start)):
                walk.take(part, run)
                step(part.stop - part.start)
            tiles, _ = walk.tree.finish()
            check_ends(connection, walk.tree, tiles)
            walk.take_documents(work, total)
            step(total)
        report.merge(disposals)
        check_beside(connection, report)
        check_stamps(connection, report, note_of(connection), trust)
        check_witnesses(connection, report, note_of(connection), policy)
        check_lineage(report, lineage, walk.notable, verifiers, origin)
        keys = [KeyEntry.of(seq, said) for seq, said in sorted(walk.stated.items())]
        check_trust(report, keys, verifiers, trust, walk.known.actors)
        check_compromised(connection, report, walk.known.actors)
    if start:
        report.remarks.append(
            f"the {min(start, size)} entries before the checkpoint given have its root; their statements, signatures, "
            "documents and checkpoints were not looked at"
        )
    return report


def _unheard(_steps: int = 1, total: int | None = None) -> None:
    del total


def _since(note: bytes | None, verifiers: Sequence[Verifier]) -> int:
    if note is None:
        return 0
    try:
        return open_checkpoint(note, verifiers).size
    except ProofError as error:
        raise LedgerError(
            f"The checkpoint to go on from cannot be used: {error} Give one that this ledger's keys have signed."
        ) from error


def _stated(connection: Connection) -> dict[int, Signed]:
    """What entries state of keys, by position, as far as they are sound in themselves."""
    rows = connection.execute(
        select(ENTRY.c.seq, *LEAF_COLUMNS, _STATEMENT.c.payload)
        .join(_STATEMENT, _STATEMENT.c.seq == ENTRY.c.seq)
        .where(ENTRY.c.kind.in_(sorted(RECORDED)))
        .order_by(ENTRY.c.seq)
    )
    stated: dict[int, Signed] = {}
    for row in rows:
        try:
            envelope, leaf = envelope_of(row.payload, row.signatures), leaf_of(row)
            if isinstance(row.seq, int) and leaf.commits_to(envelope):
                stated[row.seq] = Signed(leaf.actor, envelope, open_body(envelope.payload, ()))
        except EvidenceError:
            continue  # named where the entry itself is checked
    return stated


def _actors(stated: dict[int, Opened]) -> Actors:
    actors = Actors()
    for seq, opened in sorted(stated.items()):
        try:
            actors.take(seq, opened)
        except EvidenceError:
            continue  # as above
    return actors


def _first_origin(connection: Connection) -> str:
    note = connection.execute(select(_CHECKPOINT.c.note).order_by(_CHECKPOINT.c.size).limit(1)).scalar()
    try:
        return "" if note is None else Checkpoint.parse(parse_note(as_bytes(note)).text).origin
    except ProofError:
        return ""


def _documents(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(_DOCUMENT)).scalar_one()


class _Walk:
    """What goes through the ledger takes up here what was found of each run, in order.

    `stated` is what entries say of keys, by position; `notable` the checkpoints at successions and under odd names.
    """

    def __init__(
        self,
        report: CheckReport,
        connection: Connection,
        known: Known,
        stated: dict[int, Opened],
        outside: dict[int, Checkpoint],
        since: int,
    ) -> None:
        self.report, self.known, self.stated = report, known, stated
        self.tree = TreeWalk(report, stored_tiles(connection), outside)
        self.notable: dict[int, Checkpoint] = {}
        self._connection, self._since = connection, since
        self._reader = RunReader(connection, known)
        self._last = ""

    def measure(self) -> int:
        """How many entries there are to go through; names rows that stand where none can be."""
        report, reader = self.report, self._reader
        count = self._connection.execute(select(func.count()).select_from(ENTRY)).scalar_one()
        ahead = reader.heads("c.size > ?", (count,)).signed
        bound = max([count, *self.tree.outside, *(signed.size for signed in ahead)])
        size = reader.size(bound)
        for seq in reader.misplaced(bound):
            report.fault(None, "index", f"a row has the position {seq!r}, where none can be")
        odd = reader.heads("NOT (c.size > 0 AND c.size <= ?)", (size,))
        self._take_heads(odd)
        for signed in odd.signed:
            if signed.size > size:
                beyond(report, signed, size, "in the database")
        return size

    def take(self, part: Stretch, run: Run) -> None:
        """Take up what was found of a run; look again, in the state of the database that is reported on, at what is in
        doubt: its finding counts.
        """
        doubtful = {*run.doubtful, *([part.start] if run.first and run.first < self._last else [])}
        for opened in run.stated:
            self._learn(opened.seq, opened.opened)
        self.report.counts["entries"] += part.stop - part.start
        for seq in sorted(doubtful):
            if part.into:
                self._look_again(seq, part, run)
            else:
                self._look_at_leaf(seq)
        self.report.merge(run.report)
        if not part.into and part.stop == self._since:
            run.heads = self._reader.heads("c.size = ?", (self._since,))
        elif run.heads.report.faults:
            run.heads = self._reader.heads("c.size > ? AND c.size <= ?", (part.start, part.stop))
        self._take_heads(run.heads)
        self.tree.grow(run.hashes, run.heads.signed)
        self._last = run.last or self._last

    def take_documents(self, work: Work, count: int) -> None:
        """Take up what was found of the documents; again, what is in doubt is looked at here."""
        again = InDatabase(self._connection, self.known)
        for part, found in work.documents(self._since, slices(count)):
            self.report.merge(found if found.clean else again.slice(self._since, part))

    def _take_heads(self, heads: Heads) -> None:
        lineage = self.known.authority.lineage
        self.report.merge(heads.report)
        points = {one.seq for one in lineage.successions} if lineage is not None else set()
        for signed in heads.signed:
            if signed.size in points or signed.origin in heads.strange:
                self.notable.setdefault(signed.size, signed)
                heads.strange.discard(signed.origin)

    def _learn(self, seq: int, opened: Opened) -> None:
        """A key statement that was not found beforehand, since its row is altered, counts all the same."""
        if seq not in self.stated:
            self.stated[seq] = opened
            self.known = replace(self.known, authority=replace(self.known.authority, actors=_actors(self.stated)))
            self._reader = RunReader(self._connection, self.known)

    def _look_again(self, seq: int, part: Stretch, run: Run) -> None:
        checked = self._reader.one(seq)
        if checked is None:
            self._missing(seq)
            return
        if checked.stated is not None and seq not in self.stated:
            self._learn(seq, checked.stated.opened)
            checked = self._reader.one(seq) or checked
        run.hashes[seq - part.start] = checked.hash
        before = self._moment(seq - 1)
        if checked.moment is not None and before is not None and checked.moment < before:
            self.report.fault(seq, "order", f"recorded at {checked.moment}, before the entry before it")
        self.report.merge(checked.report)

    def _look_at_leaf(self, seq: int) -> None:
        if self._reader.leaf(seq) is None:
            self._missing(seq)
        else:
            self.report.fault(seq, "leaf", "the leaf does not have the hash stored with it")

    def _missing(self, seq: int) -> None:
        self.report.fault(seq, "missing", "the entry's row is gone")
        self.report.counts["entries"] -= 1

    def _moment(self, seq: int) -> str | None:
        leaf = self._reader.leaf(seq)
        try:
            return None if leaf is None else moment_text(Leaf.parse(leaf).recorded_at)
        except ProofError:
            return None
