"""The books of one period: purchases, rates, volumes, costs, and the invoices kept as exhibits.

Prices are constant within a quarter and each part comes on one invoice line per delivery, so that averages are exact
and a sum can be done again by hand.
"""

import random
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from specimen.files import Row, write, write_csv, write_xlsx
from specimen.masterdata import HOUSE, PLANTS
from specimen.pdf import Page, document
from specimen.tables import OWNER, Assembly, Company, CostRow, Part, PeriodRow, Source

SAMPLED = {"FRM-201", "CEL-841", "ROT-401", "SPR-411"}
"""Parts whose invoices are kept as exhibits."""


def plain(value: Decimal) -> Decimal:
    """The same amount without needless decimals."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def family(company: Company, period: PeriodRow) -> list[Assembly]:
    """All that Voltera makes in a period, each once."""
    found = {a.part: a for good in period.goods for a in company.family(good, period.first)}
    return list(found.values())


def received_on(supplier: str, period: PeriodRow) -> date:
    """The day of the quarter's delivery: in the first month, between the 8th and the 21st."""
    return period.first + timedelta(days=7 + int(random.Random(f"{supplier} {period.period}").random() * 14))


def invoice_of(source: Source, period: PeriodRow) -> tuple[str, date]:
    """The number of a delivery's invoice, and the day the goods came."""
    day = source.received or received_on(source.supplier, period)
    return f"I{source.supplier[-3:]}-{day:%y%m%d}", day


def purchases(company: Company, period: PeriodRow) -> list[Row]:
    rows: list[Row] = []
    lines: dict[str, int] = {}
    for parent in family(company, period):
        units = company.units(parent.part, period.first, period.last)
        for part in company.bought(parent.part, period.first):
            for source in company.deliveries(part, period):
                invoice, day = invoice_of(source, period)
                lines[invoice] = lines.get(invoice, 0) + 1
                rows.append(_line(company, parent, part, source, (invoice, lines[invoice], day), units))
    return rows


def _line(
    company: Company, parent: Assembly, part: Part, source: Source, on: tuple[str, int, date], units: Decimal
) -> Row:
    invoice, number, day = on
    supplier = company.suppliers[source.supplier]
    return {
        "plant": parent.plant,
        "order": f"PO-{parent.plant}-{source.supplier[-3:]}-{day:%y%m}",
        "invoice": invoice,
        "invoice_line": number,
        "invoiced_on": day - timedelta(days=3),
        "received_on": day,
        "seller": source.supplier,
        "shipped_from": supplier.plant,
        "owner": OWNER,
        "part": part.part,
        "revision": "A",
        "origin_country": part.origin_country if source.supplier == part.supplier else supplier.country,
        "quantity": plain(units * part.quantity * source.share),
        "unit": part.unit,
        "price": source.price,
        "price_per": part.price_per,
        "currency": part.currency,
        "incoterm": "DAP" if supplier.regional else "DDP",
        "related": False,
        "payment_reference": f"PAY-{invoice}",
        "paid_on": day + timedelta(days=17),
    }


STATED_FROM = date(2023, 1, 1)


def rates(company: Company, period: PeriodRow) -> list[Row]:
    """Booking rates, set anew on the 1st and the 15th of each month."""
    rows: list[Row] = []
    day = period.first
    while day <= period.last:
        if day.day in (1, 15):
            rows += [
                {
                    "currency": currency,
                    "into": "USD",
                    "day": day,
                    "rate": company.rate(currency, day),
                    "published_by": "Voltera treasury (SPECIMEN), booking rate",
                    "purpose": "recording of purchases",
                }
                for currency in ("MXN", "CAD")
            ]
        day += timedelta(days=1)
    if period.first <= STATED_FROM:
        rows.append(dict(rows[1], day=date(2022, 3, 15)))  # the first statements of figures are signed in March 2022
    return rows


def volumes(company: Company, period: PeriodRow) -> list[Row]:
    months = sorted({v.month for v in company.volumes if f"{period.first:%Y-%m}" <= v.month <= f"{period.last:%Y-%m}"})
    rows: list[Row] = []
    for a in family(company, period):
        for month in months:
            day = date.fromisoformat(f"{month}-01")
            rows.append(
                {
                    "owner": OWNER,
                    "part": a.part,
                    "plant": a.plant,
                    "month": month,
                    "made": company.units(a.part, day, day),
                }
            )
    return rows


def bought_value(company: Company, part: Part, period: PeriodRow) -> Decimal:
    """What one unit of a bought part costs in a period, in US dollars."""
    total = Decimal(0)
    for source in company.deliveries(part, period):
        total += (
            source.share * source.price / part.price_per * company.rate(part.currency, invoice_of(source, period)[1])
        )
    return total


def amount(cost: CostRow, estimated: bool) -> Decimal:
    return cost.estimate if estimated and cost.estimate is not None else cost.per_unit


def material_per_unit(company: Company, part: str, period: PeriodRow, estimated: bool = False) -> Decimal:
    """Bought parts, and made parts at their own total cost."""
    bought = sum(
        (p.quantity * bought_value(company, p, period) for p in company.bought(part, period.first)), Decimal(0)
    )
    made = (
        a.quantity * total_per_unit(company, a.part, period, estimated)
        for a in company.made(part, period.first)
        if a.quantity
    )
    return bought + sum(made, Decimal(0))


