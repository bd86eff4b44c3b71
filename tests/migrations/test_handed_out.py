"""Migrations that a database may have passed are never changed: whoever has passed one would never get the change.

What is to be changed takes a revision of its own.
"""

from hashlib import sha256
from pathlib import Path

import pytest

VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"
HANDED_OUT = {
    "0001_ledger.py": "ba3b3240834a9fef8bcc1da4c98d3e5f",
    "0002_register.py": "0204a5e501bceb25171d7a3e42268a86",
    "0003_register_of_every_kind.py": "ee73334ea0b47119d4d1d54199843e65",
    "0004_anchors.py": "f39a174bc1b97180ed6e42686596275b",
    "0005_register_schema.py": "365e793fe1a1feed1a2bc846340032b3",
    "0006_each_part_once.py": "949352162d3733e2ff45f5e8b42cef4d",
    "0007_register_made_anew.py": "3924ab922b8002f25aff6e36823a77a6",
    "0008_register_made_anew.py": "68ed0e8b1ca2698c680ddcd888bcb36b",
}
"""The beginning of each file's SHA-256."""


@pytest.mark.parametrize("name", HANDED_OUT)
def test_a_migration_that_was_handed_out_is_what_it_was(name: str) -> None:
    assert sha256((VERSIONS / name).read_bytes()).hexdigest()[:32] == HANDED_OUT[name]
