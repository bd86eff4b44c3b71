"""What signs for the organisation, wherever its key lies: in the home's key folder, or on a token.

Everything that signs a pack asks this for signatures and never for the key, so that a key on a token serves as well.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import pkcs12

from evidence.core.statements.own import KeyPurpose
from evidence.errors import SettingsError, StoreError
from evidence.ledger.certificates import chain_of, read_certificates, require_fit
from evidence.ledger.key_history import KeyHistory, KeyRecord
from evidence.ledger.keys import KeyFolder, key_id, read_passphrase
from evidence.ledger.pkcs11 import TokenKey
from evidence.settings import Token
from evidence.store.documents import DocumentStore

_MAX_PKCS12 = 1024 * 1024


@dataclass(frozen=True, slots=True)
class OrganisationSigner:
    """The organisation's certificate with what leads to its root, and what signs by it.

    `sign` gives RSASSA-PKCS1-v1_5 with SHA-256 over the bytes it is handed. `chain` ends in the root.
    """

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    sign: Callable[[bytes], bytes]
    place: str

    @property
    def root(self) -> x509.Certificate:
        return self.chain[-1]

    @property
    def between(self) -> tuple[x509.Certificate, ...]:
        """What a verifier who trusts the root needs besides the certificate itself."""
        return self.chain[:-1]


def signs_with(key: RSAPrivateKey) -> Callable[[bytes], bytes]:
    """What signs with a key that lies in this process."""
    return lambda data: key.sign(data, PKCS1v15(), hashes.SHA256())


@dataclass(frozen=True, slots=True)
class Brought:
    """What a PKCS#12 file holds: the key, its certificate, and the others."""

    key: RSAPrivateKey
    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...]


def read_pkcs12(content: bytes, passphrase: bytes, source: str) -> Brought:
    """The organisation's key and certificates in a PKCS#12 file (RFC 7292).

    Raises:
        SettingsError: not such a file, another passphrase, no private key or certificate in it, or no RSA key.
    """
    if len(content) > _MAX_PKCS12:
        raise SettingsError(f"{source} has {len(content)} bytes; wanted a PKCS#12 file of at most {_MAX_PKCS12}.")
    try:
        found = pkcs12.load_pkcs12(content, passphrase)
    except (ValueError, TypeError) as error:
        raise SettingsError(
            f"{source} does not open: it is no PKCS#12 file, or its passphrase is another. Check --passphrase-file."
        ) from error
    except UnsupportedAlgorithm as error:
        raise SettingsError(
            f"{source} is encrypted in a way that is not supported any more. Export it anew with AES-256."
        ) from error
    if found.key is None:
        raise SettingsError(f"{source} holds no private key. Export it together with its key.")
    if found.cert is None:
        raise SettingsError(f"{source} holds no certificate for its key. Export it together with its certificate.")
    if not isinstance(found.key, RSAPrivateKey):
        raise SettingsError(f"{source} holds a key that is not RSA; packs are signed with RSA of 3072 bits or more.")
    others = tuple(one.certificate for one in found.additional_certs)
    return Brought(found.key, found.cert.certificate, others)


def current(history: KeyHistory) -> KeyRecord | None:
    """The organisation's key that signs now: the last brought in of those whose use has not ended."""
    listed = [one for one in history.records.values() if one.purpose is KeyPurpose.ORGANISATION and one.ended is None]
    return listed[-1] if listed else None


def organisation_signer(
    history: KeyHistory,
    keys: KeyFolder,
    documents: DocumentStore,
    token: Token | None,
    pin: Callable[[], str],
    now: datetime,
) -> OrganisationSigner:
    """What signs for the organisation now, by the key and the certificate that the entries name last.

    Args:
        history: the keys up to the last entry.
        keys: the home's key folder, where the certificates lie too.
        documents: where certificates on record are kept.
        token: where the key is, if it is on a token.
        pin: gives the token's PIN; asked only if the token is needed.
        now: the certificate must cover this moment.

    Raises:
        SettingsError: the key, its certificate or what leads to its root is missing or unfit.
    """
    record = current(history)
    if record is None or record.certificate is None:
        raise SettingsError(
            "No key of the organisation is in use, so no pack can be signed. Record one with `evidence keys import`, "
            "`evidence keys token` or `evidence keys rotate`."
        )
    certificate = certificate_of(record, documents)
    chain = chain_of(certificate, keys.certificates())
    key = keys.organisation(record.key)
    if key is not None:
        require_fit(certificate, key.public_key(), now)
        return OrganisationSigner(certificate, chain, signs_with(key), f"keys ({record.key})")
    if token is None:
        raise SettingsError(
            f"The organisation's key {record.key} is not kept in this home, and settings.toml names no token. "
            "Restore the key's file from a backup, or name the token under [token]."
        )
    held = TokenKey(token, pin())
    public_key = held.public_key()
    if key_id(public_key) != record.key:
        raise SettingsError(
            f"The key {token.key} on the token {token.label} is {key_id(public_key)}, the one on record {record.key}. "
            "Record the token's with `evidence keys token`."
        )
    require_fit(certificate, public_key, now)
    return OrganisationSigner(certificate, chain, held.sign, f"token {token.label}")


def certificate_of(record: KeyRecord, documents: DocumentStore) -> x509.Certificate:
    """The certificate that the last entry about a key names.

    Raises:
        SettingsError: its document is gone or damaged.
    """
    try:
        return read_certificates(documents.read(str(record.certificate)), f"document {record.certificate}")[0]
    except StoreError as error:
        raise SettingsError(f"The certificate of {record.key} cannot be read. {error}") from error


def no_pin() -> str:
    """For a home that is not open to sign.

    Raises:
        SettingsError: always.
    """
    raise SettingsError("This home was opened for reading only; open it to sign.")


def pin_of(environ: Mapping[str, str], prompt: Callable[[], str] | None) -> Callable[[], str]:
    """What gives the token's PIN: from the first line of the file that EVIDENCE_PIN_FILE names, else by asking once."""

    @cache
    def given() -> str:
        named = environ.get("EVIDENCE_PIN_FILE")
        if not named and prompt is None:
            raise SettingsError("The organisation's key is on a token: name the file of its PIN in EVIDENCE_PIN_FILE.")
        pin = read_passphrase(Path(named) if named else None, prompt, "PIN")
        try:
            return pin.decode()
        except UnicodeDecodeError as error:
            raise SettingsError("The PIN is not UTF-8.") from error

    return given
