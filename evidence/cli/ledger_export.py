"""``evidence ledger export``, ``prove``, ``consistency``, ``leaf`` and ``checkpoint``: what others verify with."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from evidence.cli.common import HomeOption, JsonOption, note, progress, show
from evidence.errors import UsageError

SizeOption = Annotated[int | None, typer.Option("--at", help="The size of an earlier checkpoint.", min=1)]
OutOption = Annotated[Path | None, typer.Option("--out", help="A file to write to, instead of standard output.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the group ``ledger``."""
    for command in (prove, consistency, leaf, checkpoint, export):
        app.command()(command)


def prove(
    seq: Annotated[int, typer.Argument(help="The entry's position, from 0.", min=0)],
    home: HomeOption,
    at: SizeOption = None,
    out: OutOption = None,
) -> None:
    """Print the .tlog-proof of an entry: its place in the tree under a signed checkpoint."""
    from evidence.cli.opening import opened

    with opened(home) as handle:
        _write(handle.ledger.tlog_proof(seq, at), out)


def consistency(
    first: Annotated[int, typer.Argument(help="The size of the checkpoint that somebody holds.", min=1)],
    home: HomeOption,
    second: Annotated[int | None, typer.Argument(help="That of a later one; the latest by default.", min=1)] = None,
    out: OutOption = None,
) -> None:
    """Print the proof that a checkpoint's entries are the first ones of a later checkpoint."""
    from evidence.cli.opening import opened

    with opened(home) as handle:
        _write(handle.ledger.consistency_file(first, second), out)


def leaf(
    seq: Annotated[int, typer.Argument(help="The entry's position, from 0.", min=0)],
    home: HomeOption,
    out: OutOption = None,
) -> None:
    """Print the leaf of an entry, the bytes that its proof is about."""
    from evidence.cli.opening import opened

    with opened(home) as handle:
        _write(handle.ledger.entry(seq).leaf_bytes, out)


def checkpoint(home: HomeOption, at: SizeOption = None, out: OutOption = None) -> None:
    """Print the latest checkpoint, or that of an earlier size: give it to somebody to keep."""
    from evidence.cli.opening import opened

    with opened(home) as handle:
        _write(handle.ledger.checkpoint_at(at), out)


def export(
    folder: Annotated[Path, typer.Argument(help="Where to write; an earlier export there is added to.")],
    home: HomeOption,
    statements: Annotated[bool, typer.Option(help="Also the signed statements, for those who may see them.")] = False,
    documents: Annotated[bool, typer.Option(help="Also the documents; sealed ones stay sealed.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Write the log as C2SP tiles: entry bundles, hashes, statements/ and documents/ if asked for, checkpoint last.

    Only what is new since the last export into that folder is written. Status 1 where a document could not be.
    """
    from evidence.cli.opening import opened
    from evidence.ledger.export import export_log

    with opened(home) as handle, progress("Writing the log") as advance:
        done = export_log(handle.ledger, folder, with_statements=statements, with_documents=documents, advance=advance)
    for what in done.unwritten:
        note(f"Not written: {what}.")
    found = {"folder": str(folder), "entries": done.size, "files": done.files, "removed": done.removed}
    show({**found, "unwritten": done.unwritten}, as_json)
    raise typer.Exit(1 if done.unwritten else 0)


def _write(data: bytes, out: Path | None) -> None:
    if out is not None:
        try:
            out.write_bytes(data)
        except OSError as error:
            raise UsageError(f"{out} cannot be written ({error.strerror}). Name another file.") from error
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
