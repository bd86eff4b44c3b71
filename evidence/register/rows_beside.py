"""Makes the rows of a large view in a second process, while this one inserts them.

Reading lines and making rows of them takes as long as inserting these. The process reads the document's lines in the
same pieces as this one and answers with the columns of each, one line of JSON a piece; the first pieces are made here,
while it starts. It waits where this one is behind, so that little is in memory, and ends with it: nobody reads the pipe
any more. Where it ends before that, whatever the reason, the rest is made here, and a fault of a line is told here.
"""

import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any

import orjson

from evidence.core.bulk import many_rows
from evidence.core.statements.load import Load
from evidence.core.statements.registry import KINDS
from evidence.errors import RegisterError
from evidence.ledger.beside import started, stop
from evidence.ledger.lines import StoredLines
from evidence.register.line_rows import LineRows, Row

MANY = 60_000
"""Lines from which on a second process is worth its start."""
_FIRST = 8
"""Pieces that are made here."""
_END: list[Any] = []
"""What it answers when it has come to the end of a view that has its digest."""
_MODULE = "evidence.register.rows_beside"


def rows_beside(make: LineRows, load: Load, lines: StoredLines) -> Iterator[list[Row]]:
    """The rows of a load's lines, piece by piece.

    Raises:
        RegisterError: a line is not of its kind, or a figure does not fit the scale that the load states.
            The same where the process did not end well once it had made the last of the rows.
        DocumentDamaged: the view has other bytes.
    """
    running = _started(load, lines)
    try:
        for number, read in enumerate(lines.pieces()):
            columns = None
            if number >= _FIRST and running is not None:
                columns = _answer(running)
                if columns is None:
                    stop(running)
                    running = None
            yield make.rows(read()) if columns is None else make.numbered(columns)
        if running is not None and _answer(running) != _END:  # it holds what it has read against the digest as well
            raise RegisterError("The lines were made ready by a process that did not end well. Run the import again.")
    finally:
        if running is not None:
            stop(running)


def _started(load: Load, lines: StoredLines) -> "subprocess.Popen[bytes] | None":
    with lines.path.open("rb") as file:
        return started(_MODULE, file, load.predicate_type(), load.view, str(load.scale))


def _answer(running: "subprocess.Popen[bytes]") -> list[list[Any]] | None:
    """The columns of the next piece; None where the process has ended."""
    assert running.stdout is not None
    line = running.stdout.readline()
    if not line.endswith(b"\n"):
        return None
    columns: list[list[Any]] = orjson.loads(line)
    return columns


def main() -> None:
    """Answer with the columns of the pieces past the first few."""
    number, kind, view, scale = sys.argv[1:]
    load = KINDS[kind]
    assert issubclass(load, Load)
    make = LineRows(load.line, view, int(scale))
    with many_rows(), open(int(number), "rb") as file:
        for read in islice(StoredLines(file, view).pieces(), _FIRST, None):
            sys.stdout.buffer.write(orjson.dumps(make.columns(read())) + b"\n")
            sys.stdout.buffer.flush()
    sys.stdout.buffer.write(orjson.dumps(_END) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
