"""Labor value content (UR s.12, s.18; 29 CFR 810): what the case files of topic ``labor`` are worked out with."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from evidence.core.statements.labour import AssemblyGood
from evidence.core.values import Period
from evidence.rules.finding import Finding, Outcome
from evidence.rules.high_wage import HighWage, HighWageMaterial, HighWageTransport, Place, gather
from evidence.rules.labor_credits import (
    AssemblyPlant,
    Credit,
    WageBill,
    WageBillKind,
    assembly_credit,
    technology_credit,
)
from evidence.rules.labor_periods import LaborElection, certificate_covers, certificate_window, election_in_order
from evidence.rules.labor_value import (
    LaborShare,
    by_annual_purchases,
    by_net_cost,
    heavy_truck_credit,
    labor_value,
    sum_of,
    with_heavy_truck_credit,
)
from evidence.rules.ruleset import RuleSet
from evidence.rules.wages import CURRENCIES, PaidBy, Work, Worker, hourly, plant_wages, wage_test

_LAW = RuleSet.load()


def _figure(value: Any) -> Decimal | None:
    return None if value == "unknown" else Decimal(value)


def _pays(meets: bool) -> Finding:
    outcome = Outcome.MET if meets else Outcome.NOT_MET
    return Finding("average base hourly wage", outcome, None, None, "", (), "as the case has it")


def rates(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """The hourly rate of each country of the region on `date`, in its own currency."""
    found = {country: _LAW.series(f"WAGE-{country}").on(inputs["date"]) for country in CURRENCIES}
    return {
        **{country: law.amount for country, law in found.items()},
        **{f"{country}_unit": law.unit for country, law in found.items()},
    }


def conversion(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """One payment as pay for an hour: `paid_by` is hour, week or two weeks, half a month, or month."""
    return {"hourly": hourly(Decimal(inputs["pay"]), PaidBy(inputs["paid_by"]), Decimal(inputs["hours"]))}


def wage(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """The wage test of one plant: country, and workers, each with hours, wage and, if wanted, work and direct_hours."""
    workers = [
        Worker(
            key=name,
            work=Work(line.get("work", "production")),
            hours=Decimal(line["hours"]),
            direct_hours=Decimal(line.get("direct_hours", line["hours"])),
            hourly_wage=None if line["wage"] == "unknown" else Fraction(Decimal(line["wage"])),
        )
        for name, line in inputs["workers"].items()
    ]
    country = inputs["country"]
    paid = plant_wages(workers, _LAW, inputs["date"])
    found = wage_test("the plant", country, CURRENCIES.get(country, "USD"), paid, _LAW, inputs["date"])
    return {
        "hours": paid.hours,
        "wages": paid.wages,
        "average": found.figure,
        "threshold": found.bound,
        "outcome": str(found.outcome),
    }


def technology(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """The technology credit of `vehicle`: wages, each with kind, country and amount."""
    bills = [
        WageBill(name, WageBillKind(line["kind"]), _in_region(line["country"]), _figure(line["wages"]))
        for name, line in inputs["wages"].items()
    ]
    found = technology_credit(bills, inputs["vehicle"], _LAW, inputs["date"])
    return {"earned": found.earned, "credit": found.counted, "outcome": str(found.finding.outcome)}


def _in_region(country: str) -> bool | None:
    return None if country == "unknown" else country in CURRENCIES


def assembly(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """The assembly credit of `vehicle`: plants, each with makes and capacity, and what else is not as usual.

    As usual: in the United States, the producer's own, and paying the rate over the whole plant.
    """
    plants = [
        AssemblyPlant(
            key=name,
            country=line.get("country", "US"),
            makes=AssemblyGood(line["makes"]),
            capacity=_figure(line["capacity"]),
            originating_capacity=_figure(line.get("originating_capacity", "unknown")),
            own=line.get("own", True),
            contract=Period(line["contract_from"], line["contract_to"]) if "contract_from" in line else None,
            wages=_pays(line.get("pays_the_rate", True)),
        )
        for name, line in inputs["plants"].items()
    ]
    found = assembly_credit(plants, inputs["vehicle"], _LAW, inputs["date"], inputs.get("reading"))
    return {"credit": found.counted, "outcome": str(found.finding.outcome)}


def high_wage(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """What counts of materials and transport, line by line.

    A material has value, and if need be: material (else its own name), within, pays_the_rate, freight_from_outside,
    place. Transport has amount, and if need be: pays_the_rate, in_material_value, in_region.
    """
    found = _gathered(inputs)
    return {
        "materials": found.materials,
        "transport": found.transport,
        "counted": {line.key: line.counted for line in found.lines},
    }


def _gathered(inputs: Mapping[str, Any]) -> HighWage:
    materials = [
        HighWageMaterial(
            key=name,
            material=line.get("material", name),
            value=_figure(line["value"]),
            wages=_pays(line.get("pays_the_rate", True)),
            place=Place(line.get("place", "bought")),
            within=line.get("within"),
            freight_from_outside=Decimal(line.get("freight_from_outside", 0)),
        )
        for name, line in inputs.get("materials", {}).items()
    ]
    transport = [
        HighWageTransport(
            key=name,
            amount=_figure(line["amount"]),
            wages=_pays(line.get("pays_the_rate", True)),
            in_material_value=line.get("in_material_value", False),
            in_region=line.get("in_region", True),
        )
        for name, line in inputs.get("transport", {}).items()
    ]
    return gather(materials, transport, _LAW, inputs.get("reading"))


def _points(value: Any) -> Credit:
    figure = Fraction(Decimal(value))
    return Credit(figure, figure, _pays(bool(figure)))


def value(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Labor value content by net cost (`nc`) or by annual purchases (`tapv`), from the terms of the formulas.

    `hwm` is the high-wage material (APV, of purchases), `hwt` transport, `hwtc` the technology wages in percent of
    production wages before the cap, `hwac` the assembly credit.
    """
    vehicle, day = inputs["vehicle"], inputs["date"]
    bills = [
        WageBill("technology", WageBillKind.RESEARCH, True, Decimal(inputs["hwtc"])),
        WageBill("production", WageBillKind.PRODUCTION, True, Decimal(100)),
    ]
    credit = technology_credit(bills, vehicle, _LAW, day)
    found = labor_value(_share(inputs), credit, _points(inputs["hwac"]), vehicle, _LAW, day)
    return {
        "mm": found.material_manufacturing,
        "hwtc_capped": found.technology,
        "lvc": found.total,
        "wanting": found.wanting,
        "conditions": [str(part.outcome) for part in found.finding.parts],
        "pass": found.finding.met,
        "outcome": str(found.finding.outcome),
    }


