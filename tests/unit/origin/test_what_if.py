"""What-if: the small company under other law and other records, each sum by hand from `small_company`.

As it is, EV1 has 1000 of 5000 non-originating (RADIO from Japan): 80 percent, and 72 is asked until 2023-06-30.
"""

from datetime import date
from decimal import Decimal

import pytest

from evidence.core.statements.election import Election
from evidence.errors import NoValueInForce, RuleError, UsageError
from evidence.origin.alterations import Agreement, Alterations, as_toml, read_alterations
from evidence.origin.altered import altered_inputs, altered_law
from evidence.origin.what_if import NOT_RECORDED, Row, WhatIf, what_if
from evidence.rules.differences import between
from evidence.rules.parties import Party
from tests.unit.origin.small_company import LAW, Company, small_company

FAR = "from = 2023-01-01"


def worked_out(text: str, company: Company | None = None, **asked: object) -> WhatIf:
    inputs = (company or small_company()).inputs(**asked)
    alterations = read_alterations(f"title = 'a case'\n{text}".encode())
    return what_if([inputs.question], lambda _: inputs, LAW, alterations, "1")


def row(text: str, company: Company | None = None, **asked: object) -> Row:
    (found,) = worked_out(text, company, **asked).rows
    return found


def after(text: str, company: Company | None = None) -> tuple[str, str]:
    found = row(text, company).after
    return found.outcome.value, str(found.content)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param(f"[[figure]]\nseries='PV-RVC'\n{FAR}\namount='80'", ("met", "80"), id="a-figure-just-reached"),
        pytest.param(f"[[figure]]\nseries='PV-RVC'\n{FAR}\namount='80.01'", ("not_met", "80"), id="a-figure-missed"),
        pytest.param("[[declared]]\npart='RADIO'", ("met", "100"), id="a-declaration-obtained"),
        # 1000 and the axle's 400 of 5000; the axle is a core part besides
        pytest.param("[[withdrawn]]\nsupplier='S-AXLE'\nreference='REF-AXLE'", ("not_met", "72"), id="never-declared"),
        pytest.param(
            "[[withdrawn]]\nsupplier='S-AXLE'\nreference='REF-AXLE'\nfrom=2023-04-13", ("met", "80"),
            id="withdrawn-the-day-after-receipt",
        ),
        pytest.param(
            "[[withdrawn]]\nsupplier='S-AXLE'\nreference='REF-AXLE'\nfrom=2023-04-12", ("not_met", "72"),
            id="withdrawn-on-the-day-of-receipt",
        ),
        # seats of 300 at half the price from outside: 1000 + 150, and the 150 that the bill falls short of the books
        pytest.param(
            "[[supplier]]\npart='SEAT'\nto='NEW'\ncountry='CN'\noriginating=false\nprice_percent='50'", ("met", "74"),
            id="a-supplier-outside-the-region",
        ),
        pytest.param(
            "[[supplier]]\npart='RADIO'\nof='S-RADIO'\nto='NEW'\ncountry='MX'\noriginating=true", ("met", "100"),
            id="a-supplier-within-the-region",
        ),
        pytest.param(
            "[[supplier]]\npart='RADIO'\nof='S-ELSE'\nto='NEW'\ncountry='MX'\noriginating=true", ("met", "80"),
            id="another-supplier-than-the-one-replaced",
        ),
        # 8527.21 has a bought core part without a declaration then
        pytest.param(f"[[core_part]]\ncodes=['8527.21']\ngroup='engine'\n{FAR}", ("not_met", "80"), id="a-core-part"),
        pytest.param(
            "[[core_part]]\ncodes=['8527.21']\ngroup='engine'\nfrom=2023-07-01", ("met", "80"), id="not-yet-a-core-part"
        ),
    ],
)  # fmt: skip
def test_what_is_altered_is_worked_out_anew(text: str, wanted: tuple[str, str]) -> None:
    assert after(text) == wanted


def test_a_figure_is_altered_from_its_day_on_and_not_before() -> None:
    text = "[[figure]]\nseries='PV-RVC'\nfrom=2027-01-01\namount='81'"
    for day, bound in [(date(2026, 12, 31), 75), (date(2027, 1, 1), 81)]:
        found = row(text, event="entry", on=day)
        assert (found.before.bound, found.after.bound) == (75, bound)
    assert found.changed == ("regional value content",)


