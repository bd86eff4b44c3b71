"""``evidence mapping``: how the columns of a source's files become ours; declared, shown, and kept in the ledger."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli.common import HomeOption, JsonOption, console, note, show, table

if TYPE_CHECKING:
    from evidence.core.statements.mapping import ColumnMapping
    from evidence.register.queries import Known

app = typer.Typer(
    help="Foreign headings: draft a mapping to our columns, check it on a sample, save it in the ledger.",
    no_args_is_help=True,
)

_FAULTS_SHOWN = 30

MappingArgument = Annotated[
    Path, typer.Argument(metavar="MAPPING.toml", help="The mapping.", exists=True, dir_okay=False)
]
SampleArgument = Annotated[
    Path, typer.Argument(metavar="SAMPLE", help="A file of that source.", exists=True, dir_okay=False)
]


@app.command()
def draft(
    sample: SampleArgument,
    template: Annotated[str, typer.Option(help="The template that the file's rows are to fill.", show_default=False)],
    sheet: Annotated[str | None, typer.Option(help="Of a workbook, the sheet; the first that holds rows.")] = None,
    header_row: Annotated[
        list[int] | None,
        typer.Option(
            help="The row of its headings; the first that holds any. Given more than once: headings over several rows."
        ),
    ] = None,
) -> None:
    """Print a first mapping for a file, to be finished by hand. Its guesses stand behind # and do nothing."""
    from evidence.errors import IntakeError
    from evidence.intake.layout import Layout
    from evidence.intake.limits import Limits
    from evidence.intake.mapping_draft import draft as write
    from evidence.intake.read_files import read_tables
    from evidence.intake.templates import template as of

    rows = sorted({row for row in header_row or () if row > 0})
    layout = Layout((sheet,) if sheet else None, tuple(rows))
    wanted, (tables, read) = of(template), read_tables(sample, Limits(), layout)
    found = next((each for each in tables if sheet is None or each.sheet == sheet), None)
    if found is None:
        told = f" ({next(iter(read.faults.all()))})" if read.faults.count else ""
        raise IntakeError(f"{sample.name}: found no {f'sheet {sheet!r}' if sheet else 'table'}{told}, wanted one.")
    typer.echo(write(found, wanted, sample.name, rows), nl=False)
    if found.beside is not None or read.faults.count:
        note("Below this heading stands more than it has columns for. If it is a title, name its row: --header-row.")


@app.command()
def check(mapping: MappingArgument, sample: SampleArgument, as_json: JsonOption = False) -> None:
    """Show what a mapping does to a file: column by column, then the first rows as they would be read.

    Nothing is recorded. Every fault is told (status 1); the file may have others that only an import can find.
    """
    from evidence.intake.limits import Limits
    from evidence.intake.mapping_check import check_sample
    from evidence.intake.mapping_saved import read_mapping

    of = read_mapping(mapping)
    sheets, read = check_sample(of, sample, Limits(), datetime.now(UTC).date())
    told, count = list(read.faults.all()), read.faults.count
    notices = [*read.notices, *(notice for each in sheets for notice in each.notices)]
    result = {
        "mapping": of.name,
        "template": of.template,
        "sha256": of.sha256,
        "sheets": sheets,
        "faults": told,
        "notices": notices,
    }

    def text() -> None:
        for each in sheets:
            place = sample.name if each.sheet is None else f"{sample.name}, sheet {each.sheet}"
            table(("our column", "filled from", "example"), each.columns, title=f"{place} -> {of.template}")
            _first_rows(each.header, each.rows)
        if told:
            rows = [(f.sheet, f.row, f.column, f.found, f.wanted) for f in told[:_FAULTS_SHOWN]]
            table(("sheet", "row", "column", "found", "wanted"), rows)
            typer.echo(f"{count} faults{'' if len(told) <= _FAULTS_SHOWN else f'; the first {_FAULTS_SHOWN}'}.")

    for notice in notices:
        note(f"note: {notice}")
    show(result, as_json, text)
    note("Nothing was recorded. To keep the mapping: evidence mapping save")
    raise typer.Exit(1 if count else 0)


@app.command()
def save(
    mapping: MappingArgument,
    home: HomeOption,
    by: Annotated[str, typer.Option(help="Who decides that files of this source are read so.", show_default=False)],
    reason: Annotated[str | None, typer.Option(help="Why it replaces the one of its name, where there is one.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Record a mapping in the ledger, with its document. One of the same name is superseded, and needs a reason."""
    from evidence.cli.opening import opened, registered
    from evidence.intake.mapping_saved import given

    with opened(home, sign=True) as handle:
        with registered(handle) as register:
            found = given(register, handle.documents.read, str(mapping))
        if found.saved is not None:
            entry = found.saved.ref
            note(f"These very bytes are on record already, as {entry}.")
        else:
            statement = found.statement(by, handle.clock.now(), handle.random, reason)
            handle.documents.put(found.mapping.document)
            entry = f"#{handle.record(statement, *found.links()).seq}"
    name = found.mapping.name
    result = {"name": name, "entry": entry, "sha256": found.mapping.sha256}
    show(result, as_json, lambda: typer.echo(f"{name} is recorded as {entry}; use it with 'evidence import --map'."))


@app.command(name="list")
def list_mappings(home: HomeOption, as_json: JsonOption = False) -> None:
    """The mappings in use."""
    from evidence.cli.opening import opened, registered
    from evidence.intake.mapping_saved import saved_mappings

    with opened(home) as handle, registered(handle) as register:
        rows = [_row(each) for each in saved_mappings(register).values()]
    show(rows, as_json, lambda: table(list(rows[0]) if rows else (), [list(row.values()) for row in rows]))


@app.command(name="show")
def show_mapping(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The mapping's name.")],
    home: HomeOption,
    as_json: JsonOption = False,
) -> None:
    """A saved mapping as its document writes it."""
    from evidence.cli.opening import opened, registered
    from evidence.errors import UsageError
    from evidence.intake.mapping_saved import saved_mappings

    with opened(home) as handle, registered(handle) as register:
        known = saved_mappings(register)
        if name not in known:
            names = f"Saved are: {', '.join(known)}." if known else "None is saved; see 'evidence mapping save'."
            raise UsageError(f"No mapping is called {name!r}. {names}")
        document = handle.documents.read(known[name].value.mapping).decode()
    row = _row(known[name])
    note(f"Mapping {name}, recorded as {row['entry']} by {row['by']}.")
    show({**row, "document": document}, as_json, lambda: typer.echo(document, nl=False))


def _first_rows(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows side by side under their headings or, where a line does not hold them, one below the other."""
    title = "The first rows as they would be read"
    widths = [max(map(len, column)) + 3 for column in zip(header, *rows, strict=True)]
    if sum(widths) <= console(sys.stdout).width:
        table(header, rows, title=title)
        return
    numbers = [f"row {row[0]}" for row in rows]
    upright = [[name, *(row[index] for row in rows)] for index, name in enumerate(header) if index]
    table(("our column", *numbers), upright, title=title)


def _row(known: "Known[ColumnMapping]") -> dict[str, object]:
    of = known.value
    return {
        "name": of.name,
        "source": of.of_source,
        "template": of.template,
        "entry": known.ref,
        "recorded": known.recorded_at.date(),
        "by": of.by,
        "sha256": of.mapping,
    }
