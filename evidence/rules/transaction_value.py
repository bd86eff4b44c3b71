"""Transaction value of a good, adjusted to exclude the costs of its international shipment, or why there is none.

19 CFR 182 App A s.1(1) ("transaction value", "adjusted to exclude any costs incurred in the international shipment"),
Schedule III; the same of SOR/2020-155. The conditions of Schedule III s.2 are known from the Canadian text only; the
text of the United States was not compared with it. The price that the buyer pays the producer, plus what Schedule III
s.4 adds, less the transport and packing beyond the point of direct shipment, plus the transport up to that point. An
addition rests on objective and quantifiable data or there is no transaction value at all.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from evidence.errors import MalformedValue
from evidence.rules.exact import amount, exactly
from evidence.rules.finding import Finding, Outcome, all_of, undetermined

CITATION = "19 CFR 182 App A s.1(1), Sched III s.1-4; SOR/2020-155 s.1(1), Sched III s.1-4"
_CONDITIONS = "19 CFR 182 App A Sched III s.2; SOR/2020-155 Sched III s.2"
_ADDITIONS = "19 CFR 182 App A Sched III s.4; SOR/2020-155 Sched III s.4"
_SHIPMENT = "19 CFR 182 App A s.1(1) (international shipment); SOR/2020-155 s.1(1)"


class AdditionKind(StrEnum):
    """What Schedule III adds to the price where the price does not hold it."""

    COMMISSION = "commissions and brokerage, other than buying commissions"
    TRANSPORT = "transport to the point of direct shipment"
    PACKAGING = "packaging classified with the good"
    ASSIST = "assists"
    ROYALTY = "royalties that are a condition of the sale"
    PROCEEDS = "proceeds of resale, disposal or use that come back to the producer"


@dataclass(frozen=True, slots=True)
class Addition:
    """One thing that belongs to the transaction value.

    Attributes:
        amount: None if it is not known.
        in_price: whether the price holds it already; then nothing is added, and nothing has to be known.
        shown_by: the objective and quantifiable data that it rests on; empty for none.
    """

    kind: AdditionKind
    amount: Decimal | None
    in_price: bool = False
    shown_by: str = ""

    def __post_init__(self) -> None:
        if self.amount is not None:
            amount(f"addition, {self.kind}", self.amount)


class ShipmentCost(StrEnum):
    """Costs that move the value to the point of direct shipment: what is beyond goes out, what is before comes in."""

    BEYOND_TRANSPORT = "transport after the point of direct shipment"
    BEYOND_HANDLING = "loading, unloading, handling and insurance of that transport"
    PACKING = "packing materials and containers"
    INLAND_TRANSPORT = "transport from the place of production to the point of direct shipment"
    INLAND_HANDLING = "loading, unloading, handling and insurance of that transport up to there"
    LOADING = "loading for shipment at the point of direct shipment"


_BEYOND = (ShipmentCost.BEYOND_TRANSPORT, ShipmentCost.BEYOND_HANDLING, ShipmentCost.PACKING)


@dataclass(frozen=True, slots=True)
class Shipment:
    """One cost of moving the good. `in_price` says whether the transaction value holds it; None if it is not known."""

    cost: ShipmentCost
    amount: Decimal | None
    in_price: bool | None

    def __post_init__(self) -> None:
        if self.amount is not None:
            amount(f"shipment cost, {self.cost}", self.amount)


@dataclass(frozen=True, slots=True)
class Terms:
    """What Schedule III s.2 asks of a sale; None where it is not known, which never makes the value acceptable.

    Attributes:
        sold: whether the producer sold the good at all.
        restricted: whether the buyer is restricted in disposing of or using the good, other than by law, by
            territory of resale, or without substantial effect on the value.
        conditional: whether sale or price depends on something whose value cannot be determined.
        proceeds_unadjusted: whether proceeds of a later resale come back to the producer without being added.
        related: whether buyer and producer are related persons.
        influenced: whether the relationship influenced the price; asked of related persons only.
    """

    sold: bool | None = None
    restricted: bool | None = None
    conditional: bool | None = None
    proceeds_unadjusted: bool | None = None
    related: bool | None = None
    influenced: bool | None = None


@dataclass(frozen=True, slots=True)
class Sale:
    """The producer's sale of the good; amounts in one currency and per the same quantity as VNM."""

    price: Decimal | None
    terms: Terms
    additions: tuple[Addition, ...] = ()
    shipment: tuple[Shipment, ...] = ()
    discounts: Decimal = Decimal(0)
    """What the price paid or payable is less than the price invoiced, and not yet taken off it."""
    rests_on: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        amount("discounts", self.discounts)
        if self.price is not None and self.discounts > amount("price", self.price):
            raise MalformedValue("discounts", str(self.discounts), f"at most the price, {self.price}")


