"""Signed notes: C2SP signed-note v1.0.0, with Ed25519 keys (signature type 0x01).

Keys of witnesses (type 0x04) are in `evidence.ledger.cosignature`; a note is opened with keys of either kind.

A note is text that ends in a newline, a blank line, and signature lines ``— <key name> <base64 of key id and
signature>``. A verifier key is written ``<name>+<key id>+<base64 of type and key>``. A key id is four bytes, a hint
for looking a key up and nothing more: keys are matched by name and id together, and every match is verified.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.core.encoding import from_base64, to_base64
from evidence.errors import MalformedValue, ProofError
from evidence.ledger import ed25519

ED25519: Final = 0x01
MAX_SIGNATURES: Final = 100  # the standard asks for at least 16; Go's sumdb/note stops at 100
MAX_BYTES: Final = 1024 * 1024
KEY_ID_SIZE: Final = 4

_LINE_START: Final = "\u2014 "
_CONTROL: Final = re.compile("[\x00-\x09\x0b-\x1f]")
_HEX8: Final = re.compile("[0-9a-f]{8}")


class NoteKey(Protocol):
    """A public key that verifies lines of a note: a log's (`Verifier`) or a witness's (`cosignature.Witness`)."""

    @property
    def name(self) -> str: ...

    @property
    def key_id(self) -> bytes: ...

    def verify(self, text: str, signature: bytes) -> bool:
        """Whether what follows the key id on the line is this key's signature over the text."""
        ...


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key under the name it signs by."""

    name: str
    public_key: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.public_key) != ed25519.PUBLIC_KEY_SIZE:
            raise ProofError(f"The key of {self.name!r} has {len(self.public_key)} bytes, wanted 32.")

    @property
    def key_id(self) -> bytes:
        """SHA-256(name || 0x0A || 0x01 || key), the first four bytes."""
        return key_id_of(self.name, ED25519, self.public_key)

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{to_base64(bytes([ED25519]) + self.public_key)}"

    @classmethod
    def parse(cls, vkey: str) -> "Verifier":
        """The verifier in a verifier-key string.

        Raises:
            ProofError: malformed, of another signature type, or with a key id that is not the key's.
        """
        return cls(*split_vkey(vkey, ED25519))

    def verify(self, text: str, signature: bytes) -> bool:
        """Whether the signature, without key id, is this key's over the text."""
        return ed25519.verify(self.public_key, signature, text.encode())


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One signature line as it stands: nothing of it is verified."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A note as read. `verified` names, in the order of the lines, the keys whose signatures were verified."""

    text: str
    lines: tuple[SignatureLine, ...]
    verified: tuple[NoteKey, ...] = ()


def vkey(name: str, public_key: bytes) -> str:
    """The verifier-key string of an Ed25519 public key of 32 bytes."""
    return Verifier(name, public_key).vkey


def key_id_of(name: str, signature_type: int, public_key: bytes) -> bytes:
    """SHA-256(name || 0x0A || signature type || key), the first four bytes."""
    return sha256(name.encode() + bytes([0x0A, signature_type]) + public_key).digest()[:KEY_ID_SIZE]


def split_vkey(vkey: str, signature_type: int) -> tuple[str, bytes]:
    """Name and 32-byte key of a verifier key; split at the first two plus signs, since base64 has them too.

    Raises:
        ProofError: malformed, of another signature type, or with a key id that is not the key's.
    """
    parts = vkey.split("+", 2)
    if len(parts) != 3 or _HEX8.fullmatch(parts[1]) is None:
        raise ProofError(f"{vkey[:80]!r} is not a verifier key; wanted name+8 hexadecimal digits+base64.")
    check_name(parts[0])
    try:
        key = from_base64(parts[2])
    except MalformedValue as error:
        raise ProofError(f"The verifier key of {parts[0]!r} cannot be read. {error}") from error
    if key[:1] != bytes([signature_type]):
        raise ProofError(
            f"The verifier key of {parts[0]!r} has signature type {key[:1].hex()}, wanted {signature_type:02x}."
        )
    key_id = key_id_of(parts[0], signature_type, key[1:]).hex()
    if key_id != parts[1]:
        raise ProofError(f"The verifier key of {parts[0]!r} says id {parts[1]}, but it is {key_id}.")
    return parts[0], key[1:]


