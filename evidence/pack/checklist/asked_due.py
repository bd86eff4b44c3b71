"""By when a missing item is wanted, from what is on record: a letter of customs, a clock that runs, the claim itself.

A letter that is not answered in full sets the day for everything that is missing. Of its own date and the day it came
in, the clock counts from the earlier; a printed last day, or an extension granted, goes before the table. No day is
made up: where none runs, the words say what will start one, and until when customs can ask.
"""

import csv
import importlib.resources
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final

from evidence.core.statements.case import ExtensionStep, Notice, NoticeKind
from evidence.core.values import add_months
from evidence.pack.checklist.asked_claim import claims_made
from evidence.pack.checklist.asked_file import File, Seen
from evidence.pack.gathered.asked_items import Item
from evidence.pack.words.language import _
from evidence.pack.words.recorded import cited
from evidence.register.queries import Known

_BY_KIND: Final = {
    NoticeKind.INFORMATION_REQUEST: "D-US-01",
    NoticeKind.VERIFICATION_LETTER: "D-US-02",
    NoticeKind.QUESTIONNAIRE: "D-US-02",
    NoticeKind.DEFECT: "D-US-03",
    NoticeKind.INTENT: "D-US-05",
    NoticeKind.VISIT: "D-US-06",
    NoticeKind.ACTION_PROPOSED: "D-US-07",
    NoticeKind.WAGE_RECORDS: "D-US-08",
    NoticeKind.ACTION_TAKEN: "D-US-18",
}
_ELSEWHERE: Final = {"CA": "D-CA-01", "MX": "D-MX-01"}
_ON_REQUEST: Final = {"US": "D-US-09", "CA": "D-CA-01", "MX": "D-MX-01"}
_LATE_CLAIM: Final = {"US": "D-US-15", "CA": "D-CA-05"}
_KEPT: Final = {"US": "R-US-01", "CA": "R-CA-01", "MX": "R-MX-01"}
_CORRECTED: Final = {"US": "D-US-10", "CA": "D-CA-02"}
_WEEKEND = 5


@dataclass(frozen=True, slots=True)
class Clock:
    """One row of the data: a period of days, business days or months from something."""

    id: str
    what: str
    count: int
    unit: str
    citation: str
    mark: str

    def end(self, start: date) -> date:
        """The last day. Holidays are not known here and not counted, so that business days end early, never late."""
        if self.unit == "months":
            return add_months(start, self.count)
        if self.unit == "days":
            return start + timedelta(days=self.count)
        day, left = start, self.count
        while left:
            day += timedelta(days=1)
            left -= day.weekday() < _WEEKEND
        return day


@cache
def clocks() -> dict[str, Clock]:
    """The packaged clocks, by id."""
    text = (importlib.resources.files("evidence.pack") / "data" / "deadlines.csv").read_text(encoding="utf-8")
    return {
        row["id"]: Clock(
            row["id"],
            row["what"],
            int(row["count"]),
            row["unit"],
            row["citation"],
            row["mark"],
        )
        for row in csv.DictReader(io.StringIO(text, newline=""), strict=True)
    }


@dataclass(frozen=True, slots=True)
class Due:
    """The day by which something is wanted, and what sets it, in a sentence."""

    day: date | None
    words: str


def due(item: Item, seen: Seen, file: File) -> Due:
    """By when a missing item is wanted: the earliest of the letters and clocks that run; else by the claim itself."""
    running = [*_letters(file), *_running(item, seen, file)]
    found = [each for each in running if each.day is not None] or list(_by_claim(item, file)) or running
    return min(found, key=lambda each: each.day or date.max, default=Due(None, _("On request.")))


def _letters(file: File) -> Iterator[Due]:
    """The last day to answer each letter of customs that has no complete answer."""
    answered = {known.value.notice for known in file.facts.around.replies if known.value.complete}
    for known in file.facts.around.notices:
        if known.value.number not in answered:
            yield _letter(known.value, _granted(file, known))


def _granted(file: File, known: Known[Notice]) -> date | None:
    """The last day by the latest extension granted."""
    steps = [each.value for each in file.facts.around.extensions if each.value.notice == known.value.number]
    return max((s.until for s in steps if s.step is ExtensionStep.GRANTED and s.until), default=None)


