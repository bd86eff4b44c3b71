"""A worksheet for a person at a terminal: in short, or step by step so that it is followed with a calculator."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

import typer

from evidence.cli.common import one_line, table

if TYPE_CHECKING:
    from evidence.origin.worksheet import LawRef, Worksheet

_WORDS = {"met": "originates", "not_met": "does not originate", "not_determinable": "cannot be determined"}
_SHORT = ("cost.", "excluded.", "tie.", "vnm.", "steel.", "aluminum.", "lvc.")


def print_worksheet(worksheet: "Worksheet") -> None:
    """In short: result, limbs, figures, core parts, what counts, gaps, views."""
    _head(worksheet)
    limbs = {row.limb: row for row in reversed(worksheet.findings)}
    rows = [[row.limb, _say(row.outcome.value), row.reason] for row in reversed(list(limbs.values()))]
    table(("limb", "outcome", "why"), rows, title="Limbs")
    cells = [cell for cell in worksheet.cells if "." not in cell.id or cell.id.startswith(_SHORT)]
    table(("cell", "figure", "", "what"), [[c.id, _money(c.value), c.unit, c.label] for c in cells], title="Figures")
    _core_parts(worksheet)
    materials = [
        [m.id, "  " * (m.level - 1) + m.part, m.description, _money(m.value), _money(m.counted), m.status.value]
        for m in worksheet.materials
        if m.counted is None or m.counted > 0 or m.level == 1
    ]
    table(("", "part", "what", "value", "counted", "how"), materials, title="First level, and all that counts")
    _gaps_and_views(worksheet)


def print_steps(worksheet: "Worksheet", said: Mapping[str, str]) -> None:
    """Step by step: every figure with its formula, its figures, its text of law and the entries that it is read from.

    Args:
        worksheet: the worksheet.
        said: what the entries behind its figures hold, by reference.
    """
    _head(worksheet)
    choices = [
        [each.name, each.choice, "default" if each.is_default else "elected", each.citation]
        for each in worksheet.choices
    ]
    table(("choice", "taken", "", "citation"), choices, title="Choices", empty="No choice bears on it.")
    _materials(worksheet)
    _steps(worksheet)
    table(("entry", "holds"), list(said.items()), title="Entries that figures are read from", empty="No entries.")
    tests = [
        [row.limb, row.test, _say(row.outcome.value), _exact(row.figure), _exact(row.bound), row.reason, _law(row.law)]
        for row in worksheet.findings
    ]
    table(("limb", "test", "outcome", "figure", "bound", "why", "text of law"), tests, title="Tests")
    _core_parts(worksheet)
    for test in worksheet.shifts:
        rows = [[r.material, r.part, r.code, _exact(r.value), r.shifts] for r in test.rows]
        title = f"Tariff change, {test.alternative}: {test.words}"
        table(("", "part", "code", "value of all units", "shifts"), rows, title=title, empty=f"{title}: no inputs.")
    _gaps_and_views(worksheet)


def entries(worksheet: "Worksheet") -> list[str]:
    """The references of every entry that a figure or the value of a material is read from."""
    rests = [*(each.rests_on for each in worksheet.cells), *(each.rests_on for each in worksheet.materials)]
    return list(dict.fromkeys(ref for refs in rests for ref in refs if ref.startswith("#")))


def _head(worksheet: "Worksheet") -> None:
    good = worksheet.good
    typer.echo(f"{good.owner} {good.part} {good.revision or ''}, {good.description}, made at {worksheet.plant}")
    typer.echo(
        f"{worksheet.period_from} to {worksheet.period_to}, {worksheet.basis} figures, threshold by {worksheet.event}"
    )
    if worksheet.basis == "estimate":
        due = f"from {worksheet.true_up_due} on" if worksheet.true_up_due else "on a day that no calendar on file tells"
        typer.echo(f"ESTIMATE: actual figures are due {due}, and confirm or overturn it.")
    typer.echo(f"Origin analysis: {_WORDS[worksheet.outcome.value]}. {worksheet.summary}")
    if good.concordance:
        typer.echo(good.concordance)


def _steps(worksheet: "Worksheet") -> None:
    from evidence.origin.steps import steps

    typer.echo("Figures, each from those above it")
    for step in steps(worksheet):
        typer.echo(one_line(f"{step.id} = {_exact(step.value)} {step.unit}: {step.label}"))
        typer.echo("    " + one_line(f"= {step.formula}"))
        if step.figures:
            typer.echo("    " + one_line(f"= {step.figures}"))
        if step.citation:
            typer.echo("    " + one_line(step.citation))
        if step.entries:
            typer.echo("    " + one_line(f"read from {', '.join(step.entries)}"))
    typer.echo("")


def _materials(worksheet: "Worksheet") -> None:
    """Every line of the bill for one unit of the good: quantity x unit value = value, and what of it counts."""
    rows = [
        [
            each.id,
            "  " * (each.level - 1) + each.part,
            f"{_exact(each.quantity)} {each.unit}",
            _exact(each.unit_value),
            _exact(each.value),
            _exact(each.counted),
            each.status.value,
            each.reason,
            " ".join(each.rests_on),
        ]
        for each in worksheet.materials
    ]
    columns = ("", "part", "quantity", "x unit value", "= value", "counts", "how", "why", "read from")
    table(columns, rows, title="Materials of one unit of the good", empty="The bill has no lines.")


def _core_parts(worksheet: "Worksheet") -> None:
    if worksheet.core_parts:
        parts = [
            [p.group, p.part, p.way, p.content, _say(p.outcome.value), "; ".join(f"{w.way} {w.shown}" for w in p.ways)]
            for p in worksheet.core_parts
        ]
        table(("group", "part", "way", "content", "outcome", "by each way"), parts, title="Core parts of Table A.2")


def _gaps_and_views(worksheet: "Worksheet") -> None:
    gaps = [["open" if gap.open else "counted", gap.what, gap.owner, gap.effect] for gap in worksheet.gaps]
    table(("", "gap", "whose", "effect"), gaps, title="Gaps", empty="No gaps.")
    views = [[view.name, view.option, _say(view.outcome.value), view.shown] for view in worksheet.views]
    if views:
        table(("second view", "", "outcome", "figures"), views, title="The same under other days and readings")


def _law(refs: "tuple[LawRef, ...]") -> str:
    """Each text with its mark and the day that it was last read."""
    said = []
    for law in refs:
        read = f" [{law.mark}, read {law.checked}]" if law.mark else ""
        said.append(f"{law.name} {law.text}: {law.source}{read}" if law.text else f"{law.source}{read}")
    return "; ".join(said)


def _say(outcome: str) -> str:
    return outcome.replace("_", " ")


def _money(value: Decimal | None) -> str:
    """A figure cut for the eye only; the worksheet holds it exactly."""
    return "not known" if value is None else f"{value:,.2f}"


def _exact(value: Decimal | None) -> str:
    """A figure with every digit that the worksheet holds."""
    from evidence.core.values import decimal_to_text

    return "" if value is None else decimal_to_text(value)
