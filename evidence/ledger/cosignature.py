"""Cosignatures of witnesses: C2SP tlog-cosignature v1.0.1, with Ed25519 keys (signature type 0x04).

A cosignature is a signature line of a checkpoint that says: as of this time, the largest consistent tree that the
witness has seen of this log has this root. It is eight bytes of POSIX time, big-endian, and an Ed25519 signature over
two lines (``cosignature/v1``, ``time <seconds>``) and the whole text of the note, extension lines included. The name of
the witness is not signed, so that a key must serve one witness only. The time is the witness's own word and is reported
as that; nothing here judges it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.core.encoding import MAX_DECIMAL, to_base64
from evidence.errors import ProofError
from evidence.ledger import ed25519
from evidence.ledger.note import Note, check_name, format_line, key_id_of, split_vkey

COSIGNATURE_V1: Final = 0x04
_TIME_SIZE: Final = 8


@dataclass(frozen=True, slots=True)
class Witness:
    """The public key of a witness under the name it signs by."""

    name: str
    public_key: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.public_key) != ed25519.PUBLIC_KEY_SIZE:
            raise ProofError(f"The key of the witness {self.name!r} has {len(self.public_key)} bytes, wanted 32.")

    @property
    def key_id(self) -> bytes:
        """SHA-256(name || 0x0A || 0x04 || key), the first four bytes."""
        return key_id_of(self.name, COSIGNATURE_V1, self.public_key)

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{to_base64(bytes([COSIGNATURE_V1]) + self.public_key)}"

    @classmethod
    def parse(cls, vkey: str) -> "Witness":
        """The witness in a verifier-key string.

        Raises:
            ProofError: malformed, of another signature type, or with a key id that is not the key's.
        """
        return cls(*split_vkey(vkey, COSIGNATURE_V1))

    def verify(self, text: str, signature: bytes) -> bool:
        """Whether the bytes after the key id are a time and this key's signature over that time and the text."""
        if len(signature) != _TIME_SIZE + ed25519.SIGNATURE_SIZE or seconds_of(signature) > MAX_DECIMAL:
            return False
        return ed25519.verify(self.public_key, signature[_TIME_SIZE:], _message(text, seconds_of(signature)))


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A verified cosignature: whose, and the POSIX second at which the witness says it was made."""

    witness: Witness
    seconds: int

    @property
    def moment(self) -> datetime | None:
        """The time; None for one past the year 9999, which no calendar here holds."""
        try:
            return datetime.fromtimestamp(self.seconds, UTC)
        except (ValueError, OverflowError, OSError):
            return None


def seconds_of(signature: bytes) -> int:
    """The POSIX time at the head of a cosignature; not verified."""
    return int.from_bytes(signature[:_TIME_SIZE], "big")


def cosign(text: str, name: str, key: Ed25519PrivateKey, seconds: int) -> str:
    """The signature line, with its newline, of a witness over the text of a checkpoint.

    Args:
        text: the text of the note, with its last newline.
        name: the witness's.
        key: the witness's.
        seconds: POSIX time, 0 to 2**63 - 1.

    Raises:
        ProofError: a time or a name that cannot stand there.
    """
    if not 0 <= seconds <= MAX_DECIMAL:
        raise ProofError(f"A cosignature has a time from 0 to 2**63 - 1 seconds, not {seconds}.")
    witness = Witness(name, ed25519.public_bytes(key))
    payload = seconds.to_bytes(_TIME_SIZE, "big") + key.sign(_message(text, seconds))
    return format_line(name, witness.key_id, payload)


def cosignatures(note: Note, witnesses: Iterable[Witness]) -> tuple[Cosignature, ...]:
    """The cosignatures of these witnesses on a note, each verified here, in the order of the lines.

    Of a witness that signed more than once, the latest time counts.

    Raises:
        ProofError: a line of one of them does not verify.
    """
    known = {(witness.name, witness.key_id): witness for witness in witnesses}
    latest: dict[Witness, int] = {}
    for line in note.lines:
        witness = known.get((line.name, line.key_id))
        if witness is None:
            continue
        if not witness.verify(note.text, line.signature):
            raise ProofError(f"The cosignature of {line.name!r} (key id {line.key_id.hex()}) does not verify.")
        latest[witness] = max(seconds_of(line.signature), latest.get(witness, 0))
    return tuple(Cosignature(witness, seconds) for witness, seconds in latest.items())


def _message(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
