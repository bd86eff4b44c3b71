"""Pages of a worksheet and of its material schedule, printed as recorded."""

from collections.abc import Iterator
from decimal import Decimal

from evidence.core.values import Period
from evidence.origin.worksheet import FindingRow, LawRef, MaterialRow, Outcome, Status, Worksheet
from evidence.pack import contents as c
from evidence.pack.chart import bar
from evidence.pack.facts import Facts, SnapshotFact
from evidence.pack.links import Exhibits, WorksheetLinks, by_entry, runs, span
from evidence.pack.shown import dotted

_HUNDRED = Decimal(100)
_WORDS = {
    Outcome.MET: "The good originates, on this analysis",
    Outcome.NOT_MET: "The good does not originate, on this analysis",
    Outcome.NOT_DETERMINABLE: "Origin cannot be decided from what is on record",
}


def worksheet_page(facts: Facts, fact: SnapshotFact, place: int, exhibits: Exhibits) -> c.WorksheetPage:
    """A worksheet as recorded, with links from each figure to what it rests on."""
    sheet, links = fact.worksheet, WorksheetLinks(fact.worksheet, place, exhibits)
    return c.WorksheetPage(
        anchor=f"worksheet-{place}",
        title=f"Worksheet {place}",
        snapshot=fact.snapshot.statement_id,
        position=f"#{fact.snapshot.seq}",
        recorded_at=fact.snapshot.recorded_at,
        result=_result(sheet, place),
        facts=_facts(sheet),
        tests=tuple(_test(row, links) for row in sheet.findings),
        cells=tuple(
            c.CellRow(
                anchor=links.cell(cell.id),
                id=cell.id,
                label=cell.label,
                value=cell.value,
                unit=cell.unit,
                formula=cell.formula,
                rests_on=links.to(cell.rests_on),
            )
            for cell in sheet.cells
        ),
        core_parts=tuple(
            c.CorePartRow(
                group=part.group.replace("_", " "),
                part=part.part,
                description=part.description,
                way=part.way,
                net_cost=part.net_cost,
                non_originating=part.non_originating,
                content=part.content,
                bound=part.bound,
                outcome=part.outcome.value,
                reason=part.reason,
                rests_on=links.to(part.rests_on),
            )
            for part in sheet.core_parts
        ),
        choices=tuple(
            c.ChoiceRow(
                name=choice.name,
                choice=choice.choice,
                alternatives="; ".join(choice.alternatives),
                made="default" if choice.is_default else "election",
                citation=choice.citation,
            )
            for choice in sheet.choices
        ),
        views=tuple(
            c.ViewRow(
                name=view.name,
                option=view.option,
                outcome=view.outcome.value,
                shown=view.shown,
                citation=view.citation,
            )
            for view in sheet.views
        ),
        inputs=tuple(_input_rows(facts, by_entry(sheet.inputs), links, exhibits)),
        currency=sheet.currency,
    )


def _input_rows(
    facts: Facts, used: dict[int, tuple[str, int]], links: WorksheetLinks, exhibits: Exhibits
) -> Iterator[c.InputRow]:
    """Entries of one kind that stand together and rest on the same documents are one row."""
    for run in runs(used, lambda seq: (used[seq][0], bool(used[seq][1]), exhibits.behind_any(seq))):
        kind, lines = used[run[0]][0], sum(used[seq][1] for seq in run)
        moments = [facts.entries[seq].leaf.recorded_at for seq in run]
        yield c.InputRow(
            anchors=tuple(links.input(seq) for seq in run),
            position=span(run),
            kind=kind.replace("-", " "),
            lines=f"{lines} line{'s' if lines != 1 else ''}" if lines else "whole",
            recorded=(moments[0], moments[-1]) if moments[0] != moments[-1] else (moments[0],),
            exhibits=exhibits.behind_any(run[0]),
        )


def _result(sheet: Worksheet, place: int) -> c.ResultRow:
    good = sheet.good
    day = sheet.event + (f" on {sheet.event_day}" if sheet.event_day else "")
    return c.ResultRow(
        worksheet=c.Link(f"Worksheet {place}", f"worksheet-{place}"),
        good=f"{good.part}{f' revision {good.revision}' if good.revision else ''}, {good.description}",
        plant=f"{sheet.plant} ({sheet.plant_country})",
        period=str(Period(sheet.period_from, sheet.period_to)).replace("..", " to "),
        basis=f"{sheet.basis} figures",
        day=day,
        outcome=sheet.outcome.value,
        words=_WORDS[sheet.outcome],
        criterion=sheet.criterion,
        summary=sheet.summary,
        bar=_bar(sheet),
    )


