"""Redacted copies: what is painted over is gone, and with it all that a file holds besides the look of its pages."""

import io
import re
import subprocess
import zlib
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from reportlab.pdfgen import canvas

from evidence.errors import UsageError
from evidence.intake.faults import Faults
from evidence.intake.limits import Limits
from evidence.intake.parser import parse
from evidence.intake.redaction import Box, read_box

SECRET = "SECRETPRICE31725"
OVER_SECRET = Box(1, 200, 600, 1200, 100)  # 20 mm from the left, 60 from the top, 120 wide, 10 high
OVER_FIELD = Box(1, 200, 1080, 900, 160)


def nasty() -> bytes:
    """A PDF that holds a secret in its text, a form, its metadata, an attachment, a thumbnail and a later version."""
    drawn = io.BytesIO()
    page = canvas.Canvas(drawn, pagesize=(595, 842))
    page.setTitle(SECRET)
    page.setAuthor(SECRET)
    page.setFont("Helvetica", 14)
    page.drawString(72, 700, "Invoice 17")
    page.drawString(72, 650, SECRET)
    page.drawString(72, 600, "visible words")
    page.acroForm.textfield(name="price", value=SECRET, x=72, y=500, width=200, height=20)
    page.bookmarkPage("there")
    page.addOutlineEntry(SECRET, "there")
    page.showPage()
    page.drawString(72, 700, "page two")
    page.showPage()
    page.save()
    with pikepdf.open(drawn) as pdf:
        pdf.attachments["costs.txt"] = SECRET.encode()
        with pdf.open_metadata() as metadata:
            metadata["dc:description"] = SECRET
        thumbnail = pikepdf.Stream(pdf, SECRET.encode().ljust(900, b"\0"))
        thumbnail.stream_dict = pikepdf.Dictionary(
            Width=30, Height=10, ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8
        )
        pdf.pages[0].obj.Thumb = thumbnail
        first = io.BytesIO()
        pdf.save(first)
    update = IncrementalPdfFileWriter(first)
    update.root["/Note"] = generic.pdf_string(SECRET)
    update.update_root()
    second = io.BytesIO()
    update.write(second)
    return second.getvalue()


def redacted(
    content: bytes, place: Path, *boxes: Box, media_type: str = "application/pdf"
) -> tuple[bytes, Any, Faults]:
    """The copy, what the bounded process told of it, and what it found wrong."""
    (place / "original").write_bytes(content)
    into, faults = place / "into", Faults("original")
    into.mkdir()
    ask = {
        "name": "copy",
        "media_type": media_type,
        "boxes": [[box.page, box.left, box.top, box.width, box.height] for box in boxes],
    }
    with open(place / "original", "rb") as file:
        parsed = parse("redact", file, Limits(), faults, into=into, ask=ask)
    copy = into / "copy"
    return copy.read_bytes() if copy.exists() else b"", parsed.found, faults


def everything_in(pdf: bytes) -> bytes:
    """A PDF's own bytes and those of its streams unpacked, one after another."""
    found = [pdf]
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        for each in opened.objects:
            if isinstance(each, pikepdf.Stream):
                found.append(bytes(each.read_raw_bytes()))
                if each.get("/Filter") != "/DCTDecode":
                    found.append(bytes(each.read_bytes()))
            else:
                found.append(repr(each).encode())
    return b"\n".join(found)


def test_the_sample_holds_the_secret_everywhere_it_should() -> None:
    content = nasty()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert pdf.attachments["costs.txt"].get_file().read_bytes() == SECRET.encode()
        assert "/Thumb" in pdf.pages[0].obj
    assert content.count(b"%%EOF") > 1
    assert SECRET in pypdfium2.PdfDocument(content)[0].get_textpage().get_text_range()
    assert SECRET.encode() in everything_in(content)


