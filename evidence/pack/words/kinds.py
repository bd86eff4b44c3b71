"""The kinds of ledger entries in words, for those who read a report and not the formats."""

from collections.abc import Iterator

from evidence.core.statements.schema import kinds
from evidence.pack.words.language import _
from evidence.pack.words.recorded import recorded


def kind(name: str) -> str:
    """A kind of ledger entry in words, in the language in force."""
    return _(_in_words(name)) if name in kinds() else recorded(_in_words(name))


def sentences() -> Iterator[str]:
    """The words for every kind that there is, for the catalogues."""
    return map(_in_words, kinds())


def _in_words(name: str) -> str:
    return name.replace("-", " ")
