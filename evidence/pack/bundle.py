"""The files of a pack: what is made from facts, what is copied as received, and the signatures laid over both."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, Protocol

from cryptography.hazmat.primitives.serialization import Encoding

from evidence.core import canonical
from evidence.errors import PackError
from evidence.ledger.keys import OrganisationKey
from evidence.ledger.note import Verifier
from evidence.pack import layout
from evidence.pack.assemble import path_of
from evidence.pack.container import ASIC_E, MIMETYPE, Files, Memory, digest
from evidence.pack.contents import Contents, to_json
from evidence.pack.facts import Facts
from evidence.pack.manifest import worksheet_path
from evidence.pack.render import Embedded
from evidence.pack.worksheets import figures_csv, materials_csv, workbook
from evidence.store.documents import DocumentStore
from evidence.store.resources import folder


class Sealing(Protocol):
    """Gives the signed form of a part: by signing it, or by finding what was signed before."""

    def __call__(self, name: str, content: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What a pack is made of before anything is signed."""

    facts: Facts
    numbers: Mapping[int, int]
    contents: Contents
    manifest: bytes
    disclosures: bytes
    checkpoint: bytes
    proofs: Mapping[int, bytes]
    verifiers: tuple[Verifier, ...]
    organisation: OrganisationKey


def report_json(contents: Contents) -> bytes:
    """What the report prints, for machines."""
    return canonical.dumps({"format": layout.REPORT_FORMAT, "language": "en", "report": to_json(contents)})


def embedded(parts: Parts) -> tuple[Embedded, ...]:
    """The files inside the report."""
    return (
        Embedded(layout.MANIFEST, parts.manifest, "Manifest of the pack"),
        Embedded(layout.REPORT_JSON, report_json(parts.contents), "What this report prints, as data"),
        *(
            Embedded(
                worksheet_path(place).rpartition("/")[2], fact.document, f"Worksheet {place} as recorded", "Source"
            )
            for place, fact in enumerate(parts.facts.snapshots, 1)
        ),
    )


def bundle(parts: Parts, report: bytes, documents: DocumentStore, seal: Sealing) -> tuple[Files, dict[str, bytes]]:
    """All files of the pack, and the signed parts among them.

    Args:
        parts: what was made.
        report: the unsigned report; not looked at where `seal` finds a signed one.
        documents: where the exhibits lie.
        seal: signs a part, or gives the one that was signed before.

    Raises:
        PackError: an exhibit's bytes are not those that its receipt names.
    """
    signed = {layout.REPORT: seal(layout.REPORT, report)}
    made = {**_made(parts), **signed}
    exhibits, opened = _exhibits(parts, documents)
    files = Memory(made, opened)
    digests = {name: exhibits.get(name) or digest(files, name) for name in files.names()}
    sums = layout.sums_text((name, digests[name]) for name in layout.summed(digests))
    asic = layout.asic_manifest({name: digests[name] for name in layout.in_asic(digests)})
    made[layout.SUMS], made[layout.ASIC_MANIFEST] = sums, asic
    for name, content in ((layout.SUMS_SIGNATURE, sums), (layout.ASIC_SIGNATURE, asic)):
        made[name] = signed[name] = seal(name, content)
    apart = Memory({name: made[name] for name in layout.SIGNED_APART})
    made[layout.SIGNATURES] = layout.sums_text((name, digest(apart, name)) for name in layout.SIGNED_APART)
    return Memory(made, opened), signed


def _made(parts: Parts) -> dict[str, bytes]:
    made = {
        MIMETYPE: ASIC_E,
        layout.MANIFEST: parts.manifest,
        layout.DISCLOSURES: parts.disclosures,
        layout.REPORT_JSON: report_json(parts.contents),
        layout.CHECKPOINT: parts.checkpoint,
        layout.POLICY: "".join(f"log {verifier.vkey}\n" for verifier in parts.verifiers).encode() + b"quorum none\n",
        layout.CERTIFICATE: parts.organisation.certificate.public_bytes(Encoding.PEM),
        layout.VERIFY: (folder("templates") / "verify" / layout.VERIFY).read_bytes(),
        layout.README: (folder("templates") / "verify" / layout.README).read_bytes(),
    }
    for seq, entry in parts.facts.entries.items():
        if entry.envelope_bytes is None:
            raise PackError(f"The statement of entry {seq} is gone; a pack cannot show what was disposed of.")
        made[layout.entry_path(seq, "leaf")] = entry.leaf_bytes
        made[layout.entry_path(seq, "dsse")] = entry.envelope_bytes
        made[layout.entry_path(seq, "tlog-proof")] = parts.proofs[seq]
    for place, fact in enumerate(parts.facts.snapshots, 1):
        title = f"{parts.contents.pack.number}, worksheet {place}"
        made[worksheet_path(place)] = fact.document
        made[f"worksheets/worksheet-{place}.xlsx"] = workbook(fact.worksheet, title)
        made[f"worksheets/worksheet-{place}-materials.csv"] = materials_csv(fact.worksheet)
        made[f"worksheets/worksheet-{place}-figures.csv"] = figures_csv(fact.worksheet)
    return made


def _exhibits(
    parts: Parts, documents: DocumentStore
) -> tuple[dict[str, str], dict[str, tuple[Callable[[], BinaryIO], int]]]:
    """The exhibits' digests, each compared with its bytes, and how to open them."""
    digests: dict[str, str] = {}
    opened: dict[str, tuple[Callable[[], BinaryIO], int]] = {}
    for exhibit in parts.facts.exhibits:
        if not exhibit.withheld:
            name, sha256 = path_of(exhibit, parts.numbers[exhibit.receipt.seq]), exhibit.receipt.value.document
            size = documents.verify(sha256)
            digests[name] = sha256
            opened[name] = (partial(documents.open, sha256), size)
    return digests, opened


def same(left: Files, right: Files) -> bool:
    """Whether two sets of files are equal, name by name and byte by byte."""
    return left.names() == right.names() and all(
        left.size(name) == right.size(name) and digest(left, name) == digest(right, name) for name in left.names()
    )
