"""Most entries, proved sound the short way: written again from their parts, and compared byte for byte.

An entry has one spelling. Its leaf, envelope, body and disclosures are canonical JSON of fixed shapes, so each is made
here anew from the few parts that differ (payload, signature, commitments, nonce, salts, values) and must be the bytes
stored. Where they are, all that the long way of `check_entry` looks for holds: strict JSON, the one spelling of base64,
the shape of the body, every commitment opened, the statement what its kind asks for, the digests, the signature.

Nothing is refused here. Whatever differs, and whatever is rare (several signatures, earlier versions, lists in clear,
keys, loads), is None and goes the long way, which has the last word and words every fault. A test alters entries in
every place and holds the two ways together.
"""

import re
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from hashlib import sha256
from operator import itemgetter
from typing import Final, NamedTuple

import orjson
from pydantic import ConfigDict, TypeAdapter

from evidence.core.disclosure import Tier
from evidence.core.statements.base import STATEMENT_TYPE, Statement
from evidence.core.statements.load import Load
from evidence.core.statements.own import Key
from evidence.core.statements.registry import KINDS, UUID
from evidence.core.statements.snapshot import Snapshot
from evidence.core.statements.succession import Succession
from evidence.core.values import ON_RECORD
from evidence.errors import MalformedValue
from evidence.ledger import ed25519
from evidence.ledger.actors import Actors
from evidence.ledger.envelope import IN_TOTO, MAX_PAYLOAD

_LONG_WAY: Final = (Key, Succession, Load, Snapshot)
_SORTED: Final = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER

_ENVELOPE: Final = b'{"payload":"'
_ENVELOPE_END: Final = b'","payloadType":"' + IN_TOTO.encode() + b'","signatures":[{"keyid":"%b","sig":"%b"}]}'
_KEY_SIZE, _SIGNATURE_SIZE = len("key-0123456789abcdef"), 88
_END_SIZE: Final = len(_ENVELOPE_END % (bytes(_KEY_SIZE), bytes(_SIGNATURE_SIZE)))
_KEY_AT: Final = _END_SIZE - _ENVELOPE_END.index(b"%b")
_SIGNATURE_AT: Final = len(b'"}]}') + _SIGNATURE_SIZE
_PAE: Final = b"DSSEv1 %d %b %%d %%b" % (len(IN_TOTO), IN_TOTO.encode())
_LEAF: Final = (
    b'{"actor":"%b","kind":"%b","payload_sha256":"%b","recorded_at":"%b",'
    b'"signatures":[{"keyid":"%b","sig":"%b"}],"v":1}'
)
_BODY: Final = b'{"_type":"' + STATEMENT_TYPE.encode() + b'","predicate":{"committed":'
_BEFORE_OPEN: Final = b',"nonce":"","open":'
_BODY_END: Final = '},"predicateType":"%s","subject":[{"digest":{"sha256":"%%s"},"name":"%%s"}]}'
_NONCE_DIGITS: Final = 64
_NONCE: Final = re.compile(rb',"nonce":"[0-9a-f]{64}","open":')
_from_base64: Final[Callable[[bytes], bytes]] = TypeAdapter(
    bytes, config=ConfigDict(val_json_bytes="base64")
).validator.validate_json
"""Of text in quotation marks, and twice as quick as binascii; what it takes is written again to compare."""
_FIRST, _LAST = b'[["', b"]]"
_BETWEEN: Final = b'],["'  # between two disclosures; within text, the quotation mark would be escaped
_BASE64URL: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_LAST_OF_SALT: Final = b"AQgw"  # 16 bytes leave two bits of the 22nd digit, and the other four are zero
_SALT_DIGITS: Final = 22


class Row(NamedTuple):
    """An entry as stored, with what belongs to it; the last three are None where they are gone."""

    seq: int
    leaf: bytes
    leaf_hash: bytes
    kind: str
    recorded_at: str
    statement_digest: str
    envelope: bytes | None
    statement_id: str | None
    disclosures: bytes | None


class _Shape:
    """What the bodies of one kind have in common, in its present version.

    Field names are ASCII, so that the order of RFC 8785 is their own. Disclosures come in the order of the fields.
    """

    def __init__(self, kind: type[Statement]) -> None:
        self.name = kind.kind.encode()
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
    envelope, shape = row.envelope, _shape(row.kind)
    if shape is None or type(envelope) is not bytes or type(row.disclosures) is not bytes:
        return None
    if len(envelope) > MAX_PAYLOAD:
        return None
    key = envelope[-_KEY_AT : _KEY_SIZE - _KEY_AT]
    signature_text = envelope[-_SIGNATURE_AT : _SIGNATURE_SIZE - _SIGNATURE_AT]
    encoded = envelope[len(_ENVELOPE) - 1 : 1 - _END_SIZE]  # with its quotation marks
    try:
        known = actors.person(key.decode())
        if known is None or not known.signs_entry(row.seq) or envelope[: len(_ENVELOPE)] != _ENVELOPE:
            return None
        payload, signature = _from_base64(encoded), a2b_base64(signature_text)
        if (
            b2a_base64(payload, newline=False) != encoded[1:-1]
            or b2a_base64(signature, newline=False) != signature_text
        ):
            return None
        message = _PAE % (len(payload), payload)
        digest = sha256(message).hexdigest()
        leaf = _LEAF % (key, shape.name, digest.encode(), row.recorded_at.encode(), key, signature_text)
        if (
            leaf != row.leaf
            or digest != row.statement_digest
            or envelope[-_END_SIZE:] != _ENVELOPE_END % (key, signature_text)
        ):
            return None
        statement = _statement(shape, payload, row.disclosures, row.statement_id)
    except (ValueError, TypeError, LookupError, AttributeError, MalformedValue):
        return None  # orjson's errors, binascii's and pydantic's are ValueError; the others come of another shape
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
