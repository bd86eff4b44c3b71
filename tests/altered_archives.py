"""More ways of altering a pack's ZIP: headers, directory, names, members, what stands before, between and behind.

Most leave every file as it was, so that whoever unpacks the archive has the pack as issued; `verify.sh` sees files
alone. The others give readers something else than was signed, each reader perhaps something of its own.
"""

import io
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from evidence.pack.form import layout
from tests.altered_packs import INVOICE, LADING

ARCHIVES: dict[str, Callable[[Path], object]] = {}
Member = tuple[zipfile.ZipInfo, bytes]


def _members(path: Path) -> list[Member]:
    with zipfile.ZipFile(path) as archive:
        return [(info, archive.read(info)) for info in archive.infolist()]


def _write(path: Path, members: list[Member], *, kept: bool = False) -> None:
    """Write members as they are described; stored, unless their own way of packing is kept."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for info, content in members:
            archive.writestr(info, content, None if kept else zipfile.ZIP_STORED)
    path.write_bytes(out.getvalue())


def _each(change: Callable[[zipfile.ZipInfo], object], *, kept: bool = False) -> Callable[[Path], None]:
    """A change of the description of the fourth member."""

    def alter(path: Path) -> None:
        members = _members(path)
        change(members[3][0])
        _write(path, members, kept=kept)

    return alter


def _with(name: str, content: bytes = b"x") -> Callable[[Path], None]:
    def alter(path: Path) -> None:
        info = zipfile.ZipInfo("placeholder")
        info.filename = name
        info.external_attr = 0o100644 << 16
        _write(path, [*_members(path), (info, content)])

    return alter


def _content(change: Callable[[list[Member]], object]) -> Callable[[Path], None]:
    def alter(path: Path) -> None:
        members = _members(path)
        change(members)
        _write(path, members)

    return alter


def _exchanged(members: list[Member]) -> None:
    places = [at for at, (info, _) in enumerate(members) if info.filename in (INVOICE, LADING)]
    one, other = places
    members[one], members[other] = (members[one][0], members[other][1]), (members[other][0], members[one][1])


def _replaced(name: str, content: bytes) -> Callable[[list[Member]], object]:
    def replace(members: list[Member]) -> None:
        at = next(at for at, (info, _) in enumerate(members) if info.filename == name)
        members[at] = (members[at][0], content)

    return replace


def _without(name: str) -> Callable[[list[Member]], object]:
    def remove(members: list[Member]) -> None:
        members[:] = [(info, content) for info, content in members if info.filename != name]

    return remove


def _directory(content: bytes) -> int:
    at = content.rindex(b"PK\5\6")
    return int(struct.unpack_from("<L", content, at + 16)[0])


def _in_directory(offset: int, value: bytes) -> Callable[[Path], None]:
    """Bytes in the directory's line of the second member."""

    def alter(path: Path) -> None:
        content = bytearray(path.read_bytes())
        at = content.index(b"PK\1\2", _directory(bytes(content)) + 4)
        content[at + offset : at + offset + len(value)] = value
        path.write_bytes(content)

    return alter


def _in_header(offset: int, value: bytes) -> Callable[[Path], None]:
    """Bytes in the local header of the second member."""

    def alter(path: Path) -> None:
        content = bytearray(path.read_bytes())
        at = content.index(b"PK\3\4", 4)
        content[at + offset : at + offset + len(value)] = value
        path.write_bytes(content)

    return alter


def _in_end(offset: int, value: bytes) -> Callable[[Path], None]:
    def alter(path: Path) -> None:
        content = bytearray(path.read_bytes())
        at = content.rindex(b"PK\5\6") + offset
        content[at : at + len(value)] = value
        path.write_bytes(content)

    return alter


def _gap(path: Path) -> None:
    """Bytes between the last file and the directory, whose place is told rightly."""
    content = path.read_bytes()
    at, end = _directory(content), content.rindex(b"PK\5\6")
    moved = bytearray(content[:at] + b"between" + content[at:])
    struct.pack_into("<L", moved, end + 7 + 16, at + 7)
    path.write_bytes(moved)


def _two_ends(path: Path) -> None:
    """A second archive behind the first: readers from the end see the second, readers of streams the first."""
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("manifest.json", b"{}")
    path.write_bytes(path.read_bytes() + other.getvalue())


def _end_in_comment(path: Path) -> None:
    content = path.read_bytes()
    end = content[content.rindex(b"PK\5\6") :]
    path.write_bytes(content[:-2] + struct.pack("<H", len(end)) + end)


def _entry_less(path: Path) -> None:
    """A member whose bytes are there, and which the directory leaves out."""
    content = path.read_bytes()
    at, end = _directory(content), content.rindex(b"PK\5\6")
    second = content.index(b"PK\1\2", at + 4)
    third = content.index(b"PK\1\2", second + 4)
    shorter = bytearray(content[:second] + content[third:])
    place = shorter.rindex(b"PK\5\6")
    count = struct.unpack_from("<H", content, end + 10)[0] - 1
    struct.pack_into("<HHL", shorter, place + 8, count, count, end - at - (third - second))
    path.write_bytes(shorter)


