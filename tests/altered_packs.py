"""Ways of altering a pack, each by a name that says what was done: what every checker of packs is held against.

Folder alterations change a copy of the pack's folder in place; archive alterations rewrite a copy of its ZIP. "Listed
anew" is what a forger can do who has no key: lists that fit the altered files, under signatures that do not fit them.
"Signed anew" is what the holder of a key can do: an insider the organisation's own, an outsider one of his own making.
"""

import shutil
import struct
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evidence.core import canonical
from evidence.ledger.organisation import OrganisationSigner
from evidence.pack.bundling.sign import PackSigner
from evidence.pack.form import layout
from evidence.pack.form.container import Folder, digest

SIGNED = datetime(2023, 4, 3, 9, tzinfo=UTC)
INVOICE, LADING = "exhibits/E001-commercial-invoice.pdf", "exhibits/E002-bill-of-lading.pdf"
REPORT, REPORT_DATA, SHEET = "report-en.pdf", "report-en.json", "worksheets/worksheet-1.json"


@dataclass(frozen=True)
class Means:
    """What a forger has at hand besides the pack."""

    insider: OrganisationSigner
    outsider: OrganisationSigner
    earlier: bytes
    """An earlier checkpoint of the same ledger, properly signed."""
    other: Path
    """The folder of another company's pack."""


Alteration = Callable[[Path, Means], None]
FOLDER: dict[str, Alteration] = {}
ARCHIVE: dict[str, Callable[[Path], object]] = {}


def listed_anew(pack: Path) -> None:
    """Write the lists over what now lies there."""
    files = Folder(pack)
    digests = {name: digest(files, name) for name in files.names()}
    (pack / layout.SUMS).write_bytes(layout.sums_text((name, digests[name]) for name in layout.summed(digests)))
    asic = layout.asic_manifest({name: digests[name] for name in layout.in_asic(digests)})
    (pack / layout.ASIC_MANIFEST).write_bytes(asic)
    _signatures_listed(pack)


def _signatures_listed(pack: Path) -> None:
    files = Folder(pack)
    apart = [(name, digest(files, name)) for name in layout.signed_apart(files.names()) if (pack / name).exists()]
    (pack / layout.SIGNATURES).write_bytes(layout.sums_text(apart))


def lists_signed(pack: Path, by: OrganisationSigner) -> None:
    """Sign the lists as they lie there."""
    signer = PackSigner(by)
    for covered, signature in ((layout.SUMS, layout.SUMS_SIGNATURE), (layout.ASIC_MANIFEST, layout.ASIC_SIGNATURE)):
        (pack / signature).write_bytes(signer.sign_list((pack / covered).read_bytes(), SIGNED))
    _signatures_listed(pack)


def signed_anew(pack: Path, by: OrganisationSigner) -> None:
    """Write the lists and sign them."""
    listed_anew(pack)
    lists_signed(pack, by)


def replace(path: Path, old: bytes, new: bytes) -> None:
    content = path.read_bytes()
    assert old in content, f"{path.name} does not hold {old!r}"
    path.write_bytes(content.replace(old, new, 1))


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def reshape(path: Path, change: Callable[[Any], object]) -> None:
    """Change a canonical JSON document and write it canonically again."""
    value: Any = canonical.loads(path.read_bytes())
    change(value)
    path.write_bytes(canonical.dumps(value))


def _add(name: str, change: Callable[[Path], object], then: str = "") -> None:
    """One alteration: a change, then nothing, the lists written anew, or signed anew by somebody."""

    def alter(pack: Path, means: Means) -> None:
        change(pack)
        if then == "listed":
            listed_anew(pack)
        elif then:
            signed_anew(pack, means.insider if then == "insider" else means.outsider)

    FOLDER[name] = alter


# --- a bit anywhere -------------------------------------------------------------------------------------------------

