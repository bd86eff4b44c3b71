"""What a finished demonstration says last: where its files lie, and which commands to type next."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evidence.pack.form import layout

_COLUMN = 24


def where_to_look(home: Path, packs: Sequence[Mapping[str, Any]], editions: Sequence[Mapping[str, Any]]) -> str:
    """The closing lines, with paths as they are from the folder in which the command was given.

    Args:
        home: the demonstration home.
        packs: at least one row of the closing table.
        editions: rows of the second one; none where no editions were asked for.
    """
    shown = next((row for row in packs if row["claim"] == "corrected"), packs[-1])
    folder, archive, trust = _near(shown["folder"]), _near(shown["archive"]), _near(home / "trust")
    look = [
        (f"report of {shown['shipment']}", f"{folder}/{layout.report_path('en')}"),
        ("its exhibits, figures", f"{folder}/exhibits, {folder}/worksheets"),
        ("to check in a browser", f"{folder}/{layout.VERIFY_PAGE}: choose {trust}, then drop {archive}"),
    ]
    for row in editions:
        reports = ", ".join(layout.report_path(language) for language in row["languages"].split())
        look.append((f"{row['shipment']}, {row['edition']}'s", f"{_near(row['folder'])}: {reports}"))
    given = ["--home", _near(home)]
    other = [
        ("check a pack", ["evidence", "pack", "check", archive, "--trust", trust]),
        ("the same, no program", ["bash", f"{folder}/{layout.VERIFY}", trust, "--proofs"]),
        ("what a pack lacks", ["evidence", *given, "pack", "plan", shown["shipment"], "--missing"]),
        ("all shipments", ["evidence", *given, "readiness", "--from", "2023-04-01", "--to", "2024-09-30"]),
    ]
    if not editions:
        to = _near(home.parent / "editions")
        again = ["evidence", "demo", "--home", _near(home), "--out", _near(Path(packs[0]["folder"]).parent)]
        other.append(("editions and languages", [*again, "--editions", to]))
    return "\n".join(
        [
            "Where to look:",
            *(f"  {what:{_COLUMN}}{where}" for what, where in look),
            'What to type next (after: export PATH="$PWD/.venv/bin:$PATH"):',
            *(f"  {what:{_COLUMN}}{shlex.join(command)}" for what, command in other),
        ]
    )


def _near(path: str | Path) -> str:
    """A path from the folder in which one is, where it lies in it."""
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else str(path)
