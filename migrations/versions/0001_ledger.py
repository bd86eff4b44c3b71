"""The ledger's tables, and the triggers that keep them append-only.

Triggers stop accidents, not an owner of the database; a checkpoint kept elsewhere stops the rest. On SQLite, INSERT OR
REPLACE passes DELETE triggers while recursive_triggers is off, so every table also refuses an INSERT that would replace
a row. A disposal entry names places, never digests: `statement`, `disclosure` and `entry_document` rows may be deleted
once `disposal_target` names their entry and role, a `document` row once no entry's link names its digest any more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Each rule: table, statement, the condition under which it is refused, and what is then said (both engines know NEW
# and OLD).
_STATEMENT_DISPOSED = (
    "EXISTS (SELECT 1 FROM disposal_target t JOIN ledger_entry e ON e.seq = t.target_seq "
    "WHERE e.statement_digest = OLD.{key} AND t.role = 'statement' AND t.seq > t.target_seq)"
)
_LINK_DISPOSED = (
    "EXISTS (SELECT 1 FROM disposal_target t "
    "WHERE t.target_seq = OLD.seq AND t.role = OLD.role AND t.seq > t.target_seq)"
)
_SEALED = "COALESCE((SELECT size FROM head WHERE id = 1), 0)"
_RULES = (
    (
        "ledger_entry",
        "INSERT",
        "NEW.seq <> COALESCE((SELECT max(seq) + 1 FROM ledger_entry), 0) "
        "OR EXISTS (SELECT 1 FROM ledger_entry WHERE statement_digest = NEW.statement_digest)",
        "ledger_entry takes the next seq only, and a statement once",
    ),
    ("ledger_entry", "UPDATE", "1 = 1", "ledger_entry is append-only"),
    ("ledger_entry", "DELETE", "1 = 1", "ledger_entry is append-only"),
    (
        "statement",
        "INSERT",
        "EXISTS (SELECT 1 FROM statement WHERE digest = NEW.digest OR statement_id = NEW.statement_id)",
        "statement is written once",
    ),
    ("statement", "UPDATE", "1 = 1", "statement is never changed"),
    (
        "statement",
        "DELETE",
        "NOT " + _STATEMENT_DISPOSED.format(key="digest"),
        "statement goes only under a disposal entry that names it",
    ),
    (
        "disclosure",
        "INSERT",
        "EXISTS (SELECT 1 FROM disclosure WHERE statement_digest = NEW.statement_digest)",
        "disclosure is written once",
    ),
    ("disclosure", "UPDATE", "1 = 1", "disclosure is never changed"),
    (
        "disclosure",
        "DELETE",
        "NOT " + _STATEMENT_DISPOSED.format(key="statement_digest"),
        "disclosure goes only under a disposal entry that names its statement",
    ),
    ("document", "INSERT", "EXISTS (SELECT 1 FROM document WHERE sha256 = NEW.sha256)", "document is written once"),
    ("document", "UPDATE", "1 = 1", "document is never changed"),
    (
        "document",
        "DELETE",
        "EXISTS (SELECT 1 FROM entry_document WHERE sha256 = OLD.sha256)",
        "document goes only when a disposal entry has ended every link to it",
    ),
    (
        "entry_document",
        "INSERT",
        f"NEW.seq < {_SEALED} OR EXISTS (SELECT 1 FROM entry_document "  # noqa: S608
        "WHERE seq = NEW.seq AND sha256 = NEW.sha256 AND role = NEW.role)",
        "entry_document is written once, with its entry",
    ),
    ("entry_document", "UPDATE", "1 = 1", "entry_document is append-only"),
    (
        "entry_document",
        "DELETE",
        "NOT " + _LINK_DISPOSED,
        "entry_document goes only under a disposal entry that names it",
    ),
    (
        "disposal_target",
        "INSERT",
        f"NEW.seq < {_SEALED} OR NEW.target_seq >= NEW.seq "  # noqa: S608
        "OR NOT EXISTS (SELECT 1 FROM ledger_entry WHERE seq = NEW.seq AND kind = 'disposal') "
        "OR EXISTS (SELECT 1 FROM disposal_target "
        "WHERE seq = NEW.seq AND target_seq = NEW.target_seq AND role = NEW.role)",
        "disposal_target is written once, with its disposal entry, and names earlier entries",
    ),
    ("disposal_target", "UPDATE", "1 = 1", "disposal_target is append-only"),
    ("disposal_target", "DELETE", "1 = 1", "disposal_target is append-only"),
    (
        "tile",
        "INSERT",
        "NEW.width <> 256 OR NEW.n <> COALESCE((SELECT max(n) + 1 FROM tile WHERE level = NEW.level), 0)",
        "tile takes the next full tile of its level only",
    ),
    ("tile", "UPDATE", "1 = 1", "tile is append-only"),
    ("tile", "DELETE", "1 = 1", "tile is append-only"),
    (
        "checkpoint",
        "INSERT",
        "NEW.size <= COALESCE((SELECT max(size) FROM checkpoint), 0) "
        "OR NEW.size <> (SELECT max(seq) + 1 FROM ledger_entry)",
        "checkpoint takes the present size only, and that once",
    ),
    ("checkpoint", "UPDATE", "1 = 1", "checkpoint is append-only"),
    ("checkpoint", "DELETE", "1 = 1", "checkpoint is append-only"),
    ("anchor", "INSERT", "EXISTS (SELECT 1 FROM anchor WHERE id = NEW.id)", "anchor is written once"),
    (
        "anchor",
        "UPDATE",
        "NEW.id <> OLD.id OR NEW.size <> OLD.size OR NEW.kind <> OLD.kind OR OLD.state = 'done'",
        "anchor changes its state only, until it is done",
    ),
    ("anchor", "DELETE", "1 = 1", "anchor is append-only"),
    ("head", "INSERT", "EXISTS (SELECT 1 FROM head)", "head is one row"),
    (
        "head",
        "UPDATE",
        "NEW.id <> OLD.id OR NEW.size <= OLD.size OR NEW.epoch <> OLD.epoch + 1 "
        "OR NEW.size <> COALESCE((SELECT max(seq) + 1 FROM ledger_entry), 0)",
        "head moves forward only, to the present size",
    ),
    ("head", "DELETE", "1 = 1", "head is never removed"),
)
_TABLES = tuple(dict.fromkeys(table for table, *_ in _RULES))


def upgrade() -> None:
    _create_tables()
    if op.get_bind().dialect.name == "postgresql":
        _create_postgresql_triggers()
    else:
        for table, moment, condition, message in _RULES:
            op.execute(
                f"CREATE TRIGGER {table}_{moment.lower()} BEFORE {moment} ON {table} WHEN {condition} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )


def _create_postgresql_triggers() -> None:
    for table, moment, condition, message in _RULES:
        row = "OLD" if moment == "DELETE" else "NEW"
        op.execute(
            f"CREATE FUNCTION {table}_{moment.lower()}() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN "
            f"IF {condition} THEN RAISE EXCEPTION '{message}'; END IF; RETURN {row}; END $guard$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_{moment.lower()} BEFORE {moment} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_{moment.lower()}()"
        )
    op.execute(
        "CREATE FUNCTION ledger_truncate() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN "
        "RAISE EXCEPTION 'the ledger is append-only'; END $guard$"
    )
    for table in _TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_truncate()"
        )


def _create_tables() -> None:
    op.create_table(
        "document",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(255), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_document"),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.Column("statement_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_ledger_entry"),
        sa.UniqueConstraint("statement_digest", name="uq_ledger_entry_statement_digest"),
    )
    op.create_index("ix_ledger_entry_kind", "ledger_entry", ["kind"])
    op.create_table(
        "statement",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("statement_id", sa.Text(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_statement"),
        sa.UniqueConstraint("statement_id", name="uq_statement_statement_id"),
    )
    op.create_table(
        "disclosure",
        sa.Column("statement_digest", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("statement_digest", name="pk_disclosure"),
    )
    op.create_table(
        "entry_document",
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", "sha256", "role", name="pk_entry_document"),
        sa.ForeignKeyConstraint(["seq"], ["ledger_entry.seq"], name="fk_entry_document_seq"),
    )
    op.create_index("ix_entry_document_sha256", "entry_document", ["sha256"])
    op.create_table(
        "disposal_target",
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("target_seq", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", "target_seq", "role", name="pk_disposal_target"),
        sa.ForeignKeyConstraint(["seq"], ["ledger_entry.seq"], name="fk_disposal_target_seq"),
    )
    op.create_index("ix_disposal_target_target_seq", "disposal_target", ["target_seq"])
    op.create_table(
        "tile",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("width", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "n", "width", name="pk_tile"),
    )
    op.create_table(
        "checkpoint",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_checkpoint"),
    )
    op.create_table(
        "anchor",
        sa.Column("id", sa.String(128), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_anchor"),
    )
    op.create_table(
        "head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_head"),
        sa.CheckConstraint("id = 1", name="ck_head_one"),
    )


def downgrade() -> None:
    """Refused: there is no way back that keeps what was recorded."""
    raise RuntimeError("The ledger cannot be downgraded away: its entries would be lost. Restore a backup instead.")
