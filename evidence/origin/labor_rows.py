"""What a worksheet prints of labor value content: each line and figure, what counts as nothing, and second views."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

from evidence.core.statements.labour import LabourInput
from evidence.errors import MalformedValue, RuleError
from evidence.origin.labor import TEST, Labor, LaborFigures, Told
from evidence.origin.labor_lines import FORMULA, LaborLine
from evidence.origin.rows import Cells
from evidence.origin.worksheet import Gap, Outcome, View
from evidence.rules.exact import cut_down, cut_up, exact_sum
from evidence.rules.finding import Finding
from evidence.rules.high_wage import TRANSPORT
from evidence.rules.labor_credits import CAPACITY
from evidence.rules.labor_value import Formula, LaborValue
from evidence.rules.ruleset import RuleSet

_MOST_NAMED = 12
_SHARE = "{0} / {1} x 100, cut after four decimals"


def worked_out(labor: Labor) -> tuple[LaborFigures, LaborValue] | None:
    """The figures and the content on the last day of law; None where the records let nothing be worked out."""
    try:
        return labor.figures, labor.on(labor.days[-1])
    except (RuleError, MalformedValue):
        return None


def labor_cells(cells: Cells, labor: Labor) -> None:
    """Every line with what of it counts, the two terms of the formula, the credits and the content."""
    found = worked_out(labor)
    if found is None:
        return
    figures, value = found
    for id_, label, told in (
        ("lvc.labor", f"High-wage labor costs, {figures.period}", figures.labor),
        ("lvc.materials", f"High-wage materials, {figures.period}", figures.materials),
        ("lvc.transport", f"High-wage transport, {figures.period}", figures.transport),
    ):
        _lines(cells, told)
        counted = [each.line.id for each in told if each.counted]
        cells.add(id_, label, exact_sum(each.counted for each in told), _sum(counted), counted)
    labor_too = value.share.formula is Formula.NET_COST or figures.with_labor
    terms = ["lvc.labor"] * labor_too + ["lvc.materials", "lvc.transport"]
    cells.add("lvc.high_wage", "High-wage value", value.share.high_wage, " + ".join(terms), terms)
    whole = _whole(cells, figures, value)
    if value.material_manufacturing is not None and value.total is not None:
        label = "High-wage material and manufacturing, share"
        of_cells = ("lvc.high_wage", whole)
        share = cut_down(value.material_manufacturing)
        cells.add("lvc.share", label, share, _SHARE.format(*of_cells), of_cells, "%")
    _credits(cells, figures, value)
    if value.total is not None:
        parts = ("lvc.share", "lvc.technology", "lvc.assembly")
        formula = f"{' + '.join(parts)}, of the shares before they are cut"
        cells.add("lvc.total", "Labor value content", cut_down(value.total), formula, parts, "%")
    if value.wanting:
        cells.add("lvc.wanting", "High-wage value wanting", value.wanting, "least addition that meets both", (whole,))


def _lines(cells: Cells, told: Iterable[Told]) -> None:
    for each in told:
        what = each.line.value
        name = f"{what.labour_input.value} {what.part or what.plant or ''}".strip()
        formula = each.line.formula if each.counted else "0"
        cells.add(each.line.id, f"{name}: {each.reason}", each.counted, formula, each.rests_on)


def _amounts(cells: Cells, lines: Iterable[LaborLine]) -> list[str]:
    """Cells of lines that count as they are, with their ids."""
    ids = []
    for line in lines:
        if line.amount is not None:
            where = f" of {line.value.entity}, {line.period}"
            cells.add(line.id, f"{line.value.labour_input.value}{where}", line.amount, line.formula, line.rests_on)
            ids.append(line.id)
    return ids


def _whole(cells: Cells, figures: LaborFigures, value: LaborValue) -> str:
    """The denominator; its cell's id."""
    if value.share.formula is Formula.NET_COST:
        own = _own_net_cost(cells, figures)
        if not figures.beside:
            return own
        ids = [own, *_net_costs(cells, figures)]
        cells.add("lvc.whole", "Net cost of the vehicles averaged", value.share.whole, _sum(ids), ids)
        return "lvc.whole"
    ids = _amounts(cells, figures.purchases)
    parts = ["lvc.labor"] * figures.with_labor
    label = f"Annual purchases at the plant{', and labor' if parts else ''}"
    cells.add("lvc.whole", label, value.share.whole, _sum([*ids, *parts]), [*ids, *parts])
    return "lvc.whole"


def _own_net_cost(cells: Cells, figures: LaborFigures) -> str:
    """The cell of the vehicle's own net cost, as booked: net costs that suppliers state are of its content (s.9(2))."""
    if all(each.id != "accumulated" for each in cells.found):
        return "net_cost"
    parts = ("total_cost", "excluded")
    cells.add("lvc.net_cost.1", "Net cost as booked", figures.net_cost, " - ".join(parts), parts)
    return "lvc.net_cost.1"


