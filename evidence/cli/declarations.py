"""``evidence declarations``: suppliers' declarations as they stand, and what people decide on them."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli import declaration_papers
from evidence.cli.common import HomeOption, JsonOption, note, show, table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import date

    from evidence.core.statements.base import Statement
    from evidence.core.statements.declaration import DeclarationState, SupplierDeclaration
    from evidence.intake.elements import Checked
    from evidence.intake.enclosed import Enclosed
    from evidence.intake.review import Learned
    from evidence.ledger.found import HomeHandle
    from evidence.register.queries import Known, Register

app = typer.Typer(
    help="Suppliers' declarations: list, show, accept, refuse, withdraw, expire; letters, seals; and the gaps.",
    no_args_is_help=True,
)
app.command()(declaration_papers.letter)
app.command()(declaration_papers.seal)
app.command()(declaration_papers.unseal)

_DAY = "%Y-%m-%d"
NamesArgument = Annotated[
    list[str],
    typer.Argument(metavar="DECLARATION...", help="SUPPLIER:REFERENCE each, or the id, or the reference where unique."),
]
ReasonOption = Annotated[str, typer.Option(help="Why, in words: it is printed with the decision.", show_default=False)]
ByOption = Annotated[str | None, typer.Option(help="Who decides; the holder of the signing key by default.")]
FromOption = Annotated[
    datetime | None, typer.Option("--from", formats=[_DAY], help="The first day it counts; today by default.")
]


@app.command(name="list")
def list_declarations(
    home: HomeOption,
    supplier: Annotated[str | None, typer.Option(help="Only this supplier's.")] = None,
    part: Annotated[str | None, typer.Option(help="Only for this part (the buyer's number).")] = None,
    state: Annotated[
        list[str] | None, typer.Option(help="Only in this state: received, accepted, refused, expired, withdrawn …")
    ] = None,
    on: Annotated[datetime | None, typer.Option(formats=[_DAY], help="As they stand on this day; today.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Every declaration received, and its state on a day. The mark ``ended`` says that its window was over by then."""
    from evidence.cli.opening import opened, registered
    from evidence.intake.review import standings

    with opened(home) as handle, registered(handle) as register:
        day = on.date() if on else _today(handle)
        rows = [
            {
                "entry": each.declaration.ref,
                "supplier": each.declaration.value.supplier,
                "reference": each.declaration.value.reference,
                "part": each.declaration.value.part,
                "plant": each.declaration.value.plant,
                "form": each.declaration.value.form,
                "from": each.declaration.value.valid_from,
                "to": each.declaration.value.valid_to,
                "state": each.state,
                "since": each.event.value.effective_from if each.event else each.declaration.value.received_on,
                "window": "ended" if each.lapsed else "",
            }
            for each in standings(register, day, supplier=supplier, part=part, states=state or ())
        ]
    show(rows, as_json, lambda: table(list(rows[0]) if rows else (), [list(row.values()) for row in rows]))
    note(f"{len(rows)} declarations, as they stand on {day}.")


