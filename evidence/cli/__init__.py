"""The command line: one program behind ``evidence``, ``python -m evidence`` and ``python cli.py``.

Each group of commands is a module of this folder, opened only when it is asked for. Its ``app`` (a Typer) holds a
command under the name listed in `_DOORS`, or is itself the group where it bears that name. A module imports typer and
`evidence.cli.common` at its head and everything heavier inside its commands, so that ``--help`` answers at once.

`main` is the one place where an error becomes a line on standard error and an exit status (DESIGN.md section 8).
"""

import io
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Annotated, Any

import typer
import typer.main
from typer.core import TyperGroup

from evidence import __version__
from evidence.cli.common import GlobalHomeOption, GlobalJsonOption, one_line, remember
from evidence.errors import EvidenceError, UsageError

INTERNAL_FAULT = 70
INTERRUPTED = 130
READER_GONE = 141  # what a shell reports for a program that SIGPIPE ended: none of the verdicts 0 to 4

_HOME, _IN, _RECORD, _OUT = "The home", "What comes in", "What is on record", "What goes out"

# command -> (module of this folder, panel of --help), in the order that a newcomer meets them
_DOORS = {
    "demo": ("demo", _HOME),
    "init": ("home", _HOME),
    "status": ("home", _HOME),
    "backup": ("home", _HOME),
    "restore": ("home", _HOME),
    "database": ("database", _HOME),
    "keys": ("keys", _HOME),
    "import": ("intake", _IN),
    "mapping": ("mapping", _IN),
    "inbox": ("inbox", _IN),
    "documents": ("documents", _IN),
    "declarations": ("declarations", _IN),
    "wages": ("wages", _IN),
    "parties": ("parties", _IN),
    "work": ("work", _IN),
    "ledger": ("ledger", _RECORD),
    "register": ("register", _RECORD),
    "witness": ("witness", _RECORD),
    "rules": ("rules", _RECORD),
    "schema": ("schemas", _RECORD),
    "determine": ("origin", _OUT),
    "snapshots": ("origin", _OUT),
    "origin": ("what_if", _OUT),
    "average": ("averages", _OUT),
    "averages": ("averages", _OUT),
    "true-up": ("averages", _OUT),
    "claim": ("claims", _OUT),
    "readiness": ("readiness", _OUT),
    "pack": ("pack", _OUT),
}


class _Door(TyperGroup):
    """The root group: knows its commands by name and imports the module of one when that one is wanted.

    The contexts and commands handed through are of types that Typer keeps private, hence `Any`.
    """

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 -- the signature is Typer's
        return [name for name, (module, _) in _DOORS.items() if find_spec(f"evidence.cli.{module}")]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.list_commands(ctx):
            return None
        if cmd_name not in self.commands:
            module, panel = _DOORS[cmd_name]
            group = typer.main.get_group(import_module(f"evidence.cli.{module}").app)
            command: Any = group.commands.get(cmd_name, group if cmd_name == module else None)
            if command is None:
                return None
            command.name, command.rich_help_panel = cmd_name, panel
            self.commands[cmd_name] = command
        return self.commands[cmd_name]

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] not in _DOORS:
            for name in self.list_commands(ctx):
                self.get_command(ctx, name)  # so that a slip of the pen is answered by the nearest name
        return super().resolve_command(ctx, args)


app = typer.Typer(cls=_Door, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode="rich")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"evidence {__version__}")
        raise typer.Exit(0)


@app.callback(
    epilog="Exit status: 0 done, 1 found wanting, 2 used wrongly, 3 could not be decided, 4 the ledger refuses to sign."
)
def _root(
    home: GlobalHomeOption = None,
    as_json: GlobalJsonOption = False,
    _version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and end.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    """Proof of preferential origin, one signed pack per shipment.

    A home holds the ledger, the documents and the keys. The usual order:
    import what came in, read declarations gaps, determine a good,
    claim a shipment, pack build its pack. Each has its own --help.
    New here: evidence demo does all of it on a sample company.
    """
    remember(home, as_json)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command of the program and give its exit status."""
    return run(app, arguments)


def run(program: typer.Typer, arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit status: whatever went wrong is one line on standard error.

    A fault of ours has status 70; ``EVIDENCE_DEBUG=1`` adds its trace.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a supplier's name outside the terminal's encoding
    try:
        outcome = program(args=arguments, prog_name="evidence", standalone_mode=False)
        sys.stdout.flush()
        return outcome if isinstance(outcome, int) else 0
    except EvidenceError as error:
        return _fail(str(error), error.status)
    except typer.TyperException as error:
        return _fail(_usage(error), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        return _fail("interrupted; the command can be run again", INTERRUPTED)
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # which Typer has turned into an exit
            return _leave_quietly()
        raise
    except BrokenPipeError:
        return _leave_quietly()
    except Exception as error:  # noqa: BLE001 -- the last line of defence: one line and a status, whatever it is
        if os.environ.get("EVIDENCE_DEBUG") == "1":
            traceback.print_exc()
        if refused := _unsayable(error):
            return _fail(str(refused), refused.status)
        what = f"internal fault: {type(error).__name__}: {error}"
        return _fail(f"{what}. Run again with EVIDENCE_DEBUG=1 for the trace.", INTERNAL_FAULT)


def _unsayable(error: Exception) -> EvidenceError | None:
    """What a person gave that is no text, or that no statement can hold; None of any other error."""
    from pydantic import ValidationError  # imported here: --help must not wait for it

    from evidence.core.statements.registry import KINDS
    from evidence.ledger.stated import unsayable

    if isinstance(error, UnicodeEncodeError) and not error.object.isprintable():
        return UsageError(f"{error.object[:60]!r} is no text in UTF-8. Type it anew; a file may bear any name.")
    if isinstance(error, ValidationError) and error.title in {kind.__name__ for kind in KINDS.values()}:
        return unsayable(error)
    return None


def _leave_quietly() -> int:
    """End after the reader (`| head`) has gone: what is still buffered must not fail again on the way out."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return READER_GONE


def _usage(error: typer.TyperException) -> str:
    """The message of a wrong use with the way to the help page; empty where the help itself was just printed."""
    message = error.format_message()
    path = getattr(getattr(error, "ctx", None), "command_path", "evidence")
    return f"{message} See: {path} --help" if message else ""


def _fail(message: str, status: int) -> int:
    if message:
        typer.echo(f"evidence: {one_line(message)}", err=True)
    return status
