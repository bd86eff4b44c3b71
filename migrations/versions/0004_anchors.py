"""The queue of time stamps and witness signatures: whom it asks, how often it has, and when it asks again.

Nothing was ever written to `anchor` before this revision, but rows that are there are kept. The table is rebuilt on
SQLite, so its triggers are dropped first and made anew, on both engines. What may change of a row is what asking
changes: state, token, attempts, the next time, the last error, the moment it was had, and the digest over it all;
a row that is done never changes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# As in 0001: statement, the condition under which it is refused, and what is then said.
_RULES = (
    ("INSERT", "EXISTS (SELECT 1 FROM anchor WHERE id = NEW.id)", "anchor is written once"),
    (
        "UPDATE",
        "NEW.id <> OLD.id OR NEW.size <> OLD.size OR NEW.kind <> OLD.kind OR NEW.name <> OLD.name "
        "OR COALESCE(NEW.renews, '') <> COALESCE(OLD.renews, '') OR NEW.attempts < OLD.attempts "
        "OR OLD.state = 'done'",
        "anchor changes its state only, until it is done",
    ),
    ("DELETE", "1 = 1", "anchor is append-only"),
)
_RULES_BEFORE = (
    _RULES[0],
    (
        "UPDATE",
        "NEW.id <> OLD.id OR NEW.size <> OLD.size OR NEW.kind <> OLD.kind OR OLD.state = 'done'",
        "anchor changes its state only, until it is done",
    ),
    _RULES[2],
)


def upgrade() -> None:
    _drop_triggers()
    with op.batch_alter_table("anchor") as batch:
        batch.alter_column("id", type_=sa.String(320), existing_type=sa.String(128), existing_nullable=False)
        batch.add_column(sa.Column("name", sa.String(255), nullable=False, server_default=""))
        batch.add_column(sa.Column("renews", sa.String(320), nullable=True))
        batch.add_column(sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("next_at", sa.String(27), nullable=True))
        batch.add_column(sa.Column("told", sa.Text(), nullable=True))
        batch.add_column(sa.Column("got_at", sa.String(27), nullable=True))
        batch.add_column(sa.Column("digest", sa.String(64), nullable=False, server_default=""))
    _create_triggers(_RULES)


def downgrade() -> None:
    """Back to the empty table that it was; refused where anything is in it."""
    if op.get_bind().execute(sa.text("SELECT count(*) FROM anchor")).scalar_one():
        raise RuntimeError("The table of anchors holds time stamps or signatures; an older form would lose of them.")
    _drop_triggers()
    with op.batch_alter_table("anchor") as batch:
        for name in ("digest", "got_at", "told", "next_at", "attempts", "renews", "name"):
            batch.drop_column(name)
        batch.alter_column("id", type_=sa.String(128), existing_type=sa.String(320), existing_nullable=False)
    _create_triggers(_RULES_BEFORE)


def _drop_triggers() -> None:
    for moment in ("insert", "update", "delete"):
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"DROP TRIGGER anchor_{moment} ON anchor")
            op.execute(f"DROP FUNCTION anchor_{moment}()")
        else:
            op.execute(f"DROP TRIGGER anchor_{moment}")


def _create_triggers(rules: tuple[tuple[str, str, str], ...]) -> None:
    for moment, condition, message in rules:
        name, row = f"anchor_{moment.lower()}", "OLD" if moment == "DELETE" else "NEW"
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN "
                f"IF {condition} THEN RAISE EXCEPTION '{message}'; END IF; RETURN {row}; END $guard$"
            )
            op.execute(f"CREATE TRIGGER {name} BEFORE {moment} ON anchor FOR EACH ROW EXECUTE FUNCTION {name}()")
        else:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {moment} ON anchor WHEN {condition} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
