"""Tiers of confidentiality, and commitments that a field can be opened from later.

A field that is not open stands in a signed statement as the SHA-256 of ``[salt, name, value]`` in canonical JSON, the
salt 128 random bits in unpadded URL-safe base64: the array of a selective-disclosure JWT (RFC 9901), hashed as it
stands. Without the salt a digest of a price or a quantity confirms a guess; with it, it says nothing. What opens it, a
`Disclosure`, is kept and handed out apart from the statement, so that every edition is derived from what was signed
once.

Tables of many lines are committed line by line under one tree root, so that a few lines can be shown and proved
without the rest. Their salts derive from one random seed of the table, kept apart from the values: a replay compares
values byte for byte, and the document of salts is 32 bytes long. The seed opens every line and goes to nobody who may
not see them all; who may see one line gets that line's `Disclosure`.
"""

import hmac
from binascii import b2a_base64
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

from evidence.core import tree
from evidence.core.canonical import JsonValue, dumps
from evidence.core.encoding import from_base64url, to_base64url
from evidence.errors import MalformedValue, ProofError

SALT_SIZE: Final = 16
SEED_SIZE: Final = 32
_SALT_TEXT: Final = 22
_SALT_GROUP: Final = 24
"""Characters of base64 that a salt takes, and that 18 bytes take: a salt and the two bytes after it."""
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")


class Tier(StrEnum):
    """Who may see a field or a document."""

    OPEN = "open"
    RESTRICTED = "restricted"  # the authority's edition
    SECRET = "secret"  # noqa: S105  sealed or held by the supplier; others see the commitment only
    SECRET_PERSONAL = "secret+personal"  # noqa: S105  the same, under its own data key: disposal reaches backups


SEALED: Final = frozenset({Tier.SECRET, Tier.SECRET_PERSONAL})
"""What no edition opens."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What opens one commitment: the salt of 16 bytes, the field's name and its value."""

    salt: bytes
    name: str
    value: JsonValue

    def __post_init__(self) -> None:
        if len(self.salt) != SALT_SIZE:
            raise MalformedValue("disclosure", f"a salt of {len(self.salt)} bytes", f"{SALT_SIZE} bytes")

    def to_json(self) -> list[JsonValue]:
        return [to_base64url(self.salt), self.name, self.value]

    @classmethod
    def from_json(cls, value: JsonValue) -> "Disclosure":
        """The disclosure in a list of three: salt, name, value.

        Raises:
            MalformedValue: another shape, or a salt that is not 16 bytes.
        """
        if not isinstance(value, (list, tuple)) or len(value) != 3:
            raise MalformedValue("disclosure", type(value).__name__, "a list of salt, name and value")
        salt, name, content = value
        if not isinstance(salt, str) or not isinstance(name, str):
            raise MalformedValue("disclosure", value[:2], "a salt and a name that are text")
        return cls(from_base64url(salt), name, content)

    def digest(self) -> str:
        """The commitment, 64 hexadecimal digits.

        Raises:
            MalformedJson: the value is outside canonical JSON.
        """
        return sha256(dumps(self.to_json())).hexdigest()


def commit(name: str, value: JsonValue, random: Callable[[int], bytes]) -> Disclosure:
    """A disclosure with a salt of its own; its `digest` goes into the statement."""
    return Disclosure(random(SALT_SIZE), name, value)


@dataclass(frozen=True, slots=True)
class Committed:
    """Fields committed together: what `Disclosure` is for one of them, made in one pass."""

    salts: Sequence[bytes]
    fields: Sequence[tuple[str, JsonValue]]
    digests: Sequence[str]
    """The commitments, in the order of the fields; 64 hexadecimal digits each."""
    document: bytes
    """What opens them all, as it is kept: the canonical JSON of the list of disclosures."""

    def disclosures(self) -> tuple[Disclosure, ...]:
        """One disclosure a field."""
        return tuple(Disclosure(salt, *field) for salt, field in zip(self.salts, self.fields, strict=True))


def commit_all(fields: Sequence[tuple[str, JsonValue]], salts: Sequence[bytes]) -> Committed:
    """Commitments to fields, each with a salt of its own, 16 random bytes; what `commit` gives one by one.

    They are written together: canonical JSON of a list is that of its items between brackets. Where one array ends and
    the next begins, a quotation mark stands that no text can hold unescaped, so that the arrays are cut apart there.

    Raises:
        MalformedJson: a value is outside canonical JSON.
    """
    written = _salts_written(salts).decode("ascii")
    starts = range(0, len(written), _SALT_GROUP)
    listed = [(written[at : at + _SALT_TEXT], *field) for at, field in zip(starts, fields, strict=True)]
    document = dumps(listed)
    inner = document[len('[["') : -len("]]")].split(b'],["')
    if len(inner) != len(listed):  # none at all, or a value is a list of lists
        return Committed(salts, fields, [sha256(dumps(each)).hexdigest() for each in listed], document)
    return Committed(salts, fields, [sha256(b'["%b]' % each).hexdigest() for each in inner], document)


