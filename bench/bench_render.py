"""Packs set in type: long annexes against WeasyPrint and reportlab on the same rows, packs in a warm worker, memory."""

import gc
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench.homes import Figure, apart, new_home, opened
from bench.rendered import (
    MOMENT,
    ROWS_A_PAGE,
    as_listing,
    by_reportlab,
    by_weasyprint,
    table_html,
    warm_pages,
    watched,
)

FULL = bool(os.environ.get("FULL"))
REPEATS = 3
PAGES = 1_000
PLAIN_PAGES = PAGES if FULL else 100
"""Its cost is linear in rows (docs/performance.md), and a thousand pages take four minutes and six gigabytes."""
LONGEST = 3_000 if FULL else 1_000
PACKS = 200 if FULL else 40
MANY = 1_000 if FULL else 100
_LIMIT_MIB = 500.0


class HomeSigner:
    """Gives the signer of a home, in whichever process."""

    def __init__(self, home: Path, environ: dict[str, str]) -> None:
        self._home, self._environ = home, environ

    def __call__(self) -> object:
        from evidence.pack.bundling.sign import PackSigner

        with opened(self._home, self._environ) as handle:
            return PackSigner(handle.organisation())


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="evidence-bench-") as folder:
        place = Path(folder)
        signer = HomeSigner(place / "home", new_home(place / "home"))
        yield from annexes(signer)
        yield from rebuilt(place)
    yield from warm()


def annexes(signer: HomeSigner) -> Iterator[Figure]:
    """The annex of a thousand pages, and how its cost grows."""
    ours, plain, bare = [], [], []
    for _ in range(REPEATS):
        ours.append(watched(as_listing, PAGES * ROWS_A_PAGE, signer))
        plain.append(watched(by_weasyprint, PLAIN_PAGES * ROWS_A_PAGE))
        bare.append(watched(by_reportlab, PAGES * ROWS_A_PAGE))
    a_page = statistics.median(one.seconds for one in plain) / PLAIN_PAGES
    took, least = (statistics.median(one.seconds for one in some) for some in (ours, bare))
    what = f"an annex of {PAGES:,} pages, merged, numbered, signed"
    yield Figure(what, took, f"WeasyPrint's as one table ({PLAIN_PAGES} pages, by the page)", a_page * PAGES)
    yield Figure(what, took, "reportlab's canvas, unsigned", least)
    peak = max(one.peak_mib for one in ours)
    yield Figure(f"memory of all processes for {PAGES:,} pages", peak, "500 MiB", _LIMIT_MIB, "MiB")
    short, some = ([apart(warm_pages, pages) for _ in range(REPEATS)] for pages in (10, 100))
    middle = statistics.median(some)
    yield Figure("a page of 10, in one warm process", statistics.median(short), "a page of 100", middle)
    yield Figure(f"a page of {LONGEST:,}, in one warm process", apart(warm_pages, LONGEST), "a page of 100", middle)


def rebuilt(place: Path) -> Iterator[Figure]:
    """The same annex again, with ten rows changed."""
    kept = place / "kept"
    anew, _ = apart(as_listing, PAGES * ROWS_A_PAGE, None, kept, 0)
    again, _ = apart(as_listing, PAGES * ROWS_A_PAGE, None, kept, 10)
    yield Figure(f"an annex of {PAGES:,} pages again, ten rows changed", again, "setting all of it", anew)


def warm() -> Iterator[Figure]:
    """Packs of five pages, one after another."""
    mine, own = zip(*(apart(five_pages) for _ in range(REPEATS)), strict=True)
    yield Figure("a pack of five pages, warm", statistics.median(mine), "WeasyPrint's own", statistics.median(own))
    one, two = (min(apart(many_packs, processes) for _ in range(REPEATS)) for processes in (1, 2))
    yield Figure(f"{PACKS} packs by one process", one, "by two", two)
    early, late = apart(memory_over_many)
    yield Figure(f"memory after {MANY} packs", late, f"after {MANY // 5}", early, "MiB")


def five_pages() -> tuple[float, float]:
    """Seconds for a pack in a warm worker, and for WeasyPrint's own render of the same HTML, warm as well."""
    import weasyprint

    from evidence.pack.typesetting.typeset import WHOLE, Sheet, typeset
    from evidence.pack.words.assets import assets

    html = table_html(5 * ROWS_A_PAGE)
    typeset(Sheet(html, "EP-S01-1", MOMENT))
    mine, own = [], []
    for _ in range(7):
        began = time.perf_counter()
        typeset(Sheet(html, "EP-S01-1", MOMENT))
        mine.append(time.perf_counter() - began)
        began = time.perf_counter()
        weasyprint.HTML(string=html, base_url=f"{assets()}/").write_pdf(pdf_variant=WHOLE)
        own.append(time.perf_counter() - began)
    return statistics.median(mine), statistics.median(own)


def many_packs(processes: int) -> float:
    """Seconds for packs of five pages that all differ."""
    from evidence.pack.typesetting.presses import set_all
    from evidence.pack.typesetting.typeset import Sheet

    html, began = table_html(5 * ROWS_A_PAGE), time.perf_counter()
    sheets = (Sheet(html, f"EP-S{number}-1", datetime(2023, 1, 1, tzinfo=UTC)) for number in range(PACKS))
    for _ in set_all(sheets, processes, each=PACKS):
        pass
    return time.perf_counter() - began


def memory_over_many() -> tuple[float, float]:
    """What one process holds after a fifth of the packs, and after all; MiB."""
    from evidence.pack.typesetting.typeset import Sheet, typeset

    html, early = table_html(5 * ROWS_A_PAGE), 0.0
    for number in range(MANY):
        typeset(Sheet(html, f"EP-S{number}-1", MOMENT))
        if number == MANY // 5:
            early = _resident()
    gc.collect()
    return early, _resident()


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / (1 << 20)
