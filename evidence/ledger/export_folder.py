"""A folder of files that never change, with one file at its top that says how far it goes.

Each file is written beside its place, synced and renamed, so that what bears its name is whole; folders are synced
before anything relies on the names in them. A process that is killed leaves at most ``.incoming``. One process writes
at a time, held by a lock on the folder itself, which the kernel frees however the process ends.
"""

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final

from evidence.errors import LedgerError
from evidence.store.durable import sync_folder

_INCOMING: Final = ".incoming"
_CHUNK: Final = 1 << 20
_PARTIAL: Final = re.compile(r"[0-9]{3}\.p")


class ExportFolder:
    """A folder to write to; a context for as long as it is written to.

    Raises:
        LedgerError: on entering, if another process writes there.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._handle = -1
        self._touched: set[Path] = set()

    def __enter__(self) -> "ExportFolder":
        self._root.mkdir(parents=True, exist_ok=True)
        self._handle = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._handle)
            raise LedgerError(f"Another export is writing to {self._root}. Run this again when it is done.") from error
        (self._root / _INCOMING).unlink(missing_ok=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.close(self._handle)  # which frees the lock

    def read(self, path: str) -> bytes | None:
        """What a file holds; None where there is none."""
        try:
            return (self._root / path).read_bytes()
        except FileNotFoundError:
            return None

    def size(self, path: str) -> int | None:
        """How many bytes a file has; None where there is none."""
        try:
            return (self._root / path).stat().st_size
        except FileNotFoundError:
            return None

    def put(self, path: str, content: bytes) -> int:
        """Write a file that never changes; 1, or 0 where it is there already.

        Raises:
            LedgerError: other bytes bear this name.
        """
        present = self.read(path)
        if present is None:
            self._write(content)
            self._place(path)
            return 1
        if present != content:
            raise LedgerError(
                f"{self._root / path} is not the file of this ledger: it is another log's, or was altered. "
                "Nothing of it was overwritten. Export into another folder."
            )
        return 0

    def copy(self, path: str, content: BinaryIO, sha256: str) -> bool:
        """Write a file from a stream if the bytes have that digest, 64 hexadecimal digits; whether they have."""
        digest = hashlib.sha256()
        with (self._root / _INCOMING).open("xb") as file:
            while chunk := content.read(_CHUNK):
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if digest.hexdigest() != sha256:
            (self._root / _INCOMING).unlink()
            return False
        self._place(path)
        return True

    def settle(self) -> None:
        """Make the names of what was written or dropped durable."""
        for folder in self._touched:
            sync_folder(folder)
        self._touched.clear()

    def head(self, path: str, content: bytes) -> int:
        """Put the file that says how far the folder goes in its place, after all the others; 1, or 0 if it is there."""
        self.settle()
        if self.read(path) == content:
            return 0
        self._write(content)
        self._place(path)
        self.settle()
        return 1

    def drop(self, path: str) -> int:
        """Remove a file; 1, or 0 where there is none."""
        target = self._root / path
        try:
            target.unlink()
        except FileNotFoundError:
            return 0
        self._touched.add(target.parent)
        return 1

    def names(self, path: str) -> Iterator[str]:
        """The names in a folder of it, in any order; none where it is not there."""
        try:
            with os.scandir(self._root / path) as found:
                yield from (each.name for each in found)
        except FileNotFoundError:
            return

    def drop_partial(self, path: str) -> int:
        """Remove partial tiles below a folder wherever the full tile stands beside them; gives how many files."""
        count = 0
        for where, folders, _ in os.walk(self._root / path):
            for name in [each for each in folders if _PARTIAL.fullmatch(each)]:
                folders.remove(name)
                if (Path(where) / name.removesuffix(".p")).is_file():
                    for file in (Path(where) / name).iterdir():
                        file.unlink()
                        count += 1
                    (Path(where) / name).rmdir()
                    self._touched.add(Path(where))
        return count

    def _write(self, content: bytes) -> None:
        with (self._root / _INCOMING).open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def _place(self, path: str) -> None:
        target = self._root / path
        missing = []
        folder = target.parent
        while not folder.is_dir():
            missing.append(folder)
            folder = folder.parent
        for each in reversed(missing):
            each.mkdir()
            self._touched.add(each.parent)
        (self._root / _INCOMING).replace(target)
        self._touched.add(target.parent)
