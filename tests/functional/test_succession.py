"""A ledger restored short of what was signed goes on under a new origin, and nothing signed before is worth less."""

import json
import os
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from evidence.cli import main
from evidence.core.identifiers import mint
from evidence.core.statements.succession import Succession
from evidence.errors import EvidenceError, LedgerError, RefusesToSign, UsageError
from evidence.ledger.check import check_ledger
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.found import open_home
from evidence.ledger.note import open_note
from evidence.ledger.proof import Proof, verify
from evidence.ledger.succeed import SucceededTo, succeed
from evidence.ledger.succession import STAGED, Lineage
from evidence.ledger.successor import Successor
from evidence.ledger.trust import read_verifiers
from evidence.register.rebuild import compare
from evidence.store.engine import reading
from evidence.store.twin import twin_of
from tests.dying import dies_at
from tests.functional.conftest import Demo
from tests.homes import FIRST_ENTRIES, ORIGIN, START, a_disposal, record_holds, record_with_document
from tests.postgresql import server
from tests.restored import Place, cut_back

SAID = {"reason": "the disk failed", "by": "Records desk (role)"}
RESTORED = FIRST_ENTRIES + 3


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with server() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return Place(tmp_path, None if request.param == "sqlite" else request.getfixturevalue("address"))


@pytest.fixture
def small(tmp_path: Path) -> Place:
    return Place(tmp_path, None)


@contextmanager
def successor(place: Place) -> Iterator[Successor]:
    opened = Successor.open(place.home, place.environ, random=os.urandom, projector=place.projector)
    try:
        yield opened
    finally:
        opened.engine.dispose()


def go_on(place: Place, **options: Any) -> SucceededTo:
    with successor(place) as opened:
        return succeed(opened, **{**SAID, **options})


def checked(place: Place, *held: bytes, trust: Path | None = None) -> Any:
    with open_home(place.home, place.environ) as handle:
        folder = trust or place.home / "trust"
        kept = [(place.home / "checkpoint").read_bytes(), place.anchor.read_bytes(), *held]
        origin = handle.settings.origin
        return check_ledger(
            handle.engine, handle.documents, read_verifiers(folder), None, kept, origin=origin, trust=folder
        )


def test_a_ledger_that_lost_its_end_goes_on_under_a_new_origin_that_says_so(place: Place) -> None:
    lost = place.lose()
    with pytest.raises(RefusesToSign, match="evidence ledger succeed"), place.signing():
        pass
    published = shutil.copytree(place.home / "trust", place.folder / "published")
    done = go_on(place)
    assert (done.predecessor, done.entry, done.lost_from, done.lost_to) == (ORIGIN, RESTORED, RESTORED, RESTORED + 1)
    assert done.origin.rpartition("/")[0] == ORIGIN.rpartition("/")[0] != done.origin
    assert done.kept is not None
    assert (done.kept.parent, done.kept.read_bytes()) == (place.anchor.parent, lost)
    with place.signing() as handle:
        assert handle.settings.origin == done.origin
        record_holds(handle, 2)
        entry = handle.ledger.entry(done.entry).statement
        assert isinstance(entry, Succession)
        assert (entry.note, entry.size, entry.origin) == (lost, RESTORED, done.origin)
        assert entry.root == handle.ledger.root(RESTORED).hex()
        assert compare(handle.engine, handle.ledger, handle.documents, lambda _steps=1, _total=None: None) == []
        with reading(handle.engine) as connection:
            lineage = Lineage.of(connection, done.origin)
        sizes = handle.ledger.checkpoint_sizes()
        bear = {size: Checkpoint.parse(open_note(handle.ledger.checkpoint_at(size), handle.verifiers()).text).origin
                for size in sizes}  # fmt: skip
        assert bear == {size: lineage.origin_at(size) for size in sizes}
        assert set(bear.values()) == {ORIGIN, done.origin}
        assert open_checkpoint(place.anchor.read_bytes(), handle.verifiers(), origin=done.origin).size == RESTORED + 3
    report = checked(place, lost)
    assert report.faults == []
    assert any("are lost" in remark or "lost" in remark for remark in report.remarks)
    assert checked(place, lost, trust=published).faults, "the trust folder from before does not know the new key"


