"""Pages of a PDF or a picture as text, inside the bounded process (`worker`): as it stands, or recognised by tesseract.

A page that holds text is read as it is; a page that holds only pictures is drawn and handed to tesseract, a program of
its own with its own limits, through a pipe. Pixels are counted before a picture is unpacked. What is recognised is for
finding and comparing; it is never taken for what the document says (docs/decisions/0028-ocr-text-stands-beside.md).
"""

import hashlib
import io
import itertools
import resource
import shutil
import subprocess
import time
from collections.abc import Callable
from functools import cached_property
from importlib.metadata import version
from typing import Any, BinaryIO

import pikepdf
import pypdfium2
import pypdfium2.raw
from PIL import Image, ImageOps, UnidentifiedImageError

from evidence.intake import pdf_form

Say = Callable[[Any], None]
Fault = Callable[..., None]

LANGUAGES = ("eng", "fra", "spa")
_PROGRAM = "tesseract"
_DPI = 300
_LOWEST_DPI = 200
"""Recognition fails on coarser pictures (a fax has 204 by 98 points an inch): they are enlarged first."""
_LARGEST_DPI = 1200
_DRAWN_PIXELS = 30_000_000
"""A page is drawn with at most so many: an A3 sheet at 300 dpi has 17 million."""
_MOST_CHARACTERS = 4_000_000
_MOST_OBJECTS = 2000
_FORMATS = ("PNG", "JPEG", "TIFF")
_POINTS_AN_INCH = 72
_STRIP = 256
_MOST_OF_IT = 0.5
"""The share of a page past which a picture is the page, and not a logo or a drawing on it."""
_UNREADABLE = (OSError, ValueError, TypeError, SyntaxError, ArithmeticError, LookupError, Image.DecompressionBombError)
"""What the picture library raises on damaged files, by its own account and by experience."""


def parse(stream: BinaryIO, limits: dict[str, Any], say: Say, fault: Fault) -> None:  # noqa: ARG001 -- one signature
    """Answer with a page at a time, in order, then with the document as a whole.

    The request tells in `media_type` what the file is, and in `recognise` whether pictures are to be read too.
    """
    reading = _Reading(limits, say, time.monotonic())
    try:
        if limits["media_type"] == "application/pdf":
            _pdf(stream, reading)
        else:
            _picture(stream, reading)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD
        say({"notice": "encrypted: its pages were not read" if locked else "a PDF whose pages cannot be read"})
    reading.end()


class _Reading:
    """The pages read so far, against the limits on them."""

    def __init__(self, limits: dict[str, Any], say: Say, started: float) -> None:
        self.limits, self.say, self.started = limits, say, started
        self.pages = self.pictures = self.recognised = self.characters = 0
        self.filled = ""

    @cached_property
    def tesseract(self) -> "_Tesseract | None":
        """Looked for only when a page is a picture, as most documents have none."""
        return _Tesseract.found() if self.limits["recognise"] else None

    @property
    def full(self) -> bool:
        """Whether no page may be recognised any more; a reserve is left for the page at hand."""
        late = time.monotonic() - self.started > self.limits["ocr_seconds"] * 3 // 4
        return late or self.recognised >= int(self.limits["ocr_pages"])

    def page(self, how: str, text: str = "", pixels: str | None = None, why: str | None = None) -> None:
        """Tell of one page. `how` is text, layer, recognised, picture (not recognised) or empty."""
        self.pages += 1
        room = max(0, _MOST_CHARACTERS - self.characters)
        text = _plain(text)[:room]
        self.characters += len(text)
        self.say({"found": {"page": self.pages, "how": how, "text": text, "pixels": pixels, "why": why}})

    def picture(self, image: Image.Image, dpi: int | None, pixels: str) -> None:
        """Recognise one picture, as far as the limits allow."""
        self.pictures += 1
        if self.tesseract is None:
            self.page("picture", pixels=pixels)
        elif self.full:
            self.page("picture", pixels=pixels, why="beyond the limits on recognition")
        else:
            self.recognised += 1
            text, why = self.tesseract.read(image, dpi, self.limits["ocr_page_seconds"])
            self.page("picture" if text is None else "recognised", text or "", pixels, why)

    def end(self) -> None:
        """Tell of the document as a whole."""
        tesseract = self.tesseract if self.pictures else None
        self.say(
            {
                "found": {
                    "pages": self.pages,
                    "reader": f"pypdfium2 {version('pypdfium2')}",
                    "tool": None if tesseract is None else _PROGRAM,
                    "tool_version": None if tesseract is None else tesseract.version,
                    "languages": [] if tesseract is None else list(tesseract.languages),
                    "missing": tesseract is None and self.pictures > 0 and self.limits["recognise"],
                    "filled": _plain(self.filled)[:_MOST_CHARACTERS],
                    "cut": self.characters >= _MOST_CHARACTERS,
                }
            }
        )


