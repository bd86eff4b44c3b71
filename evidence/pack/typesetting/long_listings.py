"""Which tables of a report are too long for it, and how they are written as listings after it.

The report itself then shows the first rows and says where all of them are. Nothing is left out: a listing has every row
in the order of the table, with the same words and figures.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from evidence.pack.contents import contents as c
from evidence.pack.typesetting.listing import Column, ListedRow, Listing
from evidence.pack.typesetting.restricted import RestrictedContents
from evidence.pack.words import shown
from evidence.pack.words.language import _
from evidence.pack.words.recorded import recorded

LONG: Final = 1_000
"""Rows of a table from which on it goes into a listing."""
_SHOWN: Final = 40
"""Rows of it that stay in the report."""
_Found = tuple[str, str, tuple[Column, ...], tuple[ListedRow, ...]]  # a table's anchor, title, columns, rows


@dataclass(frozen=True, slots=True)
class Cut:
    """A table of which the report shows the first rows: how many there are, and where."""

    rows: int
    where: str


@dataclass(frozen=True, slots=True)
class Divided:
    """A report with its long tables cut, and the listings that have them whole, by the anchor of the table's place."""

    contents: c.Contents | RestrictedContents
    listings: tuple[tuple[str, Listing], ...]

    def notes(self) -> dict[str, "Cut"]:
        """What the report says beneath each table that was cut."""
        return {
            anchor: Cut(
                len(listing.rows),
                _(
                    "The first {some} of {all} rows. All of them are in listing {number}, which follows this report's "
                    "own pages.",
                    some=_SHOWN,
                    all=len(listing.rows),
                    number=number,
                ),
            )
            for number, (anchor, listing) in enumerate(self.listings, 1)
        }

    def listed_only(self) -> frozenset[str]:
        """The anchors of rows that the report itself no longer has."""
        return frozenset(
            row.anchor for _anchor, listing in self.listings for row in listing.rows[_SHOWN:] if row.anchor
        )


def divided(whole: c.Contents | RestrictedContents, long: int = LONG) -> Divided:
    """The report with every table of more than `long` rows cut to its first rows."""
    found: list[_Found] = []
    cut: c.Contents | RestrictedContents = whole
    if isinstance(cut, c.Contents) and len(cut.crosswalk.rows) > long:
        title = _("Crosswalk: from each unit to its customs entry line")
        found.append(("crosswalk", title, _unit_columns(), tuple(map(_unit, cut.crosswalk.rows))))
        cut = replace(cut, crosswalk=replace(cut.crosswalk, rows=cut.crosswalk.rows[:_SHOWN]))
    files = {row.anchor: row.path for row in whole.exhibits if row.path}
    schedules = []
    for page in whole.schedules:
        if len(page.lines) > long:
            rows = tuple(_material(line, files) for line in page.lines)
            found.append((page.anchor, page.title, _material_columns(page.currency), rows))
            schedules.append(replace(page, lines=page.lines[:_SHOWN]))
        else:
            schedules.append(page)
    cut = replace(cut, schedules=tuple(schedules))
    if len(cut.exhibits) > long:
        found.append(("exhibits", _("Exhibits index"), _exhibit_columns(), tuple(map(_exhibit, cut.exhibits))))
        cut = replace(cut, exhibits=cut.exhibits[:_SHOWN])
    if isinstance(cut, c.Contents) and len(cut.annex.custody) > long:
        title = _("Custody: the ledger entries in this pack")
        found.append(("annex", title, _custody_columns(), tuple(map(_custody, cut.annex.custody))))
        cut = replace(cut, annex=replace(cut.annex, custody=cut.annex.custody[:_SHOWN]))
    listings = tuple(
        (anchor, Listing(_("Listing {number}. {title}", number=number, title=title), columns, rows))
        for number, (anchor, title, columns, rows) in enumerate(found, 1)
    )
    return Divided(cut, listings)


def _material_columns(currency: str) -> tuple[Column, ...]:
    return (
        Column(_("No."), 6),
        Column(_("Material"), 36),
        Column(_("Code"), 13),
        Column(_("Quantity"), 10, right=True),
        Column(_("Value, {currency}", currency=currency), 13, right=True),
        Column(_("Status"), 15),
        Column(_("Counted"), 13, right=True),
        Column(_("Support on file: supplier, declaration, grade, exhibits"), 63),
    )


