"""Signed notes, checkpoints, tile paths, proofs and cosigned checkpoints against published examples."""

import json
from base64 import b64decode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.core.canonical import loads, loads_canonical
from evidence.core.encoding import from_base64
from evidence.errors import ProofError
from evidence.ledger import ed25519
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.note import Verifier, open_note, parse_note, sign, vkey
from evidence.ledger.proof import Proof, verify
from evidence.ledger.tiles import Tile, entries_path, tiles_of

HERE = Path(__file__).parent
NOTES = HERE / "signed-note"
SYNTAX = HERE / "tlog-checkpoint-proof"
REKOR = HERE / "rekor-v2-real"
COSIGNED = HERE / "tlog-cosigned-log300"


def cases(path: Path) -> list[dict]:
    return json.loads(path.read_text("utf-8"))


def named(case: dict) -> str:
    return str(case["desc"])


@pytest.mark.parametrize("case", cases(NOTES / "notes.json"), ids=named)
def test_a_note_is_judged_as_its_source_judges_it(case: dict) -> None:
    verifiers = [Verifier.parse(text) for text in case["vkeys"]]
    data = b64decode(case["note_b64"])
    if case["valid"]:
        assert {verifier.name for verifier in open_note(data, verifiers).verified} == set(case["verified"])
    else:
        with pytest.raises(ProofError):
            open_note(data, verifiers)


@pytest.mark.parametrize("case", cases(NOTES / "vkeys.json"), ids=named)
def test_a_verifier_key_is_judged_as_its_source_judges_it(case: dict) -> None:
    if case["valid"]:
        verifier = Verifier.parse(case["vkey"])
        assert vkey(verifier.name, verifier.public_key) == case["vkey"]
    else:
        with pytest.raises(ProofError):
            Verifier.parse(case["vkey"])


@pytest.mark.parametrize("case", cases(NOTES / "sign.json"), ids=lambda case: case["text"][:20])
def test_a_note_is_signed_to_the_published_bytes(case: dict) -> None:
    _, _, name, _, secret = case["skey_TEST_ONLY"].split("+", 4)
    key = Ed25519PrivateKey.from_private_bytes(from_base64(secret)[1:])
    assert sign(case["text"], name, key) == case["note"].encode()


@pytest.mark.parametrize("case", cases(SYNTAX / "checkpoint-bodies.json"), ids=named)
def test_a_checkpoint_is_read_unless_it_is_malformed_or_its_root_is_not_32_bytes(case: dict) -> None:
    root_is_a_hash = case["valid"] and len(b64decode(case["body"].split("\n")[2])) == 32
    if root_is_a_hash:
        assert Checkpoint.parse(case["body"]).format() == case["body"]
    else:
        with pytest.raises(ProofError):
            Checkpoint.parse(case["body"])


@pytest.mark.parametrize("case", cases(SYNTAX / "tlog-proofs-syntax.json"), ids=named)
def test_a_proof_file_is_judged_as_its_source_judges_it(case: dict) -> None:
    data = case["body"].encode()
    if case["valid"]:
        assert Proof.parse(data).format() == data
    else:
        with pytest.raises(ProofError):
            Proof.parse(data)


PATHS = json.loads((SYNTAX / "tile-paths.json").read_text())


@pytest.mark.parametrize("case", PATHS["c2sp"], ids=lambda case: case["c2sp_path"])
def test_a_tile_has_the_published_path(case: dict) -> None:
    tile = Tile(case["level"], case["n"], case["width"])
    assert tile.path == case["c2sp_path"]
    assert Tile.parse(case["c2sp_path"]) == tile
    if tile.level == 0:
        assert entries_path(tile.index, tile.width) == case["c2sp_path"].replace("tile/0/", "tile/entries/")


