"""Questions of the checklist about the good: its analysis, materials, costs, core parts and averages."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from evidence.core.statements.base import Basis
from evidence.core.statements.declaration import Request
from evidence.core.statements.election import Election
from evidence.core.statements.reconciliation import ReconciledFigure, Reconciliation, ReconciliationResult
from evidence.origin.averaging_elections import AVERAGING
from evidence.origin.worksheet import CorePart, MaterialRow, Outcome, Status
from evidence.pack.checklist.asked_file import LISTED, File, Seen, some
from evidence.pack.contents import contents as c
from evidence.pack.contents.crosswalk import analysis_of, party
from evidence.pack.contents.sample import population, purchases_of
from evidence.pack.gathered.facts import SnapshotFact
from evidence.pack.words.language import _

VEHICLES = frozenset({"passenger_vehicle", "light_truck", "heavy_truck"})
_INVENTORY, _NET_COST, _CORE_WAY, _CORE_LAW = "inventory method", "net cost", "core-part way", ("A1-", "A2-")
_BATTERY_CODE, _BATTERY = "850760", "battery"


def analysed(file: File) -> Seen:
    """Every line has an origin analysis of its good."""
    bare = [line for line in file.facts.lines if analysis_of(file.facts, line) is None]
    lacking = (_("No origin analysis is on record for {line}.", line=file.name_of(line)) for line in bare)
    return Seen(tuple(map(file.place_of, file.deciding)), tuple(lacking))


def declared(file: File) -> Seen:
    """Every bought material that counts as originating is covered by a declaration of its supplier."""
    bare = [row for row in _originating(file) if row.support and not any(each.covers for each in row.support)]
    if not bare:
        return Seen()
    asked = [request for row in bare for request in _requests(file, row)]
    told = _("Counted as originating without a declaration that covers it: {parts}.", parts=some(r.part for r in bare))
    return Seen(
        lacking=(told,),
        whose=some(party(file.facts, each.supplier) for row in bare for each in row.support),
        due=min((request.due_on for request in asked), default=None),
        due_by=some(request.number for request in asked),
    )


def _requests(file: File, row: MaterialRow) -> list[Request]:
    """The last request for the part sent to each of its suppliers."""
    suppliers = {each.supplier for each in row.support}
    sent = {
        known.value.supplier: known.value
        for known in file.facts.requests
        if row.part in known.value.parts and known.value.supplier in suppliers
    }
    return list(sent.values())


def none_originating(file: File) -> str:
    """Why no declaration is called for; empty where a material counts as originating."""
    if not file.deciding or next(_originating(file), None) is not None:
        return ""
    return _("No material counts as originating.")


def _originating(file: File) -> Iterator[MaterialRow]:
    for fact in file.deciding:
        yield from (row for row in fact.worksheet.materials if row.status is Status.ORIGINATING)


def bought_foreign(file: File) -> Seen:
    """Every bought material that counts as non-originating has the purchases that its value comes from."""
    shown: dict[c.Link, None] = {}
    bare = []
    for fact in file.deciding:
        foreign = [row for row in population(fact.worksheet) if row.counted is None or row.counted]
        for row in foreign:
            behind = file.exhibits.behind_refs(purchases_of(fact.worksheet, row))
            shown |= dict.fromkeys(behind)
            if not behind:
                bare.append(row.part)
    told = _("No purchase of a non-originating material is on file: {parts}.", parts=some(bare))
    return Seen(tuple(shown)[:LISTED], (told,) if bare else ())


def net_cost(file: File) -> Seen:
    """The worksheet builds net cost up from recorded costs, with what is left out, its period and its basis."""
    if not any(entry.kind == "cost" for entry in file.facts.entries.values()):
        return Seen(lacking=(_("No costs are on record."),))
    bare = [fact for fact in file.deciding if fact.worksheet.method != _NET_COST]
    lacking = (_("{worksheet} does not go by net cost.", worksheet=file.place_of(fact).text) for fact in bare)
    return Seen(tuple(map(file.place_of, file.deciding)), tuple(lacking))


def tied(file: File) -> Seen:
    """The worksheet ties the bill to the booked material cost of what was made."""
    bare = [fact for fact in file.deciding if not any(cell.id.endswith("tie.booked") for cell in fact.worksheet.cells)]
    lacking = (_("{worksheet} ties no bill to the books.", worksheet=file.place_of(fact).text) for fact in bare)
    return Seen(tuple(file.place_of(fact) for fact in file.deciding if fact not in bare), tuple(lacking))


def inventory_elected(file: File) -> Seen:
    """The inventory method is elected on record."""
    found = [seq for seq, each in file.statements(Election) if each.choice == _INVENTORY]
    shown = tuple(dict.fromkeys(link for seq in found for link in file.behind(seq)))
    return Seen(shown, () if found else (_("No election of the inventory method is on record."),))


def no_inventory_method(file: File) -> str:
    """Why no inventory method is called for; empty where an analysis relies on one, or none is on record."""
    sheets = [fact.worksheet for fact in file.deciding]
    if not sheets or any(choice.choice == _INVENTORY for sheet in sheets for choice in sheet.choices):
        return ""
    return _("No analysis relies on an inventory method.")


def core_parts(file: File) -> Seen:
    """The core parts are tested, each by itself or together."""
    bare = [fact for fact in file.deciding if not fact.worksheet.core_parts]
    lacking = (_("{worksheet} tests no core part.", worksheet=file.place_of(fact).text) for fact in bare)
    open_ = [row.part for row in _core_rows(file) if row.outcome is Outcome.NOT_DETERMINABLE]
    undecided = (
        (_("Whether a core part originates cannot be determined: {parts}.", parts=some(open_)),) if open_ else ()
    )
    return Seen(tuple(file.place_of(fact) for fact in file.deciding if fact not in bare), (*lacking, *undecided))


def core_role(file: File) -> Seen:
    """The role of each core part, or of the part itself, in Table A.1 or A.2 decides the rule that is applied."""
    bare = [fact for fact in file.deciding if not fact.worksheet.core_parts and not is_core_part(fact)]
    lacking = (_("{worksheet} tests no core part.", worksheet=file.place_of(fact).text) for fact in bare)
    return Seen(tuple(file.place_of(fact) for fact in file.deciding if fact not in bare), tuple(lacking))


def core_way(file: File) -> Seen:
    """The way to compute core parts is on the worksheet, elected or by default."""
    bare = [fact for fact in file.deciding if not any(choice.name == _CORE_WAY for choice in fact.worksheet.choices)]
    lacking = (_("{worksheet} names no way to compute core parts.", worksheet=file.place_of(f).text) for f in bare)
    return Seen(tuple(file.place_of(fact) for fact in file.deciding if fact not in bare), tuple(lacking))


def core_content(file: File) -> Seen:
    """Each core part has its content worked out or a supplier's declaration; of a part by itself, its own content."""
    if any(fact.worksheet.good.vehicle_class for fact in file.deciding):
        return core_parts(file)
    bare = [fact for fact in file.deciding if not any(row.figure is not None for row in fact.worksheet.findings)]
    lacking = (_("{worksheet} works out no content.", worksheet=file.place_of(fact).text) for fact in bare)
    return Seen(tuple(file.place_of(fact) for fact in file.deciding if fact not in bare), tuple(lacking))


