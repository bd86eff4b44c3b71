"""Every kind of statement that can be read, by the name in its predicateType.

A version once recorded is read for ever: a later version of a kind comes with a pure upcaster here, and one golden
statement of each version stays in the tests. A kind that is not here verifies all the same and is reported as unread.
"""

import re
from collections.abc import Iterable

from pydantic import ValidationError

from evidence.core import canonical
from evidence.core.disclosure import Disclosure, Tier
from evidence.core.statements import own
from evidence.core.statements.authority import Authority
from evidence.core.statements.base import Opened, Statement, open_body
from evidence.core.statements.bill import Bills
from evidence.core.statements.calendar import FiscalCalendar
from evidence.core.statements.certification import CertificationOfOrigin, VehicleCertification
from evidence.core.statements.claim import Claim
from evidence.core.statements.classification import Classifications
from evidence.core.statements.concordance import Concordance
from evidence.core.statements.cost import Costs
from evidence.core.statements.declaration import DeclarationEvent, Request, Silence, SupplierDeclaration
from evidence.core.statements.election import Election
from evidence.core.statements.item import Items
from evidence.core.statements.party import Parties
from evidence.core.statements.production import Production, Volumes
from evidence.core.statements.purchase import Purchases, Rates
from evidence.core.statements.shipment import CustomsEntry, Shipment
from evidence.core.statements.site import Sites
from evidence.core.statements.snapshot import Snapshot
from evidence.core.statements.use import Uses
from evidence.errors import MalformedValue

_ALL: tuple[type[Statement], ...] = (
    *(Parties, Sites, FiscalCalendar, Authority),
    *(Items, Classifications, Concordance, Uses, Bills, Production, Volumes, Purchases, Rates, Costs),
    *(Election, SupplierDeclaration, DeclarationEvent, Request, Silence),
    *(CertificationOfOrigin, VehicleCertification, Shipment, CustomsEntry, Claim, Snapshot),
    *(own.Key, own.DocumentReceived, own.PackBuilt, own.PackReleased, own.Hold, own.Disposal),
)
_UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
KINDS: dict[str, type[Statement]] = {kind.predicate_type(): kind for kind in _ALL}


def read(body: bytes, disclosures: Iterable[Disclosure]) -> Statement | None:
    """The typed statement in `body`, or None where its kind is unknown or fields of it are withheld.

    Raises:
        MalformedValue: the body, or a disclosure, is not what it should be.
    """
    return typed(open_body(body, disclosures))


def typed(opened: Opened) -> Statement | None:
    """The typed statement in a body that is open already; None where its kind is unknown or fields are withheld.

    A body of a known kind must be what `build` would have made of the statement: its open fields open, all others
    committed, each value in its one spelling. What is signed otherwise could stand in clear, or be read in two ways.

    Raises:
        MalformedValue: the body, or a disclosure, is not what it should be.
    """
    kind = KINDS.get(opened.predicate_type)
    if kind is None:
        return None
    _require_form(kind, opened)
    if opened.withheld:
        return None
    try:
        statement = kind.model_validate(dict(opened.fields))
    except ValidationError as fault:
        raise MalformedValue(opened.predicate_type, f"{fault.error_count()} faulty fields", "its schema") from fault
    written = statement.model_dump(mode="json")
    for name, value in opened.fields.items():
        if canonical.dumps(written[name]) != canonical.dumps(value):
            raise MalformedValue(f"{kind.kind} {name}", value, f"its one spelling, {written[name]!r}")
    return statement


def _require_form(kind: type[Statement], opened: Opened) -> None:
    """Check which fields stand in clear, and that the id is a minted one and so tells nothing."""
    wanted = {name for name, tier in kind.tiers().items() if tier is Tier.OPEN}
    if opened.clear != wanted:
        odd = min(opened.clear ^ wanted)
        raise MalformedValue(f"{kind.kind} {odd}", "in clear" if odd in opened.clear else "not in clear", "its tier")
    if opened.committed != kind.tiers().keys() - wanted:
        odd = min(opened.committed ^ (kind.tiers().keys() - wanted))
        raise MalformedValue(f"{kind.kind} {odd}", "a commitment too many or too few", "one for each field of the kind")
    if re.fullmatch(f"{kind.prefix}-{_UUID}", str(opened.fields["id"]), re.ASCII) is None:
        raise MalformedValue(f"{kind.kind} id", opened.fields["id"], f"{kind.prefix}- and a UUID")
