"""The law as data says where it comes from, and the code of the law holds no figure of it and no binary fraction."""

import ast
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import evidence
from evidence.rules.parameters import CONFIDENCE
from evidence.rules.ruleset import RuleSet

LAW = RuleSet.load()
FIRST_READ = date(2026, 8, 1)
PACKAGE = Path(evidence.__file__).parent
MODULES = sorted([*(PACKAGE / "rules").rglob("*.py"), *(PACKAGE / "origin").rglob("*.py")])
RULE_MODULES = sorted((PACKAGE / "rules").rglob("*.py"))


def said() -> list[tuple[str, str, str, date]]:
    """Name, citation, mark and day of checking of everything that the packaged rule set holds."""
    values = [law for figure in LAW.parameters.values() for law in figure.values]
    options = [(name, option) for name, choice in LAW.choices.items() for option in choice.options]
    return [
        *((f"{law.name} from {law.first}", law.source, law.confidence, law.checked) for law in values),
        *((rule.name, rule.citation, rule.confidence, rule.checked) for rule in LAW.product_rules.rules),
        *(
            (f"{row.table} {row.code}", row.citation, row.confidence, date.fromisoformat(row.checked))
            for row in LAW.tables.rows
        ),
        *(
            (row.from_code, row.citation, row.confidence, date.fromisoformat(row.checked))
            for row in LAW.concordance.rows
        ),
        *((item.item, item.citation, item.confidence, item.checked) for item in LAW.items.items),
        *((f"{name}, {option.name}", option.source, option.confidence, option.checked) for name, option in options),
    ]


def test_everything_says_its_citation_its_mark_and_the_day_it_was_read() -> None:
    for name, citation, mark, checked in said():
        assert citation.strip(), name
        assert mark in CONFIDENCE, name
        assert checked >= FIRST_READ, name


def test_every_value_says_the_first_day_it_binds_and_follows_the_one_before_without_a_gap() -> None:
    for figure in LAW.parameters.values():
        for earlier, later in zip(figure.values, figure.values[1:], strict=False):
            assert earlier.last is not None
            assert (later.first - earlier.last).days == 1, f"{figure.name}: a gap before {later.first}"


def test_every_series_that_a_product_rule_names_is_there() -> None:
    named = {content.series for rule in LAW.product_rules.rules for content in rule.contents if content.series}
    assert named <= set(LAW.parameters)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_binary_fraction_is_written_or_made(module: Path) -> None:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float | complex)), node.lineno
        assert not (isinstance(node, ast.Name) and node.id == "float"), node.lineno


def figures_written(module: Path) -> list[tuple[int, Decimal]]:
    """Line and amount of every number that a module compares or reckons with, or makes a `Decimal` of."""
    found = []
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Decimal":
            used = node.args
        elif isinstance(node, ast.Compare):
            used = [node.left, *node.comparators]
        elif isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Pow):
            used = [node.left, node.right]
        else:
            continue
        numbers = [child.value for child in used if isinstance(child, ast.Constant)]
        found += [(node.lineno, Decimal(str(number))) for number in numbers if re.fullmatch(r"[0-9.]+", str(number))]
    return found


SMALL = Decimal(13)
"""Numbers below it count digits, months and the like, and are figures of law elsewhere."""

NOT_OF_LAW = {("roll_up.py", Decimal(50))}
"""The levels that a bill of materials may have."""


@pytest.mark.parametrize("module", RULE_MODULES, ids=lambda path: path.name)
def test_no_figure_of_law_is_written_in_the_code_of_the_law(module: Path) -> None:
    amounts = {law.amount for figure in LAW.parameters.values() for law in figure.values} - {Decimal(100)}
    written = [(line, amount) for line, amount in figures_written(module) if amount in amounts and amount >= SMALL]
    assert [found for found in written if (module.name, found[1]) not in NOT_OF_LAW] == []
