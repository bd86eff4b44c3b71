"""Averages from recorded snapshots: which goods they hold, what elects them, and what leaves them open."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from evidence.core.statements.base import Basis as Figures
from evidence.core.statements.programme import Powertrain, ProgrammeClass, ProgrammeLine, RoadUse
from evidence.core.statements.use import UseClass
from evidence.errors import MalformedValue, OriginError
from evidence.origin.average_inputs import AverageQuestion
from evidence.origin.averages import AverageSheet, work_out
from evidence.origin.determine import determine
from evidence.origin.worksheet import Outcome, Worksheet
from evidence.rules.averaging import Basis, Category, Regime
from tests.unit.origin.small_company import LAW, OWNER, named, small_company
from tests.unit.origin.small_range import (
    ELECTED,
    FIRST,
    LAST,
    MONTHS,
    QUARTERS,
    QUESTION,
    averaged,
    calendar,
    election,
    fact,
    snapshot,
    use,
    volume,
    without,
    worksheet,
)


def sheet(**update: Any) -> AverageSheet:
    return work_out(averaged(**update), LAW)


def asked(**update: Any) -> AverageQuestion:
    return QUESTION.model_copy(update=update)


def result(found: AverageSheet, name: str) -> tuple[Outcome, str]:
    """Outcome and reason of the test with that name."""
    row = next(row for row in found.findings if row.test.startswith(name))
    return row.outcome, row.reason


def test_two_cars_of_a_class_and_plant_are_averaged_by_their_sums() -> None:
    found = sheet()
    assert found.outcome is Outcome.MET
    assert (found.net_cost, found.non_originating, found.content) == (200000, 47500, Decimal("76.25"))
    assert [(row.part, row.content) for row in found.members] == [("EV1", 80), ("EV2", 75)]
    assert found.regime is Regime.VEHICLES
    assert {row.ref for row in averaged().snapshots} <= {ref for row in found.findings for ref in row.rests_on}


def test_a_car_short_by_itself_is_carried_by_the_average_and_not_by_the_mean() -> None:
    short = worksheet("EV2", "30", "150000", "41000")  # 72.66 %; the mean with 80 % is 76.33 %
    found = sheet(snapshots=(snapshot(10, worksheet()), snapshot(11, short)))
    assert found.content == Decimal("74.5")  # (200000 - 51000) / 200000
    assert found.outcome is Outcome.NOT_MET


def test_only_the_units_exported_there_are_counted() -> None:
    terms = f"{ELECTED.replace('basis=all', 'basis=exported')}; to=US"
    found = sheet(question=asked(basis=Basis.EXPORTED, aim=("US",)), elections=(fact(election(choice=terms), 5),))
    assert [row.counted for row in found.members] == [4, 3]
    assert (found.net_cost, found.non_originating) == (35000, 7750)  # 4 x 5000 + 3 x 5000; 4 x 1000 + 3 x 1250
    assert found.outcome is Outcome.MET


def test_quarters_that_follow_day_on_day_are_added_up() -> None:
    quarters = [
        snapshot(20 + n, worksheet(units="10", net_cost="50000", vnm="10000", period_from=first, period_to=last))
        for n, (first, last) in enumerate(QUARTERS)
    ]
    volumes = tuple(fact(volume("EV1", month, 10, exported=()), 1) for month in MONTHS)
    found = sheet(snapshots=tuple(quarters), volumes=volumes)
    assert found.net_cost == 200000
    assert len(found.members[0].snapshots) == 4
    found = sheet(snapshots=tuple(quarters[:3]), volumes=volumes)
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert "cover 2023-07-01..2024-06-30" in found.members[0].reason


def test_a_later_snapshot_takes_the_place_of_an_earlier_one() -> None:
    later = snapshot(12, worksheet("EV2", "30", "150000", "45000"))
    found = sheet(snapshots=(*averaged().snapshots, later))
    assert found.non_originating == 55000


@pytest.mark.parametrize(
    ("update", "said"),
    [
        pytest.param({"snapshots": (snapshot(10, worksheet()),)}, "EV2", id="a-car-without-a-snapshot"),
        pytest.param(
            {"snapshots": (snapshot(10, worksheet()), snapshot(11, without(worksheet("EV2", "30"), "vnm")))},
            "does not know the value of non-originating materials",
            id="a-figure-that-is-not-known",
        ),
        pytest.param(
            {"snapshots": (snapshot(10, worksheet()), snapshot(11, worksheet("EV2", "29")))},
            "volumes on file now say 30",
            id="volumes-changed-since",
        ),
        pytest.param(
            {"snapshots": (snapshot(10, worksheet()), snapshot(11, worksheet("EV2", "30", currency="CAD")))},
            "one currency",
            id="two-currencies",
        ),
        pytest.param(
            {"snapshots": (snapshot(10, worksheet()), snapshot(11, worksheet("EV2", "30", rule_set="0" * 64)))},
            "different rule sets",
            id="two-rule-sets",
        ),
        pytest.param({"elections": ()}, "no election to average is on file", id="no-election"),
        pytest.param({"calendars": ()}, "no fiscal year", id="no-calendar"),
        pytest.param({"elections": (fact(election(filed_with=None), 5),)}, "no filing of #5:1", id="not-filed"),
    ],
)
def test_what_is_missing_leaves_the_average_open_and_says_so(update: dict[str, Any], said: str) -> None:
    found = sheet(**update)
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert any(said in row.reason for row in found.findings)


@pytest.mark.parametrize(
    ("elections", "said"),
    [
        pytest.param([election(made_on=date(2023, 6, 1), event_date=date(2023, 6, 22))], "after 2023-06-21", id="late"),
        pytest.param([election(choice="category=b; class=d; estimate=76")], "the producer's address", id="incomplete"),
        pytest.param([election(choice=ELECTED.replace("=b", "=a"))], "asked about is", id="another-category"),
        pytest.param(
            [election(), election(2, made_on=date(2023, 12, 1), choice=ELECTED.replace("=b", "=a"))],
            "which stands",
            id="changed-later",
        ),
        pytest.param(
            [
                election(),
                election(2, supersedes=named("elect", "averaging 1"), choice=f"{ELECTED}; withdrawn=2023-12-01"),
            ],
            "which has no effect",
            id="withdrawn",
        ),
    ],
)
def test_an_election_that_does_not_hold_defeats_the_average(elections: list[Any], said: str) -> None:
    found = sheet(elections=tuple(fact(each, 5 + n) for n, each in enumerate(elections)))
    assert found.outcome is Outcome.NOT_MET
    assert any(said in row.reason for row in found.findings)


def test_a_category_of_one_country_names_every_plant_that_makes_its_cars() -> None:
    other = fact(volume("EV2", MONTHS[0], 30, plant="P-M2", exported=("US:3",)), 1)
    site = averaged().sites[0].value.model_copy(update={"site": "P-M2"})
    terms = ELECTED.replace("category=b", "category=c-class") + "; country=MX"
    both = {
        "question": asked(category=Category.CLASS_COUNTRY),
        "volumes": (averaged().volumes[0], other),
        "sites": (*averaged().sites, fact(site, 3)),
        "snapshots": (
            snapshot(10, worksheet()),
            snapshot(11, worksheet("EV2", "30", "150000", "37500", plant="P-M2")),
        ),
    }
    found = sheet(**both, elections=(fact(election(choice=terms), 5),))
    assert "does not name the plants P-M2" in result(found, "averaged as elected")[1]
    found = sheet(**both, elections=(fact(election(choice=f"{terms}; plants=P-M2"), 5),))
    assert (found.outcome, found.content) == (Outcome.MET, Decimal("76.25"))


def test_an_election_that_cannot_be_read_is_named_and_counts_for_nothing() -> None:
    found = sheet(elections=(fact(election(choice="averaging, please"), 5),))
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert any("#5:1 cannot be read" in each for each in found.notes)


def test_a_quarter_is_no_period_for_cars() -> None:
    first, last = QUARTERS[0]
    found = sheet(
        question=asked(period_from=first, period_to=last),
        snapshots=tuple(
            snapshot(each.seq, each.worksheet.model_copy(update={"period_from": first, "period_to": last}))
            for each in averaged().snapshots
        ),
    )
    assert result(found, "averaging period")[0] is Outcome.NOT_MET


def test_an_estimate_says_from_when_actual_figures_are_owed() -> None:
    sheets = tuple(
        snapshot(each.seq, each.worksheet.model_copy(update={"basis": "estimate"})) for each in averaged().snapshots
    )
    assert sheet(snapshots=sheets).outcome is Outcome.NOT_DETERMINABLE
    found = sheet(snapshots=sheets, question=asked(figures=Figures.ESTIMATE))
    assert found.estimate
    assert found.due == date(2024, 7, 1)
    assert found.outcome is Outcome.MET


def test_a_vehicle_that_may_be_of_the_category_counts_until_it_is_told_apart() -> None:
    model_lines = (
        fact(volume("EV1", MONTHS[0], 10, model_line="SMALL", exported=()), 1),
        fact(volume("EV2", MONTHS[0], 30, exported=()), 1),
    )
    terms = ELECTED.replace("=b", "=a") + "; model line=SMALL"
    question = asked(category=Category.LINE_CLASS_PLANT)
    found = sheet(question=question, volumes=model_lines, elections=(fact(election(choice=terms), 5),))
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert "EV2 at P-MX: no model line" in result(found, "average content")[1]
    large = (model_lines[0], fact(volume("EV2", MONTHS[0], 30, model_line="LARGE", exported=()), 1))
    found = sheet(question=question, volumes=large, elections=(fact(election(choice=terms), 5),))
    assert [row.part for row in found.members] == ["EV1"]


def test_a_part_made_for_the_cars_is_not_one_of_them() -> None:
    body = fact(volume("BODY", MONTHS[0], 40), 1)
    seat = fact(use("SEAT", use=UseClass.OE_LIGHT, vehicle_class=None), 2)
    found = sheet(volumes=(*averaged().volumes, body), uses=(*averaged().uses, seat))
    assert [row.part for row in found.members] == ["EV1", "EV2"]


def parts(**update: Any) -> AverageSheet:
    """EV1's figures as those of a part, sold as original equipment and averaged over a quarter."""
    first, last = QUARTERS[0]
    values: dict[str, Any] = {
        "question": asked(category=Category.PLANT, period_from=first, period_to=last),
        "uses": (fact(use("EV1", use=UseClass.OE_LIGHT, vehicle_class=None), 2),),
        "snapshots": (snapshot(10, worksheet(period_from=first, period_to=last)),),
        "elections": (),
        **update,
    }
    return sheet(**values)


