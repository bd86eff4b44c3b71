"""The ledger entries in a pack: leaf, statement, signature, place in the tree, and what opens their commitments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from evidence.core import canonical
from evidence.core.disclosure import SEALED, Disclosure, line_disclosures, table_root
from evidence.core.encoding import from_base64
from evidence.core.statements.base import Opened, open_body
from evidence.core.statements.own import Key, KeyPurpose
from evidence.core.statements.snapshot import LINE_PREFIX, Snapshot, worksheet_lines
from evidence.errors import EvidenceError, MalformedValue, PackError, ProofError, UsageError
from evidence.ledger import ed25519
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.endings import Ending, ending_of, read_endings
from evidence.ledger.envelope import Envelope
from evidence.ledger.leaf import Leaf
from evidence.ledger.note import Verifier
from evidence.ledger.proof import Proof, check_inclusion
from evidence.ledger.trust import TrustedKey, read_keys, read_verifiers, require_in_use
from evidence.pack.checking.check_opening import left_out
from evidence.pack.checking.verdict import MALFORMED, PackReport
from evidence.pack.form import layout
from evidence.pack.form.carried import is_carried
from evidence.pack.form.container import Files, read
from evidence.pack.form.tables import verified_lines


@dataclass(frozen=True, slots=True)
class LedgerTrust:
    """The ledger's keys and people's keys from outside the pack; `given` where the ledger's are among them."""

    given: bool
    verifiers: tuple[Verifier, ...] = ()
    keys: Mapping[str, TrustedKey] = field(default_factory=dict)
    endings: tuple[Ending, ...] = ()

    def ending(self, head: Checkpoint | None, index: int | None = None) -> Ending | None:
        """The end of the log that a head, or its entry at `index`, was lost with; None where it was not lost."""
        found = None if head is None else ending_of(self.endings, head.origin, head.size)
        return None if found is None or (index is not None and index < found.lost_from) else found

    @classmethod
    def read(cls, trust: Path | None) -> "LedgerTrust":
        """The keys in a trust folder, as far as it has them.

        Raises:
            UsageError: what it has cannot be read.
        """
        if trust is None:
            return cls(False)
        try:
            keys = {one.key: one for one in read_keys(trust)} if (trust / "keys.json").exists() else {}
            verifiers = read_verifiers(trust) if (trust / "log.vkey").exists() else ()
            return cls(bool(verifiers), verifiers, keys, read_endings(trust))
        except EvidenceError as error:
            raise UsageError(f"{trust} is not a trust folder that can be read ({error}).") from error


@dataclass(slots=True)
class CheckedEntry:
    """An entry whose parts fit together: its fields as far as this edition opens them."""

    index: int
    leaf: Leaf
    envelope: Envelope
    opened: Opened
    committed: Mapping[str, str]


def check_checkpoint(report: PackReport, files: Files, trust: LedgerTrust) -> Checkpoint | None:
    """The ledger's head: signed by a key of the ledger itself."""
    name, head = layout.CHECKPOINT, None
    with report.judging(name):
        note = read(files, name)
        verifiers = trust.verifiers if trust.given else _named(files)
        head = open_checkpoint(note, verifiers)
        ending = trust.ending(head)
        keys = [one if ending is None else ending.judged(one) for one in trust.keys.values()]
        require_in_use(note, verifiers, keys)
        if trust.given:
            lost = "" if ending is None else f"; entries from {ending.lost_from} on were lost to {ending.successor}"
            what = f"{head.origin}, {head.size} entries, signed by the ledger's key in the trust folder{lost}"
            report.passed(name, what)
        else:
            report.undetermined(
                name, "Intact under the key that the pack itself names. Whose it is needs --trust DIR with log.vkey."
            )
    return head


def _named(files: Files) -> list[Verifier]:
    """The ledger's keys that the pack itself names; they count for nothing without a word from outside."""
    lines = read(files, layout.POLICY).decode("utf-8", "replace").split("\n")
    return [Verifier.parse(line.removeprefix("log ")) for line in lines if line.startswith("log ")]


