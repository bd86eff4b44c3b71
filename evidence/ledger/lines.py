"""Line trees: that the root which a statement names is that of the document beside it.

A load and a snapshot commit to their lines under a salted root, so that one line can be shown and proved without the
others. The root stands in clear and is signed; were it taken on trust, a pack could prove lines that the document never
held. So the writer derives it again before it records, and a check does so from the stored bytes.
"""

from collections.abc import Iterator
from typing import BinaryIO

from evidence.core import canonical
from evidence.core.canonical import JsonValue
from evidence.core.disclosure import SEED_SIZE, line_root
from evidence.core.statements.base import Statement
from evidence.core.statements.load import Load
from evidence.core.statements.snapshot import LINE_PREFIX, Snapshot, worksheet_lines
from evidence.errors import LedgerError, MalformedValue
from evidence.store.documents import DocumentStore


def require_lines(statement: Statement, documents: DocumentStore) -> None:
    """Derive the root and the number of lines that a load or a snapshot states; other kinds state none.

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
            with documents.open(statement.view) as view:
                found = line_root(seed, statement.line_prefix(), _view_lines(view))
        else:
            said = (statement.worksheet_root, statement.worksheet_lines)
            whole = documents.read(statement.worksheet)
            worksheet = canonical.loads_canonical(whole, limit=len(whole))
            if not isinstance(worksheet, dict):
                raise MalformedValue("worksheet", type(worksheet).__name__, "an object")
            found = line_root(seed, LINE_PREFIX, worksheet_lines(worksheet))
    except MalformedValue as error:
        raise LedgerError(f"The lines of {statement.id} cannot be read. {error}") from error
    if found != said:
        raise LedgerError(
            f"{statement.id} states {said[1]} lines under the root {said[0][:16]}…; its document and seed give "
            f"{found[1]} under {found[0][:16]}…. Build the statement from the document that it names."
        )


def _seed(statement: Load | Snapshot, documents: DocumentStore) -> bytes:
    if documents.size(statement.seed) != SEED_SIZE:
        raise LedgerError(f"The seed of {statement.id} does not have {SEED_SIZE} bytes.")
    return documents.read(statement.seed)


def _view_lines(view: BinaryIO) -> Iterator[JsonValue]:
    for line in view:
        yield canonical.loads_canonical(line.removesuffix(b"\n"))
