"""Every template, edition and language of the report, judged by veraPDF as PDF/A-3a and PDF/UA-1: no rule broken."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from evidence.pack.gathered.editions import Edition
from evidence.pack.gathered.facts import Subject
from evidence.pack.productions.build import BuiltPack, build
from evidence.pack.productions.making import Wanted
from evidence.pack.typesetting.render import render_report
from evidence.pack.words.language import LANGUAGES, speaking
from tests.unit.pack import sample
from tests.unit.pack.issued import Issued
from tests.unit.pack.specimen_home import make
from tests.verapdf import failures


@pytest.fixture(scope="module")
def importers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BuiltPack]:
    place = tmp_path_factory.mktemp("importers")
    with make(place / "home") as handle:
        yield build(handle, Subject(shipment="S01"), place / "packs", Wanted(Edition.IMPORTER, languages=LANGUAGES))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_with_every_part_filled_is_valid_before_it_is_signed(language: str, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    few = replace(sample.contents(), schedules=(sample.schedule(12),), exhibits=sample.exhibits(6))
    with speaking(language):
        path.write_bytes(render_report(few))
    assert failures(path, "3a") == ()
    assert failures(path, "ua1") == ()


@pytest.mark.parametrize("flavour", ["3a", "ua1"])
def test_the_authoritys_report_is_valid_as_delivered(flavour: str, issued: Issued) -> None:
    assert failures(issued.pack.report, flavour) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_importers_report_is_valid_as_delivered(language: str, importers: BuiltPack) -> None:
    path = importers.folder / f"report-{language}.pdf"
    assert failures(path, "3a") == ()
    assert failures(path, "ua1") == ()


def test_the_files_inside_are_named_in_order_and_nothing_is_interpolated(issued: Issued) -> None:
    with pikepdf.open(issued.pack.report) as pdf:
        assert list(pdf.attachments) == sorted(pdf.attachments)
        assert pdf.Root.AF
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == "/Image":
                assert not thing.get("/Interpolate", False)
