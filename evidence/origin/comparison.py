"""Two worksheets of one question compared line by line: what differs, and which difference the others follow from.

Rows are matched by what names them, not by where they stand, so that a row more does not make every later one differ.
The order is that of the work: the law and the inputs, the materials, the figures, the tests, and last the result.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evidence.core.canonical import JsonValue
from evidence.core.statements.snapshot import WORKSHEET_TABLES

_FOLLOWS = "follows from"
_LAST = ("criterion", "method", "outcome", "summary")
"""What the head says of the result; it comes last."""
_TABLES = ("inputs", "choices", "materials", "cells", "findings", "core_parts", "shifts", "gaps", "views")
_NAMED_BY: Mapping[str, tuple[str, ...]] = {
    "inputs": ("ref",),
    "choices": ("name",),
    "materials": ("id",),
    "cells": ("id",),
    "findings": ("limb", "test"),
    "core_parts": ("group", "part"),
    "shifts": ("id",),
    "gaps": ("what",),
    "views": ("name", "option"),
}
_LABELS = ("label", "description", "kind")
_PARTS = ("material", "supplier", "way", "name")
"""What names a row inside a row."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two worksheets differ; `recorded` or `again` is empty where the place is in one of them only.

    Attributes:
        place: table, row and field, such as ``cells[vnm.unit].value``.
        what: the row in words, as the worksheet prints it.
        recorded: what stands there in the worksheet on record.
        again: what was worked out again.
        why: which other difference it follows from, or that it follows from none.
    """

    place: str
    what: str
    recorded: str
    again: str
    why: str

    @property
    def follows(self) -> bool:
        """Whether it follows from another one."""
        return self.why.startswith(_FOLLOWS)

    def __str__(self) -> str:
        return f"{self.place}: {self.recorded or 'nothing'} recorded, {self.again or 'nothing'} worked out again"


Row = Mapping[str, JsonValue]
Table = Mapping[str, Row]


def differences(recorded: Row, again: Row) -> tuple[Difference, ...]:
    """Every difference of two worksheets, as the JSON objects that are recorded; none where they are equal."""
    tables = {name: (_rows(name, recorded), _rows(name, again)) for name in _TABLES}
    changed = _changed(tables)
    heads = [{key: value for key, value in one.items() if key not in WORKSHEET_TABLES} for one in (recorded, again)]
    first, last = (
        [{key: value for key, value in head.items() if (key in _LAST) is result} for head in heads]
        for result in (False, True)
    )
    found = [_of_head(*each, "") for each in _fields(first[0], first[1])]
    for name, (before, after) in tables.items():
        found += _of_table(name, before, after, changed)
    limbs = [name.partition(", ")[0] for name in changed["findings"]]
    follows = f"{_FOLLOWS} {_listed(limbs)}" if limbs else ""
    found += [_of_head(*each, follows) for each in _fields(last[0], last[1])]
    if not found and recorded != again:
        found.append(Difference("order of rows", "", "as recorded", "another", "the same rows in another order"))
    return tuple(found)


def _of_head(name: str, before: JsonValue, after: JsonValue, why: str) -> Difference:
    law = {"rule_set": "another rule set was applied", "program": "another version of the program worked it out"}
    return Difference(name, "", _said(before), _said(after), law.get(name, why))


def _rows(name: str, sheet: Row) -> dict[str, Row]:
    """The rows of a table by name; of several with one name, the later ones with their number."""
    rows, found, seen = sheet.get(name), dict[str, Row](), Counter[str]()
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict):
            key = ", ".join(str(row.get(field) or "") for field in _NAMED_BY[name])
            seen[key] += 1
            found[key if seen[key] == 1 else f"{key} ({seen[key]})"] = row
    return found


def _changed(tables: Mapping[str, tuple[Table, Table]]) -> dict[str, list[str]]:
    """Rows whose figures or status are not the same, by table: what others can follow from.

    What counts of a material in the good and what counts within a part tested by itself are told apart.
    """
    telling = {
        "inputs": ("sha256",),
        "choices": ("choice",),
        "materials": ("value", "counted", "quantity", "status"),
        "within": ("value", "counted_within", "counted_column_2"),
        "cells": ("value",),
        "findings": ("outcome", "figure", "bound"),
        "core_parts": ("outcome", "net_cost", "non_originating"),
        "shifts": ("outcome", "missed", "base"),
    }
    found: dict[str, list[str]] = {name: [] for name in (*tables, *telling)}
    for name, fields in telling.items():
        before, after = tables["materials" if name == "within" else name]
        for key in dict.fromkeys([*before, *after]):
            was, now = before.get(key), after.get(key)
            if was is None or now is None or any(was.get(field) != now.get(field) for field in fields):
                found[name].append(key)
    return found


def _of_table(name: str, before: Table, after: Table, changed: Mapping[str, list[str]]) -> Iterator[Difference]:
    new = _new_fields(before, after)
    for field, count in new.items():
        yield Difference(
            f"{name}.{field}", "", "", f"written in {count} rows", "this version of the program writes more of each row"
        )
    for key in dict.fromkeys([*before, *after]):
        was, now = before.get(key), after.get(key)
        row = now or was or {}
        what = next((str(row[label]) for label in _LABELS if row.get(label)), "")
        place = f"{name}[{key}]"
        if was is None or now is None:
            value = str(row.get("value", row.get("outcome", ""))) or "a row"
            said = "only recorded" if now is None else "only worked out again"
            yield Difference(place, what, value if now is None else "", value if was is None else "", said)
            continue
        why = _why(name, key, was, now, changed)
        for field, one, other in _fields(was, {field: now[field] for field in now if field not in new}):
            yield Difference(f"{place}.{field}", what, _said(one), _said(other), why)


def _new_fields(before: Table, after: Table) -> dict[str, int]:
    """Fields that no row on record has and that the same rows have now, with how many have them."""
    both = [key for key in before if key in after]
    known = {field for key in both for field in before[key]}
    return Counter(field for key in both for field in after[key] if field not in known)


def _fields(was: Row, now: Row) -> Iterator[tuple[str, JsonValue, JsonValue]]:
    """Fields that differ; of a list of rows, each row's own fields, by its place in the list."""
    for field in sorted({*was, *now}):
        one, other = was.get(field), now.get(field)
        if one == other:
            continue
        if isinstance(one, list) and isinstance(other, list) and all(isinstance(each, dict) for each in [*one, *other]):
            rows, others = _by_part(one), _by_part(other)
            for part in dict.fromkeys([*rows, *others]):
                for inner, left, right in _fields(rows.get(part, {}), others.get(part, {})):
                    yield f"{field}[{part}].{inner}", left, right
        else:
            yield field, one, other


