"""A determination in words: its summary, its core parts, and the same under another day or reading."""

from collections.abc import Iterable, Iterator

from evidence.origin import rows
from evidence.origin.core_limb import CoreResult
from evidence.origin.limbs import CERTIFIED
from evidence.origin.worksheet import CorePart, CoreWay, Outcome, View
from evidence.rules.core_parts import Way
from evidence.rules.finding import Finding

PRODUCT_RULE = "product rule"
TARIFF_CHANGE = "tariff change"
CONTENT = "regional value content"
CORE = "core parts"
_ON_FILE = frozenset(kind.value for kind in CERTIFIED)
_OUTCOMES = {Outcome.MET: "met", Outcome.NOT_MET: "not met", Outcome.NOT_DETERMINABLE: "not determinable"}
Limbs = list[tuple[str, Finding]]


def content_of(limbs: Iterable[tuple[str, Finding]]) -> Finding | None:
    """The comparison of regional value content that the outcome turns on, in the product rule."""
    for name, finding in limbs:
        if name in (CONTENT, PRODUCT_RULE):
            for part in _walk(finding):
                if part.test.startswith("regional value content") and part.figure is not None:
                    return part
    return None


def method(limbs: Limbs) -> str:
    """By which way the good originates, or would have to: the content's method, unless a route without one is met."""
    rule = next((finding for name, finding in limbs if name == PRODUCT_RULE), None)
    met = [part for part in rule.parts if part.met] if rule is not None else []
    if met and all(content_of([(PRODUCT_RULE, part)]) is None for part in met[:1]):
        return "tariff shift"
    content = content_of(limbs)
    by_value = content is not None and "transaction value" in content.test
    return "transaction value" if by_value else "net cost"


def summary(limbs: Limbs, whole: Finding) -> str:
    """The result in a few sentences: what was computed here apart from what rests on certifications."""
    content = content_of(limbs) if method(limbs) != "tariff shift" else None
    said = [f"Regional value content {content.shown}."] if content is not None else []
    if not whole.met:
        said += [
            f"{name.capitalize()}: {_OUTCOMES[Outcome(finding.outcome.value)]}, {finding.reason}."
            for name, finding in limbs
            if not finding.met
        ]
    computed = [name for name, finding in limbs if finding.met and (name not in _ON_FILE or finding.parts)]
    on_file = [name for name, finding in limbs if finding.met and name not in computed]
    said += [f"Met on computation: {', '.join(computed)}."] if computed else []
    if on_file:
        said.append(f"Met on the producer's certifications on file, not computed here: {', '.join(on_file)}.")
    return " ".join(said)


def view(name: str, option: str, finding: Finding, citation: str) -> View:
    """The product rule under another day or reading, with the figures of every alternative that was tried."""
    content = content_of([(PRODUCT_RULE, finding)])
    decides = content is not None and content.outcome is finding.outcome
    shown = content.shown if content is not None and decides else finding.shown
    if len(finding.parts) > 1:
        shown = "; ".join(_alternative(part) for part in finding.parts)
    return View(name=name, option=option, outcome=Outcome(finding.outcome.value), shown=shown, citation=citation)


def core_part(result: CoreResult) -> CorePart:
    """One core part as the worksheet prints it, by the way that decided."""
    finding, tested, part = result.finding, result.tested, result.part
    way = next((way for way in result.ways if way.value == result.way), None)
    content = result.ways[way] if way is not None else rows.own_content(finding)
    decides = content is not None and content.outcome is finding.outcome
    counted = tested.vnm if tested is not None else None
    if part is not None:
        counted = part.non_originating(way or Way.EACH_ALL)
    return CorePart(
        group=result.group,
        part=result.line.bill.value.child,
        description=result.line.item.value.description if result.line.item is not None else "",
        way=result.way,
        net_cost=tested.net_cost if tested is not None else part.net_cost if part is not None else None,
        non_originating=counted,
        content=content.shown if content is not None else finding.shown,
        bound=content.bound if content is not None else None,
        outcome=Outcome(finding.outcome.value),
        reason=content.reason if content is not None and decides else finding.reason,
        rests_on=tuple(dict.fromkeys((result.line.id, *(rows.short(ref) for ref in finding.rests_on)))),
        column=_column(result),
        ways=tuple(
            CoreWay(way=each.value, outcome=Outcome(found.outcome.value), shown=found.shown)
            for each, found in result.ways.items()
        ),
    )


def _column(result: CoreResult) -> str:
    """Column 1, as the item's group says, and the component that its classification records."""
    roles = [role.split(":") for role in result.line.code.roles if role.startswith(f"A.2:{result.group}:")]
    kind = roles[0][2] if roles else "by the item's recorded group"
    return f"column 1, {kind}"


def _alternative(finding: Finding) -> str:
    figures = []
    for part in finding.parts:
        tolerated = [inner for inner in part.parts if inner.test.startswith("de minimis")]
        if part.test.startswith("tariff shift"):
            what = tolerated[0].shown if tolerated else _OUTCOMES[Outcome(part.outcome.value)]
            figures.append(f"tariff change, of which not shifting {what}" if tolerated else f"tariff change {what}")
        else:
            figures.append(f"content {part.shown}")
    said = f": {', '.join(figures)}" if figures else ""
    return f"{finding.test.rpartition(', ')[2]} {_OUTCOMES[Outcome(finding.outcome.value)]}{said}"


def _walk(finding: Finding) -> Iterator[Finding]:
    yield finding
    for part in finding.parts:
        yield from _walk(part)
