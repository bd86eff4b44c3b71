"""``evidence ledger witness``: have the ledger's checkpoint cosigned by the witnesses of its policy."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli.common import HomeOption, JsonOption, note, show

if TYPE_CHECKING:
    from evidence.ledger.found import HomeHandle
    from evidence.ledger.policy import Policy
    from evidence.ledger.witnessing import Standing, Told


def register(app: typer.Typer) -> None:
    """Add the command to the group ``ledger``."""
    app.command()(witness)


def witness(
    home: HomeOption,
    policy: Annotated[
        Path | None,
        typer.Option(help="The policy that names the witnesses; trust/policy of the home by default.", dir_okay=False),
    ] = None,
    show_only: Annotated[bool, typer.Option("--show", help="Ask nobody; show what is held.")] = False,
    due: Annotated[bool, typer.Option("--due", help="Leave out those that failed and are to be asked later.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the checkpoint with its cosignatures to this file.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the witnesses of the policy to cosign the latest checkpoint, and record it where their quorum is met.

    They get origin, size, root and hashes, and nothing of what is on record. A witness that gives no answer is asked
    again by the next run. Status 1 where the quorum is not met, or a witness holds another history of this ledger.
    """
    from evidence.cli.opening import opened
    from evidence.ledger.witnessing import ask_all, last_standing, record_quorum
    from evidence.web.transport import transport

    told: list[Told] = []
    recorded = None
    with opened(home, sign=not show_only) as handle:
        named = _policy(handle, policy)
        if show_only:
            standing = last_standing(handle, named)
        else:
            standing, told = ask_all(handle, named, transport(handle.settings.proxy), datetime.now(UTC), only_due=due)
            recorded = record_quorum(handle, standing)
        entries = handle.ledger.size()
    if out is not None:
        _write(out, standing.note)
    _show(standing, told, entries, None if recorded is None else recorded.seq, as_json)
    raise typer.Exit(0 if standing.quorum_met and not any(each.contradicts for each in told) else 1)


def _show(standing: "Standing", told: "list[Told]", entries: int, seq: int | None, as_json: bool) -> None:
    found = {
        "size": standing.size,
        "root": standing.root,
        "entries": entries,
        "cosigned_by": standing.cosigned_by,
        "quorum_met": standing.quorum_met,
        "recorded": seq,
        "asked": told,
    }

    def text() -> None:
        by = ", ".join(standing.cosigned_by) or "nobody"
        typer.echo(f"{standing.size} of {entries} entries, root {standing.root.hex()}: cosigned by {by}.")
        typer.echo(f"Quorum {'met' if standing.quorum_met else 'not met'}." + (f" On record: #{seq}." if seq else ""))

    for each in told:
        if each.contradicts:
            note(f"CONTRADICTED: {each.why}")
        elif not each.cosigned:
            note(f"No cosignature: {each.why}")
    show(found, as_json, text)


def _policy(handle: "HomeHandle", path: Path | None) -> "Policy":
    """The policy, which must know at least one witness.

    Raises:
        SettingsError: it cannot be read, or names no witness.
        ProofError: it is malformed.
    """
    from evidence.errors import SettingsError
    from evidence.ledger.found import TRUST
    from evidence.ledger.policy import Policy

    where = path or handle.settings.home / TRUST / "policy"
    try:
        found = Policy.parse(where.read_bytes())
    except OSError as error:
        raise SettingsError(
            f"The policy {where} cannot be read ({error.strerror}). Name another with --policy."
        ) from error
    if not found.witnesses:
        raise SettingsError(
            f"{where} names no witness. Add a line `witness NAME VKEY URL` for each, and make `quorum` name them; see "
            "docs/witnessing.md."
        )
    return found


def _write(path: Path, content: bytes) -> None:
    from evidence.errors import UsageError

    try:
        path.write_bytes(content)
    except OSError as error:
        raise UsageError(f"{path} could not be written ({error.strerror}). Name another file.") from error
