"""The end of a demonstration: what it says to look at is there, and its packs for several readers can be had."""

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest

from evidence import cli
from evidence.cli.demo_ending import where_to_look
from tests.functional.conftest import Demo

REPORTS = {"report-en.pdf", "report-fr.pdf", "report-es.pdf"}


@pytest.fixture
def mine(demo: Demo, tmp_path: Path) -> Demo:
    copied = demo.copy(tmp_path)
    (tmp_path / ".home.story.json").write_bytes((demo.home.parent / ".home.story.json").read_bytes())
    return copied


def told(*words: str) -> str:
    """What the demonstration prints to standard output, which must end well."""
    printed, said = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(said):
        status = cli.main(["demo", *words])
    assert status == 0, said.getvalue()
    return printed.getvalue()


def test_a_finished_demonstration_goes_on_to_its_editions(mine: Demo, tmp_path: Path) -> None:
    more = tmp_path / "editions"
    given = ("--home", str(mine.home), "--out", str(mine.packs), "--shipments", "1", "--editions", str(more))
    printed = told(*given)
    for edition, folder in (("authority", "S01-2"), ("importer", "S01-2-importer")):
        assert re.search(rf"S01 +{edition} +en fr es +EP-S01-2 +passed ", printed), printed
        assert {path.name for path in (more / folder).glob("report-*.pdf")} == REPORTS
        assert (more / f"{folder}.zip").is_file()
        assert f"{folder}: report-en.pdf, report-fr.pdf, report-es.pdf" in printed


def test_what_the_demonstration_says_to_look_at_and_to_type_is_there(
    demo: Demo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(demo.home.parent)
    said = where_to_look(demo.home, demo.table, [])
    look, typed = ([line[26:] for line in part.splitlines()[1:]] for part in said.split("What to type next"))
    paths = [word.strip(",:") for line in look for word in line.split() if "/" in word]
    assert len(paths) == 6
    assert [path for path in paths if not Path(path).exists()] == []
    commands = [shlex.split(line) for line in typed]
    assert Path(commands[1][1]).name == "verify.sh"
    assert commands[2][:3] == ["evidence", "--home", "home"]
    assert [command[at] for command, at in zip(commands[2:], (3, 3, 1), strict=True)] == ["pack", "readiness", "demo"]
    for command in (commands[0], commands[2]):
        assert cli.main(command[1:]) == 0, capsys.readouterr().err
