"""A pack as numbered volumes of PDF, XLSX and images, for an authority that takes nothing else.

Every file is the very one in the pack, or a print of it where its form is none of the three: a table becomes a
workbook whose cells are text, other text becomes a PDF. A print names the original and its digest. Of a document that
has no printed form the volumes hold its preview, where the pack has one. What is in the pack and not in the volumes is
listed too, with the reason, so that nothing is left out in silence. Volumes are filled in the order of the index, and
no file is split: one that no volume of that size holds is refused before anything is written.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Final

from evidence.errors import PackError
from evidence.ledger.found import HomeHandle
from evidence.pack.bundling.previews import FOLDER as PREVIEWS
from evidence.pack.disclosing.sealing import SEALED_FOLDER
from evidence.pack.form import layout
from evidence.pack.form.container import digest, read
from evidence.pack.gathered.numbering import volume_name
from evidence.pack.handover.letters import LANGUAGES, ListedFile, Source, source
from evidence.pack.handover.prints import printed
from evidence.pack.handover.transmittal import Delivery, Left, Piece, Placed, index
from evidence.pack.productions.release import release_of
from evidence.pack.words.language import _, speaking

MB: Final = 1_000_000
_MAGIC: Final = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"II*\x00", "tif"),
    (b"MM\x00*", "tif"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
)
_HEAD: Final = 1 << 16
_MOST_PRINTED: Final = 20 * MB
_TRIES: Final = 8  # of filling the volumes anew, since the index grows with what it lists


@dataclass(slots=True)
class Delivered:
    """What was written."""

    folder: Path
    volumes: list[str] = field(default_factory=list)
    files: int = 0
    left: int = 0
    draft: bool = False


def deliver(
    handle: HomeHandle, number: str, out: Path, volume_mb: int, *, language: str = "en", edition: str | None = None
) -> Delivered:
    """Write the volumes of a pack under `out`, a folder each, with the index in the first.

    Args:
        handle: an open home.
        number: the pack's.
        out: the folder that receives ``<number>-V001`` and so on.
        volume_mb: the most that a volume may hold, in millions of bytes.
        language: the index's.
        edition: which edition.

    Raises:
        PackError: no such pack, a file is larger than a volume, or the folder cannot be written.
    """
    with speaking(language):
        found = source(handle, number, language, edition)
        pieces, left = _sorted(found)
        limit = volume_mb * MB
        reserved, made = 0, {}
        for _attempt in range(_TRIES):
            delivery = _filled(found, pieces, left, volume_mb, limit - reserved, release_of(handle, found.pack) is None)
            made = index(delivery, language)
            first = delivery.volumes[0][2] + sum(map(len, made.values()))
            if first <= limit:
                return _write(found, delivery, made, out)
            reserved = sum(map(len, made.values()))
    raise PackError(
        f"The index of {number} takes {reserved} bytes, and no volume of {volume_mb} MB holds it with a file. "
        "Give a larger --volume-mb."
    )


def _filled(
    found: Source, pieces: Sequence[Piece], left: tuple[Left, ...], volume_mb: int, first: int, draft: bool
) -> Delivery:
    """The pieces in volumes, in their order; `first` is what the first may hold beside the index."""
    about, limit = found.about, volume_mb * MB
    largest = max(pieces, key=lambda piece: piece.size)
    if largest.size > limit:
        need = -(-largest.size // MB)
        raise PackError(
            f"{largest.original} takes {largest.size} bytes, more than a volume of {volume_mb} MB, and no file is "
            "split. "
            f"Give --volume-mb {need} or more, or hand over the archive."
        )
    placed, sizes = [], [0]
    for place, piece in enumerate(pieces, 1):
        room = first if len(sizes) == 1 else limit
        if sizes[-1] + piece.size > room:
            sizes.append(0)
        sizes[-1] += piece.size
        placed.append(Placed(volume_name(about.number, len(sizes)), f"{place:04}-{piece.name}", piece))
    volumes = tuple(
        (name, sum(one.volume == name for one in placed), size)
        for name, size in ((volume_name(about.number, at), size) for at, size in enumerate(sizes, 1))
    )
    return Delivery(
        title=_("Transmittal index of evidence pack {number}", number=about.number),
        about=about,
        draft=draft,
        limit_mb=volume_mb,
        volumes=volumes,
        placed=tuple(placed),
        left=left,
    )


def _sorted(found: Source) -> tuple[list[Piece], tuple[Left, ...]]:
    """What goes into the volumes: reports, workbooks, exhibits by number; and what of the pack does not."""
    reports = {
        layout.report_path(each): _("Report in {language}, signed", language=_(LANGUAGES[each]))
        for each in found.pack.languages
    }
    names = sorted(found.files.names())
    books = [name for name in names if name.startswith("worksheets/") and name.endswith(".xlsx")]
    named = {**reports, **dict.fromkeys(books, _("Worksheet with live formulas"))}
    pieces = [_as_is(found, name, "", what, name.rpartition("/")[2]) for name, what in named.items()]
    left, shown = [], 0
    for exhibit in found.exhibits():
        piece = _exhibit(found, exhibit)
        if piece is not None:
            pieces.append(piece)
            continue
        preview = f"{PREVIEWS}/{PurePosixPath(exhibit.file).stem}.pdf"
        if preview in names:
            pieces.append(_preview(found, exhibit, preview))
            shown += 1
            reason = _(
                "The volumes hold pictures of its first pages; the document itself is in the pack as {file}.",
                file=exhibit.file,
            )
        else:
            reason = _(
                "It has no printed form and is no PDF, workbook or image; it is in the pack as {file}.",
                file=exhibit.file,
            )
        left.append(Left(f"{exhibit.number} {exhibit.what}", 1, reason))
    return pieces, (*left, *_beside(found, shown))


def _exhibit(found: Source, exhibit: ListedFile) -> Piece | None:
    """An exhibit as it is, or a print of it; None where it has neither form."""
    stem = PurePosixPath(exhibit.file).stem
    kind = _kind(found, exhibit.file)
    if kind is not None:
        return _as_is(found, exhibit.file, exhibit.number, exhibit.what, f"{stem}.{kind}")
    if exhibit.size > _MOST_PRINTED:
        return None
    made = printed(read(found.files, exhibit.file), exhibit, found.about)
    if made is None:
        return None
    suffix, content, form = made
    return _of(exhibit, f"{stem}-print.{suffix}", content, form)


def _preview(found: Source, exhibit: ListedFile, preview: str) -> Piece:
    """What an exhibit without a printed form looks like."""
    name = f"{PurePosixPath(exhibit.file).stem}-preview.pdf"
    return _of(exhibit, name, read(found.files, preview), _("pictures of its first pages"))


def _of(exhibit: ListedFile, name: str, content: bytes, form: str) -> Piece:
    """A file that was made of an exhibit."""
    return Piece(
        number=exhibit.number,
        what=exhibit.what,
        original=exhibit.file,
        original_sha256=exhibit.sha256,
        name=name,
        size=len(content),
        sha256=sha256(content).hexdigest(),
        form=form,
        content=content,
    )


def _as_is(found: Source, original: str, number: str, what: str, name: str) -> Piece:
    value = digest(found.files, original)
    size = found.files.size(original)
    return Piece(number, what, original, value, name, size, value, _("as it is in the pack"))


def _kind(found: Source, name: str) -> str | None:
    """PDF, workbook or image by its first bytes, whatever it is called; None for anything else."""
    with found.files.open(name) as file:
        head = file.read(_HEAD)
    for magic, suffix in _MAGIC:
        if head.startswith(magic):
            return suffix
    return "xlsx" if head.startswith(b"PK\x03\x04") and name.endswith(".xlsx") and b"xl/" in head else None


def _beside(found: Source, shown: int) -> Iterator[Left]:
    """What a reader of volumes has no use for, by sort; `shown` previews are in the volumes."""
    names = found.files.names()
    tables = sum(name.startswith("worksheets/") and not name.endswith(".xlsx") for name in names)
    if tables:
        same = _("The workbooks show the same figures; these are exact, for machines.")
        yield Left(_("Worksheets as JSON and CSV"), tables, same)
    if sealed := sum(name.startswith(f"{SEALED_FOLDER}/") for name in names):
        yield Left(
            _("Envelopes with sealed exhibits, some of them empty"),
            sealed,
            _("Only the authority that they are sealed to opens them."),
        )
    if previews := sum(name.startswith(f"{PREVIEWS}/") for name in names) - shown:
        yield Left(
            _("Previews of exhibits"),
            previews,
            _("The volumes hold these exhibits themselves, or prints of them."),
        )
    apart = ("worksheets/", "exhibits/", "report-", f"{SEALED_FOLDER}/", f"{PREVIEWS}/")
    yield Left(
        _("Manifest, ledger entries, proofs, signatures and what checks them"),
        sum(not name.startswith(apart) for name in names),
        _("They show that the files are unchanged, and a check needs the pack as a whole."),
    )
    data = sum(name.startswith("report-") and name.endswith(".json") for name in names)
    yield Left(_("The reports as data"), data, _("The signed reports hold the same data inside."))


def _write(found: Source, delivery: Delivery, made: dict[str, bytes], out: Path) -> Delivered:
    """Write all volumes, or none that was not there before: beside their place, then moved."""
    making = out / f".{delivery.about.number}.unfinished"
    names = [name for name, _count, _size in delivery.volumes]
    for name in names:
        if (out / name).exists():
            raise PackError(f"{out / name} is there already. Move it away, or name another --out.")
    shutil.rmtree(making, ignore_errors=True)  # of a delivery that was killed
    try:
        for name in names:
            (making / name).mkdir(parents=True)
        for name, content in made.items():
            (making / names[0] / name).write_bytes(content)
        for one in delivery.placed:
            with (making / one.volume / one.file).open("xb") as target:
                if one.piece.content is not None:
                    target.write(one.piece.content)
                    continue
                with found.files.open(one.piece.original) as file:
                    while chunk := file.read(MB):
                        target.write(chunk)
        for name in names:
            (making / name).rename(out / name)
    except OSError as error:
        raise PackError(f"{out} cannot be written ({error.strerror}). Name another --out.") from error
    finally:
        shutil.rmtree(making, ignore_errors=True)
    left = sum(one.count for one in delivery.left)
    return Delivered(out, names, len(delivery.placed), left, delivery.draft)