def _tarred(path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for info, content in _members(path):
            told = tarfile.TarInfo(info.filename)
            told.size = len(content)
            archive.addfile(told, io.BytesIO(content))
    path.write_bytes(out.getvalue())


def _nested(path: Path) -> None:
    content = path.read_bytes()
    _write(path, [(zipfile.ZipInfo("S01.zip"), content)])


def _in_a_folder(path: Path) -> None:
    members = _members(path)
    for info, _ in members:
        info.filename = f"S01/{info.filename}"
    _write(path, members)


def _packed(how: int) -> Callable[[Path], None]:
    return _each(lambda info: setattr(info, "compress_type", how), kept=True)


def _set(**fields: object) -> Callable[[Path], None]:
    def change(info: zipfile.ZipInfo) -> None:
        for name, value in fields.items():
            setattr(info, name, value)

    return _each(change)


ARCHIVES.update(
    {
        # what no unpacked file shows
        "a-member-with-an-extra-field": _set(extra=struct.pack("<HH4s", 0xCAFE, 4, b"note")),
        "a-member-with-a-comment": _set(comment=b"as issued"),
        "a-member-that-may-run": _set(external_attr=0o100755 << 16),
        "a-member-made-by-another-system": _set(create_system=0),
        "a-member-of-a-later-version": _set(create_version=63),
        "a-member-packed-by-deflate": _packed(zipfile.ZIP_DEFLATED),
        "a-member-packed-by-bzip2": _packed(zipfile.ZIP_BZIP2),
        "a-member-packed-by-lzma": _packed(zipfile.ZIP_LZMA),
        "mimetype-last": _content(lambda members: members.append(members.pop(0))),
        "two-members-exchanged-in-order": _content(lambda members: members.insert(2, members.pop(5))),
        "bytes-before-the-directory": _gap,
        "an-end-in-the-comment": _end_in_comment,
        "another-moment-in-the-header": _in_header(10, b"\1\0"),
        "another-sum-in-the-header": _in_header(14, b"\0\0\0\0"),
        "another-size-in-the-header": _in_header(22, b"\1\0\0\0"),
        "another-version-in-the-header": _in_header(4, b"\x3f"),
        "a-flag-in-the-header": _in_header(6, b"\0\x08"),
        "another-way-of-packing-in-the-header": _in_header(8, b"\x08"),
        "another-moment-in-the-directory": _in_directory(12, b"\1\0"),
        "a-flag-in-the-directory": _in_directory(8, b"\0\x08"),
        "an-inner-mark-in-the-directory": _in_directory(36, b"\1"),
        "another-volume-in-the-directory": _in_directory(34, b"\1"),
        "another-volume-in-the-end": _in_end(4, b"\1"),
        # what readers would take for other files
        "another-sum-in-the-directory": _in_directory(16, b"\0\0\0\0"),
        "another-size-in-the-directory": _in_directory(24, b"\1\0\0\0"),
        "another-place-in-the-directory": _in_directory(42, b"\0\0\0\0"),
        "encrypted-in-the-directory": _in_directory(8, b"\1"),
        "another-way-of-packing-in-the-directory": _in_directory(10, b"\x63"),
        "a-member-left-out-of-the-directory": _entry_less,
        "fewer-members-in-the-end": _in_end(10, b"\2\0"),
        "a-second-archive-behind": _two_ends,
        "a-member-with-a-backslash": _with("exhibits\\E099.pdf"),
        "a-member-with-a-drive": _with("C:/E099.pdf"),
        "a-member-with-a-way-round": _with("exhibits/../manifest.json", b"{}"),
        "a-member-with-a-point-for-a-folder": _with("./manifest.json", b"{}"),
        "a-member-with-two-slashes": _with("exhibits//E099.pdf"),
        "a-member-with-a-zero-in-its-name": _with("exhibits/E099.pdf\0.exe"),
        "a-member-with-a-line-end-in-its-name": _with("exhibits/E099\n.pdf"),
        "a-member-beyond-ascii": _with("exhibits/E099-re\u00e7u.pdf"),
        "a-member-without-a-name": _with(""),
        "a-member-named-like-a-device": _with("exhibits/AUX.pdf"),
        "a-member-under-a-file": _with("manifest.json/x"),
        "a-member-with-a-long-name": _with("exhibits/" + "x" * 4000),
        "an-exhibit-in-another-case": _with("EXHIBITS/" + Path(INVOICE).name),
        "exhibits-exchanged-in-the-archive": _content(_exchanged),
        "an-exhibit-that-is-another": _content(_replaced(INVOICE, b"%PDF-1.4 another invoice\n")),
        "a-manifest-that-is-another": _content(_replaced(layout.MANIFEST, b"{}")),
        "an-exhibit-less": _content(_without(INVOICE)),
        "sums-less": _content(_without(layout.SUMS)),
        "a-list-of-signatures-less": _content(_without(layout.SIGNATURES)),
        "mimetype-less": _content(_without("mimetype")),
        "a-media-type-that-is-another": _content(_replaced("mimetype", b"application/zip")),
        "all-in-a-folder": _in_a_folder,
        "an-archive-in-an-archive": _nested,
        "an-archive-of-another-kind": _tarred,
        "an-archive-of-nothing": lambda path: _write(path, []),
    }
)
