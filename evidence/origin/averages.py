"""Averaged contents of several goods, from the snapshots recorded of each: what elects them, what counts, what results.

19 CFR 182 App A s.16, s.14(12), s.20(6)-(7), s.7(15)-(20); the same of SOR/2020-155; 19 CFR 182.100-182.101. A vehicle
of the category that was made in the period and has no snapshot leaves the average open; so do an election that is not
on file, was changed or came too late, and a period that the law does not have.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from evidence.core.statements.base import Basis as Figures
from evidence.core.statements.base import Record
from evidence.core.values import Amount
from evidence.errors import MalformedValue
from evidence.origin import rows
from evidence.origin.average_credit import with_labor_credit
from evidence.origin.average_goods import BY_VOLUMES, Good, GoodsFile
from evidence.origin.average_inputs import AverageInputs, AverageQuestion
from evidence.origin.averaging_elections import AVERAGING, read_elections
from evidence.origin.fiscal_years import fiscal_years
from evidence.origin.worksheet import Choice, FindingRow, Outcome
from evidence.rules import carried, periods
from evidence.rules.averaging import CORE_READING, STEP_READING, Average, Basis, Regime, Terms, average
from evidence.rules.elections import FIXED_CITATION, AveragingElection, binding, complete, filed_in_time
from evidence.rules.finding import Finding, all_of, undetermined
from evidence.rules.finding import Outcome as Result
from evidence.rules.periods import HEAVY_READING, FiscalYear, Permitted
from evidence.rules.regional_value import percent
from evidence.rules.ruleset import RuleSet

AS_ELECTED = "averaged as elected"
"""The test of whether the terms asked about are those of the election that binds."""

_HEAVY = "HT-RVC"
_CORE_ROLL_UP = "core-roll-up-reading"
_YEARS_ABOUT = timedelta(days=366)


class MemberRow(Record):
    """One good of the category. Its figures are for the units counted; `content` is its own, which decides nothing."""

    part: str
    plant: str
    model_line: str
    vehicle_class: str
    made: Amount
    counted: Amount | None
    net_cost: Amount | None
    non_originating: Amount | None
    content: Amount | None
    requirement: str
    snapshots: tuple[str, ...]
    reason: str
    rests_on: tuple[str, ...]


class AverageSheet(Record):
    """An average written down so that a person can follow it: the goods, the sums, the tests, the readings taken.

    `due` is, of estimates, the first day on which actual figures are owed. `steps` lists every percentage in force
    within the period where there is more than one.
    """

    question: AverageQuestion
    regime: Regime
    as_of: int
    rule_set: str
    program: str
    currency: str
    outcome: Outcome
    due: date | None
    members: tuple[MemberRow, ...]
    net_cost: Amount | None
    non_originating: Amount | None
    content: Amount | None
    formula: str = "(sum of net cost - sum of non-originating value) / sum of net cost x 100, cut after four decimals"
    steps: tuple[str, ...]
    findings: tuple[FindingRow, ...]
    choices: tuple[Choice, ...]
    notes: tuple[str, ...]

    @property
    def estimate(self) -> bool:
        """Whether the figures are estimates, which actual ones must confirm."""
        return self.question.figures is Figures.ESTIMATE


def work_out(inputs: AverageInputs, law: RuleSet, program: str = "not named") -> AverageSheet:
    """The average of the question in `inputs`, under `law`.

    Raises:
        OriginError: the good is not on record in the period, or its use says no regime.
        MalformedValue: the terms are none that the law has.
        NoValueInForce: no percentage is in force on some day of the period.
    """
    return _Averaging(inputs, law, program).sheet()


class _Averaging:
    def __init__(self, inputs: AverageInputs, law: RuleSet, program: str) -> None:
        self._inputs, self._asked, self._law, self._program = inputs, inputs.question, law, program
        self._file = GoodsFile(inputs, law)
        self._choices: dict[str, Choice] = {}
        self._notes: list[str] = []
        asked = inputs.question
        self._terms = Terms(
            self._file.regime, asked.category, asked.basis, asked.period, asked.separately, asked.agreement or "",
            asked.aim, asked.vehicles,
        )  # fmt: skip
        self._goods = self._file.goods()

    def sheet(self) -> AverageSheet:
        averages, content = self._content()
        limbs = [("average content", content), ("period", self._period()), *self._elections()]
        whole = all_of("the goods of the category reach their content on average", [found for _, found in limbs])
        only = averages[0] if len(averages) == 1 else None
        net_cost, vnm = (only.net_cost, only.non_originating) if only is not None else (None, None)
        steps = dict.fromkeys(step for each in averages for step in each.steps)
        year = next(iter(self._years((self._asked.owner, "self"), (self._asked.period_to,))), None)
        estimate = self._asked.figures is Figures.ESTIMATE
        return AverageSheet(
            question=self._asked,
            regime=self._file.regime,
            as_of=self._inputs.as_of,
            rule_set=self._law.content_hash,
            program=self._program,
            currency=", ".join(self._currencies()),
            outcome=Outcome(whole.outcome.value),
            due=year.span.last + timedelta(days=1) if estimate and year is not None else None,
            members=tuple(_row(good) for good in self._goods),
            net_cost=net_cost,
            non_originating=vnm,
            content=percent(net_cost, vnm) if net_cost and vnm is not None else None,
            steps=tuple(f"{step.name}: {step.amount} {step.unit} from {step.first}" for step in steps),
            findings=tuple(row for name, found in limbs for row in rows.finding_rows(name, found)),
            choices=tuple(self._choices[name] for name in sorted(self._choices)),
            notes=tuple(self._notes),
        )

    def _content(self) -> tuple[tuple[Average, ...], Finding]:
        test = f"average content over {self._asked.period}"
        against = [lack for good in self._goods if (lack := good.lacking(self._asked.category))]
        if len(currencies := self._currencies()) > 1:
            against.append(f"the books are in {', '.join(currencies)}; averages are made in one currency")
        against += self._different_readings()
        refs = [ref for good in self._goods for ref in good.rests_on]
        if against:
            reason = "; ".join(against)
            return (), undetermined(test, reason, citations=(self._terms.citation,), rests_on=dict.fromkeys(refs))
        readings = {name: self._reading(name) for name in (STEP_READING, CORE_READING)}
        averages = average([good.member() for good in self._goods], self._terms, self._law, readings=readings)
        if not any(each.steps for each in averages):
            del self._choices[STEP_READING]
        if self._file.regime is not Regime.CORE_PARTS:
            del self._choices[CORE_READING]
        credited = (
            with_labor_credit(each, self._members(each), self._asked.period, self._law, self._reading)
            for each in averages
        )
        findings = [_explained(each, self._goods) for each in credited]
        return averages, findings[0] if len(findings) == 1 else all_of(test, findings)

    def _members(self, one: Average) -> list[Good]:
        """The goods that one of several averages holds."""
        return [good for good in self._goods if good.key in one.members]

    def _different_readings(self) -> Iterator[str]:
        """Snapshots that were worked out under different laws or readings do not add up."""
        sheets = [tile.worksheet for good in self._goods for tile in good.tiles]
        if len({sheet.rule_set for sheet in sheets}) > 1:
            yield "the snapshots were worked out under different rule sets; determine the goods again"
        taken = {choice.choice for sheet in sheets for choice in sheet.choices if choice.name == _CORE_ROLL_UP}
        if len(taken) > 1:
            yield f"the snapshots take different readings of {_CORE_ROLL_UP}: {', '.join(sorted(taken))}"
        stale = sorted({sheet.rule_set for sheet in sheets} - {self._law.content_hash})
        if stale:
            self._notes.append(
                f"The snapshots were worked out under rule set {stale[0][:12]}, not under the present one."
            )

    def _currencies(self) -> list[str]:
        return sorted({tile.worksheet.currency for good in self._goods for tile in good.tiles})

    def _reading(self, name: str) -> str:
        """The reading of an open question, elected on file or by default, and a note of it."""
        elected = [fact.value.choice for fact in self._inputs.elections if fact.value.election == name]
        option, choice = self._law.choice(name, elected[-1] if elected else None), self._law.choices[name]
        self._choices[name] = Choice(
            name=name,
            choice=option.name,
            alternatives=tuple(each.name for each in choice.options),
            is_default=option.name == choice.default,
            citation=f"{option.source} [{option.confidence}]",
        )
        return option.name

    def _period(self) -> Finding:
        """Whether the law has such a period for these goods."""
        asked, test = self._asked, "averaging period"
        about = (asked.period_from, asked.period_to, asked.period_from - _YEARS_ABOUT)
        try:
            own = self._years((asked.owner, "self", *self._parties()), about)
            buyers = self._years(asked.aim if asked.basis is Basis.BUYER else (), about)
            return periods.is_permitted(asked.period, self._permitted(own, buyers), test=test)
        except MalformedValue as fault:
            return undetermined(test, str(fault))

    def _permitted(self, own: tuple[FiscalYear, ...], buyers: tuple[FiscalYear, ...]) -> tuple[Permitted, ...]:
        regime, law = self._file.regime, self._law
        if regime is Regime.VEHICLES:
            heavy = any(good.requirement == _HEAVY for good in self._goods)
            reading = self._reading(HEAVY_READING) if heavy else None
            return periods.vehicle_periods(own, law, heavy=heavy, reading=reading) if own else ()
        if regime is Regime.OTHER_VEHICLES:
            return periods.other_vehicle_periods(own, law) if own else ()
        if regime in (Regime.PARTS, Regime.CORE_PARTS):
            return periods.part_periods(own, buyers, law) if own or buyers else ()
        if regime is Regime.OTHER_VEHICLE_PARTS:
            return periods.other_vehicle_part_periods(own, buyers, aftermarket=self._file.aftermarket())
        return tuple(each for year in own for each in periods.dividing_periods(year))

    def _parties(self) -> list[str]:
        """The parties of the plants, whose fiscal year may be another than the owner's."""
        plants = {good.plant for good in self._goods}
        return [fact.value.party for fact in self._inputs.sites if fact.value.site in plants]

    def _years(self, parties: Iterable[str], days: Iterable[date]) -> tuple[FiscalYear, ...]:
        return fiscal_years((fact.value for fact in self._inputs.calendars), parties, days)

    def _elections(self) -> Iterator[tuple[str, Finding]]:
        """What becomes of the elections on file: the one that binds, its particulars and its filing."""
        mine = self._as_elected()
        elections, faults = read_elections(self._inputs.elections)
        self._notes += [f"Election {fault.ref} cannot be read: {fault.reason}" for fault in faults]
        found = [each for each in elections if each.meets(mine)]
        needed = self._file.regime is Regime.VEHICLES
        if self._file.regime is Regime.OTHER_GOODS:
            yield from self._for_the_rest(elections, mine)
        if not found and not needed:
            self._notes.append(
                f"No election is on file. None is filed for {self._file.regime.value}, but the choice binds for the "
                f"rest of the fiscal year; record it as an election called {AVERAGING!r}."
            )
            return
        first, unchanged = binding(found)
        yield "election", unchanged
        if first is None:
            return
        yield "election", _as_asked(first, mine, {good.plant for good in self._goods})
        if needed:
            yield "election", complete(first)
            countries = self._asked.aim if self._asked.basis is Basis.EXPORTED else self._file.exported_to()
            yield "election", filed_in_time(first, countries, self._law)

    def _for_the_rest(
        self, elections: Iterable[AveragingElection], mine: AveragingElection
    ) -> Iterator[tuple[str, Finding]]:
        """Whether the period is the one that the goods are averaged over for the rest of the year (s.7(18)-(19))."""
        for year in self._years((self._asked.owner, "self", *self._parties()), (self._asked.period_from,)):
            same = [each.period for each in elections if each.meets(replace(mine, period=year.span))]
            yield "period", periods.same_for_the_rest([*same, self._asked.period], year)

    def _as_elected(self) -> AveragingElection:
        """The terms asked about, as an election of these goods would say them."""
        asked = self._asked
        good = next(each for each in self._goods if (each.part, each.plant) == (asked.part, asked.plant))
        vehicles = self._file.regime in BY_VOLUMES
        return AveragingElection(
            key="the question",
            made_on=asked.period_from,
            regime=self._file.regime,
            category=asked.category,
            basis=asked.basis,
            period=asked.period,
            plants=(asked.plant,),
            model_line=good.model_line if vehicles else "",
            vehicle_class=good.vehicle_class if vehicles else "",
            country=good.country if vehicles else "",
            aim=asked.aim,
            vehicles=asked.vehicles,
        )


