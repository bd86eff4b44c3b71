"""What a workbook comes to, by name: the figures that a reader compares, and whether each limb is met."""

from collections.abc import Iterator

from workbook.frame import Frame
from workbook.goods import ELEMENTS, EXCLUDED
from workbook.labor import COMPUTING, LABOR, MATERIAL, PRODUCTION, PURCHASES, RESEARCH, TRANSPORT
from workbook.law import CREDIT_ENDS
from workbook.sheets import Table

_MET, _NOT = '"met"', '"not_met"'


def add_result(frame: Frame, made: list[str]) -> None:
    """The sheet ``result``. `made` are the parts that are made, the good first."""
    figures = dict(_figures(frame, made))
    table = Table(frame.book, "result", ("name", "figure"), len(figures))
    for name, formula in figures.items():
        table.add((name, f"={_named(table, formula, tuple(figures))}"))


def _named(table: Table, formula: str, names: tuple[str, ...]) -> str:
    """A formula with each ``[name]`` of the result put as its cell."""
    for row, name in enumerate(names, start=1):
        formula = formula.replace(f"[{name}]", table.at("figure", row))
    return formula


def _figures(frame: Frame, made: list[str]) -> Iterator[tuple[str, str]]:
    for part in made:
        yield from _part(frame, part)
    yield from _content(frame)
    if frame.good.use == "passenger vehicle":
        yield from _core(frame, made)
    if frame.good.is_vehicle:
        yield from _labor(frame)
        yield from _metals(frame)
    yield from _limbs(frame)


def _of(frame: Frame, part: str, heading: str) -> str:
    parts = frame.calc["parts"]
    return f'INDEX({parts.column(heading)},MATCH("{part}",{parts.column("part")},0))'


def _part(frame: Frame, part: str) -> Iterator[tuple[str, str]]:
    """Costs of a part that is made, and the tie of its bill."""
    before = "" if part == frame.good.part else f"{part}."
    yield f"{before}units", _of(frame, part, "units")
    for element in ELEMENTS:
        yield f"{before}cost.{element}", _of(frame, part, f"cost {element}")
    yield f"{before}total_cost", _of(frame, part, "total cost")
    for heading in EXCLUDED:
        yield f"{before}excluded.{heading}", _of(frame, part, f"excluded {heading}")
    yield f"{before}excluded", _of(frame, part, "excluded")
    yield f"{before}net_cost", _of(frame, part, "net cost")
    yield f"{before}tie.booked", _of(frame, part, "booked")
    yield f"{before}tie.bill", _of(frame, part, "by bill")
    yield f"{before}tie.shortfall", _of(frame, part, "shortfall")
    yield f"{before}vnm.unit", _of(frame, part, "inside each")
    yield f"{before}vnm", f"[{before}vnm.unit]*[{before}units]"


def _content(frame: Frame) -> Iterator[tuple[str, str]]:
    good = frame.good.part
    yield "content", "([net_cost]-[vnm])/[net_cost]*100"
    yield "shift.1.missed", f"{_of(frame, good, 'missed each')}*[units]"
    yield "shift.1.share", "[shift.1.missed]/[total_cost]*100"
    parts = frame.calc["parts"]
    for row in range(2, parts.count + 1):
        name = frame.rows["item"][row - 1]["part"]
        yield f"{name}.value_each", parts.at("value each", row)
        yield f"{name}.counted", parts.at("counted", row)


def _core(frame: Frame, made: list[str]) -> Iterator[tuple[str, str]]:
    """Each core part's content, and that of all of them as a super-core."""
    parts, bill = frame.calc["parts"], frame.data["bill-of-materials"]
    costs, counted = [], []
    for row, item in enumerate(frame.rows["item"], start=1):
        if not item["core_group"]:
            continue
        name, cost, vnm = item["part"], parts.at("tested cost", row), parts.at("tested vnm", row)
        yield f"{name}.content.vnm", f"({cost}-{vnm})/{cost}*100"
        if name in made:
            yield f"{name}.col2.unit", parts.at("col2 inside", row)
            yield f"{name}.col2", f"[{name}.col2.unit]*[{name}.units]"
            yield f"{name}.content.col2", f"({cost}-[{name}.col2])/{cost}*100"
        of_the_good = f'{bill.column("parent")},"{frame.good.part}",{bill.column("child")},"{name}"'
        in_a_car = f"SUMIFS({bill.column('quantity')},{of_the_good})"
        units = f"IF({parts.at('made', row)}=1,{parts.at('units', row)},1)"
        costs.append(f"{cost}/{units}*{in_a_car}")
        counted.append(f"{vnm}/{units}*{in_a_car}")
    whole = f"({'+'.join(costs)})"
    known = ",".join(f"{each}>0" for each in costs)
    share = f"({whole}-({'+'.join(counted)}))/{whole}*100"
    yield "super_core.vnm.content", f'IF(AND({known}),{share},"a part without figures")'


