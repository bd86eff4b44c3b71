"""What a PostgreSQL role that records may do: add to the ledger, move its head, and nothing that rewrites it.

The owner of the tables can switch triggers off; so commands run as another role, which owns nothing. It may insert and
select, update the head and the anchors' state, and do as it likes with the register, which is derived. Disposal deletes
rows, so it is carried out as the owner. None of this is evidence: a checkpoint kept elsewhere is.
"""

from sqlalchemy import Engine, inspect, text

from evidence.errors import SettingsError
from evidence.store.engine import writing

LEDGER = (
    "anchor",
    "checkpoint",
    "disclosure",
    "disposal_target",
    "document",
    "entry_document",
    "head",
    "ledger_entry",
    "statement",
    "tile",
)
MOVED = ("anchor", "head")
REGISTER = "register_"


def grant(engine: Engine, role: str) -> list[str]:
    """Give `role`, which must be there, what recording needs; gives the statements run.

    Raises:
        SettingsError: the database is not PostgreSQL.
        StoreError: there is no such role, or this one may not grant.
    """
    if engine.dialect.name != "postgresql":
        raise SettingsError("Roles are for PostgreSQL; on SQLite the files' permissions say who may write.")
    quoted = engine.dialect.identifier_preparer.quote_identifier(role)
    with writing(engine) as connection:
        schema = engine.dialect.identifier_preparer.quote_identifier(
            connection.execute(text("SELECT current_schema()")).scalar_one()
        )
        found = inspect(connection).get_table_names()
        register = sorted(name for name in found if name.startswith(REGISTER))
        run = [
            f"GRANT USAGE ON SCHEMA {schema} TO {quoted}",
            f"REVOKE ALL ON {', '.join((*LEDGER, 'alembic_version'))} FROM {quoted}",
            f"GRANT SELECT ON alembic_version TO {quoted}",
            f"GRANT SELECT, INSERT ON {', '.join(LEDGER)} TO {quoted}",
            f"GRANT UPDATE ON {', '.join(MOVED)} TO {quoted}",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(register)} TO {quoted}",
        ]
        for statement in run:
            connection.execute(text(statement.replace(":", "\\:")))
    return run
