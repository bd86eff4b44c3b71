"""Costs, bill and roll-up: what one unit of each part is worth, and what of it does not originate (s.7, s.8, s.14).

Every part has one row, whatever the level: a made part takes the sum of the lines of its own bill, a bought one its
purchases. So the roll-up follows the parts and not the lines of an exploded bill.
"""

from workbook.frame import Frame
from workbook.sheets import Table, worked_out

ELEMENTS = ("material", "labour", "overhead", "period", "other")
EXCLUDED = {
    "sales_promotion": "sales promotion, marketing and after-sales service",
    "royalties": "royalties",
    "shipping_packing": "shipping and packing",
    "interest": "non-allowable interest",
}
_PARTS = (
    "part", "code", "made", "core", "designated", "units", *(f"cost {each}" for each in ELEMENTS), "total cost",
    *(f"excluded {each}" for each in EXCLUDED), "excluded", "net cost", "booked", "bill each", "by bill", "shortfall",
    "short each", "bought", "worth", "off each", "whole units", "stated units", "nothing units", "most stated",
    "most whole off", "value each", "inside each", "tested cost", "tested vnm", "threshold", "originates", "vnm each",
    "missed each", "own rule", "col2 inside", "col2 each", "in one good", "counted",
)  # fmt: skip


def add_goods(frame: Frame) -> None:
    """The sheets ``costs``, ``lines`` and ``parts``."""
    frame.calc["costs"] = _costs(frame)
    parts = Table(frame.book, "parts", _PARTS, len(frame.rows["item"]))
    lines = _lines(frame, parts)
    frame.calc["parts"], frame.calc["lines"] = parts, lines
    for row in range(1, len(frame.rows["item"]) + 1):
        written = {
            **_made(frame, parts, lines, row),
            **_bought(frame, parts, row),
            **_counted(frame, parts, lines, row),
            **_column_two(frame, parts, lines, row),
        }
        parts.add(written[heading] for heading in _PARTS)


def _costs(frame: Frame) -> Table:
    line = frame.data["cost"]

    def amount(_: Table, row: int) -> str:
        within = f"AND({line.at('period_from', row)}>={frame.first},{line.at('period_to', row)}<={frame.last})"
        rate = frame.rate(line.at("currency", row), frame.last)
        return f"=IF({within},{line.at('amount', row)}*{rate},0)"

    return worked_out(frame.book, "costs", line.count, {"amount": amount})


def _lines(frame: Frame, parts: Table) -> Table:
    """Each line of a bill: its quantity times what one unit of the child is worth, counts, and does not shift."""
    bill = frame.data["bill-of-materials"]

    def times(heading: str, row: int) -> str:
        found = f"INDEX({parts.column(heading)},MATCH({bill.at('child', row)},{parts.column('part')},0))"
        return f"={bill.at('quantity', row)}*{found}"

    def in_one_good(row: int) -> str:
        """The quantity in one unit of the good; nothing of it inside a part that originates as a whole."""
        parent = f"MATCH({bill.at('parent', row)},{parts.column('part')},0)"
        above, whole = (f"INDEX({parts.column(name)},{parent})" for name in ("in one good", "originates"))
        return f"={bill.at('quantity', row)}*{above}*(1-{whole})"

    return worked_out(
        frame.book,
        "lines",
        bill.count,
        {
            "parent": lambda _, row: f"={bill.at('parent', row)}",
            "child": lambda _, row: f"={bill.at('child', row)}",
            "value": lambda _, row: times("value each", row),
            "vnm": lambda _, row: times("vnm each", row),
            "missed": lambda _, row: times("missed each", row),
            "col2": lambda _, row: times("col2 each", row),
            "in one good": lambda _, row: in_one_good(row),
        },
    )


