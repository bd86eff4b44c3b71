"""A home of revision 0005 is upgraded: what was hashed and signed are the same bytes, and the ledger goes on."""

import os
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, text

from evidence.core.encoding import to_base64
from evidence.core.identifiers import mint
from evidence.core.statements.own import Key, KeyPurpose, KeyState
from evidence.core.tree import leaf_hash
from evidence.errors import StoreError
from evidence.ledger.check import check_ledger
from evidence.ledger.dispose import carry_out
from evidence.ledger.envelope import Envelope, countersign
from evidence.ledger.found import HomeHandle, open_home
from evidence.ledger.keys import key_id, new_ed25519, spki
from evidence.register.project import forget
from evidence.store import migrate
from evidence.store.engine import open_engine, reading, writing
from evidence.store.grants import grant
from tests.homes import START, a_disposal, a_hold, new_home, on_postgresql, record_holds, record_with_document, signing
from tests.postgresql import server

KEPT = ("head", "checkpoint", "tile", "document", "entry_document", "disposal_target", "anchor")
_WHOLE = (
    "SELECT e.seq, e.leaf, e.leaf_hash, e.kind, e.recorded_at, e.statement_digest FROM ledger_entry e ORDER BY e.seq"
)
_ENVELOPES = (
    "SELECT e.seq, s.statement_id, s.envelope FROM ledger_entry e JOIN statement s ON s.digest = e.statement_digest"
)
_DISCLOSURES = "SELECT e.seq, d.body FROM ledger_entry e JOIN disclosure d ON d.statement_digest = e.statement_digest"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with server() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A home whose ledger has documents, an entry of two signatures, a tile, and a statement that was disposed of."""
    on_server = request.param == "postgresql"
    with on_postgresql(request.getfixturevalue("address")) if on_server else nullcontext():
        place = new_home(tmp_path)
    with signing(place) as handle:
        _bring_in_a_key(handle)
        seq, _ = record_with_document(handle, b"a letter")
        record_with_document(handle, b"another letter")
        gone = handle.record(a_disposal(f"#{seq}:statement", f"#{seq}:received"))
        assert carry_out(handle, gone.seq, forget).statements == 1
        record_holds(handle, 260, batch=130)
    return place


def _bring_in_a_key(handle: HomeHandle) -> None:
    """A person's key, whose entry it signs itself beside the person who records it."""
    key = new_ed25519(os.urandom)
    statement = Key(
        id=mint("keyev", START, os.urandom),
        issuer="self",
        key=key_id(key),
        purpose=KeyPurpose.PERSON,
        state=KeyState.CREATED,
        public_key=to_base64(spki(key)),
        holder="Second records desk (role)",
        since=START.date(),
    )
    given = handle.signer().submission(statement)
    both = countersign(Envelope.parse(given.envelope), key, keyid=key_id(key))
    handle.signer().hand_over([replace(given, envelope=both.to_json())])


def _engine(home: Path) -> Engine:
    with open_home(home, {}) as handle:
        return open_engine(handle.engine.url.render_as_string(hide_password=False))


def _down(engine: Engine) -> None:
    with writing(engine) as connection:
        command.downgrade(migrate._config(connection), "0005")
    assert migrate.current(engine) == "0005"


