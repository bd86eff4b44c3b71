"""What becomes of a pack once it is built: open items, release, handing over, and building it again to compare."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from evidence.cli.common import HomeOption, JsonOption, note, one_line, show, table

NumberArgument = Annotated[str, typer.Argument(help="The pack's number, such as EP-S01-1.", show_default=False)]
EditionOption = Annotated[
    str | None, typer.Option("--edition", help="Which edition of the pack; the authority's by default.")
]


def items(home: HomeOption, number: NumberArgument, as_json: JsonOption = False) -> None:
    """The open items of a pack on which a release wants a decision, with their places."""
    from evidence.cli.opening import opened
    from evidence.pack.build import packs_of
    from evidence.pack.release import open_items, pick

    with opened(home) as handle:
        found = open_items(pick(packs_of(handle), number).value, handle.documents)
    rows = [(str(place), item) for place, item in enumerate(found, 1)]
    show(
        [{"item": place, "what": what} for place, what in enumerate(found, 1)],
        as_json,
        lambda: table(("Item", "What"), rows, empty="No item stands against a condition of the claim."),
    )


def release(
    home: HomeOption,
    number: NumberArgument,
    by: Annotated[str, typer.Option("--by", help="The person who releases it, by name and title.")],
    decision: Annotated[
        str,
        typer.Option(
            "--decision", help="What was decided. With an open item: starts with correct, disclose or answer."
        ),
    ],
    item: Annotated[
        list[str] | None,
        typer.Option(
            "--item", metavar="N=WORDS", help="The decision on one open item, by its place in 'pack items'; repeatable."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Record that a named person releases a pack; until then it is a working draft.

    An open item that defeats a condition of the claim stops the release until a decision on it is stated: by --item for
    that one, or by --decision for all that no --item names. What is released is every edition that there is now.
    """
    from evidence.cli.opening import opened
    from evidence.pack.release import release as release_pack

    single = dict(map(_item, item or ()))
    with opened(home, sign=True) as handle:
        seq = release_pack(handle, number, by, decision, single)
    show(
        {"pack": number, "entry": seq}, as_json, lambda: typer.echo(f"Pack {number} is released (ledger entry #{seq}).")
    )


def _item(text: str) -> tuple[int, str]:
    from evidence.errors import UsageError

    read = re.fullmatch(r"([1-9][0-9]{0,4})=(.+)", text, re.ASCII | re.DOTALL)
    if read is None:
        raise UsageError(f"--item {text!r} names no item; wanted its place and the decision, as 2=disclose: …")
    return int(read[1]), read[2]


