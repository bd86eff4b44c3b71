"""What a determination of each shipment must come to, reckoned from the tables without any code of the product.

A bought part counts in full unless an accepted declaration covers every delivery of it in the period. A part that
Voltera makes counts by its own materials, except a core part that passes its own test: that counts nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_DOWN, Decimal

from specimen.books import bought_value, invoice_of, material_per_unit, total_per_unit
from specimen.declare import Declaration, declarations
from specimen.tables import Company, PeriodRow, ShipmentRow

VEHICLE = [(date(2022, 7, 1), Decimal(72)), (date(2023, 7, 1), Decimal(75))]
HEAVY_PART = [(date(2020, 7, 1), Decimal(60)), (date(2024, 7, 1), Decimal(64))]
DE_MINIMIS = Decimal(10)
WITHDRAWN = ("OD-FY23-008", date(2024, 2, 1))
UNDECIDED = "OD-FY24-012"
CENT = Decimal("0.0001")


@dataclass(frozen=True)
class Assumed:
    """Which declarations are taken as standing: what is known on some day, or what might have been."""

    withdrawn: bool = False
    undecided_counts: bool = False
    expired_counts: bool = False
    silent_counts: bool = False


@dataclass(frozen=True)
class Figure:
    net_cost: Decimal
    vnm: Decimal

    @property
    def content(self) -> Decimal:
        """In percent, cut after four decimals: never shown higher than it is."""
        return ((self.net_cost - self.vnm) / self.net_cost * 100).quantize(CENT, ROUND_DOWN)


class Reckoning:
    """Figures per unit of a good in a period."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.declared = declarations(company)

    def covered(self, part: str, supplier: str, day: date, assumed: Assumed) -> bool:
        """Whether an accepted declaration covers one delivery."""
        if (assumed.expired_counts and part == "RGL-307") or (assumed.silent_counts and part == "CPA-401"):
            return True
        return any(
            self._stands(one, day, assumed)
            for one in self.declared
            if one.row["part"] == part and one.row["supplier"] == supplier
        )

    @staticmethod
    def _stands(one: Declaration, day: date, assumed: Assumed) -> bool:
        row = one.row
        first, last = row["valid_from"], row["valid_to"]
        assert isinstance(first, date)
        assert isinstance(last, date)
        if row["form"] != "originating" or not first <= day <= last:
            return False
        if one.reference == UNDECIDED and not assumed.undecided_counts:
            return False
        return not (assumed.withdrawn and one.reference == WITHDRAWN[0] and day >= WITHDRAWN[1])

    def vnm(self, part: str, period: PeriodRow, assumed: Assumed) -> Decimal:
        """Non-originating materials in one unit of `part`."""
        total = Decimal(0)
        for bought in self.company.bought(part, period.first):
            sources = self.company.deliveries(bought, period)
            if not all(self.covered(bought.part, s.supplier, invoice_of(s, period)[1], assumed) for s in sources):
                total += bought.quantity * bought_value(self.company, bought, period)
        for made in self.company.made(part, period.first):
            if not (made.core_group and self.core(made.part, period, assumed).content >= at(VEHICLE, period.last)):
                total += (made.quantity or Decimal(0)) * self.vnm(made.part, period, assumed)
        return total

    def core(self, part: str, period: PeriodRow, assumed: Assumed) -> Figure:
        return self.figure(part, period, assumed)

    def figure(self, part: str, period: PeriodRow, assumed: Assumed, estimated: bool = False) -> Figure:
        """Net cost and non-originating materials of one unit."""
        left_out = sum((c.per_unit for c in self.company.costs if c.part == part and c.exclusion != "none"), Decimal(0))
        return Figure(total_per_unit(self.company, part, period, estimated) - left_out, self.vnm(part, period, assumed))


def at(steps: list[tuple[date, Decimal]], day: date) -> Decimal:
    return next(figure for first, figure in reversed(steps) if first <= day)


