"""Commitments; the expected digests were made with sha256sum and openssl (docs/formats.md shows the commands)."""

from collections.abc import Callable

import pytest

from evidence.core.canonical import JsonValue
from evidence.core.disclosure import Disclosure, Tier, commit, line_disclosures, line_proof, table_root, verify_line
from evidence.errors import MalformedJson, MalformedValue, ProofError

SALT = bytes(range(16))
SEED = bytes(range(32))
LINES = [{"qty": "4"}, {"qty": "5"}, {"qty": "6"}]


def counting() -> Callable[[int], bytes]:
    state = [0]

    def random(count: int) -> bytes:
        state[0] += 1
        return bytes([state[0]]) * count

    return random


def test_a_commitment_is_the_sha_256_of_salt_name_and_value() -> None:
    price = Disclosure(SALT, "unit_price", "12.50")
    assert price.to_json() == ["AAECAwQFBgcICQoLDA0ODw", "unit_price", "12.50"]
    assert price.digest() == "2e870b27acad3341c619de2802ba77bddc151c783e9476379d81ac8cb347a9c6"


def test_a_disclosure_read_back_opens_the_same_commitment() -> None:
    price = Disclosure(SALT, "prices", {"unit": ["12.50", "USD", None, True, 4]})
    assert Disclosure.from_json(price.to_json()) == price


def test_two_commitments_to_one_value_differ() -> None:
    random = counting()
    first, second = commit("unit_price", "12.50", random), commit("unit_price", "12.50", random)
    assert first.value == second.value
    assert first.digest() != second.digest()


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(Disclosure(SALT, "unit_price", "12.5"), id="value"),
        pytest.param(Disclosure(SALT, "unit_cost", "12.50"), id="name"),
        pytest.param(Disclosure(SALT[::-1], "unit_price", "12.50"), id="salt"),
    ],
)
def test_another_salt_name_or_value_does_not_open_a_commitment(other: Disclosure) -> None:
    assert other.digest() != Disclosure(SALT, "unit_price", "12.50").digest()


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("text", id="not-a-list"),
        pytest.param(["AAECAwQFBgcICQoLDA0ODw", "name"], id="two-members"),
        pytest.param([1, "name", "value"], id="salt-that-is-a-number"),
        pytest.param(["AAECAwQFBgcICQoLDA0ODw", None, "value"], id="name-that-is-null"),
        pytest.param(["AAECAwQFBgcICQoLDA0O", "name", "value"], id="salt-of-15-bytes"),
        pytest.param(["AAECAwQFBgcICQoLDA0ODx", "name", "value"], id="salt-in-another-spelling"),
        pytest.param(["AAECAwQFBgcICQoLDA0ODw==", "name", "value"], id="salt-with-padding"),
    ],
)
def test_a_malformed_disclosure_is_refused(value: JsonValue) -> None:
    with pytest.raises(MalformedValue):
        Disclosure.from_json(value)


def test_a_float_cannot_be_committed_to() -> None:
    with pytest.raises(MalformedJson):
        commit("unit_price", 12.5, counting()).digest()  # type: ignore[arg-type]


def test_the_lines_of_a_table_have_the_salts_digests_and_root_that_openssl_gives() -> None:
    lines = line_disclosures(SEED, "schedule/", LINES)
    assert [line.name for line in lines] == ["schedule/0", "schedule/1", "schedule/2"]
    assert [line.salt.hex() for line in lines] == [
        "f03b6f0f895f6acf731a2d04f5a90d76",
        "34dfde623d970aaa53ca0a6e62155a39",
        "62b4e5ae2c912bb83e0eff7bcd085bf8",
    ]
    assert [line.digest() for line in lines] == [
        "980be99da86bc60522e6a73e6557689d4940d6edfbb6cd9f4eaf30c468f1c6ce",
        "fd96790a1ac2a538ac60cb83e46e7e9d9c8783261a3a628f9be38f02792d6d78",
        "5ab9016ecf415f3bea68c053e2181b8608fece79417943fc0d5cf84ac61f0d53",
    ]
    assert table_root(lines) == "5fa8b468fe42a221e90f01993bf21fba7673ff8f6ac173b9db55e5efc5f90df6"


def test_the_root_of_no_lines_is_that_of_the_empty_tree() -> None:
    assert table_root([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_one_line_is_proved_without_the_others() -> None:
    lines = line_disclosures(SEED, "schedule/", LINES)
    root = table_root(lines)
    for index, line in enumerate(lines):
        verify_line(line, index, len(lines), line_proof(lines, index), root)


def test_a_line_with_another_value_place_or_root_is_not_proved() -> None:
    lines = line_disclosures(SEED, "schedule/", LINES)
    root, proof = table_root(lines), line_proof(lines, 1)
    dearer = Disclosure(lines[1].salt, lines[1].name, {"qty": "50"})
    for line, index, wanted in ((dearer, 1, root), (lines[1], 0, root), (lines[1], 1, table_root(lines[:2]))):
        with pytest.raises(ProofError):
            verify_line(line, index, 3, proof, wanted)
    with pytest.raises(ProofError):
        verify_line(lines[1], 1, 3, proof, "not hexadecimal")
    with pytest.raises(ProofError):
        line_proof(lines, 3)


@pytest.mark.parametrize("change", [[LINES[1], LINES[0], LINES[2]], LINES[:2], [*LINES, LINES[2]]])
def test_a_table_with_lines_swapped_dropped_or_added_has_another_root(change: list[dict[str, str]]) -> None:
    assert table_root(line_disclosures(SEED, "t/", change)) != table_root(line_disclosures(SEED, "t/", LINES))


def test_a_seed_of_another_length_is_refused() -> None:
    with pytest.raises(MalformedValue):
        line_disclosures(SEED[:31], "schedule/", LINES)


def test_the_tiers_have_the_words_of_the_statements() -> None:
    assert [tier.value for tier in Tier] == ["open", "restricted", "secret", "secret+personal"]
