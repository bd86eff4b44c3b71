"""The inbox: where processes without a key leave what came in, and get a receipt.

A portal, an upload or a watched folder must never hold a signing key, so it writes here and nowhere else: bytes durable
in ``HOME/inbox``, then a row in ``HOME/inbox.db``. The one writer takes items out, records them, and then settles them
with the positions of their entries. A crash between recording and settling offers the item again; whoever takes it
recognises it by its receipt.

It is a queue that a person can read: every item is in one `State`, and one that could not be recorded says why. The
bytes stay here until they are on record, and no longer.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import BigInteger, Column, Connection, Engine, Index, MetaData, String, Table, Text, and_, func, select
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable

from evidence.core.disclosure import Tier
from evidence.core.identifiers import Random, mint
from evidence.errors import StoreError, UsageError
from evidence.store.base import UtcText
from evidence.store.documents import DocumentStore
from evidence.store.engine import open_engine, reading, truncate_log, writing

FILE_NAME, FOLDER = "inbox.db", "inbox"
_LONGEST_NAME = 200  # bytes of a file name: with a receipt's id and an ending it still is one
_LONGEST = {"kind": 64, "mapping": 200, "received_basis": 500, "refused": 1500, "channel": 64, "left_by": 64}
_MOST_NOTES = 100
_UNFINISHED_TRIES = 5  # an item whose taking ended so often without an outcome goes behind the others


class State(StrEnum):
    """What has become of an item."""

    WAITING = "waiting"
    RECORDED = "recorded"
    ALREADY_RECORDED = "already recorded"
    HELD_BACK = "held back"


_OPEN = (State.WAITING.value, State.HELD_BACK.value)

_ITEM = Table(
    "item",
    MetaData(),
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String(64), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("channel", String(64), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("submitted_at", UtcText, nullable=False),
    Column("seq", BigInteger, nullable=True),
    # from here on: columns that an inbox of an earlier version lacks, so each may be null
    Column("last_seq", BigInteger, nullable=True),
    Column("state", String(16), nullable=True),
    Column("reason", Text, nullable=True),
    Column("attempts", BigInteger, nullable=True),
    Column("unfinished", BigInteger, nullable=True),
    Column("first_tried", UtcText, nullable=True),
    Column("last_tried", UtcText, nullable=True),
    Column("told", Text, nullable=True),
    Column("left_by", Text, nullable=True),
    Column("origin", Text, nullable=True),
    Column("notes", Text, nullable=True),
    Index("ix_item_sha256", "sha256"),
    Index("ix_item_state", "state", "place"),
)


def _bounded(name: str, text: str | None) -> None:
    """Refuse what could drive a terminal or fill a listing, by whichever way it comes."""
    if text is not None and not (text and text.isprintable() and len(text) <= _LONGEST[name]):
        raise UsageError(f"{name}: wanted 1 to {_LONGEST[name]} printable characters.")


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody said of an item beside its bytes: claims, to be recorded as such.

    `kind` is the template its tables have, or ``document``; `mapping` the name of the one that its columns are read by;
    `refused` is why a person has it kept and not read.
    """

    kind: str | None = None
    received_on: date | None = None
    received_basis: str | None = None
    tier: Tier | None = None
    refused: str | None = None
    mapping: str | None = None

    def __post_init__(self) -> None:
        for name in ("kind", "received_basis", "refused", "mapping"):
            _bounded(name, getattr(self, name))


@dataclass(frozen=True, slots=True)
class Item:
    """Something left in the inbox: its receipt id, the name it came under, by which way, its digest, and when.

    `seq` to `last_seq` are the entries that record it. `reason` has a line for each thing that keeps it from being
    recorded, `notes` one for each thing worth knowing that does not. `left_by` is the token, `origin` the file of a
    watched folder that it came from.
    """

    id: str
    name: str
    channel: str
    sha256: str
    size: int
    submitted_at: datetime
    seq: int | None = None
    last_seq: int | None = None
    state: State = State.WAITING
    reason: tuple[str, ...] = ()
    attempts: int = 0
    first_tried: datetime | None = None
    last_tried: datetime | None = None
    told: Told = Told()
    left_by: str | None = None
    origin: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def entries(self) -> str | None:
        """Where it is on record, in words: ``#12``, ``#12 to #15``."""
        if self.seq is None:
            return None
        return f"#{self.seq}" if self.last_seq in (None, self.seq) else f"#{self.seq} to #{self.last_seq}"


