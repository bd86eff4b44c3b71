"""The document store: what is in it is what went in, or the fault has a name."""

import hashlib
import io
import os
import stat
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evidence.errors import DocumentDamaged, DocumentMissing, LimitExceeded, StoreError
from evidence.store.documents import DocumentStore

CONTENT = b"a supplier's declaration, as received\r\n"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def _place(root: Path) -> Path:
    return root / DIGEST[:2] / DIGEST[2:4] / DIGEST


@pytest.mark.parametrize("given", [CONTENT, io.BytesIO(CONTENT)], ids=["bytes", "stream"])
def test_a_document_lies_under_its_digest_and_reads_back_as_it_was(tmp_path: Path, given: bytes | io.BytesIO) -> None:
    store = DocumentStore(tmp_path)
    assert store.put(given) == (DIGEST, len(CONTENT))
    assert store.read(DIGEST) == CONTENT
    assert store.open(DIGEST).read() == CONTENT
    assert store.verify(DIGEST) == store.size(DIGEST) == len(CONTENT)
    assert _place(tmp_path).read_bytes() == CONTENT
    assert stat.S_IMODE(_place(tmp_path).stat().st_mode) == 0o444


def test_putting_the_same_again_changes_nothing_and_leaves_no_temporary_file(tmp_path: Path) -> None:
    store = DocumentStore(tmp_path)
    first = store.put(CONTENT)
    before = _place(tmp_path).stat()
    assert store.put(CONTENT) == first
    assert _place(tmp_path).stat().st_mtime_ns == before.st_mtime_ns
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [_place(tmp_path)]
    assert list(store.all()) == [DIGEST]


def test_an_altered_document_is_named_when_it_is_read_verified_or_put_again(tmp_path: Path) -> None:
    store = DocumentStore(tmp_path)
    store.put(CONTENT)
    _place(tmp_path).chmod(0o644)
    _place(tmp_path).write_bytes(CONTENT.replace(b"supplier", b"Supplier"))
    for act in (lambda: store.read(DIGEST), lambda: store.verify(DIGEST), lambda: store.put(CONTENT)):
        with pytest.raises(DocumentDamaged, match=DIGEST):
            act()


@pytest.mark.parametrize("name", ["00" * 32, "../../etc/passwd", DIGEST.upper(), DIGEST[:-1]])
def test_a_document_that_is_not_there_is_missing_and_no_name_leads_outside(tmp_path: Path, name: str) -> None:
    store = DocumentStore(tmp_path / "documents")
    for act in (store.read, store.verify, store.size, store.open):
        with pytest.raises(DocumentMissing):
            act(name)


def test_a_document_past_the_limit_is_refused_and_nothing_of_it_stays(tmp_path: Path) -> None:
    store = DocumentStore(tmp_path, limit=len(CONTENT))
    store.put(CONTENT)
    with pytest.raises(LimitExceeded):
        store.put(io.BytesIO(CONTENT + b"!"))
    assert list(store.all()) == [DIGEST]
    assert list((tmp_path / "incoming").iterdir()) == []


def test_disposal_removes_the_bytes_and_may_be_repeated(tmp_path: Path) -> None:
    store = DocumentStore(tmp_path)
    store.put(CONTENT)
    assert store.dispose(DIGEST, 7) is True
    assert store.dispose(DIGEST, 7) is False
    assert not store.has(DIGEST)


def test_disposal_without_an_entry_is_refused(tmp_path: Path) -> None:
    store = DocumentStore(tmp_path)
    store.put(CONTENT)
    with pytest.raises(StoreError, match="disposal entry"):
        store.dispose(DIGEST, -1)
    assert store.has(DIGEST)


def test_what_killed_puts_left_is_cleared_when_it_is_old_and_nothing_else(tmp_path: Path) -> None:
    store = DocumentStore(tmp_path)
    kept = store.put(b"a letter").sha256
    for name, age_s in (("old", 200_000), ("new", 10)):
        (tmp_path / "incoming" / name).write_bytes(b"half a letter")
        written = time.time() - age_s
        os.utime(tmp_path / "incoming" / name, (written, written))
    assert store.clear_incoming(datetime.now(UTC) - timedelta(days=1)) == 1
    assert [path.name for path in (tmp_path / "incoming").iterdir()] == ["new"]
    assert store.read(kept) == b"a letter"
