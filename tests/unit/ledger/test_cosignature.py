import subprocess
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.core.encoding import from_base64, to_base64
from evidence.errors import EvidenceError, ProofError
from evidence.ledger import ed25519
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.cosignature import Cosignature, Witness, cosign, cosignatures
from evidence.ledger.note import NoteKey, Verifier, open_note, parse_note, sign, signature_line

LOG_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
ORIGIN, NAME = "ledger.example/sample", "auditor.example/w1"
LOG = Verifier(ORIGIN, ed25519.public_bytes(LOG_KEY))
WITNESS = Witness(NAME, ed25519.public_bytes(KEY))
TEXT = Checkpoint(ORIGIN, 7, bytes(range(32)), ("an extension",)).format()
NOTE = sign(TEXT, ORIGIN, LOG_KEY)
SECONDS = 1_700_000_000
COSIGNED = NOTE + cosign(TEXT, NAME, KEY, SECONDS).encode()
BOTH: list[NoteKey] = [LOG, WITNESS]


def test_a_cosigned_checkpoint_opens_with_the_keys_of_its_log_and_its_witness() -> None:
    assert open_note(COSIGNED, BOTH).verified == (LOG, WITNESS)
    assert open_checkpoint(COSIGNED, BOTH, origin=ORIGIN).size == 7
    (found,) = cosignatures(parse_note(COSIGNED), [WITNESS])
    assert found == Cosignature(WITNESS, SECONDS)
    assert found.moment == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def test_the_signature_is_over_the_two_lines_and_the_text_as_openssl_verifies_it(tmp_path: Path) -> None:
    payload = parse_note(COSIGNED).lines[1].signature
    assert int.from_bytes(payload[:8], "big") == SECONDS
    (tmp_path / "text").write_bytes(f"cosignature/v1\ntime {SECONDS}\n{TEXT}".encode())
    (tmp_path / "signature").write_bytes(payload[8:])
    public = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "key.pem").write_bytes(public)
    command = "openssl pkeyutl -verify -rawin -pubin -inkey key.pem -in text -sigfile signature"
    ran = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout.strip()) == (0, "Signature Verified Successfully")


