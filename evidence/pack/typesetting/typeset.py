"""From HTML to an unsigned PDF/A-3: equal HTML gives equal bytes (fonts and versions being equal).

A document that one process sets is tagged, and claims PDF/A-3a and PDF/UA-1. A part that is to be merged with others
claims PDF/A-3u: merging loses the tags of all parts but the first, which no validator would see.

Everything that enters is handed in or packaged: fonts are our own, the fetcher serves nothing but `templates/`, moments
come from the caller. WeasyPrint needs Pango from the system, which a checker does not: it is imported when a document
is made and not before.
"""

import base64
import gc
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from evidence.errors import PackError
from evidence.pack.words.assets import assets
from evidence.pack.words.glyphs import EASTERN_FACE, needs_eastern

WHOLE: Final = "pdf/a-3a"
PART: Final = "pdf/a-3u"
_BASE: Final = "https://pack.invalid/"  # a name that cannot be resolved: the fetcher below answers for it
_TYPES: Final = {".css": "text/css; charset=utf-8", ".ttf": "font/ttf"}
_PANGO: Final = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
_LARGE: Final = 500_000
"""Objects that a document of some forty pages leaves."""
_DRAWING: Final = re.compile(r"<svg\b([^>]*)>.*?</svg>", re.DOTALL)
_CLASS: Final = re.compile(r'\bclass="([^"]*)"')
_LABEL: Final = re.compile(r'\baria-label="([^"]*)"')
# PDF/UA names itself in metadata of a schema that PDF/A does not know and wants described.
_UA: Final = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">\
<pdfuaid:part>1</pdfuaid:part></rdf:Description><rdf:Description rdf:about="" \
xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" \
xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfaExtension:schemas><rdf:Bag>\
<rdf:li rdf:parseType="Resource"><pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of ISO 14289 that the file conforms to</pdfaProperty:description>\
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType></rdf:li></rdf:Seq>\
</pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description></rdf:RDF>"""


@dataclass(frozen=True, slots=True)
class Embedded:
    """A file inside a document: its name, bytes, and its relation to it (PDF/A-3: Data or Source)."""

    name: str
    content: bytes
    description: str
    relationship: str = "Data"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one document is made of.

    `html` is whole, its own dates in it; it may name files of `templates/` and data, and nothing else. `identifier` is
    what the file calls itself, the same for the same document. Embedded files bear `moment`.
    """

    html: str
    identifier: str
    moment: datetime
    embedded: tuple[Embedded, ...] = ()
    variant: str = WHOLE


def typeset(sheet: Sheet) -> bytes:
    """The document, unsigned.

    Raises:
        PackError: the system lacks Pango, or a packaged asset is missing.
    """
    press = _press()
    with press.uncollected():
        return _set(press, sheet)


def _set(press: "_Press", sheet: Sheet) -> bytes:
    stamped = sheet.moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    attachments = [
        press.weasyprint.Attachment(
            string=item.content,
            name=item.name,
            description=item.description,
            created=stamped,
            modified=stamped,
            relationship=item.relationship,
        )
        for item in sorted(sheet.embedded, key=lambda item: item.name)
    ]
    whole = sheet.variant == WHOLE
    options = {
        "pdf_variant": sheet.variant,
        "pdf_identifier": sheet.identifier.encode(),
        "attachments": attachments,
        "custom_metadata": False,
    }
    try:
        document = press.laid_out(sheet, options)
        if whole:
            described = document.metadata.generate_rdf_metadata
            document.metadata.generate_rdf_metadata = lambda *a: described(*a).replace(b"</rdf:RDF>", _UA)
        return bytes(document.write_pdf(finisher=press.finished, **options))
    except press.Missing as error:  # derives from BaseException
        raise PackError(f"The document could not be set: {error}. Reinstall the program.") from error


def pango_version() -> int:
    """That of the system's own library, which may break lines in other places than an earlier one.

    Raises:
        PackError: the system lacks Pango.
    """
    return _press().pango


