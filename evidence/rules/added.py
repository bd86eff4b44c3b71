"""What a user adds to the packaged law: product rules, dated figures, rows of tables and national tariff items.

An addition is one TOML file. Every entry says its citation, its mark and the day on which its text was read, as the
packaged law does; docs/rules.md shows one. The file becomes part of a rule set that is named by its content, so that a
determination under it can be told from one under the packaged law, and made again.
"""

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, TypeVar

from evidence.core.statements.use import UseClass
from evidence.errors import EvidenceError, RuleError
from evidence.rules.codes import EDITION, CodeSpan
from evidence.rules.national_items import NationalItem
from evidence.rules.parameters import CONFIDENCE, Parameter, parameter_of
from evidence.rules.product_rules import ProductRule, content
from evidence.rules.tables import GROUPS, WHOLE_PART, TableRow
from evidence.rules.tariff_shift import read_change

T = TypeVar("T")

LARGEST = 1 << 20
"""An addition is at most 1 MiB."""

TABLES = ("A.1", "A.2", "B", "C", "D", "E", "F", "G", "S")
_TOP = {"name", "title", "rule", "series", "row", "item"}
_SAID = ("citation", "confidence", "checked")
_RULE = {*_SAID, "code", "hs_edition", "kind", "uses", "alternative", "tariff_change", "from", "except", "contents"}
_RULE |= {"marked", "replaces", "note"}
_ROW = {*_SAID, "table", "group", "component", "code", "hs_edition", "part_of_code", "description", "note"}
_ITEM = {*_SAID, "letter_code", "country", "item", "tariff", "note"}
_SERIES = {"name", "subject", "measure", "unit", "replaces", "value"}
_VALUE = {"from", "until", "amount", "comparator", "source", "condition", "confidence", "checked"}
_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LONGEST_TITLE = 200
_MOST_DIGITS = 12
"""An amount has at most so many digits before its point, and after it: no figure of law comes near."""


@dataclass(frozen=True, slots=True)
class AddedSeries:
    """Values of a dated figure; with `replaces` they are all it has, otherwise they follow the ones on file."""

    parameter: Parameter
    replaces: bool


@dataclass(frozen=True, slots=True)
class Addition:
    """One file of added law, read and checked by itself; whether it agrees with the law on file is seen when added.

    `digest` is the SHA-256 of the file. `notices` are things that are allowed and that its author should know.
    """

    name: str
    title: str
    digest: str
    rules: tuple[ProductRule, ...]
    series: tuple[AddedSeries, ...]
    rows: tuple[TableRow, ...]
    items: tuple[NationalItem, ...]
    notices: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """The file's name in the listing of a rule set."""
        return f"added/{self.digest}.toml"


def read_addition(data: bytes) -> Addition:
    """The addition that a TOML file writes.

    Raises:
        RuleError: it is not such a file; the message names the entry, what was found and what is wanted.
    """
    if len(data) > LARGEST:
        raise RuleError(f"The addition is {len(data)} bytes long, wanted at most 1 MiB; add fewer entries at once.")
    try:
        document = tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # what tomllib raises of text that is no TOML, or is too deep
        raise RuleError(f"The addition is not readable TOML: {error}. Correct the file.") from error
    _only("the addition", document, _TOP)
    name, title = _text("the addition", document, "name"), _text("the addition", document, "title")
    if _NAME.fullmatch(name) is None:
        raise RuleError(f"Found name {name[:80]!r}, wanted at most 64 letters, digits, dots, hyphens and underscores.")
    if len(title) > _LONGEST_TITLE:
        raise RuleError(f"{name}: found a title of {len(title)} characters, wanted at most {_LONGEST_TITLE}.")
    rules = tuple(_each(document, "rule", lambda where, entry: _rule(where, entry, name)))
    series = tuple(_each(document, "series", _series))
    rows = tuple(_each(document, "row", _row))
    items = tuple(_each(document, "item", lambda where, entry: _item(where, entry, name)))
    if not (rules or series or rows or items):
        raise RuleError(f"{name} adds nothing: wanted at least one [[rule]], [[series]], [[row]] or [[item]].")
    unread = [rule for rule in rules if rule.change and read_change(rule.from_, rule.except_, rule.code) is None]
    notices = tuple(
        f"{rule.name}: the words of its tariff change cannot be applied by code, so that its shift stays not "
        f"determinable: from {rule.from_!r}"
        for rule in unread
    )
    return Addition(name, title, hashlib.sha256(data).hexdigest(), rules, series, rows, items, notices)