def test_proofs_from_before_and_after_hold_under_the_names_of_their_time(small: Place) -> None:
    lost = small.lose()
    old = read_verifiers(small.home / "trust")
    done = go_on(small)
    with small.signing() as handle:
        record_holds(handle, 1)
        leaf = handle.ledger.entry(2).leaf_bytes
        for size, origin, keys in (
            (RESTORED, ORIGIN, old),
            (None, done.origin, handle.verifiers()),
        ):
            verify(Proof.parse(handle.ledger.tlog_proof(2, size)), leaf, keys, origin=origin)
        new = [verifier for verifier in handle.verifiers() if verifier.name == done.origin]
        assert {verifier.name for verifier in handle.verifiers()} == {ORIGIN, done.origin}
        with pytest.raises(LedgerError):
            open_checkpoint(lost, new)
        assert {verifier.public_key for verifier in old}.isdisjoint({verifier.public_key for verifier in new})


def test_a_larger_checkpoint_that_turns_up_later_shows_that_more_was_lost(small: Place) -> None:
    with small.signing() as handle:
        record_holds(handle, 3)
    kept = small.keep()
    with small.signing() as handle:
        record_holds(handle, 1)
    known = small.anchor.read_bytes()
    with small.signing() as handle:
        record_holds(handle, 1)
    later = small.anchor.read_bytes()
    small.restore(kept)
    small.anchor.write_bytes(known)
    twin_of(small.anchor).unlink(missing_ok=True)
    go_on(small)
    assert checked(small, known).faults == []
    (fault,) = checked(small, later).faults
    assert (fault.seq, fault.kind) == (RESTORED, "succession")
    assert "more was lost" in fault.what


def test_what_was_disposed_of_and_what_was_lost_are_told_apart(place: Place) -> None:
    with place.signing() as handle:
        gone, _ = record_with_document(handle, b"let go")
        kept, sha256 = record_with_document(handle, b"still wanted")
        disposal = handle.record(a_disposal(f"#{gone}:received", f"#{gone}:statement")).seq
        from evidence.ledger.dispose import carry_out
        from evidence.register.project import forget

        carry_out(handle, disposal, forget)
    lost = place.lose()
    go_on(place)
    report = checked(place, lost)
    assert (report.faults, report.counts["statement disposed"], report.counts["documents disposed"]) == ([], 1, 1)
    with open_home(place.home, place.environ) as handle:
        handle.documents.dispose(sha256, disposal)
    (fault,) = checked(place, lost).faults
    assert (fault.seq, fault.kind) == (kept, "document")
    assert fault.what.startswith("lost:")


def test_a_succession_cannot_be_disposed_of(small: Place) -> None:
    small.lose()
    done = go_on(small)
    with small.signing() as handle, pytest.raises(LedgerError, match="a succession statement stays"):
        handle.record(a_disposal(f"#{done.entry}:statement"))


def test_a_home_that_lacks_nothing_is_not_renamed(small: Place) -> None:
    with small.signing() as handle:
        record_holds(handle, 1)
    with pytest.raises(RefusesToSign, match="Nothing is known to be missing"):
        go_on(small)
    assert not (small.home / STAGED).exists()
    with small.signing() as handle:
        assert handle.settings.origin == ORIGIN


