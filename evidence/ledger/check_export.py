"""Check an export with nothing but the folder and a trust folder: no database, no keys.

What the database's check does for bytes in rows, this does for bytes in files, with the same kinds of fault: the tree
is derived again from the entry bundles and compared with every tile and with the signed root; where statements are
there, each is held against its leaf, and its signatures against the keys that the log's own `key` entries brought in.
What an export does not hold cannot be checked in it: the disclosures, the register, time stamps, and which documents
belong to which entry, since that stands in a statement as a commitment only.
"""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from evidence.core.statements.base import Opened, open_body
from evidence.core.statements.own import Disposal
from evidence.errors import EvidenceError, LedgerError, ProofError
from evidence.ledger.actors import Actors, Signed
from evidence.ledger.check_documents import slices
from evidence.ledger.check_export_stamps import check_stamp_files
from evidence.ledger.check_heads import Authority, verified
from evidence.ledger.check_keys import check_compromised_leaves
from evidence.ledger.check_tree import TreeWalk, held_checkpoints, require_ends
from evidence.ledger.check_trust import KeyEntry, check_trust
from evidence.ledger.check_work import stretches, workers
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.envelope import Envelope
from evidence.ledger.export_files import BUNDLE_BYTES, DOCUMENTS, STATEMENTS, Export, read_bounded
from evidence.ledger.findings import CheckReport
from evidence.ledger.key_history import RECORDED
from evidence.ledger.leaf import Leaf
from evidence.ledger.note import MAX_BYTES, NoteKey, Verifier
from evidence.ledger.stamp_files import FOLDER
from evidence.ledger.succession import Lineage, succeeded
from evidence.ledger.targets import STATEMENT, parse_target
from evidence.ledger.tiles import TILE_WIDTH, Tile, entries_path, tile_at

CHECKPOINT: Final = "checkpoint"
_UNDER_WAY: Final = frozenset({".incoming", "checkpoint.new"})
_STATEMENT: Final = re.compile(r"(0|[1-9][0-9]{0,18})\.dsse")
_BUNDLE: Final = "tile/entries/"
_SAID: Final = tuple(f'"kind":"{kind}"'.encode() for kind in sorted({*RECORDED, Disposal.kind}))


def check_export(
    folder: Path,
    verifiers: Sequence[Verifier],
    advance: Callable[..., None] | None = None,
    held: Sequence[bytes] = (),
    *,
    trust: Path | None = None,
    witnesses: Sequence[NoteKey] = (),
    since: bytes | None = None,
    processes: int | None = None,
) -> CheckReport:
    """Check a folder that `evidence ledger export` wrote, or anybody's log of our leaves in C2SP tiles.

    Args:
        folder: the export.
        verifiers: the ledger's public keys, from a trust folder.
        advance: called with the number of entries and documents gone through, and once with `total`.
        held: checkpoints kept elsewhere, as signed notes.
        trust: a trust folder whose files are compared with the key entries.
        witnesses: keys that may have signed the checkpoint besides the ledger's.
        since: as `check_ledger` has it.
        processes: as `check_ledger` has it.

    Raises:
        LedgerError: the folder holds no checkpoint, `since` is none of this ledger's, or a process was killed.
    """
    report, step = CheckReport(), advance or _unheard
    export, signed = _understood(folder)
    stated = {seq: one.opened for seq, one in signed.items()}
    authority = Authority(export.actors.successors(verifiers, signed), export.actors, None)
    head = _head(folder, report, authority, witnesses)
    start = _size_of(since, authority.verifiers)
    if head is not None:
        export = replace(export, size=head.size)
    stamped = check_stamp_files(folder, report, trust, lambda note: verified(note, authority))
    kept = [*held, *([since] if since is not None else [])]
    outside = held_checkpoints(kept, authority.verifiers, report, _lineage(report, stated, head))
    outside |= {signed.size: signed for signed in stamped if signed.size not in outside}
    walk = TreeWalk(report, export.tiles, outside)
    documents = sum(1 for _ in _names(folder / DOCUMENTS))
    step(0, total=export.size + documents)
    last = ""
    with export.opened() as here, workers(here, export, export.size, processes) as work:
        for part, run in work.runs(stretches(export.size, start)):
            if run.first and run.first < last:
                report.fault(part.start, "order", f"recorded at {run.first}, before the entry before it")
            report.merge(run.report)
            walk.grow(run.hashes, [head] if head is not None and head.size == part.stop else [])
            last = run.last or last
            step(part.stop - part.start)
        _, partial = walk.finish()
        for level, index, hashes in partial:
            _compare_partial(report, export, Tile(level, index, len(hashes)), b"".join(hashes))
        for _, found in work.documents(start, slices(documents)) if documents else ():
            report.merge(found)
    step(documents)
    require_ends(walk, "kept elsewhere")
    _check_files(report, export)
    keys = [KeyEntry.of(seq, said) for seq, said in sorted(stated.items())]
    check_trust(report, keys, authority.verifiers, trust if export.statements else None, export.actors)
    check_compromised_leaves(report, export.actors, _leaves(export))
    _remark(report, export, start)
    return report


