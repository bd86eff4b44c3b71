"""What a witness answers: the statuses of C2SP tlog-witness v1.0.0, and that it never goes back."""

import os
import signal
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import OperationalError

from evidence.core.encoding import to_base64
from evidence.core.tree import EMPTY_ROOT
from evidence.errors import DatabaseBusy, EvidenceError, StoreError
from evidence.ledger.add_checkpoint import MAX_BODY, AddCheckpoint, read_size
from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.cosignature import cosign, cosignatures
from evidence.ledger.note import parse_note, sign, signature_line
from evidence.ledger.witness import Answer
from evidence.ledger.witness_store import FILE_NAME, Why, WitnessStore
from evidence.store.engine import open_engine, writing
from tests.witnesses import NOW, WITNESS, SmallLog, a_witness, cosigns

LOG = SmallLog()
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(9, 41)))


def conflict(size: int) -> Answer:
    return Answer(409, f"{size}\n".encode(), "text/x.tlog.size")


def test_a_log_is_cosigned_as_it_grows_and_again_at_the_same_size(tmp_path: Path) -> None:
    witness = a_witness(tmp_path, LOG)
    for old, size in ((0, 3), (3, 3), (3, 4), (4, 32), (32, 40)):
        answer = witness.answer(LOG.request(old, size))
        assert cosigns(answer, LOG.note(size)), (old, size, answer)
        (found,) = cosignatures(parse_note(LOG.note(size) + answer.body), [WITNESS])
        assert found.moment == NOW
    (watched,) = witness.store.logs()
    assert watched.last is not None
    assert (watched.last.size, watched.last.note) == (40, LOG.note(40))
    assert witness.store.refused() == []


def test_a_log_that_is_not_watched_is_not_found(tmp_path: Path) -> None:
    witness = a_witness(tmp_path, LOG)
    other = SmallLog("log.example/other")
    assert witness.answer(other.request(0, 3)).status == 404
    witness.store.trust(other.verifier)
    assert witness.answer(other.request(0, 3)).status == 200


def test_a_checkpoint_that_its_log_did_not_sign_is_forbidden(tmp_path: Path) -> None:
    witness = a_witness(tmp_path, LOG)
    text = Checkpoint(LOG.origin, 1, bytes(32)).format()
    unsigned = [
        sign(text, LOG.origin, OTHER_KEY),  # another key under its name
        sign(text, "log.example/other", LOG.key),  # its key under another name
        text.encode() + b"\n" + cosign(text, WITNESS.name, OTHER_KEY, 1).encode(),  # a witness alone
        LOG.note(3).replace(b"\n3\n", b"\n4\n"),
    ]
    for note in unsigned:
        assert witness.answer(AddCheckpoint(0, (), note).format()).status == 403
    assert witness.answer(LOG.request(0, 3)).status == 200


def test_signatures_of_unknown_keys_beside_the_logs_own_are_ignored(tmp_path: Path) -> None:
    witness = a_witness(tmp_path, LOG)
    line = signature_line(parse_note(LOG.note(3)).text, LOG.origin, OTHER_KEY)
    assert witness.answer(AddCheckpoint(0, (), LOG.note(3) + line.encode()).format()).status == 200


def test_either_key_of_a_log_that_has_two_will_do(tmp_path: Path) -> None:
    later = SmallLog(key=OTHER_KEY)
    witness = a_witness(tmp_path, LOG, later, LOG)
    assert witness.answer(LOG.request(0, 3)).status == 200
    assert witness.answer(later.request(3, 5)).status == 200
    assert len(witness.store.logs()[0].keys) == 2