def total_per_unit(company: Company, part: str, period: PeriodRow, estimated: bool = False) -> Decimal:
    """Total cost of one unit: materials, labour, overhead, period and other costs, nothing left out."""
    own = sum((amount(c, estimated) for c in company.costs if c.part == part), Decimal(0))
    return material_per_unit(company, part, period, estimated) + own


def costs(company: Company, period: PeriodRow, estimated: bool) -> list[Row]:
    rows: list[Row] = []
    for a in family(company, period):
        units = company.units(a.part, period.first, period.last)
        material = material_per_unit(company, a.part, period, estimated)
        accounts = [("5010", "Materials", "material", "none", material)]
        accounts += [
            (c.account, c.description, c.element, c.exclusion, amount(c, estimated))
            for c in company.costs
            if c.part == a.part
        ]
        for account, description, element, exclusion, per_unit in accounts:
            rows.append(
                {
                    "owner": OWNER,
                    "part": a.part,
                    "plant": a.plant,
                    "period_from": period.first,
                    "period_to": period.last,
                    "account": account,
                    "description": description,
                    "element": element,
                    "exclusion": exclusion,
                    "amount": f"{units * per_unit:.2f}",
                    "currency": "USD",
                    "figures": "estimate" if estimated else "actual",
                }
            )
    return rows


def write_books(company: Company, root: Path) -> None:
    for period in company.periods.values():
        name = f"{period.period.lower()}-{'month' if period.first.month == period.last.month else 'quarter'}"
        opening = root / f"{period.estimated_on or period.closed_on}-{name}{'-estimate' if period.estimated_on else ''}"
        bought = purchases(company, period)
        write_csv(opening / "purchases.csv", bought)
        write_csv(opening / "rates.csv", rates(company, period))
        write_csv(opening / "volumes.csv", volumes(company, period))
        write_csv(opening / "documents.csv", _exhibits(company, opening, bought))
        if period.estimated_on:
            write_csv(opening / "costs.csv", costs(company, period, True))
        closing = root / f"{period.closed_on}-{name}{'-close' if period.estimated_on else ''}"
        if period.period == "FY23-Q3":
            write_xlsx(closing / "costs.xlsx", "cost ledger", costs(company, period, False))
        else:
            write_csv(closing / "costs.csv", costs(company, period, False))


def _exhibits(company: Company, folder: Path, bought: list[Row]) -> list[Row]:
    index: list[Row] = []
    for row in bought:
        if row["part"] in SAMPLED:
            file = f"exhibits/invoice-{row['invoice']}.pdf"
            write(folder / file, _invoice(company, row))
            index.append(
                {
                    "file": file,
                    "role": "purchase invoice",
                    "relates_to": f"purchase:{row['invoice']}",
                    "document_class": "native",
                    "tier": "secret",
                    "personal": False,
                    "channel": "supplier portal",
                    "holder": HOUSE[PLANTS[str(row["plant"])][0]][0],
                    "received_on": row["received_on"],
                    "received_basis": "portal log",
                }
            )
    return index


def _invoice(company: Company, row: Row) -> bytes:
    seller = company.suppliers[str(row["seller"])]
    buyer = HOUSE[PLANTS[str(row["plant"])][0]]
    part = next(p for p in company.parts if p.part == row["part"])
    page = Page()
    page.box(40, 40, 515, 46, 0.93)
    page.text(52, 60, seller.name, 13, bold=True)
    page.text(52, 76, f"{int(seller.supplier[-3:])} Example Street, {seller.town}, {seller.country}", 8.5)
    page.text(455, 66, "INVOICE", 15, bold=True)
    facts = [
        ("Invoice", str(row["invoice"])),
        ("Invoice date", str(row["invoiced_on"])),
        ("Order", str(row["order"])),
        ("Sold to", buyer[0]),
        ("Deliver to", f"{row['plant']}, {buyer[2]}"),
        ("Incoterm", str(row["incoterm"])),
    ]
    for number, (label, value) in enumerate(facts):
        page.text(52, 116 + 15 * number, label, 8.5, grey=0.4)
        page.text(140, 116 + 15 * number, value)
    page.line(40, 222, 555, 222, 1)
    heads = [
        (52, "Line"),
        (85, "Part"),
        (160, "Description"),
        (330, "Quantity"),
        (395, "Unit"),
        (430, "Price"),
        (490, "Amount"),
    ]
    for x, label in heads:
        page.text(x, 236, label, 8, bold=True)
    page.line(40, 242, 555, 242)
    quantity, price = Decimal(str(row["quantity"])), Decimal(str(row["price"]))
    total = f"{quantity * price / Decimal(str(row['price_per'])):,.2f}"
    values: list[object] = [
        row["invoice_line"],
        row["part"],
        part.description,
        f"{quantity:,}",
        row["unit"],
        price,
        total,
    ]
    for (x, _), shown in zip(heads, values, strict=True):
        page.text(x, 257, str(shown))
    page.line(40, 266, 555, 266)
    page.text(430, 284, f"Total {row['currency']}", 9, bold=True)
    page.text(490, 284, total, 9, bold=True)
    page.text(52, 320, f"Country of production: {row['origin_country']}. Goods leave from {seller.plant}.", 8.5)
    page.text(52, 800, "SPECIMEN - invented company, invented figures.", 8, grey=0.4)
    return document(f"Invoice {row['invoice']} (SPECIMEN)", [page])