class _Press:
    """WeasyPrint, with our fetcher and one set of fonts for all documents of a process: fonts that are loaded anew for
    each document take memory that is not given back.
    """

    def __init__(self) -> None:
        try:
            import weasyprint
            from weasyprint.pdf import pydyf
            from weasyprint.text.ffi import pango
            from weasyprint.text.fonts import FontConfiguration
            from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse
        except OSError as error:
            raise PackError(f"The report needs Pango to set type ({error}). Run: apt-get install {_PANGO}") from error

        class Packaged(URLFetcher):  # type: ignore[misc]
            """Serves files of our own templates folder and data in the document; nothing else exists for it."""

            def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
                if url.startswith(_BASE):
                    name = url.removeprefix(_BASE)
                    path = (assets() / name).resolve()
                    if path.is_relative_to(assets().resolve()) and path.is_file():
                        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": _TYPES[path.suffix]})
                    raise FatalURLFetchingError(f"{name} is not among the packaged templates")
                if url.startswith("data:"):
                    return super().fetch(url, headers)
                raise FatalURLFetchingError(f"{url[:80]} lies outside the package")

        class Written(pydyf.Object):  # type: ignore[misc]
            """An object of a file in the bytes that it is written as."""

            def __init__(self, was: Any) -> None:
                super().__init__()
                self.number, self.generation = was.number, was.generation
                self._bytes: bytes = was.data
                self._compressible: bool = was.compressible

            @property
            def data(self) -> bytes:
                return self._bytes

            @property
            def compressible(self) -> bool:
                return self._compressible

        self.weasyprint = weasyprint
        self._written = Written
        self.pango = int(pango.pango_version())
        self.Missing = FatalURLFetchingError
        self._fetcher = Packaged(allowed_protocols={"data"})
        self._fonts = FontConfiguration()
        self._set_aside = False

    @contextmanager
    def uncollected(self) -> Iterator[None]:
        """Without looking for cyclic garbage: a third of the time goes to that (measured).

        What was made meanwhile is young, so that what a process held before is not looked through for each page set.
        What a large document leaves takes a second to collect: it is set aside, and collected before the next one. Most
        processes set no other, and leave it to the system.
        """
        collecting = gc.isenabled()
        gc.disable()
        if self._set_aside:
            self._set_aside = False
            gc.unfreeze()
            gc.collect()
        try:
            yield
        finally:
            if collecting:
                if gc.get_count()[0] > _LARGE:
                    self._set_aside = True
                    gc.freeze()
                else:
                    gc.collect(1)
                gc.enable()

    def laid_out(self, sheet: Sheet, options: Mapping[str, object]) -> Any:
        """The pages of a document, before they are written."""
        html = _DRAWING.sub(_pictured, sheet.html)
        sheets = []
        if needs_eastern(html):
            given = {"base_url": _BASE, "url_fetcher": self._fetcher, "font_config": self._fonts}
            sheets.append(self.weasyprint.CSS(string=EASTERN_FACE, **given))
        document = self.weasyprint.HTML(string=html, base_url=_BASE, url_fetcher=self._fetcher)
        return document.render(font_config=self._fonts, stylesheets=sheets, **options)

    def finished(self, _document: object, pdf: Any) -> None:
        """The last that is done to a file before it is written. The library makes the bytes of every object twice, for
        the file and for the file's identifier, and compresses them each time; here that is done once.
        """
        self._relate(pdf)
        pdf.objects[:] = [each if each.free == "f" else self._written(each) for each in pdf.objects]

    def _relate(self, pdf: Any) -> None:
        """Make links to files relative again, to where the report lies: the type-setter wants a base and puts it in."""
        for each in pdf.objects:
            action = each.get("A") if isinstance(each, dict) and each.get("Type") == "/Annot" else None
            if not isinstance(action, dict) or "URI" not in action or not action["URI"].string.startswith(_BASE):
                continue
            text, table, listed = type(action["URI"]), type(action), type(each["Rect"])  # the library's own kinds
            name = text(action["URI"].string.removeprefix(_BASE))
            if name.string.endswith(".pdf"):  # every reader knows how to open another PDF beside this one
                each["A"] = table({"S": "/GoToR", "F": name, "D": listed([0, "/Fit"])})
            else:
                action["URI"] = name


@cache
def _press() -> _Press:
    return _Press()


def _pictured(drawing: re.Match[str]) -> str:
    """A drawing as a picture with a description, as PDF/UA wants it; within the text it could have none."""
    found, label = _CLASS.search(drawing[1]), _LABEL.search(drawing[1])
    encoded = base64.b64encode(drawing[0].encode()).decode("ascii")
    named = f' class="{found[1]}"' if found else ""
    return f'<img{named} alt="{label[1] if label else "drawing"}" src="data:image/svg+xml;base64,{encoded}">'
