"""What a file is, from its bytes and not from its name: detected, never claimed; and whether a claim fits.

Signatures are those of the formats' own specifications. `media_type` looks at the beginning and, of an archive, at the
directory at its end; nothing is unpacked to tell what it is.
"""

import re
import struct

import puremagic

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"
CSV = "text/csv"
PLAIN = "text/plain"
HTML = "text/html"
XML = "application/xml"
EML = "message/rfc822"
ARCHIVE = "application/zip"
PNG, JPEG, TIFF = "image/png", "image/jpeg", "image/tiff"
HEIC = "image/heic"
EDIFACT, X12 = "application/edifact", "application/edi-x12"
UNKNOWN = "application/octet-stream"
OLD_SPREADSHEETS = ("application/vnd.ms-excel", "application/vnd.oasis.opendocument.spreadsheet")
NOT_UNPACKED = ("application/gzip", "application/x-7z-compressed", "application/vnd.rar")
"""Archives of sorts that are kept as documents: what lies in them is not read, and that is told."""

PROGRAM = "application/x-executable"
SHORTCUT = "application/x-ms-shortcut"
SCRIPT = "application/x-script"

_HEAD = 8192
_PDF_WITHIN = 1024  # readers look for the header in the first kilobyte
_PDF_BELOW = re.compile(rb"[\r\n]%PDF-\d")
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x7fELF", PROGRAM),
    (b"L\x00\x00\x00\x01\x14\x02\x00", SHORTCUT),
    (b"#!", SCRIPT),
    (b"<?xml", XML),
)
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1")  # ISO/IEC 23008-12; telephones write the first
_RUN_BY_NAME = {
    PROGRAM: (".exe", ".com", ".scr", ".dll", ".msi", ".pif", ".cpl", ".jar"),
    SHORTCUT: (".lnk", ".url"),
    SCRIPT: (".js", ".jse", ".vbs", ".vbe", ".wsf", ".wsh", ".hta", ".bat", ".cmd", ".ps1", ".sh", ".py", ".reg"),
}
_MAIL_HEADERS = frozenset(
    b"from to cc date subject message-id received mime-version return-path delivered-to content-type reply-to".split()
)
_HEADER_LINE = re.compile(rb"([A-Za-z][A-Za-z0-9-]{0,60}):[ \t\r\n]")
_ELEMENT = re.compile(rb"<(?:!--|!DOCTYPE\s|[A-Za-z_][A-Za-z0-9_.:-]*(?:\s+[A-Za-z_][A-Za-z0-9_.:-]*\s*=|\s*/?>))")
_HTML_START = re.compile(rb"<(?:!doctype\s+html|html|head|body|script|meta|title|table|div|p|a)\b", re.IGNORECASE)
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def media_type(content: bytes, name: str) -> str:
    """The media type of `content` (of a large file, its beginning and end); `name` only tells sorts of text apart."""
    head = content[:_HEAD]
    named_csv = name.lower().endswith((".csv", ".tsv"))
    if head.lstrip().startswith(b"%PDF-"):
        return PDF
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):  # the second opens an archive without members
        return _zipped(content)
    if head.startswith(_OLE):
        return "application/vnd.ms-excel" if name.lower().endswith(".xls") else "application/x-ole-storage"
    if head.startswith(b"MZ") and not is_text(head):
        return PROGRAM
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return HEIC
    for magic, found in _MAGIC:
        if head.startswith(magic):
            return found
    if named_csv:
        return CSV  # whatever hides in it: its reader names the line
    text = _as_bytes_of_letters(head)
    if text is not None:
        found = _text_type(text, name)
        return PDF if found == PLAIN and _PDF_BELOW.search(head[:_PDF_WITHIN]) else found
    return PDF if b"%PDF-" in head[:_PDF_WITHIN] else _by_library(head)


def is_text(head: bytes) -> bool:
    """Whether the bytes hold no control character that text does not have."""
    return not any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head)


def _as_bytes_of_letters(head: bytes) -> bytes | None:
    """Text with one byte a letter, as far as its marks go; None where the bytes are no text."""
    for mark, codec in _BOMS:
        if head.startswith(mark):
            return head[len(mark) :] if codec == "utf-8" else _narrowed(head[2:], codec)
    if is_text(head):
        return head
    evens, odds = head[0:256:2], head[1:256:2]
    for wide, codec in ((odds, "utf-16-le"), (evens, "utf-16-be")):
        if len(wide) > 3 and wide.count(0) > len(wide) * 3 // 4:
            return _narrowed(head, codec)
    return None


