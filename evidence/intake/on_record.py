"""What an import has to know of what is on record: documents by their bytes, statements by their own numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import TypeVar

from evidence.core.crosswalk.parties import SameParties
from evidence.core.statements.base import Record, Statement
from evidence.core.statements.case import Notice, Reply, SubmissionReceipt
from evidence.core.statements.certification import CertificationOfOrigin
from evidence.core.statements.declaration import Request, SupplierDeclaration
from evidence.core.statements.loan import Loan
from evidence.core.statements.own import DocumentReceived
from evidence.core.statements.reconciliation import Reconciliation
from evidence.core.statements.regime import StagingAuthorisation
from evidence.core.statements.same_as import SameAs
from evidence.core.statements.shipment import CustomsEntry, Shipment
from evidence.core.statements.wage import WageCertificate
from evidence.intake.crosswalk import Arrived
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
        *("labour-value-input", "metal-purchase", "sale", "cost-pool", "allocation-base", "material-value"),
    }
)
"""Loads whose lines add up: a line loaded twice would count twice."""
PARTIES = frozenset({"seller", "owner", "entity", "nested_in_owner", "supplier", "borrower", "operator", "producer"})
"""Fields of keys that name a party: of one with several numbers, each of them is asked for."""


@dataclass(slots=True)
class _Loaded:
    """The loads of one type of lines that this import has made ready."""

    hashes: set[int] = field(default_factory=set)
    ready: list[tuple[str, ShapedLines]] = field(default_factory=list)
    merged: set[int] = field(default_factory=set)
    """Hashes of the keys that name a party of several numbers, with the number kept for it."""


class OnRecord:
    """Questions to the register, and to what this import has made ready already."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self._loaded: dict[type[Record], _Loaded] = {}
        self._ready: dict[tuple[type[Statement], tuple[object, ...]], Statement] = {}
        self._merges: list[Arrived[SameAs]] = []
        self._same: SameParties | None = None

    @property
    def same(self) -> SameParties:
        """Which parties are one, as recorded and as this import says."""
        if self._same is None:
            self._same = SameParties([*self.register.statements(SameAs), *self._merges])
        return self._same

    def document(self, sha256: str) -> Known[DocumentReceived] | None:
        """The first receipt of these bytes."""
        found = self.register.statements(DocumentReceived, document=sha256)
        return found[0] if found else None

    def key(self, statement: Statement) -> tuple[object, ...] | None:
        """What the outside world numbers `statement` by, where it does."""
        names = KEYS.get(type(statement))
        return tuple(getattr(statement, name) for name in names) if names else None

    def earlier(self, kind: type[S], key: tuple[object, ...]) -> tuple[S, str] | None:
        """The last statement numbered `key`, and where it stands: ``#12`` or ``this import``.

        Where the number is a party's own, and the party has several, it is looked for under each, as given first.
        """
        for each in self._forms(KEYS[kind], key):
            ready = self._ready.get((kind, each))
            if isinstance(ready, kind):
                return ready, "this import"
            known = self.register.statements(kind, **dict(zip(KEYS[kind], each, strict=True)))
            if known:
                return known[-1].value, known[-1].ref
        return None

    def _forms(self, names: tuple[str, ...], key: tuple[object, ...]) -> list[tuple[object, ...]]:
        """A key, then the same with every other number of the parties in it."""
        numbers = [
            self.same.group(value) if name in PARTIES and isinstance(value, str) else (value,)
            for name, value in zip(names, key, strict=True)
        ]
        return [key, *(each for each in product(*numbers) if each != key)]

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
        loaded = self._loaded.setdefault(line, _Loaded())
        found: list[tuple[int, Key, str]] = []
        if common := loaded.hashes & lines.hashes:
            known = {
                key: f"{name}, row {row}" for name, other in loaded.ready for row, key in other.keys(names, common)
            }
            found += [(row, key, known[key]) for row, key in lines.keys(names, common) if key in known]
        known_here = {row for row, _, _ in found}
        keys = (key for _, key in lines.keys(names))
        held = dict(holding(self.register, line, names, keys, but))
        if held:
            rows = enumerate(lines.keys(names))
            found += [(row, key, held[place]) for place, (row, key) in rows if place in held and row not in known_here]
        if self.same.merged and not PARTIES.isdisjoint(names):
            known_here |= {row for row, _, _ in found}
            merged = self._under_other_numbers(line, names, file, lines, but)
            found += [each for each in merged if each[0] not in known_here]
        loaded.hashes |= lines.hashes
        loaded.ready.append((file, lines))
        return sorted(found, key=lambda each: each[0])

    def _under_other_numbers(
        self, line: type[Record], names: tuple[str, ...], file: str, lines: ShapedLines, but: int | None
    ) -> Iterator[tuple[int, Key, str]]:
        """The lines that are held already under another number of a party that they name.

        Only lines of parties with several numbers are asked about, and they are gone through again for each question.
        """
        loaded = self._loaded[line]

        def forms() -> Iterator[tuple[int, Key, Key]]:
            for row, key, _ in self._kept(names, lines):
                yield from ((row, key, other) for other in self._forms(names, key)[1:])  # type: ignore[misc]

        held = dict(holding(self.register, line, names, (other for _, _, other in forms()), but))
        for place, (row, key, _) in enumerate(forms()) if held else ():
            if place in held:
                yield row, key, held[place]
        common: set[int] = set()
        for _, _, kept in self._kept(names, lines):
            (common if hash(kept) in loaded.merged else loaded.merged).add(hash(kept))
        if not common:
            return
        first: dict[Key, str] = {}
        for name, other in loaded.ready:
            first |= {kept: f"{name}, row {row}" for row, _, kept in self._kept(names, other) if hash(kept) in common}
        for row, key, kept in self._kept(names, lines):
            if hash(kept) in common:
                if kept in first:
                    yield row, key, first[kept]
                first.setdefault(kept, f"{file}, row {row}")

    def _kept(self, names: tuple[str, ...], lines: ShapedLines) -> Iterator[tuple[int, Key, Key]]:
        """The lines that name a party of several numbers: row, key, and the key with the numbers kept for them."""
        at, merged = [place for place, name in enumerate(names) if name in PARTIES], self.same.merged
        for row, key in lines.keys(names):
            if any(isinstance(key[place], str) and key[place] in merged for place in at):
                kept = list(key)
                for place in at:
                    number = key[place]
                    kept[place] = self.same.canonical(number) if isinstance(number, str) else number
                yield row, key, tuple(kept)

    def add(self, statement: Statement) -> None:
        """Remember a statement that this import has made ready."""
        key = self.key(statement)
        if key is not None:
            self._ready[type(statement), key] = statement
        if isinstance(statement, SameAs):
            self._merges.append(Arrived(statement, "this import"))
            self._same = None
