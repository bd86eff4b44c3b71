"""``evidence pack seal``: an edition with sealed exhibits, which whoever forwards it cannot read.

The exhibits that the edition withholds, or those of them that are named, are put into envelopes for an authority: each
document, and beside it what leads from it to the root of the ledger, as one tar archive (POSIX.1-1988, ustar). Whoever
forwards them learns neither how many documents there are nor how large they are: an archive is filled up with zeros,
at which `tar` stops, to a power of two; empty envelopes are added, until there are a power of two of them; and all are
put out of order. The edition with its envelopes is recorded like any other, so that its archive can be written out
again though no envelope can be made twice.
"""

import hmac
import io
import tarfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from evidence.core.canonical import JsonValue
from evidence.core.disclosure import Tier
from evidence.errors import PackError
from evidence.ledger.found import HomeHandle
from evidence.pack.disclosing.envelope import MAX_SEALED, sealed
from evidence.pack.disclosing.open_field import Origin, opening_of_exhibit
from evidence.pack.gathered.editions import View
from evidence.pack.gathered.exhibits import ExhibitFact
from evidence.pack.gathered.numbering import exhibit_number
from evidence.pack.typesetting.assemble import path_of

SEALED_FOLDER: Final = "sealed"
LEAST_ENVELOPES: Final = 16
LEAST_CONTENT: Final = 64 * 1024
"""How many envelopes there are at least, and how much each holds: below that, not even the power of two is told."""
MOST_EMPTY: Final = 64 * 1024 * 1024
"""How long all empty ones may be together, where the others are shorter: a few long documents cost no more."""
EMPTY: Final = "empty"
"""The one member, without content, of an envelope that holds no exhibit."""


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

    def name(self, edition: str, secret: bytes, recorded: Collection[str] = ()) -> str:
        """What the edition with these envelopes is called: another recipient, or other exhibits, are another one.

        Its folder bears the name, which must not tell what lies in the envelopes to whoever tries all exhibits: it is
        made under a secret of the pack, which the authority's edition alone opens. From the same secret it is known
        again; what is on record under a name that was made without one keeps that.
        """
        told = "\n".join((self.fingerprint, *sorted(self.exhibits))).encode()
        plain, own = (f"{edition}-sealed-{each[:8]}" for each in (sha256(told).hexdigest(), _mac(secret, told)))
        return plain if plain in recorded else own


def _mac(secret: bytes, told: bytes) -> str:
    return hmac.digest(secret, b"sealed:" + told, "sha256").hex()


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
    """An envelope for each exhibit, with the document as received and its opening, among empty ones."""
    held = filled([_members(handle, one, numbers[one.receipt.seq], origin) for one in exhibits], handle.random)
    return tuple(
        Envelope(f"{SEALED_FOLDER}/{place}.p7m", sealed(content, sealing.recipient, handle.random), sealing.fingerprint)
        for place, content in enumerate(held, 1)
    )


def filled(exhibits: Sequence[Mapping[str, bytes]], random: Callable[[int], bytes]) -> list[bytes]:
    """What envelopes hold: an archive of the files of each exhibit, and empty ones, filled up and out of order.

    An empty one is as long as one of the others, whichever chance picks: whoever counts those of a length counts both.
    Where that would make them longer than all others together and than `MOST_EMPTY`, it is as short as can be.

    Raises:
        PackError: an archive is too long to be opened again.
    """
    held = [_archive(members) for members in exhibits]
    wanted = max(LEAST_ENVELOPES, 1 << (len(held) - 1).bit_length())
    lengths = list(_lengths([len(each) for each in held], wanted - len(held), random))
    empty = {length: _archive({EMPTY: b""}, length) for length in set(lengths)}
    held += [empty[length] for length in lengths]
    order = sorted((random(16), at) for at in range(wanted))
    return [held[at] for _drawn, at in order]


def _members(handle: HomeHandle, exhibit: ExhibitFact, number: int, origin: Origin) -> dict[str, bytes]:
    """What an envelope holds of an exhibit, by names that tell those of several apart."""
    document = exhibit.receipt.value.document
    handle.documents.verify(document)
    return {
        PurePosixPath(path_of(exhibit, number)).name: handle.documents.read(document),
        f"{exhibit_number(number)}-opening.json": opening_of_exhibit(handle, origin, exhibit_number(number)),
    }


def _archive(members: Mapping[str, bytes], length: int = LEAST_CONTENT) -> bytes:
    """A tar archive of some files, filled up with zeros to a power of two, `length` at least.

    Raises:
        PackError: it is too long to be opened again.
    """
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        end = archive.offset + 2 * tarfile.BLOCKSIZE  # two blocks of zeros end an archive
    found = written.getvalue()[:end]
    if len(found) > MAX_SEALED:
        raise PackError(
            f"{next(iter(members))} has {len(found)} bytes with its proof and cannot be sealed; at most {MAX_SEALED} "
            "can be opened again. Leave it out, or hand it over by other means."
        )
    return found.ljust(max(length, 1 << (len(found) - 1).bit_length()), b"\0")


def _lengths(others: Sequence[int], wanted: int, random: Callable[[int], bytes]) -> Iterator[int]:
    """How long each empty archive is to be."""
    left = max(sum(others), MOST_EMPTY)
    for _ in range(wanted):
        drawn = others[_below(len(others), random)]
        length = drawn if drawn <= left else LEAST_CONTENT
        left -= length
        yield length


def _below(bound: int, random: Callable[[int], bytes]) -> int:
    """A number below `bound`, which is small against 64 bits."""
    return int.from_bytes(random(8), "big") % bound
