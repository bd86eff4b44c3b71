"""Handing a pack over: to whom, on which day, how, and the receipt, as a ledger entry (19 USC 1509(g)(3)(C)).

What customs was given and has kept it cannot ask for again, so each handing over is recorded with the digest of the
very file that left the house. A draft is not handed over. Nothing that was handed over is built again under its
number: the archive of that number stays what it was, and other facts make another number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import file_digest
from pathlib import Path

from evidence.core.statements.base import Statement
from evidence.core.statements.handling import HandedOver
from evidence.core.values import legal_day
from evidence.errors import PackError
from evidence.ledger.found import HomeHandle
from evidence.ledger.stated import stated
from evidence.pack.gathered.numbering import is_volume
from evidence.pack.productions.on_record import packs_of
from evidence.pack.productions.release import pick, release_of


@dataclass(frozen=True, slots=True)
class Handing:
    """What is said of one handing over."""

    to: str
    channel: str
    purpose: str
    by: str
    on: date
    edition: str | None = None
    receipt: str | None = None
    """The recipient's number for it."""
    receipt_document: str | None = None
    """The digest of the recipient's receipt, kept in the document store."""
    file: Path | None = None
    """The archive that was handed over, to be compared with the record."""
    volumes: Path | None = None
    """The folder of volumes that was handed over instead of the archive."""


def hand_over(handle: HomeHandle, number: str, said: Handing, beside: Sequence[Statement] = ()) -> int:
    """Record that a pack left the house; gives the ledger entry.

    Args:
        handle: a home open to sign.
        number: the pack's.
        said: to whom, how and when.
        beside: what is recorded together with it, such as the receipt of the recipient's receipt.

    Raises:
        PackError: no such pack, it is a draft, the day cannot be right, or the file is not the one that was issued.
        UsageError: what is said cannot be recorded so.
    """
    known = pick(packs_of(handle), number, said.edition)
    pack = known.value
    if release_of(handle, pack) is None:
        raise PackError(
            f"Pack {number}, {pack.edition}'s edition, is a working draft: nobody has released it. "
            "Release it with 'evidence pack release' before it is handed over."
        )
    now, zone = handle.clock.now(), handle.settings.zone
    built_on, today = legal_day(known.recorded_at, zone), legal_day(now, zone)
    if not built_on <= said.on <= today:
        raise PackError(
            f"Pack {number} was built on {built_on} and today is {today}; it cannot have been handed over on "
            f"{said.on}. State the day on which it left the house."
        )
    _require_issued(said.file, pack.archive, number)
    statement = stated(
        handle,
        HandedOver,
        now,
        event_date=said.on,
        pack=number,
        edition=pack.edition,
        archive=pack.archive,
        to=said.to,
        handed_on=said.on,
        channel=said.channel,
        purpose=said.purpose,
        receipt=said.receipt,
        by=said.by,
        receipt_document=said.receipt_document,
        files=_volumes(said.volumes, number),
    )
    recorded = handle.signer().record([*((each, ()) for each in beside), (statement, ())])
    return recorded[-1].seq


def _require_issued(file: Path | None, archive: str, number: str) -> None:
    if file is None:
        return
    found = _digest(file)
    if found != archive:
        raise PackError(
            f"{file} is not the archive that was issued as {number}: its SHA-256 begins {found[:16]}, the issued one's "
            f"{archive[:16]}. Write the issued one out with 'evidence pack build', and find out what was handed over."
        )


def _volumes(folder: Path | None, number: str) -> tuple[tuple[str, str], ...]:
    """Each file of the pack's volumes by its name in the folder that holds them, with its digest."""
    if folder is None:
        return ()
    volumes = [path for path in folder.glob("*") if path.is_dir() and is_volume(path.name, number)]
    files = sorted(path for volume in volumes for path in volume.rglob("*") if path.is_file())
    if not files:
        raise PackError(
            f"{folder} holds no volumes of {number}. Name the folder that 'evidence pack deliver' wrote in."
        )
    return tuple((path.relative_to(folder).as_posix(), _digest(path)) for path in files)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise PackError(f"{path} cannot be read ({error.strerror}). Name the file that was handed over.") from error
