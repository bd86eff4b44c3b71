"""``evidence ledger``: check it, and hand out proofs and checkpoints."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli.common import HomeOption, JsonOption, note, progress, show

if TYPE_CHECKING:
    from evidence.ledger.findings import CheckReport
    from evidence.ledger.found import HomeHandle

app = typer.Typer(help="The ledger: check it, prove an entry, hand out its checkpoint.", no_args_is_help=True)

SizeOption = Annotated[int | None, typer.Option("--at", help="The size of an earlier checkpoint.", min=1)]
OutOption = Annotated[Path | None, typer.Option("--out", help="A file to write to, instead of standard output.")]


@app.command()
def check(
    home: HomeOption,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(help="A checkpoint that somebody else kept; may be given again.", exists=True, dir_okay=False),
    ] = None,
    trust: Annotated[Path | None, typer.Option(help="Another trust folder than the home's own.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Re-derive the ledger from its stored bytes and name every fault; compare the register with it.

    Status 0 where nothing is wrong, 1 where something is.
    """
    from evidence.cli.opening import opened
    from evidence.ledger.check import check_ledger
    from evidence.ledger.trust import read_verifiers
    from evidence.register.rebuild import compare

    with opened(home) as handle:
        verifiers = read_verifiers(trust) if trust is not None else handle.verifiers()
        held = _held(handle, checkpoint or [])
        with progress("Checking entries and documents") as advance:
            report = check_ledger(handle.engine, handle.documents, verifiers, advance, held)
        register: list[str] = []
        if report.clean:
            with progress("Comparing the register") as advance:
                register = compare(handle.engine, handle.ledger, handle.documents, advance)
    clean = report.clean and not register
    found = {
        "clean": clean,
        "counts": dict(report.counts),
        "faults": report.faults,
        "register": register,
        "unread": report.unread,
    }
    show(found, as_json, lambda: _print(report, register))
    raise typer.Exit(0 if clean else 1)


def _held(handle: "HomeHandle", given: list[Path]) -> list[bytes]:
    """Checkpoints from outside the database: the published one, the anchor, and those given."""
    kept = [handle.settings.home / "checkpoint", *([handle.settings.anchor] if handle.settings.anchor else [])]
    return [path.read_bytes() for path in (*kept, *given) if path.exists()]


def _print(report: "CheckReport", register: list[str]) -> None:
    for fault in report.faults:
        where = "" if fault.seq is None else f"entry {fault.seq}: "
        typer.echo(f"{fault.kind}: {where}{fault.what}")
    for line in register:
        typer.echo(f"register: {line}")
    if report.unread:
        typer.echo(f"{len(report.unread)} entries are of kinds this version does not know; they verify and are unread.")
    if not report.clean:
        note("The register was not compared, because the ledger itself is not sound.")
    went_through = ", ".join(f"{count} {what}" for what, count in sorted(report.counts.items()))
    faults = len(report.faults) + len(register)
    typer.echo(f"{went_through or 'Nothing recorded'}: {'no fault' if not faults else f'{faults} faults'}.")


@app.command()
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


@app.command()
def leaf(
    seq: Annotated[int, typer.Argument(help="The entry's position, from 0.", min=0)],
    home: HomeOption,
    out: OutOption = None,
) -> None:
    """Print the leaf of an entry, the bytes that its proof is about."""
    from evidence.cli.opening import opened

    with opened(home) as handle:
        _write(handle.ledger.entry(seq).leaf_bytes, out)


@app.command()
def checkpoint(home: HomeOption, at: SizeOption = None, out: OutOption = None) -> None:
    """Print the latest checkpoint, or that of an earlier size: give it to somebody to keep."""
    from evidence.cli.opening import opened

    with opened(home) as handle:
        _write(handle.ledger.checkpoint_at(at), out)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Where to write; what is there already stays.")],
    home: HomeOption,
    statements: Annotated[bool, typer.Option(help="Also the signed statements, for those who may see them.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Write the log as C2SP tiles: checkpoint, tile/, entry bundles, and statements/ if asked for."""
    from evidence.cli.opening import opened
    from evidence.ledger.export import export_log

    with opened(home) as handle, progress("Writing the log") as advance:
        count = export_log(handle.ledger, folder, with_statements=statements, advance=advance)
    show({"folder": str(folder), "entries": handle.ledger.size(), "files": count}, as_json)


def _write(data: bytes, out: Path | None) -> None:
    if out is not None:
        out.write_bytes(data)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