def _material(line: c.MaterialLine, files: Mapping[str, str]) -> ListedRow:
    part = f"{'  ' * (line.level - 1)}{line.part} {line.description}"
    counted = _("unknown") if line.counted is None else shown.money(line.counted)
    if line.within and line.counted_within:
        counted += " " + _("{value} in {part}", value=shown.money(line.counted_within), part=line.within)
    supports = "; ".join([*_supports(line), *([line.reason] if line.reason else [])])
    return ListedRow(
        (
            line.id or str(line.number),
            part + ("; " + _("in {part}", part=line.parent) if line.parent else ""),
            shown.dotted(line.code),
            f"{shown.number(line.quantity)} {line.unit}",
            _("unknown") if line.value is None else shown.money(line.value),
            line.status,
            counted,
            supports,
        ),
        line.anchor,
        tuple(c.Link(link.text, files.get(link.to, link.to)) for support in line.support for link in support.exhibits),
    )


def _supports(line: c.MaterialLine) -> Iterator[str]:
    for support in line.support:
        named = f"{support.declaration}, {support.grade}" if support.declaration else support.grade
        exhibits = "".join(f", {link.text}" for link in support.exhibits)
        reason = f" ({support.reason})" if support.reason else ""
        yield f"{support.supplier}: {named}{exhibits}{reason}"


def _unit_columns() -> tuple[Column, ...]:
    return (
        Column(_("VIN, serial or lot"), 22),
        Column(_("Quantity"), 8, right=True),
        Column(_("Built"), 10),
        Column(_("Plant"), 10),
        Column(_("Bill in force"), 22),
        Column(_("Origin analysis"), 14),
        Column(_("Certification line"), 20),
        Column(_("Invoice line"), 16),
        Column(_("Customs entry line"), 32),
        Column(_("Subheading"), 10),
    )


def _unit(row: c.CrosswalkRow) -> ListedRow:
    line = f"{row.customs_line} {row.broken}" if row.broken else row.customs_line
    return ListedRow(
        (
            row.unit,
            _("unknown") if row.quantity is None else shown.number(row.quantity),
            _("unknown") if row.built_on is None else shown.day(row.built_on),
            row.plant,
            row.bill,
            row.worksheet.text if row.worksheet else _("none"),
            row.certification.text if row.certification else _("none"),
            row.invoice,
            line,
            row.subheading,
        ),
        links=tuple(link for link in (row.worksheet, row.certification) if link is not None),
    )


def _exhibit_columns() -> tuple[Column, ...]:
    return (
        Column(_("No."), 6),
        Column(_("What it is; name as it came"), 44),
        Column(_("Class, tier"), 14),
        Column(_("Received (basis, by way of, holder)"), 28),
        Column(_("Recorded here"), 20),
        Column(_("File in the pack; size; SHA-256"), 58),
    )


def _exhibit(row: c.ExhibitRow) -> ListedRow:
    about = f": {row.about}" if row.about else ""
    file = row.withheld or f"{row.path}, {shown.size(row.size or 0)} {row.sha256}"
    return ListedRow(
        (
            row.number,
            f"{row.title}{about}; {row.name}",
            f"{recorded(row.document_class)}, {recorded(row.tier)}",
            f"{shown.day(row.received_on)} ({row.received_basis}, {row.channel}, {row.holder})",
            f"{shown.moment(row.recorded_at)} ({row.position}){' ' + _('late') if row.late else ''}",
            file,
        ),
        row.anchor,
        () if row.withheld else (c.Link(row.path, row.path),),
    )


def _custody_columns() -> tuple[Column, ...]:
    return (
        Column(_("Entry"), 22),
        Column(_("Kind"), 26),
        Column(_("Recorded"), 28),
        Column(_("Signed by key"), 24),
        Column(_("About"), 70),
    )


def _custody(row: c.CustodyRow) -> ListedRow:
    first, last = row.recorded[0], row.recorded[-1]
    span = shown.moment(first) if len(row.recorded) == 1 else _("{first} to {last}", first=first, last=last)
    return ListedRow((row.position, row.kind, span, row.actor, row.about))
