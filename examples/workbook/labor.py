"""Labor value content of a vehicle (s.18; 29 CFR 810): what counts of each figure on file.

A passenger vehicle here by net cost over its own quarter, a heavy truck by the annual purchases of the year before. A
plant's certificate over a calendar year is good for the twelve months that follow (s.18(5)).
"""

from workbook.frame import Frame
from workbook.law import REGION
from workbook.sheets import Table, worked_out

LABOR, MATERIAL, TRANSPORT = "high-wage labour cost of the vehicle", "high-wage material", "high-wage transport"
PURCHASES, CAPACITY = "annual purchases", "assembly plant capacity"
RESEARCH, COMPUTING, PRODUCTION = "research and development wages", "information technology wages", "production wages"
_QUARTER = "quarter to date"


def add_labor(frame: Frame) -> None:
    """The sheets ``labor days``, ``certificates`` and ``labor``."""
    days = Table(frame.book, "labor days", ("first", "last", "year first", "year last"), 1)
    quarter = f"{frame.elected('labor value content period', _QUARTER, frame.asked('good'))}>0"
    year = f"YEAR({frame.first})-1"
    january, december = f"DATE({year},1,1)", f"DATE({year},12,31)"
    days.add(
        (
            f"=IF({quarter},{frame.first},{january})",
            f"=IF({quarter},{frame.last},{december})",
            f"={january}",
            f"={december}",
        )
    )
    frame.calc["labor days"] = days
    frame.calc["certificates"] = _certificates(frame)
    frame.calc["labor"] = _lines(frame)


def _certificates(frame: Frame) -> Table:
    """Each wage certificate: whether the average is at the rate of its country, and from when to when it is good."""
    form = frame.data["wage-certificate"]

    def paid(_: Table, row: int) -> str:
        country = form.at("country", row)
        american, canadian, mexican = (frame.law(f"wage {each}") for each in REGION)
        rate = f'IF({country}="US",{american},IF({country}="CA",{canadian},{mexican}))'
        return f"=IF({form.at('base_wages', row)}>={rate}*{form.at('direct_hours', row)},1,0)"

    return worked_out(
        frame.book,
        "certificates",
        form.count,
        {
            "number": lambda _, row: f"={form.at('number', row)}",
            "paid": paid,
            "good from": lambda _, row: f"={form.at('period_to', row)}+1",
            "good to": lambda _, row: f"=EDATE({form.at('period_from', row)},24)-1",
        },
    )


def _lines(frame: Frame) -> Table:
    line, days = frame.data["labour-value-input"], frame.calc["labor days"]

    def within(first: str, last: str, row: int) -> str:
        return f"=IF(AND({line.at('period_from', row)}>={first},{line.at('period_to', row)}<={last}),1,0)"

    def amount(_: Table, row: int) -> str:
        currency = line.at("currency", row)
        rate = frame.rate(currency, line.at("period_to", row))
        return f'=IF({currency}="",0,{line.at("amount", row)}*{rate})'

    return worked_out(
        frame.book,
        "labor",
        line.count,
        {
            "kind": lambda _, row: f"={line.at('labour_input', row)}",
            "within": lambda _, row: within(days.at("first", 1), days.at("last", 1), row),
            "of the year": lambda _, row: within(days.at("year first", 1), days.at("year last", 1), row),
            "amount": amount,
            "high wage": lambda _, row: _high_wage(frame, row),
            "qualifying": lambda sheet, row: _qualifying(frame, sheet, row),
            "counted": lambda sheet, row: _counted(frame, sheet, row),
            "carries": lambda sheet, row: _carries(frame, sheet, row),
        },
    )


