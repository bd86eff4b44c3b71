"""Page one: the claim, the result and the gaps, placed where a reader looks first; nothing is worked out here.

What it says of a line follows from the latest claim on it: made, corrected, withdrawn, not made. The analysis that
decides stands first; one that a later analysis of the same question has replaced is stamped so, with the claim that it
was the basis of (DESIGN.md sections 1, 3 and 6).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from evidence.core.statements.certification import VehicleCertification
from evidence.core.statements.claim import Claim, ClaimAction, GateOutcome
from evidence.origin.worksheet import Outcome, Worksheet
from evidence.pack.contents import contents as c
from evidence.pack.contents.crosswalk import certification_link, party, worksheet_link
from evidence.pack.contents.links import Exhibits
from evidence.pack.contents.names import criterion, threshold
from evidence.pack.contents.steps import steps
from evidence.pack.gathered.facts import EntryLine, Facts, SnapshotFact
from evidence.pack.report.gaps import gaps, open_items
from evidence.pack.report.page_one_facts import content_cell, deciding, facts_of
from evidence.pack.report.page_one_room import first_gaps
from evidence.pack.report.pages_average import average_link
from evidence.pack.report.pages_worksheet import estimated
from evidence.pack.words.language import _, _n, joined, marked
from evidence.pack.words.recorded import cited, recorded
from evidence.pack.words.shown import percent
from evidence.register.queries import Known

_STATUS = marked(
    "Working draft until a named person releases it; the release is a later ledger entry. "
    "The withdrawal or correction of anything beneath makes a later pack, which supersedes this one."
)
_STATES = {
    ClaimAction.MADE: c.ClaimState.CLAIMED,
    ClaimAction.NOT_MADE: c.ClaimState.NOT_CLAIMED,
    ClaimAction.CORRECTED: c.ClaimState.CORRECTED,
    ClaimAction.WITHDRAWN: c.ClaimState.WITHDRAWN,
}
_NUMBERS = (
    *(marked("NO"), marked("ONE"), marked("TWO"), marked("THREE"), marked("FOUR")),
    *(marked("FIVE"), marked("SIX"), marked("SEVEN"), marked("EIGHT"), marked("NINE")),
)
_NAMED = 2


def opening(
    facts: Facts,
    worksheets: tuple[c.WorksheetPage, ...],
    averages: tuple[c.AveragePage, ...],
    checklist: c.ChecklistPage,
    crosswalk: c.CrosswalkPage,
    rows: tuple[c.ExhibitRow, ...],
    exhibits: Exhibits,
    owners: Mapping[str, str],
) -> c.OpeningPage:
    """Page one of a pack."""
    claims = tuple(_claim_row(facts, line, worksheets, exhibits) for line in facts.lines)
    claimed = sum(claim.state is c.ClaimState.CLAIMED for claim in claims)
    if not claims:
        headline = _("No customs entry line for it is on record.")
    elif claimed == len(claims):
        headline = _("Preferential tariff treatment is claimed.")
    else:
        headline = _(
            "Preferential tariff treatment is claimed on {claimed} of {count} lines.",
            claimed=claimed,
            count=len(claims),
        )
    reasons = tuple(
        dict.fromkeys(
            _(
                "check {number}, {check}: {found} ({citation})",
                number=row.number,
                check=row.check,
                found=row.found,
                citation=row.citation,
            )
            for claim in claims
            if claim.state is c.ClaimState.NOT_CLAIMED
            for row in claim.gate
            if row.outcome == GateOutcome.BLOCKED.value
        )
    )
    found = tuple(gaps(facts, claims, checklist, crosswalk, rows, exhibits, owners))
    results = tuple(sorted(_results(facts, worksheets), key=lambda result: result.former))
    decided = tuple(sorted((page.result for page in averages), key=lambda result: result.former))
    states = _states(claims)
    told = tuple(facts_of(facts, claims, worksheets, found))
    page = c.OpeningPage(
        headline=headline,
        reasons=reasons,
        claims=claims,
        results=results,
        averages=decided,
        gaps=found,
        status=_(_STATUS),
        rules=tuple(dict.fromkeys(rules_applied(fact.worksheet) for fact in facts.snapshots)),
        facts=told,
        states=states,
    )
    return replace(page, first_gaps=first_gaps(page))


def _states(claims: tuple[c.ClaimRow, ...]) -> tuple[tuple[str, str, str], ...]:
    """What the banner says: lines of one entry that stand alike are named together."""
    alike: dict[tuple[str, str], list[str]] = {}
    for claim in claims:
        of = _("{of}, line {line}", of=claim.customs_entry, line=claim.line)
        alike.setdefault((claim.state.value, claim.headline), []).append(of)
    return tuple((state, headline, "; ".join(lines)) for (state, headline), lines in alike.items())


def rules_applied(sheet: Worksheet) -> str:
    """The edition of the rules that an analysis applied: where the rule was read, the dated threshold, the rule set."""
    good = sheet.good
    code = f"{good.rule_code[:4]}.{good.rule_code[4:6]}"
    test = deciding(sheet)
    dated = [law for law in test.law if law.first] if test else []
    told = {"code": code, "edition": good.rule_edition, "digest": sheet.rule_set[:16]}
    if not dated:
        return _("rule read at {code} of {edition}; rule set {digest} (whole in the annex)", **told)
    return _(
        "rule read at {code} of {edition}; {threshold} from {first}; rule set {digest} (whole in the annex)",
        threshold=threshold(dated[0]),
        first=dated[0].first,
        **told,
    )


def _results(facts: Facts, worksheets: tuple[c.WorksheetPage, ...]) -> Iterator[c.ResultRow]:
    asked = [
        (about.owner, about.part, about.plant, about.period_from, about.period_to)
        for about in (fact.snapshot.value for fact in facts.snapshots)
    ]
    for place, page in enumerate(worksheets):
        sheet = facts.snapshots[place].worksheet
        after = next((at for at in range(len(asked) - 1, place, -1) if asked[at] == asked[place]), None)
        yield replace(
            page.result,
            former=after is not None,
            stamp=_stamp(facts, place, after) if after is not None else "",
            criterion=criterion(sheet) if sheet.outcome is Outcome.MET else _("none"),
            averaged=_averaged(facts, facts.snapshots[place]),
        )


def _averaged(facts: Facts, fact: SnapshotFact) -> c.Link | None:
    """The average that decides on the content for the latest claim that names the analysis."""
    claims = [claim.value for line in facts.lines for claim in line.claims]
    named = [claim.average for claim in claims if claim.snapshot == fact.snapshot.statement_id]
    return average_link(facts, named[-1]) if named else None


def _stamp(facts: Facts, place: int, after: int) -> str:
    this, later = facts.snapshots[place], facts.snapshots[after]
    followed = this.worksheet.basis != later.worksheet.basis
    based = [
        _("basis of the claim of {day} ({position})", day=claim.value.decided_on, position=claim.ref)
        for line in facts.lines
        for claim in line.claims
        if claim.value.snapshot == this.snapshot.statement_id
    ]
    told = {"place": after + 1, "day": later.snapshot.recorded_at.date()}
    if not followed:
        stamp = _("SUPERSEDED by Worksheet {place} ({day})", **told)
    elif later.worksheet.basis == "actual":
        stamp = _("FOLLOWED by Worksheet {place} ({day}, on actual figures)", **told)
    else:
        stamp = _("FOLLOWED by Worksheet {place} ({day})", **told)
    return joined("; ", (stamp, *based[:1]))


def _claim_row(
    facts: Facts, line: EntryLine, worksheets: tuple[c.WorksheetPage, ...], exhibits: Exhibits
) -> c.ClaimRow:
    entry, claim = line.entry.value, line.claim
    good = line.invoice_line
    described = facts.descriptions.get((good.owner, good.part), good.description) if good else _("goods not on record")
    gates = tuple(_gate(known, facts, worksheets) for known in line.claims)
    done = tuple(steps(facts, line, exhibits))
    state = _STATES[claim.value.action] if claim else c.ClaimState.NOT_CLAIMED
    return c.ClaimRow(
        customs_entry=entry.number,
        line=line.line.line,
        country=entry.country,
        importer=party(facts, entry.importer),
        imported_on=entry.imported_on,
        entered_on=entry.entered_on,
        goods=f"{good.part}, {described}" if good else described,
        quantity=line.line.quantity,
        value=line.line.value,
        currency=line.line.currency,
        tariff_item=line.line.tariff_item,
        hs_edition=line.line.hs_edition,
        preference_code=line.line.preference_code,
        identifiers=tuple(f"{_(kind)} {name}" for kind, name in _quoted(line)),
        period_identifiers=tuple(_of_the_period(facts, line)),
        state=state,
        headline=_headline(state, open_items(facts), done),
        decided_on=claim.value.decided_on if claim else None,
        by=claim.value.by if claim else "",
        reason=_reason(claim),
        certification=certification_link(facts, line),
        certifier=_certifier(facts, line),
        worksheet=worksheet_link(facts, line),
        average=average_link(facts, claim.value.average) if claim else None,
        gate=gates[-1].rows if gates else (),
        gates=gates,
        confirmed=_estimated_average(facts, claim) or _confirmed(facts, line),
        steps=done,
        position=f"#{claim.seq}" if claim else "",
        history=tuple(
            _(
                "{action} on {day} (#{position})",
                action=recorded(known.value.action.value),
                day=known.value.decided_on,
                position=known.seq,
            )
            for known in line.claims
        ),
    )


def _reason(claim: Known[Claim] | None) -> str | None:
    """The reason as given by a person; one that only repeats the gate is left to the gate."""
    if claim is None or claim.value.reason is None:
        return None
    repeated = "; ".join(
        f"{check.check}: {check.found}" for check in claim.value.gate if check.outcome is GateOutcome.BLOCKED
    )
    if claim.value.reason == repeated:
        return _("The claim gate stops it; why stands below.")
    return recorded(claim.value.reason)


def _headline(state: c.ClaimState, items: list[str], done: tuple[c.StepRow, ...]) -> str:
    """What the state alone would hide."""
    if state is c.ClaimState.CLAIMED and items:
        number = _(_NUMBERS[len(items)]) if len(items) < len(_NUMBERS) else str(len(items))
        named = joined("; ", items[:_NAMED])
        if len(items) > _NAMED:
            named = _("{named}; and {count} more", named=named, count=len(items) - _NAMED)
        return _n("{number} ITEM OPEN: {named}", "{number} ITEMS OPEN: {named}", len(items), number=number, named=named)
    if any(step.missing for step in done):
        return _("in our own records alone: nothing on file of what customs was told or paid")
    return ""


def _quoted(line: EntryLine) -> Iterator[tuple[str, str]]:
    """The vehicle certification identifiers on the customs entry line, with their kinds."""
    quoted = (
        (marked("labour value"), line.line.labour_value_id),
        (marked("steel"), line.line.steel_id),
        (marked("aluminum"), line.line.aluminum_id),
    )
    yield from ((kind, name) for kind, name in quoted if name)


def _of_the_period(facts: Facts, line: EntryLine) -> Iterator[str]:
    """Identifiers of the certifications that cover the period of production, where the line quotes others."""
    quoted = {name for _, name in _quoted(line)}
    for known in facts.vehicle_certifications:
        it = known.value
        if it.identifier and it.identifier not in quoted and period_of(facts, it):
            kind = it.certification_kind.value.removesuffix(" content")
            yield _(
                "{kind} {identifier} (submitted in {authority})",
                kind=_(kind),
                identifier=it.identifier,
                authority=it.authority,
            )


def period_of(facts: Facts, form: VehicleCertification) -> list[int]:
    """The worksheets whose whole period of production lies within the period of a vehicle certification."""
    first, last = form.valid_from or date.min, form.valid_to or date.max
    return [
        place
        for place, fact in enumerate(facts.snapshots, 1)
        if first <= fact.worksheet.period_from and fact.worksheet.period_to <= last
    ]


def _gate(known: Known[Claim], facts: Facts, worksheets: tuple[c.WorksheetPage, ...]) -> c.GateSet:
    rows = []
    named = (fact.snapshot.statement_id == known.value.snapshot for fact in facts.snapshots)
    page = next((page for page, mine in zip(worksheets, named, strict=True) if mine), None)
    figures = c.Link(page.title, content_cell(page)) if page is not None else None
    for check in known.value.gate:
        numbered = re.fullmatch(r"(\d+)\s+(.*)", check.check)
        rows.append(
            c.GateRow(
                number=numbered[1] if numbered else "",
                check=recorded(numbered[2] if numbered else check.check),
                outcome=check.outcome.value,
                found=recorded(check.found),
                citation=cited(check.citation),
                mark=check.mark,
                shown_at=figures if "%" in check.found else None,
            )
        )
    return c.GateSet(
        title=_(
            "Claim {action}, decided on {day} (ledger entry {position})",
            action=recorded(known.value.action.value),
            day=known.value.decided_on,
            position=known.ref,
        ),
        rows=tuple(rows),
    )


def _certifier(facts: Facts, line: EntryLine) -> str:
    link = certification_link(facts, line)
    for place, known in enumerate(facts.certifications, 1):
        if link is not None and link.to == f"certification-{place}":
            it = known.value
            return _(
                "{signer}, {title}, for {name} ({role})",
                signer=it.signer,
                title=it.certifier_title,
                name=it.certifier.name,
                role=recorded(it.certifier_role.value),
            )
    return ""


def _confirmed(facts: Facts, line: EntryLine) -> str:
    """Of a claim on estimates: what the figures were, and what the close came to where it is on record."""
    names = [claim.value.snapshot for claim in line.claims if claim.value.snapshot]
    basis = next((fact for fact in facts.snapshots if names and fact.snapshot.statement_id == names[0]), None)
    if basis is None or basis.worksheet.basis != "estimate":
        return ""
    about = basis.snapshot.value
    closes = [
        fact
        for fact in facts.snapshots
        if fact.snapshot.seq > basis.snapshot.seq
        and fact.worksheet.basis == "actual"
        and (fact.snapshot.value.owner, fact.snapshot.value.part, fact.snapshot.value.plant)
        == (about.owner, about.part, about.plant)
        and (fact.snapshot.value.period_from, fact.snapshot.value.period_to) == (about.period_from, about.period_to)
    ]
    told = _on_estimates(_content(basis))
    if not closes:
        due = basis.worksheet.true_up_due
        if due is None:
            return _("{claimed}; no close on actual figures is on record.", claimed=told)
        return _("{claimed}; no close on actual figures is on record, due from {due} on.", claimed=told, due=due)
    close = {"claimed": told, "day": closes[-1].snapshot.recorded_at.date(), "content": _content(closes[-1])}
    if closes[-1].worksheet.outcome is not basis.worksheet.outcome:
        if close["content"]:
            return _("{claimed}; the close of {day} does not confirm it: {content}.", **close)
        return _("{claimed}; the close of {day} does not confirm it.", **close)
    if close["content"]:
        return _("{claimed}; the close of {day} confirms it: {content}.", **close)
    return _("{claimed}; the close of {day} confirms it.", **close)


def _on_estimates(content: str) -> str:
    return _("Claimed on estimates: {content}", content=content) if content else _("Claimed on estimates")


def _estimated_average(facts: Facts, claim: Known[Claim] | None) -> str:
    """Of a claim that rests on an average of estimates: from when actual figures are due."""
    named = claim.value.average if claim else None
    for fact in facts.averages:
        if fact.average.statement_id == named and fact.sheet.estimate:
            why = estimated(fact.sheet.question.figures.value, fact.sheet.due)
            if fact.sheet.content is None:
                return _("Claimed on estimates; {why}.", why=why)
            share = percent(fact.sheet.content)
            return _("Claimed on estimates: {content} on average; {why}.", content=share, why=why)
    return ""


def _content(fact: SnapshotFact) -> str:
    row = deciding(fact.worksheet)
    return percent(row.figure) if row is not None and row.figure is not None else ""