def sign(text: str, name: str, key: Ed25519PrivateKey, *more: Ed25519PrivateKey) -> bytes:
    """The note over a text, signed under one name by one key, or by several in the overlap of a key rotation.

    Raises:
        ProofError: the text does not end in a newline, or text or name cannot stand in a note.
    """
    if not text.endswith("\n"):
        raise ProofError("The text of a note must end in a newline.")
    return (text + "\n" + "".join(signature_line(text, name, each) for each in (key, *more))).encode()


def signature_line(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """One signature line, with its newline, to be appended to a note over this text."""
    _check_text(text)
    verifier = Verifier(name, ed25519.public_bytes(key))
    return format_line(name, verifier.key_id, key.sign(text.encode()))


def format_line(name: str, key_id: bytes, signature: bytes) -> str:
    """A signature line with its newline."""
    return f"{_LINE_START}{name} {to_base64(key_id + signature)}\n"


def parse_line(line: str) -> SignatureLine:
    """What a signature line without its newline says, not verified.

    Raises:
        ProofError: not a signature line.
    """
    _check_text(line)
    return _signature_line(line)


def parse_note(data: bytes) -> Note:
    """The text and lines of a note, none of them verified.

    Raises:
        ProofError: not a note, or more than 100 signature lines.
    """
    if len(data) > MAX_BYTES:
        raise ProofError(f"The note has {len(data)} bytes, wanted at most {MAX_BYTES}.")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProofError("The note is not UTF-8.") from error
    _check_text(whole)
    text, blank, block = whole.rpartition("\n\n")  # the last blank line: the text may hold others
    if not blank or not block.endswith("\n"):
        raise ProofError("The note has no block of signature lines that ends in a newline after its last blank line.")
    lines = block[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise ProofError(f"The note has {len(lines)} signature lines, wanted at most {MAX_SIGNATURES}.")
    return Note(text + "\n", tuple(map(_signature_line, lines)))


def open_note(data: bytes, verifiers: Iterable[NoteKey]) -> Note:
    """The note, with at least one signature of a known key verified.

    Lines of unknown keys, and of known names under another key id, are ignored: witnesses and later keys may sign the
    same text. A line of a known key that does not verify rejects the note, also where the same key has signed
    properly on another line.

    Raises:
        ProofError: not a note, no line of a known key, or a line of a known key that does not verify.
    """
    note = parse_note(data)
    known: dict[tuple[str, bytes], NoteKey] = {}
    for verifier in verifiers:
        clash = known.setdefault((verifier.name, verifier.key_id), verifier)
        if clash != verifier:
            raise ProofError(f"Two known keys share the name {verifier.name!r} and id {verifier.key_id.hex()}.")
    verified: dict[NoteKey, None] = {}
    for line in note.lines:
        found = known.get((line.name, line.key_id))
        if found is None:
            continue
        if not found.verify(note.text, line.signature):
            raise ProofError(f"The signature of {line.name!r} (key id {line.key_id.hex()}) does not verify.")
        verified[found] = None
    if not verified:
        names = sorted({line.name for line in note.lines})
        shown = ", ".join(repr(name[:80]) for name in names[:4]) + (", …" if len(names) > 4 else "")
        raise ProofError(f"No known key has signed the note; it is signed by {shown}. Give the key of one of them.")
    return Note(note.text, note.lines, tuple(verified))


def _signature_line(line: str) -> SignatureLine:
    name, _, encoded = line.removeprefix(_LINE_START).partition(" ")
    if not line.startswith(_LINE_START):
        raise ProofError(f"{line[:80]!r} is not a signature line; wanted an em dash, a space, name and base64.")
    check_name(name)
    try:
        data = from_base64(encoded)
    except MalformedValue as error:
        raise ProofError(f"The signature line of {name!r} cannot be read. {error}") from error
    if len(data) <= KEY_ID_SIZE:
        raise ProofError(f"The signature line of {name!r} has {len(data)} bytes, wanted a key id and a signature.")
    return SignatureLine(name, data[:KEY_ID_SIZE], data[KEY_ID_SIZE:])


def check_name(name: str) -> None:
    """Raise ProofError where the name cannot stand on a signature line."""
    if not name or "+" in name or _CONTROL.search(name) or any(map(_is_space, name)):
        raise ProofError(f"{name[:80]!r} cannot be a key name: wanted text without spaces and plus signs.")
    _check_encodable(name)


def _check_text(text: str) -> None:
    control = _CONTROL.search(text)
    if control is not None:
        raise ProofError(f"A note may hold no control character but newline; found U+{ord(control[0]):04X}.")
    _check_encodable(text)


def _check_encodable(text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ProofError("A note may hold no lone surrogate.") from error


def _is_space(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Zs", "Zl", "Zp")
