"""The bags of the BagIt conformance suite, judged by the validator that reads every bag of ours before it is given."""

from pathlib import Path

import bagit
import pytest

HERE = Path(__file__).parent / "bagit-conformance"


def bags(*classes: str) -> list[object]:
    """Every bag of the named classes, as cases whose id is its place in the suite."""
    found = sorted(path for name in classes for path in HERE.glob(f"v*/{name}/*"))
    return [pytest.param(path, id=str(path.relative_to(HERE))) for path in found]


@pytest.mark.parametrize("folder", bags("valid"))
def test_a_valid_bag_is_found_valid(folder: Path) -> None:
    assert bagit.Bag(str(folder)).validate()


@pytest.mark.parametrize("folder", bags("invalid", "linux-only"))
def test_an_invalid_bag_is_refused(folder: Path) -> None:
    with pytest.raises(bagit.BagError):
        bagit.Bag(str(folder)).validate()


@pytest.mark.parametrize(
    ("name", "accepted"),
    [
        ("made-with-md5sum-tools", True),
        ("special-system-files", True),
        ("same-filename-listed-twice-with-different-normalization", False),  # one file where the list names two
    ],
)
def test_a_doubtful_bag_is_judged_as_it_stands(name: str, accepted: bool) -> None:
    """The suite asks for a warning, which the validator does not know; bags of ours have none of the causes."""
    bag = bagit.Bag(str(HERE / "v0.97" / "warning" / name))
    assert bag.is_valid() is accepted


def test_the_suite_is_here_with_each_of_its_classes() -> None:
    counts = {name: len(bags(name)) for name in ("valid", "invalid", "linux-only", "warning")}
    assert counts == {"valid": 6, "invalid": 8, "linux-only": 3, "warning": 3}
    assert {path.name for path in HERE.glob("v*/*")} == counts.keys()
