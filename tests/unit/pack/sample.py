"""A report's contents made by hand, plainly fictional, with every part filled; tests thin it out."""

from datetime import UTC, date, datetime
from decimal import Decimal

from evidence.pack.contents import contents as c
from evidence.pack.contents.chart import bar
from tests.unit.pack import sample_average, sample_parts

MOMENT = datetime(2023, 9, 4, 15, 30, tzinfo=UTC)
E17 = c.Link("E017", "exhibit-E017")
WORKSHEET = c.Link("Worksheet 1", "worksheet-1")
CERTIFICATION = c.Link("COO-SPECIMEN-2023", "certification-1")


def head() -> c.PackHead:
    return c.PackHead(
        number="EP-S01-1",
        subject="Shipment S01",
        shipment="S01",
        edition="authority",
        confidentiality="Confidential: for the customs authority named on the claim",
        organisation="Voltera Motors (SPECIMEN)",
        origin="evidence.example/voltera-specimen",
        as_of=412,
        root="8f3a" * 16,
        moment=MOMENT,
        specimen=True,
        supersedes=None,
    )


def gate() -> tuple[c.GateRow, ...]:
    return (
        c.GateRow(
            check="certification held before the claim",
            outcome="met",
            found="received 2023-04-03, claimed 2023-05-19",
            citation="19 CFR 182.12(a)(3)",
            mark="P",
        ),
        c.GateRow(
            check="subheading of the entry is that of the certification",
            outcome="warning",
            found="8703.80 read as 8703.90 by a recorded concordance",
            citation="Annex 5-A(6)",
            mark="S",
        ),
    )


def checklist() -> c.ChecklistPage:
    return c.ChecklistPage(
        sets=("common", "vehicle rvc"),
        rows=tuple(
            c.ChecklistRow(
                id=f"common-0{place}",
                item="Certification of origin with its nine elements",
                state=state,
                shown_at=(E17,) if state == "present" else (),
                note="" if state == "present" else "Nothing is on file.",
                gate="block",
                citation="19 CFR 182.12",
                mark="P",
            )
            for place, state in enumerate(("present", "missing", "not applicable"), 1)
        ),
    )


def claim() -> c.ClaimRow:
    return c.ClaimRow(
        customs_entry="SPC-0001234-5",
        line=1,
        country="US",
        importer="Voltera Motors US, Inc. (SPECIMEN)",
        imported_on=date(2023, 5, 18),
        entered_on=date(2023, 5, 19),
        goods="Arroyo E1, electric passenger vehicle",
        quantity=Decimal(10),
        value=Decimal("412500.00"),
        currency="USD",
        tariff_item="8703800000",
        hs_edition="HS2022",
        preference_code="S",
        identifiers=(
            "labour value LVC-SPECIMEN-2023-01",
            "steel STL-SPECIMEN-2023-01",
            "aluminum ALU-SPECIMEN-2023-01",
        ),
        state=c.ClaimState.CLAIMED,
        decided_on=date(2023, 5, 19),
        reason=None,
        certification=CERTIFICATION,
        worksheet=WORKSHEET,
        average=sample_average.LINK,
        gate=gate(),
        gates=(
            c.GateSet(title="Claim made, decided on 2023-05-18 (ledger entry #380)", rows=gate()),
            c.GateSet(title="Claim made, decided on 2023-05-19 (ledger entry #388)", rows=gate()),
        ),
        headline="ONE ITEM OPEN: WHL-305, not yet reviewed",
        by="Origin desk (role)",
        certifier="Authorised signer, Voltera",
        confirmed="Claimed on estimates: 73.45 percent; the close of 2023-07-12 confirms it: 73.40 percent.",
        period_identifiers=("labour value LVC-SPECIMEN-2022-01",),
        steps=(
            c.StepRow(what="Notice", found="SD-0008 withdrawn with effect from 2023-06-01", shown_at=(E17,)),
            c.StepRow(what="Nothing on file", found="what went to customs", missing=True),
        ),
        position="#388",
        history=("made on 2023-05-19 (#388)",),
    )


