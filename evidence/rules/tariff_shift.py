"""The tariff shift: whether each non-originating material changed classification as the product rule demands.

19 CFR 182 App A s.3(1)-(2), s.13 and SOR/2020-155; HTSUS General Note 11(o). The phrases of the rules are read by a
small grammar. What it cannot read, and what a code alone cannot tell (a rule that names a kind of goods within a
code), is *not determinable* with the phrase as reason; it is never guessed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from evidence.errors import MalformedValue
from evidence.rules.codes import CodeSpan, printed, subheading
from evidence.rules.de_minimis import tolerates_missed_shift
from evidence.rules.exact import amount, total_of
from evidence.rules.finding import Finding, Outcome, undetermined
from evidence.rules.parameters import Parameter

BATTERY_CELLS = "battery cells"
"""The kind that the rule for propulsion batteries (GN 11(o) ch. 85 rule 17) leaves out of 8507.90."""

CITATION = "19 CFR 182 App A s.3, s.13; SOR/2020-155 s.3, s.13"

_SPAN = r"[0-9]{2}\.?[0-9]{2}(?:\.[0-9]{2})?(?:\.(?:[a-z]{2}|[0-9]{2}))?(?:-[0-9]{2}\.?[0-9]{2}(?:\.[0-9]{2})?)?"
_LIST = re.compile(rf"(?:US items? )?({_SPAN}(?:(?:,| or|, or) (?:US items? )?{_SPAN})*)")
_OTHERS = re.compile(r",? ?\(?with or without other (chapter|heading|subheading)s?\)?")
_ANY_OTHER = re.compile(r"any other (chapter|heading|subheading)(?: \(also within the group\))?")
_ANY_OUTSIDE = re.compile(r"any (?:heading|subheading) outside the group")
_DESCRIBED = re.compile(rf"(?P<what>[A-Za-z][^0-9]*?) of (?P<codes>{_SPAN}(?: or {_SPAN})*)")
_GLOSS = re.compile(r" \((?!also within|with or without)[^()]*\)")
"""What a list of codes stands for, in brackets after it: ``8548.10.05, 8548.10.15 (battery waste)``."""
_LEAVING_OUT = re.compile(rf", leaving out (?P<what>[^0-9]+?) of (?P<codes>{_SPAN})$")


class Shift(StrEnum):
    """What one material did: `open` where its code, or the phrase, does not tell."""

    SHIFTED = "shifted"
    MISSED = "missed"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class TariffInput:
    """A non-originating material as the test sees it.

    Attributes:
        key: the caller's identifier of the material.
        code: its six, eight or ten digits in the edition of the rules; None if not known.
        value: its value per unit of the good; None if not known.
        kinds: what it is recorded to be, or not to be, where a rule names a kind of goods within a code, in the words
            of the rule: "battery cells", "not battery cells", "8482.99.aa". Without either the code does not tell.
        inputs: every non-originating input of it, where its producer accumulates by stating them (s.9(7)(a)(ii)); it
            then shifts also where each of them does. None where nothing is stated.
    """

    key: str
    code: str | None
    value: Decimal | None
    kinds: tuple[str, ...] = ()
    inputs: "tuple[TariffInput, ...] | None" = None


@dataclass(frozen=True, slots=True)
class _Named:
    """Codes that a phrase names; with `kind`, only goods of that kind within them."""

    span: CodeSpan
    kind: str

    def covers(self, code: str, kinds: tuple[str, ...]) -> Shift:
        """SHIFTED here stands for "is one of them", MISSED for "is not"."""
        if not self.span.holds(code):
            return Shift.MISSED
        if not self.kind or self.kind in kinds:
            return Shift.SHIFTED
        return Shift.MISSED if f"not {self.kind}" in kinds else Shift.OPEN


@dataclass(frozen=True, slots=True)
class Change:
    """A tariff change as read from its phrase.

    Attributes:
        digits: how many leading digits must differ from the good's (2, 4 or 6); None where the phrase does not say.
        outside: the group of codes that it must come from outside of; None where the phrase does not say.
        named: codes from which a change is enough by itself.
        barred: codes from which no change is enough.
    """

    digits: int | None
    outside: CodeSpan | None
    named: tuple[_Named, ...]
    barred: tuple[_Named, ...]

    def of(self, material: TariffInput, good: str) -> Shift:
        """What one material did, or the inputs stated for it; `good` is the good's six digits."""
        by_itself = self._of_itself(material, good)
        if by_itself is Shift.SHIFTED or material.inputs is None:
            return by_itself
        within = {self.of(each, good) for each in material.inputs}
        if within <= {Shift.SHIFTED}:
            return Shift.SHIFTED
        return by_itself if Shift.MISSED in within else Shift.OPEN

    def _of_itself(self, material: TariffInput, good: str) -> Shift:
        if material.code is None:
            return Shift.OPEN
        code = subheading(material.code)
        barred = {named.covers(code, material.kinds) for named in self.barred}
        if Shift.SHIFTED in barred:
            return Shift.MISSED
        named = {named.covers(code, material.kinds) for named in self.named}
        differs = self._differs(code, good)
        if Shift.SHIFTED in named:
            reached = Shift.SHIFTED
        elif differs is Shift.MISSED and Shift.OPEN in named:
            reached = Shift.OPEN
        else:
            reached = differs
        return Shift.OPEN if reached is Shift.SHIFTED and Shift.OPEN in barred else reached

    def _differs(self, code: str, good: str) -> Shift:
        if self.outside is not None:
            return Shift.MISSED if self.outside.holds(code) else Shift.SHIFTED
        if self.digits is not None:
            return Shift.SHIFTED if code[: self.digits] != good[: self.digits] else Shift.MISSED
        # The phrase names codes only and does not say whether other headings may be among the materials too.
        return Shift.OPEN if code[:4] != good[:4] else Shift.MISSED


