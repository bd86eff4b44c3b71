"""What became of each key by position, who may sign what there, and what a trust folder says of it."""

import json
import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from evidence.core.encoding import to_base64
from evidence.core.identifiers import mint
from evidence.core.statements.base import Statement, build, open_body
from evidence.core.statements.own import Key, KeyPurpose, KeyState
from evidence.core.values import moment_text
from evidence.errors import LedgerError, ProofError, RefusesToSign, SettingsError
from evidence.ledger import ed25519, envelope
from evidence.ledger.actors import Actors, Signed
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.envelope import Envelope
from evidence.ledger.head_signer import HeadSigner
from evidence.ledger.key_history import KeyHistory
from evidence.ledger.keys import KeyFolder, key_id, new_ed25519, passphrase_of, spki
from evidence.ledger.note import Verifier, parse_note, sign
from evidence.ledger.trust import TrustedKey, read_keys, require_in_use
from tests.homes import a_hold

START = datetime(2024, 5, 1, 9, tzinfo=UTC)
ORIGIN = "arroyo.evidence.example/tests"
PERSON, LEDGER = KeyPurpose.PERSON, KeyPurpose.LEDGER
OLD, NEW, THIRD, HEAD, NEXT = (new_ed25519(os.urandom) for _ in range(5))


def state(key: Ed25519PrivateKey, purpose: KeyPurpose, of: KeyState = KeyState.CREATED, **more: object) -> Key:
    said: dict[str, object] = {
        "id": mint("keyev", START, os.urandom),
        "issuer": "self",
        "key": key_id(key),
        "purpose": purpose,
        "state": of,
        "public_key": to_base64(spki(key)),
        "holder": "Origin desk (role)",
        "since": START.date(),
    }
    return Key.model_validate(said | more)


def history(*statements: Statement, kind: type[KeyHistory] = KeyHistory) -> KeyHistory:
    """Of statements that are entries 0, 1, 2 …"""
    found = kind()
    for seq, statement in enumerate(statements):
        found.take(seq, open_body(build(statement, os.urandom).body, ()))
    return found


def actors(*statements: Statement) -> Actors:
    found = history(*statements, kind=Actors)
    assert isinstance(found, Actors)
    return found


def signed(statement: Statement, *keys: Ed25519PrivateKey) -> Envelope:
    first, *others = keys
    made = envelope.sign(build(statement, os.urandom).body, first, keyid=key_id(first))
    for key in others:
        made = envelope.countersign(made, key, keyid=key_id(key))
    return made


FOUNDED = (state(OLD, PERSON), state(HEAD, LEDGER))


def test_a_key_signs_after_the_entry_that_brings_it_in_and_up_to_the_one_that_ends_it() -> None:
    found = history(*FOUNDED, state(NEW, PERSON), a_hold(), state(NEW, PERSON, KeyState.REVOKED), a_hold())
    first, new = found.records[key_id(OLD)], found.records[key_id(NEW)]
    assert [first.signs_entry(seq) for seq in (0, 1, 9)] == [True, True, True]
    assert [new.signs_entry(seq) for seq in (1, 2, 3, 4, 5)] == [False, False, True, True, False]
    assert (new.state, new.stated, new.created, new.ended) == (KeyState.REVOKED, 4, 2, 4)


def test_a_head_is_signed_by_the_keys_that_its_entries_bring_in_and_do_not_end() -> None:
    found = history(
        *FOUNDED,
        a_hold(),
        state(NEXT, LEDGER, replaces=key_id(HEAD)),
        a_hold(),
        state(HEAD, LEDGER, KeyState.ROTATED),
        a_hold(),
    )
    assert [[one.key for one in found.head_keys(size)] for size in range(1, 8)] == [
        [],  # entry 1 brings in the first
        [key_id(HEAD)],
        [key_id(HEAD)],
        [key_id(HEAD), key_id(NEXT)],
        [key_id(HEAD), key_id(NEXT)],
        [key_id(NEXT)],
        [key_id(NEXT)],
    ]