def result() -> c.ResultRow:
    return c.ResultRow(
        worksheet=WORKSHEET,
        good="VOLTERA ARROYO-E1, Arroyo E1, electric passenger vehicle",
        plant="MX-SAL (MX)",
        period="1 April 2023 to 30 June 2023",
        basis="actual figures",
        day="production",
        outcome="met",
        words="The good originates, on this analysis",
        criterion="B",
        summary="Regional value content by net cost 73.41 percent, at least 72 required; each core part originates.",
        bar=bar("Regional value content by net cost", Decimal("73.4121"), Decimal(72), met=True),
        averaged=sample_average.LINK,
    )


def gaps() -> tuple[c.GapRow, ...]:
    return (
        c.GapRow(
            kind="missing",
            what="No declaration covers BRKT-118 (Seat bracket) from Specimen Supplier 044: a request of "
            "2023-03-01 and two reminders stayed unanswered.",
            owner="purchasing",
            due=date(2023, 10, 1),
            effect="Counted as non-originating: 41.20 USD a unit.",
            defeats=False,
        ),
        c.GapRow(
            kind="late",
            what="E045 and 2 more exhibits were recorded after the claim of 2023-05-19.",
            owner="trade compliance",
            due=None,
            effect="Shown as late; does not by itself block.",
            defeats=False,
        ),
    )


def worksheet() -> c.WorksheetPage:
    cells = tuple(
        c.CellRow(
            anchor=f"cell-1-{name}",
            id=name,
            label=label,
            value=Decimal(value),
            unit=unit,
            formula=formula,
            rests_on=rests,
            citation="s.7(3)",
        )
        for name, label, value, unit, formula, rests in [
            (
                "U",
                "Units made in the period",
                "4200",
                "units",
                "sum of the months' volumes",
                (c.Link("#31, 3 lines"), E17),
            ),
            ("TC", "Total cost", "140238000.50", "USD", "sum of cost lines", (c.Link("#40, 18 lines"), E17)),
            ("NC", "Net cost", "131040000.25", "USD", "TC − EX", (c.Link("TC", "cell-1-TC"),)),
            (
                "VNM",
                "Value of non-originating materials",
                "34842180.7744",
                "USD",
                "sum of the schedule, counted × U",
                (),
            ),
            (
                "RVC",
                "Regional value content",
                "73.4110",
                "percent",
                "(NC − VNM) ÷ NC × 100 ≥ 72",
                (c.Link("NC", "cell-1-NC"),),
            ),
        ]
    )
    law = ("RVC threshold, vehicles, 2022-07-01 to 2023-06-30: 72 percent (Appendix art. 3; mark P)",)
    tests = tuple(
        c.TestRow(
            limb=limb,
            test=test,
            outcome=outcome,
            shown=shown,
            reason=reason,
            law=law,
            rests_on=(c.Link("RVC", "cell-1-RVC"),),
        )
        for limb, test, outcome, shown, reason in [
            ("tariff change", "no material of heading 87.03", "met", "0 materials of 8703", ""),
            ("regional value content", "net cost method", "met", "73.41 ≥ 72 percent", ""),
            ("core parts", "each originates", "met", "6 of 6", "Engine: not fitted."),
            (
                "labour value content",
                "certification on file",
                "not_determinable",
                "LVC-SPECIMEN-2023-01",
                "Not computed here: rests on the producer’s certification on file.",
            ),
        ]
    )
    core = tuple(
        c.CorePartRow(
            group=group,
            part=part,
            description=group.capitalize(),
            way="individually, net cost",
            net_cost=Decimal("5210.44"),
            non_originating=Decimal("1188.01"),
            content="77.20 percent",
            bound=Decimal(72),
            outcome="met",
            reason="",
            rests_on=(E17,),
            ways=(c.WayRow(way="each part, on all its materials (I-ALL)", outcome="met", shown="77.20 %"),),
        )
        for group, part in [("advanced battery", "BAT-100"), ("transmission", "TRN-20"), ("axle", "AXL-9")]
    )
    return c.WorksheetPage(
        anchor="worksheet-1",
        title="Worksheet 1",
        snapshot="snap-018f3c1e-0000-7000-8000-000000000001",
        position="#371",
        recorded_at=MOMENT,
        result=result(),
        facts=(
            ("Good", "ARROYO-E1"),
            ("Tariff code", "8703.80 (HS2022), read as 8703.90 (HS2012): background knowledge, mark K"),
            ("Rule set", "ab" * 32),
        ),
        tests=tests,
        cells=cells,
        core_parts=core,
        choices=(
            c.ChoiceRow(
                name="several suppliers",
                choice="worst case",
                alternatives="proration by purchases",
                made="default",
                citation="s.8",
            ),
        ),
        views=(
            c.ViewRow(
                name="other day",
                option="entry",
                outcome="not_met",
                shown="73.41 < 75 percent",
                citation="Appendix art. 3",
            ),
        ),
        inputs=tuple(
            c.InputRow(
                anchors=(f"input-1-{seq}",),
                position=f"#{seq}",
                kind="purchase",
                lines="56 lines",
                recorded=(MOMENT, MOMENT),
                exhibits=(E17,),
            )
            for seq in range(30, 52)
        ),
        currency="USD",
    )


