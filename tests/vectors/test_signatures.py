"""Ed25519 and DSSE against published vectors, through our own functions and not the library's."""

import json
from base64 import b64decode
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from evidence.ledger import ed25519
from evidence.ledger.envelope import Envelope, pae

HERE = Path(__file__).parent
EDGE = json.loads((HERE / "cctv-ed25519-edge" / "ed25519vectors.json").read_text())
WYCHEPROOF = json.loads((HERE / "wycheproof-ed25519" / "ed25519_test.json").read_text())
DSSE = HERE / "dsse"

REFUSED_BY_REF10 = {"non_canonical_R", "low_order_residue"}


def test_ed25519_follows_the_ref10_rule_on_every_edge_vector() -> None:
    differing = [
        case["number"]
        for case in EDGE
        if ed25519.verify(bytes.fromhex(case["key"]), bytes.fromhex(case["sig"]), case["msg"].encode())
        is bool(REFUSED_BY_REF10.intersection(case["flags"] or ()))
    ]
    assert len(EDGE) >= 457
    assert differing == []


def test_ed25519_agrees_with_every_wycheproof_vector() -> None:
    differing = [
        case["tcId"]
        for group in WYCHEPROOF["testGroups"]
        for case in group["tests"]
        if ed25519.verify(
            bytes.fromhex(group["publicKey"]["pk"]), bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"])
        )
        is not (case["result"] == "valid")
    ]
    assert differing == []


@pytest.mark.parametrize("case", json.loads((DSSE / "pae-cases.json").read_text()), ids=lambda case: case["pae_b64"])
def test_the_pre_authentication_encoding_is_the_published_one(case: dict) -> None:
    assert pae(case["type"], b64decode(case["body_b64"])) == b64decode(case["pae_b64"])


def test_the_worked_example_of_dsse_verifies_over_our_encoding() -> None:
    vector = json.loads((DSSE / "spec-vector.json").read_text())
    envelope = Envelope.parse(json.dumps(vector["envelope"]).encode())
    assert envelope.pae() == vector["pae"].encode()
    raw = envelope.signatures[0].sig  # r || s, where X.509 tools write DER
    signature = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    numbers = ec.EllipticCurvePublicNumbers(int(vector["key"]["x"]), int(vector["key"]["y"]), ec.SECP256R1())
    numbers.public_key().verify(signature, envelope.pae(), ec.ECDSA(SHA256()))


@pytest.mark.parametrize("path", sorted((DSSE / "envelopes").glob("*.json")), ids=lambda path: path.stem)
def test_a_real_envelope_is_read_to_the_bytes_its_signer_signed(path: Path) -> None:
    vector = json.loads(path.read_text())
    envelope = Envelope.parse(json.dumps(vector["envelope"]).encode())
    key = x509.load_der_x509_certificate(b64decode(vector["signer_cert_der_b64"])).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    if vector["envelope_signature_valid"]:
        key.verify(envelope.signatures[0].sig, envelope.pae(), ec.ECDSA(SHA256()))
    else:
        with pytest.raises(InvalidSignature):
            key.verify(envelope.signatures[0].sig, envelope.pae(), ec.ECDSA(SHA256()))
