"""The page of an average made by hand, plainly fictional, with every part filled: two cars, one of them not known."""

from datetime import UTC, datetime
from decimal import Decimal

from evidence.pack.contents import contents as c
from evidence.pack.contents.chart import bar

LINK = c.Link("Average 1", "average-1")


def result() -> c.AverageResult:
    return c.AverageResult(
        average=LINK,
        goods="2 goods: ARROYO-E1 at MX-SAL, ARROYO-E2 at MX-SAL",
        category="same class and plant",
        units="all",
        period="2023-04-01 to 2024-03-31",
        basis="estimate figures",
        outcome="met",
        words="The goods of the category reach their content on average",
        summary="77.00 percent on average, at least 75.00 percent asked.",
        bar=bar("Average content", Decimal(77), Decimal(75), met=True),
        estimate="actual figures are due from 2024-04-01 on; from that day an estimate alone decides nothing",
        claims="customs entry SPC-0001234-5, line 1: claim made on 2023-05-19 (#388)",
    )


def page() -> c.AveragePage:
    entry = c.Link("#371", "average-input-1-371")
    goods = tuple(
        c.AveragedRow(
            number=str(number),
            part=f"ARROYO-E{number}",
            plant="MX-SAL",
            model_line="Arroyo" if number == 1 else "",
            vehicle_class="d",
            made=Decimal(10),
            counted=figure,
            net_cost=figure,
            non_originating=figure,
            content=figure,
            requirement="PV-RVC" if number == 1 else "",
            reason=reason,
            snapshots=(c.Link("Worksheet 1 (#371)", "worksheet-1"),) if number == 1 else (),
            rests_on=(entry,),
        )
        for number, figure, reason in ((1, Decimal(10), ""), (2, None, "no snapshot covers 2023-06"))
    )
    return c.AveragePage(
        anchor="average-1",
        title="Average 1",
        statement="avg-018f3c1e-0000-7000-8000-000000000001",
        position="#372",
        recorded_at=datetime(2023, 9, 4, 15, 30, tzinfo=UTC),
        result=result(),
        facts=(("Averaged as", "vehicles: same class and plant"),),
        goods=goods,
        currency="USD",
        net_cost=Decimal(200000),
        non_originating=Decimal(46000),
        content=Decimal(77),
        formula="(sum of net cost - sum of non-originating value) / sum of net cost x 100",
        steps=("PV-RVC: 75 percent from 2023-07-01",),
        tests=(
            c.TestRow(
                limb="average content",
                test="average content, same class and plant",
                outcome="met",
                shown="77.00 % (at least 75 %)",
                reason="",
                law=("19 CFR 182 App A s.16(1)",),
                rests_on=(entry,),
            ),
        ),
        choices=(
            c.ChoiceRow(
                name="The percentage of an average over days with several",
                choice="the highest percentage in force within the period",
                alternatives="the percentage of the first day of the period",
                made="default of the rule set",
                citation="19 CFR 182 App A s.16(1) [inference]",
            ),
        ),
        notes=("No election is on file.",),
        inputs=(
            c.InputRow(
                anchors=("average-input-1-371",),
                position="#371",
                kind="snapshot",
                lines="whole",
                recorded=(datetime(2023, 9, 4, 15, 30, tzinfo=UTC),),
                exhibits=(),
            ),
        ),
    )
