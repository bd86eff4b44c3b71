"""Master data: parties, sites, items, classifications, uses and bills, as the company's systems would export them."""

from datetime import date
from pathlib import Path

from specimen.files import Row, write_csv
from specimen.tables import OWNER, Assembly, Company, Part

OPENING = date(2023, 4, 3)
START = date(2022, 4, 1)
HOUSE = {
    "VOLTERA": ("Voltera Motors (SPECIMEN)", "US", "100 Specimen Avenue, Sampleton, Ohio", "EIN:00-0000000"),
    "VOLTERA-US": (
        "Voltera US Inc. (SPECIMEN)",
        "US",
        "100 Specimen Avenue, Sampleton, Ohio",
        "EIN:00-0000001;IOR:00-0000001SP",
    ),
    "VOLTERA-MX": (
        "Voltera México S.A. de C.V. (SPECIMEN)",
        "MX",
        "200 Avenida Ejemplo, Ciudad Muestra, Coahuila",
        "RFC:SPE000000XX0",
    ),
    "VOLTERA-CA": (
        "Voltera Canada Ltd. (SPECIMEN)",
        "CA",
        "300 Specimen Road, Specimen Bay, Ontario",
        "BN:000000000RM0001",
    ),
    "SPECIMEN-TRUCK": (
        "Specimen Truck Works Ltd. (SPECIMEN)",
        "CA",
        "400 Sample Drive, Sample River, Ontario",
        "BN:000000001RM0001",
    ),
}
PLANTS = {
    "MX-SAL": ("VOLTERA-MX", "assembly", "Saltillo assembly (SPECIMEN)", "MX"),
    "US-TOL": ("VOLTERA-US", "parts plant", "Toledo drive and brake plant (SPECIMEN)", "US"),
    "CA-WIN": ("VOLTERA-CA", "parts plant", "Windsor battery plant (SPECIMEN)", "CA"),
}
MAIL = {
    "VOLTERA": "trade@voltera.example",
    "VOLTERA-US": "trade@us.voltera.example",
    "VOLTERA-MX": "comercio@mx.voltera.example",
    "VOLTERA-CA": "trade@ca.voltera.example",
}


def write_master(company: Company, root: Path) -> None:
    """What the company had on file when the ledger opened, and the model-year and part changes since."""
    folder = root / f"{OPENING}-master"
    write_csv(folder / "parties.csv", _parties(company))
    write_csv(folder / "sites.csv", _sites(company))
    write_csv(
        folder / "calendars.csv", [{"party": name, "year_starts": "04-01"} for name in HOUSE if name.startswith(OWNER)]
    )
    write_csv(folder / "authorities.csv", _authorities())
    write_csv(folder / "concordances.csv", _concordances())
    write_csv(folder / "elections.csv", _elections())
    _items(company, folder, None, date(2023, 6, 30))
    _items(company, root / "2023-06-26-model-year-2024", date(2023, 7, 1), date(2023, 7, 1))
    _items(company, root / "2024-03-25-damper-revision-b", date(2024, 4, 1), date(2024, 4, 1))


def _items(company: Company, folder: Path, since: date | None, until: date) -> None:
    """The items and bill lines that begin after the first day and by `until`."""
    fresh = [a for a in company.assemblies if since == a.bill_from or (since is None and a.bill_from <= until)]
    parts = [
        p
        for p in company.parts
        if since == p.bill_from or (since is None and (p.bill_from is None or p.bill_from <= until))
    ]
    write_csv(folder / "items.csv", [_made_item(a) for a in fresh] + [_bought_item(p) for p in parts])
    codes = [_bought_code(p) for p in parts]
    codes += [dict(row, hs_edition="HS2017") for row, p in zip(codes, parts, strict=True) if p.core_group]
    new = [a for a in {a.part: a for a in fresh}.values() if since is None]
    codes = [_made_code(a) for a in new] + codes
    if codes:
        write_csv(folder / "classifications.csv", codes)
    uses = [_use(a.part, a.use, a.vehicle_class) for a in new] + [
        _use(p.part, "oe-light", "passenger_vehicle") for p in parts if p.core_group
    ]
    if uses:
        write_csv(folder / "uses.csv", uses)
    write_csv(folder / "bills.csv", [line for a in fresh for line in _bill(company, a)])


