"""A small log of any C2SP kind for tests of witnesses: leaves in memory, checkpoints signed with its raw key."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.core import tree
from evidence.ledger import ed25519
from evidence.ledger.add_checkpoint import AddCheckpoint
from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.cosignature import Witness, cosignatures
from evidence.ledger.note import Verifier, parse_note, sign
from evidence.ledger.witness import Answer, CosigningWitness
from evidence.ledger.witness_store import WitnessStore

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
WITNESS_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(3, 35)))
WITNESS = Witness("auditor.example/w1", ed25519.public_bytes(WITNESS_KEY))


@dataclass
class SmallLog:
    """A log whose entries are `entries`; a list of others is another history under the same name and key."""

    origin: str = "log.example/small"
    entries: list[bytes] = field(default_factory=lambda: [str(number).encode() for number in range(40)])
    key: Ed25519PrivateKey = field(default_factory=lambda: Ed25519PrivateKey.from_private_bytes(bytes(range(32))))

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.origin, ed25519.public_bytes(self.key))

    def fork(self, at: int) -> "SmallLog":
        """The same log with other entries from `at` on."""
        return SmallLog(self.origin, self.entries[:at] + [entry + b"'" for entry in self.entries[at:]], self.key)

    def note(self, size: int) -> bytes:
        leaves = map(tree.leaf_hash, self.entries[:size])
        return sign(Checkpoint(self.origin, size, tree.root(leaves)).format(), self.origin, self.key)

    def prove(self, first: int, second: int) -> list[bytes]:
        get_hash = tree.in_memory([tree.leaf_hash(entry) for entry in self.entries])
        return tree.consistency_proof(first, second, get_hash)

    def request(self, old: int, size: int, proof: list[bytes] | None = None) -> bytes:
        """The body that asks for a cosignature of the checkpoint at `size`, with the proof from `old`."""
        made = self.prove(old, size) if proof is None and 0 < old <= size else proof or []
        return AddCheckpoint(old, tuple(made), self.note(size)).format()


def a_witness(folder: Path, *logs: SmallLog, now: datetime = NOW) -> CosigningWitness:
    """A witness whose records lie in `folder`, watching these logs."""
    store = WitnessStore(folder)
    for log in logs:
        store.trust(log.verifier)
    return CosigningWitness(WITNESS.name, WITNESS_KEY, store, lambda: now)


def cosigns(answer: Answer, note: bytes) -> bool:
    """Whether an answer is a cosignature of the witness over this checkpoint."""
    if answer.status != 200:
        return False
    return [each.witness for each in cosignatures(parse_note(note + answer.body), [WITNESS])] == [WITNESS]
