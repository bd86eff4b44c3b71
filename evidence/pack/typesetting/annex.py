"""A report with long listings: its own pages first, the listings' after them, as one file.

The listings are set apart, in parts, side by side (`listing`, `presses`). Merged, every page gets its number, since the
total is known only then; the pages of listings also what stands around all pages of the report. Bookmarks and links
are made anew: those between the report and a listing, and from rows to the report. Equal parts give equal bytes.

Bookmarks are nested, fifty at most beside each other: a validator of signatures goes from one to the next by recursion.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pikepdf
from pikepdf import Array, Dictionary, Name, OutlineItem, Pdf

from evidence.pack.typesetting.listing import PAGE_HEIGHT, POINT, ListedPage, Spot
from evidence.pack.typesetting.stamp import StampFont, stamp

LISTED: Final = "listed/"
"""Begins the address of a link that leads to a row of a listing, until the pages are one file."""
_BESIDE: Final = 50
_RIGHT, _BASELINE, _SIZE = 14.0, 10.72, 7.0  # millimetres from the right and the foot of a page; points
_INK: Final = "0.11 0.192 0.267 rg"


@dataclass(frozen=True, slots=True)
class SetListing:
    """A listing as it was set: its title, the page that all its pages lie over, and its parts with what lies where."""

    title: str
    frame: bytes
    parts: Sequence[bytes]
    pages: Sequence[ListedPage]


def annexed(report: bytes, listings: Sequence[SetListing], numbered: str) -> bytes:
    """The report and its listings as one file.

    Args:
        report: its own pages; their place for the page's number left free.
        listings: in order.
        numbered: how a page's number is written, with the places {page} and {pages}.
    """
    with pikepdf.open(io.BytesIO(report)) as pdf:
        own, begins = len(pdf.pages), []
        for each in listings:
            begins.append(len(pdf.pages))
            _append(pdf, each)
        places = _Places(pdf, listings, begins)
        _bookmark(pdf, listings, begins)
        _lead_to_rows(pdf, own, places)
        _lead_back(pdf, listings, begins, places)
        _number(pdf, numbered)
        made = io.BytesIO()
        pdf.save(made, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return made.getvalue()


def _append(pdf: Pdf, listing: SetListing) -> None:
    first = len(pdf.pages)
    for part in listing.parts:
        with pikepdf.open(io.BytesIO(part)) as opened:
            pdf.pages.extend(opened.pages)
    with pikepdf.open(io.BytesIO(listing.frame)) as opened:
        frame = pdf.copy_foreign(opened.pages[0].as_form_xobject())
    for page in pdf.pages[first:]:
        page.add_resource(frame, Name.XObject, Name.Frame, replace_existing=True)
        page.contents_add(pikepdf.Stream(pdf, b"q /Frame Do Q"), prepend=True)


class _Places:
    """Where each row is, by its anchor."""

    def __init__(self, pdf: Pdf, listings: Sequence[SetListing], begins: Sequence[int]) -> None:
        self._pdf = pdf
        self._spots = {
            spot.to: (number, spot)
            for listing, begin in zip(listings, begins, strict=True)
            for number, page in enumerate(listing.pages, begin)
            for spot in page.anchors
        }

    def get(self, anchor: str) -> Array | None:
        """As what a link leads to."""
        if anchor not in self._spots:
            return None
        number, spot = self._spots[anchor]
        across, up = spot.left / POINT, (PAGE_HEIGHT - spot.top) / POINT
        return Array([self._pdf.pages[number].obj, Name.XYZ, _short(across), _short(up), 0])


def _bookmark(pdf: Pdf, listings: Sequence[SetListing], begins: Sequence[int]) -> None:
    with pdf.open_outline() as outline:
        for listing, begin in zip(listings, begins, strict=True):
            item = OutlineItem(listing.title, begin)
            leaves = [(page.first, number) for number, page in enumerate(listing.pages, begin)]
            item.children.extend(_nested(leaves))
            item.is_closed = True
            outline.root.append(item)


def _nested(leaves: Sequence[tuple[str, int]]) -> Iterator[OutlineItem]:
    """Bookmarks of pages, fifty at most beside each other."""
    if len(leaves) <= _BESIDE:
        yield from (OutlineItem(first, number) for first, number in leaves)
        return
    step = _BESIDE
    while len(leaves) > step * _BESIDE:
        step *= _BESIDE
    for at in range(0, len(leaves), step):
        some = leaves[at : at + step]
        item = OutlineItem(f"{some[0][0]} – {some[-1][0]}", some[0][1])
        item.children.extend(_nested(some))
        item.is_closed = True
        yield item


def _lead_to_rows(pdf: Pdf, own: int, places: "_Places") -> None:
    """Turn the report's links to rows into links within the file."""
    for page in pdf.pages[:own]:
        for link in page.obj.get("/Annots", ()):
            address = str(link.get("/A", Dictionary()).get("/URI", ""))
            if address.startswith(LISTED) and (place := places.get(address.removeprefix(LISTED))) is not None:
                del link["/A"]
                link["/Dest"] = place