@dataclass(frozen=True, slots=True)
class Arrival:
    """How something comes to the inbox: the name it bears, by which way, and what was said of it."""

    name: str
    channel: str
    told: Told = Told()
    left_by: str | None = None
    origin: str | None = None
    """Names one file of one folder at one time: the same bytes under the same origin are the same item."""

    def __post_init__(self) -> None:
        if not file_name(self.name):
            raise UsageError("What is left in the inbox needs a name.")
        if not self.channel.strip():
            raise UsageError("What is left in the inbox needs a channel, such as mail or portal.")
        _bounded("channel", self.channel)
        _bounded("left_by", self.left_by)


class Inbox:
    """The inbox of a home; made on first use."""

    def __init__(self, home: Path, limit: int = 2 * 1024**3) -> None:
        self._engine: Engine = open_engine(f"sqlite:///{home / FILE_NAME}")
        self._bytes = DocumentStore(home / FOLDER, limit)
        with writing(self._engine) as connection:
            connection.execute(CreateTable(_ITEM, if_not_exists=True))
            _bring_up_to_date(connection)

    def submit(
        self,
        content: bytes | BinaryIO,
        arrival: Arrival,
        now: datetime,
        random: Random,
        unchanged: Callable[[], None] | None = None,
    ) -> Item:
        """Leave something, durably; the item's id is its receipt.

        Args:
            content: the bytes; a stream that can be read from its start again.
            arrival: how it comes.
            now: the moment it is left.
            random: for the id.
            unchanged: called once the bytes are kept and before the item is there; an error of it leaves no item.

        Raises:
            LimitExceeded: it is larger than the limit.
        """
        name, channel = file_name(arrival.name), arrival.channel
        while True:
            stored = self._bytes.put(content)
            if unchanged is not None:
                unchanged()
            with writing(self._engine) as connection:
                if self._bytes.has(stored.sha256):  # else they were let go with an item just settled
                    known = self._known(connection, stored.sha256, arrival.origin)
                    if known is not None:
                        return known
                    item = Item(
                        mint("rcpt", now, random), name, channel, stored.sha256, stored.size, now,
                        told=arrival.told, left_by=arrival.left_by, origin=arrival.origin,
                    )  # fmt: skip
                    place = connection.execute(select(func.coalesce(func.max(_ITEM.c.place), 0) + 1)).scalar_one()
                    connection.execute(_ITEM.insert(), {"place": place, "unfinished": 0, **_row(item)})
                    return item
            if not isinstance(content, bytes):
                content.seek(0)

    def _known(self, connection: Connection, sha256: str, origin: str | None) -> Item | None:
        if origin is None:
            return None
        same = and_(_ITEM.c.sha256 == sha256, _ITEM.c.origin == origin)
        row = connection.execute(select(_ITEM).where(same).order_by(_ITEM.c.place)).first()
        return None if row is None else _item(row)

    def items(self, *states: State) -> list[Item]:
        """What is in one of the states, oldest first; all that was ever left where none is given."""
        query = select(_ITEM).order_by(_ITEM.c.place)
        with reading(self._engine) as connection:
            rows = connection.execute(query.where(_ITEM.c.state.in_(states)) if states else query).all()
        return [_item(row) for row in rows]

    def item(self, item_id: str) -> Item:
        """The item with that receipt.

        Raises:
            UsageError: there is none.
        """
        with reading(self._engine) as connection:
            row = connection.execute(select(_ITEM).where(_ITEM.c.id == item_id)).first()
        if row is None:
            raise UsageError(f"The inbox has no item {item_id[:80]!r}. List them with `evidence inbox list --all`.")
        return _item(row)

    def next(self) -> Item | None:
        """The oldest item that waits; None where there is none.

        One whose taking ended again and again without an outcome (the process died) comes after all others.
        """
        often = func.coalesce(_ITEM.c.unfinished, 0) >= _UNFINISHED_TRIES
        query = select(_ITEM).where(_ITEM.c.state == State.WAITING)
        with reading(self._engine) as connection:
            row = connection.execute(query.order_by(often, _ITEM.c.place).limit(1)).first()
        return None if row is None else _item(row)

    def begin(self, item: Item, now: datetime) -> Item:
        """Note that the item is being tried, before it is: whoever dies over it has left a trace."""
        tried = replace(item, attempts=item.attempts + 1, first_tried=item.first_tried or now, last_tried=now)
        values = {"attempts": tried.attempts, "first_tried": tried.first_tried, "last_tried": now}
        with writing(self._engine) as connection:
            more = func.coalesce(_ITEM.c.unfinished, 0) + 1
            connection.execute(_ITEM.update().where(_ITEM.c.id == item.id).values(unfinished=more, **values))
        return tried

    def settle(self, item: Item, state: State, first: int, last: int, notes: Sequence[str] = ()) -> Item:
        """The item is on record, by the entries `first` to `last`; its bytes go, unless another item needs them."""
        settled = replace(item, state=state, seq=first, last_seq=last, reason=(), notes=_few(notes))
        with writing(self._engine) as connection:
            values = {"state": state.value, "seq": first, "last_seq": last, "reason": None, "unfinished": 0}
            values["notes"] = _lines(settled.notes)
            connection.execute(_ITEM.update().where(_ITEM.c.id == item.id).values(**values))
        self._let_go(item.sha256)
        return settled

    def hold(
        self, item: Item, reason: Sequence[str], state: State = State.HELD_BACK, notes: Sequence[str] = ()
    ) -> Item:
        """The item cannot be recorded, and why; in state `waiting` it is tried again by itself."""
        held = replace(item, state=state, reason=tuple(reason), notes=_few(notes))
        with writing(self._engine) as connection:
            values = {"state": state.value, "reason": _lines(held.reason), "notes": _lines(held.notes), "unfinished": 0}
            connection.execute(_ITEM.update().where(_ITEM.c.id == item.id).values(**values))
        return held

    def recorded_by(self, seq: int) -> list[Item]:
        """The items by whose taking that entry came on record, so far as they are still known here."""
        state = _ITEM.c.state == State.RECORDED.value
        query = select(_ITEM).where(state, _ITEM.c.seq <= seq, func.coalesce(_ITEM.c.last_seq, _ITEM.c.seq) >= seq)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(_ITEM.c.place)).all()
        return [_item(row) for row in rows]

    def release(self, item: Item, mapping: str | None = None) -> Item:
        """Have an item that is held back tried again, its columns read by the `mapping` of that name if one is given.

        Raises:
            UsageError: it is on record.
        """
        if item.state not in _OPEN:
            raise UsageError(f"{item.id} is {item.state.value} ({item.entries}); there is nothing to try again.")
        with writing(self._engine) as connection:
            told = item.told if mapping is None else replace(item.told, mapping=mapping)
            values = {"state": State.WAITING.value, "unfinished": 0, "told": _told(told)}
            connection.execute(_ITEM.update().where(_ITEM.c.id == item.id).values(**values))
        return replace(item, state=State.WAITING, told=told)

    def lay_out(self, item: Item, folder: Path) -> Path:
        """A copy of the item's bytes in `folder`, under the item's name.

        Raises:
            DocumentMissing: they are gone.
            DocumentDamaged: they are no longer those that were left.
            StoreError: the disk refused.
        """
        self._bytes.verify(item.sha256)
        path = folder / item.name
        try:
            with self._bytes.open(item.sha256) as kept:
                path.hardlink_to(kept.name)
        except OSError as error:
            raise StoreError(f"{path} could not be made ({error.strerror}). Check the disk.") from error
        return path

    def copy_out(self, item: Item, folder: Path) -> Path:
        """A copy of the item's bytes in `folder` for a person; gives its path.

        Raises:
            UsageError: it is on record, so that its document has the bytes, or there is a file of its name.
            DocumentDamaged: the bytes are no longer those that were left.
            StoreError: the disk refused.
        """
        if item.state not in _OPEN:
            raise UsageError(f"{item.id} is {item.state.value} ({item.entries}): its bytes are a document by now.")
        path = folder / item.name
        self._bytes.verify(item.sha256)
        try:
            with self._bytes.open(item.sha256) as kept, path.open("xb") as copy:
                shutil.copyfileobj(kept, copy)
        except FileExistsError as error:
            raise UsageError(f"{path} is there already. Name another folder.") from error
        except OSError as error:
            raise StoreError(f"{path} could not be written ({error.strerror}). Name another folder.") from error
        return path

    def _let_go(self, sha256: str) -> None:
        with writing(self._engine) as connection:
            needed = select(func.count()).where(_ITEM.c.sha256 == sha256, _ITEM.c.state.in_(_OPEN))
            if not connection.execute(needed).scalar_one():
                self._bytes.dispose(sha256, 0)

    def sweep(self, before: datetime) -> None:
        """Let go of what killed processes left: bytes that no open item needs, and half-written ones from `before`."""
        self._bytes.clear_incoming(before)
        for sha256 in list(self._bytes.all()):
            self._let_go(sha256)

    def forget(self, sha256: str) -> int:
        """Delete what is settled of these bytes, because they were disposed of; gives how many items.

        An item that waits keeps them: it has not been recorded, so no disposal was about it.
        """
        with writing(self._engine) as connection:
            settled = _ITEM.delete().where(_ITEM.c.sha256 == sha256, _ITEM.c.state.not_in(_OPEN))
            count = connection.execute(settled).rowcount
        self._let_go(sha256)
        return count

    def truncate_log(self) -> bool:
        return truncate_log(self._engine)

    def close(self) -> None:
        self._engine.dispose()


