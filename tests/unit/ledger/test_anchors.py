"""The queue of anchors: wanted, asked for again and again, had once and for all; and every slip in a row is seen."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from evidence.errors import LedgerError
from evidence.ledger import anchors
from evidence.ledger.anchors import AnchorState, HolderKind
from evidence.store.engine import reading, writing
from tests.homes import START, empty_database

TSA, WITNESS = HolderKind.TSA, HolderKind.WITNESS


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = empty_database(tmp_path / "a.db")
    yield made
    made.dispose()


def test_what_is_wanted_is_due_at_once_and_wanted_once(engine: Engine) -> None:
    first = anchors.want(engine, 5, TSA, "acme", START)
    assert (first.id, first.state, first.attempts) == ("tsa:5:acme", AnchorState.WANTED, 0)
    assert anchors.want(engine, 5, TSA, "acme", START + timedelta(days=1)) == first
    assert anchors.due(engine, START) == (first,)
    assert anchors.due(engine, START - timedelta(seconds=1)) == ()


def test_a_miss_is_asked_again_after_a_minute_then_two_up_to_six_hours_for_days(engine: Engine) -> None:
    key = anchors.want(engine, 5, TSA, "acme", START).id
    now, waits = START, []
    for attempt in range(1, 30):
        made = anchors.missed(engine, key, f"no answer\n{attempt}", now)
        assert made.next_at is not None
        waits.append(int((made.next_at - now).total_seconds() // 60))
        assert anchors.due(engine, made.next_at - timedelta(seconds=1)) == ()
        now = made.next_at
        assert [one.id for one in anchors.due(engine, now)] == [key]
    assert waits[:10] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360]
    assert set(waits[9:]) == {360}
    assert now - START > timedelta(days=4)
    found = anchors.anchors(engine)[0]
    assert (found.attempts, found.told) == (29, "no answer 29")


def test_what_failed_for_good_is_asked_for_only_when_it_is_wanted_anew(engine: Engine) -> None:
    key = anchors.want(engine, 5, TSA, "acme", START).id
    assert anchors.missed(engine, key, "gone", START, final=True).state is AnchorState.FAILED
    assert anchors.due(engine, START + timedelta(days=99)) == ()
    assert anchors.want(engine, 5, TSA, "acme", START).state is AnchorState.WANTED
    assert [one.id for one in anchors.due(engine, START)] == [key]


def test_a_token_is_kept_once_and_a_late_miss_does_not_undo_it(engine: Engine) -> None:
    key = anchors.want(engine, 5, TSA, "acme", START).id
    anchors.missed(engine, key, "slow", START)
    made = anchors.got(engine, key, b"token", START)
    assert (made.state, made.token, made.attempts, made.told) == (AnchorState.DONE, b"token", 2, None)
    assert anchors.got(engine, key, b"token", START + timedelta(days=1)) == made
    assert anchors.missed(engine, key, "slower", START, final=True) == made
    assert anchors.got(engine, key, b"other", START) == made, "who asked at the same time and came second goes on"
    assert anchors.anchors(engine) == (made,)
    assert anchors.unrecorded(engine) == (made,)


def test_the_kinds_are_told_apart_and_the_oldest_checkpoint_comes_first(engine: Engine) -> None:
    for size, kind in ((9, TSA), (5, WITNESS), (7, TSA)):
        anchors.want(engine, size, kind, "a.example/x", START)
    assert [one.size for one in anchors.wanted(engine)] == [5, 7, 9]
    assert [one.size for one in anchors.wanted(engine, TSA)] == [7, 9]
    assert anchors.unrecorded(engine) == ()


def test_a_renewal_is_a_row_of_its_own_and_names_what_it_renews(engine: Engine) -> None:
    old = anchors.want(engine, 5, TSA, "acme", START)
    with pytest.raises(LedgerError, match="nothing to renew"):
        anchors.want(engine, 5, TSA, "acme", START, old)
    old = anchors.got(engine, old.id, b"token", START)
    new = anchors.want(engine, 5, TSA, "other", START, old)
    assert (new.renews, new.id) == ("tsa:5:acme", f"tsa:5:other:{str(old.token_sha256)[:16]}")


def test_names_sizes_and_ids_that_none_can_have_are_refused(engine: Engine) -> None:
    for size, name in ((0, "a"), (1, ""), (1, "x" * 256), (1, "a\nb")):
        with pytest.raises(LedgerError, match="wanted a size"):
            anchors.want(engine, size, TSA, name, START)
    with pytest.raises(LedgerError, match="no anchor"):
        anchors.got(engine, "x", b"", START)
    with pytest.raises(LedgerError, match="no anchor"):
        anchors.missed(engine, "x", "", START)


@pytest.mark.parametrize(
    "change",
    [
        "size = 6",
        "kind = 'witness'",
        "kind = 'other'",
        "name = 'acmf'",
        "renews = 'x'",
        "renews = 7",
        "state = 'done'",
        "state = 'lost'",
        "token = 'x'",
        "attempts = 2",
        "attempts = 'many'",
        "next_at = '2023-04-01T12:00:01.000000Z'",
        "next_at = 'soon'",
        "told = 'no answes'",
        "got_at = '2023-04-01T12:00:01.000000Z'",
        "digest = ''",
    ],
)
def test_a_slip_in_any_column_is_seen(engine: Engine, change: str) -> None:
    key = anchors.want(engine, 5, TSA, "acme", START).id
    anchors.missed(engine, key, "no answer", START)
    with writing(engine) as connection:
        for name in ("insert", "update", "delete"):
            connection.execute(text(f"DROP TRIGGER anchor_{name}"))
        connection.execute(text(f"UPDATE anchor SET {change}"))
    with pytest.raises(LedgerError, match="evidence ledger check"):
        anchors.anchors(engine)
    with reading(engine) as connection, pytest.raises(LedgerError):
        anchors.anchor_of(connection, key)
