"""A worksheet kept for a snapshot: root and number are those that its stored bytes give, whoever asks."""

from pathlib import Path

import pytest

from evidence.core import canonical
from evidence.core.statements.snapshot import WORKSHEET_TABLES, Snapshot, WrittenWorksheet
from evidence.errors import LedgerError
from evidence.ledger.lines import KNOWN, keep_worksheet, require_lines
from evidence.store.documents import DocumentStore
from tests.unit.core.samples import sample

SEED = bytes(range(32))


@pytest.fixture
def store(tmp_path: Path) -> DocumentStore:
    return DocumentStore(tmp_path / "documents")


def _snapshot(store: DocumentStore) -> Snapshot:
    rows = {name: canonical.dumps_each([{"id": f"{name} {each}"} for each in range(3)]) for name in WORKSHEET_TABLES}
    worksheet, seed, derived = keep_worksheet(WrittenWorksheet({"plant": "MX-1", "as_of": 7}, rows), SEED, store)
    kept = {"worksheet": worksheet, "seed": seed, "worksheet_root": derived.root, "worksheet_lines": derived.lines}
    snapshot = sample(Snapshot).model_copy(update=kept)
    assert isinstance(snapshot, Snapshot)
    return snapshot


def test_the_stored_bytes_give_the_root_that_was_kept(store: DocumentStore) -> None:
    snapshot = _snapshot(store)
    assert snapshot.worksheet_lines == 1 + 3 * len(WORKSHEET_TABLES)
    require_lines(snapshot, store)
    require_lines(snapshot, store, known=KNOWN)


@pytest.mark.parametrize("known", [pytest.param(None, id="read-again"), pytest.param(KNOWN, id="known")])
def test_another_root_or_number_is_refused_whether_it_is_known_or_read(store: DocumentStore, known: object) -> None:
    snapshot = _snapshot(store)
    for update in ({"worksheet_root": "0" * 64}, {"worksheet_lines": 2}):
        with pytest.raises(LedgerError, match="Build the statement from the document"):
            require_lines(snapshot.model_copy(update=update), store, known=KNOWN if known is KNOWN else None)
