"""People's keys and the ledger's, changed from the command line in real homes, and judged by strangers' tools too."""

import base64
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from evidence.cli import main
from evidence.errors import ProofError
from evidence.ledger.actors import Actors
from evidence.ledger.check_export import check_export
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.found import open_home
from evidence.ledger.keys import KeyFolder
from evidence.ledger.note import parse_note, sign
from evidence.ledger.recorder import Recorder
from evidence.ledger.trust import read_keys, read_verifiers, require_in_use
from evidence.settings import Settings
from tests.dying import dies_at
from tests.homes import FIRST_ENTRIES, ORIGIN, a_hold, set_clock
from tests.restored import Place

SECRET = b"correct horse battery staple"
Run = Callable[..., str]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    made = Place(tmp_path, None)
    for name, value in {**made.environ, "EVIDENCE_HOME": str(made.home)}.items():
        monkeypatch.setenv(name, value)
    return made


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """A command that is to end with a status; gives what it printed, results first."""

    def command(*arguments: str, status: int = 0) -> str:
        capsys.readouterr()
        found = main(arguments)
        out, err = capsys.readouterr()
        assert found == status, (arguments, out, err)
        assert SECRET.decode() not in out + err
        return out if status == 0 else out + err

    return command


def made(run: Run, *arguments: str) -> dict[str, Any]:
    return dict(json.loads(run("keys", *arguments, "--json")))


def listed(run: Run) -> dict[str, dict[str, Any]]:
    return {one["key"]: one for one in json.loads(run("keys", "list", "--json"))}


def of_purpose(run: Run, purpose: str) -> list[str]:
    return [key for key, one in listed(run).items() if one["purpose"] == purpose]


def checked(run: Run, *arguments: str, status: int = 0) -> dict[str, Any]:
    out = run("ledger", "check", *arguments, "--json", status=status)
    return dict(json.loads(out[: out.rindex("}") + 1]))


def record(place: Place, person: str | None = None) -> int:
    """A hold on record, by somebody; its entry."""
    with open_home(place.home, place.environ, sign=True, person=person, projector=place.projector) as handle:
        return handle.record(a_hold()).seq


