"""A batch is indexed table by table, and its rows are those that each entry alone would give."""

from pathlib import Path

from sqlalchemy import event

from evidence.core.statements.base import Source
from evidence.register.project import Projector
from evidence.register.rebuild import compare, rebuild
from evidence.store.documents import DocumentStore
from tests.homes import a_hold, a_receipt, new_home, signing
from tests.unit.core.samples import samples

_OF_THE_LEDGER = {"snapshot", "key", "disposal", "succession", "document-received", "pack-built"}


def _quiet(*_: object, **__: object) -> None:
    return None


def test_the_rows_of_a_batch_are_those_of_its_entries_one_by_one(tmp_path: Path) -> None:
    """What stands is compared with a projection of one entry after the other."""
    home = new_home(tmp_path)
    with signing(home, projector=Projector(DocumentStore(home / "documents"))) as handle:
        rebuild(handle.engine, handle.ledger, handle.documents, _quiet)
        stored = handle.documents.put(b"a letter")
        singles = [one for one in samples() if one.prefix != "load" and one.kind not in _OF_THE_LEDGER]
        without = [one.model_copy(update={"receipt_document": None}) for one in singles if one.kind == "handed-over"]
        plain = [one for one in (*singles, *without) if not one.documents()]
        sourced = a_hold().model_copy(update={"source": Source(document=stored.sha256, row=3)})
        held = a_hold().model_copy(update={"supersedes": sourced.id})
        batch = [a_receipt(stored), *plain, sourced, *(a_hold(f"scope {number}") for number in range(20)), held]
        run: list[str] = []
        event.listen(handle.engine, "after_cursor_execute", lambda *told: run.append(told[2]))
        handle.signer().record([(one, ()) for one in batch])
        inserts = [sql for sql in run if sql.startswith("INSERT INTO register_")]
        assert len(inserts) == len(set(inserts)) <= len({one.kind for one in batch}) + 2
        assert len(plain) > 20
        assert compare(handle.engine, handle.ledger, handle.documents, _quiet) == []
