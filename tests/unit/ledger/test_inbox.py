"""The inbox as a queue: states, reasons and receipts; what is left there is there until it is on record."""

import io
import json
import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from evidence.core.disclosure import Tier
from evidence.errors import DocumentDamaged, IntakeError, LimitExceeded, UsageError
from evidence.ledger.inbox import FILE_NAME, Arrival, Inbox, Item, State, Told, file_name
from evidence.store.documents import DocumentStore
from tests.homes import START


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


def leave(inbox: Inbox, content: bytes, name: str = "one.csv", **said: object) -> Item:
    return inbox.submit(content, Arrival(name, "mail", **said), START, os.urandom)  # type: ignore[arg-type]


def bytes_kept(inbox: Inbox) -> list[bytes]:
    store: DocumentStore = inbox._bytes
    return sorted(store.read(sha256) for sha256 in store.all())


def test_what_is_left_waits_in_order_with_all_that_was_said_of_it(inbox: Inbox, tmp_path: Path) -> None:
    told = Told("purchase", date(2023, 3, 1), "postmark", Tier.SECRET)
    first = leave(inbox, b"one", told=told, left_by="portal", origin="somewhere")
    second = inbox.submit(io.BytesIO(b"two"), Arrival("two.csv", "portal"), START, os.urandom)
    assert inbox.items() == Inbox(tmp_path).items(State.WAITING) == [first, second]
    assert (first.told, first.left_by, first.state, first.attempts) == (told, "portal", State.WAITING, 0)
    assert inbox.next() == first
    assert inbox.item(second.id) == second


def test_a_settled_item_says_where_it_is_on_record_and_its_bytes_are_let_go(inbox: Inbox) -> None:
    item, other = leave(inbox, b"one"), leave(inbox, b"other")
    settled = inbox.settle(inbox.begin(item, START), State.RECORDED, 41, 43)
    assert (settled.entries, settled.state) == ("#41 to #43", State.RECORDED)
    assert inbox.item(item.id) == settled
    assert inbox.items(State.WAITING) == [other]
    assert bytes_kept(inbox) == [b"other"]


def test_bytes_that_another_item_waits_with_stay(inbox: Inbox) -> None:
    first, second = leave(inbox, b"one"), leave(inbox, b"one", "again.csv")
    inbox.settle(first, State.RECORDED, 41, 41)
    assert bytes_kept(inbox) == [b"one"]
    inbox.hold(second, ["no"])
    inbox.sweep(START)
    assert bytes_kept(inbox) == [b"one"]
    inbox.settle(second, State.ALREADY_RECORDED, 41, 41)
    assert bytes_kept(inbox) == []


def test_what_is_held_back_says_why_until_it_is_tried_again(inbox: Inbox) -> None:
    item = inbox.begin(leave(inbox, b"one"), START)
    held = inbox.hold(item, ["row 1: found nothing", "row 2: found 'ü'"])
    assert inbox.items(State.HELD_BACK) == [held]
    assert (held.reason, held.attempts) == (("row 1: found nothing", "row 2: found 'ü'"), 1)
    assert inbox.next() is None
    assert inbox.release(held).state is State.WAITING
    later = START + timedelta(hours=1)
    again = inbox.begin(inbox.item(item.id), later)
    assert (again.attempts, again.first_tried, again.last_tried) == (2, START, later)
    inbox.settle(again, State.RECORDED, 7, 7)
    with pytest.raises(UsageError, match=r"is recorded \(#7\)"):
        inbox.release(inbox.item(item.id))


def test_an_item_that_process_after_process_dies_over_comes_after_all_others(inbox: Inbox) -> None:
    poison, other = leave(inbox, b"poison"), leave(inbox, b"one")
    for _ in range(5):
        assert inbox.next() == inbox.item(poison.id)
        inbox.begin(inbox.item(poison.id), START)
    assert inbox.next() == other
    inbox.settle(other, State.RECORDED, 5, 5)
    assert (inbox.next() or other).id == poison.id


def test_the_same_file_of_a_watched_folder_is_left_once(inbox: Inbox) -> None:
    item = leave(inbox, b"one", origin="folder/one.csv at 12:00")
    assert leave(inbox, b"one", origin="folder/one.csv at 12:00") == item
    assert leave(inbox, b"one", origin="folder/one.csv at 12:01") != item
    assert leave(inbox, b"one") != item


def test_what_changed_while_it_was_read_is_not_left(inbox: Inbox) -> None:
    def changed() -> None:
        raise IntakeError("it changed")

    with pytest.raises(IntakeError, match="it changed"):
        inbox.submit(b"one", Arrival("one.csv", "folder"), START, os.urandom, changed)
    assert inbox.items() == []
    inbox.sweep(START)
    assert bytes_kept(inbox) == []


def test_bytes_let_go_between_two_steps_of_a_submission_are_put_there_again(inbox: Inbox) -> None:
    settled = leave(inbox, b"one")
    gone: list[Item] = []

    def meanwhile() -> None:  # the bytes are there already, and another process settles the item that needed them
        if not gone:
            gone.append(inbox.settle(settled, State.RECORDED, 3, 3))

    item = inbox.submit(io.BytesIO(b"one"), Arrival("one.csv", "mail"), START, os.urandom, meanwhile)
    assert item.id != settled.id
    assert bytes_kept(inbox) == [b"one"]


@pytest.mark.parametrize("channel", ["", " ", "x" * 65, "line\nbreak"], ids=["none", "blank", "long", "two-lines"])
def test_a_channel_that_is_none_is_refused(inbox: Inbox, channel: str) -> None:
    with pytest.raises(UsageError):
        inbox.submit(b"one", Arrival("one.csv", channel), START, os.urandom)