def _as_asked(election: AveragingElection, mine: AveragingElection, plants: Iterable[str]) -> Finding:
    """Whether the election has the terms asked about and, where it names plants, names all that make the goods."""
    unnamed = sorted(set(plants) - set(election.plants)) if election.plants else []
    met = election.terms() == mine.terms() and not unnamed
    said, asked = (f"{each.category.value}, {each.basis.value}, {each.period}" for each in (election, mine))
    reason = f"{election.key} elects {said}"
    if election.terms() != mine.terms():
        reason += f"; asked about is {asked}"
    if unnamed:
        reason += f"; it does not name the plants {', '.join(unnamed)}, which make goods of the category"
    outcome = Result.MET if met else Result.NOT_MET
    return Finding(AS_ELECTED, outcome, None, None, said, (), reason, (election.key,), (FIXED_CITATION,))


def _explained(finding: Finding, goods: Iterable[Good]) -> Finding:
    """The finding, where figures are missing, with why each is."""
    if finding.outcome is not Result.NOT_DETERMINABLE:
        return finding
    reasons = [f"{good.key}: {good.reason}" for good in goods if good.reason]
    return undetermined(
        finding.test, "; ".join([finding.reason, *reasons]), citations=finding.citations, rests_on=finding.rests_on
    )


def _row(good: Good) -> MemberRow:
    shown: list[Decimal | None] = [None, None]
    if good.made > 0 and good.counted is not None and good.requirement:
        member = good.member()
        if good.net_cost is not None and good.non_originating is not None:
            shown = [carried.down(member.share_of(good.net_cost)), carried.up(member.share_of(good.non_originating))]
    known = good.net_cost and good.non_originating is not None
    return MemberRow(
        part=good.part,
        plant=good.plant,
        model_line=good.model_line,
        vehicle_class=good.vehicle_class,
        made=good.made,
        counted=good.counted,
        net_cost=shown[0],
        non_originating=shown[1],
        content=percent(good.net_cost, good.non_originating) if known else None,  # type: ignore[arg-type]
        requirement=good.requirement,
        snapshots=tuple(tile.snapshot for tile in good.tiles),
        reason=good.reason,
        rests_on=good.rests_on,
    )
