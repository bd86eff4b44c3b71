"""What every statement has, and how it becomes bytes that are signed once and shown in parts for ever after.

A statement is a typed assertion. Its body is an in-toto statement (v1) in canonical JSON whose `predicateType` alone
names kind and version. Fields of tier `open` stand in clear; every other field of the schema, filled or not, stands
as a salted commitment, so that neither its value nor its absence can be guessed. The values and salts are a separate
document, the disclosures. Any edition is derived later by opening some of them; the signature covers them all.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evidence.core import canonical
from evidence.core.canonical import JsonValue
from evidence.core.disclosure import SALT_SIZE, Committed, Disclosure, Tier, commit_all
from evidence.core.identifiers import Random
from evidence.core.values import Sha256, Text
from evidence.errors import MalformedValue

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
NONCE_SIZE = 32
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


R = TypeVar("R", bound=Record)
_set = object.__setattr__


def unchecked(model: type[R], rows: Iterable[dict[str, Any]]) -> list[R]:
    """Records of values that their type has given before, all of its fields in each row; nothing is checked again.

    A determination of a large bill makes hundreds of thousands of records of what is on record, each checked once
    already.
    """
    new, names = model.__new__, _names(model)
    made = []
    for row in rows:
        record = new(model)
        _set(record, "__dict__", row)
        _set(record, "__pydantic_fields_set__", names)  # shared: nothing adds to it, since records are frozen
        _set(record, "__pydantic_extra__", None)
        _set(record, "__pydantic_private__", None)
        made.append(record)
    return made


@cache
def _names(model: type[Record]) -> set[str]:
    return set(model.model_fields)


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
    committed: Committed

    @property
    def disclosures(self) -> tuple[Disclosure, ...]:
        """What opens each commitment."""
        return self.committed.disclosures()

    @property
    def disclosed(self) -> bytes:
        """All disclosures in canonical JSON, as they are kept."""
        return self.committed.document


class _Form:
    """How the bodies of one kind are written: what canonical JSON makes of them, with gaps for what differs.

    The members of a body stand in the order of RFC 8785; a test holds every kind against the plain way.
    """

    def __init__(self, kind: type[Statement]) -> None:
        tiers = kind.tiers()
        self.open = tuple(name for name, tier in tiers.items() if tier is Tier.OPEN)
        self.withheld = tuple(name for name, tier in tiers.items() if tier is not Tier.OPEN)
        self.names = frozenset(self.open), frozenset(self.withheld)
        ordered = sorted(self.withheld)  # field names are ASCII, so that this is the order of RFC 8785
        self._order = tuple(map(self.withheld.index, ordered))
        self._committed = "{" + ",".join(f'"{name}":"%s"' for name in ordered) + "}"
        self._body = (
            f'{{"_type":"{STATEMENT_TYPE}","predicate":{{"committed":%b,"nonce":"%b","open":%b}},'
            f'"predicateType":"{kind.predicate_type()}","subject":[{{"digest":{{"sha256":"%b"}},"name":%b}}]}}'
        ).encode()

    def body(self, values: Mapping[str, JsonValue], digests: Sequence[str], nonce: bytes) -> bytes:
        """The body of a statement with these values and commitments."""
        committed = (self._committed % tuple([digests[at] for at in self._order])).encode()
        # in-toto wants a subject with a digest: ours is the set of commitments, which reveals nothing and binds
        # everything.
        return self._body % (
            committed,
            nonce.hex().encode(),
            canonical.dumps({name: values[name] for name in self.open}),
            hashlib.sha256(committed).hexdigest().encode(),
            canonical.dumps(values["id"]),
        )


@cache
def _form(kind: type[Statement]) -> _Form:
    return _Form(kind)


def build(statement: Statement, random: Random) -> Built:
    """The canonical body of `statement` and its disclosures; `random` gives the salts, 16 bytes each, and the nonce.

    Raises:
        MalformedValue: the body passes 1 MiB.
    """
    salts = [random(SALT_SIZE) for _ in _form(type(statement)).withheld]
    return _built(statement, statement.model_dump(mode="json"), salts, random(NONCE_SIZE))


def build_values(statement: Statement, values: Mapping[str, JsonValue], random: Random) -> Built:
    """What `build` gives, for a caller who has the statement's values in JSON; `random` is asked once for everything.

    Raises:
        MalformedValue: as `build` has it.
    """
    wanted = SALT_SIZE * len(_form(type(statement)).withheld)
    drawn = random(wanted + NONCE_SIZE)
    salts = [drawn[at : at + SALT_SIZE] for at in range(0, wanted, SALT_SIZE)]
    return _built(statement, values, salts, drawn[wanted:])


def _built(statement: Statement, values: Mapping[str, JsonValue], salts: Sequence[bytes], nonce: bytes) -> Built:
    form = _form(type(statement))
    committed = commit_all([(name, values[name]) for name in form.withheld], salts)
    body = form.body(values, committed.digests, nonce)
    if len(body) > MAX_BODY:
        raise MalformedValue(statement.kind, f"a statement of {len(body)} bytes", "at most 1 MiB; attach a document")
    return Built(statement.kind, body, committed)


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


def opened_here(statement: Statement, values: Mapping[str, Any]) -> Opened:
    """What `open_body` gives for the body that `build` made of a statement, with all its disclosures."""
    clear, committed = _form(type(statement)).names
    return Opened(statement.predicate_type(), values, clear, committed)


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
