"""Most entries, proved sound the short way: written again from their parts, and compared byte for byte.

An entry has one spelling. Its leaf, body and disclosures are canonical JSON of fixed shapes, so each is made here anew
from the few parts that differ (signature, commitments, nonce, salts, values) and must be the bytes stored, or have the
hash stored. Where they are, all that the long way of `check_entry` looks for holds: strict JSON, the shape of the body,
every commitment opened, the statement what its kind asks for, the digests, the signature.

Nothing is refused here. Whatever differs, and whatever is rare (several signatures, earlier versions, lists in clear,
keys, loads), is None and goes the long way, which has the last word and words every fault. A test alters entries in
every place and holds the two ways together.
"""

import re
from collections.abc import Sequence
from functools import lru_cache, partial
from hashlib import sha256
from operator import itemgetter
from typing import Final, NamedTuple

import orjson

from evidence.core.canonical import MAX_BYTES
from evidence.core.disclosure import Tier
from evidence.core.statements.base import STATEMENT_TYPE, Statement
from evidence.core.statements.load import Load
from evidence.core.statements.own import Key
from evidence.core.statements.registry import KINDS, UUID
from evidence.core.statements.snapshot import Snapshot
from evidence.core.statements.succession import Succession
from evidence.core.values import ON_RECORD
from evidence.errors import MalformedValue, ProofError
from evidence.ledger import ed25519
from evidence.ledger.actors import Actors
from evidence.ledger.ed25519 import SIGNATURE_SIZE
from evidence.ledger.envelope import IN_TOTO, MAX_PAYLOAD
from evidence.ledger.stored import leaf_bytes, packed_one

_LONG_WAY: Final = (Key, Succession, Load, Snapshot)
_SORTED: Final = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER

_PAE: Final = b"DSSEv1 %d %b %%d %%b" % (len(IN_TOTO), IN_TOTO.encode())
_BODY: Final = b'{"_type":"' + STATEMENT_TYPE.encode() + b'","predicate":{"committed":'
_BEFORE_OPEN: Final = b',"nonce":"","open":'
_BODY_END: Final = '},"predicateType":"%s","subject":[{"digest":{"sha256":"%%s"},"name":"%%s"}]}'
_NONCE_DIGITS: Final = 64
_NONCE: Final = re.compile(rb',"nonce":"[0-9a-f]{64}","open":')
_FIRST, _LAST = b'[["', b"]]"
_BETWEEN: Final = b'],["'  # between two disclosures; within text, the quotation mark would be escaped
_BASE64URL: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_LAST_OF_SALT: Final = b"AQgw"  # 16 bytes leave two bits of the 22nd digit, and the other four are zero
_SALT_DIGITS: Final = 22


class Row(NamedTuple):
    """An entry as stored, with what belongs to it; the last three are None where they are gone."""

    seq: int
    kind: str
    recorded_at: str
    actor: str
    statement_digest: bytes
    signatures: bytes
    leaf_hash: bytes
    payload: bytes | None
    statement_id: str | None
    disclosures: bytes | None

    def leaf(self) -> bytes:
        """The leaf that the columns make.

        Raises:
            ProofError: they make none.
        """
        return leaf_bytes(self.kind, self.recorded_at, self.actor, self.statement_digest, self.signatures)


class _Shape:
    """What the bodies of one kind have in common, in its present version.

    Field names are ASCII, so that the order of RFC 8785 is their own. Disclosures come in the order of the fields.
    """

    def __init__(self, kind: type[Statement]) -> None:
        # pydantic's own methods without the wrapping, which is a fifth of what they take here
        self.validate = partial(kind.__pydantic_validator__.validate_json, context=ON_RECORD)
        self.written = partial(kind.__pydantic_serializer__.to_python, mode="json")
        tiers = kind.tiers()
        withheld = [name for name, tier in tiers.items() if tier is not Tier.OPEN]
        clear = sorted(tiers.keys() - set(withheld))
        given = [*withheld, *clear]
        self.named = [f'","{name}",'.encode() for name in withheld]
        self.value_at = [_SALT_DIGITS + len(name) for name in self.named]
        self.committed = _members(sorted(withheld), '"%s"')
        self.sorted_digests = itemgetter(*map(withheld.index, sorted(withheld)))
        self.clear = _members(clear, "%b").encode()
        self.clear_names = clear
        self.fields = _members(sorted(given), "%b").encode()
        self.sorted_values = itemgetter(*map(given.index, sorted(given)))
        self.end = _BODY_END % kind.predicate_type()
        self.id = re.compile(f"{kind.prefix}-{UUID}", re.ASCII)


