"""Consistency files: that one checkpoint's tree is the beginning of another's, to be checked offline.

The bytes are those that a witness is sent (C2SP tlog-witness v1.0.0, the body of add-checkpoint): ``old <size>``, the
hashes of the proof in base64 a line, an empty line, and the later checkpoint verbatim. Whoever holds the checkpoint of
the old size can tell from it that nothing before was altered, without asking anybody.
"""

from collections.abc import Iterable

from evidence.core.tree import verify_consistency
from evidence.errors import ProofError
from evidence.ledger.add_checkpoint import AddCheckpoint
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.note import NoteKey


def verify_growth(
    data: bytes, old: Checkpoint, verifiers: Iterable[NoteKey], *, origin: str | None = None
) -> Checkpoint:
    """The later checkpoint of a consistency file, after its tree was proved to begin with that of the old one.

    Args:
        data: the file.
        old: the checkpoint held already, opened with keys that are trusted.
        verifiers: the keys that are trusted, from outside; one of them must be the log's own.
        origin: the log that is asked about; that of the old checkpoint, if not given. It is another where a ledger
            was succeeded.

    Raises:
        ProofError: not such a file, for another old size, or one of signature and proof does not hold.
    """
    found = AddCheckpoint.parse(data)
    if found.old != old.size:
        raise ProofError(f"The proof starts from size {found.old}, but the checkpoint held is for {old.size}.")
    new = open_checkpoint(found.note, verifiers, origin=old.origin if origin is None else origin)
    verify_consistency(old.size, new.size, found.proof, old.root, new.root)
    return new