def _bill(company: Company, parent: Assembly) -> list[Row]:
    day = parent.bill_from if parent.bill_from > START else START
    head: Row = {
        "owner": OWNER,
        "parent": parent.part,
        "parent_revision": parent.revision,
        "plant": parent.plant,
        "effective_from": parent.bill_from,
        "effective_to": parent.bill_to,
    }
    lines: list[Row] = [
        {
            **head,
            "child": a.part,
            "child_revision": a.revision,
            "quantity": a.quantity,
            "unit": "EA",
            "make_or_buy": "make",
            "made_at": a.plant,
        }
        for a in company.made(parent.part, day)
    ]
    lines += [
        {
            **head,
            "child": part.part,
            "child_revision": "A",
            "quantity": part.quantity,
            "unit": part.unit,
            "make_or_buy": "buy",
            "made_at": None,
            "standard_value": part.price / part.price_per,
            "currency": part.currency,
        }
        for part in company.bought(parent.part, day)
    ]
    return lines


def _made_item(a: Assembly) -> Row:
    return {
        "owner": OWNER,
        "part": a.part,
        "revision": a.revision,
        "description": a.description,
        "unit": "EA",
        "nature": "direct",
        "core_group": a.core_group,
        "core_component": "",
    }


def _bought_item(p: Part) -> Row:
    return {
        "owner": OWNER,
        "part": p.part,
        "revision": "A",
        "description": p.description,
        "unit": p.unit,
        "nature": "direct",
        "core_group": p.core_group,
        "core_component": p.core_component,
    }


def _code(part: str, edition: str, code: str, role: str) -> Row:
    return {
        "owner": OWNER,
        "part": part,
        "country": "any",
        "hs_edition": edition,
        "code": code,
        "table_role": role,
        "classified_by": "own",
        "ruling": "",
        "ruling_status": "",
        "applies_from": START,
    }


_ROLES = {
    "BODY-110": "A.2:body_and_chassis:whole part",
    "FRM-201": "A.1:chassis frames;A.2:body_and_chassis:whole part",
    "AXF-211": "A.2:axle:whole part",
    "AXR-212": "A.2:axle:whole part",
    "SUF-221": "A.2:suspension_system:whole part",
    "SUR-222": "A.2:suspension_system:whole part",
    "STG-231": "A.2:steering_system:whole part",
    "RED-151": "A.2:transmission:whole part",
    "BAT-800": "A.2:advanced_battery:whole part",
    "MDL-810": "A.2:advanced_battery:modules/arrays",
    "CEL-841": "A.2:advanced_battery:cells",
    "SID-112": "A.1:body stampings;A.2:body_and_chassis:major body panel stampings",
    "FLR-113": "A.1:body stampings;A.2:body_and_chassis:structural panel stampings",
    "CLO-114": "A.1:body stampings;A.2:body_and_chassis:major body panel stampings",
    "SHK-AM-210": "other goods",
}
"""What a part is in the words of the tables and rules, where a code alone does not say."""


def _made_code(a: Assembly) -> Row:
    return _code(a.part, a.hs_edition, a.hs, _ROLES.get(a.part, ""))


def _bought_code(p: Part) -> Row:
    could_be_core = p.parent == "ARROYO-E1" and not p.core_group and p.hs2012 == "870829"
    return _code(p.part, "HS2012", p.hs2012, _ROLES.get(p.part, "A.2:none" if could_be_core else ""))


def _use(part: str, use: str, vehicle_class: str) -> Row:
    shown = {
        "vehicle": "Model specification of the Arroyo (SPECIMEN)",
        "oe-light": "Bill of materials of the Arroyo (SPECIMEN)",
        "oe-heavy": "Supply contract TW-2021-07 with Specimen Truck Works Ltd. (SPECIMEN)",
        "aftermarket": "Catalogue of replacement parts 2023 (SPECIMEN)",
    }
    return {
        "owner": OWNER,
        "part": part,
        "use": use,
        "vehicle_class": vehicle_class,
        "programme": "Arroyo" if "light" in use or use == "vehicle" else "",
        "shown_by": shown[use],
        "applies_from": START,
    }


