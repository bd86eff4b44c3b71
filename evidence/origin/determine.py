"""`determine`: from inputs to a worksheet. Pure: equal inputs and an equal rule set give equal bytes.

The steps, in the order of the law: the good and its rule, the bill and what each line is worth, what of it is
supported, the parts tested by themselves, the roll-up, and then each limb. The arithmetic of the law is that of
`evidence.rules`; what is missing makes a limb not determinable or counts against it, never for it.
"""

from collections.abc import Iterator
from dataclasses import replace

from evidence.core.statements.use import UseClass
from evidence.origin import conditions, other_vehicle, rows, summary, views
from evidence.origin.choices import EVENT, METHOD_CITATION, METHODS
from evidence.origin.days import days_besides
from evidence.origin.determination import TABLE_CHOICES, Determination
from evidence.origin.gaps import gap_rows
from evidence.origin.inputs import Inputs
from evidence.origin.labor_rows import labor_cells, labor_gaps, labor_views
from evidence.origin.metal_rows import add_cells, metal_gaps, metal_views
from evidence.origin.question import Event
from evidence.origin.staged_vehicle import staged_view
from evidence.origin.summary import Limbs
from evidence.origin.ties import tie
from evidence.origin.worksheet import Cell, Good, Outcome, View, Worksheet
from evidence.origin.year_end_views import true_up_due, year_end_views
from evidence.rules.exact import exactly
from evidence.rules.finding import Finding
from evidence.rules.product_rules import Method
from evidence.rules.regional_value import percent
from evidence.rules.routes import HEAVY_SERIES
from evidence.rules.ruleset import RuleSet


def determine(inputs: Inputs, law: RuleSet, program: str = "not named") -> Worksheet:
    """The worksheet of the question in `inputs`, under `law`, saying which version of the program worked it out.

    Raises:
        OriginError: the bill holds a part inside itself, or is deeper than it may be; or the good is not recorded for
            the use asked about.
        RuleError: an election on file names a reading that the rule set does not have.
    """
    return _worksheet(Determination(inputs, law, program))


def _worksheet(of: Determination) -> Worksheet:
    """Everything that the worksheet says, each part once; noting the choices comes before printing them."""
    asked = of.inputs.question
    with exactly():
        limbs = list(of.limbs())
    other = of.other is not None and of.other.is_vehicle
    whole = conditions.whole(limbs, of.vehicle, other=other, inputs=of.inputs, region=of.law.region)
    of.choices.reading(EVENT, asked.event.value)
    if of.light_vehicle:
        of.choices.reading(views.CORE_READING)
    if of.vehicle is not None and views.certified_elsewhere(of.inputs, of.law):
        options = (views.ADDRESSEE_TAKEN, views.ADDRESSEE_OTHER)
        of.choices.note(views.ADDRESSEE, options[0], options, views.ADDRESSEE_CITATION)
    besides = [*of.loans.found(), *of.allocations(), *of.parts.nesting(), *of.parts.by_regime()]
    site = next((fact.value for fact in of.inputs.sites if fact.value.site == asked.plant), None)
    return Worksheet(
        good=_good(of),
        plant=asked.plant,
        plant_country=site.country if site is not None else "",
        period_from=asked.period_from,
        period_to=asked.period_to,
        basis=asked.basis.value,
        event=asked.event.value,
        event_day=None if asked.event is Event.PRODUCTION else asked.on,
        other_day=asked.on if asked.event is Event.PRODUCTION else None,
        importing_country=asked.importing_country,
        true_up_due=true_up_due(of.inputs),
        currency=of.currency,
        as_of=of.inputs.as_of,
        rule_set=of.law.content_hash,
        program=of.program,
        outcome=Outcome(whole.outcome.value),
        criterion="B" if whole.met else "none",
        method=summary.method(limbs),
        summary=_summary(of, [each for each in limbs if each[0] != conditions.GENERAL or not each[1].met], whole),
        choices=of.choices.used(),
        cells=tuple(_cells(of)),
        findings=rows.with_shifts(
            (row for name, finding in [*limbs, *besides] for row in rows.finding_rows(name, finding)),
            of.shifts,
            of.method.base,
        ),
        materials=tuple(rows.material_rows(of.bill.all(), of.counting, of.rolled, of.parts.tested)),
        core_parts=tuple(summary.core_part(result) for result in of.parts.core),
        shifts=of.shifts,
        gaps=(
            *gap_rows(of.inputs, of.bill, of.counting, of.sheet, of.rolled, limbs, of.parts.core),
            *(gap for sheet in of.metals.values() for gap in metal_gaps(sheet)),
            *(labor_gaps(of.labor) if of.labor is not None else ()),
        ),
        views=tuple(_views(of, limbs, whole)),
        inputs=of.inputs.references(),
    )


def _summary(of: Determination, limbs: Limbs, whole: Finding) -> str:
    said = summary.summary(limbs, whole)
    if not of.light_vehicle:
        return said
    warning = views.reading_warning(of.parts.reading, of.rule, of.under_other_reading)
    return f"{said} {warning}" if warning else said


