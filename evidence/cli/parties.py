"""``evidence parties``: who is on record, and which numbers mean one party."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from evidence.cli.common import HomeOption, JsonOption, note, show, table

if TYPE_CHECKING:
    from evidence.core.crosswalk.parties import Proposal
    from evidence.core.statements.base import Statement

app = typer.Typer(
    help="Parties: list them, show one with its identifiers, merge two numbers of one party.", no_args_is_help=True
)

PartyArgument = Annotated[str, typer.Argument(metavar="PARTY", help="The party's number.")]


@app.command(name="list")
def list_parties(
    home: HomeOption,
    proposed: Annotated[
        bool, typer.Option("--proposed", help="Only the merges that equal identifiers speak for.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Every party on record, with the number that is kept for it; or the merges that somebody should decide on."""
    from evidence.cli.opening import opened, registered
    from evidence.core.crosswalk.parties import propose
    from evidence.core.statements.party import PartyLine
    from evidence.intake.crosswalk import canonical_party

    with opened(home) as handle, registered(handle) as register:
        same = canonical_party(register)
        lines = register.lines(PartyLine)
        proposals = propose(lines, same)
        latest = {each.value.party: each for each in lines}
        rows = [
            {
                "party": number,
                "kept_as": same.canonical(number),
                "name": each.value.name,
                "country": each.value.country,
                "roles": "; ".join(each.value.roles),
                "entry": each.ref,
            }
            for number, each in latest.items()
        ]
    if proposed:
        rows = [_proposal(each) for each in proposals]
    show(rows, as_json, lambda: table(list(rows[0]) if rows else (), [list(row.values()) for row in rows]))
    if proposals and not proposed:
        note(f"{len(proposals)} merges are proposed, by equal identifiers: 'evidence parties list --proposed'.")


@app.command(name="show")
def show_party(party: PartyArgument, home: HomeOption, as_json: JsonOption = False) -> None:
    """One party: its records and identifiers, the numbers merged with it and why, and what else may be the same."""
    from evidence.cli.opening import opened, registered
    from evidence.core.crosswalk.parties import propose
    from evidence.core.statements.party import PartyLine
    from evidence.core.statements.same_as import SameAs
    from evidence.errors import UsageError
    from evidence.intake.crosswalk import Crosswalk

    with opened(home) as handle, registered(handle) as register:
        crosswalk = Crosswalk(register)
        group = crosswalk.same.group(party)
        records = [each for number in group for each in crosswalk.records(number)]
        if not records and len(group) == 1 and not crosswalk.names_party(party):
            raise UsageError(f"No party is called {party!r}. See 'evidence parties list'.")
        merges = [each for each in register.statements(SameAs) if {each.value.party, each.value.other} & set(group)]
        proposals = [
            each for each in propose(register.lines(PartyLine), crosswalk.same) if {each.party, each.other} & set(group)
        ]
    identifiers = [
        {"party": each.value.party, "identifier": text, "entry": each.ref}
        for each in records
        for text in each.value.identifiers
    ]
    found: dict[str, Any] = {
        "kept_as": group[0],
        "numbers": group,
        "records": [
            {"party": each.value.party, "name": each.value.name, "address": each.value.address, "entry": each.ref}
            for each in records
        ],
        "identifiers": identifiers,
        "merges": [
            {
                "entry": each.ref,
                "kept": each.value.party,
                "merged": each.value.other,
                "from": each.value.valid_from,
                "ground": each.value.ground,
                "by": each.value.by,
            }
            for each in merges
        ],
        "proposed": [_proposal(each) for each in proposals],
    }

    def text() -> None:
        typer.echo(f"{group[0]}: {', '.join(group)}")
        for name in ("records", "identifiers", "merges", "proposed"):
            rows = found[name]
            if rows:
                typer.echo(f"\n{name}:")
                table(list(rows[0]), [list(row.values()) for row in rows])

    show(found, as_json, text)


@app.command()
def merge(
    party: Annotated[str, typer.Argument(metavar="PARTY", help="The number that is kept.")],
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The number that means the same party.")],
    home: HomeOption,
    ground: Annotated[str, typer.Option(help="What shows it: an identifier that both have, a deed.")],
    by: Annotated[str, typer.Option(help="Who says so.")],
    as_json: JsonOption = False,
) -> None:
    """Record that two numbers mean one party; both go on standing where they stand. A ring is refused (status 1).

    What stands on record under both numbers would count twice: it is listed, and becomes a work item of theirs.
    """
    from evidence.cli.opening import opened, registered
    from evidence.intake.merging import held_twice, work
    from evidence.intake.merging import merge as merging

    with opened(home, sign=True) as handle:
        now, random = handle.clock.now(), handle.random
        with registered(handle) as register:
            statements: list[Statement] = [
                merging(register, party, other, ground=ground, by=by, now=now, random=random)
            ]
            twice = held_twice(register, party, other)
        if twice:
            statements.append(work(party, other, twice, owner=by, now=now, random=random))
        appended = handle.signer().record([(each, ()) for each in statements])
    found: dict[str, Any] = {"entry": f"#{appended[0].seq}", "kept": party, "merged": other}
    found["held_twice"] = [str(each) for each in twice]
    show(found, as_json, lambda: typer.echo(f"{other} is {party} from now on (#{appended[0].seq})."))
    for each in twice:
        note(f"Both numbers hold {each}.")
    if twice:
        note(f"Each of these counts twice until it is settled: work item #{appended[1].seq}.")


def _proposal(of: "Proposal") -> dict[str, Any]:
    return {"party": of.party, "other": of.other, "ground": of.ground, "entries": ", ".join(of.through)}
