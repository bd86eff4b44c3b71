"""What was built and what was released: the packs of a home, and a named person's word that one may go out.

A pack is a working draft until it is released. Where page one holds a gap that defeats or leaves open a condition, the
release must state a decision on it: correct, disclose or answer (DESIGN.md section 6).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from evidence.core import canonical
from evidence.core.identifiers import mint
from evidence.core.statements.own import PackBuilt, PackReleased
from evidence.core.values import legal_day
from evidence.errors import PackError
from evidence.ledger.found import HomeHandle
from evidence.pack import layout
from evidence.pack.build import packs_of
from evidence.register.queries import Known, Register
from evidence.store.engine import reading

DECISIONS: Final = ("correct", "disclose", "answer")


@dataclass(frozen=True, slots=True)
class ListedPack:
    """A pack as recorded, and its release where there is one."""

    number: str
    subject: str
    seq: int
    recorded_at: datetime
    as_of: int
    supersedes: str | None
    released: str | None


def listed(handle: HomeHandle) -> list[ListedPack]:
    """Every pack, in ledger order."""
    releases = _releases(handle)
    return [
        ListedPack(
            number=known.value.number,
            subject=known.value.customs_entry or known.value.shipment,
            seq=known.seq,
            recorded_at=known.recorded_at,
            as_of=known.value.as_of,
            supersedes=known.value.supersedes_pack,
            released=_words(releases.get(known.value.number)),
        )
        for known in packs_of(handle)
    ]


def described(handle: HomeHandle, number: str) -> dict[str, object]:
    """One pack's record."""
    known = _pack(handle, number)
    return {
        **known.value.model_dump(mode="json"),
        "entry": known.seq,
        "recorded_at": known.recorded_at,
        "released": _words(_releases(handle).get(number)),
    }


def release(handle: HomeHandle, number: str, by: str, decision: str) -> int:
    """Record the release of a pack; gives the ledger entry.

    Raises:
        PackError: no such pack, it is released or superseded already, or an open item asks for a decision first.
    """
    known = _pack(handle, number)
    if number in _releases(handle):
        raise PackError(f"Pack {number} was released already. A change beneath it makes a new pack.")
    newer = [other.value.number for other in packs_of(handle) if other.value.supersedes_pack == number]
    if newer:
        raise PackError(f"Pack {number} was superseded by {newer[0]}. Release that one.")
    open_items = _defeating(handle, known)
    if open_items and not decision.lower().startswith(DECISIONS):
        raise PackError(
            f"Pack {number} holds {len(open_items)} items that defeat or leave open a condition: {open_items[0]} "
            f"State a decision that begins with {', '.join(DECISIONS)}."
        )
    now = handle.clock.now()
    statement = PackReleased(
        id=mint(PackReleased.prefix, now, handle.random),
        issuer="self",
        pack=number,
        by=by,
        released_on=legal_day(now, handle.settings.zone),
        decision=decision,
    )
    return handle.record(statement).seq


def _pack(handle: HomeHandle, number: str) -> Known[PackBuilt]:
    found = next((known for known in packs_of(handle) if known.value.number == number), None)
    if found is None:
        raise PackError(f"No pack {number} was built here. See: evidence pack list")
    return found


def _releases(handle: HomeHandle) -> dict[str, Known[PackReleased]]:
    with reading(handle.engine) as connection:
        return {known.value.pack: known for known in Register(connection).statements(PackReleased)}


def _words(known: Known[PackReleased] | None) -> str | None:
    return None if known is None else f"by {known.value.by} on {known.value.released_on}: {known.value.decision}"


def _defeating(handle: HomeHandle, known: Known[PackBuilt]) -> list[str]:
    """The gaps on page one that defeat or leave open a condition, as the signed report's own data has them."""
    import io

    import pikepdf

    lead = known.value.languages[0]
    report = dict(known.value.stored)[layout.report_path(lead)]
    with pikepdf.open(io.BytesIO(handle.documents.read(report))) as pdf:
        data = pdf.attachments[layout.report_data_path(lead)].get_file().read_bytes()
    printed: Any = canonical.loads(data, limit=len(data))
    return [str(gap["what"]) for gap in printed["report"]["opening"]["gaps"] if gap["defeats"]]
