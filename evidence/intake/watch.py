"""A folder that is looked into: what stands still in it goes into the inbox, with a receipt, and then to ``taken/``.

It is looked into at intervals and not woken by the kernel, since a folder on a network share wakes nobody
(docs/decisions/0053-polling-a-folder.md). A file is taken when two looks find it with the same size and time of change.
A folder in the folder is a sender. Nothing here needs a key, and nothing that somebody else put there is deleted or
overwritten: a process killed between two steps finds its own item again by the file's origin. Others write to the
folder, so that it and what is in it are held open and no link is followed (`HeldFolder`).

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
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from evidence.core.identifiers import Random
from evidence.errors import IntakeError, UsageError
from evidence.intake.faults import shown
from evidence.intake.held_folder import HeldFolder
from evidence.intake.told_outside import folder_of, told_outside
from evidence.ledger.inbox import Arrival, Inbox, Item, State, file_name

TAKEN, RECEIPTS, REFUSED = "taken", "receipts", "refused"
_OURS = (TAKEN, RECEIPTS, REFUSED)
_BEING_WRITTEN = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart", ".swp", "~")
_BEFORE = (".", "~$")
_SETTLED = (State.RECORDED, State.ALREADY_RECORDED)
_LONGEST_SENDER = 64 - len("folder: ")
_LONGEST_NOTE, _LONGEST_RECEIPT = 4096, 1024 * 1024
_NOTE_ENDS = b"\n(This note goes by itself once its reason is gone.)\n"


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

    def fits(self, known: os.stat_result | None) -> bool:
        """Whether that is still the same file, unchanged."""
        found = known and (known.st_size, known.st_mtime_ns, known.st_ino)
        return found == (self.size, self.changed_ns, self.number)


@dataclass(slots=True)
class Watch:
    """A watched folder. `random` mints receipts, `now` says when."""

    folder: Path
    inbox: Inbox
    now: Callable[[], datetime]
    random: Random
    limit: int
    wrong: tuple[str, ...] = ()
    """What the last look found wrong with the three folders of ours."""
    _seen: dict[Path, Look] = field(default_factory=dict)
    _open: dict[str, str] | None = None

    def look(self) -> list[Item]:
        """Look once: take what stood still since the last look, and give what was taken.

        Raises:
            IntakeError: the folder itself cannot be read or written.
            StoreError: the inbox cannot be written.
        """
        found: dict[Path, Look] = {}
        taken: list[Item] = []
        try:
            with HeldFolder.of(self.folder) as root:
                self.wrong = tuple(self._wrong(root))
                before = dict(_notes(root))
                look = _OneLook(self, root, before)
                for sender, held, name in look.files():
                    looked = look.looked(sender, held, name)
                    if looked is None:
                        continue
                    found[looked.path] = looked
                    if self._seen.get(looked.path) == looked and (item := look.take(looked, held)) is not None:
                        taken.append(item)
                look.forget_notes()
        except OSError as error:
            raise self._unusable(error) from error
        self._seen = found
        return taken

    def tell(self) -> list[Item]:
        """Bring receipts up to date with the inbox, and give the items of which something new is told.

        Raises:
            IntakeError: a receipt cannot be written.
        """
        changed = []
        try:
            with HeldFolder.of(self.folder) as root, root.inner(RECEIPTS) as held:
                if held is None:
                    return []
                if self._open is None:  # after a start: whatever has no last word yet
                    self._open = dict(_unsettled(held))
                for item_id, name in list(self._open.items()):
                    item = self._own_item(item_id, name)
                    if item is None:
                        del self._open[item_id]
                        continue
                    text = self._receipt(item)
                    if held.read(name, _LONGEST_RECEIPT) != text:
                        held.write(name, text)
                        changed.append(item)
                    if item.state in _SETTLED:
                        del self._open[item_id]
        except OSError as error:
            raise self._unusable(error) from error
        return changed

    def write_receipt(self, root: HeldFolder, item: Item) -> None:
        """The receipt of an item just taken; none where the folder for it is a link or no folder."""
        with root.inner(RECEIPTS, make=True) as held:
            if held is None:
                return
            name = _receipt_name(item)
            held.write(name, self._receipt(item))
            if self._open is not None:
                self._open[item.id] = name

    def _own_item(self, item_id: str, name: str) -> Item | None:
        """The item that a receipt here is of; None where it is another inbox's, disposed of, or came by another way."""
        try:
            item = self.inbox.item(item_id)
        except UsageError:
            return None
        came_from = Path(folder_of(item) or os.devnull)
        return item if self.folder in (came_from, came_from.parent) and name == _receipt_name(item) else None

    def _receipt(self, item: Item) -> bytes:
        return json.dumps(told_outside(item, self.inbox), ensure_ascii=False, indent=1).encode() + b"\n"

    def _wrong(self, root: HeldFolder) -> Iterator[str]:
        for name in _OURS:
            known = root.stat(name)
            if known is not None and not stat.S_ISDIR(known.st_mode):
                what = "a symbolic link, which is never followed" if stat.S_ISLNK(known.st_mode) else "no folder"
                yield f"{self.folder / name} is {what}; nothing is written there. Take it away."

    def _unusable(self, error: OSError) -> IntakeError:
        where = self.folder / os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else self.folder
        return IntakeError(f"{where} cannot be used ({error.strerror}). Give access to the whole folder.")


