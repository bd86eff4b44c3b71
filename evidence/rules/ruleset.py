"""A rule set: the parameters, tables, product rules, concordance and choices that a determination is worked out under.

It is named by the SHA-256 of its data files, so that a snapshot says exactly which law it applied.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources.abc import Traversable

from evidence.errors import RuleError
from evidence.rules import datafiles
from evidence.rules.added import Addition, read_addition, with_series
from evidence.rules.choices import Choice, Option, read_choices
from evidence.rules.codes import CodeSpan, subheading
from evidence.rules.concordance import Concordance, ConcordanceRow
from evidence.rules.national_items import NationalItem, NationalItems
from evidence.rules.parameters import CONFIDENCE, Parameter, read_series
from evidence.rules.parties import Party, party
from evidence.rules.product_rules import ProductRules, other_chapter_rule, vehicle_chapter_rule
from evidence.rules.tables import TableRow, Tables

_TABLE_COLUMNS = ("table", "column_or_group", "hs_code", "ex", "description", "hs_edition", "note")
_RULE_COLUMNS = ("hs_code", "scope", "use", "alternative", "tariff_change", "from", "hs_edition", "note")
_ITEM_COLUMNS = ("letter_code", "country", "item", "tariff", "note")
_PARTY_COLUMNS = ("country", "note")
_CONCORDANCE_COLUMNS = ("from_editions", "from_code", "to_edition", "to_code", "kind", "condition", "note")


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The law as data, read and checked.

    `files` is the name and SHA-256 of each of its files, `additions` what users added to the packaged law.
    """

    files: tuple[tuple[str, str], ...]
    parameters: Mapping[str, Parameter]
    tables: Tables
    product_rules: ProductRules
    concordance: Concordance
    choices: Mapping[str, Choice]
    items: NationalItems
    parties: tuple[Party, ...]
    additions: tuple[Addition, ...] = ()

    @classmethod
    def load(cls, folder: Traversable | None = None) -> "RuleSet":
        """The packaged rule set, or the one in `folder`.

        Raises:
            RuleError: a file is missing, malformed, or holds a row without its source, mark or day of checking.
        """
        return _packaged() if folder is None else _read(datafiles.texts(folder))

    @classmethod
    def of_files(cls, kept: Mapping[str, bytes]) -> "RuleSet":
        """The rule set whose files are `kept`, by their names in its listing; what was added is among them.

        Raises:
            RuleError: a file of the law is missing, or one is not what it should be.
        """
        if absent := [name for name in datafiles.FILES if name not in kept]:
            raise RuleError(f"The rule set that was kept lacks {', '.join(absent)}; restore its documents.")
        try:
            law = _read({name: kept[name].decode("utf-8") for name in datafiles.FILES})
        except UnicodeDecodeError as error:
            raise RuleError(f"A file of the rule set that was kept is not UTF-8: {error}.") from error
        return law.with_added(read_addition(data) for name, data in kept.items() if name not in datafiles.FILES)

    def with_added(self, additions: Iterable[Addition]) -> "RuleSet":
        """The rule set that has `additions` besides, in whatever order they come; of none, the same.

        Raises:
            RuleError: an addition contradicts what is on file, or another one, without saying that it replaces it.
        """
        added = tuple(sorted({one.digest: one for one in additions}.values(), key=lambda one: one.digest))
        if not added:
            return self
        names = [one.name for one in (*self.additions, *added)]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise RuleError(f"Two additions are called {twice!r}; the later one must take the earlier one's place.")
        parameters = with_series(self.parameters, [one for addition in added for one in addition.series])
        for rule in (rule for addition in added for rule in addition.rules):
            for content in rule.contents:
                if content.series and content.series not in parameters:
                    raise RuleError(
                        f"{rule.added_by}: the {rule.name} names {content.series}, and no figure is so called."
                    )
        return replace(
            self,
            files=tuple(sorted((*self.files, *((one.file, one.digest) for one in added)))),
            parameters=parameters,
            tables=Tables((*self.tables.rows, *(row for one in added for row in one.rows))),
            product_rules=self.product_rules.with_added(rule for one in added for rule in one.rules),
            items=self.items.with_added(item for one in added for item in one.items),
            additions=(*self.additions, *added),
        )

    @property
    def content_hash(self) -> str:
        """SHA-256 over the listing of its files: what names it (`datafiles.content_hash`)."""
        return datafiles.content_hash(self.files)

    @property
    def region(self) -> frozenset[str]:
        """The countries of the parties."""
        return frozenset(party.country for party in self.parties)

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

    def phased(self, name: str, code: str | None) -> Parameter:
        """The dated figure called `name` for goods of `code`: of the code alone, ``A2-NC 8501.52``, where there is one.

        Raises:
            RuleError: there is no such figure.
        """
        for series, parameter in self.parameters.items():
            of, _, span = series.partition(" ")
            if of == name and span and code and CodeSpan.parse(span).holds(subheading(code)):
                return parameter
        return self.series(name)

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
    return _read(datafiles.texts(datafiles.packaged()))


def _read(files: Mapping[str, str]) -> RuleSet:
    vehicle = datafiles.rows(files, datafiles.VEHICLE_CHAPTER_RULES, (*_RULE_COLUMNS, "except", "rvc_rule"))
    other = datafiles.rows(
        files,
        datafiles.OTHER_CHAPTER_RULES,
        (*_RULE_COLUMNS, "rvc_tv_percent", "rvc_nc_percent", "rvc_tv_series", "rvc_nc_series", "marked"),
    )
    try:
        rules = ProductRules((*map(vehicle_chapter_rule, vehicle), *map(other_chapter_rule, other)))
        items = tuple(map(_item, datafiles.rows(files, datafiles.NATIONAL_ITEMS, _ITEM_COLUMNS)))
        parties = tuple(map(party, datafiles.rows(files, datafiles.PARTIES, _PARTY_COLUMNS)))
    except (KeyError, ValueError, ArithmeticError) as error:
        raise RuleError(f"A product rule, item or party cannot be read: {error!r}. Correct its row.") from error
    return RuleSet(
        files=datafiles.digests(files),
        parameters=read_series(files[datafiles.STAGES]),
        tables=Tables(tuple(map(_table_row, datafiles.rows(files, datafiles.TABLES, _TABLE_COLUMNS)))),
        product_rules=rules,
        concordance=Concordance(
            tuple(map(_concordance_row, datafiles.rows(files, datafiles.CONCORDANCE, _CONCORDANCE_COLUMNS)))
        ),
        choices=read_choices(files[datafiles.CHOICES]),
        items=NationalItems(items),
        parties=parties,
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


def _item(row: dict[str, str]) -> NationalItem:
    return NationalItem(
        letter_code=row["letter_code"],
        country=row["country"],
        item=row["item"],
        tariff=row["tariff"],
        citation=row["citation"],
        confidence=_mark(row),
        checked=date.fromisoformat(row["checked"]),
        note=row["note"],
    )


def _mark(row: dict[str, str]) -> str:
    if row["confidence"] not in CONFIDENCE:
        raise RuleError(f"Found mark {row['confidence']!r} in {row}; wanted one of {', '.join(sorted(CONFIDENCE))}.")
    return row["confidence"]
