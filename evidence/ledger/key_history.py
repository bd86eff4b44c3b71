"""What became of each key, entry by entry: created, rotated, revoked, compromised since when.

A signature is judged by the state that its key had at the position of what it signs. The key statements' fields in
clear suffice for that, so that it holds although the holders' names are withheld. A `succession` ends the ledger keys
of the origin before and brings in that of the new one (docs/decisions/0069, 0070).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from evidence.core.encoding import from_base64
from evidence.core.statements.base import Opened
from evidence.core.statements.own import Key, KeyPurpose, KeyState
from evidence.core.statements.registry import kind_of
from evidence.core.statements.succession import Succession
from evidence.core.values import moment_from_text, moment_text
from evidence.errors import EvidenceError, LedgerError, MalformedValue
from evidence.ledger import ed25519
from evidence.ledger.ed25519 import spki_of_raw
from evidence.ledger.keys import ed25519_from_spki, key_id
from evidence.ledger.note import Verifier

RECORDED = frozenset({Key.kind, Succession.kind})
"""The kinds of entry that a history is made of."""
_STAYS = frozenset({KeyState.CREATED, KeyState.CERTIFIED})


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A key as the entries have it.

    `public_key` is SPKI (DER). `created` and `ended` are entries: the one that brought the key in, and the first that
    ended its use. `state` and `stated` are the last state and its entry. `compromised` is the entry that says so, and
    `compromised_since` the earliest moment stated, None where none is. `certificate` is the digest of the last one.
    `raw` are the 32 bytes of an Ed25519 key, empty for an organisation. `origin` is the log that a ledger's key signs
    for, None where the ledger has had one origin all its life.
    """

    key: str
    purpose: KeyPurpose
    public_key: bytes
    raw: bytes
    created: int
    ended: int | None = None
    state: KeyState = KeyState.CREATED
    stated: int = 0
    replaces: str | None = None
    certificate: str | None = None
    origin: str | None = None
    compromised: int | None = None
    compromised_since: datetime | None = None

    def signs_entry(self, seq: int) -> bool:
        """Whether the key was in use where entry `seq` was signed: brought in and not ended before it.

        The first entry of all is signed by the key that it brings in.
        """
        return (self.created < seq or seq == self.created == 0) and (self.ended is None or self.ended >= seq)

    def signs_head(self, size: int) -> bool:
        """Whether the key was in use for the head of the first `size` entries: these bring it in and do not end it."""
        return self.created < size and (self.ended is None or self.ended >= size)

    def doubt(self, moment: datetime) -> str | None:
        """Why what was signed at that moment, while the key was in use, may be another's; None if nothing says so."""
        since = self.compromised_since
        if self.compromised is None or (since is not None and moment < since):
            return None
        when = "at a time not known" if since is None else f"since {moment_text(since)}"
        return f"{self.key} is compromised {when}, as entry {self.compromised} states"


