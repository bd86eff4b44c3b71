"""What editions withhold: ``evidence pack open-field`` shows it later, ``seal`` to an authority, ``redact`` in part."""

from pathlib import Path
from typing import Annotated

import typer

from evidence.cli.common import HomeOption, JsonOption, progress, show
from evidence.cli.pack_common import NumberArgument, require_absent, state_of, told, write_new


def open_field(
    home: HomeOption,
    number: NumberArgument,
    fields: Annotated[
        list[str],
        typer.Argument(
            metavar="FIELD...",
            help="12.supplier (a field of entry 12), 14:2 (a line of a load), E017 (an exhibit), "
            "worksheet-1:RVC (a figure or material).",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The opening, a file that is not there yet.")],
    secret_for: Annotated[
        str | None, typer.Option("--secret-for", metavar="PURPOSE", help="Open what was given in secret; recorded.")
    ] = None,
    by: Annotated[str | None, typer.Option("--by", help="Who opens it, by name and title; with --secret-for.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Open fields that an edition of a pack withholds, so that they can be checked against the same root.

    The recipient checks FILE with: evidence pack check PACK --trust DIR --beside FILE
    """
    from evidence.cli.opening import opened
    from evidence.pack.disclosing.open_field import open_fields
    from evidence.pack.productions.on_record import packs_of
    from evidence.pack.productions.release import pick

    require_absent(out)
    with opened(home, sign=secret_for is not None) as handle:
        was = pick(packs_of(handle), number).value
        opening = open_fields(handle, was, fields, secret_for=secret_for, by=by)
    write_new(out, opening)
    found = {"pack": number, "opened": fields, "opening": out}
    show(found, as_json, lambda: typer.echo(f"Opened of pack {number}: {', '.join(fields)}. Opening  {out}"))


def seal(
    home: HomeOption,
    number: NumberArgument,
    to: Annotated[
        Path, typer.Option("--to", metavar="CERT", help="The authority's certificate, PEM or DER: RSA or NIST curve.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder that receives the edition.")],
    edition: Annotated[
        str, typer.Option("--edition", help="Which edition the envelopes go with: importer, producer or authority.")
    ] = "importer",
    exhibit: Annotated[
        list[str] | None,
        typer.Option(
            "--exhibit", metavar="E017", help="Seal this exhibit; again for several. By default all withheld ones."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write an edition of a pack with exhibits sealed to an authority, which whoever forwards it cannot open.

    Each envelope is CMS EnvelopedData of a tar archive: openssl cms -decrypt -inform DER -binary -in sealed/1.p7m
    -recip CERT -inkey KEY -out it.tar, then tar -xf it.tar, give a document and what proves it, or a file called
    empty: evidence pack check PACK --beside DOCUMENT --beside OPENING. Neither number nor sizes are told to others.
    """
    from evidence.cli.opening import opened
    from evidence.cli.pack_stamps import stamping_of
    from evidence.pack.disclosing.envelope import read_recipient
    from evidence.pack.disclosing.sealing import Sealing
    from evidence.pack.gathered.editions import edition_of
    from evidence.pack.productions.build import build
    from evidence.pack.productions.making import Wanted
    from evidence.pack.productions.on_record import packs_of, subject_of
    from evidence.pack.productions.release import pick

    chosen = edition_of(edition)
    with opened(home, sign=True) as handle, progress(f"Sealing exhibits of {number}") as advance:
        was = pick(packs_of(handle), number).value
        sealing = Sealing(read_recipient(to, handle.clock.now()), tuple(dict.fromkeys(exhibit or ())))
        wanted = Wanted(chosen, was.languages, sealing, stamping_of(handle))
        built = build(handle, subject_of(was), out.absolute(), wanted, at=was.as_of, of=number, tell=told(advance))

    def words() -> None:
        typer.echo(f"Pack {built.number}, {edition}'s edition with sealed exhibits: {state_of(built)}.")
        typer.echo(f"Sealed to the certificate of SHA-256 {sealing.fingerprint}.")
        typer.echo(f"Folder   {built.folder}")
        typer.echo(f"Archive  {built.archive}")

    show(built, as_json, words)


def redact(
    home: HomeOption,
    document: Annotated[
        str, typer.Argument(help="The document: the entry of its receipt (#12) or its SHA-256.", show_default=False)
    ],
    box: Annotated[
        list[str],
        typer.Option(
            "--box",
            metavar="PAGE:LEFT,TOP,WIDTH,HEIGHT",
            help="What to paint over, in millimetres from the page's upper left corner (of a picture, in pixels); "
            "again for several.",
        ),
    ],
    note_: Annotated[str, typer.Option("--note", help="What is hidden and why; readers of the copy see it.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to put the copy, to be looked at.")],
    as_json: JsonOption = False,
) -> None:
    """Make a redacted copy of a document on file; a pack's importer's edition shows it where it withholds the document.

    Pages become pictures: no text, attachment, metadata or earlier version of the document is in the copy.
    """
    from evidence.cli.opening import opened
    from evidence.intake.documents import find
    from evidence.intake.limits import Limits
    from evidence.intake.redaction import read_box
    from evidence.intake.redaction import redact as redact_document
    from evidence.register.queries import Register
    from evidence.store.engine import reading

    require_absent(out)
    with opened(home, sign=True) as handle:
        with reading(handle.engine) as connection:
            receipt = find(Register(connection), document)
        boxes = [read_box(each, receipt.value.media_type) for each in box]
        made = redact_document(handle, receipt, boxes, note_, Limits.of(handle.settings.limits))
        write_new(out, handle.documents.read(made.document))
    show(
        made,
        as_json,
        lambda: typer.echo(
            f"Redacted copy of {receipt.ref}: {made.pages} pages, {made.media_type}, SHA-256 {made.document}, "
            f"recorded as #{made.entry}. Look at it before it leaves: {out}"
        ),
    )
