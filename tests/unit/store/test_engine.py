"""Connections: what they are set to, and where a transaction begins."""

import sqlite3
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, text

from evidence.errors import MalformedValue, SettingsError, StoreError
from evidence.store.base import DecimalText, UtcText
from evidence.store.engine import open_engine, reading, writing

_FIGURES = Table(
    "figures", MetaData(), Column("id", Integer, primary_key=True), Column("f", DecimalText), Column("m", UtcText)
)


@pytest.mark.parametrize(
    ("pragma", "wanted"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("recursive_triggers", 1)]
)
def test_every_sqlite_connection_is_set_so_that_acknowledged_means_durable(
    tmp_path: Path, pragma: str, wanted: object
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    with reading(engine) as first, reading(engine) as second:
        for connection in (first, second):
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == wanted


def test_a_write_transaction_takes_the_lock_when_it_begins(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    with writing(engine):
        other = sqlite3.connect(tmp_path / "a.db", timeout=0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")


def test_a_reader_neither_waits_for_a_writer_nor_sees_what_is_not_committed(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE t (x INTEGER)"))
    with writing(engine) as connection, reading(engine) as reader:
        connection.execute(text("INSERT INTO t VALUES (1)"))
        assert reader.execute(text("SELECT count(*) FROM t")).scalar() == 0


def test_a_transaction_that_ends_in_an_error_leaves_nothing_not_even_a_table(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    with pytest.raises(StoreError, match="nowhere"), writing(engine) as connection:  # noqa: PT012
        connection.execute(text("CREATE TABLE t (x INTEGER)"))
        connection.execute(text("INSERT INTO nowhere VALUES (1)"))
    with reading(engine) as connection:
        assert connection.execute(text("SELECT name FROM sqlite_master")).all() == []


@pytest.mark.parametrize("url", ["mysql://localhost/x", "sqlite://", "sqlite:///:memory:", "nonsense"])
def test_a_database_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="wanted sqlite"):
        open_engine(url)


def test_figures_and_moments_come_back_as_exactly_what_went_in(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    figure = Decimal("12345678901234567890.123456789012345600")
    moment = datetime(2024, 2, 29, 23, 59, 59, 7, tzinfo=timezone(timedelta(hours=-5)))
    with writing(engine) as connection:
        _FIGURES.create(connection)
        connection.execute(_FIGURES.insert(), {"id": 1, "f": figure, "m": moment})
    with reading(engine) as connection:
        row = connection.execute(_FIGURES.select()).one()
        assert (row.f, row.m, row.m.utcoffset()) == (figure, moment, timedelta())
        assert connection.exec_driver_sql("SELECT typeof(f), m FROM figures").one() == (
            "text",
            "2024-03-01T04:59:59.000007Z",
        )


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(MalformedValue):
        UtcText().process_bind_param(datetime(2024, 1, 1), open_engine("sqlite:///x.db").dialect)  # noqa: DTZ001
