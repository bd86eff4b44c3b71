"""Until when a stamp holds: by its own certificate, by one that renews it, by a later checkpoint that carries it."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from evidence.ledger import anchors
from evidence.ledger.anchors import AnchorState
from evidence.ledger.stamp_standing import StampStanding, standings, want_renewals
from evidence.ledger.stamping import ask_all, record_stamps
from evidence.ledger.standing import standing as home_standing
from evidence.store.engine import reading, writing
from tests.homes import record_holds
from tests.stamped import TSA, Company, stamping_company
from tests.timestamps import Office, new_office, new_signer


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    """Its authority's certificate ends in a hundred days."""
    with stamping_company(tmp_path, new_office(tmp_path / "office", days=101)) as made:
        yield made


def standing(company: Company, after: timedelta = timedelta(0)) -> list[StampStanding]:
    with reading(company.handle.engine) as connection:
        return standings(connection, datetime.now(UTC) + after)


def longer(company: Company) -> None:
    """The authority has a certificate for many years from now on."""
    office: Office = company.office
    office.signer = new_signer("time stamps", office.chain[0])


def renew(company: Company) -> None:
    want_renewals(company.stamper(), standing(company))
    ask_all(company.stamper(), anchors.wanted(company.handle.engine, TSA))
    record_stamps(company.handle)


def test_a_stamp_whose_certificate_ends_within_a_year_is_to_be_renewed(company: Company) -> None:
    company.stamp()
    [one] = standing(company)
    assert one.stamp is not None
    assert one.holds_until == one.stamp.ends
    assert one.entry == 5
    assert "no later stamp carries it beyond" in one.to_renew
    assert "ended on" in standing(company, timedelta(days=200))[0].to_renew


def test_the_status_of_a_home_mentions_stamps_that_are_to_be_renewed_and_a_queue_that_is_bent(company: Company) -> None:
    def mentioned() -> list[str]:
        return [line for line in home_standing(company.handle).attention if "time stamps" in line]

    assert mentioned() == []
    company.stamp()
    [line] = mentioned()
    assert line.startswith("1 time stamps are to be renewed, the first of 5 entries: its certificate ends on ")
    longer(company)
    renew(company)
    assert mentioned() == []
    assert home_standing(company.handle).wrong == ()
    with writing(company.handle.engine) as connection:
        connection.execute(text("DROP TRIGGER anchor_update"))
        connection.execute(text("UPDATE anchor SET told = 'x'"))
    [wrong] = home_standing(company.handle).wrong
    assert "is not what was written" in wrong


def test_a_stamp_that_is_wanted_is_not_to_be_renewed(company: Company) -> None:
    company.desk.fault = lambda _: (500, "text/plain", b"")
    company.stamp()
    [one] = standing(company)
    assert (one.stamp, one.entry, one.holds_until, one.to_renew) == (None, None, None, "")
    assert want_renewals(company.stamper(), [one]) == []


def test_a_renewal_carries_what_it_renews(company: Company) -> None:
    company.stamp()
    longer(company)
    renew(company)
    old, new = standing(company)
    assert new.anchor.renews == old.anchor.id
    assert new.stamp is not None
    assert old.stamp is not None
    assert old.holds_until == new.holds_until == new.stamp.ends > old.stamp.ends
    assert (old.to_renew, new.to_renew) == ("", "")
    renew(company)
    assert len(standing(company)) == 2
    assert company.check().clean


def test_a_renewal_by_a_certificate_that_ends_as_soon_is_renewed_in_turn(company: Company) -> None:
    company.stamp()
    renew(company)
    longer(company)
    assert [bool(one.to_renew) for one in standing(company)] == [True, True]
    renew(company)
    listed = standing(company)
    assert [one.to_renew for one in listed] == [""] * len(listed)
    assert len({one.holds_until for one in listed}) == 1
    assert company.check().clean


def test_a_later_checkpoint_carries_a_stamp_that_is_on_record_in_it(company: Company) -> None:
    company.stamp()  # of size 5, on record as #5
    longer(company)
    record_holds(company.handle, 1)
    company.stamp()  # of size 7
    first, second = standing(company)
    assert first.holds_until == second.holds_until
    assert (first.to_renew, second.to_renew) == ("", "")


def test_a_later_checkpoint_that_does_not_hold_its_entry_does_not_carry_a_stamp(company: Company) -> None:
    record_holds(company.handle, 2)
    early = company.stamp(at=5)  # on record as #7
    longer(company)
    company.stamp(at=6)  # of size 6, in which #7 is not
    first, second = standing(company)
    assert first.anchor.id == early[0].id
    assert first.to_renew
    assert not second.to_renew


def test_a_renewal_that_comes_after_the_end_carries_nothing_and_check_says_so(company: Company, tmp_path: Path) -> None:
    office = company.office
    for seconds in (1, 2, 4, 8, 16, 32):  # on a busy machine the shortest may be over before the stamp is had
        begun = datetime.now(UTC) - timedelta(days=10)
        office.signer = new_signer("time stamps", office.chain[0], starts=begun, days=10 + seconds / 86400)
        if company.stamp()[0].state is AnchorState.DONE:
            break
    [one] = standing(company)
    assert one.stamp is not None
    later = Office(tmp_path / "later", office.root, new_signer("late", office.chain[0]), office.chain)
    while datetime.now(UTC) <= one.stamp.ends:
        time.sleep(0.05)
    company.desk.office = later
    renew(company)
    old, new = standing(company)
    assert old.holds_until == one.stamp.ends
    assert "ended on" in old.to_renew
    assert not new.to_renew
    report = company.check()
    assert report.clean
    assert any("carries nothing further" in line for line in report.remarks)
