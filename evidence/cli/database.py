"""``evidence database``: bring a home's database to the newest schema, and say whether it is there."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli.common import HomeOption, JsonOption, note, progress, show

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

app = typer.Typer(help="The database behind a home: its schema and how to bring it up to date.", no_args_is_help=True)


@app.command()
def upgrade(home: HomeOption, as_json: JsonOption = False) -> None:
    """Bring the database to the schema of this version, and its register to what the ledger says.

    The whole upgrade is one transaction; repeating it changes nothing. Make a backup first. Where it empties the
    register, that is derived again at once; until it is, questions are refused and nothing is answered from it.
    """
    from evidence.ledger.found import DOCUMENTS
    from evidence.ledger.read import Ledger
    from evidence.register.rebuild import emptied, rebuild
    from evidence.store import migrate
    from evidence.store.documents import DocumentStore

    engine = _engine(home)
    before = migrate.current(engine)
    after = migrate.upgrade(engine)
    indexed = None
    if emptied(engine):
        documents = DocumentStore(home / DOCUMENTS)
        with progress("Deriving the register") as advance:
            indexed = rebuild(engine, Ledger(engine, documents), documents, advance)
    show({"before": before, "after": after, "entries_indexed": indexed}, as_json)
    if before == after and indexed is None:
        note("The database was already at the newest schema.")


@app.command()
def check(home: HomeOption, as_json: JsonOption = False) -> None:
    """Whether the database has the schema of this version: status 0 if so, 1 if not."""
    from evidence.store import migrate

    found, wanted = migrate.current(_engine(home)), migrate.newest()
    show({"found": found, "wanted": wanted}, as_json)
    if found != wanted:
        note("The schemas differ. Run `evidence database upgrade`; if the database is newer, install a newer version.")
        raise typer.Exit(1)


@app.command()
def grant(
    role: Annotated[str, typer.Argument(help="A PostgreSQL role that is there and owns none of the tables.")],
    home: HomeOption,
    as_json: JsonOption = False,
) -> None:
    """Let a PostgreSQL role record: INSERT and SELECT on the ledger, UPDATE on its head and anchors only.

    Run it as the owner of the tables, again after each upgrade; then name the role in EVIDENCE_DATABASE.
    """
    from evidence.store.grants import grant as give

    show({"role": role, "granted": give(_engine(home), role)}, as_json)


def _engine(home: "Path") -> "Engine":
    from evidence.settings import Settings
    from evidence.store.engine import open_engine

    return open_engine(Settings.load(home, os.environ).database_url)
