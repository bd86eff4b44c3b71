"""Folders that hold what is no file, or files whose names or rights are a trap."""

import os
import socket
from pathlib import Path

from tests.hostile.case import KEPT, REFUSED, Case, kept, refused


def _index(folder: Path, named: str) -> None:
    (folder / "documents.csv").write_text(
        f"file,role,channel,received_on,received_basis\n{named},purchase invoice,mail,2023-03-09,mail header\n"
    )


def _two_by_case(folder: Path) -> None:
    (folder / "Letter.txt").write_text("One letter.")
    (folder / "LETTER.TXT").write_text("Another letter.")


def _deep(folder: Path) -> None:
    for _ in range(60):
        folder = folder / "within"
    folder.mkdir(parents=True)
    (folder / "letter.txt").write_text("A letter sixty folders down.")


CASES: dict[str, Case] = {
    "folder-with-a-pipe": Case("pipe", lambda folder: os.mkfifo(folder / "pipe"), KEPT, "neither a file nor a folder"),
    "folder-with-a-socket": Case("sock", lambda folder: _socket(folder / "sock"), KEPT, "neither a file nor a folder"),
    "folder-with-a-link": Case("link", lambda folder: _link(folder / "link"), KEPT, "not followed"),
    "folder-with-a-link-to-itself": Case("loop", lambda folder: _link(folder / "loop", folder), KEPT, "not followed"),
    "folder-with-a-lock-file": Case(
        "~$items.xlsx", lambda folder: (folder / "~$items.xlsx").write_text("lock"), KEPT, "hidden or lock file"
    ),
    "folder-with-names-alike": Case("*", _two_by_case, KEPT, None),
    "folder-sixty-deep": Case("*", _deep, KEPT, None),
    "index-leads-out": Case("documents.csv", lambda folder: _index(folder, "../s.txt"), REFUSED, "a path within"),
    "index-names-a-device": Case("documents.csv", lambda folder: _index(folder, "/dev/zero"), REFUSED, "a path within"),
    "index-names-nothing": Case("documents.csv", lambda folder: _index(folder, "gone.txt"), REFUSED, ""),
    "empty-file": refused("none.csv", b"", "an empty file"),
    "large-file": Case(
        "large.bin", lambda folder: os.truncate(_touched(folder / "large.bin"), 50_000_000), REFUSED, "50000000 bytes"
    ),
    "name-that-drives-a-terminal": refused("a\x1b[2Jb.txt", "x", "a name of printable", shown="a\\x1b[2Jb.txt"),
    "name-turned-round": refused("invoice\u202exslx.exe", "x", "a name of printable", shown="invoice\\u202exslx.exe"),
    "name-of-other-bytes": refused(
        os.fsdecode(b"caf\xe9.txt"), "x", "a name of printable", shown="caf\\udce9.txt"
    ),
    "program": kept("setup.exe", b"MZ\x90\x00" + bytes(100), "a program"),
    "shell-script": kept("run.sh", "#!/bin/sh\nrm -rf /\n", "a script"),
    "shortcut": kept("invoice.lnk", b"L\x00\x00\x00\x01\x14\x02\x00" + bytes(60), "a shortcut"),
    "page-with-a-script": kept("page.html", "<html><script>go()</script></html>", "a page with a script"),
    "pdf-in-name-only": kept("declaration.pdf", "Dear all", "claimed to be application/pdf"),
    "archive-in-name-only": refused("letters.zip", "Dear all, see below", "claimed to be application/zip"),
    "mail-in-name-only": refused("letter.eml", b"%PDF-1.7\n", "claimed to be message/rfc822"),
    "archive-of-another-sort": kept("data.7z", b"7z\xbc\xaf\x27\x1c" + bytes(40), "not unpacked"),
}  # fmt: skip


def _socket(path: Path) -> None:
    here = os.getcwd()
    os.chdir(path.parent)  # the path of a socket may not be long
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(path.name)
    finally:
        os.chdir(here)


def _link(path: Path, target: Path | str = "/etc/passwd") -> None:
    path.symlink_to(target)


def _touched(path: Path) -> Path:
    path.touch()
    return path
