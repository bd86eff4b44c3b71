"""``evidence claim``: run the claim gate over a shipment's customs entry lines, and record what is claimed."""

from dataclasses import fields
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli.common import HomeOption, JsonOption, note, show, table

if TYPE_CHECKING:
    from evidence.ledger.found import HomeHandle
    from evidence.origin.claims import Decision

app = typer.Typer(help="Claims to preference, line by line.")


@app.command()
def claim(
    shipment: Annotated[str, typer.Argument(metavar="SHIPMENT", help="The shipment's number.")],
    home: HomeOption,
    by: Annotated[str | None, typer.Option(help="Who decides; the holder of the signing key by default.")] = None,
    correct: Annotated[bool, typer.Option("--correct", help="Correct what was claimed; wants --reason.")] = False,
    reason: Annotated[str | None, typer.Option(help="Why the claim is corrected, in words.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Run the claim gate for the importing country and the entry date, say what blocks, and record each line.

    A line that the gate lets through is claimed; one that it blocks is recorded as not claimed, with the reasons, and
    the command ends with status 1. With --correct, claims made are superseded by corrections.
    """
    from evidence.cli.opening import opened
    from evidence.core.statements.claim import ClaimAction
    from evidence.errors import UsageError
    from evidence.origin.claims import claim_shipment, correct_shipment
    from evidence.origin.law import law_in_use

    if correct is not (reason is not None):
        raise UsageError("--correct and --reason go together: a correction says why, and only a correction does.")
    with opened(home, sign=True) as handle:
        law, now = law_in_use(handle), handle.clock.now()
        who = by or _holder(handle)
        if reason is not None:
            decisions = correct_shipment(handle, shipment, law, by=who, reason=reason, now=now)
        else:
            decisions = claim_shipment(handle, shipment, law, by=who, now=now)
    rows = [{**_by_name(each), "gate": [check.model_dump(mode="json") for check in each.gate]} for each in decisions]
    show(rows, as_json, lambda: _print(decisions))
    for each in decisions:
        said = each.action.value if each.anew else f"{each.action.value}, on record already"
        note(f"{each.customs_entry} line {each.line}, {each.good}: {said} ({each.claim}).")
    raise typer.Exit(1 if any(each.action is ClaimAction.NOT_MADE for each in decisions) else 0)


def _by_name(decision: "Decision") -> dict[str, object]:
    """The fields of a decision by name."""
    return {field.name: getattr(decision, field.name) for field in fields(decision)}


def _holder(handle: "HomeHandle") -> str:
    """The name under which the signing key is on record."""
    from evidence.cli.opening import registered
    from evidence.core.statements.own import Key

    actor = handle.signer().actor
    with registered(handle) as register:
        known = register.statements(Key, key=actor)
    return known[-1].value.holder if known else actor


def _print(decisions: "list[Decision]") -> None:
    for each in decisions:
        rows = [
            [check.check, check.outcome.value, check.found, f"{check.citation} [{check.mark}]"] for check in each.gate
        ]
        title = f"{each.customs_entry} line {each.line}, {each.good}: {each.action.value}"
        table(("check", "outcome", "found", "text"), rows, title=title)
