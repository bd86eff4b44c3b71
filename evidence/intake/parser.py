"""Hands a workbook or a PDF to the bounded process (`worker`) and reads its answer.

A parser of outside bytes may hang, eat memory or crash; it does so in a process of its own, which is ended at its time.
What it says back is bounded and read as data, since a hostile file may have taken it over.
"""

import json
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO

from evidence.errors import IntakeError
from evidence.intake.faults import Faults
from evidence.intake.limits import Limits
from evidence.intake.table import Cell, Row, Table, Typed

_PACKAGE_PARENT = Path(__file__).resolve().parent.parent.parent
_NO_ANSWER = "a file that can be read within the limits; open it, save it anew, or hand it in as CSV"


@dataclass(slots=True)
class Parsed:
    """What a parser found: tables, and what is worth telling."""

    tables: list[Table] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def parse(what: str, file: BinaryIO, limits: Limits, faults: Faults) -> Parsed:
    """The tables in a workbook (`what` is xlsx) or the form of a PDF (pdf); faults go to `faults`."""
    request = json.dumps({"what": what, **asdict(limits)})
    file.seek(0)
    with tempfile.TemporaryFile() as answer:
        try:
            ended = subprocess.run(  # noqa: S603 -- our own module, the interpreter that runs us
                [sys.executable, "-P", "-m", "evidence.intake.worker", request],
                stdin=file,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={"PYTHONPATH": str(_PACKAGE_PARENT), "LC_ALL": "C.UTF-8"},
                timeout=limits.parser_seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            faults.add(f"a parser that took more than {limits.parser_seconds} s", _NO_ANSWER)
            return Parsed()
        except OSError as error:
            raise IntakeError(
                f"The parser's process could not be started ({error}). Free memory and try again."
            ) from error
        answer.seek(0)
        return _read(answer, ended.returncode, faults)


def _read(answer: BinaryIO, status: int, faults: Faults) -> Parsed:
    parsed, before, whole = Parsed(), faults.count, False
    try:
        for line in answer:
            message = json.loads(line)
            if isinstance(message, list):
                parsed.tables[-1].rows.append(_row(message))
            elif "table" in message:
                parsed.tables.append(_table(message["table"]))
            elif "fault" in message:
                faults.add(**message["fault"])
            elif "notice" in message:
                parsed.notices.append(str(message["notice"]))
            else:
                whole = True
    except (ValueError, LookupError, TypeError):
        whole = False
    if not whole and faults.count == before:
        faults.add(f"a parser that ended without an answer (status {status})", _NO_ANSWER)
    return parsed


def _table(of: dict[str, object]) -> Table:
    header = of["header"]
    if not isinstance(header, list):
        raise TypeError(header)
    return Table(
        sheet=None if of["sheet"] is None else str(of["sheet"]),
        header=tuple(map(str, header)),
        header_row=int(str(of["header_row"])),
        first_column=int(str(of["first_column"])),
        rows=[],
        parser=str(of["parser"]),
        hidden=of["hidden"] is True,
        form=of["form"] is True,
    )


def _row(message: list[object]) -> Row:
    number, cells = message
    if not isinstance(cells, list):
        raise TypeError(cells)
    return Row(int(str(number)), tuple(_cell(cell) for cell in cells))


def _cell(value: object) -> Cell:
    if isinstance(value, list):
        text, sort = value
        return Typed(str(text), str(sort))
    return str(value)