def _lead_back(pdf: Pdf, listings: Sequence[SetListing], begins: Sequence[int], places: "_Places") -> None:
    """Links from rows to what the report calls by that name, or to other rows."""
    named = set(_names(pdf))
    for listing, begin in zip(listings, begins, strict=True):
        for number, page in enumerate(listing.pages, begin):
            links = [link for spot in page.links if (link := _link(spot, places, named)) is not None]
            if links:
                pdf.pages[number].obj["/Annots"] = Array([pdf.make_indirect(link) for link in links])


def _names(pdf: Pdf) -> Iterator[str]:
    names = pdf.Root.get("/Names", Dictionary())
    if "/Dests" in names:
        yield from (str(name) for name in pikepdf.NameTree(names.Dests))


def _link(spot: Spot, places: "_Places", named: set[str]) -> Dictionary | None:
    """A link to a place in the file, or to a file beside it; none where neither is there."""
    left, top = spot.left / POINT, (PAGE_HEIGHT - spot.top) / POINT
    right, bottom = left + spot.width / POINT, top - spot.height / POINT
    if spot.to in named:
        leads = Dictionary(Dest=pikepdf.String(spot.to))
    elif (place := places.get(spot.to)) is not None:
        leads = Dictionary(Dest=place)
    elif spot.to.endswith(".pdf"):
        leads = Dictionary(A=Dictionary(S=Name.GoToR, F=pikepdf.String(spot.to), D=Array([0, Name.Fit])))
    elif "/" in spot.to:
        leads = Dictionary(A=Dictionary(S=Name.URI, URI=pikepdf.String(spot.to)))
    else:
        return None
    leads.Type, leads.Subtype = Name.Annot, Name.Link
    leads.Rect = Array([_short(side) for side in (left, bottom, right, top)])
    leads.Border = Array([0, 0, 0])
    leads.F = 4  # printed
    leads.Contents = pikepdf.String(spot.text)
    return leads


def _number(pdf: Pdf, numbered: str) -> None:
    total = len(pdf.pages)
    font = StampFont(pdf, numbered.format(page="0123456789", pages=""))
    for number, page in enumerate(pdf.pages, 1):
        text = numbered.format(page=number, pages=total)
        across = float(page.mediabox[2]) - _RIGHT / POINT - font.width(text, _SIZE)
        where = f"{_short(across)} {_short(_BASELINE / POINT)} Td"
        stamp(
            pdf,
            page,
            f"q BT {_INK} /Number {_SIZE:g} Tf {where} {font.show(text)} Tj ET Q",
            {"Number": (Name.Font, font.object)},
        )


def _short(value: float) -> float:
    return round(value, 2)
