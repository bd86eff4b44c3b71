"""What the ledger does not take, since nothing recorded can be put right: refused before anything is signed."""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from evidence.core import canonical
from evidence.core.canonical import JsonValue
from evidence.core.disclosure import Tier, line_disclosures, table_root
from evidence.core.encoding import to_base64
from evidence.core.identifiers import mint
from evidence.core.statements.base import Statement
from evidence.core.statements.item import Items
from evidence.core.statements.own import Hold, Key, KeyPurpose, KeyState
from evidence.core.statements.registry import read
from evidence.core.statements.snapshot import WORKSHEET_TABLES, Snapshot, worksheet_lines
from evidence.core.values import ON_RECORD
from evidence.errors import DocumentDamaged, LedgerError, ProofError, RefusesToSign
from evidence.ledger.check import check_ledger
from evidence.ledger.envelope import Envelope, Signature, countersign
from evidence.ledger.found import HomeHandle
from evidence.ledger.keys import key_id, new_ed25519, spki
from evidence.ledger.submission import DocumentLink, ProjectedEntry, Submission
from tests.homes import FIRST_ENTRIES, START, a_hold, a_receipt, anchored, new_home, signing


def _append(handle: HomeHandle, submission: Submission) -> int:
    return handle.signer()._writer.append([submission])[0].seq


def _submission(handle: HomeHandle, statement: Statement | None = None) -> Submission:
    return handle.signer().submission(statement or a_hold())


@pytest.mark.parametrize("character", ["\0", "\x0b", "\x1f"])
def test_text_that_nobody_sees_is_not_taken_and_what_is_on_record_is_read(tmp_path: Path, character: str) -> None:
    reason = f"a{character}b"
    with pytest.raises(ValueError, match="unprintable character"):
        Hold.model_validate(a_hold().model_dump() | {"reason": reason})
    assert Hold.model_validate(a_hold().model_dump() | {"reason": "a\tb\nc"}).reason == "a\tb\nc"
    older = Hold.model_validate(a_hold().model_dump() | {"reason": reason}, context=ON_RECORD)
    with signing(new_home(tmp_path)) as handle:
        with pytest.raises(LedgerError, match="cannot be recorded"):
            handle.record(older)
        brought = _submission(handle, older)
        with pytest.raises(LedgerError, match="cannot be recorded"):
            _append(handle, brought)
        assert read(Envelope.parse(brought.envelope).payload, brought.disclosures) == older
        assert handle.record(a_hold()).seq == FIRST_ENTRIES


def test_a_batch_that_the_database_does_not_take_is_undone_and_the_writer_goes_on(tmp_path: Path) -> None:
    refused = ["INSERT INTO statement (seq, statement_id) VALUES (9, 'hold-9')"]

    def projector(connection: Connection, _entry: ProjectedEntry) -> None:
        if refused:
            connection.execute(text(refused.pop()))

    with signing(new_home(tmp_path), projector=projector) as handle:
        with pytest.raises(LedgerError, match=r"does not take this batch.*NOT NULL"):
            handle.record(a_hold())
        assert handle.ledger.size() == FIRST_ENTRIES
        assert handle.record(a_hold()).seq == FIRST_ENTRIES


def test_a_signature_by_a_key_that_is_not_on_record_is_not_taken_into_a_leaf(tmp_path: Path) -> None:
    """A leaf stays for ever, so a key id of somebody's choosing would be text that no disposal reaches."""
    with signing(new_home(tmp_path)) as handle:
        plain = _submission(handle)
        extra = countersign(Envelope.parse(plain.envelope), new_ed25519(os.urandom), keyid="wages:of:A.N.Other")
        with pytest.raises(ProofError, match=r"wages:of:A\.N\.Other is not a person's key on record"):
            _append(handle, replace(plain, envelope=extra.to_json()))
        assert handle.ledger.size() == FIRST_ENTRIES


def test_a_signature_that_does_not_fit_and_a_second_one_of_the_same_key_are_not_taken(tmp_path: Path) -> None:
    with signing(new_home(tmp_path)) as handle:
        key = new_ed25519(os.urandom)
        handle.record(
            Key(
                id=mint("keyev", START, os.urandom),
                issuer="self",
                key=key_id(key),
                purpose=KeyPurpose.PERSON,
                state=KeyState.CREATED,
                public_key=to_base64(spki(key)),
                holder="Origin manager (role)",
                since=START.date(),
            )
        )
        plain = _submission(handle)
        envelope = Envelope.parse(plain.envelope)
        false = replace(envelope, signatures=(*envelope.signatures, Signature(key_id(key), bytes(64))))
        with pytest.raises(ProofError, match="does not fit"):
            _append(handle, replace(plain, envelope=false.to_json()))
        twice = replace(envelope, signatures=envelope.signatures * 2)
        with pytest.raises(ProofError, match="two signatures of one key"):
            _append(handle, replace(plain, envelope=twice.to_json()))
        both = countersign(envelope, key, keyid=key_id(key))
        assert _append(handle, replace(plain, envelope=both.to_json())) == FIRST_ENTRIES + 1
        assert check_ledger(handle.engine, handle.documents, handle.verifiers()).faults == []