def _core_rows(file: File) -> Iterator[CorePart]:
    for fact in file.deciding:
        yield from fact.worksheet.core_parts


def battery(file: File) -> Seen:
    """The battery is tested as a core part with what is in it, or is itself the good that is analysed."""
    bare = []
    for fact in file.deciding:
        itself = fact.worksheet.good.rule_code.startswith(_BATTERY_CODE)
        if not itself and not any(_BATTERY in row.group.lower() for row in fact.worksheet.core_parts):
            bare.append(fact)
    open_ = [row.part for row in _core_rows(file) if row.outcome is Outcome.NOT_DETERMINABLE]
    lacking = [_("{worksheet} tests no battery as a core part.", worksheet=file.place_of(fact).text) for fact in bare]
    if open_:
        lacking.append(_("Whether a core part originates cannot be determined: {parts}.", parts=some(open_)))
    return Seen(tuple(file.place_of(fact) for fact in file.deciding if fact not in bare), tuple(lacking))


def no_battery(file: File) -> str:
    """Why no battery is called for; empty where one is a core part or among the materials, or nothing is analysed."""
    codes = [row.code for fact in file.deciding for row in fact.worksheet.materials]
    codes += [fact.worksheet.good.rule_code for fact in file.deciding]
    found = any(_BATTERY in row.group.lower() for row in _core_rows(file))
    if not file.deciding or found or any(code.startswith(_BATTERY_CODE) for code in codes):
        return ""
    return _("No core part is a lithium-ion battery.")


def is_core_part(fact: SnapshotFact) -> bool:
    """Whether the part analysed is itself under the percentage of a core part."""
    return any(law.name.startswith(_CORE_LAW) for row in fact.worksheet.findings for law in row.law)


def no_vehicle(file: File) -> str:
    """Why a question for producers of vehicles is not asked; empty where a vehicle is in the pack."""
    if not file.deciding or any(fact.worksheet.good.vehicle_class in VEHICLES for fact in file.deciding):
        return ""
    return _("The good is no vehicle; the producer of the vehicle elects it.")


