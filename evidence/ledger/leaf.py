"""The leaf of a ledger entry: what the tree hashes, in canonical JSON of at most 65,535 bytes.

A leaf can never be removed, so it holds no personal data and nothing that could be guessed: the version, the kind of
statement, the moment of recording (ours, not the statement's), the actor as an opaque key id, the SHA-256 of the
pre-authentication encoding of the statement's envelope, and the envelope's signatures. The statement itself, with the
random nonce that keeps the digest from confirming a guess, is stored apart and may be disposed of.
"""

import re
from binascii import b2a_base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from evidence.core import tree
from evidence.core.canonical import JsonValue, dumps, loads_canonical
from evidence.core.encoding import from_base64
from evidence.errors import MalformedValue, ProofError
from evidence.ledger.ed25519 import SIGNATURE_SIZE
from evidence.ledger.envelope import Envelope, Signature
from evidence.ledger.tiles import MAX_ENTRY

VERSION: Final = 1

_MEMBERS: Final = frozenset({"v", "kind", "recorded_at", "actor", "payload_sha256", "signatures"})
_KIND: Final = re.compile("[a-z][a-z0-9._-]{0,63}")
_FORM: Final = (
    b'{"actor":"%b","kind":"%b","payload_sha256":"%%b","recorded_at":"%%b",'
    b'"signatures":[{"keyid":"%b","sig":"%%b"}],"v":1}'
)
_KEY_ID: Final = re.compile("[A-Za-z0-9._:/+=-]{1,128}")
_SHA256: Final = re.compile("[0-9a-f]{64}")
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One leaf; equal leaves have equal bytes.

    Raises:
        ProofError: a member that no leaf may hold, or more than 65,535 bytes in all.
    """

    version: int = VERSION
    kind: str
    recorded_at: datetime  # aware, in UTC
    actor: str
    payload_sha256: str
    signatures: tuple[Signature, ...]

    def __post_init__(self) -> None:
        if type(self.version) is not int or self.version != VERSION:
            raise ProofError(f"A leaf of version {self.version!r} cannot be read here, only version {VERSION}.")
        for name, value, pattern in (
            ("kind", self.kind, _KIND),
            ("actor", self.actor, _KEY_ID),
            ("payload_sha256", self.payload_sha256, _SHA256),
            *(("keyid", signature.keyid, _KEY_ID) for signature in self.signatures),
        ):
            if pattern.fullmatch(value) is None:
                raise ProofError(f"A leaf cannot have the {name} {value[:80]!r}; wanted {pattern.pattern}.")
        if self.recorded_at.utcoffset() != timedelta(0):
            raise ProofError(f"A leaf is recorded at a moment in UTC, not {self.recorded_at.isoformat()}.")
        if not self.signatures:
            raise ProofError("A leaf has at least one signature.")
        size = len(self.to_bytes())
        if size > MAX_ENTRY:
            raise ProofError(f"A leaf of {size} bytes, wanted at most {MAX_ENTRY}.")

    @classmethod
    def of(cls, envelope: Envelope, *, kind: str, recorded_at: datetime, actor: str) -> "Leaf":
        """The leaf that records an envelope."""
        return cls(
            kind=kind,
            recorded_at=recorded_at,
            actor=actor,
            payload_sha256=envelope.digest(),
            signatures=envelope.signatures,
        )

    def to_bytes(self) -> bytes:
        """The canonical JSON that the tree hashes."""
        return dumps(
            {
                "v": self.version,
                "kind": self.kind,
                "recorded_at": _moment(self.recorded_at),
                "actor": self.actor,
                "payload_sha256": self.payload_sha256,
                "signatures": [signature.to_json() for signature in self.signatures],
            }
        )

    def hash(self) -> bytes:
        """The leaf hash, 32 bytes."""
        return tree.leaf_hash(self.to_bytes())

    def commits_to(self, envelope: Envelope) -> bool:
        """Whether this is the leaf of the envelope: same payload and type, and the same signatures."""
        return self.payload_sha256 == envelope.digest() and self.signatures == envelope.signatures

    @classmethod
    def parse(cls, data: bytes) -> "Leaf":
        """The leaf in its canonical bytes.

        Raises:
            ProofError: not canonical, not a leaf, or of a version not known here.
        """
        if len(data) > MAX_ENTRY:
            raise ProofError(f"A leaf of {len(data)} bytes, wanted at most {MAX_ENTRY}.")
        try:
            return cls._from_json(loads_canonical(data))
        except MalformedValue as error:
            raise ProofError(f"The leaf cannot be read. {error}") from error

    @classmethod
    def _from_json(cls, value: JsonValue) -> "Leaf":
        if not isinstance(value, dict) or value.keys() != _MEMBERS:
            raise MalformedValue(
                "leaf", sorted(value) if isinstance(value, dict) else type(value).__name__, ", ".join(sorted(_MEMBERS))
            )
        version, signatures = value["v"], value["signatures"]
        if not isinstance(version, int):
            raise MalformedValue("v", version, "a version number")
        if not isinstance(signatures, list):
            raise MalformedValue("signatures", type(signatures).__name__, "a list")
        return cls(
            version=version,
            kind=_text(value, "kind"),
            recorded_at=_parse_moment(_text(value, "recorded_at")),
            actor=_text(value, "actor"),
            payload_sha256=_text(value, "payload_sha256"),
            signatures=tuple(map(_signature, signatures)),
        )


class LeafMaker:
    """Makes the bytes of leaves: what `Leaf.to_bytes` gives, its checks done once for what recurs.

    Most leaves of one process differ in digest, signature and moment alone, whose form is what made them. The first
    leaf of a kind, actor and key is made by `Leaf` with all its checks; those after it are its bytes with these put in.
    """

    def __init__(self) -> None:
        self._forms: dict[tuple[str, str, str], bytes] = {}
        self._moment: tuple[datetime | None, bytes] = None, b""

    def make(self, envelope: Envelope, digest: str, *, kind: str, recorded_at: datetime, actor: str) -> bytes:
        """The leaf of an envelope with this digest.

        Args:
            envelope: what is recorded.
            digest: the envelope's own, 64 hexadecimal digits.
            kind: the kind of its statement.
            recorded_at: aware, in UTC.
            actor: the opaque id of the key of who records it.

        Raises:
            ProofError: as `Leaf` has it.
        """
        first = envelope.signatures[0]
        if len(envelope.signatures) == 1 and len(first.sig) == SIGNATURE_SIZE:
            form = self._forms.get((kind, actor, first.keyid))
            if form is not None:
                return form % self._differing(digest, recorded_at, first)
        leaf = Leaf(
            kind=kind,
            recorded_at=recorded_at,
            actor=actor,
            payload_sha256=digest,
            signatures=envelope.signatures,
        )
        data = leaf.to_bytes()
        form = _FORM % (actor.encode(), kind.encode(), first.keyid.encode())
        if form % self._differing(digest, recorded_at, first) == data:
            self._forms[kind, actor, first.keyid] = form
        return data

    def _differing(self, digest: str, recorded_at: datetime, signature: Signature) -> tuple[bytes, bytes, bytes]:
        if recorded_at is not self._moment[0]:  # one for a whole batch
            self._moment = recorded_at, _moment(recorded_at).encode()
        return digest.encode(), self._moment[1], b2a_base64(signature.sig, newline=False)


def _signature(value: JsonValue) -> Signature:
    if not isinstance(value, dict) or value.keys() != {"keyid", "sig"}:
        raise MalformedValue("signature", value, "an object of keyid and sig")
    return Signature(_text(value, "keyid"), from_base64(_text(value, "sig")))


def _text(value: dict[str, JsonValue], key: str) -> str:
    found = value[key]
    if not isinstance(found, str):
        raise MalformedValue(key, type(found).__name__, "text")
    return found


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def _parse_moment(text: str) -> datetime:
    if _MOMENT.fullmatch(text) is None:
        raise MalformedValue("recorded_at", text[:40], "a moment as YYYY-MM-DDTHH:MM:SS.ffffffZ")
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise MalformedValue("recorded_at", text, "a moment that exists") from error
