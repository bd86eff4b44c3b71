"""The bytes of an archive that are not its files: what stands before each, the directory, and the end (APPNOTE 6.3.9).

Every local header is complete: no data descriptor follows a file, since a stored file with one cannot be read from a
stream by common validators. Files are stored, dated 1980, mode 0644, without extra fields; where sizes or places pass
two gigabytes they stand in the extra field of zip64. These are the bytes that Python's `zipfile` wrote for every pack
issued so far, room to spare included, so that a pack put together again has the digest that the ledger names.
"""

import struct
from dataclasses import dataclass
from typing import Final

LARGE: Final = 0x7FFFFFFF
"""Past this, a size or a place stands in an extra field."""
SUM_AT: Final = 14
"""Where in a local header the CRC-32 stands."""
_MOST_MEMBERS: Final = 0xFFFF
_WHOLE: Final = 0xFFFFFFFF
_MADE_BY_UNIX: Final = 3
_MODE: Final = 0o100644 << 16
_DATE: Final = 0x21  # 1 January 1980
_PLAIN, _ZIP64 = 20, 45  # the versions of the format that a reader needs


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive: its name, CRC-32 and size, and where its local header begins."""

    name: str
    sum: int
    size: int
    offset: int


def local_header(name: str, sum_: int, size: int) -> bytes:
    """What stands before the bytes of a file."""
    large = _is_large(size)
    shown = _WHOLE if large else size
    extra = struct.pack("<HHQQ", 1, 16, size, size) if large else b""
    spelled = name.encode("ascii")
    version = _ZIP64 if large else _PLAIN
    head = struct.pack("<4s5H3L2H", b"PK\3\4", version, 0, 0, 0, _DATE, sum_, shown, shown, len(spelled), len(extra))
    return head + spelled + extra


def directory_entry(member: Member) -> bytes:
    """The line of a file in the directory."""
    beyond = [member.size, member.size] if member.size > LARGE else []
    beyond += [member.offset] if member.offset > LARGE else []
    extra = struct.pack(f"<HH{len(beyond)}Q", 1, 8 * len(beyond), *beyond) if beyond else b""
    version = _ZIP64 if beyond or _is_large(member.size) else _PLAIN
    shown = _WHOLE if member.size > LARGE else member.size
    spelled = member.name.encode("ascii")
    head = struct.pack(
        "<4s2B5H3L5H2L",
        b"PK\1\2",
        *(version, _MADE_BY_UNIX, version, 0, 0, 0, _DATE, member.sum, shown, shown, len(spelled), len(extra)),
        *(0, 0, 0, _MODE, _WHOLE if member.offset > LARGE else member.offset),
    )
    return head + spelled + extra


def end_records(count: int, offset: int, size: int) -> bytes:
    """What stands after the directory of `count` files, which begins at `offset` and has `size` bytes."""
    beyond = b""
    if count > _MOST_MEMBERS or offset > LARGE or size > LARGE:
        beyond = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, _ZIP64, _ZIP64, 0, 0, count, count, size, offset)
        beyond += struct.pack("<4sLQL", b"PK\6\7", 0, offset + size, 1)
    shown = min(count, _MOST_MEMBERS)
    return beyond + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, shown, shown, min(size, _WHOLE), min(offset, _WHOLE), 0)


def _is_large(size: int) -> bool:
    """Whether a file has its sizes in the extra field: a twentieth below the bound, where the library begins."""
    return size * 21 > LARGE * 20
