"""A ledger moves to another database: copied row by row, derived again, and only then may the new one sign.

There is one writer at every moment (docs/decisions/0074; LEDGER.md, section 2.3). The source is locked from the first
row read until it is closed for good; the copy is closed until then. Killed before that, the source goes on and the copy
signs nothing; killed after it, neither signs, and the command given again opens the copy. Every column of every row is
compared by digest, the root is derived again from the leaves of the copy, and the register is derived from its entries.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain, islice
from typing import Any

from sqlalchemy import ColumnClause, Connection, Engine, String, Table, column, select, table, text

from evidence.core import tree
from evidence.core.tree import Frontier
from evidence.errors import RefusesToSign, SettingsError
from evidence.ledger.found import HomeHandle
from evidence.ledger.lock import writing_turn
from evidence.ledger.stored import LEAF_NAMES, leaf_bytes
from evidence.ledger.tables import (
    AnchorRow,
    CheckpointRow,
    DisclosureRow,
    DisposalTargetRow,
    DocumentRow,
    EntryDocumentRow,
    HeadRow,
    LedgerEntryRow,
    StatementRow,
    TileRow,
)
from evidence.ledger.writer import WAIT_S
from evidence.store import migrate
from evidence.store.base import as_bytes, table_of
from evidence.store.driver import Driver
from evidence.store.engine import reading, writing

Derive = Callable[[Engine], None]
"""Derives the register of a copy from its entries."""

_HEAD, _ENTRY, _CHECKPOINT = table_of(HeadRow), table_of(LedgerEntryRow), table_of(CheckpointRow)
_BEFORE = tuple(table_of(model) for model in (DocumentRow, StatementRow, DisclosureRow))
_AFTER = tuple(table_of(model) for model in (EntryDocumentRow, DisposalTargetRow, TileRow, AnchorRow))
_COPIED = (*_BEFORE, _ENTRY, _CHECKPOINT, *_AFTER)
_PIECE = 1_000
_SECRETS = ("password", "secret", "scram")
_UNFINISHED = "It is a copy that is not finished: run `evidence ledger copy` again in the home it is made from."
"""The one reason to be closed that the database lets go of again (revision 0005)."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What is in the new database, and where that is, without a password; `rows` were compared."""

    database: str
    entries: int
    root: str
    rows: int


def _plain(engine: Engine) -> str:
    """A database's address without its password, as it may be shown and kept; libpq takes secrets as parameters too."""
    address = engine.url._replace(password=None, drivername=engine.dialect.name)
    secrets = [name for name in address.query if any(word in name.lower() for word in _SECRETS)]
    return address.difference_update_query(secrets).render_as_string()


def copy_ledger(
    handle: HomeHandle, target: Engine, derive: Derive, advance: Callable[..., None] | None = None
) -> Copied:
    """Move the ledger of an open home to an empty database, or finish a move that was broken off.

    Args:
        handle: the home; its keys are not needed. Its settings are for the caller to change afterwards.
        target: the database; it is brought to the newest schema.
        derive: derives the register there.
        advance: called with 1 for each piece copied and each step after that.

    Raises:
        SettingsError: the target is the source, or holds another ledger.
        RefusesToSign: the source has been closed for another target, or the copy is not the same.
        StoreError: a database refused; the command can be given again.
    """
    step = advance or _unheard
    address = _plain(target)
    if _plain(handle.engine) == address:
        raise SettingsError(f"{address} is the database that the ledger is in. Name another.")
    moved = f"The ledger {handle.settings.origin} goes on in {address}."
    if migrate.current(target) is None:
        migrate.upgrade(target)
    migrate.require_newest(target)
    with writing_turn(handle.settings.home / "writer.lock", WAIT_S), writing(handle.engine) as source:
        head = _locked_head(source)
        if head.closed is None:
            rows = _copied(source, target, head, step)
            derive(target)
            step(1)
            source.execute(_HEAD.update().where(_HEAD.c.id == 1).values(closed=moved))
        elif head.closed != moved:
            raise RefusesToSign(f"This database is closed: {head.closed} Open the home with that database.")
        else:
            rows = _compared(source, target, head, step) if _is_unfinished(target) else 0
    step(1)
    with writing(target) as connection:
        connection.execute(_HEAD.update().where(_HEAD.c.id == 1, _HEAD.c.closed == _UNFINISHED).values(closed=None))
    step(1)
    return Copied(address, head.size, as_bytes(head.root).hex(), rows)


