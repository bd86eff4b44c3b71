"""Founding a home, and opening one.

`found` makes everything a home needs beside its final place and moves it there at the end, so that a crash leaves a
folder that is plainly unfinished and never half a home. `open_home` is what every command starts with; only one that
records asks for the passphrase.
"""

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import ParamSpec

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Engine

from evidence.core.disclosure import Tier
from evidence.core.encoding import to_base64
from evidence.core.identifiers import Random, mint
from evidence.core.statements.base import EvidenceClass, Statement
from evidence.core.statements.own import DocumentReceived, Key, KeyPurpose, KeyState
from evidence.core.values import legal_day
from evidence.errors import SettingsError, StoreError
from evidence.ledger import key_listing
from evidence.ledger.certificates import OrganisationKey, new_organisation_key
from evidence.ledger.clock import SIMULATED_CLOCK, Clock, SimulatedClock, clock_of
from evidence.ledger.head_signer import HeadSigner
from evidence.ledger.heads import PUBLISHED, publish
from evidence.ledger.key_history import KeyHistory
from evidence.ledger.key_listing import renew_trust
from evidence.ledger.keys import (
    KeyFolder,
    key_id,
    new_ed25519,
    passphrase_of,
    spki,
)
from evidence.ledger.note import Verifier
from evidence.ledger.organisation import OrganisationSigner, no_pin, organisation_signer, pin_of
from evidence.ledger.read import Ledger
from evidence.ledger.recorder import Recorder
from evidence.ledger.submission import Appended, DocumentLink
from evidence.ledger.succession import require_none_begun
from evidence.ledger.trust import read_verifiers
from evidence.ledger.writer import Projector, Writer, read_actors
from evidence.settings import Organisation, Settings
from evidence.store import migrate
from evidence.store.documents import DocumentStore, Stored
from evidence.store.durable import sync_folder, write_new
from evidence.store.engine import open_engine
from evidence.store.vault import Vault

DOCUMENTS, VAULT = "documents", "vault"
KEYS, TRUST = key_listing.KEYS, key_listing.TRUST
_Given = ParamSpec("_Given")
_PASSPHRASE = "passphrase"  # noqa: S105  # the name of a demonstration home's file, not its content


@dataclass(frozen=True)
class HomeHandle:
    """An open home. `recorder` and `keys` are there only where it was opened to sign; `pin` opens the token."""

    settings: Settings
    engine: Engine
    documents: DocumentStore
    ledger: Ledger
    clock: Clock
    random: Random
    recorder: Recorder | None = None
    keys: KeyFolder | None = None
    pin: Callable[[], str] = no_pin

    def record(self, statement: Statement, *documents: DocumentLink) -> Appended:
        """Record one statement.

        Raises:
            SettingsError: the home was opened for reading only.
        """
        return self.signer().record([(statement, documents)])[0]

    def signer(self) -> Recorder:
        """The recorder.

        Raises:
            SettingsError: the home was opened for reading only.
        """
        if self.recorder is None:
            raise SettingsError("This home was opened for reading only; open it to sign.")
        return self.recorder

    def organisation(self) -> OrganisationSigner:
        """What signs packs for the organisation, with its certificates.

        Raises:
            SettingsError: its key or certificate is not there, does not open, or has ended.
        """
        return organisation_signer(
            self.history(), self._keys(), self.documents, self.settings.token, self.pin, self.clock.now()
        )

    def history(self) -> KeyHistory:
        """What became of each key, up to the last entry."""
        with self.ledger.connected() as connection:
            return read_actors(connection)

    def vault(self) -> Vault:
        """The store of documents that must be able to vanish."""
        return Vault(self.settings.home / VAULT, self.documents, self._keys().vault(), self.random)

    def verifiers(self) -> tuple[Verifier, ...]:
        """The ledger's public keys, as `trust/` lists them."""
        return read_verifiers(self.settings.home / TRUST)

    def _keys(self) -> KeyFolder:
        if self.keys is None:
            raise SettingsError("This home was opened for reading only; open it to sign.")
        return self.keys

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> "HomeHandle":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True)
class _Fixed:
    moment: datetime

    def now(self) -> datetime:
        return self.moment


