"""``evidence determine`` and ``evidence snapshots``: worksheets to be followed, and replays that explain themselves."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import evidence
from evidence.cli import main
from evidence.origin.snapshot import determine_in, record_snapshot
from evidence.rules.ruleset import RuleSet
from tests.unit.origin.small_company import small_company
from tests.unit.origin.small_home import make_home, record_company
from tests.unit.origin.test_snapshot import QUESTION

PACKAGE = Path(evidence.__file__).parent
LAW = RuleSet.load()
HELD = "known = [line.non_originating for line in lines if line.non_originating is not None]"
ALTERED = "known = [2 * line.non_originating for line in lines if line.non_originating is not None]"
HIGHER = """\
name = "proposal"
title = "A step that is not law"

[[series]]
name = "PV-RVC"
subject = "passenger_vehicle"
measure = "rvc_net_cost"
unit = "percent"
replaces = true

[[series.value]]
from = 2022-07-01
amount = "90"
comparator = ">="
source = "a proposal"
confidence = "verified"
checked = 2026-08-01
"""


@dataclass(frozen=True)
class Kept:
    """A home with one snapshot of the small company's vehicle."""

    home: Path
    snapshot: str


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    place = tmp_path_factory.mktemp("snapshots") / "home"
    with make_home(place) as handle:
        record_company(handle, small_company())
        determined = determine_in(handle, QUESTION, LAW, evidence.__version__)
        snapshot = record_snapshot(handle, determined, handle.clock.now()).snapshot
    return Kept(place, snapshot)


def printed(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    assert main(list(arguments)) == status, capsys.readouterr().err
    return capsys.readouterr().out


def home_of(kept: Kept) -> tuple[str, str]:
    return "--home", str(kept.home)


def test_a_worksheet_in_full_has_each_figure_with_its_sum_its_law_and_its_entries(
    kept: Kept, capsys: pytest.CaptureFixture[str]
) -> None:
    said = printed(capsys, "snapshots", "show", kept.snapshot, "--full", *home_of(kept))
    lines = [line.strip() for line in said.splitlines()]
    at = lines.index("content = 80 %: Regional value content, net cost method")
    assert lines[at + 1 : at + 4] == [
        "= (net_cost - vnm) / net_cost x 100, cut after four decimals",
        "= (50000 - 10000) / 50000 x 100, cut after four decimals",
        "19 CFR 182 App A and SOR/2020-155, s.7(3)",
    ]
    units = lines.index("units = 10 units: Units made")
    assert lines[units + 3].startswith("read from #")
    assert "volume: made 3, month 2023-05" in said
    assert "verified, read 2026-08-01" in said
    assert "threshold-date-event" in said
    assert "purchase: " in said


def test_a_determination_in_full_is_the_same(kept: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("EV1", "--plant", "P-MX", "--period", "2023-04-01..2023-06-30")
    said = printed(capsys, "determine", *asked, "--no-record", "--full", *home_of(kept))
    assert "= (50000 - 10000) / 50000 x 100" in said
    assert "ESTIMATE" not in said
    assert "= (50000" not in printed(capsys, "determine", *asked, "--no-record", *home_of(kept))


def test_a_snapshot_replays_to_the_same_bytes(kept: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    assert "the same bytes" in printed(capsys, "snapshots", "replay", kept.snapshot, *home_of(kept))


def test_a_replay_under_another_law_prints_what_differs_in_it_and_what_follows(
    kept: Kept, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "higher.toml").write_text(HIGHER, encoding="utf-8")
    under = ("--under", str(tmp_path / "higher.toml"))
    (found,) = json.loads(
        printed(capsys, "--json", "snapshots", "replay", kept.snapshot, *under, *home_of(kept), status=1)
    )
    assert "PV-RVC" in {law["name"] for law in found["law"]}
    places = {each["place"]: each for each in found["differences"]}
    assert (places["outcome"]["recorded"], places["outcome"]["again"]) == ("met", "not_met")
    said = " ".join(printed(capsys, "snapshots", "replay", kept.snapshot, *under, *home_of(kept), status=1).split())
    assert "What differs in the law" in said
    assert "another rule set was applied" in said


def test_an_estimate_is_called_one_with_the_day_from_which_actual_figures_decide(
    kept: Kept, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("EV1", "--plant", "P-MX", "--period", "2023-04-01..2023-06-30", "--basis", "estimate", "--no-record")
    main(["determine", *asked, *home_of(kept)])
    assert "ESTIMATE: actual figures are due from 2024-04-01 on, and confirm or overturn it." in capsys.readouterr().out
    main(["--json", "determine", *asked, *home_of(kept)])
    assert json.loads(capsys.readouterr().out)["worksheet"]["true_up_due"] == "2024-04-01"


def altered_engine(folder: Path) -> Path:
    """A copy of the program in which a line of the roll-up counts each non-originating value twice."""
    shutil.copytree(PACKAGE, folder / "evidence", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(PACKAGE.parent / "migrations", folder / "migrations")
    module = folder / "evidence" / "rules" / "roll_up.py"
    text = module.read_text(encoding="utf-8")
    assert HELD in text
    module.write_text(text.replace(HELD, ALTERED), encoding="utf-8")
    return folder


def test_an_altered_engine_is_caught_and_each_difference_explained(kept: Kept, tmp_path: Path) -> None:
    engine = altered_engine(tmp_path)
    command = [sys.executable, "-m", "evidence", "--json", "snapshots", "replay", kept.snapshot, *home_of(kept)]
    environment = {**os.environ, "PYTHONPATH": str(engine)}
    ran = subprocess.run(command, cwd=engine, env=environment, text=True, capture_output=True, check=False, timeout=120)
    assert ran.returncode == 1, ran.stderr
    (found,) = json.loads(ran.stdout)
    places: dict[str, dict[str, Any]] = {each["place"]: each for each in found["differences"]}
    root = places["cells[M0003.vnm.unit].value"]
    assert (root["recorded"], root["again"]) == ("200", "400")
    assert root["why"] == "what it rests on is the same: the program or the law works it out otherwise"
    # the battery pack no longer originates, so that its cell counts in the vehicle: 1000 + 200, and all that twice
    assert places["cells[M0003.content.vnm].value"]["why"] == "follows from M0003.vnm"
    assert places["materials[M0003].status"]["why"] == "follows from M0003.content.vnm"
    assert places["materials[M0004].counted"]["why"] == "follows from M0003"
    whole = places["cells[vnm.unit].value"]
    assert (whole["recorded"], whole["again"], whole["why"]) == ("1000", "2400", "follows from M0004")
    assert places["cells[vnm].value"]["why"] == "follows from vnm.unit"
    content = places["cells[content].value"]
    assert (content["recorded"], content["again"], content["why"]) == ("80", "52", "follows from vnm")
    assert (places["outcome"]["again"], places["outcome"]["why"]) == (
        "not_met", "follows from regional value content, core parts"
    )  # fmt: skip
    assert "materials[M0003].part" not in places