def openssl_verifies(note: bytes, key: Path, line: int, folder: Path) -> bool:
    """Whether OpenSSL, without any code of ours, takes a line of a note as a signature of this public key."""
    body, _, block = note.partition(b"\n\n")
    signature = base64.b64decode(block.split(b"\n")[line].rsplit(b" ", 1)[1])[4:]
    (folder / "body").write_bytes(body + b"\n")
    (folder / "signature").write_bytes(signature)
    command: list[str | Path] = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", key]
    command += ["-in", folder / "body", "-sigfile", folder / "signature"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def test_the_list_says_of_each_key_whose_it_is_and_where_it_lies(place: Place, run: Run) -> None:
    found = listed(run)
    assert [(one["purpose"], one["state"], one["created_by"]) for one in found.values()] == [
        ("person", "created", 0),
        ("ledger", "created", 1),
        ("organisation", "created", 2),
    ]
    assert {one["place"] for one in found.values()} == {
        f"keys/{next(iter(found))}.pem",
        "keys/ledger.pem",
        "keys/organisation.pem",
    }
    assert next(iter(found.values()))["holder"] == "Records desk (role)"
    assert [one["certificate_ends"] is None for one in found.values()] == [True, True, False]
    shutil.rmtree(place.home / "keys")
    assert {one["place"] for one in listed(run).values()} == {None}  # asked without a passphrase, and without keys


def test_both_keys_of_the_ledger_sign_while_one_takes_the_others_place(place: Place, run: Run, tmp_path: Path) -> None:
    shutil.copytree(place.home / "trust", tmp_path / "published")
    (old,) = of_purpose(run, "ledger")
    new = made(run, "rotate", "ledger", "--reason", "once a year")["key"]
    record(place)
    note = (place.home / "checkpoint").read_bytes()
    assert len(parse_note(note).lines) == 2
    keys = [place.home / "trust" / "keys" / f"{name}.pem" for name in (old, new)]
    assert [[openssl_verifies(note, key, line, tmp_path) for key in keys] for line in (0, 1)] == [
        [True, False],
        [False, True],
    ]
    for verifier in read_verifiers(place.home / "trust"):
        assert open_checkpoint(note, (verifier,), origin=ORIGIN).size == FIRST_ENTRIES + 2
    with open_home(place.home, place.environ) as handle:
        entry = handle.ledger.entry(FIRST_ENTRIES)
        assert entry.envelope is not None
        assert [one.keyid for one in entry.envelope.signatures] == [of_purpose(run, "person")[0], old, new]
    assert checked(run, "--trust", str(place.home / "trust"))["clean"]
    # whoever holds the folder as it was before has the old key's word for the new one
    found = checked(run, "--trust", str(tmp_path / "published"))
    assert found["clean"]
    assert f"it lacks {new}" in " ".join(found["remarks"])


def test_after_the_overlap_the_old_key_signs_nothing_more_and_what_it_signed_holds(
    place: Place, run: Run, tmp_path: Path
) -> None:
    trust = place.home / "trust"
    shutil.copytree(trust, tmp_path / "published")
    before = (place.home / "checkpoint").read_bytes()
    new = made(run, "rotate", "ledger")["key"]
    assert "under way" in run("keys", "rotate", new, status=1)
    assert made(run, "finish-rotation")["entries"] == [FIRST_ENTRIES + 1]
    assert "No rotation" in run("keys", "finish-rotation", status=1)
    (place.home / "keys" / "ledger.pem").rename(tmp_path / "old.pem")  # needed no more
    record(place)
    note = (place.home / "checkpoint").read_bytes()
    assert len(parse_note(note).lines) == 1
    assert openssl_verifies(note, trust / "keys" / f"{new}.pem", 0, tmp_path)
    with pytest.raises(ProofError, match="No known key"):
        open_checkpoint(note, read_verifiers(tmp_path / "published"))
    log, keys = read_verifiers(trust), read_keys(trust)
    assert "rotated by entry 6" in (trust / "FINGERPRINTS.txt").read_text(encoding="utf-8")
    require_in_use(before, log, keys)
    require_in_use(note, log, keys)
    (tmp_path / "ledger.pem").write_bytes((tmp_path / "old.pem").read_bytes())
    old = KeyFolder(tmp_path, SECRET).ledger()
    late = sign(parse_note(note).text, ORIGIN, old)
    assert open_checkpoint(late, log).size == FIRST_ENTRIES + 3  # the signature is the old key's, and fits
    with pytest.raises(ProofError, match="rotated by entry 6"):
        require_in_use(late, log, keys)
    assert checked(run, "--trust", str(tmp_path / "published"))["clean"]
    _put(place, FIRST_ENTRIES + 3, late)
    faults = checked(run, status=1)["faults"]
    assert any(fault["kind"] == "checkpoint" and "in use there" in fault["what"] for fault in faults)


def _put(place: Place, size: int, note: bytes) -> None:
    """Another note in the place of a stored one, by somebody who owns the database."""
    with closing(sqlite3.connect(place.home / "evidence.db")) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute("UPDATE checkpoint SET note = ? WHERE size = ?", (note, size))
        database.commit()


def test_a_head_that_lacks_the_signature_of_a_key_in_use_is_named(place: Place, run: Run) -> None:
    made(run, "rotate", "ledger")
    note = (place.home / "checkpoint").read_bytes()
    body, _, block = note.partition(b"\n\n")
    _put(place, FIRST_ENTRIES + 1, body + b"\n\n" + block.split(b"\n")[1] + b"\n")
    faults = checked(run, status=1)["faults"]
    assert any(fault["kind"] == "checkpoint" and "exactly" in fault["what"] for fault in faults)


def test_a_home_without_the_private_key_that_must_sign_refuses(place: Place, run: Run, tmp_path: Path) -> None:
    new = made(run, "rotate", "ledger")["key"]
    held = place.home / "keys" / f"ledger-{new}.pem"
    held.rename(tmp_path / "away")
    size = checked(run, status=3)["counts"]["entries"]
    told = run("keys", "add-person", "--name", "Second desk (role)", status=4)
    assert f"signed with {new}" in told
    assert "Nothing was signed" in told
    (tmp_path / "away").rename(held)
    assert made(run, "add-person", "--name", "Second desk (role)")["entries"] == [size]


def test_a_person_signs_on_with_a_new_key_and_the_old_one_records_nothing_more(place: Place, run: Run) -> None:
    (old,) = of_purpose(run, "person")
    new = made(run, "rotate", old, "--reason", "a new laptop")["key"]
    assert Settings.load(place.home, {}).person == new
    found = listed(run)
    assert (found[old]["state"], found[old]["ended_by"]) == ("rotated", FIRST_ENTRIES + 1)
    assert (found[new]["replaces"], found[new]["holder"]) == (old, "Records desk (role)")
    assert record(place) == FIRST_ENTRIES + 2
    with pytest.raises(ProofError, match="not in use"):
        record(place, old)
    assert f"{old} is not in use: rotated by entry" in run("keys", "revoke", old, "--reason", "lost", status=1)
    assert checked(run, "--trust", str(place.home / "trust"))["clean"]


def test_a_persons_key_changes_on_the_word_of_its_holder_alone(place: Place, run: Run) -> None:
    (first,) = of_purpose(run, "person")
    second = made(run, "add-person", "--name", "Second desk (role)")["key"]
    (place.home / "keys" / f"{second}.pem").unlink()
    told = run("keys", "rotate", second, status=2)
    assert f"{second}.pem cannot be read" in told
    assert listed(run)[second]["state"] == "created"
    assert made(run, "revoke", second, "--reason", "left")["key"] == second
    assert first != second


def test_one_whose_key_is_revoked_cannot_record_and_somebody_always_can(place: Place, run: Run) -> None:
    (first,) = of_purpose(run, "person")
    assert "only person's key in use" in run("keys", "revoke", first, "--reason", "left", status=1)
    second = made(run, "add-person", "--name", "Second desk (role)")["key"]
    assert record(place, second) == FIRST_ENTRIES + 1
    assert made(run, "revoke", second, "--reason", "left the company")["entries"] == [FIRST_ENTRIES + 2]
    with pytest.raises(ProofError, match="revoked by entry 7"):
        record(place, second)
    assert listed(run)[second]["reason"] == "left the company"
    assert "not in use" in run("keys", "add-person", "--name", "Third", "--by", second, status=1)
    assert checked(run, "--trust", str(place.home / "trust"))["clean"]
    lines = (place.home / "trust" / "FINGERPRINTS.txt").read_text(encoding="utf-8")
    assert f"{second}  person, Second desk (role), from 2023-04-01, revoked by entry 7" in lines


def test_what_a_key_signed_since_it_is_compromised_is_named_and_what_it_signed_before_is_not(
    place: Place, run: Run, tmp_path: Path
) -> None:
    second = made(run, "add-person", "--name", "Second desk (role)")["key"]
    early = record(place, second)
    set_clock(place.home, timedelta(days=2))
    late = [record(place, second), record(place, second)]
    other = record(place)
    shutil.copytree(place.home / "trust", tmp_path / "published")
    (first, _) = of_purpose(run, "person")
    assert "would sign this itself" in run("keys", "compromised", first, "--since", "2023-04-02", status=1)
    assert "still to come" in run("keys", "compromised", second, "--since", "2030-01-01", status=1)
    assert "with its offset" in run("keys", "compromised", second, "--since", "2023-04-02T10:00", status=2)
    assert "wanted a day" in run("keys", "compromised", second, "--since", "yesterday", status=2)
    made(run, "compromised", second, "--since", "2023-04-02", "--reason", "the laptop was stolen")
    with pytest.raises(ProofError, match="compromised by entry"):
        record(place, second)
    found = checked(run, "--trust", str(place.home / "trust"))
    assert found["clean"]  # nothing was altered
    (told,) = found["remarks"]
    assert told == (
        f"{second} (person) is compromised since 2023-04-02T04:00:00.000000Z, as entry {other + 1} states; "
        f"it signed entries {late[0]} to {late[1]} since"
    )
    assert str(early) not in told.rpartition("entries")[2]
    run("ledger", "export", str(tmp_path / "log"), "--statements")
    exported = check_export(tmp_path / "log", read_verifiers(tmp_path / "published"))
    assert exported.clean
    assert told in exported.remarks
    older = checked(run, "--trust", str(tmp_path / "published"))
    assert older["clean"]
    assert "is older than the entries" in " ".join(older["remarks"])


class _Anybody(Actors):
    """The writer of somebody who has the ledger's key and machine, and asks nobody."""

    def check(self, *_: object) -> None:
        return None


def test_an_entry_that_a_compromised_key_signs_afterwards_is_a_fault(place: Place, run: Run) -> None:
    second = made(run, "add-person", "--name", "Second desk (role)")["key"]
    made(run, "compromised", second, "--since", "2023-04-01")
    with open_home(place.home, place.environ, sign=True, projector=place.projector) as handle:
        assert handle.keys is not None
        writer = handle.signer()._writer
        thief = Recorder(writer, handle.keys.person(second), handle.random)
        with pytest.raises(ProofError, match="not in use"):
            thief.record([(a_hold(), ())])
        handle.record(a_hold())
        assert writer._state is not None
        object.__setattr__(writer._state, "actors", _Anybody(writer._state.actors))
        (appended,) = thief.record([(a_hold(), ())])
    faults = checked(run, status=1)["faults"]
    assert [(fault["seq"], fault["kind"]) for fault in faults] == [(appended.seq, "signature")]
    assert "compromised by entry" in faults[0]["what"]


def test_a_trust_folder_that_states_what_no_entry_does_is_a_fault(place: Place, run: Run, tmp_path: Path) -> None:
    """As when the entry that revokes a key was cut off with the end of the ledger."""
    second = made(run, "add-person", "--name", "Second desk (role)")["key"]
    shutil.copytree(place.home / "trust", tmp_path / "published")
    place_of = tmp_path / "published" / "keys.json"
    stated = json.loads(place_of.read_text(encoding="utf-8"))
    for key in stated["keys"]:
        if key["key"] == second:
            key |= {"state": "revoked", "ended_by": FIRST_ENTRIES + 1}
    place_of.write_text(json.dumps(stated), encoding="utf-8")
    faults = checked(run, "--trust", str(tmp_path / "published"), status=1)["faults"]
    assert any(fault["kind"] == "trust" and f"{second} ended by entry" in fault["what"] for fault in faults)


def _in_step(place: Place, run: Run) -> None:
    """Everything as after a command that was never interrupted."""
    assert checked(run, "--trust", str(place.home / "trust"))["clean"]
    on_record = set(of_purpose(run, "person")) | set(of_purpose(run, "ledger"))
    lying = {path.stem.removeprefix("ledger-") for path in (place.home / "keys").glob("*key-*.pem")}
    assert lying <= on_record, "a key lies there that no entry brings in"
    assert {key.key for key in read_keys(place.home / "trust")} >= on_record
    record(place)


@pytest.mark.parametrize("which", ["person", "ledger", "added"])
@pytest.mark.parametrize("step", [2, 9, 16])
def test_killed_on_the_way_a_change_of_keys_is_finished_by_the_same_command(
    place: Place, run: Run, which: str, step: int
) -> None:
    _kill_and_go_on(place, run, which, step)


@pytest.mark.full
@pytest.mark.parametrize("which", ["person", "ledger", "added"])
def test_killed_at_every_step_a_change_of_keys_is_finished_by_the_same_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run, which: str
) -> None:
    step, died = 0, True
    while died:
        folder = tmp_path / str(step)
        folder.mkdir()
        each = Place(folder, None)
        for name, value in {**each.environ, "EVIDENCE_HOME": str(each.home)}.items():
            monkeypatch.setenv(name, value)
        died = _kill_and_go_on(each, run, which, step)
        step += 1
        shutil.rmtree(folder)
    assert step > 20


