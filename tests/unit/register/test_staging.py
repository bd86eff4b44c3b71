"""Lines of loads are staged before their entry: unseen until it is recorded, exact, shared, and never in the way."""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from evidence.core import canonical
from evidence.core.disclosure import line_disclosures, table_root
from evidence.core.statements.bill import BillLine, Bills
from evidence.core.statements.load import Load
from evidence.core.statements.own import Disposal
from evidence.core.statements.purchase import PurchaseLine, Purchases
from evidence.errors import EvidenceError, LedgerError, RegisterError
from evidence.ledger.dispose import carry_out
from evidence.ledger.found import HomeHandle, open_home
from evidence.ledger.lock import writing_turn
from evidence.register.line_rows import scaled, unscaled
from evidence.register.lookup import holding
from evidence.register.project import Projector, forget
from evidence.register.queries import Register
from evidence.register.rebuild import compare, rebuild
from evidence.register.staging import Staging
from evidence.settings import Organisation
from evidence.store.documents import DocumentStore
from evidence.store.engine import reading, writing
from tests.homes import founded

START = datetime(2023, 1, 2, 9, tzinfo=UTC)
_LINE: dict[str, Any] = {
    "plant": "MX-1", "order": "O-1", "invoice": "I-1", "invoice_line": 1, "invoiced_on": "2023-05-02",
    "received_on": "2023-05-03", "seller": "SUP-001", "owner": "SPEC", "part": "P1", "revision": "A",
    "quantity": "100", "unit": "pcs", "price": "12.5", "price_per": "100", "currency": "USD",
}  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Iterator[HomeHandle]:
    place = tmp_path / "home"
    projector = Projector(DocumentStore(place / "documents"))
    founded(
        place,
        organisation=Organisation(code="SPEC", legal_name="Specimen Motors (specimen)", country="US"),
        person="Origin desk",
        passphrase=b"a passphrase for tests",
        now=START,
        random=os.urandom,
    )
    with open_home(place, {}, sign=True, projector=projector) as handle:
        yield handle


def quiet(steps: int = 1, total: int | None = None) -> None:
    del steps, total


def purchases(handle: HomeHandle, number: int, *lines: dict[str, Any], **update: object) -> Purchases:
    """A load of purchase lines, each with what differs from the sample."""
    values = [PurchaseLine.model_validate(_LINE | line).model_dump(mode="json") for line in lines]
    return Purchases.model_validate(_load(handle, Purchases, number, values) | update)


def _load(handle: HomeHandle, kind: type[Load], number: int, values: list[dict[str, Any]]) -> dict[str, object]:
    view = handle.documents.put(b"".join(canonical.dumps(value) + b"\n" for value in values))
    seed = os.urandom(32)
    return {
        "id": f"load-018f3c1e-0000-7000-8000-{number:012d}",
        "issuer": "self",
        "received": view.sha256,
        "view": view.sha256,
        "view_root": table_root(line_disclosures(seed, kind.line_prefix(), values)),
        "seed": handle.documents.put(seed).sha256,
        "parser": "csv/1",
        "lines": len(values),
        "scale": 6,
    }


def prices(handle: HomeHandle, *, superseded: bool = False, as_of: int | None = None) -> list[tuple[str, str]]:
    with reading(handle.engine) as connection:
        known = Register(connection, as_of).lines(PurchaseLine, superseded=superseded)
        return [(one.ref, str(one.value.price)) for one in known]


def count(handle: HomeHandle, table: str) -> int:
    with reading(handle.engine) as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


@pytest.mark.parametrize(
    ("figure", "scale", "number"),
    [
        pytest.param("12.5", 3, 12500, id="decimals-filled-up"),
        pytest.param("-0.000001", 6, -1, id="the-smallest"),
        pytest.param("999999999999.999999", 6, 999999999999999999, id="eighteen-digits"),
        pytest.param("0", 12, 0, id="nought"),
    ],
)
def test_a_figure_comes_back_from_its_column_as_the_same_decimal(figure: str, scale: int, number: int) -> None:
    assert scaled(figure, scale) == number
    assert unscaled(number, scale) == Decimal(figure)


@pytest.mark.parametrize(("figure", "scale"), [("0.1234567", 6), ("1000000000000", 6)], ids=["decimals", "digits"])
def test_a_figure_that_its_column_cannot_hold_is_refused(home: HomeHandle, figure: str, scale: int) -> None:
    before = home.ledger.size()
    with pytest.raises(RegisterError, match=r"price: figure: found .* wanted at most"):
        home.record(purchases(home, 1, {"price": figure}, scale=scale))
    assert home.ledger.size() == before
    assert (count(home, "register_purchase_line"), count(home, "register_staging")) == (0, 0)


