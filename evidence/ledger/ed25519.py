"""Ed25519 (RFC 8032) with one rule for the signatures on which verifiers disagree.

Implementations differ over keys and signatures with points of small order. The rule here is that of the reference
implementation ref10, which OpenSSL follows: the equation without cofactor, S below the group order, and R compared as
bytes. Two verifiers with different rules would break the evidence over one crafted signature, so the rule is pinned by
the CCTV vectors in tests/vectors, and no second implementation is used beside it.
"""

from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PUBLIC_KEY_SIZE = 32
SIGNATURE_SIZE = 64


def public_bytes(key: Ed25519PrivateKey | Ed25519PublicKey) -> bytes:
    """The 32 bytes of the public key."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return public.public_bytes_raw()


def spki_of_raw(raw: bytes) -> bytes:
    """SubjectPublicKeyInfo, DER, of a public key of 32 bytes."""
    return Ed25519PublicKey.from_public_bytes(raw).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@lru_cache(256)
def _read(public_key: bytes) -> Ed25519PublicKey:
    """The key of 32 bytes; kept, since a few keys sign nearly everything that a ledger holds."""
    return Ed25519PublicKey.from_public_bytes(public_key)


def verify(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the signature is one of this key over the message; false for a key or signature of another length."""
    if len(public_key) != PUBLIC_KEY_SIZE or len(signature) != SIGNATURE_SIZE:
        return False
    try:
        _read(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
