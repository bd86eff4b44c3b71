"""Disposal: places are named, never digests; what must stay is refused; what goes leaves nothing to guess from."""

import os
from pathlib import Path

import pytest

from evidence.core.disclosure import Tier
from evidence.core.identifiers import mint
from evidence.core.statements.own import Hold
from evidence.errors import DocumentMissing, LedgerError
from evidence.ledger.check import check_ledger
from evidence.ledger.dispose import Disposed, carry_out
from evidence.ledger.findings import CheckReport
from evidence.ledger.found import HomeHandle
from evidence.ledger.inbox import Arrival, Inbox, State
from evidence.register.project import Projector, forget
from evidence.register.rebuild import compare, rebuild
from evidence.store.documents import DocumentStore
from tests.homes import FIRST_ENTRIES, START, a_disposal, a_hold, a_receipt, new_home, record_with_document, signing


def _open(home: Path) -> HomeHandle:
    return signing(home, projector=Projector(DocumentStore(home / "documents")))


def _dispose(handle: HomeHandle, *targets: str) -> Disposed:
    return carry_out(handle, handle.record(a_disposal(*targets)).seq, forget)


def _check(handle: HomeHandle) -> CheckReport:
    return check_ledger(handle.engine, handle.documents, handle.verifiers())


def _steps(*_: object, **__: object) -> None:
    return None


def _anywhere(home: Path, what: bytes) -> list[str]:
    return [str(path.relative_to(home)) for path in home.rglob("*") if path.is_file() and what in path.read_bytes()]


