"""What a later pack of a shipment changes against the one that it supersedes: items, numbers, exhibits, reasons.

Both packs are read as they were issued: what their reports print, the worksheets in them, the ledger entries that they
carry. Nothing is worked out but that two recorded values differ. The reasons are those on record in the entries that
the later pack has and the earlier has not; where none is stated, none is given (DESIGN.md section 6).
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeVar

from evidence.core.statements.base import Record
from evidence.core.statements.own import PackBuilt
from evidence.errors import PackError
from evidence.ledger.found import HomeHandle
from evidence.ledger.read import ReadEntry
from evidence.origin.worksheet import Worksheet
from evidence.pack.form.container import read
from evidence.pack.handover.letters import About, Source, source
from evidence.pack.productions.on_record import packs_of
from evidence.pack.productions.release import pick
from evidence.pack.words.language import _, joined
from evidence.pack.words.recorded import cited, recorded
from evidence.pack.words.shown import localized

T = TypeVar("T")
Told = Callable[[str], str]
"""Says what a report printed in the language in force."""
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
    """The language of what was printed, where the packs have a report neither in the language in force nor in English,
    from which it could be said in that language."""

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
        language: which reports' words are compared; where either pack has none in it, those in English, or in another
            language in which both have one.
        edition: which edition of both.

    Raises:
        PackError: no such pack, it supersedes none, or the two are of different subjects or have no language in common.
    """
    later = pick(packs_of(handle), number, edition).value
    before = against or later.supersedes_pack
    if before is None:
        raise PackError(f"Pack {number} supersedes none. Name the one to compare it with: --against NUMBER.")
    earlier = pick(packs_of(handle), before, edition).value
    if (earlier.shipment, earlier.customs_entry) != (later.shipment, later.customs_entry):
        raise PackError(f"Packs {before} and {number} are of different shipments. Name two packs of the same one.")
    spoken = _spoken(earlier, later, language)
    old, new = (source(handle, each, spoken, edition) for each in (before, number))
    before_it, in_it = old.carried.entries, new.carried.entries
    told: Told = recorded if spoken == "en" else str
    return Difference(
        title=_("What pack {number} changes against pack {earlier}", number=number, earlier=before),
        about=new.about,
        earlier=old.about,
        claims=tuple(_claims(old, new)),
        numbers=tuple(_numbers(old, new)),
        items=tuple(_items(old, new, told)),
        gaps=tuple(_gaps(old, new, told)),
        exhibits=tuple(_exhibits(old, new, told)),
        reasons=tuple(_reasons(handle, in_it, before_it)),
        gone=tuple(_reasons(handle, before_it, in_it)),
        recorded_language="" if spoken in ("en", language) else spoken,
    )