def _high_wage(frame: Frame, row: int) -> str:
    """The certificate that a line names is of its plant, of the right workers, at the rate, and still good."""
    line, form = frame.data["labour-value-input"], frame.data["wage-certificate"]
    certificates = frame.calc["certificates"]
    kind, named = line.at("labour_input", row), line.at("wage_certificate", row)

    def of_form(table: Table, heading: str) -> str:
        return f"INDEX({table.column(heading)},MATCH({named},{form.column('number')},0))"

    scope, capacity = of_form(form, "scope"), f'{kind}="{CAPACITY}"'
    first = f"IF({capacity},{frame.first},{line.at('period_from', row)})"
    last = f"IF({capacity},{frame.last},{line.at('period_to', row)})"
    whole = f'{scope}="whole assembly plant"'
    workers = (
        f'IF({kind}="{TRANSPORT}",{scope}="transport and logistics",'
        f'IF({capacity},{whole},OR({scope}="direct production",{whole})))'
    )
    tests = (
        f"{of_form(form, 'plant')}={line.at('plant', row)}",
        workers,
        f"{of_form(certificates, 'paid')}=1",
        f"{of_form(certificates, 'good from')}<={first}",
        f"{of_form(certificates, 'good to')}>={last}",
    )
    return f'=IF({named}="",0,IF(AND({",".join(tests)}),1,0))'


def _qualifying(frame: Frame, sheet: Table, row: int) -> str:
    """A line's amount where it may count: of the plant's own labor, of materials in the whole, of transport."""
    line = frame.data["labour-value-input"]
    kind = line.at("labour_input", row)
    of_the_plant = f'AND({kind}="{LABOR}",{line.at("plant", row)}={frame.asked("plant")})'
    by_net_cost = frame.good.use == "passenger vehicle"
    in_the_whole = "TRUE" if by_net_cost else f'{line.at("in_annual_purchases", row)}="yes"'
    counts = f'OR({of_the_plant},AND({kind}="{MATERIAL}",{in_the_whole}),{kind}="{TRANSPORT}")'
    return f"=IF({counts},{sheet.at('amount', row)}*{sheet.at('within', row)}*{sheet.at('high wage', row)},0)"


def _counted(frame: Frame, sheet: Table, row: int) -> str:
    """Of a material and those inside it the larger counts, each value once (s.18(7)-(8))."""
    line = frame.data["labour-value-input"]
    mine, nested, around = sheet.at("qualifying", row), line.column("nested_in_part"), line.at("nested_in_part", row)
    material = f'{line.column("labour_input")},"{MATERIAL}"'

    def total(column: str, part: str) -> str:
        return f"SUMIFS({sheet.column('qualifying')},{material},{column},{part})"

    inside = total(nested, line.at("part", row))
    outer, beside = total(line.column("part"), around), total(nested, around)
    nest = f'IF({around}="",IF({mine}>={inside},{mine},0),IF({outer}>={beside},0,{mine}))'
    return f'=IF({line.at("labour_input", row)}="{MATERIAL}",{nest},{mine})'


def _carries(frame: Frame, sheet: Table, row: int) -> str:
    """Whether a plant carries the assembly credit: its capacity, its wages, and whose it is (s.18(12)-(13))."""
    line = frame.data["labour-value-input"]
    least = frame.law("capacity, heavy")
    if frame.good.use == "passenger vehicle":
        of = {name: frame.law(f"capacity, light: {name}") for name in ("engines", "transmissions")}
        packs, made = frame.law("capacity, light: advanced battery packs"), line.at("assembles", row)
        least = f'IF({made}="engines",{of["engines"]},IF({made}="transmissions",{of["transmissions"]},{packs}))'
    first, last = line.at("contract_from", row), line.at("contract_to", row)
    lasting = f"EDATE({first},{frame.law('contract, months')})-1<={last}"
    contracted = f'AND({line.at("contract", row)}<>"",{lasting},{first}<={frame.last},{last}>={frame.last})'
    owner = f"{line.at('entity', row)}={frame.data['bill-of-materials'].at('owner', 1)}"
    own = f'AND({owner},{line.at("contract", row)}="")'
    standing = f"{line.at('period_from', row)}<={frame.last},{line.at('period_to', row)}>={frame.last}"
    tests = (
        f'{line.at("labour_input", row)}="{CAPACITY}"',
        standing,
        f"{sheet.at('high wage', row)}=1",
        f"OR({own},{contracted})",
        f"{line.at('capacity', row)}>={least}",
    )
    return f"=IF(AND({','.join(tests)}),1,0)"
