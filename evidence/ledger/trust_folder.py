"""Writing ``HOME/trust`` (see `evidence.ledger.trust`), from what the entries and the certificates say."""

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from evidence.ledger.certificates import pem_of
from evidence.ledger.ed25519 import spki_of_raw
from evidence.ledger.note import Verifier
from evidence.ledger.policy import with_logs
from evidence.ledger.trust import TrustedKey
from evidence.store.durable import replace


def write_trust(
    folder: Path,
    log: Sequence[Verifier],
    keys: Sequence[TrustedKey],
    roots: Sequence[x509.Certificate],
    certificate: x509.Certificate,
) -> None:
    """Write the whole folder anew: what it says follows from the ledger and the certificates alone, but for the
    witnesses of the policy, whom people choose. Each file is put in the place of the old one whole.

    Args:
        folder: made where it is not there.
        log: the ledger's keys, those in use first.
        keys: every key on record.
        roots: what the organisation's certificates lead to, the present one's first.
        certificate: the organisation's present one.
    """
    policy = folder / "policy"
    listed = {"keys": [key.to_json() for key in sorted(keys, key=lambda key: key.key)]}
    texts = {
        "log.vkey": "".join(f"{verifier.vkey}\n" for verifier in log),
        "policy": with_logs(policy.read_bytes() if policy.exists() else b"quorum none\n", log).decode(),
        "keys.json": json.dumps(listed, indent=2, ensure_ascii=False) + "\n",
        "root.pem": pem_of(roots).decode("ascii"),
        "organisation.pem": pem_of([certificate]).decode("ascii"),
        **{f"keys/{key.key}.pem": _pem(key.public_key) for key in keys},
        "FINGERPRINTS.txt": _fingerprints(log, keys, roots, certificate),
    }
    (folder / "keys").mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        content = text.encode("utf-8")  # line ends stay as they are: a converted note no longer verifies
        if not (folder / name).exists() or (folder / name).read_bytes() != content:
            replace(folder / name, content)


def _pem(public_key: bytes) -> str:
    return load_der_public_key(public_key).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def _fingerprints(
    log: Sequence[Verifier],
    keys: Sequence[TrustedKey],
    roots: Sequence[x509.Certificate],
    certificate: x509.Certificate,
) -> str:
    lines = ["SHA-256 fingerprints. Compare them with what the company publishes elsewhere.", ""]
    titled = [("Root certificate", root) for root in roots] + [("Organisation's certificate", certificate)]
    for title, found in titled:
        lines += [f"{title} (DER)", f"  {sha256(found.public_bytes(Encoding.DER)).hexdigest()}"]
        lines += [f"  valid {found.not_valid_before_utc:%Y-%m-%d} to {found.not_valid_after_utc:%Y-%m-%d}", ""]
    states = {key.public_key: key.state_text for key in keys}
    for verifier in log:
        state = states.get(spki_of_raw(verifier.public_key), "in use")
        lines += [f"Ledger's key, to verify checkpoints with, {state}", f"  {verifier.vkey}", ""]
    lines.append("Public keys (SubjectPublicKeyInfo, DER)")
    for key in sorted(keys, key=lambda key: key.key):
        lines.append(f"  {key.key}  {key.purpose}, {key.holder}, from {key.since.isoformat()}, {key.state_text}")
        lines.append(f"    {sha256(key.public_key).hexdigest()}")
    return "\n".join(lines) + "\n"
