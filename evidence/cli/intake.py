"""``evidence import``: files come in, whole or not at all."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli.common import Advance, JsonOption, fault_table, note, progress, settled_home, show, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from evidence.intake.drafts import ImportPlan, Reception
    from evidence.intake.mapping_saved import Given
    from evidence.intake.options import Options
    from evidence.intake.record import RecordedFile
    from evidence.ledger.found import HomeHandle

app = typer.Typer(help="Files come in: checked whole, then recorded.")

MARKED_UP = "marked-up"
"""The folder of a home for workbooks that show what is wrong with a file, cell by cell."""


PathsArgument = Annotated[list[Path] | None, typer.Argument(metavar="PATH...", help="Files and folders.")]
LooseHomeOption = Annotated[
    Path | None,
    typer.Option("--home", metavar="DIR", help="The evidence home to work in; EVIDENCE_HOME by default."),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Check everything, record nothing, need no key.")]
KindOption = Annotated[
    str | None, typer.Option(help="The template that the tables have, or 'document'; told by the header otherwise.")
]
MapOption = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="NAME|FILE", help="A mapping of foreign columns to ours; shown before use."),
]
ReceivedOption = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="The day the files are said to have come; today otherwise."),
]
BasisOption = Annotated[str | None, typer.Option(help="Why --received is believed: mail header, postmark, portal log.")]
PartialOption = Annotated[
    bool, typer.Option("--partial", help="Take the sound rows, and make work items of the others.")
]
SupersedesOption = Annotated[
    str | None, typer.Option(metavar="ENTRY", help="The load on record (#12, or its id) that this one corrects.")
]
ByOption = Annotated[str | None, typer.Option(help="Who decides: for --partial, and for a mapping that is new.")]
ReasonOption = Annotated[
    str | None, typer.Option(help="Why: for --partial, --supersedes, and a mapping that replaces another.")
]
OwnerOption = Annotated[str | None, typer.Option(help="Who has to settle what the import leaves open.")]
MarkedUpOption = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Where workbooks with the faults marked go; marked-up/ of the home otherwise."),
]
TemplateOption = Annotated[
    str | None,
    typer.Option(
        metavar="KIND", help="Print a template with a worked row, or write it to --out, and end; 'list' names them all."
    ),
]
OutOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="For --template: a .csv or .xlsx file; with 'all', a folder.")
]


@app.command(name="import")
def import_files(
    context: typer.Context,
    paths: PathsArgument = None,
    home: LooseHomeOption = None,
    dry_run: DryRunOption = False,
    kind: KindOption = None,
    mapped: MapOption = None,
    received: ReceivedOption = None,
    basis: BasisOption = None,
    partial: PartialOption = False,
    supersedes: SupersedesOption = None,
    by: ByOption = None,
    reason: ReasonOption = None,
    owner: OwnerOption = None,
    marked_up: MarkedUpOption = None,
    template: TemplateOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in files: tables, forms, mails and archives are read, everything else is kept as received.

    Nothing is recorded while anything is wrong: every fault is one line with file, sheet, row and column (status 1), a
    workbook shows it in its cell, and the files that have one are kept in HOME/refused. Bytes already recorded are told
    and left alone, so that the same import can be run again at any time.
    """
    if template is not None:
        _template(template, out)
        return
    given = _Given(kind, mapped or [], received, basis, partial, supersedes, by, reason, owner)
    _require(given, paths)
    from evidence.cli.opening import opened
    from evidence.intake.run import import_paths

    with opened(settled_home(context, home), sign=not dry_run) as handle:
        reception, options = _said(handle, given, dry_run=dry_run)
        folder = marked_up or handle.settings.home / MARKED_UP
        workbooks: list[Path] = []

        def look(planned: "ImportPlan") -> None:
            _show_mappings(planned)
            workbooks.extend(_mark_up(planned, folder))

        with progress("Checking and recording files") as advance:
            step = _stepper(advance)
            came = import_paths(handle, paths or [], reception, options, dry_run=dry_run, look=look, checking=step)
    _report(came.plan, came.recorded, workbooks, dry_run, as_json)
    raise typer.Exit(0 if came.plan.clean else 1)


@dataclass(frozen=True, slots=True)
class _Given:
    """What was said on the command line of how the files came and how they are to be read."""

    kind: str | None
    mapped: list[str]
    received: datetime | None
    basis: str | None
    partial: bool
    supersedes: str | None
    by: str | None
    reason: str | None
    owner: str | None


def _require(given: _Given, paths: list[Path] | None) -> None:
    from evidence.errors import UsageError

    if not paths:
        raise UsageError("No file was named. Give files or folders to import, or --template KIND.")
    if given.received is not None and not given.basis:
        raise UsageError("--received needs --basis: why that day is believed, such as a mail header or a postmark.")
    if given.partial and not (given.by and given.reason):
        raise UsageError("--partial needs --by and --reason: who leaves rows out, and why.")


def _said(handle: "HomeHandle", given: _Given, *, dry_run: bool) -> "tuple[Reception, Options]":
    from evidence.cli.opening import registered
    from evidence.core.values import legal_day
    from evidence.errors import UsageError
    from evidence.intake.assemble import correction
    from evidence.intake.drafts import NO_DAY_CLAIMED, Reception
    from evidence.intake.options import Options, Partial

    settings, now = handle.settings, handle.clock.now()
    today = legal_day(now, settings.zone)
    if given.received is not None and given.received.date() > today:
        raise UsageError(f"--received {given.received.date()} is after today, {today}.")
    on = given.received.date() if given.received else today
    reception = Reception(settings.organisation.legal_name, on, now, handle.random, given.basis or NO_DAY_CLAIMED)
    choice = Partial(given.by, given.reason) if given.partial and given.by and given.reason else None
    options = Options(kind=given.kind, partial=choice, owner=given.owner)
    if given.supersedes is not None:
        with registered(handle) as register:
            options = replace(options, correction=correction(register, given.supersedes, given.reason or ""))
    return reception, _with_mappings(handle, given.mapped, options, by=given.by, reason=given.reason, dry_run=dry_run)


