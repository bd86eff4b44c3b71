"""What a file is, from its bytes and not from its name: detected, never claimed."""

from collections.abc import Callable

import puremagic

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
CSV = "text/csv"
PLAIN = "text/plain"
UNKNOWN = "application/octet-stream"
OLD_SPREADSHEETS = ("application/vnd.ms-excel", "application/vnd.oasis.opendocument.spreadsheet")
ARCHIVE = "application/zip"

_HEAD = 8192
_PDF_WITHIN = 1024  # readers look for the header in the first kilobyte
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"<?xml", "application/xml"),
)


def media_type(content: bytes, name: str) -> str:
    """The media type of `content` (of a large file, its beginning and end); `name` only tells CSV from other text."""
    head = content[:_HEAD]
    named_csv = name.lower().endswith((".csv", ".tsv"))
    if head.lstrip().startswith(b"%PDF-") or (b"%PDF-" in head[:_PDF_WITHIN] and not named_csv):
        return PDF
    if head.startswith(b"PK\x03\x04"):
        return _zipped(content)
    if head.startswith(_OLE):
        return "application/vnd.ms-excel" if name.lower().endswith(".xls") else "application/x-ole-storage"
    for magic, found in _MAGIC:
        if head.startswith(magic):
            return found
    if named_csv:
        return CSV  # whatever hides in it: its reader names the line
    if is_text(head):
        return PLAIN
    return _by_library(head)


def is_text(head: bytes) -> bool:
    """Whether the bytes hold no control character that text does not have."""
    return not any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head)


def _zipped(content: bytes) -> str:
    """Names of members stand in clear in a ZIP's directory, so that nothing is unpacked to tell what it is."""
    has: Callable[[bytes], bool] = lambda name: content.find(name) >= 0  # noqa: E731
    if has(b"xl/workbook.xml"):
        return XLSX
    if has(b"word/document.xml"):
        return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    if content.find(b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet", 0, _HEAD) >= 0:
        return "application/vnd.oasis.opendocument.spreadsheet"
    return ARCHIVE


def _by_library(head: bytes) -> str:
    try:
        return puremagic.from_string(head, mime=True) or UNKNOWN
    except (puremagic.PureError, ValueError, IndexError):
        return UNKNOWN
