from itertools import combinations

import pytest

from evidence.errors import UsageError
from evidence.intake.templates import FOLDED, Near, Sort, match, template, templates


@pytest.mark.parametrize("name", list(templates()))
def test_the_columns_that_a_kind_needs_are_its_own_and_no_others(name: str) -> None:
    found = template(name)
    assert match(tuple(found.needed)) is found
    assert match(tuple(found.columns)) is found


def test_no_header_fits_two_templates() -> None:
    """One would have every column that either needs, and none that either does not know."""
    found = [
        (one.name, other.name)
        for one, other in combinations(templates().values(), 2)
        if one.needed | other.needed <= one.columns.keys() & other.columns.keys()
    ]
    assert found == []


@pytest.mark.parametrize(
    ("named", "names"),
    [
        pytest.param("party", "site", id="a-party-before-its-sites"),
        pytest.param("item", "item-link", id="an-item-before-its-other-numbers"),
        pytest.param("purchase", "purchase-adjustment", id="an-invoice-line-before-its-credit-note"),
        pytest.param("request", "silence", id="a-request-before-the-silence-on-it"),
        pytest.param("supplier-declaration", "declaration-state", id="a-declaration-before-what-became-of-it"),
        pytest.param("wage-certificate", "labour-value-input", id="a-certificate-before-figures-that-name-it"),
        pytest.param("shipment", "customs-entry", id="a-shipment-before-its-entry"),
        pytest.param("notice", "reply", id="a-notice-before-its-reply"),
    ],
)
def test_what_is_named_comes_before_what_names_it(named: str, names: str) -> None:
    order = list(templates())
    assert order.index(named) < order.index(names)


@pytest.mark.parametrize("name", list(FOLDED))
def test_rows_that_fold_need_a_number_and_the_columns_of_their_lines(name: str) -> None:
    of = template(name)
    assert {"number", f"{FOLDED[name]}.line"} <= of.needed


def test_a_column_for_a_document_takes_a_file_and_one_for_a_commitment_a_digest() -> None:
    assert template("notice").columns["document"].sort is Sort.FILE
    assert template("supplier-declaration").columns["sealed_figures"].sort is Sort.CODE


def test_the_order_of_columns_does_not_matter() -> None:
    assert match(tuple(sorted(template("purchase").columns))) is template("purchase")


def test_a_header_close_to_a_template_says_what_is_missing_and_what_is_unknown() -> None:
    header = ["owner", "part", "revision", "descripton", "unit"]
    found = match(tuple(header))
    assert isinstance(found, Near)
    assert (found.template.name, found.missing, found.unknown) == ("item", ("description",), ("descripton",))


def test_a_header_that_is_nobodys_matches_nothing() -> None:
    assert match(("date", "weather", "mood")) is None


def test_an_unknown_template_names_those_that_there_are() -> None:
    with pytest.raises(UsageError, match="supplier-declaration"):
        template("declaration")


def test_contacts_are_columns_with_the_name_of_their_field_before_a_point() -> None:
    columns = template("certification-of-origin").columns
    assert columns["certifier.name"].required
    assert not columns["exporter.name"].required