def test_figures_are_whole_numbers_in_the_database_and_decimals_in_every_answer(home: HomeHandle) -> None:
    seq = home.record(purchases(home, 1, {"price": "12.5"}, {"price": "0.000125"}, {"price": "13"})).seq
    with reading(home.engine) as connection:
        stored = connection.execute(text("SELECT price FROM register_purchase_line ORDER BY line_number")).scalars()
        assert list(stored) == [12_500_000, 125, 13_000_000]
    assert prices(home) == [(f"#{seq}:1", "12.5"), (f"#{seq}:2", "0.000125"), (f"#{seq}:3", "13")]
    with reading(home.engine) as connection, pytest.raises(RegisterError, match="not looked up by figures"):
        Register(connection).lines(PurchaseLine, price=Decimal(13))


def test_lines_that_are_staged_and_not_recorded_are_seen_by_no_question(home: HomeHandle) -> None:
    load = purchases(home, 1, {"price": "1"})
    Staging(home.engine).take(load, iter([[{**_LINE, "price": "1"}]]))
    assert count(home, "register_purchase_line") == 1
    assert prices(home) == []
    assert compare(home.engine, home.ledger, home.documents, quiet) == []


def test_what_a_killed_import_left_is_cleared_by_the_next_one_and_by_a_rebuild(home: HomeHandle) -> None:
    left = [purchases(home, number, {"price": str(number)}) for number in (1, 2)]
    Staging(home.engine).take(left[0], iter([[{**_LINE, "price": "1"}]]))
    seq = home.record(left[1]).seq
    assert prices(home) == [(f"#{seq}:1", "2")]
    assert (count(home, "register_purchase_line"), count(home, "register_staging")) == (1, 0)
    Staging(home.engine).take(left[0], iter([[{**_LINE, "price": "1"}]]))
    rebuild(home.engine, home.ledger, home.documents, quiet)
    assert (count(home, "register_purchase_line"), count(home, "register_staging")) == (1, 0)
    assert prices(home) == [(f"#{seq}:1", "2")]


def test_a_staging_that_was_broken_off_is_taken_up_by_the_import_run_again(home: HomeHandle) -> None:
    load = purchases(home, 1, *({"invoice_line": number} for number in range(1, 4)))

    def broken() -> Iterator[list[dict[str, Any]]]:
        yield [{**_LINE, "invoice_line": number} for number in (1, 2)]
        yield [{**_LINE, "invoice_line": 3}]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Staging(home.engine).take(load, broken())
    home.record(load)
    assert len(prices(home)) == 3
    assert compare(home.engine, home.ledger, home.documents, quiet) == []


def test_an_append_that_comes_to_nothing_leaves_nothing_staged(home: HomeHandle) -> None:
    with pytest.raises((LedgerError, RegisterError)):
        home.record(purchases(home, 1, {"price": "1"}, view_root="0" * 64))
    assert (count(home, "register_purchase_line"), count(home, "register_staging")) == (0, 0)


def test_staging_waits_for_no_writer_and_keeps_none_waiting(home: HomeHandle) -> None:
    load = purchases(home, 1, {"price": "1"})
    with writing_turn(home.settings.home / "writer.lock", 1):
        Staging(home.engine).take(load, iter([[{**_LINE, "price": "1"}]]))
    assert count(home, "register_staging") == 1


def test_two_loads_of_one_view_share_its_lines_and_each_answers_for_itself(home: HomeHandle) -> None:
    first = home.record(purchases(home, 1, {"price": "1"})).seq
    second = home.record(purchases(home, 2, {"price": "1"})).seq
    assert count(home, "register_purchase_line") == 1
    assert prices(home) == [(f"#{first}:1", "1"), (f"#{second}:1", "1")]
    assert prices(home, as_of=second) == [(f"#{first}:1", "1")]
    with pytest.raises(RegisterError, match="on record with 6"):
        home.record(purchases(home, 3, {"price": "1"}, scale=2))


def test_a_superseded_load_is_left_out_from_the_moment_that_it_was(home: HomeHandle) -> None:
    old = purchases(home, 1, {"price": "1"})
    first = home.record(old).seq
    new = purchases(home, 2, {"price": "2"}, supersedes=old.id, supersedes_reason="a wrong price")
    second = home.record(new).seq
    assert prices(home) == [(f"#{second}:1", "2")]
    assert prices(home, as_of=second) == [(f"#{first}:1", "1")]
    assert prices(home, superseded=True) == [(f"#{first}:1", "1"), (f"#{second}:1", "2")]
    with reading(home.engine) as connection:
        key = ("seller", "invoice", "invoice_line")
        asked = [("SUP-001", "I-1", 1), ("SUP-001", "I-2", 1)]
        assert list(holding(Register(connection), PurchaseLine, key, asked)) == [(0, f"#{second}:1")]
        assert list(holding(Register(connection), PurchaseLine, key, asked, but=second)) == []


