"""Finds the files of an import and takes their fingerprints. Symbolic links are told of and never followed."""

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from evidence.errors import IntakeError, StoreError, UsageError
from evidence.intake.faults import Fault, Faults, shown
from evidence.intake.limits import Limits
from evidence.intake.sniff import NOT_UNPACKED, claimed_type, differs, media_type, runs

HEAD_AND_TAIL = 4 * 1024**2


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file: the name it is shown by, where it lies, and its bytes' fingerprint."""

    name: str
    path: Path
    sha256: str
    size: int
    media_type: str
    copy: Path | None = None
    """The bytes as they were when they were hashed, where nobody else writes."""

    @property
    def held(self) -> Path:
        """Where its bytes are to be read: a file that somebody saves meanwhile is not read in two states."""
        return self.copy or self.path


@dataclass(slots=True)
class Gathered:
    """What an import found on disk; `refused` are files over a limit, which have faults."""

    files: dict[Path, Found] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    copies: Path | None = None
    """An empty folder for the bytes as they are hashed; None: they are read where they lie."""

    def take(self, path: Path, name: str, limits: Limits) -> Found | None:
        """Fingerprint one file; None, with a fault, where it cannot be taken."""
        if path in self.files:
            return self.files[path]
        if len(self.files) >= limits.files:
            raise IntakeError(f"More than {limits.files} files in one import. Import folder by folder.")
        faults = Faults(name)
        odd: list[str] = []
        outside = self.copies is not None and not path.is_relative_to(self.copies.parent)
        copy = self.copies / str(len(self.files)) if self.copies is not None and outside else None
        found = _fingerprint(path, name, limits, faults, odd, copy)
        self.faults += faults.all()
        self.notices += [f"{name}: {each}" for each in odd]
        if found is not None:
            self.files[path] = found
        return found


def gather(paths: Sequence[Path], limits: Limits, scratch: Path | None = None) -> Gathered:
    """Every regular file at or beneath `paths`, in a fixed order; their bytes are copied into `scratch` if it is given.

    Raises:
        UsageError: a path is not there, or is itself a symbolic link.
    """
    gathered = Gathered()
    if scratch is not None:
        gathered.copies = scratch / "copies"
        gathered.copies.mkdir(mode=0o700)
    for path in paths:
        root = path.absolute()
        if root.is_symlink():
            raise UsageError(f"{path} is a symbolic link. Name the file or folder that it points to.")
        if not root.exists():
            raise UsageError(f"{path} is not there. Name a file or a folder to import.")
        if not root.is_dir():
            gathered.take(root, root.name, limits)
            continue
        for inside in _walk(root, root, gathered):
            gathered.take(root / inside, inside.as_posix(), limits)
    return gathered


def _walk(root: Path, folder: Path, gathered: Gathered) -> Iterator[PurePosixPath]:
    try:
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise IntakeError(f"{folder} cannot be read ({error.strerror}). Give access to it, or leave it out.") from error
    for entry in listed:
        path = Path(entry.path)
        inside = PurePosixPath(path.relative_to(root))
        if entry.name.startswith((".", "~$")):
            gathered.notices.append(f"{inside}: a hidden or lock file; left out")
        elif entry.is_symlink():
            gathered.notices.append(f"{inside}: a symbolic link; not followed")
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(root, path, gathered)
        elif entry.is_file(follow_symlinks=False):
            yield inside
        else:
            gathered.notices.append(f"{inside}: neither a file nor a folder; left out")


def open_regular(path: Path) -> BinaryIO:
    """Open a file for reading; never through a symbolic link, and never what is not a regular file.

    Raises:
        IntakeError: it is a link, a device, or cannot be read.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise IntakeError(f"{path} is no regular file. Leave it out of the import.")
        return os.fdopen(handle, "rb")
    except OSError as error:
        raise IntakeError(f"{path} cannot be opened ({error.strerror}). Leave it out, or give access to it.") from error


def _fingerprint(
    path: Path, name: str, limits: Limits, faults: Faults, odd: list[str], copy: Path | None
) -> Found | None:
    if not name.isprintable():  # control characters, and bytes that are not UTF-8
        faults.file = ascii(name)[1:-1]
        faults.add(f"the file name {shown(name)}", "a name of printable characters in UTF-8")
        return None
    try:
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size == 0:
                faults.add("an empty file", "a file with content")
                return None
            if size > limits.document_bytes:
                faults.add(f"{size} bytes", f"at most {limits.document_bytes} (limits.document_bytes)")
                return None
            digest, size = _digest(file, copy)
        with open_regular(copy or path) as file:
            sample = file.read(HEAD_AND_TAIL)
            if size > HEAD_AND_TAIL:  # an archive's directory stands at its end
                file.seek(max(HEAD_AND_TAIL, size - HEAD_AND_TAIL))
                sample += file.read()
    except IntakeError as error:
        faults.add("a file that cannot be opened", str(error))
        return None
    found = media_type(sample, name)
    odd += _oddities(found, name, sample[:HEAD_AND_TAIL])
    return Found(name, path, digest, size, found, copy)


def _oddities(found: str, name: str, head: bytes) -> list[str]:
    """What is worth telling of a file before it is read: a false claim, a program, an archive that is not opened."""
    told = [differs(found, claimed_type(name))]
    if running := runs(found, name, head):
        told.append(f"{running}; kept as a document and never run")
    if found in NOT_UNPACKED:
        told.append(f"an archive ({found}) that is not unpacked; kept as a document")
    return [each for each in told if each]


def _digest(file: BinaryIO, copy: Path | None) -> tuple[str, int]:
    """The digest and the size of what is read, which is what `copy` then holds.

    Raises:
        IntakeError: the file cannot be read.
        StoreError: the copy cannot be written; no file is to blame for that.
    """
    digest, size = hashlib.sha256(), 0
    try:
        with open(copy, "xb") if copy is not None else nullcontext() as kept:
            while chunk := _chunk(file):
                digest.update(chunk)
                size += len(chunk)
                if kept is not None:
                    kept.write(chunk)
    except OSError as error:
        raise StoreError(f"{file.name} cannot be copied ({error.strerror}). Check the disk.") from error
    return digest.hexdigest(), size


def _chunk(file: BinaryIO) -> bytes:
    try:
        return file.read(HEAD_AND_TAIL)
    except OSError as error:
        raise IntakeError(f"{file.name} cannot be read ({error.strerror}). Leave it out, or copy it anew.") from error


def inside(folder: Path, named: str) -> Path | None:
    """The path that a file inside `folder` names, or None where it would lead out of it or through a link.

    What an index names comes from outside: absolute paths, drive letters, backslashes, ``..`` and links are refused.
    """
    pure = PurePosixPath(named)
    if not named.isprintable() or "\\" in named or ":" in named or pure.is_absolute() or ".." in pure.parts:
        return None
    path = folder
    for part in pure.parts:
        path = path / part
        if path.is_symlink():
            return None
    return path if pure.parts else None
