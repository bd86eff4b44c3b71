"""Asking one witness to cosign a checkpoint: the client's side of C2SP tlog-witness v1.0.0.

The answer is bytes from outside; the cosignature in it is verified before anybody gets it.
"""

from collections.abc import Callable, Sequence

from evidence.errors import NoAnswer, ProofError, WitnessContradicts
from evidence.ledger.add_checkpoint import PATH, SIZE_TYPE, AddCheckpoint, read_size
from evidence.ledger.asking import Response, Transport
from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.cosignature import Witness, seconds_of
from evidence.ledger.note import MAX_SIGNATURES, parse_line, parse_note
from evidence.ledger.policy import PolicyWitness

Prover = Callable[[int, int], Sequence[bytes]]
"""Gives the consistency proof between two sizes, the first at least 1."""

_HEADERS = {"Content-Type": "text/plain; charset=utf-8"}
_REASONS = {
    403: "it does not know the key that signed the checkpoint; give it trust/log.vkey anew",
    404: "it does not watch this ledger; give it trust/log.vkey",
}


def cosignature_from(witness: PolicyWitness, note: bytes, known: int, prove: Prover, post: Transport) -> bytes:
    """The signature line, with its newline, that a witness gives for a checkpoint; verified.

    Args:
        witness: with the address of its submission prefix.
        note: the checkpoint as its log signed it.
        known: the size that the witness is thought to have; it says so where that is wrong, and is asked once more.
        prove: makes the proof from the size it has.
        post: the call over the network.

    Raises:
        NoAnswer: there was none that can be used; ask again later.
        WitnessContradicts: the witness has seen more than this checkpoint, or something else.
    """
    if not witness.url:
        raise NoAnswer(f"{witness.name} has no address in the policy.")
    size = Checkpoint.parse(parse_note(note).text).size
    old = min(known, size)
    for _ in range(2):
        request = AddCheckpoint(old, tuple(prove(old, size)) if 0 < old < size else (), note)
        answer = post(witness.url.rstrip("/") + PATH, request.format(), _HEADERS)
        if answer.status == 200:
            return _own_line(witness.key, note, answer.body)
        if answer.status == 422 and old:
            raise WitnessContradicts(
                f"{witness.name} has cosigned other entries than the first {old} of this ledger: there are two "
                "histories of it. Keep both, and find out which is true."
            )
        if answer.status != 409:
            raise NoAnswer(f"{witness.name} answered {answer.status}: {_REASONS.get(answer.status, _words(answer))}.")
        old = _size_it_has(witness, answer, old, size)
    raise NoAnswer(f"{witness.name} was asked by somebody else at the same moment.")


def _size_it_has(witness: PolicyWitness, answer: Response, old: int, size: int) -> int:
    """What an answer 409 says: the size to prove from, where there is a way from it to this checkpoint."""
    has = size if old == size and answer.media_type != SIZE_TYPE else _read_size(witness, answer)
    if has > size:
        raise WitnessContradicts(
            f"{witness.name} has cosigned {has} entries, and this checkpoint has {size}: the ledger is older than what "
            "was handed out. Restore a newer backup, or go on under a new name with `evidence ledger succeed`."
        )
    if has == old == size:
        raise WitnessContradicts(
            f"{witness.name} has cosigned another root for {size} entries: there are two histories of this ledger. "
            "Keep both, and find out which is true."
        )
    return has


def _read_size(witness: PolicyWitness, answer: Response) -> int:
    if answer.media_type != SIZE_TYPE:
        raise NoAnswer(f"{witness.name} answered 409 without the size that it has.")
    try:
        return read_size(answer.body)
    except ProofError as error:
        raise NoAnswer(f"{witness.name}: {error}") from error


def _own_line(witness: Witness, note: bytes, body: bytes) -> bytes:
    """The witness's line in an answer, the latest of several; lines of other keys are ignored (tlog-witness).

    Raises:
        NoAnswer: it is not there, or does not verify.
    """
    text, found, latest = parse_note(note).text, b"", -1
    try:
        lines = body.decode("utf-8").split("\n")
        if lines.pop() or not 0 < len(lines) <= MAX_SIGNATURES:
            raise ProofError(f"wanted 1 to {MAX_SIGNATURES} lines, each ended by a newline.")
        for line in lines:
            read = parse_line(line)
            if (read.name, read.key_id) != (witness.name, witness.key_id):
                continue
            if not witness.verify(text, read.signature):
                raise ProofError("its signature does not verify.")
            if seconds_of(read.signature) > latest:
                found, latest = f"{line}\n".encode(), seconds_of(read.signature)
    except (UnicodeDecodeError, ProofError) as error:
        raise NoAnswer(f"{witness.name} gave no cosignature that can be used: {error}") from error
    if not found:
        raise NoAnswer(f"{witness.name} answered without its own signature. Compare its key with the policy's.")
    return found


def _words(answer: Response) -> str:
    said = "".join(c if c.isprintable() else " " for c in answer.body[:200].decode("utf-8", "replace"))
    return " ".join(said.split()).rstrip(".") or "nothing more"
