"""A revision that makes the register anew: the home says so until it is derived again, and then answers as before."""

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from alembic import command
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from evidence.cli import main
from evidence.errors import RegisterError, StoreError
from evidence.ledger.found import open_home
from evidence.register.queries import Register
from evidence.register.rebuild import compare
from evidence.register.tables import KIND_TABLES, LINE_TABLES
from evidence.store import migrate
from evidence.store.engine import open_engine, reading, writing
from tests.unit.origin.small_company import small_company
from tests.unit.origin.small_home import make_home, record_company
from tools.write_register_migration import BEFORE, PLACE, REVISION, newest, tables, written


@pytest.fixture
def older(tmp_path: Path) -> tuple[Path, dict[str, list[Any]]]:
    """A home with data whose database stands at revision 0002, and what it answered before."""
    with make_home(tmp_path / "home") as handle:
        record_company(handle, small_company())
        place = handle.settings.home
        answers = _answers(place)
    engine = open_engine(f"sqlite:///{place / 'evidence.db'}")
    with writing(engine) as connection:
        command.downgrade(migrate._config(connection), "0002")
    assert migrate.current(engine) == "0002"
    engine.dispose()
    return place, answers


def _answers(place: Path) -> dict[str, list[Any]]:
    with open_home(place, {}) as handle, reading(handle.engine) as connection:
        register = Register(connection)
        lines: dict[str, list[Any]] = {line.__name__: [*register.lines(line)] for line in LINE_TABLES}
        return lines | {kind.__name__: [*register.statements(kind)] for kind in KIND_TABLES}


def test_an_older_home_answers_the_same_once_it_is_upgraded(
    older: tuple[Path, dict[str, list[Any]]], capsys: pytest.CaptureFixture[str]
) -> None:
    place, answers = older
    assert any(answers.values())
    assert main(["database", "upgrade", "--home", str(place), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["before"], told["after"]) == ("0002", migrate.newest())
    assert told["entries_indexed"] > 0
    assert _answers(place) == answers
    with open_home(place, {}) as handle:
        assert compare(handle.engine, handle.ledger, handle.documents, lambda _steps=1, _total=None: None) == []
    assert main(["database", "upgrade", "--home", str(place), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["entries_indexed"] is None


def test_a_register_that_was_emptied_refuses_to_answer_and_says_what_to_do(
    older: tuple[Path, dict[str, list[Any]]], capsys: pytest.CaptureFixture[str]
) -> None:
    place, _ = older
    engine = open_engine(f"sqlite:///{place / 'evidence.db'}")
    migrate.upgrade(engine)
    with reading(engine) as connection, pytest.raises(RegisterError, match="evidence register rebuild"):
        Register(connection)
    engine.dispose()
    assert main(["register", "check", "--home", str(place)]) == 1
    assert "emptied" in capsys.readouterr().out
    assert main(["register", "rebuild", "--home", str(place)]) == 0
    assert main(["register", "check", "--home", str(place)]) == 0


def test_the_past_is_as_well_kept_after_the_upgrade(older: tuple[Path, dict[str, list[Any]]]) -> None:
    place, _ = older
    engine = open_engine(f"sqlite:///{place / 'evidence.db'}")
    migrate.upgrade(engine)
    for statement in ("UPDATE ledger_entry SET kind = 'hold'", "DELETE FROM statement", "DELETE FROM checkpoint"):
        with pytest.raises(StoreError, match=r"refused|append-only|disposal|never"), writing(engine) as connection:
            connection.execute(text(statement))
    engine.dispose()


def test_an_empty_home_needs_no_rebuild(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    migrate.upgrade(engine)
    with reading(engine) as connection:
        assert Register(connection).edges() == []
    engine.dispose()


def test_the_newest_migration_of_the_register_has_the_tables_of_this_version() -> None:
    assert tables() in newest().read_text(encoding="utf-8")
    assert newest() != PLACE or PLACE.read_text(encoding="utf-8") == written()


def test_the_next_migration_can_be_taken_back_to_the_register_of_the_one_before(tmp_path: Path) -> None:
    """As its tool would write it; the program of the revision before then derives its register again."""
    revision = ModuleType("next_revision")
    revision.__file__ = str(PLACE)
    exec(compile(written(), str(PLACE), "exec"), revision.__dict__)
    with make_home(tmp_path / "home") as handle:
        record_company(handle, small_company())
        answers, stood = _answers(tmp_path / "home"), _tables_of(handle.engine)
        for step in (revision.upgrade, revision.downgrade):
            with writing(handle.engine) as connection, Operations.context(MigrationContext.configure(connection)):
                step()
            named = {revision.upgrade: REVISION, revision.downgrade: BEFORE}[step]
            with reading(handle.engine) as connection:
                assert connection.execute(text("SELECT revision FROM register_emptied")).scalars().all() == [named]
        assert _tables_of(handle.engine) == stood
    assert main(["register", "rebuild", "--home", str(tmp_path / "home")]) == 0
    assert _answers(tmp_path / "home") == answers


def _tables_of(engine: Engine) -> dict[str, list[str]]:
    found = inspect(engine)
    return {name: [column["name"] for column in found.get_columns(name)] for name in found.get_table_names()}
