"""``evidence inbox``: leave something without a key, see what waits, record it."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli.common import HomeOption, JsonOption, note, show

if TYPE_CHECKING:
    from evidence.ledger.inbox import Inbox
    from evidence.settings import Settings

app = typer.Typer(help="What was left by those who hold no key: leave it, list it, record it.", no_args_is_help=True)


@app.command()
def submit(
    path: Annotated[Path, typer.Argument(help="The file to leave.", exists=True, dir_okay=False)],
    home: HomeOption,
    channel: Annotated[str, typer.Option(help="How it came: mail, portal, hand …")] = "command line",
    as_json: JsonOption = False,
) -> None:
    """Leave a file in the inbox and print its receipt. Needs no passphrase."""
    from evidence.ledger.clock import clock_of

    settings = _settings(home)
    inbox = _inbox(settings)
    with path.open("rb") as content:
        now = clock_of(settings.home, demo=settings.demo).now()
        item = inbox.submit(content, path.name, channel, now, os.urandom)
    show({"receipt": item.id, "sha256": item.sha256, "bytes": item.size, "submitted_at": item.submitted_at}, as_json)
    inbox.close()


@app.command(name="list")
def list_items(
    home: HomeOption,
    everything: Annotated[bool, typer.Option("--all", help="Also what is recorded already.")] = False,
    as_json: JsonOption = False,
) -> None:
    """What waits in the inbox, oldest first."""
    inbox = _inbox(_settings(home))
    show(inbox.items(waiting=not everything), as_json)
    inbox.close()


@app.command()
def take(home: HomeOption, as_json: JsonOption = False) -> None:
    """Record every waiting file as a document received, and settle it."""
    from evidence.cli.opening import opened
    from evidence.core.disclosure import Tier
    from evidence.core.identifiers import mint
    from evidence.core.statements.base import EvidenceClass
    from evidence.core.statements.own import DocumentReceived
    from evidence.core.values import legal_day
    from evidence.intake.sniff import media_type
    from evidence.ledger.inbox import Item

    inbox = _inbox(_settings(home))
    with opened(home, sign=True) as handle:

        def record(item: Item, content: bytes) -> int:
            stored = handle.documents.put(content)
            known = [
                seq
                for seq in handle.ledger.entries_naming(stored.sha256)
                if handle.ledger.entry(seq).kind == DocumentReceived.kind
            ]
            if known:
                return known[0]
            statement = DocumentReceived(
                id=mint(DocumentReceived.prefix, handle.clock.now(), handle.random),
                issuer="self",
                evidence_class=EvidenceClass.NATIVE,
                document=stored.sha256,
                size=stored.size,
                name=item.name,
                media_type=media_type(content, item.name),
                document_class=EvidenceClass.NATIVE,
                tier=Tier.RESTRICTED,
                personal=False,
                channel=item.channel,
                holder=handle.settings.organisation.legal_name,
                location="documents",
                received_on=legal_day(item.submitted_at, handle.settings.zone),
                received_basis=f"left in the inbox, receipt {item.id}",
            )
            return handle.record(statement).seq

        taken = inbox.take(record)
    show(taken, as_json)
    note(f"{len(taken)} recorded.")
    inbox.close()


def _settings(home: Path) -> "Settings":
    from evidence.settings import Settings

    return Settings.load(home, os.environ)


def _inbox(settings: "Settings") -> "Inbox":
    from evidence.ledger.inbox import Inbox

    return Inbox(settings.home, settings.limits.document_bytes)
