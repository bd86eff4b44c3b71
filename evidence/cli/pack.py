"""``evidence pack``: build, check, list and show evidence packs; what becomes of them is in modules beside."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli.common import HomeOption, JsonOption, note, one_line, progress, show, table
from evidence.cli.pack_common import (
    AtOption,
    CustomsEntryOption,
    EditionOption,
    NumberArgument,
    ShipmentArgument,
    as_data,
    counted,
    known_languages,
    state_of,
    subject_named,
    told,
)
from evidence.cli.pack_editions import open_field, redact, seal
from evidence.cli.pack_export import export
from evidence.cli.pack_letters import letter, signed
from evidence.cli.pack_life import handed_over, items, release
from evidence.cli.pack_made_of import deliver, difference, rebuild
from evidence.cli.pack_plan import plan
from evidence.cli.pack_request import request_form

if TYPE_CHECKING:
    from evidence.pack.checking.verdict import PackReport
    from evidence.pack.productions.build import BuiltPack

_MOST_ALIKE = 2  # undetermined for one and the same reason; without a trust folder that is every entry

app = typer.Typer(help="Evidence packs: plan, build, check, release, hand over, letters.", no_args_is_help=True)
app.command()(plan)
app.command("request-form")(request_form)
app.command("open-field")(open_field)
app.command()(seal)
app.command()(redact)
app.command()(items)
app.command()(export)
app.command()(release)
app.command("handed-over")(handed_over)
app.command()(rebuild)
app.command()(difference)
app.command()(deliver)
app.command()(letter)
app.command()(signed)


@app.command()
def build(
    home: HomeOption,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder that receives the pack.")],
    shipment: ShipmentArgument = None,
    customs_entry: CustomsEntryOption = None,
    at: AtOption = None,
    language: Annotated[
        list[str],
        typer.Option(
            "--language", help="The report's language: en, fr or es; again for several.", callback=known_languages
        ),
    ] = ["en"],  # noqa: B006 -- typer reads it and gives each call a list of its own
    edition: Annotated[
        str, typer.Option("--edition", help="For whom: authority, or what a producer or an importer may see.")
    ] = "authority",
    request: Annotated[
        Path | None,
        typer.Option(
            "--request",
            metavar="FILE",
            help="A TOML or CSV file of paragraphs that the authority's report answers.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    of: Annotated[
        str | None,
        typer.Option("--of", metavar="N", help="The pack that it must be an edition of, at that pack's checkpoint."),
    ] = None,
    previews: Annotated[
        bool, typer.Option("--previews/--no-previews", help="Draw the first pages of each exhibit beside it.")
    ] = True,
    as_json: JsonOption = False,
) -> None:
    """Build the pack of a shipment, or write out the one that is there where nothing beneath it changed.

    Nothing blocks a build: page one says what is not claimed, and every gap. DIR receives a folder and a ZIP.
    """
    from evidence.cli.opening import opened
    from evidence.cli.pack_stamps import stamping_of
    from evidence.intake.limits import Limits
    from evidence.intake.previews import Previewer
    from evidence.pack.gathered.editions import edition_of
    from evidence.pack.gathered.request import read_request
    from evidence.pack.productions.build import build as build_pack
    from evidence.pack.productions.making import Wanted
    from evidence.pack.productions.on_record import packs_of
    from evidence.pack.productions.release import pick, superseding

    subject, chosen = subject_named(shipment, customs_entry), edition_of(edition)
    asked = read_request(request) if request is not None else None
    with opened(home, sign=True) as handle, progress(f"Building the pack of {subject.code}") as advance:
        wanted = Wanted(
            edition=chosen,
            languages=tuple(language),
            stamping=stamping_of(handle),
            draw=Previewer(handle.documents, Limits.of(handle.settings.limits)) if previews else None,
        )
        if of is not None:
            at = pick(packs_of(handle), of).value.as_of if at is None else at
        built = build_pack(handle, subject, out.absolute(), wanted, at=at, request=asked, of=of, tell=told(advance))
        newer = superseding(packs_of(handle), built.number)
    if newer is not None:
        note(f"Pack {built.number} was superseded by {newer}. For an edition of that one, give --of {newer}.")

    show(built, as_json, lambda: _tell(built, edition))


def _tell(built: "BuiltPack", edition: str) -> None:
    state = state_of(built)
    if edition == "authority":
        against = f"{built.gaps} gaps on page one, {built.defeating} of them against a condition"
        typer.echo(f"Pack {built.number}: {state}.")
        typer.echo(f"{built.claim.capitalize()}; {against}.")
    else:
        typer.echo(f"Pack {built.number}, {edition}'s edition: {state}.")
    typer.echo(f"Report   {built.report}")
    typer.echo(f"Folder   {built.folder}")
    typer.echo(f"Archive  {built.archive}")


@app.command()
def check(
    pack: Annotated[Path, typer.Argument(help="The pack: its folder or its ZIP.", show_default=False)],
    trust: Annotated[
        Path | None,
        typer.Option(
            "--trust",
            metavar="DIR",
            help="The issuer's trust folder, got by another way than the pack.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
    beside: Annotated[
        list[Path] | None,
        typer.Option(
            "--beside", metavar="FILE", help="An opening, or a document that one names, got apart from the pack."
        ),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Print what passed as well, item by item.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Check a pack: every file, signature, proof and commitment. Needs no home, no network, no database.

    Status 0: all passed. 1: something failed. 3: something is undetermined (the signer, without --trust).
    """
    from datetime import UTC, datetime

    from evidence.pack.checking.check import check_pack

    with progress(f"Checking {pack}") as advance:
        report = check_pack(pack, datetime.now(UTC), trust, lambda _: advance(), tuple(beside or ()))
    show(as_data(report, str(pack)), as_json, lambda: _print(report, every))
    raise typer.Exit(report.status)


