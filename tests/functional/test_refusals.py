"""Each reason to refuse, met through the command: status 4, one line that says what to do, and nothing signed."""

import ctypes
import os
import sqlite3
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from evidence.cli import main
from evidence.core.values import moment_text
from evidence.ledger.check import check_ledger
from evidence.ledger.found import open_home
from evidence.store.twin import twin_of
from tests.functional.conftest import ROOT, environment
from tests.homes import FIRST_ENTRIES, a_hold, new_home, record_holds, signing
from tests.postgresql import server
from tests.restored import Place


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with server() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return Place(tmp_path, None if request.param == "sqlite" else request.getfixturevalue("address"))


class Told:
    """What the command said and how it ended."""

    def __init__(self, status: int, said: str) -> None:
        self.status, self.said = status, said

    def refuses(self, *words: str) -> None:
        assert self.status == 4, self.said
        lines = [line for line in self.said.splitlines() if line.startswith("evidence: ")]
        assert len(lines) == 1, self.said
        assert all(word in lines[0] for word in words), lines[0]
        assert "Traceback" not in self.said


def imported(
    home: Path, environ: dict[str, str], capsys: pytest.CaptureFixture[str], content: str = "a letter\n"
) -> Told:
    """Import a letter, in this process."""
    letter = home.parent / "letter.txt"
    letter.write_text(content, encoding="ascii")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        capsys.readouterr()
        status = main(["import", str(letter), "--home", str(home)])
    return Told(status, capsys.readouterr().err)


def ran(home: Path, *before: str, environ: dict[str, str] | None = None, content: str = "a letter\n") -> Told:
    """Import a letter, in a process of its own, beneath another program."""
    letter = home.parent / "letter.txt"
    letter.write_text(content, encoding="ascii")
    command = [*before, sys.executable, str(ROOT / "cli.py"), "import", str(letter), "--home", str(home)]
    done = subprocess.run(
        command, env=environment() | (environ or {}), capture_output=True, text=True, timeout=120, check=False
    )
    return Told(done.returncode, done.stderr)


