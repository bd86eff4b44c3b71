"""The ledger's own tests once more, on PostgreSQL: what holds on the one engine holds on the other.

They are the same functions, of the modules named here, with homes whose ledger is in a database of a real server. Left
out is what looks into the file of a SQLite database, and what `_NOT_HERE` names with its reason.
"""

from collections.abc import Iterator

import pytest

from tests.homes import on_postgresql
from tests.postgresql import server
from tests.shared import shared
from tests.unit.ledger import (
    test_writer_admission,
    test_writer_aftercare,
    test_writer_disposal,
    test_writer_keys_in_use,
    test_writer_order,
    test_writer_refusals,
)
from tests.unit.ledger.test_writer_refusals import home

_NOT_HERE = {
    "test_a_backup_made_while_others_record_is_whole_and_refuses_to_sign_where_more_was_signed": "backup is for SQLite",
    "test_nothing_of_a_disposed_receipt_is_left_in_the_home": "the rows are in the server's files",
    "test_writers_of_several_processes_take_turns_and_lose_nothing": "the tests of faults have it on both engines",
    "test_a_row_that_changes_between_writing_and_signing_is_not_signed": "it speaks SQLite's own SQL",
    "test_a_column_beside_the_leaf_that_changes_between_writing_and_signing_is_not_signed": "as the one before",
}
_NOT_HERE_EITHER = {
    "test_a_copied_home_that_was_signed_from_stops_the_long_lived_writer_of_the_other": "a copy has the same database",
}


@pytest.fixture(scope="module", autouse=True)
def _homes_on_postgresql() -> Iterator[None]:
    with server() as address, on_postgresql(address):
        yield


globals().update(
    shared((test_writer_aftercare, test_writer_disposal, test_writer_order, test_writer_refusals), _NOT_HERE)
)
globals().update(shared((test_writer_admission, test_writer_keys_in_use), _NOT_HERE_EITHER, full=True))

__all__ = ["home"]
