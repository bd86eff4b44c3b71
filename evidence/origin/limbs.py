"""The limbs of a determination: product rule, core parts, and the vehicle certifications on file.

For a passenger vehicle or light truck: tariff change and regional value content of its rule (19 CFR 182 App A s.13),
each core part of Table A.2 that it has (s.14(4)), and labour value, steel and aluminum (s.17, s.18), which rest,
until they are computed here, on the producer's certifications properly filed with customs (19 USC 4532(c); 19 CFR
182.92-182.97 from 2025-03-18 on). An identifier is asked of those alone that were submitted to the United States from
the day on which the dated figure `CERT-IDENTIFIER` is above zero. For a part: its product rule in its use.
"""

from datetime import date

from evidence.core.statements.certification import (
    VehicleCertification,
    VehicleCertificationKind,
    VehicleCertificationStatus,
)
from evidence.core.statements.use import VehicleClass
from evidence.origin.inputs import Fact, Inputs
from evidence.rules.finding import Finding, Outcome, all_of, undetermined
from evidence.rules.parameters import ENTRY_INTO_FORCE, Law
from evidence.rules.ruleset import RuleSet

CERTIFIED = tuple(VehicleCertificationKind)
_SECTIONS = {
    VehicleCertificationKind.LABOUR_VALUE: ("182.95", "s.18"),
    VehicleCertificationKind.STEEL: ("182.96", "s.17"),
    VehicleCertificationKind.ALUMINUM: ("182.97", "s.17"),
}
IDENTIFIERS_BIND_FROM = date(2025, 3, 18)
"""First day of 19 CFR 182.91-182.107 (90 FR 6491): from here on a claim in the United States quotes identifiers, of
the certifications that have to bear one."""
IDENTIFIER_SERIES = "CERT-IDENTIFIER"
_UNITED_STATES = "US"
_ISSUED_BY = {"US": "CBP", "CA": "CBSA", "MX": "the Mexican authority"}
SCOPES = {
    VehicleClass.PASSENGER_VEHICLE: ("passenger vehicle",),
    VehicleClass.LIGHT_TRUCK: ("light truck",),
    VehicleClass.HEAVY_TRUCK: ("heavy truck", "road tractors for semi-trailers"),
}


def certified(
    inputs: Inputs, kind: VehicleCertificationKind, law: RuleSet, *, computed: bool = False
) -> tuple[Finding, Fact[VehicleCertification] | None]:
    """Whether a certification of `kind` is properly filed, has the identifier that it needs, and covers part, plant and
    period.

    Of several statements on one certification the last recorded holds. The finding says whether the figures are
    computed besides, from what is on file, or rest on the certification alone.
    """
    how = "computed besides" if computed else "not computed here"
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
        reason = _uncertified(fact.value, inputs, law)
        if not reason:
            return _on_file(test, fact, inputs, law, how, citation), fact
        failed, nearest = reason, fact
    refs = (nearest.ref,) if nearest is not None else ()
    return undetermined(test, f"{failed}; {how}", citations=citation, rests_on=refs), nearest


def _on_file(
    test: str, fact: Fact[VehicleCertification], inputs: Inputs, law: RuleSet, how: str, citation: tuple[str, ...]
) -> Finding:
    """That a certification covers what is asked, and what identifier it bears or why it needs none."""
    form = fact.value
    to = _ISSUED_BY.get(form.authority, form.authority)
    days = f"for {form.valid_from} to {form.valid_to}" + elsewhere(form, inputs)
    on_file, applied = f"on the producer's certification on file, {how}", tuple[Law, ...]()
    if form.identifier:
        reason = f"{on_file}: {form.identifier} of {form.producer}, its identifier issued by {to} on submission of "
        reason += f"{form.submitted_on}, {days}"
        shown = f"{form.identifier}, properly filed"
    else:
        asked = identifier_law(form, law)
        applied = () if asked is None else (asked,)
        why = "no text read asks for one there" if asked is None else "none was asked for then"
        reason = f"{on_file}: that of {form.producer} submitted to {to} on {form.submitted_on}, {days}; it bears no "
        reason += f"identifier, and {why}"
        shown = "properly filed, without an identifier"
    return Finding(test, Outcome.MET, None, None, shown, applied, reason, (fact.ref,), citation)


def identifier_law(form: VehicleCertification, law: RuleSet) -> Law | None:
    """The dated figure of a certification's day of submission, above zero where it has to bear an identifier.

    None where no text says: of one submitted to another country, and under a rule set made before the figure was.
    """
    if form.authority != _UNITED_STATES or IDENTIFIER_SERIES not in law.parameters:
        return None
    return law.series(IDENTIFIER_SERIES).on(max(form.submitted_on, ENTRY_INTO_FORCE))


def asks_identifier(form: VehicleCertification, law: RuleSet) -> bool:
    """Whether a certification has to bear an identifier.

    Under a rule set without the figure each of them has to, as determinations made under it asked.
    """
    if IDENTIFIER_SERIES not in law.parameters:
        return True
    asked = identifier_law(form, law)
    return asked is not None and asked.amount > 0


def with_computed(kind: VehicleCertificationKind, inputs: Inputs, law: RuleSet, computed: Finding | None) -> Finding:
    """The limb of `kind`: the certification on file, and where it could be computed here both must be met."""
    on_file = certified(inputs, kind, law, computed=computed is not None)[0]
    return on_file if computed is None else all_of(kind.value, (computed, on_file))


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


def _uncertified(form: VehicleCertification, inputs: Inputs, law: RuleSet) -> str:
    asked = inputs.question
    if form.valid_from is None or form.valid_to is None:
        return "the certification on file names no period"
    if not (form.valid_from <= asked.period_from and asked.period_to <= form.valid_to):
        return f"the certification on file is for {form.valid_from} to {form.valid_to}, not the whole of {asked.period}"
    if asked.plant not in form.plants:
        return f"the certification on file is for {', '.join(form.plants)}, not for {asked.plant}"
    if form.status is not VehicleCertificationStatus.PROPERLY_FILED:
        return f"the certification submitted on {form.submitted_on} stands as {form.status.value}"
    if not form.identifier and asks_identifier(form, law):
        return (
            f"the certification submitted on {form.submitted_on} has no identifier, which {IDENTIFIER_SERIES} asks for"
        )
    return ""
