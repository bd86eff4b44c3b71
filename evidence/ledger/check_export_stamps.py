"""The part of the check of an export that is about its time stamps: the files under ``stamps/``.

The list of digests beside them is signed by nobody: it shows a slip in what no signature covers, such as the parts of a
response that OpenSSL ignores. What a stamp proves, its signature shows.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from evidence.errors import EvidenceError, ProofError
from evidence.ledger.check_stamps import AUTHORITIES
from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.export_files import read_bounded
from evidence.ledger.findings import CheckReport
from evidence.ledger.note import MAX_BYTES
from evidence.ledger.stamp_files import FOLDER, SUMS
from evidence.ledger.stamp_trust import read_trusted
from evidence.ledger.time_stamps import read, require_about, verify

_FAULT: Final = "stamp"
_HEAD: Final = "checkpoint."
_LINE: Final = re.compile(r"([0-9a-f]{64})  ([^/\n]+)")
_RESPONSE: Final = re.compile(r"(?P<size>[0-9]+)\.(?P<name>.+?)(?:\.(?P<renewed>[0-9a-f]{16}))?\.tsr")


def check_stamp_files(
    folder: Path, report: CheckReport, trust: Path | None, opened: Callable[[bytes], Checkpoint]
) -> list[Checkpoint]:
    """Verify the time stamps of an export.

    Args:
        folder: the export.
        report: takes faults of the kind ``stamp`` and remarks.
        trust: the trust folder with the authorities' certificates.
        opened: gives the checkpoint in a signed note, or raises ProofError.

    Returns the checkpoints that are stamped, to be compared with the tree.
    """
    place = folder / FOLDER
    if not place.is_dir():
        return []
    contents = _listed(place, report)
    heads: list[Checkpoint] = []
    for name in sorted(contents):
        if not name.startswith(_HEAD):
            continue
        try:
            signed = opened(contents[name])
            if f"{_HEAD}{signed.size}" != name:
                raise ProofError(f"it is for {signed.size} entries")
            heads.append(signed)
        except ProofError as error:
            report.fault(None, _FAULT, f"{FOLDER}/{name}: {error}")
    unjudged: set[str] = set()
    for name in sorted(contents):
        if name.endswith(".tsr"):
            report.counts["time stamps"] += 1
            try:
                _verify(name, contents, trust, unjudged)
            except EvidenceError as error:
                report.fault(None, _FAULT, f"{FOLDER}/{name}: {error}")
    for authority in sorted(unjudged):
        report.remarks.append(f"time stamps by {authority} are undetermined: no certificates are trusted for it")
    return heads


def _listed(place: Path, report: CheckReport) -> Mapping[str, bytes]:
    """The files by name, each held against the list of their digests."""
    contents: dict[str, bytes] = {}
    wanted: Sequence[tuple[str, str]] = ()
    for path in sorted(place.iterdir()):
        try:
            contents[path.name] = read_bounded(path, MAX_BYTES) or b""
        except ProofError as error:
            report.fault(None, _FAULT, f"{FOLDER}/{path.name}: {error}")
    lines = contents.pop(SUMS, b"").decode("utf-8", "replace").split("\n")
    found = [_LINE.fullmatch(line) for line in lines[:-1]]
    if not found or lines[-1] or None in found:
        report.fault(None, _FAULT, f"{FOLDER}/{SUMS} is not a list of digests, a line each")
    wanted = [(match[2], match[1]) for match in found if match is not None]
    for name, digest in wanted:
        if name not in contents:
            report.fault(None, _FAULT, f"{FOLDER}/{name} is gone")
        elif hashlib.sha256(contents[name]).hexdigest() != digest:
            report.fault(None, _FAULT, f"{FOLDER}/{name} has another digest than {SUMS} says")
    for name in sorted(contents.keys() - {name for name, _ in wanted}):
        report.fault(None, _FAULT, f"{FOLDER}/{name} is not listed in {SUMS}")
    return contents


def _verify(name: str, contents: Mapping[str, bytes], trust: Path | None, unjudged: set[str]) -> None:
    """One response against what it is over: the checkpoint of its size, or the response that it renews."""
    match = _RESPONSE.fullmatch(name)
    if match is None:
        raise ProofError("its name does not say what it stamps")
    renewed = match["renewed"]
    earlier = [
        content
        for other, content in contents.items()
        if renewed and other.endswith(".tsr") and hashlib.sha256(content).hexdigest().startswith(renewed)
    ]
    data = earlier[0] if earlier else None if renewed else contents.get(f"{_HEAD}{match['size']}")
    if data is None:
        raise ProofError("what it stamps is not there")
    stamp = read(contents[name])
    certificates = None if trust is None else trust / AUTHORITIES / f"{match['name']}.pem"
    pem = None if certificates is None else read_bounded(certificates, MAX_BYTES)
    if pem is None:
        unjudged.add(match["name"])
        require_about(stamp, data)
    else:
        verify(stamp, data, read_trusted(pem))
