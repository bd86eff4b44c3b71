"""The parties of the agreement, whose territories together are the region (USMCA Article 1.5; 19 CFR 182 App A s.3)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from evidence.errors import RuleError
from evidence.rules.parameters import CONFIDENCE

_COUNTRY = re.compile("[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Party:
    """One party, by the two letters of its country (ISO 3166-1)."""

    country: str
    citation: str
    confidence: str
    checked: date

    def __post_init__(self) -> None:
        if _COUNTRY.fullmatch(self.country) is None or self.confidence not in CONFIDENCE:
            found = f"{self.country!r}, mark {self.confidence!r}"
            raise RuleError(f"A party: found {found}, wanted a country such as US and a known mark.")


def party(row: Mapping[str, str]) -> Party:
    """One row of the file of parties.

    Raises:
        RuleError: it names no country, or its mark is not known.
        ValueError: the day of checking is no day.
    """
    return Party(row["country"], row["citation"], row["confidence"], date.fromisoformat(row["checked"]))
