"""Samples of a schedule: drawn by value, by volume and at random, so that anyone can draw them again."""

import subprocess
from decimal import Decimal

from evidence.origin.worksheet import MaterialRow, Status, Worksheet
from evidence.pack.contents.sample import DRAWN, lot, population, population_value, sample_of
from tests.unit.pack.sheets import material, sheet

SEED = "5f" * 32


def lines(count: int) -> Worksheet:
    """A schedule of so many bought lines: line n is worth n, and n units of it go into the good."""
    return sheet(
        *(
            material(f"M{n:04}", str(n), Status.NON_ORIGINATING, str(n), quantity=str(100 - n))
            for n in range(1, count + 1)
        )
    )


def test_the_draws_by_value_and_by_volume_are_the_largest_in_order() -> None:
    sample = sample_of(lines(40), SEED)
    assert [row.id for row in sample.by_value] == ["M0040", "M0039", "M0038", "M0037", "M0036"]
    assert [row.id for row in sample.by_volume] == ["M0001", "M0002", "M0003", "M0004", "M0005"]


def test_the_random_draw_is_that_of_coreutils_over_seed_and_line() -> None:
    whole = lines(40)
    each = 'printf \'%s:M00%s\' "$1" $n | sha256sum | sed "s/-/M00$n/"'
    script = f"for n in $(seq -w 1 40); do {each}; done | sort | head -n 5"
    told = subprocess.run(["sh", "-c", script, "draw", SEED], check=True, capture_output=True, text=True).stdout
    assert [line.split()[1] for line in told.splitlines()] == [row.id for row in sample_of(whole, SEED).random]
    assert sample_of(whole, "00" * 32).random != sample_of(whole, SEED).random
    assert len(sample_of(whole, SEED).random) == DRAWN


def test_a_line_drawn_twice_stands_once_among_the_sampled() -> None:
    sample = sample_of(lines(4), SEED)
    assert sorted(row.id for row in sample.rows) == ["M0001", "M0002", "M0003", "M0004"]
    assert lot(SEED, "M0001") != lot(SEED, "M0002")


def test_a_made_line_is_no_part_of_the_population_since_its_own_materials_are() -> None:
    whole = lines(3)
    made: MaterialRow = whole.materials[2].model_copy(update={"made_at": "MX-1", "status": Status.ROLLED_UP})
    unknown = whole.materials[0].model_copy(update={"value": None})
    altered = whole.model_copy(update={"materials": (unknown, whole.materials[1], made)})
    assert [row.id for row in population(altered)] == ["M0001", "M0002"]
    assert population_value(altered) == Decimal(2)
    assert sample_of(altered, SEED).by_value[0].id == "M0001"  # nothing bounds a value that is not known
