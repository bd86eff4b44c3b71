"""A document that comes with a decision: the notice of a withdrawal, a letter, figures handed over.

Its bytes are kept before any entry names them; its receipt is recorded together with the decision. Nothing is read from
it but, where it is a mail, what its headers say of the day it came and of who sent it.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from evidence.core.statements.own import DocumentReceived
from evidence.core.values import legal_day
from evidence.errors import IntakeError
from evidence.intake.containers import MailFacts, is_container, unpack
from evidence.intake.drafts import Reception
from evidence.intake.faults import Faults
from evidence.intake.gather import Found, open_regular
from evidence.intake.limits import Limits
from evidence.intake.options import Options
from evidence.intake.plan import plan
from evidence.intake.receipts import as_received
from evidence.intake.templates import DOCUMENT
from evidence.ledger.found import HomeHandle
from evidence.register.queries import Register


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A document as it is to be named by a decision.

    Attributes:
        sha256: its digest.
        of: its receipt.
        fresh: the receipt is to be recorded with the decision; otherwise it is on record as `ref`.
        mail: what its headers say, where it is a mail.
    """

    sha256: str
    of: DocumentReceived
    fresh: bool
    ref: str | None
    mail: MailFacts | None

    @property
    def statements(self) -> tuple[DocumentReceived, ...]:
        """What is to be recorded of it."""
        return (self.of,) if self.fresh else ()


def reception(handle: HomeHandle, channel: str = "review") -> Reception:
    """That something was received now, by hand of whoever decides."""
    settings, now = handle.settings, handle.clock.now()
    today = legal_day(now, settings.zone)
    return Reception(settings.organisation.legal_name, today, now, handle.random, channel=channel)


def enclose(
    handle: HomeHandle,
    register: Register,
    path: Path,
    said: Reception,
    *,
    role: str,
    relates_to: Sequence[str] = (),
    claimed: tuple[date, str] | None = None,
) -> Enclosed:
    """Keep a document's bytes, and make its receipt where it has none yet.

    Args:
        handle: an open home.
        register: what is on record.
        path: the file.
        said: how it came; a mail's own header tells the day, unless one is claimed.
        role: what it is, in the receipt.
        relates_to: what it is about, ``kind:reference`` each.
        claimed: the day it is said to have come, and why that is believed.

    Raises:
        UsageError: the file is not there.
        IntakeError: it cannot be taken, or changed while it was read.
    """
    limits = Limits.of(handle.settings.limits)
    if claimed is not None:
        said = replace(said, received_on=claimed[0], received_basis=claimed[1])
    with tempfile.TemporaryDirectory(prefix="evidence-") as folder:
        scratch = Path(folder)
        planned = plan(
            [path],
            register,
            limits,
            said,
            zone=handle.settings.zone,
            options=Options(kind=DOCUMENT),
            scratch=scratch,
        )
        if planned.faults:
            raise IntakeError(f"{planned.faults[0]}.")
        with open_regular(path) as stream:
            stored = handle.documents.put(stream)
        if planned.duplicates:
            known = register.statements(DocumentReceived, document=planned.duplicates[0].sha256)[0]
            found = Found(path.name, path, stored.sha256, stored.size, known.value.media_type)
            return Enclosed(stored.sha256, known.value, False, known.ref, _mail(found, scratch, limits))
        receipt = planned.files[0].receipt
        if stored.sha256 != receipt.document:
            raise IntakeError(f"{path.name} changed while it was read. Give the command again.")
        mail = _mail(planned.files[0].found, scratch, limits)
    told: dict[str, object] = {"role": role, "relates_to": tuple(dict.fromkeys((*receipt.relates_to, *relates_to)))}
    channel, received_on, basis = as_received(said, mail, handle.settings.zone)
    told |= {"channel": channel, "received_on": received_on, "received_basis": basis}
    return Enclosed(stored.sha256, receipt.model_copy(update=told), True, None, mail)


def _mail(found: Found, scratch: Path, limits: Limits) -> MailFacts | None:
    """What the headers of a mail say; None where it is none, or cannot be taken apart, which keeps nobody from keeping
    it.
    """
    if not is_container(found.media_type):
        return None
    return unpack(found, scratch, limits, Faults(found.name)).mail
