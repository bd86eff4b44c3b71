"""Questions of the checklist about claim, certification, chain and corrections, each answered from what is recorded."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, Final

from evidence.core.statements.claim import Claim, ClaimAction
from evidence.core.statements.handling import AnchorKind
from evidence.core.values import add_months
from evidence.pack.checklist.asked_file import File, Seen, some
from evidence.pack.contents import contents as c
from evidence.pack.contents.crosswalk import certification_of, differing
from evidence.pack.contents.steps import missing_steps
from evidence.pack.gathered.facts import EntryLine, bill_in_force
from evidence.pack.words.language import _
from evidence.register.queries import Known

MADE: Final = (ClaimAction.MADE, ClaimAction.POST_IMPORTATION)
YEAR: Final = 12
"""Months after importation within which a claim can still be made (19 USC 1520(d))."""
_LANGUAGES: Final = {"US": ("en",), "CA": ("en", "fr"), "MX": ("es",)}
"""What the customs of each country read without a translation."""
_CODES: Final = {"english": "en", "french": "fr", "spanish": "es", "español": "es", "français": "fr"}


def claims_made(line: EntryLine) -> list[Known[Claim]]:
    """The claims to preference made on a line, whatever became of them."""
    return [claim for claim in line.claims if claim.value.action in MADE]


def certified(file: File) -> Seen:
    """A certification of origin covers every line on the day of its importation."""
    held = [file.certification_of(line) for line in file.facts.lines]
    bare = [line for line, form in zip(file.facts.lines, held, strict=True) if form is None]
    shown = [
        c.Link(known.value.number, f"certification-{place}")
        for place, known in enumerate(file.facts.certifications, 1)
        if known in held
    ]
    return Seen(tuple(shown), tuple(_no_certification(file, line) for line in bare))


def _no_certification(file: File, line: EntryLine) -> str:
    """That none covers a line; of one that names the good for other days or another invoice, that it does."""
    form = certification_of(file.facts, line)
    if form is None:
        return _("No certification of origin covers {line}.", line=file.name_of(line))
    it, told = form.value, {"certification": form.value.number, "line": file.name_of(line)}
    if it.valid_from is None or it.valid_to is None:
        return _(
            "{certification} is for the single shipment of invoice {invoice}; it does not cover {line}.",
            invoice=it.invoice_number or _("none"),
            **told,
        )
    return _(
        "{certification} is for imports from {first} to {last}; it does not cover {line}, imported on {day}.",
        first=it.valid_from,
        last=it.valid_to,
        day=line.entry.value.imported_on,
        **told,
    )


def held_before_claim(file: File) -> Seen:
    """The certification of every line came in, and was recorded, before the first claim on it, and there is one."""
    seen = certified(file)
    lacking = list(seen.lacking)
    for line in file.facts.lines:
        form, first = file.certification_of(line), next(iter(claims_made(line)), None)
        if first is None:
            lacking.append(_("No claim is on record on {line}.", line=file.name_of(line)))
        elif form is None:
            continue
        elif form.seq > first.seq:
            lacking.append(
                _(
                    "{certification} was recorded after the claim on {line}.",
                    certification=form.value.number,
                    line=file.name_of(line),
                )
            )
        elif form.value.received_on > first.value.decided_on:
            lacking.append(
                _(
                    "{certification} was received on {day}, after the claim on {line}.",
                    certification=form.value.number,
                    day=form.value.received_on,
                    line=file.name_of(line),
                )
            )
    return Seen(seen.shown_at, tuple(lacking))


def nothing_claimed(file: File) -> str:
    """Before any claim is made there is none that the certification could come after."""
    if any(claims_made(line) for line in file.facts.lines):
        return ""
    return _("No claim is on record; the certification has to be held before one is made.")


def prefix(file: File) -> Seen:
    """Every line claimed at entry bears the program's S or S+ (19 CFR 182.11(b))."""
    return _preference(file, "US", lambda code: code.startswith("S"))


def treatment(file: File) -> Seen:
    """Every line claimed at entry bears the code of a preferential treatment."""
    return _preference(file, "", bool)


