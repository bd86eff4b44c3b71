"""What a file is by its bytes, what its name claims, and what is worth telling of the difference."""

import io
import zipfile

import pytest

from evidence.intake.sniff import claimed_type, differs, media_type, runs, unopened
from tests.hostile.archives import zipped
from tests.hostile.workbooks import rows, sheet, workbook

MAIL = b"From: a@example.com\r\nDate: Mon, 06 Mar 2023 10:00:00 -0600\r\nSubject: x\r\n\r\nhi"
EDIFACT = b"UNA:+.? 'UNB+UNOA:1+SENDER+RECEIVER+230501:1200+1'UNH+1+INVOIC:D:96A:UN'"
X12 = (
    b"ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *230501*1200*U*00401*000000001*0*P*>~"
    b"GS*IN*SENDER*RECEIVER*20230501*1200*1*X*004010~"
)


@pytest.mark.parametrize(
    ("content", "name", "found"),
    [
        pytest.param(MAIL, "m.eml", "message/rfc822", id="mail"),
        pytest.param(MAIL, "m", "message/rfc822", id="mail-without-an-ending"),
        pytest.param(b"Received: from a\r\n\tby b; date\r\n" + MAIL, "m.txt", "message/rfc822", id="mail-as-text"),
        pytest.param(b"Subject: x\n\nhi", "m.eml", "message/rfc822", id="mail-with-one-header"),
        pytest.param(b"From: the desk\nSubject: a memo\n\nhi", "memo.txt", "text/plain", id="memo"),
        pytest.param(b"Note: see below\n", "m.eml", "text/plain", id="no-mail-in-spite-of-its-name"),
        pytest.param(b"<?xml version='1.0'?><a/>", "a", "application/xml", id="xml"),
        pytest.param(b"\xef\xbb\xbf<?xml version='1.0'?><a/>", "a", "application/xml", id="xml-with-a-mark"),
        pytest.param("<?xml version='1.0'?><a/>".encode("utf-16"), "a", "application/xml", id="xml-in-utf-16"),
        pytest.param("<?xml version='1.0'?><a/>".encode("utf-16-be"), "a", "application/xml", id="utf-16-no-mark"),
        pytest.param(b"<Orders><Order/></Orders>", "a", "application/xml", id="xml-without-a-declaration"),
        pytest.param(b'<Order no="1">', "a.txt", "application/xml", id="xml-with-attributes"),
        pytest.param(b"<!-- note -->\n<a/>", "a", "application/xml", id="xml-after-a-comment"),
        pytest.param(b"<!DOCTYPE html><html>", "a", "text/html", id="page"),
        pytest.param(b"\n <HTML><body>", "a.xml", "text/html", id="page-in-capitals"),
        pytest.param(b"< 5 pieces", "a.txt", "text/plain", id="text-with-an-angle"),
        pytest.param(
            zipped(("a.pdf", b"%PDF-1.7\n%%EOF"), method=0), "a", "application/zip", id="archive-of-a-stored-pdf"
        ),
        pytest.param(MAIL.replace(b"x", b"about %PDF-1.7"), "m", "message/rfc822", id="mail-about-a-pdf"),
        pytest.param(b"<Order>%PDF-1.7</Order>", "a", "application/xml", id="xml-about-a-pdf"),
        pytest.param(b"We write %PDF-1.7 here.", "a.txt", "text/plain", id="text-about-a-pdf"),
        pytest.param(b"\r\n %PDF-1.7\n", "a", "application/pdf", id="pdf-after-blanks"),
        pytest.param(b"HTTP/1.0 200 OK\r\n\r\n%PDF-1.7\n", "a", "application/pdf", id="pdf-below-lines-of-text"),
        pytest.param(bytes(128) + b"%PDF-1.7\n", "a", "application/pdf", id="pdf-below-other-bytes"),
        pytest.param(EDIFACT, "a.edi", "application/edifact", id="edifact"),
        pytest.param(X12, "a.edi", "application/edi-x12", id="x12"),
        pytest.param(b"ISABEL writes", "a.txt", "text/plain", id="no-x12"),
        pytest.param(b"II*\x00\x08\x00\x00\x00", "a", "image/tiff", id="tiff"),
        pytest.param(b"MM\x00*\x00\x00\x00\x08", "a", "image/tiff", id="tiff-big-endian"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "a", "image/png", id="png"),
        pytest.param(b"\xff\xd8\xff\xe0", "a", "image/jpeg", id="jpeg"),
        pytest.param("a;b\n1;2\n".encode("utf-16"), "a.csv", "text/csv", id="csv-in-utf-16"),
        pytest.param("a;b\n1;2\n".encode("utf-16"), "a.txt", "text/plain", id="text-in-utf-16"),
        pytest.param(b"MZ\x90\x00\x03\x00", "invoice.pdf", "application/x-executable", id="program"),
        pytest.param(b"MZ is where we write", "a.txt", "text/plain", id="text-that-begins-like-a-program"),
        pytest.param(zipped(("a.txt", b"x")), "a", "application/zip", id="archive"),
        pytest.param(zipped(), "a", "application/zip", id="archive-of-nothing"),
        pytest.param(workbook(sheet(rows())), "a", claimed_type("a.xlsx"), id="workbook"),
        pytest.param(zipped(("a.xlsx", workbook(sheet(rows()))), method=0), "a", "application/zip", id="its-archive"),
        pytest.param(
            zipped(("a.txt", b"xl/workbook.xml"), method=0), "a", "application/zip", id="archive-that-says-so"
        ),
    ],
)
def test_the_type_is_found_in_the_bytes(content: bytes, name: str, found: str) -> None:
    assert media_type(content, name) == found


