"""``evidence pack seal``: an edition with sealed exhibits, which whoever forwards it cannot read.

The exhibits that the edition withholds, or those of them that are named, are put into envelopes for an authority: each
document by itself, and beside it what leads from the document to the root of the ledger. The edition with its envelopes
is recorded like any other, so that its archive can be written out again though no envelope can be made twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from evidence.core.canonical import JsonValue
from evidence.core.disclosure import Tier
from evidence.errors import PackError
from evidence.ledger.found import HomeHandle
from evidence.pack.disclosing.envelope import sealed
from evidence.pack.disclosing.open_field import Origin, opening_of_exhibit
from evidence.pack.gathered.editions import View
from evidence.pack.gathered.exhibits import ExhibitFact
from evidence.pack.gathered.numbering import exhibit_number

SEALED_FOLDER = "sealed"


@dataclass(frozen=True, slots=True)
class Envelope:
    """One sealed file of a pack."""

    path: str
    content: bytes
    recipient: str
    """SHA-256 of the certificate that it is sealed to, DER."""

    def listed(self) -> JsonValue:
        return {"path": self.path, "sha256": sha256(self.content).hexdigest(), "recipient": self.recipient}


@dataclass(frozen=True, slots=True)
class Sealing:
    """What is to be sealed, and to whom."""

    recipient: x509.Certificate
    exhibits: tuple[str, ...] = ()
    """Numbers of exhibits; empty for all that the edition withholds, but for those given in secret."""

    @property
    def fingerprint(self) -> str:
        return sha256(self.recipient.public_bytes(Encoding.DER)).hexdigest()

    def name(self, edition: str) -> str:
        """What the edition with these envelopes is called: another recipient, or other exhibits, are another one."""
        told = "\n".join((self.fingerprint, *sorted(self.exhibits)))
        return f"{edition}-sealed-{sha256(told.encode()).hexdigest()[:8]}"


def chosen(sealing: Sealing, exhibits: Sequence[ExhibitFact], numbers: dict[int, int], seen: View) -> list[ExhibitFact]:
    """The exhibits to seal, in the order of their numbers.

    Raises:
        PackError: one that is named is not of the pack, or the edition carries it open; or there is nothing to seal.
    """
    carried = {one.receipt.seq for one in seen.facts.exhibits if not one.withheld}
    named = {exhibit_number(numbers[one.receipt.seq]): one for one in exhibits}
    for number in sealing.exhibits:
        if number not in named:
            raise PackError(f"{number[:80]!r} is no exhibit of this pack. See the index of the authority's edition.")
        if named[number].receipt.seq in carried:
            raise PackError(
                f"{number} lies open in the {seen.edition.value}'s edition; nothing is gained by sealing it."
            )
    found = [
        one
        for number, one in sorted(named.items())
        if one.receipt.seq not in carried
        and (number in sealing.exhibits if sealing.exhibits else one.receipt.value.tier is Tier.RESTRICTED)
    ]
    if not found:
        raise PackError(
            f"The {seen.edition.value}'s edition withholds no exhibit that can be sealed. "
            "Documents given in secret are sealed where they are named with --exhibit."
        )
    return found


def envelopes(
    handle: HomeHandle, sealing: Sealing, exhibits: Sequence[ExhibitFact], numbers: dict[int, int], origin: Origin
) -> tuple[Envelope, ...]:
    """Two envelopes for each exhibit: the document as received, and its opening."""
    made = []
    for place, exhibit in enumerate(exhibits, 1):
        handle.documents.verify(exhibit.receipt.value.document)
        document = handle.documents.read(exhibit.receipt.value.document)
        opening = opening_of_exhibit(handle, origin, exhibit_number(numbers[exhibit.receipt.seq]))
        for path, content in (
            (f"{SEALED_FOLDER}/{place}.p7m", document),
            (f"{SEALED_FOLDER}/{place}-opening.p7m", opening),
        ):
            made.append(Envelope(path, sealed(content, sealing.recipient, handle.random), sealing.fingerprint))
    return tuple(made)
