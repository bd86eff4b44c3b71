"""Makes ``foreign/``: files of a company that names, writes and counts otherwise than the templates do (``received/``),
the few templates that its desk filled in by hand (``filled/``), and what a person read on the scan (``transcripts/``).

    python examples/make_foreign.py [--out DIR]

German and French headings, semicolons, Windows-1252, decimal commas, prices per 100, days as 31.01.2024, kilograms
beside pieces, a title above a table, headings over two rows, merged cells, a hidden sheet, a line of totals, part
numbers that begin with zeros, a mail with attachments, a ZIP, an XML price list, a scan. docs/importing.md takes every
one of them in. The company does not exist, and no figure is anybody's.
"""

import argparse
import io
import random
import sys
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from email.message import EmailMessage
from pathlib import Path

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

import xlsxwriter  # noqa: E402
from PIL import Image, ImageDraw, ImageFont  # noqa: E402
from specimen.files import Row, write, write_csv  # noqa: E402

SEED = 4711
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)
_MADE = datetime(2024, 4, 2)  # noqa: DTZ001 (as workbooks have it: without a zone)

SUPPLIERS = [
    (
        "0000100010",
        "Gießerei Beispiel GmbH (SPECIMEN)",
        "Musterstraße 1",
        "00000 Musterstadt",
        "DE",
        "VAT",
        "DE000000010",
    ),
    (
        "0000100020",
        "Émbolos de Muestra S.A. de C.V. (SPECIMEN)",
        "Calle Ejemplo 20",
        "Ciudad Muestra",
        "MX",
        "RFC",
        "EMU000101AA0",
    ),
    (
        "0000100030",
        "Joints Exemple inc. (SPECIMEN)",
        "30, rue du Spécimen",
        "Exempleville",
        "CA",
        "BN",
        "000000030RC0001",
    ),
    ("0000100040", "Specimen Bolts, Inc. (SPECIMEN)", "40 Specimen Road", "Sampleton", "US", "EIN", "00-0000040"),
]
HOUSE = [
    (
        "MW-MX",
        "Musterwerk México S. de R.L. (SPECIMEN)",
        "Calle Ejemplo 2",
        "Ciudad Muestra",
        "MX",
        "RFC",
        "MWM000101AA0",
    ),
    ("MW-US", "Musterwerk North America, Inc. (SPECIMEN)", "2 Specimen Road", "Sampleton", "US", "EIN", "00-0000002"),
    (
        "MW",
        "Musterwerk Fahrzeugtechnik GmbH (SPECIMEN)",
        "Musterweg 2",
        "00000 Musterstadt",
        "DE",
        "VAT",
        "DE000000002",
    ),
]
MATERIALS = [
    ("000471100", "C", "Bremssattel vorn, komplett", "ST", "8708.30.50"),
    ("000471201", "B", "Gehäuse, Grauguss, bearbeitet", "ST", "8708.30.50"),
    ("000471305", "A", "Kolben, verchromt", "ST", "8708.30.50"),
    ("000471410", "A", "Dichtring, EPDM", "ST", "4016.93.10"),
    ("000471520", "A", "Schraube M8x30", "ST", "7318.15.80"),
    ("000471530", "A", "Korrosionsschutzfett", "KG", "2710.19.35"),
]
BILL = [
    ("000471201", "B", "1", "ST"),
    ("000471305", "A", "2", "ST"),
    ("000471410", "A", "4", "ST"),
    ("000471520", "A", "6", "ST"),
    ("000471530", "A", "0,015", "KG"),
]
BOUGHT = [
    # part, revision, supplier, unit, price, price unit, currency, quantity a delivery
    ("000471201", "B", "0000100010", "ST", Decimal("18.40"), 1, "EUR", Decimal(400)),
    ("000471305", "A", "0000100020", "ST", Decimal("62.75"), 1, "MXN", Decimal(800)),
    ("000471410", "A", "0000100030", "ST", Decimal("12.90"), 100, "CAD", Decimal(1600)),
    ("000471520", "A", "0000100040", "KG", Decimal("7.85"), 1, "USD", Decimal("30.0")),
    ("000471530", "A", "0000100010", "KG", Decimal("4.10"), 1, "EUR", Decimal("12.5")),
]
BUYER_NUMBERS = [("P-305/CR", "000471305", "62.75"), ("P-305/ZN", "000471306", "58.10")]
DELIVERIES = [date(2024, 1, 15), date(2024, 2, 12), date(2024, 3, 11)]