_BITS = {
    "report": (REPORT, 2000), "exhibit": (INVOICE, 9), "manifest": (layout.MANIFEST, 400),
    "disclosures": (layout.DISCLOSURES, 500), "leaf": ("entries/20.leaf", 60), "statement": ("entries/20.dsse", 300),
    "proof": ("entries/20.tlog-proof", 60), "checkpoint": (layout.CHECKPOINT, 50), "policy": (layout.POLICY, 70),
    "certificate": (layout.CERTIFICATE, 400), "chain": (layout.CHAIN, 400), "sums": (layout.SUMS, 20),
    "sums-signature": (layout.SUMS_SIGNATURE, -20), "certificate-in-signature": (layout.SUMS_SIGNATURE, 600),
    "asic-manifest": (layout.ASIC_MANIFEST, 700), "asic-signature": (layout.ASIC_SIGNATURE, -20),
    "signatures": (layout.SIGNATURES, 5), "readme": (layout.README, 100), "page": (layout.VERIFY_PAGE, 9000),
    "workbook": ("worksheets/worksheet-1.xlsx", 3000), "worksheet": (SHEET, 1000), "mimetype": ("mimetype", 5),
    "report-data": (REPORT_DATA, 900), "table": ("worksheets/worksheet-1-materials.csv", 30),
}  # fmt: skip
for _name, (_path, _at) in _BITS.items():
    _add(f"bit-in-{_name}", lambda pack, path=_path, at=_at: flip(pack / path, at))  # type: ignore[misc]

# --- missing, added, exchanged -------------------------------------------------------------------------------------

_MISSING = {
    "exhibit": INVOICE, "sums": layout.SUMS, "signatures": layout.SIGNATURES, "sums-signature": layout.SUMS_SIGNATURE,
    "asic-manifest": layout.ASIC_MANIFEST, "proof": "entries/20.tlog-proof", "leaf": "entries/20.leaf",
    "manifest": layout.MANIFEST, "disclosures": layout.DISCLOSURES, "checkpoint": layout.CHECKPOINT, "report": REPORT,
    "report-data": REPORT_DATA, "worksheet": SHEET, "mimetype": "mimetype", "policy": layout.POLICY,
}  # fmt: skip
for _name, _path in _MISSING.items():
    _add(f"missing-{_name}", lambda pack, path=_path: (pack / path).unlink())  # type: ignore[misc]
_add("missing-exhibit-listed-anew", lambda pack: (pack / INVOICE).unlink(), "listed")

_add("added-exhibit", lambda pack: (pack / "exhibits" / "E099-letter.pdf").write_bytes(b"%PDF-1.4 a letter\n"))
_add("added-empty-file", lambda pack: (pack / "note.txt").write_bytes(b""))
_add("added-hidden-file", lambda pack: (pack / ".listing").write_bytes(b"x"))
_add("added-name-with-space", lambda pack: (pack / "a letter.txt").write_bytes(b"x"))
_add("added-entry", lambda pack: shutil.copy(pack / "entries/20.leaf", pack / "entries/21.leaf.bak"))
_add("added-exhibit-listed-anew", lambda pack: (pack / "exhibits" / "E099-x.pdf").write_bytes(b"x"), "listed")
_add("added-exhibit-signed-by-insider", lambda pack: (pack / "exhibits" / "E099-x.pdf").write_bytes(b"x"), "insider")


def _exchange(pack: Path, one: str, other: str) -> None:
    first, second = (pack / one).read_bytes(), (pack / other).read_bytes()
    (pack / one).write_bytes(second)
    (pack / other).write_bytes(first)


_add("exhibits-exchanged", lambda pack: _exchange(pack, INVOICE, LADING))
_add("exhibits-exchanged-signed-by-insider", lambda pack: _exchange(pack, INVOICE, LADING), "insider")
for _part in ("leaf", "dsse", "tlog-proof"):
    _add(
        f"{_part}-of-another-entry-listed-anew",
        lambda pack, part=_part: _exchange(pack, f"entries/28.{part}", f"entries/29.{part}"),  # type: ignore[misc]
        "listed",
    )

