"""From contents to the unsigned report, in the language in force."""

import base64
import io

import segno

from evidence.pack.contents import Contents
from evidence.pack.language import spoken
from evidence.pack.pages_html import templates
from evidence.pack.restricted import RestrictedContents
from evidence.pack.typeset import Embedded, Sheet, typeset


def render_html(contents: Contents | RestrictedContents) -> str:
    """The report as the HTML that is then set in type."""
    code = io.BytesIO()
    segno.make(f"EP1|{contents.pack.number}|{contents.pack.root}", error="m", micro=False).save(
        code, kind="png", scale=4, border=2
    )
    pointer = "data:image/png;base64," + base64.b64encode(code.getvalue()).decode("ascii")
    page = "pack/report.html" if isinstance(contents, Contents) else "pack/restricted.html"
    return templates().get_template(page).render(report=contents, pointer=pointer, language=spoken())


def render_report(contents: Contents | RestrictedContents, embedded: tuple[Embedded, ...] = ()) -> bytes:
    """The unsigned report.

    Raises:
        PackError: the system lacks Pango, or a packaged asset is missing.
    """
    return typeset(Sheet(render_html(contents), contents.pack.number, contents.pack.moment, embedded))
