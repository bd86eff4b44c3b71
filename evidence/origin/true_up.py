"""The year-end true-up of recorded determinations: each estimate, the actual figures that decide it, the notices due.

19 CFR 182 App A s.16(9), s.17(11), s.18(15)-(19), s.7(20); the same of SOR/2020-155; 19 CFR 182.102. Who is told comes
from the certifications of origin on record: their recipients, their importer, and the deliveries of them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from evidence.core.identifiers import Random, mint
from evidence.core.statements.base import Basis, Record
from evidence.core.statements.calendar import FiscalCalendar
from evidence.core.statements.certification import CertificationOfOrigin
from evidence.core.statements.election import Election
from evidence.core.statements.handling import Delivery
from evidence.core.statements.party import PartyLine
from evidence.core.statements.production import VolumeLine
from evidence.core.statements.reconciliation import ReconciledFigure, Reconciliation, ReconciliationResult
from evidence.core.statements.snapshot import Snapshot
from evidence.core.values import Period
from evidence.errors import NoValueInForce, OriginError
from evidence.origin.average_inputs import AverageQuestion, gather_average, standing
from evidence.origin.average_inputs import facts as gathered
from evidence.origin.averages import AS_ELECTED, AverageSheet, work_out
from evidence.origin.averaging_elections import read_elections
from evidence.origin.fiscal_years import fiscal_years
from evidence.origin.snapshot import worksheet_of
from evidence.origin.summary import CONTENT, PRODUCT_RULE
from evidence.origin.worksheet import Worksheet
from evidence.register.queries import Known, Register
from evidence.rules.averaging import Regime
from evidence.rules.finding import Finding, Outcome
from evidence.rules.ruleset import RuleSet
from evidence.rules.true_up import Figure, Notice, Recipient, TrueUp, cost_submission_due, notices
from evidence.store.documents import DocumentStore

_LIMBS = {
    Figure.REGIONAL_VALUE: (CONTENT, PRODUCT_RULE),
    Figure.LABOR_VALUE: (Figure.LABOR_VALUE.value,),
    Figure.STEEL: (Figure.STEEL.value,),
    Figure.ALUMINUM: (Figure.ALUMINUM.value,),
}
_ON_FILE = "certification on file"
"""What the test of a limb is called that rests on a certification instead of figures."""
_CUSTOMS = {"US": "CBP", "CA": "CBSA", "MX": "SAT"}


class NoticeRow(Record):
    """One notice that is due, and when it was sent where a delivery of it is on record."""

    to: str
    country: str
    by: date
    at_once: bool
    papers: tuple[str, ...]
    sent_on: date | None
    citation: str


class TrueUpRow(Record):
    """One figure of one good over one period of the fiscal year, or of all goods of an averaging category.

    `category` is the election and the category that the goods are averaged by; empty for a good by itself.
    """

    category: str
    parts: tuple[str, ...]
    plants: tuple[str, ...]
    figure: Figure
    period_from: date
    period_to: date
    election: str | None
    estimated_snapshots: tuple[str, ...]
    estimated: str
    actual_snapshots: tuple[str, ...]
    actual: str
    result: str
    outcome: str
    reason: str
    due: date
    determined_on: date | None
    notices: tuple[NoticeRow, ...]
    reconciliation: str | None
    citations: tuple[str, ...]


class TrueUpSheet(Record):
    """The true-up of one owner's goods over one fiscal year, as of a day.

    `costs_due` is, of averaged vehicles, the last day to give CBP the costs of the year, unless it asks later.
    """

    owner: str
    year_from: date
    year_to: date
    today: date
    as_of: int
    costs_due: date | None
    rows: tuple[TrueUpRow, ...]

    @property
    def worst(self) -> str:
        """The outcome that counts for all: not met before not determinable before met; met of nothing estimated."""
        found = {row.outcome for row in self.rows}
        return next((each.value for each in (Outcome.NOT_MET, Outcome.NOT_DETERMINABLE) if each in found), "met")


@dataclass(frozen=True, slots=True)
class _Pair:
    """An estimated determination and the actual one that decides it."""

    estimated: Known[Snapshot]
    actual: Known[Snapshot] | None


@dataclass(frozen=True, slots=True)
class _Case:
    """One figure on estimates and on actual figures, with the snapshots that each came from."""

    figure: Figure
    goods: tuple[tuple[str, str], ...]
    period: Period
    estimated: Finding
    actual: Finding | None
    before: tuple[str, ...]
    after: tuple[str, ...]
    covered: bool
    category: str = ""
    election: str | None = None

    @property
    def subject(self) -> str:
        return self.category or ", ".join(f"{part} at {plant}" for part, plant in self.goods)


class YearEnd:
    """What the register holds on one owner's goods in one fiscal year."""

    def __init__(self, register: Register, documents: DocumentStore, owner: str, year: Period, law: RuleSet) -> None:
        self._register, self._documents, self._law = register, documents, law
        self._owner, self._year = owner, year
        self._deliveries = register.statements(Delivery)
        self._reconciled = standing(register, Reconciliation)
        self._countries = {line.value.party: line.value.country for line in register.lines(PartyLine)}
        self._certificates = [known.value for known in standing(register, CertificationOfOrigin)]

    def sheet(self, today: date, part: str | None = None) -> TrueUpSheet:
        """Every estimate of the year with what became of it, as of `today`.

        Raises:
            OriginError: the year is none of the owner's fiscal years, as far as its calendar is on file.
        """
        calendars = [known.value for known in standing(self._register, FiscalCalendar)]
        years = fiscal_years(calendars, (self._owner, "self"), (self._year.first,))
        if years and years[0].span != self._year:
            raise OriginError(
                f"{self._year} is no fiscal year of {self._owner}; the one that holds its first day is {years[0].span}."
            )
        rows = tuple(self._row(case, today) for case in self._cases(part))
        return TrueUpSheet(
            owner=self._owner,
            year_from=self._year.first,
            year_to=self._year.last,
            today=today,
            as_of=self._register.as_of or 0,
            costs_due=self._costs_due() if any(row.category for row in rows) else None,
            rows=rows,
        )

    def _costs_due(self) -> date | None:
        """The last day of 19 CFR 182.100; None for a year that ended before it bound."""
        try:
            return cost_submission_due(self._year, None, self._law)[0]
        except NoValueInForce:
            return None

    def _cases(self, part: str | None) -> Iterator[_Case]:
        """The categories averaged by election, then every good by itself without what its average decides."""
        pairs = self._pairs(part)
        averaged: set[tuple[str, str]] = set()
        for pair in pairs:
            if (pair.estimated.value.part, pair.estimated.value.plant) not in averaged:
                case = self._averaged(pair)
                if case is not None:
                    averaged |= set(case.goods)
                    yield case
        for pair in pairs:
            good = (pair.estimated.value.part, pair.estimated.value.plant)
            before = worksheet_of(self._documents, pair.estimated.value)
            after = worksheet_of(self._documents, pair.actual.value) if pair.actual is not None else None
            for figure in Figure:
                estimated = _limb(before, figure, pair.estimated.ref)
                if estimated is None or (figure is Figure.REGIONAL_VALUE and good in averaged):
                    continue
                actual = _limb(after, figure, pair.actual.ref) if after and pair.actual is not None else None
                yield _Case(
                    figure=figure,
                    goods=(good,),
                    period=Period(before.period_from, before.period_to),
                    estimated=estimated,
                    actual=actual,
                    before=(pair.estimated.statement_id,),
                    after=(pair.actual.statement_id,) if pair.actual is not None else (),
                    covered=before.good.vehicle_class is not None,
                )

    def _averaged(self, pair: _Pair) -> _Case | None:
        """The content of the category that the good is averaged in by an election on file; None where there is none."""
        good = pair.estimated.value
        facts = tuple(gathered(self._register.statements(Election, owner=self._owner), "election"))
        read, _ = read_elections(fact for fact in facts if fact.value.part in (None, good.part))
        for election in read:
            elsewhere = bool(election.plants) and good.plant not in election.plants
            if elsewhere or not (election.period.first <= good.period_from and good.period_to <= election.period.last):
                continue
            question = AverageQuestion(
                owner=self._owner,
                part=good.part,
                plant=good.plant,
                category=election.category,
                basis=election.basis,
                period_from=election.period.first,
                period_to=election.period.last,
                figures=Basis.ESTIMATE,
                aim=election.aim,
            )
            inputs = gather_average(self._register, self._documents, question)
            before = work_out(inputs, self._law)
            if not any(row.test == AS_ELECTED and election.key in row.rests_on for row in before.findings):
                continue
            asked = question.model_copy(update={"figures": Basis.ACTUAL})
            after = work_out(inputs.model_copy(update={"question": asked}), self._law)
            return _Case(
                figure=Figure.REGIONAL_VALUE,
                goods=tuple((row.part, row.plant) for row in before.members),
                period=election.period,
                estimated=_first(before),
                actual=_first(after),
                before=tuple(each for row in before.members for each in row.snapshots),
                after=tuple(each for row in after.members for each in row.snapshots),
                covered=before.regime is Regime.VEHICLES,
                category=f"{election.category.value}, election {election.key}",
                election=next(fact.statement for fact in facts if fact.ref == election.key),
            )
        return None

    def _pairs(self, part: str | None) -> list[_Pair]:
        wanted = {"owner": self._owner} | ({"part": part} if part is not None else {})
        latest: dict[tuple[object, ...], Known[Snapshot]] = {}
        for known in self._register.statements(Snapshot, **wanted):
            form = known.value
            if self._year.first <= form.period_from and form.period_to <= self._year.last:
                latest[form.part, form.plant, form.event, form.period_from, form.period_to, form.basis] = known
        actual = [each for each in latest.values() if each.value.basis is Basis.ACTUAL]
        return [_Pair(each, _deciding(each, actual)) for each in latest.values() if each.value.basis is Basis.ESTIMATE]

    def _row(self, case: _Case, today: date) -> TrueUpRow:
        done = TrueUp(case.figure, case.subject, self._year, case.estimated, case.actual, case.covered)
        finding = done.finding(today)
        recorded = self._reconciliation(case)
        decided = max(self._decided(case), done.due) if case.after else None
        due: tuple[Notice, ...] = ()
        if decided is not None:
            parts = sorted({part for part, _ in case.goods})
            countries = {country for part in parts for country in self._exported_to(part, case.period)}
            due = notices(done, self._recipients(parts, case.period), countries, decided, self._law)
        return TrueUpRow(
            category=case.category,
            parts=tuple(part for part, _ in case.goods),
            plants=tuple(dict.fromkeys(plant for _, plant in case.goods)),
            figure=case.figure,
            period_from=case.period.first,
            period_to=case.period.last,
            election=case.election,
            estimated_snapshots=case.before,
            estimated=case.estimated.shown,
            actual_snapshots=case.after,
            actual=case.actual.shown if case.actual is not None else "not worked out",
            result=done.result.value,
            outcome=finding.outcome.value,
            reason=finding.reason,
            due=done.due,
            determined_on=decided,
            notices=tuple(self._notice(each, recorded) for each in due),
            reconciliation=recorded.number if recorded is not None else None,
            citations=done.citations,
        )

    def _decided(self, case: _Case) -> date:
        """The day on which the last of the actual snapshots was recorded."""
        return max(self._register.by_id(snapshot).recorded_at.date() for snapshot in case.after)

    def _recipients(self, parts: list[str], period: Period) -> list[Recipient]:
        """Everybody who was given a certification of any of the goods that speaks of the period, each once."""
        found: dict[str, tuple[str, list[str]]] = {}
        for form in self._certificates:
            named = any(good.owner == self._owner and good.part in parts for good in form.goods)
            if not named or not _speaks_of(form, period):
                continue
            names = {form.id, f"{form.kind}:{form.number}"}
            given = [*form.recipients, *(each.value.to for each in self._deliveries if each.value.of in names)]
            importer = form.importer.country if form.importer is not None else ""
            if not given and form.importer is not None:
                given = [form.importer.name]
            for party in dict.fromkeys(given):
                country = self._countries.get(party) or (importer if len(set(given)) == 1 else "")
                found.setdefault(party, (country, []))[1].append(form.number)
        return [Recipient(party, country, tuple(papers)) for party, (country, papers) in found.items()]

    def _exported_to(self, part: str, period: Period) -> list[str]:
        months = {day.isoformat()[:7] for day in period.days()}
        lines = [known.value for known in self._register.lines(VolumeLine, owner=self._owner, part=part)]
        return sorted(
            {entry.partition(":")[0] for line in lines if line.month in months for entry in line.exported or ()}
        )

    def _reconciliation(self, case: _Case) -> Reconciliation | None:
        found = [
            known.value
            for known in self._reconciled
            if known.value.estimated_snapshot in case.before and known.value.reconciled == case.figure.value
        ]
        return found[-1] if found else None

    def _notice(self, notice: Notice, recorded: Reconciliation | None) -> NoticeRow:
        """The notice, with the first delivery of it that the reconciliation names or that names the reconciliation."""
        of = {recorded.id, f"{recorded.kind}:{recorded.number}"} if recorded is not None else set()
        named = recorded.notices_sent if recorded is not None else ()
        to = _CUSTOMS.get(notice.country, "") if notice.customs else notice.to
        sent = [
            each.value.state_on
            for each in self._deliveries
            if each.value.to == to and (each.value.of in of or each.statement_id in named)
        ]
        return NoticeRow(
            to=to or notice.to,
            country=notice.country,
            by=notice.by,
            at_once=notice.at_once,
            papers=notice.papers,
            sent_on=min(sent, default=None),
            citation=notice.citation,
        )


