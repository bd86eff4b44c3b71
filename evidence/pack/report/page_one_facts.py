"""The facts of page one: what an officer asks first, each in one line that leads to where it stands.

Importer and entry, goods and days, code and criterion, who certified, which rule and method, estimate or actual, what
it came to against the threshold, identifiers, what is open, whom to ask. A thing that is not on record says so.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from evidence.origin.worksheet import FindingRow, Worksheet
from evidence.pack.contents import contents as c
from evidence.pack.contents import names
from evidence.pack.contents.crosswalk import certification_link, party
from evidence.pack.gathered.facts import EntryLine, Facts
from evidence.pack.report.pages_rule import elections_of
from evidence.pack.words.language import _, _n, joined, quoted
from evidence.pack.words.recorded import recorded
from evidence.pack.words.shown import day, dotted, figure, number, percent

_LISTED = 3


def facts_of(
    facts: Facts, claims: Sequence[c.ClaimRow], worksheets: Sequence[c.WorksheetPage], gaps: Sequence[c.GapRow]
) -> Iterator[c.Fact]:
    """Every line of page one, in the order in which it is asked after."""
    yield from _entry(facts)
    yield from _goods(facts)
    yield from _days(facts)
    yield from _code(facts, worksheets)
    yield from _certified(facts)
    yield from _rule(facts, worksheets)
    yield from _results(facts, worksheets)
    yield from _identified(claims)
    yield _open(gaps)
    yield _contact(facts)


def deciding(sheet: Worksheet) -> FindingRow | None:
    """The content test of the good itself, where it has one."""
    for row in sheet.findings:
        named = f"{row.limb} {row.test}".lower()
        if row.figure is not None and row.bound is not None and "content" in named and "core" not in named:
            return row
    return None


def content_cell(page: c.WorksheetPage) -> str:
    """The anchor of the cell that holds the content of a good; of one without, the worksheet's."""
    return next((cell.anchor for cell in page.cells if cell.id == "content"), page.anchor)


def _fact(name: str, *said: c.Link | str, wide: bool = False) -> c.Fact:
    links = tuple(one if isinstance(one, c.Link) else c.Link(one) for one in said if one)
    return c.Fact(name=name, said=links or (c.Link(_("not on record")),), wide=wide)


def _some(words: Iterable[object]) -> str:
    """The first of several, and how many more there are."""
    every = list(dict.fromkeys(word if isinstance(word, str) else str(word) for word in words if word))
    listed = joined("; ", every[:_LISTED])
    if len(every) <= _LISTED:
        return listed
    return _n("{listed} and {count} more", "{listed} and {count} more", len(every) - _LISTED, listed=listed)


def _span(days: Iterable[date | None]) -> str:
    """One day, or the first and the last of several."""
    every = sorted({one for one in days if one})
    if len(every) > 1:
        return _("{first} to {last}", first=every[0], last=every[-1])
    return day(every[0]) if every else ""


def _entry(facts: Facts) -> Iterator[c.Fact]:
    entries = {line.entry.value.number: line.entry.value for line in facts.lines}
    yield _fact(_("Importer"), _some(party(facts, entry.importer) for entry in entries.values()))
    yield _fact(_("Importer number"), _some(entry.importer_number for entry in entries.values()))
    said = []
    for entry in entries.values():
        lines = [str(line.line.line) for line in facts.lines if line.entry.value.number == entry.number]
        said.append(
            _n(
                "{number} ({country}), line {lines}",
                "{number} ({country}), lines {lines}",
                len(lines),
                number=entry.number,
                country=entry.country,
                lines=_lines(lines),
            )
        )
    yield _fact(_("Customs entry"), c.Link(_some(said), "transport") if said else "")


def _lines(numbers: Sequence[str]) -> str:
    if len(numbers) > _LISTED:
        return _("{first} to {last}", first=numbers[0], last=numbers[-1])
    return ", ".join(numbers)


