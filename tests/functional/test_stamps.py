"""Time stamps as a person meets them: the commands, a real authority over HTTP, and OpenSSL as the judge."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from evidence.cli import main
from evidence.ledger.found import open_home
from tests.functional.conftest import environment
from tests.homes import new_home, record_holds, signing
from tests.timestamps import Desk, desk, new_office, new_signer, openssl


@dataclass
class Desktop:
    """A home, an authority, and the program."""

    home: Path
    desk: Desk
    capsys: pytest.CaptureFixture[str]

    def run(self, *words: str) -> tuple[int, str, str]:
        status = main([*words, "--home", str(self.home)])
        out, err = self.capsys.readouterr()
        return status, out, err

    def json(self, *words: str) -> Any:
        status, out, err = self.run(*words, "--json")
        assert status in (0, 1), err
        return json.loads(out)

    def enter(self, name: str = "acme", *more: str) -> tuple[int, str, str]:
        return self.run(
            "ledger", "authority", "add", name, self.desk.url, "--root", str(self.desk.office.root_pem), *more
        )

    def record(self, count: int = 1) -> None:
        with signing(self.home) as handle:
            record_holds(handle, count)


@pytest.fixture
def at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Desktop]:
    with desk(new_office(tmp_path / "office")) as made:
        yield Desktop(new_home(tmp_path), made, capsys)


def down(_: bytes) -> tuple[int, str, bytes]:
    return 503, "text/plain", b"closed for the holidays"


def test_the_whole_way_from_an_authority_to_openssls_word(at: Desktop, tmp_path: Path) -> None:
    status, out, err = at.enter()
    assert status == 0
    assert "fingerprint" in err
    said = openssl(
        at.desk.office.folder, "x509", "-in", "root.pem", "-noout", "-fingerprint", "-sha256"
    ).stdout.decode()
    assert said.strip().partition("=")[2].lower() in out
    status, out, _ = at.run("ledger", "stamp")
    assert (status, out) == (0, "Checkpoint 5: stamped by acme.\nOn record: #5.\n")
    [row] = at.json("ledger", "stamps")
    assert (row["size"], row["state"], row["entry"], row["policy"]) == (5, "done", 5, "1.2.3.4.1")
    assert row["to_renew"] is None
    checked = at.json("ledger", "check")
    assert (checked["faults"], checked["remarks"], checked["counts"]["time stamps"]) == ([], [], 1)
    folder = tmp_path / "for-the-auditor"
    status, _, err = at.run("ledger", "stamps", "--out", str(folder))
    assert status == 0
    assert "VERIFY.txt" in err
    shutil.copy(at.desk.office.root_pem, folder / "acme.root.pem")
    done = subprocess.run(["sh", "-e", "VERIFY.txt"], cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "Verification: OK")
    shutil.copy(at.home / "checkpoint", folder / "checkpoint.5")  # another checkpoint than the one stamped
    done = subprocess.run(["sh", "-e", "VERIFY.txt"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 1


def test_check_names_a_stamp_that_was_bent_and_the_entry_that_it_belongs_to(at: Desktop) -> None:
    at.enter()
    at.run("ledger", "stamp")
    with sqlite3.connect(at.home / "evidence.db") as database:
        database.execute("DROP TRIGGER anchor_delete")
        database.execute("DELETE FROM anchor")
    database.close()
    faults = at.json("ledger", "check")["faults"]
    assert {(fault["seq"], fault["kind"]) for fault in faults} >= {(5, "stamp"), (None, "trigger")}


def test_a_stamp_that_was_not_had_is_asked_for_by_the_next_run(at: Desktop) -> None:
    at.enter()
    at.desk.fault = down
    status, out, err = at.run("ledger", "stamp")
    assert (status, out) == (1, "")
    assert "answered with status 503" in err
    status, out, _ = at.run("ledger", "stamps")
    assert status == 0
    assert "wanted" in out
    assert "status 503" in out
    at.record()
    at.desk.fault = None
    found = at.json("ledger", "stamp")
    assert [one["size"] for one in found["stamped"]] == [5, 6]
    assert found["recorded"] == [6, 7]
    assert at.json("ledger", "stamp") == {"stamped": [], "wanted": [], "recorded": []}


def test_two_authorities_are_asked_and_one_may_be_named(at: Desktop) -> None:
    at.enter()
    at.enter("beta", "--policy", "1.2.3.4.2", "--hash", "sha512")
    assert [one["name"] for one in at.json("ledger", "authority", "list")] == ["acme", "beta"]
    assert [one["authority"] for one in at.json("ledger", "stamp", "--authority", "beta")["stamped"]] == ["beta"]
    assert [one["authority"] for one in at.json("ledger", "stamp")["stamped"]] == ["acme"]
    assert [one["policy"] for one in at.json("ledger", "stamps")] == ["1.2.3.4.2", "1.2.3.4.1"]
    at.desk.fault = down
    at.record()
    assert at.run("ledger", "stamp", "--authority", "beta")[0] == 1
    assert at.run("ledger", "authority", "remove", "beta")[0] == 0
    assert at.json("ledger", "stamps")[-1]["state"] == "failed"
    assert (at.home / "trust" / "authorities" / "beta.pem").exists()


def test_a_stamp_is_renewed_before_its_certificate_ends(at: Desktop) -> None:
    office = at.desk.office
    office.signer = new_signer("time stamps", office.chain[0], days=200)
    at.enter()
    at.run("ledger", "stamp")
    status, out, _ = at.run("ledger", "stamps")
    assert status == 1
    assert "evidence ledger stamp --renew" in out
    office.signer = new_signer("time stamps", office.chain[0])
    status, out, _ = at.run("ledger", "stamp", "--renew")
    assert (status, out) == (0, "Stamp tsa:5:acme: stamped by acme.\nOn record: #6.\n")
    old, new = at.json("ledger", "stamps")
    assert (new["renews"], old["to_renew"], new["to_renew"]) == (old["id"], None, None)
    assert old["holds_until"] == new["certificate_ends"]
    assert at.run("ledger", "stamp", "--renew")[1] == "Nothing is to be renewed.\n"


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("ledger", "stamp"), 2, "authority add"),
        (("ledger", "stamp", "--renew", "--at", "5"), 2, "without --at"),
        (("ledger", "authority", "remove", "acme"), 2, "No time-stamping authority"),
        (("ledger", "authority", "add", "A B", "http://a/", "--root", "ROOT"), 2, "authority's name"),
        (("ledger", "authority", "add", "../a", "http://a/", "--root", "ROOT"), 2, "authority's name"),
        (("ledger", "authority", "add", "acme", "ftp://a/", "--root", "ROOT"), 2, "authority's url"),
        (("ledger", "authority", "add", "acme", "http://a/", "--root", "KEY"), 2, "wanted PEM"),
        (("ledger", "authority", "add", "acme", "http://a/", "--root", "ROOT", "--hash", "md5"), 2, "authority's hash"),
        (
            ("ledger", "authority", "add", "acme", "http://a/", "--root", "ROOT", "--policy", "x"),
            2,
            "authority's policy",
        ),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, tuple) else "",
)
def test_what_cannot_be_is_said_in_one_line_and_changes_nothing(
    at: Desktop, words: tuple[str, ...], status: int, says: str
) -> None:
    before = (at.home / "settings.toml").read_bytes()
    (key := at.desk.office.folder / "some.key").write_bytes(at.desk.office.signer.key_pem)
    places = {"ROOT": str(at.desk.office.root_pem), "KEY": str(key)}
    ended, out, err = at.run(*(places.get(word, word) for word in words))
    assert (ended, out) == (status, "")
    assert says in err
    assert err.count("\n") == 1
    assert (at.home / "settings.toml").read_bytes() == before


def test_an_authority_or_a_size_that_is_not_there_is_named(at: Desktop) -> None:
    at.enter()
    status, _, err = at.run("ledger", "stamp", "--authority", "other")
    assert status == 2
    assert "known: acme" in err
    status, _, err = at.run("ledger", "stamp", "--at", "3")
    assert status == 1
    assert "no checkpoint of size 3" in err


@contextmanager
def serving(home: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "evidence", "inbox", "serve", "--home", str(home), "--every", "0.1"]
    with log.open("wb") as told:
        process = subprocess.Popen(command, env=environment(), stderr=told, stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def wait_until(seen: Callable[[], bool], log: Path) -> None:
    stop = time.monotonic() + 60
    while not seen():
        assert time.monotonic() < stop, log.read_text("utf-8")
        time.sleep(0.05)


def kinds(home: Path) -> list[str]:
    with open_home(home, os.environ) as handle:
        return [entry.kind for entry in handle.ledger.entries(5)]


def test_serving_records_what_comes_in_while_an_authority_hangs_and_its_stamp_when_it_comes(
    at: Desktop, tmp_path: Path
) -> None:
    at.enter()
    at.desk.fault = at.desk.hang
    log = tmp_path / "log"
    with serving(at.home, log) as process:
        assert at.desk.arrived.wait(60), log.read_text("utf-8")
        (letter := tmp_path / "letter.txt").write_text("a letter, SPECIMEN\n", encoding="utf-8")
        assert at.run("inbox", "submit", str(letter), "--channel", "mail")[0] == 0
        wait_until(lambda: "document-received" in kinds(at.home), log)
        assert "anchor" not in kinds(at.home)
        at.desk.leave.set()
        wait_until(lambda: "anchor" in kinds(at.home), log)
    assert process.returncode == 0
    assert "a time stamp is on record" in log.read_text("utf-8")
    [row] = at.json("ledger", "stamps")
    assert (row["size"], row["state"]) == (5, "done")
    assert row["entry"] > 5


def test_serving_ends_cleanly_while_an_authority_hangs_and_the_stamp_stays_wanted(at: Desktop, tmp_path: Path) -> None:
    at.enter()
    at.desk.fault = at.desk.hang
    log = tmp_path / "log"
    with serving(at.home, log) as process:
        assert at.desk.arrived.wait(60), log.read_text("utf-8")
    assert process.returncode == 0
    assert log.read_text("utf-8").strip().endswith("Ended.")
    [row] = at.json("ledger", "stamps")
    assert (row["state"], row["attempts"]) == ("wanted", 0)
