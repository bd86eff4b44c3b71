"""The environment of the page templates: escaping on, unknown names refused, the language in force, figures as shown.

Characters that no packaged font has would render as empty boxes without a word and break PDF/A, so they are printed as
U+XXXX.
"""

from functools import cache
from typing import Final

import jinja2
from fontTools.ttLib import TTFont

from evidence.pack import shown
from evidence.pack.language import spoken, translations
from evidence.pack.typeset import assets

_WORDS: Final = {
    "met": "MET",
    "not_met": "NOT MET",
    "not_determinable": "NOT DETERMINABLE",
    "blocked": "BLOCKED",
    "warning": "WARNING",
    "not applicable": "NOT APPLICABLE",
}


@cache
def templates() -> jinja2.Environment:
    """The environment; one for all languages."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(assets()),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    # The catalogue is asked when a page is made, not when its template is read: one environment speaks all languages.
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: translations(spoken()).gettext(message),
        lambda one, many, count: translations(spoken()).ngettext(one, many, count),
        newstyle=True,
    )
    environment.policies["ext.i18n.trimmed"] = True
    figures = (shown.money, shown.figure, shown.number, shown.percent, shown.size)
    named = (*figures, shown.day, shown.moment, shown.moment_w3c)
    environment.filters.update({each.__name__: each for each in named})
    environment.filters["code"] = shown.dotted
    environment.filters["moments"] = lambda values: " to ".join(shown.moment(value) for value in values)
    environment.filters["words"] = lambda value: _WORDS.get(value, str(value).upper())
    return environment


def printable(text: str) -> str:
    """Text with every character that no packaged font has written as U+XXXX."""
    known = _glyphs()
    if all(ord(character) in known for character in text):
        return text
    return "".join(c if ord(c) in known else f"[U+{ord(c):04X}]" for c in text)


def _finalize(value: object) -> object:
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return printable(value)
    return value


@cache
def _glyphs() -> frozenset[int]:
    """The characters that the packaged fonts can print."""
    found: set[int] = set()
    for path in sorted((assets() / "fonts").glob("*.ttf")):
        if path.name in ("NotoSans-Regular.ttf", "DejaVuSans-Symbols.ttf"):  # bold, italic and serif cover the same
            found.update(TTFont(path, lazy=True).getBestCmap())
    return frozenset(found) | {0x0A, 0x09}
