"""``evidence origin``: what a good would come to under other law or other records, and what it would take to pass.

Nothing here is recorded. A home is opened for reading only.
"""

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli.common import OUTCOME_STATUS, HomeOption, JsonOption, note, progress, show, table

if TYPE_CHECKING:
    from evidence.origin.needs import Needs, Step
    from evidence.origin.question import Question
    from evidence.origin.what_if import State, WhatIf

app = typer.Typer(no_args_is_help=True)
origin = typer.Typer(help="What would be: other law, other records, what it would take.", no_args_is_help=True)
app.add_typer(origin, name="origin")

PlantOption = Annotated[str | None, typer.Option(help="The plant that makes it.", show_default=False)]
PeriodOption = Annotated[str, typer.Option(help="2023-04-01..2023-06-30, 2023-04 or 2023.", show_default=False)]
BasisOption = Annotated[str, typer.Option(help="The figures: actual or estimate.")]
EventOption = Annotated[str, typer.Option(help="What selects the threshold: production, export or entry.")]
OnOption = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day of export or entry that selects it.")
]
IntoOption = Annotated[str | None, typer.Option(help="The importing country, whose classification counts.")]
UseOption = Annotated[str | None, typer.Option(help="Of a good recorded for several uses, the one asked about.")]


@origin.command("what-if")
def what_if(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE.toml", help="What is altered; see docs/what-if.md.", exists=True, dir_okay=False),
    ],
    home: HomeOption,
    period: PeriodOption,
    good: Annotated[
        str | None, typer.Argument(metavar="[GOOD]", help="The good's part number; without one, the whole range.")
    ] = None,
    plant: PlantOption = None,
    basis: BasisOption = "actual",
    event: EventOption = "production",
    on: OnOption = None,
    into: IntoOption = None,
    use: UseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Who passes before and after, under altered law or altered records.

    One good with GOOD and --plant; otherwise every good made in the period, at every plant or at the one named. Nothing
    is recorded, and no claim can rest on it. Status 1 where a good that originates would not.
    """
    from evidence import __version__
    from evidence.cli.asked import question_of
    from evidence.cli.opening import opened, registered
    from evidence.errors import UsageError
    from evidence.origin.alterations import LARGEST, read_alterations
    from evidence.origin.gather import gather_known
    from evidence.origin.law import law_in_use
    from evidence.origin.what_if import the_range
    from evidence.origin.what_if import what_if as work_out

    if good is not None and plant is None:
        raise UsageError("A good is made at a plant: give --plant as well, or no good for the whole range.")
    with file.open("rb") as opened_file:
        alterations = read_alterations(opened_file.read(LARGEST + 1))
    with opened(home) as handle, registered(handle, handle.ledger.size()) as register:
        whose = handle.settings.organisation.code

        def asked(part: str, made_at: str) -> "Question":
            return question_of(
                part, made_at, period, whose=whose, basis=basis, event=event, on=on, into=into, use=use
            )  # fmt: skip

        if good is not None and plant is not None:
            questions = [asked(good, plant)]
        else:
            questions = [each for each in the_range(register, whose, asked) if plant in (None, each.plant)]
        with progress("Working out what if", len(questions)) as advance:
            found = work_out(
                questions, partial(gather_known, register), law_in_use(handle), alterations, __version__, advance
            )
    show(found.model_dump(mode="json"), as_json, lambda: _print_what_if(found))
    lost = any(row.before.outcome.value == "met" and row.after.outcome.value != "met" for row in found.rows)
    raise typer.Exit(1 if lost else 0)


@origin.command("needs")
def needs(
    good: Annotated[str, typer.Argument(metavar="GOOD", help="The good's part number; OWNER:PART where not our own.")],
    home: HomeOption,
    period: PeriodOption,
    plant: Annotated[str, typer.Option(help="The plant that makes it.", show_default=False)],
    margin: Annotated[str, typer.Option(help="Points above the threshold within which losses are looked at.")] = "5",
    most: Annotated[int, typer.Option("--most-tests", min=1, help="Lists tried before giving up the proof.")] = 200,
    as_file: Annotated[
        bool, typer.Option("--as-file", help="Print the list as a file for evidence origin what-if.")
    ] = False,
    basis: BasisOption = "actual",
    event: EventOption = "production",
    on: OnOption = None,
    into: IntoOption = None,
    use: UseOption = None,
    as_json: JsonOption = False,
) -> None:
    """The shortest list of declarations or changes that would make a good pass, and what it may lose before it fails.

    Each list is tested by working the good out again with it. Nothing is recorded. Status 0 where the good originates,
    1 where not, 3 where it cannot be determined.
    """
    from evidence import __version__
    from evidence.cli.asked import question_of
    from evidence.cli.opening import opened, registered
    from evidence.core.values import decimal_from_text
    from evidence.errors import MalformedValue, UsageError
    from evidence.origin.gather import gather_known
    from evidence.origin.law import law_in_use
    from evidence.origin.needs import list_as_toml
    from evidence.origin.needs import needs as work_out

    try:
        points = decimal_from_text(margin)
    except MalformedValue as error:
        raise UsageError(f"--margin: {error}") from error
    with opened(home) as handle, registered(handle, handle.ledger.size()) as register:
        whose = handle.settings.organisation.code
        question = question_of(
            good, plant, period, whose=whose, basis=basis, event=event, on=on, into=into, use=use
        )  # fmt: skip
        inputs = gather_known(register, question)
        with progress("Trying lists") as advance:
            found = work_out(inputs, law_in_use(handle), __version__, points, most_tests=most, advance=advance)
    if as_file:
        if not found.take:
            note("No list of declarations or other sources makes more of it pass; no file is printed.")
        else:
            typer.echo(list_as_toml(found), nl=False)
    else:
        show(found.model_dump(mode="json"), as_json, lambda: _print_needs(found))
    raise typer.Exit(OUTCOME_STATUS[found.now.outcome.value])


def _print_what_if(found: "WhatIf") -> None:
    typer.echo(f"{found.title} ({found.standing})")
    rows = [
        [
            row.part, row.plant, row.agreement or "", _says(row.before), _content(row.before), _says(row.after),
            _content(row.after), row.after.reason or ", ".join(row.changed) or "nothing",
        ]
        for row in found.rows
    ]  # fmt: skip
    columns: tuple[str, ...] = ("good", "plant", "agreement", "before", "content", "after", "content", "changed")
    if not any(row.agreement for row in found.rows):
        columns = tuple(name for name in columns if name != "agreement")
        rows = [[*row[:2], *row[3:]] for row in rows]
    table(columns, rows, title="Before and after")
    for row in found.rows:
        for limb in row.after.limbs:
            if limb.limb in row.changed and limb.outcome.value != "met":
                typer.echo(f"{row.part} at {row.plant}{_under(row.agreement)}: {limb.limb}: {limb.reason}")
    before, after = (sum(state.outcome.value == "met" for state in states) for states in _states(found))
    typer.echo(f"Originate before: {before} of {len(found.rows)}; after: {after} of {len(found.rows)}.")
    for said in found.notes:
        note(said)


def _states(found: "WhatIf") -> "tuple[list[State], list[State]]":
    return [row.before for row in found.rows], [row.after for row in found.rows]


def _under(agreement: str | None) -> str:
    return f" under {agreement}" if agreement else ""


def _says(state: "State") -> str:
    return state.outcome.value.replace("_", " ")


def _content(state: "State") -> str:
    if state.content is None:
        return "not known"
    return f"{state.content} %" + (f" of {state.bound} %" if state.bound is not None else "")


def _print_needs(found: "Needs") -> None:
    typer.echo(f"{found.part} at {found.plant} ({found.standing})")
    typer.echo(f"Now: {_says(found.now)}; content {_content(found.now)}.")
    if found.must_fall is not None:
        typer.echo(
            f"Of one unit, the value of non-originating materials would have to fall by {found.must_fall} "
            f"{found.currency}, or net cost to rise by {found.must_rise} {found.currency} with the same materials."
        )
    if found.may_be_lost is not None:
        typer.echo(
            f"Of one unit, the value of non-originating materials may rise by {found.may_be_lost} {found.currency} "
            "before the content fails."
        )
    if found.take is not None:
        short = "no shorter list does as much" if found.take_proven else "a shorter list may exist; try more tests"
        _print_steps(f"What it would take ({short})", found.take, found.currency)
        if found.after is not None:
            typer.echo(f"With that: {_says(found.after)}; content {_content(found.after)}.")
    elif found.now.outcome.value != "met":
        typer.echo("No list of declarations or other sources makes more of it pass.")
    for limb in found.remains:
        typer.echo(f"Besides, {limb.limb}: {limb.outcome.value.replace('_', ' ')}, {limb.reason}")
    if found.alone:
        _print_steps("Each of these alone, if lost, makes it fail", found.alone, found.currency)
    elif found.lose is not None:
        fewest = "no fewer do" if found.lose_proven else "fewer may do; try more tests"
        _print_steps(f"These together, if lost, make it fail ({fewest})", found.lose, found.currency)
    note(f"Determinations worked out: {found.worked_out}.")


def _print_steps(title: str, steps: "tuple[Step, ...]", currency: str) -> None:
    rows = [
        [step.what.value, step.part, step.supplier, step.plant or step.reference or "",
         "not known" if step.value is None else f"{step.value:,.2f}", step.reason]
        for step in steps
    ]  # fmt: skip
    table(("step", "part", "supplier", "plant or reference", f"{currency} a unit", "now"), rows, title=title)