def test_two_bilateral_agreements_leave_out_what_the_third_party_makes() -> None:
    """Under US-MX the Canadian pack counts whole: (1000 + 800) of 5000. Under US-CA the Mexican plant is outside."""
    found = worked_out(
        "[[agreement]]\nname='US-MX'\nparties=['US','MX']\n[[agreement]]\nname='US-CA'\nparties=['US','CA']"
    )
    (one,) = found.rows
    assert (one.agreement, one.after.outcome.value, one.after.content) == ("US-MX", "not_met", 64)
    assert set(one.changed) == {"core parts", "regional value content"}
    assert any("CA" in note and "taken to originate still" in note for note in found.notes)


def test_the_parties_are_data_of_the_rule_set() -> None:
    assert LAW.region == {"US", "CA", "MX"}
    assert "parties.csv" in dict(LAW.files)
    assert all(party.citation and party.confidence == "K" for party in LAW.parties)
    agreement = Agreement(name="two", parties=("US", "JP"))
    law = altered_law(LAW, Alterations(title="x"), (date(2023, 4, 1),), agreement)
    assert law.region == {"US", "JP"}
    assert {(one.sort, one.name, one.before, one.after) for one in between(LAW, law)} == {
        ("party", "CA", "a party", ""), ("party", "MX", "a party", ""), ("party", "JP", "", "a party"),
    }  # fmt: skip
    with pytest.raises(RuleError, match="wanted a country"):
        Party("usa", "a text", "K", date(2026, 8, 1))


def test_a_good_made_outside_every_agreement_is_shown_under_each() -> None:
    one = row("[[agreement]]\nname='US-CA'\nparties=['US','CA']")
    assert one.after.outcome.value == "not_met"
    assert "general conditions" in one.changed


def test_cells_are_reclassified_and_read_otherwise() -> None:
    text = (
        "[[reclassified]]\npart='CELL'\ncode='850760'\n[[reading]]\nname='cells-classification'\noption='8507.60'\n"
        "[[declared]]\npart='RADIO'"
    )
    found = worked_out(text)
    assert found.rows[0].after.content == 100
    assert found.notes == ()


def test_a_part_that_is_phased_in_has_its_own_content() -> None:
    """The body without its steel declared has 500 of 800 non-originating: 37.5 percent."""
    company = small_company()
    company.drop("declarations", lambda declaration: declaration.part == "STEEL")
    company.change("items", lambda item: item.part == "BODY", core_group=None)
    entry = f"[[core_part]]\ncodes=['8707.10']\ngroup='body_and_chassis'\n{FAR}\ncontents=[{{{FAR}, amount='%s'}}]"
    assert {limb.limb: limb.outcome for limb in row(entry % "37.5", company).after.limbs}["core parts"] == "met"
    assert {limb.limb: limb.outcome for limb in row(entry % "37.51", company).after.limbs}["core parts"] == "not_met"


def test_a_core_part_that_begins_within_the_period_has_no_one_answer() -> None:
    one = row("[[core_part]]\ncodes=['8527.21']\ngroup='engine'\nfrom=2023-05-01")
    assert one.after.outcome.value == "not_determinable"
    assert "begin on 2023-05-01" in one.after.reason


def test_a_row_is_added_to_a_table_and_taken_from_it() -> None:
    asked = small_company().inputs().question.law_days
    entry = "title='x'\n[[row]]\ntable='B'\ncode='8527.21'\n[[row]]\ntable='B'\ncode='%s'\nremoved=true"
    gone = next(each.code for each in LAW.tables.rows if each.table == "B")
    law = altered_law(LAW, read_alterations((entry % gone).encode()), asked, None)
    assert "B" in law.tables.listing("852721").tables
    assert not any((each.table, each.code) == ("B", gone) for each in law.tables.rows)


def test_what_meets_nothing_is_said() -> None:
    found = worked_out("[[withdrawn]]\nsupplier='S-AXLE'\nreference='NONE'")
    assert found.notes == ("Nothing to change was found for: declaration S-AXLE:NONE withdrawn.",)
    assert found.rows[0].changed == ()


