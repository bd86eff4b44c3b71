"""A rule set: the parameters, tables, product rules, concordance and choices that a determination is worked out under.

It is named by the SHA-256 of its data files, so that a snapshot says exactly which law it applied.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources.abc import Traversable

from evidence.errors import RuleError
from evidence.rules import datafiles
from evidence.rules.choices import Choice, Option, read_choices
from evidence.rules.concordance import Concordance, ConcordanceRow
from evidence.rules.parameters import CONFIDENCE, Parameter, read_series
from evidence.rules.product_rules import ProductRules, other_chapter_rule, vehicle_chapter_rule
from evidence.rules.tables import TableRow, Tables

_TABLE_COLUMNS = ("table", "column_or_group", "hs_code", "ex", "description", "hs_edition", "note")
_RULE_COLUMNS = ("hs_code", "scope", "use", "alternative", "tariff_change", "from", "hs_edition", "note")
_CONCORDANCE_COLUMNS = ("from_editions", "from_code", "to_edition", "to_code", "kind", "condition", "note")


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The law as data, read and checked."""

    content_hash: str
    parameters: Mapping[str, Parameter]
    tables: Tables
    product_rules: ProductRules
    concordance: Concordance
    choices: Mapping[str, Choice]

    @classmethod
    def load(cls, folder: Traversable | None = None) -> "RuleSet":
        """The packaged rule set, or the one in `folder`.

        Raises:
            RuleError: a file is missing, malformed, or holds a row without its source, mark or day of checking.
        """
        return _packaged() if folder is None else _read(folder)

    @property
    def name(self) -> str:
        """The rule set's name: the agreement and the hash of the content."""
        return f"usmca:{self.content_hash}"

    def series(self, name: str) -> Parameter:
        """The dated figure called `name`, such as ``PV-RVC`` or ``D-NC``.

        Raises:
            RuleError: there is none.
        """
        try:
            return self.parameters[name]
        except KeyError as error:
            raise RuleError(f"There is no dated figure called {name!r}; the names are those of stages.toml.") from error

    def choice(self, name: str, option: str | None = None) -> Option:
        """The reading `option` of an open question, or its default.

        Raises:
            RuleError: there is no such question or reading.
        """
        if name not in self.choices:
            raise RuleError(f"There is no choice called {name!r}; the names are {', '.join(sorted(self.choices))}.")
        return self.choices[name].option(option)


@cache
def _packaged() -> RuleSet:
    return _read(datafiles.packaged())


def _read(folder: Traversable) -> RuleSet:
    vehicle = datafiles.rows(folder, datafiles.VEHICLE_CHAPTER_RULES, (*_RULE_COLUMNS, "except", "rvc_rule"))
    other = datafiles.rows(
        folder,
        datafiles.OTHER_CHAPTER_RULES,
        (*_RULE_COLUMNS, "rvc_tv_percent", "rvc_nc_percent", "rvc_tv_series", "rvc_nc_series", "marked"),
    )
    try:
        rules = ProductRules((*map(vehicle_chapter_rule, vehicle), *map(other_chapter_rule, other)))
    except (KeyError, ValueError, ArithmeticError) as error:
        raise RuleError(f"A product rule cannot be read: {error!r}. Correct its row.") from error
    return RuleSet(
        content_hash=datafiles.content_hash(folder),
        parameters=read_series(datafiles.text(folder, datafiles.STAGES)),
        tables=Tables(tuple(map(_table_row, datafiles.rows(folder, datafiles.TABLES, _TABLE_COLUMNS)))),
        product_rules=rules,
        concordance=Concordance(
            tuple(map(_concordance_row, datafiles.rows(folder, datafiles.CONCORDANCE, _CONCORDANCE_COLUMNS)))
        ),
        choices=read_choices(datafiles.text(folder, datafiles.CHOICES)),
    )


def _table_row(row: dict[str, str]) -> TableRow:
    return TableRow(
        table=row["table"],
        column=row["column_or_group"],
        code=row["hs_code"],
        ex=row["ex"] == "ex",
        description=row["description"],
        citation=row["citation"],
        confidence=_mark(row),
        hs_edition=row["hs_edition"],
        checked=row["checked"],
        note=row["note"],
    )


def _concordance_row(row: dict[str, str]) -> ConcordanceRow:
    return ConcordanceRow(
        from_editions=tuple(row["from_editions"].split()),
        from_code=row["from_code"],
        to_edition=row["to_edition"],
        to_code=row["to_code"],
        kind=row["kind"],
        condition=row["condition"],
        citation=row["citation"],
        confidence=_mark(row),
        checked=row["checked"],
        note=row["note"],
    )


def _mark(row: dict[str, str]) -> str:
    if row["confidence"] not in CONFIDENCE:
        raise RuleError(f"Found mark {row['confidence']!r} in {row}; wanted one of {', '.join(sorted(CONFIDENCE))}.")
    return row["confidence"]
