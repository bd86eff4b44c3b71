"""The languages of a report: one is in force at a time, and its words come from gettext catalogues.

English is the language of the source; French and Spanish lie in `locale/` as text, so that a translator needs no tool
of ours, and are compiled when first used. ``python -m tools.write_catalogues`` brings them up to date, and a test fails
for a sentence that a catalogue lacks. Sentences are whole, with named places: another language puts them elsewhere.

French is that of Canada and Spanish that of Mexico, in words, numbers and days. What was recorded in English and has no
translation is `Quoted`: it is printed as it was recorded, and marked as English for those who hear a page read.
"""

import importlib.resources
import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from evidence.errors import PackError

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

LANGUAGES: Final = ("en", "fr", "es")
"""What a report is written in, by ISO 639-1."""
NAMES: Final = {"en": "English", "fr": "français", "es": "español"}
"""Each language by its own name."""
LOCALES: Final = {"en": "en_US", "fr": "fr_CA", "es": "es_MX"}
"""Whose customs a language follows in numbers and days."""

_in_force: ContextVar[str] = ContextVar("language of a report", default="en")


class Told(str):
    """A text in the language in force that may quote English: what a page prints is in `html`."""

    __slots__ = ("html",)

    html: Markup

    def __new__(cls, text: str, html: Markup) -> "Told":
        told = super().__new__(cls, text)
        told.html = html
        return told

    def __html__(self) -> Markup:
        return self.html


def quoted(text: str) -> str:
    """A text as it was recorded, in English: in a report of another language it is marked as such."""
    if spoken() == "en" or not text:
        return text
    return Told(text, Markup('<span lang="en">{}</span>').format(_safe(text)))


def joined(between: str, texts: Iterable[str]) -> str:
    """Texts in a row, as ``between.join`` makes it, that stay marked where they quote English."""
    found = list(texts)
    row = between.join(found)
    if not any(isinstance(text, Told) for text in found):
        return row
    return Told(row, _safe(between).join(_safe(text) for text in found))


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Puts a language in force for what is done inside, and the one before in force again after.

    Raises:
        PackError: no report is written in that language.
    """
    if language not in LANGUAGES:
        raise PackError(f"No report is written in {language!r}. Name one of {', '.join(LANGUAGES)}.")
    before = _in_force.set(language)
    try:
        yield
    finally:
        _in_force.reset(before)


def spoken() -> str:
    """The language in force."""
    return _in_force.get()


def _(message: str, /, **places: object) -> str:
    """A sentence in the language in force, its named places filled; days stand in them as the language writes them.

    >>> with speaking("en"):
    ...     _("Entry {position} of the ledger", position=12)
    'Entry 12 of the ledger'
    """
    said = translations(spoken()).gettext(message) if message else ""
    return filled(said, places) if places else said


def _n(one: str, many: str, count: int, /, **places: object) -> str:
    """A sentence that changes with a number; `count` is among its places.

    >>> _n("{count} gap", "{count} gaps", 2)
    '2 gaps'
    """
    return filled(translations(spoken()).ngettext(one, many, count), {**places, "count": count})


def marked(message: str, /) -> str:
    """The message itself: marks words that a table holds, for the catalogues; ``_(table[name])`` says them later."""
    return message


def filled(said: str, places: Mapping[str, object]) -> str:
    """A sentence with its places filled."""
    values = {name: _placed(value) for name, value in places.items()}
    text = said.format(**values)
    if not any(isinstance(value, Told) for value in values.values()):
        return text
    return Told(text, _safe(said).format(**{name: _safe(value) for name, value in values.items()}))


def _placed(value: object) -> object:
    if isinstance(value, date):
        from evidence.pack.words.shown import day, moment

        return moment(value) if isinstance(value, datetime) else day(value)
    return value


def _safe(value: object) -> Markup:
    from evidence.pack.words.glyphs import printable

    if isinstance(value, Told):
        return value.html
    return escape(printable(value)) if isinstance(value, str) else escape(value)


@cache
def translations(language: str) -> NullTranslations:
    """The catalogue of a language's sentences; of English, the source itself.

    Raises:
        PackError: the packaged catalogue cannot be read.
    """
    return _compiled(f"{language}.po", language) if language != "en" else NullTranslations()


@cache
def forms(language: str) -> Mapping[str, str]:
    """The catalogue of the forms of recorded sentences, by their English form; none of English.

    Raises:
        PackError: the packaged catalogue cannot be read.
    """
    if language == "en":
        return {}
    found = _read(f"recorded-{language}.po", language)
    return {str(each.id): str(each.string) for each in found if each.id and each.string}


def _compiled(name: str, language: str) -> NullTranslations:
    from babel.messages.mofile import write_mo

    compiled = io.BytesIO()
    write_mo(compiled, _read(name, language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def _read(name: str, language: str) -> "Catalog":
    from babel.messages.pofile import PoFileError, read_po

    file = importlib.resources.files("evidence.pack") / "words" / "locale" / name
    try:
        with file.open("rb") as text:
            return read_po(text, locale=language, abort_invalid=True)
    except (OSError, PoFileError, ValueError) as error:
        raise PackError(f"The words in {NAMES[language]} cannot be read ({error}). Reinstall the program.") from error
