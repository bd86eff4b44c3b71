"""The limbs of a determination: product rule, core parts, and the vehicle certifications on file.

For a passenger vehicle or light truck: tariff change and regional value content of its rule (19 CFR 182 App A s.13),
each core part of Table A.2 that it has (s.14(4)), and labour value, steel and aluminum (s.17, s.18), which rest,
until they are computed here, on the producer's certifications properly filed with customs (19 USC 4532(c); 19 CFR
182.92-182.97 from 2025-03-18 on). For a part: its product rule in its use.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from evidence.core.statements.certification import (
    VehicleCertification,
    VehicleCertificationKind,
    VehicleCertificationStatus,
)
from evidence.core.statements.use import VehicleClass
from evidence.origin.bill import Bill, Line
from evidence.origin.counted import Counting
from evidence.origin.inputs import Fact, Inputs
from evidence.origin.tested import Tested, core_group
from evidence.rules.core_parts import CITATION, Way
from evidence.rules.finding import Finding, Outcome, all_of, undetermined

ALWAYS_PRESENT = ("body_and_chassis", "axle", "suspension_system", "steering_system")
POWER = ("engine", "advanced_battery")
CERTIFIED = tuple(VehicleCertificationKind)
_SECTIONS = {
    VehicleCertificationKind.LABOUR_VALUE: ("182.95", "s.18"),
    VehicleCertificationKind.STEEL: ("182.96", "s.17"),
    VehicleCertificationKind.ALUMINUM: ("182.97", "s.17"),
}
IDENTIFIERS_BIND_FROM = date(2025, 3, 18)
"""First day of 19 CFR 182.91-182.107 (90 FR 6491): from here on a claim in the United States quotes identifiers."""
_ISSUED_BY = {"US": "CBP", "CA": "CBSA", "MX": "the Mexican authority"}
SCOPES = {
    VehicleClass.PASSENGER_VEHICLE: ("passenger vehicle",),
    VehicleClass.LIGHT_TRUCK: ("light truck",),
    VehicleClass.HEAVY_TRUCK: ("heavy truck", "road tractors for semi-trailers"),
}


@dataclass(frozen=True, slots=True)
class CoreResult:
    """One core part of the vehicle with its finding; `tested` where it is self-produced."""

    line: Line
    group: str
    way: str
    finding: Finding
    tested: Tested | None


def core_results(bill: Bill, counting: Counting, tested: dict[str, Tested]) -> tuple[CoreResult, ...]:
    """Every part of the bill recorded as a core part: self-produced ones by their content, bought ones by their
    support.
    """
    found: list[CoreResult] = []
    for line in bill.all():
        group = core_group(line)
        if not group:
            continue
        if line.id in tested:
            found.append(CoreResult(line, group, Way.EACH_ALL.value, tested[line.id].finding, tested[line.id]))
            continue
        bought = counting.apart(line) or counting.bought(line)
        outcome = Outcome.MET if bought.originates else Outcome.NOT_MET
        refs = tuple(dict.fromkeys(ref for row in bought.support for ref in row.rests_on))
        finding = Finding(
            f"core part {line.key} ({group.replace('_', ' ')}), supplier's declaration",
            outcome, None, None, bought.status.value, (), bought.reason, (line.key, *refs), (CITATION,),
        )  # fmt: skip
        found.append(CoreResult(line, group, "supplier's declaration", finding, None))
    return tuple(found)


def core_limb(bill: Bill, results: Iterable[CoreResult]) -> Finding:
    """Whether every core part of the vehicle originates, and the bill says which parts those are.

    A vehicle without a body, an axle, a suspension, a steering and an engine or battery is taken to be one whose core
    parts are not all recorded; a line without an item on file could be one.
    """
    results = tuple(results)
    parts = [result.finding for result in results]
    if bill.fault:
        return undetermined("core parts of Table A.2", bill.fault, citations=(CITATION,))
    groups = {result.group for result in results}
    wanted = [group for group in ALWAYS_PRESENT if group not in groups]
    wanted += [" or ".join(POWER)] if not groups & set(POWER) else []
    for group in wanted:
        reason = "no part of the bill is recorded as one, and every such vehicle has it; record its core group"
        parts.append(undetermined(f"core part: {group.replace('_', ' ')}", reason, citations=(CITATION,)))
    unknown = [line.key for line in bill.all() if line.item is None]
    if unknown:
        named = ", ".join(unknown[:5]) + (f" and {len(unknown) - 5} more" if len(unknown) > 5 else "")
        reason = f"no item is on file for {named}, so that it is not known whether it is a core part"
        parts.append(undetermined("core parts: items on file", reason, citations=(CITATION,)))
    return all_of("core parts of Table A.2", parts, citations=(CITATION,))


def certified(inputs: Inputs, kind: VehicleCertificationKind) -> tuple[Finding, Fact[VehicleCertification] | None]:
    """Whether a certification of `kind` is properly filed, has its identifier, and covers part, plant and period.

    Of several statements on one certification the last recorded holds. Labour value, steel and aluminum are not
    computed here; the finding says so.
    """
    asked = inputs.question
    latest: dict[tuple[object, ...], Fact[VehicleCertification]] = {}
    for fact in inputs.vehicle_certifications:
        form = fact.value
        if form.certification_kind is kind and form.owner == asked.owner and asked.part in form.parts:
            latest[form.authority, form.category, form.valid_from, form.valid_to] = fact
    test = f"{kind.value}: certification on file"
    citation = (_certification_citation(kind, asked.on or asked.period_to),)
    failed = "none is on file for this vehicle"
    nearest: Fact[VehicleCertification] | None = None
    for fact in latest.values():
        reason = _uncertified(fact.value, inputs)
        if not reason:
            form = fact.value
            return Finding(
                test, Outcome.MET, None, None, f"{form.identifier}, properly filed", (),
                f"on the producer's certification on file, not computed here: {form.identifier} of {form.producer}, "
                f"its identifier issued by {_ISSUED_BY.get(form.authority, form.authority)} on submission of "
                f"{form.submitted_on}, for {form.valid_from} to {form.valid_to}" + elsewhere(form, inputs),
                (fact.ref,), citation,
            ), fact  # fmt: skip
        failed, nearest = reason, fact
    refs = (nearest.ref,) if nearest is not None else ()
    return undetermined(test, f"{failed}; not computed here", citations=citation, rests_on=refs), nearest


def _certification_citation(kind: VehicleCertificationKind, day: date) -> str:
    """The text that binds on `day`; the sections of 182 came into force later than the law that they carry out."""
    section, appendix = _SECTIONS[kind]
    rules = f"19 CFR 182 App A {appendix}; SOR/2020-155 {appendix}"
    if day >= IDENTIFIERS_BIND_FROM:
        return f"19 CFR 182.92(b), {section}; {rules}"
    return f"19 USC 4532(c) [K]; {rules} (19 CFR 182.92(b), {section} from {IDENTIFIERS_BIND_FROM} on)"


def elsewhere(form: VehicleCertification, inputs: Inputs) -> str:
    """That the certification went to another authority than the importing country's; empty where it did not."""
    into = inputs.question.importing_country
    if into is None or into == form.authority:
        return ""
    return f"; submitted to {form.authority}, and none filed with {into} is on record"


def _uncertified(form: VehicleCertification, inputs: Inputs) -> str:
    asked = inputs.question
    if form.valid_from is None or form.valid_to is None:
        return "the certification on file names no period"
    if not (form.valid_from <= asked.period_from and asked.period_to <= form.valid_to):
        return f"the certification on file is for {form.valid_from} to {form.valid_to}, not the whole of {asked.period}"
    if asked.plant not in form.plants:
        return f"the certification on file is for {', '.join(form.plants)}, not for {asked.plant}"
    if form.status is not VehicleCertificationStatus.PROPERLY_FILED:
        return f"the certification submitted on {form.submitted_on} stands as {form.status.value}"
    return "" if form.identifier else "the certification on file has no identifier"