def test_a_ledger_that_went_on_is_not_renamed_again_for_the_end_that_it_has_given_up(place: Place) -> None:
    lost = place.lose()
    done = go_on(place)
    assert not twin_of(place.anchor).exists()
    assert not twin_of(place.home / "checkpoint").exists()
    for kept in ((), (lost,)):
        with pytest.raises(RefusesToSign, match="Nothing is known to be missing"):
            go_on(place, checkpoints=kept)
    with place.signing() as handle:
        assert handle.settings.origin == done.origin
        record_holds(handle, 1)
    again = place.lose()  # the end of the new name is another matter
    third = go_on(place, checkpoints=[lost])
    assert (third.predecessor, third.lost_to - third.lost_from) == (done.origin, 1)
    assert checked(place, lost, again).faults == []


def test_another_history_is_not_vouched_for(small: Place) -> None:
    """The home went on after a restore that nobody noticed; a checkpoint from before contradicts it."""
    with small.signing() as handle:
        record_holds(handle, 3)
    kept = small.keep()
    with small.signing() as handle:
        record_holds(handle, 2)
        reached = small.anchor.read_bytes()
        record_holds(handle, 4)
    ahead = small.anchor.read_bytes()
    small.restore(kept)
    for path in small.anchor.parent.iterdir():
        path.unlink()
    small.anchor.write_bytes(open_at(small))
    with small.signing() as handle:
        record_holds(handle, 3)
    for checkpoints in ([reached, ahead],):
        with pytest.raises(RefusesToSign, match="not sound"):
            go_on(small, checkpoints=checkpoints)
    assert not (small.home / STAGED).exists()


def open_at(place: Place) -> bytes:
    with open_home(place.home, place.environ) as handle:
        return handle.ledger.checkpoint_at()


def test_damage_in_what_was_restored_is_named_and_nothing_is_signed(small: Place) -> None:
    small.lose()
    with closing(sqlite3.connect(small.home / "evidence.db")) as database:
        database.execute("DROP TRIGGER disclosure_update")
        database.execute("UPDATE disclosure SET body = replace(body, 'reason', 'raison')")
        database.commit()
    with pytest.raises(RefusesToSign, match="not sound"):
        go_on(small)


def staged(place: Place) -> str:
    """A home whose succession was killed before it was recorded; gives a backup that lacks nothing."""
    with place.signing() as handle:
        record_holds(handle, 3)
    kept = place.keep()
    with place.signing() as handle:
        record_holds(handle, 2)
    whole = place.keep()
    place.restore(kept)
    with pytest.raises(UsageError):
        go_on(place, person="nobody")
    assert (place.home / STAGED).exists()
    return whole


def test_what_was_altered_between_a_kill_and_the_next_command_is_not_vouched_for(small: Place) -> None:
    staged(small)
    with closing(sqlite3.connect(small.home / "evidence.db")) as database:
        database.execute("DROP TRIGGER ledger_entry_update")
        database.execute("UPDATE ledger_entry SET signatures = zeroblob(100) WHERE seq = 3")
        database.commit()
    with pytest.raises(RefusesToSign, match="not sound"):
        go_on(small)


def test_a_backup_that_lacks_nothing_ends_a_succession_that_was_not_recorded(place: Place) -> None:
    place.restore(staged(place))
    with pytest.raises(RefusesToSign, match="Nothing is missing any more"):
        go_on(place)
    assert [path.name for path in place.home.iterdir() if path.is_dir() and "succession" in path.name] == []
    assert not list(place.anchor.parent.glob("anchor.ended-at-*"))
    with place.signing() as handle:
        assert handle.settings.origin == ORIGIN
        record_holds(handle, 1)
    assert checked(place).faults == []


def test_a_writer_that_was_open_before_a_succession_was_begun_signs_no_more(small: Place) -> None:
    with small.signing() as handle:
        record_holds(handle, 1)
        (small.home / STAGED).mkdir()
        with pytest.raises(RefusesToSign, match="begun and not finished"):
            record_holds(handle, 1)
        (small.home / STAGED).rmdir()
        record_holds(handle, 1)


