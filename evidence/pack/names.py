"""Names for print: what a worksheet calls by a short name, in words that a reader of the law knows."""

import re

from evidence.origin.worksheet import Cell
from evidence.pack.links import lower_first

_CHOICES = {
    "several suppliers": "A material from several suppliers, some of them without support",
    "threshold-date-event": "Which day selects the dated threshold",
    "core-part way": "How the content of a core part is computed",
    "core-roll-up-reading": "Core parts in the content of the vehicle",
    "table-d-tariff-shift": "Whether a tariff change alone is enough for a part of Table D",
    "table-e-tariff-shift": "Whether a tariff change alone is enough for a part of Table E",
    "cells-classification": "Subheading of lithium-ion cells",
    "ev-concordance": "An electric car under HS 2012",
    "vehicle-certification-addressee": "With whose authority a vehicle certification must be filed",
}
_OPTIONS = {
    "worst case": "worst case: one purchase without support makes the whole count",
    "proration by purchases": "in proportion to the quantities bought",
    "production": "day of production",
    "export": "day of export",
    "entry": "day of entry",
    "I-ALL": "each part, on all its materials (I-ALL)",
    "I-COL2": "each part, on column 2 components (I-COL2)",
    "S-ALL": "all together, on all materials (S-ALL)",
    "S-COL2": "all together, on column 2 components (S-COL2)",
    "us": "reading of the United States",
    "panel": "the panel's reading",
    "rvc-required": "content required",
    "shift-suffices": "tariff change enough",
    "8703.90": "read as 8703.90",
    "none": "no rule until confirmed",
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


def formula(text: str, cells: tuple[Cell, ...]) -> str:
    """A formula with each cell called by its label.

    Of a part tested by itself the part is named once: its own cells are called without it.
    """
    labels = {cell.id: lower_first(cell.label) for cell in cells}
    if not labels:
        return text
    known = "|".join(re.escape(name) for name in sorted(labels, key=len, reverse=True))
    return re.sub(rf"(?<![\w.])(?:{known})(?![\w.])", lambda found: labels[found.group()], text)
