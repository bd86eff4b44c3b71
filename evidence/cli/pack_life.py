"""What becomes of a pack once it is built: its open items, its release, and its handing over."""

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli.common import HomeOption, JsonOption, note, show, table
from evidence.cli.pack_common import EditionOption, NumberArgument

if TYPE_CHECKING:
    from evidence.intake.enclosed import Enclosed
    from evidence.ledger.found import HomeHandle


def items(home: HomeOption, number: NumberArgument, as_json: JsonOption = False) -> None:
    """The open items of a pack on which a release wants a decision, with their places."""
    from evidence.cli.opening import opened
    from evidence.pack.productions.on_record import packs_of
    from evidence.pack.productions.release import open_items

    with opened(home) as handle:
        found = open_items(packs_of(handle), number, handle.documents)
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
            "--decision", help="What was decided. With an open item: correct, disclose or answer, a colon, and why."
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
    from evidence.pack.productions.release import release as release_pack

    single = _items(item or ())
    with opened(home, sign=True) as handle:
        seq = release_pack(handle, number, by, decision, single)
    show(
        {"pack": number, "entry": seq}, as_json, lambda: typer.echo(f"Pack {number} is released (ledger entry #{seq}).")
    )


def _items(texts: Sequence[str]) -> dict[int, str]:
    from evidence.errors import UsageError

    single: dict[int, str] = {}
    for text in texts:
        read = re.fullmatch(r"([1-9][0-9]{0,4})=(.+)", text, re.ASCII | re.DOTALL)
        if read is None:
            raise UsageError(f"--item {text!r} names no item; wanted its place and the decision, as 2=disclose: …")
        if int(read[1]) in single:
            raise UsageError(f"--item names item {read[1]} twice. State one decision on it.")
        single[int(read[1])] = read[2]
    return single


_ReceiptOption = Annotated[
    Path | None,
    typer.Option(
        "--receipt", metavar="FILE", help="The recipient's receipt; kept as it is.", exists=True, dir_okay=False
    ),
]
_ArchiveOption = Annotated[
    Path | None,
    typer.Option(
        "--archive", metavar="FILE", help="The file that was handed over, to be compared.", exists=True, dir_okay=False
    ),
]
_VolumesOption = Annotated[
    Path | None,
    typer.Option(
        "--volumes",
        metavar="DIR",
        help="Instead: the folder with the volumes that 'pack deliver' wrote.",
        exists=True,
        file_okay=False,
    ),
]


def handed_over(
    home: HomeOption,
    number: NumberArgument,
    to: Annotated[str, typer.Option("--to", help="Who received it: the authority's office, or a party.")],
    channel: Annotated[str, typer.Option("--channel", help="How: portal, courier, e-mail, in person.")],
    by: Annotated[str, typer.Option("--by", help="Who handed it over, by name and title or by function.")],
    purpose: Annotated[str, typer.Option("--purpose", help="Why: the notice answered, the importer's own file.")],
    on: Annotated[
        datetime | None,
        typer.Option("--on", formats=["%Y-%m-%d"], metavar="DAY", help="The day it left the house; today by default."),
    ] = None,
    edition: EditionOption = None,
    receipt_number: Annotated[
        str | None, typer.Option("--receipt-number", help="The recipient's number for it.")
    ] = None,
    receipt: _ReceiptOption = None,
    archive: _ArchiveOption = None,
    volumes: _VolumesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Record that a released pack was handed over: to whom, when, how, and the receipt for it.

    A draft is not handed over. Nothing that was handed over is ever built anew under its number.
    """
    from evidence.cli.opening import opened
    from evidence.core.values import legal_day
    from evidence.errors import UsageError
    from evidence.pack.handover.handing import Handing, hand_over
    from evidence.pack.productions.on_record import packs_of
    from evidence.pack.productions.release import superseding

    if archive is not None and volumes is not None:
        raise UsageError("Give --archive or --volumes: what left the house was the one or the other.")
    with opened(home, sign=True) as handle:
        today = legal_day(handle.clock.now(), handle.settings.zone)
        kept = _receipt(handle, number, receipt, channel) if receipt is not None else None
        said = Handing(
            to=to,
            channel=channel,
            purpose=purpose,
            by=by,
            on=on.date() if on is not None else today,
            edition=edition,
            receipt=receipt_number,
            receipt_document=kept.sha256 if kept else None,
            file=archive,
            volumes=volumes,
        )
        seq = hand_over(handle, number, said, kept.statements if kept else ())
        newer = superseding(packs_of(handle), number)
    if newer is not None:
        note(f"Pack {number} was superseded by {newer}: what was handed over is not the latest.")
    if receipt is None:
        note("No receipt is recorded with it. Import it as a submission receipt when it comes.")
    show(
        {"pack": number, "entry": seq, "receipt": kept.sha256 if kept else None, "superseded_by": newer},
        as_json,
        lambda: typer.echo(f"That pack {number} was handed over is recorded (ledger entry #{seq})."),
    )


def _receipt(handle: "HomeHandle", number: str, file: Path, channel: str) -> "Enclosed":
    """The recipient's receipt, its bytes kept; its own receipt is recorded together with the handing over."""
    from evidence.cli.opening import registered
    from evidence.intake.enclosed import enclose, reception

    role, about = "receipt for a pack handed over", [f"pack:{number}"]
    with registered(handle) as register:
        return enclose(handle, register, file, reception(handle, channel=channel), role=role, relates_to=about)
