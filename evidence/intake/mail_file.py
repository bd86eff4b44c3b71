"""Mails as received (RFC 5322, MIME), taken apart inside the bounded process (`worker`) into files named by number.

Attachments and inline parts become members with the bytes that the mail encodes; a mail within the mail becomes a
member of its own, to be taken apart in its turn. The bodies stay in the mail, which is kept whole. What a header says
is testimony of whoever wrote it: ``Received`` of the last server that took the mail, ``Date`` of its sender. Nothing
that a mail refers to is fetched.
"""

import email.errors
import email.policy
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, BinaryIO

from evidence.intake.member_names import apart, last_part, left_out, printable

_MAIL = "message/rfc822"
_DEEPEST_PARTS = 50
_LONGEST_HEADER = 1000
_LONGEST_RAW_HEADER = 100_000  # reading addresses takes time that grows with the square of their length
_LONGEST_TEXT = 100_000
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_BROKEN = (
    ValueError, LookupError, AttributeError, TypeError, AssertionError, OverflowError, RecursionError,
    email.errors.MessageError,
)  # fmt: skip
"""What the standard library's reading of headers is known to raise at headers that no program writes."""

_CUT_SHORT = (
    email.errors.CloseBoundaryNotFoundDefect,
    email.errors.StartBoundaryNotFoundDefect,
    email.errors.MissingHeaderBodySeparatorDefect,
)
_DAMAGED = (email.errors.InvalidBase64CharactersDefect, email.errors.InvalidBase64LengthDefect)
_ENDINGS = {"text/plain": "txt", "text/html": "html", "text/csv": "csv", "text/calendar": "ics", _MAIL: "eml"}

Say = Callable[[Any], None]
Fault = Callable[..., None]


def parse(stream: BinaryIO, request: dict[str, Any], say: Say, fault: Fault) -> None:
    """Answer with the mail's headers and each of its members, or with what is wrong."""
    content = stream.read()
    newline = "\r\n" if b"\r\n" in content[:4096] else "\n"
    try:
        mail = BytesParser(policy=_Policy(linesep=newline)).parsebytes(content)
        assert isinstance(mail, EmailMessage)  # what the policy makes
        _Mail(request, say, fault).take(mail)
    except _HeaderTooLong as refused:
        fault(f"a header of {refused.length} characters", f"at most {_LONGEST_RAW_HEADER}")
    except RecursionError:
        fault("a mail whose parts are nested without end", f"at most {_DEEPEST_PARTS} within each other")
    except (*_BROKEN, OSError) as error:
        fault(f"a mail that cannot be taken apart ({type(error).__name__})", "the mail as your program saves it (.eml)")