def test_altered_law_and_inputs_bear_no_name_that_could_be_recorded() -> None:
    inputs = small_company().inputs()
    alterations = read_alterations(b"title='x'\n[[figure]]\nseries='PV-RVC'\nfrom=2023-01-01\namount='80'")
    law = altered_law(LAW, alterations, inputs.question.law_days, None)
    changed, _ = altered_inputs(inputs, alterations, LAW, LAW.region)
    assert law.content_hash != LAW.content_hash
    assert changed.as_of == 0 != inputs.as_of
    assert LAW.series("PV-RVC").on(date(2023, 4, 1)).amount == 72
    assert worked_out("[[declared]]\npart='RADIO'").standing == NOT_RECORDED


def test_the_inputs_that_were_given_stay_as_they_are() -> None:
    inputs = small_company().inputs()
    before = inputs.model_dump_json()
    text = "[[declared]]\npart='RADIO'\n[[supplier]]\npart='AXLE'\nto='NEW'\ncountry='CN'\noriginating=false"
    altered_inputs(inputs, read_alterations(f"title='x'\n{text}".encode()), LAW, {"US", "MX"})
    assert inputs.model_dump_json() == before


def test_a_reading_is_taken_as_if_it_were_elected() -> None:
    alterations = read_alterations(b"title='x'\n[[reading]]\nname='several suppliers'\noption='proration by purchases'")
    changed, _ = altered_inputs(small_company().inputs(), alterations, LAW, LAW.region)
    assert isinstance(changed.elections[-1].value, Election)
    assert changed.elections[-1].value.choice == "proration by purchases"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "alter nothing", id="nothing"),
        pytest.param("[[figgure]]\na=1", "[[figgure]]", id="an-unknown-table"),
        pytest.param("[[figure]]\nseries='PV-RVC'\nfrom=2023-01-01\namount='x'", "amount", id="no-amount"),
        pytest.param("[[figure]]\nseries='PV-RVC'\nfrom='soon'\namount='1'", "[[figure]] 1 from", id="no-day"),
        pytest.param("[[core_part]]\ncodes=['8501.52']\ngroup='motor'\nfrom=2023-01-01", "axle", id="no-group"),
        pytest.param("[[core_part]]\ncodes=['x']\ngroup='engine'\nfrom=2023-01-01", "8708.30", id="no-code"),
        pytest.param("[[row]]\ntable='A.2'\ncode='8501.52'", "[[core_part]] is for A.2", id="a-row-of-a2"),
        pytest.param("[[row]]\ntable='Z'\ncode='8501.52'", "found table 'Z'", id="no-table"),
        pytest.param("[[agreement]]\nname='none'\nparties=[]", "[[agreement]] 1 parties", id="no-parties"),
        pytest.param("x = [", "not readable TOML", id="no-toml"),
        pytest.param("digest = 'a'", "leave it out", id="a-digest"),
        pytest.param(
            "[[core_part]]\ncodes=['8501.52']\ngroup='engine'\nfrom=2023-01-01\n"
            "contents=[{from=2024-01-01, amount='60'}]", "wanted one from the first day", id="a-step-too-late",
        ),
        pytest.param(
            "[[supplier]]\npart='A'\nto='B'\ncountry='MX'\noriginating=true\nprice_percent='-1'", "below zero",
            id="a-price-below-zero",
        ),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_by_its_entry(text: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_alterations(f"title = 'x'\n{text}".encode())
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("[[figure]]\nseries='NONE'\nfrom=2023-01-01\namount='1'", RuleError),
        ("[[reading]]\nname='cells-classification'\noption='none'", RuleError),
    ],
)
def test_a_figure_or_reading_that_the_law_does_not_have_is_refused(text: str, error: type[RuleError]) -> None:
    with pytest.raises(error) as refused:
        worked_out(text)
    assert not isinstance(refused.value, NoValueInForce)


def test_a_list_is_written_as_a_file_that_reads_the_same() -> None:
    text = (
        'title = "a \\"list\\""\n[[declared]]\npart="A"\nsupplier="B"\n[[supplier]]\npart="C"\nto="D"\ncountry="MX"\n'
    )
    alterations = read_alterations((text + 'originating=true\nprice_percent="50"').encode())
    again = read_alterations(as_toml(alterations.title, alterations).encode())
    assert again.model_copy(update={"digest": ""}) == alterations.model_copy(update={"digest": ""})
    assert isinstance(again, Alterations)
    assert again.supplier[0].price_percent == Decimal(50)
