"""`timeline.toml`: what was done when, by which role, in the order in which the ledger records it."""

import json
from datetime import date, timedelta
from pathlib import Path

from specimen.accumulate import statements
from specimen.certify import CERTIFICATIONS
from specimen.declare import declarations
from specimen.figures import UNDECIDED, WITHDRAWN
from specimen.ship import shipments
from specimen.tables import Company

REVIEWER = "Origin desk (role), Voltera US Inc. (SPECIMEN)"
SIGNER = {
    "VOLTERA-US": "Authorised signer, Voltera US Inc. (SPECIMEN)",
    "VOLTERA-CA": "Authorised signer, Voltera Canada Ltd. (SPECIMEN)",
    "SPECIMEN-TRUCK": "Authorised signer, Specimen Truck Works Ltd. (SPECIMEN)",
}
HEAD = """# The sample company's story, made by examples/make_company.py. Steps are in order; `at` is the moment in UTC.
#
# do = "import"     folder (beside this file)
# do = "accept"     references (each a supplier and its reference), by, reason
# do = "expire"     supplier, reference, effective_from, by, reason
# do = "withdraw"   supplier, reference, effective_from, by, reason, notice_file (folder and name)
# do = "determine"  good, plant, period, basis, event, on, importing_country, shipment
# do = "claim"      shipment, by, expect ("made" or "not made")
# do = "correct"    shipment, by, reason
# do = "note"       text
"""


class Story:
    """Steps by moment."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, dict[str, object]]] = []

    def add(self, day: date, hour: int, what: str, **fields: object) -> None:
        self.steps.append((f"{day.isoformat()}T{hour:02d}:00:00Z", {"do": what, **fields}))

    def toml(self) -> str:
        out = [HEAD]
        for moment, fields in sorted(self.steps, key=lambda step: step[0]):
            # a JSON string or list of strings is a TOML one
            lines = [
                f"{key} = {value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)}"
                for key, value in fields.items()
            ]
            out.append("\n".join(["[[step]]", f"at = {moment}", *lines, ""]))
        return "\n".join(out)


def timeline_toml(company: Company, root: Path) -> str:
    story = Story()
    for folder in sorted(path.name for path in root.glob("20*-*")):
        story.add(date.fromisoformat(folder[:10]), 8, "import", folder=folder)
    _declarations(company, story)
    _shipments(company, story)
    _afterwards(story)
    return story.toml()


def _declarations(company: Company, story: Story) -> None:
    every = [*declarations(company), *statements(company)]
    for folder in dict.fromkeys(one.folder for one in every):
        references = [
            f"{one.row['supplier']} {one.reference}"
            for one in every
            if one.folder == folder and one.reference != UNDECIDED
        ]
        if references:
            day = date.fromisoformat(folder[:10]) + timedelta(days=1)
            story.add(
                day,
                10,
                "accept",
                references=references,
                by=REVIEWER,
                reason="complete, signed, and agrees with classification and purchases",
            )


def _shipments(company: Company, story: Story) -> None:
    for sent in shipments(company):
        row = sent.row
        period = company.periods[row.period]
        story.add(
            row.decided_on - timedelta(days=1),
            11,
            "determine",
            shipment=row.shipment,
            good=row.good,
            plant=sent.assembly.plant,
            period=f"{period.first}..{period.last}",
            basis=row.basis,
            event="production",
            on=row.imported_on,
            importing_country=row.importer_country,
        )
        refused = row.outcome == "not claimed"
        story.add(
            row.decided_on,
            15,
            "claim",
            shipment=row.shipment,
            by=SIGNER[row.consignee],
            expect="not made" if refused else "made",
        )
        certified = [
            c
            for c in CERTIFICATIONS
            if c.good[0] == row.good and c.importer == row.consignee and c.valid_from <= row.imported_on <= c.valid_to
        ]
        assert refused or all(c.received_on < row.decided_on for c in certified), row.shipment
        assert refused == (not certified), f"{row.shipment}: a certification for what is claimed, and for that only"


def _afterwards(story: Story) -> None:
    late = date(2023, 4, 14)
    story.add(
        late,
        10,
        "expire",
        supplier="SUP-014",
        reference="OD-FY22-014",
        effective_from=date(2023, 4, 1),
        by=REVIEWER,
        reason="the blanket ended on 2023-03-31 and no renewal has come; asked on 2023-02-01, reminded on 2023-03-03",
    )
    _again(story, date(2023, 7, 12), "S02", "2023-04-01..2023-06-30", date(2023, 6, 20), "CA")
    story.add(
        date(2023, 7, 12),
        12,
        "note",
        text="The close of April to June 2023 confirms the estimate behind S02: 73.40 against 73.45, threshold 72.",
    )
    reference, effective = WITHDRAWN
    story.add(
        date(2024, 5, 20),
        14,
        "withdraw",
        supplier="SUP-008",
        reference=reference,
        effective_from=effective,
        by=REVIEWER,
        reason="withdrawn by the supplier's letter of 2024-05-17",
        notice_file="2024-05-20-withdrawal/notice-OD-FY23-008.pdf",
    )
    _again(story, date(2024, 5, 27), "S08", "2024-01-01..2024-03-31", date(2024, 4, 25), "US")
    story.add(
        date(2024, 5, 28),
        15,
        "correct",
        shipment="S08",
        by=SIGNER["VOLTERA-US"],
        reason="supplier SUP-008 withdrew OD-FY23-008 from 2024-02-01; content of January to March 2024 falls below 75",
    )
    story.add(
        date(2024, 7, 23),
        12,
        "note",
        text="SUP-012 sent its renewal for the wheels on 2024-07-22. Somebody must accept or refuse it; until then the "
        "wheels count as non-originating.",
    )


def _again(story: Story, day: date, shipment: str, period: str, on: date, country: str) -> None:
    """The vehicle determined once more, on actual figures and on all that is known by then."""
    good = {"good": "ARROYO-E1", "plant": "MX-SAL", "period": period}
    story.add(
        day,
        11,
        "determine",
        shipment=shipment,
        **good,
        basis="actual",
        event="production",
        on=on,
        importing_country=country,
    )
