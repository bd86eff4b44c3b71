"""The queue of the inbox: an item goes through the whole intake as an imported file would, or waits with its reason."""

import json
import os
from email.message import EmailMessage
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest

from evidence.cli import main
from evidence.cli.opening import opened, registered
from evidence.core.disclosure import Tier
from evidence.core.statements.item import Items
from evidence.core.statements.own import DocumentReceived
from evidence.errors import RefusesToSign, StoreError
from evidence.intake.queue import Queue, _of_one_item
from evidence.ledger.check import check_ledger
from evidence.ledger.found import HomeHandle
from evidence.ledger.inbox import Arrival, Inbox, Item, State, Told
from evidence.store.engine import open_engine, writing
from tests.homes import FIRST_ENTRIES, START, new_home
from tests.unit.intake import making

ITEMS = making.csv_text(making.ITEM).encode()
BAD = making.csv_text({**making.ITEM, "part": "FRM-9", "unit": ""}).encode()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return new_home(tmp_path)


@pytest.fixture
def inbox(home: Path) -> Inbox:
    return Inbox(home)


def leave(inbox: Inbox, content: bytes, name: str = "items.csv", told: Told | None = None) -> Item:
    return inbox.submit(content, Arrival(name, "mail", told or Told()), START, os.urandom)


def take(home: Path, inbox: Inbox, tier: Tier | None = None) -> list[Item]:
    with opened(home, sign=True) as handle:
        return Queue(handle, inbox, tier).take()


def receipts(handle: HomeHandle) -> list[DocumentReceived]:
    with registered(handle) as register:
        known = register.statements(DocumentReceived)
    return [each.value for each in known if each.value.channel != "founding"]


def sound(handle: HomeHandle) -> bool:
    return check_ledger(handle.engine, handle.documents, handle.verifiers()).clean


def test_a_table_among_the_items_is_read_and_its_receipt_says_how_it_came(home: Path, inbox: Inbox) -> None:
    item = leave(inbox, ITEMS)
    (taken,) = take(home, inbox)
    assert (taken.state, taken.entries, taken.attempts) == (State.RECORDED, "#5 to #6", 1)
    with opened(home) as handle:
        (receipt,) = receipts(handle)
        assert (receipt.channel, receipt.name, receipt.document) == ("mail", "items.csv", item.sha256)
        assert receipt.received_basis == f"left in the inbox, receipt {item.id}"
        assert receipt.received_on == START.date()
        assert [entry.kind for entry in handle.ledger.entries()][FIRST_ENTRIES:] == [DocumentReceived.kind, Items.kind]
        assert handle.documents.read(item.sha256) == ITEMS
        assert sound(handle)
    assert [path for path in (home / "inbox").rglob("*") if path.is_file()] == []


def test_what_is_said_of_an_item_is_recorded_as_said(home: Path, inbox: Inbox) -> None:
    item = leave(inbox, ITEMS, told=Told("document", START.date().replace(day=1, month=3), "postmark", Tier.SECRET))
    (taken,) = take(home, inbox)
    assert taken.entries == "#5"
    with opened(home) as handle:
        (receipt,) = receipts(handle)
    assert (receipt.received_on.isoformat(), receipt.tier) == ("2023-03-01", Tier.SECRET)
    assert receipt.received_basis == f"postmark; left in the inbox, receipt {item.id}"


def test_an_item_with_a_fault_is_held_back_whole_and_those_behind_it_go_on(home: Path, inbox: Inbox) -> None:
    bad, good = leave(inbox, BAD, "bad.csv"), leave(inbox, b"a letter", "letter.txt")
    held, taken = take(home, inbox)
    assert (held.id, held.state, taken.id, taken.entries) == (bad.id, State.HELD_BACK, good.id, "#5")
    assert held.reason == (
        "bad.csv, row 2, column unit: found nothing, wanted a code of at most 64 letters, digits and . _ / + -",
    )
    assert take(home, inbox) == []  # it waits for a person
    with opened(home) as handle:
        assert [receipt.name for receipt in receipts(handle)] == ["letter.txt"]
        assert not handle.documents.has(bad.sha256)
    assert not (home / "refused").exists()  # its bytes are in the inbox


