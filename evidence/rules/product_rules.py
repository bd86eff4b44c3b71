"""Product rules: what a good of a code, in a use, must meet to originate.

19 CFR 182 App A s.13 and SOR/2020-155 s.13 for chapter 87, HTSUS General Note 11(o) for the other codes that the
automotive tables list. One row is one alternative; within a row a tariff change and a content are both needed.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from evidence.core.statements.use import UseClass
from evidence.errors import MalformedValue, NoRule, RuleError
from evidence.rules.codes import EDITION, CodeSpan, printed, subheading
from evidence.rules.parameters import ENTRY_INTO_FORCE, Law, Parameter
from evidence.rules.tables import require_edition

_PRINTED_USES = {
    "vehicle": frozenset({UseClass.VEHICLE}),
    "oe_passenger_vehicle_or_light_truck": frozenset({UseClass.OE_LIGHT}),
    "oe_light_truck": frozenset({UseClass.OE_LIGHT}),
    "oe_heavy_truck": frozenset({UseClass.OE_HEAVY}),
    # the text says "any other good", so what goes into no vehicle at all falls here too
    "oe_other_vehicle_or_aftermarket": frozenset(
        {UseClass.OTHER_VEHICLE, UseClass.AFTERMARKET, UseClass.STATIONARY_STORAGE}
    ),
    "any": frozenset(set(UseClass) - {UseClass.VEHICLE}),
}


class Method(StrEnum):
    """How a content is computed (s.7(2)-(3))."""

    NET_COST = "NC"
    TRANSACTION_VALUE = "TV"


@dataclass(frozen=True, slots=True)
class Content:
    """A content that a row prints: the name of a dated series, or a percentage of its own."""

    method: Method
    series: str
    printed_percent: Decimal | None


@dataclass(frozen=True, slots=True)
class ProductRule:
    """One alternative of one product rule.

    Attributes:
        code: as printed: a code, range, heading or item with letters.
        scope: the kind of goods within the code; empty for all of it.
        uses: the uses it is for.
        alternative: its number among the alternatives of the same goods; "unknown" where the text read is cut short.
        change: whether a tariff change is needed; None where the text is cut short.
        from_: what the change must be from, as printed.
        except_: what it may not be from.
        contents: the contents of which one is needed besides, each by its own method; empty for none.
        marked: whether the automotive provisions may replace the printed percentage.
        added_by: the addition that brought it; empty for a packaged rule.
        replaces: whether it takes the place of the packaged rules for its codes, uses and kind of goods.
    """

    code: str
    scope: str
    uses: frozenset[UseClass]
    alternative: str
    change: bool | None
    from_: str
    except_: str
    contents: tuple[Content, ...]
    marked: bool
    citation: str
    confidence: str
    hs_edition: str
    checked: date
    note: str
    added_by: str = ""
    replaces: bool = False

    @property
    def name(self) -> str:
        kind = f" ({self.scope})" if self.scope else ""
        return f"rule for {self.code}{kind}, alternative {self.alternative}"

    @property
    def text(self) -> str:
        """The citation with its mark, as it is printed wherever the rule is applied."""
        return f"{self.citation} [{self.confidence}]"

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is noted of the text besides its figures, such as how two prints of it differ; none where nothing is."""
        return (f"note on {self.code}: {self.note}",) if self.note else ()

    def is_for(self, kinds: Collection[str]) -> bool:
        """Whether a good recorded to be of `kinds` is within its scope; a letter code among them is the item's own."""
        return not self.scope or self.scope in kinds or self.code in kinds

    def parameter(self, content: Content) -> Parameter:
        """The percentage that this row itself prints, as a parameter that has bound since entry into force."""
        if content.printed_percent is None:
            raise RuleError(f"{self.name} prints no percentage of its own; its content is the series {content.series}.")
        measure = "rvc_net_cost" if content.method is Method.NET_COST else "rvc_transaction_value"
        name = f"{self.code} alternative {self.alternative} {content.method}"
        law = Law(
            name, content.printed_percent, "percent", self.citation, ENTRY_INTO_FORCE, None, self.checked,
            self.confidence, ">=", self.scope,
        )  # fmt: skip
        return Parameter(name, self.code, measure, "percent", (law,))


