"""The checklist: what authorities ask for with a claim of this kind, and where each item stands in the pack.

The items are data (`asked_items`), each with its citation and mark. An item is present only where everything that it
calls for is in the pack, for every line of it; what cannot be decided from that counts as missing, and so is never
printed as there (DESIGN.md section 1).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from evidence.pack.checklist import asked_claim as claim
from evidence.pack.checklist import asked_file as ways
from evidence.pack.checklist import asked_good as good
from evidence.pack.checklist import asked_vehicle as vehicle
from evidence.pack.checklist.asked_due import due, on_request
from evidence.pack.checklist.asked_file import File, Seen
from evidence.pack.checklist.asked_sets import sets_of, untold
from evidence.pack.contents import contents as c
from evidence.pack.contents.crosswalk import party
from evidence.pack.contents.links import Exhibits
from evidence.pack.gathered.asked_items import Item, Want, Way, items
from evidence.pack.gathered.facts import Facts
from evidence.pack.report.gaps import OUR_DESK
from evidence.pack.words import shown
from evidence.pack.words.language import _, quoted

SHOWN, MISSING, NOT_APPLICABLE = "present", "missing", "not applicable"
_LOOKED_FOR: Final[Mapping[str, Callable[[Way, File], Seen]]] = {
    "page": ways.on_page,
    "kind": ways.of_kind,
    "exhibit": ways.as_exhibit,
    "each-shipment": ways.of_each_shipment,
    "each-entry": ways.of_each_entry,
    "each-certification": ways.of_each_certification,
    "bought": ways.of_purchases,
    "probe": lambda way, file: _probe(way, file),
}
PROBES: Final[Mapping[str, Callable[[File], Seen]]] = {
    "certified": claim.certified,
    "held-before-claim": claim.held_before_claim,
    "prefix": claim.prefix,
    "treatment": claim.treatment,
    "chain": claim.chain,
    "built": claim.built,
    "bill-of-the-day": claim.bill_of_the_day,
    "stamped": claim.stamped,
    "translated": claim.translated,
    "corrections": claim.corrections,
    "within-a-year": claim.within_a_year,
    "analysed": good.analysed,
    "declared": good.declared,
    "bought-foreign": good.bought_foreign,
    "net-cost": good.net_cost,
    "tied": good.tied,
    "inventory-elected": good.inventory_elected,
    "core-parts": good.core_parts,
    "core-role": good.core_role,
    "core-way": good.core_way,
    "core-content": good.core_content,
    "battery": good.battery,
    "election-filed": good.election_filed,
    "reconciled-content": good.reconciled_content,
    "model-line": vehicle.model_line,
    "identifiers": vehicle.identifiers,
    "labour-certification": vehicle.labour_certification,
    "metal-certifications": vehicle.metal_certifications,
    "staging-certifications": vehicle.staging_certifications,
    "metal-period": vehicle.metal_period,
    "metal-election": vehicle.metal_election,
    "reconciled-metals": vehicle.reconciled_metals,
    "wages": vehicle.wages,
    "high-wage-purchases": vehicle.high_wage_purchases,
}
"""What the data asks of the records by name."""
_OF_ANALYSIS: Final = frozenset(
    name
    for name, probe in PROBES.items()
    if (probe.__module__ == good.__name__ and probe is not good.analysed)
    or probe in (vehicle.metal_election, vehicle.reconciled_metals, vehicle.high_wage_purchases)
)
"""What is asked of an analysis: a line without one lacks it, whatever another line's analysis says."""
WAIVED: Final[Mapping[str, Callable[[File], str]]] = {
    "no-foreign-language": claim.all_read,
    "nothing-claimed": claim.nothing_claimed,
    "nothing-corrected": claim.nothing_corrected,
    "left-the-three": claim.stayed_in_region,
    "none-originating": good.none_originating,
    "no-inventory-method": good.no_inventory_method,
    "no-battery": good.no_battery,
    "no-vehicle": good.no_vehicle,
    "nothing-recovered": good.nothing_recovered,
    "not-averaged": good.not_averaged,
    "no-estimate": good.no_estimate,
    "no-covered-vehicle": vehicle.no_covered_vehicle,
    "no-technology-credit": vehicle.no_technology_credit,
    "no-assembly-credit": vehicle.no_assembly_credit,
    "no-transport-wages": vehicle.no_transport_wages,
}
"""When an item is not called for: each gives the reason, or nothing where it is called for."""


