"""What a document looks like, inside the bounded process (`worker`): its first pages as pictures.

Nothing of the file is taken over but the look of its pages: no script, link, attachment or font of it is in the copy.
A PDF or a picture is drawn; of a mail its headers, text and attachments are set as text, of a workbook the first rows
of each sheet. The copy is a help for reading and never the document, which lies beside it as received.
"""

import email.message
import email.policy
import io
import textwrap
from collections.abc import Callable, Iterator
from decimal import Decimal
from email.parser import BytesParser
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import pikepdf
import pillow_heif
import pypdfium2
import pypdfium2.raw
from PIL import Image, ImageDraw, ImageFont, ImageOps, UnidentifiedImageError

from evidence.intake.page_pictures import add_page

Say = Callable[[Any], None]
Fault = Callable[..., None]
Page = tuple[Image.Image, Decimal, Decimal]
"""A page drawn, with its width and height in points."""

_DPI = 100
_POINTS_AN_INCH = 72
_MOST_PIXELS = 4_000_000
_A4 = (827, 1169)
_MARGIN, _LETTER, _LEADING = 50, 13, 18
_COLUMNS, _LINES = 92, 58
_LONGEST_TEXT = 200_000
_ROWS, _CELL = 100, 30
_DEEPEST = 10
_FORMATS = ("PNG", "JPEG", "TIFF", "HEIF")
_UNREADABLE = (OSError, ValueError, TypeError, SyntaxError, ArithmeticError, LookupError, Image.DecompressionBombError)
_WANTED = "the document itself, which lies beside as received"
pillow_heif.register_heif_opener()


def parse(stream: BinaryIO, request: dict[str, Any], say: Say, fault: Fault) -> None:
    """Write the copy into the folder of the request as ``preview``, and tell how many pages of how many it shows.

    The request tells in `media_type` what the file is, in `most` how many pages are shown, in `font` where the letters
    of text lie.
    """
    shows = {"application/pdf": _of_pdf, "message/rfc822": _of_mail, request["workbook"]: _of_workbook}
    pages = _Pages(request)
    pdf = pikepdf.new()
    try:
        for image, width, height in islice(
            shows.get(request["media_type"], _of_picture)(stream, pages), request["most"]
        ):
            add_page(pdf, image, width, height)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD
        fault("a PDF that is encrypted" if locked else "a PDF that cannot be read", _WANTED)
        return
    except UnidentifiedImageError:
        fault("a picture that cannot be read", _WANTED)
        return
    except (pikepdf.PdfError, RecursionError, *_UNREADABLE) as error:
        if not len(pdf.pages):
            fault(f"pages that cannot be drawn ({type(error).__name__})", _WANTED)
            return
        pages.whole = None  # what was drawn is shown; how much there is, nobody can say
    if not len(pdf.pages):
        fault("no pages", _WANTED)
        return
    pdf.save(Path(request["into"]) / "preview", deterministic_id=True)
    say({"found": {"shown": len(pdf.pages), "pages": pages.whole}})


