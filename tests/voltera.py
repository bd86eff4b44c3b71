"""The sample company as committed, read straight from its files into the inputs of a determination.

Nothing of intake, ledger or register is used: what is tested with this is the company and the calculation. Accepting,
expiring and withdrawing declarations come from the company's own timeline.
"""

import csv
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import pikepdf
from python_calamine import CalamineWorkbook

from evidence.core.statements.authority import Authority
from evidence.core.statements.base import Record, Statement
from evidence.core.statements.bill import BillLine
from evidence.core.statements.calendar import FiscalCalendar
from evidence.core.statements.certification import CertificationOfOrigin, VehicleCertification
from evidence.core.statements.classification import ClassificationLine
from evidence.core.statements.concordance import Concordance
from evidence.core.statements.cost import CostLine
from evidence.core.statements.declaration import (
    DeclarationEvent,
    DeclarationState,
    Request,
    Silence,
    SupplierDeclaration,
)
from evidence.core.statements.duty import DutyMeasureLine
from evidence.core.statements.election import Election
from evidence.core.statements.item import ItemLine
from evidence.core.statements.party import PartyLine
from evidence.core.statements.production import ProductionLine, VolumeLine
from evidence.core.statements.purchase import PurchaseLine, RateLine
from evidence.core.statements.shipment import CustomsEntry, Shipment
from evidence.core.statements.site import SiteLine
from evidence.core.statements.use import UseLine
from evidence.origin.inputs import Fact, Inputs, SupportingDocument
from evidence.origin.question import Question

T = TypeVar("T", bound=Record)
ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
COMPANY = EXAMPLES / "voltera"
ALL = datetime(2100, 1, 1, tzinfo=UTC)
KINDS: dict[str, type[Record]] = {
    "parties": PartyLine,
    "sites": SiteLine,
    "items": ItemLine,
    "classifications": ClassificationLine,
    "uses": UseLine,
    "bills": BillLine,
    "purchases": PurchaseLine,
    "rates": RateLine,
    "volumes": VolumeLine,
    "costs": CostLine,
    "production": ProductionLine,
    "calendars": FiscalCalendar,
    "authorities": Authority,
    "concordances": Concordance,
    "elections": Election,
    "declarations": SupplierDeclaration,
    "declarations-canada": SupplierDeclaration,
    "duty-measures": DutyMeasureLine,
    "requests": Request,
    "silence": Silence,
    "vehicle-certifications": VehicleCertification,
    "certifications": CertificationOfOrigin,
    "shipment": Shipment,
    "customs-entry": CustomsEntry,
}
_FOLDED = {CertificationOfOrigin: "goods", Shipment: "invoice_lines", CustomsEntry: "lines"}


def toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def expected() -> dict[str, Any]:
    return toml(EXAMPLES / "expected.toml")


def timeline() -> list[dict[str, Any]]:
    return list(toml(COMPANY / "timeline.toml")["step"])


def data_files(folder: Path) -> list[Path]:
    """The tables and forms of a folder, without exhibits and indexes."""
    found = [path for path in folder.rglob("*") if path.suffix in {".csv", ".xlsx"} and path.stem != "documents"]
    return sorted([*found, *folder.rglob("forms/*.pdf")])


def rows(path: Path) -> list[dict[str, str]]:
    """The cells of a table, or the fields of a form."""
    if path.suffix == ".pdf":
        with pikepdf.open(path) as pdf:
            return [{str(field["/T"]): str(field.get("/V", "")) for field in pdf.Root.AcroForm.Fields}]
    if path.suffix == ".xlsx":
        header, *lines = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        return [dict(zip(map(str, header), map(str, line), strict=True)) for line in lines]
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def kind_of(path: Path) -> type[Record]:
    return SupplierDeclaration if path.parent.name == "forms" else KINDS[path.stem]


