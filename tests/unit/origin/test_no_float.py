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


ANNOTATED = ("Fraction", "Decimal", "Amount", "Path", "Traversable")


def _annotations() -> dict[str, set[bool]]:
    """Of every name that the package annotates, whether each annotation is of an exact number (or a path)."""
    found: dict[str, set[bool]] = {}
    for module in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            match node:
                case ast.AnnAssign(target=ast.Name(id=name), annotation=said):
                    found.setdefault(name, set()).add(_says_exact(said))
                case ast.FunctionDef(name=name, returns=said) if said is not None:
                    found.setdefault(name, set()).add(_says_exact(said))
    return found


def _says_exact(annotation: ast.expr) -> bool:
    said = ast.unparse(annotation)
    return any(name in said for name in ANNOTATED) and "int" not in said.replace("tuple", "")


KNOWN = _annotations()


def _inexact_quotients(tree: ast.Module) -> list[str]:
    """Divisions of which neither side is known to be a fraction, a decimal or a path."""
    found: list[str] = []
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.Lambda):
            continue
        local = _locals(function)
        found += [
            ast.unparse(node)
            for node in ast.walk(function)
            if isinstance(node, ast.BinOp | ast.AugAssign)
            and isinstance(node.op, ast.Div)
            and not any(_is_exact(side, local) for side in _sides(node))
        ]
    return sorted(set(found))


def _sides(node: ast.BinOp | ast.AugAssign) -> tuple[ast.expr, ast.expr]:
    return (node.left, node.right) if isinstance(node, ast.BinOp) else (node.target, node.value)


def _locals(function: ast.FunctionDef | ast.Lambda) -> dict[str, bool]:
    """The arguments and names of a function that are exact, and those that are not known to be."""
    args = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    local = {each.arg: each.annotation is not None and _says_exact(each.annotation) for each in args}
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                local[name] = local.get(name, True) and _is_exact(value, local)
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                for target, value in zip(names, values, strict=True):
                    if isinstance(target, ast.Name):
                        local[target.id] = local.get(target.id, True) and _is_exact(value, local)
            case ast.AnnAssign(target=ast.Name(id=name), annotation=said):
                local[name] = _says_exact(said)
            case ast.For(target=ast.Name(id=name)) | ast.comprehension(target=ast.Name(id=name)):
                local.setdefault(name, False)
    return local


def _is_exact(node: ast.expr, local: dict[str, bool]) -> bool:
    match node:
        case ast.BinOp(left=left, right=right):
            return _is_exact(left, local) or _is_exact(right, local)
        case ast.Constant(value=str()):
            return True  # a step of a path
        case ast.UnaryOp(operand=inner):
            return _is_exact(inner, local)
        case ast.IfExp(body=one, orelse=other) | ast.BoolOp(values=[one, other]):
            return _is_exact(one, local) and _is_exact(other, local)
        case ast.Call(func=ast.Name(id="Fraction" | "Decimal" | "Path" | "amount")):
            return True
        case ast.Call(func=ast.Name(id="sum"), args=[_, start]):
            return _is_exact(start, local)
        case ast.Call(func=ast.Name(id="max" | "min"), args=args):
            return all(_is_exact(each, local) for each in args)
        case ast.Name(id=name):
            return local[name] if name in local else KNOWN.get(name) == {True}
        case ast.Attribute(attr=name) | ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return KNOWN.get(name) == {True}
        case _:
            return False


@pytest.mark.parametrize("module", MODULES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_no_whole_number_is_divided_by_another(module: Path) -> None:
    assert _inexact_quotients(ast.parse(module.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        pytest.param("def f(a: int, b: int): return a / b", True, id="two-arguments"),
        pytest.param("def f(a): return len(a) / 2", True, id="a-count"),
        pytest.param("def f(a: Fraction):\n b = 3\n b /= 2", True, id="in-place"),
        pytest.param("def f(a: int, b: Decimal): return a / b", False, id="by-a-decimal"),
        pytest.param("def f(a: int): return Fraction(a) / 3", False, id="of-a-fraction"),
        pytest.param("def f(a: int):\n b = Fraction(a)\n b = a\n return b / 2", True, id="once-a-fraction"),
    ],
)
def test_a_quotient_of_whole_numbers_would_be_seen(source: str, seen: bool) -> None:
    assert bool(_inexact_quotients(ast.parse(source))) is seen


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