def _plain(text: str) -> str:
    return "".join(c for c in text if c.isprintable() or c == "\n")


# --- a PDF ---------------------------------------------------------------------------------------------------------


def _pdf(stream: BinaryIO, reading: _Reading) -> None:
    content = stream.read()
    document = pypdfium2.PdfDocument(content)
    count = len(document)
    reading.filled = _filled(content)
    for number in range(min(count, reading.limits["pages"])):
        try:
            _pdf_page(document[number], reading)
        except (pypdfium2.PdfiumError, *_UNREADABLE):
            reading.page("empty", why="a page that cannot be read")
    if count > reading.limits["pages"]:
        reading.say({"notice": f"{count} pages, of which {reading.limits['pages']} were read"})


def _filled(content: bytes) -> str:
    """What is filled in a form, a line a field: it stands on no page, and two forms differ in nothing else."""
    if b"/AcroForm" not in content and b"/ObjStm" not in content:
        return ""
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            values = pdf_form.values_of(pdf.Root.AcroForm) if "/AcroForm" in pdf.Root else []
    except (pikepdf.PdfError, AttributeError, RuntimeError, *_UNREADABLE):
        return ""
    return "\n".join(f"{name}: {value}" for name, value in values if value)


def _pdf_page(page: Any, reading: _Reading) -> None:
    text = page.get_textpage().get_text_range().replace("\r\n", "\n").strip()
    width, height = page.get_size()
    if text:  # a scanner's own text lies unseen with its picture: read as it is, and the page is a scan all the same
        reading.page("layer" if _covered(page, width * height) > _MOST_OF_IT else "text", text)
        return
    if next(page.get_objects(max_depth=1), None) is None:
        reading.page("empty")
        return
    scale = min(_DPI / _POINTS_AN_INCH, (_DRAWN_PIXELS / max(1.0, width * height)) ** 0.5)
    image = page.render(scale=scale, grayscale=True, may_draw_forms=False).to_pil()
    reading.picture(image, int(scale * _POINTS_AN_INCH), _digest(image))


def _covered(page: Any, area: float) -> float:
    """The share of the page that its largest picture covers; 0 where there is none."""
    largest = 0.0
    kinds = [pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]
    for each in itertools.islice(page.get_objects(filter=kinds, max_depth=4), _MOST_OBJECTS):
        left, bottom, right, top = each.get_bounds()
        largest = max(largest, (right - left) * (top - bottom) / max(1.0, area))
    return largest


# --- a picture -----------------------------------------------------------------------------------------------------


def _picture(stream: BinaryIO, reading: _Reading) -> None:
    most = reading.limits["image_pixels"]
    Image.MAX_IMAGE_PIXELS = None  # counted here, against the setting
    try:
        with Image.open(io.BytesIO(stream.read()), formats=_FORMATS) as opened:
            for number in range(reading.limits["pages"]):
                try:
                    opened.seek(number)
                except EOFError:
                    return
                width, height = opened.size
                if width * height > most:
                    reading.page("picture", why=f"{width} x {height} pixels, at most {most} are read")
                    continue
                dpi = _dpi_of(opened)
                reading.picture(*_prepared(opened, dpi), _digest(opened))
            reading.say({"notice": f"more than {reading.limits['pages']} pages; the others were not read"})
    except UnidentifiedImageError:
        reading.say({"notice": "a picture that cannot be opened"})
    except _UNREADABLE as error:
        reading.page("picture", why=f"a damaged picture ({type(error).__name__})")


