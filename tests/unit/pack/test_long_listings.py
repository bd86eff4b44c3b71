"""Tables too long for the report's own pages: listings after it, whole, numbered, linked, the same bytes each time."""

import io
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from evidence.pack.contents import contents as c
from evidence.pack.typesetting import listing as made
from evidence.pack.typesetting.kept import KeptParts
from evidence.pack.typesetting.listing import Column, ListedRow, Listing, parts
from evidence.pack.typesetting.long_listings import divided
from evidence.pack.typesetting.render import render_report
from tests.unit.pack import sample
from tests.verapdf import failures

COLUMNS = (Column("No.", 5, right=True), Column("Material", 20), Column("Supplier", 30))
EASTERN = "示例零件制造有限公司 SPECIMEN"
LONG = 60


def listing(count: int, first: int = 0) -> Listing:
    return Listing(
        "Listing 1. SPECIMEN",
        COLUMNS,
        tuple(
            ListedRow((str(each), f"PART-{each:05}", "Cobre Ejemplo S.A. E017"), f"row-{each}", (c.Link("E017", "e"),))
            for each in range(first, first + count)
        ),
    )


def contents() -> c.Contents:
    whole = sample.contents()
    schedule = sample.schedule(100)
    named = replace(schedule.lines[70].support[0], supplier=EASTERN, exhibits=(sample.E17,))
    lines = (*schedule.lines[:70], replace(schedule.lines[70], support=(named,)), *schedule.lines[71:])
    cell = replace(whole.worksheets[0].cells[0], rests_on=(c.Link("PART-0071", "material-1-71"),))
    sheet = replace(whole.worksheets[0], cells=(cell, *whole.worksheets[0].cells[1:]))
    return replace(
        whole, worksheets=(sheet,), schedules=(replace(schedule, lines=lines),), exhibits=sample.exhibits(80)
    )


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> KeptParts:
    return KeptParts(tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="module")
