"""What is handed to the writer, and what it makes of it before anything is locked."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.core import canonical
from evidence.core.disclosure import Disclosure
from evidence.core.identifiers import Random
from evidence.core.statements.base import Opened, Statement, build, build_values, open_body, opened_here
from evidence.core.statements.own import DocumentReceived
from evidence.core.statements.registry import KINDS, require_recordable, typed
from evidence.errors import LedgerError, MalformedValue
from evidence.ledger.ed25519 import public_bytes
from evidence.ledger.envelope import IN_TOTO, Envelope, Signature, pae, sign
from evidence.ledger.keys import key_id
from evidence.ledger.targets import STATEMENT

OCTETS = "application/octet-stream"
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}")


@dataclass(frozen=True, slots=True)
class DocumentLink:
    """A document that an entry's statement names, and its part in it (`received`, `source`, `worksheet` …)."""

    sha256: str
    role: str
    media_type: str = OCTETS


@dataclass(frozen=True, slots=True)
class Submission:
    """A signed statement to be recorded.

    Its documents are those that the statement names; they are given again only to say their media type.
    """

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
    """A statement that was found sound: parsed, typed, opened, with all documents it names.

    `disclosures` are the bytes of the list of disclosures; `digest` is the envelope's.
    `signed_by` is the public key (32 bytes) with which this process has just signed it, None where it came as bytes:
    then nobody has verified its signatures yet. Only `prepare_here` sets it, so that one made in any other way, or from
    another (`dataclasses.replace`), is verified.
    """

    kind: str
    actor: str
    envelope: Envelope
    digest: str
    statement: Statement
    opened: Opened
    disclosures: bytes
    documents: tuple[DocumentLink, ...]
    signed_by: bytes | None = field(default=None, init=False)


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
        statement = typed(opened, new=True)
    except MalformedValue as error:
        raise LedgerError(f"A {submission.kind} statement cannot be recorded. {error}") from error
    if statement is None or statement.kind != submission.kind:
        raise LedgerError(
            f"A {submission.kind} statement cannot be recorded: its body is a {opened.predicate_type}, "
            f"with {len(opened.withheld)} fields withheld; wanted a kind known here with all its fields."
        )
    disclosures = canonical.dumps([item.to_json() for item in submission.disclosures])
    _require_readable(statement, disclosures)
    names = [item.name for item in submission.disclosures]
    if len(set(names)) < len(names):
        raise LedgerError(f"A {submission.kind} statement comes with a disclosure twice; wanted each once.")
    return Prepared(
        submission.kind,
        submission.actor,
        envelope,
        envelope.digest(),
        statement,
        opened,
        disclosures,
        _links(statement, submission.documents),
    )


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A person's key that this process holds: its opaque id, the private key, and the 32 bytes of the public one."""

    id: str
    private: Ed25519PrivateKey
    public: bytes

    @classmethod
    def of(cls, private: Ed25519PrivateKey) -> Self:
        """The key with its id."""
        return cls(key_id(private), private, public_bytes(private))


def prepare_here(statement: Statement, documents: Sequence[DocumentLink], key: SigningKey, random: Random) -> Prepared:
    """Build a statement, sign it, and hand it over as it is: what `prepare` gives for the same bytes.

    Bytes that this function has just made are not parsed again; what `prepare` finds out by that is made sure of before
    anything is signed (docs/decisions/0060): the id is a minted one, and the values in JSON are read as a statement
    that is written in the same JSON, so that each has its one spelling. A statement of an earlier version, or of a kind
    that is not known here, goes the long way.

    Raises:
        LedgerError: it cannot be recorded as it is.
    """
    if KINDS.get(statement.predicate_type()) is not type(statement):
        old = build(statement, random)
        signed = sign(old.body, key.private, keyid=key.id)
        return prepare(Submission(old.kind, signed.to_json(), key.id, old.disclosures, tuple(documents)))
    values = statement.model_dump(mode="json")
    try:
        require_recordable(statement, values)
        built = build_values(statement, values, random)
    except MalformedValue as error:
        raise LedgerError(f"A {statement.kind} statement cannot be recorded. {error}") from error
    _require_readable(statement, built.disclosed)
    links = _links(statement, documents)
    message = pae(IN_TOTO, built.body)
    prepared = Prepared(
        statement.kind,
        key.id,
        Envelope(built.body, IN_TOTO, (Signature(key.id, key.private.sign(message)),)),
        sha256(message).hexdigest(),
        statement,
        opened_here(statement, values),
        built.disclosed,
        links,
    )
    object.__setattr__(prepared, "signed_by", key.public)  # no argument, so that no caller can claim it
    return prepared


def _require_readable(statement: Statement, disclosures: bytes) -> None:
    if len(disclosures) > canonical.MAX_BYTES:
        raise LedgerError(
            f"A {statement.kind} statement has {len(disclosures)} bytes of values; wanted at most "
            f"{canonical.MAX_BYTES}, which a reader takes. Put what is long into a document."
        )


def _links(statement: Statement, given_links: Sequence[DocumentLink]) -> tuple[DocumentLink, ...]:
    """The documents that the statement names, with the media types that were given beside it.

    Raises:
        LedgerError: a link that the statement does not name: nothing would be signed for it, so nobody could tell it
            from one that was slipped in.
    """
    links = {(link.sha256, link.role): link for link in links_of(statement)}
    if not links and not given_links:
        return ()
    for role in {role for _, role in links}:
        if role == STATEMENT:
            raise LedgerError(f"A {statement.kind} names a document in the role {role!r}, which is kept for disposals.")
    for given in given_links:
        named = links.get((given.sha256, given.role))
        if named is None:
            raise LedgerError(
                f"A {statement.kind} comes with document {given.sha256} as {given.role!r}, which it does not name. "
                "Name it in the statement, or record its receipt."
            )
        if _MEDIA_TYPE.fullmatch(given.media_type) is None:
            raise LedgerError(f"{given.media_type[:80]!r} is no media type; wanted one such as text/plain.")
        if named.media_type == OCTETS:
            links[given.sha256, given.role] = given
    return tuple(links.values())


def links_of(statement: Statement) -> Iterator[DocumentLink]:
    """The documents that a statement names."""
    for role, digest in statement.documents():
        media_type = statement.media_type if isinstance(statement, DocumentReceived) else OCTETS
        yield DocumentLink(digest, role, media_type)
