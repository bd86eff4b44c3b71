"""Triggers that somebody adds, and a head that somebody closes: a check says so."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from evidence.ledger.check import check_ledger
from tests.homes import new_home, signing


def test_a_trigger_that_was_added_is_named_and_a_head_that_was_closed_is_told(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    with signing(home) as handle:
        with closing(sqlite3.connect(home / "evidence.db")) as connection:
            connection.execute("UPDATE head SET closed = 'It goes on at another place.'")
            connection.execute("CREATE TRIGGER apt AFTER INSERT ON checkpoint BEGIN SELECT 1; END")
            connection.commit()
            with pytest.raises(sqlite3.IntegrityError, match="head"):
                connection.execute("UPDATE head SET closed = NULL")
        report = check_ledger(handle.engine, handle.documents, handle.verifiers(), None, [])
    (fault,) = report.faults
    assert (fault.seq, fault.kind) == (None, "trigger")
    assert fault.what.startswith("the trigger apt is there")
    assert any(remark.startswith("the head is closed") for remark in report.remarks)
