"""``evidence register``: the index over the ledger, derived again or compared with it."""

import typer

from evidence.cli.common import HomeOption, JsonOption, note, progress, show

app = typer.Typer(help="The index over the ledger: derive it again, or compare the two.", no_args_is_help=True)


@app.command()
def rebuild(home: HomeOption, as_json: JsonOption = False) -> None:
    """Empty the register and derive it again from the ledger. The ledger is not touched."""
    from evidence.cli.opening import opened
    from evidence.register.rebuild import rebuild as derive

    with opened(home) as handle, progress("Projecting entries") as advance:
        count = derive(handle.engine, handle.ledger, handle.documents, advance)
    show({"entries": count}, as_json, lambda: note(f"The register is derived from {count} entries."))


@app.command()
def check(home: HomeOption, as_json: JsonOption = False) -> None:
    """Compare the register with the ledger and name every row that differs."""
    from evidence.cli.opening import opened
    from evidence.register.rebuild import compare

    with opened(home) as handle, progress("Comparing with the ledger") as advance:
        faults = compare(handle.engine, handle.ledger, handle.documents, advance)

    def text() -> None:
        for fault in faults:
            typer.echo(fault)
        typer.echo("The register differs from the ledger." if faults else "The register is what the ledger says.")

    show({"faults": faults}, as_json, text)
    raise typer.Exit(1 if faults else 0)