def handed_over(
    home: HomeOption,
    number: NumberArgument,
    to: Annotated[str, typer.Option("--to", help="Who received it: the authority's office, or a party.")],
    channel: Annotated[str, typer.Option("--channel", help="How: portal, courier, e-mail, in person.")],
    by: Annotated[str, typer.Option("--by", help="Who handed it over, by name and title or by function.")],
    purpose: Annotated[str, typer.Option("--purpose", help="Why: the notice answered, the importer's own file.")],
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="The day it left the house; today by default.")
    ] = None,
    edition: EditionOption = None,
    receipt_number: Annotated[
        str | None, typer.Option("--receipt-number", help="The recipient's number for it.")
    ] = None,
    receipt: Annotated[
        Path | None,
        typer.Option("--receipt", metavar="FILE", help="The recipient's receipt; kept as it is.", exists=True),
    ] = None,
    archive: Annotated[
        Path | None,
        typer.Option("--archive", metavar="FILE", help="The file that was handed over, to be compared.", exists=True),
    ] = None,
    volumes: Annotated[
        Path | None,
        typer.Option("--volumes", metavar="DIR", help="Instead: the volumes that 'pack deliver' wrote.", exists=True),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Record that a released pack was handed over: to whom, when, how, and the receipt for it.

    A draft is not handed over. Nothing that was handed over is ever built anew under its number.
    """
    from evidence.cli.opening import opened, registered
    from evidence.core.statements.base import Statement
    from evidence.core.values import legal_day
    from evidence.intake.enclosed import enclose, reception
    from evidence.pack.handing import Handing, hand_over

    with opened(home, sign=True) as handle:
        today = legal_day(handle.clock.now(), handle.settings.zone)
        beside: list[Statement] = []
        sha256 = None
        if receipt is not None:
            with registered(handle) as register:
                enclosed = enclose(
                    handle,
                    register,
                    receipt,
                    reception(handle, channel=channel),
                    role="receipt for a pack handed over",
                    relates_to=[f"pack:{number}"],
                )
            sha256, beside = enclosed.sha256, list(enclosed.statements)
        said = Handing(
            to=to,
            channel=channel,
            purpose=purpose,
            by=by,
            on=_day(on) if on else today,
            edition=edition,
            receipt=receipt_number,
            receipt_document=sha256,
            file=archive,
            volumes=volumes,
        )
        seq = hand_over(handle, number, said, beside)
    if receipt is None:
        note("No receipt is recorded with it. Import it as a submission receipt when it comes.")
    show(
        {"pack": number, "entry": seq, "receipt": sha256},
        as_json,
        lambda: typer.echo(f"That pack {number} was handed over is recorded (ledger entry #{seq})."),
    )


def _day(text: str) -> date:
    from evidence.errors import UsageError

    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--on {text!r} is no day; wanted YYYY-MM-DD.") from error


def rebuild(
    home: HomeOption,
    number: NumberArgument,
    edition: EditionOption = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="Compare every unsigned part too, and the reports as set in type.")
    ] = False,
    request: Annotated[
        Path | None, typer.Option("--request", metavar="FILE", help="The request that it was built for.", exists=True)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Build a recorded pack again from the same ledger position, and compare: writes nothing and records nothing.

    Status 0: the same manifest. 1: another one; the first difference is named. 3: something cannot be compared, such as
    a part that another version of this program made.
    """
    from evidence.cli.opening import opened
    from evidence.pack.rebuild import rebuild as rebuild_pack
    from evidence.pack.request import read_request
    from evidence.pack.verdict import Verdict

    with opened(home, sign=whole) as handle:
        asked = read_request(request) if request else None
        report = rebuild_pack(handle, number, edition, whole=whole, request=asked, tell=note)

    def words() -> None:
        for item in report.items:
            typer.echo(f"{item.verdict.value:12}  {one_line(f'{item.name}: {item.reason}')}")
        counts = ", ".join(f"{len(report.of(verdict))} {verdict.value}" for verdict in Verdict)
        typer.echo(f"Pack {number} built again: {counts}.")

    found = {
        "pack": number,
        "verdict": report.verdict.value,
        "items": [{"item": item.name, "verdict": item.verdict.value, "reason": item.reason} for item in report.items],
    }
    show(found, as_json, words)
    raise typer.Exit(report.status)


def difference(
    home: HomeOption,
    number: NumberArgument,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder that receives PDF, JSON and text.")],
    against: Annotated[
        str | None, typer.Option("--against", metavar="N", help="The earlier pack; by default the one superseded.")
    ] = None,
    language: Annotated[str, typer.Option("--language", help="The report's language: en, fr or es.")] = "en",
    edition: EditionOption = None,
    as_json: JsonOption = False,
) -> None:
    """What a pack changes against the one that it supersedes: claims, numbers, items, gaps, exhibits, reasons.

    Both are read as they were issued. Records nothing.
    """
    from evidence.cli.opening import opened
    from evidence.pack.difference import difference as differing
    from evidence.pack.difference_files import difference_files, write_files
    from evidence.pack.language import speaking

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
    language: Annotated[str, typer.Option("--language", help="The index's language: en, fr or es.")] = "en",
    edition: EditionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a pack as numbered volumes of PDF, XLSX and images, with a transmittal index in the first.

    For an authority that takes nothing else. What is in the pack and in no volume is listed with the reason. When the
    volumes have left the house: evidence pack handed-over, with --volumes DIR.
    """
    from evidence.cli.opening import opened
    from evidence.pack.deliver import deliver as deliver_pack

    with opened(home) as handle:
        done = deliver_pack(handle, number, out.absolute(), volume_mb, language=language, edition=edition)
    if done.draft:
        note(f"Pack {number} is a working draft: nobody has released it, and the index says so.")

    def words() -> None:
        typer.echo(f"{done.files} files in {len(done.volumes)} volumes; {done.left} files of the pack are in none.")
        for name in done.volumes:
            typer.echo(str(done.folder / name))

    show(done, as_json, words)
