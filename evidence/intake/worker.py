"""The process in which workbooks and PDFs from outside are opened: bounded in time and memory, and nothing else in it.

`parser` runs it with the file as standard input and a request, one line of JSON, as argument. It answers in lines of
JSON: ``{"table": ...}``, ``[number, cells]``, ``{"fault": ...}``, ``{"notice": ...}`` and ``{"end": true}``; an answer
without its end is a parser that died. The bounds are set before any parser is imported.
"""

import json
import resource
import sys
from typing import Any, BinaryIO

MOST_ANSWERED = 512 * 1024**2


def bound(seconds: int, memory: int) -> None:
    """Bound this process: processor time, address space, the length of the answer, no core left behind."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_ANSWERED, MOST_ANSWERED))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def say(message: Any) -> None:
    """One line of the answer."""
    sys.stdout.write(json.dumps(message, ensure_ascii=True) + "\n")


def fault(found: str, wanted: str, sheet: str | None = None, row: int | None = None, column: str | None = None) -> None:
    """Report a fault of the file."""
    say({"fault": {"found": found, "wanted": wanted, "sheet": sheet, "row": row, "column": column}})


def main() -> None:
    request = json.loads(sys.argv[1])
    bound(request["parser_seconds"], request["parser_bytes"])
    stream: BinaryIO = sys.stdin.buffer
    try:
        if request["what"] == "xlsx":
            from evidence.intake import xlsx_file

            xlsx_file.parse(stream, request, say, fault)
        else:
            from evidence.intake import pdf_form

            pdf_form.parse(stream, request, say, fault)
    except MemoryError:
        fault("a file that needs more memory than limits.parser_bytes", "a smaller file")
    say({"end": True})
    sys.stdout.flush()


if __name__ == "__main__":
    main()
