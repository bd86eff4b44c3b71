"""``evidence inbox token``: who may leave files through the API."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli.common import HomeOption, JsonOption, note, show

if TYPE_CHECKING:
    from evidence.ledger.clock import Clock
    from evidence.web.tokens import Tokens

app = typer.Typer(help="Tokens of those who may leave files through the API.", no_args_is_help=True)
_DAYS = 365
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Who it is for; shown in listings and logs.")]


@app.command()
def add(
    name: NameArgument,
    home: HomeOption,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How many days it holds.")] = _DAYS,
    as_json: JsonOption = False,
) -> None:
    """Make a token and print it, this once: only its digest is kept."""
    tokens, clock = _tokens(home)
    text = tokens.add(name, clock.now(), days, os.urandom)
    show({"name": name, "token": text}, as_json, lambda: typer.echo(text))
    note(f"Hand it to {name} by a safe way. It is not kept here and cannot be shown again.")


@app.command(name="list")
def list_tokens(home: HomeOption, as_json: JsonOption = False) -> None:
    """The tokens, and when each ends."""
    tokens, _ = _tokens(home)
    rows = [{"name": t.name, "added_at": t.added_at, "expires_at": t.expires_at} for t in tokens.all()]
    show(rows, as_json)


@app.command()
def revoke(name: NameArgument, home: HomeOption) -> None:
    """Take a token's right away, from the next request on."""
    tokens, _ = _tokens(home)
    tokens.revoke(name)
    note(f"The token {name} is worth nothing any more.")


def _tokens(home: Path) -> "tuple[Tokens, Clock]":
    from evidence.ledger.clock import clock_of
    from evidence.settings import Settings
    from evidence.web.tokens import Tokens

    settings = Settings.load(home, os.environ)
    return Tokens(settings.home), clock_of(settings.home, demo=settings.demo)
