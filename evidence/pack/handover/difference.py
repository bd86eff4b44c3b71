"""What a later pack of a shipment changes against the one that it supersedes: items, numbers, exhibits, reasons.

Both packs are read as they were issued: what their reports print, the worksheets in them, the ledger entries that they
carry. Nothing is worked out but that two recorded values differ. The reasons are those on record in the entries that
the later pack has and the earlier has not; where none is stated, none is given (DESIGN.md section 6).
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from evidence.core.statements.base import Record
from evidence.errors import PackError
from evidence.ledger.found import HomeHandle
from evidence.ledger.read import ReadEntry
from evidence.origin.worksheet import Worksheet
from evidence.pack.form.container import read
from evidence.pack.handover.letters import About, Source, source
from evidence.pack.productions.on_record import packs_of
from evidence.pack.productions.release import pick
from evidence.pack.spreadsheets.worksheets import said
from evidence.pack.words.language import _, joined
from evidence.pack.words.recorded import recorded

T = TypeVar("T")
_WORKSHEET: Final = re.compile(r"worksheets/worksheet-([0-9]+)\.json")
_REASONS: Final = ("supersedes_reason", "reason", "decision_reason", "decision", "why")
"""Fields in which a statement says why."""
_NAMES: Final = ("name", "number", "reference", "identifier", "part", "declaration", "customs_entry", "supplier")
"""Fields by one of which a statement is known."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs; empty before where it is new, empty after where it has gone."""

    what: str
    before: str
    after: str
    place: str = ""
    """Where it stands: a cell of a worksheet, an item of the checklist, an exhibit."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A ledger entry that the later pack has besides, and why it was made where it says so."""

    position: str
    kind: str
    what: str
    """What it is about, by its own name or number."""
    recorded_on: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """All of it."""

    title: str
    about: About
    """The later pack."""
    earlier: About
    claims: tuple[Change, ...]
    numbers: tuple[Change, ...]
    items: tuple[Change, ...]
    gaps: tuple[Change, ...]
    exhibits: tuple[Change, ...]
    reasons: tuple[Reason, ...]
    gone: tuple[Reason, ...]
    """Entries that the earlier pack has and the later one has not."""
    recorded_language: str
    """The language of what was printed, where the packs have no report in the language in force."""

    @property
    def empty(self) -> bool:
        """Whether the two say the same."""
        changed = (self.claims, self.numbers, self.items, self.gaps, self.exhibits, self.reasons, self.gone)
        return not any(changed)


def difference(
    handle: HomeHandle, number: str, against: str | None = None, *, language: str = "en", edition: str | None = None
) -> Difference:
    """What a pack changes, in the language in force.

    Args:
        handle: an open home.
        number: the later pack.
        against: the earlier one; by default the one that it supersedes.
        language: which report's words are compared; where either pack has none in it, those of its leading report.
        edition: which edition of both.

    Raises:
        PackError: no such pack, it supersedes none, or the two are of different subjects.
    """
    later = pick(packs_of(handle), number, edition).value
    before = against or later.supersedes_pack
    if before is None:
        raise PackError(f"Pack {number} supersedes none. Name the one to compare it with: --against NUMBER.")
    earlier = pick(packs_of(handle), before, edition).value
    if (earlier.shipment, earlier.customs_entry) != (later.shipment, later.customs_entry):
        raise PackError(f"Packs {before} and {number} are of different shipments. Name two packs of the same one.")
    spoken = language if language in later.languages and language in earlier.languages else later.languages[0]
    old, new = (source(handle, each, spoken, edition) for each in (before, number))
    before_it, in_it = old.carried.entries, new.carried.entries
    return Difference(
        title=_("What pack {number} changes against pack {earlier}", number=number, earlier=before),
        about=new.about,
        earlier=old.about,
        claims=tuple(_claims(old, new)),
        numbers=tuple(_numbers(old, new)),
        items=tuple(_items(old, new)),
        gaps=tuple(_gaps(old, new)),
        exhibits=tuple(_exhibits(old, new)),
        reasons=tuple(_reasons(handle, in_it, before_it)),
        gone=tuple(_reasons(handle, before_it, in_it)),
        recorded_language="" if spoken == language else spoken,
    )


