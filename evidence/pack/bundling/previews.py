"""Previews of exhibits in a pack: the first pages as pictures, under ``previews/``, and a list of what has one.

The exhibit is the document as received; its preview only shows what it looks like, to a reader whose machine cannot
open it or who would rather not. Drawing documents from outside is not this layer's: who builds hands in what draws.
"""

import csv
import io
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Final, Protocol

FOLDER: Final = "previews"
INDEX: Final = f"{FOLDER}/index.csv"
_COLUMNS: Final = ("exhibit", "sha256", "preview", "pages shown", "pages", "note")


class Preview(Protocol):
    """A PDF of page pictures, or why there is none; `pages` is how many the document has, where that is known."""

    @property
    def content(self) -> bytes | None: ...

    @property
    def shown(self) -> int: ...

    @property
    def pages(self) -> int | None: ...

    @property
    def why(self) -> str: ...


Previewer = Callable[[str, str], Preview]
"""Draws a document: by its digest, and a name that tells sorts of text apart."""


def preview_files(exhibits: Mapping[str, str], draw: Previewer) -> dict[str, bytes]:
    """The previews of exhibits (path to digest), and the list of them; nothing where there are no exhibits."""
    files: dict[str, bytes] = {}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for path, sha256 in sorted(exhibits.items()):
        drawn, name = draw(sha256, path), ""
        if drawn.content is not None:
            name = f"{FOLDER}/{PurePosixPath(path).stem}.pdf"
            files[name] = drawn.content
        writer.writerow((path, sha256, name, drawn.shown, "" if drawn.pages is None else drawn.pages, drawn.why))
    return {**files, INDEX: out.getvalue().encode()} if exhibits else {}
