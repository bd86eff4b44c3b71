"""What every statement has, and how it becomes bytes that are signed once and shown in parts for ever after.

A statement is a typed assertion. Its body is an in-toto statement (v1) in canonical JSON whose `predicateType` alone
names kind and version. Fields of tier `open` stand in clear; every other field of the schema, filled or not, stands
as a salted commitment, so that neither its value nor its absence can be guessed. The values and salts are a separate
document, the disclosures. Any edition is derived later by opening some of them; the signature covers them all.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evidence.core import canonical
from evidence.core.canonical import JsonValue
from evidence.core.disclosure import Disclosure, Tier, commit
from evidence.core.identifiers import Random
from evidence.core.values import Sha256, Text
from evidence.errors import MalformedValue

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
MAX_BODY = 1 << 20
"""A statement is at most 1 MiB; what is longer is a document (DESIGN.md section 3)."""


class EvidenceClass(StrEnum):
    """How a piece of evidence came to be (DESIGN.md section 4)."""

    NATIVE = "native"
    SCAN = "scan"
    STRUCTURED = "structured"
    DERIVED = "derived"
    TESTIMONY = "testimony"


class Basis(StrEnum):
    """What figures rest on."""

    ACTUAL = "actual"
    ESTIMATE = "estimate"
    STANDARD = "standard"


class Record(BaseModel):
    """A frozen value with exact fields: anything unknown is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Source(Record):
    """Where a statement was read: the document, and the place in it."""

    document: Sha256
    sheet: Text | None = None
    row: int | None = None
    place: Text | None = None
    parser: Text | None = None


class Statement(Record):
    """The fields that every kind shares. A kind sets `kind`, `prefix` and the tiers of its own fields."""

    kind: ClassVar[str]
    prefix: ClassVar[str]
    version: ClassVar[int] = 1
    default_tier: ClassVar[Tier] = Tier.RESTRICTED

    id: Annotated[Text, Tier.OPEN]
    """Minted here: the kind's prefix and a UUID, which tells nothing but when."""
    issuer: Text
    """The party that asserts it: `self` for the organisation that keeps the ledger, otherwise the party's number."""
    valid_from: date | None = None
    """The first day that it speaks of."""
    valid_to: date | None = None
    """The last day that it speaks of."""
    event_date: date | None = None
    """The day on which what it states happened, where that is one day."""
    basis: Basis | None = None
    """Whether its figures are actual, estimates or standards."""
    evidence_class: Annotated[EvidenceClass, Tier.OPEN] = EvidenceClass.TESTIMONY
    """How it came to be (native, scan, structured, derived, testimony)."""
    source: Source | None = None
    """The document that it was read in, and the place."""
    supersedes: Annotated[Text | None, Tier.OPEN] = None
    """The earlier statement that it takes the place of, by its id."""
    supersedes_reason: Text | None = None
    """Why it takes its place."""

    @classmethod
    def predicate_type(cls) -> str:
        return f"urn:evidence:{cls.kind}:{cls.version}"

    @classmethod
    def tiers(cls) -> Mapping[str, Tier]:
        """The tier of each field, the class's default where a field names none."""
        return _tiers(cls)

    def documents(self) -> tuple[tuple[str, str], ...]:
        """The documents this statement rests on, as (role, SHA-256); the ledger links them to its entry."""
        return (("source", self.source.document),) if self.source else ()

    def relations(self) -> tuple[tuple[str, str], ...]:
        """What this statement rests on or is about besides documents, as (role, statement id or ``kind:number``)."""
        return (("supersedes", self.supersedes),) if self.supersedes else ()


@cache
def _tiers(cls: type[Statement]) -> Mapping[str, Tier]:
    return {
        name: next((mark for mark in field.metadata if isinstance(mark, Tier)), cls.default_tier)
        for name, field in cls.model_fields.items()
    }


@dataclass(frozen=True, slots=True)
class Built:
    """A statement as bytes to be signed, and the disclosures that open it."""

    kind: str
    body: bytes
    disclosures: tuple[Disclosure, ...]


def build(statement: Statement, random: Random) -> Built:
    """The canonical body of `statement` and its disclosures; `random` gives the nonce and the salts.

    Raises:
        MalformedValue: the body passes 1 MiB.
    """
    values = statement.model_dump(mode="json")
    disclosures = tuple(
        commit(name, values[name], random) for name, tier in statement.tiers().items() if tier is not Tier.OPEN
    )
    committed: dict[str, JsonValue] = {item.name: item.digest() for item in disclosures}
    predicate: dict[str, JsonValue] = {
        "nonce": random(32).hex(),
        "open": {name: values[name] for name, tier in statement.tiers().items() if tier is Tier.OPEN},
        "committed": committed,
    }
    # in-toto wants a subject with a digest: ours is the set of commitments, which reveals nothing and binds everything.
    subject: list[JsonValue] = [{"name": statement.id, "digest": {"sha256": _digest(committed)}}]
    body = canonical.dumps(
        {
            "_type": STATEMENT_TYPE,
            "subject": subject,
            "predicateType": statement.predicate_type(),
            "predicate": predicate,
        }
    )
    if len(body) > MAX_BODY:
        raise MalformedValue(statement.kind, f"a statement of {len(body)} bytes", "at most 1 MiB; attach a document")
    return Built(statement.kind, body, disclosures)


def _digest(committed: Mapping[str, JsonValue]) -> str:
    return hashlib.sha256(canonical.dumps(dict(committed))).hexdigest()


@dataclass(frozen=True, slots=True)
class Opened:
    """A body as read back: what stands in clear, what was opened and matched, what stays withheld."""

    predicate_type: str
    fields: Mapping[str, Any]
    clear: frozenset[str]
    committed: frozenset[str]

    @property
    def withheld(self) -> frozenset[str]:
        """The committed fields that no disclosure opened."""
        return self.committed - self.fields.keys()


def open_body(body: bytes, disclosures: Iterable[Disclosure]) -> Opened:
    """Match disclosures against the commitments of a body.

    Raises:
        MalformedValue: the body is not a statement of this form, or a disclosure matches no commitment of its name.
    """
    try:
        form = _Body.model_validate(canonical.loads_canonical(body))
    except ValidationError as fault:
        raise MalformedValue("statement body", "another shape", "the form that docs/formats.md has") from fault
    committed: dict[str, JsonValue] = dict(form.predicate.committed)
    if form.subject[0].digest.get("sha256") != _digest(committed):
        raise MalformedValue("statement subject", form.subject[0].digest, "the digest of the commitments it carries")
    fields = dict(form.predicate.open)
    if twice := fields.keys() & committed.keys():
        raise MalformedValue("statement body", f"{min(twice)} both open and committed", "each field once")
    for item in disclosures:
        if committed.get(item.name) != item.digest():
            raise MalformedValue(f"disclosure of {item.name}", item.digest(), "a commitment that the statement carries")
        fields[item.name] = item.value
    return Opened(form.predicateType, fields, frozenset(form.predicate.open), frozenset(committed))


class _Exact(BaseModel):
    """A part of a body as it was signed: nothing unknown, nothing trimmed, nothing converted."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Subject(_Exact):
    name: str
    digest: dict[str, str]


class _Predicate(_Exact):
    nonce: Sha256
    open: dict[str, Any]
    committed: dict[str, Sha256]


class _Body(_Exact):
    type: Annotated[str, Field(alias="_type", pattern=f"^{STATEMENT_TYPE}$")]
    subject: Annotated[list[_Subject], Field(min_length=1, max_length=1)]
    predicateType: str  # noqa: N815 (the field's name in in-toto)
    predicate: _Predicate
