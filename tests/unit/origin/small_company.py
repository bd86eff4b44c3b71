"""A plainly fictional vehicle maker of eleven parts, small enough to work out by hand, as inputs to `determine`.

EV1 at P-MX, 10 units made April to June 2023. For one unit, in USD:

    BODY   made P-MX   STEEL 500, labour 200, overhead 100       cost 800, net cost 800, non-originating   0
    PACK   made P-CA   10 CELL at 20 from Korea, CASE 300,
                       labour 100, overhead 200                  cost 800, net cost 800, non-originating 200: 75 %
    AXLE 400, SUSP 300, STEER 200, 2 SEAT at 150, all declared; RADIO 1000 from Japan, not declared
    materials 800 + 800 + 400 + 300 + 200 + 300 + 1000 = 3800; labour 700, overhead 400, period 150 of which 50 excluded
    total cost 5050, net cost 5000, non-originating 1000 (the pack originates): 80 %
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from evidence.core.statements.base import Basis, Record
from evidence.core.statements.bill import BillLine, MakeOrBuy
from evidence.core.statements.calendar import FiscalCalendar
from evidence.core.statements.certification import (
    VehicleCertification,
    VehicleCertificationKind,
    VehicleCertificationStatus,
)
from evidence.core.statements.classification import ClassificationBasis, ClassificationLine
from evidence.core.statements.concordance import Concordance
from evidence.core.statements.cost import CostElement, CostLine, Exclusion
from evidence.core.statements.declaration import (
    DeclarationEvent,
    DeclarationForm,
    DeclarationState,
    Reliance,
    SupplierDeclaration,
)
from evidence.core.statements.election import Election
from evidence.core.statements.item import ItemLine
from evidence.core.statements.production import VolumeLine
from evidence.core.statements.purchase import PurchaseLine, RateLine
from evidence.core.statements.site import SiteKind, SiteLine
from evidence.core.statements.use import UseClass, UseLine, VehicleClass
from evidence.origin.determine import determine
from evidence.origin.inputs import Fact, Inputs
from evidence.origin.question import Event, Question
from evidence.origin.worksheet import CorePart, FindingRow, MaterialRow, Worksheet
from evidence.rules.ruleset import RuleSet

LAW = RuleSet.load()
OWNER = "MAKER"
FIRST, LAST = date(2023, 4, 1), date(2023, 6, 30)
PARTS = {
    # part: (description, code, core group, core component)
    "EV1": ("electric car", "870380", None, None),
    "BODY": ("body", "870710", "body and chassis", None),
    "STEEL": ("sheet", "720810", None, None),
    "PACK": ("battery pack", "850760", "advanced battery", None),
    "CELL": ("cell", "850790", None, "cells"),
    "CASE": ("case", "761699", None, None),
    "AXLE": ("axle", "870850", "axle", None),
    "SUSP": ("suspension", "870880", "suspension", None),
    "STEER": ("steering", "870894", "steering", None),
    "SEAT": ("seat", "940120", None, None),
    "RADIO": ("radio", "852721", None, None),
}
BOUGHT = {
    # part: (price, plant that uses it, seller, seller's plant, declared)
    "STEEL": ("500", "P-MX", "S-STEEL", "W-US", True),
    "CELL": ("20", "P-CA", "S-CELL", "W-KR", False),
    "CASE": ("300", "P-CA", "S-CASE", "W-CA", True),
    "AXLE": ("400", "P-MX", "S-AXLE", "W-MX", True),
    "SUSP": ("300", "P-MX", "S-SUSP", "W-MX", True),
    "STEER": ("200", "P-MX", "S-STEER", "W-US", True),
    "SEAT": ("150", "P-MX", "S-SEAT", "W-MX", True),
    "RADIO": ("1000", "P-MX", "S-RADIO", "W-JP", False),
}
SITES = {"P-MX": "MX", "P-CA": "CA", "W-US": "US", "W-MX": "MX", "W-CA": "CA", "W-KR": "KR", "W-JP": "JP"}
CURRENCIES = {"US": ("USD", "1"), "MX": ("MXN", "0.05"), "CA": ("CAD", "0.8")}
"""Of each country of the region, its currency and what one unit is worth in USD."""
BILL = {
    "EV1": ("P-MX", [("BODY", 1, "P-MX"), ("PACK", 1, "P-CA"), ("AXLE", 1, None), ("SUSP", 1, None), ("STEER", 1, None),
                     ("SEAT", 2, None), ("RADIO", 1, None)]),
    "BODY": ("P-MX", [("STEEL", 1, None)]),
    "PACK": ("P-CA", [("CELL", 10, None), ("CASE", 1, None)]),
}  # fmt: skip
COSTS = {
    # part: per unit, (element, amount, excluded under)
    "EV1": [
        ("material", "3800", "none"),
        ("labour", "700", "none"),
        ("overhead", "400", "none"),
        ("period", "100", "none"),
        ("period", "50", "sales promotion, marketing and after-sales service"),
    ],
    "BODY": [("material", "500", "none"), ("labour", "200", "none"), ("overhead", "100", "none")],
    "PACK": [("material", "500", "none"), ("labour", "100", "none"), ("overhead", "200", "none")],
}
MADE = {"2023-04": 3, "2023-05": 3, "2023-06": 4}
UNITS = 10


def named(prefix: str, name: str) -> str:
    """A statement's id that is the same in every run."""
    return f"{prefix}-{uuid5(NAMESPACE_URL, name)}"