def _by_part(rows: list[JsonValue]) -> dict[str, Row]:
    """Rows inside a row by what names them; of several with one name, the later ones with their number."""
    found, seen = dict[str, Row](), Counter[str]()
    for row in rows:
        if isinstance(row, dict):
            key = next((str(row[field]) for field in _PARTS if row.get(field)), "row")
            seen[key] += 1
            found[key if seen[key] == 1 else f"{key} ({seen[key]})"] = row
    return found


def _why(name: str, key: str, was: Row, now: Row, changed: Mapping[str, list[str]]) -> str:
    """What the difference of a row follows from, as far as what it rests on tells."""
    law = sorted(_laws(was) ^ _laws(now))
    if law:
        return f"another text of law was applied: {_listed(law)}"
    rests = [str(ref) for one in (now, was) for ref in _list(one.get("rests_on"))]
    materials = changed["within" if name == "cells" and key.startswith("M") else "materials"]
    sources = {*changed["cells"], *materials, *changed["inputs"]} - {key}
    within = [ref for ref in dict.fromkeys(rests) if ref in sources]
    if name == "materials":
        own = [cell for cell in changed["cells"] if cell.startswith(f"{key}.content")]
        within += own or [str(up) for up in (now.get("parent"),) if up in changed["materials"]]
    if name in ("shifts", "gaps") and not within:
        inside = [row.get("material") for row in _list(now.get("rows")) if isinstance(row, dict)]
        within = [each for each in changed["materials"] if each in inside]
    if within:
        return f"{_FOLLOWS} {_listed(within)}"
    if _list(was.get("rests_on")) != _list(now.get("rests_on")):
        return "rests on other figures or entries"
    if was.get("formula") != now.get("formula"):
        return "worked out by another formula"
    if name in ("gaps", "views"):
        return f"{_FOLLOWS} the figures above"
    return "what it rests on is the same: the program or the law works it out otherwise"


def _laws(row: Row) -> set[str]:
    """The texts that a row applied, with what they ask."""
    return {
        f"{law.get('name')} {law.get('text')} ({law.get('source')})"
        for law in _list(row.get("law"))
        if isinstance(law, dict)
    }


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _listed(names: list[str]) -> str:
    few = list(dict.fromkeys(names))
    return ", ".join(few[:6]) + (f" and {len(few) - 6} more" if len(few) > 6 else "")


def _said(value: JsonValue) -> str:
    if value is None:
        return ""
    return ", ".join(map(_said, value)) if isinstance(value, list) else str(value)
