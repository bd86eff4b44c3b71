"""Imports point down: the table of the layers (DESIGN.md section 2) held against the code."""

import ast
import functools
import graphlib
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "evidence"

_VALUES = {"errors", "core"}
_SET_UP = _VALUES | {"settings"}  # settings are values read once; see docs/decisions/0023-where-a-home-is-opened.md
_LEDGER = _SET_UP | {"store", "ledger"}
_REGISTER = _LEDGER | {"register"}
_CASEWORK = _REGISTER | {"origin", "custody"}

MAY_IMPORT: dict[str, set[str]] = {
    "__init__": set(),
    "__main__": {"cli"},
    "errors": set(),
    "core": {"errors"},
    "settings": _VALUES,
    "store": _VALUES,
    "rules": _VALUES,
    "ledger": _SET_UP | {"store"},
    "register": _LEDGER,
    "intake": _REGISTER,
    "collection": _REGISTER,
    "origin": _REGISTER | {"rules"},
    "custody": _REGISTER | {"origin"},
    "cases": _CASEWORK,
    "pack": _CASEWORK | {"cases"},
    "web": _CASEWORK | {"__init__", "settings", "rules", "intake", "collection", "cases", "pack"},
    "cli": _CASEWORK | {"__init__", "settings", "rules", "intake", "collection", "cases", "pack", "web"},
}

# the folders of the layer that grew: each imports from those before it
PACK = (
    "form", "words", "gathered", "contents", "spreadsheets", "report", "checklist", "typesetting", "bundling",
    "disclosing", "checking", "productions", "handover",
)  # fmt: skip

# what reaches beyond the process, or pulls in what does
_WORLD = {"sqlalchemy", "sqlmodel", "alembic", "weasyprint", "os", "socket", "urllib", "subprocess", "requests", "http"}
_PURE = ("errors", "core", "rules")


def modules() -> list[Path]:
    return sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))


def layer(module: Path) -> str:
    return module.parts[0].removesuffix(".py")


@functools.cache
def tree(module: Path) -> ast.Module:
    return ast.parse((PACKAGE / module).read_text(encoding="utf-8"))


def imports(nodes: list[ast.AST]) -> set[str]:
    """Dotted names imported anywhere in the nodes; `from x import y` counts as x and as x.y."""
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the layer"
            names.add(node.module or "")
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def used_layers(module: Path) -> set[str]:
    used = set()
    for name in imports(list(ast.walk(tree(module)))):
        head, _, rest = name.partition(".")
        if head == "evidence" and rest:
            below = rest.split(".")[0]
            used.add(below if below in MAY_IMPORT else "__init__")  # `from evidence import __version__`
    return used


@pytest.mark.parametrize("module", modules(), ids=str)
def test_a_module_imports_only_from_layers_below_its_own(module: Path) -> None:
    assert used_layers(module) - {layer(module)} <= MAY_IMPORT[layer(module)]


@pytest.mark.parametrize("module", [m for m in modules() if m.parts[0] == "pack" and len(m.parts) > 2], ids=str)
def test_a_folder_of_packs_imports_only_from_folders_before_it(module: Path) -> None:
    own = PACK.index(module.parts[1])
    below = {name.split(".")[2] for name in imports(list(ast.walk(tree(module)))) if name.startswith("evidence.pack.")}
    assert below <= set(PACK[: own + 1])


def test_every_folder_has_a_place_in_the_table() -> None:
    assert {layer(module) for module in modules()} <= MAY_IMPORT.keys()


def test_no_layer_may_be_reached_from_one_that_it_may_itself_reach() -> None:
    assert [(a, b) for a, below in MAY_IMPORT.items() for b in below if a in MAY_IMPORT[b]] == []


@pytest.mark.parametrize("module", [m for m in modules() if layer(m) in _PURE], ids=str)
def test_the_pure_layers_import_nothing_of_the_world(module: Path) -> None:
    assert {name.split(".")[0] for name in imports(list(ast.walk(tree(module))))} & _WORLD == set()


@pytest.mark.parametrize("module", [m for m in modules() if layer(m) in ("rules", "origin")], ids=str)
def test_the_law_and_the_calculation_hold_no_float(module: Path) -> None:
    floats = [
        node.lineno
        for node in ast.walk(tree(module))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
    ]
    assert floats == []


def test_the_checker_stands_on_the_values_and_the_pure_parts_of_the_ledger_alone() -> None:
    """A pack is checked on a bare machine: no database, register or settings behind it, however many modules deep."""
    for start in [m for m in modules() if m.parts[:2] == ("pack", "checking")]:
        reached = closure(*_with_parents(_dotted(start)))
        assert {name.split(".")[1] for name in reached if "." in name} <= {"errors", "core", "ledger", "pack"}, start
        foreign = {
            name.split(".")[0] for m in modules() if _dotted(m) in reached for name in imports(_at_import_time(m))
        }
        assert foreign & {"sqlalchemy", "sqlmodel", "alembic", "weasyprint"} == set(), start


def test_modules_do_not_import_each_other_in_a_circle() -> None:
    sorter = graphlib.TopologicalSorter(graph())
    sorter.prepare()  # raises CycleError, which names the circle


def _dotted(module: Path) -> str:
    parts = ("evidence", *module.with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _with_parents(name: str) -> list[str]:
    """A module and the packages around it, which Python imports before it."""
    parts = name.split(".")
    return [".".join(parts[:n]) for n in range(1, len(parts) + 1)]


def _at_import_time(module: Path) -> list[ast.AST]:
    """Nodes that run when the module is imported: not the bodies of functions, nor what only a type checker reads."""
    found: list[ast.AST] = []
    waiting: list[ast.AST] = [tree(module)]
    while waiting:
        node = waiting.pop()
        found.append(node)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            waiting.extend(node.orelse)
            continue
        waiting.extend(ast.iter_child_nodes(node))
    return found


@functools.cache
def graph() -> dict[str, frozenset[str]]:
    known = {_dotted(module) for module in modules()}
    return {_dotted(m): frozenset(imports(_at_import_time(m)) & known - {_dotted(m)}) for m in modules()}


def closure(*starts: str) -> set[str]:
    reached: set[str] = set()
    waiting = list(starts)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(above for used in graph()[name] for above in _with_parents(used))
    return reached
