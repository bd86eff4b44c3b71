"""No float anywhere: none is written in the law's arithmetic, and none is held while determinations are worked out."""

import ast
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from evidence.origin.choices import PRORATION, SEVERAL_SUPPLIERS
from evidence.origin.determine import determine
from evidence.rules.ruleset import RuleSet
from tests.unit.origin.small_company import LAW, Company, small_company
from tests.unit.origin.test_pools import with_pool

PACKAGE = Path(__file__).resolve().parents[3] / "evidence"
PLACES = (str(PACKAGE / "rules"), str(PACKAGE / "origin"))
MODULES = sorted(path for place in PLACES for path in Path(place).rglob("*.py"))
INEXACT = {"statistics", "random", "cmath", "numpy"}
WHOLE = {"ceil", "floor", "gcd", "lcm", "prod", "isqrt"}
"""What of `math` gives whole numbers of whole numbers and fractions."""


@pytest.mark.parametrize("module", MODULES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_no_float_is_written(module: Path) -> None:
    assert [
        ast.unparse(node) for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))) if _inexact(node)
    ] == []


def _inexact(node: ast.AST) -> bool:
    match node:
        case ast.Constant(value=float() | complex()) | ast.Name(id="float" | "complex"):
            return True
        case ast.Import(names=names):
            return bool({each.name for each in names} & (INEXACT | {"math"}))
        case ast.ImportFrom(module="math", names=names):
            return not {each.name for each in names} <= WHOLE
        case ast.ImportFrom(module=module):
            return module in INEXACT
        case _:
            return False


@contextmanager
def looking() -> Iterator[list[str]]:
    """Notes every function of the law's arithmetic that returns a float or holds one in a name as it ends."""
    found: list[str] = []

    def look(frame: FrameType, event: str, value: Any) -> None:
        code = frame.f_code
        if event == "return" and code.co_filename.startswith(PLACES):
            for name, held in (*frame.f_locals.items(), ("its result", value)):
                if _holds_float(held):
                    found.append(f"{Path(code.co_filename).name}: {code.co_name}: {name}")

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        yield found
    finally:
        sys.setprofile(before)


def _holds_float(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return any(type(each) is float for each in value)
    if isinstance(value, dict):
        return any(type(each) is float for each in value.values())
    return type(value) is float


def prorated() -> Company:
    company = small_company()
    company.purchase("SEAT", 7, invoice="INV-2", shipped_from="W-US", price="149.99", price_per=3)
    company.elect(SEVERAL_SUPPLIERS, PRORATION)
    return company


@pytest.mark.parametrize("make", [small_company, prorated, with_pool])
def test_no_float_is_held_while_a_good_is_determined(make: Callable[[], Company]) -> None:
    company = make()
    with looking() as found:
        determine(company.inputs(), LAW)
    assert found == []


def test_no_float_is_held_while_the_law_is_read() -> None:
    with looking() as found:
        RuleSet.load()
    assert found == []


def test_a_float_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def half(*_: object) -> float:
        return 0.5

    monkeypatch.setattr(half, "__code__", half.__code__.replace(co_filename=f"{PLACES[0]}/half.py"))
    with looking() as found:
        half()
    assert found == ["half.py: half: its result"]
