"""Intake templates: the columns a file may have, drawn from the models of the statements themselves.

Which kind a table holds is told by its header: every column that the kind needs, none that it does not know. Three
forms: a *load* (the file is one entry), *singles* (each row is one statement), and *folded* singles (rows with one
number make one statement whose lines are the rows).
"""

import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, StrEnum
from functools import cache
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from evidence.core.disclosure import Tier
from evidence.core.statements.base import EvidenceClass, Record, Statement
from evidence.core.statements.cells import Flag, Listed
from evidence.core.statements.declaration import DeclarationEvent, DeclarationState
from evidence.core.statements.load import Load
from evidence.core.statements.own import DocumentReceived
from evidence.core.statements.registry import KINDS
from evidence.core.values import Code, Text
from evidence.errors import UsageError

DIGEST = "^[0-9a-f]{64}$"

DOCUMENT = "document"
"""Not a template: what `--kind` says of a file that is only kept."""

FOLDED = {
    "certification-of-origin": "goods",
    "shipment": "invoice_lines",
    "customs-entry": "lines",
    "notice": "paragraphs",
    "reply": "answers",
}
"""Kinds whose rows with one number are the lines of one statement, and the field that the lines fill."""

_ORDER = """
party relationship same-as site calendar holiday authority
item item-link unit-conversion ruling classification concordance use vehicle-programme bill-of-materials
production volume purchase purchase-adjustment material-import material-value sale exchange-rate
assist inventory cost cost-pool allocation-base loan
election request supplier-declaration silence declaration-state
wage-certificate labour-value-input metal-purchase vehicle-certification certification-of-origin delivery
shipment customs-entry knowledge-event reconciliation notice reply submission-receipt extension translation
duty-measure other-regime source-qualification staging-authorisation
"""

NOT_FROM_FILES: Mapping[str, str] = {
    "key": "made, changed or revoked in this home, by a command",
    "pack-built": "this program's own act",
    "pack-released": "a named person's act, done here under that person's key",
    "handed-over": "names the very file that left this home; recorded as it leaves",
    "hold": "an order to this ledger, given by a command",
    "disposal": "this ledger's own act, after the checks that a disposal needs",
    "access": "this program's own record of who opened what",
    "anchor": "this ledger's own checkpoint, held by somebody else",
    "succession": "opens another origin for this ledger, by a command, after its end was lost",
    "snapshot": "worked out here, so that it can be worked out again",
    "average": "worked out here, of recorded snapshots",
    "claim": "made through the claim gate, never past it",
    "rule-set": "the law in use, changed by a command that reads and checks it first",
    "review": "a named person's act, done here under that person's key",
    "column-mapping": "saved by a command, together with the document that it is",
    "reading": "stated together with the scan and what was typed, by a command",
    "signature-check": "found here, by checking the file",
    "derived-document": "made here, from the file beside it",
    "partial-import": "the choice of whoever imports, recorded with the import",
    "work-item": "raised here, by what an import could not settle",
    "work-item-closed": "a person's act upon a work item, by a command",
}
"""The kinds that no file states, each with the reason. Every other kind has a template."""

_COMMITMENTS = {"sealed_figures", "payroll_commitment", "submitted"}
"""Digests of what somebody else keeps; every other digest in a template is of a document, which may lie beside it."""

_FILLED_BY_INTAKE = {"id", "issuer", "source", "evidence_class"}
_COMMON = tuple(name for name in Statement.model_fields if name not in _FILLED_BY_INTAKE)