def _unheard(_steps: int = 1, total: int | None = None) -> None:
    del total


def _size_of(note: bytes | None, verifiers: Sequence[Verifier]) -> int:
    try:
        return 0 if note is None else open_checkpoint(note, verifiers).size
    except ProofError as error:
        raise LedgerError(
            f"The checkpoint to go on from cannot be used: {error} Give one that this ledger's keys have signed."
        ) from error


def _head(folder: Path, report: CheckReport, authority: Authority, witnesses: Sequence[NoteKey]) -> Checkpoint | None:
    """The export's checkpoint, if it verifies."""
    try:
        note = read_bounded(folder / CHECKPOINT, MAX_BYTES)
        if note is None:
            raise LedgerError(f"{folder} holds no checkpoint; wanted a folder that `evidence ledger export` wrote.")
        report.counts["checkpoints"] += 1
        strangers: set[str] = set()
        head = verified(note, authority, witnesses, strangers)
        report.remarks += [f"{name} has signed the checkpoint too; it is not known here" for name in sorted(strangers)]
        return head
    except ProofError as error:
        report.fault(None, "checkpoint", str(error))
        return None


def _lineage(report: CheckReport, stated: dict[int, Opened], head: Checkpoint | None) -> Lineage:
    """The origins of the ledger, as its successions state them."""
    found = [one for seq, said in stated.items() if (one := succeeded(seq, said)) is not None]
    origin = "" if head is None else head.origin
    lineage = Lineage(found[0].predecessor if found else origin, tuple(found))
    if head is not None and lineage.origin_at(head.size) != origin:
        what = f"it is of the log {origin!r}; the entries say {lineage.origin_at(head.size)!r}"
        report.fault(None, "checkpoint", what)
    return lineage


def _understood(folder: Path) -> tuple[Export, dict[int, Signed]]:
    """What the export says of itself: its size by its files, and what its statements say of keys and disposals."""
    size = _measured(folder)
    export = Export(folder, size, (folder / STATEMENTS).is_dir())
    stated: dict[int, Signed] = {}
    disposed: set[int] = set()
    for seq, said in _clear_statements(export):
        if said.opened.predicate_type == Disposal.predicate_type():
            disposed.update(_let_go(said.opened, seq))
        else:
            stated[seq] = said
    actors = Actors()
    for seq, said in stated.items():
        try:
            actors.take(seq, said.opened)
        except EvidenceError:
            continue  # named where the entry itself is checked
    return replace(export, actors=actors, disposed=frozenset(disposed)), stated


def _measured(folder: Path) -> int:
    """How many entries the bundles that are there hold, by their names."""
    size = 0
    for path in _paths(folder / "tile" / "entries"):
        try:
            tile = Tile.parse(f"tile/0/{path}")
        except ProofError:
            continue  # named with the files that are no part of the log
        size = max(size, tile.index * TILE_WIDTH + tile.width)
    return size


