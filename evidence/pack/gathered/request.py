"""A request of customs as a file: its paragraphs in their own numbering, and what each asks about.

For a letter that is not on record as a notice. A paragraph names topics out of a closed list; what is on record of each
topic answers it (`answers`), and where nothing is, that is what the report says. Nobody's free words become an answer.
"""

import csv
import importlib.resources
import io
import tomllib
import unicodedata
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from evidence.errors import PackError, UsageError

TOPICS: Final = (
    "certification", "rule", "relationship", "price", "packing", "commissions", "proceeds", "assists", "royalties",
    "contract", "components", "production", "costs", "inventory", "transport", "payment", "entry", "corrections",
)  # fmt: skip
"""What a paragraph may ask about."""
TEMPLATES: Final = ("form28",)
_COLUMNS: Final = ("paragraph", "asks", "topics")
_WANTED: Final = f"paragraph, asks, and topics out of: {', '.join(TOPICS)}"
_HEAD: Final = ("title", "authority", "reference", "dated_on")
_MOST: Final = 1 << 20
_UNSEEN: Final = frozenset({"Cc", "Cf", "Zl", "Zp"})
"""Unicode's categories of control and format characters: nobody sees them, and some turn the text round them."""


@dataclass(frozen=True, slots=True)
class RequestedParagraph:
    """One paragraph, its own numbering, what it asks for in its own words, and the topics of it."""

    paragraph: str
    asks: str
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """A request as read from its file."""

    title: str
    authority: str
    reference: str
    dated_on: str
    paragraphs: tuple[RequestedParagraph, ...]
    sha256: str
    """Digest of the file."""


def read_request(path: Path) -> Request:
    """A request from a TOML or CSV file.

    Raises:
        PackError: it cannot be read, has no paragraph, or something stands in it that no report can print as asked.
    """
    try:
        content = path.read_bytes()[: _MOST + 1]
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PackError(f"The request {path.name} cannot be read ({error}). Name a TOML or CSV file.") from error
    if len(content) > _MOST:
        raise PackError(f"The request {path.name} is larger than 1 MiB. Name a TOML or CSV file of paragraphs.")
    if path.suffix.lower() == ".csv":
        head: dict[str, Any] = {}
        rows: list[Any] = _from_csv(text, path.name)
    else:
        head, rows = _from_toml(text, path.name)
    said = _head(head, path.name)
    paragraphs = tuple(_paragraph(row, place, path.name) for place, row in enumerate(rows, 1))
    if not paragraphs:
        raise PackError(f"The request {path.name} has no paragraphs. Wanted, of each: {_WANTED}.")
    return Request(
        title=said["title"] or path.stem,
        authority=said["authority"],
        reference=said["reference"],
        dated_on=said["dated_on"],
        paragraphs=paragraphs,
        sha256=sha256(content).hexdigest(),
    )


def template(name: str) -> str:
    """A packaged request to start from, such as that of the blocks of CBP Form 28.

    Raises:
        UsageError: there is none of that name.
    """
    if name not in TEMPLATES:
        raise UsageError(f"No request is packaged as {name!r}. Name one of {', '.join(TEMPLATES)}.")
    return (importlib.resources.files("evidence.pack") / "data" / f"request_{name}.toml").read_text(encoding="utf-8")


def _from_toml(text: str, name: str) -> tuple[dict[str, Any], list[Any]]:
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PackError(f"The request {name} is no TOML ({error}). Wanted: [[paragraph]] tables.") from error
    rows = read.pop("paragraph", [])
    if not isinstance(rows, list):
        raise PackError(f"The request {name} has one [paragraph]. Wanted: [[paragraph]], one for each.")
    return read, rows


def _from_csv(text: str, name: str) -> list[Any]:
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise PackError(f"The request {name} is no CSV ({error}). Wanted: columns {', '.join(_COLUMNS)}.") from error
    return [{**row, "topics": [word for word in (row.get("topics") or "").split(";") if word]} for row in rows]


def _head(head: dict[str, Any], name: str) -> dict[str, str]:
    """What the file says of the request itself; of each that it does not say, no words."""
    if unknown := sorted(head.keys() - set(_HEAD)):
        raise PackError(
            f"The request {name} says {unknown[0]!r} of itself. Wanted: {', '.join(_HEAD)}, or none of them."
        )
    said = {key: head.get(key, "") for key in _HEAD}
    if type(said["dated_on"]) is date:  # TOML has days of its own; a moment is none
        said["dated_on"] = said["dated_on"].isoformat()
    for key, words in said.items():
        if not isinstance(words, str):
            raise PackError(f"The {key} of the request {name} is {words!r}. Wanted: words in quotation marks.")
        _require_seen(words, f"The {key} of the request {name}")
        said[key] = words.strip()
    if said["dated_on"] and not _is_day(said["dated_on"]):
        raise PackError(f"The request {name} is dated_on {said['dated_on']!r}. Wanted: a day, such as 2023-08-01.")
    return said


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _require_seen(words: str, what: str) -> None:
    found = next((each for each in words if each not in "\t\r\n" and unicodedata.category(each) in _UNSEEN), None)
    if found is not None:
        raise PackError(f"{what} holds the character U+{ord(found):04X}, which nobody sees. Wanted: words without it.")


def _paragraph(row: Any, place: int, name: str) -> RequestedParagraph:
    found = row if isinstance(row, dict) else {}
    number, asks, topics = (found.get(column) for column in _COLUMNS)
    if not (isinstance(number, str) and number.strip() and isinstance(asks, str) and asks.strip()):
        raise PackError(f"Paragraph {place} of the request {name} lacks its number or its words. Wanted: {_WANTED}.")
    for words in (number, asks):
        _require_seen(words, f"Paragraph {place} of the request {name}")
    named = [str(topic).strip() for topic in topics] if isinstance(topics, list) else []
    unknown = [topic for topic in named if topic not in TOPICS]
    if unknown or not named:
        told = f"names {', '.join(unknown)}" if unknown else "names no topic"
        raise PackError(f"Paragraph {place} of the request {name} {told}. Wanted: {_WANTED}.")
    return RequestedParagraph(number.strip(), asks.strip(), tuple(dict.fromkeys(named)))
