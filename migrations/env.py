"""How Alembic reaches the database: over the connection that `evidence.store.migrate` hands it.

No ini file is asked for, since an installed wheel has none. A developer's plain ``alembic`` command finds no connection
and opens the database of EVIDENCE_DATABASE itself. Every ``tables.py`` of the package is imported, so that none can be
forgotten in a comparison.
"""

import os
from importlib import import_module
from pathlib import Path

from alembic import context
from sqlalchemy import Connection

import evidence
from evidence.store.base import Base
from evidence.store.engine import open_engine, writing

for _tables in sorted(Path(evidence.__file__).parent.glob("*/tables.py")):
    import_module(f"evidence.{_tables.parent.name}.tables")


def _run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()


_given = context.config.attributes.get("connection")
if _given is not None:
    _run(_given)
else:
    with writing(open_engine(os.environ["EVIDENCE_DATABASE"])) as _opened:
        _run(_opened)