@dataclass(frozen=True, slots=True)
class ProductRules:
    """Every product rule on file."""

    rules: tuple[ProductRule, ...]

    def alternatives(
        self, code: str, use: UseClass, scopes: Collection[str] = (), edition: str = EDITION
    ) -> tuple[ProductRule, ...]:
        """The alternatives open to a good of `code` in `use`, any one of which is enough.

        Args:
            code: six, eight or ten digits, of `edition`.
            use: what the good is used for.
            scopes: the kinds of goods within the code that the good is recorded to be, in the words of the rule. A
                rule for part of a code applies only to a good recorded as of that kind.
            edition: the edition of `code`; only HS 2012 has rules.

        Raises:
            NoRule: none covers the code in that use, or each covers a kind of goods that is not recorded; the message
                names the kinds.
            MalformedValue: `code` is no tariff code.
        """
        digits = subheading(code)
        require_edition(code, edition)
        covering = self.covering(digits, use)
        if not covering:
            raise NoRule(
                f"No product rule on file covers {printed(digits)} of {edition} in the use {use.value}; "
                "check the code and the use, or add the rule with its citation."
            )
        found = tuple(rule for rule in covering if rule.is_for(scopes))
        if not found:
            kinds = "; ".join(dict.fromkeys(rule.scope for rule in covering))
            raise NoRule(
                f"The rule for {printed(digits)} in the use {use.value} differs by kind of goods, and none of them is "
                f"recorded for this good: {kinds}. Record which it is."
            )
        return found

    def covering(self, code: str, use: UseClass) -> tuple[ProductRule, ...]:
        """The rules for the six digits `code` in `use`, of whatever kind of goods; none where there is none.

        A packaged rule whose place an added one takes is left out.
        """
        found = [rule for rule in self.rules if use in rule.uses and CodeSpan.parse(rule.code).holds(code)]
        instead = {rule.scope for rule in found if rule.replaces}
        return tuple(
            rule for rule in found if rule.added_by or not (instead and ("" in instead or rule.scope in instead))
        )

    def with_added(self, added: Iterable[ProductRule]) -> "ProductRules":
        """These rules and `added`.

        Raises:
            RuleError: an added rule is for goods that a packaged one covers, and does not say whether it takes its
                place; or two additions rule on the same goods.
        """
        rules = list(self.rules)
        for rule in added:
            for other in rules:
                if (
                    _same_goods(rule, other)
                    and rule.added_by != other.added_by
                    and (other.added_by or not rule.replaces)
                ):
                    raise RuleError(
                        f"{rule.added_by}: the {rule.name} is for goods of the {other.name}"
                        f"{f' of {other.added_by}' if other.added_by else ''} ({other.citation}). "
                        "Say replaces = true if it takes its place; an alternative is entered with all the others."
                    )
            rules.append(rule)
        return ProductRules(tuple(rules))


def _same_goods(one: ProductRule, other: ProductRule) -> bool:
    first, second = CodeSpan.parse(one.code), CodeSpan.parse(other.code)
    if first.item and second.item and first.item != second.item:
        return False
    if one.scope and other.scope and one.scope != other.scope:
        return False
    begin, end = max(first.first.ljust(6, "0"), second.first.ljust(6, "0")), min(first.last + "99", second.last + "99")
    return bool(one.uses & other.uses) and begin <= end


def vehicle_chapter_rule(row: dict[str, str]) -> ProductRule:
    """A row of the chapter 87 file, whose content column says ``A1-NC``, ``NC 60`` or ``TV 60 or NC 50``."""
    return ProductRule(
        code=row["hs_code"],
        scope=row["scope"],
        uses=_PRINTED_USES[row["use"]],
        alternative=row["alternative"],
        change=row["tariff_change"] == "change",
        from_=row["from"],
        except_=row["except"],
        contents=tuple(content(part) for part in row["rvc_rule"].split(" or ") if part),
        marked=True,
        citation=row["citation"],
        confidence=row["confidence"],
        hs_edition=row["hs_edition"],
        checked=date.fromisoformat(row["checked"]),
        note=row["note"],
    )


def other_chapter_rule(row: dict[str, str]) -> ProductRule:
    """A row of the other chapters' file, whose percentages and dated series stand in columns of their own."""
    contents: list[Content] = []
    for method, key in ((Method.NET_COST, "nc"), (Method.TRANSACTION_VALUE, "tv")):
        percentage, series = row[f"rvc_{key}_percent"], row[f"rvc_{key}_series"]
        if percentage:
            contents.append(Content(method, series, Decimal(percentage)))
    changes = {"change": True, "none required": False, "unknown": None}
    return ProductRule(
        code=row["hs_code"],
        scope=row["scope"],
        uses=_PRINTED_USES[row["use"]],
        alternative=row["alternative"],
        change=changes[row["tariff_change"]],
        from_=row["from"],
        except_="",
        contents=tuple(contents),
        marked=row["marked"] == "yes",
        citation=row["citation"],
        confidence=row["confidence"],
        hs_edition=row["hs_edition"],
        checked=date.fromisoformat(row["checked"]),
        note=row["note"],
    )


def content(text: str) -> Content:
    """A content as the data write it: a dated series such as ``A1-NC``, or a method and percentage, ``NC 60``.

    Raises:
        MalformedValue: it is neither.
    """
    method, _, percentage = text.partition(" ")
    if percentage:
        try:
            return Content(Method(method), "", Decimal(percentage))
        except (ValueError, ArithmeticError) as error:
            raise MalformedValue(
                "content of a rule", text, "a series of stages.toml, or NC or TV and a number"
            ) from error
    return Content(Method.TRANSACTION_VALUE if text.endswith("-TV") else Method.NET_COST, text, None)