def german(figure: Decimal) -> str:
    """A figure with decimal comma and points between thousands: 1.250,50."""
    return f"{figure:,}".translate(str.maketrans(",.", ".,"))


def day(on: date) -> str:
    return f"{on:%d.%m.%Y}"


def semicolons(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """CSV as the group's system writes it: semicolons, Windows-1252, lines that end with CR LF."""
    return "".join(";".join(row) + "\r\n" for row in (header, *rows)).encode("cp1252")


def suppliers() -> bytes:
    header = ("Kreditor", "Name 1", "Straße", "Ort", "Land", "Steuerart", "Steuernummer", "Kontengruppe")
    group = {each[0]: "INT" for each in HOUSE} | {each[0]: "LIEF" for each in SUPPLIERS}
    return semicolons(header, ((*each, group[each[0]]) for each in (*HOUSE, *SUPPLIERS)))


def purchases(deliveries: Sequence[date], chance: random.Random) -> list[list[str]]:
    """Invoice lines; the invoice's number is the supplier's, the order's the company's own."""
    rows = []
    for number, on in enumerate(deliveries):
        for line, (part, revision, supplier, unit, price, per, currency, quantity) in enumerate(BOUGHT, 1):
            invoiced = on - timedelta(days=chance.randint(3, 9))
            rows.append(
                [
                    *("1200", f"45000{1070 + number}", f"{supplier[-3:]}-{invoiced:%y%m}{line:02}", "10"),
                    *(day(invoiced), day(on), supplier, part, revision, german(quantity), unit),
                    *(german(price), str(per), currency, german((quantity * price / per).quantize(Decimal("0.01")))),
                ]
            )
    return rows


PURCHASE_HEADER = (
    *("Werk", "Bestellung", "Rechnung", "Pos", "Rechnungsdatum", "Wareneingang", "Kreditor", "Material", "Index"),
    *("Menge", "ME", "Preis", "je", "Währung", "Betrag"),
)


def faulty_purchases() -> bytes:
    """April's lines, in which a letter stands for a digit and a day does not exist."""
    rows = purchases([date(2024, 4, 15)], random.Random(SEED + 1))
    rows[1][11] = "62,7S"
    rows[3][5] = "31.04.2024"
    return semicolons(PURCHASE_HEADER, rows)


def corrected_purchases() -> bytes:
    """The same month as the accounts department sent it once it was told."""
    rows = purchases([date(2024, 4, 15)], random.Random(SEED + 1))
    return semicolons(PURCHASE_HEADER, [rows[1], rows[3]])


def rates() -> bytes:
    header = ("Von", "Nach", "Gültig ab", "Kurs", "Quelle")
    pairs = [("EUR", "1,0875"), ("MXN", "0,0585"), ("CAD", "0,7420")]
    rows = [
        (each, "USD", day(date(2024, month, 1)), rate, "Konzernkurs") for month in (1, 2, 3, 4) for each, rate in pairs
    ]
    return semicolons(header, rows)


def production() -> bytes:
    header = ("Material", "Index", "Werk", "Charge", "Stück", "Fertiggestellt", "Land")
    rows = [
        ("000471100", "C", "1200", f"L24{month:02}{half}", "200", day(date(2024, month, 14 * half)), "US")
        for month in (1, 2, 3)
        for half in (1, 2)
    ]
    return semicolons(header, rows)


def declarations() -> bytes:
    """What a supplier in Quebec attaches to its mail: French headings, a decimal comma, days as 2024-01-31."""
    header = (
        *("N° de déclaration", "Pièce du client", "Notre pièce", "Révision", "Désignation", "Code SH", "Usine", "Pays"),
        *("Originaire", "Critère", "Règle", "Méthode", "Calcul du", "Calcul au", "Signataire", "Fonction", "Mandat"),
        *("Signée le", "Valable du", "Valable au", "Langue", "Avis de changement", "Accès des autorités"),
    )
    rest = (
        *("Chapitre 40, changement de position", "changement tarifaire", "2023-01-01", "2023-12-31"),
        *("Signataire autorisé, Joints Exemple inc. (SPECIMEN)", "Directrice des exportations (fonction)", "M-2023-11"),
        *("2023-12-05", "2024-01-01", "2024-12-31", "fr", "oui", "oui"),
    )
    rings = [
        ("JX-2024-003", "000471410", "EP-410", "2", "Joint torique en EPDM", "4016.93", "JX1", "CA", "oui", "B", *rest),
        ("JX-2024-004", "000471411", "EP-411", "1", "Joint torique en FKM", "4016.93", "JX1", "CA", "oui", "B", *rest),
    ]
    return semicolons(header, rings)


def mail() -> bytes:
    """A mail with the declarations and a covering letter attached."""
    message = EmailMessage()
    message["From"] = "exportation@joints-exemple.example"
    message["To"] = "origin@musterwerk.example"
    message["Subject"] = "Déclarations du fournisseur 2024"
    message["Date"] = "Wed, 06 Dec 2023 09:14:00 -0500"
    message["Message-ID"] = "<20231206-003@joints-exemple.example>"
    message.set_content("Bonjour,\n\nci-joint nos déclarations pour 2024.\n\nJoints Exemple inc. (SPECIMEN)\n")
    message.add_attachment(declarations(), maintype="text", subtype="csv", filename="declarations-2024.csv")
    letter = "Joints Exemple inc. (SPECIMEN)\n\nNous nous engageons à aviser de tout changement.\n"
    message.add_attachment(letter.encode(), maintype="text", subtype="plain", filename="lettre.txt")
    message.set_boundary("specimen-0123456789")
    return message.as_bytes()


def archive() -> bytes:
    """Papers of the quarter, zipped as the accounts department sends them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for number, (part, _, supplier, unit, price, per, currency, quantity) in enumerate(BOUGHT[:3], 1):
            text = f"RECHNUNG (SPECIMEN) {supplier}\n\n{part}  {german(quantity)} {unit}  {german(price)} {currency}"
            member = zipfile.ZipInfo(f"2024-01/rechnung-{number}.txt", _ZIP_DAY)
            member.create_system = 3
            packed.writestr(member, f"{text} je {per}\n")
    return out.getvalue()


def price_list() -> bytes:
    """A supplier's price list in XML, with its own part numbers beside the buyer's."""
    articles = "".join(
        f"  <article>\n    <number>{theirs}</number>\n    <customer-number>{ours}</customer-number>\n"
        f"    <price currency='MXN'>{price}</price>\n    <from>2024-01-01</from>\n  </article>\n"
        for theirs, ours, price in BUYER_NUMBERS
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return f'{head}\n<price-list supplier="0000100020">\n{articles}</price-list>\n'.encode()


def scan() -> bytes:
    """A page as a scanner gives it: a picture of a declaration, of which no program knows a word."""
    lines = [
        "DECLARACIÓN DEL PROVEEDOR No. EM-24-17 (SPECIMEN)",
        "Émbolos de Muestra S.A. de C.V. (SPECIMEN), proveedor 0000100020",
        "Parte del cliente 000471305, nuestra parte P-305/CR, revisión 1",
        "Émbolo cromado, SA 8708.30, hecho en nuestra planta EM1, MX",
        "Originaria, criterio B, 8708.30, costo neto del 2023-01-01 al 2023-12-31",
        "Vigencia del 2024-01-01 al 2024-12-31",
        "Firmado el 2023-12-11 por el firmante autorizado, poder P-2023-2",
        "Nos comprometemos a avisar de cualquier cambio.",
    ]
    page = Image.new("L", (1240, 700), 255)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(28)
    for number, line in enumerate(lines):
        draw.text((80, 80 + 62 * number), line, fill=0, font=font)
    out = io.BytesIO()
    page.save(out, "PNG", dpi=(150, 150))
    return out.getvalue()


def materials(path: Path) -> None:
    """Item master and tariff codes: a title above, headings over two rows, a line of totals, a hidden sheet."""
    with _book(path) as book:
        bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        sheet = book.add_worksheet("Material")
        sheet.write(0, 0, "Musterwerk Fahrzeugtechnik GmbH (SPECIMEN): Materialstamm", bold)
        sheet.write(1, 0, "Stand 02.04.2024, Werk 1200")
        sheet.merge_range(3, 0, 3, 1, "Material", bold)
        sheet.merge_range(3, 2, 4, 2, "Bezeichnung", bold)
        sheet.merge_range(3, 3, 3, 4, "Disposition", bold)
        for column, name in ((0, "Nummer"), (1, "Index"), (3, "Basis-ME"), (4, "Gruppe")):
            sheet.write(4, column, name, bold)
        for row, (part, revision, description, unit, _) in enumerate(MATERIALS, 5):
            for column, cell in enumerate((part, revision, description, unit, "BREMSE")):
                sheet.write_string(row, column, cell, text)
        sheet.write(5 + len(MATERIALS), 0, "Summe")
        sheet.write(5 + len(MATERIALS), 2, f"{len(MATERIALS)} Materialien")
        tariff = book.add_worksheet("Zolltarif")
        for column, name in enumerate(("Material", "Tarifnummer", "Gültig ab")):
            tariff.write(0, column, name, bold)
        dated = book.add_format({"num_format": "dd.mm.yyyy"})
        for row, (part, _, _, _, code) in enumerate(MATERIALS, 1):
            tariff.write_string(row, 0, part, text)
            tariff.write_string(row, 1, code, text)
            tariff.write_datetime(row, 2, datetime(2024, 1, 1), dated)  # noqa: DTZ001
        hidden = book.add_worksheet("Parameter")
        hidden.write_row(0, 0, ("Schlüssel", "Wert"))
        hidden.write_row(1, 0, ("Mandant", "100"))
        hidden.hide()


def bill(path: Path) -> None:
    with _book(path) as book:
        sheet = book.add_worksheet("Stückliste")
        sheet.write(0, 0, "Stückliste 000471100, Index C, Werk 1200, gültig ab 01.01.2024")
        sheet.write_row(2, 0, ("Pos", "Komponente", "Index", "Menge", "ME", "Beschaffung"))
        for row, (part, revision, quantity, unit) in enumerate(BILL, 3):
            sheet.write_number(row, 0, (row - 2) * 10)
            for column, cell in enumerate((part, revision, quantity, unit, "F"), 1):
                sheet.write_string(row, column, cell)


def costs(path: Path) -> None:
    """Costs of the quarter: figures as numbers, and a line whose sum is a formula."""
    lines = [
        ("510000", "Fertigungslohn", "Lohn", 3.42),
        ("520000", "Fertigungsgemeinkosten", "Gemeinkosten", 2.18),
        ("640000", "Werbung und Messen", "Vertrieb", 0.31),
        ("650000", "Lizenzen", "Lizenz", 0.12),
        ("660000", "Frachten und Verpackung", "Fracht", 0.27),
        ("670000", "Verwaltung", "Periode", 0.94),
    ]
    with _book(path) as book:
        sheet = book.add_worksheet("Kosten Q1")
        sheet.write(0, 0, "Kosten je Stück 000471100, Werk 1200, Ist, USD")
        sheet.write_row(2, 0, ("Konto", "Bezeichnung", "Art", "Betrag"))
        for row, line in enumerate(lines, 3):
            sheet.write_string(row, 0, line[0])
            sheet.write_string(row, 1, line[1])
            sheet.write_string(row, 2, line[2])
            sheet.write_number(row, 3, line[3])
        last = 3 + len(lines)
        sheet.write(last, 1, "Summe")
        sheet.write_formula(last, 3, f"=SUM(D4:D{last})", None, sum(Decimal(str(line[3])) for line in lines))


def _book(path: Path) -> xlsxwriter.Workbook:
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(path, {"strings_to_numbers": False, "strings_to_formulas": False})
    book.set_properties({"created": _MADE})
    return book


def filled() -> dict[str, list[Row]]:
    """What no system of theirs holds: templates filled in by hand."""
    desk, day_one = "Ursprungsstelle (role), Musterwerk (SPECIMEN)", date(2024, 1, 1)
    sites = [
        ("1200", "MW-MX", "parts plant", "Planta Ciudad Muestra (SPECIMEN)", "Calle Ejemplo 2, Ciudad Muestra", "MX"),
        ("GB1", "0000100010", "parts plant", "Gießerei (SPECIMEN)", "Musterstraße 1, 00000 Musterstadt", "DE"),
        ("EM1", "0000100020", "parts plant", "Planta de émbolos (SPECIMEN)", "Calle Ejemplo 20, Ciudad Muestra", "MX"),
        ("JX1", "0000100030", "parts plant", "Usine (SPECIMEN)", "30, rue du Spécimen, Exempleville", "CA"),
    ]
    screw = {"owner": "MW", "part": "000471520", "from_unit": "KGM", "to_unit": "EA", "factor": Decimal(80)}
    caliper = {"owner": "MW", "part": "000471100", "use": "oe-light", "vehicle_class": "passenger_vehicle"}
    said = {
        "supplier": "0000100020",
        "reference": "EM-24-17",
        "supplier_part": "P-305/CR",
        "supplier_revision": "1",
        "owner": "MW",
        "part": "000471305",
        "description": "Émbolo cromado",
        "hs_edition": "HS2022",
        "hs_code": "870830",
        "plant": "EM1",
        "country": "MX",
        "form": "originating",
        "rule": "8708.30",
        "criterion": "B",
        "method": "net cost",
        "calculated_from": date(2023, 1, 1),
        "calculated_to": date(2023, 12, 31),
        "reliance": "own records",
        "signatory": "firmante autorizado",
        "signatory_title": None,
        "authority_reference": "P-2023-2",
        "signed_on": date(2023, 12, 11),
        "received_on": date(2023, 12, 14),
        "received_basis": "post mark on the envelope",
        "undertakes_notice": True,
        "consents_to_authority": False,
        "language": "es",
        "valid_from": day_one,
        "valid_to": date(2024, 12, 31),
    }
    return {
        "filled/sites.csv": [dict(zip(SITE_HEADER, each, strict=True)) for each in sites],
        "filled/calendars.csv": [{"party": "MW-MX", "year_starts": "01-01"}],
        "filled/authorities.csv": [
            {
                "person": "Firmante autorizado, Musterwerk México S. de R.L. (SPECIMEN)",
                "title": "Gerente de comercio exterior (role)",
                "party": "MW-MX",
                "may_sign": "certification of origin",
                "granted_on": date(2023, 11, 6),
                "shown_by": "Poder notarial 118 (SPECIMEN)",
            }
        ],
        "filled/uses.csv": [caliper | {"shown_by": "Rahmenvertrag 2024 (SPECIMEN)", "applies_from": day_one}],
        "filled/unit-conversions.csv": [
            screw | {"applies_from": day_one, "shown_by": f"80 pieces weighed as 1.000 kg, {desk}"}
        ],
        "transcripts/EM-24-17.csv": [said],
    }


SITE_HEADER = ("site", "party", "site_kind", "name", "address", "country")


def make(folder: Path) -> None:
    out = folder / "received"
    for name, rows in filled().items():
        write_csv(folder / name, rows)
    chance = random.Random(SEED)
    write(out / "lieferanten.csv", suppliers())
    materials(out / "materialstamm.xlsx")
    bill(out / "stueckliste.xlsx")
    write(out / "einkauf-2024-q1.csv", semicolons(PURCHASE_HEADER, purchases(DELIVERIES, chance)))
    write(out / "einkauf-2024-04.csv", faulty_purchases())
    write(out / "einkauf-2024-04-nachtrag.csv", corrected_purchases())
    write(out / "kurse.csv", rates())
    write(out / "produktion-2024-q1.csv", production())
    costs(out / "kosten-2024-q1.xlsx")
    write(out / "declarations.eml", mail())
    write(out / "belege-2024-01.zip", archive())
    write(out / "preisliste-100020.xml", price_list())
    write(out / "declaracion-EM-24-17.png", scan())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE / "foreign")
    make(parser.parse_args().out)
