"""Packs that are none, or that were made to harm whoever checks them: refused in one line, and never unpacked."""

import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from evidence.cli import main
from tests.misuse import CONTROL, MEGABYTE, Place, a_disk_with_room_for, a_place, ends, tell_the_story


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tell_the_story(tmp_path_factory.mktemp("story"))


@pytest.fixture(scope="module")
def pack(told: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack's folder, its ZIP beside it."""
    place = tmp_path_factory.mktemp("pack")
    shutil.copytree(told, place / "home")
    assert main(["pack", "build", "S01", "--out", str(place / "out"), "--home", str(place / "home")]) == 0
    return place / "out" / "S01"


@pytest.fixture
def place(told: Path, tmp_path: Path) -> Place:
    return a_place(told, tmp_path)


def _archive(place: Place, *members: tuple[str, str]) -> Path:
    path = place.root / "pack.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content)
    return path


def _no_zip(place: Place, _: Path) -> Path:
    return Path(place.write("pack.zip", "no archive"))


def _cut_short(place: Place, pack: Path) -> Path:
    return Path(place.write("pack.zip", pack.with_suffix(".zip").read_bytes()[:50_000]))


def _climbs_out(place: Place, _: Path) -> Path:
    return _archive(place, ("../../evil.sh", "x"))


def _absolute(place: Place, _: Path) -> Path:
    return _archive(place, ("/etc/evil", "x"))


def _backslashes(place: Place, _: Path) -> Path:
    return _archive(place, ("..\\evil.exe", "x"))


def _drives_the_terminal(place: Place, _: Path) -> Path:
    return _archive(place, ("\x1b[2Jevil", "x"))


def _differs_in_case_alone(place: Place, _: Path) -> Path:
    return _archive(place, ("manifest.json", "x"), ("Manifest.json", "y"))


def _copy(place: Place, pack: Path) -> Path:
    return Path(shutil.copytree(pack, place.root / "pack"))


def _member_is_a_link(place: Place, pack: Path) -> Path:
    copy = _copy(place, pack)
    (copy / "manifest.json").unlink()
    (copy / "manifest.json").symlink_to("/etc/passwd")
    return copy


def _folder_is_a_link(place: Place, pack: Path) -> Path:
    copy = _copy(place, pack)
    shutil.rmtree(copy / "entries")
    (copy / "entries").symlink_to(pack / "entries")
    return copy


def _member_is_a_pipe(place: Place, pack: Path) -> Path:
    copy = _copy(place, pack)
    (copy / "manifest.json").unlink()
    os.mkfifo(copy / "manifest.json")
    return copy


def _link_to_itself(place: Place, _: Path) -> Path:
    (place.root / "pack").symlink_to(place.root / "pack")
    return place.root / "pack"


@pytest.mark.parametrize(
    ("make", "saying"),
    [
        pytest.param(_no_zip, "cannot be read as a pack", id="no-zip"),
        pytest.param(_cut_short, "cannot be read as a pack", id="a-zip-cut-short"),
        pytest.param(_climbs_out, "cannot be a name", id="a-name-that-climbs-out"),
        pytest.param(_absolute, "cannot be a name", id="an-absolute-name"),
        pytest.param(_backslashes, "cannot be a name", id="a-name-with-backslashes"),
        pytest.param(_drives_the_terminal, "cannot be a name", id="a-name-that-drives-the-terminal"),
        pytest.param(_differs_in_case_alone, "letter case", id="names-that-differ-in-case-alone"),
        pytest.param(_member_is_a_link, "neither a file nor a folder", id="a-file-that-is-a-link"),
        pytest.param(_folder_is_a_link, "neither a file nor a folder", id="a-folder-that-is-a-link"),
        pytest.param(_member_is_a_pipe, "neither a file nor a folder", id="a-file-that-is-a-pipe"),
        pytest.param(_link_to_itself, "no pack", id="a-link-to-itself"),
    ],
)
def test_a_pack_that_cannot_be_one_is_refused_in_one_line(
    place: Place, pack: Path, make: Callable[[Place, Path], Path], saying: str
) -> None:
    ends(place.run("pack", "check", str(make(place, pack)), "--trust", str(place.home / "trust")), 1, saying)


def test_a_pack_that_unpacks_without_end_is_refused_before_it_is_unpacked(place: Place) -> None:
    """A member of 1.5 GiB in 1.5 MB: past the archive ratio of DESIGN.md section 8, and nothing a pack is made with."""
    bomb = place.root / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("manifest.json", "w") as member:
        for _ in range(1536):
            member.write(bytes(MEGABYTE))
    with a_disk_with_room_for(place, 64 * MEGABYTE):
        done = place.run("pack", "check", str(bomb), "--trust", str(place.home / "trust"))
    ends(done, 1, "bomb.zip")


def test_a_file_name_in_a_pack_cannot_drive_the_terminal(place: Place, pack: Path) -> None:
    copy = _copy(place, pack)
    (copy / "a\n\x1b[2Jpassed        everything").write_text("x")
    done = place.run("pack", "check", str(copy), "--trust", str(place.home / "trust"))
    assert done.status == 1, done
    assert CONTROL.search(done.printed) is None, done
    assert [line for line in done.printed.splitlines() if line.startswith("passed")] == []
