"""The same staging on a real PostgreSQL: COPY, BIGINT, the advisory lock, the lookups of an import."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from evidence.core.statements.own import Disposal
from evidence.core.statements.purchase import PurchaseLine
from evidence.errors import RegisterError
from evidence.ledger.dispose import carry_out
from evidence.ledger.found import HomeHandle, found, open_home
from evidence.register.lookup import holding
from evidence.register.project import Projector, forget
from evidence.register.queries import Register
from evidence.register.rebuild import compare, rebuild
from evidence.register.staging import Staging
from evidence.settings import Organisation
from evidence.store.documents import DocumentStore
from evidence.store.engine import reading, writing
from tests.homes import empty_on_postgresql
from tests.postgresql import server
from tests.unit.register.test_staging import _LINE, START, count, prices, purchases, quiet


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with server() as running:
        yield running


@pytest.fixture
def home(address: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[HomeHandle]:
    place = tmp_path / "home"
    environ = {"EVIDENCE_DATABASE": empty_on_postgresql(address, f"staging_{abs(hash(request.node.name)) % 10**9}")}
    projector = Projector(DocumentStore(place / "documents"))
    found(
        place,
        organisation=Organisation(code="SPEC", legal_name="Specimen Motors (specimen)", country="US"),
        person="Origin desk",
        passphrase=b"a passphrase for tests",
        now=START,
        random=os.urandom,
        demo=True,
        environ=environ,
        projector=projector,
    )
    with open_home(place, environ, sign=True, projector=projector) as handle:
        yield handle


def test_lines_are_exact_looked_up_superseded_and_disposed_of(home: HomeHandle) -> None:
    old = purchases(home, 1, {"price": "0.000125", "related": True}, {"price": "12.5", "invoice_line": 2})
    first = home.record(old).seq
    assert prices(home) == [(f"#{first}:1", "0.000125"), (f"#{first}:2", "12.5")]
    with reading(home.engine) as connection:
        kind = text("SELECT data_type FROM information_schema.columns WHERE column_name = 'price' AND table_name = :t")
        assert connection.execute(kind, {"t": "register_purchase_line"}).scalar_one() == "bigint"
        key = ("seller", "invoice", "invoice_line")
        asked = [("SUP-001", "I-1", 3), ("SUP-001", "I-1", 2), ("SUP-001", "I-1", 1)]
        held = list(holding(Register(connection), PurchaseLine, key, asked))
        assert held == [(1, f"#{first}:2"), (2, f"#{first}:1")]
        nullable = ("owner", "part", "incoterm", "invoiced_on")
        assert list(holding(Register(connection), PurchaseLine, nullable, [("SPEC", "P1", None, "2023-05-02")]))
    second = home.record(purchases(home, 2, {"price": "3"}, supersedes=old.id, supersedes_reason="a wrong price")).seq
    assert prices(home) == [(f"#{second}:1", "3")]
    assert compare(home.engine, home.ledger, home.documents, quiet) == []
    disposal = Disposal(
        id="disp-018f3c1e-0000-7000-8000-000000000001",
        issuer="self",
        targets=(f"#{first}:view",),
        rules=("five years after entry",),
        approved_by="Records desk (role)",
    )
    carry_out(home, home.record(disposal).seq, forget)
    assert prices(home, superseded=True) == [(f"#{second}:1", "3")]
    assert compare(home.engine, home.ledger, home.documents, quiet) == []


def test_what_is_left_staged_is_unseen_and_cleared(home: HomeHandle) -> None:
    left, load = (purchases(home, number, {"price": str(number)}) for number in (1, 2))
    Staging(home.engine).take(left, iter([[{**_LINE, "price": "1"}]]))
    assert (prices(home), count(home, "register_purchase_line")) == ([], 1)
    assert compare(home.engine, home.ledger, home.documents, quiet) == []
    seq = home.record(load).seq
    assert (prices(home), count(home, "register_staging")) == ([(f"#{seq}:1", "2")], 0)
    with pytest.raises(RegisterError, match="wanted at most"):
        home.record(purchases(home, 3, {"price": "0.1234567"}))
    assert count(home, "register_purchase_line") == 1


def test_a_line_changed_by_hand_is_named_and_a_rebuild_mends_it(home: HomeHandle) -> None:
    home.record(purchases(home, 1, *({"price": str(number), "invoice_line": number} for number in range(1, 12))))
    with writing(home.engine) as connection:
        connection.execute(text("UPDATE register_purchase_line SET price = 7 WHERE line_number = 11"))
    (fault,) = compare(home.engine, home.ledger, home.documents, quiet)
    assert fault.endswith("/11 differs from what the ledger says")
    rebuild(home.engine, home.ledger, home.documents, quiet)
    assert compare(home.engine, home.ledger, home.documents, quiet) == []
