"""What other programs make of a pack: OpenSSL, coreutils, poppler, qpdf, Java, LibreOffice, zbar, a validator."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from jsonschema import Draft202012Validator

from evidence.pack.form import layout
from tests.java import read_zip
from tests.libreoffice import recalculate
from tests.unit.pack.issued import Issued

SCHEMAS = Path(__file__).parents[3] / "docs" / "schemas"
LISTS = [(layout.SUMS, layout.SUMS_SIGNATURE), (layout.ASIC_MANIFEST, layout.ASIC_SIGNATURE)]


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """What a program says to standard output, which must end well."""
    program = shutil.which(str(command[0]))
    assert program is not None, f"found no {command[0]}: scripts/setup.sh --with-tests"
    ran = subprocess.run([program, *map(str, command[1:])], cwd=cwd, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, f"{command[0]} ended with {ran.returncode}: {ran.stdout}{ran.stderr}"
    return ran.stdout


@pytest.mark.parametrize(("covered", "signature"), LISTS)
@pytest.mark.parametrize("cades", [pytest.param((), id="cms"), pytest.param(("-cades",), id="cades")])
def test_openssl_verifies_the_signatures_over_the_lists(
    issued: Issued, covered: str, signature: str, cades: tuple[str, ...]
) -> None:
    command = ["openssl", "cms", "-verify", "-binary", *cades, "-inform", "DER", "-in", signature, "-content", covered]
    run(*command, "-CAfile", issued.trust / "root.pem", "-out", "/dev/null", cwd=issued.pack.folder)


@pytest.mark.parametrize("name", [layout.SUMS, layout.SIGNATURES])
def test_coreutils_find_every_file_unchanged(issued: Issued, name: str) -> None:
    run("sha256sum", "--strict", "--quiet", "-c", name, cwd=issued.pack.folder)


def test_pdfsig_finds_the_report_signed_as_a_whole(issued: Issued) -> None:
    said = run("pdfsig", "-nocert", issued.pack.report)
    assert "Signature Validation: Signature is Valid." in said
    assert "Total document signed" in said
    assert said.count("Signature #") == 1


def test_qpdf_finds_no_fault_in_the_report(issued: Issued) -> None:
    assert "No syntax or stream encoding errors found" in run("qpdf", "--check", issued.pack.report)


def test_poppler_extracts_the_text_of_every_page(issued: Issued) -> None:
    pages = run("pdftotext", "-layout", issued.pack.report, "-").split("\f")[:-1]
    assert len(pages) == _pages(issued.pack.report)
    assert all(issued.pack.number in page for page in pages)
    assert "�" not in "".join(pages)


def test_javas_stream_reads_the_archive_to_the_digests_that_are_signed(issued: Issued) -> None:
    listed = dict(re.findall(r"^([0-9a-f]{64})  (.+)$", (issued.pack.folder / layout.SUMS).read_text(), re.MULTILINE))
    found = read_zip(issued.pack.archive)
    assert found[0][1] == "mimetype"
    own = {*layout.SIGNED_APART, layout.SIGNATURES}
    assert {(digest, name) for digest, name, _ in found if name not in own} == set(listed.items())


def test_a_machines_code_on_every_page_is_read_at_150_dpi(issued: Issued, tmp_path: Path) -> None:
    root = json.loads((issued.pack.folder / layout.MANIFEST).read_bytes())["ledger"]["root"]
    run("pdftoppm", "-r", "150", "-gray", issued.pack.report, tmp_path / "page")
    pages = sorted(tmp_path.glob("page-*.pgm"))
    assert len(pages) == _pages(issued.pack.report)
    read = run("zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", *pages)
    assert read.splitlines() == [f"EP1|{issued.pack.number}|{root}"] * len(pages)


def test_libreoffice_opens_every_workbook_and_finds_no_error(issued: Issued, tmp_path: Path) -> None:
    books = sorted((issued.pack.folder / "worksheets").glob("*.xlsx"))
    assert books
    for copy in recalculate(books, tmp_path, tmp_path / "profile"):
        book = openpyxl.load_workbook(copy, data_only=True)
        values = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
        assert [value for value in values if isinstance(value, str) and value.startswith(("#", "Err:"))] == []
        assert any(value is not None for value in values)


@pytest.mark.parametrize("name", ["manifest", "disclosures"])
def test_the_published_schema_holds_the_document(issued: Issued, name: str) -> None:
    validator = _validator(name)
    assert [error.message for error in validator.iter_errors(_document(issued, name))] == []


def _more(document: Any) -> None:
    document["note"] = "x"


def _no_format(document: Any) -> None:
    del document["format"]


def _other_format(document: Any) -> None:
    document["format"] += "0"


def _other_pack(document: Any) -> None:
    document["pack"] = 7


@pytest.mark.parametrize("name", ["manifest", "disclosures"])
@pytest.mark.parametrize("change", [_more, _no_format, _other_format, _other_pack])
def test_the_published_schema_refuses_another_form(issued: Issued, name: str, change: Callable[[Any], None]) -> None:
    document = _document(issued, name)
    change(document)
    assert not _validator(name).is_valid(document)


def _document(issued: Issued, name: str) -> Any:
    return json.loads((issued.pack.folder / f"{name}.json").read_bytes())


def _validator(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / f"pack-{name}-2.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def _pages(report: Path) -> int:
    found = re.search(r"^Pages: +([0-9]+)$", run("pdfinfo", report), re.MULTILINE)
    assert found is not None
    return int(found[1])