def _bar(sheet: Worksheet) -> c.Bar | None:
    """The content test's two shares, where the worksheet has one."""
    for row in sheet.findings:
        named = f"{row.limb} {row.test}".lower()
        if row.figure is None or row.bound is None or "regional value content" not in named or "core" in named:
            continue
        if 1 < row.bound < _HUNDRED and row.figure <= _HUNDRED:
            label = row.test if "content" in row.test else f"{row.limb}, {row.test}"
            return bar(label[:1].upper() + label[1:], row.figure, row.bound, met=row.outcome is Outcome.MET)
    return None


def _facts(sheet: Worksheet) -> tuple[tuple[str, str], ...]:
    good = sheet.good
    read = f"{dotted(good.code)} ({good.hs_edition}), rule read at {dotted(good.rule_code)} ({good.rule_edition})"
    rows = [
        ("Tariff code", read),
        ("Concordance", good.concordance or ""),
        ("Use", ", ".join(word.replace("_", " ") for word in (good.use, good.vehicle_class) if word)),
        ("Method", sheet.method),
        ("Currency", sheet.currency),
        ("Known", f"ledger entries 0 to {sheet.as_of - 1}"),
        ("Rules, program", f"rule set {sheet.rule_set[:16]}…, {sheet.program}"),
    ]
    return tuple((name, value) for name, value in rows if value)


def _test(row: FindingRow, links: WorksheetLinks) -> c.TestRow:
    return c.TestRow(
        limb=row.limb,
        test=row.test,
        outcome=row.outcome.value,
        shown=row.shown,
        reason=row.reason,
        law=tuple(_law(law) for law in row.law),
        rests_on=links.to(row.rests_on),
    )


def _law(law: LawRef) -> str:
    dates = f", from {law.first}" + (f" to {law.last}" if law.last else "") if law.first else ""
    mark = f"; mark {law.mark}" if law.mark else ""
    return f"{law.text}{dates} ({law.source}{mark})"


def schedule_page(facts: Facts, fact: SnapshotFact, place: int, exhibits: Exhibits) -> c.SchedulePage:
    """The materials of a worksheet by descending value, each with its support and exhibits."""
    links = WorksheetLinks(fact.worksheet, place, exhibits)
    return c.SchedulePage(
        anchor=f"schedule-{place}",
        title=f"Material schedule to worksheet {place}",
        currency=fact.worksheet.currency,
        lines=tuple(_material(facts, row, number, links, exhibits) for number, row in enumerate(links.ranked, 1)),
    )


def _material(facts: Facts, row: MaterialRow, number: int, links: WorksheetLinks, exhibits: Exhibits) -> c.MaterialLine:
    return c.MaterialLine(
        anchor=links.materials[row.id],
        number=number,
        level=row.level,
        part=row.part,
        description=row.description,
        code=row.code,
        quantity=row.quantity,
        unit=row.unit,
        value=row.value,
        status=row.status.value,
        originates=row.status in (Status.ORIGINATING, Status.ROLLED_UP),
        counted=row.counted,
        reason=row.reason,
        support=tuple(
            c.SupportRow(
                supplier=facts.parties[support.supplier].name
                if support.supplier in facts.parties
                else support.supplier,
                declaration=support.reference,
                grade=support.grade,
                covers=support.covers,
                reason="" if support.reason in row.reason else support.reason,
                exhibits=_behind(facts, support.declaration, support.rests_on, exhibits),
            )
            for support in row.support
        ),
    )


def _behind(facts: Facts, declaration: str | None, rests_on: tuple[str, ...], exhibits: Exhibits) -> tuple[c.Link, ...]:
    """The exhibits of the declaration, then those of the purchases that the support rests on."""
    named = [facts.declarations[declaration].ref] if declaration in facts.declarations else []
    return exhibits.behind_refs([*named, *(ref for ref in rests_on if ref.startswith("#"))])
