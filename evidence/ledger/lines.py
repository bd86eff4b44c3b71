"""Line trees: that the root which a statement names is that of the document beside it.

A load and a snapshot commit to their lines under a salted root, so that one line can be shown and proved without the
others. The root stands in clear and is signed; were it taken on trust, a pack could prove lines that the document never
held. So the writer has it derived from the document before it records, and a check does so from the stored bytes.

Root and number are a function of the bytes of view and seed, and both are named by their digests. So what this process
has derived of two digests it need not derive again (`Known`), as long as somebody makes sure of the bytes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias

import orjson

from evidence.core import canonical
from evidence.core.canonical import JsonValue
from evidence.core.disclosure import SEED_SIZE, LineTree
from evidence.core.statements.base import Statement
from evidence.core.statements.load import Load
from evidence.core.statements.snapshot import LINE_PREFIX, Snapshot, WrittenWorksheet, worksheet_lines
from evidence.errors import DocumentDamaged, LedgerError, MalformedValue
from evidence.ledger.ahead import Ahead, Derived
from evidence.store.documents import DocumentStore

_PIECE = 1 << 20
"""A view is read in pieces of about this many bytes."""

Lines: TypeAlias = Sequence[Mapping[str, JsonValue]]
Take: TypeAlias = Callable[[Load, Iterable[Lines]], None]
"""Is given a load and the lines of its view, in pieces; need not ask for all of them."""

_MOST_KNOWN: Final = 64


class Known:
    """What this process derived last, by the digests of view and seed and the prefix of the lines' names."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, str], Derived] = {}

    def get(self, view: str, seed: str, prefix: str) -> Derived | None:
        """What was derived of these, if it is among the last."""
        return self._kept.get((view, seed, prefix))

    def keep(self, view: str, seed: str, prefix: str, derived: Derived) -> None:
        """Remember what these give; the oldest is forgotten."""
        self._kept[view, seed, prefix] = derived
        while len(self._kept) > _MOST_KNOWN:
            self._kept.pop(next(iter(self._kept)), None)


KNOWN: Final = Known()
"""Of this process. Only what was derived here, from bytes of the digests, gets in; no caller's word does."""


def derive(view: str, seed: str, prefix: str, documents: DocumentStore, ahead: Ahead | None = None) -> Derived:
    """Root and number of the lines of a view in the store, under a seed there.

    Args:
        view: the digest of the view.
        seed: the digest of the seed.
        prefix: what stands before the number in the name of each line.
        documents: where both are.
        ahead: a process that has derived them while the view was written; what it says counts for the bytes that it
            has read, and for this view only where they are those of its digest.

    Raises:
        MalformedValue: a line is not one object in canonical JSON, or the seed has another length.
        DocumentMissing: one of the two is not in the store.
        DocumentDamaged: one of the two has other bytes.
    """
    held = documents.read(seed)
    answer = ahead.end() if ahead is not None and ahead.seed == held else None
    if answer is not None and answer[0] == view:
        derived = answer[1]
    else:
        grown = LineTree(held, prefix)
        with documents.open(view) as content:
            for lines, _ in view_lines(content, view):
                grown.add(lines)
        derived = Derived(grown.root(), grown.size)
    KNOWN.keep(view, seed, prefix, derived)
    return derived


def keep_worksheet(worksheet: WrittenWorksheet, seed: bytes, documents: DocumentStore) -> tuple[str, str, Derived]:
    """Put a worksheet and its seed into the store: their digests, and the root and number of its lines.

    Document and lines are put together here from the same rows, so that what they give under the seed is known of the
    bytes of these two digests.

    Raises:
        MalformedValue: the seed has another length.
        StoreError: the disk refused.
    """
    grown = LineTree(seed, LINE_PREFIX)
    grown.add(worksheet.lines())
    derived = Derived(grown.root(), grown.size)
    view, held = documents.put(worksheet.document()).sha256, documents.put(seed).sha256
    KNOWN.keep(view, held, LINE_PREFIX, derived)
    return view, held, derived


def require_lines(
    statement: Statement, documents: DocumentStore, take: Take | None = None, known: Known | None = None
) -> None:
    """Derive the root and the number of lines that a load or a snapshot states; other kinds state none.

    Args:
        statement: what is to be recorded, or was.
        documents: where its lines and their seed are.
        take: given the lines of a load as they are read, so that a view is read once, before it is known whether
            root and number hold.
        known: what was derived before, for a caller who has just made sure of the documents' bytes.

    Raises:
        LedgerError: the document and its seed give another root or another number, or are not what they should be.
        DocumentMissing: one of the two is not in the store.
        DocumentDamaged: one of the two has other bytes.
    """
    if not isinstance(statement, Load | Snapshot):
        return
    seed = _seed(statement, documents)
    try:
        if isinstance(statement, Load):
            said = Derived(statement.view_root, statement.lines)
            found = _of_load(statement, seed, documents, take, known)
        else:
            said = Derived(statement.worksheet_root, statement.worksheet_lines)
            held = known.get(statement.worksheet, statement.seed, LINE_PREFIX) if known is not None else None
            found = held or _of_snapshot(statement, seed, documents)
    except MalformedValue as error:
        raise LedgerError(f"The lines of {statement.id} cannot be read. {error}") from error
    if found != said:
        raise LedgerError(
            f"{statement.id} states {said.lines} lines under the root {said.root[:16]}…; its document and seed "
            f"give {found.lines} under {found.root[:16]}…. Build the statement from the document that it names."
        )


