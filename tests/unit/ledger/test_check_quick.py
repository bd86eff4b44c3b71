"""The short way of the check proves nothing that the long way would not: whatever is odd in an entry goes the long way.

The entries here are signed by the person whose key is on record, so that no signature gives away what is wrong.
"""

import json
import os
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.core import tree
from evidence.core.encoding import to_base64url
from evidence.core.statements.base import build
from evidence.core.statements.own import Key, KeyPurpose, KeyState
from evidence.ledger import ed25519
from evidence.ledger.actors import Actors
from evidence.ledger.check_entry import Excused, check_entry
from evidence.ledger.check_quick import Row, proved
from evidence.ledger.envelope import IN_TOTO, Signature, pae
from evidence.ledger.findings import CheckReport
from evidence.ledger.keys import key_id
from evidence.ledger.stored import leaf_bytes, packed
from evidence.store.documents import DocumentStore
from tests.homes import START, a_hold

MOMENT = "2023-04-01T12:00:00.000000Z"
SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
SPKI = ed25519.spki_of_raw(SIGNER.public_key().public_bytes_raw())
NAME = key_id(SPKI)


def actors() -> Actors:
    known, opened = Actors(), _key_statement()
    known.take(0, opened)
    return known


def _key_statement() -> Any:
    from evidence.core.statements.base import open_body

    key = Key(
        id="keyev-01a201e6-d84e-7c31-97ff-298d4832e7f7",
        issuer="self",
        key=NAME,
        purpose=KeyPurpose.PERSON,
        state=KeyState.CREATED,
        public_key=b64encode(SPKI).decode(),
        holder="Records desk (role)",
        since=START.date(),
    )
    built = build(key, os.urandom)
    return open_body(built.body, built.disclosures)


@dataclass
class Made:
    """An entry in the making: what is said, before it is written, committed to, signed and put into a row."""

    body: dict[str, Any]
    disclosures: list[list[Any]]
    write: Callable[[Any], bytes] = lambda value: json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    ).encode()
    payload_type: str = IN_TOTO
    signer: Ed25519PrivateKey = SIGNER
    keyid: str = NAME
    row: dict[str, Any] = field(default_factory=dict)
    leaf: dict[str, Any] = field(default_factory=dict)
    commit: bool = True

    def made(self) -> Row:
        predicate = self.body["predicate"]
        if self.commit:
            for item in self.disclosures:
                predicate["committed"][item[1]] = sha256(self.write(item)).hexdigest()
            self.body["subject"][0]["digest"]["sha256"] = sha256(self.write(predicate["committed"])).hexdigest()
        payload = self.write(self.body)
        message = pae(self.payload_type, payload)
        signature = Signature(self.keyid, self.signer.sign(message))
        parts: dict[str, Any] = {
            "kind": "hold",
            "recorded_at": MOMENT,
            "actor": NAME,
            "statement_digest": sha256(message).digest(),
            "signatures": packed([signature]),
        }
        parts |= self.leaf
        row = Row(
            seq=7,
            **parts,
            leaf_hash=tree.leaf_hash(leaf_bytes(*parts.values())),
            payload=payload,
            statement_id=predicate["open"].get("id"),
            disclosures=self.write(self.disclosures),
        )
        return row._replace(**self.row)


def a_made() -> Made:
    built = build(a_hold(), os.urandom)
    listed = [[to_base64url(item.salt), item.name, item.value] for item in built.disclosures]
    return Made(json.loads(built.body), listed)


def the_long_way(row: Row, folder: Path) -> CheckReport:
    nothing = Excused(frozenset(), lambda _moment: False)
    return check_entry(row, [], nothing, actors(), DocumentStore(folder)).report


def test_an_entry_that_is_sound_is_proved_the_short_way_and_found_sound_the_long_way(tmp_path: Path) -> None:
    row = a_made().made()
    statement = proved(row, actors())
    assert statement is not None
    assert statement.id == row.statement_id
    assert the_long_way(row, tmp_path).faults == []


def test_no_bit_of_an_entry_can_be_flipped_and_it_still_be_proved() -> None:
    random, known, sound = Random(11), actors(), a_made().made()
    for name in Row._fields[1:]:
        value = getattr(sound, name)
        content = value if isinstance(value, bytes) else value.encode()
        for _ in range(300):
            at, bit = random.randrange(len(content)), random.randrange(8)
            flipped = content[:at] + bytes([content[at] ^ 1 << bit]) + content[at + 1 :]
            altered: Any = flipped if isinstance(value, bytes) else flipped.decode("utf-8", "backslashreplace")
            assert proved(sound._replace(**{name: altered}), known) is None, (name, at, bit)


