"""Names for print: what a worksheet calls by a short name, in words that a reader of the law knows."""

import re
from collections.abc import Callable, Sequence

from evidence.origin.worksheet import Cell, LawRef, Worksheet
from evidence.pack.contents.contents import Link
from evidence.pack.contents.links import lower_first
from evidence.pack.words.language import Told, _, joined, marked, quoted
from evidence.pack.words.recorded import cited, recorded
from evidence.pack.words.shown import in_percent

_CHOICES = {
    "total-cost period": marked("Total-cost period"),
    "several suppliers": marked("A material from several suppliers, some of them without support"),
    "threshold-date-event": marked("Which day selects the dated threshold"),
    "core-part way": marked("How the content of a core part is computed"),
    "core-roll-up-reading": marked("Core parts in the content of the vehicle"),
    "core-ways-combined": marked("Different ways for different core parts of one vehicle"),
    "core-average-bound": marked("An average of core parts at the percentage itself"),
    "averaging-across-a-step": marked("The percentage of an average over days with several"),
    "transitional-periods-of-heavy-trucks": marked("The optional averaging periods of heavy trucks"),
    "table-d-tariff-shift": marked("Whether a tariff change alone is enough for a part of Table D"),
    "table-e-tariff-shift": marked("Whether a tariff change alone is enough for a part of Table E"),
    "heavy-radiator-exhaust-series": marked("Percentages of radiators and exhaust systems of heavy trucks"),
    "cells-classification": marked("Subheading of lithium-ion cells"),
    "ev-concordance": marked("An electric car under HS 2012"),
    "steel period": marked("Purchases of steel: the period"),
    "steel scope": marked("Purchases of steel: the vehicles that they are for"),
    "aluminum period": marked("Purchases of aluminum: the period"),
    "aluminum scope": marked("Purchases of aluminum: the vehicles that they are for"),
    "steel-melt-day": marked("Which steel stands under the rule of melting and pouring"),
    "labor-transport": marked("High-wage transport in the formulas of labor value content"),
    "assembly-capacity": marked("Capacity that counts for the assembly credit"),
    "heavy-credit-floor": marked("The floor of 60 percent and the heavy-truck credit"),
    "first-wage-certificate": marked("The period that a plant's first wage certificate covers"),
    "vehicle-certification-addressee": marked("With whose authority a vehicle certification must be filed"),
}
_OPTIONS = {
    "worst case": marked("worst case: one purchase without support makes the whole count"),
    "proration by purchases": marked("in proportion to the quantities bought"),
    "actual lots": marked("by the lots that were issued"),
    "inventory method": marked("by what the stock issued, as its method tells"),
    "production": marked("day of production"),
    "export": marked("day of export"),
    "entry": marked("day of entry"),
    "I-ALL": marked("each part, on all its materials (I-ALL)"),
    "I-COL2": marked("each part, on column 2 components (I-COL2)"),
    "S-ALL": marked("all together, on all materials (S-ALL)"),
    "S-COL2": marked("all together, on column 2 components (S-COL2)"),
    "each-its-own": marked("each part by the way elected for it"),
    "one-way": marked("all parts by one way"),
    "us": marked("reading of the United States"),
    "panel": marked("the panel's reading"),
    "rvc-required": marked("content required"),
    "shift-suffices": marked("tariff change enough"),
    "canada": marked("as the Canadian text prints them"),
    "united-states": marked("as the text of the United States prints them"),
    "as certified": marked("as the certification on file was calculated"),
    "all vehicles": marked("all vehicles that the producer makes"),
    "plant": marked("the plant of the vehicle"),
    "test": marked("all of it, from the day that selects the threshold"),
    "purchase": marked("what was bought from the day of the rule on"),
    "8703.90": marked("read as 8703.90"),
    "none": marked("no rule until confirmed"),
    "strictest": marked("the highest percentage in force within the period"),
    "first-day": marked("the percentage of the first day of the period"),
    "exceeds": marked("the average must be above the percentage"),
    "not-less-than": marked("the average must not be below the percentage"),
}
_USES = {
    "vehicle": marked("vehicle"),
    "oe-light": marked("original equipment of a light vehicle"),
    "oe-heavy": marked("original equipment of a heavy truck"),
    "other-vehicle": marked("original equipment of another vehicle"),
    "aftermarket": marked("aftermarket part"),
}

_GRADES = {
    "none": marked("none"),
    "self-stated": marked("self-stated"),
    "signed": marked("signed"),
    "document-backed": marked("document-backed"),
    "payment-backed": marked("payment-backed"),
    "visit-verified": marked("visit-verified"),
}