def waiting_in(home: Path) -> list[str]:
    """What waits in the inbox of a home, in words for a person; nothing where there is no inbox yet."""
    if not (home / FILE_NAME).exists():
        return []
    inbox = Inbox(home)
    try:
        held, fresh = len(inbox.items(State.HELD_BACK)), len(inbox.items(State.WAITING))
    finally:
        inbox.close()
    told = [f"Inbox: {fresh} to be taken in ('evidence inbox take')."] if fresh else []
    return told + ([f"Inbox: {held} held back with a reason ('evidence inbox list')."] if held else [])


def file_name(claimed: str) -> str:
    """A name from outside as the name of a file: no folders, nothing unprintable, and short enough; empty for none.

    What a terminal or a listing could be driven by (a line break, a change of direction) stays visible as its escape.
    """
    name = _printable(claimed.replace("\\", "/").rpartition("/")[2].strip())
    if name in ("", ".", ".."):
        return ""
    if len(name.encode()) > _LONGEST_NAME:
        stem, dot, ending = name.rpartition(".")
        ending = dot + ending if stem and len(ending.encode()) < 16 else ""
        name = name.encode()[: _LONGEST_NAME - len(ending.encode())].decode(errors="ignore") + ending
    return name


def _printable(text: str) -> str:
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii").replace("\\", "%") for c in text
    )


