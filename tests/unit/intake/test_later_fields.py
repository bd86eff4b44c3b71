"""Fields that a line type gained later: a view holds them where they are filled and not otherwise."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from evidence.core import canonical
from evidence.core.statements.load import Load
from evidence.core.statements.registry import KINDS
from evidence.intake.faults import Faults
from evidence.intake.lines import shape_lines
from evidence.intake.table import Row, Table
from evidence.intake.templates import templates
from tests.unit.core.line_samples import LINES

TODAY = date(2030, 1, 1)
TYPES = {kind.kind: kind.line for kind in KINDS.values() if issubclass(kind, Load)}
LATER = {
    name: [field for field, info in line.model_fields.items() if info.exclude_if is not None]
    for name, line in TYPES.items()
}
GROWN = [name for name, fields in LATER.items() if fields]


def cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "; ".join(value) if isinstance(value, list) else str(value)


def view_of(name: str, line: Mapping[str, Any], header: list[str], view: Path) -> bytes:
    """The view that intake writes of this line, in a file with these columns."""
    rows = [Row(2, tuple(cell(line.get(field)) for field in header))]
    faults = Faults("lines.csv")
    made = shape_lines(Table(None, tuple(header), 1, 0, rows, "csv/1"), templates()[name], faults, TODAY, view)
    assert faults.count == 0
    return made.view.read_bytes()


@pytest.mark.parametrize("name", GROWN)
def test_a_view_is_what_the_lines_own_type_writes_whichever_columns_are_filled(name: str, tmp_path: Path) -> None:
    whole = LINES[name]
    bare = {field: value for field, value in whole.items() if field not in LATER[name]}
    for field in ("", *LATER[name]):
        line = bare | ({field: whole[field]} if field else {})
        wanted = TYPES[name].model_validate(line).model_dump(mode="json")
        for header in (list(whole), list(line)):
            view = tmp_path / f"{field}-{len(header)}"
            view.unlink(missing_ok=True)
            assert view_of(name, line, header, view) == canonical.dumps(wanted) + b"\n"
    assert view_of(name, whole, list(whole), tmp_path / "whole") == canonical.dumps(whole) + b"\n"


@pytest.mark.parametrize("name", GROWN)
def test_a_file_without_the_later_columns_gives_the_view_that_it_always_gave(name: str, tmp_path: Path) -> None:
    bare = {field: value for field, value in LINES[name].items() if field not in LATER[name]}
    assert view_of(name, bare, list(bare), tmp_path / "view") == canonical.dumps(bare) + b"\n"
