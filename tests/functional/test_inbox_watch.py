"""The watched folder and the process that serves: what stands still is taken, told of, and recorded within seconds."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from evidence.cli import main
from evidence.cli.opening import opened
from evidence.errors import UsageError
from evidence.intake.held_folder import HeldFolder
from evidence.intake.watch import Watch, alone
from evidence.ledger.inbox import Arrival, Inbox, Item, State
from evidence.web.tokens import Tokens
from tests.functional.conftest import ROOT, environment
from tests.functional.test_inbox_api import free_port
from tests.homes import FIRST_ENTRIES, START, new_home
from tests.unit.intake import making

LIMIT = 10_000
GOES = "(This note goes by itself once its reason is gone.)\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "watched"
    (made / "NORTHWIND").mkdir(parents=True)
    return made


@pytest.fixture
def watched(tmp_path: Path, folder: Path) -> Watch:
    return Watch(folder, Inbox(tmp_path), lambda: START, os.urandom, LIMIT)


def names(items: list[Item]) -> list[tuple[str, str]]:
    return [(item.name, item.channel) for item in items]


def receipts(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_bytes()) for path in sorted((folder / "receipts").glob("*.json"))]


def notes(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted((folder / "refused").glob("*"))}


def lying(folder: Path) -> list[str]:
    """Files in the folder that are not ours."""
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())
    return sorted(name for name in found if name.partition("/")[0] not in ("receipts", "refused"))


def test_a_file_is_taken_at_the_second_look_that_finds_it_the_same(watched: Watch, folder: Path) -> None:
    (folder / "one.csv").write_text("growing")
    assert watched.look() == []
    (folder / "one.csv").write_text("growing still")
    assert watched.look() == []
    assert names(watched.look()) == [("one.csv", "folder")]
    assert lying(folder) == ["taken/one.csv"]
    assert watched.look() == []


def test_a_file_written_anew_with_the_same_length_is_looked_at_again(watched: Watch, folder: Path) -> None:
    (folder / "one.csv").write_text("first")
    watched.look()
    (folder / "one.csv").write_text("other")
    os.utime(folder / "one.csv", ns=(1, 1))
    assert watched.look() == []
    assert len(watched.look()) == 1


@pytest.mark.parametrize("name", ["a.csv.part", ".hidden", "~$book.xlsx", "a.tmp", "A.TMP", "a.crdownload", "a.csv~"])
def test_what_is_being_written_or_held_open_is_left_alone(watched: Watch, folder: Path, name: str) -> None:
    (folder / name).write_text("x")
    assert [watched.look() for _ in range(3)] == [[], [], []]
    assert lying(folder) == [name]


def test_a_folder_in_the_folder_is_a_sender(watched: Watch, folder: Path) -> None:
    (folder / "NORTHWIND" / "invoice.pdf").write_text("x")
    (folder / ("S" * 80)).mkdir()
    (folder / ("S" * 80) / "invoice.pdf").write_text("y")
    watched.look()
    assert names(watched.look()) == [("invoice.pdf", "folder: NORTHWIND"), ("invoice.pdf", f"folder: {'S' * 56}")]
    assert lying(folder) == ["taken/NORTHWIND/invoice.pdf", f"taken/{'S' * 80}/invoice.pdf"]


def test_nothing_in_taken_is_overwritten(watched: Watch, folder: Path) -> None:
    for content in ("first", "second", "third"):
        (folder / "one.csv").write_text(content)
        watched.look()
        watched.look()
    kept = {path.read_text() for path in (folder / "taken").iterdir()}
    assert kept == {"first", "second", "third"}
    assert (folder / "taken" / "one.csv").read_text() == "first"
    ids = {item.id for item in watched.inbox.items()}
    assert {path.name for path in (folder / "taken").iterdir()} - {"one.csv"} < {f"one.{each}.csv" for each in ids}


def test_a_name_as_long_as_a_name_can_be_is_taken_and_told_of(watched: Watch, folder: Path) -> None:
    for name in ("é" * 120 + ".csv", "é" * 120, "\U00010348" * 63):
        for content in ("first", "second"):
            (folder / name).write_text(content)
            watched.look()
            assert len(watched.look()) == 1
        (folder / name).symlink_to("elsewhere")
        watched.look()
    assert len(list((folder / "taken").iterdir())) == len(receipts(folder)) == 6
    assert len(notes(folder)) == 3


def test_a_receipt_says_what_became_of_the_file_also_to_a_watch_begun_later(watched: Watch, folder: Path) -> None:
    (folder / "one.csv").write_text("x")
    watched.look()
    (item,) = watched.look()
    (receipt,) = receipts(folder)
    assert (receipt["receipt"], receipt["state"], receipt["sha256"]) == (item.id, "waiting", item.sha256)
    assert watched.tell() == []
    held = watched.inbox.hold(item, ["row 2: found nothing, wanted a code"])
    assert watched.tell() == [held]
    assert receipts(folder)[0]["reason"] == ["row 2: found nothing, wanted a code"]
    watched.inbox.settle(item, State.RECORDED, 5, 7)
    (folder / "receipts" / "note.json").write_text("not ours")
    later = Watch(folder, watched.inbox, lambda: START, os.urandom, LIMIT)
    assert len(later.tell()) == 1
    (receipt,) = (json.loads(path.read_bytes()) for path in (folder / "receipts").glob("one*"))
    assert (receipt["state"], receipt["entries"], receipt["reason"]) == ("recorded", "#5 to #7", [])
    assert later.tell() == []


def test_what_is_never_taken_stays_with_a_note_that_goes_with_it(watched: Watch, folder: Path) -> None:
    (folder / "link.csv").symlink_to("/etc/passwd")
    (folder / "large.bin").write_bytes(bytes(LIMIT + 1))
    (folder / "empty.csv").touch()
    (folder / "two\nlines.csv").write_text("x")
    os.mkfifo(folder / "pipe")
    (folder / "NORTHWIND" / "inner").mkdir()
    (folder / "NORTHWIND" / "inner" / "deep.csv").write_text("x")
    (folder / "OUTSIDE").symlink_to("/etc", target_is_directory=True)
    before = lying(folder)
    for _ in range(3):
        assert watched.look() == []
    assert lying(folder) == before
    said = notes(folder)
    assert {name: text.partition(" was not taken: ")[2].removesuffix(GOES) for name, text in said.items()} == {
        "NORTHWIND-inner.txt": "it is a folder in a sender's folder; only files are taken there.\n",
        "OUTSIDE.txt": "it is a symbolic link, which is never followed. Put the file itself here.\n",
        "empty.csv.txt": "it is empty.\n",
        "large.bin.txt": f"it has {LIMIT + 1} bytes; at most {LIMIT} are taken (limits.document_bytes).\n",
        "link.csv.txt": "it is a symbolic link, which is never followed. Put the file itself here.\n",
        "pipe.txt": "it is neither a file nor a folder.\n",
        "two%nlines.csv.txt": "its name has characters that cannot be printed. Rename it.\n",
    }
    assert watched.inbox.items() == []
    for path in (folder / "link.csv", folder / "large.bin", folder / "pipe", folder / "OUTSIDE"):
        path.unlink()
    (folder / "empty.csv").write_text("no longer")
    watched.look()
    assert sorted(notes(folder)) == ["NORTHWIND-inner.txt", "two%nlines.csv.txt"]


def test_a_file_that_cannot_be_moved_away_is_left_in_the_inbox_once(watched: Watch, folder: Path) -> None:
    (folder / "taken").write_text("a file where the folder should be")
    (folder / "one.csv").write_text("x")
    for _ in range(4):
        assert watched.look() == []
    (item,) = watched.inbox.items()
    assert f"it is in the inbox as {item.id}, and cannot be moved away" in notes(folder)["one.csv.txt"]
    (folder / "taken").unlink()
    assert [each.id for each in watched.look()] == [item.id]
    assert len(watched.inbox.items()) == 1
    assert notes(folder) == {}


def test_a_watch_that_died_between_two_steps_finds_its_own_item_again(watched: Watch, folder: Path) -> None:
    (folder / "one.csv").write_text("x")
    watched.look()
    (item,) = watched.look()
    (folder / "taken" / "one.csv").rename(folder / "one.csv")  # as if it had died before the move
    shutil.rmtree(folder / "receipts")
    again = Watch(folder, watched.inbox, lambda: START, os.urandom, LIMIT)
    again.look()
    assert again.look() == [item]
    assert watched.inbox.items() == [item]
    assert receipts(folder)[0]["receipt"] == item.id


@pytest.mark.parametrize("name", ["taken", "receipts", "refused", "taken/NORTHWIND"])
def test_a_link_in_the_place_of_a_folder_of_ours_leads_nowhere(
    watched: Watch, folder: Path, tmp_path: Path, name: str
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    for each in ("note.txt", "one.csv", "receipt.json"):
        (outside / each).write_text("somebody else's")
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).symlink_to(outside, target_is_directory=True)
    (folder / "NORTHWIND" / "one.csv").write_text("x")
    (folder / "empty.csv").touch()
    for _ in range(4):
        watched.look()
        watched.tell()
    assert {path.name: path.read_text() for path in outside.iterdir()} == dict.fromkeys(
        ("note.txt", "one.csv", "receipt.json"), "somebody else's"
    )
    (item,) = watched.inbox.items()
    if name.startswith("taken"):
        assert (
            f"{item.id}, and cannot be moved away (taken/NORTHWIND is no folder, or a link)"
            in notes(folder)["NORTHWIND-one.csv.txt"]
        )
    if "/" not in name:
        (line,) = watched.wrong
        assert line.startswith(f"{folder / name} is a symbolic link, which is never followed")
    (folder / name).unlink()
    watched.look()
    assert watched.wrong == ()


def test_what_is_wrong_with_a_folder_of_ours_is_said_once(tmp_path: Path, folder: Path) -> None:
    home = new_home(tmp_path)
    (folder / "receipts").symlink_to(tmp_path)
    (folder / "one.txt").write_text("one")
    with serving(home, "--watch", str(folder)) as process:
        until(lambda: (folder / "taken" / "one.txt").exists(), process)
        (folder / "two.txt").write_text("two")
        until(lambda: (folder / "taken" / "two.txt").exists(), process)
        process.terminate()
        _, log = process.communicate()
    assert log.count("receipts is a symbolic link, which is never followed") == 1


def test_a_sender_s_folder_put_elsewhere_between_two_steps_is_still_the_one_that_was_opened(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "NORTHWIND" / "one.csv").write_text("x")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.csv").write_text("secret")
    with HeldFolder.of(folder) as root, root.inner("NORTHWIND") as held, root.inner("taken", make=True) as taken:
        assert held is not None
        assert taken is not None
        (folder / "NORTHWIND").rename(folder / "AWAY")
        (folder / "NORTHWIND").symlink_to(tmp_path / "outside", target_is_directory=True)
        assert held.names() == ["one.csv"]
        assert held.stat("secret.csv") is None
        held.move("one.csv", taken, "one.csv")
        with root.inner("NORTHWIND") as swapped:
            assert swapped is None
    assert (folder / "taken" / "one.csv").read_text() == "x"


def test_a_pipe_among_our_notes_and_receipts_is_waited_for_by_nobody(watched: Watch, folder: Path) -> None:
    for name in ("receipts", "refused"):
        (folder / name).mkdir()
    os.mkfifo(folder / "receipts" / "pipe.json")
    os.mkfifo(folder / "refused" / "pipe.txt")
    os.mkfifo(folder / "refused" / "empty.csv.txt")
    (folder / "refused" / ".evidence.new").symlink_to(folder / "victim.part")
    (folder / "empty.csv").touch()
    (folder / "empty2.csv").touch()
    (folder / "one.csv").write_text("x")
    for _ in range(3):
        watched.look()
        watched.tell()
    assert [item.name for item in watched.inbox.items()] == ["one.csv"]
    assert (folder / "refused" / "pipe.txt").is_fifo()
    assert (folder / "refused" / "empty.csv.txt").is_fifo()
    assert (folder / "refused" / "empty2.csv.txt").is_file()
    assert not (folder / "victim.part").exists()


def test_a_person_s_text_among_our_notes_stays_as_it_is(watched: Watch, folder: Path) -> None:
    (folder / "refused").mkdir()
    mine = {"list.txt": "what we sent back", "empty.csv.txt": "'empty.csv' was not taken: we know."}
    for name, text in mine.items():
        (folder / "refused" / name).write_text(text)
    (folder / "empty.csv").touch()
    for _ in range(3):
        watched.look()
    (folder / "empty.csv").unlink()
    watched.look()
    assert notes(folder) == mine


def test_a_receipt_put_there_by_somebody_brings_no_word_of_another_s_item(watched: Watch, folder: Path) -> None:
    item = watched.inbox.submit(b"x", Arrival("mail.eml", "mail"), START, os.urandom)
    (folder / "receipts").mkdir()
    forged = json.dumps({"receipt": item.id, "state": "waiting"})
    (folder / "receipts" / f"mail.eml.{item.id}.json").write_text(forged)
    assert watched.tell() == []
    assert (folder / "receipts" / f"mail.eml.{item.id}.json").read_text() == forged


def test_a_receipt_tells_nothing_of_what_else_is_on_record(watched: Watch, folder: Path) -> None:
    inbox = watched.inbox
    for sender in ("NORTHWIND", "NORTHWIND", "OTHER"):
        (folder / sender).mkdir(exist_ok=True)
        (folder / sender / "one.csv").write_text("x")
        watched.look()
        watched.look()
    first, again, other = inbox.items()
    inbox.settle(first, State.RECORDED, 5, 6, ["one.csv: kept", "one.csv: the same declaration as in #3"])
    for item in (again, other):
        inbox.settle(item, State.ALREADY_RECORDED, 5, 5)
    watched.tell()
    told = {each["receipt"]: each for each in receipts(folder)}
    assert {each["state"] for each in told.values()} == {"recorded"}
    assert [told[item.id]["entries"] for item in (first, again, other)] == ["#5 to #6", "#5", None]
    assert told[first.id]["notes"] == ["one.csv: kept"]


def test_two_processes_do_not_watch_one_folder(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "other").mkdir()
    another = alone(tmp_path, folder)
    with (
        alone(tmp_path, folder),
        alone(tmp_path, tmp_path / "other"),
        pytest.raises(UsageError, match="is being watched"),
    ):
        another.__enter__()
    with alone(tmp_path, folder):
        pass


def test_watching_once_needs_no_key_and_leaves_the_recording_to_others(tmp_path: Path, folder: Path) -> None:
    home = new_home(tmp_path)
    (home / "keys").rename(tmp_path / "keys")
    (folder / "items.csv").write_text(making.csv_text(making.ITEM))
    assert main(["inbox", "watch", str(folder), "--once", "--every", "0.1", "--home", str(home)]) == 0
    assert [each["state"] for each in receipts(folder)] == ["waiting"]
    (tmp_path / "keys").rename(home / "keys")
    assert main(["inbox", "take", "--home", str(home)]) == 0
    assert main(["inbox", "watch", str(folder), "--once", "--every", "0.1", "--home", str(home)]) == 0
    assert [(each["state"], each["entries"]) for each in receipts(folder)] == [("recorded", "#5 to #6")]


@contextmanager
def serving(home: Path, *more: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "evidence", "inbox", "serve", "--every", "0.1", "--home", str(home), *more]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(), text=True, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def until(what: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait for something to come about, for as long as the process that is to bring it about runs."""
    while not what():
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.05)


