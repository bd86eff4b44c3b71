"""``evidence pack request-form``: a request of customs to start from, which ``build --request`` then answers."""

from pathlib import Path
from typing import Annotated

import typer

from evidence.cli.pack_common import write_new


def request_form(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The TOML file to write; it must not be there.")],
    form: Annotated[str, typer.Option("--form", help="Which form: form28.")] = "form28",
) -> None:
    """Write a request in the blocks of a customs form, to be filled in and given to 'pack build --request'.

    Each paragraph has its own numbering, its words, and the topics of which the report prints what is on record.
    """
    from evidence.pack.gathered.request import template

    write_new(out, template(form).encode())
    typer.echo(f"Wrote {out}. Fill it in, then: evidence pack build SHIPMENT --request {out} --out DIR")
