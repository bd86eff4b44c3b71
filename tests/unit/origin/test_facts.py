"""Facts asked for by many values at once are those asked for one by one; and what a large bill needs besides."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.core.bulk import many_rows
from evidence.core.statements.bill import BillLine
from evidence.core.statements.declaration import DeclarationEvent, SupplierDeclaration
from evidence.core.statements.item import ItemLine
from evidence.ledger.found import HomeHandle
from evidence.origin.facts import FactFile, in_order
from evidence.origin.inputs import Fact
from evidence.origin.worksheet import Worksheet
from evidence.register import queries
from evidence.register.queries import Register
from evidence.store.engine import reading
from tests.unit.origin.small_company import BILL, OWNER, PARTS, result, small_company
from tests.unit.origin.small_home import make_home, record, record_company


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HomeHandle]:
    place: Path = tmp_path_factory.mktemp("facts")
    with make_home(place / "home") as handle:
        record_company(handle, small_company())
        yield handle


@pytest.fixture
def facts(home: HomeHandle, monkeypatch: pytest.MonkeyPatch) -> Iterator[FactFile]:
    """Facts of the small company, three values to a question."""
    monkeypatch.setattr(queries, "_AT_ONCE", 3)
    with reading(home.engine) as connection:
        yield FactFile(Register(connection, home.ledger.size()))


def test_lines_of_many_parts_are_those_of_each_part_in_ledger_order(facts: FactFile) -> None:
    one_by_one = in_order(fact for part in PARTS for fact in facts.lines(ItemLine, owner=OWNER, part=part))
    assert len(one_by_one) == len(PARTS)
    assert facts.of_parts(ItemLine, [(OWNER, part) for part in PARTS]) == one_by_one
    assert [fact.place for fact in one_by_one] == sorted(fact.place for fact in one_by_one)


def test_lines_at_many_plants_are_those_of_each_plant(facts: FactFile) -> None:
    places = [(OWNER, parent, plant) for parent, (plant, _) in BILL.items()]
    found = facts.of_places(BillLine, places, "parent")
    assert len(found) == sum(len(children) for _, children in BILL.values())
    assert found == in_order(
        fact
        for owner, parent, plant in places
        for fact in facts.lines(BillLine, owner=owner, parent=parent, plant=plant)
    )
    assert facts.of_places(BillLine, [(OWNER, "EV1", "P-CA")], "parent") == ()


def test_statements_about_many_parts_are_those_about_each(facts: FactFile) -> None:
    found = facts.statements_on(SupplierDeclaration, [(OWNER, part) for part in PARTS])
    assert found == facts.statements(SupplierDeclaration)
    events = facts.statements_of(DeclarationEvent, "declaration", [fact.value.id for fact in found])
    assert events == facts.statements(DeclarationEvent)


def test_a_fact_is_of_the_type_that_the_inputs_want(facts: FactFile) -> None:
    assert all(type(fact) is Fact[ItemLine] for fact in facts.lines(ItemLine))


def test_what_a_later_statement_supersedes_is_left_out(tmp_path: Path) -> None:
    with make_home(tmp_path / "home") as handle:
        company = small_company()
        record_company(handle, company)
        before = handle.ledger.size()
        old = company.facts["calendars"][0].value
        ends = "1" if old.id.endswith("0") else "0"
        changed = {"id": old.id[:-1] + ends, "supersedes": old.id, "supersedes_reason": "corrected"}
        new = old.model_copy(update=changed)
        record(handle, new)
        with reading(handle.engine) as connection:
            now = FactFile(Register(connection, handle.ledger.size())).statements(type(old))
            then = FactFile(Register(connection, before)).statements(type(old))
    assert [fact.value.id for fact in now] == [new.id]
    assert [fact.value.id for fact in then] == [old.id]


def test_a_worksheet_of_any_size_is_read_again() -> None:
    sheet = result(small_company())
    large = sheet.model_copy(update={"summary": "x" * (17 << 20)})
    assert Worksheet.from_bytes(large.to_bytes()) == large


@pytest.mark.parametrize("running", [pytest.param(True, id="running"), pytest.param(False, id="not-running")])
def test_the_collector_is_afterwards_as_it_was(*, running: bool) -> None:
    was = gc.isenabled()
    (gc.enable if running else gc.disable)()
    try:
        with many_rows():
            assert not gc.isenabled()
        assert gc.isenabled() is running
    finally:
        (gc.enable if was else gc.disable)()
