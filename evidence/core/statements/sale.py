"""Sales of goods by their producer: what a transaction value is worked out from (Uniform Regulations Schedule III).

One line is one invoice line. Schedule III makes the price paid or payable acceptable under conditions only, adds to it
what the buyer bears besides, and each addition rests on objective and quantifiable data; so each has a field for its
document. The definition of the transaction value takes the cost of international shipment out of it. What is left empty
is not known, and is never read as an answer that helps.
"""

from datetime import date
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from evidence.core.statements.base import Record
from evidence.core.statements.cells import Flag
from evidence.core.statements.load import Load
from evidence.core.values import Amount, Code, Country, Currency, Text
from evidence.errors import MalformedValue

_Cost = Annotated[Amount, Field(ge=0)]
ADDITIONS = ("commissions", "packaging", "assists", "royalties", "proceeds", "inland_transport")
"""The fields that Schedule III s.4 adds, each with ``<name>_in_price`` and ``<name>_document``."""


class SaleLine(Record):
    """One invoice line of the producer's. `price` is for `price_per` units; every other amount for the whole line."""

    plant: Code
    """The plant that made the goods."""
    invoice: Text
    """The producer's invoice number."""
    invoice_line: Annotated[int, Field(ge=1)]
    """The line of that invoice."""
    sold_on: date
    """The day on the invoice, whose exchange rate counts (s.2)."""
    buyer: Code
    """The party that bought the goods."""
    buyer_country: Country | None = None
    """The buyer's country."""
    owner: Code
    """The party whose part number it is."""
    part: Code
    """The good that was sold."""
    revision: Code | None = None
    quantity: Annotated[Amount, Field(gt=0)]
    """How many were sold."""
    unit: Code
    """The unit that the quantity is counted in."""
    price: _Cost
    """What price_per units cost the buyer."""
    price_per: Annotated[Amount, Field(gt=0)]
    """How many units the price is for: 1, 100, 1000."""
    currency: Currency
    """The currency of every amount of the line."""
    incoterm: Text | None = None
    """Term and place of delivery, as FCA Monterrey; it says whether the price holds the international freight."""
    direct_shipment_from: Text | None = None
    """The place from which the goods are shipped to the buyer directly."""
    discounts: _Cost
    """Discounts, rebates and credits, up to today, that the invoiced price does not show; 0 where there are none."""
    restricted: Flag | None = None
    """Whether the buyer is restricted in using or disposing of the goods in a way that Schedule III s.2 minds."""
    conditional: Flag | None = None
    """Whether sale or price depends on something whose value cannot be told."""
    proceeds_unadjusted: Flag | None = None
    """Whether proceeds of a later resale come back to the producer that are not added below."""
    related: Flag | None = None
    """Whether buyer and producer are related persons."""
    influenced: Flag | None = None
    """Whether the relationship influenced the price; of related persons only."""
    not_influenced_shown_by: Text | None = None
    """What shows that it did not: a test value, the study of the price."""
    commissions: _Cost | None = None
    """Commissions and brokerage, other than buying commissions."""
    commissions_in_price: Flag | None = None
    """Whether the price holds them."""
    commissions_document: Text | None = None
    """What shows them."""
    packaging: _Cost | None = None
    """Packaging that is classified with the good."""
    packaging_in_price: Flag | None = None
    """Whether the price holds it."""
    packaging_document: Text | None = None
    """What shows it."""
    assists: _Cost | None = None
    """The share of the buyer's assists that falls to these goods."""
    assists_in_price: Flag | None = None
    """Whether the price holds it."""
    assists_document: Text | None = None
    """What shows it."""
    royalties: _Cost | None = None
    """Royalties that the buyer pays as a condition of the sale."""
    royalties_in_price: Flag | None = None
    """Whether the price holds them."""
    royalties_document: Text | None = None
    """What shows them."""
    proceeds: _Cost | None = None
    """Proceeds of resale, disposal or use that come back to the producer."""
    proceeds_in_price: Flag | None = None
    """Whether the price holds them."""
    proceeds_document: Text | None = None
    """What shows them."""
    inland_transport: _Cost | None = None
    """Transport, loading and insurance from the plant to the point of direct shipment."""
    inland_transport_in_price: Flag | None = None
    """Whether the price holds it."""
    inland_transport_document: Text | None = None
    """What shows it."""
    international_freight: _Cost | None = None
    """Freight, loading, handling and insurance after the point of direct shipment: no part of the value."""
    freight_in_price: Flag | None = None
    """Whether the price holds it; empty is read from the term of delivery."""
    packing: _Cost | None = None
    """Packing materials and containers for shipment: no part of the value."""
    packing_in_price: Flag | None = None
    """Whether the price holds it; empty is taken to be yes."""

    @model_validator(mode="after")
    def _one_answer(self) -> Self:
        if self.discounts * self.price_per > self.price * self.quantity:
            raise MalformedValue("discounts", str(self.discounts), "at most what the line was invoiced at")
        if self.related is False and self.influenced:
            raise MalformedValue("influenced", "yes", "no or nothing, where buyer and producer are not related")
        if self.influenced is False and self.related is not False and self.not_influenced_shown_by is None:
            wanted = "what shows that the relationship did not influence the price"
            raise MalformedValue("not_influenced_shown_by", "nothing", wanted)
        return self


class Sales(Load):
    """A load of the producer's own sales."""

    kind: ClassVar[str] = "sale"
    line: ClassVar[type[Record]] = SaleLine
