"""Line trees: that the root which a statement names is that of the document beside it.

A load and a snapshot commit to their lines under a salted root, so that one line can be shown and proved without the
others. The root stands in clear and is signed; were it taken on trust, a pack could prove lines that the document never
held. So the writer derives it again before it records, and a check does so from the stored bytes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import BinaryIO, TypeAlias

from evidence.core import canonical
from evidence.core.canonical import JsonValue
from evidence.core.disclosure import SEED_SIZE, LineTree
from evidence.core.statements.base import Statement
from evidence.core.statements.load import Load
from evidence.core.statements.snapshot import LINE_PREFIX, Snapshot, worksheet_lines
from evidence.errors import LedgerError, MalformedValue
from evidence.store.documents import DocumentStore

_PIECE = 1 << 20
"""A view is read in pieces of about this many bytes."""

Lines: TypeAlias = Sequence[Mapping[str, JsonValue]]
Take: TypeAlias = Callable[[Load, Iterator[Lines]], None]
"""Is given a load and the lines of its view, in pieces; need not ask for all of them."""


def require_lines(statement: Statement, documents: DocumentStore, take: Take | None = None) -> None:
    """Derive the root and the number of lines that a load or a snapshot states; other kinds state none.

    Args:
        statement: what is to be recorded, or was.
        documents: where its lines and their seed are.
        take: given the lines of a load as they are read, so that a view is read once, before it is known whether
            root and number hold.

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
            said = (statement.view_root, statement.lines)
            grown = LineTree(seed, statement.line_prefix())
            with documents.open(statement.view) as view:
                pieces = _grow(grown, view)
                if take is not None:
                    take(statement, pieces)
                for _ in pieces:
                    pass
        else:
            said = (statement.worksheet_root, statement.worksheet_lines)
            grown = LineTree(seed, LINE_PREFIX)
            whole = documents.read(statement.worksheet)
            worksheet = canonical.loads_canonical(whole, limit=len(whole))
            if not isinstance(worksheet, dict):
                raise MalformedValue("worksheet", type(worksheet).__name__, "an object")
            grown.add([canonical.dumps(line) for line in worksheet_lines(worksheet)])
    except MalformedValue as error:
        raise LedgerError(f"The lines of {statement.id} cannot be read. {error}") from error
    found = (grown.root(), grown.size)
    if found != said:
        raise LedgerError(
            f"{statement.id} states {said[1]} lines under the root {said[0][:16]}…; its document and seed give "
            f"{found[1]} under {found[0][:16]}…. Build the statement from the document that it names."
        )


def _seed(statement: Load | Snapshot, documents: DocumentStore) -> bytes:
    if documents.size(statement.seed) != SEED_SIZE:
        raise LedgerError(f"The seed of {statement.id} does not have {SEED_SIZE} bytes.")
    return documents.read(statement.seed)


def _grow(grown: LineTree, view: BinaryIO) -> Iterator[Lines]:
    """The lines of a view in pieces, each added to its tree.

    Raises:
        MalformedValue: a line is not one object in canonical JSON.
    """
    for lines, values in view_lines(view):
        grown.add(lines)
        yield values


def view_lines(view: BinaryIO) -> Iterator[tuple[list[bytes], Lines]]:
    """The lines of a parsed view in pieces: their bytes, and the same read as canonical JSON, one object each.

    Raises:
        MalformedValue: a line is something else.
    """
    while lines := view.readlines(_PIECE):
        lines = [line.removesuffix(b"\n") for line in lines]
        values = list(map(canonical.loads_canonical, lines))
        for value in values:
            if type(value) is not dict:
                raise MalformedValue("line of a view", type(value).__name__, "an object")
        yield lines, values  # type: ignore[misc]  # each is an object, as was just seen
