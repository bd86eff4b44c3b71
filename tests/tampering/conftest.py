"""A home in the hands of somebody who owns the database and drops its triggers."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.homes import new_home, record_holds, record_with_document, signing
from tests.tampering.rows import LINKED


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = new_home(tmp_path_factory.mktemp("sound"))
    with signing(home) as handle:
        record_holds(handle, 255, batch=255)
        record_holds(handle, 7)
        assert record_with_document(handle, b"a letter in support")[0] == LINKED
    return home


@pytest.fixture
def home(sound: Path, tmp_path: Path) -> Path:
    shutil.copytree(sound, tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def database(home: Path) -> Iterator[sqlite3.Connection]:
    """The database without a single trigger, in the hands of somebody who means to alter it."""
    with closing(sqlite3.connect(home / "evidence.db")) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
