"""Support of a bought material: whether an accepted declaration covers each purchase that its value rests on.

A purchase is covered by a declaration of the same part from the same supplier and plant whose window holds the day of
receipt (or that is for the one shipment it came in), that is signed, that a person has accepted, and that nothing had
ended by that day. Two numbers of one supplier are one where a recorded merge says so. Whatever is missing
counts against the claim (19 CFR 182 App A s.8(2): a material of undetermined origin is valued as non-originating),
and the reason says which condition failed first.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from evidence.core.crosswalk.declared import covers
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
from evidence.origin.merged import Merged
from evidence.origin.stated import FORMS, contradicted, held


class Counts(StrEnum):
    """What of a purchase counts as non-originating."""

    NOTHING = "nothing"
    STATED = "what the producer states"
    WHOLE = "its whole value"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a material came from: the supplier, the plant it left, and the day or days on which it was received.

    `came_under` are the numbers of its invoice and receipt; `made_in` is the country of production as invoiced.
    """

    supplier: str
    shipped_from: str | None
    first: date
    last: date
    came_under: tuple[str, ...] = ()
    made_in: str | None = None

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
        stated: the declarations whose figures are counted instead (s.9(2)); of one form the greatest counts.
        inputs: the declarations that state its inputs for the tariff change, whatever decides what counts (s.9(7)).
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
    inputs: tuple[Fact[SupplierDeclaration], ...] = ()


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

    def __init__(self, inputs: Inputs, region: Collection[str]) -> None:
        self.region = region
        self._declarations: dict[tuple[str, str], list[Fact[SupplierDeclaration]]] = defaultdict(list)
        for declaration in inputs.declarations:
            self._declarations[declaration.value.owner, declaration.value.part].append(declaration)
        self._events: dict[str, list[Fact[DeclarationEvent]]] = defaultdict(list)
        for event in inputs.events:
            self._events[event.value.declaration].append(event)
        self._inputs = inputs
        self._silences = inputs.silences
        self._requests = inputs.requests
        self._countries = {site.value.site: site.value.country for site in inputs.sites}
        self._parties = {site.value.site: site.value.party for site in inputs.sites}
        self._period = inputs.question.period
        self._same = Merged(inputs.same_as)
        self._documents: dict[str, list[Fact[SupportingDocument]]] = defaultdict(list)
        for document in inputs.documents:
            for target in document.value.relates_to:
                self._documents[target].append(document)

    def of_purchase(self, purchase: Fact[PurchaseLine]) -> Coverage:
        """What covers one purchase."""
        line = purchase.value
        numbers = tuple(number for number in (line.invoice, line.receipt) if number)
        source = Source(
            line.seller, line.shipped_from, line.received_on, line.received_on, numbers, line.origin_country
        )
        return self.of_source(line.owner, line.part, line.revision, source)

    def of_source(self, owner: str, part: str, revision: str, source: Source) -> Coverage:
        """What covers one part from one source; of a span of days, every day must be covered."""
        mine = [found for found in self._declarations[owner, part] if self._one(found.value.supplier, source)]
        checks = [self._check(declaration, revision, source) for declaration in mine]
        good = [check for check in checks if not check.failed]
        inputs = [check for check in good if check.declaration.value.form is DeclarationForm.TARIFF_INPUTS]
        coverage = self._of_these(part, source, checks, [check for check in good if check not in inputs] or good)
        rests_on = (*coverage.rests_on, *(ref for check in inputs for ref in check.rests_on))
        stating = tuple(check.declaration for check in inputs)
        return replace(coverage, rests_on=tuple(dict.fromkeys(rests_on)), inputs=stating) if inputs else coverage

    def _of_these(self, part: str, source: Source, checks: list[_Check], good: list[_Check]) -> Coverage:
        """What covers a source, of the declarations that cover it with what they state of origin or figures."""
        against = [check for check in good if check.declaration.value.form is DeclarationForm.NOT_ORIGINATING]
        if against:
            return self._declared_against(source, against, good)
        if good and source.made_in is not None and source.made_in not in self.region:
            return _made_elsewhere(source, good[-1])
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
            and not self._declares(owner, part, fact.value.supplier, period.last)
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

        What is made outside the region counts whole, whoever makes it: it was not produced in the region (s.3(1)).
        Its producer's books serve only where that producer accumulates with the user: a signed statement of what it
        cost and what in it does not originate (s.9(2)(a)), or that it originates, for part, plant and whole period. Of
        a plant that is not on record it is not known whose it is, so that a statement is wanted of it too.
        """
        user, maker = self._parties.get(used_at), self._parties.get(made_at)
        period = self._period
        country = self._countries.get(made_at)
        if country is not None and country not in self.region and used_at != made_at:
            source = Source(maker or f"whoever makes it at {made_at}", made_at, period.first, period.last)
            reason = f"Made at {made_at} in {country}, outside the region, whoever makes it there (s.3(1)): {source}."
            return Coverage(source, Counts.WHOLE, None, reason, (), settled=True, failed="outside the region")
        own = maker is not None and user is not None and self._kept(maker, period.last) == self._kept(user, period.last)
        if used_at == made_at or own:
            return None
        source = Source(maker or f"whoever makes it at {made_at}", made_at, period.first, period.last)
        mine = [found for found in self._declarations[owner, part] if self._one(found.value.supplier, source)]
        checks = [self._check(declaration, revision, source) for declaration in mine]
        good = [check for check in checks if not check.failed]
        against = [check for check in good if check.declaration.value.form is DeclarationForm.NOT_ORIGINATING]
        wanted = (
            DeclarationForm.ACCUMULATION_COST,
            DeclarationForm.ACCUMULATION_AVERAGE,
            DeclarationForm.ORIGINATING,
        )
        stated = [check for form in wanted for check in good if check.declaration.value.form is form]
        originating = any(check.declaration.value.form is DeclarationForm.ORIGINATING for check in stated)
        if against and (originating or not stated):
            return self._declared_against(source, against, [*against, *stated])
        held_back = [check for check in stated if self._states_what_shuts(check)]
        stated = [check for check in stated if check not in held_back]
        if stated:
            chosen = stated[0]
            reason = (
                f"{chosen.reason[:-1]}: {chosen.declaration.value.form.value}, {source}; counted by its own materials."
            )
            figures = [check for check in stated if check.declaration.value.form in FORMS]
            if figures and not originating:
                return self._by_figures(source, figures, reason)
            return Coverage(source, Counts.STATED, chosen.declaration, reason, chosen.rests_on)
        if held_back:
            chosen = held_back[0]
            why = self._shut(chosen.declaration.value)
            reason = f"Declaration {chosen.declaration.value.reference} {why}; its whole value counts: {source}."
            return Coverage(
                source, Counts.WHOLE, chosen.declaration, reason, chosen.rests_on, open=True, failed="figures"
            )  # fmt: skip
        if checks:
            return self._uncovered(part, source, checks)
        reason = f"Made by another party, and no statement of it on {part} is on file (s.9(2)): {source}."
        return Coverage(source, Counts.WHOLE, None, reason, (), failed="no statement of its producer")

    def _states_what_shuts(self, check: _Check) -> bool:
        of = check.declaration.value
        return of.form in FORMS and bool(self._shut(of))

    def party(self, plant: str) -> str:
        """Whose plant it is, under the number that is kept; of one not on record, the plant itself."""
        party = self._parties.get(plant)
        return plant if party is None else self._kept(party, self._period.last)

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

    def _kept(self, party: str, on: date) -> str:
        return self._same.kept(party, on)

    def _one(self, party: str, source: Source) -> bool:
        """Whether a party is the source's supplier, under this number or under one merged with it."""
        return party == source.supplier or self._kept(party, source.last) == self._kept(source.supplier, source.last)

    def _declares(self, owner: str, part: str, supplier: str, on: date) -> bool:
        kept = self._kept(supplier, on)
        return any(self._kept(found.value.supplier, on) == kept for found in self._declarations[owner, part])

    def _check(self, fact: Fact[SupplierDeclaration], revision: str, source: Source) -> _Check:
        """The first condition that the declaration fails for the source, in the order in which a person would ask."""
        declaration = fact.value
        name = f"Declaration {declaration.reference}"
        events = self._events[declaration.id]
        merges = self._same.through(declaration.supplier, source.supplier, source.last)
        rests_on = (fact.ref, *(event.ref for event in events), *merges)

        def stop(passed: int, failed: str, reason: str, *, is_open: bool = False) -> _Check:
            return _Check(fact, passed, failed, f"{name} {reason}.", is_open, rests_on)

        if declaration.revision is not None and declaration.revision != revision:
            return stop(
                0, "revision", f"is for revision {declaration.revision}, the purchase was of revision {revision}"
            )
        covered = covers(declaration, source.first, source.last, source.came_under)
        if not covered.matched:
            return stop(1, "window" if declaration.shipment is None else "shipment", covered.why)
        if declaration.plant is None or source.shipped_from is None:
            whose = "names no plant" if declaration.plant is None else "is for a plant, and the purchase names none"
            return stop(2, "plant", whose)
        if declaration.plant != source.shipped_from:
            return stop(2, "plant", f"is for plant {declaration.plant}, the goods came from {source.shipped_from}")
        if declaration.signatory is None or declaration.signed_on is None:
            return stop(3, "unsigned", "is not signed")
        end = ended(events, source.last)
        if end is not None:
            how = f"was {end.state.value} with effect from {end.effective_from} ({end.reason})"
            return stop(5, end.state.value, how)
        if not any(event.value.state is DeclarationState.ACCEPTED for event in events):
            return stop(
                4, "not reviewed", f"was received on {declaration.received_on} and is not yet reviewed", is_open=True
            )
        return stop(6, "", f"{covered.why} from {declaration.plant}")

    def _best(self, source: Source, good: list[_Check]) -> Coverage:
        """Of several that cover, the one under which least counts."""
        originating = [check for check in good if check.declaration.value.form is DeclarationForm.ORIGINATING]
        if originating:
            chosen = originating[-1]
            reason = chosen.reason[:-1] + f": originating, {source}."
            return Coverage(source, Counts.NOTHING, chosen.declaration, reason, chosen.rests_on)
        stated = [check for check in good if not self._shut(check.declaration.value)]
        if stated:
            reason = stated[-1].reason[:-1] + f": {stated[-1].declaration.value.form.value}, {source}."
            return self._by_figures(source, stated, reason)
        chosen = next((check for check in reversed(good) if check.declaration.value.form in FORMS), good[-1])
        form = chosen.declaration.value.form
        why = self._shut(chosen.declaration.value) if form in FORMS else "states tariff inputs only"
        if form is DeclarationForm.ACCUMULATION_TRANSACTION_VALUE:
            why = "states a figure for the transaction value method (s.9(3)), and net cost is what is worked out"
        reason = f"Declaration {chosen.declaration.value.reference} {why}; the whole value counts."
        asked = form in FORMS and _states_any(chosen.declaration.value)
        return Coverage(
            source, Counts.WHOLE, chosen.declaration, reason, chosen.rests_on, open=asked, failed="figures"
        )  # fmt: skip

    def _by_figures(self, source: Source, stated: list[_Check], reason: str) -> Coverage:
        """Statements of figures that all hold: those that contradict each other count as hurts most, and stay open."""
        rests_on = tuple(dict.fromkeys(ref for check in stated for ref in check.rests_on))
        figures = tuple(check.declaration for check in stated)
        against = contradicted(fact.value for fact in figures)
        if against:
            named = " and ".join(dict.fromkeys(fact.value.reference for fact in figures))
            reason = f"Declarations {named} state figures that contradict each other; what counts most is taken until "
            reason += f"a person has ended one of them: {source}."
        return Coverage(
            source, Counts.STATED, stated[-1].declaration, reason, rests_on,
            open=against, failed="contradicted" if against else "", stated=figures,
        )  # fmt: skip

    def _shut(self, declaration: SupplierDeclaration) -> str:
        """Why figures for the net cost method may not be counted; empty where they may."""
        return held(declaration, self._inputs, self._countries) if declaration.form in FORMS else "states no figures"

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
            fact for fact in self._silences if self._one(fact.value.supplier, source) and part in fact.value.parts
        ]
        if silent:
            last = silent[-1]
            asked = f"request {last.value.request}, {_times(last.value.reminders, 'reminder')}"
            reason = f"{source.supplier} was asked ({asked}) and had not answered by {last.value.until}: {source}."
            return Coverage(source, Counts.WHOLE, None, reason, (last.ref,), failed="silent")
        country = self._countries.get(source.shipped_from or "")
        if country is not None and country not in self.region:
            reason = f"Made outside the region as far as is known (shipped from {country}); no declaration: {source}."
            return Coverage(source, Counts.WHOLE, None, reason, (), settled=True, failed="outside the region")
        pending = [
            fact for fact in self._requests if self._one(fact.value.supplier, source) and part in fact.value.parts
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


def _made_elsewhere(source: Source, check: _Check) -> Coverage:
    """Declared, and made outside the region as its invoice has it: one of the two is wrong, and a person must say."""
    reference = check.declaration.value.reference
    reason = f"Declaration {reference} covers it, and its invoice says made in {source.made_in}; a person must decide"
    return Coverage(
        source, Counts.WHOLE, check.declaration, f"{reason}: {source}.", check.rests_on,
        open=True, failed="contradicted",
    )  # fmt: skip


def _meets(silence: Silence, period: Period) -> bool:
    """Whether a silence says something on a period: one without a window says it on every period."""
    begins = silence.valid_from is None or silence.valid_from <= period.last
    return begins and (silence.valid_to is None or period.first <= silence.valid_to)


def ended(events: Iterable[Fact[DeclarationEvent]], day: date) -> DeclarationEvent | None:
    """What had ended the declaration by `day`. A refusal is lifted by a later acceptance; nothing else is."""
    events = tuple(events)
    accepted = [event.seq for event in events if event.value.state is DeclarationState.ACCEPTED]
    for event in events:
        state = event.value.state
        if state is DeclarationState.ACCEPTED or event.value.effective_from > day:
            continue
        if state is DeclarationState.REFUSED and any(seq > event.seq for seq in accepted):
            continue
        return event.value
    return None


def _states_any(of: SupplierDeclaration) -> bool:
    """Whether a statement states a figure; one whose figures are sealed has none that a person could put right."""
    return any(each is not None for each in (of.net_cost, of.non_originating_value, of.amount_free_of_vnm))
