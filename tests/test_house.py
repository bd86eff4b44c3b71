"""Rules of the house that no other tool holds: what a file may name, how long it may be, what the locks carry."""

import ast
import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from evidence import __version__

ROOT = Path(__file__).resolve().parent.parent
_MADE_HERE = {".venv", ".git", "demo", "dist", "build", "__pycache__", ".hypothesis", ".setup.log", ".setup.lock"}
_OF_OTHERS = ROOT / "tests" / "vectors"  # published vectors stay as they were published

# written in halves, since this file is read too
_HOSTS = (
    "pypi" + ".org",
    "files.python" + "hosted",
    "registry." + "npmjs",
    "deb." + "debian.org",
    "archive." + "ubuntu",
)
_PLACES = ("/wo" + "rk/", "/ro" + "ot/", "/User" + "s/")
_FORBIDDEN = re.compile("|".join(map(re.escape, _HOSTS + _PLACES)))
_UNFINISHED = re.compile(
    "TO" + r"DO\b|FIX" + r"ME\b|raise NotImpl" + "ementedError|mark.sk" + "ip|mark.xf" + "ail|unittest.mo" + "ck"
)


def texts() -> dict[Path, str]:
    found = {}
    for path in ROOT.rglob("*"):
        inside = path.relative_to(ROOT)
        if _MADE_HERE & set(inside.parts) or any(part.endswith("_cache") for part in inside.parts):
            continue
        if path.is_file() and not path.is_relative_to(_OF_OTHERS) and path.stat().st_size < 2_000_000:
            try:
                found[inside] = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
    return found


def pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==(\S+)", (ROOT / name).read_text(), re.MULTILINE))


def project() -> dict[str, list[str]]:
    """Direct dependencies by the lock file that has to pin them."""
    document = tomllib.loads((ROOT / "pyproject.toml").read_text())
    runtime = document["project"]["dependencies"]
    extras = [line for lines in document["project"]["optional-dependencies"].values() for line in lines]
    names = {
        "requirements.txt": runtime,
        "requirements-dev.txt": runtime + extras + document["dependency-groups"]["dev"],
    }
    return {lock: [re.split(r"[\[>=<]", line)[0].lower() for line in lines] for lock, lines in names.items()}


def test_no_file_names_a_registry_or_a_place_on_one_machine() -> None:
    assert [(str(path), found[0]) for path, text in texts().items() if (found := _FORBIDDEN.findall(text))] == []


def test_nothing_is_announced_and_left_undone_and_no_test_is_set_aside() -> None:
    code = {path: text for path, text in texts().items() if path.suffix in (".py", ".sh")}
    assert [str(path) for path, text in code.items() if _UNFINISHED.search(text)] == []


def test_no_module_runs_past_five_hundred_lines_and_no_function_past_seventy() -> None:
    long = []
    for path, text in texts().items():
        if path.suffix != ".py" or path.parts[0] == "migrations":  # a revision lists its tables in one go
            continue
        if text.count("\n") > 500:
            long.append(str(path))
        if path.name in {"sample.py", "samples.py"}:  # values written out one after another
            continue
        functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
        long += [f"{path}:{f.lineno} {f.name}" for f in functions if (f.end_lineno or f.lineno) - f.lineno > 70]
    assert long == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_locked_package_carries_its_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert [block.split()[0] for block in blocks if not re.search(r"\\\n    --hash=sha256:[0-9a-f]{64}", block)] == []
    assert "://" not in text
    assert [line for line in text.splitlines() if line.startswith("-")] == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_direct_dependency_is_locked(name: str) -> None:
    assert set(project()[name]) - pins(name).keys() == set()


def test_the_tests_run_against_the_versions_that_the_product_is_locked_to() -> None:
    tested = pins("requirements-dev.txt")
    assert {name: version for name, version in pins("requirements.txt").items() if tested.get(name) != version} == {}


def test_every_direct_dependency_says_why_it_is_here() -> None:
    reasons = (ROOT / "docs" / "decisions" / "0001-dependencies.md").read_text().lower()
    assert [name for name in project()["requirements-dev.txt"] if f"| {name} |" not in reasons] == []


def test_the_changelog_speaks_of_this_version() -> None:
    assert re.search(rf"^## {re.escape(__version__)}\b", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)


def test_every_library_that_the_product_imports_is_a_dependency_of_its_own() -> None:
    """What only another package brings along can go with that package's next version."""
    imported = set()
    for path, text in texts().items():
        if path.parts[0] in ("evidence", "migrations") and path.suffix == ".py":
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Import):
                    imported |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    imported.add(node.module.split(".")[0])
    owners = packages_distributions()
    foreign = {owners[name][0].lower().replace("_", "-") for name in imported - {"evidence"} if name in owners}
    assert foreign - set(project()["requirements.txt"]) - {"psycopg", "python-pkcs11"} == set()