def nothing_recovered(file: File) -> str:
    """Why no support of recovered materials is called for; empty where one is counted so."""
    reasons = [row.reason for fact in file.deciding for row in fact.worksheet.materials]
    if not file.deciding or any("recovered" in reason or "remanufactured" in reason for reason in reasons):
        return ""
    return _("No material counts as recovered or remanufactured.")


def not_averaged(file: File) -> str:
    """Why no averaging is called for; empty where an average is in the pack, or nothing is analysed."""
    if not file.facts.snapshots or file.facts.averages:
        return ""
    return _("No claim and no analysis of the pack rests on an average.")


def election_filed(file: File) -> Seen:
    """Each average names an election, filed with customs."""
    elections = {f"#{seq}": each for seq, each in file.statements(Election) if each.election == AVERAGING}
    shown: dict[c.Link, None] = {}
    lacking = []
    for place, fact in enumerate(file.facts.averages, 1):
        named = [ref for ref in fact.average.value.elections if ref in elections]
        if not named:
            lacking.append(_("Average {number} names no election.", number=place))
        for ref in named:
            shown |= dict.fromkeys(file.behind(int(ref[1:])))
            if elections[ref].filed_with is None:
                lacking.append(_("The election of ledger entry {entry} was filed with no customs.", entry=ref))
            elif elections[ref].receipt is None:
                lacking.append(_("No receipt of customs is on record for the election of {entry}.", entry=ref))
    return Seen(tuple(shown), tuple(lacking))


@dataclass(frozen=True, slots=True)
class _Estimate:
    """Something on estimates that a claim rests on: an analysis, or an average."""

    words: str
    snapshot: str
    first: date
    last: date
    due: date | None


def _estimates(file: File) -> Iterator[_Estimate]:
    """What claims name that rests on estimates, and what lines without a claim rest on."""
    named = {claim.value.snapshot for line in file.facts.lines for claim in line.claims}
    for fact in file.facts.snapshots:
        sheet, name = fact.worksheet, fact.snapshot.statement_id
        if sheet.basis != Basis.ACTUAL.value and (name in named or fact in file.deciding):
            words = file.place_of(fact).text
            yield _Estimate(words, name, sheet.period_from, sheet.period_to, sheet.true_up_due)
    for place, average in enumerate(file.facts.averages, 1):
        about = average.average.value
        if average.sheet.estimate:
            words = _("Average {number}", number=place)
            yield _Estimate(words, "", about.period_from, about.period_to, average.sheet.due)


def no_estimate(file: File) -> str:
    """Why no reconciliation is called for; empty where a claim rests on estimates or standard costs."""
    if not file.facts.snapshots or next(_estimates(file), None) is not None:
        return ""
    return _("No claim of the pack rests on estimates or standard costs.")


def reconciled_content(file: File) -> Seen:
    """Every analysis on estimates is reconciled to actual figures, and whoever is owed a notice has it."""
    return reconciled(file, (ReconciledFigure.REGIONAL_VALUE,))


def reconciled(file: File, figures: tuple[ReconciledFigure, ...]) -> Seen:
    """The same of some figures: each of them for the year of each analysis on estimates."""
    shown: dict[c.Link, None] = {}
    lacking, dues = [], []
    for estimate in _estimates(file):
        for figure in figures:
            found = [known for known in file.facts.around.reconciliations if _of(known.value, figure, estimate)]
            if not found:
                dues.append(estimate.due)
                lacking.append(
                    _(
                        "{worksheet} rests on estimates; no reconciliation to actual figures is on record ({figure}).",
                        worksheet=estimate.words,
                        figure=_(figure.value),
                    )
                )
            for known in found:
                shown |= dict.fromkeys(file.behind(known.seq))
                if untold := _untold(known.value):
                    dues.append(known.value.notify_by)
                    lacking.append(_("Nobody told of the outcome: {recipients}.", recipients=some(untold)))
    due = min((day for day in dues if day is not None), default=None)
    return Seen(tuple(shown), tuple(dict.fromkeys(lacking)), due=due, due_by="19 CFR 182.102")


def _of(form: Reconciliation, figure: ReconciledFigure, estimate: _Estimate) -> bool:
    """Whether a reconciliation is of that figure and of that analysis, or of its year."""
    of_year = form.year_from <= estimate.first and estimate.last <= form.year_to
    return form.reconciled is figure and (form.estimated_snapshot == estimate.snapshot or of_year)


def _untold(form: Reconciliation) -> tuple[str, ...]:
    """Who is still owed the notice of an outcome that fails; by number, since a delivery does not name them alike."""
    if form.result is ReconciliationResult.MET or len(form.notices_sent) >= len(form.notices_due):
        return ()
    return form.notices_due
