"""The triggers are alive after every revision: each forbidden change is tried, and each is refused."""

import sqlite3
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from evidence.errors import StoreError
from evidence.store import migrate
from evidence.store.engine import open_engine, reading, writing
from evidence.store.resources import folder
from tests.append_only import ALLOWED, FINAL, QUEUED, ROWS, forbidden, rows


def _revisions() -> list[str]:
    config = Config()
    config.set_main_option("script_location", str(folder("migrations")))
    return sorted(script.revision for script in ScriptDirectory.from_config(config).walk_revisions())


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A database at a revision, with a row in every table of the ledger; made when it is first asked for."""
    folder = tmp_path_factory.mktemp("at")

    @cache
    def at(revision: str) -> Path:
        engine = open_engine(f"sqlite:///{folder / revision}.db")
        assert migrate.upgrade(engine, revision) == revision
        with writing(engine) as connection:
            for statement in rows(revision):
                connection.exec_driver_sql(statement)
        engine.dispose()
        return folder / f"{revision}.db"

    return at


@pytest.fixture
def database(request: pytest.FixtureRequest, databases: Callable[[str], Path]) -> Path:
    """One of them."""
    return databases(request.param)


@pytest.mark.parametrize(
    ("database", "statement", "says"),
    [(revision, statement, says) for revision in _revisions() for statement, says in forbidden(revision)],
    indirect=["database"],
)
def test_the_database_refuses_what_would_change_the_past(database: Path, statement: str, says: str) -> None:
    engine = open_engine(f"sqlite:///{database}")
    with pytest.raises(StoreError, match=says), writing(engine) as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.mark.parametrize(
    ("database", "statement"),
    [
        pytest.param(revision, statement, id=f"{revision}-{statement[:60]}")
        for revision in _revisions()
        for statement, _ in forbidden(revision)
        if statement.startswith("INSERT OR REPLACE")
    ],
    indirect=["database"],
)
def test_replacing_is_refused_even_by_a_program_that_leaves_recursive_triggers_off(
    database: Path, statement: str
) -> None:
    """As SQLite comes: a REPLACE then removes the old row without asking the DELETE triggers."""
    plain = sqlite3.connect(database)
    assert plain.execute("PRAGMA recursive_triggers").fetchone() == (0,)
    with pytest.raises(sqlite3.IntegrityError):
        plain.execute(statement)
    plain.close()


def test_the_queue_of_anchors_changes_by_what_asking_changes_and_by_nothing_once_it_is_done(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    migrate.upgrade(engine)
    with writing(engine) as connection:
        for statement in ROWS:
            connection.exec_driver_sql(statement)
    for refused, allowed in ((QUEUED, ALLOWED), ([*QUEUED, *FINAL, *ALLOWED], [])):
        for statement in refused:
            with pytest.raises(StoreError, match="anchor"), writing(engine) as connection:
                connection.exec_driver_sql(statement)
        for statement in allowed:
            with writing(engine) as connection:
                assert connection.exec_driver_sql(statement).rowcount == 1
    engine.dispose()


def test_an_anchor_of_an_older_database_outlasts_the_upgrade_and_bars_the_way_back(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    migrate.upgrade(engine, "0003")
    with writing(engine) as connection:
        for statement in rows("0003"):
            connection.exec_driver_sql(statement)
    migrate.upgrade(engine)
    with reading(engine) as connection:
        row = connection.execute(text("SELECT id, size, kind, state, name, attempts FROM anchor")).one()
    assert tuple(row) == ("tsa-2", 3, "tsa", "wanted", "", 0)
    with pytest.raises(RuntimeError, match="would lose"), writing(engine) as connection:
        command.downgrade(migrate._config(connection), "0003")
    engine.dispose()


def test_the_tables_are_those_that_the_code_knows(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    import evidence.ledger.tables
    import evidence.register.tables  # noqa: F401
    from evidence.store.base import Base

    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    assert migrate.upgrade(engine) == migrate.newest()
    with reading(engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_an_upgrade_repeated_changes_nothing_and_an_empty_database_is_refused(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    with pytest.raises(StoreError, match="evidence database upgrade"):
        migrate.require_newest(engine)
    assert migrate.upgrade(engine) == migrate.upgrade(engine) == migrate.current(engine)
    migrate.require_newest(engine)


def test_the_newest_revision_is_the_last_by_its_number() -> None:
    """Commands ask for it without Alembic, which takes long to load."""
    config = Config()
    config.set_main_option("script_location", str(folder("migrations")))
    assert migrate.newest() == ScriptDirectory.from_config(config).get_current_head() == _revisions()[-1]


def test_a_revision_of_a_newer_program_is_named(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    migrate.upgrade(engine)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer version"):
        migrate.upgrade(engine)


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE checkpoint (x INTEGER)"))  # in the way of the first revision
    with pytest.raises(StoreError):
        migrate.upgrade(engine)
    with reading(engine) as connection:
        names = set(connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars())
    assert names == {"checkpoint"}