def with_series(base: Mapping[str, Parameter], added: Iterable[AddedSeries]) -> Mapping[str, Parameter]:
    """The dated figures `base` and the values of `added`.

    A value follows the last one on file, which ends on the day before it begins.

    Raises:
        RuleError: a value begins on or before the last one on file and does not replace the whole figure.
    """
    found = dict(base)
    for one in added:
        new, old = one.parameter, found.get(one.parameter.name)
        if old is None or one.replaces:
            found[new.name] = new
            continue
        if new.unit != old.unit or new.measure != old.measure:
            raise RuleError(f"{new.name} is {old.measure} in {old.unit}, and {new.measure} in {new.unit} was added.")
        last, first = old.values[-1], new.values[0].first
        if first <= last.first:
            raise RuleError(
                f"{new.name}: the added value begins on {first}, and one from {last.first} is on file ({last.source}). "
                "A figure in force is not edited: begin later, or say replaces = true and give all of its values."
            )
        ends = min(filter(None, (last.last, first - timedelta(days=1))))
        values = (*old.values[:-1], replace(last, last=ends), *new.values)
        found[new.name] = replace(old, values=values)
    return MappingProxyType(found)


def _rule(where: str, entry: Mapping[str, Any], addition: str) -> ProductRule:
    _only(where, entry, _RULE)
    code = _text(where, entry, "code")
    CodeSpan.parse(code)
    changes = _flag(where, entry, "tariff_change")
    words = _text(where, entry, "from") if changes else ""
    contents = tuple(content(text) for text in _texts(where, entry, "contents"))
    if not changes and not contents:
        raise RuleError(f"{where}: neither a tariff change nor contents; a rule that asks nothing is none.")
    for one in contents:
        if one.printed_percent is not None and not 0 < one.printed_percent <= 100:
            raise RuleError(f"{where}: found a content of {one.printed_percent}, wanted more than 0 and at most 100.")
    return ProductRule(
        code=code,
        scope=_text(where, entry, "kind", ""),
        uses=_uses(where, _texts(where, entry, "uses")),
        alternative=_text(where, entry, "alternative", "1"),
        change=changes,
        from_=words,
        except_=_text(where, entry, "except", ""),
        contents=contents,
        marked=_flag(where, entry, "marked", False),
        citation=_text(where, entry, "citation"),
        confidence=_mark(where, entry),
        hs_edition=_edition(where, entry),
        checked=_day(where, entry, "checked"),
        note=_text(where, entry, "note", ""),
        added_by=addition,
        replaces=_flag(where, entry, "replaces", False),
    )


def _uses(where: str, names: Iterable[str]) -> frozenset[UseClass]:
    known = {use.value: use for use in UseClass}
    found: set[UseClass] = set()
    for name in names:
        if name == "any":
            found |= set(UseClass) - {UseClass.VEHICLE}
        elif name in known:
            found.add(known[name])
        else:
            raise RuleError(f"{where}: found use {name!r}, wanted any or one or more of {', '.join(known)}.")
    if not found:
        raise RuleError(f"{where}: no use; wanted uses = ['any'] or one or more of {', '.join(known)}.")
    return frozenset(found)


def _series(where: str, entry: Mapping[str, Any]) -> AddedSeries:
    _only(where, entry, _SERIES)
    replaces = _flag(where, entry, "replaces", False)
    for key in ("name", "subject", "measure", "unit"):
        _text(where, entry, key)
    for number, value in enumerate(_tables(where, entry, "value"), start=1):
        _only(f"{where}, value {number}", value, _VALUE)
        for key in ("amount", "comparator", "source", "confidence"):
            _text(f"{where}, value {number}", value, key)
        for key in ("from", "checked", *(["until"] if "until" in value else [])):
            _day(f"{where}, value {number}", value, key)
    figure = parameter_of({key: value for key, value in entry.items() if key != "replaces"})
    for law in figure.values:
        if law.unit == "percent" and not 0 <= law.amount <= 100:
            raise RuleError(f"{where}: found {law.amount} percent, wanted 0 to 100.")
        if law.amount.adjusted() >= _MOST_DIGITS or int(law.amount.as_tuple().exponent) < -_MOST_DIGITS:
            raise RuleError(f"{where}: found amount {law.amount}, wanted at most {_MOST_DIGITS} digits on either side.")
    return AddedSeries(figure, replaces)