class _Pages:
    """What the request asks, and how many pages there are, where that is known."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.request = request
        self.whole: int | None = None

    def of_text(self, text: str) -> Iterator[Page]:
        """Text as pages of fixed letters."""
        plain = "".join(c if c.isprintable() or c == "\n" else " " for c in text[:_LONGEST_TEXT])
        lines = [
            part for line in plain.split("\n") for part in textwrap.wrap(line, _COLUMNS, drop_whitespace=False) or [""]
        ]
        self.whole = -(-len(lines) // _LINES)
        font = ImageFont.truetype(self.request["font"], _LETTER)
        for first in range(0, len(lines), _LINES):
            image = Image.new("RGB", _A4, "white")
            draw = ImageDraw.Draw(image)
            for place, line in enumerate(lines[first : first + _LINES]):
                draw.text((_MARGIN, _MARGIN + place * _LEADING), line, font=font, fill="black")
            width, height = _in_points(image)
            yield image, width, height


def _in_points(image: Image.Image) -> tuple[Decimal, Decimal]:
    return Decimal(image.width * _POINTS_AN_INCH) / _DPI, Decimal(image.height * _POINTS_AN_INCH) / _DPI


def _of_pdf(stream: BinaryIO, pages: _Pages) -> Iterator[Page]:
    document = pypdfium2.PdfDocument(stream.read())
    document.init_forms()  # what is filled in is part of what is shown
    pages.whole = len(document)
    for number in range(len(document)):
        page = document[number]
        width, height = (Decimal(str(round(side, 3))) for side in page.get_size())
        scale = min(_DPI / _POINTS_AN_INCH, (_MOST_PIXELS / max(1.0, float(width * height))) ** 0.5)
        yield page.render(scale=scale, fill_color=(255, 255, 255, 255)).to_pil().convert("RGB"), width, height
        page.close()


def _of_picture(stream: BinaryIO, pages: _Pages) -> Iterator[Page]:
    Image.MAX_IMAGE_PIXELS = None  # counted here, against the setting
    with Image.open(io.BytesIO(stream.read()), formats=_FORMATS) as opened:
        for number in range(pages.request["most"] + 1):
            try:
                opened.seek(number)
            except EOFError:
                pages.whole = number
                return
            if opened.width * opened.height > pages.request["image_pixels"]:
                raise ValueError("more pixels than the limits allow")
            opened.draft("RGB", _A4)  # of a JPEG, no more is unpacked than is shown
            seen = ImageOps.exif_transpose(opened)
            seen.thumbnail((_A4[0] * 2, _A4[1] * 2))
            clear = seen.convert("RGBA")
            image = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")
            width, height = _in_points(image)
            times = Decimal(str(round(max(image.width / _A4[0], image.height / _A4[1], 1), 6)))
            yield image, width / times, height / times


def _of_mail(stream: BinaryIO, pages: _Pages) -> Iterator[Page]:
    mail = BytesParser(policy=email.policy.default).parse(stream)
    yield from pages.of_text("\n".join(_told(mail, 0)))


def _told(mail: email.message.Message, depth: int) -> Iterator[str]:
    """A mail as lines: headers, text, then what is attached; mails within it likewise, further in."""
    margin = "    " * depth
    for name in ("From", "To", "Cc", "Date", "Subject"):
        if mail[name]:
            yield f"{margin}{name}: {' '.join(str(mail[name]).split())}"
    yield ""
    for part in mail.iter_parts() if isinstance(mail, email.message.EmailMessage) and mail.is_multipart() else [mail]:
        yield from _of_part(part, depth, margin)


def _of_part(part: email.message.Message, depth: int, margin: str) -> Iterator[str]:
    kind, name = part.get_content_type(), part.get_filename()
    if kind == "message/rfc822" and depth < _DEEPEST:
        yield f"{margin}[attached mail]"
        for within in part.iter_parts() if isinstance(part, email.message.EmailMessage) else []:
            yield from _told(within, depth + 1)
    elif part.is_multipart() and depth < _DEEPEST:
        for within in part.iter_parts() if isinstance(part, email.message.EmailMessage) else []:
            yield from _of_part(within, depth, margin)
    elif kind == "text/plain" and not name and isinstance(part, email.message.EmailMessage):
        yield from (f"{margin}{line}" for line in str(part.get_content()).splitlines())
    else:
        content = part.get_payload(decode=True)
        size = f"{len(content)} bytes" if isinstance(content, bytes) else "parts of its own"
        yield f"{margin}[attached: {name or 'without a name'}, {kind}, {size}]"


def _of_workbook(stream: BinaryIO, pages: _Pages) -> Iterator[Page]:
    from python_calamine import CalamineError, CalamineWorkbook

    lines = []
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(stream.read()))
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python(nrows=_ROWS)
            lines += [f"[sheet {name}]", *(" | ".join(str(cell)[:_CELL] for cell in row) for row in rows), ""]
            if len(lines) > _LINES * pages.request["most"]:
                break
    except CalamineError as error:
        raise ValueError("no workbook") from error
    yield from pages.of_text("\n".join(lines))
    pages.whole = None  # only the first rows of a sheet are set
