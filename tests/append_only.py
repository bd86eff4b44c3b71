"""One row in every table of the ledger, and every change of them that a database must refuse; for both engines."""

_A, _B, _C = "a" * 64, "b" * 64, "c" * 64
_AT = "2023-04-01T12:00:00.000000Z"
_HASH = "12345678901234567890123456789012"


def _entry(seq: int, digest: str, verb: str = "INSERT") -> str:
    return (
        f"{verb} INTO ledger_entry (seq, leaf, leaf_hash, kind, recorded_at, statement_digest) "
        f"VALUES ({seq}, '{{}}', '{_HASH}', 'hold', '{_AT}', '{digest}')"
    )


def _row(table: str, columns: str, values: str, verb: str = "INSERT") -> str:
    return f"{verb} INTO {table} ({columns}) VALUES ({values})"


_COLUMNS = {
    "statement": "digest, statement_id, envelope",
    "disclosure": "statement_digest, body",
    "document": "sha256, size, media_type, created_at",
    "entry_document": "seq, sha256, role",
    "disposal_target": "seq, target_seq, role",
    "tile": "level, n, width, data",
    "checkpoint": "size, root, note, created_at",
    "anchor": "id, size, kind, token, state",
    "head": "id, size, root, frontier, epoch",
}
_VALUES = {
    "statement": f"'{_A}', 'hold-1', 'x'",
    "disclosure": f"'{_A}', 'x'",
    "document": f"'{_C}', 1, 'text/plain', '{_AT}'",
    "entry_document": f"0, '{_C}', 'source'",
    "disposal_target": "2, 0, 'view'",
    "tile": f"0, 0, 256, '{_HASH}'",
    "checkpoint": f"3, '{_HASH}', 'note', '{_AT}'",
    "anchor": "'tsa-2', 3, 'tsa', NULL, 'wanted'",
    "head": f"1, 3, '{_HASH}', 'frontier', 1",
}

ROWS = (
    _entry(0, _A),
    _entry(1, _B),
    _entry(2, "d" * 64).replace("'hold'", "'disposal'"),
    *(_row(table, _COLUMNS[table], _VALUES[table]) for table in _COLUMNS),
)

_CHANGES = (
    ("ledger_entry", "leaf = 'y'"),
    ("ledger_entry", "seq = 7"),
    ("statement", "envelope = 'y'"),
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

PORTABLE = [
    *((f"UPDATE {table} SET {change}", table) for table, change in _CHANGES),
    *((f"DELETE FROM {table}", table) for table in ("ledger_entry", *_COLUMNS)),
    (_entry(4, _C), "next seq only"),  # a gap
    (_entry(1, _C), "next seq only"),  # a place that is taken
    (_entry(3, _A), "a statement once"),
    *((_row(table, _COLUMNS[table], _VALUES[table]), table) for table in _COLUMNS),
    (_row("entry_document", _COLUMNS["entry_document"], f"1, '{_C}', 'late'"), "with its entry"),
    (_row("statement", _COLUMNS["statement"], f"'{_C}', 'hold-1', 'x'"), "statement is written once"),
    (_row("disposal_target", _COLUMNS["disposal_target"], "2, 1, 'late'"), "with its disposal entry"),
    (_row("disposal_target", _COLUMNS["disposal_target"], "1, 0, 'received'"), "with its disposal entry"),
    (_row("tile", _COLUMNS["tile"], f"0, 2, 256, '{_HASH}'"), "next full tile"),
    (_row("tile", _COLUMNS["tile"], f"0, 1, 7, '{_HASH}'"), "next full tile"),
    (_row("checkpoint", _COLUMNS["checkpoint"], f"4, '{_HASH}', 'note', '{_AT}'"), "present size"),
    (_row("checkpoint", _COLUMNS["checkpoint"], f"1, '{_HASH}', 'note', '{_AT}'"), "present size"),
    (_row("head", _COLUMNS["head"], f"2, 2, '{_HASH}', 'f', 1"), "head"),
]
"""Statements for both engines, each with words of the refusal."""

_REPLACED = [
    (_entry(0, _A, "INSERT OR REPLACE"), "next seq only"),
    (_entry(3, _A, "INSERT OR REPLACE"), "a statement once"),
    (_row("statement", _COLUMNS["statement"], f"'{_C}', 'hold-1', 'x'", "INSERT OR REPLACE"), "statement"),
    *((_row(table, _COLUMNS[table], _VALUES[table], "INSERT OR REPLACE"), table) for table in _COLUMNS),
]


FORBIDDEN = [*PORTABLE, *_REPLACED]
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
