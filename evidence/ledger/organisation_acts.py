"""What is done with the organisation's key: rotated, certified anew, brought along as PKCS#12, put on a token.

The organisation's key signs packs and nothing in the ledger, so its entries are signed by a person. Of the keys on
record the last one in use signs; bringing in another ends the one before. Certificates are kept as documents and their
receipts recorded, so that what signed an old pack can be shown as long as the ledger is.
"""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key

from evidence.core.identifiers import mint
from evidence.core.statements.own import DocumentReceived, KeyPurpose, KeyState
from evidence.core.values import legal_day
from evidence.errors import LedgerError, SettingsError
from evidence.ledger.certificates import chain_of, issue, new_rsa, read_certificate_file, read_certificates, require_fit
from evidence.ledger.found import certificate_received
from evidence.ledger.key_acts import KeyDesk, KeyDone
from evidence.ledger.key_history import KeyRecord
from evidence.ledger.keys import key_id, spki
from evidence.ledger.organisation import current, read_pkcs12
from evidence.ledger.pkcs11 import TokenKey
from evidence.ledger.submission import Submission
from evidence.settings import Settings, Token


def rotate_organisation(desk: KeyDesk, root_key: Path | None = None, reason: str | None = None) -> KeyDone:
    """A new key, with a certificate that the home's root issues.

    Args:
        desk: the open home.
        root_key: the root's private key, where it has been moved out of the key folder.
        reason: why.

    Raises:
        SettingsError: the root's key or certificate does not serve.
    """
    waiting = desk.keys.unrecorded("organisation-*", desk.history.records)
    key = new_rsa() if waiting is None else desk.keys.organisation_named(waiting)
    certificate, root = _issued(desk, key.public_key(), root_key)
    if waiting is None:
        desk.keys.write(f"organisation-{key_id(key)}", key)
    entries = _brought_in(desk, key.public_key(), [certificate, root], reason)
    return KeyDone(key_id(key), entries, f"keys/organisation-{key_id(key)}.pem")


def certify(desk: KeyDesk, root_key: Path | None = None) -> KeyDone:
    """Another certificate, issued by the home's root, for the key in use.

    Raises:
        SettingsError: the root's key or certificate does not serve, or the key in use is not to be had.
        LedgerError: no key of the organisation is in use.
    """
    record = current(desk.history)
    if record is None:
        raise LedgerError("No key of the organisation is in use. Make one with `evidence keys rotate organisation`.")
    certificate, root = _issued(desk, _public(record), root_key)
    desk.keys.write_certificate(_file_name(certificate), certificate, root)
    receipts, digest = _receipts(desk, [certificate])
    statement = desk.statement(record, KeyState.CERTIFIED, certificate=digest)
    return KeyDone(record.key, desk.record(desk.submission(statement), *receipts))


