"""The organisation's certificates: issued by the home's own root, or brought along, and held to what verifiers accept.

``openssl cms -verify`` refuses a certificate whose extended key usage is documentSigning alone, and so do mail
programs; PDF viewers take one without extended key usage or with emailProtection as well. So that is what is wanted
here (docs/decisions/0071).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from evidence.core.identifiers import Random
from evidence.errors import SettingsError

VALID_YEARS: Final = 10
RSA_BITS: Final = 3072
MAX_CHAIN: Final = 8
_Extension = TypeVar("_Extension", bound=x509.ExtensionType)
_MAX_BYTES: Final = 1024 * 1024
_DOCUMENT_SIGNING: Final = {"1.3.6.1.5.5.7.3.36", "1.3.6.1.4.1.311.10.3.12"}  # RFC 9336, and Microsoft's before it


@dataclass(frozen=True, slots=True)
class OrganisationKey:
    """What signs packs, as made here: the RSA key, its certificate, and the root certificate that issued it."""

    key: RSAPrivateKey
    certificate: x509.Certificate
    root: x509.Certificate


def new_rsa() -> RSAPrivateKey:
    """An RSA key; the library takes its own randomness."""
    return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)


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
    root_key, key = new_rsa(), new_rsa()
    name = _name(legal_name, country, "Evidence root")
    root = _certificate(name, name, root_key.public_key(), root_key, now, random, authority=True)
    return root_key, OrganisationKey(
        key, issue(key.public_key(), legal_name, country, root_key, root, now, random), root
    )


def issue(
    key: RSAPublicKey,
    legal_name: str,
    country: str,
    root_key: RSAPrivateKey,
    root: x509.Certificate,
    now: datetime,
    random: Random,
) -> x509.Certificate:
    """A certificate for the organisation's key, issued by its root.

    Raises:
        SettingsError: the root key is not that of the root certificate, or that certificate has ended.
    """
    if not _same_key(root, root_key.public_key()):
        raise SettingsError(
            "The root's private key is not that of its certificate in the home. Give the one made with it."
        )
    if root.not_valid_after_utc <= now:
        raise SettingsError(f"The root certificate ended on {root.not_valid_after_utc:%Y-%m-%d}; it can issue no more.")
    name = _name(legal_name, country, "Evidence packs")
    return _certificate(name, root.subject, key, root_key, now, random, authority=False, until=root.not_valid_after_utc)


def read_certificates(content: bytes, source: str) -> list[x509.Certificate]:
    """The certificates in a file, PEM (one or several) or DER (one).

    Raises:
        SettingsError: it holds none that can be read.
    """
    try:
        if len(content) > _MAX_BYTES:
            raise ValueError("too long")
        pem = content.lstrip().startswith(b"-----")
        found = x509.load_pem_x509_certificates(content) if pem else [x509.load_der_x509_certificate(content)]
        for one in found:  # the library reads names and times only when it is asked for them
            _ = one.subject, one.issuer, one.not_valid_before_utc, one.not_valid_after_utc
    except (ValueError, x509.InvalidVersion) as error:
        raise SettingsError(f"{source} holds no certificate that can be read; wanted PEM or DER.") from error
    return found


def read_certificate_file(path: Path) -> list[x509.Certificate]:
    """The certificates in the file at `path`.

    Raises:
        SettingsError: it cannot be read, or holds none.
    """
    try:
        return read_certificates(path.read_bytes(), str(path))
    except OSError as error:
        raise SettingsError(f"The certificate file {path} cannot be read ({error.strerror}).") from error


def chain_of(leaf: x509.Certificate, pool: Iterable[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """The certificates that lead from a leaf to its root: the issuer first, the self-signed root last.

    Each is taken only because its key has verified the one before, so a stray certificate in the pool is harmless.

    Raises:
        SettingsError: the pool does not lead to a root.
    """
    candidates, at = list(pool), leaf
    chain: list[x509.Certificate] = []
    while len(chain) < MAX_CHAIN and not _issued(at, at):
        above = next((one for one in candidates if one != at and _issued(at, one)), None)
        if above is None:
            break
        chain.append(above)
        at = above
    if not chain or not _issued(at, at):
        raise SettingsError(
            f"No root is known for the certificate of {_shown(leaf.subject)}: wanted "
            f"{_shown(at.issuer)}. Give the root and what lies between with --chain FILE."
        )
    return tuple(chain)


def require_fit(certificate: x509.Certificate, public_key: RSAPublicKey, now: datetime) -> None:
    """Refuse a certificate that a pack's signature could not be verified with.

    Raises:
        SettingsError: it is another key's, the key is no RSA key of 3072 bits or more, it is not for signing, or `now`
            is outside its time.
    """
    who = _shown(certificate.subject)
    if not _same_key(certificate, public_key):
        raise SettingsError(f"The certificate of {who} is not that of this key. Give the one that was issued for it.")
    if public_key.key_size < RSA_BITS:
        raise SettingsError(f"The key of {who} has {public_key.key_size} bits, wanted RSA of {RSA_BITS} or more.")
    _require_use(certificate, who)
    if now < certificate.not_valid_before_utc:
        raise SettingsError(f"The certificate of {who} begins only on {certificate.not_valid_before_utc:%Y-%m-%d}.")
    if now >= certificate.not_valid_after_utc:
        raise SettingsError(
            f"The certificate of {who} ended on {certificate.not_valid_after_utc:%Y-%m-%d}. "
            "Record a new one with `evidence keys certify` or `evidence keys import`."
        )


def _require_use(certificate: x509.Certificate, who: str) -> None:
    try:
        extensions = certificate.extensions
        authority = _found(extensions, x509.BasicConstraints)
        usage = _found(extensions, x509.KeyUsage)
        extended = _found(extensions, x509.ExtendedKeyUsage)
    except ValueError as error:
        raise SettingsError(f"The certificate of {who} has extensions that cannot be read.") from error
    if authority is not None and authority.ca:
        raise SettingsError(f"The certificate of {who} is an authority's; wanted one that signs documents.")
    if usage is None or not (usage.digital_signature or usage.content_commitment):  # PDF viewers ask for one of them
        raise SettingsError(f"The certificate of {who} does not say that it is for digital signatures (key usage).")
    if extended is None or ExtendedKeyUsageOID.EMAIL_PROTECTION in extended:
        return
    named = {purpose.dotted_string for purpose in extended}
    if named & _DOCUMENT_SIGNING:
        raise SettingsError(
            f"The certificate of {who} is for document signing only: `openssl cms -verify` refuses what it signs. "
            "Wanted one without extended key usage, or with emailProtection too."
        )
    raise SettingsError(
        f"The certificate of {who} is for {', '.join(sorted(named))} only; wanted no extended key usage, or "
        "emailProtection among it."
    )


def _found(extensions: x509.Extensions, kind: type[_Extension]) -> _Extension | None:
    try:
        return extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _same_key(certificate: x509.Certificate, public_key: RSAPublicKey) -> bool:
    """Compared as bytes, since a certificate may hold a key of any kind, or of one that the library does not know."""
    try:
        found = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return found == public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _shown(name: x509.Name) -> str:
    """A name as an error shows it: whoever made the certificate could drive a terminal with it otherwise."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in name.rfc4514_string())


def _name(legal_name: str, country: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, country),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, legal_name[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, common[:64]),
        ]
    )


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: RSAPublicKey,
    issuer_key: RSAPrivateKey,
    now: datetime,
    random: Random,
    *,
    authority: bool,
    until: datetime | None = None,
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
    start = now.replace(microsecond=0)
    ends = start + timedelta(days=365 * VALID_YEARS + VALID_YEARS // 4)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(int.from_bytes(random(16), "big") >> 1 or 1)
        .not_valid_before(start)
        .not_valid_after(ends if until is None else min(ends, until))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )


def pem_of(certificates: Sequence[x509.Certificate]) -> bytes:
    """The certificates as one PEM text."""
    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)