def _made(frame: Frame, parts: Table, lines: Table, row: int) -> dict[str, str]:
    """What is booked for a part that is made, and the tie of its bill to the books."""
    cost, volume, costs = frame.data["cost"], frame.data["volume"], frame.calc["costs"]
    item, code = frame.data["item"], frame.data["classification"]
    me = parts.at("part", row)
    months = "*".join(
        (
            f"({volume.column('part')}={me})",
            f"({volume.column('month')}>={frame.asked('first month')})",
            f"({volume.column('month')}<={frame.asked('last month')})",
        )
    )

    def booked(*conditions: str) -> str:
        return f"=SUMIFS({','.join((costs.column('amount'), cost.column('part'), me, *conditions))})"

    element = {f"cost {each}": booked(cost.column("element"), f'"{each}"') for each in ELEMENTS}
    excluded = {
        f"excluded {name}": booked(cost.column("exclusion"), f'"{heading}"') for name, heading in EXCLUDED.items()
    }
    total = "+".join(parts.at(name, row) for name in element)
    out = "+".join(parts.at(name, row) for name in excluded)
    units, made = parts.at("units", row), parts.at("made", row)
    short = f"MAX({parts.at('booked', row)}-{parts.at('by bill', row)},0)"
    group = item.at("core_group", row)
    return {
        "part": f"={item.at('part', row)}",
        "code": f"=INDEX({code.column('code')},MATCH({me},{code.column('part')},0))",
        "made": f"=IF(COUNTIFS({lines.column('parent')},{me})>0,1,0)",
        "core": f'=IF({group}<>"",1,0)',
        "designated": f"=IF({frame.elected('intermediate material', 'designated', me)}>0,1,0)",
        "units": f"=SUMPRODUCT({months}*{volume.column('made')})",
        **element,
        "total cost": f"={total}",
        **excluded,
        "excluded": f"={out}",
        "net cost": f"={parts.at('total cost', row)}-{parts.at('excluded', row)}",
        "booked": booked(cost.column("element"), '"material"', cost.column("exclusion"), '"none"'),
        "bill each": f"=SUMIFS({lines.column('value')},{lines.column('parent')},{me})",
        "by bill": f"={parts.at('bill each', row)}*{units}",
        "shortfall": f"=IF({made}=1,{short},0)",
        "short each": f"=IF({made}=1,{parts.at('shortfall', row)}/{units},0)",
    }


def _bought(frame: Frame, parts: Table, row: int) -> dict[str, str]:
    """The purchases of the period of a part that is bought, added up by how they count."""
    bought, me = frame.calc["bought"], parts.at("part", row)
    mine = f"{bought.column('part')},{me},{bought.column('within')},1"

    def total(heading: str, counts: str = "") -> str:
        more = f',{bought.column("counts")},"{counts}"' if counts else ""
        return f"=SUMIFS({bought.column(heading)},{mine}{more})"

    def flags(counts: str) -> str:
        return f'({bought.column("part")}={me})*({bought.column("within")}=1)*({bought.column("counts")}="{counts}")'

    each_off = f"{bought.column('off')}/{bought.column('units')}"
    most = f"SUMPRODUCT(MAX({flags('stated')}*{bought.column('figure')}))"
    least = f"1000000000-SUMPRODUCT(MAX({flags('whole')}*(1000000000-{each_off})))"
    units = parts.at("bought", row)
    return {
        "bought": total("units"),
        "worth": total("worth"),
        "off each": f"=IF({units}=0,0,SUMIFS({bought.column('off')},{mine})/{units})",
        "whole units": total("units", "whole"),
        "stated units": total("units", "stated"),
        "nothing units": total("units", "nothing"),
        "most stated": f"={most}",
        "most whole off": f"=IF({parts.at('whole units', row)}=0,0,{least})",
    }


