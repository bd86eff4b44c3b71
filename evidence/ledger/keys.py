"""The keys of a home: how they are made, kept and opened.

The ledger and people sign with Ed25519. The organisation signs packs (CMS, PDF) with RSA-3072 under an X.509
certificate without extended key usage: ``openssl cms -verify`` refuses one that is for document signing only. Private
keys lie in ``HOME/keys`` as encrypted PKCS#8, mode 0600, and open with one passphrase, which comes from a prompt, from
the file that EVIDENCE_PASSPHRASE_FILE names, or from EVIDENCE_PASSPHRASE itself; never from the command line, which
every user of the machine can read. Key ids are opaque: a leaf can never be removed, so it names nobody.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from evidence.core.identifiers import Random
from evidence.errors import LedgerError, SettingsError
from evidence.ledger.certificates import pem_of, read_certificate_file
from evidence.store.durable import sync_folder, write_new

_DER = serialization.Encoding.DER
_SPKI = serialization.PublicFormat.SubjectPublicKeyInfo
_SCRYPT_COST = 2**15
_MAX_SECRET = 64 * 1024
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
    except (ValueError, UnsupportedAlgorithm) as error:
        raise LedgerError("A key entry holds no public key that can be read.") from error
    if not isinstance(key, Ed25519PublicKey):
        raise LedgerError("A key entry of a person or the ledger holds a key that is not Ed25519.")
    return key


def new_ed25519(random: Random) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(random(32))


def read_passphrase(path: Path | None, prompt: Callable[[], str] | None, what: str = "passphrase") -> bytes:
    """The passphrase of the keys, or another secret: from the file at `path` (first line), else by asking.

    Raises:
        SettingsError: neither is there, the file is empty, or others than its owner may read it.
    """
    if path is None:
        if prompt is None:
            raise SettingsError("The keys need their passphrase: name a file in EVIDENCE_PASSPHRASE_FILE.")
        answer = prompt()
        if not answer:
            raise SettingsError(f"The {what} is empty; wanted one of at least one character.")
        return answer.encode()
    try:
        mode = path.stat().st_mode & 0o777
        with open(path, "rb") as file:
            first = file.read(_MAX_SECRET).split(b"\n", 1)[0].rstrip(b"\r")
    except OSError as error:
        raise SettingsError(f"The {what} file {path} cannot be read ({error.strerror}).") from error
    if mode & 0o077:
        raise SettingsError(f"The {what} file {path} has mode {mode:04o}: others can read it. Run chmod 600 {path}.")
    if not first:
        raise SettingsError(f"The {what} file {path} is empty; wanted the {what} on its first line.")
    return first


def passphrase_of(environ: Mapping[str, str], path: Path | None, prompt: Callable[[], str] | None) -> bytes:
    """The passphrase of a home: the environment's, else that in the file of the settings, else by asking.

    Args:
        environ: EVIDENCE_PASSPHRASE is the passphrase itself (docs/decisions/0071 has what that risks).
        path: the file that EVIDENCE_PASSPHRASE_FILE or the settings name.
        prompt: asks a human.

    Raises:
        SettingsError: as `read_passphrase` has it, or both variables are set.
    """
    given = environ.get("EVIDENCE_PASSPHRASE")
    if not given:
        return read_passphrase(path, prompt)
    if environ.get("EVIDENCE_PASSPHRASE_FILE"):
        raise SettingsError("EVIDENCE_PASSPHRASE and EVIDENCE_PASSPHRASE_FILE are both set. Keep one, better the file.")
    return given.encode("utf-8", "surrogateescape")


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

    def write_certificate(self, name: str, *certificates: x509.Certificate) -> None:
        """Keep certificates in a file of that name, in the place of one that is there: they are no secret."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        half = self._folder / f".{name}.crt.new"
        half.unlink(missing_ok=True)
        write_new(half, pem_of(certificates))
        half.replace(self._folder / f"{name}.crt")
        sync_folder(self._folder)

    def write_vault_key(self, random: Random) -> None:
        """Make and keep the vault key, sealed under the passphrase (scrypt, AES-256-GCM)."""
        salt, nonce = random(16), random(12)
        sealed = AESGCM(self._stretched(salt)).encrypt(nonce, random(32), _VAULT_MAGIC)
        self._write("vault.key", _VAULT_MAGIC + salt + nonce + sealed)

    def ledger(self) -> Ed25519PrivateKey:
        return self.ed25519("ledger")

    def first_ledger(self) -> Ed25519PrivateKey | None:
        """The ledger's first key; None where a later one has taken its place and its file is gone.

        Raises:
            SettingsError: there is no key of the ledger at all, or it does not open.
        """
        later = any(self._folder.glob("ledger-key-*.pem"))
        return None if later and not self.has("ledger") else self.ledger()

    def ledger_key(self, key: str) -> Ed25519PrivateKey | None:
        """The ledger's key with this id, where it is kept here: the first as `ledger.pem`, one made in a rotation as
        `ledger-<id>.pem`.
        """
        name = f"ledger-{key}"
        if self.has(name):
            return self.ed25519(name)
        first = self.ledger() if self.has("ledger") else None
        return first if first is not None and key_id(first) == key else None

    def witness(self) -> Ed25519PrivateKey:
        """The key of a witness, where this is a witness's folder."""
        return self.ed25519("witness")

    def person(self, key: str) -> Ed25519PrivateKey:
        """The key of the person with this key id."""
        return self.ed25519(key)

    def people(self) -> tuple[str, ...]:
        """The ids of the people's keys that lie here."""
        return tuple(sorted(path.stem for path in self._folder.glob("key-*.pem")))

    def unrecorded(self, pattern: str, recorded: Mapping[str, object]) -> str | None:
        """A key made earlier by a command that was killed before it recorded it: its id, None where there is none.

        Args:
            pattern: the file's name without its ending, a star for the id.
            recorded: the ids on record.
        """
        before = pattern.partition("*")[0]
        names = sorted(path.stem.removeprefix(before) for path in self._folder.glob(f"{pattern}.pem"))
        return next((name for name in names if name not in recorded and name.startswith("key-")), None)

    def organisation(self, key: str) -> RSAPrivateKey | None:
        """The organisation's key with this id, where it is kept here: the first as `organisation.pem`, a later one as
        `organisation-<id>.pem`.
        """
        for name in (f"organisation-{key}", "organisation"):
            if (self._folder / f"{name}.pem").exists():
                found = self.rsa(self._folder / f"{name}.pem")
                if key_id(found) == key:
                    return found
        return None

    def organisation_named(self, key: str) -> RSAPrivateKey:
        """The key that lies here as `organisation-<id>.pem`."""
        return self.rsa(self._folder / f"organisation-{key}.pem")

    def rsa(self, path: Path) -> RSAPrivateKey:
        """The RSA key in a file, here or elsewhere, that opens with this passphrase.

        Raises:
            SettingsError: it cannot be read, does not open, or is no RSA key.
        """
        key = self._load(path)
        if not isinstance(key, RSAPrivateKey):
            raise SettingsError(f"{path} is not an RSA key.")
        return key

    def certificates(self) -> list[x509.Certificate]:
        """Every certificate that lies here.

        Raises:
            SettingsError: a file of them cannot be read.
        """
        return [one for path in sorted(self._folder.glob("*.crt")) for one in read_certificate_file(path)]

    def has(self, name: str) -> bool:
        """Whether a private key lies here under that name."""
        return (self._folder / f"{name}.pem").exists()

    @property
    def root(self) -> Path:
        """Where the root's private key lies, until it is moved off the machine."""
        return self._folder / "root.pem"

    def vault(self) -> bytes:
        """The vault key, 32 bytes."""
        sealed = self._read(self._folder / "vault.key").removeprefix(_VAULT_MAGIC)
        try:
            return AESGCM(self._stretched(sealed[:16])).decrypt(sealed[16:28], sealed[28:], _VAULT_MAGIC)
        except (InvalidTag, ValueError) as error:
            raise _wrong_passphrase(self._folder / "vault.key") from error

    def ed25519(self, name: str) -> Ed25519PrivateKey:
        """The Ed25519 key under that name.

        Raises:
            SettingsError: it is not there, does not open, or is of another kind.
        """
        key = self._load(self._folder / f"{name}.pem")
        if not isinstance(key, Ed25519PrivateKey):
            raise SettingsError(f"{self._folder / name}.pem is not an Ed25519 key.")
        return key

    def _load(self, path: Path) -> object:
        content = self._read(path)
        try:
            return serialization.load_pem_private_key(content, self._passphrase)
        except TypeError as error:
            raise SettingsError(f"{path} is not encrypted, or holds no key. Encrypt it with the passphrase.") from error
        except (ValueError, UnsupportedAlgorithm) as error:
            raise _wrong_passphrase(path) from error

    def _stretched(self, salt: bytes) -> bytes:
        return Scrypt(salt=salt, length=32, n=_SCRYPT_COST, r=8, p=1).derive(self._passphrase)

    def _read(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise SettingsError(
                f"The key file {path} cannot be read ({error.strerror}). Restore it from a backup."
            ) from error

    def _write(self, name: str, content: bytes) -> None:
        """A file that is there whole or not at all: half a key of a killed command would look like a damaged one."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path, half = self._folder / name, self._folder / f".{name}.new"
        half.unlink(missing_ok=True)
        try:
            write_new(half, content)
            path.hardlink_to(half)
            sync_folder(self._folder)
        except FileExistsError as error:
            raise LedgerError(f"{path} is there already; a key is never overwritten.") from error
        finally:
            half.unlink(missing_ok=True)


def _wrong_passphrase(path: Path) -> SettingsError:
    return SettingsError(f"{path} does not open with this passphrase. Check EVIDENCE_PASSPHRASE_FILE.")
