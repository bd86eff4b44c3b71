"""From contents to the unsigned report: PDF/A-3u, equal contents giving equal bytes (fonts and versions being equal).

Everything that enters is handed in or packaged: fonts are our own, the fetcher serves nothing but `templates/`, dates
come from the contents. Characters that no packaged font has would render as empty boxes without a word and break
PDF/A, so they are printed as U+XXXX. WeasyPrint needs Pango from the system, which a checker does not: it is imported
when a report is made and not before.
"""

import base64
import gc
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import Any, Final

import jinja2
import segno
from fontTools.ttLib import TTFont

from evidence.errors import PackError
from evidence.pack import shown
from evidence.pack.contents import Contents
from evidence.store.resources import folder

PDF_VARIANT: Final = "pdf/a-3u"
_BASE: Final = "https://pack.invalid/"  # a name that cannot be resolved: the fetcher below answers for it
_TYPES: Final = {".css": "text/css; charset=utf-8", ".ttf": "font/ttf"}
_PANGO: Final = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
_WORDS: Final = {
    "met": "MET",
    "not_met": "NOT MET",
    "not_determinable": "NOT DETERMINABLE",
    "blocked": "BLOCKED",
    "warning": "WARNING",
    "not applicable": "NOT APPLICABLE",
}


@dataclass(frozen=True, slots=True)
class Embedded:
    """A file inside the report: its name, bytes, and its relation to the report (PDF/A-3: Data or Source)."""

    name: str
    content: bytes
    description: str
    relationship: str = "Data"


def render_html(contents: Contents) -> str:
    """The report as the HTML that is then set in type."""
    code = io.BytesIO()
    segno.make(f"EP1|{contents.pack.number}|{contents.pack.root}", error="m", micro=False).save(
        code, kind="png", scale=4, border=2
    )
    pointer = "data:image/png;base64," + base64.b64encode(code.getvalue()).decode("ascii")
    return _templates().get_template("pack/report.html").render(report=contents, pointer=pointer)


def render_report(contents: Contents, embedded: tuple[Embedded, ...] = ()) -> bytes:
    """The unsigned report.

    Raises:
        PackError: the system lacks Pango, or a packaged asset is missing.
    """
    html = render_html(contents)
    try:
        import weasyprint
        from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse
    except OSError as error:
        raise PackError(f"The report needs Pango to set type ({error}). Run: apt-get install {_PANGO}") from error

    class Packaged(URLFetcher):  # type: ignore[misc]
        """Serves files of our own templates folder and data within the document; nothing else exists for it."""

        def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
            if url.startswith(_BASE):
                name = url.removeprefix(_BASE)
                path = (_root() / name).resolve()
                if path.is_relative_to(_root().resolve()) and path.is_file():
                    return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": _TYPES[path.suffix]})
                raise FatalURLFetchingError(f"{name} is not among the packaged templates")
            if url.startswith("data:"):
                return super().fetch(url, headers)
            raise FatalURLFetchingError(f"{url[:80]} lies outside the package")

    moment = contents.pack.moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    attachments = [
        weasyprint.Attachment(
            string=item.content,
            name=item.name,
            description=item.description,
            created=moment,
            modified=moment,
            relationship=item.relationship,
        )
        for item in sorted(embedded, key=lambda item: item.name)
    ]
    collecting = gc.isenabled()
    gc.disable()  # a third of the time goes to collections that find nothing (measured)
    try:
        document = weasyprint.HTML(string=html, base_url=_BASE, url_fetcher=Packaged(allowed_protocols={"data"}))
        pdf = document.write_pdf(
            pdf_variant=PDF_VARIANT,
            pdf_identifier=contents.pack.number.encode(),
            attachments=attachments,
            custom_metadata=False,
        )
    except FatalURLFetchingError as error:  # derives from BaseException
        raise PackError(f"The report could not be set: {error}. Reinstall the program.") from error
    finally:
        if collecting:
            gc.enable()
    return bytes(pdf)


@cache
def _root() -> Path:
    return folder("templates")


@cache
def _glyphs() -> frozenset[int]:
    """The characters that the packaged fonts can print."""
    found: set[int] = set()
    for path in sorted((_root() / "fonts").glob("*.ttf")):
        if path.name in ("NotoSans-Regular.ttf", "DejaVuSans-Symbols.ttf"):  # bold, italic and serif cover the same
            found.update(TTFont(path, lazy=True).getBestCmap())
    return frozenset(found) | {0x0A, 0x09}


def printable(text: str) -> str:
    """Text with every character that no packaged font has written as U+XXXX."""
    known = _glyphs()
    if all(ord(character) in known for character in text):
        return text
    return "".join(c if ord(c) in known else f"[U+{ord(c):04X}]" for c in text)


def _finalize(value: object) -> object:
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return printable(value)
    return value


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_root()),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    figures = (shown.money, shown.figure, shown.number, shown.percent, shown.size)
    named = (*figures, shown.day, shown.moment, shown.moment_w3c)
    environment.filters.update({each.__name__: each for each in named})
    environment.filters["code"] = shown.dotted
    environment.filters["moments"] = lambda values: " to ".join(shown.moment(value) for value in values)
    environment.filters["words"] = lambda value: _WORDS.get(value, str(value).upper())
    return environment
