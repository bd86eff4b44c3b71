"""The golden statements: one of every kind and version ever written, as bytes, with the disclosures that open it."""

import json
from pathlib import Path

from evidence.core.disclosure import Disclosure

GOLDEN = Path(__file__).parent / "golden"


def versions() -> list[tuple[str, int]]:
    """Every kind and version that has a golden statement."""
    names = sorted(path.stem.rsplit(".", 1) for path in GOLDEN.glob("*.json"))
    return [(kind, int(version)) for kind, version in names]


def golden(kind: str, version: int) -> tuple[bytes, list[Disclosure]]:
    """The body of one and its disclosures."""
    content = json.loads((GOLDEN / f"{kind}.{version}.json").read_bytes())
    return content["body"].encode(), [Disclosure.from_json(item) for item in content["disclosures"]]
