"""Pages of a worksheet, printed as recorded."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_FLOOR, Decimal

from evidence.core.statements.base import Basis as Figures
from evidence.origin.worksheet import Cell, Choice, CoreWay, FindingRow, LawRef, Outcome, ShiftRow, ShiftTest, Worksheet
from evidence.pack.contents import contents as c
from evidence.pack.contents import names
from evidence.pack.contents.chart import bar, origin_bar
from evidence.pack.contents.links import Exhibits, WorksheetLinks, by_entry, runs, span
from evidence.pack.gathered.facts import Facts, SnapshotFact
from evidence.pack.report.pages_schedule import schedule_links
from evidence.pack.words.kinds import kind as kind_in_words
from evidence.pack.words.language import _, _n, joined, marked, quoted
from evidence.pack.words.recorded import recorded
from evidence.pack.words.shown import dotted

_HUNDRED = Decimal(100)
_DID = ("shifts", "originates: need not shift")
_WORDS = {
    Outcome.MET: marked("The good originates, on this analysis"),
    Outcome.NOT_MET: marked("The good does not originate, on this analysis"),
    Outcome.NOT_DETERMINABLE: marked("Origin cannot be decided from what is on record"),
}


BASES = {
    "actual": marked("actual figures"),
    "estimate": marked("estimate figures"),
    "standard": marked("standard figures"),
}


def worksheet_page(facts: Facts, fact: SnapshotFact, place: int, exhibits: Exhibits) -> c.WorksheetPage:
    """A worksheet as recorded, with links from each figure to what it rests on."""
    sheet, links = fact.worksheet, schedule_links(facts, fact, place, exhibits)
    return c.WorksheetPage(
        anchor=f"worksheet-{place}",
        title=_("Worksheet {place}", place=place),
        snapshot=fact.snapshot.statement_id,
        position=f"#{fact.snapshot.seq}",
        recorded_at=fact.snapshot.recorded_at,
        result=_result(facts, sheet, place),
        facts=_facts(sheet),
        tests=tuple(test_row(row, sheet.findings, links.to) for row in sheet.findings if not _declared(row)),
        cells=tuple(_cell(cell, sheet, links) for cell in sheet.cells),
        core_parts=tuple(
            c.CorePartRow(
                group=recorded(part.group.replace("_", " ")),
                part=part.part,
                description=quoted(part.description),
                way=recorded(part.way),
                net_cost=part.net_cost,
                non_originating=part.non_originating,
                content=recorded(part.content),
                bound=part.bound,
                outcome=part.outcome.value,
                reason="" if part.content.split(" (")[0] in part.reason else recorded(part.reason),
                rests_on=links.to(part.rests_on),
                column=recorded(part.column),
                ways=tuple(
                    c.WayRow(
                        way=names.option(way.way),
                        outcome=way.outcome.value,
                        shown=_way(way),
                        to=_content_by(way, part.part, sheet, links),
                    )
                    for way in part.ways
                ),
            )
            for part in sheet.core_parts
        ),
        choices=choice_rows(sheet.choices),
        views=tuple(
            c.ViewRow(
                name=names.choice(view.name),
                option=names.option(view.option),
                outcome=view.outcome.value,
                shown=recorded(view.shown),
                citation=quoted(view.citation),
                to=_content_in(view.shown, sheet, links),
            )
            for view in sheet.views
        ),
        inputs=tuple(input_rows(facts, by_entry(sheet.inputs), links.input, exhibits)),
        currency=sheet.currency,
        shifts=tuple(_shift(sheet, test, links) for test in sheet.shifts),
        origin=origin_bar(sheet, drawn.threshold if (drawn := _bar(sheet)) else None),
    )


def choice_rows(choices: Iterable[Choice]) -> tuple[c.ChoiceRow, ...]:
    """Choices that the law leaves open, as made, in words."""
    return tuple(
        c.ChoiceRow(
            name=names.choice(choice.name),
            choice=names.option(choice.choice),
            alternatives=joined("; ", [names.option(other) for other in choice.alternatives if other != choice.choice]),
            made=_("default of the rule set") if choice.is_default else _("election on file"),
            elected=not choice.is_default,
            citation=quoted(choice.citation),
        )
        for choice in choices
    )


def _cell(cell: Cell, sheet: Worksheet, links: WorksheetLinks) -> c.CellRow:
    pieces = names.formula(cell, sheet.cells, links.cell)
    said = {piece.to for piece in pieces if piece.to}
    rests_on = tuple(link for link in links.to(cell.rests_on) if link.to not in said)
    label, of = names.label(cell)
    return c.CellRow(
        anchor=links.cell(cell.id),
        id=cell.id,
        label=label,
        value=cell.value,
        unit=cell.unit,
        formula=recorded(cell.formula),
        rests_on=rests_on or links.beneath(cell.id),
        pieces=pieces,
        of=of,
        citation=names.section(cell.citation),
    )


def _shift(sheet: Worksheet, test: ShiftTest, links: WorksheetLinks) -> c.ShiftTable:
    """Every input of a part; of a vehicle, whose inputs are many, those that do not shift."""
    kept = [row for row in test.rows if sheet.good.use != "vehicle" or row.shifts not in _DID]
    left = [row for row in test.rows if row not in kept]
    counts = {words: sum(row.shifts == words for row in left) for words in dict.fromkeys(row.shifts for row in left)}
    shares = (f"{test.id}.missed", f"{test.id}.share")
    return c.ShiftTable(
        title=recorded(test.alternative)
        if test.decides
        else _("{alternative}, not open under the reading taken", alternative=recorded(test.alternative)),
        words=recorded(test.words[:1].upper() + test.words[1:]),
        outcome=test.outcome.value,
        shown=recorded(test.shown),
        missed=test.missed,
        base=test.base,
        lines=tuple(_shift_line(row, links) for row in kept),
        others="; ".join(_inputs(words, count) for words, count in counts.items() if words in _DID),
        citation=quoted(test.citation),
        rests_on=links.to([cell.id for cell in sheet.cells if cell.id in shares]),
    )


def _inputs(words: str, count: int) -> str:
    if words == "shifts":
        return _n("{count} input shifts", "{count} inputs shift", count)
    return _n("{count} input originates and need not shift", "{count} inputs originate and need not shift", count)


def _way(way: CoreWay) -> str:
    """What a way shows; nothing where it only repeats its outcome."""
    return "" if way.shown.lower() == way.outcome.value.replace("_", " ") else recorded(way.shown)


def _content_by(way: CoreWay, part: str, sheet: Worksheet, links: WorksheetLinks) -> str:
    """The anchor of the cell that holds the content of a core part by one way; empty where there is none."""
    for cell in sheet.cells:
        if cell.label.startswith(f"Content by {way.way} ") and cell.label.endswith(f" {part}"):
            return links.cell(cell.id)
    return ""


def _content_in(shown: str, sheet: Worksheet, links: WorksheetLinks) -> str:
    """The anchor of the content of the good, where a text shows that very share; empty where it shows another."""
    for cell in sheet.cells:
        if cell.id == "content" and shown.startswith(f"{cell.value.quantize(Decimal('0.01'), ROUND_FLOOR)} %"):
            return links.cell(cell.id)
    return ""


def _shift_line(row: ShiftRow, links: WorksheetLinks) -> c.ShiftLine:
    return c.ShiftLine(
        material=c.Link(row.material or _("none"), links.materials.get(row.material, "")),
        part=row.part,
        code=row.code,
        origin=recorded(row.status.value.partition(",")[0]),
        value=row.value,
        shifts=recorded(row.shifts),
        against=row.shifts in ("does not shift", "not told by its code"),
    )


def input_rows(
    facts: Facts, used: Mapping[int, tuple[str, int]], anchor: Callable[[int], str], exhibits: Exhibits
) -> Iterator[c.InputRow]:
    """Entries of one kind that stand together and rest on the same documents are one row.

    Args:
        used: the kind of each entry, and how many of its lines are used; 0 where it is used whole.
        anchor: where an entry stands in the report.
    """
    for run in runs(used, lambda seq: (used[seq][0], bool(used[seq][1]), exhibits.behind_any(seq))):
        kind, lines = used[run[0]][0], sum(used[seq][1] for seq in run)
        moments = [facts.entries[seq].leaf.recorded_at for seq in run]
        yield c.InputRow(
            anchors=tuple(anchor(seq) for seq in run),
            position=span(run),
            kind=kind_in_words(kind),
            lines=_n("{count} line", "{count} lines", lines) if lines else _("whole"),
            recorded=(moments[0], moments[-1]) if moments[0] != moments[-1] else (moments[0],),
            exhibits=exhibits.behind_any(run[0]),
        )


def threshold_day(facts: Facts, sheet: Worksheet) -> str:
    """Which day chose the threshold, and which other was tried; nothing where no threshold was applied."""
    if sheet.method == "tariff shift":
        return ""
    if sheet.event_day is not None:
        return _("threshold by {event} on {day}", event=recorded(sheet.event), day=sheet.event_day)
    told = {"first": sheet.period_from, "last": sheet.period_to}
    if sheet.other_day is None:
        return _("threshold by production in {first} to {last}", **told)
    entered = {day for line in facts.lines for day in (line.entry.value.imported_on, line.entry.value.entered_on)}
    left = {known.value.exported_on for known in facts.shipments}
    if sheet.other_day in entered:
        other = _("entry {day}", day=sheet.other_day)
    else:
        other = _("export {day}", day=sheet.other_day) if sheet.other_day in left else _("{day}", day=sheet.other_day)
    return _("threshold by production in {first} to {last}; other day tested: {other}", other=other, **told)


def _result(facts: Facts, sheet: Worksheet, place: int) -> c.ResultRow:
    good = sheet.good
    described = {"part": good.part, "description": quoted(good.description)}
    return c.ResultRow(
        worksheet=c.Link(_("Worksheet {place}", place=place), f"worksheet-{place}"),
        good=_("{part} revision {revision}, {description}", revision=good.revision, **described)
        if good.revision
        else _("{part}, {description}", **described),
        plant=f"{sheet.plant} ({sheet.plant_country})",
        period=_("{first} to {last}", first=sheet.period_from, last=sheet.period_to),
        basis=_(BASES[sheet.basis]),
        day=threshold_day(facts, sheet),
        outcome=sheet.outcome.value,
        words=_(_WORDS[sheet.outcome]),
        criterion=names.criterion(sheet),
        summary=recorded(sheet.summary),
        bar=_bar(sheet),
        estimate=estimated(sheet.basis, sheet.true_up_due),
    )


def estimated(basis: str, due: date | None) -> str:
    """What page one says of estimates (UR s.16(9), s.17(11), s.18(15)-(19)); nothing of actual figures."""
    if basis == Figures.ACTUAL.value:
        return ""
    if due is None:
        return _("no fiscal calendar on record says from when actual figures are due")
    return _("actual figures are due from {due} on; from that day an estimate alone decides nothing", due=due)


def _bar(sheet: Worksheet) -> c.Bar | None:
    """The content test's two shares, where the worksheet has one."""
    for row in sheet.findings:
        named = f"{row.limb} {row.test}".lower()
        if row.figure is None or row.bound is None or "regional value content" not in named or "core" in named:
            continue
        if 1 < row.bound < _HUNDRED and row.figure <= _HUNDRED:
            label = row.test if "content" in row.test else f"{row.limb}, {row.test}"
            return bar(recorded(label[:1].upper() + label[1:]), row.figure, row.bound, met=row.outcome is Outcome.MET)
    return None