def _unheard(_steps: int = 1, total: int | None = None) -> None:
    del total


def _head(connection: Connection) -> Any:
    return connection.execute(select(_HEAD)).one_or_none()


def _is_unfinished(target: Engine) -> bool:
    """Whether the copy is still to be opened.

    Raises:
        RefusesToSign: the ledger has gone on from there to another database, or is not there any more.
    """
    with reading(target) as connection:
        found = _head(connection)
    if found is None:
        raise RefusesToSign(
            f"The ledger moved to {_plain(target)} and is not there any more; this database was closed for good, since "
            "entries may have been signed there. Restore a backup of that database, or one of this from before the "
            "move (docs/operations.md, From one database to another)."
        )
    if found.closed not in {None, _UNFINISHED}:
        raise RefusesToSign(f"{_plain(target)} is closed itself: {found.closed} Open the home with that database.")
    return found.closed is not None


def _locked_head(source: Connection) -> Any:
    """The source's head, locked until its transaction ends: no entry, disposal or time stamp comes in between."""
    head = source.execute(select(_HEAD).with_for_update()).one_or_none()
    if head is None or not head.size:
        raise SettingsError("The ledger holds no entries; found the home in the other database instead.")
    if source.dialect.name == "postgresql":
        source.execute(text("LOCK TABLE anchor IN SHARE MODE"))
    return head


def _copied(source: Connection, target: Engine, head: Any, step: Callable[..., None]) -> int:
    """Copy every row, in one transaction of the target; gives how many rows. A copy that is there is compared."""
    with reading(target) as connection:
        found = _head(connection)
        held = connection.execute(select(_ENTRY.c.seq).limit(1)).first() is not None
    if found is not None and found.closed == _UNFINISHED and _same(found, head):
        return _compared(source, target, head, step)
    if found is not None or held:
        raise SettingsError(
            f"{_plain(target)} holds a ledger already"
            + (" (an earlier copy, not finished)" if found is not None and found.closed == _UNFINISHED else "")
            + ". Name an empty database, or empty that one yourself."
        )
    with writing(target) as connection:
        for each in _BEFORE:
            _copy_rows(source, connection, each, step)
        _copy_batches(source, connection, step)
        for each in _AFTER:
            _copy_rows(source, connection, each, step)
        values = {name: getattr(head, name) for name in _names(_HEAD)}
        connection.execute(_HEAD.insert(), {**values, "closed": _UNFINISHED})
    return _compared(source, target, head, step)


def _same(found: Any, head: Any) -> bool:
    return bool(
        (found.size, found.epoch) == (head.size, head.epoch)
        and as_bytes(found.root) == as_bytes(head.root)
        and as_bytes(found.frontier) == as_bytes(head.frontier)
    )


