"""``evidence rules``: what applies and why, what a person adds, and what changed."""

import json
from pathlib import Path
from typing import Any

import pytest

from evidence.cli import main
from evidence.rules.ruleset import RuleSet
from tests.homes import new_home
from tests.unit.rules.test_added import LITHIUM, STEP

PACKAGED = RuleSet.load().name
WHO = ("--by", "Origin desk", "--reason", "Read on the page.")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return new_home(tmp_path / "home")


@pytest.fixture
def lithium(tmp_path: Path) -> Path:
    (tmp_path / "lithium.toml").write_text(LITHIUM)
    return tmp_path / "lithium.toml"


def printed(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> Any:
    assert main(["--json", *arguments]) == status
    return json.loads(capsys.readouterr().out)


def test_the_figures_of_a_day_are_listed_each_with_source_mark_and_day(capsys: pytest.CaptureFixture[str]) -> None:
    shown = printed(capsys, "rules", "show", "PV-RVC", "--on", "2023-06-30")
    assert shown["rule_set"] == PACKAGED
    (figure,) = shown["figures"]
    assert (figure["amount"], figure["confidence"], figure["checked"]) == ("72", "verified", "2026-08-01")
    assert figure["source"].startswith("19 CFR 182 App A s.13")


def test_a_code_in_a_use_on_a_day_says_what_applies_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "show", "8708.30", "--use", "oe-light", "--on", "2024-08-01"]) == 0
    out, err = capsys.readouterr()
    for words in (
        "UR s.14(14)-(15)",
        "from any other heading",
        "NC >= 70 %",
        "the rule's dated figure, B-NC",
        "[verified]",
    ):
        assert words in out
    assert PACKAGED in err


def test_a_code_of_a_later_edition_is_shown_through_its_concordance(capsys: pytest.CaptureFixture[str]) -> None:
    (shown,) = printed(
        capsys, "rules", "show", "8703.80", "--use", "vehicle", "--edition", "HS2022", "--on", "2024-08-01",
        "--kind", "passenger vehicle",
    )  # fmt: skip
    assert shown["note"].endswith("[K]")
    assert shown["besides"][0]["name"] == "PV-LVC"


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        pytest.param(("show", "PV-NOTHING"), 3, "PV-NOTHING", id="no-such-figure"),
        pytest.param(("show", "PV-RVC", "--on", "2020-06-30"), 3, "2020-06-30", id="a-day-without-a-value"),
        pytest.param(("show", "8708"), 1, "six, eight or ten digits", id="no-code"),
        pytest.param(("show", "8708.30", "--use", "racing"), 2, "oe-light", id="no-such-use"),
        pytest.param(("show", "8708.30", "--edition", "HS2017"), 3, "concordance", id="no-concordance"),
        pytest.param(("diff", "2023-07-01", "packaged"), 2, "two days or two rule sets", id="a-day-and-a-rule-set"),
        pytest.param(("diff", "packaged", "nothing"), 2, "wanted packaged, in-use", id="no-such-rule-set"),
    ],
)
def test_what_cannot_be_answered_ends_with_one_line(
    arguments: tuple[str, ...], status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rules", *arguments]) == status
    err = capsys.readouterr().err
    assert said in err
    assert "Traceback" not in err


def test_a_code_without_a_rule_ends_with_status_3_and_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "show", "2836.91", "--use", "oe-light"]) == 3
    assert "add the rule with its citation" in capsys.readouterr().out


def test_an_addition_is_looked_at_then_recorded_then_in_use_then_withdrawn(
    home: Path, lithium: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("rules", "show", "2836.91", "--use", "oe-light", "--home", str(home))
    (tried,) = printed(capsys, *asked, "--with", str(lithium))
    assert [each["rule"]["added_by"] for each in tried["alternatives"]] == ["lithium-carbonate"]
    assert main([*asked]) == 3
    capsys.readouterr()

    told = printed(capsys, "rules", "add", str(lithium), "--home", str(home), *WHO)
    assert (told["name"], told["rules"], told["rule_set"]) == ("lithium-carbonate", 1, tried["rule_set"])
    (shown,) = printed(capsys, *asked)
    assert shown["rule_set"] == told["rule_set"]
    listed = printed(capsys, "rules", "list", "--home", str(home))
    assert listed["in_use"] == told["rule_set"]
    assert [row["change"] for row in listed["recorded"]] == [
        "added lithium-carbonate: Product rule of lithium carbonate"
    ]

    gone = printed(capsys, "rules", "withdraw", "lithium-carbonate", "--home", str(home), *WHO)
    assert gone["rule_set"] == PACKAGED
    beginning = told["rule_set"].removeprefix("usmca:")[:12]
    differs = printed(capsys, "rules", "diff", "packaged", beginning, "--home", str(home))
    assert [row["sort"] for row in differs] == ["product rule"]
    assert printed(capsys, "rules", "diff", "packaged", "in-use", "--home", str(home)) == []
    assert main(["register", "rebuild", "--home", str(home)]) == 0
    assert main(["ledger", "check", "--home", str(home), "--trust", str(home / "trust")]) == 0


def test_what_was_added_is_refused_a_second_time_and_a_wrong_file_names_its_entry(
    home: Path, lithium: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rules", "add", str(lithium), "--home", str(home), *WHO]) == 0
    assert main(["rules", "add", str(lithium), "--home", str(home), *WHO]) == 2
    assert "in use already" in capsys.readouterr().err
    lithium.write_text(LITHIUM.replace('confidence = "transcribed"', 'confidence = "sure"'))
    assert main(["rules", "add", str(lithium), "--home", str(home), *WHO]) == 3
    assert "[[rule]] 1: found mark 'sure'" in capsys.readouterr().err
    assert len(printed(capsys, "rules", "list", "--home", str(home))["recorded"]) == 1


def test_a_difference_is_shown_between_days_and_with_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    days = {row["name"]: row for row in printed(capsys, "rules", "diff", "2023-06-30", "2023-07-01")}
    assert (days["PV-RVC"]["before"], days["PV-RVC"]["after"]) == (">= 72 percent", ">= 75 percent")
    (tmp_path / "step.toml").write_text(STEP)
    found = printed(capsys, "rules", "diff", "packaged", str(tmp_path / "step.toml"))
    assert {row["name"] for row in found} == {"PV-RVC"}