# --- values altered by one who can make lists, and by an insider who can sign them ----------------------------------


def _wrong_salt(pack: Path) -> None:
    def change(opening: Any) -> None:
        opening["statements"]["18"][0][0] = "AAECAwQFBgcICQoLDA0ODw"

    reshape(pack / layout.DISCLOSURES, change)


def _wrong_line(pack: Path) -> None:
    def change(opening: Any) -> None:
        opening["lines"]["14"]["opened"][0]["line"] = 2

    reshape(pack / layout.DISCLOSURES, change)


def _in_table(pack: Path, table: str, change: Callable[[list[Any]], object]) -> None:
    """Change the lines of one of the manifest's tables, where they stand: in it, or in what opens them."""
    if table in canonical.loads((pack / layout.MANIFEST).read_bytes()):  # type: ignore[operator]
        reshape(pack / layout.MANIFEST, lambda manifest: change(manifest[table]))
    else:
        reshape(pack / layout.DISCLOSURES, lambda opening: change(opening["tables"][table]["lines"]))


def _first(lines: list[Any]) -> Any:
    return next(line for line in lines if line is not None)


def _other_kind(lines: list[Any]) -> None:
    next(line for line in lines if line is not None and line["kind"] == "claim")["kind"] = "clams"


def _no_seed(pack: Path) -> None:
    def change(opening: Any) -> None:
        (index,) = opening["seeds"]
        opening["seeds"][index] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

    reshape(pack / layout.DISCLOSURES, change)


_VALUES: dict[str, Callable[[Path], object]] = {
    "price-of-a-line": lambda pack: replace(pack / layout.DISCLOSURES, b'"price":"600"', b'"price":"100"'),
    "end-of-a-blanket": lambda pack: replace(pack / layout.DISCLOSURES, b'"2024-03-31"', b'"2025-03-31"'),
    "salt-of-a-field": _wrong_salt,
    "number-of-a-line": _wrong_line,
    "seed-of-a-worksheet": _no_seed,
    "figure-of-the-worksheet": lambda pack: replace(pack / SHEET, b'"80"', b'"90"'),
    "claim-in-the-report-data": lambda pack: replace(pack / REPORT_DATA, b'"CLAIMED"', b'"claimed"'),
    "pack-in-the-report-data": lambda pack: replace(pack / REPORT_DATA, b'"number":"EP-S01-1"', b'"number":"EP-S01-2"'),
    "ledger-position": lambda pack: replace(pack / layout.MANIFEST, b'"size":30', b'"size":31'),
    "kind-of-an-entry": lambda pack: _in_table(pack, "entries", _other_kind),
    "format-of-the-manifest": lambda pack: replace(pack / layout.MANIFEST, b"pack-manifest:", b"pack-manifests:"),
    "entry-left-out-of-manifest": lambda pack: _in_table(pack, "entries", lambda lines: lines.remove(_first(lines))),
    "exhibit-left-out-of-manifest": lambda pack: _in_table(pack, "exhibits", lambda lines: lines.remove(_first(lines))),
    "exhibit-twice-in-manifest": lambda pack: _in_table(pack, "exhibits", lambda lines: lines.append(_first(lines))),
    "commitment-in-manifest": lambda pack: _in_table(
        pack, "exhibits", lambda lines: _first(lines).update(commitment="ab" * 32)
    ),
    "exhibit": lambda pack: (pack / INVOICE).write_bytes(b"%PDF-1.4 another invoice\n"),
    "size-of-the-checkpoint": lambda pack: replace(pack / layout.CHECKPOINT, b"\n30\n", b"\n31\n"),
    "proof-cut-short": lambda pack: replace(
        pack / "entries/20.tlog-proof", (pack / "entries/20.tlog-proof").read_bytes().split(b"\n")[2] + b"\n", b""
    ),
    "proof-of-another-index": lambda pack: replace(pack / "entries/20.tlog-proof", b"index 20\n", b"index 19\n"),
    "report-added-to": lambda pack: (pack / REPORT).write_bytes((pack / REPORT).read_bytes() + b"\n% added\n"),
    "report-without-signature": lambda pack: replace(pack / REPORT, b"/FT /Sig", b"/FT /Tx "),
}
for _name, _change in _VALUES.items():
    _add(f"{_name}-listed-anew", _change, "listed")
    _add(f"{_name}-signed-by-insider", _change, "insider")

