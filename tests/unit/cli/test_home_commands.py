"""``init``, ``status``, ``backup``, ``ledger``, ``inbox`` and ``database`` as a person runs them."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from evidence.cli import main
from evidence.ledger import proof
from evidence.ledger.found import open_home
from evidence.ledger.trust import read_verifiers
from evidence.register.project import Projector
from evidence.store.documents import DocumentStore
from tests.homes import FIRST_ENTRIES, a_hold, signing


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("cli") / "home"
    assert main(["init", "--home", str(home), "--demo", "--at", "2023-04-01"]) == 0
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    import shutil

    shutil.copytree(made, tmp_path / "home")
    return tmp_path / "home"


def _run(capfdbinary: pytest.CaptureFixture[bytes], *arguments: str) -> tuple[int, bytes]:
    capfdbinary.readouterr()
    status = main(list(arguments))
    return status, capfdbinary.readouterr().out


def _json(capfdbinary: pytest.CaptureFixture[bytes], *arguments: str) -> tuple[int, dict[str, object]]:
    status, out = _run(capfdbinary, *arguments, "--json")
    return status, json.loads(out)


def _record(home: Path) -> None:
    with signing(home, projector=Projector(DocumentStore(home / "documents"))) as handle:
        handle.record(a_hold())


def test_a_new_home_stands_well_and_checks_clean(home: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    status, found = _json(capfdbinary, "status", "--home", str(home))
    assert (status, found["entries"], found["demonstration"], found["wrong"]) == (0, FIRST_ENTRIES, True, [])
    status, found = _json(capfdbinary, "ledger", "check", "--home", str(home))
    assert (status, found["clean"], found["faults"], found["register"]) == (3, True, [], [])
    assert found["signer"] == "undetermined"  # whose keys these are, a home cannot say of itself
    shutil.copytree(home / "trust", home.parent / "published")
    status, found = _json(
        capfdbinary, "ledger", "check", "--home", str(home), "--trust", str(home.parent / "published")
    )
    assert (status, found["clean"], found["signer"]) == (0, True, "as in the trust folder")
    assert _json(capfdbinary, "database", "check", "--home", str(home))[0] == 0
    assert _run(capfdbinary, "status", "--home", str(home))[1].count(b"Specimen Motors, Inc.") == 1


def test_a_home_is_not_made_over_another(home: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert _run(capfdbinary, "init", "--home", str(home), "--demo")[0] == 2


@pytest.mark.parametrize(
    "arguments",
    [["--organisation", "A"], ["--demo", "--code", "no spaces"], ["--at", "2023-01-01", "--organisation", "A"]],
    ids=["no-code", "bad-code", "simulated-time-in-earnest"],
)
def test_a_home_that_lacks_something_is_not_made(
    tmp_path: Path, arguments: list[str], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert _run(capfdbinary, "init", "--home", str(tmp_path / "home"), *arguments)[0] == 2
    assert list(tmp_path.iterdir()) == []


def test_a_home_in_earnest_takes_its_passphrase_from_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    (tmp_path / "passphrase").write_text("correct horse\n", encoding="ascii")
    (tmp_path / "passphrase").chmod(0o600)
    monkeypatch.setenv("EVIDENCE_PASSPHRASE_FILE", str(tmp_path / "passphrase"))
    organisation = ["--organisation", "Example Motors", "--code", "EXM", "--person", "Kim Example"]
    assert _run(capfdbinary, "init", "--home", str(tmp_path / "home"), *organisation)[0] == 0
    assert not (tmp_path / "home" / "clock").exists()
    assert not (tmp_path / "home" / "keys" / "passphrase").exists()
    assert b"passphrase" not in (tmp_path / "home" / "settings.toml").read_bytes()
    with open_home(tmp_path / "home", {"EVIDENCE_PASSPHRASE_FILE": str(tmp_path / "passphrase")}, sign=True) as handle:
        assert handle.signer().actor == handle.settings.person


def test_an_altered_ledger_is_found_wanting_and_the_entry_named(
    home: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    with closing(sqlite3.connect(home / "evidence.db")) as database:
        database.execute("DROP TRIGGER ledger_entry_update")
        database.execute("UPDATE ledger_entry SET kind = 'claim' WHERE seq = 3")
        database.commit()
    status, out = _run(capfdbinary, "ledger", "check", "--home", str(home))
    assert status == 1
    assert b"index: entry 3:" in out


def test_a_register_edited_by_hand_is_found_by_the_check_of_the_ledger(
    home: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    with closing(sqlite3.connect(home / "evidence.db")) as database:
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute("UPDATE register_statement SET kind = 'claim' WHERE seq = 3")
        database.commit()
    status, found = _json(capfdbinary, "ledger", "check", "--home", str(home))
    assert (status, found["faults"], len(found["register"])) == (1, [], 1)  # type: ignore[arg-type]


def test_a_checkpoint_that_somebody_kept_names_what_was_cut_off(
    home: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    with closing(sqlite3.connect(home / "evidence.db")) as source, closing(sqlite3.connect(tmp_path / "old")) as old:
        source.backup(old)
    _record(home)
    kept = tmp_path / "kept"
    assert _run(capfdbinary, "ledger", "checkpoint", "--home", str(home), "--out", str(kept))[0] == 0
    (home / "evidence.db").write_bytes((tmp_path / "old").read_bytes())
    (home / "checkpoint").unlink()
    assert _run(capfdbinary, "ledger", "check", "--home", str(home))[0] == 3
    status, found = _json(capfdbinary, "ledger", "check", "--home", str(home), "--checkpoint", str(kept))
    assert (status, [fault["seq"] for fault in found["faults"]]) == (1, [FIRST_ENTRIES])  # type: ignore[attr-defined]


def test_a_proof_handed_out_holds_for_its_leaf(home: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    proved = _run(capfdbinary, "ledger", "prove", "2", "--home", str(home))[1]
    leaf = _run(capfdbinary, "ledger", "leaf", "2", "--home", str(home))[1]
    assert proof.verify(proof.Proof.parse(proved), leaf, read_verifiers(home / "trust")).size == FIRST_ENTRIES
    assert _run(capfdbinary, "ledger", "prove", "99", "--home", str(home))[0] == 1


def test_what_is_left_without_a_key_is_recorded_by_whoever_has_one(
    home: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    (tmp_path / "letter.txt").write_bytes(b"we withdraw our declaration")
    for _ in range(2):  # the same letter twice: kept once
        assert _run(capfdbinary, "inbox", "submit", str(tmp_path / "letter.txt"), "--home", str(home))[0] == 0
    assert len(json.loads(_run(capfdbinary, "inbox", "list", "--home", str(home), "--json")[1])) == 2
    status, out = _run(capfdbinary, "inbox", "take", "--home", str(home), "--json")
    assert (status, [item["seq"] for item in json.loads(out)]) == (0, [FIRST_ENTRIES, FIRST_ENTRIES])
    assert json.loads(_run(capfdbinary, "inbox", "list", "--home", str(home), "--json")[1]) == []
    assert _json(capfdbinary, "ledger", "check", "--home", str(home))[1]["clean"] is True


def test_backup_and_export_write_where_they_are_told(
    home: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    status, found = _json(capfdbinary, "backup", str(tmp_path / "copy"), "--home", str(home))
    assert (status, found["entries"], found["documents"]) == (0, FIRST_ENTRIES, 2)
    assert _json(capfdbinary, "ledger", "check", "--home", str(tmp_path / "copy"))[0] == 3
    assert _json(capfdbinary, "ledger", "export", str(tmp_path / "log"), "--home", str(home))[0] == 0
    assert (tmp_path / "log" / "checkpoint").read_bytes() == (home / "checkpoint").read_bytes()


def test_a_folder_that_is_no_home_is_used_wrongly(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    for command in (["status"], ["ledger", "check"], ["inbox", "list"], ["database", "check"]):
        assert _run(capfdbinary, *command, "--home", str(tmp_path))[0] == 2


def test_a_disposal_is_recorded_and_carried_out_by_one_command(
    home: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    (tmp_path / "letter.txt").write_bytes(b"to be let go")
    assert _run(capfdbinary, "inbox", "submit", str(tmp_path / "letter.txt"), "--home", str(home))[0] == 0
    assert _run(capfdbinary, "inbox", "take", "--home", str(home))[0] == 0
    targets = [f"#{FIRST_ENTRIES}:received", f"#{FIRST_ENTRIES}:statement"]
    assert _run(capfdbinary, "ledger", "dispose", *targets, "--home", str(home))[0] == 2
    why = ["--rule", "five years after entry", "--approved-by", "Kim Example"]
    status, found = _json(capfdbinary, "ledger", "dispose", *targets, *why, "--home", str(home))
    assert (status, found["statements"], found["documents"], found["overwritten"]) == (0, 1, 1, True)
    again = _json(capfdbinary, "ledger", "dispose", "--resume", str(found["seq"]), "--home", str(home))
    assert (again[0], again[1]["documents"]) == (0, 0)
    assert _json(capfdbinary, "ledger", "check", "--home", str(home))[1]["clean"] is True


def test_a_lost_anchor_is_shown_and_written_again_when_somebody_accepts_it(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setenv("EVIDENCE_ANCHOR", str(tmp_path / "anchor"))
    status, found = _json(capfdbinary, "ledger", "anchor", "--home", str(home))
    assert (status, found["kept"], found["entries"]) == (1, None, FIRST_ENTRIES)
    assert _run(capfdbinary, "inbox", "take", "--home", str(home))[0] == 4
    status, found = _json(capfdbinary, "ledger", "anchor", "--accept", "--home", str(home))
    assert (status, found["kept"]) == (0, FIRST_ENTRIES)
    assert _run(capfdbinary, "inbox", "take", "--home", str(home))[0] == 0


def test_a_backup_is_restored_into_a_new_home_which_says_when_it_is_behind_its_anchor(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setenv("EVIDENCE_ANCHOR", str(tmp_path / "anchor"))
    assert _run(capfdbinary, "ledger", "anchor", "--accept", "--home", str(home))[0] == 0
    (tmp_path / "letter.txt").write_bytes(b"a letter that waits")
    assert _run(capfdbinary, "inbox", "submit", str(tmp_path / "letter.txt"), "--home", str(home))[0] == 0
    copy, again = str(tmp_path / "copy"), str(tmp_path / "again")
    assert _run(capfdbinary, "backup", copy, "--home", str(home))[0] == 0
    keys = ["--keys", str(home / "keys")]
    status, found = _json(capfdbinary, "restore", copy, *keys, "--home", again)
    assert (status, found["entries"], found["behind_anchor"]) == (0, FIRST_ENTRIES, False)
    assert len(json.loads(_run(capfdbinary, "inbox", "list", "--home", again, "--json")[1])) == 1
    assert _run(capfdbinary, "restore", copy, "--home", again)[0] == 2  # never over another
    assert _run(capfdbinary, "inbox", "take", "--home", str(home))[0] == 0  # the first home goes on
    status, found = _json(capfdbinary, "restore", copy, *keys, "--home", str(tmp_path / "third"))
    assert (status, found["behind_anchor"]) == (1, True)
    assert _run(capfdbinary, "inbox", "take", "--home", str(tmp_path / "third"))[0] == 4
