"""What a person is told of a template: what the kind is for, what each column takes, why, and who may see it.

Three sources, none of them twice: the model of the statement itself (name, type, bound, list, tier, the words under a
field), `data/column_words.toml` for columns that many kinds share, and `data/kinds.toml` (what the kind is, what asks
for it, under which text).
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from evidence.core.disclosure import Tier
from evidence.core.statements.described import described
from evidence.errors import IntakeError
from evidence.intake.cells import wanted
from evidence.intake.templates import Column, Template

EXAMPLE_SAYS = "An example: nothing on this sheet is taken in"
HELP_HEADER = ("column", "needed", "what it takes", "bound", "help", "who sees it", "law")

_TIERS = {
    Tier.OPEN: "in clear in the ledger, from the first day",
    Tier.RESTRICTED: "in the edition for the authority; others see a commitment",
    Tier.SECRET: "sealed: others see a commitment only",
    Tier.SECRET_PERSONAL: "sealed under its own key, since it is personal; others see a commitment only",
}


@dataclass(frozen=True, slots=True)
class KindHelp:
    """What a kind is, what asks for it, and the text behind it."""

    title: str
    asks: str
    law: str


@dataclass(frozen=True, slots=True)
class ColumnHelp:
    """One column as a person is told of it."""

    name: str
    needed: str
    takes: str
    bound: str
    choices: tuple[str, ...]
    help: str
    tier: str
    law: str


def explains_a_template(sheet: str | None, header: Sequence[str]) -> bool:
    """Whether it is a sheet of words that a template's workbook has beside the one to be filled."""
    if sheet == "Columns":
        return tuple(header[: len(HELP_HEADER)]) == HELP_HEADER
    return sheet == "Example" and tuple(header[:1]) == (EXAMPLE_SAYS,)


@cache
def _data(name: str) -> Mapping[str, Any]:
    return tomllib.loads((files("evidence.intake") / "data" / name).read_text(encoding="utf-8"))


def kind_help(template: Template) -> KindHelp:
    """What the kind of this template is for.

    Raises:
        IntakeError: the data file says nothing of it.
    """
    try:
        found = _data("kinds.toml")[template.name]
        return KindHelp(found["title"], found["asks"], found["law"])
    except KeyError as error:
        raise IntakeError(f"kinds.toml has no {error} for {template.name}. Reinstall this program.") from error


def worked_rows(template: Template) -> list[dict[str, str]]:
    """Rows of a company that does not exist, as cells by column: the first is the example, all are the sample.

    Raises:
        IntakeError: the data file has none.
    """
    rows: list[dict[str, str]] = _data("worked_rows.toml").get(template.name, [])
    if not rows:
        raise IntakeError(f"worked_rows.toml has no row for {template.name}. Reinstall this program.")
    return rows


def ordered(template: Template) -> list[Column]:
    """The columns as a file has them: those that tell the kind first."""
    return sorted(template.columns.values(), key=lambda column: not column.required)


def column_help(template: Template) -> list[ColumnHelp]:
    """What each column is, in the order of `ordered`."""
    law, laws = kind_help(template).law, _data("kinds.toml")[template.name].get("laws", {})
    parts = template.parts() | ({template.lines: template.line} if template.lines and template.line else {})
    return [
        ColumnHelp(
            each.name,
            _needed(each),
            wanted(each),
            each.bound,
            each.choices,
            described(parts.get(each.part, template.model)).get(each.field)
            or _data("column_words.toml").get(each.field, ""),
            _TIERS[_tier(template, each)],
            laws.get(each.name, law),
        )
        for each in ordered(template)
    ]


def _needed(column: Column) -> str:
    if column.required:
        return "yes; a cell may be empty" if column.nullable else "yes"
    if column.part and not column.nullable:
        return f"where another column of {column.part} is filled"
    return "no"


def _tier(template: Template, column: Column) -> Tier:
    """The tier that the value is recorded under; a line's is its load's, unless its field names one."""
    own = next((mark for mark in column.info.metadata if isinstance(mark, Tier)), None)
    field = column.part or column.field
    return own or template.kind.tiers().get(field, template.kind.default_tier)
