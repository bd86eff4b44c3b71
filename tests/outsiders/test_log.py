"""Checkpoint, proof, consistency and whole export, verified by programs that know nothing of ours: a shell script with
OpenSSL and coreutils, and Go's packages sumdb/note and sumdb/tlog."""

import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.ledger import ed25519
from evidence.ledger.note import Verifier
from tests.outsiders.conftest import EARLIER, ENTRIES, ENTRY, HandedOut, Verify

ACCEPTED = {
    "checkpoint": f"{ENTRIES} entries",
    "entry": f"entry {ENTRY} of {ENTRIES}",
    "consistency": f"{EARLIER} of {ENTRIES} entries",
    "log": f"all {ENTRIES} entries",
}


@pytest.mark.parametrize(("command", "says"), ACCEPTED.items(), ids=ACCEPTED)
def test_what_we_hand_out_is_accepted(command: str, says: str, handed_out: HandedOut, verify: Verify) -> None:
    done = verify(command, *handed_out.arguments(command))
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{handed_out.origin}: {says}\n", "")


@pytest.mark.parametrize("command", ["checkpoint", "entry", "consistency"])
def test_nothing_is_accepted_under_another_key(command: str, handed_out: HandedOut, verify: Verify) -> None:
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    other = replace(handed_out, vkey=Verifier(handed_out.origin, ed25519.public_bytes(stranger)).vkey)
    assert verify(command, *other.arguments(command)).returncode != 0


ALTERED = [
    pytest.param("checkpoint", "log/checkpoint", id="checkpoint"),
    pytest.param("entry", "entry.leaf", id="leaf"),
    pytest.param("entry", "entry.tlog-proof", id="proof"),
    pytest.param("consistency", "consistency", id="consistency"),
    pytest.param("consistency", "earlier-checkpoint", id="earlier-checkpoint"),
    pytest.param("log", "log/checkpoint", id="checkpoint-of-the-log"),
    pytest.param("log", "log/tile/0/000", id="full-tile"),
    pytest.param("log", "log/tile/0/001.p/14", id="partial-tile"),
    pytest.param("log", "log/tile/1/000.p/1", id="upper-tile"),
    pytest.param("log", "log/tile/entries/001.p/14", id="entry"),
]


@pytest.mark.parametrize(("command", "name"), ALTERED)
def test_a_byte_that_was_altered_is_noticed(
    command: str, name: str, handed_out: HandedOut, verify: Verify, tmp_path: Path
) -> None:
    copy = replace(handed_out, folder=Path(shutil.copytree(handed_out.folder, tmp_path / "copy", ignore=_the_home)))
    content = (copy.folder / name).read_bytes()
    chance = random.Random(name)
    for _ in range(1 if command == "log" else 6):
        # the last character of a base64 signature has bits that decoders of others ignore; we refuse them
        at = chance.randrange(len(content) - 4)
        (copy.folder / name).write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        done = verify(command, *copy.arguments(command))
        assert done.returncode != 0, f"byte {at} of {len(content)}"
        assert done.stdout == ""


@pytest.mark.parametrize("missing", ["tile/0/000", "tile/entries/000", "tile/1/000.p/1"])
def test_a_file_of_the_export_that_is_gone_is_missed(
    missing: str, handed_out: HandedOut, verify: Verify, tmp_path: Path
) -> None:
    copy = replace(handed_out, folder=Path(shutil.copytree(handed_out.folder, tmp_path / "copy", ignore=_the_home)))
    (copy.folder / "log" / missing).unlink()
    assert verify("log", *copy.arguments("log")).returncode != 0


def _the_home(_: str, names: list[str]) -> set[str]:
    return {"home", "statements"} & set(names)
