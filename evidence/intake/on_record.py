"""What an import has to know of what is on record: documents by their bytes, statements by their own numbers."""

from collections.abc import Mapping
from typing import TypeVar

from evidence.core.statements.base import Record, Statement
from evidence.core.statements.case import Notice, Reply, SubmissionReceipt
from evidence.core.statements.certification import CertificationOfOrigin
from evidence.core.statements.declaration import Request, SupplierDeclaration
from evidence.core.statements.loan import Loan
from evidence.core.statements.own import DocumentReceived
from evidence.core.statements.reconciliation import Reconciliation
from evidence.core.statements.regime import StagingAuthorisation
from evidence.core.statements.shipment import CustomsEntry, Shipment
from evidence.core.statements.wage import WageCertificate
from evidence.intake.lines import Key, ShapedLines
from evidence.register.lookup import holding
from evidence.register.queries import Known, Register

S = TypeVar("S", bound=Statement)

KEYS: Mapping[type[Statement], tuple[str, ...]] = {
    SupplierDeclaration: ("supplier", "reference"),
    CertificationOfOrigin: ("number",),
    Shipment: ("number",),
    CustomsEntry: ("number",),
    Request: ("number",),
    Notice: ("number",),
    Reply: ("number",),
    SubmissionReceipt: ("authority", "reference"),
    Loan: ("borrower", "number"),
    WageCertificate: ("operator", "number"),
    Reconciliation: ("producer", "number"),
    StagingAuthorisation: ("producer", "number"),
}
"""The fields by which the outside world numbers a statement. A second one must say that it supersedes the first."""


ADDITIVE = frozenset(
    {
        *("production", "volume", "purchase", "purchase-adjustment", "material-import", "assist", "inventory", "cost"),
        *("labour-value-input", "metal-purchase"),
    }
)
"""Loads whose lines add up: a line loaded twice would count twice."""


class OnRecord:
    """Questions to the register, and to what this import has made ready already."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self._loaded: dict[type[Record], tuple[set[int], list[tuple[str, ShapedLines]]]] = {}
        self._ready: dict[tuple[type[Statement], tuple[object, ...]], Statement] = {}

    def document(self, sha256: str) -> Known[DocumentReceived] | None:
        """The first receipt of these bytes."""
        found = self.register.statements(DocumentReceived, document=sha256)
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
        known = self.register.statements(kind, **dict(zip(KEYS[kind], key, strict=True)))
        return (known[-1].value, known[-1].ref) if known else None

    def named(self, kind: type[Statement], named: str, values: Mapping[str, object]) -> str | None:
        """The id of the statement called `named`: by that id, or by its number, whose other parts are in `values`."""
        if self.register.statements(kind, id=named):
            return named
        names = KEYS.get(kind)
        if names is None:
            return None
        earlier = self.earlier(kind, (*(values.get(name) for name in names[:-1]), named))
        return earlier[0].id if earlier else None

    def again(
        self, line: type[Record], names: tuple[str, ...], file: str, lines: ShapedLines, but: int | None = None
    ) -> list[tuple[int, Key, str]]:
        """Lines of a load that other loads hold already, by the values of `names`: row, values, and where they stand.

        Those others are on record, but for the one at entry `but`, or were made ready in this import, as this one then
        is. `file` is what the load's file is called.
        """
        hashes, ready = self._loaded.setdefault(line, (set(), []))
        found: list[tuple[int, Key, str]] = []
        if common := hashes & lines.hashes:
            known = {key: f"{name}, row {row}" for name, other in ready for row, key in other.keys(names, common)}
            found += [(row, key, known[key]) for row, key in lines.keys(names, common) if key in known]
        known_here = {row for row, _, _ in found}
        keys = (key for _, key in lines.keys(names))
        held = dict(holding(self.register, line, names, keys, but))
        if held:
            rows = enumerate(lines.keys(names))
            found += [(row, key, held[place]) for place, (row, key) in rows if place in held and row not in known_here]
        hashes |= lines.hashes
        ready.append((file, lines))
        return sorted(found, key=lambda each: each[0])

    def add(self, statement: Statement) -> None:
        """Remember a statement that this import has made ready."""
        key = self.key(statement)
        if key is not None:
            self._ready[type(statement), key] = statement
