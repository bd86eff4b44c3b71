"""How a home stands: the facts that a person asks for first, and what needs attention."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from sqlalchemy import Connection, func, select, text

from evidence.core.values import moment_text
from evidence.errors import EvidenceError, LedgerError
from evidence.ledger.checkpoint import open_checkpoint
from evidence.ledger.found import KEYS, TRUST, HomeHandle
from evidence.ledger.growth import ENTRY
from evidence.ledger.heads import PUBLISHED, read_held
from evidence.ledger.inbox import FILE_NAME, Inbox, State
from evidence.ledger.stamp_standing import standings
from evidence.ledger.succession import STAGED, Lineage
from evidence.ledger.tables import DocumentRow, HeadRow
from evidence.store import migrate
from evidence.store.base import table_of
from evidence.store.engine import reading

_SOON = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Standing:
    """Facts by name; what does not hold (`wrong`), and what somebody should look at (`attention`)."""

    facts: dict[str, object]
    wrong: tuple[str, ...]
    attention: tuple[str, ...]


def standing(handle: HomeHandle) -> Standing:
    """How an open home stands. Quick: nothing is re-derived; that is what a check is for."""
    settings, size = handle.settings, handle.ledger.size()
    wrong, attention = _heads(handle, size)
    with reading(handle.engine) as connection:
        counted = connection.execute(select(ENTRY.c.kind, func.count()).group_by(ENTRY.c.kind).order_by(ENTRY.c.kind))
        kinds = {str(kind): int(count) for kind, count in counted}
        documents = connection.execute(select(func.count()).select_from(table_of(DocumentRow))).scalar_one()
        wrong += _cannot_sign(handle, connection)
        attention += _server(connection)
        stamps = _stamps(connection)
        wrong, attention = wrong + stamps[0], attention + stamps[1]
        before = Lineage.of(connection, settings.origin).origins[:-1]
    if settings.anchor is None:
        attention.append("No EVIDENCE_ANCHOR: a restored backup could not be told from the latest. Name a file for it.")
    elif settings.anchor.parent.exists() and os.stat(settings.anchor.parent).st_dev == os.stat(settings.home).st_dev:
        attention.append(f"{settings.anchor} is on the same storage as the home; both would be restored together.")
    if not settings.demo and (settings.home / KEYS / "root.pem").exists():
        attention.append("keys/root.pem is still here. It is needed for a new certificate only: keep it elsewhere.")
    waiting, held_back = _waiting(handle)
    if waiting:
        attention.append(f"{waiting} items wait in the inbox. Run `evidence inbox take`.")
    if held_back:
        attention.append(f"{held_back} items of the inbox are held back. `evidence inbox list` says why.")
    attention += _certificate(handle)
    facts: dict[str, object] = {
        "home": str(settings.home),
        "organisation": settings.organisation.legal_name,
        "ledger": settings.origin,
        **({"ledger_before": before} if before else {}),
        "demonstration": settings.demo,
        "database": handle.engine.url.render_as_string(hide_password=True),
        "schema": migrate.current(handle.engine),
        "entries": size,
        "last_recorded": moment_text(handle.ledger.entry(size - 1).leaf.recorded_at) if size else None,
        "kinds": kinds,
        "documents": documents,
        "inbox": waiting + held_back,
        "anchor": None if settings.anchor is None else str(settings.anchor),
    }
    return Standing(facts, tuple(wrong), tuple(attention))


def _heads(handle: HomeHandle, size: int) -> tuple[list[str], list[str]]:
    """The checkpoints kept outside the database against what it holds: what is wrong, what needs attention."""
    wrong: list[str] = []
    attention: list[str] = []
    kept = [handle.settings.home / PUBLISHED, *([handle.settings.anchor] if handle.settings.anchor else [])]
    for path in kept:
        try:
            note = read_held(path)
            if note is None:
                attention.append(f"No checkpoint is kept at {path}; the next recording writes it.")
                continue
            signed = open_checkpoint(note, handle.verifiers(), origin=handle.settings.origin)
            if signed.size > size:
                wrong.append(f"The checkpoint at {path} is for {signed.size} entries, the database holds {size}.")
            elif handle.ledger.root(signed.size) != signed.root:
                wrong.append(f"The checkpoint at {path} was signed for other entries. Run `evidence ledger check`.")
        except LedgerError as error:
            wrong.append(f"The checkpoint at {path}: {error}")
    return wrong, attention


def _cannot_sign(handle: HomeHandle, connection: Connection) -> list[str]:
    """What keeps this home from signing although its entries are as they should be."""
    closed = connection.execute(select(table_of(HeadRow).c.closed)).scalar()
    found = [] if closed is None else [f"This database signs nothing any more: {closed}"]
    if (handle.settings.home / STAGED).exists():
        found.append("A succession was begun and not finished. Run `evidence ledger succeed` again.")
    return found


def _server(connection: Connection) -> list[str]:
    """Settings of a PostgreSQL server under which acknowledged entries can be lost when the power fails."""
    if connection.dialect.name != "postgresql":
        return []
    off = [name for name in ("fsync", "full_page_writes") if connection.execute(text(f"SHOW {name}")).scalar() == "off"]
    return [f"The PostgreSQL server runs with {name} off: entries can be lost when the power fails." for name in off]


def _stamps(connection: Connection) -> tuple[list[str], list[str]]:
    """Time stamps: a queue that is not what was written, and how many are to be renewed."""
    try:
        # authorities live by the world's clock, also those of a demonstration, whose own is simulated
        listed = [one for one in standings(connection, datetime.now(UTC)) if one.to_renew]
    except LedgerError as error:
        return [str(error)], []
    if not listed:
        return [], []
    first = listed[0]
    return [], [
        f"{len(listed)} time stamps are to be renewed, the first of {first.anchor.size} entries: {first.to_renew}. Run "
        "`evidence ledger stamp --renew`."
    ]


def _certificate(handle: HomeHandle) -> list[str]:
    path = handle.settings.home / TRUST / "organisation.pem"
    try:
        ends = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    except (OSError, ValueError, x509.InvalidVersion):
        return [f"{path} holds no certificate that can be read."]
    if ends - handle.clock.now() < _SOON:
        return [f"The organisation's certificate ends on {ends:%Y-%m-%d}."]
    return []


def _waiting(handle: HomeHandle) -> tuple[int, int]:
    """How many items of the inbox wait, and how many are held back."""
    if not (handle.settings.home / FILE_NAME).exists():
        return 0, 0
    inbox = Inbox(handle.settings.home)
    try:
        return len(inbox.items(State.WAITING)), len(inbox.items(State.HELD_BACK))
    except EvidenceError:
        return 0, 0
    finally:
        inbox.close()
