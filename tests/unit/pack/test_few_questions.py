"""Gathering asks the database few questions, however much an analysis rests on, and learns from them the same."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from evidence.core.statements.own import DocumentReceived
from evidence.errors import LedgerError
from evidence.pack.gathered.facts import Facts, Subject
from evidence.pack.productions.gathering import planned
from evidence.register.queries import Register
from evidence.store.engine import reading
from tests.unit.pack.issued import Issued


@contextmanager
def asked(engine: Engine) -> Iterator[list[str]]:
    """The questions that the database is asked meanwhile."""
    found: list[str] = []

    def hear(_connection: Any, _cursor: Any, sql: str, *_: Any) -> None:
        found.append(sql)

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", hear)


def test_several_entries_are_read_as_each_alone_is(issued: Issued) -> None:
    ledger, size = issued.handle.ledger, issued.size
    wanted = [size - 1, 0, 3, 3]
    found = ledger.entries_at(wanted)
    assert list(found) == [0, 3, size - 1]
    assert found == {seq: ledger.entry(seq) for seq in found}
    assert [one.disclosures for one in found.values()] == [ledger.entry(seq).disclosures for seq in found]
    with pytest.raises(LedgerError, match="has no entry 100000"):
        ledger.entries_at([1, 100_000])


def test_several_statements_are_found_as_each_alone_is(issued: Issued) -> None:
    with reading(issued.handle.engine) as connection:
        register = Register(connection, issued.size)
        entries = issued.handle.ledger.entries(0, issued.size)
        ids = [entry.statement.id for entry in entries if entry.statement is not None]
        found = register.by_ids([*ids, "none-of-that-name"])
        assert found == {name: register.by_id(name) for name in ids}


def test_documents_on_several_things_are_found_as_on_each_alone(issued: Issued) -> None:
    with reading(issued.handle.engine) as connection:
        register = Register(connection, issued.size)
        receipts = register.statements(DocumentReceived)
        targets = {target for known in receipts for target in known.value.relates_to}
        found = register.documents_by([*targets, "shipment:none"])
        assert targets
        assert found == {target: register.documents(target) for target in targets}


def test_no_question_is_asked_of_a_plan_once_for_each_thing_that_it_rests_on(
    issued: Issued, gathered: tuple[Facts, dict[int, int]]
) -> None:
    with asked(issued.handle.engine) as questions:
        planned(issued.handle, Subject(shipment="S01"))
    facts, _numbers = gathered
    again = Counter(sql for sql in questions if sql.startswith("SELECT"))
    assert max(again.values()) < min(len(facts.entries), len(facts.exhibits)), again.most_common(3)
