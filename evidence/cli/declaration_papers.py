"""Commands of ``evidence declarations`` on papers: letters that are no statements of origin, and sealed figures."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli.common import HomeOption, JsonOption, note, show, table

if TYPE_CHECKING:
    from evidence.core.statements.base import Statement

LETTER = "letter, not a statement of origin"
FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The file.", exists=True, dir_okay=False)]


def letter(
    file: FileArgument,
    home: HomeOption,
    supplier: Annotated[str, typer.Option(help="Whose letter it is, by the party's number.")],
    reason: Annotated[str, typer.Option(help="Why it states no origin under the agreement.")],
    by: Annotated[str, typer.Option(help="Who found so.")],
    owner: Annotated[
        str | None, typer.Option(help="Who is to ask for a declaration; the organisation by default.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Keep a letter that is no statement of origin ("Made in USA"): kept and marked, counted as nothing.

    Recorded in one append: its receipt, the finding, and a work item to ask the supplier for a declaration.
    """
    from evidence.cli.opening import opened, registered
    from evidence.core.statements.handling import ReviewOutcome
    from evidence.core.statements.work import WorkTopic
    from evidence.intake.enclosed import enclose, reception
    from evidence.intake.review import finding
    from evidence.intake.work import new_item

    with opened(home, sign=True) as handle:
        said = reception(handle, channel="letter")
        with registered(handle) as register:
            enclosed = enclose(handle, register, file, said, role=LETTER, relates_to=[f"party:{supplier}"])
        now, random = said.now, said.random
        review = finding(
            enclosed.of.id,
            ReviewOutcome.OBJECTED,
            f"{LETTER}: {reason}",
            looked_at=(f"sha256:{enclosed.sha256}",),
            by=by,
            reviewed_on=said.received_on,
            now=now,
            random=random,
        )
        item = new_item(
            WorkTopic.NOT_OF_ORIGIN,
            f"{enclosed.of.kind}:{enclosed.of.id}",
            f"{enclosed.of.name} of {supplier} is a {LETTER}: {reason}. Ask {supplier} for a declaration.",
            owner=owner or handle.settings.organisation.legal_name,
            now=now,
            random=random,
            document=enclosed.sha256,
        )
        statements: list[Statement] = [*enclosed.statements, review, item]
        appended = handle.signer().record([(each, ()) for each in statements])
    entries = [f"#{each.seq}" for each in appended]
    found = {
        "document": enclosed.ref or entries[0],
        "sha256": enclosed.sha256,
        "role": LETTER,
        "finding": entries[-2],
        "work_item": entries[-1],
    }
    show(found, as_json, lambda: table((), list(found.items())))


def seal(
    figures: Annotated[
        Path,
        typer.Option(help="The figures, a JSON object: net_cost, non_originating_value … as text, currency."),
    ],
    out: Annotated[Path, typer.Option(help="Where to write what opens the seal; keep it, and show it to nobody.")],
    as_json: JsonOption = False,
) -> None:
    """Seal figures, at the supplier's: prints what goes into the declaration as sealed_figures. Needs no home."""
    from evidence.core import canonical
    from evidence.errors import IntakeError
    from evidence.intake.seals import read_json
    from evidence.intake.seals import seal as sealed

    made = sealed(read_json(figures), os.urandom)
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise IntakeError(f"{out} cannot be written ({error.strerror}). Name a file that is not there yet.") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(canonical.dumps(made.to_json()) + b"\n")
    show({"sealed_figures": made.digest(), "opened_by": out.name}, as_json)
    note(f"{out.name} opens the seal: keep it as long as the declaration may be asked about.")


def unseal(
    name: Annotated[str, typer.Argument(metavar="DECLARATION", help="SUPPLIER:REFERENCE, the id, or the reference.")],
    home: HomeOption,
    opening: Annotated[
        Path, typer.Option("--with", help="What opens the seal, as the supplier kept it.", exists=True, dir_okay=False)
    ],
    by: Annotated[str, typer.Option(help="Who compared.")],
    as_json: JsonOption = False,
) -> None:
    """Verify figures that a supplier handed over later against the seal that its declaration was recorded with.

    What opens the seal is kept as a document of tier secret; that the figures are those sealed is recorded as a review.
    Other figures are refused, and nothing is recorded (status 1).
    """
    from dataclasses import replace

    from evidence.cli.opening import opened, registered
    from evidence.core.disclosure import Tier
    from evidence.core.statements.handling import ReviewOutcome
    from evidence.intake.enclosed import enclose, reception
    from evidence.intake.review import find, finding
    from evidence.intake.seals import opening as opens
    from evidence.intake.seals import read_json
    from evidence.intake.seals import unseal as unsealed

    disclosure = opens(read_json(opening))
    with opened(home, sign=True) as handle:
        with registered(handle) as register:
            known = find(register, name)
            figures = unsealed(known.value, disclosure)
            said = replace(reception(handle), tier=Tier.SECRET)
            about = [f"{known.value.kind}:{known.statement_id}"]
            enclosed = enclose(handle, register, opening, said, role="figures behind a seal", relates_to=about)
        review = finding(
            known.statement_id,
            ReviewOutcome.AGREED,
            f"the figures handed over are those sealed: {', '.join(figures)}",
            looked_at=(f"sha256:{enclosed.sha256}", f"sealed_figures {known.value.sealed_figures}"),
            by=by,
            reviewed_on=said.received_on,
            now=said.now,
            random=said.random,
        )
        statements: list[Statement] = [*enclosed.statements, review]
        appended = handle.signer().record([(each, ()) for each in statements])
    found = {
        "declaration": f"{known.value.supplier}:{known.value.reference}",
        **figures,
        "review": f"#{appended[-1].seq}",
    }
    show(found, as_json, lambda: table((), list(found.items())))