@dataclass(frozen=True, slots=True)
class _OneLook:
    """One look into the folder, held open as `root`. `before` has the notes of earlier looks, by name."""

    watch: Watch
    root: HeldFolder
    before: dict[str, bytes]

    def files(self) -> Iterator[tuple[str, HeldFolder, str]]:
        """Whatever lies in the folder and in those of its senders: sender, the folder that it is in, its name."""
        for name in self.root.names():
            if name in _OURS:
                continue
            if name.startswith("."):
                yield "", self.root, name
                continue
            with ExitStack() as stack:
                try:
                    held = stack.enter_context(self.root.inner(name))
                    inside = held.names() if held is not None else []
                except OSError as error:
                    self._refuse("", name, f"the folder cannot be read ({error.strerror}).")
                    continue
                if held is None:
                    yield "", self.root, name
                    continue
                for file in inside:
                    yield name, held, file

    def looked(self, sender: str, held: HeldFolder, name: str) -> Look | None:
        """A file as it is now; None where it is being written, or is nothing that is taken, which a note then says."""
        if name.startswith(_BEFORE) or name.lower().endswith(_BEING_WRITTEN):
            return None
        known = held.stat(name)
        if known is None:  # gone since the folder was listed
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
        elif known.st_size > self.watch.limit:
            why = f"it has {known.st_size} bytes; at most {self.watch.limit} are taken (limits.document_bytes)."
        elif not held.readable(name):
            why = "it may not be read by the account that watches."
        if why is None:
            path = self.watch.folder / sender / name
            return Look(sender, path, known.st_size, known.st_mtime_ns, known.st_ino)
        self._refuse(sender, name, why)
        return None

    def take(self, looked: Look, held: HeldFolder) -> Item | None:
        """Into the inbox, then its receipt, then out of the way; None where it changed meanwhile."""
        sender, name, watch = looked.sender, looked.path.name, self.watch
        if not looked.size:
            self._refuse(sender, name, "it is empty.")
            return None
        arrival = Arrival(name, looked.channel, origin=looked.origin)
        try:
            with held.open(name) as content:

                def unchanged() -> None:
                    if not looked.fits(os.fstat(content.fileno())) or not looked.fits(held.stat(name)):
                        raise IntakeError("it changed while it was being read; it is taken when it stands still.")

                item = watch.inbox.submit(content, arrival, watch.now(), watch.random, unchanged)
        except IntakeError as error:
            if held.stat(name) is not None:  # else somebody took it away
                self._refuse(sender, name, str(error))
            return None
        watch.write_receipt(self.root, item)
        why = self._moved(looked, held, item)
        if why is None:
            return item
        self._refuse(sender, name, f"it is in the inbox as {item.id}, and cannot be moved away ({why}).")
        return None

    def _moved(self, looked: Look, held: HeldFolder, item: Item) -> str | None:
        """To ``taken/``, under its name or, where that is given away, with its receipt in the name; else why not."""
        name, sender = looked.path.name, looked.sender
        try:
            with ExitStack() as stack:
                to = stack.enter_context(self.root.inner(TAKEN, make=True))
                if to is not None and sender:
                    to = stack.enter_context(to.inner(sender, make=True))
                if to is None:
                    return f"{TAKEN}/{sender} is no folder, or a link" if sender else f"{TAKEN} is no folder, or a link"
                target = name
                if to.stat(target) is not None:
                    stem, _, ending = item.name.rpartition(".")
                    target = f"{stem}.{item.id}.{ending}" if stem else f"{item.name}.{item.id}"
                held.move(name, to, target)
        except FileNotFoundError:  # somebody took it away after it was left in the inbox
            return None
        except OSError as error:
            return error.strerror
        return None

    def _refuse(self, sender: str, name: str, why: str) -> None:
        """A note on a file that is left where it is; written once, and gone with the reason."""
        called = file_name(f"{sender}-{name}" if sender else name) + ".txt"
        text = f"{shown(name)} was not taken: {why}".encode() + _NOTE_ENDS
        if self.before.pop(called, None) == text:
            return
        with self.root.inner(REFUSED, make=True) as held:
            if held is not None and (held.stat(called) is None or _is_note(held.read(called, _LONGEST_NOTE))):
                held.write(called, text)

    def forget_notes(self) -> None:
        """Take away the notes on files that are gone, or are no longer refused."""
        with self.root.inner(REFUSED) as held:
            for name in self.before:
                if held is not None and _is_note(held.read(name, _LONGEST_NOTE)):
                    held.remove(name)


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


def _receipt_name(item: Item) -> str:
    return f"{item.name}.{item.id}.json"


def _is_note(content: bytes | None) -> bool:
    """Whether this program wrote it: a person's file of such a name stays."""
    return content is not None and b" was not taken: " in content and content.endswith(_NOTE_ENDS)


def _notes(root: HeldFolder) -> Iterator[tuple[str, bytes]]:
    """The notes that earlier looks left, and nothing that lies beside them."""
    with root.inner(REFUSED) as held:
        for name in held.names() if held is not None else ():
            content = held.read(name, _LONGEST_NOTE) if held is not None and name.endswith(".txt") else None
            if content is not None and _is_note(content):
                yield name, content


def _unsettled(receipts: HeldFolder) -> Iterator[tuple[str, str]]:
    """Receipts without a last word, by their item."""
    for name in receipts.names():
        if not name.endswith(".json"):
            continue
        try:
            told = json.loads(receipts.read(name, _LONGEST_RECEIPT) or b"")
            if told["state"] not in [state.value for state in _SETTLED]:
                yield str(told["receipt"]), name
        except (ValueError, LookupError, TypeError, RecursionError):
            continue  # not one of ours
