"""Checkpoints: C2SP tlog-checkpoint v1.0.0, the tree head of a log as the text of a signed note.

Three lines: the origin, which is constant for a log's life and is also the name of its key; the size in decimal; the
root in base64. Extension lines are read and kept, since the standard allows them, and never written by us: no monitor
can audit them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from evidence.core.encoding import MAX_DECIMAL, from_base64, from_decimal, to_base64
from evidence.core.tree import HASH_SIZE
from evidence.errors import MalformedValue, ProofError
from evidence.ledger.note import NoteKey, Verifier, open_note

_LINE: Final = re.compile("[^\x00-\x1f]+")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of the log named `origin`: its first `size` leaves have the root `root` (32 bytes)."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for line in (self.origin, *self.extensions):
            if _LINE.fullmatch(line) is None:
                raise ProofError(f"{line[:80]!r} cannot be a line of a checkpoint: wanted text on one line.")
        if not 0 <= self.size <= MAX_DECIMAL:
            raise ProofError(f"A checkpoint has a size from 0 to 2**63 - 1, not {self.size}.")
        if len(self.root) != HASH_SIZE:
            raise ProofError(f"The root of a checkpoint has {HASH_SIZE} bytes, not {len(self.root)}.")

    def format(self) -> str:
        """The text that is signed, with its last newline."""
        return "\n".join((self.origin, str(self.size), to_base64(self.root), *self.extensions, ""))

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """The checkpoint in the text of a note.

        Raises:
            ProofError: fewer than three lines, an empty line, no last newline, or a malformed size or root.
        """
        origin, *rest = text.split("\n")
        if len(rest) < 3 or rest[-1]:
            raise ProofError("A checkpoint has three lines (origin, size, root), each ended by a newline.")
        try:
            return cls(origin, from_decimal(rest[0]), from_base64(rest[1]), tuple(rest[2:-1]))
        except MalformedValue as error:
            raise ProofError(f"The checkpoint of {origin[:80]!r} cannot be read. {error}") from error


def open_checkpoint(data: bytes, verifiers: Iterable[NoteKey], *, origin: str | None = None) -> Checkpoint:
    """The checkpoint in a signed note, after a key of the log itself has verified it.

    Args:
        data: the note.
        verifiers: the keys that are trusted, from outside; of witnesses too, whose lines must then verify.
        origin: the log that is asked about; any, if not given.

    Raises:
        ProofError: the note does not verify, it is the head of another log, or the key that signed it bears another
            name than the log: a witness vouches for having seen a head, not for the log.
    """
    note = open_note(data, verifiers)
    checkpoint = Checkpoint.parse(note.text)
    if origin is not None and checkpoint.origin != origin:
        raise ProofError(f"The checkpoint is of the log {checkpoint.origin!r}, wanted {origin!r}.")
    if not any(isinstance(key, Verifier) and key.name == checkpoint.origin for key in note.verified):
        raise ProofError(f"No known key of the log {checkpoint.origin!r} itself has signed its checkpoint.")
    return checkpoint
