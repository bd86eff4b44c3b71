"""Inputs made to hurt, through the real command: each gets one clear line or is kept as the document it is.

Whatever comes in, the command ends as it should, within limits that the home's settings lower here; nothing is
recorded of what is refused; and neither parsers nor archives leave a file behind. What each input is to come to stands
with it, in ``tests/hostile``.
"""

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from evidence.intake import run as intake_run
from evidence.store.documents import DocumentStore
from tests.homes import new_home
from tests.hostile import archives, folders, mails, pdfs, pictures, texts, workbooks
from tests.hostile.case import KEPT, Case
from tests.misuse import CONTROL, Place, head_of
from tests.unit.intake import making

CASES = {
    **archives.CASES, **workbooks.CASES, **pdfs.CASES, **mails.CASES, **texts.CASES, **pictures.CASES, **folders.CASES,
}  # fmt: skip

LIMITS = """
[limits]
document_bytes = 40000000
archive_members = 200
unpacked_bytes = 30000000
rows = 5000
pages = 100
ocr_pages = 3
parser_seconds = 20
parser_bytes = 536870912
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    root = tmp_path_factory.mktemp("hostile")
    new_home(root)
    settings = root / "home" / "settings.toml"
    text = settings.read_text()
    settings.write_text(text.split("[limits]")[0] + LIMITS)
    return Place(root)


@pytest.fixture
def folder(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    made, temporary = place.root / "in", place.root / "temporary"
    made.mkdir()
    temporary.mkdir(exist_ok=True)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    yield made
    shutil.rmtree(os.fsencode(made))


def left_behind(place: Place) -> list[str]:
    """What lies about: in the system's folder for such files, in the home's, and among its documents."""
    lying = [path for top in (place.root / "temporary", place.home / "scratch") for path in top.rglob("*")]
    unfinished = [path for path in (place.home / "documents").rglob("*") if path.is_file() and not _digest(path.name)]
    return [str(path) for path in lying + unfinished]


def _digest(name: str) -> bool:
    return len(name) in (62, 64) and all(each in "0123456789abcdef" for each in name)


def run(place: Place, *arguments: str) -> tuple[int, dict[str, Any]]:
    done = place.run("import", *arguments, "--json")
    assert "Traceback" not in done.said + done.printed, done
    assert CONTROL.search(done.said.replace("\n", "")) is None, done
    return done.status, json.loads(done.printed) if done.printed else {"said": done.said}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_it_gets_one_clear_line_and_leaves_nothing_behind(case: Case, place: Place, folder: Path) -> None:
    case.build(folder)
    before = head_of(place.home)
    status, told = run(place, str(folder), *case.arguments)
    assert status == case.status, told
    if case.status == KEPT:
        assert told["faults"] == []
        assert case.says is None or any(_is(case, notice) for notice in told["notices"]), told
        assert len(told["notices"]) <= 1000
    else:
        (fault,) = told["faults"]
        assert case.name in ("*", fault["file"])
        assert case.says in f"{fault['found']}; {fault['wanted']}"
        assert fault["wanted"]
        assert not told["recorded"]
        assert head_of(place.home) == before
    assert left_behind(place) == []


def _is(case: Case, notice: str) -> bool:
    return notice.startswith(f"{case.name}: ") and str(case.says) in notice


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 60


def test_one_hostile_file_in_a_folder_holds_all_of_it_back(place: Place, folder: Path) -> None:
    (folder / "items.csv").write_text(texts.items(part="HELD-BACK"))
    (folder / "bomb.zip").write_bytes(archives.zipped(("zeros.txt", bytes(20_000_000))))
    before = head_of(place.home)
    status, told = run(place, str(folder))
    assert (status, [fault["file"] for fault in told["faults"]]) == (1, ["bomb.zip"])
    assert head_of(place.home) == before
    assert left_behind(place) == []


MEANWHILE = b"A letter that was put there meanwhile, and that no other test has."


def test_a_file_that_changes_while_it_is_taken_in_is_recorded_as_it_was_checked(
    place: Place, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = folder / "letter.txt"
    letter.write_text("The letter that was checked.")
    record = intake_run.record

    def changed_before(*given: Any, **named: Any) -> Any:
        letter.write_text(MEANWHILE.decode())
        return record(*given, **named)

    monkeypatch.setattr(intake_run, "record", changed_before)
    done = place.run("import", str(folder))
    assert done.status == 0
    store = DocumentStore(place.home / "documents")
    kept = [store.has(hashlib.sha256(said).hexdigest()) for said in (b"The letter that was checked.", MEANWHILE)]
    assert kept == [True, False]
    assert left_behind(place) == []


@pytest.mark.parametrize(
    ("path", "status", "saying"),
    [
        pytest.param("/dev/zero", 1, "no regular file", id="a-device"),
        pytest.param("/proc/self/mem", 1, "", id="a-file-that-is-memory"),
        pytest.param("link", 2, "is a symbolic link", id="a-link"),
    ],
)
def test_what_is_no_file_is_named_and_not_read(path: str, status: int, saying: str, place: Place, folder: Path) -> None:
    (folder / "link").symlink_to("/etc/passwd")
    before = head_of(place.home)
    done = place.run("import", path if path.startswith("/") else str(folder / path))
    assert done.status == status, done
    assert saying in done.printed + done.said
    assert "Traceback" not in done.said
    assert head_of(place.home) == before


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|'/C calc'!A0", '=HYPERLINK("http://192.0.2.1","x")', "{=1}"]


def test_text_that_a_spreadsheet_would_run_goes_out_as_text(place: Place, folder: Path) -> None:
    rows = [
        dict(zip(making.ITEM, ("VOLTERA", f"P-{n}", "A", each, "no unit"), strict=True))
        for n, each in enumerate(FORMULAS)
    ]
    (folder / "items.csv").write_text(making.csv_text(*rows))
    out = place.root / "out"
    done = place.run("import", str(folder), "--dry-run", "--marked-up", str(out))
    assert done.status == 1, done
    (path,) = out.glob("*.xlsx")
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert set(FORMULAS) <= {cell.value for cell in cells}
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    with zipfile.ZipFile(path) as archive:
        parts = [archive.read(name) for name in archive.namelist()]
    assert not any(b"<f>" in each or b"<f " in each or b'"External"' in each for each in parts)


CIRCULAR = {
    "party.csv": "party,name,address,country,roles\nARROYO,Arroyo Vehicles (SPECIMEN),1 Road,US,producer\n",
    "sites.csv": "party,site,name,address,country,site_kind\nARROYO,MX-SAL,Plant,1 Calle,MX,assembly\n",
    "calendars.csv": "party,year_starts\nARROYO,04-01\n",
    "items.csv": "owner,part,revision,description,unit\nARROYO,RING-A,1,Frame,PCE\nARROYO,RING-B,1,Rail,PCE\n",
    "codes.csv": (
        "owner,part,country,hs_edition,code,applies_from,classified_by\n"
        "ARROYO,RING-A,US,HS2012,870899,2020-01-01,own\nARROYO,RING-B,US,HS2012,870899,2020-01-01,own\n"
    ),
    "bill.csv": (
        "owner,parent,parent_revision,plant,effective_from,child,child_revision,quantity,unit,make_or_buy,made_at\n"
        "ARROYO,RING-A,1,MX-SAL,2023-01-01,RING-B,1,1,PCE,make,MX-SAL\n"
        "ARROYO,RING-B,1,MX-SAL,2023-01-01,RING-A,1,1,PCE,make,MX-SAL\n"
    ),
    "production.csv": "owner,part,revision,plant,unit_id,built_on,quantity\nARROYO,RING-A,1,MX-SAL,U1,2023-02-01,1\n",
}


def test_a_bill_that_holds_itself_is_refused(place: Place, folder: Path) -> None:
    for name, text in CIRCULAR.items():
        (folder / name).write_text(text)
    before = head_of(place.home)
    status, told = run(place, str(folder))
    (fault,) = told["faults"]
    assert (status, fault["file"], fault["column"]) == (1, "bill.csv", "child")
    assert "RING-A" in fault["found"]
    assert head_of(place.home) == before


def test_a_bill_that_would_come_to_hold_itself_with_what_is_on_record_is_refused(place: Place, folder: Path) -> None:
    header, first, second = CIRCULAR["bill.csv"].splitlines(keepends=True)
    for name, text in (CIRCULAR | {"bill.csv": header + first}).items():
        (folder / name).write_text(text)
    assert run(place, str(folder))[0] == 0
    (folder / "bill.csv").write_text(header + second)
    before = head_of(place.home)
    status, told = run(place, str(folder / "bill.csv"))
    (fault,) = told["faults"]
    assert (status, fault["file"], fault["row"], fault["column"]) == (1, "bill.csv", 2, "child")
    assert head_of(place.home) == before
