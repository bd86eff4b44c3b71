"""Part 5: the rule applied, in the words recorded, how each condition came out, how the good is made, what was elected.

The text that an authority wants of a producer is an explanation of how the good meets its rule. Nothing is explained
here beyond what the analysis recorded: its conditions, in the order of the analysis, with the texts of law applied.
"""

from collections.abc import Iterator

from evidence.core.statements.election import Election
from evidence.origin.worksheet import FindingRow, Worksheet
from evidence.pack.contents import contents as c
from evidence.pack.contents import names
from evidence.pack.contents.links import Exhibits
from evidence.pack.gathered.facts import Facts, SnapshotFact
from evidence.pack.report.pages_worksheet import law_text
from evidence.pack.words.language import _, joined
from evidence.pack.words.recorded import recorded
from evidence.pack.words.shown import dotted
from evidence.register.queries import Known

_PROCESS = ("flow chart", "process flow", "technical description", "routing", "production process")


def rule_pages(facts: Facts, exhibits: Exhibits) -> tuple[c.RulePage, ...]:
    """A page for each analysis."""
    return tuple(_page(facts, fact, place, exhibits) for place, fact in enumerate(facts.snapshots, 1))


def _page(facts: Facts, fact: SnapshotFact, place: int, exhibits: Exhibits) -> c.RulePage:
    sheet = fact.worksheet
    return c.RulePage(
        anchor=f"rule-{place}",
        title=_("Rule of worksheet {place}: {good}", place=place, good=sheet.good.part),
        worksheet=c.Link(_("Worksheet {place}", place=place), f"worksheet-{place}"),
        facts=tuple(_facts(sheet)),
        conditions=tuple(_conditions(sheet)),
        process=tuple(_described(facts, exhibits)),
        elections=tuple(_election(known, exhibits) for known in elections_of(facts, sheet)),
    )


def _facts(sheet: Worksheet) -> Iterator[tuple[str, str]]:
    good = sheet.good
    yield (
        _("Good and its code"),
        _("{part}, {code} ({edition})", part=good.part, code=dotted(good.code), edition=good.hs_edition),
    )
    read = _("{code} of {edition}", code=dotted(good.rule_code), edition=good.rule_edition)
    yield (
        _("Rule read at"),
        joined("", (read, " (", recorded(good.concordance), ")")) if good.concordance else read,
    )
    yield (_("Origin criterion"), names.criterion(sheet))
    yield (_("Method"), recorded(sheet.method))
    yield (_("In words"), recorded(sheet.summary))


def _conditions(sheet: Worksheet) -> Iterator[tuple[str, str, str, str]]:
    """The first row of each condition, and each comparison of the good itself; all of them stand on the worksheet."""
    seen: set[str] = set()
    for row in sheet.findings:
        compared = row.figure is not None and not row.limb.startswith("core parts")
        if row.limb not in seen or compared:
            seen.add(row.limb)
            yield _named(row), row.outcome.value, recorded(row.shown), joined("; ", [law_text(law) for law in row.law])


def _named(row: FindingRow) -> str:
    if row.limb in row.test:
        return recorded(row.test)
    return _("{limb}: {test}", limb=recorded(row.limb), test=recorded(row.test))


def _described(facts: Facts, exhibits: Exhibits) -> Iterator[c.Link]:
    for exhibit in facts.exhibits:
        if any(words in exhibit.title.lower() for words in _PROCESS):
            link = exhibits.link(exhibits.number(exhibit.receipt.seq))
            yield c.Link(joined(", ", (link.text, recorded(exhibit.title))), link.to)


def elections_of(facts: Facts, sheet: Worksheet) -> list[Known[Election]]:
    """Those that the analysis knew and that are of its good, of a part made for it, or of every good of the owner."""
    known = {ref.statement for ref in sheet.inputs}
    made = {row.part for row in sheet.materials if row.made_at is not None} | {sheet.good.part, None}
    return [one for one in facts.particulars.elections if one.statement_id in known and one.value.part in made]


def _election(known: Known[Election], exhibits: Exhibits) -> c.ElectionRow:
    it = known.value
    part, plant = it.part or _("every good"), it.plant or _("every plant")
    filed = _("filed with {authority}, receipt {receipt}", authority=it.filed_with, receipt=it.receipt or _("none"))
    return c.ElectionRow(
        election=names.choice(it.election),
        choice=names.option(it.choice),
        scope=_("{part} at {plant}", part=part, plant=plant),
        made_on=it.made_on,
        filed=filed if it.filed_with else _("not filed with an authority"),
        position=known.ref,
        exhibits=exhibits.behind(known.seq),
    )
