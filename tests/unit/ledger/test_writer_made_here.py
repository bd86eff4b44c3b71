"""What this process built and signed itself is recorded without being parsed again, and is the same to the byte."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest

from evidence.core import tree
from evidence.core.canonical import JsonValue
from evidence.core.disclosure import Disclosure, commit_all
from evidence.core.encoding import to_base64
from evidence.core.identifiers import mint
from evidence.core.statements.base import Statement, build, open_body
from evidence.core.statements.own import Hold, Key, KeyPurpose, KeyState
from evidence.core.tree import Frontier
from evidence.errors import LedgerError, MalformedJson, ProofError, RefusesToSign
from evidence.ledger import ed25519, note
from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.envelope import Envelope, countersign, sign
from evidence.ledger.growth import check_growth
from evidence.ledger.head_signer import HeadSigner
from evidence.ledger.heads import require_not_behind
from evidence.ledger.key_history import KeyHistory
from evidence.ledger.keys import new_ed25519, spki
from evidence.ledger.leaf import Leaf, LeafMaker
from evidence.ledger.note import Verifier
from evidence.ledger.read import read_disclosures
from evidence.ledger.submission import Prepared, SigningKey, Submission, prepare, prepare_here
from evidence.store.twin import twin_of
from tests.homes import FIRST_ENTRIES, ORIGIN, START, a_hold, new_home, record_holds, signing
from tests.unit.core.samples import samples

KEY = SigningKey.of(new_ed25519(os.urandom))


def made_here(statement: Statement, key: SigningKey) -> Prepared:
    return prepare_here(statement, (), key, os.urandom)


@pytest.mark.parametrize("statement", samples(), ids=lambda statement: statement.kind)
def test_what_is_prepared_here_is_what_is_prepared_from_its_bytes(statement: Statement) -> None:
    here = made_here(statement, KEY)
    sent = Submission(here.kind, here.envelope.to_json(), here.actor, read_disclosures(here.disclosures))
    sent_in = prepare(sent)
    assert (sent_in.signed_by, here.signed_by) == (None, KEY.public)
    assert replace(here) == sent_in  # all else
    assert ed25519.verify(KEY.public, here.envelope.signatures[0].sig, here.envelope.pae())
    assert here.envelope.digest() == here.digest


def test_statements_made_together_are_each_signed_and_stand_in_their_order() -> None:
    statements = [a_hold() for _ in range(5)]
    made = [made_here(statement, KEY) for statement in statements]
    assert [one.statement for one in made] == statements
    for one in made:
        assert ed25519.verify(KEY.public, one.envelope.signatures[0].sig, one.envelope.pae())
        assert (one.digest, one.signed_by) == (one.envelope.digest(), KEY.public)


def test_nothing_is_recorded_of_statements_of_which_one_cannot_be(tmp_path: Path) -> None:
    false = a_hold().model_copy(update={"id": "hold-1"})
    with signing(new_home(tmp_path)) as handle:
        with pytest.raises(LedgerError, match="cannot be recorded"):
            handle.signer().record([(a_hold(), ()), (false, ())])
        assert handle.ledger.size() == FIRST_ENTRIES


def test_commitments_made_together_are_those_made_one_by_one() -> None:
    fields: list[tuple[str, JsonValue]] = [
        ("name", "Zulieferer \u00e9"),
        ("absent", None),
        ("lines", ["1.50", {"b": 1, "a": True}]),
        ("figure", 2**53 - 1),
    ]
    for count in range(len(fields) + 1):
        salts = [os.urandom(16) for _ in range(count)]
        together = commit_all(fields[:count], salts)
        singly = [Disclosure(salt, *field) for salt, field in zip(salts, fields[:count], strict=True)]
        assert list(together.disclosures()) == singly
        assert list(together.digests) == [one.digest() for one in singly]
        assert read_disclosures(together.document) == tuple(singly)
    with pytest.raises(MalformedJson, match="surrogate"):
        commit_all([("name", "\ud800")], [bytes(16)])
    with pytest.raises(MalformedJson, match="a number of 54 bits"):
        commit_all([("figure", 2**53)], [bytes(16)])


def test_a_statement_that_was_made_past_its_own_type_is_not_signed() -> None:
    sound = a_hold()
    for false in (
        sound.model_copy(update={"id": "hold-1"}),
        sound.model_copy(update={"reason": ""}),
        sound.model_copy(update={"reason": "decomposed e\u0301"}),
        sound.model_copy(update={"lifted": 1}),
    ):
        with pytest.raises(LedgerError, match="cannot be recorded"):
            made_here(false, KEY)


def test_a_statement_of_a_kind_that_is_not_known_here_goes_the_long_way_and_is_refused() -> None:
    class Unknown(Hold):
        """A kind that no registry has."""

        kind: ClassVar[str] = "unknown"

    with pytest.raises(LedgerError, match="wanted a kind known here"):
        made_here(Unknown.model_validate(a_hold().model_dump()), KEY)


def test_a_key_that_is_not_on_record_signs_nothing_also_where_it_is_at_hand(tmp_path: Path) -> None:
    with signing(new_home(tmp_path)) as handle:
        writer = handle.signer()._writer
        with pytest.raises(ProofError, match="not a person's key on record"):
            writer.append([made_here(a_hold(), KEY)])
        own = handle.signer()._key
        with pytest.raises(ProofError, match="does not fit"):  # another key under the id of one on record
            writer.append([made_here(a_hold(), replace(KEY, id=own.id))])
        assert handle.ledger.size() == FIRST_ENTRIES


@pytest.mark.parametrize("signatures", [1, 2])
def test_a_leaf_made_from_the_form_of_the_one_before_is_the_leaf_itself(signatures: int) -> None:
    make, now = LeafMaker(), datetime(2023, 5, 1, 12, tzinfo=UTC)
    for later in range(3):
        envelope: Envelope = made_here(a_hold(), KEY).envelope
        if signatures == 2:
            envelope = countersign(envelope, new_ed25519(os.urandom), keyid=f"key-{later}")
        moment = now + timedelta(seconds=later)
        leaf = Leaf.of(envelope, kind="hold", recorded_at=moment, actor=KEY.id)
        made = make.make(envelope, envelope.digest(), kind="hold", recorded_at=moment, actor=KEY.id)
        assert made == leaf.to_bytes()
        assert Leaf.parse(made) == leaf


def test_a_leaf_with_a_member_that_none_may_hold_is_not_made() -> None:
    envelope = made_here(a_hold(), KEY).envelope
    with pytest.raises(ProofError, match="cannot have the actor"):
        LeafMaker().make(envelope, envelope.digest(), kind="hold", recorded_at=START, actor="A. N. Other")


@pytest.mark.parametrize("before", [0, 1, 5, 255, 256, 700])
@pytest.mark.parametrize("count", [1, 2, 3, 64, 300])
def test_growth_is_sound_and_one_leaf_out_of_its_place_is_found(before: int, count: int) -> None:
    leaves = [tree.leaf_hash(b"%d" % number) for number in range(before + count)]
    old, new = Frontier(leaves[:before]), leaves[before:]
    root = tree.root(leaves)
    check_growth(old, new, root)
    for at in {0, count // 2, count - 1}:
        with pytest.raises(ProofError):
            check_growth(old, [*new[:at], tree.leaf_hash(b"another"), *new[at + 1 :]], root)
    if before:
        with pytest.raises(ProofError):
            check_growth(Frontier([tree.leaf_hash(b"another"), *leaves[1:before]]), new, root)
    with pytest.raises(ProofError):
        check_growth(old, new, tree.leaf_hash(b"another"))


def test_nobody_else_can_say_that_a_statement_was_signed_here(tmp_path: Path) -> None:
    with signing(new_home(tmp_path)) as handle:
        writer, own = handle.signer()._writer, handle.signer()._key
        forged = sign(made_here(a_hold(), own).envelope.payload, KEY.private, keyid=own.id)
        sound = made_here(a_hold(), own)
        with pytest.raises(ProofError, match="does not fit"):
            writer.append([replace(sound, envelope=forged, digest=forged.digest())])
        with pytest.raises(ValueError, match="signed_by"):
            replace(sound, signed_by=own.public)
        assert handle.ledger.size() == FIRST_ENTRIES


def test_a_head_signed_by_another_key_than_the_one_on_record_is_not_handed_out() -> None:
    """The file of another key under that one's name; a processor that errs while it signs looks the same."""
    said = {"id": mint("keyev", START, os.urandom), "issuer": "self", "holder": "Arroyo (specimen)"}
    history, key = KeyHistory(), new_ed25519(os.urandom)
    created = Key.model_validate(
        said
        | {
            "key": KEY.id,
            "purpose": KeyPurpose.LEDGER,
            "state": KeyState.CREATED,
            "public_key": to_base64(spki(KEY.private)),
            "since": START.date(),
        }
    )
    history.take(0, open_body(build(created, os.urandom).body, ()))
    head = Checkpoint("example.com/log", 7, bytes(32))
    with pytest.raises(RefusesToSign, match="does not verify"):
        HeadSigner("example.com/log", None, lambda _: key).sign(head, history)
    assert HeadSigner("example.com/log", None, lambda _: KEY.private).sign(head, history)


