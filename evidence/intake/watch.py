"""A folder that is looked into: what stands still in it goes into the inbox, with a receipt, and then to ``taken/``.

It is looked into at intervals and not woken by the kernel, since a folder on a network share wakes nobody
(docs/decisions/0053-polling-a-folder.md). A file is taken when two looks find it with the same size and time of change.
A folder in the folder is a sender. Nothing here needs a key, and nothing is deleted or overwritten: a process killed
between two steps finds its own item again by the file's origin.

::

    FOLDER/declarations.csv            taken from here, channel "folder"
    FOLDER/NORTHWIND/invoice.pdf       channel "folder: NORTHWIND"
    FOLDER/taken/NORTHWIND/invoice.pdf where it is moved to
    FOLDER/receipts/invoice.pdf.rcpt-….json   its receipt, kept up to date
    FOLDER/refused/link.csv.txt        why a file is left where it is
"""

import fcntl
import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from evidence.core.identifiers import Random
from evidence.core.values import moment_text
from evidence.errors import IntakeError, UsageError
from evidence.intake.faults import shown
from evidence.intake.gather import open_regular
from evidence.ledger.inbox import Arrival, Inbox, Item, State, file_name
from evidence.store.durable import replace, sync_folder

TAKEN, RECEIPTS, REFUSED = "taken", "receipts", "refused"
_OURS = frozenset({TAKEN, RECEIPTS, REFUSED})
_BEING_WRITTEN = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart", ".swp", "~")
_BEFORE = (".", "~$")
_SETTLED = (State.RECORDED, State.ALREADY_RECORDED)
_LONGEST_SENDER = 64 - len("folder: ")


@dataclass(frozen=True, slots=True)
class Look:
    """A file as one look found it: the sender's folder (empty for none), its path, and what tells it from another."""

    sender: str
    path: Path
    size: int
    changed_ns: int
    number: int

    @property
    def channel(self) -> str:
        return f"folder: {file_name(self.sender)[:_LONGEST_SENDER]}" if self.sender else "folder"

    @property
    def origin(self) -> str:
        return json.dumps([str(self.path), self.size, self.changed_ns])


