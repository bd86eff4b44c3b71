from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.register.queries import Register
from tests.unit.intake.making import empty_register


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    with empty_register(tmp_path_factory.mktemp("register")) as found:
        yield found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "files"
    made.mkdir()
    return made
