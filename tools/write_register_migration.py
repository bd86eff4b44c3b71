"""Writes the migration that makes the register's tables anew, from the tables as the code has them.

A migration stands on its own once merged, so its columns are plain text; but while kinds are added, typing two hundred
columns by hand is where mistakes come from. ``python -m tools.write_register_migration`` writes the file whole; once
a version with that revision is out, the next change of the register takes a new revision, and without a change none is
written. The register is derived, so the revision drops all of it, and the upgrade derives it again from the ledger.
(Revisions 0003, 0007 and 0008 were written by earlier forms of this.)
"""

import textwrap
from pathlib import Path

from sqlalchemy import BigInteger, Boolean, Date, Integer, String, Table, Text

from evidence.register.tables import ALL_TABLES, OWN_TABLES
from evidence.store.base import DecimalText, UtcText

REVISION, BEFORE = "0009", "0008"
_NAME = "{}_register_made_anew.py"
PLACE = Path(__file__).parent.parent / "migrations" / "versions" / _NAME.format(REVISION)

_HEAD = '''"""The register's tables anew, for the kinds of statement that this version knows.

Written by ``tools/write_register_migration.py`` as plain text columns, so that this revision stands on its own:
``name:type`` each, the key before the bar, an exclamation mark for a column that is never empty. An index is a column,
``unique`` and a column, or ``key:`` and several. The register is derived from the ledger, so all of it is dropped and
made empty; `evidence database upgrade` derives it again, and until then it says that it was emptied. No table of the
ledger is touched. On PostgreSQL they lie in a schema of their own (0005), and whoever was granted the old ones is
granted the new ones.
"""

import importlib.util
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None

_BEFORE = "{file_before}"
_TYPES: dict[str, Any] = {{
    "bigint": sa.BigInteger(),
    "int": sa.Integer(),
    "flag": sa.Boolean(),
    "day": sa.Date(),
    "text": sa.Text(),
    "string": sa.String(),
    "string64": sa.String(64),
    "moment": sa.String(27),
    # Exact figures: SQLite has no exact type, and would round a NUMERIC column as REAL.
    "figure": sa.String().with_variant(sa.Numeric(), "postgresql"),
}}

_TABLES: dict[str, tuple[str, tuple[str, ...]]] = {{
'''

_TAIL = '''}


def _column(text: str, *, key: bool) -> sa.Column[Any]:
    name, kind = text.rstrip("!").split(":")
    return sa.Column(name, _TYPES[kind], primary_key=key, nullable=not (key or text.endswith("!")), autoincrement=False)


def _schema() -> str | None:
    """Where the register lies; None for the one schema that SQLite has."""
    if op.get_bind().dialect.name != "postgresql":
        return None
    ledger = str(op.get_bind().execute(sa.text("SELECT current_schema()")).scalar_one())
    return "register" if ledger == "public" else f"{ledger}_register"


def _drop_all(schema: str | None) -> None:
    for table in sa.inspect(op.get_bind()).get_table_names(schema):
        if table.startswith("register_"):
            op.drop_table(table, schema=schema)


def _granted(schema: str | None) -> list[str]:
    """The roles that may read the register, but for its owner."""
    if schema is None:
        return []
    query = sa.text(
        "SELECT DISTINCT grantee FROM information_schema.role_table_grants WHERE table_schema = :schema "
        "AND table_name = 'register_statement' AND privilege_type = 'SELECT' AND grantee <> current_user"
    )
    return list(op.get_bind().execute(query, {"schema": schema}).scalars())


def _grant(schema: str | None, roles: list[str]) -> None:
    quoted = op.get_bind().dialect.identifier_preparer.quote_identifier
    for role in roles:
        tables = f"ALL TABLES IN SCHEMA {quoted(str(schema))}"
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO {quoted(role)}")


def upgrade() -> None:
    """Drop the register, create it empty, and leave word of it where the ledger holds anything."""
    schema = _schema()
    roles = _granted(schema)
    _drop_all(schema)
    for table, (columns, indexes) in _TABLES.items():
        keys, rest = (part.split() for part in columns.split("|"))
        constraint = sa.PrimaryKeyConstraint(*(key.split(":")[0] for key in keys), name=f"pk_{table}")
        built = [_column(text, key=True) for text in keys] + [_column(text, key=False) for text in rest]
        unique = [sa.UniqueConstraint("statement_id", name=f"uq_{table}_statement_id")]
        op.create_table(table, *built, constraint, *(unique if table == "register_statement" else ()), schema=schema)
        for index in indexes:
            what, _, named = index.partition(": ") if ": " in index else ("", "", index.removeprefix("unique "))
            name, only = f"ix_{table}_{what or named}", index.startswith("unique ")
            op.create_index(name, table, named.split(), unique=only, schema=schema)
    _emptied()
    _grant(schema, roles)


def downgrade() -> None:
    """Drop the register and make that of the revision before, empty: its own program derives it again."""
    place = Path(__file__).with_name(_BEFORE)
    spec = importlib.util.spec_from_file_location(f"revision_{down_revision}", place)
    if spec is None or spec.loader is None:
        raise RuntimeError(f"{place} cannot be read")
    before = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(before)
    before.upgrade()


def _emptied() -> None:
    recorded = "EXISTS (SELECT 1 FROM ledger_entry)"
    op.execute(f"INSERT INTO register_emptied (revision) SELECT '{revision}' WHERE {recorded}")
'''