def report(kept: KeptParts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("listed") / "report.pdf"
    path.write_bytes(render_report(contents(), kept=kept, long=LONG))
    return path


def texts(path: Path) -> list[str]:
    document = pypdfium2.PdfDocument(path)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


def test_a_table_within_the_bound_stays_whole_and_one_row_more_makes_a_listing() -> None:
    assert divided(contents(), 100).listings == ()
    cut = divided(contents(), 99)
    assert [len(each.rows) for _anchor, each in cut.listings] == [100]
    assert len(cut.contents.schedules[0].lines) == 40


def test_every_row_of_a_long_table_is_printed(report: Path) -> None:
    printed = " ".join(texts(report))
    for each in range(1, 101):
        assert f"PART-{each:04}" in printed
    for each in range(1, 81):
        assert f"CI-2023-{each:04}.pdf" in printed
    assert "The first 40 of 100 rows" in " ".join(printed.split())


def test_every_page_bears_its_number_the_pack_and_the_mark(report: Path) -> None:
    pages = texts(report)
    for number, text in enumerate(pages, 1):
        assert f"page {number} of {len(pages)}" in text
        for each in ("EP-S01-1", "Confidential", "SPECIMEN"):
            assert each in text


def test_a_name_in_chinese_comes_out_of_a_listing(report: Path) -> None:
    assert EASTERN in " ".join(texts(report))


def test_verapdf_finds_nothing_wrong_with_a_merged_report(report: Path) -> None:
    assert failures(report, "3u") == ()


def test_links_lead_from_the_report_to_rows_and_from_rows_to_exhibits(report: Path) -> None:
    with pikepdf.open(report) as pdf:
        names = {str(name) for name in pikepdf.NameTree(pdf.Root.Names.Dests)}
        pages = [page.obj.objgen for page in pdf.pages]
        leads = [link for page in pdf.pages for link in page.obj.get("/Annots", ())]
        to_rows = [link.Dest for link in leads if isinstance(link.get("/Dest"), pikepdf.Array)]
        assert to_rows
        assert all(pages.index(place[0].objgen) > 10 for place in to_rows)
        by_name = [str(link.Dest) for link in leads if isinstance(link.get("/Dest"), pikepdf.String)]
        assert "opening" in by_name
        assert set(by_name) <= names
        files = [str(link.A.F) for link in leads if link.get("/A", pikepdf.Dictionary()).get("/S") == "/GoToR"]
        assert any("E017" in name for name in files)
        assert "exhibits/E072-supplier-s-declaration.pdf" in files or any("E072" in name for name in files)
        assert not any("pack.invalid" in str(link.A.get("/URI", "")) for link in leads if "/A" in link)


def test_no_level_of_bookmarks_has_more_than_fifty_beside_each_other() -> None:
    pages = [made.ListedPage(str(each), (), ()) for each in range(6_001)]
    from evidence.pack.typesetting.annex import _nested

    def widest(items: list[pikepdf.OutlineItem]) -> int:
        return max([len(items), *(widest(list(item.children)) for item in items if item.children)])

    assert widest(list(_nested([(page.first, at) for at, page in enumerate(pages)]))) <= 50


def test_the_same_contents_give_the_same_bytes_with_and_without_parts_that_were_kept(
    report: Path, kept: KeptParts
) -> None:
    again = render_report(contents(), kept=kept, long=LONG)
    assert again == report.read_bytes()
    assert render_report(contents(), long=LONG) == again


def test_a_damaged_part_is_set_again(report: Path, tmp_path: Path) -> None:
    parts_of = KeptParts(tmp_path)
    first = render_report(contents(), kept=parts_of, long=LONG)
    for path in tmp_path.iterdir():
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    assert render_report(contents(), kept=parts_of, long=LONG) == first == report.read_bytes()


def test_no_more_is_kept_than_there_is_room_for(report: Path, tmp_path: Path) -> None:
    little = KeptParts(tmp_path, most_bytes=10_000)
    render_report(contents(), kept=little, long=LONG)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 10_000


def test_a_row_more_at_the_front_leaves_later_parts_as_they_were() -> None:
    before = [part.html for part in parts(listing(12_000))]
    after = [part.html for part in parts(listing(12_001, first=-1))]
    assert len(before) > 3
    assert sum(part in before for part in after) >= len(before) - 2


def test_a_part_has_as_many_pages_as_was_worked_out(report: Path) -> None:
    cut = divided(contents(), LONG)
    listed = sum(len(part.pages) for _anchor, each in cut.listings for part in parts(each))
    printed = texts(report)
    assert sum("Listing 1." in text or "Listing 2." in text for text in printed) == listed


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("a b", ["a b"], id="fits"),
        pytest.param("alpha beta gamma", ["alpha beta", "gamma"], id="between-words"),
        pytest.param("abcdefghijklm", ["abcdefghij", "klm"], id="a-long-word"),
        pytest.param("示例零件制造", ["示例零件制", "造"], id="wide-characters"),
        pytest.param("", [""], id="nothing"),
    ],
)
def test_a_cell_is_broken_within_its_column(text: str, lines: list[str]) -> None:
    (row,) = (part for part in parts(Listing("T", (Column("H", 10),), (ListedRow((text,)),))))
    shown = row.html.partition("<div")[2].partition(">")[2].partition("</div>")[0]
    assert shown.replace("<i>", "").replace("</i>", "").split("\n") == lines


def test_a_row_higher_than_a_page_goes_on_over_several() -> None:
    long_row = ListedRow((" ".join(f"word{each}" for each in range(400)),), "row-1")
    (part,) = parts(Listing("T", (Column("H", 20),), (long_row,)))
    assert len(part.pages) > 1
    assert [spot.to for page in part.pages for spot in page.anchors] == ["row-1"]
    assert all(f"word{each}" in part.html for each in range(400))


def test_what_comes_from_outside_cannot_become_markup_in_a_listing() -> None:
    row = ListedRow(("<script>1</script>",))
    (part,) = parts(Listing("<b>T</b>", (Column("H", 30),), (row,)))
    assert "<script>" not in part.html
    assert "<b>" not in part.html


def test_a_report_with_listings_opens_for_every_reader(report: Path) -> None:
    with pikepdf.open(io.BytesIO(report.read_bytes())) as pdf:
        assert pdf.check_pdf_syntax() == []
