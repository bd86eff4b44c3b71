"""Signs the ledger's heads with the ledger's keys that are in use: one, or two in the overlap of a rotation.

Which keys these are, the `key` entries say (docs/decisions/0069), so that every process signs alike from the entry on
that begins or ends an overlap. The private keys come from the home's key folder, when they are first wanted.
"""

from collections.abc import Callable, Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.errors import RefusesToSign
from evidence.ledger import ed25519
from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.key_history import KeyHistory
from evidence.ledger.keys import key_id
from evidence.ledger.note import Verifier, format_line

Find = Callable[[str], Ed25519PrivateKey | None]


class HeadSigner:
    """The ledger's private keys under the name `origin`.

    Args:
        origin: the log's name, which is its keys' name too.
        key: the key that signs where no entry names one yet; None where the entries do.
        find: gives the private key of an id, or None where it is not kept here.
        trusted: public keys that the trust folder lists besides, old ones above all.
    """

    def __init__(
        self, origin: str, key: Ed25519PrivateKey | None, find: Find | None = None, trusted: Sequence[Verifier] = ()
    ) -> None:
        self.origin, self._find, self._trusted = origin, find, tuple(trusted)
        self._first = None if key is None else key_id(key)
        self._keys: dict[str, Ed25519PrivateKey] = {}
        self._verifiers: dict[str, Verifier] = {}
        if key is not None:
            self._keep(key_id(key), key)
        self._hints: dict[str, bytes] = {}

    def verifiers(self, history: KeyHistory) -> tuple[Verifier, ...]:
        """The public keys by which a checkpoint counts as ours: those whose private keys are kept here, and those
        that the trust folder lists. An entry alone makes no key ours: whoever can write rows could bring in his own.
        """
        for known in history.ledger_keys():
            if known.origin in (None, self.origin):
                self._private(known.key)
        return tuple(dict.fromkeys((*self._verifiers.values(), *self._trusted)))

    def sign(self, head: Checkpoint, history: KeyHistory) -> bytes:
        """The signed note of a head: what `note.sign` gives. Each signature is verified by the key on record before it
        is handed out (docs/decisions/0060).

        Args:
            head: of the log `origin`.
            history: the keys as they stand after the head's last entry.

        Raises:
            RefusesToSign: a key that must sign is not kept here, or what it has signed does not verify.
        """
        public = {known.key: known.raw for known in history.head_keys(head.size)}
        if not history.ledger_keys() and self._first is not None:
            public = {self._first: self._verifiers[self._first].public_key}
        names = list(public)
        keys = [key for name in names if (key := self._private(name)) is not None]
        if not keys or len(keys) < len(names):
            missing = ", ".join(name for name in names if self._private(name) is None) or "any"
            raise RefusesToSign(
                f"The ledger's heads are signed with {missing}, and that private key is not kept in this home. "
                "Nothing was signed. Restore the key's file from a backup."
            )
        text = head.format()
        body = text.encode()
        made = [(name, key.sign(body)) for name, key in zip(names, keys, strict=True)]
        for name, signature in made:
            if not ed25519.verify(public[name], signature, body):
                raise RefusesToSign(
                    f"What was signed with the private key of {name} does not verify: the file is another key's, or "
                    "this machine computes wrongly. Nothing was handed out. Restore the key's file from a backup, or "
                    "go on with the home on another machine."
                )
        lines = [format_line(self.origin, self._hint(name), signature) for name, signature in made]
        return f"{text}\n{''.join(lines)}".encode()

    def _hint(self, name: str) -> bytes:
        """The four bytes by which a note's reader looks the key up."""
        found = self._hints.get(name)
        if found is None:
            found = self._hints[name] = self._verifiers[name].key_id
        return found

    def _private(self, name: str) -> Ed25519PrivateKey | None:
        if name not in self._keys and self._find is not None:
            key = self._find(name)  # asked again each time, since a rotation may have put it there meanwhile
            if key is not None:
                self._keep(name, key)
        return self._keys.get(name)

    def _keep(self, name: str, key: Ed25519PrivateKey) -> None:
        self._keys[name] = key
        self._verifiers[name] = Verifier(self.origin, ed25519.public_bytes(key))