def _goods(facts: Facts) -> Iterator[c.Fact]:
    goods = []
    for line in facts.lines:
        good = line.invoice_line
        if good:
            described = facts.descriptions.get((good.owner, good.part), good.description)
            goods.append(joined("", (f"{number(line.line.quantity)} × {good.part}, ", quoted(described))))
    yield _fact(_("Goods"), _some(goods), wide=True)
    units = [unit for line in facts.lines if line.invoice_line for unit in line.invoice_line.units]
    told = _n("{count}, in the crosswalk", "{count}, in the crosswalk", len(units))
    yield _fact(_("VINs, serials, lots"), c.Link(told, "crosswalk"))


def _days(facts: Facts) -> Iterator[c.Fact]:
    built = [known.value for known in facts.units.values()]
    plants = ", ".join(dict.fromkeys(unit.plant for unit in built))
    said = _("{days} at {plants}", days=_span(unit.built_on for unit in built), plants=plants)
    yield _fact(_("Production"), c.Link(said, "production") if built else "")
    left = _span(known.value.exported_on for known in facts.shipments)
    yield _fact(_("Export"), c.Link(left, "transport") if left else "")
    entries = [line.entry.value for line in facts.lines]
    yield _fact(
        _("Import, entry"),
        _(
            "{imported}, {entered}",
            imported=_span(entry.imported_on for entry in entries),
            entered=_span(entry.entered_on for entry in entries),
        )
        if entries
        else "",
    )


def _code(facts: Facts, worksheets: Sequence[c.WorksheetPage]) -> Iterator[c.Fact]:
    items = [f"{dotted(line.line.tariff_item)} ({line.line.hs_edition})" for line in facts.lines]
    yield _fact(_("Tariff item"), _some(items))
    codes = [line.line.preference_code or _("none entered") for line in facts.lines]
    yield _fact(_("Preference code"), _some(codes))
    certified = [_certified_good(facts, line) for line in facts.lines]
    criteria = [_("{criterion}, as certified", criterion=one) for one in certified if one] or [
        page.result.criterion for page in worksheets
    ]
    yield _fact(_("Origin criterion"), _some(criteria))


def _certified_good(facts: Facts, line: EntryLine) -> str:
    """The criterion that the certification states for the line's good."""
    good = line.invoice_line
    for known in facts.certifications:
        for one in known.value.goods:
            if good is not None and (one.owner, one.part) == (good.owner, good.part):
                return one.criterion
    return ""


def _certified(facts: Facts) -> Iterator[c.Fact]:
    links = [link for line in facts.lines if (link := certification_link(facts, line)) is not None]
    yield _fact(_("Certification"), *_separate(list(dict.fromkeys(links))[:_LISTED]))
    signers = [
        _(
            "{signer}, for {name} ({role})",
            signer=known.value.signer,
            name=known.value.certifier.name,
            role=recorded(known.value.certifier_role.value),
        )
        for known in facts.certifications
    ]
    yield _fact(_("Certified by"), _some(signers))


def _separate(links: Sequence[c.Link]) -> Iterator[c.Link]:
    for place, link in enumerate(links):
        if place:
            yield c.Link("; ")
        yield link


def _latest(worksheets: Sequence[c.WorksheetPage], facts: Facts) -> list[tuple[int, c.WorksheetPage, Worksheet]]:
    """The analyses that no later one of the same good, plant and period follows."""
    every = [(place, page, facts.snapshots[place - 1].worksheet) for place, page in enumerate(worksheets, 1)]
    asked = [(sheet.good.part, sheet.plant, sheet.period_from) for _place, _page, sheet in every]
    return [one for at, one in enumerate(every) if asked[at] not in asked[at + 1 :]]


