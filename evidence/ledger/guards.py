"""The triggers that keep the ledger's tables append-only: are they those that the migrations make, and no others?

On SQLite a trigger is text, compared with that of a database made anew. On PostgreSQL it is a table, a moment and a
function, so a digest over these stands here for each, and the function must name the ledger's schema and nothing else
to look in (revision 0005). A test makes every digest again from the migrations. Who owns the database can put a trigger
back after use: that nothing is amiss here is no proof, that something is amiss is a fault (docs/decisions/0072).
"""

import tempfile
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, text

from evidence.store import migrate
from evidence.store.engine import open_engine, reading

_OFF: Final = "off"

_TRIGGERS: Final = """
SELECT t.tgname AS name, c.relname AS place, p.proname AS called, t.tgtype AS moment,
    t.tgqual IS NULL AND t.tgattr = '' AND t.tgnargs = 0 AND NOT t.tgdeferrable AS always,
    l.lanname AS language, p.prosecdef AS as_owner, p.prosrc AS body,
    t.tgenabled IN ('O', 'A') AND p.pronamespace = c.relnamespace
        AND p.proconfig = ARRAY['search_path=' || quote_ident(current_schema()) || ', pg_temp'] AS in_force
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
    JOIN pg_language l ON l.oid = p.prolang
WHERE NOT t.tgisinternal AND c.relnamespace IN
    (SELECT oid FROM pg_namespace WHERE nspname = ANY(current_schemas(false)))
UNION ALL
SELECT p.proname, '', p.proname, 0, true, l.lanname, p.prosecdef, p.prosrc,
    p.proconfig = ARRAY['search_path=' || quote_ident(current_schema()) || ', pg_temp']
FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND p.proname = 'ledger_let_go'
UNION ALL
SELECT r.rulename, c.relname, '', 0, false, 'rule', false, '', true
FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
WHERE c.relkind IN ('r', 'p') AND c.relnamespace IN
    (SELECT oid FROM pg_namespace WHERE nspname = ANY(current_schemas(false)))
"""
"""Every trigger and rule on the tables of ledger and register, and the function that carries disposals out."""


def odd_guards(connection: Connection) -> dict[str, str]:
    """What is amiss with a guard, by its name."""
    stored, wanted = guards(connection), _wanted(connection)
    odd = {name: "is missing, switched off or another one" for name in wanted if stored.get(name) != wanted[name]}
    return odd | dict.fromkeys(stored.keys() - wanted.keys(), "is there, and the program makes none of that name")


def guards(connection: Connection) -> dict[str, str]:
    """The triggers of a database by name, each with its text (SQLite) or a digest over all that it is (PostgreSQL)."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        return {str(row.name): str(row.sql) for row in rows}
    found: dict[str, str] = {}
    for row in connection.execute(text(_TRIGGERS)):
        parts = (row.place, row.called, row.moment, row.always, row.language, row.as_owner, row.body)
        digest = sha256("\n".join(map(str, parts)).encode()).hexdigest()[:32]
        name = row.name if row.name not in found else f"{row.name} on {row.place}"
        found[name] = digest if row.in_force else _OFF
    return found


def _wanted(connection: Connection) -> Mapping[str, str]:
    return _made_anew() if connection.dialect.name == "sqlite" else POSTGRESQL


@cache
def _made_anew() -> Mapping[str, str]:
    """The triggers as the migrations make them on SQLite."""
    with tempfile.TemporaryDirectory(prefix="evidence-triggers-") as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'empty.db'}")
        try:
            migrate.upgrade(engine)
            with reading(engine) as connection:
                return guards(connection)
        finally:
            engine.dispose()


POSTGRESQL: Final[Mapping[str, str]] = {
    "anchor_delete": "250a8bd77564de32100bfe0640e71f7d",
    "anchor_insert": "f65f77a28e9fdae494a906dd79b2892a",
    "anchor_truncate": "e3e55499978d824960072567b3dcbda6",
    "anchor_update": "d15e7cd79e92bdc0c3298822067e1a0c",
    "checkpoint_delete": "e33c7e5749f99a8a603bfe9c54da3e38",
    "checkpoint_insert": "5c59886bc2e9be348d30eabe27258385",
    "checkpoint_truncate": "c7bc4b0d437a6ce75c16716833f6f1d9",
    "checkpoint_update": "4d467f59a540ad1f6d2831698f6bc605",
    "disclosure_delete": "c62ee223ee3797d06ef893e068f3db81",
    "disclosure_insert": "fce1f772bc5cb258df68fcca8e75e90c",
    "disclosure_truncate": "902841d53be8bcbc5d94d2bfb7972a79",
    "disclosure_update": "711119924090178a7c3e054c6e6da4af",
    "disposal_target_delete": "df989f099e0e1e4e47f3af0d26595354",
    "disposal_target_insert": "019689d6636be488cb4daf71ec3ba5f0",
    "disposal_target_truncate": "001dc608b74d6082b5ad85451cba89ed",
    "disposal_target_update": "ccd9ee4d0b2c80090f35a1c0b22a95cd",
    "document_delete": "cd03ad33b49bf3c06fd405b5fb3e9533",
    "document_insert": "7103557ff37db96bfaac84cc66b1d271",
    "document_truncate": "3ed403fe080b87c937c82c4d1c70a2e9",
    "document_update": "9a332c0b390da6bfb02943e28f1d4ea9",
    "entry_document_delete": "41688b8227f042216bb8ea0d09953031",
    "entry_document_insert": "445fc9df2be466ca14698d6f6cb9d7e9",
    "entry_document_truncate": "5dde37e238639784ed23c095a12c0362",
    "entry_document_update": "0ca80aa55a18404c73d7e061434ba869",
    "head_delete": "a8fdf2726acb181ebfad40da2985cd95",
    "head_insert": "e3b899fc8a9509ce87a0be0b9d2da7a1",
    "head_truncate": "881ba95f3ff7ffce62eab4b5c1485d3a",
    "head_update": "be43604b6ef8f3c7704ea9846daaaff9",
    "ledger_entry_delete": "041ac69ccbf3f3411153c02cc6b1f20c",
    "ledger_entry_insert": "c2aef2d9a096455493c5acb0a7615cb0",
    "ledger_entry_truncate": "ef9551a2dc5da16264c8c9b796e00376",
    "ledger_entry_update": "ebfb95e6ce62a87bb62bb3a0cea78bfc",
    "ledger_let_go": "21beb9b73594a524f514a33d60f59e8a",
    "statement_delete": "6f0bb91f40010d4223fd97beb568dc5e",
    "statement_insert": "e82a37561d239a3c05c053f51f3a77c3",
    "statement_truncate": "fb8b9d222e0b60187dd711085a913b29",
    "statement_update": "48e21892b91546ddd84dfc5751ba5018",
    "tile_delete": "626329a3beafcf505b3aa56ecaab3a24",
    "tile_insert": "9fa41a0f755013e283b324e24b3ea118",
    "tile_truncate": "eba86d58d13cfa71ab393ae3e0181510",
    "tile_update": "79cbc4b6ddb8a27cfd0d1fd6b18aab1d",
}
"""What `guards` gives for a database as the migrations make it; a test holds it against one."""
