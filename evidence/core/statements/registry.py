"""Every kind of statement that can be read, by the name in its predicateType.

A version once recorded is read for ever: a later version of a kind comes with a pure upcaster here, and one golden
statement of each version stays in the tests. A kind that is not here verifies all the same and is reported as unread.
"""

from collections.abc import Iterable

from pydantic import ValidationError

from evidence.core.disclosure import Disclosure
from evidence.core.statements import own
from evidence.core.statements.authority import Authority
from evidence.core.statements.base import Statement, open_body
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
KINDS: dict[str, type[Statement]] = {kind.predicate_type(): kind for kind in _ALL}


def read(body: bytes, disclosures: Iterable[Disclosure]) -> Statement | None:
    """The typed statement in `body`, or None where its kind is unknown or fields of it are withheld.

    Raises:
        MalformedValue: the body, or a disclosure, is not what it should be.
    """
    opened = open_body(body, disclosures)
    kind = KINDS.get(opened.predicate_type)
    if kind is None or opened.withheld:
        return None
    try:
        return kind.model_validate(dict(opened.fields))
    except ValidationError as fault:
        raise MalformedValue(opened.predicate_type, f"{fault.error_count()} faulty fields", "its schema") from fault
