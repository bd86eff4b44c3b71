"""What the fuzzer gives to the parsers of what others hand us about a ledger: notes, proofs, tiles, policies, tokens.

Each takes bytes and raises the product's own errors alone. Where something is read, it is written out again, and must
come out as it came in: these formats have one spelling each.
"""

import io
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from evidence.errors import EvidenceError

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ORIGIN = "ledger.example/sample"
WITNESS = "witness.example/w"
MIB = 1 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError)
_FAST = Path("/dev/shm")
PLACE = _FAST if _FAST.is_dir() else Path(tempfile.gettempdir())


def _same(found: object, wanted: object, what: str) -> None:
    if found != wanted:
        raise AssertionError(f"{what} is not written as it was read")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")  # lone surrogates where bytes are not UTF-8


def note(data: bytes) -> object:
    """A signed note, and what may stand in it."""
    from evidence.ledger.checkpoint import Checkpoint
    from evidence.ledger.note import format_line, parse_note

    read = parse_note(data)
    lines = "".join(format_line(line.name, line.key_id, line.signature) for line in read.lines)
    _same(f"{read.text}\n{lines}".encode(), data, "a note")
    return Checkpoint.parse(read.text)


def checkpoint(data: bytes) -> object:
    """The text of a checkpoint, signed by a log and a witness that are known, so that nothing after is out of reach."""
    from evidence.ledger import ed25519
    from evidence.ledger.checkpoint import open_checkpoint
    from evidence.ledger.cosignature import Witness, cosign
    from evidence.ledger.note import Verifier, sign
    from evidence.ledger.policy import Policy

    text, log = _text(data), Verifier(ORIGIN, ed25519.public_bytes(KEY))
    witness = Witness(WITNESS, log.public_key)
    signed = sign(text, ORIGIN, KEY) + cosign(text, WITNESS, KEY, 1_700_000_000).encode()
    read = open_checkpoint(signed, [log, witness])
    _same(read.format(), text, "a checkpoint")
    policy = Policy.parse(f"log {log.vkey}\nwitness w {witness.vkey}\nquorum w\n".encode())
    if not policy.verify(signed).quorum_met:
        raise AssertionError("a quorum that is there is not met")
    return read


def verifier_key(data: bytes) -> object:
    """A verifier key, of a log or of a witness."""
    from evidence.ledger.cosignature import Witness
    from evidence.ledger.note import Verifier

    text, found = _text(data), None
    for kind in (Verifier, Witness):
        try:
            found = kind.parse(text)
        except EvidenceError:
            continue
        _same(found.vkey, text, "a verifier key")
    return found if found is not None else Verifier.parse(text)


def policy(data: bytes) -> object:
    """A policy file; every set of its witnesses is judged."""
    from evidence.ledger.policy import Policy

    read = Policy.parse(data)
    everybody = [witness.name for witness in read.witnesses]
    if not read.met_by(everybody) or (read.met_by([]) and read.quorum != "none"):
        raise AssertionError("all witnesses are no quorum, or nobody is one")
    return read


def proof(data: bytes) -> object:
    """A .tlog-proof, and what it proves of an entry."""
    from evidence.ledger import ed25519
    from evidence.ledger.note import Verifier
    from evidence.ledger.proof import Proof, verify

    read = Proof.parse(data)
    _same(read.format(), data, "a proof")
    return verify(read, b"entry 2", [Verifier(ORIGIN, ed25519.public_bytes(KEY))])


def consistency(data: bytes) -> object:
    """A consistency file, which is also what a witness is sent, and what it shows to go on."""
    from evidence.core.tree import EMPTY_ROOT
    from evidence.ledger import ed25519
    from evidence.ledger.add_checkpoint import AddCheckpoint
    from evidence.ledger.checkpoint import Checkpoint
    from evidence.ledger.consistency import verify_growth
    from evidence.ledger.note import Verifier

    read = AddCheckpoint.parse(data)
    _same(read.format(), data, "a consistency file")
    held = Checkpoint(ORIGIN, read.old, read.proof[0] if read.proof else EMPTY_ROOT)
    return verify_growth(data, held, [Verifier(ORIGIN, ed25519.public_bytes(KEY))])