def test_nothing_of_the_file_but_pictures_of_its_pages_is_in_the_copy(tmp_path: Path) -> None:
    copy, told, faults = redacted(nasty(), tmp_path, OVER_SECRET, OVER_FIELD)
    assert (told, faults.count) == ([{"pages": 2, "media_type": "application/pdf"}], 0)
    assert SECRET.encode() not in everything_in(copy)
    assert copy.count(b"%%EOF") == 1  # one version, and none before it
    document = pypdfium2.PdfDocument(copy)
    assert [page.get_textpage().get_text_range() for page in document] == ["", ""]
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        assert set(pdf.Root.keys()) == {"/Type", "/Pages"}
        assert set(pdf.trailer.keys()) <= {"/ID", "/Root", "/Size", "/Info"}
        assert not pdf.docinfo.keys()
        assert not pdf.attachments
        for page in pdf.pages:
            assert set(page.obj.keys()) <= {"/Type", "/Parent", "/MediaBox", "/Resources", "/Contents"}


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("pdftotext", "-layout", "copy", "-"), id="text"),
        pytest.param(("pdfinfo", "-custom", "copy"), id="custom-metadata"),
        pytest.param(("pdfinfo", "-meta", "copy"), id="xmp"),
        pytest.param(("pdfdetach", "-list", "copy"), id="attachments"),
        pytest.param(("strings", "-n", "4", "copy"), id="strings"),
    ],
)
def test_other_peoples_tools_find_nothing_under_the_box(tmp_path: Path, command: tuple[str, ...]) -> None:
    redacted(nasty(), tmp_path, OVER_SECRET, OVER_FIELD)
    ran = subprocess.run(command, cwd=tmp_path / "into", capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert SECRET.encode() not in ran.stdout
    assert re.sub(rb"[\s\x0c]", b"", ran.stdout) == b"" or command[0] != "pdftotext"


def pixels(copy: bytes, page: int) -> Image.Image:
    return pypdfium2.PdfDocument(copy)[page].render(scale=1).to_pil().convert("L")


def test_the_box_is_black_and_the_rest_of_the_page_is_as_it_was(tmp_path: Path) -> None:
    content = nasty()
    copy, _, _ = redacted(content, tmp_path, OVER_SECRET)
    box = (57, 171, 396, 198)  # 20, 60, 140 and 70 mm in points
    assert pixels(copy, 0).crop(box).getextrema() == (0, 0)
    before, after = (Image.eval(pixels(each, 0), lambda level: level // 64) for each in (content, copy))
    words = (60, 232, 300, 250)
    assert before.crop(words).tobytes() != bytes(len(before.crop(words).tobytes()))
    differing = sum(
        one != other for one, other in zip(before.crop(words).tobytes(), after.crop(words).tobytes(), strict=True)
    )
    assert differing < len(before.crop(words).tobytes()) // 20
    assert pixels(copy, 1).getextrema()[0] < 128  # the second page is there


def test_a_box_is_never_smaller_than_it_was_given(tmp_path: Path) -> None:
    copy, _, _ = redacted(nasty(), tmp_path, Box(1, 201, 603, 3, 3))
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        picture = pdf.pages[0].Resources.XObject.P
        raw = zlib.decompress(bytes(picture.read_raw_bytes()))
        mode = {"/DeviceGray": "L", "/DeviceRGB": "RGB"}[str(picture.ColorSpace)]
        image = Image.frombytes(mode, (int(picture.Width), int(picture.Height)), raw).convert("L")
    black = [(x, y) for x in range(140, 180) for y in range(450, 500) if image.getpixel((x, y)) == 0]
    left, right = min(x for x, _ in black), max(x for x, _ in black)
    scale = image.width / 595 * 72 / 254
    assert left <= 201 * scale
    assert right + 1 >= 204 * scale


def picture_of(kind: str) -> bytes:
    image = Image.new("RGB", (300, 200), "white")
    ImageDraw.Draw(image).text((50, 50), SECRET, fill="red")
    out = io.BytesIO()
    if kind == "PNG":
        told = PngInfo()
        told.add_text("Comment", SECRET)
        image.save(out, "PNG", pnginfo=told)
    elif kind == "JPEG":
        exif = Image.Exif()
        exif[0x010E] = SECRET
        image.save(out, "JPEG", exif=exif, comment=SECRET.encode(), quality=95)
    else:
        image.save(out, "TIFF", save_all=True, append_images=[image], description=SECRET)
    return out.getvalue()


@pytest.mark.parametrize(("kind", "pages"), [("PNG", 1), ("JPEG", 1), ("TIFF", 2)])
def test_of_a_picture_the_pixels_alone_are_in_the_copy(tmp_path: Path, kind: str, pages: int) -> None:
    content = picture_of(kind)
    assert SECRET.encode() in content
    over = [Box(page, 40, 40, 200, 40) for page in range(1, pages + 1)]
    copy, told, _ = redacted(content, tmp_path, *over, media_type=f"image/{kind.lower()}")
    assert told[0]["pages"] == pages
    assert SECRET.encode() not in copy
    if pages > 1:
        assert told[0]["media_type"] == "application/pdf"
        assert SECRET.encode() not in everything_in(copy)
        return
    with Image.open(io.BytesIO(copy)) as image:
        assert (image.format, image.size, dict(image.info)) == ("PNG", (300, 200), {})
        assert not image.getexif()
        assert image.convert("L").crop((40, 40, 240, 80)).getextrema() == (0, 0)
        assert image.convert("L").crop((0, 100, 300, 200)).getextrema() == (255, 255)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        pytest.param(b"%PDF-1.7 and no more", "application/pdf", id="a-broken-pdf"),
        pytest.param(b"no picture", "image/png", id="no-picture"),
        pytest.param(picture_of("PNG")[:300], "image/png", id="half-a-picture"),
        pytest.param(b"", "application/pdf", id="nothing"),
    ],
)
def test_what_cannot_be_drawn_is_not_redacted(tmp_path: Path, content: bytes, media_type: str) -> None:
    copy, told, faults = redacted(content, tmp_path, Box(1, 0, 0, 10, 10), media_type=media_type)
    assert (copy, told) == (b"", [])
    assert faults.count == 1


def test_a_box_on_a_page_that_is_not_there_is_refused(tmp_path: Path) -> None:
    _, told, faults = redacted(nasty(), tmp_path, Box(3, 0, 0, 10, 10))
    assert told == []
    assert "page 3" in str(faults.kept[0])


def test_the_same_document_and_boxes_give_the_same_copy(tmp_path: Path) -> None:
    content = nasty()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one, _, _ = redacted(content, tmp_path / "one", OVER_SECRET)
    other, _, _ = redacted(content, tmp_path / "two", OVER_SECRET)
    assert one == other


def test_a_box_is_written_in_millimetres_or_pixels() -> None:
    assert read_box("2:20,35.5,80,6", "application/pdf") == Box(2, 200, 355, 800, 60)
    assert read_box("1:20,35,80,6", "image/png") == Box(1, 20, 35, 80, 6)


@pytest.mark.parametrize("text", ["", "1:1,2,3", "0:1,2,3,4", "1:1,2,0,4", "1:1.25,2,3,4", "1:1..2,2,3,4", "x:1,2,3,4"])
def test_what_is_no_box_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no box"):
        read_box(text, "application/pdf")
