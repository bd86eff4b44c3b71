"""``evidence rules``: the law as data, each figure with its days, its source and how far that source was read."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli import rules_added
from evidence.cli.common import JsonOption, OptionalHomeOption, note, plain, show, table
from evidence.errors import NoValueInForce

if TYPE_CHECKING:
    from evidence.rules.applies import Alternative, Answer
    from evidence.rules.parameters import Law, Parameter
    from evidence.rules.ruleset import RuleSet

app = typer.Typer(help="The law as data: what applies, with its source, and what you added.", no_args_is_help=True)

WithOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--with", metavar="FILE", help="Look at the law as it would be with this addition.", exists=True, dir_okay=False
    ),
]


@app.command("show")
def show_rules(
    home: OptionalHomeOption,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CODE|NAME]...", help="Tariff codes, or names of figures; all figures by default."),
    ] = None,
    use: Annotated[
        list[str] | None, typer.Option(help="Of a code: its use, as oe-light; every use by default.")
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option("--on", formats=["%Y-%m-%d"], metavar="DAY", help="What binds on this day, as 2024-07-01."),
    ] = None,
    edition: Annotated[str, typer.Option(help="Of a code: its edition, as HS2022.")] = "HS2012",
    kind: Annotated[
        list[str] | None, typer.Option(help="Of a code: what the good is, in the words of the rule or table.")
    ] = None,
    added: WithOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print what applies to a code and why, or the dated figures of law.

    Of a code: the tables that list it, every alternative in each use with the percentage of the day, and where that
    percentage comes from. The day is today's where none is given. Of figures, a day that no value covers is left out of
    the list of all figures, and is an error for a figure that was named. With a home, what it added is in force.
    """
    law = _law(home, added)
    given = list(names or [])
    codes = [name for name in given if name[:1].isdigit()]
    if not codes:
        _figures(law, given, on, as_json)
        return
    uses, day = _uses(use), on.date() if on else datetime.now(UTC).date()
    answers = [_answer(law, code, day, uses, edition, kind or []) for code in codes]
    if series := [name for name in given if name not in codes]:
        note(f"Not shown beside codes: {', '.join(series)}. Name figures in a command of their own.")
    shown = [{"rule_set": law.name, **plain(each)} for each in answers]
    show(shown, as_json, lambda: _print_all(answers, uses))
    note(f"Rule set {law.name}")
    raise typer.Exit(0 if all(each.alternatives for each in answers) else 3)


@app.command("diff")
def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="A day, or a rule set.")],
    after: Annotated[str, typer.Argument(metavar="B", help="A later day, or another rule set.")],
    home: OptionalHomeOption,
    as_json: JsonOption = False,
) -> None:
    """Print what changed between two days of the law in use, or between two rule sets.

    A rule set is `packaged` (what this program ships), `in-use` (with what the home added), a rule set on record by the
    beginning of its hash, a folder of data files, or a file that `rules add` would take.
    """
    from evidence.errors import UsageError
    from evidence.rules.differences import between, between_days

    first, second = _day(before), _day(after)
    if (first is None) is not (second is None):
        raise UsageError(f"Found {before} and {after}, wanted two days or two rule sets.")
    if first is not None and second is not None:
        found = between_days(_law(home, None), first, second)
    else:
        found = between(rule_set(before, home), rule_set(after, home))
    rows = [(each.sort, each.name, each.before, each.after, each.source) for each in found]
    show(found, as_json, lambda: table(("What", "Name", before, after, "Source"), rows, empty="Nothing differs."))


def _law(home: Path | None, added: Sequence[Path] | None) -> "RuleSet":
    from evidence.rules.added import read_addition
    from evidence.rules.ruleset import RuleSet

    law = RuleSet.load() if home is None else rules_added.in_use(home)
    return law.with_added(read_addition(rules_added.content(path)) for path in added or ())


