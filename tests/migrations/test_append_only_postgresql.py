"""On PostgreSQL too the guards are alive after every revision, and that which moves the register loses nothing."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from evidence.errors import StoreError
from evidence.store import migrate
from evidence.store.engine import open_engine, reading, writing
from evidence.store.resources import folder
from tests.append_only import TRUNCATED, portable, rows
from tests.postgresql import new_database, server

_CLOSED = (
    "UPDATE head SET closed = 'elsewhere', size = 4, epoch = 2",
    "UPDATE head SET closed = 'elsewhere', epoch = 2",
    "UPDATE head SET closed = 'elsewhere', root = 'y'",
)


def _revisions() -> list[str]:
    config = Config()
    config.set_main_option("script_location", str(folder("migrations")))
    return sorted(script.revision for script in ScriptDirectory.from_config(config).walk_revisions())


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with server() as running:
        yield running


@pytest.mark.parametrize("revision", _revisions())
def test_the_past_is_kept_at_every_revision(address: str, revision: str) -> None:
    url = new_database(address, f"at_{revision}")
    engine = open_engine(url)
    assert migrate.upgrade(engine, revision) == revision
    engine.dispose()
    refused = [
        *(statement for statement, _ in portable(revision)),
        *TRUNCATED,
        *(_CLOSED if revision >= "0005" else ()),
    ]
    with psycopg.connect(url) as connection:
        for statement in rows(revision, "postgresql"):
            connection.execute(statement.encode())
        connection.commit()
        for statement in refused:
            with pytest.raises(psycopg.errors.RaiseException), connection.transaction():
                connection.execute(statement.encode())


def test_the_register_moves_with_its_rows_and_back(address: str) -> None:
    url = new_database(address, "moving")
    engine = open_engine(url)
    migrate.upgrade(engine, "0004")
    row = "INSERT INTO register_edge (seq, place, from_id, role, to_id) VALUES (1, 0, 'a', 'b', 'c')"
    with writing(engine) as connection:
        connection.execute(text(row))
    engine.dispose()
    engine = open_engine(url)
    migrate.upgrade(engine, "0005")
    for schema in ("register", "public"):
        with reading(engine) as connection:
            assert connection.execute(text(f"SELECT count(*) FROM {schema}.register_edge")).scalar() == 1
            assert connection.execute(text("SELECT to_id FROM register_edge")).scalar() == "c"
        if schema == "register":
            with writing(engine) as connection:
                command.downgrade(migrate._config(connection), "0004")
    engine.dispose()


@pytest.mark.parametrize("engine_of", ["sqlite", "postgresql"])
def test_a_ledger_that_goes_on_elsewhere_cannot_be_brought_back_to_a_form_that_cannot_say_so(
    engine_of: str, address: str, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/a.db" if engine_of == "sqlite" else new_database(address, "closed")
    engine = open_engine(url)
    migrate.upgrade(engine, "0005")
    with writing(engine) as connection:
        for statement in rows("0005", engine_of):
            connection.exec_driver_sql(statement)
    migrate.upgrade(engine)
    with writing(engine) as connection:
        connection.execute(text("UPDATE head SET closed = 'The ledger goes on elsewhere.'"))
    with pytest.raises(StoreError, match="head"), writing(engine) as connection:
        connection.execute(text("UPDATE head SET size = 4, epoch = 2"))
    with pytest.raises(RuntimeError, match="goes on elsewhere"), writing(engine) as connection:
        command.downgrade(migrate._config(connection), "0004")
    engine.dispose()
