"""What the commands on packs share: their arguments and options, and how a build and a report of items are told."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evidence.cli.common import Advance, note

if TYPE_CHECKING:
    from evidence.pack.checking.verdict import PackReport
    from evidence.pack.gathered.facts import Subject
    from evidence.pack.productions.build import BuiltPack

NumberArgument = Annotated[str, typer.Argument(help="The pack's number, such as EP-S01-1.", show_default=False)]
EditionOption = Annotated[
    str | None, typer.Option("--edition", help="Which edition of the pack; the authority's by default.")
]
ShipmentArgument = Annotated[str | None, typer.Argument(help="The shipment's number.", show_default=False)]
CustomsEntryOption = Annotated[
    str | None, typer.Option("--customs-entry", metavar="N", help="Instead: a customs entry, with all its lines.")
]
AtOption = Annotated[int | None, typer.Option("--at", metavar="SIZE", help="As known at an earlier checkpoint.", min=1)]


def subject_named(shipment: str | None, customs_entry: str | None) -> "Subject":
    """What a pack is wanted of.

    Raises:
        UsageError: neither was named, or both were.
    """
    from evidence.errors import UsageError
    from evidence.pack.gathered.facts import Subject

    if bool(shipment) == bool(customs_entry):
        raise UsageError("Name one subject: a shipment, or --customs-entry N.")
    return Subject(shipment or None, customs_entry or None)


def known_languages(words: list[str]) -> list[str]:
    """Languages as an option names them, each once.

    Raises:
        UsageError: nothing is written in one of them.
    """
    from evidence.errors import UsageError
    from evidence.pack.words.language import LANGUAGES

    for word in words:
        if word not in LANGUAGES:
            raise UsageError(f"--language {word!r}: wanted one of {', '.join(LANGUAGES)}.")
    return list(dict.fromkeys(words))


def known_language(word: str) -> str:
    """A language as an option names it.

    Raises:
        UsageError: nothing is written in it.
    """
    return known_languages([word])[0]


def told(advance: Advance) -> Callable[[str], None]:
    """Tells each step of a build as it begins, and counts it."""

    def tell(what: str) -> None:
        note(what)
        advance()

    return tell


def state_of(built: "BuiltPack") -> str:
    """Whether a build made anything, in words."""
    return "built and recorded" if built.new else "unchanged since it was recorded; nothing appended"


def counted(report: "PackReport") -> str:
    """How many items came to which verdict."""
    from evidence.pack.checking.verdict import Verdict

    return ", ".join(f"{len(report.of(verdict))} {verdict.value}" for verdict in Verdict)


def as_data(report: "PackReport", pack: str) -> dict[str, Any]:
    """A report of items for ``--json``."""
    return {
        "pack": pack,
        "verdict": report.verdict.value,
        "status": report.status,
        "items": [{"item": item.name, "verdict": item.verdict.value, "reason": item.reason} for item in report.items],
    }


def require_absent(out: Path) -> None:
    """Refuse a file that is there already, before anything is made or recorded.

    Raises:
        PackError: it is.
    """
    from evidence.errors import PackError

    if out.exists() or out.is_symlink():
        raise PackError(f"{out} is there already and is not written over. Name a new file with --out.")


def write_new(out: Path, content: bytes) -> None:
    """Write a file that is not there yet.

    Raises:
        PackError: it is, or cannot be written.
    """
    from evidence.errors import PackError

    require_absent(out)
    try:
        with open(out, "xb") as file:
            file.write(content)
    except OSError as error:
        raise PackError(f"{out} cannot be written ({error.strerror}). Name a new file with --out.") from error
