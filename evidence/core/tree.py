"""The Merkle hash tree of RFC 6962 section 2.1 (the same in RFC 9162 section 2.1), over SHA-256.

Leaf hash = SHA-256(0x00 || entry), node = SHA-256(0x01 || left || right), and n leaves split at the largest power of
two below n. The two prefixes keep a node from being passed off as an entry; the uneven split, without doubling the odd
leaf, keeps two lists of leaves from sharing a root (CVE-2012-2459).

Proofs are made through a reader: `get_hash(level, index)` gives the root of the full subtree over the leaves
``index * 2**level`` up to, not including, ``(index + 1) * 2**level``. `evidence.ledger.tiles` makes such a reader from
tiles, `in_memory` from a list.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from itertools import islice
from typing import Final, TypeAlias

from evidence.errors import ProofError

HASH_SIZE: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
_AT_ONCE: Final = 4096  # hashes taken in at a time: level by level is quicker than one by one

HashReader: TypeAlias = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root(leaf_hashes: Iterable[bytes]) -> bytes:
    """The root over leaf hashes, in order; of none, SHA-256 of nothing.

    >>> root([leaf_hash(b"")]).hex()[:16]
    '6e340b9cffb37a98'
    """
    return Frontier(leaf_hashes).root()


def in_memory(leaf_hashes: Sequence[bytes]) -> HashReader:
    """A reader over all leaf hashes of a tree; every level is hashed once, here."""
    levels = [list(leaf_hashes)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([node_hash(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)])

    def get_hash(level: int, index: int) -> bytes:
        if not (0 <= level < len(levels) and 0 <= index < len(levels[level])):
            raise ProofError(f"No full subtree {index} at level {level} over {len(levels[0])} leaves.")
        return levels[level][index]

    return get_hash


def tree_root(size: int, get_hash: HashReader) -> bytes:
    """The root of the tree of the first `size` leaves."""
    return _range_root(0, size, get_hash) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, get_hash: HashReader) -> list[bytes]:
    """Sibling hashes from the leaf to the root (RFC 6962 section 2.1.1).

    Raises:
        ProofError: the tree of that size has no such leaf.
    """
    if not 0 <= index < size:
        raise ProofError(f"No leaf {index} in a tree of {size}; ask for one below the size.")
    low, high, path = 0, size, []
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_range_root(middle, high, get_hash))
            high = middle
        else:
            path.append(_range_root(low, middle, get_hash))
            low = middle
    return path[::-1]


def consistency_proof(first: int, second: int, get_hash: HashReader) -> list[bytes]:
    """Hashes that show the tree of `first` leaves to be the beginning of that of `second` (RFC 6962 section 2.1.2).

    Raises:
        ProofError: not 0 < first <= second. Every tree begins with the empty one, so that a proof from it would say
            nothing and is refused (as RFC 6962 has it).
    """
    if not 0 < first <= second:
        raise ProofError(f"No consistency proof from size {first} to {second}; sizes must ascend from 1.")
    low, high, path = 0, second, []
    while high != first:
        middle = low + _split(high - low)
        if first <= middle:
            path.append(_range_root(middle, high, get_hash))
            high = middle
        else:
            path.append(_range_root(low, middle, get_hash))
            low = middle
    if low:  # the remaining subtree is not the whole old tree, whose root the verifier holds already
        path.append(_range_root(low, high, get_hash))
    return path[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root_hash: bytes) -> None:
    """Check an inclusion proof as RFC 9162 section 2.1.3.2 does.

    Args:
        leaf: the leaf hash, 32 bytes.
        index: the leaf's position, from 0.
        size: the tree's size.
        proof: sibling hashes from the leaf to the root.
        root_hash: the root of the tree, 32 bytes.

    Raises:
        ProofError: the proof does not hold, or a hash is not 32 bytes.
    """
    _check_lengths(leaf, root_hash, *proof)
    if not 0 <= index < size:
        raise ProofError(f"Leaf {index} does not lie in a tree of {size}.")
    here, last, result = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofError("The inclusion proof is longer than the tree is high.")
        if here & 1 or here == last:
            result = node_hash(sibling, result)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            result = node_hash(result, sibling)
        here, last = here >> 1, last >> 1
    if last != 0:
        raise ProofError("The inclusion proof is shorter than the tree is high.")
    if result != root_hash:
        raise ProofError(f"The inclusion proof of leaf {index} gives another root than the tree of {size} has.")


def verify_consistency(first: int, second: int, proof: Sequence[bytes], root_1: bytes, root_2: bytes) -> None:
    """Check a consistency proof as RFC 9162 section 2.1.4.2 does.

    Raises:
        ProofError: the proof does not hold, a hash is not 32 bytes, or `first` is 0 (see `consistency_proof`).
    """
    _check_lengths(root_1, root_2, *proof)
    if not 0 < first <= second:
        raise ProofError(f"No consistency proof leads from size {first} to {second}; sizes must ascend from 1.")
    if first == second:
        if proof or root_1 != root_2:
            raise ProofError(f"Two trees of size {first} must have one root and an empty proof.")
        return
    path = list(proof)
    if first & (first - 1) == 0:  # a full subtree: its root is what the verifier holds, and is left out of the proof
        path.insert(0, root_1)
    if not path:
        raise ProofError(f"The consistency proof from size {first} to {second} is empty.")
    here, last = first - 1, second - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofError("The consistency proof is longer than the trees are high.")
        if here & 1 or here == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        here, last = here >> 1, last >> 1
    if last != 0 or old != root_1 or new != root_2:
        raise ProofError(f"The tree of {second} does not begin with the tree of {first} as its root was given.")


class Frontier:
    """The right edge of a growing tree: what a writer keeps to append without reading old leaves.

    One hash for each full subtree, the largest first: as many as `size` has one-bits.
    """

    __slots__ = ("_hashes", "size")

    def __init__(self, leaf_hashes: Iterable[bytes] = ()) -> None:
        self.size = 0
        self._hashes: list[bytes] = []
        rest = iter(leaf_hashes)
        while part := list(islice(rest, _AT_ONCE)):
            self.extend(part)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash (32 bytes)."""
        _check_lengths(leaf)
        self._hashes.append(leaf)
        rest = self.size
        while rest & 1:  # two full subtrees of one height make the next higher one
            right = self._hashes.pop()
            self._hashes[-1] = node_hash(self._hashes[-1], right)
            rest >>= 1
        self.size += 1

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Add leaf hashes in order, as `append` does one by one; quicker, since whole subtrees are hashed level by
        level.
        """
        _check_lengths(*leaves)
        at = 0
        while at < len(leaves):
            room = self.size & -self.size or 1 << 62  # what fits before a larger subtree would be complete
            count = 1 << (min(room, len(leaves) - at).bit_length() - 1)
            level: Sequence[bytes] = leaves[at : at + count]
            while len(level) > 1:
                level = [sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level), 2)]
            self._hashes.append(level[0])
            rest, self.size, at = self.size, self.size + count, at + count
            while rest & count:
                right = self._hashes.pop()
                self._hashes[-1] = node_hash(self._hashes[-1], right)
                count <<= 1

    def root(self) -> bytes:
        if not self._hashes:
            return EMPTY_ROOT
        result = self._hashes[-1]
        for left in reversed(self._hashes[:-1]):
            result = node_hash(left, result)
        return result

    def subtrees(self) -> list[tuple[tuple[int, int], bytes]]:
        """The full subtrees of the edge with their roots, the largest first, each by its level and index."""
        levels = [level for level in range(self.size.bit_length()) if self.size >> level & 1]
        return [
            ((level, (self.size >> level) - 1), value) for level, value in zip(levels[::-1], self._hashes, strict=True)
        ]

    def copy(self) -> "Frontier":
        """An equal one, for appends that may yet be given up."""
        other = Frontier()
        other.size, other._hashes = self.size, list(self._hashes)
        return other

    def to_bytes(self) -> bytes:
        """The size as 8 bytes, big-endian, then the hashes."""
        return self.size.to_bytes(8, "big") + b"".join(self._hashes)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Frontier":
        """What `to_bytes` wrote.

        Raises:
            ProofError: not one hash for each one-bit of the size.
        """
        frontier = cls()
        frontier.size = int.from_bytes(data[:8], "big")
        wanted = 8 + HASH_SIZE * frontier.size.bit_count()
        if len(data) != wanted:
            raise ProofError(f"A frontier of size {frontier.size} has {wanted} bytes, not {len(data)}.")
        frontier._hashes = [data[i : i + HASH_SIZE] for i in range(8, wanted, HASH_SIZE)]
        return frontier


def _split(count: int) -> int:
    """The largest power of two below `count`, which is at least 2."""
    return 1 << ((count - 1).bit_length() - 1)


def _range_root(low: int, high: int, get_hash: HashReader) -> bytes:
    """The root over leaves from `low` up to `high`, where `low` is a multiple of the first split."""
    count = high - low
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return get_hash(level, low >> level)
    middle = low + _split(count)
    return node_hash(_range_root(low, middle, get_hash), _range_root(middle, high, get_hash))


def _check_lengths(*hashes: bytes) -> None:
    """Every hash is 32 bytes: otherwise bytes could be moved between neighbours without changing what is hashed."""
    for value in hashes:
        if len(value) != HASH_SIZE:
            raise ProofError(f"A hash has {len(value)} bytes, wanted {HASH_SIZE}.")