def _kill_and_go_on(place: Place, run: Run, which: str, step: int) -> bool:
    (person,) = of_purpose(run, "person")
    command = {
        "person": ("rotate", person),
        "ledger": ("rotate", of_purpose(run, "ledger")[0]),
        "added": ("add-person", "--name", "Second desk (role)"),
    }[which]
    died = dies_at(step, lambda: main(("keys", *command)))
    before = len(listed(run))
    if died and not (which == "added" and before == 4):  # a person who is on record already is not added again
        made(run, *command)
    assert len(listed(run)) == 4
    if which == "added":
        run("keys", "finish-rotation", status=1)  # which only writes nothing
        made(run, "certify")  # any change brings the trust folder up to date
    _in_step(place, run)
    return died


def test_the_passphrase_may_stand_in_the_environment_and_is_never_told(
    place: Place, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    written = Settings.load(place.home, {})
    written.model_copy(update={"passphrase_file": None}).write()
    assert "EVIDENCE_PASSPHRASE_FILE" in run("keys", "add-person", "--name", "A", status=2)
    monkeypatch.setenv("EVIDENCE_PASSPHRASE", SECRET.decode())
    made(run, "add-person", "--name", "A")
    monkeypatch.setenv("EVIDENCE_PASSPHRASE", "wrong guess")
    told = run("keys", "add-person", "--name", "B", status=2)
    assert "does not open with this passphrase" in told
    assert "wrong guess" not in told
    monkeypatch.setenv("EVIDENCE_PASSPHRASE_FILE", str(tmp_path / "passphrase"))
    assert "are both set" in run("keys", "add-person", "--name", "B", status=2)
    help_page = run("keys", "add-person", "--help")
    assert "--passphrase " not in help_page


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        pytest.param(("rotate", "key-0000000000000000"), 1, "no key on record. Known: key-", id="unknown"),
        pytest.param(("rotate", "x" * 500), 1, "is no key on record", id="long"),
        pytest.param(("revoke", "ledger", "--reason", "r"), 1, "the ledger's only key", id="last-of-the-ledger"),
        pytest.param(("revoke", "ledger"), 2, "--reason", id="no-reason"),
        pytest.param(("add-person", "--name", " "), 2, "holder", id="no-name"),
        pytest.param(("list", "--by", "x"), 2, "No such option", id="reading-needs-nobody"),
    ],
)
def test_a_wrong_use_ends_in_one_line(
    place: Place, run: Run, arguments: tuple[str, ...], status: int, told: str
) -> None:
    before = (place.home / "checkpoint").read_bytes()
    said = run("keys", *arguments, status=status)
    assert told in said
    assert said.count("\n") == 1
    assert (place.home / "checkpoint").read_bytes() == before


def test_a_checkpoint_names_no_more_keys_than_two(place: Place, run: Run) -> None:
    made(run, "rotate", "ledger")
    assert "under way" in run("keys", "rotate", of_purpose(run, "ledger")[1], status=1)
    made(run, "finish-rotation")
    made(run, "rotate", "ledger")
    made(run, "finish-rotation")
    note = (place.home / "checkpoint").read_bytes()
    assert len(parse_note(note).lines) == 1
    assert Checkpoint.parse(parse_note(note).text).size == FIRST_ENTRIES + 4
    assert [one["state"] for one in listed(run).values() if one["purpose"] == "ledger"] == [
        "rotated",
        "rotated",
        "created",
    ]
    assert checked(run, "--trust", str(place.home / "trust"))["clean"]


def test_the_keys_are_kept_encrypted_and_for_their_owner_alone(place: Place, run: Run) -> None:
    made(run, "rotate", "ledger")
    made(run, "rotate", "organisation")
    made(run, "add-person", "--name", "Second desk (role)")
    for path in (place.home / "keys").glob("*.pem"):
        assert path.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
        assert path.stat().st_mode & 0o777 == 0o600
    assert os.environ.get("EVIDENCE_PASSPHRASE") is None
