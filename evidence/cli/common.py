"""What every group of commands shares: the options, and how results, notes and progress are shown.

Results go to standard output, as tables or with ``--json`` as one JSON document; everything else goes to standard
error. Colours and moving progress appear only on a terminal. Text from outside is never read as markup.

A command takes ``home: HomeOption`` (always a path, never None) and ``as_json: JsonOption = False``; both may also
be given before the command's name, and the home by ``EVIDENCE_HOME``.
"""

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Protocol, TextIO

import typer

from evidence.errors import SettingsError

if TYPE_CHECKING:
    from rich.console import Console

    from evidence.intake.faults import Fault

OUTCOME_STATUS: Final = {"met": 0, "not_met": 1, "not_determinable": 3}
"""The status of a command that works out whether something is met."""
_PLAIN_WIDTH = 200  # of a table that goes to a file or a pipe, where no terminal says how wide it is
_SECONDS_BETWEEN_LINES = 5

_given: ContextVar[tuple[Path | None, bool]] = ContextVar("given", default=(None, False))


def remember(home: Path | None, as_json: bool) -> None:
    """Keep what was given before the command's name, for the options of the command to fall back on."""
    _given.set((home, as_json))


def _home_given_earlier() -> Path | None:
    return _given.get()[0]


def settled_home(context: typer.Context, home: Path | None) -> Path:
    """The home that a command works in, where its option may be left out because another one ends the command.

    Raises:
        SettingsError: none was named.
    """
    found = _settle_home(context, home or _home_given_earlier())
    assert found is not None
    return found


def _settle_home(context: typer.Context, home: Path | None) -> Path | None:
    if home is None and not context.resilient_parsing:  # while a shell completes a line, nothing is wrong yet
        raise SettingsError("No evidence home was named: give --home DIR or set EVIDENCE_HOME.")
    return None if home is None else home.expanduser().absolute()


def _settle_json(as_json: bool) -> bool:
    return as_json or _given.get()[1]


GlobalHomeOption = Annotated[
    Path | None,
    typer.Option("--home", envvar="EVIDENCE_HOME", metavar="DIR", help="The evidence home to work in."),
]
GlobalJsonOption = Annotated[bool, typer.Option("--json", help="Print results as JSON.")]
HomeOption = Annotated[
    Path,
    typer.Option(
        "--home",
        metavar="DIR",
        help="The evidence home to work in; EVIDENCE_HOME by default.",
        default_factory=_home_given_earlier,
        callback=_settle_home,
        show_default=False,
    ),
]
OptionalHomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        metavar="DIR",
        help="An evidence home to look in besides; EVIDENCE_HOME by default.",
        default_factory=_home_given_earlier,
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.", callback=_settle_json)]


def one_line(text: str) -> str:
    """Text as one line that a terminal cannot be driven by: no breaks, no control characters."""
    joined = " ".join(text.split())
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in joined)


def plain(value: object) -> Any:
    """A value as what JSON holds: records become objects, decimals and days become text, and nothing a float."""
    if value is None or (isinstance(value, str | int) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if callable(to_json := getattr(value, "to_json", None)) and not isinstance(value, type):
        inner = to_json()
        return json.loads(inner) if isinstance(inner, bytes) else plain(inner)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, Iterable):
        return [plain(inner) for inner in value]
    return str(value)


def show(report: object, as_json: bool, text: Callable[[], None] | None = None) -> None:
    """Print a result: as JSON, by the `text` given, or as a table of its fields (a sequence: a row for each)."""
    if as_json:
        json.dump(plain(report), sys.stdout, ensure_ascii=False, indent=2)
        sys.stdout.write("\n")
    elif text is not None:
        text()
    elif isinstance(report, Sequence) and not isinstance(report, str):
        rows = [_by_name(row) for row in report]
        columns = list(rows[0]) if rows else []
        table(columns, [[row.get(column) for column in columns] for row in rows])
    else:
        table((), list(_by_name(report).items()))


def _by_name(record: object) -> Mapping[str, Any]:
    found = plain(record)
    return found if isinstance(found, dict) else {"": found}


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str = "", empty: str = "Nothing.") -> None:
    """Print rows to standard output under their headings; an empty list says so in words."""
    from rich import box  # imported here: --help must not wait for it
    from rich.table import Table
    from rich.text import Text

    listed = list(rows)
    if not listed:
        typer.echo(empty)
        return
    shown = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, show_header=bool(columns))
    for heading in columns or [""] * len(listed[0]):
        shown.add_column(heading, overflow="fold")  # a narrow terminal breaks a figure and never cuts it off
    for row in listed:
        shown.add_row(*(Text(_cell(value)) for value in row))
    screen = console(sys.stdout)
    with screen.capture() as captured:
        screen.print(shown)
    typer.echo("\n".join(line.rstrip() for line in captured.get().split("\n")).strip("\n"))


def fault_table(faults: Sequence["Fault"]) -> None:
    """Print the faults of what came in, each at its place."""
    rows = [(fault.file, fault.sheet, fault.row, fault.column, fault.found, fault.wanted) for fault in faults]
    table(("file", "sheet", "row", "column", "found", "wanted"), rows)


def _cell(value: object) -> str:
    found = plain(value)
    if isinstance(found, dict | list):
        return one_line(json.dumps(found, ensure_ascii=False))
    return "" if found is None else one_line(str(found))


def note(message: str) -> None:
    """Tell the person something that is not the result: one line on standard error."""
    typer.echo(one_line(message), err=True)


def console(stream: TextIO) -> "Console":
    """A console on the stream as it now is: colours on a terminal only, and never markup in what is printed."""
    from rich.console import Console

    terminal = stream.isatty()
    return Console(
        file=stream,
        force_terminal=terminal,
        no_color=None if terminal else True,
        width=None if terminal else _PLAIN_WIDTH,
        markup=False,
        highlight=False,
        emoji=False,
    )


class Advance(Protocol):
    """Counts steps done; the number of all steps may be told as soon as it is known."""

    def __call__(self, steps: int = 1, total: int | None = None) -> None: ...


@contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Advance]:
    """Show work going on, on standard error: a moving bar on a terminal, else a line now and then."""
    with _bar(label, total) if sys.stderr.isatty() else _lines(label, total) as advance:
        yield advance


@contextmanager
def _bar(label: str, total: int | None) -> Iterator[Advance]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console(sys.stderr)) as bar:
        task = bar.add_task(label, total=total)

        def advance(steps: int = 1, total: int | None = None) -> None:
            bar.update(task, advance=steps, total=total)

        yield advance


@contextmanager
def _lines(label: str, total: int | None) -> Iterator[Advance]:
    done, known, began = 0, total, time.monotonic()
    said = began
    note(f"{label} ...")

    def advance(steps: int = 1, total: int | None = None) -> None:
        nonlocal done, known, said
        done += steps
        known = known if total is None else total
        if time.monotonic() - said >= _SECONDS_BETWEEN_LINES:
            said = time.monotonic()
            note(f"{label}: {done}" + (f" of {known}" if known is not None else ""))

    yield advance
    note(f"{label}: done" + (f", {done}" if done else "") + f" ({time.monotonic() - began:.1f} s)")
