"""The container: which names a pack may hold, and that its bytes follow from its files alone."""

import io
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from evidence.errors import PackError
from evidence.pack.form.container import (
    Archive,
    Folder,
    Memory,
    check_names,
    digest,
    read,
    write_archive,
    write_folder,
    write_zip,
)


@pytest.mark.parametrize(
    "name",
    ["../x", "/etc/passwd", "a//b", "C:x", "a\\b", "a b", ".hidden", "é", "", "a/../b", "x" * 201],
)
def test_names_that_systems_read_differently_are_refused(name: str) -> None:
    with pytest.raises(PackError):
        check_names([name])


def test_two_names_that_differ_in_letter_case_alone_are_refused() -> None:
    with pytest.raises(PackError, match="letter case"):
        check_names(["a/B.pdf", "a/b.pdf"])


def test_the_archive_does_not_depend_on_order_time_or_place(tmp_path: Path) -> None:
    files = {"b.txt": b"b", "mimetype": b"m", "a/c.txt": b"c"}
    first, second = io.BytesIO(), io.BytesIO()
    write_zip(Memory(files), first)
    write_folder(Memory(dict(reversed(files.items()))), tmp_path / "pack")
    os.utime(tmp_path / "pack" / "b.txt", (0, 0))
    write_zip(Folder(tmp_path / "pack"), second)
    assert first.getvalue() == second.getvalue()


def test_a_member_that_is_damaged_is_named(tmp_path: Path) -> None:
    path = tmp_path / "pack.zip"
    with open(path, "x+b") as out:
        write_zip(Memory({"a.txt": b"content of a", "b.txt": b"content of b"}), out)
    path.write_bytes(path.read_bytes().replace(b"content of a", b"c0ntent of a"))
    archive = Archive(path)
    assert read(archive, "b.txt") == b"content of b"
    with pytest.raises(PackError, match=r"a\.txt"):
        digest(archive, "a.txt")


def test_a_link_in_the_folder_of_a_pack_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a")
    (tmp_path / "b.txt").symlink_to(tmp_path / "a.txt")
    with pytest.raises(PackError, match=r"b\.txt"):
        Folder(tmp_path).names()


def test_a_link_in_the_archive_of_a_pack_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("exhibits/E001.pdf")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "pack.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(PackError, match=r"E001\.pdf .* is a link"):
        Archive(tmp_path / "pack.zip")


def test_a_name_with_a_zero_in_it_is_not_read_cut_short(tmp_path: Path) -> None:
    member = zipfile.ZipInfo("placeholder")
    member.filename = "a.pdf\0.exe"
    with zipfile.ZipFile(tmp_path / "pack.zip", "w") as archive:
        archive.writestr(member, b"x")
    with pytest.raises(PackError, match="cannot be a name"):
        Archive(tmp_path / "pack.zip")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_that_not_every_reader_unpacks_is_not_read(tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "pack.zip", "w") as archive:
        archive.writestr("a.txt", b"a", method)
        archive.writestr("b.txt", b"b", zipfile.ZIP_DEFLATED)
    assert read(Archive(tmp_path / "pack.zip"), "b.txt") == b"b"
    with pytest.raises(PackError, match=rf"a\.txt is packed by method {method}"):
        read(Archive(tmp_path / "pack.zip"), "a.txt")


def test_empty_folders_are_named(tmp_path: Path) -> None:
    write_folder(Memory({"mimetype": b"m", "a/b.txt": b"b"}), tmp_path / "pack")
    assert Folder(tmp_path / "pack").empty() == ()
    (tmp_path / "pack" / "a" / "c").mkdir()
    (tmp_path / "pack" / "d" / "e").mkdir(parents=True)
    assert Folder(tmp_path / "pack").empty() == ("a/c", "d/e")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda content: content[:-2] + b"\5\0hello", id="a-comment"),
        pytest.param(lambda content: content + b"\0", id="a-byte-behind"),
        pytest.param(lambda content: b"MZ" + content, id="bytes-before"),
        pytest.param(lambda content: content.replace(b"\0\0\x21\0", b"\0\0\x22\0", 1), id="a-date"),
    ],
)
def test_an_archive_that_holds_more_than_its_files_is_not_canonical(
    tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "pack.zip"
    write_archive(Memory({"a.txt": b"a", "b.txt": b"b"}), path)
    assert Archive(path).is_canonical()
    path.write_bytes(change(path.read_bytes()))
    assert not Archive(path).is_canonical()


def test_what_is_no_archive_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "pack.zip").write_bytes(b"not a zip")
    with pytest.raises(PackError, match="cannot be read as a pack"):
        Archive(tmp_path / "pack.zip")
