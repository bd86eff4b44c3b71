"""RFC 6962 proofs against the vectors of transparency-dev/merkle, and a log of transparency-dev/tessera re-derived."""

import json
from base64 import b64decode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.core import tree
from evidence.core.encoding import from_base64
from evidence.errors import ProofError
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.note import Verifier, sign
from evidence.ledger.tiles import Tile, entries_path, parse_bundle, split_tile, tile_data, tile_reader

HERE = Path(__file__).parent
MERKLE = HERE / "rfc6962-merkle"
LOG = HERE / "tlog-tiles-log15"
KNOWN = json.loads((MERKLE / "known-tree.json").read_text())
SIZES = sorted(int(path.suffix[1:]) for path in LOG.glob("checkpoint.*"))

DUMMY_ROOTS = "sizes-are-equal-one-and-proof-is-empty.json"
"""Passes upstream, with roots of 12 bytes that no tree has; refused here, since every hash must be 32 bytes."""


def case_id(path: Path) -> str:
    return str(path.relative_to(MERKLE))


@pytest.mark.parametrize("path", sorted((MERKLE / "inclusion").rglob("*.json")), ids=case_id)
def test_an_inclusion_proof_is_judged_as_upstream_judges_it(path: Path) -> None:
    case = json.loads(path.read_text())
    leaf, root = (b64decode(case[name] or "") for name in ("leafHash", "root"))
    proof = [b64decode(value) for value in case["proof"] or []]
    if case["wantErr"]:
        with pytest.raises(ProofError):
            tree.verify_inclusion(leaf, case["leafIdx"], case["treeSize"], proof, root)
    else:
        tree.verify_inclusion(leaf, case["leafIdx"], case["treeSize"], proof, root)


@pytest.mark.parametrize("path", sorted((MERKLE / "consistency").rglob("*.json")), ids=case_id)
def test_a_consistency_proof_is_judged_as_upstream_judges_it(path: Path) -> None:
    case = json.loads(path.read_text())
    old, new = (b64decode(case[name] or "") for name in ("root1", "root2"))
    proof = [b64decode(value) for value in case["proof"] or []]
    if case["wantErr"] or path.name == DUMMY_ROOTS:
        with pytest.raises(ProofError):
            tree.verify_consistency(case["size1"], case["size2"], proof, old, new)
    else:
        tree.verify_consistency(case["size1"], case["size2"], proof, old, new)


def test_the_reference_tree_has_the_published_roots_at_every_size() -> None:
    leaves = [tree.leaf_hash(bytes.fromhex(entry)) for entry in KNOWN["leaf_inputs_hex"]]
    assert [leaf.hex() for leaf in leaves] == KNOWN["leaf_hashes_hex"]
    for size, root in enumerate(KNOWN["roots_by_size_hex"]):
        assert tree.root(leaves[:size]).hex() == root
        assert tree.tree_root(size, tree.in_memory(leaves[:size])).hex() == root


def published(size: int) -> Checkpoint:
    vkey = (LOG / "vkey").read_text().strip()
    return open_checkpoint((LOG / f"checkpoint.{size}").read_bytes(), [Verifier.parse(vkey)])


@pytest.mark.parametrize("size", [size for size in SIZES if size])
def test_a_published_log_is_re_derived_from_its_entries(size: int) -> None:
    entries = parse_bundle((LOG / entries_path(0, size)).read_bytes())
    leaves = [tree.leaf_hash(entry) for entry in entries]
    tile = Tile(0, 0, size)
    assert split_tile(tile, (LOG / tile.path).read_bytes()) == leaves
    assert tile_data(tile, tree.in_memory(leaves)) == (LOG / tile.path).read_bytes()
    assert published(size).root == tree.root(leaves)
    assert published(size).size == size


@pytest.mark.parametrize("size", [size for size in SIZES if size])
def test_proofs_made_from_published_tiles_hold_under_published_checkpoints(size: int) -> None:
    reader = tile_reader(size, lambda tile: (LOG / tile.path).read_bytes())
    head = published(size)
    entries = parse_bundle((LOG / entries_path(0, size)).read_bytes())
    for index, entry in enumerate(entries):
        proof = tree.inclusion_proof(index, size, reader)
        tree.verify_inclusion(tree.leaf_hash(entry), index, size, proof, head.root)
    for earlier in (other for other in SIZES if 0 < other <= size):
        proof = tree.consistency_proof(earlier, size, reader)
        tree.verify_consistency(earlier, size, proof, published(earlier).root, head.root)


@pytest.mark.parametrize("size", SIZES)
def test_signing_a_published_checkpoint_again_gives_the_published_bytes(size: int) -> None:
    secret = from_base64((LOG / "skey-TEST-ONLY").read_text().strip().split("+", 4)[4])
    key = Ed25519PrivateKey.from_private_bytes(secret[1:])
    head = published(size)
    assert sign(head.format(), head.origin, key) == (LOG / f"checkpoint.{size}").read_bytes()
