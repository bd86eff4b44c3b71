"""Values kept as another type than they were written in, and what that would hide: named, and nothing is signed."""

import sqlite3
from pathlib import Path

import pytest

from evidence.errors import ProofError, RefusesToSign
from evidence.ledger.found import open_home
from tests.homes import record_holds, signing
from tests.tampering.rows import ALONE, IN_TILE, check, named


@pytest.mark.parametrize(
    ("table", "column"),
    [
        *(("ledger_entry", name) for name in ("kind", "recorded_at", "actor", "statement_digest", "signatures")),
        *(("ledger_entry", "leaf_hash"), ("statement", "payload"), ("disclosure", "body")),
    ],
)
def test_a_value_kept_as_another_type_is_named(
    home: Path, database: sqlite3.Connection, table: str, column: str
) -> None:
    """The same bytes: but a query for a kind, which is text, finds no entry whose kind is stored as bytes."""
    (now,) = database.execute(f"SELECT typeof({column}) FROM {table} WHERE seq = {ALONE}").fetchone()
    other = "TEXT" if now == "blob" else "BLOB"
    database.execute(f"UPDATE {table} SET {column} = CAST({column} AS {other}) WHERE seq = {ALONE}")
    database.commit()
    assert ALONE in {seq for seq, _ in named(home)}


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ("UPDATE checkpoint SET note = CAST(note AS TEXT)", "checkpoint"),
        ("UPDATE checkpoint SET created_at = CAST(created_at AS BLOB)", "checkpoint"),
        ("UPDATE document SET created_at = CAST(created_at AS BLOB)", "index"),
        ("UPDATE document SET media_type = CAST(media_type AS BLOB)", "index"),
        ("UPDATE entry_document SET role = CAST(role AS BLOB)", "link"),
        ("UPDATE entry_document SET seq = 'x'", "link"),
    ],
)
def test_a_value_beside_the_entries_kept_as_another_type_is_named(
    home: Path, database: sqlite3.Connection, change: str, kind: str
) -> None:
    database.execute(change)
    database.commit()
    assert kind in {fault for _, fault in named(home)}


def test_signatures_merged_under_one_key_id_are_named_and_not_handed_out(
    home: Path, database: sqlite3.Connection
) -> None:
    """A key id with quotation marks in it would read as two signatures."""
    (signed,) = database.execute(f"SELECT signatures FROM ledger_entry WHERE seq = {ALONE}").fetchone()
    size = signed[0]
    name, sig = signed[1 : 1 + size], signed[3 + size :]
    merged = name + b'","sig":"' + b"A" * 88 + b'"},{"keyid":"' + name
    database.execute(
        f"UPDATE ledger_entry SET signatures = ? WHERE seq = {ALONE}",
        (bytes([len(merged)]) + merged + len(sig).to_bytes(2, "big") + sig,),
    )
    database.commit()
    assert (ALONE, "leaf") in named(home)
    with open_home(home, {}) as handle, pytest.raises(ProofError, match="key id"):
        handle.ledger.tlog_proof(ALONE)


def test_nothing_is_signed_where_a_kind_is_kept_as_bytes(home: Path, database: sqlite3.Connection) -> None:
    """Else a hold or a revocation could be hidden from the writer, and the check be clean again afterwards."""
    database.execute(f"UPDATE ledger_entry SET kind = CAST(kind AS BLOB) WHERE seq = {ALONE}")
    database.commit()
    with pytest.raises(RefusesToSign, match="kind as text"), signing(home) as handle:
        record_holds(handle, 1)


def test_a_statement_that_stands_at_two_positions_is_named(home: Path, database: sqlite3.Connection) -> None:
    columns = "kind, recorded_at, actor, statement_digest, signatures, leaf_hash"
    row = database.execute(f"SELECT {columns} FROM ledger_entry WHERE seq = {IN_TILE}").fetchone()
    database.execute(f"UPDATE ledger_entry SET ({columns}) = (?, ?, ?, ?, ?, ?) WHERE seq = {ALONE}", row)
    database.commit()
    report = check(home)
    assert any(fault.seq == ALONE and "an earlier entry" in fault.what for fault in report.faults)
