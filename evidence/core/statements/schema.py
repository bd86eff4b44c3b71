"""JSON Schema (draft 2020-12) of every kind and version, and of a line of every load.

What is described are the fields of a statement by name, as they stand in its predicate and its disclosures: those with
``x-open`` true in clear, every other as a salted commitment. Every field stands in every statement, filled or not, so
all are required. Of a line, fields that came later stand only where they are filled. `docs/schemas` is made from here.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any, Final, get_args, get_origin

from pydantic.fields import FieldInfo

from evidence.core.canonical import JsonValue
from evidence.core.disclosure import Tier
from evidence.core.statements.base import Record, Statement
from evidence.core.statements.described import described, sentence
from evidence.core.statements.load import Load
from evidence.core.statements.registry import KINDS, UUID
from evidence.core.statements.versions import EARLIER, Earlier

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_BOUNDS: Final = {"gt": "x-above", "ge": "x-at-least", "lt": "x-below", "le": "x-at-most"}
"""Bounds of amounts, which are text: no word of JSON Schema bounds the number that a text writes."""


def all_schemas() -> dict[str, dict[str, JsonValue]]:
    """Every schema by the name of its file, in the order of the names."""
    found = {f"{kind.kind}-{kind.version}.json": statement_schema(kind) for kind in KINDS.values()}
    for earlier in EARLIER.values():
        found[f"{earlier.kind}-{earlier.version}.json"] = statement_schema(_today(earlier.kind), earlier)
    for kind in KINDS.values():
        if issubclass(kind, Load):
            found[f"{kind.kind}-{kind.version}-line.json"] = line_schema(kind)
    return dict(sorted(found.items()))


def as_text(schema: Mapping[str, JsonValue]) -> str:
    """A schema as it is published."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def kinds() -> tuple[str, ...]:
    """Every kind, in the order in which the registry lists them."""
    return tuple(kind.kind for kind in KINDS.values())


def schemas_of(name: str) -> dict[str, dict[str, JsonValue]]:
    """The schemas of one kind, by the names of their files; none where there is no such kind."""
    return {file: schema for file, schema in all_schemas().items() if schema["x-kind"] == name}


def statement_schema(kind: type[Statement], earlier: Earlier | None = None) -> dict[str, JsonValue]:
    """The schema of a kind's fields, in its version of today or an earlier one."""
    schema = _schema(kind)
    properties = schema["properties"]
    properties["id"]["pattern"] = f"^{kind.prefix}-{UUID}$"
    if earlier is not None:
        _as_it_was(schema, earlier)
    tiers = kind.tiers() if earlier is None else earlier.tiers
    for name, field in schema["properties"].items():
        field.update({"x-tier": tiers[name].value, "x-open": tiers[name] is Tier.OPEN})
    version = kind.version if earlier is None else earlier.version
    return _headed(schema, kind, version, f"urn:evidence:{kind.kind}:{version}")


def line_schema(load: type[Load]) -> dict[str, JsonValue]:
    """The schema of one line of a load's parsed view. Its tier is that of the view."""
    schema = _schema(load.line)
    for field in schema["properties"].values():
        field.update({"x-tier": load.tiers()["view"].value, "x-open": False})
    return _headed(schema, load, load.version, f"{load.predicate_type()}:line")


def _headed(schema: dict[str, Any], kind: type[Statement], version: int, identity: str) -> dict[str, JsonValue]:
    head: dict[str, Any] = {"$schema": DIALECT, "$id": identity, "x-kind": kind.kind, "x-version": version}
    return head | schema


def _schema(model: type[Record]) -> dict[str, Any]:
    schema: dict[str, Any] = model.model_json_schema(mode="serialization")
    inner = {each.__name__: each for each in _records(model)}
    for name, record in ((None, model), *inner.items()):
        part = schema if name is None else schema["$defs"][name]
        fields = record.model_fields
        part["required"] = [field for field in part["properties"] if fields[field].exclude_if is None]
        part["description"] = sentence(record.__doc__ or "")
        for field, form in part["properties"].items():
            _describe(form, field, described(record).get(field))
            form.update(_bounds(fields[field]))
    return schema


