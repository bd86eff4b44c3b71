"""What is handed to the writer, and what it makes of it before anything is locked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from evidence.core import canonical
from evidence.core.disclosure import Disclosure
from evidence.core.statements.base import Opened, Statement, open_body
from evidence.core.statements.own import Disposal, DocumentReceived
from evidence.core.statements.registry import typed
from evidence.errors import LedgerError, MalformedValue
from evidence.ledger.envelope import IN_TOTO, Envelope

DISPOSES = "disposes"
"""The role under which a disposal entry names what may go; the database's triggers look for it."""

_OCTETS = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class DocumentLink:
    """A document that an entry's statement names, and its part in it (`received`, `source`, `worksheet` …)."""

    sha256: str
    role: str
    media_type: str = _OCTETS


@dataclass(frozen=True, slots=True)
class Submission:
    """A signed statement to be recorded. Documents that the statement names itself need not be given again."""

    kind: str
    envelope: bytes
    actor: str
    disclosures: tuple[Disclosure, ...] = ()
    documents: tuple[DocumentLink, ...] = ()


@dataclass(frozen=True, slots=True)
class Appended:
    """Where an entry came to stand: its position, the SHA-256 of what was signed, and our time of recording."""

    seq: int
    statement_digest: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ProjectedEntry:
    """An entry as the register is told of it, in the transaction that records it."""

    seq: int
    kind: str
    recorded_at: datetime
    actor: str
    statement: Statement
    statement_digest: str
    documents: tuple[DocumentLink, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A submission that was found sound: parsed, typed, opened, with all documents it names."""

    submission: Submission
    envelope: Envelope
    digest: str
    statement: Statement
    opened: Opened
    disclosures: bytes
    documents: tuple[DocumentLink, ...]


def prepare(submission: Submission) -> Prepared:
    """Check a submission by itself: its form, its kind, its disclosures, the documents that it names.

    Raises:
        LedgerError: it cannot be recorded as it is.
    """
    envelope = Envelope.parse(submission.envelope)
    if envelope.to_json() != submission.envelope or envelope.payload_type != IN_TOTO:
        raise LedgerError(f"A {submission.kind} statement does not come in the one spelling of an envelope.")
    try:
        opened = open_body(envelope.payload, submission.disclosures)
        statement = typed(opened)
    except MalformedValue as error:
        raise LedgerError(f"A {submission.kind} statement cannot be recorded. {error}") from error
    if statement is None or statement.kind != submission.kind:
        raise LedgerError(
            f"A {submission.kind} statement cannot be recorded: its body is a {opened.predicate_type}, "
            f"with {len(opened.withheld)} fields withheld; wanted a kind known here with all its fields."
        )
    return Prepared(
        submission,
        envelope,
        envelope.digest(),
        statement,
        opened,
        canonical.dumps([item.to_json() for item in submission.disclosures]),
        tuple({(link.sha256, link.role): link for link in (*submission.documents, *links_of(statement))}.values()),
    )


def links_of(statement: Statement) -> Iterator[DocumentLink]:
    """The documents that a statement names itself, and what a disposal lets go."""
    for role, digest in statement.documents():
        media_type = statement.media_type if isinstance(statement, DocumentReceived) else _OCTETS
        yield DocumentLink(digest, role, media_type)
    if isinstance(statement, Disposal):
        for digest in statement.digests:
            yield DocumentLink(digest, DISPOSES)
