"""Which of many keys lines on record have: asked by an import of as many lines as it likes.

The keys go into a temporary table, piece by piece, and the database looks each up by the index that lines have for it
(`tables`). Nothing on record is read whole, so an import into a full register costs what it does into an empty one.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, MetaData, Table, and_, or_, select

from evidence.core.canonical import JsonValue
from evidence.core.statements.base import Record
from evidence.core.statements.bill import BillLine, MakeOrBuy
from evidence.register.queries import Register
from evidence.register.staging import insert_rows
from evidence.register.tables import KIND_TABLES, LINE_TABLES, LOAD_KINDS, LOADS

_AT_ONCE = 4_000
BILL = ("owner", "parent", "parent_revision", "plant")
"""What a bill is found by."""
Key = tuple[JsonValue, ...]


def holding(
    register: Register, line: type[Record], names: tuple[str, ...], keys: Iterable[Key], but: int | None = None
) -> Iterator[tuple[int, str]]:
    """Of `keys`, those that a line on record has; the last such line where there are several.

    Args:
        register: what is on record; lines of superseded loads are not asked.
        line: the type of the lines.
        names: fields without figures or lists.
        keys: the values of those fields, as a view has them.
        but: the entry of a load whose lines are left out, because it is about to be superseded.

    Returns:
        The place of each such key in `keys`, from 0, and where its line stands: ``#12:345``.
    """
    before = None
    for place, seq, number in matching(register, line, names, keys, but=but):
        if place != before:
            yield place, f"#{seq}:{number}"
        before = place


def made_beneath(register: Register, keys: Iterable[Key], but: int | None = None) -> Iterator[tuple[int, Key]]:
    """What the bills on record make for each of `keys` (owner, parent, parent_revision, plant); `but` as for `holding`.

    Returns:
        The place of the key in `keys`, from 0, and the part made: owner, part, revision, plant.
    """
    bill = LINE_TABLES[BillLine]
    columns = (bill.c.child, bill.c.child_revision, bill.c.made_at)
    asked = list(keys)
    made = (bill.c.make_or_buy == MakeOrBuy.MAKE,)
    for place, _, _, child, revision, made_at in matching(register, BillLine, BILL, asked, columns, made, but=but):
        owner, _, _, plant = asked[place]
        yield place, (owner, child, revision, made_at or plant)


def matching(
    register: Register,
    line: type[Record],
    names: tuple[str, ...],
    keys: Iterable[Key],
    columns: Sequence[ColumnElement[Any]] = (),
    where: Sequence[ColumnElement[bool]] = (),
    *,
    but: int | None = None,
) -> Iterator[tuple[Any, ...]]:
    """The lines on record that have one of `keys`, by place, the last first: place, entry, line, then `columns`."""
    connection = register.connection
    kind, table = KIND_TABLES[LOAD_KINDS[line]], LINE_TABLES[line]
    if connection.execute(select(kind.c.seq).limit(1)).scalar() is None:
        return
    asked = Table(
        f"asked_{table.name}",
        MetaData(),
        Column("place", BigInteger, primary_key=True, autoincrement=False),
        *(Column(name, table.c[name].type) for name in names),
        prefixes=["TEMPORARY"],
    )
    same = [
        asked.c[name] == table.c[name]
        if line.model_fields[name].is_required()
        else or_(asked.c[name] == table.c[name], and_(asked.c[name].is_(None), table.c[name].is_(None)))
        for name in names
    ]
    bounds = [*where, *([LOADS.c.seq != but] if but is not None else [])]
    query = (
        select(asked.c.place, LOADS.c.seq, table.c.line_number, *columns)
        .join_from(asked, table, and_(*same))
        .join(LOADS, LOADS.c.view == table.c.view)
        .join(kind, kind.c.seq == LOADS.c.seq)
        .where(*register.standing(kind), *bounds)
        .order_by(asked.c.place, LOADS.c.seq.desc(), table.c.line_number.desc())
    )
    asked.create(connection)
    try:
        source = enumerate(keys)
        while piece := [(place, *key) for place, key in islice(source, _AT_ONCE)]:
            connection.execute(asked.delete())
            insert_rows(connection, asked, piece)
            yield from map(tuple, connection.execute(query).all())
    finally:
        asked.drop(connection)