def test_the_state_that_ends_a_key_first_counts_and_the_earliest_moment_of_compromise() -> None:
    def since(day: int) -> str:
        return moment_text(START + timedelta(days=day))

    found = history(
        *FOUNDED,
        state(NEW, PERSON),
        state(NEW, PERSON, KeyState.REVOKED),
        state(NEW, PERSON, KeyState.COMPROMISED, compromised_since=since(5)),
        state(NEW, PERSON, KeyState.COMPROMISED, compromised_since=since(3)),
        state(NEW, PERSON, KeyState.COMPROMISED, compromised_since=since(4)),
        state(NEW, PERSON),
    ).records[key_id(NEW)]
    assert (found.ended, found.compromised, found.compromised_since) == (3, 4, START + timedelta(days=3))
    assert found.doubt(START + timedelta(days=3, seconds=-1)) is None
    assert "compromised since 2024-05-04" in (found.doubt(START + timedelta(days=3)) or "")


def test_a_key_compromised_since_nobody_knows_when_is_in_doubt_for_all_it_signed() -> None:
    found = history(
        *FOUNDED,
        state(NEW, PERSON),
        state(NEW, PERSON, KeyState.COMPROMISED, compromised_since=moment_text(START)),
        state(NEW, PERSON, KeyState.COMPROMISED),
    ).records[key_id(NEW)]
    assert "not known" in (found.doubt(START - timedelta(days=900)) or "")


def test_a_key_stays_what_it_is_for() -> None:
    with pytest.raises(LedgerError, match="cannot be one for ledger too"):
        history(*FOUNDED, state(OLD, LEDGER))


def test_a_copy_learns_without_the_first_learning_too() -> None:
    first = history(*FOUNDED)
    second = first.copy()
    second.take(2, open_body(build(state(NEW, PERSON), os.urandom).body, ()))
    assert (len(first.records), len(second.records)) == (2, 3)
    assert type(actors(*FOUNDED).copy()) is Actors


def test_a_new_key_may_sign_its_own_entry_beside_a_person() -> None:
    actors(*FOUNDED).check(2, key_id(OLD), signed(state(NEW, PERSON), OLD, NEW))
    actors(*FOUNDED).check(2, key_id(OLD), signed(state(NEXT, LEDGER), OLD, HEAD, NEXT))


@pytest.mark.parametrize(
    ("statement", "keys", "told"),
    [
        pytest.param(state(NEW, PERSON, replaces=key_id(OLD)), (OLD,), "lacks the signature", id="new-one-has-not"),
        pytest.param(state(NEW, PERSON, replaces=key_id(THIRD)), (OLD, NEW), "no person's key", id="of-nobody"),
        pytest.param(
            state(NEW, PERSON, replaces=key_id(HEAD)), (OLD, HEAD, NEW), "no person's key", id="of-the-ledger"
        ),
        pytest.param(state(NEXT, LEDGER, replaces=key_id(HEAD)), (OLD, NEXT), "lacks", id="the-old-ones-lacks"),
        pytest.param(state(NEXT, LEDGER, replaces=key_id(OLD)), (OLD, NEXT), "no ledger's key", id="of-a-person"),
        pytest.param(state(NEW, PERSON), (OLD, HEAD), "not a person's key", id="the-ledger-signs-a-persons"),
        pytest.param(state(NEW, PERSON), (NEW, OLD), "not a person's key", id="by-itself"),
        pytest.param(state(OLD, PERSON, KeyState.REVOKED), (OLD, NEW), "not a person's key", id="a-stranger-besides"),
        pytest.param(a_hold(), (OLD, HEAD), "not a person's key", id="the-ledger-signs-anything-else"),
    ],
)
def test_nobody_else_signs_and_who_must_sign_has(
    statement: Statement, keys: tuple[Ed25519PrivateKey, ...], told: str
) -> None:
    with pytest.raises(ProofError, match=told):
        actors(*FOUNDED).check(2, key_id(keys[0]), signed(statement, *keys))


