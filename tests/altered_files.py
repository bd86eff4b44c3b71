"""More ways of altering a pack's folder: bytes in every kind of file, names and links, lists, the ledger's files.

As in `altered_packs`, which has the first hundred: "listed anew" needs no key, "signed by an insider" the company's.
"""

import base64
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from evidence.pack.bundling.sign import PackSigner
from evidence.pack.form import layout
from evidence.pack.form.container import Folder, digest
from tests.altered_packs import (
    INVOICE,
    LADING,
    REPORT,
    REPORT_DATA,
    SHEET,
    SIGNED,
    Alteration,
    Means,
    listed_anew,
    lists_signed,
    replace,
)
from tests.altered_packs import signed_anew as signed

BOOK, TABLE, DATA = (
    "worksheets/worksheet-1.xlsx",
    "worksheets/worksheet-1-materials.csv",
    "exhibits/E008-purchases-data.csv",
)
LEAF, STATEMENT, PROOF = "entries/20.leaf", "entries/20.dsse", "entries/20.tlog-proof"
FILES: dict[str, Alteration] = {}
"""Changes of files; `verify.sh` finds each of them too."""

Change = Callable[[Path], object]


def add(name: str, change: Change, then: str = "", into: dict[str, Alteration] = FILES) -> None:
    """One alteration: a change, then nothing, the lists written anew, or signed anew by somebody."""

    def alter(pack: Path, means: Means) -> None:
        change(pack)
        if then == "listed":
            listed_anew(pack)
        elif then:
            signed(pack, means.insider if then == "insider" else means.outsider)

    assert name not in into, name
    into[name] = alter


def rewritten(path: str, change: Callable[[bytes], bytes]) -> Change:
    """The bytes of a file, changed; they must differ."""

    def rewrite(pack: Path) -> None:
        before = (pack / path).read_bytes()
        after = change(before)
        assert after != before, path
        (pack / path).write_bytes(after)

    return rewrite


# --- bytes in every kind of file -------------------------------------------------------------------------------------

_KINDS = {
    "report": REPORT, "report-data": REPORT_DATA, "exhibit": INVOICE, "exhibit-table": DATA, "worksheet": SHEET,
    "workbook": BOOK, "table": TABLE, "manifest": layout.MANIFEST, "disclosures": layout.DISCLOSURES, "leaf": LEAF,
    "statement": STATEMENT, "proof": PROOF, "checkpoint": layout.CHECKPOINT, "policy": layout.POLICY,
    "certificate": layout.CERTIFICATE, "chain": layout.CHAIN, "readme": layout.README, "script": layout.VERIFY,
    "page": layout.VERIFY_PAGE, "sums": layout.SUMS, "sums-signature": layout.SUMS_SIGNATURE,
    "asic-manifest": layout.ASIC_MANIFEST, "asic-signature": layout.ASIC_SIGNATURE, "signatures": layout.SIGNATURES,
    "mimetype": "mimetype",
}  # fmt: skip
_BYTES: dict[str, Callable[[bytes], bytes]] = {
    "emptied": lambda _: b"",
    "a-byte-short": lambda content: content[:-1],
    "a-line-end-behind": lambda content: content + b"\n",
    "a-zero-behind": lambda content: content + b"\0",
    "written-twice": lambda content: content + content,
    "a-mark-before": lambda content: b"\xef\xbb\xbf" + content,
    "last-bit-of": lambda content: content[:-1] + bytes([content[-1] ^ 1]),
}
_WHICH = {
    "emptied": tuple(_KINDS), "a-byte-short": tuple(_KINDS), "last-bit-of": tuple(_KINDS),
    "a-line-end-behind": ("report", "exhibit", "workbook", "manifest", "leaf", "checkpoint", "sums", "mimetype"),
    "a-zero-behind": ("sums-signature", "asic-signature", "certificate", "exhibit-table", "policy", "signatures"),
    "written-twice": ("statement", "proof", "chain", "disclosures", "table", "sums"),
    "a-mark-before": ("report-data", "worksheet", "readme", "asic-manifest", "policy"),
}  # fmt: skip
for _what, _change in _BYTES.items():
    for _kind in _WHICH[_what]:
        add(f"{_what}-{_kind}", rewritten(_KINDS[_kind], _change))
