"""Statements of earlier versions of their kinds: recorded, indexed, checked and derived again as today's type."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import create_model

from evidence.core.encoding import to_base64
from evidence.core.statements.base import Statement, open_body
from evidence.core.statements.claim import Claim
from evidence.core.statements.declaration import SupplierDeclaration
from evidence.core.statements.registry import kind_of
from evidence.core.statements.shipment import CustomsEntry
from evidence.core.statements.versions import EARLIER, Earlier
from evidence.ledger.check import check_ledger
from evidence.ledger.found import HomeHandle, open_home
from evidence.ledger.keys import key_id, new_ed25519, spki
from evidence.register.project import Projector
from evidence.register.queries import Register
from evidence.register.rebuild import compare, rebuild
from evidence.settings import Organisation
from evidence.store.documents import DocumentStore
from evidence.store.engine import reading
from tests.homes import founded
from tests.unit.core.goldens import golden

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


def as_it_was(form: Earlier, home: HomeHandle) -> Statement:
    """The golden statement of an earlier version as a type of that form, its documents held here."""
    values = dict(open_body(*golden(form.kind, form.version)).fields)
    values |= {"id": f"{values['id'][:-1]}{form.version}"}  # the golden statements of one kind bear one id
    if form.kind == "document-received":
        values |= {"document": home.documents.put(b"letter").sha256, "size": 6, "tier": "restricted"}
    if form.kind == "notice":
        values |= {"document": home.documents.put(b"notice").sha256}
    if form.kind == "pack-built":
        values |= {"stored": [["report-en.pdf", home.documents.put(b"report").sha256]]}
    if form.kind == "anchor":
        values |= {"token": None}
    if form.kind == "key":
        public = spki(new_ed25519(os.urandom))
        values |= {"key": key_id(public), "public_key": to_base64(public)}
    if values["source"]:
        values["source"] = values["source"] | {"document": home.documents.put(b"source").sha256}
    own: Any = {name: (Annotated[Any, tier], ...) for name, tier in form.tiers.items()}
    older = create_model(
        "Older", __base__=Statement, **{n: f for n, f in own.items() if n not in Statement.model_fields}
    )
    older.kind, older.version = form.kind, form.version
    older.documents = lambda self: ()  # type: ignore[method-assign]
    return older.model_validate(values)


def test_a_statement_of_an_earlier_version_is_indexed_as_todays_type_and_the_ledger_checks_clean(
    home: HomeHandle,
) -> None:
    older = {name: as_it_was(form, home) for name, form in EARLIER.items()}
    for statement in older.values():
        home.record(statement)
    with reading(home.engine) as connection:
        register = Register(connection)
        for name, form in EARLIER.items():
            known = register.by_id(older[name].id).value
            assert type(known) is kind_of(name)
            added = form.added()
            plain = known.model_dump(mode="json")
            assert {field: plain[field] for field in added} == added
        assert [one.value.line for one in register.statements(Claim)] == [1, 1]
        assert [one.value.inputs for one in register.statements(SupplierDeclaration)] == [()]
        assert [one.value.lines[0].duties for one in register.statements(CustomsEntry)] == [()]
    report = check_ledger(home.engine, home.documents, home.verifiers())
    assert report.clean
    assert report.unread == []


def test_the_register_of_earlier_versions_is_derived_again_as_it_was(home: HomeHandle) -> None:
    for form in EARLIER.values():
        home.record(as_it_was(form, home))
    assert compare(home.engine, home.ledger, home.documents, _quiet) == []
    rebuild(home.engine, home.ledger, home.documents, _quiet)
    assert compare(home.engine, home.ledger, home.documents, _quiet) == []
