"""``evidence average`` and ``evidence true-up``: averaged contents, and estimates held against actual figures."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli.common import OUTCOME_STATUS, HomeOption, JsonOption, note, progress, show, table

if TYPE_CHECKING:
    from evidence.core.values import Period
    from evidence.ledger.found import HomeHandle
    from evidence.origin.average_inputs import AverageQuestion
    from evidence.origin.averages import AverageSheet
    from evidence.origin.true_up import TrueUpSheet

app = typer.Typer(help="Average over a category, and true up at year end.", no_args_is_help=True)


@app.command("average")
def average(
    good: Annotated[str, typer.Argument(metavar="GOOD", help="A good of the category; OWNER:PART where not our own.")],
    home: HomeOption,
    plant: Annotated[str, typer.Option(help="The plant that makes it.", show_default=False)],
    period: Annotated[str, typer.Option(help="2023-04-01..2024-03-31, 2023-04 or 2023.", show_default=False)],
    category: Annotated[
        str,
        typer.Option(
            help="a, b, c-line, c-class or d of s.16(1); plant, core-group or super-core of parts; similar goods."
        ),
    ],
    basis: Annotated[str, typer.Option(help="The figures: actual or estimate.")] = "actual",
    exported: Annotated[
        list[str] | None,
        typer.Option("--exported", metavar="COUNTRY", help="Only units exported there; again for more."),
    ] = None,
    buyer: Annotated[str | None, typer.Option(help="Only units sold to this buyer or channel, of parts.")] = None,
    others: Annotated[
        list[str] | None, typer.Option("--with", metavar="PART", help="A part averaged with it; again for more.")
    ] = None,
    separately: Annotated[
        bool, typer.Option("--separately", help="Apart by required percentage, in one country (s.16(2)).")
    ] = False,
    agreement: Annotated[str | None, typer.Option(help="Of category d: the text that agrees it.")] = None,
    vehicles: Annotated[
        str | None,
        typer.Option(
            metavar="CATEGORY", help="Of parts: only units for vehicles of this category, a, b, c-line or c-class."
        ),
    ] = None,
    programme: Annotated[
        str | None, typer.Option(help="With --vehicles: a vehicle programme of that category.")
    ] = None,
    record: Annotated[bool, typer.Option("--record", help="Record it, so that claims can rest on it.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Average the content of a category of goods from their recorded snapshots.

    A claim on a good that is averaged rests on a recorded average; what is only printed carries none.

    Status 0 where the average reaches the percentage and its election stands, 1 where not, 3 where
    something is missing.
    """
    from evidence.cli.asked import days_of
    from evidence.cli.opening import opened
    from evidence.origin.averaged import record_average

    asked: dict[str, object] = {
        "plant": plant,
        "others": tuple(others or ()),
        "separately": separately,
        "agreement": agreement,
    }
    asked |= _categories(category, vehicles, programme) | _units(basis, exported, buyer)
    owner, _, asked["part"] = good.rpartition(":")
    span = days_of(period)
    with opened(home, sign=record) as handle:
        question = _question(asked | {"owner": owner or handle.settings.organisation.code}, span)
        sheet = _worked_out(handle, question)
        kept = record_average(handle, sheet, handle.clock.now()) if record else None
    if kept is not None:
        note(f"Average {kept.statement}, entry #{kept.seq}: {'recorded' if kept.anew else 'on record already'}.")
    show(sheet.model_dump(mode="json"), as_json, lambda: _print_average(sheet))
    raise typer.Exit(OUTCOME_STATUS[sheet.outcome.value])


def _categories(category: str, vehicles: str | None, programme: str | None) -> dict[str, object]:
    """The category asked about and, of parts, the vehicles that they go into."""
    from evidence.errors import MalformedValue, UsageError
    from evidence.origin.averaging_elections import category as named

    try:
        of_goods, of_vehicles = named(category), named(vehicles) if vehicles else None
    except MalformedValue as error:
        raise UsageError(f"{error}") from error
    return {"category": of_goods, "vehicles": of_vehicles, "programme": programme}


