"""The one request of C2SP tlog-witness v1.0.0, ``POST <prefix>/add-checkpoint``: what its body says, read and written.

``old <size>``, a base64 hash a line for the consistency proof from that size, an empty line, and the checkpoint as its
log signed it.
"""

from dataclasses import dataclass
from typing import Final

from evidence.core.encoding import MAX_DECIMAL, from_base64, from_decimal, to_base64
from evidence.core.tree import HASH_SIZE
from evidence.errors import MalformedValue, ProofError

PATH: Final = "/add-checkpoint"
SIZE_TYPE: Final = "text/x.tlog.size"
"""The content type of an answer 409, whose body is the size that the witness knows and a newline."""
MAX_HASHES: Final = 63
MAX_BODY: Final = 256 * 1024
"""Of a request; the standard sets none. Room for a checkpoint that many have cosigned."""

_OLD: Final = "old "


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A checkpoint for a witness, with the proof that the tree goes on from the one of `old` leaves."""

    old: int
    proof: tuple[bytes, ...]
    note: bytes

    def __post_init__(self) -> None:
        if not 0 <= self.old <= MAX_DECIMAL:
            raise ProofError(f"The old size is from 0 to 2**63 - 1, not {self.old}.")
        if len(self.proof) > MAX_HASHES or any(len(value) != HASH_SIZE for value in self.proof):
            raise ProofError(f"A consistency proof has at most {MAX_HASHES} hashes of {HASH_SIZE} bytes each.")

    def format(self) -> bytes:
        """The body of the request."""
        lines = [f"{_OLD}{self.old}", *map(to_base64, self.proof), "", ""]
        return "\n".join(lines).encode("ascii") + self.note

    @classmethod
    def parse(cls, data: bytes) -> "AddCheckpoint":
        """The request in a body; the checkpoint in it is not looked into.

        Raises:
            ProofError: not such a body.
        """
        if len(data) > MAX_BODY:
            raise ProofError(f"The request has {len(data)} bytes, wanted at most {MAX_BODY}.")
        head, blank, note = data.partition(b"\n\n")
        try:
            first, *hashes = head.decode("ascii", "replace").split("\n", MAX_HASHES + 1)
            if not blank or not first.startswith(_OLD):
                raise MalformedValue("request", first[:60], "old <size>, hashes, an empty line and a checkpoint")
            return cls(from_decimal(first.removeprefix(_OLD)), tuple(map(from_base64, hashes)), note)
        except MalformedValue as error:
            raise ProofError(f"The request cannot be read. {error}") from error


def read_size(data: bytes) -> int:
    """The size in the body of an answer 409.

    Raises:
        ProofError: it is none.
    """
    try:
        text = data[:32].decode("ascii", "replace")
        if len(data) > 32 or not text.endswith("\n"):
            raise MalformedValue("size", text[:32], "a decimal number and a newline")
        return from_decimal(text[:-1])
    except MalformedValue as error:
        raise ProofError(f"The witness's answer 409 names no size. {error}") from error
