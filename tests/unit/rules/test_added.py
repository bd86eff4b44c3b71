"""What users add to the law: it is cited, agrees with what is on file or says that it replaces it, and is named."""

import hashlib
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.core.statements.use import UseClass
from evidence.errors import NoRule, RuleError
from evidence.rules.added import Addition, read_addition
from evidence.rules.finding import Outcome
from evidence.rules.routes import GoodFigures, originates, routes
from evidence.rules.ruleset import RuleSet

LAW = RuleSet.load()
DAY = date(2024, 1, 15)

LITHIUM = """
name = "lithium-carbonate"
title = "Product rule of lithium carbonate"

[[rule]]
code = "2836.91"
hs_edition = "HS2012"
uses = ["any"]
tariff_change = true
from = "any other subheading"
contents = []
citation = "HTSUS GN 11(o) ch. 28 (SPECIMEN)"
confidence = "transcribed"
checked = 2026-09-01
"""

TURBO = """
name = "turbochargers"
title = "Rule 84/47 as read on the page"

[[rule]]
code = "8414.80"
hs_edition = "HS2012"
uses = ["any"]
alternative = "1"
tariff_change = true
from = "any other heading"
contents = []
replaces = true
citation = "HTSUS GN 11(o) ch. 84 rule 47 (SPECIMEN)"
confidence = "verified"
checked = 2026-09-01

[[rule]]
code = "8414.80"
hs_edition = "HS2012"
uses = ["any"]
alternative = "2"
tariff_change = false
contents = ["TV 60", "NC 50"]
marked = true
replaces = true
citation = "HTSUS GN 11(o) ch. 84 rule 47 (SPECIMEN)"
confidence = "verified"
checked = 2026-09-01
"""

STEP = """
name = "proposal"
title = "A higher content from 2028"

[[series]]
name = "PV-RVC"
subject = "passenger_vehicle"
measure = "rvc_net_cost"
unit = "percent"

[[series.value]]
from = 2028-07-01
amount = "82"
comparator = ">="
source = "Proposal (SPECIMEN)"
confidence = "K"
checked = 2026-09-01
"""

ITEM = """
name = "mexican-items"
title = "Mexican items behind letter codes"

[[item]]
letter_code = "8708.99.bb"
country = "MX"
item = "8708.99.02"
tariff = "LIGIE 2022 (SPECIMEN)"
citation = "Annex 4-B Section C (SPECIMEN)"
confidence = "verified"
checked = 2026-09-01
"""


def addition(text: str) -> Addition:
    return read_addition(text.encode())


def test_a_material_without_a_rule_has_one_once_it_is_added() -> None:
    with pytest.raises(NoRule):
        routes(LAW, "2836.91", UseClass.STATIONARY_STORAGE)
    law = LAW.with_added([addition(LITHIUM)])
    (route,) = routes(law, "2836.91", UseClass.STATIONARY_STORAGE)
    assert (route.rule.added_by, route.rule.confidence) == ("lithium-carbonate", "transcribed")
    good = GoodFigures("2836.91", Decimal(10), Decimal(0))
    assert originates(law, (route,), good, DAY).outcome is Outcome.MET


def test_the_name_of_a_rule_set_with_additions_is_made_again_by_sha256sum() -> None:
    law = LAW.with_added([addition(LITHIUM), addition(STEP)])
    lines = [*((name, digest) for name, digest in LAW.files)]
    for text in (LITHIUM, STEP):
        digest = hashlib.sha256(text.encode()).hexdigest()
        lines.append((f"added/{digest}.toml", digest))
    listing = "".join(f"{digest}  {name}\n" for name, digest in sorted(lines))
    assert law.content_hash == hashlib.sha256(listing.encode()).hexdigest()
    assert law.content_hash != LAW.content_hash
    assert LAW.with_added([addition(STEP), addition(LITHIUM)]).content_hash == law.content_hash
    assert LAW.with_added([]) is LAW


def test_a_rule_that_replaces_another_is_the_only_one_looked_at() -> None:
    law = LAW.with_added([addition(TURBO)])
    assert {route.rule.added_by for route in routes(law, "8414.80", UseClass.AFTERMARKET)} == {"turbochargers"}
    assert [rule.added_by for rule in law.product_rules.covering("841480", UseClass.OE_LIGHT)] == ["turbochargers"] * 2