def test_parts_are_averaged_over_a_quarter_without_an_election_on_file() -> None:
    found = parts()
    assert (found.regime, found.outcome) == (Regime.PARTS, Outcome.MET)
    assert "record it as an election" in found.notes[0]


def test_similar_goods_keep_the_period_of_their_first_election_for_the_rest_of_the_year() -> None:
    first, last = QUARTERS[0]
    question = asked(category=Category.SIMILAR, period_from=first, period_to=last)
    assert parts(question=question).outcome is Outcome.MET
    terms = "regime=other goods; category=similar; basis=all"
    month = election(choice=terms, valid_from=date(2023, 10, 1), valid_to=date(2023, 10, 31))
    found = parts(question=question, elections=(fact(month, 5),))
    assert found.outcome is Outcome.NOT_MET
    assert "depart from it" in result(found, "one period for the rest")[1]


def test_units_sold_to_one_buyer_are_counted_by_their_recorded_quantity() -> None:
    sold = use(
        "EV1", use=UseClass.OE_LIGHT, vehicle_class=None, channel="B-1", quantity=4, unit="EA",
        applies_from=FIRST, applies_to=QUARTERS[0][1],
    )  # fmt: skip
    first, last = QUARTERS[0]
    question = asked(category=Category.PLANT, basis=Basis.BUYER, aim=("B-1",), period_from=first, period_to=last)
    buyer = calendar().model_copy(update={"party": "B-1", "id": named("cal", "b-1")})
    found = parts(question=question, uses=(fact(sold, 2),), calendars=(fact(calendar(), 4), fact(buyer, 4)))
    assert (found.net_cost, found.non_originating) == (20000, 4000)
    unknown = sold.model_copy(update={"quantity": None})
    found = parts(question=question, uses=(fact(unknown, 2),))
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert "is not recorded" in found.members[0].reason