_TEXTS = ("sums", "signatures", "readme", "table", "exhibit-table", "script", "asic-manifest", "checkpoint", "policy")
for _kind in (*_TEXTS, "proof", "certificate"):
    add(f"line-ends-of-windows-in-{_kind}", rewritten(_KINDS[_kind], lambda content: content.replace(b"\n", b"\r\n")))

# --- names, folders and links ----------------------------------------------------------------------------------------


def _moved(one: str, other: str) -> Change:
    def move(pack: Path) -> None:
        (pack / other).parent.mkdir(parents=True, exist_ok=True)
        (pack / one).rename(pack / other)

    return move


def _copied(one: str, other: str) -> Change:
    def copy(pack: Path) -> None:
        (pack / other).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(pack / one, pack / other)

    return copy


_NAMES: dict[str, Change] = {
    "manifest-in-another-case": _moved(layout.MANIFEST, "Manifest.json"),
    "manifest-in-both-cases": _copied(layout.MANIFEST, "MANIFEST.JSON"),
    "sums-in-another-case": _moved(layout.SUMS, "sha256sums"),
    "exhibit-renamed": _moved(INVOICE, "exhibits/E001-commercial-receipt.pdf"),
    "exhibit-in-another-case": _moved(INVOICE, "exhibits/E001-Commercial-Invoice.pdf"),
    "exhibit-of-another-ending": _moved(INVOICE, "exhibits/E001-commercial-invoice.exe"),
    "exhibit-of-another-number": _moved(INVOICE, "exhibits/E031-commercial-invoice.pdf"),
    "exhibit-in-another-folder": _moved(INVOICE, "sealed/E001-commercial-invoice.pdf"),
    "exhibit-a-folder-deeper": _moved(INVOICE, "exhibits/one/E001-commercial-invoice.pdf"),
    "exhibit-with-a-blank-behind": _moved(INVOICE, f"{INVOICE} "),
    "exhibit-with-a-point-behind": _moved(INVOICE, f"{INVOICE}."),
    "entry-of-another-number": _moved(LEAF, "entries/120.leaf"),
    "entry-with-a-zero-before": _moved(LEAF, "entries/020.leaf"),
    "name-beyond-ascii": _copied(INVOICE, "exhibits/E001-commercial-invoic\u00e9.pdf"),
    "name-that-looks-alike": _copied(INVOICE, "exhibits/\u0415001-commercial-invoice.pdf"),
    "name-with-a-drive": _copied(INVOICE, "C:E001-commercial-invoice.pdf"),
    "name-of-a-device": _copied(INVOICE, "exhibits/NUL.pdf"),
    "a-report-in-another-language": _copied(REPORT, "report-fr.pdf"),
    "a-second-worksheet": _copied(SHEET, "worksheets/worksheet-2.json"),
    "a-stamp-of-no-bytes": lambda pack: (pack / layout.SUMS_STAMP).write_bytes(b""),
    "a-preview-added": _copied(INVOICE, "previews/E001-commercial-invoice.pdf"),
    "a-sealed-file-added": _copied(INVOICE, "sealed/E001.p7m"),
    "a-second-checkpoint": _copied(layout.CHECKPOINT, "ledger/checkpoint.2"),
    "a-certificate-added": _copied(layout.CERTIFICATE, "certificates/root.pem"),
    "a-signature-added": _copied(layout.ASIC_SIGNATURE, "META-INF/signature002.p7s"),
    "a-list-added": _copied(layout.SUMS, "MD5SUMS"),
}
for _name, _named in _NAMES.items():
    add(_name, _named)
for _name in ("exhibit-renamed", "exhibit-of-another-number", "entry-of-another-number", "a-report-in-another-language",
              "a-second-worksheet", "a-sealed-file-added", "manifest-in-another-case"):  # fmt: skip
    add(f"{_name}-listed-anew", _NAMES[_name], "listed")


def _linked(pack: Path, name: str, target: str | None = None) -> None:
    """A link in place of a file: to its own bytes, which lie outside the pack now, or to something else."""
    kept = pack.parent / f"{pack.name}-kept"
    kept.mkdir(exist_ok=True)
    (pack / name).rename(kept / "file")
    (pack / name).symlink_to(target or kept / "file")