def test_a_rule_for_goods_that_have_one_is_refused_unless_it_says_that_it_replaces_it() -> None:
    text = TURBO.replace("replaces = true\n", "")
    with pytest.raises(RuleError, match="replaces = true"):
        LAW.with_added([addition(text)])


def test_two_additions_may_not_rule_on_the_same_goods() -> None:
    other = TURBO.replace('"turbochargers"', '"turbochargers-again"')
    with pytest.raises(RuleError, match="turbochargers"):
        LAW.with_added([addition(TURBO), addition(other)])


def test_two_additions_of_one_name_are_refused() -> None:
    with pytest.raises(RuleError, match="lithium-carbonate"):
        LAW.with_added([addition(LITHIUM), addition(LITHIUM + "\n# read again\n")])


@pytest.mark.parametrize(
    ("day", "percent"),
    [
        pytest.param(date(2028, 6, 30), "75", id="the-day-before"),
        pytest.param(date(2028, 7, 1), "82", id="the-day-of"),
        pytest.param(date(2028, 7, 2), "82", id="the-day-after"),
        pytest.param(date(2023, 6, 30), "72", id="an-earlier-step-as-before"),
    ],
)
def test_an_added_step_ends_the_one_before_it(day: date, percent: str) -> None:
    law = LAW.with_added([addition(STEP)])
    assert law.series("PV-RVC").on(day).amount == Decimal(percent)
    assert LAW.series("PV-RVC").on(date(2028, 7, 1)).amount == Decimal(75)


def test_a_figure_in_force_is_not_edited() -> None:
    text = STEP.replace("2028-07-01", "2023-07-01")
    with pytest.raises(RuleError, match="not edited"):
        LAW.with_added([addition(text)])
    law = LAW.with_added([addition(text.replace('unit = "percent"', 'unit = "percent"\nreplaces = true'))])
    assert law.series("PV-RVC").values[0].first == date(2023, 7, 1)


def test_a_national_item_says_that_its_codes_are_of_the_letter_code() -> None:
    law = LAW.with_added([addition(ITEM)])
    assert LAW.items.roles("87089902", "MX") == ()
    assert law.items.roles("87089902", "MX") == ("8708.99.bb",)
    assert law.items.roles("8708.99.02.00", "MX") == ("8708.99.bb",)
    assert law.items.roles("87089902", "US") == ()
    roles = law.items.roles("87089902", "MX")
    assert "8708.99.bb" in {row.code for row in law.tables.listing("87089902", roles).rows}
    assert {rule.code for rule in law.product_rules.alternatives("870899", UseClass.OE_LIGHT, roles)} == {"8708.99.bb"}


def test_a_packaged_item_known_by_its_description_only_decides_nothing() -> None:
    assert LAW.items.roles("87089955", "US") == ("8708.99.aa",)
    (proposed,) = LAW.items.of("85013245", "US")
    assert (proposed.letter_code, proposed.confidence, proposed.decides) == ("8501.32.aa", "inference", False)
    assert LAW.items.roles("85013245", "US") == ()


def test_a_row_of_a_table_is_added() -> None:
    text = """
name = "drive-units"
title = "Electric drive units as Table B parts (what-if)"

[[row]]
table = "B"
code = "8501.52"
hs_edition = "HS2012"
part_of_code = true
description = "electric drive unit"
citation = "Proposal (SPECIMEN)"
confidence = "K"
checked = 2026-09-01
"""
    law = LAW.with_added([addition(text)])
    assert not LAW.tables.listing("850152").undecided
    assert law.tables.listing("850152", ["B:electric drive unit"]).tables == {"B"}


def test_words_that_cannot_be_applied_by_code_are_told_when_they_are_added() -> None:
    found = addition(LITHIUM.replace("any other subheading", "whatever seems right"))
    assert len(found.notices) == 1
    assert "not determinable" in found.notices[0]
    assert not addition(LITHIUM).notices