def test_an_archive_cut_off_before_its_directory_is_still_told_for_a_workbook() -> None:
    whole = workbook(sheet(rows()))
    assert media_type(whole[: whole.index(b"PK\x01\x02") + 10], "a.xlsx") == claimed_type("a.xlsx")


@pytest.mark.parametrize(
    ("found", "claimed"),
    [
        pytest.param("text/csv", "text/plain", id="csv-is-text"),
        pytest.param("application/xml", "text/xml; charset=utf-8", id="two-names-of-one-type"),
        pytest.param("application/pdf", "application/octet-stream", id="nothing-claimed"),
        pytest.param("text/csv", "application/vnd.ms-excel", id="what-browsers-call-a-csv"),
        pytest.param("application/pdf", "Application/PDF", id="in-capitals"),
        pytest.param("application/pdf", None, id="no-claim"),
        pytest.param("text/plain", "model/step", id="a-type-that-is-not-told-apart"),
    ],
)
def test_a_claim_that_fits_is_not_worth_a_word(found: str, claimed: str | None) -> None:
    assert differs(found, claimed) is None


@pytest.mark.parametrize(
    ("found", "claimed"),
    [
        pytest.param("application/x-executable", "application/pdf", id="a-program-for-a-pdf"),
        pytest.param("text/plain", "application/pdf", id="text-for-a-pdf"),
        pytest.param("application/zip", "text/plain", id="an-archive-for-text"),
        pytest.param("application/octet-stream", "image/png", id="bytes-for-a-picture"),
    ],
)
def test_a_claim_that_does_not_fit_is_told_with_what_was_found(found: str, claimed: str) -> None:
    assert differs(found, claimed) == f"claimed to be {claimed}, but its bytes are {found}"


@pytest.mark.parametrize(
    ("found", "claims", "said"),
    [
        pytest.param("application/pdf", ("application/zip",), "application/zip", id="by-its-name"),
        pytest.param("text/plain", (None, "Message/RFC822; x=y"), "message/rfc822", id="by-its-mail"),
        pytest.param("text/plain", ("text/plain", "application/x-zip-compressed"), "application/zip", id="by-one"),
        pytest.param("application/zip", ("message/rfc822",), None, id="opened-as-the-other"),
        pytest.param("text/plain", ("application/pdf", None), None, id="nothing-that-is-opened"),
    ],
)
def test_what_was_to_be_opened_and_is_not_is_told(found: str, claims: tuple[str | None, ...], said: str | None) -> None:
    assert unopened(found, *claims) == (said and f"claimed to be {said}, but its bytes are {found}")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        pytest.param("setup.exe", b"anything", "a program", id="by-name"),
        pytest.param("invoice.pdf", b"\x7fELF\x02", "a program", id="by-bytes"),
        pytest.param("invoice.pdf.lnk", b"x", "a shortcut to a program", id="shortcut"),
        pytest.param("open.JS ", b"x", "a script", id="capitals-and-a-blank"),
        pytest.param("read.me", b"#!/bin/sh\n", "a script", id="by-its-first-line"),
        pytest.param("page.html", b"<html><body onload = go()>", "a page with a script", id="page-with-a-script"),
        pytest.param("drawing.svg", b"<svg><script>x</script></svg>", "a page with a script", id="drawing"),
        pytest.param("page.html", b"<html><body>Prices</body></html>", None, id="page"),
        pytest.param("items.csv", b"owner,part\n", None, id="table"),
    ],
)
def test_what_a_computer_would_run_is_told(name: str, content: bytes, says: str | None) -> None:
    assert runs(media_type(content, name), name, content) == says


def test_an_archive_with_a_comment_is_read_by_its_directory() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.comment = b"packed by a supplier"
    assert media_type(out.getvalue(), "a.xlsx") == claimed_type("a.xlsx")