@pytest.mark.parametrize("sound", [True, False], ids=["sound", "with-a-fault"])
def test_a_mail_is_taken_with_all_that_it_holds_or_held_back_whole(home: Path, inbox: Inbox, sound: bool) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "desk@supplier.example", "desk@arroyo.example", "Items"
    mail["Date"], mail["Message-ID"] = "Sat, 01 Apr 2023 10:00:00 +0000", "<1@supplier.example>"
    mail.set_content("Please find our items. SPECIMEN")
    mail.add_attachment(ITEMS if sound else BAD, maintype="text", subtype="csv", filename="items.csv")
    leave(inbox, mail.as_bytes(), "mail.eml")
    (taken,) = take(home, inbox)
    with opened(home) as handle:
        names = [receipt.name for receipt in receipts(handle)]
        size = handle.ledger.size()
    if sound:
        assert (taken.state, taken.seq, taken.last_seq) == (State.RECORDED, FIRST_ENTRIES, size - 1)
        assert {"mail.eml", "items.csv"} <= set(names)
    else:
        assert (taken.state, names, size) == (State.HELD_BACK, [], FIRST_ENTRIES)
        assert "items.csv, row 2, column unit" in taken.reason[0]


def test_what_was_held_back_is_tried_again_when_told_and_recorded_once_its_reason_is_gone(
    home: Path, inbox: Inbox
) -> None:
    item = leave(inbox, making.csv_text({**making.ITEM, "kind": "x"}).encode(), told=Told(kind="no-such-kind"))
    (held,) = take(home, inbox)
    assert "no-such-kind" in held.reason[0]
    assert main(["inbox", "retry", item.id, "--home", str(home)]) == 0
    assert main(["inbox", "take", "--home", str(home)]) == 1
    assert inbox.item(item.id).attempts == 2
    assert main(["inbox", "retry", "--all", "--home", str(home)]) == 0
    assert inbox.item(item.id).state is State.WAITING
    assert main(["inbox", "retry", "--home", str(home)]) == 2
    assert main(["inbox", "retry", item.id, "--all", "--home", str(home)]) == 2


def test_a_person_may_have_an_unreadable_file_kept_as_refused(home: Path, inbox: Inbox) -> None:
    item = leave(inbox, BAD, "bad.csv")
    take(home, inbox)
    said = ["--reason", "the supplier will send it again", "--by", "Trade desk (role)", "--home", str(home)]
    assert main(["inbox", "keep", item.id, *said]) == 0
    with opened(home) as handle:
        (receipt,) = receipts(handle)
        assert receipt.refused == "the supplier will send it again (kept by Trade desk (role))"
        assert (receipt.document, handle.documents.read(item.sha256)) == (item.sha256, BAD)
        assert handle.ledger.size() == FIRST_ENTRIES + 1
    assert inbox.item(item.id).entries == "#5"
    assert main(["inbox", "keep", item.id, *said]) == 2
    assert main(["inbox", "keep", item.id, "--reason", " ", "--by", "x", "--home", str(home)]) == 2


@pytest.mark.parametrize("way", ["of-the-item", "of-the-taking"])
def test_a_sealed_item_is_kept_encrypted_and_nothing_of_it_stays_readable(home: Path, inbox: Inbox, way: str) -> None:
    content = b"name,wage\nAuthorised signer,16.50\n"
    told = Told(tier=Tier.SECRET_PERSONAL) if way == "of-the-item" else Told()
    leave(inbox, content, "wages.csv", told)
    (taken,) = take(home, inbox, Tier.SECRET_PERSONAL if way == "of-the-taking" else None)
    assert taken.entries == "#5"
    with opened(home, sign=True) as handle:
        (receipt,) = receipts(handle)
        assert receipt.tier is Tier.SECRET_PERSONAL
        assert handle.vault().read(receipt.document) == content
        assert sound(handle)
    inbox.truncate_log()
    assert [
        path for path in home.rglob("*") if path.is_file() and b"Authorised signer,16.50" in path.read_bytes()
    ] == []


def test_bytes_on_record_already_are_told_with_their_entry(home: Path, inbox: Inbox) -> None:
    first, second = leave(inbox, b"a letter", "letter.txt"), leave(inbox, b"a letter", "again.txt")
    one, two = take(home, inbox)
    assert (one.id, one.state, one.entries) == (first.id, State.RECORDED, "#5")
    assert (two.id, two.state, two.entries) == (second.id, State.ALREADY_RECORDED, "#5")


