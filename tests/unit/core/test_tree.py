"""The tree against the recursive definitions of RFC 6962 section 2.1, written here as the RFC prints them."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.core import tree
from evidence.errors import ProofError

LEAVES = [tree.leaf_hash(b"entry %d" % i) for i in range(40)]


def split(count: int) -> int:
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def merkle_tree_hash(leaves: list[bytes]) -> bytes:
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return sha256(b"\x01" + merkle_tree_hash(leaves[:k]) + merkle_tree_hash(leaves[k:])).digest()


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), merkle_tree_hash(leaves[k:])]
    return [*path(m - k, leaves[k:]), merkle_tree_hash(leaves[:k])]


def subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    if m == len(leaves):
        return [] if whole else [merkle_tree_hash(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole), merkle_tree_hash(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), merkle_tree_hash(leaves[:k])]


def test_hashes_carry_the_prefixes_of_the_rfc() -> None:
    assert tree.leaf_hash(b"a") == sha256(b"\x00a").digest()
    assert tree.node_hash(LEAVES[0], LEAVES[1]) == sha256(b"\x01" + LEAVES[0] + LEAVES[1]).digest()
    assert sha256(b"").digest() == tree.EMPTY_ROOT


@pytest.mark.parametrize("size", range(len(LEAVES) + 1))
def test_every_way_to_the_root_gives_the_root_of_the_definition(size: int) -> None:
    expected = merkle_tree_hash(LEAVES[:size])
    assert tree.root(LEAVES[:size]) == expected
    assert tree.tree_root(size, tree.in_memory(LEAVES)) == expected


@pytest.mark.parametrize("size", range(1, len(LEAVES) + 1))
def test_every_proof_is_that_of_the_definition_and_holds(size: int) -> None:
    reader, root = tree.in_memory(LEAVES), tree.root(LEAVES[:size])
    for index in range(size):
        proof = tree.inclusion_proof(index, size, reader)
        assert proof == path(index, LEAVES[:size])
        tree.verify_inclusion(LEAVES[index], index, size, proof, root)
    for first in range(1, size + 1):
        proof = tree.consistency_proof(first, size, reader)
        assert proof == subproof(first, LEAVES[:size], True)
        tree.verify_consistency(first, size, proof, tree.root(LEAVES[:first]), root)


def altered(proof: list[bytes]) -> list[list[bytes]]:
    """Every way to spoil a proof by one hash."""
    flipped = [[*proof[:i], bytes([proof[i][0] ^ 1]) + proof[i][1:], *proof[i + 1 :]] for i in range(len(proof))]
    dropped = [proof[:i] + proof[i + 1 :] for i in range(len(proof))]
    doubled = [[*proof[:i], LEAVES[3], *proof[i:]] for i in range(len(proof) + 1)]
    short = [[*proof[:i], proof[i][:31], *proof[i + 1 :]] for i in range(len(proof))]
    return flipped + dropped + doubled + short


@pytest.mark.parametrize("size", [1, 2, 7, 8, 21])
def test_no_altered_inclusion_proof_holds(size: int) -> None:
    reader, root = tree.in_memory(LEAVES), tree.root(LEAVES[:size])
    for index in range(size):
        proof = tree.inclusion_proof(index, size, reader)
        for forged in altered(proof):
            with pytest.raises(ProofError):
                tree.verify_inclusion(LEAVES[index], index, size, forged, root)
        for other in [*range(index), *range(index + 1, size + 1), -1]:
            with pytest.raises(ProofError):
                tree.verify_inclusion(LEAVES[index], other, size, proof, root)
        with pytest.raises(ProofError):
            tree.verify_inclusion(LEAVES[39], index, size, proof, root)


@pytest.mark.parametrize("second", [2, 7, 8, 21])
def test_no_altered_consistency_proof_holds(second: int) -> None:
    reader, root = tree.in_memory(LEAVES), tree.root(LEAVES[:second])
    for first in range(1, second + 1):
        old, proof = tree.root(LEAVES[:first]), tree.consistency_proof(first, second, reader)
        for forged in altered(proof):
            with pytest.raises(ProofError):
                tree.verify_consistency(first, second, forged, old, root)
        for wrong in (LEAVES[39], root if first != second else LEAVES[38]):
            with pytest.raises(ProofError):
                tree.verify_consistency(first, second, proof, wrong, root)
        with pytest.raises(ProofError):
            tree.verify_consistency(first, second, proof, old, LEAVES[39])


@pytest.mark.parametrize(("first", "second"), [(0, 0), (0, 4), (-1, 4), (5, 4)])
def test_consistency_from_the_empty_tree_or_backwards_is_refused(first: int, second: int) -> None:
    with pytest.raises(ProofError):
        tree.consistency_proof(first, second, tree.in_memory(LEAVES))
    with pytest.raises(ProofError):
        tree.verify_consistency(first, second, [], tree.EMPTY_ROOT, tree.EMPTY_ROOT)


def test_hashes_of_another_length_are_refused_even_if_all_have_it() -> None:
    with pytest.raises(ProofError):
        tree.verify_consistency(1, 1, [], b"twelve bytes", b"twelve bytes")
    with pytest.raises(ProofError):
        tree.verify_inclusion(b"short", 0, 1, [], b"short")


@pytest.mark.parametrize(("index", "size"), [(0, 0), (4, 4), (-1, 4)])
def test_no_inclusion_proof_is_made_for_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ProofError):
        tree.inclusion_proof(index, size, tree.in_memory(LEAVES))


@pytest.mark.parametrize(("level", "index"), [(0, 40), (3, 5), (6, 0), (0, -1), (-1, 0)])
def test_a_reader_refuses_a_subtree_that_is_not_full(level: int, index: int) -> None:
    with pytest.raises(ProofError):
        tree.in_memory(LEAVES)(level, index)


@pytest.mark.parametrize("size", range(len(LEAVES) + 1))
def test_a_frontier_survives_storage_at_every_size_and_grows_on(size: int) -> None:
    kept = tree.Frontier.from_bytes(tree.Frontier(LEAVES[:size]).to_bytes())
    assert (kept.size, kept.root()) == (size, tree.root(LEAVES[:size]))
    for leaf in LEAVES[size:]:
        kept.append(leaf)
    assert kept.root() == tree.root(LEAVES)


def test_a_copy_of_a_frontier_grows_apart_from_it() -> None:
    frontier = tree.Frontier(LEAVES[:5])
    other = frontier.copy()
    other.append(LEAVES[5])
    assert (frontier.size, frontier.root()) == (5, tree.root(LEAVES[:5]))
    assert (other.size, other.root()) == (6, tree.root(LEAVES[:6]))


def test_a_frontier_takes_hashes_only() -> None:
    with pytest.raises(ProofError):
        tree.Frontier().append(b"entry")


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=120))
def test_any_bytes_are_a_frontier_or_refused_with_our_own_error(data: bytes) -> None:
    try:
        frontier = tree.Frontier.from_bytes(data)
    except ProofError:
        return
    assert frontier.to_bytes() == data
