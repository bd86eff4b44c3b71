"""An import that is killed, or whose files change under it, leaves whole files recorded and can be run again."""

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evidence.cli import main
from evidence.cli.opening import opened, registered
from evidence.core.statements.item import ItemLine
from evidence.errors import IntakeError
from evidence.intake.record import record
from tests.unit.intake import making
from tests.unit.intake.making import csv_text, plan_of

REPOSITORY = Path(__file__).resolve().parents[2]
INDEX = {"role": "letter", "channel": "mail", "received_on": "2024-05-02", "received_basis": "mail header"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("interrupted") / "home"
    assert main(["init", "--home", str(home), "--demo", "--at", "2024-06-03"]) == 0
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "files"
    found.mkdir()
    names = [f"letter-{number:02}.txt" for number in range(30)]
    for name in names:
        (found / name).write_text(f"This is {name}")
    (found / "documents.csv").write_text(csv_text(*({"file": name, **INDEX} for name in names)))
    (found / "declarations.csv").write_text(
        csv_text(*({**making.DECLARATION, "reference": f"OD-{number}"} for number in range(20)))
    )
    (found / "items.csv").write_text(csv_text(making.ITEM))
    return found


def what_is_recorded(home: Path) -> list[tuple[str, str]]:
    """Kinds and, of receipts, names with the channel they came by."""
    with opened(home) as handle:
        known = [(entry.kind, entry.statement) for entry in handle.ledger.entries()]
    return sorted((kind, f"{getattr(of, 'name', '')} {getattr(of, 'channel', '')}".strip()) for kind, of in known)


def test_an_import_killed_at_any_moment_is_finished_by_running_it_again(
    made: Path, home: Path, folder: Path, tmp_path: Path
) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(made, whole)
    assert main(["import", str(folder), "--home", str(whole)]) == 0
    moments = random.Random(20230701)
    killed = 0
    for _ in range(4):
        command = [sys.executable, "-m", "evidence", "import", str(folder), "--home", str(home)]
        with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            before, until = (home / "checkpoint").read_bytes(), time.monotonic() + 20
            while (home / "checkpoint").read_bytes() == before and process.poll() is None and time.monotonic() < until:
                time.sleep(0.005)
            time.sleep(moments.uniform(0, 0.05))
            process.kill()
        killed += process.returncode < 0
        assert main(["ledger", "check", "--home", str(home)]) == 3  # sound; whose keys, the home cannot say
    assert main(["import", str(folder), "--home", str(home)]) == 0
    assert main(["ledger", "check", "--home", str(home)]) == 3  # sound; whose keys, the home cannot say
    assert what_is_recorded(home) == what_is_recorded(whole)
    assert killed >= 1


def test_a_file_that_changes_between_check_and_record_is_recorded_as_it_was_checked(home: Path, folder: Path) -> None:
    checked = (folder / "items.csv").read_bytes()
    with opened(home, sign=True) as handle:
        with registered(handle) as register:
            planned = plan_of(register, folder / "items.csv")
        (folder / "items.csv").write_text(csv_text({**making.ITEM, "description": "Another"}))
        record(planned, handle.signer(), handle.documents, os.urandom)
        with registered(handle) as register:
            (line,) = register.lines(ItemLine)
        assert line.value.description == making.ITEM["description"]
        assert handle.documents.read(planned.files[0].receipt.document) == checked


def test_a_copy_that_changes_between_check_and_record_is_not_recorded(home: Path, folder: Path) -> None:
    with opened(home, sign=True) as handle:
        size = handle.ledger.size()
        with registered(handle) as register:
            planned = plan_of(register, folder / "items.csv")
        planned.files[0].found.held.write_text(csv_text({**making.ITEM, "description": "Another"}))
        with pytest.raises(IntakeError, match="changed while it was being imported"):
            record(planned, handle.signer(), handle.documents, os.urandom)
        assert handle.ledger.size() == size


def test_a_plan_with_faults_cannot_be_recorded(home: Path, folder: Path) -> None:
    (folder / "items.csv").write_text(csv_text({**making.ITEM, "unit": ""}))
    with opened(home, sign=True) as handle:
        with registered(handle) as register:
            planned = plan_of(register, folder)
        with pytest.raises(IntakeError, match="is not recorded"):
            record(planned, handle.signer(), handle.documents, os.urandom)


def test_an_index_that_comes_after_its_file_says_so(home: Path, folder: Path) -> None:
    assert main(["import", str(folder / "letter-00.txt"), "--home", str(home)]) == 0
    with opened(home) as handle, registered(handle) as register:
        planned = plan_of(register, folder)
    (notice,) = planned.notices
    assert notice.startswith("letter-00.txt: already recorded; what row 2 of documents.csv says of it")


def test_a_line_of_an_earlier_load_is_not_loaded_again_in_another_file(home: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text(csv_text(making.PURCHASE))
    second.write_text(csv_text({**making.PURCHASE, "order": "PO-2"}))
    assert main(["import", str(first), "--home", str(home)]) == 0
    with opened(home) as handle, registered(handle) as register:
        planned = plan_of(register, second)
    assert [fault.found for fault in planned.faults] == ["SUP-001, INV-1, 1, already in #6:1"]


def test_a_declaration_on_record_is_told_with_its_entry(home: Path, folder: Path, tmp_path: Path) -> None:
    assert main(["import", str(folder / "declarations.csv"), "--home", str(home)]) == 0
    again = tmp_path / "again.csv"
    again.write_text(csv_text({**making.DECLARATION, "reference": "OD-3", "description": "Frame, again"}))
    with opened(home) as handle, registered(handle) as register:
        planned = plan_of(register, again)
    (fault,) = planned.faults
    assert fault.found.startswith("the supplier-declaration OD-3 of SUP-001, which differs from #9 in description: ")
