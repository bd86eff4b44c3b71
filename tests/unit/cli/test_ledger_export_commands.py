"""``evidence ledger export``, ``prove``, ``consistency``, ``leaf`` and ``checkpoint`` as a person runs them."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from evidence.cli import main
from evidence.ledger.checkpoint import open_checkpoint
from evidence.ledger.consistency import verify_growth
from evidence.ledger.trust import read_verifiers
from tests.homes import FIRST_ENTRIES, new_home, record_holds, record_with_document, signing

Run = Callable[..., tuple[int, bytes, str]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = new_home(tmp_path)
    with signing(made) as handle:
        record_holds(handle, 3)
    return made


@pytest.fixture
def run(home: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    def ran(*arguments: str | Path) -> tuple[int, bytes, str]:
        capfdbinary.readouterr()
        status = main(["ledger", *map(str, arguments), "--home", str(home)])
        out, err = capfdbinary.readouterr()
        return status, out, err.decode()

    return ran


def test_a_consistency_proof_is_for_whoever_holds_an_earlier_checkpoint(home: Path, run: Run, tmp_path: Path) -> None:
    keys = read_verifiers(home / "trust")
    held = open_checkpoint(run("checkpoint", "--at", str(FIRST_ENTRIES))[1], keys)
    status, proof, _ = run("consistency", str(FIRST_ENTRIES))
    assert status == 0
    assert verify_growth(proof, held, keys).size == FIRST_ENTRIES + 3
    status, proof, _ = run("consistency", str(FIRST_ENTRIES), str(FIRST_ENTRIES + 1))
    assert verify_growth(proof, held, keys).size == FIRST_ENTRIES + 1
    assert run("consistency", str(FIRST_ENTRIES), "--out", tmp_path / "file")[:2] == (0, b"")
    assert verify_growth((tmp_path / "file").read_bytes(), held, keys).size == FIRST_ENTRIES + 3


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("consistency", "2"), 1),
        (("consistency", str(FIRST_ENTRIES + 1), str(FIRST_ENTRIES)), 1),
        (("consistency", "0"), 2),
        (("consistency", str(10**30)), 1),
        (("prove", str(10**30)), 1),
        (("prove", "0", "--at", "2"), 1),
        (("leaf", str(10**30)), 1),
        (("leaf", "99"), 1),
        (("checkpoint", "--at", "99"), 1),
        (("leaf", "0", "--out", "/proc/none"), 2),
        (("export", "/proc/none"), 1),
    ],
    ids=lambda value: "-".join(value)[:40] if isinstance(value, tuple) else None,
)
def test_what_cannot_be_given_is_refused_in_one_line(arguments: tuple[str, ...], status: int, run: Run) -> None:
    found, out, said = run(*arguments)
    assert (found, out) == (status, b"")
    assert "Traceback" not in said
    if status == 1:
        assert len([line for line in said.splitlines() if not line.startswith("Writing")]) == 1


def test_an_export_says_what_it_wrote_and_ends_with_1_where_a_document_is_missing(
    home: Path, run: Run, tmp_path: Path
) -> None:
    with signing(home) as handle:
        _, lost = record_with_document(handle, b"a letter")
    size = FIRST_ENTRIES + 4
    status, out, _ = run("export", tmp_path / "log", "--statements", "--documents", "--json")
    assert (status, json.loads(out)["entries"], json.loads(out)["files"]) == (0, size, 3 + size + 3)
    assert run("export", tmp_path / "log", "--json")[0] == 0
    next((home / "documents").rglob(lost)).unlink()
    shutil.rmtree(tmp_path / "log")
    status, out, said = run("export", tmp_path / "log", "--documents", "--json")
    assert (status, len(json.loads(out)["unwritten"])) == (1, 1)
    assert lost in said
    assert (tmp_path / "log" / "checkpoint").read_bytes() == (home / "checkpoint").read_bytes()


def test_an_export_that_is_ahead_of_the_home_is_refused(home: Path, run: Run, tmp_path: Path) -> None:
    shutil.copytree(home, tmp_path / "older")
    with signing(home) as handle:
        record_holds(handle, 1)
    assert run("export", tmp_path / "log")[0] == 0
    shutil.rmtree(home)
    (tmp_path / "older").rename(home)
    status, _, said = run("export", tmp_path / "log")
    assert status == 1
    assert "older backup" in said


def test_the_names_of_files_in_an_export_drive_no_terminal(
    home: Path, run: Run, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run("export", tmp_path / "log")[0] == 0
    for name in ("a\x1b[2Jb", "c\nledger: no fault", "d\u202ee"):
        (tmp_path / "log" / name).write_bytes(b"")
    capfdbinary.readouterr()
    assert main(["ledger", "check", "--export", str(tmp_path / "log"), "--trust", str(home / "trust")]) == 1
    lines = capfdbinary.readouterr().out.decode().split("\n")
    assert sum(line.startswith("file: ") for line in lines) == 3
    assert all(line.isprintable() for line in lines)
    assert not any(line.startswith("ledger: ") for line in lines)
