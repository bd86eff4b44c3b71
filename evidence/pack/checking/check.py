"""Checking a pack on a machine with nothing but this program: every file, signature, proof and commitment again.

Nothing is believed that can be re-derived. The lists of digests are made anew and compared whole, so that one flipped
bit in a list is found too; each entry is put back into the tree; each opened field is hashed against the commitment
that was signed. Trust comes from outside: without a trust folder the pack can show that it is unchanged since somebody
signed it, and not who, which is undetermined and never passed.

This module stands on `core`, the pure parts of `ledger` and the layout alone: no database, register or settings.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from evidence.core import canonical
from evidence.errors import PackError
from evidence.pack.checking.check_beside import check_beside, check_documents, read_beside
from evidence.pack.checking.check_entries import (
    LedgerTrust,
    check_averages,
    check_checkpoint,
    check_entries,
    check_exhibits,
    check_lines,
    check_worksheets,
)
from evidence.pack.checking.check_opening import check_opening
from evidence.pack.checking.check_sealed import check_sealed
from evidence.pack.checking.check_signatures import SignerTrust, check_embedded, check_list, check_report
from evidence.pack.checking.check_stamps import StampTrust, check_stamps
from evidence.pack.checking.check_tables import check_tables
from evidence.pack.checking.verdict import MALFORMED, PackReport, Verdict
from evidence.pack.form import layout
from evidence.pack.form.carried import is_carried
from evidence.pack.form.container import ASIC_E, MIMETYPE, Archive, Files, Folder, check_names, digest, read
from evidence.pack.form.openings import WithEntries

MAX_JSON = 256 * 1024 * 1024
_SUM = re.compile("([0-9a-f]{64})  ([ -~]{1,200})")


def check_pack(
    path: Path,
    now: datetime,
    trust: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
    beside: Sequence[Path] = (),
) -> PackReport:
    """Check the pack at `path`, a folder or a ZIP.

    Args:
        path: the pack.
        now: when it is asked; certificates must be valid then.
        trust: the trust folder of the home that issued it, obtained by another way than the pack.
        tell: told what is being looked at.
        beside: files that were handed over beside the pack: openings, and documents that they or the pack name.

    Raises:
        PackError: there is nothing at `path` that could be a pack, the trust folder is none, or a file beside the pack
            cannot be read.
    """
    signer, ledger, given = SignerTrust.read(trust, now), LedgerTrust.read(trust), read_beside(beside)
    report = PackReport()
    files = _open(report, path)
    tell("files")
    digests = _digests(report, files)
    _lists(report, files, digests)
    tell("signatures")
    head = check_checkpoint(report, files, ledger) if layout.CHECKPOINT in digests else None
    _signatures(report, files, digests, signer.at(head))
    check_stamps(report, files, digests, StampTrust.read(trust))
    tell("entries")
    manifest, opening = (_json(report, files, digests, name) for name in (layout.MANIFEST, layout.DISCLOSURES))
    if manifest is not None and opening is not None:
        try:
            _manifest(report, files, digests, manifest, opening, head)
            more = check_beside(report, files, manifest, opening, given)
            own, manifest = opening, check_tables(report, manifest, more.opening)
            check_opening(report, manifest, own)
            entries = check_entries(report, WithEntries(files, more.entries), manifest, more.opening, head, ledger)
            check_documents(report, more.documents, entries)
            _unnamed(report, manifest, own, digests)
            lines = check_lines(report, more.opening, entries)
            check_exhibits(report, manifest, own, entries, digests, more.documents)
            check_worksheets(report, files, manifest, entries, lines, digests, more.opening)
            check_averages(report, files, manifest, entries, lines, digests)
            check_sealed(report, files, own, digests)
        except MALFORMED as error:
            report.failed(
                layout.MANIFEST, f"Not of the form that docs/formats.md has ({type(error).__name__}: {error})."
            )
    return report


def _open(report: PackReport, path: Path) -> Files:
    if path.is_dir():
        folder = Folder(path)
        for name in folder.empty():
            report.failed(f"file {name}/", "Added: an empty folder, which no list of the pack names.")
        return folder
    if not path.is_file():
        raise PackError(f"There is no pack at {path}; wanted the folder or the ZIP of one.")
    archive = Archive(path)
    with report.judging("the ZIP itself"):
        if archive.is_canonical():
            report.passed("the ZIP itself", "its bytes follow from the files in it")
        else:
            report.failed(
                "the ZIP itself",
                "Its own bytes (order, dates, headers, or something added) are not those that its files give: it was "
                "altered or made anew. The files inside are judged one by one.",
            )
    return archive


def _digests(report: PackReport, files: Files) -> dict[str, str]:
    """The digest of every file there is, under names that any system reads alike."""
    found: dict[str, str] = {}
    for name in files.names():
        with report.judging(f"file {name}"):
            check_names([name])
            found[name] = digest(files, name)
    return found


def _lists(report: PackReport, files: Files, digests: dict[str, str]) -> None:
    """Both lists against the files: altered, exchanged, missing, added; then the lists against their own form."""
    listed: dict[str, str] = {}
    for name in (layout.SUMS, layout.SIGNATURES):
        if name not in digests:
            report.failed(f"file {name}", "Missing.")
            continue
        with report.judging(f"file {name}"):
            listed.update(_parse_sums(report, name, read(files, name)))
    by_digest: dict[str, str] = {sha256: name for name, sha256 in listed.items()}
    for name in sorted(listed.keys() | digests.keys() - {layout.SIGNATURES}):
        item = f"file {name}"
        if name not in digests:
            if not any(one.name == item for one in report.items):
                report.failed(item, "Missing.")
        elif name not in listed:
            report.failed(item, "Added: no list of the pack names it.")
        elif digests[name] != listed[name]:
            other = by_digest.get(digests[name])
            report.failed(
                item, f"Exchanged: it holds the bytes of {other}." if other else "Altered since it was listed."
            )
        else:
            report.passed(item)
    _made_anew(report, files, digests, listed)


def _made_anew(report: PackReport, files: Files, digests: dict[str, str], listed: dict[str, str]) -> None:
    """The lists as they would be written from what they list: nothing may stand in them beside it."""
    names = [name for name in listed if name not in (*layout.SIGNED_APART, layout.SUMS_STAMP)]
    apart = layout.signed_apart({*listed, *digests})
    wanted = {
        layout.SUMS: layout.sums_text((name, listed[name]) for name in layout.summed(names)),
        layout.SIGNATURES: layout.sums_text((name, digests.get(name, "")) for name in apart),
        layout.ASIC_MANIFEST: layout.asic_manifest({name: listed[name] for name in layout.in_asic(names)}),
        MIMETYPE: ASIC_E,
    }
    for name, content in wanted.items():
        if name in digests:
            if read(files, name) == content:
                report.passed(f"form of {name}", "as it is written from what it covers")
            else:
                report.failed(f"form of {name}", f"{name} is not as it is written from what it covers: altered.")


def _parse_sums(report: PackReport, name: str, content: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in content.decode("utf-8", "replace").split("\n"):
        read_line = _SUM.fullmatch(line)
        if read_line is None or read_line[2] in found:
            if line:
                report.failed(f"file {name}", f"It holds a line that sha256sum did not write: {line[:80]!r}.")
        else:
            found[read_line[2]] = read_line[1]
    return found


def _signatures(report: PackReport, files: Files, digests: dict[str, str], trust: SignerTrust) -> None:
    for covered, signature in ((layout.SUMS, layout.SUMS_SIGNATURE), (layout.ASIC_MANIFEST, layout.ASIC_SIGNATURE)):
        if covered in digests and signature in digests:
            check_list(report, f"signature {signature}", read(files, covered), read(files, signature), trust)
        else:
            report.failed(f"signature {signature}", f"{covered} or its signature is missing.")
    for language in layout.report_languages(digests):
        name = layout.report_path(language)
        pdf = read(files, name)
        check_report(report, f"signature in {name}", pdf, trust)
        beside = [layout.MANIFEST, layout.report_data_path(language)]
        beside += [each for each in digests if each.startswith("worksheets/") and each.endswith(".json")]
        check_embedded(
            report,
            f"files inside {name}",
            pdf,
            {each.rpartition("/")[2]: read(files, each) for each in beside if each in digests},
        )


def _json(report: PackReport, files: Files, digests: dict[str, str], name: str) -> dict[str, Any] | None:
    if name not in digests:
        return None
    with report.judging(name):
        value = canonical.loads_canonical(read(files, name), limit=MAX_JSON)
        if isinstance(value, dict):
            return value
        report.failed(name, "Wanted a JSON object.")
    return None


def _manifest(
    report: PackReport,
    files: Files,
    digests: dict[str, str],
    manifest: dict[str, Any],
    opening: dict[str, Any],
    head: Any,
) -> None:
    """The documents for machines speak of one pack at one place of one ledger."""
    found = (manifest.get("format"), opening.get("format"))
    if found not in (layout.FORMATS, layout.EARLIER_FORMATS):
        report.failed(layout.MANIFEST, f"The formats are {found[0]!r} and {found[1]!r}; wanted {layout.FORMATS!r}.")
    at = manifest["ledger"]
    if head is not None and (at["origin"], at["size"], at["root"]) != (head.origin, head.size, head.root.hex()):
        report.failed(layout.MANIFEST, "It names another ledger position than the checkpoint in the pack.")
        return
    stated = (manifest["pack"], at["size"], at["root"], opening.get("edition", layout.AUTHORITY))
    agree = opening.get("pack") == manifest["pack"]
    for name in map(layout.report_data_path, layout.report_languages(digests)):
        with report.judging(name):
            printed = canonical.loads(read(files, name), limit=MAX_JSON) if name in digests else None
            pack = printed["report"]["pack"] if isinstance(printed, dict) else {}
            agree &= tuple(pack.get(each) for each in ("number", "as_of", "root", "edition")) == stated
    if agree:
        report.passed(layout.MANIFEST, f"pack {manifest['pack']}, {stated[3]}'s edition, at {at['size']} entries")
    else:
        report.failed(
            layout.MANIFEST, "Manifest, disclosures and report speak of different packs, positions or editions."
        )


def _unnamed(report: PackReport, manifest: dict[str, Any], opening: dict[str, Any], digests: dict[str, str]) -> None:
    """Files in the folders of entries and exhibits that the manifest does not speak of, or the edition withholds."""
    named = {layout.entry_path(int(one["index"]), suffix) for one in manifest["entries"] for suffix in _SUFFIXES}
    named |= {str(one["path"]) for one in manifest["exhibits"] if is_carried(one, manifest, opening)}
    named |= {str(one["path"]) for one in opening.get("sealed", ())}
    for name in digests:
        if name.startswith(("entries/", "exhibits/", "sealed/")) and name not in named:
            report.failed(f"file {name}", "Added: the manifest does not name it.")


_SUFFIXES = ("leaf", "dsse", "tlog-proof")

__all__ = ["PackReport", "Verdict", "check_pack"]
