"""Documents that must be able to vanish, backups included: encrypted, each under a data key of its own.

Content of tier ``secret+personal`` lies in the document store as AES-256-GCM ciphertext, under the digest of that
ciphertext. Its data key lies in ``HOME/vault/``, wrapped (RFC 3394) under the vault key. Disposing of the document
destroys the data key; a backup of the documents then holds bytes that nobody can read. So ``vault/`` is backed up apart
from the documents, and its old backups are the ones to destroy after a disposal.
"""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from evidence.errors import DocumentDamaged, DocumentMissing, StoreError
from evidence.store.documents import DocumentStore, Stored
from evidence.store.durable import sync_folder, write_new

_MAGIC = b"evidence-vault-1\n"
_NONCE = 12


class Vault:
    """Encrypted documents in `documents`, their data keys in `folder`, both opened by the 32 bytes of `key`."""

    def __init__(self, folder: Path, documents: DocumentStore, key: bytes, random: Callable[[int], bytes]) -> None:
        self._folder, self._documents, self._key, self._random = folder, documents, key, random

    def put(self, content: bytes) -> Stored:
        """Keep `content` encrypted; gives digest and size of the ciphertext, which is what the store then holds.

        The data key is durable before the ciphertext is, so that a crash leaves a key without a document at worst.
        """
        data_key, nonce = self._random(32), self._random(_NONCE)
        sealed = _MAGIC + nonce + AESGCM(data_key).encrypt(nonce, content, _MAGIC)
        wrapped = aes_key_wrap(self._key, data_key)
        incoming = self._folder / f"incoming-{self._random(8).hex()}"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_new(incoming, wrapped)
            stored = self._documents.put(sealed)
            incoming.replace(self._path(stored.sha256))
            sync_folder(self._folder)
        except OSError as error:
            raise StoreError(
                f"A document could not be sealed ({error}). Check the disk under {self._folder}."
            ) from error
        return stored

    def read(self, sha256: str) -> bytes:
        """The content of the ciphertext kept under `sha256`.

        Raises:
            DocumentMissing: its data key was destroyed, or the ciphertext is gone.
            DocumentDamaged: key or ciphertext do not fit.
        """
        try:
            wrapped = self._path(sha256).read_bytes()
        except OSError as error:
            raise DocumentMissing(
                f"Document {sha256} cannot be opened: its data key is not in {self._folder}. It was disposed of, or "
                "the vault's backup must be restored."
            ) from error
        sealed = self._documents.read(sha256)
        nonce, body = sealed[len(_MAGIC) : len(_MAGIC) + _NONCE], sealed[len(_MAGIC) + _NONCE :]
        try:
            return AESGCM(aes_key_unwrap(self._key, wrapped)).decrypt(nonce, body, _MAGIC)
        except (InvalidUnwrap, InvalidTag, ValueError) as error:
            raise DocumentDamaged(f"Document {sha256} cannot be decrypted: its data key does not fit.") from error

    def dispose(self, sha256: str, disposal_seq: int) -> bool:
        """Destroy the data key and let the ciphertext go, under the disposal entry; whether anything was there."""
        found = destroy_data_key(self._folder, sha256)
        return self._documents.dispose(sha256, disposal_seq) or found

    def _path(self, sha256: str) -> Path:
        return self._folder / f"{sha256}.key"


def sealed(content: BinaryIO) -> bool:
    """Whether a document's bytes are what a vault stores, read from their beginning."""
    return content.read(len(_MAGIC)) == _MAGIC


def destroy_data_key(folder: Path, sha256: str) -> bool:
    """Destroy the data key of a document in the vault at `folder`, if it has one there; needs no key itself.

    Raises:
        StoreError: the disk refused.
    """
    path = folder / f"{sha256}.key"
    try:
        if not path.exists():
            return False
        path.unlink()
        sync_folder(folder)
    except OSError as error:
        raise StoreError(f"{path} could not be destroyed ({error}).") from error
    return True
