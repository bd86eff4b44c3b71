"""The fields that a supplier's declaration needs before it can be accepted.

No law fixes them, except where a declaration is itself a certification; they are house practice, kept as data beside
the nine elements. What is missing does not stop a declaration from being received: it stops it from being relied on.
"""

from collections.abc import Callable, Collection
from datetime import date, timedelta

from evidence.core.crosswalk.declared import FIGURES, sound_figures, states_figures, tariff_inputs
from evidence.core.statements.declaration import DeclarationForm, Reliance, SupplierDeclaration
from evidence.core.values import Period, add_months
from evidence.errors import MalformedValue
from evidence.intake.backing import Backing
from evidence.intake.elements import LANGUAGES, PARTIES, Checked, Effect, hold

_AVERAGED_MONTHS = (1, 3, 6, 12)
_CURRENCIES = {"US": "USD", "CA": "CAD", "MX": "MXN"}


def check_declaration(
    declaration: SupplierDeclaration, lowered: Collection[str] = (), backing: Backing | None = None
) -> list[Checked]:
    """Hold a declaration against the fields it needs.

    Args:
        declaration: as it was read.
        lowered: as for a certification.
        backing: what is on record behind it; without it, what only the record can tell is left out.
    """
    of = declaration
    checks: dict[str, Callable[[], str | None]] = {
        "revision": lambda: None if of.supplier_revision else "a part number without its revision",
        "plant": lambda: None if of.plant else "no plant",
        "country": lambda: None if of.country else "no country of production",
        "rule": lambda: "neither rule nor criterion" if _originating(of) and not (of.rule or of.criterion) else None,
        "method": lambda: _method(of),
        "figures": lambda: _figures(of),
        "window": lambda: _window(of),
        "window_length": lambda: _length(of),
        "signatory": lambda: None if of.signatory else "no signatory",
        "authority": lambda: _authority(of, backing),
        "signature_date": lambda: _signed(of),
        "undertaking": lambda: None if of.undertakes_notice else "no undertaking to give notice",
        "language": lambda: None if of.language in LANGUAGES else repr(of.language),
        "producer": lambda: _producer(of, backing),
        "inputs": lambda: _inputs(of),
        "averaged_over": lambda: _averaged(of),
        "figures_sound": lambda: sound_figures(of),
        "figures_currency": lambda: _currency(of),
    }
    if backing is not None and _relies(of):
        checks["producer_statement"] = lambda: backing.producer_statement_fails
        checks["producer_statement_held"] = lambda: backing.producer_statement_missing
    return hold("supplier_declaration", checks, of.received_on, lowered)


def blocking(checked: list[Checked]) -> list[Checked]:
    """What keeps a declaration from being accepted."""
    return [each for each in checked if not each.met and each.effect is Effect.BLOCK_ACCEPT]


def _originating(of: SupplierDeclaration) -> bool:
    return of.form is DeclarationForm.ORIGINATING


def _relies(of: SupplierDeclaration) -> bool:
    return of.reliance is Reliance.PRODUCERS_STATEMENT


def _method(of: SupplierDeclaration) -> str | None:
    whole = of.method and of.calculated_from and of.calculated_to
    return None if whole or not (_originating(of) or of.form in FIGURES) else "no method, or no calculation period"


def _figures(of: SupplierDeclaration) -> str | None:
    if of.form not in FIGURES or of.sealed_figures or states_figures(of):
        return None
    sets = " or ".join(" and ".join(names) for names in FIGURES[of.form])
    return f"an accumulation without {sets}, or without their currency"


def _window(of: SupplierDeclaration) -> str | None:
    whole = of.shipment is not None or (of.valid_from is not None and of.valid_to is not None)
    return None if whole else "a window without its first or last day"


def _length(of: SupplierDeclaration) -> str | None:
    first, last = of.valid_from, of.valid_to
    if of.form is DeclarationForm.NOT_ORIGINATING or first is None or last is None:
        return None
    return None if last <= add_months(first, 12) - timedelta(days=1) else f"a window from {first} to {last}"


def _authority(of: SupplierDeclaration, backing: Backing | None) -> str | None:
    if not (of.signatory_title and of.authority_reference):
        if backing is not None and of.signatory_title and backing.authority_missing is None:
            return None  # the letter names none, and it is on record all the same
        return "no title, or no authority"
    return backing.authority_missing if backing is not None else None


def _signed(of: SupplierDeclaration) -> str | None:
    if of.signed_on is None:
        return "no day of signature"
    return None if of.signed_on <= of.received_on else f"a signature of {of.signed_on}, received {of.received_on}"


def _producer(of: SupplierDeclaration, backing: Backing | None) -> str | None:
    if of.form is DeclarationForm.NOT_ORIGINATING:
        return None  # nothing is claimed by it, so that nothing has to stand behind it
    if _relies(of):
        named = of.producer and of.producer_statement
        return None if named else "reliance on a producer's statement, without the producer or without its reference"
    if of.producer is not None and of.producer != of.supplier:
        return f"own records of {of.supplier}, where {of.producer} makes the part"
    if backing is not None and backing.only_distributes:
        return f"own records of {of.supplier}, a distributor as its record has it"
    return None


def _inputs(of: SupplierDeclaration) -> str | None:
    if of.form is not DeclarationForm.TARIFF_INPUTS:
        return None
    try:
        listed = tariff_inputs(of)
    except MalformedValue as error:
        return str(error)
    if not listed:
        return "tariff inputs, and none listed"
    return None if of.country in PARTIES else f"production in {of.country or 'no country'}"


def _averaged(of: SupplierDeclaration) -> str | None:
    if of.form is not DeclarationForm.ACCUMULATION_AVERAGE:
        return None
    if of.averaged_over is None:
        return "an average, and no period that it is over"
    try:
        period = Period.parse(of.averaged_over.partition(",")[0].strip())
    except MalformedValue:
        return f"an average over {of.averaged_over!r}"
    ends = (add_months(period.first, months) - timedelta(days=1) for months in _AVERAGED_MONTHS)
    return None if period.last in ends else f"an average over {period}"


def _currency(of: SupplierDeclaration) -> str | None:
    own = _CURRENCIES.get(of.country or "")
    if of.currency is None or own is None or of.currency == own:
        return None
    return f"figures in another currency than {own}"


def late(declaration: SupplierDeclaration, entered: Collection[tuple[str, date]]) -> str | None:
    """That a declaration signed before goods were entered was received only after: told, and no reason to refuse it.

    Args:
        declaration: the declaration.
        entered: customs entries by number, each with its day.
    """
    of = declaration
    if of.signed_on is None:
        return None
    between = sorted((day, number) for number, day in entered if of.signed_on <= day < of.received_on)
    covered = [(day, number) for day, number in between if of.valid_to is None or day <= of.valid_to]
    if not covered:
        return None
    names = ", ".join(f"{number} of {day}" for day, number in covered[:3])
    more = f" and {len(covered) - 3} more" if len(covered) > 3 else ""
    return (
        f"signed {of.signed_on} and received {of.received_on}: after customs entries {names}{more}. "
        "Where they rest on it, it is late"
    )