class Company:
    """Facts under the name of the Inputs field they go to; change what a test is about, then `inputs`."""

    def __init__(self) -> None:
        self.facts: dict[str, list[Fact[Any]]] = {}
        self._statements: dict[str, int] = {}
        self._lines: dict[str, int] = {}

    def add(self, field: str, value: Record, statement: str | None = None) -> Fact[Any]:
        """One fact; a line of the load `statement`, or a statement of its own."""
        name = statement or value.id  # type: ignore[attr-defined]
        seq = self._statements.setdefault(name, len(self._statements))
        line = self._lines[name] = self._lines.get(name, 0) + 1
        ref = f"#{seq}:{line}" if statement else f"#{seq}"
        fact = Fact[type(value)](  # type: ignore[misc]
            ref=ref, seq=seq, statement=name, kind=field, value=value
        )
        self.facts.setdefault(field, []).append(fact)
        return fact

    def change(self, field: str, chosen: Callable[[Any], bool], **update: Any) -> None:
        """Change the values for which `chosen` holds."""
        self.facts[field] = [
            fact.model_copy(update={"value": fact.value.model_copy(update=update)}) if chosen(fact.value) else fact
            for fact in self.facts[field]
        ]

    def drop(self, field: str, chosen: Callable[[Any], bool]) -> None:
        self.facts[field] = [fact for fact in self.facts[field] if not chosen(fact.value)]

    def declare(self, part: str, **update: Any) -> str:
        """A supplier's declaration of `part`, accepted, good for the fiscal year; changed by `update`."""
        _, _, seller, site, _ = BOUGHT[part]
        number = named("decl", f"{part} {len(self._statements)}")
        accept = update.pop("accept", True)
        values: dict[str, Any] = {
            "id": number,
            "issuer": seller,
            "supplier": seller,
            "reference": f"REF-{part}",
            "supplier_part": part,
            "owner": OWNER,
            "part": part,
            "description": part,
            "hs_edition": "HS2012",
            "hs_code": PARTS[part][1],
            "plant": site,
            "country": SITES[site],
            "form": DeclarationForm.ORIGINATING,
            "reliance": Reliance.OWN_RECORDS,
            "signatory": "Authorised signer",
            "signatory_title": "Manager",
            "signed_on": date(2023, 3, 1),
            "received_on": date(2023, 3, 5),
            "received_basis": "portal log",
            "undertakes_notice": True,
            "consents_to_authority": True,
            "language": "en",
            "valid_from": FIRST,
            "valid_to": date(2024, 3, 31),
            **update,
        }
        self.add("declarations", SupplierDeclaration(**values))
        if accept:
            self.event(number, DeclarationState.ACCEPTED, date(2023, 3, 10))
        return number

    def state(self, part: str, **update: Any) -> str:
        """As `declare`, with figures given in USD and stated in the currency of the giver's country (s.9(7)(c))."""
        currency, worth = CURRENCIES.get(SITES[BOUGHT[part][3]], ("USD", "1"))
        for name in ("net_cost", "non_originating_value", "amount_free_of_vnm"):
            if update.get(name) is not None:
                update[name] = Decimal(update[name]) / Decimal(worth)
        self.rate(currency)
        return self.declare(part, currency=currency, **update)

    def rate(self, currency: str) -> None:
        """The rate of a currency of the region into USD on the day on which declarations are signed, once."""
        worth = dict(CURRENCIES.values())[currency]
        if currency != "USD" and currency not in {fact.value.currency for fact in self.facts.get("rates", ())}:
            self.add("rates", rate(currency, date(2023, 3, 1), worth), f"rates-{currency}")

    def event(self, declaration: str, state: DeclarationState, effective_from: date, reason: str = "reviewed") -> None:
        number = named("state", str(len(self._statements)))
        event = DeclarationEvent(
            id=number,
            issuer="self",
            declaration=declaration,
            state=state,
            effective_from=effective_from,
            reason=reason,
            by="reviewer",
        )
        self.add("events", event)

    def elect(self, election: str, choice: str, part: str | None = None) -> None:
        self.add(
            "elections",
            Election(
                id=named("elect", str(len(self._statements))),
                issuer="self",
                election=election,
                choice=choice,
                owner=OWNER,
                part=part,
                made_on=FIRST,
                irrevocable=False,
                signer="Authorised signer",
            ),
        )

    def purchase(self, part: str, quantity: int, **update: Any) -> None:
        price, plant, seller, site, _ = BOUGHT[part]
        values: dict[str, Any] = {
            "plant": plant,
            "order": "PO",
            "invoice": f"INV-{part}",
            "invoice_line": 1,
            "invoiced_on": date(2023, 4, 10),
            "received_on": date(2023, 4, 12),
            "seller": seller,
            "shipped_from": site,
            "owner": OWNER,
            "part": part,
            "revision": "A",
            "quantity": quantity,
            "unit": "EA",
            "price": price,
            "price_per": 1,
            "currency": "USD",
            "related": False,
            **update,
        }
        if SITES.get(values["shipped_from"] or "", "MX") not in CURRENCIES:
            values.setdefault("incoterm", "CIF")  # the price holds the international freight
        self.add("purchases", PurchaseLine(**values), "purchases-1")

    def cost(self, part: str, plant: str, element: str, amount: Decimal, exclusion: str = "none") -> None:
        line = CostLine(
            owner=OWNER,
            part=part,
            plant=plant,
            period_from=FIRST,
            period_to=LAST,
            account="A",
            description=element,
            element=CostElement(element),
            exclusion=Exclusion(exclusion),
            amount=amount,
            currency="USD",
            figures=Basis.ACTUAL,
        )
        self.add("costs", line, f"costs-{part}")

    def inputs(self, without: str | None = None, **asked: Any) -> Inputs:
        """The inputs of the usual question, changed by `asked`, without the lines of one statement withheld."""
        question = Question(
            **{
                "owner": OWNER,
                "part": "EV1",
                "plant": "P-MX",
                "period_from": FIRST,
                "period_to": LAST,
                "basis": Basis.ACTUAL,
                "event": Event.PRODUCTION,
                **asked,
            }
        )
        kept = {name: tuple(fact for fact in facts if fact.statement != without) for name, facts in self.facts.items()}
        return Inputs(question=question, as_of=len(self._statements), **kept)

    def statements(self) -> list[str]:
        return list(self._statements)


