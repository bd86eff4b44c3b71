"""Pages as text: what is recognised, what is read as it stands, what is told of the rest, and what limits hold."""

import io
import os
import struct
import zlib
from dataclasses import replace
from functools import cache
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from evidence.core.statements.base import EvidenceClass
from evidence.core.statements.derived import DerivedPurpose
from evidence.intake.gather import gather
from evidence.intake.limits import Limits
from evidence.intake.scans import PAGE_END, ScanText, derived_statement, read_pages
from tests.unit.intake.making import reception, write_form
from tests.unit.intake.making_scans import CERTIFICADO, CERTIFICAT, CERTIFICATE, page, picture
from tests.unit.intake.making_signed import kept, plain_pdf

LIMITS = Limits()


def read(path: Path, limits: Limits = LIMITS) -> ScanText:
    (found,) = gather([path], limits).files.values()
    return read_pages(path, found.media_type, limits)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        pytest.param(CERTIFICATE, ("FRM-201", "1250", "2024-03-31"), id="english"),
        pytest.param(CERTIFICAT, ("BRK-778", "Montréal", "déclare"), id="french"),
        pytest.param(CERTIFICADO, ("ARN-512", "Saltillo", "año"), id="spanish"),
    ],
)
def test_a_drawn_certificate_is_recognised_in_its_language(
    folder: Path, lines: tuple[str, ...], words: tuple[str, ...]
) -> None:
    found = read(picture(folder / "scan.png", lines))
    assert [word for word in words if word not in found.text] == []
    assert (found.pages, found.is_scan, found.purpose) == (1, True, DerivedPurpose.OCR_TEXT)
    assert (found.tool, found.languages) == ("tesseract", ("eng", "fra", "spa"))
    assert found.notices == ()


def test_a_tiff_of_two_pages_gives_both_with_their_end_between(folder: Path) -> None:
    first, second = read(picture(folder / "scan.tif", CERTIFICATE, CERTIFICADO)).text.split(PAGE_END)
    assert "FRM-201" in first
    assert "ARN-512" in second


def test_a_pdf_of_pictures_is_a_scan_and_its_pages_are_recognised(folder: Path) -> None:
    found = read(picture(folder / "scan.pdf", CERTIFICATE, CERTIFICAT))
    assert (found.pages, found.is_scan) == (2, True)
    assert "FRM-201" in found.text
    assert "BRK-778" in found.text


def test_a_page_that_lies_on_its_side_is_turned(folder: Path) -> None:
    page(CERTIFICATE * 3).rotate(90, expand=True).save(folder / "side.jpg", dpi=(200, 200))
    assert "FRM-201" in read(folder / "side.jpg").text


def test_a_fax_with_points_that_are_not_square_is_stretched_first(folder: Path) -> None:
    drawn = page()
    drawn.resize((drawn.width, drawn.height // 2)).convert("1").save(
        folder / "fax.tif", compression="group4", dpi=(204, 102)
    )
    assert "FRM-201" in read(folder / "fax.tif").text


def test_the_text_of_a_native_pdf_is_read_as_it_stands(folder: Path) -> None:
    found = read(kept(folder, "native.pdf", plain_pdf("Part FRM-201")))
    assert (found.text, found.is_scan, found.purpose) == ("Part FRM-201", False, DerivedPurpose.TEXT)
    assert (found.tool, found.languages) == ("pypdfium2", ())


def test_what_is_filled_in_a_form_stands_after_the_text_of_its_pages(folder: Path) -> None:
    found = read(write_form(folder / "form.pdf", {"part": "FRM-201", "plant": "", "quantity": "1250"}))
    assert found.text == "\npart: FRM-201\nquantity: 1250"


def test_a_scanners_own_text_under_its_picture_is_read_and_the_page_is_a_scan_all_the_same(folder: Path) -> None:
    picture(folder / "scan.pdf")
    with pikepdf.open(folder / "scan.pdf") as pdf, pikepdf.open(io.BytesIO(plain_pdf("Part FRM-201"))) as text:
        pdf.pages[0].add_underlay(text.pages[0], None)
        pdf.save(folder / "layered.pdf")
    found = read(folder / "layered.pdf")
    assert (found.text, found.is_scan, found.purpose) == ("Part FRM-201", True, DerivedPurpose.TEXT)


def test_pages_past_the_limit_on_recognition_are_told_of(folder: Path) -> None:
    found = read(picture(folder / "scan.tif", CERTIFICATE, CERTIFICAT, CERTIFICADO), replace(LIMITS, ocr_pages=1))
    assert "FRM-201" in found.text
    assert found.text.endswith(PAGE_END * 2)
    assert found.notices == ("page 2, 3 of 3 not recognised: beyond the limits on recognition",)


def test_a_picture_of_too_many_points_is_never_unpacked(folder: Path) -> None:
    """A PNG of 60,000 by 60,000 points, 3.6 thousand million, in a few kilobytes of zeros packed twice."""
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1_000_000)), (b"IEND", b"")]
    packed = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    found = read(kept(folder, "bomb.png", b"\x89PNG\r\n\x1a\n" + packed))
    assert found.text == ""
    assert found.notices == ("page 1 of 1 not recognised: 60000 x 60000 pixels, at most 100000000 are read",)


