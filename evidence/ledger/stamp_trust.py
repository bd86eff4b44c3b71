"""The certificates that are trusted for one time-stamping authority, as a PEM file has them."""

from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from evidence.errors import ProofError

MOST_CERTIFICATES = 20
_LONGEST_PEM = 256 * 1024
# What asn1crypto, cryptography and rfc3161-client raise on bytes that are not what they should be.
BROKEN = (
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError),
    *(x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, UnsupportedAlgorithm),
)


@dataclass(frozen=True, slots=True)
class Trusted:
    """Certificates trusted for one authority: its roots, and those between that its answers leave out."""

    roots: tuple[x509.Certificate, ...]
    between: tuple[x509.Certificate, ...] = ()


def read_trusted(pem: bytes) -> Trusted:
    """The certificates of a PEM file: self-signed ones are roots, the others stand between.

    Raises:
        ProofError: none, too many, unreadable, or no root among them.
    """
    if len(pem) > _LONGEST_PEM:
        raise ProofError(f"A file of {len(pem)} bytes; wanted certificates as PEM, at most {_LONGEST_PEM} bytes.")
    try:
        found = x509.load_pem_x509_certificates(pem)
        roots = tuple(one for one in found if one.issuer == one.subject)
    except BROKEN as error:
        raise ProofError("No certificates could be read; wanted PEM, -----BEGIN CERTIFICATE-----.") from error
    if len(found) > MOST_CERTIFICATES:
        raise ProofError(f"{len(found)} certificates; wanted at most {MOST_CERTIFICATES}, those of one authority.")
    if not roots:
        raise ProofError("No root among the certificates: none is signed by itself. Add the authority's root.")
    return Trusted(roots, tuple(one for one in found if one.issuer != one.subject))
