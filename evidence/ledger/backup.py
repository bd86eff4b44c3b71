"""A copy of a home that is consistent in itself, made while others work in it.

The database goes first and through SQLite's own backup (copying the live file loses what stands in the log, and plain
file calls drop its locks: LEDGER.md, trap 27), then the documents: what an entry names is in the store before the entry
is recorded, so the copy lacks nothing. A PostgreSQL database is copied with its own tools.
"""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from evidence.errors import SettingsError, StoreError
from evidence.ledger.found import DOCUMENTS, TRUST, HomeHandle
from evidence.ledger.heads import PUBLISHED
from evidence.ledger.read import Ledger
from evidence.settings import FILE_NAME
from evidence.store.documents import DocumentStore
from evidence.store.engine import open_engine


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What a backup holds."""

    entries: int
    documents: int


def back_up(handle: HomeHandle, folder: Path, advance: Callable[..., None] | None = None) -> BackedUp:
    """Copy the database, the documents, the settings and trust/ to `folder`; not the keys, not the vault.

    Args:
        handle: an open home.
        folder: where to; it must not be there yet.
        advance: called with 1 for each document.

    Raises:
        SettingsError: there is something at `folder`, or the database is not SQLite.
        StoreError: the disk refused, or a document is damaged.
    """
    home = handle.settings.home
    if handle.engine.dialect.name != "sqlite" or handle.engine.url.database is None:
        raise SettingsError("The database is PostgreSQL: back it up with pg_dump, and the folder documents/ with it.")
    try:
        folder.mkdir(parents=True)
        with (
            closing(sqlite3.connect(handle.engine.url.database)) as source,
            closing(sqlite3.connect(folder / "evidence.db")) as target,
        ):
            source.backup(target)
        copied = _copy_documents(DocumentStore(home / DOCUMENTS), DocumentStore(folder / DOCUMENTS), advance)
        shutil.copy2(home / FILE_NAME, folder / FILE_NAME)
        shutil.copytree(home / TRUST, folder / TRUST)
    except FileExistsError as error:
        raise SettingsError(f"{folder} is there already. Name a folder that is not.") from error
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"The backup to {folder} failed ({error}). Remove it and try again.") from error
    engine = open_engine(f"sqlite:///{folder / 'evidence.db'}")
    try:
        ledger = Ledger(engine, handle.documents)
        # the copy's own head: the home's may have moved on meanwhile, and would make the copy look rolled back
        (folder / PUBLISHED).write_bytes(ledger.checkpoint_at())
        return BackedUp(ledger.size(), copied)
    finally:
        engine.dispose()


def _copy_documents(source: DocumentStore, target: DocumentStore, advance: Callable[..., None] | None) -> int:
    count = 0
    for sha256 in source.all():
        with source.open(sha256) as content:
            if target.put(content).sha256 != sha256:
                raise StoreError(f"Document {sha256} was altered; run `evidence ledger check` before a backup.")
        count += 1
        if advance is not None:
            advance(1)
    return count
