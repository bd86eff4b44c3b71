"""Ways of altering what a pack's documents say: the PDF, the workbook and the tables, the JSON that machines read.

As in `altered_packs`. A PDF is altered as tools alter one: by an incremental update behind the signature, by writing it
anew, in place, by exchanging what is attached. JSON is respelled so that lax readers still read the same value.
"""

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from evidence.pack.form import layout
from tests.altered_files import BOOK, DATA, TABLE, Change, add, rewritten
from tests.altered_packs import INVOICE, REPORT, REPORT_DATA, SHEET, Alteration, reshape

DOCUMENTS: dict[str, Alteration] = {}

# --- the report ------------------------------------------------------------------------------------------------------


def _updated(change: Callable[[IncrementalPdfFileWriter], object]) -> Callable[[bytes], bytes]:
    """An incremental update: the signed bytes stay, and a later revision overrides them."""

    def update(pdf: bytes) -> bytes:
        writer, out = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False), io.BytesIO()
        change(writer)
        writer.write(out)
        return out.getvalue()

    return update


def _other_title(writer: IncrementalPdfFileWriter) -> None:
    writer.set_info(generic.DictionaryObject({generic.pdf_name("/Title"): generic.pdf_string("Another pack")}))


def _other_page(writer: IncrementalPdfFileWriter) -> None:
    stream = generic.StreamObject(stream_data=b"BT /F1 40 Tf 72 400 Td (ORIGINATING) Tj ET")
    page, _ = writer.find_page_for_modification(0)[:2]
    page.get_object()[generic.pdf_name("/Contents")] = writer.add_object(stream)
    writer.update_container(page.get_object())


def _no_attachments(writer: IncrementalPdfFileWriter) -> None:
    writer.root.pop(generic.pdf_name("/Names"), None)
    writer.update_root()


def _written_anew(change: Callable[[pikepdf.Pdf], object] = lambda _: None) -> Callable[[bytes], bytes]:
    def write(pdf: bytes) -> bytes:
        out = io.BytesIO()
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            change(opened)
            opened.save(out)
        return out.getvalue()

    return write


def _attached(name: str, content: bytes) -> Callable[[pikepdf.Pdf], object]:
    def attach(pdf: pikepdf.Pdf) -> None:
        told = {"filename": name, "description": "", "mime_type": "", "creation_date": "", "mod_date": ""}
        pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, content, **told)

    return attach


def _attachments_exchanged(pdf: pikepdf.Pdf) -> None:
    one, other = (pdf.attachments[name].get_file().read_bytes() for name in ("manifest.json", "worksheet-1.json"))
    _attached("manifest.json", other)(pdf)
    _attached("worksheet-1.json", one)(pdf)


def _one_attachment_less(pdf: pikepdf.Pdf) -> None:
    del pdf.attachments["manifest.json"]


