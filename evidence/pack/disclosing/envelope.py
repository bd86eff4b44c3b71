"""A CMS envelope (RFC 5652, section 6): a document that only the holder of one certificate's key can open.

``openssl cms -decrypt`` opens it. The content is encrypted with AES-256-CBC, its key for RSA by RSAES-OAEP with SHA-256
(RFC 3560) and for elliptic curves by ephemeral ECDH with the X9.63 derivation and AES-256 key wrap (RFC 5753). CBC says
nothing on whether a document is whole: its digest does, to which the ledger committed at receipt.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from asn1crypto import algos, cms, core, keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
from cryptography.hazmat.primitives.padding import PKCS7

from evidence.errors import PackError, SettingsError
from evidence.ledger.certificates import read_certificate_file

MAX_SEALED: Final = 256 * 1024 * 1024
"""What an envelope holds at most: `openssl cms -decrypt` holds all of it in memory, several times."""
_LEAST_RSA: Final = 2048
_KEY: Final = 32
_IV: Final = 16
_ECDH_SHA256: Final = "1.3.132.1.11.1"  # dhSinglePass-stdDH-sha256kdf-scheme, which asn1crypto has no name for
_CURVES: Final = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)


class _SharedInfo(core.Sequence):  # type: ignore[misc]  # the library has no types
    """ECC-CMS-SharedInfo (RFC 5753, section 7.2)."""

    _fields = [  # noqa: RUF012 -- as the library reads it
        ("keyInfo", cms.KeyEncryptionAlgorithm),
        ("suppPubInfo", core.OctetString, {"explicit": 2}),
    ]


def read_recipient(path: Path, now: datetime) -> x509.Certificate:
    """The certificate of an authority, fit to seal to.

    Raises:
        PackError: it cannot be read, is not valid now, is not for encryption, or its key is of another kind.
    """
    try:
        certificate = read_certificate_file(path)[0]
    except SettingsError as error:
        raise PackError(str(error)) from error
    if not certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc:
        raise PackError(
            f"The certificate in {path} is valid from {certificate.not_valid_before_utc:%Y-%m-%d} to "
            f"{certificate.not_valid_after_utc:%Y-%m-%d}, and not now. Ask the authority for its present one."
        )
    key = certificate.public_key()
    if isinstance(key, RSAPublicKey) and key.key_size >= _LEAST_RSA:
        wanted = "key_encipherment"
    elif isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, _CURVES):
        wanted = "key_agreement"
    else:
        raise PackError(
            f"The key in {path} is neither RSA of {_LEAST_RSA} bits or more nor on a NIST curve of 256 bits or more; "
            "nothing can be sealed to it."
        )
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return certificate
    except ValueError as error:
        raise PackError(f"The certificate in {path} has extensions that cannot be read ({error}).") from error
    if not getattr(usage, wanted):
        raise PackError(
            f"The certificate in {path} is not for encryption: its key usage lacks {wanted.replace('_', ' ')}."
        )
    return certificate


def sealed(content: bytes, certificate: x509.Certificate, random: Callable[[int], bytes]) -> bytes:
    """The envelope (DER) of `content` for the holder of a certificate's key.

    Args:
        content: at most `MAX_SEALED` bytes.
        certificate: as `read_recipient` gives it.
        random: for the content's key; what RSA and ECDH need of chance the library takes itself.

    Raises:
        PackError: the content is too long.
    """
    if len(content) > MAX_SEALED:
        raise PackError(
            f"A document of {len(content)} bytes cannot be sealed; at most {MAX_SEALED} can be opened again."
        )
    key, iv = random(_KEY), random(_IV)
    padder, encryptor = PKCS7(128).padder(), Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    padded = padder.update(content) + padder.finalize()
    recipient = _recipient(certificate, key)
    enveloped = cms.EnvelopedData(
        {
            "version": 0 if recipient.name == "ktri" else 2,
            "recipient_infos": [recipient],
            "encrypted_content_info": {
                "content_type": "data",
                "content_encryption_algorithm": {"algorithm": "aes256_cbc", "parameters": iv},
                "encrypted_content": encryptor.update(padded) + encryptor.finalize(),
            },
        }
    )
    return bytes(cms.ContentInfo({"content_type": "enveloped_data", "content": enveloped}).dump())


def _recipient(certificate: x509.Certificate, key: bytes) -> cms.RecipientInfo:
    described = asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
    named = cms.IssuerAndSerialNumber({"issuer": described.issuer, "serial_number": described.serial_number})
    public = certificate.public_key()
    if isinstance(public, RSAPublicKey):
        return _by_rsa(public, named, key)
    assert isinstance(public, ec.EllipticCurvePublicKey), "as read_recipient has it"
    return _by_ecdh(public, named, key)


def _by_rsa(public: RSAPublicKey, named: cms.IssuerAndSerialNumber, key: bytes) -> cms.RecipientInfo:
    digest = {"algorithm": "sha256"}
    parameters = algos.RSAESOAEPParams(
        {"hash_algorithm": digest, "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": digest}}
    )
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    transported = cms.KeyTransRecipientInfo(
        {
            "version": 0,
            "rid": cms.RecipientIdentifier({"issuer_and_serial_number": named}),
            "key_encryption_algorithm": {"algorithm": "rsaes_oaep", "parameters": parameters},
            "encrypted_key": public.encrypt(key, oaep),
        }
    )
    return cms.RecipientInfo(name="ktri", value=transported)


def _by_ecdh(public: ec.EllipticCurvePublicKey, named: cms.IssuerAndSerialNumber, key: bytes) -> cms.RecipientInfo:
    passing = ec.generate_private_key(public.curve)
    wrap = cms.KeyEncryptionAlgorithm({"algorithm": "aes256_wrap"})
    shared = _SharedInfo({"keyInfo": wrap, "suppPubInfo": (8 * _KEY).to_bytes(4, "big")}).dump()
    wrapping = X963KDF(hashes.SHA256(), _KEY, shared).derive(passing.exchange(ec.ECDH(), public))
    spki = passing.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    agreed = cms.KeyAgreeRecipientInfo(
        {
            "version": 3,
            "originator": cms.OriginatorIdentifierOrKey(name="originator_key", value=keys.PublicKeyInfo.load(spki)),
            "key_encryption_algorithm": {
                "algorithm": cms.KeyEncryptionAlgorithmId(_ECDH_SHA256),
                "parameters": wrap,
            },
            "recipient_encrypted_keys": [
                {
                    "rid": cms.KeyAgreementRecipientIdentifier({"issuer_and_serial_number": named}),
                    "encrypted_key": keywrap.aes_key_wrap(wrapping, key),
                }
            ],
        }
    )
    return cms.RecipientInfo(name="kari", value=agreed)
