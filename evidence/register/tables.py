"""The register's tables: one for each kind of statement, one for each kind of line, one for what rests on what.

They are derived from the statement types, so that a field of a kind is a column and nothing has to be kept in step by
hand; migrations write the same columns out plainly, and a test compares the two. Every row carries the sequence of the
ledger entry that made it known, which is its known time: "as of" an earlier checkpoint is a bound on that column.
Values that are themselves lists or records stand as canonical JSON. Nothing here is evidence: the register may be
emptied and derived again from the ledger (`evidence register rebuild`).

Lines of loads are keyed by the digest of their parsed view, not by an entry: they are staged before the entry is
recorded, and the entry's row in `LOADS` is what makes them visible (docs/decisions/0026). Their figures are whole
numbers, the decimals shifted by the scale that this row has.
"""

import types
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, String, Table, Text
from sqlalchemy.types import TypeEngine

from evidence.core.statements.base import Record, Statement
from evidence.core.statements.load import Load
from evidence.core.statements.registry import KINDS
from evidence.store.base import Base, DecimalText, UtcText

_SCALARS: tuple[tuple[type, type[TypeEngine[Any]]], ...] = (
    (bool, Boolean),
    (int, BigInteger),
    (Decimal, DecimalText),
    (date, Date),
    (StrEnum, String),
    (str, Text),
)
_INDEXED = frozenset(
    {
        "part",
        "supplier",
        "seller",
        "parent",
        "number",
        "declaration",
        "customs_entry",
        "document",
        "request",
        "work_item",
    }
)
_KEYS: dict[str, tuple[str, ...]] = {
    "supplier-declaration": ("supplier", "reference"),
    "purchase": ("seller", "invoice", "invoice_line"),
    "production": ("part", "plant", "unit_id", "built_on"),
    "volume": ("part", "plant", "month"),
    "cost": ("part", "plant", "period_from", "account"),
}
"""What intake looks a statement or a line up by, where one column alone would find too many; serves its first too."""

STATEMENTS = Table(
    "register_statement",
    Base.metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("statement_id", Text, nullable=False, unique=True),
    Column("kind", String(64), nullable=False, index=True),
    Column("actor", Text, nullable=False),
    Column("recorded_at", UtcText, nullable=False),
)

EDGES = Table(
    "register_edge",
    Base.metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("from_id", Text, nullable=False, index=True),
    Column("role", Text, nullable=False),
    Column("to_id", Text, nullable=False),
    Index("ix_register_edge_key", "to_id", "role"),
)
"""Looked up by both columns: every snapshot rests on thousands of statements, and few of them are ever superseded."""

LOADS = Table(
    "register_load",
    Base.metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("view", String(64), nullable=False, index=True),
    Column("lines", BigInteger, nullable=False),
    Column("scale", Integer, nullable=False),
)
"""The row of a load that makes the lines of its view visible; without it they are staged, and nobody sees them."""

STAGING = Table(
    "register_staging",
    Base.metadata,
    Column("view", String(64), primary_key=True),
    Column("kind", String(64), primary_key=True),
    Column("lines", BigInteger, nullable=True),
    Column("scale", Integer, nullable=True),
)
"""Views whose lines are staged and not recorded yet; `lines` is None until all of them are there."""

EMPTIED = Table(
    "register_emptied",
    Base.metadata,
    Column("revision", String(64), primary_key=True),
)
"""A row while a revision of the database has emptied the register and nothing has derived it again."""


def storable(row: list[Any]) -> list[Any]:
    r"""The values as both engines hold them: U+0000, which PostgreSQL's text cannot be, stands as its sign U+2400.

    >>> storable(["a\0b", 1])
    ['a␀b', 1]
    """
    if any(value.__class__ is str and "\0" in value for value in row):
        return [value.replace("\0", "\u2400") if isinstance(value, str) else value for value in row]
    return row


def bare_type(annotation: Any) -> Any:
    """The type under `Annotated` and under an optional None; what is a union of more stays as it is."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, types.UnionType):
        some = [option for option in get_args(annotation) if option is not type(None)]
        return bare_type(some[0]) if len(some) == 1 else annotation
    return annotation


def is_scalar(annotation: Any) -> bool:
    """Whether a field stands in a column of its own type and not as JSON."""
    return _scalar(bare_type(annotation)) is not None


def is_figure(annotation: Any) -> bool:
    """Whether a field is an exact decimal, which a line's column holds as a whole number at its load's scale."""
    return bare_type(annotation) is Decimal


@cache
def plain_fields(model: type[Record]) -> Mapping[str, bool]:
    """The fields of a model, and whether each stands in a column of its own type."""
    return {name: is_scalar(field.annotation) for name, field in model.model_fields.items()}


def _scalar(kind: Any) -> type[TypeEngine[Any]] | None:
    if not isinstance(kind, type):
        return None
    return next((column for python, column in _SCALARS if issubclass(kind, python)), None)


def _columns(model: type[Record], key: tuple[str, ...] = (), *, scaled: bool = False) -> list[Column[Any]]:
    """A column for each field; figures `scaled` to whole numbers in lines, exact in statements."""
    columns = []
    for name, field in model.model_fields.items():
        kind = _scalar(bare_type(field.annotation)) or Text
        column = BigInteger if scaled and kind is DecimalText else kind
        columns.append(Column(name, column, index=name in _INDEXED and name != (key or ("",))[0]))
    return columns


def _keyed(table: Table, key: tuple[str, ...]) -> Table:
    if key:
        Index(f"ix_{table.name}_key", *(table.c[name] for name in key))
    return table


def _line_table(load: type[Load]) -> Table:
    name = f"register_{load.kind.replace('-', '_')}_line"
    key = _KEYS.get(load.kind, ())
    table = Table(
        name,
        Base.metadata,
        Column("view", String(64), primary_key=True),
        Column("line_number", Integer, primary_key=True, autoincrement=False),
        *_columns(load.line, key, scaled=True),
    )
    return _keyed(table, key)


def _kind_table(kind: type[Statement]) -> Table:
    name = f"register_{kind.kind.replace('-', '_')}"
    load = issubclass(kind, Load)
    key = () if load else _KEYS.get(kind.kind, ())
    table = Table(
        name, Base.metadata, Column("seq", BigInteger, primary_key=True, autoincrement=False), *_columns(kind, key)
    )
    Index(f"ix_{name}_id", table.c.id, unique=True)
    if load:
        Index(f"ix_{name}_supersedes", table.c.supersedes)
    return _keyed(table, key)


KIND_TABLES: dict[type[Statement], Table] = {kind: _kind_table(kind) for kind in KINDS.values()}
LOAD_KINDS: dict[type[Record], type[Load]] = {kind.line: kind for kind in KINDS.values() if issubclass(kind, Load)}
LINE_TABLES: dict[type[Record], Table] = {line: _line_table(kind) for line, kind in LOAD_KINDS.items()}
ALL_TABLES: tuple[Table, ...] = (STATEMENTS, EDGES, LOADS, *KIND_TABLES.values(), *LINE_TABLES.values())
"""Every table that is derived from the ledger, and so compared with it."""
OWN_TABLES: tuple[Table, ...] = (STAGING, EMPTIED)
"""What the register knows of itself."""
