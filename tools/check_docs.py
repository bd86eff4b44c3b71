"""Whether the commands printed in the documents exist: run by ``make check``.

Reads README.md, CONTRIBUTING.md and docs/. In a ``console`` block the lines after ``$ `` are commands and the rest is
what they print; in a ``sh`` block every line is one. Each has to be a subcommand of ``evidence`` with options that it
has and as many arguments as it takes, a target of the Makefile, or a tool of `TOOLS`. The running of the tour is a
functional test; this one looks at every other document as well.
"""

import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main
from typer.core import TyperGroup

from evidence.cli import app

ROOT = Path(__file__).resolve().parent.parent
_TOOLS = """
alembic apt-get awk base64 basenc bash cat cd chmod cmp cp crontab curl cut dd diff echo export find git grep head
install jq less ls mkdir mv mypy od openssl pdfsig pdftotext pg_dump pg_restore printf psql pytest python3 qpdf rm
rsync ruff sha256sum sort sudo systemctl tail tar tree umask unzip wc xxd zip
"""
TOOLS = frozenset(_TOOLS.split())
_PROGRAM = re.compile(r"^(?:(?:\S*/)?evidence|(?:\S*/)?python3? (?:cli\.py|-m evidence))(?: |$)")
_BLOCK = re.compile(r"^```(console|sh)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def documents() -> list[Path]:
    return [path for name in ("README.md", "CONTRIBUTING.md", "docs/**/*.md") for path in sorted(ROOT.glob(name))]


def commands(text: str) -> Iterator[tuple[int, str]]:
    """Each command line of the blocks in a document, with the number of its first line; continuations joined."""
    for block in _BLOCK.finditer(text):
        prompt = "$ " if block[1] == "console" else ""
        parts: list[str] = []
        for number, line in enumerate(block[2].splitlines(), text.count("\n", 0, block.start(2)) + 1):
            if not parts and not line.startswith(prompt):
                continue
            parts.append(line if parts else line.removeprefix(prompt))
            if parts[-1].endswith("\\"):
                parts[-1] = parts[-1][:-1]
                continue
            whole = "".join(parts).strip()
            if whole and not whole.startswith("#"):
                yield number - len(parts) + 1, whole
            parts = []


def simple_commands(line: str) -> Iterator[list[str]]:
    """The words of each simple command in a line of shell, without assignments before it and redirections in it."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>()")
    lexer.whitespace_split = True
    words: list[str] = []
    redirected = False
    for word in lexer:
        if set(word) <= set("|&;()"):
            yield words
            words = []
        elif set(word) <= set("<>&"):
            redirected = True
        elif redirected:
            redirected = False
        elif words or not re.match(r"^[A-Za-z_]+=", word):
            words.append(word)
    yield words


def fault_in_arguments(words: list[str]) -> str | None:
    """What `evidence` would not take of these words, from its own table of commands; None where it takes all."""
    command: Any = typer.main.get_group(app)
    context = command.make_context("evidence", [], resilient_parsing=True)
    waiting = list(words)
    arguments = 0
    path = "evidence"
    while waiting:
        word = waiting.pop(0)
        if word.startswith("-") and len(word) > 1:
            name, equals, _ = word.partition("=")
            known = {
                o: p for p in command.get_params(context) for o in (*p.opts, *p.secondary_opts) if o.startswith("-")
            }
            if name not in known:
                return f"{path} has no option {name}"
            if not equals and not getattr(known[name], "is_flag", False) and name != "--help" and waiting:
                waiting.pop(0)
        elif isinstance(command, TyperGroup):
            found = command.get_command(context, word)
            if found is None:
                return f"{path} has no command {word}"
            command, path = found, f"{path} {word}"
        else:
            arguments += 1
    if "--help" in words or "--version" in words:
        return None
    return _fault_in_count(command, path, arguments)


def _fault_in_count(command: Any, path: str, arguments: int) -> str | None:
    if isinstance(command, TyperGroup):
        return f"{path} wants a command after it"
    takes = [p for p in command.params if p.param_type_name == "argument"]
    least = sum(1 for p in takes if p.required)
    most = None if any(p.nargs == -1 for p in takes) else len(takes)
    if arguments < least or (most is not None and arguments > most):
        return f"{path} has {arguments} arguments, wanted {least} to {'any number' if most is None else most}"
    return None


def fault(words: list[str]) -> str | None:
    """Why this command does not exist, or None."""
    if not words:
        return None
    if _PROGRAM.match(" ".join(words)):
        return fault_in_arguments(words[1:] if "evidence" in words[0] else words[2 if words[1] == "cli.py" else 3 :])
    if words[0] == "make":
        targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        unknown = [word for word in words[1:] if "=" not in word and word not in targets]
        return f"the Makefile has no target {unknown[0]}" if unknown else None
    return None if words[0].rpartition("/")[2] in TOOLS else f"{words[0]} is no tool that tools/check_docs.py knows"


def main() -> int:
    """Print each fault with its place; 1 where there is one."""
    seen, faults = 0, []
    for document in documents():
        for number, line in commands(document.read_text(encoding="utf-8")):
            seen += 1
            place = f"{document.relative_to(ROOT)}:{number}"
            try:
                faults += [f"{place}: {found}" for words in simple_commands(line) if (found := fault(words))]
            except ValueError as error:
                faults.append(f"{place}: cannot be read as shell ({error}): {line}")
    for found in faults:
        print(found, file=sys.stderr)
    print(f"{seen} command lines in {len(documents())} documents, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
