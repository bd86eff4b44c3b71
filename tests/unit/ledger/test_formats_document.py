"""docs/formats.md is what strangers write verifiers from: its commands, scripts and examples are run here, by stock
tools on entries of ours."""

import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from evidence.core import tree
from evidence.ledger import ed25519
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.consistency import verify_growth
from evidence.ledger.cosignature import Witness, cosign, cosignatures
from evidence.ledger.envelope import sign as sign_envelope
from evidence.ledger.leaf import Leaf
from evidence.ledger.note import Verifier, parse_note, sign
from evidence.ledger.proof import Proof, verify
from evidence.ledger.tiles import TILE_WIDTH, Tile, tiles_of

ROOT = Path(__file__).parents[3]
DOCUMENT = (ROOT / "docs" / "formats.md").read_text("utf-8")
SCRIPTS = {match[2]: match[1] for match in re.finditer(r"```bash\n(.*?\n# ([a-z-]+\.sh) .*?)```", DOCUMENT, re.DOTALL)}
CONSOLE = [
    (match[1], match[2])
    for block in re.findall(r"```console\n(.*?)```", DOCUMENT, re.DOTALL)
    for match in re.finditer(r"\$ (.*)\n(.*\n)", block)
]
TEXTS = re.findall(r"```text\n(.*?)```", DOCUMENT, re.DOTALL)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
LOG = Verifier("ledger.example/sample", ed25519.public_bytes(KEY))
ENVELOPE = sign_envelope(b'{"a":"b"}', KEY, keyid="key-a050837d85070582")
LEAF = Leaf.of(
    ENVELOPE, kind="declaration", recorded_at=datetime(2024, 5, 1, 12, tzinfo=UTC), actor="key-a050837d85070582"
)


def run(script: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", SCRIPTS[script], script, *map(str, arguments)], capture_output=True, text=True, check=False
    )


def proof_for(index: int, size: int) -> bytes:
    hashes = [LEAF.hash() if i == index else tree.leaf_hash(b"other %d" % i) for i in range(size)]
    note = sign(Checkpoint(LOG.name, size, tree.root(hashes)).format(), LOG.name, KEY)
    return Proof(index, tuple(tree.inclusion_proof(index, size, tree.in_memory(hashes))), note).format()


@pytest.fixture
def leaf(tmp_path: Path) -> Path:
    path = tmp_path / "0.leaf"
    path.write_bytes(LEAF.to_bytes())
    return path


@pytest.mark.parametrize(("command", "output"), CONSOLE, ids=[str(i) for i in range(len(CONSOLE))])
def test_a_command_of_the_document_prints_what_it_says(command: str, output: str) -> None:
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout == output


def test_the_examples_of_the_document_verify() -> None:
    assert len(CONSOLE) == 4
    (leaf,) = (text.replace("\n", "").encode() for text in TEXTS if text.startswith('{"actor"'))
    (note,) = (text.encode() for text in TEXTS if text.startswith(f"{LOG.name}\n"))
    (proof,) = (text.encode() for text in TEXTS if text.startswith("c2sp.org"))
    assert leaf == LEAF.to_bytes()
    assert LOG.vkey in DOCUMENT
    assert verify(Proof.parse(proof), leaf, [LOG]) == open_checkpoint(note, [LOG])


def test_the_consistency_file_and_the_cosignature_of_the_document_verify() -> None:
    (note,) = (text for text in TEXTS if text.startswith(f"{LOG.name}\n"))
    (growth,) = (text.encode() for text in TEXTS if text.startswith("old "))
    old = open_checkpoint(sign(Checkpoint(LOG.name, 1, LEAF.hash()).format(), LOG.name, KEY), [LOG])
    assert verify_growth(growth, old, [LOG]) == open_checkpoint(note.encode(), [LOG])
    (message,) = (text for text in TEXTS if text.startswith("cosignature/v1"))
    (cosigned,) = (text for text in TEXTS if text.startswith("auditor.example"))
    vkey, line = cosigned.splitlines()
    text = note.partition("\n\n")[0] + "\n"
    assert message == f"cosignature/v1\ntime 1714564800\n{text}"
    key, witness = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64))), Witness.parse(vkey)
    assert cosign(text, witness.name, key, 1714564800) == f"{line}\n"
    (found,) = cosignatures(parse_note(f"{note}{line}\n".encode()), [witness])
    assert (found.witness.public_key, found.seconds) == (ed25519.public_bytes(key), 1714564800)


