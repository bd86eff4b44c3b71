"""What docs/rules.md says of the law on file is so, and the addition that it shows can be added."""

import re
from collections import Counter
from pathlib import Path

from evidence.rules.added import read_addition
from evidence.rules.ruleset import RuleSet

LAW = RuleSet.load()
TEXT = (Path(__file__).parents[3] / "docs" / "rules.md").read_text(encoding="utf-8")


def said(file: str) -> str:
    """What the table says beside a data file."""
    found = re.search(rf"^\|[^|\n]*\(`{re.escape(file)}`\) \|(.*)\|$", TEXT, re.MULTILINE)
    assert found is not None, file
    return found[1]


def marks(counted: Counter[str]) -> str:
    return ", ".join(f"{number} {mark}" for mark, number in counted.most_common())


def test_the_rows_and_marks_of_the_packaged_law_are_those_that_the_page_says() -> None:
    values = [law for figure in LAW.parameters.values() for law in figure.values]
    counted = (
        f"{len(LAW.parameters)} figures, {len(values)} values | {marks(Counter(law.confidence for law in values))}"
    )
    assert counted in said("stages.toml")
    assert f"{len(LAW.tables.rows)} |" in said("tables.csv")
    assert {row.confidence for row in LAW.tables.rows} == {"verified"}
    vehicles = Counter(rule.confidence for rule in LAW.product_rules.rules if rule.code.startswith("87"))
    others = Counter(rule.confidence for rule in LAW.product_rules.rules if not rule.code.startswith("87"))
    assert f"{vehicles.total()} | {marks(vehicles)}" in said("psr_8701_8708.csv")
    assert f"{others.total()} |" in said("psr_other_chapters.csv")
    assert all(f"{number} {mark}" in said("psr_other_chapters.csv") for mark, number in others.items())
    items = Counter(item.confidence for item in LAW.items.items)
    assert all(f"{number} {mark}" in said("national_items.csv") for mark, number in items.items())
    assert f"{len(LAW.choices)} questions" in said("choices.toml")


def test_every_open_question_is_listed_with_its_default_and_its_other_readings() -> None:
    for name, choice in LAW.choices.items():
        (line,) = [
            line for line in TEXT.splitlines() if line.startswith("| `") and f"`{name}`" in line.partition(":")[0]
        ]
        _, _, default, others, _ = line.split("|")
        assert default.strip() == choice.default
        assert {other.strip() for other in others.split(",")} == {o.name for o in choice.options} - {choice.default}


def test_the_addition_that_the_page_shows_can_be_added() -> None:
    found = re.search(r"^```toml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    assert found is not None
    law = LAW.with_added([read_addition(found[1].encode())])
    assert [one.name for one in law.additions] == ["lithium-carbonate"]
    assert law.items.roles("87089902", "MX") == ("8708.99.bb",)


def test_every_mark_is_explained() -> None:
    for mark in ("verified", "transcribed", "partial", "inference", "K"):
        assert f"\n| {mark} |" in TEXT