@app.command(name="show")
def show_declaration(
    name: Annotated[str, typer.Argument(metavar="DECLARATION", help="SUPPLIER:REFERENCE, the id, or the reference.")],
    home: HomeOption,
    as_json: JsonOption = False,
) -> None:
    """One declaration whole: its fields, what it lacks, its states, the document it was read from."""
    from evidence.cli.opening import opened, registered
    from evidence.intake.backing import backing
    from evidence.intake.crosswalk import Crosswalk
    from evidence.intake.declaration_fields import check_declaration
    from evidence.intake.review import find, late

    with opened(home) as handle, registered(handle) as register:
        known = find(register, name)
        states = [(each.ref, each.value) for each in register.declaration_states(known.statement_id)]
        behind = backing(known.value, Crosswalk(register))
        told_late = late(register, known.value)
    fields = known.value.model_dump(mode="json", exclude_none=True)
    checked = check_declaration(known.value, handle.settings.lowered_elements, behind)
    lacking = [each for each in checked if not each.met]
    history = [
        {"entry": ref, "state": of.state, "from": of.effective_from, "by": of.by, "reason": of.reason}
        for ref, of in states
    ]
    found = {
        "entry": known.ref,
        "recorded_at": known.recorded_at,
        "fields": fields,
        "lacking": [_lacking(each) for each in lacking],
        "late": told_late,
        "states": history,
    }

    def text() -> None:
        table((), [("entry", f"{known.ref}, recorded {known.recorded_at}"), *fields.items()])
        for each in lacking:
            typer.echo(f"{each.effect.value}: {each}")
        if told_late is not None:
            typer.echo(f"late: {told_late}.")
        table(
            ("entry", "state", "from", "by", "reason"), [list(row.values()) for row in history], empty="Not reviewed."
        )

    show(found, as_json, text)


def _lacking(each: "Checked") -> dict[str, object]:
    of = each.requirement
    return {
        "field": of.field,
        "found": each.found,
        "wanted": of.validation,
        "effect": each.effect,
        "citation": each.law,
    }


@app.command()
def accept(
    names: NamesArgument,
    home: HomeOption,
    reason: ReasonOption,
    by: ByOption = None,
    effective_from: FromOption = None,
    as_json: JsonOption = False,
) -> None:
    """Accept declarations: from then on they count as support. What lacks a needed field is not accepted (status 1)."""
    from evidence.core.statements.declaration import DeclarationState

    _decide(home, names, DeclarationState.ACCEPTED, reason, by, effective_from, None, as_json)


@app.command()
def refuse(
    names: NamesArgument,
    home: HomeOption,
    reason: ReasonOption,
    by: ByOption = None,
    effective_from: FromOption = None,
    as_json: JsonOption = False,
) -> None:
    """Refuse declarations: they stay on record and count for nothing; a later acceptance lifts it."""
    from evidence.core.statements.declaration import DeclarationState

    _decide(home, names, DeclarationState.REFUSED, reason, by, effective_from, None, as_json)


