"""One production: a pack's number, its manifest and the tables under it, which all its editions share.

The first edition that is built makes them; another edition of the same facts is made from the same tables, so that its
manifest is the same bytes and what it opens leads to the same root. Facts that have changed make another production.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from evidence.core import canonical
from evidence.core.disclosure import SEED_SIZE
from evidence.core.statements.own import PackBuilt
from evidence.pack import layout
from evidence.pack.facts import Facts
from evidence.pack.manifest import facts_digest
from evidence.pack.numbering import pack_number
from evidence.pack.tables import Table, from_document, hidden, to_document
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


def numbers_of(earlier: Sequence[Known[PackBuilt]]) -> list[str]:
    """The numbers given to the packs of one subject, each once, in order."""
    return list(dict.fromkeys(known.value.number for known in earlier))


def new_production(
    rows: Any, subject: str, earlier: Sequence[Known[PackBuilt]], random: Callable[[int], bytes]
) -> Production:
    """A production under the next number; its tables are filled and put in order by a new random seed."""
    given = numbers_of(earlier)
    tables = hidden(random(SEED_SIZE), rows)
    return Production(
        number=pack_number(subject, len(given) + 1),
        ordinal=len(given) + 1,
        supersedes=given[-1] if given else None,
        tables=tables,
        document=canonical.dumps(to_document(tables)),
    )


def same_production(was: PackBuilt, earlier: Sequence[Known[PackBuilt]], documents: DocumentStore) -> Production:
    """The production that a recorded edition belongs to."""
    assert was.seed is not None, "asked of productions with tables only"
    document = documents.read(was.seed)
    return Production(
        number=was.number,
        ordinal=numbers_of(earlier).index(was.number) + 1,
        supersedes=was.supersedes_pack,
        tables=from_document(canonical.loads(document, limit=len(document))),
        document=document,
    )


def exhibit_numbers(was: PackBuilt, documents: DocumentStore) -> dict[int, int]:
    """The number of each exhibit of a recorded pack, by the entry of its receipt."""
    if was.seed is not None:
        document = documents.read(was.seed)
        listed = from_document(canonical.loads(document, limit=len(document)))["exhibits"].rows()
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