def _print(report: "PackReport", every: bool) -> None:
    from evidence.pack.checking.verdict import Verdict

    alike: Counter[str] = Counter()
    for item in report.items:
        if item.verdict is Verdict.UNDETERMINED and not every:
            alike[item.reason] += 1
            if alike[item.reason] > _MOST_ALIKE:
                continue
        if every or item.verdict is not Verdict.PASSED:
            reason = f": {item.reason}" if item.reason else ""
            typer.echo(f"{item.verdict.value:12}  {one_line(item.name + reason)}")
    for reason, count in alike.items():
        if count > _MOST_ALIKE:
            typer.echo(f"{'undetermined':12}  and {count - _MOST_ALIKE} more: {one_line(reason)} (--all names each)")
    typer.echo(f"{counted(report)}. Integrity check: unchanged since receipt; says nothing on origin.")


@app.command()
def verifier(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder that receives them.")],
    as_json: JsonOption = False,
) -> None:
    """Write what checks packs without this program: verify.html, verify.sh, and how to use them.

    Every pack holds the same bytes. Publish these apart from packs, with their digests.
    """
    from evidence.pack.bundling.verifiers import write_verifiers

    found = write_verifiers(out)
    show(found, as_json, lambda: typer.echo("\n".join(f"{digest}  {name}" for name, digest in found.items())))


@app.command("list")
def list_packs(home: HomeOption, as_json: JsonOption = False) -> None:
    """The packs built here, in the order of the ledger."""
    from evidence.cli.opening import opened
    from evidence.pack.productions.release import listed

    with opened(home) as handle:
        rows = listed(handle)
    columns = ("Pack", "Edition", "Of", "State", "Entry", "Recorded", "As of", "Supersedes", "Released", "Handed over")
    show(
        rows,
        as_json,
        lambda: table(
            columns,
            [
                (
                    *(row.number, row.edition, row.subject, row.state, f"#{row.seq}", row.recorded_at, row.as_of),
                    *(row.supersedes, row.released, "; ".join(row.handed_over)),
                )
                for row in rows
            ],
            empty="No pack has been built here.",
        ),
    )


@app.command("show")
def show_pack(
    home: HomeOption,
    number: NumberArgument,
    edition: EditionOption = None,
    as_json: JsonOption = False,
) -> None:
    """One pack as recorded: what it is of, its digests, its signed parts, and what became of it."""
    from evidence.cli.opening import opened
    from evidence.pack.productions.release import described

    with opened(home) as handle:
        found = described(handle, number, edition)
    show(found, as_json)
