"""Whatever bytes come in, a parser answers with a value or with an error of ours."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.core.canonical import loads
from evidence.core.disclosure import Disclosure
from evidence.core.tree import leaf_hash
from evidence.errors import EvidenceError, ProofError
from evidence.ledger import ed25519, envelope, note
from evidence.ledger.add_checkpoint import AddCheckpoint
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.consistency import verify_growth
from evidence.ledger.cosignature import Witness, cosign
from evidence.ledger.envelope import Envelope
from evidence.ledger.leaf import Leaf
from evidence.ledger.note import Verifier
from evidence.ledger.policy import Policy
from evidence.ledger.proof import Proof
from evidence.ledger.tiles import Tile, parse_bundle

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
LOG = Verifier("ledger.example/sample", ed25519.public_bytes(KEY))
TEXT = Checkpoint(LOG.name, 1, leaf_hash(b"")).format()
NOTE = note.sign(TEXT, LOG.name, KEY)
SIGNED = envelope.sign(b"{}", KEY, keyid="a")
LEAF = Leaf.of(SIGNED, kind="bill", recorded_at=datetime(2024, 5, 1, tzinfo=UTC), actor="a")


OLD = Checkpoint.parse(TEXT)
WITNESS = Witness("witness.example/w", LOG.public_key)
POLICY = Policy.parse(f"log {LOG.vkey}\nwitness w {WITNESS.vkey}\nquorum w\n".encode())


def note_cosigned(text: str) -> bytes:
    return cosign(text, WITNESS.name, KEY, 1_700_000_000).encode()


def lax(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")  # lone surrogates for bytes that are not UTF-8


def keep_disclosure(data: bytes) -> None:
    Disclosure.from_json(loads(data)).digest()


PARSERS: list[tuple[str, Callable[[bytes], object], bytes]] = [
    ("note", lambda data: note.open_note(data, [LOG]), NOTE),
    ("verifier-key", lambda data: Verifier.parse(lax(data)), LOG.vkey.encode()),
    ("checkpoint", lambda data: Checkpoint.parse(lax(data)), TEXT.encode()),
    ("signed-checkpoint", lambda data: open_checkpoint(data, [LOG]), NOTE),
    ("envelope", lambda data: envelope.verify(Envelope.parse(data), {"a": LOG.public_key}), SIGNED.to_json()),
    ("leaf", Leaf.parse, LEAF.to_bytes()),
    ("proof", Proof.parse, Proof(0, (bytes(32),), NOTE, b"extra").format()),
    ("consistency", lambda data: verify_growth(data, OLD, [LOG]), AddCheckpoint(1, (), NOTE).format()),
    ("witness-key", lambda data: Witness.parse(lax(data)), WITNESS.vkey.encode()),
    ("cosigned", lambda data: POLICY.verify(data), NOTE + note_cosigned(TEXT)),
    ("policy", Policy.parse, f"log {LOG.vkey}\nwitness w {WITNESS.vkey}\ngroup g 1 w\nquorum g\n".encode()),
    ("tile-path", lambda data: Tile.parse(lax(data)), b"tile/0/x001/067.p/12"),
    ("bundle", parse_bundle, b"\x00\x02ab\x00\x01c"),
    ("disclosure", keep_disclosure, b'["AAECAwQFBgcICQoLDA0ODw","name",{"a":[1]}]'),
]


@pytest.mark.parametrize(("parse", "good"), [case[1:] for case in PARSERS], ids=[case[0] for case in PARSERS])
@settings(max_examples=120, deadline=None)
@given(noise=st.binary(max_size=24), places=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 6)), max_size=3))
def test_a_parser_raises_only_our_own_errors(
    parse: Callable[[bytes], object], good: bytes, noise: bytes, places: list[tuple[float, int]]
) -> None:
    data = good if places else noise
    for place, length in places:  # the noise put over, into or in place of parts of something well-formed
        at = int(place * len(data))
        data = data[:at] + noise[:length] + data[at + length // 2 :]
    told = ""
    try:
        parse(data)
    except EvidenceError as error:
        told = str(error)
    assert told.isprintable()
    assert len(told) < 2000


@pytest.mark.parametrize("name", ["ledger.example/\u202esample", "ledger.example/\x7f", "l" * 5000])
def test_the_name_of_an_unknown_signer_is_told_so_that_it_drives_no_terminal(name: str) -> None:
    signed = note.sign(TEXT, name, KEY)
    several = signed + b"".join(note.signature_line(TEXT, f"{name}{i}", KEY).encode() for i in range(50))
    for data in (signed, several):
        with pytest.raises(ProofError, match="No known key") as told:
            note.open_note(data, [LOG])
        assert str(told.value).isprintable()
        assert len(str(told.value)) < 500


@pytest.mark.parametrize(("parse", "good"), [case[1:] for case in PARSERS], ids=[case[0] for case in PARSERS])
def test_a_parser_of_what_is_cut_short_raises_only_our_own_errors(
    parse: Callable[[bytes], object], good: bytes
) -> None:
    parse(good)
    for end in range(len(good)):
        with suppress(EvidenceError):
            parse(good[:end])
