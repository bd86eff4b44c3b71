"""The documents do what they say: each is read as a reader would type it, command by command in one shell.

In a ``console`` block a line that starts with ``$ `` is a command; ``# exits 3`` at its end says how it ends, where
that is not 0. The lines after it are what it prints: compared word by word, with ``...`` on a line of its own for lines
left out and ``…`` for a part of a line. A ``sh`` block is for a machine that a test does not have, and is not run; its
commands are held to exist by tools/check_docs.py.
"""

import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.functional.conftest import ROOT, environment

BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXITS = re.compile(r"\s# exits (\d+)$")
_RULE = re.compile(r"[─\s]*")


@dataclass(frozen=True)
class Typed:
    """A command as a document has it, with its line, the status it should end with and the lines it should print."""

    line: int
    command: str
    status: int
    printed: tuple[str, ...]


def typed(text: str) -> Iterator[Typed]:
    """The commands of a document, in order; `make` is what the session has done already."""
    for block in BLOCK.finditer(text):
        first = text.count("\n", 0, block.start(1)) + 1
        for piece in re.finditer(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", block[1], re.MULTILINE):
            command = piece[1].replace("\\\n", "")
            ends = EXITS.search(command)
            if not command.startswith("make "):
                printed = tuple(line for line in piece[2].splitlines() if _RULE.fullmatch(line) is None)
                line = first + block[1].count("\n", 0, piece.start())
                yield Typed(line, EXITS.sub("", command), int(ends[1]) if ends else 0, printed)


def run(commands: list[Typed], folder: Path) -> list[tuple[int, str, str]]:
    """Run the commands in one shell, as a person would; gives status, output and error output of each."""
    out = folder / ".typed"
    out.mkdir()
    script = ""
    for number, each in enumerate(commands):
        files = [shlex.quote(str(out / f"{number}.{name}")) for name in ("out", "err", "status")]
        script += f"{{ {each.command}\n}} >{files[0]} 2>{files[1]}\necho $? >{files[2]}\n"
    subprocess.run(["bash", "-c", script], cwd=folder, env=environment(), stdin=subprocess.DEVNULL, check=False)

    def read(number: int, name: str) -> str:
        return (out / f"{number}.{name}").read_text(encoding="utf-8", errors="replace")

    return [(int(read(number, "status")), read(number, "out"), read(number, "err")) for number in range(len(commands))]


def shows(wanted: tuple[str, ...], printed: str) -> str:
    """What of the lines wanted is not printed in this order; empty where all is."""
    lines = [" ".join(line.split()) for line in printed.splitlines() if _RULE.fullmatch(line) is None]
    at, skipping = 0, False
    for line in wanted:
        if line.strip() == "...":
            skipping = True
            continue
        pattern = re.compile(".*".join(re.escape(part) for part in re.split(" ?… ?", " ".join(line.split()))))
        while at < len(lines) and skipping and pattern.fullmatch(lines[at]) is None:
            at += 1
        if at == len(lines) or pattern.fullmatch(lines[at]) is None:
            return f"wanted {line!r}, found {lines[at]!r}" if at < len(lines) else f"wanted {line!r}, found no more"
        at, skipping = at + 1, False
    return "" if skipping or not wanted or at == len(lines) else f"it goes on with {lines[at]!r}"


def faults(document: str, folder: Path) -> list[str]:
    """Every command of a document that ends or prints otherwise than the document says."""
    commands = list(typed((ROOT / document).read_text(encoding="utf-8")))
    assert commands, f"{document} has no console block"
    found = []
    for each, (status, out, err) in zip(commands, run(commands, folder), strict=True):
        place = f"{document}:{each.line}: {each.command}"
        if status != each.status:
            found.append(f"{place}\n  ended with {status}, the document says {each.status}\n{out[-600:]}{err[-600:]}")
        elif (missing := shows(each.printed, out)) and shows(each.printed, err):
            found.append(f"{place}\n  {missing}")
    return found


@pytest.mark.parametrize(
    "document", ["README.md", "docs/checking-a-pack.md", "docs/user-guide.md", "docs/operations.md", "docs/what-if.md"]
)
def test_every_command_of_a_document_ends_and_prints_as_the_document_says(document: str, checkout: Path) -> None:
    found = faults(document, checkout)
    assert not found, "\n".join(found)


def test_a_document_that_quotes_what_is_not_printed_is_found_out() -> None:
    assert shows(("one  two", "...", "three…"), "one two\nx\nthree and more\n") == ""
    assert "found 'x'" in shows(("one two", "three…"), "one two\nx\nthree and more\n")
    assert "goes on with 'x'" in shows(("one two",), "one two\nx\n")
    assert "no more" in shows(("...", "four"), "one two\n")


def test_a_command_is_read_with_its_status_and_what_it_prints() -> None:
    text = "```console\n$ a \\\n  b # exits 3\nline\n$ make demo\n$ c\n```\n"
    assert list(typed(text)) == [Typed(2, "a   b", 3, ("line",)), Typed(6, "c", 0, ())]


def test_the_readme_leads_with_the_two_commands_and_shows_a_page_of_a_pack() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.index("make demo") < text.index("## ")
    picture = re.search(r"!\[[^\]]+\]\((docs/images/[^)]+)\)", text)
    assert picture is not None
    assert (ROOT / picture[1]).read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert (ROOT / picture[1]).stat().st_size < 150_000
