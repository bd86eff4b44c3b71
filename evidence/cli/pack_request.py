"""``evidence pack request-form``: a request of customs to start from, which ``build --request`` then answers."""

from pathlib import Path
from typing import Annotated

import typer


def request_form(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The TOML file to write; it must not be there.")],
    form: Annotated[str, typer.Option("--form", help="Which form: form28.")] = "form28",
) -> None:
    """Write a request in the blocks of a customs form, to be filled in and given to 'pack build --request'.

    Each paragraph has its own numbering, its words, and the topics of which the report prints what is on record.
    """
    from evidence.errors import UsageError
    from evidence.pack.gathered.request import template

    text = template(form)
    try:
        with open(out, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise UsageError(f"{out} is there already and is not written over. Name another --out.") from error
    except OSError as error:
        raise UsageError(f"{out} cannot be written ({error.strerror}). Name another --out.") from error
    typer.echo(f"Wrote {out}. Fill it in, then: evidence pack build SHIPMENT --request {out} --out DIR")
