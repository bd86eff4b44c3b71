"""One row in every table of the ledger, and every change of them that a database must refuse; for both engines.

Up to revision 0005 a leaf and an envelope were stored whole: `rows`, `portable` and `forbidden` give what suits a
database of a revision.
"""

import re
from base64 import b64encode
from collections.abc import Sequence

_A, _B, _C, _D = "a" * 64, "b" * 64, "c" * 64, "d" * 64
_AT = "2023-04-01T12:00:00.000000Z"
_HASH = "12345678901234567890123456789012"
_DIGESTS = {_A: "a" * 32, _B: "b" * 32, _C: "c" * 32, _D: "d" * 32}

Refused = tuple[str, str]
"""A statement, and words of its refusal."""


def _entry(seq: int, digest: str, verb: str = "INSERT", kind: str = "hold") -> str:
    return (
        f"{verb} INTO ledger_entry (seq, kind, recorded_at, actor, statement_digest, signatures, leaf_hash) "
        f"VALUES ({seq}, '{kind}', '{_AT}', 'key-1', '{_DIGESTS[digest]}', '', '{_HASH}')"
    )


def _older_entry(seq: int, digest: str, verb: str = "INSERT", kind: str = "hold") -> str:
    leaf = (
        f'{{"actor":"key-1","kind":"{kind}","payload_sha256":"{digest}","recorded_at":"{_AT}","signatures":[],"v":1}}'
    )
    return (
        f"{verb} INTO ledger_entry (seq, leaf, leaf_hash, kind, recorded_at, statement_digest) "
        f"VALUES ({seq}, '{leaf}', '{_HASH}', '{kind}', '{_AT}', '{digest}')"
    )


def _row(table: str, columns: str, values: str, verb: str = "INSERT") -> str:
    return f"{verb} INTO {table} ({columns}) VALUES ({values})"


_COLUMNS = {
    "statement": "seq, statement_id, payload",
    "disclosure": "seq, body",
    "document": "sha256, size, media_type, created_at",
    "entry_document": "seq, sha256, role",
    "disposal_target": "seq, target_seq, role",
    "tile": "level, n, width, data",
    "checkpoint": "size, root, note, created_at",
    "anchor": "id, size, kind, token, state",
    "head": "id, size, root, frontier, epoch",
}
_VALUES = {
    "statement": "0, 'hold-1', 'x'",
    "disclosure": "0, 'x'",
    "document": f"'{_C}', 1, 'text/plain', '{_AT}'",
    "entry_document": f"0, '{_C}', 'source'",
    "disposal_target": "2, 0, 'view'",
    "tile": f"0, 0, 256, '{_HASH}'",
    "checkpoint": f"3, '{_HASH}', 'note', '{_AT}'",
    "anchor": "'tsa-2', 3, 'tsa', NULL, 'wanted'",
    "head": f"1, 3, '{_HASH}', 'frontier', 1",
}
_ENVELOPE = f'{{"payload":"{b64encode(b"x").decode()}","payloadType":"application/vnd.in-toto+json","signatures":[]}}'
_OLDER_COLUMNS = {"statement": "digest, statement_id, envelope", "disclosure": "statement_digest, body"}
_OLDER_VALUES = {"statement": f"'{_A}', 'hold-1', '{_ENVELOPE}'", "disclosure": f"'{_A}', 'x'"}


def _insert(table: str, verb: str = "INSERT") -> str:
    return _row(table, _COLUMNS[table], _VALUES[table], verb)


def _older_insert(table: str, verb: str = "INSERT") -> str:
    columns, values = _OLDER_COLUMNS.get(table, _COLUMNS[table]), _OLDER_VALUES.get(table, _VALUES[table])
    return _row(table, columns, values, verb)


ROWS = (_entry(0, _A), _entry(1, _B), _entry(2, _D, kind="disposal"), *map(_insert, _COLUMNS))
_OLDER_ROWS = (
    *(_older_entry(0, _A), _older_entry(1, _B), _older_entry(2, _D, kind="disposal")),
    *map(_older_insert, _COLUMNS),
)

_CHANGES = (
    ("ledger_entry", "seq = 7"),
    ("ledger_entry", "kind = 'y'"),
    ("ledger_entry", "leaf_hash = 'y'"),
    ("ledger_entry", "statement_digest = 'y'"),
    ("statement", "statement_id = 'y'"),
    ("disclosure", "body = 'y'"),
    ("document", "size = 2"),
    ("entry_document", "role = 'y'"),
    ("tile", "data = 'y'"),
    ("checkpoint", "note = 'y'"),
    ("anchor", "size = 1"),
    ("head", "size = 1, epoch = 2"),
    ("head", "size = 3, epoch = 2"),
    ("head", "size = 4, epoch = 2"),
    ("head", "size = 4, epoch = 1"),
    ("disposal_target", "target_seq = 1"),
)
_PARTS = (
    ("ledger_entry", "actor = 'y'"),
    ("ledger_entry", "signatures = 'y'"),
    ("statement", "payload = 'y'"),
    ("statement", "seq = 1"),
    ("disclosure", "seq = 1"),
)
_OLDER_PARTS = (
    ("ledger_entry", "leaf = 'y'"),
    ("statement", "envelope = 'y'"),
    ("disclosure", "statement_digest = 'y'"),
)

