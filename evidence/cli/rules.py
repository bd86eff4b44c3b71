"""``evidence rules``: the law as data, each figure with its days, its source and how far that source was read."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli.common import JsonOption, note, plain, show, table
from evidence.errors import NoValueInForce

if TYPE_CHECKING:
    from evidence.rules.parameters import Law, Parameter

app = typer.Typer(help="The law as data: dated figures with their sources.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `show` a command of its own while it is the only one."""


@app.command("show")
def show_rules(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Figures to show; all by default.")
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option("--on", formats=["%Y-%m-%d"], metavar="DAY", help="Only what binds on this day, as 2024-07-01."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Print the dated figures of law that determinations apply.

    A day that no value covers is left out of the list of all figures, and is an error for a figure that was named.
    """
    from evidence.rules.ruleset import RuleSet

    rules = RuleSet.load()
    wanted = [rules.series(name) for name in names] if names else list(rules.parameters.values())
    shown = [(figure, law) for figure in wanted for law in _laws(figure, on, named=bool(names))]
    if as_json:
        figures = [{**plain(law), "subject": figure.subject, "measure": figure.measure} for figure, law in shown]
        show({"rule_set": rules.name, "figures": figures}, as_json)
        return
    columns = ("Name", "Figure", "From", "Until", "Source", "Mark", "Read on")
    table(columns, [_row(law) for _, law in shown], empty="No figure of law binds on that day.")
    note(f"Rule set {rules.name}")


def _laws(figure: "Parameter", on: datetime | None, named: bool) -> "list[Law]":
    if on is None:
        return list(figure.values)
    try:
        return [figure.on(on.date())]
    except NoValueInForce:
        if named:
            raise
        return []


def _row(law: "Law") -> tuple[object, ...]:
    figure = f"{law.comparator} {law.amount} {law.unit}"
    return (law.name, figure, law.first, law.last or "", law.source, law.confidence, law.checked)
