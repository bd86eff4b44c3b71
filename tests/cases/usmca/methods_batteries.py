"""Lithium-ion batteries: cell, module and pack under both readings of the cells' code (GN 11(o) ch. 85 rule 17)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from evidence.core.statements.use import UseClass
from evidence.rules.batteries import CELLS_CODE, Level, Stage, StageFound, chain
from evidence.rules.core_parts import advanced_battery, four_ways
from evidence.rules.finding import Finding
from evidence.rules.roll_up import Material, Origin
from evidence.rules.ruleset import RuleSet

LAW = RuleSet.load()


def _material(given: Mapping[str, Any]) -> Material:
    return Material(
        key=given["name"],
        quantity=Decimal(given.get("quantity", 1)),
        unit_value=Decimal(given["value"]),
        origin=Origin(given.get("origin", "non-originating")),
        code=given.get("code"),
        kinds=tuple(given.get("kinds", ())),
    )


def _stage(given: Mapping[str, Any]) -> Stage:
    inner = given.get("inner")
    price = given.get("inner_value")
    return Stage(
        level=Level(given["level"]),
        key=given["name"],
        code=given["code"],
        producer=given["producer"],
        net_cost=Decimal(given["net_cost"]),
        total_cost=Decimal(given.get("total_cost", given["net_cost"])),
        materials=tuple(map(_material, given.get("materials", ()))),
        inner=None if inner is None else _stage(inner),
        inner_quantity=Decimal(given.get("inner_quantity", 1)),
        inner_value=None if price is None else Decimal(price),
        designated=given.get("designated", False),
    )


def _shift(found: StageFound) -> str:
    """The outcome of the alternatives that are a tariff shift alone; in words where none is open."""
    alone = [part for part in found.rule.parts if not any(map(_is_content, part.parts))]
    if not alone:
        return "none open"
    return "met" if any(part.met for part in alone) else alone[0].outcome.value


def _is_content(finding: Finding) -> bool:
    return finding.test.startswith("regional value content")


def _chain(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Each stage of a battery under both readings, and the pack as a core part of a vehicle."""
    result: dict[str, Any] = {}
    for reading in CELLS_CODE:
        found = chain(LAW, _stage(given["battery"]), UseClass(given["use"]), given["day"], reading)
        pack = found[-1]
        ways = four_ways([pack.core_part()], LAW.series("A2-NC"), given["day"])[pack.stage.key]
        result[reading] = {
            "rule": {each.stage.key: each.rule.outcome.value for each in found},
            "shift": _shift(pack),
            "vnm": pack.rolled.non_originating,
            "vnm_column_2": pack.column_two.non_originating,
            "ways": {way.value: one.outcome.value for way, one in ways.items()},
            "core_part": advanced_battery(pack.rule, ways[next(iter(ways))]).outcome.value,
        }
    return result


METHODS = {"batteries.chain": _chain}
