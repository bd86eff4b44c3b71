"""Whose signature counts: the keys that `key` entries have brought in, as they stood at each position.

The first entry of a ledger states the first person's key and is signed by that key itself; every later one is signed by
a key that an earlier entry created and none has rotated away or revoked. A `key` entry that brings a key in may bear
that key's own signature besides, and one for a ledger's key those of the ledger's keys in use; one that says that it
takes another's place must bear both.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from evidence.core.statements.base import Opened, open_body
from evidence.core.statements.own import Key, KeyPurpose, KeyState
from evidence.core.statements.registry import kind_of
from evidence.errors import EvidenceError, ProofError
from evidence.ledger import ed25519
from evidence.ledger.envelope import Envelope
from evidence.ledger.key_history import KeyHistory, KeyRecord
from evidence.ledger.note import Verifier

_MARK = b'"predicateType":"urn:evidence:key:'


class Signed(NamedTuple):
    """An entry about keys: who recorded it, what is signed there, and what of it stands in clear."""

    actor: str
    envelope: Envelope
    opened: Opened


class Actors(KeyHistory):
    """The keys of one ledger, built up entry by entry, and what they may sign."""

    def check(self, seq: int, actor: str, envelope: Envelope, made_by: bytes | None = None) -> None:
        """Whether the entry at `seq` is signed by `actor`, and by nobody but people whose keys were in use there.

        A leaf holds all signatures for ever. One that nobody can verify, or under a key id of a stranger's choosing,
        would be a place to keep personal data or a guessable value where no disposal reaches it.

        Args:
            seq: the position.
            actor: the id of the key of who records it.
            envelope: what is recorded there.
            made_by: the public key, 32 bytes, with which this process has just made the envelope's only signature,
                which is then not verified again (docs/decisions/0060).

        Raises:
            ProofError: a key is unknown or out of use at that position, has not signed the envelope, or signed twice.
        """
        named = [signature.keyid for signature in envelope.signatures]
        if named == [actor] and _MARK not in envelope.payload and self._in_use(seq, actor).raw == made_by:
            return
        if len(set(named)) < len(named):
            raise ProofError("The statement carries two signatures of one key; wanted one of each.")
        besides, wanted = self._of_key_entry(seq, envelope)
        missing = [name for name in wanted if name not in named]
        if missing:
            raise ProofError(f"The statement lacks the signature of {', '.join(missing)}, whose place is taken or new.")
        message = envelope.pae()
        for name in dict.fromkeys((actor, *named)):
            raw = besides.get(name) if name != actor else None
            if raw is None:
                raw = self._in_use(seq, name).raw
            if not any(sent.keyid == name and ed25519.verify(raw, sent.sig, message) for sent in envelope.signatures):
                raise ProofError(f"The signature of {name} does not fit the statement.")

    def successors(self, trusted: Iterable[Verifier], entries: Mapping[int, Signed]) -> tuple[Verifier, ...]:
        """The trusted keys of the log, and those that took the place of one of them, one after the other.

        Whoever trusts the old key has its word for the new one only where the old one has signed the entry that brings
        the new one in: a person who records entries could name any key there.

        Args:
            trusted: the keys to begin with.
            entries: those about keys, by position, as this history was made of them.
        """
        found = dict.fromkeys(trusted)
        names = {verifier.public_key: verifier.name for verifier in found}
        for known in self.ledger_keys():  # in the order in which they came in
            before = self.records.get(known.replaces or "")
            if before is None or before.raw not in names or known.raw in names:
                continue
            if self._passed_on(known.created, before, entries.get(known.created)):
                names[known.raw] = names[before.raw]
                found[Verifier(names[known.raw], known.raw)] = None
        return tuple(found)

    def _passed_on(self, seq: int, before: KeyRecord, entry: Signed | None) -> bool:
        """Whether entry `seq` is signed as it must be, by the key that stood there before among others."""
        if entry is None or before.key not in {signature.keyid for signature in entry.envelope.signatures}:
            return False
        try:
            self.check(seq, entry.actor, entry.envelope)
        except ProofError:
            return False
        return True

    def _in_use(self, seq: int, name: str) -> KeyRecord:
        known = self.person(name)
        if known is None:
            raise ProofError(f"{name[:80]} is not a person's key on record; record its key statement first.")
        if not known.signs_entry(seq):
            raise ProofError(
                f"{name} was not in use at entry {seq}: {known.state} by entry {known.stated}; sign with a key that is."
            )
        return known

    def _of_key_entry(self, seq: int, envelope: Envelope) -> tuple[Mapping[str, bytes], tuple[str, ...]]:
        """Whose signatures an entry may bear besides people's, with their public keys, and whose it must bear."""
        if _MARK not in envelope.payload:  # almost every entry; the payload is canonical, so this is its one spelling
            return {}, ()
        try:
            opened = open_body(envelope.payload, ())
            fields = opened.fields
            if kind_of(opened.predicate_type) is not Key or fields.get("state") != KeyState.CREATED.value:
                return {}, ()
            new = Actors()
            new.take(seq, opened)
            made = new.records[str(fields["key"])]
        except (EvidenceError, LookupError):
            return {}, ()  # named where the statement itself is checked
        if made.purpose is KeyPurpose.ORGANISATION:
            return {}, ()
        allowed = {made.key: made.raw}
        if made.purpose is KeyPurpose.LEDGER:
            allowed |= {known.key: known.raw for known in self.ledger_keys() if known.signs_entry(seq)}
        if made.replaces is None:
            return allowed, ()
        replaced = self.records.get(made.replaces)
        if replaced is None or replaced.purpose is not made.purpose:
            raise ProofError(
                f"{made.key} takes the place of {made.replaces}, which is no {made.purpose}'s key on record."
            )
        return allowed, (made.replaces, made.key)