def read_change(from_: str, except_: str = "", group: str = "") -> Change | None:
    """The change that a rule's words demand, or None where this grammar cannot read them.

    Args:
        from_: what the change must be from, as the rule prints it.
        except_: what it may not be from, where the rule prints that apart.
        group: the code or range that the rule is for, to which "outside the group" refers.
    """
    try:
        return _read(from_.strip(), except_.strip(), group)
    except MalformedValue:
        return None


def tariff_shift(
    good: str,
    from_: str,
    except_: str,
    materials: Iterable[TariffInput],
    *,
    base: Decimal | None,
    limit: Parameter,
    day: date,
    group: str = "",
    citation: str = CITATION,
    test: str = "tariff shift",
) -> Finding:
    """Whether every non-originating material shifts, or those that do not are within de minimis (s.5(1)).

    Args:
        good: the good's code in the edition of the rules.
        from_: what the change must be from, as the rule prints it.
        except_: what it may not be from, where the rule prints that apart.
        materials: the non-originating and undetermined materials; indirect and packing materials left out.
        base: adjusted transaction value or total cost of the good, for de minimis; None if not known.
        limit: the series DEMIN-CTC.
        day: the day whose law applies.
        group: the code or range that the rule is for.
        citation: the text of the rule.
        test: what the finding is called.

    Raises:
        NoValueInForce: the limit has no value on `day`.
        MalformedValue: a code is no tariff code, or a value is below zero.
    """
    materials = tuple(materials)
    phrase = f"a change to {printed(good)} from {from_}" + (f", except from {except_}" if except_ else "")
    change = read_change(from_, except_, group)
    keys = tuple(material.key for material in materials)
    if change is None:
        reason = f"the rule's words cannot be applied by code: {phrase}"
        return undetermined(test, reason, citations=(citation,), rests_on=keys)
    digits = subheading(good)
    shifts = [(material, change.of(material, digits)) for material in materials]
    missed = [material for material, shift in shifts if shift is Shift.MISSED]
    unknown = [material for material, shift in shifts if shift is Shift.OPEN]
    if not missed and not unknown:
        reason = "every non-originating material shifts" if materials else "no non-originating material is used"
        return _finding(test, Outcome.MET, f"{reason}: {phrase}", citation, keys)
    return _with_tolerance(test, phrase, missed, unknown, base, limit, day, citation, keys)