def _narrowed(wide: bytes, codec: str) -> bytes | None:
    narrow = wide[: len(wide) // 2 * 2].decode(codec, "replace").encode("utf-8", "replace")
    return narrow if is_text(narrow) else None


def _text_type(text: bytes, name: str) -> str:
    start = text.lstrip()
    if start.startswith(b"<"):
        if _HTML_START.match(start):
            return HTML
        if start.startswith(b"<?xml") or _ELEMENT.match(start):
            return HTML if b"<html" in start[:1024].lower() else XML
    if start.startswith((b"UNA", b"UNB+")) and b"UNB" in start[:64]:
        return EDIFACT
    if start.startswith(b"ISA") and len(start) > 105 and start[3:4] == start[103:104] and not start[3:4].isalnum():
        return X12
    if _is_mail(text, name):
        return EML
    ending = _ending(name)
    return next((SCRIPT for ends in _RUN_BY_NAME[SCRIPT] if ending == ends), PLAIN)


def _is_mail(text: bytes, name: str) -> bool:
    """Header lines as RFC 5322 has them: one is enough in what is called a mail, three in what is not."""
    known: set[bytes] = set()
    for line in text.split(b"\n"):
        if line.startswith((b" ", b"\t")) and known:
            continue
        header = _HEADER_LINE.match(line + b"\n")
        if header is None:
            break
        known.add(header[1].lower())
    known &= _MAIL_HEADERS
    if name.lower().endswith((".eml", ".email")):
        return bool(known)
    return len(known) >= 3 and b"from" in known and bool(known & {b"date", b"received", b"message-id"})


def _zipped(content: bytes) -> str:
    names = _directory(content)
    if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
        return XLSX
    if "word/document.xml" in names:
        return DOCX
    if content.find(b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet", 0, _HEAD) >= 0:
        return "application/vnd.oasis.opendocument.spreadsheet"
    return ARCHIVE


def _directory(content: bytes) -> set[str]:
    """Names in a ZIP's own directory: a workbook that lies within an archive does not make the archive one."""
    end = content.rfind(b"PK\x05\x06")
    if end < 0 or len(content) < end + 22:  # cut off: the reader will say so
        return {name for name in ("xl/workbook.xml", "word/document.xml") if content.find(name.encode()) >= 0}
    size = struct.unpack_from("<L", content, end + 12)[0]
    at, names = end - size, set()
    while 0 <= at <= end - 46 and content.startswith(b"PK\x01\x02", at):
        name, extra, comment = struct.unpack_from("<HHH", content, at + 28)
        names.add(content[at + 46 : at + 46 + name].decode("utf-8", "replace"))
        at += 46 + name + extra + comment
    return names


def _by_library(head: bytes) -> str:
    try:
        return puremagic.from_string(head, mime=True) or UNKNOWN
    except (puremagic.PureError, ValueError, IndexError):
        return UNKNOWN


_CLAIMS = {
    ".xlsx": XLSX, ".xlsm": XLSX, ".docx": DOCX, ".pdf": PDF, ".csv": CSV, ".tsv": CSV, ".txt": PLAIN, ".xml": XML,
    ".htm": HTML, ".html": HTML, ".eml": EML, ".zip": ARCHIVE, ".png": PNG, ".jpg": JPEG, ".jpeg": JPEG, ".tif": TIFF,
    ".tiff": TIFF, ".heic": HEIC, ".heif": HEIC, ".xls": "application/vnd.ms-excel", ".gz": "application/gzip",
    ".7z": "application/x-7z-compressed", ".rar": "application/vnd.rar",
}  # fmt: skip
_SAME = {
    "text/xml": XML, "application/x-zip-compressed": ARCHIVE, "application/x-zip": ARCHIVE, "image/jpg": JPEG,
    "image/pjpeg": JPEG, "image/tif": TIFF, "application/x-pdf": PDF, "application/csv": CSV,
    "text/comma-separated-values": CSV, "text/tab-separated-values": CSV, "application/x-gzip": "application/gzip",
    "application/vnd.ms-excel.sheet.macroenabled.12": XLSX, "application/xhtml+xml": HTML,
}  # fmt: skip
_TOLD_APART = frozenset(_CLAIMS.values())
_OPENED = frozenset({ARCHIVE, EML})
"""What is taken apart: what lies in such a file is evidence that is lost where it is kept closed."""
_LETTERS = frozenset({CSV, PLAIN, EDIFACT, X12})  # any of them is rightly called text


def claimed_type(name: str) -> str | None:
    """What the ending of a file name claims; None where it claims nothing that is told apart here."""
    return _CLAIMS.get(_ending(name))


def _bare(claimed: str | None) -> str:
    """A claimed type without its parameters, by the one name that it has here."""
    bare = (claimed or "").partition(";")[0].strip().lower()
    return _SAME.get(bare, bare)


def differs(found: str, claimed: str | None) -> str | None:
    """How the type found differs from the type claimed, in words; None where it does not, or nothing was claimed."""
    bare = _bare(claimed)
    if bare not in _TOLD_APART or bare == found:
        return None
    if bare == PLAIN and (found in _LETTERS or found in (XML, HTML, EML)):
        return None
    if bare == "application/vnd.ms-excel" and found in (CSV, PLAIN, XLSX):
        return None  # what browsers call every spreadsheet
    return f"claimed to be {bare}, but its bytes are {found}"


def unopened(found: str, *claims: str | None) -> str | None:
    """What a file is claimed to be that would have been opened, in words, where by its bytes it is not opened."""
    if found in _OPENED:
        return None
    return next((told for claim in claims if _bare(claim) in _OPENED and (told := differs(found, claim))), None)


def runs(found: str, name: str, head: bytes) -> str | None:
    """What a computer would do with it that no record does, in words; None for what is only read."""
    ending = _ending(name)
    sort = next((sort for sort, endings in _RUN_BY_NAME.items() if ending in endings), found)
    if sort in _RUN_BY_NAME:
        return {PROGRAM: "a program", SHORTCUT: "a shortcut to a program", SCRIPT: "a script"}[sort]
    if found in (HTML, XML) and re.search(rb"<script\b|\bon(?:load|error|click)\s*=|javascript:", head, re.IGNORECASE):
        return "a page with a script"
    return None


def _ending(name: str) -> str:
    last = name.rstrip(". ").lower()
    return last[last.rfind(".") :] if "." in last else ""