def test_the_tiles_that_the_document_names_are_those_of_its_log() -> None:
    (said,) = re.findall(r"A log of 70,000 entries has 273 full tiles of\nlevel 0 and (.*?)\.\n", DOCUMENT, re.DOTALL)
    assert set(re.findall("`(.*?)`", said)) == {
        tile.path for tile in tiles_of(70_000) if tile.level or tile.width < TILE_WIDTH
    }
    assert sum(tile.level == 0 and tile.width == TILE_WIDTH for tile in tiles_of(70_000)) == 273
    assert Tile(0, 1234067).path == "tile/0/x001/x234/067"


def test_the_verifiers_that_the_document_names_are_there() -> None:
    named = re.findall(r"`(tests/[a-z/.]+)`", DOCUMENT)
    assert len(named) == 2
    assert all((ROOT / name).is_file() for name in named)


@pytest.mark.parametrize(("index", "size"), [(0, 1), (0, 2), (6, 7), (4, 7), (5, 8), (12, 21)])
def test_the_script_of_the_document_verifies_our_proofs(index: int, size: int, leaf: Path, tmp_path: Path) -> None:
    proof = tmp_path / "0.tlog-proof"
    proof.write_bytes(proof_for(index, size))
    done = run("verify-entry.sh", leaf, proof, LOG.vkey)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, f"entry {index} of {size} in {LOG.name}")


@pytest.mark.parametrize(
    "alter",
    [
        pytest.param((b"index 4", b"index 5"), id="index"),
        pytest.param((b"\n7\n", b"\n8\n"), id="size"),
        pytest.param((b"\n\n", b"\n" + bytes(43).replace(b"\0", b"A") + b"=\n\n"), id="a-hash-more"),
        pytest.param((b"/sample\n7", b"/simple\n7"), id="origin"),
        pytest.param((b"proof@v1", b"proof@v2"), id="header"),
    ],
)
def test_the_script_of_the_document_refuses_an_altered_proof(
    alter: tuple[bytes, bytes], leaf: Path, tmp_path: Path
) -> None:
    proof = tmp_path / "0.tlog-proof"
    good = proof_for(4, 7)
    assert alter[0] in good
    proof.write_bytes(good.replace(*alter, 1))
    assert run("verify-entry.sh", leaf, proof, LOG.vkey).returncode != 0


def test_the_script_of_the_document_refuses_an_altered_leaf_and_another_key(leaf: Path, tmp_path: Path) -> None:
    proof = tmp_path / "0.tlog-proof"
    proof.write_bytes(proof_for(4, 7))
    stranger = Verifier(LOG.name, ed25519.public_bytes(Ed25519PrivateKey.from_private_bytes(bytes(32))))
    assert run("verify-entry.sh", leaf, proof, stranger.vkey).returncode != 0
    leaf.write_bytes(LEAF.to_bytes() + b" ")
    assert run("verify-entry.sh", leaf, proof, LOG.vkey).returncode != 0


def test_the_script_of_the_document_verifies_a_statement_and_refuses_an_altered_one(leaf: Path, tmp_path: Path) -> None:
    envelope, key = tmp_path / "0.dsse", tmp_path / "key.pem"
    key.write_bytes(KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    envelope.write_bytes(ENVELOPE.to_json())
    done = run("verify-statement.sh", leaf, envelope, key)
    assert (done.returncode, done.stdout) == (0, "Signature Verified Successfully\n"), done.stderr
    for altered in (
        ENVELOPE.to_json().replace(b"eyJhIjoiYiJ9", b"eyJhIjoiYyJ9"),
        ENVELOPE.to_json().replace(b"in-toto", b"in_toto"),
        sign_envelope(b'{"a":"b"}', Ed25519PrivateKey.from_private_bytes(bytes(32)), keyid="a").to_json(),
    ):
        envelope.write_bytes(altered)
        assert run("verify-statement.sh", leaf, envelope, key).returncode != 0
