"""Checkpoints kept outside the database: as published in the home, and at the anchor on other storage.

A restored backup is consistent in itself; only a checkpoint kept elsewhere shows that something is missing. Signing on
from there would give two histories under one name, which is how logs have died (LEDGER.md, trap 29), so the writer
compares before it signs.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from evidence.core.tree import HashReader, tree_root
from evidence.errors import LedgerError, NotPublished, ProofError, RefusesToSign
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.lock import writing_turn
from evidence.ledger.note import Verifier
from evidence.store.twin import replace, twin_of

PUBLISHED = "checkpoint"
"""The file of a home that holds the last checkpoint, as it is handed to anybody."""


def read_held(path: Path) -> bytes | None:
    """The note kept at `path`, or None where there is none yet.

    Raises:
        LedgerError: there is something that cannot be read.
    """
    try:
        with open(path, "rb", buffering=0) as file:
            return file.readall()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LedgerError(f"The checkpoint kept at {path} cannot be read ({error.strerror}).") from error


def require_not_behind(
    held: Path,
    origin: str,
    verifiers: Iterable[Verifier],
    size: int,
    root: bytes,
    get_hash: HashReader,
    *,
    anchor: bool = False,
) -> Checkpoint | None:
    """Refuse when the ledger is not a continuation of the checkpoint kept at `held`; an `anchor` must also be there.

    Raises:
        RefusesToSign: it is larger than the ledger, or its root is not the ledger's at that size.
    """
    try:
        note = read_held(held)
        if note is None:
            if anchor and size:
                raise RefusesToSign(
                    f"EVIDENCE_ANCHOR names {held}, and no checkpoint is kept there, although the ledger holds {size} "
                    "entries: whether the database is the latest cannot be told. Nothing was signed. Mount that "
                    "storage; or, if you know that nothing is missing, run `evidence ledger anchor --accept`."
                )
            return None
        known = tuple(verifiers)
        checkpoint = open_checkpoint(note, known, origin=origin)
    except RefusesToSign:
        raise
    except LedgerError as error:
        raise RefusesToSign(
            f"The checkpoint kept at {held} is not one of this ledger ({error}). Nothing was signed; restore that "
            "file, or name another with EVIDENCE_ANCHOR."
        ) from error
    later = _of_twin(held, origin, known)
    if later is not None and later.size > checkpoint.size:
        checkpoint = later
    if checkpoint.size > size:
        raise RefusesToSign(
            f"The ledger holds {size} entries, but a checkpoint for {checkpoint.size} was signed, kept at {held}: "
            "the database is older than what was handed out. Nothing was signed. Restore a newer backup of the home; "
            "where there is none, see `evidence ledger succeed --help`."
        )
    try:
        present = root if checkpoint.size == size else tree_root(checkpoint.size, get_hash)
    except ProofError as error:
        raise RefusesToSign(f"The ledger's tree cannot be read ({error}). Run `evidence ledger check`.") from error
    if present != checkpoint.root:
        raise RefusesToSign(
            f"The first {checkpoint.size} entries are not those of the checkpoint kept at {held}: one of the two was "
            "altered. Nothing was signed. Run `evidence ledger check`."
        )
    return checkpoint


def _of_twin(held: Path, origin: str, verifiers: Sequence[Verifier]) -> Checkpoint | None:
    """The checkpoint that the file's twin holds: the last one, where the power failed as it was published."""
    try:
        note = read_held(twin_of(held))
        return None if note is None else open_checkpoint(note, verifiers, origin=origin)
    except LedgerError:  # overwritten in part, or of the origin before; what counts then is the file
        return None


def publish(path: Path, note: bytes) -> None:
    """Put a checkpoint in the place of the last one. The folder must be there: one that is gone may be a disk that is
    not mounted, and a folder made in its stead would lie on the storage of the home.

    Raises:
        NotPublished: the disk refused; the entries are recorded all the same.
    """
    try:
        replace(path, note)
    except OSError as error:
        size = int(note.split(b"\n", 2)[1])
        raise NotPublished(path, size, error.strerror or type(error).__name__) from error


def publish_shared(path: Path, note: bytes, wait_s: float) -> None:
    """As `publish`, to an anchor that several machines may share: one after the other, none over a later one.

    Each has committed before it comes here, so that they may come in another order than they have committed in.

    Raises:
        NotPublished: the disk refused, or somebody else has been publishing for `wait_s` seconds.
    """
    origin, size = _standing(note)
    try:
        with writing_turn(path.with_name(f"{path.name}.lock"), wait_s):
            held = read_held(path)
            if held is None or _standing(held)[0] != origin or _standing(held)[1] <= size:
                publish(path, note)
    except LedgerError as error:
        raise NotPublished(path, size, str(error)) from error


def _standing(note: bytes) -> tuple[bytes, int]:
    """The origin of a checkpoint and its size; -1 for what is none."""
    origin, _, rest = note.partition(b"\n")
    size = rest.partition(b"\n")[0]
    return origin, int(size) if size.isdigit() else -1
