"""The vault: sealed content opens with its key, and never again once the key is destroyed."""

import os
import shutil
from pathlib import Path

import pytest

from evidence.errors import DocumentDamaged, DocumentMissing
from evidence.store.documents import DocumentStore
from evidence.store.vault import Vault

PAYROLL = b"wages of a named person"
KEY = bytes(range(32))


def _vault(place: Path, key: bytes = KEY) -> Vault:
    return Vault(place / "vault", DocumentStore(place / "documents"), key, os.urandom)


def test_sealed_content_reads_back_and_does_not_stand_on_the_disk(tmp_path: Path) -> None:
    vault = _vault(tmp_path)
    stored = vault.put(PAYROLL)
    assert vault.read(stored.sha256) == PAYROLL
    assert all(PAYROLL not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_equal_content_sealed_twice_looks_different(tmp_path: Path) -> None:
    vault = _vault(tmp_path)
    assert vault.put(PAYROLL).sha256 != vault.put(PAYROLL).sha256


def test_after_disposal_a_backup_of_the_documents_does_not_open(tmp_path: Path) -> None:
    vault = _vault(tmp_path)
    stored = vault.put(PAYROLL)
    shutil.copytree(tmp_path / "documents", tmp_path / "backup")
    assert vault.dispose(stored.sha256, 9) is True
    assert vault.dispose(stored.sha256, 9) is False
    shutil.rmtree(tmp_path / "documents")
    shutil.copytree(tmp_path / "backup", tmp_path / "documents")
    with pytest.raises(DocumentMissing, match="data key"):
        vault.read(stored.sha256)


def test_another_vault_key_does_not_open_it(tmp_path: Path) -> None:
    stored = _vault(tmp_path).put(PAYROLL)
    with pytest.raises(DocumentDamaged):
        _vault(tmp_path, bytes(32)).read(stored.sha256)