def _share(inputs: Mapping[str, Any]) -> LaborShare:
    counted = HighWage(Decimal(inputs["hwm"]), Decimal(inputs.get("hwt", 0)))
    labor = _figure(inputs["hwlc"])
    if "tapv" in inputs:
        return by_annual_purchases(_figure(inputs["tapv"]), labor, counted, with_labor=inputs.get("with_labor", True))
    return by_net_cost(_figure(inputs["nc"]), labor, counted)


def averaged(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """The share of several vehicles: the sum of what is high-wage over the sum of the wholes."""
    found = sum_of(_share(vehicle) for vehicle in inputs["vehicles"])
    return {"high_wage": found.high_wage, "whole": found.whole, "mm": found.points}


def heavy_credit(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """A heavy truck's content with the credit: `rvc` in percent, and the parts of its labor value content."""
    mm, total = Fraction(Decimal(inputs["mm"])), _total(inputs)
    day: date = inputs["date"]
    credit = heavy_truck_credit(mm, total, inputs.get("certified", True), _LAW, day)
    found = with_heavy_truck_credit(
        Decimal(100), 100 - Decimal(inputs["rvc"]), credit, _LAW.series("HT-RVC"), _LAW, day, inputs.get("reading")
    )
    return {
        "lvc_total": total,
        "credit": credit[0],
        "credited_rvc": found.figure,
        "threshold": found.bound,
        "pass": found.met,
    }


def _total(inputs: Mapping[str, Any]) -> Fraction:
    return sum((Fraction(Decimal(inputs[name])) for name in ("mm", "tech", "assembly")), Fraction(0))


def certificate(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """For which days a plant's certificate may be relied on, and whether they cover `for_from` to `for_to`."""
    wages = Period(inputs["wages_from"], inputs["wages_to"])
    window = certificate_window(wages, _LAW, inputs.get("reading"))
    result: dict[str, Any] = {"first": window.first, "last": window.last}
    if "for_from" in inputs:
        days = Period(inputs["for_from"], inputs["for_to"])
        result["covers"] = certificate_covers("the plant", wages, days, _LAW, inputs.get("reading")).met
    return result


def election(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Whether an election states what it must and was filed in time with the customs of `importing`."""
    made = LaborElection(
        category=inputs.get("category"),
        basis=inputs.get("basis"),
        producer=inputs.get("producer"),
        period=inputs.get("period"),
        estimate=Decimal(inputs["estimate"]) if "estimate" in inputs else None,
        signed_on=inputs.get("signed_on"),
        filed_on=inputs["filed_on"],
        year_from=inputs["year_from"],
    )
    found = election_in_order(made, inputs["importing"], _LAW)
    return {"outcome": str(found.outcome), "days": found.figure}


METHODS: dict[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = {
    "labor.rates": rates,
    "labor.conversion": conversion,
    "labor.wage": wage,
    "labor.technology": technology,
    "labor.assembly": assembly,
    "labor.high_wage": high_wage,
    "labor.value": value,
    "labor.averaged": averaged,
    "labor.heavy_credit": heavy_credit,
    "labor.certificate": certificate,
    "labor.election": election,
}