def _counted(frame: Frame, parts: Table, lines: Table, row: int) -> dict[str, str]:
    """What one unit is worth, whether the part is tested by itself and originates, and what of one unit counts."""
    bought, me = frame.calc["bought"], parts.at("part", row)
    here = {heading: parts.at(heading, row) for heading in _PARTS}
    mine = f"({bought.column('part')}={me})*({bought.column('within')}=1)"
    stated_vnm = f"SUMPRODUCT(MAX({mine}*{bought.column('vnm')}))"
    stated_cost = f"1000000000-SUMPRODUCT(MAX({mine}*(1000000000-{bought.column('net cost')})))"
    stated_cost = f"IF({here['bought']}=0,0,{stated_cost})"
    light = "1" if frame.good.use == "passenger vehicle" else "0"
    threshold = f"IF({here['core']}*{light}=1,{frame.law('core parts, net cost')},{frame.law('Table D, net cost')})"
    tested = f"OR({here['core']}*{light}=1,{here['designated']}=1)"
    cost, vnm = here["tested cost"], here["tested vnm"]
    passes = f"AND({tested},{cost}>0,({cost}-{vnm})*100>={here['threshold']}*{cost})"
    worst = (
        f"IF({here['whole units']}>0,{here['value each']}-{here['off each']},"
        f"IF({here['stated units']}>0,MIN({here['value each']},{here['most stated']}),0))"
    )
    shares = (
        f"({here['whole units']}*({here['value each']}-{here['most whole off']})"
        f"+{here['stated units']}*{here['most stated']})/{here['bought']}"
    )
    kinds = f"({here['whole units']}>0)+({here['stated units']}>0)+({here['nothing units']}>0)"
    prorated = f"AND({frame.elected('several suppliers', 'proration by purchases', frame.asked('good'))}>0,{kinds}>1)"
    inside = f"SUMIFS({lines.column('vnm')},{lines.column('parent')},{me})"
    missed = f"SUMIFS({lines.column('missed')},{lines.column('parent')},{me})"
    good_code = parts.at("code", 1)
    same = f"LEFT({here['code']},4)=LEFT({good_code},4)"
    value = f"IF({here['bought']}=0,0,{here['worth']}/{here['bought']})"
    return {
        "value each": f"=IF({here['made']}=1,{here['total cost']}/{here['units']},{value})",
        "inside each": f"=IF({here['made']}=1,{inside}+{here['short each']},0)",
        "tested cost": f"=IF({here['made']}=1,{here['net cost']},{stated_cost})",
        "tested vnm": f"=IF({here['made']}=1,{here['inside each']}*{here['units']},{stated_vnm})",
        "threshold": f"={threshold}",
        "originates": f"=IF({passes},1,0)",
        "vnm each": (
            f"=IF({here['originates']}=1,0,IF({here['made']}=1,{here['inside each']},IF({prorated},{shares},{worst})))"
        ),
        "missed each": (
            f"=IF({here['originates']}=1,0,IF({here['made']}=1,{missed}+{here['short each']},"
            f"IF(AND({here['vnm each']}>0,{same}),{here['value each']},0)))"
        ),
    }


def _column_two(frame: Frame, parts: Table, lines: Table, row: int) -> dict[str, str]:
    """What Table A.2 column 2 counts of a part (s.14(7)(b), (11)), and what of it counts in one good.

    The items of the example name every column 2 component; the one that is made, a module, is of 8507.90.
    """
    item, me = frame.data["item"], parts.at("part", row)
    here = {heading: parts.at(heading, row) for heading in _PARTS}
    cost, inside = here["net cost"], f"{here['inside each']}*{here['units']}"
    passes = f"({cost}-{inside})*100>={frame.law('8507.90, net cost')}*{cost}"
    made = f"IF({here['own rule']}=1,0,{here['value each']})"
    bought = f"IF({here['vnm each']}>0,{here['value each']}-{here['off each']},0)"
    good = f"{me}={frame.asked('good')}"
    return {
        "own rule": f"=IF(AND({here['made']}=1,{passes}),1,0)",
        "col2 inside": f"=SUMIFS({lines.column('col2')},{lines.column('parent')},{me})+{here['short each']}",
        "col2 each": (
            f'=IF({item.at("core_component", row)}<>"",IF({here["made"]}=1,{made},{bought}),{here["col2 inside"]})'
        ),
        "in one good": f"=IF({good},1,SUMIFS({lines.column('in one good')},{lines.column('child')},{me}))",
        "counted": f"=IF({here['made']}=1,0,{here['in one good']}*{here['vnm each']})",
    }
