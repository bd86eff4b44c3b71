"""Misuse and hostile arguments: one line that says what is wrong, the right exit status, and a ledger left as it was.

Every case has a copy of a home with the sample company's records up to its first customs entry. What cannot be a
command (a bad argument, no home, a key that does not open) ends with 2; what is there and is not as it should be ends
with 1; a question without an answer with 3; a ledger that must not sign with 4. Where a limit of the system is set for
the program, or a right taken from it, it runs as a process of its own.
"""

import ctypes
import fcntl
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.misuse import MEGABYTE, SAMPLES, Place, a_disk_with_room_for, a_place, ends, head_of, tell_the_story

ENTRY = str(SAMPLES / "2023-05-15-entry-s01")
GOOD, PLANT, QUARTER = "ARROYO-E1", "MX-SAL", "2023-01-01..2023-03-31"

# a writer that waits half a second for its turn, where the program waits a minute
IMPATIENT = """
import sys
from evidence.ledger.writer import Writer
Writer.__init__.__kwdefaults__["wait_s"] = 0.5
from evidence.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tell_the_story(tmp_path_factory.mktemp("story"))


@pytest.fixture
def place(told: Path, tmp_path: Path) -> Place:
    return a_place(told, tmp_path)


DETERMINE = ("--plant", PLANT, "--period", QUARTER)
AT_PLANT = ("determine", GOOD, "--plant", PLANT, "--period")
ARGUMENTS = [
    pytest.param(("import", "nothing-there"), 2, "is not there", id="a-file-that-is-not-there"),
    pytest.param(("import", ENTRY, "--kind", "nonsense"), 2, "No template", id="a-template-that-is-none"),
    pytest.param(("import", ENTRY, "--received", "2099-01-01", "--basis", "x"), 2, "after today", id="received-later"),
    pytest.param(("import", ENTRY, "--received", "2023-02-30", "--basis", "x"), 2, "2023-02-30", id="no-such-day"),
    pytest.param(("determine", "NO-SUCH-GOOD", *DETERMINE), 3, "NO-SUCH-GOOD", id="an-unknown-good"),
    pytest.param(("determine", "NOBODY:ARROYO-E1", *DETERMINE), 3, "NOBODY", id="an-unknown-owner"),
    pytest.param(("determine", "", *DETERMINE), 2, "part", id="a-good-without-a-name"),
    pytest.param(("determine", "A'; DROP TABLE entry; --", *DETERMINE), 2, "part", id="a-good-that-is-sql"),
    pytest.param(("determine", "A\x1b[31m", *DETERMINE), 2, "part", id="a-good-that-drives-the-terminal"),
    pytest.param(("determine", "A" * 9000, *DETERMINE), 2, "part", id="a-good-of-nine-thousand-letters"),
    pytest.param(("determine", GOOD, "--plant", "../..", "--period", QUARTER), 2, "plant", id="a-plant-as-a-path"),
    pytest.param((*AT_PLANT, "2023-03-31..2023-01-01"), 2, "2023", id="a-period-backwards"),
    pytest.param((*AT_PLANT, "yesterday"), 2, "yesterday", id="no-period"),
    pytest.param((*AT_PLANT, "2023-13"), 2, "2023-13", id="a-thirteenth-month"),
    pytest.param((*AT_PLANT, "0001"), 2, "0001", id="the-first-year-there-is"),
    pytest.param((*AT_PLANT, "9999"), 2, "9999", id="the-last-year-there-is"),
    pytest.param(("determine", GOOD, *DETERMINE, "--basis", "maybe"), 2, "maybe", id="a-basis-that-is-none"),
    pytest.param(("determine", GOOD, *DETERMINE, "--into", "MEXICO"), 2, "MEXICO", id="a-country-in-full"),
    pytest.param(("determine", GOOD, *DETERMINE, "--on", "2023-02-30"), 2, "2023-02-30", id="an-entry-on-no-day"),
    pytest.param(("claim", "NO-SUCH-SHIPMENT", "--by", "X"), 3, "NO-SUCH-SHIPMENT", id="claim-an-unknown-shipment"),
    pytest.param(("claim", "S01", "--by", "X", "--correct"), 2, "--reason", id="correct-without-a-reason"),
    pytest.param(("pack", "build", "NOPE", "--out", "out"), 1, "NOPE", id="a-pack-of-an-unknown-shipment"),
    pytest.param(("pack", "build", "--customs-entry", "../..", "--out", "out"), 1, "../..", id="an-entry-as-a-path"),
    pytest.param(("pack", "build", "--out", "out"), 2, "Name one subject", id="a-pack-of-nothing"),
    pytest.param(("pack", "build", "S01", "--out", "out", "--at", "9999"), 1, "9999", id="at-no-checkpoint"),
    pytest.param(("pack", "build", "S01", "--out", "out", "--at", "9" * 30), 1, "9" * 30, id="at-a-huge-checkpoint"),
    pytest.param(("pack", "release", "EP-S01-9", "--by", "X", "--decision", "answer"), 1, "EP-S01-9", id="no-pack"),
    pytest.param(("pack", "check", "nothing-there"), 1, "no pack", id="check-nothing"),
    pytest.param(("snapshots", "show", "snap-nope"), 1, "snap-nope", id="an-unknown-snapshot"),
    pytest.param(("declarations", "accept", "NOPE", "--reason", "x"), 2, "NOPE", id="an-unknown-declaration"),
    pytest.param(("ledger", "prove", "99999"), 1, "99999", id="an-entry-past-the-end"),
    pytest.param(("ledger", "prove", "3", "--at", "9" * 30), 1, "9" * 30, id="a-proof-at-a-huge-size"),
    pytest.param(("ledger", "check", "--trust", "nothing-there"), 1, "log.vkey", id="a-trust-folder-that-is-none"),
    pytest.param(("rules", "show", "nonsense"), 3, "nonsense", id="a-figure-of-law-that-is-none"),
    pytest.param(("init", "--home", "new", "--demo", "--at", "9999-12-31"), 2, "9999-12-31", id="a-clock-at-the-end"),
    pytest.param(("init", "--home", "new", "--demo", "--at", "0001-01-01"), 2, "0001-01-01", id="a-clock-at-the-start"),
    pytest.param(("init", "--home", "new", "--demo", "--code", "a b"), 2, "code", id="an-organisation-with-a-bad-code"),
    pytest.param(("init", "--demo"), 2, "not empty", id="a-home-over-a-home"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "status", "saying"), ARGUMENTS)
def test_a_bad_argument_is_told_in_one_line_and_changes_nothing(
    place: Place, arguments: tuple[str, ...], status: int, saying: str
) -> None:
    inside = [str(place.root / each) if each in {"out", "new", "nothing-there"} else each for each in arguments]
    before = head_of(place.home)
    done = place.run(*inside)
    assert head_of(place.home) == before
    assert sorted(path.name for path in place.root.iterdir()) == ["home"]
    ends(done, status, saying)


def _no_home(place: Place) -> None:
    shutil.rmtree(place.home)


def _home_is_a_file(place: Place) -> None:
    _no_home(place)
    place.home.write_text("not a home")


def _database_is_gone(place: Place) -> None:
    (place.home / "evidence.db").unlink()


def _settings_are_noise(place: Place) -> None:
    place.replace("settings.toml", b"\xff\xfe = [")


def _clock_is_noise(place: Place) -> None:
    place.replace("clock", b"noon\n")


def _newer_database(place: Place) -> None:
    with closing(sqlite3.connect(place.home / "evidence.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")


def _truncated_database(place: Place) -> None:
    place.replace("evidence.db", (place.home / "evidence.db").read_bytes()[:100_000])


def _empty_database(place: Place) -> None:
    place.replace("evidence.db", b"")


def _database_is_noise(place: Place) -> None:
    place.replace("evidence.db", b"noise" * 4096)


def _wrong_passphrase(place: Place) -> None:
    place.environment["EVIDENCE_PASSPHRASE_FILE"] = place.write("passphrase", "wrong\n")


def _passphrase_for_all(place: Place) -> None:
    right = (place.home / "keys" / "passphrase").read_bytes()
    place.environment["EVIDENCE_PASSPHRASE_FILE"] = place.write("passphrase", right, 0o644)


def _empty_passphrase(place: Place) -> None:
    place.environment["EVIDENCE_PASSPHRASE_FILE"] = place.write("passphrase", "")


def _no_passphrase_file(place: Place) -> None:
    place.environment["EVIDENCE_PASSPHRASE_FILE"] = str(place.root / "nowhere")


def _no_ledger_key(place: Place) -> None:
    (place.home / "keys" / "ledger.pem").unlink()


def _unknown_engine(place: Place) -> None:
    place.environment["EVIDENCE_DATABASE"] = "mysql://nobody@nowhere/evidence"


def _anchor_of_another_ledger(place: Place) -> None:
    place.environment["EVIDENCE_ANCHOR"] = place.write("anchor", "another ledger\n12\n")


def _checkpoint_is_noise(place: Place) -> None:
    place.replace("checkpoint", b"noise")


def _older_database(place: Place) -> None:
    """As after a restored backup: the last entry and its checkpoint are not in the database any more."""
    with closing(sqlite3.connect(place.home / "evidence.db")) as database, database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("DELETE FROM checkpoint WHERE size = (SELECT max(size) FROM checkpoint)")


def _clock_set_back(place: Place) -> None:
    place.replace("clock", b"2023-05-12T00:00:00.000000Z\n")


def _lock_is_a_folder(place: Place) -> None:
    (place.home / "writer.lock").unlink()
    (place.home / "writer.lock").mkdir()


STATES = [
    pytest.param(_no_home, 2, "not an evidence home", id="no-home"),
    pytest.param(_home_is_a_file, 2, "settings.toml", id="a-home-that-is-a-file"),
    pytest.param(_database_is_gone, 2, "no evidence.db", id="no-database"),
    pytest.param(_settings_are_noise, 2, "settings.toml", id="settings-that-are-noise"),
    pytest.param(_clock_is_noise, 2, "clock", id="a-clock-that-is-noise"),
    pytest.param(_newer_database, 1, "newer", id="a-database-of-a-newer-revision"),
    pytest.param(_truncated_database, 1, "malformed", id="a-truncated-database"),
    pytest.param(_empty_database, 1, "revision none", id="an-empty-database"),
    pytest.param(_database_is_noise, 1, "not a database", id="a-database-that-is-noise"),
    pytest.param(_wrong_passphrase, 2, "does not open", id="a-wrong-passphrase"),
    pytest.param(_passphrase_for_all, 2, "chmod 600", id="a-passphrase-that-all-can-read"),
    pytest.param(_empty_passphrase, 2, "empty", id="an-empty-passphrase"),
    pytest.param(_no_passphrase_file, 2, "cannot be read", id="no-passphrase-file"),
    pytest.param(_no_ledger_key, 2, "ledger.pem", id="no-key-of-the-ledger"),
    pytest.param(_unknown_engine, 2, "mysql", id="an-engine-that-is-none"),
    pytest.param(_anchor_of_another_ledger, 4, "anchor", id="an-anchor-of-another-ledger"),
    pytest.param(_checkpoint_is_noise, 4, "checkpoint", id="a-published-checkpoint-that-is-noise"),
    pytest.param(_older_database, 4, "Nothing was signed", id="a-database-without-its-last-checkpoint"),
    pytest.param(_clock_set_back, 4, "clock", id="a-clock-set-back-by-days"),
    pytest.param(_lock_is_a_folder, 4, "writer.lock", id="a-lock-that-is-a-folder"),
]


@pytest.mark.parametrize(("spoil", "status", "saying"), STATES)
def test_a_home_that_is_not_in_order_is_told_in_one_line_and_not_recorded_in(
    place: Place, spoil: Callable[[Place], None], status: int, saying: str
) -> None:
    new = place.write("letter.txt", "A letter that nobody has recorded yet.")
    spoil(place)
    before = head_of(place.home)
    done = place.run("import", new)
    assert head_of(place.home) == before
    ends(done, status, saying)


def test_a_database_of_a_newer_revision_is_not_upgraded(place: Place) -> None:
    _newer_database(place)
    ends(place.run("database", "upgrade"), 1, "newer version")


def test_a_second_writer_gives_up_when_the_first_does_not_end(place: Place) -> None:
    new = place.write("letter.txt", "A letter that nobody has recorded yet.")
    before = head_of(place.home)
    with open(place.home / "writer.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = place.run_apart("-c", IMPATIENT, "import", new)
    assert head_of(place.home) == before
    ends(done, 4, "Another process has been writing")
    assert place.run("import", new).status == 0


def _without_power_over_files() -> None:
    """What root may do and other people may not: pass by the mode of a file. An ordinary user cannot anyway."""
    c_library = ctypes.CDLL(None, use_errno=True)
    drop, override, search = 24, 1, 2
    for capability in (override, search):
        c_library.prctl(drop, capability, 0, 0, 0)


@contextmanager
def _closed(path: Path) -> Iterator[None]:
    mode = path.stat().st_mode
    path.chmod(0)
    try:
        yield
    finally:
        path.chmod(mode)


@pytest.mark.parametrize(
    ("within", "status", "saying"),
    [pytest.param(".", 2, "not readable", id="the-folder"), pytest.param("inner", 1, "cannot be read", id="one-in-it")],
)
def test_a_folder_that_cannot_be_read_is_named(place: Place, within: str, status: int, saying: str) -> None:
    place.write("in/letter.txt", "A letter.")
    place.write("in/inner/letter.txt", "Another letter.")
    place.before = _without_power_over_files
    before = head_of(place.home)
    with _closed(place.root / "in" / within):
        done = place.run("import", str(place.root / "in"))
    assert head_of(place.home) == before
    ends(done, status, saying)


def test_a_home_that_cannot_be_read_is_named(place: Place) -> None:
    place.before = _without_power_over_files
    with _closed(place.home):
        done = place.run("status")
    ends(done, 2, "not readable")


def test_a_file_that_cannot_be_read_is_a_fault_in_its_row_and_nothing_is_recorded(place: Place) -> None:
    letter = Path(place.write("in/letter.txt", "A letter."))
    place.write("in/other.txt", "Another letter.")
    place.before = _without_power_over_files
    before = head_of(place.home)
    with _closed(letter):
        done = place.run("import", str(letter.parent))
    assert head_of(place.home) == before
    assert done.status == 1, done
    assert "letter.txt" in done.printed
    assert "Traceback" not in done.said


def _out_is_a_file(place: Place) -> str:
    return place.write("out", "a file")


def _out_is_beneath_a_file(place: Place) -> str:
    return place.write("out", "a file") + "/packs"


def _out_holds_another_pack(place: Place) -> str:
    return str(Path(place.write("out/S01/other.txt", "no part of this pack")).parents[1])


def _out_holds_a_file_for_the_folder(place: Place) -> str:
    return str(Path(place.write("out/S01", "a file")).parent)


def _out_holds_a_folder_for_the_zip(place: Place) -> str:
    return str(Path(place.write("out/S01.zip/other.txt", "a folder")).parents[1])


@pytest.mark.parametrize(
    "out",
    [
        pytest.param(_out_is_a_file, id="a-file"),
        pytest.param(_out_is_beneath_a_file, id="beneath-a-file"),
        pytest.param(_out_holds_another_pack, id="other-files-where-the-pack-belongs"),
        pytest.param(_out_holds_a_file_for_the_folder, id="a-file-where-the-folder-belongs"),
        pytest.param(_out_holds_a_folder_for_the_zip, id="a-folder-where-the-zip-belongs"),
    ],
)
def test_a_pack_that_has_no_place_is_not_recorded(place: Place, out: Callable[[Place], str]) -> None:
    given = out(place)
    before, lying = head_of(place.home), sorted(place.root.glob("out/**/*"))
    done = place.run("pack", "build", "S01", "--out", given)
    ends(done, 1, str(place.root / "out"))
    assert head_of(place.home) == before
    assert sorted(place.root.glob("out/**/*")) == lying


def test_a_disk_that_fills_up_during_an_import_records_nothing_and_can_be_tried_again(place: Place, told: Path) -> None:
    new = place.write("scan.bin", os.urandom(2 * MEGABYTE))
    before = head_of(place.home)
    with a_disk_with_room_for(place, MEGABYTE):
        done = place.run("import", new)
    assert head_of(place.home) == before
    ends(done, 1, "Check the disk")
    assert place.run("import", new).status == 0
    assert place.run("ledger", "check", "--trust", str(told / "trust")).status == 0


def test_a_disk_that_fills_up_during_a_commit_records_nothing_and_can_be_tried_again(place: Place, told: Path) -> None:
    new = place.write("letter.txt", "A letter that nobody has recorded yet.")
    before = head_of(place.home)
    with a_disk_with_room_for(place, 8192):
        done = place.run("import", new)
    assert head_of(place.home) == before
    ends(done, 4, "database")
    assert place.run("import", new).status == 0
    assert place.run("ledger", "check", "--trust", str(told / "trust")).status == 0


def test_a_disk_that_fills_up_during_a_build_records_nothing_and_can_be_tried_again(place: Place) -> None:
    out, before = place.root / "out", head_of(place.home)
    with a_disk_with_room_for(place, MEGABYTE // 5):
        done = place.run("pack", "build", "S01", "--out", str(out))
    assert head_of(place.home) == before
    ends(done, 1, "cannot be written")
    assert list(out.glob("*")) == []
    assert place.run("pack", "build", "S01", "--out", str(out)).status == 0
