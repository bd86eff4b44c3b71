"""A small file that is replaced often: each time whole, durable when the call returns, at the cost of one write.

Making a new file for every change costs several writes of the file system's own books, many times a durable commit. So
the file has a twin beside it. The new content goes over that of the twin, in the place that it has on the disk already,
and is synced; then the two change names at once (``renameat2`` with RENAME_EXCHANGE, Linux). Who opens the file has
the old content or the new, whole, until the change after the next one: that one writes over what he has open. Who reads
while changes follow each other, and holds no lock against them, so reads it at once, and reads it again where what he
got does not verify. The change of names reaches the disk a little later. Should the power fail before that, the old
content is back under the name, and the new one, durable, under the twin's: who must know the last content reads both
(`twin_of`). What is written so fits in one sector, which a disk writes whole or not at all.

Where the content is longer, or the file system cannot exchange names, the file is replaced by a new one that is synced
with its folder.
"""

import ctypes
import errno
import os
from functools import lru_cache
from pathlib import Path
from typing import Final

from evidence.store import durable

_SUFFIX: Final = ".new"
_SECTOR: Final = 512
_HERE, _EXCHANGE = -100, 2  # AT_FDCWD and RENAME_EXCHANGE (linux/fs.h)
_CANNOT: Final = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM, errno.EXDEV})
_RENAME: Final = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
_WITHOUT: Final[set[bytes]] = set()
"""Files whose file system has refused to exchange names; it is not asked again."""


def twin_of(path: Path) -> Path:
    """Where the twin of the file at `path` lies."""
    return path.with_name(path.name + _SUFFIX)


def replace(path: Path, content: bytes) -> None:
    """Put `content` in the place of the file at `path`, durably.

    Raises:
        OSError: the disk refused; the file has its old content or the new one.
    """
    name, twin = _names(path)
    if _RENAME is None or name in _WITHOUT or len(content) > _SECTOR:
        durable.replace(path, content)
        return
    if not _written(twin, content):
        durable.replace(twin_of(path), content)
    if _RENAME(_HERE, twin, _HERE, name, _EXCHANGE) == 0:
        return
    number = ctypes.get_errno()
    if number in _CANNOT:
        _WITHOUT.add(name)
        twin_of(path).unlink()
    elif number != errno.ENOENT:  # which says that there is no file yet
        raise OSError(number, os.strerror(number), str(path))
    durable.replace(path, content)


@lru_cache(maxsize=16)
def _names(path: Path) -> tuple[bytes, bytes]:
    return os.fsencode(path), os.fsencode(twin_of(path))


def _written(twin: bytes, content: bytes) -> bool:
    """Write the content over that of the twin, and sync it; False where there is none of this length."""
    try:
        handle = os.open(twin, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        if os.fstat(handle).st_size != len(content):
            return False
        if os.pwrite(handle, content, 0) != len(content):
            raise OSError(errno.EIO, "written in part", os.fsdecode(twin))
        os.fdatasync(handle)
    finally:
        os.close(handle)
    return True
