"""The container of a pack: one folder of files, and the same files as a ZIP whose bytes follow from them alone.

Stored, sorted by name with `mimetype` first (ASiC-E, EN 319 162-1), dated 1980, mode 0644, no extra fields: equal files
give equal bytes on every machine. The archive is written to a seekable file, since a stored member with a data
descriptor cannot be read by common validators. Names are ASCII and may not collide when letter case is ignored.
"""

import hashlib
import io
import re
import shutil
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, Protocol

from evidence.errors import PackError

MIMETYPE: Final = "mimetype"
ASIC_E: Final = b"application/vnd.etsi.asic-e+zip"
EPOCH: Final = (1980, 1, 1, 0, 0, 0)

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*", re.ASCII)
_LARGE: Final = 1 << 31
_MOST_RATIO: Final = 100
_CHUNK: Final = 1 << 20


class Files(Protocol):
    """The files of a pack by name, wherever they lie."""

    def names(self) -> tuple[str, ...]: ...

    def open(self, name: str) -> BinaryIO: ...

    def size(self, name: str) -> int: ...


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

    def open(self, name: str) -> BinaryIO:
        try:
            return open(self._root / PurePosixPath(name), "rb")
        except OSError as error:
            raise PackError(f"{name} cannot be read ({error.strerror}).") from error

    def size(self, name: str) -> int:
        return (self._root / PurePosixPath(name)).stat().st_size


class Archive:
    """The members of a ZIP. Opening refuses names that are unsafe and members that come twice."""

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
        members = self._zip.namelist()
        if len(set(members)) != len(members):
            raise PackError(f"{path} holds two members of one name; readers would differ on which one counts.")
        check_names(members)

    def names(self) -> tuple[str, ...]:
        return tuple(in_order(self._zip.namelist()))

    def open(self, name: str) -> BinaryIO:
        return _Checked(self._zip, name)  # type: ignore[return-value]

    def size(self, name: str) -> int:
        return self._zip.getinfo(name).file_size

    def is_canonical(self, spare: BinaryIO) -> bool:
        """Whether the archive's bytes are exactly those that its files give; `spare` is an empty seekable file."""
        write_zip(self, spare)
        spare.seek(0)
        with open(self.path, "rb") as file:
            while True:
                ours, theirs = spare.read(_CHUNK), file.read(_CHUNK)
                if ours != theirs:
                    return False
                if not ours:
                    return True


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


class Memory:
    """Files held as bytes, and large ones (`opened`: how to open each, and its size) read when they are written."""

    def __init__(
        self, contents: Mapping[str, bytes], opened: Mapping[str, tuple[Callable[[], BinaryIO], int]] | None = None
    ) -> None:
        self._contents, self._opened = dict(contents), dict(opened or {})
        check_names((*self._contents, *self._opened))

    def names(self) -> tuple[str, ...]:
        return tuple(in_order((*self._contents, *self._opened)))

    def open(self, name: str) -> BinaryIO:
        return self._opened[name][0]() if name in self._opened else io.BytesIO(self._contents[name])

    def size(self, name: str) -> int:
        return self._opened[name][1] if name in self._opened else len(self._contents[name])


def write_zip(files: Files, out: BinaryIO) -> None:
    """Write the archive of `files` to a seekable stream."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in in_order(files.names()):
            info = zipfile.ZipInfo(name, EPOCH)
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            info.compress_type = zipfile.ZIP_STORED
            info.file_size = size = files.size(name)
            with files.open(name) as source, archive.open(info, "w", force_zip64=size >= _LARGE) as target:
                shutil.copyfileobj(source, target, _CHUNK)


def write_folder(files: Files, root: Path) -> None:
    """Write `files` under a new folder."""
    for name in files.names():
        path = root / PurePosixPath(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with files.open(name) as source, open(path, "xb") as target:
            shutil.copyfileobj(source, target, _CHUNK)
