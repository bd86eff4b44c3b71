"""A row names a document by the name of a file beside it, or by its digest."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.core.statements.opinion import Translation
from evidence.intake.beside import WANTED, name_documents
from evidence.intake.templates import template
from evidence.register.queries import Register
from tests.unit.intake.making import csv_text, empty_register, faults, plan_of

ROW = {
    "document": "original.txt", "translation": "papers/translated.txt", "from_language": "es", "to_language": "en",
    "method": "person", "translator": "Sworn translator (role)", "translated_on": "2024-01-09", "certified": "yes",
}  # fmt: skip


@pytest.fixture
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    with empty_register(tmp_path_factory.mktemp("register")) as found:
        yield found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "papers").mkdir()
    (tmp_path / "original.txt").write_text("Acta")
    (tmp_path / "papers" / "translated.txt").write_text("Minute")
    return tmp_path


def test_a_file_is_named_by_its_path_from_the_folder_of_the_table(register: Register, folder: Path) -> None:
    (folder / "translations.csv").write_text(csv_text(ROW))
    planned = plan_of(register, folder)
    assert faults(planned) == []
    (statement,) = [each for file in planned.files for each in file.statements]
    assert isinstance(statement, Translation)
    digests = {file.found.name: file.found.sha256 for file in planned.files}
    assert (statement.document, statement.translation) == (digests["original.txt"], digests["papers/translated.txt"])


def test_what_is_named_is_recorded_before_what_names_it(register: Register, folder: Path) -> None:
    (folder / "a-translations.csv").write_text(csv_text(ROW))
    planned = plan_of(register, folder)
    assert [file.found.name for file in planned.files][-1] == "a-translations.csv"


@pytest.mark.parametrize(
    "named",
    [
        pytest.param("missing.txt", id="not-there"),
        pytest.param("../original.txt", id="outside"),
        pytest.param("/etc/hostname", id="absolute"),
        pytest.param("0" * 63, id="nearly-a-digest"),
        pytest.param("a" * 64, id="a-digest-of-nothing-on-record"),
    ],
)
def test_what_is_not_beside_the_table_is_a_fault_of_its_cell(register: Register, folder: Path, named: str) -> None:
    (folder / "translations.csv").write_text(csv_text({**ROW, "document": named}))
    ((_, _, row, column, found, wanted),) = faults(plan_of(register, folder))
    assert (row, column, found, wanted) == (2, "document", repr(named), WANTED)


def test_a_digest_is_taken_where_its_document_is_on_record() -> None:
    values = {"document": "a" * 64, "translation": "b" * 64}
    wrong = name_documents(template("translation"), values, lambda _: None, lambda digest: digest == "a" * 64 or None)
    assert wrong == [("translation", repr("b" * 64), WANTED)]
    assert values["document"] == "a" * 64
