"""The files of a pack: what is made from facts, what is copied as received, and the signatures laid over both."""

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Protocol

from cryptography.hazmat.primitives.serialization import Encoding

from evidence.core import canonical
from evidence.core.statements.own import PackBuilt
from evidence.errors import PackError
from evidence.ledger.certificates import pem_of
from evidence.ledger.organisation import OrganisationSigner
from evidence.ledger.read import Ledger, ReadEntry
from evidence.pack.bundling.previews import Previewer, preview_files
from evidence.pack.bundling.sheet_files import sheet_files
from evidence.pack.bundling.verifiers import verifiers
from evidence.pack.contents.contents import Contents, to_json
from evidence.pack.form import layout
from evidence.pack.form.carried import carried
from evidence.pack.form.container import ASIC_E, MIMETYPE, Crc32, Files, Kept, Memory, digest
from evidence.pack.form.layout import average_path, worksheet_path
from evidence.pack.gathered.exhibits import ExhibitFact
from evidence.pack.gathered.facts import Facts
from evidence.pack.typesetting.assemble import copy_path_of, path_of
from evidence.pack.typesetting.restricted import RestrictedContents
from evidence.pack.typesetting.typeset import Embedded
from evidence.store.documents import DocumentStore

_MOST_AT_ONCE: Final = 4
"""Documents read side by side; each takes a megabyte."""


