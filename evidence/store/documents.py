"""Documents on disk, each under the SHA-256 of its bytes: ``documents/ab/cd/<digest>``.

A document is durable before any row names it (LEDGER.md section 2.3), so a crash leaves at worst bytes that nothing
names, never a row without bytes: written to a temporary file, synced, linked into place, the folder synced. A file that
is already there must hold the same bytes; anything else is damage and stops the work. Files are read-only.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, NamedTuple

from evidence.errors import DocumentDamaged, DocumentMissing, LimitExceeded, StoreError
from evidence.store.durable import sync_folder

_DIGEST = re.compile("[0-9a-f]{64}")
_CHUNK = 1 << 20


class Stored(NamedTuple):
    """What became of bytes that were put: their SHA-256 in lower-case hexadecimal, and how many they were."""

    sha256: str
    size: int


class DocumentStore:
    """A folder of documents. `limit` is the largest document taken, in bytes."""

    def __init__(self, root: Path, limit: int = 2 * 1024**3) -> None:
        self._root, self._limit = root, limit

    def put(self, content: bytes | BinaryIO) -> Stored:
        """Keep `content`, durably, and say under which digest; what is there already is compared, not written again.

        Raises:
            LimitExceeded: it is larger than the limit.
            DocumentDamaged: other bytes lie under its digest.
            StoreError: the disk refused.
        """
        incoming = self._root / "incoming"
        try:
            incoming.mkdir(parents=True, exist_ok=True)
            temporary = incoming / secrets.token_hex(16)
            try:
                stored = self._write(temporary, content)
                self._place(temporary, stored.sha256)
            finally:
                temporary.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"A document could not be kept ({error}). Check the disk under {self._root}.") from error
        return stored

    def _write(self, temporary: Path, content: bytes | BinaryIO) -> Stored:
        digest, size = hashlib.sha256(), 0
        with temporary.open("xb") as file:
            for chunk in _chunks(content):
                size += len(chunk)
                if size > self._limit:
                    raise LimitExceeded(
                        f"A document is larger than {self._limit} bytes. Raise limits.document_bytes, or split it."
                    )
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), 0o444)
        return Stored(digest.hexdigest(), size)

    def _place(self, temporary: Path, sha256: str) -> None:
        path = self._path(sha256)
        for parent in (path.parent.parent, path.parent):
            if not parent.is_dir():
                parent.mkdir(exist_ok=True)
                sync_folder(parent.parent)
        try:
            path.hardlink_to(temporary)
        except FileExistsError:
            self.verify(sha256)
        sync_folder(path.parent)

    def has(self, sha256: str) -> bool:
        """Whether a document lies under this digest; its bytes are not read."""
        return self._path(sha256).is_file()

    def size(self, sha256: str) -> int:
        """How many bytes a document has.

        Raises:
            DocumentMissing: none lies under this digest.
        """
        try:
            return self._path(sha256).stat().st_size
        except OSError as error:
            raise _missing(sha256) from error

    def open(self, sha256: str) -> BufferedReader:
        """A document as a stream, for what is too large for memory; call `verify` where its bytes must be trusted.

        Raises:
            DocumentMissing: none lies under this digest.
        """
        try:
            return self._path(sha256).open("rb")
        except OSError as error:
            raise _missing(sha256) from error

    def read(self, sha256: str) -> bytes:
        """A document's bytes, checked against the digest.

        Raises:
            DocumentMissing: none lies under this digest.
            DocumentDamaged: the bytes have another digest.
            StoreError: the disk does not give them.
        """
        try:
            with self.open(sha256) as file:
                content = file.read()
        except OSError as error:
            raise _unreadable(sha256, error) from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise _damaged(sha256)
        return content

    def verify(self, sha256: str) -> int:
        """Read a document through and compare its digest; gives its size in bytes.

        Raises: as `measure`.
        """
        return self.measure(sha256, lambda _: None)

    def measure(self, sha256: str, see: Callable[[bytes], object]) -> int:
        """Read a document through, compare its digest, and show every piece of it to `see`; gives its size in bytes.

        Raises:
            DocumentMissing: none lies under this digest.
            DocumentDamaged: the bytes have another digest.
            StoreError: the disk does not give them.
        """
        digest, size = hashlib.sha256(), 0
        try:
            with self.open(sha256) as file:
                for chunk in _chunks(file):
                    digest.update(chunk)
                    see(chunk)
                    size += len(chunk)
        except OSError as error:
            raise _unreadable(sha256, error) from error
        if digest.hexdigest() != sha256:
            raise _damaged(sha256)
        return size

    def dispose(self, sha256: str, disposal_seq: int) -> bool:
        """Let a document's bytes go, under the disposal entry at `disposal_seq`; whether there was anything to let go.

        The caller has checked that the entry names this digest. Done again after a crash, it does no harm.
        """
        if disposal_seq < 0:
            raise StoreError(f"{sha256}: a document goes only under a disposal entry; {disposal_seq} is none.")
        path = self._path(sha256)
        try:
            path.unlink()
            sync_folder(path.parent)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise StoreError(f"{path} could not be removed ({error}).") from error
        return True

    def clear_incoming(self, before: datetime) -> int:
        """Remove what puts that were killed have left, last written before that moment; gives how many files.

        Call it under the writer's lock; a put that is under way is told by its recent file.
        """
        count = 0
        try:
            for path in (self._root / "incoming").glob("*"):
                if datetime.fromtimestamp(path.stat().st_mtime_ns // 10**9, UTC) < before:
                    path.unlink(missing_ok=True)
                    count += 1
        except OSError:  # another put has just finished, or the folder is read-only: no reason to stop recording
            return count
        return count

    def all(self, beginning: str = "") -> Iterator[str]:
        """Every digest that has a file, in order; or those that begin with two digits."""
        for first in sorted(self._root.glob(beginning or "[0-9a-f][0-9a-f]")):
            for path in sorted(first.glob("[0-9a-f][0-9a-f]/*")):
                if _DIGEST.fullmatch(path.name):
                    yield path.name

    def _path(self, sha256: str) -> Path:
        if _DIGEST.fullmatch(sha256) is None:
            raise DocumentMissing(f"{sha256[:80]!r} is not a document digest; wanted 64 lower-case hexadecimal digits.")
        return self._root / sha256[:2] / sha256[2:4] / sha256


def _chunks(content: bytes | BinaryIO) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    while chunk := content.read(_CHUNK):
        yield chunk


def _missing(sha256: str) -> DocumentMissing:
    return DocumentMissing(f"Document {sha256} is not in the store. Restore it from a backup of documents/.")


def _unreadable(sha256: str, error: OSError) -> StoreError:
    return StoreError(f"Document {sha256} cannot be read ({error.strerror}). Check the disk under documents/.")


def _damaged(sha256: str) -> DocumentDamaged:
    return DocumentDamaged(f"Document {sha256} no longer has that digest. Restore it from a backup of documents/.")