def _letter(notice: Notice, granted: date | None) -> Due:
    named = {"number": notice.number, "day": notice.dated_on}
    if granted is not None:
        return Due(granted, _("{number} of {day}: until then by an extension granted.", **named))
    if notice.reply_due_on is not None:
        return Due(notice.reply_due_on, _("{number} of {day}: the last day that it prints.", **named))
    start = min(notice.dated_on, notice.received_on)
    if notice.reply_days is not None:
        last = start + timedelta(days=notice.reply_days)
        return Due(last, _("{number} of {day}: {count} days, as it prints.", count=notice.reply_days, **named))
    clock = clocks()[_clock_id(notice)]
    return Due(clock.end(start), _("{number} of {day} ({citation}).", citation=cited(clock.citation), **named))


def _clock_id(notice: Notice) -> str:
    if notice.country == "MX" and notice.notice_kind is NoticeKind.DEFECT:
        return "D-MX-02"
    return _ELSEWHERE.get(notice.country) or _BY_KIND.get(notice.notice_kind, _ON_REQUEST["US"])


def _running(item: Item, seen: Seen, file: File) -> Iterator[Due]:
    """The clocks of the item itself."""
    if seen.due is not None:
        yield Due(seen.due, seen.due_by or _clock_of(item, file))
    elif item.due == "correction":
        yield from _learned(file)
    elif item.due == "year-end":
        yield Due(None, _("No fiscal calendar on record says when the year ends (19 CFR 182.102)."))


def _by_claim(item: Item, file: File) -> Iterator[Due]:
    """The day of the claim, or the last on which one can be made."""
    if item.due == "claim":
        yield from _before_claim(file)
    elif item.due == "one-year" and not file.facts.ahead:
        clock = clocks()["D-US-15"]
        for line in file.facts.lines:
            if line.entry.value.country == "US":
                day = clock.end(line.entry.value.imported_on)
                yield Due(day, _("A year from importation ({text}).", text=cited(clock.citation)))


def _before_claim(file: File) -> Iterator[Due]:
    """What a claim rests on is wanted before it is made."""
    if file.facts.ahead:
        yield Due(None, _("Wanted before a claim is made."))
        return
    for line in file.facts.lines:
        made, entry = claims_made(line), line.entry.value
        if made:
            yield Due(made[0].value.decided_on, _("Wanted when the claim was made."))
            continue
        clock = clocks().get(_LATE_CLAIM.get(entry.country, ""))
        if clock is None:
            yield Due(None, _("Wanted before a claim is made."))
        else:
            day = clock.end(entry.imported_on)
            yield Due(
                day, _("Wanted before a claim, which can be made until this day ({text}).", text=cited(clock.citation))
            )


def _learned(file: File) -> Iterator[Due]:
    """The clocks that start when there is reason to believe a claim wrong."""
    for known in file.facts.around.learned:
        for country in sorted(file.countries):
            if country in _CORRECTED:
                clock = clocks()[_CORRECTED[country]]
                yield Due(
                    clock.end(known.value.learned_on),
                    _("Learned on {day} ({text}).", day=known.value.learned_on, text=cited(clock.citation)),
                )


def _clock_of(item: Item, file: File) -> str:
    if item.due == "correction":
        return "; ".join(
            clocks()[_CORRECTED[country]].citation for country in sorted(file.countries) if country in _CORRECTED
        )
    return item.citation


def on_request(file: File) -> Iterator[str]:
    """What starts a clock for what no letter has asked for yet, and until when one may come, country by country."""
    for country in sorted(file.countries & _ON_REQUEST.keys()) if not file.facts.ahead else ():
        asked, kept = clocks()[_ON_REQUEST[country]], clocks()[_KEPT[country]]
        days = [line.entry.value.imported_on for line in file.facts.lines if line.entry.value.country == country]
        last = kept.end(max(days))
        yield _(
            "On request in {country}: {count} days from it ({text}). It may come until {last} ({kept}).",
            country=country,
            count=asked.count,
            text=cited(asked.citation),
            last=last,
            kept=cited(kept.citation),
        )
