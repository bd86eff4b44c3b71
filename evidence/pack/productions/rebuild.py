"""Building a recorded pack again from the ledger alone, to see that it comes to the same (RECORDKEEPING.md section 10).

What belongs in the pack is gathered anew as of the ledger position that its entry names, exhibits are numbered anew
after the pack before it, the tables of the manifest are filled and put in order anew by their recorded seeds, and the
outcome is compared with what was issued: the manifest byte for byte, then the disclosures. Where they differ, the
first place is named. `whole` makes every other unsigned part again as well, the reports included. Nothing is recorded
and nothing is written.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from evidence.core import canonical
from evidence.core.statements.own import PackBuilt
from evidence.errors import EvidenceError
from evidence.ledger.checkpoint import open_checkpoint
from evidence.ledger.found import HomeHandle
from evidence.ledger.succession import Lineage
from evidence.pack.bundling import layout
from evidence.pack.bundling.bundle import embedded, made_files
from evidence.pack.bundling.carried import manifest_rows
from evidence.pack.bundling.manifest import Position, disclosures, facts_digest, manifest, rows
from evidence.pack.bundling.previews import FOLDER as PREVIEWS
from evidence.pack.bundling.production import Production, exhibit_numbers
from evidence.pack.bundling.tables import Table, arranged, from_document
from evidence.pack.bundling.verifiers import verifiers
from evidence.pack.checking.verdict import PackReport
from evidence.pack.gathered.editions import Edition, view
from evidence.pack.gathered.facts import Facts
from evidence.pack.gathered.numbering import number_exhibits
from evidence.pack.gathered.request import Request
from evidence.pack.gathered.witnessed import witnessed
from evidence.pack.productions.build import gather_at, packs_of, parts_of, subject_of
from evidence.pack.productions.release import pick
from evidence.pack.typesetting.render import render_report
from evidence.pack.words.language import speaking
from evidence.register.queries import Known
from evidence.store.engine import reading

_KEYS: Mapping[str, str] = {"entries": "index"}
_SHOWN = 100  # characters of a value that a difference shows


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
    known = pick(packs, number, edition)
    was, report = known.value, PackReport()
    with report.judging(layout.MANIFEST):
        tell("gathering what it rested on")
        facts = gather_at(handle, subject_of(was), was.as_of, request)
        numbers = _numbers(handle, facts, packs, was)
        production = _manifest(handle, report, facts, numbers, was)
        if production is not None:
            _disclosures(handle, report, facts, numbers, production, was)
            if whole and was.facts != facts_digest(facts, was.edition, was.languages):
                report.undetermined(
                    "every other part",
                    "The pack rests on something besides the ledger that was not given now, such as a request file, or "
                    "on facts that this version gathers otherwise. Name the file with --request.",
                )
            elif whole:
                tell("making every other part")
                _parts(handle, report, facts, numbers, production, was)
    return report


def _numbers(handle: HomeHandle, facts: Facts, packs: Sequence[Known[PackBuilt]], was: PackBuilt) -> dict[int, int]:
    """The numbers that the exhibits bear: those of the pack before it, and the next ones for new exhibits."""
    before = next((known.value for known in reversed(packs) if known.value.number == was.supersedes_pack), None)
    taken = exhibit_numbers(before, handle.documents) if before is not None else {}
    return number_exhibits((exhibit.receipt.seq for exhibit in facts.exhibits), taken)


def _manifest(
    handle: HomeHandle, report: PackReport, facts: Facts, numbers: dict[int, int], was: PackBuilt
) -> Production | None:
    """Compare the manifest; what the comparison of the other parts needs, where there are tables to make it from."""
    issued = handle.documents.read(was.manifest)
    again = rows(facts, numbers)
    if was.seed is None:
        _of_first_format(handle, report, again, was, issued)
        return None
    document = handle.documents.read(was.seed)
    recorded = from_document(canonical.loads(document, limit=len(document)))
    tables = {name: arranged(name, table.seed, again[name]) for name, table in recorded.items()}
    made = manifest(facts.subject, tables, was.number, was.supersedes_pack, _position(handle, was))
    if made == issued:
        report.passed(layout.MANIFEST, f"the same bytes from {was.as_of} entries of the ledger")
    else:
        first = next(_between_tables(recorded, again), None) or first_difference(_json(issued), _json(made))
        report.failed(layout.MANIFEST, f"The ledger gives another manifest. First difference: {first}.")
    ordinal = 0  # of the folder that it would lie in: nothing is written
    return Production(was.number, ordinal, was.supersedes_pack, tables, document)


def _position(handle: HomeHandle, was: PackBuilt) -> Position:
    keys = handle.verifiers()
    note, _ = witnessed(handle, keys, was.as_of)
    with reading(handle.engine) as connection:
        origin = Lineage.of(connection, handle.settings.origin).origin_at(was.as_of)
    head = open_checkpoint(note, keys, origin=origin)
    return Position(head.origin, head.size, head.root)


def _of_first_format(
    handle: HomeHandle, report: PackReport, again: Mapping[str, list[Any]], was: PackBuilt, issued: bytes
) -> None:
    """A manifest of version 1 is written no more: its lists are compared, and its bytes are not."""
    opening = _json(handle.documents.read(dict(was.stored)[layout.DISCLOSURES]))
    listed = {name: list(table.lines) for name, table in manifest_rows(_json(issued), opening).items()}
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
    return {line[_KEYS.get(name, "number")]: line for line in lines}


def _disclosures(
    handle: HomeHandle,
    report: PackReport,
    facts: Facts,
    numbers: dict[int, int],
    production: Production,
    was: PackBuilt,
) -> None:
    with report.judging(layout.DISCLOSURES):
        seen = view(facts, _edition(was))
        issued = handle.documents.read(dict(was.stored)[layout.DISCLOSURES])
        made = disclosures(seen, numbers, production.tables, handle.documents, was.number, ())
        # Envelopes are sealed with fresh random keys and cannot be made again; `pack check` judges them.
        _compare(report, layout.DISCLOSURES, *(_but(content, "sealed") for content in (issued, made)))


def _edition(was: PackBuilt) -> Edition:
    """The edition whose view it is; one that carries envelopes besides says so behind its name."""
    return Edition(was.edition.partition("-")[0])


def _but(content: bytes, name: str) -> bytes:
    return canonical.dumps({key: value for key, value in _json(content).items() if key != name})


def _parts(
    handle: HomeHandle,
    report: PackReport,
    facts: Facts,
    numbers: dict[int, int],
    production: Production,
    was: PackBuilt,
) -> None:
    """Every part that is made from facts and not signed; then the reports before they were signed."""
    parts = parts_of(handle, facts, numbers, production, _edition(was), was.languages)
    made, stored, programs = made_files(parts), dict(was.stored), verifiers()
    for name in sorted((made.keys() | _unsigned(stored)) - {layout.MANIFEST, layout.DISCLOSURES}):
        if name not in stored or name not in made:
            which = "made now and not issued" if name not in stored else "issued and not made now"
            report.undetermined(name, f"It is {which}: the pack was built by another version of this program.")
        elif name in programs and made[name] != handle.documents.read(stored[name]):
            report.undetermined(name, "This version of the program has another one; it rests on no fact of the pack.")
        else:
            _compare(report, name, handle.documents.read(stored[name]), made[name])
    recorded = dict(was.unsigned)
    for language, contents in parts.contents.items():
        name = layout.report_path(language)
        with report.judging(f"{name} before it was signed"), speaking(language):
            found = sha256(render_report(contents, embedded(parts, language))).hexdigest()
            if found == recorded.get(name, was.report_unsigned if language == was.languages[0] else None):
                report.passed(f"{name} before it was signed", "the same bytes")
            else:
                report.undetermined(
                    f"{name} before it was signed",
                    "Other bytes: another version of this program, of its fonts or of the system's typesetter sets it "
                    "otherwise, or what it prints differs, which the item of its data tells.",
                )


def _unsigned(stored: Mapping[str, str]) -> set[str]:
    """The parts as issued that neither are signatures nor lists of digests nor signed reports."""
    signed = {*layout.SIGNED_APART, layout.SIGNATURES}
    drawn = (name for name in stored if name.startswith(PREVIEWS))  # a help for reading, as far as time allowed
    other = (name for name in stored if name.endswith((".pdf", ".p7m", layout.STAMP)))
    return stored.keys() - signed - {*drawn, *other}


def _compare(report: PackReport, name: str, issued: bytes, made: bytes) -> None:
    if issued == made:
        report.passed(name, "the same bytes")
        return
    try:
        first = first_difference(_json(issued), _json(made))
    except EvidenceError:  # it is no JSON: the place is a byte
        place = next((at for at, (a, b) in enumerate(zip(issued, made, strict=False)) if a != b), 0)
        first = f"byte {place}"
    report.failed(name, f"The ledger gives other bytes. First difference: {first}.")


def _json(content: bytes) -> Any:
    return canonical.loads(content, limit=len(content))


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
