"""An anchor that several machines share: each publishes after its commit, perhaps later than one that came after it."""

import fcntl
import threading
from pathlib import Path

import pytest

from evidence.errors import NotPublished
from evidence.ledger.heads import publish_shared
from tests.homes import ORIGIN


def _note(size: int, origin: str = ORIGIN) -> bytes:
    return b"%s\n%d\n%s\n\n\xe2\x80\x94 its signature\n" % (origin.encode(), size, b"A" * 43 + b"=")


@pytest.mark.parametrize(
    ("there", "comes", "stays"),
    [
        pytest.param(None, _note(6), _note(6), id="the-first"),
        pytest.param(_note(6), _note(7), _note(7), id="a-later-one"),
        pytest.param(_note(9), _note(10), _note(10), id="a-later-one-of-more-digits"),
        pytest.param(_note(8), _note(7), _note(8), id="one-that-comes-late"),
        pytest.param(_note(8), _note(3, "another.example/log"), _note(3, "another.example/log"), id="a-new-origin"),
        pytest.param(b"half a note", _note(3), _note(3), id="over-what-is-none"),
    ],
)
def test_a_checkpoint_is_put_over_an_earlier_one_and_never_over_a_later(
    there: bytes | None, comes: bytes, stays: bytes, tmp_path: Path
) -> None:
    anchor = tmp_path / "anchor"
    if there is not None:
        anchor.write_bytes(there)
    publish_shared(anchor, comes, 1)
    assert anchor.read_bytes() == stays


def test_machines_that_publish_at_once_leave_the_latest_and_each_whole(tmp_path: Path) -> None:
    anchor = tmp_path / "anchor"
    publish_shared(anchor, _note(5), 60)

    def publish_each(sizes: range) -> None:
        for size in sizes:
            publish_shared(anchor, _note(size), 60)

    machines = [threading.Thread(target=publish_each, args=(range(first, 306, 4),)) for first in (6, 7, 8, 9)]
    for machine in machines:
        machine.start()
    seen = {anchor.read_bytes() for _ in range(200)}
    for machine in machines:
        machine.join()
    assert seen <= {_note(size) for size in range(5, 306)}
    assert anchor.read_bytes() == _note(305)


def test_who_does_not_come_to_publish_is_told_that_the_entries_are_recorded(tmp_path: Path) -> None:
    anchor = tmp_path / "anchor"
    with (tmp_path / "anchor.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(NotPublished, match=r"recorded \(6 in all\)"):
            publish_shared(anchor, _note(6), 0)
    assert not anchor.exists()
