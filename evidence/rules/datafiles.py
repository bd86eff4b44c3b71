"""Where the law as data lies, and the name that its content gives it.

Read through `importlib.resources`, so that a checkout, an editable install and a wheel find the same files.
"""

import csv
import hashlib
import importlib.resources
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources.abc import Traversable

from evidence.errors import RuleError

STAGES = "stages.toml"
CHOICES = "choices.toml"
TABLES = "tables.csv"
CONCORDANCE = "concordance.csv"
VEHICLE_CHAPTER_RULES = "psr_8701_8708.csv"
OTHER_CHAPTER_RULES = "psr_other_chapters.csv"
NATIONAL_ITEMS = "national_items.csv"
PARTIES = "parties.csv"

_SAID_BY_EVERY_ROW = ("citation", "confidence", "checked")

FILES = tuple(
    sorted((STAGES, CHOICES, TABLES, CONCORDANCE, VEHICLE_CHAPTER_RULES, OTHER_CHAPTER_RULES, NATIONAL_ITEMS, PARTIES))
)


def packaged() -> Traversable:
    """The folder of the packaged rule set."""
    return importlib.resources.files("evidence.rules") / "data" / "usmca"


def text(folder: Traversable, name: str) -> str:
    """The text of one data file.

    Raises:
        RuleError: it is missing or not UTF-8.
    """
    try:
        return (folder / name).read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"The rule data file {name} cannot be read: {error}. Install the package anew.") from error


def texts(folder: Traversable) -> dict[str, str]:
    """The text of each data file of a rule set, by name.

    Raises:
        RuleError: one is missing or not UTF-8.
    """
    return {name: text(folder, name) for name in FILES}


def rows(files: Mapping[str, str], name: str, wanted: Sequence[str]) -> Iterator[dict[str, str]]:
    """The rows of one CSV data file, each with at least the columns `wanted`.

    Raises:
        RuleError: a column is missing, a row is ragged, or a row lacks its citation, mark, day of checking.
    """
    reader = csv.DictReader(io.StringIO(files[name], newline=""), strict=True)
    absent = [column for column in (*wanted, *_SAID_BY_EVERY_ROW) if column not in (reader.fieldnames or ())]
    if absent:
        raise RuleError(f"{name} lacks the columns {', '.join(absent)}.")
    try:
        for row in reader:
            if None in row or None in row.values():
                raise RuleError(f"{name}, line {reader.line_num}: the row has too many or too few columns.")
            for column in _SAID_BY_EVERY_ROW:
                if not row[column].strip():
                    raise RuleError(f"{name}, line {reader.line_num}: no {column}; every row of law must say it.")
            yield row
    except csv.Error as error:
        raise RuleError(f"{name}, line {reader.line_num}: {error}.") from error


def digests(files: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Name and SHA-256, in hex, of each of `files`, in order of name."""
    return tuple((name, hashlib.sha256(files[name].encode("utf-8")).hexdigest()) for name in sorted(files))


def content_hash(files: Iterable[tuple[str, str]]) -> str:
    """SHA-256, in hex, over the listing ``<sha256 of the file>  <name>`` of `files` in order of name.

    The listing is the one that ``sha256sum`` prints, so that anybody can make the name of a rule set again.
    """
    listing = "".join(f"{digest}  {name}\n" for name, digest in sorted(files))
    return hashlib.sha256(listing.encode("utf-8")).hexdigest()
