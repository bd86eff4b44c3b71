"""From contents to the unsigned report, in the language in force.

Tables of more than a thousand rows follow the report's own pages as listings: set in parts, side by side, and merged.
Parts that were set before are taken from where they are kept, if a place is named.
"""

import base64
import io
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Final

import segno

from evidence.pack.contents.contents import Contents, PackHead
from evidence.pack.typesetting.annex import LISTED, SetListing, annexed
from evidence.pack.typesetting.kept import KeptParts
from evidence.pack.typesetting.listing import Part, parts
from evidence.pack.typesetting.long_listings import LONG, Cut, Divided, divided
from evidence.pack.typesetting.pages_html import templates
from evidence.pack.typesetting.presses import set_all
from evidence.pack.typesetting.restricted import RestrictedContents
from evidence.pack.typesetting.typeset import PART, Embedded, Sheet, typeset
from evidence.pack.words.language import _, spoken

_NO_MOMENT: Final = datetime(1980, 1, 1, tzinfo=UTC)
_LINK: Final = re.compile(r'href="#([^"]+)"')
# The number of a page is put on once the total is known; what names the section moves aside for it.
_UNNUMBERED: Final = (
    '<style>@page { @bottom-right { content: string(section) "  ·"; padding-right: 25mm; box-sizing: border-box } }'
    "</style></head>"
)


def render_html(
    contents: Contents | RestrictedContents,
    cut: Mapping[str, Cut] | None = None,
    exhibits: Contents | RestrictedContents | None = None,
) -> str:
    """The report as the HTML that is then set in type.

    Args:
        contents: what it prints.
        cut: tables of which it has the first rows only.
        exhibits: the report that has all exhibits, where `contents` has the first of them only: links to an exhibit
            lead to its file.
    """
    page = "pack/report.html" if isinstance(contents, Contents) else "pack/restricted.html"
    pointer = _pointer(contents.pack)
    template = templates().get_template(page)
    files = {row.anchor: row.path for row in (exhibits or contents).exhibits if row.path}
    return template.render(report=contents, pointer=pointer, language=spoken(), cut=dict(cut or {}), files=files)


def render_report(
    contents: Contents | RestrictedContents,
    embedded: tuple[Embedded, ...] = (),
    kept: KeptParts | None = None,
    long: int = LONG,
) -> bytes:
    """The unsigned report.

    Args:
        contents: what it prints.
        embedded: the files inside it.
        kept: where parts that were set before are, and these will be.
        long: how many rows make a table too long for the report's own pages.

    Raises:
        PackError: the system lacks Pango, or a packaged asset is missing.
    """
    head, whole = contents.pack, divided(contents, long)
    html = render_html(whole.contents, whole.notes(), contents)
    if not whole.listings:
        sheet = Sheet(html, head.number, head.moment, embedded)
        return next(kept.set_all([sheet])) if kept is not None else typeset(sheet)
    return _with_listings(whole, head, html, embedded, kept)


def _with_listings(
    whole: Divided, head: PackHead, html: str, embedded: tuple[Embedded, ...], kept: KeptParts | None
) -> bytes:
    rows = whole.listed_only()
    html = _LINK.sub(lambda found: f'href="{LISTED}{found[1]}"' if found[1] in rows else found[0], html)
    frame = templates().get_template("pack/frame.html").render(pack=head, pointer=_pointer(head), language=spoken())
    listed: list[Sequence[Part]] = [tuple(parts(listing)) for _anchor, listing in whole.listings]
    sheets = [
        Sheet(html.replace("</head>", _UNNUMBERED), head.number, head.moment, embedded, PART),
        Sheet(frame.replace("</head>", _UNNUMBERED), head.number, head.moment, variant=PART),
        # A part knows nothing of the pack that it is in, so that it is the same part in the next one.
        *(Sheet(part.html, "", _NO_MOMENT, variant=PART) for some in listed for part in some),
    ]
    made = kept.set_all(sheets) if kept is not None else set_all(sheets)
    own, around = next(made), next(made)
    listings = [
        SetListing(listing.title, around, list(islice(made, len(some))), [page for part in some for page in part.pages])
        for (_anchor, listing), some in zip(whole.listings, listed, strict=True)
    ]
    return annexed(own, listings, _("page {page} of {pages}"))


def _pointer(head: PackHead) -> str:
    code = io.BytesIO()
    pointed = segno.make(f"EP1|{head.number}|{head.root}", error="m", micro=False)
    pointed.save(code, kind="png", scale=4, border=2)
    return "data:image/png;base64," + base64.b64encode(code.getvalue()).decode("ascii")