def reconciliation_of(row: TrueUpRow, sheet: TrueUpSheet, *, by: str, now: datetime, random: Random) -> Reconciliation:
    """The statement that records a decided true-up; of a category it names the first good's snapshots.

    `row` has an actual snapshot. Its number says the good, the figure and the period.
    """
    results = {"met": ReconciliationResult.MET, "not_met": ReconciliationResult.NOT_MET}
    last = max((notice.by for notice in row.notices), default=None)
    return Reconciliation(
        id=mint(Reconciliation.prefix, now, random),
        issuer="self",
        number=f"TU-{row.parts[0]}-{row.plants[0]}-{row.figure.name}-{row.period_from}"[:64],
        producer=sheet.owner,
        reconciled=ReconciledFigure(row.figure.value),
        category=row.category or f"{row.parts[0]} at {row.plants[0]}",
        owner=sheet.owner,
        parts=row.parts,
        plants=row.plants,
        year_from=sheet.year_from,
        year_to=sheet.year_to,
        election=row.election,
        estimated_snapshot=row.estimated_snapshots[0],
        actual_snapshot=row.actual_snapshots[0],
        result=results.get(row.outcome, ReconciliationResult.NOT_DETERMINABLE),
        completed_on=now.date(),
        notify_by=last,
        notices_due=tuple(
            f"authority:{notice.to}" if notice.to in _CUSTOMS.values() else f"party:{notice.to}"
            for notice in row.notices
        ),
        by=by,
    )