def _running(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def _signature_of_zeros(pdf: bytes) -> bytes:
    def zeros(found: re.Match[bytes]) -> bytes:
        return b"/Contents <" + b"0" * (len(found[0]) - 12) + b">"

    return re.sub(rb"/Contents ?<[0-9a-fA-F]{2000,}>", zeros, pdf)


def _byte_range(number: int) -> Callable[[bytes], bytes]:
    """One of the four numbers that say what a signature covers, a digit of it changed."""

    def change(pdf: bytes) -> bytes:
        place = list(re.finditer(rb"/ByteRange ?\[([0-9]+) ([0-9]+) ([0-9]+) ([0-9]+)", pdf))[-1]
        end = place.end(number)
        return pdf[: end - 1] + (b"1" if pdf[end - 1 : end] != b"1" else b"2") + pdf[end:]

    return change


_REPORTS: dict[str, Callable[[bytes], bytes]] = {
    "a-title-in-an-update": _updated(_other_title),
    "a-page-in-an-update": _updated(_other_page),
    "attachments-gone-in-an-update": _updated(_no_attachments),
    "an-empty-update": lambda pdf: pdf + b"\nstartxref\n" + pdf.rsplit(b"startxref\n", 1)[1],
    "written-anew": _written_anew(),
    "written-anew-with-a-page-less": _written_anew(lambda pdf: pdf.pages.__delitem__(0)),
    "written-anew-with-pages-turned": _written_anew(lambda pdf: pdf.pages.reverse()),
    "an-attachment-more": _written_anew(_attached("letter.txt", b"x")),
    "an-attachment-less": _written_anew(_one_attachment_less),
    "an-attachment-altered": _written_anew(_attached("manifest.json", b"{}")),
    "attachments-exchanged": _written_anew(_attachments_exchanged),
    "a-script-that-runs": _written_anew(_running),
    "a-signature-of-zeros": _signature_of_zeros,
    "a-signed-range-that-ends-early": _byte_range(4),
    "a-signed-range-that-begins-late": _byte_range(1),
    "bytes-before": lambda pdf: b"#!/bin/sh\n" + pdf,
    "another-version": lambda pdf: pdf.replace(b"%PDF-1.7", b"%PDF-1.4", 1),
    "only-a-head": lambda pdf: pdf[:9],
}  # fmt: skip
for _name, _change in _REPORTS.items():
    add(f"report-with-{_name}-listed-anew", rewritten(REPORT, _change), "listed", DOCUMENTS)
_NOT_SIGNED = ("a-page-in-an-update", "written-anew", "attachments-exchanged", "an-attachment-more", "only-a-head")
for _name in (*_NOT_SIGNED, "an-attachment-less", "a-signature-of-zeros", "a-signed-range-that-begins-late"):
    add(f"report-with-{_name}-signed-by-insider", rewritten(REPORT, _REPORTS[_name]), "insider", DOCUMENTS)

# --- workbooks and tables --------------------------------------------------------------------------------------------


def _in_book(part: str, old: bytes, new: bytes, how: int = zipfile.ZIP_STORED) -> Callable[[bytes], bytes]:
    """A part of a workbook edited, every other as it was."""

    def edit(book: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(book)) as read, zipfile.ZipFile(out, "w") as write:
            for info in read.infolist():
                content = read.read(info)
                edited = content.replace(old, new, 1) if info.filename.startswith(part) else content
                write.writestr(info, edited, how)
        return out.getvalue()

    return edit


_SHEETS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "a-figure-in-the-workbook": (BOOK, _in_book("xl/worksheets/sheet1", b"<v>", b"<v>9")),
    "a-formula-in-the-workbook": (BOOK, _in_book("xl/worksheets/", b"<f>", b"<f>1+")),
    "the-workbook-packed-anew": (BOOK, _in_book("none", b"", b"", zipfile.ZIP_DEFLATED)),
    "a-hidden-sheet": (BOOK, _in_book("xl/workbook.xml", b"<sheet ", b'<sheet state="hidden" ')),
    "a-row-more-in-a-table": (TABLE, lambda table: table + b"BAT-9,1,2,3\n"),
    "a-row-less-in-a-table": (TABLE, lambda table: table.split(b"\n", 2)[0] + b"\n" + table.split(b"\n", 2)[2]),
    "a-figure-in-a-table": (TABLE, lambda table: re.sub(rb"([0-9])", rb"9\1", table, count=1)),
    "semicolons-in-a-table": (TABLE, lambda table: table.replace(b",", b";")),
    "quotes-in-a-table": (TABLE, lambda table: b'"' + table.replace(b",", b'",', 1)),
    "rows-of-a-table-exchanged": (TABLE, lambda table: b"".join(reversed(table.splitlines(keepends=True)))),
    "a-figure-in-an-exhibit": (DATA, lambda table: re.sub(rb"([a-z])", rb"9\1", table, count=1)),
    "a-row-more-in-an-exhibit": (DATA, lambda table: table + b"x,y,z\n"),
    "an-exhibit-that-is-another": (INVOICE, lambda _: b"%PDF-1.4 an invoice of another amount\n"),
}
for _name, (_path, _change) in _SHEETS.items():
    add(_name, rewritten(_path, _change), "", DOCUMENTS)
    add(f"{_name}-signed-by-an-outsider", rewritten(_path, _change), "outsider", DOCUMENTS)