def check_entries(
    report: PackReport, files: Files, manifest: Mapping[str, Any], opening: Mapping[str, Any], head: Checkpoint | None,
    trust: LedgerTrust,
) -> dict[int, CheckedEntry]:  # fmt: skip
    """Every entry that the manifest names."""
    found: dict[int, CheckedEntry] = {}
    bad: dict[int, str] = {}
    for listed in _list(manifest, "entries"):
        index = int(listed["index"])
        try:
            found[index] = _entry(files, listed, opening, head)
        except MALFORMED as error:
            bad[index] = str(error) or type(error).__name__
    keys = _keys(found)
    for index in sorted(found.keys() | bad.keys()):
        name = f"entry {index}"
        if index in bad:
            report.failed(name, bad[index])
        else:
            _signature(report, name, found[index], keys, head, trust)
    return found


def _entry(
    files: Files, listed: Mapping[str, Any], opening: Mapping[str, Any], head: Checkpoint | None
) -> CheckedEntry:
    index = int(listed["index"])
    leaf_bytes = read(files, layout.entry_path(index, "leaf"))
    leaf = Leaf.parse(leaf_bytes)
    dsse = read(files, layout.entry_path(index, "dsse"))
    envelope = Envelope.parse(dsse)
    if envelope.to_json() != dsse:
        raise ProofError("The statement's envelope is not in its one spelling.")
    if not leaf.commits_to(envelope):
        raise ProofError("The leaf is not that of this statement: the two were altered or exchanged.")
    if (leaf.kind, leaf.payload_sha256) != (listed["kind"], listed["statement"]):
        raise ProofError("The manifest names another statement at this index.")
    proof = Proof.parse(read(files, layout.entry_path(index, "tlog-proof")))
    if proof.index != index:
        raise ProofError(f"The proof is of entry {proof.index}.")
    if proof.checkpoint != read(files, layout.CHECKPOINT):
        raise ProofError("The proof rests on another checkpoint than the pack's.")
    if head is not None:
        check_inclusion(proof, leaf_bytes, head)
    given = [Disclosure.from_json(one) for one in _list(opening.get("statements", {}), str(index))]
    opened = open_body(envelope.payload, given)
    if withheld := left_out(leaf.kind, opened, opening):
        raise ProofError(f"The authority's edition opens all that is not secret; here {min(withheld)} is left out.")
    body: Any = canonical.loads(envelope.payload)
    return CheckedEntry(index, leaf, envelope, opened, body["predicate"]["committed"])


def _keys(entries: Mapping[int, CheckedEntry]) -> dict[str, tuple[int, bytes]]:
    """People's keys as the pack's own key entries state them."""
    found: dict[str, tuple[int, bytes]] = {}
    for index, entry in entries.items():
        fields = entry.opened.fields
        if entry.opened.predicate_type == Key.predicate_type() and fields.get("purpose") == KeyPurpose.PERSON.value:
            found.setdefault(str(fields.get("key")), (index, from_base64(str(fields.get("public_key")))))
    return found


def _signature(
    report: PackReport, name: str, entry: CheckedEntry, keys: Mapping[str, tuple[int, bytes]], head: Checkpoint | None,
    trust: LedgerTrust,
) -> None:  # fmt: skip
    actor, kind = entry.leaf.actor, entry.leaf.kind
    withheld = f"; {len(entry.opened.withheld)} fields withheld" if entry.opened.withheld else ""
    listed, ending = trust.keys.get(actor), trust.ending(head, entry.index)
    if listed is not None and ending is not None:
        listed = ending.judged(listed)
    source = listed.public_key if listed is not None else keys[actor][1] if actor in keys else None
    if source is None:
        report.undetermined(
            name, f"{kind}: signed by {actor}, whose key is neither in the pack nor in the trust folder"
        )
        return
    public = load_der_public_key(source)
    if not isinstance(public, Ed25519PublicKey) or not any(
        signature.keyid == actor and ed25519.verify(public.public_bytes_raw(), signature.sig, entry.envelope.pae())
        for signature in entry.envelope.signatures
    ):
        report.failed(name, f"{kind}: the signature of {actor} does not fit the statement.")
    elif listed is not None and not listed.signs_entry(entry.index):
        report.failed(name, f"{kind}: signed by {actor}, which was not in use there ({listed.state_text}).")
    elif head is None:
        report.undetermined(name, f"{kind}: its place in the ledger cannot be judged without the checkpoint")
    elif not trust.given:
        report.undetermined(name, f"{kind}: intact and in its place{withheld}. Whose key signed it needs --trust DIR.")
    elif listed is not None and listed.in_doubt(entry.leaf.recorded_at):
        report.undetermined(name, f"{kind}: signed by {actor}, {listed.state_text}: it may be another's.")
    else:
        lost = "; lost from the ledger since, and kept by this pack" if ending is not None else ""
        report.passed(name, f"{kind}: signed by {actor}, in its place, opened fields fit{withheld}{lost}")


