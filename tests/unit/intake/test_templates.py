import pytest

from evidence.errors import UsageError
from evidence.intake.templates import Near, match, template, templates


@pytest.mark.parametrize("name", list(templates()))
def test_the_columns_that_a_kind_needs_are_its_own_and_no_others(name: str) -> None:
    found = template(name)
    assert match(tuple(found.needed)) is found
    assert match(tuple(found.columns)) is found


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