def test_nothing_of_a_disposed_receipt_is_left_in_the_home(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    with _open(home) as handle:
        rebuild(handle.engine, handle.ledger, handle.documents, _steps)
        stored = handle.documents.put(b"a small guessable document: 42")
        receipt = a_receipt(stored, name="wages-of-one-person.txt")
        seq = handle.record(receipt).seq
        inbox = Inbox(home)
        arrival = Arrival("wages-of-one-person.txt", "mail")
        item = inbox.submit(b"a small guessable document: 42", arrival, START, os.urandom)
        inbox.settle(item, State.RECORDED, seq, seq)
        inbox.close()
        handle.record(a_hold())
        traces = (b"guessable", stored.sha256.encode(), b"wages-of-one-person", receipt.id.encode())
        assert all(_anywhere(home, trace) for trace in traces)
        done = _dispose(handle, f"#{seq}:statement", f"#{seq}:received")
        assert done == Disposed(1, 1, True)
        assert [_anywhere(home, trace) for trace in traces] == [[]] * len(traces)
        assert _check(handle).faults == []
        assert compare(handle.engine, handle.ledger, handle.documents, _steps) == []


def test_a_document_that_another_entry_names_stays_until_that_is_named_too(tmp_path: Path) -> None:
    with _open(new_home(tmp_path)) as handle:
        stored = handle.documents.put(b"a letter")
        first, second = (handle.record(a_receipt(stored)).seq for _ in range(2))
        assert _dispose(handle, f"#{first}:received").documents == 0
        assert handle.documents.has(stored.sha256)
        assert _check(handle).faults == []
        assert _dispose(handle, f"#{second}:received").documents == 1
        assert not handle.documents.has(stored.sha256)
        report = _check(handle)
        assert (report.faults, report.counts["documents disposed"]) == ([], 2)


def test_a_document_received_again_after_its_disposal_and_then_gone_is_lost(tmp_path: Path) -> None:
    with _open(new_home(tmp_path)) as handle:
        seq, sha256 = record_with_document(handle, b"a letter")
        _dispose(handle, f"#{seq}:received")
        again, _ = record_with_document(handle, b"a letter")
        assert _check(handle).faults == []
        handle.documents.dispose(sha256, 0)
        assert [(fault.seq, fault.kind) for fault in _check(handle).faults] == [(again, "document")]


def test_the_data_key_of_a_sealed_document_is_destroyed_with_it(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    with _open(home) as handle:
        sealed = handle.vault().put(b"wages")
        seq = handle.record(a_receipt(sealed, tier=Tier.SECRET_PERSONAL, personal=True)).seq
        ciphertext = handle.documents.read(sealed.sha256)
        _dispose(handle, f"#{seq}:received", f"#{seq}:statement")
        assert not (home / "vault" / f"{sealed.sha256}.key").exists()
        handle.documents.put(ciphertext)  # as a backup would bring it back
        with pytest.raises(DocumentMissing, match="data key"):
            handle.vault().read(sealed.sha256)


def test_a_disposal_broken_off_half_way_is_finished_when_it_is_carried_out_again(tmp_path: Path) -> None:
    with _open(new_home(tmp_path)) as handle:
        seq, sha256 = record_with_document(handle, b"a letter")
        disposal = handle.record(a_disposal(f"#{seq}:statement", f"#{seq}:received")).seq
        handle.documents.dispose(sha256, disposal)  # killed after the bytes, before the commit
        assert _check(handle).faults == []
        assert carry_out(handle, disposal, forget).statements == 1
        assert handle.ledger.entry(seq).documents == ()
        assert _check(handle).faults == []


@pytest.mark.parametrize(
    ("target", "says"),
    [
        pytest.param("#99:statement", "no entry 99 yet", id="not-yet"),
        pytest.param("#0:statement", "a key statement stays", id="key"),
        pytest.param("#3:received", "certificates stay", id="certificate"),
        pytest.param("#4:statement", "certificates stay", id="root-certificate"),
        pytest.param("#5:source", "no document in that role", id="no-such-role"),
        pytest.param("#10:statement", "name #10:received too", id="statement-without-its-documents"),
        pytest.param("5:received", "no target", id="malformed"),
        pytest.param("#05:received", "no target", id="another-spelling"),
        pytest.param("#6:statement", "a hold statement stays", id="hold"),
        pytest.param("#7:statement", "a disposal statement stays", id="disposal"),
        pytest.param("#8:received", "not on record|no document", id="gone-already"),
    ],
)
def test_what_must_stay_or_is_not_there_is_not_disposed_of(tmp_path: Path, target: str, says: str) -> None:
    with _open(new_home(tmp_path)) as handle:
        assert record_with_document(handle, b"a letter")[0] == FIRST_ENTRIES == 5
        handle.record(a_hold())
        handle.record(a_disposal("#5:received"))
        gone, _ = record_with_document(handle, b"another letter")
        assert gone == 8
        _dispose(handle, "#8:received")
        assert record_with_document(handle, b"a third letter")[0] == 10
        size = handle.ledger.size()
        with pytest.raises(LedgerError, match=says):
            handle.record(a_disposal(target))
        assert handle.ledger.size() == size


@pytest.mark.parametrize(
    ("scope", "stopped"),
    [
        pytest.param("everything", True, id="everything"),
        pytest.param("#5", True, id="its-place"),
        pytest.param("#4", False, id="another-place"),
        pytest.param("shipment:S01", True, id="what-it-relates-to"),
        pytest.param("shipment:S02", False, id="what-it-does-not-relate-to"),
        pytest.param("all papers of the dispute with a supplier", True, id="in-words"),
    ],
)
def test_a_hold_in_force_keeps_what_is_in_its_scope_until_it_is_lifted(
    tmp_path: Path, scope: str, stopped: bool
) -> None:
    with _open(new_home(tmp_path)) as handle:
        stored = handle.documents.put(b"a letter")
        assert handle.record(a_receipt(stored, relates_to=("shipment:S01",))).seq == 5
        hold = a_hold(scope)
        handle.record(hold)
        if stopped:
            with pytest.raises(LedgerError, match=f"hold {hold.id} keeps"):
                handle.record(a_disposal("#5:received"))
            lifted = a_hold().model_copy(update={"lifted": True})  # it names none, so it lifts none
            with pytest.raises(LedgerError, match="keeps"):
                handle.signer().record([(lifted, ()), (a_disposal("#5:received"), ())])
            lift = Hold(
                id=mint("hold", START, os.urandom),
                issuer="self",
                scope=scope,
                reason="settled",
                lifted=True,
                supersedes=hold.id,
            )
            handle.record(lift)
        assert _dispose(handle, "#5:received").documents == 1


def test_a_hold_on_a_statement_is_in_force_for_the_rest_of_its_own_batch(tmp_path: Path) -> None:
    with _open(new_home(tmp_path)) as handle:
        stored = handle.documents.put(b"a letter")
        receipt = a_receipt(stored)
        handle.record(receipt)
        with pytest.raises(LedgerError, match="keeps"):
            handle.signer().record([(a_hold(receipt.id), ()), (a_disposal("#5:received"), ())])


def test_an_interrupted_disposal_is_a_remark_and_no_fault(tmp_path: Path) -> None:
    with _open(new_home(tmp_path)) as handle:
        seq, _ = record_with_document(handle, b"a letter")
        handle.record(a_disposal(f"#{seq}:received"))
        report = _check(handle)
        assert report.faults == []
        assert any("still there" in remark for remark in report.remarks)