def check_lines(report: PackReport, opening: Mapping[str, Any], entries: Mapping[int, CheckedEntry]) -> dict[str, Any]:
    """Lines shown of loads: each under the root that its statement names. Gives their values by ``#entry:line``.

    A proof of place does not show a tree's size: where the statement's count is not opened, the size stays a claim.
    """
    values: dict[str, Any] = {}
    for index, table in opening.get("lines", {}).items():
        name = f"lines of entry {index}"
        try:
            if str(int(index)) != index:
                raise MalformedValue("index of an entry", index, str(int(index)))
            entry = entries[int(index)]
            prefix, root, counted = _table_of(entry)
            if counted not in (None, table["size"]):
                raise MalformedValue(f"lines of entry {index}", table["size"], f"{counted}, as its statement says")
            shown = verified_lines(prefix, int(table["size"]), root, table)
            values.update({f"#{index}:{line}": value for line, value in shown})
            if counted is None:
                report.undetermined(name, "How many lines there are is not opened; wanted an opening with that count.")
                continue
            report.passed(name, f"{len(shown)} of {table['size']} lines shown, each in its place")
        except MALFORMED as error:
            report.failed(name, str(error) or type(error).__name__)
    return values


def _table_of(entry: CheckedEntry) -> tuple[str, str, object]:
    """What the lines of an entry's table are called, their root, and how many there are where that is opened."""
    fields = entry.opened.fields
    if entry.leaf.kind == Snapshot.kind:
        return LINE_PREFIX, str(fields["worksheet_root"]), fields.get("worksheet_lines")
    return f"{entry.leaf.kind}/", str(fields["view_root"]), fields.get("lines")


def check_exhibits(
    report: PackReport, manifest: Mapping[str, Any], opening: Mapping[str, Any], entries: Mapping[int, CheckedEntry],
    digests: Mapping[str, str], beside: Mapping[str, str],
) -> None:  # fmt: skip
    """Exhibits: the bytes are those whose receipt the ledger holds."""
    seen: set[str] = set()
    for exhibit in _list(manifest, "exhibits"):
        number, path, field = str(exhibit["number"]), exhibit["path"], str(exhibit["field"])
        name = f"exhibit {number}"
        entry = entries.get(int(exhibit["entry"]))
        if number in seen:
            report.failed(name, "The manifest gives this number twice.")
        elif entry is None:
            report.failed(name, f"The receipt, entry {exhibit['entry']}, did not pass.")
        elif entry.committed.get(field) != exhibit["commitment"]:
            report.failed(name, "The manifest names another commitment than the receipt's statement carries.")
        elif _is_owed(exhibit, entry, manifest, opening):
            report.failed(name, "The authority's edition carries what was not given in secret; this is left out.")
        elif not is_carried(exhibit, manifest, opening):
            _withheld(report, name, entry.opened.fields.get(field), beside)
        elif entry.opened.fields.get(field) != digests.get(path):
            report.failed(name, f"{path} is missing or not the document whose receipt is entry {entry.index}.")
        else:
            report.passed(name, f"{path}: unchanged since its receipt, entry {entry.index}")
        seen.add(number)


def _is_owed(
    exhibit: Mapping[str, Any], entry: CheckedEntry, manifest: Mapping[str, Any], opening: Mapping[str, Any]
) -> bool:
    """Whether an edition withholds an exhibit that it has to carry: the authority's, all that is not secret."""
    if opening.get("edition") != layout.AUTHORITY or is_carried(exhibit, manifest, opening):
        return False
    return exhibit["field"] != "document" or entry.opened.fields.get("tier") not in SEALED


def _withheld(report: PackReport, name: str, sha256_opened: object, beside: Mapping[str, str]) -> None:
    """An exhibit that the edition does not carry; an opening may name its digest, and its bytes lie beside the pack."""
    if sha256_opened is None:
        report.passed(name, "withheld; named by its commitment")
    elif str(sha256_opened) in beside:
        report.passed(name, f"not in this edition; {beside[str(sha256_opened)]} beside it is unchanged since receipt")
    else:
        report.passed(name, f"not in this edition; opened as the document of SHA-256 {sha256_opened}")