def _plain(value: Decimal) -> str:
    return format(value.quantize(Decimal("0.01")), "f")


def expected_toml(company: Company) -> str:
    """`expected.toml`: a table for each shipment, and one for each question "what if"."""
    reckoning = Reckoning(company)
    out = ["# Made by examples/make_company.py from examples/tables, without any code of the product.\n"]
    out += [_shipment(reckoning, row) for row in company.shipments]
    out += [_table("[[what_if]]", question) for question in _questions(reckoning)]
    return "\n".join(out)


def _table(head: str, values: Mapping[str, object]) -> str:
    return "\n".join([head, *(f"{key} = {value}" for key, value in values.items()), ""])


def _quoted(value: object) -> str:
    return f'"{value}"'


def _shipment(reckoning: Reckoning, row: ShipmentRow) -> str:
    company = reckoning.company
    period = company.periods[row.period]
    assumed = Assumed()
    estimated = row.basis == "estimate"
    figure = reckoning.figure(row.good, period, assumed, estimated)
    units = company.units(row.good, period.first, period.last)
    lines = {
        "shipment": _quoted(row.shipment),
        "good": _quoted(row.good),
        "plant": _quoted(company.assembly(row.good, period.first).plant),
        "importing_country": _quoted(row.importer_country),
        "period_from": period.first,
        "period_to": period.last,
        "basis": _quoted(row.basis),
        "event": _quoted("production"),
        "entered_on": row.imported_on,
        "units_made": units,
        "net_cost_per_unit": _quoted(_plain(figure.net_cost)),
        "vnm_per_unit": _quoted(_plain(figure.vnm)),
        "net_cost": _quoted(_plain(figure.net_cost * units)),
        "vnm": _quoted(_plain(figure.vnm * units)),
        "content": _quoted(figure.content),
    }
    lines |= _test(reckoning, row, period, figure)
    lines |= {"claim": _quoted(row.outcome), "shows": _quoted(row.shows)}
    lines["open_items"] = f'["{UNDECIDED}"]' if row.outcome == "open item" else "[]"
    text = _table("[[shipment]]", lines)
    if row.outcome == "corrected":
        after = reckoning.figure(row.good, period, replace(assumed, withdrawn=True))
        corrected = {
            "vnm_per_unit": _quoted(_plain(after.vnm)),
            "vnm": _quoted(_plain(after.vnm * units)),
            "content": _quoted(after.content),
            "outcome": _quoted("not_met"),
        }
        text += "\n" + _table("[shipment.after_withdrawal]", corrected)
    return text


def _test(reckoning: Reckoning, row: ShipmentRow, period: PeriodRow, figure: Figure) -> dict[str, object]:
    """The test that decides, its bound and what it comes to."""
    if row.good == "SHK-AM-210":
        company = reckoning.company
        total = total_per_unit(company, row.good, period)
        missed = sum(
            (
                p.quantity * bought_value(company, p, period)
                for p in company.bought(row.good, period.first)
                if p.hs2012[:4] == "8708"
            ),
            Decimal(0),
        )
        share = missed / total * 100
        met = share <= DE_MINIMIS
        return {
            "test": _quoted("tariff change"),
            "total_cost_per_unit": _quoted(_plain(total)),
            "not_shifting_per_unit": _quoted(_plain(missed)),
            "not_shifting_share": _quoted(share.quantize(CENT)),
            "threshold": _quoted(DE_MINIMIS),
            "outcome": _quoted("met" if met else "not_met"),
        }
    steps = VEHICLE if row.good == "ARROYO-E1" else HEAVY_PART
    threshold = at(steps, period.last)
    found: dict[str, object] = {
        "test": _quoted("net cost content"),
        "threshold": _quoted(threshold),
        "threshold_on_entry": _quoted(at(steps, row.imported_on)),
        "outcome": _quoted("met" if figure.content >= threshold else "not_met"),
    }
    if row.good == "ARROYO-E1":
        for part in ("BAT-800", "BODY-110"):
            core = reckoning.core(part, period, Assumed())
            name = part.lower().replace("-", "_")
            found[f"core_{name}_net_cost"] = _quoted(_plain(core.net_cost))
            found[f"core_{name}_vnm"] = _quoted(_plain(core.vnm))
            found[f"core_{name}_content"] = _quoted(core.content)
    return found


