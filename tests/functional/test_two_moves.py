"""From any number that the report prints, a reader reaches the exhibit that it comes from in two moves at most."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element

import pikepdf
import pytest
import tinyhtml5  # type: ignore[import-untyped]

from evidence.ledger.found import open_home
from evidence.pack.gathered.witnessed import latest
from evidence.pack.typesetting.render import render_html
from tests.functional.conftest import Demo
from tests.unit.pack.test_parts import contents_of

_FIGURE = re.compile(r"(?<![\w.#/-])\d{1,3}(?:,\d{3})*\.\d{2,4}(?![\w./-])(?! of HS| \(HS)")
_LAW = re.compile(r"CFR|USC|SOR/|HTSUS|USMCA|Appendix|GN 11|GAAP|cited in|\[[KPS]\]")
_ROWS = ("cell-", "material-", "exhibit-", "input-", "declaration-")


@dataclass(frozen=True)
class Page:
    """The report as a reader meets it: blocks of text that belong together, and where their links lead."""

    root: Element
    parents: dict[Element, Element]
    places: dict[str, Element]

    @classmethod
    def of(cls, html: str) -> "Page":
        root = tinyhtml5.parse(html, namespace_html_elements=False)
        parents = {inner: outer for outer in root.iter() for inner in outer}
        return cls(root, parents, {name: each for each in root.iter() if (name := each.get("id"))})

    def figures(self) -> Iterator[Element]:
        """The block around each number: its row, its card, its paragraph."""
        for each in self.root.iter():
            said = (each.text or "") + " ".join(inner.tail or "" for inner in each)
            if each.tag not in ("style", "title", "meta") and _FIGURE.search(said) and not _LAW.search(said):
                yield self._block(each)

    def _block(self, each: Element) -> Element:
        while each.tag not in ("tr", "p", "div", "section", "li", "pre"):
            each = self.parents[each]
        outer = each
        while outer in self.parents and not (outer.get("class") or "").startswith("card"):
            outer = self.parents[outer]
        return outer if (outer.get("class") or "").startswith("card") else each

    def within(self, name: str) -> Element:
        """The row or section that a link leads to."""
        place = self.places[name]
        while place.tag in ("span", "h2", "h3"):
            place = self.parents[place]
        return place

    def section(self, block: Element) -> Element:
        while block.tag != "section" and block in self.parents:
            block = self.parents[block]
        return block


def leads(block: Element) -> set[str]:
    return {link.get("href") or "" for link in block.iter("a")}


def files(block: Element) -> set[str]:
    return {to for to in leads(block) if not to.startswith("#")}


def text(block: Element) -> str:
    return " ".join("".join(block.itertext()).split())


def stray(page: Page) -> list[str]:
    """The blocks with a number from which no file is reached in two moves."""
    found = []
    for block in page.figures():
        onward = [to[1:] for to in leads(block) if to.startswith("#")]
        reached = files(block) or any(files(page.within(name)) for name in onward)
        summed = "the sum of the column" in text(block) and files(page.section(block))  # of the rows above it
        if not reached and not summed:
            found.append(text(block)[:160])
    return found


@pytest.fixture(scope="module")
def page(demo: Demo) -> Page:
    """The report of the first shipment, before it is set in type."""
    with open_home(demo.home, {}, sign=True) as handle:
        return Page.of(render_html(contents_of(handle, latest(handle))))


def test_each_number_of_a_report_leads_to_an_exhibit_in_two_moves(page: Page) -> None:
    assert len(list(page.figures())) > 800
    assert stray(page) == []


@dataclass(frozen=True)
class Printed:
    """The links of a report as set in type: for each place, the files and places that a reader can go on to."""

    places: dict[str, tuple[int, float]]
    links: dict[int, list[tuple[float, str]]]
    """Of each page: how high, and the file or the place (with ``#``)."""

    @classmethod
    def of(cls, path: Path) -> "Printed":
        with pikepdf.open(path) as pdf:
            numbers = {page.obj.objgen: number for number, page in enumerate(pdf.pages)}
            places = {}
            for name, place in pikepdf.NameTree(pdf.Root.Names.Dests).items():
                at = place.D if isinstance(place, pikepdf.Dictionary) else place
                places[str(name)] = (numbers[pikepdf.Page(at[0]).obj.objgen], float(at[3]))
            links = {number: list(_links(page)) for number, page in enumerate(pdf.pages)}
        return cls(places, links)

    def on(self, name: str) -> set[str]:
        """Where a place leads on to: a row, down to the next place on its page; a section, to the end of the page."""
        page, top = self.places[name]
        others = [high for _, (at, high) in self.places.items() if at == page and high < top - 1]
        low = max(others, default=0.0) if name.startswith(_ROWS) else 0.0
        return {to for high, to in self.links[page] if low < high <= top + 2}


def _links(page: pikepdf.Page) -> Iterator[tuple[float, str]]:
    for note in page.get("/Annots", ()):
        high, action = float(note.Rect[3]), note.get("/A", pikepdf.Dictionary())
        if "/Dest" in note:
            yield high, f"#{note.Dest}"
        elif action.get("/S") == "/GoTo":
            yield high, f"#{action.D}"
        elif "/URI" in action:
            yield high, str(action.URI)
        elif "/F" in action:
            yield high, str(action.F if isinstance(action.F, pikepdf.String) else action.F.UF)


@cache
def printed(path: Path) -> Printed:
    return Printed.of(path)


def opened(folder: Path, leading: set[str]) -> set[str]:
    """The exhibits among what can be gone on to; a file that is not in the pack is none."""
    return {to for to in leading if to.startswith("exhibits/") and (folder / to).is_file()}


@pytest.fixture(scope="module", params=["S01", "S08"])
def pack(demo: Demo, request: pytest.FixtureRequest) -> Path:
    """A shipment that is claimed, and one whose claim was corrected, with two analyses."""
    return demo.packs / str(request.param)


def test_the_result_on_page_one_leads_to_its_cell_and_the_cell_to_the_books_themselves(pack: Path) -> None:
    report = printed(pack / "report-en.pdf")
    cells = [to[1:] for _, to in report.links[0] if to.startswith("#cell-")]
    assert cells
    assert all(opened(pack, report.on(cell)) for cell in cells)


def test_each_gap_of_a_material_on_page_one_leads_to_its_line_of_the_schedule_with_its_exhibits(pack: Path) -> None:
    report = printed(pack / "report-en.pdf")
    lines = [to[1:] for _, to in report.links[0] if to.startswith("#material-")]
    assert lines
    assert all(opened(pack, report.on(line)) for line in lines)


def test_each_cell_and_each_material_in_print_leads_to_an_exhibit_in_two_moves(pack: Path) -> None:
    report = printed(pack / "report-en.pdf")
    rows = [name for name in report.places if name.startswith(("cell-", "material-"))]
    assert len(rows) > 300
    for row in rows:
        onward = report.on(row)
        further = {to for place in onward if place.startswith("#") for to in report.on(place[1:])}
        assert opened(pack, onward | further), row


def test_each_link_of_a_report_leads_to_a_place_in_it_or_to_a_file_of_the_pack(pack: Path) -> None:
    report = printed(pack / "report-en.pdf")
    leading = {to for links in report.links.values() for _, to in links}
    assert {to[1:] for to in leading if to.startswith("#")} <= set(report.places)
    assert [to for to in leading if not to.startswith("#") and not (pack / to).is_file()] == []
