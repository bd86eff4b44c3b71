import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.core import tree
from evidence.core.encoding import to_base64
from evidence.errors import ProofError
from evidence.ledger import ed25519
from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.note import Verifier, sign
from evidence.ledger.proof import Proof, check_inclusion, verify

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ORIGIN = "ledger.example/sample"
LOG = Verifier(ORIGIN, ed25519.public_bytes(KEY))
ENTRIES = [b"entry %d" % i for i in range(5)]
HASHES = [tree.leaf_hash(entry) for entry in ENTRIES]
HEAD = Checkpoint(ORIGIN, len(ENTRIES), tree.root(HASHES))
NOTE = sign(HEAD.format(), ORIGIN, KEY)


def proof_of(index: int, extra: bytes | None = None) -> Proof:
    hashes = tree.inclusion_proof(index, len(ENTRIES), tree.in_memory(HASHES))
    return Proof(index, tuple(hashes), NOTE, extra)


@pytest.mark.parametrize("index", range(len(ENTRIES)))
def test_every_entry_is_proved_by_its_file(index: int) -> None:
    data = proof_of(index).format()
    assert verify(Proof.parse(data), ENTRIES[index], [LOG], origin=ORIGIN) == HEAD


def test_a_proof_file_reads_as_the_standard_has_it() -> None:
    lines = proof_of(4, b"more").format().decode().split("\n")
    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra bW9yZQ==", "index 4"]
    assert lines[3:5] == [to_base64(tree.root(HASHES[:4])), ""]
    assert "\n".join(lines[5:]).encode() == NOTE
    assert Proof.parse(proof_of(4, b"more").format()) == proof_of(4, b"more")


def test_no_bit_of_a_proof_file_can_be_flipped() -> None:
    whole = proof_of(2).format()
    for bit in range(8 * len(whole)):
        data = bytearray(whole)
        data[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ProofError):
            verify(Proof.parse(bytes(data)), ENTRIES[2], [LOG])


def test_a_proof_holds_for_no_other_entry_log_or_key() -> None:
    proof = proof_of(2)
    stranger = Verifier(ORIGIN, ed25519.public_bytes(Ed25519PrivateKey.from_private_bytes(bytes(32))))
    for entry, verifiers, origin in (
        (ENTRIES[3], [LOG], ORIGIN),
        (HASHES[2], [LOG], ORIGIN),
        (ENTRIES[2], [LOG], "ledger.example/other"),
        (ENTRIES[2], [stranger], ORIGIN),
        (ENTRIES[2], [], ORIGIN),
    ):
        with pytest.raises(ProofError):
            verify(proof, entry, verifiers, origin=origin)


def test_a_proof_is_checked_against_a_checkpoint_already_trusted() -> None:
    check_inclusion(proof_of(0), ENTRIES[0], HEAD)
    with pytest.raises(ProofError):
        check_inclusion(proof_of(0), ENTRIES[0], Checkpoint(ORIGIN, 4, tree.root(HASHES[:4])))


HEADER = b"c2sp.org/tlog-proof@v1\n"
HASH = to_base64(bytes(32)).encode() + b"\n"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(HEADER, id="header-alone"),
        pytest.param(HEADER + b"index 0\n", id="no-blank-line"),
        pytest.param(b"c2sp.org/tlog-proof@v2\nindex 0\n\nc\n", id="version-2"),
        pytest.param(HEADER + b"\nindex 0\n\nc\n", id="blank-line-before-the-index"),
        pytest.param(HEADER + HASH + b"\nc\n", id="no-index"),
        pytest.param(HEADER + b"index 00\n\nc\n", id="leading-zero"),
        pytest.param(HEADER + b"index -1\n\nc\n", id="negative"),
        pytest.param(HEADER + b"index 9223372036854775808\n\nc\n", id="past-63-bits"),
        pytest.param(HEADER + b"index 0\nextra AAAA\n\nc\n", id="extra-after-the-index"),
        pytest.param(HEADER + b"extra AAB=\nindex 0\n\nc\n", id="spare-bits"),
        pytest.param(HEADER + b"index 0\nAAAA\n\nc\n", id="hash-of-3-bytes"),
        pytest.param(HEADER + b"index 0\n" + HASH * 64 + b"\nc\n", id="64-hashes"),
        pytest.param(HEADER + b"index 0\r\n\nc\n", id="carriage-return"),
        pytest.param(HEADER + b"index \xd9\xa3\n\nc\n", id="other-digits"),
        pytest.param(HEADER + b"index 0\n\n" + bytes(2 << 20), id="two-mebibytes"),
    ],
)
def test_a_malformed_proof_file_is_refused(data: bytes) -> None:
    with pytest.raises(ProofError):
        Proof.parse(data)


@pytest.mark.parametrize(("index", "hashes"), [(-1, ()), (2**63, ()), (0, (b"short",)), (0, (bytes(32),) * 64)])
def test_a_proof_that_could_not_be_read_back_cannot_be_made(index: int, hashes: tuple[bytes, ...]) -> None:
    with pytest.raises(ProofError):
        Proof(index, hashes, NOTE)
