"""From HTML to an unsigned PDF/A-3u: equal HTML gives equal bytes (fonts and versions being equal).

Everything that enters is handed in or packaged: fonts are our own, the fetcher serves nothing but `templates/`, moments
come from the caller. WeasyPrint needs Pango from the system, which a checker does not: it is imported when a document
is made and not before.
"""

import gc
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from evidence.errors import PackError
from evidence.store.resources import folder

PDF_VARIANT: Final = "pdf/a-3u"
_BASE: Final = "https://pack.invalid/"  # a name that cannot be resolved: the fetcher below answers for it
_TYPES: Final = {".css": "text/css; charset=utf-8", ".ttf": "font/ttf"}
_PANGO: Final = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


@dataclass(frozen=True, slots=True)
class Embedded:
    """A file inside a document: its name, bytes, and its relation to it (PDF/A-3: Data or Source)."""

    name: str
    content: bytes
    description: str
    relationship: str = "Data"


def typeset(html: str, identifier: str, moment: datetime, embedded: tuple[Embedded, ...] = ()) -> bytes:
    """The document, unsigned.

    Args:
        html: whole, its own dates in it; it may name files of `templates/` and data, and nothing else.
        identifier: what the file calls itself; the same for the same document.
        moment: the day and hour that the files inside bear.
        embedded: the files inside.

    Raises:
        PackError: the system lacks Pango, or a packaged asset is missing.
    """
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
                path = (assets() / name).resolve()
                if path.is_relative_to(assets().resolve()) and path.is_file():
                    return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": _TYPES[path.suffix]})
                raise FatalURLFetchingError(f"{name} is not among the packaged templates")
            if url.startswith("data:"):
                return super().fetch(url, headers)
            raise FatalURLFetchingError(f"{url[:80]} lies outside the package")

    stamped = moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    attachments = [
        weasyprint.Attachment(
            string=item.content,
            name=item.name,
            description=item.description,
            created=stamped,
            modified=stamped,
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
            pdf_identifier=identifier.encode(),
            attachments=attachments,
            custom_metadata=False,
        )
    except FatalURLFetchingError as error:  # derives from BaseException
        raise PackError(f"The document could not be set: {error}. Reinstall the program.") from error
    finally:
        if collecting:
            gc.enable()
    return bytes(pdf)


@cache
def assets() -> Path:
    """The packaged templates, styles and fonts."""
    return folder("templates")
