"""Every kind of statement that can be read, by the name in its predicateType.

A version once recorded is read for ever: an earlier version of a kind stands in `versions`, with a pure upcaster, and
one golden statement of each version stays in the tests. A kind that is not here verifies all the same and is reported
as unread.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from evidence.core import canonical
from evidence.core.disclosure import Disclosure, Tier
from evidence.core.statements import (
    assist,
    calendar,
    case,
    declaration,
    duty,
    handling,
    inventory,
    labour,
    metal,
    opinion,
    own,
    production,
    purchase,
    regime,
    shipment,
    work,
)
from evidence.core.statements.authority import Authority
from evidence.core.statements.average import Average
from evidence.core.statements.base import Opened, Statement, open_body
from evidence.core.statements.bill import Bills
from evidence.core.statements.certification import CertificationOfOrigin, VehicleCertification
from evidence.core.statements.claim import Claim
from evidence.core.statements.classification import Classifications
from evidence.core.statements.concordance import Concordance
from evidence.core.statements.cost import AllocationBases, CostPools, Costs
from evidence.core.statements.derived import DerivedDocument
from evidence.core.statements.election import Election
from evidence.core.statements.item import Items
from evidence.core.statements.item_link import ItemLinks
from evidence.core.statements.knowledge import KnowledgeEvent
from evidence.core.statements.loan import Loan
from evidence.core.statements.mapping import ColumnMapping
from evidence.core.statements.material_import import MaterialImports
from evidence.core.statements.material_value import MaterialValues
from evidence.core.statements.partial import PartialImport
from evidence.core.statements.party import Parties
from evidence.core.statements.programme import Programmes
from evidence.core.statements.reading import Reading
from evidence.core.statements.reconciliation import Reconciliation
from evidence.core.statements.relationship import Relationship
from evidence.core.statements.rule_set import RuleSetInUse
from evidence.core.statements.sale import Sales
from evidence.core.statements.same_as import SameAs
from evidence.core.statements.signature_check import SignatureCheck
from evidence.core.statements.site import Sites
from evidence.core.statements.snapshot import Snapshot
from evidence.core.statements.succession import Succession
from evidence.core.statements.unit_conversion import UnitConversions
from evidence.core.statements.use import Uses
from evidence.core.statements.versions import EARLIER, Earlier
from evidence.core.statements.wage import WageCertificate
from evidence.core.values import ON_RECORD
from evidence.errors import MalformedValue

_ALL: tuple[type[Statement], ...] = (
    *(Parties, Relationship, SameAs, Sites, calendar.FiscalCalendar, calendar.Holidays, Authority),
    *(Items, ItemLinks, UnitConversions, Classifications, Concordance, Uses, Programmes, Bills),
    *(production.Production, production.Volumes, purchase.Purchases, purchase.PurchaseAdjustments, MaterialImports),
    *(MaterialValues, Sales, purchase.Rates, assist.Assists, inventory.Inventories),
    *(Costs, CostPools, AllocationBases, Loan),
    *(Election, RuleSetInUse, declaration.SupplierDeclaration, declaration.DeclarationEvent, declaration.Request),
    *(declaration.Silence, CertificationOfOrigin, WageCertificate, labour.LabourInputs, metal.MetalPurchases),
    *(VehicleCertification, shipment.Shipment, shipment.CustomsEntry, Claim, Snapshot, Average, Reconciliation),
    *(case.Notice, case.Reply, case.SubmissionReceipt, case.Extension, KnowledgeEvent),
    *(opinion.Ruling, opinion.Translation, duty.DutyMeasures),
    *(regime.RegimeFigures, regime.SourceQualification, regime.StagingAuthorisation),
    *(own.Key, own.DocumentReceived, own.PackBuilt, own.PackReleased, own.Hold, own.Disposal),
    *(handling.Review, handling.Delivery, handling.HandedOver, handling.Access, handling.Anchor, Succession),
    *(ColumnMapping, Reading, SignatureCheck, DerivedDocument, PartialImport, work.WorkItem, work.WorkItemClosed),
)
UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_UUID = re.compile(UUID, re.ASCII)
KINDS: dict[str, type[Statement]] = {kind.predicate_type(): kind for kind in _ALL}
"""Today's version of every kind: what is written. What is read besides stands in `versions.EARLIER`."""

