"""The inbox: where processes without a key leave what came in, and get a receipt.

A portal or an upload must never hold a signing key, so it writes here and nowhere else: bytes durable in
``HOME/inbox``, then a row in ``HOME/inbox.db``. The one writer takes items out, records them, and then settles them
with the position of their entry. A crash between recording and settling offers the item again; whoever takes it
recognises the document by its digest.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import BigInteger, Column, Engine, MetaData, String, Table, Text, func, select

from evidence.core.identifiers import Random, mint
from evidence.errors import UsageError
from evidence.store.base import UtcText
from evidence.store.documents import DocumentStore
from evidence.store.engine import open_engine, reading, truncate_log, writing

FILE_NAME, FOLDER = "inbox.db", "inbox"

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
)


@dataclass(frozen=True, slots=True)
class Item:
    """Something left in the inbox: its receipt id, the name it came under, by which way, its digest, and when.

    `seq` is the entry that recorded it, None while it waits.
    """

    id: str
    name: str
    channel: str
    sha256: str
    size: int
    submitted_at: datetime
    seq: int | None = None


class Inbox:
    """The inbox of a home; made on first use."""

    def __init__(self, home: Path, limit: int = 2 * 1024**3) -> None:
        self._engine: Engine = open_engine(f"sqlite:///{home / FILE_NAME}")
        self._bytes = DocumentStore(home / FOLDER, limit)
        with writing(self._engine) as connection:
            _ITEM.metadata.create_all(connection)

    def submit(self, content: bytes | BinaryIO, name: str, channel: str, now: datetime, random: Random) -> Item:
        """Leave something, durably; the item's id is its receipt.

        Raises:
            UsageError: it has no name or no channel.
            LimitExceeded: it is larger than the limit.
        """
        if not name.strip() or not channel.strip() or len(channel) > 64:
            raise UsageError("What is left in the inbox needs a name, and a channel of at most 64 characters.")
        stored = self._bytes.put(content)
        item = Item(mint("rcpt", now, random), name[:4000], channel, stored.sha256, stored.size, now)
        with writing(self._engine) as connection:
            place = connection.execute(select(func.coalesce(func.max(_ITEM.c.place), 0) + 1)).scalar_one()
            connection.execute(_ITEM.insert(), {"place": place, **asdict(item)})
        return item

    def items(self, *, waiting: bool = True) -> list[Item]:
        """What waits, oldest first; all that was ever left where `waiting` is false."""
        query = select(*(_ITEM.c[field.name] for field in fields(Item))).order_by(_ITEM.c.place)
        with reading(self._engine) as connection:
            rows = connection.execute(query.where(_ITEM.c.seq.is_(None)) if waiting else query).all()
        return [Item(*row) for row in rows]

    def content(self, item: Item) -> bytes:
        """The bytes of an item.

        Raises:
            DocumentDamaged: they are no longer those that were left.
        """
        return self._bytes.read(item.sha256)

    def take(self, record: Callable[[Item, bytes], int]) -> list[Item]:
        """Hand every waiting item to `record`, which gives the position of its entry, and settle it.

        An error of `record` ends the taking; what was recorded before it is settled.
        """
        taken = []
        for item in self.items():
            seq = record(item, self.content(item))
            with writing(self._engine) as connection:
                connection.execute(_ITEM.update().where(_ITEM.c.id == item.id).values(seq=seq))
            taken.append(replace(item, seq=seq))
        return taken

    def forget(self, sha256: str) -> int:
        """Delete what is settled of these bytes, here too, because they were disposed of; gives how many items.

        An item that waits keeps them: it has not been recorded, so no disposal was about it.
        """
        with writing(self._engine) as connection:
            waiting = connection.execute(
                select(func.count()).select_from(_ITEM).where(_ITEM.c.sha256 == sha256, _ITEM.c.seq.is_(None))
            ).scalar_one()
            settled = _ITEM.delete().where(_ITEM.c.sha256 == sha256, _ITEM.c.seq.is_not(None))
            count = connection.execute(settled).rowcount
            if not waiting:
                self._bytes.dispose(sha256, 0)
        return count

    def truncate_log(self) -> bool:
        return truncate_log(self._engine)

    def close(self) -> None:
        self._engine.dispose()
