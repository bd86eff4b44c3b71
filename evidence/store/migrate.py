"""Bring a database to the newest schema, and say whether it is there.

Works from a wheel and from a checkout alike: no ini file, the folder found by `resources`, an open connection handed
over (LAYOUT.md, Migrations). The whole upgrade is one transaction, so a failed one leaves nothing behind.
"""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

from evidence.errors import StoreError
from evidence.store.engine import reading, writing
from evidence.store.resources import folder


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder("migrations")).replace("%", "%%"))
    if connection is not None:
        config.attributes["connection"] = connection
    return config


def newest() -> str:
    """The revision this version of the program works with.

    Raises:
        StoreError: the migrations that come with the program are not there, or cannot be read.
    """
    try:
        head = ScriptDirectory.from_config(_config()).get_current_head()
    except CommandError as error:
        raise StoreError(f"The installation's migrations cannot be read ({error}). Reinstall it.") from error
    if head is None:
        raise StoreError("The installation carries no migrations. Reinstall it.")
    return head


def current(engine: Engine) -> str | None:
    """The revision the database stands at, or None where it is empty."""
    with reading(engine) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine, revision: str = "head") -> str:
    """Bring the database to `revision`, in one transaction; gives the revision it then stands at.

    Raises:
        StoreError: the database stands at a revision this program does not know, or refused.
    """
    try:
        with writing(engine) as connection:
            command.upgrade(_config(connection), revision)
            found = MigrationContext.configure(connection).get_current_revision()
    except CommandError as error:
        raise StoreError(
            f"The database cannot be upgraded: {error}. It may come from a newer version of this program."
        ) from error
    if found is None:
        raise StoreError(f"The database has no revision after an upgrade to {revision}.")
    return found


def require_newest(engine: Engine) -> None:
    """Refuse to work with a database of another revision.

    Raises:
        StoreError: the database is empty, older or newer than this program.
    """
    found, wanted = current(engine), newest()
    if found != wanted:
        raise StoreError(
            f"The database stands at revision {found or 'none'}; this program works with {wanted}. "
            "Run `evidence database upgrade`; if the database is newer, install a newer version of this program."
        )
