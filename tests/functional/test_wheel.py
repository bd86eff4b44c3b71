"""What is handed to others works away from the checkout: the sdist, the wheel made from it, and a pack from that.

Nothing else would see a template left out of the wheel. The wheel goes into a fresh environment elsewhere. Its
dependencies are those of the environment of the tests, reached by a ``.pth`` file: the same versions as the lock, with
no network and in no time. That the lock installs by itself is shown by every setup. Python reads ``.pth`` files only in
an environment's own folder, so the one by which the tests reach the checkout has no effect there.
"""

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

from evidence import __version__

ROOT = Path(__file__).resolve().parents[2]


def ran(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Standard output of a command that has to succeed; what it said stands in the failure."""
    hidden = ("EVIDENCE_", "PYTHON", "VIRTUAL_ENV")
    env = {name: value for name, value in os.environ.items() if not name.startswith(hidden)} | environment
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=env, text=True, capture_output=True, timeout=500, check=False
    )
    assert done.returncode == 0, f"{command}: status {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist and the wheel that was made from it, not from the checkout."""
    out = tmp_path_factory.mktemp("dist")
    ran(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ROOT, cwd=out)
    return out


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a fresh environment that holds the wheel."""
    place = tmp_path_factory.mktemp("elsewhere")
    ran(sys.executable, "-m", "venv", "--without-pip", place / "env", cwd=place)
    python = place / "env" / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check")
    ran(*pip, "install", "--no-index", "--no-deps", wheel, cwd=place)
    own = ran(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=place).strip()
    Path(own, "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return python.parent


def test_the_sdist_carries_what_a_checkout_needs(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    needed = {"pyproject.toml", "Makefile", "cli.py", "scripts/setup.sh", "requirements.txt", "requirements-dev.txt"}
    assert needed | {"LICENSE", "README.md", "tests/functional/test_wheel.py", "migrations/env.py"} <= names
    assert not [name for name in names if name.split("/")[0] in ("demo", ".venv", ".git")]


def test_the_wheel_carries_templates_migrations_fonts_rule_data_and_samples(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in (
        r"evidence/migrations/env\.py",
        r"evidence/migrations/versions/0001_\w+\.py",
        r"evidence/templates/pack/.*\.html",
        r"evidence/templates/fonts/.*\.(ttf|otf|woff2)",
        r"evidence/rules/data/usmca/.*\.toml",
        r"evidence/rules/data/usmca/.*\.csv",
        r"evidence/examples/.*\.(csv|xlsx)",
    ):
        assert [name for name in names if re.fullmatch(wanted, name)], f"the wheel has nothing like {wanted}"


def test_the_wheel_puts_nothing_beside_the_package(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert tops == {"evidence", f"evidence-{__version__}.dist-info"}
    assert not [name for name in zipfile.ZipFile(wheel).namelist() if "__pycache__" in name]


def test_every_source_file_of_the_checkout_is_in_the_wheel(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    sources = {path.relative_to(ROOT).as_posix() for path in (ROOT / "evidence").rglob("*.py")}
    assert sources - names == set()


def test_an_installed_wheel_is_the_program_and_not_the_checkout(installed: Path, tmp_path: Path) -> None:
    assert ran(installed / "evidence", "--version", cwd=tmp_path) == f"evidence {__version__}\n"
    where = ran(installed / "python", "-c", "import evidence; print(evidence.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(installed.parent)


def test_an_installed_wheel_makes_a_home_and_brings_its_database_up_to_date(installed: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    ran(installed / "evidence", "init", "--demo", "--home", home, cwd=tmp_path)
    ran(installed / "evidence", "database", "check", "--home", home, cwd=tmp_path)
    ran(installed / "evidence", "database", "upgrade", "--home", home, cwd=tmp_path)


def test_an_installed_wheel_makes_a_pack_that_it_then_finds_whole(installed: Path, tmp_path: Path) -> None:
    home, packs = tmp_path / "home", tmp_path / "packs"
    ran(installed / "evidence", "demo", "--home", home, "--out", packs, "--shipments", "1", cwd=tmp_path)
    (archive,) = packs.rglob("*.zip")
    with zipfile.ZipFile(archive) as pack:
        assert [name for name in pack.namelist() if name.endswith(".pdf")]
    ran(installed / "evidence", "pack", "check", archive, "--trust", home / "trust", cwd=tmp_path)
