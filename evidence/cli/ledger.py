"""``evidence ledger``: check it, and hand out proofs and checkpoints."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli import ledger_export, ledger_life, ledger_time, ledger_witness
from evidence.cli.common import HomeOption, JsonOption, note, progress, show

if TYPE_CHECKING:
    from evidence.ledger.findings import CheckReport
    from evidence.ledger.found import HomeHandle

app = typer.Typer(help="The ledger: check it, prove an entry, hand out its checkpoint.", no_args_is_help=True)


@app.command()
def check(
    home: HomeOption,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(help="A checkpoint that somebody else kept; may be given again.", exists=True, dir_okay=False),
    ] = None,
    trust: Annotated[
        Path | None,
        typer.Option(help="The trust folder, as its owner published it; not this home's copy.", file_okay=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Re-derive the ledger from its stored bytes and name every fault; compare the register with it.

    Status 1 where something is wrong. Where nothing is, 0 with --trust; 3 without: the home's own keys fit, but whose
    they are it cannot say of itself.
    """
    from evidence.cli.opening import opened
    from evidence.ledger.check import check_ledger
    from evidence.ledger.found import TRUST
    from evidence.ledger.trust import read_verifiers
    from evidence.register.rebuild import compare

    with opened(home) as handle:
        folder = trust if trust is not None else handle.settings.home / TRUST
        held = _held(handle, checkpoint or [])
        with progress("Checking entries and documents") as advance:
            report = check_ledger(
                handle.engine,
                handle.documents,
                read_verifiers(folder),
                advance,
                held,
                origin=handle.settings.origin,
                trust=folder,
            )
        own = trust is None  # a folder that is named is the checker's own decision, whichever it is
        register: list[str] = []
        if report.clean:
            with progress("Comparing the register") as advance:
                register = compare(handle.engine, handle.ledger, handle.documents, advance)
    clean = report.clean and not register
    found = {
        "clean": clean,
        "signer": "undetermined" if own else "as in the trust folder",
        "trust": str(folder),
        "counts": dict(report.counts),
        "faults": report.faults,
        "register": register,
        "unread": report.unread,
        "remarks": report.remarks,
    }

    def text() -> None:
        _print(report, register)
        if own:
            typer.echo("Signer undetermined: the keys are those that this home names itself. Give --trust DIR.")

    show(found, as_json, text)
    raise typer.Exit((3 if own else 0) if clean else 1)


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
    for line in report.remarks:
        typer.echo(f"remark: {line}")
    if report.unread:
        typer.echo(f"{len(report.unread)} entries are of kinds this version does not know; they verify and are unread.")
    if not report.clean:
        note("The register was not compared, because the ledger itself is not sound.")
    went_through = ", ".join(f"{count} {what}" for what, count in sorted(report.counts.items()))
    faults = len(report.faults) + len(register)
    typer.echo(f"{went_through or 'Nothing recorded'}: {'no fault' if not faults else f'{faults} faults'}.")


@app.command()
def anchor(
    home: HomeOption,
    accept: Annotated[
        bool, typer.Option("--accept", help="Write the present checkpoint there: nothing is missing, you say.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what is kept at EVIDENCE_ANCHOR, and with --accept put the ledger's last checkpoint there.

    For an anchor that was lost. A checkpoint there that is ahead of the ledger is never overwritten. Status 1 where the
    anchor is not at the ledger's size.
    """
    from evidence.cli.opening import opened
    from evidence.ledger.anchoring import accept_anchor, anchor_standing

    with opened(home) as handle:
        found = anchor_standing(handle)
        if accept:
            kept = "none" if found.kept is None else f"one for {found.kept} entries"
            note(f"Kept at {found.anchor}: {kept}. Accepted: {found.entries} entries, root {found.root}.")
            found = accept_anchor(handle)
    show(found, as_json)
    if found.kept != found.entries:
        note("If nothing is missing, run this again with --accept.")
        raise typer.Exit(1)


@app.command()
def dispose(
    home: HomeOption,
    targets: Annotated[
        list[str] | None, typer.Argument(help="#12:statement, or #12: and the role of a document, each.")
    ] = None,
    rule: Annotated[list[str] | None, typer.Option(help="The retention rule that lets it go; may be repeated.")] = None,
    approved_by: Annotated[str, typer.Option(help="Who approved it.")] = "",
    resume: Annotated[
        int | None, typer.Option(metavar="SEQ", help="Carry out the disposal on record there, after an interruption.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Record a disposal and carry it out: what it names is gone for good, the entries stay."""
    from evidence.cli.opening import opened
    from evidence.core.identifiers import mint
    from evidence.core.statements.own import Disposal
    from evidence.errors import UsageError
    from evidence.ledger.dispose import carry_out
    from evidence.register.project import forget

    if (resume is None) == (not targets) or (targets and not (rule and approved_by)):
        raise UsageError("Give targets with --rule and --approved-by, or --resume SEQ for a disposal on record.")
    with opened(home, sign=resume is None) as handle:
        seq = resume
        if seq is None:
            disposal = Disposal(
                id=mint(Disposal.prefix, handle.clock.now(), handle.random),
                issuer="self",
                targets=tuple(targets or ()),
                rules=tuple(rule or ()),
                approved_by=approved_by,
            )
            seq = handle.record(disposal).seq
        done = carry_out(handle, seq, forget)
    found = {"seq": seq, "statements": done.statements, "documents": done.documents, "overwritten": done.overwritten}
    show(found, as_json)
    if not done.overwritten:
        note(f"A reader kept the log from being emptied. Run `evidence ledger dispose --resume {seq}` when it is done.")


ledger_export.register(app)
ledger_life.register(app)
ledger_time.register(app)
ledger_witness.register(app)
