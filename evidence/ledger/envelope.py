"""DSSE envelopes (secure-systems-lab/dsse, protocol 1.0.x), signed with Ed25519.

What is signed is the pre-authentication encoding of payload type and payload, so that the bytes of one type cannot be
passed off as those of another. The payload is handed on as the bytes that were verified, never as a re-parse. A key id
in an envelope is a hint: every trusted key is tried on every signature.

The payload here is an in-toto Statement v1 in canonical JSON, of at most 1 MiB.
"""

from binascii import b2a_base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.core.canonical import JsonValue, dumps, loads
from evidence.core.encoding import from_base64, to_base64
from evidence.errors import MalformedValue, ProofError
from evidence.ledger import ed25519

IN_TOTO: Final = "application/vnd.in-toto+json"
MAX_PAYLOAD: Final = 1024 * 1024
MAX_BYTES: Final = 2 * MAX_PAYLOAD  # an envelope, its payload in base64
MAX_SIGNATURES: Final = 16

_WRITTEN: Final = b'{"payload":"%b","payloadType":%b,"signatures":%b}'  # the order of RFC 8785


def pae(payload_type: str, body: bytes) -> bytes:
    """The pre-authentication encoding; lengths count bytes, also those of a type that is not ASCII.

    >>> pae("http://example.com/HelloWorld", b"hello world")
    b'DSSEv1 29 http://example.com/HelloWorld 11 hello world'
    """
    try:
        kind = payload_type.encode()
    except UnicodeEncodeError as error:
        raise ProofError("A payload type may hold no lone surrogate.") from error
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(body), body)


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature and the hint of whose it is; `keyid` is empty where none was given."""

    keyid: str
    sig: bytes

    def to_json(self) -> dict[str, JsonValue]:
        return {"keyid": self.keyid, "sig": to_base64(self.sig)}


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload with its type and signatures, of which nothing is verified by holding one."""

    payload: bytes
    payload_type: str
    signatures: tuple[Signature, ...]

    def __post_init__(self) -> None:
        if len(self.payload) > MAX_PAYLOAD:
            raise ProofError(f"The payload has {len(self.payload)} bytes, wanted at most {MAX_PAYLOAD}.")
        if not 1 <= len(self.signatures) <= MAX_SIGNATURES:
            raise ProofError(f"The envelope has {len(self.signatures)} signatures, wanted 1 to {MAX_SIGNATURES}.")

    def pae(self) -> bytes:
        return pae(self.payload_type, self.payload)

    def digest(self) -> str:
        """SHA-256 of the pre-authentication encoding, 64 hexadecimal digits: what a leaf commits to."""
        return sha256(self.pae()).hexdigest()

    def to_json(self) -> bytes:
        """The envelope in canonical JSON, base64 in the standard alphabet."""
        return _WRITTEN % (
            b2a_base64(self.payload, newline=False),
            dumps(self.payload_type),
            dumps([signature.to_json() for signature in self.signatures]),
        )

    @classmethod
    def parse(cls, data: bytes) -> "Envelope":
        """The envelope in JSON bytes, in any strict spelling, with either base64 alphabet.

        Members that the protocol does not name are ignored, as it asks; nothing signs them. Whoever needs the bytes to
        be the one spelling of an envelope compares them with `to_json`.

        Raises:
            ProofError: not an envelope.
        """
        try:
            return cls._from_json(loads(data, limit=MAX_BYTES))
        except MalformedValue as error:
            raise ProofError(f"The envelope cannot be read. {error}") from error

    @classmethod
    def _from_json(cls, value: JsonValue) -> "Envelope":
        if not isinstance(value, dict):
            raise MalformedValue("envelope", type(value).__name__, "an object")
        signatures = value.get("signatures")
        if not isinstance(signatures, list):
            raise MalformedValue("signatures", type(signatures).__name__, "a list")
        kind = _text(value, "payloadType")
        return cls(_either_base64(_text(value, "payload")), kind, tuple(map(_signature, signatures)))


def sign(payload: bytes, key: Ed25519PrivateKey, *, keyid: str, payload_type: str = IN_TOTO) -> Envelope:
    """An envelope over the payload with one signature."""
    return Envelope(payload, payload_type, (Signature(keyid, key.sign(pae(payload_type, payload))),))


def countersign(envelope: Envelope, key: Ed25519PrivateKey, *, keyid: str) -> Envelope:
    """The same envelope with one signature more."""
    return replace(envelope, signatures=(*envelope.signatures, Signature(keyid, key.sign(envelope.pae()))))


def verify(envelope: Envelope, keys: Mapping[str, bytes]) -> tuple[str, ...]:
    """The names of the keys by which the envelope is signed, in the order of `keys`.

    Args:
        envelope: what was received.
        keys: trusted Ed25519 public keys, 32 bytes each, by a name of the caller's.

    Raises:
        ProofError: none of them has signed it.
    """
    message = envelope.pae()
    signers = tuple(
        name
        for name, key in keys.items()
        if any(ed25519.verify(key, signature.sig, message) for signature in envelope.signatures)
    )
    if not signers:
        hints = ", ".join(
            repr(signature.keyid[:80]) if signature.keyid else "no key id" for signature in envelope.signatures
        )
        raise ProofError(f"No known key has signed the envelope, or it was altered; its key ids are {hints}.")
    return signers


def _signature(value: JsonValue) -> Signature:
    if not isinstance(value, dict):
        raise MalformedValue("signature", type(value).__name__, "an object")
    keyid = _text(value, "keyid") if value.get("keyid") is not None else ""
    return Signature(keyid, _either_base64(_text(value, "sig")))


def _text(value: dict[str, JsonValue], key: str) -> str:
    found = value.get(key)
    if not isinstance(found, str):
        raise MalformedValue(key, type(found).__name__, "text")
    return found


def _either_base64(text: str) -> bytes:
    """Padded base64 of the standard or the URL-safe alphabet, not of both at once."""
    if "-" in text or "_" in text:
        if "+" in text or "/" in text:
            raise MalformedValue("base64", "both alphabets", "one of them")
        text = text.replace("-", "+").replace("_", "/")
    return from_base64(text)