def _with_tolerance(
    test: str,
    phrase: str,
    missed: list[TariffInput],
    unknown: list[TariffInput],
    base: Decimal | None,
    limit: Parameter,
    day: date,
    citation: str,
    keys: tuple[str, ...],
) -> Finding:
    """Materials that miss, or may miss, are tolerated together if together they are within de minimis."""
    at_worst = tolerates_missed_shift(_sum(missed + unknown), base, limit, day)
    if at_worst.met:
        reason = f"{_names(missed + unknown)} within de minimis: {at_worst.reason}; {phrase}"
        return _finding(test, Outcome.MET, reason, citation, keys, (at_worst,))
    if missed:
        at_best = tolerates_missed_shift(_sum(missed), base, limit, day)
        if at_best.outcome is Outcome.NOT_MET:
            reason = f"{_names(missed)} does not shift, and de minimis does not cover it: {at_best.reason}; {phrase}"
            return _finding(test, Outcome.NOT_MET, reason, citation, keys, (at_best,))
    doubtful = unknown or missed
    reason = f"the code or kind of {_names(doubtful)} does not tell" if unknown else at_worst.reason
    return _finding(test, Outcome.NOT_DETERMINABLE, f"{reason}; {phrase}", citation, keys, (at_worst,))


def _sum(materials: list[TariffInput]) -> Decimal | None:
    return total_of(None if each.value is None else amount(f"value of {each.key}", each.value) for each in materials)


def _names(materials: list[TariffInput]) -> str:
    shown = ", ".join(material.key for material in materials[:5])
    return f"{shown} and {len(materials) - 5} more" if len(materials) > 5 else shown


def _finding(
    test: str, outcome: Outcome, reason: str, citation: str, keys: tuple[str, ...], parts: tuple[Finding, ...] = ()
) -> Finding:
    shown = outcome.value.replace("_", " ")
    return Finding(test, outcome, None, None, shown, (), reason, keys, (citation,), parts=parts)


def _read(words: str, barred_words: str, group: str) -> Change | None:
    words, barred_words = (_GLOSS.sub("", each) for each in (words.replace(", but not ", " except "), barred_words))
    barred: list[_Named] = []
    leaving = _LEAVING_OUT.search(words)
    if leaving is not None:
        barred += [_Named(span, leaving["what"]) for span in _spans(leaving["codes"])]
        words = words[: leaving.start()]
    words, _, excepted = words.partition(" except ")
    for codes in filter(None, (barred_words, excepted)):
        if _LIST.fullmatch(codes) is None:
            return None
        barred += _listed(codes)
    outside: CodeSpan | None = None
    digits: int | None = None
    others = _OTHERS.search(words)
    if others is not None:
        if words[others.end() :]:
            return None
        digits = _LEVELS[others[1]]
        words = words[: others.start()]
    if "with or without" in words or "but not" in words:
        return None
    named: list[_Named] = []
    for piece in _alternatives(words):
        if (any_other := _ANY_OTHER.fullmatch(piece)) is not None:
            digits = _LEVELS[any_other[1]]
        elif _ANY_OUTSIDE.fullmatch(piece) is not None and group:
            outside = CodeSpan.parse(group)
        elif _LIST.fullmatch(piece) is not None:
            named += _listed(piece)
        elif (described := _DESCRIBED.fullmatch(piece)) is not None:
            named += [_Named(span, described["what"]) for span in _spans(described["codes"])]
        else:
            return None
    return Change(digits, outside, tuple(named), tuple(barred))


_LEVELS = {"chapter": 2, "heading": 4, "subheading": 6}


def _alternatives(words: str) -> list[str]:
    """The pieces that "or" joins, where the "or" does not stand within one description.

    "parts thereof of 8708.80 or 8708.99" is one description of two codes; "strut parts of 8708.80 or any other
    subheading" is two pieces; "other goods of 8708.40, or 8708.99" is two, by its comma.
    """
    pieces: list[str] = []
    for part in words.split(", or "):
        if _LIST.fullmatch(part) or _DESCRIBED.fullmatch(part):
            pieces.append(part)
            continue
        head, joined, tail = part.rpartition(" or ")
        if joined and (_ANY_OTHER.fullmatch(tail) or _LIST.fullmatch(head)):
            pieces += [head, tail]
            continue
        head, joined, tail = part.partition(" or ")
        pieces += [head, tail] if joined and _LIST.fullmatch(head) else [part]
    return pieces


def _listed(codes: str) -> list[_Named]:
    return [_Named(span, span.item) for span in _spans(codes)]


def _spans(codes: str) -> list[CodeSpan]:
    return [CodeSpan.parse(code) for code in re.findall(_SPAN, codes)]
