"""The checklist: what authorities ask for with a claim of this kind, and where each item stands in the pack.

The items are data (`data/pack_checklist.csv`), each with its citation and mark. An item is shown only where every kind
of statement and every exhibit that it calls for is in the pack; what cannot be decided from that counts as missing, and
so is never printed as there (DESIGN.md section 1).
"""

import csv
import importlib.resources
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from evidence.core.statements.claim import ClaimAction
from evidence.pack import contents as c
from evidence.pack.crosswalk import party
from evidence.pack.exhibits import ExhibitFact
from evidence.pack.facts import Facts
from evidence.pack.gaps import OUR_DESK
from evidence.pack.links import Exhibits
from evidence.pack.numbering import exhibit_number

SHOWN, MISSING, NOT_APPLICABLE = "shown", "missing", "not applicable"
_SETS_OF_VEHICLE = {
    "passenger_vehicle": ("vehicle_rvc", "core_part", "lvc", "steel_aluminium"),
    "light_truck": ("vehicle_rvc", "core_part", "lvc", "steel_aluminium"),
    "heavy_truck": ("heavy_truck", "lvc", "steel_aluminium"),
    "other_vehicle": ("other_vehicle",),
}
_SETS_OF_USE = {"aftermarket": "aftermarket_part"}
_SETS_OF_COUNTRY = {"CA": "import_canada", "MX": "import_mexico"}
_PAGES = {
    "opening": "page one",
    "exhibits": "exhibits index",
    "crosswalk": "crosswalk",
    "annex": "annex",
    "vehicle-certifications": "vehicle certifications",
    "certification-1": "certification",
    "worksheet-1": "worksheet",
    "schedule-1": "material schedule",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One row of the data. `roles` holds groups that are all called for, each a choice of words in a title."""

    set: str
    id: str
    jurisdiction: str
    first: date
    last: date | None
    item: str
    holder: str
    gate: str
    citation: str
    mark: str
    kinds: tuple[str, ...]
    roles: tuple[tuple[str, ...], ...]
    pages: tuple[str, ...]
    probe: str


@cache
def items() -> tuple[Item, ...]:
    """Every item of the packaged checklist, in its order."""
    text = (importlib.resources.files("evidence.pack") / "data" / "pack_checklist.csv").read_text(encoding="utf-8")
    return tuple(
        Item(
            set=row["set"],
            id=row["id"],
            jurisdiction=row["jurisdiction"],
            first=date.fromisoformat(row["first"]),
            last=date.fromisoformat(row["last"]) if row["last"] else None,
            item=row["item"],
            holder=row["holder"],
            gate=row["gate"],
            citation=row["citation"],
            mark=row["mark"],
            kinds=_split(row["kinds"]),
            roles=tuple(tuple(group.split("|")) for group in _split(row["roles"])),
            pages=_split(row["pages"]),
            probe=row["probe"],
        )
        for row in csv.DictReader(io.StringIO(text, newline=""), strict=True)
    )


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split(";") if part)


def checklist(
    facts: Facts, crosswalk: c.CrosswalkPage, exhibits: Exhibits, owners: Mapping[str, str]
) -> c.ChecklistPage:
    """The page: common items and those of the claim's sets.

    Args:
        owners: who answers for a missing item, by the holder that the data names.
    """
    sets = _sets(facts)
    countries = {line.entry.value.country for line in facts.lines}
    pack = _Pack(facts, crosswalk, exhibits)
    return c.ChecklistPage(
        sets=tuple(name.replace("_", " ") for name in sets),
        rows=tuple(
            _row(item, pack, owners)
            for item in items()
            if item.set in sets and (item.jurisdiction == "any" or item.jurisdiction in countries)
        ),
    )


def owners_of(facts: Facts, organisation: str) -> dict[str, str]:
    """Who answers for what is missing, by the holder that the data names."""
    found = {"system": OUR_DESK}
    importers = [party(facts, line.entry.value.importer) for line in facts.lines]
    makers = [known.value.certifier.name for known in facts.certifications]
    exporters = [party(facts, known.value.exporter) for known in facts.shipments]
    for holder, names in (("importer", importers), ("exporter", exporters), ("certifier", makers)):
        found[holder] = ", ".join(dict.fromkeys(names)) or organisation
    for holder in ("producer", "vehicle producer", "part producer", "plant operator"):
        found[holder] = found["certifier"]
    return found


def is_vehicle(facts: Facts) -> bool:
    """Whether an analysis in the pack is of a vehicle of which vehicle certifications are asked."""
    classes = {fact.worksheet.good.vehicle_class for fact in facts.snapshots}
    return bool(classes & {"passenger_vehicle", "light_truck", "heavy_truck"})


def _sets(facts: Facts) -> tuple[str, ...]:
    found = ["common"]
    for fact in facts.snapshots:
        good = fact.worksheet.good
        found += _SETS_OF_VEHICLE.get(good.vehicle_class or "", ())
        if not good.vehicle_class:
            found.append(_SETS_OF_USE.get(good.use, "principal_complementary_part"))
    for line in facts.lines:
        country = line.entry.value.country
        made = [claim.value for claim in line.claims if claim.value.action is ClaimAction.MADE]
        if (
            country == "US"
            and made
            and made[0].decided_on > (line.entry.value.summary_on or line.entry.value.entered_on)
        ):
            found.append("post_importation_1520d")
        found += [_SETS_OF_COUNTRY[country]] if country in _SETS_OF_COUNTRY else []
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class _Pack:
    """What an item is looked for in."""

    facts: Facts
    crosswalk: c.CrosswalkPage
    exhibits: Exhibits

    @property
    def kinds(self) -> set[str]:
        return {entry.kind for entry in self.facts.entries.values()}

    def titled(self, words: tuple[str, ...]) -> list[int]:
        """The numbers of the exhibits that are not withheld and whose title has one of the words."""
        return [
            self.exhibits.number(exhibit.receipt.seq)
            for exhibit in self.facts.exhibits
            if not exhibit.withheld and _is(exhibit, words)
        ]

    def withheld(self, words: tuple[str, ...]) -> list[int]:
        return [
            self.exhibits.number(exhibit.receipt.seq)
            for exhibit in self.facts.exhibits
            if exhibit.withheld and _is(exhibit, words)
        ]


def _is(exhibit: ExhibitFact, words: tuple[str, ...]) -> bool:
    """Whether a document is what the words say; the data that a statement was read from is not the document itself."""
    title = exhibit.title.lower()
    return not title.endswith(" data") and any(word in title for word in words)


def _row(item: Item, pack: _Pack, owners: Mapping[str, str]) -> c.ChecklistRow:
    state, note, links = _state(item, pack)
    if state == MISSING:
        owner = owners.get(item.holder, owners["system"] if item.holder in ("any", "all") else item.holder)
        note = f"{note}. Whose: {owner}; by when: {'on request' if 'on request' in item.gate else 'no date set'}"
    return c.ChecklistRow(
        id=item.id,
        item=item.item,
        state=state,
        shown_at=tuple(links),
        note=note,
        gate=item.gate,
        citation=item.citation,
        mark=item.mark,
    )


def _state(item: Item, pack: _Pack) -> tuple[str, str, list[c.Link]]:
    facts = pack.facts
    decided = [claim.value.decided_on for line in facts.lines for claim in line.claims]
    day = min(decided, default=facts.moment.date())
    if item.first > day or (item.last is not None and item.last < day):
        return NOT_APPLICABLE, f"in force from {item.first}; the claim is of {day}", []
    waived = _NOT_CALLED_FOR[item.probe](pack) if item.probe in _NOT_CALLED_FOR else ""
    if waived:
        return NOT_APPLICABLE, waived, []
    links = [c.Link(_PAGES[page], page) for page in item.pages if _stands(page, pack)]
    lacking = [f"no {kind.replace('-', ' ')} on record" for kind in item.kinds if kind not in pack.kinds]
    for group in item.roles:
        found = pack.titled(group)
        links += [pack.exhibits.link(number) for number in found]
        if not found:
            held = ", ".join(exhibit_number(number) for number in pack.withheld(group))
            lacking.append(f"{group[0]} withheld, {held}" if held else f"no {group[0]} on file")
    lacking += [f"no {_PAGES[page]} in the pack" for page in item.pages if not _stands(page, pack)]
    if not (item.kinds or item.roles or item.pages):
        lacking.append("nothing recorded can show it")
    if item.probe == "left-the-three" and lacking:
        legs = "; ".join(leg for known in facts.shipments for leg in known.value.legs) or "none"
        lacking.append(f"whether the goods left is not decided here, the legs stated: {legs}")
    if item.probe in _ALSO_ASKED and not _ALSO_ASKED[item.probe](pack):
        lacking.append(_LACK[item.probe])
    return (MISSING, "; ".join(lacking), links) if lacking else (SHOWN, "", links)


def _stands(page: str, pack: _Pack) -> bool:
    facts = pack.facts
    if page in ("worksheet-1", "schedule-1"):
        return bool(facts.snapshots)
    if page == "certification-1":
        return bool(facts.certifications)
    return bool(facts.vehicle_certifications) if page == "vehicle-certifications" else True


def _held_before_claim(pack: _Pack) -> bool:
    first = pack.facts.first_claim()
    return bool(pack.facts.certifications) and all(
        first is None or known.seq < first.seq for known in pack.facts.certifications
    )


def _any_originating(pack: _Pack) -> bool:
    return any(row.covers for fact in pack.facts.snapshots for each in fact.worksheet.materials for row in each.support)


def _core_parts(pack: _Pack) -> bool:
    return any(fact.worksheet.core_parts for fact in pack.facts.snapshots)


def _whole_chain(pack: _Pack) -> bool:
    return bool(pack.crosswalk.rows) and not pack.crosswalk.broken


def _languages(pack: _Pack) -> Iterator[str]:
    yield from (known.value.statement_language for known in pack.facts.certifications)
    yield from (known.value.language for known in pack.facts.declarations.values())


def _all_english(pack: _Pack) -> str:
    every = set(_languages(pack))
    return "every certification and declaration in the pack is in English" if every <= {"en", "English"} else ""


def _nothing_corrected(pack: _Pack) -> str:
    changed = (ClaimAction.CORRECTED, ClaimAction.WITHDRAWN)
    actions = {claim.value.action for line in pack.facts.lines for claim in line.claims}
    if actions & set(changed) or pack.facts.later or pack.facts.ends:
        return ""
    return "no correction and no notice beneath the claim is on record"


_ALSO_ASKED = {
    "held-before-claim": _held_before_claim,
    "any-originating": _any_originating,
    "core-parts": _core_parts,
    "chain": _whole_chain,
}
_LACK = {
    "held-before-claim": "the certification was not recorded before the first claim",
    "any-originating": "no declaration covers a material",
    "core-parts": "no core part is tested in the worksheet",
    "chain": "the chain of a unit is broken",
}
_NOT_CALLED_FOR = {"foreign-language": _all_english, "corrected": _nothing_corrected}
