"""What importation adds to the price of a bought material, and what its documents let be taken off.

19 CFR 182 App A s.8(1)(a), (2)-(3); SOR/2020-155 s.8(1)(a), (2)-(3). The value of a material that its user imports
holds the costs of international shipment. Off the value of one that does not originate comes what the price includes
and a document shows: the international freight, where the declared value holds it and the price comes to that value;
transport to the plant, where the terms of delivery put it in the price; duties and brokerage, where the price is
delivered duty paid; waste and spoilage.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from evidence.core.statements.material_import import MaterialImportLine
from evidence.core.statements.purchase import PurchaseLine
from evidence.core.values import decimal_to_text
from evidence.origin.inputs import Fact, Inputs
from evidence.origin.merged import Merged
from evidence.origin.money import RateFile
from evidence.rules.exact import exact_sum
from evidence.rules.material_value import Deductible, Deduction, deduct
from evidence.rules.roll_up import Origin

CARRIED = ("CFR", "CIF", "CPT", "CIP", "DAP", "DPU", "DAT", "DDP")
"""Terms of delivery (Incoterms) by which the price holds the international freight."""
CARRIAGE_PAID = ("CPT", "CIP", "DAP", "DPU", "DDP")
DUTY_PAID = ("DDP",)
_FIELDS = {
    "inland_transport": (Deductible.INBOUND, CARRIAGE_PAID),
    "regional_duties": (Deductible.DUTIES, DUTY_PAID),
    "regional_brokerage": (Deductible.BROKERAGE, DUTY_PAID),
    "waste_and_spoilage": (Deductible.WASTE, None),
}
"""Each deduction with the terms of delivery (Incoterms) by which a price includes it; of waste, any terms."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What the imports of one invoice line add to its price and may take off it, in the currency of the worksheet.

    Attributes:
        added: to the price of the whole invoice line; None where a cost that belongs to the value is not recorded.
        taken_off: of the value of the whole line, if the material does not originate.
        said: in words, what was done and what was not.
    """

    added: Fraction | None
    taken_off: Fraction
    said: tuple[str, ...]
    rests_on: tuple[str, ...]


_BESIDE = "the freight that the invoice line records beside its price counts (s.8(1)(a))"


class ImportFile:
    """The customs entries on file by which materials came in, ready to be asked about one invoice line."""

    def __init__(self, inputs: Inputs, rates: RateFile, currency: str) -> None:
        self._rates, self._currency, self._same = rates, currency, Merged(inputs.same_as)
        self._lines: dict[tuple[str, str, int], list[Fact[MaterialImportLine]]] = defaultdict(list)
        for fact in inputs.material_imports:
            of = fact.value
            if of.invoice is not None and of.invoice_line is not None:
                self._lines[self._same.kept(of.seller), of.invoice, of.invoice_line].append(fact)

    def on_file(self, purchase: PurchaseLine) -> list[Fact[MaterialImportLine]]:
        """The customs lines of one purchase."""
        if not self._lines:
            return []
        key = (self._same.kept(purchase.seller), purchase.invoice, purchase.invoice_line)
        return [fact for fact in self._lines.get(key, ()) if _is_of(fact.value, purchase)]

    def of(self, purchase: PurchaseLine, paid: Fraction, freight: Fraction | None = None) -> Imported:
        """What importation did to one purchase.

        Args:
            paid: the price of the whole line.
            freight: international freight that the invoice line records beside its price; None where it records none.
        """
        mine = self.on_file(purchase)
        beside = freight or Fraction(0)
        if not mine:
            said = (_BESIDE,) if beside else ()
            return Imported(beside, Fraction(0), said, ())
        return self._of(purchase, mine, paid, freight)

    def _of(
        self, purchase: PurchaseLine, mine: list[Fact[MaterialImportLine]], paid: Fraction, freight: Fraction | None
    ) -> Imported:
        refs, said = [fact.ref for fact in mine], []
        beside = freight or Fraction(0)
        rates: list[Fraction] = []
        for fact in mine:
            if fact.value.unit != purchase.unit:
                reason = f"{_entry(fact.value)} counts in {fact.value.unit}, its invoice in {purchase.unit}"
                return Imported(None, Fraction(0), (reason,), (fact.ref,))
            found = self._rates.on(fact.value.currency, self._currency, fact.value.imported_on)
            if found.rate is None:
                return Imported(None, Fraction(0), (found.reason,), tuple(refs))
            rates.append(Fraction(found.rate))
            refs += found.rests_on
        came = sum((Fraction(fact.value.quantity) for fact in mine), Fraction(0))
        share = min(Fraction(1), Fraction(purchase.quantity) / came)
        declared = sum((Fraction(each.value.value) * rate for each, rate in zip(mine, rates, strict=True)), Fraction(0))
        whole = paid + beside >= declared * share
        added, shown, taken_off = Fraction(0), Fraction(0), Fraction(0)
        for fact, rate in zip(mine, rates, strict=True):
            line, entry = fact.value, _entry(fact.value)
            if not line.freight_in_value and line.international_freight is None and freight is None:
                reason = f"{entry} records no international freight, which belongs to the value (s.8(1)(a))"
                return Imported(None, Fraction(0), (reason,), tuple(refs))
            if not line.freight_in_value and line.international_freight:
                amount = Fraction(line.international_freight) * rate * share
                if line.freight_document is None:
                    added += amount
                    said.append(_told(entry, "international freight counts, since no document shows it", line))
                else:
                    shown += amount
            off, told = _off(line, entry, purchase.incoterm or "", price_is_value=whole)
            taken_off += off * rate * share
            said += told
        if beside - shown > added:  # the invoice line has more of it than the customs entry, or has all of it
            added = beside - shown
            said.append(_BESIDE)
        return Imported(added, min(taken_off, paid + added), tuple(said), tuple(dict.fromkeys(refs)))


def _is_of(line: MaterialImportLine, purchase: PurchaseLine) -> bool:
    same = (line.owner, line.part, line.plant) == (purchase.owner, purchase.part, purchase.plant)
    return same and line.revision in (None, purchase.revision)


def _entry(line: MaterialImportLine) -> str:
    return f"customs entry {line.customs_entry} line {line.customs_line}"


def _off(line: MaterialImportLine, entry: str, incoterm: str, *, price_is_value: bool) -> tuple[Fraction, list[str]]:
    """What one customs line lets be taken off, in its own currency, and what it does not."""
    wanted = list(_deductions(line, incoterm, price_is_value=price_is_value))
    value = exact_sum(each.amount for each in wanted)
    found = deduct(value, Origin.NON_ORIGINATING, wanted)
    said = [
        f"{entry}: {decimal_to_text(amount)} {line.currency} may be taken off: {each.kind.value}, {each.document}"
        for each, amount in found.allowed
    ]
    said += [
        f"{entry}: {decimal_to_text(each.amount)} {line.currency} is not taken off, {why}: {each.kind.value}"
        for each, why in found.refused
    ]
    return sum((Fraction(amount) for _, amount in found.allowed), Fraction(0)), said


def _deductions(line: MaterialImportLine, incoterm: str, *, price_is_value: bool) -> Iterator[Deduction]:
    term = incoterm[:3].upper()
    if line.freight_in_value and line.international_freight:
        yield Deduction(
            Deductible.INBOUND,
            line.international_freight,
            included=price_is_value,
            document=line.freight_document or "",
        )
    for name, (kind, terms) in _FIELDS.items():
        amount: Decimal | None = getattr(line, name)
        if amount:
            document: str = getattr(line, f"{name}_document") or ""
            yield Deduction(kind, amount, included=terms is None or term in terms, document=document)


def _told(entry: str, what: str, line: MaterialImportLine) -> str:
    return f"{entry}: {decimal_to_text(line.international_freight or Decimal(0))} {line.currency} of {what}"
