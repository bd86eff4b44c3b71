"""``evidence pack open-field``: opens fields that an edition withholds, each to be checked against the same root.

What is opened is named as a reader of the full pack would: ``12.supplier`` (a field of entry 12), ``14:2`` (line 2 of
the load in entry 14), ``E017`` (an exhibit: what it is called and the digest of its bytes), ``worksheet-1:RVC`` (a
figure or material of a worksheet, by its id). Beside each comes the entry that it stands in, with its proof.

A field that was given in secret is opened only where the caller says so, and that is an entry of the ledger.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from evidence.core import canonical
from evidence.core.canonical import JsonValue
from evidence.core.disclosure import SEALED, line_disclosures
from evidence.core.encoding import to_base64
from evidence.core.identifiers import mint
from evidence.core.statements.handling import Access, AccessAction
from evidence.core.statements.load import Load
from evidence.core.statements.own import DocumentReceived, PackBuilt
from evidence.core.statements.snapshot import LINE_PREFIX, Snapshot, worksheet_lines
from evidence.core.values import legal_day
from evidence.errors import PackError
from evidence.ledger.found import HomeHandle
from evidence.ledger.read import ReadEntry
from evidence.pack.bundling import layout
from evidence.pack.bundling.manifest import load_lines
from evidence.pack.bundling.tables import Table, from_document, opened_lines
from evidence.pack.disclosing.openings import OPENING_FORMAT
from evidence.store.documents import DocumentStore

_FIELD = re.compile(r"#?([0-9]{1,9})\.([a-z_]{1,60})")
_LINE = re.compile(r"#?([0-9]{1,9}):([0-9]{1,9})")
_EXHIBIT = re.compile(r"E[0-9]{3,7}")
_CELL = re.compile(r"worksheet-([0-9]{1,4}):(\S{1,80})")
_OF_AN_EXHIBIT = ("document", "size", "name", "media_type", "document_class", "received_on", "role")
_WANTED = "an entry's field (12.supplier), a load's line (14:2), an exhibit (E017) or a figure (worksheet-1:RVC)"


@dataclass(frozen=True, slots=True)
class Origin:
    """The production that an opening is of: its tables, and the checkpoint that its proofs lead to."""

    number: str
    manifest_sha256: str
    tables: Mapping[str, Table]
    checkpoint: bytes
    as_of: int


def origin_of(was: PackBuilt, documents: DocumentStore) -> Origin:
    """What openings of a recorded pack are made from.

    Raises:
        PackError: it was built before there were editions.
    """
    if was.seed is None:
        raise PackError(f"Pack {was.number} was built before editions were; it withholds nothing that can be opened.")
    document = documents.read(was.seed)
    tables = from_document(canonical.loads(document, limit=len(document)))
    checkpoint = documents.read(dict(was.stored)[layout.CHECKPOINT])
    return Origin(was.number, was.manifest, tables, checkpoint, was.as_of)


@dataclass(slots=True)
class _Wanted:
    """What is to be opened, by entry."""

    fields: dict[int, set[str]] = field(default_factory=dict)
    lines: dict[int, set[int]] = field(default_factory=dict)
    rows: list[Any] = field(default_factory=list)

    def entry(self, seq: int) -> set[str]:
        return self.fields.setdefault(seq, set())


def open_fields(
    handle: HomeHandle, was: PackBuilt, names: Sequence[str], *, secret_for: str | None = None, by: str | None = None
) -> bytes:
    """An opening of a recorded pack.

    Args:
        handle: the home; open to sign where something secret is opened.
        was: the pack.
        names: what to open.
        secret_for: what secret fields are opened for; None: they are refused.
        by: who opens them.

    Raises:
        PackError: a name is none, or names nothing in the pack; or something secret is opened without a purpose.
    """
    origin, wanted = origin_of(was, handle.documents), _Wanted()
    for name in names:
        _want(handle, wanted, origin.tables, name)
    entries = _entries(handle, origin, wanted)
    _require_open(handle, entries, wanted, secret_for, by)
    return _document(handle, origin, wanted, entries)


def opening_of_exhibit(handle: HomeHandle, origin: Origin, number: str) -> bytes:
    """The opening of one exhibit, whatever its tier: for whoever opens the envelope that it is sealed in."""
    wanted = _Wanted()
    _want(handle, wanted, origin.tables, number)
    return _document(handle, origin, wanted, _entries(handle, origin, wanted))


def _entries(handle: HomeHandle, origin: Origin, wanted: _Wanted) -> dict[int, ReadEntry]:
    carried = {int(row["index"]) for row in origin.tables["entries"].rows()}
    for seq in wanted.fields:
        if seq not in carried:
            raise PackError(f"Entry {seq} is not of pack {origin.number}; nothing of it can be opened under its root.")
    return {seq: handle.ledger.entry(seq) for seq in sorted(wanted.fields)}


def _want(handle: HomeHandle, wanted: _Wanted, tables: Mapping[str, Table], name: str) -> None:
    if found := _FIELD.fullmatch(name):
        wanted.entry(int(found[1])).add(found[2])
    elif found := _LINE.fullmatch(name):
        wanted.entry(int(found[1]))
        wanted.lines.setdefault(int(found[1]), set()).add(int(found[2]))
    elif _EXHIBIT.fullmatch(name):
        row = next((row for row in tables["exhibits"].rows() if row["number"] == name), None)
        if row is None:
            raise PackError(f"{name} is no exhibit of this pack. See the index of the authority's edition.")
        wanted.rows.append(row)
        wanted.entry(int(row["entry"])).update(_OF_AN_EXHIBIT)
    elif found := _CELL.fullmatch(name):
        row = next((row for row in tables["worksheets"].rows() if row["number"] == int(found[1])), None)
        if row is None:
            raise PackError(f"Worksheet {found[1]} is not of this pack.")
        seq = int(row["entry"])
        wanted.entry(seq).add("worksheet_lines")
        wanted.lines.setdefault(seq, set()).update(_lines_of(handle, seq, found[2]))
    else:
        raise PackError(f"{name[:80]!r} names nothing that can be opened; wanted {_WANTED}.")


def _lines_of(handle: HomeHandle, seq: int, name: str) -> list[int]:
    """The lines of a worksheet that speak of one cell, material or part, from 1."""
    rows = _worksheet_rows(handle, seq)
    found = [at for at, (_table, row) in enumerate(rows, 1) if isinstance(row, Mapping) and row.get("id") == name]
    if not found:
        raise PackError(f"The worksheet of entry {seq} has no figure or material {name[:80]!r}.")
    return found


def _worksheet_rows(handle: HomeHandle, seq: int) -> list[Any]:
    snapshot = handle.ledger.entry(seq).statement
    if not isinstance(snapshot, Snapshot):
        raise PackError(f"Entry {seq} is no snapshot.")
    document = handle.documents.read(snapshot.worksheet)
    sheet: Any = canonical.loads(document, limit=len(document))
    return worksheet_lines(sheet)


def _require_open(
    handle: HomeHandle, entries: Mapping[int, ReadEntry], wanted: _Wanted, secret_for: str | None, by: str | None
) -> None:
    """Refuse a field that is not there; record the opening of one that is secret."""
    for seq, entry in entries.items():
        statement = entry.statement
        if statement is None:
            raise PackError(f"The statement of entry {seq} is gone: it was disposed of.")
        tiers = type(statement).tiers()
        for name in wanted.fields[seq] - tiers.keys():
            raise PackError(f"Entry {seq} is a {entry.kind}, which has no field {name!r}. See docs/schemas.")
        sealed_document = isinstance(statement, DocumentReceived) and statement.tier in SEALED
        secret = sorted(
            name
            for name in wanted.fields[seq]
            if tiers[name] in SEALED or (sealed_document and name in ("document", "size"))
        )
        if not secret:
            continue
        if not secret_for or not by:
            raise PackError(
                f"Entry {seq} gives {', '.join(secret)} in secret. Say what it is opened for (--secret-for) and who "
                "opens it (--by); both are recorded."
            )
        now = handle.clock.now()
        handle.record(
            Access(
                id=mint(Access.prefix, now, handle.random),
                issuer="self",
                item=f"#{seq}:statement",
                fields=tuple(secret),
                tier=max((tiers[name] for name in secret), key=lambda tier: tier.value),
                action=AccessAction.UNSEALED,
                accessed_on=legal_day(now, handle.settings.zone),
                by=by,
                purpose=secret_for,
            )
        )


def _document(handle: HomeHandle, origin: Origin, wanted: _Wanted, entries: Mapping[int, ReadEntry]) -> bytes:
    proofs = handle.ledger.tlog_proofs(list(entries), origin.as_of, origin.checkpoint)
    listed = [row for row in origin.tables["entries"].rows() if int(row["index"]) in entries]
    opened: dict[str, JsonValue] = {"entries": origin.tables["entries"].opened(listed)}
    if wanted.rows:
        opened["exhibits"] = origin.tables["exhibits"].opened(wanted.rows)
    return canonical.dumps(
        {
            "format": OPENING_FORMAT,
            "pack": origin.number,
            "manifest": origin.manifest_sha256,
            "tables": opened,
            "statements": {
                str(seq): [one.to_json() for one in entry.disclosures if one.name in wanted.fields[seq]]
                for seq, entry in entries.items()
            },
            "lines": {str(seq): _lines(handle, entries[seq], lines) for seq, lines in wanted.lines.items()},
            "entries": {str(seq): _files(entry, proofs[seq]) for seq, entry in entries.items()},
        }
    )


def _lines(handle: HomeHandle, entry: ReadEntry, lines: Iterable[int]) -> JsonValue:
    statement = entry.statement
    if isinstance(statement, Load):
        if beyond := [line for line in lines if not 1 <= line <= statement.lines]:
            raise PackError(f"The load of entry {entry.seq} has {statement.lines} lines, and none {beyond[0]}.")
        return load_lines(statement, handle.documents, lines)
    if not isinstance(statement, Snapshot):
        raise PackError(f"Entry {entry.seq} is a {entry.kind}, which has no lines.")
    seed = handle.documents.read(statement.seed)
    rows = line_disclosures(seed, LINE_PREFIX, _worksheet_rows(handle, entry.seq))
    return opened_lines(rows, (line - 1 for line in lines))


def _files(entry: ReadEntry, proof: bytes) -> JsonValue:
    assert entry.envelope is not None, "its statement was read"
    return {
        "leaf": to_base64(entry.leaf_bytes),
        "dsse": to_base64(entry.envelope.to_json()),
        "tlog-proof": to_base64(proof),
    }
