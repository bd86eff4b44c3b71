"""Writing a letter out: a PDF to be read, printed and signed, with the same as data inside and beside it."""

import io
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

from evidence.core import canonical
from evidence.errors import EvidenceError, PackError
from evidence.ledger.found import HomeHandle
from evidence.pack.contents.contents import to_json
from evidence.pack.handover.certificates import Certificate, certificate
from evidence.pack.handover.cover import Cover, cover
from evidence.pack.handover.letters import LetterKind, source
from evidence.pack.typesetting.pages_html import templates
from evidence.pack.typesetting.typeset import Embedded, Sheet, typeset
from evidence.pack.words.language import speaking

LETTER_FORMAT: Final = "urn:evidence:pack-letter:1"
_INSIDE: Final = "letter.json"
"""What the data of a letter is called inside its PDF."""


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
            letter = cover(found, order.language, to=order.to, notice=order.notice)
        else:
            letter = certificate(found, order.kind, order.language, outside=order.outside)
        data = canonical.dumps({"format": LETTER_FORMAT, "language": order.language, "letter": to_json(letter)})
        name = _name(number, found.about.edition, order)
        return Draft(name, _set(letter, order, name, data), data)


def _set(letter: Any, order: Ordered, name: str, data: bytes) -> bytes:
    """The PDF of a letter, in the language in force."""
    page = "letters/cover.html" if order.kind is LetterKind.COVER else "letters/certificate.html"
    html = templates().get_template(page).render(letter=letter, language=order.language)
    inside = Embedded(_INSIDE, data, "What this letter says, as data")
    return typeset(Sheet(html, name, letter.about.moment, (inside,)))


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


def require_signed(file: Path) -> None:
    """Refuse what comes back as it went out: a draft itself, of whatever letter, which nobody has signed.

    A draft holds what it says as data. Set in type again from that, it gives the same bytes for as long as nobody has
    signed it or written on it; neither the addressee nor the records of that day are needed.

    Raises:
        PackError: the file is a draft, or cannot be read.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise PackError(f"{file} cannot be read ({error.strerror}). Name the signed copy.") from error
    data = _inside(content)
    if data is not None and _again(data) == content:
        raise PackError(f"{file} is the draft as it was written, and nobody has signed it. Name the signed copy.")


def _inside(content: bytes) -> bytes | None:
    """The data of the letter that a PDF holds; None where it holds none, as a scan does."""
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            return pdf.attachments[_INSIDE].get_file().read_bytes() if _INSIDE in pdf.attachments else None
    except pikepdf.PdfError:
        return None


def _again(data: bytes) -> bytes | None:
    """The draft of a letter from its data; None where the data is no letter of this form."""
    try:
        told: Any = canonical.loads(data, limit=len(data))
        if told["format"] != LETTER_FORMAT:
            return None
        letter, language = _shown(told["letter"]), told["language"]
        kind = LetterKind(letter.kind)
        order = Ordered(kind=kind, language=language, outside=getattr(letter, "outside", False))
        with speaking(language):
            return _set(letter, order, _name(letter.about.number, letter.about.edition, order), data)
    except (EvidenceError, KeyError, TypeError, ValueError, AttributeError):
        return None


def _shown(value: Any, name: str = "") -> Any:
    """A value of the data as a template takes it."""
    if isinstance(value, dict):
        return SimpleNamespace(**{key: _shown(inner, key) for key, inner in value.items()})
    if isinstance(value, list):
        return tuple(_shown(inner, name) for inner in value)
    if name == "moment":
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if name == "checked" else value


def _name(number: str, edition: str, order: Ordered) -> str:
    parts = [number, order.kind.value]
    if edition != "authority":
        parts.append(edition)
    if order.kind is LetterKind.COVER:
        parts.append(order.language)
    elif order.outside:
        parts.append("abroad")
    return "-".join(parts)