def _parties(company: Company) -> list[Row]:
    rows: list[Row] = []
    for code, (name, country, address, identifiers) in HOUSE.items():
        roles = "importer" if code == "SPECIMEN-TRUCK" else "producer;exporter;importer"
        rows.append(
            {
                "party": code,
                "name": name,
                "roles": roles,
                "address": address,
                "country": country,
                "email": MAIL.get(code, "imports@specimen-truck.example"),
                "telephone": "+1 555 0100",
                "identifiers": identifiers,
                "owner": "" if code == "SPECIMEN-TRUCK" else OWNER,
            }
        )
    for one in company.suppliers.values():
        number = int(one.supplier[-3:])
        rows.append(
            {
                "party": one.supplier,
                "name": one.name,
                "roles": "supplier" if one.makes != "parts of other makers" else "supplier;distributor",
                "address": f"{number} Example Street, {one.town}",
                "country": one.country,
                "email": f"origin@{one.supplier.lower()}.example",
                "telephone": "",
                "identifiers": "",
                "owner": "",
            }
        )
    return rows


def _sites(company: Company) -> list[Row]:
    rows: list[Row] = []
    for code, (party, kind, name, country) in PLANTS.items():
        rows.append(
            {
                "site": code,
                "party": party,
                "site_kind": kind,
                "name": name,
                "address": HOUSE[party][2],
                "country": country,
            }
        )
    for one in company.suppliers.values():
        kind = "warehouse" if one.makes == "parts of other makers" else "parts plant"
        number = int(one.supplier[-3:])
        rows.append(
            {
                "site": one.plant,
                "party": one.supplier,
                "site_kind": kind,
                "name": f"Plant 1 of {one.supplier} (SPECIMEN)",
                "address": f"{number} Example Street, {one.town}",
                "country": one.country,
            }
        )
    return rows


def _authorities() -> list[Row]:
    rows: list[Row] = []
    for party, may in [
        ("VOLTERA-MX", "certification of origin;vehicle certification"),
        ("VOLTERA-US", "certification of origin;claim"),
        ("VOLTERA-CA", "certification of origin;claim"),
    ]:
        rows.append(
            {
                "person": f"Authorised signer, {HOUSE[party][0]}",
                "title": "Trade compliance manager (role)",
                "party": party,
                "may_sign": may,
                "granted_on": date(2022, 3, 1),
                "shown_by": "Board resolution of 2022-03-01 (SPECIMEN)",
                "valid_from": date(2022, 3, 1),
            }
        )
    return rows


def _concordances() -> list[Row]:
    """The rows the vehicle's rule needs: from the code it is classified in, and from the one it is entered under."""
    split = (
        "HS 2017 took electric cars out of 8703.90 into 8703.80",
        "a vehicle with only an electric motor for propulsion",
        "WCO correlation tables HS 2012 to HS 2017, chapter 87 (known, not re-read)",
    )
    rows = [
        ("HS2017", "870380", "HS2012", "870390", *split),
        ("HS2022", "870380", "HS2012", "870390", *split),
    ]
    names = ("from_edition", "from_code", "to_edition", "to_code", "relation", "condition", "citation")
    return [
        {
            **dict(zip(names, row, strict=True)),
            "mark": "K",
            "approved_by": "Classification desk, Voltera US Inc. (SPECIMEN)",
        }
        for row in rows
    ]


def _elections() -> list[Row]:
    rows: list[Row] = []
    for part, plant, choice in [
        ("ARROYO-E1", "MX-SAL", "three months"),
        ("BRK-HT-400", "US-TOL", "three months"),
        ("SHK-AM-210", "CA-WIN", "three months"),
    ]:
        rows.append(
            {
                "election": "total-cost period",
                "choice": choice,
                "owner": OWNER,
                "part": part,
                "plant": plant,
                "made_on": date(2022, 3, 15),
                "filed_with": "",
                "receipt": "",
                "irrevocable": True,
                "signer": "Controller (role), Voltera US Inc. (SPECIMEN)",
                "valid_from": START,
                "valid_to": date(2024, 3, 31) if part == "BRK-HT-400" else None,
            }
        )
    rows.append(
        {
            **rows[1],
            "choice": "one month",
            "made_on": date(2023, 3, 15),
            "valid_from": date(2024, 4, 1),
            "valid_to": None,
        }
    )
    return rows