def small_company() -> Company:
    """The company of this module's first lines."""
    company = Company()
    for part, (description, code, group, component) in PARTS.items():
        company.add("items", item_line(part, description, group, component), "items-1")
        company.add("classifications", code_line(part, code), "classifications-1")
    company.add("concordances", _concordance())
    company.add(
        "uses",
        UseLine(
            owner=OWNER,
            part="EV1",
            use=UseClass.VEHICLE,
            vehicle_class=VehicleClass.PASSENGER_VEHICLE,
            shown_by="homologation",
            applies_from=date(2023, 1, 1),
        ),
        "uses-1",
    )
    for parent, (plant, children) in BILL.items():
        for child, quantity, made_at in children:
            company.add("bills", bill_line(parent, plant, child, quantity, made_at), f"bill-{parent}")
        for month, made in MADE.items():
            company.add(
                "volumes", VolumeLine(owner=OWNER, part=parent, plant=plant, month=month, made=made), "volumes-1"
            )
        for element, amount, exclusion in COSTS[parent]:
            company.cost(parent, plant, element, Decimal(amount) * UNITS, exclusion)
    for part, (_, _, _, _, declared) in BOUGHT.items():
        company.purchase(part, 100)
        if declared:
            company.declare(part)
    for site, country in SITES.items():
        line = SiteLine(
            site=site, party=OWNER, site_kind=SiteKind.PARTS_PLANT, name=site, address=site, country=country
        )
        company.add("sites", line, "sites-1")
    company.add("calendars", FiscalCalendar(id=named("cal", "1"), issuer="self", party=OWNER, year_starts="04-01"))
    for kind in VehicleCertificationKind:
        company.add("vehicle_certifications", certification(kind))
    return company