def import_pkcs12(
    desk: KeyDesk, path: Path, passphrase: bytes, chain: Path | None = None, reason: str | None = None
) -> KeyDone:
    """A key and certificate made elsewhere, from a PKCS#12 file; the key is kept under the home's own passphrase.

    Args:
        desk: the open home.
        path: the file.
        passphrase: of the file.
        chain: the root and what lies between, where the file lacks them.
        reason: why.

    Raises:
        SettingsError: the file cannot be read or does not serve.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}).") from error
    brought = read_pkcs12(content, passphrase, str(path))
    require_fit(brought.certificate, brought.key.public_key(), desk.now)
    others = [*brought.others, *([] if chain is None else read_certificate_file(chain))]
    found = [brought.certificate, *chain_of(brought.certificate, [*others, *desk.keys.certificates()])]
    name = f"organisation-{key_id(brought.key)}"
    if desk.keys.organisation(key_id(brought.key)) is None:
        desk.keys.write(name, brought.key)
    entries = _brought_in(desk, brought.key.public_key(), found, reason)
    return KeyDone(key_id(brought.key), entries, f"keys/{name}.pem")


def use_token(
    desk: KeyDesk,
    token: Token,
    pin: str,
    certificates: Path | None = None,
    root_key: Path | None = None,
    reason: str | None = None,
) -> KeyDone:
    """The key on a PKCS#11 token as the organisation's; it never leaves the token.

    Args:
        desk: the open home.
        token: where it is.
        pin: opens the token.
        certificates: a file with its certificate and what leads to the root. Without one the token's own certificate of
            the key's label is taken, and where it has none the home's root issues one.
        root_key: the root's private key, where it has been moved out of the key folder.
        reason: why.

    Raises:
        SettingsError: token, key or certificate is missing or does not serve.
    """
    held = TokenKey(token, pin)
    public_key = held.public_key()
    record = desk.history.records.get(key_id(public_key))
    last = current(desk.history)
    entries: tuple[int, ...] = ()
    if record is None or last is None or record.key != last.key or certificates is not None:
        pool = desk.keys.certificates()
        if certificates is not None:
            given = read_certificate_file(certificates)
        else:
            given = [one for der in held.certificates() for one in read_certificates(der, f"token {token.label}")]
        if given:
            leaf = next((one for one in given if _is_of(one, public_key)), given[0])
            require_fit(leaf, public_key, desk.now)
            found = [leaf, *chain_of(leaf, [*given, *pool])]
        else:
            found = list(_issued(desk, public_key, root_key))
            require_fit(found[0], public_key, desk.now)
        entries = _brought_in(desk, public_key, found, reason)
    written = Settings.load(desk.settings.home, {})  # without what the environment lays over it
    if written.token != token:
        written.model_copy(update={"token": token}).write()
    return KeyDone(key_id(public_key), entries, f"token {token.label}, {token.key}")


def _brought_in(
    desk: KeyDesk, public_key: RSAPublicKey, certificates: Sequence[x509.Certificate], reason: str | None
) -> tuple[int, ...]:
    """Record the key as the organisation's, by the first of the certificates, and end the one before.

    Where the key is in use already, only another certificate is recorded, and nothing where that is on record too.
    """
    name, last = key_id(public_key), current(desk.history)
    desk.keys.write_certificate(_file_name(certificates[0]), *certificates)
    digest = sha256(certificates[0].public_bytes(Encoding.DER)).hexdigest()
    known = desk.history.records.get(name)
    if known is not None and known.ended is not None:
        raise LedgerError(f"{name} is not in use: {known.state} by entry {known.stated}. Bring another key.")
    if known is not None and known.certificate == digest:
        return ()
    receipts, digest = _receipts(desk, certificates, brought=True)
    if known is not None:
        statements = [desk.statement(known, KeyState.CERTIFIED, certificate=digest, reason=reason)]
    else:
        statements = [
            desk.created(
                spki(public_key),
                KeyPurpose.ORGANISATION,
                desk.settings.organisation.legal_name,
                certificate=digest,
                replaces=None if last is None else last.key,
                reason=reason,
            )
        ]
        if last is not None:
            statements.append(desk.statement(last, KeyState.ROTATED, reason=reason))
    return desk.record(*(desk.submission(one) for one in statements), *receipts)


def _receipts(
    desk: KeyDesk, certificates: Sequence[x509.Certificate], *, brought: bool = False
) -> tuple[list[Submission], str]:
    """The receipts of those certificates that are not on record yet, and the digest of the first one."""
    handle, made = desk.handle, []
    digests = []
    for number, certificate in enumerate(certificates):
        stored = handle.documents.put(certificate.public_bytes(Encoding.DER))
        digests.append(stored.sha256)
        if not handle.ledger.entries_naming(stored.sha256):
            receipt = certificate_received(
                mint(DocumentReceived.prefix, desk.now, handle.random),
                "root" if number and number == len(certificates) - 1 else "issuer" if number else "organisation",
                stored,
                desk.settings.organisation.legal_name,
                legal_day(desk.now, desk.settings.zone),
                brought=brought,
            )
            made.append(desk.submission(receipt))
    return made, digests[0]


def _issued(
    desk: KeyDesk, public_key: RSAPublicKey, root_key: Path | None
) -> tuple[x509.Certificate, x509.Certificate]:
    """A certificate by the home's own root, and the root's."""
    path = root_key or desk.keys.root
    if not path.exists():
        raise SettingsError(
            f"The root's private key is not at {path}. Bring it back for this one command, or name it with --root-key."
        )
    key = desk.keys.rsa(path)
    root = next((one for one in desk.keys.certificates() if _is_of(one, key.public_key())), None)
    if root is None:
        raise SettingsError(f"No certificate in the key folder is that of the root's key at {path}.")
    organisation = desk.settings.organisation
    arguments = (public_key, organisation.legal_name, organisation.country, key, root, desk.now, desk.handle.random)
    return issue(*arguments), root


def _is_of(certificate: x509.Certificate, public_key: RSAPublicKey) -> bool:
    found = certificate.public_key()
    return isinstance(found, RSAPublicKey) and spki(found) == spki(public_key)


def _public(record: KeyRecord) -> RSAPublicKey:
    key = load_der_public_key(record.public_key)
    if not isinstance(key, RSAPublicKey):
        raise LedgerError(f"{record.key} is no RSA key, so the root issues nothing for it.")
    return key


def _file_name(certificate: x509.Certificate) -> str:
    return f"organisation-{sha256(certificate.public_bytes(Encoding.DER)).hexdigest()[:16]}"
