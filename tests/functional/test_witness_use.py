"""The witness commands as somebody uses them: wrong uses, lost keys, the page on witnessing."""

import shutil
from pathlib import Path

import pytest

from evidence.cli import main
from tests import serving_witness
from tests.functional.conftest import ROOT
from tests.functional.test_tour import run, shows, typed
from tests.homes import new_home
from tests.serving_witness import Served, made, serving, witnessed

passphrase, watched = serving_witness.passphrase, serving_witness.watched  # fixtures

WRONG_USES = {
    "an init where something is": (["init", "{folder}", "--name", "a.example"], 2, "not empty"),
    "a name with a space": (["init", "{folder}/new", "--name", "a b"], 2, "cannot be a key name"),
    "a witness that is none": (["list", "{folder}/keys"], 2, "holds no witness"),
    "a key that is none": (["trust", "{folder}", "rubbish"], 2, "is not a verifier key"),
    "the key of a witness": (["trust", "{folder}", "{vkey}"], 2, "signature type 04"),
    "an address that is taken": (["serve", "{folder}", "--host", "192.0.2.1"], 2, "Cannot listen"),
}


@pytest.mark.parametrize(("words", "status", "told"), WRONG_USES.values(), ids=WRONG_USES.keys())
def test_a_wrong_use_ends_in_one_line(
    words: list[str], status: int, told: str, tmp_path: Path, passphrase: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = made(tmp_path / "w")
    own = (folder / "witness.vkey").read_text().strip()
    capsys.readouterr()
    assert main(["witness", *(word.format(folder=folder, vkey=own) for word in words)]) == status
    said = capsys.readouterr().err
    assert told in said
    assert said.count("\n") == 1
    assert passphrase.read_text().strip() not in said


def test_a_witness_that_lost_its_key_or_its_records_is_not_started(
    tmp_path: Path, passphrase: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = made(tmp_path / "w")
    assert (folder / "keys" / "witness.pem").stat().st_mode & 0o777 == 0o600
    assert b"ENCRYPTED" in (folder / "keys" / "witness.pem").read_bytes()
    passphrase.write_text("another\n", encoding="utf-8")
    assert main(["witness", "serve", str(folder), "--port", "0"]) == 2
    assert "does not open with this passphrase" in capsys.readouterr().err
    passphrase.write_text("a witness's own\n", encoding="utf-8")
    other = made(tmp_path / "other")
    shutil.copy(other / "keys" / "witness.pem", folder / "keys" / "witness.pem")
    assert main(["witness", "serve", str(folder), "--port", "0"]) == 2
    assert "is not the one that witness.vkey names" in capsys.readouterr().err
    (other / "witness.db").unlink()
    assert main(["witness", "serve", str(other), "--port", "0"]) == 1
    assert "is gone, and with it what was cosigned" in capsys.readouterr().err


def test_a_policy_without_witnesses_says_what_to_add(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = new_home(tmp_path)
    assert main(["ledger", "witness", "--home", str(home)]) == 2
    assert "names no witness. Add a line `witness NAME VKEY URL`" in capsys.readouterr().err
    assert main(["ledger", "witness", "--home", str(home), "--policy", str(tmp_path / "none")]) == 2
    (tmp_path / "bad").write_text("quorum nobody\n")
    assert main(["ledger", "witness", "--home", str(home), "--policy", str(tmp_path / "bad")]) == 1
    assert "Line 1 of the policy" in capsys.readouterr().err


def test_the_page_on_witnessing_does_what_it_says(checkout: Path) -> None:
    """Its first part is run, then the server that its ``sh`` block starts, then the rest."""
    page = (ROOT / "docs" / "witnessing.md").read_text(encoding="utf-8")
    before, after = page.split("```sh\nevidence witness serve auditor --port 8760\n```\n")
    assert _wrong(before, checkout, 0) == []
    with serving(checkout / "auditor", checkout / "witness-passphrase") as served:
        port = served.url.rstrip("/").rpartition(":")[2]
        assert _wrong(after.replace("8760", port), checkout, 1) == []


def _wrong(part: str, folder: Path, number: int) -> list[str]:
    commands = list(typed(part))
    assert commands
    found = []
    for each, (status, said, told) in zip(commands, run(commands, folder), strict=True):
        if status != each.status or (shows(each.printed, said) and shows(each.printed, told)):
            found.append(f"{each.command}: {status}: {shows(each.printed, said)}: {said[-500:]}{told[-500:]}")
    (folder / ".typed").rename(folder / f".typed-{number}")
    return found


def test_who_has_only_policy_and_checkpoint_can_verify_them(
    watched: tuple[Path, Served], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, _ = watched
    assert witnessed(home, "--out", str(tmp_path / "cosigned"), capsys=capsys)[0] == 0
    policy = ["--policy", str(home / "trust" / "policy")]
    assert main(["witness", "verify", str(tmp_path / "cosigned"), *policy]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "Quorum met."
    alone = tmp_path / "alone"
    alone.write_bytes((home / "checkpoint").read_bytes())
    assert main(["witness", "verify", str(alone), *policy]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "Quorum not met."
    data = (tmp_path / "cosigned").read_bytes()
    (tmp_path / "cosigned").write_bytes(data[:-6] + (b"A" if data[-6:-5] != b"A" else b"B") + data[-5:])
    assert main(["witness", "verify", str(tmp_path / "cosigned"), *policy]) == 1
    assert "does not verify" in capsys.readouterr().err
