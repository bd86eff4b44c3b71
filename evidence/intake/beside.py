"""Documents that a row names: by the name of a file beside it, or by the digest of what is on record already.

A person knows a file by its name; the ledger knows it by its digest. A column that takes a document takes either.
"""

import re
from collections.abc import Callable
from typing import Any

from evidence.intake.faults import shown
from evidence.intake.templates import DIGEST, Sort, Template

WANTED = "a file beside this one, without .. or links, or the SHA-256 of a document on record"
_DIGEST = re.compile(DIGEST)


def name_documents(
    template: Template,
    values: dict[str, Any],
    beside: Callable[[str], str | None],
    recorded: Callable[[str], object],
) -> list[tuple[str, str, str]]:
    """Put digests in the place of file names; gives what is wrong, as (column, found, wanted).

    Args:
        template: of the row.
        values: of the row, by column; changed in place.
        beside: finds the digest of a file of this import, by its path from the folder of the table.
        recorded: finds the receipt of a document on record, by its digest.
    """
    wrong = []
    for column in template.columns.values():
        named = values.get(column.field)
        if column.sort is not Sort.FILE or column.part or not isinstance(named, str):
            continue
        is_digest = _DIGEST.fullmatch(named) is not None
        digest = (named if recorded(named) else None) if is_digest else beside(named)
        if digest is None:
            wrong.append((column.name, shown(named), WANTED))
        else:
            values[column.field] = digest
    return wrong
