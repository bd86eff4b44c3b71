"""docs/importing.md gets a foreign company's files in: every command is run, and what comes of it is looked at."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

from evidence.intake.mapping import parse_mapping
from tests.functional.conftest import ROOT, environment
from tests.functional.test_tour import faults
from tools.write_kinds import DOCUMENT, with_generated

FOREIGN = ROOT / "examples" / "foreign"
GUIDE = "docs/importing.md"


def ask(desk: Path, *arguments: str) -> object:
    """What a command of the guide's home answers as JSON."""
    command = [
        sys.executable,
        "-m",
        "evidence",
        "--json",
        *arguments,
        "--home",
        str(desk / "demo" / "importing" / "home"),
    ]
    ran = subprocess.run(command, cwd=desk, env=environment(), capture_output=True, text=True, check=False)
    return json.loads(ran.stdout)


def test_the_guide_gets_every_file_of_the_foreign_company_on_record(desk: Path) -> None:
    found = faults(GUIDE, desk)
    assert not found, "\n".join(found)
    documents = ask(desk, "documents", "list")
    assert isinstance(documents, list)
    recorded = {each["name"] for each in documents}
    received = {path.name for path in (FOREIGN / "received").iterdir()}
    assert received - recorded == set()
    check = ask(desk, "ledger", "check")
    assert isinstance(check, dict)
    assert check["clean"] is True


def test_the_guide_uses_every_mapping_that_the_example_brings() -> None:
    text = (ROOT / GUIDE).read_text(encoding="utf-8")
    names = {path.stem: parse_mapping(path.read_bytes()).name for path in (FOREIGN / "mappings").glob("*.toml")}
    assert [stem for stem in names if stem not in text] == []
    assert [name for name in names.values() if f"--map {name}" not in text] == []


def test_the_foreign_files_are_made_by_their_script(tmp_path: Path) -> None:
    script = ROOT / "examples" / "make_foreign.py"
    subprocess.run([sys.executable, "-B", str(script), "--out", str(tmp_path)], check=True, cwd=tmp_path, timeout=60)
    made, committed = content(tmp_path), content(FOREIGN)
    committed = {name: found for name, found in committed.items() if not name.startswith("mappings/")}
    assert sorted(made) == sorted(committed)
    assert [name for name in committed if made[name] != committed[name]] == []


def content(folder: Path) -> dict[str, object]:
    """What each file holds: of a workbook its members, whose packing another zlib does otherwise; of a picture that it
    is one, since another release of the font draws it otherwise."""
    found: dict[str, object] = {}
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        name, data = path.relative_to(folder).as_posix(), path.read_bytes()
        found[name] = data
        if path.suffix == ".png":
            found[name] = data[:8]
        elif path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                found[name] = {member: book.read(member) for member in book.namelist()}
    return found


def test_the_table_of_kinds_is_the_one_that_the_templates_give() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert with_generated(text) == text, "run: python -m tools.write_kinds"


def test_the_foreign_files_stay_small_enough_to_clone() -> None:
    assert sum(path.stat().st_size for path in FOREIGN.rglob("*") if path.is_file()) < 150_000
