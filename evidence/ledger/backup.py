"""A copy of a home that is consistent in itself, made while others work in it, and a home made from such a copy.

The database goes first and through SQLite's own backup (copying the live file loses what stands in the log, and plain
file calls drop its locks: LEDGER.md, trap 27), then the documents: what an entry names is in the store before the entry
is recorded, so the copy lacks nothing. The inbox goes the same way. A PostgreSQL database is copied with its own tools.

Keys and vault are not in it. What is restored is an older ledger as soon as the home it was copied from goes on; only
the anchor can tell, so a restore compares with it and says so.
"""

import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from evidence.errors import DocumentMissing, SettingsError, StoreError
from evidence.ledger.checkpoint import open_checkpoint
from evidence.ledger.clock import SIMULATED_CLOCK
from evidence.ledger.found import DOCUMENTS, KEYS, TRUST, VAULT, HomeHandle, open_home
from evidence.ledger.gap import unverified
from evidence.ledger.heads import PUBLISHED, read_held
from evidence.ledger.inbox import FILE_NAME as INBOX
from evidence.ledger.inbox import FOLDER as INBOX_FOLDER
from evidence.ledger.read import Ledger
from evidence.settings import FILE_NAME, Settings
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
        folder.mkdir(mode=0o700, parents=True)
        _copy_database(Path(handle.engine.url.database), folder / "evidence.db")
        if (home / INBOX).exists():
            _copy_database(home / INBOX, folder / INBOX)
            _copy_documents(DocumentStore(home / INBOX_FOLDER), DocumentStore(folder / INBOX_FOLDER), None)
        if (home / SIMULATED_CLOCK).exists():
            shutil.copy2(home / SIMULATED_CLOCK, folder / SIMULATED_CLOCK)
        copied = _copy_documents(DocumentStore(home / DOCUMENTS), DocumentStore(folder / DOCUMENTS), advance)
        # the copy's own database, wherever the one it was copied from lies
        Settings.load(home, {}).model_copy(update={"database": ""}).write(folder)
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


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restored home holds; `anchor_size` is what its anchor keeps a checkpoint for, None without one. That may
    be one of an `origin` that the backup is too old to know.
    """

    entries: int
    anchor_size: int | None
    origin: str | None = None

    @property
    def behind(self) -> bool:
        return self.origin is not None or (self.anchor_size is not None and self.anchor_size > self.entries)


def restore(folder: Path, home: Path, environ: Mapping[str, str], keys: Path | None, vault: Path | None) -> Restored:
    """Make a home from a backup.

    Args:
        folder: the backup; it stays as it is.
        home: where to; nothing may be there yet.
        environ: lays EVIDENCE_ANCHOR over the settings.
        keys: the keys, kept apart; without them the home can be read and checked, and records nothing.
        vault: the vault's data keys, kept apart.

    Raises:
        SettingsError: `folder` is no backup, or there is something at `home`.
        LedgerError: the checkpoint of the backup or of the anchor is not one of its ledger.
        StoreError: the disk refused.
    """
    if home.exists():
        raise SettingsError(f"{home} is there already. Name a place where nothing is.")
    if not (folder / FILE_NAME).is_file() or not (folder / "evidence.db").is_file():
        raise SettingsError(f"{folder} is no backup of a home: it lacks {FILE_NAME} or evidence.db.")
    making = home.parent / f".{home.name}.restoring"
    try:
        shutil.copytree(folder, making)
        for given, name in ((keys, KEYS), (vault, VAULT)):
            if given is not None:
                shutil.copytree(given, making / name)
                (making / name).chmod(0o700)
        making.rename(home)
    except OSError as error:
        raise StoreError(f"{home} could not be made from {folder} ({error}).") from error
    finally:
        shutil.rmtree(making, ignore_errors=True)
    with open_home(home, {name: value for name, value in environ.items() if name != "EVIDENCE_DATABASE"}) as handle:
        anchor = handle.settings.anchor
        note = None if anchor is None else read_held(anchor)
        if note is None:
            return Restored(handle.ledger.size(), None)
        said = unverified(note)
        if said.origin != handle.settings.origin:
            return Restored(handle.ledger.size(), said.size, said.origin)
        kept = open_checkpoint(note, handle.verifiers(), origin=handle.settings.origin).size
        return Restored(handle.ledger.size(), kept)


def _copy_database(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)


def _copy_documents(source: DocumentStore, target: DocumentStore, advance: Callable[..., None] | None) -> int:
    count = 0
    for sha256 in source.all():
        try:
            found = source.open(sha256)
        except DocumentMissing:  # let go while this went on: of the inbox, because it is recorded by now
            continue
        with found as content:
            if target.put(content).sha256 != sha256:
                raise StoreError(f"Document {sha256} was altered; run `evidence ledger check` before a backup.")
        count += 1
        if advance is not None:
            advance(1)
    return count
