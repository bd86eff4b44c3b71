"""The keys of a home: how they are made, kept and opened.

The ledger and people sign with Ed25519. The organisation signs packs (CMS, PDF) with RSA-3072 under an X.509
certificate without extended key usage: ``openssl cms -verify`` refuses one that is for document signing only. Private
keys lie in ``HOME/keys`` as encrypted PKCS#8, mode 0600, and open with one passphrase, which comes from a prompt or
from the file that EVIDENCE_PASSPHRASE_FILE names. Key ids are opaque: a leaf can never be removed, so it names nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.x509.oid import NameOID

from evidence.core.identifiers import Random
from evidence.errors import LedgerError, SettingsError
from evidence.store.durable import write_new

VALID_YEARS = 10
_DER = serialization.Encoding.DER
_SPKI = serialization.PublicFormat.SubjectPublicKeyInfo
_SCRYPT_COST = 2**15
_VAULT_MAGIC = b"evidence-vault-key-1\n"

PrivateKey = Ed25519PrivateKey | RSAPrivateKey
PublicKey = Ed25519PublicKey | RSAPublicKey


def spki(key: PrivateKey | PublicKey) -> bytes:
    """The public key as SubjectPublicKeyInfo, DER."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey | RSAPrivateKey) else key
    return public.public_bytes(_DER, _SPKI)


def key_id(key: PrivateKey | PublicKey | bytes) -> str:
    """The opaque id of a key: ``key-`` and the first 16 hexadecimal digits of the SHA-256 of its SPKI."""
    return "key-" + sha256(key if isinstance(key, bytes) else spki(key)).hexdigest()[:16]


def ed25519_from_spki(der: bytes) -> Ed25519PublicKey:
    """The Ed25519 public key in SubjectPublicKeyInfo bytes.

    Raises:
        LedgerError: another algorithm, or not a key.
    """
    try:
        key = serialization.load_der_public_key(der)
    except ValueError as error:
        raise LedgerError("A key entry holds no public key that can be read.") from error
    if not isinstance(key, Ed25519PublicKey):
        raise LedgerError("A key entry of a person or the ledger holds a key that is not Ed25519.")
    return key


def new_ed25519(random: Random) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(random(32))


def read_passphrase(path: Path | None, prompt: Callable[[], str] | None) -> bytes:
    """The passphrase of the keys: from the file at `path` (first line), else by asking.

    Raises:
        SettingsError: neither is there, the file is empty, or others than its owner may read it.
    """
    if path is None:
        if prompt is None:
            raise SettingsError("The keys need their passphrase: name a file in EVIDENCE_PASSPHRASE_FILE.")
        answer = prompt()
        if not answer:
            raise SettingsError("The passphrase is empty; wanted one of at least one character.")
        return answer.encode()
    try:
        mode = path.stat().st_mode & 0o777
        first = path.read_bytes().split(b"\n", 1)[0].rstrip(b"\r")
    except OSError as error:
        raise SettingsError(f"The passphrase file {path} cannot be read ({error.strerror}).") from error
    if mode & 0o077:
        raise SettingsError(
            f"The passphrase file {path} has mode {mode:04o}: others can read it. Run chmod 600 {path}."
        )
    if not first:
        raise SettingsError(f"The passphrase file {path} is empty; wanted the passphrase on its first line.")
    return first


@dataclass(frozen=True, slots=True)
class OrganisationKey:
    """What signs packs: the RSA key, its certificate, and the root certificate that issued it."""

    key: RSAPrivateKey
    certificate: x509.Certificate
    root: x509.Certificate


