"""A ledger can be closed; on PostgreSQL the register has a schema of its own, and guards look at the ledger alone.

`head.closed` says in words why nothing may be signed in a database: the ledger goes on in another one, or is being
copied here. It is written once and alone, never with the head, and only the words of a copy under way are taken back:
a ledger that goes on elsewhere stays closed. A head that is closed does not move: the database itself stops a second
writer, whatever program that is. On PostgreSQL two things more. The register's tables go to a schema beside
the ledger's (`register`, or the name of the ledger's schema and `_register` where that is not `public`), so that a role
can be given all of the one and next to nothing of the other. And every function of the ledger names the schema that it
reads: a role could otherwise lay an empty temporary table over `ledger_entry`, and the guards would look at that.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_MOVES = (
    "NEW.size > OLD.size AND NEW.epoch = OLD.epoch + 1 AND NEW.closed IS NULL AND OLD.closed IS NULL "
    "AND NEW.size = COALESCE((SELECT max(seq) + 1 FROM ledger_entry), 0)"
)
_UNFINISHED = "It is a copy that is not finished: run `evidence ledger copy` again in the home it is made from."
_STAYS = (
    "NEW.size = OLD.size AND NEW.epoch = OLD.epoch AND NEW.root = OLD.root AND NEW.frontier = OLD.frontier "
    "AND ((OLD.closed IS NULL AND NEW.closed IS NOT NULL) "
    f"OR (OLD.closed IS NOT NULL AND OLD.closed = '{_UNFINISHED}' AND NEW.closed IS NULL))"
)
_REFUSED = f"NEW.id <> OLD.id OR NOT (({_MOVES}) OR ({_STAYS}))"
_REFUSED_BEFORE = (
    "NEW.id <> OLD.id OR NEW.size <= OLD.size OR NEW.epoch <> OLD.epoch + 1 "
    "OR NEW.size <> COALESCE((SELECT max(seq) + 1 FROM ledger_entry), 0)"
)
_SAYS = "head moves forward only, to the present size"

# What a disposal on record names goes, and nothing else: its rows only, and the triggers are asked for each. Gives the
# digests of the documents that no entry names any more, and of the statements that went.
_LET_GO = """
CREATE FUNCTION ledger_let_go(disposal bigint) RETURNS TABLE (part text, digest text)
LANGUAGE plpgsql SECURITY DEFINER AS $go$
DECLARE
    named text[];
    one text;
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
    FOR one IN
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
    END LOOP;
END $go$
"""


def upgrade() -> None:
    op.add_column("head", sa.Column("closed", sa.Text(), nullable=True))
    _guard_head(_REFUSED)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_LET_GO)
        op.execute("REVOKE ALL ON FUNCTION ledger_let_go(bigint) FROM PUBLIC")
        ledger, register = _schemas()
        for name in _functions():
            op.execute(f"ALTER FUNCTION {name} SET search_path = {_quoted(ledger)}, pg_temp")
        op.execute(f"CREATE SCHEMA IF NOT EXISTS {_quoted(register)}")
        _move("register_", ledger, register)


def downgrade() -> None:
    """Refused where the ledger is closed: the program of the revision before would sign on."""
    if op.get_bind().execute(sa.text("SELECT count(*) FROM head WHERE closed IS NOT NULL")).scalar_one():
        raise RuntimeError("This ledger goes on elsewhere; a form of the database that cannot say so would sign on.")
    if op.get_bind().dialect.name == "postgresql":
        ledger, register = _schemas()
        _move("register_", register, ledger)
        op.execute(f"DROP SCHEMA {_quoted(register)}")
        op.execute("DROP FUNCTION ledger_let_go(bigint)")
        for name in _functions():
            op.execute(f"ALTER FUNCTION {name} RESET search_path")
    _guard_head(_REFUSED_BEFORE)
    op.drop_column("head", "closed")


def _guard_head(refused: str) -> None:
    """The guard of the head anew; a trigger that names a column would keep it from being dropped."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE OR REPLACE FUNCTION head_update() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN "
            f"IF {refused} THEN RAISE EXCEPTION '{_SAYS}'; END IF; RETURN NEW; END $guard$"
        )
        return
    op.execute("DROP TRIGGER head_update")
    op.execute(
        f"CREATE TRIGGER head_update BEFORE UPDATE ON head WHEN {refused} BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END"
    )


def _schemas() -> tuple[str, str]:
    """The ledger's schema and the register's."""
    name = str(op.get_bind().execute(sa.text("SELECT current_schema()")).scalar_one())
    return name, "register" if name == "public" else f"{name}_register"


def _quoted(name: str) -> str:
    return op.get_bind().dialect.identifier_preparer.quote_identifier(name)


def _functions() -> list[str]:
    """The functions in the ledger's schema that this and earlier revisions made, each with its arguments."""
    query = (
        "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace "
        "AND (p.proname ~ '_(insert|update|delete|truncate)$' OR p.proname = 'ledger_let_go') ORDER BY 1"
    )
    return list(op.get_bind().execute(sa.text(query)).scalars())


def _move(prefix: str, origin: str, target: str) -> None:
    query = "SELECT tablename FROM pg_tables WHERE schemaname = :origin AND starts_with(tablename, :prefix) ORDER BY 1"
    names = op.get_bind().execute(sa.text(query), {"origin": origin, "prefix": prefix}).scalars().all()
    for name in names:
        op.execute(f"ALTER TABLE {_quoted(origin)}.{_quoted(name)} SET SCHEMA {_quoted(target)}")
