"""Turns cells of a foreign file into the text of our columns, as a mapping declares it and not a step further.

A cell that the declaration does not cover becomes a refused one, which carries what was found in the file and what the
mapping wanted there; the rows' reader makes a fault of it. No cell becomes another figure than it shows.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from evidence.core.values import decimal_to_text
from evidence.intake.faults import shown
from evidence.intake.mapping_document import Filling
from evidence.intake.table import Cell, Typed
from evidence.intake.templates import Column, Sort

TEXT = "text"
_FIGURES = (Sort.AMOUNT, Sort.WHOLE)
_BLANKS = "[ \u00a0\u202f\u2009]"
"""What programs write for a blank between groups of digits: common, unbreakable, narrow."""

_TOKENS = {
    "YYYY": "(?P<year>[0-9]{4})",
    "YY": "(?P<short>[0-9]{2})",
    "MM": "(?P<month>0[1-9]|1[0-2])",
    "M": "(?P<month>1[0-2]|[1-9])",
    "DD": "(?P<day>[0-3][0-9])",
    "D": "(?P<day>[1-3][0-9]|[1-9])",
    "hh": "(?:[01][0-9]|2[0-3])",
    "mm": "[0-5][0-9]",
    "ss": "[0-5][0-9](?:[.,][0-9]{1,6})?",
}
_TOKEN = re.compile("YYYY|YY|MMM|MM|M|DD|D|hh|mm|ss")

Fill = Callable[[Sequence[Cell]], Cell]
Step = Callable[[str], str]


class Undeclared(Exception):
    """The cell is not as the mapping says; carries what the mapping wanted."""

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted


def filler(column: Column, filling: Filling, tables: Mapping[str, Mapping[str, str]]) -> Fill:
    """What makes a cell of `column` of the cells that `filling` names, in their order."""
    if filling.constant is not None:
        constant = filling.constant
        return lambda _cells: constant
    convert, piece = _converter(column, filling, tables), _piece(filling)
    takes_typed, single = _typed_taker(column, filling), filling.join is None

    def fill(cells: Sequence[Cell]) -> Cell:
        cell = cells[0]
        if single and not isinstance(cell, str):
            taken = takes_typed(cell)
            if taken is not None:
                return taken
        if single and isinstance(cell, str):
            was, text = cell, cell.strip()
        else:
            refused = next((each for each in cells if isinstance(each, Typed) and each.sort == "refused"), None)
            if refused is not None:
                return refused
            was = " | ".join(original(each) for each in cells)
            text = ""
        try:
            if not single:
                text = _joined([original(each).strip() for each in cells], filling)
            elif not text and isinstance(cell, Typed):
                text = cell.text
            value = convert(piece(text))
        except Undeclared as fault:
            return Typed(shown(was), "refused", fault.wanted, was)
        return value if value == was else Typed(value, TEXT, "", was)

    return fill


def original(cell: Cell) -> str:
    """The text of a cell as the file has it."""
    return cell if isinstance(cell, str) else cell.was or cell.text


def _joined(texts: Sequence[str], filling: Filling) -> str:
    filled = [text for text in texts if text]
    if filled and len(filled) < len(texts) and not filling.gaps:
        raise Undeclared(f"each of {filling.theirs} filled, or none; 'gaps = true' leaves empty ones out")
    return (filling.join or "").join(filled)


def _piece(filling: Filling) -> Step:
    """Cuts the part out of a cell and takes declared marks off it."""
    split, part, missing = filling.split, filling.part, filling.missing
    leading, trailing, empty = filling.leading, filling.trailing, filling.empty

    def piece(text: str) -> str:
        if split is not None and part is not None and text:
            parts = text.split(split)
            if len(parts) >= part:
                text = parts[part - 1].strip()
            elif missing is not None:
                text = missing
            else:
                raise Undeclared(f"{part} parts separated by {split!r}; 'missing' says what stands for one that lacks")
        for mark in leading:
            if text.startswith(mark):
                text = text[len(mark) :].lstrip()
                break
        for mark in trailing:
            if text.endswith(mark):
                text = text[: -len(mark)].rstrip()
                break
        return empty if not text and empty is not None else text

    if split is None and not leading and not trailing and empty is None:
        return lambda text: text
    return piece


def _converter(column: Column, filling: Filling, tables: Mapping[str, Mapping[str, str]]) -> Step:
    """Turns the text of a cell that is not empty into ours."""
    if filling.table is not None:
        convert = _by_table(filling.table, tables[filling.table])
    elif column.sort in _FIGURES:
        convert = _figure(filling)
    elif filling.date is not None:
        convert = _date(filling)
    else:
        convert = _text(filling)
    ours = {filling.missing, filling.empty} - {None, ""}  # written as ours already
    return lambda text: text if not text or text in ours else convert(text)


def _by_table(name: str, table: Mapping[str, str]) -> Step:
    wanted = f"a value that table {name} of the mapping lists: {', '.join(map(shown, list(table)[:12]))}"
    wanted += f" and {len(table) - 12} more" if len(table) > 12 else ""

    def look_up(text: str) -> str:
        try:
            return table[text]
        except KeyError as error:
            raise Undeclared(wanted) from error

    return look_up


def _text(filling: Filling) -> Step:
    out, separator = str.maketrans("", "", filling.without), filling.separator

    def convert(text: str) -> str:
        if separator is not None:
            parts = [part.strip() for part in text.split(separator)]
            if any(";" in part for part in parts):
                raise Undeclared(f"values separated by {separator!r}, none with a semicolon in it")
            text = ";".join(part for part in parts if part)
        return text.translate(out) if out else text

    return convert


def _figure(filling: Filling) -> Step:
    """Reads a figure with the marks declared; by default as we write it."""
    mark, group = filling.decimal or ".", filling.grouping
    between = _BLANKS if group == " " else re.escape(group) if group else ""
    whole = f"[1-9][0-9]{{0,2}}(?:{between}[0-9]{{3}})+|0|[1-9][0-9]*" if group else "0|[1-9][0-9]*"
    form = re.compile(f"({whole})(?:{re.escape(mark)}([0-9]+))?")
    gaps = re.compile(between) if group else None
    place = filling.negative or "before"
    example = {" ": "1 234", None: "1234"}.get(group, f"1{group}234") + mark + "50"
    example = {"before": example, "after": f"{example}-", "brackets": f"({example})"}[place]
    wanted = f"a figure such as {example}, as the mapping says"
    if filling.decimal is None and group is None:
        wanted = "a figure such as 1234.50, since the mapping declares no other decimal or grouping mark"
    scale = filling.factor

    def convert(text: str) -> str:
        if filling.percent is not None:
            if not text.endswith("%"):
                raise Undeclared(f"{wanted}, with % after it")
            text = text[:-1].rstrip()
        minus, bare = _sign(text, place)
        found = form.fullmatch(bare) if len(bare) <= 60 else None
        if found is None:
            raise Undeclared(wanted)
        digits = gaps.sub("", found[1]) if gaps else found[1]
        figure = f"{minus}{digits}.{found[2]}" if found[2] else minus + digits
        if filling.percent == "share":
            figure = _times(figure, Decimal("0.01"))
        return figure if scale is None else _times(figure, scale)

    return convert


def _sign(text: str, place: str) -> tuple[str, str]:
    """A minus where the mapping says that one stands, and the figure without it."""
    if place == "before" and text.startswith("-"):
        return "-", text[1:]
    if place == "after" and text.endswith("-"):
        return "-", text[:-1]
    if place == "brackets" and text.startswith("(") and text.endswith(")"):
        return "-", text[1:-1]
    return "", text


def _times(figure: str, scale: Decimal) -> str:
    """A product, exact: the digits of both together are kept."""
    one, other = Decimal(figure), scale
    exponent = int(one.as_tuple().exponent) + int(other.as_tuple().exponent)
    sign = "-" if one.is_signed() != other.is_signed() else ""
    product = _digits(one) * _digits(other)
    return decimal_to_text(Decimal(f"{sign}{product}e{exponent}"))


def _digits(figure: Decimal) -> int:
    return int("".join(map(str, figure.as_tuple().digits)))


def _date(filling: Filling) -> Step:
    form = filling.date or ""
    pattern, end = "", 0
    for token in _TOKEN.finditer(form):
        names = "|".join(re.escape(name) for name in sorted(filling.months or (), key=len, reverse=True))
        pattern += re.escape(form[end : token.start()]) + (_TOKENS.get(token[0]) or f"(?P<name>{names})")
        end = token.end()
    shape = re.compile(pattern + re.escape(form[end:]), re.ASCII)
    months = {name: number for number, name in enumerate(filling.months or (), 1)}
    wanted = f"a date of the form {form}, as the mapping says"

    def convert(text: str) -> str:
        found = shape.fullmatch(text)
        if found is None:
            raise Undeclared(wanted)
        told: dict[str, Any] = found.groupdict()
        year = int(told["year"] if "year" in told else f"{filling.century}{told['short']}")
        month = months[told["name"]] if "name" in told else int(told["month"])
        try:
            day = date(year, month, int(told.get("day") or 1))
        except ValueError as error:
            raise Undeclared(f"{wanted}, and a day that exists") from error
        return day.isoformat() if "day" in told else f"{year:04}-{month:02}"

    return convert


def _typed_taker(column: Column, filling: Filling) -> Callable[[Typed], Cell | None]:
    """What a cell that a spreadsheet typed becomes; None where it is taken as its text."""
    scale = filling.factor

    def take(cell: Typed) -> Cell | None:
        if cell.sort == "refused":
            return cell
        if filling.table is not None:
            return None  # looked up like any text
        if cell.sort == "moment" and filling.time is not None:
            cell = Typed(cell.text[:10], "date", "", cell.text)
        if cell.sort == "percent" and filling.percent is not None:
            text = cell.text if filling.percent == "share" else _times(cell.text, Decimal(100))
            return Typed(text, "number", "", f"{_times(cell.text, Decimal(100))} %")
        if (
            cell.sort == "date"
            and column.sort is not Sort.DATE
            and filling.date is not None
            and "D" not in filling.date
        ):
            return Typed(cell.text[:7], TEXT, "", cell.text)
        if cell.sort == "number" and column.sort in _FIGURES and (filling.part or 1) == 1:
            return cell if scale is None else Typed(_times(cell.text, scale), "number", "", cell.text)
        if cell.sort == "number" and filling.numbers is not None:
            whole = cell.text.isdecimal()
            return None if whole else Typed(cell.text, "refused", "a whole number, as the mapping says of its codes")
        if cell.sort == "number" and filling.split is not None and filling.missing is not None:
            return None  # has no other part: `missing` speaks
        return cell

    return take
