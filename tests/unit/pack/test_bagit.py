"""A pack as a bag: what the reference implementation and coreutils say of it, and what is refused.

The faults are those of the conformance suite of the Library of Congress, made in our own bag: a validator that finds
them vouches for the bag in which it finds none. ``tests/vectors/test_bagit.py`` runs the suite's own bags.
"""

import re
import subprocess
import unicodedata
from collections.abc import Callable
from datetime import date
from pathlib import Path

import bagit
import pytest

from evidence.errors import PackError
from evidence.pack.checking.check import Verdict
from evidence.pack.form.container import Folder, Memory, digest
from evidence.pack.handover.bagit import export_bag, write_bag
from tests.unit.pack.issued import Issued

DAY = date(2026, 11, 1)


@pytest.fixture
def bag(issued: Issued, tmp_path: Path) -> Path:
    return export_bag(issued.handle, "EP-S01-1", tmp_path / "bag", DAY).folder


def test_the_reference_implementation_finds_a_bag_valid(bag: Path) -> None:
    found = bagit.Bag(str(bag))
    assert found.is_valid()
    assert found.version_info == (1, 0)
    assert found.info["External-Identifier"] == "EP-S01-1"
    assert found.info["Bagging-Date"] == "2026-11-01"
    assert found.has_oxum()


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
@pytest.mark.parametrize("kind", ["manifest", "tagmanifest"])
def test_coreutils_read_the_lists_of_a_bag(bag: Path, kind: str, algorithm: str) -> None:
    command = [f"{algorithm}sum", "--strict", "--quiet", "-c", f"{kind}-{algorithm}.txt"]
    ran = subprocess.run(command, cwd=bag, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (0, "")


def test_the_payload_is_the_pack_as_it_was_issued(bag: Path, issued: Issued) -> None:
    payload, pack = Folder(bag / "data"), Folder(issued.pack.folder)
    assert {name: digest(payload, name) for name in payload.names()} == {
        name: digest(pack, name) for name in pack.names()
    }
    assert issued.check(bag / "data").verdict is Verdict.PASSED


def test_equal_packs_on_one_day_give_equal_bags(bag: Path, issued: Issued, tmp_path: Path) -> None:
    again = export_bag(issued.handle, "EP-S01-1", tmp_path / "again", DAY).folder
    tags = [path.name for path in sorted(bag.glob("*.txt"))]
    assert [(bag / name).read_bytes() for name in tags] == [(again / name).read_bytes() for name in tags]


def _edit(name: str, old: str, new: str) -> Callable[[Path], object]:
    return lambda bag: (bag / name).write_text((bag / name).read_text().replace(old, new, 1))


def _beyond(bag: Path) -> None:
    for name in ("manifest-sha256.txt", "manifest-sha512.txt"):
        _edit(name, "data/manifest.json", "data/../../manifest.json")(bag)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(_edit("bagit.txt", "BagIt-Version: 1.0", "BagIt-Version:1.0"), id="bagit-txt-without-space"),
        pytest.param(_edit("bagit.txt", "BagIt", "\ufeffBagIt"), id="bagit-txt-with-a-mark"),
        pytest.param(lambda bag: (bag / "bagit.txt").unlink(), id="no-bagit-txt"),
        pytest.param(lambda bag: (bag / "data" / "manifest.json").unlink(), id="a-missing-file"),
        pytest.param(lambda bag: (bag / "data" / "more.txt").write_bytes(b"x"), id="a-file-in-no-manifest"),
        pytest.param(lambda bag: (bag / "data" / "manifest.json").write_bytes(b"{}"), id="an-altered-file"),
        pytest.param(_edit("bag-info.txt", "EP-S01-1", "EP-S01-2"), id="an-altered-description"),
        pytest.param(_edit("manifest-sha512.txt", "data/manifest.json", "data/Manifest.json"), id="another-name"),
        pytest.param(_beyond, id="a-path-outside"),
    ],
)
def test_the_reference_implementation_finds_each_fault_in_it(bag: Path, fault: Callable[[Path], object]) -> None:
    fault(bag)
    with pytest.raises(bagit.BagError):
        bagit.Bag(str(bag)).validate()


def _listed(bag: Path, name: str) -> list[str]:
    """What a list of a bag names, each line in the one form that all validators read alike."""
    lines = (bag / name).read_bytes().decode("utf-8").splitlines()
    found = [re.fullmatch(r"[0-9a-f]{64,128}  ([^*~/\\%][^\\%]*)", line) for line in lines]
    assert all(found), "a digest in lower case, two spaces, a plain relative path"
    return [match[1] for match in found if match]


def test_a_bag_of_ours_has_none_of_the_faults_of_the_suites_bags(bag: Path) -> None:
    """Those of tests/vectors/bagit-conformance whose bags are invalid, lead outside, or deserve a warning."""
    assert (bag / "bagit.txt").read_bytes() == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    assert {path.name for path in bag.iterdir()} == {
        *("bagit.txt", "bag-info.txt", "data", "manifest-sha256.txt", "manifest-sha512.txt"),
        *("tagmanifest-sha256.txt", "tagmanifest-sha512.txt"),
    }  # nothing to fetch, no list in a weak digest
    payload = sorted(path.relative_to(bag).as_posix() for path in (bag / "data").rglob("*") if path.is_file())
    tags = ["bag-info.txt", "bagit.txt", "manifest-sha256.txt", "manifest-sha512.txt"]
    for algorithm in ("sha256", "sha512"):  # every list names every file, once
        assert sorted(_listed(bag, f"manifest-{algorithm}.txt")) == payload
        assert sorted(_listed(bag, f"tagmanifest-{algorithm}.txt")) == tags
    assert not any(part in {".", "..", ""} for name in payload for part in name.split("/"))
    assert len({unicodedata.normalize("NFC", name).casefold() for name in payload}) == len(payload)
    assert not {path.name.casefold() for path in bag.rglob("*")} & {".ds_store", "thumbs.db", "desktop.ini"}


def test_a_bag_is_not_written_over_what_is_there(issued: Issued, tmp_path: Path) -> None:
    (tmp_path / "bag").mkdir()
    with pytest.raises(PackError, match="is there already"):
        export_bag(issued.handle, "EP-S01-1", tmp_path / "bag", DAY)


def test_a_pack_that_was_not_built_is_refused(issued: Issued, tmp_path: Path) -> None:
    with pytest.raises(PackError, match="No pack EP-S01-9 was built here"):
        export_bag(issued.handle, "EP-S01-9", tmp_path / "bag", DAY)


def test_a_file_that_the_pack_does_not_list_so_leaves_no_bag(tmp_path: Path) -> None:
    files = Memory({"SHA256SUMS": f"{'0' * 64}  a.txt\n".encode(), "a.txt": b"a"})
    with pytest.raises(PackError, match=r"a\.txt is not the file that the pack lists"):
        write_bag(files, tmp_path / "bag", {})
    assert list(tmp_path.iterdir()) == []


def test_a_value_of_the_description_cannot_begin_a_line(tmp_path: Path) -> None:
    write_bag(Memory({"SHA256SUMS": b""}), tmp_path / "bag", {"Source-Organization": "A\nPayload-Oxum: 9.9"})
    assert bagit.Bag(str(tmp_path / "bag")).info["Source-Organization"] == "A Payload-Oxum: 9.9"
