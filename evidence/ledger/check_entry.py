"""One entry, checked the long way: its leaf, its statement, its documents. This way has the last word on every fault.

`check_quick` proves most entries sound without it.
"""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from evidence.core import tree
from evidence.core.disclosure import Tier
from evidence.core.statements.base import Opened, Statement, open_body
from evidence.core.statements.own import DocumentReceived
from evidence.core.statements.registry import kind_of, typed
from evidence.core.values import moment_text
from evidence.errors import DocumentDamaged, DocumentMissing, EvidenceError, LedgerError, ProofError
from evidence.ledger.actors import Actors
from evidence.ledger.admission import KEPT
from evidence.ledger.check_quick import Row
from evidence.ledger.envelope import IN_TOTO, Envelope
from evidence.ledger.findings import CheckReport
from evidence.ledger.key_history import RECORDED
from evidence.ledger.leaf import Leaf
from evidence.ledger.lines import require_lines
from evidence.ledger.read import read_disclosures
from evidence.ledger.submission import OCTETS, links_of
from evidence.ledger.targets import STATEMENT
from evidence.store.base import as_bytes
from evidence.store.documents import DocumentStore
from evidence.store.vault import sealed


class Link(NamedTuple):
    """A document linked to an entry, and the document's row, of which all is None where it is gone.

    `first` is whether no earlier entry is linked to the document; `received` the first receipt that is linked to it.
    """

    sha256: str
    role: str
    first: bool
    received: int | None
    size: object
    media_type: str | None
    created_at: str | None


class Excused(NamedTuple):
    """What of an entry disposals let go: roles (`statement` among them), and moments of recording that a document
    first named by a disposed link may be stored as of.
    """

    roles: Set[str]
    earlier: Callable[[str], bool]


class Stated(NamedTuple):
    """What the statement of entry `seq` says of keys, in clear."""

    seq: int
    opened: Opened


@dataclass
class Checked:
    """What the check of one entry found. `hash` is the leaf hash that the tree goes on with."""

    hash: bytes
    moment: str | None = None
    stated: Stated | None = None
    report: CheckReport = field(default_factory=CheckReport)


def check_entry(row: Row, links: Sequence[Link], excused: Excused, actors: Actors, documents: DocumentStore) -> Checked:
    """All that can be said of one entry by itself.

    Args:
        row: the entry as stored.
        links: the documents linked to it.
        excused: what disposals have let go of it.
        actors: the keys of the whole ledger.
        documents: where the documents' bytes are.
    """
    stored = as_bytes(row.leaf_hash)
    # Where the leaf has another hash the tree goes on with the one stored, so that a leaf altered alone is one fault.
    checked = Checked(stored if len(stored) == tree.HASH_SIZE else bytes(tree.HASH_SIZE))
    report = checked.report
    try:
        data = row.leaf()
        found = tree.leaf_hash(data)
        if found != stored:
            report.fault(row.seq, "leaf", "the leaf does not have the hash stored with it")
            if len(stored) != tree.HASH_SIZE:
                checked.hash = found
        leaf = Leaf.parse(data)
    except ProofError as error:
        report.fault(row.seq, "leaf", str(error))
        return checked
    checked.moment = moment_text(leaf.recorded_at)
    for what, value in (("statement", row.payload), ("disclosures", row.disclosures)):
        if value is not None and type(value) is not bytes:
            report.fault(row.seq, what, f"the {what} are stored as {type(value).__name__}, not as bytes")
    if row.payload is None:
        if _gone(report, row.seq, leaf, "statement", excused):
            _check_links_of_disposed(report, row.seq, links, excused)
    else:
        try:
            envelope = Envelope(as_bytes(row.payload), IN_TOTO, leaf.signatures)
            if not leaf.commits_to(envelope):
                raise ProofError("the statement stored is not the one that the leaf commits to")
            _Long(row, leaf, envelope, excused, actors, documents, checked).check_statement(links)
        except EvidenceError as error:
            report.fault(row.seq, "statement", str(error))
    return checked


def check_documents_of(
    report: CheckReport,
    seq: int,
    moment: str,
    statement: Statement | None,
    links: Sequence[Link],
    excused: Excused,
    documents: DocumentStore,
) -> None:
    """The rows of the documents of one entry, against it and what it says of them.

    The time of a document's row is that of the first entry that names it; the media type is what its first receipt
    says, or unknown where it was named before that. Where a disposal has ended earlier links, both may come from an
    entry before the first that is left.
    """
    receipt = statement if isinstance(statement, DocumentReceived) else None
    for link in links:
        if link.created_at is not None and not (link.created_at < moment and excused.earlier(link.created_at)):
            if link.first and link.created_at != moment:
                what = f"document {link.sha256} is stored as of {link.created_at}, its entry of {moment}"
                report.fault(seq, "index", what)
            _check_media_type(report, seq, receipt, link)
        if receipt is not None and (link.sha256, link.role) == (receipt.document, "received"):
            _check_receipt(report, seq, receipt, link, documents)


def _check_media_type(report: CheckReport, seq: int, receipt: DocumentReceived | None, link: Link) -> None:
    if link.received == seq and receipt is not None:
        said = {receipt.media_type} if link.first else {receipt.media_type, OCTETS}
        if link.media_type not in said:
            what = f"document {link.sha256} is stored as {link.media_type}, its receipt says {receipt.media_type}"
            report.fault(seq, "index", what)
    elif link.first and link.received is None and link.media_type != OCTETS:
        report.fault(seq, "index", f"document {link.sha256} is stored as {link.media_type}, which no receipt says")


