"""Versions of kinds: what was recorded once is read for ever, in the form it had, as today's type."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from evidence.core import canonical
from evidence.core.disclosure import Disclosure, Tier
from evidence.core.statements.base import Opened, open_body
from evidence.core.statements.declaration import DeclarationForm, SupplierDeclaration
from evidence.core.statements.registry import KINDS, kind_of, read, typed
from evidence.core.statements.shipment import CustomsEntry
from evidence.core.statements.versions import EARLIER, Earlier
from evidence.errors import MalformedValue
from tests.unit.core.goldens import golden, versions
from tests.unit.core.samples import earlier_sample, sample


def name_of(kind: str, version: int) -> str:
    return f"urn:evidence:{kind}:{version}"


def opened(kind: str, version: int) -> Opened:
    return open_body(*golden(kind, version))


@pytest.mark.parametrize(("kind", "version"), versions())
def test_a_golden_statement_of_every_version_is_read_as_todays_type(kind: str, version: int) -> None:
    read_as = kind_of(name_of(kind, version))
    assert read_as is not None
    statement = read(*golden(kind, version))
    assert type(statement) is read_as
    assert statement == (sample(read_as) if version == read_as.version else earlier_sample(read_as, version))


def test_every_version_that_is_read_has_a_golden_statement_and_every_golden_statement_is_read() -> None:
    assert {name_of(*each) for each in versions()} == {*KINDS, *EARLIER}


def test_no_version_is_left_out_between_the_first_and_todays() -> None:
    known = {*KINDS, *EARLIER}
    wanted = {name_of(kind.kind, n) for kind in KINDS.values() for n in range(1, kind.version + 1)}
    assert known == wanted


@pytest.mark.parametrize("form", EARLIER.values(), ids=lambda form: f"{form.kind}-{form.version}")
def test_an_upcaster_gives_exactly_the_fields_of_today_and_changes_no_value(form: Earlier) -> None:
    before = dict(opened(form.kind, form.version).fields)
    after = form.upcast(before)
    today = kind_of(name_of(form.kind, form.version))
    assert today is not None
    assert after.keys() == today.model_fields.keys()
    for name, value in before.items():
        if name in form.lines:
            assert [{k: line[k] for k in old} for line, old in zip(after[name], value, strict=True)] == value
        else:
            assert after[name] == value
    assert before == opened(form.kind, form.version).fields, "the fields handed in are left alone"


@pytest.mark.parametrize("form", EARLIER.values(), ids=lambda form: f"{form.kind}-{form.version}")
def test_a_field_of_an_earlier_version_has_the_tier_of_today(form: Earlier) -> None:
    today = kind_of(name_of(form.kind, form.version))
    assert today is not None
    assert {name: today.tiers()[name] for name in form.tiers} == form.tiers


def altered(kind: str, change: Callable[[dict[str, Any]], Mapping[str, Any]]) -> Opened:
    """The golden statement of version 1 with other values behind its commitments."""
    was = opened(kind, 1)
    return Opened(was.predicate_type, change(dict(was.fields)), was.clear, was.committed)


@pytest.mark.parametrize(
    ("kind", "change", "says"),
    [
        pytest.param("supplier-declaration", {"net_cost": "412.500"}, "its one spelling", id="another-spelling"),
        pytest.param(
            "supplier-declaration", {"form": "average s.9(4)-(5)"}, "a value of version 1", id="a-later-value"
        ),
        pytest.param("claim", {"action": "post-importation"}, "a value of version 1", id="a-later-action"),
        pytest.param("claim", {"action": ["made"]}, "a value of version 1", id="a-list"),
        pytest.param("claim", {"duty": None}, "", id="a-later-field"),
        pytest.param("calendar", {"year_starts": "13-01"}, "faulty fields", id="a-value-its-type-refuses"),
        pytest.param("customs-entry", {"lines": "none"}, "the records of version 1", id="no-list"),
    ],
)
def test_an_old_body_is_held_to_the_form_that_it_had(kind: str, change: dict[str, Any], says: str) -> None:
    with pytest.raises(MalformedValue, match=says) if says else pytest.raises(MalformedValue):
        typed(_with(kind, change))


def _with(kind: str, change: dict[str, Any]) -> Opened:
    was = altered(kind, lambda fields: fields | change)
    return Opened(was.predicate_type, was.fields, was.clear, was.committed | (change.keys() - was.clear))


@pytest.mark.parametrize(
    "line", [{"related": False, "duties": []}, {"duties": []}, {"other": 1}], ids=["both", "one", "another"]
)
def test_an_old_customs_entry_has_no_later_field_on_its_lines(line: dict[str, Any]) -> None:
    with pytest.raises(MalformedValue, match="records of version 1"):
        typed(altered("customs-entry", lambda fields: fields | {"lines": [fields["lines"][0] | line]}))


def test_an_open_field_that_was_committed_then_is_refused() -> None:
    was = opened("claim", 1)
    moved = Opened(was.predicate_type, was.fields, was.clear | {"by"}, was.committed - {"by"})
    with pytest.raises(MalformedValue, match="in clear"):
        typed(moved)


def test_a_body_of_today_under_the_name_of_an_earlier_version_is_refused() -> None:
    body, disclosures = golden("shipment", 2)
    renamed = body.replace(b"urn:evidence:shipment:2", b"urn:evidence:shipment:1")
    with pytest.raises(MalformedValue, match="transit_"):
        read(renamed, disclosures)


def test_an_old_statement_with_a_field_withheld_is_not_read() -> None:
    body, disclosures = golden("supplier-declaration", 1)
    shown = [item for item in disclosures if item.name != "net_cost"]
    assert read(body, shown) is None


def test_an_old_declaration_says_nothing_of_what_was_not_asked_then() -> None:
    statement = read(*golden("supplier-declaration", 1))
    assert isinstance(statement, SupplierDeclaration)
    assert statement.form is DeclarationForm.ACCUMULATION_COST
    assert (statement.producer, statement.shipment, statement.inputs) == (None, None, ())


def test_an_old_customs_entry_has_its_lines_grown() -> None:
    statement = read(*golden("customs-entry", 1))
    assert isinstance(statement, CustomsEntry)
    assert (statement.lines[0].related, statement.lines[0].duties, statement.drawback) == (False, (), False)


def test_a_version_that_is_yet_to_come_is_unread_and_no_error() -> None:
    body, disclosures = golden("claim", 3)
    assert read(body.replace(b"urn:evidence:claim:3", b"urn:evidence:claim:4"), disclosures) is None


def test_secrets_of_an_old_declaration_stay_secret() -> None:
    form = EARLIER[name_of("supplier-declaration", 1)]
    secret = {name for name, tier in form.tiers.items() if tier is Tier.SECRET}
    assert secret == {"net_cost", "non_originating_value", "amount_free_of_vnm", "currency"}


def test_golden_files_are_canonical_json() -> None:
    for kind, version in versions():
        body, disclosures = golden(kind, version)
        assert canonical.dumps(canonical.loads(body)) == body
        assert all(isinstance(item, Disclosure) for item in disclosures)
