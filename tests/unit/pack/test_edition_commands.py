"""The commands for editions: what they print, write and record, and how a recipient uses it."""

import hashlib
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest

from evidence import cli
from tests.unit.pack.editions_home import PRICE, Editions, priced
from tests.unit.pack.specimen_home import make

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(
    editions: Editions, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Command:
    secret = tmp_path / "passphrase"
    secret.write_text("a passphrase for tests\n")
    secret.chmod(0o600)
    monkeypatch.setenv("EVIDENCE_PASSPHRASE_FILE", str(secret))

    def run(*arguments: object) -> tuple[int, str, str]:
        status = cli.main(["--home", str(editions.place / "home"), *map(str, arguments)])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def test_build_writes_out_an_edition_beside_the_authoritys(
    command: Command, editions: Editions, tmp_path: Path
) -> None:
    status, out, _ = command("pack", "build", "S01", "--edition", "importer", "--out", tmp_path)
    assert status == 0
    assert out.startswith("Pack EP-S01-1, importer's edition: unchanged since it was recorded")
    assert (tmp_path / "S01-importer.zip").read_bytes() == editions.packs["importer"].archive.read_bytes()
    status, _, err = command("pack", "build", "S01", "--edition", "supplier", "--out", tmp_path)
    assert (status, "There is no edition 'supplier'" in err) == (2, True)


def test_what_is_opened_later_is_checked_beside_the_pack(command: Command, editions: Editions, tmp_path: Path) -> None:
    opening = tmp_path / "opening.json"
    status, out, _ = command("pack", "open-field", "EP-S01-1", "18.supplier", "E001", "--out", opening)
    assert (status, out) == (0, f"Opened of pack EP-S01-1: 18.supplier, E001. Opening  {opening}\n")
    check = ("pack", "check", editions.packs["importer"].archive, "--trust", editions.trust)
    status, out, _ = command(*check, "--beside", opening, "--json")
    found = {item["item"]: item["reason"] for item in json.loads(out)["items"]}
    assert status == 0
    assert "opens fields of 2 entries" in found["opening opening.json"]
    assert "entry 18" in found
    status, _, err = command("pack", "open-field", "EP-S01-1", "18.supplier", "--out", opening)
    assert (status, "is there already and is not written over" in err) == (1, True)
    status, _, err = command(*check, "--beside", tmp_path / "none.json")
    assert (status, "cannot be read" in err) == (1, True)


def test_seal_writes_an_edition_with_envelopes(command: Command, editions: Editions, tmp_path: Path) -> None:
    status, out, err = command("pack", "seal", "EP-S01-1", "--to", editions.authority.certificate, "--out", tmp_path)
    assert status == 0, err
    assert "importer's edition with sealed exhibits: unchanged since it was recorded" in out
    (folder,) = tmp_path.glob("S01-importer-sealed-????????")
    assert editions.authority.opens(folder / "sealed/1.p7m", tmp_path / "it.tar")
    assert tarfile.is_tarfile(tmp_path / "it.tar")


def test_redact_refuses_what_it_cannot_do_and_records_nothing(
    command: Command, editions: Editions, tmp_path: Path
) -> None:
    before = editions.handle.ledger.size()
    arguments = ("pack", "redact", editions.priced, "--note", "The price.", "--out", tmp_path / "copy.pdf")
    status, _, err = command(*arguments, "--box", "9:1,1,1,1")
    assert (status, "a box on page 9" in err) == (1, True)
    status, _, err = command(*arguments, "--box", "all of it")
    assert (status, "is no box" in err) == (2, True)
    assert editions.handle.ledger.size() == before
    assert not (tmp_path / "copy.pdf").exists()


def test_redact_records_a_copy_and_puts_it_where_it_can_be_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, copy = tmp_path / "home", tmp_path / "copy.pdf"
    with make(home) as handle:
        document = priced(handle).value.document
    secret = tmp_path / "passphrase"
    secret.write_text("a passphrase for tests\n")
    secret.chmod(0o600)
    arguments = ["--home", home, "pack", "redact", document, "--box", "1:20,62,120,8", "--note", "The price."]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVIDENCE_PASSPHRASE_FILE", str(secret))
        assert cli.main([*map(str, arguments), "--out", str(copy), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["pages"], said["media_type"], said["of"]) == (1, "application/pdf", document)
    assert hashlib.sha256(copy.read_bytes()).hexdigest() == said["document"]
    assert PRICE not in pypdfium2.PdfDocument(copy.read_bytes())[0].get_textpage().get_text_range()
