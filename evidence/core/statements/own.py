"""The ledger's own acts: keys, receipts of documents, packs, holds and disposals (RECORDS.md 36)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from evidence.core.disclosure import Tier
from evidence.core.statements.base import EvidenceClass, Record, Statement
from evidence.core.statements.cells import Listed
from evidence.core.values import Code, Sha256, Text, moment_from_text
from evidence.errors import MalformedValue

KeyId = Annotated[str, StringConstraints(pattern=r"^key-[0-9a-f]{16}$")]
"""The opaque id of a key."""


def _moment(text: str) -> str:
    try:
        moment_from_text(text)
    except MalformedValue as error:
        raise ValueError(str(error)) from error
    return text


MomentText = Annotated[str, AfterValidator(_moment)]
"""A moment in its one spelling, UTC with six decimals."""


class KeyPurpose(StrEnum):
    """What a key signs: checkpoints, statements, or documents for the organisation."""

    LEDGER = "ledger"
    PERSON = "person"
    ORGANISATION = "organisation"


class KeyState(StrEnum):
    """What happened to a key; `certified`: another certificate for it, whose use goes on."""

    CREATED = "created"
    CERTIFIED = "certified"
    ROTATED = "rotated"
    REVOKED = "revoked"
    COMPROMISED = "compromised"


class Key(Statement):
    """A key's creation or change of state. The holder's name is withheld from the leaf and from open fields."""

    kind: ClassVar[str] = "key"
    prefix: ClassVar[str] = "keyev"
    version: ClassVar[int] = 2

    key: Annotated[Text, Tier.OPEN]
    """The opaque key id."""
    purpose: Annotated[KeyPurpose, Tier.OPEN]
    state: Annotated[KeyState, Tier.OPEN]
    public_key: Annotated[Text, Tier.OPEN]
    """SubjectPublicKeyInfo, DER, base64."""
    certificate: Annotated[Sha256 | None, Tier.OPEN] = None
    holder: Text
    since: date
    """The day from which the state holds."""
    replaces: Annotated[KeyId | None, Tier.OPEN] = None
    """The key whose place a new one takes; that one has signed this statement too."""
    compromised_since: Annotated[MomentText | None, Tier.OPEN] = None
    """The moment from which the key may have been in other hands; what it signed before that stays good."""
    reason: Text | None = None
    """Why the state changed."""

    @model_validator(mode="after")
    def _fits_its_state(self) -> Self:
        if self.compromised_since is not None and self.state is not KeyState.COMPROMISED:
            raise ValueError("only a compromised key has a moment since when")
        if self.replaces is not None and (self.state is not KeyState.CREATED or self.replaces == self.key):
            raise ValueError("only a new key takes the place of another")
        return self


class DocumentReceived(Statement):
    """The receipt of a document: the bytes are kept as they came, whatever becomes of them."""

    kind: ClassVar[str] = "document-received"
    prefix: ClassVar[str] = "doc"
    version: ClassVar[int] = 2

    document: Sha256
    size: Annotated[int, Field(ge=0)]
    name: Text
    """The file's name as it came."""
    media_type: Text
    """Detected, not claimed."""
    document_class: EvidenceClass
    tier: Tier
    personal: bool | None
    """Whether it holds personal data; None where nobody has looked yet."""
    channel: Text
    holder: Text
    location: Text
    received_on: date
    received_basis: Text
    role: Text | None = None
    """What it is: commercial invoice, bill of lading, packing list, proof of payment, production record, letter."""
    relates_to: Listed = ()
    """What it supports, ``kind:reference`` each: shipment:S01, customs-entry:…, declaration:…, purchase:…, claim:…"""
    refused: Text | None = None
    """Why nothing was read from it, where that is so."""
    contained_in: Sha256 | None = None
    """The archive or message that it came in, where it did not come alone."""
    claimed_type: Text | None = None
    """The media type that its sender claimed, where one was."""
    virus_scan: Text | None = None
    """What scanned it, with the version of its signatures, and what that said; empty where nothing did."""

    def documents(self) -> tuple[tuple[str, str], ...]:
        return (("received", self.document),)

    def relations(self) -> tuple[tuple[str, str], ...]:
        container = (("contained in", f"sha256:{self.contained_in}"),) if self.contained_in else ()
        return (*super().relations(), *(("relates to", target) for target in self.relates_to), *container)


