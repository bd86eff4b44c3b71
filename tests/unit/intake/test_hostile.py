"""What comes from outside may be made to hurt: it is refused with a reason, or kept as the bytes it is."""

import os
import struct
import zipfile
from pathlib import Path

import pikepdf
import pytest

from evidence.core.statements.load import Load
from evidence.errors import UsageError
from evidence.intake.limits import Limits
from evidence.register.queries import Register
from tests.unit.intake import making
from tests.unit.intake.making import csv_text, faults, plan_of

INDEX = {
    "file": "invoice.txt", "role": "purchase invoice", "channel": "mail", "received_on": "2023-05-09",
    "received_basis": "mail header",
}  # fmt: skip
_SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)


def workbook(folder: Path, sheet: str, name: str = "w.xlsx", **more: bytes) -> Path:
    """A workbook made by hand, so that it may say what no program would write."""
    path = folder / name
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{package}/content-types"/>')
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets>'
            "</workbook>",
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{relations}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{relations}/worksheet" '
            'Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        for member, content in more.items():
            archive.writestr(member, content)
    return path


def test_an_archive_that_grows_past_the_ratio_is_not_opened(folder: Path, register: Register) -> None:
    workbook(folder, _SHEET.format(""), **{"xl/media/big": bytes(50_000_000)})
    (fault,) = plan_of(register, folder).faults
    assert fault.found.startswith("an archive that grows ")
    assert fault.wanted == "at most 100 times"


def test_an_archive_whose_directory_lies_about_its_size_is_found_out(folder: Path, register: Register) -> None:
    path = workbook(folder, _SHEET.format(""), **{"xl/media/big": bytes(5_000_000)})
    data = path.read_bytes()
    path.write_bytes(data.replace(struct.pack("<L", 5_000_000), struct.pack("<L", 1000)))
    (fault,) = plan_of(register, folder).faults
    assert fault.found.startswith("a damaged archive")


def test_an_archive_within_a_workbook_is_refused(folder: Path, register: Register) -> None:
    workbook(folder, _SHEET.format(""), **{"xl/embeddings/inner.zip": b"PK"})
    assert faults(plan_of(register, folder))[0][4] == "an archive within the archive ('xl/embeddings/inner.zip')"


def test_a_parser_past_its_time_is_ended(folder: Path, register: Register) -> None:
    making.write_xlsx(folder / "w.xlsx", [["a"], *([number] for number in range(100_000))])
    (fault,) = plan_of(register, folder, limits=Limits(parser_seconds=0)).faults
    assert "parser" in fault.found


def test_a_parser_past_its_memory_is_ended(folder: Path, register: Register) -> None:
    making.write_xlsx(folder / "w.xlsx", [["a"], ["b"]])
    (fault,) = plan_of(register, folder, limits=Limits(parser_bytes=20 * 1024**2)).faults
    assert "parser" in fault.found or "memory" in fault.found


def test_a_number_that_a_spreadsheet_damaged_is_refused_and_not_repaired(folder: Path, register: Register) -> None:
    header = list(making.PURCHASE)
    row: list[object] = list(making.PURCHASE.values())
    row[header.index("part")] = 123456789012345678
    row[header.index("price")] = 1234567890.1234567
    row[header.index("invoice_line")] = 1
    row[header.index("quantity")] = 12.5
    making.write_xlsx(folder / "p.xlsx", [header, row])
    assert [(column, found) for _, _, _, column, found, _ in faults(plan_of(register, folder))] == [
        ("part (I)", "the number 1.234567890123457e+17, damaged by the spreadsheet (more than 15 digits)"),
        ("price (M)", "the number 1234567890.123457, damaged by the spreadsheet (more than 15 digits)"),
    ]


def test_a_code_typed_as_a_number_is_refused_since_its_zeros_may_be_gone(folder: Path, register: Register) -> None:
    making.write_xlsx(folder / "i.xlsx", [list(making.ITEM), ["VOLTERA", 12345, "A", "Chassis frame", "PCE"]])
    assert [(column, found) for _, _, _, column, found, _ in faults(plan_of(register, folder))] == [
        ("part (B)", "12345 in a cell formatted as a number, not as text")
    ]


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        pytest.param('<c r="B2" t="str"><f>"FRM"</f><v>FRM</v></c>', "a formula", id="formula"),
        pytest.param('<c r="B2"><f>1+1</f></c>', "a formula without a stored result", id="formula-without-a-result"),
        pytest.param('<c r="B2" t="e"><v>#REF!</v></c>', "an error value", id="error"),
    ],
)
def test_a_formula_or_an_error_is_no_value(cell: str, found: str, folder: Path, register: Register) -> None:
    def text(at: str, value: str) -> str:
        return f'<c r="{at}" t="inlineStr"><is><t>{value}</t></is></c>'

    head = "".join(text(f"{column}1", name) for column, name in zip("ABCDE", making.ITEM, strict=True))
    cells = text("A2", "VOLTERA") + cell + text("C2", "A") + text("D2", "Frame") + text("E2", "PCE")
    workbook(folder, _SHEET.format(f'<row r="1">{head}</row><row r="2">{cells}</row>'))
    assert [(f.sheet, f.row, f.column, f.found) for f in plan_of(register, folder).faults] == [
        ("S", 2, "part (B)", found)
    ]


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "@SUM(A1)", "+1", "-1", '=cmd|"/C calc"!A0'])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_text_that_a_spreadsheet_would_run_stays_the_text_it_is(
    text: str, form: str, folder: Path, register: Register
) -> None:
    item = {**making.ITEM, "description": text}
    if form == "csv":
        (folder / "i.csv").write_text(csv_text(item))
    else:
        making.write_xlsx(folder / "i.xlsx", [list(item), list(item.values())])
    planned = plan_of(register, folder)
    assert planned.faults == ()
    assert f'"description":"{text}"'.replace('"/C', '\\"/C').replace('calc"', 'calc\\"') in (
        planned.files[0].loads[0].view.read_text()
    )


