"""``evidence rules add | withdraw | list``: what a home adds to the packaged law, each file a record of its ledger."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli.common import HomeOption, JsonOption, note, show, table

if TYPE_CHECKING:
    from evidence.origin.law import Changed
    from evidence.rules.ruleset import RuleSet

ByOption = Annotated[str, typer.Option(help="Who decides it.", show_default=False)]
ReasonOption = Annotated[str, typer.Option(help="Why.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Put the commands of this module into the group."""
    app.command("add")(add)
    app.command("withdraw")(withdraw)
    app.command("list")(list_added)


def add(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE.toml", help="What to add; docs/rules.md shows one.", exists=True, dir_okay=False),
    ],
    home: HomeOption,
    by: ByOption,
    reason: ReasonOption,
    as_json: JsonOption = False,
) -> None:
    """Add product rules, dated figures, rows of tables or national items to the law in use, with their citations.

    The file is checked against the law on file first. One of the same name takes the earlier one's place. The rule set
    that results is named by its content, and every determination from now on is made under it.
    """
    from evidence.cli.opening import opened
    from evidence.origin.law import add as record

    data = content(file)
    with opened(home, sign=True) as handle:
        found = record(handle, data, by=by, reason=reason, now=handle.clock.now())
    for notice in found.addition.notices:
        note(f"note: {notice}")
    _told(found, "added", as_json)


def withdraw(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The addition's name.")],
    home: HomeOption,
    by: ByOption,
    reason: ReasonOption,
    as_json: JsonOption = False,
) -> None:
    """Take an addition out of the law in use. It stays on record, so that what it decided can be made again."""
    from evidence.cli.opening import opened
    from evidence.origin.law import withdraw as record

    with opened(home, sign=True) as handle:
        found = record(handle, name, by=by, reason=reason, now=handle.clock.now())
    _told(found, "withdrawn", as_json)


def list_added(home: HomeOption, as_json: JsonOption = False) -> None:
    """The rule sets that this home recorded, the one in use last, and what each changed."""
    from evidence.cli.opening import opened, registered
    from evidence.origin.law import law_in_use, rule_sets

    with opened(home) as handle:
        with registered(handle) as register:
            known = rule_sets(register)
        law = law_in_use(handle)
    rows = [
        {
            "rule_set": each.value.rule_set,
            "entry": each.ref,
            "recorded": each.recorded_at.date(),
            "change": each.value.change,
            "reason": each.value.reason,
            "by": each.value.by,
        }
        for each in known
    ]
    empty = "Nothing was added; the packaged law is in use."
    show(
        {"in_use": law.name, "recorded": rows},
        as_json,
        lambda: table(list(rows[0]) if rows else (), [list(row.values()) for row in rows], empty=empty),
    )
    note(f"In use: rule set {law.name}")


def content(path: Path) -> bytes:
    """A file to be added, read no further than an addition may be long.

    Raises:
        IntakeError: it cannot be read.
    """
    from evidence.intake.gather import open_regular
    from evidence.rules.added import LARGEST

    with open_regular(path.absolute()) as stream:
        return stream.read(LARGEST + 1)


def in_use(home: Path) -> "RuleSet":
    """The law in use in a home."""
    from evidence.cli.opening import opened
    from evidence.origin.law import law_in_use

    with opened(home) as handle:
        return law_in_use(handle)


def recorded(home: Path, beginning: str) -> "RuleSet | None":
    """The rule set on record in a home whose hash begins so; None where there is none.

    Raises:
        UsageError: there are several.
    """
    from evidence.cli.opening import opened, registered
    from evidence.errors import UsageError
    from evidence.origin.law import law_named, rule_sets

    wanted = beginning.removeprefix("usmca:")
    with opened(home) as handle:
        with registered(handle) as register:
            names = {each.value.rule_set for each in rule_sets(register)}
        found = [name for name in sorted(names) if wanted and name.startswith(wanted)]
        if len(found) > 1:
            raise UsageError(f"{len(found)} rule sets on record begin with {beginning}; give more of the hash.")
        return law_named(handle, found[0]) if found else None


def _told(found: "Changed", said: str, as_json: bool) -> None:
    addition, law = found.addition, found.law
    result = {
        "name": addition.name,
        "sha256": addition.digest,
        "entry": f"#{found.seq}",
        "rule_set": law.name,
        "rules": len(addition.rules),
        "figures": len(addition.series),
        "rows": len(addition.rows),
        "items": len(addition.items),
    }
    show(
        result,
        as_json,
        lambda: typer.echo(f"{addition.name} is {said}, recorded as #{found.seq}; rule set {law.name}."),
    )
