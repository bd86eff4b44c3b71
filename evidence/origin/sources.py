"""What recorded entries say, in words, for whoever follows a worksheet back to what came in."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from evidence.core.canonical import JsonValue
from evidence.core.statements.load import Load
from evidence.ledger.found import HomeHandle
from evidence.ledger.lines import view_lines

_LEFT_OUT = frozenset(
    {"schema_version", "kind", "id", "issuer", "evidence_class", "basis", "supersedes", "supersedes_reason", "note"}
)
_GONE = "no longer kept; its digest is on the worksheet"


def said(handle: HomeHandle, refs: Iterable[str]) -> dict[str, str]:
    """What each of `refs` (``#12``, or ``#12:345`` for a line of a load) holds: its fields, in order, as recorded.

    Raises:
        LedgerError: there is no such entry.
        DocumentMissing: the lines of a load are not in the store.
    """
    wanted: dict[int, list[str]] = defaultdict(list)
    refs = tuple(dict.fromkeys(refs))
    for ref in refs:
        wanted[int(ref.removeprefix("#").partition(":")[0])].append(ref)
    found: dict[str, str] = {}
    for seq, named in wanted.items():
        statement = handle.ledger.entry(seq).statement
        if statement is None:
            found.update(dict.fromkeys(named, _GONE))
        elif isinstance(statement, Load):
            lines = {int(ref.partition(":")[2]): ref for ref in named if ":" in ref}
            found.update(_lines(handle, statement, lines))
        else:
            found.update(dict.fromkeys(named, f"{statement.kind}: {_fields(statement.model_dump(mode='json'))}"))
    return {ref: found.get(ref, _GONE) for ref in refs}


def _lines(handle: HomeHandle, load: Load, lines: Mapping[int, str]) -> dict[str, str]:
    """The lines of a load by their references, numbered from 1; its view is read no further than the last of them."""
    found: dict[str, str] = {}
    number = 1
    with handle.documents.open(load.view) as view:
        for _, values in view_lines(view, load.view):
            for value in values:
                if number in lines:
                    found[lines[number]] = f"{load.kind}: {_fields(value)}"
                number += 1
            if len(found) == len(lines):
                break
    return found


def _fields(values: Mapping[str, JsonValue]) -> str:
    """The plain fields that are filled in, in the order in which they were declared or read."""
    return ", ".join(
        f"{name} {value}"
        for name, value in values.items()
        if name not in _LEFT_OUT and isinstance(value, str | int) and not isinstance(value, bool) and value != ""
    )
