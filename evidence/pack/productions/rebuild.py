"""Building a recorded pack again from the ledger alone, to see that it comes to the same (RECORDKEEPING.md section 10).

What belongs in the pack is gathered anew as of the ledger position that its entry names, exhibits are numbered anew
after the packs before it, the tables of the manifest are filled and put in order anew by their recorded seeds, and the
outcome is compared with what was issued: the manifest byte for byte, then the disclosures. Where they differ, the
first place is named. `whole` makes every other unsigned part again as well, the reports included. Nothing is recorded
and nothing is written.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import takewhile
from typing import Any

from evidence.core import canonical
from evidence.core.canonical import loads_whole
from evidence.core.statements.own import PackBuilt
from evidence.errors import EvidenceError
from evidence.ledger.found import HomeHandle
from evidence.pack.bundling.bundle import Parts, embedded, made_files
from evidence.pack.bundling.lines import facts_digest, rows
from evidence.pack.bundling.manifest import disclosures, manifest
from evidence.pack.bundling.previews import FOLDER as PREVIEWS
from evidence.pack.bundling.production import Production, kept_tables, numbering
from evidence.pack.bundling.verifiers import verifiers
from evidence.pack.checking.verdict import PackReport
from evidence.pack.form import layout
from evidence.pack.form.carried import manifest_rows, number_of
from evidence.pack.form.tables import Table, arranged
from evidence.pack.gathered.editions import Edition, view
from evidence.pack.gathered.facts import Facts
from evidence.pack.gathered.request import Request
from evidence.pack.gathered.witnessed import witnessed
from evidence.pack.productions.gathering import gather_at
from evidence.pack.productions.making import Wanted, parts_of
from evidence.pack.productions.on_record import is_of, packs_of, subject_of
from evidence.pack.productions.release import pick
from evidence.pack.typesetting.render import render_report
from evidence.pack.words.language import speaking
from evidence.register.queries import Known

_SHOWN = 100  # characters of a value that a difference shows
_CHOSEN = ("statements", "tables")
"""Of the disclosures, what an edition opens a part of."""


def rebuild(
    handle: HomeHandle,
    number: str,
    edition: str | None = None,
    *,
    whole: bool = False,
    request: Request | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> PackReport:
    """Make a recorded pack again and compare it with the record, item by item.

    Args:
        handle: an open home; open to sign where `whole`, since the annex prints the organisation's certificate.
        number: the pack's.
        edition: which edition; the authority's by default.
        whole: compare every unsigned part, and the reports as set in type.
        request: the request that it was built for, where it was: a report answers it, and no entry holds it.
        tell: told what is being done.

    Raises:
        PackError: no such pack, or no such edition of it.
    """
    packs = packs_of(handle)
    was, report = pick(packs, number, edition).value, PackReport()
    with report.judging(layout.MANIFEST):
        tell("gathering what it rested on")
        facts = gather_at(handle, subject_of(was), was.as_of, request)
        lines = rows(facts, numbering(facts, _before(packs, was), handle.documents))
        if was.seed is None:
            _of_first_format(handle, report, lines, was)
            return report
        again = _Again(handle, was, facts, _manifest(handle, report, facts, lines, was), report)
        again.disclosures()
        if whole and was.facts != facts_digest(facts, was.edition, was.languages):
            report.undetermined(
                "every other part",
                "The pack rests on something besides the ledger that was not given now, such as a request file, or "
                "on facts that this version gathers otherwise. Name the file with --request.",
            )
        elif whole:
            tell("making every other part")
            again.parts()
    return report


def _before(packs: Sequence[Known[PackBuilt]], was: PackBuilt) -> Iterator[Known[PackBuilt]]:
    """The packs of the same subject that were on record when this one got its number."""
    of_it = (known for known in packs if is_of(known.value, subject_of(was)))
    return takewhile(lambda known: known.value.number != was.number, of_it)


def _manifest(
    handle: HomeHandle, report: PackReport, facts: Facts, lines: Mapping[str, list[Any]], was: PackBuilt
) -> Production:
    """Compare the manifest; the production as the ledger gives it now."""
    issued, recorded = handle.documents.read(was.manifest), kept_tables(was, handle.documents)
    tables = {name: arranged(name, table.seed, lines[name]) for name, table in recorded.items()}
    production = Production(was.number, was.supersedes_pack, tables)
    made = manifest(facts.subject, production, witnessed(handle, was.as_of).head)
    if made == issued:
        report.passed(layout.MANIFEST, f"the same bytes from {was.as_of} entries of the ledger")
    else:
        between = next(_between_tables(recorded, lines), None)
        first = between or first_difference(loads_whole(issued), loads_whole(made))
        report.failed(layout.MANIFEST, f"The ledger gives another manifest. First difference: {first}.")
    return production


def _of_first_format(handle: HomeHandle, report: PackReport, again: Mapping[str, list[Any]], was: PackBuilt) -> None:
    """A manifest of version 1 is written no more: its lists are compared, and its bytes are not."""
    issued = (handle.documents.read(digest) for digest in (was.manifest, dict(was.stored)[layout.DISCLOSURES]))
    listed = {name: list(table.lines) for name, table in manifest_rows(*map(loads_whole, issued)).items()}
    pairs = ((name, _by_key(name, listed[name]), _by_key(name, again[name])) for name in listed)
    for name, before, now in pairs:
        if before.keys() != now.keys():
            key = min(before.keys() ^ now.keys())
            where = "the manifest lists it and the ledger does not give it"
            other = "the ledger gives it and the manifest does not list it"
            report.failed(layout.MANIFEST, f"First difference: {name} {key}: {where if key in before else other}.")
            return
    report.undetermined(
        layout.MANIFEST,
        "It has the first format, which this version does not write; the ledger gives the same lists for it.",
    )


def _between_tables(recorded: Mapping[str, Table], again: Mapping[str, list[Any]]) -> Iterator[str]:
    """Where the lines of the tables differ, by their own numbers, which a reader knows."""
    for name, table in recorded.items():
        before, now = _by_key(name, table.rows()), _by_key(name, again[name])
        for key in sorted(before.keys() | now.keys()):
            if key not in now:
                yield f"{name} {key}: the manifest holds it and the ledger does not give it"
            elif key not in before:
                yield f"{name} {key}: the ledger gives it and the manifest does not hold it"
            elif before[key] != now[key]:
                yield f"{name} {key}, {first_difference(before[key], now[key])}"


def _by_key(name: str, lines: Sequence[Any]) -> dict[Any, Any]:
    return {line[number_of(name)]: line for line in lines}


@dataclass(frozen=True, slots=True)
class _Again:
    """A recorded pack and what the ledger gives of it now, to be compared part by part."""

    handle: HomeHandle
    was: PackBuilt
    facts: Facts
    production: Production
    report: PackReport

    @property
    def edition(self) -> Edition:
        """The edition whose view it is; one that carries envelopes besides says so behind its name."""
        return Edition(self.was.edition.partition("-")[0])

    def disclosures(self) -> None:
        """Envelopes are sealed with fresh random keys and cannot be made again; `pack check` judges them."""
        with self.report.judging(layout.DISCLOSURES):
            issued = self.handle.documents.read(dict(self.was.stored)[layout.DISCLOSURES])
            made = disclosures(view(self.facts, self.edition), self.production, self.handle.documents)
            if self._opens_otherwise(loads_whole(issued), loads_whole(made)):
                self.report.undetermined(
                    layout.DISCLOSURES,
                    "This version of the program opens other fields or entries in this edition; those that were opened "
                    "as issued are as the ledger has them.",
                )
            else:
                self._compare(layout.DISCLOSURES, *(_but(content, "sealed") for content in (issued, made)))

    def _opens_otherwise(self, issued: Any, made: Any) -> bool:
        """Whether an edition opened more or less than it does now, and each part of that as it is on record."""
        if any(issued.get(name) != made.get(name) for name in (issued.keys() | made.keys()) - {*_CHOSEN, "sealed"}):
            return False
        if all(issued[name] == made[name] for name in _CHOSEN):
            return False
        entries, tables = self.facts.entries, self.production.tables
        fields = {
            f"{seq}": {canonical.dumps(item.to_json()) for item in entry.disclosures} for seq, entry in entries.items()
        }
        opened_fields = ((seq, one) for seq, opened in issued["statements"].items() for one in opened)
        shown = (canonical.dumps(one) in fields.get(seq, ()) for seq, one in opened_fields)
        return all(shown) and all(
            opened == made["tables"].get(name) or _is_part(opened, tables[name])
            for name, opened in issued["tables"].items()
        )

    def parts(self) -> None:
        """Every part that is made from facts and not signed; then the reports before they were signed."""
        wanted, forwards = Wanted(self.edition, self.was.languages), self.was.edition != self.edition
        parts = parts_of(self.handle, self.facts, self.production, wanted, forwards=forwards)
        made, stored, programs = made_files(parts), dict(self.was.stored), verifiers()
        for name in sorted((made.keys() | _unsigned(stored)) - {layout.MANIFEST, layout.DISCLOSURES}):
            if name not in stored or name not in made:
                which = "made now and not issued" if name not in stored else "issued and not made now"
                self.report.undetermined(name, f"It is {which}: the pack was built by another version of this program.")
                continue
            issued = self.handle.documents.read(stored[name])
            if name in programs and made[name] != issued:
                self.report.undetermined(
                    name, "This version of the program has another one; it rests on no fact of the pack."
                )
            else:
                self._compare(name, issued, made[name])
        for language in parts.contents:
            self._set_in_type(parts, language)

    def _set_in_type(self, parts: Parts, language: str) -> None:
        """A report as set in type, before it was signed."""
        path = layout.report_path(language)
        name = f"{path} before it was signed"
        lead = self.was.report_unsigned if language == self.was.languages[0] else None
        with self.report.judging(name), speaking(language):
            found = sha256(render_report(parts.contents[language], embedded(parts, language))).hexdigest()
            if found == dict(self.was.unsigned).get(path, lead):
                self.report.passed(name, "the same bytes")
            else:
                self.report.undetermined(
                    name,
                    "Other bytes: another version of this program, of its fonts or of the system's typesetter sets it "
                    "otherwise, or what it prints differs, which the item of its data tells.",
                )

    def _compare(self, name: str, issued: bytes, made: bytes) -> None:
        if issued == made:
            self.report.passed(name, "the same bytes")
            return
        try:
            first = first_difference(loads_whole(issued), loads_whole(made))
        except EvidenceError:  # it is no JSON: the place is a byte
            first = f"byte {_first_byte(issued, made)}"
        self.report.failed(name, f"The ledger gives other bytes. First difference: {first}.")


def _is_part(opened: Any, table: Table) -> bool:
    """Whether the lines that an edition opened of a table are lines of it, each with its proof."""
    every = loads_whole(canonical.dumps(table.opened(table.rows())))
    return opened.get("size") == every["size"] and all(one in every["opened"] for one in opened.get("opened", [None]))


def _first_byte(one: bytes, other: bytes) -> int:
    """Where two sequences of bytes part; where one begins the other, at its end."""
    differing = (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(differing, min(len(one), len(other)))


def _but(content: bytes, name: str) -> bytes:
    return canonical.dumps({key: value for key, value in loads_whole(content).items() if key != name})


def _unsigned(stored: Mapping[str, str]) -> set[str]:
    """The parts as issued that neither are signatures nor lists of digests nor signed reports."""
    signed = {*layout.SIGNED_APART, layout.SIGNATURES}
    drawn = (name for name in stored if name.startswith(PREVIEWS))  # a help for reading, as far as time allowed
    other = (name for name in stored if name.endswith((".pdf", ".p7m", layout.STAMP)))
    return stored.keys() - signed - {*drawn, *other}


def first_difference(before: Any, now: Any, place: str = "") -> str:
    """The first place where two JSON values differ, and what stands there.

    >>> first_difference({"a": [1, 2]}, {"a": [1, 3]})
    'a[1]: 2 as issued, 3 now'
    """
    if isinstance(before, dict) and isinstance(now, dict):
        for key in sorted(before.keys() | now.keys()):
            where = f"{place}.{key}" if place else key
            if (key in before) != (key in now):
                return f"{where}: {'as issued only' if key in before else 'now only'}"
            if before[key] != now[key]:
                return first_difference(before[key], now[key], where)
    if isinstance(before, list) and isinstance(now, list):
        for at, (one, other) in enumerate(zip(before, now, strict=False)):
            if one != other:
                return first_difference(one, other, f"{place}[{at}]")
        if len(before) != len(now):
            return f"{place}: {len(before)} as issued, {len(now)} now"
    return f"{place or 'the whole'}: {_shown(before)} as issued, {_shown(now)} now"


def _shown(value: Any) -> str:
    text = canonical.dumps(value).decode("utf-8") if not isinstance(value, str) else value
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