def _paired(before: Mapping[str, T], after: Mapping[str, T]) -> Iterator[tuple[str, T | None, T | None]]:
    """What either side has, in the order of the later side and then of the earlier."""
    for key in dict.fromkeys((*after, *before)):
        yield key, before.get(key), after.get(key)


def _claims(old: Source, new: Source) -> Iterator[Change]:
    told = {
        "state": _("state of the claim"),
        "quantity": _("quantity"),
        "value": _("value"),
        "currency": _("currency"),
        "tariff_item": _("tariff item"),
        "preference_code": _("preference code"),
        "decided_on": _("decided on"),
        "by": _("decided by"),
        "certifier": _("certified by"),
    }
    sides = tuple(
        {f"{claim['customs_entry']}, {claim['line']}": claim for claim in found.printed["report"]["opening"]["claims"]}
        for found in (old, new)
    )
    for key, before, after in _paired(*sides):
        for name, words in told.items():
            was, now = _said(before, name), _said(after, name)
            if was != now:
                yield Change(words, was, now, key)


def _items(old: Source, new: Source) -> Iterator[Change]:
    """Items of the checklist whose state or note differs."""
    sides = tuple(
        {str(row["id"]): row for row in found.printed["report"].get("checklist", {}).get("rows", ())}
        for found in (old, new)
    )
    return _told_otherwise(sides, "item", _state)


def _told_otherwise(sides: Sequence[Mapping[str, Any]], name: str, told: Callable[[Any], str]) -> Iterator[Change]:
    """Rows of which something else is told after than before; `name` is the field that says what a row is about."""
    for key, before, after in _paired(*sides):
        was, now = told(before), told(after)
        if was != now:
            yield Change(_said(after or before, name), was, now, key)


def _state(row: Any) -> str:
    if row is None:
        return ""
    state, note = _said(row, "state"), _said(row, "note")
    return f"{state}: {note}" if note else state


def _gaps(old: Source, new: Source) -> Iterator[Change]:
    """Open items of page one that have come or gone; one that is worded otherwise has done both."""
    sides = tuple(
        {f"{gap['kind']} {gap['what']}": gap for gap in found.printed["report"]["opening"]["gaps"]}
        for found in (old, new)
    )
    for _key, before, after in _paired(*sides):
        if before is None and after is not None:
            yield Change(_said(after, "what"), "", _("open"), _said(after, "kind"))
        elif after is None and before is not None:
            yield Change(_said(before, "what"), _("open"), "", _said(before, "kind"))


def _exhibits(old: Source, new: Source) -> Iterator[Change]:
    """Exhibits by number. A number once given keeps its document, so that one changes only in what is said of it."""
    sides = tuple(
        {str(row["number"]): row for row in found.printed["report"].get("exhibits", ())} for found in (old, new)
    )
    return _told_otherwise(sides, "title", _exhibit)


def _exhibit(row: Any) -> str:
    if row is None:
        return ""
    return ", ".join(filter(None, (_said(row, "name"), _said(row, "about"), _said(row, "sha256"))))


def _numbers(old: Source, new: Source) -> Iterator[Change]:
    """Figures of the latest worksheet of each question that both packs answer, or one of them."""
    sides = tuple(_worksheets(found) for found in (old, new))
    for key, before, after in _paired(*sides):
        if before is None or after is None:
            found, words = (after or before), _("the analysis as a whole")
            outcome = _outcome(found) if found else ""
            yield Change(words, outcome if after is None else "", outcome if before is None else "", key)
            continue
        yield from worksheet_changes(key, before, after)


