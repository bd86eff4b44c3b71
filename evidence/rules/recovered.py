"""Recovered materials: parts of used goods that originate where they go into a remanufactured good.

19 CFR 182 App A s.1(1), s.4; the same of SOR/2020-155; USMCA art. 1.5, 4.4. A single part that results from taking used
goods apart in the region, and from what brings it to sound working condition, originates when it is built into a
remanufactured good, whatever the used goods were. In any other good it must originate by its own rule.
"""

from collections.abc import Collection
from dataclasses import replace

from evidence.rules.codes import CodeSpan, printed, subheading
from evidence.rules.finding import Finding, all_of, both_texts, judged, undetermined

CITATION = both_texts("s.4")
_DEFINITION = f"{both_texts('s.1(1)')}; USMCA art. 1.5"
_CHAPTERS = CodeSpan.parse("84.01-90.33")
_FURNITURE = CodeSpan.parse("94.02")
_NEVER = tuple(
    CodeSpan.parse(code)
    for code in (
        *("84.18", "85.09", "85.10", "85.16", "87.03"),
        *("8414.51", "8450.11", "8450.12", "8508.11", "8517.11"),
    )
)
"""What the definition takes out of chapters 84 to 90."""


def remanufactured(code: str | None) -> Finding:
    """Whether a good that is recorded as remanufactured can be one by its code; the rest of the definition is recorded.

    Raises:
        MalformedValue: `code` is no tariff code.
    """
    test = "remanufactured good"
    if code is None:
        return undetermined(test, "its code is not known", citations=(_DEFINITION,))
    digits = subheading(code)
    named = _CHAPTERS.holds(digits) or _FURNITURE.holds(digits)
    met = named and not any(span.holds(digits) for span in _NEVER)
    reason = f"{printed(digits)} is {'one' if met else 'none'} of the goods that can be remanufactured"
    return judged(test, reason, _DEFINITION, met=met)


def recovered(key: str, country: str | None, region: Collection[str], into: Finding | None) -> Finding:
    """Whether a recovered material originates.

    Args:
        key: what it is called.
        country: where it was recovered; None if not known.
        region: the countries of the parties.
        into: whether what it goes into is a remanufactured good; None where nothing records that it is.
    """
    place = "recovered in the region"
    where = undetermined(place, "where it was recovered is not on record", citations=(CITATION,))
    if country is not None:
        where = judged(place, f"recovered in {country}", CITATION, met=country in region)
    unrecorded = "what it goes into is not recorded as a remanufactured good"
    goes_into = judged("remanufactured good", unrecorded, CITATION, met=False) if into is None else into
    found = all_of(f"recovered material {key}", [where, goes_into], citations=(CITATION,))
    if not found.met:
        return found
    return replace(found, reason=f"recovered in {country} and built into a remanufactured good: originates (s.4)")
