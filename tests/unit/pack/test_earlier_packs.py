"""Packs of manifest version 1, as they were issued before there were editions, are checked as ever."""

import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evidence.core import canonical
from evidence.pack.checking.check import check_pack
from evidence.pack.checking.verdict import PackReport, Verdict
from evidence.pack.form import layout
from evidence.pack.form.carried import carried

ISSUED = Path(__file__).parent / "pack-manifest-1"
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def check(path: Path) -> PackReport:
    return check_pack(path, NOW, ISSUED / "trust")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with zipfile.ZipFile(ISSUED / "S01.zip") as archive:
        archive.extractall(tmp_path / "S01")
    return tmp_path / "S01"


def test_a_pack_as_it_was_issued_passes_in_every_item(folder: Path) -> None:
    for path in (folder, ISSUED / "S01.zip"):
        report = check(path)
        assert {item.verdict for item in report.items} == {Verdict.PASSED}
        assert {"entry 28", "exhibit E001", "exhibit E006", "worksheet 1"} <= {item.name for item in report.items}


def test_what_it_carries_follows_from_its_manifest(folder: Path) -> None:
    manifest, opening = (json.loads((folder / name).read_bytes()) for name in (layout.MANIFEST, layout.DISCLOSURES))
    found = carried(manifest, opening)
    assert set(found.exhibits) == {f"exhibits/{path.name}" for path in (folder / "exhibits").iterdir()}
    assert set(found.entries) == {int(path.stem) for path in (folder / "entries").glob("*.leaf")}


def _entry_left_out(manifest: Any) -> None:
    manifest["entries"].pop()


def _exhibit_twice(manifest: Any) -> None:
    manifest["exhibits"].append(manifest["exhibits"][0])


def _another_commitment(manifest: Any) -> None:
    manifest["exhibits"][0]["commitment"] = "ab" * 32


def _of_version_2(manifest: Any) -> None:
    manifest["format"] = layout.MANIFEST_FORMAT


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (_entry_left_out, "file entries/"),
        (_exhibit_twice, "exhibit E001"),
        (_another_commitment, "exhibit E001"),
        (_of_version_2, layout.MANIFEST),
    ],
)
def test_an_altered_one_is_named_as_ever(folder: Path, change: Callable[[Any], None], found: str) -> None:
    manifest = json.loads((folder / layout.MANIFEST).read_bytes())
    change(manifest)
    (folder / layout.MANIFEST).write_bytes(canonical.dumps(manifest))
    assert any(item.name.startswith(found) for item in check(folder).of(Verdict.FAILED))


def test_its_disclosures_do_not_fit_a_pack_of_version_2(folder: Path) -> None:
    opening = json.loads((folder / layout.DISCLOSURES).read_bytes())
    opening["format"] = layout.DISCLOSURES_FORMAT
    (folder / layout.DISCLOSURES).write_bytes(canonical.dumps(opening))
    assert layout.MANIFEST in {item.name for item in check(folder).of(Verdict.FAILED)}
