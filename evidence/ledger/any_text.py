"""Text in a database that is no text: SQLite keeps whatever bytes an altered column holds, and its driver gives up over
them. A check must go on.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection


@contextmanager
def any_text(connection: Connection) -> Iterator[None]:
    """Read text that is no UTF-8 too, its odd bytes escaped; of no consequence on PostgreSQL, which lets none in."""
    if connection.dialect.name != "sqlite":
        yield
        return
    raw = connection.connection.driver_connection
    assert raw is not None
    before, raw.text_factory = raw.text_factory, _text
    try:
        yield
    finally:
        raw.text_factory = before


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")