def _few(notes: Sequence[str]) -> tuple[str, ...]:
    if len(notes) <= _MOST_NOTES:
        return tuple(notes)
    return (*notes[:_MOST_NOTES], f"{len(notes) - _MOST_NOTES} notes more")


def _lines(texts: Sequence[str]) -> str | None:
    return json.dumps(list(texts), ensure_ascii=False) if texts else None


def _bring_up_to_date(connection: Connection) -> None:
    """Give an inbox of an earlier version the columns that it lacks, and its items a state."""
    there = {row[1] for row in connection.exec_driver_sql("PRAGMA table_info(item)")}
    for column in _ITEM.columns:
        if column.name not in there:
            text = CreateColumn(column).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE item ADD COLUMN {text}")
    for index in _ITEM.indexes:
        connection.execute(CreateIndex(index, if_not_exists=True))
    for state, here in ((State.WAITING, _ITEM.c.seq.is_(None)), (State.RECORDED, _ITEM.c.seq.is_not(None))):
        connection.execute(_ITEM.update().where(_ITEM.c.state.is_(None), here).values(state=state.value))


def _told(told: Told) -> str | None:
    said = {name: value for name, value in asdict(told).items() if value is not None}
    return json.dumps(said, ensure_ascii=False, default=str) if said else None


def _row(item: Item) -> dict[str, Any]:
    return {
        **{name: value for name, value in asdict(item).items() if name not in ("told", "reason", "notes")},
        "state": item.state.value,
        "reason": None,
        "notes": None,
        "told": _told(item.told),
    }


def _item(row: Any) -> Item:
    told = json.loads(row.told) if row.told else {}
    for name in set(told) & set(_LONGEST):  # an earlier version took it unchecked, and every item has to be readable
        told[name] = _printable(told[name])[: _LONGEST[name]] or None
    if "received_on" in told:
        told["received_on"] = date.fromisoformat(told["received_on"])
    if "tier" in told:
        told["tier"] = Tier(told["tier"])
    return Item(
        row.id, row.name, row.channel, row.sha256, row.size, row.submitted_at, row.seq,
        row.seq if row.last_seq is None else row.last_seq, State(row.state),
        tuple(json.loads(row.reason)) if row.reason else (), row.attempts or 0, row.first_tried, row.last_tried,
        Told(**told), row.left_by, row.origin, tuple(json.loads(row.notes)) if row.notes else (),
    )  # fmt: skip
