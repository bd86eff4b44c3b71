"""A pack holds what witnesses said of its checkpoint, and a policy that its checkpoint meets."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from evidence.ledger.asking import Response
from evidence.ledger.found import HomeHandle
from evidence.ledger.policy import Policy
from evidence.ledger.proof import Proof
from evidence.ledger.witnessing import ask_all, record_quorum
from evidence.pack.checking.check import check_pack
from evidence.pack.checking.verdict import PackReport
from evidence.pack.form import layout
from evidence.pack.gathered.facts import Subject
from evidence.pack.productions.build import build
from evidence.store.engine import writing
from tests.homes import record_holds
from tests.unit.pack.issued import NOW
from tests.unit.pack.specimen_home import make
from tests.witnesses import WITNESS, SmallLog, a_witness

S01 = Subject(shipment="S01")


def named(handle: HomeHandle, quorum: str = "quorum auditor") -> Policy:
    """The home's policy, with a witness, and a remark that is nobody else's business."""
    log = handle.verifiers()[0].vkey
    data = f"log {log}\n# ask them before nine\nwitness auditor {WITNESS.vkey} https://auditor.example/\n{quorum}\n"
    (handle.settings.home / "trust" / "policy").write_text(data)
    return Policy.parse(data.encode())


def cosigned(handle: HomeHandle, policy: Policy, folder: Path) -> None:
    witness = a_witness(folder, SmallLog())
    witness.store.trust(handle.verifiers()[0])

    def ask(_url: str, body: bytes, _headers: Mapping[str, str]) -> Response:
        answer = witness.answer(body)
        return Response(answer.status, answer.body, answer.media_type)

    standing, _ = ask_all(handle, policy, ask, NOW)
    assert record_quorum(handle, standing) is not None


def checked(folder: Path, trust: Path) -> PackReport:
    report = check_pack(folder, NOW, trust)
    command = ["bash", "verify.sh", str(trust), "--proofs"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return report


def test_a_pack_carries_the_cosignatures_of_its_checkpoint_and_the_policy_that_they_meet(tmp_path: Path) -> None:
    with make(tmp_path / "home") as handle:
        size, trust = handle.ledger.size(), tmp_path / "home" / "trust"
        cosigned(handle, named(handle), tmp_path)
        assert handle.ledger.size() == size + 1
        pack = build(handle, S01, tmp_path / "packs")
        assert pack.as_of == size, "the checkpoint that was cosigned, since only its own anchor came after"
        note = (pack.folder / layout.CHECKPOINT).read_bytes()
        policy = (pack.folder / layout.POLICY).read_bytes()
        assert Policy.parse(policy).verify(note).quorum_met
        assert b"before nine" not in policy
        proofs = [Proof.parse(path.read_bytes()) for path in (pack.folder / "entries").glob("*.tlog-proof")]
        assert {proof.checkpoint for proof in proofs} == {note}
        assert checked(pack.folder, trust).status == 0
        named(handle, "quorum none")
        again = build(handle, S01, tmp_path / "again")  # as issued, whatever became of the policy
        assert (again.new, again.archive.read_bytes()) == (False, pack.archive.read_bytes())


@pytest.mark.parametrize("why", ["nobody was asked", "the policy is none", "the queue is bent"])
def test_a_pack_without_a_quorum_asks_for_no_witness_and_is_built_all_the_same(why: str, tmp_path: Path) -> None:
    with make(tmp_path / "home") as handle:
        policy = named(handle)
        if why == "the policy is none":
            (tmp_path / "home" / "trust" / "policy").write_text("quorum nobody\n")
        if why == "the queue is bent":
            cosigned(handle, policy, tmp_path)
            with writing(handle.engine) as connection:
                connection.exec_driver_sql("DROP TRIGGER anchor_update")
                connection.exec_driver_sql("UPDATE anchor SET told = 'x'")
        record_holds(handle, 1)
        pack = build(handle, S01, tmp_path / "packs")
        assert pack.as_of == handle.ledger.size() - 1
        assert (pack.folder / layout.CHECKPOINT).read_bytes() == handle.ledger.checkpoint_at(pack.as_of)
        log = handle.verifiers()[0].vkey
        assert (pack.folder / layout.POLICY).read_text() == f"log {log}\nquorum none\n"
