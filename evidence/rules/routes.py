"""The routes by which one part or vehicle can originate on one day, and whether one of them is met.

The automotive tables replace the percentage that a product rule prints, for original equipment: Tables A.1, B and C for
light vehicles (19 CFR 182 App A s.14(13), (15), (17)), D and E for heavy trucks (s.15(2)-(3)), F for other vehicles
(s.20(3)(c)). Original-equipment percentages never apply to aftermarket parts (s.14(18)). A transaction-value percentage
applies only where the product rule itself offers that method (s.7(6); HTSUS GN 11(k)(iii)).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from evidence.core.statements.use import UseClass
from evidence.errors import NoRule
from evidence.rules.codes import EDITION, CodeSpan, subheading
from evidence.rules.de_minimis import excuses_content
from evidence.rules.finding import Finding, all_of, any_of, undetermined
from evidence.rules.parameters import Parameter
from evidence.rules.product_rules import Content, Method, ProductRule
from evidence.rules.regional_value import by_net_cost, by_transaction_value
from evidence.rules.ruleset import RuleSet
from evidence.rules.tables import Listing
from evidence.rules.tariff_shift import TariffInput, tariff_shift

_TABLES_OF_USE = {UseClass.OE_LIGHT: ("A.1", "B", "C"), UseClass.OE_HEAVY: ("D", "E")}
_SERIES_OF_TABLE = {"A.1": "A1", "B": "B", "C": "C", "D": "D", "E": "E"}
_CHOICE_OF_TABLE = {"D": "table-d-tariff-shift", "E": "table-e-tariff-shift"}
_OUTSIDE_TABLE_F = tuple(CodeSpan.parse(code) for code in ("8482.10-8482.80", "8483.20", "8483.30"))
_OTHER_VEHICLE_ENGINES = tuple(CodeSpan.parse(code) for code in ("84.07", "84.08", "8708.40"))
_HEAVY_GEAR_BOX = CodeSpan.parse("8708.40")
_BATTERY = CodeSpan.parse("8507.60")
PROPULSION_BATTERY = "main propulsion battery of an electric vehicle"
"""The only good of 8507.60 that Table A.1 describes; it alone is exempt from s.14(2) (s.14(3))."""
_EXCUSE = "de-minimis-content-scope"
HEAVY_SERIES = "heavy-radiator-exhaust-series"
_TWO_SERIES = tuple(CodeSpan.parse(code) for code in ("8708.91", "8708.92"))
_OTHER_GOODS = "other goods"
_SERIES_OF_READING = {"canada": "D-NC", "united-states": "D-NC-US"}


@dataclass(frozen=True, slots=True)
class Route:
    """One way to originate: the tariff change of its rule, where it has one, and one of its contents, where it has any.

    Attributes:
        rule: the alternative of the product rule that the route follows.
        contents: method and dated percentage; any one is enough.
        readings: the open questions that shaped the route, as ``name=reading: source``.
        excuse: where s.5(4) may excuse the content, the share up to which it does.
    """

    rule: ProductRule
    contents: tuple[tuple[Method, Parameter], ...]
    readings: tuple[str, ...] = ()
    excuse: Parameter | None = None


@dataclass(frozen=True, slots=True)
class GoodFigures:
    """What a good is measured by; a figure that is None is not known, but for `transaction_value`.

    Attributes:
        code: six, eight or ten digits in the edition of the rules.
        net_cost: per the same quantity as the other figures, in one currency.
        non_originating: VNM.
        total_cost: the base of de minimis where there is no transaction value.
        transaction_value: adjusted to exclude international shipment; None where that method is not chosen.
        materials: the non-originating materials as the tariff shift sees them.
        rests_on: identifiers of what the figures came from.
    """

    code: str
    net_cost: Decimal | None
    non_originating: Decimal | None
    total_cost: Decimal | None = None
    transaction_value: Decimal | None = None
    materials: tuple[TariffInput, ...] = ()
    rests_on: tuple[str, ...] = ()


def routes(
    law: RuleSet,
    code: str,
    use: UseClass,
    *,
    scopes: Collection[str] = (),
    table_roles: Collection[str] = (),
    edition: str = EDITION,
    choices: Collection[tuple[str, str]] = (),
) -> tuple[Route, ...]:
    """The routes open to a good of `code` in `use`.

    Args:
        law: the rule set.
        code: its six, eight or ten digits, of `edition`; only HS 2012 has rules.
        use: what the good is used for.
        edition: the edition of `code`.
        scopes: the kinds of goods within the code that it is recorded to be (`ProductRules.alternatives`).
        table_roles: the table roles recorded for it (`Tables.listing`).
        choices: (name, reading) elected for open questions; a question not named takes its default.

    Raises:
        NoRule: no product rule covers it, or the percentage turns on something that is not recorded.
        MalformedValue: `code` is no tariff code.
    """
    law.concordance.require_known(code)
    rules = law.product_rules.alternatives(code, use, scopes, edition)
    listing = law.tables.listing(code, table_roles, edition)
    elected = dict(choices)
    table = _table(listing, use, rules)
    excuse = law.series("DEMIN-RVC") if _excusable(law, use, listing, elected.get(_EXCUSE)) else None
    found: list[Route] = []
    for rule in rules:
        contents, readings = _printed(law, rule, code, use, _open_contents(rule, use, listing, code), elected)
        of_rule = "" if table == "A.1" and _other_battery(rule) else table
        percentages = [_percentage(law, rule, content, code, use, of_rule, listing) for content in contents]
        methods = [content.method for content in contents]
        found.append(Route(rule, tuple(zip(methods, percentages, strict=True)), readings, excuse))
    choice = _CHOICE_OF_TABLE.get(table)
    if table == "A.1" and not _BATTERY.holds(subheading(code)):
        return _by_content_only(law, found, code)
    if choice is None or use is not UseClass.OE_HEAVY:
        return tuple(found)
    option = law.choice(choice, elected.get(choice))
    reading = f"{choice}={option.name}: {option.source} [{option.confidence}]"
    if option.name == "rvc-required":
        return _with_content(law, found, table, reading)
    kept = [route for route in found if route.contents or not _HEAVY_GEAR_BOX.holds(subheading(code))]  # s.15(4)
    return tuple(_read(route, reading) for route in kept)


def originates(
    law: RuleSet,
    open_routes: tuple[Route, ...],
    good: GoodFigures,
    day: date,
    *,
    test: str = "product rule of origin",
) -> Finding:
    """Whether the good meets one of `open_routes` on `day`; every route is worked out and kept among the parts.

    Raises:
        NoValueInForce: a percentage has no value on `day`.
        MalformedValue: a figure is outside its range.
    """
    return any_of(test, [_route(law, route, good, day) for route in open_routes])


def _route(law: RuleSet, route: Route, good: GoodFigures, day: date) -> Finding:
    rule = route.rule
    needed: list[Finding] = []
    if rule.change is None:
        reason = f"the text of the {rule.name} is cut short in its source; enter it with its citation"
        needed.append(undetermined("tariff shift", reason, citations=(rule.text,)))
    elif rule.change:
        base = good.transaction_value if good.transaction_value is not None else good.total_cost
        needed.append(
            tariff_shift(
                good.code,
                rule.from_,
                rule.except_,
                good.materials,
                base=base,
                limit=law.series("DEMIN-CTC"),
                day=day,
                group=rule.code,
                citation=rule.text,
            )
        )
    if route.contents:
        chosen = [
            (method, percentage)
            for method, percentage in route.contents
            if method is Method.NET_COST or good.transaction_value is not None
        ]
        contents = [_content(method, percentage, good, day) for method, percentage in chosen]
        either = contents[0] if len(contents) == 1 else any_of("regional value content, either method", contents)
        needed.append(_or_excused(either, route, good, day))
    return all_of(rule.name, needed, citations=(rule.text, *rule.remarks, *route.readings))


def _or_excused(content: Finding, route: Route, good: GoodFigures, day: date) -> Finding:
    """The content, or the excuse from it where all non-originating materials are within de minimis (s.5(4)).

    The tariff change of the rule is needed all the same. A content that is met, and an excuse that is not, stand alone.
    """
    if content.met or route.excuse is None:
        return content
    base = good.transaction_value if good.transaction_value is not None else good.total_cost
    if base is None or base <= 0:
        return content
    excuse = excuses_content(good.non_originating, base, route.excuse, day, rests_on=good.rests_on)
    return any_of("regional value content, or its excuse", [content, excuse]) if excuse.met else content


def _excusable(law: RuleSet, use: UseClass, listing: Listing, elected: str | None) -> bool:
    """Whether s.5(4) is open to the good: the choice `de-minimis-content-scope`."""
    if law.choice(_EXCUSE, elected).name == "all-goods":
        return True
    core = use is UseClass.OE_LIGHT and not listing.tables.isdisjoint({"A.1", "A.2"})
    return use is not UseClass.VEHICLE and not core


def _content(method: Method, percentage: Parameter, good: GoodFigures, day: date) -> Finding:
    if method is Method.NET_COST:
        return by_net_cost(good.net_cost, good.non_originating, percentage, day, rests_on=good.rests_on)
    return by_transaction_value(good.transaction_value, good.non_originating, percentage, day, rests_on=good.rests_on)


def _table(listing: Listing, use: UseClass, rules: tuple[ProductRule, ...]) -> str:
    """The table whose percentage replaces the printed one; empty for none.

    Raises:
        NoRule: a row of part of the code could be that table, and no role is recorded.
    """
    wanted = _TABLES_OF_USE.get(use, ())
    for table in wanted:
        if table in listing.tables:
            return table
        open_rows = [row.role for row in listing.undecided if row.table == table]
        if open_rows and any(_needs_table(rule, use) for rule in rules):
            raise NoRule(
                f"Whether the good is listed in Table {table} turns on what it is, and that is not recorded; "
                f"record one of {', '.join(open_rows)} or {table}:none."
            )
    return ""


def _needs_table(rule: ProductRule, use: UseClass) -> bool:
    """Whether the table decides: the rule is marked and names no dated series, or for heavy trucks needs no content."""
    if not rule.contents:
        return use is UseClass.OE_HEAVY
    return rule.marked and any(not content.series for content in rule.contents)


def _percentage(
    law: RuleSet, rule: ProductRule, content: Content, code: str, use: UseClass, table: str, listing: Listing
) -> Parameter:
    if content.series:
        return law.series(content.series)
    if use is UseClass.OTHER_VEHICLE:
        return _other_vehicle_percentage(law, rule, content, code, listing)
    if rule.marked and table:
        # Also over the 50 per cent printed for heavy trucks' McPherson struts (8708.80): whether Table D raises it is
        # open, and the stricter figure is the one that cannot mislead.
        return law.phased(f"{_SERIES_OF_TABLE[table]}-{content.method.value}", code)
    return rule.parameter(content)


def _other_vehicle_percentage(
    law: RuleSet, rule: ProductRule, content: Content, code: str, listing: Listing
) -> Parameter:
    """For other vehicles: Table F goods that need a content; engines and gear boxes are refused (s.20(2)-(3))."""
    if is_engine_or_gear_box(code):
        raise NoRule(
            f"{code} for another vehicle needs 62.5 or 60 per cent by the kind of vehicle (s.20(2)(h), (3)(b)), "
            "and that kind is not part of the use. Record the vehicle programme that it goes into."
        )
    return law.series("F-NC") if _needs_table_f(listing, code) else rule.parameter(content)


def _needs_table_f(listing: Listing, code: str) -> bool:
    """Whether a content of the good for another vehicle is that of s.20(3)(c)."""
    digits = subheading(code)
    return "F" in listing.tables and not any(span.holds(digits) for span in _OUTSIDE_TABLE_F)


def _open_contents(rule: ProductRule, use: UseClass, listing: Listing, code: str) -> tuple[Content, ...]:
    """The contents of a rule that stay open: of a Table F good only the one by net cost, as s.20(3)(c) says it.

    The good needs one either way, so that a rule with no content by net cost takes its place by that method.
    """
    if use is not UseClass.OTHER_VEHICLE or not rule.contents or not _needs_table_f(listing, code):
        return rule.contents
    return (Content(Method.NET_COST, "", rule.contents[0].printed_percent),)


def is_engine_or_gear_box(code: str) -> bool:
    """Whether `code` is of 84.07, 84.08 or 8708.40, for which s.20 has a content of its own by the kind of vehicle."""
    digits = subheading(code)
    return any(span.holds(digits) for span in _OTHER_VEHICLE_ENGINES)


def _other_battery(rule: ProductRule) -> bool:
    """Whether the rule is for a good of 8507.60 that propels no vehicle, which Table A.1 does not describe."""
    return rule.code == "8507.60" and rule.scope != PROPULSION_BATTERY


def _by_content_only(law: RuleSet, found: list[Route], code: str) -> tuple[Route, ...]:
    """A part of Table A.1 originates by its content only, whatever tariff shift its rule offers alone (s.14(2))."""
    having = [route for route in found if route.contents]
    if having:
        return tuple(having)
    content = ((Method.NET_COST, law.phased("A1-NC", code)),)
    return tuple(Route(route.rule, content, route.readings) for route in found)


def _with_content(law: RuleSet, found: list[Route], table: str, reading: str) -> tuple[Route, ...]:
    """Routes without a content dropped where another has one; where none has, the table's content added to each."""
    having = [route for route in found if route.contents]
    if having:
        return tuple(_read(route, reading) for route in having)
    contents = ((Method.NET_COST, law.series(f"{_SERIES_OF_TABLE[table]}-NC")),)
    return tuple(_read(replace(route, contents=contents), reading) for route in found)


def two_series(code: str, use: UseClass, kinds: Collection[str]) -> bool:
    """Whether the US and the Canadian text of s.13 print different percentages for goods of `code` and `kinds`."""
    of_code = any(span.holds(subheading(code)) for span in _TWO_SERIES)
    return use is UseClass.OE_HEAVY and of_code and _OTHER_GOODS in kinds


def _printed(
    law: RuleSet, rule: ProductRule, code: str, use: UseClass, contents: tuple[Content, ...], elected: Mapping[str, str]
) -> tuple[tuple[Content, ...], tuple[str, ...]]:
    """The contents; where the two texts print other percentages, those of the text taken, with that reading."""
    if not two_series(code, use, (rule.scope,)):
        return contents, ()
    option = law.choice(HEAVY_SERIES, elected.get(HEAVY_SERIES))
    series = _SERIES_OF_READING[option.name]
    reading = f"{HEAVY_SERIES}={option.name}: {option.source} [{option.confidence}]"
    return tuple(replace(each, series=series) for each in contents), (reading,)


def _read(route: Route, reading: str) -> Route:
    return replace(route, readings=(*route.readings, reading))
