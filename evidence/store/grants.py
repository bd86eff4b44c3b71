"""What a PostgreSQL role that records may do: add to the ledger, move its head, and nothing that rewrites it.

The owner of the tables can switch triggers off; so commands run as another role, which owns nothing. It may insert and
select, update the head and the queue of anchors, and do as it likes with the rows of the register, which is derived. A
disposal deletes rows: the role may call the one function that does it, which deletes what a disposal on record names
and nothing else. None of this is evidence: a checkpoint kept elsewhere is.
"""

from sqlalchemy import Connection, Engine, text

from evidence.errors import SettingsError
from evidence.store.engine import reading, register_schema, writing

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


def grants(engine: Engine, role: str) -> list[str]:
    """The statements that give `role` what recording needs, and take everything else from it; nothing is run.

    Raises:
        SettingsError: the database is not PostgreSQL, or no grant would bind that role.
    """
    with reading(_postgresql(engine)) as connection:
        return _grants(connection, role)


def grant(engine: Engine, role: str) -> list[str]:
    """Give `role`, which must be there, what recording needs; gives the statements run.

    Raises:
        SettingsError: the database is not PostgreSQL, or no grant would bind that role.
        StoreError: this address may not grant.
    """
    with writing(_postgresql(engine)) as connection:
        run = _grants(connection, role)
        for statement in run:
            connection.exec_driver_sql(statement)
        _require_given(connection, role)
    return run


def _postgresql(engine: Engine) -> Engine:
    if engine.dialect.name != "postgresql":
        raise SettingsError("Roles are for PostgreSQL; on SQLite the files' permissions say who may write.")
    return engine


def _grants(connection: Connection, role: str) -> list[str]:
    quote = connection.dialect.identifier_preparer.quote_identifier
    name = str(connection.execute(text("SELECT current_schema()")).scalar_one())
    _require_bound(connection, role, name)
    ledger, register, to = quote(name), quote(register_schema(name)), quote(role)

    def all_of(tables: tuple[str, ...]) -> str:
        return ", ".join(f"{ledger}.{table}" for table in tables)

    let_go = f"FUNCTION {ledger}.ledger_let_go(bigint)"
    return [
        f"REVOKE CREATE ON SCHEMA {ledger}, {register} FROM PUBLIC, {to}",
        f"GRANT USAGE ON SCHEMA {ledger}, {register} TO {to}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {ledger}, {register} FROM PUBLIC, {to}",
        f"GRANT SELECT ON {ledger}.alembic_version TO {to}",
        f"GRANT SELECT, INSERT ON {all_of(LEDGER)} TO {to}",
        f"GRANT UPDATE ON {all_of(MOVED)} TO {to}",
        f"GRANT EXECUTE ON {let_go} TO {to}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {register} TO {to}",
    ]


def _require_given(connection: Connection, role: str) -> None:
    """PostgreSQL warns, and goes on, where somebody grants what is not his to grant."""
    given = text("SELECT has_table_privilege(:role, 'ledger_entry', 'INSERT, SELECT')")
    if not connection.execute(given, {"role": role}).scalar():
        raise SettingsError(
            f"Nothing was granted to {role!r}: this address is not that of the tables' owner. Give the owner's."
        )


def _require_bound(connection: Connection, role: str, schema: str) -> None:
    """Refuse a role that grants do not bind: a superuser, and whoever is, or may act as, the owner of a table."""
    found = connection.execute(
        text(
            "SELECT r.rolsuper, EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname IN (:ledger, :register) AND pg_has_role(r.oid, c.relowner, 'MEMBER')) AS owns "
            "FROM pg_roles r WHERE r.rolname = :role"
        ),
        {"role": role, "ledger": schema, "register": register_schema(schema)},
    ).one_or_none()
    if found is None:
        raise SettingsError(f"There is no role {role!r}. Make it: CREATE ROLE ... LOGIN.")
    if found.rolsuper or found.owns:
        which = (
            "is a superuser" if found.rolsuper else "owns tables of the ledger, or is a member of the role that does"
        )
        raise SettingsError(f"The role {role!r} {which}: no grant binds it. Name a role that owns nothing.")
