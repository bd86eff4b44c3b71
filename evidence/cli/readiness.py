"""``evidence readiness``: what is missing for the shipments of a period, and the duty that hangs on each."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli.common import HomeOption, JsonOption, progress, show, table

if TYPE_CHECKING:
    from evidence.pack.productions.readiness import Ready

_NAMED = 4

app = typer.Typer(help="What is missing for the shipments of a period.")


@app.command()
def readiness(
    home: HomeOption,
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], metavar="DAY", help="The first day.")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], metavar="DAY", help="The last day.")],
    as_json: JsonOption = False,
) -> None:
    """Every shipment imported in a period: what its pack would lack, and the duty at risk, the most at risk first.

    Duty is computed from duty measures on record; without an ordinary duty it is not computed, and the shipment stands
    first. A fee that is not on record is not in the sum. With --json each shipment has its whole checklist.
    """
    from evidence.cli.opening import opened
    from evidence.errors import UsageError
    from evidence.pack.productions.readiness import readiness as find

    if first > last:
        raise UsageError(f"The period begins on {first.date()} and ends on {last.date()}. Give --from before --to.")
    with opened(home) as handle, progress("Looking at shipments") as advance:
        rows = find(handle, first.date(), last.date(), lambda _done, all_: advance(total=all_))
    show(rows, as_json, lambda: _print(rows))


def _print(rows: "list[Ready]") -> None:
    heads = (
        "Shipment",
        "Imported",
        "Claim",
        "Duty at risk",
        "Forgone",
        "Missing",
        "Would stop a claim",
        "First wanted",
    )
    table(
        heads,
        [
            (
                row.shipment,
                row.day,
                row.claim,
                _money(row.at_risk, row),
                _money(row.forgone, row) if row.forgone else "",
                f"{row.missing} of {row.missing + row.present}" if not row.fault else "",
                row.fault or _named(row.stops),
                row.due,
            )
            for row in rows
        ],
        empty="No shipment of that period is on record.",
    )
    for reason in dict.fromkeys(reason for row in rows for reason in row.not_computed):
        count = sum(reason in row.not_computed for row in rows)
        typer.echo(f"Not computed for {count} of {len(rows)}: {reason}.")


def _money(amounts: tuple[tuple[str, Decimal], ...], row: "Ready") -> str:
    known = ", ".join(f"{amount:,.2f} {currency}" for currency, amount in amounts)
    if not row.not_computed:
        return known or "0.00"
    return f"at least {known}, not computed" if known else "not computed"


def _named(ids: tuple[str, ...]) -> str:
    more = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
    return ", ".join(ids[:_NAMED]) + more