def _facts(sheet: Worksheet) -> tuple[tuple[str, str], ...]:
    good = sheet.good
    read = _(
        "{code} ({edition}), rule read at {other} ({other_edition})",
        code=dotted(good.code),
        edition=good.hs_edition,
        other=dotted(good.rule_code),
        other_edition=good.rule_edition,
    )
    used = [names.use(word) for word in (good.use, good.vehicle_class) if word]
    known = _("ledger entries 0 to {last}", last=sheet.as_of - 1)
    program = _(
        "rule set {digest} (whole in the annex), program {program}",
        digest=sheet.rule_set[:16],
        program=sheet.program,
    )
    rows = [
        (_("Tariff code"), read),
        (_("Concordance"), recorded(good.concordance or "")),
        (_("Use"), joined(", ", used)),
        (_("Origin criterion"), names.criterion(sheet)),
        (_("Method"), recorded(sheet.method)),
        (_("Currency"), sheet.currency),
        (_("Known"), known),
        (_("Rules, program"), program),
    ]
    return tuple((name, value) for name, value in rows if value)


def test_row(
    row: FindingRow, findings: Sequence[FindingRow], links: Callable[[Iterable[str]], tuple[c.Link, ...]]
) -> c.TestRow:
    """One test as printed; `findings` are all of the analysis, `links` lead to what it rests on."""
    return c.TestRow(
        limb=recorded(row.limb),
        test=recorded(row.test),
        outcome=row.outcome.value,
        shown="" if row.shown in (row.outcome.value.replace("_", " "), "not determinable") else recorded(row.shown),
        reason=""
        if row.reason in ("every part is met", row.shown) or _says_again(row, findings)
        else recorded(row.reason),
        law=tuple(law_text(law) for law in row.law),
        rests_on=links(row.rests_on),
    )


def _declared(row: FindingRow) -> bool:
    """Whether a row is that of a bought core part, which the table of core parts prints whole."""
    return row.test.startswith("core part M") and row.test.endswith("supplier's declaration")


def _says_again(row: FindingRow, findings: Sequence[FindingRow]) -> bool:
    """Whether a reason only puts figures in words, or gathers what the rows beneath it say."""
    if row.figure is not None and row.bound is not None:
        return row.reason.split(" is ")[0] in row.shown
    after = findings[findings.index(row) + 1 :]
    return any(f"{below.test}: {below.reason}" in row.reason for below in after if below.limb == row.limb)


def law_text(law: LawRef) -> str:
    """A text of law as applied: its words, the days that it binds, where it stands, and the mark of its reading."""
    told = {"text": names.words_of(law), "source": names.reading(law.source)}
    if law.first is None:
        said = _("{text} ({source})", **told)
    elif law.last is None:
        said = _("{text}, from {first} ({source})", first=law.first, **told)
    else:
        said = _("{text}, from {first} to {last} ({source})", first=law.first, last=law.last, **told)
    return _("{text}; mark {mark}", text=said, mark=law.mark) if law.mark else said
