"""Names that archives and mails give what they carry: shown, compared, never used as a path."""

import re
import unicodedata
from pathlib import PurePosixPath

_LONGEST = 1000
_DRIVE = re.compile("[A-Za-z]:")
_HIDDEN = ("__MACOSX/", "Thumbs.db", "desktop.ini")


def trouble(name: str) -> str | None:
    """Why an archive with such a member is refused, in words; None for an honest name."""
    if not name.strip(" ./"):
        return "without a name"
    if len(name) > _LONGEST:
        return f"with a name of {len(name)} characters"
    if not name.isprintable():  # control characters, marks that turn text round, bytes that are no text
        return "whose name holds characters that are not printable"
    if "\\" in name:
        return "whose name holds a backslash"
    if name.startswith("/") or _DRIVE.match(name):
        return "whose name is an absolute path"
    if ".." in PurePosixPath(name).parts:
        return "whose name leads out of the archive"
    return None


def same(name: str) -> str:
    """What two names have in common that some systems hold to be one."""
    return unicodedata.normalize("NFKC", name).casefold()


def left_out(name: str) -> bool:
    """Whether it is what systems add by themselves: hidden files, lock files, previews."""
    parts = PurePosixPath(name).parts
    return name.startswith(_HIDDEN[0]) or parts[-1] in _HIDDEN or any(part.startswith((".", "~$")) for part in parts)


def printable(name: str) -> str:
    """A name in which every character shows: what would drive a terminal or turn text round is written out."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in name)[:_LONGEST]


def last_part(name: str) -> str:
    """What is left of a name without folders of any system."""
    return re.split(r"[/\\]", name.rstrip("/\\"))[-1].strip()


def apart(name: str, taken: set[str]) -> str:
    """The name, numbered before its ending where another member has it already."""
    stem, dot, ending = name.rpartition(".")
    tried, number = name, 1
    while same(tried) in taken:
        number += 1
        tried = f"{stem} ({number}).{ending}" if dot else f"{name} ({number})"
    taken.add(same(tried))
    return tried