def _net_costs(cells: Cells, figures: LaborFigures) -> Iterator[str]:
    """The net cost of each other vehicle that is averaged; the cells' ids."""
    for number, (part, sheet) in enumerate(figures.beside, start=2):
        parts = (f"lvc.total_cost.{number}", f"lvc.excluded.{number}")
        excluded = exact_sum(sheet.excluded.values())
        cells.add(parts[0], f"Total cost of {part}", sheet.total_cost, "sum of cost lines", sheet.cost_refs)
        cells.add(parts[1], f"Excluded costs of {part}", excluded, "sum of cost lines under a heading", sheet.cost_refs)
        cells.add(f"lvc.net_cost.{number}", f"Net cost of {part}", sheet.net_cost, " - ".join(parts), parts)
        yield f"lvc.net_cost.{number}"


def _credits(cells: Cells, figures: LaborFigures, value: LaborValue) -> None:
    ids = _amounts(cells, figures.wages)
    production = {line.id for line in figures.wages if line.value.labour_input is LabourInput.PRODUCTION_WAGES}
    above, below = ([each for each in ids if (each in production) is under] for under in (False, True))
    formula = f"({_sum(above)}) / ({_sum(below)}) x 100, at most the cap, cut after four decimals"
    cells.add(
        "lvc.technology", "Technology credit", cut_down(value.technology), formula if ids else "none", ids, "points"
    )
    for line in figures.capacities:
        where = f"Capacity of {line.value.plant or line.value.entity}, {line.value.assembles}"
        cells.add(line.id, where, line.amount, "as recorded", line.rests_on, "units a year")
        of_these = line.value.originating_capacity
        cells.add(
            f"{line.id}.originating", f"{where}, originating", of_these, "as recorded", line.rests_on, "units a year"
        )
    plants = [line.id for line in figures.capacities]
    formula = "one credit, where a plant carries it" if plants else "none"
    cells.add("lvc.assembly", "Assembly credit", cut_down(value.assembly), formula, plants, "points")


def labor_gaps(labor: Labor) -> Iterator[Gap]:
    """Every line that counts as nothing for want of a record, whose it is, and what it would add."""
    found = worked_out(labor)
    if found is None:
        return
    figures, value = found
    for each in (*figures.labor, *figures.materials, *figures.transport):
        if each.counted or each.within:
            continue
        line, decides = each.line, False
        effect = "counted as nothing of labor value content"
        if line.amount is not None and value.share.whole:
            points = cut_up(Fraction(line.amount) / Fraction(value.share.whole) * 100, 2)
            effect += f"; at most {points} points"
            decides = value.wanting is not None and 0 < value.wanting <= line.amount
        what = f"{line.value.labour_input.value} {line.value.part or line.value.plant or ''}".strip()
        yield Gap(
            what=f"{what}: {each.reason}", owner=line.value.entity, due=None, effect=effect, defeats=decides, open=False
        )


def labor_views(labor: Labor, law: RuleSet) -> Iterator[View]:
    """The content by the other formula, and under the other reading of each open question that it turns on."""
    found = worked_out(labor)
    if found is None:
        return
    figures, value = found
    other = next(formula for formula in Formula if formula is not value.share.formula)
    by_other = labor.other(FORMULA, other.value)
    if worked_out(by_other) is not None and by_other.figures.share.points is not None:
        yield _view(f"{TEST}, {other.value} formula", other.value, by_other.finding, "19 CFR 182 App A s.18(6)")
    for name, bears in ((TRANSPORT, bool(figures.transport)), (CAPACITY, bool(figures.capacities))):
        taken = labor.lines.reading(name) if bears else ""
        for option in law.choices[name].options if bears else ():
            if option.name != taken:
                finding = labor.other(name, option.name).finding
                citation = f"{option.source} [{option.confidence}]"
                yield _view(law.choices[name].title, option.name, finding, citation)


def _view(name: str, option: str, finding: Finding, citation: str) -> View:
    total = next((each for each in _walk(finding) if each.bound is not None), finding)
    return View(name=name, option=option, outcome=Outcome(finding.outcome.value), shown=total.shown, citation=citation)


def _walk(finding: Finding) -> Iterator[Finding]:
    yield finding
    for part in finding.parts:
        yield from _walk(part)


def _sum(ids: list[str]) -> str:
    if len(ids) > _MOST_NAMED:
        return f"sum of {ids[0]} to {ids[-1]}, {len(ids)} figures"
    return " + ".join(ids) or "none"
