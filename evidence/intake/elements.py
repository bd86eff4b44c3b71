"""The nine elements of a certification of origin: USMCA Annex 5-A, 19 CFR 182.12.

The requirements are data, dated and cited, with a confidence mark each. What a failure does stands in the data; the
mark caps it: P (the text was read) counts as printed, S (a summary was) counts as printed unless a setting lowers it, K
(known from background) only ever warns. What depends on an entry or a claim is left to the claim gate.
"""

import csv
import hashlib
import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files

from evidence.core.statements.certification import (
    CertificationBasis,
    CertificationOfOrigin,
    CertifierRole,
    Contact,
)
from evidence.core.values import add_months
from evidence.errors import IntakeError

PARTIES = ("US", "CA", "MX")
LANGUAGES = {"en": "English", "fr": "French", "es": "Spanish"}
_COMMERCIAL = re.compile("invoice|factura|facture|commercial", re.IGNORECASE)
_MEXICO_TAKES_IMPORTERS = date(2024, 1, 1)


class Effect(StrEnum):
    """What a failed requirement does."""

    BLOCK_ISSUE = "block issue"
    BLOCK_CLAIM = "block claim"
    BLOCK_ACCEPT = "block accept"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row of the data, in force from `first` to `last`."""

    element: str
    document: str
    field: str
    first: date
    last: date | None
    validation: str
    effect: Effect
    citation: str
    mark: str

    def capped(self, lowered: Collection[str]) -> Effect:
        """The effect that the mark allows; `lowered` are elements that a setting lowers to a warning."""
        weak = self.mark.startswith("K") or (self.mark.startswith("S") and self.element in lowered)
        return Effect.WARN if weak else self.effect


@dataclass(frozen=True, slots=True)
class Checked:
    """One requirement held against one document; `found` is None where it is met."""

    requirement: Requirement
    effect: Effect
    found: str | None

    @property
    def met(self) -> bool:
        return self.found is None

    @property
    def law(self) -> str:
        """Element, text and confidence mark."""
        return f"element {self.requirement.element}, {self.requirement.citation}, mark {self.requirement.mark}"

    def __str__(self) -> str:
        return f"{self.requirement.field}: found {self.found}, wanted {self.requirement.validation} ({self.law})"


def _rows(name: str) -> Iterable[Requirement]:
    text = (files("evidence.intake") / "data" / name).read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        yield Requirement(
            element=row["element"],
            document=row["document"],
            field=row["field"],
            first=date.fromisoformat(row["valid_from"]),
            last=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            validation=row["validation"],
            effect=next((each for each in Effect if row["on_failure"].startswith(each.value)), Effect.WARN),
            citation=row["citation"],
            mark=row["confidence"],
        )


@cache
def requirements(document: str) -> tuple[Requirement, ...]:
    """The requirements for one sort of document: ``coo``, ``supplier_declaration``."""
    rows = (*_rows("certification_elements.csv"), *_rows("supplier_declaration_fields.csv"))
    return tuple(row for row in rows if document in row.document.split("; "))


@cache
def certifying_statements() -> Mapping[str, str]:
    """The prescribed wording by language, for the languages on file.

    Raises:
        IntakeError: a text no longer has the digest it is pinned by.
    """
    data = (files("evidence.intake") / "data" / "certifying_statement.toml").read_text(encoding="utf-8")
    texts = {}
    for entry in tomllib.loads(data)["text"]:
        if hashlib.sha256(entry["text"].encode()).hexdigest() != entry["sha256"]:
            raise IntakeError(f"The certifying statement in {entry['language']!r} was altered. Reinstall this program.")
        texts[entry["language"]] = entry["text"]
    return texts


def hold(
    document: str, checks: Mapping[str, Callable[[], str | None]], on: date, lowered: Collection[str]
) -> list[Checked]:
    """Each requirement of `document` in force on `on` that has a check, in the order of the data."""
    return [
        Checked(each, each.capped(lowered), checks[each.field]())
        for each in requirements(document)
        if each.field in checks and each.first <= on and (each.last is None or on <= each.last)
    ]


def check_certification(
    certification: CertificationOfOrigin, today: date, lowered: Collection[str] = ()
) -> list[Checked]:
    """Hold a certification against the nine elements.

    Args:
        certification: as it was read.
        today: the legal day of the check; a signature dated later is dated ahead.
        lowered: elements with mark S that a setting lowers to a warning.
    """
    of = certification
    checks: dict[str, Callable[[], str | None]] = {
        "certifier_role": lambda: _role(of),
        "certifier_identity": lambda: _contact(of.certifier, abroad=of.certifier_role is CertifierRole.IMPORTER),
        "exporter_identity": lambda: _exporter(of),
        "producer_identity": lambda: _producer(of),
        "importer_identity": lambda: _importer(of),
        "goods_description": lambda: _each_good(of, _description),
        "hs6": lambda: _each_good(of, lambda good: None if "01" <= good.hs_code[:2] <= "97" else good.hs_code),
        "invoice_number": lambda: None if of.valid_from or of.invoice_number else "no invoice number",
        "origin_criterion": lambda: _each_good(of, _criterion),
        "blanket_period": lambda: _blanket(of.valid_from, of.valid_to),
        "signature": lambda: None if of.signer else "no signer",
        "signature_date": lambda: None if of.signed_on <= today else f"a signature dated {of.signed_on}, after {today}",
        "certifying_statement": lambda: _statement(of),
        "language": lambda: None if of.statement_language in LANGUAGES else repr(of.statement_language),
        "carrier_document": lambda: _carrier(of),
        "basis": lambda: _basis(of),
    }
    return hold("coo", checks, of.signed_on, lowered)


def _role(of: CertificationOfOrigin) -> str | None:
    early = of.certifier_role is CertifierRole.IMPORTER and of.signed_on < _MEXICO_TAKES_IMPORTERS
    if early and of.importer is not None and of.importer.country == "MX":
        return f"an importer's certification for Mexico signed {of.signed_on}"
    return None


def _contact(contact: Contact, *, abroad: bool = False) -> str | None:
    missing = [name for name in ("telephone", "email") if not getattr(contact, name)]
    if missing:
        return f"{contact.name} without {' and '.join(missing)}"
    if contact.country not in PARTIES and not abroad:
        return f"an address in {contact.country}"
    return None


def _exporter(of: CertificationOfOrigin) -> str | None:
    if of.exporter is not None:
        return _contact(of.exporter)
    return "no exporter" if of.certifier_role is CertifierRole.IMPORTER else None


def _producer(of: CertificationOfOrigin) -> str | None:
    if of.producer is not None:
        return _contact(of.producer)
    if of.certifier_role is CertifierRole.PRODUCER or of.producer_note:
        return None
    return "neither a producer nor a note such as 'Various'"


def _importer(of: CertificationOfOrigin) -> str | None:
    if of.importer is not None:
        return _contact(of.importer)
    return None if of.importer_note or of.certifier_role is CertifierRole.IMPORTER else "no importer"


def _each_good(of: CertificationOfOrigin, check: Callable[..., str | None]) -> str | None:
    found = [f"line {good.line}: {fault}" for good in of.goods if (fault := check(good)) is not None]
    return "; ".join(found) or (None if of.goods else "no goods")


def _description(good: object) -> str | None:
    text = str(getattr(good, "description", ""))
    return None if len(text.split()) > 1 else f"the description {text!r}"


def _criterion(good: object) -> str | None:
    criterion, rule, method = (getattr(good, name) for name in ("criterion", "rule", "method"))
    if criterion == "E":
        return "criterion E without a special case on record"
    return "criterion B without rule and method" if criterion == "B" and not (rule and method) else None


def _blanket(first: date | None, last: date | None) -> str | None:
    if first is None and last is None:
        return None
    if first is None or last is None:
        return "a period with one end only"
    if last < first:
        return f"a period from {first} to {last}"
    longest = add_months(first, 12) - timedelta(days=1)
    return None if last <= longest else f"a period from {first} to {last}, past {longest}"


def _statement(of: CertificationOfOrigin) -> str | None:
    prescribed = certifying_statements().get(of.statement_language)
    if prescribed is None:
        return f"a statement in {of.statement_language!r}, whose prescribed wording is not on file"
    return None if of.statement_text == prescribed else "another wording than the prescribed one"


def _carrier(of: CertificationOfOrigin) -> str | None:
    outside = of.carrier_country not in PARTIES and _COMMERCIAL.search(of.carrier_document)
    return f"{of.carrier_document!r} issued in {of.carrier_country}" if outside else None


def _basis(of: CertificationOfOrigin) -> str | None:
    if of.certification_basis is CertificationBasis.OWN_INFORMATION:
        return None
    if of.certifier_role is not CertifierRole.EXPORTER:
        return f"a certifying {of.certifier_role} that relies on the producer's representation"
    return None if of.representation else "reliance on a representation that is not named"
