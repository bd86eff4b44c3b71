"""The part of a check that is about documents: their bytes, their rows, and who names them.

Documents are gone through by the beginning of their digest, so that several processes can share them. What an entry
says of its documents is compared with their rows where the entry is checked.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection

from evidence.errors import DocumentDamaged, DocumentMissing
from evidence.ledger.check_chunk import Known
from evidence.ledger.findings import CheckReport
from evidence.ledger.targets import Target
from evidence.store.documents import DocumentStore
from evidence.store.driver import Driver
from evidence.store.engine import reading

_FEW: Final = 20_000
_ROWS: Final = "SELECT sha256, size FROM document WHERE sha256 >= ? AND sha256 < ? ORDER BY sha256"
_LINKS: Final = (
    "SELECT sha256, seq, role FROM entry_document WHERE sha256 >= ? AND sha256 < ? ORDER BY sha256, seq, role"
)
_NAMING: Final = "SELECT seq FROM disposal_target WHERE target_seq = ? AND role = ?"


class Slice(NamedTuple):
    """Documents whose digests lie from `low` up to, not including, `high`; `beginning` is that of their files."""

    low: str
    high: str
    beginning: str


def slices(count: int) -> list[Slice]:
    """All `count` documents in parts that fit in memory; an altered digest may begin with anything."""
    if count <= _FEW:
        return [Slice("", "\U0010ffff", "")]
    starts = [f"{number:02x}" for number in range(256)]
    ends = zip(["", *starts[1:]], [*starts[1:], "\U0010ffff"], starts, strict=True)
    return [Slice(*each) for each in ends]


def check_documents(connection: Connection, known: Known, since: int, part: Slice) -> CheckReport:
    """Every document that an entry or a row names, read through; then what nothing names.

    Args:
        connection: to the database.
        known: what is known of the whole ledger.
        since: documents that only entries before this one name are not looked at.
        part: which documents.
    """
    report, driver = CheckReport(), Driver(connection)
    sizes = {str(name): size for name, size in driver.rows(_ROWS, (part.low, part.high))}
    links: dict[str, list[Target]] = {}
    for name, seq, role in driver.rows(_LINKS, (part.low, part.high)):
        if type(seq) is int:
            links.setdefault(str(name), []).append(Target(seq, str(role)))
        else:
            report.fault(None, "link", f"document {name} is linked to {seq!r}, which is no entry")
    for name in sorted(sizes.keys() | links.keys()):
        mine = links.get(name, [])
        if not mine or any(target.seq >= since for target in mine):
            kept = [target for target in mine if not _let_go(driver, known, target)]
            _check_document(connection, known.documents, report, name, sizes, mine, kept)
    for name in known.documents.all(part.beginning):
        if name not in sizes and name not in links:
            report.counts["files that nothing names"] += 1
            report.remarks.append(f"the file {name} is named by no entry, as after a recording that was broken off")
    return report


def _let_go(driver: Driver, known: Known, target: Target) -> bool:
    """Whether a disposal names a link that is still there."""
    naming = {seq for (seq,) in driver.rows(_NAMING, (target.seq, target.role)) if seq > target.seq}
    return target in known.dropped or any((seq, target) not in known.slipped for seq in naming)


def _let_go_since(connection: Connection, links: Sequence[Target]) -> bool:
    """Whether disposals name all of these links by now: a file goes at once, and is still there in an older state."""
    with reading(connection.engine) as later:
        driver = Driver(later)
        return all(driver.rows(_NAMING, (link.seq, link.role)) for link in links)


def _check_document(
    connection: Connection,
    documents: DocumentStore,
    report: CheckReport,
    name: str,
    sizes: Mapping[str, object],
    links: Sequence[Target],
    kept: Sequence[Target],
) -> None:
    seq = kept[0].seq if kept else None
    if not links:
        report.fault(None, "document", f"the row of document {name} is left over: no entry names it")
    try:
        size = documents.verify(name)
        report.counts["documents"] += 1
        if sizes.get(name, size) != size:
            report.fault(seq, "index", f"document {name} has {size} bytes, {sizes[name]} are stored")
    except DocumentMissing:
        if kept and _let_go_since(connection, kept):
            report.remarks.append(f"document {name} was disposed of while the check went on")
        elif kept:
            what = f"lost: document {name} is gone, and no disposal entry names {', '.join(map(str, kept))}"
            report.fault(seq, "document", what)
    except DocumentDamaged:
        report.fault(seq, "document", f"document {name} was altered: its bytes have another digest")
    if name not in sizes:
        report.fault(seq, "document", f"the row of document {name} is gone")
