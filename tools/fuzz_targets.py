"""The parsers that are fuzzed: each takes bytes, runs the function that the product reads them by, checks its answer.

A target gives back what was said, so that inputs that are answered differently can be told apart. It raises `Broken`
where the answer is none: an exception other than the product's own, a line that does not fit on one, a file named by
somebody outside.
"""

import io
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

from evidence.errors import EvidenceError
from evidence.intake import parser
from evidence.intake.faults import Faults
from evidence.intake.limits import Limits
from evidence.intake.sniff import claimed_type, differs, media_type, runs
from evidence.intake.worker import as_line
from tools import fuzz_ledger
from tools.fuzz_ledger import PLACE

LIMITS = Limits(
    document_bytes=10_000_000, archive_members=200, unpacked_bytes=5_000_000, rows=5000, pages=100, columns=100,
    parser_bytes=1024**3,
)  # fmt: skip

Target = Callable[[bytes], str]


class Broken(AssertionError):
    """A parser did what it must not."""


def worked(module: str, **ask: object) -> Target:
    """A parser of the bounded process, run in this one; `ask` is what its request holds beside the limits."""

    def target(data: bytes) -> str:
        parse = import_module(f"evidence.intake.{module}").parse
        answer = io.BytesIO()
        folder = Path(tempfile.mkdtemp(prefix="evidence-fuzz-", dir=PLACE))

        def say(message: Any) -> None:
            answer.write(as_line(message) + b"\n")

        def fault(found: str, wanted: str, **place: Any) -> None:
            say({"fault": {"found": found, "wanted": wanted, **place}})

        try:
            with suppress(MemoryError):  # the bounded process says so, and ends
                parse(io.BytesIO(data), {**asdict(LIMITS), "into": str(folder), **ask}, say, fault)
            say({"end": True})
            _only_numbers(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        faults = Faults("fuzzed")
        parsed = parser.read_answer(io.BytesIO(answer.getvalue()), 0, faults)
        lines = [str(each) for each in faults.all()] + parsed.notices
        _one_line_each(lines)
        for table in parsed.tables:
            if any(len(row.cells) != len(table.header) for row in table.rows):
                raise Broken("a row that is not as wide as its header")
        return "; ".join(sorted({_shape(line) for line in lines})) + f" {len(parsed.tables)} {len(parsed.found)}"

    return target


def _only_numbers(folder: Path) -> None:
    for path in folder.rglob("*"):
        if not path.name.isdecimal() or path.is_symlink() or path.parent != folder:
            raise Broken(f"a file named {path.name!r} in the folder of the parser")


def _one_line_each(lines: list[str]) -> None:
    for line in lines:
        if not line.isprintable():
            raise Broken(f"a line that is not one, or not printable: {line!r}")


def _shape(line: str) -> str:
    """What was said, without what it was said of."""
    return "".join(" " if each.isdigit() else each for each in line.partition("(")[0].partition("'")[0])[:80]


def own_errors(read: Callable[[bytes], object]) -> Target:
    """A function that takes bytes and raises the product's own errors alone."""

    def target(data: bytes) -> str:
        try:
            found = read(data)
            return found if isinstance(found, str) else type(found).__name__
        except EvidenceError as error:
            _one_line_each([str(error)])
            return _shape(str(error))

    return target


def _csv(data: bytes) -> str:
    from evidence.intake.csv_file import read_csv

    with tempfile.NamedTemporaryFile(dir=PLACE, prefix="evidence-fuzz-") as file:
        file.write(data)
        file.flush()
        faults = Faults("fuzzed.csv")
        table = read_csv(Path(file.name), LIMITS, faults)
        rows = [] if table is None else list(table.rows)
    lines = [str(each) for each in faults.all()]
    _one_line_each(lines)
    if table is not None and any(len(row.cells) != len(table.header) for row in rows):
        raise Broken("a row that is not as wide as its header")
    return "; ".join(sorted({_shape(line) for line in lines})) + f" {table is not None} {len(rows) > 1}"


def _sniff(data: bytes) -> str:
    told = []
    for name in ("a", "a.csv", "a.eml", "a.xlsx"):
        found = media_type(data, name)
        told += [found, str(differs(found, claimed_type(name))), str(runs(found, name, data))]
    return " ".join(told)


def _mapping(data: bytes) -> object:
    from evidence.intake.mapping import parse_mapping

    return parse_mapping(data)


def _canonical(data: bytes) -> object:
    from evidence.core import canonical

    value = canonical.loads(data)
    again = canonical.dumps(value)
    if canonical.dumps(canonical.loads_canonical(again)) != again:
        raise Broken("what is written out is not read as it was")
    return value


def _envelope(data: bytes) -> object:
    from evidence.ledger.envelope import Envelope, verify

    read = Envelope.parse(data)
    if Envelope.parse(read.to_json()) != read:
        raise Broken("an envelope that is not read as it was written")
    return verify(read, {"somebody": bytes(32)})


def _statement(data: bytes) -> object:
    from evidence.core.statements.base import open_body

    return open_body(data, ())


TARGETS: dict[str, Target] = {
    "xlsx": worked("xlsx_file"),
    "pdf": worked("pdf_form"),
    "xml": worked("xml_file"),
    "mail": worked("mail_file"),
    "archive": worked("archive_file"),
    "scan": worked("scan_file", media_type="application/pdf", recognise=False),
    "picture": worked("scan_file", media_type="image/tiff", recognise=False),
    "signed": worked("signed_file", trust=None, moment="2029-06-01T00:00:00+00:00"),
    "csv": _csv,
    "sniff": _sniff,
    "mapping": own_errors(_mapping),
    "canonical": own_errors(_canonical),
    "envelope": own_errors(_envelope),
    "statement": own_errors(_statement),
    **{name: own_errors(read) for name, read in fuzz_ledger.PARSERS.items()},
}
"""By the name under which each has its corpus in ``tests/corpus``."""
