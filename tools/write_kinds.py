"""Writes the generated part of docs/kinds.md: every kind, what asks for it, what it needs.

    python -m tools.write_kinds

What stands between the two markers is this program's; what stands around them is written by hand. A test compares.
"""

import sys
from pathlib import Path

from evidence.intake.template_help import kind_help, ordered
from evidence.intake.templates import FOLDED, NOT_FROM_FILES, Template, templates

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "kinds.md"
BEGIN = "<!-- begin: python -m tools.write_kinds -->"
END = "<!-- end -->"


def _form(of: Template) -> str:
    if of.is_load:
        return "one entry a file"
    return "one entry a number" if of.name in FOLDED else "one entry a row"


def generated() -> str:
    """The tables, as Markdown."""
    lines = [
        "| kind | what it is | what asks for it | text | recorded as | columns needed |",
        "|---|---|---|---|---|---|",
    ]
    for of in templates().values():
        about = kind_help(of)
        needed = ", ".join(f"`{column.name}`" for column in ordered(of) if column.required)
        lines.append(f"| `{of.name}` | {about.title} | {about.asks} | {about.law} | {_form(of)} | {needed} |")
    lines += ["", "No file states these; each is an act of its own:", "", "| kind | why |", "|---|---|"]
    lines += [f"| `{name}` | {why} |" for name, why in NOT_FROM_FILES.items()]
    return "\n".join(lines)


def with_generated(text: str) -> str:
    """The document with its generated part as it should be."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n\n{generated()}\n\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    DOCUMENT.write_text(with_generated(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"{DOCUMENT.name}: {len(templates())} templates", file=sys.stderr)
