"""A tree grown from the bytes of lines has the root that the lines' disclosures have, however they are handed over."""

from hypothesis import given
from hypothesis import strategies as st

from evidence.core import tree
from evidence.core.canonical import dumps
from evidence.core.disclosure import LineTree, line_disclosures, line_proof, table_root, verify_line

SEED = bytes(range(32))


@given(st.lists(st.lists(st.binary(min_size=32, max_size=32), max_size=9), max_size=9))
def test_leaves_added_many_at_a_time_make_the_tree_of_leaves_added_one_by_one(pieces: list[list[bytes]]) -> None:
    many = tree.Frontier()
    for piece in pieces:
        many.extend(piece)
    assert many.to_bytes() == tree.Frontier([leaf for piece in pieces for leaf in piece]).to_bytes()


@given(
    st.lists(st.lists(st.dictionaries(st.text("ab\u00e9", max_size=3), st.text(max_size=5), max_size=3), max_size=5)),
    st.sampled_from(["item/", 'quo"ted/', "\u00e9/"]),
)
def test_a_line_tree_has_the_root_of_its_disclosures(pieces: list[list[dict[str, str]]], prefix: str) -> None:
    grown = LineTree(SEED, prefix)
    for piece in pieces:
        grown.add([dumps(line) for line in piece])
    lines = [line for piece in pieces for line in piece]
    disclosures = line_disclosures(SEED, prefix, lines)
    assert (grown.root(), grown.size) == (table_root(disclosures), len(lines))


def test_a_line_of_it_can_be_proved_and_the_root_is_the_one_it_always_was() -> None:
    lines = [{"part": f"P-{number}", "note": None} for number in range(11)]
    grown = LineTree(SEED, "item/")
    grown.add([dumps(line) for line in lines])
    disclosures = line_disclosures(SEED, "item/", lines)
    verify_line(disclosures[7], 7, 11, line_proof(disclosures, 7), grown.root())
    assert grown.root() == "e12fe8a03a2c650068dabcbed895c33e3c0929d7a367fd3f285e9bc6a07094bc"