def _questions(reckoning: Reckoning) -> list[dict[str, object]]:
    company = reckoning.company
    asked: list[tuple[str, str, str, str, Assumed, Assumed, str]] = [
        (
            "withdrawn",
            "HVA-302",
            "OD-FY23-008",
            "FY23-Q4",
            Assumed(),
            Assumed(withdrawn=True),
            "withdrawn with effect from 2024-02-01; the delivery of 2024-02-20 is uncovered",
        ),
        (
            "expired",
            "RGL-307",
            "OD-FY22-014",
            "FY23-Q1",
            Assumed(expired_counts=True),
            Assumed(),
            "ended on 2023-03-31; the next begins on 2023-07-01",
        ),
        (
            "missing",
            "CPA-401",
            "",
            "FY23-Q2",
            Assumed(silent_counts=True),
            Assumed(),
            "asked and reminded; never answered",
        ),
        (
            "undecided",
            "WHL-305",
            "OD-FY24-012",
            "FY24-Q1",
            Assumed(undecided_counts=True),
            Assumed(),
            "received on 2024-07-22; neither accepted nor refused",
        ),
    ]
    found: list[dict[str, object]] = []
    for name, part, reference, label, having, lacking, story in asked:
        period = company.periods[label]
        one = next(p for p in company.parts if p.part == part)
        yes, no = reckoning.figure("ARROYO-E1", period, having), reckoning.figure("ARROYO-E1", period, lacking)
        found.append(
            {
                "name": _quoted(name),
                "story": _quoted(story),
                "part": _quoted(part),
                "declaration": _quoted(reference),
                "good": _quoted("ARROYO-E1"),
                "plant": _quoted("MX-SAL"),
                "period_from": period.first,
                "period_to": period.last,
                "part_value_per_unit": _quoted(_plain(one.quantity * bought_value(company, one, period))),
                "net_cost_per_unit": _quoted(_plain(yes.net_cost)),
                "vnm_with": _quoted(_plain(yes.vnm)),
                "vnm_without": _quoted(_plain(no.vnm)),
                "content_with": _quoted(yes.content),
                "content_without": _quoted(no.content),
            }
        )
    return found


def check(company: Company) -> None:
    """What must agree before anything is written."""
    reckoning = Reckoning(company)
    for period in company.periods.values():
        for good in period.goods:
            for made in company.family(good, period.first):
                tie = material_per_unit(company, made.part, period) * company.units(
                    made.part, period.first, period.last
                )
                assert tie == tie.quantize(Decimal("0.01")), f"{made.part} {period.period}: books in whole cents"
    for row in company.shipments:
        period = company.periods[row.period]
        assert period.first <= row.built_first <= row.built_last <= period.last, f"{row.shipment}: built in its period"
        assert row.built_last < row.exported_on <= row.imported_on <= row.decided_on, (
            f"{row.shipment}: built, exported, entered"
        )
        closed = period.estimated_on if row.basis == "estimate" else period.closed_on
        assert closed is not None, row.shipment
        assert closed < row.decided_on, f"{row.shipment}: decided on figures that are there"
        if row.good != "SHK-AM-210":
            steps = VEHICLE if row.good == "ARROYO-E1" else HEAVY_PART
            met = reckoning.figure(row.good, period, Assumed(), row.basis == "estimate").content >= at(
                steps, period.last
            )
            assert met == (row.outcome != "not claimed"), f"{row.shipment}: {row.outcome}"