def _pieces(connection: Connection, of: Table) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a table in the order of its key, each value as it is stored, a piece at a time."""
    collation = "C" if connection.dialect.name == "postgresql" else "BINARY"
    order = [
        column(each.name).collate(collation) if isinstance(each.type, String) else column(each.name)
        for each in of.primary_key.columns
    ]
    names: list[ColumnClause[Any]] = [column(each.name) for each in of.columns]
    query = select(*names).select_from(table(of.name)).order_by(*order).execution_options(yield_per=_PIECE)
    for piece in connection.execute(query).partitions():
        yield [tuple(row) for row in piece]


def _names(of: Table) -> list[str]:
    return [each.name for each in of.columns]


def _copy_rows(source: Connection, target: Connection, of: Table, step: Callable[..., None]) -> None:
    driver = Driver(target)
    for piece in _pieces(source, of):
        driver.insert(of.name, _names(of), piece)
        step(1)


def _copy_batches(source: Connection, target: Connection, step: Callable[..., None]) -> None:
    """Entries and checkpoints, batch by batch as they were recorded: a checkpoint goes in at its own size only."""
    driver = Driver(target)
    entries = chain.from_iterable(_pieces(source, _ENTRY))
    seq, size = _names(_ENTRY).index("seq"), _names(_CHECKPOINT).index("size")
    at = 0
    for piece in _pieces(source, _CHECKPOINT):
        for signed in piece:
            batch = list(islice(entries, signed[size] - at))
            if [row[seq] for row in batch] != list(range(at, signed[size])):
                raise RefusesToSign(
                    f"Entries are missing before the checkpoint of size {signed[size]}; nothing was copied. "
                    "Run `evidence ledger check`."
                )
            driver.insert(_ENTRY.name, _names(_ENTRY), batch)
            driver.insert(_CHECKPOINT.name, _names(_CHECKPOINT), [signed])
            at = signed[size]
        step(1)
    if next(entries, None) is not None:
        raise RefusesToSign(
            "Entries stand behind the last checkpoint; nothing was copied. Run `evidence ledger check`."
        )


def _compared(source: Connection, target: Engine, head: Any, step: Callable[..., None]) -> int:
    """Compare every table of the copy with the source, and derive its root again; gives how many rows there are.

    Raises:
        RefusesToSign: a row differs, or the leaves do not give the root that was signed.
    """
    rows = 0
    with reading(target) as connection:
        found = _head(connection)
        if found is None or not _same(found, head):
            raise RefusesToSign("The copy ends elsewhere than the ledger; nothing was opened. Empty it and copy again.")
        for each in _COPIED:
            count, wanted = _digest(source, each, step)
            if _digest(connection, each, step) != (count, wanted):
                raise RefusesToSign(
                    f"The copy's table {each.name} is not that of the ledger; nothing was opened. Empty it and copy "
                    "again."
                )
            rows += count
        root = _root(connection)
    if root != (head.size, as_bytes(head.root)):
        raise RefusesToSign(
            f"The leaves of the copy do not give the root that was signed for {head.size} entries; nothing was opened. "
            "Run `evidence ledger check`."
        )
    return rows + 1


def _digest(connection: Connection, of: Table, step: Callable[..., None]) -> tuple[int, str]:
    """How many rows a table has, and a digest over all its values."""
    count, whole = 0, sha256()
    for piece in _pieces(connection, of):
        for row in piece:
            # repr tells text, bytes, numbers and nothing apart
            whole.update(repr([bytes(v) if isinstance(v, memoryview) else v for v in row]).encode("utf-8", "replace"))
        count += len(piece)
        step(1)
    return count, whole.hexdigest()


def _root(connection: Connection) -> tuple[int, bytes]:
    """Size and root of the tree that the leaves give, each checkpoint's root compared on the way."""
    frontier = Frontier()
    seq, *parts = map(_names(_ENTRY).index, ("seq", *LEAF_NAMES))
    signed = {
        row.size: as_bytes(row.root) for row in connection.execute(select(_CHECKPOINT.c.size, _CHECKPOINT.c.root))
    }
    for piece in _pieces(connection, _ENTRY):
        for row in piece:
            frontier.append(tree.leaf_hash(leaf_bytes(*[row[part] for part in parts])))
            wanted = signed.get(frontier.size)
            if row[seq] != frontier.size - 1 or (wanted is not None and wanted != frontier.root()):
                raise RefusesToSign(
                    f"The copy's entry {row[seq]} is not what was signed; nothing was opened. "
                    "Run `evidence ledger check`."
                )
    return frontier.size, frontier.root()
