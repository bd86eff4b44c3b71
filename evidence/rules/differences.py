"""What differs between two rule sets, or between two days of one: every figure, rule, row, item and reading."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from evidence.errors import NoValueInForce
from evidence.rules.choices import Choice
from evidence.rules.national_items import NationalItem
from evidence.rules.parameters import Law, Parameter
from evidence.rules.product_rules import ProductRule
from evidence.rules.ruleset import RuleSet
from evidence.rules.tables import TableRow


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same; `before` or `after` is empty where it is not there at all.

    `source` is the text of what stands after, or of what stood before where nothing does.
    """

    sort: str
    name: str
    before: str
    after: str
    source: str


def between(before: RuleSet, after: RuleSet) -> tuple[Difference, ...]:
    """Everything in which `after` is not `before`, by sort and in the order of the data."""
    return (
        *_figures(before.parameters, after.parameters),
        *_listed("product rule", _by_rule(before), _by_rule(after)),
        *_listed("table row", _by_row(before), _by_row(after)),
        *_listed("national item", _by_item(before), _by_item(after)),
        *_listed("party", _by_party(before), _by_party(after)),
        *_listed("concordance", _by_concordance(before), _by_concordance(after)),
        *_choices(before.choices, after.choices),
    )


def between_days(law: RuleSet, before: date, after: date) -> tuple[Difference, ...]:
    """The dated figures of `law` that are not the same on the two days, with the text of the later one."""
    found = []
    for name, figure in law.parameters.items():
        first, second = _on(figure, before), _on(figure, after)
        if _figure(first) != _figure(second):
            at, said = second or first, _condition(first) != _condition(second)
            shown = [_figure(law, said=said) for law in (first, second)]
            found.append(Difference("figure", name, shown[0], shown[1], at.source if at else ""))
    return tuple(found)


def _on(figure: Parameter, day: date) -> Law | None:
    try:
        return figure.on(day)
    except NoValueInForce:
        return None


def _figure(law: Law | None, *, said: bool = True) -> str:
    if law is None:
        return ""
    return f"{law.comparator} {law.amount} {law.unit}" + (f" ({law.condition})" if law.condition and said else "")


def _condition(law: Law | None) -> str:
    return "" if law is None else law.condition


def _figures(before: Mapping[str, Parameter], after: Mapping[str, Parameter]) -> Iterator[Difference]:
    """Value by value, each with the days that it binds."""
    for name in dict.fromkeys([*before, *after]):
        old = {law.first: law for law in before[name].values} if name in before else {}
        new = {law.first: law for law in after[name].values} if name in after else {}
        for first in sorted(old.keys() | new.keys()):
            was, now = old.get(first), new.get(first)
            if was != now:
                at = now or was
                source = f"{at.source} [{at.confidence}], read on {at.checked}" if at else ""
                yield Difference("figure", name, _dated(was), _dated(now), source)


def _dated(law: Law | None) -> str:
    if law is None:
        return ""
    return f"{_figure(law)} from {law.first}" + (f" until {law.last}" if law.last else "")


def _listed(
    sort: str, before: Mapping[str, tuple[str, str]], after: Mapping[str, tuple[str, str]]
) -> Iterator[Difference]:
    for name in dict.fromkeys([*before, *after]):
        was, now = before.get(name, ("", "")), after.get(name, ("", ""))
        if was != now:
            yield Difference(sort, name, was[0], now[0] if now != ("", "") else "", now[1] or was[1])


def _by_rule(law: RuleSet) -> dict[str, tuple[str, str]]:
    found: dict[str, list[ProductRule]] = {}
    for rule in law.product_rules.rules:
        uses = ", ".join(sorted(use.value for use in rule.uses))
        found.setdefault(f"{rule.name}, {uses}" + (f" [{rule.added_by}]" if rule.added_by else ""), []).append(rule)
    return {name: ("; ".join(map(_rule, rules)), rules[0].text) for name, rules in found.items()}


def _rule(rule: ProductRule) -> str:
    words = {True: f"change from {rule.from_}", False: "no change needed", None: "change not known"}[rule.change]
    words += f", except from {rule.except_}" if rule.except_ else ""
    contents = [each.series or f"{each.method.value} {each.printed_percent}" for each in rule.contents]
    marked = ", replaced by the tables" if rule.marked and contents else ""
    instead = "; takes the place of the packaged rule" if rule.replaces else ""
    return words + (f"; content {' or '.join(contents)}{marked}" if contents else "") + instead


def _by_row(law: RuleSet) -> dict[str, tuple[str, str]]:
    return {_row(row): (row.description, f"{row.citation} [{row.confidence}]") for row in law.tables.rows}


def _row(row: TableRow) -> str:
    return f"{row.table} {row.column} {row.code}{' ex' if row.ex else ''} {row.description}"


def _by_item(law: RuleSet) -> dict[str, tuple[str, str]]:
    return {_item(item): (item.tariff, f"{item.citation} [{item.confidence}]") for item in law.items.items}


def _item(item: NationalItem) -> str:
    return f"{item.country} {item.item} for {item.letter_code}"


def _by_party(law: RuleSet) -> dict[str, tuple[str, str]]:
    return {party.country: ("a party", f"{party.citation} [{party.confidence}]") for party in law.parties}


def _by_concordance(law: RuleSet) -> dict[str, tuple[str, str]]:
    rows = law.concordance.rows
    return {
        f"{row.from_code} of {' or '.join(row.from_editions)}": (
            f"{row.to_code} of {row.to_edition}",
            f"{row.citation} [{row.confidence}]",
        )
        for row in rows
    }


def _choices(before: Mapping[str, Choice], after: Mapping[str, Choice]) -> Iterator[Difference]:
    for name in dict.fromkeys([*before, *after]):
        was, now = before.get(name), after.get(name)
        if was != now:
            at = now or was
            yield Difference("open question", name, _choice(was), _choice(now), at.option().source if at else "")


def _choice(choice: Choice | None) -> str:
    if choice is None:
        return ""
    return f"default {choice.default} of {', '.join(option.name for option in choice.options)}"