def _labor(frame: Frame) -> Iterator[tuple[str, str]]:
    labor = frame.calc["labor"]

    def total(heading: str, kind: str, flag: str) -> str:
        return f'SUMIFS({labor.column(heading)},{labor.column("kind")},"{kind}",{labor.column(flag)},1)'

    for row, line in enumerate(frame.rows["labour-value-input"], start=1):
        heading = "counted" if line["labour_input"] in (LABOR, MATERIAL, TRANSPORT) else "amount"
        if line["amount"]:
            yield f"L{row:04}", labor.at(heading, row)
        elif line["capacity"]:
            yield f"L{row:04}", frame.data["labour-value-input"].at("capacity", row)
    yield "lvc.labor", total("counted", LABOR, "within")
    yield "lvc.materials", total("counted", MATERIAL, "within")
    yield "lvc.transport", total("counted", TRANSPORT, "within")
    yield "lvc.high_wage", "[lvc.labor]+[lvc.materials]+[lvc.transport]"
    if frame.good.use == "heavy truck":
        line = frame.data["labour-value-input"]
        of_plant = (
            f'SUMIFS({labor.column("amount")},{labor.column("kind")},"{PURCHASES}",{labor.column("within")},1,'
            f"{line.column('plant')},{frame.asked('plant')})"
        )
        yield "lvc.whole", f"{of_plant}+[lvc.labor]"
    whole = "[lvc.whole]" if frame.good.use == "heavy truck" else "[net_cost]"
    yield "lvc.share", f"[lvc.high_wage]/{whole}*100"
    wages = "+".join(total("amount", kind, "of the year") for kind in (RESEARCH, COMPUTING))
    most = frame.law("technology, most points")
    yield "lvc.technology", f"MIN({most},({wages})/{total('amount', PRODUCTION, 'of the year')}*100)"
    yield "lvc.assembly", f"IF(SUM({labor.column('carries')})>0,{frame.law('assembly, points')},0)"
    yield "lvc.total", "[lvc.share]+[lvc.technology]+[lvc.assembly]"
    most, least = (frame.law(f"{frame.good.use}, labor {each}") for each in ("total", "material"))
    short = f"MAX({most}-[lvc.technology]-[lvc.assembly],{least})-[lvc.share]"
    yield "lvc.wanting", f"ROUNDUP(MAX({short},0)*{whole}/100,2)"


def _metals(frame: Frame) -> Iterator[tuple[str, str]]:
    metals = frame.calc["metals"]
    for metal in ("steel", "aluminum"):

        def total(flag: str, metal: str = metal) -> str:
            return f'SUMIFS({metals.column("value")},{metals.column("metal")},"{metal}",{metals.column(flag)},1)'

        yield f"{metal}.total", total("counts")
        yield f"{metal}.originating", total("originating")
        if metal == "steel":
            yield f"{metal}.melted", total("melted")
        yield f"{metal}.counted", f"[{metal}.originating]"
        yield f"{metal}.share", f"[{metal}.counted]/[{metal}.total]*100"


def _limbs(frame: Frame) -> Iterator[tuple[str, str]]:
    use = frame.good.use
    content = f"([net_cost]-[vnm])*100>={frame.law(_THRESHOLDS[use])}*[net_cost]"
    shifts = f"[shift.1.missed]*100<={frame.law('de minimis, tariff change')}*[total_cost]"
    if use == "Table B":
        yield "limb: product rule", f"IF(OR({shifts},{content}),{_MET},{_NOT})"
        return
    if use == "passenger vehicle":
        parts = frame.calc["parts"]
        yield "limb: tariff change", f"IF({shifts},{_MET},{_NOT})"
        yield "limb: regional value content", f"IF({content},{_MET},{_NOT})"
        failing = f"SUMPRODUCT(({parts.column('core')}=1)*({parts.column('originates')}=0))"
        yield "limb: core parts", f"IF({failing}=0,{_MET},{_NOT})"
    else:
        least = frame.law("heavy truck, labor material")
        day = f"DATE({CREDIT_ENDS.year},{CREDIT_ENDS.month},{CREDIT_ENDS.day})"
        earned = f"AND([lvc.total]>{frame.law('heavy truck, labor total')},[lvc.share]>{least},{frame.last}<={day})"
        yield "content with credit", f"[content]+IF({earned},[lvc.share]-{least},0)"
        credited = f"[content with credit]>={frame.law('heavy truck, net cost')}"
        floor = f"[content]>={frame.law('heavy truck credit, least content')}"
        yield "limb: product rule", f"IF(AND({shifts},OR({content},AND({floor},{credited}))),{_MET},{_NOT})"
    total, least = frame.law(f"{use}, labor total"), frame.law(f"{use}, labor material")
    reached = {"labour value content": f"[lvc.total]>={total},[lvc.share]>={least}"}
    for metal in ("steel", "aluminum"):
        reached[metal] = f"[{metal}.counted]*100>={frame.law(f'{metal}, least share')}*[{metal}.total]"
    for kind, tests in reached.items():
        yield f"limb: {kind}", f"IF(AND({tests},{_certified(frame, kind)}>0),{_MET},{_NOT})"


def _certified(frame: Frame, kind: str) -> str:
    """How many certifications of a kind stand for the good over its days."""
    form = frame.data["vehicle-certification"]
    conditions = ",".join(
        (
            f'{form.column("certification_kind")},"{kind}"',
            f"{form.column('parts')},{frame.asked('good')}",
            f'{form.column("status")},"properly filed"',
            f'{form.column("valid_from")},"<="&{frame.first}',
            f'{form.column("valid_to")},">="&{frame.last}',
        )
    )
    return f"COUNTIFS({conditions})"


_THRESHOLDS = {
    "passenger vehicle": "passenger vehicle, net cost",
    "heavy truck": "heavy truck, net cost",
    "Table B": "Table B, net cost",
}
