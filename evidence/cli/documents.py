"""``evidence documents``: what was received, as it is known, and what a person reads on it."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evidence.cli.common import HomeOption, JsonOption, fault_table, note, show, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evidence.core.statements.own import DocumentReceived
    from evidence.intake.documents import KnownDocument
    from evidence.intake.drafts import Reception
    from evidence.intake.readings import PlannedReading
    from evidence.ledger.found import HomeHandle
    from evidence.register.queries import Known

_TEXT_SHOWN = 600

app = typer.Typer(
    help="Documents received: list them, show what is known of one, record what a person read on it.",
    no_args_is_help=True,
)


@app.command(name="list")
def list_documents(
    home: HomeOption,
    scans: Annotated[bool, typer.Option("--scans", help="Only pictures of documents.")] = False,
    unread: Annotated[bool, typer.Option("--unread", help="Only scans that nobody has read yet.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Every document received: what it is, whether its text is on record, who read it, what its signatures came to."""
    from evidence.cli.opening import opened, registered
    from evidence.intake.documents import documents

    with opened(home) as handle, registered(handle) as register:
        known = documents(register)
    refs = {each.receipt.value.document: each.receipt.ref for each in known}
    found = [each for each in known if (each.is_scan or not (scans or unread)) and not (unread and each.readings)]
    rows = [_row(each, refs) for each in found]
    columns = ("entry", "name", "role", "class", "type", "text", "read_by", "contained_in", "signatures")
    shown = [["; ".join(row[name]) if isinstance(row[name], list) else row[name] for name in columns] for row in rows]
    show(rows, as_json, lambda: table([name.replace("_", " ") for name in columns], shown))
    note(f"{len(rows)} documents.")


@app.command(name="show")
def show_document(
    name: Annotated[str, typer.Argument(metavar="DIGEST|#ENTRY", help="Its SHA-256, or the entry of its receipt.")],
    home: HomeOption,
    as_json: JsonOption = False,
) -> None:
    """All that is known of one document: receipt, signatures in plain words, text, readings, what names it."""
    from evidence.cli.opening import opened, registered
    from evidence.intake.documents import find, known

    with opened(home) as handle:
        with registered(handle) as register:
            document = known(register, find(register, name))
        found = _details(handle, document)

    def text() -> None:
        table((), [("entry", found["entry"]), *found["receipt"].items()])
        for each in found["signatures"]:
            typer.echo(f"\nSignature {each['field']} ({each['entry']}), by {each['signer'] or 'nobody named'}:")
            typer.echo(f"{each['found']}. {each['says']}")
        for each in found["readings"]:
            typer.echo(f"\nRead by {each['reader']} on {each['read_on']} ({each['entry']}).")
            typer.echo(f"Made from it: {', '.join(each['made']) or 'nothing'}. {each['note'] or ''}".strip())
        if found["text"] is not None:
            typer.echo(f"\n{found['text']['how']}:")
            for line in found["text"]["begins"].splitlines():
                typer.echo(f"  {line}")
        typer.echo(f"\nNamed by the entries {', '.join(found['named_by'])}.")

    show(found, as_json, text)


