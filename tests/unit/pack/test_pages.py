"""Pages: every optional part present, absent and empty; what print can carry; the same bytes each time."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pikepdf
import pytest

from evidence.pack.contents.contents import ClaimState, Contents
from evidence.pack.contents.links import span
from evidence.pack.gathered.numbering import exhibit_path, number_exhibits, slug
from evidence.pack.report.pages_worksheet import estimated
from evidence.pack.typesetting.render import render_html, render_report
from evidence.pack.words import shown
from evidence.pack.words.assets import assets
from tests.unit.pack import sample, sample_parts


def absent(whole: Contents) -> Contents:
    """Every list empty, every optional value missing."""
    return replace(
        whole,
        pack=replace(whole.pack, specimen=False, supersedes="EP-S01-0"),
        opening=replace(
            whole.opening,
            claims=(),
            results=(),
            averages=(),
            gaps=(),
            reasons=("nothing on record",),
            facts=(),
            states=(),
            first_gaps=(),
        ),
        crosswalk=replace(whole.crosswalk, shipments=(), rows=(), broken=0),
        checklist=replace(whole.checklist, rows=()),
        certifications=(),
        vehicle_certifications=(),
        worksheets=(),
        averages=(),
        schedules=(),
        exhibits=(),
        annex=replace(whole.annex, custody=(), keys=()),
        **sample_parts.nothing(),
    )


def bare(whole: Contents) -> Contents:
    """The pages there, what stands on them missing."""
    claim = replace(
        whole.opening.claims[0], state=ClaimState.NOT_CLAIMED, reason=None, certification=None, worksheet=None, gate=(),
        gates=(), headline="", by="", certifier="", confirmed="", steps=(), period_identifiers=(),
        identifiers=(), preference_code=None, average=None, decided_on=None, position="", history=(),
    )  # fmt: skip
    page = whole.worksheets[0]
    core_part = replace(page.core_parts[0], net_cost=None, non_originating=None, bound=None, ways=())
    average = replace(
        whole.averages[0], goods=(), steps=(), tests=(), choices=(), notes=(), inputs=(), net_cost=None,
        non_originating=None, content=None, currency="",
        result=replace(whole.averages[0].result, bar=None, estimate="", claims=""),
    )  # fmt: skip
    material = replace(whole.schedules[0].lines[0], value=None, counted=None, support=())
    return replace(
        whole,
        opening=replace(
            whole.opening, claims=(claim,), results=(replace(whole.opening.results[0], bar=None, outcome="not_met"),),
            states=(("NOT CLAIMED", "", "SPC-0001234-5, line 1"),),
        ),
        crosswalk=replace(
            whole.crosswalk,
            rows=(replace(whole.crosswalk.rows[0], built_on=None, worksheet=None, certification=None),),
        ),
        certifications=(replace(whole.certifications[0], goods=(), exhibits=(), recipients=("SPEC-US; mail",)),),
        vehicle_certifications=(replace(whole.vehicle_certifications[0], identifier=None),),
        worksheets=(
            replace(
                page, tests=(), cells=(), core_parts=(core_part,),
                views=(), choices=(), inputs=(), result=replace(page.result, bar=None),
            ),
        ),
        averages=(average,),
        schedules=(
            replace(whole.schedules[0], lines=(material,)),
        ),
        exhibits=whole.exhibits[:5],
        **sample_parts.bare(),
    )  # fmt: skip


@pytest.mark.parametrize("thinned", [lambda whole: whole, absent, bare], ids=["present", "absent", "empty"])
def test_every_page_renders_with_its_optional_parts(thinned: "type[Contents]") -> None:
    html = render_html(thinned(sample.contents()))  # type: ignore[call-arg, arg-type]
    assert "None" not in html.replace("None is on record", "")
    assert "EP-S01-1" in html


def test_an_empty_pack_says_in_words_what_it_lacks() -> None:
    html = render_html(absent(sample.contents()))
    for words in (
        "NOT CLAIMED",
        "No origin analysis is on record",
        "No certification of origin is on record",
        "No gap is on record",
        "No document is on file",
        "carries no entries",
    ):
        assert words in html


def test_page_one_of_a_pack_that_is_not_claimed_says_so_in_capitals() -> None:
    assert "NOT CLAIMED" in render_html(bare(sample.contents()))
    assert "NOT CLAIMED" not in render_html(sample.contents())


def test_words_that_are_the_authoritys_own_are_not_used_for_the_companys_analysis() -> None:
    html = render_html(sample.contents())
    assert "Origin analysis by" in html
    assert "unchanged since receipt" in html
    assert "approved" not in html
    assert html.count("determination") == 1  # in the limits, of the authority


def test_what_comes_from_outside_cannot_become_markup() -> None:
    whole = sample.contents()
    row = replace(whole.exhibits[0], name="<script>alert(1)</script>.pdf")
    assert "<script>" not in render_html(replace(whole, exhibits=(row,)))


def test_every_page_carries_pack_mark_and_number_and_a_specimen_says_so(tmp_path: Path) -> None:
    whole = sample.contents()
    small = replace(
        whole, schedules=(sample.schedule(12),), exhibits=sample.exhibits(3), annex=replace(whole.annex, custody=())
    )
    path = tmp_path / "report.pdf"
    path.write_bytes(render_report(small))
    with pikepdf.open(path) as pdf:
        pages = len(pdf.pages)
    texts = [_text(path, number) for number in range(1, pages + 1)]
    for number, text in enumerate(texts, 1):
        assert "EP-S01-1" in text
        assert f"page {number} of {pages}" in text
        assert "SPECIMEN" in text
        assert "Confidential" in text
        assert "says nothing on origin" in " ".join(text.split())


def _text(path: Path, page: int) -> str:
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        return str(document[page - 1].get_textpage().get_text_bounded())
    finally:
        document.close()


def test_the_same_contents_give_the_same_bytes_in_another_process_under_another_zone_and_hash_seed(
    tmp_path: Path,
) -> None:
    program = (
        "import sys; from dataclasses import replace; from tests.unit.pack import sample;"
        "from evidence.pack.typesetting.render import render_report;"
        "from evidence.pack.typesetting.typeset import Embedded;"
        "c = sample.contents(); c = replace(c, schedules=(sample.schedule(6),), exhibits=sample.exhibits(2));"
        "inside = Embedded('b.json', b'{}', 'B'), Embedded('a.json', b'[]', 'A');"
        "open(sys.argv[1], 'wb').write(render_report(c, inside))"
    )
    found = []
    for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo")):
        path = tmp_path / f"{seed}.pdf"
        subprocess.run(
            [sys.executable, "-c", program, str(path)],
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": os.getcwd()},
            timeout=120,
        )
        found.append(path.read_bytes())
    assert found[0] == found[1]


def test_exhibits_keep_the_numbers_of_the_pack_before_and_new_ones_follow_the_last() -> None:
    assert number_exhibits([40, 7, 12], {}) == {40: 1, 7: 2, 12: 3}
    assert number_exhibits([7, 40, 55, 12], {40: 1, 7: 2, 9: 6}) == {7: 2, 40: 1, 55: 7, 12: 8}


@pytest.mark.parametrize(
    ("role", "name", "path"),
    [
        pytest.param("Commercial invoice", "CI 1.PDF", "exhibits/E007-commercial-invoice.pdf", id="plain"),
        pytest.param("Déclaration – n° 4", "a/b\\c.xlsx", "exhibits/E007-declaration-n-4.xlsx", id="accents"),
        pytest.param("示例", "x.示例", "exhibits/E007-document.bin", id="nothing-in-ascii"),
    ],
)
def test_the_path_of_an_exhibit_is_plain_ascii_whatever_it_was_called(role: str, name: str, path: str) -> None:
    assert exhibit_path(7, role, name) == path


def test_figures_are_rounded_for_display_alone() -> None:
    assert shown.money(Decimal("1234567.895")) == "1,234,567.90"
    assert shown.money(Decimal("-0.125")) == "\N{MINUS SIGN}0.12"
    assert shown.number(Decimal("100")) == "100"
    assert shown.figure(Decimal("73.41209"), "percent") == "73.4120"  # a share is cut: never better than compared
    assert shown.percent(Decimal("74.999")) == "74.99 percent"
    assert shown.figure(Decimal("10.5"), "USD per unit") == "10.50"
    assert shown.dotted("870380") == "8703.80"
    assert span([4]) == "#4"
    assert span([4, 5, 9]) == "#4 to #9 (3)"
    assert slug("---") == "document"


def test_a_worksheet_prints_the_text_of_law_of_each_figure_and_each_core_part_by_the_ways_of_s_14() -> None:
    whole = sample.contents()
    html = render_html(whole)
    assert html.count(">s.7(3)</td>") == len(whole.worksheets[0].cells)
    assert html.count("<th>each part, on all its materials (I-ALL)</th>") == 1
    assert html.count("<br>77.20 %</td>") == len(whole.worksheets[0].core_parts)


def test_a_link_to_an_exhibit_opens_its_file_and_to_a_withheld_one_its_row_in_the_index() -> None:
    whole = sample.contents()
    one = next(row for row in whole.exhibits if row.anchor == "exhibit-E017")
    html = render_html(whole)
    assert f'<a href="{one.path}">E017</a>' in html
    assert 'href="#exhibit-E017"' not in html
    others = tuple(row for row in whole.exhibits if row is not one)
    withheld = replace(one, path="", sha256="", withheld="this edition opens no document of its tier")
    assert 'href="#exhibit-E017"' in render_html(replace(whole, exhibits=(withheld, *others)))


def test_every_list_of_fonts_ends_with_signs_and_with_the_names_of_the_east() -> None:
    for style in sorted((assets() / "style").glob("*.css")):
        for line in style.read_text(encoding="utf-8").splitlines():
            if not line.startswith("@font-face"):
                for families in re.findall(r'"(?:Text|Head|Digits)"(?:, "\w+")*', line):
                    assert families.endswith('"Text", "Signs", "East"'), f"{style.name}: {line[:80]}"


def test_estimates_are_called_so_on_page_one_with_the_day_from_which_actual_figures_are_due() -> None:
    opening = render_html(sample.contents()).partition('id="contents"')[0]
    assert '<span class="tag late">ESTIMATE</span> actual figures are due from 2024-04-01 on' in opening
    assert estimated("actual", None) == ""
    assert "due from 2024-04-01" in estimated("standard", date(2024, 4, 1))
    assert estimated("estimate", None) == "no fiscal calendar on record says from when actual figures are due"