def test_an_entry_of_a_key_that_is_unknown_or_was_not_in_use_there_is_not_proved() -> None:
    row = a_made().made()
    assert proved(row, Actors()) is None
    assert proved(row._replace(seq=0), actors()) is not None  # the first entry brings in its own key
    ended = actors()
    ended._by_id[NAME] = replace(ended._by_id[NAME], ended=3)
    assert proved(row, ended) is None


def _item(made: Made, name: str) -> list[Any]:
    return next(item for item in made.disclosures if item[1] == name)


def _value(name: str, value: Any) -> Callable[[Made], None]:
    def alter(made: Made) -> None:
        _item(made, name)[2] = value

    return alter


def _body(path: str, value: Any) -> Callable[[Made], None]:
    def alter(made: Made) -> None:
        *above, last = path.split("/")
        place: Any = made.body
        for step in above:
            place = place[int(step)] if isinstance(place, list) else place[step]
        place[last] = value

    return alter


def _set(name: str, value: Any) -> Callable[[Made], None]:
    return lambda made: setattr(made, name, value)


def _in_clear(made: Made) -> None:
    item = _item(made, "scope")
    made.disclosures.remove(item)
    del made.body["predicate"]["committed"]["scope"]
    made.body["predicate"]["open"]["scope"] = item[2]


def _withheld_though_open(made: Made) -> None:
    made.disclosures.append([to_base64url(bytes(16)), "supersedes", made.body["predicate"]["open"].pop("supersedes")])


def _spaced(made: Made) -> None:
    made.write = lambda value: json.dumps(value, sort_keys=True, ensure_ascii=False).encode()


def _unsorted(made: Made) -> None:
    def write(value: Any) -> bytes:
        turned = dict(reversed(value.items())) if isinstance(value, dict) else value
        return json.dumps(turned, ensure_ascii=False, separators=(",", ":")).encode()

    made.write = write


def _other_subject(made: Made) -> None:
    made.made()
    made.commit = False
    made.body["subject"][0]["digest"]["sha256"] = "0" * 64


def _uncommitted_value(made: Made) -> None:
    made.made()
    made.commit = False
    _item(made, "scope")[2] = "shipment:S2"