def _template(name: str, out: Path | None) -> None:
    """A header that a file may start with and a worked row; what each column takes goes to the side."""
    from evidence.intake.template_files import template_csv, write_templates
    from evidence.intake.template_help import column_help
    from evidence.intake.templates import template, templates

    if name == "list":
        table(("template", "needs"), [(each.name, ", ".join(sorted(each.needed))) for each in templates().values()])
    elif out is not None:
        for path in write_templates(name, out):
            typer.echo(path)
    else:
        of = template(name)
        for each in column_help(of):
            note(f"{each.name} (needed: {each.needed}): {each.takes}. {each.help}")
        typer.echo(template_csv(of), nl=False)


def _with_mappings(
    handle: "HomeHandle",
    named: "Sequence[str]",
    options: "Options",
    *,
    by: str | None,
    reason: str | None,
    dry_run: bool,
) -> "Options":
    """The options with the mappings named; one that is not on record yet is recorded first, by whoever decides."""
    from evidence.cli.opening import registered
    from evidence.errors import UsageError
    from evidence.intake.mapping_saved import given

    if not named:
        return options
    with registered(handle) as register:
        found = [given(register, handle.documents.read, each) for each in named]
    for each in found:
        if each.saved is None and not dry_run:
            if not by:
                raise UsageError(f"The mapping {each.mapping.name} is new. Say with --by who decides to read files so.")
            _save(handle, each, by, reason)
    return replace(options, mappings=tuple(each.mapping for each in found))


def _save(handle: "HomeHandle", new: "Given", by: str, reason: str | None) -> None:
    statement = new.statement(by, handle.clock.now(), handle.random, reason)
    handle.documents.put(new.mapping.document)
    seq = handle.record(statement, *new.links()).seq
    note(f"The mapping {new.mapping.name} is recorded as #{seq}.")


def _show_mappings(planned: "ImportPlan") -> None:
    """How each column of a foreign table is filled, before anything is recorded."""
    from evidence.intake.mapping import describe

    for read in planned.read:
        for of, _ in read.tables:
            mapping = next((each for each in read.mapped if of.theirs is not None and each.fits(of.theirs)), None)
            if mapping is None or of.theirs is None:
                continue
            note(f"{read.found.name}{f', sheet {of.sheet}' if of.sheet else ''}, by mapping {mapping.name}:")
            for ours, theirs, example in describe(mapping, of.theirs):
                note(f"  {ours} <- {theirs}{f'   such as {example}' if example else ''}")


def _mark_up(planned: "ImportPlan", folder: Path) -> list[Path]:
    """A workbook for each file of tables that has faults, with each in its cell."""
    from evidence.intake.marked_up import write_marked_up

    written = []
    for read in planned.read:
        faults = [fault for fault in planned.faults if fault.file == read.found.name]
        if faults:
            folder.mkdir(parents=True, exist_ok=True)
            safe = re.sub(r"[^\w.-]+", "_", read.found.name, flags=re.ASCII).strip("._")[-80:]
            if safe != read.found.name:  # another file's name may come to the same
                safe = f"{safe or 'file'}-{read.found.sha256[:8]}"
            out = folder / f"{safe}.marked-up.xlsx"
            write_marked_up(
                read.found.path, [of for of, _ in read.tables] + [s.table for s in read.strays], faults, out
            )
            written.append(out)
    return written


def _stepper(advance: Advance) -> "Callable[[int, int], None]":
    return lambda _done, total: advance(1, total)


def _report(
    planned: "ImportPlan", recorded: "Sequence[RecordedFile]", workbooks: list[Path], dry_run: bool, as_json: bool
) -> None:
    for notice in planned.notices:
        note(f"note: {notice}")
    files = [
        {"file": each.found.name, "holds": each.holds, "sha256": each.found.sha256, "size": each.found.size}
        for each in planned.files
    ]
    for row, entry in zip(files, recorded, strict=False):
        row["entries"] = f"#{entry.first}" if entry.first == entry.last else f"#{entry.first} to #{entry.last}"
    work = [
        {
            "file": each.found.name,
            "topic": item.topic.value,
            "owner": item.owner,
            "question": item.question,
            "id": item.id,
        }
        for each in planned.files
        for item in each.work
    ]
    result = {
        "recorded": bool(recorded),
        "files": files,
        "already_recorded": planned.duplicates,
        "faults": planned.faults,
        "marked_up": workbooks,
        "work": work,
        "notices": planned.notices,
    }

    def text() -> None:
        if planned.faults:
            fault_table(planned.faults)
            refused = "" if dry_run else " The files are kept in refused/ of the home."
            typer.echo(f"{len(planned.faults)} faults; nothing was recorded.{refused}")
            for workbook in workbooks:
                typer.echo(f"Marked up in {workbook}")
            return
        if planned.files:
            table(("file", "holds", "entries"), [(row["file"], row["holds"], row.get("entries")) for row in files])
        for each in planned.duplicates:
            typer.echo(f"{each.name}: already recorded as {each.already}")
        if work:
            table(("left open", "question", "owner"), [(row["topic"], row["question"], row["owner"]) for row in work])
        if dry_run:
            typer.echo(f"{len(planned.files)} files would be recorded; a dry run records nothing.")
        elif not planned.files:
            typer.echo("Nothing new; nothing was recorded.")

    show(result, as_json, text)