def under(sheet_: Worksheet, series: str) -> Worksheet:
    """The worksheet as if its content had been held to another percentage."""
    laws = {law.name for row in sheet_.findings for law in row.law if law.name == "PV-RVC"}
    assert laws
    findings = tuple(
        row.model_copy(
            update={
                "law": tuple(law.model_copy(update={"name": series}) if law.name in laws else law for law in row.law)
            }
        )
        for row in sheet_.findings
    )
    good = sheet_.good.model_copy(update={"rule_code": "870332", "vehicle_class": None})
    return sheet_.model_copy(update={"findings": findings, "good": good})


def test_other_vehicles_are_averaged_by_their_class_and_percentage_without_filing() -> None:
    programme = ProgrammeLine(
        programme="DIESEL",
        producer=OWNER,
        plant="P-MX",
        model_line="SMALL",
        programme_class=ProgrammeClass.OTHER_S20_2,
        road_use=RoadUse.ON_ROAD,
        powertrain=Powertrain.DIESEL,
        model_years=("2024",),
        applies_from=date(2023, 1, 1),
        shown_by="plan",
    )
    uses = tuple(fact(use(part, vehicle_class=None, programme="DIESEL"), 2) for part in ("EV1", "EV2"))
    sheets = (
        snapshot(10, under(worksheet(vnm="20000"), "OV625-RVC")),
        snapshot(11, under(worksheet("EV2", "30", "150000", "55000"), "OV625-RVC")),
    )
    found = sheet(uses=uses, programmes=(fact(programme, 7),), snapshots=sheets, elections=())
    assert (found.regime, found.outcome) == (Regime.OTHER_VEHICLES, Outcome.MET)
    assert found.content == Decimal("62.5")  # (200000 - 75000) / 200000, at the percentage
    assert {row.vehicle_class for row in found.members} == {"d"}
    with pytest.raises(OriginError, match="vehicle of no class"):
        sheet(uses=uses, snapshots=sheets)


