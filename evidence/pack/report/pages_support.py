"""What suppliers gave (part 8): how much stands on which grade of support, and every declaration that did not help.

A declaration that was refused, withdrawn, replaced or has expired, one that says not originating, one that covers
another plant or another time: an analysis that counted it as such rests on it as much as on the good ones, and a
report that left it out would look like concealment (RECORDKEEPING.md section 10).
"""

from collections.abc import Iterator
from decimal import Decimal

from evidence.core.statements.declaration import (
    DeclarationEvent,
    DeclarationForm,
    DeclarationState,
    SupplierDeclaration,
)
from evidence.origin.worksheet import Support, Worksheet
from evidence.pack.contents import contents as c
from evidence.pack.contents import names
from evidence.pack.contents.crosswalk import party
from evidence.pack.contents.links import Exhibits
from evidence.pack.contents.sample import population, population_value
from evidence.pack.gathered.facts import Facts
from evidence.pack.words.language import _, _n, joined
from evidence.pack.words.recorded import recorded
from evidence.pack.words.shown import percent
from evidence.register.queries import Known

_ORDER = ("visit-verified", "payment-backed", "document-backed", "signed", "self-stated", "none")


def support_page(facts: Facts, exhibits: Exhibits) -> c.SupportPage:
    """One page for all analyses of the pack."""
    against = tuple(_against(facts, exhibits))
    return c.SupportPage(
        graded=tuple(
            (_("Worksheet {place}", place=place), fact.worksheet.currency, tuple(_grades(fact.worksheet)))
            for place, fact in enumerate(facts.snapshots, 1)
        ),
        against=against,
        declarations=len(facts.declarations),
        unused=tuple(_unused(facts)),
        unanswered=tuple(_unanswered(facts)),
    )


def _grades(sheet: Worksheet) -> Iterator[c.GradeRow]:
    """The lines bought, each under the lowest grade of its sources, with their value."""
    whole = population_value(sheet)
    found: dict[str, tuple[int, Decimal]] = {}
    for row in population(sheet):
        grade = _lowest(row.support)
        lines, value = found.get(grade, (0, Decimal(0)))
        found[grade] = (lines + 1, value + (row.value or Decimal(0)))
    for grade in sorted(found, key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER)):
        lines, value = found[grade]
        yield c.GradeRow(
            grade=names.grade(grade),
            lines=lines,
            value=value,
            share=percent(value * 100 / whole) if whole else _("not known"),
        )


def _lowest(support: tuple[Support, ...]) -> str:
    grades = [one.grade for one in support] or ["none"]
    return max(grades, key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER))


def _against(facts: Facts, exhibits: Exhibits) -> Iterator[c.DeclaredRow]:
    """Every declaration that ended, that says not originating, or that an analysis looked at and did not count upon."""
    events = _states(facts)
    for name, known in sorted(facts.declarations.items(), key=lambda pair: pair[1].seq):
        state = events.get(name)
        ended = state is None or state.value.state is not DeclarationState.ACCEPTED
        if ended or known.value.form is DeclarationForm.NOT_ORIGINATING or _passed_over(facts, name):
            yield _row(facts, known, state, exhibits)


def _passed_over(facts: Facts, name: str) -> bool:
    return any(
        support.declaration == name and not support.covers
        for fact in facts.snapshots
        for material in fact.worksheet.materials
        for support in material.support
    )


def _unused(facts: Facts) -> list[str]:
    """Declarations that stand and that no material of the analyses rests on: of another period, or not needed."""
    named = {
        support.declaration
        for fact in facts.snapshots
        for material in fact.worksheet.materials
        for support in material.support
    }
    events = _states(facts)
    return [
        known.value.reference
        for name, known in sorted(facts.declarations.items(), key=lambda pair: pair[1].seq)
        if name not in named
        and known.value.form is not DeclarationForm.NOT_ORIGINATING
        and name in events
        and events[name].value.state is DeclarationState.ACCEPTED
    ]


def _states(facts: Facts) -> dict[str, Known[DeclarationEvent]]:
    """The last recorded state of each declaration among the entries of the pack."""
    found: dict[str, Known[DeclarationEvent]] = {}
    for seq, entry in facts.entries.items():
        if isinstance(entry.statement, DeclarationEvent):
            it = entry.statement
            found[it.declaration] = Known(it, seq, it.id, entry.leaf.recorded_at)
    return found


def _row(
    facts: Facts, known: Known[SupplierDeclaration], state: Known[DeclarationEvent] | None, exhibits: Exhibits
) -> c.DeclaredRow:
    it = known.value
    return c.DeclaredRow(
        anchor=f"declaration-{known.seq}",
        supplier=party(facts, it.supplier),
        reference=it.reference,
        part=it.part,
        form=recorded(it.form.value),
        covers=_("{first} to {last}", first=it.valid_from or _("open"), last=it.valid_to or _("open")),
        state=_state(state),
        counted=_counted(facts, known),
        exhibits=(c.Link(known.ref), *exhibits.behind(known.seq), *(exhibits.behind(state.seq) if state else ())),
    )


def _state(state: Known[DeclarationEvent] | None) -> str:
    if state is None:
        return _("received, never reviewed")
    return _(
        "{state} from {day}: {reason} ({position})",
        state=recorded(state.value.state.value),
        day=state.value.effective_from,
        reason=recorded(state.value.reason),
        position=state.ref,
    )


def _counted(facts: Facts, known: Known[SupplierDeclaration]) -> str:
    """What each analysis made of it, as recorded: on which materials it counted, on which not, and why not."""
    found = []
    for place, fact in enumerate(facts.snapshots, 1):
        upon, not_upon = dict[str, None](), dict[str, str]()
        for material in fact.worksheet.materials:
            for support in material.support:
                if support.declaration == known.statement_id and support.covers:
                    upon[material.id] = None
                elif support.declaration == known.statement_id:
                    not_upon[material.id] = recorded(support.reason)
        if upon:
            found.append(_("Worksheet {place} counts upon it for {lines}.", place=place, lines=", ".join(upon)))
        if not_upon:
            found.append(
                _(
                    "Worksheet {place} does not count upon it for {lines}. {reason}",
                    place=place,
                    lines=", ".join(not_upon),
                    reason=next(iter(not_upon.values())),
                )
            )
    return joined(" ", found) or _("No material rests on it.")


def _unanswered(facts: Facts) -> Iterator[str]:
    for known in facts.particulars.silences:
        it = known.value
        yield _n(
            "{supplier}, asked by {request} for {parts}: no answer by {day}, {count} reminder ({position}).",
            "{supplier}, asked by {request} for {parts}: no answer by {day}, {count} reminders ({position}).",
            it.reminders,
            supplier=party(facts, it.supplier),
            request=it.request,
            parts=", ".join(it.parts),
            day=it.until,
            position=known.ref,
        )