def hear(process: subprocess.Popen[str], line: str) -> None:
    """Wait for the process to say a line."""
    assert process.stderr is not None
    said = []
    for each in process.stderr:
        said.append(each)
        if re.search(line, each):
            return
    raise AssertionError("".join(said))


def states(folder: Path) -> list[str]:
    return [each["state"] for each in receipts(folder)]


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_one_process_takes_in_folder_and_api_and_ends_cleanly(tmp_path: Path, folder: Path, ending: int) -> None:
    home, port = new_home(tmp_path), free_port()
    token = Tokens(home).add("portal", START, 30, os.urandom)
    (folder / "1-items.csv").write_text(making.csv_text(making.ITEM))
    (folder / "2-bad.csv").write_text(making.csv_text({**making.ITEM, "part": "FRM-9", "unit": ""}))
    (folder / "NORTHWIND" / "letter.txt").write_text("We withdraw.")
    with serving(home, "--watch", str(folder), "--listen", f"127.0.0.1:{port}") as process:
        until(lambda: sorted(states(folder)) == ["held back", "recorded", "recorded"], process)
        said = {"Authorization": f"Bearer {token}"}
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", headers=said, trust_env=False) as client:

            def answers() -> bool:
                try:
                    return client.get("/openapi.json").status_code == 200
                except httpx2.ConnectError:
                    return False

            until(answers, process)
            receipt = client.post("/inbox", files={"file": ("one.txt", b"one")}).json()["receipt"]
            until(lambda: client.get(f"/inbox/{receipt}").json()["state"] == "recorded", process)
        process.send_signal(ending)
        _, log = process.communicate(timeout=60)
    assert process.returncode == 0, log
    assert log.rstrip().endswith("Ended.")
    assert re.search("1-items.csv: recorded as #5 to #6", log)
    assert re.search("2-bad.csv: held back: 2-bad.csv, row 2, column unit", log)
    assert token not in log
    with pytest.raises(httpx2.ConnectError):  # the process that listened has ended with it
        httpx2.get(f"http://127.0.0.1:{port}/openapi.json", trust_env=False)
    with opened(home) as handle:
        assert handle.ledger.size() == FIRST_ENTRIES + 4


