"""Whose signature the ledger takes: keys come and go by entries, and count where they were in use."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.core.encoding import to_base64
from evidence.core.identifiers import mint
from evidence.core.statements.own import Key, KeyPurpose, KeyState
from evidence.errors import LedgerError, ProofError
from evidence.ledger.check import check_ledger
from evidence.ledger.found import HomeHandle
from evidence.ledger.keys import key_id, new_ed25519, spki
from evidence.ledger.recorder import Recorder
from tests.homes import FIRST_ENTRIES, START, a_hold, new_home, signing


def _key(handle: HomeHandle, key: Ed25519PrivateKey, state: KeyState, name: str | None = None) -> Key:
    return Key(
        id=mint("keyev", START, handle.random),
        issuer="self",
        key=name or key_id(key),
        purpose=KeyPurpose.PERSON,
        state=state,
        public_key=to_base64(spki(key)),
        holder="Origin manager (role)",
        since=START.date(),
    )


def test_a_second_person_signs_once_a_key_entry_has_brought_the_key_in_and_not_after_its_revocation(
    tmp_path: Path,
) -> None:
    with signing(new_home(tmp_path)) as handle:
        key = new_ed25519(handle.random)
        second = Recorder(handle.signer()._writer, key, handle.random)
        with pytest.raises(ProofError, match="not a person's key"):
            second.record([(a_hold(), ())])
        handle.record(_key(handle, key, KeyState.CREATED))
        assert second.record([(a_hold(), ())])[0].seq == FIRST_ENTRIES + 1
        handle.record(_key(handle, key, KeyState.REVOKED))
        with pytest.raises(ProofError, match="not in use"):
            second.record([(a_hold(), ())])
        handle.record(_key(handle, key, KeyState.CREATED))
        with pytest.raises(ProofError, match="not in use"):  # what is revoked stays so
            second.record([(a_hold(), ())])
        report = check_ledger(handle.engine, handle.documents, handle.verifiers())
        assert report.faults == []  # what it signed while it was in use holds


def test_a_key_does_not_bring_itself_in(tmp_path: Path) -> None:
    with signing(new_home(tmp_path)) as handle:
        key = new_ed25519(handle.random)
        with pytest.raises(ProofError, match="not a person's key"):
            Recorder(handle.signer()._writer, key, handle.random).record([(_key(handle, key, KeyState.CREATED), ())])


def test_a_key_statement_under_a_false_id_is_not_taken(tmp_path: Path) -> None:
    with signing(new_home(tmp_path)) as handle:
        key = new_ed25519(handle.random)
        with pytest.raises(LedgerError, match="has the id"):
            handle.record(_key(handle, key, KeyState.CREATED, "key-0000000000000000"))
        assert handle.ledger.size() == FIRST_ENTRIES