_BESIDE = (
    (_row("entry_document", _COLUMNS["entry_document"], f"1, '{_C}', 'late'"), "with its entry"),
    (_row("disposal_target", _COLUMNS["disposal_target"], "2, 1, 'late'"), "with its disposal entry"),
    (_row("disposal_target", _COLUMNS["disposal_target"], "1, 0, 'received'"), "with its disposal entry"),
    (_row("tile", _COLUMNS["tile"], f"0, 2, 256, '{_HASH}'"), "next full tile"),
    (_row("tile", _COLUMNS["tile"], f"0, 1, 7, '{_HASH}'"), "next full tile"),
    (_row("checkpoint", _COLUMNS["checkpoint"], f"4, '{_HASH}', 'note', '{_AT}'"), "present size"),
    (_row("checkpoint", _COLUMNS["checkpoint"], f"1, '{_HASH}', 'note', '{_AT}'"), "present size"),
    (_row("head", _COLUMNS["head"], f"2, 2, '{_HASH}', 'f', 1"), "head"),
)

PORTABLE: list[Refused] = [
    *((f"UPDATE {table} SET {change}", table) for table, change in (*_CHANGES, *_PARTS)),
    *((f"DELETE FROM {table}", table) for table in ("ledger_entry", *_COLUMNS)),
    (_entry(4, _C), "next seq only"),  # a gap
    (_entry(1, _C), "next seq only"),  # a place that is taken
    (_entry(-1, _C), "next seq only"),
    *((_insert(table), table) for table in _COLUMNS),
    (_row("statement", _COLUMNS["statement"], "1, 'hold-2', 'x'"), "with its entry"),  # of an entry that is signed for
    (_row("disclosure", _COLUMNS["disclosure"], "1, 'x'"), "with its entry"),
    (_row("statement", _COLUMNS["statement"], "3, 'hold-1', 'x'"), "statement is written once"),  # an id that is taken
    *_BESIDE,
]
"""Statements for both engines, each with words of the refusal."""

_OLDER_PORTABLE: list[Refused] = [
    *((f"UPDATE {table} SET {change}", table) for table, change in (*_CHANGES, *_OLDER_PARTS)),
    *((f"DELETE FROM {table}", table) for table in ("ledger_entry", *_COLUMNS)),
    (_older_entry(4, _C), "next seq only"),
    (_older_entry(1, _C), "next seq only"),
    (_older_entry(3, _A), "a statement once"),
    *((_older_insert(table), table) for table in _COLUMNS),
    (_row("statement", _OLDER_COLUMNS["statement"], f"'{_C}', 'hold-1', 'x'"), "statement is written once"),
    *_BESIDE,
]

_REPLACE = "INSERT OR REPLACE"
FORBIDDEN: list[Refused] = [
    *PORTABLE,
    (_entry(0, _A, _REPLACE), "next seq only"),
    (_row("statement", _COLUMNS["statement"], "3, 'hold-1', 'x'", _REPLACE), "statement"),
    *((_insert(table, _REPLACE), table) for table in _COLUMNS),
]
_OLDER_FORBIDDEN: list[Refused] = [
    *_OLDER_PORTABLE,
    (_older_entry(0, _A, _REPLACE), "next seq only"),
    (_older_entry(3, _A, _REPLACE), "a statement once"),
    (_row("statement", _OLDER_COLUMNS["statement"], f"'{_C}', 'hold-1', 'x'", _REPLACE), "statement"),
    *((_older_insert(table, _REPLACE), table) for table in _COLUMNS),
]


def rows(revision: str, engine: str = "sqlite") -> Sequence[str]:
    """`ROWS`, for a database of that revision; leaves and envelopes are bytes there, so that they can be upgraded."""
    kind = "BLOB" if engine == "sqlite" else "BYTEA"
    return ROWS if revision >= "0006" else [re.sub(r"'(\{.*\})'", rf"CAST('\1' AS {kind})", row) for row in _OLDER_ROWS]


def portable(revision: str) -> Sequence[Refused]:
    """`PORTABLE`, for a database of that revision."""
    return PORTABLE if revision >= "0006" else _OLDER_PORTABLE


def forbidden(revision: str) -> Sequence[Refused]:
    """`FORBIDDEN`, for a database of that revision."""
    return FORBIDDEN if revision >= "0006" else _OLDER_FORBIDDEN


QUEUED = [
    "UPDATE anchor SET id = 'tsa:3:other'",
    "UPDATE anchor SET size = 2",
    "UPDATE anchor SET kind = 'witness'",
    "UPDATE anchor SET name = 'other'",
    "UPDATE anchor SET renews = 'tsa:1:other'",
    "UPDATE anchor SET attempts = attempts - 1",
    "DELETE FROM anchor",
]
"""What the queue of anchors refuses from revision 0004 on, of a row that is wanted as of one that is done."""
ALLOWED = [
    "UPDATE anchor SET attempts = attempts + 1, next_at = '2023-04-01T12:01:00.000000Z', told = 'no answer'",
    "UPDATE anchor SET state = 'failed', next_at = NULL, digest = 'x'",
    "UPDATE anchor SET state = 'wanted'",
    "UPDATE anchor SET state = 'done', token = 'y', got_at = '2023-04-01T12:02:00.000000Z', told = NULL",
]
FINAL = [
    "UPDATE anchor SET token = 'z'",
    "UPDATE anchor SET token = NULL, state = 'wanted'",
    "UPDATE anchor SET state = 'failed'",
    "UPDATE anchor SET told = 'late', attempts = 9",
    "UPDATE anchor SET got_at = NULL",
    "UPDATE anchor SET digest = 'y'",
]
"""After the changes of ALLOWED, in their order, these are refused too."""
TRUNCATED = [f"TRUNCATE {table} CASCADE" for table in ("ledger_entry", *_COLUMNS)]
"""PostgreSQL only."""
