"""Write the golden statement of each kind and version that has none yet; never changes one that is there.

Run as ``python -m tests.unit.core.write_golden`` after adding a kind or a version. Once a version has been released its
golden statement is part of the promise that it is read for ever.
"""

from pathlib import Path

from evidence.core import canonical
from evidence.core.statements.base import build
from tests.unit.core.samples import counted, samples

GOLDEN = Path(__file__).parent / "golden"

if __name__ == "__main__":
    for statement in samples():
        place = GOLDEN / f"{statement.kind}.{statement.version}.json"
        if not place.exists():
            built = build(statement, counted(statement.kind))
            content = {"body": built.body.decode(), "disclosures": [item.to_json() for item in built.disclosures]}
            place.write_bytes(canonical.dumps(content) + b"\n")
