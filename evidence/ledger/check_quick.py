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
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple

import orjson

from evidence.core import canonical
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
_SCALARS: Final = frozenset({str, int, bool, type(None)})

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
    """What the bodies of one kind have in common, in its present version."""

    def __init__(self, kind: type[Statement]) -> None:
        self.kind = kind
        self.name = kind.kind.encode()
        tiers = kind.tiers()
        self.clear = frozenset(name for name, tier in tiers.items() if tier is Tier.OPEN)
        self.withheld = sorted(tiers.keys() - self.clear)  # field names are ASCII: the order of RFC 8785
        self.committed = "{" + ",".join(f'"{name}":"%s"' for name in self.withheld) + "}"
        self.end = _BODY_END % kind.predicate_type()
        self.id = re.compile(f"{kind.prefix}-{UUID}", re.ASCII)


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
    encoded = envelope[len(_ENVELOPE) : -_END_SIZE]
    try:
        known = actors.person(key.decode())
        if known is None or not known.signs_entry(row.seq) or envelope[: len(_ENVELOPE)] != _ENVELOPE:
            return None
        payload, signature = a2b_base64(encoded), a2b_base64(signature_text)
        if b2a_base64(payload, newline=False) != encoded or b2a_base64(signature, newline=False) != signature_text:
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
    """The typed statement of a payload whose every commitment is opened, by one disclosure each."""
    opened = orjson.loads(disclosures)
    salts, names, values = zip(*opened, strict=True)
    items = disclosures[3:-2].split(_BETWEEN)
    digests = dict(zip(names, [sha256(b'["%b]' % item).hexdigest() for item in items], strict=True))
    committed = (shape.committed % tuple([digests[name] for name in shape.withheld])).encode()
    nonce_at = len(_BODY) + len(committed)
    open_at = nonce_at + _NONCE_DIGITS + len(_BEFORE_OPEN)
    end = shape.end % (sha256(committed).hexdigest(), statement_id)
    clear_text = payload[open_at : -len(end)]
    clear = orjson.loads(clear_text)
    if (
        payload[:nonce_at] != _BODY + committed
        or payload[-len(end) :] != end.encode()
        or _NONCE.fullmatch(payload, nonce_at, open_at) is None
        or len(items) != len(shape.withheld)
        or clear.keys() != shape.clear
        or clear["id"] != statement_id
        or shape.id.fullmatch(clear["id"]) is None
        or orjson.dumps(clear, option=_SORTED) != clear_text
        or orjson.dumps(opened, option=_SORTED) != disclosures
        or not _salts(salts)
        or not _SCALARS.issuperset(map(type, clear.values()))
        or not (_SCALARS.issuperset(map(type, values)) or canonical.dumps(opened) == disclosures)  # no floats
    ):
        return None
    fields = dict(zip(names, values, strict=True)) | clear
    statement = shape.kind.model_validate(fields, context=ON_RECORD)
    written = orjson.dumps(statement.model_dump(mode="json"), option=_SORTED)
    return statement if written == orjson.dumps(fields, option=_SORTED) else None


def _salts(salts: Sequence[str]) -> bool:
    """Whether each is the one spelling of 16 bytes in base64url."""
    digits = "".join(salts).encode()
    last = digits[_SALT_DIGITS - 1 :: _SALT_DIGITS]
    return not (
        {*map(len, salts)} - {_SALT_DIGITS} or digits.translate(None, _BASE64URL) or last.translate(None, _LAST_OF_SALT)
    )