def _units(basis: str, exported: list[str] | None, buyer: str | None) -> dict[str, object]:
    """Which figures, and which units count."""
    from evidence.core.statements.base import Basis as Figures
    from evidence.errors import UsageError
    from evidence.rules.averaging import Basis

    if basis not in (Figures.ACTUAL, Figures.ESTIMATE):
        raise UsageError(f"--basis {basis}: wanted actual or estimate.")
    if exported and buyer:
        raise UsageError("Give --exported or --buyer, not both.")
    counts = Basis.EXPORTED if exported else Basis.BUYER if buyer else Basis.ALL
    aim = tuple(exported or ([buyer] if buyer else []))
    return {"figures": Figures(basis), "basis": counts, "aim": aim}


def _question(asked: dict[str, object], span: "Period") -> "AverageQuestion":
    from evidence.cli.asked import valid
    from evidence.origin.average_inputs import AverageQuestion

    return valid(AverageQuestion, asked | {"period_from": span.first, "period_to": span.last})


def _worked_out(handle: "HomeHandle", question: "AverageQuestion") -> "AverageSheet":
    from evidence import __version__
    from evidence.cli.opening import registered
    from evidence.origin.average_inputs import gather_average
    from evidence.origin.averages import work_out
    from evidence.origin.law import law_in_use

    with progress("Averaging"), registered(handle, handle.ledger.size()) as register:
        inputs = gather_average(register, handle.documents, question)
    return work_out(inputs, law_in_use(handle), __version__)


