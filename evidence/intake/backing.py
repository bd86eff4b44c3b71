"""What is on record behind a declaration: its signer's authority, its producer's statement, what its supplier is."""

from dataclasses import dataclass
from datetime import date

from evidence.core.crosswalk.parts import PartNumber
from evidence.core.statements.declaration import DeclarationForm, Reliance, SupplierDeclaration
from evidence.intake.crosswalk import SIGNS_DECLARATIONS, Crosswalk

_DISTRIBUTOR, _PRODUCER = "distributor", "producer"


@dataclass(frozen=True, slots=True)
class Backing:
    """Findings that only the record can give; None where nothing is wrong."""

    authority_missing: str | None = None
    producer_statement_fails: str | None = None
    producer_statement_missing: str | None = None
    only_distributes: bool = False


def backing(declaration: SupplierDeclaration, crosswalk: Crosswalk) -> Backing:
    """What is on record behind a declaration."""
    of = declaration
    authority = None
    if of.signatory is not None:
        found = crosswalk.authority(of.signatory, of.supplier, SIGNS_DECLARATIONS, of.signed_on or of.received_on)
        authority = None if found.matched else found.why
    fails, missing = _producers(of, crosswalk)
    roles = crosswalk.roles(of.supplier)
    return Backing(authority, fails, missing, _DISTRIBUTOR in roles and _PRODUCER not in roles)


def _producers(of: SupplierDeclaration, crosswalk: Crosswalk) -> tuple[str | None, str | None]:
    """What the producer's statement fails in, and that it is not on record."""
    if of.reliance is not Reliance.PRODUCERS_STATEMENT or not (of.producer and of.producer_statement):
        return None, None
    known = crosswalk.stated(of.producer, of.producer_statement)
    name = f"{of.producer_statement} of {of.producer}"
    if not known:
        return None, f"{name}, which is not on record"
    reasons = [reason for each in known if (reason := _not_behind(of, each.value, crosswalk)) is not None]
    return (f"{name} ({known[-1].ref}), {reasons[-1]}", None) if len(reasons) == len(known) else (None, None)


def _not_behind(of: SupplierDeclaration, theirs: SupplierDeclaration, crosswalk: Crosswalk) -> str | None:
    """Why a producer's statement is not one that the declaration can rest on."""
    ended = crosswalk.ended(theirs.id)
    if ended.matched:
        return f"of which {ended}"
    if theirs.form is DeclarationForm.NOT_ORIGINATING and of.form is not DeclarationForm.NOT_ORIGINATING:
        return "which declares the part not originating"
    mine, other = PartNumber(of.owner, of.part, of.revision), PartNumber(theirs.owner, theirs.part, theirs.revision)
    same = crosswalk.links.same_part(mine, other, of.valid_from)
    if not same.matched or not other.meets(of.revision):
        return f"which is for {other}: {same.why}"
    if theirs.shipment is not None:
        return None if theirs.shipment == of.shipment else f"which is for shipment {theirs.shipment}"
    first, last = of.valid_from or of.received_on, of.valid_to or of.valid_from or of.received_on
    if not _within(first, last, theirs.valid_from, theirs.valid_to):
        return f"which covers {theirs.valid_from} to {theirs.valid_to}, not {first} to {last}"
    return None


def _within(first: date, last: date, begins: date | None, ends: date | None) -> bool:
    return begins is not None and ends is not None and begins <= first and last <= ends
