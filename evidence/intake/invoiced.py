"""Invoice lines that another line names: on record, or among the purchases of the import at hand.

A credit note changes a line of an invoice. Where that line is nowhere, nothing says what is changed, and the amount
would fall out of every value in silence.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import orjson

from evidence.core.crosswalk.parties import SameParties
from evidence.core.statements.purchase import PurchaseLine
from evidence.register.queries import Register

_AT_ONCE = 500


class InvoiceLine(NamedTuple):
    """A line of a seller's invoice."""

    seller: str
    invoice: str
    line: int

    def __str__(self) -> str:
        return f"invoice {self.invoice} of {self.seller}, line {self.line}"


@dataclass(frozen=True, slots=True)
class Billed:
    """What an invoice line is in, and where it stands."""

    currency: str
    ref: str


View = tuple[str, Iterable[tuple[int, bytes]]]
"""A load of the import at hand: what its file is called, and its rows as lines of the parsed view."""


def billed(
    register: Register, same: SameParties, views: Iterable[View], wanted: Iterable[InvoiceLine]
) -> dict[InvoiceLine, Billed]:
    """Those of the lines wanted that are there, under whatever number of their seller."""
    kept: dict[InvoiceLine, list[InvoiceLine]] = defaultdict(list)
    for each in wanted:
        kept[each._replace(seller=same.canonical(each.seller))].append(each)
    found: dict[InvoiceLine, Billed] = {}
    for line, there in (*_on_record(register, same, kept), *_brought(same, views, kept)):
        found |= dict.fromkeys(kept.get(line, ()), there)
    return found


def _on_record(
    register: Register, same: SameParties, kept: Iterable[InvoiceLine]
) -> Iterator[tuple[InvoiceLine, Billed]]:
    invoices: dict[str, set[str]] = defaultdict(set)
    for each in kept:
        invoices[each.seller].add(each.invoice)
    for seller, numbers in invoices.items():
        source = iter(sorted(numbers))
        while some := frozenset(islice(source, _AT_ONCE)):
            for known in register.lines(PurchaseLine, seller=frozenset(same.group(seller)), invoice=some):
                of = known.value
                yield InvoiceLine(seller, of.invoice, of.invoice_line), Billed(of.currency, known.ref)


def _brought(
    same: SameParties, views: Iterable[View], kept: dict[InvoiceLine, list[InvoiceLine]]
) -> Iterator[tuple[InvoiceLine, Billed]]:
    for name, rows in views if kept else ():
        for row, data in rows:
            of = orjson.loads(data)
            line = InvoiceLine(same.canonical(of["seller"]), of["invoice"], of["invoice_line"])
            if line in kept:
                yield line, Billed(of["currency"], f"{name}, row {row}")