@app.command("averages")
def averages(
    home: HomeOption,
    replay: Annotated[bool, typer.Option("--replay", help="Work each out again and compare it byte for byte.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Every average on record, oldest first. With --replay status 1 where one differs."""
    from evidence.cli.opening import opened, registered
    from evidence.core.statements.average import Average
    from evidence.origin.averaged import replay_average

    with opened(home) as handle:
        with registered(handle) as register:
            recorded = register.statements(Average)
        rows = [
            {
                "entry": known.ref,
                "average": known.statement_id,
                "category": known.value.category,
                "goods": ", ".join(known.value.members),
                "period": f"{known.value.period_from}..{known.value.period_to}",
                "basis": known.value.basis,
                "outcome": known.value.outcome,
            }
            | ({"replayed": replay_average(handle, known.statement_id)} if replay else {})
            for known in recorded
        ]
    columns = ("entry", "average", "category", "goods", "period", "basis", "outcome", *(["replayed"] if replay else []))
    said = {"True": "the same bytes", "False": "differs"}
    lines = [[said.get(str(row[name]), row[name]) for name in columns] for row in rows]
    show(rows, as_json, lambda: table(columns, lines, empty="No averages."))
    raise typer.Exit(0 if all(row.get("replayed", True) for row in rows) else 1)


@app.command("true-up")
def true_up(
    home: HomeOption,
    year: Annotated[str, typer.Option(help="The fiscal year, as 2023-04-01..2024-03-31 or 2023.", show_default=False)],
    part: Annotated[str | None, typer.Option(help="Only of this good.")] = None,
    owner: Annotated[str | None, typer.Option(help="Whose part numbers; our own by default.")] = None,
    record: Annotated[bool, typer.Option("--record", help="Record each decided one as a reconciliation.")] = False,
    by: Annotated[str | None, typer.Option(help="Who did it, for the record.")] = None,
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DAY", help="As of this day; today by default.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Hold the estimates of a fiscal year against actual figures, and list who must be told by when.

    Status 0 where every estimate stands, 1 where the actual figures overturn one, 3 where they are missing.
    """
    from evidence.cli.asked import days_of
    from evidence.cli.opening import opened, registered
    from evidence.errors import UsageError
    from evidence.origin.law import law_in_use
    from evidence.origin.true_up import YearEnd, reconciliation_of

    span = days_of(year, "--year")
    if record and not by:
        raise UsageError("--record says who did it: give --by NAME.")
    with opened(home, sign=record) as handle:
        now, law = handle.clock.now(), law_in_use(handle)
        with registered(handle, handle.ledger.size()) as register:
            whose = owner or handle.settings.organisation.code
            sheet = YearEnd(register, handle.documents, whose, span, law).sheet(on.date() if on else now.date(), part)
        if record and by:
            waiting = [row for row in sheet.rows if row.actual_snapshots and row.reconciliation is None]
            for row in waiting:
                handle.record(reconciliation_of(row, sheet, by=by, now=now, random=handle.random))
            note(f"Reconciliations recorded: {len(waiting)}.")
    show(sheet.model_dump(mode="json"), as_json, lambda: _print_true_up(sheet))
    raise typer.Exit(OUTCOME_STATUS[sheet.worst])


def _print_average(sheet: "AverageSheet") -> None:
    """The average for a person with a calculator: goods, sums, tests, readings."""
    asked = sheet.question
    aim = f" to {', '.join(asked.aim)}" if asked.aim else ""
    typer.echo(
        f"{asked.owner}: {asked.category.value}, with {asked.part} at {asked.plant}; units: {asked.basis.value}{aim}"
    )
    if asked.vehicles is not None:
        typer.echo(f"Only units for vehicles of the {asked.vehicles.value}, of which {asked.programme} is one.")
    kind = "ESTIMATE" if sheet.estimate else "actual figures"
    typer.echo(f"{asked.period_from} to {asked.period_to}, {kind}, averaged as {sheet.regime.value}")
    if sheet.due is not None:
        typer.echo(f"An estimate: actual figures are due from {sheet.due} on.")
    typer.echo(f"Origin analysis: average content {_percent(sheet.content)}; all tests: {_say(sheet.outcome.value)}.")
    goods = [
        [m.part, m.plant, m.model_line, m.made, _figure(m.counted), _figure(m.net_cost), _figure(m.non_originating),
         _percent(m.content), m.requirement, m.reason]
        for m in sheet.members
    ]  # fmt: skip
    goods.append(["sum", "", "", "", "", _figure(sheet.net_cost), _figure(sheet.non_originating), "", "", ""])
    columns = ("good", "plant", "model line", "made", "counted", "net cost", "non-originating", "own", "held to", "")
    table(columns, goods, title=f"Goods of the category, in {sheet.currency or 'no currency'}")
    typer.echo(f"Average: {sheet.formula}. A good's own content decides nothing.")
    for step in sheet.steps:
        typer.echo(f"Within the period: {step}")
    tests = [[row.limb, row.test, _say(row.outcome.value), row.reason] for row in sheet.findings]
    table(("limb", "test", "outcome", "why"), tests, title="Tests")
    if sheet.choices:
        taken = [[c.name, c.choice + (" (default)" if c.is_default else ""), c.citation] for c in sheet.choices]
        table(("reading", "taken", "text"), taken, title="Readings of open questions")
    for each in sheet.notes:
        typer.echo(each)


def _print_true_up(sheet: "TrueUpSheet") -> None:
    typer.echo(f"{sheet.owner}, fiscal year {sheet.year_from} to {sheet.year_to}, as of {sheet.today}")
    found = [
        [", ".join(row.parts), ", ".join(row.plants), f"{row.period_from}..{row.period_to}", row.figure.value,
         row.category or "by itself", row.estimated, row.actual,
         row.result, _say(row.outcome), row.reason]
        for row in sheet.rows
    ]  # fmt: skip
    columns = ("good", "plant", "period", "figure", "averaged", "estimated", "actual", "result", "outcome", "why")
    table(columns, found, title="Estimates and actual figures", empty="No estimate is on record for that year.")
    due = [
        [", ".join(row.parts), row.figure.value, notice.to, notice.country, "at once" if notice.at_once else notice.by,
         ", ".join(notice.papers), notice.sent_on or "not on record", notice.citation]
        for row in sheet.rows
        for notice in row.notices
    ]  # fmt: skip
    note("What rests on a certification on file, and not on figures worked out here, is not trued up.")
    headings = ("good", "figure", "to", "country", "by", "was given", "sent", "text")
    if sheet.costs_due is not None:
        typer.echo(f"Costs of the averaged year go to CBP by {sheet.costs_due} (19 CFR 182.100).")
    table(headings, due, title="Notices that the good does not originate", empty="No notice is due.")


def _say(outcome: str) -> str:
    return outcome.replace("_", " ")


def _figure(value: Decimal | None) -> str:
    return "not known" if value is None else f"{value:,.2f}" if value != value.to_integral_value() else f"{value:,f}"


def _percent(value: Decimal | None) -> str:
    return "not known" if value is None else f"{value} %"
