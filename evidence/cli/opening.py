"""How a command opens a home: with the register's projector in place, and the passphrase asked for only to sign."""

import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evidence.cli.common import note
from evidence.errors import SettingsError
from evidence.ledger.found import DOCUMENTS, HomeHandle, open_home
from evidence.register.project import Projector
from evidence.register.queries import Register
from evidence.store.documents import DocumentStore
from evidence.store.engine import reading


@contextmanager
def opened(home: Path, *, sign: bool = False, person: str | None = None) -> Iterator[HomeHandle]:
    """The home, open for the length of a command; `sign` to record in it too.

    Raises:
        SettingsError: it is no home, or its keys do not open.
        RefusesToSign: the ledger is not a continuation of its last checkpoint.
    """
    with open_home(
        home,
        os.environ,
        sign=sign,
        person=person,
        projector=projector(home),
        prompt=ask,
        pin=lambda: asked("PIN of the organisation's token: ", "EVIDENCE_PIN_FILE"),
        tell=note,
    ) as handle:
        yield handle


def projector(home: Path) -> Projector:
    """What keeps the register of `home` in step with its ledger."""
    return Projector(DocumentStore(home / DOCUMENTS))


@contextmanager
def registered(handle: HomeHandle, as_of: int | None = None) -> Iterator[Register]:
    """The register of an open home, one consistent state of it, as of a ledger size where one is given."""
    with reading(handle.engine) as connection:
        yield Register(connection, as_of)


def ask() -> str:
    """The passphrase, typed at the terminal.

    Raises:
        SettingsError: there is no terminal.
    """
    if not sys.stdin.isatty():
        raise SettingsError(
            "The keys are locked and there is no terminal to ask at. Name a file with EVIDENCE_PASSPHRASE_FILE."
        )
    return getpass.getpass("Passphrase: ")


def asked(question: str, otherwise: str) -> str:
    """Another secret, typed at the terminal; `otherwise` names what gives it where there is none.

    Raises:
        SettingsError: there is no terminal.
    """
    if not sys.stdin.isatty():
        raise SettingsError(f"There is no terminal to ask at ({question.rstrip(': ')}). Name a file with {otherwise}.")
    return getpass.getpass(question)
