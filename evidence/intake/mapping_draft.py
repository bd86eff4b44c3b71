"""Writes the first draft of a mapping: foreign headings with an example each, laid beside the columns of a template.

What looks alike is written down as a guess, behind a comment mark. It does nothing until a person has looked at it and
taken the mark away, since a column that is wrongly guessed fills the ledger with figures that look right.
"""

import difflib
import re
import unicodedata
from collections.abc import Sequence
from itertools import islice

from evidence.intake.cells import wanted
from evidence.intake.mapping_values import original
from evidence.intake.table import Table, letter
from evidence.intake.templates import Column, Sort, Template

_LIKE = 0.75
"""From which likeness of two names on one is offered as a guess."""
_LONGEST_EXAMPLE = 40
_EXAMPLES_WITHIN = 50

_SAID_ELSEWHERE = {
    "part": "part no, part number, item, material, material number, teilenummer, teil, artikel, artikelnummer, "
    "sachnummer, materialnummer, no de parte, numero de parte, pieza, reference, article",
    "revision": "rev, index, anderungsindex, aenderungsindex, indice",
    "description": "bezeichnung, benennung, beschreibung, descripcion, designation, libelle",
    "quantity": "qty, menge, anzahl, stuckzahl, cantidad, quantite",
    "unit": "uom, um, me, einheit, mengeneinheit, unidad, unite",
    "price": "unit price, preis, einzelpreis, precio, precio unitario, prix, prix unitaire",
    "price_per": "per, pe, preiseinheit, je, por",
    "currency": "curr, wahrung, waehrung, moneda, divisa, devise",
    "order": "po, po number, purchase order, bestellung, bestellnummer, pedido, orden de compra, commande",
    "invoice": "invoice no, rechnung, rechnungsnummer, rechnungsnr, factura, facture",
    "invoice_line": "line, pos, position, linea, partida, ligne",
    "invoiced_on": "invoice date, rechnungsdatum, fecha de factura, date de facture",
    "received_on": "received, receipt date, goods receipt, wareneingang, fecha de recepcion, date de reception",
    "seller": "supplier, vendor, lieferant, kreditor, proveedor, fournisseur",
    "supplier": "vendor, lieferant, kreditor, proveedor, fournisseur",
    "plant": "werk, planta, usine",
    "country": "land, pais, pays",
    "origin_country": "country of origin, coo, ursprungsland, pais de origen, pays d origine",
    "hs_code": "hs, hts, tariff code, zolltarifnummer, fraccion arancelaria, code sh",
}
"""Names that other programs give to such a column, in English, German, Spanish and French, as `_plain` writes them."""


def draft(table: Table, template: Template, file: str, header_rows: Sequence[int] = ()) -> str:
    """The text of a first mapping from `table` to `template`, for a person to finish.

    Nothing in it is active but its name, its template and the table's place in the file; `header_rows` are those that
    its headings were joined from, where that was said.
    """
    rows = list(header_rows) or [table.header_row]
    lines = [
        f"# A draft for {_comment(file)}. Nothing below counts until you take away the '# ' before it.",
        "# What each column of ours takes stands above it; 'a guess' is what its name suggests and nothing more.",
        f'name = "draft-{template.name}"',
        'of_source = "who these files come from"',
        f'template = "{template.name}"',
        *([f"sheet = {_quoted(table.sheet)}"] if table.sheet is not None else []),
        *([f"header_rows = {rows}"] if rows != [1] else []),
        '# decimal = ","          # the decimal mark of its figures, and what groups their digits:',
        '# grouping = "."',
        '# date = "DD.MM.YYYY"    # the one form of its dates',
        '# skip_where = { column = "...", equals = "Total" }',
        "",
        "# Its columns, with an example each. Each is filled from below or stands in this list:",
        "ignore = [",
        *(f"  # {_quoted(name)},  # column {place}; {example}" for name, place, example in _theirs(table) if name),
        "]",
        *(
            f'# ignore_letters = ["{place}"]  # has no heading; {example}'
            for name, place, example in _theirs(table)
            if not name
        ),
        "",
        "[columns]",
    ]
    left = list(table.header)
    for column in sorted(template.columns.values(), key=lambda each: not each.required):
        guess = _guess(column, left)
        lines.append(f"# {'needed' if column.required else 'may be left out'}: {_comment(wanted(column))}")
        key = _quoted(column.name) if "." in column.name else column.name
        if guess is None:
            lines.append(f'# {key} = {{ constant = "..." }}')
        else:
            left.remove(guess)
            lines.append(f"# {key} = {_way(column, guess)}   # a guess: confirm it or put another heading")
    return "\n".join(lines) + "\n"


def _theirs(table: Table) -> list[tuple[str, str, str]]:
    """Heading, letter and an example of each column."""
    examples = [""] * len(table.header)
    for row in islice(table.rows, _EXAMPLES_WITHIN):
        for index, cell in enumerate(row.cells[: len(examples)]):
            examples[index] = examples[index] or original(cell).strip()
    return [
        (name, letter(table.first_column + index), f"such as {_comment(each)}" if each else "empty so far")
        for index, (name, each) in enumerate(zip(table.header, examples, strict=True))
    ]


def _way(column: Column, guess: str) -> str:
    """How the guess is written, with the keys that such a column often needs."""
    if column.sort is Sort.FLAG or column.field in ("unit", "currency"):
        return f'{{ from = {_quoted(guess)}, table = "{column.field}" }}'
    return _quoted(guess)


def _guess(column: Column, headings: Sequence[str]) -> str | None:
    """The heading most like a column's name, where one is like it enough and no other as much."""
    names = [_plain(column.field.replace("_", " "))]
    known = _SAID_ELSEWHERE.get(column.field, "").split(", ")
    scored = []
    for heading in headings:
        plain = _plain(heading)
        likeness = max(difflib.SequenceMatcher(None, plain, name).ratio() for name in names) if plain else 0.0
        if plain in known:
            likeness = 0.9
        scored.append((likeness, heading))
    best = sorted(scored, reverse=True)[:2]
    if not best or best[0][0] < _LIKE or (len(best) == 2 and best[0][0] == best[1][0]):
        return None
    return best[0][1]


def _plain(text: str) -> str:
    bare = "".join(each for each in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(each))
    return " ".join(re.sub("[^a-z0-9]+", " ", bare.replace("'", "")).split())


def _quoted(text: str | None) -> str:
    """A string of TOML; whatever is in it stays in it."""
    out = ""
    for each in text or "":
        if each in '"\\':
            out += f"\\{each}"
        elif each.isprintable():
            out += each
        else:
            out += f"\\u{ord(each):04X}" if ord(each) < 0x10000 else f"\\U{ord(each):08X}"
    return f'"{out}"'


def _comment(text: str) -> str:
    """Text that stays within the comment it stands in."""
    plain = "".join(each if each.isprintable() else " " for each in text)
    return plain if len(plain) <= _LONGEST_EXAMPLE * 4 else f"{plain[: _LONGEST_EXAMPLE * 4]} ..."