def test_a_page_of_a_pdf_as_large_as_a_house_is_drawn_small(folder: Path) -> None:
    picture(folder / "scan.pdf")
    with pikepdf.open(folder / "scan.pdf") as pdf:
        pdf.pages[0].MediaBox = [0, 0, 14_400, 14_400]
        pdf.save(folder / "huge.pdf")
    found = read(folder / "huge.pdf")
    assert (found.pages, found.is_scan) == (1, True)


@cache
def noise() -> bytes:
    """A page that nobody can read, drawn once: that takes as long as giving it up."""
    written = io.BytesIO()
    Image.effect_noise((4000, 4000), 200).save(written, "png", dpi=(300, 300), compress_level=1)
    return written.getvalue()


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        pytest.param({"parser_bytes": 120 * 1024**2}, "limits.parser_bytes", id="memory"),
        pytest.param({"ocr_page_seconds": 1}, "not recognised within 1 s", id="processor-time"),
        pytest.param({"ocr_seconds": 1}, "not read to the end", id="time"),
    ],
)
def test_recognition_that_its_limits_end_is_told_of_and_leaves_no_text(
    folder: Path, limits: dict[str, int], told: str
) -> None:
    (folder / "noise.png").write_bytes(noise())
    found = read(folder / "noise.png", replace(LIMITS, **limits))
    assert found.text == ""
    assert told in " ".join(found.notices)


def test_without_tesseract_the_scan_has_no_text_and_a_notice_says_why(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "defpath", str(folder))  # where the bounded process looks for programs
    found = read(picture(folder / "scan.png"))
    assert (found.text, found.is_scan) == ("", True)
    assert found.notices == (
        "a scan whose text was not recognised: tesseract is not installed here (see scripts/setup.sh)",
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("cut.png", lambda at: picture(at).read_bytes()[:3000], id="picture-cut-short"),
        pytest.param("cut.tif", lambda at: picture(at).read_bytes()[:3000], id="tiff-cut-short"),
        pytest.param("cut.pdf", lambda at: picture(at).read_bytes()[:3000], id="pdf-cut-short"),
        pytest.param("no.png", lambda _: b"\x89PNG\r\n\x1a\nnothing", id="no-picture"),
        pytest.param("no.tif", lambda _: b"II*\x00\xff\xff\xff\xff", id="no-tiff"),
        pytest.param("loop.tif", lambda _: b"II*\x00\x08\0\0\0\0\0\x08\0\0\0", id="tiff-that-leads-back-to-itself"),
    ],
)
def test_a_broken_file_is_told_of_and_has_no_text(folder: Path, name: str, content: object) -> None:
    assert callable(content)
    found = read(kept(folder, name, content(folder / name)))
    assert found.text.strip(PAGE_END) == ""
    assert len(found.notices) >= 1


def test_an_encrypted_pdf_is_told_of(folder: Path) -> None:
    with pikepdf.open(io.BytesIO(plain_pdf())) as pdf:
        pdf.save(folder / "closed.pdf", encryption=pikepdf.Encryption(user="secret", owner="more secret"))
    assert read(folder / "closed.pdf").notices == ("encrypted: its pages were not read",)


def test_a_picture_saved_anew_has_the_same_points(folder: Path) -> None:
    one = read(picture(folder / "one.png")).pixels
    page().save(folder / "other.png", dpi=(200, 200), compress_level=1, optimize=False)
    page().save(folder / "other.tif", dpi=(200, 200))
    assert (folder / "one.png").read_bytes() != (folder / "other.png").read_bytes()
    assert one is not None
    assert read(folder / "other.png").pixels == read(folder / "other.tif").pixels == one
    assert read(picture(folder / "another.png", CERTIFICAT)).pixels != one


def test_the_statement_names_original_text_tool_and_languages(folder: Path) -> None:
    found = read(picture(folder / "scan.png"))
    now, random = reception().now, reception().random
    statement = derived_statement(found, "a" * 64, "b" * 64, now, random)
    assert statement.documents() == (("original", "a" * 64), ("derived", "b" * 64))
    assert (statement.evidence_class, statement.purpose) == (EvidenceClass.DERIVED, DerivedPurpose.OCR_TEXT)
    assert (statement.tool, statement.pages) == ("tesseract", 1)
    assert statement.tool_version[0].isdigit()
    assert statement.languages == ("eng", "fra", "spa")