def _salts_written(salts: Sequence[bytes]) -> bytes:
    """Salts in URL-safe base64, the text of one every `_SALT_GROUP` characters.

    Salts of 16 bytes set apart by two fill whole groups of base64, so that all are written in one go.
    """
    return b2a_base64(b"\0\0".join(salts), newline=False).translate(_URL_SAFE)


def line_disclosures(seed: bytes, name_prefix: str, values: Iterable[JsonValue]) -> list[Disclosure]:
    """One disclosure a line of a table.

    Line i, from 0, is named `name_prefix` followed by i in decimal; its salt is the first 16 bytes of
    HMAC-SHA256(seed, "line:" followed by i).

    Args:
        seed: 32 random bytes of this table alone: under a second table they would repeat its salts.
        name_prefix: the table's name, with whatever separates it from the number.
        values: the lines, in the order that counts.

    Raises:
        MalformedValue: a seed of another length.
    """
    if len(seed) != SEED_SIZE:
        raise MalformedValue("table seed", f"{len(seed)} bytes", f"{SEED_SIZE} bytes")
    return [Disclosure(_line_salt(seed, i), f"{name_prefix}{i}", value) for i, value in enumerate(values)]


def table_root(disclosures: Sequence[Disclosure]) -> str:
    """The commitment to a whole table, 64 hexadecimal digits: the RFC 6962 root over the digests of its lines."""
    return tree.root(map(_line_leaf, disclosures)).hex()


class LineTree:
    """The salted tree over the lines of a table, grown line by line: what `table_root` gives over `line_disclosures`,
    for a table that need not fit in memory.
    """

    def __init__(self, seed: bytes, name_prefix: str) -> None:
        """Args: as `line_disclosures` has them.

        Raises:
            MalformedValue: a seed of another length.
        """
        if len(seed) != SEED_SIZE:
            raise MalformedValue("table seed", f"{len(seed)} bytes", f"{SEED_SIZE} bytes")
        # HMAC (RFC 2104) of one key over many messages: both halves begin with a block that never changes
        block = seed.ljust(sha256().block_size, b"\0")
        self._inner = sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = sha256(bytes(byte ^ 0x5C for byte in block))
        self._before_name = b'","' + dumps(name_prefix)[1:-1]
        self._grown = tree.Frontier()

    @property
    def size(self) -> int:
        """How many lines there are by now."""
        return self._grown.size

    def add(self, lines: Sequence[bytes]) -> None:
        """Add lines, each in its canonical JSON: the caller made them so, or made sure of it."""
        inner, outer, named, first = self._inner.copy, self._outer.copy, self._before_name, self._grown.size
        salts = []
        for index in range(first, first + len(lines)):
            message, salt = inner(), outer()
            message.update(b"line:%d" % index)
            salt.update(message.digest())
            salts.append(salt.digest()[:SALT_SIZE])
        written = _salts_written(salts)
        leaves = []
        for at, line in enumerate(lines):
            # the array of salt, name and value, as `Disclosure.digest` writes it
            start = at * _SALT_GROUP
            opened = b'["%b%b%d",%b]' % (written[start : start + _SALT_TEXT], named, first + at, line)
            leaves.append(sha256(b"\x00" + sha256(opened).digest()).digest())
        self._grown.extend(leaves)

    def root(self) -> str:
        """The commitment to all lines so far, 64 hexadecimal digits."""
        return self._grown.root().hex()


def line_proof(disclosures: Sequence[Disclosure], index: int) -> list[bytes]:
    """Sibling hashes that prove one line of a table; see `verify_line`.

    Raises:
        ProofError: the table has no such line.
    """
    reader = tree.in_memory([_line_leaf(disclosure) for disclosure in disclosures])
    return tree.inclusion_proof(index, len(disclosures), reader)


def verify_line(line: Disclosure, index: int, size: int, proof: Sequence[bytes], root: str) -> None:
    """Check that a disclosed line is line `index` of the table of `size` lines committed to by `root`.

    Raises:
        ProofError: it is not, or `root` is not a digest.
    """
    try:
        wanted = bytes.fromhex(root)
    except ValueError as error:
        raise ProofError("The root of the table is not hexadecimal.") from error
    tree.verify_inclusion(_line_leaf(line), index, size, proof, wanted)


def _line_salt(seed: bytes, index: int) -> bytes:
    return hmac.digest(seed, b"line:%d" % index, "sha256")[:SALT_SIZE]


def _line_leaf(disclosure: Disclosure) -> bytes:
    return tree.leaf_hash(bytes.fromhex(disclosure.digest()))