def _spoken(earlier: PackBuilt, later: PackBuilt, language: str) -> str:
    """The language in which both have a report: words in two languages would all seem to differ."""
    for each in (language, "en", *later.languages):
        if each in earlier.languages and each in later.languages:
            return each
    raise PackError(
        f"Packs {earlier.number} and {later.number} have no report in the same language, and no words to compare. "
        f"Build the pack again with --language {earlier.languages[0]}."
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
                yield Change(words, recorded(was), recorded(now), key)


def _items(old: Source, new: Source, told: Told) -> Iterator[Change]:
    """Items of the checklist whose state or note differs."""
    sides = tuple(
        {str(row["id"]): row for row in found.printed["report"].get("checklist", {}).get("rows", ())}
        for found in (old, new)
    )
    for key, before, after in _paired(*sides):
        was, now = _state(before, told), _state(after, told)
        if was != now:
            yield Change(told(_said(after or before, "item")), was, now, key)


def _state(row: Any, told: Told) -> str:
    if row is None:
        return ""
    state, note = recorded(_said(row, "state")), told(_said(row, "note"))
    return _("{what}: {said}", what=state, said=note) if note else state


def _gaps(old: Source, new: Source, told: Told) -> Iterator[Change]:
    """Open items of page one that have come or gone; one that is worded otherwise has done both."""
    sides = tuple(
        {f"{gap['kind']} {gap['what']}": gap for gap in found.printed["report"]["opening"]["gaps"]}
        for found in (old, new)
    )
    for _key, before, after in _paired(*sides):
        if before is None and after is not None:
            yield Change(told(_said(after, "what")), "", _("open"), recorded(_said(after, "kind")))
        elif after is None and before is not None:
            yield Change(told(_said(before, "what")), _("open"), "", recorded(_said(before, "kind")))


def _exhibits(old: Source, new: Source, told: Told) -> Iterator[Change]:
    """Exhibits by number. A number once given keeps its document, so that one changes only in what is said of it."""
    sides = tuple(
        {str(row["number"]): row for row in found.printed["report"].get("exhibits", ())} for found in (old, new)
    )
    for key, before, after in _paired(*sides):
        was, now = _exhibit(before, told), _exhibit(after, told)
        if was != now:
            yield Change(recorded(_said(after or before, "title")), was, now, key)


def _exhibit(row: Any, told: Told) -> str:
    if row is None:
        return ""
    return joined(", ", filter(None, (_said(row, "name"), told(_said(row, "about")), _said(row, "sha256"))))


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
    yield from _rows(sheet, before.findings, after.findings, ("limb", "test"), _finding)
    yield from _rows(sheet, before.cells, after.cells, ("id",), _cell, label="label")
    yield from _rows(sheet, before.materials, after.materials, ("id", "part"), _material)


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
    told = joined(", ", (_named(sheet, name) for name in ("outcome", "criterion", "basis")))
    return _("{what}: {said}", what=told, said=recorded(sheet.summary))


def _rows(
    sheet: str,
    before: Sequence[Record],
    after: Sequence[Record],
    keys: tuple[str, ...],
    told: Callable[[Record], str],
    label: str | None = None,
) -> Iterator[Change]:
    """Rows of one table of two worksheets that differ in what is compared."""
    sides = tuple({" ".join(_text(row, name) for name in keys): row for row in rows} for rows in (before, after))
    for key, was, now in _paired(*sides):
        old, new = (told(row) if row is not None else "" for row in (was, now))
        if old != new:
            named = now or was
            words = joined(", ", [recorded(_text(named, name)) for name in keys])
            words = joined("", (recorded(_text(named, label)), f" ({key})")) if label else words
            yield Change(words, old, new, sheet)


def _finding(row: Record) -> str:
    outcome, figure, bound = _named(row, "outcome"), _figure(row, "figure"), _figure(row, "bound")
    if figure and bound:
        return _("{outcome}, {figure} compared with {bound}", outcome=outcome, figure=figure, bound=bound)
    return joined(", ", filter(None, (outcome, figure or bound)))


def _cell(row: Record) -> str:
    return joined(" ", filter(None, (_figure(row, "value"), _named(row, "unit"))))


def _material(row: Record) -> str:
    value, counted = (_figure(row, name) for name in ("value", "counted"))
    return _("{status}, value {value}, counted {counted}", status=_named(row, "status"), value=value, counted=counted)


def _text(row: Record | None, name: str) -> str:
    value = getattr(row, name, None) if row is not None else None
    return "" if value is None else format(value, "f") if hasattr(value, "as_tuple") else str(value)


def _figure(row: Record, name: str) -> str:
    """A figure with all its digits, written as the language in force writes them."""
    value = getattr(row, name, None)
    return localized(format(value, ",f")) if isinstance(value, Decimal) else _named(row, name)


def _named(row: Record, name: str) -> str:
    """What the records call by a short name, in words."""
    return recorded(_text(row, name).replace("_", " "))


def _reasons(handle: HomeHandle, has: Sequence[int], has_not: Sequence[int]) -> Iterator[Reason]:
    for seq in sorted(set(has) - set(has_not)):
        entry = handle.ledger.entry(seq)
        recorded_on = entry.leaf.recorded_at.date().isoformat()
        named = cited(next(iter(_told(entry, _NAMES)), ""))
        yield Reason(f"#{seq}", entry.kind, named, recorded_on, joined("; ", map(recorded, _told(entry, _REASONS))))


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