@pytest.mark.parametrize(
    "mark", ["\x00", "\x1b", "\x85", "\u202e", "\u2066", "\u2028"], ids=lambda mark: f"U+{ord(mark):04X}"
)
def test_characters_that_make_text_look_like_other_text_are_refused(
    mark: str, folder: Path, register: Register
) -> None:
    (folder / "i.csv").write_text(csv_text({**making.ITEM, "description": f"Frame{mark}x"}), encoding="utf-8")
    (fault,) = plan_of(register, folder).faults
    assert fault.row == 2
    assert "NUL" in fault.found or f"U+{ord(mark):04X}" in fault.found


@pytest.mark.parametrize(
    "path",
    ["../secret.txt", "/etc/passwd", "a/../../secret.txt", "C:\\x.txt", "..\\x", "link.txt", "linked/x.txt", "."],
)
def test_an_index_may_not_lead_out_of_its_folder(path: str, folder: Path, register: Register) -> None:
    (folder.parent / "secret.txt").write_text("not for you")
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    (folder / "linked").symlink_to(folder.parent, target_is_directory=True)
    (folder / "documents.csv").write_text(csv_text({**INDEX, "file": path}))
    assert faults(plan_of(register, folder)) == [
        (
            "documents.csv", None, 2, "file", repr(path),
            "a path within the folder of the index, without .. or links",
        )
    ]  # fmt: skip


def test_symbolic_links_are_told_of_and_not_followed(folder: Path, register: Register) -> None:
    (folder.parent / "secret.txt").write_text("not for you")
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    planned = plan_of(register, folder)
    assert (planned.files, planned.notices) == ((), ("link.txt: a symbolic link; not followed",))
    with pytest.raises(UsageError, match="symbolic link"):
        plan_of(register, folder / "link.txt")


def test_a_pipe_in_a_folder_does_not_hold_the_import_up(folder: Path, register: Register) -> None:
    os.mkfifo(folder / "pipe")
    assert plan_of(register, folder).notices == ("pipe: neither a file nor a folder; left out",)


def test_a_file_name_that_drives_a_terminal_is_refused(folder: Path, register: Register) -> None:
    (folder / "a\x1b[2Jb.txt").write_text("x")
    (fault,) = plan_of(register, folder).faults
    assert fault.file == "a\\x1b[2Jb.txt"


def test_a_file_over_the_limit_and_an_empty_one_are_refused(folder: Path, register: Register) -> None:
    (folder / "big.txt").write_text("x" * 11)
    (folder / "none.txt").touch()
    assert [fault.found for fault in plan_of(register, folder, limits=Limits(document_bytes=10)).faults] == [
        "11 bytes",
        "an empty file",
    ]


def test_scripts_in_a_form_are_told_of_and_not_run(folder: Path, register: Register) -> None:
    path = making.write_form(folder / "d.pdf", making.DECLARATION)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.Root["/OpenAction"] = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        pdf.save(path)
    planned = plan_of(register, folder)
    assert planned.notices == ("d.pdf: the PDF holds scripts or actions; they were not run",)
    assert len(planned.files[0].statements) == 1


@pytest.mark.parametrize("data", [b"%PDF-1.7\n/AcroForm garbage", b"%PDF-1.7\n" + b"<</AcroForm" * 5000])
def test_a_pdf_that_no_parser_reads_is_kept_as_a_document(data: bytes, folder: Path, register: Register) -> None:
    (folder / "d.pdf").write_bytes(data)
    planned = plan_of(register, folder)
    assert planned.faults == ()
    assert planned.files[0].statements == ()


def test_a_foreign_form_is_a_document_and_no_fault(folder: Path, register: Register) -> None:
    making.write_form(folder / "tax.pdf", {"name": "A", "address": "B", "amount": "1", "signature": "C"})
    planned = plan_of(register, folder)
    assert (planned.faults, planned.files[0].holds) == ((), "document")


def test_a_hidden_sheet_with_rows_is_not_taken_unseen(folder: Path, register: Register) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(folder / "h.xlsx") as book:
        book.add_worksheet("Shown").write_row(0, 0, ["see", "nothing"])
        hidden = book.add_worksheet("Hidden")
        hidden.write_row(0, 0, list(making.ITEM))
        hidden.write_row(1, 0, list(making.ITEM.values()))
        hidden.hide()
    wanted = "it shown or taken out; or a mapping that names the sheet"
    assert ("h.xlsx", "Hidden", None, None, "a hidden sheet with rows", wanted) in faults(plan_of(register, folder))


def test_nothing_in_a_load_is_a_binary_fraction(folder: Path, register: Register) -> None:
    header = list(making.PURCHASE)
    row: list[object] = list(making.PURCHASE.values())
    row[header.index("price")] = 0.1
    row[header.index("invoice_line")] = 1
    making.write_xlsx(folder / "p.xlsx", [header, row])
    planned = plan_of(register, folder)
    (draft,) = planned.files[0].loads
    assert issubclass(draft.kind, Load)
    assert b'"price":"0.1"' in draft.view.read_bytes()
