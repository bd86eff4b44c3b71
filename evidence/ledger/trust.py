"""``HOME/trust``: what checkers need to know from outside a pack, for the company to publish.

A pack proves that it is unchanged since somebody signed it; who that was, only these files can say, and only when they
came by another way than the pack. ``FINGERPRINTS.txt`` is short enough to print on a letterhead.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from evidence.core.encoding import to_base64
from evidence.errors import LedgerError
from evidence.ledger.note import Verifier


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A public key as `keys.json` lists it: opaque id, SPKI, whose it is, for what, and from which day."""

    key: str
    public_key: bytes
    holder: str
    purpose: str
    since: date

    def to_json(self) -> dict[str, str]:
        return {
            "key": self.key,
            "public_key": to_base64(self.public_key),
            "holder": self.holder,
            "purpose": self.purpose,
            "since": self.since.isoformat(),
        }


def write_trust(
    folder: Path,
    log: Sequence[Verifier],
    keys: Sequence[TrustedKey],
    root: x509.Certificate,
    certificate: x509.Certificate,
) -> None:
    """Write the whole folder anew: what it says follows from the ledger and the certificates alone."""
    folder.mkdir(parents=True, exist_ok=True)
    _text(folder / "log.vkey", "".join(f"{verifier.vkey}\n" for verifier in log))
    _text(folder / "policy", "".join(f"log {verifier.vkey}\n" for verifier in log) + "quorum none\n")
    listed = {"keys": [key.to_json() for key in sorted(keys, key=lambda key: key.key)]}
    _text(folder / "keys.json", json.dumps(listed, indent=2, ensure_ascii=False) + "\n")
    people = folder / "keys"
    people.mkdir(exist_ok=True)
    for key in keys:
        _text(people / f"{key.key}.pem", _pem(key.public_key))
    _text(folder / "root.pem", root.public_bytes(Encoding.PEM).decode("ascii"))
    _text(folder / "organisation.pem", certificate.public_bytes(Encoding.PEM).decode("ascii"))
    _text(folder / "FINGERPRINTS.txt", _fingerprints(log, keys, root, certificate))


def read_verifiers(folder: Path) -> tuple[Verifier, ...]:
    """The ledger's verifier keys in a trust folder.

    Raises:
        LedgerError: the folder has none.
        ProofError: one is malformed.
    """
    try:
        lines = (folder / "log.vkey").read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise LedgerError(
            f"{folder} holds no log.vkey that can be read; give the trust folder that init wrote."
        ) from error
    return tuple(Verifier.parse(line) for line in lines if line)


def _pem(public_key: bytes) -> str:
    return load_der_public_key(public_key).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def _fingerprints(
    log: Sequence[Verifier], keys: Sequence[TrustedKey], root: x509.Certificate, certificate: x509.Certificate
) -> str:
    lines = ["SHA-256 fingerprints. Compare them with what the company publishes elsewhere.", ""]
    for title, found in (("Root certificate", root), ("Organisation's certificate", certificate)):
        lines += [f"{title} (DER)", f"  {sha256(found.public_bytes(Encoding.DER)).hexdigest()}"]
        lines += [f"  valid {found.not_valid_before_utc:%Y-%m-%d} to {found.not_valid_after_utc:%Y-%m-%d}", ""]
    for verifier in log:
        lines += ["Ledger's key, to verify checkpoints with", f"  {verifier.vkey}", ""]
    lines.append("Public keys (SubjectPublicKeyInfo, DER)")
    for key in sorted(keys, key=lambda key: key.key):
        lines.append(f"  {key.key}  {key.purpose}, {key.holder}, from {key.since.isoformat()}")
        lines.append(f"    {sha256(key.public_key).hexdigest()}")
    return "\n".join(lines) + "\n"


def _text(path: Path, content: str) -> None:
    """Line ends stay as they are: a converted note no longer verifies."""
    path.write_bytes(content.encode("utf-8"))