def rule_set(named: str, home: Path | None) -> "RuleSet":
    """The rule set that a person names so, as `diff` says.

    Raises:
        UsageError: none is called so.
    """
    from evidence.errors import UsageError
    from evidence.rules.added import read_addition
    from evidence.rules.ruleset import RuleSet

    place = Path(named)
    try:
        what = place.stat().st_mode
    except (OSError, ValueError):  # nothing is there, or no file can be called so
        what = 0
    if named == "packaged":
        return RuleSet.load()
    if named == "in-use":
        return _law(home, None)
    if S_ISDIR(what):
        return RuleSet.load(place)
    if S_ISREG(what):
        return _law(home, None).with_added([read_addition(rules_added.content(place))])
    if home is not None and (found := rules_added.recorded(home, named)) is not None:
        return found
    raise UsageError(
        f"No rule set is called {named!r}; wanted packaged, in-use, the hash of one on record in a home, "
        "a folder of data files or a file to add."
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _figures(law: "RuleSet", names: Sequence[str], on: datetime | None, as_json: bool) -> None:
    wanted = [law.series(name) for name in names] if names else list(law.parameters.values())
    shown = [(figure, value) for figure in wanted for value in _values(figure, on, named=bool(names))]
    if as_json:
        figures = [{**plain(value), "subject": figure.subject, "measure": figure.measure} for figure, value in shown]
        show({"rule_set": law.name, "figures": figures}, as_json)
        return
    columns = ("Name", "Figure", "From", "Until", "Source", "Mark", "Read on")
    table(columns, [_row(value) for _, value in shown], empty="No figure of law binds on that day.")
    note(f"Rule set {law.name}")


def _values(figure: "Parameter", on: datetime | None, named: bool) -> "list[Law]":
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


def _uses(names: Sequence[str] | None) -> list[str]:
    from evidence.core.statements.use import UseClass
    from evidence.errors import UsageError

    known = [use.value for use in UseClass]
    if strange := [name for name in names or () if name not in known]:
        raise UsageError(f"--use {strange[0]}: wanted one of {', '.join(known)}.")
    return list(names or known)


def _answer(law: "RuleSet", code: str, day: date, uses: Sequence[str], edition: str, kinds: Sequence[str]) -> "Answer":
    from evidence.core.statements.use import UseClass
    from evidence.rules.applies import what_applies

    return what_applies(law, code, day, uses=[UseClass(use) for use in uses], edition=edition, kinds=kinds)


def _print_all(answers: "Sequence[Answer]", uses: Sequence[str]) -> None:
    for each in answers:
        _print(each, uses)


def _print(answer: "Answer", uses: Sequence[str]) -> None:
    from evidence.rules.applies import table_text

    typer.echo(f"{answer.code} on {answer.day}" + (f" ({answer.note})" if answer.note else ""))
    rows = [
        (row.table, row.column, row.description, "only so" if row.needs_role else "yes", table_text(row.table),
         f"{row.citation} [{row.confidence}]")
        for row in answer.rows
    ]  # fmt: skip
    table(
        ("Table", "Column", "Goods", "Whole code", "Effect", "Source"), rows, title="Listed in",
        empty="No table lists it.",
    )  # fmt: skip
    for use in uses:
        lines = [line for each in answer.alternatives if each.use == use for line in _lines(each)]
        if lines:
            columns = ("Kind of goods", "Change needed", "Content needed", "Because", "Source", "Read on")
            table(columns, lines, title=f"As {use}: any one line is enough")
    for missing in answer.unanswered:
        typer.echo(f"As {missing.use}{f', {missing.kind}' if missing.kind else ''}: {missing.reason}")
    if answer.besides:
        columns = ("Name", "Figure", "From", "Until", "Source", "Mark")
        besides = [_row(law)[:-1] for law in answer.besides]
        table(columns, besides, title="Needed besides, by a vehicle itself or by a core part for its vehicle")
    items = [
        (item.letter_code, item.country, item.item, "yes" if item.decides else "no, confirm it", item.citation,
         item.confidence)
        for item in answer.items
    ]  # fmt: skip
    if items:
        columns = ("Letter code", "Country", "Item", "Decides", "Source", "Mark")
        table(columns, items, title="National items behind letter codes")


def _lines(each: "Alternative") -> Iterator[tuple[object, ...]]:
    rule = each.rule
    change = each.change or "none"
    source = rule.text + (f", added by {rule.added_by}" if rule.added_by else "")
    whys = [
        need.why
        if need.law is None or need.law.source == rule.citation
        else f"{need.why} ({need.law.source} [{need.law.confidence}])"
        for need in each.contents
    ]
    figures = [f"{need.law.comparator} {need.law.amount} %" if need.law else "no value" for need in each.contents]
    contents = " or ".join(f"{need.method.value} {figure}" for need, figure in zip(each.contents, figures, strict=True))
    why = "; ".join([*dict.fromkeys(whys), *each.readings, *rule.remarks])
    yield (each.kind or "all", change, contents or "none", why, source, rule.checked)


rules_added.register(app)