def test_an_id_is_borne_by_one_statement_only(tmp_path: Path) -> None:
    with signing(new_home(tmp_path)) as handle:
        hold = a_hold()
        handle.record(hold)
        for batch in ([hold], [(again := a_hold()), again]):
            with pytest.raises(LedgerError, match="bears this id already"):
                handle.signer().record([(one, ()) for one in batch])  # another nonce each, so another digest
        assert handle.ledger.size() == FIRST_ENTRIES + 1


def test_a_link_that_the_statement_does_not_name_is_not_taken_and_a_named_one_may_say_its_media_type(
    tmp_path: Path,
) -> None:
    with signing(new_home(tmp_path)) as handle:
        stored = handle.documents.put(b"a letter")
        with pytest.raises(LedgerError, match="does not name"):
            handle.record(a_hold(f"see {stored.sha256}"), DocumentLink(stored.sha256, "support"))
        receipt = a_receipt(stored, media_type="text/plain")
        with pytest.raises(LedgerError, match="does not name"):
            handle.record(receipt, DocumentLink(stored.sha256, "source"))
        with pytest.raises(LedgerError, match="no media type"):
            handle.record(receipt, DocumentLink(stored.sha256, "received", "anything goes"))
        handle.record(receipt, DocumentLink(stored.sha256, "received", "image/png"))
        (link,) = handle.ledger.entry(FIRST_ENTRIES).documents
        assert link.media_type == "text/plain"  # as the signed receipt says


