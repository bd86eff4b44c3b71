"""``evidence mapping``: a foreign file's headings drafted, tried on it, and kept in the ledger as somebody decided."""

import json
from pathlib import Path

import pytest

from evidence.cli import main
from evidence.cli.opening import opened, registered
from evidence.core.statements.mapping import ColumnMapping
from evidence.errors import IntakeError, UsageError
from evidence.intake.mapping_saved import given
from tests.homes import new_home
from tests.unit.intake.making_mappings import ITEM, document

CSV = "Teil;Text;Preis\r\nFRM-201;Rahmen;5,00\r\nno code;Träger;6,00\r\n".encode("cp1252")
MAPPING = document("item", ITEM, "ignore = 'Preis'")


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    (tmp_path / "liste.csv").write_bytes(CSV)
    return tmp_path / "liste.csv"


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    (tmp_path / "m.toml").write_bytes(MAPPING)
    return tmp_path / "m.toml"


def test_a_draft_is_printed_and_nothing_in_it_counts_yet(sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mapping", "draft", str(sample), "--template", "item"]) == 0
    text = capsys.readouterr().out
    assert '  # "Preis",  # column C; such as 5,00' in text
    assert '# part = "Teil"   # a guess: confirm it or put another heading' in text
    assert not [line for line in text.partition("[columns]")[2].splitlines() if line and not line.startswith("#")]


def test_a_draft_of_what_holds_no_table_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "letter.pdf").write_bytes(b"%PDF-1.7\n")
    assert main(["mapping", "draft", str(tmp_path / "letter.pdf"), "--template", "item"]) == 1
    assert capsys.readouterr().err == "evidence: letter.pdf: found no table, wanted one.\n"


def test_a_mapping_is_shown_on_a_sample_before_it_is_used(
    mapping: Path, sample: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--json", "mapping", "check", str(mapping), str(sample)]) == 1
    shown = json.loads(capsys.readouterr().out)
    (sheet,) = shown["sheets"]
    assert sheet["columns"][1] == ["part", "Teil", "'FRM-201', as it stands"]
    assert sheet["columns"][-1] == ["(ignored)", "Preis", ""]
    assert sheet["rows"] == [
        ["2", "VOLTERA", "FRM-201", "A", "Rahmen", "PCE"],
        ["3", "VOLTERA", "no code", "A", "Träger", "PCE"],
    ]
    (fault,) = shown["faults"]
    assert (fault["file"], fault["row"], fault["column"], fault["found"]) == ("liste.csv", 3, "Teil", "'no code'")
    assert "row 3, column Text, then has 'Träger'" in shown["notices"][0]


def test_a_file_of_another_source_is_told_by_what_it_lacks(
    mapping: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other.csv").write_text("Teil;Name\nA;x\n")
    assert main(["mapping", "check", str(mapping), str(tmp_path / "other.csv")]) == 1
    said = capsys.readouterr().out
    assert "a header without 'Text'" in said
    assert "1 faults." in said


def test_a_mapping_is_recorded_listed_and_shown(
    mapping: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = str(new_home(tmp_path))
    assert main(["register", "rebuild", "--home", home]) == 0
    assert main(["mapping", "save", str(mapping), "--home", home, "--by", "Analyst (role)"]) == 0
    assert capsys.readouterr().out == "m is recorded as #5; use it with 'evidence import --map'.\n"
    assert main(["--json", "mapping", "list", "--home", home]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["name"], row["source"], row["template"], row["by"]) == ("m", "SUP-1", "item", "Analyst (role)")
    assert main(["mapping", "show", "m", "--home", home]) == 0
    assert capsys.readouterr().out.encode() == MAPPING
    assert main(["ledger", "check", "--home", home, "--trust", f"{home}/trust"]) == 0
    assert main(["register", "check", "--home", home]) == 0


def test_the_same_bytes_are_recorded_once_and_others_of_the_name_need_a_reason(
    mapping: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = str(new_home(tmp_path))
    save = ["mapping", "save", str(mapping), "--home", home, "--by", "Analyst (role)"]
    assert main(save) == main(save) == 0
    assert "These very bytes are on record already, as #5." in capsys.readouterr().err
    mapping.write_bytes(MAPPING + b"\n# looked at again\n")
    assert main(save) == 2
    assert capsys.readouterr().err == (
        "evidence: A mapping m is on record (#5). Say with --reason why it is replaced.\n"
    )
    assert main([*save, "--reason", "their form changed"]) == 0
    with opened(Path(home)) as handle, registered(handle) as register:
        first, second = register.statements(ColumnMapping)
        assert (second.value.supersedes, second.value.supersedes_reason) == (first.value.id, "their form changed")
        used = given(register, handle.documents.read, "m")
        assert used.saved == second
        assert used.mapping.document == mapping.read_bytes()


def test_a_file_is_the_mapping_on_record_where_its_bytes_are(mapping: Path, tmp_path: Path) -> None:
    home = new_home(tmp_path)
    assert main(["mapping", "save", str(mapping), "--home", str(home), "--by", "Analyst (role)"]) == 0
    with opened(home) as handle, registered(handle) as register:
        read = handle.documents.read
        (known,) = register.statements(ColumnMapping)
        assert given(register, read, str(mapping)).saved == known
        mapping.write_bytes(MAPPING + b"# other\n")
        other = given(register, read, str(mapping))
        assert (other.saved, other.earlier) == (None, known)
        with pytest.raises(UsageError, match="why it is replaced"):
            other.statement("Analyst (role)", handle.clock.now(), handle.random)
        with pytest.raises(UsageError, match=r"No mapping is called 'n', and no file either\. Saved are: m\."):
            given(register, read, "n")
        (tmp_path / "bad.toml").write_text("name = ")
        with pytest.raises(IntakeError, match=r"bad\.toml: The mapping is not TOML"):
            given(register, read, str(tmp_path / "bad.toml"))


@pytest.mark.parametrize("command", ["save", "show"])
def test_a_mapping_that_is_not_there_is_one_line(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = ["--by", "x"] if command == "save" else []
    assert main(["mapping", command, "nowhere.toml", "--home", str(new_home(tmp_path)), *more]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "nowhere.toml" in line


def test_a_draft_joins_the_rows_of_a_heading_as_a_mapping_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "liste.csv").write_text("Liste;;\nTeil;Preis;Preis\nNr;EUR;je\nA;5;1\n")
    rows = ["--header-row", "3", "--header-row", "2"]
    assert main(["mapping", "draft", str(tmp_path / "liste.csv"), "--template", "item", *rows]) == 0
    text = capsys.readouterr().out
    assert "header_rows = [2, 3]" in text
    assert '  # "Preis / EUR",  # column B; such as 5' in text
    assert text.endswith("\n")


def test_rows_too_wide_for_a_line_are_shown_downwards(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], mapping: Path
) -> None:
    long = "x" * 190
    (tmp_path / "liste.csv").write_text(f"Teil;Text;Preis\nA;{long};5\nB;y;6\n")
    assert main(["mapping", "check", str(mapping), str(tmp_path / "liste.csv")]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["our", "column", "row", "2", "row", "3"] in lines
    assert ["part", "A", "B"] in lines
