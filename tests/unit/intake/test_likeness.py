"""Texts that are nearly the same are found, with the words that differ; others are left alone."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.intake.likeness import LEAST_WORDS, Seen, alike, fingerprint

TEXT = (
    "Certificate of origin SPECIMEN: supplier SUP-001 declares that part FRM-201 revision A, quantity 1250 pieces, "
    "made in the plant SUP-001-P1 in Toledo, originates in the region under criterion B, for the year 2023."
)
OTHER = (
    "Invoice INV-778 of the tooling shop (SPECIMEN) for one drilling jig, delivered in May, payable within thirty days "
    "of receipt to the account named below, with the order number on each page."
)


def test_one_digit_changed_is_pointed_out_with_both_figures() -> None:
    """32 words have 31 pairs, of which one word stands in two: 29 in common of 33."""
    found = alike(TEXT, TEXT.replace("1250", "1260"))
    assert found is not None
    assert found.differences == ("'1250' / '1260'",)
    assert found.says("#12") == ("a near-duplicate of #12 (share in common 0.8787): differs in '1250' / '1260'")


def test_the_share_is_exact_and_cut_never_rounded_up() -> None:
    """31 words have 30 pairs; one word changed leaves 28 in common of 32: 0.875."""
    words = [f"w{number}" for number in range(31)]
    changed = [*words[:10], "changed", *words[11:]]
    found = alike(" ".join(words), " ".join(changed))
    assert found is not None
    assert found.score == Decimal("0.8750")


def test_the_same_words_set_out_otherwise_have_nothing_that_differs() -> None:
    found = alike(TEXT, TEXT.replace(" ", "\n  "))
    assert found is not None
    assert (found.score, found.differences) == (Decimal(1), ())
    assert found.says("#12") == "the same words as #12, in another file"


def test_a_word_added_and_a_word_lost_are_shown_against_nothing() -> None:
    found = alike(TEXT * 3, (TEXT * 3).replace("in Toledo, ", "", 1) + " Signed.")
    assert found is not None
    assert found.differences == ("'in Toledo' / nothing", "nothing / 'Signed'")


def test_figures_are_shown_before_words() -> None:
    found = alike(TEXT * 3, (TEXT * 3).replace("declares", "states", 1).replace("1250", "1260", 1))
    assert found is not None
    assert found.differences[0] == "'1250' / '1260'"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(TEXT, OTHER, id="different-texts"),
        pytest.param(TEXT, "", id="nothing"),
        pytest.param("part FRM-201", "part FRM-202", id="too-short-to-tell"),
        pytest.param(TEXT, TEXT + " " + OTHER, id="one-within-the-other"),
    ],
)
def test_what_is_not_nearly_the_same_is_left_alone(one: str, other: str) -> None:
    assert alike(one, other) is None


def test_a_near_duplicate_is_found_among_many_by_its_fingerprint() -> None:
    seen = Seen()
    for number in range(500):
        seen.add(f"#{number}", " ".join(f"{OTHER} {number}{word}" for word in "abcdefgh"))
    seen.add("#500", TEXT)
    ((name, found),) = seen.like(TEXT.replace("FRM-201", "FRM-207"))
    assert (name, found.differences) == ("#500", ("'FRM-201' / 'FRM-207'",))


def test_a_text_too_short_to_tell_has_no_fingerprint() -> None:
    assert fingerprint("word " * (LEAST_WORDS - 1)) == ()


@given(st.text(max_size=400), st.text(max_size=400))
def test_likeness_is_a_share_and_the_same_from_either_side(one: str, other: str) -> None:
    there, back = alike(one, other), alike(other, one)
    assert (there is None) is (back is None)
    if there is not None and back is not None:
        assert there.score == back.score
        assert 0 <= there.score <= 1