def grade(name: str) -> str:
    """A grade of support, in words."""
    return _(_GRADES[name]) if name in _GRADES else recorded(name)


def criterion(sheet: Worksheet) -> str:
    """The origin criterion that an analysis came to; that there is none, in words."""
    return _("none") if sheet.criterion == "none" else sheet.criterion


def choice(name: str) -> str:
    """A choice that the law leaves open, in words."""
    return _(_CHOICES[name]) if name in _CHOICES else recorded(name[:1].upper() + name[1:])


def option(name: str) -> str:
    """What is chosen, in words."""
    return _(_OPTIONS[name]) if name in _OPTIONS else recorded(name)


def use(name: str) -> str:
    """What a good is for, in words."""
    return _(_USES[name]) if name in _USES else recorded(name.replace("_", " "))


def label(cell: Cell) -> tuple[str, str]:
    """A cell's label without the part that it is of, and that part; empty where it is of the good."""
    found = _OF_PART.search(cell.label)
    if found is None:
        return recorded(cell.label), ""
    return recorded(cell.label[: found.start()] + cell.label[found.end() :]), found[1]


def threshold(law: LawRef) -> str:
    """The percentage that a text of law asks for, or its words, without what it adds in brackets."""
    said = law.text.partition(" (")[0]
    found = _AT_LEAST.fullmatch(said)
    return _("at least {share}", share=in_percent(found[1])) if found else recorded(said)


def words_of(law: LawRef) -> str:
    """The words of a text of law; what it adds in brackets is printed as recorded."""
    found = _AT_LEAST.fullmatch(law.text)
    if found is None:
        return quoted(law.text)
    return joined("", (threshold(law), " (", quoted(found[2]), ")")) if found[2] else threshold(law)


def section(citation: str) -> str:
    """The section of a figure's text of law, without the regulations, which the page names once.

    What is said of a section is said in the language in force where the whole of it has a form; terms of the text
    itself are left in its words.
    """
    plain = citation.removeprefix("19 CFR 182 App A and SOR/2020-155, ")
    said = recorded(plain)
    return cited(plain) if isinstance(said, Told) else said


def formula(cell: Cell, cells: Sequence[Cell], anchors: Callable[[str], str]) -> tuple[Link, ...]:
    """The formula of a cell in pieces: each cell in it by its label, leading to its place."""
    others = {each.id: each for each in cells}
    names = _named(cells)
    pieces: list[Link] = []
    said = _formula(cell.formula, names)
    for piece in re.split(rf"(?<![\w.])({names})(?![\w.])", str(said)):
        if piece in others:
            pieces.append(Link(lower_first(label(others[piece])[0]), anchors(piece)))
        elif piece:
            pieces.append(Link(quoted(piece) if isinstance(said, Told) else piece))
    return tuple(pieces)


def formula_by_cells(cell: Cell, cells: Sequence[Cell]) -> str:
    """The formula of a cell with the cells in it by their ids."""
    return _formula(cell.formula, _named(cells))


def _named(cells: Sequence[Cell]) -> str:
    """A pattern of the ids of cells, the longest first."""
    return "|".join(re.escape(each.id) for each in sorted(cells, key=lambda each: len(each.id), reverse=True))


def _formula(text: str, names: str) -> str:
    """The words of a formula in the language in force; the cells in it stand in for themselves."""
    said = recorded(text)
    if not isinstance(said, Told):
        return said
    cells: list[str] = []

    def kept(found: re.Match[str]) -> str:
        cells.append(found[0])
        return f"C_{len(cells)}"

    masked = recorded(re.sub(rf"(?<![\w.])(?:{names})(?![\w.])", kept, text))
    plain = re.sub(r"C_(\d+)", lambda found: cells[int(found[1]) - 1], str(masked))
    return quoted(plain) if isinstance(masked, Told) else plain


def reading(text: str) -> str:
    """A citation that begins with the reading taken, ``name=option: source``, with both in words."""
    found = _READING.match(text)
    if found is None:
        return cited(text)
    return _("{choice}: {option}. {source}", choice=choice(found[1]), option=option(found[2]), source=quoted(found[3]))


_AT_LEAST = re.compile(r">= ([\d.]+) percent(?: \((.*)\))?")
_OF_PART = re.compile(r" of (M[0-9]+ \S+)")
_READING = re.compile(r"([a-z][a-z-]+)=([\w.-]+): (.*)")
