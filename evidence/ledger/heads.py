"""Checkpoints kept outside the database: as published in the home, and at the anchor on other storage.

A restored backup is consistent in itself; only a checkpoint kept elsewhere shows that something is missing. Signing on
from there would give two histories under one name, which is how logs have died (LEDGER.md, trap 29), so the writer
compares before it signs.
"""

from collections.abc import Iterable
from pathlib import Path

from evidence.core.tree import HashReader, tree_root
from evidence.errors import LedgerError, ProofError, RefusesToSign
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.note import Verifier
from evidence.store.durable import replace

PUBLISHED = "checkpoint"
"""The file of a home that holds the last checkpoint, as it is handed to anybody."""


def read_held(path: Path) -> bytes | None:
    """The note kept at `path`, or None where there is none yet.

    Raises:
        LedgerError: there is something that cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LedgerError(f"The checkpoint kept at {path} cannot be read ({error.strerror}).") from error


def require_not_behind(
    held: Path, origin: str, verifiers: Iterable[Verifier], size: int, root: bytes, get_hash: HashReader
) -> Checkpoint | None:
    """Refuse when the ledger is not a continuation of the checkpoint kept at `held`.

    Raises:
        RefusesToSign: it is larger than the ledger, or its root is not the ledger's at that size.
    """
    try:
        note = read_held(held)
        if note is None:
            return None
        checkpoint = open_checkpoint(note, verifiers, origin=origin)
    except LedgerError as error:
        raise RefusesToSign(
            f"The checkpoint kept at {held} is not one of this ledger ({error}). Nothing was signed; restore that "
            "file, or name another with EVIDENCE_ANCHOR."
        ) from error
    if checkpoint.size > size:
        raise RefusesToSign(
            f"The ledger holds {size} entries, but a checkpoint for {checkpoint.size} was signed, kept at {held}: "
            "the database is older than what was handed out. Nothing was signed. Restore a newer backup, or open a "
            "new ledger that says what was lost."
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


def publish(path: Path, note: bytes) -> None:
    """Put a checkpoint in the place of the last one.

    Raises:
        LedgerError: the disk refused; the entries are recorded all the same.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace(path, note)
    except OSError as error:
        raise LedgerError(
            f"The entries are recorded, but their checkpoint could not be written to {path} ({error.strerror}). "
            "Make that place writable; the next command writes it again."
        ) from error
