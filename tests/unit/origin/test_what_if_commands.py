"""``evidence origin what-if`` and ``needs`` in a real home: what they print, how they end; nothing is recorded."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from evidence import cli
from evidence.errors import OriginError
from evidence.ledger.found import open_home
from evidence.origin.alterations import read_alterations
from evidence.origin.altered import altered_inputs
from evidence.origin.determine import determine
from evidence.origin.snapshot import Determined, record_snapshot
from evidence.register.project import Projector
from evidence.store.documents import DocumentStore
from tests.unit.origin.small_company import LAW, small_company
from tests.unit.origin.small_home import make_home, record_company

ASKED = ("--period", "2023-04-01..2023-06-30")
ONE = ("EV1", "--plant", "P-MX", *ASKED)
HIGHER = "title = 'Higher'\n[[figure]]\nseries = 'PV-RVC'\nfrom = 2023-01-01\namount = '81'\n"
File = Callable[[str], str]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all: nothing that is tested here records anything."""
    place = tmp_path_factory.mktemp("what-if") / "home"
    with make_home(place) as handle:
        record_company(handle, small_company())
    return place


@pytest.fixture
def file(tmp_path: Path) -> File:
    def written(text: str) -> str:
        (tmp_path / "altered.toml").write_text(text)
        return str(tmp_path / "altered.toml")

    return written


def run(home: Path, *arguments: str) -> int:
    return cli.main(["--home", str(home), *arguments])


def entries(home: Path) -> int:
    with open_home(home, {}, sign=False, projector=Projector(DocumentStore(home / "documents"))) as handle:
        return handle.ledger.size()


def test_one_good_before_and_after_is_printed_and_nothing_is_recorded(
    home: Path, file: File, capsys: pytest.CaptureFixture[str]
) -> None:
    before = entries(home)
    assert run(home, "origin", "what-if", file(HIGHER), *ONE) == 1
    printed = capsys.readouterr().out
    assert "what-if: not recorded; no claim can rest on it" in printed
    assert "80.00 % is less than 81 %" in printed
    assert "Originate before: 1 of 1; after: 0 of 1." in printed
    assert entries(home) == before
    assert run(home, "snapshots", "list") == 0
    assert "No snapshots." in capsys.readouterr().out


def test_the_whole_range_is_what_is_recorded_for_a_use_and_was_made(
    home: Path, file: File, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(home, "--json", "origin", "what-if", file(HIGHER.replace("81", "80")), *ASKED) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(row["part"], row["plant"], row["after"]["outcome"]) for row in found["rows"]] == [("EV1", "P-MX", "met")]
    assert found["standing"].startswith("what-if: not recorded")
    assert found["rule_set"] == LAW.content_hash
    assert run(home, "origin", "what-if", file(HIGHER), "--period", "2021") == 2
    assert "made in that period" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "more", "status", "said"),
    [
        ("title = 'x'", ONE, 2, "alter nothing"),
        (HIGHER, ("EV1", *ASKED), 2, "give --plant"),
        (HIGHER, ("EV9", "--plant", "P-MX", *ASKED), 3, "No item MAKER:EV9"),
        (HIGHER, ("EV1", "--plant", "P-XX", *ASKED), 3, "No site P-XX"),
        (HIGHER, ("EV1", "--plant", "P-MX", "--period", "soon"), 2, "--period"),
        (HIGHER, (*ONE, "--basis", "guess"), 2, "--basis guess"),
        (HIGHER, (*ONE, "--use", "racing"), 2, "--use racing"),
        (HIGHER, (*ONE, "--event", "entry"), 2, "give --on DATE"),
        (HIGHER, (*ONE, "--into", "nowhere"), 2, "importing_country"),
        (HIGHER.replace("PV-RVC", "NONE"), ONE, 3, "no dated figure called 'NONE'"),
    ],
)
def test_what_cannot_be_asked_ends_with_one_line(
    home: Path, file: File, text: str, more: tuple[str, ...], status: int, said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert run(home, "origin", "what-if", file(text), *more) == status
    assert said in capsys.readouterr().err


def test_needs_prints_the_margin_and_the_declarations_that_must_not_be_lost(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(home, "origin", "needs", *ONE, "--margin", "10") == 0
    printed = capsys.readouterr().out
    assert "may rise by 400 USD before the content fails" in printed
    assert "REF-STEEL" in printed
    assert run(home, "origin", "needs", *ONE, "--margin", "much") == 2
    assert "--margin" in capsys.readouterr().err


def test_the_list_that_is_printed_as_a_file_makes_the_good_pass(
    tmp_path: Path, file: File, capsys: pytest.CaptureFixture[str]
) -> None:
    company = small_company()
    company.drop("declarations", lambda declaration: declaration.part in ("AXLE", "CASE"))
    with make_home(tmp_path / "home") as handle:
        record_company(handle, company)
    home = tmp_path / "home"
    assert run(home, "origin", "needs", *ONE) == 1
    assert "no shorter list does as much" in capsys.readouterr().out
    assert run(home, "origin", "needs", *ONE, "--as-file") == 1
    listed = capsys.readouterr().out
    assert [each.part for each in read_alterations(listed.encode()).declared] == ["AXLE", "CASE"]
    assert run(home, "origin", "what-if", file(listed), *ONE) == 0
    assert "Originate before: 0 of 1; after: 1 of 1." in capsys.readouterr().out


def test_a_good_that_nothing_is_missing_of_has_no_list(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(home, "origin", "needs", *ONE, "--as-file") == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "no file is printed" in printed.err


def test_a_what_if_cannot_be_recorded(home: Path) -> None:
    inputs, _ = altered_inputs(small_company().inputs(), read_alterations(HIGHER.encode()), LAW, LAW.region)
    with open_home(home, {}, sign=True, projector=Projector(DocumentStore(home / "documents"))) as handle:
        before = handle.ledger.size()
        with pytest.raises(OriginError, match="never recorded"):
            record_snapshot(handle, Determined(inputs, determine(inputs, LAW)), handle.clock.now())
        assert handle.ledger.size() == before
