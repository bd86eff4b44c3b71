"""Lithium-ion batteries of 8507.60: cell, module and pack, each under its own rule, by both codes of the cells.

HTSUS General Note 11(o) chapter 85 rules 17 and 19; 19 CFR 182 App A s.14(2)-(6) and SOR/2020-155 the same. The main
propulsion battery of a passenger vehicle or light truck originates by a change from any other subheading, from which
non-originating cells of 8507.90 are left out, or by the content of Table A.1. Any other battery of 8507.60 has another
rule. Cells have been ruled in 8507.90, and customs proposed 8507.60: under the second reading cells and pack share a
subheading, so that non-originating cells do not shift there either (the choice `cells-classification`).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from evidence.core.statements.use import UseClass
from evidence.errors import MalformedValue
from evidence.rules.codes import subheading
from evidence.rules.column_two import ColumnTwo, column_two, place
from evidence.rules.core_parts import CorePart
from evidence.rules.finding import Finding
from evidence.rules.roll_up import Material, Origin, RollUp, roll_up, tariff_inputs
from evidence.rules.routes import PROPULSION_BATTERY, GoodFigures, originates, routes
from evidence.rules.ruleset import RuleSet
from evidence.rules.tariff_shift import BATTERY_CELLS

CITATION = "HTSUS GN 11(o) ch. 85 rules 17, 19; 19 CFR 182 App A s.14(2)-(6); SOR/2020-155 s.14(2)-(6)"
BATTERIES, PARTS = "850760", "850790"
OTHER_BATTERY = "any other good of 8507.60"
CELLS_CODE = {"8507.90": PARTS, "8507.60": BATTERIES}
"""The code that each reading of `cells-classification` gives cells."""


class Level(StrEnum):
    """How far a battery is made."""

    CELL = "cell"
    MODULE = "module"
    PACK = "pack"


_ORDER = tuple(Level)


def scopes(code: str, use: UseClass, recorded: Collection[str]) -> tuple[str, ...]:
    """The kinds of goods that a battery is recorded to be, with the kind that its use tells where none is recorded.

    As original equipment of a light vehicle a good of 8507.60 is taken to be the propulsion battery, whose rule is the
    only one that the tables single out; in any other use, and where it is recorded to be a cell, it is any other good.
    """
    recorded = tuple(recorded)
    if subheading(code) != BATTERIES or {PROPULSION_BATTERY, OTHER_BATTERY} & set(recorded):
        return recorded
    other = use is not UseClass.OE_LIGHT or BATTERY_CELLS in recorded
    return (*recorded, OTHER_BATTERY if other else PROPULSION_BATTERY)


def cell_code(code: str | None, kinds: Collection[str], reading: str) -> str | None:
    """The code of a material under a reading of `cells-classification`: that of cells replaced, any other as it is.

    Raises:
        MalformedValue: the reading is none of them, or `code` is no tariff code.
    """
    if reading not in CELLS_CODE:
        raise MalformedValue("reading of cells-classification", reading, "one of " + ", ".join(CELLS_CODE))
    if code is None or BATTERY_CELLS not in kinds or subheading(code) not in CELLS_CODE.values():
        return code
    return CELLS_CODE[reading]


def under_reading(materials: Iterable[Material], reading: str) -> tuple[Material, ...]:
    """The materials with the cells among them, and within them, classed by `reading`."""
    return tuple(_under(material, reading) for material in materials)


def _under(material: Material, reading: str) -> Material:
    code, children = cell_code(material.code, material.kinds, reading), under_reading(material.children, reading)
    same = code == material.code and all(new is old for new, old in zip(children, material.children, strict=True))
    return material if same else replace(material, code=code, children=children)


@dataclass(frozen=True, slots=True)
class Stage:
    """One level of a battery as its producer makes it; figures are for one unit, and None where not known.

    Attributes:
        code: its recorded code; of cells the reading decides between 8507.60 and 8507.90.
        producer: who makes it, in the caller's terms; another than that of the next stage sells it to him.
        materials: what goes into it besides the stage before.
        inner: the stage before; None where this one begins the chain.
        inner_quantity: units of it in one of this.
        inner_value: what one unit of it costs the producer of this stage, by s.8(1).
        designated: whether this stage, made by the producer of the next, is designated as an intermediate material.
    """

    level: Level
    key: str
    code: str | None
    producer: str
    net_cost: Decimal | None
    total_cost: Decimal | None
    materials: tuple[Material, ...] = ()
    inner: "Stage | None" = None
    inner_quantity: Decimal = Decimal(1)
    inner_value: Decimal | None = None
    designated: bool = False

    def __post_init__(self) -> None:
        if self.inner is not None and _ORDER.index(self.inner.level) >= _ORDER.index(self.level):
            wanted = f"a stage before {self.level.value}"
            raise MalformedValue(f"stage within {self.key}", self.inner.level.value, wanted)


@dataclass(frozen=True, slots=True)
class StageFound:
    """A stage as tested under one reading: its own rule, what counts in it, and its figures as a core part."""

    stage: Stage
    code: str | None
    rule: Finding
    rolled: RollUp
    column_two: ColumnTwo

    def core_part(self) -> CorePart:
        """The stage as the advanced battery of a vehicle, for the four ways."""
        vnm, col2 = self.rolled.non_originating, self.column_two.non_originating
        return CorePart(self.stage.key, "advanced_battery", self.stage.net_cost, vnm, col2)


def chain(law: RuleSet, stage: Stage, use: UseClass, day: date, reading: str) -> tuple[StageFound, ...]:
    """Each stage of a battery under `reading`, from the first made to `stage` itself.

    What originates by its own rule counts as nothing in the next stage where it is bought (roll-up) or designated;
    self-produced and not designated, what is non-originating inside it counts.

    Args:
        stage: the last stage, with those before it inside.
        use: what the pack is used for. Cells and modules are materials of it, for which no table has a percentage, so
            that they stand under their rule as any other good does.
        reading: the reading of `cells-classification`.

    Raises:
        NoRule: no product rule covers a stage.
        NoValueInForce: a percentage has no value on `day`.
        MalformedValue: a figure is outside its range, or the reading is unknown.
    """
    before = chain(law, stage.inner, use, day, reading) if stage.inner is not None else ()
    materials = under_reading(stage.materials, reading)
    if before:
        materials = (_as_material(before[-1], stage), *materials)
    kinds = _kinds(stage.level)
    code = cell_code(stage.code, kinds, reading)
    rolled = roll_up(materials)
    rule = _own_rule(law, stage, code, use, rolled, day)
    listed = column_two(materials, lambda each: place(law.tables, "advanced_battery", each.code, each.kinds))
    return (*before, StageFound(stage, code, rule, rolled, listed))


def _own_rule(law: RuleSet, stage: Stage, code: str | None, use: UseClass, rolled: RollUp, day: date) -> Finding:
    test = f"own product rule of {stage.level.value} {stage.key}"
    if code is None:
        raise MalformedValue(f"code of {stage.key}", "none", "the recorded classification of every stage")
    good = GoodFigures(
        code, stage.net_cost, rolled.non_originating, stage.total_cost, None, tariff_inputs(rolled.contributions)
    )
    used = use if stage.level is Level.PACK else UseClass.AFTERMARKET
    open_routes = routes(law, code, used, scopes=scopes(code, used, _kinds(stage.level)))
    return originates(law, open_routes, good, day, test=test)


def _as_material(found: StageFound, outer: Stage) -> Material:
    inner = found.stage
    own = inner.producer == outer.producer
    return Material(
        key=inner.key,
        quantity=outer.inner_quantity,
        unit_value=inner.total_cost if own and outer.inner_value is None else outer.inner_value,
        origin=Origin.ORIGINATING if found.rule.met else Origin.NON_ORIGINATING,
        self_produced=own,
        designated=own and inner.designated and found.rule.met,
        by_content=True,
        producer=inner.producer,
        code=found.code,
        kinds=_kinds(inner.level),
        children=tuple(line.material for line in found.rolled.contributions if line.level == 1) if own else (),
    )


def _kinds(level: Level) -> tuple[str, ...]:
    cells = BATTERY_CELLS if level is Level.CELL else f"not {BATTERY_CELLS}"
    return (cells, f"A.2:advanced_battery:{_COMPONENTS[level]}")


_COMPONENTS = {Level.CELL: "cells", Level.MODULE: "modules/arrays", Level.PACK: "assembled packs"}
"""What column 2 of Table A.2 calls each level."""
