"""The folder of a witness: ``witness.vkey`` for others to know it by, its key, encrypted, and its records."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.core.identifiers import Random
from evidence.errors import LedgerError, SettingsError, StoreError
from evidence.ledger import ed25519
from evidence.ledger.cosignature import Witness
from evidence.ledger.keys import KeyFolder, new_ed25519
from evidence.ledger.witness_store import FILE_NAME, WitnessStore
from evidence.store.durable import sync_folder, write_new

_VKEY, _KEYS, _NAME = "witness.vkey", "keys", "witness"
_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class WitnessFolder:
    """A witness that was made, and where it lies."""

    folder: Path
    witness: Witness

    @staticmethod
    def make(folder: Path, name: str, passphrase: bytes, random: Random) -> "WitnessFolder":
        """Make a witness; its verifier key is written last, so that what is unfinished is none.

        Raises:
            ProofError: a name that cannot stand on a signature line.
            SettingsError: there is something in the folder, or it cannot be written.
        """
        key = new_ed25519(random)
        witness = Witness(name, ed25519.public_bytes(key))
        if len(name) > _LONGEST_NAME or not name.isprintable():
            raise SettingsError(f"A witness's name has at most {_LONGEST_NAME} printable characters.")
        folder = folder.expanduser().absolute()
        try:
            if folder.exists() and any(folder.iterdir()):
                raise SettingsError(f"{folder} is there already and not empty. Name another folder.")
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            KeyFolder(folder / _KEYS, passphrase).write(_NAME, key)
            WitnessStore(folder).close()
            write_new(folder / _VKEY, f"{witness.vkey}\n".encode(), 0o644)
            sync_folder(folder.parent)
        except OSError as error:
            raise SettingsError(f"{folder} could not be made ({error.strerror}). Name another place.") from error
        return WitnessFolder(folder, witness)

    @staticmethod
    def open(folder: Path) -> "WitnessFolder":
        """The witness in a folder.

        Raises:
            SettingsError: there is none.
        """
        folder = folder.expanduser().absolute()
        try:
            return WitnessFolder(folder, Witness.parse((folder / _VKEY).read_text("utf-8").removesuffix("\n")))
        except (OSError, UnicodeDecodeError, LedgerError) as error:
            raise SettingsError(
                f"{folder} holds no witness ({error}). Make one with `evidence witness init DIR --name NAME`."
            ) from error

    def key(self, passphrase: bytes) -> Ed25519PrivateKey:
        """The private key.

        Raises:
            SettingsError: it does not open, or is another than the verifier key says.
        """
        key = KeyFolder(self.folder / _KEYS, passphrase).witness()
        if ed25519.public_bytes(key) != self.witness.public_key:
            raise SettingsError(f"The key in {self.folder / _KEYS} is not the one that {_VKEY} names. Restore both.")
        return key

    def store(self) -> WitnessStore:
        """Its records, open.

        Raises:
            StoreError: they are gone, or cannot be used. They are never made anew beside the same key: a witness that
                has forgotten would cosign another history.
        """
        if not (self.folder / FILE_NAME).exists():
            raise StoreError(
                f"{self.folder / FILE_NAME} is gone, and with it what was cosigned. Make a new witness with a new key, "
                "and give that key to those who rely on it."
            )
        return WitnessStore(self.folder)
