"""The part of a check that is about whose keys these are: a trust folder against the key entries.

The ledger's own key entries say which keys it names itself; a trust folder from outside says which keys its owner has
published. Where both are the same, the signatures are the owner's.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from evidence.core.encoding import from_base64, to_base64
from evidence.core.statements.base import Opened
from evidence.core.statements.own import KeyPurpose
from evidence.core.statements.registry import kind_of
from evidence.core.statements.succession import Succession
from evidence.errors import EvidenceError, LedgerError
from evidence.ledger import ed25519
from evidence.ledger.ed25519 import spki_of_raw
from evidence.ledger.findings import CheckReport
from evidence.ledger.key_history import KeyHistory, KeyRecord
from evidence.ledger.keys import ed25519_from_spki, key_id
from evidence.ledger.note import Verifier
from evidence.ledger.trust import TrustedKey, read_keys


class KeyEntry(NamedTuple):
    """The fields in clear of the key statement of entry `seq`."""

    seq: int
    fields: Mapping[str, Any]

    @staticmethod
    def of(seq: int, stated: Opened) -> "KeyEntry":
        """What an entry says of a key; a succession brings in the ledger's key under the origin that it opens."""
        if kind_of(stated.predicate_type) is not Succession:
            return KeyEntry(seq, stated.fields)
        try:
            der = spki_of_raw(Verifier.parse(str(stated.fields.get("key"))).public_key)
        except EvidenceError:  # named where the entry itself is checked
            return KeyEntry(seq, {})
        return KeyEntry(seq, {"key": key_id(der), "public_key": to_base64(der), "purpose": KeyPurpose.LEDGER.value})


def check_trust(
    report: CheckReport,
    keys: Sequence[KeyEntry],
    verifiers: Sequence[Verifier],
    folder: Path | None,
    history: KeyHistory,
) -> None:
    """Compare the verifiers, and the files of a trust folder where one is given, with the key entries.

    Args:
        report: what is found is added to it.
        keys: what entries say of keys, in order.
        verifiers: the ledger's keys as trusted from outside.
        folder: a trust folder.
        history: what became of each key, from the same entries.
    """
    recorded = {raw for entry in keys if entry.fields.get("purpose") == KeyPurpose.LEDGER and (raw := _raw(entry))}
    if keys and not any(verifier.public_key in recorded for verifier in verifiers):
        report.fault(None, "trust", "the ledger's key is not one that a key entry states")
    if folder is not None:
        _check_folder(report, keys, folder, history)


def _raw(entry: KeyEntry) -> bytes | None:
    try:
        return ed25519.public_bytes(ed25519_from_spki(from_base64(str(entry.fields.get("public_key")))))
    except EvidenceError:
        return None


def _check_folder(report: CheckReport, keys: Sequence[KeyEntry], folder: Path, history: KeyHistory) -> None:
    stated = {str(entry.fields.get("key")): str(entry.fields.get("public_key")) for entry in keys}
    listed = _listed(report, folder)
    for name, one in listed.items():
        if stated.get(name) != to_base64(one.public_key):
            report.fault(None, "trust", f"{folder / 'keys.json'} lists {name}, which no key entry states so")
        elif name in history.records:
            _check_state(report, one, history.records[name], folder)
    if keys and listed and str(keys[0].fields.get("key")) not in listed:
        report.fault(keys[0].seq, "trust", f"{folder / 'keys.json'} does not list the key that all others rest on")
    newer = [name for name in history.records if listed and name not in listed]
    if newer:
        report.remarks.append(f"{folder / 'keys.json'} is older than the entries: it lacks {', '.join(newer)}")
    certificates = {str(entry.fields["certificate"]) for entry in keys if entry.fields.get("certificate")}
    digest = _certificate(report, folder / "organisation.pem")
    if digest is not None and digest not in certificates:
        report.fault(None, "trust", f"{folder / 'organisation.pem'} is not the certificate of a key entry")


def _check_state(report: CheckReport, listed: TrustedKey, known: KeyRecord, folder: Path) -> None:
    """What was published of a key's state against what the entries state.

    The folder may be older than the entries. The other way round, the entries lack what their owner has published.
    """
    place = folder / "keys.json"
    if listed.created_by is not None and listed.created_by != known.created:
        report.fault(known.created, "trust", f"{place} has {known.key} brought in by entry {listed.created_by}")
    elif listed.ended_by is not None and listed.ended_by != known.ended:
        report.fault(known.created, "trust", f"{place} has {known.key} ended by entry {listed.ended_by}; it is not")
    elif listed.compromised_since is not None and known.compromised is None:
        report.fault(known.created, "trust", f"{place} has {known.key} compromised, which no entry states")
    elif (listed.ended_by is None and known.ended is not None) or (
        listed.compromised_since is None and known.compromised is not None
    ):
        report.remarks.append(f"{place} is older than the entries, which state that {known.key} is {known.state}")


def _listed(report: CheckReport, folder: Path) -> dict[str, TrustedKey]:
    try:
        return {one.key: one for one in read_keys(folder)}
    except LedgerError as error:
        report.fault(None, "trust", str(error))
        return {}


def _certificate(report: CheckReport, path: Path) -> str | None:
    try:
        return sha256(x509.load_pem_x509_certificate(path.read_bytes()).public_bytes(Encoding.DER)).hexdigest()
    except (OSError, ValueError, x509.InvalidVersion) as error:
        report.fault(None, "trust", f"{path} holds no certificate that can be read ({type(error).__name__})")
        return None