# --- spellings: the same value in other bytes ------------------------------------------------------------------------

_SPELLINGS: dict[str, Callable[[Path], object]] = {
    "manifest-with-spaces": lambda pack: replace(pack / layout.MANIFEST, b'":', b'" :'),
    "manifest-with-mark": lambda pack: (pack / layout.MANIFEST).write_bytes(
        b"\xef\xbb\xbf" + (pack / layout.MANIFEST).read_bytes()
    ),
    "manifest-with-key-twice": lambda pack: replace(pack / layout.MANIFEST, b"{", b'{"customs_entry":null,'),
    "manifest-with-fraction": lambda pack: replace(pack / layout.MANIFEST, b'"size":30', b'"size":30.0'),
    "statement-with-member": lambda pack: replace(pack / "entries/20.dsse", b'{"payload"', b'{"note":"x","payload"'),
    "leaf-with-spaces": lambda pack: replace(pack / "entries/20.leaf", b'":', b'" :'),
    "disclosures-are-no-object": lambda pack: (pack / layout.DISCLOSURES).write_bytes(b"[]"),
    "disclosures-are-no-json": lambda pack: (pack / layout.DISCLOSURES).write_bytes(b"{"),
}
for _name, _change in _SPELLINGS.items():
    _add(f"{_name}-signed-by-insider", _change, "insider")

_add("sums-in-capitals", lambda pack: _capitals(pack / layout.SUMS))
_add("sums-with-a-line-more", lambda pack: (pack / layout.SUMS).write_bytes((pack / layout.SUMS).read_bytes() + b"#\n"))
_add("sums-in-another-order", lambda pack: _reversed(pack / layout.SUMS))


def _capitals(path: Path) -> None:
    first, _, rest = path.read_bytes().partition(b"  ")
    path.write_bytes(first.upper() + b"  " + rest)


def _reversed(path: Path) -> None:
    path.write_bytes(b"".join(reversed(path.read_bytes().splitlines(keepends=True))))


# --- other people's things -------------------------------------------------------------------------------------------

_add("signed-by-an-outsider", lambda _: None, "outsider")


def _earlier_checkpoint(pack: Path, means: Means) -> None:
    (pack / layout.CHECKPOINT).write_bytes(means.earlier)
    signed_anew(pack, means.insider)


def _of_another_company(pack: Path, means: Means) -> None:
    shutil.rmtree(pack)
    shutil.copytree(means.other, pack)


def _report_of_another(pack: Path, means: Means) -> None:
    shutil.copy(means.other / REPORT, pack / REPORT)
    signed_anew(pack, means.insider)


def _head_of_another(pack: Path, means: Means) -> None:
    for name in (layout.CHECKPOINT, layout.POLICY):
        shutil.copy(means.other / name, pack / name)
    signed_anew(pack, means.insider)


def _entry_of_another(pack: Path, means: Means) -> None:
    for part in ("leaf", "dsse", "tlog-proof"):
        shutil.copy(means.other / f"entries/20.{part}", pack / f"entries/20.{part}")
    signed_anew(pack, means.insider)


FOLDER["earlier-checkpoint"] = _earlier_checkpoint
FOLDER["pack-of-another-company"] = _of_another_company
FOLDER["report-of-another-company"] = _report_of_another
FOLDER["head-of-another-company"] = _head_of_another
FOLDER["entry-of-another-company"] = _entry_of_another