def schedule(lines: int = 250) -> c.SchedulePage:
    rows = []
    for i in range(lines):
        covered = i % 3 != 0
        rows.append(
            c.MaterialLine(
                anchor=f"material-1-{i + 1}",
                number=i + 1,
                level=1 + i % 3,
                part=f"PART-{i + 1:04}",
                description=("Traction inverter, silicon carbide", "Harness, high voltage", "Seat frame, rear")[i % 3],
                code="850440",
                quantity=Decimal(1 + i % 4),
                unit="pc",
                value=Decimal(2400) / (i + 1),
                status="originating" if covered else "non-originating",
                originates=covered,
                counted=Decimal(0) if covered else Decimal(2400) / (i + 1),
                reason=""
                if covered
                else "Declaration SD-0093 of 2022-04-01 ended on 2023-03-31; purchase received 2023-04-14.",
                support=(
                    c.SupportRow(
                        supplier="Cobre Ejemplo S.A. (SPECIMEN)",
                        declaration=f"SD-{i:04}" if covered else None,
                        grade="document-backed" if covered else "none",
                        covers=covered,
                        reason="covers every purchase of the period"
                        if covered
                        else "no declaration covers the purchase",
                        exhibits=(E17,) if covered else (),
                    ),
                ),
            )
        )
    return c.SchedulePage(
        anchor="schedule-1", title="Material schedule to worksheet 1", currency="USD", lines=tuple(rows)
    )


def exhibits(count: int = 40) -> tuple[c.ExhibitRow, ...]:
    return tuple(
        c.ExhibitRow(
            anchor=f"exhibit-E{i:03}",
            number=f"E{i:03}",
            title=("Commercial invoice", "Bill of lading", "Supplier’s declaration")[i % 3],
            about="SD-0001 of Cobre Ejemplo S.A. (SPECIMEN)" if i % 3 == 2 else "",
            tier="secret" if i == 5 else "restricted",
            name=f"CI-2023-{i:04}.pdf",
            path=f"exhibits/E{i:03}-commercial-invoice.pdf" if i != 5 else "",
            sha256="0123456789abcdef" * 4,
            size=48_211,
            document_class="native",
            received_on=date(2023, 5, 12),
            received_basis="mail header",
            channel="import",
            holder="trade compliance",
            recorded_at=MOMENT,
            position=f"#{100 + i}",
            late=i == 7,
            withheld="secret: sealed, named by its commitment" if i == 5 else None,
        )
        for i in range(1, count + 1)
    )