def _members(names: Sequence[str], value: str) -> str:
    return "{" + ",".join(f'"{name}":{value}' for name in names) + "}"


@lru_cache(256)
def _shape(kind: str) -> _Shape | None:
    """The shape of the kind that a leaf names; None where its entries go the long way."""
    found = _BY_NAME.get(kind)
    return None if found is None or issubclass(found, _LONG_WAY) else _Shape(found)


_BY_NAME: Final = {kind.kind: kind for kind in KINDS.values()}


def proved(row: Row, actors: Actors) -> Statement | None:
    """The statement of an entry that is sound in itself and signed by its actor alone; None where that is not plain.

    That `row.recorded_at` is a moment is for the caller to see: the entries of a batch share one.
    """
    payload, shape = row.payload, _shape(row.kind)
    if shape is None or type(payload) is not bytes or type(row.disclosures) is not bytes:
        return None
    if len(row.disclosures) > MAX_BYTES:
        return None
    try:
        known = actors.person(row.actor)
        signature = row.signatures[-SIGNATURE_SIZE:]
        if (
            known is None
            or not known.signs_entry(row.seq)
            or len(payload) > MAX_PAYLOAD
            or row.signatures != packed_one(row.actor, signature)
        ):
            return None
        message = _PAE % (len(payload), payload)
        if sha256(message).digest() != row.statement_digest or sha256(b"\x00" + row.leaf()).digest() != row.leaf_hash:
            return None
        statement = _statement(shape, payload, row.disclosures, row.statement_id)
    except (ValueError, TypeError, LookupError, AttributeError, MalformedValue, ProofError):
        return None  # orjson's errors and pydantic's are ValueError; the others come of another shape
    return statement if statement is not None and ed25519.verify(known.raw, signature, message) else None


def _statement(shape: _Shape, payload: bytes, disclosures: bytes, statement_id: str | None) -> Statement | None:
    """The typed statement of a payload whose every commitment is opened, by one disclosure each.

    Values are handed on as the text that they are. What the statement reads in them, written in canonical JSON, must be
    that text again.
    """
    items = disclosures[len(_FIRST) : -len(_LAST)].split(_BETWEEN)
    if (
        len(items) != len(shape.named)
        or disclosures[: len(_FIRST)] != _FIRST
        or disclosures[-len(_LAST) :] != _LAST
        or [item[_SALT_DIGITS:at] for item, at in zip(items, shape.value_at, strict=True)] != shape.named
        or not _salts(items)
    ):
        return None
    digests = [sha256(b'["' + item + b"]").hexdigest() for item in items]
    committed = (shape.committed % shape.sorted_digests(digests)).encode()
    nonce_at = len(_BODY) + len(committed)
    open_at = nonce_at + _NONCE_DIGITS + len(_BEFORE_OPEN)
    end = (shape.end % (sha256(committed).hexdigest(), statement_id)).encode()
    clear_text = payload[open_at : -len(end)]
    clear = orjson.loads(clear_text)
    if (
        payload[:nonce_at] != _BODY + committed
        or payload[-len(end) :] != end
        or _NONCE.fullmatch(payload, nonce_at, open_at) is None
        or clear["id"] != statement_id
        or shape.id.fullmatch(clear["id"]) is None
    ):
        return None
    values = [item[at:] for item, at in zip(items, shape.value_at, strict=True)]
    values += [_text(clear[name]) for name in shape.clear_names]
    fields = shape.fields % shape.sorted_values(values)
    if shape.clear % tuple(values[len(items) :]) != clear_text or not _whole(disclosures, values[: len(items)]):
        return None
    statement: Statement = shape.validate(fields)
    return statement if _text(shape.written(statement)) == fields else None


def _salts(items: Sequence[bytes]) -> bool:
    """Whether each disclosure begins with the one spelling of 16 bytes in base64url; each is long enough for one."""
    digits = b"".join([item[:_SALT_DIGITS] for item in items])
    return not (
        digits.translate(None, _BASE64URL) or digits[_SALT_DIGITS - 1 :: _SALT_DIGITS].translate(None, _LAST_OF_SALT)
    )


def _whole(disclosures: bytes, values: Sequence[bytes]) -> bool:
    """Whether each value is a value by itself. One that has no brackets is, where all of them together are fields.

    With brackets, two texts that are no values could make fields side by side; then the disclosures are no JSON.
    """
    together = b"".join(values)
    return (b"{" not in together and b"[" not in together) or _text(orjson.loads(disclosures)) == disclosures


def _text(value: object) -> bytes:
    """The value in canonical JSON, as far as its types are those of canonical JSON; statements have no others."""
    return orjson.dumps(value, option=_SORTED)