class Sort(StrEnum):
    """What the text of a cell is read as."""

    TEXT = "text"
    CODE = "code"
    DATE = "date"
    WHOLE = "whole number"
    AMOUNT = "amount"
    FLAG = "yes or no"
    LIST = "list"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in the header, and what its cells are."""

    name: str
    field: str
    """The field it fills, in the record that `part` names."""
    part: str
    """Empty for the statement itself, else the field of its lines or of one of its contacts."""
    info: FieldInfo
    sort: Sort
    required: bool
    """Whether a header without it is another kind's."""
    nullable: bool
    choices: tuple[str, ...]
    pattern: str | None
    bound: str
    """The bound that a figure keeps, in words; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Template:
    """The columns of one kind. `model` is what a row is checked against, `kind` what is recorded."""

    kind: type[Statement]
    model: type[BaseModel]
    columns: Mapping[str, Column]
    lines: str | None = None
    """The field whose lines are the rows, where rows fold."""
    line: type[Record] | None = None

    @property
    def name(self) -> str:
        return "document-index" if self.kind is DocumentReceived else self.kind.kind

    @property
    def needed(self) -> frozenset[str]:
        return frozenset(column.name for column in self.columns.values() if column.required)

    @property
    def is_load(self) -> bool:
        return issubclass(self.kind, Load)

    def parts(self) -> dict[str, type[Record]]:
        """The contacts of a statement: a field, and the record that its columns make."""
        found = {}
        for name, info in self.model.model_fields.items():
            record = _record_in(info.annotation)
            if record is not None and name != self.lines and name not in _FILLED_BY_INTAKE:
                found[name] = record
        return found


class StateRow(Record):
    """A row of the declaration-state template; intake finds the declaration by supplier and reference."""

    supplier: Code
    """The supplier's code."""
    reference: Text
    """The supplier's number of the declaration."""
    state: DeclarationState
    """What became of it."""
    effective_from: date
    """The first day that it counts."""
    reason: Text
    """Why, in a sentence."""
    by: Text
    """Who decided it, by function where a name need not stand here."""
    notice_file: Text | None = None
    """Path of the document that gave notice, from the folder of this file."""
    replaced_by: Text | None = None
    """The supplier's reference of the declaration that takes its place."""


class IndexRow(Record):
    """A row of a document index: what one file beside it is, and how and when it came."""

    file: Text
    """The path of the file from the folder of this index, such as papers/invoice-1.pdf."""
    role: Text
    """What the file is: commercial invoice, bill of lading, certification, letter."""
    relates_to: Listed = ()
    """What it belongs to, ``kind:reference`` each, such as shipment:W01; customs-entry:SPX-1."""
    document_class: EvidenceClass = EvidenceClass.NATIVE
    """How it came to be."""
    tier: Tier = Tier.RESTRICTED
    """Who may see the file."""
    personal: Flag | None = None
    """Whether it holds personal data; empty where nobody has looked."""
    channel: Text
    """How it came: mail, portal, post, hand."""
    holder: Text | None = None
    """Who keeps the original."""
    received_on: date
    """The day that it came."""
    received_basis: Text
    """Why that day is believed: mail header, postmark, portal log."""


def _sort(field: str, plain: Any, pattern: str | None) -> Sort:
    """What the cells of a field of this type are; a pattern tells a code from free text."""
    if pattern == DIGEST and field not in _COMMITMENTS:
        return Sort.FILE
    if get_origin(plain) is tuple:
        return Sort.LIST
    if plain is date:
        return Sort.DATE
    if plain is bool:
        return Sort.FLAG
    if plain is int:
        return Sort.WHOLE
    if plain is Decimal:
        return Sort.AMOUNT
    return Sort.CODE if pattern else Sort.TEXT