def found(
    home: Path,
    *,
    organisation: Organisation,
    person: str,
    passphrase: bytes,
    now: datetime,
    random: Random,
    demo: bool = False,
    environ: Mapping[str, str] | None = None,
    origin: str | None = None,
    projector: Projector | None = None,
) -> Settings:
    """Make a home: settings, database, documents, keys, trust, and a ledger whose first entries are its keys.

    Args:
        home: where; nothing, or an empty folder, may be there.
        organisation: whose evidence it is to be.
        person: the name of the first person who may record; it stands in the ledger as a commitment only.
        passphrase: opens all private keys. A demonstration home keeps it in a file of mode 0600.
        now: the moment of the first entries; a demonstration home's clock stands there.
        random: for keys, nonces and salts.
        demo: every page will say SPECIMEN, and the simulated clock is accepted.
        environ: EVIDENCE_DATABASE and EVIDENCE_ANCHOR are taken over into the settings.
        origin: the ledger's name for its whole life; made up from the organisation's code where none is given.
        projector: told of the first entries in their transaction.

    Raises:
        SettingsError: there is something at `home`, at the anchor, or in the database.
    """
    home = Path(os.path.abspath(home))
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise SettingsError(f"{home} is there already and not empty. Name another place, or remove it yourself.")
    name = origin or f"{organisation.code.lower()}.evidence.example/{random(8).hex()}"
    written: dict[str, object] = {"origin": name, "demo": demo, "organisation": organisation.model_dump()}
    environ = {key: value for key, value in (environ or {}).items() if key != "EVIDENCE_PASSPHRASE_FILE"}
    final = Settings.assemble(home, written, environ)
    if final.anchor is not None and final.anchor.exists():
        raise SettingsError(f"{final.anchor} holds the checkpoint of a ledger already. Name another EVIDENCE_ANCHOR.")
    if final.anchor is not None and not os.access(final.anchor.parent, os.W_OK | os.X_OK):
        raise SettingsError(
            f"{final.anchor.parent}, the folder of EVIDENCE_ANCHOR, is not there or not writable. Mount that storage, "
            "or make the folder yourself: one made here would lie on the storage of the home."
        )
    making = home.parent / f".{home.name}.unfinished-{random(4).hex()}"
    try:
        making.mkdir(mode=0o700, parents=True)
        settings = _furnish(making, final, person, passphrase, now, random, projector)
        if home.exists():
            home.rmdir()
        making.rename(home)
        sync_folder(home.parent)
    except OSError as error:
        raise SettingsError(f"{home} could not be made ({error.strerror}). Name another place.") from error
    finally:
        shutil.rmtree(making, ignore_errors=True)
    if settings.anchor is not None:
        # Last, so that an anchor never keeps the name of a ledger that is not there. Killed before this, the home
        # refuses to sign until somebody accepts its size: `evidence ledger anchor --accept`.
        publish(settings.anchor, (home / PUBLISHED).read_bytes())
    return settings.model_copy(update={"home": home})


def _furnish(
    making: Path,
    final: Settings,
    person: str,
    passphrase: bytes,
    now: datetime,
    random: Random,
    projector: Projector | None,
) -> Settings:
    keys = KeyFolder(making / KEYS, passphrase)
    ledger_key, person_key = new_ed25519(random), new_ed25519(random)
    root_key, organisation = new_organisation_key(
        final.organisation.legal_name, final.organisation.country, now, random
    )
    keys.write("ledger", ledger_key)
    keys.write(key_id(person_key), person_key)
    keys.write("root", root_key)
    keys.write("organisation", organisation.key)
    keys.write_certificate("root", organisation.root)
    keys.write_certificate("organisation", organisation.certificate)
    keys.write_vault_key(random)
    update: dict[str, object] = {"home": making, "person": key_id(person_key), "anchor": None}
    if final.demo:
        write_new(making / KEYS / _PASSPHRASE, passphrase + b"\n")
        SimulatedClock(making / SIMULATED_CLOCK).set(now)
        update["passphrase_file"] = making / KEYS / _PASSPHRASE
    settings = final.model_copy(update=update)
    engine = open_engine(settings.database_url)
    try:
        migrate.upgrade(engine)
        documents = DocumentStore(making / DOCUMENTS, settings.limits.document_bytes)
        if Ledger(engine, documents).size():
            raise SettingsError("The database holds a ledger already. Name another with EVIDENCE_DATABASE.")
        signer = HeadSigner(settings.origin, ledger_key)
        writer = Writer(engine, documents, signer, _Fixed(now), home=making, projector=projector)
        made = _Made(ledger_key, person_key, person, organisation)
        _first_entries(settings, engine, documents, writer, made, now, random)
    finally:
        engine.dispose()
    written = settings.model_copy(update={"home": final.home, "anchor": final.anchor})
    if final.demo:
        written = written.model_copy(update={"passphrase_file": final.home / KEYS / _PASSPHRASE})
    written.write(making)
    return written


@dataclass(frozen=True)
class _Made:
    """The keys of a new home."""

    ledger: Ed25519PrivateKey
    person: Ed25519PrivateKey
    person_name: str
    organisation: OrganisationKey


def _first_entries(
    settings: Settings,
    engine: Engine,
    documents: DocumentStore,
    writer: Writer,
    made: _Made,
    now: datetime,
    random: Random,
) -> None:
    """The keys, the person's first: the first entry is signed by the key that it states (see `actors`)."""
    day, company = legal_day(now, settings.zone), settings.organisation.legal_name
    stored = {
        name: documents.put(certificate.public_bytes(Encoding.DER))
        for name, certificate in (("organisation", made.organisation.certificate), ("root", made.organisation.root))
    }
    listed = (
        (made.person, KeyPurpose.PERSON, made.person_name, None),
        (made.ledger, KeyPurpose.LEDGER, company, None),
        (made.organisation.key, KeyPurpose.ORGANISATION, company, stored["organisation"].sha256),
    )
    statements: list[Statement] = [
        Key(
            id=mint(Key.prefix, now, random),
            issuer="self",
            key=key_id(key),
            purpose=purpose,
            state=KeyState.CREATED,
            public_key=to_base64(spki(key)),
            certificate=certificate,
            holder=holder,
            since=day,
        )
        for key, purpose, holder, certificate in listed
    ]
    statements += [
        certificate_received(mint(DocumentReceived.prefix, now, random), name, kept, company, day)
        for name, kept in stored.items()
    ]
    Recorder(writer, made.person, random).record([(statement, ()) for statement in statements])
    ledger = Ledger(engine, documents)
    with ledger.connected() as connection:
        renew_trust(read_actors(connection), ledger, settings)