@pytest.mark.parametrize("tier", [None, Tier.SECRET_PERSONAL], ids=["in-clear", "sealed"])
def test_an_item_recorded_by_a_process_that_died_before_it_said_so_is_known_again(
    home: Path, inbox: Inbox, tier: Tier | None
) -> None:
    item = leave(inbox, b"a letter" if tier else ITEMS)
    with opened(home, sign=True) as handle:
        queue = Queue(handle, inbox, tier)
        tried = inbox.begin(item, START)
        assert queue._taken(tried).first  # and here it died
        assert inbox.item(item.id).state is State.WAITING
        size = handle.ledger.size()
        (taken,) = queue.take()
        assert (taken.state, taken.seq, taken.last_seq) == (State.RECORDED, FIRST_ENTRIES, size - 1)
        assert handle.ledger.size() == size


def test_a_workbook_that_states_one_thing_twice_does_not_stop_those_behind_it(
    home: Path, inbox: Inbox, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    for sheet in (book.active, book.create_sheet("Again")):
        sheet.append(["site", "party", "site_kind", "name", "address", "country"])
        sheet.append(["S-1", "VOLTERA", "assembly", "Plant one SPECIMEN", "1 Test Road", "MX"])
    book.save(tmp_path / "sites.xlsx")
    leave(inbox, (tmp_path / "sites.xlsx").read_bytes(), "sites.xlsx")
    leave(inbox, b"a letter", "letter.txt")
    twice, letter = take(home, inbox)
    assert twice.state in (State.RECORDED, State.HELD_BACK), twice
    assert not any("wanted" in line for line in twice.reason)  # each sheet by itself is sound
    assert letter.state is State.RECORDED


def test_only_what_no_item_is_to_blame_for_stops_the_inbox(home: Path, tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'one.db'}")
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE one (number INTEGER PRIMARY KEY)")

    def error_of(statement: str) -> StoreError:
        with pytest.raises(StoreError) as caught, writing(engine) as connection:
            connection.exec_driver_sql(statement)
        return caught.value

    assert _of_one_item(error_of("INSERT INTO one VALUES (1), (1)"))
    assert not _of_one_item(error_of("INSERT INTO two VALUES (1)"))
    engine.dispose()


@pytest.mark.parametrize(
    ("said", "operators", "counts"),
    [
        (Tier.RESTRICTED, Tier.SECRET, Tier.SECRET),
        (Tier.SECRET, Tier.RESTRICTED, Tier.SECRET),
        (Tier.OPEN, Tier.SECRET_PERSONAL, Tier.SECRET_PERSONAL),
        (None, Tier.OPEN, Tier.OPEN),
        (None, None, Tier.RESTRICTED),
    ],
)
def test_of_what_the_sender_and_the_operator_said_the_stricter_tier_counts(
    home: Path, inbox: Inbox, said: Tier | None, operators: Tier | None, counts: Tier
) -> None:
    leave(inbox, b"a letter", "letter.txt", Told(tier=said))
    take(home, inbox, operators)
    with opened(home) as handle:
        (receipt,) = receipts(handle)
    assert receipt.tier is counts


def test_what_is_worth_knowing_of_an_item_is_kept_with_it_and_shown(
    home: Path, inbox: Inbox, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = leave(inbox, b"7z\xbc\xaf\x27\x1c" + bytes(60), "parts.7z")
    leave(inbox, b"a letter", "letter.txt")
    assert main(["inbox", "take", "--home", str(home)]) == 0
    said = capsys.readouterr()
    assert "is not unpacked; kept as a document" in said.err
    (note,) = inbox.item(archive.id).notes
    assert note.startswith("parts.7z: an archive (application/x-7z-compressed) that is not unpacked")
    assert main(["inbox", "list", "--all", "--home", str(home), "--json"]) == 0
    assert [each["notes"] for each in json.loads(capsys.readouterr().out)] == [[note], []]
    assert main(["inbox", "show", archive.id, "--home", str(home)]) == 0
    assert f"note: {note}" in capsys.readouterr().out
    assert main(["inbox", "list", "--all", "--home", str(home)]) == 0
    assert "notes" in capsys.readouterr().out


def test_a_ledger_that_refuses_to_sign_is_no_item_s_fault(home: Path, inbox: Inbox) -> None:
    item, other = leave(inbox, b"a letter", "letter.txt"), leave(inbox, b"another", "another.txt")
    with opened(home, sign=True) as handle:
        (home / "checkpoint").rename(home / "mislaid")
        (home / "checkpoint").write_bytes(b"another ledger's")
        with pytest.raises(RefusesToSign):
            Queue(handle, inbox).take()
    assert [each.state for each in inbox.items()] == [State.WAITING] * 2
    (home / "mislaid").rename(home / "checkpoint")
    assert [each.id for each in take(home, inbox)] == [item.id, other.id]


def test_damaged_bytes_of_one_item_hold_it_back_alone(home: Path, inbox: Inbox) -> None:
    item = leave(inbox, b"a letter", "letter.txt")
    leave(inbox, b"another", "another.txt")
    (path,) = (home / "inbox").glob(f"??/??/{item.sha256}")
    path.chmod(0o600)
    path.write_bytes(b"a lettre")
    held, taken = take(home, inbox)
    assert held.state is State.HELD_BACK
    assert "no longer has that digest" in held.reason[0]
    assert taken.state is State.RECORDED


def test_an_item_whose_bytes_are_in_the_documents_already_is_taken_from_there(home: Path, inbox: Inbox) -> None:
    """A backup taken between recording and settling has the row as it was and the bytes where they went."""
    item = leave(inbox, b"a letter", "letter.txt")
    with opened(home, sign=True) as handle:
        handle.documents.put(b"a letter")
        (path,) = (home / "inbox").glob(f"??/??/{item.sha256}")
        path.unlink()
        (taken,) = Queue(handle, inbox).take()
        assert taken.state is State.RECORDED
    leave(inbox, b"gone", "gone.txt")
    (path,) = (path for path in (home / "inbox").glob("??/??/*") if path.is_file())
    path.unlink()
    (held,) = take(home, inbox)
    assert "is not in the store" in held.reason[0]


def test_two_takers_do_not_take_one_item_twice(home: Path, inbox: Inbox) -> None:
    item = leave(inbox, b"a letter", "letter.txt")
    with opened(home, sign=True) as handle:
        queue = Queue(handle, inbox)
        assert queue.take_in(item).entries == "#5"
        assert queue.take_in(item).attempts == 1  # the second finds it settled
        assert handle.ledger.size() == FIRST_ENTRIES + 1


def test_taking_stops_when_it_is_told_to(home: Path, inbox: Inbox) -> None:
    for number in range(3):
        leave(inbox, b"letter %d" % number, "letter.txt")
    told: list[Item] = []
    with opened(home, sign=True) as handle:
        assert Queue(handle, inbox).take(told.append, lambda: len(told) < 2) == told
    assert len(inbox.items(State.WAITING)) == 1


def test_the_queue_is_shown_with_its_reasons_and_bytes_can_be_copied_out(
    home: Path, inbox: Inbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    item = leave(inbox, making.csv_text(*({**making.ITEM, "unit": "", "part": f"P-{n}"} for n in range(3))).encode())
    leave(inbox, b"a letter", "letter.txt")
    assert main(["inbox", "take", "--home", str(home)]) == 1
    capsys.readouterr()
    assert main(["inbox", "list", "--home", str(home)]) == 0
    said = capsys.readouterr().out
    assert "(and 2 more)" in said
    assert "letter.txt" not in said
    assert main(["inbox", "show", item.id, "--home", str(home), "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert said.count("! items.csv, row ") == 3
    assert (tmp_path / "items.csv").read_bytes().startswith(b"owner,part")
    assert main(["inbox", "show", item.id, "--home", str(home), "--out", str(tmp_path)]) == 2
    assert main(["inbox", "list", "--all", "--home", str(home), "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [each["state"] for each in listed] == ["held back", "recorded"]
    recorded = listed[1]["id"]
    assert main(["inbox", "show", recorded, "--home", str(home), "--out", str(tmp_path)]) == 2
    assert main(["inbox", "show", "rcpt-0", "--home", str(home)]) == 2


def test_a_file_is_submitted_with_what_is_said_of_it(home: Path, inbox: Inbox, tmp_path: Path) -> None:
    (tmp_path / "wages.csv").write_text("x")
    said = ["--tier", "secret+personal", "--kind", "document", "--received", "2023-03-01", "--basis", "postmark"]
    assert main(["inbox", "submit", str(tmp_path / "wages.csv"), *said, "--home", str(home)]) == 0
    (item,) = inbox.items()
    assert item.told == Told("document", START.date().replace(month=3), "postmark", Tier.SECRET_PERSONAL)
    assert main(["inbox", "submit", str(tmp_path / "wages.csv"), "--basis", "x", "--home", str(home)]) == 2


def test_status_tells_what_waits_and_what_is_held_back(
    home: Path, inbox: Inbox, capsys: pytest.CaptureFixture[str]
) -> None:
    leave(inbox, BAD)
    take(home, inbox)
    leave(inbox, b"a letter", "letter.txt")
    main(["status", "--home", str(home)])
    said = capsys.readouterr().out
    assert "1 items wait in the inbox" in said
    assert "1 items of the inbox are held back" in said