MALFORMED = {
    "nothing": b"",
    "no old size": LOG.note(3),
    "no empty line": b"old 0\n" + LOG.note(3).replace(b"\n\n", b"\n"),
    "no checkpoint": b"old 0\n\n",
    "a sign": b"old +1\n\n" + LOG.note(3),
    "a leading zero": b"old 00\n\n" + LOG.note(3),
    "two spaces": b"old  0\n\n" + LOG.note(3),
    "a carriage return": b"old 0\r\n\r\n" + LOG.note(3),
    "a size beyond 63 bits": b"old 9223372036854775808\n\n" + LOG.note(3),
    "a hash of 31 bytes": b"old 1\n" + to_base64(bytes(31)).encode() + b"\n\n" + LOG.note(3),
    "a hash that is no base64": b"old 1\n*\n\n" + LOG.note(3),
    "64 hashes": b"old 1\n" + (to_base64(bytes(32)).encode() + b"\n") * 64 + b"\n" + LOG.note(3),
    "a checkpoint without signature": b"old 0\n\n" + parse_note(LOG.note(3)).text.encode(),
    "a note that is no checkpoint": b"old 0\n\n" + sign("log.example/small\n", LOG.origin, LOG.key),
    "the old size larger": LOG.request(4, 3),
    "too large": b"old 0\n\n" + LOG.note(3) + b"x" * MAX_BODY,
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_what_is_no_request_is_a_bad_one(body: bytes, tmp_path: Path) -> None:
    witness = a_witness(tmp_path, LOG)
    answer = witness.answer(body)
    assert answer.status == 400
    assert answer.body.endswith(b".\n")
    assert answer.body.count(b"\n") == 1
    assert witness.answer(LOG.request(0, 3)).status == 200


def test_63_hashes_are_taken_and_found_wrong_by_what_they_say(tmp_path: Path) -> None:
    witness = a_witness(tmp_path, LOG)
    witness.answer(LOG.request(0, 3))
    assert witness.answer(LOG.request(3, 5, [bytes(32)] * 63)).status == 422


def test_who_does_not_know_the_last_size_is_told_it_and_is_no_suspect(tmp_path: Path) -> None:
    witness = a_witness(tmp_path, LOG)
    assert witness.answer(LOG.request(2, 5)) == conflict(0)
    assert witness.answer(LOG.request(0, 5)).status == 200
    for old, size in ((0, 5), (0, 9), (4, 9), (4, 5)):
        assert witness.answer(LOG.request(old, size)) == conflict(5)
    assert witness.answer(LOG.request(5, 9)).status == 200
    assert witness.answer(LOG.request(0, 5)) == conflict(9)  # a checkpoint that it did cosign, sent again
    assert witness.store.refused() == []


@pytest.mark.parametrize("old", [5, 0, 3])
def test_another_root_of_a_size_is_refused_and_both_notes_are_kept(old: int, tmp_path: Path) -> None:
    witness, fork = a_witness(tmp_path, LOG), LOG.fork(4)
    witness.answer(LOG.request(0, 5))
    assert witness.answer(fork.request(old, 5)) == conflict(5)
    (found,) = witness.store.refused()
    assert (found.why, found.note, found.known_note) == (Why.SPLIT_VIEW, fork.note(5), LOG.note(5))
    witness.answer(LOG.request(5, 9))
    witness.answer(fork.request(old, 5))  # also where the size is long past, and counted, not kept twice
    (found,) = witness.store.refused()
    assert (found.known_note, found.times) == (LOG.note(5), 2)
    assert witness.answer(LOG.request(9, 10)).status == 200  # its own history goes on


def test_a_history_that_goes_on_otherwise_is_refused_and_kept_with_its_proof(tmp_path: Path) -> None:
    witness, fork = a_witness(tmp_path, LOG), LOG.fork(4)
    witness.answer(LOG.request(0, 5))
    assert witness.answer(fork.request(5, 9)).status == 422
    (found,) = witness.store.refused()
    assert (found.why, found.note, found.known_note) == (Why.NOT_A_CONTINUATION, fork.note(9), LOG.note(5))
    assert (found.old, list(found.proof)) == (5, fork.prove(5, 9))
    assert witness.answer(LOG.request(5, 9)).status == 200


def test_a_log_that_went_back_is_refused_and_kept_where_its_checkpoint_was_never_seen(tmp_path: Path) -> None:
    witness, restored = a_witness(tmp_path, LOG), LOG.fork(4)
    witness.answer(LOG.request(0, 9))
    assert witness.answer(restored.request(0, 6)) == conflict(9)
    (found,) = witness.store.refused()
    assert (found.why, found.size, found.note) == (Why.BEHIND, 6, restored.note(6))


@pytest.mark.parametrize("proof", [[], LOG.prove(4, 9), LOG.prove(5, 9)[:-1], [bytes(32), *LOG.prove(5, 9)]])
def test_a_proof_that_does_not_hold_cannot_be_processed(proof: list[bytes], tmp_path: Path) -> None:
    witness = a_witness(tmp_path, LOG)
    witness.answer(LOG.request(0, 5))
    assert witness.answer(LOG.request(5, 9, proof)).status == 422
    assert witness.answer(LOG.request(5, 9)).status == 200


def test_a_first_checkpoint_has_no_proof_and_the_same_size_neither(tmp_path: Path) -> None:
    witness = a_witness(tmp_path, LOG)
    assert witness.answer(LOG.request(0, 5, [bytes(32)])).status == 422
    assert witness.answer(LOG.request(0, 5)).status == 200
    assert witness.answer(LOG.request(5, 5, [bytes(32)])).status == 422


def test_an_empty_log_is_cosigned_with_the_root_of_nothing_only(tmp_path: Path) -> None:
    witness = a_witness(tmp_path, LOG)
    odd = sign(Checkpoint(LOG.origin, 0, bytes(32)).format(), LOG.origin, LOG.key)
    assert witness.answer(AddCheckpoint(0, (), odd).format()) == conflict(0)
    assert Checkpoint.parse(parse_note(LOG.note(0)).text).root == EMPTY_ROOT
    assert cosigns(witness.answer(LOG.request(0, 0)), LOG.note(0))
    assert witness.answer(LOG.request(0, 3)).status == 200


def test_extension_lines_are_cosigned_as_they_stand(tmp_path: Path) -> None:
    witness = a_witness(tmp_path, LOG)
    head = Checkpoint.parse(parse_note(LOG.note(3)).text)
    note = sign(replace(head, extensions=("more",)).format(), LOG.origin, LOG.key)
    answer = witness.answer(AddCheckpoint(0, (), note).format())
    assert cosigns(answer, note)
    assert witness.answer(LOG.request(3, 3)).body != answer.body


def test_a_clock_that_was_set_back_does_not_make_a_newer_head_older(tmp_path: Path) -> None:
    a_witness(tmp_path, LOG).answer(LOG.request(0, 3))
    answer = a_witness(tmp_path, LOG, now=NOW - timedelta(days=1)).answer(LOG.request(3, 5))
    (found,) = cosignatures(parse_note(LOG.note(5) + answer.body), [WITNESS])
    assert found.moment == NOW


def test_the_database_itself_refuses_what_goes_back(tmp_path: Path) -> None:
    witness = a_witness(tmp_path, LOG)
    witness.answer(LOG.request(0, 5))
    engine = open_engine(f"sqlite:///{tmp_path / FILE_NAME}")
    smaller = "INSERT OR REPLACE INTO head SELECT origin, {}, root, note, cosigned_at FROM head"
    for statement in ("UPDATE head SET size = 3", "DELETE FROM head", smaller.format(4), smaller.format(5)):
        with pytest.raises(StoreError, match="never goes back"), writing(engine) as connection:
            connection.execute(text(statement))


@pytest.mark.parametrize(
    "change",
    [
        *("size = 4", "size = 'five'", "root = zeroblob(32)", "note = x'00'", "origin = 'log.example/b'"),
        *("cosigned_at = '2024-05-01'", "cosigned_at = x'ff'"),
    ],
)
def test_records_that_are_not_what_was_written_stop_the_witness(change: str, tmp_path: Path) -> None:
    witness = a_witness(tmp_path, LOG, SmallLog("log.example/b"))
    witness.answer(LOG.request(0, 5))
    engine = open_engine(f"sqlite:///{tmp_path / FILE_NAME}")
    with writing(engine) as connection:
        connection.execute(text("DROP TRIGGER head_update"))
        connection.execute(text(f"UPDATE head SET {change}"))
    log = SmallLog("log.example/b") if change.startswith("origin") else LOG
    with pytest.raises(StoreError, match="not hold what was written"):
        witness.answer(log.request(5, 9))
    with pytest.raises(StoreError, match="not hold what was written"):
        witness.store.logs()


@pytest.mark.parametrize("change", ["first_at = ''", "last_at = 'never'", "why = 'x'", "times = 'often'"])
def test_a_refusal_that_is_not_what_was_written_is_named_as_damaged(change: str, tmp_path: Path) -> None:
    witness = a_witness(tmp_path, LOG)
    witness.answer(LOG.request(0, 9))
    witness.answer(LOG.fork(2).request(9, 9))
    with writing(open_engine(f"sqlite:///{tmp_path / FILE_NAME}")) as connection:
        connection.execute(text(f"UPDATE refused SET {change}"))
    with pytest.raises(StoreError, match=f"not hold what was written for {LOG.origin} at size 9"):
        witness.store.refused()


def test_a_key_that_is_not_what_was_written_stops_the_witness(tmp_path: Path) -> None:
    witness = a_witness(tmp_path, LOG)
    with writing(open_engine(f"sqlite:///{tmp_path / FILE_NAME}")) as connection:
        connection.execute(text("UPDATE log_key SET vkey = 'rubbish'"))
    with pytest.raises(StoreError, match="not hold what was written"):
        witness.answer(LOG.request(0, 3))


def test_after_a_commit_that_failed_the_same_process_cosigns_nothing_more(tmp_path: Path) -> None:
    """It may be on the disk or not: another root answered now could be the second one of its size."""
    witness = a_witness(tmp_path, LOG)
    faults = [OperationalError("COMMIT", {}, sqlite3.OperationalError("disk I/O error"))]

    @event.listens_for(witness.store._engine, "commit")
    def fail(_connection: Connection) -> None:
        if faults:
            raise faults.pop()

    with pytest.raises(StoreError, match="disk I/O error"):
        witness.answer(LOG.request(0, 5))
    for request in (LOG.fork(1).request(0, 5), LOG.request(0, 5), LOG.request(0, 9)):
        with pytest.raises(StoreError, match="failed in a turn before this"):
            witness.answer(request)
    again = a_witness(tmp_path, LOG)
    assert cosigns(again.answer(LOG.request(0, 5)), LOG.note(5)), "started again, it goes by what is on the disk"


def test_a_lock_that_another_program_holds_does_not_end_the_witness(tmp_path: Path) -> None:
    witness = a_witness(tmp_path, LOG)

    def no_patience(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout = 0")

    event.listen(witness.store._engine, "connect", no_patience)
    witness.store.close()  # so that the next connection is a new one
    with writing(open_engine(f"sqlite:///{tmp_path / FILE_NAME}")), pytest.raises(DatabaseBusy):
        witness.answer(LOG.request(0, 5))
    assert cosigns(witness.answer(LOG.request(0, 5)), LOG.note(5))


def test_what_one_log_can_have_kept_as_refused_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evidence.ledger.witness_store._MOST_REFUSED", 3)
    witness = a_witness(tmp_path, LOG)
    witness.answer(LOG.request(0, 9))
    for at in range(1, 8):
        assert witness.answer(LOG.fork(at).request(9, 9)) == conflict(9)
    assert len(witness.store.refused()) == 3


def test_of_eight_at_once_with_eight_histories_one_is_cosigned(tmp_path: Path) -> None:
    witness = a_witness(tmp_path, LOG)
    witness.answer(LOG.request(0, 2))
    forks = [LOG.fork(2 + at) for at in range(8)]
    answers: dict[int, Answer] = {}
    start = threading.Barrier(8)

    def ask(at: int) -> None:
        start.wait()
        answers[at] = witness.answer(forks[at].request(2, 20))

    threads = [threading.Thread(target=ask, args=(at,)) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [at for at, answer in answers.items() if answer.status == 200]
    assert len(won) == 1
    assert cosigns(answers[won[0]], forks[won[0]].note(20))
    assert [answer for at, answer in answers.items() if at not in won] == [conflict(20)] * 7
    assert {found.note for found in witness.store.refused()} == {forks[at].note(20) for at in answers if at not in won}


def _in_a_child(work: Callable[[int], None], after_s: float) -> list[bytes]:
    """Run `work` in a fork, killed after so long; gives the lines it had written."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            work(writer)
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        first = pipe.readline()
        threading.Event().wait(after_s)
        os.kill(child, signal.SIGKILL)
        lines = [first, *pipe]
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    return [line for line in lines if line.endswith(b"\n")]


RACES = 300


def _races() -> list[tuple[SmallLog, SmallLog]]:
    """Logs, each with another history of the same size under its name and key."""
    logs = [SmallLog(f"log.example/{number}", [b"a", b"b", b"c"]) for number in range(RACES)]
    return [(log, log.fork(number % 3)) for number, log in enumerate(logs)]


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.full) for seed in range(1, 8))])
def test_a_witness_killed_at_any_moment_never_cosigns_two_roots_of_one_size(tmp_path: Path, seed: int) -> None:
    """Two histories of many logs race in a process that is killed twenty times; all it ever answered is compared."""
    races = [tuple(side.request(0, 3) for side in sides) for sides in _races()]
    a_witness(tmp_path, *(sides[0] for sides in _races())).store.close()
    chance, said = Random(seed), dict[int, set[int]]()

    def race(pipe: int) -> None:
        witness, order = a_witness(tmp_path), Random(chance.random())
        for number in range(max(0, len(said) - 2), RACES):  # the last ones once more, perhaps the other way about
            for side in order.sample(range(2), 2):
                if witness.answer(races[number][side]).status == 200:
                    os.write(pipe, f"{number} {side}\n".encode())
        signal.pause()

    for _ in range(20):
        for line in _in_a_child(race, chance.uniform(0, 0.02)):
            number, side = map(int, line.split())
            said.setdefault(number, set()).add(side)
    assert {number: sides for number, sides in said.items() if len(sides) != 1} == {}
    store = WitnessStore(tmp_path)
    on_record = {watched.origin: watched.last.note for watched in store.logs() if watched.last is not None}
    store.close()
    for number, (side,) in said.items():
        log = _races()[number][side]
        assert on_record[log.origin] == log.note(3), "what was answered is on record"
    assert len(said) >= 20


def test_a_head_that_is_on_record_and_was_not_answered_binds_the_witness(tmp_path: Path) -> None:
    """Killed between writing and answering: the other history is refused, the one on record is cosigned when asked."""
    fork = LOG.fork(2)
    a_witness(tmp_path, LOG).store.close()

    child = os.fork()
    if child == 0:
        witness, given_back = a_witness(tmp_path), [0]

        def count(*_: object) -> None:
            given_back[0] += 1
            if given_back[0] == 2:  # the first connection read the keys, the second wrote the head
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(witness.store._engine, "checkin", count)
        witness.answer(LOG.request(0, 5))
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    witness = a_witness(tmp_path)
    assert witness.answer(fork.request(0, 5)) == conflict(5)
    assert witness.answer(fork.request(5, 5)) == conflict(5)
    assert cosigns(witness.answer(LOG.request(5, 5)), LOG.note(5))


@settings(max_examples=100)
@given(st.binary(max_size=120), st.integers(0, 200), st.booleans())
def test_whatever_is_sent_only_our_own_errors_come(noise: bytes, at: int, over: bool) -> None:
    good = LOG.request(3, 9)
    with suppress(EvidenceError):
        made = AddCheckpoint.parse(good[:at] + noise + good[at + len(noise) * over :])
        assert AddCheckpoint.parse(made.format()) == made
    with suppress(EvidenceError):
        AddCheckpoint.parse(noise)
    with suppress(EvidenceError):
        read_size(noise)


@given(st.integers(0, 2**63 - 1), st.lists(st.binary(min_size=32, max_size=32), max_size=63), st.binary(max_size=50))
def test_a_request_that_is_written_is_read_back(old: int, proof: list[bytes], note: bytes) -> None:
    made = AddCheckpoint(old, tuple(proof), note)
    assert AddCheckpoint.parse(made.format()) == made
