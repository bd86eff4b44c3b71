"""``evidence import``: files come in, whole or not at all."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli.common import Advance, HomeOption, JsonOption, note, progress, show, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from evidence.intake.drafts import ImportPlan
    from evidence.intake.record import RecordedFile

app = typer.Typer(help="Files come in: checked whole, then recorded.")


def _print_template(name: str | None) -> None:
    """A header that a file may start with, the columns that its kind needs first; what each takes goes to the side."""
    from evidence.intake.cells import wanted
    from evidence.intake.templates import template, templates

    if name is None:
        return
    if name == "list":
        table(("template", "needs"), [(each.name, ", ".join(sorted(each.needed))) for each in templates().values()])
    else:
        columns = sorted(template(name).columns.values(), key=lambda column: not column.required)
        for each in columns:
            note(f"{each.name}{'' if each.required else ' (may be left out)'}: {wanted(each)}")
        typer.echo(",".join(each.name for each in columns))
    raise typer.Exit(0)


@app.command(name="import")
def import_files(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders.")],
    home: HomeOption,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, record nothing, need no key.")] = False,
    kind: Annotated[
        str | None,
        typer.Option(help="The template that the tables have, or 'document'; told by the header otherwise."),
    ] = None,
    _template: Annotated[
        str | None,
        typer.Option(
            "--template",
            metavar="KIND",
            help="Print the header of a template and end; 'list' names them all.",
            callback=_print_template,
            is_eager=True,
        ),
    ] = None,
    received: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day the files are said to have come; today otherwise."),
    ] = None,
    basis: Annotated[
        str | None, typer.Option(help="Why --received is believed: mail header, postmark, portal log.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Take in files: CSV, XLSX and fillable PDF are read, everything else is kept as received.

    Nothing is recorded while anything is wrong: every fault is one line with file, sheet, row and column (status 1),
    and the files that have one are kept in HOME/refused. Bytes already recorded are told and left alone, so that the
    same import can be run again at any time.
    """
    from evidence.cli.opening import opened
    from evidence.core.values import legal_day
    from evidence.errors import UsageError
    from evidence.intake.drafts import Options, Reception
    from evidence.intake.run import import_paths

    if received is not None and not basis:
        raise UsageError("--received needs --basis: why that day is believed, such as a mail header or a postmark.")
    with opened(home, sign=not dry_run) as handle:
        settings, now = handle.settings, handle.clock.now()
        today = legal_day(now, settings.zone)
        if received is not None and received.date() > today:
            raise UsageError(f"--received {received.date()} is after today, {today}.")
        told = {"received_basis": basis} if basis else {}
        on = received.date() if received else today
        reception = Reception(settings.organisation.legal_name, on, now, handle.random, **told)
        options = Options(kind=kind, lowered=settings.lowered_elements)
        with progress("Checking files") as checking, progress("Recording") as recording:
            came = import_paths(
                handle,
                paths,
                reception,
                options,
                dry_run=dry_run,
                checking=_stepper(checking),
                recording=_stepper(recording),
            )
    _report(came.plan, came.recorded, dry_run, as_json)
    raise typer.Exit(0 if came.plan.clean else 1)


def _stepper(advance: Advance) -> "Callable[[int, int], None]":
    return lambda _done, total: advance(1, total)


def _report(planned: "ImportPlan", recorded: "Sequence[RecordedFile]", dry_run: bool, as_json: bool) -> None:
    for notice in planned.notices:
        note(f"note: {notice}")
    files = [
        {"file": each.found.name, "holds": each.holds, "sha256": each.found.sha256, "size": each.found.size}
        for each in planned.files
    ]
    for row, entry in zip(files, recorded, strict=False):
        row["entries"] = f"#{entry.first}" if entry.first == entry.last else f"#{entry.first} to #{entry.last}"
    result = {
        "recorded": bool(recorded),
        "files": files,
        "already_recorded": planned.duplicates,
        "faults": planned.faults,
        "notices": planned.notices,
    }

    def text() -> None:
        if planned.faults:
            rows = [(f.file, f.sheet, f.row, f.column, f.found, f.wanted) for f in planned.faults]
            table(("file", "sheet", "row", "column", "found", "wanted"), rows)
            refused = "" if dry_run else " The files are kept in refused/ of the home."
            typer.echo(f"{len(planned.faults)} faults; nothing was recorded.{refused}")
            return
        if planned.files:
            table(("file", "holds", "entries"), [(row["file"], row["holds"], row.get("entries")) for row in files])
        for each in planned.duplicates:
            typer.echo(f"{each.name}: already recorded as {each.already}")
        if dry_run:
            typer.echo(f"{len(planned.files)} files would be recorded; a dry run records nothing.")
        elif not planned.files:
            typer.echo("Nothing new; nothing was recorded.")

    show(result, as_json, text)
