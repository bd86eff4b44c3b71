"""What a supplier's declaration covers, and what its form has to state (Uniform Regulations s.9).

A blanket declaration covers what came in on the days of its window. One for a single shipment covers what came under
that shipment or invoice, whatever the day, and nothing else.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from evidence.core.crosswalk import Answer
from evidence.core.statements.declaration import DeclarationForm, SupplierDeclaration
from evidence.errors import MalformedValue

_CODE = re.compile("[0-9]{6}([0-9]{2}){0,2}")
_COUNTRY = re.compile("[A-Z]{2}")

NET_COST, VNM, FREE_OF_VNM = "net_cost", "non_originating_value", "amount_free_of_vnm"
FIGURES: Mapping[DeclarationForm, tuple[tuple[str, ...], ...]] = {
    DeclarationForm.ACCUMULATION_COST: ((NET_COST, VNM),),
    DeclarationForm.ACCUMULATION_VALUE: ((FREE_OF_VNM,),),
    DeclarationForm.ACCUMULATION_TRANSACTION_VALUE: ((VNM,),),
    DeclarationForm.ACCUMULATION_AVERAGE: ((NET_COST, VNM), (FREE_OF_VNM,), (VNM,)),
}
"""The sets of figures of which a form states one whole: net cost and non-originating value (s.9(2)(a)); the part of net
cost free of it (s.9(2)(b)); the non-originating value alone, for the transaction value method (s.9(3)); averages of any
of these (s.9(4) and (5))."""


def states_figures(declaration: SupplierDeclaration) -> bool:
    """Whether the figures that the form rests on stand in the declaration, with their currency."""
    sets = FIGURES.get(declaration.form, ())
    stated = any(all(getattr(declaration, name) is not None for name in names) for names in sets)
    return stated and declaration.currency is not None


def sound_figures(declaration: SupplierDeclaration) -> str | None:
    """What the figures say that cannot be; None where nothing."""
    stated: dict[str, Decimal | None] = {name: getattr(declaration, name) for name in (NET_COST, VNM, FREE_OF_VNM)}
    if below := [name for name, value in stated.items() if value is not None and value < 0]:
        return f"{' and '.join(below)} below zero"
    cost, foreign, free = stated.values()
    if cost is not None and foreign is not None and foreign > cost:
        return f"a {VNM} above the {NET_COST}"
    if cost is not None and free is not None and free > cost:
        return f"an {FREE_OF_VNM} above the {NET_COST}"
    return None


@dataclass(frozen=True, slots=True)
class TariffInput:
    """One non-originating input of a part, as its producer classifies it (s.9(7)(a)(ii))."""

    part: str
    code: str
    country: str


def tariff_input(text: str) -> TariffInput:
    """Read ``PART:CODE:COUNTRY``, such as ``CELL-21700:850760:CN``.

    Raises:
        MalformedValue: another form, a code that is not six, eight or ten digits, a country that is not two capitals.
    """
    part, _, rest = text.partition(":")
    code, _, country = rest.partition(":")
    if not part or _CODE.fullmatch(code) is None or _COUNTRY.fullmatch(country) is None:
        raise MalformedValue("tariff input", text, "PART:CODE:COUNTRY each, such as CELL-21700:850760:CN")
    return TariffInput(part, code, country)


def tariff_inputs(declaration: SupplierDeclaration) -> tuple[TariffInput, ...]:
    """The non-originating inputs that a declaration lists.

    Raises:
        MalformedValue: as `tariff_input` has it.
    """
    return tuple(tariff_input(text) for text in declaration.inputs)


def covers(
    declaration: SupplierDeclaration, first: date, last: date | None = None, came_under: Collection[str | None] = ()
) -> Answer[str]:
    """Whether a declaration covers what came in on a day, or on every day from `first` to `last`.

    Args:
        declaration: as it was stated; what became of it since is not looked at.
        first: the day of receipt.
        last: the last of them, of a span.
        came_under: the numbers of the shipment, invoice and receipt under which it came in, as far as known.

    Returns:
        What it covers, in words; or why it does not.
    """
    last = last or first
    if declaration.shipment is not None:
        if declaration.shipment in came_under:
            return Answer(declaration.shipment, f"covers shipment {declaration.shipment}")
        return Answer(None, f"is for the single shipment {declaration.shipment} and covers no other")
    begins, ends = declaration.valid_from, declaration.valid_to
    if begins is None or ends is None or ends < begins:
        return Answer(None, "names no window of validity")
    if begins <= first and last <= ends:
        return Answer(f"{begins}..{ends}", f"covers {begins} to {ends}")
    outside = first if not begins <= first <= ends else last
    return Answer(None, f"covers {begins} to {ends}, and {outside} is outside it")