def test_an_aftermarket_part_is_averaged_as_a_similar_good() -> None:
    uses = (fact(use("EV1", use=UseClass.AFTERMARKET, vehicle_class=None), 2),)
    with pytest.raises(OriginError, match="averaged as similar"):
        parts(uses=uses)
    first, last = QUARTERS[0]
    found = parts(uses=uses, question=asked(category=Category.SIMILAR, period_from=first, period_to=last))
    assert found.regime is Regime.OTHER_GOODS


def test_what_is_not_on_record_cannot_be_averaged() -> None:
    with pytest.raises(OriginError, match="No volume of EV9"):
        sheet(question=asked(part="EV9"), uses=(fact(use("EV9"), 2),))
    with pytest.raises(OriginError, match="No use of EV1"):
        sheet(uses=())
    with pytest.raises(MalformedValue, match="category of vehicles"):
        sheet(question=asked(category=Category.PLANT))


def test_the_order_of_the_facts_does_not_matter() -> None:
    inputs = averaged()
    turned = inputs.model_copy(
        update={name: tuple(reversed(getattr(inputs, name))) for name in ("volumes", "uses", "snapshots")}
    )
    assert work_out(turned, LAW).content == work_out(inputs, LAW).content


def test_withholding_any_one_fact_never_improves_the_average() -> None:
    rank = [Outcome.NOT_MET, Outcome.NOT_DETERMINABLE, Outcome.MET]
    inputs = averaged()
    whole = work_out(inputs, LAW)
    for name in ("volumes", "uses", "sites", "calendars", "elections", "snapshots"):
        for gone in getattr(inputs, name):
            left = tuple(each for each in getattr(inputs, name) if each != gone)
            try:
                found = work_out(inputs.model_copy(update={name: left}), LAW)
            except OriginError:
                continue
            assert rank.index(found.outcome) <= rank.index(whole.outcome), (name, gone.ref)
    assert (whole.question.owner, whole.question.period_to) == (OWNER, LAST)


def test_a_worksheet_says_that_an_average_decides_where_one_is_elected() -> None:
    company = small_company()
    company.add("elections", election(valid_from=date(2023, 4, 1), valid_to=date(2024, 3, 31)))
    company.add("elections", election(2, choice="averaged"))
    company.add("elections", election(3, plant="P-XX"))
    views = [view for view in determine(company.inputs(), LAW).views if view.name.startswith("Averaged")]
    assert [view.option for view in views] == ["same class and plant, all, 2023-04-01..2024-03-31", "not read"]


def test_an_estimate_says_on_its_worksheet_when_it_is_trued_up() -> None:
    inputs = small_company().inputs()
    asked = inputs.model_copy(update={"question": inputs.question.model_copy(update={"basis": Figures.ESTIMATE})})
    view = next(view for view in determine(asked, LAW).views if view.name.startswith("Estimate"))
    assert view.option == "actual figures due from 2024-04-01 on"
    view = next(
        view
        for view in determine(asked.model_copy(update={"calendars": ()}), LAW).views
        if view.name.startswith("Estimate")
    )
    assert "not known" in view.option
