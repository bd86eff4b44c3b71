"""The queue of anchors: time stamps and witness signatures that a checkpoint is to have, and those it has.

Somebody wants one, a command or the serving loop asks for it when it is due, and what comes back is kept here first
and recorded as an `anchor` entry after. Nothing here waits for anybody, and no append waits for this: an authority that
does not answer is asked again, a minute later, then two, up to every six hours, for as long as it takes.

Each row bears a SHA-256 over all it says, since a slip in the unsigned parts of a token, or in the queue's own columns,
would be seen by nothing else.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, String, select, type_coerce

from evidence.core.values import moment_from_text, moment_text
from evidence.errors import DatabaseBusy, LedgerError, MalformedValue, StoreError
from evidence.ledger.tables import AnchorRow, EntryDocumentRow
from evidence.store.base import as_bytes, table_of
from evidence.store.engine import reading, writing

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
LONGEST_NAME = 255
_LONGEST_WORD = 500  # of what was told about a miss
TOKEN_ROLE = "token"  # noqa: S105  # the part of the document in an `anchor` statement

_ANCHOR, _LINK = table_of(AnchorRow), table_of(EntryDocumentRow)
_MOMENTS = ("next_at", "got_at")
# Moments as the text they are: a row that was altered must be named, and not stop the reading of the others.
_COLUMNS = [type_coerce(one, String).label(one.name) if one.name in _MOMENTS else one for one in _ANCHOR.c]


class AnchorState(StrEnum):
    """How far an anchor is."""

    WANTED = "wanted"
    DONE = "done"
    FAILED = "failed"


class HolderKind(StrEnum):
    """Who gives it."""

    TSA = "tsa"
    WITNESS = "witness"
    EXTERNAL = "external"


@dataclass(frozen=True, slots=True)
class Anchored:
    """One row of the queue.

    `size` is that of the checkpoint; `name` the authority's or witness's; `renews` the id of the anchor whose token
    this one stamps anew; `token` is there when it is done; `told` says why the last attempt missed.
    """

    id: str
    size: int
    kind: HolderKind
    name: str
    renews: str | None = None
    state: AnchorState = AnchorState.WANTED
    token: bytes | None = None
    attempts: int = 0
    next_at: datetime | None = None
    told: str | None = None
    got_at: datetime | None = None

    @property
    def token_sha256(self) -> str | None:
        """The digest under which the token is a document of its `anchor` entry."""
        return None if self.token is None else hashlib.sha256(self.token).hexdigest()

    @property
    def digest(self) -> str:
        """SHA-256 over everything in the row, as canonical JSON."""
        said = [
            *(self.id, self.size, self.kind.value, self.name, self.renews, self.state.value, self.token_sha256),
            *(self.attempts, _text(self.next_at), self.told, _text(self.got_at)),
        ]
        return hashlib.sha256(json.dumps(said, ensure_ascii=True, separators=(",", ":")).encode("ascii")).hexdigest()


def want(
    engine: Engine, size: int, kind: HolderKind, name: str, now: datetime, renews: Anchored | None = None
) -> Anchored:
    """Put an anchor of the checkpoint at `size` on the queue, due at once; one that failed for good is wanted anew.

    What is wanted or done already stays as it is. With `renews`, the token of that anchor is to be stamped.

    Raises:
        LedgerError: a name that none can have, or a renewal of what is not had.
    """
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or size < 1:
        raise LedgerError(f"An anchor for size {size} by {name[:50]!r}: wanted a size from 1 on and a short name.")
    if renews is not None and renews.token_sha256 is None:
        raise LedgerError(f"Anchor {renews.id} has no token yet, so there is nothing to renew.")
    key = f"{kind.value}:{size}:{name}" + (f":{str(renews.token_sha256)[:16]}" if renews else "")
    made = Anchored(key, size, kind, name, renews.id if renews else None, next_at=now)
    try:
        return _put(engine, made, now)
    except DatabaseBusy:
        raise
    except StoreError:  # on PostgreSQL another process may have put it there in between; what else is wrong still is
        return _put(engine, made, now)


def due(engine: Engine, now: datetime, kind: HolderKind | None = None) -> tuple[Anchored, ...]:
    """What is wanted and may be asked for by `now`, the oldest checkpoint first."""
    return tuple(one for one in wanted(engine, kind) if one.next_at is None or one.next_at <= now)


def wanted(engine: Engine, kind: HolderKind | None = None) -> tuple[Anchored, ...]:
    """Everything wanted, due or not, the oldest checkpoint first."""
    with reading(engine) as connection:
        return tuple(read_row(row) for row in stored_rows(connection, kind, AnchorState.WANTED))


def got(engine: Engine, key: str, token: bytes, now: datetime) -> Anchored:
    """Keep the token of an anchor: it is done, and never changes again. Gives the anchor as it now stands.

    Where another process that asked at the same time was first, its token is the one that is kept and given.

    Raises:
        LedgerError: there is no such anchor, or it is not as this program writes it.
    """
    with writing(engine) as connection:
        found = anchor_of(connection, key, lock=True)
        if found.state == AnchorState.DONE:
            return found
        made = replace(
            found,
            state=AnchorState.DONE,
            token=bytes(token),
            attempts=found.attempts + 1,
            next_at=None,
            told=None,
            got_at=now,
        )
        _move(connection, found, made)
        return made


def missed(engine: Engine, key: str, why: str, now: datetime, final: bool = False) -> Anchored:
    """Note that an attempt failed, and when to ask again; with `final` it is not asked again until somebody wants it.

    An anchor that another process got meanwhile stays as it is.

    Raises:
        LedgerError: there is no such anchor.
    """
    with writing(engine) as connection:
        found = anchor_of(connection, key, lock=True)
        if found.state == AnchorState.DONE:
            return found
        wait = min(FIRST_WAIT * 2 ** min(found.attempts, 20), LONGEST_WAIT)
        told = " ".join(why.split())[:_LONGEST_WORD]
        made = replace(
            found,
            state=AnchorState.FAILED if final else AnchorState.WANTED,
            attempts=found.attempts + 1,
            next_at=None if final else now + wait,
            told="".join(mark if mark.isprintable() else "?" for mark in told),
        )
        _move(connection, found, made)
        return made


def anchors(engine: Engine, kind: HolderKind | None = None) -> tuple[Anchored, ...]:
    """Every anchor, by size and then by id.

    Raises:
        LedgerError: a row is not as this program writes it; `evidence ledger check` names it.
    """
    with reading(engine) as connection:
        return anchors_in(connection, kind)


def anchors_in(connection: Connection, kind: HolderKind | None = None) -> tuple[Anchored, ...]:
    """The same, over a connection that is open."""
    return tuple(read_row(row) for row in stored_rows(connection, kind))


def stored_rows(
    connection: Connection, kind: HolderKind | None = None, state: AnchorState | None = None
) -> list[Mapping[str, Any]]:
    """The rows as they are stored, by size and then by id, for `read_row`."""
    query = select(*_COLUMNS).order_by(_ANCHOR.c.size, _ANCHOR.c.id)
    if kind is not None:
        query = query.where(_ANCHOR.c.kind == kind.value)
    if state is not None:
        query = query.where(_ANCHOR.c.state == state.value)
    return [dict(row) for row in connection.execute(query).mappings()]


def unrecorded(engine: Engine, kind: HolderKind | None = None) -> tuple[Anchored, ...]:
    """Anchors that are done and whose token no `anchor` entry names yet: had, and then the process ended."""
    with reading(engine) as connection:
        return tuple(
            one
            for one in anchors_in(connection, kind)
            if one.token_sha256 is not None and not entries_of(connection, one.token_sha256)
        )


def entries_of(connection: Connection, token_sha256: str) -> tuple[int, ...]:
    """The positions of the entries that name a token as their document."""
    query = select(_LINK.c.seq).where(_LINK.c.sha256 == token_sha256, _LINK.c.role == TOKEN_ROLE).order_by(_LINK.c.seq)
    return tuple(int(seq) for seq in connection.execute(query).scalars())


def read_row(row: Mapping[str, Any]) -> Anchored:
    """A row as it is stored, its digest compared.

    Raises:
        LedgerError: something in it is not as this program writes it.
    """
    key = str(row["id"])
    try:
        found = Anchored(
            key,
            int(row["size"]),
            HolderKind(row["kind"]),
            str(row["name"]),
            row["renews"],
            AnchorState(row["state"]),
            None if row["token"] is None else as_bytes(row["token"]),
            int(row["attempts"]),
            _moment(row["next_at"]),
            row["told"],
            _moment(row["got_at"]),
        )
        said = found.digest
    except (ValueError, TypeError, MalformedValue) as error:
        raise LedgerError(f"Anchor {key[:80]!r} cannot be read ({error}). Run `evidence ledger check`.") from error
    if said != row["digest"]:
        raise LedgerError(f"Anchor {key[:80]!r} is not what was written. Run `evidence ledger check`.")
    return found


def anchor_of(connection: Connection, key: str, *, lock: bool = False) -> Anchored:
    """The anchor of that id; with `lock`, no other transaction changes it before this one ends.

    Raises:
        LedgerError: there is none, or it is not as this program writes it.
    """
    query = select(*_COLUMNS).where(_ANCHOR.c.id == key)
    row = connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    if row is None:
        raise LedgerError(f"There is no anchor {key!r} on the queue.")
    return read_row(dict(row))


def _put(engine: Engine, made: Anchored, now: datetime) -> Anchored:
    with writing(engine) as connection:
        query = select(*_COLUMNS).where(_ANCHOR.c.id == made.id).with_for_update()
        row = connection.execute(query).mappings().one_or_none()
        if row is None:
            connection.execute(_ANCHOR.insert(), _values(made))
            return made
        found = read_row(dict(row))
        if found.state != AnchorState.FAILED:
            return found
        again = replace(found, state=AnchorState.WANTED, next_at=now)
        _move(connection, found, again)
        return again


def _move(connection: Connection, found: Anchored, made: Anchored) -> None:
    """Only from the state that was read: on PostgreSQL another process may have had the answer in between."""
    values = {name: value for name, value in _values(made).items() if name not in ("id", "size", "kind", "name")}
    moved = connection.execute(
        _ANCHOR.update().where(_ANCHOR.c.id == found.id, _ANCHOR.c.digest == found.digest).values(values)
    )
    if moved.rowcount != 1:
        raise LedgerError(f"Anchor {found.id} was changed by another process at the same moment. Run it again.")


def _values(one: Anchored) -> dict[str, Any]:
    return {
        "id": one.id,
        "size": one.size,
        "kind": one.kind.value,
        "name": one.name,
        "renews": one.renews,
        "token": one.token,
        "state": one.state.value,
        "attempts": one.attempts,
        "next_at": one.next_at,
        "told": one.told,
        "got_at": one.got_at,
        "digest": one.digest,
    }


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment_text(moment)


def _moment(text: object) -> datetime | None:
    return None if text is None else moment_from_text(str(text))
