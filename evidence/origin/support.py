"""Support of a bought material: whether an accepted declaration covers each purchase that its value rests on.

A purchase is covered by a declaration of the same part from the same supplier and plant whose window holds the day of
receipt, that is signed, that a person has accepted, and that nothing had ended by that day. Whatever is missing
counts against the claim (19 CFR 182 App A s.8(2): a material of undetermined origin is valued as non-originating),
and the reason says which condition failed first.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from evidence.core.statements.base import EvidenceClass
from evidence.core.statements.declaration import (
    DeclarationEvent,
    DeclarationForm,
    DeclarationState,
    Silence,
    SupplierDeclaration,
)
from evidence.core.statements.purchase import PurchaseLine
from evidence.core.values import Period
from evidence.origin.inputs import Fact, Inputs, SupportingDocument

REGION = frozenset({"US", "CA", "MX"})
_ACCUMULATION = (DeclarationForm.ACCUMULATION_COST, DeclarationForm.ACCUMULATION_VALUE)


class Counts(StrEnum):
    """What of a purchase counts as non-originating."""

    NOTHING = "nothing"
    STATED = "what the producer states"
    WHOLE = "its whole value"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a material came from: the supplier, the plant it left, and the day or days on which it was received."""

    supplier: str
    shipped_from: str | None
    first: date
    last: date

    def __str__(self) -> str:
        when = f"received {self.first}" if self.first == self.last else f"for {self.first} to {self.last}"
        return f"{self.supplier}{f' ({self.shipped_from})' if self.shipped_from else ''}, {when}"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What stands behind one source of a material.

    Attributes:
        declaration: the declaration that decides, where one does.
        settled: the material is known not to originate, so that nothing is missing.
        open: a person still has something to decide or to file.
        failed: the condition that failed, in one word; empty where it is covered.
        stated: the declarations whose figures may be counted instead (s.9(2)); the least of them counts.
    """

    source: Source
    counts: Counts
    declaration: Fact[SupplierDeclaration] | None
    reason: str
    rests_on: tuple[str, ...]
    settled: bool = False
    open: bool = False
    failed: str = ""
    stated: tuple[Fact[SupplierDeclaration], ...] = ()


@dataclass(frozen=True, slots=True)
class _Check:
    """How far one declaration got: the number of conditions it passed, and why it stopped."""

    declaration: Fact[SupplierDeclaration]
    passed: int
    failed: str
    reason: str
    open: bool
    rests_on: tuple[str, ...]


class SupportFile:
    """The declarations on file with what became of them, ready to be asked about one source at a time."""

    def __init__(self, inputs: Inputs) -> None:
        self._declarations: dict[tuple[str, str], list[Fact[SupplierDeclaration]]] = defaultdict(list)
        for declaration in inputs.declarations:
            self._declarations[declaration.value.owner, declaration.value.part].append(declaration)
        self._events: dict[str, list[Fact[DeclarationEvent]]] = defaultdict(list)
        for event in inputs.events:
            self._events[event.value.declaration].append(event)
        self._silences = inputs.silences
        self._requests = inputs.requests
        self._countries = {site.value.site: site.value.country for site in inputs.sites}
        self._parties = {site.value.site: site.value.party for site in inputs.sites}
        self._period = inputs.question.period
        self._documents: dict[str, list[Fact[SupportingDocument]]] = defaultdict(list)
        for document in inputs.documents:
            for target in document.value.relates_to:
                self._documents[target].append(document)

    def of_purchase(self, purchase: Fact[PurchaseLine]) -> Coverage:
        """What covers one purchase."""
        line = purchase.value
        source = Source(line.seller, line.shipped_from, line.received_on, line.received_on)
        return self.of_source(line.owner, line.part, line.revision, source)

    def of_source(self, owner: str, part: str, revision: str, source: Source) -> Coverage:
        """What covers one part from one source; of a span of days, every day must be covered."""
        mine = [found for found in self._declarations[owner, part] if found.value.supplier == source.supplier]
        checks = [self._check(declaration, revision, source) for declaration in mine]
        good = [check for check in checks if not check.failed]
        against = [check for check in good if check.declaration.value.form is DeclarationForm.NOT_ORIGINATING]
        if against:
            return self._declared_against(source, against, good)
        return self._best(source, good) if good else self._uncovered(part, source, checks)

    def of_standard(self, owner: str, part: str, revision: str, period: Period) -> Coverage:
        """For an estimate without purchases: whether a supplier's declaration covers the whole period.

        No source is recorded yet, so that the supplier whose declaration covers best is taken as the one to be; a
        supplier who declared the part not originating, or was asked in vain, counts against it.
        """
        found = [
            self.of_source(
                owner, part, revision, Source(each.value.supplier, each.value.plant, period.first, period.last)
            )
            for each in self._declarations[owner, part]
        ]
        against = [coverage for coverage in found if coverage.failed in ("not originating", "contradicted")]
        silent = [
            fact.value.supplier
            for fact in self._silences
            if part in fact.value.parts
            and _meets(fact.value, period)
            and not self._declares(owner, part, fact.value.supplier)
        ]
        against += [
            self.of_source(owner, part, revision, Source(supplier, None, period.first, period.last))
            for supplier in silent
        ]
        if against:
            return against[0]
        if found:
            return min(found, key=_hurt)
        source = Source("no supplier on file", None, period.first, period.last)
        reason = f"No supplier has declared {part} for {period.first} to {period.last}."
        return Coverage(source, Counts.WHOLE, None, reason, (), failed="none")

    def of_made(self, owner: str, part: str, revision: str, used_at: str, made_at: str) -> Coverage | None:
        """What lets a material that another party makes count by its own materials; None where the user makes it.

        Its producer's books serve only where that producer accumulates with the user: a signed statement of what it
        cost and what in it does not originate (s.9(2)(a)), or that it originates, for part, plant and whole period. Of
        a plant that is not on record it is not known whose it is, so that a statement is wanted of it too.
        """
        user, maker = self._parties.get(used_at), self._parties.get(made_at)
        if used_at == made_at or (maker is not None and maker == user):
            return None
        period = self._period
        source = Source(maker or f"whoever makes it at {made_at}", made_at, period.first, period.last)
        mine = [found for found in self._declarations[owner, part] if found.value.supplier == maker]
        checks = [self._check(declaration, revision, source) for declaration in mine]
        good = [check for check in checks if not check.failed]
        against = [check for check in good if check.declaration.value.form is DeclarationForm.NOT_ORIGINATING]
        wanted = (DeclarationForm.ACCUMULATION_COST, DeclarationForm.ORIGINATING)
        stated = [check for form in wanted for check in good if check.declaration.value.form is form]
        originating = any(check.declaration.value.form is DeclarationForm.ORIGINATING for check in stated)
        if against and (originating or not stated):
            return self._declared_against(source, against, [*against, *stated])
        if stated:
            chosen = stated[0]
            reason = (
                f"{chosen.reason[:-1]}: {chosen.declaration.value.form.value}, {source}; counted by its own materials."
            )
            return Coverage(source, Counts.STATED, chosen.declaration, reason, chosen.rests_on)
        if checks:
            return self._uncovered(part, source, checks)
        reason = f"Made by another party, and no statement of it on {part} is on file (s.9(2)): {source}."
        return Coverage(source, Counts.WHOLE, None, reason, (), failed="no statement of its producer")

    def grade(self, coverage: Coverage, invoices: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        """How well the coverage is backed, and the entries of the documents that back it (DESIGN.md section 4).

        Signed is what a native document of the supplier's signs; a name typed into a table states itself.
        """
        if coverage.declaration is None or coverage.counts is Counts.WHOLE:
            return "none", ()
        documents = [document for invoice in invoices for document in self._documents[f"purchase:{invoice}"]]
        refs = tuple(dict.fromkeys(document.ref for document in documents))
        if any("payment" in (document.value.role or "").lower() for document in documents):
            return "payment-backed", refs
        if documents:
            return "document-backed", refs
        return ("signed" if coverage.declaration.value.evidence_class is EvidenceClass.NATIVE else "self-stated"), ()

    def _declares(self, owner: str, part: str, supplier: str) -> bool:
        return any(found.value.supplier == supplier for found in self._declarations[owner, part])

    def _check(self, fact: Fact[SupplierDeclaration], revision: str, source: Source) -> _Check:
        """The first condition that the declaration fails for the source, in the order in which a person would ask."""
        declaration = fact.value
        name = f"Declaration {declaration.reference}"
        events = self._events[declaration.id]
        rests_on = (fact.ref, *(event.ref for event in events))

        def stop(passed: int, failed: str, reason: str, *, is_open: bool = False) -> _Check:
            return _Check(fact, passed, failed, f"{name} {reason}.", is_open, rests_on)

        if declaration.revision is not None and declaration.revision != revision:
            return stop(
                0, "revision", f"is for revision {declaration.revision}, the purchase was of revision {revision}"
            )
        window = _window(declaration)
        if window is None:
            return stop(1, "window", "names no window of validity")
        if source.first not in window or source.last not in window:
            outside = source.first if source.first not in window else source.last
            return stop(1, "window", f"covers {window.first} to {window.last}, and {outside} is outside it")
        if declaration.plant is None or source.shipped_from is None:
            whose = "names no plant" if declaration.plant is None else "is for a plant, and the purchase names none"
            return stop(2, "plant", whose)
        if declaration.plant != source.shipped_from:
            return stop(2, "plant", f"is for plant {declaration.plant}, the goods came from {source.shipped_from}")
        if declaration.signatory is None or declaration.signed_on is None:
            return stop(3, "unsigned", "is not signed")
        ended = _ended(events, source.last)
        if ended is not None:
            how = f"was {ended.state.value} with effect from {ended.effective_from} ({ended.reason})"
            return stop(5, ended.state.value, how)
        if not any(event.value.state is DeclarationState.ACCEPTED for event in events):
            return stop(
                4, "not reviewed", f"was received on {declaration.received_on} and is not yet reviewed", is_open=True
            )
        return stop(6, "", f"covers {window.first} to {window.last} from {declaration.plant}")

    def _best(self, source: Source, good: list[_Check]) -> Coverage:
        """Of several that cover, the one under which least counts."""
        originating = [check for check in good if check.declaration.value.form is DeclarationForm.ORIGINATING]
        if originating:
            chosen = originating[-1]
            reason = chosen.reason[:-1] + f": originating, {source}."
            return Coverage(source, Counts.NOTHING, chosen.declaration, reason, chosen.rests_on)
        stated = [check for check in good if _states_figures(check.declaration.value)]
        if stated:
            chosen = stated[-1]
            reason = chosen.reason[:-1] + f": {chosen.declaration.value.form.value}, {source}."
            rests_on = tuple(dict.fromkeys(ref for check in stated for ref in check.rests_on))
            figures = tuple(check.declaration for check in stated)
            return Coverage(source, Counts.STATED, chosen.declaration, reason, rests_on, stated=figures)
        chosen = good[-1]
        sealed = chosen.declaration.value.form in _ACCUMULATION
        why = "states no figures that can be counted" if sealed else "states tariff inputs only"
        reason = f"Declaration {chosen.declaration.value.reference} {why}; the whole value counts."
        return Coverage(source, Counts.WHOLE, chosen.declaration, reason, chosen.rests_on, failed="figures")

    def _declared_against(self, source: Source, against: list[_Check], good: list[_Check]) -> Coverage:
        chosen = against[-1]
        reason = f"Declaration {chosen.declaration.value.reference}: declared not originating, {source}."
        contradicted = len(good) > len(against)
        if contradicted:
            other = next(check for check in good if check not in against)
            reason += f" Declaration {other.declaration.value.reference} says otherwise; a person must decide."
        return Coverage(
            source, Counts.WHOLE, chosen.declaration, reason, chosen.rests_on,
            settled=not contradicted, open=contradicted, failed="contradicted" if contradicted else "not originating",
        )  # fmt: skip

    def _uncovered(self, part: str, source: Source, checks: list[_Check]) -> Coverage:
        if checks:
            nearest = max(checks, key=lambda check: check.passed)
            return Coverage(
                source, Counts.WHOLE, nearest.declaration, f"{nearest.reason[:-1]}: {source}.", nearest.rests_on,
                open=nearest.open, failed=nearest.failed,
            )  # fmt: skip
        silent = [
            fact for fact in self._silences if fact.value.supplier == source.supplier and part in fact.value.parts
        ]
        if silent:
            last = silent[-1]
            asked = f"request {last.value.request}, {_times(last.value.reminders, 'reminder')}"
            reason = f"{source.supplier} was asked ({asked}) and had not answered by {last.value.until}: {source}."
            return Coverage(source, Counts.WHOLE, None, reason, (last.ref,), failed="silent")
        country = self._countries.get(source.shipped_from or "")
        if country is not None and country not in REGION:
            reason = f"Made outside the region as far as is known (shipped from {country}); no declaration: {source}."
            return Coverage(source, Counts.WHOLE, None, reason, (), settled=True, failed="outside the region")
        pending = [
            fact for fact in self._requests if fact.value.supplier == source.supplier and part in fact.value.parts
        ]
        if pending:
            sent = pending[-1]
            reason = f"Asked on {sent.value.sent_on} (request {sent.value.number}, due {sent.value.due_on}): {source}."
            return Coverage(source, Counts.WHOLE, None, reason, (sent.ref,), open=True, failed="pending")
        return Coverage(source, Counts.WHOLE, None, f"No declaration on file: {source}.", (), failed="none")


def _times(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _hurt(coverage: Coverage) -> int:
    return (Counts.NOTHING, Counts.STATED, Counts.WHOLE).index(coverage.counts)


def _window(declaration: SupplierDeclaration) -> Period | None:
    """The window, both ends stated; a declaration without an end covers nothing (a blanket runs twelve months at
    most).
    """
    if declaration.valid_from is None or declaration.valid_to is None or declaration.valid_to < declaration.valid_from:
        return None
    return Period(declaration.valid_from, declaration.valid_to)


def _meets(silence: Silence, period: Period) -> bool:
    """Whether a silence says something on a period: one without a window says it on every period."""
    begins = silence.valid_from is None or silence.valid_from <= period.last
    return begins and (silence.valid_to is None or period.first <= silence.valid_to)


def _ended(events: list[Fact[DeclarationEvent]], day: date) -> DeclarationEvent | None:
    """What had ended the declaration by `day`. A refusal is lifted by a later acceptance; nothing else is."""
    accepted = [event.seq for event in events if event.value.state is DeclarationState.ACCEPTED]
    for event in events:
        state = event.value.state
        if state is DeclarationState.ACCEPTED or event.value.effective_from > day:
            continue
        if state is DeclarationState.REFUSED and any(seq > event.seq for seq in accepted):
            continue
        return event.value
    return None


def _states_figures(declaration: SupplierDeclaration) -> bool:
    if declaration.currency is None:
        return False
    if declaration.form is DeclarationForm.ACCUMULATION_COST:
        return declaration.non_originating_value is not None
    return declaration.form is DeclarationForm.ACCUMULATION_VALUE and declaration.amount_free_of_vnm is not None
