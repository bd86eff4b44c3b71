"""One production: a pack's number, its manifest and the tables under it, which all its editions share.

The first edition that is built makes them; another edition of the same facts is made from the same tables, so that its
manifest is the same bytes and what it opens leads to the same root. Facts that have changed make another production.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evidence.core import canonical
from evidence.core.canonical import JsonValue
from evidence.core.disclosure import SEED_SIZE
from evidence.core.statements.own import PackBuilt
from evidence.errors import PackError
from evidence.pack.bundling.lines import facts_digest, rows
from evidence.pack.form import layout
from evidence.pack.form.tables import Table, from_document, hidden, to_document
from evidence.pack.gathered.facts import Facts
from evidence.pack.gathered.numbering import number_exhibits, ordinal_of, pack_number
from evidence.register.queries import Known
from evidence.store.documents import DocumentStore


@dataclass(frozen=True, slots=True)
class Production:
    """What the editions of one pack share, but for the facts themselves."""

    number: str
    supersedes: str | None
    tables: Mapping[str, Table]

    @property
    def ordinal(self) -> int:
        """Which pack of its subject it is, from 1."""
        return ordinal_of(self.number)

    @property
    def document(self) -> bytes:
        """The tables as they are kept, secret."""
        return canonical.dumps(to_document(self.tables))

    @property
    def exhibits(self) -> dict[int, int]:
        """The number of each exhibit, by the entry of its receipt."""
        return _by_receipt(self.tables["exhibits"].rows())


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
        it = same_production(known.value, documents)
        numbers = it.exhibits
        if not {exhibit.receipt.seq for exhibit in facts.exhibits} <= numbers.keys():
            continue
        wanted = rows(facts, numbers)
        if all(_alike(table.rows(), wanted[name]) for name, table in it.tables.items()):
            return known.value
    return None


def _alike(one: Sequence[JsonValue], other: Sequence[JsonValue]) -> bool:
    return sorted(map(canonical.dumps, one)) == sorted(map(canonical.dumps, other))


def kept_tables(was: PackBuilt, documents: DocumentStore) -> dict[str, Table]:
    """The tables of a recorded pack, as they are kept.

    Raises:
        PackError: it was built before there were editions, and has none.
    """
    if was.seed is None:
        raise PackError(f"Pack {was.number} was built before editions were; it withholds nothing that can be opened.")
    return from_document(canonical.loads_whole(documents.read(was.seed)))


def numbers_of(earlier: Iterable[Known[PackBuilt]]) -> list[str]:
    """The numbers given to the packs of one subject, each once, in order."""
    return list(dict.fromkeys(known.value.number for known in earlier))


def new_production(
    lines: Mapping[str, Sequence[JsonValue]],
    subject: str,
    earlier: Sequence[Known[PackBuilt]],
    random: Callable[[int], bytes],
    taken: Collection[str] = (),
) -> Production:
    """A production under the next number; its tables are filled and put in order by a new random seed.

    `taken` are numbers that other packs bear, or under which something left the house: none of them is given again,
    even where the entry of a building was disposed of or lost.
    """
    given = numbers_of(earlier)
    ordinal = max(map(ordinal_of, given), default=0) + 1
    while pack_number(subject, ordinal) in taken:
        ordinal += 1
    return Production(pack_number(subject, ordinal), given[-1] if given else None, hidden(random(SEED_SIZE), lines))


def same_production(was: PackBuilt, documents: DocumentStore) -> Production:
    """The production that a recorded edition belongs to.

    Raises:
        PackError: it was built before there were editions.
    """
    return Production(was.number, was.supersedes_pack, kept_tables(was, documents))


def numbering(facts: Facts, earlier: Iterable[Known[PackBuilt]], documents: DocumentStore) -> dict[int, int]:
    """The number of each exhibit: the one that a pack of the subject gave it before, or the next that none ever gave.

    Each production is asked once, in order, whatever editions of it were built when.
    """
    of_each = {known.value.number: known.value for known in earlier}
    taken: dict[int, int] = {}
    for was in of_each.values():
        taken |= exhibit_numbers(was, documents)
    return number_exhibits((exhibit.receipt.seq for exhibit in facts.exhibits), taken)


def exhibit_numbers(was: PackBuilt, documents: DocumentStore) -> dict[int, int]:
    """The number of each exhibit of a recorded pack, by the entry of its receipt."""
    if was.seed is not None:
        return same_production(was, documents).exhibits
    return _by_receipt(canonical.loads_whole(documents.read(was.manifest)).get("exhibits", []))


def _by_receipt(listed: Iterable[Any]) -> dict[int, int]:
    return {int(one["entry"]): int(str(one["number"])[1:]) for one in listed if one["field"] == "document"}


def edition_folder(folder: str, edition: str) -> str:
    """Where an edition lies beside the authority's, which has the pack's own name."""
    return folder if edition == layout.AUTHORITY else f"{folder}-{edition}"
