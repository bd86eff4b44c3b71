"""Sentences that the records hold, said in the language in force: by their form where a catalogue has it.

A worksheet, a claim or an average is recorded in English and its bytes never change. Its reasons and labels are made by
forms in the source of the engine, such as ``{1} of {2}``; `tools/write_catalogues.py` extracts these into
`locale/recorded-fr.po` and `recorded-es.po`. A recorded sentence that one of them fits is printed in the words of its
translation, its places filled with what stood in them. A sentence that none fits is printed as it was recorded and
marked as English. In English nothing is touched.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from evidence.pack.language import Told, filled, forms, joined, quoted, spoken

_PLACE: Final = re.compile(r"\{(\d+)\}")
_BREAKS: Final = ("; ", ". ", ": ")
_WORDS: Final = re.compile(
    r"\b(?:the|of|and|is|are|was|were|not|no|by|for|from|with|within|without|which|that|this|its|it|to|on|as|at|be|has|"
    r"have|had|than|or|an|each|all|every|of|into|under|than|where|when|whose|until|only|nor|but|less|more|least|most)\b"
)
"""Words of English that neither names nor other languages hold: a text with one of them wants saying anew."""
_AMOUNT: Final = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+\.\d{2,}(?= |$)")
_PERCENT: Final = re.compile(r"(-?[\d,]+(?:\.\d+)?) (?:percent|%)")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_KEPT: Final = 20_000
"""Sentences kept at hand: a bill of ten thousand lines says few different ones."""


@dataclass(frozen=True, slots=True)
class _Form:
    pattern: re.Pattern[str]
    anchor: str
    """The longest text that a sentence of this form must hold."""
    said: str
    literal: int
    """How much of it is settled: the more, the surer."""


def recorded(text: str) -> str:
    """A recorded text in the language in force; as recorded, marked as English, where no form of it is on file."""
    return _said(text, spoken()) if text and spoken() != "en" else text


@lru_cache(maxsize=_KEPT)
def _said(text: str, language: str) -> str:
    found = _matched(text, language)
    if found is None or _quotes(found):
        pieces = _in_pieces(text, language)
        found = pieces if pieces is not None else found
    if found is not None:
        return found
    return quoted(text) if needs_words(text) else figures(text)


def needs_words(text: str) -> bool:
    """Whether a text holds words of English, and not only names, codes and figures."""
    return _WORDS.search(text) is not None


def figures(text: str) -> str:
    """A text with its amounts, shares and days as the language in force writes them; codes are left as they are."""
    from datetime import date

    from evidence.pack.shown import day, in_percent, localized

    def said_day(found: re.Match[str]) -> str:
        try:
            return day(date.fromisoformat(found[0]))
        except ValueError:
            return found[0]

    kept: list[str] = []

    def settle(value: str) -> str:
        kept.append(value)
        return f"\0{len(kept) - 1}\0"

    settled = _PERCENT.sub(lambda found: settle(in_percent(found[1])), text)
    settled = _DAY.sub(lambda found: settle(said_day(found)), settled)
    if not re.fullmatch(r"\d{4}\.\d{2,4}(?:\.\d{2})*", settled):
        settled = _AMOUNT.sub(lambda found: settle(localized(found[0])), settled)
    return re.sub("\0(\\d+)\0", lambda found: kept[int(found[1])], settled)


def _matched(text: str, language: str) -> str | None:
    """The translation by the surest form; of two, the one that leaves less in English."""
    best: str | None = None
    for said in _by_form(text, language):
        if not _quotes(said):
            return said
        best = best if best is not None else said
    return best


def _by_form(text: str, language: str) -> Iterator[str]:
    plain = forms(language).get(text)
    if plain is not None and not _PLACE.search(text):
        yield plain
        return
    for form in _catalogue(language):
        if form.anchor in text and (found := form.pattern.fullmatch(text)):
            yield filled(form.said, {name: _place(value, language) for name, value in found.groupdict().items()})
    lower = text[:1].lower() + text[1:]
    if lower != text and text[:1].isupper():
        for said in _by_form(lower, language):
            yield _capital(said)


def _place(value: str, language: str) -> str:
    return _said(value, language) if value else ""


def _in_pieces(text: str, language: str) -> str | None:
    """Sentences that the engine strung together, each said by itself; None where the text is one."""
    for between in _BREAKS:
        first, found, rest = text.partition(between)
        if found and first and rest:
            return joined(between if between != ": " else _COLON[language], (_said(first, language), _said(rest, language)))
    return None


_COLON: Final = {"fr": "\N{NO-BREAK SPACE}: ", "es": ": "}


def _quotes(said: str) -> bool:
    return isinstance(said, Told)


def _capital(said: str) -> str:
    return said if _quotes(said) else said[:1].upper() + said[1:]


@cache
def _catalogue(language: str) -> tuple[_Form, ...]:
    """The forms with places, the surest first."""
    found = [_form(english, said) for english, said in forms(language).items() if _PLACE.search(english)]
    return tuple(sorted(found, key=lambda form: -form.literal))


def _form(english: str, said: str) -> _Form:
    pieces = _PLACE.split(english)
    pattern = "".join(re.escape(piece) if at % 2 == 0 else f"(?P<p{piece}>.*?)" for at, piece in enumerate(pieces))
    settled = pieces[::2]
    return _Form(
        pattern=re.compile(pattern, re.DOTALL),
        anchor=max(settled, key=len),
        said=_PLACE.sub(r"{p\1}", said),
        literal=sum(map(len, settled)),
    )