def test_a_database_older_than_what_was_handed_out(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    ahead = place.lose()
    imported(place.home, place.environ, capsys).refuses("older than what was handed out", "Restore a newer backup")
    assert place.anchor.read_bytes() == ahead
    assert not (place.home / "checkpoint").exists()


def test_another_history_under_the_same_name(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    with place.signing() as handle:
        record_holds(handle, 2)
    kept, elsewhere = place.keep(), place.anchor.with_name("elsewhere")
    with place.signing() as handle:
        record_holds(handle, 2)
    handed_out = place.anchor.read_bytes()
    place.restore(kept)
    place.anchor.rename(elsewhere)
    with open_home(place.home, place.environ) as handle:
        place.anchor.write_bytes(handle.ledger.checkpoint_at())
    twin_of(place.anchor).unlink(missing_ok=True)
    with place.signing() as handle:
        record_holds(handle, 2)
    for path in (place.anchor, twin_of(place.anchor), *place.home.glob("checkpoint*")):
        path.unlink(missing_ok=True)
    place.anchor.write_bytes(handed_out)
    imported(place.home, place.environ, capsys).refuses("are not those of the checkpoint", "evidence ledger check")


def test_an_anchor_that_is_not_mounted(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    place.anchor.rename(place.folder / "mislaid")
    imported(place.home, place.environ, capsys).refuses("no checkpoint is kept there", "Mount that storage")


def _of_real_time(home: Path, last: datetime) -> None:
    """A home on the machine's clock whose last entry was recorded at that moment."""
    (home / "clock").write_text(moment_text(last) + "\n", encoding="ascii")
    with signing(home) as handle:
        handle.record(a_hold())
    settings = (home / "settings.toml").read_text(encoding="utf-8")
    (home / "settings.toml").write_text(settings.replace("demo = true", "demo = false"), encoding="utf-8")
    (home / "clock").unlink()


def test_a_clock_that_ran_backwards(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = new_home(tmp_path)
    _of_real_time(home, datetime.now(UTC) + timedelta(seconds=60))
    imported(home, {}, capsys).refuses("The clock says", "Set the clock right")
    with open_home(home, {}) as handle:
        assert handle.ledger.size() == FIRST_ENTRIES + 1


def test_a_clock_that_is_back_by_a_moment_is_waited_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = new_home(tmp_path)
    last = datetime.now(UTC) + timedelta(seconds=4)
    _of_real_time(home, last)
    assert datetime.now(UTC) < last, "the machine is too busy for this test"
    assert imported(home, {}, capsys).status == 0
    with open_home(home, {}) as handle:
        assert handle.ledger.entry(FIRST_ENTRIES + 1).leaf.recorded_at >= last


_INJECTED = {
    "full": (("pwrite64", "ENOSPC"), "database or disk is full"),
    "commit": (("fdatasync", "EIO"), "disk I/O error"),
    "write": (("pwrite64", "EIO"), "disk I/O error"),
}


@pytest.mark.parametrize("fault", ["full", "commit", pytest.param("write", marks=pytest.mark.full)])
def test_a_disk_that_fails_while_a_batch_is_written(tmp_path: Path, fault: str) -> None:
    """The fault is given by the kernel's own hand (strace) to every such call on the database's log."""
    home = new_home(tmp_path)
    (call, error), says = _INJECTED[fault]
    log = str(home / "evidence.db-wal")
    tracing = ["strace", "-f", "-qq", "-o", "/dev/null", "-P", log, "-e", f"trace={call}"]
    before = (home / "checkpoint").read_bytes()
    told = ran(home, *tracing, "-e", f"inject={call}:error={error}")
    told.refuses("The ledger could not be written", says, "give the command again")
    assert (home / "checkpoint").read_bytes() == before
    again = ran(home)
    assert again.status == 0, again.said
    with open_home(home, {}) as handle:
        assert handle.ledger.size() == FIRST_ENTRIES + 1
        assert check_ledger(handle.engine, handle.documents, handle.verifiers()).faults == []


def test_a_setting_of_sqlite_that_does_not_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Locks by files beside the database have no shared memory, so that SQLite cannot keep a write-ahead log."""
    home = new_home(tmp_path)
    url = f"sqlite:///file:{home / 'evidence.db'}?vfs=unix-dotfile&uri=true"
    with closing(sqlite3.connect(home / "evidence.db")) as database:
        database.execute("PRAGMA journal_mode = delete")
    imported(home, {"EVIDENCE_DATABASE": url}, capsys).refuses(
        "would not set journal_mode", "on a disk of this machine"
    )
    assert imported(home, {}, capsys).status == 0


def test_another_machine_that_writes_to_the_same_postgresql(
    tmp_path: Path, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    place = Place(tmp_path, address)
    url = place.environ["EVIDENCE_DATABASE"]
    impatient = place.environ | {"EVIDENCE_DATABASE": f"{url}?options=-clock_timeout%3D300ms"}
    with psycopg.connect(url) as other:
        other.execute("SELECT 1 FROM head FOR UPDATE")
        imported(place.home, impatient, capsys).refuses("has been writing to the database for too long", "nothing was")
    assert imported(place.home, impatient, capsys).status == 0


def test_another_program_that_holds_the_sqlite_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from sqlalchemy import event

    from evidence.errors import DatabaseBusy
    from evidence.store.engine import open_engine, writing

    home = new_home(tmp_path)
    engine = open_engine(f"sqlite:///{home / 'evidence.db'}")
    event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout = 50"))
    with closing(sqlite3.connect(home / "evidence.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusy, match="find out which program"), writing(engine):
            pass
    engine.dispose()
    assert imported(home, {}, capsys).status == 0


def _apart(work: Callable[[], None]) -> None:
    """Do `work` in a process whose mounts nobody else sees."""
    pid = os.fork()
    if pid:
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        return
    status = 1
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        user, groups = os.geteuid(), os.getegid()
        if user and libc.unshare(0x10000000):  # CLONE_NEWUSER
            raise OSError(ctypes.get_errno(), "no namespace of users")
        if user:
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"0 {user} 1")
            Path("/proc/self/gid_map").write_text(f"0 {groups} 1")
        if libc.unshare(0x20000) or libc.mount(b"none", b"/", None, 0x44000, None):  # CLONE_NEWNS; MS_REC | MS_PRIVATE
            raise OSError(ctypes.get_errno(), "no namespace of mounts")
        work()
        status = 0
    except BaseException:  # noqa: BLE001 -- this process ends here, whatever it is
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _mount(what: str, where: Path, kind: str, options: str) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(what.encode(), os.fsencode(where), kind.encode(), 0, options.encode()):
        raise OSError(ctypes.get_errno(), f"{kind} could not be mounted")


@pytest.mark.full
def test_a_disk_that_is_full(tmp_path: Path) -> None:
    """A small disk in memory holds the database, and something else fills it; it needs the right to mount one."""
    home, disk = new_home(tmp_path), tmp_path / "disk"
    disk.mkdir()

    def work() -> None:
        _mount("small", disk, "tmpfs", "size=4m")
        with closing(sqlite3.connect(home / "evidence.db")) as source, closing(sqlite3.connect(disk / "e.db")) as copy:
            source.backup(copy)
        environ = {"EVIDENCE_DATABASE": f"sqlite:///{disk / 'e.db'}"}
        assert ran(home, environ=environ).status == 0
        before = (home / "checkpoint").read_bytes()
        filling = os.open(disk / "filling", os.O_WRONLY | os.O_CREAT)
        with suppress(OSError):
            while os.write(filling, bytes(4096)):
                pass
        os.close(filling)
        full = ran(home, environ=environ, content="another letter\n")
        full.refuses("The disk under the database is full", "Make room")
        assert (home / "checkpoint").read_bytes() == before
        (disk / "filling").unlink()
        assert ran(home, environ=environ, content="another letter\n").status == 0

    _apart(work)


@pytest.mark.full
def test_a_network_file_system(tmp_path: Path) -> None:
    """A mount that the kernel calls fuse.sshfs, with nobody behind it; it needs /dev/fuse and the right to mount."""
    home, share = new_home(tmp_path), tmp_path / "share"
    share.mkdir()

    def work() -> None:
        handle = os.open("/dev/fuse", os.O_RDWR)
        options = f"fd={handle},rootmode=40000,user_id=0,group_id=0,subtype=sshfs"
        _mount("nas:/records", share, "fuse", options)
        told = ran(home, environ={"EVIDENCE_DATABASE": f"sqlite:///{share}/evidence.db"})
        told.refuses("network file system (fuse.sshfs)", "Move the home to a disk of this machine")
        os.close(handle)

    _apart(work)