def _older(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """All that a database of revision 0005 holds of the ledger."""
    queries = {
        "leaves": _WHOLE,
        "envelopes": f"{_ENVELOPES} ORDER BY e.seq",
        "bodies": f"{_DISCLOSURES} ORDER BY e.seq",
    }
    queries |= {table: f"SELECT * FROM {table} ORDER BY 1, 2, 3" for table in KEPT}
    with reading(engine) as connection:
        return {name: _rows(connection, query) for name, query in queries.items()}


def _rows(connection: Connection, query: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.execute(text(query))]


def _read(handle: HomeHandle) -> list[tuple[Any, ...]]:
    return [
        (one.seq, one.leaf_bytes, one.envelope and one.envelope.to_json(), one.disclosures, one.documents)
        for one in handle.ledger.entries()
    ]


def test_every_byte_that_was_hashed_or_signed_is_the_same_after_the_upgrade(home: Path) -> None:
    with open_home(home, {}) as handle:
        now, size = _read(handle), handle.ledger.size()
        head, proof = handle.ledger.checkpoint_at(), handle.ledger.tlog_proof(7)
        assert {len(one.leaf.signatures) for one in handle.ledger.entries()} == {1, 2}
        assert sum(one.payload is None for one in handle.ledger.entries()) == 1
    engine = _engine(home)
    _down(engine)
    before = _older(engine)
    assert [row[1] for row in before["leaves"]] == [leaf for _, leaf, *_ in now]
    assert all(leaf_hash(row[1]) == row[2] for row in before["leaves"])
    assert [(row[0], row[2]) for row in before["envelopes"]] == [(one[0], one[2]) for one in now if one[2]]
    assert before["tile"]
    assert migrate.upgrade(engine) == migrate.newest()
    _down(engine)
    assert _older(engine) == before
    assert migrate.upgrade(engine) == migrate.newest()
    engine.dispose()
    with signing(home) as handle:
        assert _read(handle) == now
        assert (handle.ledger.checkpoint_at(), handle.ledger.tlog_proof(7)) == (head, proof)
        assert check_ledger(handle.engine, handle.documents, handle.verifiers()).faults == []
        record_with_document(handle, b"a third letter")
        assert handle.record(a_hold()).seq == size + 1
        seq = handle.record(a_disposal(f"#{size}:statement", f"#{size}:received")).seq
        assert carry_out(handle, seq, forget).statements == 1
        assert check_ledger(handle.engine, handle.documents, handle.verifiers()).faults == []


def _unguarded(engine: Engine, change: str) -> None:
    """Change what the triggers keep, and leave these as they were."""
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            connection.exec_driver_sql(change)
            return
        guards = _rows(connection, "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        for name, _ in guards:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql(change)
        for _, made in guards:
            connection.exec_driver_sql(made)


def _as_bytes(engine: Engine, content: str) -> str:
    return f"CAST('{content}' AS {'BYTEA' if engine.dialect.name == 'postgresql' else 'BLOB'})"


ALTERED = [
    ("UPDATE ledger_entry SET leaf = {x} WHERE seq = 9", "x", "leaf of entry 9"),
    ("UPDATE ledger_entry SET leaf = {x} WHERE seq = 9", '{"actor":1,"signatures":[{"keyid":1,"sig":""}]}', "entry 9"),
    ("UPDATE ledger_entry SET leaf = {x} WHERE seq = 9", "[" * 40_000, "leaf of entry 9"),
    ("UPDATE ledger_entry SET kind = 'review' WHERE seq = 9", "", "leaf of entry 9"),
    ("UPDATE ledger_entry SET recorded_at = '2023-04-01T12:00:00.000009Z' WHERE seq = 9", "", "leaf of entry 9"),
    (
        "UPDATE statement SET envelope = {x} WHERE statement_id > 'disp-' AND statement_id < 'disp.'",
        '{"payload":""}',
        "statement of entry",
    ),
    (
        "UPDATE statement SET envelope = {x} WHERE statement_id > 'disp-' AND statement_id < 'disp.'",
        "[[[",
        "statement of entry",
    ),
    (
        "INSERT INTO statement (digest, statement_id, envelope) VALUES ('aa', 'hold-1', {x})",
        "{}",
        "has no place",
    ),
    ("INSERT INTO disclosure (statement_digest, body) VALUES ('aa', {x})", "[]", "has no place"),
    (
        "INSERT INTO ledger_entry (seq, leaf, leaf_hash, kind, recorded_at, statement_digest) "
        "SELECT -1, leaf, leaf_hash, kind, recorded_at, 'aa' FROM ledger_entry WHERE seq = 9",
        "",
        "has no place",
    ),
]


@pytest.mark.parametrize(
    ("change", "content", "says"), ALTERED, ids=[f"{says}-{n}" for n, (*_, says) in enumerate(ALTERED)]
)
def test_what_cannot_be_kept_in_parts_is_named_and_the_database_left_as_it_was(
    change: str, content: str, says: str, home: Path
) -> None:
    engine = _engine(home)
    _down(engine)
    _unguarded(engine, change.format(x=_as_bytes(engine, content)))
    before = _older(engine)
    with pytest.raises(StoreError, match=says) as refused:
        migrate.upgrade(engine)
    assert "\n" not in str(refused.value)
    assert "evidence ledger check" in str(refused.value)
    assert (migrate.current(engine), _older(engine)) == ("0005", before)
    with pytest.raises(StoreError), writing(engine) as connection:
        connection.exec_driver_sql("UPDATE ledger_entry SET kind = 'x'")
    engine.dispose()


def test_a_leaf_that_was_altered_and_can_be_kept_is_a_fault_after_the_upgrade_as_before(home: Path) -> None:
    with open_home(home, {}) as handle:
        leaf = handle.ledger.entry(9).leaf_bytes
        actor = handle.ledger.entry(9).actor
    altered = leaf.replace(f'"actor":"{actor}"'.encode(), f'"actor":"{actor[:-1]}_"'.encode()).decode()
    assert altered.encode() != leaf
    engine = _engine(home)
    _down(engine)
    _unguarded(engine, f"UPDATE ledger_entry SET leaf = {_as_bytes(engine, altered)} WHERE seq = 9")
    migrate.upgrade(engine)
    engine.dispose()
    with open_home(home, {}) as handle:
        assert handle.ledger.entry(9).leaf_bytes == altered.encode()
        report = check_ledger(handle.engine, handle.documents, handle.verifiers())
        assert (9, "leaf") in {(fault.seq, fault.kind) for fault in report.faults}


def test_what_a_role_was_granted_it_may_do_after_the_upgrade(address: str, tmp_path: Path) -> None:
    with on_postgresql(address):
        home = new_home(tmp_path)
    engine = _engine(home)
    with writing(engine) as connection:
        connection.execute(text('CREATE ROLE "upgraded" LOGIN'))
    grant(engine, "upgraded")
    granted = (
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = 'upgraded' "
        "UNION ALL SELECT routine_name, privilege_type FROM information_schema.role_routine_grants "
        "WHERE grantee = 'upgraded' ORDER BY 1, 2"
    )
    with reading(engine) as connection:
        before = _rows(connection, granted)
    _down(engine)
    migrate.upgrade(engine)
    with reading(engine) as connection:
        assert _rows(connection, granted) == before != []
    url = str(engine.url.render_as_string(hide_password=False)).replace("//evidence@", "//upgraded@")
    engine.dispose()
    with signing(home, {"EVIDENCE_DATABASE": url.replace("postgresql+psycopg", "postgresql")}) as handle:
        seq, _ = record_with_document(handle, b"a letter")
        gone = handle.record(a_disposal(f"#{seq}:statement", f"#{seq}:received"))
        assert carry_out(handle, gone.seq, forget).statements == 1
        assert check_ledger(handle.engine, handle.documents, handle.verifiers()).faults == []
