"""What a test of origin finds: an outcome with the figures compared, the text applied and what it rests on."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from evidence.rules.parameters import Law


class Outcome(StrEnum):
    """`not_determinable` is for missing evidence; it never supports a claim."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_DETERMINABLE = "not_determinable"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one test.

    Attributes:
        test: what was tested, in words that a worksheet can print.
        figure: what was reached; a percentage is cut, at four decimals, towards the side that hurts the claim, so that
            comparing it with `bound` agrees with the exact comparison that decided.
        bound: what had to be reached, or not passed.
        shown: both for people, with two decimals.
        law: the dated figures applied.
        citations: texts applied that hold no figure.
        reason: one line on why, above all where the outcome is not `met`.
        rests_on: identifiers, in the caller's terms, of what the figures came from.
        inputs: the named figures that went in, as they were.
        parts: the findings that this one combines.
    """

    test: str
    outcome: Outcome
    figure: Decimal | None
    bound: Decimal | None
    shown: str
    law: tuple[Law, ...]
    reason: str
    rests_on: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    inputs: tuple[tuple[str, Decimal], ...] = ()
    parts: tuple["Finding", ...] = ()

    @property
    def met(self) -> bool:
        return self.outcome is Outcome.MET

    def texts(self) -> tuple[str, ...]:
        """Every text that this finding and its parts apply, each once, in order."""
        own = [law.source for law in self.law] + list(self.citations)
        return tuple(dict.fromkeys(own + [text for part in self.parts for text in part.texts()]))


def judged(
    test: str, reason: str, citation: str, *, met: bool, shown: str = "", rests_on: tuple[str, ...] = ()
) -> Finding:
    """A finding of a test that compares no figures; `shown` is the outcome in words where nothing else is given."""
    outcome = Outcome.MET if met else Outcome.NOT_MET
    said = shown or outcome.value.replace("_", " ")
    return Finding(test, outcome, None, None, said, (), reason, rests_on, (citation,))


def both_texts(section: str) -> str:
    """A section that the regulations of the United States and of Canada number alike, as it is cited."""
    return f"19 CFR 182 App A {section}; SOR/2020-155 {section}"


def undetermined(test: str, reason: str, *, citations: Iterable[str] = (), rests_on: Iterable[str] = ()) -> Finding:
    """A finding that evidence is missing."""
    return Finding(
        test, Outcome.NOT_DETERMINABLE, None, None, "not determinable", (), reason, tuple(rests_on), tuple(citations)
    )


def all_of(test: str, parts: Iterable[Finding], *, citations: Iterable[str] = ()) -> Finding:
    """Met where every part is; not met where one is not; otherwise not determinable. Of no parts, not determinable."""
    parts = tuple(parts)
    if not parts:
        return undetermined(test, "nothing was tested", citations=citations)
    for outcome in (Outcome.NOT_MET, Outcome.NOT_DETERMINABLE):
        against = [part for part in parts if part.outcome is outcome]
        if against:
            return _combined(test, outcome, against, parts, citations)
    return _combined(test, Outcome.MET, [], parts, citations)


def any_of(test: str, parts: Iterable[Finding], *, citations: Iterable[str] = ()) -> Finding:
    """Met where one part is; not met where none can be; otherwise not determinable. Of no parts, not determinable."""
    parts = tuple(parts)
    if not parts:
        return undetermined(test, "no alternative is open", citations=citations)
    met = [part for part in parts if part.met]
    if met:
        return _combined(test, Outcome.MET, met[:1], parts, citations)
    open_parts = [part for part in parts if part.outcome is Outcome.NOT_DETERMINABLE]
    outcome = Outcome.NOT_DETERMINABLE if open_parts else Outcome.NOT_MET
    return _combined(test, outcome, open_parts or list(parts), parts, citations)


def _combined(
    test: str, outcome: Outcome, deciding: list[Finding], parts: tuple[Finding, ...], citations: Iterable[str]
) -> Finding:
    reason = "; ".join(f"{part.test}: {part.reason}" for part in deciding) or "every part is met"
    rests_on = tuple(dict.fromkeys(source for part in parts for source in part.rests_on))
    shown = outcome.value.replace("_", " ")
    return Finding(test, outcome, None, None, shown, (), reason, rests_on, tuple(citations), parts=parts)
