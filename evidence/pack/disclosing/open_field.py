"""``evidence pack open-field``: opens fields that an edition withholds, each to be checked against the same root.

What is opened is named as a reader of the full pack would: ``12.supplier`` (a field of entry 12), ``14:2`` (line 2 of
the load in entry 14), ``E017`` (an exhibit: what it is called and the digest of its bytes), ``worksheet-1:RVC`` (a
figure or material of a worksheet, by its id). Beside each comes the entry that it stands in, with its proof.

A field that was given in secret is opened only where the caller says so, and that is an entry of the ledger.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from evidence.core import canonical
from evidence.core.canonical import JsonValue
from evidence.core.disclosure import SEALED, Tier, line_disclosures
from evidence.core.encoding import to_base64
from evidence.core.statements.handling import Access, AccessAction
from evidence.core.statements.load import Load
from evidence.core.statements.own import DocumentReceived, PackBuilt
from evidence.core.statements.snapshot import LINE_PREFIX, Snapshot, worksheet_lines
from evidence.core.values import legal_day
from evidence.errors import PackError
from evidence.ledger.found import HomeHandle
from evidence.ledger.read import ReadEntry
from evidence.ledger.stated import stated
from evidence.pack.bundling.manifest import load_lines
from evidence.pack.bundling.production import kept_tables
from evidence.pack.form import layout
from evidence.pack.form.carried import OF_BYTES
from evidence.pack.form.openings import OPENING_FORMAT
from evidence.pack.form.tables import Table, opened_lines
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
    tables, checkpoint = kept_tables(was, documents), documents.read(dict(was.stored)[layout.CHECKPOINT])
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
        UsageError: the purpose, or who opens it, cannot be recorded so.
    """
    origin, wanted = origin_of(was, handle.documents), _Wanted()
    for name in names:
        _want(handle, wanted, origin.tables, name)
    entries = _entries(handle, origin, wanted)
    for seq in wanted.lines.keys() & entries.keys():
        if isinstance(entries[seq].statement, Load):
            wanted.fields[seq].add("lines")  # how many there are: a proof of place does not show it
    secret = {seq: names for seq, entry in entries.items() if (names := _secret(entry, wanted.fields[seq]))}
    if secret and not (secret_for and by):
        seq, fields = next(iter(secret.items()))
        raise PackError(
            f"Entry {seq} gives {', '.join(fields)} in secret. Say what it is opened for (--secret-for) and who "
            "opens it (--by); both are recorded."
        )
    document = _document(handle, origin, wanted, entries)  # nothing is recorded as opened that then cannot be
    _record(handle, entries, secret, secret_for, by)
    return document


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
    sheet: Any = canonical.loads_whole(document)
    return worksheet_lines(sheet)


def _secret(entry: ReadEntry, fields: Collection[str]) -> tuple[str, ...]:
    """Those of the fields to be opened that were given in secret.

    Raises:
        PackError: one is not there.
    """
    statement = entry.statement
    if statement is None:
        raise PackError(f"The statement of entry {entry.seq} is gone: it was disposed of.")
    tiers = type(statement).tiers()
    if unknown := sorted(fields - tiers.keys()):
        raise PackError(f"Entry {entry.seq} is a {entry.kind}, which has no field {unknown[0]!r}. See docs/schemas.")
    withheld = OF_BYTES if isinstance(statement, DocumentReceived) and statement.tier in SEALED else frozenset()
    return tuple(name for name in sorted(fields) if tiers[name] in SEALED or name in withheld)


def _record(
    handle: HomeHandle,
    entries: Mapping[int, ReadEntry],
    secret: Mapping[int, tuple[str, ...]],
    purpose: str | None,
    by: str | None,
) -> None:
    """Record the opening of what was given in secret, together."""
    now = handle.clock.now()
    opened = [
        stated(
            handle,
            Access,
            now,
            item=f"#{seq}:statement",
            fields=fields,
            tier=_highest(entries[seq], fields),
            action=AccessAction.UNSEALED,
            accessed_on=legal_day(now, handle.settings.zone),
            by=by,
            purpose=purpose,
        )
        for seq, fields in secret.items()
    ]
    if opened:
        handle.signer().record([(each, ()) for each in opened])


def _highest(entry: ReadEntry, fields: Sequence[str]) -> Tier:
    """The strictest tier among some fields of an entry; of what a receipt says of bytes given in secret, theirs."""
    statement = entry.statement
    assert statement is not None, "its fields were looked at"
    tiers = [type(statement).tiers()[name] for name in fields]
    if isinstance(statement, DocumentReceived) and OF_BYTES & set(fields):
        tiers.append(statement.tier)
    return max(tiers, key=lambda tier: tier.value)


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