class KeyFolder:
    """``HOME/keys``: private keys as encrypted PKCS#8, certificates beside them."""

    def __init__(self, folder: Path, passphrase: bytes) -> None:
        self._folder, self._passphrase = folder, passphrase

    def write(self, name: str, key: PrivateKey) -> None:
        """Keep a private key under a name; one that is there already stays.

        Raises:
            LedgerError: there is one of that name.
        """
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(self._passphrase),
        )
        self._write(f"{name}.pem", pem)

    def write_certificate(self, name: str, certificate: x509.Certificate) -> None:
        self._write(f"{name}.crt", certificate.public_bytes(serialization.Encoding.PEM))

    def write_vault_key(self, random: Random) -> None:
        """Make and keep the vault key, sealed under the passphrase (scrypt, AES-256-GCM)."""
        salt, nonce = random(16), random(12)
        sealed = AESGCM(self._stretched(salt)).encrypt(nonce, random(32), _VAULT_MAGIC)
        self._write("vault.key", _VAULT_MAGIC + salt + nonce + sealed)

    def ledger(self) -> Ed25519PrivateKey:
        return self._ed25519("ledger")

    def person(self, key: str) -> Ed25519PrivateKey:
        """The key of the person with this key id."""
        return self._ed25519(key)

    def people(self) -> tuple[str, ...]:
        """The ids of the people's keys that lie here."""
        return tuple(sorted(path.stem for path in self._folder.glob("key-*.pem")))

    def organisation(self) -> OrganisationKey:
        """The organisation's key with its certificates.

        Raises:
            SettingsError: it is not there, or does not open.
        """
        key = self._load("organisation")
        if not isinstance(key, RSAPrivateKey):
            raise SettingsError(f"{self._folder / 'organisation.pem'} is not an RSA key.")
        return OrganisationKey(key, self._certificate("organisation"), self._certificate("root"))

    def vault(self) -> bytes:
        """The vault key, 32 bytes."""
        sealed = self._read("vault.key").removeprefix(_VAULT_MAGIC)
        try:
            return AESGCM(self._stretched(sealed[:16])).decrypt(sealed[16:28], sealed[28:], _VAULT_MAGIC)
        except (InvalidTag, ValueError) as error:
            raise _wrong_passphrase(self._folder / "vault.key") from error

    def _ed25519(self, name: str) -> Ed25519PrivateKey:
        key = self._load(name)
        if not isinstance(key, Ed25519PrivateKey):
            raise SettingsError(f"{self._folder / name}.pem is not an Ed25519 key.")
        return key

    def _load(self, name: str) -> object:
        try:
            return serialization.load_pem_private_key(self._read(f"{name}.pem"), self._passphrase)
        except (ValueError, TypeError) as error:
            raise _wrong_passphrase(self._folder / f"{name}.pem") from error

    def _certificate(self, name: str) -> x509.Certificate:
        try:
            return x509.load_pem_x509_certificate(self._read(f"{name}.crt"))
        except ValueError as error:
            raise SettingsError(f"{self._folder / name}.crt is not a certificate. Restore it from a backup.") from error

    def _stretched(self, salt: bytes) -> bytes:
        return Scrypt(salt=salt, length=32, n=_SCRYPT_COST, r=8, p=1).derive(self._passphrase)

    def _read(self, name: str) -> bytes:
        path = self._folder / name
        try:
            return path.read_bytes()
        except OSError as error:
            raise SettingsError(
                f"The key file {path} cannot be read ({error.strerror}). Restore it from a backup."
            ) from error

    def _write(self, name: str, content: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / name
        try:
            write_new(path, content)
        except FileExistsError as error:
            raise LedgerError(f"{path} is there already; a key is never overwritten.") from error


def _wrong_passphrase(path: Path) -> SettingsError:
    return SettingsError(f"{path} does not open with this passphrase. Check EVIDENCE_PASSPHRASE_FILE.")


def new_organisation_key(
    legal_name: str, country: str, now: datetime, random: Random
) -> tuple[RSAPrivateKey, OrganisationKey]:
    """A root key, and an organisation key whose certificate that root issued; both certificates run ten years.

    The root signs nothing else: move its key off the machine after `init`. Subjects come from the settings alone.

    Args:
        legal_name: as in the settings; cut to the 64 characters that X.520 allows.
        country: two letters.
        now: the first day of both certificates.
        random: for the serial numbers; RSA keys take their own randomness from the library.
    """
    root_key, key = (rsa.generate_private_key(public_exponent=65537, key_size=3072) for _ in range(2))
    root_name, name = (
        x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, country),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, legal_name[:64]),
                x509.NameAttribute(NameOID.COMMON_NAME, common[:64]),
            ]
        )
        for common in ("Evidence root", "Evidence packs")
    )
    root = _certificate(root_name, root_name, root_key, root_key, now, random, authority=True)
    leaf = _certificate(name, root_name, key, root_key, now, random, authority=False)
    return root_key, OrganisationKey(key, leaf, root)


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: RSAPrivateKey,
    issuer_key: RSAPrivateKey,
    now: datetime,
    random: Random,
    *,
    authority: bool,
) -> x509.Certificate:
    usage = x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    issuer_public = issuer_key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(random(16), "big") >> 1 or 1)
        .not_valid_before(now.replace(microsecond=0))
        .not_valid_after(now.replace(microsecond=0) + timedelta(days=365 * VALID_YEARS + VALID_YEARS // 4))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_public), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