class _Policy(email.policy.EmailPolicy):
    """Headers read as the standards of today have them and written out as they stood, to the blank; none endless."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, _, value = sourcelines[0].partition(":")
        return name, "".join((value, *sourcelines[1:])).rstrip("\r\n")

    def header_fetch_parse(self, name: str, value: str) -> Any:
        if len(value) > _LONGEST_RAW_HEADER:
            raise _HeaderTooLong(len(value))
        return super().header_fetch_parse(name, value.lstrip(" \t"))

    def fold_binary(self, name: str, value: str) -> bytes:
        return f"{name}:{value}{self.linesep}".encode("ascii", "surrogateescape")


class _HeaderTooLong(Exception):
    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length


class _Mail:
    def __init__(self, request: dict[str, Any], say: Say, fault: Fault) -> None:
        self.request, self.say, self.fault = request, say, fault
        self.into = Path(request["into"])
        self.budget = int(request["unpacked_bytes"])
        self.names: set[str] = set()
        self.taken = 0
        self.text: str | None = None
        self.html = False

    def take(self, mail: EmailMessage) -> None:
        if (deep := _depth(mail)) > self.request["mail_depth"]:
            self.fault(f"a mail with mails nested {deep} deep", f"at most {self.request['mail_depth']}")
            return
        parts = list(_parts(mail))
        if len(parts) > self.request["archive_members"]:
            self.fault(f"a mail of {len(parts)} parts", f"at most {self.request['archive_members']}")
            return
        if any(isinstance(defect, _CUT_SHORT) for part in parts for defect in part.defects):
            self.fault("a mail that ends before its last part does", "the whole mail, saved anew")
            return
        if mail.get_content_maintype() == "multipart" and not mail.is_multipart():
            self.say({"notice": "a mail whose parts have no boundary: kept as a document, its attachments not read"})
            return
        for part in parts:
            if not part.is_multipart() or part.get_content_maintype() == "message":
                self._part(part)
        if self.html and self.text is None:
            self.say({"notice": "its text is in HTML only and is not read"})
        self.say({"found": {"mail": _headers(mail) | {"text": self.text or ""}}})

    def _part(self, part: EmailMessage) -> None:
        kind = part.get_content_type()
        if kind == "message/external-body":
            self.say({"notice": "a part that lies elsewhere and is not fetched"})
            return
        if kind.startswith("message/"):
            content = b"".join(each.as_bytes() for each in part.get_payload() if isinstance(each, EmailMessage))
        else:
            payload = part.get_payload(decode=True)
            content = payload if isinstance(payload, bytes) else b""
        name = _name(part)
        if any(isinstance(defect, _DAMAGED) for defect in part.defects):
            self.fault(f"an attachment damaged on its way ({name or kind})", "the mail sent anew")
        elif not name and part.get_content_disposition() != "attachment" and kind in ("text/plain", "text/html"):
            self._body(part, kind, content)
        else:
            self._member(name, kind, content)

    def _body(self, part: EmailMessage, kind: str, content: bytes) -> None:
        if kind == "text/html":
            self.html = True
            return
        try:
            text = content.decode(part.get_content_charset("utf-8"), "replace")
        except LookupError:  # a character set that nobody knows
            text = content.decode("latin-1")
        self.text = ((self.text or "") + text)[:_LONGEST_TEXT]

    def _member(self, name: str, kind: str, content: bytes) -> None:
        self.taken += 1
        if not name:
            subtype = kind.partition("/")[2]
            name = f"part {self.taken}.{_ENDINGS.get(kind, subtype if subtype.isalnum() else 'bin')}"
        shown = apart(name, self.names)
        if left_out(shown):
            self.say({"notice": f"{shown}: a hidden or lock file; left out"})
            return
        if not content:
            self.say({"notice": f"{shown}: an empty attachment; left out"})
            return
        if shown.lower() == "winmail.dat" or kind == "application/ms-tnef":
            told = "kept, but what is packed in it is not read; ask the sender for the mail without rich text"
            self.say({"notice": f"{shown}: {told}"})
        if kind in ("application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"):
            self.say({"notice": f"{shown}: encrypted or sealed; kept as a document"})
        self.budget -= len(content)
        if self.budget < 0:
            self.fault("a mail whose attachments are too large", f"at most {self.request['unpacked_bytes']} bytes")
            return
        (self.into / str(self.taken)).write_bytes(content)
        self.say({"found": {"member": shown, "file": str(self.taken), "claimed_type": kind}})


def _parts(mail: EmailMessage, depth: int = 0) -> Iterator[EmailMessage]:
    """The mail and the parts of its parts, but nothing of a mail within it."""
    if depth > _DEEPEST_PARTS:
        raise RecursionError
    yield mail
    if mail.get_content_maintype() != "message" and mail.is_multipart():
        for part in mail.get_payload():
            if isinstance(part, EmailMessage):
                yield from _parts(part, depth + 1)


def _depth(mail: EmailMessage) -> int:
    """How many mails lie within each other, this one counted."""
    deepest, waiting = 0, [(mail, 1)]
    while waiting:
        part, depth = waiting.pop()
        deepest = max(deepest, depth)
        if part.is_multipart():
            inner = depth + (part.get_content_type() == _MAIL)
            waiting += [(each, inner) for each in part.get_payload() if isinstance(each, EmailMessage)]
    return deepest


def _name(part: EmailMessage) -> str:
    try:
        given = part.get_filename() or ""
    except _BROKEN:
        return "unnamed"
    return printable(last_part(given))


def _headers(mail: EmailMessage) -> dict[str, Any]:
    received = [line for line in _all(mail, "received") if ";" in line]
    last_hop = received[0] if received else ""
    at = _moment(last_hop.rpartition(";")[2])
    return {
        "sender": _one(mail, "from"),
        "recipients": [line for name in ("to", "cc") for line in _all(mail, name)],
        "subject": _one(mail, "subject"),
        "message_id": _one(mail, "message-id"),
        "sent_at": _stamp(_moment(_one(mail, "date"))),
        "received_at": _stamp(at),
        "received_basis": f"mail header Received: {last_hop}" if at is not None else "",
    }


def _all(mail: EmailMessage, name: str) -> list[str]:
    """Values of a header, decoded, each on one line; as they stand in the mail where they do not decode."""
    try:
        values = [str(value) for value in mail.get_all(name, [])]
    except _BROKEN:
        values = [str(value) for key, value in mail.raw_items() if key.lower() == name]
    return [printable(" ".join(value.split()))[:_LONGEST_HEADER] for value in values]


def _one(mail: EmailMessage, name: str) -> str:
    return next(iter(_all(mail, name)), "")


def _moment(text: str) -> datetime | None:
    """A date of RFC 5322; None for one that no calendar has, or that lies outside all reason."""
    try:
        moment = parsedate_to_datetime(text.strip())
        utc = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except _BROKEN:
        return None
    return utc if _FIRST_YEAR <= utc.year <= _LAST_YEAR else None


def _stamp(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
