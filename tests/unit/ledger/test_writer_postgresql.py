"""The same ledger on a real PostgreSQL: schema, triggers, writer, turns, check."""

import multiprocessing
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from evidence.errors import RefusesToSign, SettingsError, StorageUnfit, StoreError
from evidence.ledger.check import check_ledger
from evidence.ledger.found import found
from evidence.ledger.guards import POSTGRESQL, guards, odd_guards
from evidence.register.project import Projector, forget
from evidence.settings import Settings
from evidence.store import migrate
from evidence.store.documents import DocumentStore
from evidence.store.engine import open_engine, reading, writing
from tests.append_only import ALLOWED, FINAL, PORTABLE, QUEUED, ROWS, TRUNCATED
from tests.homes import (
    COMPANY,
    START,
    a_disposal,
    a_hold,
    empty_on_postgresql,
    record_holds,
    record_with_document,
    signing,
)
from tests.postgresql import new_database, new_server, server


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with server() as running:
        yield running


@pytest.fixture(scope="module")
def filled(address: str) -> str:
    """A database with a row in every table of the ledger."""
    url = new_database(address, "filled")
    engine = open_engine(url)
    migrate.upgrade(engine)
    with writing(engine) as connection:
        for statement in ROWS:
            connection.execute(text(statement))
    engine.dispose()
    return url


