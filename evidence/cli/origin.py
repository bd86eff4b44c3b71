"""``evidence determine`` and ``evidence snapshots``: work out origin, record it, and work it out again."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli.common import OUTCOME_STATUS, HomeOption, JsonOption, note, progress, show, table

if TYPE_CHECKING:
    from evidence.ledger.found import HomeHandle
    from evidence.origin.snapshot import Replay
    from evidence.origin.worksheet import Worksheet
    from evidence.rules.ruleset import RuleSet

FullOption = Annotated[
    bool, typer.Option("--full", help="Print every step: formula, figures, text of law and entries, for a calculator.")
]

app = typer.Typer(help="Work out origin, and keep what it rested on.", no_args_is_help=True)
snapshots = typer.Typer(help="Recorded determinations: list, show, and replay to the same bytes.", no_args_is_help=True)
app.add_typer(snapshots, name="snapshots")


@app.command()
def determine(
    good: Annotated[str, typer.Argument(metavar="GOOD", help="The good's part number; OWNER:PART where not our own.")],
    home: HomeOption,
    plant: Annotated[str, typer.Option(help="The plant that makes it.", show_default=False)],
    period: Annotated[str, typer.Option(help="2023-04-01..2023-06-30, 2023-04 or 2023.", show_default=False)],
    basis: Annotated[str, typer.Option(help="The figures: actual or estimate.")] = "actual",
    event: Annotated[str, typer.Option(help="What selects the threshold: production, export or entry.")] = "production",
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day of export or entry; beside production, a second view."),
    ] = None,
    into: Annotated[str | None, typer.Option(help="The importing country, whose classification counts.")] = None,
    use: Annotated[
        str | None, typer.Option(help="Of a good recorded for several uses, the one asked about, such as aftermarket.")
    ] = None,
    record: Annotated[bool, typer.Option("--record/--no-record", help="Keep the snapshot in the ledger.")] = True,
    full: FullOption = False,
    as_json: JsonOption = False,
) -> None:
    """Work out whether a good originates, and record the snapshot.

    Status 0 whatever the result when it is recorded, since the record is what was asked for; with --no-record 1 where
    it does not originate and 3 where it cannot be determined. A result equal to the last recorded one is not recorded
    twice.
    """
    from evidence import __version__
    from evidence.cli.asked import question_of, span_of
    from evidence.cli.opening import opened
    from evidence.origin.law import law_in_use
    from evidence.origin.snapshot import determine_in, record_snapshot

    span_of(period, basis, event, use)  # before anybody is asked for a passphrase
    with opened(home, sign=record) as handle:
        whose = handle.settings.organisation.code
        question = question_of(good, plant, period, whose=whose, basis=basis, event=event, on=on, into=into, use=use)
        with progress("Working out origin"):
            determined = determine_in(handle, question, law_in_use(handle), __version__)
        worksheet = determined.worksheet
        kept = record_snapshot(handle, determined, handle.clock.now()) if record else None
        said = _said(handle, worksheet) if full and not as_json else None
    result = {"snapshot": kept.snapshot if kept else None, "worksheet": worksheet.model_dump(mode="json")}
    show(result, as_json, lambda: _print(worksheet, said))
    if kept is None:
        raise typer.Exit(OUTCOME_STATUS[worksheet.outcome.value])
    became = "recorded" if kept.anew else "on record already, unchanged"
    note(f"Snapshot {kept.snapshot}, entry #{kept.seq}: {became}.")


@snapshots.command(name="list")
def list_snapshots(
    home: HomeOption,
    part: Annotated[str | None, typer.Option(help="Only of this good.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Every snapshot on record, oldest first."""
    from evidence.cli.opening import opened, registered
    from evidence.core.statements.snapshot import Snapshot

    with opened(home) as handle, registered(handle) as register:
        wanted = {"part": part} if part else {}
        rows = [
            {
                "entry": known.ref,
                "snapshot": known.statement_id,
                "good": known.value.part,
                "plant": known.value.plant,
                "period": f"{known.value.period_from}..{known.value.period_to}",
                "basis": known.value.basis,
                "event": known.value.event,
                "outcome": known.value.outcome,
                "recorded": known.recorded_at.date(),
            }
            for known in register.statements(Snapshot, **wanted)
        ]
    columns = ("entry", "snapshot", "good", "plant", "period", "basis", "event", "outcome", "recorded")
    show(
        rows, as_json, lambda: table(columns, [[row[name] for name in columns] for row in rows], empty="No snapshots.")
    )


