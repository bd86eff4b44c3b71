"""What suppliers declared, in the forms in which it came (CSV, XLSX, fillable PDF), and what was asked in vain.

Every declared part has one blanket for each fiscal year in which it is bought. `tables/declarations.csv` lists those
that differ: late, withdrawn, new, undecided, on a PDF form.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from specimen.files import Row, text, write, write_csv, write_xlsx
from specimen.pdf import Field, Page, document
from specimen.tables import OWNER, Company, DeclarationRow, Part, Supplier

YEARS = {"FY22": date(2022, 4, 1), "FY23": date(2023, 4, 1), "FY24": date(2024, 4, 1)}
SILENT = ("CPA-401", "SUP-042")


@dataclass(frozen=True)
class Declaration:
    """One declaration, the folder it came in, and how it came."""

    folder: str
    format: str
    year: str
    row: Row

    @property
    def reference(self) -> str:
        return str(self.row["reference"])


def declarations(company: Company) -> list[Declaration]:
    """Every declaration, by fiscal year and supplier."""
    special = {(d.part, d.supplier, d.fiscal_year): d for d in company.declarations}
    wanted: dict[tuple[str, str, str], Part] = {}
    for period in company.periods.values():
        for part in company.parts:
            bought = part.declared == "yes" and any(
                part in company.bought(a.part, period.first)
                for good in period.goods
                for a in company.family(good, period.first)
            )
            for source in company.deliveries(part, period) if bought else ():
                wanted[part.part, source.supplier, period.period[:4]] = part
    parts = {part.part: part for part in company.parts}
    wanted |= {(d.part, d.supplier, d.fiscal_year): parts[d.part] for d in company.declarations}
    found = []
    for (name, supplier, year), part in sorted(wanted.items(), key=lambda item: (item[0][2], item[0][1], item[0][0])):
        one = special.get((name, supplier, year)) or _plain(name, supplier, year)
        earlier = next((y for y in ("FY23", "FY22") if y < year and (name, supplier, y) in wanted), "")
        found.append(Declaration(_folder(one), _format(company, one), year, _row(company, part, one, earlier)))
    return found


def _plain(part: str, supplier: str, year: str) -> DeclarationRow:
    first = YEARS[year]
    last = date(first.year + 1, 3, 31)
    signed = date(first.year, 3, 7) + timedelta(days=int(supplier[-3:]) % 12)
    return DeclarationRow(
        part, supplier, year, first, last, signed, signed + timedelta(days=6), "csv", "originating", ""
    )


def _folder(one: DeclarationRow) -> str:
    if one.received_on > date(one.valid_from.year, 6, 1) or one.story.startswith("new part"):
        names = {"RGL-307": "rear-glass", "INV-162": "inverter", "WHL-305": "wheels"}
        return f"{one.received_on}-declaration-{names[one.part]}"
    return {
        "FY22": "2023-04-05-declarations-2022",
        "FY23": "2023-04-18-declarations-2023",
        "FY24": "2024-03-27-declarations-2024",
    }[one.fiscal_year]


def _format(company: Company, one: DeclarationRow) -> str:
    canadian = (
        company.suppliers[one.supplier].country == "CA" and one.fiscal_year != "FY22" and one.form == "originating"
    )
    return "xlsx" if canadian and one.format == "csv" else one.format


def reference(supplier: str, year: str) -> str:
    return f"OD-{year}-{supplier[-3:]}"


def _row(company: Company, part: Part, one: DeclarationRow, earlier: str) -> Row:
    supplier = company.suppliers[one.supplier]
    originating = one.form == "originating"
    by_content = bool(part.core_group)
    chapter = f"HTSUS GN 11(o), rule for {part.hs2012[:4]}.{part.hs2012[4:]}"
    rule = f"19 CFR 182 App A s.13, {part.hs2012[:4]}.{part.hs2012[4:]}, Table A.2" if by_content else chapter
    return {
        "supplier": one.supplier,
        "reference": reference(one.supplier, one.fiscal_year) if originating else f"NO-{part.part}",
        "supplier_part": f"{one.supplier[-3:]}-{part.part}",
        "supplier_revision": "A",
        "owner": OWNER,
        "part": part.part,
        "revision": "",
        "description": part.description,
        "hs_edition": "HS2012",
        "hs_code": part.hs2012,
        "plant": supplier.plant,
        "country": supplier.country if originating else part.origin_country,
        "form": one.form,
        "rule": rule if originating else "",
        "criterion": "B" if originating else "",
        "method": ("net cost" if by_content else "tariff change") if originating else "",
        "calculated_from": date(one.valid_from.year - 1, 1, 1) if originating and by_content else None,
        "calculated_to": date(one.valid_from.year - 1, 12, 31) if originating and by_content else None,
        "reliance": "own records",
        "signatory": f"Authorised signer, {supplier.name}",
        "signatory_title": "Origin compliance manager (role)",
        "authority_reference": f"AUTH-{one.supplier}-01",
        "signed_on": one.signed_on,
        "received_on": one.received_on,
        "received_basis": "mail header, kept with the message",
        "undertakes_notice": True,
        "consents_to_authority": True,
        "language": "es" if supplier.country == "MX" else "en",
        "replaces": reference(one.supplier, earlier) if earlier else "",
        "valid_from": one.valid_from,
        "valid_to": one.valid_to,
    }


def write_declarations(company: Company, root: Path) -> None:
    every = declarations(company)
    for folder in dict.fromkeys(one.folder for one in every):
        rows: dict[str, list[Row]] = {"csv": [], "xlsx": [], "pdf": []}
        for one in every:
            if one.folder == folder:
                rows[one.format].append(one.row)
        if rows["csv"]:
            write_csv(root / folder / "declarations.csv", rows["csv"])
        if rows["xlsx"]:
            write_xlsx(root / folder / "declarations-canada.xlsx", "declarations", rows["xlsx"])
        for row in rows["pdf"]:
            write(root / folder / f"forms/{row['reference']}.pdf", form(company.suppliers[str(row["supplier"])], row))
    for year in YEARS:
        folder = next(one.folder for one in every if one.year == year)
        write_csv(root / folder / "requests.csv", _requests(year))
        write_csv(root / folder / "silence.csv", _silence(year))
    _write_withdrawal(company, root)


def _requests(year: str) -> list[Row]:
    """Each year's request to the supplier that never answers, and its reminder; in 2023 also to the late one."""
    part, supplier = SILENT
    asked = [(f"RQ-{year}-{supplier[-3:]}", supplier, part, date(YEARS[year].year, 2, 1))]
    if year == "FY23":
        asked.append(("RQ-FY23-014", "SUP-014", "RGL-307", date(2023, 2, 1)))
    rows: list[Row] = []
    for number, to, what, sent in asked:
        head = {"supplier": to, "parts": what}
        window = {"valid_from": YEARS[year], "valid_to": date(YEARS[year].year + 1, 3, 31)}
        rows.append(
            {
                "number": number,
                **head,
                "sent_on": sent,
                "due_on": sent + timedelta(days=28),
                "channel": "mail",
                "reminder_of": "",
                **window,
            }
        )
        again = sent + timedelta(days=30)
        rows.append(
            {
                "number": f"{number}-R1",
                **head,
                "sent_on": again,
                "due_on": again + timedelta(days=14),
                "channel": "mail",
                "reminder_of": number,
                **window,
            }
        )
    return rows


