"""The gaps of page one: everything missing, open, blocked, late or withheld, with whose it is and by when.

A date is the one that is recorded: of the request last sent for a part, of a correction's clock. Where none is recorded
the page says so; none is made up.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date

from evidence.core.statements.claim import GateOutcome
from evidence.core.statements.declaration import DeclarationState, SupplierDeclaration
from evidence.origin.worksheet import Gap
from evidence.pack import contents as c
from evidence.pack.averaged import same_question
from evidence.pack.crosswalk import party
from evidence.pack.exhibits import SEALED
from evidence.pack.facts import Facts
from evidence.pack.links import Exhibits
from evidence.pack.steps import missing_steps

OUR_DESK = "our origin desk"
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
        *_missing(facts),
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
        f"{later.declaration.part}, {_of(later.declaration)} {_state(later.event.value.state)}" for later in facts.later
    ]
    found += [gap.what.partition(" is out of date")[0] + ", out of date" for gap in _averages(facts)]
    for gap in facts.snapshots[-1].worksheet.gaps if facts.snapshots else ():
        if gap.open:
            words = "not yet reviewed" if "not yet reviewed" in gap.what else "not decided"
            found.append(f"{gap.what.partition(':')[0]}, {words}")
    return list(dict.fromkeys(found))


def _of(declaration: SupplierDeclaration) -> str:
    return f"declaration {declaration.reference} of {declaration.supplier}"


def _state(state: DeclarationState) -> str:
    return f"{state.value} since the analysis"


def _later(facts: Facts) -> Iterator[c.GapRow]:
    """Knowledge since the analysis: it may change the result, and nothing is worked out again here."""
    for later in facts.later:
        event = later.event.value
        counted = "the analysis counts on it" if later.counted else "the analysis counts it against the claim"
        yield c.GapRow(
            kind="open",
            what=f"{later.declaration.part}: {_of(later.declaration)} was {event.state.value} with effect from "
            f"{event.effective_from}, recorded after the analysis ({later.event.ref}): {event.reason}.",
            owner=OUR_DESK,
            due=None,
            effect=f"Not in the result: {counted}. Analyse again (19 CFR 182.11(c); Customs Act s.32.2).",
            defeats=later.counted,
        )


def _averages(facts: Facts) -> Iterator[c.GapRow]:
    """An average that one of its goods has outrun: nothing is averaged again here."""
    for place, fact in enumerate(facts.averages, 1):
        later = [one for one in facts.averages[place:] if same_question(one.average.value, fact.average.value)]
        if fact.since is not None and not later:
            yield c.GapRow(
                kind="open",
                what=f"Average {place} is out of date: {fact.since.value.part} was analysed again since "
                f"({fact.since.ref}).",
                owner=OUR_DESK,
                due=None,
                effect="Not in the average. Average again (Uniform Regulations s.16(1), s.14(12), s.7(15)).",
                defeats=True,
                shown_at=c.Link(f"Average {place}", f"average-{place}"),
            )


def _missing(facts: Facts) -> Iterator[c.GapRow]:
    if facts.lines and not facts.certifications:
        yield _gap(
            "missing", "No certification of origin is on record for these goods.", "No claim rests on one.", True
        )
    if facts.lines and not facts.snapshots:
        yield _gap("missing", "No origin analysis is on record for these goods.", "Nothing shows origin.", True)
    seen = set()
    for fact in reversed(facts.snapshots):  # the latest analysis speaks for an earlier one of the same question
        for gap in fact.worksheet.gaps:
            if gap.what not in seen:
                seen.add(gap.what)
                yield c.GapRow(
                    kind="open" if gap.open else "missing",
                    what=gap.what,
                    owner=OUR_DESK if gap.open or gap.owner == "self" else party(facts, gap.owner),
                    due=gap.due or _asked(facts, gap),
                    effect=gap.effect,
                    defeats=gap.defeats,
                )


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
                kind="missing",
                what=f"Correction of line {line.line.line}: nothing on file of {what}.",
                owner=owners.get(holder, holder),
                due=due,
                effect="The correction at customs is not shown (19 CFR 182.11(c), 182.124)."
                if holder == "importer"
                else "That the recipients know is not shown (19 USC 1592(f); USMCA art. 5.6).",
                defeats=False,
            )


def _of_claims(facts: Facts, claims: tuple[c.ClaimRow, ...]) -> Iterator[c.GapRow]:
    told = [gap.what for fact in facts.snapshots for gap in fact.worksheet.gaps if gap.open]
    for claim in claims:
        for row in claim.gate:
            if row.outcome not in (GateOutcome.BLOCKED.value, GateOutcome.WARNING.value):
                continue
            if told and all(what in row.found for what in told):
                continue  # the same open items stand above, each by itself
            blocked = row.outcome == GateOutcome.BLOCKED.value
            yield _gap(
                "gate",
                f"Check {row.number}, {row.check}: {row.found}",
                f"{'Blocks' if blocked else 'Warning on'} the claim on line {claim.line} ({row.citation}).",
                blocked,
            )


def _broken(crosswalk: c.CrosswalkPage) -> Iterator[c.GapRow]:
    if crosswalk.broken:
        yield _gap("chain", f"{crosswalk.broken} units lack a link of the crosswalk.", "The row says which.", True)


def _checklist(page: c.ChecklistPage) -> Iterator[c.GapRow]:
    missing = [row for row in page.rows if row.state == "missing"]
    asked = [row.id for row in missing if row.stops]
    if missing:
        listed = ", ".join(asked[:_LISTED]) + (f" and {len(asked) - _LISTED} more" if len(asked) > _LISTED else "")
        yield c.GapRow(
            kind="missing",
            what=f"{len(missing)} of the {len(page.rows)} items that authorities ask for with such a claim are not in "
            f"this pack, or not whole; {len(asked)} of them would stop a claim: {listed or 'none'}.",
            owner="as the checklist says",
            due=min((row.due for row in missing if row.stops and row.due), default=None),
            effect="Listed one by one, with whose each is.",
            defeats=False,
            shown_at=c.Link("Checklist", "checklist"),
        )


def _late(facts: Facts, rows: tuple[c.ExhibitRow, ...]) -> Iterator[c.GapRow]:
    first = facts.first_claim()
    late = [row.number for row in rows if row.late]
    if first and late:
        listed = ", ".join(late[:_LISTED]) + (f" and {len(late) - _LISTED} more" if len(late) > _LISTED else "")
        yield _gap(
            "late",
            f"Recorded after the claim of {first.value.decided_on} (#{first.seq}): {listed}.",
            "Shown as late; does not by itself block.",
        )


def _withheld(facts: Facts, rows: tuple[c.ExhibitRow, ...]) -> Iterator[c.GapRow]:
    """Exhibits and fields that this edition does not open, named by what they are, their tier and the reason."""
    alike: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row.withheld:
            alike.setdefault((row.title, row.tier), []).append(f"{row.number}{f' ({row.about})' if row.about else ''}")
    for (title, tier), named in alike.items():
        yield _gap(
            "withheld",
            f"{title}, not in this edition: {', '.join(named)}.",
            f"Tier {tier}, of which this edition opens none. Named by commitment; can be opened later.",
        )
    sealed: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for entry in facts.entries.values():
        if entry.statement is not None:
            tiers = type(entry.statement).tiers()
            names = tuple(
                sorted(item.name.replace("_", " ") for item in entry.disclosures if tiers[item.name] in SEALED)
            )
            sealed[entry.kind, names] += bool(names)
    for (kind, names), count in sorted(sealed.items()):
        if count:
            yield _gap(
                "withheld",
                f"{len(names)} fields of each of {count} statements of the kind {kind.replace('-', ' ')}: "
                f"{', '.join(names)}.",
                "Tier secret: each is named by its commitment; whether it is empty or sealed is not said.",
            )


def _gap(kind: str, what: str, effect: str, defeats: bool = False) -> c.GapRow:
    return c.GapRow(kind=kind, what=what, owner=OUR_DESK, due=None, effect=effect, defeats=defeats)
