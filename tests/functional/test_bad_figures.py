"""Figures that cannot be, in files that come in: the import names file, row and column, and records nothing of any."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functional.test_hostile_inputs import CIRCULAR, run
from tests.homes import new_home
from tests.misuse import Place, head_of

PURCHASE = (
    "plant,order,invoice,invoice_line,invoiced_on,received_on,seller,owner,part,revision,quantity,unit,price,price_per,"
    "currency\nMX-SAL,PO,INV,1,2023-02-01,2023-02-02,ARROYO,ARROYO,RING-A,1,10,PCE,5,1,USD\n"
    "MX-SAL,PO,INV,2,2023-02-01,2023-02-02,ARROYO,ARROYO,RING-A,1,{quantity},PCE,{price},1,{currency}\n"
)
GOOD = {"quantity": "10", "price": "5", "currency": "USD"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    root = tmp_path_factory.mktemp("figures")
    new_home(root)
    return Place(root)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """The files of a small company that come in without a fault, but for what a test writes over them."""
    for name, text in CIRCULAR.items():
        if name != "bill.csv":
            (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("wrong", "column"),
    [
        pytest.param({"price": "-5"}, "price", id="negative-price"),
        pytest.param({"quantity": "-1"}, "quantity", id="negative-quantity"),
        pytest.param({"currency": "US DOLLARS"}, "currency", id="no-currency"),
        pytest.param({"price": "5e"}, "price", id="no-number"),
    ],
)
def test_a_figure_that_cannot_be_holds_back_the_whole_import(
    wrong: dict[str, str], column: str, place: Place, folder: Path
) -> None:
    (folder / "purchase.csv").write_text(PURCHASE.format(**(GOOD | wrong)))
    before = head_of(place.home)
    status, told = run(place, str(folder))
    (fault,) = told["faults"]
    assert (status, fault["file"], fault["row"], fault["column"]) == (1, "purchase.csv", 3, column)
    assert not told["recorded"]
    assert head_of(place.home) == before


def test_a_bill_of_a_hundred_levels_is_refused(place: Place, folder: Path) -> None:
    header = CIRCULAR["bill.csv"].splitlines(keepends=True)[0]
    items = ["owner,part,revision,description,unit\n", *(f"ARROYO,L{level},1,Part,PCE\n" for level in range(101))]
    lines = [f"ARROYO,L{level},1,MX-SAL,2023-01-01,L{level + 1},1,1,PCE,make,MX-SAL\n" for level in range(100)]
    (folder / "items.csv").write_text("".join([*items, "ARROYO,RING-A,1,Frame,PCE\n", "ARROYO,RING-B,1,Rail,PCE\n"]))
    (folder / "bill.csv").write_text(header + "".join(lines))
    before = head_of(place.home)
    status, told = run(place, str(folder))
    faults = [fault for fault in told["faults"] if fault["file"] == "bill.csv"]
    assert status == 1
    assert any("levels" in fault["found"] and fault["row"] for fault in faults), told
    assert head_of(place.home) == before