def _deciding(estimated: Known[Snapshot], actual: Iterable[Known[Snapshot]]) -> Known[Snapshot] | None:
    """The actual determination of the same days, or of a longer period around them; the shortest of these."""
    form = estimated.value
    around = [
        each
        for each in actual
        if (each.value.part, each.value.plant, each.value.event) == (form.part, form.plant, form.event)
        and each.value.period_from <= form.period_from
        and form.period_to <= each.value.period_to
    ]
    return min(around, key=lambda each: (each.value.period_to - each.value.period_from, -each.seq), default=None)


def _limb(sheet: Worksheet, figure: Figure, ref: str) -> Finding | None:
    """What a worksheet computed of a figure, as a finding that rests on the snapshot's entry; None where nothing.

    A certification on file is no computation: it neither is an estimate nor confirms one.
    """
    rows = [each for each in sheet.findings if each.limb in _LIMBS[figure] and not each.test.endswith(_ON_FILE)]
    row = next((each for each in rows if each.test != figure.value), None)
    if row is None:
        return None
    outcome = Outcome(row.outcome.value)
    return Finding(row.test, outcome, row.figure, row.bound, row.shown, (), row.reason, (ref,))


def _first(sheet: AverageSheet) -> Finding:
    """The content of an average, as a finding that rests on its snapshots."""
    row = sheet.findings[0]
    rests_on = tuple(ref for member in sheet.members for ref in member.rests_on)
    return Finding(row.test, Outcome(row.outcome.value), row.figure, row.bound, row.shown, (), row.reason, rests_on)


def _speaks_of(form: CertificationOfOrigin, period: Period) -> bool:
    """Whether a certification may be of goods made in the period: its blanket period meets it, or it came later."""
    if form.valid_from is None or form.valid_to is None:
        return form.signed_on >= period.first
    return form.valid_to >= period.first
