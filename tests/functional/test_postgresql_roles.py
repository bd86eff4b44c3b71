"""The role that records on PostgreSQL: every privilege that it has, and every one that it is refused."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from evidence.cli import main
from evidence.errors import SettingsError, StoreError
from evidence.ledger.check import check_ledger
from evidence.ledger.dispose import carry_out
from evidence.ledger.found import found
from evidence.register.project import Projector, forget
from evidence.store.documents import DocumentStore
from evidence.store.engine import open_engine
from evidence.store.grants import LEDGER, grant, grants
from tests.homes import COMPANY, START, a_disposal, a_hold, record_with_document, signing
from tests.postgresql import OWNER, new_database, server

ROLE = "rec-order"
_ENTRY = "seq, kind, recorded_at, actor, statement_digest, signatures, leaf_hash"
_PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with server() as running:
        with psycopg.connect(f"{running}/postgres", autocommit=True) as connection:
            connection.execute(f'CREATE ROLE "{ROLE}" LOGIN'.encode())
            connection.execute(b"CREATE ROLE stranger LOGIN")
        yield running


@pytest.fixture(scope="module")
def as_role(address: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A home that was founded, and has recorded and disposed, as the role; the owner has only made the tables."""
    owner = new_database(address, "ledger")
    url = owner.replace(f"//{OWNER}@", f"//{ROLE}@")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OWNER_OF_IT", owner)
        assert main(["database", "upgrade", "--env", "OWNER_OF_IT"]) == 0
        assert main(["database", "grant", ROLE, "--env", "OWNER_OF_IT"]) == 0
    place = tmp_path_factory.mktemp("roles") / "home"
    projector = Projector(DocumentStore(place / "documents"))
    found(
        place,
        organisation=COMPANY,
        person="Records desk (role)",
        passphrase=b"a passphrase",
        now=START,
        random=os.urandom,
        demo=True,
        environ={"EVIDENCE_DATABASE": url},
        projector=projector,
    )
    with signing(place, {}, projector) as handle:
        seq, sha256 = record_with_document(handle, b"a letter")
        kept, _ = record_with_document(handle, b"another letter")
        disposal = handle.record(a_disposal(f"#{seq}:received", f"#{seq}:statement"))
        done = carry_out(handle, disposal.seq, forget)
        assert (done.documents, done.statements) == (1, 1)
        assert not handle.documents.has(sha256)
        again = carry_out(handle, disposal.seq, forget)
        assert (again.documents, again.statements) == (0, 0)
        assert handle.ledger.entry(kept).statement is not None
        report = check_ledger(handle.engine, handle.documents, handle.verifiers())
        assert (report.faults, report.counts["documents disposed"]) == ([], 1)
    return place, url


