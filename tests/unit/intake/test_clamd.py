"""The virus scanner: a real clamd is asked, and one that does not answer lets nothing through."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from evidence.cli import main
from evidence.cli.opening import opened, registered
from evidence.core.statements.own import DocumentReceived
from evidence.errors import IntakeError, LimitExceeded, ScannerUnavailable
from evidence.intake.clamd import Scanner, scanner_of
from evidence.ledger.found import HomeHandle
from evidence.ledger.inbox import Arrival, Inbox, Item, State
from evidence.settings import Settings
from tests import clamav
from tests.homes import FIRST_ENTRIES, START, new_home
from tests.unit.intake import making


@pytest.fixture(scope="module")
def clamd() -> Iterator[clamav.Daemon]:
    with clamav.daemon() as running:
        yield running


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "letter.txt").write_bytes(b"we withdraw our declaration\n")
    (folder / "infected.txt").write_bytes(b"dear sirs, " + clamav.VIRUS + b"\n")
    return folder


@pytest.fixture
def scanned_home(tmp_path: Path, clamd: clamav.Daemon, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EVIDENCE_CLAMD", clamd.tcp)
    return new_home(tmp_path)


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """Something that listens like a clamd and gives this answer, whatever it is asked; then it closes."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def answer_once() -> None:
            with server.accept()[0] as connection:
                connection.recv(1024)
                connection.sendall(answer)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass

        thread = threading.Thread(target=answer_once)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        thread.join()


def receipts(handle: HomeHandle) -> list[DocumentReceived]:
    with registered(handle) as register:
        return [each.value for each in register.statements(DocumentReceived, channel="mail")]


def left(home: Path, *contents: tuple[str, bytes]) -> list[Item]:
    inbox = Inbox(home)
    items = [inbox.submit(content, Arrival(name, "mail"), START, os.urandom) for name, content in contents]
    inbox.close()
    return items


def queue_of(home: Path) -> list[tuple[str, State]]:
    inbox = Inbox(home)
    found = [(item.name, item.state) for item in inbox.items()]
    inbox.close()
    return found


@pytest.mark.parametrize("by", ["tcp", "path"])
def test_a_finding_has_its_name_and_a_clean_file_none(clamd: clamav.Daemon, files: Path, by: str) -> None:
    scanner = Scanner(getattr(clamd, by))
    assert scanner.scan(files / "letter.txt") is None
    assert scanner.scan(files / "infected.txt") == clamav.NAME


def test_a_verdict_says_which_scanner_gave_it(clamd: clamav.Daemon) -> None:
    said = Scanner(clamd.tcp).says(None)
    assert said.startswith("clamd 1.")
    assert said.endswith(": nothing found")


def test_a_file_larger_than_the_scanner_takes_is_refused_and_not_passed_by(clamd: clamav.Daemon, files: Path) -> None:
    (files / "large.bin").write_bytes(bytes(clamav.MOST_BYTES + 1))
    with pytest.raises(LimitExceeded, match=r"large\.bin is larger .* StreamMaxLength"):
        Scanner(clamd.tcp).scan(files / "large.bin")


@pytest.mark.parametrize("address", ["127.0.0.1:1", "/nowhere/clamd.ctl"])
def test_a_scanner_that_is_not_there_lets_nothing_through(files: Path, address: str) -> None:
    with pytest.raises(ScannerUnavailable, match="does not answer"):
        Scanner(address).scan(files / "letter.txt")


def test_a_scanner_that_hangs_lets_nothing_through(files: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        scanner = Scanner(f"127.0.0.1:{silent.getsockname()[1]}", timeout_s=1)
        with pytest.raises(ScannerUnavailable, match="timed out"):
            scanner.scan(files / "letter.txt")


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        pytest.param(b"", ScannerUnavailable, "without an answer", id="nothing"),
        pytest.param(b"stream: lstat() failed. ERROR\0", IntakeError, "could not be scanned", id="an-error"),
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", IntakeError, "could not be scanned", id="no-clamd"),
    ],
)
def test_an_answer_that_is_no_verdict_is_not_taken_for_a_clean_one(
    files: Path, answer: bytes, error: type[IntakeError], says: str
) -> None:
    with answering(answer) as address, pytest.raises(error, match=says):
        Scanner(address).scan(files / "letter.txt")


def test_what_is_not_clamd_has_no_version() -> None:
    with answering(b"SSH-2.0-server\r\n\0") as address, pytest.raises(ScannerUnavailable, match="is not clamd"):
        Scanner(address).says(None)


def test_a_home_that_names_no_scanner_has_none(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    assert scanner_of(Settings.load(home, {})) is None
    assert scanner_of(Settings.load(home, {"EVIDENCE_CLAMD": "127.0.0.1:3310"})) == Scanner("127.0.0.1:3310")


def test_an_import_refuses_a_file_with_a_finding_and_names_it(
    scanned_home: Path, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", str(files), "--home", str(scanned_home)]) == 1
    said = capsys.readouterr().out
    assert clamav.NAME in said
    assert "infected.txt" in said
    with opened(scanned_home) as handle:
        assert handle.ledger.size() == FIRST_ENTRIES


def test_the_receipt_of_a_clean_file_says_who_looked(scanned_home: Path) -> None:
    left(scanned_home, ("letter.txt", b"a letter"), ("items.csv", making.csv_text(making.ITEM).encode()))
    assert main(["inbox", "take", "--home", str(scanned_home)]) == 0
    with opened(scanned_home) as handle:
        said = [receipt.virus_scan or "" for receipt in receipts(handle)]
    assert len(said) == 2
    assert all(text.startswith("clamd ") and text.endswith("nothing found") for text in said)


def test_an_infected_item_is_held_back_and_those_behind_it_are_recorded(scanned_home: Path) -> None:
    left(scanned_home, ("infected.txt", clamav.VIRUS), ("letter.txt", b"a letter"))
    assert main(["inbox", "take", "--home", str(scanned_home)]) == 1
    assert queue_of(scanned_home) == [("infected.txt", State.HELD_BACK), ("letter.txt", State.RECORDED)]
    inbox = Inbox(scanned_home)
    (item,) = inbox.items(State.HELD_BACK)
    inbox.close()
    assert clamav.NAME in item.reason[0]
    keep = ["--reason", "kept for the police", "--by", "Records desk (role)", "--home", str(scanned_home)]
    assert main(["inbox", "keep", item.id, *keep]) == 1  # a person's choice does not get past the scanner either


def test_items_wait_while_the_scanner_is_away_and_are_taken_when_it_is_back(
    tmp_path: Path, clamd: clamav.Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = new_home(tmp_path)
    left(home, ("one.txt", b"one"), ("two.txt", b"two"))
    monkeypatch.setenv("EVIDENCE_CLAMD", "127.0.0.1:1")
    assert main(["inbox", "take", "--home", str(home)]) == 1
    inbox = Inbox(home)
    first, second = inbox.items(State.WAITING)
    inbox.close()
    assert "does not answer" in first.reason[0]
    assert (first.attempts, second.attempts) == (1, 0)
    with opened(home) as handle:
        assert handle.ledger.size() == FIRST_ENTRIES
    monkeypatch.setenv("EVIDENCE_CLAMD", clamd.path)
    assert main(["inbox", "take", "--home", str(home)]) == 0
    assert queue_of(home) == [("one.txt", State.RECORDED), ("two.txt", State.RECORDED)]
