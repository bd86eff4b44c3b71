"""Tariff codes of two sources held against each other: by six digits, across editions by recorded concordances only.

The same digits in two editions agree unless an entry says that they moved, and the answer names both editions. A code
that an edition split has several: each of them agrees, and the answer names the condition that tells which it is.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from evidence.core.crosswalk import Answer, Noted, in_force
from evidence.core.statements.classification import ClassificationLine
from evidence.core.statements.concordance import Concordance

ANY = "any"
_SUBHEADING = 6

_Code = tuple[str, str]
"""Edition and six digits."""


def agreeing(
    edition: str,
    code: str,
    recorded: Iterable[Noted[ClassificationLine]],
    concordances: Sequence[Noted[Concordance]],
    on: date | None,
    country: str | None = None,
) -> Answer[str]:
    """Whether a code stated of a part agrees with how the part is classified on record.

    Args:
        edition: of the code that was stated.
        code: six, eight or ten digits.
        recorded: the classifications of the part.
        concordances: every one on record.
        on: the day; None for whatever day.
        country: whose classification counts beside those of ``any``; None for each country's.

    Returns:
        The recorded code that it agrees with; or why there is none, ``through`` empty where nothing is classified.
    """
    lines = [
        each
        for each in recorded
        if in_force(each.value.applies_from, each.value.applies_to, on)
        and (country is None or each.value.country in (ANY, country))
    ]
    if not lines:
        return Answer(None, "no classification of the part is on record" + (f" for {on}" if on else ""))
    stated = (edition, code[:_SUBHEADING])
    for each in lines:
        if (each.value.hs_edition, each.value.code[:_SUBHEADING]) == stated:
            return Answer(each.value.code, f"{stated[1]} of {edition} on both", (each.ref,))
    for each in lines:
        mapped = _mapped(stated, (each.value.hs_edition, each.value.code[:_SUBHEADING]), concordances)
        if mapped is not None:
            return Answer(each.value.code, mapped.why, (each.ref, *mapped.through))
    for each in lines:
        other = each.value.hs_edition
        if each.value.code[:_SUBHEADING] == stated[1] and not _moved(stated, other, concordances):
            return Answer(each.value.code, f"{stated[1]} of {edition} and of {other}, digit by digit", (each.ref,))
    kept = ", ".join(dict.fromkeys(f"{each.value.code} of {each.value.hs_edition}" for each in lines))
    apart = all(each.value.hs_edition != edition for each in lines)
    how = ", and no concordance on record joins them" if apart else ""
    return Answer(None, f"stated {code} of {edition}, classified {kept}{how}", tuple(each.ref for each in lines))


def _ends(row: Concordance) -> tuple[_Code, _Code]:
    return (row.from_edition, row.from_code[:_SUBHEADING]), (row.to_edition, row.to_code[:_SUBHEADING])


def _mapped(stated: _Code, kept: _Code, concordances: Sequence[Noted[Concordance]]) -> Answer[str] | None:
    """An entry that reads one code as the other, or two that read both as the same code of a third edition."""
    if stated[0] == kept[0]:
        return None
    for each in concordances:
        ends = _ends(each.value)
        if {*ends} == {stated, kept}:
            split = sum(_ends(row.value)[0] == ends[0] and row.value.to_edition == ends[1][0] for row in concordances)
            how = f"{stated[1]} of {stated[0]} is {kept[1]} of {kept[0]}: {_cited(each.value)}"
            told = f"{how}; one of {split}, where {each.value.condition}" if split > 1 else how
            return Answer(kept[1], told, (each.ref,))
    for one in concordances:
        for other in concordances:
            (mine, third), (theirs, also) = _ends(one.value), _ends(other.value)
            if (mine, theirs) == (stated, kept) and third == also:
                how = f"{stated[1]} of {stated[0]} and {kept[1]} of {kept[0]} are both {third[1]} of {third[0]}"
                return Answer(kept[1], f"{how}: {_cited(one.value)}", (one.ref, other.ref))
    return None


def _moved(stated: _Code, other: str, concordances: Sequence[Noted[Concordance]]) -> bool:
    """Whether an entry says that these digits were other digits in the other edition."""
    digits = stated[1]
    for each in concordances:
        first, second = _ends(each.value)
        if {first[0], second[0]} == {stated[0], other} and digits in (first[1], second[1]):
            return True
    return False


def _cited(row: Concordance) -> str:
    return f"{row.citation} [{row.mark}]"
