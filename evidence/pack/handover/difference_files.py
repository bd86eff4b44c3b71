"""A difference report written out: as PDF for people, as text for a mail, as JSON for machines."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from evidence.core import canonical
from evidence.errors import PackError
from evidence.pack.contents.contents import to_json
from evidence.pack.handover.difference import Change, Difference, Reason, sections
from evidence.pack.typesetting.pages_html import templates
from evidence.pack.typesetting.typeset import Embedded, Sheet, typeset
from evidence.pack.words.kinds import kind
from evidence.pack.words.language import _

DIFFERENCE_FORMAT: Final = "urn:evidence:pack-difference:1"


def difference_files(found: Difference, language: str) -> dict[str, bytes]:
    """The report by the names of its files, in the language in force; equal differences give equal bytes."""
    name = f"difference-{found.earlier.number}-to-{found.about.number}-{language}"
    data = canonical.dumps({"format": DIFFERENCE_FORMAT, "language": language, "difference": to_json(found)})
    inside = Embedded("difference.json", data, "What this report says, as data")
    return {
        f"{name}.pdf": typeset(Sheet(difference_page(found, language), name, found.about.moment, (inside,))),
        f"{name}.json": data,
        f"{name}.txt": "\n".join(_lines(found)).encode("utf-8") + b"\n",
    }


def difference_page(found: Difference, language: str) -> str:
    """The report as HTML, before it is set in type, in the language in force."""
    html = templates().get_template("letters/difference.html")
    return html.render(found=found, sections=sections(found), language=language)


def write_files(files: dict[str, bytes], out: Path) -> list[Path]:
    """Write files into a folder, made where it is not there.

    Raises:
        PackError: the folder cannot be written, or holds another file of that name.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            if (out / name).exists() and (out / name).read_bytes() != content:
                raise PackError(f"{out / name} is there already and is another file. Name another --out.")
            (out / name).write_bytes(content)
    except OSError as error:
        raise PackError(f"{out} cannot be written ({error.strerror}). Name another --out.") from error
    return [out / name for name in files]


def _lines(found: Difference) -> Iterator[str]:
    yield found.title
    for heading, none, changes in sections(found):
        yield from ("", heading)
        yield from (_line(change) for change in changes)
        if not changes:
            yield f"  {none}"
    for heading, reasons in (
        (_("Ledger entries behind it, with the reasons on record"), found.reasons),
        (_("Ledger entries that it no longer rests on"), found.gone),
    ):
        yield from ("", heading)
        yield from (_reason(reason) for reason in reasons)
        if not reasons:
            yield f"  {_('None.')}"


def _line(change: Change) -> str:
    before, after = change.before or _("nothing"), change.after or _("nothing")
    place = f"[{change.place}] " if change.place else ""
    return f"  {place}{change.what}: {before} -> {after}"


def _reason(reason: Reason) -> str:
    named = f"{reason.position} {kind(reason.kind)}{f' {reason.what}' if reason.what else ''}, {reason.recorded_on}"
    return f"  {named}: {reason.words or _('no reason is stated')}"
