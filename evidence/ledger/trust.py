"""``HOME/trust``: what checkers need to know from outside a pack, for the company to publish.

A pack proves that it is unchanged since somebody signed it; who that was, only these files can say, and only when they
came by another way than the pack. ``FINGERPRINTS.txt`` is short enough to print on a letterhead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from evidence.core import canonical
from evidence.core.encoding import from_base64, to_base64
from evidence.core.values import moment_from_text
from evidence.errors import LedgerError, MalformedValue, ProofError
from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.ed25519 import spki_of_raw
from evidence.ledger.note import Verifier, open_note


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A public key as `keys.json` lists it: opaque id, SPKI, whose it is, for what, from which day, and its state.

    `created_by` and `ended_by` are entries. A person's key may sign the entries after the one and up to the other; the
    ledger's the heads of more entries than `created_by`, and of no more than `ended_by`.
    """

    key: str
    public_key: bytes
    holder: str
    purpose: str
    since: date
    state: str = "created"
    created_by: int | None = None
    ended_by: int | None = None
    compromised_since: str | None = None
    """A moment; empty where the key is compromised since nobody knows when."""
    replaces: str | None = None

    def to_json(self) -> dict[str, str | int | None]:
        return {
            "key": self.key,
            "public_key": to_base64(self.public_key),
            "holder": self.holder,
            "purpose": self.purpose,
            "since": self.since.isoformat(),
            "state": self.state,
            "created_by": self.created_by,
            "ended_by": self.ended_by,
            "compromised_since": self.compromised_since,
            "replaces": self.replaces,
        }

    @classmethod
    def from_json(cls, value: Any) -> "TrustedKey":
        """A key as listed; folders written before states were listed have none.

        Raises:
            LedgerError: a field that every folder has is missing, or one is malformed.
        """
        try:
            return cls(
                *(str(value["key"]), from_base64(str(value["public_key"])), str(value["holder"])),
                *(str(value["purpose"]), date.fromisoformat(str(value["since"])), str(value.get("state", "created"))),
                *(_position(value.get("created_by")), _position(value.get("ended_by"))),
                *(_since(value.get("compromised_since")), _optional(value.get("replaces"))),
            )
        except (LookupError, ValueError, TypeError, AttributeError, MalformedValue) as error:
            raise LedgerError(f"A key is listed in a way that cannot be read ({error}).") from error

    @property
    def state_text(self) -> str:
        """The state in words, for people."""
        if self.compromised_since is not None:
            return f"compromised since {self.compromised_since or 'a time not known'}"
        if self.ended_by is None:
            return "in use"
        return f"{self.state} by entry {self.ended_by}"

    def signs_head(self, size: int) -> bool:
        """Whether this key of the ledger may have signed the head of `size` entries, as far as the list says."""
        return (self.created_by is None or self.created_by < size) and (self.ended_by is None or size <= self.ended_by)

    def signs_entry(self, seq: int) -> bool:
        """Whether this person's key may have signed entry `seq`, as far as the list says."""
        return (self.created_by is None or self.created_by < seq or seq == self.created_by == 0) and (
            self.ended_by is None or seq <= self.ended_by
        )

    def in_doubt(self, moment: datetime) -> bool:
        """Whether what it signed at that moment may be another's."""
        since = self.compromised_since
        return since is not None and (not since or moment >= moment_from_text(since))


def _position(value: object) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        return value
    raise MalformedValue("entry", value, "a position")


def _since(value: object) -> str | None:
    if isinstance(value, str) and value:
        moment_from_text(value)
    return _optional(value)


def _optional(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise MalformedValue("key", value, "text")


def read_keys(folder: Path) -> tuple[TrustedKey, ...]:
    """The keys that a trust folder lists.

    Raises:
        LedgerError: the list is not there or cannot be read.
    """
    place = folder / "keys.json"
    try:
        value: Any = canonical.loads(place.read_bytes())
        return tuple(TrustedKey.from_json(one) for one in value["keys"])
    except (OSError, LookupError, TypeError, MalformedValue, LedgerError) as error:
        raise LedgerError(f"{place} cannot be read ({error}); wanted the trust folder of a home.") from error


def require_in_use(data: bytes, log: Sequence[Verifier], keys: Sequence[TrustedKey]) -> None:
    """Refuse a checkpoint that only keys have signed whose use had not begun, or had ended, at its size.

    A rotated key goes on verifying what it signed while it was in use, so it stays listed; what it signs later is no
    head of the ledger, whoever has got hold of it.

    Args:
        data: a checkpoint as a signed note, which `open_checkpoint` has taken.
        log: the ledger's keys, as trusted from outside.
        keys: the list that says when each was in use; a key that is not in it may have signed at any size.

    Raises:
        ProofError: no key in use there has signed.
    """
    note = open_note(data, log)
    size = Checkpoint.parse(note.text).size
    listed = {key.public_key: key for key in keys}
    ended = []
    for verifier in note.verified:
        known = listed.get(spki_of_raw(verifier.public_key)) if isinstance(verifier, Verifier) else None
        if known is None or known.signs_head(size):
            return
        ended.append(f"{known.key} ({known.state_text})")
    raise ProofError(f"The checkpoint for {size} entries is signed by {', '.join(ended)}, which was not in use there.")


def read_verifiers(folder: Path) -> tuple[Verifier, ...]:
    """The ledger's verifier keys in a trust folder.

    Raises:
        LedgerError: the folder has none.
        ProofError: one is malformed.
    """
    try:
        lines = (folder / "log.vkey").read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise LedgerError(
            f"{folder} holds no log.vkey that can be read; give the trust folder that init wrote."
        ) from error
    return tuple(Verifier.parse(line) for line in lines if line)
