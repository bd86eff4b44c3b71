"""Worksheets that hold nothing but what a test is about."""

from datetime import date
from decimal import Decimal

from evidence.origin.worksheet import Cell, Good, MaterialRow, Outcome, Status, Worksheet


def material(
    id_: str, value: str, status: Status, counted: str, parent: str | None = None, quantity: str = "1"
) -> MaterialRow:
    """A bought line; its part is called as the line."""
    return MaterialRow(
        id=id_, level=2 if parent else 1, parent=parent, part=id_, revision="A", description="", hs_edition="HS2012",
        code="850760", made_at=None, quantity=Decimal(quantity), unit="pc", unit_value=None, value=Decimal(value),
        status=status, counted=Decimal(counted), reason="", support=(), rests_on=(),
    )  # fmt: skip


def sheet(*materials: MaterialRow, method: str = "net cost", **cells: str) -> Worksheet:
    """A worksheet of these lines and cells; a dot in a cell's name is written as two underscores."""
    good = Good(
        owner="SPEC", part="EV-1", revision=None, description="", hs_edition="HS2022", code="870380",
        rule_edition="HS2012", rule_code="870390", concordance=None, use="vehicle", vehicle_class=None,
    )  # fmt: skip
    return Worksheet(
        good=good, plant="MX-1", plant_country="MX", period_from=date(2023, 4, 1), period_to=date(2023, 6, 30),
        basis="actual", event="production", event_day=None, currency="USD", as_of=1, rule_set="ab" * 32, program="0",
        outcome=Outcome.MET, criterion="B", method=method, summary="", choices=(),
        cells=tuple(
            Cell(id=name.replace("__", "."), label=name, value=Decimal(value), unit="USD", formula="", rests_on=())
            for name, value in cells.items()
        ),
        findings=(), materials=materials, core_parts=(), gaps=(), views=(), inputs=(),
    )  # fmt: skip
