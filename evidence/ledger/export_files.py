"""Reading an export back: its bundles, tiles, statements and documents, a part at a time, without a database.

What a file holds is bounded before it is read, and nothing of it is believed: `check_export` puts it together.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from evidence.core import tree
from evidence.core.statements.base import open_body
from evidence.core.statements.registry import kind_of, typed
from evidence.core.values import moment_text
from evidence.errors import EvidenceError, ProofError
from evidence.ledger.actors import Actors
from evidence.ledger.check_chunk import Run, Stretch
from evidence.ledger.check_documents import Slice
from evidence.ledger.envelope import MAX_BYTES, Envelope
from evidence.ledger.findings import CheckReport
from evidence.ledger.leaf import Leaf
from evidence.ledger.tiles import MAX_ENTRY, TILE_WIDTH, Tile, entries_path, parse_bundle, tile_at

STATEMENTS: Final = "statements"
DOCUMENTS: Final = "documents"
BUNDLE_BYTES: Final = TILE_WIDTH * (MAX_ENTRY + 2)
_DIGEST: Final = re.compile("[0-9a-f]{64}")


def read_bounded(path: Path, limit: int) -> bytes | None:
    """What a file holds; None where there is none.

    Raises:
        ProofError: it is longer than any such file, or cannot be read.
    """
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ProofError(f"{path.name} cannot be read ({error.strerror})") from error
    if len(content) > limit:
        raise ProofError(f"{path.name} has more than {limit} bytes")
    return content


@dataclass(frozen=True)
class Export:
    """A folder that a log of `size` entries was written to, and what is known of the ledger from its statements.

    `disposed` are the entries whose statements disposals let go.
    """

    folder: Path
    size: int
    statements: bool = False
    actors: Actors = field(default_factory=Actors)
    disposed: frozenset[int] = frozenset()

    @contextmanager
    def opened(self) -> Iterator["ExportReader"]:
        yield ExportReader(self)

    def tiles(self, level: int, first: int, stop: int) -> dict[int, bytes]:
        """The full tiles of a level that are there."""
        found = {index: self.tile(Tile(level, index)) for index in range(first, stop)}
        return {index: data for index, data in found.items() if data is not None}

    def tile(self, tile: Tile) -> bytes | None:
        """What the file of a tile holds, cut where it is too long for one; None where it is gone."""
        try:
            return read_bounded(self.folder / tile.path, TILE_WIDTH * tree.HASH_SIZE)
        except ProofError:
            return b""

    def bundle(self, index: int) -> list[bytes]:
        """The entries of a bundle as the log of this size has it.

        Raises:
            ProofError: it is gone, is none, or has another number of entries.
        """
        tile = tile_at(0, index, self.size)
        assert tile is not None
        path = entries_path(index, tile.width)
        data = read_bounded(self.folder / path, BUNDLE_BYTES)
        if data is None:
            raise ProofError(f"{path} is gone")
        entries = parse_bundle(data)
        if len(entries) != tile.width:
            raise ProofError(f"{path} has {len(entries)} entries, wanted {tile.width}")
        return entries

    def statement(self, seq: int) -> bytes | None:
        """The envelope of an entry's statement; None where it is gone.

        Raises:
            ProofError: it is longer than any.
        """
        return read_bounded(self.folder / STATEMENTS / f"{seq}.dsse", MAX_BYTES)


class ExportReader:
    """Checks parts of an export."""

    def __init__(self, export: Export) -> None:
        self._export = export

    def run(self, part: Stretch) -> Run:
        """The leaf hashes of a run of entries; where it is looked into, its entries with their statements."""
        run, moment = Run(), ""
        for index in range(part.start // TILE_WIDTH, (part.stop - 1) // TILE_WIDTH + 1):
            first = index * TILE_WIDTH
            low, high = max(part.start, first), min(part.stop, first + TILE_WIDTH)
            try:
                leaves = self._export.bundle(index)[low - first : high - first]
            except ProofError as error:
                run.report.fault(low, "bundle", f"entries {low} to {high - 1}: {error}")
                run.hashes += self._hashes_of_tile(index)[low - first : high - first]
                continue
            run.report.counts["entries"] += len(leaves)
            run.hashes += map(tree.leaf_hash, leaves)
            if part.into:
                for seq, leaf in enumerate(leaves, low):
                    moment = self._check(run, seq, leaf, moment)
        run.last = moment
        return run

    def slice(self, since: int, part: Slice) -> CheckReport:  # noqa: ARG002 -- which entry names a document is withheld
        """The documents whose digests begin so, read through."""
        report = CheckReport()
        place = self._export.folder / DOCUMENTS
        with os.scandir(place) as found:
            names = sorted(one.name for one in found if one.name.startswith(part.beginning))
        for name in names:
            try:
                with (place / name).open("rb") as content:
                    digest = hashlib.file_digest(content, "sha256").hexdigest()
            except OSError as error:
                report.fault(None, "document", f"documents/{name} cannot be read ({error.strerror})")
                continue
            if _DIGEST.fullmatch(name) is None or digest != name:
                report.fault(None, "document", f"documents/{name} was altered: its bytes have another digest")
            else:
                report.counts["documents"] += 1
        return report

    def _hashes_of_tile(self, index: int) -> list[bytes]:
        """The hashes of the entries of a bundle that cannot be read, as the tile over it has them; zeros without it."""
        tile = tile_at(0, index, self._export.size)
        assert tile is not None
        data = self._export.tile(tile)
        if data is None or len(data) != tile.width * tree.HASH_SIZE:
            return [bytes(tree.HASH_SIZE)] * tile.width
        return [data[at : at + tree.HASH_SIZE] for at in range(0, len(data), tree.HASH_SIZE)]

    def _check(self, run: Run, seq: int, data: bytes, before: str) -> str:
        """One entry with its statement; gives its moment, or that of the last one whose leaf could be read."""
        try:
            leaf = Leaf.parse(data)
        except ProofError as error:
            run.report.fault(seq, "leaf", str(error))
            return before
        moment = moment_text(leaf.recorded_at)
        run.first = run.first or moment
        if moment < before:
            run.report.fault(seq, "order", f"recorded at {moment}, before the entry before it")
        if self._export.statements:
            try:
                self._check_statement(run.report, seq, leaf)
            except EvidenceError as error:
                run.report.fault(seq, "statement", str(error))
        return moment

    def _check_statement(self, report: CheckReport, seq: int, leaf: Leaf) -> None:
        data = self._export.statement(seq)
        if data is None:
            if seq in self._export.disposed:
                report.counts["statement disposed"] += 1
            else:
                report.fault(seq, "statement", f"lost: statements/{seq}.dsse is gone, and no disposal names it")
            return
        envelope = Envelope.parse(data)
        if not leaf.commits_to(envelope) or envelope.to_json() != data:
            raise ProofError("the statement stored is not the one that the leaf commits to")
        try:
            self._export.actors.check(seq, leaf.actor, envelope)
            report.counts["signatures"] += len(envelope.signatures)
        except ProofError as error:
            report.fault(seq, "signature", str(error))
        opened = open_body(envelope.payload, ())
        kind = kind_of(opened.predicate_type)
        if kind is None:
            report.unread.append(seq)
        elif kind.kind != leaf.kind:
            report.fault(seq, "leaf", f"the leaf says {leaf.kind}, the statement is a {opened.predicate_type}")
        self._export.actors.before(seq).take(seq, opened)  # what it says of keys
        typed(opened)  # its form: what stands in clear, what is committed to
        report.counts["statements"] += 1
