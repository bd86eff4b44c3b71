"""A person's key is all that a forger has: whatever he records of keys, no export of his passes as the ledger's."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.core.encoding import to_base64
from evidence.core.identifiers import mint
from evidence.core.statements.base import Statement, build
from evidence.core.statements.own import Key, KeyPurpose, KeyState
from evidence.core.tree import leaf_hash, root
from evidence.ledger import envelope
from evidence.ledger.check_export import check_export
from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.envelope import Envelope, Signature
from evidence.ledger.export import export_log
from evidence.ledger.findings import CheckReport
from evidence.ledger.key_acts import KeyDesk, finish_rotation, rotate
from evidence.ledger.keys import KeyFolder, key_id, new_ed25519, spki
from evidence.ledger.leaf import Leaf
from evidence.ledger.note import sign
from evidence.ledger.tiles import format_bundle, parse_bundle
from evidence.ledger.trust import read_verifiers
from tests.homes import FIRST_ENTRIES, ORIGIN, START, a_hold, new_home, record_holds, signing

_RECORDED, _KEPT = FIRST_ENTRIES + 3, FIRST_ENTRIES + 1
"""The forger leaves out the last two entries and puts his own in their place."""
_EVIL = new_ed25519(os.urandom)


@dataclass(frozen=True)
class _Victim:
    """An export, the trust folder that was published, and what the forger has: the key `mine` of the person `actor`."""

    export: Path
    trust: Path
    actor: str
    mine: Ed25519PrivateKey
    ledger: str
    ledger_spki: bytes

    def check(self, folder: Path) -> CheckReport:
        return check_export(folder, read_verifiers(self.trust), trust=self.trust)

    def states(self, name: str, public_key: bytes, of: KeyState, replaces: str | None = None) -> Key:
        """A statement about a ledger's key; nothing holds it to its form."""
        said = {name: field.default for name, field in Key.model_fields.items() if not field.is_required()}
        return Key.model_construct(
            **said
            | {
                "id": mint("keyev", START, os.urandom),
                "issuer": "self",
                "key": name,
                "purpose": KeyPurpose.LEDGER,
                "state": of,
                "public_key": to_base64(public_key),
                "holder": "Arroyo Vehicles, Inc. (specimen)",
                "since": START.date(),
                "replaces": replaces,
            }
        )

    def evil(self, of: KeyState, *, replacing: bool = True) -> Key:
        return self.states(key_id(_EVIL), spki(_EVIL), of, self.ledger if replacing else None)

    def signed(self, statement: Statement) -> Envelope:
        return envelope.sign(build(statement, os.urandom).body, self.mine, keyid=self.actor)

    def forged(self, out: Path, *said: Envelope) -> Path:
        """The export with other entries at its end: these, then that the ledger's key is rotated, then a hold."""
        shutil.copytree(self.export, out)
        leaves = parse_bundle((out / f"tile/entries/000.p/{_RECORDED}").read_bytes())[:_KEPT]
        shutil.rmtree(out / "tile")
        for seq in range(_KEPT, _RECORDED):
            (out / f"statements/{seq}.dsse").unlink()
        ended = self.signed(self.states(self.ledger, self.ledger_spki, KeyState.ROTATED))
        for kind, made in [*(("key", one) for one in (*said, ended)), ("hold", self.signed(a_hold("forged")))]:
            (out / f"statements/{len(leaves)}.dsse").write_bytes(made.to_json())
            moment = Leaf.parse(leaves[-1]).recorded_at
            leaves.append(Leaf.of(made, kind=kind, recorded_at=moment, actor=self.actor).to_bytes())
        hashes = [leaf_hash(leaf) for leaf in leaves]
        for level, content in (("entries", format_bundle(leaves)), ("0", b"".join(hashes))):
            (out / f"tile/{level}/000.p").mkdir(parents=True)
            (out / f"tile/{level}/000.p/{len(leaves)}").write_bytes(content)
        head = Checkpoint(ORIGIN, len(leaves), root(hashes))
        (out / "checkpoint").write_bytes(sign(head.format(), ORIGIN, _EVIL))
        return out


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> _Victim:
    folder = tmp_path_factory.mktemp("forged")
    home = new_home(folder)
    with signing(home) as handle:
        record_holds(handle, _RECORDED - FIRST_ENTRIES)
        export_log(handle.ledger, folder / "export", with_statements=True)
        actor, (ledger,) = handle.settings.person, handle.history().ledger_keys()
    assert actor is not None
    mine = KeyFolder(home / "keys", b"correct horse battery staple").person(actor)
    return _Victim(folder / "export", home / "trust", actor, mine, ledger.key, ledger.public_key)


def _refused(report: CheckReport, seq: int | None = None) -> bool:
    """Whether the forged checkpoint is refused, and the entry at `seq` named."""
    unsigned = any(fault.kind == "checkpoint" and "No known key has signed" in fault.what for fault in report.faults)
    return unsigned and (seq is None or seq in {fault.seq for fault in report.faults})


def test_the_export_that_the_forger_begins_with_is_sound(victim: _Victim) -> None:
    assert victim.check(victim.export).faults == []


@pytest.mark.parametrize("of", [one for one in KeyState if one is not KeyState.CREATED])
@pytest.mark.parametrize("replacing", [True, False], ids=["replacing", "not-replacing"])
def test_a_ledger_key_that_was_never_created_is_refused(
    victim: _Victim, tmp_path: Path, of: KeyState, replacing: bool
) -> None:
    forged = victim.forged(tmp_path / "forged", victim.signed(victim.evil(of, replacing=replacing)))
    assert _refused(victim.check(forged), _KEPT)


@pytest.mark.parametrize("by", ["the person", "the new key too", "a line in the old key's name"])
def test_a_ledger_key_that_the_old_one_has_not_signed_for_is_refused(victim: _Victim, tmp_path: Path, by: str) -> None:
    made = victim.signed(victim.evil(KeyState.CREATED))
    if by != "the person":
        made = envelope.countersign(made, _EVIL, keyid=key_id(_EVIL))
    if by == "a line in the old key's name":
        line = Signature(victim.ledger, made.signatures[-1].sig)
        made = Envelope(made.payload, made.payload_type, (*made.signatures, line))
    assert _refused(victim.check(victim.forged(tmp_path / "forged", made)), _KEPT)


def test_a_ledger_key_that_a_person_has_created_gets_no_other_place_later(victim: _Victim, tmp_path: Path) -> None:
    for of in KeyState:
        created = victim.signed(victim.evil(KeyState.CREATED, replacing=False))
        report = victim.check(victim.forged(tmp_path / of, created, victim.signed(victim.evil(of))))
        assert _refused(report, _KEPT + 1), of


def test_a_rotation_that_the_old_key_has_signed_is_followed_from_its_old_trust_folder(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    old = Path(shutil.copytree(home / "trust", tmp_path / "trust"))
    with signing(home) as handle:
        with KeyDesk.of(handle) as desk:
            rotate(desk, "ledger")
        with KeyDesk.of(handle) as desk:
            finish_rotation(desk)
        export_log(handle.ledger, tmp_path / "export", with_statements=True)
    report = check_export(tmp_path / "export", read_verifiers(old), trust=old)
    assert report.faults == []
    assert any("older than the entries" in remark for remark in report.remarks)
