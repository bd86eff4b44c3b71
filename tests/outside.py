"""Documents from outside, of every kind that is met in practice, and some that were made to do harm."""

import email.message
import io
import zlib

import openpyxl
import pikepdf
import pillow_heif
from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas

pillow_heif.register_heif_opener()


def pdf(*pages: str) -> bytes:
    """A PDF with a line of text on each page."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True)
    for text in pages:
        canvas.drawString(72, 720, text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def encrypted() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf("SPECIMEN, for readers with the password"))) as opened:
        opened.save(out, encryption=pikepdf.Encryption(owner="owner", user="user"))
    return out.getvalue()


def with_a_program() -> bytes:
    """A PDF that runs a script when it is opened, and carries a file."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf("SPECIMEN invoice"))) as opened:
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert('x')"))
        opened.Root.OpenAction = script
        opened.attachments["other.txt"] = b"carried along"
        opened.save(out, static_id=True)
    return out.getvalue()


def scan(pages: int) -> bytes:
    """A scan: each page one picture, ten of them different."""
    document = pikepdf.new()
    pictures = [_scanned(document, number) for number in range(min(10, pages))]
    for number in range(pages):
        resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=pictures[number % 10]))
        drawn = document.make_stream(b"q 595 0 0 842 0 0 cm /P Do Q")
        page = pikepdf.Dictionary(
            Type=pikepdf.Name.Page, MediaBox=[0, 0, 595, 842], Resources=resources, Contents=drawn
        )
        document.pages.append(pikepdf.Page(page))
    out = io.BytesIO()
    document.save(out, static_id=True)
    return out.getvalue()


def _scanned(document: pikepdf.Pdf, number: int) -> pikepdf.Stream:
    image = Image.effect_noise((1240, 1754), 20)
    ImageDraw.Draw(image).text((100, 100), f"SPECIMEN sheet {number}", fill=0, font_size=48)
    out = io.BytesIO()
    image.convert("L").save(out, "JPEG", quality=30)
    made = pikepdf.Stream(document, out.getvalue())
    made.stream_dict = pikepdf.Dictionary(
        Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=1240, Height=1754,
        ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode,
    )  # fmt: skip
    return made


def slow() -> bytes:
    """A PDF of a few kilobytes with three million lines to draw."""
    document = pikepdf.new()
    document.add_blank_page(page_size=(595, 842))
    lines = b"0 0 m 595 842 l S 0 842 m 595 0 l S\n" * 1_500_000
    packed = pikepdf.Stream(document, zlib.compress(lines, 9))
    packed.stream_dict = pikepdf.Dictionary(Filter=pikepdf.Name.FlateDecode)
    document.pages[0].obj.Contents = document.make_indirect(packed)
    out = io.BytesIO()
    document.save(out, static_id=True)
    return out.getvalue()


def picture(form: str, size: tuple[int, int] = (400, 300), **said: object) -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).text((20, 20), "SPECIMEN", fill="black", font_size=40)
    image.save(out, form, **said)
    return out.getvalue()


def tiff(pages: int) -> bytes:
    out = io.BytesIO()
    first, *others = [Image.new("1", (1728, 2200), number % 2) for number in range(pages)]
    first.save(out, "TIFF", save_all=True, append_images=others, compression="group4")
    return out.getvalue()


def picture_bomb() -> bytes:
    """A PNG of a few kilobytes that says it has ten thousand million points."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")

    side = (100_000).to_bytes(4, "big")
    head = chunk(b"IHDR", side + side + bytes([8, 0, 0, 0, 0]))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1_000_000))) + chunk(b"IEND", b"")


def workbook() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["part", "value"])
    book.active.append(["P-1", "=1+1"])
    book.save(out)
    return out.getvalue()


def mail() -> bytes:
    """A mail with a PDF, and with a mail that has a picture and a mail of its own."""
    inner, middle, outer = (email.message.EmailMessage() for _ in range(3))
    for number, one in enumerate((inner, middle, outer)):
        one["From"], one["To"] = "sales@parts.example", "origin@maker.example"
        one["Subject"], one["Date"] = f"SPECIMEN, level {number}", "Mon, 03 Apr 2023 09:00:00 +0000"
        one["Message-ID"] = f"<{number}@parts.example>"
        one.set_content(f"Text of level {number}.\n")
        one.set_boundary(f"boundary-{number}")
    middle.add_attachment(picture("PNG"), maintype="image", subtype="png", filename="label.png")
    middle.add_attachment(inner)
    outer.add_attachment(pdf("SPECIMEN invoice"), maintype="application", subtype="pdf", filename="invoice.pdf")
    outer.add_attachment(middle)
    return outer.as_bytes()


def documents() -> dict[str, bytes]:
    """All of them by name; a signed PDF is the caller's to add, who has a key."""
    return {
        "encrypted.pdf": encrypted(),
        "broken.pdf": pdf("SPECIMEN")[:600],
        "program.pdf": with_a_program(),
        "scan.pdf": scan(300),
        "slow.pdf": slow(),
        "costs.xlsx": workbook(),
        "broken.xlsx": workbook()[:-200],
        "costs.csv": 'part;valor\nP-1;"1,50"\n'.encode("cp1252"),
        "letter.eml": mail(),
        "photo.heic": picture("HEIF"),
        "photo.jpg": picture("JPEG", exif=_turned()),
        "label.png": picture("PNG"),
        "fax.tif": tiff(25),
        "bomb.png": picture_bomb(),
        "order.xml": b"<?xml version='1.0' encoding='utf-8'?>\n<!DOCTYPE o [<!ENTITY a 'b'>]>\n<o>&a;</o>\n",
        "empty.dat": b"",
        "unknown.bin": bytes(range(256)) * 40,
    }


def _turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned by a quarter
    return exif
