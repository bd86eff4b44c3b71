"""The door of the command line: three names for one program, statuses, one line for what went wrong, quick help."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import typer

from evidence import __version__
from evidence.cli import _DOORS, app, main, run
from evidence.cli.common import HomeOption, JsonOption, one_line, plain, progress, remember, show, table
from evidence.errors import EvidenceError, OriginError, RefusesToSign, UsageError

ROOT = Path(__file__).resolve().parents[3]
HEAVY = {"sqlalchemy", "sqlmodel", "alembic", "weasyprint", "cryptography", "pyhanko", "pikepdf", "python_calamine"}


def program(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("EVIDENCE_")} | environment
    command = [sys.executable, "-m", "evidence", *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, text=True, capture_output=True, timeout=60, check=False)


def app_of(command: Callable[..., None]) -> typer.Typer:
    small = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
    small.command()(command)
    return small


@pytest.mark.parametrize("door", [["cli.py"], ["-m", "evidence"]], ids=["cli.py", "python-m"])
def test_every_door_opens_on_the_same_program(door: list[str]) -> None:
    command = [sys.executable, *door, "--version"]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, timeout=60, check=True)
    assert done.stdout == f"evidence {__version__}\n"


def test_help_answers_within_two_fifths_of_a_second_of_work() -> None:
    spent = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert program("--help").returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(spent) < 0.4


def test_help_lists_every_group_and_imports_nothing_heavy() -> None:
    code = "import sys; from evidence.cli import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, text=True, capture_output=True, timeout=60, check=True
    )
    assert {name.split(".")[0] for name in done.stderr.split()} & HEAVY == set()


def test_every_name_on_the_door_leads_somewhere() -> None:
    door = typer.main.get_group(app)
    assert [name for name in _DOORS if door.get_command(None, name) is None] == []  # type: ignore[arg-type]


def every_command() -> list[list[str]]:
    found: list[list[str]] = [[]]
    waiting = [(typer.main.get_group(app), list[str]())]
    while waiting:
        group, path = waiting.pop()
        for name in group.list_commands(None):  # type: ignore[arg-type]  # ours needs none
            command = group.get_command(None, name)  # type: ignore[arg-type]
            if command is None:
                continue  # named by the test above
            found.append([*path, name])
            if isinstance(command, typer.core.TyperGroup):
                waiting.append((command, [*path, name]))
    return found


@pytest.mark.parametrize("path", every_command(), ids=" ".join)
def test_every_command_has_a_help_page_that_says_what_it_does(
    path: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*path, "--help"]) == 0
    page = capsys.readouterr().out
    usage, _, rest = page.partition("Usage: ")[2].partition("\n")
    assert usage.startswith("evidence")
    assert rest.strip()
    assert not rest.strip().startswith("╭"), "no sentence before the options"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        pytest.param(EvidenceError("It is\nnot there."), 1, id="found-wanting"),
        pytest.param(UsageError("It is\nnot there."), 2, id="used-wrongly"),
        pytest.param(OriginError("It is\nnot there."), 3, id="not-decided"),
        pytest.param(RefusesToSign("It is\nnot there."), 4, id="refuses-to-sign"),
    ],
)
def test_an_error_is_one_line_on_standard_error_and_its_status(
    error: EvidenceError, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails() -> None:
        raise error

    assert run(app_of(fails), []) == status
    assert capsys.readouterr() == ("", "evidence: It is not there.\n")


def test_a_fault_of_ours_is_one_line_and_status_70_and_the_trace_is_for_those_who_ask(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def bursts() -> None:
        raise KeyError("lost")

    monkeypatch.delenv("EVIDENCE_DEBUG", raising=False)
    assert run(app_of(bursts), []) == 70
    assert capsys.readouterr().err.count("\n") == 1

    monkeypatch.setenv("EVIDENCE_DEBUG", "1")
    assert run(app_of(bursts), []) == 70
    assert "Traceback" in capsys.readouterr().err


def test_an_interrupt_has_the_status_that_shells_give_it() -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    assert run(app_of(interrupted), []) == 130


def test_a_status_that_a_command_gives_is_the_status_of_the_program() -> None:
    def undecided() -> None:
        raise typer.Exit(3)

    assert run(app_of(undecided), []) == 3


@pytest.mark.parametrize("wrong", [["no-such"], ["--no-such"], ["--home"]], ids=["command", "option", "value-left-out"])
def test_a_wrong_use_is_status_2_and_one_line_that_names_the_help(wrong: list[str]) -> None:
    done = program(*wrong)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("evidence: ")
    assert done.stderr.endswith("See: evidence --help\n")
    assert done.stderr.count("\n") == 1


def test_a_slip_of_the_pen_is_answered_by_the_nearest_name() -> None:
    assert "Did you mean 'database'?" in program("databse").stderr


def test_a_reader_that_goes_away_is_no_fault() -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "evidence", "--help"]
    done = subprocess.run(command, cwd=ROOT, stdout=write, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, "")


def test_the_home_is_the_nearest_one_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def where(home: HomeOption, as_json: JsonOption = False) -> None:
        show({"home": home}, as_json=as_json)

    small = app_of(where)
    remember(None, as_json=False)
    assert run(small, []) == 2
    assert "EVIDENCE_HOME" in capsys.readouterr().err

    remember(tmp_path / "before", as_json=True)
    assert run(small, []) == 0
    assert json.loads(capsys.readouterr().out) == {"home": str(tmp_path / "before")}

    assert run(small, ["--home", str(tmp_path / "after")]) == 0
    assert json.loads(capsys.readouterr().out) == {"home": str(tmp_path / "after")}
    remember(None, as_json=False)


@dataclass(frozen=True)
class Finding:
    name: str
    figure: Decimal
    day: date


FINDING = Finding("lock [bold]washer[/]", Decimal("65.10"), date(2024, 5, 1))


def test_a_record_becomes_json_without_a_float() -> None:
    assert plain([FINDING]) == [{"name": "lock [bold]washer[/]", "figure": "65.10", "day": "2024-05-01"}]
    assert plain({"at": datetime(2024, 5, 1, tzinfo=UTC), "raw": b"\x00\xff"}) == {
        "at": "2024-05-01T00:00:00+00:00",
        "raw": "00ff",
    }


def test_a_table_prints_text_from_outside_as_it_is_and_without_colour(capsys: pytest.CaptureFixture[str]) -> None:
    show([FINDING], as_json=False)
    printed = capsys.readouterr().out
    assert "lock [bold]washer[/]" in printed
    assert "65.10" in printed
    assert "\x1b" not in printed


def test_an_empty_table_says_so_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    table(["name"], [], empty="No material is on record.")
    assert capsys.readouterr().out == "No material is on record.\n"


def test_progress_away_from_a_terminal_is_plain_lines_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("Checking entries", total=3) as advance:
        for _ in range(3):
            advance()
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines()[0] == "Checking entries ..."
    assert printed.err.splitlines()[-1].startswith("Checking entries: done, 3 (")


def test_a_line_from_outside_cannot_drive_the_terminal() -> None:
    assert one_line("a\nb\x1b[31m\x07c") == "a b\\x1b[31m\\x07c"