@app.command()
def withdraw(
    names: NamesArgument,
    home: HomeOption,
    reason: ReasonOption,
    by: ByOption = None,
    effective_from: FromOption = None,
    notice: Annotated[
        Path | None,
        typer.Option(help="The supplier's notice, a file: a mail as .eml, a letter.", exists=True, dir_okay=False),
    ] = None,
    learned: Annotated[
        datetime | None,
        typer.Option(formats=[_DAY], help="The day we learned of it; by default what the notice's header says."),
    ] = None,
    learned_basis: Annotated[str | None, typer.Option(help="Why --learned is believed.")] = None,
    from_whom: Annotated[str | None, typer.Option(help="Who told us; the sender of the mail by default.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Record that a supplier withdrew declarations, from a day on; purchases received before it stay covered.

    Recorded with it: the receipt of the notice, and that we learned of it, when and from whom, since such a message can
    be reason to believe that a claim is wrong.
    """
    from evidence.core.statements.declaration import DeclarationState
    from evidence.errors import UsageError

    if (learned is None) != (learned_basis is None):
        raise UsageError("--learned and --learned-basis go together: a day, and why it is believed.")
    told = (learned.date(), learned_basis) if learned is not None and learned_basis is not None else None
    state = DeclarationState.WITHDRAWN
    _decide(home, names, state, reason, by, effective_from, notice, as_json, told=told, from_whom=from_whom)


@app.command()
def expire(
    home: HomeOption,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[DECLARATION...]", help="Only these; otherwise all whose window is over."),
    ] = None,
    by: ByOption = None,
    reason: Annotated[str | None, typer.Option(help="Why; that the window ended, by default.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Record declarations whose window is over as expired: from the day after its last day on."""
    from evidence.cli.opening import opened, registered
    from evidence.core.statements.declaration import DeclarationState
    from evidence.errors import UsageError
    from evidence.intake.review import change, ended_windows, find

    with opened(home, sign=True) as handle:
        with registered(handle) as register:
            who = by or _holder(handle, register)
            ended = ended_windows(register, _today(handle))
            if names:
                asked = {find(register, name).statement_id: name for name in names}
                over = {known.statement_id for known, _ in ended}
                if early := [name for known, name in asked.items() if known not in over]:
                    raise UsageError(
                        f"{', '.join(early)}: the window is not over, or that it ended is recorded already."
                    )
                ended = [(known, first) for known, first in ended if known.statement_id in asked]
            events = [
                change(
                    register,
                    known,
                    DeclarationState.EXPIRED,
                    by=who,
                    reason=reason or f"its window ended on {known.value.valid_to}",
                    effective_from=first,
                    now=handle.clock.now(),
                    random=handle.random,
                )
                for known, first in ended
            ]
        appended = handle.signer().record([(event, ()) for event in events]) if events else []
    labels = [f"{known.value.supplier}:{known.value.reference}" for known, _ in ended]
    _tell(labels, "expired", [each.seq for each in appended], as_json)


@app.command()
def gaps(
    good: Annotated[str, typer.Argument(metavar="GOOD", help="The good's part number; OWNER:PART where not our own.")],
    home: HomeOption,
    plant: Annotated[str, typer.Option(help="The plant that makes it.", show_default=False)],
    period: Annotated[str, typer.Option(help="2023-04-01..2023-06-30, 2023-04 or 2023.", show_default=False)],
    as_json: JsonOption = False,
) -> None:
    """Which material lacks a declaration that covers its part, plant and purchase date. Status 1 where any does."""
    from evidence.cli.asked import days_of, question_of
    from evidence.cli.opening import opened, registered
    from evidence.origin.gaps import missing_declarations
    from evidence.origin.gather import gather_known
    from evidence.origin.law import law_in_use

    span = days_of(period)
    with opened(home) as handle, registered(handle) as register:
        whose = handle.settings.organisation.code
        question = question_of(
            good, plant, period, whose=whose, basis="actual", event="production", on=None, into=None, use=None
        )
        rows = missing_declarations(gather_known(register, question), law_in_use(handle))
    columns = ("part", "supplier", "shipped_from", "first", "last", "declaration", "reason")
    shown = [[getattr(row, name) for name in columns] for row in rows]
    show(rows, as_json, lambda: table(columns, shown, empty="Every material is covered."))
    note(f"{len(rows)} gaps for {good}, made at {plant}, {span}.")
    raise typer.Exit(1 if rows else 0)


def _decide(
    home: Path,
    names: list[str],
    state: "DeclarationState",
    reason: str,
    by: str | None,
    effective_from: datetime | None,
    notice: Path | None,
    as_json: bool,
    *,
    told: "tuple[date, str] | None" = None,
    from_whom: str | None = None,
) -> None:
    """Move declarations to a state, all or none, in one append."""
    from evidence.cli.opening import opened, registered
    from evidence.core.statements.declaration import DeclarationState
    from evidence.errors import UsageError
    from evidence.intake.enclosed import enclose, reception
    from evidence.intake.review import change, find, knowledge

    with opened(home, sign=True) as handle:
        statements: list[Statement] = []
        with registered(handle) as register:
            found = {known.statement_id: known for known in (find(register, name) for name in names)}
            if told is not None and told[0] > _today(handle):
                raise UsageError(f"--learned {told[0]} is after today, {_today(handle)}.")
            first, lowered = (
                effective_from.date() if effective_from else _today(handle),
                handle.settings.lowered_elements,
            )
            who = by or _holder(handle, register)
            enclosed = None
            if notice is not None:
                relates = [f"{known.value.kind}:{known.statement_id}" for known in found.values()]
                said = reception(handle)
                enclosed = enclose(handle, register, notice, said, role="notice", relates_to=relates, claimed=told)
                statements += enclosed.statements
            for known in found.values():
                event = change(
                    register, known, state,
                    by=who, reason=reason, effective_from=first, now=handle.clock.now(), random=handle.random,
                    notice=enclosed.sha256 if enclosed else None, lowered=lowered,
                )  # fmt: skip
                statements.append(event)
            seen = len(statements)
            warned = list(_to_know(register, found.values(), lowered)) if state is DeclarationState.ACCEPTED else []
            if state is DeclarationState.WITHDRAWN:
                ended = [known.value for known in found.values()]
                suppliers = ", ".join(dict.fromkeys(each.supplier for each in ended))
                learned = _learned(enclosed, told, from_whom or suppliers, from_whom is None, who, _today(handle))
                statements.append(
                    knowledge(
                        ended,
                        state,
                        learned,
                        effective_from=first,
                        reason=reason,
                        by=who,
                        now=handle.clock.now(),
                        random=handle.random,
                    )
                )
        appended = handle.signer().record([(statement, ()) for statement in statements])
    labels = [f"{known.value.supplier}:{known.value.reference}" for known in found.values()]
    _tell(labels, state.value, [each.seq for each in appended[seen - len(labels) : seen]], as_json)
    for warning in warned:
        note(warning)
    for each in appended[seen:]:
        note(f"That we learned of it is #{each.seq}; whether it is reason to believe a claim wrong is to be decided.")


def _to_know(
    register: "Register", accepted: "Iterable[Known[SupplierDeclaration]]", lowered: "Collection[str]"
) -> "Iterator[str]":
    """What a person who accepts declarations has to know: what their check warns of, and the work open about them."""
    from evidence.intake.backing import backing
    from evidence.intake.crosswalk import Crosswalk
    from evidence.intake.declaration_fields import check_declaration
    from evidence.intake.review import open_work

    crosswalk = Crosswalk(register)
    for known in accepted:
        name = f"{known.value.supplier}:{known.value.reference}"
        for each in check_declaration(known.value, lowered, backing(known.value, crosswalk)):
            if not each.met:
                yield f"{name}, {each.effect.value}: {each}"
        for item in open_work(register, known.value):
            yield f"{name}, open work {item.known.ref}, {item.value.topic.value}: {item.value.question}"


def _learned(
    enclosed: "Enclosed | None",
    told: "tuple[date, str] | None",
    from_whom: str,
    by_default: bool,
    who: str,
    today: "date",
) -> "Learned":
    """How a withdrawal came to be known: as told, or as the notice's own receipt has it."""
    from evidence.intake.review import Learned

    if enclosed is None:
        day, basis = told or (today, f"the day on which {who} recorded it")
        return Learned(day, basis, "told", from_whom)
    receipt = enclosed.of
    day, basis = told or (receipt.received_on, receipt.received_basis)
    sender = enclosed.mail.sender if enclosed.mail is not None and by_default else ""
    return Learned(day, basis, receipt.channel, sender or from_whom, enclosed.sha256)


def _tell(labels: list[str], state: str, seqs: list[int], as_json: bool) -> None:
    rows = [{"declaration": label, "state": state, "entry": f"#{seq}"} for label, seq in zip(labels, seqs, strict=True)]
    show(rows, as_json, lambda: table(("declaration", "state", "entry"), [list(row.values()) for row in rows]))


def _holder(handle: "HomeHandle", register: "Register") -> str:
    """The name of the person whose key signs here, as the ledger has it."""
    from evidence.core.statements.own import Key

    known = register.statements(Key, key=handle.signer().actor)
    return known[0].value.holder


def _today(handle: "HomeHandle") -> "date":
    from evidence.core.values import legal_day

    return legal_day(handle.clock.now(), handle.settings.zone)