def worksheet_changes(sheet: str, before: Worksheet, after: Worksheet) -> Iterator[Change]:
    """What differs between two worksheets of one question, which `sheet` names: outcome, tests, cells, materials."""
    if _outcome(before) != _outcome(after):
        yield Change(_("the analysis as a whole"), _outcome(before), _outcome(after), sheet)
    yield from _rows(sheet, before.findings, after.findings, ("limb", "test"), ("outcome", "figure", "bound"))
    yield from _rows(sheet, before.cells, after.cells, ("id",), ("value", "unit"), label="label")
    yield from _rows(sheet, before.materials, after.materials, ("id", "part"), ("status", "value", "counted"))


def _worksheets(found: Source) -> dict[str, Worksheet]:
    """The last worksheet of each question in a pack."""
    sheets: dict[str, Worksheet] = {}
    names = [
        name for name in found.files.names() if name.startswith("worksheets/worksheet-") and name.endswith(".json")
    ]
    for name in sorted(names, key=lambda name: int(name.rpartition("-")[2].removesuffix(".json"))):
        sheet = Worksheet.from_bytes(read(found.files, name))
        good = sheet.good
        period = f"{sheet.period_from} / {sheet.period_to}"
        sheets[f"{good.owner} {good.part}, {sheet.plant}, {period}"] = sheet
    return sheets


def _outcome(sheet: Worksheet) -> str:
    told = joined(", ", (said(sheet.outcome.value), sheet.criterion, said(sheet.basis)))
    return _("{what}: {said}", what=told, said=recorded(sheet.summary))


def _rows(
    sheet: str,
    before: Sequence[Record],
    after: Sequence[Record],
    keys: tuple[str, ...],
    compared: tuple[str, ...],
    label: str | None = None,
) -> Iterator[Change]:
    """Rows of one table of two worksheets that differ in what is compared."""
    sides = tuple({" ".join(_text(row, name) for name in keys): row for row in rows} for rows in (before, after))
    for key, was, now in _paired(*sides):
        old, new = (list(filter(None, (_text(row, name) for name in compared))) for row in (was, now))
        if old != new:
            named = now or was
            told = joined(" ", [recorded(_text(named, name)) for name in keys])
            words = joined("", (recorded(_text(named, label)), f" ({key})")) if label else told
            yield Change(words, joined(" ", map(said, old)), joined(" ", map(said, new)), sheet)


def _text(row: Record | None, name: str) -> str:
    value = getattr(row, name, None) if row is not None else None
    return "" if value is None else format(value, "f") if hasattr(value, "as_tuple") else str(value)


def _reasons(handle: HomeHandle, has: Sequence[int], has_not: Sequence[int]) -> Iterator[Reason]:
    for seq in sorted(set(has) - set(has_not)):
        entry = handle.ledger.entry(seq)
        recorded_on = entry.leaf.recorded_at.date().isoformat()
        yield Reason(
            f"#{seq}", entry.kind, next(iter(_told(entry, _NAMES)), ""), recorded_on, "; ".join(_told(entry, _REASONS))
        )


def _told(entry: ReadEntry, names: Sequence[str]) -> list[str]:
    """What a statement says in the first of some fields, and in the others, each once."""
    values = [str(value) for name in names if (value := getattr(entry.statement, name, None))]
    return list(dict.fromkeys(values))


def _said(row: Any, name: str) -> str:
    value = row.get(name) if row is not None else None
    return "" if value is None else str(value)


def sections(found: Difference) -> list[tuple[str, str, tuple[Change, ...]]]:
    """What changed, by sort: its heading, what is said where nothing did, and the changes."""
    return [
        (_("The claim"), _("Nothing that is claimed has changed."), found.claims),
        (_("Numbers"), _("No figure of a worksheet has changed."), found.numbers),
        (_("Items that are asked for"), _("No item of the checklist has changed."), found.items),
        (_("Gaps on page one"), _("No gap has come or gone."), found.gaps),
        (_("Exhibits"), _("No exhibit has come, gone or changed."), found.exhibits),
    ]