@pytest.fixture(scope="module")
def home(address: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    place = tmp_path_factory.mktemp("pg") / "home"
    environ = {"EVIDENCE_DATABASE": new_database(address, "ledger")}
    found(
        place,
        organisation=COMPANY,
        person="Records desk (role)",
        passphrase=b"a passphrase",
        now=START,
        random=os.urandom,
        demo=True,
        environ=environ,
    )
    return place, environ


@pytest.mark.parametrize(("statement", "says"), PORTABLE)
def test_postgresql_refuses_what_would_change_the_past(filled: str, statement: str, says: str) -> None:
    engine = open_engine(filled)
    with pytest.raises(StoreError, match=says), writing(engine) as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.mark.parametrize("statement", TRUNCATED)
def test_postgresql_refuses_to_empty_a_table(filled: str, statement: str) -> None:
    engine = open_engine(filled)
    with pytest.raises(StoreError, match="append-only"), writing(engine) as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_postgresql_lets_the_queue_of_anchors_move_until_an_anchor_is_done(address: str) -> None:
    engine = open_engine(empty_on_postgresql(address, "queue"))
    with writing(engine) as connection:
        for statement in ROWS:
            connection.execute(text(statement))
    for refused, allowed in ((QUEUED, ALLOWED), ([*QUEUED, *FINAL, *ALLOWED], [])):
        for statement in refused:
            with pytest.raises(StoreError, match="anchor"), writing(engine) as connection:
                connection.execute(text(statement))
        for statement in allowed:
            with writing(engine) as connection:
                assert connection.execute(text(statement)).rowcount == 1
    engine.dispose()


def test_the_tables_on_postgresql_are_those_that_the_code_knows(address: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    import evidence.ledger.tables
    import evidence.register.tables  # noqa: F401
    from evidence.store.base import Base

    engine = open_engine(empty_on_postgresql(address, "compared"))
    with reading(engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


def test_a_ledger_on_postgresql_records_proves_disposes_and_checks_clean(home: tuple[Path, dict[str, str]]) -> None:
    from evidence.ledger.dispose import carry_out

    place, environ = home
    with signing(place, environ) as handle:
        start = handle.ledger.size()
        record_holds(handle, 300, batch=300)
        seq, sha256 = record_with_document(handle, b"a letter")
        report = check_ledger(handle.engine, handle.documents, handle.verifiers())
        assert (report.faults, report.counts["tiles"]) == ([], 1)
        assert handle.ledger.size() == start + 301
        assert handle.ledger.tlog_proof(seq).startswith(b"c2sp.org/tlog-proof@v1\n")
        disposal = handle.record(a_disposal(f"#{seq}:received"))
        assert carry_out(handle, disposal.seq, forget).documents == 1
        assert not handle.documents.has(sha256)
        report = check_ledger(handle.engine, handle.documents, handle.verifiers())
        assert (report.faults, report.counts["documents disposed"]) == ([], 1)


def _record_many(place: Path, environ: dict[str, str], count: int) -> None:
    with signing(place, environ) as handle:
        record_holds(handle, count)


def test_writers_that_share_no_lock_file_take_turns_by_the_row_lock(
    home: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    place, environ = home
    with signing(place, environ) as handle:
        before = handle.ledger.size()
    copies = [tmp_path / f"machine{n}" for n in range(3)]
    for copy in copies:
        shutil.copytree(place, copy)
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_record_many, args=(copy, environ, 12)) for copy in copies]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 3
    with signing(place, environ) as handle:
        assert handle.ledger.size() == before + 36
        assert check_ledger(handle.engine, handle.documents, handle.verifiers()).clean


def test_a_database_that_holds_a_ledger_takes_no_second_one(home: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="holds a ledger already"):
        found(
            tmp_path / "second",
            organisation=COMPANY,
            person="Records desk (role)",
            passphrase=b"a passphrase",
            now=START,
            random=os.urandom,
            environ=home[1],
        )
    assert list(tmp_path.iterdir()) == []


def test_a_home_on_postgresql_whose_database_lost_entries_refuses_to_sign(
    home: tuple[Path, dict[str, str]], address: str
) -> None:
    """The database is empty again, as after a restore of a backup from before the ledger was founded."""
    engine = open_engine(url := new_database(address, "emptied"))
    migrate.upgrade(engine)
    engine.dispose()
    with pytest.raises(RefusesToSign, match="older than what was handed out"):
        signing(home[0], {"EVIDENCE_DATABASE": url})


def test_the_settings_keep_the_address_without_its_password(home: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    settings = Settings.load(home[0], {"EVIDENCE_DATABASE": "postgresql://ada:secret@127.0.0.1:5432/ledger"})
    settings.write(tmp_path)
    written = (tmp_path / "settings.toml").read_text(encoding="utf-8")
    assert ":secret" not in written
    assert 'database = "postgresql://ada@127.0.0.1:5432/ledger"' in written


def test_a_role_that_records_adds_to_the_ledger_and_cannot_rewrite_it(
    address: str, home: tuple[Path, dict[str, str]]
) -> None:
    from evidence.store.grants import LEDGER, grant

    place, environ = home
    owner = open_engine(environ["EVIDENCE_DATABASE"])
    with writing(owner) as connection:
        connection.execute(text('CREATE ROLE "rec-order" LOGIN'))
    assert grant(owner, "rec-order") == grant(owner, "rec-order")
    owner.dispose()
    as_role = {"EVIDENCE_DATABASE": environ["EVIDENCE_DATABASE"].replace("//evidence@", "//rec-order@")}
    with signing(place, as_role, Projector(DocumentStore(place / "documents"))) as handle:
        record_with_document(handle, b"another letter")
        seq = handle.record(a_hold()).seq
        assert handle.ledger.entry(seq).kind == "hold"
        assert check_ledger(handle.engine, handle.documents, handle.verifiers()).faults == []
        for table in LEDGER:
            for change in (f"DELETE FROM {table}", f"ALTER TABLE {table} DISABLE TRIGGER ALL", f"TRUNCATE {table}"):
                with pytest.raises(StoreError, match=r"permission denied|must be owner"), writing(handle.engine) as one:
                    one.execute(text(change))
        with pytest.raises(StoreError, match="permission denied"), writing(handle.engine) as one:
            one.execute(text("UPDATE ledger_entry SET kind = 'x'"))
        with writing(handle.engine) as one:
            one.execute(text("DELETE FROM register_statement"))


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_server_that_does_not_sync_what_it_commits_is_read_and_not_written(setting: str) -> None:
    with new_server(settings=[f"{setting}=off"]) as running:
        engine = open_engine(new_database(running.address, "unsynced"))
        with reading(engine) as connection:
            assert connection.execute(text("SELECT 1")).scalar() == 1
        with pytest.raises(StorageUnfit, match=f"{setting}=off"), writing(engine):
            pass
        engine.dispose()


def test_roles_are_for_postgresql(tmp_path: Path) -> None:
    from evidence.store.grants import grant

    with pytest.raises(SettingsError, match="PostgreSQL"):
        grant(open_engine(f"sqlite:///{tmp_path / 'a.db'}"), "recorder")


def test_a_trigger_that_was_switched_off_is_named(address: str) -> None:
    engine = open_engine(empty_on_postgresql(address, "unguarded"))
    with reading(engine) as connection:
        assert odd_guards(connection) == {}
        assert guards(connection) == POSTGRESQL
    with writing(engine) as connection:
        connection.execute(text("ALTER TABLE tile DISABLE TRIGGER tile_update"))
        connection.execute(text("DROP TRIGGER head_truncate ON head"))
    with reading(engine) as connection:
        assert odd_guards(connection).keys() == {"tile_update", "head_truncate"}
    engine.dispose()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        pytest.param(
            "CREATE OR REPLACE FUNCTION head_update() RETURNS trigger LANGUAGE plpgsql "
            "SET search_path = public, pg_temp AS $$ BEGIN RETURN NEW; END $$",
            {"head_update"},
            id="another-function-of-its-name",
        ),
        pytest.param("ALTER FUNCTION tile_insert() RESET search_path", {"tile_insert"}, id="looks-anywhere"),
        pytest.param("ALTER FUNCTION ledger_let_go(bigint) SECURITY INVOKER", {"ledger_let_go"}, id="without-rights"),
        pytest.param(
            "CREATE TRIGGER apt BEFORE INSERT ON tile FOR EACH ROW EXECUTE FUNCTION tile_delete()",
            {"apt"},
            id="one-more",
        ),
        pytest.param("CREATE RULE quiet AS ON INSERT TO tile DO INSTEAD NOTHING", {"quiet"}, id="a-rule"),
        pytest.param(
            "DROP TRIGGER tile_update ON tile; CREATE TRIGGER tile_update BEFORE UPDATE ON tile FOR EACH ROW "
            "WHEN (NEW.n < 0) EXECUTE FUNCTION tile_update()",
            {"tile_update"},
            id="never-asked",
        ),
    ],
)
def test_a_guard_that_does_another_thing_and_one_that_was_added_are_named(
    address: str, change: str, named: set[str]
) -> None:
    engine = open_engine(empty_on_postgresql(address, f"guards{abs(hash(change)) % 10**9}"))
    with writing(engine) as connection:
        connection.exec_driver_sql(change)
    with reading(engine) as connection:
        assert odd_guards(connection).keys() == named
    engine.dispose()