def _good(of: Determination) -> Good:
    asked, item = of.inputs.question, of.item
    return Good(
        owner=asked.owner,
        part=asked.part,
        revision=of.bill.revision,
        description=item.value.description if item is not None else "no item on file",
        hs_edition=of.code.edition,
        code=of.code.code,
        rule_edition="HS2012",
        rule_code=of.code.rule_code or "",
        concordance=of.code.by or None,
        use=of.use.value.use.value if of.use is not None else "",
        vehicle_class=of.vehicle.value if of.vehicle is not None else None,
    )


def _cells(of: Determination) -> list[Cell]:
    cells = rows.Cells(of.currency)
    cells.of_sheet(of.sheet, of.tie, of.bill.lines, "", "", rows.Fallen.of(of.good.net_cost, of.rolled))
    cells.found += of.loans.cells()
    if not of.bill.fault:
        counted = [each.key.split(" ")[0] for each in of.rolled.contributions if each.non_originating]
        ids = [each for each in counted if each.startswith("M")]
        cells.of_content(of.rolled.non_originating, of.sheet.units, ids, "", "")
    net_cost, vnm = of.good.net_cost, of.good.non_originating
    if net_cost is not None and vnm is not None and net_cost > 0:
        formula = "(net_cost - vnm) / net_cost x 100, cut after four decimals"
        label = "Regional value content, net cost method"
        cells.add("content", label, percent(net_cost, vnm), formula, ("net_cost", "vnm"), "%")
    of.method.sales.add_cells(cells, vnm)
    for test in of.shifts:
        cells.of_shift(test, of.method.base)
    for line in of.bill.all():
        each = of.parts.tested.get(line.id)
        if line.sheet is not None:
            fallen = rows.Fallen.of(each.net_cost, each.rolled, *line.sheet.rests_on) if each is not None else None
            prefix, named = f"{line.id}.", f" of {line.key}"
            cells.of_sheet(line.sheet, tie(line.children, line.sheet), line.children, prefix, named, fallen)
        if each is not None and each.vnm is not None and line.sheet is not None and line.sheet.units:
            inside = [key.split(" ")[0] for key, amount in each.counted.items() if amount]
            cells.of_content(each.vnm_unit, line.sheet.units, inside, f"{line.id}.", f" of {line.key}")
            cells.of_core(each)
    of.parts.add_cells(cells)
    for sheet in of.metals.values():
        add_cells(cells, sheet)
    if of.labor is not None:
        labor_cells(cells, of.labor)
    return cells.found


def _views(of: Determination, limbs: Limbs, whole: Finding) -> Iterator[View]:
    """The product rule under other days and other readings than the ones that decide."""
    choice = of.law.choice(EVENT, of.inputs.question.event.value)
    for name, day in days_besides(of.inputs.question, of.percentages()).items():
        finding = of.product_rule((day,))
        yield summary.view(name, day.isoformat(), finding, f"{choice.source} [{choice.confidence}]")
    if of.use is not None and of.use.value.use is UseClass.OE_HEAVY:
        for name in (*TABLE_CHOICES, *((HEAVY_SERIES,) if of.turns_on(HEAVY_SERIES) else ())):
            for option in of.law.choices[name].options:
                if option.name == of.choices.reading(name) or not of.turns_on(name):
                    continue
                finding = of.product_rule(of.days, {name: option.name})
                citation = f"{option.source} [{option.confidence}]"
                yield summary.view(of.law.choices[name].title, option.name, finding, citation)
    yield from method_views(of)
    yield from _reading_views(of, limbs, whole)
    for sheet in of.metals.values():
        yield from metal_views(sheet, of.days[-1], of.law)
    if of.labor is not None:
        yield from labor_views(of.labor, of.law)
    yield from year_end_views(of.inputs)


def method_views(of: Determination) -> Iterator[View]:
    """The good by the method that does not decide, where its product rule offers both and the figures are on file."""
    used = of.method
    other = next(each for each in Method if each is not used.method)
    if not used.both or (other is Method.TRANSACTION_VALUE and not used.sales.lines):
        return
    name = f"By the {METHODS[other is Method.TRANSACTION_VALUE]} method"
    yield summary.view(name, "not elected", of.product_rule(of.days, method=other), METHOD_CITATION)


def _reading_views(of: Determination, limbs: Limbs, whole: Finding) -> Iterator[View]:
    """The good under the other readings of open questions, and under certifications read otherwise."""
    if of.light_vehicle:
        yield views.reading_view(of.law, of.parts.reading, of.parts.core, of.under_other_reading)
        yield from views.way_views(of.parts.core, of.choices, of.core_limb)
    if of.cell_codes:
        yield views.cells_view(of.law, of.cells_taken, whole, of.under_other_cells(limbs))
    if of.staged is not None and not of.staged.elected:
        yield from staged_view(of.staged_limbs)
    if of.staged_good is not None and not of.staged_good.elected:
        yield of.staged_good.view(of.method.figures(of.good))
    if of.other is not None:
        yield from other_vehicle.views(of.other, lambda name: replace(of, vnm=name).product_rule(of.days))
    if of.vehicle is not None:
        yield from views.certification_views(of.inputs, of.law)
