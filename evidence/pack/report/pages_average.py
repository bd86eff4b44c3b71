"""Pages of an average that a claim rests on, printed as recorded: its goods, their figures, the sums, the tests.

What decides is the sum over the category and no good's own content (Uniform Regulations s.16(1), s.14(12), s.7(15)).
"""

from collections.abc import Iterable, Iterator

from evidence.origin.averages import AverageSheet, MemberRow
from evidence.origin.worksheet import FindingRow, Outcome
from evidence.pack.contents import contents as c
from evidence.pack.contents.chart import bar
from evidence.pack.contents.links import Exhibits, by_line, entry_links
from evidence.pack.gathered.averaged import AverageFact, same_question
from evidence.pack.gathered.facts import Facts
from evidence.pack.report.pages_worksheet import BASES, choice_rows, estimated, input_rows, test_row
from evidence.pack.words.language import _, _n, joined, marked
from evidence.pack.words.recorded import recorded
from evidence.pack.words.shown import percent

_WORDS = {
    Outcome.MET: marked("The goods of the category reach their content on average"),
    Outcome.NOT_MET: marked("The average of the category does not carry its goods"),
    Outcome.NOT_DETERMINABLE: marked("The average cannot be decided from what is on record"),
}
_CONTENT = "average content"
_NAMED = 4


def average_pages(facts: Facts, exhibits: Exhibits) -> tuple[c.AveragePage, ...]:
    """A page for each average that claims of the pack name."""
    return tuple(_page(facts, fact, place, exhibits) for place, fact in enumerate(facts.averages, 1))


def average_link(facts: Facts, average: str | None) -> c.Link | None:
    """The page of the average of that id; None where there is none."""
    for place, fact in enumerate(facts.averages, 1):
        if fact.average.statement_id == average:
            return c.Link(_("Average {place}", place=place), f"average-{place}")
    return None


def _page(facts: Facts, fact: AverageFact, place: int, exhibits: Exhibits) -> c.AveragePage:
    sheet, links = fact.sheet, _Links(facts, fact, place, exhibits)
    lines = by_line(fact.refs)
    used = {seq: (facts.entries[seq].kind, len(lines[seq])) for seq in sorted(lines)}
    return c.AveragePage(
        anchor=f"average-{place}",
        title=_("Average {place}", place=place),
        statement=fact.average.statement_id,
        position=fact.average.ref,
        recorded_at=fact.average.recorded_at,
        result=_result(facts, fact, place),
        facts=_facts(sheet, _units(fact)),
        goods=tuple(_good(row, number, links) for number, row in enumerate(sheet.members, 1)),
        currency=sheet.currency,
        net_cost=sheet.net_cost,
        non_originating=sheet.non_originating,
        content=sheet.content,
        formula=recorded(sheet.formula),
        steps=tuple(map(recorded, sheet.steps)),
        tests=tuple(test_row(row, sheet.findings, links.to) for row in sheet.findings),
        choices=choice_rows(sheet.choices),
        notes=tuple(map(recorded, sheet.notes)),
        inputs=tuple(input_rows(facts, used, links.input, exhibits)),
    )


class _Links:
    """Links within the page of one average."""

    def __init__(self, facts: Facts, fact: AverageFact, place: int, exhibits: Exhibits) -> None:
        self._facts, self._fact, self._place, self._exhibits = facts, fact, place, exhibits
        worksheets = enumerate(facts.snapshots, 1)
        self._worksheets = {one.snapshot.statement_id: f"worksheet-{number}" for number, one in worksheets}

    def input(self, seq: int) -> str:
        """The anchor of an entry in the list of what the average rests on."""
        return f"average-input-{self._place}-{seq}"

    def to(self, refs: Iterable[str]) -> tuple[c.Link, ...]:
        """Links for entries and lines; lines of one entry are drawn together."""
        return tuple(entry_links(by_line(refs), self.input, f"average-inputs-{self._place}", self._exhibits))

    def besides(self, row: MemberRow) -> list[str]:
        """What a good's row rests on besides its determinations."""
        determined = {self._fact.snapshots[name].ref for name in row.snapshots}
        return [ref for ref in row.rests_on if ref not in determined]

    def snapshot(self, name: str) -> c.Link:
        """A determination: its worksheet where the pack prints one, otherwise its ledger entry."""
        known = self._fact.snapshots[name]
        if name in self._worksheets:
            anchor = self._worksheets[name]
            return c.Link(
                _("Worksheet {place} ({position})", place=anchor.rpartition("-")[2], position=known.ref), anchor
            )
        return c.Link(known.ref, self.input(known.seq))


def _good(row: MemberRow, number: int, links: _Links) -> c.AveragedRow:
    return c.AveragedRow(
        number=str(number),
        part=row.part,
        plant=row.plant,
        model_line=row.model_line,
        vehicle_class=row.vehicle_class,
        made=row.made,
        counted=row.counted,
        net_cost=row.net_cost,
        non_originating=row.non_originating,
        content=row.content,
        requirement=recorded(row.requirement),
        reason=recorded(row.reason),
        snapshots=tuple(links.snapshot(name) for name in row.snapshots),
        rests_on=links.to(links.besides(row)),
    )


