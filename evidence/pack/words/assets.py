"""The packaged templates, styles and fonts."""

from functools import cache
from pathlib import Path

from evidence.store.resources import folder


@cache
def assets() -> Path:
    """Their folder."""
    return folder("templates")
