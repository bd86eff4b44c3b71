"""Signed notes, checkpoints, tile paths, proofs and cosigned checkpoints against published examples."""

import json
from base64 import b64decode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.core.encoding import from_base64
from evidence.errors import ProofError
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.cosignature import Cosignature, Witness, cosignatures
from evidence.ledger.note import Verifier, open_note, parse_note, sign, vkey
from evidence.ledger.proof import Proof
from evidence.ledger.tiles import Tile, entries_path, tiles_of

HERE = Path(__file__).parent
NOTES = HERE / "signed-note"
SYNTAX = HERE / "tlog-checkpoint-proof"
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


def test_the_cosignature_of_a_real_witness_verifies_and_no_other_text_has_it() -> None:
    data = (COSIGNED / "witness-checkpoint").read_bytes()
    witness = Witness.parse((COSIGNED / "vkey").read_text().strip())
    assert open_note(data, [witness]).verified == (witness,)
    (found,) = cosignatures(parse_note(data), [witness])
    assert found == Cosignature(witness, 0x69546780)  # 2025-12-31, as its bytes have it
    assert Checkpoint.parse(parse_note(data).text).size == 300
    with pytest.raises(ProofError, match="does not verify"):
        open_note(data.replace(b"\n300\n", b"\n301\n"), [witness])


def test_a_checkpoint_that_only_witnesses_have_signed_is_not_the_logs_word() -> None:
    data = (COSIGNED / "witness-checkpoint").read_bytes()
    with pytest.raises(ProofError, match="No known key"):
        open_checkpoint(data, [Verifier.parse((HERE / "tlog-tiles-log15" / "vkey").read_text().strip())])
    with pytest.raises(ProofError, match="No known key of the log"):
        open_checkpoint(data, [Witness.parse((COSIGNED / "vkey").read_text().strip())])
