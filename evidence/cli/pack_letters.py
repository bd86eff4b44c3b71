"""``evidence pack letter`` and ``evidence pack signed``: drafts about a pack, and the signed copies that come back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli.common import HomeOption, JsonOption, note, show
from evidence.cli.pack_common import EditionOption, NumberArgument, known_language

if TYPE_CHECKING:
    from evidence.pack.handover.letters import LetterKind

_KINDS = "cover, declaration (28 USC 1746), 902-11, 902-13 or 902-14 (Federal Rules of Evidence)"
KindArgument = Annotated[str, typer.Argument(metavar="KIND", help=f"One of: {_KINDS}.", show_default=False)]


def letter(
    home: HomeOption,
    number: NumberArgument,
    kind: KindArgument,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder that receives the draft.")],
    language: Annotated[
        str, typer.Option("--language", help="Of a cover letter: en, fr or es.", callback=known_language)
    ] = "en",
    edition: EditionOption = None,
    outside: Annotated[
        bool, typer.Option("--outside", help="To be signed outside the United States, which has another wording.")
    ] = False,
    to: Annotated[str, typer.Option("--to", help="Of a cover letter: the addressee.")] = "",
    notice: Annotated[
        str | None, typer.Option("--notice", metavar="N", help="Of a cover letter: the notice answered, by our number.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Draft a letter, declaration or certificate about a pack, from its own facts. Records nothing.

    Name, day and signature are left to the person who signs. A text of law is printed as it stands on file, in English
    only; in another language a declaration or certificate is refused.
    """
    from evidence.cli.opening import opened
    from evidence.pack.handover.letter_files import Ordered, draft, write

    order = Ordered(
        kind=_kind(kind), language=language, edition=edition, outside=outside, to=to.replace("\\n", "\n"), notice=notice
    )
    with opened(home) as handle:
        made = draft(handle, number, order)
    path = write(made, out.absolute())
    found = {"pack": number, "kind": kind, "draft": path, "data": path.with_suffix(".json"), "sha256": made.sha256}
    show(found, as_json, lambda: typer.echo(f"Draft    {path}"))
    note("An unsigned draft. When it is signed: evidence pack signed, with the signed copy.")


def signed(
    home: HomeOption,
    number: NumberArgument,
    kind: KindArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The signed copy.", exists=True, dir_okay=False)],
    edition: EditionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep the signed copy of a letter: a document on file that names the pack it is about.

    Whose signature it bears is not judged here. The draft itself, which nobody has signed, is refused.
    """
    from evidence.cli.opening import opened, registered
    from evidence.intake.enclosed import enclose, reception
    from evidence.pack.handover.letter_files import require_signed
    from evidence.pack.handover.letters import SIGNED_ROLES
    from evidence.pack.productions.on_record import packs_of
    from evidence.pack.productions.release import pick

    role = SIGNED_ROLES[_kind(kind)]
    require_signed(file)
    with opened(home, sign=True) as handle:
        pick(packs_of(handle), number, edition)  # there is such a pack
        with registered(handle) as register:
            enclosed = enclose(
                handle,
                register,
                file,
                reception(handle, channel="signed copy"),
                role=role,
                relates_to=[f"pack:{number}"],
            )
        recorded = handle.signer().record([(each, ()) for each in enclosed.statements])
    place = f"#{recorded[0].seq}" if recorded else enclosed.ref
    found = {"pack": number, "kind": kind, "document": enclosed.sha256, "entry": place}
    state = "is kept" if recorded else "was on file already"
    show(found, as_json, lambda: typer.echo(f"The {role} on {number} {state} (entry {place})."))


def _kind(text: str) -> "LetterKind":
    from evidence.errors import UsageError
    from evidence.pack.handover.letters import LetterKind

    try:
        return LetterKind(text)
    except ValueError as error:
        raise UsageError(f"There is no letter {text!r}. Name {_KINDS}.") from error