def test_a_reason_that_cannot_be_recorded_is_told_in_words(small: Place) -> None:
    small.lose()
    with pytest.raises(UsageError, match="characters that can be seen"):
        go_on(small, reason="")
    assert go_on(small).lost_from == RESTORED


def test_no_succession_comes_in_by_another_way(small: Place) -> None:
    with small.signing() as handle:
        root = handle.ledger.root().hex()
        statement = Succession(
            id=mint("succ", START, os.urandom),
            issuer="self",
            origin="elsewhere.example/log",
            key="elsewhere.example/log+00000000+" + "A" * 44,
            predecessor=ORIGIN,
            checkpoint=(ORIGIN, "9", "q" * 43 + "=", "", "\u2014 x y"),
            size=FIRST_ENTRIES,
            root=root,
            lost_from=FIRST_ENTRIES,
            lost_to=8,
            reason="none",
            by="nobody",
        )
        with pytest.raises(EvidenceError):
            handle.record(statement)
        assert handle.ledger.size() == FIRST_ENTRIES
        with pytest.raises(ValueError, match="begins where"):
            Succession.model_validate(statement.model_dump() | {"lost_from": 6})


def test_a_backup_from_before_a_succession_goes_on_once_more_with_the_published_keys(small: Place) -> None:
    with small.signing() as handle:
        record_holds(handle, 3)
    kept = small.keep()
    with small.signing() as handle:
        record_holds(handle, 2)
    early = shutil.copytree(small.home, small.folder / "early")
    small.restore(kept)
    second = go_on(small)
    published = shutil.copytree(small.home / "trust", small.folder / "published")
    with small.signing() as handle:
        record_holds(handle, 4)
    ahead = small.anchor.read_bytes()
    shutil.rmtree(small.home)
    early.rename(small.home)
    small.restore(kept)
    with pytest.raises(EvidenceError):
        go_on(small)
    third = go_on(small, trust=published)
    assert third.origin not in {ORIGIN, second.origin}
    assert (third.predecessor, third.lost_from, third.lost_to) == (ORIGIN, RESTORED, RESTORED + 4)
    assert checked(small, ahead).faults == []
    names = {verifier.name for verifier in read_verifiers(small.home / "trust")}
    assert names == {ORIGIN, second.origin, third.origin}


def _killed_and_finished(place: Place, step: int) -> bool:
    """Kill a succession at a step, and give the command again; whether it had not ended by itself before."""
    lost = place.lose()
    if not dies_at(step, lambda: go_on(place)):
        return False
    begun = (place.home / STAGED).exists()
    try:
        with place.signing() as handle:
            assert handle.settings.origin != ORIGIN, "nothing may be signed under the old origin"
            assert not begun, "what is half done signs nothing"
    except RefusesToSign:
        done = go_on(place)
        assert (done.lost_from, done.lost_to) == (RESTORED, RESTORED + 1)
    with place.signing() as handle:
        record_holds(handle, 1)
        kinds = [entry.kind for entry in handle.ledger.entries()]
        assert (kinds.count("succession"), kinds[RESTORED]) == (1, "succession")
        origin = handle.settings.origin
        assert open_checkpoint(place.anchor.read_bytes(), handle.verifiers(), origin=origin).size == len(kinds)
    assert checked(place, lost).faults == []
    (aside,) = place.anchor.parent.glob("anchor.ended-at-*")
    assert aside.read_bytes() == lost
    assert not [path.name for path in place.home.iterdir() if path.is_dir() and "succession" in path.name]
    return True


@pytest.mark.parametrize("step", [1, 3, 6, 8, 10, 12, 14, 17, 21])
def test_killed_at_any_step_it_is_finished_by_the_same_command(small: Place, step: int) -> None:
    assert _killed_and_finished(small, step)