LINKS: dict[str, Alteration] = {}
"""Links, which a browser does not hand to a page, or hands as what they lead to: for the other two checkers."""
BACKSLASHED: dict[str, Alteration] = {}
"""A file that no Windows has; a browser hands it to no page, or as that in a folder."""
add(
    "name-with-a-backslash",
    lambda pack: (pack / "exhibits\\E001-commercial-invoice.pdf").write_bytes(b"%PDF-1.4 x\n"),
    into=BACKSLASHED,
)
FOLDERS: dict[str, Alteration] = {}
"""Empty folders, which a browser hands to no page either."""
for _name, _path in (
    ("at-the-top", "notes"),
    ("among-the-exhibits", "exhibits/E099"),
    ("of-a-file-s-name", "E001.pdf"),
):
    add(f"empty-folder-{_name}", lambda pack, path=_path: (pack / path).mkdir(), into=FOLDERS)  # type: ignore[misc]
add("empty-folders-in-each-other", lambda pack: (pack / "notes" / "more").mkdir(parents=True), into=FOLDERS)
add("hidden-empty-folder", lambda pack: (pack / ".notes").mkdir(), into=FOLDERS)
add("empty-folder-listed-anew", lambda pack: (pack / "notes").mkdir(), "listed", FOLDERS)
add("empty-folder-signed-by-insider", lambda pack: (pack / "notes").mkdir(), "insider", FOLDERS)
_LINKS: dict[str, Change] = {
    "link-to-its-own-bytes": lambda pack: _linked(pack, INVOICE),
    "link-to-another-exhibit": lambda pack: _linked(pack, INVOICE, Path(LADING).name),
    "link-to-nothing": lambda pack: _linked(pack, INVOICE, "nothing.pdf"),
    "link-to-the-system": lambda pack: (pack / "exhibits" / "E099-users.txt").symlink_to("/etc/passwd"),
    "link-in-place-of-a-folder": lambda pack: _linked(pack, "exhibits"),
    "link-in-place-of-the-checkpoint": lambda pack: _linked(pack, layout.CHECKPOINT),
    "link-to-itself": lambda pack: (pack / "exhibits" / "E099.pdf").symlink_to("E099.pdf"),
    "pipe-added": lambda pack: os.mkfifo(pack / "exhibits" / "E099.pdf"),
}
for _name, _named in _LINKS.items():
    add(_name, _named, into=LINKS)

# --- the lists -------------------------------------------------------------------------------------------------------


def _lines(change: Callable[[list[bytes]], object]) -> Callable[[bytes], bytes]:
    def rewrite(content: bytes) -> bytes:
        lines = content.splitlines()
        change(lines)
        return b"".join(line + b"\n" for line in lines)

    return rewrite


