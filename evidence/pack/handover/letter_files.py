"""Writing a letter out: a PDF to be read, printed and signed, with the same as data inside and beside it."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from evidence.core import canonical
from evidence.errors import PackError
from evidence.ledger.found import HomeHandle
from evidence.pack.contents.contents import to_json
from evidence.pack.handover.certificates import Certificate, certificate
from evidence.pack.handover.cover import Cover, cover
from evidence.pack.handover.letters import LetterKind, source
from evidence.pack.typesetting.pages_html import templates
from evidence.pack.typesetting.typeset import Embedded, Sheet, typeset
from evidence.pack.words.language import speaking

LETTER_FORMAT: Final = "urn:evidence:pack-letter:1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """Which letter is wanted."""

    kind: LetterKind
    language: str = "en"
    edition: str | None = None
    outside: bool = False
    """Of a declaration or certificate: to be signed outside the United States."""
    to: str = ""
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter as drafted: the same order of the same pack gives the same bytes."""

    name: str
    """What its files are called, without a suffix."""
    pdf: bytes
    data: bytes

    @property
    def sha256(self) -> str:
        return sha256(self.pdf).hexdigest()


def draft(handle: HomeHandle, number: str, order: Ordered) -> Draft:
    """Draft a letter about a recorded pack; nothing is recorded.

    Raises:
        PackError: no such pack; no official text in that language; nobody to write to; the system lacks Pango.
    """
    with speaking(order.language):
        found = source(handle, number, order.language, order.edition)
        letter: Cover | Certificate
        if order.kind is LetterKind.COVER:
            page, letter = "letters/cover.html", cover(found, order.language, to=order.to, notice=order.notice)
        else:
            page = "letters/certificate.html"
            letter = certificate(found, order.kind, order.language, outside=order.outside)
        data = canonical.dumps({"format": LETTER_FORMAT, "language": order.language, "letter": to_json(letter)})
        html = templates().get_template(page).render(letter=letter, language=order.language)
    name = _name(number, found.about.edition, order)
    inside = Embedded("letter.json", data, "What this letter says, as data")
    return Draft(name, typeset(Sheet(html, name, found.about.moment, (inside,))), data)


def write(made: Draft, out: Path) -> Path:
    """Write the PDF and its data under a folder; gives where the PDF lies.

    Raises:
        PackError: a file of that name lies there and is another one, such as a draft that somebody has filled in.
    """
    path = out / f"{made.name}.pdf"
    try:
        out.mkdir(parents=True, exist_ok=True)
        for place, content in ((path, made.pdf), (path.with_suffix(".json"), made.data)):
            if place.exists() and place.read_bytes() != content:
                raise PackError(f"{place} is there already and is another file. Move it away, or name another --out.")
            place.write_bytes(content)
    except OSError as error:
        raise PackError(f"{path} cannot be written ({error.strerror}). Name another --out.") from error
    return path


def require_signed(handle: HomeHandle, number: str, order: Ordered, file: Path) -> None:
    """Refuse what comes back as it went out: the draft itself, which nobody has signed.

    Raises:
        PackError: the file is the draft, or is no draft's signed copy at all because it cannot be read.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise PackError(f"{file} cannot be read ({error.strerror}). Name the signed copy.") from error
    for outside in (False, True):
        again = Ordered(kind=order.kind, language=order.language, edition=order.edition, outside=outside)
        if order.kind is not LetterKind.COVER and draft(handle, number, again).pdf == content:
            raise PackError(f"{file} is the draft as it was written, and nobody has signed it. Name the signed copy.")


def _name(number: str, edition: str, order: Ordered) -> str:
    parts = [number, order.kind.value]
    if edition != "authority":
        parts.append(edition)
    if order.kind is LetterKind.COVER:
        parts.append(order.language)
    elif order.outside:
        parts.append("abroad")
    return "-".join(parts)