@pytest.mark.full
def test_killed_at_every_step_it_is_finished_by_the_same_command(tmp_path: Path) -> None:
    step = 0
    while True:
        (tmp_path / f"{step}").mkdir()
        if not _killed_and_finished(Place(tmp_path / f"{step}", None), step):
            break
        step += 1
    assert step > 20


def test_the_command_says_what_it_did_and_what_is_to_be_done(
    small: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = small.lose()
    for name, value in small.environ.items():
        monkeypatch.setenv(name, value)
    letter = small.folder / "letter.txt"
    letter.write_text("again\n", encoding="ascii")
    assert main(["import", str(letter), "--home", str(small.home)]) == 4
    assert "evidence ledger succeed" in capsys.readouterr().err
    (small.folder / "kept").write_bytes(lost)
    assert main(["ledger", "succeed", "--home", str(small.home), "--reason", "fire", "--by", "us", "--json"]) == 0
    told = capsys.readouterr()
    done = json.loads(told.out)
    assert (done["entry"], done["lost_to"]) == (RESTORED, RESTORED + 1)
    assert "Publish trust/ again" in told.err
    assert main(["import", str(letter), "--home", str(small.home)]) == 0
    command = ["ledger", "check", "--home", str(small.home), "--trust", str(small.home / "trust")]
    assert main([*command, "--checkpoint", str(small.folder / "kept")]) == 0
    assert "are lost" in capsys.readouterr().out
    assert main(["ledger", "succeed", "--home", str(small.home), "--reason", "fire", "--by", "us"]) == 4
    assert main(["ledger", "anchor", "--home", str(small.home)]) == 0
    assert main(["status", "--home", str(small.home), "--json"]) == 0
    capsys.readouterr()
    assert main(["ledger", "export", str(small.folder / "log"), "--home", str(small.home)]) == 0
    assert (small.folder / "log" / "checkpoint").read_text(encoding="utf-8").startswith(done["origin"] + "\n")


@pytest.mark.parametrize("built_too", [False, pytest.param(True, marks=pytest.mark.full)])
def test_packs_from_before_pass_their_check_and_those_of_lost_entries_say_so(
    demo: Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str], built_too: bool
) -> None:
    """What a pack holds stays proved under the old name: the trust folder lists both keys, and what was lost."""
    home, out = demo.copy_home(tmp_path), tmp_path / "packs"
    (tmp_path / "anchor").write_bytes((home / "checkpoint").read_bytes())
    lost = demo.packs / "S01.zip"
    with zipfile.ZipFile(lost) as archive:
        leaves = [PurePosixPath(name) for name in archive.namelist() if name.endswith(".leaf")]
        last = max(int(leaf.stem) for leaf in leaves)
    with open_home(home, {}) as handle:
        kept_size = max(size for size in handle.ledger.checkpoint_sizes() if size <= last)

    def built(*arguments: str) -> str:
        capsys.readouterr()
        assert main(["pack", "build", "S01", "--home", str(home), "--out", str(out), "--json", *arguments]) == 0
        return str(json.loads(capsys.readouterr().out)["archive"])

    before = [(built("--at", str(kept_size)), False)] if built_too else []
    cut_back(home, kept_size)
    for path in home.glob("checkpoint*"):
        path.unlink()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVIDENCE_ANCHOR", str(tmp_path / "anchor"))
        assert main(["register", "rebuild", "--home", str(home)]) == 0
        assert main(["ledger", "succeed", "--home", str(home), "--reason", "fire", "--by", "us"]) == 0
        assert main(["ledger", "check", "--home", str(home), "--trust", str(home / "trust")]) == 0
        after = [(built(), False)] if built_too else []
        for pack, says in (*before, (str(lost), True), *after):
            capsys.readouterr()
            assert main(["pack", "check", pack, "--trust", str(home / "trust"), "--json"]) == 0
            told = capsys.readouterr().out
            assert ("lost from the ledger since, and kept by this pack" in told) is says, pack
            assert (f"entries from {kept_size} on were lost to" in told) is says
