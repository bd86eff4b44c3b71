"""The register: what it answers, as of when, and that it is derived and nothing more."""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from evidence.core import canonical
from evidence.core.disclosure import Tier, line_disclosures, table_root
from evidence.core.statements.base import Statement
from evidence.core.statements.declaration import DeclarationEvent, DeclarationState, SupplierDeclaration
from evidence.core.statements.own import DocumentReceived
from evidence.core.statements.purchase import PurchaseLine, Purchases
from evidence.core.statements.registry import KINDS
from evidence.core.statements.rule_set import RuleSetInUse
from evidence.errors import LedgerError, RegisterError
from evidence.ledger.found import HomeHandle, open_home
from evidence.ledger.submission import DocumentLink
from evidence.register.project import Projector
from evidence.register.queries import Register
from evidence.register.rebuild import compare, rebuild
from evidence.register.tables import ALL_TABLES, KIND_TABLES
from evidence.settings import Organisation
from evidence.store.documents import DocumentStore
from evidence.store.engine import reading, writing
from tests.homes import founded
from tests.unit.core.samples import samples

START = datetime(2023, 1, 2, 9, tzinfo=UTC)


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
        projected=False,
    )
    with open_home(place, {}, sign=True, projector=projector) as handle:
        rebuild(handle.engine, handle.ledger, handle.documents, _quiet)
        yield handle


def _quiet(steps: int = 1, total: int | None = None) -> None:
    del steps, total


def _declaration(number: int) -> SupplierDeclaration:
    one = next(statement for statement in samples() if isinstance(statement, SupplierDeclaration))
    return one.model_copy(
        update={"id": f"decl-018f3c1e-0000-7000-8000-{number:012d}", "source": None, "part": f"P{number}"}
    )


def _event(number: int, state: DeclarationState, day: date) -> DeclarationEvent:
    return DeclarationEvent(
        id=f"state-018f3c1e-0000-7000-8000-{os.urandom(6).hex()}",
        issuer="self",
        declaration=_declaration(number).id,
        state=state,
        effective_from=day,
        reason="as the test has it",
        by="Origin desk",
    )


def _purchase_line(part: str, price: str) -> PurchaseLine:
    return PurchaseLine.model_validate(
        {
            "plant": "MX-1",
            "order": "O-1",
            "invoice": "I-1",
            "invoice_line": 1,
            "invoiced_on": "2023-05-02",
            "received_on": "2023-05-03",
            "seller": "SUP-001",
            "owner": "SPEC",
            "part": part,
            "revision": "A",
            "quantity": "100",
            "unit": "pcs",
            "price": price,
            "price_per": "100",
            "currency": "USD",
        }
    )


def _load(handle: HomeHandle, lines: list[PurchaseLine], *, said: int | None = None) -> Purchases:
    values = [line.model_dump(mode="json") for line in lines]
    view = handle.documents.put(b"".join(canonical.dumps(value) + b"\n" for value in values))
    seed = os.urandom(32)
    return Purchases(
        id="load-018f3c1e-0000-7000-8000-0000000000aa",
        issuer="self",
        received=view.sha256,
        view=view.sha256,
        view_root=table_root(line_disclosures(seed, Purchases.line_prefix(), values)),
        seed=handle.documents.put(seed).sha256,
        parser="csv/1",
        lines=len(lines) if said is None else said,
        scale=6,
    )


def test_every_kind_is_projected_and_read_back_as_it_was_stated(home: HomeHandle) -> None:
    of_the_ledger = {"snapshot", "key", "disposal", "succession"}
    singles = [one for one in samples() if one.prefix != "load" and one.kind not in of_the_ledger]
    stored = home.documents.put(b"{}").sha256
    before = home.ledger.size()
    altered = []
    for one in singles:
        held = {digest: home.documents.put(f"{one.id}/{digest}".encode()).sha256 for _, digest in one.documents()}
        changed: dict[str, Any] = {name: held[value] for name, value in _texts(one) if value in held}
        if one.source is not None:
            changed["source"] = one.source.model_copy(update={"document": held[one.source.document]})
        if one.kind == "document-received":
            changed |= {"size": home.documents.size(changed["document"]), "tier": Tier.RESTRICTED}
        if isinstance(one, RuleSetInUse):
            changed["files"] = tuple(file.model_copy(update={"document": held[file.document]}) for file in one.files)
        if one.kind == "pack-built":
            changed["stored"] = (("report-en.pdf", stored),)
        altered.append(changed.keys())
        home.record(one.model_copy(update=changed))
    with reading(home.engine) as connection:
        register = Register(connection)
        for seq, one in enumerate(singles, before):
            known = register.by_id(one.id)
            assert (known.seq, type(known.value)) == (seq, type(one))
            same = set(type(one).model_fields) - altered[seq - before]
            assert known.value.model_dump(include=same) == one.model_dump(include=same)


def _texts(one: Statement) -> list[tuple[str, str]]:
    return [(name, value) for name in type(one).model_fields if isinstance(value := getattr(one, name), str)]


def test_as_of_an_earlier_size_nothing_later_is_known(home: HomeHandle) -> None:
    home.record(_declaration(1))
    size = home.ledger.size()
    home.record(_declaration(2))
    with reading(home.engine) as connection:
        assert [known.value.part for known in Register(connection, size).statements(SupplierDeclaration)] == ["P1"]
        assert len(Register(connection).statements(SupplierDeclaration)) == 2
        with pytest.raises(RegisterError, match="No statement"):
            Register(connection, size).by_id(_declaration(2).id)


