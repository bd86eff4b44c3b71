"""The process in which files from outside are opened: bounded in time and memory, confined, and nothing else in it.

`parser` runs it with the file as standard input and a request, one line of JSON, as argument. It answers in lines of
JSON: ``{"table": ...}``, ``[number, cells]``, ``{"found": {...}}``, ``{"fault": ...}``, ``{"notice": ...}`` and
``{"end": true}``; an answer without its end is a parser that died. The bounds are set before a parser is imported, and
the process is confined (`sandbox`) before it reads the first byte of the file.
"""

import importlib
import json
import os
import resource
import sys
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from evidence.intake import sandbox

MOST_ANSWERED = 512 * 1024**2
LEAST_WRITTEN = 16 * 1024**2
"""A parser that writes members answers as well: with their names, which take less than this."""

PARSERS = {
    "xlsx": "xlsx_file",
    "pdf": "pdf_form",
    "xml": "xml_file",
    "mail": "mail_file",
    "archive": "archive_file",
    "scan": "scan_file",
    "signed": "signed_file",
    "redact": "redact_file",
    "preview": "preview_file",
}
"""Each module has ``parse(stream, request, say, fault)``; the request holds the limits, what was asked, and "into"."""

STARTS_PROGRAMS = frozenset({"scan"})
"""Parsers that need another program: text is recognised by one."""


def bound(seconds: int, memory: int, file_bytes: int) -> None:
    """Bound this process: processor time, address space, the length of a file it writes, no core left behind."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def as_line(message: Any) -> bytes:
    """A message as a line of the answer has it."""
    try:
        return orjson.dumps(message, default=_untold, option=orjson.OPT_PASSTHROUGH_DATETIME)
    except TypeError:  # half a letter, which only the other writes
        return json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode()


def say(message: Any) -> None:
    """One line of the answer."""
    sys.stdout.buffer.write(as_line(message) + b"\n")


def _untold(value: Any) -> Any:
    """What JSON has no word for: only a workbook's cells have it, days and times."""
    from evidence.intake.xlsx_file import untold

    return untold(value)


def fault(found: str, wanted: str, sheet: str | None = None, row: int | None = None, column: str | None = None) -> None:
    """Report a fault of the file."""
    say({"fault": {"found": found, "wanted": wanted, "sheet": sheet, "row": row, "column": column}})


def main() -> None:
    request = json.loads(sys.argv[1])
    what, into = request["what"], request["into"]
    largest = max(request["unpacked_bytes"], LEAST_WRITTEN) if into else MOST_ANSWERED
    bound(request["parser_seconds"], request["parser_bytes"], largest)
    stream: BinaryIO = sys.stdin.buffer
    try:
        module = importlib.import_module(f"evidence.intake.{PARSERS[what]}")
        sandbox.confine(
            readable=[Path(path) for path in request["readable"]],
            writable=Path(into) if into else None,
            programs=what in STARTS_PROGRAMS,
        )
        module.parse(stream, request, say, fault)
    except MemoryError:
        fault("a file that needs more memory than limits.parser_bytes", "a smaller file")
    say({"end": True})
    sys.stdout.flush()
    os._exit(0)  # what a library would do at exit may be what it is denied


if __name__ == "__main__":
    main()
