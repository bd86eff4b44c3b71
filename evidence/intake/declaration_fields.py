"""The fields that a supplier's declaration needs before it can be accepted.

No law fixes them, except where a declaration is itself a certification; they are house practice, kept as data beside
the nine elements. What is missing does not stop a declaration from being received: it stops it from being relied on.
"""

from collections.abc import Callable, Collection
from datetime import date, timedelta

from evidence.core.statements.declaration import DeclarationForm, SupplierDeclaration
from evidence.core.values import add_months
from evidence.intake.elements import LANGUAGES, Checked, Effect, hold

_ACCUMULATION = (DeclarationForm.ACCUMULATION_COST, DeclarationForm.ACCUMULATION_VALUE)
_QUALIFIED = (DeclarationForm.ORIGINATING, *_ACCUMULATION)


def check_declaration(declaration: SupplierDeclaration, lowered: Collection[str] = ()) -> list[Checked]:
    """Hold a declaration against the fields it needs; `lowered` as for a certification."""
    of = declaration
    checks: dict[str, Callable[[], str | None]] = {
        "revision": lambda: None if of.supplier_revision else "a part number without its revision",
        "plant": lambda: None if of.plant else "no plant",
        "country": lambda: None if of.country else "no country of production",
        "rule": lambda: "neither rule nor criterion" if _originating(of) and not (of.rule or of.criterion) else None,
        "method": lambda: _method(of),
        "figures": lambda: _figures(of),
        "window": lambda: None if of.valid_from and of.valid_to else "a window without its first or last day",
        "window_length": lambda: _length(of.valid_from, of.valid_to),
        "signatory": lambda: None if of.signatory else "no signatory",
        "authority": lambda: None if of.signatory_title and of.authority_reference else "no title, or no authority",
        "signature_date": lambda: _signed(of),
        "undertaking": lambda: None if of.undertakes_notice else "no undertaking to give notice",
        "language": lambda: None if of.language in LANGUAGES else repr(of.language),
    }
    return hold("supplier_declaration", checks, of.received_on, lowered)


def blocking(checked: list[Checked]) -> list[Checked]:
    """What keeps a declaration from being accepted."""
    return [each for each in checked if not each.met and each.effect is Effect.BLOCK_ACCEPT]


def _originating(of: SupplierDeclaration) -> bool:
    return of.form is DeclarationForm.ORIGINATING


def _method(of: SupplierDeclaration) -> str | None:
    whole = of.method and of.calculated_from and of.calculated_to
    return None if whole or of.form not in _QUALIFIED else "no method, or no calculation period"


def _figures(of: SupplierDeclaration) -> str | None:
    if of.form not in _ACCUMULATION or of.sealed_figures:
        return None
    if of.form is DeclarationForm.ACCUMULATION_COST:
        stated = of.net_cost is not None and of.non_originating_value is not None
    else:
        stated = of.non_originating_value is not None or of.amount_free_of_vnm is not None
    return None if stated and of.currency else "an accumulation without its figures and their currency"


def _length(first: date | None, last: date | None) -> str | None:
    if first is None or last is None or last <= add_months(first, 12) - timedelta(days=1):
        return None
    return f"a window from {first} to {last}"


def _signed(of: SupplierDeclaration) -> str | None:
    if of.signed_on is None:
        return "no day of signature"
    return None if of.signed_on <= of.received_on else f"a signature of {of.signed_on}, received {of.received_on}"