class Sealing(Protocol):
    """Signs a part by its name."""

    def __call__(self, name: str, content: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What a pack is made of before anything is signed."""

    facts: Facts
    """What the edition opens of them."""
    numbers: Mapping[int, int]
    contents: Mapping[str, Contents | RestrictedContents]
    """The pages in each language, the leading one first."""
    manifest: bytes
    disclosures: bytes
    checkpoint: bytes
    """The signed note, with the cosignatures that are held for it; `proofs` hold the same."""
    proofs: Mapping[int, bytes]
    policy: bytes
    organisation: OrganisationSigner
    stamps: Mapping[str, bytes] = field(default_factory=dict)
    """Time stamps on record over the checkpoint, by their path."""
    sealed: Mapping[str, bytes] = field(default_factory=dict)
    """Envelopes, by their path."""
    copies: tuple[ExhibitFact, ...] = ()
    """Exhibits of which the redacted copy is carried."""

    @property
    def number(self) -> str:
        """The pack's number, the same in every language."""
        return next(iter(self.contents.values())).pack.number


def report_json(language: str, contents: Contents | RestrictedContents) -> bytes:
    """What the report prints, for machines."""
    return canonical.dumps({"format": layout.REPORT_FORMAT, "language": language, "report": to_json(contents)})


def embedded(parts: Parts, language: str) -> tuple[Embedded, ...]:
    """The files inside the report in that language."""
    return (
        Embedded(layout.MANIFEST, parts.manifest, "Manifest of the pack"),
        Embedded(
            layout.report_data_path(language),
            report_json(language, parts.contents[language]),
            "What this report prints, as data",
        ),
        *(
            Embedded(
                worksheet_path(place).rpartition("/")[2], fact.document, f"Worksheet {place} as recorded", "Source"
            )
            for place, fact in enumerate(parts.facts.snapshots, 1)
        ),
        *(
            Embedded(average_path(place).rpartition("/")[2], fact.document, f"Average {place} as recorded", "Source")
            for place, fact in enumerate(parts.facts.averages, 1)
        ),
    )


def bundle(
    parts: Parts,
    reports: Mapping[str, bytes],
    documents: DocumentStore,
    seal: Sealing,
    stamp: Callable[[bytes], bytes] | None = None,
    draw: Previewer | None = None,
) -> tuple[Memory, dict[str, bytes]]:
    """All files of the pack; and those to be kept, which neither the ledger nor the exhibits can give again.

    Args:
        parts: what was made.
        reports: the unsigned report of each language.
        documents: where the exhibits lie.
        seal: signs a part.
        stamp: an authority's response over bytes (RFC 3161); None: the pack goes without.
        draw: draws the first pages of an exhibit; None: the pack goes without previews.

    Raises:
        DocumentDamaged: an exhibit's bytes are not those that its receipt names.
        PackError: a statement was disposed of.
    """
    made = made_files(parts)
    for language, report in reports.items():
        name = layout.report_path(language)
        made[name] = seal(name, report)
    if stamp is not None:
        made[layout.CHECKPOINT_STAMP] = stamp(parts.checkpoint)
    entries = _entries(parts.facts.entries.values(), parts.proofs)
    exhibits = {
        path_of(exhibit, parts.numbers[exhibit.receipt.seq]): exhibit.receipt.value.document
        for exhibit in parts.facts.exhibits
        if not exhibit.withheld
    }
    if draw is not None:
        made |= preview_files(exhibits, draw)
    exhibits |= {
        copy_path_of(exhibit, parts.numbers[exhibit.receipt.seq]): exhibit.redacted.value.derived
        for exhibit in parts.copies
        if exhibit.redacted is not None
    }
    kept = _kept(exhibits, documents)
    files = Memory({**made, **entries}, kept)
    digests = {name: exhibits.get(name) or digest(files, name) for name in files.names()}
    sums = layout.sums_text((name, digests[name]) for name in layout.summed(digests))
    asic = layout.asic_manifest({name: digests[name] for name in layout.in_asic(digests)})
    made[layout.SUMS], made[layout.ASIC_MANIFEST] = sums, asic
    made[layout.SUMS_SIGNATURE] = seal(layout.SUMS_SIGNATURE, sums)
    made[layout.ASIC_SIGNATURE] = seal(layout.ASIC_SIGNATURE, asic)
    if stamp is not None:
        made[layout.SUMS_STAMP] = stamp(sums)
    apart = Memory({name: made[name] for name in layout.signed_apart(made)})
    made[layout.SIGNATURES] = layout.sums_text((name, digest(apart, name)) for name in layout.signed_apart(made))
    return Memory({**made, **entries}, kept), made


def as_issued(was: PackBuilt, ledger: Ledger, documents: DocumentStore) -> tuple[Memory, dict[str, bytes]]:
    """The files of a recorded pack as they were issued: what was kept, with entries, proofs and exhibits put back.

    Raises:
        DocumentMissing: a document of it was disposed of, or is lost.
        PackError: a statement was disposed of.
    """
    kept = {name: documents.read(sha256) for name, sha256 in was.stored}
    manifest, opening = (
        canonical.loads(kept[name], limit=len(kept[name])) for name in (layout.MANIFEST, layout.DISCLOSURES)
    )
    named = carried(manifest, opening)
    entries = {seq: ledger.entry(seq) for seq in named.entries}
    exhibits = {path: str(getattr(entries[seq].statement, name)) for path, (seq, name) in named.exhibits.items()}
    proofs = ledger.tlog_proofs(list(entries), was.as_of, kept[layout.CHECKPOINT])
    return Memory({**kept, **_entries(entries.values(), proofs)}, _kept(exhibits, documents)), kept


def _entries(entries: Iterable[ReadEntry], proofs: Mapping[int, bytes]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for entry in entries:
        if entry.envelope is None:
            raise PackError(f"The statement of entry {entry.seq} is gone; a pack cannot show what was disposed of.")
        files[layout.entry_path(entry.seq, "leaf")] = entry.leaf_bytes
        files[layout.entry_path(entry.seq, "dsse")] = entry.envelope.to_json()
        files[layout.entry_path(entry.seq, "tlog-proof")] = proofs[entry.seq]
    return files


def made_files(parts: Parts) -> dict[str, bytes]:
    """The files that are made from facts, but for the reports themselves; equal parts give equal bytes."""
    made = {
        MIMETYPE: ASIC_E,
        layout.MANIFEST: parts.manifest,
        layout.DISCLOSURES: parts.disclosures,
        **{layout.report_data_path(each): report_json(each, pages) for each, pages in parts.contents.items()},
        layout.CHECKPOINT: parts.checkpoint,
        layout.POLICY: parts.policy,
        layout.CERTIFICATE: parts.organisation.certificate.public_bytes(Encoding.PEM),
        layout.CHAIN: pem_of(parts.organisation.chain),
        **verifiers(),
        **parts.stamps,
        **parts.sealed,
    }
    return made | sheet_files(parts.facts, parts.number, next(iter(parts.contents)))


def _kept(exhibits: Mapping[str, str], documents: DocumentStore) -> dict[str, Kept]:
    """Where each exhibit lies, once its bytes have been compared with its digest; its CRC-32 falls off on the way.

    Several are compared side by side, since hashing leaves the interpreter free.
    """

    def kept(sha256: str) -> Kept:
        summed = Crc32()
        size = documents.measure(sha256, summed.update)
        return Kept(partial(documents.open, sha256), size, summed.value)

    with ThreadPoolExecutor(min(_MOST_AT_ONCE, len(os.sched_getaffinity(0)))) as beside:
        return dict(zip(exhibits, beside.map(kept, exhibits.values()), strict=True))


def same(left: Files, right: Files) -> bool:
    """Whether two sets of files are equal, name by name and byte by byte."""
    return left.names() == right.names() and all(
        left.size(name) == right.size(name) and digest(left, name) == digest(right, name) for name in left.names()
    )
