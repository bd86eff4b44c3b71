"""``evidence database``: bring a home's database to the newest schema, and say whether it is there."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli.common import HomeOption, JsonOption, note, progress, settled_home, show

if TYPE_CHECKING:
    from sqlalchemy import Engine

app = typer.Typer(help="The database behind a home: its schema and how to bring it up to date.", no_args_is_help=True)


EnvOption = Annotated[
    str,
    typer.Option(
        "--env",
        metavar="NAME",
        help="The environment variable with the address to use instead of the home's: that of the tables' owner.",
        show_default=False,
    ),
]
OptionalHome = Annotated[
    Path | None,
    typer.Option("--home", metavar="DIR", help="The evidence home; EVIDENCE_HOME by default.", show_default=False),
]


@app.command()
def upgrade(
    context: typer.Context, home: OptionalHome = None, env: EnvOption = "", as_json: JsonOption = False
) -> None:
    """Bring the database to the schema of this version, and its register to what the ledger says.

    The whole upgrade is one transaction; repeating it changes nothing. Make a backup first. Where it empties the
    register, that is derived again at once; until it is, questions are refused and nothing is answered from it. With
    --env and no home, an empty database is made ready for a home that another role will found.
    """
    from evidence.ledger.found import DOCUMENTS
    from evidence.ledger.read import Ledger
    from evidence.register.rebuild import emptied, rebuild
    from evidence.store import migrate
    from evidence.store.documents import DocumentStore

    engine = _engine(context, home, env)
    before = migrate.current(engine)
    after = migrate.upgrade(engine)
    indexed = None
    if emptied(engine):
        documents = DocumentStore(settled_home(context, home) / DOCUMENTS)
        with progress("Deriving the register") as advance:
            indexed = rebuild(engine, Ledger(engine, documents), documents, advance)
    show({"before": before, "after": after, "entries_indexed": indexed}, as_json)
    if before == after and indexed is None:
        note("The database was already at the newest schema.")


@app.command()
def check(home: HomeOption, as_json: JsonOption = False) -> None:
    """Whether the database has the schema of this version: status 0 if so, 1 if not."""
    from evidence.store import migrate

    found, wanted = migrate.current(_opened(_of_home(home))), migrate.newest()
    show({"found": found, "wanted": wanted}, as_json)
    if found != wanted:
        note("The schemas differ. Run `evidence database upgrade`; if the database is newer, install a newer version.")
        raise typer.Exit(1)


@app.command()
def grant(
    context: typer.Context,
    role: Annotated[str, typer.Argument(help="A PostgreSQL role that is there and owns none of the tables.")],
    home: OptionalHome = None,
    env: EnvOption = "",
    only_print: Annotated[
        bool, typer.Option("--print", help="Print the statements for somebody else to run; change nothing.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Let a PostgreSQL role record: INSERT and SELECT on the ledger, UPDATE on its head and anchors only.

    Run it as the owner of the tables, again after each upgrade; then name the role in EVIDENCE_DATABASE.
    """
    from evidence.store import grants

    engine = _engine(context, home, env)
    found = grants.grants(engine, role) if only_print else grants.grant(engine, role)

    def text() -> None:
        for statement in found:
            typer.echo(f"{statement};")

    show({"role": role, "applied": not only_print, "statements": found}, as_json, text)
    note(f"Printed only; {role} is as it was." if only_print else f"Granted to {role}.")


def _engine(context: typer.Context, home: Path | None, env: str) -> "Engine":
    from evidence.settings import named_address

    return _opened(named_address(env, os.environ) if env else _of_home(settled_home(context, home)))


def _of_home(home: Path) -> str:
    from evidence.settings import Settings

    return Settings.load(home, os.environ).database_url


def _opened(url: str) -> "Engine":
    from evidence.store.engine import open_engine

    return open_engine(url)
