import json
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.core.encoding import to_base64
from evidence.errors import ProofError
from evidence.ledger import ed25519
from evidence.ledger.envelope import IN_TOTO, MAX_PAYLOAD, Envelope, Signature, countersign, pae, sign, verify

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
PUBLIC, OTHER_PUBLIC = ed25519.public_bytes(KEY), ed25519.public_bytes(OTHER)
PAYLOAD = b'{"_type":"https://in-toto.io/Statement/v1","note":"\xc3\xbf\xbf>?"}'


def signed(keyid: str = "key-1") -> Envelope:
    return sign(PAYLOAD, KEY, keyid=keyid)


def test_lengths_count_bytes_and_not_characters() -> None:
    assert pae("\u00e9", b"\xc3\xa9") == b"DSSEv1 2 \xc3\xa9 2 \xc3\xa9"


def test_a_payload_type_that_utf_8_cannot_carry_is_refused() -> None:
    with pytest.raises(ProofError):
        pae("\ud800", b"")


def test_a_signed_envelope_verifies_with_its_key_and_names_it() -> None:
    envelope = signed()
    assert verify(envelope, {"clerk": PUBLIC, "other": OTHER_PUBLIC}) == ("clerk",)
    assert [signature.keyid for signature in envelope.signatures] == ["key-1"]


def test_an_envelope_read_back_is_the_one_written() -> None:
    envelope = signed(keyid="")
    assert Envelope.parse(envelope.to_json()) == envelope


def test_the_digest_is_that_of_the_pre_authentication_encoding() -> None:
    envelope = sign(b"{}", KEY, keyid="a")
    assert envelope.digest() == sha256(b"DSSEv1 28 application/vnd.in-toto+json 2 {}").hexdigest()


def test_two_people_sign_one_envelope() -> None:
    envelope = countersign(signed(), OTHER, keyid="second")
    assert verify(envelope, {"a": OTHER_PUBLIC, "b": PUBLIC}) == ("a", "b")
    assert envelope.digest() == signed().digest()


def test_the_key_id_is_only_a_hint() -> None:
    assert verify(signed(keyid="somebody else"), {"clerk": PUBLIC}) == ("clerk",)


@pytest.mark.parametrize(
    "altered",
    [
        pytest.param(Envelope(PAYLOAD + b" ", IN_TOTO, signed().signatures), id="payload"),
        pytest.param(Envelope(PAYLOAD, "text/plain", signed().signatures), id="type"),
        pytest.param(Envelope(PAYLOAD, IN_TOTO, (Signature("", bytes(64)),)), id="signature"),
        pytest.param(Envelope(PAYLOAD, IN_TOTO, (Signature("", b"short"),)), id="short-signature"),
        pytest.param(sign(PAYLOAD, OTHER, keyid="other"), id="signer"),
    ],
)
def test_an_altered_envelope_does_not_verify(altered: Envelope) -> None:
    with pytest.raises(ProofError):
        verify(altered, {"clerk": PUBLIC})


def test_a_key_of_another_length_verifies_nothing() -> None:
    with pytest.raises(ProofError):
        verify(signed(), {"clerk": PUBLIC[:31]})


def test_both_base64_alphabets_are_read() -> None:
    standard = signed().to_json()
    assert b"/" in standard.replace(b"application/", b"")
    members = json.loads(standard)
    members["payload"] = members["payload"].replace("+", "-").replace("/", "_")
    members["signatures"][0]["sig"] = members["signatures"][0]["sig"].replace("+", "-").replace("/", "_")
    assert Envelope.parse(json.dumps(members).encode()) == signed()


def test_members_that_the_protocol_does_not_name_are_ignored_and_a_key_id_may_be_missing() -> None:
    members = json.loads(signed(keyid="").to_json())
    del members["signatures"][0]["keyid"]
    members["more"] = {"a": 1}
    assert Envelope.parse(json.dumps(members).encode()) == signed(keyid="")


SIGNATURES = [{"keyid": "", "sig": to_base64(bytes(64))}]


@pytest.mark.parametrize(
    "members",
    [
        pytest.param([], id="list"),
        pytest.param({"payloadType": "t", "signatures": SIGNATURES}, id="no-payload"),
        pytest.param({"payload": "", "signatures": SIGNATURES}, id="no-type"),
        pytest.param({"payload": "", "payloadType": "t"}, id="no-signatures"),
        pytest.param({"payload": "", "payloadType": "t", "signatures": []}, id="empty-signatures"),
        pytest.param({"payload": "", "payloadType": "t", "signatures": SIGNATURES * 17}, id="17-signatures"),
        pytest.param({"payload": "", "payloadType": "t", "signatures": ["AAAA"]}, id="signature-that-is-text"),
        pytest.param({"payload": "", "payloadType": "t", "signatures": [{"keyid": ""}]}, id="no-sig"),
        pytest.param({"payload": "", "payloadType": "t", "signatures": [{"keyid": 1, "sig": ""}]}, id="key-id"),
        pytest.param({"payload": "+_==", "payloadType": "t", "signatures": SIGNATURES}, id="mixed-alphabets"),
        pytest.param({"payload": "AA", "payloadType": "t", "signatures": SIGNATURES}, id="no-padding"),
        pytest.param({"payload": 1, "payloadType": "t", "signatures": SIGNATURES}, id="payload-that-is-a-number"),
    ],
)
def test_a_malformed_envelope_is_refused(members: object) -> None:
    with pytest.raises(ProofError):
        Envelope.parse(json.dumps(members).encode())


def test_a_payload_has_at_most_a_mebibyte() -> None:
    assert Envelope.parse(sign(bytes(MAX_PAYLOAD), KEY, keyid="a").to_json()).payload == bytes(MAX_PAYLOAD)
    with pytest.raises(ProofError, match="at most"):
        sign(bytes(MAX_PAYLOAD + 1), KEY, keyid="a")