def test_a_countersignature_that_does_not_fit_is_refused() -> None:
    made = signed(state(NEW, PERSON, replaces=key_id(OLD)), OLD, NEW)
    first, second = made.signatures
    for forged in (envelope.Signature(second.keyid, first.sig), envelope.Signature(second.keyid, bytes(64))):
        with pytest.raises(ProofError, match="does not fit"):
            actors(*FOUNDED).check(2, key_id(OLD), Envelope(made.payload, made.payload_type, (first, forged)))


def _entries(*envelopes: Envelope) -> tuple[Actors, dict[int, Signed]]:
    """Entries 0, 1, 2 … about keys, all recorded by the first person, and the history that they make."""
    found = Actors()
    entries = {seq: Signed(key_id(OLD), one, open_body(one.payload, ())) for seq, one in enumerate(envelopes)}
    for seq, entry in entries.items():
        found.take(seq, entry.opened)
    return found, entries


def test_the_successors_of_a_trusted_key_are_those_that_took_its_place() -> None:
    found, entries = _entries(
        *(signed(one, OLD) for one in FOUNDED),
        signed(state(NEXT, LEDGER, replaces=key_id(HEAD)), OLD, HEAD, NEXT),
        signed(state(HEAD, LEDGER, KeyState.ROTATED), OLD),
        signed(state(NEW, LEDGER, replaces=key_id(NEXT)), OLD, NEXT, NEW),
        signed(state(THIRD, LEDGER), OLD),
    )
    first, following, last, stranger = (Verifier(ORIGIN, ed25519.public_bytes(key)) for key in (HEAD, NEXT, NEW, THIRD))
    assert found.successors([first], entries) == (first, following, last)
    assert found.successors([following], entries) == (following, last)
    assert found.successors([stranger], entries) == (stranger,)
    assert found.successors([], entries) == ()
    assert found.successors([first], {}) == (first,)


@pytest.mark.parametrize(
    "signers",
    [pytest.param((OLD,), id="a-person"), pytest.param((OLD, NEXT), id="and-the-new-key")],
)
def test_no_key_succeeds_another_without_that_ones_signature(signers: tuple[Ed25519PrivateKey, ...]) -> None:
    made = signed(state(NEXT, LEDGER, replaces=key_id(HEAD)), *signers)
    claimed = Envelope(
        made.payload, made.payload_type, (*made.signatures, envelope.Signature(key_id(HEAD), made.signatures[0].sig))
    )
    first = Verifier(ORIGIN, ed25519.public_bytes(HEAD))
    for forged in (made, claimed):
        found, entries = _entries(*(signed(one, OLD) for one in FOUNDED), forged)
        assert found.successors([first], entries) == (first,)


def test_a_key_whose_use_has_ended_passes_its_place_on_to_nobody() -> None:
    found, entries = _entries(
        *(signed(one, OLD) for one in FOUNDED),
        signed(state(HEAD, LEDGER, KeyState.COMPROMISED), OLD),
        signed(state(NEXT, LEDGER, replaces=key_id(HEAD)), OLD, HEAD, NEXT),
    )
    first = Verifier(ORIGIN, ed25519.public_bytes(HEAD))
    assert found.successors([first], entries) == (first,)


@pytest.mark.parametrize("of", [one for one in KeyState if one is not KeyState.CREATED])
def test_a_key_comes_in_by_being_created_and_takes_anothers_place_only_then(of: KeyState) -> None:
    found = actors(*FOUNDED)
    unknown = open_body(build(state(NEXT, LEDGER, of), os.urandom).body, ())
    with pytest.raises(LedgerError, match="no entry before has created it"):
        found.take(2, unknown)
    for key in (HEAD, NEXT):  # one on record, and one that is not
        said = open_body(build(state(key, LEDGER, of), os.urandom).body, ())
        more = {**said.fields, "replaces": key_id(THIRD)}  # past the statement's own form, as where a field is withheld
        with pytest.raises(LedgerError, match="only a new key does that"):
            found.take(2, replace(said, fields=more))
    assert list(found.records) == [key_id(OLD), key_id(HEAD)]