def _preference(file: File, country: str, claims: Callable[[str], bool]) -> Seen:
    bare = [
        line
        for line in file.facts.lines
        if (not country or line.entry.value.country == country)
        and any(claim.value.action is ClaimAction.MADE for claim in line.claims)
        and not claims(line.line.preference_code or "")
    ]
    lacking = (
        _("{line} was claimed, and its entry bears no code of the preference.", line=file.name_of(line))
        for line in bare
    )
    return Seen((c.Link(_("crosswalk"), "crosswalk"),), tuple(lacking))


def chain(file: File) -> Seen:
    """Every line names its units, as many as were invoiced and entered, each followed from building to entry."""
    if not file.crosswalk.rows:
        return Seen(lacking=(_("No line names a unit, serial or lot."),))
    lacking = [*certified(file).lacking]
    for line in file.facts.lines:
        if line.invoice_line is None:
            lacking.append(_("The invoice line of {line} is not on record.", line=file.name_of(line)))
        elif not line.invoice_line.units:
            lacking.append(_("{line} names no unit, serial or lot.", line=file.name_of(line)))
        elif differing(file.facts, line):
            lacking.append(
                _("The quantities of {line} invoiced, entered and made do not agree.", line=file.name_of(line))
            )
    if broken := some(row.unit for row in file.crosswalk.rows if row.broken is not None):
        lacking.append(_("The chain of a unit is broken: {units}.", units=broken))
    return Seen(lacking=tuple(lacking))


def built(file: File) -> Seen:
    """Every unit has a production record and a bill in force on its day."""
    lacking = []
    for line in file.facts.lines:
        if line.invoice_line is None:
            lacking.append(_("The invoice line of {line} is not on record.", line=file.name_of(line)))
        elif not line.invoice_line.units:
            lacking.append(_("{line} names no unit, serial or lot.", line=file.name_of(line)))
        else:
            bare = [unit for unit in line.invoice_line.units if unit not in file.facts.units]
            if bare:
                lacking.append(_("No production record is on file of {units}.", units=some(bare)))
    seqs = dict.fromkeys(unit.seq for unit in file.facts.units.values())
    shown = dict.fromkeys(link for seq in seqs for link in file.behind(seq))
    return Seen(tuple(shown), tuple(lacking))


def bill_of_the_day(file: File) -> Seen:
    """Every unit has the bill in force where and when it was built, and every material of it a code and a value."""
    seen = built(file)
    bare = [name for name, unit in file.facts.units.items() if bill_in_force(file.facts, unit) is None]
    lacking = list(seen.lacking)
    if bare:
        lacking.append(_("No bill of materials in force on the day is on record of {units}.", units=some(bare)))
    rows = [row for fact in file.deciding for row in fact.worksheet.materials]
    if unknown := [row.part for row in rows if row.value is None]:
        lacking.append(_("The value of a material is not known: {parts}.", parts=some(unknown)))
    if uncoded := [row.part for row in rows if not row.code]:
        lacking.append(_("A material has no tariff code on record: {parts}.", parts=some(uncoded)))
    return Seen(seen.shown_at, tuple(lacking))


def stamped(file: File) -> Seen:
    """A time stamp over the ledger with each certification is on record; that of the build comes after this page."""
    stamps = [known for known in file.facts.particulars.anchors if known.value.anchor_kind is AnchorKind.TIME_STAMP]
    forms = file.facts.certifications
    bare = [form for form in forms if not any(stamp.value.size > form.seq for stamp in stamps)]
    lacking = [
        _("No time stamp over the ledger with {certification} is on record.", certification=form.value.number)
        for form in bare
    ]
    if not forms:
        lacking.append(_("No certification of origin is on record."))
    return Seen(tuple(dict.fromkeys(link for known in stamps for link in file.behind(known.seq))), tuple(lacking))


def translated(file: File) -> Seen:
    """Every certification and declaration in a language that the importing country does not read has a translation."""
    have = {known.value.document: known for known in file.facts.around.translations}
    links = tuple(dict.fromkeys(link for known in have.values() for link in file.behind(known.seq)))
    bare = [name for name, document in _foreign(file) if document not in have]
    if not bare:
        return Seen(links)
    return Seen(links, (_("No translation is on file of {documents}.", documents=some(bare)),))


