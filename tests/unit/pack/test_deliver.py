"""A pack as numbered volumes of PDF, XLSX and images, with an index of what is in them and of what is not."""

import hashlib
import io
import json
import zipfile
from pathlib import Path

import pypdfium2
import pytest

from evidence import cli
from evidence.errors import PackError
from evidence.pack.handover.deliver import MB, deliver
from evidence.pack.productions.build import build
from tests.unit.pack.productions import S01, TABLE, Produced, keep

NUMBER = "EP-S01-2"
TAKEN = {".pdf", ".xlsx", ".png", ".jpg", ".tif", ".gif", ".bmp"}


@pytest.fixture(scope="module")
def volumes(produced: Produced, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("volumes")
    deliver(produced.handle, NUMBER, out, 1)
    return out


def test_volumes_are_numbered_hold_nothing_but_what_is_taken_and_stay_within_the_limit(volumes: Path) -> None:
    folders = sorted(path.name for path in volumes.iterdir())
    assert folders == [f"{NUMBER}-V{at:03}" for at in range(1, len(folders) + 1)]
    for folder in volumes.iterdir():
        assert {path.suffix for path in folder.iterdir()} <= TAKEN
        assert 0 < sum(path.stat().st_size for path in folder.iterdir()) <= MB


def test_files_are_numbered_through_all_volumes_and_are_the_very_bytes_of_the_pack(
    produced: Produced, volumes: Path
) -> None:
    files = sorted(path for path in volumes.rglob("*.*") if not path.name.startswith("0000-"))
    assert [path.name[:4] for path in files] == [f"{place:04}" for place in range(1, len(files) + 1)]
    report = next(path for path in files if path.name.endswith("report-en.pdf"))
    assert report.read_bytes() == (produced.second.folder / "report-en.pdf").read_bytes()


def test_a_table_is_printed_as_a_workbook_whose_cells_stay_text(volumes: Path) -> None:
    (path,) = volumes.rglob("*proof-of-payment-print.xlsx")
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as book:
        shared = book.read("xl/sharedStrings.xml").decode()
        sheets = "".join(book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/"))
    assert "=1+1" in shared
    assert "<f>" not in sheets  # the cell of the original is a formula, and is none here
    assert hashlib.sha256(TABLE).hexdigest() in shared


def test_the_index_lists_every_file_with_its_digest_and_what_is_in_no_volume_with_the_reason(volumes: Path) -> None:
    first = volumes / f"{NUMBER}-V001"
    document = pypdfium2.PdfDocument((first / f"0000-transmittal-{NUMBER}.pdf").read_bytes())
    said = "".join("".join(page.get_textpage().get_text_range().split()) for page in document)
    assert "WORKINGDRAFT." in said
    for path in volumes.rglob("*.*"):
        if not path.name.startswith("0000-"):
            assert hashlib.sha256(path.read_bytes()).hexdigest() in said, path.name
    assert "photo.heic" in said
    assert "IthasnoprintedformandisnoPDF,workbookorimage" in said


def test_no_file_is_split_and_a_volume_too_small_is_refused_before_anything_is_written(
    produced: Produced, tmp_path: Path
) -> None:
    with produced.copy(tmp_path) as handle:
        keep(handle, "scan.pdf", b"%PDF-1.4\n" + bytes(2 * MB), "proof of payment")
        build(handle, S01, tmp_path / "packs")
        with pytest.raises(PackError, match=r"more than a volume of 1 MB, and no file is split\. Give --volume-mb 3"):
            deliver(handle, "EP-S01-3", tmp_path / "out", 1)
        assert not (tmp_path / "out").exists()
        done = deliver(handle, "EP-S01-3", tmp_path / "out", 3)
        assert done.draft


def test_volumes_that_are_there_already_are_not_written_over(
    produced: Produced, volumes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["pack", "deliver", NUMBER, "--volume-mb", "1", "--out", str(volumes)]
    assert cli.main(["--home", str(produced.place / "home"), *arguments]) == 1
    assert f"{NUMBER}-V001 is there already" in capsys.readouterr().err


def test_the_command_tells_how_many_files_are_in_no_volume(
    produced: Produced, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["pack", "deliver", NUMBER, "--volume-mb", "5", "--out", str(tmp_path), "--language", "es", "--json"]
    assert cli.main(["--home", str(produced.place / "home"), *arguments]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["volumes"], found["draft"]) == ([f"{NUMBER}-V001"], True)
    names = {path.relative_to(produced.second.folder).as_posix() for path in produced.second.folder.rglob("*.*")}
    assert found["left"] > 0
    assert found["files"] < len(names)
