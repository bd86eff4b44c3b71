"""One production: a pack's number, its manifest and the tables under it, which all its editions share.

The first edition that is built makes them; another edition of the same facts is made from the same tables, so that its
manifest is the same bytes and what it opens leads to the same root. Facts that have changed make another production.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evidence.core import canonical
from evidence.core.canonical import JsonValue
from evidence.core.disclosure import SEED_SIZE
from evidence.core.statements.own import PackBuilt
from evidence.pack.bundling import layout
from evidence.pack.bundling.manifest import facts_digest, rows
from evidence.pack.bundling.tables import Table, from_document, hidden, to_document
from evidence.pack.gathered.facts import Facts
from evidence.pack.gathered.numbering import ordinal_of, pack_number
from evidence.register.queries import Known
from evidence.store.documents import DocumentStore


@dataclass(frozen=True, slots=True)
class Production:
    """What the editions of one pack share, but for the facts themselves."""

    number: str
    ordinal: int
    """Which pack of its subject it is, from 1."""
    supersedes: str | None
    tables: dict[str, Table]
    document: bytes
    """The tables as they are kept, secret."""


def of_same_facts(facts: Facts, earlier: Sequence[Known[PackBuilt]]) -> list[PackBuilt]:
    """The packs on record, in whichever edition and languages, that rest on just these facts."""
    return [
        known.value
        for known in earlier
        if known.value.facts == facts_digest(facts, known.value.edition, known.value.languages)
    ]


def of_same_manifest(facts: Facts, earlier: Sequence[Known[PackBuilt]], documents: DocumentStore) -> PackBuilt | None:
    """The last pack on record whose tables have just the lines that these facts give."""
    for known in reversed(earlier):
        if known.value.seed is None:
            continue
        numbers = exhibit_numbers(known.value, documents)
        if not {exhibit.receipt.seq for exhibit in facts.exhibits} <= numbers.keys():
            continue
        tables, wanted = _tables(known.value, documents), rows(facts, numbers)
        if all(_alike(tables[name].rows(), wanted[name]) for name in tables):
            return known.value
    return None


def _alike(one: Sequence[JsonValue], other: Sequence[JsonValue]) -> bool:
    return sorted(map(canonical.dumps, one)) == sorted(map(canonical.dumps, other))


def _tables(was: PackBuilt, documents: DocumentStore) -> dict[str, Table]:
    assert was.seed is not None, "asked of productions with tables only"
    document = documents.read(was.seed)
    return from_document(canonical.loads(document, limit=len(document)))


def numbers_of(earlier: Sequence[Known[PackBuilt]]) -> list[str]:
    """The numbers given to the packs of one subject, each once, in order."""
    return list(dict.fromkeys(known.value.number for known in earlier))


def new_production(
    lines: Mapping[str, Sequence[JsonValue]],
    subject: str,
    earlier: Sequence[Known[PackBuilt]],
    random: Callable[[int], bytes],
    gone_out: Collection[str] = (),
) -> Production:
    """A production under the next number; its tables are filled and put in order by a new random seed.

    `gone_out` are numbers under which something left the house: none of them is given again, even where the entry of
    its building was disposed of or lost.
    """
    given = numbers_of(earlier)
    ordinal = max(map(ordinal_of, given), default=0) + 1
    while pack_number(subject, ordinal) in gone_out:
        ordinal += 1
    tables = hidden(random(SEED_SIZE), lines)
    return Production(
        number=pack_number(subject, ordinal),
        ordinal=ordinal,
        supersedes=given[-1] if given else None,
        tables=tables,
        document=canonical.dumps(to_document(tables)),
    )


def same_production(was: PackBuilt, documents: DocumentStore) -> Production:
    """The production that a recorded edition belongs to."""
    assert was.seed is not None, "asked of productions with tables only"
    document = documents.read(was.seed)
    return Production(
        number=was.number,
        ordinal=ordinal_of(was.number),
        supersedes=was.supersedes_pack,
        tables=from_document(canonical.loads(document, limit=len(document))),
        document=document,
    )


def exhibit_numbers(was: PackBuilt, documents: DocumentStore) -> dict[int, int]:
    """The number of each exhibit of a recorded pack, by the entry of its receipt."""
    if was.seed is not None:
        listed = _tables(was, documents)["exhibits"].rows()
    else:
        document = documents.read(was.manifest)
        listed = _loaded(document).get("exhibits", [])
    return {int(one["entry"]): int(str(one["number"])[1:]) for one in listed if one["field"] == "document"}


def _loaded(document: bytes) -> Any:
    read = canonical.loads(document, limit=len(document))
    return read if isinstance(read, dict) else {}


def edition_folder(folder: str, edition: str) -> str:
    """Where an edition lies beside the authority's, which has the pack's own name."""
    return folder if edition == layout.AUTHORITY else f"{folder}-{edition}"