def test_heads_are_signed_by_every_key_in_use_or_not_at_all() -> None:
    found = history(*FOUNDED, state(NEXT, LEDGER, replaces=key_id(HEAD)))
    head = Checkpoint(ORIGIN, 3, bytes(32))
    held = {key_id(HEAD): HEAD}
    signer = HeadSigner(ORIGIN, HEAD, held.get)
    with pytest.raises(RefusesToSign, match=key_id(NEXT)):
        signer.sign(head, found)
    held[key_id(NEXT)] = NEXT  # the file is there now
    note = signer.sign(head, found)
    assert len(parse_note(note).lines) == 2
    for verifier in signer.verifiers(found):
        assert open_checkpoint(note, (verifier,)) == head
    for ended in (HEAD, NEXT):
        found.take(3, open_body(build(state(ended, LEDGER, KeyState.REVOKED), os.urandom).body, ()))
    with pytest.raises(RefusesToSign, match="any"):
        signer.sign(Checkpoint(ORIGIN, 4, bytes(32)), found)


def test_an_entry_alone_makes_no_key_ours() -> None:
    """Whoever can write rows could bring in a ledger's key of his own, and publish what it signed."""
    found = history(*FOUNDED, state(NEXT, LEDGER))
    ours = HeadSigner(ORIGIN, HEAD, lambda _: None).verifiers(found)
    assert ours == (Verifier(ORIGIN, ed25519.public_bytes(HEAD)),)


def _trusted(key: Ed25519PrivateKey, **more: object) -> TrustedKey:
    return TrustedKey(key_id(key), spki(key), "Arroyo (specimen)", "ledger", date(2024, 5, 1), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("size", "by", "good"),
    [
        pytest.param(2, (HEAD,), True, id="the-first-alone"),
        pytest.param(3, (HEAD, NEXT), True, id="both"),
        pytest.param(5, (HEAD,), True, id="the-old-one-at-its-last-size"),
        pytest.param(6, (HEAD,), False, id="the-old-one-a-step-past"),
        pytest.param(6, (HEAD, NEXT), True, id="the-new-one-among-them"),
        pytest.param(2, (NEXT,), False, id="the-new-one-too-early"),
        pytest.param(3, (NEXT,), True, id="the-new-one-at-its-first-size"),
    ],
)
def test_a_checkpoint_counts_by_a_key_that_was_in_use_at_its_size(
    size: int, by: tuple[Ed25519PrivateKey, ...], good: bool
) -> None:
    log = [Verifier(ORIGIN, ed25519.public_bytes(key)) for key in (HEAD, NEXT)]
    keys = [_trusted(HEAD, created_by=1, ended_by=5, state="rotated"), _trusted(NEXT, created_by=2)]
    note = sign(Checkpoint(ORIGIN, size, bytes(32)).format(), ORIGIN, *by)
    if good:
        require_in_use(note, log, keys)
        return
    with pytest.raises(ProofError, match="not in use there"):
        require_in_use(note, log, keys)


