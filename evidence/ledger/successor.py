"""A home that is to go on under another origin, as the command that does it opens it (docs/decisions/0073)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from evidence.core.identifiers import Random
from evidence.ledger.found import DOCUMENTS, TRUST
from evidence.ledger.heads import PUBLISHED
from evidence.ledger.keys import passphrase_of
from evidence.ledger.note import Verifier
from evidence.ledger.succession import STAGED
from evidence.ledger.trust import read_verifiers
from evidence.ledger.writer import Projector
from evidence.settings import Settings
from evidence.store import migrate
from evidence.store.documents import DocumentStore
from evidence.store.engine import open_engine

LOG = "log.vkey"


@dataclass(frozen=True, slots=True)
class Successor:
    """A home that is to go on under another origin: open with its keys, without the refusal that brings one here."""

    settings: Settings
    engine: Engine
    documents: DocumentStore
    passphrase: bytes
    random: Random
    projector: Projector | None = None
    tell: Callable[[str], None] | None = None

    @staticmethod
    def open(
        home: Path,
        environ: Mapping[str, str],
        *,
        random: Random,
        prompt: Callable[[], str] | None = None,
        projector: Projector | None = None,
        tell: Callable[[str], None] | None = None,
    ) -> "Successor":
        """Open the home; the caller disposes of its engine.

        Raises:
            SettingsError: not a home, or no passphrase.
            StoreError: the database is of another revision.
        """
        settings = Settings.load(home, environ)
        documents = DocumentStore(settings.home / DOCUMENTS, settings.limits.document_bytes)
        passphrase = passphrase_of(environ, settings.passphrase_file, prompt)
        engine = open_engine(settings.database_url)
        try:
            migrate.require_newest(engine)
        except BaseException:
            engine.dispose()
            raise
        return Successor(settings, engine, documents, passphrase, random, projector, tell)

    @property
    def stage(self) -> Path:
        return self.settings.home / STAGED

    @property
    def over(self) -> Path:
        """What the stage is called once its work is done, until it is removed."""
        return self.settings.home / f".{STAGED}-done"

    @property
    def places(self) -> tuple[Path, ...]:
        """Where checkpoints are kept outside the database."""
        anchor = self.settings.anchor
        return (self.settings.home / PUBLISHED, *(() if anchor is None else (anchor,)))

    def verifiers(self, trust: Path | None) -> tuple[Verifier, ...]:
        """The ledger's keys in the home's trust folder, and in another where one is given or was set down."""
        folders = [self.settings.home / TRUST, *([trust] if trust is not None else [])]
        if (self.stage / LOG).exists():
            folders.append(self.stage)
        return tuple(dict.fromkeys(verifier for folder in folders for verifier in read_verifiers(folder)))
