"""The goods of an averaging category: which ones they are, how many count, and their figures over the period.

A vehicle of which a detail is not recorded may be of the category and is taken into it, so that the average stays open
until it is known. Figures are those of recorded snapshots that cover the period day on day.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from evidence.core.statements.base import Basis as Figures
from evidence.core.statements.production import VolumeLine
from evidence.core.statements.programme import ProgrammeClass, ProgrammeLine
from evidence.core.statements.use import UseClass, UseLine, VehicleClass
from evidence.core.values import Period
from evidence.errors import OriginError
from evidence.origin.average_inputs import AverageInputs, SnapshotFact
from evidence.origin.average_vehicles import IntoVehicles
from evidence.origin.inputs import Fact
from evidence.origin.money import tidy
from evidence.origin.question import Event
from evidence.rules.averaging import ALIKE, Basis, Category, Member, Regime
from evidence.rules.exact import exact_sum, exactly
from evidence.rules.ruleset import RuleSet
from evidence.rules.vehicle_classes import class_of_motor_vehicles

BY_VOLUMES = (Regime.VEHICLES, Regime.OTHER_VEHICLES)
"""The regimes whose category says itself which goods are in it."""

_DAY = timedelta(days=1)
_SERIES = {
    VehicleClass.PASSENGER_VEHICLE: ("PV-RVC", "d"),
    VehicleClass.LIGHT_TRUCK: ("LT-RVC", "c"),
    VehicleClass.HEAVY_TRUCK: ("HT-RVC", "a"),
}
"""Of each vehicle class the percentage it must reach, and its class of motor vehicles (s.12)."""
_PROGRAMME = {
    ProgrammeClass.PASSENGER_VEHICLE: VehicleClass.PASSENGER_VEHICLE,
    ProgrammeClass.LIGHT_TRUCK: VehicleClass.LIGHT_TRUCK,
    ProgrammeClass.HEAVY_TRUCK: VehicleClass.HEAVY_TRUCK,
}
_HEADINGS = ("8701", "8702", "8703", "8704", "8705", "8706")
_CORE_SERIES, _NET_COST = "A2-NC", "rvc_net_cost"


@dataclass(frozen=True, slots=True)
class Good:
    """One good of the category at one plant; figures are for all units made, and None where not known.

    `lacking` says what keeps it from being averaged at all; `reason` why a figure is not known.
    """

    part: str
    plant: str
    model_line: str
    vehicle_class: str
    country: str
    kind: str
    made: Decimal
    counted: Decimal | None
    net_cost: Decimal | None
    non_originating: Decimal | None
    requirement: str
    tiles: tuple[SnapshotFact, ...]
    reason: str
    rests_on: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"{self.part} at {self.plant}"

    def lacking(self, category: Category) -> str:
        """Which detail or percentage is missing that a good of `category` must have; empty where none is."""
        absent = [name.replace("_", " ") for name in ALIKE[category] if not getattr(self, name)]
        absent += [] if self.requirement else ["required percentage"]
        absent += [] if self.made > 0 else ["unit made"]
        return f"{self.key}: no {' and no '.join(absent)} is on file" if absent else ""

    def member(self) -> Member:
        """The good as the rules average it."""
        return Member(
            self.key, self.requirement, self.net_cost, self.non_originating, self.made, self.counted, self.model_line,
            self.vehicle_class, self.plant, self.country, self.kind, self.rests_on,
        )  # fmt: skip


class GoodsFile:
    """The recorded goods of one owner over the period of a question."""

    def __init__(self, inputs: AverageInputs, law: RuleSet) -> None:
        self._inputs, self._asked, self._law = inputs, inputs.question, law
        self._into = IntoVehicles(inputs)
        self._months = {day.isoformat()[:7] for day in self._asked.period.days()}
        self._volumes: dict[tuple[str, str], list[Fact[VolumeLine]]] = {}
        for fact in inputs.volumes:
            if fact.value.month in self._months:
                self._volumes.setdefault((fact.value.part, fact.value.plant), []).append(fact)
        self.regime = self._regime()

    def goods(self) -> tuple[Good, ...]:
        """Every good of the category, in order of part and plant.

        One with a snapshot and no volume in the period is among them, so that a volume left out does not help.

        Raises:
            OriginError: nothing was made of a good that was named.
        """
        asked = (self._asked.part, self._asked.plant)
        wanted = [asked, *((part, self._asked.plant) for part in self._asked.others)]
        for part, plant in wanted:
            if (part, plant) not in self._volumes:
                raise OriginError(
                    f"No volume of {part} at {plant} is on file in {self._asked.period}. Import it first."
                )
        if self.regime in BY_VOLUMES and self._asked.category is not Category.AGREED:
            mine = self._good(asked)
            recorded = {(each.worksheet.good.part, each.worksheet.plant) for each in self._inputs.snapshots}
            known = sorted(recorded | self._volumes.keys())
            wanted += [key for key in known if self._is_vehicle(key) and self._may_be_alike(mine, key)]
        return tuple(self._good(key) for key in sorted(set(wanted)))

    def exported_to(self) -> tuple[str, ...]:
        """The countries that units of the category's goods were exported to."""
        listed = [
            fact.value.exported or ()
            for good in self.goods()
            for fact in self._volumes.get((good.part, good.plant), ())
        ]
        return tuple(sorted({entry.partition(":")[0] for each in listed for entry in each}))

    def _regime(self) -> Regime:
        """The provisions that the good is averaged under, by its recorded use and, of a vehicle, its programme."""
        asked = self._asked
        if asked.category in (Category.CORE_GROUP, Category.SUPER_CORE):
            return Regime.CORE_PARTS
        if asked.category is Category.SIMILAR:
            return Regime.OTHER_GOODS
        uses = {line.use for line in self._uses(asked.part)}
        if not uses:
            raise OriginError(f"No use of {asked.part} is on file over {asked.period}; record what it is for.")
        if UseClass.VEHICLE in uses:
            if self._vehicle_class(asked.part, asked.plant):
                return Regime.VEHICLES
            if self._programme(asked.part, asked.plant):
                return Regime.OTHER_VEHICLES
            raise OriginError(
                f"{asked.part} is recorded as a vehicle of no class; record its class, or the programme that says "
                "which other vehicle it is."
            )
        if uses & {UseClass.OE_LIGHT, UseClass.OE_HEAVY}:
            return Regime.PARTS
        if UseClass.OTHER_VEHICLE in uses:
            return Regime.OTHER_VEHICLE_PARTS
        raise OriginError(
            f"{asked.part} is recorded for {', '.join(sorted(uses))}; such goods are averaged as similar ones."
        )

    def aftermarket(self) -> bool:
        """Whether the good asked about is recorded for the aftermarket."""
        return any(line.use is UseClass.AFTERMARKET for line in self._uses(self._asked.part))

    def _uses(self, part: str) -> list[UseLine]:
        return [fact.value for fact in self._inputs.uses if fact.value.part == part and self._meets(fact.value)]

    def _use(self, part: str) -> UseLine | None:
        found = self._uses(part)
        return found[-1] if found else None

    def _meets(self, line: UseLine | ProgrammeLine) -> bool:
        ends = line.applies_to is None or self._asked.period_from <= line.applies_to
        return line.applies_from <= self._asked.period_to and ends

    def _programme(self, part: str, plant: str) -> ProgrammeLine | None:
        use = self._use(part)
        name = use.programme if use is not None else None
        lines = [fact.value for fact in self._inputs.programmes]
        found = [
            line for line in lines if name and line.programme == name and line.plant == plant and self._meets(line)
        ]
        return found[-1] if found else None

    def _vehicle_class(self, part: str, plant: str) -> VehicleClass | None:
        recorded = [
            fact.value.vehicle_class for fact in self._volumes.get((part, plant), ()) if fact.value.vehicle_class
        ]
        use, programme = self._use(part), self._programme(part, plant)
        if use is not None and use.vehicle_class is not None:
            return use.vehicle_class
        if programme is not None:
            return _PROGRAMME.get(programme.programme_class)
        return recorded[-1] if recorded else None

    def _is_vehicle(self, key: tuple[str, str]) -> bool:
        """Whether a good is recorded as a vehicle in any way: by its use, its volumes or its code."""
        use = self._use(key[0])
        codes = [fact.value.code for fact in self._inputs.classifications if fact.value.part == key[0]]
        lines = [fact.value for fact in self._volumes.get(key, ())]
        if use is not None:
            return use.use is UseClass.VEHICLE
        return any(code.startswith(_HEADINGS) for code in codes) or any(
            line.vehicle_class or line.model_line for line in lines
        )

    def _may_be_alike(self, mine: Good, key: tuple[str, str]) -> bool:
        """Whether a good is of the category, or may be as far as is recorded."""
        theirs = self._good(key)
        pairs = [(getattr(mine, name), getattr(theirs, name)) for name in ALIKE[self._asked.category]]
        return all(not other or other == own for own, other in pairs)

    def _good(self, key: tuple[str, str]) -> Good:
        part, plant = key
        volumes = self._volumes.get(key, [])
        made = exact_sum(fact.value.made for fact in volumes)
        counted, uncounted = self._counted(part, volumes, made)
        tiles, uncovered = self._tiles(part, plant)
        net_cost, vnm, unknown = _figures(tiles, made) if tiles else (None, None, uncovered)
        lines = [fact.value.model_line for fact in volumes if fact.value.model_line]
        programme = self._programme(part, plant)
        site = next((fact.value for fact in self._inputs.sites if fact.value.site == plant), None)
        return Good(
            part=part,
            plant=plant,
            model_line=lines[-1] if lines else (programme.model_line if programme is not None else ""),
            vehicle_class=self._group(part, plant),
            country=site.country if site is not None else "",
            kind=self._kind(part),
            made=made,
            counted=counted,
            net_cost=net_cost,
            non_originating=vnm,
            requirement=self._requirement(part, plant, tiles),
            tiles=tiles,
            reason="; ".join(filter(None, (unknown, uncounted))),
            rests_on=(*(fact.ref for fact in volumes), *(tile.ref for tile in tiles)),
        )

    def _group(self, part: str, plant: str) -> str:
        """Its class of motor vehicles (s.12), by its vehicle class or, of another vehicle, by its code."""
        vehicle = self._vehicle_class(part, plant)
        if vehicle is not None:
            return _SERIES[vehicle][1]
        codes = [each.worksheet.good.rule_code for each in self._inputs.snapshots if each.worksheet.good.part == part]
        programme = self._programme(part, plant)
        persons = programme.persons if programme is not None else None
        if not codes or not codes[-1]:
            return ""
        return class_of_motor_vehicles(codes[-1], persons, self._asked.period_to, self._law)

    def _kind(self, part: str) -> str:
        """What parts of one average have in common: their core group, or that they were named together."""
        if self.regime in BY_VOLUMES:
            return ""
        if self.regime is not Regime.CORE_PARTS:
            return "named together"
        groups = [fact.value.core_group for fact in self._inputs.items if fact.value.part == part]
        return (groups[-1] or "").strip().lower() if groups else ""

    def _requirement(self, part: str, plant: str, tiles: Iterable[SnapshotFact]) -> str:
        """The dated percentage that it must reach by net cost, by its vehicle class or as its worksheet applied it."""
        vehicle = self._vehicle_class(part, plant) if self.regime is Regime.VEHICLES else None
        if vehicle is not None:
            return _SERIES[vehicle][0]
        if self.regime is Regime.CORE_PARTS:
            return _CORE_SERIES
        applied = [law.name for tile in tiles for row in tile.worksheet.findings for law in row.law]
        known = self._law.parameters
        return next((name for name in applied if name in known and known[name].measure == _NET_COST), "")

    def _counted(self, part: str, volumes: Iterable[Fact[VolumeLine]], made: Decimal) -> tuple[Decimal | None, str]:
        """The units that count on the basis asked for, or why they are not known."""
        basis, aim = self._asked.basis, self._asked.aim
        if self._asked.vehicles is not None:
            return self._into.counted(part, made)
        if basis is Basis.ALL:
            return made, ""
        if basis is Basis.BUYER:
            return self._sold(part)
        total = Decimal(0)
        for fact in volumes:
            if fact.value.exported is None:
                return None, f"how many of {fact.value.month} were exported is not recorded"
            for entry in fact.value.exported:
                country, _, units = entry.partition(":")
                if country in aim and not units.isdigit():
                    return None, f"exports of {fact.value.month} are recorded as {entry!r}, not as US:120"
                with exactly():
                    total += Decimal(units) if country in aim else 0
        return total, ""

    def _sold(self, part: str) -> tuple[Decimal | None, str]:
        found = [
            fact.value
            for fact in self._inputs.uses
            if fact.value.part == part
            and fact.value.channel in self._asked.aim
            and fact.value.applies_from in self._asked.period
            and fact.value.applies_to is not None
            and fact.value.applies_to in self._asked.period
        ]
        quantities = [line.quantity for line in found if line.quantity is not None]
        if not found or len(quantities) < len(found):
            return None, f"how many went to {', '.join(self._asked.aim)} within the period is not recorded"
        return exact_sum(quantities), ""

    def _tiles(self, part: str, plant: str) -> tuple[tuple[SnapshotFact, ...], str]:
        """The latest snapshots that cover the period day on day, the longest spans first; or what is not covered."""
        wanted = (Figures.ACTUAL,) if self._asked.figures is Figures.ACTUAL else (Figures.ACTUAL, Figures.ESTIMATE)
        latest: dict[Period, SnapshotFact] = {}
        for basis in wanted:  # an estimate, where one is asked for, before an actual figure of the same days
            for each in sorted(self._inputs.snapshots, key=lambda fact: fact.seq):
                sheet = each.worksheet
                if (sheet.good.part, sheet.plant, sheet.basis, sheet.event) == (part, plant, basis, Event.PRODUCTION):
                    latest[Period(sheet.period_from, sheet.period_to)] = each
        spans = sorted(latest, key=lambda span: (span.first, -span.last.toordinal()))
        cover = _cover(spans, self._asked.period.first, self._asked.period.last)
        if cover is None:
            sort = "actual" if self._asked.figures is Figures.ACTUAL else "estimated or actual"
            found = ", ".join(map(str, spans)) or "none"
            return (), f"no recorded snapshots on {sort} figures cover {self._asked.period}; on record: {found}"
        return tuple(latest[span] for span in cover), ""


