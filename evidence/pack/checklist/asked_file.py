"""What a checklist item is looked for in, and how each sort of way is looked for.

Whoever asks gets back where a thing is shown and what it lacks, in whole sentences. A thing that one line of the pack
has and another lacks is lacking: nothing is taken for shown because something like it is there.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

from evidence.core.statements.base import Statement
from evidence.core.statements.certification import CertificationOfOrigin
from evidence.core.statements.cost import CostPools, Costs
from evidence.core.statements.purchase import PurchaseLine
from evidence.pack.contents import contents as c
from evidence.pack.contents.crosswalk import analysis_of, certification_of, holds
from evidence.pack.contents.links import Exhibits
from evidence.pack.gathered.asked_items import Way, documents_of
from evidence.pack.gathered.exhibits import ExhibitFact
from evidence.pack.gathered.facts import EntryLine, Facts, SnapshotFact
from evidence.pack.gathered.numbering import exhibit_number
from evidence.pack.words.language import _, _n
from evidence.register.queries import Known

LISTED = 6
_BOOKED: Final = frozenset({Costs.kind, CostPools.kind})
_RECORDED_BY: Final[dict[str, Callable[[PurchaseLine], object]]] = {
    "purchase order": lambda line: line.order,
    "purchase invoice": lambda line: line.invoice,
    "goods receipt": lambda line: line.receipt,
    "proof of payment": lambda line: line.payment_reference and line.paid_on,
}
"""The field of a purchase line that names a document of each sort."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a thing is shown, and what it lacks: a sentence each; nothing where it is whole.

    Attributes:
        whose: who answers for what it lacks, where that is not who the checklist names.
        due: the day by which it is wanted, where a record of this thing sets one.
        due_by: what sets it.
    """

    shown_at: tuple[c.Link, ...] = ()
    lacking: tuple[str, ...] = ()
    whose: str = ""
    due: date | None = None
    due_by: str = ""


def some(names: Iterable[str]) -> str:
    """The first names of a list, and how many more there are."""
    listed = list(dict.fromkeys(names))
    if len(listed) <= LISTED:
        return ", ".join(listed)
    more = len(listed) - LISTED
    return _n("{names} and {count} more", "{names} and {count} more", more, names=", ".join(listed[:LISTED]))


@dataclass(frozen=True)
class File:
    """What an item is looked for in: the facts of a pack, its crosswalk, and the numbers of its exhibits."""

    facts: Facts
    crosswalk: c.CrosswalkPage
    exhibits: Exhibits

    @cached_property
    def deciding(self) -> tuple[SnapshotFact, ...]:
        """The analyses that the lines rest on; where no line has one, every one."""
        of_lines = [analysis_of(self.facts, line) for line in self.facts.lines]
        return tuple(fact for fact in self.facts.snapshots if fact in of_lines) or tuple(self.facts.snapshots)

    @cached_property
    def countries(self) -> frozenset[str]:
        """Where the goods were imported."""
        return frozenset(line.entry.value.country for line in self.facts.lines)

    @cached_property
    def pages(self) -> dict[str, c.Link]:
        """The places of the report that exist."""
        return _pages(self.facts)

    def place_of(self, fact: SnapshotFact) -> c.Link:
        """The worksheet of an analysis."""
        place = self.facts.snapshots.index(fact) + 1
        return c.Link(_("Worksheet {number}", number=place), f"worksheet-{place}")

    def statements(self, kind: type[Statement]) -> list[tuple[int, Any]]:
        """The statements of a kind in the pack, by their entries."""
        entries = [(seq, entry) for seq, entry in self.facts.entries.items() if entry.kind == kind.kind]
        return [(seq, entry.statement) for seq, entry in entries if isinstance(entry.statement, kind)]

    def behind(self, seq: int) -> tuple[c.Link, ...]:
        """The exhibits behind an entry; the entry itself where none is."""
        return self.exhibits.behind_any(seq)[:LISTED] or (c.Link(f"#{seq}"),)

    def titled(self, words: str, refs: frozenset[str] | None = None) -> tuple[list[int], list[int]]:
        """The exhibits that are what the words say, as numbers: those in the pack, and those withheld.

        Args:
            refs: only those that stand behind one of these entries or lines.
        """
        found = [
            exhibit
            for exhibit in self.facts.exhibits
            if _is(exhibit, words) and (refs is None or not refs.isdisjoint(exhibit.supports))
        ]
        numbers = [(self.exhibits.number(exhibit.receipt.seq), exhibit.withheld) for exhibit in found]
        return [number for number, sealed in numbers if not sealed], [number for number, sealed in numbers if sealed]

    def certification_of(self, line: EntryLine) -> Known[CertificationOfOrigin] | None:
        """The certification that the claim on a line names, or that names its good, for that importation."""
        known = certification_of(self.facts, line)
        return known if known is not None and holds(known.value, line) else None

    def name_of(self, line: EntryLine) -> str:
        """A customs entry line, as a sentence names it; what is not entered yet, by its invoice."""
        if self.facts.ahead:
            return _("invoice {invoice}, line {line}", invoice=line.line.invoice, line=line.line.invoice_line)
        return _("{entry}, line {line}", entry=line.entry.value.number, line=line.line.line)


def _is(exhibit: ExhibitFact, words: str) -> bool:
    """Whether a document is what the words say; the data that a statement was read from is not the document itself.

    It is what its receipt says; where that says nothing, what the statement that names it is of.
    """
    if exhibit.title.endswith(" data"):
        return False
    role = exhibit.receipt.value.role or exhibit.title.partition(",")[0]
    return words.lower() in documents_of(role)


def _pages(facts: Facts) -> dict[str, c.Link]:
    """The places of the report that exist, under the names that the data gives them."""
    found = {"opening": _("page one"), "exhibits": _("exhibits index"), "annex": _("annex")}
    found |= {"crosswalk": _("crosswalk"), "transport": _("transport and entry"), "production": _("production")}
    found |= {"corrections": _("corrections"), "support": _("suppliers' support")}
    if facts.certifications:
        found |= {"certification-1": _("certification"), "authority": _("signer's authority and time held")}
    if facts.averages:
        found["average-1"] = _("average")
    pages = {name: c.Link(words, name) for name, words in found.items()}
    for place, fact in enumerate(facts.snapshots, 1):  # the last of them, since an earlier one may have no such page
        sheet = fact.worksheet
        pages["schedule"] = c.Link(_("material schedule"), f"schedule-{place}")
        pages["rule"] = c.Link(_("rule applied"), f"rule-{place}")
        if any(ref.kind in _BOOKED for ref in sheet.inputs):
            pages["tie"] = c.Link(_("books beneath the worksheet"), f"tie-{place}")
        if sheet.materials:
            pages["purchases"] = c.Link(_("from purchase to payment"), f"purchases-{place}")
    return pages


def on_page(way: Way, file: File) -> Seen:
    """A place of the report."""
    found = file.pages.get(way.name)
    if found is not None:
        return Seen((found,))
    lacking = {
        "certification-1": _("No certification of origin is on record."),
        "authority": _("No certification of origin is on record."),
        "average-1": _("No average is in the pack."),
        "tie": _("No costs are on record."),
    }
    return Seen(lacking=(lacking.get(way.name, _("No origin analysis is on record.")),))


def of_kind(way: Way, file: File) -> Seen:
    """Statements of a kind."""
    seqs = [seq for seq, entry in file.facts.entries.items() if entry.kind == way.name]
    if not seqs:
        return Seen(lacking=(_("No statement of this kind is on record: {what}.", what=_(way.name.replace("-", " "))),))
    return Seen(tuple(dict.fromkeys(link for seq in seqs for link in file.behind(seq)))[:LISTED])


def as_exhibit(way: Way, file: File) -> Seen:
    """A document, whatever it stands behind."""
    return _document(way, file, None)


def of_each_shipment(way: Way, file: File) -> Seen:
    """A document of every shipment, or of the customs entry that entered it."""
    groups = []
    for known in file.facts.shipments:
        lines = [line.entry.ref for line in file.facts.lines if line.shipment and line.shipment.seq == known.seq]
        groups.append((known.value.number, frozenset({known.ref, *lines})))
    return _of_each(way, file, groups)


def of_each_entry(way: Way, file: File) -> Seen:
    """A document of every customs entry."""
    if file.facts.ahead:
        return Seen(lacking=(_("The goods are not entered yet."),))
    entries = {line.entry.value.number: frozenset({line.entry.ref}) for line in file.facts.lines}
    return _of_each(way, file, list(entries.items()))


def of_each_certification(way: Way, file: File) -> Seen:
    """A document of every certification of origin; that there is none is for another question to say."""
    named = [(known.value.number, frozenset({known.ref})) for known in file.facts.certifications]
    return _of_each(way, file, named) if named else Seen()


def _of_each(way: Way, file: File, groups: Sequence[tuple[str, frozenset[str]]]) -> Seen:
    if not groups:
        return Seen(lacking=(_("No {document} is on file.", document=_(way.name)),))
    found = [(name, _document(way, file, refs)) for name, refs in groups]
    shown = tuple(dict.fromkeys(link for _name, seen in found for link in seen.shown_at))
    wanting = [(name, seen) for name, seen in found if seen.lacking]
    if wanting and len(groups) > 1:
        names = some(name for name, _seen in wanting)
        return Seen(shown, (_("No {document} is on file of {names}.", document=_(way.name), names=names),))
    return Seen(shown, tuple(lack for _name, seen in wanting for lack in seen.lacking))


def _document(way: Way, file: File, refs: frozenset[str] | None) -> Seen:
    shown, sealed = file.titled(way.name, refs)
    if shown:
        return Seen(tuple(file.exhibits.link(number) for number in shown[:LISTED]))
    if sealed:
        numbers = some(exhibit_number(number) for number in sealed)
        return Seen(
            lacking=(_("Withheld in this edition, {document}: {numbers}.", document=_(way.name), numbers=numbers),)
        )
    return Seen(lacking=(_("No {document} is on file.", document=_(way.name)),))


def of_purchases(way: Way, file: File) -> Seen:
    """A document of the purchases that the analyses use; the number of one in a purchase line is not the document."""
    refs = frozenset(
        ref.ref for fact in file.facts.snapshots for ref in fact.worksheet.inputs if ref.kind == "purchase"
    )
    seen = _document(way, file, refs)
    recorded, lines = _RECORDED_BY.get(way.name), file.facts.around.purchases
    if not seen.lacking or recorded is None or not lines:
        return seen
    count = sum(bool(recorded(known.value)) for known in lines)
    if not count:
        return seen
    told = _("Its number is recorded on {count} of {all} purchase lines used.", count=count, all=len(lines))
    return Seen(seen.shown_at, (*seen.lacking, told))