def test_a_trust_folder_from_before_states_were_listed_is_read(tmp_path: Path) -> None:
    old = {"key": key_id(HEAD), "public_key": to_base64(spki(HEAD)), "holder": "A", "purpose": "ledger"}
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [old | {"since": "2024-05-01"}]}), encoding="utf-8")
    (read,) = read_keys(tmp_path)
    assert (read.signs_head(0), read.signs_entry(9), read.in_doubt(START), read.state_text) == (
        True,
        True,
        False,
        "in use",
    )


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"since": "soon"}, id="no-day"),
        pytest.param({"public_key": "!"}, id="no-base64"),
        pytest.param({"ended_by": -1}, id="no-position"),
        pytest.param({"ended_by": True}, id="a-truth-for-a-position"),
        pytest.param({"ended_by": "5"}, id="text-for-a-position"),
        pytest.param({"compromised_since": "lately"}, id="no-moment"),
        pytest.param({"compromised_since": 5}, id="a-number-for-a-moment"),
        pytest.param({"replaces": []}, id="a-list-for-a-key"),
        pytest.param(None, id="no-object"),
    ],
)
def test_a_malformed_list_of_keys_is_our_own_error(tmp_path: Path, change: dict[str, object] | None) -> None:
    sound = _trusted(HEAD, created_by=1).to_json()
    listed: object = [] if change is None else sound | change
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [listed]}), encoding="utf-8")
    with pytest.raises(LedgerError, match="cannot be read"):
        read_keys(tmp_path)
    (tmp_path / "keys.json").write_bytes(b"[" * 100_000)
    with pytest.raises(LedgerError, match="cannot be read"):
        read_keys(tmp_path)


def test_the_passphrase_comes_from_one_place(tmp_path: Path) -> None:
    file = tmp_path / "passphrase"
    file.write_text("of the file\nsecond line\n", encoding="ascii")
    file.chmod(0o600)
    assert passphrase_of({}, file, None) == b"of the file"
    assert passphrase_of({"EVIDENCE_PASSPHRASE": ""}, None, lambda: "typed") == b"typed"
    assert passphrase_of({"EVIDENCE_PASSPHRASE": "of the environment"}, file, None) == b"of the environment"
    both = {"EVIDENCE_PASSPHRASE": "a", "EVIDENCE_PASSPHRASE_FILE": str(file)}
    with pytest.raises(SettingsError, match="are both set"):
        passphrase_of(both, file, None)


def test_a_key_file_is_there_whole_or_not_at_all_and_never_overwritten(tmp_path: Path) -> None:
    folder = KeyFolder(tmp_path / "keys", b"secret")
    folder.write(key_id(NEW), NEW)
    before = (tmp_path / "keys" / f"{key_id(NEW)}.pem").read_bytes()
    with pytest.raises(LedgerError, match="never overwritten"):
        folder.write(key_id(NEW), OLD)
    assert (tmp_path / "keys" / f"{key_id(NEW)}.pem").read_bytes() == before
    assert [path.name for path in (tmp_path / "keys").iterdir()] == [f"{key_id(NEW)}.pem"]
    half = tmp_path / "keys" / f".{key_id(OLD)}.pem.new"  # of a command that was killed
    half.write_bytes(b"-----BEGIN")
    folder.write(key_id(OLD), OLD)
    assert folder.person(key_id(OLD)).private_bytes_raw() == OLD.private_bytes_raw()
    assert not half.exists()


def test_a_key_that_lies_open_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ledger.pem").write_bytes(HEAD.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(SettingsError, match="is not encrypted"):
        KeyFolder(tmp_path, b"secret").ledger()


def test_the_ledgers_key_is_found_by_its_id_wherever_a_rotation_or_a_succession_has_put_it(tmp_path: Path) -> None:
    folder = KeyFolder(tmp_path, b"secret")
    with pytest.raises(SettingsError, match=r"ledger\.pem cannot be read"):
        folder.first_ledger()
    folder.write("ledger", HEAD)
    folder.write(f"ledger-{key_id(NEXT)}", NEXT)
    for key in (HEAD, NEXT):
        found = folder.ledger_key(key_id(key))
        assert found is not None
        assert found.private_bytes_raw() == key.private_bytes_raw()
    assert folder.ledger_key(key_id(NEW)) is None
    (tmp_path / "ledger.pem").unlink()
    assert folder.first_ledger() is None
    assert folder.unrecorded("ledger-*", {}) == key_id(NEXT)
    assert folder.unrecorded("ledger-*", {key_id(NEXT): None}) is None
