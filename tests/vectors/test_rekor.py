"""Entries of a public log, Sigstore's Rekor v2: judged at the log layer as its authors record it, and broken by us."""

import json
from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import pytest

from evidence.core.canonical import loads, loads_canonical
from evidence.core.encoding import from_base64
from evidence.errors import EvidenceError, ProofError
from evidence.ledger.checkpoint import open_checkpoint
from evidence.ledger.cosignature import Witness, cosignatures
from evidence.ledger.note import Verifier, open_note, parse_note
from evidence.ledger.proof import Proof, verify

REKOR = Path(__file__).parent / "rekor-v2-real"
KEYS = json.loads((REKOR / "vkeys.json").read_text())
EXPECTED = json.loads((REKOR / "expected-log-layer.json").read_text())
LOGS = [Verifier.parse(text) for name, text in KEYS.items() if not name.startswith("witness-")]
WITNESSES = {name: text for name, text in KEYS.items() if name.startswith("witness-")}
BUNDLES = sorted(path.parent.name for path in REKOR.glob("*/bundle.sigstore.json"))
GOOD = [case for case in BUNDLES if EXPECTED[case]["inclusion_ok"]]


def in_bundle(case: str) -> tuple[Proof, bytes] | None:
    """The proof in a bundle and the leaf that it is of; None where the bundle has no proof."""
    bundle = loads((REKOR / case / "bundle.sigstore.json").read_bytes())
    (entry,) = bundle["verificationMaterial"]["tlogEntries"]
    if "inclusionProof" not in entry:
        return None
    said = entry["inclusionProof"]
    note = said["checkpoint"]["envelope"].encode()
    proof = Proof(int(said["logIndex"]), tuple(map(from_base64, said["hashes"])), note)
    return proof, b64decode(entry["canonicalizedBody"])


def test_every_bundle_has_an_answer_and_some_are_good_and_some_bad() -> None:
    assert set(BUNDLES) == set(EXPECTED)
    assert 0 < len(GOOD) < len(BUNDLES)


@pytest.mark.parametrize("case", BUNDLES)
def test_the_log_layer_of_a_bundle_is_judged_as_recorded(case: str) -> None:
    found, expected = in_bundle(case), EXPECTED[case]
    if expected["note_ok"] is None:
        assert found is None, "nothing to verify, and so nothing verified"
        return
    assert found is not None
    proof, leaf = found
    if expected["note_ok"]:
        assert open_checkpoint(proof.checkpoint, LOGS).size == expected["tree_size"]
        assert [key.name for key in open_note(proof.checkpoint, LOGS).verified] == expected["verified_by"]
    else:
        with pytest.raises(ProofError):
            open_checkpoint(proof.checkpoint, LOGS)
    if expected["inclusion_ok"]:
        assert verify(proof, leaf, LOGS).size == expected["tree_size"]
        loads_canonical(leaf)  # Rekor's leaves are RFC 8785 too
    else:
        with pytest.raises(ProofError):
            verify(proof, leaf, LOGS)


@pytest.mark.parametrize("case", GOOD)
def test_the_proof_file_of_an_entry_is_that_of_its_bundle(case: str) -> None:
    data = (REKOR / case / "entry.tlog-proof").read_bytes()
    assert Proof.parse(data).format() == data
    assert (Proof.parse(data), (REKOR / case / "leaf.json").read_bytes()) == in_bundle(case)


@pytest.mark.parametrize("case", GOOD)
def test_a_real_entry_that_was_broken_is_refused(case: str) -> None:
    found = in_bundle(case)
    assert found is not None
    proof, leaf = found
    head = parse_note(proof.checkpoint)
    origin, size, root = head.text.split("\n")[:3]
    others = [Verifier(LOGS[0].name, bytes([key.public_key[0] ^ 1]) + key.public_key[1:]) for key in LOGS]
    broken = {
        "leaf with a byte more": (proof, leaf + b"\n", LOGS),
        "another leaf": (proof, leaf.replace(b"{", b"[", 1), LOGS),
        "its hash for the leaf": (proof, proof.hashes[0], LOGS),
        "another index": (replace(proof, index=proof.index - 1), leaf, LOGS),
        "an index outside": (replace(proof, index=int(size)), leaf, LOGS),
        "a hash less": (replace(proof, hashes=proof.hashes[:-1]), leaf, LOGS),
        "a hash more": (replace(proof, hashes=(*proof.hashes, bytes(32))), leaf, LOGS),
        "hashes in another order": (replace(proof, hashes=proof.hashes[::-1]), leaf, LOGS),
        "another size": (_with(proof, f"\n{size}\n", f"\n{int(size) + 1}\n"), leaf, LOGS),
        "another origin": (_with(proof, origin, f"{origin}x"), leaf, LOGS),
        "another root": (_with(proof, root, "A" * 43 + "="), leaf, LOGS),
        "an extension line": (_with(proof, root, f"{root}\nmore"), leaf, LOGS),
        "no signature": (replace(proof, checkpoint=proof.checkpoint.partition(b"\n\n")[0] + b"\n\n"), leaf, LOGS),
        "other keys": (proof, leaf, others),
        "no keys": (proof, leaf, []),
    }
    verify(proof, leaf, LOGS)
    for name, (altered, content, keys) in broken.items():
        with pytest.raises(ProofError):
            assert verify(altered, content, keys) is None, name


def _with(proof: Proof, old: str, new: str) -> Proof:
    """The proof with its checkpoint altered in the first place where `old` stands."""
    assert old.encode() in proof.checkpoint
    return replace(proof, checkpoint=proof.checkpoint.replace(old.encode(), new.encode(), 1))


@pytest.mark.parametrize("case", BUNDLES)
def test_a_bundle_cut_short_anywhere_raises_only_our_own_errors(case: str) -> None:
    data = (REKOR / case / "bundle.sigstore.json").read_bytes()
    for end in range(0, len(data), 97):
        with pytest.raises(EvidenceError):
            loads(data[:end])


@pytest.mark.parametrize("case", GOOD)
def test_the_cosignatures_in_a_real_bundle_verify(case: str) -> None:
    found = in_bundle(case)
    assert found is not None
    note = parse_note(found[0].checkpoint)
    witnesses = [Witness.parse(text) for text in WITNESSES.values()]
    known = {(witness.name, witness.key_id) for witness in witnesses}
    verified = {(each.witness.name, each.witness.key_id) for each in cosignatures(note, witnesses)}
    assert verified == {(line.name, line.key_id) for line in note.lines} & known


@pytest.mark.parametrize("name", WITNESSES)
def test_a_witness_key_is_refused_as_a_log_key(name: str) -> None:
    with pytest.raises(ProofError, match="signature type 04"):
        Verifier.parse(WITNESSES[name])
    assert Witness.parse(WITNESSES[name]).vkey == WITNESSES[name]
