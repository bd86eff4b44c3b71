"""What was bought, what of it is declared, and what one unit of each material is worth (s.8(1)-(3), s.9, Schedule III).

A material counts by its worst purchase; where proration is elected, by the share of the units bought.
"""

from workbook.frame import Frame, in_region
from workbook.sheets import Table, worked_out

CARRIED = ("CPT", "CIP", "DAP", "DPU", "DDP")
"""Terms of delivery by which a price holds the transport to the plant."""


def add_materials(frame: Frame) -> None:
    """The sheets ``declared``, ``assists``, ``imported``, ``adjusted`` and ``bought``."""
    frame.calc["declared"] = _declared(frame)
    frame.calc["assists"] = _assists(frame)
    bought = Table(frame.book, "bought", _BOUGHT, len(frame.rows["purchase"]))
    frame.calc["bought"] = bought
    frame.calc["imported"] = _imported(frame, bought)
    frame.calc["adjusted"] = _adjusted(frame, bought)
    _fill_bought(frame, bought)


def _declared(frame: Frame) -> Table:
    """Each declaration: whether a person accepted it, and its figures in the good's currency."""
    form, state = frame.data["supplier-declaration"], frame.data["declaration-state"]

    def accepted(_: Table, row: int) -> str:
        same = ",".join(f"{state.column(name)},{form.at(name, row)}" for name in ("supplier", "reference"))
        return f'=COUNTIFS({same},{state.column("state")},"accepted")'

    def converted(name: str, row: int) -> str:
        currency = form.at("currency", row)
        return f'=IF({currency}="",0,{form.at(name, row)}*{frame.rate(currency, form.at("signed_on", row))})'

    return worked_out(
        frame.book,
        "declared",
        form.count,
        {
            "reference": lambda _, row: f"={form.at('reference', row)}",
            "accepted": accepted,
            "net cost": lambda _, row: converted("net_cost", row),
            "vnm": lambda _, row: converted("non_originating_value", row),
            "free of vnm": lambda _, row: converted("amount_free_of_vnm", row),
        },
    )


def _assists(frame: Frame) -> Table:
    """The share of each assist that one unit bears."""
    line = frame.data["assist"]

    def each(_: Table, row: int) -> str:
        rate = frame.rate(line.at("currency", row), line.at("given_on", row))
        return f"={line.at('value', row)}*{rate}/{line.at('spread_quantity', row)}"

    return worked_out(frame.book, "assists", len(frame.rows["assist"]), {"each": each})


def _imported(frame: Frame, bought: Table) -> Table:
    """Each customs line: what its freight adds to the price, and what documents let be taken off (s.8(1)-(3))."""
    line, purchase = frame.data["material-import"], frame.data["purchase"]

    def of_purchase(table: Table, heading: str, row: int) -> str:
        return f"INDEX({table.column(heading)},MATCH({line.at('invoice', row)},{purchase.column('invoice')},0))"

    def amount(name: str, sheet: Table, row: int) -> str:
        return f"{line.at(name, row)}*{sheet.at('rate', row)}*{sheet.at('share', row)}"

    def added(sheet: Table, row: int) -> str:
        alone = f'AND({line.at("freight_in_value", row)}="no",{line.at("freight_document", row)}="")'
        return f"=IF({alone},{amount('international_freight', sheet, row)},0)"

    def freight_off(sheet: Table, row: int) -> str:
        whole = f"{of_purchase(bought, 'paid', row)}>={amount('value', sheet, row)}"
        shown = f'{line.at("freight_in_value", row)}="yes",{line.at("freight_document", row)}<>""'
        return f"=IF(AND({shown},{whole}),{amount('international_freight', sheet, row)},0)"

    def inland_off(sheet: Table, row: int) -> str:
        term = f"LEFT({of_purchase(purchase, 'incoterm', row)},3)"
        paid = ",".join(f'{term}="{each}"' for each in CARRIED)
        shown = f'{line.at("inland_transport_document", row)}<>""'
        return f"=IF(AND({shown},OR({paid})),{amount('inland_transport', sheet, row)},0)"

    return worked_out(
        frame.book,
        "imported",
        len(frame.rows["material-import"]),
        {
            "invoice": lambda _, row: f"={line.at('invoice', row)}",
            "rate": lambda _, row: f"={frame.rate(line.at('currency', row), line.at('imported_on', row))}",
            "share": lambda _, row: f"=MIN(1,{of_purchase(purchase, 'quantity', row)}/{line.at('quantity', row)})",
            "added": added,
            "freight off": freight_off,
            "inland off": inland_off,
        },
    )