@snapshots.command(name="show")
def show_snapshot(
    snapshot: Annotated[str, typer.Argument(metavar="SNAPSHOT", help="The snapshot's id.")],
    home: HomeOption,
    full: FullOption = False,
    as_json: JsonOption = False,
) -> None:
    """The worksheet that a snapshot recorded; with --full every step of it, to be followed with a calculator."""
    from evidence.cli.opening import opened, registered
    from evidence.core.statements.snapshot import Snapshot
    from evidence.errors import OriginError
    from evidence.origin.snapshot import worksheet_of

    with opened(home) as handle, registered(handle) as register:
        known = register.by_id(snapshot).value
        if not isinstance(known, Snapshot):
            raise OriginError(f"{snapshot} is a {known.kind}, not a snapshot; 'evidence snapshots list' names them.")
        worksheet = worksheet_of(handle.documents, known)
        said = _said(handle, worksheet) if full and not as_json else None
    show(worksheet.model_dump(mode="json"), as_json, lambda: _print(worksheet, said))


@snapshots.command()
def replay(
    home: HomeOption,
    snapshot: Annotated[str | None, typer.Argument(metavar="[SNAPSHOT]", help="The snapshot's id.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every snapshot on record.")] = False,
    under: Annotated[
        str | None,
        typer.Option(
            metavar="RULESET",
            help="Under this rule set instead of its own: in-use, packaged, or what else `rules diff` takes.",
            show_default=False,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Work a snapshot out again from the ledger and compare it byte for byte. Status 1 where one differs.

    It is worked out under the rule set that it applied, which its first snapshot put on record. Of one snapshot that
    differs every difference is printed, line by line, with what it follows from; of several, the first of each.
    """
    from evidence import __version__
    from evidence.cli.opening import opened, registered
    from evidence.core.statements.snapshot import Snapshot
    from evidence.errors import UsageError
    from evidence.origin.law import law_in_use
    from evidence.origin.snapshot import replay as replay_one

    if (snapshot is None) is not every:
        raise UsageError("Name one snapshot, or give --all.")
    other = _rule_set(under, home) if under is not None else None
    with opened(home) as handle:
        with registered(handle) as register:
            ids = [snapshot] if snapshot else [known.statement_id for known in register.statements(Snapshot)]
        law = law_in_use(handle)
        replays = []
        with progress("Replaying", len(ids)) as advance:
            for one in ids:
                replays.append(replay_one(handle, one, law, __version__, other))
                advance()
    show(replays, as_json, lambda: _print_replays(replays))
    raise typer.Exit(0 if all(each.same for each in replays) else 1)


def _rule_set(named: str, home: Path) -> "RuleSet":
    from evidence.cli.rules import rule_set

    return rule_set(named, home)


def _print_replays(replays: "list[Replay]") -> None:
    rows = [[each.snapshot, _came_out(each), each.note] for each in replays]
    table(("snapshot", "replay", "note"), rows, empty="No snapshots.")
    for each in replays if len(replays) == 1 else ():
        law = [[one.sort, one.name, one.before, one.after, one.source] for one in each.law]
        if law:
            table(("law", "name", "applied", "now", "source"), law, title="What differs in the law")
        found = [[one.place, one.what, one.recorded, one.again, one.why] for one in each.differences]
        if found:
            columns = ("place", "what", "recorded", "worked out again", "why")
            table(columns, found, title="What differs, line by line")


def _came_out(replay: "Replay") -> str:
    if replay.same:
        return "the same bytes"
    many = len(replay.differences)
    return f"{replay.difference}" + (f" ({many - 1} more)" if many > 1 else "")


def _said(handle: "HomeHandle", worksheet: "Worksheet") -> dict[str, str]:
    """What the entries behind the figures of a worksheet hold."""
    from evidence.cli.worksheet import entries
    from evidence.origin.sources import said

    return said(handle, entries(worksheet))


def _print(worksheet: "Worksheet", said: dict[str, str] | None) -> None:
    from evidence.cli.worksheet import print_steps, print_worksheet

    if said is None:
        print_worksheet(worksheet)
    else:
        print_steps(worksheet, said)
