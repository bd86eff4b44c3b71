"""Hands a file from outside to the bounded process (`worker`) and reads its answer.

A parser of outside bytes may hang, eat memory or crash; it does so in a process of its own, which is ended at its time.
What it says back is bounded and read as data, since a hostile file may have taken it over.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from evidence.errors import IntakeError
from evidence.intake.faults import Faults
from evidence.intake.limits import Limits
from evidence.intake.sandbox import DENIED
from evidence.intake.spooled import ROWS, SpooledRows
from evidence.intake.table import Table

_PACKAGE_PARENT = Path(__file__).resolve().parent.parent.parent
_COMMAND = ("-m", "evidence.intake.worker")
MOST_NOTICES = 100
"""Notices kept of one file; past this many they are counted only."""
_NO_ANSWER = "a file that can be read within the limits; open it, save it anew, or hand it in as CSV"


@dataclass(slots=True)
class Parsed:
    """What a parser found: tables, values of its own sort, and what is worth telling."""

    tables: list[Table] = field(default_factory=list)
    found: list[dict[str, Any]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def parse(
    what: str,
    file: BinaryIO,
    limits: Limits,
    faults: Faults,
    *,
    into: Path | None = None,
    ask: Mapping[str, object] | None = None,
    readable: Sequence[Path] = (),
) -> Parsed:
    """What the parser called `what` (`worker.PARSERS`) finds in a file; what is wrong with it goes to `faults`.

    Args:
        what: the parser's name.
        file: the file, open for reading; it is read from its beginning.
        limits: bounds, handed to the parser too.
        faults: takes what the parser finds wrong, and a parser that does not end well.
        into: the one folder where the parser may write; None: nowhere.
        ask: more for the parser, as JSON values; found in its request under the same names.
        readable: files that the parser may open beside `file`.
    """
    paths = {"into": None if into is None else str(into), "readable": [str(path) for path in readable]}
    request = json.dumps({**asdict(limits), **(ask or {}), **paths, "what": what})
    file.seek(0)
    with tempfile.TemporaryFile() as answer:
        status = _run(request, file, answer, into, limits.parser_seconds)
        if status is None:
            faults.add(f"a parser that took more than {limits.parser_seconds} s", _NO_ANSWER)
            return Parsed()
        answer.seek(0)
        return read_answer(answer, status, faults)


def _run(request: str, file: BinaryIO, answer: BinaryIO, into: Path | None, seconds: int) -> int | None:
    """Run the bounded process; its exit status, or None where it, and all that it started, was ended at its time."""
    environment = {"PYTHONPATH": str(_PACKAGE_PARENT), "LC_ALL": "C.UTF-8", "PATH": os.defpath}
    try:
        running = subprocess.Popen(  # noqa: S603 -- our own module, the interpreter that runs us
            [sys.executable, "-P", "-B", *_COMMAND, request],
            stdin=file,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=environment | ({} if into is None else {"TMPDIR": str(into)}),
            start_new_session=True,
        )
    except OSError as error:
        raise IntakeError(f"The parser's process could not be started ({error}). Free memory and try again.") from error
    try:
        watched = os.pidfd_open(running.pid)  # waiting by it wakes at once; Popen.wait looks every so often
        try:
            ended, _, _ = select.select([watched], [], [], seconds)
        finally:
            os.close(watched)
        return running.wait() if ended else None
    finally:
        with contextlib.suppress(ProcessLookupError):  # ended, and whatever it started as well
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()


def read_answer(answer: BinaryIO, status: int, faults: Faults) -> Parsed:
    """What the bounded process said, read as data, with a fault where it did not come to its end."""
    if status == DENIED:
        faults.add("a file that made its parser do what it may not (the network, a program, another file)", _NO_ANSWER)
        return Parsed()
    parsed, before, whole = Parsed(), faults.count, False
    rows: list[SpooledRows] = []
    at = told = 0
    try:
        for line in answer:
            at += len(line)
            if line.startswith(ROWS):
                rows[-1].add(line, at - len(line))
                continue
            message = json.loads(line)
            if "table" in message:
                rows.append(SpooledRows(answer, len(message["table"]["header"])))
                parsed.tables.append(_table(message["table"], rows[-1]))
            elif "beside" in message:
                row, column = message["beside"]
                parsed.tables[-1] = replace(parsed.tables[-1], beside=(int(row), str(column)))
            elif "found" in message:
                parsed.found.append(dict(message["found"]))
            elif "fault" in message:
                faults.add(**message["fault"])
            elif "notice" in message:
                told += 1
                if told <= MOST_NOTICES:
                    parsed.notices.append(str(message["notice"]))
            else:
                whole = True
    except (ValueError, LookupError, TypeError):
        whole = False
    if told > MOST_NOTICES:
        parsed.notices.append(f"{told - MOST_NOTICES} notices more")
    if not whole and faults.count == before:
        how = f"status {status}" if status >= 0 else f"signal {-status}, as where memory is refused"
        faults.add(f"a parser that ended without an answer ({how})", _NO_ANSWER)
    return parsed


def _table(of: dict[str, object], rows: SpooledRows) -> Table:
    header = of["header"]
    if not isinstance(header, list):
        raise TypeError(header)
    return Table(
        sheet=None if of["sheet"] is None else str(of["sheet"]),
        header=tuple(map(str, header)),
        header_row=int(str(of["header_row"])),
        first_column=int(str(of["first_column"])),
        rows=rows,
        parser=str(of["parser"]),
        hidden=of["hidden"] is True,
        form=of["form"] is True,
    )