@pytest.mark.parametrize(
    ("text", "old", "new", "said"),
    [
        pytest.param(LITHIUM, 'citation = "HTSUS GN 11(o) ch. 28 (SPECIMEN)"', "", "citation", id="no-citation"),
        pytest.param(LITHIUM, '"HTSUS GN 11(o) ch. 28 (SPECIMEN)"', '" "', "citation", id="an-empty-citation"),
        pytest.param(LITHIUM, "checked = 2026-09-01", "", "checked", id="no-day-of-checking"),
        pytest.param(LITHIUM, "2026-09-01", '"soon"', "checked", id="a-day-that-is-none"),
        pytest.param(LITHIUM, '"transcribed"', '"sure"', "mark", id="an-unknown-mark"),
        pytest.param(LITHIUM, '"HS2012"', '"HS2022"', "concordance", id="another-edition"),
        pytest.param(LITHIUM, '["any"]', '["every"]', "use 'every'", id="an-unknown-use"),
        pytest.param(LITHIUM, '["any"]', "[]", "no use", id="no-use"),
        pytest.param(LITHIUM, '"2836.91"', '"28"', "code in a rule", id="no-code"),
        pytest.param(LITHIUM, "tariff_change = true", "tariff_change = false", "asks nothing", id="a-rule-of-nothing"),
        pytest.param(LITHIUM, "contents = []", 'contents = ["NC 160"]', "at most 100", id="more-than-all"),
        pytest.param(LITHIUM, "contents = []", 'contents = ["XX 60"]', "NC or TV", id="an-unknown-method"),
        pytest.param(LITHIUM, "contents", "content", "content", id="a-misspelling"),
        pytest.param(LITHIUM, "[[rule]]", "[rule]", r"\[\[rule\]\]", id="one-bracket"),
        pytest.param(LITHIUM, 'name = "lithium-carbonate"', "", "name", id="no-name"),
        pytest.param(LITHIUM, "[[rule]]", "[[rule", "TOML", id="no-toml"),
        pytest.param(STEP, '"82"', "82.0", "amount", id="a-binary-fraction"),
        pytest.param(STEP, 'source = "Proposal (SPECIMEN)"', "", "source", id="a-figure-without-source"),
        pytest.param(STEP, '"82"', '"101"', "0 to 100", id="more-than-all-of-it"),
        pytest.param(STEP, '"82"', '"1E-99"', "12 digits", id="an-amount-beyond-all-law"),
        pytest.param(STEP, "from = 2028-07-01", "form = 2028-07-01", "form", id="a-misspelling-in-a-value"),
        pytest.param(STEP, "checked = 2026-09-01", "checked = 2026-09-01\nuntil = 2028", "until", id="an-end-no-day"),
        pytest.param(STEP, "[[series.value]]", "value = 3\n[x]", "series.*value|x", id="values-that-are-none"),
        pytest.param(LITHIUM, '"lithium-carbonate"', '"lithium carbonate"', "hyphens", id="a-name-with-a-space"),
        pytest.param(ITEM, '"MX"', '"BR"', "country", id="a-country-outside"),
        pytest.param(ITEM, '"8708.99.02"', '"8708.30.02"', "within 8708.99", id="an-item-of-another-subheading"),
        pytest.param(ITEM, '"8708.99.bb"', '"8708.99"', "letter code", id="no-letter-code"),
    ],
)
def test_an_addition_that_is_wrong_names_the_entry_and_what_is_wanted(text: str, old: str, new: str, said: str) -> None:
    assert old in text
    with pytest.raises(RuleError, match=said):
        addition(text.replace(old, new, 1))


@settings(max_examples=300, deadline=None)
@given(
    text=st.sampled_from([LITHIUM, TURBO, STEP, ITEM]),
    at=st.integers(min_value=0, max_value=800),
    length=st.integers(min_value=0, max_value=30),
    junk=st.one_of(
        st.binary(max_size=12), st.sampled_from([b"[[", b"]]", b"= 3", b"= []", b'= ""', b"= 2020-01-01", b"{}"])
    ),
)
def test_a_damaged_addition_is_read_or_refused_and_nothing_else(text: str, at: int, length: int, junk: bytes) -> None:
    data = text.encode()
    with suppress(RuleError):
        LAW.with_added([read_addition(data[:at] + junk + data[at + length :])])


def test_an_addition_nested_beyond_reading_is_refused() -> None:
    with pytest.raises(RuleError, match="TOML"):
        read_addition(b"a = " + b"[" * 100_000)


def test_a_content_that_names_no_figure_is_refused_when_it_is_added() -> None:
    found = addition(LITHIUM.replace("contents = []", 'contents = ["Q-NC"]'))
    with pytest.raises(RuleError, match="Q-NC"):
        LAW.with_added([found])


def test_an_addition_of_nothing_and_one_too_long_are_refused() -> None:
    with pytest.raises(RuleError, match="adds nothing"):
        addition('name = "x"\ntitle = "y"\n')
    with pytest.raises(RuleError, match="1 MiB"):
        read_addition(b"#" * ((1 << 20) + 1))
