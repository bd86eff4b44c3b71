"""Purchases of steel and aluminum: what counts, what of it originates, and what was melted in the region (s.17)."""

from workbook.frame import Frame, in_region
from workbook.law import TABLE_S
from workbook.sheets import Table, worked_out

_COVERED = "covered vehicles"


def add_metals(frame: Frame) -> None:
    """The sheets ``table s`` and ``metals``."""
    listed = Table(frame.book, "table s", ("metal", "code"), len(TABLE_S))
    for each in TABLE_S:
        listed.add(each)
    frame.calc["table s"] = listed
    frame.calc["metals"] = _purchases(frame)


def _purchases(frame: Frame) -> Table:
    line = frame.data["metal-purchase"]
    return worked_out(
        frame.book,
        "metals",
        line.count,
        {
            "metal": lambda _, row: f"={line.at('metal', row)}",
            "counts": lambda _, row: _counts(frame, row),
            "value": lambda _, row: _value(frame, row),
            "originating": lambda sheet, row: _originating(frame, sheet, row),
            "melted": lambda sheet, row: _melted(frame, sheet, row),
        },
    )


def _counts(frame: Frame, row: int) -> str:
    """Whether a purchase is of the days, the region, Table S and the plants that are counted, and was not bought for
    tools or other vehicles (s.17(1), (4), (7), (9)).
    """
    line, site, certified = frame.data["metal-purchase"], frame.data["site"], frame.data["vehicle-certification"]
    election, listed = frame.data["election"], frame.calc["table s"]
    day, plant, metal = (line.at(name, row) for name in ("purchased_on", "plant", "metal"))
    form = f"({certified.column('certification_kind')}={metal})*({certified.column('parts')}={frame.asked('good')})"
    first, last = (f"SUMPRODUCT({form}*{certified.column(name)})" for name in ("calculated_from", "calculated_to"))
    country = f"INDEX({site.column('country')},MATCH({plant},{site.column('site')},0))"
    codes = "+".join(
        f"SUMPRODUCT(({listed.column('metal')}={metal})"
        f"*({listed.column('code')}=LEFT({line.at('tariff_code', row)},{digits})))"
        for digits in (4, 6)
    )
    narrow = (
        f'COUNTIFS({election.column("election")},{metal}&" scope",{election.column("choice")},"plant",'
        f"{election.column('part')},{frame.asked('good')})"
    )
    tests = (
        f"{day}>={first}",
        f"{day}<={last}",
        in_region(country),
        f"{codes}>0",
        f'OR({line.at("purpose", row)}="{_COVERED}",{line.at("purpose", row)}="")',
        f"OR({narrow}=0,{plant}={frame.asked('plant')})",
    )
    return f"=IF(AND({','.join(tests)}),1,0)"


def _value(frame: Frame, row: int) -> str:
    """The value of a purchase; of a part of 8708.29 or 8708.99 that of the listed metal in it (s.17(2))."""
    line = frame.data["metal-purchase"]
    six = f"LEFT({line.at('tariff_code', row)},6)"
    part = f'OR({six}="870829",{six}="870899")'
    amount = f"IF({part},{line.at('value_within_part', row)},{line.at('value', row)})"
    return f"={amount}*{frame.rate(line.at('currency', row), line.at('purchased_on', row))}"


def _originating(frame: Frame, sheet: Table, row: int) -> str:
    """Whether an accepted declaration of the seller covers it; of a directed buy with its contract (s.17(3))."""
    line, form, declared = frame.data["metal-purchase"], frame.data["supplier-declaration"], frame.calc["declared"]
    day, named = line.at("purchased_on", row), line.at("origin_statement", row)
    covering = "*".join(
        (
            f"({form.column('reference')}={named})",
            f"({form.column('supplier')}={line.at('seller', row)})",
            f'({form.column("form")}="originating")',
            f"({form.column('hs_code')}={line.at('tariff_code', row)})",
            f"({form.column('valid_from')}<={day})",
            f"({form.column('valid_to')}>={day})",
            f"({declared.column('accepted')}>0)",
        )
    )
    directed = f'{line.at("metal_form", row)}<>"directed buy",{line.at("directed_buy_contract", row)}<>""'
    purpose = f'{line.at("purpose", row)}="{_COVERED}"'
    return f'=IF(AND({named}<>"",SUMPRODUCT({covering})>0,OR({directed}),{purpose}),{sheet.at("counts", row)},0)'


def _melted(frame: Frame, sheet: Table, row: int) -> str:
    """Whether a certificate of the mill shows every step of steelmaking in the region (s.17(5)(b))."""
    line = frame.data["metal-purchase"]
    steps = ",".join(in_region(line.at(name, row)) for name in ("melt_country", "pour_country", "mill_country"))
    return f'=IF(AND({line.at("mill_certificate", row)}<>"",{steps}),{sheet.at("originating", row)},0)'
