"""The manifest of a pack, and what opens it.

`manifest.json` holds commitments only and is the same bytes in every edition: which ledger entries, which checkpoint,
which exhibits and worksheets under which numbers. An exhibit is named by the commitment to its digest that the signed
statement of its receipt carries, so that nothing new has to be committed to here. `disclosures.json` opens what this
edition opens: fields of statements, the lines used of each load with their place in its tree, the worksheets' seeds.
The manifest names no report and no signature: those cover it.
"""

from dataclasses import dataclass
from hashlib import sha256

from evidence.core import canonical, tree
from evidence.core.canonical import JsonValue
from evidence.core.disclosure import Disclosure, line_disclosures
from evidence.core.encoding import to_base64
from evidence.core.statements.load import Load
from evidence.errors import PackError
from evidence.ledger.read import ReadEntry
from evidence.pack.assemble import path_of
from evidence.pack.exhibits import SEALED
from evidence.pack.facts import Facts
from evidence.pack.layout import DISCLOSURES_FORMAT, FACTS_FORMAT, MANIFEST_FORMAT
from evidence.pack.numbering import exhibit_number
from evidence.store.documents import DocumentStore


@dataclass(frozen=True, slots=True)
class Position:
    """The head of the ledger that a pack knows."""

    origin: str
    size: int
    root: bytes


def worksheet_path(place: int) -> str:
    return f"worksheets/worksheet-{place}.json"


def average_path(place: int) -> str:
    return f"worksheets/average-{place}.json"


def manifest(facts: Facts, numbers: dict[int, int], pack: str, supersedes: str | None, at: Position) -> bytes:
    """The manifest, in canonical JSON."""
    exhibits: list[JsonValue] = [
        {
            "number": exhibit_number(numbers[exhibit.receipt.seq]),
            "path": None if exhibit.withheld else path_of(exhibit, numbers[exhibit.receipt.seq]),
            "entry": exhibit.receipt.seq,
            "field": "document",
            "commitment": _commitment(facts.entries[exhibit.receipt.seq], "document"),
        }
        for exhibit in sorted(facts.exhibits, key=lambda exhibit: numbers[exhibit.receipt.seq])
    ]
    worksheets: list[JsonValue] = [
        {
            "number": place,
            "path": worksheet_path(place),
            "entry": fact.snapshot.seq,
            "field": "worksheet",
            "commitment": _commitment(facts.entries[fact.snapshot.seq], "worksheet"),
            "root": fact.snapshot.value.worksheet_root,
        }
        for place, fact in enumerate(facts.snapshots, 1)
    ]
    averages: list[JsonValue] = [
        {
            "number": place,
            "path": average_path(place),
            "entry": fact.average.seq,
            "field": "worksheet",
            "commitment": _commitment(facts.entries[fact.average.seq], "worksheet"),
        }
        for place, fact in enumerate(facts.averages, 1)
    ]
    entries: list[JsonValue] = [
        {"index": seq, "kind": entry.kind, "statement": entry.statement_digest} for seq, entry in facts.entries.items()
    ]
    return canonical.dumps(
        {
            "format": MANIFEST_FORMAT,
            "pack": pack,
            "shipment": facts.subject.shipment,
            "customs_entry": facts.subject.customs_entry,
            "supersedes": supersedes,
            "ledger": {"origin": at.origin, "size": at.size, "root": at.root.hex()},
            "entries": entries,
            "exhibits": exhibits,
            "worksheets": worksheets,
            **({"averages": averages} if averages else {}),
        }
    )


def disclosures(facts: Facts, documents: DocumentStore, pack: str) -> bytes:
    """What this edition opens, in canonical JSON: every field that is not secret."""
    statements: dict[str, JsonValue] = {}
    lines: dict[str, JsonValue] = {}
    for seq, entry in facts.entries.items():
        statement = entry.statement
        if statement is None:
            raise PackError(f"Entry {seq} cannot be read any more: it was disposed of, or its kind is unknown here.")
        tiers = type(statement).tiers()
        statements[str(seq)] = [item.to_json() for item in entry.disclosures if tiers[item.name] not in SEALED]
        used = facts.used_lines.get(seq)
        if isinstance(statement, Load) and used:
            lines[str(seq)] = _lines(statement, documents, used)
    return canonical.dumps(
        {
            "format": DISCLOSURES_FORMAT,
            "pack": pack,
            "statements": statements,
            "lines": lines,
            "seeds": {str(fact.snapshot.seq): to_base64(fact.seed) for fact in facts.snapshots},
        }
    )


def _lines(load: Load, documents: DocumentStore, used: set[int]) -> JsonValue:
    """The lines of a load that the pack uses, each with its proof under the root that the load's statement names."""
    view = documents.read(load.view).splitlines()
    values = [canonical.loads_canonical(line) for line in view]
    opened = line_disclosures(documents.read(load.seed), load.line_prefix(), values)
    reader = tree.in_memory([tree.leaf_hash(bytes.fromhex(line.digest())) for line in opened])  # once for all lines
    return {
        "size": len(opened),
        "opened": [
            {
                "line": number,
                "disclosure": opened[number - 1].to_json(),
                "proof": [to_base64(sibling) for sibling in tree.inclusion_proof(number - 1, len(opened), reader)],
            }
            for number in sorted(used)
        ],
    }


def _commitment(entry: ReadEntry, name: str) -> str:
    found: Disclosure | None = next((item for item in entry.disclosures if item.name == name), None)
    if found is None:
        raise PackError(f"Entry {entry.seq} carries no commitment to its {name}.")
    return found.digest()


def facts_digest(facts: Facts, edition: str, languages: tuple[str, ...]) -> str:
    """SHA-256 over what a pack rests on, whatever the ledger's size: equal facts, equal pack."""
    return sha256(
        canonical.dumps(
            {
                "format": FACTS_FORMAT,
                "edition": edition,
                # Left out where English is the only one, so that a pack of an earlier release is known again.
                **({"languages": list(languages)} if languages != ("en",) else {}),
                "entries": [[seq, entry.statement_digest] for seq, entry in facts.entries.items()],
                "exhibits": [exhibit.receipt.seq for exhibit in facts.exhibits],
                "snapshots": [fact.snapshot.seq for fact in facts.snapshots],
            }
        )
    ).hexdigest()
