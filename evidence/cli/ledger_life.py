"""``evidence ledger succeed`` and ``copy``: a ledger that goes on under another name, or in another database."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli.common import HomeOption, JsonOption, note, progress, show

if TYPE_CHECKING:
    from sqlalchemy import Engine


def register(app: typer.Typer) -> None:
    """Add the commands to the group."""
    app.command()(copy)
    app.command()(succeed)


def copy(
    home: HomeOption,
    to_env: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="The environment variable with the other database's address: no password on the command line.",
        ),
    ],
    as_json: JsonOption = False,
) -> None:
    """Move the ledger to another, empty database, of either engine; the documents stay where they are.

    Every row is compared and the root derived again; then this database is closed for good and the other may sign.
    Interrupted, give it again: at no moment do both sign.
    """
    from evidence.cli.opening import opened
    from evidence.ledger.copy import copy_ledger
    from evidence.ledger.read import Ledger
    from evidence.register.rebuild import rebuild
    from evidence.settings import Settings, named_address
    from evidence.store.engine import open_engine

    target = open_engine(named_address(to_env, os.environ))
    try:
        with opened(home) as handle, progress("Copying and comparing") as advance:

            def derive(engine: "Engine") -> None:
                rebuild(engine, Ledger(engine, handle.documents), handle.documents, lambda _steps=1, _total=None: None)

            found = copy_ledger(handle, target, derive, advance)
        settings = Settings.load(home, {})
        settings.moved(found.database).write()
    finally:
        target.dispose()
    show(found, as_json)
    note(f"The ledger is in {found.database} now, as settings.toml says. The database before is closed; keep it.")
    if os.environ.get("EVIDENCE_DATABASE"):
        note("EVIDENCE_DATABASE still names a database, and wins over settings.toml: change it to the new address.")
    if found.database.startswith("postgresql"):
        note("Let commands run as a role that owns nothing: `evidence database grant ROLE`.")


def succeed(
    home: HomeOption,
    reason: Annotated[str, typer.Option(help="What happened, in words; it is withheld from the leaf.")],
    by: Annotated[str, typer.Option(help="Who decides to go on.")],
    origin: Annotated[
        str, typer.Option(help="The new name; made up from the old one by default.", show_default=False)
    ] = "",
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(
            help="The last checkpoint, as somebody else kept it; may be repeated.", exists=True, dir_okay=False
        ),
    ] = None,
    trust: Annotated[
        Path | None,
        typer.Option(help="The trust folder as published, where the backup is too old for it.", file_okay=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Go on under a new origin, after a restore that is behind what was signed and cannot be made good.

    What was restored is checked first. The first entry under the new name carries the last checkpoint of the old one,
    the restored size and the entries lost. The old key signs nothing any more. Interrupted, give it again.
    """
    from evidence.cli.opening import ask, projector
    from evidence.ledger.succeed import succeed as go_on
    from evidence.ledger.successor import Successor

    opened = Successor.open(home, os.environ, random=os.urandom, prompt=ask, projector=projector(home), tell=note)
    try:
        with progress("Checking what was restored") as advance:
            found = go_on(
                opened,
                reason=reason,
                by=by,
                origin=origin or None,
                checkpoints=[path.read_bytes() for path in checkpoint or ()],
                trust=trust,
                advance=advance,
            )
    finally:
        opened.engine.dispose()
    show(found, as_json)
    note(f"The ledger goes on as {found.origin}, from entry {found.entry} on. Publish trust/ again: it has a new key.")
    if found.kept is not None:
        note(f"The last checkpoint of {found.predecessor} is kept at {found.kept}.")
    note("Tell witnesses and authorities: to them this is a new log. Record again what was lost, if you still have it.")
