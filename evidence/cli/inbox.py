"""``evidence inbox``: leave something without a key, see the queue and its reasons, record what waits."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli import inbox_serving, inbox_tokens
from evidence.cli.common import HomeOption, JsonOption, note, show, table
from evidence.core.disclosure import Tier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evidence.intake.queue import Queue
    from evidence.ledger.inbox import Inbox, Item
    from evidence.settings import Settings

app = typer.Typer(help="What was left by those who hold no key: leave it, list it, record it.", no_args_is_help=True)
app.add_typer(inbox_tokens.app, name="token")
app.command(name="watch")(inbox_serving.watch)
app.command(name="api")(inbox_serving.api)
app.command(name="serve")(inbox_serving.serve)

_COLUMNS = ("id", "name", "channel", "state", "tried", "entries", "reason")
TierOption = Annotated[
    Tier | None,
    typer.Option("--tier", help="Who may see it; secret+personal is sealed, and nothing is read from it."),
]
MapOption = Annotated[
    str | None, typer.Option("--map", metavar="NAME", help="The saved mapping that its columns are read by.")
]
ReceiptArgument = Annotated[str, typer.Argument(metavar="RECEIPT", help="The receipt, as `inbox list` shows it.")]


@app.command()
def submit(
    path: Annotated[Path, typer.Argument(help="The file to leave.", exists=True, dir_okay=False)],
    home: HomeOption,
    channel: Annotated[str, typer.Option(help="How it came: mail, portal, hand …")] = "command line",
    kind: Annotated[str | None, typer.Option(help="The template that its tables have, or 'document'.")] = None,
    mapping: MapOption = None,
    tier: TierOption = None,
    received: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day it is said to have come.")
    ] = None,
    basis: Annotated[str | None, typer.Option(help="Why --received is believed.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Leave a file in the inbox and print its receipt. Needs no passphrase."""
    from evidence.errors import UsageError
    from evidence.intake.gather import open_regular
    from evidence.intake.templates import DOCUMENT, template
    from evidence.ledger.clock import clock_of
    from evidence.ledger.inbox import Arrival, Told

    if (received is None) != (basis is None):
        raise UsageError("--received and --basis go together: a day, and why it is believed.")
    if kind not in (None, DOCUMENT):
        template(kind)
    settings = _settings(home)
    told = Told(kind, received.date() if received else None, basis, tier, mapping=mapping)
    with _inbox(settings) as inbox, open_regular(path.absolute()) as content:
        now = clock_of(settings.home, demo=settings.demo).now()
        item = inbox.submit(content, Arrival(path.name, channel, told), now, os.urandom)
    show({"receipt": item.id, "sha256": item.sha256, "bytes": item.size, "submitted_at": item.submitted_at}, as_json)


@app.command(name="list")
def list_items(
    home: HomeOption,
    everything: Annotated[bool, typer.Option("--all", help="Also what is recorded already.")] = False,
    as_json: JsonOption = False,
) -> None:
    """What waits and what is held back, oldest first, each with its reason."""
    from evidence.ledger.inbox import State

    with _inbox(_settings(home)) as inbox:
        items = inbox.items(*(() if everything else (State.WAITING, State.HELD_BACK)))
    show(items, as_json, lambda: _rows(items))


@app.command(name="show")
def show_item(
    receipt: ReceiptArgument,
    home: HomeOption,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Also put a copy of its bytes there.")] = None,
    as_json: JsonOption = False,
) -> None:
    """One item, with every line of its reason; and its bytes, to be looked at or put right."""
    from evidence.cli.common import plain

    with _inbox(_settings(home)) as inbox:
        item = inbox.item(receipt)
        if out is not None:
            note(f"{inbox.copy_out(item, out)} holds its bytes as they came.")

    def text() -> None:
        facts = {**plain(item), "entries": item.entries}
        facts["told"] = {name: value for name, value in facts["told"].items() if value is not None}
        for name in ("seq", "last_seq", "reason", "notes"):
            del facts[name]
        table((), [(name, value) for name, value in facts.items() if value not in (None, {})])
        for line in item.reason:
            typer.echo(f"! {line}")
        for line in item.notes:
            typer.echo(f"note: {line}")

    show(item, as_json, text)


@app.command()
def retry(
    home: HomeOption,
    receipt: Annotated[str | None, typer.Argument(metavar="RECEIPT", help="The item to try again.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Whatever is held back.")] = False,
    mapping: MapOption = None,
    as_json: JsonOption = False,
) -> None:
    """Have what is held back tried again, by the next `inbox take` or the process that serves. Needs no passphrase."""
    from evidence.errors import UsageError
    from evidence.ledger.inbox import State

    if (receipt is None) != everything:
        raise UsageError("Name one receipt, or give --all.")
    with _inbox(_settings(home)) as inbox:
        items = inbox.items(State.HELD_BACK) if receipt is None else [inbox.item(receipt)]
        waiting = [inbox.release(item, mapping) for item in items]
    show(waiting, as_json, lambda: _rows(waiting))


@app.command()
def keep(
    receipt: ReceiptArgument,
    home: HomeOption,
    reason: Annotated[str, typer.Option(help="Why nothing is read from it.")],
    by: Annotated[str, typer.Option(help="Who decided it.")],
    tier: TierOption = None,
    as_json: JsonOption = False,
) -> None:
    """Record an item as a document only, marked as refused with the reason."""
    from evidence.ledger.inbox import State

    with _queue(home) as queue:
        kept = queue.keep(queue.inbox.item(receipt), reason, by, tier)
    show(kept, as_json, lambda: _rows([kept]))
    raise typer.Exit(1 if kept.state is State.HELD_BACK else 0)


@app.command()
def take(home: HomeOption, tier: TierOption = None, as_json: JsonOption = False) -> None:
    """Take every waiting file in, as `import` would, and settle it; status 1 where one is held back or still waits."""
    from evidence.ledger.inbox import State

    with _queue(home, tier) as queue:
        taken = queue.take(lambda item: note(inbox_serving.told_of(item)))
    show(taken, as_json, lambda: _rows(taken))
    left = sum(item.state in (State.HELD_BACK, State.WAITING) for item in taken)
    note(f"{len(taken) - left} on record, {left} not.")
    raise typer.Exit(1 if left else 0)


def _rows(items: "Sequence[Item]") -> None:
    def first(lines: "Sequence[str]") -> str | None:
        more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
        return f"{lines[0]}{more}" if lines else None

    def row(item: "Item") -> tuple[object, ...]:
        notes = (first(item.notes),) if noted else ()
        return (
            item.id,
            item.name,
            item.channel,
            item.state,
            item.attempts or None,
            item.entries,
            first(item.reason),
            *notes,
        )

    noted = any(item.notes for item in items)
    table((*_COLUMNS, "notes") if noted else _COLUMNS, [row(item) for item in items])


def _settings(home: Path) -> "Settings":
    from evidence.settings import Settings

    return Settings.load(home, os.environ)


@contextmanager
def _inbox(settings: "Settings") -> "Iterator[Inbox]":
    from evidence.ledger.inbox import Inbox

    inbox = Inbox(settings.home, settings.limits.document_bytes)
    try:
        yield inbox
    finally:
        inbox.close()


@contextmanager
def _queue(home: Path, tier: Tier | None = None) -> "Iterator[Queue]":
    from evidence.cli.opening import opened
    from evidence.intake.queue import Queue

    with _inbox(_settings(home)) as inbox, opened(home, sign=True) as handle:
        yield Queue(handle, inbox, tier)
