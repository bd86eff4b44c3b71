"""``evidence ledger``: check it, and hand out proofs and checkpoints."""

from typing import Annotated

import typer

from evidence.cli import ledger_check, ledger_export, ledger_life, ledger_time, ledger_witness
from evidence.cli.common import HomeOption, JsonOption, note, show

app = typer.Typer(help="The ledger: check it, prove an entry, hand out its checkpoint.", no_args_is_help=True)


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


ledger_check.register(app)
ledger_export.register(app)
ledger_life.register(app)
ledger_time.register(app)
ledger_witness.register(app)
