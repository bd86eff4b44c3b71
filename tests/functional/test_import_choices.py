"""What a person may choose at an import: to take part of a file, to correct a load, to have something sealed."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from evidence.cli import main
from evidence.cli.opening import opened, registered
from evidence.core.statements.item import ItemLine, Items
from evidence.core.statements.own import DocumentReceived
from evidence.core.statements.partial import PartialImport
from evidence.core.statements.purchase import PurchaseLine
from evidence.core.statements.work import WorkItem, WorkTopic
from tests.unit.intake import making
from tests.unit.intake.making import csv_text

Run = Callable[..., tuple[int, Any]]
INDEX = {"role": "letter", "channel": "mail", "received_on": "2024-05-02", "received_basis": "mail header"}
WHY = ("--by", "Desk (role)", "--reason", "the rest is needed today")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    place = tmp_path / "home"
    assert main(["init", "--home", str(place), "--demo", "--code", "VOLTERA", "--at", "2024-06-03"]) == 0
    return place


@pytest.fixture
def run(home: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    def run(*arguments: str | Path) -> tuple[int, Any]:
        capfdbinary.readouterr()
        status = main([*map(str, arguments), "--home", str(home), "--json"])
        out = capfdbinary.readouterr().out.decode()
        return status, json.loads(out) if out else None

    return run


def items(count: int, **wrong: str) -> list[dict[str, str]]:
    return [{**making.ITEM, "part": f"P-{number}", **(wrong if number == 1 else {})} for number in range(count)]


def test_nothing_is_taken_in_part_unless_somebody_says_so_and_why(home: Path, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_text(csv_text(*items(3, unit="no unit!")))
    assert run("import", path)[0] == 1
    assert run("import", path, "--partial")[0] == 2
    with opened(home) as handle, registered(handle) as register:
        assert register.statements(Items) == []


def test_a_file_taken_in_part_has_its_sound_rows_the_choice_and_work_for_each_row_left(
    home: Path, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "items.csv"
    path.write_text(csv_text(*items(4, unit="no unit!"), {**making.ITEM, "part": "P-0"}))
    assert run("import", path, "--partial", *WHY)[0] == 0
    with opened(home) as handle, registered(handle) as register:
        assert [known.value.part for known in register.lines(ItemLine)] == ["P-0", "P-2", "P-3"]
        (choice,) = register.statements(PartialImport)
        assert (choice.value.rows_taken, choice.value.by, choice.value.reason) == (3, "Desk (role)", WHY[3])
        assert [line.split(":")[0] for line in choice.value.rows_left] == [
            "items.csv, row 3, column unit",
            "items.csv, row 6",
        ]
        left = [each.value for each in register.statements(WorkItem) if each.value.topic is WorkTopic.ROW_LEFT_OUT]
        assert [each.place for each in left] == ["row 3", "row 6"]


def test_rows_that_fold_into_one_statement_are_taken_together_or_not_at_all(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "shipments.csv"
    second = {**making.SHIPMENT, "invoice_lines.line": "2", "invoice_lines.quantity": "none"}
    path.write_text(csv_text(making.SHIPMENT, second))
    status, found = run("import", path, "--partial", *WHY)
    assert (status, found["recorded"], len(found["faults"])) == (1, False, 1)


def test_more_rows_with_faults_than_are_named_are_not_left_out(home: Path, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "silences.csv"
    row = {"request": "RQ-1", "supplier": "SUP-1", "parts": "P", "until": "2024-01-01", "reminders": "1"}
    path.write_text(csv_text(*({**row, "request": f"RQ-{number}"} for number in range(1500))))
    status, found = run("import", path, "--partial", *WHY)
    assert (status, found["recorded"]) == (1, False)
    with opened(home) as handle, registered(handle) as register:
        assert register.statements(PartialImport) == []


def test_a_corrected_load_takes_the_place_of_the_one_it_names(home: Path, run: Run, tmp_path: Path) -> None:
    wrong, right = tmp_path / "wrong.csv", tmp_path / "right.csv"
    wrong.write_text(csv_text(making.PURCHASE, {**making.PURCHASE, "invoice_line": "2"}))
    right.write_text(csv_text({**making.PURCHASE, "price": "421.50"}))
    assert run("import", wrong)[0] == 0
    assert run("import", right)[0] == 1  # the line is on record
    with opened(home) as handle, registered(handle) as register:
        (load,) = {known.seq for known in register.lines(PurchaseLine)}
        size = handle.ledger.size()
    assert run("import", right, "--supersedes", f"#{load}")[0] == 2  # and why?
    status, found = run("import", right, "--supersedes", f"#{load}", "--reason", "the price was mistyped")
    assert status == 0
    assert any(f"#{load}: 2 lines there, 1 here" in notice for notice in found["notices"])
    with opened(home) as handle:
        with registered(handle) as register:
            assert [str(known.value.price) for known in register.lines(PurchaseLine)] == ["421.5"]
            assert len(register.lines(PurchaseLine, superseded=True)) == 3
        with registered(handle, as_of=size) as register:
            assert [str(known.value.price) for known in register.lines(PurchaseLine)] == ["412.5", "412.5"]
    assert run("import", right, "--supersedes", f"#{load}", "--reason", "again")[0] == 2  # superseded already


def test_what_an_index_seals_is_neither_unpacked_nor_read_nor_kept_in_clear(
    home: Path, run: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    secret = b"JOE-SECRET-12.34"
    with zipfile.ZipFile(folder / "wages.zip", "w") as archive:
        archive.writestr("wages.txt", secret)
    (folder / "wages.csv").write_text(csv_text({**making.ITEM, "unit": f"no unit! {secret.decode()}"}))
    sealed = [{"file": name, **INDEX, "tier": "secret+personal"} for name in ("wages.zip", "wages.csv")]
    (folder / "documents.csv").write_text(csv_text(*sealed))
    status, found = run("import", folder)
    assert (status, found["faults"], found["marked_up"]) == (0, [], [])
    with opened(home) as handle, registered(handle) as register:
        receipts = [known.value for known in register.statements(DocumentReceived) if known.value.channel == "mail"]
        assert {of.name for of in receipts} == {"wages.zip", "wages.csv"}
        clear = {hashlib.sha256((folder / of.name).read_bytes()).hexdigest() for of in receipts}
        assert not clear & {of.document for of in receipts}
        assert not any(handle.documents.has(digest) for digest in clear)
    written = [path for path in home.rglob("*") if path.is_file() and secret in path.read_bytes()]
    assert written == []


def test_the_file_of_a_wage_certificate_is_secret_and_marked_as_personal(home: Path, run: Run) -> None:
    kinds = Path(__file__).resolve().parents[2] / "examples" / "kinds"
    assert run("import", kinds)[0] == 0
    with opened(home) as handle, registered(handle) as register:
        (receipt,) = register.statements(DocumentReceived, role="wage-certificate")
        assert (receipt.value.tier.value, receipt.value.personal) == ("secret", True)


def test_the_name_of_a_mapping_stands_in_no_open_field(home: Path, run: Run) -> None:
    foreign = Path(__file__).resolve().parents[2] / "examples" / "foreign"
    mapping = ("--map", foreign / "mappings" / "suppliers.toml", "--by", "Desk (role)")
    assert run("import", foreign / "received" / "lieferanten.csv", *mapping)[0] == 0
    with opened(home) as handle:
        bodies = [handle.ledger.entry(seq).envelope.payload for seq in range(handle.ledger.size())]
    assert not any(b"mw-suppliers" in body for body in bodies)


def test_two_equal_sheets_of_one_workbook_are_two_loads_of_the_same_lines(home: Path, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "twice.xlsx"
    rows = [list(making.ITEM), list(making.ITEM.values())]
    with xlsxwriter.Workbook(path) as book:
        for name in ("Sheet", "Copy"):
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    assert run("import", path)[0] == 0
    with opened(home) as handle, registered(handle) as register:
        first, second = register.statements(Items)
        assert first.value.view == second.value.view
        assert len(register.lines(ItemLine)) == 2
    assert run("register", "check")[0] == 0
