"""A witness: what it answers to a checkpoint that is submitted (C2SP tlog-witness v1.0.0, ``add-checkpoint``).

It cosigns a head only where it follows from the last one it cosigned of that log, writes it down before it answers, and
sees nothing of a log but origin, size, root and hashes. Whom it answers it need not know: a checkpoint bears its log's
signature.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.core.tree import EMPTY_ROOT, verify_consistency
from evidence.errors import LedgerError, ProofError
from evidence.ledger.add_checkpoint import SIZE_TYPE, AddCheckpoint
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.cosignature import cosign
from evidence.ledger.note import parse_note
from evidence.ledger.witness_store import Head, Turn, Why, WitnessStore


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered: HTTP status, body and its content type."""

    status: int
    body: bytes
    media_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class CosigningWitness:
    """A witness with its key and records; `now` says what time it is."""

    name: str
    key: Ed25519PrivateKey
    store: WitnessStore
    now: Callable[[], datetime]

    def answer(self, body: bytes) -> Answer:
        """The answer to the body of a request; in the order of the standard, 400, 404, 403, 400, 409, 422, 200.

        Raises:
            RefusesToSign: another process holds this witness's lock for too long.
            StoreError: its records cannot be read or written; nothing was cosigned.
        """
        try:
            asked = AddCheckpoint.parse(body)
            note = parse_note(asked.note)
            checkpoint = Checkpoint.parse(note.text)
        except ProofError as error:
            return _said(400, str(error))
        keys = self.store.keys(checkpoint.origin)
        if not keys:
            return _said(404, "This log is not watched here.")
        try:
            open_checkpoint(asked.note, keys, origin=checkpoint.origin)
        except LedgerError as error:
            return _said(403, str(error))
        if asked.old > checkpoint.size:
            return _said(400, f"The old size {asked.old} is larger than the checkpoint's, {checkpoint.size}.")
        with self.store.turn() as turn:
            settled = self._settle(turn, asked, checkpoint)
        if isinstance(settled, Answer):
            return settled
        # only now, when the head is on the disk: a signature that is lost with the process may be asked for again
        return Answer(200, cosign(note.text, self.name, self.key, int(settled.timestamp())).encode())

    def _settle(self, turn: Turn, asked: AddCheckpoint, checkpoint: Checkpoint) -> Answer | datetime:
        """The refusal, or the moment at which the head became the last one."""
        last, now = turn.last(checkpoint.origin), self.now()
        refusal = _against(last, asked, checkpoint)
        if refusal is None:
            moment = now if last is None else max(now, last.cosigned_at)  # a clock set back misdates no head
            if last is None or checkpoint.size > last.size:
                turn.add(checkpoint, asked.note, moment)
            return moment
        contradicts = None if last is None else _contradiction(turn, refusal, last, checkpoint)
        if contradicts is not None:
            turn.refuse(checkpoint, asked.note, *contradicts, asked.old, asked.proof, now)
        return refusal


def _against(last: Head | None, asked: AddCheckpoint, checkpoint: Checkpoint) -> Answer | None:
    """The refusal of a checkpoint beside the last head; None where it follows from it."""
    known, root = (0, EMPTY_ROOT) if last is None else (last.size, last.root)
    conflict = Answer(409, f"{known}\n".encode(), SIZE_TYPE)
    if asked.old != known or (checkpoint.size == known and checkpoint.root != root):
        return conflict
    try:
        if known:
            verify_consistency(known, checkpoint.size, asked.proof, root, checkpoint.root)
        elif asked.proof:
            raise ProofError("A proof from size 0 is empty.")
    except ProofError as error:
        return _said(422, str(error))
    return None


def _contradiction(turn: Turn, answer: Answer, last: Head, checkpoint: Checkpoint) -> tuple[Why, Head] | None:
    """What speaks against a log that signed a checkpoint which is refused, and the head it stands against.

    A client that does not know the last size, or sends a checkpoint cosigned long ago, is refused and no suspect.
    """
    same = turn.at(checkpoint.origin, checkpoint.size)
    if same is not None:
        return None if same.root == checkpoint.root else (Why.SPLIT_VIEW, same)
    if checkpoint.size < last.size:
        return Why.BEHIND, last
    return (Why.NOT_A_CONTINUATION, last) if answer.status == 422 else None


def _said(status: int, why: str) -> Answer:
    return Answer(status, f"{why}\n".encode("utf-8", "backslashreplace"))
