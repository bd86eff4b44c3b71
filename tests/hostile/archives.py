"""ZIP archives that lie, grow, loop, or carry names that lead elsewhere."""

import io
import stat
import struct
import zipfile

from tests.hostile.case import Case, kept, refused


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content, compress_type=method)
    return out.getvalue()


def nested(depth: int, inmost: bytes) -> bytes:
    for level in range(depth):
        inmost = zipped((f"level {level}.zip" if level else "note.txt", inmost))
    return inmost


def renamed(name: str) -> bytes:
    """An archive whose one member has a name that no packer would write."""
    if not name.isascii():
        return zipped((name, b"a note"))
    placeholder = "x" * len(name.encode())
    return zipped((placeholder, b"a note")).replace(placeholder.encode(), name.encode())


def overlapping() -> bytes:
    """Many directory entries that share the bytes of one member: small packed, large unpacked."""
    one = zipped(("0", bytes(10_000)), method=zipfile.ZIP_STORED)
    start = one.index(b"PK\x01\x02")
    entry, end = bytearray(one[start : one.index(b"PK\x05\x06")]), bytearray(one[one.index(b"PK\x05\x06") :])
    entries = bytearray()
    for number in range(9):
        entry[46:47] = str(number).encode()
        entries += entry
    struct.pack_into("<HHL", end, 8, 9, 9, len(entries))
    return one[:start] + bytes(entries) + bytes(end)


