"""The register's own tests once more, on PostgreSQL, where it lies in a schema beside the ledger's."""

from collections.abc import Iterator

import pytest

from tests.homes import on_postgresql
from tests.postgresql import server
from tests.shared import shared
from tests.unit.register import test_register
from tests.unit.register.test_register import home


@pytest.fixture(scope="module", autouse=True)
def _homes_on_postgresql() -> Iterator[None]:
    with server() as address, on_postgresql(address):
        yield


globals().update(shared((test_register,), {}, full=True))

__all__ = ["home"]