def test_the_role_has_exactly_the_privileges_that_recording_needs(as_role: tuple[Path, str]) -> None:
    query = (
        "SELECT n.nspname, c.relname, p FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, "
        "unnest(%s::text[]) p "
        "WHERE n.nspname IN ('public', 'register') AND c.relkind IN ('r', 'v', 'S') "
        "AND has_table_privilege(%s, c.oid, p)"
    )
    with psycopg.connect(as_role[1]) as connection:
        held: dict[tuple[str, str], set[str]] = {}
        for schema, table, privilege in connection.execute(query, (list(_PRIVILEGES), ROLE)):
            held.setdefault((schema, table), set()).add(privilege)
        tables = {row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'register'")}
    rows = {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert held == {
        **{("public", table): {"SELECT", "INSERT"} for table in LEDGER},
        ("public", "head"): {"SELECT", "INSERT", "UPDATE"},
        ("public", "anchor"): {"SELECT", "INSERT", "UPDATE"},
        ("public", "alembic_version"): {"SELECT"},
        **{("register", table): rows for table in tables},
    }
    assert "register_statement" in tables
    assert all(table.startswith("register_") for table in tables)


def _refused(table: str) -> list[str]:
    changes = [f"DELETE FROM {table}", f"TRUNCATE {table}", f"ALTER TABLE {table} DISABLE TRIGGER ALL"]
    changes += [
        f"ALTER TABLE {table} ADD COLUMN more text",
        f"DROP TABLE {table}",
        f"DROP TRIGGER {table}_update ON {table}",
    ]
    changes += [f"CREATE TRIGGER mine BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION tile_update()"]
    changes += [
        f'ALTER TABLE {table} OWNER TO "{ROLE}"',
        f"CREATE RULE mine AS ON INSERT TO {table} DO INSTEAD NOTHING",
    ]
    return changes


_BESIDES = (
    *(f"UPDATE {table} SET {column} = {column}" for table, column in (
        ("ledger_entry", "actor"), ("statement", "payload"), ("disclosure", "body"), ("document", "size"),
        ("entry_document", "role"), ("disposal_target", "role"), ("tile", "data"), ("checkpoint", "note"),
        ("alembic_version", "version_num"),
    )),
    "INSERT INTO alembic_version VALUES ('0000')",
    "SET session_replication_role = replica",
    "ALTER SYSTEM SET fsync = off",
    "CREATE TABLE public.mine (x int)",
    "CREATE TABLE register.mine (x int)",
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE SCHEMA mine",
    "DROP SCHEMA register CASCADE",
    "DROP FUNCTION ledger_let_go(bigint)",
    "CREATE OR REPLACE FUNCTION tile_update() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "ALTER FUNCTION tile_update() RESET ALL",
    "TRUNCATE register.register_statement",
    f'SET ROLE "{OWNER}"',
    f'GRANT "{OWNER}" TO "{ROLE}"',
    "COPY ledger_entry TO PROGRAM 'cat'",
)  # fmt: skip


@pytest.mark.parametrize("statement", [*(each for table in LEDGER for each in _refused(table)), *_BESIDES])
def test_the_role_is_refused_everything_else(as_role: tuple[Path, str], statement: str) -> None:
    outside = statement.startswith("ALTER SYSTEM")
    with (
        psycopg.connect(as_role[1], autocommit=outside) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


def test_the_role_cannot_give_itself_more(as_role: tuple[Path, str]) -> None:
    """PostgreSQL warns and grants nothing."""
    with psycopg.connect(as_role[1], autocommit=True) as connection:
        connection.execute(f'GRANT DELETE ON ledger_entry TO "{ROLE}"'.encode())
        assert connection.execute("SELECT has_table_privilege('ledger_entry', 'DELETE')").fetchone() == (False,)


def test_a_table_laid_over_the_ledger_does_not_blind_its_guards(as_role: tuple[Path, str]) -> None:
    """A temporary table is looked up first: the guards name the schema that they mean."""
    with psycopg.connect(as_role[1]) as connection:
        connection.execute("CREATE TEMPORARY TABLE ledger_entry AS SELECT * FROM public.ledger_entry")
        connection.execute("UPDATE pg_temp.ledger_entry SET seq = seq + 100")
        with pytest.raises(psycopg.errors.RaiseException, match="next seq only"):
            connection.execute(
                f"INSERT INTO public.ledger_entry ({_ENTRY}) SELECT seq + 1, {_ENTRY.removeprefix('seq, ')} "
                "FROM pg_temp.ledger_entry ORDER BY seq DESC LIMIT 1".encode()
            )


def test_what_no_disposal_on_record_names_cannot_be_let_go(as_role: tuple[Path, str]) -> None:
    with psycopg.connect(as_role[1]) as connection, pytest.raises(psycopg.errors.RaiseException, match="no disposal"):
        connection.execute("SELECT * FROM ledger_let_go(6)")
    stranger = as_role[1].replace(f"//{ROLE}@", "//stranger@")
    for statement in (b"SELECT * FROM ledger_let_go(7)", b"SELECT * FROM ledger_entry", b"SELECT * FROM head"):
        with (
            psycopg.connect(stranger) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement)


def test_every_guard_of_the_ledger_reads_its_own_schema(as_role: tuple[Path, str]) -> None:
    """So does one that a later migration brings: a function without it would see what a role lays over the tables."""
    query = (
        "SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace "
        "AND NOT coalesce(p.proconfig, '{}') @> ARRAY['search_path=public, pg_temp']"
    )
    with psycopg.connect(as_role[1]) as connection:
        assert connection.execute(query).fetchall() == []


def test_the_register_lies_in_a_schema_of_its_own_beside_whichever_the_ledger_has(address: str) -> None:
    url = new_database(address, "several")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA home2")
    for schema, register in (("public", "register"), ("home2", "home2_register")):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("IT", f"{url}?options=-csearch_path%3D{schema}")
            assert main(["database", "upgrade", "--env", "IT"]) == 0
        with psycopg.connect(url) as connection:
            rows = connection.execute(
                "SELECT schemaname, tablename LIKE 'register%%' FROM pg_tables WHERE schemaname IN (%s, %s)",
                (schema, register),
            ).fetchall()
        assert {(schema, False), (register, True)} == set(rows)


def test_printing_the_grants_changes_nothing(
    as_role: tuple[Path, str], address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OWNER_OF_IT", f"{address}/ledger")
    assert main(["database", "grant", "stranger", "--env", "OWNER_OF_IT", "--print", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["applied"] is False
    assert any(line.startswith("GRANT SELECT, INSERT ON") for line in told["statements"])
    with psycopg.connect(as_role[1].replace(f"//{ROLE}@", "//stranger@")) as connection:
        assert connection.execute("SELECT has_table_privilege('ledger_entry', 'SELECT')").fetchone() == (False,)


def test_a_role_that_no_grant_binds_is_refused_by_name(as_role: tuple[Path, str], address: str, tmp_path: Path) -> None:
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute("CREATE ROLE chief SUPERUSER LOGIN")
    engine = open_engine(f"{address}/ledger")
    for role, says in (("chief", "is a superuser"), (OWNER, "is a superuser"), ("nobody-here", "no role")):
        with pytest.raises(SettingsError, match=says):
            grant(engine, role)
    with pytest.raises((SettingsError, StoreError), match=r"not that of the tables' owner|permission denied"):
        grant(open_engine(as_role[1]), "stranger")
    with pytest.raises(SettingsError, match="PostgreSQL"):
        grants(open_engine(f"sqlite:///{tmp_path / 'a.db'}"), "recorder")


def test_a_member_of_the_owner_is_refused_too(address: str) -> None:
    url = new_database(address, "owned")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE ROLE keeper LOGIN")
        connection.execute("CREATE ROLE helper LOGIN")
        connection.execute("GRANT keeper TO helper")
        connection.execute("GRANT CREATE ON SCHEMA public TO keeper")
        connection.execute("GRANT CREATE ON DATABASE owned TO keeper")
    engine = open_engine(url.replace(f"//{OWNER}@", "//keeper@"))
    from evidence.store import migrate

    migrate.upgrade(engine)
    with pytest.raises(SettingsError, match="owns tables of the ledger"):
        grant(engine, "helper")
    assert grant(engine, ROLE)


def test_the_role_goes_on_recording_after_an_upgrade_and_a_second_grant(
    as_role: tuple[Path, str], address: str
) -> None:
    place, _ = as_role
    grant(open_engine(f"{address}/ledger"), ROLE)
    with signing(place, {}, Projector(DocumentStore(place / "documents"))) as handle:
        assert handle.ledger.entry(handle.record(a_hold()).seq).kind == "hold"
