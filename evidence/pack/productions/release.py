"""What was built and what was released: the packs of a home, and a named person's word that one may go out.

A pack is a working draft until it is released. Where page one holds a gap that defeats or leaves open a condition, the
release must state a decision on it: correct, disclose or answer (DESIGN.md section 6). The gaps are those of the
authority's edition, since the others print none: without it nothing is released. What is released is the archive of
each edition that there is: an edition that is built later is a draft until it is released too.
"""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from evidence.core import canonical
from evidence.core.statements.handling import HandedOver
from evidence.core.statements.own import PackBuilt, PackReleased, ReleaseChoice, ReleaseDecision
from evidence.core.values import legal_day
from evidence.errors import PackError
from evidence.ledger.found import HomeHandle
from evidence.ledger.stated import stated
from evidence.pack.form import layout
from evidence.pack.productions.on_record import is_whole, packs_of
from evidence.register.queries import Known, Register
from evidence.store.documents import DocumentStore
from evidence.store.engine import reading

DECISIONS: Final = tuple(choice.value for choice in ReleaseChoice)
_DECISION: Final = re.compile(rf"({'|'.join(DECISIONS)})\s*:.*\w", re.IGNORECASE | re.DOTALL)
"""The choice as a whole word, a colon, and words: "Correctly nothing" is no choice."""


@dataclass(frozen=True, slots=True)
class ListedPack:
    """A pack as recorded, and what became of it."""

    number: str
    edition: str
    subject: str
    seq: int
    recorded_at: datetime
    as_of: int
    supersedes: str | None
    superseded_by: str | None
    released: str | None
    handed_over: tuple[str, ...]
    state: str
    """How far it has come: draft, released, handed over; and whether it was superseded."""


def listed(handle: HomeHandle) -> list[ListedPack]:
    """Every edition of every pack, in ledger order."""
    packs, releases, handings = packs_of(handle), _releases(handle), handings_of(handle)
    return [_listed(known, packs, releases, handings) for known in packs]


def described(handle: HomeHandle, number: str, edition: str | None = None) -> dict[str, object]:
    """One pack's record, and what became of it.

    Raises:
        PackError: no such pack, or no such edition of it.
    """
    packs = packs_of(handle)
    known = pick(packs, number, edition)
    row = _listed(known, packs, _releases(handle), handings_of(handle))
    return {
        **known.value.model_dump(mode="json"),
        "entry": known.seq,
        "recorded_at": known.recorded_at,
        "state": row.state,
        "released": row.released,
        "handed_over": row.handed_over,
        "superseded_by": row.superseded_by,
        "documents": _documents(handle, number),
    }


def _documents(handle: HomeHandle, number: str) -> list[dict[str, object]]:
    """What came back about a pack: signed copies, receipts."""
    with reading(handle.engine) as connection:
        found = Register(connection).documents(f"pack:{number}")
    return [
        {
            "entry": known.seq,
            "role": known.value.role,
            "name": known.value.name,
            "received_on": known.value.received_on,
            "document": known.value.document,
        }
        for known in found
    ]


def release(handle: HomeHandle, number: str, by: str, decision: str, items: Mapping[int, str] | None = None) -> int:
    """Record the release of a pack, in all the editions that there are; gives the ledger entry.

    Args:
        handle: a home open to sign.
        number: the pack's.
        by: the person, by name and title or by function.
        decision: what was decided on the whole, and on each open item that `items` does not name.
        items: decisions on single open items, by their place among those that `open_items` gives, from 1.

    Raises:
        PackError: no such pack, it is released or superseded already, it has no authority's edition, or an open item
            asks for a decision first.
        UsageError: what is said cannot be recorded so.
    """
    packs = packs_of(handle)
    pick(packs, number)  # there is such a pack
    archives = {known.value.edition: known.value.archive for known in packs if known.value.number == number}
    releases = _releases(handle)
    if all(_release_of(releases, number, archive) is not None for archive in archives.values()):
        raise PackError(f"Pack {number} was released already. A change beneath it makes a new pack.")
    if newer := superseding(packs, number):
        raise PackError(f"Pack {number} was superseded by {newer}. Release that one.")
    decisions = _decided(number, open_items(packs, number, handle.documents), decision, items or {})
    now = handle.clock.now()
    statement = stated(
        handle,
        PackReleased,
        now,
        pack=number,
        by=by,
        released_on=legal_day(now, handle.settings.zone),
        decision=decision,
        decisions=decisions,
        archives=tuple(sorted(archives.items())),
    )
    return handle.record(statement).seq


def pick(packs: Sequence[Known[PackBuilt]], number: str, edition: str | None = None) -> Known[PackBuilt]:
    """One edition of a pack, as last built: the one named, else the authority's, else the first there is.

    Raises:
        PackError: no such pack, or no such edition of it.
    """
    found = [known for known in packs if known.value.number == number]
    if not found:
        raise PackError(f"No pack {number[:80]} was built here. See: evidence pack list")
    wanted = [known for known in found if known.value.edition == (edition or layout.AUTHORITY)]
    if not wanted and edition is not None:
        there = ", ".join(dict.fromkeys(known.value.edition for known in found))
        raise PackError(f"Pack {number} has no {edition[:80]}'s edition; there is the {there}'s. Build it first.")
    return wanted[-1] if wanted else found[0]


