"""Each part of an entry is stored once, keyed by its position; digests and signatures are bytes.

A leaf is made of a kind, a moment, an actor, a digest and signatures; these are its columns now, in place of the leaf
and of columns that said them again. An envelope is made of a payload and the same signatures; the payload is stored,
not its base64. What is taken apart is put together again, here and byte for byte, before anything of it goes: nothing
that was signed, and nothing that was hashed, changes. `statement` and `disclosure` are keyed by position, which
on SQLite is the row's own address. No index holds digests any more: in one, each new entry went to a page of its own,
so that a batch took longer the larger the ledger was. A statement bears its id, and of ids there is one each; that one
which was disposed of does not come again is for the writer to see. The way back puts every leaf and envelope together
again.

The tables are made anew on SQLite, whose triggers are dropped first and made anew; altered in place on PostgreSQL,
so that what was granted stays granted.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from evidence.errors import StoreError

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_AT_ONCE = 1000
_ALTERED = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
"""What reading JSON that is of another shape may raise."""
_SEALED = "COALESCE((SELECT size FROM head WHERE id = 1), 0)"
_DISPOSED = (
    "EXISTS (SELECT 1 FROM disposal_target t WHERE t.target_seq = OLD.seq AND t.role = 'statement' "
    "AND t.seq > t.target_seq)"
)
_DISPOSED_BEFORE = (
    "EXISTS (SELECT 1 FROM disposal_target t JOIN ledger_entry e ON e.seq = t.target_seq "
    "WHERE e.statement_digest = OLD.{key} AND t.role = 'statement' AND t.seq > t.target_seq)"
)
# As in 0001: table, statement, the condition under which it is refused, and what is then said. All others stay.
_STATEMENT_SAYS = "statement goes only under a disposal entry that names it"
_DISCLOSURE_SAYS = "disclosure goes only under a disposal entry that names its statement"
_NEXT = "NEW.seq <> COALESCE((SELECT max(seq) + 1 FROM ledger_entry), 0)"
_RULES = (
    ("ledger_entry", "INSERT", _NEXT, "ledger_entry takes the next seq only"),
    (
        "statement",
        "INSERT",
        f"NEW.seq < {_SEALED} OR EXISTS (SELECT 1 FROM statement WHERE seq = NEW.seq) "  # noqa: S608
        "OR EXISTS (SELECT 1 FROM statement WHERE statement_id = NEW.statement_id)",
        "statement is written once, with its entry",
    ),
    ("statement", "DELETE", f"NOT {_DISPOSED}", _STATEMENT_SAYS),
    (
        "disclosure",
        "INSERT",
        f"NEW.seq < {_SEALED} OR EXISTS (SELECT 1 FROM disclosure WHERE seq = NEW.seq)",  # noqa: S608
        "disclosure is written once, with its entry",
    ),
    ("disclosure", "DELETE", f"NOT {_DISPOSED}", _DISCLOSURE_SAYS),
)
_RULES_BEFORE = (
    (
        "ledger_entry",
        "INSERT",
        f"{_NEXT} OR EXISTS (SELECT 1 FROM ledger_entry WHERE statement_digest = NEW.statement_digest)",  # noqa: S608
        "ledger_entry takes the next seq only, and a statement once",
    ),
    (
        "statement",
        "INSERT",
        "EXISTS (SELECT 1 FROM statement WHERE digest = NEW.digest OR statement_id = NEW.statement_id)",
        "statement is written once",
    ),
    ("statement", "DELETE", "NOT " + _DISPOSED_BEFORE.format(key="digest"), _STATEMENT_SAYS),
    (
        "disclosure",
        "INSERT",
        "EXISTS (SELECT 1 FROM disclosure WHERE statement_digest = NEW.statement_digest)",
        "disclosure is written once",
    ),
    ("disclosure", "DELETE", "NOT " + _DISPOSED_BEFORE.format(key="statement_digest"), _DISCLOSURE_SAYS),
)

# As in 0005, but that statements are found by their place.
_LET_GO = """
CREATE OR REPLACE FUNCTION ledger_let_go(disposal bigint) RETURNS TABLE (part text, digest text)
LANGUAGE plpgsql SECURITY DEFINER AS $go$
DECLARE
    named text[];
    one text;
    place bigint;
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM ledger_entry e, head h WHERE e.seq = disposal AND e.kind = 'disposal' AND e.seq < h.size
    ) THEN
        RAISE EXCEPTION 'no disposal is on record there';
    END IF;
    named := ARRAY(
        SELECT DISTINCT l.sha256 FROM entry_document l JOIN disposal_target t
        ON t.target_seq = l.seq AND t.role = l.role WHERE t.seq = disposal
    );
    DELETE FROM entry_document l USING disposal_target t
    WHERE t.seq = disposal AND t.target_seq = l.seq AND t.role = l.role;
    FOREACH one IN ARRAY named LOOP
        IF NOT EXISTS (SELECT 1 FROM entry_document l WHERE l.sha256 = one) THEN
            DELETE FROM document d WHERE d.sha256 = one;
            part := 'document';
            digest := one;
            RETURN NEXT;
        END IF;
    END LOOP;
    {statements}
