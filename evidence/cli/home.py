"""``evidence init``, ``status`` and ``backup``: the home itself."""

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli.common import HomeOption, JsonOption, note, progress, show, table

if TYPE_CHECKING:
    from evidence.ledger.found import HomeHandle

_MOST_NAMED = 5

app = typer.Typer(help="The home: make one, see how it stands, keep a copy.", no_args_is_help=True)


@app.command()
def init(
    home: HomeOption,
    organisation: Annotated[
        str, typer.Option(help="The organisation's legal name, as it stands on paper.", show_default=False)
    ] = "",
    code: Annotated[str, typer.Option(help="Its party code in statements, such as ARROYO.", show_default=False)] = "",
    person: Annotated[
        str, typer.Option(help="The name of the first person who records here.", show_default=False)
    ] = "",
    country: Annotated[str, typer.Option(help="The organisation's country, two letters.")] = "US",
    demo: Annotated[
        bool, typer.Option("--demo", help="For demonstration: simulated clock, own passphrase, SPECIMEN on each page.")
    ] = False,
    at: Annotated[
        datetime | None,
        typer.Option(help="With --demo: the day on which the simulated clock starts.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a home: settings, database, document store, keys, and trust/ for those who check packs.

    The passphrase comes from EVIDENCE_PASSPHRASE_FILE (or EVIDENCE_PASSPHRASE), or is asked for. EVIDENCE_DATABASE and
    EVIDENCE_ANCHOR are taken over into the settings. An existing home is never touched.
    """
    from datetime import UTC

    from evidence.cli.opening import projector
    from evidence.errors import UsageError
    from evidence.ledger.clock import SystemClock
    from evidence.ledger.found import DOCUMENTS, found
    from evidence.settings import Organisation

    if demo:
        organisation, code = organisation or "Specimen Motors, Inc.", code or "SPECIMEN"
        person = person or "Origin desk (role)"
    if not (organisation and code and person):
        raise UsageError("A home needs --organisation, --code and --person (or --demo for a demonstration).")
    if at is not None and not demo:
        raise UsageError("--at is for demonstrations only: a real ledger records at the time it is.")
    if at is not None and not 1994 <= at.year <= 2099:
        raise UsageError(f"--at {at.date()}: wanted a day from 1994 to 2099.")
    now = SystemClock().now() if at is None else at.replace(tzinfo=UTC)
    with progress("Making keys and the first entries"):
        settings = found(
            home,
            organisation=Organisation.of(code, organisation, country),
            person=person,
            passphrase=_new_passphrase(demo),
            now=now,
            random=os.urandom,
            demo=demo,
            environ=os.environ,
            projector=projector(home),
        )
    show(
        {
            "home": str(settings.home),
            "origin": settings.origin,
            "person": settings.person,
            "trust": str(settings.home / "trust"),
            "documents": str(settings.home / DOCUMENTS),
        },
        as_json,
    )
    note("Publish trust/FINGERPRINTS.txt where checkers can find it, and move keys/root.pem off this machine.")
    if settings.anchor is None:
        note("Set EVIDENCE_ANCHOR to a file on other storage: a restored backup is not recognised without it.")


def _new_passphrase(demo: bool) -> bytes:
    """A demonstration makes up its own; otherwise from the file, or typed twice."""
    from evidence.errors import SettingsError
    from evidence.ledger.keys import passphrase_of, read_passphrase

    named = os.environ.get("EVIDENCE_PASSPHRASE_FILE")
    if named or os.environ.get("EVIDENCE_PASSPHRASE"):
        return passphrase_of(os.environ, Path(named) if named else None, None)
    if demo:
        return os.urandom(16).hex().encode()

    def ask() -> str:
        import getpass

        first = getpass.getpass("New passphrase for the keys: ")
        if first != getpass.getpass("The same again: "):
            raise SettingsError("The two passphrases differ; nothing was made.")
        return first

    return read_passphrase(None, ask if sys.stdin.isatty() else None)


@app.command()
def status(home: HomeOption, as_json: JsonOption = False) -> None:
    """What is in the home, and what needs attention. Status 1 where something does not hold."""
    from evidence.cli.opening import opened
    from evidence.ledger.standing import standing

    with opened(home) as handle:
        found = standing(handle)
        attention = (*found.attention, *_waiting(handle))

    def text() -> None:
        table((), [(name.replace("_", " "), value) for name, value in found.facts.items()])
        for line in (*found.wrong, *attention):
            typer.echo(f"! {line}")
        if not found.wrong and not attention:
            typer.echo("Nothing needs attention.")

    show({**found.facts, "wrong": found.wrong, "attention": attention}, as_json, text)
    raise typer.Exit(1 if found.wrong else 0)


def _waiting(handle: "HomeHandle") -> list[str]:
    """What waits for a person: declarations to review, work, the inbox, refused files, packs that nobody released."""
    from evidence.cli.opening import registered
    from evidence.core.values import legal_day
    from evidence.intake import work
    from evidence.intake.record import refused_files
    from evidence.intake.review import RECEIVED, standings
    from evidence.ledger.inbox import waiting_in
    from evidence.pack.productions.release import listed

    waiting = []
    with registered(handle) as register:
        today = legal_day(handle.clock.now(), handle.settings.zone)
        names = [
            f"{each.declaration.value.supplier}:{each.declaration.value.reference}"
            for each in standings(register, today, states=(RECEIVED,))
        ]
        open_work = work.waiting(register, today)
    if names:
        waiting.append(f"Declarations to accept or refuse: {', '.join(names[:_MOST_NAMED])}{_more(names)}.")
    waiting += [*open_work, *waiting_in(handle.settings.home)]
    refused = [each.name for each in refused_files(handle.settings.home)]
    if refused:
        waiting.append(f"Files refused, kept in refused/: {', '.join(refused[:_MOST_NAMED])}{_more(refused)}.")
    drafts = [each.number for each in listed(handle) if each.released is None]
    if drafts:
        waiting.append(f"Packs that are working drafts: {', '.join(drafts[:_MOST_NAMED])}{_more(drafts)}.")
    return waiting


def _more(names: list[str]) -> str:
    return f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="Where to; a folder that is not there yet.")],
    home: HomeOption,
    as_json: JsonOption = False,
) -> None:
    """Copy the home to a folder, the database consistently, while others go on working.

    Keys and vault are left out: back them up apart, since an old vault backup keeps what was disposed of. A restored
    backup refuses to sign when a newer checkpoint is known at EVIDENCE_ANCHOR.
    """
    from evidence.cli.opening import opened
    from evidence.ledger.backup import back_up

    with opened(home) as handle, progress("Copying documents") as advance:
        copied = back_up(handle, folder, advance)
    show({"folder": str(folder), "entries": copied.entries, "documents": copied.documents}, as_json)
    note("Keys and vault are not in it: copy keys/ and vault/ to a place of their own.")


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(help="The backup to restore; it stays as it is.", exists=True)],
    home: HomeOption,
    keys: Annotated[
        Path | None,
        typer.Option(help="The keys' folder, kept apart; without it nothing is recorded.", exists=True),
    ] = None,
    vault: Annotated[Path | None, typer.Option(help="The vault's folder, kept apart.", exists=True)] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a new home from a backup. Status 1 where it is behind its anchor: the home then refuses to sign."""
    from evidence.ledger.backup import restore as bring_back

    found = bring_back(folder, home, os.environ, keys, vault)
    show(
        {"home": str(home), "entries": found.entries, "behind_anchor": found.behind, "keys": keys is not None}, as_json
    )
    if found.behind:
        note(
            f"This backup holds {found.entries} entries, but a checkpoint for {found.anchor_size} was signed"
            + (f" under another name, {found.origin}. " if found.origin is not None else ". ")
            + "It refuses to record. Restore a newer backup; where there is none, see `evidence ledger succeed --help`."
        )
        raise typer.Exit(1)