ODD = [
    pytest.param(lambda made: made.disclosures.append(made.disclosures[0]), id="a-disclosure-twice"),
    pytest.param(lambda made: (made.made(), made.disclosures.pop()), id="a-disclosure-missing"),
    pytest.param(lambda made: made.disclosures.append([to_base64url(bytes(16)), "more", 1]), id="a-field-too-many"),
    pytest.param(lambda made: _item(made, "scope").append("x"), id="a-disclosure-of-four"),
    pytest.param(_uncommitted_value, id="a-value-that-is-not-committed-to"),
    pytest.param(lambda made: _item(made, "scope").__setitem__(0, to_base64url(bytes(15))), id="a-short-salt"),
    pytest.param(lambda made: _item(made, "scope").__setitem__(0, "A" * 21 + "B"), id="spare-bits-in-a-salt"),
    pytest.param(lambda made: _item(made, "scope").__setitem__(0, "A" * 20 + "+A"), id="a-salt-of-other-digits"),
    pytest.param(_value("lifted", 0), id="zero-for-false"),
    pytest.param(_value("scope", " shipment:S1 "), id="white-space-around-text"),
    pytest.param(_value("scope", ""), id="empty-text"),
    pytest.param(_value("scope", None), id="nothing-where-text-is-wanted"),
    pytest.param(_value("scope", 1.5), id="a-fraction"),
    pytest.param(_value("valid_from", "2023-4-1"), id="a-day-in-another-spelling"),
    pytest.param(_value("valid_from", 1680307200), id="a-day-as-a-number"),
    pytest.param(_value("basis", "hearsay"), id="a-value-outside-its-list"),
    pytest.param(_value("source", {"document": "0" * 64}), id="a-record-without-its-empty-fields"),
    pytest.param(_value("source", {"document": "x"}), id="a-digest-that-is-none"),
    pytest.param(_in_clear, id="a-field-in-clear-that-is-not-open"),
    pytest.param(_withheld_though_open, id="an-open-field-committed"),
    pytest.param(_body("predicate/nonce", "0" * 63), id="a-short-nonce"),
    pytest.param(_body("predicate/nonce", "A" * 64), id="a-nonce-in-capitals"),
    pytest.param(_body("predicate/more", 1), id="a-member-too-many"),
    pytest.param(_body("more", 1), id="a-member-of-the-body-too-many"),
    pytest.param(_body("_type", "https://in-toto.io/Statement/v0.1"), id="another-type"),
    pytest.param(_body("predicateType", "urn:evidence:review:1"), id="another-kind"),
    pytest.param(_other_subject, id="a-subject-with-another-digest"),
    pytest.param(_body("predicate/open/evidence_class", "rumour"), id="an-open-value-outside-its-list"),
    pytest.param(_set("row", {"statement_id": "hold-other"}), id="another-id-beside-it"),
    pytest.param(_body("predicate/open/id", "hold-1"), id="an-id-that-was-not-minted"),
    pytest.param(_spaced, id="white-space"),
    pytest.param(_unsorted, id="keys-out-of-order"),
    pytest.param(_set("signer", STRANGER), id="signed-by-another-key"),
    pytest.param(_set("keyid", "key-0123456789abcdef"), id="signed-under-an-unknown-id"),
    pytest.param(_set("leaf", {"actor": "key-0123456789abcdef"}), id="on-anothers-authority"),
    pytest.param(_set("leaf", {"actor": NAME + '","more":"x'}), id="a-leaf-that-is-another-shape"),
    pytest.param(_set("leaf", {"kind": "review"}), id="a-leaf-of-another-kind"),
    pytest.param(_set("leaf", {"statement_digest": bytes(32)}), id="a-leaf-of-another-statement"),
    pytest.param(_set("leaf", {"signatures": b""}), id="no-signature"),
    pytest.param(_set("payload_type", "application/json"), id="signed-as-another-type"),
    pytest.param(_set("row", {"leaf_hash": bytes(32)}), id="another-hash"),
    pytest.param(_set("row", {"kind": "review"}), id="another-kind-beside-it"),
    pytest.param(_set("row", {"recorded_at": "2023-04-01T12:00:00.000001Z"}), id="another-time-beside-it"),
    pytest.param(_set("row", {"statement_digest": bytes(32)}), id="another-digest-beside-it"),
    pytest.param(_set("row", {"disclosures": None}), id="disclosures-gone"),
    pytest.param(_set("row", {"actor": "key-0123456789abcdef"}), id="another-actor-beside-it"),
    pytest.param(_set("row", {"signatures": b"\x00\x00\x01x"}), id="a-signature-too-short"),
    pytest.param(_set("row", {"signatures": b"\x05key"}), id="signatures-that-end-within-one"),
    pytest.param(_set("row", {"payload": None}), id="the-statement-gone"),
    pytest.param(_set("row", {"payload": 17}), id="a-number-for-the-statement"),
    pytest.param(_set("row", {"disclosures": b"[]"}), id="no-disclosures"),
    pytest.param(_set("row", {"disclosures": b""}), id="empty-disclosures"),
]


@pytest.mark.parametrize("alter", ODD)
def test_what_is_odd_is_left_to_the_long_way_which_names_it(alter: Callable[[Made], object], tmp_path: Path) -> None:
    made = a_made()
    alter(made)
    row = made.made()
    assert proved(row, actors()) is None
    assert the_long_way(row, tmp_path).faults != []


def test_a_day_that_does_not_exist_is_named_the_long_way(tmp_path: Path) -> None:
    """Of the short way its caller asks that, once for all the entries of a batch."""
    made = a_made()
    made.leaf["recorded_at"] = "2023-02-30T12:00:00.000000Z"
    assert [fault.kind for fault in the_long_way(made.made(), tmp_path).faults] == ["leaf"]


def test_two_values_that_are_each_no_json_are_not_read_as_one(tmp_path: Path) -> None:
    """Disclosures cut in the wrong places could make one sound document of fields that are none."""
    made = a_made()
    row = made.made()
    assert row.disclosures is not None
    first, second = b'"scope","shipment:S1"', b'"reason"'
    assert first in row.disclosures
    assert second in row.disclosures
    for altered in (
        row.disclosures.replace(b'],["', b',"', 1),
        row.disclosures.replace(b'],["', b']],[["', 1),
        b"[" + row.disclosures + b"]",
        row.disclosures + b" ",
    ):
        other = row._replace(disclosures=altered)
        assert proved(other, actors()) is None
        assert the_long_way(other, tmp_path).faults != []