def values(path: Path) -> list[Record]:
    """What a file holds, checked by the models."""
    kind = kind_of(path)
    found: list[Record] = []
    for row in rows(path):
        cells: dict[str, Any] = {name: cell for name, cell in row.items() if cell}
        nested = {name.split(".")[0] for name in cells if "." in name}
        for name in nested:
            part = {key.split(".")[1]: cells.pop(key) for key in list(cells) if key.startswith(f"{name}.")}
            cells[name] = [part] if name == _FOLDED.get(kind) else part
        if issubclass(kind, Statement):
            issuer = cells["supplier"] if kind is SupplierDeclaration else "self"
            mark = cells.get("reference") or cells.get("number") or f"{path.parent.name}-{len(found) + 1}"
            cells |= {"id": f"{kind.prefix}-{mark}", "issuer": issuer}
            for name in ("revision", "plant", "country"):
                if kind is SupplierDeclaration:
                    cells.setdefault(name, None)
        found.append(kind.model_validate(cells))
    return found


def of_kind(kind: type[T], until: datetime = ALL) -> list[T]:
    """Every value of one kind that the company had imported by a moment."""
    folders = [step["folder"] for step in timeline() if step["do"] == "import" and step["at"] <= until]
    paths = [path for folder in folders for path in data_files(COMPANY / folder) if kind_of(path) is kind]
    return [value for path in paths for value in values(path) if isinstance(value, kind)]


def events(until: datetime = ALL) -> list[DeclarationEvent]:
    """What had become of declarations by a moment."""
    found: list[DeclarationEvent] = []

    def add(reference: str, state: DeclarationState, step: dict[str, Any], effective: date) -> None:
        found.append(
            DeclarationEvent(
                id=f"state-{len(found) + 1}",
                issuer="self",
                declaration=f"decl-{reference}",
                state=state,
                effective_from=effective,
                reason=step["reason"],
                by=step["by"],
            )
        )

    for step in timeline():
        if step["at"] > until:
            break
        if step["do"] == "accept":
            for both in step["references"]:
                add(both.split(" ", 1)[1], DeclarationState.ACCEPTED, step, step["at"].date())
        elif step["do"] in {"expire", "withdraw"}:
            state = DeclarationState.EXPIRED if step["do"] == "expire" else DeclarationState.WITHDRAWN
            add(step["reference"], state, step, step["effective_from"])
    return found


def inputs(question: Question, until: datetime = ALL) -> Inputs:
    """All that was known on a question at a moment."""
    count = iter(range(1, 1_000_000))
    documents = [
        SupportingDocument(document=row["file"], role=row["role"], relates_to=tuple(row["relates_to"].split(";")))
        for step in timeline()
        if step["do"] == "import" and step["at"] <= until and (COMPANY / step["folder"] / "documents.csv").exists()
        for row in rows(COMPANY / step["folder"] / "documents.csv")
    ]

    def facts(found: list[T]) -> tuple[Fact[T], ...]:
        return tuple(
            Fact(
                ref=f"#{seq}",
                seq=seq,
                statement=getattr(value, "id", f"load-{seq}"),
                kind=type(value).__name__,
                value=value,
            )
            for value, seq in zip(found, count, strict=False)
        )

    return Inputs(
        question=question,
        as_of=1_000_000,
        items=facts(of_kind(ItemLine, until)),
        classifications=facts(of_kind(ClassificationLine, until)),
        concordances=facts(of_kind(Concordance, until)),
        uses=facts(of_kind(UseLine, until)),
        bills=facts(of_kind(BillLine, until)),
        volumes=facts(of_kind(VolumeLine, until)),
        costs=facts(of_kind(CostLine, until)),
        purchases=facts(of_kind(PurchaseLine, until)),
        rates=facts(of_kind(RateLine, until)),
        sites=facts(of_kind(SiteLine, until)),
        calendars=facts(of_kind(FiscalCalendar, until)),
        declarations=facts(of_kind(SupplierDeclaration, until)),
        events=facts(events(until)),
        requests=facts(of_kind(Request, until)),
        silences=facts(of_kind(Silence, until)),
        elections=facts(of_kind(Election, until)),
        vehicle_certifications=facts(of_kind(VehicleCertification, until)),
        documents=facts(documents),
    )


def determinations() -> Iterator[dict[str, Any]]:
    """The determinations that the company makes, in order."""
    yield from (step for step in timeline() if step["do"] == "determine")
