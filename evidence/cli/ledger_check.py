"""``evidence ledger check``: the ledger of a home, or an export of one, derived again and every fault named."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli.common import JsonOption, note, one_line, progress, settled_home, show

if TYPE_CHECKING:
    from evidence.ledger.findings import CheckReport
    from evidence.ledger.found import HomeHandle


def register(app: typer.Typer) -> None:
    """Add the command to the group ``ledger``."""
    app.command()(check)


def check(
    context: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option("--home", metavar="DIR", help="The evidence home to work in; EVIDENCE_HOME by default."),
    ] = None,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(help="A checkpoint that somebody else kept; may be given again.", exists=True, dir_okay=False),
    ] = None,
    trust: Annotated[
        Path | None,
        typer.Option(help="The trust folder, as its owner published it; not this home's copy.", file_okay=False),
    ] = None,
    since: Annotated[
        Path | None,
        typer.Option(
            help="A checkpoint up to which all was checked before: only what is new is looked into.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option(help="Check this export instead of a home; needs --trust.", exists=True, file_okay=False),
    ] = None,
    processes: Annotated[
        int | None, typer.Option(help="How many share the work; all processors for a long ledger by default.", min=1)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Re-derive the ledger from its stored bytes and name every fault; compare the register with it.

    With --since the entries up to that checkpoint are only hashed, and the register is not compared. Status 1 where
    something is wrong. Where nothing is, 0 with --trust; 3 without: the home's own keys fit, but whose they are it
    cannot say of itself.
    """
    held = [path.read_bytes() for path in checkpoint or []]
    new_from = None if since is None else since.read_bytes()
    if export is not None:
        report, register = _of_export(export, trust, held, new_from, processes), None
    else:
        report, register = _of_home(settled_home(context, home), trust, held, new_from, processes)
    clean = report.clean and not register
    own = trust is None  # a folder that is named is the checker's own decision, whichever it is
    found = {
        "clean": clean,
        "signer": "undetermined" if own else "as in the trust folder",
        "trust": None if trust is None else str(trust),
        "counts": dict(sorted(report.counts.items())),
        "faults": report.faults,
        "register": register or [],
        "register_compared": register is not None,
        "unread": report.unread,
        "remarks": report.remarks,
    }

    def text() -> None:
        _print(report, register)
        if own:
            typer.echo("Signer undetermined: the keys are those that this home names itself. Give --trust DIR.")

    show(found, as_json, text)
    raise typer.Exit((3 if own else 0) if clean else 1)


def _of_home(
    home: Path, trust: Path | None, held: list[bytes], since: bytes | None, processes: int | None
) -> tuple["CheckReport", list[str] | None]:
    """The report on a home, and what of its register differs; None where the register was not compared."""
    from evidence.cli.opening import opened
    from evidence.errors import EvidenceError
    from evidence.ledger.check import check_ledger
    from evidence.ledger.found import TRUST
    from evidence.ledger.policy import read_policy
    from evidence.ledger.trust import read_verifiers
    from evidence.register.rebuild import compare

    with opened(home) as handle:
        folder = trust if trust is not None else handle.settings.home / TRUST
        with progress("Checking entries and documents") as advance:
            report = check_ledger(
                handle.engine,
                handle.documents,
                read_verifiers(folder),
                advance,
                [*_kept(handle), *held],
                origin=handle.settings.origin,
                trust=folder,
                policy=read_policy(folder),
                since=since,
                processes=processes,
            )
        if since is not None:
            return report, None
        try:
            with progress("Comparing the register") as advance:
                return report, compare(handle.engine, handle.ledger, handle.documents, advance)
        except EvidenceError as error:
            if report.clean:
                raise
            report.remarks.append(f"the register could not be compared with a ledger that is not sound: {error}")
            return report, None


def _of_export(
    folder: Path, trust: Path | None, held: list[bytes], since: bytes | None, processes: int | None
) -> "CheckReport":
    from evidence.errors import UsageError
    from evidence.ledger.check_export import check_export
    from evidence.ledger.policy import read_policy
    from evidence.ledger.trust import read_verifiers

    if trust is None:
        raise UsageError("An export says nothing of whose it is. Give --trust DIR, the trust folder as published.")
    policy = read_policy(trust)
    with progress("Checking the export") as advance:
        return check_export(
            folder,
            read_verifiers(trust),
            advance,
            held,
            trust=trust,
            witnesses=[witness.key for witness in policy.witnesses] if policy is not None else [],
            since=since,
            processes=processes,
        )


def _kept(handle: "HomeHandle") -> list[bytes]:
    """Checkpoints from outside the database: the published one, and the anchor."""
    kept = [handle.settings.home / "checkpoint", *([handle.settings.anchor] if handle.settings.anchor else [])]
    return [path.read_bytes() for path in kept if path.exists()]


def _print(report: "CheckReport", register: list[str] | None) -> None:
    for fault in report.faults:
        where = "" if fault.seq is None else f"entry {fault.seq}: "
        typer.echo(one_line(f"{fault.kind}: {where}{fault.what}"))  # it may quote a stranger's file names
    for line in register or []:
        typer.echo(one_line(f"register: {line}"))
    for line in report.remarks:
        typer.echo(one_line(f"remark: {line}"))
    if report.unread:
        typer.echo(f"{len(report.unread)} entries are of kinds this version does not know; they verify and are unread.")
    if register is None:
        note("The register was not compared.")
    went_through = ", ".join(f"{count} {what}" for what, count in sorted(report.counts.items()) if count)
    faults = len(report.faults) + len(register or [])
    typer.echo(f"{went_through or 'Nothing recorded'}: {'no fault' if not faults else f'{faults} faults'}.")
