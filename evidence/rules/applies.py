"""What applies to a code in a use on a day, and why: the tables that list it, each alternative and its dated figures.

The answer is for a person who asks before anything is determined; a determination asks `routes` itself. An open reading
takes its default and is named.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date

from evidence.core.statements.use import UseClass
from evidence.errors import NoRule, NoValueInForce
from evidence.rules.codes import printed, subheading
from evidence.rules.national_items import NationalItem
from evidence.rules.other_vehicles import Group, part_routes
from evidence.rules.parameters import ENTRY_INTO_FORCE, Law, Parameter
from evidence.rules.product_rules import Content, Method, ProductRule
from evidence.rules.routes import Route, is_engine_or_gear_box, routes
from evidence.rules.ruleset import RuleSet
from evidence.rules.tables import WHOLE_PART, TableRow

_VEHICLE = "-RVC"
_CORE = "A2-NC"
_TABLES = {
    "A.1": "UR s.14(2), (13)",
    "A.2": "UR s.14(4)-(12)",
    "B": "UR s.14(14)-(15)",
    "C": "UR s.14(16)-(17)",
    "D": "UR s.15(2)",
    "E": "UR s.15(3)",
    "F": "UR s.20(3)(c), (4)",
    "G": "UR s.20(4)",
    "S": "UR s.17(1)",
}


@dataclass(frozen=True, slots=True)
class Requirement:
    """One content of an alternative on the day: its figure and where the figure comes from; `law` is None for none."""

    method: Method
    law: Law | None
    why: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to originate.

    Attributes:
        use: the use that it is for.
        kind: the kind of goods within the code; empty for all.
        change: the tariff change in words; empty where none is needed.
        contents: the contents, of which one is enough, besides the change.
        rule: the row of law that it is.
        readings: open questions that shaped it, each with the reading taken.
    """

    use: UseClass
    kind: str
    change: str
    contents: tuple[Requirement, ...]
    rule: ProductRule
    readings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Why no alternative can be named for a use, or for a kind of goods in it."""

    use: UseClass
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """All that applies to one code.

    Attributes:
        code: the six digits, as printed.
        day: the day of the figures.
        note: how the code was read, where it is of another edition than the rules.
        rows: the rows of tables that list the code, whatever the use.
        alternatives: the ways to originate.
        unanswered: where no way can be named, and why.
        besides: what a vehicle must meet besides its product rule, and a core part for its vehicle.
        items: national items behind letter codes of the subheading.
    """

    code: str
    day: date
    note: str
    rows: tuple[TableRow, ...]
    alternatives: tuple[Alternative, ...]
    unanswered: tuple[Unanswered, ...]
    besides: tuple[Law, ...]
    items: tuple[NationalItem, ...]


def what_applies(
    law: RuleSet, code: str, day: date, *, uses: Collection[UseClass], edition: str, kinds: Collection[str] = ()
) -> Answer:
    """All that applies to `code` of `edition` on `day` in each of `uses`.

    Args:
        law: the rule set.
        code: six, eight or ten digits.
        day: the day whose figures are shown.
        uses: the uses to show; one in which no rule covers the code is left out unless it is the only one.
        edition: the edition of `code`.
        kinds: what the good is recorded to be, in the words of the rules and tables; without any, each kind is shown.

    Raises:
        NoRule: the code is of another edition and no concordance row is on file.
        NoValueInForce: `day` is before the agreement binds.
        MalformedValue: `code` is no tariff code.
    """
    if day < ENTRY_INTO_FORCE:
        raise NoValueInForce("Every table and product rule of the agreement", day, ENTRY_INTO_FORCE)
    read = law.concordance.to_rules(code, edition)
    digits = read.digits
    listing = law.tables.listing(digits, kinds)
    found: list[Alternative] = []
    missing: list[Unanswered] = []
    for use in uses:
        covering = law.product_rules.covering(digits, use)
        if not covering and len(uses) > 1:
            continue
        for kind in (kinds and [""]) or dict.fromkeys(rule.scope for rule in covering) or [""]:
            try:
                opened = list(_opened(law, digits, use, (*kinds, kind), kinds))
            except NoRule as reason:
                missing.append(Unanswered(use, kind, str(reason)))
                continue
            found += [
                replace(_alternative(law, use, route, day), kind=", ".join(filter(None, (route.rule.scope, vehicle))))
                for route, vehicle in opened
                if kinds or route.rule.scope == kind
            ]
    besides = tuple(_besides(law, listing.rows + listing.undecided, found, day))
    return Answer(
        code=printed(digits),
        day=day,
        note=read.note,
        rows=(*listing.rows, *listing.undecided),
        alternatives=tuple(found),
        unanswered=tuple(missing),
        besides=besides,
        items=law.items.behind(subheading(digits)),
    )


def table_text(table: str) -> str:
    """The text that gives a table its effect."""
    return _TABLES.get(table, "")


def _opened(
    law: RuleSet, digits: str, use: UseClass, scopes: Collection[str], kinds: Collection[str]
) -> Iterator[tuple[Route, str]]:
    """The routes in a use; of an engine or gear box for an other vehicle, those of each group that it may be for."""
    if use is not UseClass.OTHER_VEHICLE or not is_engine_or_gear_box(digits):
        yield from ((route, "") for route in routes(law, digits, use, scopes=scopes, table_roles=kinds))
        return
    for vehicle in (Group.S20_2, Group.S20_3):
        for route in part_routes(law, digits, vehicle, scopes=scopes, table_roles=kinds):
            yield route, f"for an {vehicle.value}"


def _alternative(law: RuleSet, use: UseClass, route: Route, day: date) -> Alternative:
    rule = route.rule
    words = ""
    if rule.change is None:
        words = "not known: the text that was read is cut short"
    elif rule.change:
        words = f"from {rule.from_}" + (f", except from {rule.except_}" if rule.except_ else "")
    by_method = {content.method: content for content in rule.contents}
    contents = tuple(
        Requirement(method, _on(figure, day), _why(law, figure, by_method.get(method)))
        for method, figure in route.contents
    )
    return Alternative(use, rule.scope, words, contents, rule, route.readings)


def _on(figure: Parameter, day: date) -> Law | None:
    try:
        return figure.on(day)
    except NoValueInForce:
        return None


def _why(law: RuleSet, figure: Parameter, content: Content | None) -> str:
    if figure.name not in law.parameters:
        return "as the rule prints it"
    if content is not None and content.series:
        return f"the rule's dated figure, {figure.name}"
    printed_here = "" if content is None else f" in place of the {content.printed_percent} that the rule prints"
    return f"{figure.name}{printed_here}"


def _besides(
    law: RuleSet, rows: Collection[TableRow], alternatives: Collection[Alternative], day: date
) -> Iterator[Law]:
    """What else is needed: the other limbs of a vehicle's class, and the core parts' figure for a part of Table A.2."""
    named = {content.series for each in alternatives for content in each.rule.contents if each.use is UseClass.VEHICLE}
    for series in sorted(name for name in named if name.endswith(_VEHICLE) and name in law.parameters):
        prefix = series.removesuffix(_VEHICLE) + "-"
        for name, figure in law.parameters.items():
            if name.startswith(prefix) and name != series and (value := _on(figure, day)) is not None:
                yield value
    core = any(row.table == "A.2" and row.component == WHOLE_PART for row in rows)
    if core and (value := _on(law.series(_CORE), day)) is not None:
        yield value
