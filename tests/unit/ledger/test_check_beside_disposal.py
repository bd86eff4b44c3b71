"""A check that goes on while a disposal is carried out: its rows are of an earlier state, and the files are not."""

from pathlib import Path

from sqlalchemy import event

from evidence.ledger.check import check_ledger
from evidence.ledger.dispose import carry_out
from evidence.ledger.trust import read_verifiers
from evidence.register.project import forget
from tests.homes import a_disposal, new_home, record_holds, record_with_document, signing


def test_a_document_disposed_of_while_a_check_goes_on_is_not_called_lost(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    with signing(home) as handle:
        # the check below stands still for the disposal, which would wait half a minute for it to go on
        event.listen(handle.engine, "checkout", lambda raw, *_: raw.execute("PRAGMA busy_timeout = 20"))
        record_holds(handle, 3)
        seq, digest = record_with_document(handle, b"a letter")
        begun: list[int] = []

        def disposing(_steps: int = 1, total: int | None = None) -> None:  # the check has its state of the database
            if total is not None and not begun:
                begun.append(total)
                carry_out(handle, handle.record(a_disposal(f"#{seq}:received")).seq, forget)

        report = check_ledger(handle.engine, handle.documents, read_verifiers(home / "trust"), disposing)
        assert begun
        assert not handle.documents.has(digest)
        assert report.faults == []
        assert any(digest in remark and "while the check went on" in remark for remark in report.remarks)
        again = check_ledger(handle.engine, handle.documents, read_verifiers(home / "trust"))
    assert again.faults == []
    assert again.counts["documents disposed"] == 1
