"""What is done with people's keys and the ledger's: made, rotated, revoked, stated to be compromised (decision 0069).

Each act is a batch of `key` entries, recorded whole or not at all. A new key's file is written before its entry and the
trust folder after it, so that a command that was killed is simply given again: a key that lies there and is not on
record is taken for the one to be recorded, and one that is on record is not recorded twice.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError

from evidence.core.encoding import to_base64
from evidence.core.identifiers import mint
from evidence.core.statements.base import Statement, build
from evidence.core.statements.own import Key, KeyPurpose, KeyState
from evidence.core.values import legal_day, moment_text
from evidence.errors import LedgerError, SettingsError, UsageError
from evidence.ledger import envelope
from evidence.ledger.found import HomeHandle
from evidence.ledger.key_history import KeyHistory, KeyRecord
from evidence.ledger.key_listing import holder_of, renew_trust
from evidence.ledger.keys import KeyFolder, key_id, new_ed25519, spki
from evidence.ledger.lock import writing_turn
from evidence.ledger.submission import Submission
from evidence.settings import Settings

LOCK, WAIT_S = "keys.lock", 60.0


@dataclass(frozen=True, slots=True)
class KeyDone:
    """What was done: the key that it was about or that was made, and the entries recorded; none where a command that
    was killed had recorded them already.
    """

    key: str
    entries: tuple[int, ...]
    place: str | None = None


class KeyDesk:
    """An open home whose keys are being changed; one command at a time."""

    def __init__(self, handle: HomeHandle) -> None:
        self.handle, self.settings = handle, handle.settings
        self.now = handle.clock.now()
        self.history = handle.history()

    @staticmethod
    @contextmanager
    def of(handle: HomeHandle) -> Iterator["KeyDesk"]:
        """The desk; the trust folder is written anew when all is done.

        Raises:
            SettingsError: the home was opened for reading only.
        """
        handle.signer()
        with writing_turn(handle.settings.home / LOCK, WAIT_S):
            desk = KeyDesk(handle)
            yield desk
            renew_trust(handle.history(), handle.ledger, Settings.load(handle.settings.home, {}))

    @property
    def keys(self) -> KeyFolder:
        if self.handle.keys is None:
            raise SettingsError("This home was opened for reading only; open it to sign.")
        return self.handle.keys

    def record_of(self, key: str) -> KeyRecord:
        """The key of that id, or `ledger` or `organisation` for the one in use.

        Raises:
            LedgerError: none is on record.
        """
        listed = list(self.history.records.values())
        if key in (KeyPurpose.LEDGER.value, KeyPurpose.ORGANISATION.value):
            in_use = [one for one in listed if one.purpose.value == key and one.ended is None]
            key = in_use[0].key if in_use else key
        found = self.history.records.get(key)
        if found is None:
            known = ", ".join(one.key for one in listed) or "none"
            raise LedgerError(f"{key[:80]} is no key on record. Known: {known}.")
        return found

    def statement(self, record: KeyRecord, state: KeyState, **more: object) -> Key:
        """What happened to a key on record."""
        said: dict[str, object] = {
            "id": mint(Key.prefix, self.now, self.handle.random),
            "issuer": "self",
            "key": record.key,
            "purpose": record.purpose,
            "state": state,
            "public_key": to_base64(record.public_key),
            "holder": holder_of(self.history, self.handle.ledger, self.settings, record.key),
            "since": legal_day(self.now, self.settings.zone),
        }
        return _key(said | more)

    def created(self, public_key: bytes, purpose: KeyPurpose, holder: str, **more: object) -> Key:
        """That a new key came in."""
        said: dict[str, object] = {
            "id": mint(Key.prefix, self.now, self.handle.random),
            "issuer": "self",
            "key": key_id(public_key),
            "purpose": purpose,
            "state": KeyState.CREATED,
            "public_key": to_base64(public_key),
            "holder": holder,
            "since": legal_day(self.now, self.settings.zone),
        }
        return _key(said | more)

    def submission(self, statement: Statement, *signers: Ed25519PrivateKey, actor: str | None = None) -> Submission:
        """A statement signed by the actor (who records, if not given) and by others besides."""
        name = actor or self.handle.signer().actor
        built = build(statement, self.handle.random)
        signed = envelope.sign(built.body, self.keys.person(name), keyid=name)
        for key in signers:
            signed = envelope.countersign(signed, key, keyid=key_id(key))
        return Submission(built.kind, signed.to_json(), name, built.disclosures)

    def record(self, *submissions: Submission) -> tuple[int, ...]:
        """Record them; gives their entries."""
        recorded = tuple(one.seq for one in self.handle.signer().hand_over(submissions))
        self.history = self.handle.history()
        return recorded

    def new_key(self, prefix: str) -> Ed25519PrivateKey:
        """A key whose file lies in the key folder: made now, or by a command that was killed before it recorded it."""
        waiting = self.keys.unrecorded(f"{prefix}*", self.history.records)
        if waiting is not None:
            return self.keys.ed25519(f"{prefix}{waiting}")
        key = new_ed25519(self.handle.random)
        self.keys.write(f"{prefix}{key_id(key)}", key)
        return key


def add_person(desk: KeyDesk, name: str) -> KeyDone:
    """A key for another person, brought in by an entry that the person who records has signed."""
    key = desk.new_key("")
    statement = desk.created(spki(key), KeyPurpose.PERSON, name)
    return KeyDone(statement.key, desk.record(desk.submission(statement, key)), f"keys/{statement.key}.pem")


def rotate(desk: KeyDesk, key: str, reason: str | None = None) -> KeyDone:
    """Another key in the place of a person's or the ledger's.

    A person's old key signs the entry that brings in the new one, and the one that ends its own use. The ledger's old
    key signs that entry too, and from it on both sign the heads, until `finish_rotation`.

    Raises:
        LedgerError: there is no such key, its use has ended, or it is the organisation's.
    """
    record = desk.record_of(key)
    if record.purpose is KeyPurpose.PERSON:
        return _rotate_person(desk, record, reason)
    if record.purpose is KeyPurpose.LEDGER:
        return _rotate_ledger(desk, record, reason)
    raise LedgerError(f"{record.key} is the organisation's; its rotation needs the root's key.")


def _rotate_person(desk: KeyDesk, old: KeyRecord, reason: str | None) -> KeyDone:
    new = _successor(desk.history, old)
    entries: tuple[int, ...] = ()
    if new is None or not desk.keys.has(new.key):
        _require_in_use(old)
        private = desk.new_key("")
        holder = holder_of(desk.history, desk.handle.ledger, desk.settings, old.key)
        created = desk.created(spki(private), KeyPurpose.PERSON, holder, replaces=old.key, reason=reason)
        ended = desk.statement(old, KeyState.ROTATED, reason=reason)
        entries = desk.record(desk.submission(created, private, actor=old.key), desk.submission(ended, actor=old.key))
        new = desk.history.records[created.key]
    written = Settings.load(desk.settings.home, {})  # without what the environment lays over it
    if written.person == old.key:
        written.model_copy(update={"person": new.key}).write()
    return KeyDone(new.key, entries, f"keys/{new.key}.pem")


def _rotate_ledger(desk: KeyDesk, old: KeyRecord, reason: str | None) -> KeyDone:
    in_use = desk.history.head_keys(desk.handle.ledger.size())
    if len(in_use) > 1:
        new = in_use[-1]
        if old.key == new.replaces and desk.keys.ledger_key(new.key) is not None:
            return KeyDone(new.key, (), f"keys/ledger-{new.key}.pem")  # begun before, by this command or another
        raise LedgerError("A rotation of the ledger's key is under way. End it with `evidence keys finish-rotation`.")
    _require_in_use(old)
    signing = desk.keys.ledger_key(old.key)
    if signing is None:
        raise SettingsError(f"The ledger's key {old.key} is not kept in this home. Restore its file from a backup.")
    private = desk.new_key("ledger-")
    created = desk.created(
        spki(private), KeyPurpose.LEDGER, desk.settings.organisation.legal_name, replaces=old.key, reason=reason
    )
    entries = desk.record(desk.submission(created, signing, private))
    return KeyDone(created.key, entries, f"keys/ledger-{created.key}.pem")


def finish_rotation(desk: KeyDesk) -> KeyDone:
    """End the overlap of two keys of the ledger: from this entry on, the new one alone signs the heads.

    Raises:
        LedgerError: no rotation is under way.
    """
    in_use = desk.history.head_keys(desk.handle.ledger.size())
    if len(in_use) < 2:
        raise LedgerError("No rotation of the ledger's key is under way; begin one with `evidence keys rotate ledger`.")
    ended = [desk.submission(desk.statement(old, KeyState.ROTATED)) for old in in_use[:-1]]
    return KeyDone(in_use[-1].key, desk.record(*ended))


def revoke(desk: KeyDesk, key: str, reason: str) -> KeyDone:
    """End the use of a key from now on; what it has signed stays.

    Raises:
        LedgerError: there is no such key, its use has ended, or nobody could record, or nothing sign heads, without it.
    """
    record = desk.record_of(key)
    _require_in_use(record)
    _require_others(desk.history, record)
    return KeyDone(record.key, desk.record(desk.submission(desk.statement(record, KeyState.REVOKED, reason=reason))))


def compromised(desk: KeyDesk, key: str, since: datetime, reason: str | None = None) -> KeyDone:
    """State that a key may have been in other hands since a moment. Its use ends, and what it signed since is in doubt.

    Raises:
        LedgerError: as `revoke` has it, but that the use may have ended; or the key itself is to sign this.
    """
    record = desk.record_of(key)
    if since > desk.now:
        raise LedgerError(f"{moment_text(since)} is still to come; wanted the moment since when it may be compromised.")
    if record.key == desk.handle.signer().actor:
        raise LedgerError(
            f"{record.key} would sign this itself, as whoever has got hold of it could. Record it by another key "
            "(--by), or rotate it first."
        )
    if record.ended is None:
        _require_others(desk.history, record)
    statement = desk.statement(
        record,
        KeyState.COMPROMISED,
        since=legal_day(since, desk.settings.zone),
        compromised_since=moment_text(since),
        reason=reason,
    )
    return KeyDone(record.key, desk.record(desk.submission(statement)))


def _key(said: dict[str, object]) -> Key:
    try:
        return Key.model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"The key's {first['loc'][0]}: {first['msg']}; found {str(first['input'])[:80]!r}.") from error


def _successor(history: KeyHistory, old: KeyRecord) -> KeyRecord | None:
    """The key that took the place of a person's, where one did and is in use."""
    if old.ended is None:
        return None
    return next((one for one in history.records.values() if one.replaces == old.key and one.ended is None), None)


def _require_in_use(record: KeyRecord) -> None:
    if record.ended is not None:
        raise LedgerError(f"{record.key} is not in use: {record.state} by entry {record.stated}. Nothing was recorded.")


def _require_others(history: KeyHistory, record: KeyRecord) -> None:
    """Refuse to end the last key of people, who record, or of the ledger, which signs heads."""
    others = [
        one
        for one in history.records.values()
        if one.purpose is record.purpose and one.ended is None and one.key != record.key
    ]
    if others or record.purpose is KeyPurpose.ORGANISATION:
        return
    if record.purpose is KeyPurpose.LEDGER:
        raise LedgerError(f"{record.key} is the ledger's only key. Rotate it first: evidence keys rotate {record.key}")
    raise LedgerError(
        f"{record.key} is the only person's key in use; without it nobody could record. Rotate it, or add a person."
    )
