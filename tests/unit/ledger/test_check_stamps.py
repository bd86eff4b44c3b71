"""Every token is checked against its checkpoint, its authority and its entry; every way of bending one is named."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from evidence.ledger.anchors import Anchored
from evidence.ledger.found import HomeHandle
from evidence.store.engine import writing
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


def test_without_trusted_certificates_a_stamp_is_undetermined_and_with_others_it_is_a_fault(
    company: Company, tmp_path: Path
) -> None:
    company.stamp()
    report = company.check(tmp_path / "nobody")
    assert report.clean
    assert any("undetermined" in line for line in report.remarks)
    (tmp_path / "theirs" / "authorities").mkdir(parents=True)
    (tmp_path / "theirs" / "authorities" / "acme.pem").write_bytes(new_office(tmp_path / "other").root.pem)
    [fault] = company.check(tmp_path / "theirs").faults
    assert (fault.seq, fault.kind) == (5, "stamp")
    (tmp_path / "theirs" / "authorities" / "acme.pem").write_bytes(b"not PEM")
    assert any("cannot be used" in line for line in company.check(tmp_path / "theirs").remarks)


def _unguarded(handle: HomeHandle, *statements: str) -> None:
    with writing(handle.engine) as connection:
        for table in ("anchor", "checkpoint", "statement"):
            for moment in ("insert", "update", "delete"):
                connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_{moment}"))
        for statement in statements:
            connection.execute(text(statement))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("DELETE FROM anchor WHERE size = 5", "no longer, on the queue"),
        ("UPDATE anchor SET size = 7 WHERE size = 5", "not what was written"),
        ("UPDATE anchor SET state = 'wanted', token = NULL WHERE size = 5", "not what was written"),
        ("UPDATE anchor SET token = (SELECT token FROM anchor WHERE size = 7) WHERE size = 5", "not what was written"),
        ("UPDATE anchor SET name = 'other' WHERE size = 5", "not what was written"),
        ("UPDATE anchor SET kind = 'external' WHERE size = 5", "not what was written"),
        ("UPDATE checkpoint SET note = (SELECT note FROM checkpoint WHERE size = 6) WHERE size = 5", "other bytes"),
        ("DELETE FROM checkpoint WHERE size = 5", "no checkpoint of size 5"),
    ],
)
def test_a_row_that_was_edited_dropped_or_swapped_is_named(company: Company, change: str, says: str) -> None:
    company.stamp()
    record_holds(company.handle, 1)
    company.stamp()
    _unguarded(company.handle, change)
    assert any(says in fault.what for fault in company.check().faults)


def test_two_tokens_exchanged_with_their_digests_made_to_fit_are_named(company: Company) -> None:
    """Somebody who writes the queue's own digests anew is found by what the tokens are over, and by the entries."""
    [first] = company.stamp()
    record_holds(company.handle, 1)
    [second] = company.stamp()
    made = [
        Anchored(
            one.id, one.size, one.kind, one.name, None, one.state, other.token, one.attempts, None, None, one.got_at
        )
        for one, other in ((first, second), (second, first))
    ]
    _unguarded(company.handle)
    with writing(company.handle.engine) as connection:
        for one in made:
            connection.execute(
                text("UPDATE anchor SET token = :token, digest = :digest WHERE id = :id"),
                {"token": one.token, "digest": one.digest, "id": one.id},
            )
    said = [fault.what for fault in company.check().faults]
    assert sum("over other bytes" in line for line in said) == 2
    assert sum("the entry says" in line for line in said) >= 2


def test_every_flipped_bit_of_a_stored_token_is_found(company: Company) -> None:
    """Also where no verifier looks: the status, the order of certificates, their unsigned parts."""
    [stamped] = company.stamp()
    token = bytes(stamped.token or b"")
    _unguarded(company.handle)
    places = {*range(40), *range(0, len(token) * 8, 97), len(token) * 8 - 1}
    for place in sorted(places):
        altered = bytearray(token)
        altered[place // 8] ^= 1 << place % 8
        with writing(company.handle.engine) as connection:
            connection.execute(text("UPDATE anchor SET token = :token"), {"token": bytes(altered)})
        assert company.check().faults, place
    with writing(company.handle.engine) as connection:
        connection.execute(text("UPDATE anchor SET token = :token"), {"token": token})
    assert company.check().clean
