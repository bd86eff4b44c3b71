"""Rows made in a second process are those made here, and a process that fails changes nothing."""

import hashlib
import os
import signal
import subprocess
from pathlib import Path

import pytest

from evidence.core import canonical
from evidence.core.statements.bill import BillLine, Bills
from evidence.errors import DocumentDamaged, RegisterError
from evidence.ledger.lines import StoredLines
from evidence.register import rows_beside as module
from evidence.register.line_rows import LineRows, Row
from evidence.register.rows_beside import rows_beside

COUNT = 36_000
LINE = {
    "owner": "SPEC", "parent": "A-1", "parent_revision": "A", "plant": "MX-1", "effective_from": "2023-01-01",
    "effective_to": None, "child": "B", "child_revision": "A", "quantity": "2", "unit": "PCE", "make_or_buy": "buy",
    "made_at": None, "standard_value": "1.25", "currency": "USD",
}  # fmt: skip


@pytest.fixture(scope="module")
def content() -> bytes:
    lines = ({**LINE, "child": f"Q-{number}", "quantity": f"{number % 700 + 1}.5"} for number in range(COUNT))
    return b"".join(canonical.dumps(line) + b"\n" for line in lines)


def _load(content: bytes, scale: int = 2) -> Bills:
    digest = hashlib.sha256(content).hexdigest()
    return Bills.model_validate(
        {
            "id": "load-018f3c1e-0000-7000-8000-000000000001", "issuer": "self", "received": digest, "view": digest,
            "view_root": digest, "seed": digest, "parser": "by hand", "lines": content.count(b"\n"), "scale": scale,
        }
    )  # fmt: skip


def _made(place: Path, content: bytes, load: Bills) -> list[Row]:
    place.write_bytes(content)
    with place.open("rb") as view:
        pieces = rows_beside(LineRows(BillLine, load.view, load.scale), load, StoredLines(view, load.view))
        return [row for rows in pieces for row in rows]


def _here(content: bytes, load: Bills) -> list[Row]:
    lines = [canonical.loads(line) for line in content.splitlines()]
    return LineRows(BillLine, load.view, load.scale).rows(lines)  # type: ignore[arg-type]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list["subprocess.Popen[bytes]"]:
    """The processes that were started."""
    found: list[subprocess.Popen[bytes]] = []
    start = module._started

    def kept(load: Bills, lines: StoredLines) -> "subprocess.Popen[bytes] | None":
        running = start(load, lines)
        assert running is not None
        found.append(running)
        return running

    monkeypatch.setattr(module, "_started", kept)
    return found


def test_the_rows_are_those_made_here(
    content: bytes, tmp_path: Path, started: list["subprocess.Popen[bytes]"], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[object] = []
    answer = module._answer

    def kept(running: "subprocess.Popen[bytes]") -> list[list[object]] | None:
        answers.append(answer(running))
        return answers[-1]  # type: ignore[return-value]

    monkeypatch.setattr(module, "_answer", kept)
    load = _load(content)
    assert _made(tmp_path / "view", content, load) == _here(content, load)
    assert len(answers) > 1
    assert None not in answers
    assert [running.poll() is not None for running in started] == [True]


def test_a_process_that_is_killed_leaves_the_rest_to_this_one(
    content: bytes, tmp_path: Path, started: list["subprocess.Popen[bytes]"]
) -> None:
    load = _load(content)
    (tmp_path / "view").write_bytes(content)
    made: list[Row] = []
    with (tmp_path / "view").open("rb") as view:
        for rows in rows_beside(LineRows(BillLine, load.view, load.scale), load, StoredLines(view, load.view)):
            made += rows
            if started[0].returncode is None:
                os.kill(started[0].pid, signal.SIGKILL)
                started[0].wait()
    assert made == _here(content, load)


def test_a_figure_that_does_not_fit_is_told_as_it_is_here(content: bytes, tmp_path: Path) -> None:
    fine = canonical.dumps({**LINE, "quantity": "0.12345"}) + b"\n"
    with pytest.raises(RegisterError, match="at most 2 decimals"):
        _made(tmp_path / "view", content + fine, _load(content + fine))


def test_a_view_with_other_bytes_is_damaged(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(DocumentDamaged):
        _made(tmp_path / "view", content, _load(content.replace(b'"USD"', b'"MXN"', 1)))


def test_a_process_that_does_not_come_to_its_end_is_not_believed(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_END", [["something else"]])
    with pytest.raises(RegisterError, match="did not end well"):
        _made(tmp_path / "view", content, _load(content))


def test_one_that_is_not_listened_to_any_more_is_ended(
    content: bytes, tmp_path: Path, started: list["subprocess.Popen[bytes]"]
) -> None:
    load = _load(content)
    (tmp_path / "view").write_bytes(content)
    with (tmp_path / "view").open("rb") as view:
        rows = rows_beside(LineRows(BillLine, load.view, load.scale), load, StoredLines(view, load.view))
        next(rows)
        rows.close()  # type: ignore[attr-defined]  # it is a generator
    assert started[0].poll() is not None


def test_numbers_go_on_from_piece_to_piece() -> None:
    make = LineRows(BillLine, "0" * 64, 2)
    assert [row[1] for count in (2, 1, 3) for row in make.rows([LINE] * count)] == [1, 2, 3, 4, 5, 6]
