"""``evidence pack plan`` and ``evidence readiness``: what they print, and with which status they end."""

import json

import pytest

from evidence import cli
from tests.unit.pack.issued import Issued


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = cli.main(list(arguments))
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def home(issued: Issued) -> tuple[str, str]:
    return "--home", str(issued.place / "home")


def test_a_plan_prints_every_item_with_what_is_missing_whose_it_is_and_by_when(
    issued: Issued, capsys: pytest.CaptureFixture[str]
) -> None:
    status, printed, _told = run(capsys, "pack", "plan", "S01", *home(issued))
    assert status == 0
    assert "common-02 [block]" in printed
    assert "present, " in printed.splitlines()[-1]
    status, printed, _told = run(capsys, "pack", "plan", "S01", "--missing", *home(issued))
    assert (status, "common-02 " in printed, "common-07 " in printed) == (0, False, True)


def test_a_plan_as_json_gives_each_item_with_its_exhibits(issued: Issued, capsys: pytest.CaptureFixture[str]) -> None:
    size = issued.handle.ledger.size()
    status, printed, _told = run(capsys, "pack", "plan", "--customs-entry", "SPC-1", *home(issued), "--json")
    found = json.loads(printed)
    rows = {row["id"]: row for row in found["items"]}
    assert (status, found["subject"]) == (0, "Customs entry SPC-1")
    assert rows["common-02"]["shown_at"][1] == {"text": "E005", "to": "exhibit-E005"}
    assert (rows["common-04"]["state"], rows["common-04"]["due"]) == ("missing", "2023-05-19")
    assert issued.handle.ledger.size() == size  # nothing is recorded


def test_a_plan_names_one_subject_that_is_on_record(issued: Issued, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "pack", "plan", *home(issued))[0] == 2
    status, _printed, told = run(capsys, "pack", "plan", "S99", *home(issued))
    assert (status, "No shipment S99 is on record" in told) == (1, True)


def test_readiness_prints_each_shipment_of_the_period_and_why_its_duty_is_not_computed(
    issued: Issued, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("readiness", "--from", "2023-05-18", "--to", "2023-05-18", *home(issued))
    status, printed, _told = run(capsys, *asked)
    assert status == 0
    assert "not computed" in printed
    assert "no ordinary duty is on record for 8703800000 (HS2022) into US on the day of entry" in printed
    found = json.loads(run(capsys, *asked, "--json")[1])
    assert [row["shipment"] for row in found] == ["S01"]
    assert len(found[0]["items"]) > found[0]["missing"] > 0


def test_readiness_of_a_day_without_shipments_says_so_and_a_period_runs_forward(
    issued: Issued, capsys: pytest.CaptureFixture[str]
) -> None:
    status, printed, _told = run(capsys, "readiness", "--from", "2023-05-19", "--to", "2023-05-31", *home(issued))
    assert (status, "No shipment of that period is on record." in printed) == (0, True)
    assert run(capsys, "readiness", "--from", "2023-06-01", "--to", "2023-05-01", *home(issued))[0] == 2
