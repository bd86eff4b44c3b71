"""``evidence pack export``: a recorded pack in the form that archives take."""

from pathlib import Path
from typing import Annotated

import typer

from evidence.cli.common import HomeOption, JsonOption, show
from evidence.cli.pack_common import EditionOption, NumberArgument


def export(
    home: HomeOption,
    number: NumberArgument,
    bagit: Annotated[Path, typer.Option("--bagit", metavar="DIR", help="The folder of the bag, which is made.")],
    edition: EditionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a pack as it was issued as a bag for archives (BagIt, RFC 8493): its files under data/, digests beside it.

    A bag signs nothing. The pack under data/ is checked as ever: evidence pack check DIR/data.
    """
    from evidence.cli.opening import opened
    from evidence.core.values import legal_day
    from evidence.pack.handover.bagit import export_bag

    with opened(home) as handle:
        today = legal_day(handle.clock.now(), handle.settings.zone)
        bag = export_bag(handle, number, bagit.absolute(), today, edition)
    show(bag, as_json, lambda: typer.echo(f"Bag {bag.folder}: {bag.files} files of {bag.size} bytes under data/."))