def tile(data: bytes) -> object:
    """The path of a tile in the first line, and the bytes after it as that tile and as a bundle of entries."""
    from evidence.core.tree import leaf_hash
    from evidence.ledger.tiles import Tile, entries_path, format_bundle, parse_bundle, split_tile

    path, _, content = data.partition(b"\n")
    read = Tile.parse(_text(path))
    _same(read.path.encode(), path, "the path of a tile")
    entries_path(read.index, read.width)
    try:
        _same(b"".join(split_tile(read, content)), content, "a tile")
    except EvidenceError:
        entries = parse_bundle(content)
        _same(format_bundle(entries), content, "a bundle")
        return [leaf_hash(entry) for entry in entries]
    return read


def leaf(data: bytes) -> object:
    """A leaf of the tree."""
    from evidence.ledger.leaf import Leaf

    read = Leaf.parse(data)
    _same(read.to_bytes(), data, "a leaf")
    return read


def stamp(data: bytes) -> object:
    """An RFC 3161 response."""
    from evidence.ledger.time_stamps import chain_pem, read, require_about

    found = read(data)
    _same(found.response, data, "a time stamp")
    chain_pem(found)
    require_about(found, b"hello")
    return found


def export(data: bytes) -> object:
    """An export and a trust folder, as the members ``log/…`` and ``trust/…`` of a ZIP."""
    from evidence.ledger.check_export import check_export
    from evidence.ledger.trust import read_verifiers

    folder = PLACE / f"evidence-fuzz-{os.getpid()}"  # one name, so that messages that hold it are alike
    try:
        _unpack(data, folder)
        log, trust = folder / "log", folder / "trust"
        report = check_export(log, read_verifiers(trust), trust=trust, processes=1)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return " ".join(sorted({fault.kind for fault in report.faults}))


def _unpack(data: bytes, folder: Path) -> None:
    """Write the members of a ZIP whose names lead into the folder; a broken ZIP has none."""
    with suppress(*_BROKEN), zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            path = folder / member.filename
            if ".." in path.parts or not path.is_relative_to(folder) or member.file_size > MIB:
                continue
            with suppress(OSError, ValueError):  # a name that no file can have
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(archive.read(member))


def packed(data: bytes) -> object:
    """Signatures as a row has them, and the leaf and envelope that are made of them."""
    from evidence.ledger.leaf import Leaf
    from evidence.ledger.stored import envelope_of, leaf_bytes, unpacked
    from evidence.ledger.stored import packed as pack

    read = unpacked(data)
    _same(pack(read), data, "packed signatures")
    _same(envelope_of(data[:9], data).signatures, read, "an envelope's signatures")
    moment = "2023-04-01T12:00:00.000000Z"
    return Leaf.parse(leaf_bytes("hold", moment, "key-0123456789abcdef", bytes(32), data)).signatures


def keys(data: bytes) -> object:
    """The list of keys of a trust folder."""
    from evidence.ledger.trust import read_keys

    with tempfile.TemporaryDirectory(dir=PLACE) as name:
        (Path(name) / "keys.json").write_bytes(data)
        return read_keys(Path(name))


def certificate(data: bytes) -> object:
    """Certificates in PEM or DER, and whether they would do for the organisation."""
    from evidence.ledger.certificates import chain_of, read_certificates, require_fit

    read = read_certificates(data, "a file")
    with suppress(EvidenceError):
        chain_of(read[0], read)
    try:
        key = read[0].public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return read
    if isinstance(key, RSAPublicKey):
        require_fit(read[0], key, datetime(2024, 1, 1, tzinfo=UTC))
    return read


def pkcs12(data: bytes) -> object:
    """A PKCS#12 file; its passphrase is that of the corpus."""
    from evidence.ledger.organisation import read_pkcs12

    return read_pkcs12(data, b"corpus", "a file")


PARSERS: dict[str, Callable[[bytes], object]] = {
    "note": note,
    "checkpoint": checkpoint,
    "verifier_key": verifier_key,
    "policy": policy,
    "proof": proof,
    "consistency": consistency,
    "tile": tile,
    "leaf": leaf,
    "stamp": stamp,
    "export": export,
    "packed": packed,
    "keys": keys,
    "certificate": certificate,
    "pkcs12": pkcs12,
}
"""By the name under which each has its corpus in ``tests/corpus``."""