@dataclass(slots=True)
class Watch:
    """A watched folder. `random` mints receipts, `now` says when."""

    folder: Path
    inbox: Inbox
    now: Callable[[], datetime]
    random: Random
    limit: int
    _seen: dict[Path, Look] = field(default_factory=dict)
    _open: dict[str, Path] | None = None

    def look(self) -> list[Item]:
        """Look once: take what stood still since the last look, and give what was taken.

        Raises:
            IntakeError: the folder itself cannot be read or written.
            StoreError: the inbox cannot be written.
        """
        found: dict[Path, Look] = {}
        taken: list[Item] = []
        try:
            refused = dict(self._refused_before())
            for sender, path in self._files(refused):
                looked = self._looked(sender, path, refused)
                if looked is None:
                    continue
                found[path] = looked
                if self._seen.get(path) == looked:
                    item = self._take(looked, refused)
                    if item is not None:
                        taken.append(item)
            for note in refused.values():  # of files that are gone, or are no longer refused
                note.unlink(missing_ok=True)
        except OSError as error:
            where = error.filename or self.folder
            raise IntakeError(f"{where} cannot be used ({error.strerror}). Give access to the whole folder.") from error
        self._seen = found
        return taken

    def tell(self) -> list[Item]:
        """Bring receipts up to date with the inbox, and give the items of which something new is told.

        Raises:
            IntakeError: a receipt cannot be written.
        """
        changed = []
        try:
            if self._open is None:  # after a start: whatever has no last word yet
                self._open = dict(_unsettled(self.folder / RECEIPTS))
            for item_id, path in list(self._open.items()):
                try:
                    item = self.inbox.item(item_id)
                except UsageError:  # the receipt of another inbox, or of an item disposed of
                    del self._open[item_id]
                    continue
                text = _receipt(item)
                if path.read_bytes() != text:
                    replace(path, text)
                    changed.append(item)
                if item.state in _SETTLED:
                    del self._open[item_id]
        except OSError as error:
            raise IntakeError(f"{self.folder / RECEIPTS} cannot be written ({error.strerror}).") from error
        return changed

    def _files(self, refused: dict[str, Path]) -> Iterator[tuple[str, Path]]:
        """Whatever lies in the folder and in those of its senders, with the sender's name."""
        for path in sorted(self.folder.iterdir()):
            if path.name in _OURS:
                continue
            if not _is_folder(path) or path.name.startswith("."):
                yield "", path
                continue
            try:
                inside = sorted(path.iterdir())
            except OSError as error:
                self._refuse("", path.name, f"the folder cannot be read ({error.strerror}).", refused)
                continue
            for file in inside:
                yield path.name, file

    def _looked(self, sender: str, path: Path, refused: dict[str, Path]) -> Look | None:
        """A file as it is now; None where it is being written, or is nothing that is taken, which a note then says."""
        name = path.name
        if name.startswith(_BEFORE) or name.lower().endswith(_BEING_WRITTEN):
            return None
        try:
            known = path.lstat()
        except FileNotFoundError:  # gone since the folder was listed
            return None
        why = None
        if stat.S_ISLNK(known.st_mode):
            why = "it is a symbolic link, which is never followed. Put the file itself here."
        elif stat.S_ISDIR(known.st_mode):
            why = "it is a folder in a sender's folder; only files are taken there."
        elif not stat.S_ISREG(known.st_mode):
            why = "it is neither a file nor a folder."
        elif not name.isprintable() or not sender.isprintable():
            why = "its name has characters that cannot be printed. Rename it."
        elif known.st_size > self.limit:
            why = f"it has {known.st_size} bytes; at most {self.limit} are taken (limits.document_bytes)."
        elif not os.access(path, os.R_OK):
            why = "it may not be read by the account that watches."
        if why is None:
            return Look(sender, path, known.st_size, known.st_mtime_ns, known.st_ino)
        self._refuse(sender, name, why, refused)
        return None

    def _take(self, looked: Look, refused: dict[str, Path]) -> Item | None:
        """Into the inbox, then its receipt, then out of the way; None where it changed meanwhile."""
        if not looked.size:
            self._refuse(looked.sender, looked.path.name, "it is empty.", refused)
            return None

        def unchanged() -> None:
            if _look_at(looked.path) != (looked.size, looked.changed_ns, looked.number):
                raise IntakeError("it changed while it was being read; it is taken when it stands still.")

        arrival = Arrival(looked.path.name, looked.channel, origin=looked.origin)
        try:
            with open_regular(looked.path) as content:
                item = self.inbox.submit(content, arrival, self.now(), self.random, unchanged)
        except IntakeError as error:
            if _look_at(looked.path) is not None:  # else somebody took it away
                self._refuse(looked.sender, looked.path.name, str(error), refused)
            return None
        self._write_receipt(item)
        try:
            self._move(looked, item)
        except OSError as error:
            why = f"it is in the inbox as {item.id}, and cannot be moved away ({error.strerror})."
            self._refuse(looked.sender, looked.path.name, why, refused)
            return None
        return item

    def _write_receipt(self, item: Item) -> None:
        folder = self.folder / RECEIPTS
        folder.mkdir(exist_ok=True)
        path = folder / f"{item.name}.{item.id}.json"
        replace(path, _receipt(item))
        if self._open is not None:
            self._open[item.id] = path

    def _move(self, looked: Look, item: Item) -> None:
        """To ``taken/``, under its name or, where that is given away, with its receipt in the name."""
        folder = self.folder / TAKEN / looked.sender
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / looked.path.name
        if os.path.lexists(target):
            stem, _, ending = item.name.rpartition(".")
            target = folder / (f"{stem}.{item.id}.{ending}" if stem else f"{item.name}.{item.id}")
        try:
            looked.path.rename(target)
        except FileNotFoundError:  # somebody took it away after it was left in the inbox
            return
        sync_folder(folder)

    def _refused_before(self) -> Iterator[tuple[str, Path]]:
        folder = self.folder / REFUSED
        if folder.is_dir():
            for path in folder.glob("*.txt"):
                yield path.name, path

    def _refuse(self, sender: str, name: str, why: str, refused: dict[str, Path]) -> None:
        """A note on a file that is left where it is; written once, and gone with the reason."""
        folder = self.folder / REFUSED
        folder.mkdir(exist_ok=True)
        called = file_name(f"{sender}-{name}" if sender else name) + ".txt"
        text = f"{shown(name)} was not taken: {why}\n".encode()
        path = refused.pop(called, None)
        if path is None or path.read_bytes() != text:
            replace(folder / called, text)


@contextmanager
def alone(home: Path, folder: Path) -> Iterator[None]:
    """One process of a home watches a folder at a time: two would each take every file.

    Raises:
        UsageError: another one watches it.
    """
    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
    with (home / f"watch-{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(
                f"{folder} is being watched by another process of this home. Stop that one first."
            ) from error
        yield


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _look_at(path: Path) -> tuple[int, int, int] | None:
    try:
        known = path.lstat()
    except OSError:
        return None
    return known.st_size, known.st_mtime_ns, known.st_ino


def _unsettled(folder: Path) -> Iterator[tuple[str, Path]]:
    """Receipts without a last word, by their item."""
    if not folder.is_dir():
        return
    for path in sorted(folder.glob("*.json")):
        try:
            told = json.loads(path.read_bytes())
            if told["state"] not in [state.value for state in _SETTLED]:
                yield str(told["receipt"]), path
        except (ValueError, LookupError, TypeError):
            continue  # not one of ours


def receipt_of(item: Item) -> dict[str, object]:
    """What a sender is told of an item: its receipt, and what has become of it. Nothing of what else is on record."""
    return {
        "receipt": item.id,
        "name": item.name,
        "channel": item.channel,
        "sha256": item.sha256,
        "size": item.size,
        "submitted_at": moment_text(item.submitted_at),
        "state": item.state.value,
        "reason": list(item.reason),
        "entries": item.entries,
    }


def _receipt(item: Item) -> bytes:
    return json.dumps(receipt_of(item), ensure_ascii=False, indent=1).encode() + b"\n"