# --- the archive itself ----------------------------------------------------------------------------------------------


def _members(path: Path) -> list[tuple[zipfile.ZipInfo, bytes]]:
    with zipfile.ZipFile(path) as archive:
        return [(info, archive.read(info)) for info in archive.infolist()]


def _written(path: Path, members: list[tuple[zipfile.ZipInfo, bytes]], how: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(path, "w", how) as archive:
        for info, content in members:
            info.compress_type = how
            archive.writestr(info, content)


def _compressed(path: Path) -> None:
    _written(path, _members(path), zipfile.ZIP_DEFLATED)


def _ordered_otherwise(path: Path) -> None:
    _written(path, list(reversed(_members(path))))


def _dated(path: Path) -> None:
    members = _members(path)
    members[3][0].date_time = (2024, 1, 1, 0, 0, 0)
    _written(path, members)


def _renamed(path: Path) -> None:
    """A member under another name, in an archive that is otherwise written as ours are."""
    members = _members(path)
    for info, _ in members:
        info.filename = info.filename.replace("E001-commercial", "E001-commercia1")
    _written(path, members)


def _twice(path: Path) -> None:
    members = _members(path)
    _written(path, members)
    with zipfile.ZipFile(path, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of just this
        archive.writestr("manifest.json", b"{}")


def _more(path: Path, name: str, content: bytes) -> None:
    _written(path, [*_members(path), (zipfile.ZipInfo(name), content)])


def _linked(path: Path) -> None:
    info = zipfile.ZipInfo("note.txt")
    info.create_system, info.external_attr = 3, 0o120777 << 16
    _written(path, [*_members(path), (info, b"manifest.json")])


def _bomb(path: Path) -> None:
    members = _members(path)
    info = zipfile.ZipInfo("exhibits/E099-scan.pdf")
    _written(path, [*members, (info, bytes(400_000_000))], zipfile.ZIP_DEFLATED)


def _hidden_local_name(path: Path) -> None:
    """Another name before the bytes than in the directory."""
    content = path.read_bytes()
    head = next(at for at in _places(content, b"PK\3\4") if content[at + 30 :].startswith(INVOICE.encode()))
    path.write_bytes(content[:head] + content[head:].replace(b"E001-commercial", b"E009-commercial", 1))


def _places(content: bytes, mark: bytes) -> Iterator[int]:
    at = content.find(mark)
    while at >= 0:
        yield at
        at = content.find(mark, at + 1)


def _damaged(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content.replace(b"%PDF-1.4 commercial", b"%PDF-1.4 c0mmercial", 1))


def _commented(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:-2] + struct.pack("<H", 5) + b"hello")


ARCHIVE.update(
    {
        "compressed": _compressed,
        "ordered-otherwise": _ordered_otherwise,
        "dated": _dated,
        "a-byte-behind": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
        "bytes-before": lambda path: path.write_bytes(b"#!/bin/sh\n" + path.read_bytes()),
        "a-comment": _commented,
        "cut-short": lambda path: path.write_bytes(path.read_bytes()[:-4000]),
        "no-archive": lambda path: path.write_bytes(b"not an archive"),
        "empty": lambda path: path.write_bytes(b""),
        "two-members-of-one-name": _twice,
        "a-member-outside": lambda path: _more(path, "../evil.txt", b"x"),
        "a-member-at-the-root-of-the-disk": lambda path: _more(path, "/etc/evil", b"x"),
        "a-folder-as-member": lambda path: _more(path, "exhibits/", b""),
        "names-that-differ-in-case": lambda path: _more(path, "Manifest.json", b"{}"),
        "a-member-renamed": _renamed,
        "a-hidden-local-name": _hidden_local_name,
        "a-damaged-member": _damaged,
        "a-member-added": lambda path: _more(path, "note.txt", b"x"),
        "a-member-that-is-a-link": _linked,
        "a-bomb": _bomb,
    }
)
