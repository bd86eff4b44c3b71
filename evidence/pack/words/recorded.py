"""Sentences that the records hold, said in the language in force: by their form where a catalogue has it.

A worksheet, a claim or an average is recorded in English and its bytes never change. Its reasons and labels are made by
forms in the source of the engine, such as ``{1} of {2}``; `tools/write_catalogues.py` extracts these into
`locale/recorded-fr.po` and `recorded-es.po`. A recorded sentence that one of them fits is printed in the words of its
translation, its places filled with what stood in them. What no form fits is printed as it was recorded and marked as
English. In English nothing is touched.

Where several forms fit, the one wins that leaves the fewest words of English, and among those the one with the most
settled words. Sentences that the engine strung together are said one by one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Final

from evidence.pack.words.language import filled, forms, joined, quoted, spoken, translations

_PLACE: Final = re.compile(r"\{(\d+)\}")
_BREAKS: Final = (". ", "; ", ": ", ", ")
_LOWER: Final = re.compile(r"(?<![\w.@/'-])(?!(?:de|la|el|los|las|du|des|del|van|von|et)\b)[a-z]{2,}(?![\w@/_-]|\.\w)")
"""A word of a sentence: small letters, and no part of a name, a reference, a file or a cell."""
_ARTICLES: Final = ("a", "an")
"""Words of one letter, or nearly, that no form may leave standing by themselves."""
_FIGURE: Final = re.compile(
    r"(?P<share>-?[\d,]+(?:\.\d+)?) (?:percent|%)|(?P<day>\d{4}-\d{2}-\d{2})|(?P<amount>-?\d{1,3}(?:,\d{3})+(?:\.\d+)?)"
)
"""What is a figure whatever stands around it; a bare number with a point may be a tariff code."""
_COLON: Final = {"fr": "\N{NO-BREAK SPACE}: ", "es": ": "}
_SURE: Final = 12
"""Settled characters from which a form may stand around words left in English; below, all of it is quoted."""
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
    shares: frozenset[str]
    """Its places that hold a share in percent, whose digits stand alone."""


@dataclass(frozen=True, slots=True)
class _Said:
    text: str
    left: int
    """How many words of English it leaves."""


def recorded(text: str) -> str:
    """A recorded text in the language in force; as recorded, marked as English, where no form of it is on file."""
    return _said(text, spoken()).text if text and spoken() != "en" else text


def cited(text: str) -> str:
    """A citation of a text of law: the same in every language, marked as English where it has words of its own."""
    return quoted(text) if _LOWER.search(text) else text


@lru_cache(maxsize=_KEPT)
def _said(text: str, language: str) -> _Said:
    """The best that can be said of it: with the fewest words left in English."""
    words = len(_LOWER.findall(text)) or int(text in _ARTICLES)
    if not words and next(_exactly(text, language), None) is None:
        return _Said(_figures(text), 0)
    best = _Said(quoted(text), words or 1)  # a name of one word, such as `Value`, is a word as well
    for candidate in _ways(text, language):
        if candidate.left < best.left:
            best = candidate
        if not best.left:
            break
    return best


def _ways(text: str, language: str) -> Iterator[_Said]:
    yield from _exactly(text, language)
    yield from _by_form(text, language)
    if text.endswith("."):
        without = (*_exactly(text[:-1], language), *_by_form(text[:-1], language))
        yield from (_Said(joined("", (said.text, ".")), said.left) for said in without)
    if text[:1].isupper():
        lower = text[:1].lower() + text[1:]
        yield from (_Said(_capital(said.text), said.left) for said in _by_form(lower, language))
    elif text[:1].islower():
        upper = text[:1].upper() + text[1:]
        yield from (_Said(_small(said.text), said.left) for said in _by_form(upper, language))
    yield from _in_pieces(text, language)
    yield from _in_brackets(text, language)


def _exactly(text: str, language: str) -> Iterator[_Said]:
    """A text that a catalogue has whole, also where it begins with the other kind of letter."""
    if _PLACE.search(text):
        return
    for variant, again in ((text, str), (text[:1].swapcase() + text[1:], _capital if text[:1].isupper() else _small)):
        plain = forms(language).get(variant) or _of_ours(variant, language)
        if plain is not None:
            yield _Said(again(plain), 0)


def _by_form(text: str, language: str) -> Iterator[_Said]:
    for form in _catalogue(language):
        if form.anchor in text and (found := form.pattern.fullmatch(text)):
            places = {name: _said(value, language) for name, value in found.groupdict().items() if value}
            values = {name: places[name].text if value else "" for name, value in found.groupdict().items()}
            for name in form.shares:
                values[name] = _share(values[name])
            left = sum(place.left for place in places.values())
            if not left or form.literal >= _SURE:
                yield _Said(filled(form.said, values), left)


def _of_ours(text: str, language: str) -> str | None:
    """A text that the report's own catalogue has, as the name of a kind or the title of a document."""
    said = translations(language).gettext(text)
    return said if said != text else None