def _row(where: str, entry: Mapping[str, Any]) -> TableRow:
    _only(where, entry, _ROW)
    table = _text(where, entry, "table")
    if table not in TABLES:
        raise RuleError(f"{where}: found table {table!r}, wanted one of {', '.join(TABLES)}.")
    column = ""
    if table == "A.2":
        group, component = _text(where, entry, "group"), _text(where, entry, "component", WHOLE_PART)
        if group not in GROUPS:
            raise RuleError(f"{where}: found group {group!r}, wanted one of {', '.join(GROUPS)}.")
        column = f"{group} | ({component})" if component == WHOLE_PART else f"{group} | {component}"
    code = _text(where, entry, "code")
    CodeSpan.parse(code)
    return TableRow(
        table=table,
        column=column,
        code=code,
        ex=_flag(where, entry, "part_of_code", False),
        description=_text(where, entry, "description"),
        citation=_text(where, entry, "citation"),
        confidence=_mark(where, entry),
        hs_edition=_edition(where, entry),
        checked=_day(where, entry, "checked").isoformat(),
        note=_text(where, entry, "note", ""),
    )


def _item(where: str, entry: Mapping[str, Any], addition: str) -> NationalItem:
    _only(where, entry, _ITEM)
    return NationalItem(
        letter_code=_text(where, entry, "letter_code"),
        country=_text(where, entry, "country"),
        item=_text(where, entry, "item"),
        tariff=_text(where, entry, "tariff"),
        citation=_text(where, entry, "citation"),
        confidence=_mark(where, entry),
        checked=_day(where, entry, "checked"),
        note=_text(where, entry, "note", ""),
        added_by=addition,
    )


def _each(document: Mapping[str, Any], kind: str, read: Callable[[str, Mapping[str, Any]], T]) -> Iterable[T]:
    for number, entry in enumerate(_tables("the addition", document, kind), start=1):
        where = f"[[{kind}]] {number}"
        try:
            yield read(where, entry)
        except EvidenceError as error:
            raise error if str(error).startswith("[[") else RuleError(f"{where}: {error}") from error


def _tables(where: str, document: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    entries = document.get(kind, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise RuleError(f"{where}: found another {kind}, wanted entries that begin with [[{kind}]].")
    return entries


def _only(where: str, entry: Mapping[str, Any], known: set[str]) -> None:
    if strange := sorted(set(entry) - known):
        raise RuleError(f"{where}: found {', '.join(strange)}, wanted only {', '.join(sorted(known))}.")


def _text(where: str, entry: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = entry.get(key, default)
    if not isinstance(value, str) or (not value.strip() and default is None):
        raise RuleError(f"{where}: found {key} = {value!r}, wanted text.")
    return value.strip()


def _texts(where: str, entry: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = entry.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise RuleError(f"{where}: found {key} = {value!r}, wanted a list of texts.")
    return tuple(value)


def _flag(where: str, entry: Mapping[str, Any], key: str, default: bool | None = None) -> bool:
    value = entry.get(key, default)
    if not isinstance(value, bool):
        raise RuleError(f"{where}: found {key} = {value!r}, wanted true or false.")
    return value


def _day(where: str, entry: Mapping[str, Any], key: str) -> date:
    value = entry.get(key)
    if type(value) is not date:
        raise RuleError(f"{where}: found {key} = {value!r}, wanted a day such as 2026-08-01.")
    return value


def _mark(where: str, entry: Mapping[str, Any]) -> str:
    mark = _text(where, entry, "confidence")
    if mark not in CONFIDENCE:
        raise RuleError(f"{where}: found mark {mark!r}, wanted one of {', '.join(sorted(CONFIDENCE))}.")
    return mark


def _edition(where: str, entry: Mapping[str, Any]) -> str:
    edition = _text(where, entry, "hs_edition")
    if edition != EDITION:
        raise RuleError(
            f"{where}: found edition {edition!r}, and rules are looked up in {EDITION}. Enter the code of {EDITION}; "
            "a good of a later edition reaches it through a concordance on record."
        )
    return edition