def test_lines_of_a_load_are_found_by_column_with_their_entry_and_place(home: HomeHandle) -> None:
    load = _load(home, [_purchase_line("P1", "12.50"), _purchase_line("P2", "0.000125"), _purchase_line("P1", "13")])
    seq = home.record(load).seq
    with reading(home.engine) as connection:
        known = Register(connection).lines(PurchaseLine, part="P1")
        assert [(one.ref, str(one.value.price)) for one in known] == [(f"#{seq}:1", "12.5"), (f"#{seq}:3", "13")]
        assert str(Register(connection).lines(PurchaseLine, part="P2")[0].value.price) == "0.000125"
        with pytest.raises(RegisterError, match="no column colour"):
            Register(connection).lines(PurchaseLine, colour="red")


def test_a_load_that_says_another_number_of_lines_is_not_recorded(home: HomeHandle) -> None:
    before = home.ledger.size()
    with pytest.raises((RegisterError, LedgerError), match="states 2 lines"):
        home.record(_load(home, [_purchase_line("P1", "1")], said=2))
    assert home.ledger.size() == before


@pytest.mark.parametrize(
    ("day", "state"),
    [
        pytest.param(date(2023, 3, 31), None, id="the-day-before-any"),
        pytest.param(date(2023, 4, 1), DeclarationState.ACCEPTED, id="first-day-accepted"),
        pytest.param(date(2023, 11, 14), DeclarationState.ACCEPTED, id="day-before-withdrawal"),
        pytest.param(date(2023, 11, 15), DeclarationState.WITHDRAWN, id="first-day-withdrawn"),
    ],
)
def test_the_state_of_a_declaration_turns_on_the_effective_day(
    home: HomeHandle, day: date, state: DeclarationState | None
) -> None:
    home.record(_declaration(1))
    home.record(_event(1, DeclarationState.ACCEPTED, date(2023, 4, 1)))
    home.record(_event(1, DeclarationState.WITHDRAWN, date(2023, 11, 15)))
    with reading(home.engine) as connection:
        assert Register(connection).state_on(_declaration(1).id, day)[0] is state


@pytest.mark.parametrize(
    ("story", "state"),
    [
        pytest.param(
            [("accepted", date(2024, 3, 15)), ("withdrawn", date(2024, 2, 1))],
            "withdrawn",
            id="a-withdrawal-reaching-back-outweighs-the-acceptance",
        ),
        pytest.param(
            [("refused", date(2024, 2, 1)), ("accepted", date(2024, 3, 1))], "accepted", id="acceptance-lifts-a-refusal"
        ),
        pytest.param(
            [("accepted", date(2024, 2, 1)), ("refused", date(2024, 3, 1))], "refused", id="a-refusal-after-acceptance"
        ),
        pytest.param(
            [("withdrawn", date(2024, 2, 1)), ("accepted", date(2024, 3, 1))],
            "withdrawn",
            id="acceptance-does-not-lift-a-withdrawal",
        ),
    ],
)
def test_what_ends_a_declaration_outweighs_its_acceptance(
    home: HomeHandle, story: list[tuple[str, date]], state: str
) -> None:
    home.record(_declaration(1))
    for name, day in story:
        home.record(_event(1, DeclarationState(name), day))
    with reading(home.engine) as connection:
        assert Register(connection).state_on(_declaration(1).id, date(2024, 6, 1))[0] == state


def test_documents_are_found_by_what_they_relate_to(home: HomeHandle) -> None:
    stored = home.documents.put(b"a bill of lading")
    one = next(statement for statement in samples() if isinstance(statement, DocumentReceived))
    home.record(
        one.model_copy(
            update={
                "document": stored.sha256,
                "size": stored.size,
                "tier": Tier.RESTRICTED,
                "relates_to": ("shipment:S01",),
            }
        ),
        DocumentLink(stored.sha256, "received"),
    )
    with reading(home.engine) as connection:
        assert [known.value.document for known in Register(connection).documents("shipment:S01")] == [stored.sha256]
        assert Register(connection).documents("shipment:S02") == []


def test_a_rebuild_gives_equal_rows(home: HomeHandle) -> None:
    home.record(_declaration(1))
    home.record(_load(home, [_purchase_line("P1", "12.50")]))
    before = _contents(home)
    assert rebuild(home.engine, home.ledger, home.documents, _quiet) == home.ledger.size()
    assert _contents(home) == before
    assert compare(home.engine, home.ledger, home.documents, _quiet) == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        pytest.param("UPDATE register_purchase_line SET price = '1'", "differs", id="a-price-changed"),
        pytest.param("DELETE FROM register_supplier_declaration", "is missing", id="a-declaration-gone"),
        pytest.param(
            "INSERT INTO register_edge VALUES (0, 9, 'x', 'rests on', 'y')", "has no entry", id="an-edge-made-up"
        ),
    ],
)
def test_a_register_changed_by_hand_is_named(home: HomeHandle, change: str, named: str) -> None:
    home.record(_declaration(1))
    home.record(_load(home, [_purchase_line("P1", "12.50")]))
    with writing(home.engine) as connection:
        connection.execute(text(change))
    faults = compare(home.engine, home.ledger, home.documents, _quiet)
    assert len(faults) == 1
    assert named in faults[0]


def test_there_is_a_table_for_every_kind() -> None:
    assert set(KIND_TABLES) == set(KINDS.values())


def _contents(home: HomeHandle) -> dict[str, list[tuple[object, ...]]]:
    with reading(home.engine) as connection:
        return {table.name: sorted(map(tuple, connection.execute(table.select())), key=repr) for table in ALL_TABLES}