def test_a_document_that_was_altered_since_it_was_put_is_found_before_an_entry_names_it(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    with signing(home) as handle:
        stored = handle.documents.put(b"a letter")
        path = home / "documents" / stored.sha256[:2] / stored.sha256[2:4] / stored.sha256
        path.chmod(0o644)
        path.write_bytes(b"a lettre")
        with pytest.raises(DocumentDamaged):
            handle.record(a_receipt(stored))
        assert handle.ledger.size() == FIRST_ENTRIES


def test_a_receipt_says_the_size_that_the_document_has(tmp_path: Path) -> None:
    with signing(new_home(tmp_path)) as handle:
        stored = handle.documents.put(b"a letter")
        with pytest.raises(LedgerError, match="says 9 bytes"):
            handle.record(a_receipt(stored, size=9))


def test_what_must_vanish_from_backups_too_is_taken_from_the_vault_only(tmp_path: Path) -> None:
    with signing(new_home(tmp_path)) as handle:
        clear = handle.documents.put(b"wages of A. N. Other")
        with pytest.raises(LedgerError, match="in clear"):
            handle.record(a_receipt(clear, tier=Tier.SECRET_PERSONAL, personal=True))
        sealed = handle.vault().put(b"wages of A. N. Other")
        handle.record(a_receipt(sealed, tier=Tier.SECRET_PERSONAL, personal=True))
        assert handle.vault().read(sealed.sha256) == b"wages of A. N. Other"
        assert check_ledger(handle.engine, handle.documents, handle.verifiers()).faults == []


def _items(handle: HomeHandle, **update: object) -> Items:
    line = {"owner": "ARROYO", "part": "P-1", "revision": "A", "description": "a bolt"}
    seed = os.urandom(32)
    view = canonical.dumps(line) + b"\n"
    said: dict[str, object] = {
        "id": mint("load", START, os.urandom),
        "issuer": "self",
        "received": handle.documents.put(b"a file").sha256,
        "view": handle.documents.put(view).sha256,
        "view_root": table_root(line_disclosures(seed, "item/", [line])),
        "seed": handle.documents.put(seed).sha256,
        "parser": "by hand",
        "lines": 1,
    }
    return Items.model_validate(said | update)


@pytest.mark.parametrize(
    ("update", "says"),
    [
        pytest.param({"view_root": "0" * 64}, "gives? 1 under", id="another-root"),
        pytest.param({"lines": 2}, "states 2 lines", id="another-number"),
        pytest.param({"view": b"no JSON\n"}, "cannot be read", id="no-view"),
        pytest.param({"seed": b"short"}, "does not have 32 bytes", id="no-seed"),
    ],
)
def test_a_load_whose_root_is_not_that_of_its_lines_is_not_taken(
    tmp_path: Path, update: dict[str, object], says: str
) -> None:
    with signing(new_home(tmp_path)) as handle:
        kept = {
            name: handle.documents.put(value).sha256 if isinstance(value, bytes) else value
            for name, value in update.items()
        }
        with pytest.raises(LedgerError, match=says):
            handle.record(_items(handle, **kept))
        assert handle.ledger.size() == FIRST_ENTRIES
        handle.record(_items(handle))


def _snapshot(handle: HomeHandle, **update: object) -> Snapshot:
    sheet: dict[str, JsonValue] = {
        "outcome": "met",
        "cells": [{"id": "c1"}],
        **{name: [] for name in WORKSHEET_TABLES if name != "cells"},
    }
    seed = os.urandom(32)
    lines = line_disclosures(seed, "worksheet:", worksheet_lines(sheet))
    said: dict[str, object] = {
        "id": mint("snap", START, os.urandom),
        "issuer": "self",
        "owner": "ARROYO",
        "part": "P-1",
        "plant": "MX-1",
        "period_from": "2023-01-01",
        "period_to": "2023-03-31",
        "event": "production",
        "outcome": "met",
        "worksheet": handle.documents.put(canonical.dumps(sheet)).sha256,
        "worksheet_root": table_root(lines),
        "worksheet_lines": 2,
        "seed": handle.documents.put(seed).sha256,
        "rule_set": "ab" * 32,
        "program": "0",
        "as_of": 5,
    }
    return Snapshot.model_validate(said | update)


@pytest.mark.parametrize("update", [{"worksheet_root": "0" * 64}, {"worksheet_lines": 3}], ids=["root", "number"])
def test_a_snapshot_whose_root_is_not_that_of_its_worksheet_is_not_taken(
    tmp_path: Path, update: dict[str, object]
) -> None:
    with signing(new_home(tmp_path)) as handle:
        with pytest.raises(LedgerError, match="its document and seed give"):
            handle.record(_snapshot(handle, **update))
        handle.record(_snapshot(handle))
        assert check_ledger(handle.engine, handle.documents, handle.verifiers()).faults == []


def test_the_tables_of_a_worksheet_are_those_whose_rows_are_committed() -> None:
    from evidence.core.statements.base import Record
    from evidence.origin.worksheet import Worksheet

    assert issubclass(Worksheet, Record)
    listed = [name for name, field in Worksheet.model_fields.items() if str(field.annotation).startswith("tuple[")]
    assert tuple(listed) == WORKSHEET_TABLES


def test_a_disclosure_that_comes_twice_is_not_taken(tmp_path: Path) -> None:
    with signing(new_home(tmp_path)) as handle:
        plain = _submission(handle)
        with pytest.raises(LedgerError, match="a disclosure twice"):
            _append(handle, replace(plain, disclosures=(*plain.disclosures, plain.disclosures[0])))


def test_a_copied_home_that_was_signed_from_stops_the_long_lived_writer_of_the_other(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    environ = anchored(tmp_path)
    with signing(home, environ) as one:
        one.record(a_hold())
        shutil.copytree(home, tmp_path / "copy")
        with signing(tmp_path / "copy", environ) as other:
            other.record(a_hold())
            with pytest.raises(RefusesToSign, match="not the one that this process published last"):
                one.record(a_hold())
        assert one.ledger.size() == FIRST_ENTRIES + 1


def test_a_published_checkpoint_that_was_put_back_stops_the_running_writer(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    before = (home / "checkpoint").read_bytes()
    with signing(home) as handle:
        handle.record(a_hold())
        (home / "checkpoint").write_bytes(before)
        with pytest.raises(RefusesToSign, match="published last"):
            handle.record(a_hold())


def test_an_anchor_that_is_gone_stops_the_signing_until_somebody_answers_for_it(tmp_path: Path) -> None:
    from evidence.ledger.anchoring import accept_anchor, anchor_standing
    from evidence.ledger.found import open_home

    home = new_home(tmp_path)
    environ = anchored(tmp_path)
    anchor = tmp_path / "anchor"
    with signing(home, environ) as handle:
        handle.record(a_hold())
        ahead = anchor.read_bytes()
        anchor.unlink()
        with pytest.raises(RefusesToSign):
            handle.record(a_hold())
    with pytest.raises(RefusesToSign, match="evidence ledger anchor --accept"):
        signing(home, environ)
    with open_home(home, environ) as handle:
        standing = anchor_standing(handle)
        assert (standing.kept, standing.entries) == (None, FIRST_ENTRIES + 1)
        assert accept_anchor(handle).kept == FIRST_ENTRIES + 1
        assert anchor.read_bytes() == ahead
    with signing(home, environ) as handle:
        handle.record(a_hold())
    with signing(home, environ) as handle:
        kept = anchor.read_bytes()
    (tmp_path / "second").mkdir()
    older = new_home(tmp_path / "second")
    with open_home(older, environ) as handle, pytest.raises(RefusesToSign, match="older than what was handed out"):
        accept_anchor(handle)
    assert anchor.read_bytes() == kept


def test_the_folder_of_an_anchor_is_never_made(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    with pytest.raises(RefusesToSign):
        signing(home, {"EVIDENCE_ANCHOR": str(tmp_path / "not-mounted" / "anchor")})
    assert not (tmp_path / "not-mounted").exists()


def test_a_statement_in_json_of_another_spelling_is_not_taken(tmp_path: Path) -> None:
    with signing(new_home(tmp_path)) as handle:
        plain = _submission(handle)
        loose = json.dumps(json.loads(plain.envelope), indent=1).encode()
        with pytest.raises(LedgerError, match="one spelling"):
            _append(handle, replace(plain, envelope=loose))
