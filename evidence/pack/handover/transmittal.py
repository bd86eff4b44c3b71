"""The transmittal index of a delivery in volumes: what lies where, and what of the pack does not."""

from dataclasses import dataclass

from evidence.pack.handover.letters import About
from evidence.pack.spreadsheets.workbooks import Book
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
    book = Book(delivery.title)
    heads = (_("Volume"), _("File"), _("Exhibit"), _("What"), _("Form"), _("Size"), "SHA-256")
    every = (*heads, _("Name in the pack"), _("SHA-256 in the pack"))
    page = book.sheet(_("Files"), every, [(0, 8, 26)], head=book.head)
    for n, one in enumerate(delivery.placed, 1):
        piece = one.piece
        cells = (one.volume, one.file, piece.number, piece.what, piece.form, str(piece.size), piece.sha256)
        book.row(page, n, (*cells, piece.original, piece.original_sha256))
    page = book.sheet(_("Not in the volumes"), (_("What"), _("Files"), _("Why")), [(0, 2, 50)], head=book.head)
    for n, each in enumerate(delivery.left, 1):
        book.row(page, n, (each.what, str(each.count), each.reason))
    return book.done()
