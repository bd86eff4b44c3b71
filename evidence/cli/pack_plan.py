"""``evidence pack plan``: what a pack would show and lack, before it is built."""

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli.common import HomeOption, JsonOption, show, table
from evidence.cli.pack_common import AtOption, CustomsEntryOption, ShipmentArgument, subject_named

if TYPE_CHECKING:
    from evidence.pack.productions.plan import Plan


def plan(
    home: HomeOption,
    shipment: ShipmentArgument = None,
    customs_entry: CustomsEntryOption = None,
    at: AtOption = None,
    missing: Annotated[bool, typer.Option("--missing", help="Print only what is missing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """What authorities ask for with such a claim, and whether a pack built now would show it.

    Each item is present, with its exhibits; missing, with whose it is and by when; or not applicable, with the reason.
    Builds nothing and records nothing.
    """
    from evidence.cli.opening import opened
    from evidence.pack.checklist.asked import MISSING
    from evidence.pack.productions.plan import plan as plan_pack

    subject = subject_named(shipment, customs_entry)
    with opened(home) as handle:
        found = plan_pack(handle, subject, at)
    show(found, as_json, lambda: _print(found, {MISSING} if missing else None))


def _print(found: "Plan", states: set[str] | None) -> None:
    rows = [row for row in found.items if states is None or row.state in states]
    table(
        ("Item", "State", "What is asked for", "Where, or what is missing", "Whose", "By when"),
        [
            (
                f"{row.id} [{row.gate}]",
                row.state,
                row.item,
                ". ".join(filter(None, (", ".join(link.text for link in row.shown_at), row.note))),
                row.owner,
                f"{row.due}: {row.by_when}" if row.due else row.by_when,
            )
            for row in rows
        ],
        empty="Nothing is missing.",
    )
    for sentence in (found.untold, *found.clocks):
        if sentence:
            typer.echo(sentence)
    counts = Counter(row.state for row in found.items)
    told = ", ".join(f"{count} {state}" for state, count in counts.items())
    typer.echo(f"{found.subject} at {found.as_of} entries, sets {', '.join(found.sets)}: {told}.")
