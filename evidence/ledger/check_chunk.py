"""A run of entries, and the checkpoints signed within it, read and checked by themselves: what one process does.

Several processes check runs of one ledger at once, each over a connection of its own, which may see a later state of
the database than the one that the report is about. Rows are never changed, and go only under a disposal; so what is
found sound here is sound, and what is not, or is gone, is only named (`doubtful`): the process that reports looks at it
again in its own state, with the same functions, and its finding counts.
"""

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection

from evidence.core.statements.base import Statement
from evidence.core.tree import HASH_SIZE
from evidence.core.values import moment_from_text
from evidence.errors import MalformedValue, ProofError
from evidence.ledger.actors import Actors
from evidence.ledger.check_entry import Checked, Excused, Link, Stated, check_documents_of, check_entry, check_links
from evidence.ledger.check_heads import HEADS, Authority, Heads, check_heads
from evidence.ledger.check_quick import Row, proved
from evidence.ledger.findings import CheckReport
from evidence.ledger.stored import LEAF_SQL, leaf_bytes
from evidence.ledger.targets import Target
from evidence.store.documents import DocumentStore
from evidence.store.driver import Driver

_ENTRIES = (
    f"SELECT e.seq, {LEAF_SQL}, e.leaf_hash, s.payload, s.statement_id, d.body "  # noqa: S608
    "FROM ledger_entry e LEFT JOIN statement s ON s.seq = e.seq LEFT JOIN disclosure d ON d.seq = e.seq "
    "WHERE e.seq >= ? AND e.seq < ? ORDER BY e.seq"
)
_AT_ONCE = 128
_LEAVES = (
    f"SELECT e.seq, e.leaf_hash, {LEAF_SQL} FROM ledger_entry e "  # noqa: S608
    "WHERE e.seq >= ? AND e.seq < ? ORDER BY e.seq"
)
_LINKS = (
    "SELECT l.seq, l.sha256, l.role, (SELECT min(x.seq) FROM entry_document x WHERE x.sha256 = l.sha256), "
    "(SELECT min(r.seq) FROM entry_document r JOIN ledger_entry e ON e.seq = r.seq "
    "WHERE r.sha256 = l.sha256 AND e.kind = 'document-received'), "
    "d.size, d.media_type, d.created_at FROM entry_document l LEFT JOIN document d ON d.sha256 = l.sha256 "
    "WHERE l.seq >= ? AND l.seq < ? ORDER BY l.seq, l.sha256, l.role"
)
_TARGETS = "SELECT seq, target_seq, role FROM disposal_target WHERE target_seq >= ? AND target_seq < ?"
_MISPLACED = "SELECT seq FROM ledger_entry WHERE NOT (seq >= 0 AND seq < ?)"
_EARLIER = (
    "SELECT count(*) FROM disposal_target t JOIN ledger_entry e ON e.seq = t.target_seq "
    "WHERE t.role <> 'statement' AND e.recorded_at = ?"
)


@dataclass(frozen=True)
class Known:
    """What is known of the whole ledger before its parts are checked.

    `slipped` are rows of disposals that no sound disposal states, `dropped` what one states and no row says: where
    rows and statements agree, the rows are believed.
    """

    authority: Authority
    documents: DocumentStore
    slipped: Set[tuple[int, Target]] = frozenset()
    dropped: Set[Target] = frozenset()

    @property
    def actors(self) -> Actors:
        return self.authority.actors


class Stretch(NamedTuple):
    """Entries from `start` up to, not including, `stop`; of those that are not looked `into`, only the leaves count."""

    start: int
    stop: int
    into: bool


@dataclass
class Run:
    """What was found of a run of entries.

    `hashes` are the leaf hashes from its first entry on, zeros where one is gone. `first` and `last` are the moments of
    recording at its ends. Nothing about a `doubtful` entry is in the report.
    """

    hashes: list[bytes] = field(default_factory=list)
    report: CheckReport = field(default_factory=CheckReport)
    doubtful: list[int] = field(default_factory=list)
    stated: list[Stated] = field(default_factory=list)
    heads: Heads = field(default_factory=Heads)
    first: str = ""
    last: str = ""

    def place(self, seq: object, start: int) -> bool:
        """Whether the next row is an entry of the run; those that are gone before it are filled in."""
        if type(seq) is not int:
            return False  # named with the rows that stand where none can be
        self.fill(start, seq)
        if start + len(self.hashes) > seq:  # a second row of one position
            self.doubtful.append(seq)
            return False
        return True

    def fill(self, start: int, stop: int) -> None:
        """Positions up to `stop` that have no row."""
        while start + len(self.hashes) < stop:
            self.doubtful.append(start + len(self.hashes))
            self.hashes.append(bytes(HASH_SIZE))

    def take(self, seq: int, checked: Checked, before: str) -> None:
        """What the long way has found of the entry at `seq`; `before` is the moment of the one before it."""
        self.hashes.append(checked.hash)
        self.first = self.first or checked.moment or ""
        if checked.report.faults or checked.moment is None or checked.moment < before:
            self.doubtful.append(seq)
            return
        self.report.merge(checked.report)
        if checked.stated is not None:
            self.stated.append(checked.stated)


