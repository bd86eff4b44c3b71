"""C2SP .tlog-proof files: one entry's place in the log, to be checked offline.

The format is that of the C2SP text of July 2026, which has no release yet, so that our exports name it by this text:
the line ``c2sp.org/tlog-proof@v1``, an optional ``extra`` that nothing authenticates, the index, the inclusion proof
from the leaf's sibling up to the root's child, a blank line, and the checkpoint verbatim.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from evidence.core.encoding import MAX_DECIMAL, from_base64, from_decimal, to_base64
from evidence.core.tree import HASH_SIZE, leaf_hash, verify_inclusion
from evidence.errors import MalformedValue, ProofError
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.note import MAX_BYTES as MAX_NOTE
from evidence.ledger.note import Verifier

HEADER: Final = "c2sp.org/tlog-proof@v1"
MAX_HASHES: Final = 63
MAX_BYTES: Final = MAX_NOTE + 64 * 1024


@dataclass(frozen=True, slots=True)
class Proof:
    """The place of one entry: its index, the sibling hashes from the leaf up, and the signed checkpoint as bytes."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.index <= MAX_DECIMAL:
            raise ProofError(f"A proof has an index from 0 to 2**63 - 1, not {self.index}.")
        if len(self.hashes) > MAX_HASHES or any(len(value) != HASH_SIZE for value in self.hashes):
            raise ProofError(f"A proof has at most {MAX_HASHES} hashes of {HASH_SIZE} bytes each.")

    def format(self) -> bytes:
        """The bytes of the .tlog-proof file."""
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {to_base64(self.extra)}")
        lines += (f"index {self.index}", *map(to_base64, self.hashes), "", "")
        return "\n".join(lines).encode("ascii") + self.checkpoint

    @classmethod
    def parse(cls, data: bytes) -> "Proof":
        """The proof in a .tlog-proof file; the checkpoint in it is not looked into.

        Raises:
            ProofError: not such a file.
        """
        if len(data) > MAX_BYTES:
            raise ProofError(f"The proof has {len(data)} bytes, wanted at most {MAX_BYTES}.")
        head, blank, checkpoint = data.partition(b"\n\n")
        try:
            header, *lines = head.decode("ascii").split("\n")
            if header != HEADER or not blank:
                raise MalformedValue("first line", header[:80], f"{HEADER}, and a blank line before the checkpoint")
            extra = None
            if lines and lines[0].startswith("extra "):
                extra = from_base64(lines.pop(0).removeprefix("extra "))
            if not lines or not lines[0].startswith("index "):
                raise MalformedValue("proof", lines[:1], "a line index and its number")
            index = from_decimal(lines.pop(0).removeprefix("index "))
            return cls(index, tuple(map(from_base64, lines)), checkpoint, extra)
        except (MalformedValue, UnicodeDecodeError) as error:
            raise ProofError(f"The proof cannot be read. {error}") from error


def verify(proof: Proof, leaf: bytes, verifiers: Iterable[Verifier], *, origin: str | None = None) -> Checkpoint:
    """The checkpoint under which the leaf is proved to be entry `proof.index` of its log.

    Args:
        proof: as parsed.
        leaf: the bytes of the entry, not its hash.
        verifiers: the keys that are trusted, from outside; one of them must be the log's own.
        origin: the log that is asked about; any, if not given.

    Raises:
        ProofError: the checkpoint does not verify, or the proof does not hold for these bytes.
    """
    checkpoint = open_checkpoint(proof.checkpoint, verifiers, origin=origin)
    check_inclusion(proof, leaf, checkpoint)
    return checkpoint


def check_inclusion(proof: Proof, leaf: bytes, checkpoint: Checkpoint) -> None:
    """Check the hashes of a proof against a checkpoint that is already trusted.

    Raises:
        ProofError: the proof does not hold for these bytes under this checkpoint.
    """
    verify_inclusion(leaf_hash(leaf), proof.index, checkpoint.size, proof.hashes, checkpoint.root)
