"""The container of a pack: one folder of files, and the same files as a ZIP whose bytes follow from them alone.

Sorted by name with `mimetype` first (ASiC-E, EN 319 162-1), in the form of `zip_form`: equal files give equal bytes on
every machine. Files are copied piece by piece, so that a pack of any size needs little memory. Names are ASCII and may
not collide when letter case is ignored; an archive that breaks with this, or holds links, is refused when it is opened.
"""

import hashlib
import io
import re
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, NamedTuple, Protocol

from evidence.errors import PackError
from evidence.pack.form.zip_form import SUM_AT, Member, directory_entry, end_records, local_header

MIMETYPE: Final = "mimetype"
ASIC_E: Final = b"application/vnd.etsi.asic-e+zip"
EPOCH: Final = (1980, 1, 1, 0, 0, 0)

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*", re.ASCII)
_MOST_RATIO: Final = 100
_CHUNK: Final = 1 << 20


class Files(Protocol):
    """The files of a pack by name, wherever they lie."""

    def names(self) -> tuple[str, ...]: ...

    def open(self, name: str) -> BinaryIO: ...

    def size(self, name: str) -> int: ...


class Summed(Files, Protocol):
    """Files of which an archive can be written."""

    def sum(self, name: str) -> int | None:
        """The CRC-32, where it is known without reading the file."""


def read(files: Files, name: str) -> bytes:
    """The bytes of one file."""
    with files.open(name) as file:
        return file.read()


def digest(files: Files, name: str) -> str:
    """The SHA-256 of one file, in hexadecimal; the file is streamed."""
    found = hashlib.sha256()
    with files.open(name) as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()


def check_names(names: Iterable[str]) -> None:
    """Refuse names that a stranger's system would read otherwise than ours.

    Raises:
        PackError: a name that is not a plain ASCII path, twice the same, or two that differ in letter case alone.
    """
    seen: dict[str, str] = {}
    for name in names:
        if _NAME.fullmatch(name) is None or len(name) > 200:
            raise PackError(
                f"{name[:80]!r} cannot be a name in a pack; wanted ASCII letters, digits, '.', '_' and '-'."
            )
        clash = seen.setdefault(name.casefold(), name)
        if clash != name:
            raise PackError(f"{name!r} and {clash!r} cannot both be in a pack: they differ in letter case alone.")


def in_order(names: Iterable[str]) -> list[str]:
    """Names as the archive has them: `mimetype` first, the others sorted."""
    return sorted(names, key=lambda name: (name != MIMETYPE, name))


class Folder:
    """The files under a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self) -> tuple[str, ...]:
        found = []
        for path in self._root.rglob("*"):
            if path.is_symlink() or (not path.is_dir() and not path.is_file()):
                raise PackError(f"{path} is neither a file nor a folder; a pack holds nothing else.")
            if path.is_file():
                found.append(path.relative_to(self._root).as_posix())
        return tuple(in_order(found))

    def empty(self) -> tuple[str, ...]:
        """Folders without anything in them: no list names them, and the archive of a pack has none."""
        folders = (path for path in self._root.rglob("*") if path.is_dir() and not path.is_symlink())
        try:
            found = [path for path in folders if next(path.iterdir(), None) is None]
        except OSError as error:
            raise PackError(f"A folder in {self._root} cannot be read ({error.strerror}).") from error
        return tuple(sorted(path.relative_to(self._root).as_posix() for path in found))

    def open(self, name: str) -> BinaryIO:
        try:
            return open(self._root / PurePosixPath(name), "rb")
        except OSError as error:
            raise PackError(f"{name} cannot be read ({error.strerror}).") from error

    def size(self, name: str) -> int:
        return (self._root / PurePosixPath(name)).stat().st_size

    def sum(self, name: str) -> int | None:  # noqa: ARG002 -- a folder keeps none
        return None


class Archive:
    """The members of a ZIP. Opening refuses unsafe names, members that come twice, and members that are links."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile) as error:
            raise PackError(
                f"{path} cannot be read as a pack ({error}); wanted the folder or the ZIP of one."
            ) from error
        unpacked = sum(info.file_size for info in self._zip.infolist())
        if unpacked > _MOST_RATIO * path.stat().st_size:
            raise PackError(
                f"{path} would unpack to {unpacked} bytes, more than {_MOST_RATIO} times its size. A pack's files are "
                "stored as they are; this was made to fill a disk, and was not read."
            )
        members = [info.orig_filename for info in self._zip.infolist()]  # as spelled: the other ends where a NUL stands
        if len(set(members)) != len(members):
            raise PackError(f"{path} holds two members of one name; readers would differ on which one counts.")
        check_names(members)
        for info in self._zip.infolist():
            if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
                raise PackError(f"{info.filename} in {path} is a link or a device; a pack holds nothing but files.")

    def names(self) -> tuple[str, ...]:
        return tuple(in_order(self._zip.namelist()))

    def open(self, name: str) -> BinaryIO:
        method = self._zip.getinfo(name).compress_type
        if method not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise PackError(f"{name} is packed by method {method}, which not every reader undoes; wanted it stored.")
        return _Checked(self._zip, name)  # type: ignore[return-value]

    def size(self, name: str) -> int:
        return self._zip.getinfo(name).file_size

    def sum(self, name: str) -> int | None:
        return self._zip.getinfo(name).CRC

    def is_canonical(self) -> bool:
        """Whether the archive's bytes are exactly those that its files give: every header, nothing between or behind.

        Raises:
            PackError: a member is damaged.
        """
        with open(self.path, "rb") as file:
            try:
                write_zip(self, _Comparing(file))  # type: ignore[arg-type]
            except _Differs:
                return False
            return not file.read(1)


