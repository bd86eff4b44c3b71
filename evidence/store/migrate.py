"""Bring a database to the newest schema, and say whether it is there.

Works from a wheel and from a checkout alike: no ini file, the folder found by `resources`, an open connection handed
over (LAYOUT.md, Migrations). The whole upgrade is one transaction, so a failed one leaves nothing behind.

Every command asks whether the database is at the newest revision. Alembic takes a fifth of a second to load, so only
an upgrade loads it: revisions are numbered in the order in which they follow one another, and the last file is the
newest.
"""

from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, String, column, inspect, select, table

from evidence.errors import StoreError
from evidence.store.engine import reading, writing
from evidence.store.resources import folder

if TYPE_CHECKING:
    from alembic.config import Config


_VERSION = column("version_num", String)
_AT = table("alembic_version", _VERSION)
_NUMBERED = "[0-9][0-9][0-9][0-9]_*.py"


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(folder("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def newest() -> str:
    """The revision this version of the program works with.

    Raises:
        StoreError: the migrations that come with the program are not there.
    """
    numbered = sorted(path.name for path in (folder("migrations") / "versions").glob(_NUMBERED))
    if not numbered:
        raise StoreError("The installation carries no migrations. Reinstall it.")
    return numbered[-1].partition("_")[0]


def current(engine: Engine) -> str | None:
    """The revision the database stands at, or None where it is empty."""
    with reading(engine) as connection:
        return _current(connection)


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_AT.name):
        return None
    return connection.execute(select(_VERSION).select_from(_AT)).scalar_one_or_none()


def upgrade(engine: Engine, revision: str = "head") -> str:
    """Bring the database to `revision`, in one transaction; gives the revision it then stands at.

    Raises:
        StoreError: the database stands at a revision this program does not know, or refused.
    """
    from alembic import command
    from alembic.util import CommandError

    try:
        with writing(engine) as connection:
            command.upgrade(_config(connection), revision)
            found = _current(connection)
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
