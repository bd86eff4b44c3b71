"""The manifest of a pack, and what opens it.

`manifest.json` is the same bytes in every edition: the pack's number, a checkpoint, and one commitment for each of its
lists of entries, exhibits, worksheets and averages (`tables`), which tells neither names nor counts. A line of them
names an exhibit by the commitment to its digest that the signed statement of its receipt carries. `disclosures.json`
opens what one edition opens: lines of those lists, fields of statements, the lines used of each load with their place
in its tree, the worksheets' seeds. The manifest names no report and no signature: those cover it.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from evidence.core import canonical
from evidence.core.canonical import JsonValue
from evidence.core.disclosure import line_disclosures
from evidence.core.encoding import to_base64
from evidence.core.statements.load import Load
from evidence.errors import PackError
from evidence.ledger.checkpoint import Checkpoint
from evidence.pack.bundling.lines import rows
from evidence.pack.bundling.production import Production
from evidence.pack.form.layout import DISCLOSURES_FORMAT, MANIFEST_FORMAT
from evidence.pack.form.tables import opened_lines
from evidence.pack.gathered.editions import View
from evidence.pack.gathered.facts import Subject
from evidence.store.documents import DocumentStore


class Listed(Protocol):
    """A sealed file, as `disclosures.json` lists it."""

    def listed(self) -> JsonValue: ...


def manifest(subject: Subject, production: Production, at: Checkpoint) -> bytes:
    """The manifest, in canonical JSON; the same bytes in every edition."""
    return canonical.dumps(
        {
            "format": MANIFEST_FORMAT,
            "pack": production.number,
            "shipment": subject.shipment,
            "customs_entry": subject.customs_entry,
            "supersedes": production.supersedes,
            "ledger": {"origin": at.origin, "size": at.size, "root": at.root.hex()},
            "tables": {name: table.committed() for name, table in production.tables.items()},
        }
    )


def disclosures(view: View, production: Production, documents: DocumentStore, sealed: Sequence[Listed] = ()) -> bytes:
    """What an edition opens, in canonical JSON.

    Raises:
        PackError: a statement cannot be read any more.
    """
    facts, shown_rows = view.facts, rows(view.facts, production.exhibits, view.copies)
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
            "pack": production.number,
            "edition": view.edition.value,
            "tables": {
                name: table.opened_whole() if view.whole else table.opened(shown_rows[name])
                for name, table in production.tables.items()
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
