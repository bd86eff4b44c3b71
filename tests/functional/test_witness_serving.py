"""``evidence inbox serve`` has the ledger witnessed beside the recording, and waits for no witness."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from evidence.cli import main
from evidence.ledger.anchors import HolderKind, anchors
from evidence.ledger.asking import Response
from evidence.ledger.found import HomeHandle, open_home
from evidence.ledger.policy import Policy
from evidence.ledger.witness_clerk import THREAD, witness_clerk
from evidence.ledger.witnessing import ask_all, record_quorum
from evidence.web.transport import post
from tests import serving_witness
from tests.functional.conftest import ROOT, environment
from tests.homes import FIRST_ENTRIES, record_holds, signing
from tests.serving_witness import Served, check

passphrase, watched = serving_witness.passphrase, serving_witness.watched  # fixtures


@contextmanager
def inbox_served(home: Path, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", "evidence", "inbox", "serve", "--home", str(home), "--every", "0.2"]
    with log.open("wb") as said:
        process = subprocess.Popen(command, cwd=ROOT, env=environment(), stderr=said, stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0, log.read_text("utf-8")


def wait_until(seen: Callable[[], bool], log: Path) -> None:
    stop = time.monotonic() + 60
    while not seen():
        assert time.monotonic() < stop, log.read_text("utf-8")
        time.sleep(0.05)


def kinds(home: Path) -> list[str]:
    with open_home(home, os.environ) as handle:
        return [entry.kind for entry in handle.ledger.entries(FIRST_ENTRIES)]


def submitted(home: Path, letter: Path) -> None:
    letter.write_text("a letter, SPECIMEN\n", encoding="utf-8")
    assert main(["inbox", "submit", str(letter), "--channel", "mail", "--home", str(home)]) == 0


def test_serving_records_what_comes_in_while_a_witness_hangs_and_its_quorum_when_it_answers(
    watched: tuple[Path, Served], tmp_path: Path
) -> None:
    home, witness = watched
    log = tmp_path / "log"
    os.kill(witness.process.pid, signal.SIGSTOP)
    try:
        with inbox_served(home, log):
            submitted(home, tmp_path / "letter.txt")
            wait_until(lambda: "document-received" in kinds(home), log)
            assert "anchor" not in kinds(home)
            os.kill(witness.process.pid, signal.SIGCONT)
            wait_until(lambda: "anchor" in kinds(home), log)
    finally:
        os.kill(witness.process.pid, signal.SIGCONT)
    assert "auditor: cosigned " in log.read_text("utf-8")
    assert "a quorum of witnesses is on record" in log.read_text("utf-8")
    with open_home(home, os.environ) as handle:
        assert check(handle, Policy.parse((home / "trust" / "policy").read_bytes())).clean


def test_a_policy_that_cannot_be_read_is_told_of_and_holds_up_nothing(
    watched: tuple[Path, Served], tmp_path: Path
) -> None:
    home, _ = watched
    (home / "trust" / "policy").write_text("quorum nobody\n")
    log = tmp_path / "log"
    with inbox_served(home, log):
        submitted(home, tmp_path / "letter.txt")
        wait_until(lambda: "document-received" in kinds(home), log)
        wait_until(lambda: "No witnesses were asked: Line 1 of the policy" in log.read_text("utf-8"), log)


def turned(handle: HomeHandle, rounds: int, now: Callable[[], datetime]) -> list[str]:
    """What a clerk told in so many rounds."""
    told: list[str] = []
    clerk = witness_clerk(handle, post, told.append, now, 0)
    for _ in range(rounds):
        clerk.turn()
        for thread in threading.enumerate():
            if thread.name == THREAD:
                thread.join(30)
    clerk.turn()
    return told


def test_a_clerk_records_each_quorum_once_and_asks_nothing_for_anchors_alone(watched: tuple[Path, Served]) -> None:
    home, _ = watched
    with signing(home) as handle:
        first = turned(handle, 3, lambda: datetime.now(UTC))
        assert first == ["auditor: cosigned 5 entries", "#5: a quorum of witnesses is on record"]
        assert turned(handle, 2, lambda: datetime.now(UTC)) == []
        record_holds(handle, 1)
        assert turned(handle, 2, lambda: datetime.now(UTC))[0] == "auditor: cosigned 7 entries"
        assert [entry.kind for entry in handle.ledger.entries(FIRST_ENTRIES)] == ["anchor", "hold", "anchor"]


def test_a_quorum_that_was_had_when_the_process_ended_is_recorded_by_the_next(watched: tuple[Path, Served]) -> None:
    home, witness = watched
    with signing(home) as handle:
        policy = Policy.parse((home / "trust" / "policy").read_bytes())
        assert ask_all(handle, policy, post, datetime.now(UTC))[0].quorum_met
        assert kinds(home) == []
        os.kill(witness.process.pid, signal.SIGSTOP)  # nobody is needed for it
        try:
            assert turned(handle, 1, lambda: datetime.now(UTC)) == ["#5: a quorum of witnesses is on record"]
        finally:
            os.kill(witness.process.pid, signal.SIGCONT)


def test_two_that_ask_a_witness_at_once_keep_one_cosignature_and_both_go_on(watched: tuple[Path, Served]) -> None:
    home, _ = watched
    policy = Policy.parse((home / "trust" / "policy").read_bytes())
    with signing(home) as handle:

        def overtaken(url: str, body: bytes, headers: Mapping[str, str]) -> Response:
            answer = post(url, body, headers)
            time.sleep(1.1)  # a cosignature bears the second, so that the other's is another one
            assert ask_all(handle, policy, post, datetime.now(UTC))[0].quorum_met
            return answer

        standing, [told] = ask_all(handle, policy, overtaken, datetime.now(UTC))
        assert (told.cosigned, standing.quorum_met) == (True, True)
        [kept] = anchors(handle.engine, HolderKind.WITNESS)
        assert kept.token is not None
        assert standing.note.endswith(kept.token)
        assert record_quorum(handle, standing) is not None
        assert check(handle, policy).clean