def _cover(spans: list[Period], first: date, last: date) -> tuple[Period, ...] | None:
    """Spans that follow each other from `first` to `last`, as few as can be at each step; None where none do."""
    if first > last:
        return ()
    for span in spans:
        if span.first == first and span.last <= last:
            rest = _cover(spans, span.last + _DAY, last)
            if rest is not None:
                return (span, *rest)
    return None


def _figures(tiles: tuple[SnapshotFact, ...], made: Decimal) -> tuple[Decimal | None, Decimal | None, str]:
    """Net cost and non-originating value of all units made, or why they are not known."""
    sums: dict[str, Decimal] = {}
    for name in ("units", "net_cost", "vnm"):
        total = Decimal(0)
        for tile in tiles:
            value = next((cell.value for cell in tile.worksheet.cells if cell.id == name), None)
            if value is None:
                what = {"units": "units made", "net_cost": "net cost", "vnm": "value of non-originating materials"}[
                    name
                ]
                return None, None, f"snapshot {tile.ref} does not know the {what}"
            with exactly():
                total += value
        sums[name] = tidy(total)
    if sums["units"] != made:
        return None, None, f"the snapshots are of {sums['units']} units, and volumes on file now say {tidy(made)}"
    return sums["net_cost"], sums["vnm"], ""