def superseding(packs: Sequence[Known[PackBuilt]], number: str) -> str | None:
    """The number of the pack that supersedes this one, where one does."""
    return next((known.value.number for known in packs if known.value.supersedes_pack == number), None)


def release_of(handle: HomeHandle, pack: PackBuilt) -> Known[PackReleased] | None:
    """The release of an edition of a pack; None while it is a draft."""
    return _release_of(_releases(handle), pack.number, pack.archive)


def handings_of(handle: HomeHandle, number: str | None = None) -> list[Known[HandedOver]]:
    """What was handed over, of one pack or of all, in ledger order."""
    named = {} if number is None else {"pack": number}
    with reading(handle.engine) as connection:
        return Register(connection).statements(HandedOver, **named)


def open_items(packs: Sequence[Known[PackBuilt]], number: str, documents: DocumentStore) -> list[str]:
    """The gaps on page one that defeat or leave open a condition, as the signed report's own data has them.

    Raises:
        PackError: no such pack, or it has no authority's edition, where alone they are printed.
    """
    lead = pick(packs, number).value
    whole = [known.value for known in packs if known.value.number == number and is_whole(known.value)]
    if not whole:
        of = f"--customs-entry {shlex.quote(lead.customs_entry)}" if lead.customs_entry else shlex.quote(lead.shipment)
        raise PackError(
            f"Pack {number} has no authority's edition, and its open items are printed in no other. "
            f"Build that first: evidence pack build {of} --of {number} --out DIR"
        )
    printed = report_data(whole[-1], documents)
    return [str(gap["what"]) for gap in printed["report"]["opening"]["gaps"] if gap["defeats"]]


def report_data(pack: PackBuilt, documents: DocumentStore, language: str | None = None) -> Any:
    """What a report of a recorded pack prints, as data: the leading one, or the one in a language.

    Raises:
        PackError: the pack has no report in that language.
    """
    import io

    import pikepdf

    lead, stored = language or pack.languages[0], dict(pack.stored)
    if lead not in pack.languages:
        raise PackError(f"Pack {pack.number} has no report in {lead!r}; it has {', '.join(pack.languages)}.")
    if beside := stored.get(layout.report_data_path(lead)):
        data = documents.read(beside)
    else:  # a pack of a release that had the data inside the report alone
        with pikepdf.open(io.BytesIO(documents.read(stored[layout.report_path(lead)]))) as pdf:
            data = pdf.attachments[layout.report_data_path(lead)].get_file().read_bytes()
    return canonical.loads_whole(data)


def _decided(
    number: str, items: Sequence[str], decision: str, single: Mapping[int, str]
) -> tuple[ReleaseDecision, ...]:
    beyond = [place for place in single if not 1 <= place <= len(items)]
    if beyond:
        raise PackError(f"Pack {number} has no open item {beyond[0]}; it has {len(items)}. See: evidence pack items")
    decisions = []
    for place, item in enumerate(items, 1):
        words = single.get(place, decision)
        said = _DECISION.match(words.strip())
        if said is None:
            raise PackError(
                f"Pack {number} holds {len(items)} items that defeat or leave open a condition; no decision is stated "
                f"on item {place}: {item} State a decision that begins with {', '.join(DECISIONS)}, then a colon and "
                "why, as 'disclose: corrected on …'."
            )
        decisions.append(ReleaseDecision(line=place, item=item, choice=ReleaseChoice(said[1].lower()), words=words))
    return tuple(decisions)


def _listed(
    known: Known[PackBuilt],
    packs: Sequence[Known[PackBuilt]],
    releases: Sequence[Known[PackReleased]],
    handings: Sequence[Known[HandedOver]],
) -> ListedPack:
    pack = known.value
    went = [each.value for each in handings if (each.value.pack, each.value.archive) == (pack.number, pack.archive)]
    released, newer = _release_of(releases, pack.number, pack.archive), superseding(packs, pack.number)
    state = "handed over" if went else "released" if released else "draft"
    return ListedPack(
        number=pack.number,
        edition=pack.edition,
        subject=pack.customs_entry or pack.shipment,
        seq=known.seq,
        recorded_at=known.recorded_at,
        as_of=pack.as_of,
        supersedes=pack.supersedes_pack,
        superseded_by=newer,
        released=_words(released),
        handed_over=tuple(f"to {each.to} on {each.handed_on}, {each.channel}" for each in went),
        state=f"{state}, superseded" if newer else state,
    )


def _releases(handle: HomeHandle) -> list[Known[PackReleased]]:
    with reading(handle.engine) as connection:
        return Register(connection).statements(PackReleased)


def _release_of(releases: Sequence[Known[PackReleased]], number: str, archive: str) -> Known[PackReleased] | None:
    for known in releases:
        released = {digest for _, digest in known.value.archives}
        if known.value.pack == number and (not released or archive in released):
            return known
    return None


def _words(known: Known[PackReleased] | None) -> str | None:
    return None if known is None else f"by {known.value.by} on {known.value.released_on}: {known.value.decision}"
