"""Statements: their bytes stay what they are, and what is withheld stays withheld."""

import pytest
from pydantic import ValidationError

from evidence.core.canonical import JsonValue, dumps, loads
from evidence.core.disclosure import Disclosure, Tier
from evidence.core.statements.base import Statement, build, open_body
from evidence.core.statements.declaration import SupplierDeclaration
from evidence.core.statements.handling import Access, Review
from evidence.core.statements.registry import KINDS, read
from evidence.core.statements.work import WorkItemClosed
from evidence.errors import MalformedValue
from tests.unit.core.goldens import golden
from tests.unit.core.samples import counted, sample, samples


@pytest.mark.parametrize("statement", samples(), ids=lambda statement: statement.kind)
def test_a_golden_statement_of_every_kind_is_read_and_would_be_written_the_same(statement: Statement) -> None:
    body, disclosures = golden(statement.kind, statement.version)
    assert read(body, disclosures) == statement
    built = build(statement, counted(statement.kind))
    assert built.body == body
    assert list(built.disclosures) == disclosures


@pytest.mark.parametrize("statement", samples(), ids=lambda statement: statement.kind)
def test_only_open_fields_stand_in_clear(statement: Statement) -> None:
    body = build(statement, counted("tiers")).body
    opened = open_body(body, ())
    tiers = statement.tiers()
    assert set(opened.fields) == {name for name, tier in tiers.items() if tier is Tier.OPEN}
    assert opened.withheld == {name for name, tier in tiers.items() if tier is not Tier.OPEN}
    assert read(body, ()) is None or not opened.withheld


def test_two_equal_statements_have_different_bodies_so_that_neither_confirms_a_guess() -> None:
    one = sample(SupplierDeclaration)
    assert build(one, counted("a")).body != build(one, counted("b")).body


def test_an_empty_field_is_committed_like_a_filled_one() -> None:
    filled = sample(SupplierDeclaration)
    empty = filled.model_copy(update={"net_cost": None, "non_originating_value": None})
    shapes = [open_body(build(one, counted("x")).body, ()).withheld for one in (filled, empty)]
    assert shapes[0] == shapes[1]


def test_an_importers_view_opens_what_it_may_and_no_more() -> None:
    built = build(sample(SupplierDeclaration), counted("view"))
    tiers = SupplierDeclaration.tiers()
    opened = open_body(built.body, [item for item in built.disclosures if tiers[item.name] is Tier.RESTRICTED])
    assert opened.withheld == {"net_cost", "non_originating_value", "amount_free_of_vnm", "currency", "inputs"}
    assert opened.fields["part"] == "INV-2"


@pytest.mark.parametrize("field", ["net_cost", "part", "valid_to"])
def test_a_disclosure_with_another_value_or_salt_is_refused(field: str) -> None:
    built = build(sample(SupplierDeclaration), counted("forge"))
    true = next(item for item in built.disclosures if item.name == field)
    for forged in (Disclosure(true.salt, field, "1.00"), Disclosure(bytes(16), field, true.value)):
        with pytest.raises(MalformedValue, match=f"disclosure of {field}"):
            open_body(built.body, [forged])


def test_a_commitment_moved_to_another_field_does_not_open() -> None:
    built = build(sample(SupplierDeclaration), counted("swap"))
    true = next(item for item in built.disclosures if item.name == "part")
    with pytest.raises(MalformedValue, match="disclosure of supplier"):
        open_body(built.body, [Disclosure(true.salt, "supplier", true.value)])


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param(("_type",), "https://example.com/Other/v1", id="another-type"),
        pytest.param(("subject",), [], id="no-subject"),
        pytest.param(("predicate", "nonce"), None, id="no-nonce"),
        pytest.param(("extra",), 1, id="an-extra-member"),
        pytest.param(("predicate", "committed", "part"), "00" * 32, id="a-changed-commitment"),
    ],
)
def test_a_body_of_another_shape_is_refused(path: tuple[str, ...], value: JsonValue) -> None:
    content = loads(build(sample(SupplierDeclaration), counted("shape")).body)
    place = content
    for step in path[:-1]:
        assert isinstance(place, dict)
        place = place[step]
    assert isinstance(place, dict)
    place[path[-1]] = value
    with pytest.raises(MalformedValue):
        open_body(dumps(content), ())


def test_an_unknown_kind_is_no_error_and_is_unread() -> None:
    built = build(sample(SupplierDeclaration), counted("kind"))
    body = built.body.replace(b"urn:evidence:supplier-declaration:2", b"urn:evidence:supplier-declaration:9")
    assert body != built.body
    assert read(body, built.disclosures) is None


def test_every_kind_has_a_sample_a_prefix_of_its_own_or_is_a_load() -> None:
    singles = [kind for kind in KINDS.values() if kind.prefix != "load"]
    assert len({kind.prefix for kind in singles}) == len(singles)
    assert {type(statement) for statement in samples()} == set(KINDS.values())


@pytest.mark.parametrize(
    ("kind", "field", "words"),
    [
        pytest.param(Review, "of", "supplier-declaration:OD-1", id="a-review-of-a-reference"),
        pytest.param(WorkItemClosed, "work_item", "the frame of Sample Works", id="an-end-of-words"),
        pytest.param(Access, "item", "#12:price list of Sample Works", id="access-to-words"),
        pytest.param(Access, "item", "supplier-declaration:OD-1", id="access-to-a-reference"),
    ],
)
def test_what_stands_in_clear_names_an_id_or_a_place_and_takes_no_words(
    kind: type[Statement], field: str, words: str
) -> None:
    of = sample(kind)
    assert kind.tiers()[field] is Tier.OPEN
    with pytest.raises(ValidationError):
        kind.model_validate({**of.model_dump(), field: words})