def _seed(statement: Load | Snapshot, documents: DocumentStore) -> bytes:
    if documents.size(statement.seed) != SEED_SIZE:
        raise LedgerError(f"The seed of {statement.id} does not have {SEED_SIZE} bytes.")
    return documents.read(statement.seed)


def _of_load(load: Load, seed: bytes, documents: DocumentStore, take: Take | None, known: Known | None) -> Derived:
    """What a load's view and seed give; its lines are handed on meanwhile."""
    found = known.get(load.view, load.seed, load.line_prefix()) if known is not None else None
    grown = LineTree(seed, load.line_prefix())
    with documents.open(load.view) as view:
        if found is not None:
            if take is not None:
                take(load, StoredLines(view, load.view))
            return found
        pieces = _grow(grown, view, load.view)
        if take is not None:
            take(load, pieces)
        for _ in pieces:
            pass
    return Derived(grown.root(), grown.size)


def _of_snapshot(snapshot: Snapshot, seed: bytes, documents: DocumentStore) -> Derived:
    """What a snapshot's worksheet and seed give.

    Raises:
        MalformedValue: the worksheet is not one object in canonical JSON.
    """
    whole = documents.read(snapshot.worksheet)
    worksheet = canonical.loads_canonical(whole, limit=len(whole))
    if not isinstance(worksheet, dict):
        raise MalformedValue("worksheet", type(worksheet).__name__, "an object")
    grown = LineTree(seed, LINE_PREFIX)
    grown.add(canonical.dumps_each(worksheet_lines(worksheet)))
    return Derived(grown.root(), grown.size)


def _grow(grown: LineTree, view: BinaryIO, digest: str) -> Iterator[Lines]:
    """The lines of a view in pieces, each added to its tree.

    Raises:
        MalformedValue: a line is not one object in canonical JSON.
        DocumentDamaged: the view has another digest.
    """
    for lines, values in view_lines(view, digest):
        grown.add(lines)
        yield values


class StoredLines:
    """The lines of a view of which it is known that its bytes, under this digest, are objects in canonical JSON."""

    def __init__(self, view: BinaryIO, digest: str) -> None:
        self._view, self._digest = view, digest

    @property
    def path(self) -> Path:
        """The file that the view is."""
        return Path(self._view.name)

    def pieces(self) -> Iterator[Callable[[], Lines]]:
        """What reads each piece, to be called before the next is asked for or not at all.

        Raises:
            DocumentDamaged: the view has other bytes.
        """
        for lines in _pieces(self._view, self._digest):
            yield partial(self._values, lines)

    def __iter__(self) -> Iterator[Lines]:
        return (read() for read in self.pieces())

    def _values(self, lines: list[bytes]) -> Lines:
        try:
            values: Lines = orjson.loads(b"[%b]" % b",".join(lines))
        except orjson.JSONDecodeError as error:
            raise _damaged(self._digest) from error
        return values


def view_lines(view: BinaryIO, digest: str) -> Iterator[tuple[list[bytes], Lines]]:
    """The lines of a parsed view in pieces: their bytes, and the same read as canonical JSON, one object each.

    Raises:
        MalformedValue: a line is something else.
        DocumentDamaged: the view has another digest; told at its end.
    """
    for lines in _pieces(view, digest):
        values = list(map(canonical.loads_canonical, lines))
        for value in values:
            if type(value) is not dict:
                raise MalformedValue("line of a view", type(value).__name__, "an object")
        yield lines, values  # type: ignore[misc]  # each is an object, as was just seen


def _pieces(view: BinaryIO, digest: str) -> Iterator[list[bytes]]:
    """The lines of a view without their ends, in pieces; its bytes are held against its digest at the end."""
    read, rest = sha256(), b""
    while content := view.read(_PIECE):
        read.update(content)
        lines = (rest + content).split(b"\n")
        rest = lines.pop()
        if lines:
            yield lines
    if rest:
        yield [rest]
    if read.hexdigest() != digest:
        raise _damaged(digest)


def _damaged(digest: str) -> DocumentDamaged:
    return DocumentDamaged(f"Document {digest} no longer has that digest. Restore it from a backup of documents/.")