def certificate_received(
    name_id: str, name: str, stored: Stored, holder: str, day: date, *, brought: bool = False
) -> DocumentReceived:
    """The receipt of a certificate in the document store, made here or `brought` along."""
    return DocumentReceived(
        id=name_id,
        issuer="self",
        evidence_class=EvidenceClass.NATIVE,
        document=stored.sha256,
        size=stored.size,
        name=f"{name}.crt",
        media_type="application/pkix-cert",
        document_class=EvidenceClass.NATIVE,
        tier=Tier.OPEN,
        personal=False,
        channel="keys" if brought else "founding",
        holder=holder,
        location=DOCUMENTS,
        received_on=day,
        received_basis="brought along" if brought else "made here",
    )


def _naming_the_disk(opening: Callable[_Given, HomeHandle]) -> Callable[_Given, HomeHandle]:
    """Whatever file of a home the disk does not give, the error is one of ours."""

    @wraps(opening)
    def opened(*args: _Given.args, **kwargs: _Given.kwargs) -> HomeHandle:
        try:
            return opening(*args, **kwargs)
        except OSError as error:
            what = error.filename or args[0]
            raise StoreError(
                f"{what} cannot be read ({error.strerror}). Check its disk, and who may read it."
            ) from error

    return opened


@_naming_the_disk
def open_home(
    home: Path,
    environ: Mapping[str, str],
    *,
    sign: bool = False,
    person: str | None = None,
    projector: Projector | None = None,
    prompt: Callable[[], str] | None = None,
    pin: Callable[[], str] | None = None,
    tell: Callable[[str], None] | None = None,
    random: Random = os.urandom,
) -> HomeHandle:
    """Open a home, to read it or also to record in it.

    Args:
        home: the folder.
        environ: lays EVIDENCE_DATABASE, EVIDENCE_ANCHOR and EVIDENCE_PASSPHRASE_FILE over the settings, and may hold
            EVIDENCE_PASSPHRASE and EVIDENCE_PIN_FILE.
        sign: ask for the passphrase and open the keys; the ledger is then checked against its last checkpoint.
        person: the key id to record as, where it is not the settings' own.
        projector: told of each entry in the transaction that records it.
        prompt: asks a human for the passphrase, where no file is named.
        pin: asks a human for the PIN of the organisation's token, where EVIDENCE_PIN_FILE names no file.
        tell: says that another command is being waited for.
        random: for nonces, salts and keys.

    Raises:
        SettingsError: not a home, or the keys do not open.
        StoreError: the database is of another revision, or a file of the home cannot be read.
        RefusesToSign: the ledger is not a continuation of its last checkpoint.
    """
    settings = Settings.load(home, environ)
    if not settings.database and not (settings.home / "evidence.db").exists():
        raise SettingsError(f"{settings.home} has no evidence.db. Restore it from a backup, or name EVIDENCE_DATABASE.")
    clock = clock_of(settings.home, demo=settings.demo)
    engine = open_engine(settings.database_url)
    try:
        migrate.require_newest(engine)
        documents = DocumentStore(settings.home / DOCUMENTS, settings.limits.document_bytes)
        ledger = Ledger(engine, documents)
        if not sign:
            return HomeHandle(settings, engine, documents, ledger, clock, random)
        require_none_begun(settings.home)
        keys = KeyFolder(settings.home / KEYS, passphrase_of(environ, settings.passphrase_file, prompt))
        actor = person or settings.person
        if actor is None:
            raise SettingsError(f"Nobody is named to record as. Known keys: {', '.join(keys.people()) or 'none'}.")
        writer = Writer(
            engine,
            documents,
            HeadSigner(settings.origin, keys.first_ledger(), keys.ledger_key, _listed(settings.home / TRUST)),
            clock,
            home=settings.home,
            projector=projector,
            anchor=settings.anchor,
            tell=tell,
        )
        writer.verify_head()
        recorder = Recorder(writer, keys.person(actor), random)
    except BaseException:
        engine.dispose()
        raise
    return HomeHandle(settings, engine, documents, ledger, clock, random, recorder, keys, pin_of(environ, pin))


def _listed(trust: Path) -> tuple[Verifier, ...]:
    """The ledger's keys in the home's own trust folder, none where that is gone: signing does not rest on it."""
    return read_verifiers(trust) if (trust / "log.vkey").exists() else ()
