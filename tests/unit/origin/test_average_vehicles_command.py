"""`evidence average --vehicles`: an average of parts for the vehicles of one category, at the command line."""

import json
from pathlib import Path

import pytest

from evidence import cli
from evidence.origin.snapshot import Determined, record_snapshot
from tests.unit.origin.small_company import LAW, small_company
from tests.unit.origin.small_home import load, make_home, record, record_company
from tests.unit.origin.small_range import QUARTERS, volume, worksheet
from tests.unit.origin.test_average_vehicles import PROGRAMMES, USES

FIRST, LAST = QUARTERS[0]
ASKED = ("average", "EV1", "--plant", "P-MX", "--period", f"{FIRST}..{LAST}", "--category", "plant")


@pytest.fixture
def home(tmp_path: Path) -> str:
    with make_home(tmp_path / "home") as handle:
        company = small_company()
        company.drop("uses", lambda line: True)
        record_company(handle, company)
        made = [volume("EV1", "2023-08", 10)]
        record(handle, load(handle, "volumes", "volumes-2", made), load(handle, "uses", "uses-2", list(USES)))
        record(handle, load(handle, "programmes", "programmes-2", list(PROGRAMMES)))
        sheet = worksheet(period_from=FIRST, period_to=LAST)
        sheet = sheet.model_copy(update={"as_of": handle.ledger.size(), "rule_set": LAW.content_hash})
        record_snapshot(handle, Determined(company.inputs(), sheet), handle.clock.now())
    return str(tmp_path / "home")


def test_it_counts_the_units_for_those_vehicles_and_says_so(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--home", home, *ASKED, "--vehicles", "b", "--programme", "HATCH", "--record", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["net_cost"], said["non_originating"]) == ("35000", "7000")  # 7 units of 5000 and 1000
    assert said["question"]["programme"] == "HATCH"
    cli.main(["--home", home, *ASKED, "--vehicles", "a", "--programme", "HATCH"])
    assert "of which HATCH is one" in capsys.readouterr().out
    assert cli.main(["--home", home, "averages", "--replay"]) == 0


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param(("--vehicles", "b"), "needs both", id="no-programme"),
        pytest.param(("--programme", "HATCH"), "needs both", id="no-category"),
        pytest.param(("--vehicles", "z", "--programme", "HATCH"), "averaging category", id="no-such-category"),
        pytest.param(("--vehicles", "plant", "--programme", "HATCH"), "same model line", id="no-category-of-vehicles"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    home: str, asked: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["--home", home, *ASKED, *asked]) == 2
    assert said in capsys.readouterr().err
