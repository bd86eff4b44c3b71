"""Names for print: what a worksheet calls by a short name, in words that a reader of the law knows."""

import re
from collections.abc import Callable, Sequence

from evidence.origin.worksheet import Cell
from evidence.pack.contents import Link
from evidence.pack.links import lower_first

_CHOICES = {
    "several suppliers": "A material from several suppliers, some of them without support",
    "threshold-date-event": "Which day selects the dated threshold",
    "core-part way": "How the content of a core part is computed",
    "core-roll-up-reading": "Core parts in the content of the vehicle",
    "core-ways-combined": "Different ways for different core parts of one vehicle",
    "core-average-bound": "An average of core parts at the percentage itself",
    "averaging-across-a-step": "The percentage of an average over days with several",
    "transitional-periods-of-heavy-trucks": "The optional averaging periods of heavy trucks",
    "table-d-tariff-shift": "Whether a tariff change alone is enough for a part of Table D",
    "table-e-tariff-shift": "Whether a tariff change alone is enough for a part of Table E",
    "heavy-radiator-exhaust-series": "Percentages of radiators and exhaust systems of heavy trucks",
    "cells-classification": "Subheading of lithium-ion cells",
    "ev-concordance": "An electric car under HS 2012",
    "steel period": "Purchases of steel: the period",
    "steel scope": "Purchases of steel: the vehicles that they are for",
    "aluminum period": "Purchases of aluminum: the period",
    "aluminum scope": "Purchases of aluminum: the vehicles that they are for",
    "steel-melt-day": "Which steel stands under the rule of melting and pouring",
    "labor-transport": "High-wage transport in the formulas of labor value content",
    "assembly-capacity": "Capacity that counts for the assembly credit",
    "heavy-credit-floor": "The floor of 60 percent and the heavy-truck credit",
    "first-wage-certificate": "The period that a plant's first wage certificate covers",
    "vehicle-certification-addressee": "With whose authority a vehicle certification must be filed",
}
_OPTIONS = {
    "worst case": "worst case: one purchase without support makes the whole count",
    "proration by purchases": "in proportion to the quantities bought",
    "actual lots": "by the lots that were issued",
    "inventory method": "by what the stock issued, as its method tells",
    "production": "day of production",
    "export": "day of export",
    "entry": "day of entry",
    "I-ALL": "each part, on all its materials (I-ALL)",
    "I-COL2": "each part, on column 2 components (I-COL2)",
    "S-ALL": "all together, on all materials (S-ALL)",
    "S-COL2": "all together, on column 2 components (S-COL2)",
    "each-its-own": "each part by the way elected for it",
    "one-way": "all parts by one way",
    "us": "reading of the United States",
    "panel": "the panel's reading",
    "rvc-required": "content required",
    "shift-suffices": "tariff change enough",
    "canada": "as the Canadian text prints them",
    "united-states": "as the text of the United States prints them",
    "as certified": "as the certification on file was calculated",
    "all vehicles": "all vehicles that the producer makes",
    "plant": "the plant of the vehicle",
    "test": "all of it, from the day that selects the threshold",
    "purchase": "what was bought from the day of the rule on",
    "8703.90": "read as 8703.90",
    "none": "no rule until confirmed",
    "strictest": "the highest percentage in force within the period",
    "first-day": "the percentage of the first day of the period",
    "exceeds": "the average must be above the percentage",
    "not-less-than": "the average must not be below the percentage",
}
_USES = {
    "vehicle": "vehicle",
    "oe-light": "original equipment of a light vehicle",
    "oe-heavy": "original equipment of a heavy truck",
    "other-vehicle": "original equipment of another vehicle",
    "aftermarket": "aftermarket part",
}


def choice(name: str) -> str:
    return _CHOICES.get(name, name[:1].upper() + name[1:])


def option(name: str) -> str:
    return _OPTIONS.get(name, name)


def use(name: str) -> str:
    return _USES.get(name, name)


def label(cell: Cell) -> tuple[str, str]:
    """A cell's label without the part that it is of, and that part; empty where it is of the good."""
    found = _OF_PART.search(cell.label)
    if found is None:
        return cell.label, ""
    return cell.label[: found.start()] + cell.label[found.end() :], found[1]


def section(citation: str) -> str:
    """The section of a figure's text of law, without the regulations, which the page names once."""
    return citation.removeprefix("19 CFR 182 App A and SOR/2020-155, ")


def formula(cell: Cell, cells: Sequence[Cell], anchors: Callable[[str], str]) -> tuple[Link, ...]:
    """The formula of a cell in pieces: each cell in it by its label, leading to its place."""
    others = {each.id: each for each in cells}
    names = "|".join(re.escape(name) for name in sorted(others, key=len, reverse=True))
    pieces: list[Link] = []
    for piece in re.split(rf"(?<![\w.])({names})(?![\w.])", cell.formula):
        if piece in others:
            pieces.append(Link(lower_first(label(others[piece])[0]), anchors(piece)))
        elif piece:
            pieces.append(Link(piece))
    return tuple(pieces)


def reading(text: str) -> str:
    """A citation that begins with the reading taken, ``name=option: source``, with both in words."""
    found = _READING.match(text)
    return f"{choice(found[1])}: {option(found[2])}. {found[3]}" if found else text


_OF_PART = re.compile(r" of (M[0-9]+ \S+)")
_READING = re.compile(r"([a-z][a-z-]+)=([\w.-]+): (.*)")