class PackBuilt(Statement):
    """A pack as built: enough to know it again, and to build it again."""

    kind: ClassVar[str] = "pack-built"
    version: ClassVar[int] = 2
    prefix: ClassVar[str] = "pack"

    number: Text
    shipment: Code
    customs_entry: Code | None = None
    as_of: Annotated[int, Tier.OPEN]
    manifest: Annotated[Sha256, Tier.OPEN]
    facts: Sha256
    """Digest of what the pack rests on: equal facts, equal pack."""
    report_unsigned: Sha256
    report_signed: Sha256
    archive: Sha256
    stored: tuple[tuple[Text, Sha256], ...] = ()
    """Every generated part as issued, as (name, document): the signed ones cannot be made again, and a later version of
    the program would make the others otherwise."""
    supersedes_pack: Text | None = None
    edition: Text = "authority"
    """For whom: editions of one production share its number and its manifest."""
    languages: tuple[Text, ...] = ("en",)
    """The languages of its reports, the leading one first."""
    unsigned: tuple[tuple[Text, Sha256], ...] = ()
    """Digest of each report before it was signed, by name: those bytes can be made again, signed ones cannot."""
    seed: Sha256 | None = None
    """The document from which the salts of the manifest's lines come, as of a load."""

    def documents(self) -> tuple[tuple[str, str], ...]:
        return (*self.stored, *((("seed", self.seed),) if self.seed else ()))

    def relations(self) -> tuple[tuple[str, str], ...]:
        earlier = (("supersedes pack", f"pack:{self.supersedes_pack}"),) if self.supersedes_pack else ()
        return (*super().relations(), ("pack of", f"shipment:{self.shipment}"), *earlier)


class ReleaseChoice(StrEnum):
    """What may be decided on an open item before a pack goes out (DESIGN.md section 6)."""

    CORRECT = "correct"
    DISCLOSE = "disclose"
    ANSWER = "answer"


class ReleaseDecision(Record):
    """What was decided on one open item of a pack that is released with it."""

    line: Annotated[int, Field(ge=1)]
    """The item's place among the open items of the pack's first page that stand against a condition."""
    item: Text
    """The item, as that page words it."""
    choice: ReleaseChoice
    words: Text
    """The decision in the words of whoever took it."""


class PackReleased(Statement):
    """A named person's release of a pack; until then it is a working draft."""

    kind: ClassVar[str] = "pack-released"
    prefix: ClassVar[str] = "rel"
    version: ClassVar[int] = 2

    pack: Text
    by: Text
    released_on: date
    decision: Text
    decisions: tuple[ReleaseDecision, ...] = ()
    """One for each open item that defeats a condition or leaves it open."""
    archives: tuple[tuple[Text, Sha256], ...] = ()
    """What was released: each edition by name, with the digest of its archive. Empty: all that there was."""

    def relations(self) -> tuple[tuple[str, str], ...]:
        return (*super().relations(), ("releases", f"pack:{self.pack}"))


class Hold(Statement):
    """Nothing in scope may be disposed of until the hold is lifted."""

    kind: ClassVar[str] = "hold"
    prefix: ClassVar[str] = "hold"

    scope: Text
    reason: Text
    lifted: bool = False


class Disposal(Statement):
    """What was let go, why it might be, and who approved. The named bytes may go; the entry stays.

    A target is ``#12:received``, the document in that role of entry 12, or ``#12:statement``. No digest is named: it
    would go on confirming guesses at what was let go.
    """

    kind: ClassVar[str] = "disposal"
    prefix: ClassVar[str] = "disp"

    targets: Annotated[tuple[Text, ...], Tier.OPEN]
    rules: tuple[Text, ...]
    approved_by: Text
