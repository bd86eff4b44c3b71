"""Makes a workbook for each of the three goods of ``three-goods/``: the files as sheets, and formulas over them.

    python examples/make_workbooks.py --out DIR [--tables DIR]

The workbooks work origin out a second time, by formulas that share nothing with the product; the sheet ``result`` lists
what they come to. Every figure is a formula: the script picks rows by part number, and adds up nothing. It needs
openpyxl, which ``make setup-tests`` brings.
"""

import argparse
import sys
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

from openpyxl import Workbook  # noqa: E402
from workbook.frame import Frame, Good  # noqa: E402
from workbook.goods import add_goods  # noqa: E402
from workbook.labor import add_labor  # noqa: E402
from workbook.materials import add_materials  # noqa: E402
from workbook.metals import add_metals  # noqa: E402
from workbook.result import add_result  # noqa: E402
from workbook.sheets import Row, copied, read  # noqa: E402

TABLES = HERE / "three-goods"
GOODS = (
    Good("SENDA", "P-MX", date(2024, 4, 1), date(2024, 6, 30), "USD", "passenger vehicle"),
    Good("BISONTE", "P-ON", date(2024, 7, 1), date(2024, 9, 30), "CAD", "heavy truck"),
    Good("FRENO", "P-QRO", date(2023, 10, 1), date(2023, 12, 31), "MXN", "Table B"),
)
_OF_PARTS = ("item", "classification", "purchase", "material-import", "assist", "cost", "volume")
_WHOLE = (
    "site", "election", "exchange-rate", "supplier-declaration", "declaration-state", "labour-value-input",
    "wage-certificate", "metal-purchase", "vehicle-certification",
)  # fmt: skip


def parts_of(good: str, bill: list[Row]) -> list[str]:
    """The good and every part beneath it, each once, what is above before what is below."""
    found = [good]
    for part in found:
        found += [line["child"] for line in bill if line["parent"] == part and line["child"] not in found]
    return found


def workbook_of(good: Good, tables: Path) -> Workbook:
    """The workbook of one good from the files in `tables`."""
    book = Workbook()
    del book["Sheet"]
    files = {name: read(tables / f"{name}.csv") for name in (*_OF_PARTS, *_WHOLE, "bill-of-materials")}
    files["purchase-adjustment"] = read(tables / "purchase-adjustment.csv")
    bill = files["bill-of-materials"][1]
    parts = parts_of(good.part, bill)
    rows = {name: files[name][1] for name in _WHOLE}
    rows |= {name: [row for row in files[name][1] if row["part"] in parts] for name in _OF_PARTS}
    rows["item"].sort(key=lambda row: parts.index(row["part"]))
    rows["bill-of-materials"] = [row for row in bill if row["parent"] in parts]
    invoices = {row["invoice"] for row in rows["purchase"]}
    rows["purchase-adjustment"] = [row for row in files["purchase-adjustment"][1] if row["invoice"] in invoices]
    data = {name: copied(book, name, files[name][0], rows[name]) for name in files}
    frame = Frame(book, good, rows, data)
    add_materials(frame)
    add_goods(frame)
    if good.is_vehicle:
        add_labor(frame)
        add_metals(frame)
    parents = {row["parent"] for row in rows["bill-of-materials"]}
    add_result(frame, [part for part in parts if part in parents])
    book.move_sheet("result", -len(book.sheetnames))
    return book


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--tables", type=Path, default=TABLES)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for good in GOODS:
        path = arguments.out / f"{good.part}.xlsx"
        workbook_of(good, arguments.tables).save(path)
        print(path)


if __name__ == "__main__":
    main()