def _type(column_type: object) -> str:
    if isinstance(column_type, DecimalText):
        return "figure"
    if isinstance(column_type, UtcText):
        return "moment"
    for kind, name in ((BigInteger, "bigint"), (Integer, "int"), (Boolean, "flag"), (Date, "day"), (Text, "text")):
        if isinstance(column_type, kind):
            return name
    if isinstance(column_type, String) and column_type.length in (None, 64):
        return "string64" if column_type.length else "string"
    raise TypeError(column_type)


def _table(table: Table) -> str:
    key = [f"{column.name}:{_type(column.type)}" for column in table.primary_key.columns]
    rest = [
        f"{column.name}:{_type(column.type)}{'' if column.nullable else '!'}"
        for column in table.columns
        if not column.primary_key
    ]
    columns = textwrap.wrap(f"{' '.join(key)} | {' '.join(rest)}".rstrip(), 108, break_on_hyphens=False)
    indexes = []
    for index in sorted(table.indexes, key=lambda each: str(each.name)):
        named = [column.name for column in index.columns]
        what = f"key: {' '.join(named)}" if len(named) > 1 else named[0]
        indexes.append(f"unique {what}" if index.unique else what)
    inner = ", ".join(f'"{index}"' for index in indexes) + ("," if len(indexes) == 1 else "")
    body = "\n".join(f"        {line}" for line in columns)
    return f'    "{table.name}": (\n        """\n{body}\n        """,\n        ({inner}),\n    ),\n'


def tables() -> str:
    """The tables as the code has them."""
    return "".join(map(_table, (*ALL_TABLES, *OWN_TABLES)))


def written() -> str:
    """The migration, whole."""
    return _HEAD.format(revision=REVISION, before=BEFORE, file_before=_NAME.format(BEFORE)) + tables() + _TAIL


def newest() -> Path:
    """The last revision that made the register anew: the one written here, or the one handed out before it."""
    return max(PLACE.parent.glob(_NAME.format("*")))


if __name__ == "__main__":
    if newest() != PLACE and tables() in newest().read_text(encoding="utf-8"):
        print(f"{newest().name} has these tables already; nothing is written")
    else:
        PLACE.write_text(written(), encoding="utf-8")
        print(f"{PLACE.name}: {len(ALL_TABLES) + len(OWN_TABLES)} tables")