def _options(annotation: Any) -> list[Any]:
    """The plain types in an annotation, unions opened and metadata taken off."""
    if hasattr(annotation, "__metadata__"):
        return _options(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return [inner for arg in get_args(annotation) for inner in _options(arg)]
    return [annotation]


def _marks(annotation: Any, metadata: Iterable[Any] = ()) -> Iterator[Any]:
    """Constraints in a field's metadata and anywhere inside its annotation, fields within fields opened."""
    for mark in (*metadata, *getattr(annotation, "__metadata__", ())):
        yield from mark.metadata if isinstance(mark, FieldInfo) else (mark,)
    if hasattr(annotation, "__metadata__"):
        yield from _marks(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, types.UnionType):
        for arg in get_args(annotation):
            yield from _marks(arg)


def _first(marks: Iterable[Any], attribute: str) -> Any:
    return next((found for mark in marks if (found := getattr(mark, attribute, None)) is not None), None)


def _record_in(annotation: Any) -> type[Record] | None:
    for option in _options(annotation):
        inner = get_args(option)[0] if get_origin(option) is tuple else option
        if isinstance(inner, type) and issubclass(inner, Record):
            return inner
    return None


def _column(model: type[BaseModel], field: str, part: str = "", optional_part: bool = False) -> Column:
    info = model.model_fields[field]
    plain = [option for option in _options(info.annotation) if option is not types.NoneType]
    enumerated = next((o for o in plain if isinstance(o, type) and issubclass(o, Enum)), None)
    marks = list(_marks(info.annotation, info.metadata))
    pattern, above, least = (_first(marks, name) for name in ("pattern", "gt", "ge"))
    return Column(
        name=f"{part}.{field}" if part else field,
        field=field,
        part=part,
        info=info,
        sort=_sort(field, plain[0], pattern),
        required=info.is_required() and not optional_part,
        nullable=types.NoneType in _options(info.annotation) or not info.is_required(),
        choices=tuple(str(member.value) for member in enumerated) if enumerated else (),
        pattern=pattern,
        bound=f"above {above}" if above is not None else f"of at least {least}" if least is not None else "",
    )


def _of_load(kind: type[Load]) -> Template:
    return Template(kind, kind.line, {name: _column(kind.line, name) for name in kind.line.model_fields})


def _of_single(kind: type[Statement], lines: str | None = None) -> Template:
    columns: dict[str, Column] = {}
    own = [name for name in kind.model_fields if name not in Statement.model_fields]
    for name in (*own, *_COMMON):
        info = kind.model_fields[name]
        record = _record_in(info.annotation)
        optional = not info.is_required() and name != lines
        inner = [_column(record, field, name, optional) for field in record.model_fields] if record else []
        for column in inner or [_column(kind, name)]:
            columns[column.name] = column
    line = _record_in(kind.model_fields[lines].annotation) if lines else None
    return Template(kind, kind, columns, lines, line)


def _of_rows(kind: type[Statement], model: type[Record]) -> Template:
    return Template(kind, model, {name: _column(model, name) for name in model.model_fields})


@cache
def templates() -> Mapping[str, Template]:
    """Every template by name, in the order in which a folder is recorded: what is named before what names it."""
    today = {kind.kind: kind for kind in KINDS.values()}
    listed = [_of_rows(DocumentReceived, IndexRow)]
    for name in _ORDER.split():
        kind = today[name]
        if kind is DeclarationEvent:
            listed.append(_of_rows(kind, StateRow))
        else:
            listed.append(_of_load(kind) if issubclass(kind, Load) else _of_single(kind, FOLDED.get(name)))
    return {template.name: template for template in listed}


def template(name: str) -> Template:
    """The template called `name`.

    Raises:
        UsageError: there is none.
    """
    try:
        return templates()[name]
    except KeyError as error:
        raise UsageError(f"No template is called {name!r}. There are: {', '.join(templates())}.") from error


@dataclass(frozen=True, slots=True)
class Near:
    """The template that a header comes nearest to, and what keeps it from fitting."""

    template: Template
    missing: tuple[str, ...]
    unknown: tuple[str, ...]


def match(header: tuple[str, ...]) -> Template | Near | None:
    """The one template whose columns a header has; the nearest where at least half of what it needs is there."""
    names = frozenset(header)
    fits = [each for each in templates().values() if each.needed <= names <= each.columns.keys()]
    if len(fits) == 1:
        return fits[0]
    nearest = max(templates().values(), key=lambda each: len(names & each.columns.keys()) - len(each.needed - names))
    shared = len(names & nearest.needed)
    if shared < 2 or shared * 2 < len(nearest.needed):
        return None
    return near(nearest, header)


def near(template: Template, header: tuple[str, ...]) -> Near | None:
    """What keeps a header from being this template's; None where nothing does."""
    missing = tuple(name for name in template.columns if name in template.needed - set(header))
    unknown = tuple(name for name in header if name not in template.columns)
    return Near(template, missing, unknown) if missing or unknown else None
