"""Every way to alter what is stored, by somebody who owns the database and drops its triggers: each is named."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from evidence.ledger.check import check_ledger
from evidence.ledger.dispose import carry_out
from evidence.ledger.found import open_home
from evidence.register.project import forget
from tests.homes import (
    FIRST_ENTRIES,
    START,
    a_disposal,
    a_hold,
    record_holds,
    signing,
)
from tests.tampering.rows import ALONE, BIG, IN_TILE, LINKED, check, named


def test_the_home_that_is_altered_below_is_sound(sound: Path) -> None:
    report = check(sound)
    assert report.faults == []
    assert report.counts["entries"] == report.counts["signatures"] == BIG
    assert report.counts["tiles"] == 1
    assert report.counts["documents"] == 3


@pytest.mark.parametrize("seq", [0, IN_TILE, ALONE])
@pytest.mark.parametrize(
    ("change", "kind"),
    [
        pytest.param("UPDATE ledger_entry SET actor = 'key-0123456789abcdef'", "leaf", id="actor"),
        pytest.param('UPDATE ledger_entry SET actor = actor || \'","kind":"x\'', "leaf", id="actor-with-quotes"),
        pytest.param("UPDATE ledger_entry SET signatures = zeroblob(10)", "leaf", id="rubbish"),
        pytest.param("UPDATE ledger_entry SET signatures = zeroblob(0)", "leaf", id="no-signature"),
        pytest.param("UPDATE ledger_entry SET signatures = signatures || signatures", "leaf", id="signed-twice"),
        pytest.param("UPDATE ledger_entry SET signatures = substr(signatures, 1, 60)", "leaf", id="signature-cut"),
        pytest.param("UPDATE ledger_entry SET leaf_hash = zeroblob(32)", "leaf", id="hash"),
        pytest.param("UPDATE ledger_entry SET leaf_hash = zeroblob(31)", "leaf", id="short-hash"),
        pytest.param("UPDATE ledger_entry SET signatures = 17", "leaf", id="another-type"),
        pytest.param("UPDATE ledger_entry SET kind = 'claim'", "leaf", id="kind"),
        pytest.param("UPDATE ledger_entry SET recorded_at = '2020-01-01T00:00:00.000000Z'", "leaf", id="time"),
        pytest.param("UPDATE ledger_entry SET recorded_at = 'yesterday'", "leaf", id="no-time"),
        pytest.param("UPDATE ledger_entry SET statement_digest = zeroblob(32)", "leaf", id="digest"),
        pytest.param("UPDATE ledger_entry SET statement_digest = hex(statement_digest)", "leaf", id="digest-as-digits"),
        pytest.param("DELETE FROM ledger_entry", "missing", id="dropped"),
    ],
)
def test_a_changed_column_of_an_entry_is_named(
    home: Path, database: sqlite3.Connection, seq: int, change: str, kind: str
) -> None:
    database.execute(f"{change} WHERE seq = {seq}")
    database.commit()
    assert (seq, kind) in named(home)


def test_a_position_is_a_number_to_the_database_itself(database: sqlite3.Connection) -> None:
    for table in ("ledger_entry", "statement", "disclosure"):
        with pytest.raises(sqlite3.IntegrityError, match="datatype mismatch"):
            database.execute(f"UPDATE {table} SET seq = 'x' WHERE seq = {ALONE}")


@pytest.mark.parametrize(("seq", "first"), [(IN_TILE, FIRST_ENTRIES), (ALONE, ALONE)], ids=["in-a-tile", "alone"])
def test_a_leaf_rewritten_with_its_hash_is_found_by_the_signed_root(
    home: Path, database: sqlite3.Connection, seq: int, first: int
) -> None:
    """The cleverest edit of a row: everything beside the tree agrees with it."""
    from evidence.core.tree import leaf_hash
    from evidence.ledger.stored import LEAF_NAMES, leaf_bytes

    query = f"SELECT {', '.join(LEAF_NAMES)} FROM ledger_entry WHERE seq = ?"
    kind, _, *rest = database.execute(query, (seq,)).fetchone()
    later = "2023-04-01T12:00:00.000001Z"
    database.execute(
        "UPDATE ledger_entry SET leaf_hash = ?, recorded_at = ? WHERE seq = ?",
        (leaf_hash(leaf_bytes(kind, later, *rest)), later, seq),
    )
    database.commit()
    found = named(home)
    assert (first, "root") in found
    if seq == IN_TILE:
        assert (seq, "tile") in found


def test_two_entries_swapped_are_found_by_the_signed_root(home: Path, database: sqlite3.Connection) -> None:
    columns = "kind, recorded_at, actor, statement_digest, signatures, leaf_hash"
    one, other = (
        database.execute(f"SELECT {columns} FROM ledger_entry WHERE seq = ?", (seq,)).fetchone()
        for seq in (ALONE, ALONE + 1)
    )
    for seq, row in ((ALONE + 1, one), (ALONE, other)):
        database.execute(f"UPDATE ledger_entry SET ({columns}) = (?, ?, ?, ?, ?, ?) WHERE seq = ?", (*row, seq))
    database.commit()
    assert (ALONE, "root") in named(home)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("CAST(replace(payload, 'hold', 'hole') AS BLOB)", id="payload"),
        pytest.param("payload || x'20'", id="a-space-more"),
        pytest.param("substr(payload, 1, length(payload) - 1)", id="cut-short"),
        pytest.param("zeroblob(0)", id="emptied"),
        pytest.param(f"(SELECT payload FROM statement WHERE seq = {ALONE + 1})", id="that-of-another"),
        pytest.param("17", id="another-type"),
    ],
)
def test_a_changed_statement_is_named(home: Path, database: sqlite3.Connection, change: str) -> None:
    database.execute(f"UPDATE statement SET payload = {change} WHERE seq = {ALONE}")
    database.commit()
    assert (ALONE, "statement") in named(home)


@pytest.mark.parametrize("table", ["statement", "disclosure"])
def test_a_row_moved_to_another_entry_is_named_at_both(home: Path, database: sqlite3.Connection, table: str) -> None:
    database.execute(f"DELETE FROM {table} WHERE seq = {ALONE + 1}")
    database.execute(f"UPDATE {table} SET seq = {ALONE + 1} WHERE seq = {ALONE}")
    database.commit()
    assert {ALONE, ALONE + 1} <= {seq for seq, _ in named(home)}


def test_a_row_beyond_the_last_entry_is_named(home: Path, database: sqlite3.Connection) -> None:
    for table in ("statement", "disclosure"):
        database.execute(f"UPDATE {table} SET seq = 7000 WHERE seq = {ALONE}")
    database.commit()
    assert {(7000, "statement"), (7000, "disclosures"), (ALONE, "statement")} <= named(home)


def test_a_changed_statement_id_column_is_named(home: Path, database: sqlite3.Connection) -> None:
    database.execute(f"UPDATE statement SET statement_id = 'hold-other' WHERE seq = {ALONE}")
    database.commit()
    assert (ALONE, "index") in named(home)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        pytest.param(
            "UPDATE disclosure SET body = CAST(replace(body, 'shipment', 'shipmint') AS BLOB)",
            "disclosures",
            id="value",
        ),
        pytest.param("UPDATE disclosure SET body = '[]'", "disclosures", id="emptied"),
        pytest.param("UPDATE disclosure SET body = 'no json'", "disclosures", id="rubbish"),
        pytest.param("DELETE FROM disclosure", "disclosures", id="dropped"),
    ],
)
def test_a_changed_disclosure_is_named(home: Path, database: sqlite3.Connection, change: str, kind: str) -> None:
    database.execute(f"{change} WHERE seq = {ALONE}")
    database.commit()
    assert (ALONE, kind) in named(home)


def test_a_dropped_statement_is_lost_not_disposed(home: Path, database: sqlite3.Connection) -> None:
    database.execute(f"DELETE FROM statement WHERE seq = {ALONE}")
    database.commit()
    assert any((fault.seq, fault.kind) == (ALONE, "statement") and "lost" in fault.what for fault in check(home).faults)


def _cut(database: sqlite3.Connection, size: int) -> None:
    """Cut the ledger back to `size`, with everything that would give it away in the database."""
    database.execute("PRAGMA foreign_keys = OFF")
    for table in ("statement", "disclosure", "entry_document", "ledger_entry"):
        database.execute(f"DELETE FROM {table} WHERE seq >= {size}")
    database.execute(f"DELETE FROM checkpoint WHERE size > {size}")


def test_a_ledger_cut_off_is_named_by_its_own_checkpoints(home: Path, database: sqlite3.Connection) -> None:
    database.execute("PRAGMA foreign_keys = OFF")
    database.execute(f"DELETE FROM ledger_entry WHERE seq >= {ALONE}")
    database.commit()
    assert (ALONE, "missing") in named(home, held=False)


def test_a_ledger_cut_off_with_its_checkpoints_and_head_is_named_by_one_kept_elsewhere(
    home: Path, database: sqlite3.Connection, tmp_path: Path
) -> None:
    from evidence.core.tree import Frontier

    _cut(database, ALONE)
    frontier = Frontier(row[0] for row in database.execute("SELECT leaf_hash FROM ledger_entry ORDER BY seq"))
    database.execute(
        "UPDATE head SET size = ?, root = ?, frontier = ?, epoch = (SELECT count(*) FROM checkpoint)",
        (ALONE, frontier.root(), frontier.to_bytes()),
    )
    database.execute("DELETE FROM document WHERE sha256 NOT IN (SELECT sha256 FROM entry_document)")
    database.commit()
    assert {fault.kind for fault in check(home, held=False).faults} == {"trigger"}  # else sound in itself
    assert (ALONE, "missing") in named(home)


@pytest.mark.parametrize(
    ("change", "seq", "kind"),
    [
        pytest.param("UPDATE tile SET data = zeroblob(8192)", 7, "tile", id="tile-emptied"),
        pytest.param("UPDATE tile SET data = substr(data, 1, 8160)", 255, "tile", id="tile-cut-short"),
        pytest.param("DELETE FROM tile", None, "tile", id="tile-dropped"),
        pytest.param("INSERT INTO tile VALUES (0, 1, 256, zeroblob(8192))", None, "tile", id="tile-added"),
        pytest.param(f"DELETE FROM checkpoint WHERE size = {BIG}", None, "checkpoint", id="last-checkpoint-dropped"),
        pytest.param(
            "UPDATE checkpoint SET note = CAST(replace(note, 'tests', 'other') AS BLOB)",
            None,
            "checkpoint",
            id="note-changed",
        ),
        pytest.param("UPDATE checkpoint SET root = zeroblob(32)", None, "checkpoint", id="root-column"),
        pytest.param("UPDATE head SET root = zeroblob(32)", None, "head", id="head-root"),
        pytest.param("UPDATE head SET size = 3", 3, "head", id="head-size"),
        pytest.param("UPDATE head SET frontier = zeroblob(8)", None, "head", id="head-frontier"),
        pytest.param("DELETE FROM head", None, "head", id="head-dropped"),
        pytest.param(
            f"DELETE FROM entry_document WHERE seq = {FIRST_ENTRIES - 1}", FIRST_ENTRIES - 1, "link", id="link-dropped"
        ),
        pytest.param(
            f"INSERT INTO entry_document VALUES ({ALONE}, '{'0' * 64}', 'source')", ALONE, "link", id="false-link"
        ),
        pytest.param(f"UPDATE entry_document SET seq = {ALONE} WHERE seq = {LINKED}", ALONE, "link", id="link-moved"),
        pytest.param("UPDATE document SET size = size + 1", LINKED, "index", id="document-size"),
        pytest.param("DELETE FROM document", LINKED, "document", id="document-row-dropped"),
    ],
)
def test_a_change_beside_the_entries_is_named(
    home: Path, database: sqlite3.Connection, change: str, seq: int | None, kind: str
) -> None:
    database.execute(change)
    database.commit()
    assert (seq, kind) in named(home)


@pytest.mark.parametrize("act", ["altered", "removed"])
def test_a_document_altered_or_removed_on_the_disk_is_named_with_its_entry(home: Path, act: str) -> None:
    with open_home(home, {}) as handle:
        (sha256,) = [link.sha256 for link in handle.ledger.entry(LINKED).documents]
    path = home / "documents" / sha256[:2] / sha256[2:4] / sha256
    if act == "altered":
        path.chmod(0o644)
        path.write_bytes(path.read_bytes() + b"!")
    else:
        path.unlink()
    report = check(home)
    assert [(fault.seq, fault.kind) for fault in report.faults] == [(LINKED, "document")]
    assert ("altered" in report.faults[0].what) == (act == "altered")


def test_an_entry_signed_by_a_stranger_and_sealed_with_the_ledger_key_is_named(home: Path) -> None:
    """Whoever has the ledger's key can seal anything; the person's signature is what he lacks."""
    from evidence.ledger.actors import Actors
    from evidence.ledger.keys import new_ed25519
    from evidence.ledger.recorder import Recorder

    class Anybody(Actors):
        def copy(self) -> "Anybody":
            return self

        def check(self, *_: object) -> None:
            return None

    with signing(home) as handle:
        record_holds(handle, 1)
        writer = handle.signer()._writer
        assert writer._state is not None
        object.__setattr__(writer._state, "actors", Anybody())
        Recorder(writer, new_ed25519(handle.random), handle.random).record([(a_hold(), ())])
    assert named(home) == {(BIG + 1, "signature")}


def test_the_check_goes_on_past_a_fault_and_names_several(home: Path, database: sqlite3.Connection) -> None:
    for seq in (9, IN_TILE, ALONE):
        database.execute(f"UPDATE ledger_entry SET signatures = zeroblob(3) WHERE seq = {seq}")
    database.commit()
    assert {(9, "leaf"), (IN_TILE, "leaf"), (ALONE, "leaf")} <= named(home)


@pytest.mark.parametrize(
    ("change", "seq", "kind"),
    [
        pytest.param("UPDATE document SET created_at = '2020-01-01T00:00:00.000000Z'", LINKED, "index", id="time"),
        pytest.param("UPDATE document SET created_at = 'one fine day'", LINKED, "index", id="document-no-time"),
        pytest.param("UPDATE document SET media_type = 'image/png'", LINKED, "index", id="media-type"),
        pytest.param(
            "UPDATE checkpoint SET created_at = '2020-01-01T00:00:00.000000Z'", None, "checkpoint", id="checkpoint-time"
        ),
        pytest.param("UPDATE checkpoint SET created_at = '31 April'", None, "checkpoint", id="checkpoint-no-time"),
        pytest.param("UPDATE head SET epoch = epoch + 1", None, "head", id="epoch"),
        pytest.param("INSERT INTO statement VALUES (7000, 'hold-x', 'x')", 7000, "statement", id="orphan-statement"),
        pytest.param("INSERT INTO disclosure VALUES (7000, '[]')", 7000, "disclosures", id="orphan-disclosure"),
        pytest.param(
            "INSERT INTO document VALUES (hex(zeroblob(32)), 1, 'text/plain', '2023-04-01T12:00:00.000000Z')",
            None,
            "document",
            id="orphan-document",
        ),
        pytest.param(
            "INSERT INTO anchor (id, size, kind, state) VALUES ('a', 3, 'tsa', 'wanted')",
            None,
            "anchor",
            id="anchor-nowhere",
        ),
        pytest.param(
            f"INSERT INTO anchor (id, size, kind, state) VALUES ('a', {BIG}, 'tsa', 'done')",
            None,
            "anchor",
            id="anchor-empty",
        ),
        pytest.param(
            f"INSERT INTO disposal_target VALUES ({ALONE}, 5, 'statement')", ALONE, "disposal", id="false-disposal"
        ),
        pytest.param(
            "INSERT INTO ledger_entry SELECT 1000000000000000, kind, recorded_at, actor, statement_digest, signatures, "
            "leaf_hash FROM ledger_entry WHERE seq = 7",
            None,
            "index",
            id="absurd-position",
        ),
        pytest.param(
            "INSERT INTO ledger_entry SELECT -1, kind, recorded_at, actor, statement_digest, signatures, leaf_hash "
            "FROM ledger_entry WHERE seq = 7",
            None,
            "index",
            id="negative-position",
        ),
    ],
)
def test_what_stands_beside_the_entries_is_compared_with_them(
    home: Path, database: sqlite3.Connection, change: str, seq: int | None, kind: str
) -> None:
    database.execute(change)
    database.commit()
    assert (seq, kind) in named(home)


def test_a_trigger_that_is_gone_or_does_nothing_is_named(home: Path) -> None:
    with closing(sqlite3.connect(home / "evidence.db")) as connection:
        connection.execute("DROP TRIGGER tile_delete")
        connection.execute("DROP TRIGGER head_update")
        connection.execute("CREATE TRIGGER head_update BEFORE UPDATE ON head WHEN 1 = 0 BEGIN SELECT 1; END")
        connection.commit()
    assert sorted(fault.what.split()[2] for fault in check(home).faults) == ["head_update", "tile_delete"]


def test_a_link_left_at_a_disposed_statement_or_slipped_in_there_is_named(
    home: Path, database: sqlite3.Connection
) -> None:
    """The statement is gone, so nothing says any more which documents were linked; hence none may be left."""
    with signing(home) as handle:
        disposal = handle.record(a_disposal(f"#{LINKED}:statement", f"#{LINKED}:received")).seq
        carry_out(handle, disposal, forget)
    assert {fault.kind for fault in check(home).faults} == {"trigger"}
    database.execute(f"INSERT INTO entry_document VALUES ({LINKED}, hex(zeroblob(32)), 'source')")
    database.commit()
    assert (LINKED, "link") in named(home)


def test_a_file_that_nothing_names_is_remarked_upon_and_is_no_fault(home: Path) -> None:
    with open_home(home, {}) as handle:
        stray = handle.documents.put(b"put, and never recorded").sha256
    report = check(home)
    assert report.clean
    assert any(stray in remark for remark in report.remarks)


def test_settings_that_call_the_ledger_otherwise_are_named(home: Path) -> None:
    with open_home(home, {}) as handle:
        report = check_ledger(handle.engine, handle.documents, handle.verifiers(), origin="another.example/ledger")
    assert {fault.kind for fault in report.faults} == {"settings"}


@pytest.mark.parametrize(
    ("name", "alter"),
    [
        pytest.param("keys.json", lambda text: text.replace('"public_key": "M', '"public_key": "N', 1), id="key"),
        pytest.param("keys.json", lambda _: '{"keys": []', id="unreadable"),
        pytest.param("keys.json", lambda text: text.replace('"key": "key-', '"key": "key-0', 1), id="key-id"),
        pytest.param("organisation.pem", lambda _: "none", id="certificate"),
    ],
)
def test_a_trust_folder_that_is_not_what_the_key_entries_say_is_named(
    home: Path, name: str, alter: Callable[[str], str]
) -> None:
    path = home / "trust" / name
    with open_home(home, {}) as handle:
        sound = check_ledger(handle.engine, handle.documents, handle.verifiers(), trust=home / "trust")
        assert sound.faults == []
        path.write_text(alter(path.read_text(encoding="utf-8")), encoding="utf-8")
        report = check_ledger(handle.engine, handle.documents, handle.verifiers(), trust=home / "trust")
    assert {fault.kind for fault in report.faults} == {"trust"}


def test_the_root_certificate_in_place_of_the_organisations_is_named(home: Path) -> None:
    shutil.copy(home / "trust" / "root.pem", home / "trust" / "organisation.pem")
    with open_home(home, {}) as handle:
        report = check_ledger(handle.engine, handle.documents, handle.verifiers(), trust=home / "trust")
    assert {fault.kind for fault in report.faults} == {"trust"}


def test_a_disclosure_that_stands_twice_is_named(home: Path, database: sqlite3.Connection) -> None:
    (body,) = database.execute(f"SELECT body FROM disclosure WHERE seq = {ALONE}").fetchone()
    listed = json.loads(body)
    doubled = json.dumps([*listed, listed[0]], separators=(",", ":")).encode()
    database.execute(f"UPDATE disclosure SET body = ? WHERE seq = {ALONE}", (doubled,))
    database.commit()
    assert (ALONE, "disclosures") in named(home)


def test_a_load_whose_line_tree_was_signed_falsely_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has the keys can sign a false root; the documents show it."""
    from evidence.core.identifiers import mint
    from evidence.core.statements.item import Items

    monkeypatch.setattr("evidence.ledger.admission.require_lines", lambda *_: None)
    with signing(home) as handle:
        load = Items(
            id=mint("load", START, handle.random),
            issuer="self",
            received=handle.documents.put(b"a file").sha256,
            view=handle.documents.put(b'{"part":"P-1"}\n').sha256,
            view_root="0" * 64,
            seed=handle.documents.put(bytes(32)).sha256,
            parser="by hand",
            lines=1,
        )
        seq = handle.record(load).seq
    assert named(home) == {(seq, "lines")}
