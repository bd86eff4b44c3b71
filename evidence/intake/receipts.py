"""Receipts: what is stated of a document when it is taken in, whatever is read from it."""

from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from evidence.core.disclosure import Tier
from evidence.core.identifiers import mint
from evidence.core.statements.base import EvidenceClass
from evidence.core.statements.own import DocumentReceived
from evidence.core.values import legal_day
from evidence.intake.assemble import SELF
from evidence.intake.containers import MailFacts
from evidence.intake.drafts import NO_DAY_CLAIMED, Reception
from evidence.intake.gather import Found
from evidence.intake.indexes import INDEX, ROLE, Named
from evidence.intake.read_files import ReadFile

_MAIL = "e-mail"


@dataclass(frozen=True, slots=True)
class Came:
    """How a file came that lay in another.

    Attributes:
        container: digest of the archive or mail that it lay in.
        outermost: the file of the import that holds them all.
        depth: how many containers stand around it.
        claimed_type: the type it was said to be.
        mail: the headers of the innermost mail around it.
        tier: who may see the archive or mail, and so what lay in it.
    """

    container: str
    outermost: Found
    depth: int
    claimed_type: str | None
    mail: MailFacts | None
    tier: Tier


def receipt(
    read: ReadFile, reception: Reception, zone: str, *, named: Named | None, came: Came | None, virus_scan: str | None
) -> DocumentReceived:
    """The receipt of one file: what an index says of it first, then its mail, then the import as a whole."""
    found = read.found
    structured = bool(read.tables) and not any(table.form for table, _ in read.tables)
    document_class = EvidenceClass.STRUCTURED if structured else EvidenceClass.NATIVE
    roles = [ROLE if fits.name == INDEX else fits.name for _, fits in read.tables]
    channel, received_on, basis = as_received(reception, came.mail if came else None, zone)
    values: dict[str, object] = {
        "document_class": document_class,
        "tier": came.tier if came else reception.tier,
        "refused": reception.refused,
        "personal": None,
        "channel": channel,
        "holder": reception.holder,
        "received_on": received_on,
        "received_basis": basis,
        "role": "; ".join(dict.fromkeys(roles)) or None,
        "contained_in": came.container if came else None,
        "claimed_type": came.claimed_type if came else None,
        "virus_scan": virus_scan,
    }
    if any(Tier.SECRET_PERSONAL in fits.kind.tiers().values() for _, fits in read.tables):
        values |= {"tier": Tier.SECRET, "personal": True}  # at least: its rows hold what is somebody's own
    if named is not None:
        told = named.row.model_dump(exclude={"file"}, exclude_none=True)
        values |= {**told, "document_class": document_class if structured else named.row.document_class}
    return DocumentReceived.model_validate(
        {
            **values,
            "id": mint(DocumentReceived.prefix, reception.now, reception.random),
            "issuer": SELF,
            "evidence_class": values["document_class"],
            "document": found.sha256,
            "size": found.size,
            "name": PurePosixPath(found.name).name,
            "media_type": found.media_type,
            "location": "documents",
        }
    )


def as_received(reception: Reception, mail: MailFacts | None, zone: str) -> tuple[str, date, str]:
    """Channel, day and its basis. A mail's header serves where the person who imports claims no other day.

    A header that names a day still to come is not believed.
    """
    given = reception.channel, reception.received_on, reception.received_basis
    if mail is None or reception.received_basis != NO_DAY_CLAIMED or mail.received_at is None:
        return given
    day = legal_day(mail.received_at, zone)
    return (_MAIL, day, mail.received_basis) if day <= legal_day(reception.now, zone) else given
