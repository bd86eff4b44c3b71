"""National tariff items behind the letter codes of the rules: 8708.99.aa is 8708.99.55 in the tariff of one country.

The Uniform Regulations print letter codes for items that Annex 4-B Section C lists country by country. An item that the
General Note itself prints in place of the letters decides; one that only its description connects to them (mark
*inference*) is a proposal: it is shown, and decides nothing until somebody adds it with a citation.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from evidence.errors import MalformedValue, RuleError
from evidence.rules.codes import CodeSpan, subheading
from evidence.rules.parameters import CONFIDENCE

COUNTRIES = frozenset({"CA", "MX", "US"})

_PROPOSALS = frozenset({"inference", "K"})
_ITEM = re.compile(r"[0-9]{4}\.[0-9]{2}\.[0-9]{2}(?:\.?[0-9]{2})?")


@dataclass(frozen=True, slots=True)
class NationalItem:
    """One item of one country's tariff that a letter code stands for.

    `tariff` says which edition or years of that tariff it was read in; `added_by` names the addition that brought it.
    """

    letter_code: str
    country: str
    item: str
    tariff: str
    citation: str
    confidence: str
    checked: date
    note: str = ""
    added_by: str = ""

    def __post_init__(self) -> None:
        span = CodeSpan.parse(self.letter_code)
        if not span.item or span.item[-1].isdigit():
            raise MalformedValue("letter code", self.letter_code, "one such as 8708.99.aa")
        if self.country not in COUNTRIES:
            raise MalformedValue(f"country of item {self.item}", self.country, "one of CA, MX, US")
        if _ITEM.fullmatch(self.item) is None or subheading(self.item) != span.first:
            wanted = f"eight or ten digits within {self.letter_code[:7]}, such as {self.letter_code[:7]}.55"
            raise MalformedValue(f"item of {self.country} for {self.letter_code}", self.item, wanted)
        if not self.citation.strip() or self.confidence not in CONFIDENCE:
            raise RuleError(f"Item {self.item} for {self.letter_code}: a citation and a known mark are wanted.")

    @property
    def decides(self) -> bool:
        """Whether a code of the item is taken to be of the letter code without a role recorded by a person."""
        return self.confidence not in _PROPOSALS

    @property
    def said(self) -> str:
        """What is printed wherever the item decides."""
        return f"{self.item} of {self.country} is of {self.letter_code}: {self.citation} [{self.confidence}]"


@dataclass(frozen=True, slots=True)
class NationalItems:
    """The items on file."""

    items: tuple[NationalItem, ...]

    def of(self, code: str, country: str) -> tuple[NationalItem, ...]:
        """The items of `country` that the tariff code `code` is of; none for a code of six digits."""
        digits = code.replace(".", "")
        return tuple(
            item for item in self.items if item.country == country and digits.startswith(item.item.replace(".", ""))
        )

    def roles(self, code: str, country: str) -> tuple[str, ...]:
        """The letter codes that a code of `country` is known to be of, as roles of the tables and product rules."""
        return tuple(dict.fromkeys(item.letter_code for item in self.of(code, country) if item.decides))

    def behind(self, code: str) -> tuple[NationalItem, ...]:
        """Every item on file for letter codes of the six digits `code`."""
        return tuple(item for item in self.items if CodeSpan.parse(item.letter_code).first == code)

    def with_added(self, added: Iterable[NationalItem]) -> "NationalItems":
        """These items and `added`; one that is on file already is taken with its added citation and mark."""
        found = {(item.letter_code, item.country, item.item): item for item in self.items}
        found |= {(item.letter_code, item.country, item.item): item for item in added}
        return NationalItems(tuple(found.values()))