def test_a_tree_of_70000_has_the_published_tiles() -> None:
    tiles = list(tiles_of(70_000))
    assert sum(tile.level == 0 and tile.width == 256 for tile in tiles) == PATHS["tree_70000"]["full_level0"]
    assert sum(tile.level == 1 and tile.width == 256 for tile in tiles) == PATHS["tree_70000"]["full_level1"]
    assert [tile.path for tile in tiles if tile.width < 256] == PATHS["tree_70000"]["partial"]


def log_keys() -> list[Verifier]:
    keys = json.loads((REKOR / "vkeys.json").read_text())
    return [Verifier.parse(text) for name, text in keys.items() if not name.startswith("witness-")]


def witness_keys() -> list[tuple[str, str]]:
    keys = json.loads((REKOR / "vkeys.json").read_text())
    return [(name, text) for name, text in keys.items() if name.startswith("witness-")]


def log_layer(case: str) -> dict:
    return json.loads((REKOR / "expected-log-layer.json").read_text())[case]


@pytest.mark.parametrize("case", sorted(path.parent.name for path in REKOR.glob("*/entry.tlog-proof")))
def test_an_entry_of_a_real_public_log_verifies(case: str) -> None:
    leaf = (REKOR / case / "leaf.json").read_bytes()
    data = (REKOR / case / "entry.tlog-proof").read_bytes()
    expected = log_layer(case)
    checkpoint = verify(Proof.parse(data), leaf, log_keys())
    assert checkpoint.size == expected["tree_size"]
    opened = open_note(Proof.parse(data).checkpoint, log_keys())
    assert [verifier.name for verifier in opened.verified] == expected["verified_by"]
    assert Proof.parse(data).format() == data
    loads_canonical(leaf)  # Rekor's leaves are RFC 8785 too
    with pytest.raises(ProofError):
        verify(Proof.parse(data), leaf + b"\n", log_keys())


@pytest.mark.parametrize("case", sorted(path.parent.name for path in REKOR.glob("*/bundle.sigstore.json")))
def test_the_checkpoint_in_a_real_bundle_is_judged_as_recorded(case: str) -> None:
    bundle = loads((REKOR / case / "bundle.sigstore.json").read_bytes())
    (entry,) = bundle["verificationMaterial"]["tlogEntries"]
    inclusion = entry.get("inclusionProof")
    if log_layer(case)["note_ok"] is None:
        assert inclusion is None, "nothing to verify"
        return
    note = inclusion["checkpoint"]["envelope"].encode()
    if log_layer(case)["note_ok"]:
        assert str(open_checkpoint(note, log_keys()).size) == inclusion["treeSize"]
    else:
        with pytest.raises(ProofError):
            open_checkpoint(note, log_keys())


@pytest.mark.parametrize(("name", "text"), witness_keys(), ids=[name for name, _ in witness_keys()])
def test_a_witness_key_is_refused_as_a_log_key(name: str, text: str) -> None:
    with pytest.raises(ProofError, match="signature type 04"):
        Verifier.parse(text)


def test_the_lines_of_a_cosigned_checkpoint_are_read_and_the_witness_signature_is_sound() -> None:
    note = parse_note((COSIGNED / "witness-checkpoint").read_bytes())
    checkpoint = Checkpoint.parse(note.text)
    assert checkpoint.size == 300
    name, key_id, encoded = (COSIGNED / "vkey").read_text().strip().split("+", 2)
    line = next(line for line in note.lines if line.name == name)
    assert line.key_id.hex() == key_id
    # C2SP tlog-cosignature: 8 bytes of POSIX time, then Ed25519 over a header with that time and the checkpoint
    seconds = int.from_bytes(line.signature[:8], "big")
    message = f"cosignature/v1\ntime {seconds}\n{note.text}".encode()
    assert ed25519.verify(from_base64(encoded)[1:], line.signature[8:], message)


def test_a_checkpoint_that_only_witnesses_have_signed_is_not_the_logs_word() -> None:
    with pytest.raises(ProofError, match="No known key"):
        open_checkpoint((COSIGNED / "witness-checkpoint").read_bytes(), log_keys())