# --- JSON ------------------------------------------------------------------------------------------------------------


def _pretty(content: bytes) -> bytes:
    return json.dumps(json.loads(content), indent=1).encode()


def _turned(content: bytes) -> bytes:
    """The members of the outermost object in another order."""
    value = json.loads(content)
    return json.dumps(dict(reversed(value.items())), separators=(",", ":"), ensure_ascii=False).encode()


_SPELLED: dict[str, Callable[[bytes], bytes]] = {
    "in-lines": _pretty,
    "in-another-order": _turned,
    "with-an-escape": lambda content: content.replace(b'"pack"', b'"p\\u0061ck"', 1),
    "with-a-slash-escaped": lambda content: content.replace(b'"pack":"EP-', b'"pack":"\\u0045P-', 1),
    "with-a-member-twice": lambda content: content.replace(b'"pack":', b'"pack":"EP-S09-9","pack":', 1),
    "with-a-member-more": lambda content: content[:-1] + b',"zz":null}',
    "with-a-line-end": lambda content: content + b"\n",
    "with-text-behind": lambda content: content + b"{}",
    "with-a-comma-behind": lambda content: content[:-1] + b",}",
    "with-a-remark": lambda content: content[:1] + b"/* as issued */" + content[1:],
    "with-single-quotes": lambda content: content.replace(b'"pack"', b"'pack'", 1),
    "in-utf-16": lambda content: content.decode().encode("utf-16"),
    "without-a-member": lambda content: re.sub(rb'"pack":"[^"]*",', b"", content, count=1),
    "with-another-pack": lambda content: content.replace(b'"pack":"EP-S01-1"', b'"pack":"EP-S02-1"', 1),
    "with-a-number-for-text": lambda content: content.replace(b'"pack":"EP-S01-1"', b'"pack":1', 1),
    "with-no-number-at-all": lambda content: content[:-1] + b',"zz":NaN}',
    "very-deep": lambda content: content[:-1] + b',"zz":' + b"[" * 3000 + b"]" * 3000 + b"}",
    "null": lambda _: b"null",
}  # fmt: skip
_PLACES = {"manifest": layout.MANIFEST, "disclosures": layout.DISCLOSURES}
for _name, _change in _SPELLED.items():
    for _kind, _path in _PLACES.items():
        add(f"{_kind}-{_name}-listed-anew", rewritten(_path, _change), "listed", DOCUMENTS)
        if _kind == "disclosures" or _name in (
            "in-lines",
            "with-a-member-more",
            "with-another-pack",
            "very-deep",
            "null",
        ):
            add(f"{_kind}-{_name}-signed-by-insider", rewritten(_path, _change), "insider", DOCUMENTS)
for _name in ("in-lines", "in-another-order", "with-a-line-end", "in-utf-16"):
    for _kind, _path in (("worksheet", SHEET), ("report-data", REPORT_DATA)):
        add(f"{_kind}-{_name}-signed-by-insider", rewritten(_path, _SPELLED[_name]), "insider", DOCUMENTS)


def _in(path: str, change: Callable[[Any], object]) -> Change:
    return lambda pack: reshape(Path(pack) / path, change)


def _field(opening: Any, name: str) -> list[Any]:
    """The first opened field of that name: salt, name, value."""
    return next(one for fields in opening["statements"].values() for one in fields if one[1] == name)


def _salts_exchanged(opening: Any) -> None:
    one, other = _field(opening, "issuer"), _field(opening, "document")
    one[0], other[0] = other[0], one[0]


