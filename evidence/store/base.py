"""The base class of every table, and the column types that keep figures and moments exact on both engines.

The naming convention must stand before the first table is defined, so every ``tables.py`` takes its base class from
here. `Decimal` has no exact home on SQLite (it becomes REAL and loses digits), so it is kept as canonical text there
and as NUMERIC on PostgreSQL; a moment is text with six decimals on both, which sorts as time does.
"""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import LargeBinary, MetaData, Numeric, String, Table
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import SQLModel

from evidence.core.values import decimal_to_text, moment_from_text, moment_text
from evidence.errors import MalformedValue

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(SQLModel):
    """The base class of every table row; a row class does not validate, so build rows from domain values only."""

    metadata = MetaData(naming_convention=NAMING)


def table_of(model: type[SQLModel]) -> Table:
    """The table of a row class, for statements that go past the ORM."""
    table = model.__dict__.get("__table__")
    if not isinstance(table, Table):
        raise TypeError(f"{model.__name__} is not a table")
    return table


def as_bytes(value: object) -> bytes:
    """The bytes in a binary column, whatever an altered row holds there: SQLite lets any type into any column."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    return str(value).encode("utf-8", "surrogatepass")


class HexDigest(TypeDecorator[str]):
    """A digest of 32 bytes, kept as these; in the program it is 64 hexadecimal digits."""

    impl = LargeBinary(32)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        return None if value is None else bytes.fromhex(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else as_bytes(value).hex()


class UtcText(TypeDecorator[datetime]):
    """An aware moment, kept as UTC text with six decimals on both engines."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else moment_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else moment_from_text(value)


class DecimalText(TypeDecorator[Decimal]):
    """An exact figure: NUMERIC on PostgreSQL, canonical text on SQLite (which would round it as REAL)."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        column: TypeEngine[Any] = Numeric() if dialect.name == "postgresql" else String()
        return dialect.type_descriptor(column)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | Decimal | None:
        if value is None:
            return None
        return value if dialect.name == "postgresql" else decimal_to_text(value)

    def process_result_value(self, value: str | Decimal | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        if value is None:
            return None
        try:
            return Decimal(decimal_to_text(Decimal(value)))
        except InvalidOperation as error:
            raise MalformedValue("a stored figure", value, "decimal digits") from error
