"""What is made of a recorded pack: the same again, what it changes, volumes for an authority that takes no archive."""

from pathlib import Path
from typing import Annotated

import typer

from evidence.cli.common import HomeOption, JsonOption, note, one_line, show
from evidence.cli.pack_common import EditionOption, NumberArgument, as_data, counted, known_language


def rebuild(
    home: HomeOption,
    number: NumberArgument,
    edition: EditionOption = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="Compare every unsigned part too, and the reports as set in type.")
    ] = False,
    request: Annotated[
        Path | None,
        typer.Option(
            "--request", metavar="FILE", help="The request that it was built for.", exists=True, dir_okay=False
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Build a recorded pack again from the same ledger position, and compare: writes nothing and records nothing.

    Status 0: the same manifest. 1: another one; the first difference is named. 3: something cannot be compared, such as
    a part that another version of this program made.
    """
    from evidence.cli.opening import opened
    from evidence.pack.gathered.request import read_request
    from evidence.pack.productions.rebuild import rebuild as rebuild_pack

    asked = read_request(request) if request is not None else None
    with opened(home, sign=whole) as handle:
        report = rebuild_pack(handle, number, edition, whole=whole, request=asked, tell=note)

    def words() -> None:
        for item in report.items:
            typer.echo(f"{item.verdict.value:12}  {one_line(f'{item.name}: {item.reason}')}")
        typer.echo(f"Pack {number} built again: {counted(report)}.")

    show(as_data(report, number), as_json, words)
    raise typer.Exit(report.status)


def difference(
    home: HomeOption,
    number: NumberArgument,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder that receives PDF, JSON and text.")],
    against: Annotated[
        str | None, typer.Option("--against", metavar="N", help="The earlier pack; by default the one superseded.")
    ] = None,
    language: Annotated[
        str, typer.Option("--language", help="The report's language: en, fr or es.", callback=known_language)
    ] = "en",
    edition: EditionOption = None,
    as_json: JsonOption = False,
) -> None:
    """What a pack changes against the one that it supersedes: claims, numbers, items, gaps, exhibits, reasons.

    Both are read as they were issued. Records nothing.
    """
    from evidence.cli.opening import opened
    from evidence.pack.handover.difference import difference as differing
    from evidence.pack.handover.difference_files import difference_files, write_files
    from evidence.pack.words.language import speaking

    with opened(home) as handle, speaking(language):
        found = differing(handle, number, against, language=language, edition=edition)
        written = write_files(difference_files(found, language), out.absolute())
    counts = {
        name: len(getattr(found, name))
        for name in ("claims", "numbers", "items", "gaps", "exhibits", "reasons", "gone")
    }

    def words() -> None:
        told = ", ".join(f"{count} {name}" for name, count in counts.items())
        typer.echo(f"Pack {number} against {found.earlier.number}: {told}.")
        for path in written:
            typer.echo(str(path))

    show({"pack": number, "against": found.earlier.number, **counts, "files": written}, as_json, words)


def deliver(
    home: HomeOption,
    number: NumberArgument,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder that receives a folder a volume.")],
    volume_mb: Annotated[
        int, typer.Option("--volume-mb", metavar="N", help="The most that a volume may hold, in MB.", min=1)
    ],
    language: Annotated[
        str, typer.Option("--language", help="The index's language: en, fr or es.", callback=known_language)
    ] = "en",
    edition: EditionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a pack as numbered volumes of PDF, XLSX and images, with a transmittal index in the first.

    For an authority that takes nothing else. What is in the pack and in no volume is listed with the reason. When the
    volumes have left the house: evidence pack handed-over, with --volumes DIR.
    """
    from evidence.cli.opening import opened
    from evidence.pack.handover.deliver import deliver as deliver_pack

    with opened(home) as handle:
        done = deliver_pack(handle, number, out.absolute(), volume_mb, language=language, edition=edition)
    if done.draft:
        note(f"Pack {number} is a working draft: nobody has released it, and the index says so.")

    def words() -> None:
        volumes = f"{len(done.volumes)} volume{'' if len(done.volumes) == 1 else 's'}"
        typer.echo(f"{done.files} files in {volumes}; {done.left} files of the pack are in none.")
        for name in done.volumes:
            typer.echo(str(done.folder / name))

    show(done, as_json, words)
