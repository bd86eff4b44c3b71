"""A home of one full tile and a few entries more, as its owner may alter it; its fixtures are in conftest.py."""

from pathlib import Path

from evidence.ledger.check import check_ledger
from evidence.ledger.findings import CheckReport
from evidence.ledger.found import open_home
from evidence.ledger.trust import read_verifiers
from tests.homes import FIRST_ENTRIES

BIG = FIRST_ENTRIES + 255 + 8  # one full tile, then eight entries with a checkpoint each
IN_TILE, ALONE = 100, BIG - 4
LINKED = BIG - 1


def check(home: Path, *, held: bool = True) -> CheckReport:
    with open_home(home, {}) as handle:
        kept = [(home / "checkpoint").read_bytes()] if held else []
        return check_ledger(handle.engine, handle.documents, read_verifiers(home / "trust"), held=kept)


def named(home: Path, *, held: bool = True) -> set[tuple[int | None, str]]:
    report = check(home, held=held)
    assert not report.clean
    return {(fault.seq, fault.kind) for fault in report.faults}
