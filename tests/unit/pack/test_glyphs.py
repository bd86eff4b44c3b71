"""Characters in print: names in Chinese, Japanese and Korean come out, what no font has is written as U+XXXX."""

import re
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from evidence.pack.typesetting.render import render_report
from evidence.pack.words.glyphs import needs_eastern, printable
from tests.unit.pack import sample
from tests.verapdf import failures

NAMES = {
    "chinese": "示例零件制造有限公司",
    "traditional": "範例電子股份有限公司",
    "japanese": "サンプル部品株式会社",
    "korean": "견본자동차부품주식회사",
}


def test_characters_of_european_and_east_asian_names_stay_and_others_are_written_as_code_points() -> None:
    for name in (*NAMES.values(), "Ñandú S.A. de C.V. – Łódź, Örebro, Škoda ≥ → €"):
        assert printable(name) == name
    assert printable("สวัสดี 1") == "[U+0E2A][U+0E27][U+0E31][U+0E2A][U+0E14][U+0E35] 1"
    assert printable("\U0001f600\x07") == "[U+1F600][U+0007]"


def test_the_large_font_is_wanted_only_where_it_is_needed() -> None:
    assert not needs_eastern("Ñandú S.A. ≥ €")
    assert needs_eastern("示")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    whole, schedule = sample.contents(), sample.schedule(len(NAMES) + 1)
    suppliers = (*NAMES.values(), "สวัสดี")
    lines = tuple(
        replace(line, support=(replace(line.support[0], supplier=name),))
        for line, name in zip(schedule.lines, suppliers, strict=True)
    )
    row = replace(whole.exhibits[0], name=f"{NAMES['chinese']} 发票.pdf")
    path = tmp_path_factory.mktemp("glyphs") / "report.pdf"
    pack = replace(whole.pack, organisation=NAMES["korean"])
    whole = replace(whole, pack=pack, schedules=(replace(schedule, lines=lines),), exhibits=(row,))
    path.write_bytes(render_report(whole))
    return path


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_suppliers_name_comes_out_of_the_report_as_it_was_recorded(name: str, report: Path) -> None:
    document = pypdfium2.PdfDocument(report)
    try:
        text = "".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()
    assert name in text.replace("\r\n", "")


def test_verapdf_finds_every_glyph(report: Path) -> None:
    assert failures(report, "3a") == ()


def test_every_font_in_the_report_is_embedded_and_ours(report: Path) -> None:
    families = set()
    with pikepdf.open(report) as pdf:
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/FontDescriptor":
                assert "/FontFile2" in thing or "/FontFile3" in thing
                families.add(re.split("[-,]", str(thing.FontName).partition("+")[2])[0])
    assert families <= {"Text", "Head", "Digits", "Signs", "East"}
    assert "East" in families