def test_the_api_ends_with_a_server_that_is_killed_so_that_it_can_be_started_again(tmp_path: Path) -> None:
    home, port = new_home(tmp_path), free_port()
    listen = ["--listen", f"127.0.0.1:{port}"]

    def answers() -> bool:
        try:
            return httpx2.get(f"http://127.0.0.1:{port}/openapi.json", trust_env=False).status_code == 200
        except httpx2.TransportError:
            return False

    for _ in range(2):
        with serving(home, *listen) as process:
            until(answers, process)
            process.kill()
            process.communicate()  # to the end of what both say: the API has ended as well
        assert not answers()


def test_a_port_that_is_taken_ends_the_serving_with_a_line(tmp_path: Path) -> None:
    home, port = new_home(tmp_path), free_port()
    with socket.create_server(("127.0.0.1", port)), serving(home, "--listen", f"127.0.0.1:{port}") as process:
        _, log = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "The API ended with status" in log


def test_a_folder_that_goes_away_is_waited_for(tmp_path: Path, folder: Path) -> None:
    home = new_home(tmp_path)
    with serving(home, "--watch", str(folder)) as process:
        hear(process, "Serving the inbox")
        folder.rename(tmp_path / "away")
        hear(process, "cannot be used")
        (tmp_path / "away").rename(folder)
        (folder / "one.txt").write_text("one")
        until(lambda: states(folder) == ["recorded"], process)
        process.terminate()
        hear(process, "Ended")
        assert process.wait() == 0


def test_an_address_that_is_none_is_told_of(tmp_path: Path) -> None:
    home = str(new_home(tmp_path))
    for listen in ("8750", "127.0.0.1:", "127.0.0.1:port", "127.0.0.1:70000"):
        assert main(["inbox", "api", "--listen", listen, "--home", home]) == 2
        assert main(["inbox", "serve", "--listen", listen, "--home", home]) == 2
