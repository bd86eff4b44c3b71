"""What an import has to know of what is on record: documents by their bytes, statements by their own numbers."""

from collections.abc import Mapping
from typing import TypeVar

from evidence.core.statements.base import Record, Statement
from evidence.core.statements.certification import CertificationOfOrigin
from evidence.core.statements.declaration import Request, SupplierDeclaration
from evidence.core.statements.own import DocumentReceived
from evidence.core.statements.shipment import CustomsEntry, Shipment
from evidence.register.queries import Known, Register

S = TypeVar("S", bound=Statement)

KEYS: Mapping[type[Statement], tuple[str, ...]] = {
    SupplierDeclaration: ("supplier", "reference"),
    CertificationOfOrigin: ("number",),
    Shipment: ("number",),
    CustomsEntry: ("number",),
    Request: ("number",),
}
"""The fields by which the outside world numbers a statement. A second one must say that it supersedes the first."""


ADDITIVE = frozenset({"production", "volume", "purchase", "cost"})
"""Loads whose lines add up: a line loaded twice would count twice."""


class OnRecord:
    """Questions to the register, and to what this import has made ready already."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._lines: dict[type[Record], dict[tuple[object, ...], str]] = {}
        self._ready: dict[tuple[type[Statement], tuple[object, ...]], Statement] = {}

    def document(self, sha256: str) -> Known[DocumentReceived] | None:
        """The first receipt of these bytes."""
        found = self._register.statements(DocumentReceived, document=sha256)
        return found[0] if found else None

    def key(self, statement: Statement) -> tuple[object, ...] | None:
        """What the outside world numbers `statement` by, where it does."""
        names = KEYS.get(type(statement))
        return tuple(getattr(statement, name) for name in names) if names else None

    def earlier(self, kind: type[S], key: tuple[object, ...]) -> tuple[S, str] | None:
        """The last statement numbered `key`, and where it stands: ``#12`` or ``this import``."""
        ready = self._ready.get((kind, key))
        if isinstance(ready, kind):
            return ready, "this import"
        known = self._register.statements(kind, **dict(zip(KEYS[kind], key, strict=True)))
        return (known[-1].value, known[-1].ref) if known else None

    def named(self, kind: type[Statement], named: str, values: Mapping[str, object]) -> str | None:
        """The id of the statement called `named`: by that id, or by its number, whose other parts are in `values`."""
        if self._register.statements(kind, id=named):
            return named
        names = KEYS.get(kind)
        if names is None:
            return None
        earlier = self.earlier(kind, (*(values.get(name) for name in names[:-1]), named))
        return earlier[0].id if earlier else None

    def lines(self, line: type[Record], names: tuple[str, ...]) -> dict[tuple[object, ...], str]:
        """Where each line of a type stands, by the values of `names`; lines made ready may be put in."""
        if line not in self._lines:
            known = self._register.lines(line)
            self._lines[line] = {tuple(getattr(each.value, name) for name in names): each.ref for each in known}
        return self._lines[line]

    def add(self, statement: Statement) -> None:
        """Remember a statement that this import has made ready."""
        key = self.key(statement)
        if key is not None:
            self._ready[type(statement), key] = statement
