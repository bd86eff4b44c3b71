"""A document redacted, inside the bounded process (`worker`): its pages drawn, boxes painted over them, built anew.

Nothing of the file is taken over but what its pages look like. Text, metadata, attachments, thumbnails, scripts, layers
that are not shown and earlier versions of a PDF stay behind, since the new file is made of pictures alone; what was
under a box was painted over before the picture was written. A box is given in tenths of a millimetre from the upper
left corner of the page as it is shown, or in pixels of a picture; it is never drawn smaller than it was given.
"""

import io
from collections.abc import Callable, Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from pathlib import Path
from typing import Any, BinaryIO

import pikepdf
import pypdfium2
from PIL import Image, ImageDraw, ImageOps, UnidentifiedImageError

from evidence.intake.page_pictures import add_page, plain

Say = Callable[[Any], None]
Fault = Callable[..., None]

_DPI = 200
_MOST_PIXELS = 30_000_000
_TENTHS_AN_INCH = 254
_POINTS_AN_INCH = 72
_FORMATS = ("PNG", "JPEG", "TIFF")
_UNREADABLE = (OSError, ValueError, TypeError, SyntaxError, ArithmeticError, LookupError, Image.DecompressionBombError)


def parse(stream: BinaryIO, request: dict[str, Any], say: Say, fault: Fault) -> None:
    """Write the redacted copy into the folder of the request, and tell its pages and media type.

    The request tells in `media_type` what the file is, in `name` what to call the copy, and in `boxes` lists of page,
    left, top, width and height.
    """
    boxes: dict[int, list[tuple[int, int, int, int]]] = {}
    for page, *box in request["boxes"]:
        boxes.setdefault(page, []).append((box[0], box[1], box[2], box[3]))
    try:
        of_pdf = request["media_type"] == "application/pdf"
        pages = _of_pdf(stream, boxes, request, fault) if of_pdf else _of_picture(stream, boxes, request, fault)
        drawn = _written(pages, Path(request["into"]) / request["name"], single=not of_pdf)
    except pypdfium2.PdfiumError:
        fault("a PDF that cannot be read, or is encrypted", "a PDF that opens without a password")
        return
    except UnidentifiedImageError:
        fault("a file that is no picture", "a PDF, PNG, JPEG or TIFF")
        return
    except _UNREADABLE as error:
        fault(f"a page that cannot be drawn ({type(error).__name__})", "a file whose every page can be drawn")
        return
    if drawn is None:
        return
    count, media_type = drawn
    if beyond := sorted(page for page in boxes if page > count):
        fault(f"a box on page {beyond[0]}", f"a page up to {count}")
        return
    say({"found": {"pages": count, "media_type": media_type}})


def _of_pdf(
    stream: BinaryIO, boxes: dict[int, list[tuple[int, int, int, int]]], request: dict[str, Any], fault: Fault
) -> Iterator[tuple[Image.Image, Decimal, Decimal]]:
    """Each page as shown, boxes painted, with its width and height in points."""
    document = pypdfium2.PdfDocument(stream.read())
    document.init_forms()  # what is filled in is part of what is shown
    if len(document) > request["pages"]:
        fault(f"{len(document)} pages", f"at most {request['pages']}")
        return
    for number in range(len(document)):
        page = document[number]
        width, height = (Decimal(str(round(side, 3))) for side in page.get_size())
        scale = min(_DPI / _POINTS_AN_INCH, (_MOST_PIXELS / max(1.0, float(width * height))) ** 0.5)
        image = page.render(scale=scale, fill_color=(255, 255, 255, 255)).to_pil().convert("RGB")
        a_tenth = Decimal(image.width) * _POINTS_AN_INCH / (width * _TENTHS_AN_INCH) if width else Decimal(1)
        _paint(image, boxes.get(number + 1, []), a_tenth)
        yield image, width, height
        page.close()


def _of_picture(
    stream: BinaryIO, boxes: dict[int, list[tuple[int, int, int, int]]], request: dict[str, Any], fault: Fault
) -> Iterator[tuple[Image.Image, Decimal, Decimal]]:
    Image.MAX_IMAGE_PIXELS = None  # counted here, against the setting
    with Image.open(io.BytesIO(stream.read()), formats=_FORMATS) as opened:
        for number in range(request["pages"]):
            try:
                opened.seek(number)
            except EOFError:
                return
            if opened.width * opened.height > request["image_pixels"]:
                fault(f"{opened.width} x {opened.height} pixels", f"at most {request['image_pixels']}")
                return
            seen = ImageOps.exif_transpose(opened).convert("RGBA")
            image = Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("RGB")
            _paint(image, boxes.get(number + 1, []), Decimal(1))
            points = Decimal(_POINTS_AN_INCH) / _DPI
            yield image, image.width * points, image.height * points


def _paint(image: Image.Image, boxes: list[tuple[int, int, int, int]], scale: Decimal) -> None:
    """Black over each box, rounded outwards and a pixel wider, so that no edge of a letter looks out."""
    draw = ImageDraw.Draw(image)
    for left, top, width, height in boxes:
        first = [int((side * scale).to_integral_value(ROUND_FLOOR)) - 1 for side in (left, top)]
        last = [int((side * scale).to_integral_value(ROUND_CEILING)) + 1 for side in (left + width, top + height)]
        draw.rectangle((*first, *last), fill="black")


def _written(
    pages: Iterator[tuple[Image.Image, Decimal, Decimal]], out: Path, *, single: bool
) -> tuple[int, str] | None:
    """One picture as PNG, anything else as a PDF of pictures; how many pages, and the media type."""
    pdf, count, first = pikepdf.new(), 0, None
    for image, width, height in pages:
        count += 1
        if count == 1:
            first = image
        add_page(pdf, image, width, height)
    if first is None:
        return None
    if single and count == 1:
        plain(first).save(out, "PNG", optimize=True)
        return 1, "image/png"
    pdf.save(out, deterministic_id=True)
    return count, "application/pdf"