def _rule(facts: Facts, worksheets: Sequence[c.WorksheetPage]) -> Iterator[c.Fact]:
    said: list[c.Link] = []
    methods: list[c.Link] = []
    figures: list[str] = []
    for place, page, sheet in _latest(worksheets, facts):
        good, test = sheet.good, deciding(sheet)
        dated = [law for law in test.law if law.first] if test else []
        stage = _(", {text} from {day}", text=names.threshold(dated[0]), day=dated[0].first) if dated else ""
        read = _("rule of {code}, {edition}", code=dotted(good.rule_code[:6]), edition=good.rule_edition)
        said.append(c.Link(joined("", (read, stage)), f"rule-{place}"))
        elected = [joined(": ", (choice.name, choice.choice)) for choice in page.choices if choice.elected]
        elected += [
            joined(": ", (names.choice(known.value.election), names.option(known.value.choice)))
            for known in elections_of(facts, sheet)
        ]
        methods.append(c.Link(recorded(sheet.method), f"rule-{place}"))
        if elected:
            methods.append(c.Link(_(", elected: {choices}", choices=_some(elected))))
        figures.append(_("{basis}, {period}", basis=page.result.basis, period=page.result.period))
    yield _fact(_("Rule and edition"), *_separate(said), wide=True)
    yield _fact(_("Method, election"), *methods)
    yield _fact(_("Estimate or actual"), _some(figures))


def _results(facts: Facts, worksheets: Sequence[c.WorksheetPage]) -> Iterator[c.Fact]:
    """Figure, threshold and margin, leading to the cell of the worksheet that holds the figure."""
    said: list[c.Link] = []
    for _place, page, sheet in _latest(worksheets, facts):
        row = deciding(sheet)
        if said:
            said.append(c.Link("; "))
        if row is None or row.figure is None or row.bound is None:
            said.append(c.Link(page.result.words, page.anchor))
            continue
        said.append(c.Link(percent(row.figure), content_cell(page)))
        said.append(
            c.Link(
                _(
                    ", at least {bound} asked, margin {margin} points",
                    bound=percent(row.bound),
                    margin=_margin(row.figure, row.bound),
                )
            )
        )
    for place, average in enumerate(facts.averages, 1):
        if average.sheet.content is not None:
            said.append(c.Link(_("; on average {content}", content=percent(average.sheet.content)), f"average-{place}"))
    yield _fact(_("Result, threshold, margin"), *said, wide=True)


def _margin(found: Decimal, bound: Decimal) -> str:
    return figure(found - bound, "percent").rstrip("0").rstrip(".,") or "0"


def _identified(claims: Sequence[c.ClaimRow]) -> Iterator[c.Fact]:
    named = [name for claim in claims for name in claim.identifiers]
    if named:
        yield _fact(_("Identifiers, issued on submission"), c.Link(_some(named), "vehicle-certifications"), wide=True)


def _open(gaps: Sequence[c.GapRow]) -> c.Fact:
    against = sum(gap.defeats for gap in gaps)
    waiting = sum(gap.kind == "open" for gap in gaps)
    if not gaps:
        return _fact(_("Open items"), _("none is on record"))
    said = _(
        "{count} gaps on record, {waiting} of them open, {against} against a condition of the claim",
        count=len(gaps),
        waiting=waiting,
        against=against,
    )
    return _fact(_("Open items"), c.Link(said, "gaps"), wide=True)


def _contact(facts: Facts) -> c.Fact:
    """Whom to ask: who decided on the claim, then how the certifier and the importer are reached."""
    said = [claim.value.by for line in facts.lines for claim in line.claims[-1:]]
    for known in facts.certifications[-1:]:
        it = known.value.certifier
        said += [", ".join(part for part in (it.name, it.email, it.telephone) if part)]
    for entry in {line.entry.value.importer: line.entry.value for line in facts.lines}.values():
        of = facts.parties.get(entry.importer)
        reached = [part for part in (of.email, of.telephone) if part] if of else []
        said += [", ".join([party(facts, entry.importer), *reached])] if reached else []
    return _fact(_("Contact"), _some(said), wide=True)