def test_a_view_that_is_disposed_of_takes_its_lines_along_unless_another_load_keeps_it(home: HomeHandle) -> None:
    first = home.record(purchases(home, 1, {"price": "1"})).seq
    second = home.record(purchases(home, 2, {"price": "1"})).seq
    for number, (seq, left) in enumerate(((first, [(f"#{second}:1", "1")]), (second, [])), 1):
        disposal = Disposal(
            id=f"disp-018f3c1e-0000-7000-8000-{number:012d}",
            issuer="self",
            targets=(f"#{seq}:view",),
            rules=("five years after entry",),
            approved_by="Records desk (role)",
        )
        carry_out(home, home.record(disposal).seq, forget)
        assert prices(home) == left
        assert compare(home.engine, home.ledger, home.documents, quiet) == []
    assert count(home, "register_purchase_line") == 0


@pytest.mark.parametrize(
    ("change", "named"),
    [
        pytest.param(
            "UPDATE register_purchase_line SET price = price + 1 WHERE line_number = 2", "differs", id="altered"
        ),
        pytest.param("DELETE FROM register_purchase_line WHERE line_number = 2", "is missing", id="missing"),
        pytest.param(
            "INSERT INTO register_purchase_line (view, line_number) SELECT view, 9 FROM register_load",
            "has no entry",
            id="extra",
        ),
        pytest.param("UPDATE register_load SET scale = 5", "register_load row .* differs", id="the-point-moved"),
    ],
)
def test_a_line_changed_by_hand_is_named(home: HomeHandle, change: str, named: str) -> None:
    home.record(purchases(home, 1, {"price": "1"}, {"price": "2"}, {"price": "3"}))
    with writing(home.engine) as connection:
        connection.execute(text(change))
    (fault,) = compare(home.engine, home.ledger, home.documents, quiet)
    assert re.search(named, fault)


def test_what_claims_to_be_visible_and_is_not_recorded_is_named(home: HomeHandle) -> None:
    load = purchases(home, 1, {"price": "1"})
    Staging(home.engine).take(load, iter([[{**_LINE, "price": "1"}]]))
    with writing(home.engine) as connection:
        connection.execute(text(f"INSERT INTO register_load VALUES (3, '{load.view}', 1, 6)"))
    faults = compare(home.engine, home.ledger, home.documents, quiet)
    assert any("register_load row 3 has no entry" in fault for fault in faults)
    assert any("register_purchase_line row" in fault for fault in faults)


def test_lines_of_an_older_view_stand_beside_newer_ones_that_have_more_fields(home: HomeHandle) -> None:
    line: dict[str, Any] = {
        "owner": "SPEC", "parent": "A", "parent_revision": "A", "plant": "MX-1", "effective_from": "2023-01-01",
        "effective_to": None, "child": "B", "child_revision": "A", "quantity": "2", "unit": "pcs",
        "make_or_buy": "buy", "made_at": None, "standard_value": "1.25", "currency": "USD",
    }  # fmt: skip
    home.record(Bills.model_validate(_load(home, Bills, 1, [line, {**line, "child": "C", "scrap": "0.5"}])))
    with reading(home.engine) as connection:
        known = [one.value for one in Register(connection).lines(BillLine)]
    assert [(one.child, one.scrap) for one in known] == [("B", None), ("C", Decimal("0.5"))]
    assert compare(home.engine, home.ledger, home.documents, quiet) == []


@pytest.mark.parametrize(
    "line",
    [
        pytest.param({**_LINE, "colour": "red"}, id="a-field-too-many"),
        pytest.param({name: value for name, value in _LINE.items() if name != "part"}, id="a-field-too-few"),
        pytest.param({**_LINE, "related": 1}, id="a-flag-as-a-number"),
        pytest.param({**_LINE, "invoice_line": 0}, id="out-of-range"),
    ],
)
def test_a_view_whose_lines_are_not_of_its_kind_is_not_recorded(home: HomeHandle, line: dict[str, Any]) -> None:
    before = home.ledger.size()
    with pytest.raises(EvidenceError, match="cannot be indexed"):
        home.record(Purchases.model_validate(_load(home, Purchases, 1, [dict(_LINE), line])))
    assert (home.ledger.size(), count(home, "register_purchase_line")) == (before, 0)
