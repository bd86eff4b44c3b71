"""Harmonized System codes as the rules print them: single codes, ranges, headings, and items below the subheading."""

import re
from dataclasses import dataclass
from functools import cache

from evidence.errors import MalformedValue

EDITION = "HS2012"
"""The edition whose codes the regulations print (stated in the headers of their tables)."""

_NATIONAL = re.compile(r"([0-9]{4})\.?([0-9]{2})(?:\.?([0-9]{2}(?:\.?[0-9]{2})?))?")
_PRINTED = re.compile(r"[0-9]{2}\.?[0-9]{2}(?:\.?[0-9]{2})?")
_ITEM = re.compile(r"([0-9]{4}\.[0-9]{2})\.([a-z]{2}|[0-9]{2})")


def subheading(code: str) -> str:
    """The six digits of the subheading of a tariff code of six, eight or ten digits, with or without dots.

    National codes extend the subheading, so their first six digits are the subheading of the same edition.

    Raises:
        MalformedValue: anything else.

    >>> subheading("8708.30.50")
    '870830'
    """
    match = _NATIONAL.fullmatch(code)
    if match is None:
        raise MalformedValue("tariff code", code, "six, eight or ten digits such as 870830 or 8708.30")
    return match[1] + match[2]


def printed(code: str) -> str:
    """A subheading as the texts print it.

    >>> printed("870830")
    '8708.30'
    """
    digits = subheading(code)
    return f"{digits[:4]}.{digits[4:]}"


@dataclass(frozen=True, slots=True)
class CodeSpan:
    """Codes that a rule names: ``8708.30``, ``8701.30-8701.90``, ``87.06``, ``40.10-40.17``, ``8708.99.aa``.

    `item` is the text of an item below the subheading (a letter code that stands for national items, or one national
    item): a six-digit code alone cannot tell whether a good is of it, so a recorded role must.
    """

    first: str
    last: str
    item: str = ""

    @classmethod
    @cache
    def parse(cls, text: str) -> "CodeSpan":
        """The span that `text` prints.

        Raises:
            MalformedValue: it prints none.
        """
        item = _ITEM.fullmatch(text)
        if item is not None:
            digits = item[1].replace(".", "")
            return cls(digits, digits, text)
        first, _, last = text.partition("-")
        wanted = "a code or range such as 8708.30, 87.06 or 8701.30-8701.90"
        for end in (first, last or first):
            if _PRINTED.fullmatch(end) is None:
                raise MalformedValue("code in a rule", text, wanted)
        return cls(first.replace(".", ""), (last or first).replace(".", ""))

    def holds(self, code: str) -> bool:
        """Whether the six-digit `code` is within the span; of an `item`, whether it is in the item's subheading."""
        return self.first <= code[: len(self.first)] and code[: len(self.last)] <= self.last
