"""XLSX workbooks, read inside the bounded process (`worker`).

The archive is measured before anything is opened: members, declared size, ratio, archives within; then each member is
inflated against its declared size, so that a directory that lies is found out. Cells are read by python-calamine with
their true addresses. A number in a workbook is a binary fraction: what has more digits than such a number carries is
damaged already and is marked so. A formula's stored result is not a value that somebody entered, so it is marked too.
"""

import datetime
import io
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from importlib.metadata import version
from typing import Any, BinaryIO
from xml.etree import ElementTree

from evidence.intake.table import letter

VERSION = "evidence-xlsx/1"
_EXACT_DIGITS = 15
"""Decimal digits that every binary double carries through unchanged."""

_CHUNK = 1 << 20
_NESTED = (".zip", ".gz", ".7z", ".rar", ".xlsx", ".docx")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Say = Callable[[Any], None]
Fault = Callable[..., None]


def parse(stream: BinaryIO, limits: dict[str, Any], say: Say, fault: Fault) -> None:
    """Answer with each sheet that holds anything, its rows and what is wrong with them."""
    if not _measured(stream, limits, fault):
        return
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    stream.seek(0)
    content = stream.read()
    try:
        odd = _odd_cells(content)
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for meta in workbook.sheets_metadata:
            sheet = workbook.get_sheet_by_name(meta.name)
            if sheet.total_height > limits["rows"]:
                fault(f"{sheet.total_height} rows", f"at most {limits['rows']}", sheet=meta.name)
                continue
            rows = sheet.to_python(skip_empty_area=False)  # otherwise leading empty rows are cut and addresses shift
            merged = sheet.merged_cell_ranges or []
            hidden = meta.visible != SheetVisibleEnum.Visible
            _sheet(meta.name, rows, odd.get(meta.name, {}), merged, hidden, limits, say, fault)
    except (CalamineError, zipfile.BadZipFile, ElementTree.ParseError, KeyError, ValueError) as error:
        fault(f"a workbook that cannot be read ({type(error).__name__})", "an XLSX workbook; open it and save it anew")


def _measured(stream: BinaryIO, limits: dict[str, Any], fault: Fault) -> bool:
    """Whether the archive is within bounds, by its directory and then by inflating it."""
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
            declared = sum(member.file_size for member in members)
            packed = max(1, sum(member.compress_size for member in members))
            if len(members) > limits["archive_members"]:
                fault(f"an archive of {len(members)} members", f"at most {limits['archive_members']}")
            elif declared > packed * limits["archive_ratio"]:
                fault(f"an archive that grows {declared // packed} times", f"at most {limits['archive_ratio']} times")
            elif declared > limits["parser_bytes"]:
                fault(f"an archive of {declared} bytes unpacked", f"at most {limits['parser_bytes']}")
            elif nested := next((m.filename for m in members if m.filename.lower().endswith(_NESTED)), None):
                fault(f"an archive within the archive ({nested!r})", "a workbook without embedded files")
            elif any(member.flag_bits & 1 for member in members):
                fault("an encrypted workbook", "one that opens without a password")
            else:
                for member in members:
                    with archive.open(member) as inflated:
                        while inflated.read(_CHUNK):
                            pass  # the checksum at the end fails where the declared size lied
                return True
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, RuntimeError) as error:
        fault(f"a damaged archive ({type(error).__name__})", "an XLSX workbook; open it and save it anew")
    return False


def _sheet(
    name: str,
    rows: list[list[Any]],
    odd: dict[str, str],
    merged: list[tuple[tuple[int, int], tuple[int, int]]],
    hidden: bool,
    limits: dict[str, Any],
    say: Say,
    fault: Fault,
) -> None:
    top = next((i for i, row in enumerate(rows) if any(_filled(cell) for cell in row)), None)
    if top is None:
        return
    filled = [i for i, cell in enumerate(rows[top]) if _filled(cell)]
    first, last = filled[0], filled[-1]
    if last - first >= limits["columns"]:
        fault(f"{last - first + 1} columns", f"at most {limits['columns']}", sheet=name)
        return
    say(
        {
            "table": {
                "sheet": name,
                "header": [str(cell).strip() for cell in rows[top][first : last + 1]],
                "header_row": top + 1,
                "first_column": first,
                "parser": f"{VERSION}; python-calamine {version('python-calamine')}",
                "hidden": hidden,
                "form": False,
            }
        }
    )
    for (low, _), (high, _) in merged:
        if high >= top:
            say({"notice": f"sheet {name}: merged cells in rows {low + 1} to {high + 1}; only the first has a value"})
    for number, row in enumerate(rows[top + 1 :], top + 2):
        marks = (
            {i: odd[f"{letter(i)}{number}"] for i in range(len(row)) if f"{letter(i)}{number}" in odd} if odd else {}
        )
        if marks or any(_filled(cell) for cell in row):
            if any(_filled(cell) for cell in row[:first] + row[last + 1 :]):
                fault("a value outside the columns of the header", "none there", sheet=name, row=number)
            say([number, [_cell(row[i], marks.get(i)) for i in range(first, last + 1)]])


def _filled(cell: Any) -> bool:
    return cell is not None and not (isinstance(cell, str) and not cell.strip())


def _cell(value: Any, mark: str | None) -> Any:
    """A cell as the answer carries it: text bare, everything else as [text, sort]."""
    if mark is not None:
        return [mark, "refused"]
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return ["yes" if value else "no", "flag"]
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return [value.date().isoformat(), "date"] if midnight else [f"the moment {value.isoformat(' ')}", "refused"]
    if isinstance(value, datetime.date):
        return [value.isoformat(), "date"]
    return [f"a time of day or a span ({value})", "refused"]


def _number(value: float) -> list[str]:
    exact = Decimal(repr(value))
    digits = len(exact.normalize().as_tuple().digits) if exact.is_finite() else _EXACT_DIGITS + 1
    if digits > _EXACT_DIGITS or abs(exact) >= Decimal(10) ** _EXACT_DIGITS:
        return [f"the number {value!r}, damaged by the spreadsheet (more than {_EXACT_DIGITS} digits)", "refused"]
    text = format(exact, "f")
    return [text.rstrip("0").rstrip(".") if "." in text else text, "number"]


def _odd_cells(content: bytes) -> dict[str, dict[str, str]]:
    """Formulas and error values by sheet and address: the reader of cells gives their stored results without a sign."""
    found: dict[str, dict[str, str]] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        relations = {
            node.get("Id"): node.get("Target", "")
            for node in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
        }
        for node in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():  # noqa: S314
            if not node.tag.endswith("}sheet"):
                continue
            target = relations.get(node.get(_RELATION)) or ""
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            xml = archive.read(path)
            if re.search(rb"<(\w+:)?f[\s/>]|\bt=[\"']e[\"']", xml):
                found[node.get("name", "")] = _odd_in(xml)
    return found


def _odd_in(xml: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for _, node in ElementTree.iterparse(io.BytesIO(xml)):  # noqa: S314
        if node.tag.endswith("}c"):
            if any(child.tag.endswith("}f") for child in node):
                found[node.get("r", "")] = "a formula"
            elif node.get("t") == "e":
                found[node.get("r", "")] = "an error value"
            node.clear()
    return found
