"""Archives and mails: what they carry becomes files of its own, each shown by the name its container gives it.

The bounded process unpacks (`archive_file`, `mail_file`) into files named by number, so that no name from outside ever
becomes a path. A member that is a container again is a member like any other; the caller unpacks it and counts depth.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from evidence.errors import IntakeError
from evidence.intake import parser
from evidence.intake.faults import Faults
from evidence.intake.gather import HEAD_AND_TAIL, Found, open_regular
from evidence.intake.limits import Limits
from evidence.intake.sniff import ARCHIVE, EML, claimed_type, differs, media_type

_PARSERS = {ARCHIVE: "archive", EML: "mail"}


@dataclass(frozen=True, slots=True)
class Member:
    """One file out of a container: the name it has there, where its bytes lie now, the type it was said to be."""

    name: str
    path: Path
    claimed_type: str | None


@dataclass(frozen=True, slots=True)
class MailFacts:
    """What a mail's headers say, all of it testimony; `received_basis` is the header that `received_on` stands in.

    Days are those of UTC; the moments allow them to be counted in another zone. `text` is its plain body, cut at
    100,000 characters: the mail itself is kept whole.
    """

    sender: str
    recipients: tuple[str, ...]
    subject: str
    message_id: str
    sent_on: date | None
    received_on: date | None
    received_basis: str
    sent_at: datetime | None
    received_at: datetime | None
    text: str


@dataclass(slots=True)
class Unpacked:
    """What a container held; nothing, with faults, where it could not be taken apart whole."""

    members: list[Member] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    mail: MailFacts | None = None


def is_container(media_type: str) -> bool:
    """Whether files of this type are unpacked."""
    return media_type in _PARSERS


def unpack(found: Found, into: Path, limits: Limits, faults: Faults) -> Unpacked:
    """Take a container apart, into a new folder of its own within `into`.

    Args:
        found: an archive or a mail.
        into: a folder of the outermost container's own; what lies there already counts against the limits, so that
            an archive of archives has no more room than one.
        limits: ratio, members, bytes, depth of nested mails.
        faults: takes what is wrong; then there are no members.
    """
    lying = [path for path in into.rglob("*") if path.is_file()]
    room = limits.unpacked_bytes - sum(path.stat().st_size for path in lying)
    members = limits.archive_members - len(lying)
    folder = into / f"of {sum(1 for _ in into.iterdir()) + 1}"
    folder.mkdir(mode=0o700)
    before = faults.count
    ask = {"unpacked_bytes": max(room, 0), "archive_members": max(members, 0)}
    with open_regular(found.held) as file:
        parsed = parser.parse(_PARSERS[found.media_type], file, limits, faults, into=folder, ask=ask)
    if faults.count > before:
        return Unpacked(notices=parsed.notices)
    unpacked = Unpacked(notices=parsed.notices)
    try:
        for answer in parsed.found:
            if "mail" in answer:
                unpacked.mail = _mail_facts(answer["mail"])
            else:
                unpacked.members.append(_member(answer, folder))
        for member in unpacked.members:
            unpacked.notices += _mislabelled(member)
    except (KeyError, TypeError, ValueError, AttributeError, IntakeError):
        faults.add("an answer of the parser that cannot be read", "a file that can be unpacked; pack it anew")
        return Unpacked()
    return unpacked


def _member(answer: dict[str, Any], folder: Path) -> Member:
    """A member as the bounded process named it; what it says is data, so that the path is made here."""
    number, name, claimed = int(str(answer["file"])), str(answer["member"]), answer["claimed_type"]
    if not name.isprintable() or not (folder / str(number)).is_file():
        raise ValueError(name)
    return Member(name, folder / str(number), None if claimed is None else str(claimed))


def _mislabelled(member: Member) -> list[str]:
    """How a member's bytes differ from what its mail says they are; what its name says is told where it is taken."""
    with open_regular(member.path) as file:
        head = file.read(HEAD_AND_TAIL)
        file.seek(max(len(head), member.path.stat().st_size - HEAD_AND_TAIL))  # a directory stands at the end
        found = media_type(head + file.read(), member.name)
    told = None if claimed_type(member.name) else differs(found, member.claimed_type)
    return [f"{member.name}: {told}"] if told else []


def _mail_facts(said: dict[str, Any]) -> MailFacts:
    sent, received = _moment(said["sent_at"]), _moment(said["received_at"])
    return MailFacts(
        sender=str(said["sender"]),
        recipients=tuple(map(str, said["recipients"])),
        subject=str(said["subject"]),
        message_id=str(said["message_id"]),
        sent_on=None if sent is None else sent.date(),
        received_on=None if received is None else received.date(),
        received_basis=str(said["received_basis"]),
        sent_at=sent,
        received_at=received,
        text=str(said["text"]),
    )


def _moment(text: object) -> datetime | None:
    return None if text is None else datetime.fromisoformat(str(text))
