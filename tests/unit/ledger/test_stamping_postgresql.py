"""The same queue, stamps and check on a real PostgreSQL."""

import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from evidence.errors import LedgerError
from evidence.ledger import anchors
from evidence.ledger.anchors import HolderKind
from evidence.ledger.check_stamps import check_stamps
from evidence.ledger.findings import CheckReport
from evidence.ledger.found import found
from evidence.ledger.stamp_standing import standings, want_renewals
from evidence.ledger.stamping import Stamper, ask_all, note_of, record_stamps, want_stamps
from evidence.settings import Settings
from evidence.store.engine import reading, writing
from evidence.web.transport import transport
from tests.homes import COMPANY, START, record_holds, signing
from tests.postgresql import new_database, server
from tests.stamped import TSA, enter
from tests.timestamps import desk, new_office


def _race(engine: Engine) -> None:
    """Askers of two processes, at the same moment: one row, one token, and none of them fails."""
    start, ended = threading.Barrier(8), list[tuple[str, bytes | None]]()

    def ask(token: bytes) -> None:
        for size in range(20, 30):
            start.wait(60)
            one = anchors.want(engine, size, HolderKind.WITNESS, "w", START)
            start.wait(60)
            ended.append((one.id, anchors.got(engine, one.id, token, START).token))

    threads = [threading.Thread(target=ask, args=(bytes([at]),)) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = {(one.id, one.token) for one in anchors.anchors(engine, HolderKind.WITNESS)}
    assert (len(ended), len(kept), set(ended)) == (80, 10, kept)


def test_stamps_are_wanted_had_recorded_renewed_and_checked_on_postgresql(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with server() as address, desk(new_office(tmp_path / "office", days=200)) as at:
        environ = {"EVIDENCE_DATABASE": new_database(address, "stamped")}
        made = {"organisation": COMPANY, "person": "Records desk (role)", "passphrase": b"a passphrase"}
        found(home, **made, now=START, random=os.urandom, demo=True, environ=environ)  # type: ignore[arg-type]
        enter(home, at.url, at.office.root.pem)
        with signing(home, environ) as handle:
            authorities = Settings.load(home, {}).authorities
            stamper = Stamper(handle.engine, authorities, transport(), lambda: datetime.now(UTC), os.urandom)
            at.fault = lambda _: (500, "text/plain", b"")
            assert [one.attempts for one in ask_all(stamper, want_stamps(stamper, ["acme"]))] == [1]
            at.fault = None
            record_holds(handle, 1)
            want_stamps(stamper, ["acme"])
            ask_all(stamper, anchors.wanted(handle.engine, TSA))
            assert len(record_stamps(handle)) == 2
            with reading(handle.engine) as connection:
                listed = standings(connection, stamper.now())
            assert ask_all(stamper, want_renewals(stamper, listed))
            record_stamps(handle)
            assert handle.ledger.size() == 10
            _race(handle.engine)

            def check() -> CheckReport:
                report = CheckReport()
                with reading(handle.engine) as connection:
                    check_stamps(connection, report, note_of(connection), home / "trust")
                return report

            report = check()
            assert (report.faults, report.remarks, report.counts["time stamps"]) == ([], [], 4)
            with writing(handle.engine) as connection:
                connection.execute(text("ALTER TABLE anchor DISABLE TRIGGER USER"))
                connection.execute(text("UPDATE anchor SET told = 'x' WHERE size = 5 AND renews IS NULL"))
            assert any("not what was written" in fault.what for fault in check().faults)
            with pytest.raises(LedgerError, match="evidence ledger check"):
                anchors.anchors(handle.engine)