def _facts(sheet: AverageSheet, units: str) -> tuple[tuple[str, str], ...]:
    asked = sheet.question
    regime = joined(": ", (recorded(sheet.regime.value), recorded(asked.category.value)))
    apart = _("goods of different required percentages, in one country (s.16(2))") if asked.separately else ""
    program = _(
        "rule set {digest} (whole in the annex), program {program}",
        digest=sheet.rule_set[:16],
        program=sheet.program,
    )
    rows = [
        (_("Averaged as"), regime),
        (_("Units that count"), units),
        (_("Apart"), apart),
        (_("Agreed by"), recorded(asked.agreement or "")),
        (_("Asked of"), _("{part} at {plant}", part=asked.part, plant=asked.plant)),
        (_("Currency"), sheet.currency),
        (_("Known"), _("ledger entries 0 to {last}", last=sheet.as_of - 1)),
        (_("Rules, program"), program),
    ]
    return tuple((name, value) for name, value in rows if value)


def _units(fact: AverageFact) -> str:
    of = fact.average.value
    return joined(": ", (recorded(of.counts), ", ".join(of.aim))) if of.aim else recorded(of.counts)


def _result(facts: Facts, fact: AverageFact, place: int) -> c.AverageResult:
    sheet, asked = fact.sheet, fact.sheet.question
    after = _after(facts, place)
    return c.AverageResult(
        average=c.Link(_("Average {place}", place=place), f"average-{place}"),
        goods=_named([_("{part} at {plant}", part=row.part, plant=row.plant) for row in sheet.members]),
        category=recorded(asked.category.value),
        units=_units(fact),
        period=_("{first} to {last}", first=asked.period_from, last=asked.period_to),
        basis=_(BASES[asked.figures.value]),
        outcome=sheet.outcome.value,
        words=_(_WORDS[sheet.outcome]),
        summary=_summary(sheet),
        bar=_bar(sheet),
        estimate=estimated(asked.figures.value, sheet.due),
        claims="; ".join(_claims(facts, fact)),
        former=after is not None,
        stamp=_stamp(facts, place, after) if after is not None else "",
    )


def _after(facts: Facts, place: int) -> int | None:
    """The place of the last average of the same goods, units and period; None where this is it."""
    mine = facts.averages[place - 1].average.value
    later = [at for at, one in enumerate(facts.averages, 1) if at > place and same_question(one.average.value, mine)]
    return later[-1] if later else None


def _stamp(facts: Facts, place: int, after: int) -> str:
    this, later = facts.averages[place - 1], facts.averages[after - 1]
    told = {"place": after, "day": later.average.recorded_at.date()}
    if this.sheet.estimate and not later.sheet.estimate:
        return _("FOLLOWED by Average {place} ({day}, on actual figures)", **told)
    return _("SUPERSEDED by Average {place} ({day})", **told)


def _named(goods: list[str]) -> str:
    listed = ", ".join(goods[:_NAMED])
    if len(goods) > _NAMED:
        listed = _("{listed} and {count} more", listed=listed, count=len(goods) - _NAMED)
    return _n("{count} good: {listed}", "{count} goods: {listed}", len(goods), listed=listed)


def _summary(sheet: AverageSheet) -> str:
    """The content with what it was held against; where it is not met, every test that is not."""
    drawn = _bar(sheet)
    told = ""
    if drawn:
        shares = {"content": percent(drawn.content), "threshold": percent(drawn.threshold)}
        told = _("{content} on average, at least {threshold} asked", **shares)
    against = [row for row in _heads(sheet.findings) if row.outcome is not Outcome.MET]
    unmet = [
        _(
            "{test}, {outcome}: {reason}",
            test=recorded(row.test),
            outcome=_said(row.outcome),
            reason=recorded(row.reason),
        )
        for row in against
    ]
    parts = [told, *unmet] if told or unmet else [_("every test is {outcome}", outcome=_said(sheet.outcome))]
    return joined("", (joined("; ", [part for part in parts if part]), "."))


def _said(outcome: Outcome) -> str:
    return recorded(outcome.value.replace("_", " "))


def _heads(findings: Iterable[FindingRow]) -> Iterator[FindingRow]:
    """The first row of each test; those beneath it say why."""
    seen: set[tuple[str, str]] = set()
    for row in findings:
        if (row.limb, row.test) not in seen:
            seen.add((row.limb, row.test))
            yield row


def _bar(sheet: AverageSheet) -> c.Bar | None:
    """The one comparison of the average with a percentage; None where none was made, or several were."""
    compared = [row for row in sheet.findings if row.limb == _CONTENT and row.bound is not None]
    row = compared[0] if len(compared) == 1 else None
    if row is None or row.figure is None or row.bound is None:
        return None
    return bar(_("Average content"), row.figure, row.bound, met=row.outcome is Outcome.MET)


def _claims(facts: Facts, fact: AverageFact) -> Iterator[str]:
    for line in facts.lines:
        for claim in line.claims:
            if claim.value.average == fact.average.statement_id:
                yield _(
                    "customs entry {entry}, line {line}: claim {action} on {day} ({position})",
                    entry=line.entry.value.number,
                    line=line.line.line,
                    action=recorded(claim.value.action.value),
                    day=claim.value.decided_on,
                    position=claim.ref,
                )
