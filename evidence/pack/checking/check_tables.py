"""The manifest's tables in a pack: what an edition opens of them is what the manifest commits to."""

from typing import Any

from evidence.pack.checking.verdict import MALFORMED, PackReport
from evidence.pack.form import layout
from evidence.pack.form.carried import in_order
from evidence.pack.form.tables import LEAST, Rows, open_table


def check_tables(report: PackReport, manifest: dict[str, Any], opening: dict[str, Any]) -> dict[str, Any]:
    """The manifest with the lines of its tables as far as this edition opens them; one of version 1 as it is."""
    if manifest.get("format") != layout.MANIFEST_FORMAT:
        return manifest
    shown: dict[str, Any] = {}
    for name in LEAST:
        shown[name] = []
        committed, opened = manifest["tables"][name], opening["tables"].get(name)
        try:
            rows = open_table(name, committed, opened)
            _tell(report, f"table of {name}", rows, str(opening.get("edition")))
            shown[name] = list(in_order(rows, "index" if name == "entries" else "number").lines)
        except MALFORMED as error:
            report.failed(f"table of {name}", str(error) or type(error).__name__)
    return {**manifest, **shown}


def _tell(report: PackReport, name: str, rows: Rows, edition: str) -> None:
    if rows.whole:
        report.passed(name, f"opened whole: {len(rows.lines)} lines, and decoys up to {rows.size}")
    elif edition == layout.AUTHORITY:
        report.failed(name, "The authority's edition opens it whole; here lines are left out.")
    else:
        report.passed(name, f"{len(rows.lines)} lines opened, each in its place; of the others nothing is said")