def _silence(year: str) -> list[Row]:
    part, supplier = SILENT
    first = YEARS[year]
    return [
        {
            "request": f"RQ-{year}-{supplier[-3:]}",
            "supplier": supplier,
            "parts": part,
            "until": date(first.year, 3, 24),
            "reminders": 1,
            "valid_from": first,
            "valid_to": date(first.year + 1, 3, 31),
        }
    ]


def form(supplier: Supplier, row: Row) -> bytes:
    """A supplier's declaration as a fillable form; the fields are named as the template's columns."""
    page = Page()
    page.box(40, 36, 515, 44, 0.93)
    page.text(52, 56, "Supplier's declaration of origin", 14, bold=True)
    page.text(
        52,
        71,
        f"{supplier.name}, {int(supplier.supplier[-3:])} Example Street, {supplier.town}, {supplier.country}",
        8.5,
    )
    page.text(470, 56, "SPECIMEN", 12, bold=True, grey=0.5)
    y = 92.0
    for name, value in row.items():
        page.text(52, y + 12, name.replace("_", " "), 8, grey=0.35)
        page.fields.append(Field(name, text(value), 200, y, 345, 15))
        page.line(200, y + 16, 545, y + 16, 0.3)
        y += 20.5
    page.text(
        52,
        806,
        "The signer declares for the supplier, for the period named, what this form says. An invented company.",
        8,
        grey=0.4,
    )
    return document(f"Supplier's declaration {row['reference']} (SPECIMEN)", [page])


def _write_withdrawal(company: Company, root: Path) -> None:
    """The letter by which a supplier takes back its declaration, months after goods were claimed on it."""
    supplier = company.suppliers["SUP-008"]
    folder = root / "2024-05-20-withdrawal"
    page = Page()
    page.text(60, 80, supplier.name, 13, bold=True)
    page.text(60, 96, f"8 Example Street, {supplier.town}, {supplier.country}", 9)
    page.text(60, 140, "2024-05-17", 9)
    page.text(60, 170, "To Voltera México S.A. de C.V. (SPECIMEN), trade compliance", 9)
    page.text(60, 205, "Withdrawal of our declaration OD-FY23-008, climate module HVA-302", 11, bold=True)
    for number, line in enumerate(
        [
            "From 1 February 2024 the compressor core of the module came from a source outside the region. Our own",
            "review has found that modules shipped from that day do not meet the rule we declared. We withdraw the",
            "declaration with effect from 1 February 2024. Modules shipped before that day are not affected.",
        ]
    ):
        page.text(60, 235 + 15 * number, line, 9)
    page.text(60, 320, "Origin compliance manager (role)", 9)
    page.text(60, 800, "SPECIMEN - invented company, invented figures.", 8, grey=0.4)
    write(folder / "notice-OD-FY23-008.pdf", document("Withdrawal of OD-FY23-008 (SPECIMEN)", [page]))
    write_csv(
        folder / "documents.csv",
        [
            {
                "file": "notice-OD-FY23-008.pdf",
                "role": "letter",
                "relates_to": "declaration:OD-FY23-008",
                "document_class": "native",
                "tier": "restricted",
                "personal": False,
                "channel": "mail",
                "holder": "Voltera México S.A. de C.V. (SPECIMEN)",
                "received_on": date(2024, 5, 20),
                "received_basis": "mail header",
            }
        ],
    )
