"""Core parts in the content of the vehicle, under the panel's reading and under that of the United States.

A part made originating by any way of s.14(7)-(10) is originating for all purposes, a panel held (USA-CDA-2022-31-01),
so that by roll-up nothing of it counts in the vehicle (19 CFR 182 App A s.14(1)). The United States had accepted for
this only a part that passes on all its own materials or under its own product rule; any other counts with what is
non-originating inside it if self-produced, with its value if bought. Both are worked out and kept.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from evidence.rules.core_parts import Reading, Way, counts_as_regional
from evidence.rules.finding import Finding
from evidence.rules.roll_up import Material, Origin

CITATION = "Panel USA-CDA-2022-31-01, final report 2022-12-14 (read in summaries); 19 CFR 182 App A s.14(1)"


@dataclass(frozen=True, slots=True)
class CoreOutcome:
    """What is found of one core part.

    Attributes:
        all_materials: its finding by I-ALL; not determinable where no figures of it are on file.
        elected: its finding by the other ways elected for it, the super-core it is in among them.
        own_rule: its finding by its own product rule, or by the declaration of its maker.
    """

    all_materials: Finding
    elected: tuple[Finding, ...] = ()
    own_rule: Finding | None = None

    def regional(self, reading: Reading) -> bool:
        """Whether nothing of it counts in the vehicle under `reading`."""
        return counts_as_regional(reading, self.all_materials, *self.elected, own_rule=self.own_rule)


def outcome_of(ways: Mapping[Way, Finding], elected: Way | None = None, own_rule: Finding | None = None) -> CoreOutcome:
    """The outcome of one core part from its finding by each way (`core_parts.four_ways`) and the way elected."""
    others = (ways[elected],) if elected is not None and elected in ways else ()
    return CoreOutcome(ways[Way.EACH_ALL], others, own_rule)


def as_counted(
    materials: Iterable[Material], found: Mapping[str, CoreOutcome], reading: Reading
) -> tuple[Material, ...]:
    """The materials of the vehicle with each core part among them as it counts under `reading`.

    Args:
        materials: the materials of the vehicle's bill.
        found: the outcome of each core part, by the key of its material. A bought part that is declared to originate
            need not be among them.
        reading: the reading of `core-roll-up-reading`.
    """
    return tuple(_counted(material, found, reading) for material in materials)


def _counted(material: Material, found: Mapping[str, CoreOutcome], reading: Reading) -> Material:
    children = as_counted(material.children, found, reading)
    outcome = found.get(material.key)
    if outcome is None:
        same = all(new is old for new, old in zip(children, material.children, strict=True))
        return material if same else replace(material, children=children)
    if outcome.regional(reading):
        return replace(material, origin=Origin.ORIGINATING, designated=material.self_produced, children=children)
    if not material.self_produced:
        return replace(material, children=children)
    return replace(material, origin=Origin.UNDETERMINED, designated=False, children=children)


def turns_on_reading(found: Iterable[CoreOutcome]) -> tuple[CoreOutcome, ...]:
    """The core parts that count as nothing under the panel's reading and not under that of the United States."""
    return tuple(each for each in found if each.regional(Reading.PANEL) and not each.regional(Reading.US))
