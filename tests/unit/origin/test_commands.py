"""The commands as a person types them, in a real home: what they print, and how they end."""

import json
from pathlib import Path

import pytest

from evidence import cli
from evidence.core.statements.use import UseClass
from evidence.ledger.found import open_home
from evidence.register.project import Projector
from evidence.store.documents import DocumentStore
from tests.unit.origin.small_company import small_company
from tests.unit.origin.small_home import load, make_home, record, record_company
from tests.unit.origin.small_shipment import authority, certification, customs_entry, production, shipment

ASKED = ("--plant", "P-MX", "--period", "2023-04-01..2023-06-30")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    place = tmp_path / "home"
    with make_home(place) as handle:
        record_company(handle, small_company(), production())
        record(handle, authority(), certification(), shipment(), customs_entry())
    return place


def run(home: Path, *arguments: str) -> int:
    return cli.main(["--home", str(home), *arguments])


def test_determine_prints_the_worksheet_and_records_it(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(home, "determine", "EV1", *ASKED) == 0
    printed = capsys.readouterr()
    assert "Origin analysis: originates. Regional value content 80.00 % (at least 72 %)." in printed.out
    assert "RADIO" in printed.out
    assert ": recorded." in printed.err
    assert run(home, "determine", "EV1", *ASKED) == 0
    assert "on record already, unchanged" in capsys.readouterr().err


def test_a_determination_that_is_not_recorded_ends_with_its_outcome(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(home, "determine", "EV1", *ASKED, "--no-record") == 0
    assert run(home, "determine", "EV1", *ASKED, "--no-record", "--event", "entry", "--on", "2023-07-05") == 0
    assert run(home, "determine", "EV9", *ASKED, "--no-record") == 3
    assert "No item MAKER:EV9" in capsys.readouterr().err
    assert run(home, "determine", "NOBODY:EV1", *ASKED, "--no-record") == 3
    assert "No item NOBODY:EV1" in capsys.readouterr().err
    elsewhere = [option if option != "P-MX" else "P-XX" for option in ASKED]
    assert run(home, "determine", "EV1", *elsewhere) == 3
    assert "No site P-XX" in capsys.readouterr().err
    assert run(home, "snapshots", "list") == 0
    assert "No snapshots." in capsys.readouterr().out


GAPS = ("declarations", "gaps")
_MARCH = ("--plant", "P-MX", "--period", "2019-03")


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        pytest.param((*GAPS, "EV9", *ASKED), 3, "No item MAKER:EV9", id="a-good-not-on-record"),
        pytest.param((*GAPS, "EV1", *ASKED, "--plant", "P-XX"), 3, "No site P-XX", id="a-plant-not-on-record"),
        pytest.param((*GAPS, "EV1", *_MARCH), 3, "No bill of EV1 at P-MX is in force", id="no-bill"),
        pytest.param((*GAPS, "", *ASKED), 2, "part ''", id="a-good-without-a-name"),
        pytest.param((*GAPS, "EV1", *ASKED, "--period", "0001"), 2, "--period 0001", id="the-first-year"),
        pytest.param(("true-up", "--year", "9999"), 2, "--year 9999", id="the-last-year"),
        pytest.param(("rules", "diff", "x" * 300, "packaged"), 2, "No rule set", id="a-name-that-no-file-can-have"),
        pytest.param(("ledger", "dispose", " ", "--rule", "R", "--approved-by", "A"), 2, "targets", id="no-target"),
        pytest.param(("parties", "show", "\udcff"), 2, "no text in UTF-8", id="bytes-that-are-no-text"),
    ],
)
def test_what_cannot_be_asked_is_told_in_one_line(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], status: int, words: str
) -> None:
    """Nothing is said to be covered of a good that no one recorded, or that no bill tells the materials of."""
    assert run(home, *arguments) == status
    printed = capsys.readouterr()
    assert words in printed.err
    assert (printed.out, printed.err.count("\n")) == ("", 1)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        pytest.param(("--event", "entry"), "--on DATE", id="no-day"),
        pytest.param(("--event", "sale"), "wanted actual or estimate", id="no-such-event"),
        pytest.param(("--basis", "standard"), "wanted actual or estimate", id="no-such-basis"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(
    home: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], words: str
) -> None:
    assert run(home, "determine", "EV1", *ASKED, *more) == 2
    assert words in capsys.readouterr().err


def test_snapshots_are_listed_shown_and_replayed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(home, "determine", "EV1", *ASKED)
    capsys.readouterr()
    assert run(home, "snapshots", "list", "--json") == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["good"], row["outcome"]) == ("EV1", "met")
    assert run(home, "snapshots", "show", row["snapshot"], "--json") == 0
    assert json.loads(capsys.readouterr().out)["good"]["part"] == "EV1"
    assert run(home, "snapshots", "show", row["snapshot"]) == 0
    assert "Core parts of Table A.2" in capsys.readouterr().out
    assert run(home, "snapshots", "replay", "--all") == 0
    assert "the same bytes" in capsys.readouterr().out
    assert run(home, "snapshots", "replay") == 2


def test_claim_says_what_blocks_and_then_claims(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(home, "claim", "S01") == 1
    assert "no snapshot of EV1" in " ".join(capsys.readouterr().out.split())
    run(home, "determine", "EV1", *ASKED)
    capsys.readouterr()
    assert run(home, "claim", "S01", "--by", "desk", "--json") == 0
    (decision,) = json.loads(capsys.readouterr().out)
    assert decision["action"] == "made"
    assert [check["outcome"] for check in decision["gate"]] == ["met"] * 9
    assert run(home, "claim", "S01", "--by", "desk", "--correct") == 2
    assert run(home, "claim", "S01", "--by", "desk", "--correct", "--reason", "axle withdrawn") == 0
    assert "corrected" in capsys.readouterr().out


def test_a_use_is_asked_about_by_name_and_kept_for_the_replay(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_home(home, {}, sign=True, projector=Projector(DocumentStore(home / "documents"))) as handle:
        vehicle = small_company().facts["uses"][0].value
        record(handle, load(handle, "uses", "uses-2", [vehicle.model_copy(update={"use": UseClass.AFTERMARKET})]))
    assert run(home, "determine", "EV1", *ASKED, "--no-record") == 3
    assert "recorded for several uses (aftermarket, vehicle)" in capsys.readouterr().out
    assert run(home, "determine", "EV1", *ASKED, "--use", "vehicle") == 0
    assert "80.00 % (at least 72 %)" in capsys.readouterr().out
    assert run(home, "determine", "EV1", *ASKED, "--use", "oe-light") == 3
    assert "not recorded for the use oe-light" in capsys.readouterr().err
    assert run(home, "determine", "EV1", *ASKED, "--use", "toy") == 2
    assert run(home, "snapshots", "replay", "--all") == 0
