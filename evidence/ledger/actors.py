"""Whose signature counts: the keys that `key` entries have brought in, as they stood at each position.

The first entry of a ledger states the first person's key and is signed by that key itself; every later one is signed by
a key that an earlier entry created and none has rotated away or revoked. The key statements' fields in clear suffice,
so that this holds although the holders' names are withheld.
"""

from dataclasses import dataclass

from evidence.core.encoding import from_base64
from evidence.core.statements.base import Opened
from evidence.core.statements.own import Key, KeyPurpose, KeyState
from evidence.errors import LedgerError, MalformedValue, ProofError
from evidence.ledger import ed25519
from evidence.ledger.envelope import Envelope
from evidence.ledger.keys import ed25519_from_spki, key_id


@dataclass(frozen=True, slots=True)
class Actor:
    """A person's key: 32 bytes, the entry that created it, and the one that ended its use, if any did."""

    public_key: bytes
    created: int
    ended: int | None = None


class Actors:
    """The people's keys of one ledger, built up entry by entry."""

    def __init__(self) -> None:
        self._by_id: dict[str, Actor] = {}

    def copy(self) -> "Actors":
        other = Actors()
        other._by_id = dict(self._by_id)
        return other

    def take(self, seq: int, opened: Opened) -> None:
        """Take in the `key` statement of entry `seq`.

        Raises:
            LedgerError: the id is not that of the key, or the key is of no use here.
        """
        fields = opened.fields
        if opened.predicate_type != Key.predicate_type() or fields.get("purpose") != KeyPurpose.PERSON.value:
            return
        try:
            der = from_base64(str(fields["public_key"]))
            name, state = str(fields["key"]), KeyState(str(fields["state"]))
        except (KeyError, ValueError, MalformedValue) as error:
            raise LedgerError(f"Entry {seq}: the key statement lacks its key, its id or its state.") from error
        if key_id(der) != name:
            raise LedgerError(f"Entry {seq}: the key statement names {name}, but its key has the id {key_id(der)}.")
        known = self._by_id.get(name)
        if known is None:
            known = Actor(ed25519.public_bytes(ed25519_from_spki(der)), seq)
        if state is not KeyState.CREATED and known.ended is None:
            known = Actor(known.public_key, known.created, seq)
        self._by_id[name] = known

    def check(self, seq: int, actor: str, envelope: Envelope) -> None:
        """Whether the entry at `seq` is signed by `actor`, and by nobody but people whose keys were in use there.

        A leaf holds all signatures for ever. One that nobody can verify, or under a key id of a stranger's choosing,
        would be a place to keep personal data or a guessable value where no disposal reaches it.

        Raises:
            ProofError: a key is unknown or out of use at that position, has not signed the envelope, or signed twice.
        """
        named = [signature.keyid for signature in envelope.signatures]
        if len(set(named)) < len(named):
            raise ProofError("The statement carries two signatures of one key; wanted one of each.")
        message = envelope.pae()
        for name in dict.fromkeys((actor, *named)):
            known = self._by_id.get(name)
            if known is None:
                raise ProofError(f"{name[:80]} is not a person's key on record; record its key statement first.")
            if (known.created >= seq and seq > 0) or (known.ended is not None and known.ended < seq):
                raise ProofError(f"{name} was not in use at entry {seq}; sign with a key that is.")
            if not any(
                signature.keyid == name and ed25519.verify(known.public_key, signature.sig, message)
                for signature in envelope.signatures
            ):
                raise ProofError(f"The signature of {name} does not fit the statement.")
