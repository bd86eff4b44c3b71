"""The register's tables: one for each kind of statement, one for each kind of line, one for what rests on what.

They are derived from the statement types, so that a field of a kind is a column and nothing has to be kept in step by
hand; migrations write the same columns out plainly, and a test compares the two. Every row carries the sequence of the
ledger entry that made it known, which is its known time: "as of" an earlier checkpoint is a bound on that column.
Values that are themselves lists or records stand as canonical JSON. Nothing here is evidence: the register may be
emptied and derived again from the ledger (`evidence register rebuild`).
"""

import types
from datetime import date
from decimal import Decimal
from enum import StrEnum
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
_INDEXED = frozenset({"part", "supplier", "seller", "parent", "number", "declaration", "customs_entry"})

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
    Column("to_id", Text, nullable=False, index=True),
)


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


def _scalar(kind: Any) -> type[TypeEngine[Any]] | None:
    if not isinstance(kind, type):
        return None
    return next((column for python, column in _SCALARS if issubclass(kind, python)), None)


def _columns(model: type[Record]) -> list[Column[Any]]:
    return [
        Column(name, _scalar(bare_type(field.annotation)) or Text, index=name in _INDEXED)
        for name, field in model.model_fields.items()
    ]


def _line_table(load: type[Load]) -> Table:
    name = f"register_{load.kind.replace('-', '_')}_line"
    return Table(
        name,
        Base.metadata,
        Column("seq", BigInteger, primary_key=True, autoincrement=False),
        Column("line_number", Integer, primary_key=True, autoincrement=False),
        *_columns(load.line),
    )


def _kind_table(kind: type[Statement]) -> Table:
    name = f"register_{kind.kind.replace('-', '_')}"
    table = Table(
        name, Base.metadata, Column("seq", BigInteger, primary_key=True, autoincrement=False), *_columns(kind)
    )
    Index(f"ix_{name}_id", table.c.id, unique=True)
    return table


KIND_TABLES: dict[type[Statement], Table] = {kind: _kind_table(kind) for kind in KINDS.values()}
LINE_TABLES: dict[type[Record], Table] = {
    kind.line: _line_table(kind) for kind in KINDS.values() if issubclass(kind, Load)
}
ALL_TABLES: tuple[Table, ...] = (STATEMENTS, EDGES, *KIND_TABLES.values(), *LINE_TABLES.values())