def test_no_bit_of_a_cosignature_or_of_what_it_is_over_can_be_flipped() -> None:
    line = cosign(TEXT, NAME, KEY, SECONDS)
    encoded = from_base64(line.rstrip("\n").rpartition(" ")[2])
    for bit in range(8 * 4, 8 * len(encoded)):  # the key id is a hint: with another one, it is nobody's line
        changed = bytearray(encoded)
        changed[bit // 8] ^= 1 << bit % 8
        data = NOTE + f"\u2014 {NAME} {to_base64(bytes(changed))}\n".encode()
        with pytest.raises(ProofError, match="does not verify"):
            open_note(data, BOTH)
        with pytest.raises(ProofError, match="does not verify"):
            cosignatures(parse_note(data), [WITNESS])
    for bit in range(8 * len(TEXT)):
        text = bytearray(TEXT.encode())
        text[bit // 8] ^= 1 << bit % 8
        with suppress(UnicodeDecodeError):
            assert not WITNESS.verify(text.decode(), encoded[4:])


def test_a_known_witness_whose_line_fails_rejects_the_note_though_the_log_has_signed() -> None:
    other = cosign(TEXT.replace("\n7\n", "\n8\n"), NAME, KEY, SECONDS).encode()
    assert open_note(NOTE + other, [LOG]).verified == (LOG,)
    for data in (NOTE + other, COSIGNED + other):
        with pytest.raises(ProofError, match="auditor"):
            open_checkpoint(data, BOTH)


def test_a_witness_does_not_speak_for_the_log_even_under_its_name() -> None:
    impostor = Witness(ORIGIN, WITNESS.public_key)
    data = sign(TEXT, "else.example", LOG_KEY) + cosign(TEXT, ORIGIN, KEY, SECONDS).encode()
    assert open_note(data, [impostor]).verified == (impostor,)
    with pytest.raises(ProofError, match="No known key of the log"):
        open_checkpoint(data, [impostor])


def test_a_plain_signature_is_no_cosignature_and_a_cosignature_no_plain_one() -> None:
    plain = parse_note(sign(TEXT, NAME, KEY)).lines[0].signature
    assert not WITNESS.verify(TEXT, plain)
    assert not WITNESS.verify(TEXT, bytes(8) + plain)
    assert not Verifier(NAME, WITNESS.public_key).verify(TEXT, parse_note(COSIGNED).lines[1].signature)
    assert cosignatures(parse_note(NOTE + signature_line(TEXT, NAME, KEY).encode()), [WITNESS]) == ()


def test_of_a_witness_that_signed_twice_the_later_time_counts() -> None:
    lines = [cosign(TEXT, NAME, KEY, seconds).encode() for seconds in (SECONDS + 5, SECONDS)]
    (found,) = cosignatures(parse_note(NOTE + b"".join(lines)), [WITNESS])
    assert found.seconds == SECONDS + 5


@pytest.mark.parametrize(
    ("seconds", "moment"),
    [
        pytest.param(0, datetime(1970, 1, 1, tzinfo=UTC), id="the-first"),
        pytest.param(2**63 - 1, None, id="the-last-that-may-stand-there"),
    ],
)
def test_a_time_at_the_bound_is_signed_and_verified(seconds: int, moment: datetime | None) -> None:
    (found,) = cosignatures(parse_note(NOTE + cosign(TEXT, NAME, KEY, seconds).encode()), [WITNESS])
    assert (found.seconds, found.moment) == (seconds, moment)


def test_a_time_past_the_bound_is_neither_signed_nor_accepted() -> None:
    for seconds in (-1, 2**63):
        with pytest.raises(ProofError, match="time from 0"):
            cosign(TEXT, NAME, KEY, seconds)
    past = 2**63
    signed = KEY.sign(f"cosignature/v1\ntime {past}\n{TEXT}".encode())
    assert not WITNESS.verify(TEXT, past.to_bytes(8, "big") + signed)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(LOG.vkey, id="of-a-log"),
        pytest.param(WITNESS.vkey.replace("auditor", "other"), id="another-name-than-its-id"),
        pytest.param(WITNESS.vkey[:-4], id="cut-short"),
        pytest.param(NAME, id="a-name"),
        pytest.param("", id="nothing"),
        pytest.param("a b" + WITNESS.vkey, id="a-space"),
    ],
)
def test_a_malformed_key_of_a_witness_is_refused(text: str) -> None:
    with pytest.raises(ProofError):
        Witness.parse(text)
    assert Witness.parse(WITNESS.vkey) == WITNESS


names = st.text(st.characters(exclude_characters="+", exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1)


@settings(max_examples=60)
@given(st.binary(min_size=32, max_size=32), names, st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_what_a_witness_signs_it_verifies_under_any_name_at_any_time(
    secret: bytes, name: str, seconds: int, root: bytes
) -> None:
    key = Ed25519PrivateKey.from_private_bytes(secret)
    witness = Witness(name, ed25519.public_bytes(key))
    text = Checkpoint(ORIGIN, 3, root).format()
    data = sign(text, ORIGIN, LOG_KEY) + cosign(text, name, key, seconds).encode()
    assert open_note(data, [LOG, witness]).verified == (LOG, witness)
    assert cosignatures(parse_note(data), [witness]) == (Cosignature(witness, seconds),)
    assert Witness.parse(witness.vkey) == witness


@settings(max_examples=150)
@given(st.binary(max_size=100), st.integers(0, len(COSIGNED)), st.booleans())
def test_whatever_stands_in_a_cosigned_note_only_our_own_errors_come(noise: bytes, at: int, over: bool) -> None:
    data = COSIGNED[:at] + noise + COSIGNED[at + len(noise) * over :]
    with suppress(EvidenceError):
        open_note(data, BOTH)
        cosignatures(parse_note(data), [WITNESS])
    with suppress(EvidenceError):
        Witness.parse(noise.decode("utf-8", "surrogateescape"))
