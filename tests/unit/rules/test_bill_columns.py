"""Bills as columns of whole numbers: the same sums as line by line, exactly, and refusals."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.errors import MalformedValue
from evidence.rules.bill_columns import TREATMENTS, BillColumns, RangeGood, columns, contents, totals
from evidence.rules.exact import exactly
from evidence.rules.finding import Outcome
from evidence.rules.regional_value import by_net_cost
from evidence.rules.roll_up import Contribution, Material, Origin, Treatment, roll_up
from evidence.rules.ruleset import RuleSet
from tests.unit.rules.test_roll_up import materials

PV = RuleSet.load().series("PV-RVC")
DAY = date(2024, 1, 15)
BILLS = st.lists(materials(), max_size=4).map(tuple)
COUNTED, ROLLED_UP, TRACED = (
    TREATMENTS.index(each) for each in (Treatment.COUNTED, Treatment.ROLLED_UP, Treatment.TRACED)
)


def by_hand() -> BillColumns:
    """Of one good: 2 of a made part, 3.0 at 1.25 that count, 1.5 at 4.00 that originate.

    The made part has 0.5 at 10.00 that count, 2.0 at 1.01 of which 0.40 a unit counts, and 1.0 of a made part within,
    which has 4.0 at 0.25 that count.
    """
    return BillColumns(
        quantity_scale=1,
        value_scale=2,
        starts=(0, 3, 6, 7),
        traced=(0, 5),
        quantities=(20, 30, 15, 5, 20, 10, 40),
        values=(1200, 125, 400, 1000, 101, 250, 25),
        treatments=bytes((TRACED, COUNTED, ROLLED_UP, COUNTED, COUNTED, TRACED, COUNTED)),
        stated={4: 40},
    )


def test_a_bill_of_three_levels_comes_to_what_is_added_by_hand() -> None:
    # within the inner part 4 x 0.25 = 1; in the outer one 0.5 x 10 + 2 x 0.40 + 1 = 6.80; 2 x 6.80 + 3 x 1.25 = 17.35
    found = totals(by_hand())
    assert found.within == (Decimal("6.80"), Decimal("1.00"))
    assert found.non_originating == Decimal("17.35")
    # 2 x 12.00 + 3 x 1.25 + 1.5 x 4.00
    assert found.materials == Decimal("33.75")
    # what counts: 2 x (0.5 x 10 + 2 x 1.01 + 1 x 4 x 0.25) + 3 x 1.25; what originates: 1.5 x 4
    assert found.by_treatment == {Treatment.COUNTED: Decimal("19.79"), Treatment.ROLLED_UP: Decimal("6.00")}


@settings(max_examples=200, deadline=None)
@given(bill=BILLS)
def test_columns_come_to_what_the_lines_come_to(bill: tuple[Material, ...]) -> None:
    rolled, found = roll_up(bill), totals(columns(bill))
    assert found.non_originating == rolled.non_originating
    by_treatment: dict[Treatment, Decimal] = {}
    with exactly():
        for line in rolled.contributions:
            if line.treatment is not Treatment.TRACED and line.value is not None:
                by_treatment[line.treatment] = by_treatment.get(line.treatment, Decimal(0)) + line.value
        first = sum((line.value or Decimal(0) for line in rolled.contributions if line.level == 1), Decimal(0))
    assert found.by_treatment == by_treatment
    assert found.materials == first


@settings(max_examples=100, deadline=None)
@given(bill=BILLS)
def test_what_is_within_each_made_part_is_its_own_roll_up(bill: tuple[Material, ...]) -> None:
    traced = [line for line in roll_up(bill).contributions if line.treatment is Treatment.TRACED]
    by_level: list[Contribution] = sorted(traced, key=lambda line: line.level)  # the columns go level by level
    assert totals(columns(bill)).within == tuple(roll_up(line.material.children).non_originating for line in by_level)


@settings(max_examples=50, deadline=None)
@given(bill=BILLS, net_cost=st.decimals(min_value=1, max_value=10**7, places=2), units=st.integers(1, 10**6))
def test_the_law_finds_the_same_of_both(bill: tuple[Material, ...], net_cost: Decimal, units: int) -> None:
    good = RangeGood("EV1", columns(bill), Decimal(units), net_cost)
    ((_, found, finding),) = contents([good], PV, DAY)
    rolled = roll_up(bill).non_originating
    assert rolled is not None
    assert found.non_originating is not None
    with exactly():
        assert finding == by_net_cost(net_cost, rolled * units, PV, DAY, rests_on=("EV1",))


def test_a_value_that_counts_and_is_not_known_leaves_the_content_open() -> None:
    unknown = Material("A", Decimal(2), None, Origin.UNDETERMINED)
    good = RangeGood("EV1", columns([unknown]), Decimal(10), Decimal(1000))
    ((_, found, finding),) = contents([good], PV, DAY)
    assert found.non_originating is None
    assert finding.outcome is Outcome.NOT_DETERMINABLE
    none_of_it = columns([replace(unknown, quantity=Decimal(0))])
    assert totals(none_of_it).non_originating == 0


def test_sums_beyond_64_bits_are_exact() -> None:
    figure = 10**18 - 1
    bill = BillColumns(6, 6, (0, 2), (), (figure, figure), (figure, 1), bytes((COUNTED, COUNTED)))
    assert totals(bill).non_originating == Decimal(figure * figure + figure).scaleb(-12)


@pytest.mark.parametrize(
    "update",
    [
        pytest.param({"values": (1,)}, id="a-column-too-short"),
        pytest.param({"starts": (0, 3, 6, 8)}, id="more-lines-than-there-are"),
        pytest.param({"starts": ()}, id="no-good"),
        pytest.param({"traced": (0,)}, id="a-traced-line-without-lines"),
        pytest.param({"traced": (6, 5)}, id="a-part-inside-itself"),
        pytest.param({"traced": (1, 5)}, id="lines-under-what-is-not-traced"),
        pytest.param({"quantities": (20, 30, -15, 5, 20, 10, 40)}, id="a-quantity-below-zero"),
    ],
)
def test_columns_that_are_no_bill_are_refused(update: dict[str, tuple[int, ...]]) -> None:
    with pytest.raises(MalformedValue):
        replace(by_hand(), **update)


def test_a_bill_of_more_than_fifty_levels_is_refused() -> None:
    line = Material("A", Decimal(1), Decimal(1), Origin.NON_ORIGINATING)
    for _ in range(49):
        line = Material("A", Decimal(1), Decimal(1), Origin.UNDETERMINED, self_produced=True, children=(line,))
    assert totals(columns([line])).non_originating == 1
    with pytest.raises(MalformedValue, match="50 levels"):
        columns([replace(line, children=(line,))])
    deep = BillColumns(0, 0, range(52), range(50), [1] * 51, [1] * 51, bytes([TRACED] * 50 + [COUNTED]))
    with pytest.raises(MalformedValue, match="50 levels"):
        totals(deep)
