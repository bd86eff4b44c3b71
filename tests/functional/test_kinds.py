"""Every kind that a file can state comes in from the sample of it, and the record stands up to its own checks."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from evidence.cli import main
from evidence.core.statements.registry import KINDS
from evidence.intake.on_record import ADDITIVE
from evidence.intake.templates import NOT_FROM_FILES, templates
from evidence.ledger.found import open_home
from tests.functional.conftest import ROOT
from tests.postgresql import new_database, server

SAMPLE = ROOT / "examples" / "kinds"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home into which the whole sample was imported as one folder, on either engine."""
    made = tmp_path_factory.mktemp("kinds") / "home"
    with ExitStack() as stack:
        if request.param == "postgresql":
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            patch.setenv("EVIDENCE_DATABASE", new_database(stack.enter_context(server()), "kinds"))
        assert main(["init", "--home", str(made), "--demo", "--code", "TERN", "--at", "2025-03-03"]) == 0
        assert (made / "evidence.db").exists() is (request.param == "sqlite")
        assert main(["import", str(SAMPLE), "--home", str(made)]) == 0
        yield made


def reported(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    capfd.readouterr()
    status = main([*arguments, "--json"])
    return status, json.loads(capfd.readouterr().out)


def recorded(home: Path) -> set[str]:
    with open_home(home, os.environ) as handle:
        found = [handle.ledger.entry(seq).statement for seq in range(handle.ledger.size())]
    return {each.kind for each in found if each is not None}


def test_every_kind_is_stated_by_a_file_or_is_an_act_of_this_program_and_never_both() -> None:
    from_files = {each.kind.kind for each in templates().values()}
    assert from_files & NOT_FROM_FILES.keys() == set()
    assert from_files | NOT_FROM_FILES.keys() == {kind.kind for kind in KINDS.values()}
    assert all(NOT_FROM_FILES.values())


def test_every_kind_that_a_file_can_state_is_on_record_from_the_sample(home: Path) -> None:
    assert {each.kind.kind for each in templates().values()} - recorded(home) == set()


def test_the_sample_is_made_from_the_worked_rows_of_the_templates(tmp_path: Path) -> None:
    command = [sys.executable, "-B", str(ROOT / "examples" / "make_kinds.py"), "--out", str(tmp_path)]
    subprocess.run(command, check=True, timeout=60, cwd=tmp_path)
    made, committed = (
        {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        for root in (tmp_path, SAMPLE)
    )
    assert sorted(made) == sorted(committed)
    assert [name for name in committed if made[name] != committed[name]] == []


def test_importing_the_sample_again_records_nothing(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    status, found = reported(capfd, "import", str(SAMPLE), "--home", str(home))
    assert (status, found["recorded"], found["files"]) == (0, False, [])


def test_the_ledger_of_the_sample_checks_clean(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert reported(capfd, "ledger", "check", "--home", str(home))[1]["clean"] is True


def test_the_register_built_anew_from_the_ledger_is_the_one_that_is_kept(home: Path) -> None:
    assert main(["register", "check", "--home", str(home)]) == 0
    assert main(["register", "rebuild", "--home", str(home)]) == 0
    assert main(["register", "check", "--home", str(home)]) == 0


@pytest.mark.parametrize("kind", sorted(ADDITIVE))
def test_lines_that_add_up_are_not_taken_twice_though_their_file_has_other_bytes(
    home: Path, kind: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    again = tmp_path / f"{kind}-again.csv"
    again.write_bytes((SAMPLE / f"{kind}.csv").read_bytes().replace(b"\n", b"\r\n"))
    status, found = reported(capfd, "import", str(again), "--dry-run", "--home", str(home))
    assert status == 1
    assert all("already in #" in fault["found"] for fault in found["faults"]), found["faults"]


@pytest.mark.parametrize("kind", ["notice", "reply", "loan", "wage-certificate", "reconciliation", "shipment"])
def test_a_number_that_is_on_record_wants_another_or_to_supersede(
    home: Path, kind: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    again = tmp_path / f"{kind}-again.csv"
    again.write_bytes((SAMPLE / f"{kind}.csv").read_bytes().replace(b"\n", b"\r\n").replace(b"papers/", b""))
    for paper in (SAMPLE / "papers").iterdir():
        (tmp_path / paper.name).write_bytes(paper.read_bytes())
    status, found = reported(capfd, "import", str(tmp_path), "--dry-run", "--home", str(home))
    assert status == 1
    assert [fault["wanted"] for fault in found["faults"]] == [
        "another number, or the columns supersedes and supersedes_reason"
    ]
