"""The languages of a report: one is in force at a time, and its words come from gettext catalogues.

English is the language of the source; French and Spanish lie in `locale/` as text, so that a translator needs no tool
of ours, and are compiled when first used. ``python -m tools.write_catalogues`` brings them up to date, and a test fails
for a sentence that a catalogue lacks. Sentences are whole, with named places: another language puts them elsewhere.
"""

import importlib.resources
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from typing import Final

from evidence.errors import PackError

LANGUAGES: Final = ("en", "fr", "es")
"""What a report is written in, by ISO 639-1."""
NAMES: Final = {"en": "English", "fr": "français", "es": "español"}
"""Each language by its own name."""

_in_force: ContextVar[str] = ContextVar("language of a report", default="en")


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
    """A sentence in the language in force, its named places filled.

    >>> with speaking("en"):
    ...     _("Entry {position} of the ledger", position=12)
    'Entry 12 of the ledger'
    """
    said = translations(spoken()).gettext(message) if message else ""
    return said.format(**places) if places else said


def _n(one: str, many: str, count: int, /, **places: object) -> str:
    """A sentence that changes with a number; `count` is among its places.

    >>> _n("{count} gap", "{count} gaps", 2)
    '2 gaps'
    """
    return translations(spoken()).ngettext(one, many, count).format(count=count, **places)


@cache
def translations(language: str) -> NullTranslations:
    """The catalogue of a language; of English, the source itself.

    Raises:
        PackError: the packaged catalogue cannot be read.
    """
    if language == "en":
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import PoFileError, read_po

    file = importlib.resources.files("evidence.pack") / "locale" / f"{language}.po"
    compiled = io.BytesIO()
    try:
        with file.open("rb") as text:
            write_mo(compiled, read_po(text, locale=language, abort_invalid=True))
    except (OSError, PoFileError, ValueError) as error:
        raise PackError(f"The words in {NAMES[language]} cannot be read ({error}). Reinstall the program.") from error
    compiled.seek(0)
    return GNUTranslations(compiled)
