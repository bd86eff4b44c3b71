"""Facts out of the register: what is known as of a ledger size and no later statement supersedes, in ledger order."""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any, TypeVar

from evidence.core.statements.base import Record, Statement, unchecked
from evidence.origin.inputs import Fact
from evidence.register.queries import Known, Register

T = TypeVar("T", bound=Record)
S = TypeVar("S", bound=Statement)
Parts = Iterable[tuple[str, str]]
"""Owner and part number."""
Places = Iterable[tuple[str, str, str]]
"""Owner, part number and plant."""

_KINDS = {
    "ItemLine": "item",
    "ClassificationLine": "classification",
    "UseLine": "use",
    "BillLine": "bill-of-materials",
    "VolumeLine": "volume",
    "CostLine": "cost",
    "CostPoolLine": "cost-pool",
    "AllocationBaseLine": "allocation-base",
    "PurchaseLine": "purchase",
    "PurchaseAdjustmentLine": "purchase-adjustment",
    "AssistLine": "assist",
    "InventoryLine": "inventory",
    "MetalPurchaseLine": "metal-purchase",
    "MaterialImportLine": "material-import",
    "LabourInputLine": "labour-value-input",
    "MaterialValueLine": "material-value",
    "SaleLine": "sale",
    "UnitConversionLine": "unit-conversion",
    "RateLine": "exchange-rate",
    "SiteLine": "site",
    "ProgrammeLine": "vehicle-programme",
}


class FactFile:
    """Asks the register; many values of one column are asked for together, since a question takes its time."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self._superseded: dict[str, bool] = {}

    def lines(self, line: type[T], **equals: Any) -> tuple[Fact[T], ...]:
        """Every line of a kind whose columns equal the values given."""
        return self._facts(self.register.lines(line, **equals), line, line.__name__)

    def lines_of(self, line: type[T], column: str, values: Iterable[str], **equals: Any) -> tuple[Fact[T], ...]:
        """What `lines` gives for every value of one column."""
        return self._facts(self.register.lines_of(line, column, values, **equals), line, line.__name__)

    def of_parts(self, line: type[T], parts: Parts) -> tuple[Fact[T], ...]:
        """The lines of some parts."""
        return _joined(self.lines_of(line, "part", some, owner=owner) for owner, some in _by_owner(parts))

    def of_places(self, line: type[T], places: Places, column: str = "part") -> tuple[Fact[T], ...]:
        """The lines of some parts at some plants; `column` is the one that has the part's number."""
        numbers: dict[tuple[str, str], set[str]] = {}
        for owner, part, plant in places:
            numbers.setdefault((owner, plant), set()).add(part)
        return _joined(
            self.lines_of(line, column, some, owner=owner, plant=plant)
            for (owner, plant), some in sorted(numbers.items())
        )

    def statements_on(self, kind: type[S], parts: Parts) -> tuple[Fact[S], ...]:
        """The statements about some parts."""
        return _joined(self.statements_of(kind, "part", some, owner=owner) for owner, some in _by_owner(parts))

    def statements(self, kind: type[S], **equals: Any) -> tuple[Fact[S], ...]:
        """Every statement of a kind whose columns equal the values given."""
        return self._facts(self.register.statements(kind, **equals), kind, kind.kind)

    def ever(self, kind: type[S], **equals: Any) -> tuple[Fact[S], ...]:
        """What `statements` gives, and what later statements supersede: acts that go on counting once done."""
        known = self.register.statements(kind, **equals)
        return tuple(
            Fact(ref=one.ref, seq=one.seq, statement=one.statement_id, kind=kind.kind, value=one.value) for one in known
        )

    def statements_of(self, kind: type[S], column: str, values: Iterable[str], **equals: Any) -> tuple[Fact[S], ...]:
        """What `statements` gives for every value of one column."""
        return self._facts(self.register.statements_of(kind, column, values, **equals), kind, kind.kind)

    def _facts(self, known: Sequence[Known[T]], model: type[T], kind: str) -> tuple[Fact[T], ...]:
        unseen = {one.statement_id for one in known} - self._superseded.keys()
        if unseen:
            later = self.register.superseded(unseen)
            self._superseded |= {statement: statement in later for statement in unseen}
        named = _KINDS.get(kind, kind)
        fact: type[Fact[T]] = Fact[model]  # type: ignore[valid-type]  # the type that `Inputs` has, or it makes them anew
        gone = self._superseded
        return tuple(
            unchecked(
                fact,
                [
                    {"ref": one.ref, "seq": one.seq, "statement": one.statement_id, "kind": named, "value": one.value}
                    for one in known
                    if not gone[one.statement_id]
                ],
            )
        )


def _by_owner(parts: Parts) -> list[tuple[str, set[str]]]:
    numbers: dict[str, set[str]] = {}
    for owner, part in parts:
        numbers.setdefault(owner, set()).add(part)
    return sorted(numbers.items())


def _joined(groups: Iterable[tuple[Fact[T], ...]]) -> tuple[Fact[T], ...]:
    """What several questions gave, of which each is in ledger order and none has a fact of another."""
    some = [group for group in groups if group]
    return some[0] if len(some) == 1 else in_order(fact for group in some for fact in group)


def in_order(facts: Iterable[Fact[T]]) -> tuple[Fact[T], ...]:
    """Each fact once, in ledger order: by entry, then by line."""
    once = {fact.ref: fact for fact in facts}
    return tuple(sorted(once.values(), key=attrgetter("place")))
