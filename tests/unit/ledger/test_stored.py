"""An entry taken apart and put together: stored parts give the bytes that were hashed; altered, they give others."""

import json
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import ProofError
from evidence.ledger.envelope import IN_TOTO, Envelope, Signature
from evidence.ledger.leaf import Leaf
from evidence.ledger.stored import envelope_of, leaf_bytes, packed, packed_one, unpacked
from tests.homes import START

KEY_IDS = st.text("abcXYZ019._:/+=-", min_size=1, max_size=128)
SIGNATURES = st.builds(Signature, KEY_IDS, st.binary(max_size=300) | st.binary(min_size=64, max_size=64))
LISTS = st.lists(SIGNATURES, max_size=4)
MOMENT = "2023-04-01T12:00:00.000000Z"
DIGEST = bytes(range(32))
ONE = packed_one("key-0123456789abcdef", bytes(range(64)))
TWO = ONE + packed_one("key-fedcba9876543210", bytes(range(1, 65)))


def _plain(kind: str, moment: str, actor: str, digest: bytes, signatures: list[Signature]) -> bytes:
    """The leaf written down by other means."""
    listed = [{"keyid": one.keyid, "sig": b64encode(one.sig).decode()} for one in signatures]
    said = {"actor": actor, "kind": kind, "payload_sha256": digest.hex(), "recorded_at": moment}
    return json.dumps(said | {"signatures": listed, "v": 1}, separators=(",", ":")).encode()


def _leaf(signatures: bytes) -> bytes | None:
    try:
        return leaf_bytes("hold", MOMENT, "key-1", DIGEST, signatures)
    except ProofError:
        return None


@given(LISTS)
def test_signatures_that_were_packed_are_read_as_they_were(signatures: list[Signature]) -> None:
    assert unpacked(packed(signatures)) == tuple(signatures)
    assert packed(unpacked(packed(signatures))) == packed(signatures)
    assert unpacked(memoryview(packed(signatures))) == tuple(signatures)


@given(LISTS, st.binary(min_size=32, max_size=32))
def test_a_leaf_put_together_is_the_canonical_json_of_its_parts(signatures: list[Signature], digest: bytes) -> None:
    stored = packed(signatures)
    wanted = _plain("hold", MOMENT, "key-1", digest, signatures)
    assert leaf_bytes("hold", MOMENT, "key-1", digest, stored) == wanted
    if signatures:
        assert Leaf.parse(wanted).signatures == tuple(signatures)


@given(st.lists(SIGNATURES, min_size=1, max_size=3), st.binary(min_size=1, max_size=200))
def test_leaf_and_envelope_of_an_entry_are_those_that_it_was_recorded_with(
    signatures: list[Signature], payload: bytes
) -> None:
    envelope = Envelope(payload, IN_TOTO, tuple(signatures))
    leaf = Leaf.of(envelope, kind="hold", recorded_at=START, actor="key-1")
    stored = packed(envelope.signatures)
    digest = bytes.fromhex(envelope.digest())
    assert leaf_bytes("hold", MOMENT, "key-1", digest, stored) == leaf.to_bytes()
    assert envelope_of(payload, stored) == envelope
    assert envelope_of(payload, stored).to_json() == envelope.to_json()


@pytest.mark.parametrize("stored", [ONE, TWO], ids=["one-signature", "two"])
def test_signatures_cut_short_anywhere_give_another_leaf_or_none(stored: bytes) -> None:
    sound = _leaf(stored)
    found = [_leaf(stored[:size]) for size in range(len(stored))]
    assert sound is not None
    assert sound not in found
    whole = [leaf for leaf in found if leaf is not None]  # cut between two, or before the first
    assert len(whole) == len(unpacked(stored))


@pytest.mark.parametrize("stored", [ONE, TWO], ids=["one-signature", "two"])
def test_no_bit_of_the_signatures_can_be_flipped_without_another_leaf(stored: bytes) -> None:
    sound = _leaf(stored)
    for at in range(len(stored)):
        for bit in range(8):
            altered = stored[:at] + bytes([stored[at] ^ 1 << bit]) + stored[at + 1 :]
            assert _leaf(altered) != sound, (at, bit)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_two_stores_of_signatures_never_give_one_leaf(first: bytes, second: bytes) -> None:
    """Bytes of any sort: what gives the leaf of other bytes would hide that they were altered."""
    one, other = _leaf(first), _leaf(second)
    assert first == second or one is None or one != other


_PARTS: dict[str, object] = {
    "kind": "hold", "recorded_at": MOMENT, "actor": "key-1", "statement_digest": DIGEST, "signatures": ONE,
}  # fmt: skip


@pytest.mark.parametrize("name", ["kind", "recorded_at", "actor", "statement_digest"])
def test_any_part_that_is_altered_gives_another_leaf(name: str) -> None:
    sound, value = leaf_bytes(*_PARTS.values()), _PARTS[name]
    others: list[object] = [value + value, b""] if isinstance(value, bytes) else [f"{value} ", "", "é", '"', "\\"]
    for other in others:
        altered = leaf_bytes(*(_PARTS | {name: other}).values())
        assert altered != sound
        with pytest.raises(ProofError):
            Leaf.parse(altered)


@pytest.mark.parametrize("name", _PARTS)
def test_a_part_in_another_type_than_it_was_written_in_makes_no_leaf(name: str) -> None:
    value = _PARTS[name]
    others = [value.decode("latin-1"), 17, None] if isinstance(value, bytes) else [str(value).encode(), 17, None]
    for other in others:
        with pytest.raises(ProofError, match="types"):
            leaf_bytes(*(_PARTS | {name: other}).values())


@pytest.mark.parametrize("name", [b"\x80key", "clé".encode(), b"\xff" * 20, b'key"', b"key\n", b"key\\", b""])
def test_a_key_id_that_no_leaf_may_hold_makes_no_leaf_and_no_envelope(name: bytes) -> None:
    stored = bytes([len(name)]) + name + (64).to_bytes(2, "big") + bytes(64)
    for make in (
        lambda: leaf_bytes("hold", MOMENT, "key-1", DIGEST, stored),
        lambda: unpacked(stored),
        lambda: envelope_of(b"x", stored),
    ):
        with pytest.raises(ProofError, match="key id"):
            make()


def test_an_envelope_without_a_signature_is_none() -> None:
    with pytest.raises(ProofError):
        envelope_of(b"x", b"")
