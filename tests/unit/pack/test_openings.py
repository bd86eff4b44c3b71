"""Openings beside a pack: nothing is taken that has no place in the pack, and nothing in them is passed over."""

import copy
import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from evidence.core import canonical
from evidence.pack.checking.verdict import PackReport, Verdict
from evidence.pack.disclosing.open_field import open_fields
from evidence.pack.form import layout
from tests.altered_openings import ALTERED, FORGED, SALT, Change
from tests.altered_packs import listed_anew, reshape
from tests.unit.pack.editions_home import Editions

FORGED_SHA256 = hashlib.sha256(FORGED).hexdigest()


def failed(report: PackReport) -> set[str]:
    return {item.name for item in report.of(Verdict.FAILED)}


def opened(editions: Editions, *wanted: str) -> Any:
    return json.loads(open_fields(editions.handle, editions.record("importer"), wanted))


def written(place: Path, opening: Any) -> Path:
    place.write_bytes(canonical.dumps(opening))
    return place


def withheld(editions: Editions) -> str:
    """The number of an exhibit that the importer's edition does not carry."""
    (path,) = (editions.folder("authority") / "exhibits").glob("*supplier-s-declaration*")
    return path.name[:4]


@pytest.mark.parametrize("change", ALTERED.values(), ids=ALTERED)
def test_an_opening_with_a_part_that_has_no_place_is_refused_by_its_name(
    editions: Editions, tmp_path: Path, change: Change
) -> None:
    opening = opened(editions, withheld(editions))
    change(opening, editions.opening("importer"), FORGED_SHA256)
    (tmp_path / "forged.pdf").write_bytes(FORGED)
    beside = written(tmp_path / "opening.json", opening), tmp_path / "forged.pdf"
    report = editions.check(editions.folder("importer"), *beside)
    assert failed(report) == {"opening opening.json", "document forged.pdf"}


@pytest.mark.parametrize(
    "name", ["an-exhibit-already-shown-under-another-number", "a-salt-of-a-row-already-shown", "a-field-already-shown"]
)
def test_what_the_authoritys_edition_opens_whole_cannot_be_shown_otherwise(
    editions: Editions, tmp_path: Path, name: str
) -> None:
    opening = opened(editions, withheld(editions))
    ALTERED[name](opening, editions.opening("importer"), FORGED_SHA256)
    report = editions.check(editions.folder("authority"), written(tmp_path / "opening.json", opening))
    assert failed(report) == {"opening opening.json"}


@pytest.mark.parametrize("edition", ["authority", "producer", "importer"])
def test_what_an_edition_shows_may_be_opened_again(editions: Editions, tmp_path: Path, edition: str) -> None:
    numbers = sorted(path.name[:4] for path in (editions.folder("importer") / "exhibits").iterdir())
    opening = written(tmp_path / "opening.json", opened(editions, numbers[0], withheld(editions)))
    assert editions.check(editions.folder(edition), opening).status == 0
    assert editions.check(editions.folder(edition), opening, opening).status == 0


def test_a_document_is_not_taken_from_a_field_that_does_not_fit_its_commitment(
    editions: Editions, tmp_path: Path
) -> None:
    opening = opened(editions, withheld(editions))
    ((index, fields),) = opening["statements"].items()
    next(one for one in fields if one[1] == "document")[2] = FORGED_SHA256
    (tmp_path / "forged.pdf").write_bytes(FORGED)
    beside = written(tmp_path / "opening.json", opening), tmp_path / "forged.pdf"
    found = failed(editions.check(editions.folder("importer"), *beside))
    assert {f"entry {index}", "document forged.pdf"} <= found


def test_two_openings_cannot_say_otherwise_of_one_field_or_one_file(editions: Editions, tmp_path: Path) -> None:
    first = opened(editions, withheld(editions))
    (index,) = first["statements"]
    field, file = copy.deepcopy(first), copy.deepcopy(first)
    field["statements"][index][0][0] = SALT
    file["entries"][index]["leaf"] = "Zm9yZ2Vk"
    for other in (field, file):
        beside = written(tmp_path / "first.json", first), written(tmp_path / "other.json", other)
        assert failed(editions.check(editions.folder("importer"), *beside)) == {"opening other.json"}


@pytest.mark.parametrize(("wanted", "count"), [("14:1", "lines"), ("worksheet-1:RVC", "worksheet_lines")])
def test_a_size_of_a_table_is_believed_only_where_its_count_is_opened(
    editions: Editions, tmp_path: Path, wanted: str, count: str
) -> None:
    opening = opened(editions, wanted)
    (index,) = opening["lines"]
    name, path = f"lines of entry {index}", tmp_path / "opening.json"
    assert editions.check(editions.folder("importer"), written(path, opening)).status == 0
    opening["lines"][index]["size"] += 1  # a tree in which the proof of this line has the same form
    assert name in failed(editions.check(editions.folder("importer"), written(path, opening)))
    opening["statements"][index] = [one for one in opening["statements"][index] if one[1] != count]
    for size in (0, -1):
        opening["lines"][index]["size"] += size
        report = editions.check(editions.folder("importer"), written(path, opening))
        assert report.verdict is not Verdict.PASSED
        assert name not in {item.name for item in report.of(Verdict.PASSED)}


def test_lines_whose_number_a_pack_does_not_open_fail_it_for_program_and_script(
    editions: Editions, tmp_path: Path
) -> None:
    pack = Path(shutil.copytree(editions.folder("producer"), tmp_path / "pack"))

    def change(opening: Any) -> None:
        for index in opening["lines"]:
            opening["statements"][index] = [one for one in opening["statements"][index] if one[1] != "lines"]

    reshape(pack / layout.DISCLOSURES, change)
    listed_anew(pack)
    assert layout.DISCLOSURES in failed(editions.check(pack))
    ran = subprocess.run(
        ["bash", "verify.sh", str(editions.trust), "--proofs"], cwd=pack, capture_output=True, text=True, check=False
    )
    assert "how many there are is not opened" in ran.stdout + ran.stderr
