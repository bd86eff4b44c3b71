"""What applies to a code: the tables, the alternatives of each use, the percentages of the day and their source."""

from datetime import date
from decimal import Decimal

import pytest

from evidence.core.statements.use import UseClass
from evidence.errors import MalformedValue, NoRule, NoValueInForce
from evidence.rules.applies import Answer, what_applies
from evidence.rules.ruleset import RuleSet

LAW = RuleSet.load()


def asked(
    code: str, *uses: UseClass, day: date = date(2024, 8, 1), edition: str = "HS2012", kinds: tuple[str, ...] = ()
) -> Answer:
    return what_applies(LAW, code, day, uses=uses or tuple(UseClass), edition=edition, kinds=kinds)


def contents(answer: Answer) -> list[list[tuple[str, str, str]]]:
    return [
        [(need.method.value, str(need.law.amount), need.why) for need in each.contents if need.law is not None]
        for each in answer.alternatives
    ]


def test_a_brake_for_a_light_vehicle_shifts_or_has_the_content_of_table_b() -> None:
    found = asked("8708.30", UseClass.OE_LIGHT)
    assert {row.table for row in found.rows} == {"B", "D", "F"}
    assert [each.change for each in found.alternatives] == ["from any other heading", ""]
    assert contents(found) == [[], [("NC", "70", "the rule's dated figure, B-NC")]]


@pytest.mark.parametrize(
    ("day", "percent"),
    [
        pytest.param(date(2024, 6, 30), "60", id="the-day-before"),
        pytest.param(date(2024, 7, 1), "64", id="the-day-of"),
        pytest.param(date(2027, 7, 1), "70", id="the-next-step"),
    ],
)
def test_a_brake_for_a_heavy_truck_has_the_content_of_its_day_and_names_the_open_reading(
    day: date, percent: str
) -> None:
    found = asked("87083050", UseClass.OE_HEAVY, day=day)
    assert contents(found) == [[("NC", percent, "the rule's dated figure, D-NC")]]
    assert found.alternatives[0].readings[0].startswith("table-d-tariff-shift=rvc-required: ")


def test_where_two_texts_print_other_percentages_the_reading_taken_is_named() -> None:
    (found,) = asked("8708.91", UseClass.OE_HEAVY, kinds=("other goods",)).alternatives
    assert [need.law.amount for need in found.contents if need.law is not None] == [64]
    assert found.readings[0].startswith("heavy-radiator-exhaust-series=canada: ")
    assert "62.5/65/67.5/70" in found.rule.remarks[0]


def test_the_percentage_of_a_table_takes_the_place_of_the_printed_one() -> None:
    (found,) = [each for each in asked("8414.80", UseClass.OE_LIGHT).alternatives if each.contents]
    assert [need.why for need in found.contents] == [
        "B-NC in place of the 50 that the rule prints",
        "B-TV in place of the 60 that the rule prints",
    ]
    assert found.change == "not known: the text that was read is cut short"


def test_an_electric_car_of_a_later_edition_is_read_by_the_concordance_and_its_class_adds_the_other_limbs() -> None:
    found = asked("8703.80", UseClass.VEHICLE, edition="HS2022", kinds=("passenger vehicle",))
    assert "[K]" in found.note
    assert contents(found) == [[("NC", "75", "the rule's dated figure, PV-RVC")]]
    besides = {law.name: law.amount for law in found.besides}
    assert besides["PV-LVC"] == Decimal(40)
    assert besides["PV-STEEL"] == besides["PV-ALUM"] == Decimal(70)


def test_each_kind_of_goods_is_shown_where_none_is_named() -> None:
    kinds = [each.kind for each in asked("8507.60", UseClass.OE_LIGHT).alternatives]
    assert set(kinds) == {"main propulsion battery of an electric vehicle", "any other good of 8507.60"}
    assert "A2-NC" in {law.name for law in asked("8507.60", UseClass.OE_LIGHT).besides}


def test_national_items_behind_a_letter_code_are_listed_with_whether_they_decide() -> None:
    items = {item.item: item.decides for item in asked("8708.99", UseClass.OE_LIGHT).items}
    assert items["8708.99.55"] is True
    assert items["8708.99.41"] is False


def test_a_use_without_a_rule_says_why() -> None:
    found = asked("2836.91", UseClass.OE_LIGHT)
    assert found.alternatives == ()
    (missing,) = found.unanswered
    assert "No product rule on file covers 2836.91" in missing.reason


def test_what_is_no_code_and_what_has_no_concordance_are_refused() -> None:
    with pytest.raises(MalformedValue):
        asked("8708.3")
    with pytest.raises(NoRule, match="HS2017"):
        asked("8708.30", edition="HS2017")


def test_nothing_applies_before_the_agreement_binds() -> None:
    assert asked("8708.30", UseClass.OE_LIGHT, day=date(2020, 7, 1)).alternatives
    with pytest.raises(NoValueInForce, match="2020-07-01"):
        asked("8708.30", UseClass.OE_LIGHT, day=date(2020, 6, 30))