class KeyHistory:
    """The keys of one ledger, built up entry by entry."""

    def __init__(self, earlier: "KeyHistory | None" = None, stop: int | None = None) -> None:
        """Empty, or at first what an `earlier` one holds: the keys that entries before `stop` brought in, if given."""
        known = {} if earlier is None else earlier.records
        self._by_id = {name: one for name, one in known.items() if stop is None or one.created < stop}
        self._origin: str | None = None if earlier is None else earlier.origin

    def copy(self) -> Self:
        return type(self)(self)

    @property
    def origin(self) -> str | None:
        """The origin that the last succession opened; None where there was none."""
        return self._origin

    @property
    def records(self) -> Mapping[str, KeyRecord]:
        """Every key, by its id, in the order in which they came in."""
        return self._by_id

    def person(self, name: str) -> KeyRecord | None:
        """The person's key of that id."""
        known = self._by_id.get(name)
        return known if known is not None and known.purpose is KeyPurpose.PERSON else None

    def ledger_keys(self) -> tuple[KeyRecord, ...]:
        """The ledger's keys, those whose use has ended too."""
        return tuple(known for known in self._by_id.values() if known.purpose is KeyPurpose.LEDGER)

    def head_keys(self, size: int) -> tuple[KeyRecord, ...]:
        """The ledger's keys that must sign the head of `size` entries: one, or two in the overlap of a rotation."""
        return tuple(known for known in self.ledger_keys() if known.signs_head(size))

    def before(self, seq: int) -> Self:
        """The keys that entries before `seq` have brought in, in their last state: enough to `take` that one again."""
        return type(self)(self, seq)

    def take(self, seq: int, opened: Opened) -> None:
        """Take in entry `seq`, which changes something only where it is a `key` or `succession` statement.

        Raises:
            LedgerError: the statement's key and id do not fit, the key is of no use for its purpose, it was never
                created, or it takes another's place without being created by this.
        """
        kind = kind_of(opened.predicate_type)
        try:
            if kind is Key:
                self._take_key(seq, opened.fields)
            elif kind is Succession:
                self._take_succession(seq, opened.fields)
        except (LookupError, ValueError, MalformedValue) as error:
            raise LedgerError(f"Entry {seq}: the key statement lacks its key, its id or its state.") from error

    def _take_key(self, seq: int, fields: Mapping[str, Any]) -> None:
        der, name = from_base64(str(fields["public_key"])), str(fields["key"])
        purpose, state = KeyPurpose(str(fields["purpose"])), KeyState(str(fields["state"]))
        if key_id(der) != name:
            raise LedgerError(f"Entry {seq}: the key statement names {name}, but its key has the id {key_id(der)}.")
        known, replaced = self._by_id.get(name), fields.get("replaces")
        # The form of a statement says so too, but where its fields are withheld nobody holds it to its form.
        if replaced is not None and state is not KeyState.CREATED:
            raise LedgerError(f"Entry {seq}: {name} takes another key's place as {state}; only a new key does that.")
        if known is None and state is not KeyState.CREATED:
            raise LedgerError(f"Entry {seq}: {name} is {state}, but no entry before has created it.")
        if known is None:
            raw = b"" if purpose is KeyPurpose.ORGANISATION else ed25519.public_bytes(ed25519_from_spki(der))
            known = KeyRecord(name, purpose, der, raw, seq, stated=seq, origin=self._origin)
            known = known if replaced is None else replace(known, replaces=str(replaced))
        elif known.purpose is not purpose:
            raise LedgerError(f"Entry {seq}: {name} is a key for {known.purpose}, and cannot be one for {purpose} too.")
        if state is KeyState.COMPROMISED:
            known = _compromised(known, seq, fields.get("compromised_since"))
        if fields.get("certificate") is not None:
            known = replace(known, certificate=str(fields["certificate"]))
        if state not in _STAYS:
            ended = seq if known.ended is None else known.ended
            known = replace(known, ended=ended, state=state, stated=seq)
        self._by_id[name] = known

    def _take_succession(self, seq: int, fields: Mapping[str, Any]) -> None:
        try:
            raw = Verifier.parse(str(fields["key"])).public_key
        except EvidenceError as error:
            raise LedgerError(f"Entry {seq}: the succession names no key that can be read.") from error
        before, self._origin = str(fields["predecessor"]), str(fields["origin"])
        for known in self.ledger_keys():
            ended = known if known.ended is not None else replace(known, ended=seq, state=KeyState.ROTATED, stated=seq)
            self._by_id[known.key] = replace(ended, origin=known.origin or before)
        der = spki_of_raw(raw)
        new = KeyRecord(key_id(der), KeyPurpose.LEDGER, der, raw, seq, stated=seq, origin=self._origin)
        self._by_id.setdefault(new.key, new)


def _compromised(known: KeyRecord, seq: int, since: object) -> KeyRecord:
    """The key as compromised since the earliest moment stated; where one entry states none, it is sure of nothing."""
    moment = None if since is None else moment_from_text(str(since))
    if known.compromised is None:
        return replace(known, compromised=seq, compromised_since=moment)
    earliest = known.compromised_since
    if moment is None or earliest is None:
        return replace(known, compromised_since=None)
    return replace(known, compromised_since=min(moment, earliest))