def _records(model: type[Record]) -> Iterator[type[Record]]:
    """The records that stand inside a record, at any depth."""
    for info in model.model_fields.values():
        yield from _in(info.annotation)


def _in(annotation: Any) -> Iterator[type[Record]]:
    if isinstance(annotation, type) and issubclass(annotation, Record):
        yield annotation
        yield from _records(annotation)
    for inner in get_args(annotation):
        yield from _in(inner)


def _describe(form: dict[str, Any], name: str, words: str | None) -> None:
    form.pop("default", None)
    form["title"] = name.replace("_", " ")
    if words:
        form["description"] = words


def _bounds(info: FieldInfo) -> dict[str, str]:
    """The bounds of an amount, wherever in its annotation they stand."""
    marks = list(_marks(info.annotation, info.metadata))
    if Decimal not in marks:
        return {}
    return {
        word: str(getattr(mark, bound)) for bound, word in _BOUNDS.items() for mark in marks if hasattr(mark, bound)
    }


def _marks(annotation: Any, metadata: Iterable[Any] = ()) -> Iterator[Any]:
    """The plain types of an annotation, and all that stands beside them."""
    for mark in metadata:
        yield from mark.metadata if isinstance(mark, FieldInfo) else (mark,)
    inner = get_args(annotation)
    if not inner:
        yield annotation
    elif get_origin(annotation) is Annotated:
        yield from _marks(inner[0], inner[1:])
    else:
        for each in inner:
            yield from _marks(each)


def _as_it_was(schema: dict[str, Any], earlier: Earlier) -> None:
    """Take away what an earlier version did not have."""
    _only(schema, earlier.tiers.keys())
    for name, fields in earlier.lines.items():
        reference = schema["properties"][name]["items"]["$ref"]
        _only(schema["$defs"][reference.rpartition("/")[2]], fields)
    for name, values in earlier.closed.items():
        field = schema["properties"][name]
        listed = schema["$defs"][field["$ref"].rpartition("/")[2]] if "$ref" in field else field
        listed["enum"] = [value for value in listed["enum"] if value in values]


def _only(part: dict[str, Any], names: Any) -> None:
    part["properties"] = {name: form for name, form in part["properties"].items() if name in names}
    part["required"] = [name for name in part["required"] if name in names]


def _today(name: str) -> type[Statement]:
    return next(kind for kind in KINDS.values() if kind.kind == name)


def index(schemas: Mapping[str, Mapping[str, JsonValue]]) -> str:
    """The list of schemas as a page: kind, what it states, its files."""
    rows = [
        "| kind | version | what it states | schema | a line |",
        "|---|---|---|---|---|",
    ]
    for file, schema in schemas.items():
        if file.endswith("-line.json"):
            continue
        kind, version = str(schema["x-kind"]), schema["x-version"]
        line = file.replace(".json", "-line.json")
        link = f"[{line}]({line})" if line in schemas else ""
        current = "" if version == _today(kind).version else " (read only)"
        says = str(schema["description"]).partition(". ")[0].rstrip(".")
        rows.append(f"| `{kind}` | {version}{current} | {says} | [{file}]({file}) | {link} |")
    return _PAGE + "\n".join(rows) + "\n"


_PAGE = """# Schemas

One JSON Schema (draft 2020-12) for each kind of statement and each version of it, and one for a line of each load.
They are made from the code: `evidence schema --all --out DIR` writes the same files.

A schema describes a statement's fields by name, all opened. `x-tier` says who may see a field: `open`, `restricted`,
`secret` or `secret+personal`. Where `x-open` is true the field stands in clear in the signed body; every other field
stands there as a salted commitment, filled or not, and its value is in the disclosures
([formats.md](../formats.md)). So every field is required, and an empty one is `null`.

A load's statement names a parsed view; the schema of a line describes each line of that view. A field of a line that is
not required came later than others: it stands only where it is filled.

Amounts are text. `x-at-least`, `x-above`, `x-at-most` and `x-below` bound the number that the text writes. What one
field says of another (a deduction and its document, a factor and its units) is said in the descriptions and checked by
the program, not by the schema.

A version marked "read only" is no longer written; its statements are read as the kind's version of today.

"""