def _clear_statements(export: Export) -> Iterator[tuple[int, Signed]]:
    """The statements of keys, successions and disposals, as far as they are sound in themselves."""
    if not export.statements:
        return
    for index in range((export.size + TILE_WIDTH - 1) // TILE_WIDTH):
        try:
            tile = tile_at(0, index, export.size)
            data = None if tile is None else read_bounded(export.folder / entries_path(index, tile.width), BUNDLE_BYTES)
            if data is None or not any(said in data for said in _SAID):
                continue
            leaves = export.bundle(index)
        except ProofError:
            continue
        for seq, data in enumerate(leaves, index * TILE_WIDTH):
            if any(said in data for said in _SAID):
                try:
                    envelope, leaf = Envelope.parse(export.statement(seq) or b""), Leaf.parse(data)
                    if leaf.commits_to(envelope):
                        yield seq, Signed(leaf.actor, envelope, open_body(envelope.payload, ()))
                except EvidenceError:
                    continue


def _leaves(export: Export) -> Iterator[tuple[int, bytes]]:
    for index in range((export.size + TILE_WIDTH - 1) // TILE_WIDTH):
        try:
            yield from enumerate(export.bundle(index), index * TILE_WIDTH)
        except ProofError:
            continue  # named where the bundle itself is checked


def _let_go(opened: Opened, seq: int) -> Iterator[int]:
    try:
        named = [parse_target(str(text)) for text in opened.fields.get("targets", ())]
    except EvidenceError:
        return
    yield from (target.seq for target in named if target.role == STATEMENT and target.seq < seq)


def _compare_partial(report: CheckReport, export: Export, tile: Tile, wanted: bytes) -> None:
    report.counts["tiles"] += 1
    found = export.tile(tile)
    if found is None:
        report.fault(None, "tile", f"{tile.path} is gone; it can be derived again")
    elif found != wanted:
        report.fault(None, "tile", f"{tile.path} is not what the entries give")


def _check_files(report: CheckReport, export: Export) -> None:
    """That no file is there but those of the log."""
    for path in _paths(export.folder):
        place, _, name = path.partition("/")
        if path == CHECKPOINT:
            continue
        if path in _UNDER_WAY:
            report.remarks.append("an export into this folder was broken off, or is under way")
        elif place == STATEMENTS and _STATEMENT.fullmatch(name) and int(name[: -len(".dsse")]) < export.size:
            continue
        elif place in (DOCUMENTS, FOLDER) and name and "/" not in name:
            continue  # held against its name, or with the time stamps
        elif place != "tile" or not _belongs(export, path):
            report.fault(None, "file", f"{path} is no part of the log of {export.size} entries")


def _belongs(export: Export, path: str) -> bool:
    """Whether a file under ``tile/`` is one of this log, or one of an earlier size of it with the same hashes."""
    try:
        if not path.startswith(_BUNDLE):
            tile = Tile.parse(path)
            now = tile_at(tile.level, tile.index, export.size)
            if now is None or tile.width > now.width:
                return False
            return tile == now or (export.tile(now) or b"").startswith(export.tile(tile) or b"\0")
        tile = Tile.parse(f"tile/0/{path.removeprefix(_BUNDLE)}")
        now = tile_at(0, tile.index, export.size)
        if now is None or tile.width > now.width:
            return False
        if tile == now:
            return True
        whole = read_bounded(export.folder / entries_path(now.index, now.width), BUNDLE_BYTES) or b""
        early = read_bounded(export.folder / path, BUNDLE_BYTES)
        return bool(early) and whole.startswith(early or b"\0")
    except ProofError:
        return False


def _paths(folder: Path) -> Iterator[str]:
    """Every file below a folder, as a path from there."""
    for where, _, names in os.walk(folder):
        inner = Path(where).relative_to(folder)
        yield from (str(inner / name) for name in names)


def _names(folder: Path) -> Iterator[str]:
    try:
        with os.scandir(folder) as found:
            yield from (one.name for one in found)
    except (FileNotFoundError, NotADirectoryError):  # a file in its place is named with the files
        return


def _remark(report: CheckReport, export: Export, start: int) -> None:
    """What was not looked at."""
    if start:
        report.remarks.append(
            f"the {min(start, export.size)} entries before the checkpoint given have its root; their statements and "
            "signatures were not looked at"
        )
    if not export.statements:
        report.remarks.append("the export holds no statements, so that the signatures of its entries were not checked")
    if report.counts["documents"]:
        report.remarks.append("which documents belong to which entry, an export does not say")
