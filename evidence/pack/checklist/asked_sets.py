"""Which sets of the checklist a claim loads: by what the goods are, where they go, and when the claim is made.

A part takes its set from its recorded use and from the table whose percentage its analysis applied; where neither is
told, every set that may apply is loaded, since leaving one out would hide what it asks for.
"""

from collections.abc import Iterator
from typing import Final

from evidence.core.statements.claim import ClaimAction
from evidence.core.statements.use import UseClass
from evidence.pack.gathered.facts import EntryLine, Facts, SnapshotFact
from evidence.pack.words.language import _

_LIGHT: Final = ("vehicle_rvc", "core_part", "lvc", "steel_aluminium")
_OF_VEHICLE: Final = {
    "passenger_vehicle": _LIGHT,
    "light_truck": _LIGHT,
    "heavy_truck": ("heavy_truck", "lvc", "steel_aluminium"),
}
_OF_COUNTRY: Final = {"CA": "import_canada", "MX": "import_mexico"}
_CORE, _NOT_CORE, _AFTERMARKET = "core_part", "principal_complementary_part", "aftermarket_part"
_CORE_LAW, _TABLE_LAW = ("A1-", "A2-"), ("B-", "C-", "D-", "E-", "F-")
_STAGED_LAW, _STAGING = "ASR-", "staging-authorisation"


def sets_of(facts: Facts) -> tuple[str, ...]:
    """The sets, the common one first."""
    found = ["common"]
    for fact in facts.snapshots:
        good = fact.worksheet.good
        found += _of_good(good.use, good.vehicle_class, fact)
    analysed = {(fact.snapshot.value.owner, fact.snapshot.value.part) for fact in facts.snapshots}
    for use in facts.around.uses:  # what has no analysis yet is what its recorded use says
        if (use.value.owner, use.value.part) not in analysed:
            found += _of_good(use.value.use.value, use.value.vehicle_class and use.value.vehicle_class.value, None)
    for line in facts.lines:
        country = line.entry.value.country
        if country == "US" and after_importation(line):
            found.append("post_importation_1520d")
        found += [_OF_COUNTRY[country]] if country in _OF_COUNTRY else []
    return tuple(dict.fromkeys(found))


def untold(facts: Facts) -> str:
    """What keeps the sets from being known; empty where all are."""
    goods = {(line.invoice_line.owner, line.invoice_line.part) for line in facts.lines if line.invoice_line}
    told = {(fact.snapshot.value.owner, fact.snapshot.value.part) for fact in facts.snapshots}
    told |= {(use.value.owner, use.value.part) for use in facts.around.uses}
    if bare := sorted(part for owner, part in goods if (owner, part) not in told):
        return _(
            "Neither an analysis nor a use is on record of {parts}: their sets are not listed.", parts=", ".join(bare)
        )
    return ""


def after_importation(line: EntryLine) -> bool:
    """Whether the first claim on a line was made after the goods were entered."""
    made = [
        claim.value for claim in line.claims if claim.value.action in (ClaimAction.MADE, ClaimAction.POST_IMPORTATION)
    ]
    entered = line.entry.value.summary_on or line.entry.value.entered_on
    return bool(made) and (made[0].action is ClaimAction.POST_IMPORTATION or made[0].decided_on > entered)


def _of_good(use: str, vehicle_class: str | None, fact: SnapshotFact | None) -> Iterator[str]:
    laws = {law.name for row in fact.worksheet.findings for law in row.law} if fact else set()
    staged = any(name.startswith(_STAGED_LAW) for name in laws)
    if use == UseClass.VEHICLE:
        yield from _OF_VEHICLE.get(vehicle_class or "", ("other_vehicle",))
        if staged or (fact is not None and any(ref.kind == _STAGING for ref in fact.worksheet.inputs)):
            yield "alternative_staging"
    elif use == UseClass.AFTERMARKET:
        yield _AFTERMARKET
    elif use == UseClass.OE_LIGHT:
        core = any(name.startswith(_CORE_LAW) for name in laws)
        other = any(name.startswith(_TABLE_LAW) for name in laws)
        yield from (_CORE,) if core else (_NOT_CORE,) if other else (_CORE, _NOT_CORE)
    elif use != UseClass.STATIONARY_STORAGE:
        yield _NOT_CORE
