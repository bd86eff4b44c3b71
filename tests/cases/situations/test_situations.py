"""`examples/situations`: every situation told through the real commands comes to the figures worked by hand."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cases.situations.telling import BASE, SITUATIONS, Teller, check, folders, story

FIGURES = ("figures", "counted", "values")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Teller:
    """The home of the base: made once, and copied for each situation."""
    teller = Teller(tmp_path_factory.mktemp("situations") / "home")
    teller.found_home("2023-07-05")
    for step, said in teller.tell(BASE):
        check(step, said)
    return teller


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)
def test_the_situation_comes_to_what_its_sum_by_hand_says(folder: Path, told: Teller, tmp_path: Path) -> None:
    shutil.copytree(told.home, tmp_path / "home")
    teller = Teller(tmp_path / "home", dict(told.loads))
    for step, said in teller.tell(folder):
        check(step, said)


@pytest.mark.parametrize(
    ("number", "shipment", "words"),
    [
        pytest.param(18, "S18", "assist TOOL-23-7 is booked 2 times", id="rests-on-assists"),
        pytest.param(22, "S22", "under customs control in transit", id="a-tenth-check"),
        pytest.param(24, "S24", "entered from a zone", id="an-eleventh-check"),
        pytest.param(25, "S25", "66.66", id="one-line-of-two-claimed"),
    ],
)
def test_a_pack_of_the_situation_is_built_and_checks(
    number: int, shipment: str, words: str, told: Teller, tmp_path: Path
) -> None:
    folder = folders()[number - 1]
    shutil.copytree(told.home, tmp_path / "home")
    teller = Teller(tmp_path / "home", dict(told.loads))
    for _ in teller.tell(folder):
        pass
    built = teller.type("pack", "build", shipment, "--out", str(tmp_path / "packs"), "--json")
    assert built.status == 0, built.words
    checked = teller.type("pack", "check", built.found["folder"], "--trust", str(teller.home / "trust"), "--json")
    assert checked.found["verdict"] == "passed", checked.words[-2000:]
    pages = subprocess.run(["pdftotext", built.found["report"], "-"], capture_output=True, text=True, check=True)
    assert words in " ".join(pages.stdout.split())


def test_there_are_27_situations() -> None:
    assert [int(folder.name[:2]) for folder in folders()] == list(range(1, 28))


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)
def test_the_readme_tells_the_situation_and_prints_its_figures(folder: Path) -> None:
    sections = re.split(r"^### ", (SITUATIONS / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    (mine,) = [section for section in sections if section.startswith(f"`{folder.name}`")]
    plain = mine.replace(",", "")
    for step in story(folder)["step"]:
        expected = step.get("expect", {})
        for figure in (each for name in FIGURES for each in expected.get(name, {}).values()):
            assert re.search(rf"(?<![\d.]){re.escape(figure)}(?![\d]|\.\d)", plain), f"{figure} is not in {mine}"
