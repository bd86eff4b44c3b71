"""Envelopes: what OpenSSL opens with the recipient's key, and nobody with another."""

import os
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from evidence.errors import PackError
from evidence.pack.checking.check_sealed import is_envelope
from evidence.pack.disclosing.envelope import read_recipient, sealed

NOW = datetime(2023, 4, 3, 9, tzinfo=UTC)
Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Recipient:
    certificate: Path
    key: Path

    def opens(self, envelope: Path, out: Path) -> bool:
        """Whether `openssl cms -decrypt` opens it with this key."""
        ran = subprocess.run(
            ["openssl", "cms", "-decrypt", "-inform", "DER", "-binary", "-in", str(envelope), "-recip",
             str(self.certificate), "-inkey", str(self.key), "-out", str(out)],
            capture_output=True, check=False,
        )  # fmt: skip
        return ran.returncode == 0


def recipient(place: Path, key: Private, usage: str | None = None, since: datetime = NOW) -> Recipient:
    """An authority's certificate and key, made for a test."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Customs authority (SPECIMEN)")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(17)
        .not_valid_before(since)
        .not_valid_after(since + timedelta(days=30000))
    )
    if usage is not None:
        bits = dict.fromkeys(
            ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False,
        )  # fmt: skip
        builder = builder.add_extension(x509.KeyUsage(**{**bits, usage: True}), critical=True)
    place.mkdir()
    found = Recipient(place / "certificate.pem", place / "key.pem")
    found.certificate.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    found.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return found


KEYS = {
    "rsa": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "p521": lambda: ec.generate_private_key(ec.SECP521R1()),
}


@pytest.mark.parametrize("kind", KEYS)
def test_openssl_opens_it_with_the_recipients_key_and_gives_the_bytes_as_they_were(tmp_path: Path, kind: str) -> None:
    authority = recipient(tmp_path / "authority", KEYS[kind]())
    certificate = read_recipient(authority.certificate, NOW)
    for content in (b"", b"%PDF-1.4", bytes(16), os.urandom(70_001)):
        (tmp_path / "it.p7m").write_bytes(sealed(content, certificate, os.urandom))
        assert authority.opens(tmp_path / "it.p7m", tmp_path / "out")
        assert (tmp_path / "out").read_bytes() == content


@pytest.mark.parametrize("kind", ["rsa", "p256"])
def test_another_key_does_not_open_it(tmp_path: Path, kind: str) -> None:
    authority, other = (recipient(tmp_path / name, KEYS[kind]()) for name in ("authority", "other"))
    content = os.urandom(5000)
    (tmp_path / "it.p7m").write_bytes(sealed(content, read_recipient(authority.certificate, NOW), os.urandom))
    assert not other.opens(tmp_path / "it.p7m", tmp_path / "out") or (tmp_path / "out").read_bytes() != content


def test_nothing_of_the_content_shows_and_no_two_envelopes_are_alike(tmp_path: Path) -> None:
    certificate = read_recipient(recipient(tmp_path / "authority", KEYS["p256"]()).certificate, NOW)
    one, other = (sealed(b"a price of 317.25 " * 50, certificate, os.urandom) for _ in range(2))
    assert b"317.25" not in one + other
    assert one != other
    assert one[-400:] != other[-400:]


def test_what_is_no_envelope_whole_is_told_apart(tmp_path: Path) -> None:
    envelope = sealed(
        b"x", read_recipient(recipient(tmp_path / "authority", KEYS["p256"]()).certificate, NOW), os.urandom
    )
    assert is_envelope(envelope)
    for other in (b"", b"x", envelope[:-1], envelope + b"\0", b"\x30\x03\x02\x01\x01"):
        assert not is_envelope(other)


@pytest.mark.parametrize(
    ("kind", "usage", "fit"),
    [
        ("rsa", "key_encipherment", True),
        ("rsa", "digital_signature", False),
        ("p256", "key_agreement", True),
        ("p256", "key_encipherment", False),
    ],
)
def test_a_certificate_that_is_not_for_encryption_is_refused(tmp_path: Path, kind: str, usage: str, fit: bool) -> None:
    authority = recipient(tmp_path / "authority", KEYS[kind](), usage)
    if fit:
        read_recipient(authority.certificate, NOW)
    else:
        with pytest.raises(PackError, match="not for encryption"):
            read_recipient(authority.certificate, NOW)


def test_a_certificate_that_is_not_valid_yet_or_whose_key_is_too_weak_is_refused(tmp_path: Path) -> None:
    later = recipient(tmp_path / "later", KEYS["p256"](), since=NOW + timedelta(days=1))
    with pytest.raises(PackError, match="and not now"):
        read_recipient(later.certificate, NOW)
    weak = recipient(tmp_path / "weak", rsa.generate_private_key(public_exponent=65537, key_size=1024))
    with pytest.raises(PackError, match="nothing can be sealed to it"):
        read_recipient(weak.certificate, NOW)
    (tmp_path / "text.pem").write_text("no certificate")
    with pytest.raises(PackError, match="no certificate"):
        read_recipient(tmp_path / "text.pem", NOW)


def test_a_key_that_signs_alone_is_refused(tmp_path: Path) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Signer (SPECIMEN)")])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(NOW).not_valid_after(NOW + timedelta(days=9)).sign(key, None)
    )  # fmt: skip
    (tmp_path / "it.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    with pytest.raises(PackError, match="nothing can be sealed to it"):
        read_recipient(tmp_path / "it.pem", NOW)
