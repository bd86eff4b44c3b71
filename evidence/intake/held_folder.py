"""A folder of somebody else's, held open: what is in it is reached by its name there and never through a link.

A path is looked up anew at each use, so that whoever may write to a folder above can put a link in its place between
two uses. A descriptor stays with the folder that was opened.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from evidence.errors import IntakeError

_NEW = ".evidence.new"  # a file being written; no name that a sender's file is given
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NO_FOLDER = (errno.ELOOP, errno.ENOTDIR)


@dataclass(frozen=True, slots=True)
class HeldFolder:
    """A folder by its descriptor. OSError comes through: the watch says of which folder it was."""

    handle: int

    @staticmethod
    @contextmanager
    def of(path: Path) -> "Iterator[HeldFolder]":
        """The folder that a person named; a link on the way to it is that person's choice."""
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            yield HeldFolder(handle)
        finally:
            os.close(handle)

    @contextmanager
    def inner(self, name: str, *, make: bool = False) -> "Iterator[HeldFolder | None]":
        """A folder in it; None where that is a link or no folder, or is not there and is not to be made."""
        try:
            if make and self.stat(name) is None:
                os.mkdir(name, dir_fd=self.handle)
            handle = os.open(name, _FOLDER, dir_fd=self.handle)
        except OSError as error:
            if error.errno not in (*_NO_FOLDER, errno.ENOENT, errno.EEXIST):
                raise
            yield None
            return
        try:
            yield HeldFolder(handle)
        finally:
            os.close(handle)

    def names(self) -> list[str]:
        """What is in it, sorted."""
        return sorted(os.listdir(self.handle))

    def stat(self, name: str) -> os.stat_result | None:
        """What something in it is, a link as a link; None where it is not there."""
        try:
            return os.stat(name, dir_fd=self.handle, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def readable(self, name: str) -> bool:
        return os.access(name, os.R_OK, dir_fd=self.handle)

    def open(self, name: str) -> BinaryIO:
        """Open a file in it for reading, without waiting for anybody to write to it.

        Raises:
            IntakeError: it is a link, a pipe, a device, or cannot be read.
        """
        try:
            handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=self.handle)
        except OSError as error:
            raise IntakeError(f"it cannot be opened ({error.strerror}). Give access to it.") from error
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise IntakeError("it is no regular file.")
        return os.fdopen(handle, "rb")

    def read(self, name: str, most: int) -> bytes | None:
        """The content of a file of at most so many bytes; None for whatever else is there."""
        try:
            with self.open(name) as file:
                content = file.read(most + 1)
        except IntakeError:
            return None
        return content if len(content) <= most else None

    def write(self, name: str, content: bytes) -> None:
        """Put a file there at once and durably; a reader sees the earlier one or this one, whole."""
        self.remove(_NEW)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(_NEW, flags, 0o666, dir_fd=self.handle), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.rename(_NEW, name, src_dir_fd=self.handle, dst_dir_fd=self.handle)
        self.sync()

    def move(self, name: str, to: "HeldFolder", target: str) -> None:
        """Into another folder, durably."""
        os.rename(name, target, src_dir_fd=self.handle, dst_dir_fd=to.handle)
        to.sync()

    def remove(self, name: str) -> None:
        """Take a file or a link away; nothing where it is gone."""
        try:
            os.unlink(name, dir_fd=self.handle)
        except FileNotFoundError:
            return

    def sync(self) -> None:
        os.fsync(self.handle)