def _at(place: int, change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    def rewrite(content: bytes) -> bytes:
        lines = content.splitlines()
        lines[place] = change(lines[place])
        return b"".join(line + b"\n" for line in lines)

    return rewrite


_SPELLED: dict[str, Callable[[bytes], bytes]] = {
    "upper-case": _at(1, lambda line: line[:64].upper() + line[64:]),
    "a-star-for-binary": _at(1, lambda line: line.replace(b"  ", b" *", 1)),
    "a-tab": _at(1, lambda line: line.replace(b"  ", b"\t", 1)),
    "three-blanks": _at(1, lambda line: line.replace(b"  ", b"   ", 1)),
    "a-blank-behind": _at(1, lambda line: line + b" "),
    "a-blank-before": _at(1, lambda line: b" " + line),
    "a-path-from-here": _at(1, lambda line: line.replace(b"  ", b"  ./", 1)),
    "a-path-with-a-way-round": _at(1, lambda line: line.replace(b"  ", b"  exhibits/../", 1)),
    "a-line-twice": _lines(lambda lines: lines.insert(1, lines[1])),
    "a-line-less": _lines(lambda lines: lines.pop(1)),
    "an-empty-line": _lines(lambda lines: lines.insert(1, b"")),
    "a-remark": _lines(lambda lines: lines.insert(0, b"# as issued")),
    "two-digests-of-one-file": _lines(lambda lines: lines.insert(1, b"0" * 64 + lines[1][64:])),
    "an-escaped-name": _at(1, lambda line: b"\\" + line),
    "no-line-end": lambda content: content[:-1],
    "two-lines-exchanged": _lines(lambda lines: lines.insert(0, lines.pop(1))),
    "two-digests-exchanged": _lines(lambda lines: lines.__setitem__(slice(0, 2), _crossed(*lines[:2]))),
    "a-digest-cut-short": _at(1, lambda line: line[1:]),
    "another-algorithm": _at(1, lambda line: b"SHA256 (" + line[66:] + b") = " + line[:64]),
    "a-file-outside": _lines(lambda lines: lines.append(b"0" * 64 + b"  ../outside")),
}


def _crossed(one: bytes, other: bytes) -> list[bytes]:
    return [other[:64] + one[64:], one[:64] + other[64:]]


for _name, _spell in _SPELLED.items():
    add(f"sums-with-{_name}", rewritten(layout.SUMS, _spell))
for _name in ("upper-case", "a-star-for-binary", "a-line-twice", "a-line-less", "two-lines-exchanged", "an-empty-line"):
    add(f"signatures-with-{_name}", rewritten(layout.SIGNATURES, _SPELLED[_name]))


def _list_signed(spell: Callable[[bytes], bytes]) -> Alteration:
    """A list of another spelling, properly signed: only its form tells."""

    def alter(pack: Path, means: Means) -> None:
        rewritten(layout.SUMS, spell)(pack)
        signature = PackSigner(means.insider).sign_list((pack / layout.SUMS).read_bytes(), SIGNED)
        (pack / layout.SUMS_SIGNATURE).write_bytes(signature)
        apart = [(name, digest(Folder(pack), name)) for name in layout.SIGNED_APART]
        (pack / layout.SIGNATURES).write_bytes(layout.sums_text(apart))

    return alter


for _name in (
    "upper-case",
    "a-star-for-binary",
    "a-line-twice",
    "two-lines-exchanged",
    "a-path-from-here",
    "no-line-end",
):
    FILES[f"sums-with-{_name}-signed-by-insider"] = _list_signed(_SPELLED[_name])

# --- the ledger's files ----------------------------------------------------------------------------------------------


def _sibling(change: Callable[[list[bytes]], object]) -> Callable[[bytes], bytes]:
    def rewrite(content: bytes) -> bytes:
        head, blank, note = content.partition(b"\n\n")
        lines = head.split(b"\n")
        siblings = lines[2:]
        change(siblings)
        return b"\n".join(lines[:2] + siblings) + blank + note

    return rewrite


def _other_bits(line: bytes) -> bytes:
    """Base64 of the same bytes whose unused last bits are set."""
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return line[:-2] + letters[letters.index(line[-2]) + 1 :][:1] + b"="


_ZERO = base64.b64encode(bytes(32))
_IN_PROOF: dict[str, Callable[[bytes], bytes]] = {
    "siblings-exchanged": _sibling(lambda lines: lines.insert(0, lines.pop(1))),
    "a-sibling-twice": _sibling(lambda lines: lines.append(lines[-1])),
    "a-sibling-of-zeros": _sibling(lambda lines: lines.__setitem__(0, _ZERO)),
    "no-siblings": _sibling(lambda lines: lines.clear()),
    "bits-left-over": _sibling(lambda lines: lines.__setitem__(0, _other_bits(lines[0]))),
    "a-short-sibling": _sibling(lambda lines: lines.__setitem__(0, base64.b64encode(bytes(31)))),
    "an-index-with-a-zero": lambda content: content.replace(b"index 20\n", b"index 020\n"),
    "an-index-beyond": lambda content: content.replace(b"index 20\n", b"index 200\n"),
    "another-version": lambda content: content.replace(b"tlog-proof@v1", b"tlog-proof@v2"),
    "a-line-more": lambda content: content.replace(b"index 20\n", b"index 20\nnote x\n"),
    "no-checkpoint": lambda content: content.partition(b"\n\n")[0] + b"\n\n",
}
for _name, _spell in _IN_PROOF.items():
    add(f"proof-with-{_name}-listed-anew", rewritten(PROOF, _spell), "listed")
for _name in (
    "siblings-exchanged",
    "a-sibling-of-zeros",
    "an-index-beyond",
    "no-siblings",
    "bits-left-over",
    "a-line-more",
):
    add(f"proof-with-{_name}-signed-by-insider", rewritten(PROOF, _IN_PROOF[_name]), "insider")

_IN_NOTE: dict[str, Callable[[bytes], bytes]] = {
    "another-origin": lambda content: content.replace(b"spec.evidence", b"spek.evidence"),
    "a-size-with-a-zero": lambda content: content.replace(b"\n30\n", b"\n030\n"),
    "no-signature": lambda content: content.partition(b"\n\n")[0] + b"\n\n",
    "a-line-more": lambda content: content.replace(b"\n\n", b"\nnote\n\n", 1),
    "bits-left-over": _at(2, _other_bits),
    "an-ascii-dash": lambda content: content.replace("—".encode(), b"--"),
    "a-root-of-zeros": _at(2, lambda _: _ZERO),
}
for _name, _spell in _IN_NOTE.items():
    add(f"checkpoint-with-{_name}-listed-anew", rewritten(layout.CHECKPOINT, _spell), "listed")
for _name in ("another-origin", "no-signature", "a-line-more", "a-root-of-zeros"):
    add(f"checkpoint-with-{_name}-signed-by-insider", rewritten(layout.CHECKPOINT, _IN_NOTE[_name]), "insider")

for _name, _old, _new in (
    ("actor", b'"actor":"key-', b'"actor":"kex-'), ("day", b'"recorded_at":"2023', b'"recorded_at":"2022'),
    ("version", b'"v":1', b'"v":2'), ("kind", b'"document-received"', b'"document-refused"'),
):  # fmt: skip
    for _then in ("listed", "insider"):
        _by = "listed-anew" if _then == "listed" else "signed-by-insider"
        add(f"{_name}-of-a-leaf-{_by}", lambda pack, old=_old, new=_new: replace(pack / LEAF, old, new), _then)  # type: ignore[misc]


def _of_other(name: str, then: str = "") -> Alteration:
    """A file of another company's pack in place of this one's."""

    def alter(pack: Path, means: Means) -> None:
        assert (means.other / name).read_bytes() != (pack / name).read_bytes(), name
        shutil.copy(means.other / name, pack / name)
        if then:
            listed_anew(pack)

    return alter


for _name, _path in (("certificate", layout.CERTIFICATE), ("chain", layout.CHAIN), ("policy", layout.POLICY),
                     ("checkpoint", layout.CHECKPOINT), ("manifest", layout.MANIFEST), ("worksheet", SHEET),
                     ("disclosures", layout.DISCLOSURES), ("report-data", REPORT_DATA), ("proof", PROOF),
                     ("leaf", LEAF), ("report", REPORT), ("sums-signature", layout.SUMS_SIGNATURE),
                     ("asic-signature", layout.ASIC_SIGNATURE)):  # fmt: skip
    FILES[f"{_name}-of-another"] = _of_other(_path)
    if _name != "certificate":
        FILES[f"{_name}-of-another-listed-anew"] = _of_other(_path, "listed")


def _earlier_in_proofs(pack: Path, means: Means) -> None:
    """Every proof rests on an earlier checkpoint, properly signed; the pack's own stays."""
    for path in (pack / "entries").glob("*.tlog-proof"):
        path.write_bytes(path.read_bytes().partition(b"\n\n")[0] + b"\n\n" + means.earlier)
    signed(pack, means.insider)


def _chain_of_both(pack: Path, means: Means) -> None:
    with open(pack / layout.CHAIN, "ab") as chain:
        chain.write((means.other / layout.CHAIN).read_bytes())
    signed(pack, means.outsider)


def _container_without_an_exhibit(pack: Path, means: Means) -> None:
    """The container's own list leaves out what the other list has; whoever signed both is the organisation."""
    listed = (pack / layout.ASIC_MANIFEST).read_bytes().splitlines(keepends=True)
    (pack / layout.ASIC_MANIFEST).write_bytes(b"".join(line for line in listed if INVOICE.encode() not in line))
    lists_signed(pack, means.insider)


FILES["container-without-an-exhibit"] = _container_without_an_exhibit
FILES["proofs-of-an-earlier-checkpoint"] = _earlier_in_proofs
FILES["signed-by-an-outsider-with-his-root-in-the-chain"] = _chain_of_both
