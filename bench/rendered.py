"""The same rows as pages, made in several ways: for the figures about setting packs in type. Each runs in a process of
its own, whose memory, with that of the processes it starts, is watched from outside.
"""

import io
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from bench.homes import MIB, apart

ROWS_A_PAGE = 40
MOMENT = datetime(2023, 9, 4, tzinfo=UTC)
HEADS = ("No.", "Part", "Description", "Code", "Value", "Supplier", "Digest", "Exhibits")


class Made(NamedTuple):
    """What it took to make some pages: seconds, pages, and the most memory of all processes together."""

    seconds: float
    pages: int
    peak_mib: float


def rows(count: int) -> list[tuple[str, ...]]:
    """Rows of eight cells, with accents and digests."""
    return [
        (
            str(row + 1), f"PART-{row:06}", "Módulo de tracción, carburo", "8504.40", f"{row * 1.37:,.2f}",
            "Cobre Ejemplo S.A. (SPECIMEN)", f"{row * 2654435761 % 2**64:016x}", f"E{row % 900 + 1:03}",
        )
        for row in range(count)
    ]  # fmt: skip


def table_html(count: int) -> str:
    """All rows as one table, as a report's own pages have them."""
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows(count))
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>SPECIMEN</title>'
        '<link rel="stylesheet" href="style/pack.css"><style>table { font-size: 6pt; line-height: 1.2 }'
        "td { padding: 0.35mm 1mm; white-space: nowrap }</style></head>"
        '<body data-pack="EP-S01-1" data-subject="Shipment S01" data-mark="SPECIMEN" data-by="Specimen">'
        f'<section class="wide"><h1>Rows</h1><table><tbody>{body}</tbody></table></section></body></html>'
    )


def by_weasyprint(count: int) -> tuple[float, int]:
    """As one table by WeasyPrint as it comes: its own defaults, garbage collected as it goes."""
    import weasyprint

    from evidence.pack.words.assets import assets

    html, began = table_html(count), time.perf_counter()
    document = weasyprint.HTML(string=html, base_url=f"{assets()}/").render(pdf_variant="pdf/a-3u")
    document.write_pdf(pdf_variant="pdf/a-3u")
    return time.perf_counter() - began, len(document.pages)


def by_reportlab(count: int) -> tuple[float, int]:
    """Cell by cell on reportlab's canvas, in the same font, embedded; no wrapping, no links, no PDF/A, no signature."""
    from reportlab.lib.pagesizes import landscape, letter
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    from evidence.pack.words.assets import assets

    began = time.perf_counter()
    registerFont(TTFont("Digits", assets() / "fonts" / "NotoSansMono-Regular.ttf"))
    out = io.BytesIO()
    canvas, listed = Canvas(out, pagesize=landscape(letter)), rows(count)
    for at in range(0, count, ROWS_A_PAGE):
        canvas.setFont("Digits", 6.2)
        for line, row in enumerate(listed[at : at + ROWS_A_PAGE]):
            top = 540 - line * 12
            for column, cell in enumerate(row):
                canvas.drawString(70 + column * 82, top, cell)
            canvas.line(70, top - 3, 740, top - 3)
        canvas.drawString(600, 30, f"page {at // ROWS_A_PAGE + 1} of {-(-count // ROWS_A_PAGE)}")
        canvas.showPage()
    canvas.save()
    return time.perf_counter() - began, -(-count // ROWS_A_PAGE)


def as_listing(
    count: int, signer: Any = None, kept: Path | None = None, first: int = 0, processes: int | None = None
) -> tuple[float, int]:
    """As the annex of a report: parts side by side, merged, numbered, signed.

    Args:
        count: how many rows.
        signer: gives a signer in whichever process; None: unsigned.
        kept: where parts that were set before are.
        first: how many rows, from the first on, are changed.
        processes: how many set side by side; None: as in a build.
    """
    import pikepdf

    from evidence.pack.contents.contents import Link
    from evidence.pack.typesetting.annex import SetListing, annexed
    from evidence.pack.typesetting.kept import KeptParts
    from evidence.pack.typesetting.listing import Column, ListedRow, Listing, parts
    from evidence.pack.typesetting.presses import set_all
    from evidence.pack.typesetting.typeset import PART, Sheet

    began = time.perf_counter()
    widths = (6, 12, 34, 8, 12, 34, 18, 8)
    columns = tuple(Column(head, width) for head, width in zip(HEADS, widths, strict=True))
    listed = rows(count)
    for changed in range(first):
        listed[changed] = (*listed[changed][:2], "changed", *listed[changed][3:])
    listing = Listing(
        "Listing 1. SPECIMEN",
        columns,
        tuple(ListedRow(row, f"row-{row[0]}", (Link(row[-1], "exhibits"),)) for row in listed),
    )
    cut = tuple(parts(listing))
    own = table_html(ROWS_A_PAGE).replace("<section", '<section id="exhibits"', 1)
    sheets = [Sheet(own, "EP-S01-1", MOMENT, variant=PART), Sheet(own, "EP-S01-1", MOMENT, variant=PART)]
    sheets += [Sheet(part.html, "", MOMENT, variant=PART) for part in cut]
    made = list(KeptParts(kept).set_all(sheets) if kept is not None else set_all(sheets, processes))
    pages = [page for part in cut for page in part.pages]
    whole = annexed(made[0], [SetListing(listing.title, made[1], made[2:], pages)], "page {page} of {pages}")
    if signer is not None:
        whole = signer().sign_report(whole, "bench", MOMENT)
    seconds = time.perf_counter() - began
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        return seconds, len(pdf.pages)


def warm_pages(count: int) -> float:
    """Seconds for each page of an annex after the first, in one process that has set some before."""
    least = min(as_listing(ROWS_A_PAGE, processes=1)[0] for _ in range(4))
    return (as_listing(count * ROWS_A_PAGE, processes=1)[0] - least) / (count - 1)


def watched(make: Callable[..., tuple[float, int]], *arguments: Any) -> Made:
    """Run it in a process of its own, with the memory of it and all that it starts."""
    peak, done, before = [0.0], threading.Event(), _below(os.getpid())

    def watch() -> None:
        while not done.wait(0.05):
            peak[0] = max(peak[0], sum(_memory(one) for one in _below(os.getpid()) - before))

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        seconds, pages = apart(make, *arguments)
    finally:
        done.set()
        watching.join()
    return Made(seconds, pages, peak[0])


def _below(root: int) -> set[int]:
    """The processes that a process started, and those that they started."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue
    found: set[int] = set()
    more = {root}
    while more:
        more = {one for one, parent in parents.items() if parent in more} - found
        found |= more
    return found


def _memory(process: int) -> float:
    """What a process holds in memory, with its share of what it holds together with others; MiB."""
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024 / MIB
    except OSError:
        return 0.0
    return 0.0
