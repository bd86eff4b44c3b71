"""Witnesses as they are run: ``evidence witness serve`` as a process of its own, ledgers that ask it over HTTP."""

import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from evidence.errors import WitnessContradicts
from evidence.ledger.add_checkpoint import MAX_BODY, AddCheckpoint
from evidence.ledger.anchors import HolderKind, anchors
from evidence.ledger.check_witness import check_witnesses
from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.cosignature import Witness, cosignatures
from evidence.ledger.findings import CheckReport
from evidence.ledger.found import HomeHandle
from evidence.ledger.note import parse_note, sign
from evidence.ledger.policy import Policy, PolicyWitness
from evidence.ledger.witness_client import cosignature_from
from evidence.store.engine import reading, writing
from evidence.web.transport import post
from tests import serving_witness
from tests.homes import FIRST_ENTRIES, ORIGIN, new_home, record_holds, signing
from tests.serving_witness import Served, check, made, policy_of, serving, started, vkey, witnessed
from tests.witnesses import SmallLog

passphrase, watched = serving_witness.passphrase, serving_witness.watched  # fixtures


def test_a_ledger_is_witnessed_as_it_grows_and_each_quorum_is_an_entry(
    watched: tuple[Path, Served], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, served = watched
    policy = Policy.parse((home / "trust" / "policy").read_bytes())
    sizes = []
    for more in (0, 1, 300):
        with signing(home) as handle:
            record_holds(handle, more, batch=100)
            size = handle.ledger.size()
        status, said, _ = witnessed(home, "--out", str(tmp_path / "cosigned"), capsys=capsys)
        assert (status, said["size"], said["quorum_met"], said["recorded"]) == (0, size, True, size)
        verdict = policy.verify((tmp_path / "cosigned").read_bytes(), origin=ORIGIN)
        assert (verdict.checkpoint.size, verdict.quorum_met) == (size, True)
        assert verdict.checkpoint.root.hex() == said["root"]
        sizes.append(size)
    assert sizes == [FIRST_ENTRIES, FIRST_ENTRIES + 2, FIRST_ENTRIES + 303]
    status, said, _ = witnessed(home, capsys=capsys)
    assert (status, said["size"], said["recorded"], said["asked"]) == (0, sizes[-1], None, []), "only an anchor since"
    with signing(home) as handle:
        statements = [entry.statement for entry in handle.ledger.entries(kind="anchor")]
        assert [(each.size, each.held_by) for each in statements if each] == [(size, "auditor") for size in sizes]  # type: ignore[attr-defined]
        kept = handle.documents.read(statements[-1].token)  # type: ignore[union-attr]
        assert kept == (tmp_path / "cosigned").read_bytes()
        report = check(handle, policy)
        assert report.faults == []
        assert report.counts["cosignatures"] == 3
        assert report.remarks == [
            f"a quorum of the policy's witnesses (auditor) cosigned the checkpoint of {sizes[-1]} entries"
        ]
    (log,) = served.listed()["logs"]
    assert (log["origin"], log["size"]) == (ORIGIN, sizes[-1])


def test_a_witness_that_is_away_holds_up_nothing_and_is_asked_again(
    tmp_path: Path, passphrase: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = new_home(tmp_path)
    here, away = (made(tmp_path / name, vkey(home), name=f"{name}.example") for name in ("here", "away"))
    monkeypatch.delenv("EVIDENCE_PASSPHRASE_FILE")
    with serving(here, passphrase) as first:
        gone = Served(
            away, "http://127.0.0.1:1/", Witness.parse((away / "witness.vkey").read_text().strip()), first.process
        )
        policy_of(home, ("a", first), ("b", gone), quorum="group both all a b\nquorum both")
        status, said, told = witnessed(home, capsys=capsys)
        assert (status, said["cosigned_by"], said["quorum_met"], said["recorded"]) == (1, ["a"], False, None)
        assert "No cosignature: " in told
        assert "gave no answer" in told
        with signing(home) as handle:
            record_holds(handle, 1)  # nothing waits for it
        with serving(away, passphrase) as second:
            policy_of(home, ("a", first), ("b", second), quorum="group both all a b\nquorum both")
            status, said, _ = witnessed(home, capsys=capsys)
            assert (status, said["size"], said["cosigned_by"]) == (0, FIRST_ENTRIES + 1, ["a", "b"])
    status, said, _ = witnessed(home, "--show", capsys=capsys)
    assert (status, said["cosigned_by"], said["asked"]) == (0, ["a", "b"], [])
    with signing(home) as handle:
        states = [(each.size, each.name.partition(".")[0], each.state.value) for each in anchors(handle.engine)]
    assert states == [(5, "away", "failed"), (5, "here", "done"), (6, "away", "done"), (6, "here", "done")]


def test_a_witness_that_comes_after_the_quorum_is_added_to_the_same_checkpoint(
    tmp_path: Path, passphrase: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = new_home(tmp_path)
    first, late = (made(tmp_path / name, vkey(home), name=f"{name}.example") for name in ("first", "a-late-one"))
    monkeypatch.delenv("EVIDENCE_PASSPHRASE_FILE")
    with serving(first, passphrase) as one:
        policy_of(home, ("first", one), quorum="quorum first")
        assert witnessed(home, capsys=capsys)[1]["recorded"] == FIRST_ENTRIES
        with serving(late, passphrase) as two:
            path = policy_of(home, ("first", one), ("late", two), quorum="group either any first late\nquorum either")
            status, said, _ = witnessed(home, capsys=capsys)
            assert (status, said["size"], said["cosigned_by"]) == (0, FIRST_ENTRIES, ["first", "late"])
            assert said["recorded"] is None
    with signing(home) as handle:
        report = check(handle, Policy.parse(path.read_bytes()))
    assert (report.faults, report.counts["cosignatures"]) == ([], 2)


def test_a_copy_that_goes_on_otherwise_is_refused_and_both_notes_are_kept_as_evidence(
    watched: tuple[Path, Served], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, served = watched
    assert witnessed(home, capsys=capsys)[0] == 0
    copy = Path(shutil.copytree(home, tmp_path / "copy"))
    with signing(home) as ours, signing(copy) as theirs:
        record_holds(ours, 3, batch=3)
        record_holds(theirs, 3, batch=3)
        size, own, other = ours.ledger.size(), ours.ledger.checkpoint_at(), theirs.ledger.checkpoint_at()
    assert witnessed(home, capsys=capsys)[0] == 0
    status, said, told = witnessed(copy, capsys=capsys)  # the same size, another root: 409
    assert (status, said["quorum_met"], said["recorded"]) == (1, False, None)
    assert said["asked"][0]["contradicts"]
    assert f"CONTRADICTED: auditor has cosigned another root for {size} entries" in told
    (refused,) = served.listed()["refused"]
    assert refused["why"] == "split view"
    assert (refused["note"].encode(), refused["cosigned_note"].encode()) == (other, own)
    with signing(copy) as handle:
        record_holds(handle, 2)
        longer = handle.ledger.checkpoint_at()
    status, said, told = witnessed(copy, capsys=capsys)  # larger, and not a continuation: 422
    assert status == 1
    assert f"cosigned other entries than the first {size} of this ledger" in told
    found = {
        (each["why"], each["note"].encode(), each["cosigned_note"].encode()) for each in served.listed()["refused"]
    }
    assert found == {("split view", other, own), ("not a continuation", longer, own)}
    with signing(home) as handle:
        record_holds(handle, 1)
    assert witnessed(home, capsys=capsys)[0] == 0, "the history that was seen first goes on"


def test_a_ledger_that_was_set_back_and_signs_again_is_refused_and_told_so(
    watched: tuple[Path, Served], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, served = watched
    older = Path(shutil.copytree(home, tmp_path / "older"))
    with signing(home) as handle:
        record_holds(handle, 10, batch=10)
    assert witnessed(home, capsys=capsys)[0] == 0
    with signing(older) as handle:  # no anchor and the whole folder set back: nothing here knows better
        record_holds(handle, 2)
    status, said, told = witnessed(older, capsys=capsys)
    assert (status, said["quorum_met"]) == (1, False)
    size = FIRST_ENTRIES + 10
    assert f"auditor has cosigned {size} entries, and this checkpoint has 7" in told
    (refused,) = served.listed()["refused"]
    assert (refused["why"], refused["size"]) == ("behind", 7)
    # signed with the raw key, around every refusal of the ledger itself
    with signing(older) as handle:
        assert handle.keys is not None
        note = sign(Checkpoint(ORIGIN, size, bytes(32)).format(), ORIGIN, handle.keys.ledger())
        behind = sign(Checkpoint(ORIGIN, 9, bytes(32)).format(), ORIGIN, handle.keys.ledger())
    for old, asked in ((size, note), (0, note), (9, behind), (0, behind)):
        answer = served.ask(AddCheckpoint(old, (), asked).format())
        assert (answer.status_code, answer.content) == (409, f"{size}\n".encode())
        assert answer.headers["content-type"] == "text/x.tlog.size"
    kept = {each["note"].encode() for each in served.listed()["refused"]}
    assert {note, behind} < kept


def test_a_log_of_another_make_is_witnessed_over_http_as_the_standard_has_it(tmp_path: Path, passphrase: Path) -> None:
    log = SmallLog()
    with serving(made(tmp_path / "w", log.verifier.vkey), passphrase) as served, served.client() as client:
        for old, size in ((0, 3), (3, 9), (9, 9)):
            answer = served.ask(log.request(old, size))
            assert served.cosigns(answer, log.note(size))
            assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        answer = served.ask(log.request(4, 12))
        assert (answer.status_code, answer.headers["content-type"], answer.text) == (409, "text/x.tlog.size", "9\n")
        assert served.ask(SmallLog("log.example/other").request(0, 3)).status_code == 404
        assert served.ask(SmallLog(key=served_key()).request(0, 3)).status_code == 403
        assert served.ask(log.request(9, 12, [bytes(32)])).status_code == 422
        assert served.ask(b"old 9\n").status_code == 400
        assert client.get("/add-checkpoint").status_code == 405
        assert client.post("/", content=b"x").status_code == 404
        large = bytes(MAX_BODY + 1)
        for body in (large, (large[at : at + 50_000] for at in range(0, len(large), 50_000))):
            assert client.post("/add-checkpoint", content=body).status_code == 413
        assert served.cosigns(served.ask(log.request(9, 12)), log.note(12))


def served_key() -> Any:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(bytes(range(9, 41)))


def test_the_client_finds_its_way_from_any_size_it_thinks_the_witness_has(tmp_path: Path, passphrase: Path) -> None:
    log = SmallLog()
    with serving(made(tmp_path / "w", log.verifier.vkey), passphrase) as served:
        named = PolicyWitness("w", served.key, served.url)
        for known, size in ((0, 3), (0, 9), (20, 12), (12, 12), (2, 40)):
            line = cosignature_from(named, log.note(size), known, log.prove, post)
            assert len(cosignatures(parse_note(log.note(size) + line), [served.key])) == 1
        fork = log.fork(5)
        for known, size in ((40, 40), (0, 40), (3, 39)):
            with pytest.raises(WitnessContradicts, match=r"two histories|older than"):
                cosignature_from(named, fork.note(size), known, fork.prove, post)


def test_of_eight_callers_at_once_with_eight_histories_one_is_cosigned(tmp_path: Path, passphrase: Path) -> None:
    log = SmallLog()
    forks = [log.fork(2 + at) for at in range(8)]
    answers: list[tuple[int, httpx2.Response]] = []
    with serving(made(tmp_path / "w", log.verifier.vkey), passphrase) as served:
        start = threading.Barrier(8)

        def ask(at: int) -> None:
            body = forks[at].request(0, 20)
            start.wait()
            answers.append((at, served.ask(body)))

        threads = [threading.Thread(target=ask, args=(at,)) for at in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        won = [at for at, answer in answers if served.cosigns(answer, forks[at].note(20))]
        assert len(won) == 1
        assert sorted(answer.status_code for _, answer in answers) == [200] + [409] * 7
        assert len(served.listed()["refused"]) == 7


@pytest.mark.parametrize("kills", [2, pytest.param(20, marks=pytest.mark.full)])
def test_a_server_killed_while_it_answers_never_cosigns_two_roots_of_one_size(
    tmp_path: Path, passphrase: Path, kills: int
) -> None:
    chance, said = Random(kills), dict[str, set[int]]()
    races = [SmallLog(f"log.example/{number}", [b"a", b"b", b"c"]) for number in range(kills * 4)]
    folder = made(tmp_path / "w", *(log.verifier.vkey for log in races))
    for turn in range(kills):
        served = started(folder, passphrase)

        def ask(side: int, served: Served = served, until: int = 4 * (turn + 1)) -> None:
            for number in range(max(0, until - 6), until):  # two of the turn before, whose answers may be lost
                log = races[number].fork(1) if side else races[number]
                try:
                    answer = served.ask(log.request(0, 3))
                except httpx2.HTTPError:
                    return
                if served.cosigns(answer, log.note(3)):
                    said.setdefault(log.origin, set()).add(side)

        threads = [threading.Thread(target=ask, args=(side,)) for side in range(2)]
        for thread in threads:
            thread.start()
        time.sleep(chance.uniform(0.005, 0.06))
        os.kill(served.process.pid, signal.SIGKILL)
        served.process.wait()
        for thread in threads:
            thread.join()
    assert {origin: sides for origin, sides in said.items() if len(sides) > 1} == {}
    with serving(folder, passphrase) as served:
        by_origin = {log["origin"]: log["note"].encode() for log in served.listed()["logs"] if log["note"]}
        for log in races:
            sides = [log, log.fork(1)]
            for side in said.get(log.origin, ()):
                assert by_origin[log.origin] == sides[side].note(3), "what was answered is on record"
            fits = [served.ask(each.request(3, 3)).status_code for each in sides] if log.origin in by_origin else []
            assert sorted(fits) in ([], [200, 409])


@pytest.fixture
def cosigned(watched: tuple[Path, Served], capsys: pytest.CaptureFixture[str]) -> Iterator[tuple[HomeHandle, Policy]]:
    """An open home with one cosignature and its entry, and the guards of its queue taken away."""
    home, _ = watched
    assert witnessed(home, capsys=capsys)[0] == 0
    with signing(home) as handle:
        policy = Policy.parse((home / "trust" / "policy").read_bytes())
        assert check(handle, policy).faults == []
        with writing(handle.engine) as connection:
            for trigger in ("anchor_update", "anchor_delete"):
                connection.execute(text(f"DROP TRIGGER {trigger}"))
        yield handle, policy


def test_a_cosignature_that_was_altered_is_named(cosigned: tuple[HomeHandle, Policy]) -> None:
    handle, policy = cosigned
    (kept,) = anchors(handle.engine, HolderKind.WITNESS)
    assert kept.token is not None
    forged = kept.token[:60] + (b"A" if kept.token[60:61] != b"A" else b"B") + kept.token[61:]
    with writing(handle.engine) as connection:
        connection.execute(text("UPDATE anchor SET token = :token"), {"token": forged})
    row, entry = check(handle, policy).faults
    assert "is not what was written" in row.what
    assert (entry.seq, entry.kind) == (FIRST_ENTRIES, "witness")
    with writing(handle.engine) as connection:  # and where whoever did it made the row's digest anew
        connection.execute(text("UPDATE anchor SET digest = :digest"), {"digest": replace(kept, token=forged).digest})
    line, entry = check(handle, policy).faults
    assert (line.seq, line.kind) == (None, "witness")
    assert "does not verify over the checkpoint" in line.what
    assert entry.what == f"its document is not the checkpoint of size {FIRST_ENTRIES} with lines that are kept"


def test_a_cosignature_that_is_gone_is_missed_by_the_entry_that_rests_on_it(
    cosigned: tuple[HomeHandle, Policy],
) -> None:
    handle, policy = cosigned
    with writing(handle.engine) as connection:
        connection.execute(text("DELETE FROM anchor"))
    (fault,) = check(handle, policy).faults
    assert (fault.seq, fault.kind) == (FIRST_ENTRIES, "witness")


def test_a_cosignature_without_its_checkpoint_is_named(cosigned: tuple[HomeHandle, Policy]) -> None:
    handle, policy = cosigned
    report = CheckReport()
    with reading(handle.engine) as connection:
        check_witnesses(connection, report, lambda _size: None, policy)
    assert [fault.seq for fault in report.faults] == [None, FIRST_ENTRIES]
    assert "no checkpoint is stored there" in report.faults[0].what


def test_the_cosignature_of_a_stranger_is_not_judged_and_said_so(cosigned: tuple[HomeHandle, Policy]) -> None:
    handle, policy = cosigned
    name = policy.witnesses[0].key.vkey.split("+")[:2]
    for unknowing in (Policy.parse(b"quorum none\n"), None):
        report = check(handle, unknowing)
        assert report.faults == []
        assert report.remarks == [
            f"the witness {'+'.join(name)} is not in the policy; its cosignatures were not judged"
        ]
