"""``evidence pack``: what it prints and with which status it ends; and that a check needs nothing but the wheel."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from evidence import cli
from evidence.pack.form import layout
from tests.unit.pack.issued import Issued


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    status = cli.main(list(arguments))
    return status, capsys.readouterr().out


def test_a_check_ends_with_0_for_passed_3_without_trust_and_1_for_altered(
    issued: Issued, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trust = str(issued.trust)
    status, printed = run(capsys, "pack", "check", str(issued.pack.folder), "--trust", trust)
    assert (status, "0 failed, 0 undetermined" in printed) == (0, True)
    assert run(capsys, "pack", "check", str(issued.pack.archive))[0] == 3

    altered = tmp_path / "pack"
    shutil.copytree(issued.pack.folder, altered)
    (altered / layout.README).write_bytes(b"no need to check\n")
    status, printed = run(capsys, "pack", "check", str(altered), "--trust", trust)
    assert status == 1
    assert f"failed        file {layout.README}: Altered since it was listed." in printed


def test_a_check_of_nothing_and_of_a_pack_under_no_trust_folder_says_what_was_wanted(
    issued: Issued, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["pack", "check", str(tmp_path / "none")]) == 1
    assert "There is no pack at" in capsys.readouterr().err
    assert cli.main(["pack", "check", str(issued.pack.folder), "--trust", str(tmp_path)]) == 2
    assert "wanted the trust folder of a home" in capsys.readouterr().err


def test_check_as_json_gives_every_item_with_its_verdict(issued: Issued, capsys: pytest.CaptureFixture[str]) -> None:
    status, printed = run(capsys, "pack", "check", str(issued.pack.folder), "--trust", str(issued.trust), "--json")
    found = json.loads(printed)
    assert (status, found["verdict"], found["status"]) == (0, "passed", 0)
    assert {item["verdict"] for item in found["items"]} == {"passed"}
    assert {"entry 28", "exhibit E001", "worksheet 1", "ledger/checkpoint"} <= {item["item"] for item in found["items"]}


def test_list_and_show_say_what_was_built(issued: Issued, capsys: pytest.CaptureFixture[str]) -> None:
    home = str(issued.place / "home")
    status, printed = run(capsys, "--home", home, "pack", "list", "--json")
    assert status == 0
    assert json.loads(printed)[0]["number"] == "EP-S01-1"
    status, printed = run(capsys, "--home", home, "pack", "show", "EP-S01-1", "--json")
    assert (status, json.loads(printed)["as_of"]) == (0, issued.size)
    assert cli.main(["--home", home, "pack", "show", "EP-S77-1"]) == 1


def test_build_wants_one_subject(issued: Issued, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = str(issued.place / "home")
    assert cli.main(["--home", home, "pack", "build", "--out", str(tmp_path)]) == 2
    assert "Name one subject" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "saying"),
    [
        pytest.param(("build", "", "--out", "OUT"), "Name one subject", id="a-shipment-without-a-number"),
        pytest.param(("build", "S01", "--out", "OUT", "--language", "xx"), "wanted one of en, fr, es", id="language"),
        pytest.param(("build", "S01", "--out", "OUT", "--edition", "x"), "There is no edition 'x'", id="edition"),
        pytest.param(("letter", "EP-S01-1", "cover", "--out", "OUT", "--language", "EN"), "wanted one of", id="letter"),
        pytest.param(("difference", "EP-S01-1", "--out", "OUT", "--language", ""), "wanted one of", id="difference"),
        pytest.param(("request-form", "--out", "OUT", "--form", "29"), "Name one of form28", id="form"),
        pytest.param(
            ("build", "S01", "--out", "OUT", "--request", "none.csv"), "'none.csv' does not exist", id="request"
        ),
        pytest.param(("rebuild", "EP-S01-1", "--request", "none.csv"), "'none.csv' does not exist", id="rebuild"),
        pytest.param(("check", "PACK", "--trust", "no-folder"), "'no-folder' does not exist", id="trust"),
    ],
)
def test_what_cannot_be_asked_so_is_told_before_anything_is_looked_at(
    issued: Issued, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], saying: str
) -> None:
    out = tmp_path / "out"
    places = {"OUT": str(out), "PACK": str(issued.pack.folder)}
    words = [places.get(each, each) for each in arguments]
    assert cli.main(["--home", str(issued.place / "home"), "pack", *words]) == 2
    told = capsys.readouterr().err
    assert saying in told
    assert len(told.splitlines()) == 1
    assert not out.exists()


def test_what_left_the_house_was_the_archive_or_the_volumes(issued: Issued, capsys: pytest.CaptureFixture[str]) -> None:
    said = [
        "--to",
        "Customs office (SPECIMEN)",
        "--channel",
        "portal",
        "--by",
        "Desk (role)",
        "--purpose",
        "notice N-1",
    ]
    both = ["--archive", str(issued.pack.archive), "--volumes", str(issued.pack.folder)]
    home = str(issued.place / "home")
    assert cli.main(["--home", home, "pack", "handed-over", "EP-S01-1", *said, *both]) == 2
    assert "Give --archive or --volumes" in capsys.readouterr().err
    assert cli.main(["--home", home, "pack", "handed-over", "EP-S01-1", *said, "--on", "2023-W14-1"]) == 2
    assert "does not match the formats" in capsys.readouterr().err


def test_build_prints_where_the_pack_lies(issued: Issued, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = str(issued.place / "home")
    status, printed = run(capsys, "--home", home, "pack", "build", "S01", "--out", str(tmp_path), "--json")
    found = json.loads(printed)
    assert (status, found["new"], found["number"]) == (0, False, "EP-S01-1")
    assert (found["claim"], found["content"], found["threshold"]) == ("claimed", "80", "72")
    assert Path(found["report"]).is_file()
    assert Path(found["archive"]).is_file()


def test_a_check_needs_no_typesetter_and_no_database(issued: Issued) -> None:
    program = (
        "import sys\n"
        "for name in ('weasyprint', 'sqlalchemy', 'sqlmodel', 'alembic', 'jinja2', 'xlsxwriter'):\n"
        "    sys.modules[name] = None\n"
        "from datetime import UTC, datetime\n"
        "from pathlib import Path\n"
        "from evidence.pack.checking.check import check_pack\n"
        "print(check_pack(Path(sys.argv[1]), datetime.now(UTC), Path(sys.argv[2])).verdict)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(issued.pack.archive), str(issued.trust)],
        capture_output=True, text=True, check=False, timeout=60, cwd=Path(__file__).resolve().parents[3],
    )  # fmt: skip
    assert (done.stdout.strip(), done.returncode) == ("passed", 0), done.stderr
