"""A pack as a bag for archives (BagIt, RFC 8493): the pack's files as payload, digests and a description beside them.

A bag signs nothing. What the pack proves, its own files prove, which lie unchanged under ``data/``: unpack the bag and
check the pack as ever. The lists of the bag are what archives know, in SHA-256 (as ``SHA256SUMS`` has it) and SHA-512.
The bag is read through by the reference implementation before it is handed out.
"""

import hashlib
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Final

from evidence.core.statements.own import PackBuilt
from evidence.errors import PackError
from evidence.ledger.found import HomeHandle
from evidence.pack.bundling.bundle import as_issued
from evidence.pack.form import layout
from evidence.pack.form.container import Files, read
from evidence.pack.productions.on_record import packs_of
from evidence.pack.productions.release import pick

VERSION: Final = "1.0"
_ALGORITHMS: Final = ("sha256", "sha512")
_DECLARATION: Final = f"BagIt-Version: {VERSION}\nTag-File-Character-Encoding: UTF-8\n".encode()
_PAYLOAD: Final = "data"
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Bag:
    """A bag as written."""

    folder: Path
    files: int
    size: int
    """Bytes of the payload."""


def export_bag(handle: HomeHandle, number: str, out: Path, today: date, edition: str | None = None) -> Bag:
    """Write a recorded pack, as it was issued, as a bag.

    Args:
        handle: an open home.
        number: the pack's.
        out: the folder of the bag, which is made.
        today: the day that the bag bears.
        edition: which edition of the pack; the authority's by default.

    Raises:
        PackError: no such pack or edition; `out` is there already, or cannot be written.
        DocumentMissing: a document of it was disposed of, or is lost.
    """
    was = pick(packs_of(handle), number, edition).value
    files, _ = as_issued(was, handle.ledger, handle.documents)
    return write_bag(files, out, _described(was, handle.settings.organisation.legal_name, today))


def write_bag(files: Files, out: Path, described: Mapping[str, str]) -> Bag:
    """Write a bag of the files of a pack.

    Args:
        files: the pack.
        out: the folder of the bag, which is made.
        described: the lines of ``bag-info.txt``, in order; the size of the payload is added.

    Raises:
        PackError: `out` is there already or cannot be written, or a file is not the one that the pack lists.
    """
    if out.exists() or out.is_symlink():
        raise PackError(f"{out} is there already. Move it away, or name another folder with --bagit.")
    making = out.with_name(f".{out.name}.unfinished")
    try:
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        bag = _written(files, making, described, out)
        _read_through(making)
        making.rename(out)
    except OSError as error:
        raise PackError(f"{out} cannot be written ({error.strerror}). Name another folder with --bagit.") from error
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return bag


def _described(was: PackBuilt, organisation: str, today: date) -> dict[str, str]:
    subject = f"customs entry {was.customs_entry}" if was.customs_entry else f"shipment {was.shipment}"
    return {
        "Source-Organization": organisation,
        "External-Identifier": was.number,
        "External-Description": f"Evidence pack {was.number} of {subject}; edition: {was.edition}.",
        "Internal-Sender-Identifier": was.id,
        "Internal-Sender-Description": f"The archive of the pack has the SHA-256 {was.archive}.",
        "Bagging-Date": today.isoformat(),
    }


def _written(files: Files, folder: Path, described: Mapping[str, str], out: Path) -> Bag:
    names, size = sorted(files.names()), 0
    listed = dict(_sums(read(files, layout.SUMS)))
    lines: dict[str, list[str]] = {algorithm: [] for algorithm in _ALGORITHMS}
    for name in names:
        path = folder / _PAYLOAD / PurePosixPath(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        digests = {algorithm: hashlib.new(algorithm) for algorithm in _ALGORITHMS}
        with files.open(name) as source, open(path, "xb") as target:
            while chunk := source.read(_CHUNK):
                target.write(chunk)
                size += len(chunk)
                for digest in digests.values():
                    digest.update(chunk)
        if name in listed and digests["sha256"].hexdigest() != listed[name]:
            raise PackError(f"{name} is not the file that the pack lists. Check the ledger: evidence ledger check.")
        for algorithm, digest in digests.items():
            lines[algorithm].append(f"{digest.hexdigest()}  {_PAYLOAD}/{name}\n")
    tags = {
        "bagit.txt": _DECLARATION,
        "bag-info.txt": _info({**described, "Payload-Oxum": f"{size}.{len(names)}"}),
        **{f"manifest-{algorithm}.txt": "".join(lines[algorithm]).encode() for algorithm in _ALGORITHMS},
    }
    for algorithm in _ALGORITHMS:
        tagged = (f"{hashlib.new(algorithm, content).hexdigest()}  {name}\n" for name, content in sorted(tags.items()))
        (folder / f"tagmanifest-{algorithm}.txt").write_bytes("".join(tagged).encode())
    for name, content in tags.items():
        (folder / name).write_bytes(content)
    return Bag(out, len(names), size)


def _sums(content: bytes) -> Iterable[tuple[str, str]]:
    for line in content.decode("ascii").splitlines():
        digest, _, name = line.partition("  ")
        yield name, digest


def _info(described: Mapping[str, str]) -> bytes:
    """The description, a line an element; a value cannot begin another line."""
    return "".join(f"{name}: {' '.join(value.split())}\n" for name, value in described.items()).encode()


def _read_through(folder: Path) -> None:
    import bagit  # a dependency for this alone

    try:
        bagit.Bag(str(folder)).validate()
    except bagit.BagError as error:
        raise PackError(f"The bag is not as it should be ({error}); nothing was written. Try again.") from error
