"""``evidence ledger check`` as somebody uses it: on a home, on an export without it, and from a checkpoint on."""

import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from evidence.cli import main
from tests.homes import COMPANY, ORIGIN, START, new_home, record_holds, record_with_document, signing


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = new_home(tmp_path)
    with signing(home) as handle:
        record_holds(handle, 300, batch=100)
        record_with_document(handle, b"a letter")
    assert main(["register", "rebuild", "--home", str(home)]) == 0
    return home


def run(capfd: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = main(["ledger", *map(str, arguments)])
    told = capfd.readouterr()
    return status, told.out, told.err


@pytest.fixture
def exported(home: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Path:
    """An export and a trust folder, and nothing else of the home."""
    status, _, _ = run(capfd, "export", tmp_path / "export", "--home", home, "--statements", "--documents")
    assert status == 0
    shutil.copytree(home / "trust", tmp_path / "trust")
    shutil.rmtree(home)
    return tmp_path / "export"


def test_the_register_is_compared_also_where_the_ledger_has_a_fault(
    home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(home / "evidence.db")) as database:
        database.execute("DROP TRIGGER head_update")
        database.execute("UPDATE register_statement SET kind = 'other' WHERE kind = 'key'")
        database.commit()
    status, out, _ = run(capfd, "check", "--home", home, "--trust", home / "trust", "--json")
    said = json.loads(out)
    assert (status, [fault["kind"] for fault in said["faults"]]) == (1, ["trigger"])
    assert any("register_statement" in line for line in said["register"])


def test_a_home_that_is_sound_is_0_with_a_trust_folder_and_3_without(
    home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    status, out, err = run(capfd, "check", "--home", home, "--trust", home / "trust")
    assert (status, "no fault" in out, "done, 309" in err) == (0, True, True)
    status, out, _ = run(capfd, "check", "--home", home)
    assert (status, "Signer undetermined" in out) == (3, True)


def test_json_has_everything_that_a_check_says(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capfd, "check", "--home", home, "--trust", home / "trust", "--json")
    said = json.loads(out)
    assert (status, said["clean"], said["signer"]) == (0, True, "as in the trust folder")
    assert (said["faults"], said["register"], said["register_compared"], said["unread"]) == ([], [], True, [])
    assert said["counts"]["entries"] == said["counts"]["signatures"] == 306
    assert said["counts"]["consistency proofs"] == said["counts"]["checkpoints"] - 1


def test_an_export_is_checked_without_the_home_and_without_a_key(
    exported: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    trust = exported.parent / "trust"
    status, out, _ = run(capfd, "check", "--export", exported, "--trust", trust, "--json")
    said = json.loads(out)
    assert (status, said["faults"], said["register_compared"]) == (0, [], False)
    assert {name: said["counts"][name] for name in ("entries", "signatures", "statements", "documents", "tiles")} == {
        "entries": 306,
        "signatures": 306,
        "statements": 306,
        "documents": 3,
        "tiles": 3,
    }
    status, out, err = run(capfd, "check", "--export", exported)
    assert (status, "Give --trust DIR" in err) == (2, True)


def test_an_export_that_was_altered_is_1_and_the_entry_is_named(
    exported: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    trust = exported.parent / "trust"
    (exported / "statements" / "200.dsse").write_bytes((exported / "statements" / "201.dsse").read_bytes())
    status, out, _ = run(capfd, "check", "--export", exported, "--trust", trust)
    assert (status, "statement: entry 200: " in out) == (1, True)


def test_an_export_of_another_company_does_not_pass_under_this_trust_folder(
    exported: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from evidence.ledger.found import found

    found(
        tmp_path / "other",
        organisation=COMPANY,
        person="Records desk (role)",
        passphrase=b"correct horse battery staple",
        now=START,
        random=os.urandom,
        demo=True,
        origin=ORIGIN,
    )
    status, out, _ = run(capfd, "check", "--export", exported, "--trust", tmp_path / "other" / "trust")
    assert (status, "checkpoint: " in out) == (1, True)


def test_a_folder_that_is_no_export_is_said_to_be_none(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    home = new_home(tmp_path)
    (tmp_path / "empty").mkdir()
    status, _, err = run(capfd, "check", "--export", tmp_path / "empty", "--trust", home / "trust")
    assert (status, "holds no checkpoint" in err) == (1, True)


def test_from_a_checkpoint_on_what_was_not_looked_at_is_said(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    held = home.parent / "held"
    status, _, _ = run(capfd, "checkpoint", "--home", home, "--at", 105, "--out", held)
    assert status == 0
    status, out, err = run(capfd, "check", "--home", home, "--trust", home / "trust", "--since", held)
    assert (status, "remark: the 105 entries before the checkpoint given" in out) == (0, True)
    assert ("201 signatures" in out, "The register was not compared." in err) == (True, True)
    held.write_bytes(held.read_bytes().replace(b"\n105\n", b"\n106\n"))
    status, _, err = run(capfd, "check", "--home", home, "--trust", home / "trust", "--since", held)
    assert (status, "cannot be used" in err) == (1, True)


def test_what_an_altered_row_holds_does_not_drive_the_terminal(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect(home / "evidence.db")) as database:
        database.execute("DROP TRIGGER document_update")
        database.execute("UPDATE document SET media_type = ?", ("\x1b[2J\x1b]0;owned\x07",))
        database.execute("UPDATE document SET created_at = CAST(x'ff1b5b324a' AS TEXT)")
        database.commit()
    status, out, _ = run(capfd, "check", "--home", home, "--trust", home / "trust")
    assert status == 1
    assert "\x1b" not in out
    assert "is stored as" in out
