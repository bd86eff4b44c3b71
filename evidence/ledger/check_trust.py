"""The part of a check that is about whose keys these are: a trust folder against the key entries.

The ledger's own key entries say which keys it names itself; a trust folder from outside says which keys its owner has
published. Where both are the same, the signatures are the owner's.
"""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from evidence.core.encoding import from_base64
from evidence.core.statements.own import KeyPurpose
from evidence.errors import EvidenceError
from evidence.ledger import ed25519
from evidence.ledger.findings import CheckReport
from evidence.ledger.keys import ed25519_from_spki
from evidence.ledger.note import Verifier


class KeyEntry(NamedTuple):
    """The fields in clear of the key statement of entry `seq`."""

    seq: int
    fields: Mapping[str, Any]


def check_trust(
    report: CheckReport, keys: Sequence[KeyEntry], verifiers: Sequence[Verifier], folder: Path | None
) -> None:
    """Compare the verifiers, and the files of a trust folder where one is given, with the key entries."""
    recorded = {raw for entry in keys if entry.fields.get("purpose") == KeyPurpose.LEDGER and (raw := _raw(entry))}
    if keys and not any(verifier.public_key in recorded for verifier in verifiers):
        report.fault(None, "trust", "the ledger's key is not one that a key entry states")
    if folder is not None:
        _check_folder(report, keys, folder)


def _raw(entry: KeyEntry) -> bytes | None:
    try:
        return ed25519.public_bytes(ed25519_from_spki(from_base64(str(entry.fields.get("public_key")))))
    except EvidenceError:
        return None


def _check_folder(report: CheckReport, keys: Sequence[KeyEntry], folder: Path) -> None:
    stated = {str(entry.fields.get("key")): str(entry.fields.get("public_key")) for entry in keys}
    listed = _listed(report, folder)
    for name, public_key in listed.items():
        if stated.get(name) != public_key:
            report.fault(None, "trust", f"{folder / 'keys.json'} lists {name}, which no key entry states so")
    if keys and listed and str(keys[0].fields.get("key")) not in listed:
        report.fault(keys[0].seq, "trust", f"{folder / 'keys.json'} does not list the key that all others rest on")
    certificates = {str(entry.fields["certificate"]) for entry in keys if entry.fields.get("certificate")}
    digest = _certificate(report, folder / "organisation.pem")
    if digest is not None and digest not in certificates:
        report.fault(None, "trust", f"{folder / 'organisation.pem'} is not the certificate of a key entry")


def _listed(report: CheckReport, folder: Path) -> dict[str, str]:
    try:
        found = json.loads((folder / "keys.json").read_text(encoding="utf-8"))["keys"]
        return {str(key["key"]): str(key["public_key"]) for key in found}
    except (OSError, ValueError, LookupError, TypeError) as error:
        report.fault(None, "trust", f"{folder / 'keys.json'} cannot be read ({type(error).__name__})")
        return {}


def _certificate(report: CheckReport, path: Path) -> str | None:
    try:
        return sha256(x509.load_pem_x509_certificate(path.read_bytes()).public_bytes(Encoding.DER)).hexdigest()
    except (OSError, ValueError) as error:
        report.fault(None, "trust", f"{path} holds no certificate that can be read ({type(error).__name__})")
        return None
