"""Transit: whether a good kept its origin on its way, and the condition that nothing circumvents the rules.

19 CFR 182 App A s.10 and s.11(b); SOR/2020-155 the same. A good that leaves the region must stay under customs control
there and undergo no more than what preserves it; otherwise it is treated as wholly non-originating, whatever its
production was.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from evidence.core.statements.shipment import TransitOperation
from evidence.rules.finding import Finding, Outcome, all_of, undetermined

CITATION = "19 CFR 182 App A s.10; SOR/2020-155 s.10"
CIRCUMVENTION_CITATION = "19 CFR 182 App A s.11(b); SOR/2020-155 s.11(b)"
REGION = frozenset({"US", "CA", "MX"})
_HARMLESS = frozenset(
    {TransitOperation.UNLOADING, TransitOperation.RELOADING, TransitOperation.PRESERVING, TransitOperation.TRANSPORTING}
)
_LISTED_ELSEWHERE = frozenset({TransitOperation.SEPARATING, TransitOperation.STORING, TransitOperation.LABELLING})
"""Named by the agreement's article on transit as it is known here from background; not read in the regulations."""


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay in one country outside the region.

    Attributes:
        country: two letters.
        under_control: whether it stayed under customs control all the time; None where nothing shows it.
        operations: what was done to it there; None where nothing shows it.
        documents: identifiers of what shows both.
    """

    country: str
    under_control: bool | None = None
    operations: tuple[TransitOperation, ...] | None = None
    documents: tuple[str, ...] = ()


def transit(countries: Iterable[str], stays: Iterable[Stay] = (), region: Collection[str] = REGION) -> Finding:
    """Whether a good that passed through `countries` keeps its origin.

    A country of the region needs nothing. One outside it without a stay described is not determinable.

    Args:
        countries: every country passed through, two letters each.
        stays: what is known of the stays outside the region.
        region: the countries of the parties.
    """
    known: dict[str, list[Stay]] = {}
    for stay in stays:
        known.setdefault(stay.country, []).append(stay)
    outside = [country for country in dict.fromkeys((*countries, *known)) if country not in region]
    if not outside:
        reason = "it did not leave the region"
        return Finding("transit", Outcome.MET, None, None, reason, (), reason, (), (CITATION,))
    parts = [_stay(stay) for country in outside for stay in known.get(country, [Stay(country)])]
    return all_of("transit", parts, citations=(CITATION,))


def _stay(stay: Stay) -> Finding:
    test = f"under customs control in {stay.country}, and no more than preserved there"
    done = stay.operations or ()
    beyond = [each.value for each in done if each not in _HARMLESS and each not in _LISTED_ELSEWHERE]
    if stay.under_control is False or beyond:
        why = f"underwent {', '.join(beyond)}" if beyond else "left customs control"
        reason = f"it {why} in {stay.country}, so that it is wholly non-originating"
        return Finding(test, Outcome.NOT_MET, None, None, "not kept", (), reason, stay.documents, (CITATION,))
    doubtful = [each.value for each in done if each in _LISTED_ELSEWHERE]
    missing = ["that customs controlled it"] if stay.under_control is None else []
    missing += ["what was done to it"] if stay.operations is None else []
    if missing or not stay.documents:
        what = " and ".join(missing) or "it"
        return undetermined(test, f"no document shows {what}", citations=(CITATION,), rests_on=stay.documents)
    if doubtful:
        reason = f"whether {', '.join(doubtful)} is no more than preserving it was not read in s.10"
        return undetermined(test, reason, citations=(CITATION,), rests_on=stay.documents)
    reason = f"under customs control, and {', '.join(each.value for each in done) or 'nothing'} only"
    return Finding(test, Outcome.MET, None, None, "kept", (), reason, stay.documents, (CITATION,))


def no_circumvention(demonstrated: bool | None = None, *, rests_on: tuple[str, ...] = ()) -> Finding:
    """The condition of s.11(b): a good does not originate whose production or pricing is shown to circumvent the rules.

    It is for customs to show, on a preponderance of evidence, so that nothing on file leaves the condition met and
    listed; it is never computed.

    Args:
        demonstrated: whether customs has shown it.
    """
    test = "nothing circumvents the rules of origin"
    if demonstrated:
        reason = "customs has shown that production or pricing circumvents the rules"
        return Finding(test, Outcome.NOT_MET, None, None, "shown", (), reason, rests_on, (CIRCUMVENTION_CITATION,))
    reason = "condition listed, not computed: nothing on file says that customs has shown otherwise"
    return Finding(test, Outcome.MET, None, None, "listed", (), reason, rests_on, (CIRCUMVENTION_CITATION,))
