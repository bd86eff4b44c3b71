"""What means one thing, by recorded entries only: parties, parts, units, codes; and what a declaration covers."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from evidence.core.crosswalk.codes import agreeing
from evidence.core.crosswalk.declared import covers, sound_figures, tariff_input
from evidence.core.crosswalk.parties import Identifier, SameParties, propose
from evidence.core.crosswalk.parts import PartLinks, PartNumber
from evidence.core.crosswalk.units import Units
from evidence.core.statements.classification import ClassificationLine
from evidence.core.statements.concordance import Concordance
from evidence.core.statements.declaration import SupplierDeclaration
from evidence.core.statements.item_link import ItemLinkLine
from evidence.core.statements.party import PartyLine
from evidence.core.statements.same_as import SameAs
from evidence.core.statements.unit_conversion import UnitConversionLine
from evidence.errors import MalformedValue
from tests.unit.intake.making import DECLARATION

DAY = date(2024, 5, 1)
ELECTRIC = ("HS2022", "870380", "HS2012", "870390")
ELECTRIC_2017 = ("HS2017", "870380", "HS2012", "870390")
OF_P = {"owner": "US", "part": "P"}
FRAME = PartNumber("US", "FRM-201")


@dataclass(frozen=True)
class Entry:
    """A value with the place that it would have in a ledger."""

    value: Any
    ref: str


def entries(*values: Any) -> list[Entry]:
    return [Entry(value, f"#{number}") for number, value in enumerate(values, start=1)]


def same(party: str, other: str, **told: Any) -> SameAs:
    return SameAs(id=f"same-{party}-{other}", issuer="self", party=party, other=other, ground="deed", by="desk", **told)


def link(
    part: str, other_owner: str, other_part: str, relation: str = "supplier's number", **told: Any
) -> ItemLinkLine:
    said = {
        "owner": "US", "part": part, "relation": relation, "other_owner": other_owner, "other_part": other_part,
        "applies_from": "2024-01-01", "shown_by": "price list",
    }  # fmt: skip
    return ItemLinkLine.model_validate(said | told)


def conversion(from_unit: str, to_unit: str, factor: str, **told: Any) -> UnitConversionLine:
    said = {"from_unit": from_unit, "to_unit": to_unit, "factor": factor, "applies_from": "2024-01-01"}
    return UnitConversionLine.model_validate({**said, "shown_by": "weighing", **told})


def classified(edition: str, code: str, country: str = "any") -> ClassificationLine:
    return ClassificationLine.model_validate(
        {
            "owner": "US", "part": "FRM-201", "country": country, "hs_edition": edition, "code": code,
            "classified_by": "own", "applies_from": "2020-01-01",
        }
    )  # fmt: skip


def concordance(from_edition: str, from_code: str, to_edition: str, to_code: str) -> Concordance:
    return Concordance.model_validate(
        {
            "id": f"conc-{from_code}-{to_code}", "issuer": "self", "from_edition": from_edition,
            "from_code": from_code, "to_edition": to_edition, "to_code": to_code, "relation": "split",
            "condition": f"it is of {to_code}", "citation": "WCO tables", "mark": "K", "approved_by": "desk",
        }
    )  # fmt: skip


def declaration(**told: Any) -> SupplierDeclaration:
    return SupplierDeclaration.model_validate({"id": "decl-1", "issuer": "SUP-001", **DECLARATION, **told})


def test_merges_chain_to_the_number_that_is_kept() -> None:
    parties = SameParties(entries(same("A", "B"), same("B", "C")))
    assert (parties.canonical("C"), parties.group("B")) == ("A", ("A", "B", "C"))
    assert parties.through("C") == ("#2", "#1")
    assert parties.one("C", "A").found == "A"
    assert not parties.one("C", "D").matched


def test_a_merge_that_closes_a_ring_says_nothing_new_and_is_refused() -> None:
    parties = SameParties(entries(same("A", "B"), same("B", "C"), same("C", "A")))
    assert (parties.refused, parties.canonical("A"), parties.canonical("C")) == (("#3",), "A", "A")


def test_a_merge_holds_from_its_day_on_and_until_it_is_superseded() -> None:
    merge = same("A", "B", valid_from=date(2024, 6, 1))
    assert SameParties(entries(merge), DAY).canonical("B") == "B"
    assert SameParties(entries(merge), date(2024, 6, 1)).canonical("B") == "A"
    instead = same("D", "B").model_copy(update={"supersedes": merge.id})
    assert SameParties(entries(merge, instead)).canonical("B") == "D"


@pytest.mark.parametrize(
    ("one", "other", "proposed"),
    [
        pytest.param("EIN:12-3456789", "ein:123456789", 1, id="written-otherwise"),
        pytest.param("LEI:5493001KJTIIGC8Y1R12", "LEI:5493001KJTIIGC8Y1R12", 1, id="equal"),
        pytest.param("MID:USFRAMEW100", "MID:USFRAMEW100", 0, id="a-mid-tells-nobody"),
        pytest.param("EIN:12-3456789 ..2022-12-31", "EIN:12-3456789 2023-01-01..", 0, id="not-at-one-time"),
        pytest.param("EIN:12-3456789", "RFC:123456789", 0, id="another-scheme"),
        pytest.param("an identifier", "an identifier", 0, id="unreadable"),
    ],
)
def test_equal_identifiers_propose_a_merge_and_record_none(one: str, other: str, proposed: int) -> None:
    known = {"name": "Specimen", "roles": "supplier", "address": "1 Road", "country": "US"}
    lines = entries(
        *(
            PartyLine.model_validate({**known, "party": p, "identifiers": i})
            for p, i in zip("AB", (one, other), strict=True)
        )
    )
    assert len(propose(lines, SameParties([]))) == proposed
    assert propose(lines, SameParties(entries(same("A", "B")))) == []


def test_an_identifier_is_read_with_its_days_or_refused() -> None:
    assert Identifier.parse("RFC:SPE000000XX0 2020-01-01..").first == date(2020, 1, 1)
    with pytest.raises(MalformedValue, match=r"FROM\.\.TO"):
        Identifier.parse("RFC:SPE000000XX0 2020-13-01..")


def test_a_part_is_found_under_the_suppliers_number_and_back_with_the_factor() -> None:
    links = PartLinks(entries(link("FRM-201", "SUP", "001-FRM", factor="4", unit="PCE", other_unit="SET")))
    there = links.across(FRAME, "SUP", DAY)
    assert there.found is not None
    assert (there.found.number.part, there.found.factor, there.through) == ("001-FRM", Fraction(4), ("#1",))
    back = links.across(PartNumber("SUP", "001-FRM"), "US", DAY)
    assert back.found is not None
    assert (back.found.number.part, back.found.factor, back.found.unit) == ("FRM-201", Fraction(1, 4), "SET")


def test_a_link_holds_on_its_days_and_for_its_revision() -> None:
    links = PartLinks(entries(link("FRM-201", "SUP", "001-FRM", revision="A", applies_to="2024-06-30")))
    assert links.across(PartNumber("US", "FRM-201", "A"), "SUP", DAY).matched
    assert not links.across(PartNumber("US", "FRM-201", "B"), "SUP", DAY).matched
    assert not links.across(PartNumber("US", "FRM-201", "A"), "SUP", date(2024, 7, 1)).matched


def test_two_numbers_that_nothing_decides_between_are_told_and_none_is_taken() -> None:
    links = PartLinks(entries(link("FRM-201", "SUP", "001-FRM"), link("FRM-202", "SUP", "001-FRM")))
    answer = links.across(PartNumber("SUP", "001-FRM"), "US", DAY)
    assert answer.found is None
    assert "FRM-201 (#1), FRM-202 (#2)" in answer.why


def test_a_number_is_followed_across_the_one_that_superseded_it() -> None:
    links = PartLinks(entries(link("FRM-201", "SUP", "001-FRM"), link("FRM-201", "US", "FRM-301", "superseded by")))
    assert links.latest(FRAME, DAY).found == PartNumber("US", "FRM-301")
    assert links.same_part(PartNumber("SUP", "001-FRM"), PartNumber("US", "FRM-301"), DAY).through == ("#1", "#2")
    assert links.latest(FRAME, date(2023, 12, 31)).found == FRAME


def test_a_chain_of_supersessions_that_comes_back_is_refused() -> None:
    ring = [
        link("P1", "US", "P2", "superseded by"),
        link("P2", "US", "P3", "superseded by"),
        link("P3", "US", "P1", "superseded by"),
    ]
    answer = PartLinks(entries(*ring)).latest(PartNumber("US", "P1"), DAY)
    assert (answer.found, answer.through) == (None, ("#1", "#2", "#3"))
    assert "come back to P1" in answer.why


def test_a_number_superseded_by_two_is_refused() -> None:
    links = PartLinks(entries(link("P1", "US", "P2", "superseded by"), link("P1", "US", "P3", "superseded by")))
    assert "P2 of US (#1) and by P3 of US (#2)" in links.latest(PartNumber("US", "P1"), DAY).why


def test_an_alternate_is_not_the_same_part() -> None:
    links = PartLinks(entries(link("FRM-201", "SUP", "001-FRM", "alternate")))
    assert not links.same_part(FRAME, PartNumber("SUP", "001-FRM"), DAY).matched


def test_a_link_of_a_merged_owner_serves_under_both_its_numbers() -> None:
    parties = SameParties(entries(same("SUP", "SUP-OLD")))
    links = PartLinks(entries(link("FRM-201", "SUP-OLD", "001-FRM")), parties.canonical)
    assert links.across(FRAME, "SUP", DAY).matched


@pytest.mark.parametrize(
    ("conversions", "factor"),
    [
        pytest.param([conversion("KGM", "PCE", "4", **OF_P)], Fraction(4), id="of-the-part"),
        pytest.param([conversion("PCE", "KGM", "3")], Fraction(1, 3), id="turned-round-exactly"),
        pytest.param(
            [conversion("KGM", "PCE", "9"), conversion("KGM", "PCE", "4", **OF_P)],
            Fraction(4),
            id="the-part-before-all",
        ),
        pytest.param(
            [conversion("KGM", "GRM", "1000"), conversion("PCE", "GRM", "250", **OF_P)],
            Fraction(4),
            id="in-two-steps",
        ),
        pytest.param(
            [conversion("KGM", "PCE", "5"), conversion("KGM", "PCE", "4", applies_from="2024-04-01")],
            Fraction(4),
            id="the-later",
        ),
        pytest.param([conversion("KGM", "PCE", "5"), conversion("KGM", "PCE", "4")], None, id="contradicting"),
        pytest.param([conversion("KGM", "PCE", "4", applies_to="2024-04-30")], None, id="ended"),
        pytest.param([conversion("KGM", "PCE", "4", owner="US", part="Q")], None, id="of-another-part"),
    ],
)  # fmt: skip
def test_units_convert_by_recorded_conversions_only(
    conversions: list[UnitConversionLine], factor: Fraction | None
) -> None:
    assert Units(entries(*conversions)).factor("US", "P", "KGM", "PCE", DAY).found == factor


@pytest.mark.parametrize(
    ("stated", "kept", "rows", "matched"),
    [
        pytest.param(("HS2012", "870899"), ("HS2012", "87089980"), [], True, id="six-digits-of-one-edition"),
        pytest.param(("HS2012", "870894"), ("HS2012", "870899"), [], False, id="another-code"),
        pytest.param(("HS2022", "870380"), ("HS2012", "870390"), [], False, id="another-edition-unmapped"),
        pytest.param(("HS2022", "870380"), ("HS2012", "870390"), [ELECTRIC], True, id="mapped"),
        pytest.param(("HS2012", "870390"), ("HS2022", "870380"), [ELECTRIC], True, id="mapped-back"),
        pytest.param(
            ("HS2022", "870380"), ("HS2017", "870380"),
            [ELECTRIC, ELECTRIC_2017], True, id="through-a-third",
        ),
        pytest.param(("HS2022", "870830"), ("HS2012", "870830"), [], True, id="the-same-digits"),
        pytest.param(("HS2022", "870390"), ("HS2012", "870390"), [ELECTRIC], False, id="digits-that-moved"),
    ],
)  # fmt: skip
def test_codes_agree_by_six_digits_and_across_editions_by_concordance(
    stated: tuple[str, str], kept: tuple[str, str], rows: list[tuple[str, str, str, str]], matched: bool
) -> None:
    recorded = entries(classified(*kept))
    answer = agreeing(*stated, recorded, entries(*(concordance(*row) for row in rows)), DAY)
    assert answer.matched is matched
    assert answer.through[0] == "#1"


def test_a_code_that_was_split_agrees_and_names_its_condition() -> None:
    rows = [concordance("HS2022", "870380", "HS2012", "870390"), concordance("HS2022", "870380", "HS2012", "870310")]
    answer = agreeing("HS2022", "870380", entries(classified("HS2012", "870390")), entries(*rows), DAY)
    assert answer.why.endswith("one of 2, where it is of 870390")


def test_nothing_is_said_of_a_code_where_nothing_is_classified() -> None:
    answer = agreeing("HS2012", "870899", entries(classified("HS2012", "870899", "CA")), [], DAY, "MX")
    assert (answer.matched, answer.through) == (False, ())


def test_a_blanket_covers_its_days_and_no_other() -> None:
    blanket = declaration()
    assert covers(blanket, date(2023, 4, 1), date(2024, 3, 31)).matched
    assert covers(blanket, date(2024, 4, 1)).why == "covers 2023-04-01 to 2024-03-31, and 2024-04-01 is outside it"


def test_a_single_shipment_covers_what_came_under_it_whatever_the_day() -> None:
    single = declaration(shipment="INV-7")
    assert covers(single, date(2030, 1, 1), came_under=("PO-1", "INV-7")).matched
    assert not covers(single, date(2023, 5, 1), came_under=("INV-8", None)).matched


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("CELL:850760", id="no-country"),
        pytest.param("CELL:8507:CN", id="four-digits"),
        pytest.param(":850760:CN", id="no-part"),
        pytest.param("CELL:850760:China", id="a-name"),
    ],
)
def test_a_tariff_input_names_part_code_and_country(text: str) -> None:
    assert tariff_input("CELL:850760:CN").code == "850760"
    with pytest.raises(MalformedValue, match="PART:CODE:COUNTRY"):
        tariff_input(text)


def test_figures_that_cannot_be_are_told_without_showing_them() -> None:
    form = {"form": "accumulation s.9(2)(a)", "currency": "USD"}
    assert sound_figures(declaration(**form, net_cost="10", non_originating_value="10")) is None
    told = sound_figures(declaration(**form, net_cost="10", non_originating_value=Decimal("10.01")))
    assert told == "a non_originating_value above the net_cost"