def _fields_exchanged(opening: Any) -> None:
    one, other, *_ = opening["statements"].values()
    one[0], other[0] = other[0], one[0]


def _line(opening: Any) -> Any:
    return opening["lines"]["14"]["opened"][0]


def _shown(opening: Any, table: str) -> Any:
    """The first line of a table that is not a decoy."""
    return next(line for line in opening["tables"][table]["lines"] if line is not None)


def _line_away(opening: Any) -> None:
    """A line of a table called a decoy."""
    lines = opening["tables"]["exhibits"]["lines"]
    lines[lines.index(_shown(opening, "exhibits"))] = None


def _field_withheld(opening: Any) -> None:
    """A field that is not secret, which the authority's edition has to open."""
    opening["statements"]["20"].remove(_of("20", opening, "channel"))


def _document_withheld(opening: Any) -> None:
    """The digest of an exhibit: whoever takes it away may take the exhibit away as well."""
    opening["statements"]["20"].remove(_of("20", opening, "document"))


def _of(entry: str, opening: Any, name: str) -> list[Any]:
    return next(one for one in opening["statements"][entry] if one[1] == name)


def _receipt_called_secret(opening: Any) -> None:
    """A document withheld as if it had been given in secret."""
    _document_withheld(opening)
    _of("20", opening, "tier")[2] = "secret"


_SEALED = {"path": "sealed/E001.p7m", "recipient": "x", "sha256": "ab" * 32}
_OPENINGS: dict[str, Callable[[Any], object]] = {
    "a-field-of-another-value": lambda opening: _field(opening, "document").__setitem__(2, "ab" * 32),
    "a-field-of-another-name": lambda opening: _field(opening, "role").__setitem__(1, "rule"),
    "a-field-of-another-type": lambda opening: _field(opening, "size").__setitem__(2, str(_field(opening, "size")[2])),
    "a-field-without-salt": lambda opening: _field(opening, "document").__setitem__(0, ""),
    "a-field-of-four-parts": lambda opening: _field(opening, "document").append(None),
    "a-field-opened-twice": lambda opening: opening["statements"]["20"].append(opening["statements"]["20"][0]),
    "salts-exchanged": _salts_exchanged,
    "fields-of-statements-exchanged": _fields_exchanged,
    "a-statement-of-another-entry": lambda opening: opening["statements"].update({"20": opening["statements"]["18"]}),
    "a-line-of-another-place": lambda opening: _line(opening).update(line=2),
    "a-line-of-place-nought": lambda opening: _line(opening).update(line=0),
    "a-line-beyond-the-table": lambda opening: _line(opening).update(line=99),
    "a-proof-of-a-line-cut-short": lambda opening: _line(opening)["proof"].pop(),
    "a-proof-of-a-line-turned": lambda opening: _line(opening)["proof"].append(_line(opening)["proof"][0]),
    "a-table-of-another-size": lambda opening: opening["lines"]["14"].update(size=opening["lines"]["14"]["size"] + 1),
    "lines-of-an-entry-that-is-not-there": lambda opening: opening["lines"].update({"99": opening["lines"]["14"]}),
    "a-seed-of-a-table": lambda opening: opening["tables"]["entries"].update(seed="A" * 43 + "="),
    "a-table-that-is-another": lambda opening: opening["tables"].update(entries=opening["tables"]["exhibits"]),
    "a-decoy-for-a-line": _line_away,
    "lines-of-a-table-exchanged": lambda opening: opening["tables"]["entries"]["lines"].reverse(),
    "another-edition": lambda opening: opening.update(edition="importer"),
    "an-edition-that-is-none": lambda opening: opening.update(edition="officer"),
    "a-sealed-file-that-is-not-there": lambda opening: opening.update(sealed=[_SEALED]),
    "an-entry-of-another-kind": lambda opening: _shown(opening, "entries").update(kind="x"),
    "an-entry-of-a-fraction": lambda opening: _shown(opening, "entries").update(index="1"),
    "an-exhibit-of-another-path": lambda opening: _shown(opening, "exhibits").update(path="exhibits/x.pdf"),
    "a-field-less": _field_withheld,
    "no-field-of-an-entry": lambda opening: opening["statements"].update({"20": []}),
    "an-entry-less": lambda opening: opening["statements"].pop("20"),
    "a-document-less": _document_withheld,
    "a-document-called-secret": _receipt_called_secret,
    "a-member-more-in-a-line": lambda opening: _line(opening).update(note="x"),
    "a-member-more-in-a-table": lambda opening: opening["tables"]["entries"].update(size=64),
    "a-line-twice": lambda opening: opening["lines"]["14"]["opened"].append(_line(opening)),
    "a-table-more": lambda opening: opening["tables"].update(notes={"size": 0, "opened": []}),
    "a-seed-of-no-worksheet": lambda opening: opening["seeds"].update({"20": opening["seeds"]["22"]}),
    "a-seed-less": lambda opening: opening.pop("seeds"),
    "a-statement-of-no-entry": lambda opening: opening["statements"].update({"99": []}),
    "lines-that-are-a-list": lambda opening: opening.update(lines=[]),
    "no-lines-of-a-load": lambda opening: opening["lines"].pop("14"),
}  # fmt: skip
for _name, _alter in _OPENINGS.items():
    for _then, _by in (("listed", "listed-anew"), ("insider", "signed-by-insider")):
        add(f"opened-{_name}-{_by}", _in(layout.DISCLOSURES, _alter), _then, DOCUMENTS)