def _in_pieces(text: str, language: str) -> Iterator[_Said]:
    """Sentences that the engine strung together, each said by itself; tried at every mark that may divide them."""
    for mark in _BREAKS:
        at = text.find(mark)
        while at > 0:
            first, rest = text[:at], text[at + len(mark) :]
            between = _COLON[language] if mark == ": " else mark
            if mark == ". ":
                first, between = f"{first}.", " "
            if rest:
                one, other = _said(first, language), _said(rest, language)
                if mark != ", " or not one.left + other.left:
                    yield _Said(joined(between, (one.text, other.text)), one.left + other.left)
            at = text.find(mark, at + 1) if mark in (". ", "; ") else -1


def _in_brackets(text: str, language: str) -> Iterator[_Said]:
    """What is said and what stands in brackets after it."""
    if found := re.fullmatch(r"(.+?) \((.+)\)(.*)", text):
        first, inner, rest = (_said(piece, language) if piece else _Said("", 0) for piece in found.groups())
        told = joined("", (first.text, " (", inner.text, ")", rest.text))
        yield _Said(told, first.left + inner.left + rest.left)


def _figures(text: str) -> str:
    """A text with its amounts, shares and days as the language in force writes them; codes are left as they are."""
    from evidence.pack.words.shown import day, in_percent, localized

    def written(found: re.Match[str]) -> str:
        if found["share"]:
            return in_percent(found["share"])
        if found["amount"]:
            return localized(found["amount"])
        try:
            return day(date.fromisoformat(found["day"]))
        except ValueError:
            return found["day"]

    return _FIGURE.sub(written, text)


def _share(digits: str) -> str:
    from evidence.pack.words.shown import localized

    return localized(digits) if re.fullmatch(r"-?[\d,]+\.\d+", digits) else digits


def _capital(said: str) -> str:
    return joined("", (said[:1].upper(), said[1:])) if type(said) is str else said


def _small(said: str) -> str:
    return said[:1].lower() + said[1:] if type(said) is str and not said[1:2].isupper() else said


@cache
def _catalogue(language: str) -> tuple[_Form, ...]:
    """The forms with places, the surest first."""
    found = [_form(english, said) for english, said in forms(language).items() if _PLACE.search(english)]
    return tuple(sorted(found, key=lambda form: -form.literal))


def _form(english: str, said: str) -> _Form:
    """A form as it is matched; the blank before what goes on with a sentence is left to the sentence."""
    pieces = _PLACE.split(english.strip(" ;,"))
    pattern = "".join(re.escape(piece) if at % 2 == 0 else f"(?P<p{piece}>.*?)" for at, piece in enumerate(pieces))
    settled = pieces[::2]
    return _Form(
        pattern=re.compile(pattern, re.DOTALL),
        anchor=max(settled, key=len),
        said=_PLACE.sub(r"{p\1}", said.strip(" ;,")),
        literal=sum(map(len, settled)),
        shares=frozenset(f"p{piece}" for piece in re.findall(r"\{(\d+)\} (?:%|percent|points)", english)),
    )