_BY_KIND = {kind.kind: kind for kind in _ALL}


def kind_of(predicate_type: str) -> type[Statement] | None:
    """The type that a body of this predicateType is read as; None where it cannot be read here."""
    earlier = EARLIER.get(predicate_type)
    return KINDS.get(predicate_type) if earlier is None else _BY_KIND[earlier.kind]


def read(body: bytes, disclosures: Iterable[Disclosure]) -> Statement | None:
    """The typed statement in `body`, or None where its kind is unknown or fields of it are withheld.

    Raises:
        MalformedValue: the body, or a disclosure, is not what it should be.
    """
    return typed(open_body(body, disclosures))


def typed(opened: Opened, *, new: bool = False) -> Statement | None:
    """The typed statement in a body that is open already; None where its kind is unknown or fields are withheld.

    A body of a known kind must be what `build` would have made of the statement: its open fields open, all others
    committed, each value in its one spelling. What is signed otherwise could stand in clear, or be read in two ways.
    A body of an earlier version is held to the form that version had, and then read as today's type. One that is `new`,
    and not on record yet, is also held to what was asked of text after others had been recorded (`values.ON_RECORD`).

    Raises:
        MalformedValue: the body, or a disclosure, is not what it should be.
    """
    kind = kind_of(opened.predicate_type)
    if kind is None:
        return None
    earlier = EARLIER.get(opened.predicate_type)
    _require_form(kind, earlier, opened)
    if opened.withheld:
        return None
    fields: Mapping[str, Any] = opened.fields if earlier is None else earlier.upcast(opened.fields)
    try:
        statement = kind.model_validate(dict(fields), context=None if new else ON_RECORD)
    except ValidationError as fault:
        raise MalformedValue(opened.predicate_type, f"{fault.error_count()} faulty fields", "its schema") from fault
    written = statement.model_dump(mode="json")
    for name, value in fields.items():
        if canonical.dumps(written[name]) != canonical.dumps(value):
            raise MalformedValue(f"{kind.kind} {name}", value, f"its one spelling, {written[name]!r}")
    return statement


def require_recordable(statement: Statement, values: Mapping[str, Any]) -> None:
    """What `typed` asks of a body, asked of a statement before it is built: that reading it would give the same again.

    Args:
        statement: of today's version of its kind.
        values: its fields in JSON.

    Raises:
        MalformedValue: an id that was not minted, or fields that no reading gives: a statement that was made past its
            own type.
    """
    kind = type(statement)
    _require_minted(kind, values["id"])
    try:
        again = kind.__pydantic_validator__.validate_python(values)
    except ValidationError as fault:
        raise MalformedValue(kind.predicate_type(), f"{fault.error_count()} faulty fields", "its schema") from fault
    to_json = kind.__pydantic_serializer__.to_json  # what `model_dump_json` calls, without its wrapping
    if to_json(again) != to_json(statement):
        written = again.model_dump(mode="json")
        name = next(each for each in values if canonical.dumps(written[each]) != canonical.dumps(values[each]))
        raise MalformedValue(f"{kind.kind} {name}", values[name], f"its one spelling, {written[name]!r}")


def _require_minted(kind: type[Statement], value: object) -> None:
    text, start = str(value), f"{kind.prefix}-"
    if not text.startswith(start) or _UUID.fullmatch(text, len(start)) is None:
        raise MalformedValue(f"{kind.kind} id", value, f"{kind.prefix}- and a UUID")


def _require_form(kind: type[Statement], earlier: Earlier | None, opened: Opened) -> None:
    """Check which fields stand in clear, and that the id is a minted one and so tells nothing."""
    tiers = kind.tiers() if earlier is None else earlier.tiers
    wanted = {name for name, tier in tiers.items() if tier is Tier.OPEN}
    if opened.clear != wanted:
        odd = min(opened.clear ^ wanted)
        raise MalformedValue(f"{kind.kind} {odd}", "in clear" if odd in opened.clear else "not in clear", "its tier")
    if opened.committed != tiers.keys() - wanted:
        odd = min(opened.committed ^ (tiers.keys() - wanted))
        raise MalformedValue(f"{kind.kind} {odd}", "a commitment too many or too few", "one for each field of the kind")
    _require_minted(kind, opened.fields["id"])