_MANIFESTS: dict[str, Callable[[Any], object]] = {
    "another-root": lambda manifest: manifest["ledger"].update(root="ab" * 32),
    "another-origin": lambda manifest: manifest["ledger"].update(origin="another.example"),
    "a-table-less": lambda manifest: manifest["tables"].pop("exhibits"),
    "a-table-of-another-size": lambda manifest: manifest["tables"]["entries"].update(size=128),
    "roots-of-tables-exchanged": lambda manifest: manifest["tables"].update(entries=manifest["tables"]["exhibits"]),
    "the-earlier-format": lambda manifest: manifest.update(format=layout.EARLIER_FORMATS[0]),
    "another-pack-superseded": lambda manifest: manifest.update(supersedes="EP-S01-0"),
    "another-shipment": lambda manifest: manifest.update(shipment="S02"),
}
for _name, _alter in _MANIFESTS.items():
    for _then, _by in (("listed", "listed-anew"), ("insider", "signed-by-insider")):
        add(f"manifest-with-{_name}-{_by}", _in(layout.MANIFEST, _alter), _then, DOCUMENTS)


def _statement(change: Callable[[Any], object]) -> Change:
    return _in("entries/20.dsse", change)


_ENVELOPES: dict[str, Callable[[Any], object]] = {
    "without-signatures": lambda envelope: envelope.update(signatures=[]),
    "with-a-signature-twice": lambda envelope: envelope["signatures"].append(envelope["signatures"][0]),
    "of-another-signer": lambda envelope: envelope["signatures"][0].update(keyid="key-0000000000000000"),
    "of-another-type": lambda envelope: envelope.update(payloadType="application/json"),
    "in-the-other-alphabet": lambda envelope: envelope.update(
        payload=envelope["payload"].replace("+", "-").rstrip("=")
    ),
    "with-nothing-in-it": lambda envelope: envelope.update(payload=""),
}
for _name, _alter in _ENVELOPES.items():
    add(f"statement-{_name}-listed-anew", _statement(_alter), "listed", DOCUMENTS)
    if _name != "in-the-other-alphabet":
        add(f"statement-{_name}-signed-by-insider", _statement(_alter), "insider", DOCUMENTS)
