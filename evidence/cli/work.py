"""``evidence work``: what intake could not settle, whose it is, and how it was settled."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evidence.cli.common import HomeOption, JsonOption, note, show, table

if TYPE_CHECKING:
    from datetime import date

    from evidence.intake.crosswalk import Crosswalk
    from evidence.intake.work import Item
    from evidence.ledger.found import HomeHandle
    from evidence.register.queries import Register

app = typer.Typer(help="Work items: questions that an import left open, each with an owner.", no_args_is_help=True)
_DAY = "%Y-%m-%d"
ItemArgument = Annotated[str, typer.Argument(metavar="ITEM", help="Its entry, as #12, or its id.")]


@app.command(name="list")
def list_items(
    home: HomeOption,
    owner: Annotated[str | None, typer.Option(help="Only this owner's.")] = None,
    topic: Annotated[
        str | None, typer.Option(help="Only this topic, or what begins it alone: unmatched part, unit …")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what is closed.")] = False,
    as_json: JsonOption = False,
) -> None:
    """What stands open, oldest first. ``seems resolved`` names what was recorded since and answers it."""
    from evidence.cli.opening import opened, registered
    from evidence.intake.crosswalk import Crosswalk
    from evidence.intake.work import listed, topic_called

    asked = topic_called(topic) if topic is not None else None
    with opened(home) as handle, registered(handle) as register:
        crosswalk, today = Crosswalk(register), _today(handle)
        found = listed(register, owner=owner, topic=asked, closed_too=everything)
        rows = [_row(each, crosswalk, today) for each in found]
    columns = ("item", "topic", "question", "owner", "due", "state")
    show(rows, as_json, lambda: table(columns, [[row[name] for name in columns] for row in rows], empty="No work."))
    note(f"{sum(row['open'] for row in rows)} open.")


@app.command(name="show")
def show_item(item: ItemArgument, home: HomeOption, as_json: JsonOption = False) -> None:
    """One item whole: where it came from, what it is about; of a near duplicate, the fields in which the two differ."""
    from evidence.cli.opening import opened, registered
    from evidence.intake.crosswalk import Crosswalk
    from evidence.intake.work import find

    with opened(home) as handle, registered(handle) as register:
        of = find(register, item)
        row = _row(of, Crosswalk(register), _today(handle))
        differ = _differences(register, of)
    row |= {"about": of.value.about, "document": of.value.document, "place": of.value.place}
    if of.closed is not None:
        row |= {"outcome": of.closed.value.outcome, "closed_by": of.closed.value.by}
    found = {**row, "differences": differ}

    def text() -> None:
        table((), [(name, value) for name, value in row.items() if value not in (None, "") and name != "open"])
        if differ:
            table(("field", "this", "the other"), [list(each.values()) for each in differ])

    show(found, as_json, text)


@app.command()
def assign(
    item: ItemArgument,
    home: HomeOption,
    owner: Annotated[str, typer.Option(help="Who is to settle it.")],
    reason: Annotated[str, typer.Option(help="Why it is theirs.")],
    due: Annotated[datetime | None, typer.Option(formats=[_DAY], help="By which day; as it was by default.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Give an item to somebody, by a day. The item as it was stays on record."""
    from evidence.cli.opening import opened, registered
    from evidence.intake.work import assigned, find

    with opened(home, sign=True) as handle:
        with registered(handle) as register:
            now, random = handle.clock.now(), handle.random
            last = due.date() if due else None
            statement = assigned(find(register, item), owner=owner, due_on=last, reason=reason, now=now, random=random)
        (appended,) = handle.signer().record([(statement, ())])
    found = {"item": f"#{appended.seq}", "owner": owner, "due": statement.due_on}
    show(found, as_json, lambda: table(list(found), [list(found.values())]))


@app.command()
def close(
    item: ItemArgument,
    home: HomeOption,
    outcome: Annotated[str, typer.Option(help="How it was settled, in words.")],
    by: Annotated[str, typer.Option(help="Who says so.")],
    resolved_by: Annotated[
        str | None, typer.Option(help="What on record settles it: an entry, as #12, or an id.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Close an item. It stays on record with its end; the same question opens anew when another line raises it."""
    from evidence.cli.opening import opened, registered
    from evidence.intake.work import closed, find

    with opened(home, sign=True) as handle:
        with registered(handle) as register:
            statement = closed(
                register,
                find(register, item),
                outcome=outcome,
                by=by,
                closed_on=_today(handle),
                now=handle.clock.now(),
                random=handle.random,
                resolved_by=resolved_by,
            )
        (appended,) = handle.signer().record([(statement, ())])
    found = {"closed": f"#{appended.seq}", "outcome": outcome, "resolved_by": statement.resolved_by}
    show(found, as_json, lambda: table(list(found), [list(found.values())]))


def _row(item: "Item", crosswalk: "Crosswalk", today: "date") -> dict[str, Any]:
    from evidence.intake.questions import settled
    from evidence.intake.work import seems_settled

    answer = seems_settled(item, lambda of: settled(of, crosswalk))
    if item.closed is not None:
        state = f"closed {item.closed.value.closed_on} ({item.closed.ref})"
    elif answer is not None:
        state = f"seems resolved by {', '.join(answer.through) or 'what is on record'}: {answer.why}"
    else:
        state = "overdue" if item.overdue(today) else "open"
    return {
        "item": item.known.ref,
        "asked": item.first.ref,
        "topic": item.value.topic.value,
        "question": item.value.question,
        "owner": item.value.owner,
        "due": item.value.due_on,
        "state": state,
        "open": item.open,
    }


def _differences(register: "Register", item: "Item") -> list[dict[str, str]]:
    """Of a near duplicate, the fields in which the two declarations differ, figures included."""
    from evidence.core.statements.work import WorkTopic
    from evidence.intake.alike_declarations import alike, plain
    from evidence.intake.crosswalk import Crosswalk

    if item.value.topic is not WorkTopic.NEAR_DUPLICATE:
        return []
    crosswalk = Crosswalk(register)
    known = crosswalk.declaration(item.value.about.partition(":")[2])
    if known is None:
        return []
    of = known.value
    near = alike(of, crosswalk.before(of))
    differ = near.differ if near is not None else ()
    return [{"field": each.field, "this": plain(each.one), "other": plain(each.other)} for each in differ]


def _today(handle: "HomeHandle") -> "date":
    from evidence.core.values import legal_day

    return legal_day(handle.clock.now(), handle.settings.zone)
