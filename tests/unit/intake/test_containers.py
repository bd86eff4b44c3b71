"""Archives and mails: each member under its own name with its own bytes, and nothing beside them."""

from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from evidence.intake.containers import Unpacked, is_container, unpack
from evidence.intake.faults import Faults
from evidence.intake.gather import gather
from evidence.intake.limits import Limits
from tests.hostile.archives import nested, zipped
from tests.hostile.mails import a_mail, attached

CSV = b"owner,part\r\nVOLTERA,FRM-201\r\n"


def unpacked(content: bytes, name: str, tmp_path: Path, limits: Limits | None = None) -> tuple[Unpacked, list[str]]:
    """What a container in a file called `name` comes to, and its faults."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / name).write_bytes(content)
    (found,) = gather([folder], Limits()).files.values()
    assert is_container(found.media_type)
    (tmp_path / "into").mkdir()
    faults = Faults(name)
    came = unpack(found, tmp_path / "into", limits or Limits(), faults)
    return came, [f"{each.found}; {each.wanted}" for each in faults.all()]


def held(came: Unpacked) -> dict[str, bytes]:
    return {member.name: member.path.read_bytes() for member in came.members}


def test_an_archive_gives_each_file_under_its_own_name(tmp_path: Path) -> None:
    came, faults = unpacked(zipped(("sub/items.csv", CSV), ("letter.txt", b"Dear all")), "a.zip", tmp_path)
    assert (held(came), faults) == ({"sub/items.csv": CSV, "letter.txt": b"Dear all"}, [])
    assert [member.path.name for member in came.members] == ["1", "2"]


def test_a_name_from_an_archive_never_becomes_a_path(tmp_path: Path) -> None:
    unpacked(zipped(("sub/items.csv", CSV)), "a.zip", tmp_path)
    assert [path.relative_to(tmp_path / "into").as_posix() for path in (tmp_path / "into").rglob("*")] == [
        "of 1",
        "of 1/1",
    ]


def test_what_systems_add_to_archives_and_empty_files_are_told_of_and_left_out(tmp_path: Path) -> None:
    content = zipped(
        ("__MACOSX/._a", b"x"), (".DS_Store", b"x"), ("~$a.xlsx", b"x"), ("empty.csv", b""), ("a.txt", b"x")
    )
    came, faults = unpacked(content, "a.zip", tmp_path)
    assert (sorted(held(came)), faults) == (["a.txt"], [])
    assert came.notices == [
        "__MACOSX/._a: a hidden or lock file; left out",
        ".DS_Store: a hidden or lock file; left out",
        "~$a.xlsx: a hidden or lock file; left out",
        "empty.csv: an empty file; left out",
    ]


def test_an_archive_in_an_archive_is_a_member_that_is_a_container(tmp_path: Path) -> None:
    came, _ = unpacked(nested(2, b"a note"), "a.zip", tmp_path)
    (member,) = came.members
    assert member.name == "level 1.zip"
    (inner,) = gather([member.path], Limits()).files.values()
    assert is_container(inner.media_type)


def test_an_archive_of_workbooks_is_no_workbook(tmp_path: Path) -> None:
    book = zipped(("xl/workbook.xml", b"<workbook/>"), method=0)
    came, _ = unpacked(zipped(("book.xlsx", book), method=0), "a.zip", tmp_path)
    assert held(came) == {"book.xlsx": book}


def test_what_was_unpacked_before_counts_against_the_limits(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.zip").write_bytes(zipped(("a.txt", b"0123456789" * 10), method=0))
    (found,) = gather([tmp_path / "in"], Limits()).files.values()
    (tmp_path / "into").mkdir()
    limits, faults = Limits(unpacked_bytes=150), Faults("a.zip")
    assert len(unpack(found, tmp_path / "into", limits, faults).members) == 1
    assert faults.count == 0
    assert unpack(found, tmp_path / "into", limits, faults).members == []
    assert [each.found for each in faults.all()] == ["an archive of 100 bytes unpacked"]


@pytest.mark.parametrize(("size", "refused"), [(100, False), (101, True)], ids=["at-the-limit", "a-byte-over"])
def test_the_bytes_of_an_archive_have_a_limit(size: int, refused: bool, tmp_path: Path) -> None:
    _, faults = unpacked(zipped(("a.bin", bytes(size)), method=0), "a.zip", tmp_path, Limits(unpacked_bytes=100))
    assert bool(faults) is refused


def test_a_mail_gives_its_attachments_and_says_who_sent_it_when(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["Received"] = "from relay by mx.example.com; Mon, 06 Mar 2023 18:30:00 -0600"
    mail["Received"] = "from desk by relay; Mon, 06 Mar 2023 18:29:00 -0600"
    mail["From"], mail["To"], mail["Cc"] = "Ánna <sales@supplier.example>", "desk@example.com", "b@example.com"
    mail["Subject"], mail["Date"] = "Erklärungen für Mexiko", "Mon, 06 Mar 2023 18:28:00 -0600"
    mail["Message-ID"] = "<1@supplier.example>"
    mail.set_content("Attached.")
    mail.add_attachment(CSV, maintype="text", subtype="csv", filename="Übersicht 2023.csv")
    mail.add_attachment(b"\x00\x01", maintype="application", subtype="octet-stream", filename="a.bin")
    came, faults = unpacked(mail.as_bytes(), "m.eml", tmp_path)
    assert (held(came), faults) == ({"Übersicht 2023.csv": CSV, "a.bin": b"\x00\x01"}, [])
    assert [member.claimed_type for member in came.members] == ["text/csv", "application/octet-stream"]
    facts = came.mail
    assert facts is not None
    assert facts.sender == "Ánna <sales@supplier.example>"
    assert facts.recipients == ("desk@example.com", "b@example.com")
    assert (facts.subject, facts.message_id) == ("Erklärungen für Mexiko", "<1@supplier.example>")
    assert facts.sent_at == datetime(2023, 3, 7, 0, 28, tzinfo=UTC)
    assert facts.received_at == datetime(2023, 3, 7, 0, 30, tzinfo=UTC)
    assert (facts.sent_on, facts.received_on) == (date(2023, 3, 7), date(2023, 3, 7))
    assert facts.received_basis.startswith("mail header Received: from relay by mx.example.com;")
    assert facts.text == "Attached.\n"


def test_a_mail_that_no_server_took_says_nothing_of_when_it_came(tmp_path: Path) -> None:
    came, _ = unpacked(a_mail().as_bytes(), "m.eml", tmp_path)
    assert came.mail is not None
    assert (came.mail.received_on, came.mail.received_basis, came.mail.sent_on) == (None, "", date(2023, 3, 6))


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"], ids=["lf", "crlf"])
def test_a_mail_within_a_mail_comes_out_as_it_went_in(newline: bytes, tmp_path: Path) -> None:
    inner = newline.join(
        [b"From:   odd.spacing@example.com", b"Subject: =?utf-8?q?caf=C3=A9?= " + b"long " * 40, b"\tfolded",
         b"Date: Mon, 06 Mar 2023 10:00:00 -0600", b"", b"From the first line,", b"to the last."]
    )  # fmt: skip
    outer = newline.join(
        [b"From: a@example.com", b"MIME-Version: 1.0", b'Content-Type: multipart/mixed; boundary="b"', b"", b"--b",
         b"Content-Type: message/rfc822", b"", inner, b"--b--", b""]
    )  # fmt: skip
    came, faults = unpacked(outer, "m.eml", tmp_path)
    assert (list(held(came).values()), faults) == ([inner], [])


def test_attachments_of_one_name_are_told_apart(tmp_path: Path) -> None:
    mail = a_mail()
    for content in (b"one", b"two", b"three"):
        mail.add_attachment(content, maintype="image", subtype="png", filename="image001.png")
    came, _ = unpacked(mail.as_bytes(), "m.eml", tmp_path)
    assert held(came) == {"image001.png": b"one", "image001 (2).png": b"two", "image001 (3).png": b"three"}


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        pytest.param(b"filename*=utf-8''%C3%9Cbersicht.csv", "Übersicht.csv", id="rfc-2231"),
        pytest.param(b"filename*0*=utf-8''%C3%9Cber;\r\n filename*1=sicht.csv", "Übersicht.csv", id="in-pieces"),
        pytest.param(b'filename="=?utf-8?q?=C3=9Cbersicht=2Ecsv?="', "Übersicht.csv", id="rfc-2047"),
        pytest.param(b'filename="../../etc/passwd.csv"', "passwd.csv", id="with-folders"),
        pytest.param(b'filename="C:\\\\Users\\\\x\\\\a.csv"', "a.csv", id="with-a-drive"),
        pytest.param(b"filename*=utf-8''a%0Ab%E2%80%AE.csv", "a\\nb\\u202e.csv", id="with-what-does-not-show"),
    ],
)
def test_the_name_of_an_attachment_is_decoded_and_shown_safely(disposition: bytes, name: str, tmp_path: Path) -> None:
    came, faults = unpacked(attached(disposition, b"a,b", b"text/csv"), "m.eml", tmp_path)
    assert (list(held(came)), faults) == ([name], [])


def test_an_attachment_that_is_not_what_its_mail_says_is_told_of(tmp_path: Path) -> None:
    came, _ = unpacked(
        attached(b"filename=statement", b"MZ\x90\x00" + bytes(60), b"application/pdf"), "m.eml", tmp_path
    )
    assert came.notices == ["statement: claimed to be application/pdf, but its bytes are application/x-executable"]


@pytest.mark.parametrize(("depth", "refused"), [(5, False), (6, True)], ids=["at-the-limit", "one-deeper"])
def test_mails_nest_as_deep_as_the_limit(depth: int, refused: bool, tmp_path: Path) -> None:
    from tests.hostile.mails import nested as nested_mails

    came, faults = unpacked(nested_mails(depth), "m.eml", tmp_path)
    assert bool(faults) is refused
    assert len(came.members) == (0 if refused else 1)
