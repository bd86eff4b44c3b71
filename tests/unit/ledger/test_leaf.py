import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.core.canonical import dumps
from evidence.core.tree import leaf_hash
from evidence.errors import ProofError
from evidence.ledger.envelope import Envelope, Signature, countersign, sign
from evidence.ledger.leaf import Leaf
from evidence.ledger.tiles import MAX_ENTRY

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ACTOR = "key-a050837d85070582"
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
ENVELOPE = sign(b'{"a":"b"}', KEY, keyid=ACTOR)
LEAF = Leaf.of(ENVELOPE, kind="declaration", recorded_at=NOON, actor=ACTOR)
BYTES = (
    b'{"actor":"key-a050837d85070582","kind":"declaration",'
    b'"payload_sha256":"c7a6c31f8faa049f32a4d5f6837c9c833215336aca687ccbd5d001274e084949",'
    b'"recorded_at":"2024-05-01T12:00:00.000000Z","signatures":[{"keyid":"key-a050837d85070582","sig":'
    b'"+J7uRLiYhx8FyP/KOgZJg+Oh55LjMJdNGW5BKUOSKOCjto3zqaZ+onRhSK6WRpEOF3Kc+JKx6a8UknsxWyQqBg=="}],"v":1}'
)


def test_a_leaf_has_the_bytes_of_the_format_document() -> None:
    assert LEAF.to_bytes() == BYTES
    assert Leaf.parse(BYTES) == LEAF
    assert LEAF.hash() == leaf_hash(BYTES)


def test_a_leaf_commits_to_its_envelope_and_to_no_other() -> None:
    assert LEAF.commits_to(ENVELOPE)
    assert not LEAF.commits_to(sign(b'{"a":"c"}', KEY, keyid=ACTOR))
    assert not LEAF.commits_to(countersign(ENVELOPE, KEY, keyid=ACTOR))
    assert not LEAF.commits_to(replace(ENVELOPE, payload_type="text/plain"))


def test_no_bit_of_a_leaf_can_be_flipped_and_the_leaf_stay_the_same() -> None:
    for bit in range(8 * len(BYTES)):
        data = bytearray(BYTES)
        data[bit // 8] ^= 1 << bit % 8
        try:
            other = Leaf.parse(bytes(data))
        except ProofError:
            continue
        assert other != LEAF
        assert other.to_bytes() == bytes(data)


def test_every_flipped_bit_of_an_envelope_is_seen_beside_its_leaf() -> None:
    whole = ENVELOPE.to_json()
    for bit in range(8 * len(whole)):
        data = bytearray(whole)
        data[bit // 8] ^= 1 << bit % 8
        try:
            other = Envelope.parse(bytes(data))
        except ProofError:
            continue
        assert not LEAF.commits_to(other) or other.to_json() != bytes(data)


def altered(**members: object) -> bytes:
    value = json.loads(BYTES) | members
    return dumps({key: item for key, item in value.items() if item is not ...})


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[]", id="list"),
        pytest.param(BYTES + b"\n", id="not-canonical"),
        pytest.param(altered(v=2), id="version-2"),
        pytest.param(altered(v=True), id="version-true"),
        pytest.param(altered(v="1"), id="version-as-text"),
        pytest.param(altered(actor=...), id="no-actor"),
        pytest.param(altered(name="more"), id="a-member-more"),
        pytest.param(altered(actor="J. Doe"), id="actor-with-a-space"),
        pytest.param(altered(actor=""), id="empty-actor"),
        pytest.param(altered(kind="Declaration"), id="kind-in-capitals"),
        pytest.param(altered(kind=None), id="kind-null"),
        pytest.param(altered(payload_sha256="C7" * 32), id="digest-in-capitals"),
        pytest.param(altered(payload_sha256="c7" * 31), id="short-digest"),
        pytest.param(altered(recorded_at="2024-05-01T12:00:00Z"), id="no-decimals"),
        pytest.param(altered(recorded_at="2024-05-01T12:00:00.000000+00:00"), id="offset"),
        pytest.param(altered(recorded_at="2024-02-30T12:00:00.000000Z"), id="30-february"),
        pytest.param(altered(recorded_at="2024-05-01T24:00:00.000000Z"), id="24-hours"),
        pytest.param(altered(recorded_at="2024-05-01T12:00:60.000000Z"), id="leap-second"),
        pytest.param(altered(signatures=[]), id="no-signature"),
        pytest.param(altered(signatures={}), id="signatures-as-object"),
        pytest.param(altered(signatures=[{"sig": "AAAA"}]), id="no-key-id"),
        pytest.param(altered(signatures=[{"keyid": "a", "sig": "AAB="}]), id="spare-bits"),
        pytest.param(altered(signatures=[{"keyid": "a b", "sig": "AAAA"}]), id="key-id-with-a-space"),
        pytest.param(altered(signatures=[{"keyid": "a", "sig": "A" * MAX_ENTRY}]), id="past-65535-bytes"),
    ],
)
def test_a_malformed_leaf_is_refused(data: bytes) -> None:
    with pytest.raises(ProofError):
        Leaf.parse(data)


def test_a_leaf_has_at_most_65535_bytes() -> None:
    room = MAX_ENTRY - len(replace(LEAF, signatures=(Signature("a", b""),)).to_bytes())
    largest = replace(LEAF, signatures=(Signature("a", bytes(room // 4 * 3)),))
    assert MAX_ENTRY - 4 < len(largest.to_bytes()) <= MAX_ENTRY
    with pytest.raises(ProofError, match="at most 65535"):
        replace(LEAF, signatures=(Signature("a", bytes(room // 4 * 3 + 3)),))


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(NOON.replace(tzinfo=None), id="naive"),
        pytest.param(NOON.astimezone(timezone(timedelta(hours=-5))), id="another-zone"),
    ],
)
def test_a_leaf_is_recorded_at_a_moment_in_utc(moment: datetime) -> None:
    with pytest.raises(ProofError, match="UTC"):
        replace(LEAF, recorded_at=moment)


def test_the_moment_keeps_its_six_decimals() -> None:
    leaf = replace(LEAF, recorded_at=NOON.replace(microsecond=1))
    assert Leaf.parse(leaf.to_bytes()).recorded_at == NOON.replace(microsecond=1)
