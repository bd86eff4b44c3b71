"""``evidence schema``: the fields of every kind of statement, as JSON Schema."""

from pathlib import Path
from typing import Annotated

import typer

from evidence.cli.common import JsonOption, note, show
from evidence.errors import StoreError, UsageError

app = typer.Typer(help="The fields of every kind of statement, as JSON Schema.", no_args_is_help=True)

INDEX = "README.md"


@app.command("schema", no_args_is_help=True)
def schema(
    kind: Annotated[
        str | None, typer.Argument(metavar="[KIND]", help="A kind of statement, such as purchase.", show_default=False)
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every kind, with a page that lists them.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="The folder to write to; without it they are printed.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write the JSON Schema of a kind: of each version of it, and of a line where it comes as lines.

    Without --out they are printed, as one JSON object with the name of each file.
    """
    from evidence.core.statements.schema import all_schemas, as_text, index, kinds, schemas_of

    if (kind is None) == (not every):
        raise UsageError("Name a kind of statement, or give --all for every one.")
    schemas = all_schemas() if kind is None else schemas_of(kind)
    if not schemas:
        raise UsageError(f"No kind of statement is called {kind!r}. There are: {', '.join(kinds())}.")
    if out is None:
        show(schemas, as_json=True)  # a schema is JSON, whatever was asked for
        return
    texts = {name: as_text(each) for name, each in schemas.items()} | ({INDEX: index(schemas)} if every else {})
    _write(out, texts)
    show({"folder": str(out), "files": len(texts)}, as_json)
    note("A schema says which fields there are, who may see each, and which stand in clear.")


def _write(folder: Path, texts: dict[str, str]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{folder} cannot be written to ({error.strerror}). Name a folder that can.") from error
