"""The stays of a shipment outside the region, as `rules.transit` looks at them (19 CFR 182 App A s.10).

A stay is shown by documents alone: what is said of it without one, or not said at all, leaves it not determinable.
"""

from collections.abc import Collection

from evidence.core.statements.shipment import NOTHING_DONE, Shipment, TransitOperation, of_country
from evidence.errors import MalformedValue
from evidence.rules.transit import Stay


def stays_of(shipment: Shipment) -> tuple[Stay, ...]:
    """What is recorded of the shipment's stay in each country that it passed through or that something is said of."""
    control = [of_country(cell) for cell in shipment.transit_control]
    done = [of_country(cell) for cell in shipment.transit_operations]
    countries = dict.fromkeys((*shipment.transit_countries, *(country for country, _ in (*control, *done))))
    return tuple(
        Stay(
            country=country,
            under_control=_controlled({said for of, said in control if of == country}),
            operations=_operations([what for of, what in done if of == country]),
            documents=tuple(
                number for cell in shipment.transit_documents for of, number in [_document(cell, countries)]
                if of in (None, country)
            ),
        )
        for country in countries
    )  # fmt: skip


def _controlled(said: Collection[str]) -> bool | None:
    """Two answers for one country are the one that hurts the claim."""
    return None if not said else "no" not in said


def _operations(said: Collection[str]) -> tuple[TransitOperation, ...] | None:
    return tuple(TransitOperation(what) for what in said if what != NOTHING_DONE) if said else None


def _document(cell: str, countries: Collection[str]) -> tuple[str | None, str]:
    """A document with the one country that it is of; None where it is of all of them."""
    try:
        country, number = of_country(cell)
    except MalformedValue:
        return None, cell
    return (country, number) if country in countries else (None, cell)
