"""The lines of a manifest's tables, as facts give them; and the digest by which the facts of a pack are known again."""

from collections.abc import Iterable, Mapping
from hashlib import sha256

from evidence.core import canonical
from evidence.core.canonical import JsonValue
from evidence.core.disclosure import Disclosure
from evidence.errors import PackError
from evidence.ledger.read import ReadEntry
from evidence.pack.form.layout import FACTS_FORMAT, average_path, worksheet_path
from evidence.pack.gathered.exhibits import ExhibitFact
from evidence.pack.gathered.facts import Facts
from evidence.pack.gathered.numbering import exhibit_number
from evidence.pack.typesetting.assemble import copy_path_of, path_of


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