@app.command()
def read(
    document: Annotated[
        str,
        typer.Argument(metavar="FILE|DIGEST|#ENTRY", help="What was read: on record, or a file to be received first."),
    ],
    home: HomeOption,
    transcript: Annotated[
        Path,
        typer.Option("--from", help="What was typed from it: a table of a template.", exists=True, dir_okay=False),
    ],
    by: Annotated[str, typer.Option(help="Who read it.", show_default=False)],
    words: Annotated[
        str | None, typer.Option("--note", help="What could not be read, or may be read in two ways.")
    ] = None,
    kind: Annotated[str | None, typer.Option(help="The template of the table; told by its header otherwise.")] = None,
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day of the reading; today by default.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Record what a person read on a document: the statements, and the reading that answers for them, in one append.

    The table is checked as in an import. A second reading makes nothing anew: it bears out the first, or what they
    differ in is pointed out and recorded (status 1).
    """
    from evidence.cli.opening import opened, registered
    from evidence.core.values import legal_day
    from evidence.intake.drafts import Reception
    from evidence.intake.limits import Limits
    from evidence.intake.readings import plan_reading
    from evidence.intake.run import import_turn

    with opened(home, sign=True) as handle:
        settings, now = handle.settings, handle.clock.now()
        today = legal_day(now, settings.zone)
        reception = Reception(settings.organisation.legal_name, today, now, handle.random, channel="reading")
        receipt = _receipt(handle, document, reception)
        with import_turn(settings.home):
            with registered(handle) as register:
                planned = plan_reading(
                    transcript,
                    receipt.value,
                    register,
                    Limits.of(settings.limits),
                    reception,
                    zone=settings.zone,
                    reader=by,
                    read_on=on.date() if on else None,
                    kind=kind,
                    note=words,
                    owner=settings.work_owner,
                    lowered=settings.lowered_elements,
                )
            seqs = _record(handle, planned, transcript)
    _report(receipt.ref, planned, seqs, as_json)
    raise typer.Exit(1 if planned.faults or planned.differences else 0)


def _receipt(handle: "HomeHandle", named: str, reception: "Reception") -> "Known[DocumentReceived]":
    """The receipt of what is named; a file that is not on record is received first."""
    from evidence.cli.opening import registered
    from evidence.core.statements.own import DocumentReceived
    from evidence.errors import IntakeError
    from evidence.intake.documents import find
    from evidence.intake.gather import gather
    from evidence.intake.limits import Limits
    from evidence.intake.options import Options
    from evidence.intake.run import import_paths
    from evidence.intake.templates import DOCUMENT

    path = Path(named)
    if not path.is_file():
        with registered(handle) as register:
            return find(register, named)
    gathered = gather([path], Limits.of(handle.settings.limits))
    for found in gathered.files.values():
        with registered(handle) as register:
            receipts = register.statements(DocumentReceived, document=found.sha256)
        if receipts:
            return receipts[0]
        imported = import_paths(handle, [path], reception, Options(kind=DOCUMENT))
        if imported.plan.faults:
            raise IntakeError(f"{imported.plan.faults[0]}.")
        for notice in imported.plan.notices:
            note(f"note: {notice}")
        note(f"{found.name} was received as #{imported.recorded[0].first}.")
        with registered(handle) as register:
            return register.statements(DocumentReceived, document=found.sha256)[0]
    raise IntakeError(f"{next(iter(gathered.faults), path)}.")


def _record(handle: "HomeHandle", planned: "PlannedReading", transcript: Path) -> list[int]:
    """Record the statements, the reading and what they leave open, in one append; the entries they became."""
    from evidence.errors import IntakeError
    from evidence.intake.gather import open_regular
    from evidence.ledger.submission import DocumentLink

    if planned.reading is None:
        return []
    with open_regular(transcript) as stream:
        stored = handle.documents.put(stream)
    if stored.sha256 != planned.transcript.sha256:
        raise IntakeError(f"{transcript} changed while it was read. Give the command again.")
    link = DocumentLink(stored.sha256, "transcript", planned.transcript.media_type)
    entries = [*((each, ()) for each in planned.statements), (planned.reading, (link,))]
    entries += [(each, ()) for each in planned.work]
    return [each.seq for each in handle.signer().record(entries)]


def _report(document: str, planned: "PlannedReading", seqs: list[int], as_json: bool) -> None:
    for notice in planned.notices:
        note(f"note: {notice}")
    made = [
        {"kind": each.kind, "id": each.id, "entry": f"#{seq}"}
        for each, seq in zip(planned.statements, seqs, strict=False)
    ]
    work = [{"topic": each.topic.value, "question": each.question, "owner": each.owner} for each in planned.work]
    result = {
        "document": document,
        "recorded": bool(seqs),
        "reading": f"#{seqs[len(made)]}" if seqs else None,
        "statements": made,
        "work": work,
        "agreeing": planned.agreeing,
        "differences": planned.differences,
        "faults": planned.faults,
    }

    def text() -> None:
        if planned.faults:
            fault_table(planned.faults)
            typer.echo(f"{len(planned.faults)} faults; nothing of the reading was recorded.")
            return
        table(("read", "entry"), [(each["kind"], each["entry"]) for each in made], empty="Nothing new was read.")
        for each in planned.agreeing:
            typer.echo(f"Bears out {each}, read earlier.")
        for each in planned.differences:
            typer.echo(f"Differs from an earlier reading: {each}. Look at the document; supersede what is wrong.")
        typer.echo(f"Recorded as the reading {result['reading']} of document {document}.")
        if planned.work:
            table(("left open", "question", "owner"), [(row["topic"], row["question"], row["owner"]) for row in work])

    show(result, as_json, text)


def _row(of: "KnownDocument", refs: "Mapping[str, str]") -> dict[str, Any]:
    """A document as a line of the list; `refs` are the entries of all documents' receipts, by digest."""
    from evidence.intake.documents import in_words

    receipt = of.receipt.value
    return {
        "entry": of.receipt.ref,
        "sha256": receipt.document,
        "name": receipt.name,
        "role": receipt.role,
        "class": "scan" if of.is_scan else receipt.document_class,
        "type": receipt.media_type,
        "text": of.text.value.purpose if of.text else None,
        "read_by": [each.value.reader for each in of.readings],
        "contained_in": refs.get(receipt.contained_in) if receipt.contained_in else None,
        "signatures": [in_words(each.value) for each in of.signatures],
    }


def _details(handle: "HomeHandle", of: "KnownDocument") -> dict[str, Any]:
    """A document as it is shown whole."""
    from evidence.errors import DocumentMissing
    from evidence.intake.documents import in_words

    text = None
    if of.text is not None:
        derived = of.text.value
        try:
            begins = handle.documents.read(derived.derived).decode("utf-8", "replace")[:_TEXT_SHOWN]
        except DocumentMissing:
            begins = "(disposed of)"
        how = f"{derived.purpose}, by {derived.tool} {derived.tool_version}"
        how += f" ({', '.join(derived.languages)})" if derived.languages else ""
        text = {"entry": of.text.ref, "how": how, "begins": begins.replace("\f", "\n")}
    return {
        "entry": of.receipt.ref,
        "recorded_at": of.receipt.recorded_at,
        "is_scan": of.is_scan,
        "receipt": of.receipt.value.model_dump(mode="json", exclude_none=True),
        "signatures": [
            {"entry": each.ref, "found": in_words(each.value), **each.value.model_dump(mode="json")}
            for each in of.signatures
        ],
        "readings": [
            {
                "entry": each.ref,
                "reader": each.value.reader,
                "read_on": each.value.read_on,
                "transcript": each.value.transcript,
                "made": each.value.statements,
                "note": each.value.note,
            }
            for each in of.readings
        ],
        "text": text,
        "named_by": [f"#{seq}" for seq in handle.ledger.entries_naming(of.receipt.value.document)],
    }