@pytest.mark.parametrize(
    ("name", "longest"), [("kind", 64), ("mapping", 200), ("received_basis", 500), ("refused", 1500)]
)
def test_a_word_that_could_drive_a_terminal_or_fill_a_listing_is_refused_by_whichever_way(
    name: str, longest: int
) -> None:
    Told(**{name: "x" * longest})  # type: ignore[arg-type]
    for text in ("", "two\nlines", "\x1b[2J", "gpj.\u202efdp", "x" * (longest + 1)):
        with pytest.raises(UsageError, match=name):
            Told(**{name: text})  # type: ignore[arg-type]


def test_words_that_an_earlier_version_took_unchecked_are_read_in_a_printable_form(
    inbox: Inbox, tmp_path: Path
) -> None:
    item = leave(inbox, b"one", told=Told("item"))
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as old:
        told = json.dumps({"kind": "a\n" + "x" * 100, "received_basis": "", "received_on": "2023-03-01"})
        old.execute("UPDATE item SET told = ?", (told,))
        old.commit()
    assert inbox.item(item.id).told == Told("a%n" + "x" * 61, date(2023, 3, 1))


def test_notes_stand_with_an_item_whatever_became_of_it_and_no_more_than_can_be_read(inbox: Inbox) -> None:
    one, two = leave(inbox, b"one"), leave(inbox, b"two")
    inbox.hold(one, ["no"], notes=["one.csv: a note"])
    inbox.settle(two, State.RECORDED, 3, 4, [f"note {n}" for n in range(150)])
    assert inbox.item(one.id).notes == ("one.csv: a note",)
    assert len(inbox.item(two.id).notes) == 101
    assert inbox.item(two.id).notes[-1] == "50 notes more"
    assert inbox.recorded_by(4) == [inbox.item(two.id)]
    assert inbox.recorded_by(5) == []
    inbox.settle(one, State.RECORDED, 5, 5)
    assert inbox.item(one.id).notes == ()


def test_what_is_nameless_or_too_large_is_refused(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, limit=3)
    for name in (" ", "..", "folder/", "a\\"):
        with pytest.raises(UsageError):
            leave(inbox, b"one", name)
    with pytest.raises(LimitExceeded):
        leave(inbox, b"four")
    assert inbox.items() == []


@pytest.mark.parametrize(
    ("claimed", "kept"),
    [
        pytest.param("C:\\files\\one.csv", "one.csv", id="a-path-of-windows"),
        pytest.param("../../etc/passwd", "passwd", id="a-way-out"),
        pytest.param("a\nb\x1b[2J.csv", "a%nb%x1b[2J.csv", id="control-characters"),
        pytest.param("gpj.\u202efdp.exe", "gpj.%u202efdp.exe", id="a-change-of-direction"),
        pytest.param("é" * 300 + ".csv", "é" * 98 + ".csv", id="too-long"),
        pytest.param("\ud800.csv", "%ud800.csv", id="half-a-character"),
        pytest.param("declaración 1.csv", "declaración 1.csv", id="a-plain-name"),
    ],
)
def test_a_name_from_outside_is_kept_as_the_name_of_a_file(claimed: str, kept: str) -> None:
    assert file_name(claimed) == kept
    assert len(kept.encode()) <= 200


def test_an_item_is_laid_out_under_its_name_and_only_as_it_was_left(inbox: Inbox, tmp_path: Path) -> None:
    item = leave(inbox, b"one")
    (tmp_path / "out").mkdir()
    assert inbox.lay_out(item, tmp_path / "out").read_bytes() == b"one"
    (path,) = (tmp_path / "inbox").glob("??/??/*")
    path.chmod(0o600)
    path.write_bytes(b"two")
    with pytest.raises(DocumentDamaged):
        inbox.lay_out(replace(item, name="other.csv"), tmp_path / "out")


def test_an_inbox_of_an_earlier_version_is_read_and_goes_on(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as old:
        old.execute(
            "CREATE TABLE item (place BIGINT NOT NULL, id VARCHAR(64) NOT NULL, name TEXT NOT NULL, "
            "channel VARCHAR(64) NOT NULL, sha256 VARCHAR(64) NOT NULL, size BIGINT NOT NULL, "
            "submitted_at VARCHAR(27) NOT NULL, seq BIGINT, PRIMARY KEY (place), UNIQUE (id))"
        )
        for place, seq in ((1, 12), (2, None)):
            row = (place, f"rcpt-{place}", "one.csv", "mail", "0" * 64, 3, "2023-04-01T12:00:00.000000Z", seq)
            old.execute("INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        old.commit()
    for _ in range(2):
        recorded, waiting = Inbox(tmp_path).items()
        assert (recorded.state, recorded.entries, recorded.attempts) == (State.RECORDED, "#12", 0)
        assert (waiting.state, waiting.entries, waiting.told) == (State.WAITING, None, Told())
    leave(Inbox(tmp_path), b"new")
    assert len(Inbox(tmp_path).items()) == 3


def test_a_disposal_takes_settled_items_and_leaves_those_that_wait(inbox: Inbox) -> None:
    settled, waiting = leave(inbox, b"one"), leave(inbox, b"one", "again.csv")
    inbox.settle(settled, State.RECORDED, 4, 4)
    assert inbox.forget(settled.sha256) == 1
    assert inbox.items() == [waiting]
    assert bytes_kept(inbox) == [b"one"]


def test_a_receipt_that_nobody_gave_is_told_of(inbox: Inbox) -> None:
    with pytest.raises(UsageError, match="has no item 'rcpt-x'"):
        inbox.item("rcpt-x")
