"""The transmittal index of a delivery in volumes: what lies where, and what of the pack does not."""

import io
from dataclasses import dataclass

import xlsxwriter

from evidence.pack.bundling.worksheets import CREATED, stored
from evidence.pack.drafts.letters import About
from evidence.pack.typesetting.pages_html import templates
from evidence.pack.typesetting.typeset import Sheet, typeset
from evidence.pack.words.language import _


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of the delivery."""

    number: str
    """The exhibit's, or empty."""
    what: str
    original: str
    """Its name in the pack."""
    original_sha256: str
    name: str
    size: int
    sha256: str
    form: str
    """As it is in the pack, or a print of it."""
    content: bytes | None = None
    """The bytes of a print; None for a file that is copied from the pack."""


@dataclass(frozen=True, slots=True)
class Left:
    """What is in the pack and not in the volumes."""

    what: str
    count: int
    reason: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A piece in its volume, under the number that it has in the whole delivery."""

    volume: str
    file: str
    piece: Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What a delivery consists of; what the transmittal index prints."""

    title: str
    about: About
    draft: bool
    """Whether the pack is a working draft still."""
    limit_mb: int
    volumes: tuple[tuple[str, int, int], ...]
    """Each volume: its name, how many files of the pack, their bytes."""
    placed: tuple[Placed, ...]
    left: tuple[Left, ...]


def index(delivery: Delivery, language: str) -> dict[str, bytes]:
    """The index by the names of its files, in the language in force."""
    name = f"0000-transmittal-{delivery.about.number}"
    html = templates().get_template("letters/transmittal.html").render(of=delivery, language=language)
    return {
        f"{name}.pdf": typeset(Sheet(html, f"{delivery.about.number}-transmittal", delivery.about.moment)),
        f"{name}.xlsx": _workbook(delivery),
    }


def _workbook(delivery: Delivery) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"title": delivery.title, "created": CREATED})
    bold = book.add_format({"bold": True, "bottom": 1})
    page = book.add_worksheet("Files")
    heads = (_("Volume"), _("File"), _("Exhibit"), _("What"), _("Form"), _("Size"), "SHA-256")
    page.write_row(0, 0, (*heads, _("Name in the pack"), _("SHA-256 in the pack")), bold)
    for n, one in enumerate(delivery.placed, 1):
        piece = one.piece
        cells = (one.volume, one.file, piece.number, piece.what, piece.form, str(piece.size), piece.sha256)
        for column, value in enumerate((*cells, piece.original, piece.original_sha256)):
            page.write_string(n, column, value)
    page.set_column(0, 8, 26)
    page.freeze_panes(1, 0)
    left = book.add_worksheet("Not in the volumes")
    left.write_row(0, 0, (_("What"), _("Files"), _("Why")), bold)
    for n, each in enumerate(delivery.left, 1):
        for column, value in enumerate((each.what, str(each.count), each.reason)):
            left.write_string(n, column, value)
    left.set_column(0, 2, 50)
    book.close()
    return stored(out.getvalue())
