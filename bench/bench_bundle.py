"""Bundling a pack of 1,000 documents, 1 GB together, against copying and hashing their bytes; and checking it.

Bundling is all that a build does once the report is set: every document compared with its digest, the lists, three
signatures, the folder, the archive and its digest. So each byte is hashed twice and written twice, where the yardstick
hashes and writes it once; the archive alone, which hashes and writes once as well, is told apart. Rounds take turns and
medians are compared. With FULL=1 an archive of 13 GB is written and checked too, for its memory.
"""

import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bench.homes import Figure
from evidence.ledger.found import HomeHandle
from evidence.pack.bundling.bundle import Parts, bundle
from evidence.pack.bundling.lines import rows
from evidence.pack.bundling.place import Place
from evidence.pack.bundling.production import new_production
from evidence.pack.bundling.sign import PackSigner
from evidence.pack.form import layout
from evidence.pack.form.container import Memory, write_archive
from evidence.pack.gathered.facts import Subject
from evidence.pack.productions.gathering import gather_at, planned
from evidence.pack.productions.making import Wanted, parts_of
from evidence.pack.typesetting.typeset import Sheet, typeset
from tests.unit.pack.specimen_home import START, made

DOCUMENTS, SIZE, ROUNDS = 1000, 1_000_000, 3
FULL = os.environ.get("FULL") == "1"
_S01 = Subject(shipment="S01")
_PAGE = "<html lang='en'><head><title>Bench</title></head><body><p>Bench</p></body></html>"
_MOST_MIB = 50


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="evidence-bench-") as folder:
        place = Path(folder)
        making = made(place / "home")
        with making.handle as handle:
            sources = [_source(place / "sources" / f"{number:04}.bin") for number in range(DOCUMENTS)]
            for path in sources:
                making.receive(path.name, path.read_bytes(), "bench document", "shipment:S01")
            yield from _of(place, _Bundling(handle, place / "out"), sources)
        yield from _checked(place, place / "out" / "S01-1")
    yield from _memory()


def _source(path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(os.urandom(SIZE))
    return path


@dataclass
class _Bundling:
    """A pack that is made up to its report, to be bundled again and again."""

    handle: HomeHandle
    out: Path

    def __post_init__(self) -> None:
        as_of = self.handle.ledger.size()
        self.parts: Parts = _parts(self.handle, as_of)
        self.report = typeset(Sheet(_PAGE, "bench", START))
        self.turn = count(1)

    def files(self) -> Memory:
        signer = PackSigner(self.parts.organisation)

        def seal(name: str, content: bytes) -> bytes:
            if name.endswith(".pdf"):
                return signer.sign_report(content, "Bench", START)
            return signer.sign_list(content, START)

        return bundle(self.parts, {"en": self.report}, self.handle.documents, seal)[0]

    def whole(self) -> None:
        """Folder and archive, as a build writes them."""
        place = Place(self.out, f"S01-{next(self.turn)}")
        files = self.files()
        place.write(files)
        place.settle(files)

    def archive(self) -> None:
        self.out.mkdir(exist_ok=True)
        path = self.out / f"alone-{next(self.turn)}.zip"
        write_archive(self.files(), path)
        path.unlink()


def _parts(handle: HomeHandle, as_of: int) -> Parts:
    facts, (_, numbers) = gather_at(handle, _S01, as_of), planned(handle, _S01, as_of)
    production = new_production(rows(facts, numbers), "S01", [], handle.random)
    return parts_of(handle, facts, production, Wanted())


def _of(place: Path, bundling: _Bundling, sources: list[Path]) -> Iterator[Figure]:
    def copied() -> None:
        target = place / "copies"
        target.mkdir()
        for path in sources:
            shutil.copyfile(path, target / path.name)
            with open(target / path.name, "rb") as file:
                hashlib.file_digest(file, "sha256")

    taken: dict[str, list[float]] = {"copied": [], "whole": [], "archive": []}
    for _ in range(ROUNDS):
        taken["copied"].append(_seconds(copied))
        shutil.rmtree(place / "copies")
        taken["whole"].append(_seconds(bundling.whole))
        taken["archive"].append(_seconds(bundling.archive))
    copy = statistics.median(taken["copied"])
    what = f"{DOCUMENTS} documents of {DOCUMENTS * SIZE / 1e9:.0f} GB compared, listed, signed and written"
    yardstick = "copying and hashing the bytes"
    yield Figure(f"{what} as folder and archive", statistics.median(taken["whole"]), yardstick, copy)
    yield Figure(f"{what} as an archive alone", statistics.median(taken["archive"]), yardstick, copy)


def _checked(place: Path, pack: Path) -> Iterator[Figure]:
    def run(*command: str) -> float:
        began = time.perf_counter()
        subprocess.run(command, cwd=pack, check=True, capture_output=True)
        return time.perf_counter() - began

    sums, script = [], []
    for _ in range(ROUNDS):
        sums.append(run("sha256sum", "--quiet", "-c", layout.SUMS))
        script.append(run("bash", layout.VERIFY, str(place / "home" / "trust")))
    told = statistics.median(script)
    yield Figure("verify.sh without --proofs over that pack", told, "sha256sum -c", statistics.median(sums))


def _memory() -> Iterator[Figure]:
    size = (4 << 30) + (200 << 20) if FULL else 300 << 20
    with tempfile.TemporaryDirectory(prefix="evidence-bench-") as folder:
        command = [sys.executable, "-m", "bench.archive_memory", str(Path(folder) / "pack.zip"), str(size)]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    what = f"the most memory of a process that writes and checks an archive of {3 * size / 1e9:.1f} GB"
    yield Figure(what, float(told), f"{_MOST_MIB} MiB", _MOST_MIB, "MiB")


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
