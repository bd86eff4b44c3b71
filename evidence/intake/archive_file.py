"""ZIP archives, unpacked inside the bounded process (`worker`) into files named by number.

APPNOTE.TXT 6.3.10 is the format. The directory is measured before anything is inflated: members, total, ratio, names,
places that overlap. Then each member is inflated against its declared size and checksum within a budget of bytes, so
that a directory that lies is found out. What cannot be unpacked whole is refused whole: half an archive is no evidence.
"""

import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from evidence.intake.faults import shown
from evidence.intake.member_names import left_out, same, trouble

_CHUNK = 1 << 20
_ENCRYPTED = 1
_DAMAGED = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, ValueError,
)  # fmt: skip
_PLAIN_WORDS = "an archive of plain files; pack them anew"

Say = Callable[[Any], None]
Fault = Callable[..., None]


def parse(stream: BinaryIO, request: dict[str, Any], say: Say, fault: Fault) -> None:
    """Answer with each member, unpacked into the request's folder, or with what is wrong."""
    try:
        with zipfile.ZipFile(stream) as archive:
            if _measured(archive, request, fault) and _named(archive.infolist(), fault) and _apart(archive, fault):
                _unpack(archive, request, say, fault)
    except _DAMAGED as error:
        fault(f"a damaged archive ({type(error).__name__})", "a ZIP archive that opens; pack it anew")
    except (NotImplementedError, RuntimeError) as error:  # a sort of packing or of encryption that is not read
        fault(f"an archive packed in a way that is not read ({error})", _PLAIN_WORDS)


def _measured(archive: zipfile.ZipFile, request: dict[str, Any], fault: Fault) -> bool:
    members = archive.infolist()
    declared = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members))
    encrypted = next((member for member in members if member.flag_bits & _ENCRYPTED), None)
    if len(members) > request["archive_members"]:
        fault(f"an archive of {len(members)} members", f"at most {request['archive_members']}")
    elif declared > packed * request["archive_ratio"]:
        fault(f"an archive that grows {declared // packed} times", f"at most {request['archive_ratio']} times")
    elif declared > request["unpacked_bytes"]:
        fault(f"an archive of {declared} bytes unpacked", f"at most {request['unpacked_bytes']}")
    elif encrypted is not None:
        fault(f"an encrypted member ({shown(encrypted.filename)})", "an archive that opens without a password")
    else:
        return True
    return False


def _named(members: list[zipfile.ZipInfo], fault: Fault) -> bool:
    """Whether every name is an honest one, and no two are one on some system."""
    seen: dict[str, str] = {}
    for member in members:
        kind = stat.S_IFMT(member.external_attr >> 16)
        why = trouble(member.orig_filename)
        if why is None and kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            why = "that is a link" if kind == stat.S_IFLNK else "that is neither a file nor a folder"
        other = seen.setdefault(same(member.filename.rstrip("/")), member.filename)
        if why is None and other is not member.filename:
            why = "named like another" if other == member.filename else f"named like {shown(other)} but for its letters"
        if why is not None:
            fault(f"a member {why} ({shown(member.orig_filename)})", _PLAIN_WORDS)
            return False
    return True


def _apart(archive: zipfile.ZipFile, fault: Fault) -> bool:
    """Whether every member has bytes of its own: members that share theirs unpack to far more than they pack."""
    stream: Any = archive.fp
    end = archive.start_dir
    for member in sorted(archive.infolist(), key=lambda each: each.header_offset, reverse=True):
        stream.seek(member.header_offset)
        header = stream.read(30)
        if len(header) < 30 or not header.startswith(b"PK\x03\x04"):
            raise zipfile.BadZipFile("no local header")
        name, extra = struct.unpack("<HH", header[26:30])
        if member.header_offset + 30 + name + extra + member.compress_size > end:
            fault(f"members that lie over each other ({shown(member.filename)})", _PLAIN_WORDS)
            return False
        end = member.header_offset
    return True


def _unpack(archive: zipfile.ZipFile, request: dict[str, Any], say: Say, fault: Fault) -> None:
    into, budget = Path(request["into"]), int(request["unpacked_bytes"])
    members = [member for member in archive.infolist() if not member.is_dir()]
    if not members:
        say({"notice": "an archive without a file in it"})
    for number, member in enumerate(members, 1):
        if left_out(member.filename):
            say({"notice": f"{member.filename}: a hidden or lock file; left out"})
            continue
        if member.file_size == 0:
            say({"notice": f"{member.filename}: an empty file; left out"})
            continue
        with archive.open(member) as inflated, open(into / str(number), "xb") as out:
            while chunk := inflated.read(_CHUNK):
                budget -= len(chunk)
                if budget < 0:
                    fault("an archive that unpacks to more than it declares", f"at most {request['unpacked_bytes']}")
                    return
                out.write(chunk)
        say({"found": {"member": member.filename, "file": str(number), "claimed_type": None}})
