"""The claim gate: nine checks of one customs entry line before preference is claimed on it, and two where they apply.

Each check is dated and bound to a country where the law is; each says what it found and which text wants it, with the
mark of how that text was read (P on a primary page, S in a summary, K from background). A blocked check keeps the
claim from being made; a warning is printed and does not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from evidence.core.statements.authority import Authority
from evidence.core.statements.base import Basis
from evidence.core.statements.certification import (
    CertificationOfOrigin,
    CertifiedGood,
    VehicleCertification,
    VehicleCertificationKind,
    VehicleCertificationStatus,
)
from evidence.core.statements.claim import GateCheck, GateOutcome
from evidence.core.statements.concordance import Concordance
from evidence.core.statements.shipment import CustomsEntry, CustomsEntryLine, InvoiceLine
from evidence.core.values import add_months
from evidence.origin.averaged import Averaged, judged
from evidence.origin.limbs import IDENTIFIER_SERIES, IDENTIFIERS_BIND_FROM, asks_identifier
from evidence.origin.views import READING_VIEW, US_READING
from evidence.origin.worksheet import Outcome, Worksheet
from evidence.rules.codes import printed
from evidence.rules.routes import HEAVY_SERIES
from evidence.rules.ruleset import RuleSet
from evidence.rules.tracing import WHOLE_VALUES
from evidence.rules.transit import Stay, transit

ACCEPTED_FOR_MONTHS = 48
"""A certification serves for four years from its completion (19 CFR 182.12)."""
_MAY_SIGN = "certification of origin"
_TEXTS: dict[int, tuple[str, str]] = {
    1: ("USMCA art. 5.2", "S"),
    2: ("USMCA Annex 5-A(8), art. 5.2", "S"),
    3: ("USMCA Annex 5-A(9), art. 5.2", "S"),
    4: ("USMCA Annex 5-A(6)", "S"),
    5: ("USMCA Annex 5-A(6)", "S"),
    6: ("USMCA Annex 5-A(7), art. 4.2", "S"),
    7: ("USMCA art. 5.6", "K"),
    8: ("19 CFR 182.92(b)", "P"),
    9: ("Uniform Regulations s.13-15 (dated percentages)", "P"),
    10: ("Uniform Regulations s.10", "P"),
    11: ("the importing country's law of zones", "K"),
}
_BEFORE_IDENTIFIERS_BIND = (f"19 USC 4532(c); 19 CFR 182.92(b) from {IDENTIFIERS_BIND_FROM}", "K")
_IDENTIFIERS_CHECK = 8
_TEXTS_OF_COUNTRY: dict[str, dict[int, tuple[str, str]]] = {
    "US": {
        1: ("19 CFR 182.12(a)(3)", "P"),
        4: ("USMCA Annex 5-A(6); 19 CFR 182.12", "S"),
        5: ("USMCA Annex 5-A(6); 19 CFR 182.12", "S"),
        7: ("19 CFR 182.11(c)", "P"),
        9: ("19 CFR 182 App A s.13-15 (dated percentages)", "P"),
        10: ("19 CFR 182 App A s.10; 19 CFR 182.16(b)", "P"),
        11: ("19 CFR 146.65", "K"),
    },
    "CA": {
        7: ("Customs Act s.32.2", "P"),
        9: ("SOR/2020-155 s.13-15 (dated percentages)", "P"),
        10: ("SOR/2020-155 s.10", "P"),
    },
}
_YEAR_END_CITATION = "19 CFR 182 App A s.7(20), s.16(9), s.17(11), s.18(19)"
_VEHICLES = frozenset({"passenger_vehicle", "light_truck", "heavy_truck"})


@dataclass(frozen=True, slots=True)
class Case:
    """One customs entry line with everything the gate looks at.

    Attributes:
        decided_on: the day of the claim.
        certification: the one that fits best, even where it does not fit; None where none names the good.
        good: its line for the good.
        worksheet: of the snapshot that covers the units' plant and days of building; None where there is none.
        snapshot_missing: why there is none.
        unsettled: what became of declarations beneath the snapshot since it was made, in words.
        ended: what the snapshot knew of as withdrawn, refused or superseded and counted so, in words.
        rule_set: the content hash of the rule set in use now.
        law: that rule set.
        stays: in each country that the goods passed through.
        averaged: what decides by averaging; None where the good is not averaged.
    """

    decided_on: date
    entry: CustomsEntry
    line: CustomsEntryLine
    invoice_line: InvoiceLine | None
    certification: CertificationOfOrigin | None
    good: CertifiedGood | None
    authorities: tuple[Authority, ...]
    concordances: tuple[Concordance, ...]
    worksheet: Worksheet | None
    snapshot_missing: str
    unsettled: tuple[str, ...]
    vehicle_certifications: tuple[VehicleCertification, ...]
    rule_set: str
    law: RuleSet
    ended: tuple[str, ...] = ()
    stays: tuple[Stay, ...] = ()
    averaged: Averaged | None = None


def run_gate(case: Case) -> tuple[GateCheck, ...]:
    """The nine checks, in their order, each with the text that wants it in the importing country.

    The tenth stands only where goods passed through another country, the eleventh where they came out of a zone.
    """
    return tuple(
        GateCheck(check=f"{number} {name}", outcome=_capped(outcome, mark), found=found, citation=citation, mark=mark)
        for number, name, (outcome, found) in _checks(case)
        for citation, mark in [_text(number, case.entry.country, case.entry.entered_on)]
    )


def _capped(outcome: GateOutcome, mark: str) -> GateOutcome:
    """A text known from background only (K) does not block by itself: it warns."""
    return GateOutcome.WARNING if outcome is GateOutcome.BLOCKED and mark == "K" else outcome


def _text(number: int, country: str, day: date) -> tuple[str, str]:
    """The text behind a check on the day of entry, and how it was read."""
    if number == _IDENTIFIERS_CHECK and day < IDENTIFIERS_BIND_FROM:
        return _BEFORE_IDENTIFIERS_BIND
    of_country = _TEXTS_OF_COUNTRY.get(country, {})
    return of_country.get(number, _TEXTS[number])


def blocks(checks: tuple[GateCheck, ...]) -> list[GateCheck]:
    """The checks that keep a claim from being made."""
    return [check for check in checks if check.outcome is GateOutcome.BLOCKED]


_Found = tuple[GateOutcome, str]


def _checks(case: Case) -> Iterator[tuple[int, str, _Found]]:
    yield 1, "certification received before the claim", _received(case)
    yield 2, "importation within the period certified", _window(case)
    yield 3, "signed in time by a person with authority", _signed(case)
    yield 4, "subheading of entry and certification agree", _subheading(case)
    yield 5, "invoiced part is certified", _part(case)
    yield 6, "criterion, rule, method and snapshot on record", _supported(case)
    yield 7, "nothing beneath is revoked", _beneath(case)
    yield 8, "vehicle certifications quoted and in force", _identifiers(case)
    yield 9, "rules of the day of importation", _rules(case)
    if case.stays:
        yield 10, "under customs control in transit", _transit(case)
    if case.entry.zone is not None:
        yield 11, "entered from a zone", _zone(case.entry)


def _met(found: str) -> _Found:
    return GateOutcome.MET, found


def _blocked(found: str) -> _Found:
    return GateOutcome.BLOCKED, found


def _received(case: Case) -> _Found:
    form = case.certification
    if form is None:
        return _blocked("no certification of origin on record names the good")
    if form.received_on > case.decided_on:
        return _blocked(f"{form.number} was received on {form.received_on}, after the claim of {case.decided_on}")
    return _met(f"{form.number} received on {form.received_on} ({form.received_basis})")


def _window(case: Case) -> _Found:
    form, imported = case.certification, case.entry.imported_on
    if form is None:
        return _blocked("no certification to look at")
    if form.valid_from is None or form.valid_to is None:
        invoice = case.line.invoice
        if form.invoice_number == invoice:
            return _met(f"{form.number} is for the single shipment of invoice {invoice}")
        return _blocked(f"{form.number} is for invoice {form.invoice_number or 'none'}, the line enters {invoice}")
    if form.valid_from <= imported <= form.valid_to:
        return _met(f"imported {imported}, certified for {form.valid_from} to {form.valid_to}")
    return _blocked(f"imported {imported}; {form.number} is for {form.valid_from} to {form.valid_to}")


def _signed(case: Case) -> _Found:
    form = case.certification
    if form is None:
        return _blocked("no certification to look at")
    if form.signed_on > case.decided_on:
        return _blocked(f"{form.number} is signed on {form.signed_on}, after the claim of {case.decided_on}")
    if add_months(form.signed_on, ACCEPTED_FOR_MONTHS) < case.decided_on:
        return _blocked(f"{form.number} was signed on {form.signed_on}, more than four years before the claim")
    standing = [
        each
        for each in case.authorities
        if each.person == form.signer
        and _MAY_SIGN in each.may_sign
        and each.granted_on <= form.signed_on
        and (each.valid_to is None or form.signed_on <= each.valid_to)
    ]
    if not standing:
        return _blocked(f"no authority of {form.signer} to sign certifications is on record for {form.signed_on}")
    return _met(f"signed on {form.signed_on} by {form.signer}, whose authority is shown by {standing[-1].shown_by}")


def _subheading(case: Case) -> _Found:
    if case.good is None:
        return _blocked("no certified line to look at")
    entered, certified = case.line, case.good
    codes = (entered.tariff_item[:6], certified.hs_code[:6])
    if codes[0] == codes[1]:
        same = (
            "" if entered.hs_edition == certified.hs_edition else f" ({entered.hs_edition} and {certified.hs_edition})"
        )
        return _met(f"{printed(codes[0])} on both{same}")
    for row in case.concordances:
        ends = {(row.from_edition, row.from_code[:6]), (row.to_edition, row.to_code[:6])}
        if ends == {(entered.hs_edition, codes[0]), (certified.hs_edition, codes[1])}:
            return _met(f"{printed(codes[0])} and {printed(codes[1])}, mapped by {row.citation} [{row.mark}]")
    where = f"entered as {printed(codes[0])} of {entered.hs_edition}"
    return _blocked(f"{where}, certified as {printed(codes[1])} of {certified.hs_edition}; no mapping is on record")


def _part(case: Case) -> _Found:
    if case.invoice_line is None:
        return _blocked(
            f"invoice {case.line.invoice} line {case.line.invoice_line} is not on record in {case.line.shipment}"
        )
    if case.good is None:
        return _blocked(f"{case.invoice_line.part} is on no certified line")
    return _met(f"{case.invoice_line.part} is line {case.good.line} of the certification")


def _supported(case: Case) -> _Found:
    if case.good is not None and case.good.criterion == "B" and not (case.good.rule and case.good.method):
        return _blocked("criterion B without its rule and method in our own record")
    worksheet = case.worksheet
    if worksheet is None:
        return _blocked(case.snapshot_missing)
    if case.averaged is not None and case.averaged.decides(worksheet):
        holds, why = judged(case.averaged, worksheet, case.rule_set, case.decided_on)
        return _met(f"criterion {case.good.criterion if case.good else '-'}, {why}") if holds else _blocked(why)
    if worksheet.outcome is not Outcome.MET:
        return _blocked(f"the snapshot for {worksheet.period_from} to {worksheet.period_to}: {worksheet.summary}")
    basis = f"on {worksheet.basis} figures for {worksheet.period_from} to {worksheet.period_to}"
    found = f"criterion {case.good.criterion if case.good else '-'}, {basis}: {worksheet.summary}"
    return _estimated(case, worksheet, found) if worksheet.basis == Basis.ESTIMATE.value else _met(found)


def _estimated(case: Case, worksheet: Worksheet, found: str) -> _Found:
    """An estimate counts until the fiscal year is over; from then on only actual figures do."""
    due = worksheet.true_up_due
    if due is None:
        told = "an estimate, and no fiscal calendar on file says when actual figures decide"
        return GateOutcome.WARNING, f"{told}; {found}"
    if case.decided_on >= due:
        told = f"rests on an estimate, and its fiscal year was over on {due}"
        return _blocked(f"{told}: determine on actual figures ({_YEAR_END_CITATION})")
    return _met(f"{found} An estimate; actual figures are due from {due} on.")


def _beneath(case: Case) -> _Found:
    if case.worksheet is None:
        return _blocked("no snapshot to look beneath")
    if case.unsettled:
        return _blocked("; ".join(case.unsettled) + "; determine again before claiming")
    waiting = [gap.what for gap in case.worksheet.gaps if gap.open]
    found = [f"{'; '.join(case.ended)}, counted so in the analysis"] if case.ended else []
    found += ["open, and counted against the claim until decided: " + "; ".join(waiting)] if waiting else []
    if found:
        return GateOutcome.WARNING, "; ".join(found)
    return _met("no revocation or notice since the snapshot")


def _identifiers(case: Case) -> _Found:
    worksheet = case.worksheet
    vehicle = worksheet is not None and worksheet.good.vehicle_class in _VEHICLES
    if worksheet is not None and not vehicle:
        return GateOutcome.NOT_APPLICABLE, "not a covered vehicle"
    if case.entry.country != "US":
        what = "covered vehicle" if vehicle else "no snapshot to say what it is"
        return GateOutcome.NOT_APPLICABLE, f"{what}, entering {case.entry.country}: 182.92(b) does not apply"
    if not vehicle:
        return GateOutcome.NOT_APPLICABLE, "no snapshot to say whether it is a covered vehicle"
    quoted = {
        VehicleCertificationKind.LABOUR_VALUE: case.line.labour_value_id,
        VehicleCertificationKind.STEEL: case.line.steel_id,
        VehicleCertificationKind.ALUMINUM: case.line.aluminum_id,
    }
    unasked = {kind: _needs_none(case, kind) for kind, number in quoted.items() if number is None}
    unasked = {kind: reason for kind, reason in unasked.items() if reason}
    asked = {kind: number for kind, number in quoted.items() if kind not in unasked}
    wrong = [reason for kind, number in asked.items() if (reason := _not_in_force(case, kind, number))]
    if not wrong:
        named = ", ".join(filter(None, asked.values()))
        right = [f"quoted and in force on {case.entry.entered_on}: {named}"] if named else []
        return _met("; ".join((*right, *unasked.values())))
    told = "; ".join(wrong)
    if case.entry.entered_on < IDENTIFIERS_BIND_FROM:
        return GateOutcome.WARNING, f"{told} (the rule binds from {IDENTIFIERS_BIND_FROM})"
    return _blocked(told)


def _needs_none(case: Case, kind: VehicleCertificationKind) -> str:
    """Of a certification in force for the vehicle that was submitted before an identifier was asked for, that it needs
    none quoted; empty where there is no such certification. Of several statements on one, the last recorded holds.
    """
    day, good = case.entry.entered_on, case.invoice_line
    latest = {
        (form.category, form.valid_from, form.valid_to): form
        for form in case.vehicle_certifications
        if form.certification_kind is kind and form.authority == case.entry.country
        if good is not None and form.owner == good.owner and good.part in form.parts
    }
    for form in latest.values():
        within = form.valid_from is not None and form.valid_to is not None and form.valid_from <= day <= form.valid_to
        standing = form.status is VehicleCertificationStatus.PROPERLY_FILED
        if within and standing and not asks_identifier(form, case.law):
            said = f"the {kind.value} certification submitted on {form.submitted_on} needs no identifier quoted"
            return f"{said} ({IDENTIFIER_SERIES})"
    return ""


def _not_in_force(case: Case, kind: VehicleCertificationKind, number: str | None) -> str:
    if number is None:
        return f"no {kind.value} identifier on the entry line"
    on_file = [
        each for each in case.vehicle_certifications if each.identifier == number and each.certification_kind is kind
    ]
    if not on_file:
        return f"{number} is not on file as a {kind.value} certification"
    form, day = on_file[-1], case.entry.entered_on
    if form.status is not VehicleCertificationStatus.PROPERLY_FILED:
        return f"{number} stands as {form.status.value}"
    if form.valid_from is None or form.valid_to is None or not form.valid_from <= day <= form.valid_to:
        return f"{number} is for {form.valid_from} to {form.valid_to}, the entry of {day}"
    return ""


def _rules(case: Case) -> _Found:
    worksheet = case.worksheet
    if worksheet is None:
        return _blocked("no snapshot to look at")
    if worksheet.rule_set != case.rule_set:
        return _blocked(
            f"the snapshot applied rule set {worksheet.rule_set[:12]}, {case.rule_set[:12]} is in use; determine again"
        )
    imported = case.entry.imported_on
    against = [view for view in worksheet.views if view.outcome is not Outcome.MET and _day(view.option) is not None]
    reached = [view for view in against if (_day(view.option) or imported) <= imported]
    if reached and worksheet.outcome is Outcome.MET:
        seen = "; ".join(f"{view.name}: {view.shown}" for view in reached)
        return (
            GateOutcome.WARNING,
            f"threshold by {worksheet.event}; by the day of importation it would not be met ({seen})",
        )
    if worksheet.outcome is not Outcome.MET:
        return _met(f"the rule set in use; threshold by {worksheet.event}")
    others = [view for view in worksheet.views if (view.name, view.option) == (READING_VIEW, US_READING)]
    if case.entry.country == "US" and any(view.outcome is not Outcome.MET for view in others):
        seen = "; ".join(view.shown for view in others)
        return GateOutcome.WARNING, f"reached under the panel's reading of core parts only; by {US_READING}: {seen}"
    series = case.law.choices.get(HEAVY_SERIES)
    text = {"US": "united-states", "CA": "canada"}.get(case.entry.country)
    said = [view for view in worksheet.views if series and (view.name, view.option) == (series.title, text)]
    if any(view.outcome is not Outcome.MET for view in said):
        return GateOutcome.WARNING, f"reached by the percentages of another text only; by {text}: {said[0].shown}"
    whole = [view for view in worksheet.views if view.option == WHOLE_VALUES and view.outcome is not Outcome.MET]
    if whole:
        return GateOutcome.WARNING, f"reached by tracing listed materials (s.20(4)) only; by s.20(5): {whole[0].shown}"
    return _met(
        f"the rule set in use; threshold by {worksheet.event}, the same result by the day of importation, {imported}"
    )


def _transit(case: Case) -> _Found:
    """Goods that left customs' control outside the region, or had more done to them than keeping, do not originate."""
    finding = transit((), case.stays, case.law.region)
    outside = [stay for stay in case.stays if stay.country not in case.law.region]
    if not outside:
        return _met(finding.reason)
    through = f"passed through {', '.join(stay.country for stay in outside)}"
    if not finding.met:
        return _blocked(f"{through}; {finding.reason}")
    kept = [f"{part.test}: {part.reason}, by {', '.join(part.rests_on)}" for part in finding.parts]
    return _met(f"{through}; {'; '.join(kept)}")


def _zone(entry: CustomsEntry) -> _Found:
    status = f"{entry.zone_status or 'status not recorded'}"
    since = f", admitted {entry.zone_admitted_on}" if entry.zone_admitted_on is not None else ", admission not recorded"
    found = f"entered from zone {entry.zone} ({status}{since})"
    return GateOutcome.WARNING, f"{found}; the zone status fixes the day whose classification and rate count"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
