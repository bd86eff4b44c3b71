"""The clerk asks for stamps beside a process that records, and is never in its way."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evidence.ledger.stamp_clerk import stamp_clerk
from evidence.ledger.stamping import record_stamps
from evidence.web.transport import transport
from tests.homes import record_holds
from tests.stamped import Company, stamping_company
from tests.timestamps import Office, new_office


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return new_office(tmp_path_factory.mktemp("office"))


@pytest.fixture
def company(tmp_path: Path, office: Office) -> Iterator[Company]:
    with stamping_company(tmp_path, office) as made:
        yield made


def test_appends_go_on_while_the_authority_hangs_and_its_stamp_is_recorded_when_it_comes(company: Company) -> None:
    """By the order of events: the authority has the query in hand, and gives its answer only after the appends."""
    company.desk.fault = company.desk.hang
    told: list[str] = []
    clerk = stamp_clerk(company.stamper(transport(timeout_s=60)), lambda: record_stamps(company.handle), told.append, 0)
    clerk.turn()
    assert company.desk.arrived.wait(30)
    before = company.handle.ledger.size()
    for _ in range(30):
        record_holds(company.handle, 1)
        clerk.turn()
        assert clerk.asking
    assert company.handle.ledger.size() == before + 30
    assert (told, len(company.desk.asked)) == ([], 1)
    company.desk.leave.set()
    for thread in threading.enumerate():
        if thread.name == "time stamps":
            thread.join(30)
    assert told == ["tsa:5:acme: stamped"]
    clerk.turn()
    [entry] = list(company.handle.ledger.entries(kind="anchor"))
    assert entry.seq == before + 30
    assert company.check().clean


def test_a_clerk_wants_no_more_than_the_settings_say_and_nothing_for_anchors_alone(company: Company) -> None:
    now = [datetime.now(UTC)]
    told: list[str] = []
    clerk = stamp_clerk(company.stamper(now=lambda: now[0]), lambda: record_stamps(company.handle), told.append, 0)

    def rounds(count: int) -> int:
        for _ in range(count):
            clerk.turn()
            for thread in threading.enumerate():
                if thread.name == "time stamps":
                    thread.join(30)
        clerk.turn()
        return len(company.desk.asked)

    assert rounds(3) == 1
    record_holds(company.handle, 1)
    assert rounds(2) == 1  # not an hour later yet
    now[0] += timedelta(hours=1)
    assert rounds(2) == 2
    now[0] += timedelta(hours=5)
    assert rounds(2) == 2  # nothing but an anchor since
    company.desk.fault = lambda _: (503, "text/plain", b"")
    record_holds(company.handle, 1)
    now[0] += timedelta(hours=1)
    assert rounds(4) == 3  # one miss; the next is due in a minute
    assert told[-1].startswith("tsa:9:acme: no stamp (")
    company.desk.fault = None
    now[0] += timedelta(minutes=1)
    assert rounds(2) == 4
    assert company.check().clean