END $go$
"""
_STATEMENTS = """FOR place, one IN
        SELECT e.seq, encode(e.statement_digest, 'hex') FROM disposal_target t JOIN ledger_entry e
        ON e.seq = t.target_seq WHERE t.seq = disposal AND t.role = 'statement'
    LOOP
        DELETE FROM disclosure d WHERE d.seq = place;
        DELETE FROM statement s WHERE s.seq = place;
        IF FOUND THEN
            part := 'statement';
            digest := one;
            RETURN NEXT;
        END IF;
    END LOOP;"""
_STATEMENTS_BEFORE = """FOR one IN
        SELECT e.statement_digest FROM disposal_target t JOIN ledger_entry e ON e.seq = t.target_seq
        WHERE t.seq = disposal AND t.role = 'statement'
    LOOP
        DELETE FROM disclosure d WHERE d.statement_digest = one;
        DELETE FROM statement s WHERE s.digest = one;
        IF FOUND THEN
            part := 'statement';
            digest := one;
            RETURN NEXT;
        END IF;
    END LOOP;"""


def upgrade() -> None:
    _require_whole()
    if op.get_bind().dialect.name == "postgresql":
        _alter_postgresql()
    else:
        _rebuild_sqlite()


def downgrade() -> None:
    """Every leaf and envelope put together again; nothing is lost, so that nothing bars the way."""
    if op.get_bind().dialect.name == "postgresql":
        _alter_postgresql_back()
    else:
        _rebuild_sqlite_back()


# Taking apart and putting together


def _packed(signatures: list[dict[str, str]]) -> bytes:
    """Signatures as bytes: of each the length of its key id in one byte, that id, the length of it in two, itself."""
    parts = []
    for one in signatures:
        name, value = one["keyid"].encode("ascii"), b64decode(one["sig"], validate=True)
        parts.append(bytes([len(name)]) + name + len(value).to_bytes(2, "big") + value)
    return b"".join(parts)


def _listed(packed: bytes) -> str:
    """The JSON of signatures, in leaf and envelope alike."""
    found, at = [], 0
    while at < len(packed):
        name = packed[at + 1 : at + 1 + packed[at]]
        at += 1 + len(name)
        value = packed[at + 2 : at + 2 + int.from_bytes(packed[at : at + 2], "big")]
        at += 2 + len(value)
        found.append(f'{{"keyid":"{name.decode("ascii")}","sig":"{b64encode(value).decode("ascii")}"}}')
    return f"[{','.join(found)}]"


def _leaf(kind: str, moment: str, actor: str, digest: str, packed: bytes) -> bytes:
    return (
        f'{{"actor":"{actor}","kind":"{kind}","payload_sha256":"{digest}","recorded_at":"{moment}",'
        f'"signatures":{_listed(packed)},"v":1}}'
    ).encode()


def _envelope(payload: bytes, packed: bytes) -> bytes:
    encoded = b64encode(payload).decode("ascii")
    kind = "application/vnd.in-toto+json"
    return f'{{"payload":"{encoded}","payloadType":"{kind}","signatures":{_listed(packed)}}}'.encode()


def _apart(seq: int, leaf: bytes, kind: str, moment: str, digest: str) -> tuple[str, bytes]:
    """Actor and packed signatures of a leaf that its columns and these give again, to the byte."""
    try:
        said = json.loads(leaf)
        actor, packed = str(said["actor"]), _packed(said["signatures"])
        if _leaf(kind, moment, actor, digest, packed) == leaf and bytes.fromhex(digest).hex() == digest:
            return actor, packed
    except _ALTERED:
        pass
    raise _altered(seq, "leaf")


def _payload(seq: int, envelope: bytes, packed: bytes) -> bytes:
    try:
        payload = b64decode(json.loads(envelope)["payload"], validate=True)
        if _envelope(payload, packed) == envelope:
            return payload
    except _ALTERED:
        pass
    raise _altered(seq, "statement")


def _altered(seq: int, what: str) -> StoreError:
    return StoreError(
        f"The {what} of entry {seq} is not as it was written, so it cannot be kept in parts; the database was left as "
        "it is. Run `evidence ledger check` with the version of the program that wrote it."
    )


def _require_whole() -> None:
    """Refuse where a statement belongs to no entry, or an entry stands before the first: it would have no place."""
    no_number = "" if op.get_bind().dialect.name == "postgresql" else " OR typeof(seq) <> 'integer'"
    for table, odd in (
        ("statement", "digest NOT IN (SELECT statement_digest FROM ledger_entry)"),
        ("disclosure", "statement_digest NOT IN (SELECT statement_digest FROM ledger_entry)"),
        ("ledger_entry", f"seq < 0{no_number}"),
        ("entry_document", "seq NOT IN (SELECT seq FROM ledger_entry)"),
        ("disposal_target", "seq NOT IN (SELECT seq FROM ledger_entry)"),
    ):
        query = f"SELECT count(*) FROM {table} WHERE {odd}"  # noqa: S608
        if op.get_bind().execute(sa.text(query)).scalar_one():
            raise StoreError(
                f"A row of the table {table} has no place in the ledger; the database was left as it is. "
                "Run `evidence ledger check` with the version of the program that wrote it."
            )


def _entries() -> Iterator[tuple[int, bytes, str, str, str, bytes, bytes | None]]:
    """Seq, leaf, kind, moment, digest, leaf hash and envelope of every entry."""
    query = sa.text(
        "SELECT e.seq, e.leaf, e.kind, e.recorded_at, e.statement_digest, e.leaf_hash, s.envelope FROM ledger_entry e "
        "LEFT JOIN statement s ON s.digest = e.statement_digest WHERE e.seq > :last ORDER BY e.seq LIMIT :most"
    )
    yield from _paged(query)


def _entries_back() -> Iterator[tuple[int, str, str, str, bytes, bytes, bytes, bytes | None]]:
    """Seq, kind, moment, actor, digest, signatures, leaf hash and payload of every entry."""
    query = sa.text(
        "SELECT e.seq, e.kind, e.recorded_at, e.actor, e.statement_digest, e.signatures, e.leaf_hash, s.payload "
        "FROM ledger_entry e LEFT JOIN statement s ON s.seq = e.seq WHERE e.seq > :last ORDER BY e.seq LIMIT :most"
    )
    yield from _paged(query)


def _paged(query: sa.TextClause) -> Iterator[Any]:
    last = -1
    while rows := op.get_bind().execute(query, {"last": last, "most": _AT_ONCE}).all():
        yield from rows
        last = rows[-1].seq


# SQLite: tables made anew


def _rebuild_sqlite() -> None:
    guards = _take_guards()
    op.create_table(
        "ledger_entry_new",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("statement_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("signatures", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_ledger_entry"),
    )
    op.create_table(
        "statement_new",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("statement_id", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_statement"),
        sa.UniqueConstraint("statement_id", name="uq_statement_statement_id"),
    )
    op.create_table(
        "disclosure_new",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_disclosure"),
    )
    insert = op.get_bind().exec_driver_sql
    for seq, leaf, kind, moment, digest, leaf_hash, envelope in _entries():
        actor, packed = _apart(seq, leaf, kind, moment, digest)
        row = (seq, kind, moment, actor, bytes.fromhex(digest), packed, leaf_hash)
        insert("INSERT INTO ledger_entry_new VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        if envelope is not None:
            query = "INSERT INTO statement_new SELECT ?, statement_id, ? FROM statement WHERE digest = ?"
            insert(query, (seq, _payload(seq, envelope, packed), digest))
    op.execute(
        "INSERT INTO disclosure_new SELECT e.seq, d.body FROM disclosure d "
        "JOIN ledger_entry e ON e.statement_digest = d.statement_digest ORDER BY e.seq"
    )
    _put_in_place(guards, _RULES)


def _rebuild_sqlite_back() -> None:
    guards = _take_guards()
    op.create_table(
        "ledger_entry_new",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.Column("statement_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_ledger_entry"),
        sa.UniqueConstraint("statement_digest", name="uq_ledger_entry_statement_digest"),
    )
    op.create_table(
        "statement_new",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("statement_id", sa.Text(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_statement"),
        sa.UniqueConstraint("statement_id", name="uq_statement_statement_id"),
    )
    op.create_table(
        "disclosure_new",
        sa.Column("statement_digest", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("statement_digest", name="pk_disclosure"),
    )
    insert = op.get_bind().exec_driver_sql
    for seq, kind, moment, actor, digest, packed, leaf_hash, payload in _entries_back():
        row = (seq, _leaf(kind, moment, actor, digest.hex(), packed), leaf_hash, kind, moment, digest.hex())
        insert("INSERT INTO ledger_entry_new VALUES (?, ?, ?, ?, ?, ?)", row)
        if payload is not None:
            query = "INSERT INTO statement_new SELECT ?, statement_id, ? FROM statement WHERE seq = ?"
            insert(query, (digest.hex(), _envelope(payload, packed), seq))
    op.execute(
        "INSERT INTO disclosure_new SELECT lower(hex(e.statement_digest)), d.body FROM disclosure d "
        "JOIN ledger_entry e ON e.seq = d.seq ORDER BY e.seq"
    )
    _put_in_place(guards, _RULES_BEFORE)


def _take_guards() -> dict[str, str]:
    """Every trigger of the database, dropped: while a table is away, SQLite would not read those that name it."""
    query = sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    guards = {str(row.name): str(row.sql) for row in op.get_bind().execute(query)}
    for name in guards:
        op.execute(f'DROP TRIGGER "{name.replace(chr(34), chr(34) * 2)}"')
    return guards


def _put_in_place(guards: dict[str, str], rules: tuple[tuple[str, str, str, str], ...]) -> None:
    """Put the new tables where the old ones were, with those that refer to them, and the triggers back."""
    for name, columns, index in (
        ("entry_document", "seq, sha256, role", "sha256"),
        ("disposal_target", "seq, target_seq, role", "target_seq"),
    ):
        kind = sa.String(64) if index == "sha256" else sa.BigInteger()
        op.create_table(
            f"{name}_new",
            sa.Column("seq", sa.BigInteger(), nullable=False),
            sa.Column(index, kind, nullable=False),
            sa.Column("role", sa.Text(), nullable=False),
            sa.PrimaryKeyConstraint("seq", index, "role", name=f"pk_{name}"),
            sa.ForeignKeyConstraint(["seq"], ["ledger_entry_new.seq"], name=f"fk_{name}_seq"),
        )
        op.execute(f"INSERT INTO {name}_new SELECT {columns} FROM {name} ORDER BY seq")  # noqa: S608
        op.drop_table(name)
    for name in ("disclosure", "statement", "ledger_entry"):
        op.drop_table(name)
    for name in ("ledger_entry", "statement", "disclosure", "entry_document", "disposal_target"):
        op.rename_table(f"{name}_new", name)
    op.create_index("ix_ledger_entry_kind", "ledger_entry", ["kind"])
    op.create_index("ix_entry_document_sha256", "entry_document", ["sha256"])
    op.create_index("ix_disposal_target_target_seq", "disposal_target", ["target_seq"])
    for table, moment, condition, message in rules:
        guards[f"{table}_{moment.lower()}"] = (
            f"CREATE TRIGGER {table}_{moment.lower()} BEFORE {moment} ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
    for statement in guards.values():
        op.get_bind().exec_driver_sql(statement)


# PostgreSQL: tables altered in place

_TABLES = ("ledger_entry", "statement", "disclosure")


def _alter_postgresql() -> None:
    run = op.get_bind().exec_driver_sql
    _guard("DISABLE")
    op.execute("ALTER TABLE ledger_entry ADD COLUMN actor VARCHAR(128), ADD COLUMN signatures BYTEA")
    op.execute("ALTER TABLE statement ADD COLUMN seq BIGINT, ADD COLUMN payload BYTEA")
    op.execute("ALTER TABLE disclosure ADD COLUMN seq BIGINT")
    for seq, leaf, kind, moment, digest, _, envelope in _entries():
        actor, packed = _apart(seq, leaf, kind, moment, digest)
        run("UPDATE ledger_entry SET actor = %s, signatures = %s WHERE seq = %s", (actor, packed, seq))
        if envelope is not None:
            payload = _payload(seq, envelope, packed)
            run("UPDATE statement SET seq = %s, payload = %s WHERE digest = %s", (seq, payload, digest))
    op.execute("UPDATE disclosure d SET seq = e.seq FROM ledger_entry e WHERE e.statement_digest = d.statement_digest")
    op.execute(
        "ALTER TABLE ledger_entry DROP COLUMN leaf, DROP CONSTRAINT uq_ledger_entry_statement_digest, "
        "ALTER COLUMN actor SET NOT NULL, "
        "ALTER COLUMN signatures SET NOT NULL, "
        "ALTER COLUMN statement_digest TYPE BYTEA USING decode(statement_digest, 'hex')"
    )
    op.execute("ALTER TABLE statement DROP COLUMN digest, DROP COLUMN envelope, ALTER COLUMN payload SET NOT NULL")
    op.execute("ALTER TABLE disclosure DROP COLUMN statement_digest")
    for table in ("statement", "disclosure"):
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT pk_{table} PRIMARY KEY (seq)")
    _guard("ENABLE", _RULES, _STATEMENTS)


def _alter_postgresql_back() -> None:
    run = op.get_bind().exec_driver_sql
    _guard("DISABLE")
    op.execute("ALTER TABLE ledger_entry ADD COLUMN leaf BYTEA")
    op.execute("ALTER TABLE statement ADD COLUMN digest VARCHAR(64), ADD COLUMN envelope BYTEA")
    op.execute("ALTER TABLE disclosure ADD COLUMN statement_digest VARCHAR(64)")
    for seq, kind, moment, actor, digest, packed, _, payload in _entries_back():
        leaf = _leaf(kind, moment, actor, digest.hex(), packed)
        run("UPDATE ledger_entry SET leaf = %s WHERE seq = %s", (leaf, seq))
        if payload is not None:
            envelope = _envelope(payload, packed)
            run("UPDATE statement SET digest = %s, envelope = %s WHERE seq = %s", (digest.hex(), envelope, seq))
    op.execute(
        "UPDATE disclosure d SET statement_digest = encode(e.statement_digest, 'hex') "
        "FROM ledger_entry e WHERE e.seq = d.seq"
    )
    op.execute(
        "ALTER TABLE ledger_entry DROP COLUMN actor, DROP COLUMN signatures, ALTER COLUMN leaf SET NOT NULL, "
        "ALTER COLUMN statement_digest TYPE VARCHAR(64) USING encode(statement_digest, 'hex')"
    )
    op.execute("ALTER TABLE statement DROP COLUMN seq, DROP COLUMN payload, ALTER COLUMN envelope SET NOT NULL")
    op.execute("ALTER TABLE disclosure DROP COLUMN seq")
    op.execute("ALTER TABLE statement ADD CONSTRAINT pk_statement PRIMARY KEY (digest)")
    op.execute("ALTER TABLE disclosure ADD CONSTRAINT pk_disclosure PRIMARY KEY (statement_digest)")
    op.execute("ALTER TABLE ledger_entry ADD CONSTRAINT uq_ledger_entry_statement_digest UNIQUE (statement_digest)")
    _guard("ENABLE", _RULES_BEFORE, _STATEMENTS_BEFORE)


def _guard(how: str, rules: tuple[tuple[str, str, str, str], ...] = (), statements: str = "") -> None:
    """Switch the triggers of the three tables, whose functions are made anew first; a function made anew forgets the
    schema that it reads (0005), which is said again.
    """
    for table, moment, condition, message in rules:
        op.execute(
            f"CREATE OR REPLACE FUNCTION {table}_{moment.lower()}() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN "
            f"IF {condition} THEN RAISE EXCEPTION '{message}'; END IF; "
            f"RETURN {'OLD' if moment == 'DELETE' else 'NEW'}; END $guard$"
        )
    if rules:
        op.execute(_LET_GO.format(statements=statements))
        names = [*(f"{table}_{moment.lower()}()" for table, moment, *_ in rules), "ledger_let_go(bigint)"]
        here = op.get_bind().execute(sa.text("SELECT quote_ident(current_schema())")).scalar_one()
        for name in names:
            op.execute(f"ALTER FUNCTION {name} SET search_path = {here}, pg_temp")
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} {how} TRIGGER USER")