def certification(kind: VehicleCertificationKind, **update: Any) -> VehicleCertification:
    values: dict[str, Any] = {
        "id": named("vcert", kind.name),
        "issuer": "self",
        "certification_kind": kind,
        "authority": "US",
        "producer": OWNER,
        "category": "all",
        "owner": OWNER,
        "parts": ("EV1",),
        "plants": ("P-MX",),
        "calculated_from": date(2022, 4, 1),
        "calculated_to": date(2023, 3, 31),
        "figures": "70",
        "submitted_on": date(2022, 12, 1),
        "identifier": f"{kind.name}-SPECIMEN",
        "status": VehicleCertificationStatus.PROPERLY_FILED,
        "valid_from": FIRST,
        "valid_to": date(2024, 3, 31),
        **update,
    }
    return VehicleCertification(**values)


def rate(currency: str, day: date, worth: str) -> RateLine:
    return RateLine(currency=currency, into="USD", day=day, rate=worth, published_by="bank", purpose="purchases")


def rvc(worksheet: Worksheet) -> FindingRow:
    """The row that compares the good's content with its threshold."""
    return next(row for row in worksheet.findings if row.test.startswith("regional value content"))


def limb(worksheet: Worksheet, name: str) -> FindingRow:
    return next(row for row in worksheet.findings if row.limb == name)


def material(worksheet: Worksheet, part: str) -> MaterialRow:
    return next(row for row in worksheet.materials if row.part == part)


def core(worksheet: Worksheet, part: str) -> CorePart:
    return next(row for row in worksheet.core_parts if row.part == part)


def cell(worksheet: Worksheet, id_: str) -> Decimal:
    return next(cell.value for cell in worksheet.cells if cell.id == id_)


def item_line(part: str, description: str, group: str | None, component: str | None) -> ItemLine:
    return ItemLine(
        owner=OWNER,
        part=part,
        revision="A",
        description=description,
        unit="EA",
        core_group=group,
        core_component=component,
    )


def code_line(part: str, code: str) -> ClassificationLine:
    edition = "HS2017" if part == "EV1" else "HS2012"
    return ClassificationLine(
        owner=OWNER,
        part=part,
        country="any",
        hs_edition=edition,
        code=code,
        classified_by=ClassificationBasis.OWN,
        applies_from=date(2023, 1, 1),
    )


def bill_line(parent: str, plant: str, child: str, quantity: int, made_at: str | None) -> BillLine:
    return BillLine(
        owner=OWNER,
        parent=parent,
        parent_revision="A",
        plant=plant,
        effective_from=date(2023, 1, 1),
        child=child,
        child_revision="A",
        quantity=quantity,
        unit="EA",
        made_at=made_at,
        make_or_buy=MakeOrBuy.MAKE if made_at else MakeOrBuy.BUY,
    )


def _concordance() -> Concordance:
    return Concordance(
        id=named("conc", "1"),
        issuer="self",
        from_edition="HS2017",
        from_code="870380",
        to_edition="HS2012",
        to_code="870390",
        relation="one code of an older residual",
        condition="electric motor only",
        citation="WCO tables",
        mark="K",
        approved_by="Authorised signer",
    )


def result(company: Company, without: str | None = None, **asked: object) -> Worksheet:
    """The worksheet of the company's question by the packaged law."""
    return determine(company.inputs(without, **asked), LAW)