def all_read(file: File) -> str:
    """Why no translation is called for; empty where one is."""
    if next(_foreign(file), None) is not None:
        return ""
    if not file.facts.certifications and not file.facts.declarations:
        return _("No certification and no declaration is in the pack, so that none is to be translated.")
    return _("Every certification and declaration in the pack is in a language that the importing country reads.")


def _foreign(file: File) -> Iterator[tuple[str, str | None]]:
    """Each document in another language: its name, and the digest of the document."""
    reads = [_LANGUAGES.get(country, ("en",)) for country in file.countries] or [("en",)]
    facts = file.facts
    for form in facts.certifications:
        if not _all_read(form.value.statement_language, reads):
            yield form.value.number, form.value.source.document if form.value.source else None
    for declared in facts.declarations.values():
        if not _all_read(declared.value.language, reads):
            yield declared.value.reference, declared.value.source.document if declared.value.source else None


def _all_read(language: str, reads: list[tuple[str, ...]]) -> bool:
    code = _CODES.get(language.strip().lower(), language.strip().lower()[:2])
    return all(code in languages for languages in reads)


def corrections(file: File) -> Seen:
    """What was learned, told and corrected, and what is missing of it."""
    facts, found = file.facts, file.facts.around
    letters: tuple[Sequence[Known[Any]], ...] = (found.notices, found.replies, found.extensions, found.receipts)
    seqs = [known.seq for each in (*letters, found.learned, facts.ends) for known in each]
    shown = tuple(dict.fromkeys(link for seq in seqs for link in file.behind(seq)))
    lacking, due = [], None
    for line in facts.lines:
        for what, _holder, by in missing_steps(facts, line, file.exhibits):
            lacking.append(_("Nothing is on file of {step}.", step=_(what)))
            due = min(filter(None, (due, by)), default=None)
    answered = {known.value.notice for known in found.replies if known.value.complete}
    for known in found.notices:
        if known.value.number not in answered:
            notice = known.value
            lacking.append(
                _(
                    "{number} of {day} ({letter}) has no complete answer on record.",
                    number=notice.number,
                    day=notice.dated_on,
                    letter=_(notice.notice_kind.value),
                )
            )
    lacking += [
        _(
            "{declaration} is {state} since the analysis, which does not know of it.",
            declaration=later.declaration.reference,
            state=_(later.event.value.state.value),
        )
        for later in facts.later
    ]
    return Seen(shown, tuple(dict.fromkeys(lacking)), due=due)


def nothing_corrected(file: File) -> str:
    """Why no history of corrections is called for; empty where one is."""
    changed = (ClaimAction.CORRECTED, ClaimAction.WITHDRAWN)
    found = file.facts.around
    if any(claim.value.action in changed for line in file.facts.lines for claim in line.claims):
        return ""
    if file.facts.later or file.facts.ends or found.notices or found.learned:
        return ""
    return _("No correction and no notice beneath the claim is on record.")


def within_a_year(file: File) -> Seen:
    """Every claim made after importation was made within a year of it, counted line by line."""
    late = []
    for line in file.facts.lines:
        for claim in claims_made(line):
            last = last_claim(line.entry.value.imported_on)
            if claim.value.decided_on > last:
                late.append(
                    _(
                        "{line} was claimed on {day}; the year since its importation ended on {last}.",
                        line=file.name_of(line),
                        day=claim.value.decided_on,
                        last=last,
                    )
                )
    return Seen((c.Link(_("crosswalk"), "crosswalk"),), tuple(late))


def last_claim(imported_on: date) -> date:
    """The last day of the year after importation."""
    return add_months(imported_on, YEAR)


def stayed_in_region(file: File) -> str:
    """Why no document of transit is called for; empty where the shipment names a country outside the agreement."""
    if not file.facts.shipments or any(known.value.transit_countries for known in file.facts.shipments):
        return ""
    legs = "; ".join(leg for known in file.facts.shipments for leg in known.value.legs)
    return _("The shipment names no country outside the agreement that it passed; its legs: {legs}.", legs=legs)
