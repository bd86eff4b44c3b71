"""The gaps of page one: everything missing, open, blocked, late or withheld, with whose it is and by when.

A date is the one that is recorded: of the request last sent for a part, of a correction's clock. Where none is recorded
the page says so; none is made up.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date

from evidence.core.disclosure import SEALED
from evidence.core.statements.claim import GateOutcome
from evidence.origin.worksheet import Gap
from evidence.pack.contents import contents as c
from evidence.pack.contents.crosswalk import party
from evidence.pack.contents.links import Exhibits, WorksheetLinks
from evidence.pack.contents.steps import missing_steps
from evidence.pack.gathered.averaged import same_question
from evidence.pack.gathered.facts import Facts
from evidence.pack.report.pages_schedule import schedule_links
from evidence.pack.words.kinds import kind as kind_in_words
from evidence.pack.words.language import _, _n, joined, marked, quoted
from evidence.pack.words.recorded import recorded

OUR_DESK = marked("our origin desk")
_LISTED = 8


def gaps(
    facts: Facts,
    claims: tuple[c.ClaimRow, ...],
    checklist: c.ChecklistPage,
    crosswalk: c.CrosswalkPage,
    rows: tuple[c.ExhibitRow, ...],
    exhibits: Exhibits,
    owners: Mapping[str, str],
) -> Iterator[c.GapRow]:
    """Everything that a reader must know before the rest: what defeats first."""
    found = [
        *_later(facts),
        *_averages(facts),
        *_missing(facts, exhibits),
        *_corrections(facts, exhibits, owners),
        *_of_claims(facts, claims),
        *_broken(crosswalk),
        *_checklist(checklist),
        *_late(facts, rows),
        *_withheld(facts, rows),
    ]
    yield from sorted(found, key=lambda row: (not row.defeats, row.kind != "open"))


def open_items(facts: Facts) -> list[str]:
    """What a person still has to decide on the latest analysis, in a few words each, for the banner of page one."""
    found = [
        _(
            "{part}, declaration {reference} of {supplier} {state} since the analysis",
            part=later.declaration.part,
            reference=later.declaration.reference,
            supplier=later.declaration.supplier,
            state=recorded(later.event.value.state.value),
        )
        for later in facts.later
    ]
    found += [_("Average {place}, out of date", place=place) for place in _outrun(facts)]
    for gap in facts.snapshots[-1].worksheet.gaps if facts.snapshots else ():
        if gap.open:
            words = _("not yet reviewed") if "not yet reviewed" in gap.what else _("not decided")
            found.append(joined(", ", (recorded(gap.what.partition(":")[0]), words)))
    return list(dict.fromkeys(found))


def _later(facts: Facts) -> Iterator[c.GapRow]:
    """Knowledge since the analysis: it may change the result, and nothing is worked out again here."""
    for later in facts.later:
        event = later.event.value
        counted = _("the analysis counts on it") if later.counted else _("the analysis counts it against the claim")
        yield c.GapRow(
            kind=marked("open"),
            what=_(
                "{part}: declaration {reference} of {supplier} was {state} with effect from {day}, recorded after the "
                "analysis ({position}): {reason}.",
                part=later.declaration.part,
                reference=later.declaration.reference,
                supplier=later.declaration.supplier,
                state=recorded(event.state.value),
                day=event.effective_from,
                position=later.event.ref,
                reason=recorded(event.reason),
            ),
            owner=_(OUR_DESK),
            due=None,
            effect=_(
                "Not in the result: {counted}. Analyse again (19 CFR 182.11(c); Customs Act s.32.2).", counted=counted
            ),
            defeats=later.counted,
            shown_at=c.Link(_("corrections"), "corrections"),
        )


def _outrun(facts: Facts) -> Iterator[int]:
    """The places of the averages that one of their goods has outrun."""
    for place, fact in enumerate(facts.averages, 1):
        later = [one for one in facts.averages[place:] if same_question(one.average.value, fact.average.value)]
        if fact.since is not None and not later:
            yield place


def _averages(facts: Facts) -> Iterator[c.GapRow]:
    """An average that one of its goods has outrun: nothing is averaged again here."""
    for place in _outrun(facts):
        since = facts.averages[place - 1].since
        assert since is not None, "named by what it was outrun by"
        yield c.GapRow(
            kind=marked("open"),
            what=_(
                "Average {place} is out of date: {part} was analysed again since ({position}).",
                place=place,
                part=since.value.part,
                position=since.ref,
            ),
            owner=_(OUR_DESK),
            due=None,
            effect=_("Not in the average. Average again (Uniform Regulations s.16(1), s.14(12), s.7(15))."),
            defeats=True,
            shown_at=c.Link(_("Average {place}", place=place), f"average-{place}"),
        )


def _missing(facts: Facts, exhibits: Exhibits) -> Iterator[c.GapRow]:
    if facts.lines and not facts.certifications:
        yield _gap(
            marked("missing"),
            _("No certification of origin is on record for these goods."),
            _("No claim rests on one."),
            True,
        )
    if facts.lines and not facts.snapshots:
        yield _gap(
            marked("missing"), _("No origin analysis is on record for these goods."), _("Nothing shows origin."), True
        )
    seen = set()
    latest_first = reversed([*enumerate(facts.snapshots, 1)])  # it speaks for an earlier one of the same question
    for place, fact in latest_first:
        links = schedule_links(facts, fact, place, exhibits)
        for gap in fact.worksheet.gaps:
            if gap.what not in seen:
                seen.add(gap.what)
                yield c.GapRow(
                    kind=marked("open") if gap.open else marked("missing"),
                    what=recorded(gap.what),
                    owner=_(OUR_DESK) if gap.open or gap.owner == "self" else party(facts, gap.owner),
                    due=gap.due or _asked(facts, gap),
                    effect=recorded(gap.effect),
                    defeats=gap.defeats,
                    shown_at=_material(gap, links),
                )


def _material(gap: Gap, links: WorksheetLinks) -> c.Link | None:
    """The line of the schedule that a gap is of: the one of the highest value, where the part stands on several."""
    part = gap.what.partition(":")[0]
    row = next((row for row in links.ranked if row.part == part), None)
    return c.Link(row.id, links.materials[row.id]) if row is not None else None


def _asked(facts: Facts, gap: Gap) -> date | None:
    """The day by which the supplier was asked to declare the part, by the last request of it."""
    part = gap.what.partition(":")[0]
    due = [
        request.value.due_on
        for request in facts.requests
        if request.value.supplier == gap.owner and part in request.value.parts
    ]
    return due[-1] if due and not gap.open else None


def _corrections(facts: Facts, exhibits: Exhibits, owners: Mapping[str, str]) -> Iterator[c.GapRow]:
    for line in facts.lines:
        for what, holder, due in missing_steps(facts, line, exhibits):
            yield c.GapRow(
                kind=marked("missing"),
                what=_("Correction of line {line}: nothing on file of {what}.", line=line.line.line, what=_(what)),
                owner=owners.get(holder, _(holder)),
                due=due,
                effect=_("The correction at customs is not shown (19 CFR 182.11(c), 182.124).")
                if holder == "importer"
                else _("That the recipients know is not shown (19 USC 1592(f); USMCA art. 5.6)."),
                defeats=False,
                shown_at=c.Link(_("corrections"), "corrections"),
            )


def _of_claims(facts: Facts, claims: tuple[c.ClaimRow, ...]) -> Iterator[c.GapRow]:
    told = [recorded(gap.what) for fact in facts.snapshots for gap in fact.worksheet.gaps if gap.open]
    for claim in claims:
        for row in claim.gate:
            if row.outcome not in (GateOutcome.BLOCKED.value, GateOutcome.WARNING.value):
                continue
            if told and all(str(what) in str(row.found) for what in told):
                continue  # the same open items stand above, each by itself
            blocked = row.outcome == GateOutcome.BLOCKED.value
            on = {"line": claim.line, "citation": row.citation}
            yield _gap(
                marked("gate"),
                _("Check {number}, {check}: {found}", number=row.number, check=row.check, found=row.found),
                _("Blocks the claim on line {line} ({citation}).", **on)
                if blocked
                else _("Warning on the claim on line {line} ({citation}).", **on),
                blocked,
                c.Link(_("the claim gate"), "gate"),
            )


def _broken(crosswalk: c.CrosswalkPage) -> Iterator[c.GapRow]:
    if crosswalk.broken:
        lacking = _n(
            "{count} unit lacks a link of the crosswalk.",
            "{count} units lack a link of the crosswalk.",
            crosswalk.broken,
        )
        yield _gap(marked("chain"), lacking, _("The row says which."), True, c.Link(_("crosswalk"), "crosswalk"))


def _checklist(page: c.ChecklistPage) -> Iterator[c.GapRow]:
    missing = [row for row in page.rows if row.state == "missing"]
    asked = [row.id for row in missing if row.stops]
    if missing:
        yield c.GapRow(
            kind=marked("missing"),
            what=_(
                "{missing} of the {count} items that authorities ask for with such a claim are not in this pack, or "
                "not whole; {stopping} of them would stop a claim: {listed}.",
                missing=len(missing),
                count=len(page.rows),
                stopping=len(asked),
                listed=_list(asked) or _("none"),
            ),
            owner=_("as the checklist says"),
            due=min((row.due for row in missing if row.stops and row.due), default=None),
            effect=_("Listed one by one, with whose each is."),
            defeats=False,
            shown_at=c.Link(_("Checklist"), "checklist"),
        )


def _late(facts: Facts, rows: tuple[c.ExhibitRow, ...]) -> Iterator[c.GapRow]:
    first = facts.first_claim()
    late = [row.number for row in rows if row.late]
    if first and late:
        yield _gap(
            marked("late"),
            _(
                "Recorded after the claim of {day} (#{position}): {listed}.",
                day=first.value.decided_on,
                position=first.seq,
                listed=_list(late),
            ),
            _("Shown as late; does not by itself block."),
            shown_at=c.Link(late[0], f"exhibit-{late[0]}"),
        )


def _list(names: list[str]) -> str:
    listed = ", ".join(names[:_LISTED])
    if len(names) <= _LISTED:
        return listed
    return _("{listed} and {count} more", listed=listed, count=len(names) - _LISTED)


def _withheld(facts: Facts, rows: tuple[c.ExhibitRow, ...]) -> Iterator[c.GapRow]:
    """Exhibits and fields that this edition does not open, named by what they are, their tier and the reason."""
    alike: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row.withheld:
            alike.setdefault((row.title, row.tier), []).append(f"{row.number}{f' ({row.about})' if row.about else ''}")
    for (title, tier), named in alike.items():
        yield _gap(
            marked("withheld"),
            _("{title}, not in this edition: {named}.", title=title, named=", ".join(named)),
            _(
                "Tier {tier}, of which this edition opens none. Named by commitment; can be opened later.",
                tier=recorded(tier),
            ),
            shown_at=c.Link(_("exhibits index"), "exhibits"),
        )
    sealed: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for entry in facts.entries.values():
        if entry.statement is not None:
            tiers = type(entry.statement).tiers()
            fields = tuple(
                sorted(item.name.replace("_", " ") for item in entry.disclosures if tiers[item.name] in SEALED)
            )
            sealed[entry.kind, fields] += bool(fields)
    for (kind, fields), count in sorted(sealed.items()):
        if count:
            yield _gap(
                marked("withheld"),
                _(
                    "{fields} fields of each of {count} statements of the kind {kind}: {names}.",
                    fields=len(fields),
                    count=count,
                    kind=kind_in_words(kind),
                    names=quoted(", ".join(fields)),
                ),
                _("Tier secret: each is named by its commitment; whether it is empty or sealed is not said."),
            )


def _gap(kind: str, what: str, effect: str, defeats: bool = False, shown_at: c.Link | None = None) -> c.GapRow:
    return c.GapRow(
        kind=kind, what=what, owner=_(OUR_DESK), due=None, effect=effect, defeats=defeats, shown_at=shown_at
    )