def lying() -> bytes:
    """The directory says a thousand bytes, the member inflates to five million."""
    size = 5_000_000
    random = bytes((i * i * 7 + i // 3) % 251 for i in range(60_000))
    return zipped(("big.txt", bytes(size)), ("noise.bin", random)).replace(
        struct.pack("<L", size), struct.pack("<L", 1000)
    )


def encrypted() -> bytes:
    data = bytearray(zipped(("secret.txt", b"a secret")))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    return bytes(data)


def with_method(number: int) -> bytes:
    data = bytearray(zipped(("note.txt", b"a note" * 20)))
    for mark, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        struct.pack_into("<H", data, data.index(mark) + at, number)
    return bytes(data)


def broken_checksum() -> bytes:
    data = bytearray(zipped(("note.txt", b"a note that was changed on its way"), method=zipfile.ZIP_STORED))
    data[data.index(b"changed")] ^= 1
    return bytes(data)


def broken_packing() -> bytes:
    data = bytearray(zipped(("note.txt", bytes(n * n % 251 for n in range(3000)))))
    data[100:400] = bytes(300)
    return bytes(data)


def claiming(size: int) -> bytes:
    """A member that says it holds `size` bytes, in the form for large ones (ZIP64)."""
    info = zipfile.ZipInfo("huge.bin")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        with archive.open(info, "w", force_zip64=True) as member:
            member.write(b"small")
        info.file_size = info.compress_size = size
    return out.getvalue()


def special(kind: int, target: bytes) -> bytes:
    info = zipfile.ZipInfo("link")
    info.create_system, info.external_attr = 3, (kind | 0o777) << 16
    return zipped((info, target))


_NOTE = (("note.txt", b"a note"),)
NAME_TRICKS = {
    "leads-out": ("../../evil.csv", "leads out of the archive"),
    "leads-out-within": ("a/../../evil.csv", "leads out of the archive"),
    "absolute": ("/etc/cron.d/evil", "an absolute path"),
    "backslashes": ("..\\..\\evil.csv", "a backslash"),
    "drive": ("C:evil.csv", "an absolute path"),
    "right-to-left": ("invoice\u202exslx.exe", "not printable"),
    "terminal": ("a\x1b[2Jb.txt", "not printable"),
    "line-break": ("a\nb: found nothing.txt", "not printable"),
    "nul": ("note.txt\x00.exe", "not printable"),
    "very-long": ("x" * 5000, "a name of 5000 characters"),
    "dots": ("..", "without a name"),
    "nothing-but-here": ("./.", "without a name"),
}

CASES: dict[str, Case] = {
    "zip-that-begins-with-a-stored-pdf": refused(
        "bundle.zip",
        lambda: zipped(("a.pdf", b"%PDF-1.7\n%%EOF"), ("items.csv", b"owner,part\n"), method=zipfile.ZIP_STORED),
        "the columns",
        shown="bundle.zip/items.csv",
    ),
    "zip-bomb": refused("bomb.zip", lambda: zipped(("zeros.txt", bytes(20_000_000))), "an archive that grows"),
    "zip-bomb-nested": refused(
        "bombs.zip",
        lambda: zipped(("inner.zip", zipped(("zeros.txt", bytes(20_000_000))))),
        "an archive that grows",
        shown="bombs.zip/inner.zip",
    ),
    "zip-too-deep": refused("deep.zip", lambda: nested(9, b"a note"), "within each other", shown="*"),
    "zip-overlapping": refused("quine.zip", overlapping, "lie over each other"),
    "zip-lying-directory": refused("lying.zip", lying, "a damaged archive"),
    "zip-encrypted": refused("locked.zip", encrypted, "an encrypted member ('secret.txt')"),
    "zip-many-members": refused(
        "many.zip", lambda: zipped(*((f"{n}.txt", b"x") for n in range(300))), "an archive of 300 members"
    ),
    "zip-too-large": refused(
        "large.zip",
        lambda: zipped(*((f"{n}.bin", bytes(range(256)) * 12_000) for n in range(12)), method=zipfile.ZIP_STORED),
        "bytes unpacked",
    ),
    "zip-claims-an-exabyte": refused("huge.zip", lambda: claiming(2**60), "bytes unpacked"),
    "zip-truncated": refused("cut.zip", lambda: zipped(*_NOTE)[:-30], "a damaged archive"),
    "zip-unknown-packing": refused("odd.zip", lambda: with_method(97), "packed in a way that is not read"),
    "zip-broken-checksum": refused("broken.zip", broken_checksum, "a damaged archive"),
    "zip-broken-packing": refused("broken.zip", broken_packing, "a damaged archive"),
    "zip-link": refused("link.zip", lambda: special(stat.S_IFLNK, b"/etc/passwd"), "a member that is a link"),
    "zip-device": refused("device.zip", lambda: special(stat.S_IFBLK, b""), "neither a file nor a folder"),
    "zip-same-name-twice": refused(
        "twice.zip",
        lambda: zipped(("a.txt", b"one"), ("b.txt", b"two")).replace(b"b.txt", b"a.txt"),
        "named like another",
    ),
    "zip-same-name-but-for-case": refused(
        "case.zip", lambda: zipped(("Items.txt", b"one"), ("ITEMS.txt", b"two")), "but for its letters"
    ),
    "zip-empty": kept("empty.zip", lambda: zipped(), "an archive without a file in it"),
    "zip-with-a-program": kept(
        "tools.zip",
        lambda: zipped(("invoice.pdf", b"MZ\x90\x00" + bytes(60))),
        "a program",
        shown="tools.zip/invoice.pdf",
    ),
    "zip-with-a-shortcut": kept(
        "open.zip",
        lambda: zipped(("invoice.pdf.lnk", b"L\x00\x00\x00\x01\x14\x02\x00" + bytes(60))),
        "a shortcut to a program",
        shown="open.zip/invoice.pdf.lnk",
    ),
    "zip-with-a-script": kept(
        "script.zip", lambda: zipped(("open me.js", b"WScript.Run()")), "a script", shown="script.zip/open me.js"
    ),
    "zip-with-another-sort-of-archive": kept(
        "seven.zip",
        lambda: zipped(("more.7z", b"7z\xbc\xaf\x27\x1c" + bytes(40))),
        "that is not unpacked",
        shown="seven.zip/more.7z",
    ),
    **{
        f"zip-name-{trick}": refused("names.zip", lambda name=name: renamed(name), says)
        for trick, (name, says) in NAME_TRICKS.items()
    },
}