def _check_receipt(
    report: CheckReport, seq: int, receipt: DocumentReceived, link: Link, documents: DocumentStore
) -> None:
    """Size and seal of a document, against its receipt; whether its bytes are its own is checked with all documents."""
    try:
        size = documents.size(receipt.document)
        if receipt.size != size and link.size in (None, size):
            what = f"document {receipt.document} has {size} bytes, its receipt says {receipt.size}"
            report.fault(seq, "document", what)
        if receipt.tier is Tier.SECRET_PERSONAL:
            with documents.open(receipt.document) as content:
                if not sealed(content):
                    what = f"document {receipt.document} is {receipt.tier.value} and lies in clear"
                    report.fault(seq, "document", what)
    except DocumentMissing:
        return


def check_links(report: CheckReport, seq: int, statement: Statement, links: Sequence[Link], excused: Excused) -> None:
    """That the documents linked to an entry are those that its statement names, no more and no fewer."""
    wanted = {(link.sha256, link.role) for link in links_of(statement)}
    found = {(link.sha256, link.role) for link in links}
    for sha256, role in sorted(wanted - found):
        if role not in excused.roles:
            report.fault(seq, "link", f"the link to document {sha256} ({role}) is gone")
    for sha256, role in sorted(found - wanted):
        report.fault(seq, "link", f"the statement does not name document {sha256} ({role})")


class _Long:
    """The check of a statement that fits its leaf: signatures, what stands in clear, commitments, documents."""

    def __init__(
        self,
        row: Row,
        leaf: Leaf,
        envelope: Envelope,
        excused: Excused,
        actors: Actors,
        documents: DocumentStore,
        checked: Checked,
    ) -> None:
        self._row, self._leaf, self._envelope, self._excused = row, leaf, envelope, excused
        self._actors, self._documents, self._checked = actors, documents, checked
        self._report = checked.report

    def check_statement(self, links: Sequence[Link]) -> None:
        """Raises EvidenceError where nothing more can be said of it."""
        report, seq, leaf = self._report, self._row.seq, self._leaf
        opened, whole = self._open()
        self._check_signatures(opened)
        if opened.fields.get("id") != self._row.statement_id:
            report.fault(seq, "index", "the statement's id is not the one stored beside it")
        kind = kind_of(opened.predicate_type)
        if kind is None:
            report.unread.append(seq)
        elif kind.kind != leaf.kind:
            report.fault(seq, "leaf", f"the leaf says {leaf.kind}, the statement is a {opened.predicate_type}")
        if kind is not None and kind.kind in RECORDED:
            self._checked.stated = Stated(seq, opened)
            self._actors.before(seq).take(seq, opened)
        if not whole:
            return
        if opened.withheld:
            report.fault(seq, "disclosures", f"nothing opens the commitments to {', '.join(sorted(opened.withheld))}")
        report.counts["statements"] += 1
        statement = typed(opened)
        if statement is not None:
            check_links(report, seq, statement, links, self._excused)
            self._check_lines(statement)
        moment = moment_text(leaf.recorded_at)
        check_documents_of(report, seq, moment, statement, links, self._excused, self._documents)

    def _open(self) -> tuple[Opened, bool]:
        """The body opened by the disclosures stored with it, or, where these are gone or false, as it stands."""
        row, payload = self._row, self._envelope.payload
        if row.disclosures is None:
            _gone(self._report, row.seq, self._leaf, "disclosures", self._excused)
        else:
            try:
                disclosures = read_disclosures(as_bytes(row.disclosures))
                if len({item.name for item in disclosures}) < len(disclosures):
                    raise LedgerError("A field is disclosed twice.")
                return open_body(payload, disclosures), True
            except EvidenceError as error:
                self._report.fault(row.seq, "disclosures", str(error))
        return open_body(payload, ()), False

    def _check_signatures(self, opened: Opened) -> None:
        """By keys that were in use there; the first entry of all is signed by the key that it brings in."""
        actors = self._actors
        if self._row.seq == 0 and actors.person(self._leaf.actor) is None:
            actors = actors.copy()
            actors.take(0, opened)
        try:
            actors.check(self._row.seq, self._leaf.actor, self._envelope)
            self._report.counts["signatures"] += len(self._envelope.signatures)
        except ProofError as error:
            self._report.fault(self._row.seq, "signature", str(error))

    def _check_lines(self, statement: Statement) -> None:
        """The line tree of a load or a snapshot, made again from the documents as far as these are there and sound."""
        try:
            require_lines(statement, self._documents)
        except (DocumentMissing, DocumentDamaged):
            return  # named with the documents, or disposed of
        except EvidenceError as error:
            self._report.fault(self._row.seq, "lines", str(error))


def _gone(report: CheckReport, seq: int, leaf: Leaf, what: str, excused: Excused) -> bool:
    """Count what a disposal let go, and name what is lost; whether it was a disposal."""
    if STATEMENT in excused.roles and leaf.kind not in KEPT:
        report.counts[f"{what} disposed"] += 1
        return True
    lost = f"{what} {leaf.payload_sha256} is gone, and no disposal entry names #{seq}:{STATEMENT}"
    report.fault(seq, what, f"lost: {lost}")
    return False


def _check_links_of_disposed(report: CheckReport, seq: int, links: Sequence[Link], excused: Excused) -> None:
    """A statement goes with its documents, so that none may be left that no disposal names."""
    for link in links:
        if link.role not in excused.roles:
            what = (
                f"document {link.sha256} ({link.role}) is linked to a statement that was disposed of, "
                "and no disposal names it"
            )
            report.fault(seq, "link", what)
