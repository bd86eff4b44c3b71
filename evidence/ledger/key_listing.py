"""The keys of a home as people ask for them: what the entries say of each, whose it is, and where it lies.

Also the trust folder, which is made anew from the same after each change of a key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from cryptography import x509

from evidence.core.statements.own import Key, KeyPurpose, KeyState
from evidence.core.values import legal_day, moment_text
from evidence.errors import LedgerError, SettingsError, StoreError
from evidence.ledger.certificates import chain_of, read_certificate_file, read_certificates
from evidence.ledger.key_history import KeyHistory, KeyRecord
from evidence.ledger.note import Verifier
from evidence.ledger.organisation import current
from evidence.ledger.read import Ledger
from evidence.ledger.trust import TrustedKey, read_keys, read_verifiers
from evidence.ledger.trust_folder import write_trust
from evidence.settings import Settings

KEYS, TRUST = "keys", "trust"


@dataclass(frozen=True, slots=True)
class ListedKey:
    """A key with what its entries disclose.

    `created_on` is the day of its first state, `since` that of its last; `place` is None where the private key is not
    here; `certificate_ends` is of the organisation's only.
    """

    key: str
    purpose: KeyPurpose
    holder: str
    state: KeyState
    created_on: date
    since: date
    reason: str | None
    compromised_since: datetime | None
    created_by: int
    ended_by: int | None
    replaces: str | None
    place: str | None
    certificate_ends: datetime | None


def list_keys(history: KeyHistory, ledger: Ledger, settings: Settings) -> tuple[ListedKey, ...]:
    """Every key on record, in the order in which they came in.

    Raises:
        LedgerError: the entries cannot be read.
    """
    said = _said(ledger)
    found = []
    for record in history.records.values():
        statements = said.get(record.key, [])
        begun = _day(ledger, record.created, settings)  # of a key that a succession has brought in
        found.append(
            ListedKey(
                record.key,
                record.purpose,
                statements[0].holder if statements else settings.organisation.legal_name,
                record.state if record.compromised is None else KeyState.COMPROMISED,
                statements[0].since if statements else begun,
                statements[-1].since if statements else _day(ledger, record.stated, settings),
                statements[-1].reason if statements else None,
                record.compromised_since,
                record.created,
                record.ended,
                record.replaces,
                _place(record, history, settings),
                _ends(record, ledger),
            )
        )
    return tuple(found)


def _said(ledger: Ledger) -> dict[str, list[Key]]:
    """What the `key` entries say that can still be read whole, by key."""
    said: dict[str, list[Key]] = {}
    for entry in ledger.entries(kind=Key.kind):
        statement = entry.statement
        if isinstance(statement, Key):
            said.setdefault(statement.key, []).append(statement)
    return said


def _day(ledger: Ledger, seq: int, settings: Settings) -> date:
    return legal_day(ledger.entry(seq).leaf.recorded_at, settings.zone)


def _place(record: KeyRecord, history: KeyHistory, settings: Settings) -> str | None:
    """Where the private key lies, by the names of files alone: nothing is opened for a list."""
    folder = settings.home / KEYS
    if record.purpose is KeyPurpose.PERSON:
        return _file(folder, record.key)
    own = _file(folder, f"{record.purpose.value}-{record.key}")
    if own is not None:
        return own
    last = current(history) if record.purpose is KeyPurpose.ORGANISATION else None
    if settings.token is not None and last is not None and last.key == record.key:
        return f"token {settings.token.label}, {settings.token.key}"
    # `ledger.pem` and `organisation.pem` bear no id: they are of the first key, but that a succession has put the new
    # ledger's key there and given the old one's file its id
    unnamed = [
        one.key
        for one in history.records.values()
        if one.purpose is record.purpose and _file(folder, f"{one.purpose.value}-{one.key}") is None
    ]
    of = unnamed[0] if record.purpose is KeyPurpose.ORGANISATION else unnamed[-1]
    return _file(folder, record.purpose.value) if of == record.key else None


def _file(folder: Path, name: str) -> str | None:
    return f"{KEYS}/{name}.pem" if (folder / f"{name}.pem").exists() else None


def _ends(record: KeyRecord, ledger: Ledger) -> datetime | None:
    certificate = _certificate(record, ledger)
    return None if certificate is None else certificate.not_valid_after_utc


def _certificate(record: KeyRecord, ledger: Ledger) -> x509.Certificate | None:
    if record.certificate is None:
        return None
    try:
        return read_certificates(ledger.documents.read(record.certificate), record.certificate)[0]
    except (StoreError, SettingsError):
        return None


def renew_trust(history: KeyHistory, ledger: Ledger, settings: Settings) -> None:
    """Write the trust folder anew from the entries. What was published once and no entry here knows stays listed.

    Raises:
        LedgerError: the folder as it is cannot be read.
        SettingsError: no certificate of the organisation leads to a root.
        StoreError: the disk refused.
    """
    folder = settings.home / TRUST
    published = {key.key: key for key in read_keys(folder)} if (folder / "keys.json").exists() else {}
    keys = {one.key: _trusted(one, history.records[one.key]) for one in list_keys(history, ledger, settings)}
    log = [Verifier(one.origin or settings.origin, one.raw) for one in reversed(history.ledger_keys())]
    log.sort(key=lambda verifier: not _in_use(verifier, history))
    earlier = read_verifiers(folder) if (folder / "log.vkey").exists() else ()
    roots, certificate = _roots(history, ledger, settings)
    try:
        write_trust(
            folder,
            list(dict.fromkeys((*log, *earlier))),
            list((published | keys).values()),
            roots,
            certificate,
        )
    except OSError as error:
        raise StoreError(f"{folder} could not be written ({error.strerror}). Make it writable; run again.") from error


def _in_use(verifier: Verifier, history: KeyHistory) -> bool:
    return any(known.raw == verifier.public_key and known.ended is None for known in history.ledger_keys())


def _trusted(listed: ListedKey, record: KeyRecord) -> TrustedKey:
    compromised = None
    if record.compromised is not None:
        compromised = "" if record.compromised_since is None else moment_text(record.compromised_since)
    return TrustedKey(
        listed.key,
        record.public_key,
        listed.holder,
        listed.purpose.value,
        listed.created_on,
        listed.state.value,
        listed.created_by,
        listed.ended_by,
        compromised,
        listed.replaces,
    )


def _roots(
    history: KeyHistory, ledger: Ledger, settings: Settings
) -> tuple[Sequence[x509.Certificate], x509.Certificate]:
    """What the organisation's certificates lead to, the present one's first, and the present certificate.

    Where the key folder is not here, what was published stands.
    """
    folder, last = settings.home / TRUST, current(history)
    pool = [one for path in sorted((settings.home / KEYS).glob("*.crt")) for one in read_certificate_file(path)]
    published = read_certificate_file(folder / "root.pem") if (folder / "root.pem").exists() else []
    certificate = None if last is None else _certificate(last, ledger)
    if certificate is None:
        certificate = read_certificate_file(folder / "organisation.pem")[0]
    roots = [chain_of(certificate, [*pool, *published])[-1]]
    return list(dict.fromkeys((*roots, *published))), certificate


def holder_of(history: KeyHistory, ledger: Ledger, settings: Settings, key: str) -> str:
    """Whose key it is.

    Raises:
        LedgerError: no key of that id is on record.
    """
    if key not in history.records:
        known = ", ".join(history.records) or "none"
        raise LedgerError(f"{key[:80]} is no key on record. Known: {known}.")
    said: Mapping[str, list[Key]] = _said(ledger)
    return said[key][0].holder if key in said else settings.organisation.legal_name