def test_a_head_is_signed_as_the_note_says_it_is() -> None:
    key = new_ed25519(os.urandom)
    head = Checkpoint("example.com/log", 7, bytes(32))
    assert HeadSigner("example.com/log", key).sign(head, KeyHistory()) == note.sign(head.format(), head.origin, key)


def test_the_last_checkpoint_counts_though_the_power_failed_before_it_had_its_name(tmp_path: Path) -> None:
    """Then the file of before is back under the name, and the new one under the twin's: an older database is told."""
    home = new_home(tmp_path)
    with signing(home) as handle:
        record_holds(handle, 2)
        verifiers = handle.verifiers()
        size, root = FIRST_ENTRIES + 1, handle.ledger.root(FIRST_ENTRIES + 1)
    path = home / "checkpoint"
    after, before = path.read_bytes(), twin_of(path).read_bytes()
    path.write_bytes(before)
    twin_of(path).write_bytes(after)

    def unread(level: int, index: int) -> bytes:
        raise AssertionError(f"{level}/{index} is not wanted")

    with pytest.raises(LedgerError, match="older than what was handed out"):
        require_not_behind(path, ORIGIN, verifiers, size, root, unread)
    twin_of(path).write_bytes(after[:-9])  # written in part: the file counts
    found = require_not_behind(path, ORIGIN, verifiers, size, root, unread)
    assert found is not None
    assert found.size == size
    with signing(home) as handle:  # the database is ahead of the file, so that it is published again
        assert path.read_bytes() == after == handle.ledger.checkpoint_at()
        assert isinstance(verifiers[0], Verifier)