def checklist(
    facts: Facts, crosswalk: c.CrosswalkPage, exhibits: Exhibits, owners: Mapping[str, str]
) -> c.ChecklistPage:
    """The page: common items and those of the claim's sets.

    Args:
        owners: who answers for a missing item, by the holder that the data names.
    """
    sets = sets_of(facts)
    file = File(facts, crosswalk, exhibits)
    names = tuple(_(name.replace("_", " ")) for name in sets)
    return c.ChecklistPage(
        sets=names,
        untold=untold(facts),
        clocks=tuple(on_request(file)),
        rows=tuple(
            _row(item, file, owners)
            for item in items()
            if item.set in sets and (item.jurisdiction == "any" or item.jurisdiction in file.countries)
        ),
    )


def owners_of(facts: Facts, organisation: str) -> dict[str, str]:
    """Who answers for what is missing, by the holder that the data names."""
    found = {"system": _(OUR_DESK)}
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
    return any(fact.worksheet.good.vehicle_class in good.VEHICLES for fact in facts.snapshots)


def _row(item: Item, file: File, owners: Mapping[str, str]) -> c.ChecklistRow:
    reason = _not_in_force(item, file) or _waived(item, file)
    seen = Seen() if reason else _all_of(item, file)
    state = NOT_APPLICABLE if reason else MISSING if seen.lacking else SHOWN
    wanted = due(item, seen, file) if state == MISSING else None
    owner = owners.get(item.holder, owners["system"] if item.holder in ("any", "all") else _(item.holder))
    return c.ChecklistRow(
        id=item.id,
        item=_(item.item),
        state=state,
        shown_at=seen.shown_at,
        note=reason or " ".join(seen.lacking),
        gate=item.gate,
        citation=quoted(item.citation),
        mark=item.mark,
        stops=item.blocks,
        owner=(seen.whose or owner) if wanted else "",
        due=wanted.day if wanted else None,
        by_when=wanted.words if wanted else "",
    )


def _probe(way: Way, file: File) -> Seen:
    """What the records answer; where there is nothing to ask, nothing is shown."""
    if not file.facts.lines:
        return Seen(lacking=(_("No customs entry line is on record."),))
    seen = PROBES[way.name](file)
    bare = good.analysed(file).lacking if way.name in _OF_ANALYSIS else ()
    return replace(seen, lacking=(*seen.lacking, *bare))


def _waived(item: Item, file: File) -> str:
    """Why an item is not called for; what an analysis says waives nothing where a line has none."""
    if not item.waived:
        return ""
    reason = WAIVED[item.waived](file)
    of_analysis = WAIVED[item.waived].__module__ in (good.__name__, vehicle.__name__)
    return "" if of_analysis and good.analysed(file).lacking else reason


def _not_in_force(item: Item, file: File) -> str:
    """Why an item is not asked for on the days of the pack's entries; empty where it is on one of them.

    What is not entered yet will be entered after what is known now was recorded.
    """
    days = [line.entry.value.entered_on for line in file.facts.lines]
    if file.facts.ahead or not days:
        days = [file.facts.moment.date()]
    if any(item.first <= day and (item.last is None or day <= item.last) for day in days):
        return ""
    return _(
        "In force from {first}; the entries are of {days}.",
        first=item.first,
        days=ways.some(shown.day(each) for each in sorted(set(days))),
    )


def _all_of(item: Item, file: File) -> Seen:
    """What shows the item, want by want; it is missing where one want is."""
    found = [_one_of(want, file) for want in item.wants]
    lacking = [lack for seen in found for lack in seen.lacking]
    wanting = [seen for seen in found if seen.lacking]
    return Seen(
        tuple(dict.fromkeys(link for seen in found for link in seen.shown_at)),
        tuple(dict.fromkeys(lacking)),
        next((seen.whose for seen in wanting if seen.whose), ""),
        min((seen.due for seen in wanting if seen.due is not None), default=None),
        next((seen.due_by for seen in wanting if seen.due is not None), ""),
    )


def _one_of(want: Want, file: File) -> Seen:
    """The first way that is whole; where none is, the first that shows something, or the first."""
    found = [_LOOKED_FOR[way.sort](way, file) for way in want]
    whole = [seen for seen in found if not seen.lacking]
    part = [seen for seen in found if seen.shown_at]
    return (whole or part or found)[0]