def contents() -> c.Contents:
    return c.Contents(
        pack=head(),
        opening=c.OpeningPage(
            headline="Preferential tariff treatment is claimed on this shipment.",
            reasons=(),
            claims=(claim(),),
            results=(result(),),
            averages=(sample_average.result(),),
            gaps=gaps(),
            status="Working draft until a named person releases it; a release is a later ledger entry.",
            rules=("rule read at 8703.90 of HS2012; >= 72 percent from 2022-07-01; rule set abababab",),
            facts=(
                c.Fact(name="Importer number", said=(c.Link("00-0000001SP"),)),
                c.Fact(name="Result", said=(c.Link("73.41 percent", "cell-1-RVC"),), wide=True),
            ),
            states=(("CLAIMED", "ONE ITEM OPEN: WHL-305, not yet reviewed", "SPC-0001234-5, line 1"),),
            first_gaps=gaps(),
        ),
        checklist=checklist(),
        crosswalk=c.CrosswalkPage(
            shipments=(
                c.ShipmentFacts(
                    number="S01",
                    exporter="Voltera Motors de México, S.A. de C.V. (SPECIMEN)",
                    consignee="Voltera Motors US, Inc. (SPECIMEN)",
                    shipped_from="MX-SAL",
                    route="MX to US",
                    exported_on=date(2023, 5, 16),
                    legs=("Saltillo > Laredo, Specimen Rail",),
                    transport_document=c.Link("BOL-SPECIMEN-1", "exhibit-E002"),
                    position="#350",
                ),
            ),
            rows=tuple(
                c.CrosswalkRow(
                    unit=f"3VTSPECMN5M00{i:04}",
                    quantity=Decimal(1) if i else None,
                    built_on=date(2023, 5, 2),
                    plant="MX-SAL",
                    bill="revision C, in force 2023-01-01 to open (#22)",
                    worksheet=WORKSHEET,
                    certification=c.Link("COO-SPECIMEN-2023, line 1", "certification-1"),
                    invoice="CI-0001, line 1",
                    customs_line="SPC-0001234-5, line 1",
                    subheading="8703.80",
                    broken=None if i else "no production record of this unit",
                )
                for i in range(10)
            ),
            broken=1,
            totals=("SPC-0001234-5, line 1: invoiced 10, entered 10, by production records 10; all three agree",),
        ),
        certifications=(
            c.CertificationPage(
                anchor="certification-1",
                number="COO-SPECIMEN-2023",
                elements=tuple(
                    c.Element(
                        number=str(n),
                        title=title,
                        lines=("Voltera Motors (SPECIMEN)", "Avenida Ejemplo 1, Saltillo, MX"),
                    )
                    for n, title in enumerate(
                        (
                            "Certifier’s role",
                            "Certifier",
                            "Exporter",
                            "Producer",
                            "Importer",
                            "Goods",
                            "Origin criterion",
                            "Blanket period",
                            "Signature",
                        ),
                        start=1,
                    )
                ),
                goods=(
                    c.CertifiedRow(
                        line=1,
                        part="ARROYO-E1",
                        description="Arroyo E1, electric passenger vehicle",
                        code="8703.80 (HS2022)",
                        criterion="B",
                        rule="87.03",
                        method="net cost",
                    ),
                ),
                statement="I certify that the goods described in this document qualify as originating …",
                language="en",
                signer="Authorised signer, Voltera",
                title="Head of trade compliance",
                signed_on=date(2023, 4, 1),
                received_on=date(2023, 4, 3),
                received_basis="portal log",
                recorded_at=MOMENT,
                basis="own information",
                carrier_document="letter",
                beside=("Worksheet 1, recorded 2023-09-04: made before this analysis, and so not on it",),
                recipients=(),
                position="#60",
                exhibits=(E17,),
            ),
        ),
        vehicle_certifications=(
            c.VehicleCertificationRow(
                kind="labour value content",
                authority="issued by CBP on submission",
                role="of the period of production, Worksheet 1",
                identifier="LVC-SPECIMEN-2023-01",
                status="properly filed",
                period="2023-04-01 to 2024-03-31",
                submitted_on=date(2022, 12, 20),
                figures="40 percent",
                position="#61",
                exhibits=(),
            ),
        ),
        worksheets=(worksheet(),),
        averages=(sample_average.page(),),
        schedules=(schedule(),),
        exhibits=exhibits(),
        annex=sample_parts.annex(MOMENT),
        **sample_parts.whole(),
    )
