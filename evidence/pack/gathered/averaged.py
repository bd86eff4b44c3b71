"""The averages that claims of a pack rest on, with the entries beneath them: determinations, volumes, elections.

The pack carries the average's own worksheet and the entry of every determination that it is made of. Of a good that
the pack is not about no worksheet of its own is carried: its entry names it by digest.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from evidence.core.statements.average import Average
from evidence.core.statements.base import Statement
from evidence.core.statements.snapshot import Snapshot
from evidence.errors import PackError
from evidence.ledger.read import Ledger
from evidence.origin.averaged import determined_since, sheet_of
from evidence.origin.averages import AverageSheet
from evidence.register.queries import Known, Register
from evidence.store.documents import DocumentStore


@dataclass(frozen=True, slots=True)
class AverageFact:
    """A recorded average, its worksheet, and the document that holds it.

    `snapshots` has the determinations that it is made of, by id; `beneath` the other statements that it rests on.
    """

    average: Known[Average]
    sheet: AverageSheet
    document: bytes
    snapshots: Mapping[str, Known[Snapshot]]
    beneath: tuple[Known[Statement], ...]
    since: Known[Snapshot] | None
    """The first determination of one of its goods that it does not know, and would have been made of."""

    @property
    def refs(self) -> tuple[str, ...]:
        """The entries that it rests on, and the lines of those that are loads, in ledger order."""
        refs = [ref for member in self.sheet.members for ref in member.rests_on]
        refs += [known.ref for known in self.snapshots.values()]
        refs += self.average.value.elections
        return tuple(sorted(dict.fromkeys(refs), key=_place))


def averages_of(
    register: Register, ledger: Ledger, documents: DocumentStore, names: Iterable[str]
) -> Iterator[AverageFact]:
    """The averages of these ids, and of each the last one of the same category, units and period, in ledger order.

    Raises:
        PackError: an average that a claim names, or a determination that it is made of, is not on record.
    """
    found = {name: register.statements(Average, id=name) for name in dict.fromkeys(names)}
    for name, known in found.items():
        if not known:
            raise PackError(f"A claim rests on {name}, which is not on record as an average. Check the ledger.")
    wanted = {one.seq: one for known in found.values() for one in (known[-1], _latest(register, known[-1]))}
    for _, one in sorted(wanted.items()):
        yield _fact(register, ledger, documents, one)


def same_question(one: Average, other: Average) -> bool:
    """Whether two averages are of the same category of goods, units and period."""
    names = ("owner", "part", "plant", "category", "counts", "aim", "period_from", "period_to")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _latest(register: Register, known: Known[Average]) -> Known[Average]:
    of = known.value
    recorded = register.statements(Average, owner=of.owner, part=of.part, plant=of.plant)
    return [one for one in recorded if same_question(one.value, of)][-1]


def _fact(register: Register, ledger: Ledger, documents: DocumentStore, known: Known[Average]) -> AverageFact:
    snapshots: dict[str, Known[Snapshot]] = {}
    for name in known.value.snapshots:
        recorded = register.statements(Snapshot, id=name)
        if not recorded:
            raise PackError(f"Average {known.statement_id} is made of {name}, which is not on record.")
        snapshots[name] = recorded[-1]
    sheet, document = sheet_of(documents, known.value), documents.read(known.value.worksheet)
    fact = AverageFact(known, sheet, document, snapshots, (), determined_since(register, known))
    beneath: dict[int, Known[Statement]] = {}
    for seq in dict.fromkeys(_place(ref)[0] for ref in fact.refs):
        entry = ledger.entry(seq)
        if entry.kind != Snapshot.kind and entry.statement is not None:
            beneath[seq] = register.by_id(entry.statement.id)
    return replace(fact, beneath=tuple(beneath.values()))


def _place(ref: str) -> tuple[int, int]:
    """The entry and the line, 0 for a whole entry, that ``#12`` or ``#12:345`` names."""
    seq, _, line = ref.removeprefix("#").partition(":")
    return int(seq), int(line or 0)
