"""What differs between two days, and between two rule sets."""

from datetime import date

from evidence.rules.added import read_addition
from evidence.rules.differences import between, between_days
from evidence.rules.ruleset import RuleSet
from tests.unit.rules.test_added import ITEM, LITHIUM, STEP, TURBO

LAW = RuleSet.load()


def test_the_step_of_july_2023_is_every_figure_of_light_vehicles_and_their_parts() -> None:
    found = {each.name: (each.before, each.after) for each in between_days(LAW, date(2023, 6, 30), date(2023, 7, 1))}
    assert found["PV-RVC"] == (">= 72 percent", ">= 75 percent")
    assert found["B-NC"] == (">= 67.5 percent", ">= 70 percent")
    assert found["PV-LVC"] == (">= 36 percent", ">= 40 percent")
    assert not {"HT-RVC", "D-NC", "LT-LVC"} & found.keys()


def test_between_equal_days_and_equal_rule_sets_nothing_differs() -> None:
    assert between_days(LAW, date(2023, 7, 1), date(2024, 6, 30)) == ()
    assert between(LAW, LAW) == ()


def test_the_end_of_alternative_staging_is_a_figure_that_is_not_there_any_more() -> None:
    found = {each.name: each for each in between_days(LAW, date(2025, 6, 30), date(2025, 7, 1))}
    assert found["ASR-PV-RVC"].before.startswith(">= 62.5 percent")
    assert found["ASR-PV-RVC"].after == ""


def test_the_melting_rule_of_2027_differs_in_its_words_and_not_in_its_percentage() -> None:
    found = {each.name: each for each in between_days(LAW, date(2027, 6, 30), date(2027, 7, 1))}
    assert found["PV-STEEL"].after.startswith(">= 70 percent (as before, and every steelmaking process")


def test_what_was_added_differs_and_the_same_backwards_is_gone() -> None:
    law = LAW.with_added([read_addition(text.encode()) for text in (LITHIUM, STEP, TURBO, ITEM)])
    found = between(LAW, law)
    assert {each.sort for each in found} == {"figure", "product rule", "national item"}
    ended, begun = (each for each in found if each.name == "PV-RVC")
    assert ended.before.endswith("from 2023-07-01")
    assert ended.after.endswith("from 2023-07-01 until 2028-06-30")
    assert (begun.before, begun.after) == ("", ">= 82 percent from 2028-07-01")
    assert begun.source == "Proposal (SPECIMEN) [K], read on 2026-09-01"
    lithium = next(each for each in found if "2836.91" in each.name)
    assert (lithium.before, lithium.after) == ("", "change from any other subheading")
    assert lithium.source == "HTSUS GN 11(o) ch. 28 (SPECIMEN) [transcribed]"
    back = {each.name: (each.before, each.after) for each in between(law, LAW)}
    assert back[lithium.name] == ("change from any other subheading", "")
