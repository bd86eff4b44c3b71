"""What an average is asked about and rests on: the question, and from the register everything recorded on it."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Self, TypeVar

from pydantic import SerializerFunctionWrapHandler, model_serializer, model_validator

from evidence.core.statements.base import Basis as Figures
from evidence.core.statements.base import Record, Statement
from evidence.core.statements.calendar import FiscalCalendar
from evidence.core.statements.classification import ClassificationLine
from evidence.core.statements.election import Election
from evidence.core.statements.item import ItemLine
from evidence.core.statements.production import VolumeLine
from evidence.core.statements.programme import ProgrammeLine
from evidence.core.statements.site import SiteLine
from evidence.core.statements.snapshot import Snapshot
from evidence.core.statements.use import UseLine
from evidence.core.values import Code, Period, Text
from evidence.errors import UsageError
from evidence.origin.inputs import Fact
from evidence.origin.snapshot import worksheet_of
from evidence.origin.worksheet import Worksheet
from evidence.register.queries import Known, Register
from evidence.rules.averaging import VEHICLE_CATEGORIES, Basis, Category
from evidence.store.documents import DocumentStore

T = TypeVar("T", bound=Record)
S = TypeVar("S", bound=Statement)
_LATER = ("vehicles", "programme")


class AverageQuestion(Record):
    """What is asked: the content of the category that `part`, made at `plant`, is in, over the period.

    `others` names the goods that are averaged with a part; of vehicles the category itself says which they are. `aim`
    is the countries exported to, or the buyer's channel. `separately` is the choice of s.16(2). `vehicles` confines an
    average of parts to the units that go into vehicles of the category that `programme` is of (s.16(10)).
    """

    owner: Code
    part: Code
    plant: Code
    category: Category
    basis: Basis = Basis.ALL
    period_from: date
    period_to: date
    figures: Figures = Figures.ACTUAL
    aim: tuple[Text, ...] = ()
    others: tuple[Code, ...] = ()
    separately: bool = False
    agreement: Text | None = None
    vehicles: Category | None = None
    programme: Text | None = None

    @model_serializer(mode="wrap")
    def _written(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """As averages were written before parts were averaged by vehicles, where they are not."""
        return {name: value for name, value in write(self).items() if value is not None or name not in _LATER}

    @model_validator(mode="after")
    def _can_be_asked(self) -> Self:
        if (self.vehicles is None) is not (self.programme is None):
            raise UsageError("An average of parts for vehicles needs both the category and a vehicle programme of it.")
        if self.vehicles is not None and self.vehicles not in VEHICLE_CATEGORIES:
            wanted = ", ".join(each.value for each in VEHICLE_CATEGORIES)
            raise UsageError(f"Vehicles of the category {self.vehicles.value!r} were found, wanted one of {wanted}.")
        if self.figures is Figures.STANDARD:
            raise UsageError("An average rests on actual figures or on estimates: give --basis actual or estimate.")
        Period(self.period_from, self.period_to)
        return self

    @property
    def period(self) -> Period:
        return Period(self.period_from, self.period_to)


class SnapshotFact(Record):
    """One recorded determination with its worksheet."""

    ref: str
    seq: int
    snapshot: str
    worksheet: Worksheet


class AverageInputs(Record):
    """All that is known on a category, as of a ledger size, in ledger order."""

    question: AverageQuestion
    as_of: int
    volumes: tuple[Fact[VolumeLine], ...] = ()
    programmes: tuple[Fact[ProgrammeLine], ...] = ()
    uses: tuple[Fact[UseLine], ...] = ()
    items: tuple[Fact[ItemLine], ...] = ()
    classifications: tuple[Fact[ClassificationLine], ...] = ()
    sites: tuple[Fact[SiteLine], ...] = ()
    calendars: tuple[Fact[FiscalCalendar], ...] = ()
    elections: tuple[Fact[Election], ...] = ()
    snapshots: tuple[SnapshotFact, ...] = ()


def gather_average(register: Register, documents: DocumentStore, question: AverageQuestion) -> AverageInputs:
    """The inputs of `question` as of the ledger size that the register answers for.

    Elections stay in even where a later statement supersedes them: they cannot be taken back.

    Raises:
        DocumentMissing: the worksheet of a snapshot is not in the store.
    """
    owner, period = question.owner, question.period
    snapshots = [
        known
        for known in register.statements(Snapshot, owner=owner)
        if period.first <= known.value.period_from and known.value.period_to <= period.last
    ]
    return AverageInputs(
        question=question,
        as_of=register.as_of or 0,
        volumes=tuple(facts(register.lines(VolumeLine, owner=owner), "volume")),
        programmes=tuple(facts(register.lines(ProgrammeLine), "vehicle-programme")),
        uses=tuple(facts(register.lines(UseLine, owner=owner), "use")),
        items=tuple(facts(register.lines(ItemLine, owner=owner), "item")),
        classifications=tuple(facts(register.lines(ClassificationLine, owner=owner), "classification")),
        sites=tuple(facts(register.lines(SiteLine), "site")),
        calendars=tuple(facts(standing(register, FiscalCalendar), "calendar")),
        elections=tuple(facts(register.statements(Election, owner=owner), "election")),
        snapshots=tuple(
            SnapshotFact(
                ref=known.ref,
                seq=known.seq,
                snapshot=known.statement_id,
                worksheet=worksheet_of(documents, known.value),
            )
            for known in snapshots
        ),
    )


def standing(register: Register, kind: type[S]) -> list[Known[S]]:
    """The statements of a kind that no later one supersedes."""
    return [
        known
        for known in register.statements(kind)
        if not any(edge.role == "supersedes" for edge in register.edges(to_id=known.statement_id))
    ]


def facts(known: "list[Known[T]]", kind: str) -> Iterator[Fact[T]]:
    """What the register knows, as facts."""
    for one in known:
        yield Fact(ref=one.ref, seq=one.seq, statement=one.statement_id, kind=kind, value=one.value)
