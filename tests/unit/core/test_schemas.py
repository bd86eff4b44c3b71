"""Published schemas: what stands in docs/schemas is what the code gives, and every golden statement fits its own."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evidence.core.disclosure import Tier
from evidence.core.statements.base import open_body
from evidence.core.statements.described import described
from evidence.core.statements.load import Load
from evidence.core.statements.registry import KINDS
from evidence.core.statements.schema import DIALECT, all_schemas, as_text, index, schemas_of
from evidence.core.statements.versions import EARLIER
from evidence.core.values import AMOUNT, decimal_to_text
from tests.unit.core.goldens import golden, versions
from tests.unit.core.json_schema import faults
from tests.unit.core.line_samples import LINES

PUBLISHED = Path(__file__).parents[3] / "docs" / "schemas"
SCHEMAS = all_schemas()
OF_PACKS = {"pack-manifest-2.json", "pack-disclosures-2.json", "pack-opening-1.json"}
"""Of documents that are no statements: written by hand, and held against packs where those are built."""


def test_the_published_schemas_are_those_that_the_code_gives() -> None:
    """Made by ``evidence schema --all --out docs/schemas``."""
    wanted = {name: as_text(schema) for name, schema in SCHEMAS.items()} | {"README.md": index(SCHEMAS)}
    there = {path.name: path.read_text(encoding="utf-8") for path in PUBLISHED.iterdir() if path.name not in OF_PACKS}
    assert there == wanted


def test_every_kind_and_version_has_a_schema_and_every_load_one_of_its_lines() -> None:
    named = {str(schema["$id"]) for schema in SCHEMAS.values()}
    lines = {f"{kind.predicate_type()}:line" for kind in KINDS.values() if issubclass(kind, Load)}
    assert named == {*KINDS, *EARLIER} | lines
    assert all(schema["$schema"] == DIALECT for schema in SCHEMAS.values())


@pytest.mark.parametrize(("kind", "version"), versions())
def test_a_golden_statement_fits_the_schema_of_its_version(kind: str, version: int) -> None:
    schema = SCHEMAS[f"{kind}-{version}.json"]
    opened = open_body(*golden(kind, version))
    assert faults(dict(opened.fields), schema, schema) == []


@pytest.mark.parametrize(("kind", "version"), versions())
def test_a_schema_says_which_fields_stand_in_clear_and_which_are_committed(kind: str, version: int) -> None:
    properties: Any = SCHEMAS[f"{kind}-{version}.json"]["properties"]
    opened = open_body(*golden(kind, version))
    assert {name for name, field in properties.items() if field["x-open"]} == opened.clear
    assert {name for name, field in properties.items() if not field["x-open"]} == opened.committed
    assert all((field["x-tier"] == Tier.OPEN) is field["x-open"] for field in properties.values())


@pytest.mark.parametrize("name", LINES)
def test_a_line_fits_its_schema_with_the_fields_that_came_later_and_without(name: str) -> None:
    schema: Any = SCHEMAS[f"{name}-1-line.json"]
    assert faults(LINES[name], schema, schema) == []
    bare = {field: value for field, value in LINES[name].items() if field in schema["required"]}
    assert faults(bare, schema, schema) == []


@pytest.mark.parametrize("field", ["supplier", "net_cost", "lines"])
def test_a_statement_with_a_field_too_many_or_too_few_does_not_fit(field: str) -> None:
    schema = SCHEMAS["supplier-declaration-2.json"]
    fields = dict(open_body(*golden("supplier-declaration", 2)).fields)
    changed = (
        {name: value for name, value in fields.items() if name != field} if field in fields else fields | {field: 1}
    )
    assert faults(changed, schema, schema) != []


def test_an_earlier_version_has_neither_the_later_fields_nor_the_later_values() -> None:
    was: Any = SCHEMAS["customs-entry-1.json"]
    assert was["properties"].keys() == EARLIER["urn:evidence:customs-entry:1"].tiers.keys()
    assert "duties" not in was["$defs"]["CustomsEntryLine"]["properties"]
    actions: list[Any] = [SCHEMAS[f"claim-{version}.json"]["$defs"] for version in (1, 2)]
    assert actions[1]["ClaimAction"]["enum"] == [*actions[0]["ClaimAction"]["enum"], "post-importation"]


@pytest.mark.parametrize("text", ["0", "1", "-1", "12.5", "0.05", "-0.05", "1500", "9.99"])
def test_the_pattern_of_an_amount_takes_what_is_written(text: str) -> None:
    assert re.search(AMOUNT, text)
    assert decimal_to_text(Decimal(text)) == text


@pytest.mark.parametrize("text", ["", "-0", "00", "01", "1.", ".5", "1.50", "0.0", "1e3", "+1", "1,5", " 1"])
def test_the_pattern_of_an_amount_takes_no_other_spelling(text: str) -> None:
    assert re.search(AMOUNT, text) is None


def test_bounds_of_amounts_are_said_in_words_of_our_own() -> None:
    bill: Any = SCHEMAS["bill-of-materials-1-line.json"]["properties"]
    assert bill["quantity"]["x-above"] == "0"
    assert (bill["split"]["x-at-least"], bill["split"]["x-at-most"]) == ("0", "100")
    assert "x-at-least" not in SCHEMAS["purchase-adjustment-1-line.json"]["properties"]["amount"]  # type: ignore[index, operator, call-overload]


def test_the_words_of_a_field_are_those_under_it_and_those_of_its_base() -> None:
    words = described(KINDS["urn:evidence:supplier-declaration:2"])
    assert words["reference"] == "The supplier's own number for it."
    assert words["supersedes"].startswith("The earlier statement")
    assert "number" not in described(KINDS["urn:evidence:pack-built:2"])


def test_one_kind_alone_brings_its_versions_and_its_line() -> None:
    assert list(schemas_of("purchase")) == ["purchase-1-line.json", "purchase-1.json"]
    assert list(schemas_of("claim")) == ["claim-1.json", "claim-2.json", "claim-3.json"]
    assert schemas_of("purchases") == {}
