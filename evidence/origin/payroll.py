"""A plant's payroll, worker by worker: the hours, base wages and average that its wage certificate states.

19 CFR 182 App A s.12, s.18(5); SOR/2020-155 the same; 29 CFR 810.105-810.135. The payroll stays with the plant
(docs/decisions/0024): nothing of it is recorded. What goes out is the certificate, with the digest of the file that its
figures were summed from, by which the file can be shown to be that one later.

One row is one payment to one worker; hours are those that the payment is for. A worker may have as many rows as pay
days, each with its own base wage. A row of any other pay than base has no hours and counts as nothing.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from evidence.core.statements.wage import PayConversion, WageCertificate
from evidence.core.values import Period, decimal_from_text
from evidence.errors import LimitExceeded, MalformedValue
from evidence.rules.exact import cut_down, exact_sum, exactly
from evidence.rules.finding import Finding, Outcome, all_of, judged
from evidence.rules.ruleset import RuleSet
from evidence.rules.wages import (
    CITATION,
    CURRENCIES,
    DIRECT,
    PaidBy,
    Pay,
    Work,
    Worker,
    average_down,
    hourly,
    plant_wages,
    wage_test,
)

LARGEST = 1 << 28
"""A payroll file is at most 256 MiB."""
WANTED = ("worker", "work", "hours", "direct_hours", "pay")
MAY_HAVE = ("kind_of_pay", "paid_by", "paid_hours", "agency")
_YES, _NO = ("yes", "true", "1"), ("no", "false", "0", "")
_CONVERSIONS = {
    PaidBy.HOUR: PayConversion.HOURLY,
    PaidBy.PERIOD: PayConversion.WEEKLY,
    PaidBy.HALF_MONTH: PayConversion.SEMI_MONTHLY,
    PaidBy.MONTH: PayConversion.MONTHLY,
}
_CENT = Decimal("0.01")
_MOSTLY = "DIRECT-SHARE"

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class PayLine:
    """One payment; `pay` is None where the file does not say it, `paid_hours` what 29 CFR 810.125(b) divides it by."""

    row: int
    worker: str
    work: Work
    hours: Decimal
    direct_hours: Decimal
    pay: Decimal | None
    kind: Pay
    paid_by: PaidBy
    paid_hours: Decimal | None
    agency: bool

    @property
    def wage(self) -> Fraction | None:
        """Base pay for an hour, exact; None where it is not known."""
        if self.pay is None:
            return None
        by_week = self.paid_hours if self.paid_hours is not None else self.hours
        return hourly(self.pay, self.paid_by, by_week)


@dataclass(frozen=True, slots=True)
class Payroll:
    """What a certificate states of a payroll. Figures are cut downwards, so that none says more than was paid.

    Attributes:
        finding: the wage test on the exact figures.
        workers, mostly_direct: those whose hours count, and those of them with all their hours by the 85 percent rule.
        exclusions: the kinds of pay and of worker that were left out.
        left_out: each worker left out, wholly or for some hours, by number.
        conversions: how pay for a period became pay for an hour, each way that was used.
        commitment: SHA-256 of the file.
    """

    finding: Finding
    currency: str
    direct_hours: Decimal | None
    base_wages: Decimal | None
    average_wage: Decimal | None
    rate: Decimal | None
    workers: int
    mostly_direct: int
    agency_hours: Decimal
    agency_wages: Decimal | None
    exclusions: tuple[str, ...]
    left_out: tuple[str, ...]
    conversions: tuple[PayConversion, ...]
    commitment: str


def read_payroll(data: bytes) -> tuple[PayLine, ...]:
    """The payments of a payroll file: CSV in UTF-8 with the columns `WANTED`, and as many of `MAY_HAVE` as it needs.

    Raises:
        LimitExceeded: the file is larger than `LARGEST`.
        MalformedValue: it is no such file; the row and the column are named.
    """
    if len(data) > LARGEST:
        raise LimitExceeded(f"The payroll file is larger than {LARGEST} bytes; leave out what no column asks for.")
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        header = [name.strip().lower() for name in reader.fieldnames or ()]
        reader.fieldnames = header
        absent = [name for name in WANTED if name not in header]
        unknown = [name for name in header if name not in (*WANTED, *MAY_HAVE)]
        if absent or unknown or len(set(header)) < len(header):
            found = f"without {', '.join(absent)}" if absent else f"with {', '.join(unknown) or 'one column twice'}"
            known = ", ".join(WANTED), ", ".join(MAY_HAVE)
            raise MalformedValue("columns of the payroll", found, f"{known[0]}; and, where needed, {known[1]}")
        return tuple(_line(number, row) for number, row in enumerate(reader, start=2))
    except UnicodeDecodeError as error:
        raise MalformedValue("payroll file", "no UTF-8", "CSV in UTF-8") from error
    except csv.Error as error:
        raise MalformedValue("payroll file", str(error), "CSV with quotes that are closed") from error


def summed(data: bytes, plant: str, country: str, wages_of: Period, law: RuleSet) -> Payroll:
    """The figures of a plant's certificate from its payroll over `wages_of`.

    Args:
        data: the payroll file.
        plant: the plant, as the finding names it.
        country: its country, two letters, whose rate counts; wages are in its currency.
        wages_of: the days that all the payments are for.
        law: the rule set.

    Raises:
        LimitExceeded: as `read_payroll` has it.
        MalformedValue: as `read_payroll` has it, or a figure outside its range, or one worker with two kinds of work.
        NoValueInForce: no rate binds on the last day.
    """
    lines = read_payroll(data)
    day, currency = wages_of.last, CURRENCIES.get(country, "USD")
    base = [line for line in lines if line.kind is Pay.BASE]
    workers = list(_workers(base))
    paid = plant_wages(workers, law, day)
    test = wage_test(plant, country, currency, paid, law, day)
    share = law.series(_MOSTLY).on(day)
    counting = [worker for worker in workers if worker.counted_hours(share) > 0]
    of_agency = {line.worker for line in base if line.agency}
    hired = plant_wages([worker for worker in workers if worker.key in of_agency], law, day)
    kinds = [line.kind.value for line in lines if line.kind is not Pay.BASE]
    works = [worker.work.value for worker in workers if worker.work not in DIRECT]
    known = paid.wages is not None and bool(paid.hours)
    return Payroll(
        finding=test,
        currency=currency,
        direct_hours=paid.hours,
        base_wages=cut_down(paid.wages, 2) if paid.wages is not None else None,
        average_wage=average_down(paid) if known else None,
        rate=test.bound,
        workers=len(counting),
        mostly_direct=sum(_mostly_direct(worker, share.amount) for worker in counting),
        agency_hours=hired.hours or Decimal(0),
        agency_wages=cut_down(hired.wages, 2) if hired.wages is not None else None,
        exclusions=tuple(dict.fromkeys([*kinds, *works])),
        left_out=paid.left_out,
        conversions=tuple(dict.fromkeys(_CONVERSIONS[line.paid_by] for line in base)),
        commitment=hashlib.sha256(data).hexdigest(),
    )


def against(payroll: Payroll, form: WageCertificate, plant: str, country: str, wages_of: Period) -> Finding:
    """Whether a certificate says what its payroll comes to, item by item; what it leaves open is not looked at."""
    certified = Period(form.period_from, form.period_to)
    items: list[tuple[str, object, object, bool]] = [
        ("plant", form.plant, plant, form.plant == plant),
        ("country", form.country, country, form.country == country),
        ("currency", form.currency, payroll.currency, form.currency == payroll.currency),
        ("period", certified, wages_of, certified == wages_of),
        ("direct hours", form.direct_hours, payroll.direct_hours, form.direct_hours == payroll.direct_hours),
        ("base wages", form.base_wages, payroll.base_wages, _alike(form.base_wages, payroll.base_wages)),
        ("average wage", form.average_wage, payroll.average_wage, _alike(form.average_wage, payroll.average_wage)),
        ("rate", form.rate, payroll.rate, form.rate == payroll.rate),
        ("meets the rate", form.meets_rate, payroll.finding.met, form.meets_rate == payroll.finding.met),
    ]
    stated: list[tuple[str, object, object]] = [
        ("workers", form.workers, payroll.workers),
        ("workers over 85 percent", form.workers_over_85_percent, payroll.mostly_direct),
        ("agency hours", form.agency_hours, payroll.agency_hours),
        ("payroll commitment", form.payroll_commitment, payroll.commitment),
    ]
    items += [(name, one, other, one == other) for name, one, other in stated if one is not None]
    if form.agency_wages is not None:
        alike = _alike(form.agency_wages, payroll.agency_wages)
        items.append(("agency wages", form.agency_wages, payroll.agency_wages, alike))
    findings = [
        judged(f"certificate {form.number}: {name}", f"it says {one}, and the payroll {other}", CITATION, met=same)
        for name, one, other, same in items
    ]
    return all_of(f"certificate {form.number} against its payroll", findings, citations=(CITATION,))


def outcome(payroll: Payroll, compared: Finding | None) -> Outcome:
    """The wage test, and whether the certificate holds to the payroll where one was compared."""
    return payroll.finding.outcome if compared is None or compared.met else compared.outcome


def _workers(lines: Iterable[PayLine]) -> Iterator[Worker]:
    """Each worker once, with the base wage that the payments come to for the hours that they are for."""
    grouped: dict[str, list[PayLine]] = {}
    for line in lines:
        grouped.setdefault(line.worker, []).append(line)
    for number, mine in grouped.items():
        works = sorted({line.work.value for line in mine})
        if len(works) > 1:
            rows = ", ".join(str(line.row) for line in mine[:5])
            raise MalformedValue(
                f"work of {number}, rows {rows}", " and ".join(works), "one kind of work a number; give each its own"
            )
        hours = exact_sum(line.hours for line in mine)
        direct = exact_sum(line.direct_hours for line in mine)
        yield Worker(number, mine[0].work, hours, direct, _wage(mine, hours))


def _wage(mine: Iterable[PayLine], hours: Decimal) -> Fraction | None:
    """Base pay over hours; None where a payment is not known or there are no hours."""
    total = Fraction(0)
    for line in mine:
        if line.hours == 0:
            continue
        if (wage := line.wage) is None:
            return None
        total += wage * Fraction(line.hours)
    return total / Fraction(hours) if hours else None


def _mostly_direct(worker: Worker, share: Decimal) -> bool:
    with exactly():
        return worker.direct_hours * 100 >= share * worker.hours


def _alike(one: Decimal, other: Decimal | None) -> bool:
    """Whether two figures written in cents are of one exact figure, cut or rounded."""
    return other is not None and abs(one - other) <= _CENT


def _line(number: int, row: dict[str, str | None]) -> PayLine:
    if None in row or None in row.values():
        raise MalformedValue(f"payroll, row {number}", "too many or too few columns", "one cell for each column")
    cells = {name: (value or "").strip() for name, value in row.items()}
    where = f"row {number}"
    kind = _one_of(Pay, cells.get("kind_of_pay") or Pay.BASE.value, f"kind_of_pay, {where}")
    worker, base = cells["worker"], kind is Pay.BASE
    if not worker:
        raise MalformedValue(f"worker, {where}", "nothing", "a payroll number, never a name")
    agency = cells.get("agency", "").lower()
    if agency not in (*_YES, *_NO):
        raise MalformedValue(f"agency, {where}", agency, "yes or no")
    hours = _figure(cells["hours"], f"hours, {where}")
    direct = _figure(cells["direct_hours"], f"direct_hours, {where}")
    if base and (hours is None or direct is None):
        raise MalformedValue(f"hours and direct_hours, {where}", "nothing", "the hours that the base pay is for")
    if not base and (hours or direct):
        raise MalformedValue(f"hours, {where}", cells["hours"], f"nothing for {kind.value}; hours stand with base pay")
    paid_by = _one_of(PaidBy, cells.get("paid_by") or PaidBy.HOUR.value, f"paid_by, {where}")
    paid_hours = _figure(cells.get("paid_hours", ""), f"paid_hours, {where}")
    if base and paid_by in (PaidBy.HALF_MONTH, PaidBy.MONTH) and not paid_hours:
        raise MalformedValue(f"paid_hours, {where}", "nothing", f"the hours of a week, for pay by {paid_by.value}")
    work = _one_of(Work, cells["work"] or Work.OTHER.value, f"work, {where}")
    pay = _figure(cells["pay"], f"pay, {where}")
    return PayLine(
        number, worker, work, hours or Decimal(0), direct or Decimal(0), pay, kind, paid_by, paid_hours, agency in _YES
    )


def _figure(text: str, where: str) -> Decimal | None:
    if not text:
        return None
    try:
        found = decimal_from_text(text)
    except MalformedValue as error:
        raise MalformedValue(where, text, "a decimal such as 1250.50") from error
    if found < 0:
        raise MalformedValue(where, text, "zero or more")
    return found


def _one_of(kind: type[E], text: str, where: str) -> E:
    try:
        return kind(text.lower())
    except ValueError as error:
        raise MalformedValue(where, text, f"one of {'; '.join(kind)}") from error
