"""The manifest of a pack, and what opens it.

`manifest.json` is the same bytes in every edition: the pack's number, a checkpoint, and one commitment for each of its
lists of entries, exhibits, worksheets and averages (`tables`), which tells neither names nor counts. A line of them
names an exhibit by the commitment to its digest that the signed statement of its receipt carries. `disclosures.json`
opens what one edition opens: lines of those lists, fields of statements, the lines used of each load with their place
in its tree, the worksheets' seeds. The manifest names no report and no signature: those cover it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from evidence.core import canonical
from evidence.core.canonical import JsonValue
from evidence.core.disclosure import Disclosure, line_disclosures
from evidence.core.encoding import to_base64
from evidence.core.statements.load import Load
from evidence.errors import PackError
from evidence.ledger.read import ReadEntry
from evidence.pack.bundling.layout import DISCLOSURES_FORMAT, FACTS_FORMAT, MANIFEST_FORMAT
from evidence.pack.bundling.tables import Table, opened_lines
from evidence.pack.gathered.editions import View
from evidence.pack.gathered.exhibits import ExhibitFact
from evidence.pack.gathered.facts import Facts, Subject
from evidence.pack.gathered.numbering import exhibit_number
from evidence.pack.report.assemble import copy_path_of, path_of
from evidence.store.documents import DocumentStore


class Listed(Protocol):
    """A sealed file, as `disclosures.json` lists it."""

    def listed(self) -> JsonValue: ...


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


def rows(
    facts: Facts, numbers: Mapping[int, int], copies: Iterable[ExhibitFact] | None = None
) -> dict[str, list[JsonValue]]:
    """The lines of each table of the manifest: what the whole pack is made of, whatever an edition shows of it.

    Args:
        facts: those of the pack, or those that one edition opens.
        numbers: of the exhibits, by the entry of their receipt.
        copies: the exhibits whose redacted copies are there; by default all that have one.
    """
    if copies is None:
        copies = [exhibit for exhibit in facts.exhibits if exhibit.redacted is not None]
    return {
        "entries": [
            {"index": seq, "kind": entry.kind, "statement": entry.statement_digest}
            for seq, entry in facts.entries.items()
        ],
        "exhibits": [
            {
                "number": exhibit_number(numbers[exhibit.receipt.seq]),
                "path": path_of(exhibit, numbers[exhibit.receipt.seq]),
                "entry": exhibit.receipt.seq,
                "field": "document",
                "commitment": _commitment(facts.entries[exhibit.receipt.seq], "document"),
            }
            for exhibit in sorted(facts.exhibits, key=lambda exhibit: numbers[exhibit.receipt.seq])
        ]
        + [_copy(facts, exhibit, numbers[exhibit.receipt.seq]) for exhibit in copies],
        "worksheets": [
            {
                "number": place,
                "path": worksheet_path(place),
                "entry": fact.snapshot.seq,
                "field": "worksheet",
                "commitment": _commitment(facts.entries[fact.snapshot.seq], "worksheet"),
                "root": fact.snapshot.value.worksheet_root,
            }
            for place, fact in enumerate(facts.snapshots, 1)
        ],
        "averages": [
            {
                "number": place,
                "path": average_path(place),
                "entry": fact.average.seq,
                "field": "worksheet",
                "commitment": _commitment(facts.entries[fact.average.seq], "worksheet"),
            }
            for place, fact in enumerate(facts.averages, 1)
        ],
    }


def _copy(facts: Facts, exhibit: ExhibitFact, number: int) -> JsonValue:
    """The line of a redacted copy: named by the statement that says what it was made of."""
    assert exhibit.redacted is not None, "asked of exhibits that have one"
    return {
        "number": f"{exhibit_number(number)}-redacted",
        "path": copy_path_of(exhibit, number),
        "entry": exhibit.redacted.seq,
        "field": "derived",
        "commitment": _commitment(facts.entries[exhibit.redacted.seq], "derived"),
    }


def manifest(subject: Subject, tables: Mapping[str, Table], pack: str, supersedes: str | None, at: Position) -> bytes:
    """The manifest, in canonical JSON; the same bytes in every edition."""
    return canonical.dumps(
        {
            "format": MANIFEST_FORMAT,
            "pack": pack,
            "shipment": subject.shipment,
            "customs_entry": subject.customs_entry,
            "supersedes": supersedes,
            "ledger": {"origin": at.origin, "size": at.size, "root": at.root.hex()},
            "tables": {name: table.committed() for name, table in tables.items()},
        }
    )


def disclosures(
    view: View, numbers: Mapping[int, int], tables: Mapping[str, Table], documents: DocumentStore, pack: str,
    sealed: Sequence[Listed],
) -> bytes:  # fmt: skip
    """What an edition opens, in canonical JSON."""
    facts, shown_rows = view.facts, rows(view.facts, numbers, view.copies)
    statements: dict[str, JsonValue] = {}
    lines: dict[str, JsonValue] = {}
    for seq, entry in facts.entries.items():
        statement = entry.statement
        if statement is None:
            raise PackError(f"Entry {seq} cannot be read any more: it was disposed of, or its kind is unknown here.")
        shown = view.fields[seq]
        statements[str(seq)] = [item.to_json() for item in entry.disclosures if item.name in shown]
        used = facts.used_lines.get(seq)
        if isinstance(statement, Load) and used:
            lines[str(seq)] = load_lines(statement, documents, used)
    return canonical.dumps(
        {
            "format": DISCLOSURES_FORMAT,
            "pack": pack,
            "edition": view.edition.value,
            "tables": {
                name: table.opened_whole() if view.whole else table.opened(shown_rows[name])
                for name, table in tables.items()
            },
            "statements": statements,
            "lines": lines,
            "sealed": [one.listed() for one in sealed],
            "seeds": {str(fact.snapshot.seq): to_base64(fact.seed) for fact in facts.snapshots},
        }
    )


def load_lines(load: Load, documents: DocumentStore, wanted: Iterable[int]) -> JsonValue:
    """Lines of a load, by their numbers from 1, each with its proof under the root that the load's statement names."""
    view = documents.read(load.view).splitlines()
    values = [canonical.loads_canonical(line) for line in view]
    opened = line_disclosures(documents.read(load.seed), load.line_prefix(), values)
    return opened_lines(opened, (number - 1 for number in wanted))


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
                **({"request": facts.asked.sha256} if facts.asked else {}),
            }
        )
    ).hexdigest()