def check_worksheets(
    report: PackReport, files: Files, manifest: Mapping[str, Any], entries: Mapping[int, CheckedEntry],
    lines: Mapping[str, Any], digests: Mapping[str, str], opening: Mapping[str, Any],
) -> None:  # fmt: skip
    """Worksheets: the recorded bytes, resting on inputs that the pack shows."""
    for listed in _list(manifest, "worksheets"):
        name = f"worksheet {listed['number']}"
        entry = _recorded(report, name, listed, entries, digests)
        if entry is not None:
            with report.judging(name):
                sheet: Any = canonical.loads_canonical(read(files, str(listed["path"])))
                _root(sheet, opening, entry, str(listed["root"]))
                _inputs(report, name, sheet, entries, lines)


def check_averages(
    report: PackReport, files: Files, manifest: Mapping[str, Any], entries: Mapping[int, CheckedEntry],
    lines: Mapping[str, Any], digests: Mapping[str, str],
) -> None:  # fmt: skip
    """Averages that claims rest on: the recorded bytes, resting on determinations whose entries the pack shows."""
    for listed in _list(manifest, "averages"):
        name = f"average {listed['number']}"
        entry = _recorded(report, name, listed, entries, digests)
        if entry is None:
            continue
        with report.judging(name):
            sheet: Any = canonical.loads_canonical(read(files, str(listed["path"])))
            refs = dict.fromkeys(str(ref) for member in sheet["members"] for ref in member["rests_on"])
            missing = [ref for ref in refs if not _is_shown(ref, entries, lines)]
            if missing:
                report.failed(name, f"What it rests on is not shown: {', '.join(missing[:5])}.")
            else:
                report.passed(name, f"as recorded; the {len(refs)} entries and lines that it rests on are in this pack")


def _recorded(
    report: PackReport, name: str, listed: Mapping[str, Any], entries: Mapping[int, CheckedEntry],
    digests: Mapping[str, str],
) -> CheckedEntry | None:  # fmt: skip
    """The entry that records a worksheet or an average, where the file is the one that it records."""
    entry, path = entries.get(int(listed["entry"])), str(listed["path"])
    if entry is None or entry.committed.get("worksheet") != listed["commitment"]:
        report.failed(name, f"Its record, entry {listed['entry']}, did not pass or carries another commitment.")
    elif entry.opened.fields.get("worksheet") != digests.get(path):
        report.failed(name, f"{path} is missing or not the document that entry {entry.index} records.")
    else:
        return entry
    return None


def _is_shown(ref: str, entries: Mapping[int, CheckedEntry], lines: Mapping[str, Any]) -> bool:
    """Whether the pack has the entry, or the line of it, that ``#12`` or ``#12:345`` names."""
    index, _, line = ref.removeprefix("#").partition(":")
    return ref in lines if line else int(index) in entries


def _root(sheet: Any, opening: Mapping[str, Any], entry: CheckedEntry, root: str) -> None:
    """The worksheet line by line under the root that the snapshot's statement names, where the seed is opened."""
    seed = opening.get("seeds", {}).get(str(entry.index))
    if seed is None:
        return
    rows = worksheet_lines(sheet)
    found = table_root(line_disclosures(from_base64(str(seed)), LINE_PREFIX, rows))
    if not found == root == entry.opened.fields.get("worksheet_root") or len(rows) != entry.opened.fields.get(
        "worksheet_lines"
    ):
        raise ProofError("Its lines do not give the root that the snapshot's statement names.")


def _inputs(
    report: PackReport, name: str, sheet: Any, entries: Mapping[int, CheckedEntry], lines: Mapping[str, Any]
) -> None:
    missing, altered = [], []
    for one in sheet["inputs"]:
        ref = str(one["ref"])
        index, _, line = ref.removeprefix("#").partition(":")
        if line:
            if ref not in lines:
                missing.append(ref)
            elif sha256(canonical.dumps(lines[ref])).hexdigest() != one["sha256"]:
                altered.append(ref)
        elif int(index) not in entries:
            missing.append(ref)
    if missing or altered:
        named = [
            f"{word}: {', '.join(refs[:5])}" for word, refs in (("not shown", missing), ("differing", altered)) if refs
        ]
        report.failed(name, f"Inputs {'; '.join(named)}.")
    else:
        report.passed(name, f"as recorded; its {len(sheet['inputs'])} inputs are shown in this pack")


def _list(table: Mapping[str, Any], key: str) -> list[Any]:
    found = table.get(key, [])
    if not isinstance(found, list):
        raise PackError(f"{key}: found {type(found).__name__}, wanted a list.")
    return found
