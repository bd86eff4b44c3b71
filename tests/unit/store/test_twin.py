"""A file that is replaced often: whole at every moment, and its last content to be had whatever the disk does."""

import os
from pathlib import Path

import pytest

from evidence.store import twin


def test_a_file_has_the_last_content_and_its_twin_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    for number in range(12):  # the content grows by a digit on the way
        twin.replace(path, b"note %d" % number)
        assert path.read_bytes() == b"note %d" % number
    assert twin.twin_of(path).read_bytes() == b"note 10"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["checkpoint", "checkpoint.new"]


def test_the_files_change_names_and_none_is_made_for_content_of_one_length(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    for number in range(3):
        twin.replace(path, b"note %d" % number)
    inodes = {path.stat().st_ino, twin.twin_of(path).stat().st_ino}
    for number in range(3, 9):
        twin.replace(path, b"note %d" % number)
        assert {path.stat().st_ino, twin.twin_of(path).stat().st_ino} == inodes


def test_content_that_no_sector_holds_whole_goes_into_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    for number in range(3):
        before = path.stat().st_ino if number else 0
        with path.open("ab") as held:  # so that its number is not given to the next
            twin.replace(path, b"%d" % number * 513)
            assert path.stat().st_ino not in {before, os.fstat(held.fileno()).st_ino}
        assert path.read_bytes() == b"%d" % number * 513
    assert os.listdir(tmp_path) == ["checkpoint"]


def test_who_has_the_file_open_reads_one_content_whole(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    for content in (b"note 1", b"note 2"):
        twin.replace(path, content)
    with path.open("rb") as held:
        twin.replace(path, b"note 3")
        assert held.read() == b"note 2"


def test_a_file_that_is_gone_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    for content in (b"note 1", b"note 2"):
        twin.replace(path, content)
    path.unlink()
    twin.replace(path, b"note 3")
    assert path.read_bytes() == b"note 3"


def test_where_names_cannot_be_exchanged_the_file_is_replaced_by_a_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twin, "_RENAME", None)
    path = tmp_path / "checkpoint"
    for number in range(3):
        twin.replace(path, b"note %d" % number)
        assert path.read_bytes() == b"note %d" % number
    assert os.listdir(tmp_path) == ["checkpoint"]


def test_a_folder_that_is_not_there_is_never_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        twin.replace(tmp_path / "not-mounted" / "checkpoint", b"note")
    assert os.listdir(tmp_path) == []


def test_a_twin_that_is_no_file_is_not_followed(tmp_path: Path) -> None:
    path, elsewhere = tmp_path / "checkpoint", tmp_path / "elsewhere"
    elsewhere.write_bytes(b"note 0")
    path.write_bytes(b"note 1")
    twin.twin_of(path).symlink_to(elsewhere)
    with pytest.raises(OSError, match="symbolic"):
        twin.replace(path, b"note 2")
    assert (elsewhere.read_bytes(), path.read_bytes()) == (b"note 0", b"note 1")