class _Differs(Exception):
    """What would be written is not what is there."""


class _Comparing:
    """Takes what would be written and holds it against a file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, content: bytes) -> None:
        if self._file.read(len(content)) != content:
            raise _Differs


class _Checked:
    """A ZIP member as a stream, the library's complaints turned into ours."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._name = name
        try:
            self._file = archive.open(name)
        except (KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise PackError(f"{name} cannot be read from the archive ({error}).") from error

    def __enter__(self) -> "_Checked":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self, size: int = -1) -> bytes:
        try:
            return self._file.read(size)
        except (zipfile.BadZipFile, OSError, EOFError) as error:
            raise PackError(f"{self._name} is damaged in the archive ({error}).") from error


class Crc32:
    """The CRC-32 of bytes that come piece by piece."""

    def __init__(self) -> None:
        self.value = 0

    def update(self, piece: bytes) -> None:
        self.value = zlib.crc32(piece, self.value)


class Kept(NamedTuple):
    """A file that lies elsewhere and is read when it is written: how to open it, its size and its CRC-32."""

    open: Callable[[], BinaryIO]
    size: int
    sum: int


class Memory:
    """Files held as bytes, and others that lie elsewhere."""

    def __init__(self, contents: Mapping[str, bytes], kept: Mapping[str, Kept] | None = None) -> None:
        self._contents, self._kept = dict(contents), dict(kept or {})
        check_names((*self._contents, *self._kept))

    def names(self) -> tuple[str, ...]:
        return tuple(in_order((*self._contents, *self._kept)))

    def open(self, name: str) -> BinaryIO:
        return self._kept[name].open() if name in self._kept else io.BytesIO(self._contents[name])

    def size(self, name: str) -> int:
        return self._kept[name].size if name in self._kept else len(self._contents[name])

    def sum(self, name: str) -> int | None:
        return self._kept[name].sum if name in self._kept else zlib.crc32(self._contents[name])


def write_zip(files: Summed, out: BinaryIO) -> None:
    """Write the archive of `files` to an empty stream, which is seekable unless the CRC-32 of every file is known.

    Raises:
        PackError: a file is not what it was when it was measured.
    """
    members: list[Member] = []
    offset = 0
    for name in in_order(files.names()):
        size, known = files.size(name), files.sum(name)
        header = local_header(name, known or 0, size)
        out.write(header)
        found, length = 0, 0
        with files.open(name) as source:
            while chunk := source.read(_CHUNK):
                found, length = zlib.crc32(chunk, found), length + len(chunk)
                out.write(chunk)
        if length != size or known not in (None, found):
            raise PackError(f"{name} changed while the pack was written. Build the pack again.")
        members.append(Member(name, found, size, offset))
        if known is None:
            out.seek(offset + SUM_AT)
            out.write(struct.pack("<L", found))
        offset += len(header) + size
        if known is None:
            out.seek(offset)
    directory = b"".join(map(directory_entry, members))
    out.write(directory)
    out.write(end_records(len(members), offset, len(directory)))


def write_archive(files: Summed, path: Path) -> str:
    """Write the archive of `files` as a new file; its SHA-256."""
    with open(path, "x+b") as out:
        if any(files.sum(name) is None for name in files.names()):
            write_zip(files, out)
            out.seek(0)
            return hashlib.file_digest(out, "sha256").hexdigest()
        with ThreadPoolExecutor(1) as beside:
            hashed = _Hashed(out, beside)
            write_zip(files, hashed)  # type: ignore[arg-type]
            return hashed.hexdigest()


class _Hashed:
    """Hashes what goes through to a file, beside the writing, so that an archive is not read again for its digest."""

    def __init__(self, file: BinaryIO, beside: Executor) -> None:
        self._file, self._beside, self._digest = file, beside, hashlib.sha256()
        self._last = beside.submit(self._digest.update, b"")

    def write(self, content: bytes) -> None:
        self._last.result()  # one piece is ahead and no more, so that memory stays small
        self._last = self._beside.submit(self._digest.update, content)
        self._file.write(content)

    def hexdigest(self) -> str:
        self._last.result()
        return self._digest.hexdigest()


def write_folder(files: Files, root: Path) -> None:
    """Write `files` under a new folder."""
    for name in files.names():
        path = root / PurePosixPath(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with files.open(name) as source, open(path, "xb") as target:
            shutil.copyfileobj(source, target, _CHUNK)
