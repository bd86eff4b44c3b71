"""Makes the rows of a large view in a second process, while this one inserts them.

Reading lines and making rows of them takes as long as inserting these. The process reads the document's lines in the
same pieces as this one and answers with the columns of each, one line of JSON a piece; the first pieces are made here,
while it starts. It waits where this one is behind, so that little is in memory, and ends with it: nobody reads the pipe
any more. Where it ends before that, whatever the reason, the rest is made here, and a fault of a line is told here.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from evidence.core.bulk import many_rows
from evidence.core.statements.load import Load
from evidence.core.statements.registry import KINDS
from evidence.errors import RegisterError
from evidence.ledger.lines import StoredLines
from evidence.register.line_rows import LineRows, Row

MANY = 60_000
"""Lines from which on a second process is worth its start."""
_FIRST = 8
"""Pieces that are made here."""
_END: list[Any] = []
"""What it answers when it has come to the end of a view that has its digest."""
_PACKAGE_PARENT = Path(__file__).resolve().parent.parent.parent
_COMMAND = ("-P", "-B", "-m", "evidence.register.rows_beside")


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
                    _stop(running)
                    running = None
            yield make.rows(read()) if columns is None else make.numbered(columns)
        if running is not None and _answer(running) != _END:  # it holds what it has read against the digest as well
            raise RegisterError("The lines were made ready by a process that did not end well. Run the import again.")
    finally:
        if running is not None:
            _stop(running)


def _started(load: Load, lines: StoredLines) -> "subprocess.Popen[bytes] | None":
    environment = {"PYTHONPATH": str(_PACKAGE_PARENT), "LC_ALL": "C.UTF-8", "PATH": os.defpath}
    with lines.path.open("rb") as file, contextlib.suppress(OSError):
        return subprocess.Popen(  # noqa: S603 -- our own module, the interpreter that runs us
            [sys.executable, *_COMMAND, str(file.fileno()), load.predicate_type(), load.view, str(load.scale)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=environment,
            pass_fds=(file.fileno(),),
            start_new_session=True,
        )
    return None


def _answer(running: "subprocess.Popen[bytes]") -> list[list[Any]] | None:
    """The columns of the next piece; None where the process has ended."""
    assert running.stdout is not None
    line = running.stdout.readline()
    if not line.endswith(b"\n"):
        return None
    columns: list[list[Any]] = orjson.loads(line)
    return columns


def _stop(running: "subprocess.Popen[bytes]") -> None:
    running.kill()
    if running.stdout is not None:
        running.stdout.close()
    running.wait()


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