@dataclass(frozen=True, slots=True)
class Step:
    """One figure on the way from the price to the adjusted transaction value: what it changes the value by, and why."""

    name: str
    change: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class TransactionValue:
    """The result.

    Attributes:
        finding: met where there is a transaction value; each condition is one of its parts.
        value: Schedule III's value, before the adjustment for shipment; None where there is none or it is not known.
        adjusted: the base of the content (s.7(2)); None likewise.
        steps: price, additions and adjustments in order; they sum to `adjusted`.
    """

    finding: Finding
    value: Decimal | None
    adjusted: Decimal | None
    steps: tuple[Step, ...]


def transaction_value(sale: Sale) -> TransactionValue:
    """The transaction value of a sale and what it is after the adjustment for international shipment.

    What is unknown is taken on the side that hurts the claim where there is one: a cost beyond the point of direct
    shipment that may be in the price is taken out of it, one up to that point that may be in it or whose amount is not
    known is not added. Where no side is safe the finding is not determinable.
    """
    parts = [*_conditions(sale.terms), *_additions(sale.additions), *_deductions(sale.shipment)]
    if sale.price is None:
        parts.append(undetermined("price paid or payable", "it is not known", citations=(CITATION,)))
    finding = all_of("the good has a transaction value", parts, citations=(CITATION,))
    if not finding.met or sale.price is None:
        return TransactionValue(_resting(finding, sale), None, None, ())
    steps = [Step("price paid or payable", sale.price, "as invoiced")]
    if sale.discounts:
        steps.append(Step("discounts", -sale.discounts, "not in the price invoiced"))
    steps += [
        Step(each.kind.value, each.amount, f"added; shown by {each.shown_by}")
        for each in sale.additions
        if not each.in_price and each.amount
    ]
    with exactly():
        value = sum((step.change for step in steps), Decimal(0))
        steps += _moved(sale.shipment)
        adjusted = sum((step.change for step in steps), Decimal(0))
    if adjusted <= 0:
        reason = f"its adjusted value is {adjusted}, and a content can be stated only of an amount above zero"
        below = undetermined("the good has a transaction value", reason, citations=(CITATION,))
        return TransactionValue(_resting(below, sale), value, None, tuple(steps))
    return TransactionValue(_resting(finding, sale), value, adjusted, tuple(steps))


def _conditions(terms: Terms) -> Iterator[Finding]:
    """The conditions of Schedule III s.2, each with the answer that the law wants."""
    asked = (
        ("the producer sold the good", terms.sold, True),
        ("the buyer is not restricted in its use", terms.restricted, False),
        ("sale and price depend on nothing that cannot be valued", terms.conditional, False),
        ("no proceeds of resale come back unadjusted", terms.proceeds_unadjusted, False),
    )
    for test, answer, wanted in asked:
        yield _answered(test, answer, wanted)
    if terms.related is not False:
        influenced = _answered("the relationship did not influence the price", terms.influenced, wanted=False)
        unknown = undetermined("related persons", "whether buyer and producer are related is not known")
        yield influenced if terms.related or terms.influenced is False else unknown


def _answered(test: str, answer: bool | None, wanted: bool) -> Finding:
    if answer is None:
        return undetermined(test, "nothing on file says so", citations=(_CONDITIONS,))
    outcome = Outcome.MET if answer is wanted else Outcome.NOT_MET
    reason = "as recorded" if answer is wanted else "recorded otherwise, so that there is no transaction value"
    return Finding(test, outcome, None, None, outcome.value.replace("_", " "), (), reason, (), (_CONDITIONS,))


def _additions(additions: Iterable[Addition]) -> Iterator[Finding]:
    for each in additions:
        if each.in_price:
            continue
        test = f"addition, {each.kind}"
        if each.amount is None or not each.shown_by:
            lacking = "its amount is not known" if each.amount is None else "no objective, quantifiable data shows it"
            yield Finding(
                test, Outcome.NOT_MET, None, None, "not met", (),
                f"{lacking}, so that there is no transaction value", (), (_ADDITIONS,),
            )  # fmt: skip


def _deductions(shipment: Iterable[Shipment]) -> Iterator[Finding]:
    for each in shipment:
        if each.cost in _BEYOND and each.in_price is not False and each.amount is None:
            reason = "it may be in the price and its amount is not known"
            yield undetermined(f"shipment cost, {each.cost}", reason, citations=(_SHIPMENT,))


def _moved(shipment: Iterable[Shipment]) -> Iterator[Step]:
    for each in shipment:
        if each.cost in _BEYOND:
            if each.in_price is not False and each.amount:
                said = "in the price" if each.in_price else "taken to be in the price, since nothing says otherwise"
                yield Step(each.cost.value, -each.amount, f"taken out; {said}")
        elif each.in_price is False and each.amount:
            yield Step(each.cost.value, each.amount, "added; not in the price")


def _resting(finding: Finding, sale: Sale) -> Finding:
    return Finding(
        finding.test, finding.outcome, finding.figure, finding.bound, finding.shown, finding.law, finding.reason,
        sale.rests_on, finding.citations, finding.inputs, finding.parts,
    )  # fmt: skip