def _adjusted(frame: Frame, bought: Table) -> Table:
    """Each note: a decrease after goods came in from outside the region counts for what went back only."""
    note, purchase = frame.data["purchase-adjustment"], frame.data["purchase"]

    def of_purchase(table: Table, heading: str, row: int) -> str:
        return f"INDEX({table.column(heading)},MATCH({note.at('invoice', row)},{purchase.column('invoice')},0))"

    def counted(sheet: Table, row: int) -> str:
        early = f"{note.at('dated_on', row)}<={of_purchase(purchase, 'received_on', row)}"
        inside = f"OR({of_purchase(bought, 'region', row)}=1,{early})"
        price = f"{of_purchase(bought, 'paid', row)}/{of_purchase(purchase, 'quantity', row)}"
        back = f"MIN({note.at('quantity_change', row)}*{price},0)"
        return f"=IF({inside},{sheet.at('amount', row)},MAX({sheet.at('amount', row)},{back}))"

    def amount(_: Table, row: int) -> str:
        rate = frame.rate(note.at("currency", row), of_purchase(purchase, "invoiced_on", row))
        return f"={note.at('amount', row)}*{rate}"

    return worked_out(
        frame.book,
        "adjusted",
        len(frame.rows["purchase-adjustment"]),
        {
            "invoice": lambda _, row: f"={note.at('invoice', row)}",
            "amount": amount,
            "counted": counted,
            "back": lambda _, row: f"=0+{note.at('quantity_change', row)}",
        },
    )


_BOUGHT = (
    "part", "invoice", "within", "region", "rate", "paid", "assist each", "units", "worth", "off", "each",
    "declared", "with vnm", "with free", "counts", "figure", "net cost", "vnm",
)  # fmt: skip


def _fill_bought(frame: Frame, bought: Table) -> None:
    """Each purchase: paid, changed since, assisted; and what of one unit counts."""
    for row in range(1, len(frame.rows["purchase"]) + 1):
        written = _bought_row(frame, bought, row)
        bought.add(written[heading] for heading in _BOUGHT)


def _bought_row(frame: Frame, bought: Table, row: int) -> dict[str, str]:
    line, assist, site = frame.data["purchase"], frame.data["assist"], frame.data["site"]
    imported, adjusted, declared = frame.calc["imported"], frame.calc["adjusted"], frame.calc["declared"]
    invoice, received = bought.at("invoice", row), line.at("received_on", row)
    country = f"INDEX({site.column('country')},MATCH({line.at('shipped_from', row)},{site.column('site')},0))"

    def of_invoice(table: Table, heading: str) -> str:
        return f"SUMIFS({table.column(heading)},{table.column('invoice')},{invoice})"

    given = "*".join(
        (
            f"({assist.column('part')}={line.at('part', row)})",
            f"({assist.column('receiver')}={line.at('seller', row)})",
            f"({assist.column('period_from')}<={received})",
            f"({assist.column('period_to')}>={received})",
        )
    )
    whole = f"{bought.at('paid', row)}+{of_invoice(imported, 'added')}+{of_invoice(adjusted, 'counted')}"
    off = f"({of_invoice(imported, 'freight off')}+{of_invoice(imported, 'inland off')})"
    kept = f"MIN({bought.at('units', row)}/{line.at('quantity', row)},1)"
    covering, price = _covering(frame, row), f"{line.at('price', row)}/{line.at('price_per', row)}"
    sum_of = {name: f"SUMIFS({declared.column(name)},{covering})" for name in ("net cost", "vnm", "free of vnm")}
    forms = frame.data["supplier-declaration"].column("form")

    def of_form(form: str) -> str:
        return f'=COUNTIFS({covering},{forms},"{form}")'

    free = f"MAX({bought.at('each', row)}-{sum_of['free of vnm']},0)"
    return {
        "part": f"={line.at('part', row)}",
        "invoice": f"={line.at('invoice', row)}",
        "within": f"=IF(AND({received}>={frame.first},{received}<={frame.last}),1,0)",
        "region": f"=IF({in_region(country)},1,0)",
        "rate": f"={frame.rate(line.at('currency', row), line.at('invoiced_on', row))}",
        "paid": f"={price}*{line.at('quantity', row)}*{bought.at('rate', row)}",
        "assist each": f"=SUMPRODUCT({given}*{frame.calc['assists'].column('each')})",
        "units": f"={line.at('quantity', row)}+{of_invoice(adjusted, 'back')}",
        "worth": f"={whole}+{bought.at('assist each', row)}*{bought.at('units', row)}",
        "off": f"=MIN({off}*{kept},{whole})",
        "each": f"={bought.at('worth', row)}/{bought.at('units', row)}",
        "declared": of_form("originating"),
        "with vnm": of_form("accumulation s.9(2)(a)"),
        "with free": of_form("accumulation s.9(2)(b)"),
        "counts": (
            f'=IF({bought.at("declared", row)}>0,"nothing",'
            f'IF({bought.at("with vnm", row)}+{bought.at("with free", row)}>0,"stated","whole"))'
        ),
        "figure": (
            f'=IF({bought.at("counts", row)}<>"stated",0,IF({bought.at("with vnm", row)}>0,{sum_of["vnm"]},{free}))'
        ),
        "net cost": f"={sum_of['net cost']}",
        "vnm": f"={sum_of['vnm']}",
    }


def _covering(frame: Frame, row: int) -> str:
    """The conditions of a declaration that covers a purchase: part, supplier, plant, window, accepted."""
    line, form, declared = frame.data["purchase"], frame.data["supplier-declaration"], frame.calc["declared"]
    received = line.at("received_on", row)
    return ",".join(
        (
            f"{form.column('supplier')},{line.at('seller', row)}",
            f"{form.column('part')},{line.at('part', row)}",
            f"{form.column('plant')},{line.at('shipped_from', row)}",
            f'{form.column("valid_from")},"<="&{received}',
            f'{form.column("valid_to")},">="&{received}',
            f'{declared.column("accepted")},">0"',
        )
    )