class RunReader:
    """Checks runs of entries over one connection."""

    def __init__(self, connection: Connection, known: Known) -> None:
        self.known = known
        self._driver = Driver(connection)
        self._moment = ""

    def check(self, start: int, stop: int) -> Run:
        """The entries from `start` up to, not including, `stop`, and the checkpoints that end with one of them."""
        run = Run()
        links, roles = self._links(start, stop), self._roles(start, stop)
        actors, hashes, moment, quickly = self.known.actors, run.hashes, "", 0
        for row in self._entries(start, stop):
            if not run.place(row.seq, start):
                continue
            if row.seq not in roles:
                statement = proved(row, actors)
                if (
                    statement is not None
                    and type(row.recorded_at) is str
                    and row.recorded_at >= moment
                    and self._is_moment(row.recorded_at)
                    and ((row.seq not in links and not statement.documents()) or self._fits(row, statement, links))
                ):
                    moment = row.recorded_at
                    run.first = run.first or moment
                    hashes.append(row.leaf_hash)
                    quickly += 1
                    continue
            checked = self._long_way(row, links.get(row.seq, []), roles.get(row.seq))
            run.take(row.seq, checked, moment)
            moment = checked.moment or moment
        run.fill(start, stop)
        run.last = moment
        run.report.counts += Counter(signatures=quickly, statements=quickly)
        run.heads = self.heads("c.size > ? AND c.size <= ?", (start, stop))
        return run

    def hashes(self, start: int, stop: int) -> Run:
        """The leaf hashes of a run alone, derived again from the leaves; nothing else of it is looked at."""
        run = Run()
        for seq, stored, *leaf in self._driver.rows(_LEAVES, (start, stop)):
            if run.place(seq, start):
                found = sha256(b"\x00" + _leaf(leaf)).digest()
                run.hashes.append(found)
                if found != stored:
                    run.doubtful.append(seq)
        run.fill(start, stop)
        return run

    def heads(self, where: str, values: tuple[Any, ...]) -> Heads:
        """The stored checkpoints of which a condition holds."""
        return check_heads(self._driver.rows(HEADS.format(where=where), values), self.known.authority)

    def one(self, seq: int) -> Checked | None:
        """One entry, the long way; None where its row is gone."""
        rows = self._driver.rows(_ENTRIES, (seq, seq + 1))
        if not rows:
            return None
        links, roles = self._links(seq, seq + 1).get(seq, []), self._roles(seq, seq + 1).get(seq)
        checked = self._long_way(Row._make(rows[0]), links, roles)
        if len(rows) > 1:
            checked.report.fault(seq, "index", f"{len(rows)} rows stand for the entry and its statement")
        return checked

    def size(self, bound: int) -> int:
        """One more than the last position below `bound` that has a row."""
        ((last,),) = self._driver.rows("SELECT max(seq) FROM ledger_entry WHERE seq >= 0 AND seq < ?", (bound,))
        return 0 if last is None else int(last) + 1

    def misplaced(self, bound: int) -> list[Any]:
        """The positions of rows that stand where none can be."""
        odd = "" if self._driver.postgresql else " OR typeof(seq) <> 'integer'"
        return [seq for (seq,) in self._driver.rows(_MISPLACED + odd, (bound,))]

    def leaf(self, seq: int) -> bytes | None:
        """The leaf of the columns stored at a position, empty where they give none."""
        rows = self._driver.rows(_LEAVES, (seq, seq + 1))
        return _leaf(rows[0][2:]) if rows else None

    def _entries(self, start: int, stop: int) -> Iterator[Row]:
        """The rows of a run, a few at a time: what was just read is at hand for the processor."""
        for low in range(start, stop, _AT_ONCE):
            yield from map(Row._make, self._driver.rows(_ENTRIES, (low, min(low + _AT_ONCE, stop))))

    def _long_way(self, row: Row, links: list[Link], roles: Set[str] | None) -> Checked:
        excused = Excused(roles or frozenset(), self._earlier)
        return check_entry(row, links, excused, self.known.actors, self.known.documents)

    def _fits(self, row: Row, statement: Statement, links: dict[int, list[Link]]) -> bool:
        """Whether the documents linked to an entry, and their rows, are what its statement says."""
        report, mine, excused = CheckReport(), links.get(row.seq, []), Excused(frozenset(), self._earlier)
        check_links(report, row.seq, statement, mine, excused)
        check_documents_of(report, row.seq, row.recorded_at, statement, mine, excused, self.known.documents)
        return report.clean

    def _is_moment(self, text: str) -> bool:
        """Whether it is one; asked once for all the entries of a batch."""
        if text != self._moment:
            try:
                moment_from_text(text)
            except MalformedValue:
                return False
            self._moment = text
        return True

    def _links(self, start: int, stop: int) -> dict[int, list[Link]]:
        links: dict[int, list[Link]] = {}
        for seq, name, role, first, received, size, kind, moment in self._driver.rows(_LINKS, (start, stop)):
            told = None if moment is None else _text(moment)
            links.setdefault(seq, []).append(Link(_text(name), _text(role), first == seq, received, size, kind, told))
        return links

    def _roles(self, start: int, stop: int) -> dict[int, set[str]]:
        """What disposals have let go of these entries."""
        roles: dict[int, set[str]] = {}
        for seq, target_seq, role in self._driver.rows(_TARGETS, (start, stop)):
            target = Target(target_seq, role)
            if (seq, target) not in self.known.slipped and target_seq < seq:
                roles.setdefault(target_seq, set()).add(role)
        for target in self.known.dropped:
            if start <= target.seq < stop:
                roles.setdefault(target.seq, set()).add(target.role)
        return roles

    def _earlier(self, moment: str) -> bool:
        return bool(self._driver.rows(_EARLIER, (moment,))[0][0])


def _leaf(columns: Sequence[object]) -> bytes:
    try:
        return leaf_bytes(*columns)
    except ProofError:
        return b""


def _text(value: object) -> str:
    """Text as it is; of what an altered column holds in place of text, how it would be written in a program."""
    return value if isinstance(value, str) else repr(value)
