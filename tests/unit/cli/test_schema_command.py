"""``evidence schema``: the schemas, written out or printed."""

import json
from pathlib import Path

import pytest

from evidence.cli import main
from evidence.core.statements.schema import all_schemas, as_text


def test_all_of_them_are_written_with_a_page_that_lists_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["schema", "--all", "--out", str(tmp_path / "schemas"), "--json"]) == 0
    schemas = all_schemas()
    assert json.loads(capsys.readouterr().out)["files"] == len(schemas) + 1
    written = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "schemas").iterdir()}
    assert "| `purchase` | 1 |" in written.pop("README.md")
    assert written == {name: as_text(schema) for name, schema in schemas.items()}


def test_one_kind_is_printed_as_json_with_the_names_of_its_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "purchase"]) == 0
    assert list(json.loads(capsys.readouterr().out)) == ["purchase-1-line.json", "purchase-1.json"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["purchases"], "No kind of statement is called 'purchases'", id="unknown"),
        pytest.param(["purchase", "--all"], "or give --all", id="both"),
        pytest.param(["--out", "x"], "or give --all", id="neither"),
    ],
)
def test_a_wrong_use_is_one_line(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", *arguments]) == 2
    assert says in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert main(["schema", "claim", "--out", str(tmp_path / "file" / "inside")]) == 1
    assert "cannot be written to" in capsys.readouterr().err