def _dpi_of(image: Image.Image) -> tuple[int, int] | None:
    """Points an inch as the file has them, where it has them and they can be."""
    try:
        across, down = (round(float(each)) for each in image.info["dpi"])
    except (KeyError, *_UNREADABLE):
        return None
    return (across, down) if all(50 <= each <= _LARGEST_DPI for each in (across, down)) else None


def _prepared(image: Image.Image, dpi: tuple[int, int] | None) -> tuple[Image.Image, int | None]:
    """The picture upright, in grey on white, with square points and fine enough to be read."""
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value / 256)
    if "A" in image.getbands() or "transparency" in image.info:
        seen = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen)
    grey = ImageOps.exif_transpose(image.convert("L"))  # grey first: a fourth of the memory
    if grey.width * grey.height > _DRAWN_PIXELS:
        smaller = (_DRAWN_PIXELS / (grey.width * grey.height)) ** 0.5
        return grey.resize((int(grey.width * smaller), int(grey.height * smaller))), None
    if dpi is None or (dpi[0] == dpi[1] and dpi[0] >= _LOWEST_DPI):
        return grey, None if dpi is None else dpi[0]
    finest = max(*dpi, _DPI if max(dpi) < _LOWEST_DPI else 0)
    size = (grey.width * finest // dpi[0], grey.height * finest // dpi[1])
    if size[0] * size[1] > _DRAWN_PIXELS:
        return grey, None
    return grey.resize(size, Image.Resampling.LANCZOS), finest


def _digest(image: Image.Image) -> str:
    """The same for pictures that look alike to the last point, however their files were written."""
    digest = hashlib.sha256(f"{image.width} {image.height} ".encode())
    for top in range(0, image.height, _STRIP):
        strip = image.crop((0, top, image.width, min(top + _STRIP, image.height)))
        digest.update(strip.convert("RGB").tobytes())
    return digest.hexdigest()


# --- the other program ---------------------------------------------------------------------------------------------


class _Tesseract:
    """The program, its version, and those of our languages that it has."""

    def __init__(self, program: str, told: str, languages: tuple[str, ...], turns: bool) -> None:
        self.program, self.version, self.languages = program, told, languages
        self._mode = "1" if turns else "3"  # 1 also finds out which way up the page is

    @classmethod
    def found(cls) -> "_Tesseract | None":
        program = shutil.which(_PROGRAM)
        if program is None:
            return None
        told = _run([program, "--version"], b"", 10)
        listed = _run([program, "--list-langs"], b"", 10)
        if told is None or listed is None:
            return None
        installed = set(listed.decode("utf-8", "replace").split())
        languages = tuple(each for each in LANGUAGES if each in installed)
        words = told.decode("utf-8", "replace").split()
        number = words[1] if len(words) > 1 else "unknown"
        return cls(program, number, languages, "osd" in installed) if languages else None

    def read(self, image: Image.Image, dpi: int | None, seconds: int) -> tuple[str | None, str | None]:
        """The text in a picture, or None and why there is none."""
        out = io.BytesIO()
        image.save(out, "PNG", compress_level=1)
        command = [self.program, "stdin", "stdout", "-l", "+".join(self.languages), "--psm", self._mode]
        command += ["--dpi", str(dpi)] if dpi else []
        text = _run(command, out.getvalue(), seconds)
        if text is None:
            return None, f"not recognised within {seconds} s and limits.parser_bytes"
        return text.decode("utf-8", "replace").replace("\f", "").strip(), None


def _run(command: list[str], content: bytes, seconds: int) -> bytes | None:
    """What a program answers, or None where it failed or was ended by its limits, which it inherits from here."""

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))

    try:
        ended = subprocess.run(  # noqa: S603 -- found on the system's own path; no argument comes from outside
            command,
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8"},  # 5 times the speed of the default (PACKS.md, 8)
            preexec_fn=bound,  # no thread runs in this process
            check=False,
        )
    except OSError:
        return None
    return ended.stdout if ended.returncode == 0 else None
